"""The measures against closed forms, exact arithmetic, other libraries, and the traps those fall into."""

import math
import re
from decimal import Decimal, localcontext
from fractions import Fraction as F

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.special
import scipy.stats
from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score, normalized_mutual_info_score

from course_lib.measures import (
    binary_entropy,
    bits_per_byte,
    conditional_entropy,
    conditional_mutual_information,
    cross_entropy,
    entropy,
    information_gain,
    interaction_information,
    joint_entropy,
    js_distance,
    js_divergence,
    kl_divergence,
    mutual_information,
    normalized_mutual_information,
    perplexity,
    pinsker_bound,
    pointwise_mutual_information,
    population_stability_index,
    surprisal,
    total_variation,
    variation_of_information,
)

pytestmark = pytest.mark.filterwarnings("error")  # infinity is an answer here, not something to warn about


def bits(p):
    """Oracle: −log2 of an exact fraction, with 50 digits."""
    with localcontext(prec=50):
        exact = F(p)
        return (Decimal(exact.denominator).ln() - Decimal(exact.numerator).ln()) / Decimal(2).ln()


def exact_entropy(*p):
    """Oracle: entropy in bits of fractions, with 50 digits."""
    with localcontext(prec=50):
        exact = [F(x) for x in p]
        assert sum(exact) == 1
        return sum(Decimal(x.numerator) / Decimal(x.denominator) * bits(x) for x in exact if x)


def exact_kl(p, q):
    """Oracle: divergence in bits of fractions, with 50 digits."""
    with localcontext(prec=50):
        pairs = [(F(x), F(y)) for x, y in zip(p, q, strict=True)]
        return sum(Decimal(x.numerator) / Decimal(x.denominator) * bits(y / x) for x, y in pairs if x)


J3 = [[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]]
DELIVERY = [[0.35, 0.15], [0.10, 0.40]]
# Two fair coins X and Y, and Z that says whether they differ.
XOR = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]) / 4
# Rows Y, columns X of Cover and Thomas, Example 2.2.1.
TEXTBOOK = np.array([[4, 2, 1, 1], [2, 4, 1, 1], [2, 2, 2, 2], [8, 0, 0, 0]]) / 32
BELOW_HALF = float(np.nextafter(0.5, 0))
STARS = [0.01, 0.02, 0.04, 0.13, 0.80]

# name: (what the course computes, closed form in exact arithmetic, the digits the course prints)
CHAPTER_1 = {
    "certain": (lambda: surprisal(1), 0, 0.0),
    "p = 0.9": (lambda: surprisal(0.9), bits("9/10"), 0.152),
    "fair coin": (lambda: surprisal(0.5), 1, 1.0),
    "p = 0.3": (lambda: surprisal(0.3), bits("3/10"), 1.737),
    "p = 0.3 in nats": (lambda: surprisal(0.3, unit="nats"), -Decimal("0.3").ln(), 1.204),
    "one face of a die": (lambda: surprisal(1 / 6), bits("1/6"), 2.585),
    "p = 0.05": (lambda: surprisal(0.05), bits("1/20"), 4.322),
    "p = 0.05 in nats": (lambda: surprisal(0.05, unit="nats"), Decimal(20).ln(), 2.996),
    "p = 0.01": (lambda: surprisal(0.01), bits("1/100"), 6.644),
    "p = 0.001": (lambda: surprisal(0.001), bits("1/1000"), 9.966),
    "p = 0.001 in nats": (lambda: surprisal(0.001, unit="nats"), Decimal(1000).ln(), 6.908),
    "one in a million": (lambda: surprisal(1e-6), bits("1/1000000"), 19.93),
    "p = 0.1 in bits": (lambda: surprisal(0.1), bits("1/10"), 3.322),
    "p = 0.1 in nats": (lambda: surprisal(0.1, unit="nats"), Decimal(10).ln(), 2.303),
    "p = 0.1 in hartleys": (lambda: surprisal(0.1, unit="hartleys"), 1, 1.0),
    "one card": (lambda: surprisal(1 / 52), bits("1/52"), 5.700),
    "a shuffled deck": (
        lambda: surprisal(1 / np.arange(1, 53)).sum(),
        bits(F(1, math.factorial(52))),
        225.58,
    ),
    "a birthday": (lambda: surprisal(1 / 365), bits("1/365"), 8.512),
    "8 letters": (lambda: surprisal([1 / 26] * 8).sum(), bits(F(1, 26**8)), 37.60),
    "4 Diceware words": (lambda: surprisal([1 / 7776] * 4).sum(), bits(F(1, 7776**4)), 51.70),
    "8 printable characters": (lambda: surprisal([1 / 94] * 8).sum(), bits(F(1, 94**8)), 52.44),
    "400 tenths": (lambda: surprisal([0.1] * 400).sum(), bits(F(1, 10**400)), 1328.77),
    "lottery ticket": (lambda: surprisal(1 / 1024), 10, 10.0),
    "first empty square of 64": (lambda: surprisal(63 / 64), bits("63/64"), 0.0227),
    "32 empty squares of 64": (
        lambda: surprisal(np.arange(63, 31, -1) / np.arange(64, 32, -1)).sum(),
        1,
        1.0,
    ),
    "observed probabilities": (lambda: surprisal([0.5, 0.25, 0.8, 0.1]).sum(), bits("1/100"), 6.6439),
    "one positive test": (
        lambda: surprisal(0.05) - surprisal(0.99),  # P(+|ill) = .99 against P(+|healthy) = .05
        bits(F(5, 99)),
        4.307,
    ),
    "one negative test": (lambda: surprisal(0.95) - surprisal(0.01), bits("95"), -6.570),
    "prior odds of 1 %": (lambda: surprisal(0.99) - surprisal(0.01), bits("99"), -6.629),
}

CHAPTER_2 = {
    "fair coin": (lambda: entropy([0.5, 0.5]), 1, 1.0),
    "90/10 coin": (lambda: entropy([0.9, 0.1]), exact_entropy("9/10", "1/10"), 0.4690),
    "95/5 coin": (lambda: entropy([0.95, 0.05]), exact_entropy("19/20", "1/20"), 0.2864),
    "99/1 coin": (lambda: entropy([0.99, 0.01]), exact_entropy("99/100", "1/100"), 0.0808),
    "99/1 coin, binary": (lambda: binary_entropy(0.99), exact_entropy("99/100", "1/100"), 0.0808),
    "fair die": (lambda: entropy([1 / 6] * 6), bits("1/6"), 2.5850),
    "loaded die": (lambda: entropy([0.1] * 5 + [0.5]), exact_entropy(*["1/10"] * 5, "1/2"), 2.1610),
    "uniform 8": (lambda: entropy([1 / 8] * 8), 3, 3.0),
    "dyadic": (lambda: entropy([1 / 2, 1 / 4, 1 / 8, 1 / 8]), Decimal("1.75"), 1.75),
    "stars": (lambda: entropy(STARS), exact_entropy("0.01", "0.02", "0.04", "0.13", "0.8"), 1.0053),
    "stars reversed": (
        lambda: entropy(STARS[::-1]),
        exact_entropy("0.01", "0.02", "0.04", "0.13", "0.8"),
        1.0053,
    ),
    "stars, share of the maximum": (
        lambda: entropy(STARS) / entropy([0.2] * 5),
        exact_entropy("0.01", "0.02", "0.04", "0.13", "0.8") / bits("1/5"),
        0.433,
    ),
    "moderate stars": (
        lambda: entropy([0.05, 0.10, 0.20, 0.40, 0.25]),
        exact_entropy("0.05", "0.1", "0.2", "0.4", "0.25"),
        2.0414,
    ),
    "five stars, uniform": (lambda: entropy([0.2] * 5), bits("1/5"), 2.3219),
    "24 answers in weighings": (
        lambda: surprisal(1 / 24) / surprisal(1 / 3),
        bits("1/24") / bits("1/3"),
        2.89,
    ),
    "weighing 1 v 1": (
        lambda: entropy([2, 2, 20], normalize=True),
        exact_entropy("1/12", "1/12", "10/12"),
        0.817,
    ),
    "weighing 2 v 2": (
        lambda: entropy([4, 4, 16], normalize=True),
        exact_entropy("2/12", "2/12", "8/12"),
        1.252,
    ),
    "weighing 3 v 3": (lambda: entropy([6, 6, 12], normalize=True), Decimal("1.5"), 1.500),
    "weighing 4 v 4": (lambda: entropy([8, 8, 8], normalize=True), bits("1/3"), 1.585),
    "weighing 5 v 5": (
        lambda: entropy([10, 10, 4], normalize=True),
        exact_entropy("5/12", "5/12", "2/12"),
        1.483,
    ),
    "weighing 6 v 6": (lambda: entropy([12, 12, 0], normalize=True), 1, 1.000),
    "weights 2:1:1": (lambda: entropy([2, 1, 1], normalize=True), Decimal("1.5"), 1.5),
    "pooled sources": (lambda: entropy([0.5, 0.5]), 1, 1.0),
    "pooling loss": (
        lambda: js_divergence([0.9, 0.1], [0.1, 0.9]),
        1 - exact_entropy("9/10", "1/10"),
        0.5310,
    ),
    "J3: H(X)": (lambda: entropy(np.sum(J3, axis=1)), exact_entropy("1/4", "3/4"), 0.8113),
    "J3: H(Y)": (lambda: entropy(np.sum(J3, axis=0)), exact_entropy("0.2", "0.15", "0.65"), 1.2789),
    "J3: H(X,Y)": (
        lambda: joint_entropy(J3),
        exact_entropy("0.15", "0.05", "0.05", "0.05", "0.1", "0.6"),
        1.8332,
    ),
    "J3: H(Y|X)": (
        lambda: conditional_entropy(J3),
        exact_entropy("0.15", "0.05", "0.05", "0.05", "0.1", "0.6") - exact_entropy("1/4", "3/4"),
        1.0219,
    ),
    "J3: H(X|Y)": (
        lambda: conditional_entropy(np.transpose(J3)),
        exact_entropy("0.15", "0.05", "0.05", "0.05", "0.1", "0.6") - exact_entropy("0.2", "0.15", "0.65"),
        0.5543,
    ),
    "J3: H(Y|X=0)": (
        lambda: entropy(J3[0], normalize=True),
        exact_entropy("3/5", "1/5", "1/5"),
        1.3710,
    ),
    "J3: I": (
        lambda: mutual_information(J3),
        exact_kl(
            ["0.15", "0.05", "0.05", "0.05", "0.1", "0.6"],
            [F(x) * F(y) for x in ("1/4", "3/4") for y in ("0.2", "0.15", "0.65")],
        ),
        0.2570,
    ),
    "J3: I in nats": (
        lambda: mutual_information(J3, unit="nats"),
        exact_kl(
            ["0.15", "0.05", "0.05", "0.05", "0.1", "0.6"],
            [F(x) * F(y) for x in ("1/4", "3/4") for y in ("0.2", "0.15", "0.65")],
        )
        * Decimal(2).ln(),
        0.1781,
    ),
    "delivery: H(time)": (lambda: entropy(np.sum(DELIVERY, axis=1)), 1, 1.0000),
    "delivery: H(speed)": (lambda: entropy(np.sum(DELIVERY, axis=0)), exact_entropy("0.45", "0.55"), 0.9928),
    "delivery: joint": (lambda: joint_entropy(DELIVERY), exact_entropy("0.35", "0.15", "0.1", "0.4"), 1.8016),
    "delivery: H(speed|time)": (
        lambda: conditional_entropy(DELIVERY),
        exact_entropy("0.35", "0.15", "0.1", "0.4") - 1,
        0.8016,
    ),
    "delivery: H(time|speed)": (
        lambda: conditional_entropy(np.transpose(DELIVERY)),
        exact_entropy("0.35", "0.15", "0.1", "0.4") - exact_entropy("0.45", "0.55"),
        0.8088,
    ),
    "delivery: I": (
        lambda: mutual_information(DELIVERY),
        1 + exact_entropy("0.45", "0.55") - exact_entropy("0.35", "0.15", "0.1", "0.4"),
        0.1912,
    ),
    "delivery: share of H(speed)": (
        lambda: mutual_information(DELIVERY) / entropy([0.45, 0.55]),
        (1 + exact_entropy("0.45", "0.55") - exact_entropy("0.35", "0.15", "0.1", "0.4"))
        / exact_entropy("0.45", "0.55"),
        0.193,
    ),
    "cats and dogs": (
        lambda: information_gain([10, 10], [[10, 6], [0, 4]]),
        1 - Decimal("0.8") * exact_entropy("5/8", "3/8"),
        0.2365,
    ),
}

TEXTBOOK_VALUES = {
    "Example 2.1.2": (lambda: entropy([1 / 2, 1 / 4, 1 / 8, 1 / 8]), 7 / 4),
    "Example 2.2.1, H(X)": (lambda: entropy(TEXTBOOK.sum(axis=0)), 7 / 4),
    "Example 2.2.1, H(Y)": (lambda: entropy(TEXTBOOK.sum(axis=1)), 2),
    "Example 2.2.1, H(X,Y)": (lambda: joint_entropy(TEXTBOOK), 27 / 8),
    "Example 2.2.1, H(X|Y)": (lambda: conditional_entropy(TEXTBOOK), 11 / 8),
    "Example 2.2.1, H(Y|X)": (lambda: conditional_entropy(TEXTBOOK.T), 13 / 8),
    "Example 2.4.1, I": (lambda: mutual_information(TEXTBOOK), 3 / 8),
    "Example 2.3.1, D(p‖q)": (lambda: kl_divergence([0.5, 0.5], [0.75, 0.25]), 1 - math.log2(3) / 2),
    "Example 2.3.1, D(q‖p)": (lambda: kl_divergence([0.75, 0.25], [0.5, 0.5]), 0.75 * math.log2(3) - 1),
}


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_1.values(), ids=CHAPTER_1.keys())
def test_chapter_1_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), float(exact), printed)


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_2.values(), ids=CHAPTER_2.keys())
def test_chapter_2_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), float(exact), printed)


def agrees(value, exact, printed):
    digits = len(repr(printed).split(".")[1])
    assert value == pytest.approx(exact, abs=1e-9)
    assert exact == pytest.approx(printed, abs=0.5000001 * 10**-digits)


@pytest.mark.parametrize(("value", "expected"), TEXTBOOK_VALUES.values(), ids=TEXTBOOK_VALUES.keys())
def test_cover_and_thomas_examples_come_out(value, expected):
    assert value() == pytest.approx(expected, abs=1e-12)


# --- surprisal ----------------------------------------------------------------------------------------


def test_certainty_costs_zero_and_never_minus_zero():
    for value in (surprisal(1.0), surprisal(1), entropy([1, 0]), binary_entropy(0.0), binary_entropy(1.0)):
        assert value == 0.0 and math.copysign(1, value) == 1
    assert not np.signbit(surprisal([1.0, 1.0])).any()
    assert not np.signbit(entropy(np.eye(3))).any()
    assert math.copysign(1, conditional_entropy([[0.5, 0], [0, 0.5]])) == 1
    assert math.copysign(1, kl_divergence([1, 0], [1, 0])) == 1
    assert math.copysign(1, cross_entropy([1, 0], [1, 0])) == 1
    assert math.copysign(1, information_gain([2, 2], [[1, 1], [1, 1]])) == 1


def test_the_impossible_is_infinitely_surprising_without_a_warning():
    assert surprisal(0) == math.inf
    assert surprisal([0.0, 0.5]).tolist() == [math.inf, 1.0]


@pytest.mark.parametrize("bad", [-0.1, 1.2, math.nan, math.inf, "half", None, [0.5, -1], True])
def test_surprisal_refuses_what_is_no_probability(bad):
    with pytest.raises(ValueError, match=r"^p"):
        surprisal(bad)


def test_surprisal_keeps_the_shape_and_returns_a_float_for_a_number():
    assert type(surprisal(0.25)) is float
    assert type(surprisal(np.float32(0.25))) is float
    assert surprisal([[0.5, 0.25], [0.125, 1.0]]).tolist() == [[1.0, 2.0], [3.0, 0.0]]


def test_powers_of_two_are_exact_in_bits():
    # Oracle: 2^−k costs k bits; ln divided by ln 2 misses some of these by one rounding.
    assert surprisal(0.5 ** np.arange(64)).tolist() == list(range(64))


def test_binary_entropy_stays_accurate_for_coins_that_almost_never_land_heads():
    # Oracle: p log2(1/p) + p/ln 2 + O(p²); computing log(1 − p) would lose the second term.
    p = 1e-20
    assert binary_entropy(p) == pytest.approx(p * (math.log2(1 / p) + 1 / math.log(2)), rel=1e-14, abs=0)


def test_binary_entropy_is_the_entropy_of_the_coin():
    p = np.linspace(0, 1, 101)
    assert binary_entropy(p) == pytest.approx(entropy(np.stack([p, 1 - p], axis=-1)), abs=1e-14)
    assert binary_entropy(0.3, unit="nats") == pytest.approx(scipy.stats.bernoulli(0.3).entropy(), abs=1e-15)


# --- other libraries as oracles -----------------------------------------------------------------------


def pairs(seed, n=20, k=7):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 0.3), n)


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", None), ("hartleys", 10)])
def test_entropy_and_kl_agree_with_scipy_in_every_unit(unit, base):
    for p, q in zip(*pairs(1), strict=True):
        assert entropy(p, unit=unit) == pytest.approx(scipy.stats.entropy(p, base=base), abs=1e-12)
        assert kl_divergence(p, q, unit=unit) == pytest.approx(
            scipy.stats.entropy(p, q, base=base), abs=1e-12
        )
        together = scipy.stats.entropy(p, base=base) + scipy.stats.entropy(p, q, base=base)
        assert cross_entropy(p, q, unit=unit) == pytest.approx(together, abs=1e-12)


@pytest.mark.parametrize(("unit", "base"), [("bits", 2), ("nats", None), ("hartleys", 10)])
def test_scipys_jensenshannon_is_our_distance_the_root_of_our_divergence(unit, base):
    # Trap 3.
    for p, q in zip(*pairs(2), strict=True):
        root = scipy.spatial.distance.jensenshannon(p, q, base=base)
        assert js_distance(p, q, unit=unit) == pytest.approx(root, abs=1e-12)
        assert js_divergence(p, q, unit=unit) == pytest.approx(root**2, abs=1e-12)


def test_mutual_information_agrees_with_sklearn_on_integer_counts():
    rng = np.random.default_rng(3)
    for _ in range(10):
        counts = rng.integers(0, 20, (4, 6))
        expected = mutual_info_score(None, None, contingency=counts)
        assert mutual_information(counts, unit="nats", normalize=True) == pytest.approx(expected, abs=1e-12)


def test_joint_measures_convert_units():
    for measure in (joint_entropy, conditional_entropy, mutual_information):
        assert measure(J3, unit="nats") == pytest.approx(measure(J3) * math.log(2), abs=1e-14)
        assert measure(J3, unit="hartleys") == pytest.approx(measure(J3) * math.log10(2), abs=1e-14)
    in_nats = information_gain([10, 10], [[10, 6], [0, 4]], unit="nats")
    assert in_nats == pytest.approx(0.2365 * math.log(2), abs=5e-5)


# --- numbered traps -----------------------------------------------------------------------------------


def test_mutual_information_of_a_float_table_is_not_truncated_to_integers():
    # Trap 1: sklearn gives 0.1927 nats here. Oracle: 2 ln 2 − joint entropy, margins being even.
    table = np.array([[4.6, 1.4], [1.4, 4.6]])
    p = table.ravel() / 12
    expected = 2 * math.log(2) + sum(x * math.log(x) for x in p)
    assert expected == pytest.approx(0.1499, abs=5e-5)
    assert mutual_information(table, unit="nats", normalize=True) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("p", "q", "normalize"),
    [
        ([BELOW_HALF, 0.5], [0.5, BELOW_HALF], False),
        ([BELOW_HALF, 1 - BELOW_HALF], [1 - BELOW_HALF, BELOW_HALF], False),
        (np.float32([0.027501475, 0.055202297]), np.float32([0.027537677, 0.055334348]), True),
        ([0.0, 1.0], [5e-324, 1.0], False),
        ([5e-324, 1.0], [5e-324, 1.0], False),
    ],
)
def test_js_of_nearly_equal_and_of_subnormal_distributions_is_finite_and_not_negative(p, q, normalize):
    # Traps 3 and 4, where scipy 1.17 gives NaN or inf.
    for function in (js_divergence, js_distance):
        assert 0.0 <= function(p, q, normalize=normalize) < 1e-3
        assert function(p, q, normalize=normalize) == function(q, p, normalize=normalize)


def test_js_of_known_pairs():
    assert js_divergence([1, 0], [0, 1]) == 1.0
    # Oracle: H of the mixture (3/4, 1/4) minus half a bit.
    assert js_divergence([1, 0], [0.5, 0.5]) == pytest.approx(
        float(exact_entropy("3/4", "1/4")) - 0.5, abs=1e-12
    )


def test_kl_of_neighbouring_floats_is_tiny_and_positive():
    # Trap 5: kl_div gives 5.6e-17 here. Oracle: with x = ½ − 2^−54 and 1 − x rounded to ½ the sum is
    # (½ − x) ln(½/x) = 2^−54 · 2^−53 = 6e-33; one rounding of each term leaves it below 1e-31.
    p, q = [BELOW_HALF, 1 - BELOW_HALF], [1 - BELOW_HALF, BELOW_HALF]
    assert 0 < kl_divergence(p, q, unit="nats") < 1e-31


def test_kl_is_never_negative_even_where_the_sums_are_off_by_round_off():
    # Trap 5. Both pass the check on sums, but q holds slightly more than p everywhere.
    assert kl_divergence([0.5, 0.5 - 4e-10], [0.5, 0.5 + 4e-10]) == 0.0
    assert entropy([1 + 5e-10, 0]) == 0.0


def test_mutual_information_of_independent_variables_is_zero_or_round_off_but_never_negative():
    # Trap 6.
    rng = np.random.default_rng(4)
    for _ in range(50):
        table = np.outer(rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(3)))
        assert 0.0 <= mutual_information(table) < 1e-15


def test_mutual_information_survives_margins_whose_product_underflows():
    # Two cells on a diagonal, one of them 1e-200: the product of its margins is 0 in floating point.
    assert 0.0 <= mutual_information([[1.0, 0.0], [0.0, 1e-200]]) < 1e-190
    assert mutual_information([[0.5, 0, 0], [0, 0.5, 0], [0, 0, 1e-200]]) == pytest.approx(1.0, abs=1e-15)


def test_float32_is_added_up_in_float64():
    # Trap 13. Oracle: log2 of the number of equal cells; 2^−20 is exact in float32.
    p = np.full(1 << 20, 2.0**-20, dtype=np.float32)
    assert entropy(p) == 20.0
    assert entropy(np.full(10**6, np.float32(1e-6))) == pytest.approx(
        -(10**6) * float(np.float32(1e-6)) * math.log2(float(np.float32(1e-6))), abs=1e-9
    )


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ([BELOW_HALF, 1 - BELOW_HALF], [1 - BELOW_HALF, BELOW_HALF]),
        (np.float32([0.027501475, 0.055202297]), np.float32([0.027537677, 0.055334348])),
        ([0.0, 1.0], [5e-324, 1.0]),
    ],
)
def test_scipy_is_not_finite_on_the_three_pairs_where_js_is(p, q):
    # Trap 3, the reason for our own sum: should scipy mend it, these pairs stay in the test above.
    with np.errstate(all="ignore"):
        root = scipy.spatial.distance.jensenshannon(p, q)
    assert math.isfinite(js_divergence(p, q, normalize=True))
    if tuple(map(int, scipy.__version__.split(".")[:2])) == (1, 17):
        assert not math.isfinite(root)


def test_the_pointwise_terms_of_kl_div_are_not_those_of_kl():
    # Trap 5: kl_div adds q − p to every term, so the terms differ and the sums agree.
    p, q = np.array([0.7, 0.2, 0.1]), np.array([0.3, 0.4, 0.3])
    assert not np.allclose(scipy.special.kl_div(p, q), scipy.special.rel_entr(p, q))
    assert kl_divergence(p, q, unit="nats") == pytest.approx(scipy.special.kl_div(p, q).sum(), abs=1e-15)


# --- zeros and infinities -----------------------------------------------------------------------------


def test_outcomes_that_cannot_happen_add_nothing():
    assert entropy([0.5, 0.5, 0]) == 1.0  # to the last bit: an added epsilon would show
    assert cross_entropy([0.5, 0.5, 0], [0.5, 0.5, 0]) == 1.0
    assert kl_divergence([1, 0], [0.5, 0.5]) == 1.0
    assert joint_entropy([[0.5, 0], [0, 0.5]]) == 1.0
    assert conditional_entropy([[0.5, 0], [0, 0.5]]) == 0.0
    assert conditional_entropy([[0.5, 0.5], [0, 0]]) == 1.0  # a row that never occurs
    assert mutual_information([[0.5, 0], [0, 0.5]]) == 1.0


def test_kl_and_cross_entropy_are_infinite_when_q_forbids_what_p_allows():
    for function in (kl_divergence, cross_entropy):
        assert function([0.5, 0.5], [1.0, 0.0]) == math.inf
        assert function([[0.5, 0.5], [1.0, 0.0]], [1.0, 0.0]).tolist() == [math.inf, 0.0]


# --- order, shapes, axes ------------------------------------------------------------------------------


def test_truth_comes_first():
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert kl_divergence(p, q) == pytest.approx(float(exact_kl(["1/2", "1/2"], ["1/4", "3/4"])), abs=1e-12)
    assert kl_divergence(q, p) == pytest.approx(float(exact_kl(["1/4", "3/4"], ["1/2", "1/2"])), abs=1e-12)
    assert cross_entropy(p, q) == pytest.approx((2 + math.log2(4 / 3)) / 2, abs=1e-12)


def test_one_distribution_gives_a_float_and_a_batch_an_array():
    p = [0.5, 0.5]
    two = (cross_entropy, kl_divergence, js_divergence, js_distance)
    assert type(entropy(p)) is float and all(type(f(p, p)) is float for f in two)
    assert entropy([p, p, p]).shape == (3,) and all(f([p, p, p], p).shape == (3,) for f in two)
    for measure in (joint_entropy, conditional_entropy, mutual_information):
        assert type(measure(J3)) is float


@pytest.mark.parametrize(
    "function",
    [cross_entropy, kl_divergence, js_divergence, js_distance, total_variation, population_stability_index],
)
def test_the_axis_option_says_where_the_outcomes_are(function):
    p, q = pairs(5, n=4)
    row_by_row = [function(a, b) for a, b in zip(p, q, strict=True)]
    assert function(p, q) == pytest.approx(row_by_row, abs=1e-14)
    assert function(p.T, q.T, axis=0) == pytest.approx(row_by_row, abs=1e-14)
    assert function(p[0], q) == pytest.approx([function(p[0], b) for b in q], abs=1e-14)
    assert function(p.T, q[0], axis=0) == pytest.approx([function(a, q[0]) for a in p], abs=1e-14)


def test_entropy_along_an_axis_is_entropy_of_each_slice():
    p = np.random.default_rng(6).dirichlet(np.ones(5), (2, 3))
    assert entropy(np.moveaxis(p, -1, 1), axis=1) == pytest.approx(
        np.array([[entropy(row) for row in block] for block in p]), abs=1e-14
    )


@pytest.mark.parametrize("function", [cross_entropy, kl_divergence, js_divergence, js_distance])
def test_distributions_over_different_outcomes_are_refused_and_never_broadcast(function):
    # A column of length-1 "distributions" against a pair would broadcast to a negative KL.
    with pytest.raises(ValueError, match="p has 1 outcomes and q has 2"):
        function([[1.0], [1.0]], [0.5, 0.5])
    with pytest.raises(ValueError, match="batches of different shapes"):
        function(np.full((3, 2), 0.5), np.full((1, 2), 0.5))


def test_two_argument_measures_say_which_argument_is_wrong():
    for function in (cross_entropy, kl_divergence, js_divergence, js_distance):
        with pytest.raises(ValueError, match=r"^q sums to 1\.1000, not 1"):
            function([0.5, 0.5], [0.5, 0.6])
        with pytest.raises(ValueError, match=r"^p sums to 4, not 1"):
            function([2, 2], [0.5, 0.5])
        assert function([2, 2], [5, 5], normalize=True) in (0.0, 1.0)


def test_every_measure_refuses_an_unknown_unit():
    calls = [
        lambda u: surprisal(0.5, unit=u),
        lambda u: entropy([1.0], unit=u),
        lambda u: binary_entropy(0.5, unit=u),
        lambda u: cross_entropy([1.0], [1.0], unit=u),
        lambda u: kl_divergence([1.0], [1.0], unit=u),
        lambda u: js_divergence([1.0], [1.0], unit=u),
        lambda u: js_distance([1.0], [1.0], unit=u),
        lambda u: joint_entropy(J3, unit=u),
        lambda u: conditional_entropy(J3, unit=u),
        lambda u: mutual_information(J3, unit=u),
        lambda u: pointwise_mutual_information(J3, unit=u),
        lambda u: information_gain([1, 1], [[1, 1]], unit=u),
        lambda u: perplexity([1.0], unit=u),
        lambda u: bits_per_byte([1.0], 1, unit=u),
        lambda u: pinsker_bound(0.1, unit=u),
        lambda u: population_stability_index([1.0], [1.0], unit=u),
        lambda u: conditional_mutual_information(XOR, unit=u),
        lambda u: interaction_information(XOR, unit=u),
        lambda u: variation_of_information(J3, unit=u),
    ]
    for call in calls:
        with pytest.raises(ValueError, match='unit must be "bits", "nats" or "hartleys", not'):
            call("shannons")


def test_no_measure_changes_its_arguments():
    p, q = pairs(7, n=3)
    joint = np.array(J3)
    kept = p.copy(), q.copy(), joint.copy()
    for f in (cross_entropy, kl_divergence, js_divergence, js_distance):
        f(p, q, normalize=True)
    entropy(p), surprisal(p), binary_entropy(p)
    for f in (joint_entropy, conditional_entropy, mutual_information, pointwise_mutual_information):
        f(joint), f(joint, normalize=True)
    assert all((a == b).all() for a, b in zip((p, q, joint), kept, strict=True))


# --- variation, Pinsker, drift ------------------------------------------------------------------------


def test_total_variation_is_the_largest_difference_over_all_events():
    # Oracle: every one of the 2^7 events.
    for p, q in zip(*pairs(9), strict=True):
        events = (np.arange(128)[:, None] >> np.arange(7)) & 1
        assert total_variation(p, q) == pytest.approx(np.abs(events @ (p - q)).max(), abs=1e-14)
    assert total_variation([1, 0], [0, 1]) == 1.0
    assert total_variation([2, 2], [3, 1], normalize=True) == 0.25
    assert type(total_variation([1, 0], [0, 1])) is float


def test_pinskers_bound_is_the_root_of_half_the_divergence_in_nats():
    assert pinsker_bound(0.5, unit="nats") == 0.5
    assert pinsker_bound(0.5 / math.log(2), unit="bits") == pytest.approx(0.5, abs=1e-15)
    assert pinsker_bound([0.0, 0.02, 8.0, math.inf], unit="nats").tolist() == pytest.approx([0, 0.1, 1, 1])
    for p, q in zip(*pairs(10), strict=True):
        assert total_variation(p, q) <= pinsker_bound(kl_divergence(p, q), unit="bits")


def test_pinsker_needs_a_unit_and_a_divergence():
    with pytest.raises(TypeError, match="unit"):
        pinsker_bound(0.1)
    for bad, sentence in [(-0.1, "divergence is -0.1; a divergence"), (math.nan, "divergence is nan")]:
        with pytest.raises(ValueError, match=sentence):
            pinsker_bound(bad, unit="nats")


def test_the_stability_index_is_what_monitoring_tools_add_up():
    # Oracle: Σ (p − q) ln(p/q), written out.
    for p, q in zip(*pairs(11), strict=True):
        expected = sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
        assert population_stability_index(p, q) == pytest.approx(expected, rel=1e-12)
        assert population_stability_index(p, q, unit="bits") == pytest.approx(
            expected / math.log(2), rel=1e-12
        )
        both = kl_divergence(p, q, unit="nats") + kl_divergence(q, p, unit="nats")
        assert population_stability_index(p, q) == pytest.approx(both, rel=1e-12)
    assert population_stability_index([3, 1], [3, 1], normalize=True) == 0.0
    assert population_stability_index([0.5, 0.5], [1, 0]) == math.inf


# --- what two or three variables share ----------------------------------------------------------------


def test_four_routes_to_mutual_information_meet():
    # Oracles: the four definitions, in sums of numpy's logarithms and no function of the course.
    def h(p):
        p = np.ravel(p)[np.ravel(p) > 0]
        return -(p * np.log2(p)).sum()

    rng = np.random.default_rng(12)
    tables = [np.array(J3), np.array(DELIVERY), TEXTBOOK, rng.dirichlet(np.ones(20)).reshape(4, 5)]
    for joint in tables:
        p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
        occurs = joint > 0
        routes = {
            "H(X) + H(Y) - H(X,Y)": h(p_x) + h(p_y) - h(joint),
            "H(Y) - H(Y|X)": h(p_y) - sum(p * h(row / p) for p, row in zip(p_x, joint, strict=True)),
            "D(joint || product)": (
                joint[occurs] * np.log2(joint[occurs] / np.outer(p_x, p_y)[occurs])
            ).sum(),
            "mean over x of D(p(y|x) || p(y))": sum(
                p * (row / p)[row > 0] @ np.log2((row / p / p_y)[row > 0])
                for p, row in zip(p_x, joint, strict=True)
            ),
        }
        for value in routes.values():
            assert mutual_information(joint) == pytest.approx(value, abs=1e-12)


def test_what_two_share_given_a_third_is_the_mean_over_the_thirds_values():
    # Oracle: I(X;Y|Z) = Σ p(z) I(X;Y|Z=z), slice by slice.
    rng = np.random.default_rng(13)
    for shape in ((2, 2, 2), (3, 4, 2), (2, 1, 5)):
        cube = rng.dirichlet(np.full(math.prod(shape), 0.4)).reshape(shape)
        p_z = cube.sum(axis=(0, 1))
        expected = sum(p * mutual_information(cube[:, :, z] / p) for z, p in enumerate(p_z) if p > 0)
        assert conditional_mutual_information(cube) == pytest.approx(expected, abs=1e-12)
        assert conditional_mutual_information(cube.swapaxes(0, 1)) == pytest.approx(expected, abs=1e-12)
        in_nats = conditional_mutual_information(cube, unit="nats")
        assert in_nats == pytest.approx(expected * math.log(2), abs=1e-12)


def test_a_third_variable_can_reveal_or_explain_away_what_two_share():
    assert mutual_information(XOR.sum(axis=2)) == 0.0
    assert conditional_mutual_information(XOR) == 1.0
    copies = np.zeros((2, 2, 2))
    copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    assert mutual_information(copies.sum(axis=2)) == 1.0
    assert conditional_mutual_information(copies) == 0.0
    # A value of Z that never occurs, and a margin whose product underflows, change nothing.
    assert conditional_mutual_information(np.append(XOR, np.zeros((2, 2, 1)), axis=2)) == 1.0
    tiny = np.array([[[1.0], [0.0]], [[0.0], [1e-200]]])
    assert 0.0 <= conditional_mutual_information(tiny) < 1e-190


def test_three_variables_can_share_less_than_nothing():
    assert interaction_information(XOR) == -1.0  # synergy
    copies = np.zeros((2, 2, 2))
    copies[0, 0, 0] = copies[1, 1, 1] = 0.5
    assert interaction_information(copies) == 1.0  # redundancy
    apart = np.full((2, 2, 2), 1 / 8)
    assert interaction_information(apart) == 0.0 and math.copysign(1, interaction_information(apart)) == 1
    assert interaction_information(XOR * 8, normalize=True, unit="nats") == pytest.approx(-math.log(2))


def test_interaction_does_not_care_which_variable_is_the_third():
    # Oracle: the inclusion and exclusion of seven entropies.
    rng = np.random.default_rng(14)
    for _ in range(10):
        cube = rng.dirichlet(np.full(24, 0.5)).reshape(2, 3, 4)
        singles = sum(entropy(cube.sum(axis=axes), normalize=True) for axes in ((1, 2), (0, 2), (0, 1)))
        pairs_ = sum(joint_entropy(cube.sum(axis=axis)) for axis in range(3))
        expected = singles - pairs_ + joint_entropy(cube)
        for axes in ((0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)):
            assert interaction_information(cube.transpose(axes)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("function", [conditional_mutual_information, interaction_information])
def test_three_way_measures_need_three_variables(function):
    with pytest.raises(ValueError, match="joint_xyz has 2 axes; this measure needs exactly three"):
        function(J3)
    with pytest.raises(ValueError, match="joint_xyz sums to 2, not 1"):
        function(np.full((2, 2, 2), 1 / 4))
    counts = np.arange(8).reshape(2, 2, 2)
    assert function(counts, normalize=True) == pytest.approx(function(counts / 28), abs=1e-15)


@pytest.mark.parametrize("average", ["geometric", "arithmetic", "min", "max"])
def test_normalized_information_agrees_with_sklearn_for_every_average(average):
    rng = np.random.default_rng(15)
    for _ in range(10):
        x, y = rng.integers(0, 4, 60), rng.integers(0, 7, 60)
        counts = np.bincount(x * 7 + y, minlength=28).reshape(4, 7)
        expected = normalized_mutual_info_score(x, y, average_method=average)
        found = normalized_mutual_information(counts, average=average, normalize=True)
        assert found == pytest.approx(expected, abs=1e-12)
        assert normalized_mutual_information(counts.T, average=average, normalize=True) == pytest.approx(
            found
        )


def test_normalized_information_is_one_for_a_relabelling_and_zero_for_what_never_varies():
    for average in ("geometric", "arithmetic", "min", "max"):
        shuffled = np.diag([0.2, 0.3, 0.5])[[2, 0, 1]]
        assert normalized_mutual_information(shuffled, average=average) == pytest.approx(1, abs=1e-15)
        assert normalized_mutual_information(shuffled, average=average) <= 1.0
        for constant in ([[0.3, 0.7]], [[0.3], [0.7]], [[1.0]]):
            assert normalized_mutual_information(constant, average=average) == 0.0
    assert normalized_mutual_information(DELIVERY) == normalized_mutual_information(
        DELIVERY, average="geometric"
    )
    with pytest.raises(ValueError, match=r"average must be .* not 'mean'"):
        normalized_mutual_information(J3, average="mean")


def test_normalized_information_of_random_labels_is_not_zero_but_the_adjusted_one_is():
    # 300 samples in 3 classes against 100 random clusters: scikit-learn's adjusted score knows about chance.
    rng = np.random.default_rng(16)
    classes = np.repeat([0, 1, 2], 100)
    draws = [rng.integers(0, 100, 300) for _ in range(30)]
    normalized = [
        normalized_mutual_information(
            np.bincount(classes * 100 + x, minlength=300).reshape(3, 100),
            average="arithmetic",
            normalize=True,
        )
        for x in draws
    ]
    assert np.mean(normalized) == pytest.approx(0.141, abs=0.01)
    assert np.mean([adjusted_mutual_info_score(classes, x) for x in draws]) == pytest.approx(0, abs=0.01)


def test_variation_of_information_is_what_is_not_shared():
    # Oracle: H(X) + H(Y) − 2 I(X;Y).
    x, y = entropy(np.sum(J3, axis=1)), entropy(np.sum(J3, axis=0))
    assert variation_of_information(J3) == pytest.approx(x + y - 2 * mutual_information(J3), abs=1e-12)
    assert variation_of_information(J3, unit="nats") == pytest.approx(
        variation_of_information(J3) * math.log(2), abs=1e-12
    )
    assert variation_of_information(np.diag([0.2, 0.8])) == 0.0
    assert variation_of_information([[1, 1], [1, 1]], normalize=True) == 2.0


# --- tables, gains, texts -----------------------------------------------------------------------------


def test_knowing_one_value_can_raise_uncertainty_though_knowing_the_variable_cannot():
    assert entropy(J3[0], normalize=True) > entropy(np.sum(J3, axis=0)) > conditional_entropy(J3)


def test_pointwise_mutual_information_of_each_cell():
    # Oracle: log2 of p(x,y) / (p(x) p(y)) in exact fractions; its mean is the mutual information.
    joint = [["1/2", "0"], ["1/4", "1/4"]]
    value = pointwise_mutual_information([[0.5, 0.0], [0.25, 0.25]])
    p_x, p_y = [F(1, 2), F(1, 2)], [F(3, 4), F(1, 4)]
    for i, j in [(0, 0), (1, 0), (1, 1)]:
        assert value[i, j] == pytest.approx(float(-bits(F(joint[i][j]) / (p_x[i] * p_y[j]))), abs=1e-12)
    assert value[0, 1] == -math.inf
    assert (np.array(J3) * pointwise_mutual_information(J3)).sum() == pytest.approx(mutual_information(J3))


def test_pointwise_mutual_information_has_no_value_in_a_row_that_never_occurs():
    value = pointwise_mutual_information([[0.5, 0.5], [0.0, 0.0]])
    assert value[0].tolist() == [0.0, 0.0] and np.isnan(value[1]).all()


def test_two_way_measures_refuse_a_table_of_three_variables():
    cube = np.full((2, 2, 2), 1 / 8)
    assert joint_entropy(cube) == 3.0
    for measure in (conditional_entropy, mutual_information, pointwise_mutual_information):
        with pytest.raises(ValueError, match="joint has 3 axes; this measure needs exactly two"):
            measure(cube)


def test_information_gain_is_the_mutual_information_of_branch_and_class():
    rng = np.random.default_rng(8)
    for _ in range(20):
        children = rng.integers(0, 10, (4, 3)) + np.eye(4, 3, dtype=int)
        gain = information_gain(children.sum(axis=0), children)
        assert gain == pytest.approx(mutual_information(children, normalize=True), abs=1e-12)


def test_an_empty_branch_changes_nothing():
    assert information_gain([10, 10], [[10, 6], [0, 4], [0, 0]]) == information_gain(
        [10, 10], [[10, 6], [0, 4]]
    )


@pytest.mark.parametrize(
    ("parent", "children", "sentence"),
    [
        ([10, 10], [[10, 6], [0, 3]], "every example must be in exactly one branch"),
        ([10, 10], [[10, 6, 0], [0, 4, 0]], "one row per branch with the same classes"),
        ([10, 10], [10, 10], "one row per branch with the same classes"),
        ([0, 0], [[0, 0]], "with nothing counted"),
        ([10, 10], [[11, 10], [-1, 0]], "is -1; a count cannot be negative"),
        ([10, np.nan], [[10, 0]], "parent_counts[1] is nan"),
    ],
)
def test_a_split_that_loses_or_invents_examples_is_refused(parent, children, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        information_gain(parent, children)


def test_perplexity_is_base_to_the_mean_surprise_whatever_the_unit():
    # Oracle: a uniform choice among K has perplexity K; the geometric mean of 1/p otherwise.
    for unit in ("bits", "nats", "hartleys"):
        assert perplexity(surprisal([1 / 7] * 5, unit=unit), unit=unit) == pytest.approx(7, abs=1e-12)
    assert perplexity([1.0, 3.0], unit="bits") == 4.0
    assert perplexity(surprisal([0.5, 0.125], unit="nats"), unit="nats") == pytest.approx(4, abs=1e-12)
    assert perplexity([0.0], unit="nats") == 1.0
    assert perplexity([1.0, math.inf], unit="bits") == math.inf
    assert perplexity([[1.0, 3.0], [0.0, 0.0]], unit="bits").tolist() == [4.0, 1.0]
    assert perplexity([[1.0, 0.0], [3.0, 0.0]], unit="bits", axis=0).tolist() == [4.0, 1.0]
    assert perplexity([5000.0], unit="bits") == math.inf  # overflows, without a warning


def test_the_units_of_perplexity_and_bits_per_byte_must_be_said():
    with pytest.raises(TypeError, match="unit"):
        perplexity([1.0])
    with pytest.raises(TypeError, match="unit"):
        bits_per_byte([1.0], 1)


def test_bits_per_byte_is_the_total_in_bits_over_the_bytes():
    assert bits_per_byte([3.0, 5.0], 4, unit="bits") == 2.0
    assert bits_per_byte([3 * math.log(2), 5 * math.log(2)], 4, unit="nats") == pytest.approx(2.0, abs=1e-14)
    assert bits_per_byte([math.log10(2)], 1, unit="hartleys") == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize(
    ("surprisals", "sentence"),
    [
        ([-2.3], "If these are log-probabilities, flip their sign."),
        ([], "surprisals is empty"),
        ([math.nan], "surprisals[0] is nan"),
        (["a"], "surprisals holds text, not numbers."),
        ([None], "surprisals holds None, which is not a number."),
    ],
)
def test_surprisals_that_cannot_be_are_refused(surprisals, sentence):
    for function in (lambda s: perplexity(s, unit="bits"), lambda s: bits_per_byte(s, 1, unit="bits")):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            function(surprisals)


def test_a_text_without_bytes_is_refused():
    with pytest.raises(ValueError, match="n_bytes is 0"):
        bits_per_byte([1.0], 0, unit="bits")
