"""Information estimated from samples: what they can and cannot tell, and what chance alone would show."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import logsumexp, rel_entr

from course_lib.distributions import FloatArray, as_counts, as_numbers, check_unit, in_unit
from course_lib.labels import as_labels
from course_lib.measures import entropy
from course_lib.neighbours import nearest_neighbour_information


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


class KLEstimates(NamedTuple):
    """Three estimates of one divergence in nats, a value per sample; see `kl_estimates`."""

    k1: FloatArray
    k2: FloatArray
    k3: FloatArray


def kl_estimates(log_ratio: ArrayLike) -> KLEstimates:
    """Estimates of D(q‖p) in nats, one per sample x drawn from q, from log p(x) − log q(x). Chapter 4.

    Parameters
    ----------
    log_ratio : array_like, shape (...)
        log r = log p(x) − log q(x) in nats at samples of q. −inf where p forbids the sample.

    Returns
    -------
    KLEstimates
        Arrays of the input's shape, whose means estimate D(q‖p), returned raw.
        `k1` = −log r: right on average, often negative for a single sample.
        `k2` = (log r)²/2: never negative, small spread, but biased; good only where p is close to q.
        `k3` = r − 1 − log r: never negative and right on average, if p allows nothing that q forbids.

    Examples
    --------
    >>> estimates = kl_estimates([0.0, np.log(2)])
    >>> [k.round(4).tolist() for k in estimates]
    [[0.0, -0.6931], [0.0, 0.2402], [0.0, 0.3069]]
    """
    log_r = as_numbers(log_ratio, name="log_ratio", allow_infinity=True)
    if np.isposinf(log_r).any():
        raise ValueError("log_ratio holds inf: q(x) = 0 at one of its own samples; were they drawn from q?")
    with np.errstate(over="ignore"):
        return KLEstimates(0.0 - log_r, 0.5 * log_r**2, np.expm1(log_r) - log_r)


def smoothed_histogram(values: ArrayLike, edges: ArrayLike, *, add: float = 0.5) -> FloatArray:
    """Shares of the bins after `add` imaginary samples in each, so that no bin is impossible. Chapter 4.

    Parameters
    ----------
    values : array_like
        The sample.
    edges : array_like, shape (K + 1,)
        Edges of K bins, rising; ±inf is welcome. The outer bins are open: what lies beyond the outermost
        edges counts in the first or last bin, and no sample is lost.
    add : float
        Samples added to every bin, at least 0; with 0 empty bins stay impossible.

    Returns
    -------
    ndarray, shape (K,)
        Shares that sum to 1. A bin holds its lower edge.

    Examples
    --------
    >>> smoothed_histogram([1, 2, 2, 9], [0, 2, 4, 6]).round(4).tolist()
    [0.2727, 0.4545, 0.2727]
    """
    sample = as_numbers(values, name="values").reshape(-1)
    cuts = as_numbers(edges, name="edges", allow_infinity=True)
    weight = float(as_numbers(add, name="add"))
    if cuts.ndim != 1 or len(cuts) < 2 or (np.diff(cuts) <= 0.0).any():
        raise ValueError("edges must be a rising list of at least two numbers: K bins have K + 1 edges.")
    if weight < 0.0:
        raise ValueError(f"add is {weight:.6g}; samples can be added to a bin, not taken away.")
    bins = np.searchsorted(cuts[1:-1], sample, side="right")
    counts = np.bincount(bins, minlength=len(cuts) - 1) + weight
    if counts.sum() == 0.0:
        raise ValueError("values is empty and add is 0; with nothing counted there are no shares.")
    return np.asarray(counts / counts.sum())


def mutual_information_from_samples(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: str = "plug-in",
    bins: int = 8,
    edges: str = "quantile",
    neighbours: int = 3,
    standardize: bool = True,
    unit: str = "bits",
) -> float:
    """Mutual information estimated from pairs of samples, in one of three ways. Chapter 5.

    Parameters
    ----------
    x, y : array_like, shape (n,)
        The samples: labels of any kind for "plug-in", numbers for the other two. Labels may have several
        columns, shape (n, d); a whole row is then one label.
    method : {"plug-in", "binned", "ksg"}
        "plug-in" takes the frequencies of labels for their probabilities.
        "binned" cuts numbers into bins and does the same with these.
        "ksg" measures distances to nearest neighbours and needs no bins.
    bins : int
        Bins per axis, for "binned".
    edges : {"quantile", "width"}
        For "binned": bins that hold equally many samples, or bins equally wide.
    neighbours, standardize
        For "ksg", see `course_lib.neighbours.nearest_neighbour_information`.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float
        The estimate in `unit`, returned raw. Independent variables show about
        (K_x − 1)(K_y − 1)/2n nats by "plug-in" and "binned", and 0 on average by "ksg", which
        therefore falls below 0 about half the time.

    See Also
    --------
    sklearn.metrics.mutual_info_score : the plug-in estimate, in nats.
    sklearn.feature_selection.mutual_info_regression : KSG in nats with negative estimates set to 0.
    permutation_null : what the estimate shows by chance alone.

    Examples
    --------
    >>> mutual_information_from_samples(["a", "a", "b", "b"], [1, 1, 0, 0])
    1.0
    >>> mutual_information_from_samples([0.1, 0.2, 0.7, 0.9], [3.0, 2.5, 1.0, 0.5], method="binned", bins=2)
    1.0
    """
    check_unit(unit)
    if method == "ksg":
        nats = nearest_neighbour_information(x, y, neighbours=neighbours, standardize=standardize)
        return float(in_unit(nats, unit))
    if method == "binned":
        if edges not in _BINNINGS:
            raise ValueError(f'edges must be "quantile" or "width", not {edges!r}.')
        x, y = (_BINNINGS[edges](values, bins, name) for name, values in (("x", x), ("y", y)))
    elif method != "plug-in":
        raise ValueError(f'method must be "plug-in", "binned" or "ksg", not {method!r}.')
    return _plug_in(x, y, unit)


def quantile_bins(values: ArrayLike, bins: int) -> NDArray[np.int64]:
    """Number of the bin of each value, bins being cut so that they hold equally many. Chapter 5.

    Parameters
    ----------
    values : array_like, shape (n,)
    bins : int
        How many. The inner edges are the quantiles 1/bins, 2/bins, …; a bin holds its lower edge.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to bins − 1. A value that repeats often leaves bins empty, and shares the last bin with all
        larger ones if it reaches so far.

    Examples
    --------
    >>> quantile_bins([1, 2, 3, 100], 2).tolist()
    [0, 0, 1, 1]
    """
    return _quantile_bins(values, bins, "values")


def width_bins(values: ArrayLike, bins: int) -> NDArray[np.int64]:
    """Number of the bin of each value, bins being equally wide from smallest to largest. Chapter 5.

    Parameters
    ----------
    values : array_like, shape (n,)
    bins : int
        How many. A bin holds its lower edge, the last one also the largest value.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to bins − 1.

    Examples
    --------
    >>> width_bins([1, 2, 3, 100], 2).tolist()
    [0, 0, 0, 1]
    """
    return _width_bins(values, bins, "values")


def infonce_bound(scores: ArrayLike, *, unit: str = "bits") -> float | FloatArray:
    """Lower bound on I(X;Y) from telling true pairs from others: log N minus the InfoNCE loss. Chapter 5.

    Parameters
    ----------
    scores : array_like, shape (..., N, N)
        ``scores[i, j]`` says how well x_i and y_j fit together, in nats; the true pairs lie on the
        diagonal. Best would be log p(y|x)/p(y). More dimensions are several batches.
    unit : {"bits", "nats", "hartleys"}
        Unit of the result.

    Returns
    -------
    float or ndarray
        log N + mean over i of (s_ii − log Σ_j exp s_ij): one value per batch. It never exceeds log N,
        however much X and Y share, and is a lower bound on average; for bad scores it is negative.

    Notes
    -----
    In PyTorch the loss is ``F.cross_entropy(scores, torch.arange(N))``, in nats.

    Examples
    --------
    >>> infonce_bound([[50.0, 0.0], [0.0, 50.0]])
    1.0
    """
    table = as_numbers(scores, name="scores", allow_infinity=True)
    if table.ndim < 2 or table.shape[-1] != table.shape[-2] or table.size == 0:
        raise ValueError(
            f"scores has shape {table.shape}; N pairs have N × N scores, true pairs on the diagonal."
        )
    if np.isposinf(table).any() or np.isneginf(table).all(axis=-1).any():
        raise ValueError("scores holds inf, or a row of nothing but −inf; such a row has no best partner.")
    true_pairs = np.diagonal(table, axis1=-2, axis2=-1)
    nats = np.log(table.shape[-1]) + (true_pairs - logsumexp(table, axis=-1)).mean(axis=-1)
    bound = np.asarray(in_unit(nats, unit))
    return float(bound) if bound.ndim == 0 else bound


def permutation_null(
    statistic: Callable[[FloatArray, FloatArray], float],
    x: ArrayLike,
    y: ArrayLike,
    *,
    shuffle: str = "pool",
    permutations: int = 1000,
    seed: int = 0,
) -> FloatArray:
    """What a statistic of two samples shows by chance alone, by shuffling what it compares. Chapter 4.

    Parameters
    ----------
    statistic : callable
        Takes (x, y) and returns a number.
    x, y : array_like
        The two samples, along their first axis.
    shuffle : {"pool", "pairs"}
        "pool" asks whether x and y come from one source: both are pooled and dealt out anew in the same
        sizes. "pairs" asks whether row i of x has to do with row i of y: y is shuffled against x.
    permutations : int
        Number of shuffles.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    ndarray, shape (permutations,)
        The statistic of each shuffle. A p-value is (1 + how many reach the observed value)/(1 + how many
        there are): the observed order is one of the possible shuffles.

    Examples
    --------
    >>> null = permutation_null(lambda x, y: x.mean() - y.mean(), [1, 2, 3], [11, 12, 13], permutations=200)
    >>> len(null), float(null.max())
    (200, 10.0)
    """
    if shuffle not in ("pool", "pairs"):
        raise ValueError(f'shuffle must be "pool" or "pairs", not {shuffle!r}.')
    if isinstance(permutations, bool) or not isinstance(permutations, int) or permutations < 1:
        raise ValueError(f"permutations is {permutations!r}; give a whole number above 0.")
    first, second = as_numbers(x, name="x"), as_numbers(y, name="y")
    if first.ndim == 0 or second.ndim == 0 or 0 in (len(first), len(second)):
        raise ValueError("x and y must each hold at least one sample.")
    if shuffle == "pairs" and len(first) != len(second):
        raise ValueError(f"x has {len(first)} samples and y {len(second)}; pairs need as many of both.")
    rng = np.random.default_rng(seed)
    pooled = np.concatenate([first, second]) if shuffle == "pool" else second
    null = np.empty(permutations)
    for i in range(permutations):
        mixed = rng.permutation(pooled)
        null[i] = (
            statistic(mixed[: len(first)], mixed[len(first) :])
            if shuffle == "pool"
            else statistic(first, mixed)
        )
    return null


def _whole_counts(counts: ArrayLike) -> FloatArray:
    numbers = as_counts(counts)
    if (numbers != np.round(numbers)).any():
        odd = numbers[numbers != np.round(numbers)].flat[0]
        raise ValueError(
            f"counts holds {odd:.6g}; counts are whole numbers. For probabilities use entropy(p)."
        )
    return numbers


def _plug_in(x: ArrayLike, y: ArrayLike, unit: str) -> float:
    (x_codes, x_size), (y_codes, y_size) = as_labels(x, name="x"), as_labels(y, name="y")
    n = len(x_codes)
    if n != len(y_codes):
        raise ValueError(f"x has {n} samples and y {len(y_codes)}; they must come in pairs.")
    pairs = x_codes * y_size + y_codes
    if x_size * y_size <= 4 * n + 1000:
        counts = np.bincount(pairs)
        cells = np.flatnonzero(counts)
        counts = counts[cells]
    else:  # a table mostly of zeros; only the pairs that occur are worth a cell
        cells, counts = np.unique(pairs, return_counts=True)
    p_x, p_y = np.bincount(x_codes) / n, np.bincount(y_codes) / n
    product = p_x[cells // y_size] * p_y[cells % y_size]
    return max(float(in_unit(rel_entr(counts / n, product).sum(), unit)), 0.0)


def _quantile_bins(values: ArrayLike, bins: int, name: str) -> NDArray[np.int64]:
    numbers, cuts = _to_cut(values, bins, name)
    return np.searchsorted(np.quantile(numbers, cuts), numbers, side="right")


def _width_bins(values: ArrayLike, bins: int, name: str) -> NDArray[np.int64]:
    numbers, cuts = _to_cut(values, bins, name)
    low, high = numbers.min(), numbers.max()
    return (
        np.searchsorted(low + (high - low) * cuts, numbers, side="right") if high > low else _zeros(numbers)
    )


_BINNINGS = {"quantile": _quantile_bins, "width": _width_bins}


def _zeros(numbers: FloatArray) -> NDArray[np.int64]:
    return np.zeros(len(numbers), dtype=np.int64)


def _to_cut(values: ArrayLike, bins: int, name: str) -> tuple[FloatArray, FloatArray]:
    """The numbers to be cut, and where the inner edges lie as shares of the way from first to last."""
    numbers = as_numbers(values, name=name)
    if numbers.ndim != 1 or numbers.size == 0:
        raise ValueError(
            f"{name} has shape {numbers.shape}; to be cut into bins it must be a list of numbers."
        )
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise ValueError(f"bins is {bins!r}; give a whole number above 0.")
    return numbers, np.arange(1, bins) / bins
