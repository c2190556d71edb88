"""Nearest neighbours against counting one by one in exact fractions, closed forms, and other estimators."""

import math
import re
from fractions import Fraction as F

import numpy as np
import pytest
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_regression

from course_lib.neighbours import count_nearer, nearest_neighbour_information

pytestmark = pytest.mark.filterwarnings("error")


def gaussian_pair(n, rho, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)


def one_by_one(x, y, k, standardize=True):
    """Oracle: equation 8 in exact fractions, without trees, sorting or any rounding of a distance."""
    n = len(x)
    axes = [[F(float(v)) for v in values] for values in (x, y)]
    # Variances are exact too. Comparing squares needs no root, and a common factor changes no comparison.
    scales = [sum((v - sum(a) / n) ** 2 for v in a) / n if standardize else F(1) for a in axes]
    counts = [[], []]
    for i in range(n):
        gaps = [[(v - a[i]) ** 2 / s for v in a] for a, s in zip(axes, scales, strict=True)]
        reach = sorted(max(pair) for j, pair in enumerate(zip(*gaps, strict=True)) if j != i)[k - 1]
        for axis in (0, 1):
            counts[axis].append(sum(gap < reach for j, gap in enumerate(gaps[axis]) if j != i))
    return digamma(k) + digamma(n) - sum(np.mean(digamma(np.array(c) + 1.0)) for c in counts)


@pytest.mark.parametrize(
    ("scale", "shift"), [(1.0, 0.0), (1e6, 0.0), (1.0, 1e9), (1e6, 1e9), (1e-6, -3.0)], ids=str
)
def test_the_estimate_is_what_counting_one_by_one_in_exact_arithmetic_gives(scale, shift):
    # 5 × 40 samples.
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, k = int(rng.integers(6, 30)), int(rng.integers(1, 6))
        x, y = gaussian_pair(n, rng.uniform(-1, 1), seed)
        if seed % 3 == 0:
            y = np.exp(y)
        x = scale * x + shift
        assert nearest_neighbour_information(x, y, neighbours=k) == pytest.approx(
            one_by_one(x, y, k), abs=1e-12
        )


def test_raw_coordinates_are_counted_in_their_own_units():
    for seed in range(40):
        x, y = gaussian_pair(20, 0.7, seed)
        raw = nearest_neighbour_information(100 * x, y, standardize=False)
        assert raw == pytest.approx(one_by_one(100 * x, y, 3, standardize=False), abs=1e-12)
        assert raw == nearest_neighbour_information(y, 100 * x, standardize=False)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.5, 0.7, 0.9])
def test_gaussian_pairs_come_out_at_their_closed_form(rho):
    # Oracle: −½ ln(1 − ρ²). The mean of 20 samples of 10,000 has a spread of about 0.003.
    truth = -0.5 * math.log(1 - rho**2)
    estimates = [nearest_neighbour_information(*gaussian_pair(10_000, rho, seed)) for seed in range(20)]
    assert abs(np.mean(estimates) - truth) < 0.012


def test_independence_is_not_cut_off_at_zero():
    # Trap 8: a mean of estimates cut at 0 would be above 0.008 here.
    estimates = np.array(
        [nearest_neighbour_information(*gaussian_pair(300, 0.0, seed)) for seed in range(200)]
    )
    assert (estimates < 0).mean() == pytest.approx(0.5, abs=0.15)
    assert estimates.mean() == pytest.approx(0, abs=4 * estimates.std() / math.sqrt(200))
    assert np.maximum(estimates, 0).mean() > 4 * estimates.std() / math.sqrt(200)


def test_the_neighbour_on_the_edge_is_not_counted():
    # Trap 7. Each of the four has its nearest neighbour in the plane at distance 1 by y, and strictly nearer
    # there is nobody; by x nobody lies strictly within 1 either. Counting "up to" would give ψ(2) somewhere.
    x, y = [0.0, 0.5, 10.0, 10.5], [0.0, 1.0, 5.0, 6.0]
    expected = digamma(1) + digamma(4) - digamma(2) - digamma(1)  # one nearer by x, none by y
    found = nearest_neighbour_information(x, y, neighbours=1, standardize=False)
    assert found == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("shift", [0.0, 0.1, 1e3, 1e9])
def test_rounded_sums_do_not_move_anybody_over_the_edge(shift):
    # Trap 7: v + r is rounded, |v_j − v_i| against r is not. Radii are distances to other points, so that
    # every single one lies exactly on an edge. Oracle: all differences, one by one.
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = rng.normal(size=60) + shift
        others = rng.permutation(60)
        radii = np.abs(values - values[others])
        radii[radii == 0] = 0.5
        distances = np.abs(values[:, None] - values[None, :])
        expected = (distances < radii[:, None]).sum(axis=1) - 1
        assert (count_nearer(values, radii) == expected).all()
    tenths = np.arange(30) / 10  # 0.1 + 0.2 lies beyond 0.3
    expected = (np.abs(tenths[:, None] - tenths) < 0.2).sum(axis=1) - 1
    assert (count_nearer(tenths, np.full(30, 0.2)) == expected).all()


def test_equal_values_are_counted_as_near():
    assert count_nearer(np.array([1.0, 1.0, 1.0, 2.0]), np.full(4, 0.5)).tolist() == [2, 2, 2, 0]
    assert count_nearer(np.array([1.0, 2.0]), np.array([5.0, 5.0])).tolist() == [1, 1]


@pytest.mark.parametrize(("scale", "shift"), [(1e6, 0), (-1e-6, 0), (3.7, 1e9), (1e200, 0), (1e-200, 0)])
def test_units_and_origins_do_not_matter(scale, shift):
    # Trap 9: other libraries give −0.25 or 0 here.
    x, y = gaussian_pair(500, 0.9, 1)
    plain = nearest_neighbour_information(x, y)
    assert plain == pytest.approx(0.83, abs=0.12)
    assert nearest_neighbour_information(scale * x + shift, y) == pytest.approx(plain, abs=1e-3)
    assert nearest_neighbour_information(y, scale * x + shift) == pytest.approx(plain, abs=1e-3)


def test_an_origin_that_floats_can_hold_changes_not_a_bit():
    # Whole numbers stay whole up to 2^52, and so do their differences, ties among them included.
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.permutation(60).astype(float), rng.normal(size=60)
        assert nearest_neighbour_information(x + 2.0**50, y) == nearest_neighbour_information(x, y)


def test_which_of_the_two_comes_first_and_in_which_order_does_not_matter():
    x, y = gaussian_pair(400, 0.6, 2)
    order = np.random.default_rng(0).permutation(400)
    assert nearest_neighbour_information(x, y) == nearest_neighbour_information(y, x)
    assert nearest_neighbour_information(x[order], y[order]) == pytest.approx(
        nearest_neighbour_information(x, y), abs=1e-12
    )


def test_a_constant_shares_nothing():
    x = np.random.default_rng(0).normal(size=50)
    for constant in (np.zeros(50), np.full(50, 1e9 + 0.1), np.full(50, 1e-300)):
        assert nearest_neighbour_information(x, constant) == 0.0
        assert nearest_neighbour_information(constant, x, standardize=False) == 0.0


def test_scikit_learn_gives_the_same_where_it_does_not_cut():
    # It divides by the standard deviation as well, and adds noise of 1e-10 only.
    for seed in range(5):
        x, y = gaussian_pair(1000, 0.8, seed)
        theirs = mutual_info_regression(x[:, None], y, n_neighbors=4, random_state=0)[0]
        assert nearest_neighbour_information(x, y, neighbours=4) == pytest.approx(theirs, abs=1e-6)


def test_a_noiseless_relation_only_reports_the_size_of_the_sample():
    # The truth is infinite: the estimate grows by ln 10 for ten times the samples.
    y = np.random.default_rng(0).uniform(-math.pi, math.pi, 5000)
    few, many = (nearest_neighbour_information(np.sin(y[:n]), y[:n]) for n in (500, 5000))
    assert many - few == pytest.approx(math.log(10), abs=0.1)


def test_the_samples_stay_as_they_were():
    x, y = gaussian_pair(50, 0.5, 0)
    kept = x.copy(), y.copy()
    nearest_neighbour_information(x, y)
    assert (x == kept[0]).all() and (y == kept[1]).all()


@pytest.mark.parametrize(
    ("x", "y", "options", "sentence"),
    [
        ([1.0, 2, 3, 4, 2], [5.0, 1, 2, 4, 3], {}, "1 of the 5 values of x repeat others."),
        ([1.0, 2, 3, 4, 5], [5.0, 5, 5, 4, 4], {}, "3 of the 5 values of y repeat others."),
        (
            [1.0, 2, 3, 4, 2],
            [5.0, 1, 2, 4, 3],
            {"standardize": False},
            "spread them within their own rounding",
        ),
        ([1.0, 2, 3], [1.0, 3, 2], {}, "with 3 samples nobody has 3 neighbours; give more samples."),
        ([1.0, 2, 3], [1.0, 3, 2], {"neighbours": 0}, "neighbours is 0; give a whole number above 0."),
        ([1.0, 2, 3], [1.0, 3, 2], {"neighbours": 1.5}, "neighbours is 1.5; give a whole number"),
        ([1.0, 2, 3], [1.0, 3, 2], {"neighbours": True}, "neighbours is True; give a whole number"),
        ([], [], {}, "with 0 samples nobody has 3 neighbours"),
        ([1.0, 2], [1.0], {}, "x has shape (2,) and y (1,)"),
        ([[1.0], [2]], [[1.0], [2]], {}, "need two lists of one length"),
        ([1.0, math.nan], [1.0, 2], {}, "x[1] is nan"),
        ([1.0, 2], [math.inf, 2], {}, "y[0] is inf"),
        (["a", "b"], [1.0, 2], {}, "x holds text"),
    ],
)
def test_samples_without_near_and_far_are_refused(x, y, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        nearest_neighbour_information(x, y, **options)


def test_the_remedy_for_ties_works():
    # Heights in whole centimetres tie; spread within their rounding they give what the unrounded ones do.
    x, y = gaussian_pair(2000, 0.8, 3)
    coarse = np.round(x, 1)
    with pytest.raises(ValueError, match="repeat others"):
        nearest_neighbour_information(coarse, y)
    spread = coarse + np.random.default_rng(0).uniform(-0.05, 0.05, 2000)
    assert nearest_neighbour_information(spread, y) == pytest.approx(
        nearest_neighbour_information(x, y), abs=0.05
    )
