"""The capstones: a good solution passes all five checks, and each plausible slip fails exactly its own."""

import math
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from course_lib import records
from course_lib.capstones import capstone_a, capstone_b, capstone_c, capstone_d, compressor, drifted, rubric
from course_lib.capstones.classifier import expected_bills
from course_lib.capstones.features import BINS, steps
from course_lib.capstones.grading import ToDo, safely
from course_lib.capstones.rubrics import RUBRICS
from course_lib.classifiers import fit_temperature, softmax
from course_lib.datasets import breast_cancer, digits_split, python_text
from course_lib.language.ngram import ALPHABET, witten_bell_surprisals

INDEX = {letter: i for i, letter in enumerate(ALPHABET)}


def marks(report):
    return {check.name: check.passed for check in report.checks}


# --- A, a compressor


class Blend:
    """Orders 0 to 5 by Witten and Bell's rule, letter by letter."""

    order = 5

    def __init__(self):
        self.counts, self.context = {}, ""

    def probabilities(self):
        p = [1 / 27] * 27
        for k in range(len(self.context) + 1):
            seen = self.counts.get(self.context[len(self.context) - k :])
            if seen is None:
                break
            total, kinds = sum(seen.values()), len(seen)
            p = [kinds * lower / (total + kinds) for lower in p]
            for letter, times in seen.items():
                p[INDEX[letter]] += times / (total + kinds)
        return p

    def update(self, letter):
        for k in range(len(self.context) + 1):
            seen = self.counts.setdefault(self.context[len(self.context) - k :], {})
            seen[letter] = seen.get(letter, 0) + 1
        self.context = (self.context + letter)[-self.order :]


class OneLetterBack(Blend):
    order = 1


class StopsLearning(Blend):
    """Reads the first 45,000 letters, and then only looks."""

    read = 0

    def update(self, letter):
        self.read += 1
        if self.read <= 45_000:
            super().update(letter)
        else:
            self.context = (self.context + letter)[-self.order :]


class LeavesNothingForTheUnseen(Blend):
    def probabilities(self):
        for k in range(len(self.context), -1, -1):
            seen = self.counts.get(self.context[len(self.context) - k :])
            if seen:
                return {letter: times / sum(seen.values()) for letter, times in seen.items()}
        return [1 / 27] * 27


class SharesItsCounts(Blend):
    counts = {}  # noqa: RUF012  one dictionary for all objects: the slip itself

    def __init__(self):
        self.context = ""


class RollsDice(Blend):
    dice = np.random.default_rng(0)

    def probabilities(self):
        p = np.array(super().probabilities()) + 1e-3 * self.dice.random(27)
        return p / p.sum()


class HasReadTheEnd(Blend):
    def __init__(self):
        super().__init__()
        for letter in python_text().letters[:50_000]:
            self.update(letter)


class TakesItsTime(Blend):
    def probabilities(self):
        time.sleep(0.01)
        return super().probabilities()


@pytest.fixture
def short(monkeypatch):
    """The course's text, cut short; the bound lies where a good model of a short text can pass it."""
    monkeypatch.setattr(compressor, "THRESHOLD", 2.2)
    return {"text": python_text().letters[:50_000]}


def test_a_blend_of_orders_compresses_the_text_below_the_bound_and_loses_nothing():
    """Oracle: the vectorised rule's own surprisals; rounding to whole shares moves a thousandth of them."""
    letters = python_text().letters
    report = capstone_a(Blend)
    assert report.passed, report
    ideal = witten_bell_surprisals(letters, 5)[int(0.9 * len(letters)) :].sum()
    found = dict((check.name, check.found) for check in report.checks)
    size = int(found["small"].split(":")[1].split()[0].replace(",", ""))
    assert size == pytest.approx(ideal, rel=0.002)
    assert f"{len(letters) - int(0.9 * len(letters)):,} letters" in found["lossless"]
    if python_text().is_reference:
        assert found["small"].startswith("1.66")


@pytest.mark.parametrize(
    ("model", "failed"),
    [
        (Blend, []),
        (OneLetterBack, ["small"]),
        (LeavesNothingForTheUnseen, ["predicts"]),
        (SharesItsCounts, ["lossless"]),
        (RollsDice, ["lossless"]),
        (HasReadTheEnd, ["starts from nothing"]),
    ],
)
def test_each_slip_of_a_compressor_fails_its_own_check_alone(model, failed, short):
    assert capstone_a(model, **short).failed == failed


def test_a_model_that_stops_learning_pays_more(monkeypatch, short):
    def size(model):
        return float(capstone_a(model, **short).checks[3].found.split()[0])

    assert size(StopsLearning) > size(Blend) + 0.1


def test_a_compressor_that_takes_for_ever_is_stopped(monkeypatch, short):
    monkeypatch.setattr(compressor, "SECONDS", 0.5)
    report = capstone_a(TakesItsTime, **short)
    assert report.failed == ["in time"]
    assert marks(report)["lossless"] is None
    assert "still busy with" in report.checks[4].found


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: None, "AttributeError"),
        (lambda: 1 / 0, "ZeroDivisionError"),
        (None, "TypeError"),
        (type("Sums", (Blend,), {"probabilities": lambda self: [0.1] * 27}), "sum to 2.7"),
        (type("Mute", (Blend,), {"probabilities": lambda self: None}), "returned nothing"),
    ],
)
def test_what_a_compressor_does_wrong_is_named_and_nothing_is_raised(model, words, short):
    report = capstone_a(model, **short, letters=50)
    assert report.failed == ["predicts"]
    assert words in report.checks[0].found
    assert [check.passed for check in report.checks[1:]] == [None] * 4


def test_a_first_try_may_code_fewer_letters(short):
    assert "70 letters" in capstone_a(Blend, **short, letters=70).checks[2].found


# --- B, an honest classifier


@pytest.fixture(scope="module")
def digits():
    return digits_split()


@pytest.fixture(scope="module")
def forecasts(digits):
    """A support-vector machine's scores, at the temperature that suits the validation digits."""
    machine = SVC(C=10, gamma=0.12).fit(digits.train.pixels, digits.train.labels)
    scores = machine.decision_function
    tau = fit_temperature(scores(digits.validation.pixels), digits.validation.labels)
    return lambda factor=1.0: softmax(scores(digits.test.pixels) / (tau * factor))


@pytest.fixture(scope="module")
def alarm(digits):
    """Rings when the mean picture's divergence from the validation digits' is above 99 % of its null."""
    known = digits.validation.pixels

    def shares(pixels):
        return (pixels.mean(axis=0) + 0.01) / (pixels.mean(axis=0) + 0.01).sum()

    def distance(pixels):
        return float(np.sum(shares(pixels) * np.log(shares(pixels) / shares(known))))

    rng = np.random.default_rng(0)
    null = [distance(known[rng.choice(len(known), 50, replace=False)]) for _ in range(1000)]
    line = np.quantile(null, 0.99)
    return lambda pixels: distance(pixels) > line


def test_a_calibrated_classifier_with_a_null_for_its_alarm_passes(forecasts, alarm):
    report = capstone_b(forecasts(), alarm)
    assert report.passed, report


@pytest.mark.parametrize(("factor", "way"), [(0.5, "overconfident"), (1.5, "shy")])
def test_a_wrong_temperature_is_seen_by_the_bill_it_leads_to(forecasts, alarm, factor, way):
    report = capstone_b(forecasts(factor), alarm)
    assert report.failed == ["calibrated"]
    assert way in report.checks[2].advice


def test_a_calibrated_but_weaker_model_fails_on_its_bill_alone(digits, alarm):
    model = LogisticRegression(C=10, max_iter=2000).fit(digits.train.pixels, digits.train.labels)
    assert capstone_b(model.predict_proba(digits.test.pixels), alarm).failed == ["small bill"]


def test_one_digit_held_impossible_makes_an_infinite_bill(digits, alarm):
    model = KNeighborsClassifier(5).fit(digits.train.pixels, digits.train.labels)
    report = capstone_b(model.predict_proba(digits.test.pixels), alarm)
    assert report.failed == ["small bill"]
    assert report.checks[1].found.startswith("inf") and "impossible" in report.checks[1].advice


def test_labels_in_place_of_probabilities_are_refused(digits, alarm):
    assert capstone_b(digits.test.labels, alarm).failed == ["forecasts"]
    assert capstone_b("text", alarm).failed == ["forecasts"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda q: 1.1 * q, "sums to 1.1"),
        (lambda q: q[:10], "shape (10, 10)"),
        (lambda q: np.where(np.arange(10) == 0, q - 0.2, q), "below 0"),
        (lambda q: np.where(np.arange(10) == 0, np.nan, q), "nan"),
    ],
)
def test_rows_that_are_no_distributions_are_refused(forecasts, alarm, change, words):
    report = capstone_b(change(forecasts()), alarm)
    assert report.failed == ["forecasts"] and words in report.checks[0].found


@pytest.mark.parametrize(
    ("ring", "failed"),
    [
        (lambda pixels: False, "alert alarm"),
        (lambda pixels: True, "quiet alarm"),
        (lambda pixels: bool(abs(pixels.mean() - 0.306) > 0.03), "alert alarm"),  # blind to a move
        (lambda pixels: 0.01, "quiet alarm"),  # a p-value is no answer
        (lambda pixels: 1 / 0, "quiet alarm"),
        (None, "quiet alarm"),
    ],
)
def test_each_slip_of_an_alarm_fails_its_own_check(forecasts, ring, failed):
    assert capstone_b(forecasts(), ring).failed == [failed]


def test_the_expected_bill_is_where_the_entropy_is():
    """Oracle: the mean of −ln q under q is the entropy; its spread follows from its variance."""
    rng = np.random.default_rng(3)
    q = rng.dirichlet(np.ones(10), size=400)
    low, high = expected_bills(q)
    means = (q * -np.log(q)).sum(axis=1)
    variance = ((q * np.log(q) ** 2).sum(axis=1) - means**2).sum() / 400**2
    assert (low + high) / 2 == pytest.approx(means.mean(), abs=0.02)
    assert (high - low) / 2 == pytest.approx(2.576 * math.sqrt(variance), rel=0.1)


def test_an_impossible_class_is_never_drawn():
    assert expected_bills(np.array([[0.0, 1.0, 0.0]] * 5)) == pytest.approx((0, 0), abs=1e-9)


def test_drift_moves_every_pixel_one_to_the_right_or_adds_noise():
    picture = np.zeros((1, 8, 8))
    picture[0, 3, 2], picture[0, 5, 7] = 1.0, 0.5
    moved = drifted(picture.reshape(1, 64), "moved").reshape(8, 8)
    assert moved[3, 3] == 1.0 and moved.sum() == 1.0
    noisy = drifted(np.full((500, 64), 0.5), "noisy", seed=2)
    assert noisy.std() == pytest.approx(0.24, abs=0.02) and noisy.min() >= 0 and noisy.max() <= 1
    with pytest.raises(ValueError, match="'upside down'"):
        drifted(np.zeros((1, 64)), "upside down")


# --- C, a story told by three features


@pytest.mark.parametrize(
    ("names", "failed"),
    [
        (["worst area", "worst concave points", "worst texture"], []),
        (["worst radius", "worst concave points"], []),
        (["worst area", "worst concave points", "worst texture", "mean symmetry"], ["three at most"]),
        (["worst area", "worst area"], ["three at most"]),
        (["size"], ["three at most"]),
        ("worst area", ["three at most"]),
        ([], ["three at most"]),
        (None, ["three at most"]),
        ([3, 4], ["three at most"]),
        (["smoothness error", "worst radius", "worst concave points"], ["first tells"]),
        (["worst area", "worst concave points", "worst smoothness"], ["others add"]),
        (["worst perimeter", "worst texture"], ["together"]),
        (["mean perimeter", "worst concavity", "area error"], ["tree agrees"]),
    ],
)
def test_each_choice_of_features_fails_the_check_it_should(names, failed):
    assert capstone_c(names).failed == failed


def test_the_three_highest_informations_are_one_feature_thrice():
    report = capstone_c(["worst radius", "worst perimeter", "worst area"])
    assert "others add" in report.failed and "together" in report.failed
    assert "twin" in report.checks[2].advice


def test_what_a_feature_adds_is_counted_among_tumours_alike_in_the_earlier_ones():
    """Oracle: entropies from counted tuples; the shuffles' mean from (cells − 1)/2n of each group."""
    data = breast_cancer()
    names = ("worst area", "worst texture")
    binned = []
    for name in names:
        column = data.features[:, data.feature_names.index(name)]
        edges = np.quantile(column, np.arange(1, BINS) / BINS)
        binned.append([sum(value >= edge for edge in edges) for value in column])

    def bits(*columns):
        _, counts = np.unique(np.array(columns), axis=1, return_counts=True)
        return -np.sum(counts / 569 * np.log2(counts / 569))

    a, b, y = (*binned, data.is_benign.astype(int).tolist())
    first, second = steps(names)
    assert first.adds == pytest.approx(bits(a) + bits(y) - bits(a, y))
    assert second.adds == pytest.approx(bits(a, b) + bits(a, y) - bits(a) - bits(a, b, y))
    assert first.chance == pytest.approx(3 / (2 * 569 * math.log(2)), rel=0.1)
    assert first.chance < first.line < 0.03 and second.chance < second.line


# --- D, a language model steered at the least cost


@pytest.fixture(scope="module")
def model():
    """The recorded probabilities, and a mask of the ten words."""
    stored = records.load("language_prompts")
    log_probs = stored["log_probs"][list(stored["prompts"]).index("The movie was")].astype(float)
    p = np.exp(log_probs - log_probs.max())
    return p / p.sum(), np.isin(np.arange(len(p)), stored["praise_ids"])


def steered(model, share):
    p, praise = model
    return np.where(praise, share * p / p[praise].sum(), (1 - share) * p / p[~praise].sum())


def test_the_exponential_tilt_praises_half_of_the_time_at_exactly_the_bound(model):
    """Oracle: D(Bern(½)‖Bern(m)) written out, 2.875 bits for the unrounded m."""
    p, praise = model
    report = capstone_d(steered(model, 0.5))
    assert report.passed, report
    m = p[praise].sum()
    least = -1 - 0.5 * math.log2(m) - 0.5 * math.log2(1 - m)
    assert f"Spent {least:.3f} bits of KL; half praise can be had for {least:.3f}" in report.remark
    assert least == pytest.approx(2.875, abs=0.01)


def only_the_favourite(model):
    p, praise = model
    favourite = np.where(praise, p, 0).argmax()
    return 0.5 * (np.arange(len(p)) == favourite) + np.where(praise, 0, 0.5 * p / p[~praise].sum())


def sharpened_elsewhere(model):
    p, praise = model
    rest = np.where(praise, 0, p**2)
    return np.where(praise, 0.5 * p / p[praise].sum(), 0.5 * rest / rest.sum())


@pytest.mark.parametrize(
    ("make", "failed"),
    [
        (lambda model: model[0], "praises"),
        (lambda model: steered(model, 0.4), "praises"),
        (lambda model: steered(model, 1.0), "no more than asked"),
        (lambda model: steered(model, 0.6), "no more than asked"),
        (only_the_favourite, "fair among the ten"),
        (sharpened_elsewhere, "hands off the rest"),
        (lambda model: 2 * steered(model, 0.5), "distribution"),
        (lambda model: -steered(model, 0.5), "distribution"),
        (lambda model: steered(model, 0.5)[:100], "distribution"),
        (lambda model: "great", "distribution"),
        (lambda model: None, "distribution"),
    ],
)
def test_each_slip_of_steering_fails_its_own_check_alone(model, make, failed):
    assert capstone_d(make(model)).failed == [failed]


def test_what_is_spent_is_the_sum_of_the_bound_and_the_wastes(model):
    """Oracle: the whole divergence, term by term, against the three parts in the table and the coin's."""
    p, praise = model
    new = 0.5 * only_the_favourite(model) + 0.5 * sharpened_elsewhere(model)
    report = capstone_d(new)
    among, rest = (float(check.found.split()[0]) for check in report.checks[3:])
    positive = new > 0
    whole = np.sum(new[positive] * np.log2(new[positive] / p[positive]))
    m = p[praise].sum()
    coin = -1 - 0.5 * math.log2(m * (1 - m))
    assert whole == pytest.approx(coin + among + rest, abs=2e-4)


# --- all of them


@pytest.mark.parametrize(
    ("capstone", "answers"),
    [(capstone_a, (...,)), (capstone_b, (..., ...)), (capstone_c, (...,)), (capstone_d, (...,))],
)
def test_an_open_answer_is_told_what_to_do(capstone, answers):
    found = capstone(*answers)
    assert isinstance(found, ToDo) and repr(found).startswith("To do: capstone")


@pytest.mark.parametrize("letter", RUBRICS)
def test_every_rubric_has_five_checks_and_questions_that_no_machine_answers(letter):
    found = rubric(letter.lower())
    assert len(found.checks) == len(found.questions) == 5
    for text in [*(name for name, _ in found.checks), *found.questions, found.task]:
        assert text in repr(found)
    assert found._repr_html_().count("<li>") == 10


def test_an_unknown_capstone_is_refused():
    with pytest.raises(LookupError, match="A, B, C, D"):
        rubric("E")


def test_a_failed_check_brings_its_advice_and_a_pass_brings_the_questions(model):
    failed, passed = capstone_d(model[0]), capstone_d(steered(model, 0.5))
    (check,) = [check for check in failed.checks if not check.passed]
    assert check.advice in repr(failed) and "✗ not yet" in repr(failed)
    assert "assess yourself" not in repr(failed)
    assert all(question in repr(passed) for question in RUBRICS["D"].questions)
    assert "✗" not in repr(passed)
    assert failed._repr_html_().count("<tr>") == 6


def test_outside_the_main_thread_nothing_can_be_stopped_so_nothing_is_started(short):
    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(safely, 1, lambda: 42).result()
        report = pool.submit(capstone_a, Blend, **short).result()
    assert refused[0] is None and "in a cell of its own" in refused[1]
    assert report.failed == ["predicts"] and "in a cell of its own" in report.checks[0].found


def test_learners_code_is_stopped_and_its_errors_are_quoted():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def mute():
        raise Mute

    def for_ever():
        while True:
            pass

    assert safely(5, mute) == (None, "Mute")
    assert safely(0.2, for_ever) == (None, "still running after 0.2 s")
    assert safely(5, lambda: exit())[1].startswith("SystemExit")
