"""Turn whatever a learner hands over into plain numbers, or say why that is not possible."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from course_lib.exercises.hint_library import words
from course_lib.exercises.material import Diagnosis

_CONTAINERS = (list, tuple, np.ndarray)


def refusal(code: str, detail: str = "") -> Diagnosis:
    """Return the diagnosis of an answer that is no number yet, with an optional detail put in front."""
    first, second = words(code)
    return Diagnosis(False, code, f"{detail} {first}".strip(), second)


def describe_type(answer: Any) -> str:
    """Name an answer's type in a sentence, without looking into the answer itself.

    Examples
    --------
    >>> describe_type({1: 2})
    'The answer is of type dict.'
    """
    return f"The answer is of type {type(answer).__name__}."


def is_column(answer: Any) -> bool:
    """Whether the answer is a row of values: a list, tuple, array with axes, or a pandas Series."""
    if isinstance(answer, np.ndarray):
        return answer.ndim > 0
    # A Series is recognised by what it can do, so that pandas need not be imported here.
    return isinstance(answer, _CONTAINERS) or (hasattr(answer, "to_numpy") and hasattr(answer, "index"))


def as_items(answer: Any) -> list[Any]:
    """Return a row of values as a flat list of its items; nested rows stay items of type list."""
    if isinstance(answer, (list, tuple)):
        return list(answer)
    array = np.asarray(answer.to_numpy() if hasattr(answer, "to_numpy") else answer)
    return list(array.reshape(-1))


def read_number(answer: Any) -> float | Diagnosis:
    """Read one number.

    Parameters
    ----------
    answer : object
        Anything at all.

    Returns
    -------
    float or Diagnosis
        The number, which may be NaN or infinite, or the sentence that says why there is none.

    Examples
    --------
    >>> from fractions import Fraction
    >>> read_number(Fraction(7, 4))
    1.75
    >>> read_number("1.75").message
    'That is text; drop the quotes.'
    """
    try:
        return _read_number(answer)
    except Exception:
        # The answer's own code raised (a __float__ or __array__ of its own): it is not a number to us.
        return refusal("TYPE", describe_type(answer))


def _read_number(answer: Any) -> float | Diagnosis:
    if answer is Ellipsis:
        return refusal("NO_ANSWER")
    if answer is None:
        return refusal("NOTHING")
    if isinstance(answer, (str, bytes)):
        return refusal("TEXT")
    if isinstance(answer, (bool, np.bool_)):
        return refusal("BOOLEAN")
    if is_column(answer):
        items = as_items(answer)
        if len(items) == 1:
            return _read_number(items[0])
        return refusal("SHAPE", f"One number is asked, and here are {len(items)}.")
    if isinstance(answer, np.ndarray):
        return _read_number(answer.item())
    if isinstance(answer, complex):
        return refusal("COMPLEX")
    if callable(answer):
        return refusal("CALLABLE")
    return _to_float(answer)


def _to_float(answer: Any) -> float | Diagnosis:
    if not hasattr(type(answer), "__float__"):
        if not hasattr(type(answer), "__index__"):
            return refusal("TYPE", describe_type(answer))
        answer = int(answer)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(answer)
    except OverflowError:
        return refusal("TOO_LARGE")


def read_numbers(answer: Any, count: int) -> list[float] | Diagnosis:
    """Read exactly `count` numbers from a tuple, list, array or Series; a row inside it counts as its items.

    Examples
    --------
    >>> read_numbers((1, 0.469, 0.531), 3)
    [1.0, 0.469, 0.531]
    >>> read_numbers(([0.25, 0.75], 0.531), 3)
    [0.25, 0.75, 0.531]
    >>> read_numbers((1, 2), 3).code
    'SHAPE'
    """
    if answer is Ellipsis:
        return refusal("NO_ANSWER")
    if isinstance(answer, (str, bytes)):
        return refusal("TEXT")
    try:
        items = as_items(answer) if is_column(answer) else [answer]
        spread = [part for item in items for part in (as_items(item) if is_column(item) else [item])]
    except Exception:
        return refusal("TYPE", describe_type(answer))
    if any(item is Ellipsis for item in spread):
        return refusal("NO_ANSWER")
    if len(items) != count == len(spread):
        items = spread
    if len(items) == 1 and count > 1:
        single = read_number(items[0])
        if isinstance(single, Diagnosis):
            return single
    if len(items) != count:
        return refusal(
            "SHAPE", f"Asked are {count} numbers, separated by commas, and here {_are(len(items))}."
        )
    numbers: list[float] = []
    for position, item in enumerate(items, start=1):
        number = read_number(item)
        if isinstance(number, Diagnosis):
            return Diagnosis(False, number.code, f"Number {position}: {number.message}", number.more)
        numbers.append(number)
    return numbers


def _are(count: int) -> str:
    return {0: "are none", 1: "is one"}.get(count, f"are {count}")
