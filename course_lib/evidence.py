"""Evidence that adds up: likelihood-ratio walks, how long they take, and the price of parameters."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.distributions import FloatArray, as_numbers, as_pmf, in_unit, logarithm


def likelihood_ratio_walks(
    p: ArrayLike, q: ArrayLike, *, flips: int, walks: int, seed: int, unit: str = "bits"
) -> FloatArray:
    """Evidence for p against q, growing flip by flip while p is true: Σ log p(x)/q(x). Chapter 4.

    Parameters
    ----------
    p : array_like, shape (K,)
        The truth, from which outcomes are drawn.
    q : array_like, shape (K,)
        The rival. Where it forbids what p allows, one such outcome lifts the walk to inf for good.
    flips : int
        Outcomes per walk.
    walks : int
        Number of independent walks.
    seed : int
        Seed of the draws; the same seed gives the same walks.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    ndarray, shape (walks, flips + 1)
        Evidence in `unit` after 0, 1, …, `flips` outcomes. Its mean rises by D(p‖q) a flip.

    Examples
    --------
    >>> walks = likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], flips=100, walks=3, seed=0)
    >>> walks.shape, walks[:, 0].tolist()
    ((3, 101), [0.0, 0.0, 0.0])
    """
    p, q = as_pmf(p, name="p"), as_pmf(q, name="q")
    if p.ndim != 1 or p.shape != q.shape:
        raise ValueError(
            f"p has shape {p.shape} and q {q.shape}; both must be one distribution over the same outcomes."
        )
    outcomes = np.random.default_rng(seed).choice(
        len(p), size=(_whole(walks, "walks"), _whole(flips, "flips")), p=p
    )
    log = logarithm(unit)
    with np.errstate(divide="ignore", invalid="ignore"):  # an outcome that p forbids is never drawn
        steps = log(p) - log(q)
    evidence = np.zeros((outcomes.shape[0], outcomes.shape[1] + 1))
    np.cumsum(steps[outcomes], axis=1, out=evidence[:, 1:])
    return evidence


def flips_to_odds(divergence: float | ArrayLike, odds: float, *, unit: str = "bits") -> float | FloatArray:
    """Flips after which the mean evidence reaches the odds: log(odds)/D. Chapter 4.

    Parameters
    ----------
    divergence : float or array_like
        D(p‖q) per flip in `unit`, at least 0.
    odds : float
        How many to one; above 1.
    unit : {"bits", "nats", "hartleys"}
        Unit of `divergence`; the odds are converted to it.

    Returns
    -------
    float or ndarray
        Flips, not rounded; inf where the divergence is 0. It is what the drift alone predicts: a walk
        overshoots its finish line, so the mean number of flips is a little larger (Wald).

    Examples
    --------
    >>> round(flips_to_odds(0.02945, 20), 1)
    146.8
    """
    price = as_numbers(divergence, name="divergence", allow_infinity=True)
    ratio = float(as_numbers(odds, name="odds"))
    if price.size and price.min() < 0.0:
        raise ValueError(f"divergence is {price.min():.6g}; a divergence cannot be negative.")
    if ratio <= 1.0:
        raise ValueError(f"odds is {ratio:.6g}; evidence starts at 1 to 1, so ask for more than 1.")
    with np.errstate(divide="ignore"):
        flips = np.asarray(in_unit(np.log(ratio), unit) / price)
    return float(flips) if flips.ndim == 0 else flips


def first_passage(walks: ArrayLike, threshold: float) -> FloatArray:
    """Index of the first step at which each walk has reached the threshold, inf if it never does.

    Parameters
    ----------
    walks : array_like, shape (..., steps)
        Walks, time along the last axis; `likelihood_ratio_walks` starts them at step 0.
    threshold : float
        Reached from below if positive or 0, from above if negative; in the walks' unit.

    Returns
    -------
    ndarray of float, shape (...)
        Steps; inf where the walk ends before it gets there.

    Examples
    --------
    >>> first_passage([[0, 1, 3, 2], [0, -1, 0, 1]], 2).tolist()
    [2.0, inf]
    """
    heights = as_numbers(walks, name="walks", allow_infinity=True)
    goal = float(as_numbers(threshold, name="threshold"))
    if heights.ndim == 0 or heights.shape[-1] == 0:
        raise ValueError(f"walks has shape {heights.shape}; a walk needs at least one step.")
    reached: NDArray[np.bool_] = heights >= goal if goal >= 0.0 else heights <= goal
    return np.where(reached.any(axis=-1), reached.argmax(axis=-1), np.inf)


def akaike_information_criterion(log_likelihood: float, parameters: int) -> float:
    """AIC = 2k − 2 log L, in nats: twice an estimate of what new data would cost. Chapter 4.

    Parameters
    ----------
    log_likelihood : float
        Largest log-likelihood of the data under the model, in nats, summed over samples.
    parameters : int
        k, the number of fitted parameters (a fitted noise width is one of them).

    Returns
    -------
    float
        The smaller, the better. AIC/2n estimates cross-entropy on new data, so differences of it estimate
        differences of KL to the truth: for large samples and models close to the truth.

    Examples
    --------
    >>> akaike_information_criterion(-100.0, 3)
    206.0
    """
    return 2.0 * _whole(parameters, "parameters") - 2.0 * _log_likelihood(log_likelihood)


def bayesian_information_criterion(log_likelihood: float, parameters: int, n: int) -> float:
    """BIC = k log n − 2 log L, in nats: a stronger charge per parameter, to find the true model. Chapter 4.

    Parameters
    ----------
    log_likelihood : float
        Largest log-likelihood of the data under the model, in nats, summed over samples.
    parameters : int
        k, the number of fitted parameters.
    n : int
        Number of samples.

    Returns
    -------
    float
        The smaller, the better.

    Examples
    --------
    >>> round(bayesian_information_criterion(-100.0, 3, 50), 3)
    211.736
    """
    if _whole(n, "n") < 1:
        raise ValueError("n is 0; a criterion needs at least one sample.")
    return _whole(parameters, "parameters") * float(np.log(n)) - 2.0 * _log_likelihood(log_likelihood)


def _log_likelihood(value: float) -> float:
    return float(as_numbers(value, name="log_likelihood", allow_infinity=True))


def _whole(value: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} is {value!r}; it is a whole number, 0 or more.")
    return int(value)
