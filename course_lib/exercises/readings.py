"""Signs by which the result of a learner's function betrays a slip: a number it is close to, a NaN, an error.

Each takes what one hidden call gave: an array of floats (a single number has shape ``()``), or the error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Sign = Callable[[Any], bool]


def is_error(result: Any) -> bool:
    """Whether the call raised."""
    return isinstance(result, BaseException)


def is_finite(result: Any) -> bool:
    """Whether every number that came back is finite."""
    return not is_error(result) and bool(np.all(np.isfinite(result)))


def has_nan_or_inf(result: Any) -> bool:
    """Whether some number that came back is NaN or infinite."""
    return not is_error(result) and not is_finite(result)


def is_negative(result: Any) -> bool:
    """Whether everything that came back is a finite number below 0."""
    return is_finite(result) and bool(np.all(np.asarray(result) < 0))


def has_axes(result: Any) -> bool:
    """Whether a row or a table came back where one number was asked for."""
    return not is_error(result) and result.ndim > 0


def is_close_to(wrong: float, *, tolerance: float = 1e-6) -> Sign:
    """Return the sign of one number within `tolerance` of a known wrong value.

    Examples
    --------
    >>> looks_like_nats = is_close_to(0.6931, tolerance=1e-4)
    >>> looks_like_nats(np.log(2)), looks_like_nats(ValueError("no"))
    (True, False)
    """
    return lambda result: _is_one_number(result) and bool(abs(result - wrong) < tolerance)


def lies_between(low: float, high: float) -> Sign:
    """Return the sign of one number strictly between two bounds."""
    return lambda result: _is_one_number(result) and bool(low < result < high)


def is_almost(truth: float) -> Sign:
    """Return the sign of a number that is right to about six decimals and no further."""
    return lambda result: _is_one_number(result) and bool(1e-9 * truth < abs(result - truth) < 1e-5)


def cannot_index(result: Any) -> bool:
    """Whether the call raised because the arguments have other axes than it expects."""
    # A wrong number of arguments is a TypeError as well, and Python's own words for it are the better ones.
    return isinstance(result, (TypeError, IndexError)) and "argument" not in str(result)


def _is_one_number(result: Any) -> bool:
    return not is_error(result) and np.shape(result) == ()
