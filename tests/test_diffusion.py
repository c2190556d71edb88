"""Diffusion of clusters against the chapter-4 mixtures, adaptive quadrature, sampling and I-MMSE."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from course_lib.diffusion import Clusters, denoised, diffused, melting, ring_of_clusters
from course_lib.mixtures import GaussianMixture, forward_kl

pytestmark = pytest.mark.filterwarnings("error")

PLACES = st.lists(st.integers(-40, 40).map(lambda n: n / 10), min_size=1, max_size=4)
WIDTHS = st.integers(2, 20).map(lambda n: n / 10)
LEVELS = st.integers(0, 20).map(lambda n: n / 20)


def as_mixture(clusters):
    """The same distribution in chapter 4's class, which shares no code with this one."""
    places = [place for (place,) in clusters.centres]
    return GaussianMixture(clusters.weights, places, [clusters.sigma] * len(places))


def density(x, places, sigma):
    bells = [math.exp(-0.5 * ((x - m) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi)) for m in places]
    return math.fsum(bells) / len(bells)


# --- density and score ------------------------------------------------------------------------------------


@given(PLACES, WIDTHS)
def test_the_density_on_the_line_is_that_of_the_mixture(places, sigma):
    clusters = Clusters(places, sigma)
    x = np.linspace(-6, 6, 25)
    assert clusters.log_density(x[:, None]) == pytest.approx(as_mixture(clusters).log_density(x), abs=1e-10)


def test_the_score_is_the_slope_of_the_log_density():
    # Oracle: central differences, on the line and in the plane, with unequal weights.
    for clusters in (
        Clusters([-1.0, 0.5, 2.0], 0.6, (0.2, 0.5, 0.3)),
        Clusters([[-1.0, 0.0], [0.5, 1.0]], 0.6, (0.9, 0.1)),
    ):
        d = clusters.dimensions
        x = np.random.default_rng(0).normal(size=(30, d))
        score = clusters.score(x)
        for axis in range(d):
            step = 1e-5 * np.eye(d)[axis]
            slope = (clusters.log_density(x + step) - clusters.log_density(x - step)) / 2e-5
            assert score[:, axis] == pytest.approx(slope, abs=1e-8)


def test_far_away_the_nearest_cluster_still_pulls():
    clusters = Clusters([-1.0, 1.0], 0.1)
    assert clusters.score([[50.0]])[0, 0] == pytest.approx(-49 / 0.01, rel=1e-12)
    assert np.isfinite(clusters.log_density([[1e3]])).all()
    assert clusters.posterior([[50.0]])[0] == pytest.approx([0, 1], abs=1e-12)


def test_a_cluster_of_weight_0_is_not_there():
    with_it, without = Clusters([0.0, 1.0, 9.0], 0.5, (0.5, 0.5, 0.0)), Clusters([0.0, 1.0], 0.5)
    x = [[0.3], [8.0]]
    assert with_it.log_density(x) == pytest.approx(without.log_density(x), abs=1e-12)
    assert melting(with_it, 0.7) == pytest.approx(melting(without, 0.7), abs=1e-9)


# --- noising and denoising --------------------------------------------------------------------------------


def test_adding_noise_to_points_gives_points_of_the_diffused_clusters():
    # Oracle: 400,000 noised points, their share in every box.
    clusters, share = Clusters([-1.2, 0.7], 0.3, (0.3, 0.7)), 0.6
    x = clusters.sample(400_000, seed=1)
    noisy = math.sqrt(share) * x + math.sqrt(1 - share) * np.random.default_rng(2).normal(size=x.shape)
    edges = np.linspace(-3, 3, 31)
    counts = np.histogram(noisy[:, 0], edges)[0] / len(x)
    middle = 0.5 * (edges[1:] + edges[:-1])
    expected = np.exp(diffused(clusters, share).log_density(middle[:, None])) * 0.2
    assert counts == pytest.approx(expected, abs=2e-3)


def test_noise_keeps_a_variance_of_one():
    ring = ring_of_clusters()
    for share in (1.0, 0.9, 0.5, 0.0):
        noisy = diffused(ring, share)
        variance = (np.array(noisy.centres) ** 2).mean(axis=0) + noisy.sigma**2
        assert variance == pytest.approx([1, 1], abs=1e-12)
    cloud = ring.sample(20_000, seed=3)
    assert cloud.shape == (20_000, 2)
    assert cloud.var(axis=0) == pytest.approx([1, 1], abs=0.02)


@given(PLACES, WIDTHS, st.floats(0.05, 1), st.floats(-4, 4))
def test_the_best_guess_of_the_start_is_its_mean_given_the_noisy_point(places, sigma, share, x_t):
    # Oracle: Bayes' rule for every cluster, a Gaussian each, without any score.
    spread = share * sigma**2 + 1 - share
    log_weights = [-0.5 * (x_t - math.sqrt(share) * m) ** 2 / spread for m in places]
    weights = [math.exp(w - max(log_weights)) for w in log_weights]
    means = [m + math.sqrt(share) * sigma**2 / spread * (x_t - math.sqrt(share) * m) for m in places]
    expected = math.fsum(w * m for w, m in zip(weights, means, strict=True)) / math.fsum(weights)
    found = denoised(Clusters(places, sigma), [[x_t]], share)
    assert found[0, 0] == pytest.approx(expected, abs=1e-8)


# --- what is left -----------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(PLACES, WIDTHS, LEVELS)
def test_the_entropy_is_that_of_adaptive_quadrature(places, sigma, share):
    spread = math.sqrt(share * sigma**2 + 1 - share)
    moved = [math.sqrt(share) * m for m in places]

    def summand(x):
        p = density(x, moved, spread)
        return -p * math.log(p) if p > 0 else 0.0

    low, high = min(moved) - 12 * spread, max(moved) + 12 * spread
    h = quad(summand, low, high, points=sorted(set(moved)), limit=500, epsabs=1e-11)[0]
    left = melting(Clusters(places, sigma), share, unit="nats")
    assert left.entropy == pytest.approx(h, abs=1e-8)
    inside = 0.5 * math.log(2 * math.pi * math.e) + math.log(spread)
    assert left.about_cluster == pytest.approx(max(h - inside, 0), abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(PLACES, WIDTHS, LEVELS)
def test_the_distance_from_noise_is_the_divergence_that_chapter_4_computes(places, sigma, share):
    clusters = Clusters(places, sigma)
    expected = forward_kl(as_mixture(diffused(clusters, share)), 0.0, 1.0)
    assert melting(clusters, share, unit="nats").from_noise == pytest.approx(expected, abs=1e-7)


def test_the_plane_is_the_line_twice_where_the_axes_are_independent():
    # Oracle: a square grid of clusters is a product, so everything adds.
    line = Clusters([-1.0, 1.3], 0.4)
    square = Clusters([(a, b) for a in (-1.0, 1.3) for b in (-1.0, 1.3)], 0.4)
    for share in (1.0, 0.7, 0.2, 0.0):
        one, both = melting(line, share), melting(square, share)
        assert both == pytest.approx([2 * amount for amount in one], abs=1e-9)


def test_information_about_the_start_falls_by_half_the_error_of_the_best_guess():
    # Oracle: I-MMSE, dI/dsnr = ½ E(x₀ − E[x₀|x_t])² in nats, with snr = ᾱ/(1−ᾱ), the error by quadrature.
    clusters = Clusters([-1.0, 0.2, 1.5], 0.3, (0.5, 0.2, 0.3))
    square = 0.5 * 1.0 + 0.2 * 0.04 + 0.3 * 2.25 + 0.09

    def about_start(snr):
        return melting(clusters, snr / (1 + snr), unit="nats").about_start

    for snr in (0.1, 0.5, 2.0, 10.0):
        share = snr / (1 + snr)
        noisy = diffused(clusters, share)

        def weighted_square(x, noisy=noisy, share=share):
            return math.exp(noisy.log_density([[x]])[0]) * denoised(clusters, [[x]], share)[0, 0] ** 2

        error = square - quad(weighted_square, -8, 8, limit=200)[0]
        slope = (about_start(snr * 1.001) - about_start(snr * 0.999)) / (0.002 * snr)
        assert slope == pytest.approx(error / 2, rel=1e-4)


def test_more_noise_leaves_less():
    ring = ring_of_clusters()
    levels = np.linspace(1, 0, 41)
    left = np.array([melting(ring, share) for share in levels])
    assert (np.diff(left[:, 0]) > 0).all(), "the entropy of a cloud of variance 1 rises"
    assert (np.diff(left[:, 1:], axis=0) < 0).all()
    assert (left[:, 2] <= left[:, 3]).all(), "the start knows its cluster"
    assert left[0, 3] == math.inf and left[0, 2] <= 3
    assert left[-1, 1:].tolist() == pytest.approx([0, 0, 0], abs=1e-12)
    assert left[-1, 0] == pytest.approx(math.log2(2 * math.pi * math.e), abs=1e-12)


def test_one_cluster_of_variance_one_is_noise_from_the_start():
    # Oracle: the Gaussian channel, ½ log(1 + snr).
    for share in (0.9, 0.5, 0.1):
        left = melting(Clusters([0.0], 1.0), share, unit="nats")
        assert left.from_noise == pytest.approx(0, abs=1e-12)
        assert left.about_cluster == pytest.approx(0, abs=1e-12)
        assert left.about_start == pytest.approx(-0.5 * math.log(1 - share), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Clusters([0.0], 0.0), "sigma is 0; a standard deviation must be above 0"),
        (lambda: Clusters([[0.0, 0.0, 0.0]], 1.0), "centres has shape (1, 3)"),
        (lambda: Clusters([], 1.0), "centres has shape (0, 1)"),
        (lambda: Clusters([0.0, 1.0], 1.0, (1.0,)), "weights has shape (1,); there are 2 clusters"),
        (lambda: Clusters([0.0, 1.0], 1.0, (0.5, 0.6)), "weights sums to 1.1000, not 1"),
        (lambda: Clusters([0.0], 1.0).score([0.0]), "x has shape (1,); points here have shape (n, 1)"),
        (lambda: ring_of_clusters(2), "clusters is 2; it takes 3 or more"),
        (lambda: ring_of_clusters(8, 1.5), "sigma is 1.5; for a total variance of 1"),
        (lambda: diffused(ring_of_clusters(), 1.2), "alpha_bar is 1.2; it is the share of the start"),
        (lambda: melting(ring_of_clusters(), -0.1), "alpha_bar is -0.1"),
        (lambda: denoised(ring_of_clusters(), [[0.0, 0.0]], 0), "alpha_bar is 0: x_t is pure noise"),
        (lambda: melting(Clusters([[0, 0], [99, 99]], 0.01), 1), "would need"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()
