"""What the chapters define: surprisal, entropies, cross-entropy, KL, JS and mutual information of tables."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, rel_entr, xlog1py, xlogy

from course_lib.distributions import (
    UNITS,
    FloatArray,
    as_counts,
    as_joint,
    as_numbers,
    as_pmf,
    as_probabilities,
    check_unit,
    in_unit,
    logarithm,
)

# The smallest normal float. max(p, _TINY) shows no zero to a logarithm, and 0 * log(_TINY) is 0.
_TINY = np.finfo(np.float64).tiny

_AVERAGES: dict[str, Callable[[float, float], float]] = {
    "geometric": lambda x, y: float(np.sqrt(x) * np.sqrt(y)),
    "arithmetic": lambda x, y: (x + y) / 2.0,
    "min": min,
    "max": max,
}


def surprisal(p: ArrayLike, *, unit: str = "bits") -> float | FloatArray:
    """Surprise of an event of probability p: I = −log p. Chapter 1.

    Parameters
    ----------
    p : float or array_like
        Probability of each event, between 0 and 1. The events need not form a distribution.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float or ndarray
        Surprise in `unit`, same shape as `p`. It is 0 for p = 1 and inf for p = 0.

    Examples
    --------
    >>> surprisal(1 / 32)
    5.0
    >>> surprisal([1.0, 0.5, 0.0]).tolist()
    [0.0, 1.0, inf]
    """
    p = as_probabilities(p)
    with np.errstate(divide="ignore"):  # an impossible event that happens is infinitely surprising, no mishap
        return _float_or_array(0.0 - logarithm(unit)(p))


def entropy(
    p: ArrayLike, *, unit: str = "bits", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Entropy, the mean surprise of a distribution: H(p) = −Σ p log p. Chapter 2.

    Parameters
    ----------
    p : array_like, shape (..., K)
        Probabilities; more dimensions are a batch.
    unit : {"bits", "nats", "hartleys"}
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide `p` by its total first; use it for counts.

    Returns
    -------
    float or ndarray
        Entropy in `unit`, between 0 and log K; a float for one distribution, an array for a batch.

    See Also
    --------
    scipy.stats.entropy : nats by default, ``axis=0``, and it normalises without saying so.

    Notes
    -----
    An outcome of probability 0 adds 0, the limit of p log p. Nothing is clipped or smoothed.

    Examples
    --------
    >>> entropy([1 / 2, 1 / 4, 1 / 8, 1 / 8])
    1.75
    >>> entropy([2, 1, 1], normalize=True)
    1.5
    """
    p = _outcomes_last(p, axis, normalize, "p")
    logs = np.maximum(p, _TINY)
    logarithm(unit)(logs, out=logs)
    return _float_or_array(_at_least_zero(-np.vecdot(p, logs)))


def binary_entropy(p: ArrayLike, *, unit: str = "bits") -> float | FloatArray:
    """Entropy of a coin that shows heads with probability p: −p log p − (1−p) log(1−p). Chapter 2.

    Parameters
    ----------
    p : float or array_like
        Probability of heads, between 0 and 1; an array gives one entropy per entry.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float or ndarray
        Entropy in `unit`, at most 1 bit; same shape as `p`.

    Notes
    -----
    log(1−p) is taken as log1p(−p), which stays exact for coins that almost never land heads.

    Examples
    --------
    >>> binary_entropy(0.5)
    1.0
    >>> round(binary_entropy(0.9), 4)
    0.469
    """
    p = as_probabilities(p)
    return _float_or_array(_at_least_zero(in_unit(entr(p) - xlog1py(1.0 - p, -p), unit)))


def cross_entropy(
    p: ArrayLike, q: ArrayLike, *, unit: str = "bits", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Cross-entropy, the mean surprise of model q when p is true: −Σ p log q. Chapter 3.

    Parameters
    ----------
    p : array_like, shape (..., K)
        The truth. Truth first, always.
    q : array_like, shape (..., K)
        The model; same shape as `p`, or one distribution compared with a batch of the other.
    unit : {"bits", "nats", "hartleys"}
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide both by their totals first.

    Returns
    -------
    float or ndarray
        Cross-entropy in `unit`, at least the entropy of `p`; inf where q forbids what p allows.

    Notes
    -----
    A loss from logits should not pass through probabilities; this is for probabilities you already have.

    Examples
    --------
    >>> round(cross_entropy([0.5, 0.5], [0.25, 0.75], unit="bits"), 4)
    1.2075
    >>> cross_entropy([0.5, 0.5], [1.0, 0.0])
    inf
    """
    p, q = _pair(p, q, axis, normalize)
    return _float_or_array(_at_least_zero(in_unit(-xlogy(p, q).sum(axis=-1), unit)))


def kl_divergence(
    p: ArrayLike, q: ArrayLike, *, unit: str = "bits", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Kullback–Leibler divergence, the surprise wasted by believing q: D(p‖q) = Σ p log(p/q). Chapter 4.

    Parameters
    ----------
    p : array_like, shape (..., K)
        The truth. Truth first: D(p‖q) and D(q‖p) differ.
    q : array_like, shape (..., K)
        The model; same shape as `p`, or one distribution compared with a batch of the other.
    unit : {"bits", "nats", "hartleys"}
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide both by their totals first.

    Returns
    -------
    float or ndarray
        Divergence in `unit`, at least 0; inf where q forbids what p allows, never clipped.

    See Also
    --------
    scipy.special.rel_entr : the terms of this sum, in nats. ``kl_div`` adds q − p to each.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5], [0.25, 0.75]), 4)
    0.2075
    >>> round(kl_divergence([0.25, 0.75], [0.5, 0.5]), 4)
    0.1887
    """
    p, q = _pair(p, q, axis, normalize)
    return _float_or_array(_at_least_zero(in_unit(rel_entr(p, q).sum(axis=-1), unit)))


def js_divergence(
    p: ArrayLike, q: ArrayLike, *, unit: str = "bits", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Jensen–Shannon divergence: the mean KL of p and q to their mixture m = (p + q)/2. Chapter 4.

    Parameters
    ----------
    p, q : array_like, shape (..., K)
        Two distributions; the order does not matter.
    unit : {"bits", "nats", "hartleys"}
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide both by their totals first.

    Returns
    -------
    float or ndarray
        Divergence in `unit`, between 0 and 1 bit; always finite.

    See Also
    --------
    js_distance : its square root.
    scipy.spatial.distance.jensenshannon : also the square root, in nats by default.

    Examples
    --------
    >>> js_divergence([1, 0], [0, 1])
    1.0
    >>> round(js_divergence([1, 0], [0.5, 0.5]), 6)
    0.311278
    """
    p, q = _pair(p, q, axis, normalize)
    # Two subnormal probabilities can average to 0, and rel_entr would call that cell infinite.
    mixture = np.maximum((p + q) / 2.0, _TINY)
    terms = rel_entr(p, mixture)
    terms += rel_entr(q, mixture)
    nats = terms.sum(axis=-1) / 2.0
    return _float_or_array(in_unit(np.clip(nats, 0.0, UNITS["bits"]), unit))


def js_distance(
    p: ArrayLike, q: ArrayLike, *, unit: str = "bits", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Jensen–Shannon distance, the square root of `js_divergence`: a metric. Chapter 4.

    Takes and returns the same shapes as `js_divergence`; the result is the root of an amount in `unit`.

    Examples
    --------
    >>> js_distance([1, 0], [0, 1])
    1.0
    """
    return _float_or_array(np.sqrt(js_divergence(p, q, unit=unit, axis=axis, normalize=normalize)))


def total_variation(
    p: ArrayLike, q: ArrayLike, *, axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Total variation, the largest difference p and q give to any event: ½ Σ |p − q|. Chapter 4.

    Parameters
    ----------
    p, q : array_like, shape (..., K)
        Two distributions; the order does not matter.
    axis : int
        The axis that holds the outcomes.
    normalize : bool
        Divide both by their totals first.

    Returns
    -------
    float or ndarray
        A difference of probabilities, between 0 and 1, without a unit.

    Examples
    --------
    >>> round(total_variation([0.5, 0.3, 0.2], [0.2, 0.3, 0.5]), 6)
    0.3
    """
    p, q = _pair(p, q, axis, normalize)
    return _float_or_array(np.minimum(np.abs(p - q).sum(axis=-1) / 2.0, 1.0))


def pinsker_bound(divergence: ArrayLike, *, unit: str) -> float | FloatArray:
    """Largest total variation that Pinsker's inequality allows: √(D/2), D in nats, at most 1. Chapter 4.

    Parameters
    ----------
    divergence : float or array_like
        D(p‖q) in `unit`, at least 0; inf allows anything.
    unit : {"bits", "nats", "hartleys"}
        The unit of what is passed in. No default: the constant ½ belongs to nats.

    Returns
    -------
    float or ndarray
        Bound on `total_variation`, between 0 and 1.

    Examples
    --------
    >>> round(pinsker_bound(0.02, unit="nats"), 6)
    0.1
    """
    amount = as_numbers(divergence, name="divergence", allow_infinity=True)
    if amount.size and amount.min() < 0.0:
        raise ValueError(f"divergence is {amount.min():.6g}; a divergence cannot be negative.")
    return _float_or_array(np.minimum(np.sqrt(amount * UNITS[check_unit(unit)] / 2.0), 1.0))


def population_stability_index(
    p: ArrayLike, q: ArrayLike, *, unit: str = "nats", axis: int = -1, normalize: bool = False
) -> float | FloatArray:
    """Population stability index in nats, both prices of drift added: D(p‖q) + D(q‖p). Chapter 4.

    Parameters
    ----------
    p, q : array_like, shape (..., K)
        Shares of a reference and of a current sample per bin; the order does not matter.
    unit : {"nats", "bits", "hartleys"}
        Nats by default, as monitoring tools have it.
    axis : int
        The axis that holds the bins.
    normalize : bool
        Divide both by their totals first; use it for counts.

    Returns
    -------
    float or ndarray
        Σ (p − q) log(p/q) in `unit`, at least 0; inf where only one of the two has an empty bin.

    Examples
    --------
    >>> round(population_stability_index([0.5, 0.5], [0.4, 0.6]), 4)
    0.0405
    """
    p, q = _pair(p, q, axis, normalize)
    return _float_or_array(_at_least_zero(in_unit((rel_entr(p, q) + rel_entr(q, p)).sum(axis=-1), unit)))


def joint_entropy(joint: ArrayLike, *, unit: str = "bits", normalize: bool = False) -> float:
    """Entropy of a whole joint table, H(X,Y): the mean surprise of the pair. Chapter 2.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y) or more axes
        Joint probabilities; the whole table sums to 1.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        Entropy in `unit`.

    Examples
    --------
    >>> joint_entropy([[0.25, 0.25], [0.25, 0.25]])
    2.0
    """
    return float(entropy(as_joint(joint, normalize=normalize).reshape(-1), unit=unit))


def conditional_entropy(joint: ArrayLike, *, unit: str = "bits", normalize: bool = False) -> float:
    """Conditional entropy H(Y|X): what is left to find out about the column once the row is known. Chapter 2.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y. For H(X|Y) pass ``joint.T``.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        H(Y|X) in `unit`: the entropies of the rows, averaged with the rows' own probabilities.

    Examples
    --------
    >>> conditional_entropy([[0.5, 0.0], [0.25, 0.25]])
    0.5
    """
    table = _two_way(joint, normalize)
    p_x = table.sum(axis=1, keepdims=True)
    # p(x,y) log p(y|x), written p(x,y) log(p(x,y)/p(x)): exactly 0 where y follows from x.
    return float(_at_least_zero(in_unit(-rel_entr(table, p_x).sum(), unit)))


def mutual_information(joint: ArrayLike, *, unit: str = "bits", normalize: bool = False) -> float:
    """Mutual information I(X;Y): divergence of the joint table from the product of its margins. Chapter 5.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        I(X;Y) in `unit`, at least 0 and at most the smaller of H(X) and H(Y).

    See Also
    --------
    sklearn.metrics.mutual_info_score : from labels or integer counts, in nats; it mistreats float tables.

    Notes
    -----
    Of a table of counts this is the plug-in estimate, which is too high on average: independent
    variables show (K_x − 1)(K_y − 1)/2n nats for n samples.

    Examples
    --------
    >>> mutual_information([[0.5, 0.0], [0.0, 0.5]])
    1.0
    """
    table = _two_way(joint, normalize)
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    # A product of two tiny margins can underflow to 0 around a cell that weighs next to nothing.
    np.maximum(product, _TINY, out=product)
    return float(_at_least_zero(in_unit(rel_entr(table, product).sum(), unit)))


def pointwise_mutual_information(
    joint: ArrayLike, *, unit: str = "bits", normalize: bool = False
) -> FloatArray:
    """Pointwise mutual information of every cell: log p(x,y) − log p(x) p(y). Chapter 5.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    ndarray, shape (K_x, K_y)
        In `unit`; positive where the pair is commoner than chance, −inf where it never occurs,
        NaN in a row or column that never occurs (0/0 has no value).

    Examples
    --------
    >>> pointwise_mutual_information([[0.5, 0.0], [0.25, 0.25]]).round(3).tolist()
    [[0.415, -inf], [-0.585, 1.0]]
    """
    table = _two_way(joint, normalize)
    log = logarithm(unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        pointwise: FloatArray = log(table) - log(table.sum(axis=1, keepdims=True)) - log(table.sum(axis=0))
    return pointwise


def conditional_mutual_information(
    joint_xyz: ArrayLike, *, unit: str = "bits", normalize: bool = False
) -> float:
    """Conditional mutual information I(X;Y|Z): what X and Y share once Z is known, on average. Chapter 5.

    Parameters
    ----------
    joint_xyz : array_like, shape (K_x, K_y, K_z)
        Joint probabilities, axes X, Y, Z.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        I(X;Y|Z) in `unit`, at least 0. It may be larger or smaller than I(X;Y).

    Examples
    --------
    >>> xor = np.zeros((2, 2, 2))
    >>> xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 1 / 4
    >>> conditional_mutual_information(xor)
    1.0
    """
    table = _three_way(joint_xyz, normalize)
    p_xz = table.sum(axis=1, keepdims=True)
    p_yz = table.sum(axis=0, keepdims=True)
    p_z = table.sum(axis=(0, 1))
    # A z that never occurs asks nothing: its cells are 0, whatever they are compared with.
    given_z = np.divide(p_yz, p_z, out=np.zeros_like(p_yz), where=p_z > 0.0)
    independent = np.maximum(p_xz * given_z, _TINY)
    return float(_at_least_zero(in_unit(rel_entr(table, independent).sum(), unit)))


def interaction_information(joint_xyz: ArrayLike, *, unit: str = "bits", normalize: bool = False) -> float:
    """Interaction information I(X;Y) − I(X;Y|Z): positive for redundancy, negative for synergy. Chapter 5.

    Parameters
    ----------
    joint_xyz : array_like, shape (K_x, K_y, K_z)
        Joint probabilities; the order of the three axes does not matter.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        In `unit`, of either sign. It would be the middle of a picture of three overlapping circles, so the
        picture misleads where it is negative.

    Notes
    -----
    With this sign it is also called co-information. Some authors use the opposite sign.

    Examples
    --------
    >>> xor = np.zeros((2, 2, 2))
    >>> xor[[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]] = 1 / 4
    >>> interaction_information(xor)
    -1.0
    """
    table = _three_way(joint_xyz, normalize)
    shared = mutual_information(table.sum(axis=2), unit=unit)
    return shared - conditional_mutual_information(table, unit=unit) + 0.0


def normalized_mutual_information(
    joint: ArrayLike, *, average: str = "geometric", normalize: bool = False
) -> float:
    """Mutual information as a share of an average of H(X) and H(Y): 1 for a mere relabelling. Chapter 5.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    average : {"geometric", "arithmetic", "min", "max"}
        What I(X;Y) is divided by. The four agree only where H(X) = H(Y): name yours.
    normalize : bool
        Divide the table by its grand total first; use it for counts.

    Returns
    -------
    float
        Between 0 and 1, without a unit. A variable that never varies shares nothing: 0, by convention.

    See Also
    --------
    sklearn.metrics.normalized_mutual_info_score : from labels; arithmetic by default, and 1 where both are
        constant.
    sklearn.metrics.adjusted_mutual_info_score : corrected for chance, which this is not: random labels of
        few samples score well above 0 here.

    Examples
    --------
    >>> round(normalized_mutual_information([[0.35, 0.15], [0.10, 0.40]]), 4)
    0.1919
    """
    if average not in _AVERAGES:
        raise ValueError(f'average must be "geometric", "arithmetic", "min" or "max", not {average!r}.')
    table = _two_way(joint, normalize)
    h_x, h_y = (float(entropy(table.sum(axis=axis), unit="nats", normalize=True)) for axis in (1, 0))
    scale = float(_AVERAGES[average](h_x, h_y))
    # A theorem bounds the ratio by 1 for every average; round-off knows no theorems.
    return min(mutual_information(table, unit="nats") / scale, 1.0) if scale > 0.0 else 0.0


def variation_of_information(joint: ArrayLike, *, unit: str = "bits", normalize: bool = False) -> float:
    """Variation of information H(X|Y) + H(Y|X): what two views do not share, a distance. Chapter 5.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide by the grand total first; use it for counts.

    Returns
    -------
    float
        In `unit`, at least 0; it is 0 only where each variable is a relabelling of the other.

    Examples
    --------
    >>> variation_of_information([[0.25, 0.25], [0.25, 0.25]])
    2.0
    """
    table = _two_way(joint, normalize)
    return conditional_entropy(table, unit=unit) + conditional_entropy(table.T, unit=unit)


def information_gain(parent_counts: ArrayLike, children_counts: ArrayLike, *, unit: str = "bits") -> float:
    """Entropy that a question removes: H(parent) minus the children's entropies, weighted by size. Chapter 2.

    Parameters
    ----------
    parent_counts : array_like, shape (K,)
        Examples of each class before the split.
    children_counts : array_like, shape (B, K)
        Examples of each class in each of B branches; the branches together hold the parent.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float
        Gain in `unit`, at least 0.

    Raises
    ------
    ValueError
        If the branches do not add up to the parent.

    Examples
    --------
    >>> round(information_gain([10, 10], [[10, 6], [0, 4]]), 4)
    0.2365
    """
    parent = as_counts(parent_counts, name="parent_counts")
    children = as_counts(children_counts, name="children_counts")
    if parent.ndim != 1 or children.ndim != 2 or children.shape[1] != parent.shape[0]:
        raise ValueError(
            "parent_counts needs one count per class and children_counts one row per branch with the same "
            f"classes; got shapes {parent.shape} and {children.shape}."
        )
    if not np.allclose(children.sum(axis=0), parent, rtol=1e-9, atol=1e-9):
        raise ValueError(
            f"the branches hold {children.sum(axis=0).tolist()} examples per class, the parent "
            f"{parent.tolist()}; every example must be in exactly one branch."
        )
    before = entropy(parent, unit=unit, normalize=True)
    occupied = children[children.sum(axis=1) > 0.0]  # a branch nobody enters removes nothing and asks nothing
    weights = occupied.sum(axis=1) / parent.sum()
    remaining = weights @ np.asarray(entropy(occupied, unit=unit, normalize=True))
    return float(_at_least_zero(before - remaining))


def perplexity(surprisals: ArrayLike, *, unit: str, axis: int = -1) -> float | FloatArray:
    """Perplexity, base^(mean surprise): how many equally likely choices would surprise as much. Chapter 3.

    Parameters
    ----------
    surprisals : array_like, shape (..., n)
        Surprise of each symbol or token; more dimensions are a batch of texts.
    unit : {"bits", "nats", "hartleys"}
        The unit of what is passed in. It has no default: 2 to the power of nats is a classic slip.
    axis : int
        The axis that holds the symbols.

    Returns
    -------
    float or ndarray
        Perplexity, at least 1; it has no unit.

    Examples
    --------
    >>> perplexity([1.0, 3.0], unit="bits")
    4.0
    """
    mean = _surprisals(surprisals).mean(axis=axis)
    base = {"bits": 2.0, "nats": np.e, "hartleys": 10.0}[check_unit(unit)]
    with np.errstate(over="ignore"):  # a text can be so surprising that its perplexity overflows to inf
        return _float_or_array(np.power(base, mean))


def bits_per_byte(surprisals: ArrayLike, n_bytes: int, *, unit: str) -> float:
    """Total surprise of a text in bits, per byte of the text: comparable across tokenizers. Chapter 7.

    Parameters
    ----------
    surprisals : array_like
        Surprise of every token of the text.
    n_bytes : int
        Length of the text in bytes, ``len(text.encode())``.
    unit : {"bits", "nats", "hartleys"}
        The unit of what is passed in; the result is in bits whatever it is.

    Returns
    -------
    float
        Bits per byte.

    Examples
    --------
    >>> bits_per_byte([3.0, 5.0], 4, unit="bits")
    2.0
    """
    if not n_bytes > 0:
        raise ValueError(f"n_bytes is {n_bytes}; a text of no bytes has no bits per byte.")
    total = float(_surprisals(surprisals).sum())
    bits = total if check_unit(unit) == "bits" else in_unit(total * UNITS[unit], "bits")
    return float(bits / n_bytes)


def _outcomes_last(p: ArrayLike, axis: int, normalize: bool, name: str) -> FloatArray:
    return np.moveaxis(as_pmf(p, axis=axis, normalize=normalize, name=name), axis, -1)


def _pair(p: ArrayLike, q: ArrayLike, axis: int, normalize: bool) -> tuple[FloatArray, FloatArray]:
    """Both distributions with outcomes on the last axis, of equal shape or one against a batch."""
    p_axis, q_axis = (-1 if np.ndim(x) == 1 else axis for x in (p, q))
    p = _outcomes_last(p, p_axis, normalize, "p")
    q = _outcomes_last(q, q_axis, normalize, "q")
    if p.shape[-1] != q.shape[-1]:
        raise ValueError(
            f"p has {p.shape[-1]} outcomes and q has {q.shape[-1]}; both must describe the same outcomes."
        )
    if p.shape != q.shape and 1 not in (p.ndim, q.ndim):
        raise ValueError(f"p and q are batches of different shapes, {p.shape[:-1]} and {q.shape[:-1]}.")
    return p, q


def _two_way(joint: ArrayLike, normalize: bool) -> FloatArray:
    table = as_joint(joint, normalize=normalize)
    if table.ndim != 2:
        raise ValueError(
            f"joint has {table.ndim} axes; this measure needs exactly two, rows X and columns Y."
        )
    return table


def _three_way(joint: ArrayLike, normalize: bool) -> FloatArray:
    table = as_joint(joint, normalize=normalize, name="joint_xyz")
    if table.ndim != 3:
        raise ValueError(
            f"joint_xyz has {table.ndim} axes; this measure needs exactly three, one each for X, Y and Z."
        )
    return table


def _surprisals(surprisals: ArrayLike) -> FloatArray:
    values = as_numbers(surprisals, name="surprisals", allow_infinity=True)
    if values.size == 0:
        raise ValueError("surprisals is empty; there is no average of nothing.")
    if values.min() < 0.0:
        raise ValueError(
            f"surprisals contains {values.min():.6g}; surprise cannot be negative. "
            "If these are log-probabilities, flip their sign."
        )
    return values


def _at_least_zero(values: Any) -> Any:
    # The quantities floored here are non-negative by theorem; totals allowed to be 1e-9 off 1 can break that.
    # Adding 0.0 turns −0.0 into 0.0.
    return np.maximum(values, 0.0) + 0.0


def _float_or_array(values: Any) -> float | FloatArray:
    array: FloatArray = np.asarray(values)
    return float(array) if array.ndim == 0 else array
