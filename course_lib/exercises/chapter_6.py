"""Exercises, questions and predictions of chapter 6, The information bottleneck."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from course_lib import records
from course_lib.bottleneck import (
    Drawers,
    information_bottleneck,
    information_plane,
    local_threshold,
    sequential_bottleneck,
)
from course_lib.channels import binary_symmetric_channel, in_series
from course_lib.datasets import python_text
from course_lib.distributions import FloatArray
from course_lib.exercises.material import Exercise, Mistake, Option, Part, Prediction, Question
from course_lib.exercises.readings import has_nan_or_inf
from course_lib.exercises.updates import Step, update_trial
from course_lib.measures import binary_entropy, entropy, mutual_information

_LN2 = math.log(2)

# ---------------------------------------------------------------------------------- 6.1

_FLIP = 0.1


def through_wires(wires: int) -> float:
    """Return what a fair bit still tells after so many wires in a row, each with a flip of 0.1, in bits."""
    wire = binary_symmetric_channel(_FLIP)
    whole = wire if wires == 1 else in_series(wire, *[wire] * (wires - 1))
    return float(mutual_information(whole / 2))


_WHISPER = Exercise(
    id="6.1",
    title="Two whispers",
    prompt="A fair bit X is passed on as T with a flip probability of 0.1, and T as Z with 0.1 again. What "
    "is I(X;Z), in bits?",
    parts=[
        Part(
            "mutual information",
            lambda: through_wires(2),
            low=0,
            high=through_wires(1),
            bound="Z sees X only through T: I(X;Z) lies between 0 and I(X;T) = 0.5310 bits.",
            mistakes=[
                Mistake(lambda: through_wires(1) ** 2, "CAPACITIES_MULTIPLIED"),
                Mistake(lambda: 1 - float(binary_entropy(2 * _FLIP)), "FLIPS_ADDED"),
                Mistake(lambda: through_wires(1), "NO_LOSS"),
                Mistake(
                    lambda: 1 - through_wires(2),
                    "REMAINING_FOR_GAIN",
                    (
                        "That is H(X|Z): what stays open about X. Asked is what Z tells.",
                        "H(X) = 1 bit minus it.",
                    ),
                ),
                Mistake(
                    lambda: 2 * _FLIP * (1 - _FLIP),
                    "PROBABILITY_FOR_BITS",
                ),
                Mistake(lambda: through_wires(2) * _LN2, "NATS_FOR_BITS"),
            ],
        )
    ],
    hints=(
        "The two wires in a row are one wire. With which probability does it flip?",
        "It flips when exactly one of the two does: 0.1·0.9 + 0.9·0.1 = 0.18.",
    ),
    solution="Exactly one flip: 2 · 0.1 · 0.9 = 0.18; two flips cancel. I(X;Z) = 1 − H(0.18) = 1 − 0.6801 = "
    "0.3199 bits, less than I(X;T) = 0.5310. No decoder behind Z can raise it.",
)

# ---------------------------------------------------------------------------------- 6.2


@cache
def four_inputs() -> FloatArray:
    """Return the chapter's table: four equally likely x, and P(y=1|x) = 0.95, 0.80, 0.20, 0.05."""
    ones = np.array([0.95, 0.80, 0.20, 0.05])
    return np.column_stack([1 - ones, ones]) / 4


_HALVES = (0, 0, 1, 1)


def _kept() -> float:
    return information_plane(four_inputs(), _HALVES)[0]


def _told() -> float:
    return information_plane(four_inputs(), _HALVES)[1]


def _there_is() -> float:
    return float(mutual_information(four_inputs()))


_TWO_DRAWERS = Exercise(
    id="6.2",
    title="What a drawer tells",
    prompt="Four inputs x₁ to x₄ are equally likely, and P(y=1|x) = 0.95, 0.80, 0.20, 0.05. T says whether "
    "x is in {x₁, x₂} or in {x₃, x₄}. Give (I(X;T), I(T;Y), the share of I(X;Y) that T keeps), in bits, "
    "bits and as a number between 0 and 1.",
    parts=[
        Part(
            "cost I(X;T)",
            _kept,
            low=0,
            high=2,
            bound="It lies between 0 and H(X) = 2 bits.",
            mistakes=[
                Mistake(
                    lambda: float(entropy(four_inputs().sum(axis=1))),
                    "OWN_ENTROPY",
                    (
                        "That is H(X), all there is to know about x. Does T tell which of the four it is?",
                        "T is a function of X, so I(X;T) = H(T). How many values has T?",
                    ),
                ),
                Mistake(
                    lambda: 0.0,
                    "REMAINING_FOR_GAIN",
                    (
                        "0 is H(T|X), what is open about T once x is known. What does T tell about x?",
                        "H(T) minus it.",
                    ),
                ),
            ],
        ),
        Part(
            "relevance I(T;Y)",
            _told,
            low=0,
            high=_there_is(),
            bound="T is made from X alone, so it tells no more than I(X;Y) = 0.4958 bits about Y.",
            mistakes=[
                Mistake(lambda: _told() * _LN2, "NATS_FOR_BITS"),
                Mistake(_there_is, "WHOLE_FOR_SUMMARY"),
                Mistake(
                    lambda: 1 - _told(),
                    "REMAINING_FOR_GAIN",
                    (
                        "That is H(Y|T), what stays open about Y. Asked is what T tells.",
                        "H(Y) = 1 bit minus it.",
                    ),
                ),
                Mistake(
                    lambda: information_plane(four_inputs(), (0, 1, 0, 1))[1],
                    "OTHER_DRAWERS",
                ),
            ],
        ),
        Part(
            "share kept",
            lambda: _told() / _there_is(),
            unit="probability",
            low=0,
            high=1,
            bound="A share lies between 0 and 1.",
            mistakes=[
                Mistake(
                    _told,
                    "OTHER_WHOLE",
                    (
                        "Divided by 1, H(Y) or I(X;T)? The share is of what X tells about Y.",
                        "Divide I(T;Y) by I(X;Y).",
                    ),
                ),
                Mistake(
                    lambda: 1 - _told() / _there_is(),
                    "REMAINING_FOR_GAIN",
                    (
                        "That is the share that is *lost*. Asked is what T keeps.",
                        "1 minus it.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "T is a function of X: what is then H(T|X)? And what is P(y=1) inside each drawer?",
        "I(X;T) = H(T). Inside the drawers P(y=1) = 0.875 and 0.125. For the share you need I(X;Y) as well.",
    ),
    solution="I(X;T) = H(T) = 1 bit. In the drawers P(y=1) = 0.875 and 0.125, so I(T;Y) = 1 − H(0.125) = 1 − "
    "0.5436 = 0.4564 bits. I(X;Y) = 1 − (H(0.05) + H(0.20))/2 = 0.4958 bits: the share is 0.4564 / 0.4958 = "
    "0.9205. Half of the bits about x, 92 % of what they say about y.",
)

# ---------------------------------------------------------------------------------- 6.3


def _eigenvalue() -> float:
    return 1 / local_threshold(four_inputs())


_SWITCH_ON = Exercise(
    id="6.3",
    title="Where it switches on",
    prompt="For the table of exercise 6.2 the second eigenvalue of the way from x to y and back is 0.585. At "
    "which β does the summary switch on, in this chapter's convention: minimise I(X;T) − β·I(T;Y)?",
    parts=[
        Part(
            "threshold",
            lambda: local_threshold(four_inputs()),
            unit="",
            low=1,
            bound="T tells no more about Y than about X, so below β = 1 the empty summary is best.",
            mistakes=[
                Mistake(_eigenvalue, "OTHER_BETA"),
                Mistake(
                    lambda: 1 / _eigenvalue() ** 2,
                    "ROOT_OR_SQUARE",
                    (
                        "Squared once too often: the eigenvalue of the way there *and back* is a square "
                        "already.",
                        "One over the eigenvalue as it is.",
                    ),
                ),
                Mistake(
                    lambda: 1 / math.sqrt(_eigenvalue()),
                    "ROOT_OR_SQUARE",
                    (
                        "A root too many: that is one over the maximal correlation, the way there alone.",
                        "One over the eigenvalue of the way there and back.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "A first, tiny bit of summary gains at most 0.585 bits about Y per bit about X. When does it pay?",
        "It pays when β · 0.585 exceeds 1.",
    ),
    solution="A summary that has just begun gains at most 0.585 bits about Y for each bit about X; it pays "
    "from β · 0.585 = 1 on, β = 1 / 0.585 = 1.7094. In the other convention, maximise I(T;Y) − β′·I(X;T), "
    "the same point is β′ = 0.585. The test is local: it is exact for this symmetric table, and in skewed "
    "ones a summary may pay earlier.",
)

# ---------------------------------------------------------------------------------- 6.4

_INPUTS, _UNITS = 64, 2


def _distinct() -> float:
    return float(entropy(np.full(_INPUTS, 1 / _INPUTS)))


_UNITS_OR_BITS = Exercise(
    id="6.4",
    title="Two units",
    prompt="64 inputs are equally likely. A tanh layer of 2 units gives each of them another pair of values. "
    "What is I(X;T), in bits?",
    parts=[
        Part(
            "mutual information",
            _distinct,
            low=0,
            high=_distinct(),
            bound="It cannot exceed H(X), the log of the number of inputs.",
            mistakes=[
                Mistake(
                    lambda: float(_UNITS),
                    "UNITS_NOT_BITS",
                    (
                        "2 counts the units, and units are not bits. How many *distinct* codes can occur?",
                        "One for each input. How many yes/no questions pick one of them?",
                    ),
                ),
                Mistake(
                    lambda: float(_UNITS * _INPUTS),
                    "UNITS_NOT_BITS",
                    (
                        "128 is the room in two numbers of 64 bits each, or units times inputs. How many of "
                        "these codes occur?",
                        "Only as many as there are inputs.",
                    ),
                ),
                Mistake(
                    lambda: _UNITS * _distinct(),
                    "COUNTED_TWICE",
                    (
                        "One full price for each unit? Once the first one has told which input it was, what "
                        "does the second one add?",
                        "Both units together name one of 64 inputs.",
                    ),
                ),
                Mistake(
                    lambda: float(_INPUTS),
                    "LOG_FORGOTTEN",
                    (
                        "64 counts the equally likely inputs. How many yes/no questions pick one of them?",
                        "Take log2.",
                    ),
                ),
                Mistake(
                    lambda: math.inf,
                    "INFINITE",
                    (
                        "Right only where X is continuous. Here there are 64 inputs, and so 64 codes.",
                        "I(X;T) cannot exceed H(X).",
                    ),
                ),
                Mistake(lambda: _distinct() * _LN2, "NATS_FOR_BITS"),
            ],
        )
    ],
    hints=(
        "Each input has a code of its own. When you see T, what is left open about X?",
        "Nothing: I(X;T) = H(X), and X has 64 equally likely values.",
    ),
    solution="Seeing T you know X: H(X|T) = 0, so I(X;T) = H(X) = log2 64 = 6 bits, at any width of the "
    "layer and at any epoch, as long as no two inputs share a code.",
)

# ---------------------------------------------------------------------------------- 6.5


_WITH_ZERO = np.array([[0.30, 0.20, 0.00], [0.02, 0.20, 0.08], [0.05, 0.03, 0.12]])
_SOFT = np.array([[0.7, 0.3], [0.4, 0.6], [0.2, 0.8]])
FIRST_STEP = Step(np.array([[0.30, 0.10, 0.10], [0.02, 0.20, 0.08], [0.05, 0.03, 0.12]]), _SOFT, 2.0)


@cache
def _larger() -> Step:
    rng = np.random.default_rng(6)
    return Step(rng.dirichlet(np.ones(24)).reshape(6, 4), rng.dirichlet(np.ones(4), size=6), 5.0)


_ONE_UPDATE = Exercise(
    id="6.5",
    title="Write the update",
    prompt="Write my_update(joint, encoder, beta), one step of the bottleneck: the new p(t|x), "
    "proportional to p(t)·exp(−β·D(p(y|x)‖p(y|t))), with D in nats. joint holds p(x,y), rows x; encoder "
    "holds the old p(t|x), rows x; p(t) and p(y|t) follow from these two. All are NumPy arrays. Hand over "
    "the function: check('6.5', my_update).",
    trials=[
        update_trial("a table of three x with a soft encoder and β = 2", FIRST_STEP),
        update_trial("the same with β = 0", Step(FIRST_STEP.joint, _SOFT, 0.0)),
        update_trial(
            "a table with an impossible outcome",
            Step(_WITH_ZERO, _SOFT, 2.0),
            (has_nan_or_inf, "ZERO_LOG_ZERO"),
        ),
        update_trial("six x and four t with β = 5", _larger()),
    ],
    hints=(
        "Four arrays lead there: p(x), p(t), p(y|x), p(y|t). Which of them are plain matrix products?",
        "p_t = p_x @ encoder, and p(y|t) is encoder.T @ joint, each row divided by p_t.",
    ),
    solution="""def my_update(joint, encoder, beta):
    p_x = joint.sum(axis=1)
    p_t = p_x @ encoder
    y_given_x = joint / p_x[:, None]
    y_given_t = encoder.T @ joint / p_t[:, None]
    divergence = rel_entr(y_given_x[:, None], y_given_t[None]).sum(axis=-1)  # nats; 0·log 0 counts 0
    new = p_t * np.exp(-beta * divergence)
    return new / new.sum(axis=1, keepdims=True)""",
)

# ---------------------------------------------------------------------------------- 6.6

_LAST_LAYER, _COARSE, _HALVED = 5, 30, 60


def ruler(
    bins: int, epoch: int = 1200, *, activation: str = "tanh", layer: int = _LAST_LAYER, run: int = 0
) -> float:
    """Return I(X;T) in bits as the record of the information planes has it."""
    planes = records.load("information_planes")
    place = (
        planes["activations"].tolist().index(activation),
        run,
        planes["epochs"].tolist().index(epoch),
        planes["layers"].tolist().index(layer),
        planes["bins"].tolist().index(bins),
    )
    return float(planes["i_xt"][place])


_FINER = Exercise(
    id="6.6",
    title="A finer ruler",
    prompt="(Hard, with data.) In records.load('information_planes'), take the tanh network of the first "
    "seed after 1200 epochs and its last hidden layer of 3 units. With 30 bins it has some I(X;T). Predict "
    "what half the bin width does to it; then measure: how many bits with 60 bins?",
    parts=[
        Part(
            "measured information",
            lambda: ruler(_HALVED),
            tolerance=0.005,
            low=1.12,  # what 30 bins show, see the solution; a literal, so that importing reads no record
            high=4.13,
            bound="A ruler with extra marks sees no less, and halving the bins of 3 units adds at most 3 "
            "bits.",
            mistakes=[
                Mistake(lambda: ruler(_COARSE), "COARSE_RULER"),
                Mistake(lambda: ruler(100), "OTHER_RULER"),
                Mistake(lambda: ruler(10), "OTHER_RULER"),
                Mistake(lambda: ruler(10**6), "OTHER_RULER"),
                Mistake(lambda: 2 * ruler(_COARSE), "DOUBLED"),
                Mistake(lambda: ruler(_COARSE) + 1, "EVENLY_SPREAD"),
                Mistake(lambda: ruler(_COARSE) + 3, "EVENLY_SPREAD"),
                Mistake(lambda: ruler(_HALVED, layer=_LAST_LAYER - 1), "OTHER_LAYER"),
                Mistake(lambda: ruler(_HALVED, run=1), "OTHER_RUN"),
                Mistake(lambda: ruler(_HALVED, run=2), "OTHER_RUN"),
                Mistake(lambda: ruler(_HALVED, activation="relu"), "OTHER_NETWORK"),
                Mistake(lambda: ruler(_HALVED) * _LN2, "NATS_FOR_BITS", tolerance=0.002),
            ],
        )
    ],
    hints=(
        "The array i_xt has the axes activation, seed, epoch, layer, bins; arrays of these names say which "
        "place is which.",
        "tanh is activation 0, the first seed is 0, epoch 1200 is the last one, so is layer 5, and 60 bins "
        "are place 2.",
    ),
    solution="planes['i_xt'][0, 0, -1, -1, 2] = 1.2181 bits, against 1.1245 with 30 bins. It had to be "
    "more: the old marks are still there, so the coarse code follows from the fine one. Had the values "
    "been spread evenly within their bins, each of the 3 units would have added 1 bit. They added 0.09 "
    "bits together, because they have gathered at the ends of the scale.",
)

EXERCISES = (_WHISPER, _TWO_DRAWERS, _SWITCH_ON, _UNITS_OR_BITS, _ONE_UPDATE, _FINER)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "6.r1",
        "From chapter 5: T is made from X, and I(X;Y) = 0.5 bits. Then I(T;Y) is",
        (
            Option("at most 0.5 bits", "Processing adds nothing: T knows Y only through X.", True),
            Option("exactly 0.5 bits", "Only if T keeps all that X says about Y."),
            Option("more than 0.5 bits, if T is good", "A good T makes bits easier to use. It adds none."),
            Option("0 bits, unless T is X itself", "A summary loses something, rarely everything."),
        ),
    ),
    Question(
        "6.r2",
        "From chapter 4: for every image a VAE's encoder puts out the prior itself, N(0, 1). The price is 0 "
        "nats. What does the code tell about the image?",
        (
            Option("everything: it is free", "A price of 0 is what a code without content costs."),
            Option("as much as N(0, 1) has entropy", "That entropy is noise, alike for all images."),
            Option(
                "nothing: it is alike for all of them", "To tell them apart it has to leave the prior.", True
            ),
            Option("that depends on the decoder", "No decoder gets out what was never put in."),
        ),
    ),
    Question(
        "6.r3",
        "From chapter 1: one of 4096 equally likely inputs is chosen. Naming it takes",
        (
            Option("4096 bits", "That counts the cases. How many halvings leave one of them?"),
            Option("12 bits", "Twelve halvings: log2 4096 = 12.", True),
            Option("8.3 bits", "The number is right in nats."),
            Option("64 bits", "The square root; what is asked for is the logarithm."),
        ),
    ),
    Question(
        "6.r4",
        "Minimise I(X;T) − β·I(T;Y) with β = 0.9. The best summary is",
        (
            Option("X itself", "That is where β grows without end."),
            Option("one bit about Y", "A bit about Y costs at least a bit about X, and earns 0.9."),
            Option("not determined by β", "I(T;Y) never exceeds I(X;T): that decides it."),
            Option("nothing at all", "I(T;Y) ≤ I(X;T), so below β = 1 nothing pays.", True),
        ),
    ),
    Question(
        "6.r5",
        "From chapter 2: T is a function of X, without noise. Then H(T|X) is",
        (
            Option("H(T)", "That is before x is known."),
            Option("H(X)", "X has that. The question is what is open about T."),
            Option("0", "Once x is known, T can be computed: nothing is open.", True),
            Option("never 0", "It is 0 for a function, and above 0 only with noise."),
        ),
    ),
    Question(
        "6.q1",
        "A paper maximises I(T;Y) − β′·I(X;T) and uses β′ = 0.1. In this chapter's convention that is",
        (
            Option("β = 0.1", "The two multiply different terms."),
            Option("β = 0.9", "They are reciprocals, not complements."),
            Option("β = 10", "Divide by β′ and turn the sign: I(X;T) − (1/β′)·I(T;Y).", True),
            Option("nothing comparable", "It is the same objective on another scale."),
        ),
    ),
    Question(
        "6.q2",
        "Four equally likely inputs have P(y=1|x) = 0.95, 0.80, 0.20, 0.05. T tells {x₁, x₄} from {x₂, x₃}. "
        "It costs 1 bit, and about Y it tells",
        (
            Option("0 bits", "In both drawers P(y=1) is ½. A bit can be worth nothing.", True),
            Option("1 bit", "That is what it costs. Which y do you expect in either drawer?"),
            Option("0.456 bits", "That is the split {x₁, x₂} against {x₃, x₄}."),
            Option("0.496 bits", "All four kept apart tell that much."),
        ),
    ),
    Question(
        "6.q3",
        "26 letters go into K drawers, as informative as possible about the next letter. As K grows, the "
        "bits kept",
        (
            Option("double with every doubling of K", "The first drawers win most of what is there."),
            Option("rise, then fall again", "A drawer more can always be left empty."),
            Option("stay below what any letter tells", "At K = 26 the drawer *is* the letter."),
            Option("never fall, and end at I(X;Y)", "At K = 26 nothing has been put together.", True),
        ),
    ),
    Question(
        "6.q4",
        "A layer computes T = tanh(Wx + b) without noise, all weights differ, and x is continuous. I(X;T) is",
        (
            Option("the number of units, in bits", "Units are not bits: each has infinitely many values."),
            Option(
                "infinite",
                "Arbitrarily many digits of x can be read off. Only a ruler makes it finite.",
                True,
            ),
            Option("falling while it trains", "Not this quantity. A *binned* one may fall."),
            Option("at most log2 of the sample size", "That caps an estimate from samples, not the value."),
        ),
    ),
    Question(
        "6.q5",
        "A network turns 150,528 pixels into 512 numbers of 32 bits. How much has it compressed?",
        (
            Option(
                "by 294, the ratio", "That counts dimensions. Bits live in how many codes can be told apart."
            ),
            Option("to 512 bits", "A number is not a bit. 512 of them have room for 16,384."),
            Option("at least by half", "Nothing follows from the counts, not even that."),
            Option(
                "that cannot be said from the counts", "16,384 bits are room for any data set's log2 n.", True
            ),
        ),
    ),
    Question(
        "6.q6",
        "Which of these is established?",
        (
            Option("networks generalise because they compress", "A hypothesis, and contested."),
            Option(
                "every network first fits, then compresses",
                "Contested: Saxe et al. saw no second phase in ReLU networks.",
            ),
            Option("saturation can look like compression", "Activations gather at ±1, and share bins.", True),
            Option("early stopping lowers I(X;T)", "Plausible for noisy T, and to be measured."),
        ),
    ),
    Question(
        "6.q7",
        "Y is a function of X, as labels often are. You sweep β to trace the trade-off curve. What do you "
        "get?",
        (
            Option(
                "its two ends, and little between",
                "The curve is straight there: one slope for all of it.",
                True,
            ),
            Option("the whole curve, as with noise", "That needs a curve that bends, so that slopes differ."),
            Option("no solution for any β", "There are solutions: all, or nothing."),
            Option("points above the curve", "Nothing lies above it; that is what makes it the curve."),
        ),
    ),
    Question(
        "6.q8",
        "A variational bottleneck minimises cross-entropy + β·KL(code‖prior). You double β. The code's rate",
        (
            Option("doubles", "β is the price of the rate, not the rate."),
            Option("stays: only the units change", "The other term keeps its units, so the balance shifts."),
            Option("rises, since more is kept", "So it is in I(X;T) − β·I(T;Y). Here β multiplies the cost."),
            Option("falls, or stays where it is", "What has become dearer is bought less.", True),
        ),
    ),
    Question(
        "6.a",
        "With coarse bins, I(X;T) of a layer fell during training. So the network has discarded input. Has "
        "it?",
        (
            Option(
                "yes, that is what I(X;T) measures",
                "The same run, measured finely, stays at 12 bits for long.",
            ),
            Option(
                "yes, if the test accuracy rose with it", "Both can happen without the one causing the other."
            ),
            Option("its activations moved together within bins", "A finer ruler may show no loss.", True),
            Option(
                "impossible: data processing forbids it",
                "It orders layers at one time, not one layer over time.",
            ),
        ),
    ),
    Question(
        "6.b",
        "You raise β′ in: maximise I(T;Y) − β′·I(X;T). The summary",
        (
            Option("keeps more about Y", "In the other convention, where β multiplies I(T;Y)."),
            Option("compresses more", "β′ is the price of a bit about X.", True),
            Option(
                "is the same, at another scale", "Units would rescale both terms alike; this one only one."
            ),
            Option("stays: the curve is what it is", "The curve stays. The point moves along it."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_VOWELS = frozenset("aeiouy")


@cache
def letter_drawers(drawers: int) -> Drawers:
    """Return the letters of Python's documentation, sorted by what they tell about the next letter."""
    symbols = np.frombuffer(python_text().letters.encode(), dtype=np.uint8)
    numbers = np.where(symbols == ord(" "), 26, symbols - ord("a")).astype(int)
    pairs = np.zeros((27, 27))
    np.add.at(pairs, (numbers[:-1], numbers[1:]), 1)
    return sequential_bottleneck(pairs[:26, :26], drawers, normalize=True)


def contents(drawers: int) -> list[frozenset[str]]:
    """Return the letters in each drawer."""
    numbers = letter_drawers(drawers).drawer
    return [frozenset(chr(ord("a") + i) for i in np.flatnonzero(numbers == k)) for k in range(drawers)]


def _hook() -> float:
    found = contents(3)
    if _VOWELS in found:
        return 2.0
    if any(frozenset("jqxz") <= drawer for drawer in found):
        return 0.0
    return 1.0 if all(len(drawer & _VOWELS) == 2 for drawer in found) else 3.0


def _explain_hook() -> str:
    drawers = "; ".join("".join(sorted(drawer)) for drawer in contents(3))
    return (
        f"{drawers}. The pairs know of no vowels; but what follows a vowel differs from what follows a "
        f"consonant, and three drawers keep {letter_drawers(3).i_ty:.3f} bits about the next letter."
    )


@cache
def _kept_at(*betas: float) -> tuple[float, ...]:
    return tuple(information_bottleneck(four_inputs(), betas).i_xt.tolist())


def _onset_truth() -> float:
    early, late = _kept_at(1.6, 1.8)
    if early > 1e-6:
        return 1.0
    return 0.0 if late < 0.9 else 2.0


def _explain_onset() -> str:
    early, late, far = _kept_at(1.6, 1.8, 5.0)
    return (
        f"I(X;T) at β = 1.6: {abs(early):.3f}, at 1.8: {late:.3f}, at 5: {far:.3f} bits. Before it begins "
        "to grow, the best summary is none at all. Where exactly? The dial and exercise 6.3 will tell."
    )


def _forgetting() -> float:
    start, now = ruler(10**6, 0), ruler(10**6, 50)
    return 1.0 if now > 0.99 * start else 0.0 if now < 1.1 * ruler(_COARSE, 50) else 2.0


def _path_of_relu() -> NDArray[np.float64]:
    planes = records.load("information_planes")
    relu, coarse = planes["activations"].tolist().index("relu"), planes["bins"].tolist().index(_COARSE)
    return np.asarray(planes["i_xt"][relu, :, :, -1, coarse])


def _relu_truth() -> float:
    paths = _path_of_relu()
    if bool(np.all(paths[:, -1] > 0.95 * paths.max(axis=1))):
        return 2.0
    return 0.0 if bool(np.all(paths[:, -1] < paths[:, 0])) else 1.0


_RATES = (3.0, 30.0, 7.0)


def least_rate(accuracy: float) -> tuple[float, float]:
    """Return the least rate in bits, and its accuracy, of a recorded bottleneck that is this accurate."""
    record = records.load("digits_bottleneck")
    rates, accuracies = (record[key].mean(axis=0) for key in ("rate", "accuracy"))
    place = min((i for i in range(len(rates)) if accuracies[i] >= accuracy), key=rates.__getitem__)
    return float(rates[place]), float(accuracies[place])


PREDICTIONS = (
    Prediction(
        "6.hook",
        "An algorithm sees only pairs of neighbouring letters. It must sort the 26 letters into 3 drawers so "
        "that the drawer tells as much as it can about the next letter. What is in the drawers?",
        truth=_hook,
        options=(
            "the rare letters j, q, x, z fill one of them",
            "each of them gets two of a, e, i, o, u, y",
            "a, e, i, o, u and y fill one of them",
            "letters as in the alphabet: early, middle, late",
        ),
        explanation=_explain_hook,
    ),
    Prediction(
        "6.onset",
        "A dial β says what a bit about Y is worth in bits about X. Four inputs, a noisy yes or no as Y. You "
        "turn β up from 1. What does the best summary do?",
        truth=_onset_truth,
        options=(
            "it stays empty for a while, then begins to grow",
            "it grows from β = 1 on",
            "it stays empty, then jumps to one full bit",
        ),
        explanation=_explain_onset,
    ),
    Prediction(
        "6.onebit",
        "Four inputs are equally likely, and P(y=1|x) = 0.95, 0.80, 0.20, 0.05. You may keep one bit of the "
        "two that name the input. What percentage of what they tell about y can that bit keep?",
        truth=lambda: 100 * _told() / _there_is(),
        low=0,
        high=100,
        step=1,
        accept=4,
        unit="%",
        explanation=lambda: (
            "The bit that tells likely from unlikely keeps nearly all of it; exercise 6.2 counts the bits. "
            "The other one says only how sure the answer is."
        ),
    ),
    Prediction(
        "6.ruler",
        "A tanh network learns. Each unit of its last layer is read off in 30 bins: I(X;T) starts at 9 bits "
        "and is below 4 after 50 epochs. The same run, read off in a million bins: after 50 epochs I(X;T) is",
        truth=_forgetting,
        options=("about the same, below 4 bits", "12 bits, where it began", "about half-way, 6 to 8 bits"),
        explanation=lambda: (
            f"{ruler(10**6, 50):.2f} bits = log2 4096: every input still has a code of its own. With 30 bins "
            f"it went from {ruler(_COARSE, 0):.2f} to {ruler(_COARSE, 50):.2f}, because the codes have moved "
            "closer."
        ),
    ),
    Prediction(
        "6.relu",
        "The same task and the same 30 bins, but with ReLU in place of tanh. Over 1200 epochs, I(X;T) of the "
        "last layer",
        truth=_relu_truth,
        options=("falls", "rises, then falls", "rises, and stays high"),
        explanation=lambda: (
            "Three runs, first and last epoch: "
            + ", ".join(f"{path[0]:.2f} → {path[-1]:.2f}" for path in _path_of_relu())
            + " bits. On this ruler, which reaches to the largest value of the run, ReLU's values spread "
            "out; tanh's gather at its two ends."
        ),
    ),
    Prediction(
        "6.rate",
        "A network must write each digit image as a noisy code and pays for every bit of it. How few bits "
        "per image are enough to read 90 % of new digits right?",
        truth=lambda: float(np.argmin([abs(math.log(least_rate(0.9)[0] / rate)) for rate in _RATES])),
        options=("about 3 bits", "about 30 bits", "about 7 bits"),
        explanation=lambda: (
            f"{least_rate(0.9)[0]:.1f} bits, at an accuracy of {100 * least_rate(0.9)[1]:.1f} %. Naming one "
            f"of ten digits takes {math.log2(10):.2f} bits, if nothing disturbs the code; this one is noisy."
        ),
    ),
)
