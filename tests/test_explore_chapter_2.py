"""The demos of chapter 2 show the numbers that the chapter promises, at places their controls can reach.

Oracles: sums of logarithms written out here, exact fractions, a textbook Huffman on a heap, scikit-learn's
decision tree, and a sample entropy computed one sample at a time. None of them uses course_lib's measures.
"""

import heapq
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from demo_states import numbers
from sklearn.datasets import load_breast_cancer
from sklearn.tree import DecisionTreeClassifier

from course_lib import explore
from course_lib.controls import Choice, Controls, GovernedRange

EXACT = 1e-9
DATA = load_breast_cancer()


@pytest.fixture(scope="module")
def shape():
    return explore.shape_a_distribution()


@pytest.fixture(scope="module")
def coin():
    return explore.coin_blocks()


@pytest.fixture(scope="module")
def split():
    return explore.split_explorer()


@pytest.fixture(scope="module")
def sample():
    return explore.small_sample_entropy()


# --------------------------------------------------------------------------------------- D2.1
@pytest.mark.parametrize(
    ("weights", "bits"),
    [([1, 1, 1], math.log2(3)), ([2, 1, 1], 1.5), ([1, 0, 0], 0.0), ([10, 10, 0], 1.0)],
)
def test_three_outcomes_have_the_promised_entropy(shape, weights, bits):
    n = numbers(shape, outcomes=3, weights=weights + [0] * 5)
    assert n.entropy == pytest.approx(bits, abs=EXACT)
    assert sum(n.contributions) == pytest.approx(bits, abs=EXACT)
    assert n.effective_outcomes == pytest.approx(2**bits, abs=EXACT)


def test_two_to_one_to_one_is_exactly_one_and_a_half_bits_and_says_so(shape):
    shape.set(outcomes=3, weights=[2, 1, 1])
    assert shape.readout == (
        "Weights 2 : 1 : 1 → H = 1.5000 bits = 94.6 % of log₂ 3 = 1.5850; 2^H = 2.83 effective outcomes"
    )
    assert shape.alt.endswith("A 0.50 → 0.500, B 0.25 → 0.500, C 0.25 → 0.500.")


def test_no_weights_make_a_contribution_above_log2_e_over_e(shape):
    peak = 1 / (math.e * math.log(2))  # where the slope of −p ln p is 0: p = 1/e
    largest = 0.0
    for a, b, c in itertools.product(range(11), repeat=3):
        if a + b + c:
            n = shape._demo.compute(outcomes=3, weights=[a, b, c])
            largest = max(largest, *n.contributions)
    assert peak - 0.0005 < largest <= peak  # 7 of 19 comes nearest to 1/e


def test_weights_of_outcomes_out_of_play_are_ignored(shape):
    n = numbers(shape, outcomes=2, weights=[1, 1, 10, 10, 10, 10, 10, 10])
    assert n.entropy == pytest.approx(1.0, abs=EXACT)


def test_all_weights_at_zero_get_a_sentence_instead_of_a_picture(shape):
    shape.set(outcomes=2, weights=[0, 0, 5, 5, 5, 5, 5, 5])
    assert shape.readout.startswith("All weights are 0")
    assert shape.picture == b""
    shape.set(weights=[1] * 8)
    assert shape.picture


@pytest.mark.parametrize(("preset", "bits"), [("uniform", 3.0), ("one_certain", 0.0)])
def test_the_buttons_reach_the_highest_and_the_lowest_entropy(shape, preset, bits):
    sets = next(control.sets for control in shape._demo.controls if control.name == preset)
    assert numbers(shape, outcomes=8, **sets).entropy == pytest.approx(bits, abs=EXACT)


# --------------------------------------------------------------------------------------- D2.2
def _huffman_bits_per_flip(p_heads: Fraction, n: int) -> Fraction:
    """Mean length of a Huffman code is the sum of the weights of all its merges; exact, on a heap."""
    weights = [p_heads**k * (1 - p_heads) ** (n - k) for k in range(n + 1) for _ in range(math.comb(n, k))]
    heapq.heapify(weights)
    total = Fraction(0)
    while len(weights) > 1:
        merged = heapq.heappop(weights) + heapq.heappop(weights)
        total += merged
        heapq.heappush(weights, merged)
    return total / n


def _binary_entropy(p):
    return -sum(x * math.log2(x) for x in (p, 1 - p))


@pytest.mark.parametrize("percent", [50, 75, 90, 99])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 8])
def test_huffman_blocks_cost_what_exact_fractions_say(coin, percent, n):
    shown = numbers(coin, p_heads=percent / 100, block_length=n)
    assert shown.rate == pytest.approx(float(_huffman_bits_per_flip(Fraction(percent, 100), n)), abs=EXACT)
    assert shown.floor == pytest.approx(_binary_entropy(percent / 100), abs=EXACT)


@pytest.mark.parametrize(
    ("p_heads", "n", "bits"),
    [
        *((0.9, n, b) for n, b in [(1, 1.0), (2, 0.645), (3, 0.5327), (4, 0.49255), (6, 0.4702)]),
        *((0.9, n, b) for n, b in [(8, 0.4758), (10, 0.4767), (12, 0.4700)]),
        *((0.99, n, b) for n, b in [(1, 1.0), (2, 0.515), (3, 0.3533), (4, 0.2727), (12, 0.1222)]),
    ],
)
def test_the_chapters_bits_per_flip_are_reached(coin, p_heads, n, bits):
    assert numbers(coin, p_heads=p_heads, block_length=n).rate == pytest.approx(bits, abs=5e-5)


def test_longer_blocks_are_not_always_better_but_always_within_the_guarantee(coin):
    rates = numbers(coin, p_heads=0.9, block_length=12).rates
    assert rates[5] < rates[7]
    for p_heads in (0.5, 0.6, 0.9, 0.99):
        shown = numbers(coin, p_heads=p_heads, block_length=12)
        assert len(shown.rates) == 12
        for length, rate in enumerate(shown.rates, start=1):
            assert shown.floor - 1e-12 <= rate < shown.floor + 1 / length


@pytest.mark.parametrize("n", [1, 5, 12, 5])
def test_longer_blocks_stay_hidden_until_the_learner_gets_there(coin, n):
    """Oracle: what the artists of the picture hold."""
    coin.set(p_heads=0.9, block_length=n)
    drawn = coin._painter.scene.artists
    assert drawn.curve.get_xdata().tolist() == list(range(1, n + 1))
    assert [bar.get_visible() for bar in drawn.bars] == [length <= n for length in range(1, 13)]
    assert len(drawn.guarantee.get_xdata()) == 12


def test_the_readout_is_the_chapters_example(coin):
    coin.set(p_heads=0.9, block_length=4)
    assert coin.readout == "p(heads) = 0.90, n = 4: 0.4925 bits/flip, floor 0.4690, overhead 5.0 %"


def test_a_fair_coin_has_no_overhead_at_all(coin):
    coin.set(p_heads=0.5, block_length=12)
    assert coin.readout.endswith("overhead 0.0 %")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_code_table_is_a_prefix_code_whose_words_have_the_rates_mean_length(coin, n):
    shown = numbers(coin, p_heads=0.9, block_length=n)
    rows = [line.split() for line in shown.table.splitlines()[1:]]
    words = [code for _, _, code in rows]
    assert len(rows) == 2**n
    assert not any(a != b and b.startswith(a) for a in words for b in words)
    mean = sum(0.9 ** block.count("H") * 0.1 ** block.count("T") * len(code) for block, _, code in rows)
    assert mean / n == pytest.approx(shown.rate, abs=EXACT)
    assert f"{shown.table}" in coin.alt


# --------------------------------------------------------------------------------------- D2.3
def _entropy_of(is_benign):
    share = is_benign.mean()
    return -sum(p * math.log2(p) for p in (share, 1 - share) if p > 0)


def _gain_by_hand(feature, threshold):
    column = DATA.data[:, list(DATA.feature_names).index(feature)]
    is_benign = DATA.target == list(DATA.target_names).index("benign")
    left, right = is_benign[column <= threshold], is_benign[column > threshold]
    remaining = sum(len(side) / len(column) * _entropy_of(side) for side in (left, right))
    return _entropy_of(is_benign) - remaining


def test_the_best_first_question_is_scikit_learns_root(split):
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=1, random_state=0).fit(
        DATA.data, DATA.target
    )
    root = tree.tree_
    n = numbers(split, feature="worst perimeter", threshold=105.95)
    assert DATA.feature_names[root.feature[0]] == "worst perimeter"
    assert root.threshold[0] == pytest.approx(105.95, abs=1e-6)
    assert [n.parent, *n.children] == pytest.approx(root.impurity.tolist(), abs=EXACT)
    weights = root.n_node_samples[1:] / root.n_node_samples[0]
    assert n.gain == pytest.approx(root.impurity[0] - weights @ root.impurity[1:], abs=EXACT)
    assert n.counts == [345, 224]


def test_its_readout_carries_the_chapters_numbers(split):
    split.set(feature="worst perimeter", threshold=105.95)
    assert split.readout == (
        "worst perimeter ≤ 105.95: gain 0.5620 of 0.9526 bits; left 345 (95.1 % benign) H = 0.283, "
        "right 224 (12.9 % benign) H = 0.556"
    )


@pytest.mark.parametrize(
    ("feature", "gain"),
    [
        ("worst perimeter", 0.5620),
        ("worst radius", 0.5619),
        ("worst area", 0.5602),
        ("worst concave points", 0.5491),
        ("smoothness error", 0.0135),
    ],
)
def test_the_best_cut_button_finds_the_features_best_gain(split, feature, gain):
    split.feature = feature
    split.act("best_cut")
    assert split._demo.compute(**split.state).gain == pytest.approx(gain, abs=5e-5)


def test_no_feature_beats_worst_perimeter_and_none_is_worse_than_smoothness_error(split):
    best = {}
    for feature in split._demo.controls[0].options:
        cut = split._demo.actions["best_cut"](feature=feature, threshold=0.0)
        best[feature] = split._demo.compute(feature=feature, **cut).gain
    assert len(best) == 30
    assert max(best, key=best.get) == "worst perimeter"
    assert min(best, key=best.get) == "smoothness error"


@pytest.mark.parametrize("feature", ["worst perimeter", "mean texture", "fractal dimension error"])
def test_the_gain_curve_is_the_gain_of_every_cut(split, feature):
    split.feature = feature
    cuts = split._demo.compute(**split.state).cuts
    assert len(cuts.thresholds) == len(np.unique(cuts.values)) - 1
    for k in range(0, len(cuts.thresholds), 37):
        by_hand = _gain_by_hand(feature, cuts.thresholds[k])
        assert cuts.gains[k] == pytest.approx(by_hand, abs=EXACT)
        shown = split._demo.compute(feature=feature, threshold=float(cuts.thresholds[k]))
        assert shown.gain == pytest.approx(by_hand, abs=EXACT)


def test_another_feature_starts_at_its_middle_cut(split):
    split.set(feature="worst perimeter", threshold=105.95)
    split.feature = "worst area"
    observed = np.unique(DATA.data[:, list(DATA.feature_names).index("worst area")])
    middle = len(observed[:-1]) // 2
    assert split.threshold == pytest.approx((observed[middle] + observed[middle + 1]) / 2, abs=1e-9)
    sent = next(spec for spec in split.controls if spec["name"] == "threshold")
    assert sent["values"][middle] == split.threshold
    assert len(sent["values"]) == len(sent["texts"]) == len(observed) - 1


# --------------------------------------------------------------------------------------- D2.4
@pytest.mark.parametrize(
    ("K", "n", "plug_in", "known", "occupied"),
    [
        (256, 100, 6.29, 8.12, 6.88),
        (256, 30, 4.81, 10.94, 5.45),
        (27, 100, 4.556, 4.743, None),
    ],
)
def test_small_samples_look_too_certain_by_the_promised_amount(sample, K, n, plug_in, known, occupied):
    shown = numbers(sample, K=K, n=n, miller_madow=True)
    assert shown.means["plug_in"] == pytest.approx(plug_in, abs=0.02)
    assert shown.means["known"] == pytest.approx(known, abs=0.02)
    if occupied is not None:
        assert shown.means["occupied"] == pytest.approx(occupied, abs=0.02)
    assert shown.predicted_bias == pytest.approx(-(K - 1) / (2 * n) / math.log(2), abs=EXACT)


def test_each_estimate_is_the_entropy_of_its_own_sample(sample):
    """Oracle: 2,000 fresh samples, one at a time, with another generator; two means of noisy numbers."""
    rng = np.random.default_rng(99)
    one_by_one = []
    for _ in range(2000):
        frequencies = np.bincount(rng.integers(27, size=50), minlength=27) / 50
        one_by_one.append(-sum(f * math.log2(f) for f in frequencies if f > 0))
    shown = numbers(sample, K=27, n=50, miller_madow=False)
    assert shown.means["plug_in"] == pytest.approx(np.mean(one_by_one), abs=0.03)
    assert shown.estimates["plug_in"].std() == pytest.approx(np.std(one_by_one), rel=0.2)
    assert set(shown.estimates) == {"plug_in"}


@pytest.mark.parametrize("K", [2, 27, 256])
@pytest.mark.parametrize("n", [10, 30, 100, 10_000])
def test_the_tallest_bar_fills_at_least_a_quarter_of_the_picture_and_never_leaves_it(sample, K, n):
    """Oracle: the heights of the shapes drawn, and the end of the axis they are drawn on."""
    sample.set(K=K, n=n, miller_madow=True)
    drawn = sample._painter.scene.artists
    heights = drawn.shapes["plug_in"].get_data().values
    top = drawn.shapes["plug_in"].axes.get_ylim()[1]
    assert 0.25 * top <= np.nanmax(heights)
    for shape in drawn.shapes.values():
        assert np.nanmax(shape.get_data().values, initial=0) <= top / 1.7


def test_two_outcomes_and_many_symbols_leave_no_bias_worth_naming(sample):
    assert abs(numbers(sample, K=2, n=10_000, miller_madow=False).bias) < 0.001


def test_coming_back_to_a_position_shows_the_same_samples(sample):
    sample.set(K=256, n=100, miller_madow=True)
    readout, picture = sample.readout, sample.picture
    sample.set(K=2, n=10)
    sample.set(K=256, n=100)
    assert (sample.readout, sample.picture) == (readout, picture)


@pytest.mark.parametrize("n", [10, 30, 100, 1000, 1024, 10_000])
def test_the_sample_sizes_are_round_numbers_and_powers_of_two(sample, n):
    assert numbers(sample, n=n).n == n


# --------------------------------------------------------------------- a grid that follows a control
GRIDS = {"few": (1.0, 2.0, 3.0), "many": (2.0, 4.0, 5.0, 6.0, 8.0)}


@pytest.fixture
def governed():
    return Controls(
        "Governed",
        [
            Choice("which", "which grid", options=tuple(GRIDS), default="few"),
            GovernedRange("place", "place", governor="which", grid=GRIDS.get),
        ],
    )


def test_a_governed_slider_starts_in_the_middle_and_goes_there_when_its_governor_moves(governed):
    assert governed.place == 2.0
    governed.place = 3.0
    governed.which = "many"
    assert governed.state == {"which": "many", "place": 5.0}
    assert governed.controls[1]["values"] == [2.0, 4.0, 5.0, 6.0, 8.0]
    assert governed.controls[1]["governor"] == "which"


def test_both_can_be_set_at_once_even_to_the_number_that_stood_there_before(governed):
    governed.set(which="many", place=2.0)
    assert governed.state == {"which": "many", "place": 2.0}


def test_setting_the_governor_to_where_it_stands_moves_nothing(governed):
    governed.place = 3.0
    governed.which = "few"
    assert governed.place == 3.0


def test_a_front_end_that_leaves_the_governed_value_out_gets_the_middle(governed):
    governed.state = {"which": "many"}
    assert governed.place == 5.0


def test_a_governed_value_off_its_grid_is_refused_with_the_ends_of_the_present_grid(governed):
    governed.which = "many"
    with pytest.raises(ValueError, match="place takes a number from 2 to 8, not 1"):
        governed.place = 1
    governed.state = {"which": "many", "place": 1}  # from a front end: what was last good stays
    assert governed.place == 5.0
