"""Exercises, questions and predictions of chapter 2, Entropy."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.special import comb

from course_lib.codes import code_lengths
from course_lib.datasets import breast_cancer
from course_lib.exercises.material import Exercise, Hints, Mistake, Option, Part, Prediction, Question
from course_lib.gaussians import gaussian_entropy
from course_lib.measures import (
    binary_entropy,
    conditional_entropy,
    entropy,
    information_gain,
    joint_entropy,
)

_LN2 = math.log(2)


def bits(p: object) -> float:
    """Return the entropy of one distribution, in bits."""
    return float(entropy(p))  # type: ignore[arg-type]


def _bound(outcomes: int) -> str:
    most = f"log2 {outcomes} = {math.log2(outcomes):.4f} bits"
    return f"With {outcomes} outcomes entropy lies between 0 and {most}."


# ---------------------------------------------------------------------------------- 2.1

DYADIC = (1 / 2, 1 / 4, 1 / 8, 1 / 8)

_FIRST_BILL = Exercise(
    id="2.1",
    title="The average bill",
    prompt="Four outcomes have probabilities 1/2, 1/4, 1/8, 1/8. What is the entropy, in bits?",
    parts=[
        Part(
            "entropy",
            lambda: bits(DYADIC),
            low=0,
            high=2,
            bound=_bound(4),
            terms=4,
            mistakes=[
                Mistake(lambda: -sum(p * math.log(p) for p in DYADIC), "NATS_FOR_BITS"),
                Mistake(lambda: math.log2(len(DYADIC)), "LOG_K"),
                Mistake(lambda: -sum(p * math.log2(p) for p in DYADIC) / len(DYADIC), "MEAN_FOR_SUM"),
                Mistake(lambda: sum(p * math.log2(p) for p in DYADIC), "SIGN"),
            ],
        )
    ],
    hints=(
        "Price each outcome first: −log2 of its own probability.",
        "The prices are 1, 2, 3, 3 bits. How often is each one paid?",
    ),
    solution="½·1 + ¼·2 + ⅛·3 + ⅛·3 = 0.5 + 0.5 + 0.375 + 0.375 = 1.75 bits.",
)

# ---------------------------------------------------------------------------------- 2.2

_EPSILON_HINTS: Hints = (
    "Epsilon added: you changed the distribution. How much would another epsilon change the answer?",
    "Drop the zero cells instead; then the answer is 1 exactly.",
)


def _with_epsilon() -> float:
    cells = np.array([0.5, 0.5, 0]) + 1e-10
    return float(-np.sum(cells * np.log2(cells)))


_A_ZERO = Exercise(
    id="2.2",
    title="A cell that is zero",
    prompt="What is the entropy of (0.5, 0.5, 0), in bits, as your own code computes it? It has to "
    "be exact to "
    "12 decimals.",
    parts=[
        Part(
            "entropy",
            lambda: bits([0.5, 0.5, 0]),
            tolerance=1e-12,
            low=0,
            high=math.log2(3),
            bound=_bound(3),
            mistakes=[
                Mistake(
                    lambda: math.nan,
                    "ZERO_LOG_ZERO",
                    (
                        "NaN: 0·log 0 has a limit. Which?",
                        "It is 0: drop the zero cells before the log, or use scipy.special.entr.",
                    ),
                ),
                # Whatever the epsilon and wherever it was put, the answer lands within 1e-4 of the truth.
                Mistake(_with_epsilon, "RENORM_SMOOTH", _EPSILON_HINTS, tolerance=1e-4),
                Mistake(lambda: _LN2, "NATS_FOR_BITS", tolerance=1e-3),
                Mistake(lambda: -1.0, "SIGN", tolerance=1e-3),
            ],
        )
    ],
    hints=(
        "The third outcome never happens. What does it add to the average bill?",
        "Compute it as if the third cell were not there: a fair coin.",
    ),
    solution="p = p[p > 0]; −(0.5·log2 0.5 + 0.5·log2 0.5) = 1 bit exactly. A cell that never happens "
    "is never "
    "paid for: p·log p → 0 as p → 0.",
)

# ---------------------------------------------------------------------------------- 2.3

COUNTS = (2, 1, 1)

_FROM_COUNTS = Exercise(
    id="2.3",
    title="From counts",
    prompt="You counted three kinds of outcome 2, 1 and 1 times. What is the entropy of these "
    "frequencies, in bits?",
    parts=[
        Part(
            "entropy",
            lambda: float(entropy(COUNTS, normalize=True)),
            low=0,
            high=math.log2(3),
            bound=_bound(3),
            terms=3,
            mistakes=[
                Mistake(
                    lambda: -sum(c * math.log2(c) for c in COUNTS),
                    "UNNORMALISED",
                    (
                        "Entropy below 0? These add up to 4; a distribution adds up to 1.",
                        "Divide by the total first.",
                    ),
                ),
                Mistake(lambda: -sum(c / 4 * math.log(c / 4) for c in COUNTS), "NATS_FOR_BITS"),
            ],
        )
    ],
    hints=("Turn the counts into frequencies first.", "They are 1/2, 1/4, 1/4."),
    solution="Divide by 4: (½, ¼, ¼). Then ½·1 + ¼·2 + ¼·2 = 1.5 bits.",
)

# ---------------------------------------------------------------------------------- 2.4

J3 = np.array([[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]])


def _row_entropies() -> tuple[float, float]:
    first, second = J3 / J3.sum(axis=1, keepdims=True)
    return bits(first), bits(second)


_CONDITIONAL = Exercise(
    id="2.4",
    title="Knowing X",
    prompt="The joint table [[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]] has rows X = 0, 1 and columns Y "
    "= a, b, c. "
    "What is the conditional entropy H(Y|X), in bits?",
    parts=[
        Part(
            "conditional entropy",
            lambda: conditional_entropy(J3),
            low=0,
            high=bits(J3.sum(axis=0)),
            bound="H(Y|X) lies between 0 and H(Y): on average, knowing X never hurts.",
            mistakes=[
                Mistake(lambda: sum(_row_entropies()) / 2, "UNWEIGHTED"),
                Mistake(
                    lambda: conditional_entropy(J3.T),
                    "WRONG_CONDITION",
                    (
                        "X is known and X is the rows: divide each row by its sum.",
                        "You divided the columns, as if Y were known: that is H(X|Y).",
                    ),
                ),
                Mistake(lambda: bits(J3.sum(axis=0)) - conditional_entropy(J3), "GAIN_FOR_REMAINING"),
                Mistake(lambda: joint_entropy(J3), "JOINT_FOR_COND"),
                Mistake(lambda: bits(J3.sum(axis=0)), "MARGINAL_FOR_COND"),
                Mistake(lambda: conditional_entropy(J3) * _LN2, "NATS_FOR_BITS"),
            ],
        )
    ],
    hints=(
        "Each row is a distribution of Y once it is divided by its own sum. Start with those two entropies.",
        "They are averaged with the weights P(X=0) = 0.25 and P(X=1) = 0.75.",
    ),
    solution="Rows: (0.6, 0.2, 0.2) has 1.3710 bits, (0.0667, 0.1333, 0.8) has 0.9056. Weighted: "
    "0.25·1.3710 + 0.75·0.9056 = 1.0219 bits. Check: H(X,Y) − H(X) = 1.8332 − 0.8113 = 1.0219.",
)

# ---------------------------------------------------------------------------------- 2.5

PARENT, BRANCHES = (10, 10), ((10, 6), (0, 4))


def _gini_gain() -> float:
    def gini(counts: tuple[int, int]) -> float:
        return 1 - sum((c / sum(counts)) ** 2 for c in counts)

    return gini(PARENT) - sum(sum(branch) / 20 * gini(branch) for branch in BRANCHES)


_GAIN = Exercise(
    id="2.5",
    title="A question's worth",
    prompt="20 animals, 10 cats and 10 dogs. A question sends 16 of them (10 cats, 6 dogs) left and "
    "4 dogs right. "
    "What is the information gain, in bits?",
    parts=[
        Part(
            "information gain",
            lambda: information_gain(PARENT, BRANCHES),
            low=0,
            high=1,
            bound="A gain lies between 0 and the parent's entropy, 1 bit here.",
            mistakes=[
                Mistake(
                    lambda: 1 - float(binary_entropy(10 / 16)) / 2,
                    "UNWEIGHTED",
                    (
                        "The branch of 4 dogs counts as much as the branch of 16. Should it?",
                        "Weight each branch by its share of the 20 animals.",
                    ),
                ),
                Mistake(lambda: 16 / 20 * float(binary_entropy(10 / 16)), "REMAINING_FOR_GAIN"),
                Mistake(lambda: information_gain(PARENT, BRANCHES, unit="nats"), "NATS_FOR_BITS"),
                Mistake(_gini_gain, "GINI"),
            ],
        )
    ],
    hints=(
        "Before: 1 bit. After: how uncertain is each branch, and how many animals are in it?",
        "Weights 16/20 and 4/20; the right branch holds no uncertainty at all.",
    ),
    solution="Parent 1 bit. Left: H(10/16) = 0.9544; right: 0. Left over: 16/20·0.9544 = 0.7635. "
    "Gain: 1 − 0.7635 = 0.2365 bits.",
)

# ---------------------------------------------------------------------------------- 2.6

_SOURCES = np.array([[0.9, 0.1], [0.1, 0.9]])


def _pooled() -> float:
    return bits(_SOURCES.mean(axis=0))


def _mean_of_entropies() -> float:
    return float(np.mean(entropy(_SOURCES)))


_MIXTURE = Exercise(
    id="2.6",
    title="Two sources in one stream",
    prompt="Two sources send symbols with probabilities (0.9, 0.1) and (0.1, 0.9). They are mixed "
    "half and half. "
    "Give (pooled, mean, difference) in bits: the entropy of the mixed stream, the mean of the two "
    "sources' entropies, and the first minus the second.",
    parts=[
        Part(
            "pooled entropy",
            _pooled,
            low=0,
            high=1,
            bound=_bound(2),
            mistakes=[Mistake(_mean_of_entropies, "AVG_FOR_POOLED")],
        ),
        Part(
            "mean of the entropies",
            _mean_of_entropies,
            low=0,
            high=1,
            bound=_bound(2),
            mistakes=[Mistake(_pooled, "POOLED_FOR_AVG")],
        ),
        Part(
            "difference",
            lambda: _pooled() - _mean_of_entropies(),
            low=0,
            high=1,
            bound="Mixing never lowers entropy below the mean, and the label of the source holds at "
            "most 1 bit.",
            mistakes=[
                Mistake(
                    lambda: _mean_of_entropies() - _pooled(),
                    "SIGN",
                    (
                        "First minus second: mixing cannot lower entropy.",
                        "You took the second minus the first: turn the sign round.",
                    ),
                )
            ],
        ),
    ],
    hints=(
        "Write down the distribution of the mixed stream before taking any entropy.",
        "The mixed stream is (0.5, 0.5); each source alone has H(0.1).",
    ),
    solution="Mixed: (0.5, 0.5), 1 bit. Each source alone: H(0.1) = 0.4690 bits, so is their mean. The "
    "difference, "
    "0.5310 bits, is what a symbol tells about its source.",
)

# ---------------------------------------------------------------------------------- 2.7

SIGMA = 0.1

_DENSITY = Exercise(
    id="2.7",
    title="Entropy of a density",
    prompt="What is the differential entropy of a normal distribution with mean 0 and variance 0.1² "
    "(so σ = 0.1), in bits?",
    parts=[
        Part(
            "differential entropy",
            lambda: float(gaussian_entropy(SIGMA, unit="bits")),
            mistakes=[
                Mistake(lambda: math.log2(2 * math.pi * math.e * SIGMA) / 2, "SD_FOR_VAR"),
                Mistake(lambda: math.log(2 * math.pi * math.e * SIGMA**2) / 2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: -math.log2(2 * math.pi * math.e * SIGMA**2) / 2,
                    "SIGN",
                    (
                        "The right size, the other sign. Must an entropy of a *density* be positive?",
                        "Differential entropy may be negative: it is relative to one unit of x.",
                    ),
                ),
            ],
        )
    ],
    hints=("The formula is ½ log2(2πe σ²).", "σ² = 0.01, and the log of a number below 1 is negative."),
    solution="½ log2(2πe·0.01) = ½ log2 0.1708 = ½·(−2.5497) = −1.2748 bits. A density narrower than "
    "its unit has "
    "negative differential entropy; only differences of h mean anything by themselves.",
)

# ---------------------------------------------------------------------------------- 2.half

PAIRS_OF_FLIPS = (0.64, 0.16, 0.16, 0.04)

_HALF_DONE = Exercise(
    id="2.half",
    title="Two flips, one codeword",
    prompt="Pairs of flips of an 80/20 coin: HH 0.64, HT 0.16, TH 0.16, TT 0.04. For Huffman's code give "
    "(length of the codeword for TT, bits per flip).",
    parts=[
        Part(
            "length of the codeword for TT",
            lambda: float(code_lengths(PAIRS_OF_FLIPS)[3]),
            unit="count",
            tolerance=0,
            low=1,
            high=3,
            bound="A codeword has at least one bit, and with four blocks Huffman merges three times.",
            mistakes=[
                Mistake(
                    lambda: 2.0,
                    "LOG_K",
                    (
                        "Two bits for each block is the fixed-length code. Which blocks are merged first?",
                        "TT and TH go together, then HT joins them, then HH: count how often TT is merged.",
                    ),
                ),
                # Which branch gets the 1 is free: 111, 110, 101 and 100 are all right words, read as numbers.
                Mistake(lambda: 111.0, "WORD_FOR_LENGTH", tolerance=11.0),
            ],
        ),
        Part(
            "bits per flip",
            lambda: bits_per_flip(0.8, 2),
            low=float(binary_entropy(0.8)),
            high=1,
            bound="Bits per flip lie between the entropy of the coin, 0.7219, and 1.",
            mistakes=[
                Mistake(
                    lambda: 2 * bits_per_flip(0.8, 2),
                    "SUM_FOR_MEAN",
                    ("That pays for a whole block. How many flips are in it?", "Divide by two."),
                ),
            ],
        ),
    ],
    hints=(
        "Merge the two least likely blocks, and again until one group is left. Each merge adds a bit.",
        "The lengths of HH, HT and TH are 1, 2 and 3. Weight all four lengths by their probabilities.",
    ),
    solution="Lengths 1, 2, 3, 3: 0.64·1 + 0.16·2 + 0.16·3 + 0.04·3 = 1.56 bits per block of two, "
    "0.78 bits per flip; the floor is 0.7219.",
)

EXERCISES = (_FIRST_BILL, _A_ZERO, _FROM_COUNTS, _CONDITIONAL, _GAIN, _MIXTURE, _DENSITY, _HALF_DONE)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "2.r1",
        "From chapter 1: an event of probability 1/64 carries",
        (
            Option("64 bits", "1/p counts cases; bits count the halvings that single one out."),
            Option("6 bits", "1/64 = 2⁻⁶.", True),
            Option("8 bits", "√64 = 8, but the question is: which power of 2 is 64?"),
            Option("1/64 bit", "Rare events carry much, not little."),
        ),
    ),
    Question(
        "2.r2",
        "From chapter 1: a training log shows a loss of 1.00 for one example. In bits that is",
        (
            Option(
                "0.693",
                "That multiplies by ln 2. A nat is the bigger unit, so there are more bits than nats.",
            ),
            Option("1.000", "Only if the log was already base 2; ML libraries use the natural log."),
            Option("2.718", "That is e¹, one over the probability."),
            Option("1.443", "1 / ln 2: one nat is 1.4427 bits.", True),
        ),
    ),
    Question(
        "2.r3",
        "From chapter 1: the letter u costs 5.39 bits on its own and 0.07 bits after q. What changed?",
        (
            Option(
                "the model", "Surprise belongs to model plus event; this model knows the letter before.", True
            ),
            Option("the letter", "It is the same u in the same word."),
            Option("the unit", "Both are in bits."),
            Option("the text", "Both numbers are about the same text."),
        ),
    ),
    Question(
        "2.s1",
        "Which has more entropy: a fair coin, or a four-way draw with probabilities 0.7, 0.1, 0.1, 0.1?",
        (
            Option(
                "the coin, it is uniform",
                "Uniform is the most *for its number of outcomes*; the draw has more of them.",
            ),
            Option("the draw", "0.7·0.515 + 3·0.1·3.322 = 1.357 bits against 1.", True),
            Option("they are equal", "1 bit against 1.357 bits."),
            Option(
                "it depends on which side comes up",
                "That is surprise. Entropy is the average over all of them.",
            ),
        ),
    ),
    Question(
        "2.s2",
        "From chapter 1, and now: an outcome of probability 1/8 adds how much to an entropy?",
        (
            Option("3 bits", "That is its surprise, when it happens. It happens one time in eight."),
            Option("8 bits", "1/p counts cases."),
            Option("3/8 bit", "Price 3 bits, paid one time in eight.", True),
            Option("1/8 bit", "That is how often it is paid. What is the price?"),
        ),
    ),
    Question(
        "2.a",
        "The order-5 in-sample conditional entropy of a text is about 1.1 bits per character. bz2, the "
        "best packer here, needs about 1.7 on the same text. Why?",
        (
            Option(
                "bz2 is a poor compressor for English text",
                "It beats the others here. A packed file must also describe the statistics it uses.",
            ),
            Option(
                "the text of the course really has about 1.1 bits per character",
                "One text, measured in-sample, does not give the rate of a source.",
            ),
            Option(
                "Shannon's theorem does not hold for finite texts",
                "The floor is the source's rate, not an estimate fitted to one text.",
            ),
            Option(
                "the 1.1 counts some 30,000 memorised contexts as free",
                "They were learned from this very text, and nobody has paid for sending them.",
                True,
            ),
        ),
    ),
    Question(
        "2.b",
        "A classifier's mean output entropy is 0.02 bits. What do you know?",
        (
            Option("it is confident", "Its accuracy is unknown: entropy never looks at the labels.", True),
            Option(
                "it is accurate",
                "Confidence is not evidence: chapter 3 meets a model at 0.036 bits that is wrong on 4 % "
                "of its test.",
            ),
            Option("it is overfit", "Possible, but not implied: an easy task gives confident models too."),
            Option(
                "its loss is 0.02 bits", "The loss needs the labels: it is the surprise at what happened."
            ),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_FEATURES = ("mean texture", "worst smoothness", "worst perimeter", "mean symmetry")


@cache
def _best_gains() -> tuple[float, ...]:
    """Return the best information gain, in bits, of one threshold on each of `_FEATURES`."""
    data = breast_cancer()
    benign = data.is_benign.astype(int)
    columns = [data.features[:, data.feature_names.index(name)] for name in _FEATURES]
    return tuple(_best_gain(values, benign) for values in columns)


def _best_gain(values: np.ndarray, labels: np.ndarray) -> float:
    totals = np.bincount(labels)
    distinct = np.unique(values)
    cuts = (distinct[1:] + distinct[:-1]) / 2
    gains = []
    for cut in cuts:
        left = np.bincount(labels[values <= cut], minlength=2)
        gains.append(information_gain(totals, [left, totals - left]))
    return max(gains)


def expected_plug_in(outcomes: int, draws: int) -> float:
    """Return the exact mean of the plug-in entropy of uniform draws, in bits."""
    hits = np.arange(1, draws + 1)
    shares = hits / draws
    share_of_one = 1 / outcomes
    chances = comb(draws, hits) * share_of_one**hits * (1 - share_of_one) ** (draws - hits)
    return float(-outcomes * np.sum(chances * shares * np.log2(shares)))


def bits_per_flip(heads: float, block: int) -> float:
    """Return the Huffman code's mean length per flip, for blocks of so many flips."""
    block_chances = np.array([1.0])
    for _ in range(block):
        block_chances = np.outer(block_chances, [heads, 1 - heads]).ravel()
    return float(block_chances @ code_lengths(block_chances)) / block


def _explain_blocks() -> str:
    measured = {block: bits_per_flip(0.9, block) for block in (1, 2, 3, 6, 8)}
    steps = ", ".join(f"{block}: {value:.4f}" for block, value in measured.items())
    return (
        f"Bits per flip by block length: {steps}; floor {float(binary_entropy(0.9)):.4f}. Blocks "
        "of 8 do worse than "
        "blocks of 6: Huffman is the best for one block, and only the guarantee shrinks with the length."
    )


PREDICTIONS = (
    Prediction(
        "2.hook",
        "A coin shows heads 99 % of the time. How many bits per flip does the best possible code "
        "need, on average?",
        truth=lambda: float(binary_entropy(0.99)),
        low=0,
        high=1,
        step=0.01,
        accept=0.03,
        explanation=lambda: (
            f"H(0.99) = {float(binary_entropy(0.99)):.4f} bits per flip: tails is a big surprise "
            "(6.64 bits) but pays only one time in a hundred."
        ),
    ),
    Prediction(
        "2.blocks",
        "A 90/10 coin is coded in blocks by Huffman's method. Do longer blocks always cost fewer "
        "bits per flip?",
        truth=lambda: float(bits_per_flip(0.9, 8) > bits_per_flip(0.9, 6)),
        options=("yes, always fewer or equal", "no, sometimes more"),
        explanation=_explain_blocks,
    ),
    Prediction(
        "2.question",
        "569 tumours, benign or malignant. You may ask one yes/no question about one measurement. "
        "Which one tells most?",
        truth=lambda: float(np.argmax(_best_gains())),
        options=_FEATURES,
        explanation=lambda: (
            "Best gain of each, in bits: "
            + ", ".join(f"{name} {gain:.4f}" for name, gain in zip(_FEATURES, _best_gains(), strict=True))
            + "."
        ),
    ),
    Prediction(
        "2.bias",
        "256 equally likely symbols have an entropy of 8 bits. You see 100 draws and put their "
        "frequencies into the "
        "formula. What comes out on average?",
        truth=lambda: expected_plug_in(256, 100),
        low=0,
        high=10,
        step=0.1,
        accept=0.3,
        explanation=lambda: (
            f"On average {expected_plug_in(256, 100):.2f} bits: 100 draws cannot show more than "
            f"log2 100 = {math.log2(100):.2f} bits, however many symbols there are."
        ),
    ),
)
