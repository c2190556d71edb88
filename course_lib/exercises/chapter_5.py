"""Exercises, questions and predictions of chapter 5, Mutual information."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from course_lib.channels import binary_symmetric_channel, capacity
from course_lib.datasets import breast_cancer, j3_table
from course_lib.estimators import mutual_information_from_samples, quantile_bins
from course_lib.exercises.material import (
    Exercise,
    Misnaming,
    Mistake,
    Naming,
    Option,
    Part,
    Prediction,
    Question,
)
from course_lib.measures import (
    conditional_entropy,
    entropy,
    mutual_information,
    normalized_mutual_information,
)

_LN2 = math.log(2)
_INFORMATION_BOUND = "It is never below 0, and never above the smaller one of the two entropies."

# ---------------------------------------------------------------------------------- 5.1

_J3 = j3_table().joint
_H_X, _H_Y = (float(entropy(_J3.sum(axis=axis))) for axis in (1, 0))


def _shared() -> float:
    return float(mutual_information(_J3))


def _gain_with_unweighted_rows() -> float:
    """Return H(Y) minus the plain mean of the entropies of the two rows, in bits."""
    return _H_Y - float(np.mean(entropy(_J3, normalize=True)))


_ONE_NUMBER = Exercise(
    id="5.1",
    title="Shared bits",
    prompt="The rows of [[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]] are X = 0, 1, the columns are Y = a, b, c. "
    "What is I(X;Y), in bits?",
    parts=[
        Part(
            "mutual information",
            _shared,
            low=0,
            high=min(_H_X, _H_Y),
            bound=_INFORMATION_BOUND,
            mistakes=[
                Mistake(lambda: _shared() * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: float(conditional_entropy(_J3)),
                    "REMAINING_FOR_GAIN",
                    (
                        "That is H(Y|X): what is still open about Y once X is known. Asked is what X told.",
                        "H(Y) minus it.",
                    ),
                ),
                Mistake(
                    lambda: float(conditional_entropy(_J3.T)),
                    "REMAINING_FOR_GAIN",
                    (
                        "That is H(X|Y): what is still open about X once Y is known. Asked is what Y told.",
                        "H(X) minus it.",
                    ),
                ),
                Mistake(lambda: _H_X + _H_Y, "JOINT_FORGOTTEN"),
                Mistake(
                    lambda: _H_X + _H_Y - _shared(),
                    "JOINT_FOR_MI",
                    (
                        "That is H(X,Y): all there is to know about the pair. How much of it is counted "
                        "twice in H(X) + H(Y)?",
                        "H(X) + H(Y) − H(X,Y).",
                    ),
                ),
                Mistake(lambda: float(normalized_mutual_information(_J3)), "MI_NORMALISED"),
                Mistake(
                    lambda: float(normalized_mutual_information(_J3, average="arithmetic")), "MI_NORMALISED"
                ),
                Mistake(
                    lambda: -_shared(),
                    "SIGN",
                    (
                        "Below 0? What two variables share cannot be: it is a divergence.",
                        "Inside the log the joint stands above the product: p(x,y) / (p(x)·p(y)).",
                    ),
                ),
                Mistake(
                    _gain_with_unweighted_rows,
                    "UNWEIGHTED",
                    (
                        "X = 0 and X = 1 count the same here. Are they equally likely?",
                        "Weight the entropy of each row by its P(X=x), 0.25 and 0.75, before subtracting it.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "Three entropies do it: of the rows' sums, of the columns' sums, of all six cells.",
        "H(X) = 0.8113 and H(Y) = 1.2789 bits. The six cells together have 1.8332.",
    ),
    solution="P(X) = (0.25, 0.75) has H(X) = 0.8113 bits, P(Y) = (0.20, 0.15, 0.65) has H(Y) = 1.2789, the "
    "six cells have H(X,Y) = 1.8332. I = 0.8113 + 1.2789 − 1.8332 = 0.2570 bits. The other routes end "
    "there too: H(Y) − H(Y|X) = 1.2789 − 1.0219, and Σ p(x,y)·log2(p(x,y)/(p(x)·p(y))).",
)

# ---------------------------------------------------------------------------------- 5.2

_LABELS = (0, 0, 1, 1, 2, 2)


def _with_itself() -> float:
    return float(mutual_information_from_samples(_LABELS, _LABELS))


_TWICE_THE_SAME = Exercise(
    id="5.2",
    title="A variable and itself",
    prompt="For x = (0, 0, 1, 1, 2, 2), scikit-learn's mutual_info_score(x, x) prints 1.0986. Give the same "
    'number in bits, and the name of the quantity of X alone that it equals, in quotes: (bits, "name").',
    parts=[
        Part(
            "number of bits",
            _with_itself,
            low=0,
            bound=_INFORMATION_BOUND,
            mistakes=[
                Mistake(lambda: _with_itself() * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: _with_itself() * _LN2**2,
                    "CONVERTED_BACKWARDS",
                    (
                        "Divided the wrong way: scikit-learn prints nats. Which is the bigger unit?",
                        "A nat is worth 1.4427 bits, so the number has to grow: divide by 0.6931.",
                    ),
                ),
                Mistake(
                    lambda: float(normalized_mutual_information(np.eye(3) / 3)),
                    "MI_NORMALISED",
                    (
                        "1 because the two are identical? That is the normalised version, NMI, without a "
                        "unit.",
                        "Convert 1.0986 nats.",
                    ),
                ),
                Mistake(
                    lambda: 0.0,
                    "REMAINING_FOR_GAIN",
                    (
                        "0 is what is left open about X once X is known. How much did that tell?",
                        "All of it. Convert 1.0986 nats.",
                    ),
                ),
            ],
        ),
        Naming(
            "name",
            lambda: "H(X)",
            spellings={
                "entropy": "H(X)",
                "the entropy": "H(X)",
                "entropy of X": "H(X)",
                "the entropy of X": "H(X)",
                "entropy H(X)": "H(X)",
                "entropy(X)": "H(X)",
                "Shannon entropy": "H(X)",
                "H": "H(X)",
                "H[X]": "H(X)",
                "H(X,X)": "H(X)",
                "I(X,X)": "I(X;X)",
                "mutual information": "I(X;X)",
                "MI": "I(X;X)",
                "self-information": "I(X;X)",
                "information": "I(X;X)",
                "conditional entropy": "H(X|X)",
                "normalised mutual information": "NMI",
                "normalized mutual information": "NMI",
                "surprisal": "surprise",
                "log 3": "ln 3",
                "ln(3)": "ln 3",
                "log2 3": "ln 3",
            },
            mistakes=[
                Misnaming(
                    "I(X;X)",
                    "OTHER_NAME",
                    (
                        "That is what was computed. Which quantity of X *alone* is as large?",
                        "I(X;X) is what there is to find out about X minus what is left once X is known: 0.",
                    ),
                ),
                Misnaming(
                    "H(X|X)",
                    "REMAINING_FOR_GAIN",
                    (
                        "Once X is known, nothing about X is open: that one is 0.",
                        "What was open *before*?",
                    ),
                ),
                Misnaming(
                    "NMI",
                    "MI_NORMALISED",
                    (
                        "That one is 1 here, and it has no unit.",
                        "Chapter 2's first quantity: the mean surprise of X.",
                    ),
                ),
                Misnaming(
                    "surprise",
                    "OTHER_NAME",
                    (
                        "Surprise belongs to one outcome. Which name has its mean?",
                        "Chapter 2's first quantity.",
                    ),
                ),
                Misnaming(
                    "ln 3",
                    "OTHER_NAME",
                    (
                        "So it is, because three values come equally often. Of which quantity of X is that "
                        "the value?",
                        "Chapter 2's first quantity.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "scikit-learn works in nats. And: when X is known, how much about X is left open?",
        "Divide by ln 2 = 0.6931. Nothing is left open, so X told all that there was to find out.",
    ),
    solution="1.0986 / 0.6931 = 1.5850 bits = log2 3. I(X;X) = H(X) − H(X|X), and once X is known nothing "
    "about X is open: H(X|X) = 0. So it is H(X), the entropy of three equally frequent values.",
)

# ---------------------------------------------------------------------------------- 5.3


@cache
def xor_table() -> NDArray[np.float64]:
    """Return the joint table of two fair bits and of whether they differ, axes X₁, X₂, Y."""
    table = np.zeros((2, 2, 2))
    for first in (0, 1):
        for second in (0, 1):
            table[first, second, first ^ second] = 1 / 4
    return table


def _alone(axis: int) -> float:
    return float(mutual_information(xor_table().sum(axis=axis)))


def _together() -> float:
    return float(mutual_information(xor_table().reshape(4, 2)))


def _alone_mistakes(name: str) -> list[Mistake]:
    return [
        Mistake(
            lambda: _together() / 2,
            "FAIR_SHARES",
            (
                "The pair's bit was shared out between the two. Does each one alone know half?",
                f"Make the 2 × 2 table of {name} and Y on their own: what are its rows?",
            ),
        ),
        Mistake(
            lambda: 1.0,
            "REMAINING_FOR_GAIN",
            (
                f"1 bit is what is *left open* about Y when {name} is known: a fair coin.",
                "Subtract it from H(Y).",
            ),
        ),
    ]


_XOR = Exercise(
    id="5.3",
    title="Useless alone",
    prompt="X₁ and X₂ are independent fair coins, Y is 1 when they differ and 0 when they agree. Give "
    "(I(X₁;Y), I(X₂;Y), I((X₁,X₂);Y)) in bits.",
    parts=[
        Part(
            "first coin alone",
            lambda: _alone(1),
            low=0,
            high=1,
            bound="It lies between 0 and H(Y) = 1 bit.",
            mistakes=_alone_mistakes("X₁"),
        ),
        Part(
            "second coin alone",
            lambda: _alone(0),
            low=0,
            high=1,
            bound="It lies between 0 and H(Y) = 1 bit.",
            mistakes=_alone_mistakes("X₂"),
        ),
        Part(
            "two coins together",
            _together,
            low=0,
            high=1,
            bound="It lies between 0 and H(Y) = 1 bit: more about Y there is not.",
            mistakes=[
                Mistake(
                    lambda: _alone(0) + _alone(1),
                    "SUM_OF_PARTS",
                    (
                        "0 + 0 is 0. But do the two work only alone, or also as a team?",
                        "Seeing both coins, do you know whether they differ?",
                    ),
                ),
                Mistake(
                    lambda: 2.0,
                    "OWN_ENTROPY",
                    (
                        "That is H(X₁,X₂), what there is to know about the coins. Asked is about Y.",
                        "Y has only 1 bit. How much of it is open when both coins are seen?",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "One at a time: when X₁ = 0 is seen, how likely is Y = 1? And when X₁ = 1 is seen?",
        "½ both times: X₁ alone does not move Y. Then treat the pair as one variable with four values.",
    ),
    solution="Given X₁ = 0, Y is X₂, a fair coin; given X₁ = 1 it is the opposite, a fair coin again: 0 "
    "bits, and X₂ alone 0 bits. Given both, Y is certain: H(Y) − 0 = 1 bit. Nothing plus nothing makes 1.",
)

# ---------------------------------------------------------------------------------- 5.4

_N, _ROWS, _COLUMNS = 200, 4, 6


def bias_in_bits(degrees: int, n: int) -> float:
    """Return what the plug-in estimate shows on average for independent variables, to leading order."""
    return degrees / (2 * n * _LN2)


_FROM_NOTHING = Exercise(
    id="5.4",
    title="Bits from nothing",
    prompt="A 4 × 6 table of counts is filled with n = 200 rows in which X and Y are independent. About how "
    "many bits does the plug-in estimate of I(X;Y) show on average?",
    parts=[
        Part(
            "expected estimate",
            lambda: bias_in_bits((_ROWS - 1) * (_COLUMNS - 1), _N),
            low=0,
            bound="No plug-in estimate is below 0.",
            mistakes=[
                Mistake(
                    lambda: 0.0,
                    "TRUE_VALUE",
                    (
                        "That is the true value. It is not what you will measure: chance fills no table "
                        "evenly.",
                        "The estimate shows about (K_x − 1)(K_y − 1) / 2n nats from nothing.",
                    ),
                ),
                Mistake(lambda: bias_in_bits((_ROWS - 1) * (_COLUMNS - 1), _N) * _LN2, "NATS_FOR_BITS"),
                Mistake(lambda: bias_in_bits(_ROWS * _COLUMNS, _N), "CELLS_FOR_DOF"),
                Mistake(lambda: bias_in_bits(_ROWS * _COLUMNS - 1, _N), "CELLS_FOR_DOF"),
                Mistake(
                    lambda: 2 * bias_in_bits((_ROWS - 1) * (_COLUMNS - 1), _N),
                    "LOST_HALF",
                    (
                        "Twice too much. Is it n or 2n under the fraction line?",
                        "(K_x − 1)(K_y − 1) / 2n is in nats.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "How many of the 24 cells can still vary once the sums of rows and columns are given?",
        "3 · 5 = 15 of them. Each is worth 1/2n nats of false information.",
    ),
    solution="(4 − 1)(6 − 1) = 15 cells are free once the margins are given: 15 / (2 · 200) = 0.0375 nats, "
    "divided by ln 2 = 0.0541 bits. The truth is 0; more rows, or fewer cells, bring the estimate closer.",
)

# ---------------------------------------------------------------------------------- 5.5


@cache
def sine_correlation(half_range: float) -> float:
    """Return the correlation of Y, uniform on ±half_range, and sin Y, on a grid as fine as an integral."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    y = nodes * half_range
    x, weights = np.sin(y), weights / 2
    return float(weights @ (x * y) / math.sqrt((weights @ x**2) * (weights @ y**2)))


_NARROW, _WIDE = math.pi, 10 * math.pi


def _covariance(half_range: float) -> float:
    return sine_correlation(half_range) * (half_range / math.sqrt(3)) * math.sqrt(1 / 2)


_COVARIANCE_HINTS = (
    "That is the covariance of the two. What turns it into a correlation?",
    "Divide by both standard deviations: L/√3 for Y on ±L, and √½ for a sine over whole periods.",
)

_SINE = Exercise(
    id="5.5",
    title="What r sees of a sine",
    prompt="Hard. Y is uniform on [−L, L] and X = sin Y. Give the correlation of X and Y for L = π and for "
    "L = 10π: (r at π, r at 10π).",
    parts=[
        Part(
            "correlation at π",
            lambda: sine_correlation(_NARROW),
            unit="",
            low=-1,
            high=1,
            bound="A correlation lies between −1 and 1.",
            mistakes=[
                Mistake(
                    lambda: 0.0,
                    "SYMMETRY_ASSUMED",
                    (
                        "Is the sine symmetric? It is odd: near 0 it rises with Y, on both sides.",
                        "The mean of y·sin y over [−π, π] is 1: both factors change sign together.",
                    ),
                ),
                Mistake(lambda: _covariance(_NARROW), "COVARIANCE", _COVARIANCE_HINTS),
                Mistake(lambda: sine_correlation(_NARROW) ** 2, "R_SQUARED"),
                Mistake(
                    lambda: -sine_correlation(_NARROW),
                    "SIGN",
                    (
                        "Does the sine rise or fall where Y passes 0? And at the ends?",
                        "y·sin y is positive everywhere between −π and π.",
                    ),
                ),
            ],
        ),
        Part(
            "correlation at 10π",
            lambda: sine_correlation(_WIDE),
            unit="",
            low=-1,
            high=1,
            bound="A correlation lies between −1 and 1.",
            mistakes=[
                Mistake(
                    lambda: -sine_correlation(_WIDE),
                    "SIGN",
                    (
                        "Check the sign: which way does the sine go in its last half-period, where |Y| is "
                        "largest?",
                        "Over an even number of half-periods on each side, the ends pull down: "
                        "the mean of y·sin y is −cos L.",
                    ),
                ),
                Mistake(lambda: _covariance(_WIDE), "COVARIANCE", _COVARIANCE_HINTS),
                Mistake(
                    lambda: 0.0,
                    "ROUNDED",
                    (
                        "Nearly, but not 0: the last half-period is not cancelled by anything.",
                        "The mean of y·sin y over [−L, L] is −cos L, however large L is.",
                    ),
                ),
                Mistake(lambda: sine_correlation(_WIDE) ** 2, "R_SQUARED"),
            ],
        ),
    ],
    hints=(
        "Both means are 0, so r is the mean of y·sin y, over two standard deviations. Integrate by parts.",
        "For L = kπ the mean of y·sin y is −cos L; the deviations are L/√3 and √½.",
    ),
    solution="Mean of y·sin y over [−L, L] at L = kπ: −cos L, that is +1 at π and −1 at 10π. Deviations: "
    "L/√3 and √½. r = −cos L · √6 / L: √6/π = 0.7797, and −√6/(10π) = −0.0780. The link is exact both "
    "times; only its straight part gets lost.",
)

# ---------------------------------------------------------------------------------- 5.6

SIZES = ("worst radius", "worst perimeter", "worst area", "worst concave points")
_BINS = 8


@cache
def _column(name: str) -> NDArray[np.int64]:
    data = breast_cancer()
    return quantile_bins(data.features[:, data.feature_names.index(name)], _BINS)


@cache
def bits_of(*names: str) -> float:
    """Return what these features, in 8 quantile bins each, tell together about the tumour, in bits."""
    columns = np.stack([_column(name) for name in names], axis=1)
    return float(mutual_information_from_samples(columns, breast_cancer().is_benign))


def bias_of(*names: str) -> float:
    """Return the leading bias of `bits_of`, counting the combinations of bins that occur."""
    columns = np.stack([_column(name) for name in names], axis=1)
    return bias_in_bits(len(np.unique(columns, axis=0)) - 1, len(columns))


@cache
def best_pair() -> tuple[str, str]:
    """Return the two of `SIZES` that tell most together."""
    return max(combinations(SIZES, 2), key=lambda pair: bits_of(*pair))


def top_two() -> tuple[str, ...]:
    """Return the two of `SIZES` that tell most alone."""
    return tuple(sorted(SIZES, key=bits_of, reverse=True)[:2])


_RADIUS, _PERIMETER, _AREA, _POINTS = SIZES
_RANKED = (
    "Those two lead the ranking of single features. But does the second add anything to the first?",
    "They measure the same size twice: ranking ignores redundancy. Compute all six pairs.",
)
_SIZES_AGAIN = (
    "Both of these are the size of the nucleus. What would tell something that size does not?",
    "Compute all six pairs, each as one variable with up to 64 values.",
)
_CLOSE = (
    "Close: that pair is among the best three. Compare all six.",
    "Compute all six pairs to four decimals; the last three lie within 0.005 bits.",
)

_BEST_PAIR = Exercise(
    id="5.6",
    title="The best pair",
    prompt="(Hard, with data.) In breast_cancer(), cut worst radius, worst perimeter, worst area and worst "
    "concave points into 8 quantile bins each. Which *pair* tells most about is_benign by the plug-in "
    'estimate, how many bits, and how many of them are bias? Give (("name", "name"), bits, bias).',
    parts=[
        Naming(
            "pair",
            lambda: " + ".join(best_pair()),
            spellings={name.removeprefix("worst "): name for name in SIZES},
            mistakes=[
                Misnaming(f"{_RADIUS} + {_PERIMETER}", "RANKED_ALONE", _RANKED),
                Misnaming(f"{_RADIUS} + {_AREA}", "REDUNDANT", _SIZES_AGAIN),
                Misnaming(f"{_PERIMETER} + {_AREA}", "REDUNDANT", _SIZES_AGAIN),
                Misnaming(f"{_PERIMETER} + {_POINTS}", "RUNNER_UP", _CLOSE),
                Misnaming(f"{_RADIUS} + {_POINTS}", "RUNNER_UP", _CLOSE),
            ],
        ),
        Part(
            "information of the pair",
            lambda: bits_of(*best_pair()),
            tolerance=0.0005,
            low=0,
            high=0.953,
            bound="More than H(Y) = 0.953 bits there is not to be told.",
            mistakes=[
                Mistake(lambda: bits_of(_RADIUS, _PERIMETER), "RANKED_ALONE", _RANKED),
                Mistake(lambda: bits_of(_RADIUS, _AREA), "REDUNDANT", _SIZES_AGAIN),
                Mistake(lambda: bits_of(_PERIMETER, _AREA), "REDUNDANT", _SIZES_AGAIN),
                Mistake(lambda: bits_of(_PERIMETER, _POINTS), "RUNNER_UP", _CLOSE),
                Mistake(lambda: bits_of(_RADIUS, _POINTS), "RUNNER_UP", _CLOSE),
                Mistake(lambda: bits_of(_RADIUS) + bits_of(_PERIMETER), "SUM_OF_PARTS"),
                Mistake(lambda: sum(map(bits_of, best_pair())), "SUM_OF_PARTS"),
                Mistake(
                    lambda: bits_of(top_two()[0]),
                    "ONE_OF_TWO",
                    (
                        "That is the best *single* feature. Asked is what two tell together.",
                        "np.column_stack the two columns of bins; a whole row is then one label.",
                    ),
                ),
            ],
        ),
        Part(
            "bias",
            lambda: bias_of(*best_pair()),
            tolerance=0.003,
            low=0,
            bound="The plug-in estimate of information errs upwards on average.",
            mistakes=[
                Mistake(lambda: 0.0, "NO_NULL"),
                Mistake(lambda: bias_in_bits(_BINS**2 - 1, 569), "EMPTY_CELLS"),
                Mistake(
                    lambda: bias_in_bits(_BINS - 1, 569),
                    "ONE_OF_TWO",
                    (
                        "That is the bias of one feature with 8 bins. The pair has more cells.",
                        "How many of the 64 combinations of bins occur at all?",
                    ),
                ),
                Mistake(lambda: bias_of(*best_pair()) * _LN2, "NATS_FOR_BITS"),
            ],
        ),
    ],
    hints=(
        "Six pairs. For each one, np.column_stack the two columns of bins and treat a row as one label.",
        "The bias is about (occupied combinations − 1)(2 − 1) / 2n nats, with n = 569.",
    ),
    solution="Alone: radius 0.6485, perimeter 0.6591, area 0.6434, concave points 0.6262 bits. Together, "
    "of the six pairs: worst area + worst concave points 0.8010, perimeter + concave points 0.7986, radius "
    "+ concave points 0.7967; the top two of the ranking, radius + perimeter, only 0.6830. Of 64 "
    "combinations 51 occur: (51 − 1)(2 − 1) / (2 · 569 · ln 2) = 0.063 bits of bias, far more than what "
    "separates the best three.",
)

EXERCISES = (_ONE_NUMBER, _TWICE_THE_SAME, _XOR, _FROM_NOTHING, _SINE, _BEST_PAIR)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "5.r1",
        "From chapter 4: D(p‖q) is 0. What follows?",
        (
            Option("p and q have the same mean", "They do, and a great deal more."),
            Option("p and q are the same distribution", "D is 0 there and nowhere else.", True),
            Option(
                "p and q have the same entropy", "So have (0.9, 0.1) and (0.1, 0.9), and their D is 2.54."
            ),
            Option("p and q do not overlap", "Then D would be infinite."),
        ),
    ),
    Question(
        "5.r2",
        "From chapter 3: a fresh network gives 8 classes equal chances. Its mean loss is",
        (
            Option("8 bits", "That counts the classes. How many yes/no questions pick one of them?"),
            Option("0.125 bits", "That is the probability 1/8. How surprising is it?"),
            Option("2.079 bits", "The number is right in nats."),
            Option("3 bits", "log2 8, which a library prints as 2.079 nats.", True),
        ),
    ),
    Question(
        "5.r3",
        "From chapter 1: rain has the probability 1/4, a late train 1/8, independently. Both happen. The "
        "surprise is",
        (
            Option("5 bits", "1/32: probabilities multiply, so 2 + 3 bits add.", True),
            Option("6 bits", "That multiplies 2 and 3. Which of the two multiplies, bits or probabilities?"),
            Option("3 bits", "That is the train alone."),
            Option("1.4 bits", "That is −log2(3/8), one *or* the other, were they exclusive."),
        ),
    ),
    Question(
        "5.r4",
        "H(X) = 2 bits, H(Y) = 1.5 bits, and the pair has H(X,Y) = 3 bits. I(X;Y) is",
        (
            Option("3.5 bits", "That adds the two. What is counted twice in it?"),
            Option("1.5 bits", "That would need Y to be a function of X: H(X,Y) = H(X)."),
            Option("0.5 bits", "2 + 1.5 − 3: what is counted twice.", True),
            Option("1 bit", "That is H(Y|X) = H(X,Y) − H(X), what stays open."),
        ),
    ),
    Question(
        "5.r5",
        "From chapter 2: frequencies of a small sample give too low an entropy, and the more so the more "
        "cells there are. So H(X) + H(Y) − H(X,Y), computed from them, is on average",
        (
            Option("too low", "Each term is too low, but one of them is subtracted."),
            Option(
                "right: the errors cancel", "They would if the joint table had as few cells as its margins."
            ),
            Option(
                "too low or too high, as it happens", "A single sample scatters. The mean has a direction."
            ),
            Option("too high", "H(X,Y) has the most cells, falls short most, and is subtracted.", True),
        ),
    ),
    Question(
        "5.q1",
        "H(Y) = 1.28 bits. You learn X = 0, and now Y has 1.37 bits. How can that be?",
        (
            Option("it cannot: knowing never hurts", "On average it never does. This is one value of X."),
            Option(
                "for this value of X it may rise",
                "Only the average over X, H(Y|X), is bound to stay at or below H(Y).",
                True,
            ),
            Option(
                "then I(X;Y) is negative", "I averages over all values of X, and the others make up for it."
            ),
            Option("then X and Y are independent", "If so, learning X would leave Y at 1.28 bits."),
        ),
    ),
    Question(
        "5.q2",
        "The correlation of X and Y is 0. Then I(X;Y)",
        (
            Option("may be as large as it likes", "A parabola: r = 0, and yet x says where y is.", True),
            Option("is 0 as well", "That is the other direction: I = 0 makes every correlation 0."),
            Option("is at most 1 bit", "r sets no such limit."),
            Option("is that of two independent variables", "Uncorrelated asks about straight lines only."),
        ),
    ),
    Question(
        "5.q3",
        "In the diagram of X₁, X₂ and their XOR, Y, the middle region is −1 bit. It says that",
        (
            Option("the table was estimated badly", "It is exact. No sample is involved."),
            Option("X₁ and X₂ lose a bit to each other", "They are independent: they share nothing."),
            Option(
                "once Y is known, X₁ and X₂ share a bit",
                "From 0 to 1 bit: I(X₁;X₂) − I(X₁;X₂|Y) = −1. Areas mislead with three variables.",
                True,
            ),
            Option("Y has less than 0 bits of entropy", "H(Y) is 1 bit."),
        ),
    ),
    Question(
        "5.q4",
        "Two features are both independent of Y. The first has 4 levels, the second 64. On the same 500 "
        "rows, which shows the larger plug-in I?",
        (
            Option("the one with 4 levels", "Fewer cells, each better filled: it errs less."),
            Option("neither: both are 0", "Both *are* 0. Neither will show it."),
            Option("it is a coin toss", "Chance moves both, but on average they lie far apart."),
            Option("the one with 64 levels", "The false part grows with (K_x − 1)(K_y − 1).", True),
        ),
    ),
    Question(
        "5.q5",
        "X = sin Y exactly, without noise. A nearest-neighbour estimate of I grows by about 3.3 bits "
        "whenever the sample grows tenfold. Why?",
        (
            Option("the estimator is broken", "On noisy data it settles. Look at what it is asked here."),
            Option(
                "the true I is infinite",
                "A continuous X without noise tells every digit of sin Y: the "
                "estimate reports the sample size, log2 10 = 3.32 at a time.",
                True,
            ),
            Option("more samples cover more periods", "The range of Y stays the same."),
            Option("it approaches H(Y) from below", "For a continuous Y that is no ceiling for I."),
        ),
    ),
    Question(
        "5.q6",
        "A clustering of 300 points has 300 clusters, drawn at random. Its NMI with the true 3 classes is "
        "0.24, its AMI is about 0. What went wrong?",
        (
            Option("NMI rewards many clusters", "It is not corrected for chance; AMI is.", True),
            Option("AMI punishes good clusterings", "This one was drawn at random. 0 is what it deserves."),
            Option("NMI has a bug", "It computes what it promises: I over a mean of two entropies."),
            Option("24 % of the points are right by luck", "NMI is not a share of points."),
        ),
    ),
    Question(
        "5.q7",
        "A wire flips each bit with probability 0.1. Sent three times and put to the vote, a bit is wrong "
        "only with probability 0.028. What did that cost?",
        (
            Option("nothing: errors became rarer", "Three uses of the wire now carry one bit."),
            Option("the capacity of the wire fell", "That belongs to the wire: still 0.531 bits a use."),
            Option(
                "about half of what the wire can carry",
                "0.272 bits per use are left of 0.531, and still errors. Good codes reach nearly 0.531, "
                "almost without.",
                True,
            ),
            Option("a delay, but no bits", "Each bit takes the place of two others."),
        ),
    ),
    Question(
        "5.q8",
        "After a colleague's new preprocessing, the estimated I(f(X);Y) is larger than I(X;Y) was. Then",
        (
            Option(
                "f added information about Y", "No processing of X alone can: data-processing inequality."
            ),
            Option("Y leaks into X", "It may have leaked into f; into X it would have raised both."),
            Option("the inequality fails for learned f", "It holds for every f that sees only X."),
            Option(
                "the two estimates err differently",
                "Or f has seen Y. What f can add is ease: bits easier to get at, or to estimate.",
                True,
            ),
        ),
    ),
    Question(
        "5.q9",
        "InfoNCE with N = 256 candidates per example reports 7.9 bits. The true I(X;Y) is",
        (
            Option("about 7.9 bits", "It is a lower bound, and 7.9 is close to the most it can say."),
            Option("at least 7.9 bits, perhaps far more", "It cannot report more than log2 256 = 8.", True),
            Option("at most 8 bits", "8 is the ceiling of the bound, not of the information."),
            Option("256 times as large", "N enters as log2 N."),
        ),
    ),
    Question(
        "5.a",
        "From 100 samples of a 3 × 3 table, I(X;Y) comes out as 0.0137 nats. You say:",
        (
            Option("weak dependence", "It is below what independence shows on average, 4/200 = 0.0200 nats."),
            Option("compatible with independence", "Chance alone shows 0.0200 nats on average.", True),
            Option("a bug: it should be exactly 0", "Plug-in is biased up; exactly 0 would be the surprise."),
            Option("proof of independence", "Absence of evidence: a weak link would hide in the same noise."),
        ),
    ),
    Question(
        "5.b",
        "A feature F has I(F;Y) = 0, exactly. What do you do with it?",
        (
            Option("drop it, whatever the model", "XOR: two such features can know everything together."),
            Option("check its correlation; that may be large", "It is 0: r ≠ 0 implies I > 0."),
            Option(
                "look at it beside the others",
                "Alone it says nothing; with others it may say everything.",
                True,
            ),
            Option("keep it, unless the model is a tree", "A tree can use it, from its second question on."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_CORRELATIONS = (0.4, 0.8, 0.0)


def _nearest(value: float, offers: tuple[float, ...]) -> float:
    return float(np.argmin([abs(value - offer) for offer in offers]))


@cache
def bits_from_nothing(bins: int, n: int) -> float:
    """Return the exact mean of the plug-in estimate for independent data in quantile bins, in bits.

    The margins are fixed by the bins, so each cell's count is hypergeometric.
    """
    from scipy.stats import hypergeom  # slow to import: only for who needs it

    sizes = np.bincount(quantile_bins(np.arange(n), bins))
    counts = np.arange(1, sizes.max() + 1)
    total = 0.0
    for row in sizes:
        for column in sizes:
            chances = hypergeom.pmf(counts, n, row, column)
            total += float(chances @ (counts / n * np.log2(n * counts / (row * column))))
    return total


_WIRE_OFFERS = (0.9, 0.53, 0.8, 0.99)


def _wire_bits(flip: float = 0.1) -> float:
    return float(capacity(binary_symmetric_channel(flip)).capacity)


_PAIR_OFFERS = (1.31, 0.95, 0.80, 0.68)

PREDICTIONS = (
    Prediction(
        "5.hook",
        "Y is uniform on [−π, π], and X = sin Y. What is the correlation of X and Y?",
        truth=lambda: _nearest(sine_correlation(_NARROW), _CORRELATIONS),
        options=("about 0.4", "about 0.8", "about 0"),
        explanation=lambda: (
            f"r = {sine_correlation(_NARROW):.2f}: on [−π, π] sin Y has the sign of Y throughout. On longer "
            "stretches r comes closer and closer to 0, and the link between the two is as exact as before."
        ),
    ),
    Prediction(
        "5.xor",
        "Two features: each one alone tells 0 bits about Y. What can the two tell together, at most?",
        truth=lambda: 2.0 if math.isclose(_together(), 1.0) else 0.0,
        options=("0 bits as well", "a small part of Y", "all of Y"),
        explanation=lambda: (
            f"Let Y say whether two fair coins differ: each coin alone {_alone(1):.0f} bits, both together "
            f"{_together():.0f} bit, all there is."
        ),
    ),
    Prediction(
        "5.nothing",
        "200 pairs (x, y) of independent numbers; each axis is cut into 30 bins that hold equally many. How "
        "many bits of mutual information do the frequencies show, on average?",
        truth=lambda: bits_from_nothing(30, 200),
        low=0,
        high=6,
        step=0.1,
        accept=0.3,
        explanation=lambda: (
            f"{bits_from_nothing(30, 200):.2f} bits, from nothing: 900 cells and 200 points. With 3 bins it "
            f"would be {bits_from_nothing(3, 200):.3f}."
        ),
    ),
    Prediction(
        "5.pair",
        "Benign or not is worth 0.95 bits. Of these a tumour's radius tells 0.65 and its perimeter 0.66. How "
        "many do the two tell together?",
        truth=lambda: _nearest(bits_of(_RADIUS, _PERIMETER), _PAIR_OFFERS),
        options=("1.31 bits", "0.95 bits", "0.80 bits", "0.68 bits"),
        explanation=lambda: (
            f"{bits_of(_RADIUS, _PERIMETER):.4f} bits: both measure the same size. Radius and concave "
            f"points, {bits_of(_POINTS):.4f} alone, make {bits_of(_RADIUS, _POINTS):.4f}."
        ),
    ),
    Prediction(
        "5.wire",
        "A wire turns one bit in ten into its opposite, and does not say which. How many bits of information "
        "can it carry per bit sent?",
        truth=lambda: _nearest(_wire_bits(), _WIRE_OFFERS),
        options=("0.9 bits", "0.53 bits", "0.8 bits", "0.99 bits"),
        explanation=lambda: (
            f"1 − H(0.1) = {_wire_bits():.4f} bits: not knowing which ones are wrong costs "
            f"{1 - _wire_bits():.4f} bits each. A wire that loses one in ten and says so carries 0.9."
        ),
    ),
)
