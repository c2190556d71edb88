"""Reshaping a distribution before drawing from it: tilting by a reward, best of n, and sampling rules."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr, logsumexp

from course_lib.distributions import FloatArray, as_numbers, as_pmf, in_unit

# A running total that should be 0.9 may be 0.8999999999999999; that is enough.
_ROUND_OFF = 1e-12


# --- steering: a reward, priced in KL -------------------------------------------------------------------


def exponential_tilt(p: ArrayLike, reward: ArrayLike, *, beta: float) -> FloatArray:
    """The best policy at a price on leaving the reference: p · exp(reward/β) / Z. Chapter 7.

    Of all distributions π it has the largest E_π[reward] − β · D(π‖p), with D in nats: what RLHF aims at.

    Parameters
    ----------
    p : array_like, shape (..., K)
        The reference, what the model would say by itself.
    reward : array_like, shape (K,) or (..., K)
        Reward of every outcome; −inf forbids one.
    beta : float
        β_RL, the price of a nat in units of reward, finite and above 0. Towards 0 only the best replies
        that the reference can give are left, towards inf the reference itself.

    Returns
    -------
    ndarray, shape (..., K)
        The tilted distribution.

    See Also
    --------
    tilt_price : what it earns and what it costs.
    course_lib.classifiers.softmax : the tilt of a uniform reference, with τ for β.

    Examples
    --------
    >>> exponential_tilt([0.5, 0.3, 0.2], [0, 1, 2], beta=0.5).round(4).tolist()
    [0.0367, 0.1626, 0.8008]
    """
    log_tilted, _, _ = _tilt(p, reward, beta)
    return np.exp(log_tilted)


class TiltPrice(NamedTuple):
    """What a tilt earns, what it costs and at most can cost; the objective is that of `exponential_tilt`."""

    expected_reward: float | FloatArray
    kl: float | FloatArray
    objective: float | FloatArray
    ceiling: float | FloatArray


def tilt_price(p: ArrayLike, reward: ArrayLike, *, beta: float, unit: str = "bits") -> TiltPrice:
    """What the exponential tilt at β earns in reward and spends in KL, and the most it can spend. Chapter 7.

    Parameters
    ----------
    p, reward, beta
        As in `exponential_tilt`.
    unit : {"bits", "nats", "hartleys"}
        Unit of `kl` and `ceiling`.

    Returns
    -------
    TiltPrice
        `expected_reward` after the tilt; `kl`, D(tilted‖p); `objective`, E[reward] − β · D in nats, in
        units of reward; `ceiling`, the surprisal under p of the best replies that p can give: no β spends
        more. Floats, or one per row of a batch.

    Notes
    -----
    The objective is β ln Z, Z = Σ p exp(reward/β): any other π falls short of it by β · D(π‖tilted).

    Examples
    --------
    >>> price = tilt_price([0.5, 0.3, 0.2], [0, 1, 2], beta=0.5, unit="nats")
    >>> round(price.kl, 4), round(price.ceiling, 4)
    (0.9155, 1.6094)
    """
    log_tilted, log_p, rewards = _tilt(p, reward, beta)
    tilted = np.exp(log_tilted)
    said = tilted > 0.0
    earned = np.where(said, tilted * np.where(said, rewards, 0.0), 0.0).sum(axis=-1)
    apart = np.where(said, log_tilted - np.where(said, log_p, 0.0), 0.0)
    nats = np.maximum((tilted * apart).sum(axis=-1), 0.0)
    best = rewards.max(axis=-1, keepdims=True, where=log_p > -np.inf, initial=-np.inf)
    # Summed as probabilities, so that a reward that every reply shares has a ceiling of exactly 0.
    mass = np.where((rewards == best) & (log_p > -np.inf), np.exp(log_p), 0.0).sum(axis=-1)
    ceiling = np.maximum(-np.log(mass), 0.0) + 0.0
    amounts = (earned, in_unit(nats, unit), earned - beta * nats, in_unit(ceiling, unit))
    return TiltPrice(*(_plain(amount) for amount in amounts))


def best_of_n(p: ArrayLike, reward: ArrayLike, n: int) -> FloatArray:
    """Distribution of the best of n replies: draw n times, keep the one with the largest reward. Chapter 7.

    Parameters
    ----------
    p : array_like, shape (K,)
        The reference that the replies are drawn from, independently.
    reward : array_like, shape (K,)
        Of replies with equal reward the one drawn first is kept.
    n : int
        Replies drawn, at least 1.

    Returns
    -------
    ndarray, shape (K,)
        Exact: the best reward is at most r with probability P(reward ≤ r)ⁿ.

    Examples
    --------
    >>> best_of_n([0.5, 0.5], [0, 1], 2).tolist()
    [0.25, 0.75]
    """
    reference = as_pmf(p)
    rewards = _rewards(reward, reference)
    if reference.ndim != 1 or rewards.ndim != 1:
        raise ValueError(f"p has shape {reference.shape}; best of n takes one distribution and its rewards.")
    draws = _whole(n, "n", "draw one reply or more")
    _, level = np.unique(rewards, return_inverse=True)
    mass = np.bincount(level, weights=reference)
    at_most = np.minimum(np.cumsum(mass), 1.0)
    at_most[-1] = 1.0
    below = np.concatenate([[0.0], at_most[:-1]])
    wins = at_most**draws - below**draws
    share = np.divide(reference, mass[level], out=np.zeros_like(reference), where=mass[level] > 0.0)
    return np.asarray(share * wins[level])


def best_of_n_bound(n: ArrayLike, *, unit: str = "bits") -> float | FloatArray:
    """The most that best of n can cost: D(best of n‖reference) ≤ log n − (n − 1)/n. Chapter 7.

    Parameters
    ----------
    n : int or array_like of int
        Replies drawn, at least 1.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float or ndarray
        The bound in `unit`. It is reached where no two draws are ever rewarded alike, as with continuous
        rewards; with few replies, which may be drawn twice, or ties, less is spent, and never more than
        the surprisal of the best reply.

    References
    ----------
    Beirami et al. (2024), Theoretical guarantees on the best-of-n alignment policy.

    Examples
    --------
    >>> round(best_of_n_bound(4, unit="nats"), 3)
    0.636
    """
    draws = as_numbers(n, name="n")
    if ((draws < 1) | (draws != np.floor(draws))).any():
        odd = draws[(draws < 1) | (draws != np.floor(draws))].flat[0]
        raise ValueError(f"n is {odd:.6g}; draw one reply or more, a whole number of them.")
    return _plain(in_unit(np.log(draws) - (draws - 1.0) / draws, unit))


def entropy_bonus(policy: ArrayLike, reward: ArrayLike, *, weight: float) -> float | FloatArray:
    """Reward plus pay for staying varied: E[reward] + weight · H(policy), H in nats. Chapter 7.

    Parameters
    ----------
    policy : array_like, shape (..., K)
        Probabilities of the actions.
    reward : array_like, shape (K,) or (..., K)
    weight : float
        Pay for a nat of entropy in units of reward, 0 or more.

    Returns
    -------
    float or ndarray
        In units of reward. The best policy is ``softmax(reward, temperature=weight)``, and it earns
        weight · ln Σ exp(reward/weight): the tilt of a uniform reference, up to weight · ln K.

    Examples
    --------
    >>> round(entropy_bonus([0.5, 0.5], [0, 1], weight=0.1), 4)
    0.5693
    """
    pay = float(as_numbers(weight, name="weight"))
    if pay < 0.0:
        raise ValueError(f"weight is {pay:.6g}; a bonus is 0 or more.")
    actions = as_pmf(policy, name="policy")
    rewards = _rewards(reward, actions)
    with np.errstate(invalid="ignore"):
        earned = np.where(actions > 0.0, actions * rewards, 0.0)
    return _plain((earned + pay * entr(actions)).sum(axis=-1))


# --- sampling rules: which outcomes stay ----------------------------------------------------------------


def top_k(p: ArrayLike, k: int) -> FloatArray:
    """Keep the k most probable outcomes, and share the rest out among them in proportion. Chapter 7.

    Parameters
    ----------
    p : array_like, shape (..., K)
    k : int
        How many stay, at least 1; if there are no more than k, all do.

    Returns
    -------
    ndarray, shape (..., K)
        Sums to 1 again. Of equally probable outcomes at the cut the one earlier in `p` stays.

    Examples
    --------
    >>> top_k([0.5, 0.25, 0.25], 2).round(4).tolist()
    [0.6667, 0.3333, 0.0]
    """
    values = as_pmf(p)
    count = _whole(k, "k", "keep one outcome or more")
    return _kept(values, _places(-values) < count)


def top_p(p: ArrayLike, mass: float) -> FloatArray:
    """Keep the nucleus: the fewest most probable outcomes that hold `mass` together. Chapter 7.

    Parameters
    ----------
    p : array_like, shape (..., K)
    mass : float
        Above 0, at most 1. The outcome that reaches it still stays; 1 keeps all.

    Returns
    -------
    ndarray, shape (..., K)
        Sums to 1 again. Of equally probable outcomes at the cut the one earlier in `p` stays.

    References
    ----------
    Holtzman et al. (2020), The curious case of neural text degeneration.

    Examples
    --------
    >>> top_p([0.5, 0.25, 0.125, 0.125], 0.75).round(4).tolist()
    [0.6667, 0.3333, 0.0, 0.0]
    """
    values = as_pmf(p)
    return _first_to_hold(values, -values, mass)


def min_p(p: ArrayLike, share: float) -> FloatArray:
    """Keep the outcomes at least `share` times as probable as the most probable one. Chapter 7.

    Parameters
    ----------
    p : array_like, shape (..., K)
    share : float
        From 0, which keeps all, to 1, which keeps only the most probable, all of them if they tie.

    Returns
    -------
    ndarray, shape (..., K)
        Sums to 1 again. Equally probable outcomes stay or go together.

    Examples
    --------
    >>> min_p([0.5, 0.25, 0.125, 0.125], 0.5).round(4).tolist()
    [0.6667, 0.3333, 0.0, 0.0]
    """
    values = as_pmf(p)
    least = float(as_numbers(share, name="share"))
    if not 0.0 <= least <= 1.0:
        raise ValueError(f"share is {least:.6g}; it is a share of the largest probability, from 0 to 1.")
    largest = values.max(axis=-1, keepdims=True)
    return _kept(values, values >= least * largest * (1.0 - _ROUND_OFF))


def typical(p: ArrayLike, mass: float) -> FloatArray:
    """Keep the outcomes whose surprisal is closest to the entropy, until they hold `mass`. Chapter 7.

    Parameters
    ----------
    p : array_like, shape (..., K)
    mass : float
        Above 0, at most 1. The outcome that reaches it still stays; 1 keeps all.

    Returns
    -------
    ndarray, shape (..., K)
        Sums to 1 again. Of outcomes whose surprisal is equally far from the entropy the one earlier in `p`
        stays. The most probable outcome may go: it can be too little of a surprise.

    References
    ----------
    Meister, Pimentel, Wiher and Cotterell (2023), Locally typical sampling.

    Examples
    --------
    >>> typical([0.6, 0.2, 0.1, 0.1], 0.2).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    values = as_pmf(p)
    with np.errstate(divide="ignore"):
        off = np.abs(-np.log(values) - entr(values).sum(axis=-1, keepdims=True))
    # Equal distances may differ in their last digits; only so are ties settled by place.
    return _first_to_hold(values, np.round(off, 12), mass)


# --- helpers ----------------------------------------------------------------------------------------------


def _tilt(p: ArrayLike, reward: ArrayLike, beta: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log of the tilted distribution, log p, and the rewards, all of one shape."""
    reference = as_pmf(p)
    rewards = _rewards(reward, reference)
    price = float(as_numbers(beta, name="beta", allow_infinity=True))
    if not 0.0 < price < np.inf:
        raise ValueError(
            f"beta is {price:.6g}; it must be finite and above 0. Towards 0 only the best replies are left, "
            "towards inf the reference."
        )
    reference, rewards = np.broadcast_arrays(reference, rewards)
    with np.errstate(divide="ignore"):
        log_p = np.log(reference)
    possible = log_p > -np.inf
    best = rewards.max(axis=-1, keepdims=True, where=possible, initial=-np.inf)
    if np.isneginf(best).any():
        raise ValueError("reward is −inf for every reply that p can give; something must be allowed.")
    # The best reply's reward is taken off before dividing, so a tiny β can only reach −inf, never inf − inf.
    with np.errstate(over="ignore"):
        weights = np.where(possible, log_p + np.where(possible, rewards - best, 0.0) / price, -np.inf)
    return weights - logsumexp(weights, axis=-1, keepdims=True), log_p, rewards


def _rewards(reward: ArrayLike, p: FloatArray) -> FloatArray:
    rewards = as_numbers(reward, name="reward", allow_infinity=True)
    if np.isposinf(rewards).any():
        raise ValueError("reward holds inf; no finite reward would count next to it. −inf forbids a reply.")
    if rewards.ndim == 0 or rewards.shape[-1] != p.shape[-1]:
        raise ValueError(
            f"p has {p.shape[-1]} outcomes and reward has shape {rewards.shape}; each needs a reward."
        )
    if rewards.shape != p.shape and 1 not in (rewards.ndim, p.ndim):
        raise ValueError(f"p and reward are batches of different shapes, {p.shape} and {rewards.shape}.")
    return rewards


def _whole(value: int, name: str, wish: str) -> int:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} is {value!r}; {wish}, a whole number.")
    return int(value)


def _places(keys: FloatArray) -> NDArray[np.int64]:
    """Place of every entry in rising order along the last axis; of equal ones the earlier comes first."""
    order = np.argsort(keys, axis=-1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(keys.shape[-1]), axis=-1)
    return places


def _first_to_hold(p: FloatArray, keys: FloatArray, mass: float) -> FloatArray:
    """Keep outcomes in rising order of their key until they hold the mass; the one that reaches it stays."""
    wanted = float(as_numbers(mass, name="mass"))
    if not 0.0 < wanted <= 1.0:
        raise ValueError(f"mass is {wanted:.6g}; it is a probability above 0 and at most 1.")
    order = np.argsort(keys, axis=-1, kind="stable")
    sorted_p = np.take_along_axis(p, order, axis=-1)
    held_before = np.cumsum(sorted_p, axis=-1) - sorted_p
    # A mass of 1 keeps all, even where round-off reaches 1 early; a tiny one still keeps the first.
    enough = max(wanted - _ROUND_OFF, np.finfo(np.float64).tiny) if wanted < 1.0 else np.inf
    stays = np.empty(p.shape, dtype=np.bool_)
    np.put_along_axis(stays, order, held_before < enough, axis=-1)
    return _kept(p, stays)


def _kept(p: FloatArray, stays: NDArray[np.bool_]) -> FloatArray:
    kept = np.where(stays, p, 0.0)
    return np.asarray(kept / kept.sum(axis=-1, keepdims=True))


def _plain(values: FloatArray) -> float | FloatArray:
    return float(values) if np.ndim(values) == 0 else np.asarray(values)
