"""What a probability vector or a joint table is: validation, normalising, units."""

from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

#: The size of one unit in nats: 1 bit = ln 2 nats, 1 hartley = ln 10 nats.
UNITS = {"bits": float(np.log(2.0)), "nats": 1.0, "hartleys": float(np.log(10.0))}

# Taking log2 directly, instead of dividing ln by ln 2, keeps powers of two exact: 1/32 is exactly 5 bits.
_LOGARITHMS: dict[str, np.ufunc] = {"bits": np.log2, "nats": np.log, "hartleys": np.log10}


def check_unit(unit: str) -> str:
    """Return `unit` if it is one of the three the course knows, else raise ValueError naming them."""
    if not isinstance(unit, str) or unit not in UNITS:
        raise ValueError(f'unit must be "bits", "nats" or "hartleys", not {unit!r}.')
    return unit


def logarithm(unit: str) -> np.ufunc:
    """Return the logarithm whose base belongs to `unit`: log2 for bits, ln for nats, log10 for hartleys.

    Examples
    --------
    >>> float(logarithm("bits")(1 / 32))
    -5.0
    """
    return _LOGARITHMS[check_unit(unit)]


def in_unit(nats: Any, unit: str) -> Any:
    """Convert nats, which natural logarithms give, to bits, nats or hartleys.

    Parameters
    ----------
    nats : float or ndarray
        Amount of information in nats.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float or ndarray
        The same amount in `unit`; same type and shape as `nats`.

    Examples
    --------
    >>> round(in_unit(1.0, "bits"), 6)
    1.442695
    """
    return nats / UNITS[check_unit(unit)]


def as_numbers(values: ArrayLike, *, name: str = "p", allow_infinity: bool = False) -> FloatArray:
    """Return `values` as float64 numbers, finite unless asked, or raise a ValueError that says what is wrong.

    Lists, tuples, pandas objects, Fractions and Decimals are welcome; text, None, complex numbers,
    True/False and dictionaries are not, because turning them into numbers would be a guess.

    Parameters
    ----------
    values : array_like
    name : str
        How error messages call the argument.
    allow_infinity : bool
        Let ±inf through; NaN is refused all the same.

    Returns
    -------
    ndarray of float64
        Read-only; it shares memory with `values` where it can, so it must never be written to.

    Examples
    --------
    >>> as_numbers([1, 2]).tolist()
    [1.0, 2.0]
    """
    numbers = _to_float64(values, name)
    if allow_infinity and not np.isnan(numbers).any():
        return _read_only(numbers)
    return _finite(numbers, name)


def as_counts(counts: ArrayLike, *, name: str = "counts") -> FloatArray:
    """Return `counts` as finite float64 numbers, none negative; fractional weights count too.

    Examples
    --------
    >>> as_counts([3, -1])
    Traceback (most recent call last):
    ...
    ValueError: counts[1] is -1; a count cannot be negative.
    """
    numbers = as_numbers(counts, name=name)
    return _read_only(_non_negative(numbers, 0.0, name, what="a count"))


def as_pmf(p: ArrayLike, *, axis: int = -1, normalize: bool = False, name: str = "p") -> FloatArray:
    """Return `p` as a valid probability vector, or a batch of them, in float64.

    Parameters
    ----------
    p : array_like, shape (..., K)
        Probabilities of K outcomes; more dimensions are a batch.
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide by the total first. Off by default: a total other than 1 is usually a mistake.
    name : str
        How error messages call the argument.

    Returns
    -------
    ndarray of float64
        Same shape as `p`, read-only. Negative round-off (down to −1e-12) has become 0.

    Raises
    ------
    ValueError
        If an entry is negative, NaN or infinite, if there are no outcomes, or if a total differs from 1
        by more than 1e-9 (1e-6 when `p` is float32). The message names the value and its row.

    Notes
    -----
    No epsilon is ever added: that would be another distribution. ``scipy.stats.entropy`` divides by the
    total without saying so.

    Examples
    --------
    >>> as_pmf([2, 1, 1], normalize=True).tolist()
    [0.5, 0.25, 0.25]
    >>> as_pmf([0.5, 0.6])
    Traceback (most recent call last):
    ...
    ValueError: p sums to 1.1000, not 1. If these are counts, pass normalize=True.
    """
    tolerance, round_off = _tolerances(p)
    p = _to_float64(p, name)
    if p.ndim == 0:
        raise ValueError(
            f"{name} is a single number; a distribution needs one probability per outcome. "
            "For a coin, give both sides, [p, 1 - p], or use binary_entropy(p)."
        )
    if p.size == 0:
        raise ValueError(f"{name} is empty; a distribution needs at least one outcome.")
    p = _non_negative(p, round_off, name, what="a count" if normalize else "a probability")
    totals = _totals(p, axis, name)
    if normalize:
        return _read_only(_divided_by_totals(p, totals, axis, name))
    _check_totals(totals, tolerance, axis, p.ndim, name)
    return _read_only(p)


def as_joint(joint: ArrayLike, *, normalize: bool = False, name: str = "joint") -> FloatArray:
    """Return `joint` as a valid joint table: two or more axes, one per variable, the whole summing to 1.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y) or more axes
        ``joint[i, j]`` is the probability of x = i together with y = j: rows are X, columns are Y.
    normalize : bool
        Divide by the grand total first; use it for a table of counts.
    name : str
        How error messages call the argument.

    Returns
    -------
    ndarray of float64
        Same shape, read-only.

    Raises
    ------
    ValueError
        As `as_pmf`; also if `joint` has fewer than two axes.

    Examples
    --------
    >>> as_joint([[1, 1], [2, 4]], normalize=True).tolist()
    [[0.125, 0.125], [0.25, 0.5]]
    """
    tolerance, round_off = _tolerances(joint)
    table = _to_float64(joint, name)
    if table.ndim < 2:
        raise ValueError(f"{name} has {table.ndim} axes; a joint table needs rows for X and columns for Y.")
    if table.size == 0:
        raise ValueError(f"{name} is empty; a joint table needs at least one cell.")
    what = "a count" if normalize else "a probability"
    flat = _non_negative(table, round_off, name, what=what).reshape(-1)
    totals = _totals(flat, -1, name)
    if normalize:
        flat = _divided_by_totals(flat, totals, -1, name)
    else:
        _check_joint_total(float(totals[0]), table, tolerance, name)
    return _read_only(flat.reshape(table.shape))


def as_probabilities(p: ArrayLike, *, name: str = "p") -> FloatArray:
    """Return `p` as separate probabilities, each between 0 and 1; they need not sum to anything.

    Examples
    --------
    >>> as_probabilities([0.5, 1.2])
    Traceback (most recent call last):
    ...
    ValueError: p[1] is 1.2; a probability cannot be above 1.
    """
    tolerance, round_off = _tolerances(p)
    p = _non_negative(_to_float64(p, name), round_off, name)
    _finite(p, name)
    if p.size and p.max() > 1.0:
        if p.max() > 1.0 + tolerance:
            raise ValueError(f"{_first(p, p > 1.0 + tolerance, name)}; a probability cannot be above 1.")
        p = np.minimum(p, 1.0)
    return _read_only(p)


def _tolerances(values: ArrayLike) -> tuple[float, float]:
    """How far a total may be from 1, and how far below 0 an entry may be, for the precision of the input."""
    single = getattr(values, "dtype", None) == np.float32
    return (1e-6, 1e-7) if single else (1e-9, 1e-12)


def _to_float64(values: ArrayLike, name: str) -> FloatArray:
    if np.ma.isMaskedArray(values) and np.ma.is_masked(values):
        raise ValueError(f"{name} has masked entries; fill them or drop them first.")
    if isinstance(values, Mapping):
        raise ValueError(f"{name} is a dictionary; pass its probabilities, list({name}.values()).")
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} is ragged: all its rows must have the same length.") from None
    if array.dtype.kind == "O":
        array = _from_objects(array, name)
    if array.dtype.kind not in "fiu":
        kind = {"b": "True/False values", "c": "complex numbers", "U": "text", "S": "text"}
        raise ValueError(f"{name} holds {kind.get(array.dtype.kind, str(array.dtype))}, not numbers.")
    return array.astype(np.float64, copy=False)


def _from_objects(array: NDArray[Any], name: str) -> FloatArray:
    for item in array.flat:
        if isinstance(item, bool | np.bool_) or not isinstance(item, Real | Decimal):
            raise ValueError(f"{name} holds {item!r}, which is not a number.")
    return array.astype(np.float64)


def _finite(values: FloatArray, name: str) -> FloatArray:
    if not np.isfinite(values).all():
        raise ValueError(
            f"{_first(values, ~np.isfinite(values), name)}; every entry must be a finite number."
        )
    return _read_only(values)


def _non_negative(p: FloatArray, round_off: float, name: str, what: str = "a probability") -> FloatArray:
    # One pass for the usual case; NaN makes this comparison false and is caught by the totals.
    if not p.size or not p.min() < 0.0:
        return p
    if (p < -round_off).any():
        _finite(p, name)
        raise ValueError(f"{_first(p, p < -round_off, name)}; {what} cannot be negative.")
    return np.maximum(p, 0.0)


def _totals(p: FloatArray, axis: int, name: str) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # reported below, as a sentence
        totals = np.atleast_1d(p.sum(axis=axis))
    if not np.isfinite(totals).all():
        _finite(p, name)  # names the NaN or infinity, if there is one
        raise ValueError(f"the entries of {name} are too large to add up.")
    return totals


def _divided_by_totals(p: FloatArray, totals: FloatArray, axis: int, name: str) -> FloatArray:
    if (totals <= 0.0).any():
        where = _row(np.argwhere(totals <= 0.0)[0], p.ndim, axis)
        raise ValueError(f"{name} sums to 0{where}; with nothing counted there is nothing to normalise.")
    divided: FloatArray = p / (totals if p.ndim == 1 else np.expand_dims(totals, axis))
    return divided


def _check_totals(totals: FloatArray, tolerance: float, axis: int, ndim: int, name: str) -> None:
    wrong = np.abs(totals - 1.0)
    if wrong.max() > tolerance:
        worst = np.unravel_index(int(wrong.argmax()), totals.shape)
        where = _row(worst, ndim, axis)
        raise ValueError(
            f"{name} sums to {_shown(float(totals[worst]))}{where}, not 1. "
            "If these are counts, pass normalize=True."
        )


def _check_joint_total(total: float, table: FloatArray, tolerance: float, name: str) -> None:
    if abs(total - 1.0) <= tolerance:
        return
    if np.allclose(table.sum(axis=-1), 1.0, rtol=0.0, atol=tolerance):
        raise ValueError(
            f"every row of {name} sums to 1, so the table sums to {_shown(total)}: these look like "
            "conditional probabilities p(y|x). Multiply each row by its p(x) first."
        )
    raise ValueError(f"{name} sums to {_shown(total)}, not 1. If these are counts, pass normalize=True.")


def _row(index: Any, ndim: int, axis: int) -> str:
    if ndim == 1:
        return ""
    place = ", ".join(str(int(i)) for i in index)
    outcomes_last = axis in (-1, ndim - 1)
    return f" in row {place}" if outcomes_last else f" at position {place} (outcomes along axis {axis})"


def _first(values: FloatArray, offending: NDArray[np.bool_], name: str) -> str:
    index = tuple(int(i) for i in np.argwhere(offending)[0])
    place = f"[{', '.join(map(str, index))}]" if index else ""
    return f"{name}{place} is {float(values[index]):.6g}"


def _shown(total: float) -> str:
    """Whole numbers whole, else four decimals, or as many as it takes not to read as 1."""
    if total.is_integer():
        return f"{total:.10g}"
    return f"{total:.4f}" if abs(total - 1.0) >= 1e-4 and abs(total) < 1e6 else f"{total:.10g}"


def _read_only(array: FloatArray) -> FloatArray:
    view = np.asarray(array).view()  # minimum() and friends turn 0-d arrays into scalars
    view.flags.writeable = False
    return view
