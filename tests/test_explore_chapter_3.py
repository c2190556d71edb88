"""The demos of chapter 3 show the numbers that the chapter promises, at places their controls can reach.

Oracles: sums of logarithms and exact fractions written out here, differences instead of derivatives,
scikit-learn's loss and SciPy's minimiser, and the areas read back from the pictures. None of them uses
course_lib's measures or classifiers.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from demo_states import artists_of, numbers
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from scipy.stats import entropy as scipy_entropy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from course_lib import explore
from course_lib.explore.chapter_3 import digits_logits
from course_lib.explore.wording import scientific, signed

EXACT = 1e-9


@pytest.fixture(scope="module")
def bill():
    return explore.code_bill()


@pytest.fixture(scope="module")
def rain():
    return explore.forecaster()


@pytest.fixture(scope="module")
def slopes():
    return explore.error_slopes()


@pytest.fixture(scope="module")
def trust():
    return explore.temperature_and_trust()


def sent_control(explorer, name):
    return next(spec for spec in explorer.controls if spec["name"] == name)


# --------------------------------------------------------------------------------------- how numbers look
@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (-0.99331, 5, "−0.99331"),
        (-9.0793e-05, 5, "−9.08·10⁻⁵"),
        (2.0611e-09, 5, "2.06·10⁻⁹"),
        (0.001, 3, "0.001"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
    ],
)
def test_a_number_too_small_for_its_decimals_gets_a_power_of_ten(value, decimals, written):
    # Oracle: literal text.
    assert scientific(value, decimals) == written


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert [signed(value, 2) for value in (-0.001, 0.001, -0.01)] == ["0.00", "0.00", "−0.01"]


# --------------------------------------------------------------------------------------- D3.1
def mean_bits(weights, priced_by):
    """Mean of −log₂ of the code's probabilities, weighed by the truth: the definition, symbol by symbol."""
    return sum(
        float(Fraction(w, sum(weights))) * -math.log2(Fraction(v, sum(priced_by)))
        for w, v in zip(weights, priced_by, strict=True)
        if w
    )


@pytest.mark.parametrize(
    ("q", "total", "waste"),
    [([2, 2, 4, 8], 2.625, 0.875), ([1, 1, 1, 1], 2.0, 0.25), ([8, 4, 2, 2], 1.75, 0.0)],
)
def test_the_three_codes_of_the_chapter_cost_what_it_says(bill, q, total, waste):
    n = numbers(bill, p=[8, 4, 2, 2], q=q)
    assert (n.entropy, n.bill, n.waste) == pytest.approx((1.75, total, waste), abs=EXACT)


def test_the_bill_opens_on_the_wrong_code_and_says_so():
    assert explore.code_bill().readout == (
        "p = 8:4:2:2, code for q = 2:2:4:8 → H(p) = 1.7500, H(p, q) = 2.6250, waste 0.8750 bits/symbol"
    )


@pytest.mark.parametrize("p", [[8, 4, 2, 2], [16, 1, 1, 1], [3, 5, 7, 11]])
def test_no_code_on_the_sliders_beats_the_one_built_for_p(bill, p):
    # Oracle: every code of weights 1, 4, 7 … 16, priced by the definition.
    floor = mean_bits(p, p)
    for q in itertools.product(range(1, 17, 3), repeat=4):
        assert mean_bits(p, q) >= floor - 1e-12
    for q in ([16, 1, 1, 1], [1, 2, 3, 4], [4, 2, 1, 1], [16, 16, 16, 15]):
        n = numbers(bill, p=p, q=q)
        assert n.bill == pytest.approx(mean_bits(p, q), abs=EXACT)
        assert n.waste == pytest.approx(mean_bits(p, q) - floor, abs=EXACT)


def test_the_buttons_build_the_right_code_and_the_code_of_equal_lengths(bill):
    bill.set(p=[3, 5, 7, 11], q=[11, 7, 5, 3])
    bill.act("right_code")
    assert bill.q == [3, 5, 7, 11]
    assert "waste 0.0000 bits" in bill.readout
    equal = sent_control(bill, "uniform_code")["sets"]
    assert numbers(bill, **equal).bill == pytest.approx(2, abs=EXACT)


def area(collection):
    return sum(
        width * height for _, _, width, height in (p.get_extents().bounds for p in collection.get_paths())
    )


@pytest.mark.parametrize("q", [[2, 2, 4, 8], [1, 1, 1, 1], [8, 4, 2, 2], [16, 1, 1, 1]])
def test_hatched_minus_dashed_area_is_the_waste_and_solid_plus_dashed_the_entropy(bill, q):
    # Oracle: the areas of the boxes in the picture.
    p = [8, 4, 2, 2]
    bill.set(p=p, q=q)
    boxes = artists_of(bill)
    assert area(boxes.excess) - area(boxes.saved) == pytest.approx(mean_bits(p, q) - 1.75, abs=EXACT)
    assert area(boxes.solid) + area(boxes.saved) == pytest.approx(1.75, abs=EXACT)
    assert boxes.due.get_height() + boxes.waste.get_height() == pytest.approx(mean_bits(p, q), abs=EXACT)


def test_a_code_without_a_word_for_what_is_sent_costs_without_end(bill):
    n = numbers(bill, p=[5, 5, 5, 0], q=[5, 0, 5, 5])
    assert n.bill == n.waste == math.inf
    assert "H(p, q) = ∞, waste ∞ bits/symbol" in bill.readout
    middles = artists_of(bill).endless[1].get_xdata().tolist()
    assert middles == pytest.approx([0.5])
    assert "D" not in bill.alt.split("Boxes:")[1]  # it is never sent


def test_a_word_for_what_is_never_sent_only_lengthens_the_others(bill):
    n = numbers(bill, p=[1, 1, 0, 0], q=[1, 1, 1, 1])
    assert (n.bill, n.waste) == pytest.approx((2, 1), abs=EXACT)
    assert artists_of(bill).endless[1].get_xdata().size == 0


@pytest.mark.parametrize("name", ["p", "q"])
def test_weights_that_are_all_zero_get_a_sentence_instead_of_a_picture(bill, name):
    bill.set(p=[1, 1, 1, 1], q=[1, 1, 1, 1])
    bill.set(**{name: [0, 0, 0, 0]})
    assert bill.readout.startswith(f"All weights of {name} are 0")
    assert bill.picture == b""


# --------------------------------------------------------------------------------------- D3.2
PENALTY = {
    "log": lambda p, q: -p * math.log2(q) - (1 - p) * math.log2(1 - q),
    "Brier": lambda p, q: p * (1 - q) ** 2 + (1 - p) * q**2,
    "absolute": lambda p, q: p * (1 - q) + (1 - p) * q,
}


@pytest.mark.parametrize(
    ("report", "bits"), [(0.5, 1.0), (0.7, 0.8813), (0.9, 1.1030), (0.99, 2.0033), (0.999, 2.9907)]
)
def test_reports_cost_the_promised_bits_when_it_rains_in_seven_of_ten(rain, report, bits):
    n = numbers(rain, p=0.7, q=report, rule="log")
    assert round(n.penalty, 4) == bits
    assert n.penalty == pytest.approx(PENALTY["log"](0.7, report), abs=EXACT)
    assert n.least == pytest.approx(PENALTY["log"](0.7, 0.7), abs=EXACT)


def test_the_readout_is_the_chapters_sentence(rain):
    rain.set(p=0.7, q=0.9, rule="log")
    assert rain.readout == (
        "Rule log: report 0.90 when truth is 0.70: 1.1030 bits, best possible 0.8813, by reporting 0.70"
    )


@pytest.mark.parametrize("rule", list(PENALTY))
@pytest.mark.parametrize("p", [0.0, 0.03, 0.3, 0.5, 0.7, 1.0])
def test_no_report_on_the_slider_is_cheaper_than_the_flag(rain, rule, p):
    """Oracle: the penalty of every report, by the formula."""
    reports = sent_control(rain, "q")["values"]
    n = numbers(rain, p=p, rule=rule)
    cheapest = min(PENALTY[rule](p, q) for q in reports)
    assert n.least <= cheapest + 1e-12
    assert n.least == pytest.approx(cheapest, abs=0.0015)  # the slider ends a thousandth before 0 and 1
    flag = artists_of(rain).flag
    assert (flag.get_xdata()[0], flag.get_ydata()[0]) == (n.best, n.least)


@pytest.mark.parametrize("rule", ["log", "Brier"])
@pytest.mark.parametrize("p", [0.01, 0.25, 0.7, 0.99])
def test_honesty_is_the_best_report_under_log_and_brier(rain, rule, p):
    n = numbers(rain, p=p, q=p, rule=rule)
    assert n.best == p
    assert n.excess == 0
    if p == 0.7:
        assert n.least == pytest.approx({"log": 0.881290899, "Brier": 0.21}[rule], abs=EXACT)


def test_absolute_error_pays_for_overclaiming_all_the_way(rain):
    reports = [q for q in sent_control(rain, "q")["values"] if q >= 0.7]
    paid = [numbers(rain, p=0.7, q=q, rule="absolute").penalty for q in reports]
    assert all(later < earlier for earlier, later in itertools.pairwise(paid))
    assert paid[0] == pytest.approx(0.42, abs=EXACT)
    assert paid[-1] == pytest.approx(0.3004, abs=EXACT)
    n = numbers(rain, q=0.999)
    assert (n.best, n.least) == (1.0, pytest.approx(0.3, abs=EXACT))


def test_with_even_chances_absolute_error_does_not_care(rain):
    rain.set(p=0.5, q=0.9, rule="absolute")
    assert rain.readout.endswith("0.5000 points, best possible 0.5000, whatever the report")


@pytest.mark.parametrize(
    "state", [(0.7, 0.5, "log"), (0.7, 0.001, "log"), (1.0, 0.001, "log"), (0.2, 0.9, "Brier")]
)
def test_the_report_stands_on_the_curve_and_the_hatched_bar_is_what_it_costs_too_much(rain, state):
    """Oracle: the artists of the picture against the formula; the curve between two of its points."""
    p, q, rule = state
    rain.set(p=p, q=q, rule=rule)
    artists = artists_of(rain)
    x, y = artists.report.get_xdata()[0], artists.report.get_ydata()[0]
    assert (x, y) == pytest.approx((q, PENALTY[rule](p, q)), abs=EXACT)
    assert np.interp(q, artists.line.get_xdata(), artists.line.get_ydata()) == pytest.approx(y, abs=0.002)
    bar = artists.excess
    honest = PENALTY[rule](p, p) if 0 < p < 1 else 0.0
    assert (bar.get_y(), bar.get_y() + bar.get_height()) == pytest.approx((honest, y), abs=EXACT)
    assert y <= artists.report.axes.get_ylim()[1]


# --------------------------------------------------------------------------------------- D3.3
def cross_entropy_loss(z):
    return math.log1p(math.exp(-z))


def squared_error_loss(z):
    return (1 - 1 / (1 + math.exp(-z))) ** 2


@pytest.mark.parametrize(
    ("z", "steep", "flat", "ratio"),
    [(-5.0, -0.99331, -0.01321, 75.2), (-10.0, -0.99995, -0.000091, 11_014), (0.0, -0.5, -0.25, 2)],
)
def test_the_slopes_at_the_promised_logits(slopes, z, steep, flat, ratio):
    n = numbers(slopes, z=z, show="both")
    q = 1 / (1 + math.exp(-z))
    assert n.q == pytest.approx(q, abs=EXACT)
    assert n.slopes["cross-entropy"] == pytest.approx(q - 1, abs=EXACT)
    assert n.slopes["squared error"] == pytest.approx(-2 * q * (1 - q) ** 2, abs=EXACT)
    assert n.slopes["cross-entropy"] == pytest.approx(steep, abs=5e-6)
    assert n.slopes["squared error"] == pytest.approx(flat, abs=5e-6)
    assert n.ratio == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("z", [-10.0, -5.0, -0.7, 0.0, 3.0, 10.0])
def test_the_slopes_are_the_slopes_of_the_losses(slopes, z):
    """Oracle: central differences of the two losses as functions written here."""
    n = numbers(slopes, z=z, show="both")
    for name, loss in (("cross-entropy", cross_entropy_loss), ("squared error", squared_error_loss)):
        assert n.losses[name] == pytest.approx(loss(z), abs=EXACT)
        difference = (loss(z + 1e-4) - loss(z - 1e-4)) / 2e-4
        assert n.slopes[name] == pytest.approx(difference, abs=1e-7)


def test_far_on_the_wrong_side_cross_entropy_grows_in_a_line(slopes):
    losses = [numbers(slopes, z=z).losses["cross-entropy"] for z in (-10.0, -9.0, -8.0)]
    assert losses[0] == pytest.approx(10.0000454, abs=1e-7)
    assert np.diff(losses) == pytest.approx([-1, -1], abs=3e-4)


def test_the_readout_says_who_pushes_harder_only_where_both_are_shown(slopes):
    slopes.set(z=-5.0, show="both")
    assert slopes.readout == (
        "Logit z = −5.0, label 1: q = 0.00669; cross-entropy 5.00672 nats, slope −0.99331; "
        "squared error 0.98666, slope −0.01321; cross-entropy pushes 75.2 times as hard"
    )
    slopes.show = "squared error"
    assert slopes.readout == "Logit z = −5.0, label 1: q = 0.00669; squared error 0.98666, slope −0.01321"
    assert list(artists_of(slopes).dots) == ["squared error"]


@pytest.mark.parametrize("z", [-10.0, -5.0, 2.0])
def test_the_tangents_touch_the_losses_with_the_slopes_of_the_other_picture(slopes, z):
    slopes.set(z=z, show="both")
    artists = artists_of(slopes)
    for name, loss in (("cross-entropy", cross_entropy_loss), ("squared error", squared_error_loss)):
        (x0, x1), (y0, y1) = artists.tangents[name].get_data()
        assert (x0 + x1) / 2 == pytest.approx(z)
        assert (y0 + y1) / 2 == pytest.approx(loss(z), abs=EXACT)
        slope_dot = artists.dots[name][1]
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope_dot.get_ydata()[0], abs=EXACT)


# --------------------------------------------------------------------------------------- D3.4
@pytest.fixture(scope="module")
def by_hand():
    """The learner's own lines: scikit-learn's split and fit, SciPy's minimiser and softmax."""
    pixels, labels = load_digits(return_X_y=True)
    pixels = pixels / 16
    train, rest, train_y, rest_y = train_test_split(
        pixels, labels, test_size=0.5, stratify=labels, random_state=0
    )
    val, test, val_y, test_y = train_test_split(rest, rest_y, test_size=0.5, stratify=rest_y, random_state=0)
    found = {}
    for name, C in (("C = 1", 1.0), ("C = 10000", 1e4)):
        model = LogisticRegression(C=C, max_iter=5000).fit(train, train_y)
        z, z_test = model.decision_function(val), model.decision_function(test)

        def loss(log_tau, z=z):
            return log_loss(val_y, softmax(z / math.exp(log_tau), axis=1))

        best = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9})
        found[name] = (math.exp(best.x), z, val_y, z_test, test_y)
    return found


MODELS = ["C = 1", "C = 10000"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 4.0, 10.0])
def test_the_readouts_numbers_are_what_scikit_learn_and_scipy_compute(trust, by_hand, model, temperature):
    n = numbers(trust, model=model, temperature=temperature)
    _, z, y, z_test, y_test = by_hand[model]
    q, q_test = (softmax(logits / temperature, axis=1) for logits in (z, z_test))
    assert n.accuracy == pytest.approx(np.mean(z_test.argmax(axis=1) == y_test), abs=EXACT)
    assert n.confidence == pytest.approx(q_test.max(axis=1).mean(), abs=1e-6)
    assert n.entropy == pytest.approx(scipy_entropy(q_test, axis=1).mean(), abs=1e-6)
    assert n.validation_entropy == pytest.approx(scipy_entropy(q, axis=1).mean(), abs=1e-6)
    if q_test.min() > 1e-15 and q.min() > 1e-15:  # below, log_loss clips
        assert n.loss == pytest.approx(log_loss(y_test, q_test), abs=1e-6)
        assert n.validation_loss == pytest.approx(log_loss(y, q), abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_the_fit_button_finds_the_temperature_of_least_validation_loss_on_the_sliders_grid(
    trust, by_hand, model
):
    trust.set(model=model, temperature=1.0)
    trust.act("fit")
    assert trust.temperature == pytest.approx(by_hand[model][0], rel=1e-4)
    assert trust.temperature in sent_control(trust, "temperature")["values"]  # so arrow keys get there too
    fitted = trust._demo.compute(**trust.state).validation_loss
    for temperature in sent_control(trust, "temperature")["values"]:
        assert trust._demo.compute(model=model, temperature=temperature).validation_loss >= fitted


def test_the_overconfident_model_is_mended_without_touching_its_accuracy(trust):
    before = numbers(trust, model="C = 10000", temperature=1.0)
    trust.act("fit")
    after = trust._demo.compute(**trust.state)
    assert trust.temperature == pytest.approx(4.25, abs=0.1)
    assert before.loss == pytest.approx(0.356, abs=0.01)
    assert after.loss == pytest.approx(0.151, abs=0.005)
    assert after.loss < before.loss / 2
    assert before.accuracy == after.accuracy == pytest.approx(0.9644, abs=0.005)
    assert before.confidence > before.accuracy > after.confidence
    assert abs(after.calibration_error - before.calibration_error) < 0.01  # that ruler hardly notices
    assert before.validation_entropy < before.validation_loss / 10


def test_the_other_model_is_not_sure_enough_and_is_sharpened(trust):
    before = numbers(trust, model="C = 1", temperature=1.0)
    trust.act("fit")
    after = trust._demo.compute(**trust.state)
    assert trust.temperature == pytest.approx(0.556, abs=0.02)
    assert (before.loss, after.loss) == (pytest.approx(0.193, abs=0.005), pytest.approx(0.122, abs=0.005))
    assert before.calibration_error == pytest.approx(0.085, abs=0.005)
    assert after.calibration_error == pytest.approx(0.025, abs=0.005)
    assert before.confidence < before.accuracy == after.accuracy


@pytest.mark.parametrize("model", MODELS)
def test_at_the_fitted_temperature_the_model_is_as_surprised_as_it_expects_to_be(trust, model):
    trust.model = model
    trust.act("fit")
    n = trust._demo.compute(**trust.state)
    assert n.validation_loss == pytest.approx(n.validation_entropy, abs=EXACT)
    words = trust.readout.split("validation: NLL ")[1].split(", predictive entropy ")
    assert words[1] == f"{words[0]} nats"


@pytest.mark.parametrize("model", MODELS)
def test_accuracy_is_the_same_at_every_temperature(trust, model):
    grid = sent_control(trust, "temperature")["values"]
    assert len({trust._demo.compute(model=model, temperature=t).accuracy for t in grid}) == 1


def test_the_temperatures_hold_round_numbers_powers_of_two_and_both_ends(trust):
    grid = sent_control(trust, "temperature")["values"]
    assert {0.1, 0.125, 0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 8.0, 10.0} <= set(grid)
    assert (grid[0], grid[-1]) == (0.1, 10.0)
    assert max(later / earlier for earlier, later in itertools.pairwise(grid)) < 1.06


def test_the_diagram_sorts_the_test_digits_into_ten_bins(trust, by_hand):
    """Oracle: every digit put into its bin one at a time, against the bars and counts in the picture."""
    trust.set(model="C = 10000", temperature=4.0)
    _, _, _, z_test, y_test = by_hand["C = 10000"]
    bins = [[] for _ in range(10)]
    for row, label in zip(softmax(z_test / 4.0, axis=1), y_test, strict=True):
        bins[min(int(row.max() * 10), 9)].append((row.max(), row.argmax() == label))
    artists = artists_of(trust).reliability
    assert [text.get_text() for text in artists.counts] == [str(len(b)) if b else "" for b in bins]
    tops = [path.get_extents().y1 for path in artists.outlines.get_paths()]
    assert tops == pytest.approx([np.mean([right for _, right in b]) for b in bins if b], abs=EXACT)
    said = [path.vertices[0, 1] for path in artists.marks.get_paths()]
    assert said == pytest.approx([np.mean([sure for sure, _ in b]) for b in bins if b], abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_the_dots_stand_on_their_curves(trust, model):
    trust.set(model=model, temperature=2.0)
    n = trust._demo.compute(**trust.state)
    artists = artists_of(trust)
    for name, value in (
        ("test", n.loss),
        ("validation", n.validation_loss),
        ("expected", n.validation_entropy),
    ):
        assert artists.dots[name].get_xdata()[0] == 2.0
        assert artists.dots[name].get_ydata()[0] == value
        x, y = artists.lines[name].get_data()
        assert np.interp(math.log(2), np.log(x), np.log(y)) == pytest.approx(math.log(value), abs=0.01)


def test_a_dot_below_the_axis_is_hidden_rather_than_drawn_beneath_it(trust):
    trust.set(model="C = 10000", temperature=1.0)
    assert trust._demo.compute(**trust.state).validation_entropy < 0.05
    assert [dot.get_visible() for dot in artists_of(trust).dots.values()] == [True, True, False]
    trust.temperature = 10.0
    assert artists_of(trust).dots["expected"].get_visible()


def test_the_logits_are_those_of_the_two_parts_the_model_was_not_trained_on(by_hand):
    logits = digits_logits(1e4)
    assert logits.validation.shape == (449, 10) and logits.test.shape == (450, 10)
    assert np.allclose(logits.test, by_hand["C = 10000"][3])
    assert not any(array.flags.writeable for array in logits)
