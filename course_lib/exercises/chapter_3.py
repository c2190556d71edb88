"""Exercises, questions and predictions of chapter 3, Cross-entropy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.classifiers import (
    cross_entropy_from_logits,
    cross_entropy_from_probabilities,
    fit_temperature,
    softmax,
)
from course_lib.datasets import LabelledDigits, digits_split
from course_lib.exercises.material import (
    Exercise,
    Mistake,
    Option,
    Part,
    Prediction,
    Question,
    Trial,
)
from course_lib.exercises.readings import (
    Sign,
    cannot_index,
    has_axes,
    has_nan_or_inf,
    is_almost,
    is_close_to,
    lies_between,
)
from course_lib.measures import cross_entropy, entropy, kl_divergence

_LN2 = math.log(2)
_LOSS_BOUND = "A loss is a surprise: 0 for a sure thing that happens, and never below."


# ---------------------------------------------------------------------------------- 3.1

LOGITS, LABEL = (-1.0, 0.0, 1.2), 2


def one_loss() -> float:
    """Return the loss of exercise 3.1, in nats."""
    return float(cross_entropy_from_logits(LOGITS, LABEL))


def _with_powers_of_two() -> float:
    """Return the probability of the true class when 2 is raised to the logits instead of e."""
    powers = np.exp2(LOGITS)
    return float(powers[LABEL] / powers.sum())


_FROM_LOGITS = Exercise(
    id="3.1",
    title="From logits to a loss",
    prompt="A network gives three classes the logits (−1, 0, 1.2). The true class is the last one, class 2 "
    "when counted from 0. What is the loss of this example, in nats?",
    parts=[
        Part(
            "loss",
            one_loss,
            unit="nats",
            low=0,
            bound=_LOSS_BOUND,
            mistakes=[
                Mistake(lambda: -math.log(0.7), "ROUNDED_EARLY"),
                Mistake(lambda: one_loss() / _LN2, "BITS_FOR_NATS"),
                Mistake(lambda: -math.log(softmax(softmax(LOGITS))[LABEL]), "SOFTMAX_TWICE"),
                Mistake(lambda: math.log(sum(map(math.exp, LOGITS))), "FORGOT_TRUE_LOGIT"),
                Mistake(lambda: -one_loss(), "SIGN"),
                Mistake(lambda: -math.log2(_with_powers_of_two()), "BASE_TWO_SOFTMAX"),
                Mistake(lambda: -math.log(_with_powers_of_two()), "BASE_TWO_SOFTMAX"),
                Mistake(lambda: math.exp(-one_loss()), "PROBABILITY_FOR_LOSS"),
                Mistake(lambda: 0.56, "PUBLISHED"),
            ],
        )
    ],
    hints=(
        "Two steps: softmax turns the logits into probabilities; the loss looks at only one of them.",
        "The powers of e are 0.3679, 1 and 3.3201. Which share has the last one, and how surprising is that?",
    ),
    solution="e^(−1) + e^0 + e^1.2 = 0.3679 + 1 + 3.3201 = 4.6880. The true class has 3.3201 / 4.6880 = "
    "0.7082, and −ln 0.7082 = 0.3450 nats. In one line: ln 4.6880 − 1.2 = 1.5450 − 1.2 = 0.3450.",
)

# ---------------------------------------------------------------------------------- 3.2

WEATHER, FORECAST = (0.7, 0.2, 0.1), (0.3, 0.4, 0.3)
HARTLEYS_CLOSE_BY = 0.0003


def _bill(p: object, q: object) -> float:
    return float(cross_entropy(p, q))  # type: ignore[arg-type]


_WRONG_FORECAST = Exercise(
    id="3.2",
    title="The wrong forecast's bill",
    prompt="Tomorrow brings sun, cloud or rain with probabilities p = (0.7, 0.2, 0.1). The model says "
    "q = (0.3, 0.4, 0.3). What is the cross-entropy H(p,q), in bits?",
    parts=[
        Part(
            "cross-entropy",
            lambda: _bill(WEATHER, FORECAST),
            low=float(entropy(WEATHER)),
            bound="A forecast can at best be right: H(p,q) is never below H(p). Compute H(p) and compare.",
            mistakes=[
                Mistake(lambda: _bill(FORECAST, WEATHER), "SWAPPED"),
                Mistake(lambda: _bill(WEATHER, FORECAST) * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: float(entropy(WEATHER)),
                    "H_ONLY",
                    (
                        "That is H(p): the bill of a perfect forecast. The model does not appear in it.",
                        "The weight is p, and the log is of q.",
                    ),
                ),
                # The whole bill in hartleys, 0.4979, lies only 0.0007 away.
                Mistake(
                    lambda: float(kl_divergence(WEATHER, FORECAST)), "KL_FOR_CE", tolerance=HARTLEYS_CLOSE_BY
                ),
                Mistake(
                    lambda: float(entropy(FORECAST)),
                    "H_ONLY",
                    (
                        "That is H(q): what the model expects to pay. The truth does not appear in it.",
                        "The log is of q, and the weight is p.",
                    ),
                ),
                Mistake(
                    lambda: float(-np.mean(np.log2(FORECAST))),
                    "UNWEIGHTED",
                    (
                        "Rain counts as much as sun here. Does it come as often?",
                        "Weight each price −log2 q by p, how often it is paid.",
                    ),
                ),
                Mistake(lambda: _bill(WEATHER, FORECAST) / 3, "MEAN_FOR_SUM"),
            ],
        )
    ],
    hints=(
        "Price each kind of weather by the model: −log2 q. Then ask how often each price is paid.",
        "The prices are 1.7370, 1.3219 and 1.7370 bits. They are paid with the weights p.",
    ),
    solution="Prices −log2 q: 1.7370, 1.3219, 1.7370 bits. Paid with p: 0.7·1.7370 + 0.2·1.3219 + "
    "0.1·1.7370 = 1.2159 + 0.2644 + 0.1737 = 1.6540 bits. A perfect forecast costs H(p) = 1.1568; the "
    "other 0.4972 bits are waste.",
)

# ---------------------------------------------------------------------------------- 3.3

HOSTILE = (200.0, 800.0, 100.0, 50.0)
_TABLE = ((-1.0, 0.0, 1.2), (2.0, 0.0, -1.0), (0.5, 0.25, 0.0))
_TABLE_LABELS = (2, 2, 1)

Reading = tuple[Sign, str]


def _loss_of(z: tuple[float, ...], label: int) -> float:
    """Return log-sum-exp minus the true logit, with the largest logit taken out."""
    return float(cross_entropy_from_logits(z, label))


def _slips_on_one_row(z: tuple[float, ...], label: int) -> tuple[Reading, ...]:
    """Return the readings of one row of moderate logits whose largest is not the true one."""
    loss = _loss_of(z, label)
    chances = softmax(z)
    powers = np.exp2(z)
    base_two = float(powers[label] / powers.sum())
    return (
        (cannot_index, "ONE_ROW_FAILS"),
        (has_axes, "LOSS_PER_ROW"),
        (is_close_to(loss / _LN2), "BITS_FOR_NATS"),
        (is_close_to(-loss), "SIGN"),
        (is_close_to(loss / len(z)), "MEAN_FOR_SUM"),
        (is_close_to(loss + z[label]), "FORGOT_TRUE_LOGIT"),
        (is_close_to(-math.log(softmax(chances)[label])), "SOFTMAX_TWICE"),
        (is_close_to(-math.log(base_two)), "BASE_TWO_SOFTMAX"),
        (is_close_to(-math.log2(base_two)), "BASE_TWO_SOFTMAX"),
        (is_close_to(-math.log(max(chances))), "PREDICTED_FOR_TRUE"),
        (is_close_to(float(chances[label])), "PROBABILITY_FOR_LOSS"),
        (is_almost(loss), "NEARLY"),
    )


def _slips_on_a_batch() -> tuple[Reading, ...]:
    z, rows = np.array(_TABLE), np.arange(len(_TABLE))
    labels = list(_TABLE_LABELS)
    log_sums = np.log(np.exp(z).sum(axis=1))
    over_all = math.log(np.exp(z).sum()) - z[rows, labels].mean()
    down_columns = float(np.mean(np.log(np.exp(z).sum(axis=0))[labels] - z[rows, labels]))
    crossed = float(log_sums.mean() - z[:, labels].mean())
    mean = float(cross_entropy_from_logits(z, labels))
    true, tops = z[rows, labels], z.max(axis=1)
    lined_up = np.log(np.exp(z - tops).sum(axis=1))  # each row's largest logit, taken out of a column
    lost_axis = (
        lined_up + tops,
        lined_up + tops[labels],
        (lined_up + tops)[labels],
        log_sums[labels],
        (log_sums - tops)[labels] + tops,
    )
    return (
        (cannot_index, "BATCH_FAILS"),
        (has_axes, "LOSS_PER_ROW"),
        (is_close_to(len(rows) * mean), "SUM_FOR_MEAN"),
        (is_close_to(over_all), "SOFTMAX_AXIS"),
        (is_close_to(down_columns), "SOFTMAX_AXIS"),
        (is_close_to(float(np.mean(log_sums[labels, None] - z[labels]))), "ROWS_BY_LABEL"),
        (is_close_to(float(np.mean(math.log(np.exp(z).sum()) - z[labels]))), "ROWS_BY_LABEL"),
        (is_close_to(crossed), "CROSSED_INDEX"),
        (is_close_to(len(rows) * crossed), "CROSSED_INDEX"),
        (is_close_to(len(rows) ** 2 * crossed), "CROSSED_INDEX"),
        *((is_close_to(float(np.mean(losses - true))), "LOST_AXIS") for losses in lost_axis),
    )


def _one_row(label: str, z: tuple[float, ...], y: int, readings: tuple[Reading, ...] = ()) -> Trial:
    return Trial(label, lambda: (np.array(z), y), lambda: _loss_of(z, y), readings=readings)


def _hostile_row(label: int) -> Trial:
    loss = _loss_of(HOSTILE, label)
    not_finite = "OVERFLOW" if label == 0 else "UNDERFLOW"
    return _one_row(
        f"the logits (200, 800, 100, 50) with class {label}",
        HOSTILE,
        label,
        ((has_nan_or_inf, not_finite), (lies_between(1, loss - 0.5), "EPS_CLIP_LOGITS")),
    )


_MILD = (2.0, 0.0, -1.0)

_WRITE_THE_LOSS = Exercise(
    id="3.3",
    title="Write the loss",
    prompt="Write my_cross_entropy(z, y): the mean loss in nats, as one number. z holds logits as a NumPy "
    "array, one example a row, and y holds the class of each row, counted from 0. A single row z with one "
    "class y works too. Logits may be whole numbers, and as large as 800. Hand over the function: "
    "check('3.3', my_cross_entropy).",
    trials=[
        _one_row("the logits (2, 0, −1) with class 2", _MILD, 2, _slips_on_one_row(_MILD, 2)),
        _one_row("the logits (−1, 0, 1.2) with class 2", LOGITS, LABEL),
        Trial(
            "a batch of three rows",
            lambda: (np.array(_TABLE), np.array(_TABLE_LABELS)),
            lambda: sum(map(_loss_of, _TABLE, _TABLE_LABELS)) / 3,
            readings=_slips_on_a_batch(),
        ),
        Trial(
            "whole-number logits",
            lambda: (np.array([[2, 0, -1], [3, 3, 3]]), np.array([2, 0])),
            lambda: (_loss_of(_MILD, 2) + math.log(3)) / 2,
        ),
        *(_hostile_row(label) for label in (0, 2, 3)),
        Trial(
            "a batch whose first row is (200, 800, 100, 50) with class 1",
            lambda: (np.array([HOSTILE, (2.0, 8.0, 1.0, 0.5)]), np.array([1, 1])),
            lambda: _loss_of((2.0, 8.0, 1.0, 0.5), 1) / 2,
            readings=((has_nan_or_inf, "GLOBAL_MAX"), (is_almost(0.002), "NEARLY")),
        ),
        Trial(
            "two rows of which one is 2,000 lower than the other",
            lambda: (np.array([[900.0, 901.0, 902.0], [-1100.0, -1099.0, -1098.0]]), np.array([2, 1])),
            lambda: (_loss_of((0.0, 1.0, 2.0), 2) + _loss_of((0.0, 1.0, 2.0), 1)) / 2,
            readings=((has_nan_or_inf, "GLOBAL_MAX"), (lies_between(1, 1000), "GLOBAL_MAX")),
        ),
    ],
    hints=(
        "The loss of a row is log Σ exp z minus the logit of its true class. Which z overflows exp?",
        "log Σ exp z = m + log Σ exp(z − m) for any m. Take the row's own largest logit as m.",
    ),
    solution="""def my_cross_entropy(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)  # a single row is a batch of one
    top = z.max(axis=1, keepdims=True)         # the row's own largest logit, so that exp never overflows
    log_sum = top[:, 0] + np.log(np.exp(z - top).sum(axis=1))
    return np.mean(log_sum - z[np.arange(len(y)), y])""",
)

# ---------------------------------------------------------------------------------- 3.4

GIVEN_TO_TRUTH = (0.9, 0.6, 0.2, 0.5)


def _batch_loss() -> float:
    chances = np.array(GIVEN_TO_TRUTH)
    table = np.column_stack([chances, 1 - chances])
    return float(cross_entropy_from_probabilities(table, np.zeros(len(chances), dtype=int)))


_BATCH = Exercise(
    id="3.4",
    title="A batch of four",
    prompt="In a batch of four examples the model gave the true class the probabilities 0.9, 0.6, 0.2 and "
    "0.5. What is the mean loss, in nats?",
    parts=[
        Part(
            "mean loss",
            _batch_loss,
            unit="nats",
            low=0,
            bound=_LOSS_BOUND,
            mistakes=[
                Mistake(lambda: 4 * _batch_loss(), "SUM_FOR_MEAN"),
                Mistake(
                    lambda: -math.log(sum(GIVEN_TO_TRUTH) / 4),
                    "LOG_OF_MEAN",
                    (
                        "−log of the mean probability. Mean of logs or log of mean? They differ.",
                        "Take the log of each example first, then the mean.",
                    ),
                ),
                Mistake(lambda: _batch_loss() / _LN2, "BITS_FOR_NATS"),
                Mistake(lambda: 1 - sum(GIVEN_TO_TRUTH) / 4, "NO_LOG"),
                Mistake(lambda: math.exp(-_batch_loss()), "GEOMETRIC_MEAN"),
            ],
        )
    ],
    hints=(
        "Each example has a loss of its own. Find the four, then average.",
        "The four losses are 0.1054, 0.5108, 1.6094 and 0.6931 nats.",
    ),
    solution="−ln of each: 0.1054, 0.5108, 1.6094, 0.6931 nats. Their sum is 2.9188, their mean 0.7297 nats. "
    "The one example at 0.2 pays more than half of the bill.",
)

# ---------------------------------------------------------------------------------- 3.5

LABELS, SAID = (1, 0, 1, 0), (0.9, 0.2, 0.6, 0.1)


def _binary_loss(labels: tuple[int, ...] = LABELS) -> float:
    return float(cross_entropy_from_probabilities(SAID, labels))


def _loss_of_the_ones() -> float:
    return -sum(math.log(p) for y, p in zip(LABELS, SAID, strict=True) if y == 1)


def _squared_error() -> float:
    return sum((y - p) ** 2 for y, p in zip(LABELS, SAID, strict=True)) / 4


_HALF_THE_FORMULA: tuple[str, str] = (
    "Only the rows with y = 1 have paid. What is the loss when y = 0?",
    "Add (1 − y)·log(1 − q) before the sign and the mean over all four rows.",
)

_TWO_CLASSES = Exercise(
    id="3.5",
    title="Yes or no",
    prompt="A model's probabilities for *yes* are 0.9, 0.2, 0.6 and 0.1; what happened was yes, no, yes, no "
    "(y = 1, 0, 1, 0). What is the mean binary cross-entropy, in nats?",
    parts=[
        Part(
            "mean binary cross-entropy",
            _binary_loss,
            unit="nats",
            low=0,
            bound=_LOSS_BOUND,
            mistakes=[
                Mistake(lambda: _loss_of_the_ones() / 4, "HALF_BCE", _HALF_THE_FORMULA),
                Mistake(lambda: _loss_of_the_ones() / 2, "HALF_BCE", _HALF_THE_FORMULA),
                Mistake(lambda: 4 * _binary_loss(), "SUM_FOR_MEAN"),
                Mistake(lambda: _binary_loss((0, 1, 0, 1)), "LABELS_FLIPPED"),
                Mistake(lambda: -sum(map(math.log, SAID)) / 4, "ALL_AS_ONES"),
                Mistake(_squared_error, "SQUARED_ERROR"),
                Mistake(lambda: _binary_loss() / _LN2, "BITS_FOR_NATS"),
            ],
        )
    ],
    hints=(
        "What probability did the model give to what *happened*, in each of the four rows?",
        "They are 0.9, 0.8, 0.6 and 0.9. Now it is exercise 3.4 again.",
    ),
    solution="Given to what happened: 0.9, 0.8, 0.6, 0.9. Losses: 0.1054, 0.2231, 0.5108, 0.1054 nats; mean "
    "0.9447 / 4 = 0.2362 nats.",
)

# ---------------------------------------------------------------------------------- 3.6

OVERCONFIDENT_C = 1e4
TAU_TOLERANCE, LOSS_TOLERANCE = 0.1, 0.005


class Logits(NamedTuple):
    """What one model says about one part of the digits, and what they are."""

    z: NDArray[np.float64]
    y: NDArray[np.int64]


@cache
def digit_logits(part: str, c: float = OVERCONFIDENT_C) -> Logits:
    """Return a logistic regression's logits on the "train", "validation" or "test" part of the digits."""
    data: LabelledDigits = getattr(digits_split(), part)
    return Logits(_trained(c).decision_function(data.pixels), data.labels)


@cache
def _trained(c: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # half a second to import: only for who needs it

    return LogisticRegression(C=c, max_iter=5000).fit(*digits_split().train)


@cache
def best_temperature(part: str = "validation", c: float = OVERCONFIDENT_C) -> float:
    """Return the temperature that suits a part of the digits best."""
    return float(fit_temperature(*digit_logits(part, c)))


def loss_at(temperature: float, part: str = "test", c: float = OVERCONFIDENT_C) -> float:
    """Return the mean loss on a part of the digits at a temperature, in nats."""
    z, y = digit_logits(part, c)
    return float(cross_entropy_from_logits(z / temperature, y))


def capped_loss_at(temperature: float) -> float:
    """Return the mean test loss as `sklearn.metrics.log_loss` gives it, with no loss above 36.04 nats."""
    z, y = digit_logits("test")
    losses = cross_entropy_from_logits(z / temperature, y, reduction="none")
    return float(np.mean(np.minimum(losses, -math.log(np.finfo(np.float64).eps))))


def accuracy_at(temperature: float) -> float:
    """Return the share of test digits whose largest logit is the true one, at a temperature."""
    z, y = digit_logits("test")
    return float(np.mean(np.argmax(z / temperature, axis=1) == y))


_FIT_TAU = Exercise(
    id="3.6",
    title="Take its temperature",
    prompt="(Hard, with data.) On the training part of digits_split(), train LogisticRegression(C=1e4, "
    "max_iter=5000), and take its logits from decision_function. Give (τ, loss): the temperature that "
    "suits the validation part best, and the mean loss on the test part at that temperature, in nats.",
    parts=[
        Part(
            "temperature",
            best_temperature,
            unit="",
            tolerance=TAU_TOLERANCE,
            low=0,
            bound="A temperature is above 0.",
            mistakes=[
                Mistake(lambda: 1 / best_temperature(), "TAU_INVERTED", tolerance=0.02),
                Mistake(lambda: best_temperature("test"), "LOOKED_AT_TEST"),
                Mistake(lambda: best_temperature("train"), "FITTED_ON_TRAIN"),
                Mistake(lambda: 1.0, "TAU_BY_ACCURACY", tolerance=0.02),
                Mistake(lambda: best_temperature(c=1.0), "OTHER_MODEL", tolerance=0.02),
            ],
        ),
        Part(
            "test loss",
            lambda: loss_at(best_temperature()),
            unit="nats",
            tolerance=LOSS_TOLERANCE,
            low=0,
            bound=_LOSS_BOUND,
            mistakes=[
                Mistake(lambda: loss_at(1 / best_temperature()), "TAU_INVERTED"),
                Mistake(lambda: capped_loss_at(1 / best_temperature()), "TAU_INVERTED"),
                Mistake(lambda: loss_at(1.0), "TAU_ONE"),
                Mistake(lambda: loss_at(best_temperature()) / _LN2, "BITS_FOR_NATS"),
                Mistake(lambda: accuracy_at(1.0), "ACCURACY_FOR_LOSS"),
                Mistake(
                    lambda: loss_at(best_temperature()) * len(digit_logits("test").y),
                    "SUM_FOR_MEAN",
                    tolerance=2.5,
                ),
            ],
        ),
    ],
    hints=(
        "Write the validation loss as a function of τ, with the logits divided by τ. Where is it lowest?",
        "scipy.optimize.minimize_scalar over log τ between −3 and 3 finds it; then use that τ once, on test.",
    ),
    solution="loss = lambda tau, z, y: cross_entropy_from_logits(z / tau, y); best = minimize_scalar(lambda "
    "s: loss(np.exp(s), z_validation, y_validation), bounds=(-3, 3)); tau = np.exp(best.x), which is also "
    "what fit_temperature(z_validation, y_validation) finds. Where this course was written it was 4.25, and "
    "loss(tau, z_test, y_test) was 0.151 nats instead of 0.356 at τ = 1. The digits depend on where the "
    "solver of your scikit-learn stops, so 0.1 and 0.005 are allowed for.",
)

# ---------------------------------------------------------------------------------- 3.half

SAYS, RIGHT, OF = 8 / 9, 2, 3


def _three_mails(temperature: float = 1.0) -> tuple[NDArray[np.float64], list[int]]:
    """Return the logits of three mails, divided by a temperature, and which class each one was."""
    gap = math.log(SAYS / (1 - SAYS))
    return np.array([[gap, 0.0]] * OF) / temperature, [0] * RIGHT + [1] * (OF - RIGHT)


def _loss_of_three(temperature: float) -> float:
    return float(cross_entropy_from_logits(*_three_mails(temperature)))


def _tau_of_three() -> float:
    return fit_temperature(*_three_mails())


_HALF_DONE = Exercise(
    id="3.half",
    title="Right on two of three",
    prompt="A filter says 8/9 on each of three mails, a gap of ln 8 between its two logits, and is right on "
    "two. Give (τ, loss): the temperature that suits these three mails best, and the mean loss at it, in "
    "nats.",
    parts=[
        Part(
            "temperature",
            _tau_of_three,
            unit="",
            low=0,
            bound="A temperature is above 0.",
            mistakes=[
                Mistake(lambda: 1 / _tau_of_three(), "TAU_INVERTED"),
                Mistake(
                    lambda: 8 / 2,
                    "LOGITS_NOT_ODDS",
                    (
                        "Those are the odds, 8 : 1 over 2 : 1. τ divides the logits.",
                        "The gap between two logits is the *log* of the odds: divide the logs.",
                    ),
                ),
                Mistake(
                    lambda: SAYS / (RIGHT / OF),
                    "LOGITS_NOT_ODDS",
                    (
                        "That divides one probability by the other, 8/9 by 2/3. τ divides logits.",
                        "Turn each probability into a gap first: ln(p / (1 − p)).",
                    ),
                ),
                Mistake(
                    lambda: math.log(8),
                    "GAP_FOR_TAU",
                    (
                        "That is the gap as it is. Which gap would say two times in three?",
                        "τ is the gap it has, divided by the gap it should have.",
                    ),
                ),
            ],
        ),
        Part(
            "mean loss",
            lambda: _loss_of_three(_tau_of_three()),
            unit="nats",
            low=0,
            bound=_LOSS_BOUND,
            mistakes=[
                Mistake(
                    lambda: _loss_of_three(1.0),
                    "TAU_ONE",
                    (
                        "That is paid before: at τ = 1 it still says 8/9.",
                        "At the best τ it says what comes true, 2/3. Bill that.",
                    ),
                ),
                Mistake(lambda: _loss_of_three(1 / _tau_of_three()), "TAU_INVERTED"),
                Mistake(
                    lambda: -math.log(RIGHT / OF),
                    "ALL_AS_ONES",
                    (
                        "That is the bill of a mail it got right. One of the three was wrong.",
                        "Two mails pay −ln(2/3), the third pays −ln(1/3).",
                    ),
                ),
                Mistake(lambda: _loss_of_three(_tau_of_three()) * OF, "SUM_FOR_MEAN"),
                Mistake(lambda: _loss_of_three(_tau_of_three()) / _LN2, "BITS_FOR_NATS"),
            ],
        ),
    ],
    hints=(
        "Right two times in three: what should it have said, and which gap between two logits says that?",
        "It should have said 2/3, odds of 2 : 1. Its own odds were 8 : 1. Compare the logs of the odds.",
    ),
    solution="It should have said 2/3, a gap of ln 2. Its gap is ln 8 = 3 ln 2, so τ = 3. Two mails then pay "
    "−ln(2/3) = 0.4055 and one pays −ln(1/3) = 1.0986 nats: (2·0.4055 + 1.0986) / 3 = 0.6365 nats, which is "
    "also the entropy of (2/3, 1/3).",
)

EXERCISES = (_FROM_LOGITS, _WRONG_FORECAST, _WRITE_THE_LOSS, _BATCH, _TWO_CLASSES, _FIT_TAU, _HALF_DONE)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "3.r1",
        "From chapter 1: a classifier's log shows a loss of 2.303 nats. In bits that is",
        (
            Option("1.596", "That multiplies by ln 2. A nat is the bigger unit, so it takes more bits."),
            Option("3.322", "2.303 / 0.6931: one nat is 1.4427 bits.", True),
            Option("2.303", "The same number would be the same unit."),
            Option("10.00", "That is e^2.303, one over the probability."),
        ),
    ),
    Question(
        "3.r2",
        "From chapter 2: the entropy of a coin that shows heads 99 % of the time is about",
        (
            Option("6.64 bits", "That is the surprise of tails. How often is it paid?"),
            Option("0.99 bits", "That is the probability of heads. Entropy averages surprises."),
            Option("0.01 bits", "Only heads was billed there: 0.99 · 0.0145. Tails is rare but dear."),
            Option("0.08 bits", "0.99 · 0.0145 + 0.01 · 6.644 = 0.0808.", True),
        ),
    ),
    Question(
        "3.r3",
        "From chapter 1: the three words of a sentence cost a model 2, 3 and 4 bits, each given the words "
        "before. The model gave the sentence the probability",
        (
            Option("1/512", "2 + 3 + 4 = 9 bits, and 2⁻⁹ = 1/512.", True),
            Option("1/9", "Nine bits are nine halvings, not nine cases."),
            Option("1/24", "Bits add; it is the probabilities that multiply."),
            Option("1/8", "That is the mean, 3 bits. The whole sentence is asked for."),
        ),
    ),
    Question(
        "3.r4",
        "A model gave the true class the probability 1/4. With that class as the only label, the "
        "cross-entropy of this example is",
        (
            Option("0.75", "That is 1 − p. Where is the logarithm?"),
            Option("0.347 nats", "That is weighted by 1/4. With a single label the true class weighs 1."),
            Option("1.386 nats", "−ln(1/4) = 2 ln 2: all other terms have weight 0.", True),
            Option("2 nats", "The number is right in bits."),
        ),
    ),
    Question(
        "3.r5",
        "From chapter 2: a code gives A one bit and B and C two bits each. The symbols come with "
        "probabilities 1/2, 1/4, 1/4. The mean cost per symbol is",
        (
            Option("1.67 bits", "That counts the three symbols alike. A comes twice as often as B."),
            Option("5 bits", "That adds the lengths without asking how often each is paid."),
            Option("1.5 bits", "½·1 + ¼·2 + ¼·2: price times how often it is paid.", True),
            Option("2 bits", "That would be the fixed-length code. A has a shorter word."),
        ),
    ),
    Question(
        "3.q1",
        "A code built for q is used on data from p. It costs 2.625 bits per symbol; the best code for p "
        "costs 1.75. The difference, 0.875 bits, is",
        (
            Option("the price of the wrong belief", "H(p,q) − H(p): nothing else separates the two.", True),
            Option("the entropy of q", "That is 1.75 bits here as well, and it asks nothing about p."),
            Option("lost to rounding of the codewords", "These lengths are whole bits: nothing is rounded."),
            Option("noise that more data would remove", "It is an average over p; more data confirms it."),
        ),
    ),
    Question(
        "3.q2",
        "A softmax gives the true class 0.1. The slope of the loss with respect to that class's logit is",
        (
            Option("−10", "That is the slope with respect to the probability, −1/q."),
            Option("−2.303", "That is ln 0.1: the loss itself, with the sign turned."),
            Option("+0.9", "The size is right. Raising the true logit should lower the loss."),
            Option("−0.9", "q − p = 0.1 − 1.", True),
        ),
    ),
    Question(
        "3.q3",
        "You add 100 to all ten logits of one image. Its loss",
        (
            Option("grows by 100 nats", "log Σ exp z does, and the true logit too: the difference stays."),
            Option("stays as it was", "Softmax sees differences of logits only.", True),
            Option("becomes infinite", "Only in code that takes exp(z) before it subtracts the largest."),
            Option("falls to almost 0", "No class gained on another one."),
        ),
    ),
    Question(
        "3.q4",
        "Labels are smoothed with ε = 0.1 over ten classes. The lowest loss that training can reach is",
        (
            Option("0 nats", "That would need q = p with p one-hot. Smoothed labels have an entropy."),
            Option("0.1054 nats", "That is −ln 0.9. The label also asks for a little of the nine others."),
            Option("0.5003 nats", "The entropy of (0.91, 0.01, …, 0.01): the floor is H(p).", True),
            Option("2.303 nats", "That is ln 10, what a model pays that knows nothing."),
        ),
    ),
    Question(
        "3.q5",
        "Of 569 tumours 62.7 % are benign. A program says 62.7 % for each of them. It is",
        (
            Option("calibrated, and of no use", "What it says comes true, and it tells no two apart.", True),
            Option(
                "accurate, because it is calibrated", "It is right for 62.7 %: it calls all of them benign."
            ),
            Option("overconfident about the malignant ones", "It says 62.7 % and is right in 62.7 %."),
            Option("a model with a loss of 0", "It pays the base rate's entropy, 0.6603 nats, each time."),
        ),
    ),
    Question(
        "3.q6",
        "The label is 1 and the logit moves from −10 to −20. The loss",
        (
            Option("stays, it is saturated", "Squared error saturates there. −log q does not."),
            Option("grows e¹⁰ times", "The probability falls e¹⁰ times. The loss is its logarithm."),
            Option("grows by ln 2", "That would be one halving of q, not ten steps of a factor e."),
            Option("about doubles", "10.00 → 20.00 nats: far out it is a straight line in the logit.", True),
        ),
    ),
    Question(
        "3.q7",
        "Which of these is not minus the log of a probability, or density, that a model gives to the data?",
        (
            Option("squared error", "It is, for a Gaussian of fixed width, up to a constant and a scale."),
            Option("hinge loss", "No normalised likelihood has it as its logarithm.", True),
            Option("binary cross-entropy", "It is, for a coin whose bias the model reports."),
            Option("absolute error", "It is, for a Laplace density of fixed width, up to a constant."),
        ),
    ),
    Question(
        "3.q8",
        "A temperature was fitted to the validation part, and the mean loss there is now 0.134 nats. The "
        "mean entropy of the model's forecasts on the same images is",
        (
            Option(
                "larger, because some labels are noise", "Noise raises both, and the fit keeps them level."
            ),
            Option("smaller, because it was overconfident", "If it was, the fitted τ took that away."),
            Option(
                "known only with the test part", "It needs nothing but the forecasts, and those are there."
            ),
            Option("0.134 nats as well", "At the fitted τ the slope is 0, and there the two agree.", True),
        ),
    ),
    Question(
        "3.a",
        "A fresh network for 10 classes starts training. At step 0 its mean loss is 6.9. You conclude:",
        (
            Option(
                "nothing: an untrained network has a high loss",
                "It knows nothing, so equal chances are the right start: ln 10 = 2.303 nats.",
            ),
            Option(
                "there are too few classes for this loss",
                "Fewer classes lower the first loss: it is ln K.",
            ),
            Option(
                "it starts sure and wrong, or sums, or K is not 10",
                "Equal chances cost 2.303 nats. 6.908 is ln 1000, for one. Check before you train.",
                True,
            ),
            Option(
                "the learning rate is too high, so the loss has exploded",
                "No step has been taken yet.",
            ),
        ),
    ),
    Question(
        "3.b",
        "All logits are divided by τ = 4. The accuracy does not change, because",
        (
            Option("the order of the logits stays", "So the largest is still the largest.", True),
            Option("softmax is a linear function", "It is not: the probabilities change a lot."),
            Option("the loss does not change", "It does: for the overconfident model it more than halved."),
            Option("τ cancels in the loss", "Then no τ could be better than another, and none be fitted."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_SURE, _CAREFUL, _MAILS = 0.9, 0.6, 10


def _filter_losses() -> tuple[float, float]:
    labels = np.ones(_MAILS, dtype=int)
    losses = (cross_entropy_from_probabilities(np.full(_MAILS, p), labels) for p in (_SURE, _CAREFUL))
    sure, careful = (float(loss) for loss in losses)
    return sure, careful


# What each option of the hook says: how many times the loss of the careful filter exceeds the other one's.
_HOOK_FACTORS = (1 / 1.5, 1.5, 1.0, 5.0)


def _hook() -> float:
    sure, careful = _filter_losses()
    distances = [abs(math.log(careful / sure / factor)) for factor in _HOOK_FACTORS]
    return float(np.argmin(distances))


def _explain_hook() -> str:
    sure, careful = _filter_losses()
    return (
        f"Mean loss {sure:.4f} nats at 90 %, {careful:.4f} at 60 %: {careful / sure:.1f} times as much for "
        "the careful one. Both were right, and accuracy cannot tell them apart."
    )


_BENT, _FAIR = (0.9, 0.1), (0.5, 0.5)


def _swapped() -> tuple[float, float]:
    return _bill(_BENT, _FAIR), _bill(_FAIR, _BENT)


def _swap_truth() -> float:
    one, other = _swapped()
    return 1.0 if abs(one - other) < 1e-9 else (0.0 if other > one else 2.0)


_RULES: Mapping[str, Callable[[float], float]] = {
    "the log rule: −log2 of what you gave to what happened": lambda given: -math.log2(given),
    "the squared rule (Brier): (1 − that probability)²": lambda given: (1 - given) ** 2,
    "the absolute rule: 1 − that probability": lambda given: 1 - given,
}
_RAIN = 0.7


def _expected_penalty(rule: Callable[[float], float], report: float) -> float:
    return _RAIN * rule(report) + (1 - _RAIN) * rule(1 - report)


def best_report(rule: Callable[[float], float]) -> float:
    """Return the report, in steps of 0.001, with the lowest expected penalty when it rains with 0.7."""
    reports = [step / 1000 for step in range(1, 1000)]
    return min(reports, key=lambda report: _expected_penalty(rule, report))


def _lying_truth() -> float:
    lies = [abs(best_report(rule) - _RAIN) > 0.01 for rule in _RULES.values()]
    return float(lies.index(True)) if any(lies) else float(len(lies))


def _explain_lying() -> str:
    log_rule, squared, absolute = (best_report(rule) for rule in _RULES.values())
    return (
        f"With a chance of rain of 0.7 the cheapest report is {log_rule:.2f} under the log rule, "
        f"{squared:.2f} under the squared and {absolute:.3f} under the absolute one, the end of the scale: "
        "that one pays you for claiming more than you know."
    )


_WRONG_SIDE = -5.0


def _slopes() -> tuple[float, float]:
    """Return the sizes of the slopes in the logit at −5 with label 1: cross-entropy and (1 − q)²."""
    p = float(softmax((0.0, _WRONG_SIDE))[1])
    return 1 - p, 2 * (1 - p) * p * (1 - p)


_PUSHES = (1 / 75, 75.0, 7.5, 1.0)


def _push_truth() -> float:
    entropy_slope, squared_slope = _slopes()
    distances = [abs(math.log(entropy_slope / squared_slope / factor)) for factor in _PUSHES]
    return float(np.argmin(distances))


def _temperature_truth() -> float:
    before, after = accuracy_at(1.0), accuracy_at(best_temperature())
    return 1.0 if before == after else (0.0 if after < before else 2.0)


_PENALTIES = (1.0, 10.0, 100.0, 1000.0, 10_000.0)


@cache
def _losses_along_the_path() -> tuple[float, ...]:
    return tuple(loss_at(1.0, c=c) for c in _PENALTIES)


def _overfit_truth() -> float:
    lowest = int(np.argmin(_losses_along_the_path()))
    if 0 < lowest < len(_PENALTIES) - 1:
        return 3.0
    return 0.0 if lowest else 2.0


def _explain_overfit() -> str:
    steps = ", ".join(
        f"C = {c:,.0f}: {loss:.2f}" for c, loss in zip(_PENALTIES, _losses_along_the_path(), strict=True)
    )
    return (
        f"Test loss in nats: {steps}. The few mistakes that remain are made with more and more confidence, "
        "and the loss bills that; accuracy does not."
    )


PREDICTIONS = (
    Prediction(
        "3.hook",
        "Two spam filters classify all 10 test mails correctly. One says 90 % each time, the other 60 %. "
        "Same accuracy. Whose loss is smaller, and by what factor?",
        truth=_hook,
        options=(
            "the 60 % one's, about 1.5 times",
            "the 90 % one's, about 1.5 times",
            "neither: both were right every time",
            "the 90 % one's, about 5 times",
        ),
        explanation=_explain_hook,
    ),
    Prediction(
        "3.swap",
        "A coin shows heads 90 % of the time, and you believe it is fair: each flip costs you 1 bit on "
        "average. Now the coin is fair and you believe 90 %. What do you pay per flip?",
        truth=_swap_truth,
        options=("more than 1 bit", "1 bit again", "less than 1 bit"),
        explanation=lambda: (
            f"{_swapped()[1]:.4f} bits instead of {_swapped()[0]:.4f}: half of the flips are now tails, at "
            f"{-math.log2(_BENT[1]):.2f} bits each. Who is the truth and who the model matters."
        ),
    ),
    Prediction(
        "3.lying",
        "You are fined for your forecast, depending on the probability you gave to what happened. You think "
        "rain has a chance of 0.7. Under which rule does it pay to say something else?",
        truth=_lying_truth,
        options=(*_RULES, "under none of them"),
        explanation=_explain_lying,
    ),
    Prediction(
        "3.push",
        "The label is 1, the logit is −5, so the model says q = 0.7 %: badly wrong. Which loss has the "
        "steeper slope in the logit there, cross-entropy or squared error (1 − q)²?",
        truth=_push_truth,
        options=(
            "squared error, about 75 times",
            "cross-entropy, about 75 times",
            "cross-entropy, about 7 times",
            "about equal",
        ),
        explanation=lambda: (
            f"Cross-entropy {_slopes()[0]:.5f}, squared error {_slopes()[1]:.5f}: "
            f"{_slopes()[0] / _slopes()[1]:.0f} times. Squared error is flat where a model is sure and wrong."
        ),
    ),
    Prediction(
        "3.temperature",
        "An overconfident model of the digits gets its logits divided by the temperature that suits it "
        "best. What happens to its accuracy on new digits?",
        truth=_temperature_truth,
        options=("it falls", "it stays exactly the same", "it rises"),
        explanation=lambda: (
            f"Accuracy {accuracy_at(1.0):.4f} before, {accuracy_at(best_temperature()):.4f} after; the loss "
            f"went from {loss_at(1.0):.3f} to {loss_at(best_temperature()):.3f} nats. Why? "
            "Question 3.b asks."
        ),
    ),
    Prediction(
        "3.overfit",
        "A classifier may fit its 898 training digits ever more tightly: the penalty on its weights is "
        "loosened step by step, C = 1 to 10,000. Its training loss falls to almost 0 and its test accuracy "
        "stays near 96 %. What does its test loss do?",
        truth=_overfit_truth,
        options=(
            "it falls all the way",
            "it stays flat, like the accuracy",
            "it rises from the start",
            "it falls, then rises above where it began",
        ),
        explanation=_explain_overfit,
    ),
)
