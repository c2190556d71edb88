"""Summaries of a variable: what they keep of it and know about another, in drawers or in bins."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr, rel_entr

from course_lib.distributions import FloatArray, as_joint, as_numbers, as_pmf, in_unit
from course_lib.measures import entropy


class Drawers(NamedTuple):
    """A hard clustering: which drawer each x goes into, and what that keeps, in bits."""

    drawer: NDArray[np.int64]
    i_xt: float
    i_ty: float


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
        encoder = one_hot(encoder)
    table, rows = table_and_encoder(joint, encoder, normalize)
    i_xt, i_ty = plane(table, rows[None])
    return float(in_unit(i_xt[0], unit)), float(in_unit(i_ty[0], unit))


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
    table = two_way(joint, normalize)
    check_clusters(clusters)
    if restarts < 1:
        raise ValueError(f"restarts is {restarts}; at least one start is needed.")
    drawers = _sort_into_drawers(table, clusters, restarts, seed)
    scores = [plane(table, one_hot(row)[None])[1][0] for row in drawers]
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
    layer = layer[:, None] if layer.ndim == 1 else layer
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


# --- shared with the bottleneck -----------------------------------------------------------------------


def plane(table: FloatArray, encoder: FloatArray) -> tuple[FloatArray, FloatArray]:
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


def two_way(joint: ArrayLike, normalize: bool) -> FloatArray:
    """Return a valid joint table with exactly two axes."""
    table = as_joint(joint, normalize=normalize)
    if table.ndim != 2:
        raise ValueError(f"joint has {table.ndim} axes; a bottleneck needs two, rows X and columns Y.")
    return table


def table_and_encoder(joint: ArrayLike, encoder: ArrayLike, normalize: bool) -> tuple[FloatArray, FloatArray]:
    """Return a valid joint table, and an encoder with one distribution per row of it."""
    table, rows = two_way(joint, normalize), as_pmf(encoder, name="encoder")
    if rows.ndim != 2 or len(rows) != len(table):
        raise ValueError(
            f"encoder has shape {rows.shape}; it needs one row p(t|x) for each of joint's {len(table)} rows."
        )
    return table, rows


def check_clusters(clusters: int) -> int:
    """Return a number of clusters that is one, else raise ValueError."""
    if isinstance(clusters, bool) or not isinstance(clusters, int | np.integer) or clusters < 1:
        raise ValueError(f"clusters is {clusters!r}; give a whole number above 0.")
    return int(clusters)


# --- drawers and bins ---------------------------------------------------------------------------------


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


def one_hot(drawer: ArrayLike, clusters: int | None = None) -> FloatArray:
    """Return p(t|x) of a hard summary, given the number of each x's drawer."""
    numbers = np.asarray(drawer)
    if numbers.dtype.kind not in "iu" or numbers.size == 0 or numbers.min() < 0:
        raise ValueError("a hard summary needs the number of each x's drawer: whole numbers from 0.")
    hard: FloatArray = np.eye(numbers.max() + 1 if clusters is None else clusters)[numbers]
    return hard


def _in_order_of_appearance(drawer: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first, inverse = np.unique(drawer, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def _numbered(rows: NDArray[np.generic]) -> NDArray[np.int64]:
    """Give equal rows the same number, counted from 0."""
    # Bytes compare faster than rows of floats; adding 0 turns −0.0 into 0.0, which has other bytes.
    whole = np.ascontiguousarray(rows + 0)
    keys = whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _entropy_of_numbers(numbers: NDArray[np.int64], unit: str) -> float:
    return float(entropy(np.bincount(numbers), unit=unit, normalize=True))
