"""The information bottleneck: the shortest summary T of X that still tells about Y, soft or in drawers."""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr, rel_entr, xlogy

from course_lib.distributions import FloatArray, as_joint, as_numbers, as_pmf, in_unit
from course_lib.measures import entropy

_PATIENCE = 5  # steps in a row that gain less than the tolerance, before a β counts as finished
_MOST_STEPS = 20_000
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


class Drawers(NamedTuple):
    """A hard clustering: which drawer each x goes into, and what that keeps, in bits."""

    drawer: NDArray[np.int64]
    i_xt: float
    i_ty: float


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
    table = _two_way(joint, normalize)
    beta = np.atleast_1d(as_numbers(betas, name="betas"))
    if beta.ndim != 1 or beta.size == 0 or beta.min() < 0.0:
        raise ValueError("betas must be one number or a list of them, each at least 0.")
    used = table[table.sum(axis=1) > 0.0]
    start = _start(used, clusters, seed)
    encoder = np.repeat(start[None], len(beta), axis=0)
    steps = _descend(_taken_apart(used), beta, encoder, np.arange(len(beta)), tolerance)
    steps += _share(used, beta, encoder, tolerance)
    i_xt, i_ty = _plane(used, encoder)
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
    table, rows = _table_and_encoder(joint, encoder, normalize)
    if (table.sum(axis=1) == 0.0).any():
        raise ValueError("joint has a row of probability 0, for which p(y|x) has no value; drop that row.")
    weight = as_numbers(beta, name="beta")
    if weight.ndim or weight < 0.0:
        raise ValueError("beta must be a single number, at least 0.")
    updated: FloatArray = _update(_taken_apart(table), weight.reshape(1), rows[None])[0][0]
    return updated


def information_plane(
    joint: ArrayLike, encoder: ArrayLike, *, unit: str = "bits", normalize: bool = False
) -> tuple[float, float]:
    """Where a summary stands: I(X;T), what it keeps of X, and I(T;Y), what it knows about Y. Chapter 6.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X, columns Y.
    encoder : array_like, shape (K_x, K_t), or shape (K_x,) of int
        p(t|x), one distribution per row; or the number of each x's drawer, for a hard summary.
    unit : {"bits", "nats", "hartleys"}
    normalize : bool
        Divide the table by its total first.

    Returns
    -------
    tuple of float
        (I(X;T), I(T;Y)) in `unit`.

    Examples
    --------
    >>> information_plane([[0.5, 0.0], [0.0, 0.5]], [0, 1])
    (1.0, 1.0)
    """
    if np.ndim(encoder) == 1:
        encoder = _one_hot(encoder)
    table, rows = _table_and_encoder(joint, encoder, normalize)
    i_xt, i_ty = _plane(table, rows[None])
    return float(in_unit(i_xt[0], unit)), float(in_unit(i_ty[0], unit))


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
    eigenvalue = _second_eigenvalue(_positive_part(_two_way(joint, normalize)))
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
    table = _positive_part(_two_way(joint, normalize))
    smallest = _second_eigenvalue(table)
    if not smallest or restarts < 0:
        if restarts < 0:
            raise ValueError(f"restarts is {restarts}; it is a whole number, 0 or more.")
        return float("inf")
    return 1.0 / max(smallest, _largest_ratio(table, restarts, seed))


def sequential_bottleneck(
    joint: ArrayLike, clusters: int, *, restarts: int = 20, seed: int = 0, normalize: bool = False
) -> Drawers:
    """Sort the values of X into drawers so that the drawer tells as much as it can about Y. Chapter 6.

    Parameters
    ----------
    joint : array_like, shape (K_x, K_y)
        Joint probabilities, rows X (what is sorted), columns Y (what it should tell about).
    clusters : int
        Number of drawers.
    restarts : int
        Random sortings to start from; the best end counts.
    seed : int
        Seed of the starts.
    normalize : bool
        Divide the table by its total first; use it for counts.

    Returns
    -------
    Drawers
        `drawer`, the number of each x's drawer, counted from 0 in order of first appearance; `i_xt` and
        `i_ty` in bits. Among equally good drawers an x that never occurs may be in any.

    Notes
    -----
    One x after the other is taken out and put where I(T;Y) falls least, until a whole round moves nothing.
    All restarts move together. This finds a local optimum of a problem with very many: hence the restarts.

    References
    ----------
    Slonim, Friedman and Tishby (2002), Unsupervised document classification using sequential information
    maximization.

    Examples
    --------
    >>> sequential_bottleneck([[8, 1], [1, 8], [9, 1], [1, 9]], 2, normalize=True).drawer.tolist()
    [0, 1, 0, 1]
    """
    table = _two_way(joint, normalize)
    _check_clusters(clusters)
    if restarts < 1:
        raise ValueError(f"restarts is {restarts}; at least one start is needed.")
    drawers = _sort_into_drawers(table, clusters, restarts, seed)
    scores = [_plane(table, _one_hot(row)[None])[1][0] for row in drawers]
    best = _in_order_of_appearance(drawers[int(np.argmax(scores))])
    return Drawers(best, *information_plane(table, best))


def binned_information(
    activations: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    bin_width: float,
    origin: float = 0.0,
    unit: str = "bits",
) -> tuple[float, float]:
    """I(X;T) and I(T;Y) of a layer whose activations are rounded to bins: what this ruler sees. Chapter 6.

    Parameters
    ----------
    activations : array_like, shape (n,) or (n, units)
        The layer's output for each of n different, equally likely inputs.
    labels : array_like of int, shape (n,), optional
        The class of each input; without it I(T;Y) is NaN.
    bin_width : float
        Width of a bin of every unit, in units of the activation, above 0. There is no default: the answer
        depends on it. 30 bins for tanh, whose values lie between −1 and 1, are ``bin_width=2 / 30``.
    origin : float
        An edge from which the bins are counted; −1 makes 30 bins of width 2/30 fit tanh exactly.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    tuple of float
        (I(X;T), I(T;Y)) in `unit`, T being the list of bins in which the units are. Since T follows from
        X, I(X;T) is the entropy H(T), and never more than log n.

    Notes
    -----
    With bins so fine that different inputs never share all of them, I(X;T) = log n whatever the network
    does. What a coarse I(X;T) loses over training is clustering of activations as this ruler sees it.

    Examples
    --------
    >>> binned_information([[0.1], [0.2], [0.8], [0.9]], [0, 0, 1, 1], bin_width=0.5)
    (1.0, 1.0)
    >>> binned_information([[0.1], [0.2], [0.8], [0.9]], [0, 0, 1, 1], bin_width=0.05)
    (2.0, 1.0)
    """
    layer = as_numbers(activations, name="activations")
    layer = layer.reshape(len(layer), -1) if layer.ndim else layer
    if layer.ndim != 2 or layer.size == 0:
        raise ValueError("activations must have one row per input and one column per unit.")
    if not (np.isfinite(bin_width) and bin_width > 0.0):
        raise ValueError(f"bin_width is {bin_width}; a ruler's marks need a distance above 0.")
    drawers = _numbered(np.floor((layer - origin) / bin_width))
    h_t = _entropy_of_numbers(drawers, unit)
    if labels is None:
        return h_t, float("nan")
    classes = np.asarray(labels)
    if classes.shape != (len(layer),):
        raise ValueError(f"labels has shape {classes.shape}; there are {len(layer)} activations.")
    classes = np.unique(classes, return_inverse=True)[1]
    h_y = _entropy_of_numbers(classes, unit)
    h_ty = _entropy_of_numbers(_numbered(np.stack([drawers, classes], axis=1)), unit)
    return h_t, max(h_t + h_y - h_ty, 0.0)


# --- soft summaries -----------------------------------------------------------------------------------


def _start(table: FloatArray, clusters: int | None, seed: int) -> FloatArray:
    """Best summary at β = ∞, a quarter of it stirred: every x in its own cluster, or in its own drawer."""
    rows = len(table)
    if clusters is None or _check_clusters(clusters) >= rows:
        hard = np.eye(rows, rows if clusters is None else clusters)
    else:
        hard = _one_hot(sequential_bottleneck(table, clusters, seed=seed).drawer, clusters)
    stirred = np.random.default_rng(seed).dirichlet(np.ones(hard.shape[1]), rows)
    return 0.75 * hard + 0.25 * stirred


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
    empty = np.zeros_like(encoder[:1])
    empty[..., 0] = 1.0
    for _ in range(len(beta)):
        i_xt, i_ty = _plane(table, np.concatenate([encoder, empty]))
        values = i_xt - beta[:, None] * i_ty  # row: for which β; column: whose summary
        own, best = np.diagonal(values), values.argmin(axis=1)
        # A nearly empty summary gives way to the empty one; any other must be worth the change.
        worse = own > values.min(axis=1) + np.where(best == len(beta), 0.0, 1e-11)
        if not worse.any():
            break
        encoder[worse] = np.concatenate([encoder, empty])[best[worse]]
        again = np.flatnonzero(worse & (best < len(beta)))
        if not len(again):
            break
        steps += _descend(_taken_apart(table), beta, encoder, again, tolerance)
    return steps


def _plane(table: FloatArray, encoder: FloatArray) -> tuple[FloatArray, FloatArray]:
    """I(X;T) and I(T;Y) in nats for a batch of encoders."""
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    p_xt = encoder * p_x[:, None]
    p_t = p_xt.sum(axis=1)
    p_ty = encoder.transpose(0, 2, 1) @ table
    # Kept away from 0, where a product of tiny margins can underflow around a cell that weighs nothing.
    tiny = np.finfo(np.float64).tiny
    i_xt = rel_entr(p_xt, np.maximum(p_x[:, None] * p_t[:, None, :], tiny)).sum(axis=(1, 2))
    i_ty = rel_entr(p_ty, np.maximum(p_t[..., None] * p_y, tiny)).sum(axis=(1, 2))
    return np.maximum(i_xt, 0.0), np.maximum(i_ty, 0.0)


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


# --- drawers ------------------------------------------------------------------------------------------


def _sort_into_drawers(table: FloatArray, clusters: int, restarts: int, seed: int) -> NDArray[np.int64]:
    """Drawers of every x for each restart, none of which a single move would improve; shape (R, K_x)."""
    rng = np.random.default_rng(seed)
    drawers = rng.integers(clusters, size=(restarts, len(table)))
    # contents[r, t, y] is p(t, y) in restart r.
    contents = (drawers[..., None] == np.arange(clusters)).transpose(0, 2, 1).astype(float) @ table
    each = np.arange(restarts)
    moved = True
    while moved:
        moved = False
        for x in rng.permutation(len(table)):
            contents[each, drawers[:, x]] -= table[x]
            np.maximum(contents, 0.0, out=contents)
            worth = _worth(contents + table[x]) - _worth(contents)
            best = worth.argmax(axis=1)
            stay = worth[each, drawers[:, x]] > worth[each, best] - 1e-12
            moved |= not stay.all()
            drawers[:, x] = np.where(stay, drawers[:, x], best)
            contents[each, drawers[:, x]] += table[x]
    return drawers


def _worth(contents: FloatArray) -> FloatArray:
    """A drawer's share of I(T;Y) in nats, but for what all drawers have in common."""
    total = contents.sum(axis=-1)
    return np.asarray(entr(total) - entr(contents).sum(axis=-1))


def _one_hot(drawer: ArrayLike, clusters: int | None = None) -> FloatArray:
    numbers = np.asarray(drawer)
    if numbers.dtype.kind not in "iu" or numbers.size == 0 or numbers.min() < 0:
        raise ValueError("a hard summary needs the number of each x's drawer: whole numbers from 0.")
    hard: FloatArray = np.eye(numbers.max() + 1 if clusters is None else clusters)[numbers]
    return hard


def _in_order_of_appearance(drawer: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first, inverse = np.unique(drawer, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


# --- shared -------------------------------------------------------------------------------------------


def _numbered(rows: NDArray[np.generic]) -> NDArray[np.int64]:
    """Give equal rows the same number, counted from 0."""
    # Bytes compare faster than rows of floats; adding 0 turns −0.0 into 0.0, which has other bytes.
    whole = np.ascontiguousarray(rows + 0)
    keys = whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _entropy_of_numbers(numbers: NDArray[np.int64], unit: str) -> float:
    return float(entropy(np.bincount(numbers), unit=unit, normalize=True))


def _two_way(joint: ArrayLike, normalize: bool) -> FloatArray:
    table = as_joint(joint, normalize=normalize)
    if table.ndim != 2:
        raise ValueError(f"joint has {table.ndim} axes; a bottleneck needs two, rows X and columns Y.")
    return table


def _table_and_encoder(
    joint: ArrayLike, encoder: ArrayLike, normalize: bool
) -> tuple[FloatArray, FloatArray]:
    table, rows = _two_way(joint, normalize), as_pmf(encoder, name="encoder")
    if rows.ndim != 2 or len(rows) != len(table):
        raise ValueError(
            f"encoder has shape {rows.shape}; it needs one row p(t|x) for each of joint's {len(table)} rows."
        )
    return table, rows


def _check_clusters(clusters: int) -> int:
    if isinstance(clusters, bool) or not isinstance(clusters, int | np.integer) or clusters < 1:
        raise ValueError(f"clusters is {clusters!r}; give a whole number above 0.")
    return int(clusters)


def _positive_part(table: FloatArray) -> FloatArray:
    part: FloatArray = table[table.sum(axis=1) > 0.0][:, table.sum(axis=0) > 0.0]
    return part


def _all_rows(table: FloatArray, encoder: FloatArray) -> FloatArray:
    """Give an x that never occurs the average summary p(t), which changes nothing."""
    p_x = table.sum(axis=1)
    whole = np.repeat((p_x[p_x > 0.0] @ encoder)[:, None], len(table), axis=1)
    whole[:, p_x > 0.0] = encoder
    return whole
