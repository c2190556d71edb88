"""Stop code that never ends, the way the stop button does."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

_KNOCK_EVERY = 0.05  # seconds; code may swallow an interrupt, so it is sent until the code gives up

Result = TypeVar("Result")


class OutOfTime(BaseException):
    """Raised inside code that used up its time. Not an Exception, so that `except Exception` lets it pass."""


class NotInMainThread(RuntimeError):
    """Raised when a time limit is asked for where no interrupt can arrive."""


@dataclass
class _Clock:
    running: bool = True
    late: bool = False


def call_within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return `call()`, or raise `OutOfTime` inside it after so many seconds.

    An interrupt is the only thing that stops a one-line endless loop; a trace function is called once a
    line and never gets a word in. Code inside one long call of C is not stopped until that call returns.

    Examples
    --------
    >>> call_within(1.0, lambda: 6 * 7)
    42
    """
    if threading.current_thread() is not threading.main_thread():
        raise NotInMainThread("Interrupts reach only the main thread.")
    clock, finished = _Clock(), threading.Event()

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if not clock.running:
            return  # a knock that arrives after the call has ended must not hit the checker
        raise OutOfTime if clock.late else KeyboardInterrupt  # not late: somebody pressed the stop button

    def knock() -> None:
        wait = seconds
        while not finished.wait(wait) and clock.running:
            clock.late, wait = True, _KNOCK_EVERY
            _interrupt_main_thread()

    before = signal.signal(signal.SIGINT, on_interrupt)
    knocker = threading.Thread(target=knock, daemon=True)
    # Two nested finally: an interrupt may land between the end of the call and the inner one.
    try:
        try:
            knocker.start()
            return call()
        finally:
            clock.running = False
    finally:
        clock.running = False
        finished.set()
        knocker.join()
        signal.signal(signal.SIGINT, before)


def _interrupt_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        # A true signal also wakes a sleeping call; interrupt_main only sets a flag for the next bytecode.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()
