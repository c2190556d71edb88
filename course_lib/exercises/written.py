"""An answer as the learner wrote it, in text short enough to keep."""

from __future__ import annotations

import inspect
import reprlib
from typing import Any

import numpy as np

MOST_CHARACTERS = 300
MOST_CODE = 4000  # characters of a function's source


class _Short(reprlib.Repr):
    """A repr that looks at the first few items only, and writes NumPy's numbers as numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.maxtuple = self.maxlist = self.maxdict = self.maxarray = 12
        self.maxstring = self.maxother = self.maxlong = MOST_CHARACTERS

    def repr1(self, x: Any, level: int) -> str:
        return super().repr1(x.item() if isinstance(x, np.generic) else x, level)


def as_written(answer: Any) -> str:
    """Write an answer as text, whatever it is: a number, several, a name, a function's source.

    Never raises, and never takes more than a few items of something long.

    Examples
    --------
    >>> as_written((np.float64(0.5), float("inf")))
    '(0.5, inf)'
    >>> as_written(range(10**9))
    'range(0, 1000000000)'
    """
    try:
        if inspect.isroutine(answer):
            return _storable(inspect.getsource(answer), MOST_CODE)
    except (OSError, TypeError):
        pass  # built in, or from nowhere: its repr has to do
    try:
        return _storable(_Short().repr(answer), MOST_CHARACTERS)
    except Exception:
        return f"<{type(answer).__name__}>"


def _storable(text: str, most: int) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")  # half a character cannot be stored
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"
