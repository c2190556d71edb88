"""Codes must be lossless, and as short as theory says."""

import heapq
import itertools
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from course_lib.codes import (
    MAX_TOTAL,
    AdaptiveModel,
    ArithmeticDecoder,
    ArithmeticEncoder,
    FixedModel,
    arithmetic_decode,
    arithmetic_encode,
    canonical_code,
    code_lengths,
    huffman_code,
    integer_frequencies,
    kraft_sum,
    prefix_decode,
    prefix_encode,
)


def mean_length(p):
    return float(np.asarray(p) @ code_lengths(p))


def shortest_mean_length(p):
    """Oracle: the best of all length tuples that satisfy Kraft's inequality, by brute force."""
    tuples = itertools.product(range(1, len(p)), repeat=len(p))
    return min(p @ np.array(t) for t in tuples if sum(2.0**-length for length in t) <= 1)


def exact_huffman_length(p):
    """Oracle: the mean length as the sum of all merged weights, in fractions."""
    heap = [Fraction(x) for x in p]
    heapq.heapify(heap)
    total = Fraction(0)
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return float(total)


# --- Huffman ------------------------------------------------------------------------------------------


def test_a_textbook_code_needs_2_3_bits():
    # Oracle: Cover and Thomas, Example 5.6.1.
    assert mean_length([0.25, 0.25, 0.2, 0.15, 0.15]) == pytest.approx(2.3, abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_no_prefix_code_is_shorter(k):
    rng = np.random.default_rng(k)
    for _ in range(5):
        p = rng.dirichlet(np.full(k, 0.7))
        assert mean_length(p) == pytest.approx(shortest_mean_length(p), abs=1e-12)


def test_dyadic_probabilities_get_exactly_their_surprise():
    assert huffman_code([1 / 2, 1 / 4, 1 / 8, 1 / 8]) == ["0", "10", "110", "111"]
    assert code_lengths([1 / 8] * 8).tolist() == [3] * 8


def test_fibonacci_weights_make_the_deepest_code():
    # Oracle: depth K − 1.
    weights = [1, 1]
    while len(weights) < 40:
        weights.append(weights[-1] + weights[-2])
    assert code_lengths(weights, normalize=True).max() == 39
    assert max(map(len, huffman_code(weights, normalize=True))) == 39


def test_a_code_a_thousand_bits_deep_is_no_problem():
    # Oracle: p = 2^−k gets k bits. A recursive builder would hit Python's limit.
    p = 0.5 ** np.arange(1, 1022)
    p[-1] *= 2
    expected = [*range(1, 1021), 1020]
    assert code_lengths(p).tolist() == expected
    assert [len(word) for word in huffman_code(p)] == expected


def test_ties_may_change_the_codewords_but_not_the_mean_length():
    # Trap 15: the two builders break ties differently, so only the length, Kraft sum and prefixes are claims.
    p = np.array([2, 2, 1, 1, 1, 1, 4, 4]) / 16
    code = huffman_code(p)
    assert p @ [len(word) for word in code] == mean_length(p) == exact_huffman_length(p)
    assert kraft_sum(map(len, code)) == 1.0
    assert not any(b.startswith(a) for a, b in itertools.permutations(code, 2))


def test_codes_are_the_same_at_every_call():
    p = np.random.default_rng(1).dirichlet(np.ones(50))
    assert huffman_code(p) == huffman_code(p.tolist())


@pytest.mark.parametrize("p", [[1.0], [0.0, 1.0, 0.0]])
def test_a_certain_symbol_needs_no_bits(p):
    assert huffman_code(p) == [""] * len(p)
    assert code_lengths(p).tolist() == [0] * len(p)


def test_a_symbol_that_never_occurs_takes_no_room_from_the_others():
    assert huffman_code([0.5, 0.0, 0.5]) == ["0", "", "1"]
    assert code_lengths([0.5, 0.0, 0.5]).tolist() == [1, 0, 1]


def test_counts_need_normalize():
    assert code_lengths([2, 1, 1], normalize=True).tolist() == [1, 2, 2]
    for builder in (huffman_code, code_lengths):
        with pytest.raises(ValueError, match="p sums to 4, not 1"):
            builder([2, 1, 1])
        with pytest.raises(ValueError, match="p has 2 axes"):
            builder([[0.5, 0.5]])


BLOCKS = {
    (9, 1): 1.0000,
    (9, 2): 0.6450,
    (9, 3): 0.5327,
    (9, 4): 0.49255,
    (9, 6): 0.4702,
    (9, 8): 0.4758,
    (9, 10): 0.4767,
    (9, 12): 0.4700,
    (99, 1): 1.0,
    (99, 2): 0.515,
    (99, 3): 0.353,
    (99, 4): 0.273,
    (99, 12): 0.122,
}


@pytest.mark.parametrize(("case", "printed"), BLOCKS.items())
def test_longer_blocks_approach_the_entropy_but_not_steadily(case, printed):
    heads, n = case
    coin = [Fraction(heads, heads + 1), Fraction(1, heads + 1)]
    exact = [math.prod(flips) for flips in itertools.product(coin, repeat=n)]
    blocks = np.array([float(p) for p in exact])
    per_flip = blocks @ code_lengths(blocks) / n
    assert per_flip == pytest.approx(exact_huffman_length(exact) / n, abs=1e-9)
    assert per_flip == pytest.approx(printed, abs=5.1e-5 if heads == 9 else 5e-4)


def test_canonical_codewords_follow_from_the_lengths_alone():
    assert canonical_code([2, 1, 3, 3]) == ["10", "0", "110", "111"]
    assert canonical_code([0, 1, 0, 1]) == ["", "0", "", "1"]
    assert canonical_code([0]) == [""]


def test_lengths_that_overspend_the_kraft_budget_are_refused():
    with pytest.raises(ValueError, match=re.escape("Kraft sum 1.25")):
        canonical_code([1, 1, 2])


def test_prefix_codes_refuse_what_they_cannot_say():
    with pytest.raises(ValueError, match="symbol 1 has no codeword"):
        prefix_encode([0, 1], ["0", "", "1"])
    with pytest.raises(ValueError, match="1 whole codewords and 1 spare bits, not 2"):
        prefix_decode("01", ["0", "10", "11"], 2)
    with pytest.raises(ValueError, match="2 whole codewords and 0 spare bits, not 3"):
        prefix_decode("00", ["0", "10", "11"], 3)


def test_a_message_of_a_certain_symbol_is_empty_and_still_read_back():
    assert prefix_encode([0, 0, 0], [""]) == ""
    assert prefix_decode("", [""], 3) == [0, 0, 0]
    assert prefix_decode("", ["", ""], 0) == []
    with pytest.raises(ValueError, match="cannot say which symbol"):
        prefix_decode("", ["", ""], 1)


# --- arithmetic coding --------------------------------------------------------------------------------


def ideal_bits(message, frequencies):
    """Oracle: summed surprise of the message, from exact integer ratios."""
    total = sum(frequencies)
    return sum(math.log2(total) - math.log2(frequencies[symbol]) for symbol in message)


CASES = {
    "no symbols": ([], [3, 1]),
    "one symbol": ([1], [3, 1]),
    "certain symbols": ([0] * 1000, [7]),
    "certain symbol among forbidden ones": ([1] * 1000, [0, 7, 0]),
    "fair bits": ([0, 1, 1, 0, 1], [1, 1]),
    "rare symbol first": ([1] + [0] * 500, [MAX_TOTAL - 1, 1]),
    "rarest symbol again and again": ([1] * 50, [MAX_TOTAL - 1, 1]),
    "hugging the middle": ([1] * 2000, [1, 2, 1]),
    "hugging the middle from below": ([1] * 500 + [0], [499_999, 2, 499_999]),
    "hugging the middle from above": ([1] * 500 + [2], [499_999, 2, 499_999]),
}


@pytest.mark.parametrize(("message", "frequencies"), CASES.values(), ids=CASES.keys())
def test_a_message_comes_back_and_costs_its_surprise_plus_at_most_two_bits(message, frequencies):
    # The "hugging" cases keep both ends of the interval on either side of ½, where undecided bits pile up.
    bits = arithmetic_encode(message, FixedModel(frequencies))
    ideal = ideal_bits(message, frequencies)
    assert arithmetic_decode(bits, len(message), FixedModel(frequencies)) == message
    assert ideal - 1e-3 <= len(bits) <= ideal + 2 + 1e-3


def test_nothing_and_certainty_cost_nothing():
    assert arithmetic_encode([], AdaptiveModel(5)) == ""
    assert arithmetic_encode([0] * 10_000, FixedModel([1])) == ""


def test_a_million_symbols_come_back():
    rng = np.random.default_rng(4)
    p = np.array([0.6, 0.3, 0.09, 0.01])
    frequencies = integer_frequencies(p)
    message = rng.choice(4, size=10**6, p=p).tolist()
    bits = arithmetic_encode(message, FixedModel(frequencies))
    surprise = -np.log2(frequencies / frequencies.sum())[message].sum()
    assert surprise <= len(bits) <= surprise + 3  # 2 for the end of the message, the rest for 32-bit rounding
    assert arithmetic_decode(bits, len(message), FixedModel(frequencies)) == message


def test_an_adaptive_model_pays_the_price_of_learning_and_nothing_else():
    # Oracle: Laplace's rule prices any order alike: log2 of (n + K − 1)! / ((K − 1)! Π n_x!).
    message = [0] * 60 + [1] * 30 + [2] * 10
    ideal = math.log2(math.factorial(102) // 2)
    ideal -= sum(math.log2(math.factorial(n)) for n in (60, 30, 10))
    for order in (message, message[::-1]):
        bits = arithmetic_encode(order, AdaptiveModel(3))
        assert ideal <= len(bits) <= ideal + 2
        assert arithmetic_decode(bits, 100, AdaptiveModel(3)) == order


def test_the_coder_works_symbol_by_symbol_with_any_whole_shares():
    # Streaming, with a different model for every symbol, as a language model would use it.
    rng = np.random.default_rng(5)
    steps = [[*sorted(rng.choice(1000, 2, replace=False).tolist()), 1000] for _ in range(300)]
    encoder = ArithmeticEncoder()
    for start, stop, total in steps:
        encoder.encode(start, stop, total)
    decoder = ArithmeticDecoder(encoder.finish())
    for start, stop, total in steps:
        assert start <= decoder.target(total) < stop
        decoder.decode(start, stop, total)


@pytest.mark.parametrize("share", [(0, 2, 1), (-1, 1, 2), (2, 1, 4), (0, 1, MAX_TOTAL + 1)])
def test_impossible_shares_are_refused_at_both_ends(share):
    for code in (ArithmeticEncoder().encode, ArithmeticDecoder("").decode):
        with pytest.raises(ValueError, match="must lie in range"):
            code(*share)


def test_a_symbol_the_model_forbids_cannot_be_sent():
    with pytest.raises(ValueError, match="this symbol has frequency 0"):
        arithmetic_encode([1], FixedModel([1, 0]))


def test_quantised_probabilities_are_whole_and_none_that_can_occur_is_zero():
    # Trap 16.
    frequencies = integer_frequencies([1 - 1e-12, 1e-12, 0.0])
    assert frequencies.dtype == np.int64
    assert frequencies.tolist() == [1 << 24, 1, 0]
    p = np.random.default_rng(6).dirichlet(np.full(1000, 0.05))
    frequencies = integer_frequencies(p)
    assert ((frequencies > 0) == (p > 0)).all()
    assert abs(frequencies.sum() - (1 << 24)) <= 1000


@pytest.mark.parametrize("frequencies", [[], [0, 0], [-1, 2], [MAX_TOTAL, 1]])
def test_a_fixed_model_refuses_frequencies_it_cannot_share_out(frequencies):
    with pytest.raises(ValueError, match="frequencies must be 0 or more"):
        FixedModel(frequencies)


def test_an_adaptive_model_needs_an_alphabet():
    with pytest.raises(ValueError, match="at least one symbol"):
        AdaptiveModel(0)
