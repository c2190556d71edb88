"""Noisy channels: what arrives, how much of it can be trusted, and what a tip is worth."""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, xlogy

from course_lib.distributions import (
    UNITS,
    FloatArray,
    as_numbers,
    as_probabilities,
    check_unit,
    in_unit,
)
from course_lib.measures import binary_entropy

_MOST_STEPS = 100_000
_RARE = 1e-290


class Capacity(NamedTuple):
    """Capacity of a channel with its proof; see `capacity`.

    Attributes
    ----------
    capacity : float
        The largest I(X;Y) that any input distribution reaches; it is at most `gap` above this value.
    input_distribution : ndarray, shape (K_x,)
        An input distribution that reaches it up to the gap.
    gap : float
        Last upper bound minus last lower bound: the certificate.
    lower_bounds, upper_bounds : ndarray, shape (steps,)
        The best bounds known after each step, closing in on the capacity.
    """

    capacity: float
    input_distribution: FloatArray
    gap: float
    lower_bounds: FloatArray
    upper_bounds: FloatArray


def binary_symmetric_channel(flip: float) -> FloatArray:
    """Channel p(y|x) that turns a bit into the other one with probability `flip`. Chapter 5.

    Parameters
    ----------
    flip : float
        Probability of a wrong bit, between 0 and 1; at ½ nothing gets through, at 1 everything does.

    Returns
    -------
    ndarray, shape (2, 2)
        Rows are inputs, columns outputs; each row sums to 1.

    Examples
    --------
    >>> binary_symmetric_channel(0.1).tolist()
    [[0.9, 0.1], [0.1, 0.9]]
    """
    f = _probability(flip, "flip")
    return np.array([[1.0 - f, f], [f, 1.0 - f]])


def binary_erasure_channel(erasure: float) -> FloatArray:
    """Channel p(y|x) that loses a bit with probability `erasure`, and says so. Chapter 5.

    Parameters
    ----------
    erasure : float
        Probability of a lost bit, between 0 and 1.

    Returns
    -------
    ndarray, shape (2, 3)
        Rows are the inputs 0 and 1; columns are 0, "lost" and 1.

    Examples
    --------
    >>> binary_erasure_channel(0.25).tolist()
    [[0.75, 0.25, 0.0], [0.0, 0.25, 0.75]]
    """
    e = _probability(erasure, "erasure")
    return np.array([[1.0 - e, e, 0.0], [0.0, e, 1.0 - e]])


def z_channel(flip: float) -> FloatArray:
    """Channel p(y|x) that always delivers a 0 and turns a 1 into a 0 with probability `flip`. Chapter 5.

    Parameters
    ----------
    flip : float
        Probability that a 1 arrives as a 0, between 0 and 1.

    Returns
    -------
    ndarray, shape (2, 2)
        Rows are inputs, columns outputs; each row sums to 1.

    Examples
    --------
    >>> z_channel(0.5).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    f = _probability(flip, "flip")
    return np.array([[1.0, 0.0], [f, 1.0 - f]])


def in_series(first: ArrayLike, second: ArrayLike, *more: ArrayLike) -> FloatArray:
    """One channel for several in a row, each fed with what the one before puts out. Chapter 5.

    Parameters
    ----------
    first, second, *more : array_like
        Channels p(y|x), rows inputs; each has as many inputs as the one before has outputs.

    Returns
    -------
    ndarray
        The matrix product. It never tells more about the input than any of its parts: data processing.

    Examples
    --------
    >>> wire = binary_symmetric_channel(0.1)
    >>> in_series(wire, wire).round(2).tolist()
    [[0.82, 0.18], [0.18, 0.82]]
    """
    whole = _as_channel(first)
    for part in (second, *more):
        after = _as_channel(part)
        if whole.shape[1] != after.shape[0]:
            raise ValueError(
                f"a channel with {whole.shape[1]} outputs cannot feed one with {after.shape[0]} inputs."
            )
        whole = whole @ after
    return whole


def repeat_and_vote(channel: float | ArrayLike, times: int) -> FloatArray:
    """Channel for one bit sent `times` times through a binary channel and decided by majority. Chapter 5.

    Parameters
    ----------
    channel : float or array_like, shape (2, 2)
        A binary channel, or the flip probability of a symmetric one.
    times : int
        An odd number; every bit now takes `times` uses of the channel, so its rate is 1/times.

    Returns
    -------
    ndarray, shape (2, 2)
        Rows are the bit sent, columns the bit decided on.

    Examples
    --------
    >>> repeat_and_vote(0.1, 3).round(3).tolist()
    [[0.972, 0.028], [0.028, 0.972]]
    """
    wire = binary_symmetric_channel(float(channel)) if np.ndim(channel) == 0 else _as_channel(channel)  # type: ignore[arg-type]
    if wire.shape != (2, 2):
        raise ValueError(f"a majority needs two inputs and two outputs; this channel has shape {wire.shape}.")
    if isinstance(times, bool) or not isinstance(times, int | np.integer) or times < 1 or times % 2 == 0:
        raise ValueError(f"times is {times!r}; a vote needs an odd whole number, or it may end in a draw.")
    ones = wire[:, 1]
    half = times // 2
    return np.column_stack([bdtr(half, times, ones), bdtrc(half, times, ones)])


def capacity(channel: ArrayLike, *, tolerance: float = 1e-9, unit: str = "bits") -> Capacity:
    """Capacity of a channel, max I(X;Y) over the input distributions, with a certificate. Chapter 5.

    Parameters
    ----------
    channel : array_like, shape (K_x, K_y)
        p(y|x): each row is the distribution of the output for one input.
    tolerance : float
        Stop once the upper and the lower bound are this close, in `unit`.
    unit : {"bits", "nats", "hartleys"}
        Per use of the channel.

    Returns
    -------
    Capacity
        With `.capacity`, `.input_distribution`, `.gap` and the bounds of every step.

    Warns
    -----
    RuntimeWarning
        If the bounds do not meet within 100,000 steps; `.gap` then says how far they are apart.

    Notes
    -----
    Blahut–Arimoto: every input x is weighed up by e^(s D), D = D(p(y|x)‖p(y)), so inputs that stand out are
    used more. The stride s is 1 in the textbook; here it grows while that pays, which can save thousands of
    steps. At every step log Σ p(x) e^D ≤ C ≤ max D. Shannon's coding theorem: at any rate below the capacity
    there are codes whose errors become as rare as you like, above it there are none.

    Examples
    --------
    >>> round(capacity(binary_symmetric_channel(0.1)).capacity, 4)
    0.531
    >>> capacity(z_channel(0.5)).input_distribution.round(4).tolist()
    [0.6, 0.4]
    """
    check_unit(unit)
    goal = float(as_numbers(tolerance, name="tolerance")) * UNITS[unit]
    if not goal > 0.0:
        raise ValueError(f"tolerance is {tolerance!r}; two bounds are never closer than 0. Give e.g. 1e-9.")
    rows = _as_channel(channel)
    p, lower, upper = _blahut_arimoto(rows[:, rows.any(axis=0)], goal)
    gap = max(upper[-1] - lower[-1], 0.0)
    if gap > goal:
        warnings.warn(
            f"after {len(lower)} steps the bounds on the capacity are still {in_unit(gap, unit):.2g} {unit} "
            "apart; the gap of the result says so too.",
            RuntimeWarning,
            stacklevel=2,
        )
    below, above = (np.asarray(in_unit(np.array(bounds), unit)) for bounds in (lower, upper))
    return Capacity(float(below[-1]), p, float(in_unit(gap, unit)), below, above)


def fano_error_bound(conditional_entropy: float, outcomes: int, *, unit: str = "bits") -> float:
    """Fano's bound: the smallest probability of a wrong guess that H(X|Y) allows. Chapter 5.

    Parameters
    ----------
    conditional_entropy : float
        H(X|Y) in `unit`: what is left to find out about X when the guess is made from Y.
    outcomes : int
        How many values X can take.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float
        The error probability e at which H_b(e) + e log(outcomes − 1) equals H(X|Y). No rule errs less.

    Examples
    --------
    >>> round(fano_error_bound(0.8016, 2), 4)
    0.244
    """
    if isinstance(outcomes, bool) or not isinstance(outcomes, int | np.integer) or outcomes < 1:
        raise ValueError(f"outcomes is {outcomes!r}; give a whole number above 0.")
    nats = float(as_numbers(conditional_entropy, name="conditional_entropy")) * UNITS[check_unit(unit)]
    most = float(np.log(outcomes))
    if not 0.0 <= nats <= most + 1e-9:
        raise ValueError(
            f"conditional_entropy is {conditional_entropy:.6g} {unit}; with {outcomes} outcomes it lies "
            f"between 0 and {in_unit(most, unit):.6g}."
        )
    worst = 1.0 - 1.0 / outcomes  # the error of guessing blindly, where the bound is largest
    if nats >= most:
        return worst

    def shortfall(error: float) -> float:
        return float(binary_entropy(error, unit="nats") + xlogy(error, outcomes - 1) - nats)

    return float(brentq(shortfall, 0.0, worst, xtol=1e-300, rtol=1e-15))


def kelly_fraction(win_probability: float, *, odds: float = 1.0) -> float:
    """Share of one's money to bet so that it grows fastest in the long run. Chapter 5.

    Parameters
    ----------
    win_probability : float
        Probability of winning, between 0 and 1.
    odds : float
        What a stake of 1 wins, above 0; 1 is an even bet.

    Returns
    -------
    float
        p − (1 − p)/odds, or 0 where the bet is not worth taking.

    Examples
    --------
    >>> round(kelly_fraction(0.6), 4)
    0.2
    """
    p, winnings = _probability(win_probability, "win_probability"), _odds(odds)
    return max(p - (1.0 - p) / winnings, 0.0)


def kelly_growth(
    win_probability: float, *, fraction: float | None = None, odds: float = 1.0, unit: str = "bits"
) -> float:
    """Mean growth of the logarithm of one's money per bet: in bits, doublings per bet. Chapter 5.

    Parameters
    ----------
    win_probability : float
        Probability of winning, between 0 and 1.
    fraction : float, optional
        Share of the money staked every time, between 0 and 1. By default the best one, `kelly_fraction`.
    odds : float
        What a stake of 1 wins, above 0; 1 is an even bet.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    float
        p log(1 + fraction · odds) + (1 − p) log(1 − fraction) in `unit`; −inf where everything is staked
        and can be lost. For an even bet at the best fraction it is 1 − H_b(p) bits, if p is above ½.

    Examples
    --------
    >>> round(kelly_growth(0.6), 4)
    0.029
    >>> kelly_growth(0.6, fraction=1.0)
    -inf
    """
    p, winnings = _probability(win_probability, "win_probability"), _odds(odds)
    stake = kelly_fraction(p, odds=winnings) if fraction is None else _probability(fraction, "fraction")
    return float(in_unit(xlogy(p, 1.0 + stake * winnings) + xlogy(1.0 - p, 1.0 - stake), unit)) + 0.0


def _blahut_arimoto(rows: FloatArray, goal: float) -> tuple[FloatArray, list[float], list[float]]:
    """Climb from the uniform input distribution to the last one, with the bounds of every step in nats."""
    minus_entropies = xlogy(rows, rows).sum(axis=1)

    def bounds(p: FloatArray) -> tuple[FloatArray, float, float]:
        divergences = minus_entropies - rows @ np.log(p @ rows)
        highest = float(divergences.max())
        behind = divergences - highest
        return behind, highest + float(np.log(p @ np.exp(behind))), highest

    p = np.full(len(rows), 1.0 / len(rows))
    behind, below, above = bounds(p)
    lower, upper = [below], [above]
    stride = 1.0
    while upper[-1] - lower[-1] > goal and len(lower) < _MOST_STEPS:
        weights = p * np.exp(stride * behind)
        # Rare is not impossible: an input that underflows to 0 could never come back.
        trial = np.maximum(weights / weights.sum(), _RARE)
        behind_there, below, above = bounds(trial)
        if below < lower[-1] and stride > 1.0:
            stride = 1.0  # overstepped; the plain step never loses ground
            continue
        p, behind = trial, behind_there
        lower.append(max(below, lower[-1]))
        upper.append(min(above, upper[-1]))
        stride *= 1.2
    return p, lower, upper


def _as_channel(channel: ArrayLike) -> FloatArray:
    rows = as_probabilities(channel, name="channel")
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(
            f"channel has shape {rows.shape}; it needs a row per input and a column per output, p(y|x)."
        )
    totals = rows.sum(axis=1)
    worst = int(np.abs(totals - 1.0).argmax())
    if abs(totals[worst] - 1.0) > (1e-6 if getattr(channel, "dtype", None) == np.float32 else 1e-9):
        columns = np.allclose(rows.sum(axis=0), 1.0, rtol=0.0, atol=1e-9)
        hint = " Its columns do: transpose it." if columns else " A row holds p(y|x) for one input x."
        raise ValueError(f"row {worst} of channel sums to {totals[worst]:.6g}, not 1.{hint}")
    return np.asarray(rows / totals[:, None])


def _probability(value: float, name: str) -> float:
    number = as_probabilities(value, name=name)
    if number.ndim:
        raise ValueError(f"{name} has shape {number.shape}; give a single probability.")
    return float(number)


def _odds(odds: float) -> float:
    winnings = float(as_numbers(odds, name="odds"))
    if not winnings > 0.0:
        raise ValueError(f"odds is {odds:.6g}; a bet that wins nothing is no bet. Even money is 1.")
    return winnings
