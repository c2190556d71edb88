"""Estimates from samples: biases in closed form, exact moments, and what shuffling shows."""

import math
import re

import numpy as np
import pytest
import scipy.stats

from course_lib.estimators import (
    entropy_from_counts,
    kl_estimates,
    permutation_null,
    smoothed_histogram,
)
from course_lib.measures import kl_divergence


def test_the_plug_in_estimate_is_the_entropy_of_the_frequencies():
    counts = [5, 3, 0, 2]
    assert entropy_from_counts(counts, unit="nats") == pytest.approx(scipy.stats.entropy(counts), abs=1e-14)
    assert entropy_from_counts([2, 1, 1]) == 1.5


def test_miller_madow_adds_one_half_per_sample_for_every_cell_beyond_the_first():
    counts = [5, 3, 0, 2]  # n = 10, three occupied cells of four
    plug_in = scipy.stats.entropy(counts)
    occupied = entropy_from_counts(counts, correction="miller-madow", unit="nats")
    known = entropy_from_counts(counts, correction="miller-madow", support_size=4, unit="nats")
    assert occupied == pytest.approx(plug_in + 2 / 20, abs=1e-14)
    assert known == pytest.approx(plug_in + 3 / 20, abs=1e-14)
    in_bits = entropy_from_counts(counts, correction="miller-madow", support_size=4)
    assert in_bits == pytest.approx(known / math.log(2), abs=1e-14)


def test_a_batch_of_samples_is_estimated_row_by_row():
    counts = np.random.default_rng(1).integers(0, 5, (6, 4)) + np.eye(6, 4, dtype=int)
    for options in ({}, {"correction": "miller-madow"}, {"correction": "miller-madow", "support_size": 4}):
        rows = [entropy_from_counts(row, **options) for row in counts]
        assert all(type(value) is float for value in rows)
        assert entropy_from_counts(counts, **options) == pytest.approx(rows, abs=1e-14)
        assert entropy_from_counts(counts.T, axis=0, **options) == pytest.approx(rows, abs=1e-14)


@pytest.mark.parametrize(
    ("outcomes", "n", "plug_in", "known", "occupied"),
    [(256, 100, 6.29, 8.12, 6.88), (256, 30, None, 10.9, 5.45), (27, 100, 4.556, 4.743, None)],
)
def test_small_samples_of_a_uniform_source_look_too_ordered(outcomes, n, plug_in, known, occupied):
    # Oracle: the means the course states, over 400 samples of this seed; ± 0.02 as stated, 10.9 to its digit.
    counts = np.random.default_rng(2).multinomial(n, np.full(outcomes, 1 / outcomes), size=400)
    means = [
        entropy_from_counts(counts).mean(),
        entropy_from_counts(counts, correction="miller-madow", support_size=outcomes).mean(),
        entropy_from_counts(counts, correction="miller-madow").mean(),
    ]
    assert means[0] < math.log2(outcomes)
    for mean, stated in zip(means, (plug_in, known, occupied), strict=True):
        if stated is not None:
            assert mean == pytest.approx(stated, abs=0.05 if stated == 10.9 else 0.02)


def test_the_estimate_is_returned_raw_even_above_the_maximum():
    assert entropy_from_counts([1, 1], correction="miller-madow") > 1.0


def test_independent_variables_seem_to_share_information_in_a_small_sample():
    # Trap 14. Oracle: the bias (K_x − 1)(K_y − 1)/2n nats, here 0.0405.
    rng = np.random.default_rng(3)
    estimates = []
    for _ in range(200):
        table = np.bincount(rng.integers(0, 100, 1000), minlength=100).reshape(10, 10)
        x, y, both = (
            entropy_from_counts(c, unit="nats") for c in (table.sum(1), table.sum(0), table.ravel())
        )
        estimates.append(x + y - both)
    assert np.mean(estimates) == pytest.approx(9 * 9 / 2000, abs=0.003)


@pytest.mark.parametrize(
    ("counts", "options", "sentence"),
    [
        ([0.5, 0.5], {}, "counts holds 0.5; counts are whole numbers. For probabilities use entropy(p)."),
        ([3, -1], {}, "counts[1] is -1; a count cannot be negative."),
        ([0, 0], {}, "with nothing counted"),
        ([], {}, "is empty"),
        (
            [2, 1],
            {"correction": "jackknife"},
            "correction must be None or \"miller-madow\", not 'jackknife'.",
        ),
        ([2, 1], {"support_size": 4}, "support_size is only used by"),
        ([2, 1, 1], {"correction": "miller-madow", "support_size": 2}, "but 3 different outcomes were seen"),
        ([2, 1], {"unit": "bit"}, "unit must be"),
    ],
)
def test_impossible_counts_and_options_are_refused(counts, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        entropy_from_counts(counts, **options)


# --- divergence from samples --------------------------------------------------------------------------


def test_two_of_the_three_estimates_are_right_on_average_and_the_square_is_not():
    # Oracle: the exact means under q over a finite alphabet; D(q‖p) in nats.
    q, p = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    estimates = kl_estimates(np.log(p) - np.log(q))
    truth = kl_divergence(q, p, unit="nats")
    assert q @ estimates.k1 == pytest.approx(truth, abs=1e-15)
    assert q @ estimates.k3 == pytest.approx(truth, abs=1e-15)
    assert abs(q @ estimates.k2 - truth) > 0.01


def test_the_third_estimate_has_the_spread_of_the_closed_form():
    # Oracle: for N(0,1) against N(m,1), Var(k1) = m² and Var(k3) = e^(m²) − 1 − m²; Gauss–Hermite sums.
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    for m in (0.1, 0.5):
        k1, k2, k3 = kl_estimates(m * nodes - m**2 / 2)
        for values, mean, variance in [(k1, m**2 / 2, m**2), (k3, m**2 / 2, math.expm1(m**2) - m**2)]:
            assert weights @ values == pytest.approx(mean, rel=1e-9)
            assert weights @ (values - mean) ** 2 == pytest.approx(variance, rel=1e-9)
        assert weights @ k2 == pytest.approx(m**2 / 2 + m**4 / 8, rel=1e-9)
        assert (k2 >= 0).all() and (k3 >= 0).all() and (k1 < 0).any()


def test_the_third_estimate_keeps_its_digits_where_the_models_almost_agree():
    # Oracle: r − 1 − log r = x²/2 + x³/6 + … for a log-ratio x.
    x = 2.0**-20
    assert kl_estimates([x]).k3[0] == pytest.approx(x**2 / 2, rel=1e-4)
    assert kl_estimates(0.0).k1.shape == ()


def test_a_sample_that_the_other_model_forbids_is_infinitely_dear():
    assert [k.tolist() for k in kl_estimates([-math.inf])] == [[math.inf]] * 3
    with pytest.raises(ValueError, match="were they drawn from q"):
        kl_estimates([0.0, math.inf])
    with pytest.raises(ValueError, match=r"log_ratio\[0\] is nan"):
        kl_estimates([math.nan])


def test_imaginary_samples_keep_every_bin_possible_and_the_shares_a_distribution():
    # Oracle: counts 1, 2, 0, 1 and half a sample more in each.
    shares = smoothed_histogram([0.5, 1.0, 1.5, 3.5], [0, 1, 2, 3, 4])
    assert shares == pytest.approx(np.array([1.5, 2.5, 0.5, 1.5]) / 6, abs=1e-15)
    assert smoothed_histogram([0.5, 1.0], [0, 1, 2], add=0.0).tolist() == [0.5, 0.5]
    assert smoothed_histogram([], [0, 1, 2]).tolist() == [0.5, 0.5]


def test_no_sample_falls_out_of_the_histogram():
    # numpy's histogram would drop the two outside, and the drift with them.
    values = [-100.0, 0.5, 1.5, 2.0, 100.0]
    assert smoothed_histogram(values, [0, 1, 2], add=0.0).tolist() == [0.4, 0.6]
    assert smoothed_histogram(values, [-math.inf, 1, math.inf], add=0.0).tolist() == [0.4, 0.6]


def test_inside_the_edges_the_histogram_is_numpys():
    rng = np.random.default_rng(4)
    values, edges = rng.uniform(0, 1, 200), np.linspace(0, 1, 8)
    assert (smoothed_histogram(values, edges, add=0.0) == np.histogram(values, edges)[0] / 200).all()


@pytest.mark.parametrize(
    ("values", "edges", "add", "sentence"),
    [
        ([1.0], [0, 0, 1], 0.5, "edges must be a rising list"),
        ([1.0], [2, 1], 0.5, "edges must be a rising list"),
        ([1.0], [0], 0.5, "K bins have K + 1 edges"),
        ([1.0], [[0, 1]], 0.5, "edges must be a rising list"),
        ([1.0], [0, 1], -0.5, "add is -0.5; samples can be added to a bin, not taken away."),
        ([], [0, 1], 0.0, "values is empty and add is 0"),
        ([math.nan], [0, 1], 0.5, "values[0] is nan"),
        ([1.0], [0, math.nan], 0.5, "edges[1] is nan"),
    ],
)
def test_impossible_histograms_are_refused(values, edges, add, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        smoothed_histogram(values, edges, add=add)


def test_pooled_shuffles_have_the_moments_of_drawing_without_replacement():
    # Oracle: the mean of m of N values drawn without replacement has variance s²/m · (1 − m/N).
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=30), rng.normal(size=50) + 2
    pool = np.concatenate([x, y])
    null = permutation_null(lambda a, b: a.mean(), x, y, permutations=4000, seed=6)
    variance = pool.var(ddof=1) / 30 * (1 - 30 / 80)
    assert null.mean() == pytest.approx(pool.mean(), abs=4 * math.sqrt(variance / 4000))
    assert null.var() == pytest.approx(variance, rel=0.1)
    assert x.mean() < null.min()  # a shift of two widths is nothing that chance would show


def test_shuffled_pairs_keep_both_samples_and_lose_their_relation():
    rng = np.random.default_rng(7)
    x = rng.normal(size=40)
    y = x + 0.1 * rng.normal(size=40)
    seen = []

    def correlation(a, b):
        seen.append((a.copy(), np.sort(b)))
        return np.corrcoef(a, b)[0, 1]

    null = permutation_null(correlation, x, y, shuffle="pairs", permutations=500, seed=8)
    assert all((a == x).all() and (b == np.sort(y)).all() for a, b in seen)
    # Oracle: under independence the correlation of n pairs has mean 0 and variance 1/(n − 1).
    assert null.mean() == pytest.approx(0, abs=4 / math.sqrt(39 * 500))
    assert null.var() == pytest.approx(1 / 39, rel=0.25)
    assert np.corrcoef(x, y)[0, 1] > null.max()


def test_the_seed_fixes_the_null_and_the_samples_stay_as_they_were():
    x, y = np.arange(5.0), np.arange(7.0)
    first = permutation_null(lambda a, b: a.mean() - b.mean(), x, y, permutations=50, seed=1)
    assert (permutation_null(lambda a, b: a.mean() - b.mean(), x, y, permutations=50, seed=1) == first).all()
    other = permutation_null(lambda a, b: a.mean() - b.mean(), x, y, permutations=50, seed=2)
    assert not (other == first).all()
    assert x.tolist() == list(range(5)) and y.tolist() == list(range(7))


def test_rows_stay_whole_when_they_are_shuffled():
    x = np.column_stack([np.arange(6.0), np.arange(6.0)])
    null = permutation_null(lambda a, b: np.abs(a[:, 0] - a[:, 1]).max(), x, x, permutations=20)
    assert (null == 0).all()


@pytest.mark.parametrize(
    ("x", "y", "options", "sentence"),
    [
        ([1.0], [2.0], {"shuffle": "rows"}, 'shuffle must be "pool" or "pairs", not \'rows\'.'),
        ([1.0], [2.0], {"permutations": 0}, "permutations is 0; give a whole number above 0."),
        ([], [2.0], {}, "x and y must each hold at least one sample."),
        ([1.0, 2.0], [2.0], {"shuffle": "pairs"}, "pairs need as many of both"),
        ([math.nan], [2.0], {}, "x[0] is nan"),
    ],
)
def test_impossible_shuffles_are_refused(x, y, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        permutation_null(lambda a, b: 0.0, x, y, **options)
