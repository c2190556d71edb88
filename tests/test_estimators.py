"""Entropy from counts: the plug-in is too low, Miller–Madow helps when the sample is large enough."""

import math
import re

import numpy as np
import pytest
import scipy.stats

from course_lib.estimators import entropy_from_counts


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
