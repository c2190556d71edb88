"""Turning symbols into bits and back: Huffman's code and an arithmetic coder, both exact.

Bits are strings of "0" and "1", so that ``len(bits)`` is the bill and a learner can read what was sent.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.distributions import as_pmf

# --- Huffman ------------------------------------------------------------------------------------------


def huffman_code(p: ArrayLike, *, normalize: bool = False) -> list[str]:
    """Build a shortest prefix code by merging the two least likely groups until one is left. Chapter 2.

    Parameters
    ----------
    p : array_like, shape (K,)
        Probabilities of the symbols 0 … K−1.
    normalize : bool
        Divide by the total first; use it for counts.

    Returns
    -------
    list of str
        One codeword of "0" and "1" per symbol. A symbol that is certain, and one that never occurs,
        needs no bits: its codeword is "".

    See Also
    --------
    code_lengths : only the lengths, much faster for thousands of symbols.

    Notes
    -----
    Ties may be broken either way: codewords then differ, the mean length does not. Here the group made
    first is merged first.

    Examples
    --------
    >>> huffman_code([0.5, 0.25, 0.125, 0.125])
    ['0', '10', '110', '111']
    """
    p = _one_pmf(p, normalize)
    code = [""] * len(p)
    # (probability, when the group was made, its symbols): the second entry settles ties.
    groups = [(float(p_x), x, [x]) for x, p_x in enumerate(p) if p_x > 0]
    heapq.heapify(groups)
    for made in range(len(p), len(p) + len(groups) - 1):
        p_zero, _, zeros = heapq.heappop(groups)
        p_one, _, ones = heapq.heappop(groups)
        for x in zeros:
            code[x] = "0" + code[x]
        for x in ones:
            code[x] = "1" + code[x]
        heapq.heappush(groups, (p_zero + p_one, made, zeros + ones))
    return code


def code_lengths(p: ArrayLike, *, normalize: bool = False) -> NDArray[np.int64]:
    """Return the lengths of a Huffman code's words without building the words. Chapter 2.

    Parameters
    ----------
    p : array_like, shape (K,)
        Probabilities of the symbols 0 … K−1.
    normalize : bool
        Divide by the total first; use it for counts.

    Returns
    -------
    ndarray of int, shape (K,)
        Bits per symbol; 0 for a certain symbol and for one that never occurs. ``p @ code_lengths(p)``
        is the mean length.

    Notes
    -----
    After one sort no heap is needed: merged groups come out in rising order of probability, so the two
    least likely are always at the front of one of two queues, the single symbols and the merged groups.

    Examples
    --------
    >>> code_lengths([0.25, 0.25, 0.2, 0.15, 0.15]).tolist()
    [2, 2, 2, 3, 3]
    """
    p = _one_pmf(p, normalize)
    order = np.argsort(p, kind="stable")
    order = order[p[order] > 0]
    parents = _merge_in_two_queues(p[order].tolist())
    depths = [0] * len(parents)
    for node in range(len(parents) - 2, -1, -1):  # a parent is made after its children: walk from the root
        depths[node] = depths[parents[node]] + 1
    lengths = np.zeros(len(p), dtype=np.int64)
    lengths[order] = depths[: len(order)]
    return lengths


def canonical_code(lengths: ArrayLike) -> list[str]:
    """Return the prefix code that counts upwards: a decoder can rebuild it from the lengths alone. Chapter 2.

    Parameters
    ----------
    lengths : array_like of int, shape (K,)
        Codeword lengths with Kraft sum at most 1; length 0 means no codeword.

    Returns
    -------
    list of str
        Codewords, shorter before longer and equal lengths in symbol order.

    Raises
    ------
    ValueError
        If the lengths ask for more than the whole Kraft budget.

    Examples
    --------
    >>> canonical_code([2, 1, 3, 3])
    ['10', '0', '110', '111']
    """
    sizes = [int(length) for length in np.asarray(lengths)]
    if kraft_sum(sizes) > 1:
        raise ValueError(f"these lengths have Kraft sum {kraft_sum(sizes):.4g}; no prefix code exceeds 1.")
    code = [""] * len(sizes)
    value, previous = 0, 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(sizes) if length):
        value <<= length - previous
        code[symbol] = format(value, f"0{length}b")
        value, previous = value + 1, length
    return code


def kraft_sum(lengths: Iterable[int]) -> float:
    """Return Σ 2^−length over the symbols that have a codeword: the share of code space taken. Chapter 2.

    Examples
    --------
    >>> kraft_sum([1, 2, 3, 3])
    1.0
    """
    return float(sum(2.0**-length for length in lengths if length > 0))


def prefix_encode(symbols: Iterable[int], code: Sequence[str]) -> str:
    """Write symbols one codeword after the other.

    Examples
    --------
    >>> prefix_encode([0, 2, 1], ["0", "10", "11"])
    '01110'
    """
    coded = any(code)
    words = []
    for symbol in symbols:
        if coded and not code[symbol]:
            raise ValueError(
                f"symbol {symbol} has no codeword: its probability was 0 when the code was built."
            )
        words.append(code[symbol])
    return "".join(words)


def prefix_decode(bits: str, code: Sequence[str], n_symbols: int) -> list[int]:
    """Read `n_symbols` symbols back; no separators are needed, as no codeword begins another.

    Examples
    --------
    >>> prefix_decode("01110", ["0", "10", "11"], 3)
    [0, 2, 1]
    """
    if not any(code):
        if len(code) == 1 or n_symbols == 0:
            return [0] * n_symbols
        raise ValueError(
            "this code has no codewords, so the bits cannot say which symbol was the certain one."
        )
    symbol_of = {word: symbol for symbol, word in enumerate(code) if word}
    symbols, word = [], ""
    for bit in bits:
        word += bit
        if word in symbol_of:
            symbols.append(symbol_of[word])
            word = ""
    if word or len(symbols) != n_symbols:
        raise ValueError(
            f"the bits hold {len(symbols)} whole codewords and {len(word)} spare bits, not {n_symbols}."
        )
    return symbols


def _one_pmf(p: ArrayLike, normalize: bool) -> NDArray[np.float64]:
    p = as_pmf(p, normalize=normalize)
    if p.ndim != 1:
        raise ValueError(f"p has {p.ndim} axes; a code is built for one distribution at a time.")
    return p


def _merge_in_two_queues(weights: list[float]) -> list[int]:
    """Parents of all nodes of the code tree: the leaves in rising order first, then merged nodes as made."""
    n = len(weights)
    parents = [0] * (2 * n - 1)
    leaf, merged = 0, n
    for made in range(n, 2 * n - 1):
        total = 0.0
        for _ in range(2):
            if leaf < n and (merged == made or weights[leaf] <= weights[merged]):
                child, leaf = leaf, leaf + 1
            else:
                child, merged = merged, merged + 1
            parents[child] = made
            total += weights[child]
        weights.append(total)
    return parents


# --- Arithmetic coding --------------------------------------------------------------------------------
#
# A message is a point in [0, 1): each symbol narrows the interval to the share the model gives it. The
# interval is kept as two integers of 32 bits; bits on which both ends agree are final and leave at once.

_WHOLE = 1 << 32
_HALF = _WHOLE >> 1
_QUARTER = _WHOLE >> 2

#: The largest total frequency: below a quarter of the interval, no symbol's share can round to nothing.
MAX_TOTAL = _QUARTER


class Model(Protocol):
    """What the coder needs to know about the next symbol, as whole numbers, equal at both ends."""

    total: int

    def interval(self, symbol: int) -> tuple[int, int]:
        """Start and stop of the symbol's share of range(total)."""

    def symbol_at(self, target: int) -> int:
        """Return the symbol whose share contains `target`."""

    def update(self, symbol: int) -> None:
        """Learn from a symbol that has just been coded."""


class ArithmeticEncoder:
    """Writes symbols as one long binary fraction, a few bits at a time. Chapter 2.

    Notes
    -----
    The whole message costs its summed surprise under the model plus at most 2 bits, where Huffman's code
    may lose up to 1 bit per symbol. The decoder must be told how many symbols there are. Coders in
    compiled libraries move whole bytes instead of bits and are some hundred times faster.

    Examples
    --------
    >>> encoder = ArithmeticEncoder()
    >>> encoder.encode(0, 1, 4)  # the first quarter of the interval: 2 bits
    >>> encoder.encode(3, 4, 4)  # the last quarter of that
    >>> encoder.finish()
    '0011'
    """

    def __init__(self) -> None:
        self._low = 0
        self._high = _WHOLE - 1
        self._pending = 0
        self._bits: list[str] = []

    def encode(self, start: int, stop: int, total: int) -> None:
        """Narrow the interval to the share [start, stop) of `total`, all whole numbers.

        Parameters
        ----------
        start, stop : int
            Frequencies of the symbols before this one, without and with its own.
        total : int
            Sum of all frequencies, at most `MAX_TOTAL`.
        """
        if not 0 <= start < stop <= total <= MAX_TOTAL:
            raise ValueError(_bad_share(start, stop, total))
        width = self._high - self._low + 1
        low = self._low + width * start // total
        high = self._low + width * stop // total - 1
        while True:
            if high < _HALF:
                self._send("0")
            elif low >= _HALF:
                self._send("1")
                low, high = low - _HALF, high - _HALF
            elif low >= _QUARTER and high < 3 * _QUARTER:
                # Both ends hug the middle: the next bit is open, but the one after will be its opposite.
                self._pending += 1
                low, high = low - _QUARTER, high - _QUARTER
            else:
                break
            low, high = 2 * low, 2 * high + 1
        self._low, self._high = low, high

    def finish(self) -> str:
        """Return all bits, with the last one or two that pin the interval down whatever follows them."""
        if (self._low, self._high, self._pending) != (0, _WHOLE - 1, 0):  # else there is nothing left to say
            self._pending += 1
            self._send("0" if self._low < _QUARTER else "1")
        self._low, self._high, self._pending = 0, _WHOLE - 1, 0
        return "".join(self._bits)

    def _send(self, bit: str) -> None:
        self._bits.append(bit)
        if self._pending:
            self._bits.append(("1" if bit == "0" else "0") * self._pending)
            self._pending = 0


class ArithmeticDecoder:
    """Reads back what `ArithmeticEncoder` wrote, following the same shares. Chapter 2.

    Examples
    --------
    >>> decoder = ArithmeticDecoder("0011")
    >>> decoder.target(4)  # the next symbol's share contains 0
    0
    >>> decoder.decode(0, 1, 4)
    >>> decoder.target(4)
    3
    """

    def __init__(self, bits: str) -> None:
        self._low = 0
        self._high = _WHOLE - 1
        self._value = int(bits[:32].ljust(32, "0"), 2)  # after the end of the bits come zeros
        self._bits = iter(bits[32:])

    def target(self, total: int) -> int:
        """Where in range(total) the message points: inside the share of the next symbol."""
        return ((self._value - self._low + 1) * total - 1) // (self._high - self._low + 1)

    def decode(self, start: int, stop: int, total: int) -> None:
        """Narrow the interval to the share of the symbol just recognised, as the encoder did."""
        if not 0 <= start < stop <= total <= MAX_TOTAL:
            raise ValueError(_bad_share(start, stop, total))
        width = self._high - self._low + 1
        low = self._low + width * start // total
        high = self._low + width * stop // total - 1
        value = self._value
        while True:
            if high < _HALF:
                shift = 0
            elif low >= _HALF:
                shift = _HALF
            elif low >= _QUARTER and high < 3 * _QUARTER:
                shift = _QUARTER
            else:
                break
            low, high = 2 * (low - shift), 2 * (high - shift) + 1
            value = 2 * (value - shift) + (next(self._bits, "0") == "1")
        self._low, self._high, self._value = low, high, value


class FixedModel:
    """The same probabilities for every symbol, as whole frequencies. See `integer_frequencies`.

    Parameters
    ----------
    frequencies : array_like of int, shape (K,)
        How often each symbol is expected, in whole numbers; 0 forbids a symbol.

    Examples
    --------
    >>> FixedModel([2, 1, 1]).interval(1)
    (2, 3)
    """

    def __init__(self, frequencies: ArrayLike) -> None:
        counts = [int(f) for f in np.asarray(frequencies)]
        if not counts or min(counts) < 0 or not 0 < sum(counts) <= MAX_TOTAL:
            raise ValueError(f"frequencies must be 0 or more and sum to between 1 and {MAX_TOTAL}.")
        self._ends = list(accumulate(counts, initial=0))
        self.total = self._ends[-1]

    def interval(self, symbol: int) -> tuple[int, int]:
        """Start and stop of the symbol's share."""
        return self._ends[symbol], self._ends[symbol + 1]

    def symbol_at(self, target: int) -> int:
        """Return the symbol whose share contains `target`."""
        return bisect_right(self._ends, target) - 1

    def update(self, symbol: int) -> None:
        """Learn nothing: the frequencies are fixed."""


class AdaptiveModel:
    """Counts that start at 1 each and grow with what has been coded, at both ends alike.

    Parameters
    ----------
    n_symbols : int
        Size of the alphabet.

    Examples
    --------
    >>> model = AdaptiveModel(2)
    >>> model.update(0)
    >>> model.interval(0), model.total
    ((0, 2), 3)
    """

    def __init__(self, n_symbols: int) -> None:
        if n_symbols < 1:
            raise ValueError(f"n_symbols is {n_symbols}; an alphabet needs at least one symbol.")
        self._counts = [1] * n_symbols
        self.total = n_symbols

    def interval(self, symbol: int) -> tuple[int, int]:
        """Start and stop of the symbol's share."""
        start = sum(self._counts[:symbol])
        return start, start + self._counts[symbol]

    def symbol_at(self, target: int) -> int:
        """Return the symbol whose share contains `target`."""
        return bisect_right(list(accumulate(self._counts)), target)

    def update(self, symbol: int) -> None:
        """Count the symbol."""
        self._counts[symbol] += 1
        self.total += 1


def integer_frequencies(p: ArrayLike, *, total: int = 1 << 24) -> NDArray[np.int64]:
    """Turn probabilities into whole frequencies for a coder, none 0 for a symbol that can occur.

    Parameters
    ----------
    p : array_like, shape (K,)
        Probabilities.
    total : int
        About how large the frequencies' sum becomes; it can end up larger by up to K.

    Returns
    -------
    ndarray of int, shape (K,)

    Notes
    -----
    Send or store these, not the floats: if two machines round differently by one unit, decoding fails.

    Examples
    --------
    >>> integer_frequencies([0.75, 0.25, 0.0], total=16).tolist()
    [12, 4, 0]
    """
    p = _one_pmf(p, normalize=False)
    return np.where(p > 0, np.maximum(np.rint(p * total), 1), 0).astype(np.int64)


def arithmetic_encode(symbols: Iterable[int], model: Model) -> str:
    """Encode symbols with a fresh model and return the bits.

    Examples
    --------
    >>> len(arithmetic_encode([0] * 1000, AdaptiveModel(2)))  # log2(1001) = 9.97 bits of surprise
    11
    """
    encoder = ArithmeticEncoder()
    for symbol in symbols:
        start, stop = model.interval(symbol)
        encoder.encode(start, stop, model.total)
        model.update(symbol)
    return encoder.finish()


def arithmetic_decode(bits: str, n_symbols: int, model: Model) -> list[int]:
    """Decode `n_symbols` symbols with a fresh copy of the model that encoded them.

    Examples
    --------
    >>> arithmetic_decode(arithmetic_encode([0, 1, 1], AdaptiveModel(2)), 3, AdaptiveModel(2))
    [0, 1, 1]
    """
    decoder = ArithmeticDecoder(bits)
    symbols = []
    for _ in range(n_symbols):
        symbol = model.symbol_at(decoder.target(model.total))
        start, stop = model.interval(symbol)
        decoder.decode(start, stop, model.total)
        model.update(symbol)
        symbols.append(symbol)
    return symbols


def _bad_share(start: int, stop: int, total: int) -> str:
    if start == stop:
        return "this symbol has frequency 0: the model said it could not occur, so no bits can name it."
    return f"a share [{start}, {stop}) of {total} must lie in range(total), and total be at most {MAX_TOTAL}."
