"""Try out a learner's function on hidden inputs, survive whatever it does, and read its behaviour."""

from __future__ import annotations

import contextlib
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from course_lib.exercises.hint_library import words
from course_lib.exercises.material import Diagnosis, Exercise, Trial
from course_lib.exercises.reading import refusal
from course_lib.time_limit import NotInMainThread, OutOfTime, call_within

SECONDS = 2.0
_MESSAGE_LENGTH = 200


class _Swallow(io.StringIO):
    """Swallows what a learner's function prints; a function that prints for ever fills no memory."""

    def write(self, text: str) -> int:
        return len(text)


@dataclass(frozen=True)
class Outcome:
    """What one hidden call did: a value, or an error, and whether NumPy complained."""

    value: Any = None
    error: BaseException | None = None
    warned: bool = False


def diagnose_function(exercise: Exercise, function: Any) -> Diagnosis:
    """Call a learner's function on every hidden input and name the first thing that is off."""
    if function is Ellipsis:
        return refusal("NO_ANSWER")
    if isinstance(function, str):
        return refusal("TEXT")
    if not callable(function):
        return refusal("NOT_A_FUNCTION")
    # Only a plain function is asked for its module: any other object may run code of its own for that.
    if isinstance(function, FunctionType) and str(function.__module__).startswith("course_lib."):
        return refusal("COURSE_FUNCTION")
    deadline = time.monotonic() + SECONDS
    for trial in exercise.trials:
        try:
            # The 2 seconds are for all calls together; a call without any time left is stopped at once.
            outcome = _call(function, trial, max(deadline - time.monotonic(), 0))
            if outcome.value is Ellipsis:  # the answer cell's `return ...` is still untouched
                return refusal("NO_ANSWER")
            found = _judge(outcome, trial)
        except Exception:  # the returned object's own methods raised while it was looked at
            found = "WRONG_VALUE", ""
        if found is not None:
            return _explain(found, trial)
    return Diagnosis(True, None, f"All {len(exercise.trials)} hidden calls behave.")


def _explain(found: tuple[str, str], trial: Trial) -> Diagnosis:
    code, detail = found
    first, second = words(code)
    return Diagnosis(False, code, " ".join(filter(None, [f"On {trial.label}:", detail, first])), second)


def _call(function: Callable[..., Any], trial: Trial, seconds: float) -> Outcome:
    arguments = trial.make_arguments()
    try:
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),  # exp(-750) is 0 for all that anyone computes here
            contextlib.redirect_stdout(_Swallow()),
            contextlib.redirect_stderr(_Swallow()),
        ):
            warnings.simplefilter("always")
            value = call_within(seconds, lambda: function(*arguments, **trial.keywords))
    except (Exception, OutOfTime, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        return Outcome(error=error)
    return Outcome(value, warned=any(issubclass(w.category, RuntimeWarning) for w in caught))


def _judge(outcome: Outcome, trial: Trial) -> tuple[str, str] | None:
    """Return (code, detail) of the first slip, or None if this call went as it should."""
    stopped = _stopped(outcome.error)
    if stopped:
        return stopped, ""
    if isinstance(trial.expected, type):
        return _judge_refusal(outcome, trial.expected)
    if outcome.error is not None:
        return _judge_error(outcome.error, trial)
    return _judge_value(outcome, trial, np.asarray(trial.expected(), dtype=float))


def _stopped(error: BaseException | None) -> str | None:
    if isinstance(error, NotInMainThread):
        return "NOT_THE_MAIN_THREAD"
    if isinstance(error, (OutOfTime, KeyboardInterrupt)):
        return "TOO_LONG"
    return "RECURSES" if isinstance(error, RecursionError) else None


def _judge_refusal(outcome: Outcome, expected: type[Exception]) -> tuple[str, str] | None:
    if outcome.error is None:
        return "NOT_REFUSED", ""
    return None if isinstance(outcome.error, expected) else ("WRONG_ERROR", _quote(outcome.error))


def _judge_error(error: BaseException, trial: Trial) -> tuple[str, str]:
    for betrays, code in trial.readings:
        if betrays(error):
            return code, _quote(error)
    return ("REFUSED" if isinstance(error, ValueError) else "RAISED"), _quote(error)


def _quote(error: BaseException) -> str:
    try:
        text = str(error)[:_MESSAGE_LENGTH]
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text}." if text else f"{type(error).__name__}."


def _judge_value(outcome: Outcome, trial: Trial, expected: Any) -> tuple[str, str] | None:
    if outcome.value is None:
        return "NO_RETURN", ""
    if isinstance(outcome.value, (str, bytes)):
        return "TEXT", ""
    value = np.asarray(outcome.value, dtype=float)
    for betrays, code in trial.readings:
        if betrays(value):
            return code, f"It returned {_show(value)}."
    if value.shape != expected.shape:
        return "SHAPE_LOST", f"Shape {expected.shape} went in, shape {value.shape} came out."
    if not np.allclose(value, expected, rtol=1e-9, atol=1e-12):
        return "WRONG_VALUE", f"It returned {_show(value)}."
    if np.any((value == 0) & np.signbit(value)):
        return "NEGATIVE_ZERO", ""
    return ("LOG_WARNING", "") if outcome.warned else None


def _show(value: Any) -> str:
    return np.array2string(value, precision=4, threshold=6) if value.ndim else f"{float(value):.4f}"
