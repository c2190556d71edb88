"""Every worked number of chapters 3 to 7, in one table each: what the course computes, exactly, as printed.

Oracles: exact fractions and 50-digit decimal arithmetic, which share no code with the course's NumPy. The
printed digits are what the chapters show. Random results are ranges, further down.
"""

import math
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction as F
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.feature_selection import f_classif, mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

from course_lib import records
from course_lib.bottleneck import (
    binned_information,
    information_bottleneck,
    information_plane,
    local_threshold,
    onset,
    sequential_bottleneck,
)
from course_lib.channels import (
    binary_erasure_channel,
    binary_symmetric_channel,
    capacity,
    fano_error_bound,
    in_series,
    kelly_fraction,
    kelly_growth,
)
from course_lib.classifiers import (
    brier_score,
    cross_entropy_from_logits,
    cross_entropy_from_probabilities,
    cross_entropy_gradient,
    expected_calibration_error,
    fit_temperature,
    focal_loss,
    smoothed_targets,
    softmax,
)
from course_lib.datasets import breast_cancer, digits_split, python_text
from course_lib.diffusion import melting, ring_of_clusters
from course_lib.distributions import in_unit
from course_lib.estimators import (
    infonce_bound,
    kl_estimates,
    mutual_information_from_samples,
    permutation_null,
    quantile_bins,
    smoothed_histogram,
)
from course_lib.evidence import first_passage, flips_to_odds, likelihood_ratio_walks
from course_lib.gaussians import gaussian_kl, gaussian_mutual_information, vae_kl
from course_lib.generative import evidence_lower_bound, gan_value, ideal_scores
from course_lib.measures import (
    binary_entropy,
    bits_per_byte,
    conditional_entropy,
    conditional_mutual_information,
    cross_entropy,
    entropy,
    interaction_information,
    joint_entropy,
    js_distance,
    js_divergence,
    kl_divergence,
    mutual_information,
    normalized_mutual_information,
    perplexity,
    pinsker_bound,
    population_stability_index,
    surprisal,
    total_variation,
)
from course_lib.mixtures import GaussianMixture, forward_fit, reverse_fit, reverse_kl, two_hills
from course_lib.sampling import best_of_n_bound, exponential_tilt, tilt_price

pytestmark = pytest.mark.filterwarnings("error")

D = Decimal
PI = D("3.14159265358979323846264338327950288419716939937510582097494")


# --- oracles ------------------------------------------------------------------------------------------


def exactly(function):
    """Run an oracle with 50 digits."""

    def run(*arguments):
        with localcontext(prec=50):
            return function(*arguments)

    return run


@exactly
def number(x):
    """A fraction, or anything that reads as one, in decimals."""
    fraction = F(x)
    return D(fraction.numerator) / D(fraction.denominator)


@exactly
def ln(x):
    return number(x).ln()


@exactly
def in_bits(nats):
    return nats / D(2).ln()


@exactly
def ce(p, q):
    """Cross-entropy in nats of lists of decimals as text."""
    return -sum((number(x) * ln(y) for x, y in zip(p, q, strict=True) if F(x)), D(0))


@exactly
def kl(p, q):
    return ce(p, q) - ce(p, p)


@exactly
def js(p, q):
    mixed = [(F(x) + F(y)) / 2 for x, y in zip(p, q, strict=True)]
    return (kl(p, mixed) + kl(q, mixed)) / 2


@exactly
def loss(z, y):
    """Log of the sum of exponentials in plain sight: 50 digits neither overflow nor cancel here."""
    return sum(D(x).exp() for x in z).ln() - D(z[y])


@exactly
def power_share(z, y, tau="1"):
    return (D(z[y]) / D(tau)).exp() / sum((D(x) / D(tau)).exp() for x in z)


@exactly
def normal_kl(mu0, sigma0, mu1, sigma1):
    mu0, sigma0, mu1, sigma1 = map(D, (mu0, sigma0, mu1, sigma1))
    return (sigma1 / sigma0).ln() + (sigma0**2 + (mu0 - mu1) ** 2) / (2 * sigma1**2) - D("0.5")


@exactly
def vae(mu, log_var):
    return sum((D(m) ** 2 + D(v).exp() - 1 - D(v)) / 2 for m, v in zip(mu, log_var, strict=True))


@exactly
def clipped_kl(p, q, epsilon):
    """What a program prints that lifts every probability to ε and divides by the new total."""
    p, q = ([max(F(x), F(epsilon)) for x in row] for row in (p, q))
    return kl([x / sum(p) for x in p], [x / sum(q) for x in q])


@exactly
def calculated(function):
    return function()


def floats(texts):
    return [float(F(x)) for x in texts]


WEATHER, FORECAST = ("0.7", "0.2", "0.1"), ("0.3", "0.4", "0.3")
CODE, WRONG_CODE = ("1/2", "1/4", "1/8", "1/8"), ("1/8", "1/8", "1/4", "1/2")
HILLS = ("0.30", "0.05", "0.05", "0.30", "0.05", "0.05", "0.20", "0")
SPREAD = ("0.13", "0.12", "0.12", "0.13", "0.12", "0.12", "0.13", "0.13")
FIRST_HILL = ("0.45", "0.20", "0.15", "0.10", "0.05", "0.03", "0.02", "0")
SECOND_HILL = ("0.05", "0.05", "0.20", "0.45", "0.10", "0.03", "0.10", "0.02")
LOGITS = ("3", "1.5", "0.5", "-0.5")


def h(p, unit="bits"):
    return lambda: entropy(floats(p), unit=unit)


def crossed(p, q, unit="bits"):
    return lambda: cross_entropy(floats(p), floats(q), unit=unit)


def price(p, q, unit="bits"):
    return lambda: kl_divergence(floats(p), floats(q), unit=unit)


def charged(z, y):
    return lambda: cross_entropy_from_logits(floats(z), y)


def coin(p):
    return (str(F(p)), str(1 - F(p)))


def flips(p, q):
    return lambda: flips_to_odds(kl_divergence(floats(p), floats(q)), 20)


@exactly
def exact_flips(p, q):
    return D(20).ln() / kl(p, q)


# name: (what the course computes, the oracle's value, the digits that are printed)
CHAPTER_3 = {
    "hook: ten times .9": (
        lambda: cross_entropy_from_probabilities([0.9] * 10, [1] * 10),
        -ln("0.9"),
        "0.1054",
    ),
    "hook: ten times .6": (
        lambda: cross_entropy_from_probabilities([0.6] * 10, [1] * 10),
        -ln("0.6"),
        "0.5108",
    ),
    "hook: ratio": (
        lambda: surprisal(0.6) / surprisal(0.9),
        calculated(lambda: ln("0.6") / ln("0.9")),
        "4.8",
    ),
    "code: H(p)": (h(CODE), D("1.75"), "1.750"),
    "code: H(p,q)": (crossed(CODE, WRONG_CODE), D("2.625"), "2.625"),
    "code: waste": (price(CODE, WRONG_CODE), D("0.875"), "0.875"),
    "code: uniform": (crossed(CODE, ("1/4",) * 4), D(2), "2.000"),
    "code: uniform, waste": (price(CODE, ("1/4",) * 4), D("0.25"), "0.25"),
    "rain: best possible": (
        crossed(coin("0.7"), coin("0.7")),
        in_bits(ce(coin("0.7"), coin("0.7"))),
        "0.8813",
    ),
    "rain: report .5": (crossed(coin("0.7"), coin("0.5")), D(1), "1.0000"),
    "rain: report .9": (crossed(coin("0.7"), coin("0.9")), in_bits(ce(coin("0.7"), coin("0.9"))), "1.1030"),
    "rain: report .99": (
        crossed(coin("0.7"), coin("0.99")),
        in_bits(ce(coin("0.7"), coin("0.99"))),
        "2.0033",
    ),
    "rain: report .999": (
        crossed(coin("0.7"), coin("0.999")),
        in_bits(ce(coin("0.7"), coin("0.999"))),
        "2.9907",
    ),
    "rain: Brier at the truth": (
        lambda: brier_score([0.7] * 10, [1] * 7 + [0] * 3),
        number("21/100"),
        "0.2100",
    ),
    "slope of the loss at z = -5": (
        lambda: cross_entropy_gradient([-5, 0], 0)[0],
        calculated(lambda: power_share(("-5", "0"), 0) - 1),
        "-0.99331",
    ),
    "slope of (1 - p)² at z = -5": (
        lambda: -2 * softmax([-5, 0])[0] * softmax([-5, 0])[1] ** 2,
        calculated(lambda: -2 * power_share(("-5", "0"), 0) * power_share(("-5", "0"), 1) ** 2),
        "-0.01321",
    ),
    "who pushes harder at z = -5": (
        lambda: 1 / (2 * softmax([-5, 0]).prod()),
        calculated(lambda: 1 / (2 * power_share(("-5", "0"), 0) * power_share(("-5", "0"), 1))),
        "75",
    ),
    "slope of the loss at z = -10": (
        lambda: cross_entropy_gradient([-10, 0], 0)[0],
        calculated(lambda: power_share(("-10", "0"), 0) - 1),
        "-1.0000",
    ),
    "slope of (1 - p)² at z = -10": (
        lambda: -2 * softmax([-10, 0])[0] * softmax([-10, 0])[1] ** 2,
        calculated(lambda: -2 * power_share(("-10", "0"), 0) * power_share(("-10", "0"), 1) ** 2),
        "-0.000091",
    ),
    "loss at z = -10": (charged(("-10", "0"), 0), loss(("-10", "0"), 0), "10.00"),
    "two curves cross": (lambda: cross_entropy_from_probabilities(0.5, 0), ln(2), "0.693"),
    "one-hot .8": (lambda: surprisal(0.8, unit="nats"), -ln("0.8"), "0.2231"),
    "one-hot .34": (lambda: surprisal(0.34, unit="nats"), -ln("0.34"), "1.0788"),
    "one-hot .1": (lambda: surprisal(0.1, unit="nats"), -ln("0.1"), "2.3026"),
    "one-hot .9": (lambda: cross_entropy([1, 0], [0.9, 0.1], unit="nats"), -ln("0.9"), "0.1054"),
    "one-hot .5": (lambda: cross_entropy_from_probabilities([0.2, 0.3, 0.5], 2), -ln("0.5"), "0.6931"),
    "one-hot .85": (
        lambda: cross_entropy_from_probabilities([0.05, 0.85, 0.07, 0.03], 1),
        -ln("0.85"),
        "0.1625",
    ),
    "one-hot .30": (
        lambda: cross_entropy_from_probabilities([0.25, 0.30, 0.25, 0.20], 1),
        -ln("0.3"),
        "1.2040",
    ),
    "one-hot .07": (
        lambda: cross_entropy_from_probabilities([0.80, 0.07, 0.08, 0.05], 1),
        -ln("0.07"),
        "2.6593",
    ),
    "softmax, class 0": (lambda: softmax([-1, 0, 1.2])[0], power_share(("-1", "0", "1.2"), 0), "0.0785"),
    "softmax, class 1": (lambda: softmax([-1, 0, 1.2])[1], power_share(("-1", "0", "1.2"), 1), "0.2133"),
    "softmax, class 2": (lambda: softmax([-1, 0, 1.2])[2], power_share(("-1", "0", "1.2"), 2), "0.7082"),
    "logits (-1, 0, 1.2)": (charged(("-1", "0", "1.2"), 2), loss(("-1", "0", "1.2"), 2), "0.3450"),
    "their slope at the truth": (
        lambda: cross_entropy_gradient([-1, 0, 1.2], 2)[2],
        calculated(lambda: power_share(("-1", "0", "1.2"), 2) - 1),
        "-0.2918",
    ),
    "logits (2, 0, -1)": (charged(("2", "0", "-1"), 2), loss(("2", "0", "-1"), 2), "3.1698"),
    "logits (2, 8, 1, .5)": (charged(("2", "8", "1", "0.5"), 1), loss(("2", "8", "1", "0.5"), 1), "0.003936"),
    "softmax taken for logits": (charged(("0.1", "0.2", "0.7"), 2), loss(("0.1", "0.2", "0.7"), 2), "0.7679"),
    "weather: H(p)": (h(WEATHER), in_bits(ce(WEATHER, WEATHER)), "1.1568"),
    "weather: H(p,q)": (crossed(WEATHER, FORECAST), in_bits(ce(WEATHER, FORECAST)), "1.6540"),
    "weather: H(q,p)": (crossed(FORECAST, WEATHER), in_bits(ce(FORECAST, WEATHER)), "2.0797"),
    "weather: gap": (price(WEATHER, FORECAST), in_bits(kl(WEATHER, FORECAST)), "0.4972"),
    "fair coin, 90/10 code": (
        crossed(coin("0.5"), coin("0.9"), "nats"),
        ce(coin("0.5"), coin("0.9")),
        "1.2040",
    ),
    "fresh network, 2 classes": (lambda: cross_entropy_from_logits([0] * 2, 1), ln(2), "0.693"),
    "fresh network, 3 classes": (lambda: cross_entropy_from_logits([0] * 3, 1), ln(3), "1.099"),
    "fresh network, 10 classes": (lambda: cross_entropy_from_logits([0] * 10, 1), ln(10), "2.303"),
    "fresh network, 100 classes": (lambda: cross_entropy_from_logits([0] * 100, 1), ln(100), "4.605"),
    "fresh network, 1000 classes": (lambda: cross_entropy_from_logits([0] * 1000, 1), ln(1000), "6.908"),
    "fresh network, 49152 tokens": (lambda: cross_entropy_from_logits([0] * 49152, 1), ln(49152), "10.80"),
    "logits to 800: class 0": (charged(("200", "800", "100", "50"), 0), D(600), "600"),
    "logits to 800: class 1": (charged(("200", "800", "100", "50"), 1), D(0), "0"),
    "logits to 800: class 2": (charged(("200", "800", "100", "50"), 2), D(700), "700"),
    "logits to 800: class 3": (charged(("200", "800", "100", "50"), 3), D(750), "750"),
    "clipped at 1e-7": (lambda: surprisal(1e-7, unit="nats"), -ln("1e-7"), "16.12"),
    "clipped at 1e-10": (lambda: surprisal(1e-10, unit="nats"), -ln("1e-10"), "23.03"),
    "clipped at 1e-15": (lambda: surprisal(1e-15, unit="nats"), -ln("1e-15"), "34.54"),
    "smoothed floor, 10 classes": (
        lambda: entropy(smoothed_targets(3, 10, 0.1), unit="nats"),
        ce(["0.91"] + ["0.01"] * 9, ["0.91"] + ["0.01"] * 9),
        "0.5003",
    ),
    "smoothed floor, 3 classes": (
        lambda: entropy(smoothed_targets(0, 3, 0.1), unit="nats"),
        ce(["28/30", "1/30", "1/30"], ["28/30", "1/30", "1/30"]),
        "0.2911",
    ),
    "smoothed gap, 10 classes": (lambda: np.ptp(np.log(smoothed_targets(3, 10, 0.1))), ln(91), "4.511"),
    "smoothed gap, 3 classes": (lambda: np.ptp(np.log(smoothed_targets(0, 3, 0.1))), ln(28), "3.332"),
    "focal at p = .9": (
        lambda: focal_loss(np.log([0.9, 0.1]), 0),
        calculated(lambda: -ln("0.9") / 100),
        "0.00105",
    ),
    "focal at p = .1: shrinks by": (
        lambda: cross_entropy_from_logits(np.log([0.1, 0.9]), 0) / focal_loss(np.log([0.1, 0.9]), 0),
        number("100/81"),
        "1.23",
    ),
    "one bluff in a hundred": (
        lambda: cross_entropy_from_probabilities([0.99] * 99 + [1e-6], [1] * 100),
        calculated(lambda: -(99 * ln("0.99") + ln("1e-6")) / 100),
        "0.1481",
    ),
    "Gaussian loss, the constant": (
        lambda: -GaussianMixture([1], [0], [1]).log_density(0.0),
        calculated(lambda: (2 * PI).ln() / 2),
        "0.9189",
    ),
    "Gaussian loss at error 3, width 2": (
        lambda: -GaussianMixture([1], [0], [2]).log_density(3.0),
        calculated(lambda: D(9) / 8 + (2 * PI).ln() / 2 + ln(2)),
        "2.7371",
    ),
    "base rate, bits": (
        lambda: entropy([357, 212], normalize=True),
        in_bits(ce(("357/569", "212/569"), ("357/569", "212/569"))),
        "0.9526",
    ),
    "base rate, nats": (
        lambda: cross_entropy_from_probabilities([357 / 569] * 569, load_breast_cancer().target),
        ce(("357/569", "212/569"), ("357/569", "212/569")),
        "0.6603",
    ),
    "exercise 4": (
        lambda: cross_entropy_from_probabilities([0.9, 0.6, 0.2, 0.5], [1] * 4),
        calculated(lambda: -ln(F("0.9") * F("0.6") * F("0.2") * F("0.5")) / 4),
        "0.7297",
    ),
    "exercise 5": (
        lambda: cross_entropy_from_probabilities([0.9, 0.2, 0.6, 0.1], [1, 0, 1, 0]),
        calculated(lambda: -ln(F("0.9") * F("0.8") * F("0.6") * F("0.9")) / 4),
        "0.2362",
    ),
    "1 nat in bits": (lambda: in_unit(1.0, "bits"), calculated(lambda: 1 / ln(2)), "1.4427"),
    "perplexity of 3 nats": (lambda: perplexity([3.0], unit="nats"), calculated(lambda: D(3).exp()), "20.1"),
    "60/40 on everything, Brier": (lambda: brier_score([0.6] * 10, [1] * 10), number("4/25"), "0.16"),
    **{
        f"τ = {tau}: top class": (
            lambda tau=tau: softmax(floats(LOGITS), temperature=float(tau))[0],
            power_share(LOGITS, 0, tau),
            top,
        )
        for tau, top in [("0.5", "0.946"), ("1", "0.749"), ("2", "0.517"), ("5", "0.352"), ("10", "0.299")]
    },
    **{
        f"τ = {tau}: entropy": (
            lambda tau=tau: entropy(softmax(floats(LOGITS), temperature=float(tau))),
            in_bits(ce(*[[power_share(LOGITS, k, tau) for k in range(4)]] * 2)),
            bits,
        )
        for tau, bits in [("0.5", "0.339"), ("1", "1.115"), ("2", "1.709"), ("5", "1.951"), ("10", "1.988")]
    },
}

CHAPTER_4 = {
    "two prices": (price(WEATHER, FORECAST), in_bits(kl(WEATHER, FORECAST)), "0.4972"),
    "two prices, reversed": (price(FORECAST, WEATHER), in_bits(kl(FORECAST, WEATHER)), "0.5088"),
    "two prices, nats": (price(WEATHER, FORECAST, "nats"), kl(WEATHER, FORECAST), "0.3446"),
    "swapped entries cost the same": (
        price(("0.7", "0.2", "0.1"), ("0.2", "0.7", "0.1")),
        in_bits(kl(("0.2", "0.7", "0.1"), ("0.7", "0.2", "0.1"))),
        "0.9037",
    ),
    "20 to 1 in bits": (lambda: in_unit(np.log(20), "bits"), in_bits(ln(20)), "4.32"),
    "evidence a flip, .6": (
        price(coin("0.5"), coin("0.6")),
        in_bits(kl(coin("0.5"), coin("0.6"))),
        "0.02945",
    ),
    **{
        f"flips, fair against {bias}": (
            flips(coin("0.5"), coin(bias)),
            exact_flips(coin("0.5"), coin(bias)),
            printed,
        )
        for bias, printed in [
            ("0.6", "147"),
            ("0.7", "34.36"),
            ("0.9", "5.9"),
            ("0.55", "596"),
            ("0.51", "14976"),
        ]
    },
    "flips, .6 against fair": (
        flips(coin("0.6"), coin("0.5")),
        exact_flips(coin("0.6"), coin("0.5")),
        "149",
    ),
    "flips, .9 against fair": (
        flips(coin("0.9"), coin("0.5")),
        exact_flips(coin("0.9"), coin("0.5")),
        "8.1",
    ),
    "VAE at (0, 0)": (lambda: vae_kl(0, 0), D(0), "0"),
    "VAE at (1, 0)": (lambda: vae_kl(1, 0), D("0.5"), "0.500"),
    "VAE at (2, 0)": (lambda: vae_kl(2, 0), D(2), "2.000"),
    "VAE at (0, -4)": (lambda: vae_kl(0, -4), vae(["0"], ["-4"]), "1.509"),
    "VAE, coordinate 1": (lambda: vae_kl(0.5, -0.5), vae(["0.5"], ["-0.5"]), "0.1783"),
    "VAE, coordinate 2": (lambda: vae_kl(-0.3, 0.2), vae(["-0.3"], ["0.2"]), "0.0557"),
    "VAE, coordinate 3": (lambda: vae_kl(0.1, -0.1), vae(["0.1"], ["-0.1"]), "0.0074"),
    "VAE, all three": (
        lambda: vae_kl([0.5, -0.3, 0.1], [-0.5, 0.2, -0.1]),
        vae(["0.5", "-0.3", "0.1"], ["-0.5", "0.2", "-0.1"]),
        "0.2414",
    ),
    "local picture, δ = .01": (
        price(coin("0.5"), coin("0.51"), "nats"),
        calculated(lambda: -ln(F("0.9996")) / 2),
        "0.00020004",
    ),
    "local picture, δ = .1": (
        price(coin("0.5"), coin("0.6"), "nats"),
        calculated(lambda: -ln(F("0.96")) / 2),
        "0.020411",
    ),
    "close model": (
        price(("0.5", "0.3", "0.2"), ("0.4", "0.35", "0.25"), "nats"),
        kl(("0.5", "0.3", "0.2"), ("0.4", "0.35", "0.25")),
        "0.02070",
    ),
    "close model, reversed": (
        price(("0.4", "0.35", "0.25"), ("0.5", "0.3", "0.2"), "nats"),
        kl(("0.4", "0.35", "0.25"), ("0.5", "0.3", "0.2")),
        "0.02048",
    ),
    "nearly uniform model": (
        price(("0.5", "0.3", "0.2"), ("0.33", "0.33", "0.34"), "nats"),
        kl(("0.5", "0.3", "0.2"), ("0.33", "0.33", "0.34")),
        "0.07304",
    ),
    "nearly uniform model, reversed": (
        price(("0.33", "0.33", "0.34"), ("0.5", "0.3", "0.2"), "nats"),
        kl(("0.33", "0.33", "0.34"), ("0.5", "0.3", "0.2")),
        "0.07475",
    ),
    "uniform against waves": (
        price(("1/4",) * 4, ("0.3", "0.2", "0.3", "0.2"), "nats"),
        kl(("1/4",) * 4, ("0.3", "0.2", "0.3", "0.2")),
        "0.02041",
    ),
    "waves against uniform": (
        price(("0.3", "0.2", "0.3", "0.2"), ("1/4",) * 4, "nats"),
        kl(("0.3", "0.2", "0.3", "0.2"), ("1/4",) * 4),
        "0.02014",
    ),
    "uniform against a peak": (
        price(("1/4",) * 4, ("0.9", "0.03", "0.04", "0.03"), "nats"),
        kl(("1/4",) * 4, ("0.9", "0.03", "0.04", "0.03")),
        "1.1980",
    ),
    "a peak against uniform": (
        price(("0.9", "0.03", "0.04", "0.03"), ("1/4",) * 4, "nats"),
        kl(("0.9", "0.03", "0.04", "0.03"), ("1/4",) * 4),
        "0.9523",
    ),
    "fair against 90/10": (price(coin("0.5"), coin("0.9")), in_bits(kl(coin("0.5"), coin("0.9"))), "0.7370"),
    "90/10 against fair": (price(coin("0.9"), coin("0.5")), in_bits(kl(coin("0.9"), coin("0.5"))), "0.5310"),
    **{
        f"bumps {gap} apart": (
            lambda gap=gap: gaussian_kl(0, 1, gap, 1, unit="nats"),
            D(gap) ** 2 / 2,
            printed,
        )
        for gap, printed in [(1, "0.5"), (2, "2"), (3, "4.5")]
    },
    "narrow in wide": (
        lambda: gaussian_kl(0, 1, 0, 2, unit="nats"),
        normal_kl("0", "1", "0", "2"),
        "0.3181",
    ),
    "wide in narrow": (
        lambda: gaussian_kl(0, 2, 0, 1, unit="nats"),
        normal_kl("0", "2", "0", "1"),
        "0.8069",
    ),
    "N(0,1) in N(1,4)": (
        lambda: gaussian_kl(0, 1, 1, 2, unit="nats"),
        normal_kl("0", "1", "1", "2"),
        "0.4431",
    ),
    "N(1,4) in N(0,1)": (
        lambda: gaussian_kl(1, 2, 0, 1, unit="nats"),
        normal_kl("1", "2", "0", "1"),
        "1.3069",
    ),
    "JS of mirror images": (
        lambda: js_divergence([0.5, 0.3, 0.2], [0.2, 0.3, 0.5]),
        in_bits(js(("0.5", "0.3", "0.2"), ("0.2", "0.3", "0.5"))),
        "0.09582",
    ),
    "JS of mirror images, nats": (
        lambda: js_divergence([0.5, 0.3, 0.2], [0.2, 0.3, 0.5], unit="nats"),
        js(("0.5", "0.3", "0.2"), ("0.2", "0.3", "0.5")),
        "0.06641",
    ),
    "JS distance, nats": (
        lambda: js_distance([0.5, 0.3, 0.2], [0.2, 0.3, 0.5], unit="nats"),
        calculated(lambda: js(("0.5", "0.3", "0.2"), ("0.2", "0.3", "0.5")).sqrt()),
        "0.25771",
    ),
    "JS distance, bits": (
        lambda: js_distance([0.5, 0.3, 0.2], [0.2, 0.3, 0.5]),
        calculated(lambda: in_bits(js(("0.5", "0.3", "0.2"), ("0.2", "0.3", "0.5"))).sqrt()),
        "0.30954",
    ),
    "JS of disjoint supports": (lambda: js_divergence([0.5, 0.5, 0], [0, 0, 1]), D(1), "1"),
    "JS of an overlap": (
        lambda: js_divergence([0.9, 0.1, 0], [0, 0.5, 0.5]),
        in_bits(js(("0.9", "0.1", "0"), ("0", "0.5", "0.5"))),
        "0.8050",
    ),
    "triangle: direct": (price(coin("0.5"), coin("0.95")), in_bits(kl(coin("0.5"), coin("0.95"))), "1.198"),
    "triangle: first leg": (
        price(coin("0.5"), coin("0.75")),
        in_bits(kl(coin("0.5"), coin("0.75"))),
        "0.208",
    ),
    "triangle: second leg": (
        price(coin("0.75"), coin("0.95")),
        in_bits(kl(coin("0.75"), coin("0.95"))),
        "0.325",
    ),
    "total variation of .5 and .6": (lambda: total_variation([0.5, 0.5], [0.6, 0.4]), D("0.1"), "0.100"),
    "Pinsker for .5 and .6": (
        lambda: pinsker_bound(kl_divergence([0.5, 0.5], [0.6, 0.4]), unit="bits"),
        calculated(lambda: (kl(coin("0.5"), coin("0.6")) / 2).sqrt()),
        "0.101",
    ),
    "total variation of the weather": (
        lambda: total_variation(floats(WEATHER), floats(FORECAST)),
        D("0.4"),
        "0.400",
    ),
    "Pinsker for the weather": (
        lambda: pinsker_bound(kl_divergence(floats(WEATHER), floats(FORECAST)), unit="bits"),
        calculated(lambda: (kl(WEATHER, FORECAST) / 2).sqrt()),
        "0.415",
    ),
    "a die told to be even": (price(("0", "1/3") * 3, ("1/6",) * 6), D(1), "1"),
    "hills, spread: forward": (price(HILLS, SPREAD, "nats"), kl(HILLS, SPREAD), "0.4128"),
    "hills, first: forward": (price(HILLS, FIRST_HILL, "nats"), kl(HILLS, FIRST_HILL), "0.5698"),
    "hills, first: reverse": (price(FIRST_HILL, HILLS, "nats"), kl(FIRST_HILL, HILLS), "0.4533"),
    "hills, second: forward": (price(HILLS, SECOND_HILL, "nats"), kl(HILLS, SECOND_HILL), "0.4761"),
    "the finite direction": (
        price(("0.5", "0.5", "0"), ("0.4", "0.4", "0.2")),
        in_bits(ln("5/4")),
        "0.3219",
    ),
    "k2 at a whole width": (
        # The mean of (x − ½)²/2 under N(0, 1), on two points that share its mean and variance.
        lambda: kl_estimates(np.array([-1.0, 1.0]) - 0.5).k2.mean(),
        number("5/8"),
        "0.625",
    ),
    "forward fit, 70/30: μ": (lambda: forward_fit(two_hills(3, 0.7)).mu, D("-1.2"), "-1.2"),
    "forward fit, 70/30: σ": (
        lambda: forward_fit(two_hills(3, 0.7)).sigma,
        calculated(lambda: D("8.56").sqrt()),
        "2.926",
    ),
    "forward fit, even: σ": (
        lambda: forward_fit(two_hills(3)).sigma,
        calculated(lambda: D(10).sqrt()),
        "3.162",
    ),
}


J3 = (("0.15", "0.05", "0.05"), ("0.05", "0.10", "0.60"))
DELIVERY = (("0.35", "0.15"), ("0.10", "0.40"))
XOR = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]]) / 4
MIRRORED = (("0.5", "0.3", "0.2"), ("0.2", "0.3", "0.5"))
RIDDLE = ((0, 0, 1, 1, 2, 2), (0, 1, 1, 1, 2, 0))
PUBLISHED = ((0, 0, 0, 1, 1, 1, 2, 2, 2), (0, 0, 1, 1, 1, 2, 2, 2, 0))


def cells(table):
    return [F(x) for row in table for x in row]


def rows_of(table):
    return [sum(F(x) for x in row) for row in table]


def columns_of(table):
    return [sum(F(x) for x in column) for column in zip(*table, strict=True)]


@exactly
def shared(table):
    """I(X;Y) in nats as the divergence of the table from the product of its margins."""
    return kl(cells(table), [x * y for x in rows_of(table) for y in columns_of(table)])


def counted(x, y, size=3):
    """The table of fractions of two lists of labels."""
    pairs = list(zip(x, y, strict=True))
    return [[F(pairs.count((i, j)), len(pairs)) for j in range(size)] for i in range(size)]


@exactly
def own(p):
    """Entropy in bits."""
    return in_bits(ce(p, p))


def table(texts):
    return np.array([floats(row) for row in texts])


def sine_correlation(half_range):
    """Correlation of y, uniform on ±half_range·π, with sin y, on a fine grid of midpoints."""
    y = (np.arange(400_000) + 0.5) / 200_000 - 1
    return np.corrcoef(y, np.sin(y * float(F(half_range)) * np.pi))[0, 1]


@exactly
def sine_closed_form(half_range):
    """For half-range kπ: (−1)^(k+1) √6/(kπ); for π/2 it is 4√6/π²."""
    if F(half_range) == F(1, 2):
        return 4 * D(6).sqrt() / PI**2
    k = int(half_range)
    return (-1) ** (k + 1) * D(6).sqrt() / (k * PI)


CHAPTER_5 = {
    "J3: H(X) + H(Y) - H(X,Y)": (
        lambda: entropy(table(J3).sum(1)) + entropy(table(J3).sum(0)) - joint_entropy(table(J3)),
        in_bits(shared(J3)),
        "0.2570",
    ),
    "J3: H(Y) - H(Y|X)": (
        lambda: entropy(table(J3).sum(0)) - conditional_entropy(table(J3)),
        in_bits(shared(J3)),
        "0.2570",
    ),
    "J3: divergence from the product": (lambda: mutual_information(table(J3)), in_bits(shared(J3)), "0.2570"),
    "J3: mean divergence of the rows": (
        lambda: table(J3).sum(1) @ kl_divergence(table(J3), table(J3).sum(0), normalize=True),
        in_bits(shared(J3)),
        "0.2570",
    ),
    "J3: in nats": (lambda: mutual_information(table(J3), unit="nats"), shared(J3), "0.1781"),
    "J3: H(Y|X)": (
        lambda: conditional_entropy(table(J3)),
        calculated(lambda: own(cells(J3)) - own(rows_of(J3))),
        "1.0219",
    ),
    "J3: the joint forgotten": (
        lambda: entropy(table(J3).sum(1)) + entropy(table(J3).sum(0)),
        calculated(lambda: own(rows_of(J3)) + own(columns_of(J3))),
        "2.0902",
    ),
    "J3: normalised, geometric": (
        lambda: normalized_mutual_information(table(J3)),
        calculated(lambda: in_bits(shared(J3)) / (own(rows_of(J3)) * own(columns_of(J3))).sqrt()),
        "0.2523",
    ),
    "J3: normalised, arithmetic": (
        lambda: normalized_mutual_information(table(J3), average="arithmetic"),
        calculated(lambda: 2 * in_bits(shared(J3)) / (own(rows_of(J3)) + own(columns_of(J3)))),
        "0.2459",
    ),
    "J3: rows unweighted": (
        lambda: entropy(table(J3).sum(0)) - entropy(table(J3), normalize=True).mean(),
        calculated(
            lambda: own(columns_of(J3)) - sum(own([F(x) / sum(map(F, row)) for x in row]) for row in J3) / 2
        ),
        "0.1406",
    ),
    "delivery": (lambda: mutual_information(table(DELIVERY)), in_bits(shared(DELIVERY)), "0.1912"),
    "delivery: in nats": (
        lambda: mutual_information(table(DELIVERY), unit="nats"),
        shared(DELIVERY),
        "0.1325",
    ),
    "delivery: normalised": (
        lambda: normalized_mutual_information(table(DELIVERY)),
        calculated(lambda: in_bits(shared(DELIVERY)) / own(columns_of(DELIVERY)).sqrt()),
        "0.1919",
    ),
    "delivery: Fano": (
        # Oracle: a coin of that bias has that entropy, 50 digits of it.
        lambda: binary_entropy_back(fano_error_bound(conditional_entropy(table(DELIVERY)), 2)),
        calculated(lambda: own(cells(DELIVERY)) - 1),
        "0.8016",
    ),
    "delivery: error of the best rule": (
        lambda: 1 - table(DELIVERY).max(axis=1).sum(),
        number("0.25"),
        "0.25",
    ),
    **{
        f"correlation {rho}": (
            lambda rho=rho: gaussian_mutual_information(float(rho), unit="bits"),
            calculated(lambda rho=rho: -ln(1 - F(rho) ** 2) / 2 / ln(2)),
            printed,
        )
        for rho, printed in [
            ("0.1", "0.0072"),
            ("0.3", "0.0680"),
            ("0.5", "0.2075"),
            ("0.7", "0.4857"),
            ("0.9", "1.1980"),
            ("0.99", "2.8255"),
        ]
    },
    "labels with themselves, nats": (
        lambda: mutual_information_from_samples(RIDDLE[0], RIDDLE[0], unit="nats"),
        ln(3),
        "1.0986",
    ),
    "labels with themselves": (
        lambda: mutual_information_from_samples(RIDDLE[0], RIDDLE[0]),
        in_bits(ln(3)),
        "1.5850",
    ),
    "labels with others, nats": (
        lambda: mutual_information_from_samples(*RIDDLE, unit="nats"),
        shared(counted(*RIDDLE)),
        "0.5493",
    ),
    "published labels, normalised": (
        lambda: normalized_mutual_information(table(counted(*PUBLISHED))),
        calculated(lambda: shared(counted(*PUBLISHED)) / ln(3)),
        "0.4206",
    ),
    "XOR: one alone": (lambda: mutual_information(XOR.sum(axis=1)), D(0), "0"),
    "XOR: the other alone": (lambda: mutual_information(XOR.sum(axis=0)), D(0), "0"),
    "XOR: both": (lambda: mutual_information(XOR.reshape(4, 2)), D(1), "1"),
    "XOR: one, given the other": (
        lambda: conditional_mutual_information(XOR.transpose(0, 2, 1)),
        D(1),
        "1",
    ),
    "XOR: the middle of the three circles": (lambda: interaction_information(XOR), D(-1), "-1"),
    "JS is shared with a fair label": (
        lambda: mutual_information(np.array([floats(MIRRORED[0]), floats(MIRRORED[1])]) / 2),
        in_bits(js(MIRRORED[0], MIRRORED[1])),
        "0.0958",
    ),
    **{
        f"wire, flip {flip}": (
            lambda flip=flip: capacity(binary_symmetric_channel(float(flip))).capacity,
            calculated(lambda flip=flip: 1 - own(coin(flip))),
            printed,
        )
        for flip, printed in [
            ("0.01", "0.9192"),
            ("0.1", "0.5310"),
            ("0.11", "0.5001"),
            ("0.25", "0.1887"),
            ("0.4", "0.0290"),
            ("0.5", "0"),
        ]
    },
    "two wires: flip": (
        lambda: in_series(*[binary_symmetric_channel(0.1)] * 2)[0, 1],
        number("0.18"),
        "0.18",
    ),
    "two wires": (
        lambda: capacity(in_series(*[binary_symmetric_channel(0.1)] * 2)).capacity,
        calculated(lambda: 1 - own(coin("0.18"))),
        "0.3199",
    ),
    "capacities multiplied": (
        lambda: capacity(binary_symmetric_channel(0.1)).capacity ** 2,
        calculated(lambda: (1 - own(coin("0.1"))) ** 2),
        "0.2820",
    ),
    "erasure, .3": (lambda: capacity(binary_erasure_channel(0.3)).capacity, number("0.7"), "0.7"),
    "Kelly: growth": (lambda: kelly_growth(0.6), calculated(lambda: 1 - own(coin("0.6"))), "0.0290"),
    "Kelly: stake": (lambda: kelly_fraction(0.6), number("0.2"), "0.2"),
    "Kelly: divergence from a fair coin": (
        price(coin("0.6"), coin("0.5")),
        in_bits(kl(coin("0.6"), coin("0.5"))),
        "0.0290",
    ),
    "bias, 3 × 3 from 100": (
        lambda: in_unit(4 / 200, "bits"),
        calculated(lambda: D(4) / (200 * ln(2))),
        "0.0289",
    ),
    "bias, 4 × 6 from 200": (
        lambda: in_unit(15 / 400, "bits"),
        calculated(lambda: D(15) / (400 * ln(2))),
        "0.0541",
    ),
    "bias, 4 × 6 from 200, in nats": (lambda: 15 / 400, number("0.0375"), "0.0375"),
    "bias with 24 cells": (
        lambda: in_unit(24 / 400, "bits"),
        calculated(lambda: D(24) / (400 * ln(2))),
        "0.0866",
    ),
    "the ceiling of 256 partners": (lambda: in_unit(np.log(256), "bits"), D(8), "8"),
    **{
        f"sine, half-range {half_range}π": (
            lambda half_range=half_range: sine_correlation(half_range),
            sine_closed_form(half_range),
            printed,
        )
        for half_range, printed in [
            ("1/2", "0.9927"),
            ("1", "0.7797"),
            ("2", "-0.3898"),
            ("4", "-0.1949"),
            ("10", "-0.0780"),
        ]
    },
    "rare event: H(Y)": (lambda: entropy([0.95, 0.05]), own(coin("0.05")), "0.286"),
    "rare event: H(Y|X = 1)": (lambda: entropy([0.05, 0.05], normalize=True), D(1), "1"),
    "rare event: H(Y|X)": (lambda: conditional_entropy([[0.9, 0], [0.05, 0.05]]), number("0.1"), "0.1"),
}


def binary_entropy_back(error):
    """Entropy in bits of a coin with that probability, in exact arithmetic."""
    return own([F(error), 1 - F(error)])


DIAL = np.array([[0.95, 0.05], [0.80, 0.20], [0.20, 0.80], [0.05, 0.95]]) / 4


@exactly
def h2(p):
    """Entropy of a coin in bits."""
    return in_bits(ce(coin(p), coin(p)))


def keeps(*drawers):
    return lambda: information_plane(DIAL, drawers)[0]


def tells(*drawers):
    return lambda: information_plane(DIAL, drawers)[1]


def through_wires(flip, times):
    """What a fair bit keeps of itself behind equal wires in series."""
    wire = np.array([[1 - flip, flip], [flip, 1 - flip]])
    return lambda: mutual_information(np.linalg.matrix_power(wire, times) / 2)


CHAPTER_6 = {
    "dial: I(X;Y)": (
        lambda: mutual_information(DIAL),
        calculated(lambda: 1 - (h2("0.05") + h2("0.2")) / 2),
        "0.4958",
    ),
    "dial: H(X)": (lambda: entropy([0.25] * 4), D(2), "2"),
    "dial: second eigenvalue": (lambda: 1 / local_threshold(DIAL), number("0.585"), "0.585"),
    "dial: local threshold": (lambda: local_threshold(DIAL), number(1 / F("0.585")), "1.7094"),
    "dial: onset, the same here": (lambda: onset(DIAL), number(1 / F("0.585")), "1.7094"),
    "halves: I(X;T)": (keeps(0, 0, 1, 1), D(1), "1.000"),
    "halves: I(T;Y)": (tells(0, 0, 1, 1), calculated(lambda: 1 - h2("0.875")), "0.4564"),
    "halves: fraction": (
        lambda: tells(0, 0, 1, 1)() / mutual_information(DIAL),
        calculated(lambda: (1 - h2("0.875")) / (1 - (h2("0.05") + h2("0.2")) / 2)),
        "0.9205",
    ),
    "halves: I(T;Y) in nats": (
        lambda: information_plane(DIAL, [0, 0, 1, 1], unit="nats")[1],
        calculated(lambda: (1 - h2("0.875")) * ln(2)),
        "0.3164",
    ),
    "one against the rest: I(X;T)": (keeps(0, 1, 1, 1), h2("0.25"), "0.8113"),
    "one against the rest: I(T;Y)": (
        tells(0, 1, 1, 1),
        calculated(lambda: 1 - h2("0.95") / 4 - 3 * h2("0.35") / 4),
        "0.2278",
    ),
    "every other: I(T;Y)": (tells(0, 1, 0, 1), calculated(lambda: 1 - h2("0.575")), "0.0163"),
    "outer and inner: I(X;T)": (keeps(0, 1, 1, 0), D(1), "1.000"),
    "outer and inner: I(T;Y)": (tells(0, 1, 1, 0), D(0), "0"),
    "three cells: I(X;T)": (keeps(0, 0, 1, 2), D("1.5"), "1.5"),
    "three cells: I(T;Y)": (
        tells(0, 0, 1, 2),
        calculated(lambda: 1 - h2("0.875") / 2 - h2("0.2") / 4 - h2("0.05") / 4),
        "0.4761",
    ),
    "one wire": (through_wires(0.1, 1), calculated(lambda: 1 - h2("0.1")), "0.5310"),
    "two wires": (through_wires(0.1, 2), calculated(lambda: 1 - h2("0.18")), "0.3199"),
    "4096 inputs, none confused": (
        lambda: binned_information(np.arange(4096) / 4096, bin_width=1e-6)[0],
        D(12),
        "12",
    ),
    "64 inputs, none confused": (
        lambda: binned_information(np.stack(divmod(np.arange(64), 8), axis=1), bin_width=1.0)[0],
        D(6),
        "6",
    ),
    "1797 digits: the ceiling": (lambda: entropy([1] * 1797, normalize=True), in_bits(ln(1797)), "10.81"),
}


GOOD_MODEL = ("0.12", "0.45", "0.60", "0.35", "0.52", "0.48", "0.70")
POOR_MODEL = ("0.02", "0.08", "0.12", "0.05", "0.09", "0.07", "0.15")
REPLIES, REWARDS = ("0.40", "0.30", "0.15", "0.10", "0.04", "0.01"), ("0", "0.2", "0.5", "0.8", "1", "2")
THREE_REPLIES, THREE_REWARDS = ("0.5", "0.3", "0.2"), ("0", "1", "2")


@exactly
def mean_surprise(p):
    return -sum(ln(x) for x in p) / len(p)


@exactly
def power(base, exponent):
    return (D(exponent) * D(base).ln()).exp()


@exactly
def softened(tau):
    """The syllabus's four logits at temperature τ."""
    return [power_share(LOGITS, y, tau) for y in range(4)]


@exactly
def entropy_at(tau):
    return -sum((q * q.ln() for q in softened(tau)), D(0))


@exactly
def tilted(p, rewards, beta):
    powers = [number(x) * (D(r) / D(beta)).exp() for x, r in zip(p, rewards, strict=True)]
    return [x / sum(powers) for x in powers]


@exactly
def earned(p, rewards, beta):
    return sum(x * D(r) for x, r in zip(tilted(p, rewards, beta), rewards, strict=True))


@exactly
def spent(p, rewards, beta):
    return sum(x * (x / number(y)).ln() for x, y in zip(tilted(p, rewards, beta), p, strict=True))


@exactly
def log_partition(p, rewards, beta):
    powers = (number(x) * (D(r) / D(beta)).exp() for x, r in zip(p, rewards, strict=True))
    return D(beta) * sum(powers).ln()


def toy(beta, name):
    return lambda: getattr(tilt_price(floats(REPLIES), floats(REWARDS), beta=float(beta), unit="nats"), name)


def three(beta="0.5"):
    return lambda: exponential_tilt(floats(THREE_REPLIES), floats(THREE_REWARDS), beta=float(beta))


def spread_at(tau, unit="bits"):
    return lambda: entropy(softmax(floats(LOGITS), temperature=tau), unit=unit)


def pieces(name):
    return lambda: getattr(evidence_lower_bound([0.5, 0.5], [0.8, 0.1], [0.7, 0.3]), name)


GOOD_NATS = tuple(-math.log(p) for p in floats(GOOD_MODEL))
ELBO_GUESS, ELBO_PRIOR, ELBO_POSTERIOR = ("0.7", "0.3"), ("0.5", "0.5"), ("8/9", "1/9")
RECONSTRUCTION = calculated(lambda: D("0.7") * ln("0.8") + D("0.3") * ln("0.1"))
RATE = kl(ELBO_GUESS, ELBO_PRIOR)

CHAPTER_7 = {
    # The perplexity bench and its wrong versions
    "bench: nats": (lambda: np.mean(GOOD_NATS), mean_surprise(GOOD_MODEL), "0.8891"),
    "bench: bits": (
        lambda: np.mean(surprisal(floats(GOOD_MODEL))),
        in_bits(mean_surprise(GOOD_MODEL)),
        "1.2828",
    ),
    "bench: perplexity": (
        lambda: perplexity(GOOD_NATS, unit="nats"),
        mean_surprise(GOOD_MODEL).exp(),
        "2.433",
    ),
    "bench: 2^nats": (
        lambda: perplexity(GOOD_NATS, unit="bits"),
        power(2, mean_surprise(GOOD_MODEL)),
        "1.852",
    ),
    "bench: e^bits": (
        lambda: perplexity(surprisal(floats(GOOD_MODEL)), unit="nats"),
        in_bits(mean_surprise(GOOD_MODEL)).exp(),
        "3.607",
    ),
    "bench: mean of 1/p": (
        lambda: np.mean(1 / np.array(floats(GOOD_MODEL))),
        number(sum(1 / F(p) for p in GOOD_MODEL) / 7),
        "2.931",
    ),
    "bench: 1/mean p": (
        lambda: 1 / np.mean(floats(GOOD_MODEL)),
        number(7 / sum(map(F, GOOD_MODEL))),
        "2.174",
    ),
    "bench: sum, not mean": (
        lambda: perplexity([sum(GOOD_NATS)], unit="nats"),
        (7 * mean_surprise(GOOD_MODEL)).exp(),
        "504.7",
    ),
    "bench: inverse": (
        lambda: 1 / perplexity(GOOD_NATS, unit="nats"),
        (-mean_surprise(GOOD_MODEL)).exp(),
        "0.411",
    ),
    "bench: poor model": (
        lambda: perplexity(surprisal(floats(POOR_MODEL)), unit="bits"),
        mean_surprise(POOR_MODEL).exp(),
        "14.09",
    ),
    # Exercises 2 and 3
    "corpus: perplexity": (
        lambda: perplexity([5] * 10 + [2] * 990, unit="nats"),
        calculated(lambda: D("2.03").exp()),
        "7.614",
    ),
    "corpus: averaged documents": (
        lambda: perplexity([5, 2], unit="nats"),
        calculated(lambda: D("3.5").exp()),
        "33.12",
    ),
    "corpus: averaged perplexities": (
        lambda: np.mean([perplexity([5], unit="nats"), perplexity([2], unit="nats")]),
        calculated(lambda: (D(5).exp() + D(2).exp()) / 2),
        "77.90",
    ),
    "A: bits per byte": (
        lambda: bits_per_byte([1.2] * 2, 9, unit="nats"),
        calculated(lambda: in_bits(D("1.2") / D("4.5"))),
        "0.3847",
    ),
    "B: bits per byte": (
        lambda: bits_per_byte([0.9], 3, unit="nats"),
        calculated(lambda: in_bits(D("0.9") / 3)),
        "0.4328",
    ),
    "A: perplexity": (lambda: perplexity([1.2], unit="nats"), calculated(lambda: D("1.2").exp()), "3.32"),
    "B: perplexity": (lambda: perplexity([0.9], unit="nats"), calculated(lambda: D("0.9").exp()), "2.46"),
    "A: multiplied by bytes": (
        lambda: in_unit(1.2, "bits") * 4.5,
        calculated(lambda: in_bits(D("5.4"))),
        "7.79",
    ),
    "B: multiplied by bytes": (
        lambda: in_unit(0.9, "bits") * 3,
        calculated(lambda: in_bits(D("2.7"))),
        "3.90",
    ),
    # Temperature on four logits
    "τ = .1": (spread_at(0.1), in_bits(entropy_at("0.1")), "0.000"),
    "τ = .5": (spread_at(0.5), in_bits(entropy_at("0.5")), "0.3390"),
    "τ = 1": (spread_at(1), in_bits(entropy_at("1")), "1.1147"),
    "τ = 2": (spread_at(2), in_bits(entropy_at("2")), "1.7094"),
    "τ = 2 in nats": (spread_at(2, "nats"), entropy_at("2"), "1.1849"),
    "τ = 10": (spread_at(10), in_bits(entropy_at("10")), "1.988"),
    **{
        f"τ = 10: p{i}": (lambda i=i: softmax(floats(LOGITS), temperature=10)[i], softened("10")[i], printed)
        for i, printed in enumerate(("0.299", "0.257", "0.233", "0.211"))
    },
    # The RLHF dial
    **{
        f"dial {beta}: {name}": (toy(beta, name), exact(REPLIES, REWARDS, beta), printed)
        for beta, *digits in (
            ("1", "0.445", "0.095", "0.3499"),
            ("0.5", "0.801", "0.650", "0.4762"),
            ("0.25", "1.760", "3.439", "0.9002"),
        )
        for name, exact, printed in zip(
            ("expected_reward", "kl", "objective"), (earned, spent, log_partition), digits, strict=True
        )
    },
    "dial: ceiling": (toy("1", "ceiling"), -ln("0.01"), "4.605"),
    **{
        f"three replies: {i}": (
            lambda i=i: three()()[i],
            tilted(THREE_REPLIES, THREE_REWARDS, "0.5")[i],
            printed,
        )
        for i, printed in enumerate(("0.0367", "0.1626", "0.8008"))
    },
    "three replies: KL": (
        lambda: tilt_price(floats(THREE_REPLIES), floats(THREE_REWARDS), beta=0.5, unit="nats").kl,
        spent(THREE_REPLIES, THREE_REWARDS, "0.5"),
        "0.9155",
    ),
    "three replies: KL in bits": (
        lambda: tilt_price(floats(THREE_REPLIES), floats(THREE_REWARDS), beta=0.5).kl,
        in_bits(spent(THREE_REPLIES, THREE_REWARDS, "0.5")),
        "1.3208",
    ),
    "three replies: the other direction": (
        lambda: kl_divergence(floats(THREE_REPLIES), three()(), unit="nats"),
        kl(THREE_REPLIES, tilted(THREE_REPLIES, THREE_REWARDS, "0.5")),
        "1.2127",
    ),
    **{
        f"three replies, multiplied by β: {i}": (
            lambda i=i: three("2")()[i],
            tilted(THREE_REPLIES, THREE_REWARDS, "2")[i],
            printed,
        )
        for i, printed in enumerate(("0.3250", "0.3215", "0.3534"))
    },
    **{
        f"three replies, no reference: {i}": (
            lambda i=i: softmax(floats(THREE_REWARDS), temperature=0.5)[i],
            tilted(("1/3",) * 3, THREE_REWARDS, "0.5")[i],
            printed,
        )
        for i, printed in enumerate(("0.0159", "0.1173", "0.8668"))
    },
    **{
        f"best of {n}": (
            lambda n=n: best_of_n_bound(n, unit="nats"),
            calculated(lambda n=n: ln(n) - number(F(n - 1, n))),
            printed,
        )
        for n, printed in ((4, "0.636"), (16, "1.835"), (64, "3.175"))
    },
    "praise: surprise of the rounded mass": (lambda: surprisal(0.00466), in_bits(-ln("0.00466")), "7.745"),
    "praise: half of it, from the rounded mass": (
        lambda: kl_divergence([0.5, 0.5], [0.00466, 0.99534]),
        in_bits(kl(("0.5", "0.5"), ("0.00466", "0.99534"))),
        "2.876",
    ),
    # The toy ELBO
    "ELBO": (pieces("elbo"), calculated(lambda: RECONSTRUCTION - RATE), "-0.9293"),
    "ELBO: gap": (pieces("gap"), kl(ELBO_GUESS, ELBO_POSTERIOR), "0.1308"),
    "ELBO: log p(x)": (pieces("log_evidence"), ln("0.45"), "-0.7985"),
    "ELBO: posterior": (lambda: pieces("posterior")()[0], number("8/9"), "0.8889"),
    "ELBO: the other cause": (lambda: pieces("posterior")()[1], number("1/9"), "0.1111"),
    "ELBO: reconstruction only": (pieces("reconstruction"), RECONSTRUCTION, "-0.8470"),
    "ELBO: KL added": (
        lambda: pieces("reconstruction")() + pieces("rate")(),
        calculated(lambda: RECONSTRUCTION + RATE),
        "-0.7647",
    ),
    # Ceilings and games
    "contrast: ceiling at 512": (
        lambda: infonce_bound(1e6 * np.eye(512)),
        D(9),
        "9",
    ),
    "contrast: ten pairs": (
        lambda: 10 * gaussian_mutual_information(0.9, unit="bits"),
        calculated(lambda: -5 * in_bits(ln("0.19"))),
        "11.98",
    ),
    "contrast: four pairs": (
        lambda: 4 * gaussian_mutual_information(0.9, unit="bits"),
        calculated(lambda: -2 * in_bits(ln("0.19"))),
        "4.79",
    ),
    "GAN: perfect fakes": (lambda: gan_value([0.3, 0.7], [0.3, 0.7]), calculated(lambda: -ln(4)), "-1.3863"),
    "GAN: nothing overlaps": (lambda: gan_value([1, 0], [0, 1]), D(0), "0"),
}


def agrees(value, exact, printed):
    digits = len(printed.split(".")[1]) if "." in printed else 0
    assert float(value) == pytest.approx(float(exact), abs=1e-9)
    assert abs(D(exact) - D(printed)) <= D("0.5000001") * D(10) ** -digits


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_3.values(), ids=CHAPTER_3.keys())
def test_chapter_3_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), exact, printed)


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_4.values(), ids=CHAPTER_4.keys())
def test_chapter_4_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), exact, printed)


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_5.values(), ids=CHAPTER_5.keys())
def test_chapter_5_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), exact, printed)


def test_fano_forces_a_courier_forecast_to_err_nearly_as_often_as_the_best_rule():
    assert fano_error_bound(conditional_entropy(table(DELIVERY)), 2) == pytest.approx(0.2440, abs=5e-5)


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_6.values(), ids=CHAPTER_6.keys())
def test_chapter_6_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), exact, printed)


@pytest.mark.parametrize(("value", "exact", "printed"), CHAPTER_7.values(), ids=CHAPTER_7.keys())
def test_chapter_7_prints_what_exact_arithmetic_gives(value, exact, printed):
    agrees(value(), exact, printed)


# --- infinities, and what programs print instead ------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (SPREAD, HILLS),
        (SECOND_HILL, HILLS),
        (("0.4", "0.4", "0.2"), ("0.5", "0.5", "0")),
        (("0.9", "0.1", "0"), ("0", "0.5", "0.5")),
        (("0", "0.5", "0.5"), ("0.9", "0.1", "0")),
        (WEATHER, ("3/7", "4/7", "0")),
    ],
)
def test_where_the_model_forbids_what_happens_the_price_is_infinite(p, q):
    assert kl_divergence(floats(p), floats(q)) == math.inf
    assert math.isfinite(js_divergence(floats(p), floats(q)))


@pytest.mark.parametrize(
    ("p", "q", "epsilon", "printed"),
    [
        (SPREAD, HILLS, "1e-10", "2.875"),
        (SECOND_HILL, HILLS, "1e-10", "0.737"),
        (("0.4", "0.4", "0.2"), ("0.5", "0.5", "0"), "1e-4", "1.342"),
        (("0.4", "0.4", "0.2"), ("0.5", "0.5", "0"), "1e-6", "2.263"),
        (("0.4", "0.4", "0.2"), ("0.5", "0.5", "0"), "1e-10", "4.105"),
        (("0.4", "0.4", "0.2"), ("0.5", "0.5", "0"), "1e-15", "6.407"),
    ],
)
def test_a_clipped_infinity_is_whatever_the_epsilon_makes_it(p, q, epsilon, printed):
    exact = clipped_kl(p, q, epsilon)
    clipped = [np.maximum(floats(row), float(epsilon)) for row in (p, q)]
    agrees(kl_divergence(*clipped, unit="nats", normalize=True), exact, printed)


@pytest.mark.parametrize(
    ("dtype", "limit", "printed"),
    [
        (np.float64, F(2) ** 1024, "709.78"),
        (np.float32, F(2) ** 128, "88.72"),
        (np.float16, F(2) ** 16, "11.09"),
    ],
)
def test_exp_overflows_just_above_the_log_of_the_largest_float_but_the_loss_does_not(dtype, limit, printed):
    # Oracle: the largest float is one rounding below a power of two.
    assert abs(ln(limit) - D(printed)) < D("0.006")
    below, above = (dtype(float(D(printed)) + shift) for shift in (-0.09, 0.11))
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(below)) and np.isinf(np.exp(above))
    assert cross_entropy_from_logits(np.array([above, 0], dtype=dtype), 1) == pytest.approx(
        float(above), abs=1e-4
    )


def test_softmax_then_log_gives_inf_and_nan_where_the_loss_is_600():
    z = np.array([200.0, 800, 100, 50])
    with np.errstate(all="ignore"):
        naive = -np.log(np.exp(z) / np.exp(z).sum())
    assert np.isinf(naive[[0, 2, 3]]).all() and np.isnan(naive[1])
    assert cross_entropy_from_logits([z] * 4, range(4), reduction="none") == pytest.approx([600, 0, 700, 750])


def test_two_steps_can_cost_less_than_one_so_the_price_is_no_distance():
    # Oracle: exact arithmetic, above; two published triples.
    for a, b, c in [("0.5", "0.75", "0.95"), ("0.5", "0.25", "0.1")]:
        direct, detour = kl(coin(a), coin(c)), kl(coin(a), coin(b)) + kl(coin(b), coin(c))
        assert direct > detour
        legs = [kl_divergence(floats(coin(x)), floats(coin(y)), unit="nats") for x, y in [(a, b), (b, c)]]
        assert sum(legs) == pytest.approx(float(detour), abs=1e-9)
        distances = [js_distance(floats(coin(x)), floats(coin(y))) for x, y in [(a, c), (a, b), (b, c)]]
        assert distances[0] <= distances[1] + distances[2]


def test_smoothing_moves_the_best_logits_from_infinity_to_a_finite_gap():
    for classes, gap in [(10, 91), (3, 28)]:
        targets = smoothed_targets(0, classes, 0.1)
        best = np.zeros(classes)
        best[0] = math.log(gap)
        assert cross_entropy_gradient(best, targets) == pytest.approx(np.zeros(classes), abs=1e-15)
        for step in (-0.1, 0.1):
            moved = best + step * (np.arange(classes) == 0)
            assert cross_entropy_from_logits(moved, targets) > cross_entropy_from_logits(best, targets)
        hard = [cross_entropy_from_logits(t * best, 0) for t in (1, 2, 4)]
        assert hard == sorted(hard, reverse=True)  # one-hot targets ask for ever more


def test_brier_and_log_are_lowest_at_the_truth_and_the_absolute_error_is_not():
    # Oracle: for the truth .7 the expected penalties by hand, q on a grid of hundredths.
    q = np.arange(1, 100) / 100
    log_fine = [cross_entropy([0.7, 0.3], [x, 1 - x]) for x in q]
    brier = [brier_score([x] * 10, [1] * 7 + [0] * 3) for x in q]
    absolute = 0.7 * (1 - q) + 0.3 * q
    assert q[np.argmin(log_fine)] == q[np.argmin(brier)] == 0.7
    assert brier == pytest.approx(0.7 * (1 - q) ** 2 + 0.3 * q**2, abs=1e-12)
    assert q[np.argmin(absolute)] == 0.99 and absolute.min() == pytest.approx(0.304)


# --- random results: ranges ---------------------------------------------------------------------------


@cache
def digits_scores(penalty):
    """Logits of validation and test digits, from the regression the chapter trains."""
    digits = digits_split()
    model = LogisticRegression(C=penalty, max_iter=5000).fit(digits.train.pixels, digits.train.labels)
    return [(model.decision_function(part.pixels), part.labels) for part in digits[1:]]


@pytest.mark.parametrize(
    ("penalty", "tau", "accuracy", "before", "after", "gap_before", "gap_after", "identity"),
    [
        (1.0, 0.556, 0.958, 0.193, 0.122, 0.085, 0.025, 0.133812),
        (1e4, 4.25, 0.9644, 0.356, 0.151, 0.032, 0.033, 0.151166),
    ],
)
def test_temperature_repairs_the_digits_probabilities_and_leaves_their_ranking(
    penalty, tau, accuracy, before, after, gap_before, gap_after, identity
):
    (z_fit, y_fit), (z, y) = digits_scores(penalty)
    fitted = fit_temperature(z_fit, y_fit)
    assert fitted == pytest.approx(tau, rel=0.02)
    assert (z.argmax(axis=1) == y).mean() == pytest.approx(accuracy, abs=0.005)
    assert cross_entropy_from_logits(z, y) == pytest.approx(before, abs=0.005)
    assert cross_entropy_from_logits(z / fitted, y) == pytest.approx(after, abs=0.003)
    assert expected_calibration_error(softmax(z), y) == pytest.approx(gap_before, abs=0.003)
    q = softmax(z, temperature=fitted)
    assert expected_calibration_error(q, y) == pytest.approx(gap_after, abs=0.003)
    # "At the right temperature the model is exactly as surprised as it expects to be": a theorem.
    surprise = cross_entropy_from_logits(z_fit / fitted, y_fit)
    expected = entropy(softmax(z_fit, temperature=fitted), unit="nats").mean()
    assert surprise == pytest.approx(expected, abs=1e-9)
    assert surprise == pytest.approx(identity, abs=0.003)


def test_the_overconfident_digits_model_is_nearly_sure_nearly_always():
    (z_fit, y_fit), (z, y) = digits_scores(1e4)
    right = z.argmax(axis=1) == y
    fitted = fit_temperature(z_fit, y_fit)
    for temperature, share, success in [(1.0, 0.933, 0.983), (fitted, 0.62, 1.0)]:
        sure = softmax(z, temperature=temperature).max(axis=1) > 0.99
        assert sure.mean() == pytest.approx(share, abs=0.01)
        assert right[sure].mean() == pytest.approx(success, abs=0.005)
    worst = in_unit(cross_entropy_from_logits(z, y, reduction="none").max(), "bits")
    assert worst == pytest.approx(50.7, abs=1.0)
    assert cross_entropy_from_logits(z_fit, y_fit) == pytest.approx(0.397, abs=0.01)
    assert entropy(softmax(z_fit), unit="nats").mean() == pytest.approx(0.019, abs=0.002)


@pytest.mark.parametrize(
    ("s", "left", "start", "mu", "sigma", "nats"),
    [
        (3.0, 0.5, 3.0, 2.984, 1.023, 0.6888),
        (3.0, 0.5, -3.0, -2.984, 1.023, 0.6888),
        (3.0, 0.5, 0.0, 0.0, 2.744, 0.8406),
        (2.5, 0.5, 0.0, 0.0, None, 0.4811),
        (2.5, 0.5, 2.5, None, None, 0.6665),
        (3.0, 0.7, -3.0, -2.991, 1.015, 0.3540),
    ],
)
def test_where_the_reverse_fit_ends(s, left, start, mu, sigma, nats):
    fit = reverse_fit(two_hills(s, left), start=start)
    for value, printed in [(fit.mu, mu), (fit.sigma, sigma)]:
        assert printed is None or value == pytest.approx(printed, abs=1e-3)
    assert fit.kl == pytest.approx(nats, abs=1e-4)


def test_the_forward_fit_of_even_hills_costs_what_is_printed():
    assert forward_fit(two_hills(3)).kl == pytest.approx(0.4620, abs=5e-5)


def test_reverse_kl_picks_a_side_only_beyond_a_separation_of_2_80():
    def advantage(s):
        return reverse_fit(two_hills(s), 0.0).kl - reverse_fit(two_hills(s), s).kl

    assert advantage(2.79) < 0 < advantage(2.81)
    assert advantage(2.8) == pytest.approx(0, abs=1e-3)
    for s in (1.0, 2.0, 2.3, 2.4):
        assert reverse_fit(two_hills(s), s).mu == pytest.approx(0, abs=1e-6)  # no optimum on the side
    assert reverse_fit(two_hills(2.5), 2.5).mu > 2.3


def test_far_apart_hills_cost_the_reverse_fit_the_log_of_the_weight_it_takes():
    assert reverse_fit(two_hills(3)).kl < math.log(2)
    assert reverse_fit(two_hills(3)).kl == pytest.approx(math.log(2), abs=0.005)
    assert reverse_fit(two_hills(3, 0.7)).kl == pytest.approx(-math.log(0.7), abs=0.005)


@pytest.mark.parametrize(("bias", "mean", "median", "drift"), [(0.6, 151, 116, 146.8), (0.9, 7.0, 5, 5.9)])
def test_evidence_takes_a_little_longer_than_its_drift_predicts(bias, mean, median, drift):
    # Ranges: 4,000 walks leave the mean a standard error of 2 and 0.1 flips.
    fair, other = [0.5, 0.5], [1 - bias, bias]
    walks = likelihood_ratio_walks(fair, other, flips=3000 if bias < 0.9 else 300, walks=4000, seed=4)
    flips = first_passage(walks, math.log2(20))
    assert np.isfinite(flips).all()
    assert flips.mean() == pytest.approx(mean, rel=0.05)
    assert np.median(flips) == pytest.approx(median, rel=0.1)
    assert flips_to_odds(kl_divergence(fair, other), 20) == pytest.approx(drift, abs=0.05)
    assert flips.mean() > drift


def radii():
    data = load_breast_cancer()
    radius = data.data[:, list(data.feature_names).index("worst radius")]
    order = np.random.default_rng(1).permutation(len(radius))
    return radius[order[:285]], radius[order[285:]], radius[data.target == 0]


def drifts(reference, current):
    """(KL of the current sample from the reference in bits, PSI in nats) on the reference's deciles."""
    edges = np.quantile(reference, np.linspace(0, 1, 11))
    p, q = smoothed_histogram(current, edges), smoothed_histogram(reference, edges)
    return kl_divergence(p, q), population_stability_index(p, q)


@pytest.mark.parametrize(
    ("shift", "bits", "index"),
    [(0, 0.0143, 0.020), (5, 0.074, 0.105), (10, 0.152, 0.225), (20, 0.362, 0.574)],
)
def test_a_shifted_radius_drifts_by_what_is_printed(shift, bits, index):
    reference, current, _ = radii()
    found = drifts(reference, current * (1 + shift / 100))
    assert found == pytest.approx((bits, index), abs=6e-4)


def test_malignant_tumours_alone_are_a_gross_drift():
    reference, _, malignant = radii()
    assert drifts(reference, malignant)[0] == pytest.approx(0.897, abs=6e-4)


def test_the_alarm_line_is_what_shuffled_samples_show():
    # Oracle for the mean: (k − 1)/2 · (1/n + 1/m) nats, from the χ² limit.
    reference, current, _ = radii()
    null = permutation_null(lambda x, y: drifts(x, y)[0], reference, current, permutations=400, seed=1)
    theory = in_unit(9 / 2 * (1 / 285 + 1 / 284), "bits")
    assert theory == pytest.approx(0.046, abs=5e-4)
    assert null.mean() == pytest.approx(theory, rel=0.1)
    line = np.quantile(null, 0.95)
    assert line == pytest.approx(0.081, abs=0.008)
    assert drifts(reference, current)[0] < drifts(reference, current * 1.05)[0] < line
    assert drifts(reference, current * 1.1)[0] > line


def test_the_better_estimator_of_kl_has_less_spread_and_never_goes_below_zero():
    # Oracle: closed forms for N(0,1) against N(.1,1): mean .005, spreads .1 and (e^.01 − 1 − .01)^½ = .0071.
    x = np.random.default_rng(0).normal(size=400_000)
    k1, _, k3 = kl_estimates(0.1 * x - 0.005)
    assert k1.std() == pytest.approx(0.100, abs=0.001)
    assert (k1 < 0).mean() == pytest.approx(0.48, abs=0.005)
    assert k3.std() == pytest.approx(math.sqrt(math.exp(0.01) - 1.01), rel=0.02)
    assert k3.std() == pytest.approx(0.0071, abs=2e-4)
    assert (k3 >= 0).all()
    assert k1.mean() == pytest.approx(0.005, abs=6e-4)
    assert k3.mean() == pytest.approx(0.005, abs=5e-5)
    far = kl_estimates(x - 0.5)  # N(0,1) against N(1,1): the truth is .5
    assert far.k2.mean() == pytest.approx(0.625, abs=0.01)
    assert far.k1.mean() == pytest.approx(0.5, abs=0.01) == far.k3.mean()


def test_the_reverse_price_of_a_hill_is_close_to_the_log_of_its_weight():
    # Oracle: with no overlap D(N(−s, 1)‖mixture) = −log w; at s = 4 the overlap is worth 1e-3 at most.
    assert reverse_kl(two_hills(4, 0.7), -4, 1) == pytest.approx(-math.log(0.7), abs=1e-3)


# --- chapter 5: estimates and data ---------------------------------------------------------------------


def means(draw, seeds):
    return np.mean([draw(np.random.default_rng(seed)) for seed in range(seeds)], axis=0)


def waves(half_range, standardize, n):
    def draw(rng):
        y = rng.uniform(-1, 1, n) * half_range * np.pi
        x = np.sin(y) + 0.1 * rng.normal(size=n)
        return mutual_information_from_samples(x, y, method="ksg", standardize=standardize)

    return draw


@pytest.mark.parametrize("half_range", [0.5, 1, 2, 4, 10])
def test_a_noisy_sine_shares_the_same_bits_however_far_it_is_followed(half_range):
    # Correlation falls from .98 to −.07 meanwhile.
    assert means(waves(half_range, False, 5000), 4) == pytest.approx(2.485, abs=0.04)


@pytest.mark.parametrize(
    ("standardize", "n", "bits"), [(True, 5000, 1.96), (False, 1000, 2.31), (True, 1000, 0.83)]
)
def test_too_few_points_a_wiggle_lose_information_and_standardising_loses_more(standardize, n, bits):
    assert means(waves(10, standardize, n), 8) == pytest.approx(bits, abs=0.06)


def circle(rng):
    angle = rng.uniform(0, 2 * np.pi, 5000)
    return [f(angle) + 0.05 * rng.normal(size=5000) for f in (np.cos, np.sin)]


def cosine(rng):
    y = rng.uniform(0, 2 * np.pi, 5000)
    return np.cos(y) + 0.1 * rng.normal(size=5000), y


def parabola(rng):
    x = rng.uniform(-math.sqrt(3), math.sqrt(3), 5000)
    return x, x**2 + 0.3 * rng.normal(size=5000)


def normal_parabola(rng):
    x = rng.normal(size=5000)
    return x, x**2 + 0.3 * rng.normal(size=5000)


def line(rng):
    x = rng.normal(size=5000)
    return x, x + 0.5 * rng.normal(size=5000)


@pytest.mark.parametrize(
    ("shape", "correlation", "bits"),
    [
        (circle, 0.0, 1.70),
        (cosine, 0.0, 2.48),
        (parabola, 0.0, 1.51),
        (normal_parabola, 0.0, 1.65),
        (line, 0.894, 1.17),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_correlation_cannot_see_neighbours_can(shape, correlation, bits):
    def measure(rng):
        x, y = shape(rng)
        raw = mutual_information_from_samples(x, y, method="ksg", standardize=False)
        return np.corrcoef(x, y)[0, 1], raw

    assert means(measure, 6) == pytest.approx((correlation, bits), abs=0.03)


@pytest.mark.parametrize(
    ("n", "bins", "by_quantile", "by_width"),
    [(200, 30, 2.32, 1.56), (50, 30, 4.05, 2.94), (1000, 10, 0.060, 0.056)],
)
def test_enough_bins_find_bits_in_nothing(n, bins, by_quantile, by_width):
    def found(rng):
        x, y = rng.normal(size=(2, n))
        return [
            mutual_information_from_samples(x, y, method="binned", bins=bins, edges=edges)
            for edges in ("quantile", "width")
        ]

    tolerance = 0.004 if n == 1000 else 0.05
    assert means(found, 60) == pytest.approx((by_quantile, by_width), abs=tolerance)


def test_bins_err_in_both_directions_where_neighbours_do_not():
    def found(rng):
        x = rng.normal(size=1000)
        y = 0.9 * x + math.sqrt(0.19) * rng.normal(size=1000)
        binned = [mutual_information_from_samples(x, y, method="binned", bins=b) for b in (5, 10, 30)]
        return [mutual_information_from_samples(x, y, method="ksg"), *binned]

    assert means(found, 30) == pytest.approx((1.22, 0.88, 1.10, 1.564), abs=0.03)


def test_independent_labels_show_what_the_bias_predicts():
    # The mean and the 95 % point of 3 × 3 tables of 100; the pair of a well-known tutorial lies below both.
    draws = [
        mutual_information_from_samples(*np.random.default_rng(seed).integers(0, 3, (2, 100)))
        for seed in range(2000)
    ]
    assert np.mean(draws) == pytest.approx(0.030, abs=0.0015)
    assert np.quantile(draws, 0.95) == pytest.approx(0.070, abs=0.005)
    old = np.random.RandomState(42)  # the tutorial's own generator and draws
    x, y = old.choice(3, 100), old.choice(3, 100)
    assert mutual_information_from_samples(x, y, unit="nats") == pytest.approx(0.0137, abs=5e-5)


@pytest.mark.parametrize(
    ("load", "first", "last", "favourite", "class_entropy"),
    [
        (
            load_wine,
            {
                "flavanoids": 0.961,
                "proline": 0.814,
                "color_intensity": 0.799,
                "od280/od315_of_diluted_wines": 0.734,
                "alcohol": 0.676,
            },
            {"ash": 0.096},
            "flavanoids",
            1.567,
        ),
        (
            load_breast_cancer,
            {
                "worst perimeter": 0.686,
                "worst area": 0.670,
                "worst radius": 0.655,
                "mean concave points": 0.635,
            },
            {"texture error": 0.001},
            "worst concave points",
            0.953,
        ),
    ],
    ids=["wine", "tumours"],
)
def test_features_are_ranked_as_printed(load, first, last, favourite, class_entropy):
    data = load()
    names = [str(name) for name in data.feature_names]
    scores = np.mean(
        [mutual_info_classif(data.data, data.target, random_state=seed) for seed in range(10)], axis=0
    ) / math.log(2)
    ranked = [names[i] for i in np.argsort(-scores)]
    assert ranked[: len(first)] == list(first) and ranked[-1] in last
    for name, bits in (first | last).items():
        assert scores[names.index(name)] == pytest.approx(bits, abs=0.02)
    assert names[np.argmax(f_classif(data.data, data.target)[0])] == favourite
    assert entropy(np.bincount(data.target), normalize=True) == pytest.approx(class_entropy, abs=5e-4)


@cache
def binned_tumours():
    data = breast_cancer()
    return {name: quantile_bins(data.features[:, i], 8) for i, name in enumerate(data.feature_names)}


def together(*names):
    columns = np.column_stack([binned_tumours()[name] for name in names])
    return mutual_information_from_samples(columns, breast_cancer().is_benign)


@pytest.mark.parametrize(
    ("features", "bits"),
    [
        (("worst radius",), 0.6485),
        (("worst perimeter",), 0.6591),
        (("worst area",), 0.6434),
        (("worst concave points",), 0.6262),
        (("worst radius", "worst perimeter"), 0.6830),
        (("worst radius", "worst concave points"), 0.7967),
        (("worst perimeter", "worst concave points"), 0.7986),
        (("worst area", "worst concave points"), 0.8010),
    ],
)
def test_two_good_features_are_not_twice_as_good(features, bits):
    assert together(*features) == pytest.approx(bits, abs=5e-5)


def test_the_two_sizes_of_a_tumour_know_mostly_each_other():
    bins = binned_tumours()
    shared_bits = mutual_information_from_samples(bins["worst radius"], bins["worst perimeter"])
    assert shared_bits == pytest.approx(2.256, abs=5e-4)
    for names, occupied, bias in [
        (("worst radius", "worst perimeter"), 23, 0.028),
        (("worst radius", "worst concave points"), 51, 0.063),
        (("worst area", "worst concave points"), 51, 0.063),
    ]:
        different = len({*zip(*(bins[name].tolist() for name in names), strict=True)})
        assert different == occupied
        assert in_unit((occupied - 1) / (2 * 569), "bits") == pytest.approx(bias, abs=5e-4)


def test_a_feature_below_its_null_band_has_shown_nothing():
    bins, benign = binned_tumours()["smoothness error"], breast_cancer().is_benign.astype(int)

    def information(x, y):
        return mutual_information_from_samples(x.astype(int), y.astype(int))

    observed = information(bins, benign)
    assert observed == pytest.approx(0.0171, abs=5e-5)
    null = permutation_null(information, bins, benign, shuffle="pairs", permutations=10_000)
    assert null.mean() == pytest.approx(in_unit(7 / (2 * 569), "bits"), rel=0.03)
    assert in_unit(7 / (2 * 569), "bits") == pytest.approx(0.0089, abs=5e-5)
    assert np.quantile(null, 0.95) == pytest.approx(0.0179, abs=4e-4)
    assert (1 + (null >= observed).sum()) / 10_001 == pytest.approx(0.064, abs=0.01)


@pytest.mark.skipif(not python_text().is_reference, reason="another Python has another text")
@pytest.mark.parametrize(
    ("gap", "bits"), [(1, 0.775), (2, 0.309), (3, 0.155), (5, 0.047), (10, 0.007), (50, 0.0021)]
)
def test_letters_know_less_of_each_other_the_farther_apart(gap, bits):
    letters = np.frombuffer(python_text().letters.encode(), dtype=np.uint8)
    digits = len(str(bits).split(".")[1])
    found = mutual_information_from_samples(letters[:-gap], letters[gap:])
    assert found == pytest.approx(bits, abs=0.5 * 10**-digits)


def test_what_letters_far_apart_share_is_mostly_bias():
    n = len(python_text().letters)
    assert in_unit(26 * 26 / (2 * n), "bits") == pytest.approx(0.0016, abs=2e-4)


def test_clusters_of_digits_score_as_printed():
    digits = load_digits()
    clusters = KMeans(10, n_init=10, random_state=0).fit_predict(digits.data)
    assert normalized_mutual_info_score(digits.target, clusters) == pytest.approx(0.742, abs=0.01)
    assert adjusted_mutual_info_score(digits.target, clusters) == pytest.approx(0.740, abs=0.01)
    assert mutual_information_from_samples(clusters, digits.target) == pytest.approx(2.451, abs=0.03)
    assert adjusted_mutual_info_score(*PUBLISHED) == pytest.approx(0.1650, abs=5e-5)


@pytest.mark.parametrize(("clusters", "score"), [(3, 0.006), (30, 0.048), (100, 0.141), (300, 0.238)])
def test_random_labels_score_above_zero_unless_chance_is_taken_off(clusters, score):
    rng = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], 100)
    draws = rng.integers(0, clusters, (40, 300))
    normalized = [normalized_mutual_info_score(classes, draw) for draw in draws]
    adjusted = [adjusted_mutual_info_score(classes, draw) for draw in draws]
    assert np.mean(normalized) == pytest.approx(score, abs=0.005)
    assert np.mean(adjusted) == pytest.approx(0, abs=0.006)


def test_the_best_pixel_of_a_digit_and_the_dark_corners():
    digits = load_digits()
    bits = np.array(
        [mutual_information_from_samples(pixel, digits.target) for pixel in digits.data.T]
    ).reshape(8, 8)
    assert np.unravel_index(bits.argmax(), bits.shape) == (2, 5)
    assert bits.max() == pytest.approx(0.668, abs=5e-4)
    assert max(bits[0, 0], bits[7, 0]) < 0.01  # nobody writes there
    assert in_unit(16 * 9 / (2 * 1797), "bits") == pytest.approx(0.058, abs=5e-4)


# --- the bottleneck -----------------------------------------------------------------------------------


def test_the_dial_gives_the_printed_points():
    # Oracle: the encoder of this symmetric table, minimised directly over its free numbers (below, β = 2, 5).
    printed = {
        1.5: (0.0, 0.0),
        1.7: (0.0, 0.0),
        1.8: (0.176, 0.100),
        2: (0.431, 0.235),
        3: (0.857, 0.418),
        5: (0.984, 0.454),
        10: (1.000, 0.456),
        20: (1.175, 0.466),
        100: (1.999, 0.496),
    }
    found = information_bottleneck(DIAL, list(printed))
    assert np.stack([found.i_xt, found.i_ty], axis=1) == pytest.approx(
        np.array(list(printed.values())), abs=1e-3
    )
    assert found.i_ty[5] / mutual_information(DIAL) == pytest.approx(0.915, abs=1e-3)
    assert found.i_ty[6] / mutual_information(DIAL) == pytest.approx(0.92, abs=5e-3)


@pytest.mark.parametrize("beta", [2.0, 5.0])
def test_two_free_numbers_do_no_better_than_the_dial(beta):
    # By the table's symmetry two values of T suffice here, with p(t|x) = a, b, 1 − b, 1 − a.
    sides = np.linspace(0, 1, 401)
    a, b = np.meshgrid(sides, sides)
    h_t_given_x = sum(-z * np.log2(np.where(z > 0, z, 1)) for z in (a, 1 - a, b, 1 - b)) / 2
    y = np.clip(0.95 * a + 0.8 * b + 0.2 * (1 - b) + 0.05 * (1 - a), 1e-12, None) / 2
    i_ty = 1 + sum(z * np.log2(np.where(z > 0, z, 1)) for z in (y, 1 - y))
    best = ((1 - h_t_given_x) - beta * i_ty).min()
    assert information_bottleneck(DIAL, beta).lagrangian[0] == pytest.approx(best, abs=2e-4)


def letter_pairs(with_space):
    letters = python_text().letters
    alphabet = "abcdefghijklmnopqrstuvwxyz" + " " * with_space
    table = np.zeros((len(alphabet),) * 2)
    for pair, count in Counter(pairwise(letters)).items():
        if set(pair) <= set(alphabet):
            table[tuple(map(alphabet.index, pair))] = count
    return alphabet, table / table.sum()


def in_drawers(alphabet, found):
    return {"".join(np.array(list(alphabet))[found.drawer == k]) for k in set(found.drawer.tolist())}


@pytest.mark.skipif(not python_text().is_reference, reason="another Python's text has other pairs")
def test_pairs_of_letters_find_the_vowels():
    alphabet, table = letter_pairs(with_space=False)
    i_xy = mutual_information(table)
    drawers = {k: sequential_bottleneck(table, k, restarts=20) for k in (2, 3, 4)}
    assert in_drawers(alphabet, drawers[2]) == {"aeinouxy", "bcdfghjklmpqrstvwz"}
    assert in_drawers(alphabet, drawers[3]) == {"bcflpqtw", "dghjkmnrsvxz", "aeiouy"}
    assert {"aeiouy", "nqsx", "cftw"} < in_drawers(alphabet, drawers[4])
    for k, bits, share in [(2, 0.347, 0.39), (3, 0.437, 0.49), (4, 0.511, 0.57)]:
        assert drawers[k].i_ty == pytest.approx(bits, abs=5e-4)
        assert drawers[k].i_ty / i_xy == pytest.approx(share, abs=5e-3)


@pytest.mark.skipif(not python_text().is_reference, reason="another Python's text has other pairs")
def test_pairs_with_the_space_keep_what_is_printed():
    _, table = letter_pairs(with_space=True)
    assert mutual_information(table) == pytest.approx(0.7747, abs=5e-5)
    for k, bits, share in [(2, 0.232, 0.30), (4, 0.422, 0.545), (8, 0.589, 0.76)]:
        found = sequential_bottleneck(table, k, restarts=20)
        assert found.i_ty == pytest.approx(bits, abs=5e-4)
        assert found.i_ty / 0.7747 == pytest.approx(share, abs=5e-3)


def test_one_network_seems_to_forget_or_not_as_the_ruler_has_it():
    planes = records.load("information_planes")
    activations, epochs, bins = (planes[key].tolist() for key in ("activations", "epochs", "bins"))

    def last_layer(activation, ruler):
        return planes["i_xt"][activations.index(activation), :, :, -1, bins.index(ruler)]

    late = epochs.index(1200)
    for seed in range(3):
        coarse, fine = last_layer("tanh", 30)[seed], last_layer("tanh", 10**6)[seed]
        assert 8 < coarse[0] < 9.9 and 1.0 <= coarse[late] < 1.15
        assert (fine[: epochs.index(30) + 1] > 11.98).all() and 2.9 < fine[late] < 6.5
        finest = last_layer("tanh", 10**9)[seed]
        assert (finest[: epochs.index(120) + 1] > 11.99).all() and finest[late] > 8
        relu = last_layer("relu", 30)[seed]
        assert relu[0] < 0.2 and 3.2 < relu[late] < 4.7 and np.diff(relu).min() > -0.1
        # Exercise: halve the bin, and more is read.
        assert last_layer("tanh", 60)[seed][late] - coarse[late] > 0.05
    relu_fine = last_layer("relu", 10**6)
    assert (relu_fine[0] > 11.85).all(), "nothing is lost in one run"
    assert (relu_fine[1:, late] < 6.7).all(), "in the others dead units lose it for good"
    accuracy = planes["test_accuracy"]
    assert accuracy[..., late].min() > 0.97 and accuracy[..., late].max() < 1
    # From epoch 120 on the coarse ruler sees tanh forget; the test accuracy hardly moves, up or down.
    drift = accuracy[0, :, late] - accuracy[0, :, epochs.index(120)]
    assert np.abs(drift).max() < 0.005


def test_the_digits_networks_layer_of_three_has_as_many_bits_as_the_ruler_shows():
    planes = records.load("digits_planes")
    bins, late = planes["bins"].tolist(), -1
    tanh = {ruler: planes["i_xt"][0, :, late, 0, bins.index(ruler)] for ruler in bins}
    assert (tanh[10] < 5.6).all() and (tanh[30] < 7.3).all() and (tanh[100] < 8.9).all()
    assert (tanh[10] > 4.1).all() and (tanh[30] > 5.0).all() and (tanh[100] > 6.2).all()
    assert tanh[10**6] == pytest.approx([math.log2(1797)] * 3, abs=0.01)
    assert (planes["test_accuracy"][:, :, late] > 0.84).all()


def test_a_priced_summary_loses_most_of_its_bits_long_before_its_accuracy():
    summary = records.load("digits_bottleneck")
    betas = summary["betas"].tolist()
    cheap, fair, dear = (betas.index(beta) for beta in (1e-4, 0.01, 1.0))
    assert (summary["rate"][:, cheap] > 75).all() and (summary["accuracy"][:, cheap] > 0.95).all()
    assert (summary["rate"][:, fair] < 15).all() and (summary["accuracy"][:, fair] > 0.95).all()
    assert (summary["rate"][:, dear] < 0.1).all() and (summary["accuracy"][:, dear] < 0.2).all()
    assert (np.diff(summary["rate"], axis=1) < 0).all(), "a dearer bit, fewer bits"
    # Fano: with error rate e, T must know log₂ 10 − H(e) − e log₂ 9 bits of the digit, and the rate is more.
    errors = 1 - summary["accuracy"]
    least = np.log2(10) - binary_entropy(errors) - errors * np.log2(9)
    assert (summary["rate"] > least - 0.02).all()


# --- generative models --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "from_noise", "about_cluster"),
    [(0.9, 0.585, 2.50), (0.5, 0.017, 0.955), (0.2, 0.0003, 0.314), (0.05, 0, 0.073)],
)
def test_the_information_melts_after_the_picture(share, from_noise, about_cluster):
    # Oracle: a coarse sum over the plane, density by density, as in no line of the course's code.
    left = melting(ring_of_clusters(), share)
    axis = np.arange(-6, 6, 0.05)
    x, y = np.meshgrid(axis, axis)
    angles, spread = np.arange(8) * np.pi / 4, math.sqrt(share * 0.14**2 + 1 - share)
    radius = math.sqrt(share * 2 * (1 - 0.14**2))
    bells = [
        np.exp(-((x - radius * np.cos(a)) ** 2 + (y - radius * np.sin(a)) ** 2) / (2 * spread**2))
        for a in angles
    ]
    p = sum(bells) / (8 * 2 * np.pi * spread**2)
    h = -(p * np.log2(np.where(p > 0, p, 1))).sum() * 0.05**2
    assert left.entropy == pytest.approx(h, abs=1e-6)
    assert left.from_noise == pytest.approx(from_noise, abs=1e-3)
    assert left.about_cluster == pytest.approx(about_cluster, abs=5e-3)


def test_the_melting_clock_at_its_ends():
    ring = ring_of_clusters()
    assert ring.centres[0] == pytest.approx((1.400, 0), abs=5e-4)
    assert melting(ring, 0.5).entropy == pytest.approx(4.077, abs=5e-4)
    assert melting(ring, 1.0).entropy == pytest.approx(1.42, abs=5e-3)
    assert melting(ring, 0.0).entropy == pytest.approx(4.094, abs=5e-4)


@pytest.mark.parametrize(
    ("pairs", "found"),
    [(4, (0.924, 2.56, 3.74, 4.40, 4.60, 4.76)), (10, (0.998, 2.98, 4.94, 6.83, 8.45, 9.89))],
)
def test_even_an_ideal_critic_finds_less_than_log_n(pairs, found):
    rng = np.random.default_rng(0)
    for n, mean in zip((2, 8, 32, 128, 512, 2048), found, strict=True):
        bounds = []
        for _ in range(max(2, 4000 // n)):
            x = rng.normal(size=(n, pairs))
            y = 0.9 * x + math.sqrt(0.19) * rng.normal(size=(n, pairs))
            bounds.append(infonce_bound(ideal_scores(x, y, rho=0.9)))
        assert np.mean(bounds) == pytest.approx(mean, abs=0.1), n
        assert max(bounds) <= math.log2(n) + 1e-12


def test_the_elbo_of_the_digits_splits_by_the_price_until_the_code_collapses():
    record = records.load("digits_autoencoder")
    betas = record["betas"].tolist()
    printed = {0.1: (7.98, 19.21), 0.5: (9.22, 10.31), 1: (11.75, 6.44), 2: (16.68, 2.82), 4: (24.29, 0.23)}
    for beta, (reconstruction, rate) in printed.items():
        place = betas.index(beta)
        assert record["reconstruction"][:, place].mean() == pytest.approx(reconstruction, abs=0.3)
        assert record["rate"][:, place].mean() == pytest.approx(rate, abs=0.3)
    totals = (record["reconstruction"] + record["rate"]).mean(axis=0)
    assert betas[int(totals.argmin())] == 1, "the ELBO is best at its own price"
    assert in_unit(totals[betas.index(1)] / 64, "bits") == pytest.approx(0.41, abs=0.01)
    assert record["importance_bound"][:, betas.index(1)] == pytest.approx([17.54] * 3, abs=0.3)
    assert (record["rate"][:, -1] < 0.01).all(), "collapse"
    assert record["reconstruction"][:, -1] == pytest.approx(
        [float(record["independent_pixels"])] * 3, abs=0.1
    )
    assert float(record["independent_pixels"]) == pytest.approx(25.25, abs=0.3)
    # Dearer nats: fewer of them, and a dearer reconstruction.
    assert (np.diff(record["rate"], axis=1) < 0).all()
    assert (record["coordinate_rate"][:, betas.index(2)] > 0.2).sum(axis=1).tolist() == [4, 4, 4]


def test_soft_labels_teach_more_per_picture_than_hard_ones():
    record = records.load("distillation")
    hard, soft = record["hard_accuracy"].mean(axis=1), record["soft_accuracy"].mean(axis=2)
    assert float(record["teacher_accuracy"]) > 0.975
    assert (np.diff(soft[0]) > 0).all() and (np.diff(soft[1]) > 0).all()
    assert (soft[:, -1] > hard + 0.03).all()
    for n, low, high in [(0, 0.78, 0.90), (1, 0.86, 0.94), (2, 0.91, 0.95)]:
        assert hard[n] == pytest.approx(low, abs=0.03) and soft[n, -1] == pytest.approx(high, abs=0.03)
    assert (np.diff(record["label_entropy"]) > 0).all()
    assert record["label_entropy"][0] < 0.1 and 2.4 < record["label_entropy"][-1] < math.log2(10)
