"""The information bottleneck: the shortest summary T of X that still tells about Y, soft or in drawers."""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import rel_entr, xlogy

from course_lib.distributions import FloatArray, as_numbers, in_unit
from course_lib.summaries import Drawers as Drawers
from course_lib.summaries import binned_information as binned_information
from course_lib.summaries import check_clusters, one_hot, plane, table_and_encoder, two_way
from course_lib.summaries import information_plane as information_plane
from course_lib.summaries import sequential_bottleneck as sequential_bottleneck

_PATIENCE = 5  # steps in a row that gain less than the tolerance, before a β counts as finished
_MOST_STEPS = 20_000
_DISORDER = 1e-3
_SMALL_GAIN, _LONGER = 1e-5, 1.3  # from when on steps are lengthened, and by which factor each time
# Singular values of an independent table are rounding errors of this size, not dependence.
_ROUND_OFF = 1e-12


class Bottleneck(NamedTuple):
    """Summaries for a list of β; see `information_bottleneck`.

    Attributes
    ----------
    beta : ndarray, shape (B,)
        The β of each summary, in the order asked for.
    i_xt, i_ty : ndarray, shape (B,)
        What each summary keeps of X, and what it knows about Y, in bits.
    lagrangian : ndarray, shape (B,)
        I(X;T) − β I(T;Y) in bits, at most 0.
    encoder : ndarray, shape (B, K_x, K_t)
        p(t|x), one distribution per row.
    steps : ndarray of int, shape (B,)
        How many updates each summary took.
    """

    beta: FloatArray
    i_xt: FloatArray
    i_ty: FloatArray
    lagrangian: FloatArray
    encoder: FloatArray
    steps: NDArray[np.int64]


def information_bottleneck(
    joint: ArrayLike,
    betas: ArrayLike,
    *,
    clusters: int | None = None,
    tolerance: float = 1e-11,
    seed: int = 0,
    normalize: bool = False,
) -> Bottleneck:
    """Minimise I(X;T) − β I(T;Y) over soft summaries p(t|x), for every β of a list. Chapter 6.

    Large β keeps more. The other convention in use, maximise I(T;Y) − β′ I(X;T), has β′ = 1/β.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X (what is summarised), columns Y (what it should tell about).
    betas : float or array_like, shape (B,)
        Bits of I(X;T) that one bit of I(T;Y) is worth; at least 0. Without a unit, as long as both
        informations are in the same one.
    clusters : int, optional
        How many values T may take; as many as X if not given, which is enough for any summary.
    tolerance : float
        A β is finished when five steps in a row gain less than this, in nats.
    seed : int
        Seed of the small disorder that the start needs: two equal clusters would never part.
    normalize : bool
        Divide the table by its total first; use it for counts.

    Returns
    -------
    Bottleneck
        `beta`, `i_xt`, `i_ty`, `lagrangian` (bits), `encoder`, `steps`, one entry per β.

    Warns
    -----
    RuntimeWarning
        If a β is still improving after 20,000 steps.

    See Also
    --------
    local_threshold, onset : the β at which the summary switches on.
    sequential_bottleneck : hard drawers instead of soft ones.

    Notes
    -----
    Every β starts from the summary that belongs to β = ∞, all distinct, because starts that know nothing
    stay stuck there; all are updated at once. At the end each β may take over a summary found for another
    one (or the empty summary) where that has the lower Lagrangian, and goes on from there. The problem is
    not convex: this is the best of these starts, not a certificate. Where Y is a function of X, no β finds
    the middle of the curve, only its ends.

    References
    ----------
    Tishby, Pereira and Bialek (1999), The information bottleneck method. Kolchinsky, Tracey and Van Kuyk
    (2019), Caveats for information bottleneck in deterministic scenarios.

    Examples
    --------
    >>> found = information_bottleneck([[0.45, 0.05], [0.05, 0.45]], [1.5, 3.0])
    >>> found.i_xt.round(4).tolist(), found.i_ty.round(4).tolist()
    ([0.0, 0.949], [0.0, 0.5166])
    """
    table = two_way(joint, normalize)
    beta = np.atleast_1d(as_numbers(betas, name="betas"))
    if beta.ndim != 1 or beta.size == 0 or beta.min() < 0.0:
        raise ValueError("betas must be one number or a list of them, each at least 0.")
    if not tolerance > 0.0:
        raise ValueError(
            f"tolerance is {tolerance:.6g}; steps never gain less than nothing, so it is above 0."
        )
    used = table[table.sum(axis=1) > 0.0]
    start = _start(used, clusters, seed)
    encoder = np.repeat(start[None], len(beta), axis=0)
    steps = _descend(_taken_apart(used), beta, encoder, np.arange(len(beta)), tolerance)
    steps += _share(used, beta, encoder, tolerance)
    told = ~(encoder[..., 0] == 1.0).all(axis=1)  # the empty summary tells exactly nothing
    i_xt, i_ty = (amount * told for amount in plane(used, encoder))
    if (steps >= _MOST_STEPS).any():
        slow = beta[steps >= _MOST_STEPS]
        warnings.warn(
            f"{len(slow)} of {len(beta)} values of beta were still improving after {_MOST_STEPS} steps, the "
            f"first at beta = {slow[0]:.6g}; close to a threshold progress is slow.",
            RuntimeWarning,
            stacklevel=2,
        )
    bits = in_unit(np.stack([i_xt, i_ty, i_xt - beta * i_ty]), "bits")
    return Bottleneck(np.array(beta), bits[0], bits[1], bits[2], _all_rows(table, encoder), steps)


def bottleneck_update(
    joint: ArrayLike, encoder: ArrayLike, beta: float, *, normalize: bool = False
) -> FloatArray:
    """One step of the bottleneck: p(t|x) ∝ p(t) exp(−β D(p(y|x)‖p(y|t))), D in nats. Chapter 6.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y; every row must be possible.
    encoder : array_like, shape (K_x, K_t)
        p(t|x), one distribution per row; p(t) and p(y|t) follow from it.
    beta : float
        Weight of I(T;Y), at least 0.
    normalize : bool
        Divide the table by its total first.

    Returns
    -------
    ndarray, shape (K_x, K_t)
        The new p(t|x). The Lagrangian I(X;T) − β I(T;Y) is no larger than before.

    Examples
    --------
    >>> bottleneck_update([[0.4, 0.1], [0.1, 0.4]], [[1, 0], [0, 1]], 2.0).round(4).tolist()
    [[0.8407, 0.1593], [0.1593, 0.8407]]
    """
    table, rows = table_and_encoder(joint, encoder, normalize)
    if (table.sum(axis=1) == 0.0).any():
        raise ValueError("joint has a row of probability 0, for which p(y|x) has no value; drop that row.")
    weight = as_numbers(beta, name="beta")
    if weight.ndim or weight < 0.0:
        raise ValueError("beta must be a single number, at least 0.")
    updated: FloatArray = _update(_taken_apart(table), weight.reshape(1), rows[None])[0][0]
    return updated


def local_threshold(joint: ArrayLike, *, normalize: bool = False) -> float:
    """The β above which the empty summary stops being a local optimum: 1/λ₂. Chapter 6.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    normalize : bool
        Divide the table by its total first.

    Returns
    -------
    float
        1/λ₂, at least 1; inf if X and Y are independent. λ₂ is the second eigenvalue of the operator that
        goes from x to y and back to x, the square of the maximal correlation.

    See Also
    --------
    onset : where a summary first pays at all. It is never larger, and for skewed tables it is smaller.

    Examples
    --------
    >>> round(local_threshold([[0.45, 0.05], [0.05, 0.45]]), 6)
    1.5625
    """
    eigenvalue = _second_eigenvalue(_positive_part(two_way(joint, normalize)))
    return 1.0 / eigenvalue if eigenvalue else float("inf")


def onset(joint: ArrayLike, *, restarts: int = 64, seed: int = 0, normalize: bool = False) -> float:
    """The β at which the best summary stops being the empty one: 1/sup D(q_Y‖p_Y)/D(q_X‖p_X). Chapter 6.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    restarts : int
        Random distributions q_X from which the largest ratio is searched, besides every single x and every
        x left out.
    seed : int
        Seed of the starts.
    normalize : bool
        Divide the table by its total first.

    Returns
    -------
    float
        The onset, at least 1 and at most `local_threshold`; inf if X and Y are independent. Found by
        search, so it is an upper bound on the true onset.

    Notes
    -----
    q_Y is what the channel p(y|x) makes of q_X. Close to p_X the ratio is at most λ₂, which is all that
    `local_threshold` looks at; a rare x far away may have more to tell. Each step of the search,
    q(x) ∝ p(x) exp(Σ p(y|x) log(q(y)/p(y)) / ratio), can only raise the ratio.

    References
    ----------
    Anantharam, Gohari, Kamath and Nair (2013), On maximal correlation, hypercontractivity, and the data
    processing inequality studied by Erkip and Cover.

    Examples
    --------
    >>> skewed = [[0.0, 0.1], [0.45, 0.45]]
    >>> round(onset(skewed), 4) < round(local_threshold(skewed), 4)
    True
    """
    if restarts < 0:
        raise ValueError(f"restarts is {restarts}; it is a whole number, 0 or more.")
    table = _positive_part(two_way(joint, normalize))
    smallest = _second_eigenvalue(table)
    return 1.0 / max(smallest, _largest_ratio(table, restarts, seed)) if smallest else float("inf")


# --- soft summaries -----------------------------------------------------------------------------------


def _start(table: FloatArray, clusters: int | None, seed: int) -> FloatArray:
    """Best summary at β = ∞, hardly stirred: every x in its own cluster, or the best drawers.

    A thousandth of disorder leaves no cluster calling anything impossible for ever. Much more of it, and
    summaries are lost that pay only once they are sharp.
    """
    rows = len(table)
    if clusters is None or check_clusters(clusters) >= rows:
        hard = np.eye(rows, rows if clusters is None else clusters)
    else:
        hard = one_hot(sequential_bottleneck(table, clusters, seed=seed).drawer, clusters)
    stirred = np.random.default_rng(seed).dirichlet(np.ones(hard.shape[1]), rows)
    return (1.0 - _DISORDER) * hard + _DISORDER * stirred


class _Channel(NamedTuple):
    """A table taken apart once, for thousands of updates."""

    p_x: FloatArray
    p_y_given_x: FloatArray
    own: float  # Σ p(x,y) log p(y|x), the part of the divergences that no summary changes


def _taken_apart(table: FloatArray) -> _Channel:
    p_x = table.sum(axis=1)
    p_y_given_x = table / p_x[:, None]
    return _Channel(p_x, p_y_given_x, float(xlogy(table, p_y_given_x).sum()))


def _update(channel: _Channel, beta: FloatArray, encoder: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Updated encoders of a batch, and the value in nats that they came from.

    The value is the Lagrangian + β I(X;Y) at the old p(t) and p(y|t) and the new p(t|x): it falls with every
    update, and where nothing changes any more it is the Lagrangian + β I(X;Y) itself.
    """
    p_t = channel.p_x @ encoder
    p_ty = (encoder * channel.p_x[:, None]).transpose(0, 2, 1) @ channel.p_y_given_x
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(p_ty / p_t[..., None])
        log_p_t = np.log(p_t)
    impossible = None
    if not p_ty.min() > 0.0:
        impossible = ~(logs > -np.inf)  # also the NaN of a cluster that nobody is in
        logs[impossible] = 0.0
    scores = channel.p_y_given_x @ logs.transpose(0, 2, 1)
    # D(p(y|x)‖p(y|t)) without Σ p(y|x) log p(y|x), which is the same for every t and cancels.
    scores *= beta[:, None, None]
    scores += log_p_t[:, None, :]
    if impossible is not None:
        forbidden = (channel.p_y_given_x > 0.0).astype(float) @ impossible.transpose(0, 2, 1) > 0.0
        scores[forbidden & (beta[:, None, None] > 0.0)] = -np.inf
    highest = scores.max(axis=2, keepdims=True)
    scores -= highest
    np.exp(scores, out=scores)
    totals = scores.sum(axis=2, keepdims=True)
    scores /= totals
    return scores, beta * channel.own - (np.log(totals) + highest)[..., 0] @ channel.p_x


def _descend(
    channel: _Channel, beta: FloatArray, encoder: FloatArray, which: NDArray[np.int64], tolerance: float
) -> NDArray[np.int64]:
    """Update the chosen encoders in place, each until it no longer gains; return the steps each took.

    Once gains are small, steps that succeed are lengthened: log p(t|x) goes `stride` times as far as the
    update says. A step that would raise the value is replaced by the plain update, which cannot.
    """
    steps = np.zeros(len(beta), dtype=np.int64)
    live, old = which, encoder[which]
    new, value = _update(channel, beta[live], old)
    stride, idle = np.ones(len(live)), np.zeros(len(live), dtype=np.int64)
    for step in range(1, _MOST_STEPS + 1):
        tried = _lengthened(old, new, stride)
        after, lower = _update(channel, beta[live], tried)
        failed = lower > value
        if failed.any():
            tried[failed] = new[failed]
            after[failed], lower[failed] = _update(channel, beta[live[failed]], new[failed])
        gain = value - lower
        stride = np.where(failed, 1.0, np.where(gain < _SMALL_GAIN, stride * _LONGER, stride))
        idle = np.where(gain < tolerance, idle + 1, 0)
        old, new, value = tried, after, lower
        done = idle >= _PATIENCE
        if done.any() or step == _MOST_STEPS:
            encoder[live], steps[live] = new, step
            live, idle, old, new = live[~done], idle[~done], old[~done], new[~done]
            value, stride = value[~done], stride[~done]
            if not len(live):
                break
    return steps


def _lengthened(old: FloatArray, new: FloatArray, stride: FloatArray) -> FloatArray:
    if (stride == 1.0).all():
        return new.copy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.where(old > 0.0, new / old, 1.0) ** (stride - 1.0)[:, None, None]
    longer = new * np.minimum(ratio, 1e100)
    longer /= longer.sum(axis=2, keepdims=True)
    return np.asarray(longer)


def _share(table: FloatArray, beta: FloatArray, encoder: FloatArray, tolerance: float) -> NDArray[np.int64]:
    """Let every β take over a better summary from another β, or the empty one, and improve on it."""
    steps = np.zeros(len(beta), dtype=np.int64)
    for _ in range(len(beta) + 1):  # a good summary needs no more rounds than that to reach every β
        i_xt, i_ty = plane(table, encoder)
        values = i_xt - beta[:, None] * i_ty  # row: for which β; column: whose summary
        best = values.argmin(axis=1)
        # What gains no more than a step's tolerance is the empty summary, give or take rounding.
        empty = values.min(axis=1) > -tolerance
        encoder[empty] = np.eye(encoder.shape[2])[0]
        worse = ~empty & (np.diagonal(values) > values.min(axis=1) + tolerance)
        if not worse.any():
            break
        encoder[worse] = encoder[best[worse]]
        steps += _descend(_taken_apart(table), beta, encoder, np.flatnonzero(worse), tolerance)
    return steps


# --- where the summary switches on --------------------------------------------------------------------


def _second_eigenvalue(table: FloatArray) -> float:
    """Return λ₂ of a table without empty rows or columns; exactly 0 if it is independent."""
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    # The table over the roots of its margins has the singular value 1 with known vectors; take it out.
    roots = np.sqrt(np.outer(p_x, p_y))
    correlation = float(np.linalg.norm(table / roots - roots, 2))
    return min(correlation, 1.0) ** 2 if correlation > _ROUND_OFF else 0.0


def _largest_ratio(table: FloatArray, restarts: int, seed: int) -> float:
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    channel = table / p_x[:, None]
    rows = len(p_x)
    without = np.repeat(p_x[None], rows, axis=0) * (1.0 - np.eye(rows))
    random = np.random.default_rng(seed).dirichlet(np.full(rows, 0.5), restarts)
    q = np.concatenate([np.eye(rows), without / without.sum(axis=1, keepdims=True), random])
    q = q[np.isfinite(q).all(axis=1)]
    best = 0.0
    for _ in range(2000):
        q_y = q @ channel
        below = rel_entr(q, p_x).sum(axis=1)
        far = below > 1e-7  # closer to p the ratio is 0/0 in floats, and λ₂ in truth
        q, q_y, below = q[far], q_y[far], below[far]
        if not len(q):
            break
        ratio = rel_entr(q_y, p_y).sum(axis=1) / below
        before, best = best, max(best, float(ratio.max()))
        if best - before < 1e-15:
            break
        with np.errstate(divide="ignore"):
            logs = np.log(q_y / p_y)
        scores = np.where(np.isfinite(logs), logs, 0.0) @ channel.T / ratio[:, None]
        scores[(~np.isfinite(logs)).astype(float) @ (channel.T > 0.0) > 0.0] = -np.inf
        q = p_x * np.exp(scores - scores.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
    return best


def _positive_part(table: FloatArray) -> FloatArray:
    part: FloatArray = table[table.sum(axis=1) > 0.0][:, table.sum(axis=0) > 0.0]
    return part


def _all_rows(table: FloatArray, encoder: FloatArray) -> FloatArray:
    """Give an x that never occurs the average summary p(t), which changes nothing."""
    p_x = table.sum(axis=1)
    whole = np.repeat((p_x[p_x > 0.0] @ encoder)[:, None], len(table), axis=1)
    whole[:, p_x > 0.0] = encoder
    return whole
