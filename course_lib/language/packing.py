"""A language model as a compressor: it says how probable each token is, an arithmetic coder does the rest."""

import math
from typing import NamedTuple

import numpy as np

from course_lib.codes import ArithmeticDecoder, ArithmeticEncoder, FixedModel, integer_frequencies
from course_lib.distributions import FloatArray
from course_lib.language.model import LanguageModel


class Packed(NamedTuple):
    """A text in few bytes; only the model that packed it can unpack it.

    Attributes
    ----------
    data : bytes
        The coder's bits, filled up with zeros to whole bytes.
    n_tokens : int
        How many tokens to read back: the bits alone do not say where they end.
    ideal_bits : float
        The surprise of the text under the model, what it costs before anything is rounded.
    coded_bits : int
        How many bits the coder wrote.
    """

    data: bytes
    n_tokens: int
    ideal_bits: float
    coded_bits: int


def pack(model: LanguageModel, text: str) -> Packed:
    """Write a text in about as many bits as it surprises the model. Chapter 7.

    Parameters
    ----------
    model : LanguageModel
    text : str
        The real model takes some 0.05 s for each token.

    Returns
    -------
    Packed
        At most 2 bits above the ideal, and per token some hundredths for rounding probabilities to whole
        numbers. The model itself is not counted, though whoever unpacks needs all of it.

    Notes
    -----
    On another machine the model's last digits can differ, and with them the bits: pack and unpack on the
    same one.

    Examples
    --------
    >>> from course_lib.language.model import NGram
    >>> model = NGram("abracadabra " * 20, order=3)
    >>> packed = pack(model, "abracadabra")
    >>> len(packed.data), unpack(model, packed)
    (1, 'abracadabra')
    """
    tokens = model.encode(text)
    if model.decode(tokens) != text:
        raise ValueError(
            "this text holds a character for which the model has no token, such as a control character, so "
            "it would not come out again. Remove it."
        )
    encoder, reading, ideal = ArithmeticEncoder(), model.reading(), 0.0
    for token in tokens:
        ideal -= float(reading.log_probs[token]) / math.log(2)
        shares = _shares(reading.log_probs)
        encoder.encode(*shares.interval(token), shares.total)
        reading.read(token)
    bits = encoder.finish()
    whole = bits.ljust(-(-len(bits) // 8) * 8, "0")
    data = bytes(int(whole[i : i + 8], 2) for i in range(0, len(whole), 8))
    return Packed(data, len(tokens), ideal, len(bits))


def unpack(model: LanguageModel, packed: Packed) -> str:
    """Read a text back, step by step as it was packed, with the same model on the same machine. Chapter 7.

    Parameters
    ----------
    model : LanguageModel
    packed : Packed
        Bits of another model, or damaged ones, come out as another text; nothing in them says so.

    Returns
    -------
    str
    """
    decoder = ArithmeticDecoder("".join(f"{byte:08b}" for byte in packed.data))
    reading, tokens = model.reading(), []
    for _ in range(packed.n_tokens):
        shares = _shares(reading.log_probs)
        tokens.append(shares.symbol_at(decoder.target(shares.total)))
        decoder.decode(*shares.interval(tokens[-1]), shares.total)
        reading.read(tokens[-1])
    return model.decode(tokens)


def _shares(log_probs: FloatArray) -> FixedModel:
    """Whole numbers that sum to about 2²⁴, at least 1 for every token, for packer and unpacker alike."""
    return FixedModel(integer_frequencies(np.exp(log_probs)))
