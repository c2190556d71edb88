"""Entropy from samples: what counts can and cannot tell."""

import numpy as np
from numpy.typing import ArrayLike

from course_lib.distributions import FloatArray, as_counts, in_unit
from course_lib.measures import entropy


def entropy_from_counts(
    counts: ArrayLike,
    *,
    correction: str | None = None,
    support_size: int | None = None,
    unit: str = "bits",
    axis: int = -1,
) -> float | FloatArray:
    """Entropy estimated from counts: plug the frequencies in, then perhaps correct the bias. Chapter 2.

    Parameters
    ----------
    counts : array_like, shape (..., K)
        How often each of K outcomes was seen; more dimensions are a batch of samples.
    correction : None or "miller-madow"
        None is the plug-in estimate, too low on average by about (K − 1)/2n nats.
        "miller-madow" adds that much back.
    support_size : int, optional
        The true number of outcomes K for the correction, if it is known. Without it K counts the
        occupied cells, which is the usual Miller–Madow and corrects too little when n is small.
    unit : {"bits", "nats", "hartleys"}
    axis : int
        The axis that holds the outcomes.

    Returns
    -------
    float or ndarray
        The estimate in `unit`, returned raw: a corrected one may exceed log K. Clipping it would put
        back some of the bias that the correction removes.

    Raises
    ------
    ValueError
        If counts are negative, fractional or all 0, or `support_size` is below the occupied cells.

    Examples
    --------
    >>> entropy_from_counts([2, 1, 1])
    1.5
    >>> round(entropy_from_counts([2, 1, 1], correction="miller-madow", unit="nats"), 4)
    1.2897
    """
    if correction not in (None, "miller-madow"):
        raise ValueError(f'correction must be None or "miller-madow", not {correction!r}.')
    if correction is None and support_size is not None:
        raise ValueError('support_size is only used by correction="miller-madow"; the plug-in ignores it.')
    counts = _whole_counts(counts)
    plug_in = entropy(counts, unit=unit, axis=axis, normalize=True)
    if correction is None:
        return plug_in
    occupied = (counts > 0).sum(axis=axis)
    if support_size is not None and support_size < occupied.max():
        raise ValueError(
            f"support_size is {support_size}, but {occupied.max()} different outcomes were seen."
        )
    cells = occupied if support_size is None else support_size
    corrected = plug_in + in_unit((cells - 1) / (2.0 * counts.sum(axis=axis)), unit)
    return float(corrected) if np.ndim(corrected) == 0 else np.asarray(corrected)


def _whole_counts(counts: ArrayLike) -> FloatArray:
    numbers = as_counts(counts)
    if (numbers != np.round(numbers)).any():
        odd = numbers[numbers != np.round(numbers)].flat[0]
        raise ValueError(
            f"counts holds {odd:.6g}; counts are whole numbers. For probabilities use entropy(p)."
        )
    return numbers
