"""Models that count: what the last few letters, bytes or tokens say about the next, in sample and honestly.

A context is the `order` letters before a letter; near the start of the text it is as long as it can be.
Nothing here loops over the letters. "How often had this happened before?" is the rank of a position among
equal positions, which one stable sort answers for the whole text at once.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.distributions import FloatArray
from course_lib.measures import entropy, surprisal

#: The 27 symbols of the letters text: a space and a to z.
ALPHABET = " abcdefghijklmnopqrstuvwxyz"

IntArray = NDArray[np.int64]


def in_sample_conditional_entropy(text: str, order: int, *, alphabet: str = ALPHABET) -> float:
    """Entropy of a letter given the `order` letters before it, by this very text's frequencies. Chapter 2.

    Parameters
    ----------
    text : str
    order : int
        Letters of context, from 0.
    alphabet : str
        The symbols `text` may hold.

    Returns
    -------
    float
        Bits per letter. It keeps falling with `order`, because the text has paid nothing for the table
        of frequencies: it is not a code length.

    Examples
    --------
    >>> in_sample_conditional_entropy("abababab", 0)
    1.0
    >>> in_sample_conditional_entropy("abababab", 1)
    0.0
    """
    symbols = _symbols(text, order, alphabet)
    contexts = _contexts(symbols, order, len(alphabet))[order:]
    pairs = contexts * len(alphabet) + symbols[order:]
    # Chain rule: H(letter | context) = H(context, letter) − H(context).
    return max(0.0, _entropy_of_labels(pairs) - _entropy_of_labels(contexts))


def adaptive_surprisals(
    text: str, order: int, *, pseudo_count: float = 0.05, alphabet: str = ALPHABET
) -> FloatArray:
    """Surprise of each letter under a model that learns as it reads and starts knowing nothing. Chapter 2.

    Parameters
    ----------
    text : str
    order : int
        Letters of context, from 0.
    pseudo_count : float
        Added to every count, so that a letter not yet seen in a context stays possible.
    alphabet : str
        The symbols `text` may hold.

    Returns
    -------
    ndarray, shape (len(text),)
        Bits. Their sum is the length of a file an arithmetic coder could write and a decoder could read.

    Examples
    --------
    >>> adaptive_surprisals("aa", 0, pseudo_count=1, alphabet="ab").round(3).tolist()
    [1.0, 0.585]
    """
    if not pseudo_count > 0:
        raise ValueError(
            f"pseudo_count is {pseudo_count}; at 0 the first letter would be infinitely surprising."
        )
    symbols = _symbols(text, order, alphabet)
    contexts = _contexts(symbols, order, len(alphabet))
    seen_context = _times_seen_before(contexts)
    seen_pair = _times_seen_before(contexts * len(alphabet) + symbols)
    return np.asarray(surprisal((seen_pair + pseudo_count) / (seen_context + len(alphabet) * pseudo_count)))


def adaptive_code_length(
    text: str, order: int, *, pseudo_count: float = 0.05, alphabet: str = ALPHABET
) -> float:
    """Mean of `adaptive_surprisals`, in bits per letter: the honest price of the text at this order.

    Examples
    --------
    >>> round(adaptive_code_length("aa", 0, pseudo_count=1, alphabet="ab"), 3)
    0.792
    """
    return float(adaptive_surprisals(text, order, pseudo_count=pseudo_count, alphabet=alphabet).mean())


def witten_bell_surprisals(text: str, order: int, *, alphabet: str = ALPHABET) -> FloatArray:
    """Surprise of each letter when all orders up to `order` are blended by Witten and Bell's rule. Chapter 2.

    Each order trusts its own counts n(context, letter) as far as it has seen the context, and hands
    the rest to the order below: p_k = (n(c, x) + T(c) p_{k−1}) / (n(c) + T(c)), where T(c) is the number
    of different letters seen after c so far. Below order 0 all letters are equally likely.

    Parameters
    ----------
    text : str
    order : int
        The longest context, from 0.
    alphabet : str
        The symbols `text` may hold.

    Returns
    -------
    ndarray, shape (len(text),)
        Bits; the model learns as it reads, so the sum is an honest code length.

    Examples
    --------
    >>> witten_bell_surprisals("aab", 0, alphabet="ab").round(3).tolist()
    [1.0, 0.415, 2.585]
    """
    symbols = _symbols(text, order, alphabet)
    probabilities = np.full(len(symbols), 1.0 / len(alphabet))
    for k in range(order + 1):
        contexts = _contexts(symbols, k, len(alphabet))
        seen_context = _times_seen_before(contexts)
        seen_pair = _times_seen_before(contexts * len(alphabet) + symbols)
        different = _sum_before(contexts, seen_pair == 0)
        blended = (seen_pair + different * probabilities) / np.maximum(seen_context + different, 1)
        probabilities = np.where(seen_context > 0, blended, probabilities)
    return np.asarray(surprisal(probabilities))


def witten_bell_code_length(text: str, order: int, *, alphabet: str = ALPHABET) -> float:
    """Mean of `witten_bell_surprisals`, in bits per letter.

    Examples
    --------
    >>> round(witten_bell_code_length("aab", 0, alphabet="ab"), 3)
    1.333
    """
    return float(witten_bell_surprisals(text, order, alphabet=alphabet).mean())


def witten_bell_probabilities(
    seen: ArrayLike, text: ArrayLike, order: int, *, n_symbols: int, every_order: bool = False
) -> FloatArray:
    """Probability of each symbol of a text by the counts of another, already read text. Chapter 7.

    The orders are blended as in `witten_bell_surprisals`, with the counts of `seen`.

    Parameters
    ----------
    seen : array_like of int, shape (m,)
        The text the model was trained on: bytes, tokens or letters, as numbers from 0.
    text : array_like of int, shape (n,)
        The text to judge. Its first symbols have shorter contexts; put the end of another text before them,
        and drop those rows, to let contexts reach back.
    order : int
        The longest context, from 0.
    n_symbols : int
        How many different symbols there are, met or not.
    every_order : bool
        Whether to return the lower orders' probabilities as well.

    Returns
    -------
    ndarray, shape (n,) or (order + 1, n)

    Examples
    --------
    >>> witten_bell_probabilities([0, 0, 1], [0, 1], 0, n_symbols=2).round(3).tolist()
    [0.6, 0.4]
    """
    seen, text = _numbers(seen, n_symbols, "seen"), _numbers(text, n_symbols, "text")
    if order < 0:
        raise ValueError(f"order is {order}; a context cannot have fewer than 0 symbols.")
    both = np.concatenate([seen, text])
    m, n = len(seen), len(text)
    place = np.concatenate([np.arange(m), np.arange(n)])  # contexts do not reach from one text into the other
    contexts = np.zeros(m + n, dtype=np.int64)
    probabilities = np.full(n, 1.0 / n_symbols)
    ladder = []
    for k in range(order + 1):
        if k:
            further = np.where(place >= k, np.roll(both, k) + 1, 0)
            contexts = np.unique(contexts * (n_symbols + 1) + further, return_inverse=True)[1]
        pairs = np.unique(contexts * n_symbols + both, return_inverse=True)[1]
        times, times_pair = (
            np.bincount(contexts[:m], minlength=m + n),
            np.bincount(pairs[:m], minlength=m + n),
        )
        firsts = np.unique(pairs[:m], return_index=True)[1]  # one place for each pair that was seen
        different = np.bincount(contexts[firsts], minlength=m + n)[contexts[m:]]
        blended = times_pair[pairs[m:]] + different * probabilities
        blended /= np.maximum(times[contexts[m:]] + different, 1)
        known = (times[contexts[m:]] > 0) & (place[m:] >= k)
        probabilities = np.where(known, blended, probabilities)
        ladder.append(probabilities)
    return np.stack(ladder) if every_order else probabilities


def witten_bell_next(seen: ArrayLike, prefix: ArrayLike, order: int, *, n_symbols: int) -> FloatArray:
    """Probability of every symbol as the next one after a prefix, by the counts of another text. Chapter 7.

    Parameters
    ----------
    seen : array_like of int, shape (m,)
    prefix : array_like of int
        What came before; only its last `order` symbols matter.
    order : int
    n_symbols : int

    Returns
    -------
    ndarray, shape (n_symbols,)
        Never 0: what was never seen keeps a share of the uniform distribution at the bottom.

    Examples
    --------
    >>> witten_bell_next([0, 0, 1], [0], 1, n_symbols=2).round(3).tolist()
    [0.55, 0.45]
    """
    seen, prefix = _numbers(seen, n_symbols, "seen"), _numbers(prefix, n_symbols, "prefix")
    if order < 0:
        raise ValueError(f"order is {order}; a context cannot have fewer than 0 symbols.")
    probabilities = np.full(n_symbols, 1.0 / n_symbols)
    matches = np.arange(len(seen))  # places in the seen text that follow the same last k symbols
    for k in range(min(order, len(prefix)) + 1):
        if k:
            matches = matches[matches >= k]
            matches = matches[seen[matches - k] == prefix[-k]]
        if not len(matches):
            break
        counts = np.bincount(seen[matches], minlength=n_symbols)
        different = np.count_nonzero(counts)
        probabilities = (counts + different * probabilities) / (len(matches) + different)
    return probabilities


def _numbers(symbols: ArrayLike, n_symbols: int, name: str) -> IntArray:
    """Symbols as whole numbers from 0, checked."""
    numbers = np.asarray(symbols)
    if numbers.size == 0:
        return np.zeros(0, dtype=np.int64)
    if numbers.ndim != 1 or not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(f"{name} must be a list of whole numbers, one for each symbol.")
    if numbers.min() < 0 or numbers.max() >= n_symbols:
        worst = numbers.min() if numbers.min() < 0 else numbers.max()
        raise ValueError(
            f"{name} holds symbol {worst}; with n_symbols={n_symbols} they go from 0 to {n_symbols - 1}."
        )
    return numbers.astype(np.int64)


def _symbols(text: str, order: int, alphabet: str) -> IntArray:
    """The text as indices into the alphabet."""
    if order < 0:
        raise ValueError(f"order is {order}; a context cannot have fewer than 0 letters.")
    if len(text) <= order:
        raise ValueError(f"the text has {len(text)} letters, too few for contexts of {order}.")
    if (order + 1) * np.log2(len(alphabet) + 1) >= 62:
        raise ValueError(
            f"order {order} is too high for {len(alphabet)} symbols: a context must fit in 62 bits."
        )
    strangers = set(text) - set(alphabet)
    if strangers:
        raise ValueError(
            f"{min(strangers)!r} is not in the alphabet; datasets.letters_only(text) keeps a to z."
        )
    index = {symbol: i for i, symbol in enumerate(alphabet)}
    return np.fromiter((index[symbol] for symbol in text), dtype=np.int64, count=len(text))


def _contexts(symbols: IntArray, order: int, n_symbols: int) -> IntArray:
    """One number per position for the letters before it, shorter at the start of the text.

    Digits run from 1 to n_symbols in base n_symbols + 1, so that "no letter" (0) differs from the first one.
    """
    contexts = np.zeros(len(symbols), dtype=np.int64)
    for back in range(order, 0, -1):
        contexts *= n_symbols + 1
        contexts[back:] += symbols[:-back] + 1
    return contexts


def _times_seen_before(labels: IntArray) -> IntArray:
    """For each position, how many earlier positions carry the same label."""
    return _sum_before(labels, np.ones(len(labels), dtype=bool))


def _sum_before(labels: IntArray, marks: NDArray[np.bool_]) -> IntArray:
    """For each position, how many earlier positions with the same label are marked."""
    by_label = np.argsort(labels, kind="stable")  # equal labels side by side, still in reading order
    before: IntArray = np.cumsum(marks[by_label]) - marks[by_label]
    starts = np.flatnonzero(np.diff(labels[by_label], prepend=labels.min() - 1))
    sizes = np.diff(starts, append=len(labels))
    counts = np.empty(len(labels), dtype=np.int64)
    counts[by_label] = before - np.repeat(before[starts], sizes)
    return counts


def _entropy_of_labels(labels: IntArray) -> float:
    return float(entropy(np.unique(labels, return_counts=True)[1], normalize=True))
