"""Exercises, questions and predictions of chapter 4, KL divergence."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from course_lib.datasets import breast_cancer
from course_lib.distributions import FloatArray
from course_lib.estimators import permutation_null, smoothed_histogram
from course_lib.evidence import flips_to_odds
from course_lib.exercises.material import Exercise, Mistake, Option, Part, Prediction, Question
from course_lib.gaussians import gaussian_kl, vae_kl
from course_lib.measures import (
    cross_entropy,
    entropy,
    js_distance,
    js_divergence,
    kl_divergence,
)
from course_lib.mixtures import forward_fit, reverse_fit, two_hills

_LN2 = math.log(2)
_KL_BOUND = "D(p‖q) is never below 0, and 0 only where p = q."


def bits(p: object, q: object) -> float:
    """Return D(p‖q) of two distributions, in bits."""
    return float(kl_divergence(p, q))  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------- 4.1

WEATHER, FORECAST = (0.7, 0.2, 0.1), (0.3, 0.4, 0.3)


def _with_positive_terms() -> float:
    """Return the sum of the terms of exercise 4.1 without their signs, in bits."""
    return float(np.sum(np.abs(np.multiply(WEATHER, np.log2(np.divide(WEATHER, FORECAST))))))


_WASTE = Exercise(
    id="4.1",
    title="What the forecast wastes",
    prompt="Sun, cloud and rain come with probabilities p = (0.7, 0.2, 0.1); the forecaster's code was built "
    "for q = (0.3, 0.4, 0.3). How many bits a day does believing q waste: what is D(p‖q)?",
    parts=[
        Part(
            "divergence",
            lambda: bits(WEATHER, FORECAST),
            low=0,
            bound=_KL_BOUND,
            terms=3,
            mistakes=[
                Mistake(lambda: bits(FORECAST, WEATHER), "SWAPPED"),
                Mistake(lambda: bits(WEATHER, FORECAST) * _LN2, "NATS_FOR_BITS"),
                Mistake(lambda: float(cross_entropy(WEATHER, FORECAST)), "CE_FOR_KL"),
                Mistake(lambda: (bits(WEATHER, FORECAST) + bits(FORECAST, WEATHER)) / 2, "SYMMETRISED"),
                Mistake(
                    lambda: -bits(WEATHER, FORECAST),
                    "SIGN",
                    (
                        "A waste below 0? No code beats the one that was built for the truth.",
                        "The ratio is upside down: inside the log stands p/q.",
                    ),
                ),
                Mistake(
                    lambda: float(entropy(WEATHER)),
                    "H_ONLY",
                    (
                        "That is H(p), what even the best code has to pay. The forecast is not in it.",
                        "The waste comes on top: log2 of p/q, weighted by p.",
                    ),
                ),
                Mistake(_with_positive_terms, "ABSOLUTE_TERMS"),
                Mistake(
                    lambda: float(np.mean(np.log2(np.divide(WEATHER, FORECAST)))),
                    "UNWEIGHTED",
                    (
                        "Below 0, and rain counts as much as sun in it. Should it?",
                        "Weight each log2 of p/q by p, then add.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "One term per outcome: log2 of p/q. Who decides how often each one is paid?",
        "0.7·log2(0.7/0.3) is the first term, 0.8557 bits. The other two are negative.",
    ),
    solution="0.7·log2(0.7/0.3) + 0.2·log2(0.2/0.4) + 0.1·log2(0.1/0.3) = 0.8557 − 0.2000 − 0.1585 = "
    "0.4972 bits. Check: H(p,q) − H(p) = 1.6540 − 1.1568 = 0.4972.",
)

# ---------------------------------------------------------------------------------- 4.2

NEVER_RAINS, MAY_RAIN = (0.5, 0.5, 0.0), (0.4, 0.4, 0.2)


def clipped(epsilon: float) -> float:
    """Return what D(q‖p) of exercise 4.2 becomes, in bits, when the 0 is replaced by epsilon."""
    safe = np.maximum(NEVER_RAINS, epsilon)
    return float(np.sum(np.multiply(MAY_RAIN, np.log2(MAY_RAIN / safe))))


def _without_the_third() -> float:
    return sum(b * math.log2(b / a) for a, b in zip(NEVER_RAINS, MAY_RAIN, strict=True) if a > 0)


_CLIP_HINTS = (
    "Change your epsilon and your answer changes: that is the epsilon talking, not q and p.",
    "q gives 0.2 to what p calls impossible. Leave the epsilon out and take 0.2·log2(0.2/0) at its word.",
)
_DROPPED_HINTS = (
    "Below 0, which no D can be: the third outcome was left out.",
    "Leaving out is right where the *weight* is 0. Here the weight is 0.2; the 0 is inside the log.",
)

_ONE_SAYS_NEVER = Exercise(
    id="4.2",
    title="One of them says never",
    prompt="p = (0.5, 0.5, 0) says that it never rains, q = (0.4, 0.4, 0.2) that it may. Give "
    "(D(p‖q), D(q‖p)) in bits, as your own code computes them; infinity is math.inf or np.inf.",
    parts=[
        Part(
            "divergence D(p‖q)",
            lambda: bits(NEVER_RAINS, MAY_RAIN),
            low=0,
            bound=_KL_BOUND,
            mistakes=[
                Mistake(
                    lambda: math.nan,
                    "ZERO_LOG_ZERO",
                    (
                        "NaN: the third term is 0·log 0. What does an outcome cost that never happens?",
                        "It counts 0: keep only the outcomes with p > 0, or use scipy.special.rel_entr.",
                    ),
                ),
                Mistake(lambda: bits(NEVER_RAINS, MAY_RAIN) * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: math.inf,
                    "SWAPPED",
                    (
                        "Infinite? p never produces rain, so in this direction nobody pays for rain.",
                        "The weights are p's, 0.5 and 0.5 and 0: only two terms are left.",
                    ),
                ),
                Mistake(lambda: float(cross_entropy(NEVER_RAINS, MAY_RAIN)), "CE_FOR_KL"),
            ],
        ),
        Part(
            "divergence D(q‖p)",
            lambda: bits(MAY_RAIN, NEVER_RAINS),
            low=0,
            bound=_KL_BOUND,
            mistakes=[
                # With tolerances this wide, any usual epsilon is recognised, in bits and in nats.
                Mistake(lambda: clipped(1e-10), "EPS_CLIP", _CLIP_HINTS, tolerance=4.0),
                Mistake(lambda: clipped(1e-10) * _LN2, "EPS_CLIP", _CLIP_HINTS, tolerance=2.2),
                Mistake(_without_the_third, "DROPPED_TERM", _DROPPED_HINTS),
                Mistake(lambda: _without_the_third() * _LN2, "DROPPED_TERM", _DROPPED_HINTS),
                Mistake(
                    lambda: bits(NEVER_RAINS, MAY_RAIN),
                    "SYMMETRY_ASSUMED",
                    (
                        "The same number again? D has a direction: now q produces the days.",
                        "Weigh with q. What does a rainy day cost whoever believes p?",
                    ),
                ),
                Mistake(
                    lambda: -math.inf,
                    "SIGN",
                    (
                        "Infinite it is, but a waste cannot be below 0.",
                        "The ratio is upside down: the weight is q, inside the log stands q/p.",
                    ),
                ),
                Mistake(
                    lambda: math.nan,
                    "ZERO_LOG_ZERO",
                    (
                        "NaN: whose 0 is it? Here the 0 is divided by, and the weight is 0.2.",
                        "Weight, times the log of a ratio that grows without end: say how large that is.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "Per direction: whose probabilities are the weights, and does a 0 stand in the weight or in the log?",
        "An outcome of weight 0 counts 0. One of weight 0.2 that the other calls impossible counts ...?",
    ),
    in_another_order=(
        "The right numbers, the other way round: whoever stands first is the truth and gives the weights.",
        "D(p‖q) comes first; p never produces rain, so no rain is paid for there.",
    ),
    solution="D(p‖q): 0.5·log2(0.5/0.4) twice is 0.3219 bits; the third outcome has weight 0 and counts 0. "
    "D(q‖p): the third term is 0.2·log2(0.2/0), so it is infinite. The forecaster who says never is wrong "
    "without limit on the first rainy day; one who only fears rain pays a little on each dry day.",
)

# ---------------------------------------------------------------------------------- 4.3


def _two_bells() -> float:
    return float(gaussian_kl(0, 1, 1, 2, unit="nats"))


_TWO_BELLS = Exercise(
    id="4.3",
    title="From one bell to another",
    prompt="What is D(N(0, 1)‖N(1, 2²)), in nats? As everywhere here, N(μ, σ²).",
    parts=[
        Part(
            "divergence",
            _two_bells,
            unit="nats",
            low=0,
            bound=_KL_BOUND,
            mistakes=[
                Mistake(
                    lambda: float(gaussian_kl(1, 2, 0, 1, unit="nats")),
                    "SWAPPED",
                    (
                        "That is the other direction: there the wide bell produces the data.",
                        "Truth first: σ₁ = 1 stands above the fraction lines, σ₂ = 2 below.",
                    ),
                ),
                Mistake(
                    lambda: _two_bells() + 0.5,
                    "CONSTANT_FORGOTTEN",
                    (
                        "Put two equal bells into your formula. Does it give 0?",
                        "The formula ends with − ½.",
                    ),
                ),
                # σ₁² and Δμ² are both 1 here, so a bill without either of them looks the same.
                Mistake(
                    lambda: float(gaussian_kl(0, 1, 0, 2, unit="nats")),
                    "NUMERATOR_INCOMPLETE",
                    (
                        "The numerator of the middle term has two parts; one is missing, spread or shift.",
                        "It is σ₁² + Δμ²: the truth's own variance, and the squared distance of the means.",
                    ),
                ),
                Mistake(
                    lambda: math.log(2) - 0.5,
                    "NUMERATOR_INCOMPLETE",
                    (
                        "Only the widths' ratio and the − ½ are in it. Where is the miss?",
                        "Add (σ₁² + Δμ²)/(2σ₂²), the mean squared miss in units of the model's width.",
                    ),
                ),
                Mistake(
                    lambda: float(gaussian_kl(0, 1, 1, math.sqrt(2), unit="nats")),
                    "VAR_FOR_SD",
                    (
                        "Is the 2 in N(1, 2²) the σ or the σ²?",
                        "2² is the variance, so σ₂ = 2, and the log is ln(2/1).",
                    ),
                ),
                Mistake(
                    lambda: math.log(2) + (1 + 1) / (2 * 2) - 0.5,
                    "SD_FOR_VAR",
                    (
                        "The middle term came out too large. What exactly stands under its fraction line?",
                        "It is 2σ₂²: the 2 stays, and σ₂ = 2 is squared.",
                    ),
                ),
                Mistake(
                    lambda: -math.log(2) + (1 + 1) / (2 * 2**2) - 0.5,
                    "RATIO_FLIPPED",
                    (
                        "Below 0, which no D can be: the ratio inside the log is upside down.",
                        "The model's σ over the truth's: ln(σ₂/σ₁) = ln 2.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "Use ln(σ₂/σ₁) + (σ₁² + Δμ²)/(2σ₂²) − ½. Which bell is the truth, with index 1?",
        "σ₁ = 1, σ₂ = 2, Δμ = 1: the log is 0.6931.",
    ),
    solution="ln(2/1) + (1² + 1²)/(2·2²) − ½ = 0.6931 + 0.25 − 0.5 = 0.4431 nats. The other way round it is "
    "1.3069: a wide truth often lands where a narrow model expects next to nothing.",
)

# ---------------------------------------------------------------------------------- 4.4

LATENT_MEANS, LATENT_LOG_VARIANCES = np.array([0.5, -0.3, 0.1]), np.array([-0.5, 0.2, -0.1])


def _price_tag() -> float:
    return float(vae_kl(LATENT_MEANS, LATENT_LOG_VARIANCES))


def _price_the_other_way() -> float:
    sigmas = np.exp(LATENT_LOG_VARIANCES / 2)
    return float(np.sum(gaussian_kl(0, 1, LATENT_MEANS, sigmas, unit="nats")))


def _price_with_sigma_for_variance() -> float:
    sigmas = np.exp(LATENT_LOG_VARIANCES / 2)
    return float(np.sum(LATENT_MEANS**2 + sigmas - 1 - LATENT_LOG_VARIANCES)) / 2


_LATENT_BILL = Exercise(
    id="4.4",
    title="The bill of a latent code",
    prompt="For one image a VAE's encoder puts out means (0.5, −0.3, 0.1) and logarithms of variances "
    "(−0.5, 0.2, −0.1) of three independent latent coordinates. What is the divergence of this code from "
    "the prior N(0, 1) in every coordinate, all three together, in nats?",
    parts=[
        Part(
            "divergence",
            _price_tag,
            unit="nats",
            low=0,
            bound=_KL_BOUND,
            mistakes=[
                Mistake(
                    lambda: _price_tag() / 3,
                    "MEAN_FOR_SUM",
                    (
                        "That is the mean per coordinate. Do independent prices average, or add?",
                        "Sum over the coordinates; a mean is taken over images, never over these.",
                    ),
                ),
                Mistake(lambda: 2 * _price_tag(), "LOST_HALF"),
                Mistake(lambda: float(vae_kl(LATENT_MEANS, 2 * LATENT_LOG_VARIANCES)), "LOGVAR"),
                Mistake(
                    _price_the_other_way,
                    "SWAPPED",
                    (
                        "That averages over the prior. Which of the two produces the code?",
                        "The encoder's bell stands first, the prior N(0, 1) second.",
                    ),
                ),
                Mistake(_price_with_sigma_for_variance, "SD_FOR_VAR"),
                Mistake(
                    lambda: _price_tag() + 3 / 2,
                    "CONSTANT_FORGOTTEN",
                    (
                        "Put in μ = 0 and log σ² = 0, the prior itself. Does your formula give 0?",
                        "Every coordinate has a − 1 inside the brackets.",
                    ),
                ),
                Mistake(lambda: _price_tag() / _LN2, "BITS_FOR_NATS"),
                Mistake(
                    lambda: -_price_tag(),
                    "SIGN",
                    (
                        "Below 0, which no D can be.",
                        "Losses are written as ½(1 + log σ² − μ² − σ²) with a minus in front: keep it.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "Per coordinate: ½(μ² + σ² − 1 − log σ²). The encoder gives log σ²; where does σ² come from?",
        "First coordinate: ½(0.25 + exp(−0.5) − 1 + 0.5) = 0.1783 nats.",
    ),
    solution="σ² = exp(log σ²) = (0.6065, 1.2214, 0.9048). ½(μ² + σ² − 1 − log σ²) gives 0.1783, 0.0557 and "
    "0.0074; together 0.2414 nats.",
)

# ---------------------------------------------------------------------------------- 4.5

LEFT, RIGHT = (0.5, 0.3, 0.2), (0.2, 0.3, 0.5)


def _js() -> float:
    return float(js_divergence(LEFT, RIGHT))


_MIDPOINT = Exercise(
    id="4.5",
    title="Meeting in the middle",
    prompt="What is the Jensen–Shannon divergence (not the distance) of (0.5, 0.3, 0.2) and "
    "(0.2, 0.3, 0.5), in bits?",
    parts=[
        Part(
            "Jensen–Shannon divergence",
            _js,
            low=0,
            high=1,
            bound="It lies between 0 and 1 bit.",
            mistakes=[
                Mistake(
                    lambda: float(js_distance(LEFT, RIGHT, unit="nats")),
                    "JS_ROOT",
                    (
                        "Metric or divergence, and in which unit? Libraries often return the root, in nats.",
                        "Square it, and convert: base=2 makes SciPy's log a log2.",
                    ),
                ),
                Mistake(lambda: float(js_distance(LEFT, RIGHT)), "JS_ROOT"),
                Mistake(lambda: _js() * _LN2, "NATS_FOR_BITS"),
                Mistake(lambda: 2 * _js(), "JS_HALF"),
                Mistake(lambda: bits(LEFT, RIGHT), "KL_FOR_JS"),
                Mistake(
                    lambda: bits(np.add(LEFT, RIGHT) / 2, LEFT),
                    "SWAPPED",
                    (
                        "That averages over the midpoint. Who produces the data, the midpoint or the two?",
                        "Each of the two stands first, the midpoint second.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "Start with the midpoint m, the mean of the two distributions.",
        "m = (0.35, 0.3, 0.35). How far is each of the two from it, and what is the mean of that?",
    ),
    solution="m = (0.35, 0.3, 0.35). D(p‖m) = 0.5·log2(0.5/0.35) + 0 + 0.2·log2(0.2/0.35) = 0.2573 − 0.1615 "
    "= 0.09582 bits, and D(q‖m) is the same by mirror symmetry; so is their mean, 0.09582 bits. SciPy's "
    "jensenshannon returns 0.2577 unless told otherwise: the root, in nats.",
)

# ---------------------------------------------------------------------------------- 4.6

_HILLS = two_hills(3.0, left_weight=0.7)

_WITHOUT_OPTIMISER = Exercise(
    id="4.6",
    title="The forward fit, without an optimiser",
    prompt="Hard. 70 % of the data come from N(−3, 1), 30 % from N(3, 1). Which single bell N(μ, σ²) has the "
    "least D(data‖bell)? Give (μ, σ), without an optimiser.",
    parts=[
        Part(
            "mean",
            lambda: forward_fit(_HILLS).mu,
            unit="",
            mistakes=[
                # The reverse fit leans a little inwards, to −2.99.
                Mistake(lambda: -3.0, "REVERSE_FIT", tolerance=0.02),
                Mistake(
                    lambda: 0.0,
                    "UNWEIGHTED",
                    (
                        "That is midway. Do both hills hold equally much of the data?",
                        "Weight the hills' means by 0.7 and 0.3.",
                    ),
                ),
                Mistake(
                    lambda: 1.2,
                    "SIGN",
                    (
                        "On which side of 0 is the larger hill?",
                        "0.7 goes with −3, and 0.3 with 3.",
                    ),
                ),
            ],
        ),
        Part(
            "standard deviation",
            lambda: forward_fit(_HILLS).sigma,
            unit="",
            low=0,
            bound="A standard deviation is positive.",
            mistakes=[
                Mistake(lambda: math.sqrt(10), "SQUARED_MEAN"),
                Mistake(
                    lambda: forward_fit(_HILLS).sigma ** 2,
                    "VAR_FOR_SD",
                    (
                        "That is the variance. Asked is σ.",
                        "Take the square root.",
                    ),
                ),
                Mistake(
                    lambda: 1.0,
                    "WITHIN_ONLY",
                    (
                        "That is the width of one hill, or the mean of the two widths. The data are wider.",
                        "Variance is within plus between: add the spread of the hills' means around μ.",
                    ),
                ),
                Mistake(
                    lambda: math.sqrt(10 - 1.44 - 1),
                    "BETWEEN_ONLY",
                    (
                        "That is the spread of the two tops. Each hill has a width of its own.",
                        "Variance is within plus between: add the hills' own variance, 1.",
                    ),
                ),
            ],
        ),
    ],
    hints=(
        "Minimising D(data‖bell) is maximum likelihood. Which bell does that choose for a sample?",
        "The one with the data's own mean and variance. Mean: 0.7·(−3) + 0.3·3; then E[x²] minus its square.",
    ),
    solution="μ = 0.7·(−3) + 0.3·3 = −1.2. E[x²] = 1 + 9 = 10 in both hills, so the variance is "
    "10 − 1.2² = 8.56 and σ = 2.926. The forward fit copies mean and variance: moment matching.",
)

# ---------------------------------------------------------------------------------- 4.7

FAIR, BENT, ODDS = (0.5, 0.5), (0.7, 0.3), 20.0


def flips_needed(truth: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the flips after which the mean evidence for the truth reaches 20 : 1."""
    return float(flips_to_odds(bits(truth, other), ODDS))


_MIXED_UNITS = (
    "Evidence in one unit was divided by a pace in another.",
    "Both in bits or both in nats: log2 20 goes with D in bits, ln 20 with D in nats.",
)

_RACE = Exercise(
    id="4.7",
    title="How long is the race?",
    prompt="Bonus. A coin is either fair or shows heads 70 % of the time; in fact it is fair. After how many "
    "flips does the evidence, at its average pace, reach 20 : 1? Unrounded, or in whole flips.",
    parts=[
        Part(
            "number of flips",
            lambda: flips_needed(FAIR, BENT),
            unit="count",
            tolerance=0.06,
            also_right=(35.0,),
            low=0,
            bound="A race takes at least one flip.",
            mistakes=[
                Mistake(
                    lambda: math.log(ODDS) / bits(FAIR, BENT), "MIXED_UNITS", _MIXED_UNITS, tolerance=0.1
                ),
                Mistake(
                    lambda: math.log2(ODDS) / (bits(FAIR, BENT) * _LN2),
                    "MIXED_UNITS",
                    _MIXED_UNITS,
                    tolerance=0.1,
                ),
                Mistake(
                    lambda: flips_needed(BENT, FAIR),
                    "SWAPPED",
                    (
                        "That race is run by a 70 % coin. Which coin produces these flips?",
                        "The truth stands first: D(fair‖bent).",
                    ),
                    tolerance=0.1,
                ),
                Mistake(
                    lambda: ODDS / bits(FAIR, BENT),
                    "LOG_FORGOTTEN",
                    (
                        "20 : 1 are odds; the pace is in bits. How many bits are odds of 20 : 1?",
                        "Take log2 of 20 first.",
                    ),
                    tolerance=0.1,
                ),
                Mistake(
                    lambda: flips_needed(FAIR, (0.6, 0.4)),
                    "OTHER_COIN",
                    (
                        "That is the 60/40 coin of the chapter's first question. This one is bent further.",
                        "D of (0.5, 0.5) from (0.7, 0.3).",
                    ),
                    tolerance=0.3,
                ),
                Mistake(
                    lambda: math.log2(19) / bits(FAIR, BENT),
                    "ODDS_OF_95_PERCENT",
                    (
                        "That is the way to 95 %, which are odds of 19 : 1.",
                        "Asked are odds of 20 : 1.",
                    ),
                ),
                Mistake(
                    lambda: 34.0,
                    "STOPPED_EARLY",
                    (
                        "34 flips bring 4.276 bits on average, and log2 20 is 4.322.",
                        "In whole flips, one more.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "How many bits are odds of 20 : 1, and how many bits does one flip bring on average?",
        "log2 20 = 4.3219 bits. Pace: D(fair‖bent) = 0.5·log2(0.5/0.7) + 0.5·log2(0.5/0.3).",
    ),
    solution="log2 20 = 4.3219 bits are needed. Pace: 0.5·log2(0.5/0.7) + 0.5·log2(0.5/0.3) = −0.2427 + "
    "0.3685 = 0.1258 bits a flip. 4.3219 / 0.1258 = 34.36 flips, so 35 whole ones.",
)

EXERCISES = (_WASTE, _ONE_SAYS_NEVER, _TWO_BELLS, _LATENT_BILL, _MIDPOINT, _WITHOUT_OPTIMISER, _RACE)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "4.r1",
        "From chapter 3: a code built for q costs 2.625 bits per symbol on data from p, whose entropy is "
        "1.750 bits. The wrong code wastes",
        (
            Option("4.375 bits", "The entropy is part of the bill already; it is not added to it."),
            Option("1.500 bits", "That is the ratio of the two, which has no unit."),
            Option("0.667 bits", "That is the ratio upside down. Waste is a difference."),
            Option("0.875 bits", "2.625 − 1.750: what was paid minus what had to be paid.", True),
        ),
    ),
    Question(
        "4.r2",
        "From chapter 3: softmax gives the true class 0.9. The slope of the loss in that class's logit is",
        (
            Option("−0.1", "q − p = 0.9 − 1: raising the logit still lowers the loss a little.", True),
            Option("+0.1", "Right size. But would raising the true class's logit raise the loss?"),
            Option("0.9", "That is q alone. The label is subtracted."),
            Option("−0.9", "That would be p − q, the wrong way round, for a class that is not the true one."),
        ),
    ),
    Question(
        "4.r3",
        "From chapter 1: two hypotheses are equally likely, then evidence worth 4 bits comes in for the "
        "first. The odds are now",
        (
            Option("4 : 1", "4 is the log of the odds, in bits."),
            Option("8 : 1", "Four bits are four doublings, not four twos added up."),
            Option("16 : 1", "2⁴: every bit doubles the odds.", True),
            Option("1 : 16", "That is the evidence counted for the second one."),
        ),
    ),
    Question(
        "4.r4",
        "D(p‖q) = 0.25 bits per sample, and p is true. How many samples, at the average pace, until the "
        "evidence for p against q is 10 bits?",
        (
            Option("2.5", "That is 10 · 0.25. A slow pace takes longer, not shorter."),
            Option("40", "10 / 0.25: D is the pace of the evidence.", True),
            Option("4", "After 4 samples there is 1 bit."),
            Option("about 4,100", "That divides odds of 1024 : 1 by 0.25; the 10 bits are their log."),
        ),
    ),
    Question(
        "4.r5",
        "From chapter 2: the frequencies in 100 throws of a die are put into the entropy formula. On "
        "average the result is",
        (
            Option("below the true entropy", "By about (K − 1)/2n nats: few draws look tidier.", True),
            Option("above the true entropy", "Chance bunches the draws, and bunching lowers entropy."),
            Option("equal to it", "The frequencies are right on average; a curved function of them is not."),
            Option("anywhere, without a rule", "A single result scatters, but the mean has a known bias."),
        ),
    ),
    Question(
        "4.q1",
        "p = (1/2, 1/2, 0) and q = (1/3, 1/3, 1/3). Which one is infinite?",
        (
            Option("D(p‖q)", "That is log2 1.5 = 0.585 bits: p never produces the third outcome."),
            Option("neither of the two", "Look at the third outcome, with q as the truth."),
            Option("D(q‖p)", "q produces the third outcome, and p calls it impossible.", True),
            Option("both of them", "In one of them the third outcome has weight 0."),
        ),
    ),
    Question(
        "4.q2",
        "You have 10,000 photographs and no formula for their density p. For which fit of a model q is that "
        "enough?",
        (
            Option("neither", "One of them is an average over p, and photographs are samples of p."),
            Option(
                "least D(p‖q)", "The mean of −log q over the photographs, up to a constant: forward.", True
            ),
            Option("least D(q‖p)", "That needs the value of p at samples of q: reverse."),
            Option("both of them", "One direction evaluates p at places where no photograph is."),
        ),
    ),
    Question(
        "4.q3",
        "D(N(0, 1)‖N(0, 2²)) is 0.318 nats, the other way round it is 0.807. Why is the second one larger?",
        (
            Option("wide bells have more entropy", "They do, but D is what is paid *on top of* the entropy."),
            Option("the widths enter as squares", "They do so both ways, and both ways have the same bells."),
            Option("their means are different", "Both means are 0; only the widths differ."),
            Option(
                "samples far out surprise a narrow model",
                "A wide truth often lands where that model expects next to nothing.",
                True,
            ),
        ),
    ),
    Question(
        "4.q4",
        "p and q have no outcome in common. Their Jensen–Shannon divergence is",
        (
            Option(
                "exactly 1 bit", "One symbol tells for sure which of the two it came from: one bit.", True
            ),
            Option("infinite", "That is KL. The midpoint gives half of p to everything that p allows."),
            Option("0", "That is for p = q. These two could not differ more."),
            Option("different from case to case", "It is an upper limit, and disjoint pairs all reach it."),
        ),
    ),
    Question(
        "4.q5",
        "Which of these obeys the triangle inequality and is symmetric, so that it is a true distance?",
        (
            Option("D(p‖q)", "Neither symmetric nor bound by the triangle inequality."),
            Option("D(p‖q) + D(q‖p)", "Symmetric, but a detour can be shorter than the direct way."),
            Option("JS(p, q)", "Symmetric and bounded, yet a detour can be shorter still."),
            Option("√JS(p, q)", "The root repairs the triangle inequality; libraries return it.", True),
        ),
    ),
    Question(
        "4.q6",
        'In PyTorch, F.kl_div(a, b, reduction="sum") is D(p‖q) when',
        (
            Option("a = p and b = q", "Neither the order nor the log is right."),
            Option("a = q and b = p", "The order is right: the model first. What form is it handed over in?"),
            Option("a = log q and b = p", "The model first, as logs, as log_softmax puts it out.", True),
            Option("a = log p and b = q", "With logs, but this is D(q‖p)."),
        ),
    ),
    Question(
        "4.q7",
        "Today's histogram lies 0.05 bits from the reference. Of 1,000 shuffles of both, 95 % lie below "
        "0.08 bits. What may you report?",
        (
            Option("data drifted by 0.05 bits", "Chance alone produces as much, and often more."),
            Option("no drift has been shown", "Which is less than: there is none.", True),
            Option("it is proved that nothing changed", "A small change would hide in the same noise."),
            Option("the model should be trained again", "On this evidence every quiet week would say so."),
        ),
    ),
    Question(
        "4.q8",
        "Two models are fitted to n = 40 rows. The larger one has one more parameter, and its log-likelihood "
        "is higher by 1.5 nats. Which criterion prefers it?",
        (
            Option("BIC but not AIC", "BIC charges more per parameter: ln 40 = 3.69."),
            Option("both AIC and BIC", "The gain is 2 · 1.5 = 3, and one of them charges more than that."),
            Option("AIC but not BIC", "A gain of 3 against a charge of 2, and of ln 40 = 3.69.", True),
            Option("neither AIC nor BIC", "AIC charges 2 per parameter, and the gain is 2 · 1.5 = 3."),
        ),
    ),
    Question(
        "4.q9",
        "Which of these minimises a forward divergence, with the data first?",
        (
            Option("the original game of a GAN", "At the ideal discriminator that is the JS divergence."),
            Option(
                "a normalising flow fitted to images", "Maximum likelihood: mean −log q over images.", True
            ),
            Option("variational inference of a posterior", "It averages over its own q: D(q‖posterior)."),
            Option("the KL penalty of RLHF", "It averages over the policy's answers: D(policy‖reference)."),
        ),
    ),
    Question(
        "4.a",
        "Training by maximum likelihood minimises",
        (
            Option(
                "D(model‖data)",
                "The reverse: it averages over the model's samples and needs p(x) of the data at each.",
            ),
            Option(
                "JS(data, model)",
                "Jensen–Shannon, met later in this chapter, is what a GAN's ideal discriminator measures.",
            ),
            Option("a symmetric distance", "There is none in it: the average is over the data alone."),
            Option("D(data‖model)", "Mean −log q is H(data) + D(data‖model), and H(data) is constant.", True),
        ),
    ),
    Question(
        "4.b",
        "A classifier gave the true label of one test row probability 0, so D(p‖q) is infinite. What now?",
        (
            Option(
                "report it, and smooth the model",
                "It claimed that something possible was impossible: a prior or smoothing is the repair.",
                True,
            ),
            Option(
                "clip the probabilities at 1e−10",
                "That hides it, and the number reported is then the log of an arbitrary epsilon.",
            ),
            Option("leave that row out of the test set", "The one row that shows the fault is gone then."),
            Option("report the accuracy instead of the loss", "That stops measuring what went wrong."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_RISES = (0.02, 0.05, 0.10, 0.20)


def _hook_pace() -> float:
    return bits(FAIR, (0.6, 0.4))


def _both_ways() -> tuple[float, float]:
    return float(gaussian_kl(0, 1, 1, 1, unit="nats")), float(gaussian_kl(1, 1, 0, 1, unit="nats"))


def _which_is_larger() -> float:
    there, back = _both_ways()
    return 2.0 if math.isclose(there, back) else float(back > there)


def _where_the_bump_stands() -> float:
    hills = two_hills(2.5)
    return 0.0 if abs(reverse_fit(hills).mu) > hills.means[1] / 2 else 1.0


def _explain_bump() -> str:
    hills = two_hills(2.5)
    middle, side = reverse_fit(hills, start=0.0), reverse_fit(hills, start=2.5)
    return (
        f"D(bump‖hills) is {middle.kl:.4f} nats in the middle and {side.kl:.4f} on a hill, where the "
        f"data hold half of what the bump claims: nearly ln 2 = {_LN2:.4f}. Reverse KL picks a side only "
        "when the hills stand farther apart."
    )


@cache
def drift_race() -> tuple[tuple[float, ...], float]:
    """Return the alarm's bits for each rise of "worst radius", and the 95 % line of its shuffles."""
    data = breast_cancer()
    radius = data.features[:, data.feature_names.index("worst radius")]
    rows = np.random.default_rng(1).permutation(len(radius))
    reference, current = radius[rows[:285]], radius[rows[285:]]

    def alarm(before: FloatArray, now: FloatArray) -> float:
        edges = np.quantile(before, np.linspace(0, 1, 11))  # every shuffle has deciles of its own
        return bits(smoothed_histogram(now, edges), smoothed_histogram(before, edges))

    line = float(np.quantile(permutation_null(alarm, reference, current), 0.95))
    return tuple(alarm(reference, current * (1 + rise)) for rise in _RISES), line


def _first_alarm() -> float:
    seen, line = drift_race()
    return float(next(i for i, value in enumerate(seen) if value > line))


def _explain_drift() -> str:
    seen, line = drift_race()
    steps = ", ".join(f"{100 * rise:.0f} %: {value:.2f}" for rise, value in zip(_RISES, seen, strict=True))
    return f"In bits, {steps}. Of the shuffles, 95 % lie below {line:.2f}: a value below that says nothing."


@cache
def js_of_bells(apart: float) -> float:
    """Return the Jensen–Shannon divergence of N(0, 1) and N(apart, 1), in bits."""
    x = np.linspace(-10, apart + 10, 4001)
    bells = np.exp(-((x - np.array([[0], [apart]])) ** 2) / 2)
    return float(js_divergence(*bells, normalize=True))


def _how_js_grows() -> float:
    ratio = js_of_bells(8) / js_of_bells(4)
    return 0.0 if ratio > 3 else 2.0 if ratio > 1.5 else 1.0


PREDICTIONS = (
    Prediction(
        "4.hook",
        "A coin is either fair or 60/40; you do not know which. It is in fact fair. How many flips, at the "
        "average pace of the evidence, before it is 20 : 1?",
        truth=lambda: float(flips_to_odds(_hook_pace(), ODDS)),
        low=0,
        high=400,
        step=5,
        accept=15,
        unit="flips",
        explanation=lambda: (
            f"20 : 1 is {math.log2(ODDS):.4f} bits, and a flip brings {_hook_pace():.5f} on average: most of "
            "what one flip says, the next one takes back."
        ),
    ),
    Prediction(
        "4.swap",
        "Two bells of the same width, N(0, 1) and N(1, 1). Which is larger, D(first‖second) or "
        "D(second‖first)?",
        truth=_which_is_larger,
        options=("D(first‖second)", "D(second‖first)", "they are equal"),
        explanation=lambda: (
            f"{_both_ways()[0]:.4f} nats both ways: mirror the picture, and one becomes the other. Different "
            f"widths break that: from N(0, 1) to N(0, 2²) it is {gaussian_kl(0, 1, 0, 2, unit='nats'):.4f}, "
            f"and back {gaussian_kl(0, 2, 0, 1, unit='nats'):.4f}."
        ),
    ),
    Prediction(
        "4.bump",
        "Data come half from N(−2.5, 1) and half from N(2.5, 1). Of all single bumps, where is the one with "
        "the least D(bump‖data) centred?",
        truth=_where_the_bump_stands,
        options=("on one of the two hills", "in the middle", "beyond one of the hills"),
        explanation=_explain_bump,
    ),
    Prediction(
        "4.js",
        "The bells N(0, 1) and N(d, 1) move apart from d = 4 to d = 8, and D(p‖q) grows fourfold. Their "
        "Jensen–Shannon divergence",
        truth=_how_js_grows,
        options=("grows fourfold as well", "hardly changes", "about doubles"),
        explanation=lambda: (
            f"From {js_of_bells(4):.4f} to {js_of_bells(8):.4f} bits: it cannot pass 1 bit, so almost "
            "nothing is left to gain, and nothing left for a gradient to follow."
        ),
    ),
    Prediction(
        "4.drift",
        "Half of 569 tumours are the reference, the other half are today's. Every radius of today is raised "
        "by the same percentage. Which of these is the smallest rise that a KL alarm with ten bins can tell "
        "from chance?",
        truth=_first_alarm,
        options=("2 %", "5 %", "10 %", "20 %"),
        explanation=_explain_drift,
    ),
)
