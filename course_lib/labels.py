"""Labels of any kind as small whole numbers, which can be counted fast."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Codes = NDArray[np.int64]


def as_labels(labels: ArrayLike, *, name: str = "labels") -> tuple[Codes, int]:
    """Number the different labels of a sample.

    Parameters
    ----------
    labels : array_like, shape (n,) or (n, d)
        Numbers, text, True/False or any other values that can be told apart; of several columns a
        whole row is one label.
    name : str
        How error messages call the argument.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        The same number wherever the label is the same.
    size : int
        Larger than any code; codes below it may be unused.

    Raises
    ------
    ValueError
        If there are no labels, if one is missing (NaN or None), or if they are numbers that never repeat,
        which say nothing as labels.

    Examples
    --------
    >>> as_labels(["sun", "rain", "sun"])
    (array([1, 0, 1]), 2)
    """
    if np.ma.isMaskedArray(labels) and np.ma.is_masked(labels):
        raise ValueError(f"{name} has masked entries; fill them or drop their samples first.")
    try:
        array = np.asarray(labels)
    except ValueError:
        raise ValueError(f"{name} is ragged: all its rows must have the same length.") from None
    if array.ndim not in (1, 2) or array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}; give one label, or one row of them, per sample.")
    if array.ndim == 1:
        return _coded(array, name)
    codes, size = _coded(array[:, 0], name)
    for column in array.T[1:]:
        more, factor = _coded(column, name)
        codes, size = _small(codes * factor + more)
    return codes, size


def _coded(values: NDArray[Any], name: str) -> tuple[Codes, int]:
    if values.dtype.kind == "O":
        return _by_equality(values, name)
    if values.dtype.kind in "fc":
        _check_floats(values, name)
    if values.dtype.kind in "biu":  # unsigned numbers beyond 2^63 wrap around, and stay different
        return _small(values.astype(np.int64, copy=False))
    return _by_sorting(values)


def _small(values: Codes) -> tuple[Codes, int]:
    """Whole numbers in a narrow range are codes already, up to where they start; the others are sorted."""
    low, high = int(values.min()), int(values.max())
    if high - low <= 4 * len(values) + 1000:
        return (values - low if low else values), high - low + 1
    return _by_sorting(values)


def _by_sorting(values: NDArray[Any]) -> tuple[Codes, int]:
    different, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), len(different)


def _by_equality(values: NDArray[Any], name: str) -> tuple[Codes, int]:
    seen: dict[Any, int] = {}
    for i, value in enumerate(values):
        if value is None or value != value:
            raise ValueError(f"{name}[{i}] is {value}; drop such samples, or give them a label of their own.")
        seen.setdefault(value, len(seen))
    return np.array([seen[value] for value in values], dtype=np.int64), len(seen)


def _check_floats(values: NDArray[Any], name: str) -> None:
    if np.isnan(values).any():
        i = int(np.flatnonzero(np.isnan(values))[0])
        raise ValueError(f"{name}[{i}] is nan; drop such samples, or give them a label of their own.")
    fractional = (values != np.round(values)).any()
    if fractional and len(values) > 1 and len(np.unique(values)) == len(values):
        raise ValueError(
            f"no value of {name} occurs twice, so as labels they would seem to determine everything. "
            'For measurements use method="binned" or method="ksg".'
        )
