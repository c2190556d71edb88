"""The checker: every catalogued wrong answer gets its own name, and no answer of any type breaks it."""

import itertools
import math
import signal
import threading
import time
from decimal import Decimal
from fractions import Fraction

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.spatial.distance import jensenshannon
from scipy.special import log_softmax, rel_entr, softmax
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mutual_info_score
from sklearn.model_selection import train_test_split

from course_lib import progress, records
from course_lib.bottleneck import bottleneck_update
from course_lib.classifiers import cross_entropy_from_logits
from course_lib.exercises import check, checking, diagnose, hint, solution, trying
from course_lib.exercises.catalogue import EXERCISES, UnknownId
from course_lib.exercises.detectors import generic_slip
from course_lib.exercises.hint_library import HINTS
from course_lib.exercises.material import Misnaming, Mistake, Naming, Part
from course_lib.exercises.wording import plain
from course_lib.measures import surprisal
from course_lib.time_limit import NotInMainThread, OutOfTime, call_within

LN2 = math.log(2)


@pytest.fixture(autouse=True)
def fresh_learner(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path))
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "")
    checking._slips.clear()
    checking._hints_shown.clear()
    checking._tries.clear()
    for entries in progress._unsaved.values():
        entries.clear()
    progress._notices.clear()
    progress._notices_given.clear()


def h(*p):
    """Entropy in bits, term by term, in plain Python: the oracle of everything below."""
    return -math.fsum(x * math.log2(x) for x in p if x > 0)


def strangest_digit():
    """Surprise of every digit by explicit loops, and the index of the largest."""
    images, labels = load_digits(return_X_y=True)
    rows = [[value >= 8 for value in image] for image in images.tolist()]
    rate = {}
    for digit in range(10):
        members = [row for row, label in zip(rows, labels, strict=True) if label == digit]
        rate[digit] = [(sum(column) + 1) / (len(members) + 2) for column in zip(*members, strict=True)]
    costs = [
        -math.fsum(math.log2(r if lit else 1 - r) for lit, r in zip(row, rate[int(label)], strict=True))
        for row, label in zip(rows, labels, strict=True)
    ]
    index = max(range(len(costs)), key=costs.__getitem__)
    return index, int(labels[index]), costs[index], min(range(len(costs)), key=costs.__getitem__)


INDEX, LABEL, DIGIT_BITS, CALMEST = strangest_digit()
POSTERIOR = 0.01 * 0.99 / (0.01 * 0.99 + 0.99 * 0.05)
ROW0, ROW1 = h(0.6, 0.2, 0.2), h(0.05 / 0.75, 0.1 / 0.75, 0.6 / 0.75)
J3 = (0.15, 0.05, 0.05, 0.05, 0.10, 0.60)
I_J3 = h(0.25, 0.75) + h(0.20, 0.15, 0.65) - h(*J3)
GAUSS = 0.5 * math.log2(2 * math.pi * math.e * 0.01)


def digits_judged(c):
    """The digits' logits by part, from scikit-learn alone, and each part's best temperature.

    The temperature is where the slope of the mean loss in 1/τ, mean(E_q[z] − z_true), crosses 0.
    """
    images, labels = load_digits(return_X_y=True)
    halves = train_test_split(images / 16, labels, test_size=0.5, stratify=labels, random_state=0)
    quarters = train_test_split(halves[1], halves[3], test_size=0.5, stratify=halves[3], random_state=0)
    model = LogisticRegression(C=c, max_iter=5000).fit(halves[0], halves[2])
    validation, test = ((model.decision_function(quarters[i]), quarters[i + 2]) for i in (0, 1))

    def slope(z, y, inverse):
        return np.mean(np.sum(softmax(z * inverse, axis=1) * z, axis=1) - z[np.arange(len(y)), y])

    fitted = [1 / brentq(lambda b, z=z, y=y: slope(z, y, b), 1e-3, 10) for z, y in (validation, test)]
    return test, fitted[0], fitted[1], model.score(halves[0], halves[2])


(TEST_Z, TEST_Y), TAU, TAU_OF_TEST, TRAIN_ACCURACY = digits_judged(1e4)
TAU_OF_C1 = digits_judged(1.0)[1]


def loss_of_test(tau):
    return -np.mean(log_softmax(TEST_Z / tau, axis=1)[np.arange(len(TEST_Y)), TEST_Y])


LSE = math.log(math.exp(-1) + 1 + math.exp(1.2))  # of the logits (−1, 0, 1.2)
BASE_TWO = 2**1.2 / (2**-1 + 1 + 2**1.2)
SAID = ((1, 0.9), (0, 0.2), (1, 0.6), (0, 0.1))


def ce(p, q):
    """Cross-entropy in bits, term by term."""
    return -math.fsum(x * math.log2(y) for x, y in zip(p, q, strict=True))


P, Q = (0.7, 0.2, 0.1), (0.3, 0.4, 0.3)


def kl(p, q):
    """KL divergence in bits as a difference of two bills, so that no ratio of p and q is ever taken."""
    return ce(p, q) - h(*p)


def bell(x, mu, sigma):
    return math.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))


def bell_kl(mu, sigma, other_mu, other_sigma):
    """KL divergence of two normal distributions in nats, as the area under its integrand."""

    def integrand(x):
        surplus = (x - other_mu) ** 2 / (2 * other_sigma**2) - (x - mu) ** 2 / (2 * sigma**2)
        return bell(x, mu, sigma) * (surplus + math.log(other_sigma) - math.log(sigma))

    return quad(integrand, mu - 12 * sigma, mu + 12 * sigma, epsabs=1e-12)[0]


CODE = ((0.5, math.exp(-0.25)), (-0.3, math.exp(0.1)), (0.1, math.exp(-0.05)))  # means and σ
VAE = math.fsum(bell_kl(mu, sigma, 0, 1) for mu, sigma in CODE)
U, V, MIDDLE = (0.5, 0.3, 0.2), (0.2, 0.3, 0.5), (0.35, 0.3, 0.35)
JS = h(*MIDDLE) - h(*U)  # U and V are the same numbers, so their mean entropy is either one's


def hills_moment(power, center=0.0):
    """A moment of the 70/30 mixture, as an area."""

    def integrand(x):
        return (x - center) ** power * (0.7 * bell(x, -3, 1) + 0.3 * bell(x, 3, 1))

    return quad(integrand, -16, 16, points=[-3, 3], epsabs=1e-12)[0]


FAIR_TO_BENT = -math.log2(4 * 0.7 * 0.3) / 2  # bits per flip of a fair coin against a 70 % one


def sine_moment(power, other_power, reach):
    """Mean of y^power · sin(y)^other_power for y uniform on ±reach, as an area."""
    area = quad(lambda y: y**power * math.sin(y) ** other_power, 0, reach, limit=200, epsabs=1e-11)[0]
    return area / reach  # power + other_power is even, so both halves are alike


def sine_r(reach):
    return sine_moment(1, 1, reach) / math.sqrt(sine_moment(2, 0, reach) * sine_moment(0, 2, reach))


SIZES = ("worst radius", "worst perimeter", "worst area", "worst concave points")


def eight_bins():
    """The four columns of exercise 5.6 in bins, by comparing with every inner quantile."""
    data = load_breast_cancer()
    columns = (data.data[:, list(data.feature_names).index(name)] for name in SIZES)
    bins = [sum(values >= np.quantile(values, k / 8) for k in range(1, 8)) for values in columns]
    return dict(zip(SIZES, bins, strict=True)), data.target


BINS, BENIGN = eight_bins()


def tells(*names):
    """scikit-learn's plug-in estimate, the bins of a row written as one label, in bits."""
    labels = ["-".join(map(str, row)) for row in zip(*(BINS[name] for name in names), strict=True)]
    return mutual_info_score(labels, BENIGN) / LN2


def combinations_that_occur(*names):
    return len(set(zip(*(BINS[name] for name in names), strict=True)))


RADIUS, PERIMETER, AREA, POINTS = SIZES
MOST = max(itertools.combinations(SIZES, 2), key=lambda pair: tells(*pair))
CHANCE = (combinations_that_occur(*MOST) - 1) / (2 * 569 * LN2)
TWICE = 1 - h(0.18, 0.82)
HALVES = 1 - h(7 / 8, 1 / 8)
ALL_FOUR = 1 - (h(0.95, 0.05) + h(0.8, 0.2)) / 2


def recorded(activation, run, layer, bins):
    """I(X;T) after the last epoch, read from the record's file itself."""
    with np.load(records.DATA / "information_planes.npz") as stored:
        rulers, kinds = stored["bins"].tolist(), stored["activations"].tolist()
        assert (stored["epochs"][-1], stored["layers"].tolist()) == (1200, [1, 2, 3, 4, 5])
        return float(stored["i_xt"][kinds.index(activation), run, -1, layer - 1, rulers.index(bins)])


COARSE, HALVED = recorded("tanh", 0, 5, 30), recorded("tanh", 0, 5, 60)

SEVEN = (0.12, 0.45, 0.60, 0.35, 0.52, 0.48, 0.70)
NATS_OF_SEVEN = -math.log(math.prod(SEVEN)) / 7
LOGITS = (3.0, 1.5, 0.5, -0.5)


def softened(tau):
    """Softmax of the four logits by a sum of exponentials."""
    weights = [math.exp(logit / tau) for logit in LOGITS]
    return [weight / math.fsum(weights) for weight in weights]


def tilted(rule):
    """Three replies, weighted by a rule of reference probability and reward, as shares."""
    weights = [rule(p, r) for p, r in ((0.5, 0), (0.3, 1), (0.2, 2))]
    return [weight / math.fsum(weights) for weight in weights]


REPLIES = (0.5, 0.3, 0.2)
TILT = tilted(lambda p, r: p * math.e ** (2 * r))
OVER_BETA = tilted(lambda p, r: p * math.e ** (r / 2))
NO_BETA = tilted(lambda p, r: p * math.e**r)
NO_REFERENCE = tilted(lambda p, r: math.e ** (2 * r))
WORST_FIRST = tilted(lambda p, r: p / math.e ** (2 * r))
POSTERIOR_Z = (0.4 / 0.45, 0.05 / 0.45)
GUESS = (0.7, 0.3)
RECONSTRUCTION = 0.7 * math.log(0.8) + 0.3 * math.log(0.1)
RATE = LN2 - h(*GUESS) * LN2  # the prior is uniform
JS_HALVES = h(0.45, 0.3, 0.25) - (h(0.9, 0.1) + h(0.5, 0.5)) / 2
ROW_OF_J3 = h(0.15 / 0.25, 0.05 / 0.25, 0.05 / 0.25)

# The truth of every part, written without course_lib, and the digits of the specification; names as they are.
TRUTHS = {
    "0.1": [(7.0, "7")],
    "1.1": [(5.0, "5")],
    "1.2": [(0.25 / LN2, "0.3607"), (math.exp(-0.25), "0.7788")],
    "1.4": [(-math.log2(0.01), "6.6439")],
    "1.5": [(POSTERIOR, "0.1667"), (3, "3")],
    "1.6": [(INDEX, "1660"), (LABEL, "4"), (DIGIT_BITS, "76.96")],
    "2.1": [(1.75, "1.75")],
    "2.2": [(1.0, "1")],
    "2.3": [(1.5, "1.5")],
    "2.4": [(h(*J3) - h(0.25, 0.75), "1.0219")],
    "2.5": [(1 - 0.8 * h(10 / 16, 6 / 16), "0.2365")],
    "2.6": [(1.0, "1"), (h(0.9, 0.1), "0.4690"), (1 - h(0.9, 0.1), "0.5310")],
    "2.7": [(GAUSS, "-1.2748")],
    "2.half": [(3, "3"), ((0.64 * 1 + 0.16 * 2 + 0.16 * 3 + 0.04 * 3) / 2, "0.78")],
    "3.1": [(LSE - 1.2, "0.3450")],
    "3.2": [(ce(P, Q), "1.6540")],
    "3.4": [(-math.log(0.9 * 0.6 * 0.2 * 0.5) / 4, "0.7297")],
    "3.5": [(-math.log(0.9 * 0.8 * 0.6 * 0.9) / 4, "0.2362")],
    "3.half": [(3.0, "3"), (h(2 / 3, 1 / 3) * LN2, "0.6365")],
    "3.6": [(TAU, "4"), (loss_of_test(TAU), "0.15")],  # where a solver stops is in these, so few digits
    "4.1": [(kl(P, Q), "0.4972")],
    "4.2": [(math.log2(1.25), "0.3219"), (math.inf, "inf")],
    "4.3": [(bell_kl(0, 1, 1, 2), "0.4431")],
    "4.4": [(VAE, "0.2414")],
    "4.5": [(JS, "0.09582")],
    "4.6": [(hills_moment(1), "-1.2"), (math.sqrt(hills_moment(2, -1.2)), "2.926")],
    "4.7": [(math.log2(20) / FAIR_TO_BENT, "34.36")],
    "5.1": [(I_J3, "0.2570")],
    "5.2": [(math.log2(3), "1.5850"), ("H(X)", "H(X)")],
    "5.3": [(1 + 1 - h(*[1 / 4] * 4), "0"), (1 + 1 - h(*[1 / 4] * 4), "0"), (2 + 1 - h(*[1 / 4] * 4), "1")],
    "5.4": [(15 / (400 * LN2), "0.0541")],
    "5.5": [(math.sqrt(6) / math.pi, "0.7797"), (-math.sqrt(6) / (10 * math.pi), "-0.0780")],
    "5.6": [("worst area + worst concave points",) * 2, (tells(*MOST), "0.8010"), (CHANCE, "0.063")],
    "6.1": [(TWICE, "0.3199")],
    "6.2": [(1.0, "1"), (HALVES, "0.4564"), (HALVES / ALL_FOUR, "0.9205")],
    "6.3": [(4 / ((0.9**2 + 0.6**2) * 2), "1.7094")],
    "6.4": [(6.0, "6")],
    "6.6": [(HALVED, "1.2181")],
    "7.1": [(1 / math.prod(SEVEN) ** (1 / 7), "2.433")],
    "7.2": [(math.exp((10 * 5 + 990 * 2) / 1000), "7.614")],
    "7.3": [(math.log2(math.e) * 1.2 / 4.5, "0.3847"), (math.log2(math.e) * 0.9 / 3, "0.4328"), ("A", "A")],
    "7.4": [(h(*softened(2)), "1.7094")],
    "7.5": [
        *zip(TILT, ("0.0367", "0.1626", "0.8008"), strict=True),
        (kl(TILT, REPLIES) * LN2, "0.9155"),
    ],
    "7.6": [(9.0, "9"), (4096, "4096")],
    "7.7": [(RECONSTRUCTION - RATE, "-0.9293"), (kl(GUESS, POSTERIOR_Z) * LN2, "0.1308")],
    "8.1": [(0.8, "0.8"), (2.2, "2.2"), (1.2, "1.2")],
    "8.2": [
        *[("data",) * 2, ("C",) * 2, ("data",) * 2, ("B",) * 2, ("teacher",) * 2, ("A",) * 2],
        *[("encoder",) * 2, ("D",) * 2, ("policy",) * 2, ("F",) * 2, ("joint",) * 2, ("G",) * 2],
    ],
    "8.3": [
        *[("false", "false"), (softened(10)[3], "0.2107")],
        *[("true", "true"), (40.4 / 200, "0.2020")],
        *[("false", "false"), (math.exp(1.2828 * LN2), "2.4331")],
        *[("false", "false"), (JS_HALVES, "0.8050")],
        *[("false", "false"), (bell_kl(0, 1, 1, 1) / LN2, "0.7213")],
        *[("false", "false"), (2 / math.e, "0.7358")],
        *[("true", "true"), (ROW_OF_J3, "1.3710")],
        *[("true", "true"), (h(0.01, 0.99) * LN2, "0.0560")],
        *[("true", "true"), (9 * math.log2(10), "29.8974")],
        *[("true", "true"), (2 * math.log2(10), "6.6439")],
    ],
    "8.4": [(0.4, "0.4"), (4, "4"), (8 ** (1.6 / 3), "3.031")],
    "8.5": [(GAUSS, "-1.2748")],
}

# (exercise, part, wrong value by an expression of its own, its digits in the specification, its diagnosis)
WRONG = [
    ("1.1", 0, 5 * LN2, "3.4657", "NATS_FOR_BITS"),
    ("1.1", 0, -5.0, "-5", "SIGN"),
    ("1.1", 0, 32.0, "32", "LOG_FORGOTTEN"),
    ("1.1", 0, 5 / 32, "0.15625", "WEIGHTED_ONCE"),
    ("1.1", 0, math.log10(32), "1.5051", "HARTLEYS"),
    ("1.2", 0, 0.25 * LN2, "0.1733", "CONVERTED_BACKWARDS"),
    ("1.2", 0, 0.25, "0.25", "NATS_FOR_BITS"),
    ("1.2", 1, 1 / 2**0.25, "0.8409", "PPL_BASE"),
    ("1.4", 0, math.log2(100) / 4, "1.6610", "MEAN_FOR_SUM"),
    ("1.4", 0, -math.log2(1.65), "-0.7225", "LOG_OF_SUM"),
    ("1.4", 0, math.log(100), "4.6052", "NATS_FOR_BITS"),
    ("1.4", 0, math.log2(4 / 1.65), "1.2775", "LOG_OF_MEAN"),
    ("1.4", 0, 1 / 100, "0.01", "LOG_FORGOTTEN"),
    ("1.5", 0, 0.99, "0.99", "BASE_RATE"),
    ("1.5", 0, 0.0099 / 0.05, "0.198", "TOTAL_PROBABILITY"),
    ("1.5", 0, 0.95, "0.95", "SPECIFICITY"),
    ("1.5", 0, 0.99 / 1.04, "0.9519", "PRIOR_IGNORED"),
    ("1.5", 0, 0.0099 / 0.0495, "0.2", "ODDS_FOR_PROBABILITY"),
    ("1.5", 0, -math.log2(5), "-2.322", "LOG_ODDS_FOR_PROBABILITY"),
    ("1.5", 1, 2, "2", "STOPPED_EARLY"),
    ("1.5", 1, 1, "1", "STOPPED_EARLY"),
    ("1.6", 0, CALMEST, "166", "MINIMUM"),
    ("1.6", 0, 694, "694", "MINIMUM"),
    ("1.6", 2, DIGIT_BITS * LN2, "53.35", "NATS_FOR_BITS"),
    ("1.6", 2, DIGIT_BITS / 64, "1.20", "PER_PIXEL"),
    ("1.6", 2, math.inf, "inf", "NO_SMOOTHING"),
    ("1.6", 2, math.nan, "nan", "NO_SMOOTHING"),
    ("2.1", 0, 1.75 * LN2, "1.2130", "NATS_FOR_BITS"),
    ("2.1", 0, 2, "2", "LOG_K"),
    ("2.1", 0, 1.75 / 4, "0.4375", "MEAN_FOR_SUM"),
    ("2.1", 0, -1.75, "-1.75", "SIGN"),
    ("2.2", 0, math.nan, "nan", "ZERO_LOG_ZERO"),
    ("2.2", 0, 1.0000000032, "1.0000000032", "RENORM_SMOOTH"),
    ("2.2", 0, LN2, "0.6931", "NATS_FOR_BITS"),
    ("2.2", 0, -1.0, "-1", "SIGN"),
    ("2.3", 0, -2.0, "-2.0", "UNNORMALISED"),
    ("2.3", 0, 1.5 * LN2, "1.0397", "NATS_FOR_BITS"),
    ("2.4", 0, (ROW0 + ROW1) / 2, "1.1383", "UNWEIGHTED"),
    ("2.4", 0, h(*J3) - h(0.20, 0.15, 0.65), "0.5543", "WRONG_CONDITION"),
    ("2.4", 0, h(0.20, 0.15, 0.65) - 0.25 * ROW0 - 0.75 * ROW1, "0.2570", "GAIN_FOR_REMAINING"),
    ("2.4", 0, h(*J3), "1.8332", "JOINT_FOR_COND"),
    ("2.4", 0, h(0.20, 0.15, 0.65), "1.2789", "MARGINAL_FOR_COND"),
    ("2.4", 0, (0.25 * ROW0 + 0.75 * ROW1) * LN2, "0.7083", "NATS_FOR_BITS"),
    ("2.5", 0, 1 - h(0.625, 0.375) / 2, "0.5228", "UNWEIGHTED"),
    ("2.5", 0, 0.8 * h(0.625, 0.375), "0.7635", "REMAINING_FOR_GAIN"),
    ("2.5", 0, (1 - 0.8 * h(0.625, 0.375)) * LN2, "0.1639", "NATS_FOR_BITS"),
    ("2.5", 0, 0.5 - 0.8 * (1 - 0.625**2 - 0.375**2), "0.1250", "GINI"),
    ("2.6", 0, h(0.9, 0.1), "0.4690", "AVG_FOR_POOLED"),
    ("2.6", 1, 1.0, "1", "POOLED_FOR_AVG"),
    ("2.6", 2, h(0.9, 0.1) - 1, "-0.5310", "SIGN"),
    ("2.7", 0, math.log2(math.sqrt(2 * math.pi * math.e * 0.1)), "0.3861", "SD_FOR_VAR"),
    ("2.7", 0, GAUSS * LN2, "-0.8836", "NATS_FOR_BITS"),
    ("2.7", 0, -GAUSS, "1.2748", "SIGN"),
    ("2.half", 0, 2, "2", "LOG_K"),
    ("2.half", 0, 111, "111", "WORD_FOR_LENGTH"),
    ("2.half", 1, 0.64 * 1 + 0.16 * 2 + 0.16 * 3 + 0.04 * 3, "1.56", "SUM_FOR_MEAN"),
    ("3.1", 0, math.log(10 / 7), "0.3567", "ROUNDED_EARLY"),
    ("3.1", 0, (LSE - 1.2) * math.log2(math.e), "0.4977", "BITS_FOR_NATS"),
    ("3.1", 0, -math.log(softmax(np.exp([-1 - LSE, -LSE, 1.2 - LSE]))[2]), "0.7619", "SOFTMAX_TWICE"),
    ("3.1", 0, LSE, "1.5450", "FORGOT_TRUE_LOGIT"),
    ("3.1", 0, 1.2 - LSE, "-0.3450", "SIGN"),
    ("3.1", 0, -math.log2(BASE_TWO), "0.7250", "BASE_TWO_SOFTMAX"),
    ("3.1", 0, -math.log(BASE_TWO), "0.5025", "BASE_TWO_SOFTMAX"),
    ("3.1", 0, math.exp(1.2 - LSE), "0.7082", "PROBABILITY_FOR_LOSS"),
    ("3.1", 0, 0.56, "0.56", "PUBLISHED"),
    ("3.2", 0, ce(Q, P), "2.0797", "SWAPPED"),
    ("3.2", 0, ce(P, Q) * LN2, "1.1464", "NATS_FOR_BITS"),
    ("3.2", 0, h(*P), "1.1568", "H_ONLY"),
    ("3.2", 0, ce(P, Q) - h(*P), "0.4972", "KL_FOR_CE"),
    ("3.2", 0, h(*Q), "1.5710", "H_ONLY"),
    ("3.2", 0, -math.log2(0.3 * 0.4 * 0.3) / 3, "1.5986", "UNWEIGHTED"),
    ("3.2", 0, ce(P, Q) / 3, "0.5513", "MEAN_FOR_SUM"),
    ("3.4", 0, -math.log(0.054), "2.9188", "SUM_FOR_MEAN"),
    ("3.4", 0, -math.log(0.55), "0.5978", "LOG_OF_MEAN"),
    ("3.4", 0, -math.log2(0.054) / 4, "1.0527", "BITS_FOR_NATS"),
    ("3.4", 0, 0.45, "0.4500", "NO_LOG"),
    ("3.4", 0, 0.054**0.25, "0.4821", "GEOMETRIC_MEAN"),
    ("3.5", 0, -math.log(0.54) / 4, "0.1540", "HALF_BCE"),
    ("3.5", 0, -math.log(0.54) / 2, "0.3081", "HALF_BCE"),
    ("3.5", 0, -math.log(0.3888), "0.9447", "SUM_FOR_MEAN"),
    ("3.5", 0, -math.log(0.1 * 0.2 * 0.4 * 0.1) / 4, "1.7827", "LABELS_FLIPPED"),
    ("3.5", 0, -math.log(0.9 * 0.2 * 0.6 * 0.1) / 4, "1.1321", "ALL_AS_ONES"),
    ("3.5", 0, (0.01 + 0.04 + 0.16 + 0.01) / 4, "0.0550", "SQUARED_ERROR"),
    ("3.5", 0, -math.log2(0.3888) / 4, "0.3407", "BITS_FOR_NATS"),
    ("3.half", 0, 1 / 3, "0.3333", "TAU_INVERTED"),
    ("3.half", 0, 4.0, "4", "LOGITS_NOT_ODDS"),
    ("3.half", 0, 4 / 3, "1.3333", "LOGITS_NOT_ODDS"),
    ("3.half", 0, 3 * LN2, "2.0794", "GAP_FOR_TAU"),
    ("3.half", 1, (3 * math.log(9) - 2 * math.log(8)) / 3, "0.8109", "TAU_ONE"),
    ("3.half", 1, math.log1p(8**-3) + 3 * LN2, "2.0814", "TAU_INVERTED"),
    ("3.half", 1, math.log(1.5), "0.4055", "ALL_AS_ONES"),
    ("3.half", 1, 2 * math.log(1.5) + math.log(3), "1.9095", "SUM_FOR_MEAN"),
    ("3.half", 1, h(2 / 3, 1 / 3), "0.9183", "BITS_FOR_NATS"),
    ("3.6", 0, 1 / TAU, "0.2", "TAU_INVERTED"),
    ("3.6", 0, TAU_OF_TEST, "4", "LOOKED_AT_TEST"),
    ("3.6", 0, 0.0, "0", "FITTED_ON_TRAIN"),  # every training digit is right: see below
    ("3.6", 0, 1.0, "1", "TAU_BY_ACCURACY"),
    ("3.6", 0, TAU_OF_C1, "0.6", "OTHER_MODEL"),
    ("3.6", 1, loss_of_test(1 / TAU), "1", "TAU_INVERTED"),
    # scikit-learn's loss caps every example at −ln 2.2e-16 = 36.04 nats
    ("3.6", 1, log_loss(TEST_Y, softmax(TEST_Z * TAU, axis=1)), "0.8", "TAU_INVERTED"),
    ("3.6", 1, loss_of_test(1), "0.4", "TAU_ONE"),
    ("3.6", 1, loss_of_test(TAU) / LN2, "0.2", "BITS_FOR_NATS"),
    ("3.6", 1, np.mean(np.argmax(TEST_Z, axis=1) == TEST_Y), "0.96", "ACCURACY_FOR_LOSS"),
    ("3.6", 1, 450 * loss_of_test(TAU), "68", "SUM_FOR_MEAN"),
    ("4.1", 0, kl(Q, P), "0.5088", "SWAPPED"),
    ("4.1", 0, kl(P, Q) * LN2, "0.3446", "NATS_FOR_BITS"),
    ("4.1", 0, ce(P, Q), "1.6540", "CE_FOR_KL"),
    ("4.1", 0, (kl(P, Q) + kl(Q, P)) / 2, "0.5030", "SYMMETRISED"),
    ("4.1", 0, h(*P) - ce(P, Q), "-0.4972", "SIGN"),
    ("4.1", 0, h(*P), "1.1568", "H_ONLY"),
    ("4.1", 0, 0.7 * math.log2(7 / 3) + 0.2 + 0.1 * math.log2(3), "1.2142", "ABSOLUTE_TERMS"),
    ("4.1", 0, math.log2((0.7 * 0.2 * 0.1) / (0.3 * 0.4 * 0.3)) / 3, "-0.4542", "UNWEIGHTED"),
    ("4.2", 0, math.nan, "nan", "ZERO_LOG_ZERO"),
    ("4.2", 0, math.log(1.25), "0.2231", "NATS_FOR_BITS"),
    ("4.2", 0, math.inf, "inf", "SWAPPED"),
    ("4.2", 0, -math.log2(0.4), "1.3219", "CE_FOR_KL"),
    ("4.2", 1, 0.8 * math.log2(0.8) + 0.2 * math.log2(2e9), "5.922", "EPS_CLIP"),
    ("4.2", 1, 0.8 * math.log(0.8) + 0.2 * math.log(2e9), "4.105", "EPS_CLIP"),
    ("4.2", 1, 0.8 * math.log2(0.8), "-0.2575", "DROPPED_TERM"),
    ("4.2", 1, 0.8 * math.log(0.8), "-0.1785", "DROPPED_TERM"),
    ("4.2", 1, math.log2(1.25), "0.3219", "SYMMETRY_ASSUMED"),
    ("4.2", 1, -math.inf, "-inf", "SIGN"),
    ("4.2", 1, math.nan, "nan", "ZERO_LOG_ZERO"),
    ("4.3", 0, bell_kl(1, 2, 0, 1), "1.3069", "SWAPPED"),
    ("4.3", 0, LN2 + 2 / 8, "0.9431", "CONSTANT_FORGOTTEN"),
    ("4.3", 0, LN2 + 1 / 8 - 0.5, "0.3181", "NUMERATOR_INCOMPLETE"),
    ("4.3", 0, LN2 - 0.5, "0.1931", "NUMERATOR_INCOMPLETE"),
    ("4.3", 0, bell_kl(0, 1, 1, math.sqrt(2)), "0.3466", "VAR_FOR_SD"),
    ("4.3", 0, LN2 + 2 / 4 - 0.5, "0.6931", "SD_FOR_VAR"),
    ("4.3", 0, -LN2 + 2 / 8 - 0.5, "-0.9431", "RATIO_FLIPPED"),
    ("4.4", 0, VAE / 3, "0.0805", "MEAN_FOR_SUM"),
    ("4.4", 0, VAE * 2, "0.4828", "LOST_HALF"),
    ("4.4", 0, math.fsum(bell_kl(mu, sigma**2, 0, 1) for mu, sigma in CODE), "0.4142", "LOGVAR"),
    ("4.4", 0, math.fsum(bell_kl(0, 1, mu, sigma) for mu, sigma in CODE), "0.3348", "SWAPPED"),
    ("4.4", 0, VAE + sum(s - s**2 for _, s in CODE) / 2, "0.2926", "SD_FOR_VAR"),
    ("4.4", 0, VAE + 1.5, "1.7414", "CONSTANT_FORGOTTEN"),
    ("4.4", 0, VAE / LN2, "0.3482", "BITS_FOR_NATS"),
    ("4.4", 0, -VAE, "-0.2414", "SIGN"),
    ("4.5", 0, jensenshannon(U, V), "0.2577", "JS_ROOT"),
    ("4.5", 0, jensenshannon(U, V, base=2), "0.3095", "JS_ROOT"),
    ("4.5", 0, jensenshannon(U, V) ** 2, "0.06641", "NATS_FOR_BITS"),
    ("4.5", 0, kl(U, MIDDLE) + kl(V, MIDDLE), "0.1916", "JS_HALF"),
    ("4.5", 0, kl(U, V), "0.3966", "KL_FOR_JS"),
    ("4.5", 0, kl(MIDDLE, U), "0.1025", "SWAPPED"),
    ("4.6", 0, -3.0, "-3", "REVERSE_FIT"),
    ("4.6", 0, 0.0, "0", "UNWEIGHTED"),
    ("4.6", 0, 1.2, "1.2", "SIGN"),
    ("4.6", 1, math.sqrt(hills_moment(2)), "3.162", "SQUARED_MEAN"),
    ("4.6", 1, hills_moment(2, -1.2), "8.56", "VAR_FOR_SD"),
    ("4.6", 1, 1.0, "1", "WITHIN_ONLY"),
    ("4.6", 1, math.sqrt(0.7 * 1.8**2 + 0.3 * 4.2**2), "2.7495", "BETWEEN_ONLY"),
    ("4.7", 0, math.log(20) / FAIR_TO_BENT, "23.82", "MIXED_UNITS"),
    ("4.7", 0, math.log2(20) / (FAIR_TO_BENT * LN2), "49.58", "MIXED_UNITS"),
    ("4.7", 0, math.log2(20) / (1 - h(0.7, 0.3)), "36.41", "SWAPPED"),
    ("4.7", 0, 20 / FAIR_TO_BENT, "159.02", "LOG_FORGOTTEN"),
    ("4.7", 0, -2 * math.log2(20) / math.log2(0.96), "146.77", "OTHER_COIN"),
    ("4.7", 0, math.log2(19) / FAIR_TO_BENT, "33.78", "ODDS_OF_95_PERCENT"),
    ("4.7", 0, 34.0, "34", "STOPPED_EARLY"),
    ("5.1", 0, (0.25 * (h(0.20, 0.15, 0.65) - ROW0) + 0.75 * (h(0.20, 0.15, 0.65) - ROW1)) * LN2, "0.1781",
     "NATS_FOR_BITS"),
    ("5.1", 0, 0.25 * ROW0 + 0.75 * ROW1, "1.0219", "REMAINING_FOR_GAIN"),
    ("5.1", 0, h(*J3) - h(0.20, 0.15, 0.65), "0.5543", "REMAINING_FOR_GAIN"),
    ("5.1", 0, h(0.25, 0.75) + h(0.20, 0.15, 0.65), "2.0902", "JOINT_FORGOTTEN"),
    ("5.1", 0, h(*J3), "1.8332", "JOINT_FOR_MI"),
    ("5.1", 0, I_J3 / math.sqrt(h(0.25, 0.75) * h(0.20, 0.15, 0.65)), "0.2523", "MI_NORMALISED"),
    ("5.1", 0, 2 * I_J3 / (h(0.25, 0.75) + h(0.20, 0.15, 0.65)), "0.2459", "MI_NORMALISED"),
    ("5.1", 0, -I_J3, "-0.2570", "SIGN"),
    ("5.1", 0, h(0.20, 0.15, 0.65) - (ROW0 + ROW1) / 2, "0.1406", "UNWEIGHTED"),
    ("5.2", 0, mutual_info_score([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2]), "1.0986", "NATS_FOR_BITS"),
    ("5.2", 0, math.log(3) * LN2, "0.7615", "CONVERTED_BACKWARDS"),
    ("5.2", 0, 1.0, "1", "MI_NORMALISED"),
    ("5.2", 0, 0.0, "0", "REMAINING_FOR_GAIN"),
    ("5.2", 1, "I(X;X)", "", "OTHER_NAME"),
    ("5.2", 1, "H(X|X)", "", "REMAINING_FOR_GAIN"),
    ("5.2", 1, "NMI", "", "MI_NORMALISED"),
    ("5.2", 1, "surprise", "", "OTHER_NAME"),
    ("5.2", 1, "ln 3", "", "OTHER_NAME"),
    ("5.3", 0, 0.5, "0.5", "FAIR_SHARES"),
    ("5.3", 0, h(0.5, 0.5), "1", "REMAINING_FOR_GAIN"),
    ("5.3", 1, 0.5, "0.5", "FAIR_SHARES"),
    ("5.3", 1, h(0.5, 0.5), "1", "REMAINING_FOR_GAIN"),
    ("5.3", 2, 0.0, "0", "SUM_OF_PARTS"),
    ("5.3", 2, h(*[1 / 4] * 4), "2", "OWN_ENTROPY"),
    ("5.4", 0, 0.0, "0", "TRUE_VALUE"),
    ("5.4", 0, 15 / 400, "0.0375", "NATS_FOR_BITS"),
    ("5.4", 0, 24 / (400 * LN2), "0.0866", "CELLS_FOR_DOF"),
    ("5.4", 0, 23 / (400 * LN2), "0.0830", "CELLS_FOR_DOF"),
    ("5.4", 0, 15 / (200 * LN2), "0.1082", "LOST_HALF"),
    ("5.5", 0, 0.0, "0", "SYMMETRY_ASSUMED"),
    ("5.5", 0, sine_moment(1, 1, math.pi), "1.0", "COVARIANCE"),
    ("5.5", 0, sine_r(math.pi) ** 2, "0.6079", "R_SQUARED"),
    ("5.5", 0, -sine_r(math.pi), "-0.7797", "SIGN"),
    ("5.5", 1, -sine_r(10 * math.pi), "0.0780", "SIGN"),
    ("5.5", 1, sine_moment(1, 1, 10 * math.pi), "-1.0", "COVARIANCE"),
    ("5.5", 1, 0.0, "0", "ROUNDED"),
    ("5.5", 1, sine_r(10 * math.pi) ** 2, "0.0061", "R_SQUARED"),
    ("5.6", 0, "worst perimeter + worst radius", "", "RANKED_ALONE"),
    ("5.6", 0, "worst area + worst radius", "", "REDUNDANT"),
    ("5.6", 0, "worst perimeter + worst area", "", "REDUNDANT"),
    ("5.6", 0, "worst concave points + worst perimeter", "", "RUNNER_UP"),
    ("5.6", 0, "worst radius + worst concave points", "", "RUNNER_UP"),
    ("5.6", 1, tells(RADIUS, PERIMETER), "0.6830", "RANKED_ALONE"),
    ("5.6", 1, tells(RADIUS, AREA), "0.6717", "REDUNDANT"),
    ("5.6", 1, tells(PERIMETER, AREA), "0.6845", "REDUNDANT"),
    ("5.6", 1, tells(PERIMETER, POINTS), "0.7986", "RUNNER_UP"),
    ("5.6", 1, tells(RADIUS, POINTS), "0.7967", "RUNNER_UP"),
    ("5.6", 1, tells(RADIUS) + tells(PERIMETER), "1.3076", "SUM_OF_PARTS"),
    ("5.6", 1, tells(AREA) + tells(POINTS), "1.2696", "SUM_OF_PARTS"),
    ("5.6", 1, tells(PERIMETER), "0.6591", "ONE_OF_TWO"),
    ("5.6", 2, 0.0, "0", "NO_NULL"),
    ("5.6", 2, 63 / (2 * 569 * LN2), "0.0799", "EMPTY_CELLS"),
    ("5.6", 2, 7 / (2 * 569 * LN2), "0.0089", "ONE_OF_TWO"),
    ("5.6", 2, CHANCE * LN2, "0.0439", "NATS_FOR_BITS"),
    ("6.1", 0, (1 - h(0.1, 0.9)) ** 2, "0.2820", "CAPACITIES_MULTIPLIED"),
    ("6.1", 0, 1 - h(0.2, 0.8), "0.2781", "FLIPS_ADDED"),
    ("6.1", 0, 1 - h(0.1, 0.9), "0.5310", "NO_LOSS"),
    ("6.1", 0, h(0.18, 0.82), "0.6801", "REMAINING_FOR_GAIN"),
    ("6.1", 0, 0.1 * 0.9 + 0.9 * 0.1, "0.18", "PROBABILITY_FOR_BITS"),
    ("6.1", 0, TWICE * LN2, "0.2218", "NATS_FOR_BITS"),
    ("6.2", 0, math.log2(4), "2", "OWN_ENTROPY"),
    ("6.2", 0, 0.0, "0", "REMAINING_FOR_GAIN"),
    ("6.2", 1, HALVES * LN2, "0.3164", "NATS_FOR_BITS"),
    ("6.2", 1, ALL_FOUR, "0.4958", "WHOLE_FOR_SUMMARY"),
    ("6.2", 1, h(7 / 8, 1 / 8), "0.5436", "REMAINING_FOR_GAIN"),
    ("6.2", 1, 1 - h(0.575, 0.425), "0.0163", "OTHER_DRAWERS"),
    ("6.2", 2, HALVES, "0.4564", "OTHER_WHOLE"),
    ("6.2", 2, 1 - HALVES / ALL_FOUR, "0.0795", "REMAINING_FOR_GAIN"),
    ("6.3", 0, 0.585, "0.585", "OTHER_BETA"),
    ("6.3", 0, 1 / 0.585**2, "2.9221", "ROOT_OR_SQUARE"),
    ("6.3", 0, 1 / math.sqrt(0.585), "1.3074", "ROOT_OR_SQUARE"),
    ("6.4", 0, 2.0, "2", "UNITS_NOT_BITS"),
    ("6.4", 0, 128.0, "128", "UNITS_NOT_BITS"),
    ("6.4", 0, 12.0, "12", "COUNTED_TWICE"),
    ("6.4", 0, 64.0, "64", "LOG_FORGOTTEN"),
    ("6.4", 0, math.inf, "inf", "INFINITE"),
    ("6.4", 0, math.log(64), "4.1589", "NATS_FOR_BITS"),
    ("6.6", 0, COARSE, "1.1245", "COARSE_RULER"),
    ("6.6", 0, recorded("tanh", 0, 5, 100), "1.285", "OTHER_RULER"),
    ("6.6", 0, recorded("tanh", 0, 5, 10), "1.012", "OTHER_RULER"),
    ("6.6", 0, recorded("tanh", 0, 5, 10**6), "6.408", "OTHER_RULER"),
    ("6.6", 0, 2 * COARSE, "2.249", "DOUBLED"),
    ("6.6", 0, COARSE + 1, "2.1245", "EVENLY_SPREAD"),
    ("6.6", 0, COARSE + 3, "4.1245", "EVENLY_SPREAD"),
    ("6.6", 0, recorded("tanh", 0, 4, 60), "4.212", "OTHER_LAYER"),
    ("6.6", 0, recorded("tanh", 1, 5, 60), "1.096", "OTHER_RUN"),
    ("6.6", 0, recorded("tanh", 2, 5, 60), "1.171", "OTHER_RUN"),
    ("6.6", 0, recorded("relu", 0, 5, 60), "5.717", "OTHER_NETWORK"),
    ("6.6", 0, HALVED * LN2, "0.844", "NATS_FOR_BITS"),
    ("7.1", 0, 2**NATS_OF_SEVEN, "1.852", "PPL_BASE"),
    ("7.1", 0, math.exp(-math.log2(math.prod(SEVEN)) / 7), "3.607", "PPL_BASE"),
    ("7.1", 0, math.fsum(1 / p for p in SEVEN) / 7, "2.931", "PPL_ARITH"),
    ("7.1", 0, 7 / math.fsum(SEVEN), "2.174", "PPL_ARITH"),
    ("7.1", 0, 1 / math.prod(SEVEN), "504.7", "PPL_TOTAL"),
    ("7.1", 0, -math.log(math.prod(SEVEN)), "6.224", "PPL_TOTAL"),
    ("7.1", 0, -math.log2(math.prod(SEVEN)), "8.979", "PPL_TOTAL"),
    ("7.1", 0, math.prod(SEVEN) ** (1 / 7), "0.411", "INVERTED"),
    ("7.1", 0, NATS_OF_SEVEN, "0.8891", "LOSS_FOR_PPL"),
    ("7.1", 0, -math.log2(math.prod(SEVEN)) / 7, "1.2828", "LOSS_FOR_PPL"),
    ("7.2", 0, math.exp(3.5), "33.12", "MACRO"),
    ("7.2", 0, (math.exp(5) + math.exp(2)) / 2, "77.90", "MACRO"),
    ("7.2", 0, 0.01 * math.exp(5) + 0.99 * math.exp(2), "8.799", "PPL_ARITH"),
    ("7.2", 0, 2**2.03, "4.084", "PPL_BASE"),
    ("7.2", 0, 2.03, "2.03", "LOSS_FOR_PPL"),
    ("7.2", 0, math.inf, "inf", "PPL_TOTAL"),
    ("7.3", 0, 1.2 / 4.5, "0.267", "NATS_FOR_BITS"),
    ("7.3", 0, 1.2 * 4.5 / LN2, "7.79", "PER_WHAT"),
    ("7.3", 0, 1.2 / LN2, "1.7312", "PER_WHAT"),
    ("7.3", 0, math.exp(1.2), "3.32", "PER_WHAT"),
    ("7.3", 1, 0.9 / 3, "0.300", "NATS_FOR_BITS"),
    ("7.3", 1, 0.9 * 3 / LN2, "3.90", "PER_WHAT"),
    ("7.3", 1, 0.9 / LN2, "1.2984", "PER_WHAT"),
    ("7.3", 1, math.exp(0.9), "2.46", "PER_WHAT"),
    ("7.3", 2, "B", "", "PER_WHAT"),
    ("7.4", 0, h(*softened(0.5)), "0.3390", "TAU_INVERTED"),
    ("7.4", 0, h(*softened(1)), "1.1147", "TAU_ONE"),
    ("7.4", 0, h(*softened(2)) * LN2, "1.1849", "NATS_FOR_BITS"),
    ("7.4", 0, h(*(p / 2 for p in softened(1))), "1.0574", "UNNORMALISED"),
    ("7.4", 0, 2.0, "2", "LOG_K"),
    ("7.5", 0, OVER_BETA[0], "0.3250", "BETA_INVERTED"),
    ("7.5", 0, NO_BETA[0], "0.1790", "BETA_FORGOTTEN"),
    ("7.5", 0, NO_REFERENCE[0], "0.0159", "FORGOT_REF"),
    ("7.5", 0, WORST_FIRST[0], "0.9187", "EXPONENT_SIGN"),
    ("7.5", 0, 0.5, "0.5", "UNNORMALISED"),
    ("7.5", 1, OVER_BETA[1], "0.3215", "BETA_INVERTED"),
    ("7.5", 1, NO_BETA[1], "0.2919", "BETA_FORGOTTEN"),
    ("7.5", 1, NO_REFERENCE[1], "0.1173", "FORGOT_REF"),
    ("7.5", 1, WORST_FIRST[1], "0.0746", "EXPONENT_SIGN"),
    ("7.5", 1, 0.3 * math.e**2, "2.2167", "UNNORMALISED"),
    ("7.5", 1, 0.3, "0.3", "UNTILTED"),
    ("7.5", 2, OVER_BETA[2], "0.3534", "BETA_INVERTED"),
    ("7.5", 2, NO_BETA[2], "0.5291", "BETA_FORGOTTEN"),
    ("7.5", 2, NO_REFERENCE[2], "0.8668", "FORGOT_REF"),
    ("7.5", 2, WORST_FIRST[2], "0.0067", "EXPONENT_SIGN"),
    ("7.5", 2, 0.2 * math.e**4, "10.92", "UNNORMALISED"),
    ("7.5", 2, 0.2, "0.2", "UNTILTED"),
    ("7.5", 3, kl(REPLIES, TILT) * LN2, "1.2127", "SWAPPED"),
    ("7.5", 3, kl(TILT, REPLIES), "1.3208", "BITS_FOR_NATS"),
    ("7.5", 3, kl(TILT, REPLIES) * LN2 / 2, "0.4577", "PENALTY_FOR_KL"),
    ("7.5", 3, kl(OVER_BETA, REPLIES) * LN2, "0.0835", "BETA_INVERTED"),
    ("7.5", 3, kl(NO_BETA, REPLIES) * LN2, "0.3228", "BETA_FORGOTTEN"),
    ("7.5", 3, TILT[1] + 2 * TILT[2] - kl(TILT, REPLIES) * LN2 / 2, "1.3064", "PENALTY_FOR_KL"),
    ("7.5", 3, kl(NO_REFERENCE, REPLIES) * LN2, "1.1063", "FORGOT_REF"),
    ("7.5", 3, ce(TILT, REPLIES) * LN2, "1.5099", "CE_FOR_KL"),
    ("7.6", 0, 12.0, "12", "LOG_N_CAP"),
    ("7.6", 0, 9 * LN2, "6.24", "NATS_FOR_BITS"),
    ("7.6", 0, 512.0, "512", "LOG_FORGOTTEN"),
    ("7.6", 0, math.log(511) / LN2, "8.997", "NEGATIVES_ONLY"),
    ("7.6", 1, 512, "512", "LOG_N_CAP"),
    ("7.6", 1, 12, "12", "LOG_FORGOTTEN"),
    ("7.6", 1, 4095, "4095", "NEGATIVES_ONLY"),
    ("7.6", 1, 4097, "4097", "NEGATIVES_ONLY"),
    ("7.6", 1, 162755, "162755", "PPL_BASE"),
    ("7.7", 0, RECONSTRUCTION + RATE, "-0.7647", "KL_ADDED"),
    ("7.7", 0, RECONSTRUCTION, "-0.8470", "RECONSTRUCTION_ONLY"),
    ("7.7", 0, math.log(0.45), "-0.7985", "EVIDENCE_FOR_BOUND"),
    ("7.7", 0, RATE - RECONSTRUCTION, "0.9293", "SIGN"),
    ("7.7", 0, (RECONSTRUCTION - RATE) / LN2, "-1.3406", "BITS_FOR_NATS"),
    ("7.7", 1, kl(POSTERIOR_Z, GUESS) * LN2, "0.1020", "SWAPPED"),
    ("7.7", 1, RATE, "0.0823", "RATE_FOR_GAP"),
    ("7.7", 1, kl(GUESS, POSTERIOR_Z), "0.1886", "BITS_FOR_NATS"),
    ("7.7", 1, RECONSTRUCTION - RATE - math.log(0.45), "-0.1308", "SIGN"),
    ("8.1", 0, 9.2, "9.2", "JOINT_ADDED"),
    ("8.1", 0, 5.0, "5", "JOINT_FORGOTTEN"),
    ("8.1", 0, 0.0, "0", "INDEPENDENCE_ASSUMED"),
    ("8.1", 0, 4.2, "4.2", "JOINT_FOR_MI"),
    ("8.1", 1, 1.2, "1.2", "WRONG_CONDITION"),
    ("8.1", 1, 3.0, "3", "MARGINAL_FOR_COND"),
    ("8.1", 1, 0.8, "0.8", "GAIN_FOR_REMAINING"),
    ("8.1", 1, 4.2, "4.2", "JOINT_FOR_COND"),
    ("8.1", 2, 2.2, "2.2", "WRONG_CONDITION"),
    ("8.1", 2, 2.0, "2", "MARGINAL_FOR_COND"),
    ("8.1", 2, 0.8, "0.8", "GAIN_FOR_REMAINING"),
    ("8.1", 2, 4.2, "4.2", "JOINT_FOR_COND"),
    ("8.2", 0, "model", "", "SWAPPED"),
    ("8.2", 1, "A", "", "FLOOR_OF_NOISE"),
    ("8.2", 1, "B", "", "FLOOR_OF_LABELS"),
    ("8.2", 2, "model", "", "SWAPPED"),
    ("8.2", 3, "A", "", "FLOOR_OF_NOISE"),
    ("8.2", 4, "student", "", "SWAPPED"),
    ("8.2", 4, "data", "", "OTHER_PAIR"),
    ("8.2", 4, "model", "", "OTHER_PAIR"),
    ("8.2", 5, "H", "", "CE_FOR_KL"),
    ("8.2", 6, "posterior", "", "SWAPPED"),
    ("8.2", 6, "prior", "", "SWAPPED"),
    ("8.2", 6, "data", "", "OTHER_PAIR"),
    ("8.2", 6, "model", "", "OTHER_PAIR"),
    ("8.2", 7, "A", "", "FLOOR_OF_NOISE"),
    ("8.2", 8, "reference", "", "SWAPPED"),
    ("8.2", 8, "model", "", "OTHER_PAIR"),
    ("8.2", 9, "E", "", "OBJECTIVE_FOR_LOSS"),
    ("8.2", 9, "A", "", "FLOOR_OF_NOISE"),
    ("8.2", 10, "product", "", "SWAPPED"),
    ("8.2", 10, "data", "", "OTHER_PAIR"),
    ("8.2", 11, "A", "", "LOG_N_CAP"),
    ("8.3", 0, "true", "", "CLAIM_BELIEVED"),
    ("8.3", 1, 0.248, "0.248", "PUBLISHED"),
    ("8.3", 1, softened(1)[3], "0.0226", "TAU_ONE"),
    ("8.3", 1, softened(0.1)[3], "0.000", "TAU_INVERTED"),
    ("8.3", 2, "false", "", "CLAIM_DOUBTED"),
    ("8.3", 3, 40.4, "40.4", "SUM_FOR_MEAN"),
    ("8.3", 3, math.log(2), "0.6931", "COMPARED_WITH"),
    ("8.3", 4, "true", "", "CLAIM_BELIEVED"),
    ("8.3", 5, math.exp(1.2828), "3.607", "PPL_BASE"),
    ("8.3", 5, 1.2828, "1.2828", "LOSS_FOR_PPL"),
    ("8.3", 6, "true", "", "CLAIM_BELIEVED"),
    ("8.3", 7, 1.0, "1", "PUBLISHED"),
    ("8.3", 7, jensenshannon((0.9, 0.1, 0), (0, 0.5, 0.5), base=2), "0.8972", "JS_ROOT"),
    ("8.3", 7, jensenshannon((0.9, 0.1, 0), (0, 0.5, 0.5)), "0.7470", "JS_ROOT"),
    ("8.3", 7, 2 * JS_HALVES, "1.6100", "JS_HALF"),
    ("8.3", 7, JS_HALVES * LN2, "0.5580", "NATS_FOR_BITS"),
    ("8.3", 8, "true", "", "CLAIM_BELIEVED"),
    ("8.3", 9, bell_kl(1, 1, 0, 1), "0.5", "NATS_FOR_BITS"),
    ("8.3", 9, 1 / LN2, "1.4427", "LOST_HALF"),
    ("8.3", 10, "true", "", "CLAIM_BELIEVED"),
    ("8.3", 11, 1.0, "1", "ASSUMED"),
    ("8.3", 11, 1 / math.e, "0.3679", "ONE_OF_TWO"),
    ("8.3", 11, 2.0, "2", "EXP_FORGOTTEN"),
    ("8.3", 12, "false", "", "CLAIM_DOUBTED"),
    ("8.3", 13, h(*J3) - h(0.25, 0.75), "1.0219", "AVERAGE_FOR_ROW"),
    ("8.3", 13, h(0.20, 0.15, 0.65), "1.2789", "COMPARED_WITH"),
    ("8.3", 13, h(0.15, 0.05, 0.05), "0.8427", "UNNORMALISED"),
    ("8.3", 13, ROW_OF_J3 / 4, "0.3427", "WEIGHTED_ONCE"),
    ("8.3", 13, ROW_OF_J3 * LN2, "0.9503", "NATS_FOR_BITS"),
    ("8.3", 14, "false", "", "CLAIM_DOUBTED"),
    ("8.3", 15, math.log(5 / 3), "0.5108", "COMPARED_WITH"),
    ("8.3", 15, math.log(100 / 99), "0.0101", "HALF_BCE"),
    ("8.3", 15, math.log(100), "4.6052", "HALF_BCE"),
    ("8.3", 15, math.log(100 * 100 / 99) / 2, "2.3076", "UNWEIGHTED"),
    ("8.3", 15, h(0.01, 0.99), "0.0808", "BITS_FOR_NATS"),
    ("8.3", 16, "false", "", "CLAIM_DOUBTED"),
    ("8.3", 17, 16384, "16384", "COMPARED_WITH"),
    ("8.3", 17, 10**9, "1000000000", "LOG_FORGOTTEN"),
    ("8.3", 17, 9 * math.log(10), "20.7233", "NATS_FOR_BITS"),
    ("8.3", 18, "false", "", "CLAIM_DOUBTED"),
    ("8.3", 19, 0.0, "0", "UNIT_FORGOTTEN"),
    ("8.3", 19, math.log(100), "4.6052", "NATS_FOR_BITS"),
    ("8.3", 19, 2.0, "2", "HARTLEYS"),
    ("8.3", 19, 100.0, "100", "LOG_FORGOTTEN"),
    ("8.3", 19, -math.log(100) / LN2, "-6.6439", "SIGN"),
    ("8.4", 0, 2**0.4, "1.32", "RATIO_FOR_WASTE"),
    ("8.4", 0, 1.25, "1.25", "RATIO_FOR_WASTE"),
    ("8.4", 0, 4 - 2**1.6, "0.9686", "PPL_DIFFERENCE"),
    ("8.4", 0, 1.6, "1.6", "H_ONLY"),
    ("8.4", 0, 0.4 * LN2, "0.2773", "NATS_FOR_BITS"),
    ("8.4", 1, math.e**2, "7.389", "PPL_BASE"),
    ("8.4", 1, 2.0, "2", "LOSS_FOR_PPL"),
    ("8.4", 2, math.e**1.6, "4.953", "PPL_BASE"),
    ("8.4", 2, 1.6, "1.6", "LOSS_FOR_PPL"),
    ("8.4", 2, 1.0, "1", "PERFECT_FOR_BEST"),
    ("8.5", 0, math.log2(math.sqrt(2 * math.pi * math.e * 0.1)), "0.3861", "SD_FOR_VAR"),
    ("8.5", 0, GAUSS * LN2, "-0.8836", "NATS_FOR_BITS"),
    ("8.5", 0, -GAUSS, "1.2748", "SIGN"),
    ("8.5", 0, math.log2(2 * math.pi * math.e) / 2, "2.0471", "SCALE_FORGOTTEN"),
    ("8.5", 0, -math.log2(10), "-3.3219", "CONSTANT_FORGOTTEN"),
]  # fmt: skip


def answer_with(exercise_id, part, value):
    """A full answer in which only one part is wrong."""
    values = [truth for truth, _ in TRUTHS[exercise_id]]
    values[part] = value
    return in_rows(exercise_id, values) if EXERCISES[exercise_id].rows else in_a_row(values)


def in_a_row(values):
    return values[0] if len(values) == 1 else tuple(values)


def in_rows(exercise_id, values):
    """The values as the dictionary that the exercise asks for."""
    rows = EXERCISES[exercise_id].rows
    return dict(zip(rows, zip(*[iter(values)] * (len(values) // len(rows)), strict=True), strict=True))


def numbers_asked(exercise):
    """The parts of an exercise that ask for a number, each with its place."""
    return [(place, part) for place, part in enumerate(exercise.parts) if isinstance(part, Part)]


def digits_of(text):
    return len(text.partition(".")[2])


@pytest.mark.parametrize("exercise_id", TRUTHS)
def test_the_reference_is_the_hand_calculated_truth_with_the_digits_of_the_specification(exercise_id):
    for part, (truth, digits) in zip(EXERCISES[exercise_id].parts, TRUTHS[exercise_id], strict=True):
        if isinstance(part, Naming):
            assert part.reference() == truth
            continue
        assert part.reference() == pytest.approx(truth, abs=1e-9)
        assert round(truth, digits_of(digits)) == float(digits)


@pytest.mark.parametrize("exercise_id", TRUTHS)
def test_the_truth_is_accepted_to_four_decimals_and_no_further_than_the_tolerance(exercise_id):
    truths = [truth for truth, _ in TRUTHS[exercise_id]]
    assert diagnose(exercise_id, answer_with(exercise_id, 0, truths[0])).correct
    for number, part in numbers_asked(EXERCISES[exercise_id]):
        for side in (-1, 1):
            near = truths[number] + side * 0.9 * part.tolerance
            far = truths[number] + side * max(1.1 * part.tolerance, 1e-13 if part.tolerance else 1)
            if math.isinf(far):  # nothing finite is near infinity
                far = 1e300
            assert diagnose(exercise_id, answer_with(exercise_id, number, near)).correct
            assert not diagnose(exercise_id, answer_with(exercise_id, number, far)).correct


@pytest.mark.parametrize(("exercise_id", "part", "value", "digits", "code"), WRONG)
def test_a_catalogued_wrong_answer_gets_exactly_its_diagnosis(exercise_id, part, value, digits, code):
    if not isinstance(value, str) and math.isfinite(value):
        assert round(value, digits_of(digits)) == float(digits)
    found = diagnose(exercise_id, answer_with(exercise_id, part, value))
    assert (found.correct, found.code) == (False, code)
    assert found.message and found.more


def test_the_table_above_covers_every_entry_of_every_catalogue():
    in_catalogue = sorted(
        (exercise.id, number, mistake.code)
        for exercise in EXERCISES.values()
        for number, part in enumerate(exercise.parts)
        for mistake in part.mistakes
    )
    assert sorted((exercise_id, part, code) for exercise_id, part, _, _, code in WRONG) == in_catalogue
    for exercise_id, number, value, _, code in WRONG:
        mistakes = EXERCISES[exercise_id].parts[number].mistakes
        assert code in [mistake.code for mistake in mistakes if is_meant(mistake, value)]


def is_meant(mistake, value):
    if isinstance(mistake, Misnaming):
        return sorted(mistake.names.split(" + ")) == sorted(value.split(" + "))
    assert isinstance(mistake, Mistake)
    return mistake.value() == pytest.approx(value, abs=1e-9, nan_ok=True)


def reach(mistake, part):
    """How far from its value a mistake is still meant; the truth is asked first, so no farther than it."""
    return part.tolerance if mistake.tolerance is None else min(mistake.tolerance, part.tolerance)


def test_no_answer_can_be_meant_by_two_catalogued_values_or_by_one_of_them_and_the_truth():
    for exercise in EXERCISES.values():
        for _, part in numbers_asked(exercise):
            entries = [(right, part.tolerance) for right in (part.reference(), *part.also_right)]
            entries += [(mistake.value(), reach(mistake, part)) for mistake in part.mistakes]
            finite = [entry for entry in entries if math.isfinite(entry[0])]
            for (one, near_one), (other, near_other) in itertools.combinations(finite, 2):
                assert abs(one - other) > near_one + near_other, (exercise.id, part.name, one, other)


def test_no_name_is_both_right_and_wrong_or_wrong_in_two_ways():
    for exercise in EXERCISES.values():
        for part in exercise.parts:
            if isinstance(part, Naming):
                names = [part.reference(), *(mistake.names for mistake in part.mistakes)]
                sets = [frozenset(name.split(" + ")) for name in names]
                assert len(set(sets)) == len(sets)
                meant = {name for names in sets for name in names}
                assert set(part.spellings.values()) <= meant, (
                    "a spelling of a name that nothing is said about"
                )


@pytest.mark.parametrize("value", [1.0000000034, 0.9999999997, 1.00009, 0.99991, 1 + 2e-12])
def test_any_epsilon_in_exercise_2_2_is_recognised(value):
    assert diagnose("2.2", value).code == "RENORM_SMOOTH"


@pytest.mark.parametrize("epsilon", [1e-4, 1e-6, 1e-7, 1e-9, 1e-12, 1e-15, 2.0**-52])
@pytest.mark.parametrize("clip", [np.maximum, np.add], ids=["clipped", "added"])
def test_any_epsilon_in_exercise_4_2_is_recognised(clip, epsilon):
    p, q = clip([0.5, 0.5, 0], epsilon), np.array([0.4, 0.4, 0.2])
    assert diagnose("4.2", (0.3219, np.sum(q * np.log2(q / p)))).code == "EPS_CLIP"


@pytest.mark.parametrize("infinity", [math.inf, np.inf, np.float32(np.inf), np.array(np.inf)])
def test_infinity_is_an_answer(infinity):
    found = diagnose("4.2", (0.3219, infinity))
    assert (found.correct, found.message) == (True, "0.3219 bits, ∞ bits.")
    assert not diagnose("4.2", (0.3219, -infinity)).correct


@pytest.mark.parametrize("flips", [34.36, 34.364, 35, 35.0])
def test_flips_may_be_given_unrounded_or_whole(flips):
    assert diagnose("4.7", flips).correct
    for astray in (34.5, 34.8, 33, 36):
        assert not diagnose("4.7", astray).correct


def test_every_code_in_use_has_words_and_every_hint_is_a_sentence():
    used = {mistake.code for e in EXERCISES.values() for p in e.parts for mistake in p.mistakes}
    used |= {code for e in EXERCISES.values() for trial in e.trials for _, code in trial.readings}
    assert used <= set(HINTS)
    for code, lines in HINTS.items():
        assert lines[0] and all(plain(line)[-1] in ".?" for line in lines if line), code


@pytest.mark.parametrize(
    ("exercise_id", "answer", "heard", "never"),
    [
        ("2.4", 0.5543, "divide each row", "which variable"),
        ("2.4", 0.2570, "saved", "neither"),
        ("2.5", 0.5228, "branch of 16", "row"),
        ("2.6", (1, 0.4690, -0.5310), "first minus second", "upside down"),
        ("2.half", (111, 0.78), "length", "at least one bit"),
    ],
)
def test_a_slip_of_chapter_2_is_answered_in_the_words_of_its_own_exercise(exercise_id, answer, heard, never):
    found = diagnose(exercise_id, answer)
    said = f"{found.message} {found.more}".lower()
    assert heard in said.replace("*", "")
    assert never not in said


@pytest.mark.parametrize(
    ("exercise_id", "answer", "heard", "never"),
    [
        ("4.2", (math.inf, 0.3219), "no rain is paid for there", "name each of your numbers"),
        ("4.2", (0.3219, 5.9219), "your epsilon", "not of the event"),
        ("4.2", (0.3219, math.nan), "whose 0", "keep only"),
        ("4.3", 1.3069, "wide bell produces", "the weights are p"),
        ("4.4", 0.0805, "coordinate", "already the weights"),
        ("4.5", 0.2577, "in nats", "decide who"),
        ("4.6", (-1.2, math.sqrt(10)), "minus the squared mean", "upside down"),
        ("4.6", (-1.2, 8.56), "square root", "or σ²"),
        ("4.6", (0, math.sqrt(10)), "midway", "rows"),
        ("4.7", 34, "one more", "posterior"),
    ],
)
def test_a_slip_of_chapter_4_is_answered_in_the_words_of_its_own_exercise(exercise_id, answer, heard, never):
    found = diagnose(exercise_id, answer)
    said = f"{found.message} {found.more}".lower()
    assert heard in said
    assert never not in said


@pytest.mark.parametrize(
    ("exercise_id", "answer", "heard", "never"),
    [
        ("5.1", -I_J3, "it is a divergence", "check its bounds"),
        ("5.1", h(0.20, 0.15, 0.65) - (ROW0 + ROW1) / 2, "0.25 and 0.75", "n_branch"),
        ("5.2", (0.7615, "H(X)"), "scikit-learn prints nats", "same surprise"),
        ("5.3", (0.5, 0.5, 1), "x₁ and y on their own", "label"),
        ("5.5", (0, -0.0780), "odd", "is d symmetric"),
        ("5.5", (0.7797, 0.0780), "ends pull down", "upside down"),
        ("6.2", (1, 0.5436, 0.9205), "open about y", "parent"),
        ("6.4", 128, "64 bits each", "units, and units"),
        ("6.4", math.inf, "x is continuous", "log of 0"),
    ],
)
def test_a_slip_of_chapters_5_and_6_is_answered_in_words_of_its_own(exercise_id, answer, heard, never):
    found = diagnose(exercise_id, answer)
    said = f"{found.message} {found.more}".lower().replace("*", "")
    assert heard in said
    assert never not in said


@pytest.mark.parametrize(
    ("exercise_id", "answer", "heard", "never"),
    [
        ("7.1", 1.852, "undoes a natural logarithm", "loss was in nats"),
        ("7.1", 2.931, "geometric", "probabilities are already"),
        ("7.2", 33.12, "book", "outcomes"),
        ("7.2", math.inf, "floating point", "log of 0"),
        ("7.3", (0.3847, 0.4328, "B"), "shorter", "nats/token ÷"),
        ("7.4", 1.1147, "changes no shape", "validation"),
        ("7.5", ((0.9187, 0.0746, 0.0067), 0.9155), "lowest reward", "x prefers"),
        ("7.6", (12, 4096), "however good the critic", "log2 n = 12"),
        ("7.7", (0.9293, 0.1308), "loss", "ratio"),
        ("8.1", (0.8, 1.2, 2.2), "comes from h(x)", "name each of your numbers"),
        ("8.4", (1.3195, 4, 3.0314), "a number of bits", "upside down"),
        ("8.5", 1.2748, "may exceed 1", "ratio"),
    ],
)
def test_a_slip_of_chapters_7_and_8_is_answered_in_words_of_its_own(exercise_id, answer, heard, never):
    found = diagnose(exercise_id, answer)
    said = f"{found.message} {found.more}".lower().replace("*", "")
    assert heard in said
    assert never not in said


def test_no_hint_gives_the_answer_away_before_the_third_try():
    for exercise_id, part, value, _, _ in WRONG:
        found = diagnose(exercise_id, answer_with(exercise_id, part, value))
        _, digits = TRUTHS[exercise_id][part]
        if len(digits) > 3:  # a bare "1" or "3" may stand in any sentence
            assert digits not in found.message + found.more


def test_the_bill_in_hartleys_is_told_from_the_waste_in_bits_that_lies_close_by():
    assert diagnose("3.2", ce(P, Q) * math.log10(2)).code == "HARTLEYS"
    assert diagnose("3.2", round(ce(P, Q) * math.log10(2), 4)).code == "HARTLEYS"
    assert diagnose("3.2", 0.4972).code == "KL_FOR_CE"


def test_the_temperature_of_the_digits_lies_in_the_range_of_the_specification():
    assert pytest.approx(4.25, abs=0.1) == TAU
    assert loss_of_test(TAU) == pytest.approx(0.151, abs=0.005)
    assert TRAIN_ACCURACY == 1.0  # so that the training part asks for ever sharper logits, τ → 0


@pytest.mark.parametrize("tau", [0.018, 0.05, 0.058, 0.1])
def test_whatever_a_bounded_search_makes_of_the_training_part_is_recognised(tau):
    assert diagnose("3.6", (tau, 5.9)).code == "FITTED_ON_TRAIN"


# ------------------------------------------------------------------------------ generic slips

ENTROPY = Part("entropy", lambda: 2.3, unit="bits", low=0, high=3, bound="At most log2 8 = 3 bits.", terms=8)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2.3 * LN2, "NATS_FOR_BITS"),
        (2.3 * math.log10(2), "HARTLEYS"),
        (-2.3, "SIGN"),
        (-2.3 * LN2, "SIGN"),
        (2.3 / 8, "MEAN_FOR_SUM"),
        (2.3 * 8, "SUM_FOR_MEAN"),
        (1 / 2.3, "INVERTED"),
        (math.nan, "ZERO_LOG_ZERO"),
        (math.inf, "INFINITE"),
        (-math.inf, "INFINITE"),
        (-math.log(1e-10), "EPS_CLIP"),
        (-math.log2(1e-15), "EPS_CLIP"),
        (3.5, "OUT_OF_BOUNDS"),
        (-0.5, "OUT_OF_BOUNDS"),
    ],
)
def test_a_slip_that_looks_alike_everywhere_is_named_without_a_catalogue(value, code):
    assert generic_slip(value, ENTROPY).code == code


def test_the_other_way_round_a_loss_in_nats_is_recognised_in_bits():
    assert generic_slip(2.3 / LN2, Part("loss", lambda: 2.3, unit="nats")).code == "BITS_FOR_NATS"


def test_a_value_out_of_bounds_is_told_which_bound():
    assert "log2 8" in generic_slip(3.5, ENTROPY).message


def test_a_plausible_value_without_explanation_gets_the_smallest_next_step():
    assert generic_slip(1.7, ENTROPY) is None
    found = diagnose("2.1", 1.6)
    assert (found.code, found.message) == ("NOT_YET", EXERCISES["2.1"].hints[0])


def test_a_rounded_truth_is_called_rounded_and_a_percentage_a_percentage():
    assert diagnose("2.5", 0.24).code == "ROUNDED"
    for percent in (16.6667, 16.67, 16.7, 17):
        assert diagnose("1.5", (percent, 3)).code == "PERCENT"
    assert diagnose("1.5", (25, 3)).code == "OUT_OF_BOUNDS"


@pytest.mark.parametrize("exercise_id", [i for i in TRUTHS if EXERCISES[i].kind == "tuple"])
def test_the_right_numbers_in_another_order_are_told_so(exercise_id):
    truths = [truth for truth, _ in TRUTHS[exercise_id]]
    for order in itertools.permutations(truths):
        found = diagnose(exercise_id, order)
        assert (found.correct, found.code) == ((True, None) if list(order) == truths else (False, "ORDER"))


def test_terms_that_were_not_added_are_recognised():
    assert diagnose("2.1", [0.5, 0.5, 0.375, 0.375]).code == "TERMS_NOT_ADDED"


def test_a_half_right_tuple_is_told_which_half():
    message = diagnose("1.2", (0.25 / LN2, 0.8409)).message
    assert "Right already: loss in bits" in message and "About the probability" in message


def test_an_infinite_part_explains_a_wrong_index():
    assert diagnose("1.6", (5, 5, math.inf)).code == "NO_SMOOTHING"


# ------------------------------------------------------------------------------ types

EQUIVALENTS = [
    1.75,
    np.float64(1.75),
    np.float32(1.75),
    np.array(1.75),
    np.array([1.75]),
    pd.Series([1.75]),
    pd.Series([1.75], index=["H"]),
    Fraction(7, 4),
    Decimal("1.75"),
    [1.75],
    (1.75,),
]


@pytest.mark.parametrize("answer", EQUIVALENTS, ids=lambda a: type(a).__name__)
def test_the_right_number_is_right_in_every_numeric_type(answer):
    assert diagnose("2.1", answer).correct


@pytest.mark.parametrize("make", [tuple, list, np.array, pd.Series])
def test_several_numbers_may_come_in_any_row(make):
    assert diagnose("2.6", make([1, 0.4690, 0.5310])).correct


class Nasty:
    """Raises whatever is done with it."""

    def __float__(self):
        raise RuntimeError("no")

    def __array__(self, *_, **__):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")

    __str__ = __eq__ = __hash__ = __len__ = __bool__ = __iter__ = __repr__


def recurses(*args, **kwargs):
    return recurses(*args, **kwargs)


def raises(*args, **kwargs):
    raise KeyError("surprise")


def exits(*args, **kwargs):
    raise SystemExit(3)


HOSTILE = {
    "None": (None, "NOTHING"),
    "text": ("1.75", "TEXT"),
    "bytes": (b"1.75", "TEXT"),
    "empty list": ([], "SHAPE"),
    "wrong length": ([0.1] * 7, "SHAPE"),
    "matrix": (np.ones((3, 5)), "SHAPE"),
    "ragged": ([[1], [1, 2]], "SHAPE"),
    "ten to the 400": (10**400, "TOO_LARGE"),
    "True": (True, "BOOLEAN"),
    "NumPy False": (np.bool_(False), "BOOLEAN"),
    "complex": (1 + 2j, "COMPLEX"),
    "dict": ({"p": 1}, "TYPE"),
    "set": ({1.75}, "TYPE"),
    "generator": ((x for x in ()), "TYPE"),
    "module": (math, "TYPE"),
    "nasty": (Nasty(), "TYPE"),
    "text array": (np.array(["a", "b"]), None),
    "object array": (np.array([None, {}], dtype=object), None),
    "nan": (math.nan, None),
    "inf": (math.inf, None),
    "minus inf": (-math.inf, None),
    "masked": (np.ma.masked, None),
    "date": (np.datetime64("2026-01-01"), "TYPE"),
    "class": (float, "CALLABLE"),
    "lambda": (lambda p: p, "CALLABLE"),
    "function that raises": (raises, "CALLABLE"),
    "function that recurses": (recurses, "CALLABLE"),
    "function that exits": (exits, "CALLABLE"),
    "series of text": (pd.Series(["a", "b", "c"]), None),
    "frame": (pd.DataFrame({"a": [1, 2]}), None),
    "nested in itself": (None, "NOTHING"),
}
LOOP = []
LOOP.append(LOOP)
HOSTILE["nested in itself"] = (LOOP, None)


@pytest.mark.parametrize("exercise_id", EXERCISES)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_answer_of_any_type_breaks_the_checker(exercise_id, name, capsys):
    answer, code = HOSTILE[name]
    found = diagnose(exercise_id, answer)
    check(exercise_id, answer)
    assert not found.correct
    assert found.message[0].isupper() and len(found.message.split()) >= 4
    if code and EXERCISES[exercise_id].kind == "number":
        assert found.code == code
    assert "Not yet" in capsys.readouterr().out


def test_text_is_told_to_drop_its_quotes():
    assert diagnose("2.1", "1.75").message == "That is text; drop the quotes."


# ------------------------------------------------------------------------------ a learner's function


def good(p, unit="bits"):
    p = np.asarray(p, dtype=float)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError("p must lie between 0 and 1")
    with np.errstate(divide="ignore"):
        return (-np.log(p) + 0.0) / (LN2 if unit == "bits" else 1)


def validated(formula):
    def function(p, unit="bits"):
        p = np.asarray(p, dtype=float)
        if not np.all((p >= 0) & (p <= 1)):
            raise ValueError
        with np.errstate(divide="ignore"):
            return formula(p) / (LN2 if unit == "bits" else 1)

    return function


def on_arrays_only(p, unit="bits"):
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError
    with np.errstate(divide="ignore"):
        return (-np.log(p) + 0.0) / (LN2 if unit == "bits" else 1)


def with_a_warning(p, unit="bits"):
    p = np.asarray(p, dtype=float)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError
    return (-np.log(p) + 0.0) / (LN2 if unit == "bits" else 1)


def unvalidated(p, unit="bits"):
    with np.errstate(all="ignore"):
        return (-np.log(np.asarray(p, dtype=float)) + 0.0) / (LN2 if unit == "bits" else 1)


def lets_nan_pass(p, unit="bits"):
    p = np.asarray(p, dtype=float)
    if np.any(p < 0) or np.any(p > 1):
        raise ValueError
    return unvalidated(p, unit)


def loops(p, unit="bits"):
    while True:
        pass


BEHAVIOURS = [
    ("nats only", lambda p, unit="bits": good(p, "nats"), "NATS_FOR_BITS"),
    ("bits only", lambda p, unit="bits": good(p, "bits"), "UNIT_IGNORED"),
    ("hartleys", lambda p, unit="bits": good(p) * math.log10(2), "HARTLEYS"),
    ("minus sign missing", validated(lambda p: np.log(p)), "SIGN"),
    ("1/p", lambda p, unit="bits": 1 / np.asarray(p), "LOG_FORGOTTEN"),
    ("p log p", validated(lambda p: -p * np.log(p)), "WEIGHTED_ONCE"),
    ("clipped", validated(lambda p: -np.log(np.clip(p, 1e-10, 1)) + 0.0), "EPS_CLIP"),
    ("epsilon only at zero", validated(lambda p: -np.log(np.where(p == 0, 1e-10, p)) + 0.0), "EPS_CLIP"),
    ("minus zero", validated(lambda p: -np.log(p)), "NEGATIVE_ZERO"),
    ("warning", with_a_warning, "LOG_WARNING"),
    ("flattened", lambda p, unit="bits": np.ravel(good(p, unit)), "SHAPE_LOST"),
    ("summed", lambda p, unit="bits": np.sum(good(p, unit)), "SHAPE_LOST"),
    ("no list", on_arrays_only, "LIST_INPUT"),
    ("accepts anything", unvalidated, "NOT_REFUSED"),
    ("accepts nan", lets_nan_pass, "NOT_REFUSED"),
    ("no return", lambda p, unit="bits": None, "NO_RETURN"),
    ("prints", lambda p, unit="bits": print("x" * 10**5), "NO_RETURN"),
    ("text", lambda p, unit="bits": "2", "TEXT"),
    ("nasty result", lambda p, unit="bits": Nasty(), "WRONG_VALUE"),
    ("function result", lambda p, unit="bits": good, "WRONG_VALUE"),
    ("constant", lambda p, unit="bits": 7.0, "WRONG_VALUE"),
    ("raises", raises, "RAISED"),
    ("exits", exits, "RAISED"),
    ("wrong arguments", lambda: 1, "RAISED"),
    ("refuses everything", validated(lambda p: 1 / 0), "RAISED"),
    ("recurses", recurses, "RECURSES"),
]  # fmt: skip


def asserts(p, unit="bits"):
    assert np.all((np.asarray(p) >= 0) & (np.asarray(p) <= 1))
    return good(p, unit)


def refuses_zero(p, unit="bits"):
    if np.any(np.asarray(p) == 0):
        raise ValueError("log of zero")
    return good(p, unit)


BEHAVIOURS += [("asserts", asserts, "WRONG_ERROR"), ("refuses zero", refuses_zero, "REFUSED")]


def test_a_right_function_is_right():
    assert diagnose("1.3", good).correct


def test_the_solution_of_the_function_exercise_is_right():
    names = {"np": np}
    exec(EXERCISES["1.3"].solution, names)
    assert diagnose("1.3", names["my_surprisal"]).correct


@pytest.mark.parametrize(("function", "code"), [pytest.param(f, c, id=n) for n, f, c in BEHAVIOURS])
def test_a_misbehaving_function_is_told_what_it_does(function, code, capsys):
    found = diagnose("1.3", function)
    assert (found.correct, found.code) == (False, code)
    assert found.message.startswith("On ")
    assert capsys.readouterr() == ("", "")  # whatever it prints stays out of the notebook


# ------------------------------------------------------------------------------ a learner's loss


def right_loss(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)
    return -np.mean(log_softmax(z, axis=1)[np.arange(len(y)), y])


def loss_of_softmax(make_probabilities):
    """A loss that goes by way of the probabilities, with whatever happens to them on the way."""

    def function(z, y):
        z, y = np.atleast_2d(z).astype(float), np.atleast_1d(y)
        return np.mean(-np.log(make_probabilities(z)[np.arange(len(y)), y]))

    return function


def loss_of_parts(combine):
    """A loss from the rows' log-sum-exp, the logits and the labels."""

    def function(z, y):
        z, y = np.atleast_2d(z), np.atleast_1d(y)
        top = z.max(axis=1)
        return combine(top + np.log(np.exp(z - top[:, None]).sum(axis=1)), z, y)

    return function


def true_logits(z, y):
    return z[np.arange(len(y)), y]


def stable(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def naive(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def naive_log_sum(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - true_logits(z, y))


def with_one_maximum(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)
    return np.mean(z.max() + np.log(np.exp(z - z.max()).sum(axis=1)) - true_logits(z, y))


def maximum_without_keepdims(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)
    top = z.max(axis=1)
    return np.mean(top + np.log(np.exp(z - top).sum(axis=1)) - true_logits(z, y))


def shifted_without_keepdims(z, y):
    z, y = np.atleast_2d(z), np.atleast_1d(y)
    shifted = z - z.max(axis=1)
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - true_logits(shifted, y))


def softmax_without_keepdims(top):
    def function(z):
        powers = np.exp(z - top(z))
        return powers / powers.sum(axis=1)

    return loss_of_softmax(function)


def over_axis(axis):
    def function(z, y):
        z, y = np.atleast_2d(z).astype(float), np.atleast_1d(y)
        return -np.mean(log_softmax(z, axis=1 if len(z) == 1 else axis)[np.arange(len(y)), y])

    return function


def rows_by_label(axis):
    return lambda z, y: -np.mean(log_softmax(z, axis=axis if np.ndim(z) == 2 else 0)[y])


def base_two(z):
    powers = np.exp2(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def batches_only(z, y):
    return -np.mean(log_softmax(z, axis=1)[np.arange(len(y)), y])


def takes_the_length(z, y):
    return sum(-log_softmax(z[i])[y[i]] for i in range(len(y))) / len(y)


def in_place_on_integers(z, y):
    z = np.atleast_2d(z)
    z -= z.max(axis=1, keepdims=True)
    z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(true_logits(z, np.atleast_1d(y)))


def clipped(epsilon):
    return loss_of_softmax(lambda z: np.clip(stable(z), epsilon, 1))


LOSSES = [
    ("naive softmax", loss_of_softmax(naive), "OVERFLOW"),
    ("naive log-sum-exp", naive_log_sum, "OVERFLOW"),
    ("log of a stable softmax", loss_of_softmax(stable), "UNDERFLOW"),
    ("1e-7, 16.12", clipped(1e-7), "EPS_CLIP_LOGITS"),
    ("1e-10, 23.03", clipped(1e-10), "EPS_CLIP_LOGITS"),
    ("1e-15, 34.54", clipped(1e-15), "EPS_CLIP_LOGITS"),
    ("naive and 1e-10", loss_of_softmax(lambda z: np.clip(naive(z), 1e-10, 1)), "EPS_CLIP_LOGITS"),
    ("smallest normal number", clipped(np.finfo(float).tiny), "EPS_CLIP_LOGITS"),
    ("an epsilon in the log", loss_of_softmax(lambda z: stable(z) + 1e-7), "NEARLY"),
    ("float32", lambda z, y: right_loss(np.asarray(z, dtype=np.float32), y), "NEARLY"),
    ("bits", lambda z, y: right_loss(z, y) / LN2, "BITS_FOR_NATS"),
    ("minus sign missing", lambda z, y: -right_loss(z, y), "SIGN"),
    ("softmax twice", lambda z, y: right_loss(stable(np.atleast_2d(z)), y), "SOFTMAX_TWICE"),
    ("true logit forgotten", loss_of_parts(lambda sums, z, y: np.mean(sums)), "FORGOT_TRUE_LOGIT"),
    ("powers of 2", loss_of_softmax(base_two), "BASE_TWO_SOFTMAX"),
    ("powers of 2 and log2", lambda z, y: loss_of_softmax(base_two)(z, y) / LN2, "BASE_TWO_SOFTMAX"),
    ("largest", loss_of_parts(lambda sums, z, y: np.mean(sums - z.max(axis=1))), "PREDICTED_FOR_TRUE"),
    ("probability", lambda z, y: np.exp(-right_loss(z, y)), "PROBABILITY_FOR_LOSS"),
    ("over all cells", lambda z, y: right_loss(z, y) / np.shape(z)[-1], "MEAN_FOR_SUM"),
    ("sum", lambda z, y: right_loss(z, y) * np.size(y), "SUM_FOR_MEAN"),
    ("softmax over everything", over_axis(None), "SOFTMAX_AXIS"),
    ("softmax down the columns", over_axis(0), "SOFTMAX_AXIS"),
    ("rows by label", rows_by_label(1), "ROWS_BY_LABEL"),
    ("rows by label, one softmax", rows_by_label(None), "ROWS_BY_LABEL"),
    ("largest without keepdims", maximum_without_keepdims, "LOST_AXIS"),
    ("softmax without keepdims", softmax_without_keepdims(lambda z: 0), "LOST_AXIS"),
    ("both without keepdims", softmax_without_keepdims(lambda z: z.max(axis=1)), "LOST_AXIS"),
    (
        "the sum without keepdims",
        softmax_without_keepdims(lambda z: z.max(axis=1, keepdims=True)),
        "LOST_AXIS",
    ),
    ("log-softmax without keepdims", shifted_without_keepdims, "LOST_AXIS"),
    ("every label", loss_of_parts(lambda sums, z, y: np.mean(sums[:, None] - z[:, y])), "CROSSED_INDEX"),
    ("every label, n times", loss_of_parts(lambda s, z, y: (s - z[:, y]).sum() / len(y)), "CROSSED_INDEX"),
    ("every label, sum", loss_of_parts(lambda sums, z, y: np.sum(sums - z[:, y])), "CROSSED_INDEX"),
    ("one maximum for all rows", with_one_maximum, "GLOBAL_MAX"),
    ("one loss a row", loss_of_parts(lambda sums, z, y: sums - true_logits(z, y)), "LOSS_PER_ROW"),
    ("batches only", batches_only, "ONE_ROW_FAILS"),
    ("takes the length of y", takes_the_length, "ONE_ROW_FAILS"),
    ("single rows only", lambda z, y: -log_softmax(z)[int(y)], "BATCH_FAILS"),
    ("in place on whole numbers", in_place_on_integers, "RAISED"),
    ("constant", lambda z, y: 7.0, "WRONG_VALUE"),
    ("no return", lambda z, y: None, "NO_RETURN"),
    ("raises", raises, "RAISED"),
    ("wrong arguments", lambda z: 1, "RAISED"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "code"), [pytest.param(f, c, id=n) for n, f, c in LOSSES])
def test_a_loss_that_goes_astray_is_told_where(function, code):
    found = diagnose("3.3", function)
    assert (found.correct, found.code) == (False, code)
    assert found.message.startswith("On ") and found.more


def test_every_slip_that_the_loss_exercise_knows_is_shown_above():
    known = {code for trial in EXERCISES["3.3"].trials for _, code in trial.readings}
    assert known <= {code for _, _, code in LOSSES}


def one_row_at_a_time(z, y):
    losses = []
    for row, label in zip(np.atleast_2d(z).tolist(), np.atleast_1d(y), strict=True):
        top = max(row)
        losses.append(math.log(math.fsum(math.exp(value - top) for value in row)) + top - row[label])
    return math.fsum(losses) / len(losses)


def test_a_right_loss_is_right_however_it_is_written():
    names = {"np": np}
    exec(EXERCISES["3.3"].solution, names)
    for function in (right_loss, one_row_at_a_time, names["my_cross_entropy"]):
        assert diagnose("3.3", function).correct


def test_the_hidden_calls_of_the_loss_expect_what_plain_arithmetic_gives():
    """Oracle: log-sum-exp with the largest logit taken out, number by number; the four hostile rows."""
    for trial in EXERCISES["3.3"].trials:
        assert trial.expected() == pytest.approx(one_row_at_a_time(*trial.make_arguments()), abs=1e-12)
    hostile = {
        t.label[-1]: t.expected() for t in EXERCISES["3.3"].trials if t.label.startswith("the logits (200")
    }
    assert hostile == {"0": 600.0, "2": 700.0, "3": 750.0}


def test_the_courses_own_loss_is_not_taken_for_the_learners():
    found = diagnose("3.3", cross_entropy_from_logits)
    assert (found.correct, found.code) == (False, "COURSE_FUNCTION")
    assert "it passes" in found.message


# ------------------------------------------------------------------------------ answers in words


@pytest.mark.parametrize(
    "name",
    [
        "H(X)",
        "h(x)",
        " H( X ) ",
        "$H(X)$",
        "entropy",
        "Entropy of X",
        "the entropy",
        "Shannon entropy",
        ["H(X)"],
    ],
)
def test_a_name_is_right_in_every_usual_spelling(name):
    assert diagnose("5.2", (1.5850, name)).correct


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mutual information", "OTHER_NAME"),
        ("I(X,X)", "OTHER_NAME"),
        ("self-information", "OTHER_NAME"),
        ("conditional entropy", "REMAINING_FOR_GAIN"),
        ("normalized mutual information", "MI_NORMALISED"),
        ("H(Y)", "NOT_YET"),
        ("", "NOT_YET"),
        (3, "NAME_WANTED"),
    ],
)
def test_another_name_is_told_what_it_names(name, code):
    found = diagnose("5.2", (1.5850, name))
    assert (found.correct, found.code) == (False, code)


@pytest.mark.parametrize(
    "pair",
    [
        ("worst area", "worst concave points"),
        ["worst concave points", "worst area"],
        {"worst area", "worst concave points"},
        "worst area + worst concave points",
        "Worst concave points and worst area",
        "worst_area, worst_concave_points",
        ("area", "concave points"),
    ],
)
def test_a_pair_of_names_may_come_in_any_order_and_any_row(pair):
    assert diagnose("5.6", (pair, 0.8010, 0.0634)).correct


def test_a_pair_of_names_without_its_own_brackets_is_understood():
    assert diagnose("5.6", ("worst area", "worst concave points", 0.8010, 0.0634)).correct


@pytest.mark.parametrize("pair", ["worst area", ("worst area", "worst area"), ("worst area", "mean area")])
def test_another_pair_than_the_four_features_make_is_not_taken_for_right(pair):
    assert diagnose("5.6", (pair, 0.8010, 0.0634)).code == "NOT_YET"


@pytest.mark.parametrize("answer", [("1.585", "H(X)"), "H(X)", 1.585, ("H(X)",), (1.585, "H(X)", 3)])
def test_text_for_a_number_and_missing_answers_are_told_so(answer):
    assert diagnose("5.2", answer).code in ("TEXT", "SHAPE")


def test_an_untouched_name_is_no_try():
    for answer in ((1.585, ...), (..., "H(X)")):
        assert diagnose("5.2", answer).code == "NO_ANSWER"
    assert diagnose("5.6", ((..., ...), 0.8, 0.06)).code == "NO_ANSWER"


def test_the_right_pair_and_bits_without_a_bias_ask_for_the_null():
    assert diagnose("5.6", (("worst area", "worst concave points"), 0.8010, 0)).code == "NO_NULL"
    message = diagnose("5.6", (("worst area", "worst radius"), 0.8010, 0.0634)).message
    assert "Right already: information of the pair, bias" in message and "About the pair" in message


# ------------------------------------------------------------------------------ answers in a dictionary

AUDITED = in_rows("8.3", [truth for truth, _ in TRUTHS["8.3"]])


def verdicts_as(read):
    return {row: (read[verdict], number) for row, (verdict, number) in AUDITED.items()}


@pytest.mark.parametrize(
    "read",
    [
        {"true": True, "false": False},
        {"true": np.True_, "false": np.False_},
        {"true": "True", "false": "False"},
        {"true": "yes", "false": "no"},
    ],
    ids=["Python", "NumPy", "text", "yes and no"],
)
def test_a_verdict_may_be_a_truth_value_or_a_word(read):
    assert diagnose("8.3", verdicts_as(read)).correct


def test_rows_that_are_still_open_do_not_hold_up_the_others():
    some = {"M2": (False, 0.2107), "M4": (True, ...), "M6": ...}
    found = diagnose("8.3", some)
    assert not found.is_attempt
    assert "Right already: M2. Still open: M4, M6, M10" in found.message
    found = diagnose("8.3", some | {"M6": (False, 3.607)})
    assert (found.code, found.is_attempt) == ("PPL_BASE", True)
    assert found.message.startswith("Right already: M2. M6, number:")


def test_a_verdict_without_its_number_is_not_enough():
    assert diagnose("8.3", AUDITED | {"M10": (False, 0.5)}).code == "NOT_YET"
    assert diagnose("8.3", AUDITED | {"M10": False}).code == "SHAPE"
    assert diagnose("8.3", AUDITED | {"M10": (0.8050, 0.8050)}).code == "VERDICT_WANTED"
    assert diagnose("8.3", AUDITED | {"M10": (False, False)}).code == "BOOLEAN"
    assert diagnose("8.3", AUDITED | {"M10": (False, "0.8")}).code == "TEXT"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([("M2", False)], "MAPPING_WANTED"),
        ({"M2": (False, 0.2107), "M3": (True, 1)}, "UNKNOWN_KEY"),
        ({"M2": (False, 0.2107, 3)}, "SHAPE"),
        ({"M2": (False, None)}, "NOTHING"),
        ({"M2": Nasty()}, "SHAPE"),
        ({"M2": (Nasty(), Nasty())}, "TYPE"),
        ({}, "NO_ANSWER"),
        ({"M2": ...}, "NO_ANSWER"),
    ],
    ids=["list", "unknown", "three", "None", "nasty", "nasty pair", "empty", "untouched"],
)
def test_a_dictionary_that_cannot_be_read_is_told_why(answer, code):
    found = diagnose("8.3", answer)
    assert (found.correct, found.code) == (False, code)


def test_half_of_the_claims_hold_and_no_verdict_alone_is_worth_a_row():
    verdicts = [truth for truth, _ in TRUTHS["8.3"][::2]]
    assert verdicts.count("true") == verdicts.count("false") == 5
    for guess in (True, False):
        assert not diagnose("8.3", dict.fromkeys(AUDITED, (guess, 0.123456))).correct


def test_every_claim_has_a_sentence_of_its_own_for_whoever_judges_it_wrongly():
    sentences = [
        diagnose("8.3", AUDITED | {row: (verdict == "false", number)}).message
        for row, (verdict, number) in AUDITED.items()
    ]
    assert len({sentence.partition("verdict: ")[2] for sentence in sentences}) == 10


MATCHED = in_rows("8.2", [truth for truth, _ in TRUTHS["8.2"]])


@pytest.mark.parametrize(
    ("loss", "first", "floor"),
    [
        ("squared error", "Data", "c"),
        ("Cross-Entropy", "the data", "H(Y|X)"),
        ("negative ELBO", "q", "D"),
        ("rlhf", "π", "F"),
        ("infonce", "joint", " G "),
    ],
)
def test_a_loss_is_matched_in_every_usual_spelling(loss, first, floor):
    others = {name: pair for name, pair in MATCHED.items() if name.lower() != loss.lower()}
    assert diagnose("8.2", others | {loss: (first, floor)}).correct


def test_the_six_losses_are_named_when_one_is_not_among_them():
    found = diagnose("8.2", {"hinge": ("data", "A")})
    assert found.code == "UNKNOWN_KEY" and "distillation" in found.message


def test_no_floor_is_just_any_letter():
    from course_lib.exercises.chapter_8 import FIRST, FLOORS

    asked = [truth for truth, _ in TRUTHS["8.2"]]
    assert set(asked[1::2]) <= set(FLOORS) and set(asked[::2]) <= set(FIRST)
    for letter, floor in FLOORS.items():
        assert f"{letter}: {floor}" in EXERCISES["8.2"].prompt


# ------------------------------------------------------------------------------ a row inside a row


@pytest.mark.parametrize("make", [tuple, list, np.array, pd.Series])
def test_a_distribution_may_come_as_a_row_of_its_own_or_spread_out(make):
    policy = (0.0367, 0.1626, 0.8008)
    assert diagnose("7.5", (make(policy), 0.9155)).correct
    assert diagnose("7.5", make([*policy, 0.9155])).correct
    assert diagnose("7.5", (make([0.3250, 0.3215, 0.3534]), 0.0835)).code == "BETA_INVERTED"
    assert diagnose("7.5", (make([0.0159, 0.1173, 0.8668]), 1.1063)).code == "FORGOT_REF"
    assert diagnose("7.5", (make([0.5, 0.3, 0.2]), 0)).code == "UNNORMALISED"
    assert diagnose("7.5", (0.9155, make(policy))).code == "ORDER"
    assert diagnose("7.5", (make([..., ..., ...]), 1) if make in (tuple, list) else ...).code == "NO_ANSWER"


# ------------------------------------------------------------------------------ a learner's update


def update_of(
    *,
    divergence=lambda p, q: rel_entr(p, q).sum(),
    p_t=lambda p_x, encoder: p_x @ encoder,
    power=math.exp,
    sign=-1.0,
    beta_used=lambda beta: beta,
    y_given_t=lambda joint, encoder: (encoder.T @ joint) / (joint.sum(axis=1) @ encoder)[:, None],
    y_given_x=lambda joint: joint / joint.sum(axis=1, keepdims=True),
    finish=lambda new, p_x: new / new.sum(axis=1, keepdims=True),
):
    """One update, cell by cell, with any of its steps replaced."""

    def function(joint, encoder, beta):
        p_x = joint.sum(axis=1)
        prior = np.broadcast_to(p_t(p_x, encoder), encoder.shape)
        rows, columns = y_given_x(joint), y_given_t(joint, encoder)
        new = np.zeros_like(encoder)
        for x, t in itertools.product(*map(range, encoder.shape)):
            new[x, t] = prior[x, t] * power(sign * beta_used(beta) * divergence(rows[x], columns[t]))
        return finish(new, p_x)

    return function


def naive_divergence(p, q):
    return np.sum(p * np.log(p / q))


def plain_rows(joint, encoder):
    return (encoder.T @ (joint / joint.sum(axis=1, keepdims=True))) / encoder.sum(axis=0)[:, None]


def add_up_columns(new, p_x):
    return new / new.sum(axis=0)


def too_hot(joint, encoder, beta):
    """A valid encoder that is no bottleneck step: everything kept apart, whatever the price."""
    hard = np.eye(*encoder.shape)
    hard[hard.sum(axis=1) == 0, 0] = 1.0
    return hard


def worked_step_copied(joint, encoder, beta):
    """The notebook's step for equally likely x, taken over for x that are not."""
    p_t = encoder.mean(axis=0)
    y_given_t = encoder.T @ joint / p_t[:, None]
    divergence = [[rel_entr(row / row.sum(), other).sum() for other in y_given_t] for row in joint]
    new = p_t * np.exp(-beta * np.array(divergence))
    return new / new.sum(axis=1, keepdims=True)


UPDATES = [
    ("reversed KL", update_of(divergence=lambda p, q: rel_entr(q, p).sum()), "DIVERGENCE_REVERSED"),
    ("reversed KL without p(t)", update_of(divergence=lambda p, q: rel_entr(q, p).sum(),
                                           p_t=lambda p_x, encoder: 1.0), "DIVERGENCE_REVERSED"),
    ("no p(t)", update_of(p_t=lambda p_x, encoder: 1.0), "P_T_MISSING"),
    ("exp of bits", update_of(divergence=lambda p, q: rel_entr(p, q).sum() / LN2), "BITS_IN_EXP"),
    ("2 to the nats", update_of(power=lambda e: 2**e), "BITS_IN_EXP"),
    ("plus in the exponent", update_of(sign=1.0), "EXPONENT_SIGN"),
    ("1/β", update_of(beta_used=lambda beta: 1 / beta if beta else 0), "OTHER_BETA"),
    ("plain mean for p(t)", update_of(p_t=lambda p_x, encoder: encoder.mean(axis=0)), "P_T_UNWEIGHTED"),
    ("plain mean for p(y|t)", update_of(y_given_t=plain_rows), "P_T_UNWEIGHTED"),
    ("plain means for both", update_of(y_given_t=plain_rows,
                                       p_t=lambda p_x, encoder: encoder.mean(axis=0)), "P_T_UNWEIGHTED"),
    ("the worked step, copied", worked_step_copied, "P_T_UNWEIGHTED"),
    ("p(x,y) for p(y|x)", update_of(y_given_x=lambda joint: joint), "JOINT_FOR_ROWS"),
    ("old encoder for p(t)", update_of(p_t=lambda p_x, encoder: encoder), "OLD_ENCODER"),
    ("not normalised", update_of(finish=lambda new, p_x: new), "ROWS_UNNORMALISED"),
    ("columns normalised", update_of(finish=add_up_columns), "COLUMNS_NORMALISED"),
    ("p(x,t)", update_of(finish=lambda new, p_x: p_x[:, None] * new / new.sum(axis=1, keepdims=True)),
     "JOINT_RETURNED"),
    ("rows are t", update_of(finish=lambda new, p_x: (new / new.sum(axis=1, keepdims=True)).T), "TRANSPOSED"),
    ("as it was", lambda joint, encoder, beta: encoder, "UNCHANGED"),
    ("0·log 0", update_of(divergence=naive_divergence), "ZERO_LOG_ZERO"),
    ("an epsilon", update_of(divergence=lambda p, q: naive_divergence(p + 1e-7, q + 1e-7)), "NEARLY"),
    ("hard whatever the price", too_hot, "OBJECTIVE_ROSE"),
    ("no prior at β = 0", lambda joint, encoder, beta: update_of()(joint, encoder, beta) if beta else
     np.full(encoder.shape, 1 / encoder.shape[1]), "P_T_MISSING"),
    ("constant", lambda joint, encoder, beta: 7.0, "SHAPE_LOST"),
    ("no return", lambda joint, encoder, beta: None, "NO_RETURN"),
    ("raises", raises, "RAISED"),
    ("two arguments", lambda joint, encoder: encoder, "RAISED"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "code"), [pytest.param(f, c, id=n) for n, f, c in UPDATES])
def test_an_update_that_goes_astray_is_told_where(function, code):
    found = diagnose("6.5", function)
    assert (found.correct, found.code) == (False, code)
    assert found.message.startswith("On ") and found.more


def test_every_slip_that_the_update_exercise_knows_is_shown_above():
    known = {code for trial in EXERCISES["6.5"].trials for _, code in trial.readings}
    assert known <= {code for _, _, code in UPDATES}


def test_a_right_update_is_right_however_it_is_written():
    names = {"np": np, "rel_entr": rel_entr}
    exec(EXERCISES["6.5"].solution, names)

    def with_cross_entropy(p, q):  # p(y|x)'s own entropy is alike for all t and cancels
        return -np.sum(p * np.log(q))

    in_bits = update_of(divergence=lambda p, q: rel_entr(p, q).sum() / LN2, power=lambda e: 2**e)
    for function in (update_of(), update_of(divergence=with_cross_entropy), in_bits, names["my_update"]):
        assert diagnose("6.5", function).correct


def test_the_hidden_updates_expect_what_loops_give_and_none_of_them_raises_the_objective():
    """Oracle: sums over cells in plain Python; I(X;T) and I(T;Y) as entropies of tables."""

    def shared(table):
        return h(*table.sum(axis=0)) + h(*table.sum(axis=1)) - h(*table.ravel())

    def objective(joint, encoder, beta):
        return shared(joint.sum(axis=1)[:, None] * encoder) - beta * shared(encoder.T @ joint)

    for trial in EXERCISES["6.5"].trials:
        joint, encoder, beta = trial.make_arguments()
        assert trial.expected() == pytest.approx(update_of()(joint, encoder, beta), abs=1e-12)
        assert joint.sum() == pytest.approx(1) and encoder.sum(axis=1) == pytest.approx(1)
        assert trial.expected().sum(axis=1) == pytest.approx(1)
        assert objective(joint, trial.expected(), beta) < objective(joint, encoder, beta)


def test_no_two_slips_of_an_update_look_alike_on_the_first_table():
    from course_lib.exercises.chapter_6 import FIRST_STEP

    results = [(FIRST_STEP.right(), None), *FIRST_STEP.slips()]
    for (one, code), (other, other_code) in itertools.combinations(results, 2):
        assert np.abs(one - other).max() > 1e-3, (code, other_code)


def test_the_courses_own_update_is_not_taken_for_the_learners():
    found = diagnose("6.5", bottleneck_update)
    assert (found.correct, found.code) == (False, "COURSE_FUNCTION")


def test_the_finer_ruler_sees_more_but_not_three_bits_more():
    part = EXERCISES["6.6"].parts[0]
    assert part.low == pytest.approx(COARSE, abs=0.01) and part.low < COARSE < HALVED < COARSE + 3
    assert part.high == pytest.approx(COARSE + 3, abs=0.01)
    assert diagnose("6.6", COARSE - 0.06).code == "OUT_OF_BOUNDS"
    assert f"{HALVED - COARSE:.2f} bits" in EXERCISES["6.6"].solution


def test_a_function_that_still_returns_the_three_dots_counts_as_untouched():
    assert diagnose("1.3", lambda p, unit="bits": ...).code == "NO_ANSWER"


def test_a_value_that_is_no_function_is_told_so():
    assert diagnose("1.3", 2.0).code == "NOT_A_FUNCTION"
    assert diagnose("1.3", "surprisal").code == "TEXT"


def test_the_courses_own_function_is_not_taken_for_the_learners():
    found = diagnose("1.3", surprisal)
    assert (found.correct, found.code) == (False, "COURSE_FUNCTION")
    assert "Hand over yours" in found.message


def swallows_exceptions(p, unit="bits"):
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


PATIENCE = iter(range(3))


def swallows_the_first_interrupts(p, unit="bits"):
    for _ in PATIENCE:
        try:
            while True:
                pass
        except BaseException:
            pass
    while True:
        pass


@pytest.mark.parametrize(
    "function",
    [loops, swallows_exceptions, swallows_the_first_interrupts, lambda p, unit: time.sleep(60)],
    ids=["one line", "except Exception", "except BaseException", "sleep"],
)
def test_a_function_without_end_is_stopped(function, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.2)
    before, begun = signal.getsignal(signal.SIGINT), time.monotonic()
    assert diagnose("1.3", function).code == "TOO_LONG"
    assert time.monotonic() - begun < 20  # and not for ever, even where the machine is busy
    assert signal.getsignal(signal.SIGINT) is before


def test_two_seconds_are_given_in_all_and_not_for_every_call(monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.3)

    def slow(p, unit="bits"):
        time.sleep(0.1)
        return good(p, unit)

    assert diagnose("1.3", slow).code == "TOO_LONG"


def test_the_limit_is_two_seconds():
    assert trying.SECONDS == 2.0


def test_a_function_that_changes_its_input_or_numpy_settings_harms_nobody():
    def meddles(p, unit="bits"):
        result = good(p, unit)
        np.seterr(all="raise")
        if isinstance(p, np.ndarray):
            p[...] = 0
        return result

    before = np.geterr()
    assert diagnose("1.3", meddles).correct
    assert np.geterr() == before
    assert diagnose("1.3", good).correct


def test_off_the_main_thread_a_function_is_refused_with_a_sentence():
    found = []
    worker = threading.Thread(target=lambda: found.append(diagnose("1.3", good)))
    worker.start()
    worker.join()
    assert found[0].code == "NOT_THE_MAIN_THREAD"
    with pytest.raises(NotInMainThread):
        errors = []

        def try_it():
            try:
                call_within(1, lambda: None)
            except NotInMainThread as error:
                errors.append(error)

        worker = threading.Thread(target=try_it)
        worker.start()
        worker.join()
        raise errors[0]


def test_a_call_that_ends_just_at_the_limit_never_leaves_an_interrupt_behind():
    outcomes = set()
    for _ in range(100):
        try:
            call_within(0.002, lambda: [i * i for i in range(30_000)])
            outcomes.add("returned")
        except OutOfTime:
            outcomes.add("stopped")
        sum(range(1000))  # a late interrupt would strike here
    assert outcomes <= {"returned", "stopped"}
    assert threading.active_count() < 20


def test_the_stop_button_is_still_a_stop_button():
    def press_stop():
        signal.raise_signal(signal.SIGINT)
        while True:
            pass

    with pytest.raises(KeyboardInterrupt):
        call_within(5, press_stop)


def test_in_a_kernel_an_endless_function_is_stopped_and_the_next_cell_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path))
    cells = [
        "from course_lib.exercises import check, trying\ntrying.SECONDS = 0.3",
        "def surprisal(p, unit='bits'):\n    while True: pass",
        "check('1.3', surprisal)",
        "6 * 7",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = notebook.cells[2].outputs[0].data
    assert "stopped" in shown["text/plain"] and 'role="status"' in shown["text/html"]
    assert notebook.cells[3].outputs[0].data["text/plain"] == "42"


# ------------------------------------------------------------------------------ what the learner sees


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_an_untouched_answer_is_told_what_to_do_and_counts_as_no_try(exercise_id, capsys):
    for untouched in (..., (..., ...), (1, ...)):
        if untouched is ... or EXERCISES[exercise_id].kind == "tuple":
            check(exercise_id, untouched)
    check(exercise_id)
    shown = capsys.readouterr().out
    assert "To do" in shown and "Replace the ..." in shown
    assert progress.read_progress()["attempts"] == []


def test_a_slip_that_comes_back_gets_its_second_line(capsys):
    check("2.4", 1.1383)
    assert "Weight by P(X=x)" not in capsys.readouterr().out
    check("2.4", 0.5543)  # another slip in between
    check("2.4", 1.1383)
    assert "Weight by P(X=x)" in capsys.readouterr().out


def test_the_solution_opens_after_three_tries_or_when_asked_for(capsys):
    solution("2.4")
    assert "1.0219" not in capsys.readouterr().out
    for _ in range(3):
        check("2.4", 7)
    assert 'solution("2.4")' in capsys.readouterr().out
    solution("2.4")
    assert "1.0219" in capsys.readouterr().out
    solution("2.5", now=True)
    assert "0.2365" in capsys.readouterr().out


def test_tries_of_an_earlier_session_count(capsys):
    for _ in range(3):
        check("2.4", 7)
    checking._tries.clear()  # a new kernel
    solution("2.4")
    assert "1.0219" in capsys.readouterr().out


def test_hints_come_one_after_the_other_and_then_stay(capsys):
    for line in (*EXERCISES["2.5"].hints, EXERCISES["2.5"].hints[1]):
        hint("2.5")
        assert line in capsys.readouterr().out


def test_an_attempt_is_recorded_with_its_answer_and_its_code():
    check("2.4", 1.1383)
    check("2.4", 1.0219)
    attempts = progress.read_progress()["attempts"]
    assert [(a["id"], a["answer"], a["correct"], a["code"]) for a in attempts] == [
        ("2.4", "1.1383", False, "UNWEIGHTED"),
        ("2.4", "1.0219", True, None),
    ]
    assert all(set(a) == {"id", "answer", "correct", "code", "time"} for a in attempts)


def test_every_state_has_a_word_and_a_sign_as_well_as_a_colour(capsys):
    assert len(set(checking.Feedback.MARKS.values())) == len(checking.Feedback.MARKS)
    for kind, mark in checking.Feedback.MARKS.items():
        html = checking.Feedback(kind, "Heading", "text")._repr_html_()
        assert mark in html and not mark[0].isalpha() and mark[2:].strip()


def test_an_error_message_cannot_smuggle_markup_into_the_notebook():
    def evil(p, unit="bits"):
        raise KeyError("<script>alert(1)</script>")

    message = diagnose("1.3", evil).message
    assert "<script>" in message
    assert "<script>" not in checking.Feedback("wrong", "h", message)._repr_html_()


@pytest.mark.parametrize("unknown", ["9.9", None, 3, ["2.4"], "2.4 "])
def test_an_unknown_exercise_is_answered_with_the_known_ones(unknown, capsys):
    for function in (check, hint, solution):
        function(unknown)
        assert "2.4" in capsys.readouterr().out
    with pytest.raises(UnknownId):
        diagnose(unknown, 1)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())
def test_every_exercise_is_complete_and_its_solution_states_the_truth(exercise):
    assert exercise.prompt and exercise.title and all(exercise.hints)
    for part, (_, digits) in zip(exercise.parts, TRUTHS.get(exercise.id, []), strict=True):
        assert digits.lstrip("-") in exercise.solution.replace("−", "-"), part.name
    for _, part in numbers_asked(exercise):
        assert part.low <= part.reference() <= part.high
        assert part.bound or not (math.isfinite(part.low) or math.isfinite(part.high))
