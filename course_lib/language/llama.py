"""A transformer language model as plain NumPy: token numbers in, one score for every possible next token out.

Every position carries a vector. A layer adds to it twice: `attention` brings in what earlier positions hold,
`swiglu` works on each position alone. Thirty layers later the vector is compared with every token's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from course_lib.language.gguf import GGUF

Float32Array = NDArray[np.float32]

#: Rows of scores made at a time: 128 × 49,152 numbers take 25 MB.
ROWS = 128

_OF_A_LAYER = (
    *("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output"),
    *("ffn_norm", "ffn_gate", "ffn_up", "ffn_down"),
)


def rms_norm(x: Float32Array, gain: Float32Array, epsilon: float = 1e-5) -> Float32Array:
    """Bring each vector to root-mean-square 1, then stretch its coordinates by `gain`. Chapter 7.

    Parameters
    ----------
    x : ndarray, shape (..., width)
    gain : ndarray, shape (width,)
        Learned.
    epsilon : float
        Keeps the zero vector from being divided by zero.

    Examples
    --------
    >>> rms_norm(np.array([3.0, 4.0]), np.ones(2), epsilon=0).round(4).tolist()
    [0.8485, 1.1314]
    """
    size = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon)
    return np.asarray(x / size * gain)


def rotary_turns(positions: ArrayLike, head_size: int, base: float = 100_000.0) -> NDArray[np.complex64]:
    """How far each pair of coordinates is turned at each position, as complex numbers of length 1. Chapter 7.

    Parameters
    ----------
    positions : array_like of int, shape (n,)
    head_size : int
        Coordinates of a head; pair number k turns by base^(−2k / head_size) radians per position.
    base : float
        The larger, the further the slowest hand of this clock tells positions apart.

    Returns
    -------
    ndarray of complex64, shape (n, head_size / 2)

    Examples
    --------
    >>> rotary_turns([0, 1], 2).round(4).tolist()
    [[(1+0j)], [(0.5403000116348267+0.8414999842643738j)]]
    """
    speeds = base ** (-np.arange(0, head_size, 2) / head_size)
    return np.exp(1j * np.outer(np.asarray(positions), speeds)).astype(np.complex64)


def rotate(x: Float32Array, turns: NDArray[np.complex64]) -> Float32Array:
    """Turn each pair of neighbouring coordinates, (0, 1), (2, 3), …, by its position's angle. Chapter 7.

    Parameters
    ----------
    x : ndarray of float32, shape (n, heads, head_size)
        Queries or keys.
    turns : ndarray of complex64, shape (n, head_size / 2)
        From `rotary_turns`.

    Notes
    -----
    A query turned by its position and a key turned by its own have a product that depends only on how far
    apart they are. Other files pair coordinate k with k + head_size / 2; this format pairs neighbours.

    Examples
    --------
    >>> quarter = np.array([[1j]], dtype=np.complex64)
    >>> rotate(np.array([[[1.0, 0.0]]], dtype=np.float32), quarter).tolist()
    [[[0.0, 1.0]]]
    """
    pairs = np.ascontiguousarray(x).view(np.complex64)  # a pair of coordinates is one complex number
    return (pairs * turns[:, None, :]).view(np.float32)


def attention(queries: Float32Array, keys: Float32Array, values: Float32Array) -> Float32Array:
    """Each query's average of the values so far, weighted by how well their keys fit. Chapter 7.

    Parameters
    ----------
    queries : ndarray, shape (n, heads, head_size)
        Of the last n of m positions.
    keys, values : ndarray, shape (m, groups, head_size)
        Of all positions so far. With fewer groups than heads, several heads share one ("grouped queries").

    Returns
    -------
    ndarray, shape (n, heads, head_size)

    Examples
    --------
    >>> ones = np.ones((2, 1, 1), dtype=np.float32)  # both keys fit equally well
    >>> attention(ones, ones, np.array([[[2.0]], [[4.0]]], dtype=np.float32)).ravel().tolist()
    [2.0, 3.0]
    """
    (n, heads, size), (m, groups, _) = queries.shape, keys.shape
    shared = heads // groups
    # Position m − n + i may look back at 0 … m − n + i: above the diagonal lies the future.
    future = np.arange(m) > np.arange(m - n, m)[:, None]
    result = np.empty_like(queries)
    for group in range(groups):
        mine = slice(group * shared, (group + 1) * shared)
        fit = queries[:, mine].reshape(n * shared, size) @ keys[:, group].T
        fit *= size**-0.5
        if n > 1:
            fit.reshape(n, shared, m)[np.broadcast_to(future[:, None], (n, shared, m))] = -np.inf
        result[:, mine] = (softmax_in_place(fit) @ values[:, group]).reshape(n, shared, size)
    return result


def softmax_in_place(scores: Float32Array) -> Float32Array:
    """Turn each row of scores into weights that sum to 1, in the memory the scores took.

    Examples
    --------
    >>> softmax_in_place(np.array([[0.0, -np.inf, 0.0]])).tolist()
    [[0.5, 0.0, 0.5]]
    """
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def swiglu(x: Float32Array, gate: Float32Array, up: Float32Array, down: Float32Array) -> Float32Array:
    """Widen each vector, let a gate decide how much of each coordinate passes, and narrow it. Chapter 7.

    Parameters
    ----------
    x : ndarray, shape (n, width)
    gate, up : ndarray, shape (wide, width)
    down : ndarray, shape (width, wide)

    Examples
    --------
    >>> one = np.ones((1, 1), dtype=np.float32)
    >>> round(float(swiglu(one, one, one, one)[0, 0]), 4)  # silu(1) · 1
    0.7311
    """
    return (silu(x @ gate.T) * (x @ up.T)) @ down.T


def silu(x: Float32Array) -> Float32Array:
    """Return x / (1 + e^−x): nearly 0 far below zero, nearly x far above.

    Examples
    --------
    >>> silu(np.array([-20.0, 0.0, 20.0])).round(4).tolist()
    [-0.0, 0.0, 20.0]
    """
    with np.errstate(over="ignore"):  # e^100 is too large for float32, and x / inf = 0 is then right
        return np.asarray(x / (1 + np.exp(-x)))


@dataclass(frozen=True)
class Sizes:
    """The shape of a model: how deep, how wide, how many heads."""

    layers: int
    heads: int
    groups: int
    head_size: int
    context: int = 8192
    rotary_base: float = 100_000.0
    epsilon: float = 1e-5


class Cache:
    """Keys and values of the tokens already read, so that the next one need not read them again.

    Parameters
    ----------
    sizes : Sizes
    capacity : int
        Tokens there is room for at first; it doubles when full.

    Attributes
    ----------
    length : int
        Tokens read. Setting it lower forgets the last ones.
    """

    def __init__(self, sizes: Sizes, capacity: int = 64) -> None:
        self.length = 0
        self._kept = np.zeros((sizes.layers, 2, capacity, sizes.groups, sizes.head_size), dtype=np.float32)

    def extended(self, layer: int, keys: Float32Array, values: Float32Array) -> Float32Array:
        """Write down a layer's new keys and values; return all of that layer, keys first."""
        stop = self.length + len(keys)
        if stop > self._kept.shape[2]:
            layers, two, room, groups, size = self._kept.shape
            more = np.zeros((layers, two, max(stop, 2 * room), groups, size), dtype=np.float32)
            more[:, :, : self.length] = self._kept[:, :, : self.length]
            self._kept = more
        self._kept[layer, :, self.length : stop] = keys, values
        return self._kept[layer, :, :stop]


class Llama:
    """A model of the Llama family with its weights.

    Parameters
    ----------
    sizes : Sizes
    weights : mapping of str to ndarray of float32
        By their names in a GGUF file, such as ``token_embd.weight`` and ``blk.0.attn_q.weight``.

    Notes
    -----
    The tokens' own vectors serve twice, to read a token and to score it: the course's model ties the two.
    """

    def __init__(self, sizes: Sizes, weights: Mapping[str, Float32Array]) -> None:
        self.sizes = sizes
        self.tokens = weights["token_embd.weight"]
        self.last_gain = weights["output_norm.weight"]
        self.layers: Iterable[Mapping[str, Float32Array]] = [
            {name: weights[f"blk.{i}.{name}.weight"] for name in _OF_A_LAYER} for i in range(sizes.layers)
        ]

    @classmethod
    def from_file(cls, file: GGUF) -> Llama:
        """Read all weights of an opened model file; for the course's model, 538 MB."""
        sizes = sizes_of(file)
        names = [f"blk.{i}.{name}.weight" for i in range(sizes.layers) for name in _OF_A_LAYER]
        names += ["token_embd.weight", "output_norm.weight"]
        return cls(sizes, {name: file.tensor(name) for name in names})

    def hidden(self, tokens: Sequence[int] | NDArray[np.int64], cache: Cache | None = None) -> Float32Array:
        """Read tokens and return each position's last vector, ready to be scored.

        Parameters
        ----------
        tokens : sequence of int, length n
        cache : Cache, optional
            What was read before; it takes up the new tokens.

        Returns
        -------
        ndarray of float32, shape (n, width)
        """
        numbers = self._checked(tokens, cache.length if cache else 0)
        cache = Cache(self.sizes, len(numbers)) if cache is None else cache
        x = self.vectors(numbers)
        positions = np.arange(cache.length, cache.length + len(x))
        turns = rotary_turns(positions, self.sizes.head_size, self.sizes.rotary_base)
        for i, layer in enumerate(self.layers):
            x = x + self._attend(i, layer, rms_norm(x, layer["attn_norm"], self.sizes.epsilon), turns, cache)
            h = rms_norm(x, layer["ffn_norm"], self.sizes.epsilon)
            x = x + swiglu(h, layer["ffn_gate"], layer["ffn_up"], layer["ffn_down"])
        cache.length += len(x)  # only now: a pass that was interrupted leaves the cache as it was
        return rms_norm(x, self.last_gain, self.sizes.epsilon)

    def vectors(self, tokens: NDArray[np.int64]) -> Float32Array:
        """Each token's own vector, where its reading begins."""
        return self.tokens[tokens]

    def scores(self, hidden: Float32Array) -> Float32Array:
        """Score every token as the next one: logits, (n, tokens). Give it at most `ROWS` rows at a time."""
        return hidden @ self.tokens.T

    def _attend(
        self,
        i: int,
        layer: Mapping[str, Float32Array],
        h: Float32Array,
        turns: NDArray[np.complex64],
        cache: Cache,
    ) -> Float32Array:
        size = self.sizes.head_size
        queries, keys, values = (
            (h @ layer[name].T).reshape(len(h), -1, size) for name in ("attn_q", "attn_k", "attn_v")
        )
        all_keys, all_values = cache.extended(i, rotate(keys, turns), values)
        heads = attention(rotate(queries, turns), all_keys, all_values)
        return heads.reshape(len(h), -1) @ layer["attn_output"].T

    def _checked(self, tokens: Sequence[int] | NDArray[np.int64], already: int) -> NDArray[np.int64]:
        numbers = np.asarray(tokens)
        if numbers.ndim != 1 or numbers.size == 0 or not np.issubdtype(numbers.dtype, np.integer):
            raise ValueError("tokens must be a list of at least one whole number; encode a text to get them.")
        if numbers.min() < 0 or numbers.max() >= len(self.tokens):
            worst = numbers.min() if numbers.min() < 0 else numbers.max()
            raise ValueError(f"token {worst} does not exist; the last one is {len(self.tokens) - 1}.")
        if already + len(numbers) > self.sizes.context:
            raise ValueError(
                f"{already + len(numbers)} tokens are more than the {self.sizes.context} this model was made "
                "for. Pass a shorter text, or cut it into windows."
            )
        return numbers


def sizes_of(file: GGUF) -> Sizes:
    """Read the shape of a model from its file, and refuse a file that is not of the Llama family."""
    from course_lib.language.gguf import GGUFError

    settings = file.metadata
    if settings.get("general.architecture") != "llama":
        kind = settings.get("general.architecture", "nameless")
        raise GGUFError(f"{file.path.name} holds a model of kind {kind!r}; this code runs only 'llama'.")
    if "output.weight" in file.tensors:
        raise GGUFError(
            f"{file.path.name} scores tokens by a table of its own; this code expects a shared one."
        )
    try:
        heads = settings["llama.attention.head_count"]
        return Sizes(
            layers=settings["llama.block_count"],
            heads=heads,
            groups=settings["llama.attention.head_count_kv"],
            head_size=settings["llama.embedding_length"] // heads,
            context=settings["llama.context_length"],
            rotary_base=settings["llama.rope.freq_base"],
            epsilon=settings["llama.attention.layer_norm_rms_epsilon"],
        )
    except KeyError as error:
        raise GGUFError(f"{file.path.name} does not say its {error.args[0]}; it is damaged.") from None
