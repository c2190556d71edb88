"""Mutual information of continuous variables from the distances between samples, without any bins."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import digamma

from course_lib.distributions import FloatArray, as_numbers

_REMEDY = (
    "Nearest neighbours need values that never repeat. If the values are labels, use "
    'method="plug-in"; if they are coarse, method="binned", or spread them within their own rounding: '
    "x + rng.uniform(-step / 2, step / 2, len(x))."
)


def nearest_neighbour_information(
    x: ArrayLike, y: ArrayLike, *, neighbours: int = 3, standardize: bool = True
) -> float:
    """Estimate I(X;Y) in nats by nearest neighbours: the KSG estimator, its first kind. Chapter 5.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        Samples of two continuous variables, in pairs.
    neighbours : int
        The k of "distance to the k-th neighbour"; fewer is less biased, more is steadier.
    standardize : bool
        Divide both axes by their standard deviations first, so that units do not matter. With False a
        distance of 1 in x counts as much as a distance of 1 in y.

    Returns
    -------
    float
        ψ(k) + ψ(n) − mean of ψ(n_x + 1) + ψ(n_y + 1), in nats, returned raw. It may be negative: cutting
        it at 0 would make independent variables look dependent on average. A constant shares nothing: 0.

    Raises
    ------
    ValueError
        If a value repeats, or if there are not more samples than neighbours.

    Notes
    -----
    n_x counts the other samples *strictly* nearer in x than the k-th neighbour is in the plane, measured
    by the larger of the two distances. One that lies exactly as far decides the distance and is not
    counted; counting it lowers the estimate.

    References
    ----------
    Kraskov, Stögbauer and Grassberger (2004), Estimating mutual information, equation 8.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=2000)
    >>> 0.25 < nearest_neighbour_information(x, x + rng.normal(size=2000)) < 0.45  # the truth is 0.3466
    True
    """
    x, y = as_numbers(x, name="x"), as_numbers(y, name="y")
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}; nearest neighbours need two lists of one length."
        )
    n = len(x)
    if isinstance(neighbours, bool) or not isinstance(neighbours, int | np.integer) or neighbours < 1:
        raise ValueError(f"neighbours is {neighbours!r}; give a whole number above 0.")
    if n <= neighbours:
        raise ValueError(f"with {n} samples nobody has {neighbours} neighbours; give more samples.")
    if (x == x[0]).all() or (y == y[0]).all():
        return 0.0
    axes = [_axis(values, name, standardize) for name, values in (("x", x), ("y", y))]
    plane = np.column_stack(axes)
    radii = cKDTree(plane).query(plane, k=[neighbours + 1], p=np.inf)[0][:, 0]  # each is its own nearest
    nearer = [digamma(count_nearer(axis, radii) + 1).mean() for axis in axes]
    return float(digamma(neighbours) + digamma(n) - sum(nearer))


def count_nearer(values: FloatArray, radii: FloatArray) -> NDArray[np.int64]:
    """Count, for each value, the others strictly nearer to it than its radius.

    Examples
    --------
    >>> count_nearer(np.array([0.0, 1.0, 3.0]), np.array([1.0, 2.5, 3.0])).tolist()
    [0, 2, 1]
    """
    order = np.argsort(values)
    values, radii = values[order], radii[order]
    counts = np.empty(len(values), dtype=np.int64)
    # Those below are those above in a mirror.
    counts[order] = _above(values, radii) + _above(-values[::-1], radii[::-1])[::-1]
    return counts


def _above(values: FloatArray, radii: FloatArray) -> NDArray[np.int64]:
    """Count, for each of the sorted values, those after it with a difference below its radius."""
    here = np.arange(len(values))
    end = np.maximum(np.searchsorted(values, values + radii), here + 1)
    # The k-th neighbour lies exactly on the edge for one of the two axes, and the rounded sum v + r may put
    # it on either side. What decides is the difference, which is what the radius was computed from.
    while (nearer := (end < len(values)) & (values[np.minimum(end, len(values) - 1)] - values < radii)).any():
        end += nearer
    while (too_far := (end > here + 1) & (values[end - 1] - values >= radii)).any():
        end -= too_far
    return np.asarray(end - here - 1)


def _axis(values: FloatArray, name: str, standardize: bool) -> FloatArray:
    if standardize:
        shifted = values - values[0]  # nearly exact however far from 0 the values lie
        shifted = shifted / np.abs(shifted).max()
        values = shifted / shifted.std()
    in_order = np.sort(values)
    if (repeats := int((in_order[1:] == in_order[:-1]).sum())) > 0:
        raise ValueError(f"{repeats} of the {len(values)} values of {name} repeat others. {_REMEDY}")
    return values
