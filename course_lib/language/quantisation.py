"""A language model with coarser weights, and what the coarseness costs in bits."""

import copy
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.distributions import FloatArray
from course_lib.language.llama import Float32Array, Llama
from course_lib.language.model import LanguageModel, SmolLM

# Rows of the token table made coarse at a time: 8 192 rows take 19 MB.
_TABLE_ROWS = 8192


def coarser_rows(weights: NDArray[np.floating], bits: int) -> Float32Array:
    """Round each row of a matrix to whole steps of its own, equally far on either side of 0. Chapter 7.

    Parameters
    ----------
    weights : ndarray, shape (rows, columns)
    bits : int
        From 2 to 16: the largest weight of a row is 2^(bits − 1) − 1 steps.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        Each weight moves by half a step of its row at most.

    Examples
    --------
    >>> coarser_rows(np.array([[3.0, -1.2, 0.4], [0.0, 0.0, 0.0]]), 3).tolist()
    [[3.0, -1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if not 2 <= bits <= 16:
        raise ValueError(f"bits is {bits}; choose 2 to 16. With 1 bit only the step 0 would be left.")
    weights = np.asarray(weights, dtype=np.float32)
    step = np.abs(weights).max(axis=1, keepdims=True) / np.float32(2 ** (bits - 1) - 1)
    step[step == 0] = 1  # a row of zeros stays one
    coarse: Float32Array = weights / step
    np.rint(coarse, out=coarse)
    coarse *= step
    return coarse


def quantised(model: SmolLM, bits: int) -> SmolLM:
    """Return the model with every matrix made coarser, row by row. Chapter 7.

    Parameters
    ----------
    model : SmolLM
        Stays as it is.
    bits : int
        For each weight, from 2 to 16. The vectors that stretch coordinates stay as they are.

    Returns
    -------
    SmolLM
        It shares the original's memory: a matrix is made coarse when it is needed and then forgotten. So
        it takes no second 538 MB, but each pass over a text takes about a second longer.

    Notes
    -----
    The course's model comes with weights of 4 bits, in blocks of 32 with their own scale and lowest value.
    Rounding in just those blocks would change nearly nothing, so whole rows share a step here. What is
    measured is "as shipped against coarser", not "full precision against 4 bits".
    """
    coarse = copy.copy(model)
    coarse.llama = _Coarse(model.llama, bits)
    coarse.name = f"{model.name}, {bits} bits per row"
    coarse.about = f"{model.about} Each row of weights is rounded to {2**bits - 1} values."
    return coarse


class Comparison(NamedTuple):
    """How far another model's predictions are from a reference's on the same tokens.

    Attributes
    ----------
    divergences : ndarray
        D(reference ‖ other) for each token, in bits.
    agreement : float
        Share of the tokens before which both think the same one the most probable.
    perplexity_ratio : float
        Perplexity of the other on the text over the reference's.
    """

    divergences: FloatArray
    agreement: float
    perplexity_ratio: float


def compare(reference: LanguageModel, other: LanguageModel, tokens: Sequence[int]) -> Comparison:
    """Hold two models' predictions of every token of a text against each other. Chapter 7.

    Parameters
    ----------
    reference, other : LanguageModel
        With the same tokens.
    tokens : sequence of int
        At least one. Both models read them in the same windows.

    Examples
    --------
    >>> from course_lib.language.model import NGram
    >>> one, two = NGram("abracadabra", order=2), NGram("abracadabra", order=0)
    >>> round(float(compare(one, two, one.encode("abra")).divergences.mean()), 2)
    1.01
    """
    if reference.n_tokens != other.n_tokens:
        raise ValueError(
            f"{reference.name} has {reference.n_tokens} tokens and {other.name} has {other.n_tokens}; "
            "predictions can be compared only over the same ones."
        )
    if len(tokens) == 0:
        raise ValueError("the text has no tokens; there is nothing to compare on.")
    divergences, agree, dearer = [], [], []
    blocks = zip(reference.log_prob_rows(tokens), other.log_prob_rows(tokens), strict=True)
    rows = (pair for block in blocks for pair in zip(*block, strict=True))
    for token, (p, q) in zip(tokens, rows, strict=True):
        log_p, log_q = p.astype(np.float64), q.astype(np.float64)
        # Equal predictions may differ from 0 by round-off, on either side.
        divergences.append(max(0.0, float(np.exp(log_p) @ (log_p - log_q))))
        agree.append(log_p.argmax() == log_q.argmax())
        dearer.append(log_p[token] - log_q[token])
    return Comparison(
        np.array(divergences) / math.log(2), float(np.mean(agree)), math.exp(float(np.mean(dearer)))
    )


def mean_divergence(reference: LanguageModel, other: LanguageModel, tokens: Sequence[int]) -> float:
    """Mean of D(reference ‖ other) over the tokens of a text, in bits: what the other one wastes. Chapter 7.

    Examples
    --------
    >>> from course_lib.language.model import NGram
    >>> model = NGram("abracadabra", order=2)
    >>> mean_divergence(model, model, model.encode("abra"))
    0.0
    """
    return float(compare(reference, other, tokens).divergences.mean())


class _Coarse(Llama):
    """Makes each matrix coarse on its way from the original into a product."""

    def __init__(self, original: Llama, bits: int) -> None:
        self.sizes, self.last_gain, self.tokens = original.sizes, original.last_gain, original.tokens
        self.layers = _CoarseLayers(original.layers, bits)
        self._bits = bits
        coarser_rows(np.zeros((1, 1)), bits)  # refuses bits that cannot be, before any work

    def vectors(self, tokens: NDArray[np.int64]) -> Float32Array:
        """The tokens' own vectors, made coarse."""
        return coarser_rows(self.tokens[tokens], self._bits)

    def scores(self, hidden: Float32Array) -> Float32Array:
        """Score every token as the next one, with a part of their vectors made coarse at a time."""
        scores = np.empty((len(hidden), len(self.tokens)), dtype=np.float32)
        for first in range(0, len(self.tokens), _TABLE_ROWS):
            rows = slice(first, first + _TABLE_ROWS)
            scores[:, rows] = hidden @ coarser_rows(self.tokens[rows], self._bits).T
        return scores


class _CoarseLayers:
    """Layers that are made coarse one at a time, while they are gone through."""

    def __init__(self, layers: Iterable[Mapping[str, Float32Array]], bits: int) -> None:
        self._layers, self._bits = layers, bits

    def __iter__(self) -> Iterator[Mapping[str, Float32Array]]:
        for layer in self._layers:
            yield {
                name: coarser_rows(weights, self._bits) if weights.ndim == 2 else weights
                for name, weights in layer.items()
            }
