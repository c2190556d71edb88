"""Estimates from samples: biases in closed form, exact moments, other libraries, and what shuffling shows."""

import math
import re

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import log_loss, mutual_info_score

from course_lib.estimators import (
    entropy_from_counts,
    infonce_bound,
    kl_estimates,
    mutual_information_from_samples,
    permutation_null,
    quantile_bins,
    smoothed_histogram,
    width_bins,
)
from course_lib.measures import kl_divergence, mutual_information
from course_lib.neighbours import nearest_neighbour_information


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


# --- mutual information from labels and from bins ----------------------------------------------------


def test_the_plug_in_estimate_agrees_with_sklearn_on_labels_of_every_kind():
    # Trap 10: sklearn's are nats.
    rng = np.random.default_rng(0)
    for size in (2, 7, 1000):  # the last one has a table mostly of zeros
        x = rng.integers(0, size, 300)
        y = (x + rng.integers(0, 3, 300)) % size
        expected = mutual_info_score(x, y)
        words = np.array([f"w{i}" for i in range(size)])
        for a, b in [(x, y), (x - 5, y.astype(np.uint8)), (10**12 * x, -(10**12) * y), (words[x], words[y])]:
            if size < 256 or b.dtype != np.uint8:
                assert mutual_information_from_samples(a, b, unit="nats") == pytest.approx(
                    expected, abs=1e-12
                )
        assert mutual_information_from_samples(x, y) == pytest.approx(expected / math.log(2), abs=1e-12)


def test_the_plug_in_estimate_is_the_information_of_the_table_of_counts():
    counts = np.random.default_rng(1).integers(0, 6, (4, 5))
    x, y = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    expected = mutual_information(counts, normalize=True)
    assert mutual_information_from_samples(x, y) == pytest.approx(expected, abs=1e-14)
    assert mutual_information_from_samples(y, x) == pytest.approx(expected, abs=1e-14)
    assert mutual_information_from_samples(list(x), y == 2) <= expected


def test_rows_of_several_labels_count_as_one_label():
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 25)
    y = x[:, 0] ^ x[:, 1]
    assert mutual_information_from_samples(x[:, 0], y) == 0.0
    assert mutual_information_from_samples(x[:, 1], y) == 0.0
    assert mutual_information_from_samples(x, y) == 1.0


def test_a_variable_knows_all_of_itself_and_nothing_of_a_constant():
    x = ["a", "b", "c", "d"] * 5
    assert mutual_information_from_samples(x, x) == 2.0
    assert mutual_information_from_samples(x, ["z"] * 20) == 0.0
    assert mutual_information_from_samples([1], [5]) == 0.0


def test_a_plug_in_estimate_of_independent_labels_is_not_zero():
    # Trap 14. Oracle: the bias (K_x − 1)(K_y − 1)/2n nats of independent 10 × 10 labels, here .0405.
    rng = np.random.default_rng(2)
    estimates = [
        mutual_information_from_samples(*rng.integers(0, 10, (2, 1000)), unit="nats") for _ in range(200)
    ]
    assert min(estimates) > 0.02
    assert np.mean(estimates) == pytest.approx(81 / 2000, abs=0.002)


def test_quantile_bins_hold_equally_many_and_width_bins_are_equally_wide():
    values = np.random.default_rng(3).exponential(size=240)
    assert (np.bincount(quantile_bins(values, 8)) == 30).all()
    # Oracle for the widths: numpy's histogram of the same range.
    assert (np.bincount(width_bins(values, 8), minlength=8) == np.histogram(values, 8)[0]).all()
    # Oracle for the edges: the definition the course states.
    edges = np.quantile(values, np.arange(1, 8) / 8)
    assert quantile_bins(values, 8).tolist() == [int((edges <= value).sum()) for value in values]


def test_a_value_on_an_edge_belongs_to_the_upper_bin():
    assert quantile_bins([1, 2, 2, 3], 2).tolist() == [0, 1, 1, 1]
    assert width_bins([0, 1, 2, 3, 4], 4).tolist() == [0, 1, 2, 3, 3]
    assert width_bins([0, 5, 10], 2).tolist() == [0, 1, 1]
    assert width_bins([-10, -9, -8, -7, -6], 4).tolist() == [0, 1, 2, 3, 3]


def test_values_that_repeat_leave_bins_empty_and_a_constant_fills_one():
    assert quantile_bins([0] * 6 + [1, 2], 4).tolist() == [2] * 6 + [3, 3]
    assert len(set(quantile_bins([0] * 9 + [1], 4).tolist())) == 1  # the last quarter begins at 0
    for binning in (quantile_bins, width_bins):
        assert len(set(binning([3.5] * 6, 4).tolist())) == 1
        assert binning([2.0, 1.0], 1).tolist() == [0, 0]
        assert binning([1.0], 5).max() < 5


def test_binned_information_is_the_plug_in_of_the_bins():
    rng = np.random.default_rng(4)
    x = rng.normal(size=200)
    y = x + rng.normal(size=200)
    for edges, binning in (("quantile", quantile_bins), ("width", width_bins)):
        by_hand = mutual_info_score(binning(x, 6), binning(y, 6)) / math.log(2)
        found = mutual_information_from_samples(x, y, method="binned", bins=6, edges=edges)
        assert found == pytest.approx(by_hand, abs=1e-12)
    # Quantile bins do not care how a variable is measured.
    assert mutual_information_from_samples(np.exp(x), y**3, method="binned", bins=6) == pytest.approx(
        mutual_information_from_samples(x, y, method="binned", bins=6), abs=1e-12
    )


def test_nearest_neighbours_are_asked_in_nats_and_answer_in_the_unit():
    rng = np.random.default_rng(5)
    x = rng.normal(size=100)
    y = 50 * x + rng.normal(size=100)
    for options in ({}, {"neighbours": 5}, {"standardize": False}):
        nats = nearest_neighbour_information(x, y, **options)
        assert mutual_information_from_samples(x, y, method="ksg", unit="nats", **options) == nats
        bits = mutual_information_from_samples(x, y, method="ksg", **options)
        assert bits == pytest.approx(nats / math.log(2), abs=1e-14)


@pytest.mark.parametrize(
    ("x", "y", "options", "sentence"),
    [
        ([1, 2], [1], {}, "x has 2 samples and y 1; they must come in pairs."),
        ([1, 2], [1, 2], {"method": "bins"}, 'method must be "plug-in", "binned" or "ksg", not'),
        ([1, 2], [1, 2], {"unit": "bit"}, "unit must be"),
        ([1, 2], [1, 2], {"method": "binned", "edges": "equal"}, 'edges must be "quantile" or "width", not'),
        ([1, 2], [1, 2], {"method": "binned", "bins": 0}, "bins is 0; give a whole number above 0."),
        ([1, 2], [1, 2], {"method": "binned", "bins": 2.5}, "bins is 2.5; give a whole number above 0."),
        ([1, 2], [1, 2, 3], {"method": "binned"}, "they must come in pairs"),
        ([[1, 2]], [1], {"method": "binned"}, "x has shape (1, 2); to be cut into bins"),
        ([1], [math.nan], {"method": "binned"}, "y[0] is nan"),
        ([], [], {}, "x has shape (0,)"),
        ([1, 1], [0.5, 0.7], {}, "no value of y occurs twice, so as labels they would seem to determine"),
        ([1, 2, 2, 3], [1, 2, 3, 4], {"method": "ksg"}, "values of x repeat others"),
    ],
)
def test_samples_that_no_estimate_fits_are_refused(x, y, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        mutual_information_from_samples(x, y, **options)


# --- InfoNCE ------------------------------------------------------------------------------------------


def log_ratios(n, rho, seed):
    """log p(y|x)/p(y) of all pairs of a Gaussian batch: the best scores there are."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)
    given = scipy.stats.norm.logpdf(y, rho * x[:, None], math.sqrt(1 - rho**2))
    return given - scipy.stats.norm.logpdf(y)


def test_infonce_is_log_n_minus_the_cross_entropy_of_finding_the_partner():
    # Oracle: scikit-learn's log loss of the softmax of the rows.
    scores = np.random.default_rng(0).normal(size=(6, 6))
    powers = np.exp(scores)
    loss = log_loss(np.arange(6), powers / powers.sum(axis=1, keepdims=True))
    assert infonce_bound(scores, unit="nats") == pytest.approx(math.log(6) - loss, abs=1e-12)
    assert infonce_bound(scores) == pytest.approx((math.log(6) - loss) / math.log(2), abs=1e-12)
    assert infonce_bound(scores + 1000) == pytest.approx(infonce_bound(scores), abs=1e-9)


@pytest.mark.parametrize(
    ("n", "batches", "mean"), [(2, 4000, 0.346), (8, 1000, 0.660), (64, 200, 0.799), (512, 20, 0.827)]
)
def test_more_rivals_let_the_bound_rise_towards_the_truth_and_never_past_log_n(n, batches, mean):
    # Oracle: the means of an independent simulation with the true log-ratio; the truth is .8304 nats.
    bounds = [infonce_bound(log_ratios(n, 0.9, seed), unit="nats") for seed in range(batches)]
    assert max(bounds) <= math.log(n) + 1e-12
    assert np.mean(bounds) == pytest.approx(mean, abs=0.015)


def test_the_ceiling_holds_however_much_is_shared():
    # 256 pairs that determine each other: infinitely much is shared, 8 bits are found.
    scores = np.full((256, 256), -1e6)
    np.fill_diagonal(scores, 1e6)
    assert infonce_bound(scores) == 8.0
    assert infonce_bound(np.where(np.eye(4), 0.0, -math.inf)) == 2.0


def test_scores_that_know_nothing_give_nothing_and_wrong_ones_less():
    assert infonce_bound(np.zeros((8, 8))) == 0.0
    assert infonce_bound([[0.0, 3.0], [3.0, 0.0]]) < 0
    assert infonce_bound([[-math.inf, 0.0], [0.0, 0.0]]) == -math.inf


def test_batches_are_bounded_one_by_one():
    scores = np.random.default_rng(1).normal(size=(3, 5, 5))
    assert infonce_bound(scores) == pytest.approx([infonce_bound(table) for table in scores], abs=1e-14)
    assert type(infonce_bound(scores[0])) is float


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ([[1.0, 2.0]], "scores has shape (1, 2); N pairs have N × N scores"),
        ([1.0], "scores has shape (1,)"),
        (np.zeros((0, 0)), "scores has shape (0, 0)"),
        ([[math.inf, 0.0], [0.0, 1.0]], "scores holds inf"),
        ([[-math.inf, -math.inf], [0.0, 1.0]], "such a row has no best partner"),
        ([[math.nan]], "scores[0, 0] is nan"),
    ],
)
def test_scores_without_pairs_are_refused(scores, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        infonce_bound(scores)
