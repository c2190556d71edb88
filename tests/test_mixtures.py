"""Mixtures and the bumps fitted to them, against adaptive quadrature, finite differences and closed forms."""

import math
import re
import time

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.special
import scipy.stats

from course_lib.gaussians import gaussian_entropy, gaussian_kl
from course_lib.mixtures import (
    GaussianMixture,
    forward_fit,
    forward_kl,
    reverse_fit,
    reverse_kl,
    two_hills,
)

pytestmark = pytest.mark.filterwarnings("error")

THREE = GaussianMixture((0.2, 0.5, 0.3), (-2.0, 0.5, 4.0), (0.5, 1.0, 2.0))


def log_density(mixture, x):
    """Oracle: scipy's normal log-densities, joined by scipy's logsumexp."""
    hills = [scipy.stats.norm.logpdf(x, m, s) for m, s in zip(mixture.means, mixture.sigmas, strict=True)]
    return scipy.special.logsumexp(np.moveaxis(hills, 0, -1), b=mixture.weights, axis=-1)


def integral(function, low, high, points):
    value, _ = scipy.integrate.quad(function, low, high, epsabs=1e-12, epsrel=1e-12, limit=500, points=points)
    return value


def forward_by_quadrature(mixture, mu, sigma):
    def excess(x):
        log_p = log_density(mixture, x)
        return np.exp(log_p) * (log_p - scipy.stats.norm.logpdf(x, mu, sigma))

    reach = 10 * max(mixture.sigmas)
    return integral(excess, min(mixture.means) - reach, max(mixture.means) + reach, mixture.means)


def reverse_by_quadrature(mixture, mu, sigma):
    def excess(x):
        log_q = scipy.stats.norm.logpdf(x, mu, sigma)
        return np.exp(log_q) * (log_q - log_density(mixture, x))

    return integral(excess, mu - 10 * sigma, mu + 10 * sigma, [mu])


def test_the_density_is_the_weighted_sum_of_the_hills():
    x = np.linspace(-8, 12, 101)
    assert THREE.log_density(x) == pytest.approx(log_density(THREE, x), abs=1e-12)
    assert THREE.log_density(0.5).shape == () and THREE.log_density(x.reshape(-1, 1)).shape == (101, 1)


def test_the_log_density_is_finite_where_the_density_underflows():
    # Oracle: far to the left only the left hill matters.
    x = -200.0
    expected = math.log(0.5) + scipy.stats.norm.logpdf(x, -3, 1)
    assert two_hills(3).log_density(x) == pytest.approx(expected, rel=1e-12)


def test_the_mixture_has_the_moments_of_its_samples_and_of_its_density():
    for power, expected in [(1, THREE.mean), (2, THREE.sigma**2 + THREE.mean**2)]:
        moment = integral(lambda x, k=power: x**k * np.exp(log_density(THREE, x)), -20, 30, THREE.means)
        assert moment == pytest.approx(expected, rel=1e-9)
    assert two_hills(3).sigma == pytest.approx(math.sqrt(10), abs=1e-14)
    assert two_hills(3, 0.7).mean == pytest.approx(-1.2, abs=1e-14)
    assert two_hills(3, 0.7).sigma ** 2 == pytest.approx(8.56, abs=1e-13)


def test_mixtures_are_values_that_can_be_compared_and_kept():
    assert two_hills(3, 0.7) == GaussianMixture([0.7, 1 - 0.7], np.array([-3, 3]), [1, 1])
    assert len({two_hills(3), two_hills(3.0, 0.5)}) == 1
    with pytest.raises(AttributeError):
        two_hills(3).means = (0.0, 1.0)


@pytest.mark.parametrize(
    ("mixture", "mu", "sigma"),
    [
        (two_hills(3), 0.0, 2.744),
        (two_hills(3), 2.984, 1.023),
        (two_hills(3), -6.0, 0.2),
        (two_hills(0.5), 0.0, 5.0),
        (two_hills(4, 0.95), 1.0, 5.0),
        (two_hills(4, 0.5), 0.0, 3.5),
        (THREE, 1.0, 3.0),
        (THREE, -2.0, 0.5),
    ],
)
def test_both_directions_agree_with_adaptive_quadrature(mixture, mu, sigma):
    assert forward_kl(mixture, mu, sigma) == pytest.approx(
        forward_by_quadrature(mixture, mu, sigma), abs=1e-9
    )
    assert reverse_kl(mixture, mu, sigma) == pytest.approx(
        reverse_by_quadrature(mixture, mu, sigma), abs=1e-9
    )


def test_far_and_narrow_hills_are_resolved_too():
    # Oracle: with no overlap the bump on one hill pays −log of its weight, whatever the widths.
    far = GaussianMixture((0.25, 0.75), (-20.0, 20.0), (0.2, 2.0))
    assert reverse_kl(far, -20.0, 0.2) == pytest.approx(math.log(4), abs=1e-9)
    assert reverse_kl(far, 20.0, 2.0) == pytest.approx(-math.log(0.75), abs=1e-9)
    assert reverse_kl(far, 0.0, 20.0) == pytest.approx(reverse_by_quadrature(far, 0.0, 20.0), rel=1e-9)


def test_against_a_single_hill_both_directions_are_the_gaussian_formula():
    one = GaussianMixture([1.0], [1.5], [2.0])
    for mu, sigma in [(0.0, 1.0), (1.5, 2.0), (-3.0, 4.0)]:
        expected = gaussian_kl(1.5, 2.0, mu, sigma, unit="nats")
        assert forward_kl(one, mu, sigma) == pytest.approx(expected, abs=1e-12)
        expected = gaussian_kl(mu, sigma, 1.5, 2.0, unit="nats")
        assert reverse_kl(one, mu, sigma) == pytest.approx(expected, abs=1e-12)
    for fit in (forward_fit(one), reverse_fit(one), reverse_fit(one, start=9.0)):
        assert fit == pytest.approx((1.5, 2.0, 0.0), abs=1e-9)


def test_a_hill_of_weight_zero_is_not_there():
    ghost = GaussianMixture((1.0, 0.0), (0.0, 5.0), (1.0, 1.0))
    assert ghost.log_density(1.0) == pytest.approx(scipy.stats.norm.logpdf(1.0), abs=1e-14)
    assert forward_fit(ghost) == pytest.approx((0.0, 1.0, 0.0), abs=1e-12)
    assert reverse_fit(ghost) == pytest.approx((0.0, 1.0, 0.0), abs=1e-9)


def test_arrays_broadcast_and_numbers_give_floats():
    mixture = two_hills(2)
    mu, sigma = np.array([[-1.0], [0.0], [1.0]]), np.array([0.5, 2.0])
    for function in (forward_kl, reverse_kl):
        grid = function(mixture, mu, sigma)
        assert grid.shape == (3, 2)
        assert grid[2, 1] == pytest.approx(function(mixture, 1.0, 2.0), abs=1e-14)
        assert type(function(mixture, 0.0, 1.0)) is float


def test_the_forward_fit_is_the_minimum_that_an_optimiser_finds():
    # Oracle: Nelder and Mead on the quadrature.
    for mixture in (two_hills(2, 0.7), THREE):
        best = scipy.optimize.minimize(
            lambda x, m=mixture: forward_kl(m, x[0], np.exp(x[1])),
            [0.0, 0.5],
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-14},
        )
        fit = forward_fit(mixture)
        assert (fit.mu, math.log(fit.sigma)) == pytest.approx(best.x, abs=1e-5)
        assert fit.kl == pytest.approx(best.fun, abs=1e-12)
        assert fit.kl == pytest.approx(forward_by_quadrature(mixture, fit.mu, fit.sigma), abs=1e-9)


def test_the_forward_price_is_the_gap_between_the_bumps_entropy_and_the_mixtures():
    # Oracle: for matched moments cross-entropy is the bump's own differential entropy.
    mixture = two_hills(3)
    h = -integral(lambda x: np.exp(log_density(mixture, x)) * log_density(mixture, x), -13, 13, [-3, 3])
    fit = forward_fit(mixture)
    assert fit.kl == pytest.approx(gaussian_entropy(fit.sigma, unit="nats") - h, abs=1e-10)


@pytest.mark.parametrize("s", [0.5, 1.7, 2.4, 2.45, 2.5, 2.8, 3.0, 4.0])
@pytest.mark.parametrize("left", [0.5, 0.6, 0.7, 0.95])
def test_every_reverse_fit_is_a_local_minimum_no_worse_than_where_it_started(s, left):
    # Oracle: the price on a ring around the end, and at the start.
    mixture = two_hills(s, left)
    for start in (-s, 0.0, s):
        fit = reverse_fit(mixture, start)
        assert fit.kl == pytest.approx(reverse_kl(mixture, fit.mu, fit.sigma), abs=1e-12)
        assert fit.kl <= reverse_kl(mixture, start, 1.0)
        for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
            mu, sigma = fit.mu + 0.01 * np.cos(angle), fit.sigma * np.exp(0.01 * np.sin(angle))
            assert reverse_kl(mixture, mu, sigma) > fit.kl
    assert reverse_fit(mixture).kl <= min(reverse_fit(mixture, start).kl for start in (-s, 0.0, s)) + 1e-9


def test_the_reverse_fit_ends_where_scipys_optimiser_ends():
    for start in (-2.0, 0.5, 4.0):
        fit = reverse_fit(THREE, start)
        local = scipy.optimize.minimize(
            lambda x: reverse_kl(THREE, x[0], np.exp(x[1])),
            [fit.mu + 0.05, np.log(fit.sigma) - 0.05],
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-14},
        )
        assert (fit.mu, math.log(fit.sigma)) == pytest.approx(local.x, abs=1e-4)


def test_of_equally_good_ends_the_leftmost_is_returned():
    assert reverse_fit(two_hills(3)).mu < 0
    mirrored = GaussianMixture((0.5, 0.5), (3.0, -3.0), (1.0, 1.0))
    assert reverse_fit(mirrored).mu == pytest.approx(reverse_fit(two_hills(3)).mu, abs=1e-9)


def test_moving_and_stretching_the_axis_moves_and_stretches_the_fits():
    moved = GaussianMixture((0.7, 0.3), (10 - 30, 10 + 30), (10, 10))
    for fit, expected in [
        (forward_fit(moved), forward_fit(two_hills(3, 0.7))),
        (reverse_fit(moved), reverse_fit(two_hills(3, 0.7))),
        (reverse_fit(moved, 40.0), reverse_fit(two_hills(3, 0.7), 3.0)),
    ]:
        assert fit.mu == pytest.approx(10 + 10 * expected.mu, abs=1e-7)
        assert fit.sigma == pytest.approx(10 * expected.sigma, rel=1e-8)
        assert fit.kl == pytest.approx(expected.kl, abs=1e-10)


def test_a_start_far_outside_finds_its_way_back():
    assert reverse_fit(two_hills(3), 500.0).mu == pytest.approx(2.984, abs=1e-3)


def test_a_fit_is_quick_enough_for_a_slider():
    # Processor time, since other work on the machine is no fault of the fit; the least of five.
    for mixture, start in [(two_hills(3), 0.0), (two_hills(2.45), 2.45), (two_hills(4, 0.95), 4.0)]:
        times = []
        for _ in range(5):
            before = time.process_time()
            reverse_fit(mixture, start)
            times.append(time.process_time() - before)
        assert min(times) < 0.015


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (((0.5, 0.6), (0, 1), (1, 1)), "weights sums to 1.1000, not 1."),
        (((0.5, 0.5), (0, 1), (1, 0)), "sigmas holds 0; a standard deviation must be above 0."),
        (
            ((0.5, 0.5), (0, 1, 2), (1, 1)),
            "one weight, one mean and one sigma per hill; got shapes (2,), (3,)",
        ),
        (((0.5, 0.5), (0, math.nan), (1, 1)), "means[1] is nan"),
        (([[0.5, 0.5]], [[0, 1]], [[1, 1]]), "one weight, one mean and one sigma per hill"),
    ],
)
def test_what_is_no_mixture_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        GaussianMixture(*arguments)


def test_what_is_no_bump_is_refused():
    for function in (forward_kl, reverse_kl):
        for mu, sigma, sentence in [(0, 0, "sigma is 0"), (0, -1, "sigma is -1"), (math.nan, 1, "mu is nan")]:
            with pytest.raises(ValueError, match=sentence):
                function(two_hills(3), mu, sigma)
    with pytest.raises(ValueError, match="start is inf"):
        reverse_fit(two_hills(3), math.inf)
    with pytest.raises(ValueError, match=re.escape("weights[1] is -0.2")):
        two_hills(3, 1.2)


def test_a_bump_too_wide_for_the_grid_is_refused_and_not_guessed():
    with pytest.raises(ValueError, match="cannot be integrated finely enough"):
        reverse_kl(two_hills(3), 0.0, 1e6)
