"""The identities of the whole course, each with a way to try it on random numbers.

`holds(rng)` draws a case and returns the residual: for an equality how far its two sides are apart, for an
inequality how far it is violated, in nats, bits or shares as the case may be. One side comes from the
course's functions, the other is written out as it stands on the cheat sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, SupportsFloat

import numpy as np
from scipy.special import logsumexp, xlogy
from scipy.stats import binom, norm

from course_lib.bottleneck import information_bottleneck, local_threshold
from course_lib.channels import binary_symmetric_channel, capacity, fano_error_bound
from course_lib.classifiers import (
    cross_entropy_from_logits,
    cross_entropy_from_probabilities,
    cross_entropy_gradient,
    fit_temperature,
    softmax,
)
from course_lib.codes import code_lengths, kraft_sum
from course_lib.distributions import FloatArray
from course_lib.estimators import infonce_bound
from course_lib.evidence import akaike_information_criterion, bayesian_information_criterion
from course_lib.gaussians import gaussian_entropy, gaussian_kl, gaussian_mutual_information, vae_kl
from course_lib.generative import evidence_lower_bound, ideal_scores
from course_lib.measures import (
    binary_entropy,
    bits_per_byte,
    conditional_entropy,
    conditional_mutual_information,
    cross_entropy,
    entropy,
    information_gain,
    joint_entropy,
    js_distance,
    js_divergence,
    kl_divergence,
    mutual_information,
    perplexity,
    pinsker_bound,
    surprisal,
    total_variation,
)
from course_lib.mixtures import GaussianMixture, forward_fit, reverse_fit, two_hills
from course_lib.sampling import exponential_tilt, tilt_price

Rng = np.random.Generator
Holds = Callable[[Rng], float]


class Identity(NamedTuple):
    """One line of the cheat sheet.

    Attributes
    ----------
    formula : str
        Superscripts as ^{…}, subscripts as _{…}; two blanks part one statement from the next.
    where : str
        Where one meets it.
    chapter : int
    holds : callable
        Takes a random generator, returns a residual.
    within : float
        How large the residual may be: rounding, or, where the sheet says ≈, the size of what is left out.
    part : str
        "b" if it is the second notebook of its chapter that teaches it.
    """

    formula: str
    where: str
    chapter: int
    holds: Holds
    within: float
    part: str = ""


IDENTITIES: list[Identity] = []


def _line(
    chapter: int, formula: str, where: str, within: float = 1e-9, part: str = ""
) -> Callable[[Holds], Holds]:
    """Put a test on the sheet, with the line that it tests."""

    def add(holds: Holds) -> Holds:
        IDENTITIES.append(Identity(formula, where, chapter, holds, within, part))
        return holds

    return add


def _pmf(rng: Rng, outcomes: int = 5) -> FloatArray:
    return np.asarray(rng.dirichlet(np.ones(outcomes)))


def _table(rng: Rng, *shape: int) -> FloatArray:
    return _pmf(rng, int(np.prod(shape))).reshape(shape)


def _apart(*values: SupportsFloat) -> float:
    """How far the values are from one another; NaN among them is as far as can be."""
    numbers = [float(value) for value in values]
    return math.inf if any(map(math.isnan, numbers)) else max(numbers) - min(numbers)


def _above(*pairs: tuple[float, float]) -> float:
    """How far any first of a pair exceeds its second, which it must not."""
    return float(max(0.0, *(low - high for low, high in pairs)))


# --- chapter 1


@_line(
    1,
    "I(x) = −log p(x);  I(x,y) = I(x) + I(y|x);  = I(x) + I(y) if independent",
    "log-likelihood, token loss",
)
def _surprise_adds(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    chain = -np.log2(p_x)[:, None] - np.log2(table / p_x[:, None]) - np.asarray(surprisal(table))
    alone = -np.log2(p_x)[:, None] - np.log2(p_y) - np.asarray(surprisal(np.outer(p_x, p_y)))
    return float(max(np.abs(chain).max(), np.abs(alone).max()))


@_line(
    1,
    "posterior log-odds = prior log-odds + log likelihood ratio",
    "naive Bayes, A/B tests, logistic regression",
)
def _evidence_adds(rng: Rng) -> float:
    prior, yes, no = rng.uniform(0.05, 0.95, 3)
    posterior = prior * yes / (prior * yes + (1 - prior) * no)

    def log_odds(p: float) -> float:
        return float(surprisal(1 - p)) - float(surprisal(p))

    return _apart(log_odds(posterior), log_odds(prior) + np.log2(yes / no))


# --- chapter 2


@_line(
    2, "H(p) = −Σ p log p;  0 ≤ H ≤ log K, and log K only if uniform", "trees, exploration, active learning"
)
def _entropy(rng: Rng) -> float:
    p = _pmf(rng)
    h = float(entropy(p))
    uniform = _apart(float(entropy(np.full(5, 0.2))), np.log2(5))
    return max(_apart(h, -np.sum(p * np.log2(p))), uniform, _above((0.0, h), (h, np.log2(5))))


@_line(
    2,
    "H ≤ best code < H + 1, in blocks of n: H + 1/n;  Kraft: Σ 2^{−ℓ} ≤ 1",
    "Huffman, zip, arithmetic coding",
)
def _codes(rng: Rng) -> float:
    p = _pmf(rng)
    pairs = np.outer(p, p).ravel()
    lengths, of_pairs = code_lengths(p), code_lengths(pairs)
    h, mean, mean_of_pairs = float(entropy(p)), float(p @ lengths), float(pairs @ of_pairs) / 2
    bounds = [(h, mean), (mean, h + 1), (h, mean_of_pairs), (mean_of_pairs, h + 0.5)]
    return max(_above(*bounds), _apart(kraft_sum(lengths.tolist()), 1.0))


@_line(2, "H(X,Y) = H(X) + H(Y|X);  H(X_{1}…X_{n}) = Σ H(X_{i}|X_{1}…X_{i−1})", "autoregressive models")
def _chain_rule(rng: Rng) -> float:
    table = _table(rng, 2, 3, 4)
    pair = table.sum(axis=2)
    steps = float(entropy(pair.sum(axis=1))) + conditional_entropy(pair)
    steps += conditional_entropy(table.reshape(6, 4))
    return _apart(joint_entropy(table), steps, -np.sum(table * np.log2(table)))


@_line(2, "H(Y|X) ≤ H(Y), on average over x", "features help on average")
def _conditioning(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    rows = table / table.sum(axis=1, keepdims=True)
    mean = -np.sum(table * np.log2(rows))
    return max(_above((mean, float(entropy(table.sum(axis=0))))), _apart(mean, conditional_entropy(table)))


@_line(
    2,
    "h(N(μ,σ²)) = ½ log 2πeσ²;  h(aX) = h(X) + log|a|;  H(X in bins of Δ) ≈ h − log Δ",
    "normalising flows, VAEs",
    within=1e-5,
)
def _differential_entropy(rng: Rng) -> float:
    sigma, factor = rng.uniform(0.5, 3.0, 2)
    h = float(gaussian_entropy(sigma, unit="bits"))
    scaled = float(gaussian_entropy(factor * sigma, unit="bits"))
    width = sigma / 100
    edges = np.arange(-10 * sigma, 10 * sigma, width)
    binned = entropy(np.diff(norm.cdf(edges, scale=sigma)), normalize=True)
    return max(
        _apart(h, 0.5 * np.log2(2 * np.pi * np.e * sigma**2)),
        _apart(scaled, h + np.log2(factor)),
        _apart(float(binned), h - np.log2(width)),
    )


@_line(
    2,
    "largest h at given variance: Gaussian;  largest H at given means of f: p ∝ e^{λ·f}",
    "diffusion's end, softmax",
)
def _largest_entropy(rng: Rng) -> float:
    sigma = rng.uniform(0.5, 3.0)
    gaussian = float(gaussian_entropy(sigma, unit="nats"))
    uniform, laplace = np.log(sigma * np.sqrt(12)), 1 + np.log(np.sqrt(2) * sigma)
    feature = rng.normal(size=5)
    p = softmax(rng.normal() * feature)
    # A direction that moves neither the sum nor the feature's mean, so short that all stays positive.
    basis = np.linalg.qr(np.column_stack([np.ones(5), feature, rng.normal(size=(5, 3))]))[0]
    other = p + 0.5 * p.min() * basis[:, 2]
    return _above((uniform, gaussian), (laplace, gaussian), (float(entropy(other)), float(entropy(p))))


@_line(
    2,
    "plug-in bias of H ≈ −(K−1)/2n nats;  of I, without dependence, ≈ +(K_{x}−1)(K_{y}−1)/2n nats",
    "any estimate from counts",
    within=0.02,
)
def _bias(rng: Rng) -> float:
    n = 4000
    p_x, p_y = rng.dirichlet(np.full(3, 20.0)), rng.dirichlet(np.full(4, 20.0))

    def expected(p: FloatArray) -> float:
        """Mean plug-in entropy in nats, exactly: every cell's count is binomial."""
        k = np.arange(n + 1)
        return float(-sum(binom.pmf(k, n, cell) @ xlogy(k / n, k / n) for cell in np.ravel(p)))

    product = np.outer(p_x, p_y)
    of_entropy = expected(p_x) - float(entropy(p_x, unit="nats"))
    of_information = expected(p_x) + expected(p_y) - expected(product)
    return max(abs(of_entropy * n / -1.0 - 1.0), abs(of_information * 2 * n / 6 - 1.0))


# --- chapter 3


@_line(3, "H(p,q) = −Σ p log q = H(p) + D(p‖q) ≥ H(p)", "classification, language models")
def _cross_entropy(rng: Rng) -> float:
    p, q = _pmf(rng), _pmf(rng)
    bill = float(cross_entropy(p, q))
    sum_of_both = float(entropy(p)) + float(kl_divergence(p, q))
    return max(_apart(bill, -np.sum(p * np.log2(q)), sum_of_both), _above((float(entropy(p)), bill)))


@_line(
    3,
    "one-hot p: CE = −ln q[y] = logsumexp(z) − z[y];  its slope along the logits: q − p",
    "the training loop",
    within=1e-8,
)
def _loss_from_logits(rng: Rng) -> float:
    z, y = 2 * rng.normal(size=5), int(rng.integers(5))
    loss = float(cross_entropy_from_logits(z, y))
    q = np.exp(z - logsumexp(z))
    steps = 1e-5 * np.eye(5)
    rise = [logsumexp(z + step) - (z + step)[y] - logsumexp(z - step) + (z - step)[y] for step in steps]
    slope = np.abs(np.array(rise) / 2e-5 - cross_entropy_gradient(z, y)).max()
    return max(_apart(loss, logsumexp(z) - z[y], -np.log(q[y])), float(slope))


@_line(3, "least CE = least NLL = largest likelihood = least D(data‖model)", "everything supervised")
def _one_optimum(rng: Rng) -> float:
    counts, q, r = rng.integers(1, 20, 5), _pmf(rng), _pmf(rng)
    data = counts / counts.sum()
    gap = float(cross_entropy(data, q, unit="nats")) - float(cross_entropy(data, r, unit="nats"))
    divergences = float(kl_divergence(data, q, unit="nats")) - float(kl_divergence(data, r, unit="nats"))
    return _apart(gap, divergences, -(counts @ np.log(q / r)) / counts.sum())


@_line(3, "CE at first: ln K;  without features: H(Y);  at best: H(Y|X)", "debugging")
def _floors(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    first = float(cross_entropy_from_logits(np.zeros(4), int(rng.integers(4))))
    base = sum(p_y[y] * float(cross_entropy_from_probabilities(p_y[None], [y])) for y in range(4))
    best = sum(
        table[x, y] * float(cross_entropy_from_probabilities(table[x][None] / p_x[x], [y]))
        for x in range(3)
        for y in range(4)
    )
    return max(
        _apart(first, np.log(4)),
        _apart(base, float(entropy(p_y, unit="nats"))),
        _apart(best, conditional_entropy(table, unit="nats")),
    )


@_line(3, "at the fitted τ, on its own data: mean CE = mean H(q)", "check of a fit", within=1e-6)
def _fitted_temperature(rng: Rng) -> float:
    z = 3 * rng.normal(size=(200, 4))
    y = np.array([rng.choice(4, p=row) for row in softmax(z, temperature=2.0)])
    q = softmax(z, temperature=fit_temperature(z, y))
    return _apart(float(cross_entropy_from_probabilities(q, y)), float(np.mean(entropy(q, unit="nats"))))


@_line(3, "Gaussian NLL = (y−ŷ)²/2σ² + ½ ln 2πσ²;  its floor: ½ ln 2πeσ²", "squared error")
def _squared_error(rng: Rng) -> float:
    y, guess, sigma = rng.normal(), rng.normal(), rng.uniform(0.5, 2.0)
    written = (y - guess) ** 2 / (2 * sigma**2) + 0.5 * np.log(2 * np.pi * sigma**2)
    floor = 0.5 + 0.5 * np.log(2 * np.pi * sigma**2)  # the mean square of a fitted residual is σ²
    return max(
        _apart(-norm.logpdf(y, guess, sigma), written),
        _apart(float(gaussian_entropy(sigma, unit="nats")), floor),
    )


# --- chapter 4


@_line(4, "D(p‖q) = Σ p log(p/q) ≥ 0, 0 only if p = q;  ∞ if q = 0 < p", "waste, drift, rate of evidence")
def _divergence(rng: Rng) -> float:
    p, q = _pmf(rng), _pmf(rng)
    d = float(kl_divergence(p, q))
    holed = np.where(np.arange(5) == rng.integers(5), 0.0, q)
    forbidden = float(kl_divergence(p, holed / holed.sum()))
    same = float(kl_divergence(p, p))
    return max(
        _apart(d, np.sum(p * np.log2(p / q))), _above((0.0, d)), same, 0.0 if forbidden == np.inf else 1.0
    )


@_line(4, "D(p(x,y)‖q(x,y)) = D(p(x)‖q(x)) + E_{p} D(p(y|x)‖q(y|x))", "sequence models, RLHF per token")
def _divergence_chain(rng: Rng) -> float:
    p, q = _table(rng, 3, 4), _table(rng, 3, 4)
    p_x, q_x = p.sum(axis=1), q.sum(axis=1)
    rows = np.asarray(kl_divergence(p / p_x[:, None], q / q_x[:, None]))
    return _apart(
        float(kl_divergence(p.ravel(), q.ravel())), float(kl_divergence(p_x, q_x)) + float(p_x @ rows)
    )


@_line(
    4,
    "D(N_{1}‖N_{2}) = ln(σ_{2}/σ_{1}) + (σ_{1}² + Δμ²)/2σ_{2}² − ½;  D(N‖N(0,1)) = ½(σ² + μ² − 1 − ln σ²)",
    "variational autoencoders",
)
def _gaussian_divergence(rng: Rng) -> float:
    (m1, m2), (s1, s2) = rng.normal(size=2), rng.uniform(0.5, 2.0, 2)
    written = np.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - 0.5
    to_standard = 0.5 * (s1**2 + m1**2 - 1 - np.log(s1**2))
    return max(
        _apart(float(gaussian_kl(m1, s1, m2, s2, unit="nats")), written),
        _apart(float(vae_kl([m1], [2 * np.log(s1)])), to_standard),
    )


@_line(
    4,
    "best Gaussian q by D(p‖q): p's mean and variance;  by D(q‖p): may seek a mode",
    "likelihood, variational inference",
    within=0.02,
)
def _two_directions(rng: Rng) -> float:
    weights, means = _pmf(rng, 3), rng.normal(size=3)
    mixture = GaussianMixture(tuple(weights), tuple(means), (0.7, 0.7, 0.7))
    mean = float(weights @ means)
    deviation = np.sqrt(0.49 + weights @ (means - mean) ** 2)
    fit = forward_fit(mixture)
    apart = rng.uniform(4.0, 6.0)
    sought = reverse_fit(two_hills(apart), start=apart)
    return max(_apart(fit.mu, mean), _apart(fit.sigma, deviation), _apart(sought.mu, apart))


@_line(4, "JS = H(mix) − mean H = I(label; x) ≤ 1 bit;  √JS is a metric", "ideal GAN, drift")
def _jensen_shannon(rng: Rng) -> float:
    p, q, r = _pmf(rng), _pmf(rng), _pmf(rng)
    js = float(js_divergence(p, q))
    by_entropy = float(entropy((p + q) / 2)) - (float(entropy(p)) + float(entropy(q))) / 2
    by_label = mutual_information(np.stack([p, q]) / 2)
    detour = float(js_distance(p, r)) + float(js_distance(r, q))
    squared = float(js_distance(p, q)) ** 2
    return max(
        _apart(js, by_entropy, by_label, squared), _above((js, 1.0), (float(js_distance(p, q)), detour))
    )


@_line(4, "TV ≤ √(D/2), D in nats", "bounds, speculative decoding")
def _pinsker(rng: Rng) -> float:
    p, q = _pmf(rng), _pmf(rng)
    distance = float(total_variation(p, q))
    d = np.sum(p * np.log(p / q))
    bound = float(pinsker_bound(float(kl_divergence(p, q, unit="nats")), unit="nats"))
    return max(
        _apart(distance, np.abs(p - q).sum() / 2), _above((distance, np.sqrt(d / 2)), (distance, bound))
    )


@_line(4, "D(p(·|A)‖p) = −log p(A)", "rejection sampling, ceiling of RLHF")
def _price_of_an_event(rng: Rng) -> float:
    p = _pmf(rng)
    mass = p[:2].sum()
    given = np.where(np.arange(5) < 2, p, 0.0) / mass
    return _apart(float(kl_divergence(given, p)), float(surprisal(mass)), -np.log2(mass))


@_line(4, "D(p_{θ}‖p_{θ+δ}) ≈ ½ δ^{T}Fδ nats for small δ", "natural gradient, trust regions", within=0.05)
def _fisher(rng: Rng) -> float:
    z, step = rng.normal(size=5), 1e-3 * rng.normal(size=5)
    p = softmax(z)
    fisher = np.diag(p) - np.outer(p, p)
    d = float(kl_divergence(p, softmax(z + step), unit="nats"))
    return float(abs(d / (0.5 * step @ fisher @ step) - 1.0))


@_line(
    4,
    "AIC = 2k − 2 ln L;  BIC = k ln n − 2 ln L = 2 (nats of model + nats of data)",
    "model selection",
)
def _model_selection(rng: Rng) -> float:
    log_likelihood, k, n = -100 * rng.random(), int(rng.integers(1, 9)), int(rng.integers(10, 99))
    length = 0.5 * k * np.log(n) - log_likelihood
    return max(
        _apart(akaike_information_criterion(log_likelihood, k), 2 * k - 2 * log_likelihood),
        _apart(bayesian_information_criterion(log_likelihood, k, n), 2 * length),
    )


# --- chapter 5


@_line(
    5,
    "I(X;Y) = H(X) + H(Y) − H(X,Y) = H(Y) − H(Y|X);  = D(joint‖product) = E D(p(y|x)‖p(y))",
    "features, gain",
)
def _information(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    rows = np.asarray(kl_divergence(table / p_x[:, None], np.broadcast_to(p_y, table.shape)))
    return _apart(
        mutual_information(table),
        float(entropy(p_x)) + float(entropy(p_y)) - joint_entropy(table),
        float(entropy(p_y)) - conditional_entropy(table),
        float(kl_divergence(table.ravel(), np.outer(p_x, p_y).ravel())),
        float(p_x @ rows),
        np.sum(table * np.log2(table / np.outer(p_x, p_y))),
    )


@_line(5, "I ≥ 0, and 0 only if independent;  I(X;X) = H(X);  I ≤ min(H(X), H(Y)), discrete", "bounds")
def _bounds_of_information(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    shared = mutual_information(table)
    least = min(float(entropy(p_x)), float(entropy(p_y)))
    return max(
        _above((0.0, shared), (shared, least)),
        mutual_information(np.outer(p_x, p_y)),
        _apart(mutual_information(np.diag(p_x)), float(entropy(p_x))),
    )


@_line(5, "I(X;Y,Z) = I(X;Y) + I(X;Z|Y)", "greedy selection, XOR")
def _information_chain(rng: Rng) -> float:
    table = _table(rng, 2, 3, 4)
    whole = mutual_information(table.reshape(2, 12))
    given = conditional_mutual_information(table.transpose(0, 2, 1))  # axes x, z, y: given the last
    return _apart(whole, mutual_information(table.sum(axis=2)) + given)


@_line(5, "X→T→Z: I(X;Z) ≤ I(X;T)", "layers, pipelines")
def _processing(rng: Rng) -> float:
    x_and_t = _table(rng, 3, 4)
    channel = rng.dirichlet(np.ones(3), size=4)
    return _above((mutual_information(x_and_t @ channel), mutual_information(x_and_t)))


@_line(
    5,
    "Gaussian: I = −½ log(1 − ρ²);  binary symmetric channel: C = 1 − H(f) bits",
    "tests of estimators",
    within=1e-8,
)
def _two_known_cases(rng: Rng) -> float:
    rho, flip = rng.uniform(0.05, 0.95), rng.uniform(0.02, 0.45)
    by_entropies = 2 * float(gaussian_entropy(1.0, unit="bits")) - float(
        gaussian_entropy(np.array([[1.0, rho], [rho, 1.0]]), unit="bits")
    )
    found = float(gaussian_mutual_information(rho, unit="bits"))
    noise = -flip * np.log2(flip) - (1 - flip) * np.log2(1 - flip)
    return max(
        _apart(found, by_entropies, -0.5 * np.log2(1 - rho**2)),
        _apart(capacity(binary_symmetric_channel(flip)).capacity, 1 - noise, 1 - float(binary_entropy(flip))),
    )


@_line(5, "Fano: H(Y|X) ≤ H(e) + e log(K−1)", "best possible error", within=1e-8)
def _fano(rng: Rng) -> float:
    table = _table(rng, 3, 4)
    error = float(1 - table.max(axis=1).sum())
    left = conditional_entropy(table)
    allowed = float(binary_entropy(error)) + error * np.log2(3)
    return _above((left, allowed), (fano_error_bound(left, 4), error))


@_line(5, "information gain = I(split; label)", "decision trees")
def _gain(rng: Rng) -> float:
    children = rng.integers(1, 30, (3, 2))
    return _apart(
        information_gain(children.sum(axis=0), children), mutual_information(children, normalize=True)
    )


# --- chapter 6


@_line(
    6,
    "least I(X;T) − β I(T;Y): slope dI(T;Y)/dI(X;T) = 1/β;  trivial T unstable above β = 1/λ_{2}",
    "bottleneck, VIB",
    within=0.02,
)
def _bottleneck(rng: Rng) -> float:
    flip = rng.uniform(0.05, 0.2)
    table = 0.5 * binary_symmetric_channel(flip)
    # The symmetric channel's second eigenvalue is (1 − 2f)², so that its threshold can be written down.
    onset = (1 - 2 * flip) ** -2
    beta = onset * rng.uniform(1.5, 3.0)
    found = information_bottleneck(table, [0.995 * beta, 1.005 * beta])
    slope = np.diff(found.i_ty)[0] / np.diff(found.i_xt)[0]
    kept = mutual_information(0.5 * found.encoder[0])  # both values of X are equally likely
    return max(
        abs(float(slope) * beta - 1.0),
        _apart(local_threshold(table), onset),
        _apart(kept, found.i_xt[0]),
    )


# --- chapter 7


@_line(7, "PPL = 2^{bits} = e^{nats};  bits/byte = nats/token ÷ ln 2 ÷ bytes/token", "language models")
def _perplexity(rng: Rng) -> float:
    nats = rng.exponential(2.0, 20)
    n_bytes = int(rng.integers(40, 90))
    by_bits = float(perplexity(nats / np.log(2), unit="bits"))
    per_byte = nats.mean() / np.log(2) / (n_bytes / 20)
    return max(
        _apart(by_bits, float(perplexity(nats, unit="nats")), np.exp(nats.mean())),
        _apart(bits_per_byte(nats, n_bytes, unit="nats"), per_byte),
    )


@_line(7, "softmax(z/τ): τ→0 argmax, τ→∞ uniform;  dH/dτ ≥ 0", "sampling, distillation", within=1e-6)
def _temperature(rng: Rng) -> float:
    z = rng.permutation(5) + rng.uniform(0, 0.5, 5)
    h = np.array([entropy(softmax(z, temperature=tau)) for tau in np.geomspace(0.05, 50, 60)])
    cold, hot = softmax(z, temperature=0.01), softmax(z, temperature=1e8)
    limits = max(1 - cold[z.argmax()], np.abs(hot - 0.2).max())
    return max(float(-np.diff(h).min()), float(limits), 0.0)


@_line(7, "π* ∝ π_{ref} e^{r/β};  its value: E r − β D(π*‖π_{ref}) = β ln Z", "RLHF, DPO", part="b")
def _tilt(rng: Rng) -> float:
    p, reward, beta = _pmf(rng), rng.normal(size=5), rng.uniform(0.2, 3.0)
    z = np.sum(p * np.exp(reward / beta))
    best = exponential_tilt(p, reward, beta=beta)
    other = _pmf(rng)

    def value(policy: FloatArray) -> float:
        return float(policy @ reward) - beta * float(kl_divergence(policy, p, unit="nats"))

    return max(
        float(np.abs(best - p * np.exp(reward / beta) / z).max()),
        _apart(value(best), beta * np.log(z), float(tilt_price(p, reward, beta=beta).objective)),
        _above((value(other), value(best))),
    )


@_line(7, "InfoNCE ≤ log N always, and its mean ≤ I", "CLIP, contrastive learning", part="b")
def _infonce(rng: Rng) -> float:
    rho, n = 0.9, 4
    x = rng.normal(size=(400, n, 1))
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=x.shape)
    scores = np.stack([ideal_scores(a, b, rho=rho) for a, b in zip(x, y, strict=True)])
    bounds = np.asarray(infonce_bound(scores, unit="nats"))
    density_ratio = norm.logpdf(y[0, :, 0], rho * x[0, :, :1], np.sqrt(1 - rho**2)) - norm.logpdf(y[0, :, 0])
    # A mean over 400 batches may exceed what it estimates by chance: five standard errors are allowed.
    chance = 5 * bounds.std() / np.sqrt(len(bounds))
    critic = float(np.abs(scores[0] - density_ratio).max())
    return max(critic, _above((bounds.max(), np.log(n)), (bounds.mean() - chance, -0.5 * np.log(1 - rho**2))))


@_line(
    7,
    "ln p(x) = ELBO + D(q‖posterior);  ELBO = E_{q} ln p(x|z) − D(q(z|x)‖p(z))",
    "VAE, diffusion",
    part="b",
)
def _elbo(rng: Rng) -> float:
    prior, q, likelihood = _pmf(rng), _pmf(rng), rng.random(5)
    pieces = evidence_lower_bound(prior, likelihood, q)
    posterior = prior * likelihood / (prior @ likelihood)
    elbo = q @ np.log(likelihood) - q @ np.log(q / prior)
    return max(
        _apart(float(pieces.elbo), elbo),
        _apart(np.log(prior @ likelihood), float(pieces.elbo) + float(pieces.gap)),
        _apart(float(pieces.gap), float(kl_divergence(q, posterior, unit="nats"))),
    )


@_line(7, "share of drafted tokens kept = 1 − TV(draft, target)", "speculative decoding")
def _speculation(rng: Rng) -> float:
    draft, target = _pmf(rng), _pmf(rng)
    # A drafted token is kept with probability min(1, target/draft).
    kept = float(draft @ np.minimum(1.0, target / draft))
    return _apart(kept, 1 - float(total_variation(draft, target)), float(np.minimum(draft, target).sum()))
