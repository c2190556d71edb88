"""Exercises, questions and predictions of chapter 1, Surprise."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from course_lib.datasets import binary_digits
from course_lib.exercises.material import Exercise, Mistake, Option, Part, Prediction, Question, Trial
from course_lib.exercises.readings import is_close_to, is_error, is_finite, is_negative
from course_lib.measures import surprisal

_SURPRISE_BOUND = "Surprise is never negative: it is 0 for a sure thing and grows from there."
_PROBABILITY_BOUND = "A probability lies between 0 and 1."


def bits(p: float) -> float:
    """Return the surprise of one event, in bits."""
    return float(surprisal(p))


# ---------------------------------------------------------------------------------- 1.1

RARE = 1 / 32

_ONE_EVENT = Exercise(
    id="1.1",
    title="One event",
    prompt="An event has probability 1/32. How surprising is it, in bits?",
    parts=[
        Part(
            "surprise",
            lambda: bits(RARE),
            low=0,
            bound=_SURPRISE_BOUND,
            mistakes=[
                Mistake(
                    lambda: -math.log(RARE),
                    "NATS_FOR_BITS",
                    ("That is ln. Which base gives bits?", "Use log2, or divide nats by ln 2 = 0.6931."),
                ),
                Mistake(
                    lambda: math.log2(RARE),
                    "SIGN",
                    ("Can news be negative? log of a number below 1 is…", "Surprise is *minus* log2 p."),
                ),
                Mistake(lambda: 1 / RARE, "LOG_FORGOTTEN"),
                Mistake(lambda: -RARE * math.log2(RARE), "WEIGHTED_ONCE"),
                Mistake(lambda: -math.log10(RARE), "HARTLEYS"),
            ],
        )
    ],
    hints=(
        "How many times must 1 be halved to reach 1/32?",
        "Surprise is −log2 p; each halving adds one bit.",
    ),
    solution="1/32 = 2⁻⁵, so −log2(1/32) = 5 bits: as surprising as five heads in a row.",
)

# ---------------------------------------------------------------------------------- 1.2

LOSS = 0.25  # nats

_READ_A_LOSS = Exercise(
    id="1.2",
    title="Read a loss",
    prompt="A framework reports a loss of 0.25 (nats) for one example. Give (bits, probability): the same "
    "loss in bits, and the probability that the model gave to the right class.",
    parts=[
        Part(
            "loss in bits",
            lambda: bits(math.exp(-LOSS)),
            low=0,
            bound=_SURPRISE_BOUND,
            mistakes=[
                Mistake(lambda: LOSS * math.log(2), "CONVERTED_BACKWARDS"),
                Mistake(lambda: LOSS, "NATS_FOR_BITS"),
            ],
        ),
        Part(
            "probability",
            lambda: math.exp(-LOSS),
            unit="probability",
            low=0,
            high=1,
            bound=_PROBABILITY_BOUND,
            mistakes=[Mistake(lambda: 2**-LOSS, "PPL_BASE")],
        ),
    ],
    hints=(
        "Two separate steps: change the unit; undo the logarithm.",
        "Bits = nats / ln 2. The loss is −ln p, so p = exp(−loss).",
    ),
    solution="0.25 / ln 2 = 0.25 / 0.6931 = 0.3607 bits. The loss is −ln p, so p = e^(−0.25) = 0.7788. "
    "Check: 2^(−0.3607) = 0.7788, the same event in the other unit.",
)

# ---------------------------------------------------------------------------------- 1.3


_TABLE = ((0.5, 0.25), (0.125, 1.0))

_WRITE_IT = Exercise(
    id="1.3",
    title="Write the ruler",
    prompt='Write my_surprisal(p, unit="bits") for numbers, lists and arrays p, with unit "bits" or "nats". '
    "It returns inf for p = 0 without a warning, keeps the shape of its input, and raises ValueError for "
    "anything that is not a probability. Hand over the function: check('1.3', my_surprisal).",
    trials=[
        Trial(
            "p = 0.25 in bits",
            lambda: (0.25,),
            lambda: 2.0,
            {"unit": "bits"},
            [
                (is_negative, "SIGN"),
                (is_close_to(2 * math.log(2)), "NATS_FOR_BITS"),
                (is_close_to(2 * math.log10(2)), "HARTLEYS"),
                (is_close_to(4.0), "LOG_FORGOTTEN"),
                (is_close_to(0.5), "WEIGHTED_ONCE"),
            ],
        ),
        Trial(
            "p = 0.25 in nats",
            lambda: (0.25,),
            lambda: 2 * math.log(2),
            {"unit": "nats"},
            [
                (is_close_to(2.0), "UNIT_IGNORED"),
                (is_close_to(2 * math.log(2) ** 2), "CONVERTED_BACKWARDS"),
            ],
        ),
        Trial("p = 1", lambda: (1.0,), lambda: 0.0, {"unit": "bits"}),
        Trial(
            "p = 0",
            lambda: (0.0,),
            lambda: math.inf,
            {"unit": "bits"},
            [(is_finite, "EPS_CLIP")],
        ),
        Trial(
            "an array of three probabilities",
            lambda: (np.array([0.5, 0.25, 0.1]),),
            lambda: np.array([1.0, 2.0, math.log2(10)]),
            {"unit": "bits"},
        ),
        Trial(
            "an array that holds 0 and 1",
            lambda: (np.array([0.0, 1.0, 0.5]),),
            lambda: np.array([math.inf, 0.0, 1.0]),
            {"unit": "bits"},
            [(lambda v: not is_error(v) and v.shape == (3,) and np.isfinite(v[0]), "EPS_CLIP")],
        ),
        Trial(
            "a 2 × 2 array",
            lambda: (np.array(_TABLE),),
            lambda: np.array([[1.0, 2.0], [3.0, 0.0]]),
            {"unit": "bits"},
        ),
        Trial(
            "the list [0.5, 0.25]",
            lambda: ([0.5, 0.25],),
            lambda: np.array([1.0, 2.0]),
            {"unit": "bits"},
            [(is_error, "LIST_INPUT")],
        ),
        Trial("p = −0.1", lambda: (-0.1,), ValueError, {"unit": "bits"}),
        Trial("p = 1.2", lambda: (1.2,), ValueError, {"unit": "bits"}),
        Trial("p = nan", lambda: (math.nan,), ValueError, {"unit": "bits"}),
        Trial(
            "an array with 1.2 among good values",
            lambda: (np.array([0.5, 1.2]),),
            ValueError,
            {"unit": "bits"},
        ),
    ],
    hints=(
        "Four lines: make an array, refuse what is no probability, take the log, divide by the unit.",
        "np.log(0) is −inf, which is right here; only its warning has to be switched off. And −0.0 + 0.0 "
        "is 0.0.",
    ),
    solution="""def my_surprisal(p, unit="bits"):
    p = np.asarray(p, dtype=float)
    if not np.all((p >= 0) & (p <= 1)):        # written this way, NaN is refused too
        raise ValueError("p must lie between 0 and 1")
    with np.errstate(divide="ignore"):         # log 0 = -inf is meant
        nats = -np.log(p) + 0.0                # + 0.0 turns -0.0 into 0.0
    return nats / np.log(2) if unit == "bits" else nats""",
)

# ---------------------------------------------------------------------------------- 1.4

OBSERVED = (0.5, 0.25, 0.8, 0.1)

_A_SEQUENCE = Exercise(
    id="1.4",
    title="A sequence",
    prompt="A model gave these probabilities to four things that then happened, one after another: 0.5, "
    "0.25, 0.8, 0.1. What is the total surprise, in bits?",
    parts=[
        Part(
            "total surprise",
            lambda: float(np.sum(surprisal(OBSERVED))),
            low=0,
            bound=_SURPRISE_BOUND,
            terms=len(OBSERVED),
            mistakes=[
                Mistake(
                    lambda: -sum(map(math.log2, OBSERVED)) / len(OBSERVED),
                    "MEAN_FOR_SUM",
                    (
                        "That is the mean per event. Asked is the whole bill.",
                        "Independent news adds: use sum, not mean.",
                    ),
                ),
                Mistake(lambda: -math.log2(sum(OBSERVED)), "LOG_OF_SUM"),
                Mistake(lambda: -math.log(math.prod(OBSERVED)), "NATS_FOR_BITS"),
                Mistake(lambda: -math.log2(sum(OBSERVED) / len(OBSERVED)), "LOG_OF_MEAN"),
                Mistake(
                    lambda: math.prod(OBSERVED),
                    "LOG_FORGOTTEN",
                    (
                        "That is the probability of all four. Now take its surprise.",
                        "Minus log2 of it: how often must 1 be halved to get there?",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "Each event has its own price. What do prices do?",
        "−log2 of a product is the sum of the −log2.",
    ),
    solution="1 + 2 + 0.3219 + 3.3219 = 6.6439 bits. The same from the product: 0.5 · 0.25 · 0.8 · 0.1 = "
    "0.01, and −log2 0.01 = 6.6439.",
)

# ---------------------------------------------------------------------------------- 1.5

PRIOR, SENSITIVITY, FALSE_POSITIVE_RATE = 0.01, 0.99, 0.05
CLOSE_BY = 0.0009  # two pairs of wrong answers lie only 0.0019 apart


def posterior(positives: int) -> float:
    """Return P(ill) after so many positive tests, by adding evidence in bits to the prior odds."""
    per_test = bits(FALSE_POSITIVE_RATE) - bits(SENSITIVITY)
    log_odds = bits(1 - PRIOR) - bits(PRIOR) + positives * per_test
    return 1 / (1 + 2**-log_odds)


def positives_needed(target: float = 0.95) -> int:
    """Return how many positive tests lift P(ill) above `target`."""
    return next(count for count in range(100) if posterior(count) > target)


_EVIDENCE = Exercise(
    id="1.5",
    title="Evidence adds",
    prompt="A disease has prior probability 1 %. A test finds it with probability 99 % and is "
    "wrongly positive "
    "for 5 % of the healthy. Give (posterior, count): P(ill) after one positive test, and how many "
    "positive tests (independent of one another, given the state) it takes to exceed 95 %.",
    parts=[
        Part(
            "posterior",
            lambda: posterior(1),
            unit="probability",
            low=0,
            high=1,
            bound=_PROBABILITY_BOUND,
            mistakes=[
                Mistake(lambda: SENSITIVITY, "BASE_RATE"),
                # The odds lie close to the first of these, and the ignored prior close to the specificity.
                Mistake(
                    lambda: SENSITIVITY * PRIOR / FALSE_POSITIVE_RATE, "TOTAL_PROBABILITY", tolerance=CLOSE_BY
                ),
                Mistake(
                    lambda: posterior(1) / (1 - posterior(1)), "ODDS_FOR_PROBABILITY", tolerance=CLOSE_BY
                ),
                Mistake(lambda: 1 - FALSE_POSITIVE_RATE, "SPECIFICITY", tolerance=CLOSE_BY),
                Mistake(
                    lambda: SENSITIVITY / (SENSITIVITY + FALSE_POSITIVE_RATE),
                    "PRIOR_IGNORED",
                    tolerance=CLOSE_BY,
                ),
                Mistake(lambda: math.log2(posterior(1) / (1 - posterior(1))), "LOG_ODDS_FOR_PROBABILITY"),
            ],
        ),
        Part(
            "number of positives",
            lambda: float(positives_needed()),
            unit="count",
            tolerance=0,
            low=1,
            bound="It is a whole number of tests, at least 1.",
            mistakes=[
                Mistake(
                    lambda: 2.0,
                    "STOPPED_EARLY",
                    (
                        "After two positives the posterior is 0.7984. Is that above 95 %?",
                        "Each positive adds 4.307 bits to the log-odds; 19 : 1 is 4.248 bits above even.",
                    ),
                ),
                Mistake(lambda: 1.0, "STOPPED_EARLY"),
            ],
        ),
    ],
    hints=(
        "Start from the odds ill : healthy, 1 : 99.",
        "One positive multiplies the odds by 0.99 / 0.05 = 19.8.",
    ),
    solution="Prior odds 1 : 99 are −6.629 bits. One positive is worth log2(0.99 / 0.05) = 4.307 bits. After "
    "one: −2.322 bits, odds 0.2, posterior 0.2 / 1.2 = 0.1667. After two: 1.986 bits, 0.7984. After "
    "three: 6.293 bits, 0.9874, the first above 95 %: 3 tests.",
)

# ---------------------------------------------------------------------------------- 1.6


@cache
def digit_bits() -> NDArray[np.float64]:
    """Return the surprise of every digit image, in bits, under independent Bernoulli pixels per class."""
    pixels, labels = binary_digits()
    inked = pixels == 1
    classes = labels[:, None] == np.arange(10)
    rates = (classes.T.astype(float) @ inked + 1) / (classes.sum(axis=0)[:, None] + 2)
    chances = np.where(inked, rates[labels], 1 - rates[labels])
    return np.asarray(np.sum(surprisal(chances), axis=1), dtype=np.float64)


def _strangest() -> int:
    return int(np.argmax(digit_bits()))


_STRANGE_DIGIT = Exercise(
    id="1.6",
    title="The strangest digit",
    prompt="Digits of sklearn.datasets.load_digits: call a pixel inked when it is 8 or more. Per class, the "
    "pixels are independent, each inked with probability (inked + 1) / (images + 2); no class prior. Give "
    "(index, label, bits) of the most surprising image.",
    parts=[
        Part(
            "index",
            lambda: float(_strangest()),
            unit="count",
            tolerance=0,
            low=0,
            high=1796,
            bound="The images are numbered 0 to 1796.",
            mistakes=[
                Mistake(lambda: float(np.argmin(digit_bits())), "MINIMUM"),
                Mistake(lambda: 694.0, "MINIMUM"),  # the same bitmap as the least surprising one
            ],
        ),
        Part(
            "label",
            lambda: float(binary_digits().labels[_strangest()]),
            unit="count",
            tolerance=0,
            low=0,
            high=9,
            bound="The labels are the digits 0 to 9.",
        ),
        Part(
            "bits",
            lambda: float(digit_bits().max()),
            tolerance=0.01,
            low=0,
            bound=_SURPRISE_BOUND,
            mistakes=[
                Mistake(lambda: float(digit_bits().max()) * math.log(2), "NATS_FOR_BITS"),
                Mistake(lambda: float(digit_bits().max()) / 64, "PER_PIXEL"),
                Mistake(lambda: math.inf, "NO_SMOOTHING"),
                Mistake(lambda: math.nan, "NO_SMOOTHING"),
            ],
        ),
    ],
    hints=(
        "One probability per class and pixel; one surprise per pixel; sum over the pixels of an image.",
        "For a blank pixel the event is 'blank', so its probability is 1 minus that of ink.",
    ),
    solution="inked = X >= 8; rate[c] = (inked[y == c].sum(0) + 1) / ((y == c).sum() + 2); "
    "chance = np.where(inked, rate[y], 1 - rate[y]); bits = surprisal(chance).sum(1). The largest is image "
    "1660, labelled 4, with 76.96 bits.",
)

EXERCISES = (_ONE_EVENT, _READ_A_LOSS, _WRITE_IT, _A_SEQUENCE, _EVIDENCE, _STRANGE_DIGIT)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "1.r1",
        "From before: log2 x = 5. What is x?",
        (
            Option("10", "That is 2 · 5. The logarithm undoes a power, not a product."),
            Option("25", "That is 5². The 2 is the base, the 5 the exponent."),
            Option("32", "2⁵ = 32: five doublings of 1.", True),
            Option("2.5", "That is 5 / 2. Ask: 2 to which power?"),
        ),
    ),
    Question(
        "1.r2",
        "From before: two independent events have probabilities 1/4 and 1/8. Both happen with probability",
        (
            Option("1/32", "Independent events multiply: 1/4 · 1/8.", True),
            Option("3/8", "That is the sum, which would be *one or the other* if they excluded each other."),
            Option("1/12", "The denominators were added; they multiply."),
            Option("1/8", "The rarer one alone. The other has to happen as well."),
        ),
    ),
    Question(
        "1.r3",
        "From before: P(rain) = 0.2 and P(wet grass | rain) = 0.9. P(rain and wet grass) is",
        (
            Option("0.90", "That assumes that it rains. It does so on one day in five."),
            Option("0.18", "0.2 · 0.9: first it rains, then the grass is wet.", True),
            Option("0.22", "That is 0.2 / 0.9. To have both, multiply."),
            Option("1.10", "A probability above 1 is a sign that something was added."),
        ),
    ),
    Question(
        "1.s1",
        "Three independent events carry 2, 3 and 5 bits. All three together carry",
        (
            Option("30 bits", "Probabilities multiply; bits are their logarithms."),
            Option("3.33 bits", "That is the mean. Nothing was averaged: all three happened."),
            Option("5 bits", "Only the rarest one is counted there. The others are news as well."),
            Option("10 bits", "2 + 3 + 5: that is what the logarithm is for.", True),
        ),
    ),
    Question(
        "1.s2",
        "Prior odds are 1 : 8, which is −3 bits. Evidence worth +5 bits comes in. The odds are now",
        (
            Option("5 : 8", "Bits add to the log-odds, not to one side of the odds."),
            Option("4 : 1", "−3 + 5 = +2 bits, and 2² = 4.", True),
            Option("32 : 1", "That is the factor of the evidence alone. The prior counts too."),
            Option("2 : 1", "+2 bits is a factor of 2², not of 2."),
        ),
    ),
    Question(
        "1.s3",
        "From before: which is more, 3 bits or 2.5 nats?",
        (
            Option("3 bits", "3 is more than 2.5, but they count different things. Convert one of them."),
            Option("they are equal", "3 bits are 3 · 0.6931 = 2.079 nats."),
            Option("2.5 nats", "2.5 / 0.6931 = 3.607 bits: a nat is the longer mile.", True),
            Option("bits and nats cannot be compared", "They can: 1 nat = 1.4427 bits, like miles and km."),
        ),
    ),
    Question(
        "1.a",
        "An event's probability is halved. Its surprise",
        (
            Option("doubles", "Only if it was exactly 1 bit before."),
            Option("halves", "The other way: rarer is more surprising."),
            Option(
                "changes by an amount that depends on p", "The *ratio* depends on p; the difference does not."
            ),
            Option("rises by one bit", "−log2(p/2) = −log2 p + 1, whatever p was.", True),
        ),
    ),
    Question(
        "1.b",
        "Television snow has more Shannon information per frame than a frame of a film. That means",
        (
            Option("snow is more meaningful", "Meaning is not what is measured."),
            Option(
                "Shannon's measure is broken", "It answers the engineer's question: how many bits to send it?"
            ),
            Option("snow is harder to predict", "So it needs more bits to transmit.", True),
            Option("snow has more pixels", "Both frames have the same number of pixels."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions


def _deck() -> float:
    return math.lgamma(53) / math.log(2)


def _passwords() -> tuple[float, float]:
    return 8 * bits(1 / 26), 4 * bits(1 / 6**5)


PREDICTIONS = (
    Prediction(
        "1.hook",
        "A lottery ticket wins with probability 1/1024. A fair coin comes up heads ten times in a "
        "row. Which is "
        "the bigger surprise?",
        truth=lambda: 2.0,
        options=("the winning ticket", "the ten heads", "both are the same"),
        explanation=lambda: (
            f"Ticket {bits(1 / 1024):.0f} bits, coin {10 * bits(1 / 2):.0f} bits: "
            "both have probability 1/1024, and surprise sees nothing else."
        ),
    ),
    Prediction(
        "1.double",
        "The probability of an event is halved. What happens to its surprise?",
        truth=lambda: 1.0,
        options=(
            "it doubles",
            "it grows by the same amount whatever p was",
            "it grows by an amount that depends on p",
        ),
        explanation=lambda: (
            f"From p = 0.5 to 0.25: {bits(0.5):.0f} → {bits(0.25):.0f} bits. From 0.02 to 0.01: "
            f"{bits(0.02):.4f} → {bits(0.01):.4f}. Always one bit more; doubling surprise would square p."
        ),
    ),
    Prediction(
        "1.deck",
        "How many bits of surprise are in the order of one well-shuffled deck of 52 cards?",
        truth=_deck,
        low=0,
        high=500,
        step=5,
        accept=20,
        explanation=lambda: (
            f"log2 of 52! is {_deck():.2f} bits. Were every card drawn from a full deck, it would be "
            f"52 · {bits(1 / 52):.3f} = {52 * bits(1 / 52):.1f}; the last cards are hardly news."
        ),
    ),
    Prediction(
        "1.password",
        "Which is harder to guess: 8 random lower-case letters, or 4 words drawn by dice from a "
        "list of 7,776?",
        truth=lambda: float(np.argmax(_passwords())),
        options=("the 8 letters", "the 4 words"),
        explanation=lambda: f"Letters {_passwords()[0]:.2f} bits, words {_passwords()[1]:.2f} bits.",
    ),
    Prediction(
        "1.evidence",
        "1 % of people are ill. The test finds 99 % of the ill and is wrongly positive for 5 % of "
        "the healthy. How many positive tests, each independent of the others, until you may be 95 % sure?",
        truth=lambda: float(positives_needed() - 1),
        options=("one", "two", "three", "four or more"),
        explanation=lambda: (
            f"It takes {positives_needed()}: after the first positive you are still more likely healthy "
            "than ill, and the second stops short of 95 %. Exercise 1.5 asks how far the first one gets you."
        ),
    ),
)
