"""Losses and calibration against scipy, scikit-learn, exact arithmetic, and hostile logits."""

import math
import re
import tracemalloc
from decimal import Decimal, localcontext

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from sklearn.metrics import brier_score_loss, log_loss

from course_lib.classifiers import (
    brier_score,
    cross_entropy_from_logits,
    cross_entropy_from_probabilities,
    cross_entropy_gradient,
    expected_calibration_error,
    fit_temperature,
    focal_loss,
    log_softmax,
    reliability,
    smoothed_targets,
    softmax,
)
from course_lib.measures import cross_entropy, entropy, kl_divergence

pytestmark = pytest.mark.filterwarnings("error")  # hostile logits get an answer or a sentence, no warning


def problem(seed=0, n=50, k=6, scale=3.0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return (scale * rng.normal(size=(n, k))).astype(dtype), rng.integers(0, k, n)


def exact_loss(z, y):
    """Oracle: log of the sum of exponentials with 60 digits, which neither overflow nor cancel."""
    with localcontext(prec=60):
        terms = [Decimal(float(x)).exp() for x in z]
        return float(sum(terms).ln() - Decimal(float(z[y])))


# --- softmax ------------------------------------------------------------------------------------------


def test_softmax_and_its_logarithm_agree_with_scipy():
    z, _ = problem()
    assert softmax(z) == pytest.approx(scipy.special.softmax(z, axis=-1), abs=1e-15)
    assert log_softmax(z) == pytest.approx(scipy.special.log_softmax(z, axis=-1), abs=1e-13)
    assert softmax(z).sum(axis=-1) == pytest.approx(np.ones(len(z)), abs=1e-15)


def test_temperature_divides_the_logits():
    z, _ = problem(1)
    for tau in (0.1, 0.5, 2.0, 10.0):
        assert softmax(z, temperature=tau) == pytest.approx(
            scipy.special.softmax(z / tau, axis=-1), abs=1e-15
        )
        expected = scipy.special.log_softmax(z / tau, axis=-1)
        assert log_softmax(z, temperature=tau) == pytest.approx(expected, rel=1e-13)


def test_the_axis_option_says_where_the_classes_are():
    z = np.random.default_rng(2).normal(size=(3, 4, 5))
    for axis in (0, 1, 2, -2):
        assert softmax(z, axis=axis) == pytest.approx(scipy.special.softmax(z, axis=axis), abs=1e-15)
        assert log_softmax(z, axis=axis) == pytest.approx(scipy.special.log_softmax(z, axis=axis), abs=1e-14)


def test_a_nearly_certain_class_keeps_its_last_doubt():
    # Oracle: log q = −log(1 + e^−50); log(1 + 2e-22) alone would round to 0.
    assert log_softmax([50.0, 0.0])[0] == pytest.approx(-math.exp(-50), rel=1e-14, abs=0)
    assert cross_entropy_from_logits([50.0, 0.0], 0) == pytest.approx(math.exp(-50), rel=1e-14, abs=0)
    assert cross_entropy_from_logits([800.0, 200.0], 0) == pytest.approx(math.exp(-600), rel=1e-12, abs=0)


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e300])
def test_no_logit_is_too_large_for_softmax(scale):
    assert softmax([scale, -scale, scale]).tolist() == pytest.approx(
        scipy.special.softmax([scale, -scale, scale]).tolist(), abs=1e-15
    )
    assert softmax([scale, -scale], temperature=1e-3).tolist() == [1.0, 0.0]


def test_a_masked_class_has_no_probability_and_the_others_share_it_all():
    assert softmax([0.0, -np.inf, 0.0]).tolist() == [0.5, 0.0, 0.5]
    assert log_softmax([0.0, -np.inf])[1] == -np.inf
    assert softmax([0.0, -np.inf, 0.0], temperature=7.0).tolist() == [0.5, 0.0, 0.5]


def test_a_masked_class_leaves_no_minus_zero():
    assert not np.signbit(log_softmax([3.0])).any()
    assert not np.signbit(log_softmax([0.0, -np.inf])[0])


@pytest.mark.parametrize(
    ("temperature", "sentence"),
    [
        (0, "temperature is 0; it must be finite and above 0. Towards 0 softmax becomes argmax"),
        (-1.0, "temperature is -1"),
        (math.inf, "temperature is inf"),
        (math.nan, "temperature is nan"),
        ("hot", "temperature holds text"),
        ([1.0, 2.0], "temperature has shape (2,); give one number, and call once for each."),
    ],
)
def test_a_temperature_that_is_none_is_refused(temperature, sentence):
    for function in (softmax, log_softmax):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            function([1.0, 2.0], temperature=temperature)


# --- loss from logits ---------------------------------------------------------------------------------


def test_the_loss_is_what_60_digits_give():
    for seed, scale in [(3, 1.0), (4, 30.0), (5, 1e4)]:
        z, y = problem(seed, n=20, scale=scale)
        expected = [exact_loss(row, label) for row, label in zip(z, y, strict=True)]
        assert cross_entropy_from_logits(z, y, reduction="none") == pytest.approx(expected, rel=1e-13, abs=0)


def test_the_loss_agrees_with_scipy_and_with_scikit_learn():
    z, y = problem(6, n=1000)
    rows = np.arange(len(z))
    expected = -scipy.special.log_softmax(z, axis=-1)[rows, y]
    assert cross_entropy_from_logits(z, y, reduction="none") == pytest.approx(expected, rel=1e-11)
    assert cross_entropy_from_logits(z, y) == pytest.approx(expected.mean(), rel=1e-13)
    assert cross_entropy_from_logits(z, y, reduction="sum") == pytest.approx(expected.sum(), rel=1e-13)
    assert cross_entropy_from_logits(z, y) == pytest.approx(log_loss(y, softmax(z)), rel=1e-12)


def test_many_blocks_give_what_one_row_at_a_time_gives():
    z, y = problem(7, n=700, k=1000)  # 262 rows fill a block
    singly = [cross_entropy_from_logits(row, label) for row, label in zip(z, y, strict=True)]
    assert cross_entropy_from_logits(z, y, reduction="none") == pytest.approx(singly, rel=1e-15)


def test_any_shape_of_batch_is_a_batch():
    z, y = problem(8, n=12)
    flat = cross_entropy_from_logits(z, y, reduction="none")
    cube = cross_entropy_from_logits(z.reshape(3, 4, 6), y.reshape(3, 4), reduction="none")
    assert (cube == flat.reshape(3, 4)).all()
    assert cross_entropy_from_logits(z.T.copy().T, y) == cross_entropy_from_logits(z, y)
    assert type(cross_entropy_from_logits(z, y)) is float
    assert type(cross_entropy_from_logits(z[0], y[0], reduction="none")) is float


def test_soft_targets_are_averaged_over_and_one_hot_ones_are_labels():
    z, y = problem(9)
    p = np.random.default_rng(9).dirichlet(np.ones(6), len(z))
    expected = -(p * scipy.special.log_softmax(z, axis=-1)).sum(axis=-1)
    assert cross_entropy_from_logits(z, p, reduction="none") == pytest.approx(expected, rel=1e-12)
    assert cross_entropy_from_logits(z, np.eye(6)[y]) == pytest.approx(
        cross_entropy_from_logits(z, y), rel=1e-14
    )
    assert cross_entropy_from_logits(z[0], p[0]) == pytest.approx(
        cross_entropy(p[0], softmax(z[0]), unit="nats"), rel=1e-12
    )


def test_masked_classes_cost_nothing_unless_they_were_the_truth():
    z = [[1.0, -np.inf, 1.0]] * 2
    assert cross_entropy_from_logits(z, [0, 1], reduction="none").tolist() == [math.log(2), math.inf]
    assert cross_entropy_from_logits(z, [0, 1]) == math.inf
    assert cross_entropy_from_logits(z[0], [0.5, 0.0, 0.5]) == pytest.approx(math.log(2), abs=1e-15)
    assert cross_entropy_from_logits(z[0], [0.5, 0.25, 0.25]) == math.inf


def test_equal_logits_cost_the_log_of_the_number_of_classes_whatever_their_size():
    for level in (0.0, 1e4, -1e4, 1e308):
        assert cross_entropy_from_logits([level] * 10, 3) == pytest.approx(math.log(10), abs=1e-15)
    assert cross_entropy_from_logits([7.0], 0) == 0.0  # one class only


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8, np.longdouble])
def test_every_kind_of_number_is_welcome(dtype):
    z = np.array([[200, 8, 100, 50], [0, 3, 1, 2]], dtype=dtype)
    expected = [exact_loss(row, label) for row, label in zip(z, [1, 2], strict=True)]
    assert cross_entropy_from_logits(z, [1, 2], reduction="none") == pytest.approx(expected, rel=1e-6)
    assert softmax(z).dtype == np.float64


def test_half_precision_does_not_overflow_on_the_way():
    # Oracle: 60000 − (−60000); the difference itself is too large for float16, whose exp ends at 11.09.
    assert cross_entropy_from_logits(np.float16([6e4, -6e4]), 1) == 120_000.0
    assert cross_entropy_from_logits(np.float16([12, 0]), 1) == pytest.approx(
        12 + math.log1p(math.exp(-12)), 1e-7
    )
    assert cross_entropy_from_logits(np.float32([3e38, -3e38]), 1) == pytest.approx(6e38, rel=1e-6)


def test_single_precision_rows_are_added_up_in_double():
    # Trap 13. Oracle: float64 throughout.
    z, y = problem(10, n=20_000, k=10, dtype=np.float32)
    expected = -scipy.special.log_softmax(z.astype(np.float64), axis=-1)[np.arange(len(z)), y]
    assert cross_entropy_from_logits(z, y) == pytest.approx(expected.mean(), rel=1e-8)
    assert cross_entropy_from_logits(z, y, reduction="none") == pytest.approx(expected, rel=1e-5)
    ones = np.zeros((10**6, 2), dtype=np.float32)
    total = cross_entropy_from_logits(ones, np.zeros(10**6, dtype=int), reduction="sum")
    assert total == pytest.approx(1e6 * math.log(2), rel=1e-12)


def test_a_tiny_probability_is_not_clipped_at_the_precision_of_the_input():
    # Trap 2: scikit-learn's log_loss of float32 says 15.94 here. Oracle: 10 ln 10.
    p = np.float32([[1e-10, 1 - 1e-10]])
    assert log_loss([0], p, labels=[0, 1]) == pytest.approx(15.94, abs=0.01)
    z = np.float32([[-10 * math.log(10), 0]])
    assert cross_entropy_from_logits(z, [0]) == pytest.approx(10 * math.log(10), rel=1e-6)


def test_the_loss_makes_no_second_table():
    # The table has 32 MB; one buffer of a quarter of a million logits has 1.
    z = np.random.default_rng(11).normal(size=(8000, 1000)).astype(np.float32)
    y = np.zeros(8000, dtype=int)
    cross_entropy_from_logits(z[:300], y[:300])
    tracemalloc.start()
    cross_entropy_from_logits(z, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < z.nbytes / 10


def test_no_loss_changes_its_arguments():
    z, y = problem(12)
    q, kept, labels = softmax(z), z.copy(), y.copy()
    for function in (cross_entropy_from_logits, cross_entropy_gradient, focal_loss, fit_temperature):
        function(z, y)
    for function in (cross_entropy_from_probabilities, brier_score, reliability):
        function(q, y)
    softmax(z, temperature=2.0), log_softmax(z)
    assert (z == kept).all() and (y == labels).all()


HOSTILE = [
    (np.array([[1.0, 2.0], [np.nan, 0.0]]), [0, 0], "z has a NaN in row 1"),
    (np.array([[1.0, 2.0], [np.inf, 0.0]], dtype=np.float32), [0, 0], "z has a logit of inf in row 1"),
    (np.array([[0.0, 0.0], [-np.inf, -np.inf]]), [0, 0], "every class in row 1 has logit −inf"),
    (np.full((2, 3, 2), -np.inf), np.zeros((2, 3), int), "every class in row 0, 0 has logit −inf"),
    ([1.0, math.nan], 0, "z[1] is nan"),
    (np.array([np.nan, np.inf]), 0, "z has a NaN;"),
    ([1.0, None], 0, "z holds None"),
    ([True, False], 0, "z holds True/False values"),
    ([[1.0, 2.0], [3.0]], [0, 0], "z is ragged"),
    (np.ma.array([1.0, 2.0], mask=[True, False]), 0, "z has masked entries"),
    (5.0, 0, "z is a single number"),
    ([], 0, "z has shape (0,); there are no logits in it."),
    (np.zeros((0, 3)), [], "there are no logits in it."),
    ([[1.0, 2.0]], [2], "y holds the label 2; with 2 classes labels are 0 to 1."),
    ([[1.0, 2.0]], [-1], "y holds the label -1;"),
    ([[1.0, 2.0]], [1.0], "class labels are whole numbers from 0 to 1. If they are whole floats, pass"),
    ([[1.0, 2.0]], [True], "y holds bool values"),
    ([[1.0, 2.0]], ["cat"], "class labels are whole numbers"),
    (
        [[1.0, 2.0]] * 3,
        [0, 1],
        "y has shape (2,); give one class per row, shape (3,), or one distribution per row, shape (3, 2).",
    ),
    ([[1.0, 2.0]] * 3, [[0], [1], [0]], "y has shape (3, 1)"),
    ([[1.0, 2.0]], [[0.5, 0.6]], "y sums to 1.1000 in row 0, not 1."),
    ([[1.0, 2.0]], [[1.5, -0.5]], "y[0, 1] is -0.5; a probability cannot be negative."),
]


@pytest.mark.parametrize(("z", "y", "sentence"), HOSTILE, ids=[case[2] for case in HOSTILE])
def test_hostile_logits_and_labels_are_refused_with_the_place_named(z, y, sentence):
    for function in (cross_entropy_from_logits, cross_entropy_gradient):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            function(z, y)


def test_a_bad_row_is_named_by_its_place_in_the_whole_table():
    z = np.zeros((900, 1000))
    z[777, 5] = np.nan
    with pytest.raises(ValueError, match="z has a NaN in row 777;"):
        cross_entropy_from_logits(z, np.zeros(900, dtype=int))


def test_an_unknown_reduction_is_refused():
    calls = [
        lambda r: cross_entropy_from_logits([0.0, 1.0], 0, reduction=r),
        lambda r: cross_entropy_from_probabilities([0.5, 0.5], 0, reduction=r),
        lambda r: focal_loss([0.0, 1.0], 0, reduction=r),
    ]
    for call in calls:
        with pytest.raises(ValueError, match='reduction must be "mean", "sum" or "none", not \'avg\''):
            call("avg")


# --- gradient -----------------------------------------------------------------------------------------


def test_the_gradient_is_the_slope_of_the_loss():
    # Oracle: central differences of the loss.
    z, y = problem(13, n=5)
    p = np.random.default_rng(13).dirichlet(np.ones(6), 5)
    for target in (y, p):
        slopes = np.empty_like(z)
        for k in range(6):
            step = 1e-5 * (np.arange(6) == k)
            up, down = (cross_entropy_from_logits(z + s, target, reduction="none") for s in (step, -step))
            slopes[:, k] = (up - down) / 2e-5
        assert cross_entropy_gradient(z, target) == pytest.approx(slopes, abs=1e-9)


def test_the_gradient_is_forecast_minus_target_and_sums_to_zero():
    z, y = problem(14)
    gradient = cross_entropy_gradient(z, y)
    assert gradient == pytest.approx(scipy.special.softmax(z, axis=-1) - np.eye(6)[y], abs=1e-15)
    assert gradient.sum(axis=-1) == pytest.approx(np.zeros(len(z)), abs=1e-15)
    assert cross_entropy_gradient(z[0], y[0]).shape == (6,)
    assert cross_entropy_gradient(z.reshape(5, 10, 6), y.reshape(5, 10)).shape == (5, 10, 6)


# --- loss from probabilities --------------------------------------------------------------------------


def test_yes_no_forecasts_are_charged_on_both_sides():
    # Oracle: scikit-learn, far from its clipping.
    rng = np.random.default_rng(15)
    q, y = rng.uniform(0.01, 0.99, 40), rng.integers(0, 2, 40)
    assert cross_entropy_from_probabilities(q, y) == pytest.approx(log_loss(y, q), rel=1e-13)
    assert cross_entropy_from_probabilities(q, y == 1) == cross_entropy_from_probabilities(q, y)
    both_sides = np.stack([1 - q, q], axis=1)
    assert cross_entropy_from_probabilities(both_sides, y) == pytest.approx(log_loss(y, q), rel=1e-13)


def test_a_false_never_costs_infinity_and_a_true_one_nothing():
    assert cross_entropy_from_probabilities([0.0, 1.0], [0, 1], reduction="none").tolist() == [0.0, 0.0]
    assert cross_entropy_from_probabilities([0.0, 1.0], [1, 0], reduction="none").tolist() == [math.inf] * 2
    assert cross_entropy_from_probabilities([[1.0, 0.0]], [1]) == math.inf
    assert cross_entropy_from_probabilities([[1.0, 0.0]], [[1.0, 0.0]]) == 0.0
    assert math.copysign(1, cross_entropy_from_probabilities([1.0], [1])) == 1


def test_a_tiny_chance_that_did_not_come_true_still_costs_it():
    # Oracle: −log(1 − q) = q + q²/2 + …; in float arithmetic 1 − 1e-20 is 1.
    assert cross_entropy_from_probabilities([1e-20], [0]) == pytest.approx(1e-20, rel=1e-14, abs=0)


def test_probabilities_and_logits_give_the_same_loss_in_every_unit():
    z, y = problem(16)
    nats = cross_entropy_from_logits(z, y)
    p = np.random.default_rng(16).dirichlet(np.ones(6), len(z))
    assert cross_entropy_from_probabilities(softmax(z), y) == pytest.approx(nats, rel=1e-13)
    assert cross_entropy_from_probabilities(softmax(z), y, unit="bits") == pytest.approx(
        nats / math.log(2), 1e-13
    )
    assert cross_entropy_from_probabilities(softmax(z), p) == pytest.approx(
        cross_entropy_from_logits(z, p), 1e-13
    )
    total = cross_entropy_from_probabilities(softmax(z), y, reduction="sum")
    assert total == pytest.approx(len(z) * nats, rel=1e-13)
    cube = cross_entropy_from_probabilities(softmax(z).reshape(5, 10, 6), y.reshape(5, 10), reduction="none")
    assert cube.shape == (5, 10) and cube.mean() == pytest.approx(nats, rel=1e-13)


@pytest.mark.parametrize(
    ("q", "y", "sentence"),
    [
        ([0.5, 1.2], [0, 1], "probabilities[1] is 1.2; a probability cannot be above 1."),
        ([0.5, 0.5], [0, 2], "y must be 0 or 1 for every yes/no forecast"),
        ([0.5, 0.5], [0.5, 0.5], "y must be 0 or 1"),
        ([], [], "at least one of them"),
        ([[0.5, 0.6]], [0], "probabilities sums to 1.1000 in row 0, not 1."),
        ([[0.5, 0.5]], [2], "y holds the label 2"),
        ([[0.5, 0.5]], [0, 1], "y has shape (2,)"),
        ([0.2, 0.3, 0.5], 3, "y holds the label 3"),
        ([[0.5, math.nan]], [0], "is nan"),
    ],
)
def test_what_is_no_forecast_is_refused(q, y, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        cross_entropy_from_probabilities(q, y)


# --- smoothing and focus ------------------------------------------------------------------------------


def test_smoothed_targets_mix_the_label_with_the_uniform_distribution():
    y = np.array([[0, 2], [1, 1]])
    targets = smoothed_targets(y, 3, 0.3)
    assert targets.shape == (2, 2, 3)
    assert targets == pytest.approx(0.7 * np.eye(3)[y] + 0.1, abs=1e-15)
    assert (smoothed_targets([1, 0], 2, 0.0) == np.eye(2)[[1, 0]]).all()
    assert (smoothed_targets([1, 0], 2, 1.0) == 0.5).all()


def test_smoothing_adds_the_share_of_the_mean_loss_over_all_classes():
    # Oracle: linearity of cross-entropy in its target.
    z, y = problem(17)
    spread = [cross_entropy_from_logits(z, np.full(len(z), k)) for k in range(6)]
    expected = 0.9 * cross_entropy_from_logits(z, y) + 0.1 * np.mean(spread)
    assert cross_entropy_from_logits(z, smoothed_targets(y, 6, 0.1)) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([0], 3, 1.1), "epsilon is 1.1; a probability cannot be above 1."),
        (([0], 3, -0.1), "epsilon is -0.1"),
        (([3], 3, 0.1), "y holds the label 3; with 3 classes labels are 0 to 2."),
        (([0], 0, 0.1), "classes is 0; it is how many classes there are"),
        (([0], 2.0, 0.1), "classes is 2.0"),
        (([0.5], 3, 0.1), "class labels are whole numbers"),
    ],
)
def test_impossible_smoothing_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        smoothed_targets(*arguments)


def test_focal_loss_weighs_each_loss_by_its_share_of_wrong():
    z, y = problem(18)
    q = scipy.special.softmax(z, axis=-1)[np.arange(len(z)), y]
    for gamma in (0.5, 2.0, 5.0):
        expected = (1 - q) ** gamma * -np.log(q)
        assert focal_loss(z, y, gamma=gamma, reduction="none") == pytest.approx(expected, rel=1e-10)
    assert focal_loss(z, y, gamma=0.0) == pytest.approx(cross_entropy_from_logits(z, y), rel=1e-15)
    assert focal_loss(z, y, reduction="sum") == pytest.approx(len(z) * focal_loss(z, y), rel=1e-14)
    cube = focal_loss(z.reshape(5, 10, 6), y.reshape(5, 10), reduction="none")
    assert cube.shape == (5, 10)


def test_focal_loss_of_the_certain_is_zero_and_of_the_masked_infinite():
    for gamma in (0.0, 0.5, 2.0):
        assert focal_loss([0.0, -np.inf], 0, gamma=gamma) == 0.0
        assert focal_loss([0.0, -np.inf], 1, gamma=gamma) == math.inf
    # Oracle: (1 − q)² −log q is about e^−3z where q is almost 1.
    assert focal_loss([40.0, 0.0], 0) == pytest.approx(math.exp(-120), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"gamma": -1}, "gamma is -1; a negative power"), ({"gamma": math.inf}, "gamma is inf")],
)
def test_an_impossible_gamma_is_refused(options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        focal_loss([1.0, 2.0], 0, **options)
    with pytest.raises(ValueError, match=re.escape("give one class per row, shape (1,).")):
        focal_loss([[1.0, 2.0]], [[0.5, 0.5]])


# --- calibration --------------------------------------------------------------------------------------


def test_brier_score_agrees_with_scikit_learn():
    rng = np.random.default_rng(19)
    q, y = rng.uniform(size=30), rng.integers(0, 2, 30)
    assert brier_score(q, y) == pytest.approx(brier_score_loss(y, q), rel=1e-14)
    assert brier_score(np.stack([1 - q, q], axis=1), y) == pytest.approx(
        2 * brier_score_loss(y, q), rel=1e-13
    )
    p = rng.dirichlet(np.ones(3), 30)
    labels = rng.integers(0, 3, 30)
    assert brier_score(p, labels) == pytest.approx(((p - np.eye(3)[labels]) ** 2).sum() / 30, rel=1e-14)
    assert brier_score([1.0, 0.0], [1, 0]) == 0.0 and brier_score([[1.0, 0.0]], [1]) == 2.0


def by_hand(forecast, success, bins):
    """Oracle: a loop over bins with exact tenths."""
    rows = []
    for b in range(bins):
        last = b == bins - 1
        inside = [
            (f, s)
            for f, s in zip(forecast, success, strict=True)
            if b / bins <= f < (b + 1) / bins or (last and f == 1)
        ]
        rows.append((len(inside), *(math.fsum(c) / len(inside) for c in zip(*inside, strict=True))))
    return rows


def test_reliability_sorts_forecasts_into_bins():
    rng = np.random.default_rng(20)
    q = rng.uniform(size=500)
    y = (rng.uniform(size=500) < q**2).astype(int)
    for bins in (1, 7, 10):
        found = reliability(q, y, bins)
        for b, (count, confidence, accuracy) in enumerate(by_hand(q, y, bins)):
            assert found.counts[b] == count
            assert found.confidence[b] == pytest.approx(confidence, abs=1e-14)
            assert found.accuracy[b] == pytest.approx(accuracy, abs=1e-14)
        gaps = [n * abs(a - c) for n, c, a in by_hand(q, y, bins)]
        assert expected_calibration_error(q, y, bins) == pytest.approx(sum(gaps) / 500, abs=1e-14)


def test_of_a_distribution_the_top_class_is_the_forecast():
    q, y = softmax(problem(21, n=300)[0]), problem(21, n=300)[1]
    as_events = reliability(q.max(axis=1), q.argmax(axis=1) == y)
    for ours, expected in zip(reliability(q, y), as_events, strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert expected_calibration_error(q, y) == expected_calibration_error(q.max(1), q.argmax(1) == y)


def test_a_forecast_on_an_edge_belongs_to_the_bin_that_starts_there():
    # linspace's 0.6 is 0.6000000000000001, which would put the forecast .6 one bin too low.
    tenths = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert reliability(tenths, [1] * 10).counts.tolist() == [1] * 10
    assert reliability([1.0], [1]).counts.tolist() == [0] * 9 + [1]
    assert reliability([0.5], [1], bins=2).edges.tolist() == [0.0, 0.5, 1.0]


def test_an_empty_bin_says_so_and_weighs_nothing():
    found = reliability([0.95, 0.95], [1, 0])
    assert found.counts.tolist() == [0] * 9 + [2]
    assert np.isnan(found.confidence[:9]).all() and np.isnan(found.accuracy[:9]).all()
    assert expected_calibration_error([0.95, 0.95], [1, 0]) == pytest.approx(0.45, abs=1e-15)


def test_a_calibrated_forecaster_has_no_calibration_error():
    q = np.repeat([0.1, 0.5, 0.9], 10)
    y = np.concatenate([np.arange(10) < 1, np.arange(10) < 5, np.arange(10) < 9])
    assert expected_calibration_error(q, y) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("function", [brier_score, reliability, expected_calibration_error])
def test_calibration_refuses_what_is_no_forecast(function):
    for q, y, sentence in [
        ([0.5, 0.5], [0], "probabilities has shape (2,) and y (1,)"),
        ([0.5], [3], "y must be 0 or 1"),
        ([[0.5, 0.5]], [2], "y holds the label 2"),
        ([[0.5, 0.4]], [0], "probabilities sums to 0.9000 in row 0"),
        (np.full((2, 2, 2), 0.5), [0, 1], "probabilities has 3 axes"),
        ([1.5], [1], "probabilities[0] is 1.5"),
    ]:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            function(q, y)


@pytest.mark.parametrize("bins", [0, -3, 2.5, True, None])
def test_reliability_refuses_an_impossible_number_of_bins(bins):
    with pytest.raises(ValueError, match="bins is"):
        reliability([0.5], [1], bins)


# --- temperature --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "scale"), [(22, 0.3), (23, 3.0), (24, 300.0)])
def test_the_fitted_temperature_is_the_minimum_of_the_loss(seed, scale):
    # Oracle: scipy's bounded minimisation of scipy's loss along 1/τ; near a minimum it sees √ε.
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(400, 5))
    y = np.array([rng.choice(5, p=scipy.special.softmax(row)) for row in z])
    z = scale * z

    def loss(inverse):
        return -scipy.special.log_softmax(z * inverse, axis=-1)[np.arange(400), y].mean()

    best = scipy.optimize.minimize_scalar(loss, bounds=(1e-6, 20 / scale), options={"xatol": 1e-12})
    assert fit_temperature(z, y) == pytest.approx(1 / best.x, rel=1e-5)
    assert fit_temperature(z.astype(np.float32), y) == pytest.approx(fit_temperature(z, y), rel=1e-5)


def test_at_the_fitted_temperature_the_model_is_as_surprised_as_it_expects_to_be():
    z, y = problem(25, n=300)
    z[np.arange(300), y] += 3
    for target in (y, smoothed_targets(y, 6, 0.1)):
        tau = fit_temperature(z, target)
        q = softmax(z, temperature=tau)
        surprise = cross_entropy_from_logits(z / tau, target)
        assert surprise == pytest.approx(entropy(q, unit="nats").mean(), abs=1e-12)


def test_scaling_the_logits_scales_the_temperature():
    z, y = problem(26)
    z[np.arange(50), y] += 2
    for factor in (1e-6, 0.5, 1e6):
        assert fit_temperature(factor * z, y) == pytest.approx(factor * fit_temperature(z, y), rel=1e-9)
    assert fit_temperature(z + np.arange(50)[:, None], y) == pytest.approx(fit_temperature(z, y), rel=1e-9)


def test_a_model_that_is_always_right_wants_no_temperature_at_all():
    z, _ = problem(27)
    assert fit_temperature(z, z.argmax(axis=1)) == 0.0
    losses = [cross_entropy_from_logits(z / tau, z.argmax(axis=1)) for tau in (1, 0.1, 0.01)]
    assert losses == sorted(losses, reverse=True)


def test_a_model_worse_than_chance_wants_an_infinite_temperature():
    z, _ = problem(28)
    assert fit_temperature(z, z.argmin(axis=1)) == math.inf
    losses = [cross_entropy_from_logits(z / tau, z.argmin(axis=1)) for tau in (1, 10, 1000)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(math.log(6), abs=0.01)
    assert fit_temperature([[2.0, 2.0]], [0]) == math.inf  # equal logits know nothing


def test_masked_classes_take_no_part_in_the_fit():
    # Oracle: a class at −inf is no class. Two rows of three are right with a gap of 3: τ = 3 / ln 2.
    z = np.array([[0.0, -np.inf, 3.0]] * 3)
    assert fit_temperature(z, [2, 0, 2]) == pytest.approx(3 / math.log(2), rel=1e-12)
    with pytest.raises(ValueError, match="the true class in row 1 has logit −inf"):
        fit_temperature(z, [2, 1, 2])


def test_the_fit_refuses_hostile_logits_too():
    with pytest.raises(ValueError, match="z has a NaN in row 1"):
        fit_temperature(np.array([[0.0, 1.0], [np.nan, 0.0]]), [0, 1])
    with pytest.raises(ValueError, match="y holds the label 2"):
        fit_temperature([[0.0, 1.0]], [2])


def test_temperature_keeps_the_ranking_and_only_moves_the_confidence():
    z, _ = problem(29)
    for tau in (0.2, 5.0):
        assert (softmax(z, temperature=tau).argsort(axis=-1) == z.argsort(axis=-1)).all()
    entropies = [entropy(softmax(z[0], temperature=tau)) for tau in (0.1, 1.0, 10.0, 1000.0)]
    assert entropies == sorted(entropies)
    assert entropies[-1] == pytest.approx(math.log2(6), abs=1e-4)


def test_the_loss_splits_into_the_floor_and_the_waste():
    # Oracle: H(p,q) = H(p) + D(p‖q), row by row.
    z, _ = problem(30)
    p = np.random.default_rng(30).dirichlet(np.ones(6), len(z))
    waste = kl_divergence(p, softmax(z), unit="nats")
    floor = entropy(p, unit="nats")
    assert cross_entropy_from_logits(z, p, reduction="none") == pytest.approx(floor + waste, rel=1e-12)
