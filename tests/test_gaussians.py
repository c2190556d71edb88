"""Gaussians against scipy, closed forms, quadrature, sums over narrow bins and samples."""

import math
import re
from decimal import Decimal, localcontext

import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from course_lib.gaussians import gaussian_entropy, gaussian_kl, gaussian_mutual_information, vae_kl
from course_lib.measures import entropy


@pytest.mark.parametrize(
    ("sigma", "unit", "printed"),
    [
        (1, "bits", 2.0471),
        (1, "nats", 1.4189),
        (0.1, "bits", -1.2748),
        (0.1, "nats", -0.8836),
        (0.5, "nats", 0.7258),
        (2, "nats", 2.1121),
        (5, "nats", 3.0284),
        (10, "nats", 3.7215),
        (3, "nats", 2.5176),
        (12, "nats", 3.9038),
    ],
)
def test_the_printed_entropies_come_out(sigma, unit, printed):
    # Oracle: scipy's closed form in nats, and the digits of the course.
    nats = scipy.stats.norm(scale=sigma).entropy()
    value = gaussian_entropy(sigma, unit=unit)
    assert value == pytest.approx(nats / (math.log(2) if unit == "bits" else 1), abs=1e-12)
    assert value == pytest.approx(printed, abs=5e-5)


def test_entropy_crosses_zero_where_two_pi_e_sigma_squared_is_one():
    sigma = 1 / math.sqrt(2 * math.pi * math.e)
    assert sigma == pytest.approx(0.2420, abs=5e-5)
    assert gaussian_entropy(sigma, unit="bits") == pytest.approx(0, abs=1e-15)


def test_each_doubling_of_the_spread_adds_one_bit():
    entropies = gaussian_entropy([3.0, 6.0, 12.0], unit="bits")
    assert np.diff(entropies) == pytest.approx([1, 1], abs=1e-12)


def test_narrow_bins_cost_the_differential_entropy_plus_the_bits_of_their_width():
    # Oracle: the bin probabilities of scipy's normal distribution.
    edges = np.arange(-10, 10.05, 0.1) - 0.05
    binned = np.diff(scipy.stats.norm.cdf(edges))
    assert entropy(binned, normalize=True) == pytest.approx(5.3696, abs=5e-5)
    assert gaussian_entropy(1, unit="bits") - math.log2(0.1) == pytest.approx(5.3690, abs=5e-5)


def test_a_covariance_matrix_gives_the_entropy_of_the_cloud():
    root = np.random.default_rng(0).normal(size=(4, 4))
    covariance = root @ root.T
    expected = scipy.stats.multivariate_normal(cov=covariance).entropy()
    assert gaussian_entropy(covariance, unit="nats") == pytest.approx(expected, abs=1e-10)
    # A 1 × 1 covariance holds a variance, a bare number a standard deviation.
    assert gaussian_entropy([[9.0]], unit="nats") == pytest.approx(
        gaussian_entropy(3.0, unit="nats"), abs=1e-12
    )


def test_independent_coordinates_add():
    total = gaussian_entropy([1.0, 2.0], unit="hartleys").sum()
    assert gaussian_entropy(np.diag([1.0, 4.0]), unit="hartleys") == pytest.approx(total, abs=1e-12)


def test_a_number_gives_a_float_and_a_list_an_array():
    assert type(gaussian_entropy(2, unit="bits")) is float
    assert type(gaussian_entropy(np.eye(2), unit="bits")) is float
    assert gaussian_entropy([1, 2, 3], unit="bits").shape == (3,)


def test_the_unit_must_be_said():
    with pytest.raises(TypeError, match="unit"):
        gaussian_entropy(1.0)


@pytest.mark.parametrize(
    ("sigma_or_cov", "sentence"),
    [
        (0.0, "σ is 0; a standard deviation must be above 0."),
        ([1.0, -2.0], "σ is -2; a standard deviation must be above 0."),
        (math.nan, "sigma_or_cov is nan"),
        (None, "sigma_or_cov holds None"),
        ([], "sigma_or_cov is empty"),
        ([[1.0, 0.0]], "a covariance matrix is square; this one has shape (1, 2)."),
        ([[1.0, 0.5], [0.2, 1.0]], "a covariance matrix is symmetric"),
        ([[1.0, 1.0], [1.0, 1.0]], "not positive definite"),
        ([[1.0, 2.0], [2.0, 1.0]], "not positive definite"),
        (np.ones((1, 1, 1)), "sigma_or_cov has 3 axes"),
    ],
)
def test_what_is_no_spread_is_refused(sigma_or_cov, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        gaussian_entropy(sigma_or_cov, unit="bits")


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="unit must be"):
        gaussian_entropy(1.0, unit="bit")


# --- divergence ---------------------------------------------------------------------------------------


def by_quadrature(mu0, sigma0, mu1, sigma1):
    """Oracle: the integral of p log(p/q) with scipy's densities, in nats."""
    p, q = scipy.stats.norm(mu0, sigma0), scipy.stats.norm(mu1, sigma1)
    value, _ = scipy.integrate.quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)),
        mu0 - 12 * sigma0,
        mu0 + 12 * sigma0,
        epsabs=1e-13,
        points=[mu0],
    )
    return value


CASES = [(0, 1, 1, 2), (1, 2, 0, 1), (0.3, 1.2, -0.5, 2.0), (5, 0.1, 5, 3), (2, 1, 2, 1), (0, 3, 10, 0.7)]


@pytest.mark.parametrize("case", CASES)
def test_the_price_of_one_bell_curve_for_another_is_the_integral(case):
    nats = gaussian_kl(*case, unit="nats")
    assert nats == pytest.approx(by_quadrature(*case), rel=1e-9, abs=1e-12)
    assert gaussian_kl(*case, unit="bits") == pytest.approx(nats / math.log(2), rel=1e-15)


def test_truth_comes_first_and_sigmas_are_no_variances():
    assert gaussian_kl(0, 1, 1, 2, unit="nats") == pytest.approx(math.log(2) + 2 / 8 - 0.5, abs=1e-15)
    assert gaussian_kl(1, 2, 0, 1, unit="nats") == pytest.approx(-math.log(2) + 5 / 2 - 0.5, abs=1e-15)


def test_equal_widths_cost_the_same_both_ways():
    for gap in (1.0, 2.0, 3.0):
        assert gaussian_kl(0, 2, gap, 2, unit="nats") == pytest.approx(gap**2 / 8, abs=1e-15)
        assert gaussian_kl(gap, 2, 0, 2, unit="nats") == gaussian_kl(0, 2, gap, 2, unit="nats")


def test_equal_bell_curves_cost_exactly_nothing_and_almost_equal_ones_almost_nothing():
    # Oracle: for σ₀ = (1 + t) σ₁ the price is t² − t³/3 + …
    for sigma in (0.1, 1 / 3, 1e-200, 1e200):
        assert gaussian_kl(0.7, sigma, 0.7, sigma, unit="nats") == 0.0
    t = 2.0**-20
    assert gaussian_kl(0, 1 + t, 0, 1, unit="nats") == pytest.approx(t**2, rel=1e-4)


def test_a_needle_in_a_wide_bell_is_dear_but_not_infinite():
    # Oracle: log(σ₁/σ₀) − ½, where σ₀/σ₁ is too small to be seen beside 1.
    assert gaussian_kl(0, 1e-30, 0, 1, unit="nats") == pytest.approx(30 * math.log(10) - 0.5, rel=1e-14)
    assert gaussian_kl(0, 1e-200, 0, 1e200, unit="nats") == pytest.approx(400 * math.log(10) - 0.5, rel=1e-14)
    assert gaussian_kl(0, 1e200, 0, 1, unit="nats") == math.inf  # 1e400/2 is beyond every float


def test_covariances_agree_with_the_formula_of_the_textbook():
    # Oracle: inverse, trace and determinant in the open.
    rng = np.random.default_rng(1)
    for size in (1, 2, 5):
        roots = rng.normal(size=(2, size, size + 2))
        first, second = (root @ root.T for root in roots)
        mu0, mu1 = rng.normal(size=(2, size))
        inverse = np.linalg.inv(second)
        expected = 0.5 * (
            np.trace(inverse @ first)
            + (mu1 - mu0) @ inverse @ (mu1 - mu0)
            - size
            + math.log(np.linalg.det(second) / np.linalg.det(first))
        )
        value = gaussian_kl(mu0, first, mu1, second, unit="nats")
        assert type(value) is float and value == pytest.approx(expected, rel=1e-9)


def test_equal_covariances_cost_nothing_but_round_off_and_never_less():
    rng = np.random.default_rng(5)
    for _ in range(200):
        root = rng.normal(size=(4, 6))
        assert 0 <= gaussian_kl(np.ones(4), root @ root.T, np.ones(4), root @ root.T, unit="nats") < 1e-14


def test_covariances_agree_with_samples():
    # Oracle: the mean log-ratio of 200,000 samples under scipy's densities; spread about 3e-3.
    first, second = np.array([[1.0, 0.6], [0.6, 2.0]]), np.array([[2.0, -0.3], [-0.3, 1.0]])
    p, q = (scipy.stats.multivariate_normal(m, c) for m, c in [([0, 0], first), ([1, -1], second)])
    x = p.rvs(200_000, random_state=2)
    expected = (p.logpdf(x) - q.logpdf(x)).mean()
    assert gaussian_kl([0, 0], first, [1, -1], second, unit="nats") == pytest.approx(expected, abs=0.02)


def test_a_diagonal_covariance_adds_up_its_coordinates():
    mu0, mu1 = np.array([0.5, -1.0]), np.array([0.0, 2.0])
    sigma0, sigma1 = np.array([1.0, 0.5]), np.array([2.0, 3.0])
    parts = gaussian_kl(mu0, sigma0, mu1, sigma1, unit="bits")
    assert parts.shape == (2,)
    whole = gaussian_kl(mu0, np.diag(sigma0**2), mu1, np.diag(sigma1**2), unit="bits")
    assert whole == pytest.approx(parts.sum(), rel=1e-13)


def test_changing_the_unit_of_x_changes_no_divergence():
    before = gaussian_kl(1, 2, 3, 4, unit="nats")
    assert gaussian_kl(100, 200, 300, 400, unit="nats") == pytest.approx(before, rel=1e-14)
    turn = np.array([[2.0, 1.0], [0.0, -3.0]])
    first, second = np.diag([1.0, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])
    mu0, mu1 = np.array([0.0, 1.0]), np.array([1.0, -1.0])
    plain = gaussian_kl(mu0, first, mu1, second, unit="nats")
    turned = [turn @ mu0, turn @ first @ turn.T, turn @ mu1, turn @ second @ turn.T]
    assert gaussian_kl(*turned, unit="nats") == pytest.approx(plain, rel=1e-12)


def test_numbers_and_arrays_of_bell_curves_broadcast():
    grid = gaussian_kl(np.array([[0.0], [1.0]]), 1.0, 0.0, np.array([1.0, 2.0, 3.0]), unit="nats")
    assert grid.shape == (2, 3)
    assert grid[1, 2] == gaussian_kl(1.0, 1.0, 0.0, 3.0, unit="nats")
    assert type(gaussian_kl(0, 1, 0, 1, unit="nats")) is float


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 0, 0, 1), "sigma0 is 0; a standard deviation must be above 0."),
        ((0, 1, 0, -2), "sigma1 is -2"),
        ((math.nan, 1, 0, 1), "mu0 is nan"),
        ((0, 1, 0, math.inf), "sigma1 is inf"),
        (
            ([0, 1], 1, [0, 1, 2], 1),
            "means of shapes (2,) and (3,) and sigmas of shapes",
        ),
        (([0, 0], np.eye(2), [0, 0], [1.0, 1.0]), "covariance matrices come in pairs of one size d × d"),
        ((0, np.eye(2), 0, np.eye(2)), "with means of length d"),
        (([0, 0], np.eye(3), [0, 0], np.eye(3)), "with means of length d"),
        (([0, 0], [[1, 2], [2, 1]], [0, 0], np.eye(2)), "not positive definite"),
        (([0, 0], np.eye(2), [0, 0], [[1, 0.5], [0.2, 1]]), "a covariance matrix is symmetric"),
    ],
)
def test_what_are_no_bell_curves_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        gaussian_kl(*arguments, unit="nats")


def test_the_unit_of_a_gaussian_divergence_must_be_said():
    with pytest.raises(TypeError, match="unit"):
        gaussian_kl(0, 1, 0, 1)


def test_an_unknown_unit_of_a_divergence_is_refused():
    for call in (
        lambda: gaussian_kl(0, 1, 0, 1, unit="bit"),
        lambda: gaussian_kl([0], [[1]], [0], [[1]], unit="bit"),
        lambda: vae_kl(0, 0, unit="bit"),
    ):
        with pytest.raises(ValueError, match="unit must be"):
            call()


def test_the_vae_term_is_the_divergence_from_the_standard_bell_curve():
    rng = np.random.default_rng(3)
    mu, log_var = rng.normal(size=(2, 7, 4))
    parts = gaussian_kl(mu.ravel(), np.exp(log_var.ravel() / 2), 0.0, 1.0, unit="nats").reshape(7, 4)
    assert vae_kl(mu, log_var) == pytest.approx(parts.sum(axis=-1), rel=1e-12)
    assert vae_kl(mu, log_var, axis=0) == pytest.approx(parts.sum(axis=0), rel=1e-12)
    assert vae_kl(mu, log_var, unit="bits") == pytest.approx(parts.sum(axis=-1) / math.log(2), rel=1e-12)
    assert type(vae_kl(mu[0], log_var[0])) is float and type(vae_kl(1, 0)) is float


def test_the_vae_term_is_zero_for_the_prior_and_never_below():
    assert vae_kl(0.0, 0.0) == 0.0
    assert vae_kl([0.0, 0.0], [0.0, 0.0]) == 0.0
    # Oracle: e^v − 1 − v is v²/2 + v³/6 + …
    v = 2.0**-20
    assert vae_kl(0.0, v) == pytest.approx(v**2 / 4, rel=1e-4)
    tiny = np.random.default_rng(4).normal(size=(1000, 1)) * 1e-9
    assert (vae_kl(np.zeros_like(tiny), tiny) >= 0).all()
    assert vae_kl(0.0, 1000.0) == math.inf  # a variance of e^1000


@pytest.mark.parametrize(
    ("mu", "log_var", "sentence"),
    [
        ([0.0, 1.0], [0.0], "mu has shape (2,) and log_var (1,); each coordinate needs both."),
        ([0.0], [math.nan], "log_var[0] is nan"),
        (["a"], [0.0], "mu holds text"),
    ],
)
def test_codes_without_both_numbers_are_refused(mu, log_var, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        vae_kl(mu, log_var)


# --- shared by two -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.49, 0.51, 0.9, 0.99, -0.9])
def test_correlated_gaussians_share_what_their_entropies_do_not_add_up_to(rho):
    # Oracle: scipy's entropies of the two and of the pair.
    pair = scipy.stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    shared = 2 * scipy.stats.norm.entropy() - pair.entropy()
    assert gaussian_mutual_information(rho, unit="nats") == pytest.approx(shared, abs=1e-12)
    # It is also the divergence of the pair from the product.
    product = gaussian_kl([0, 0], [[1, rho], [rho, 1]], [0, 0], np.eye(2), unit="bits")
    assert gaussian_mutual_information(rho, unit="bits") == pytest.approx(product, abs=1e-12)


@pytest.mark.parametrize("rho", [1e-10, -1e-4, 0.3, 0.4999, 0.5, 0.9, 1 - 1.1e-8, 1e-12 - 1])
def test_hardly_and_nearly_perfectly_correlated_gaussians_keep_their_digits(rho):
    with localcontext(prec=50):  # oracle: the formula with 50 digits
        exact = float(-(1 - Decimal(rho) ** 2).ln() / 2)
    assert gaussian_mutual_information(rho, unit="nats") == pytest.approx(exact, rel=1e-14, abs=0)


def test_perfect_correlation_of_continuous_variables_is_infinite_and_none_is_zero():
    values = gaussian_mutual_information([0.0, 1.0, -1.0], unit="bits")
    assert values.tolist() == [0.0, math.inf, math.inf]
    assert math.copysign(1, gaussian_mutual_information(0, unit="bits")) == 1
    assert type(gaussian_mutual_information(0.5, unit="bits")) is float


@pytest.mark.parametrize(("rho", "shown"), [(1.1, "1.1"), ([0.2, -1.5], "-1.5"), (math.nan, "nan")])
def test_correlations_beyond_one_are_refused(rho, shown):
    with pytest.raises(ValueError, match=rf"rho.* is {shown}"):
        gaussian_mutual_information(rho, unit="bits")
    with pytest.raises(TypeError, match="unit"):
        gaussian_mutual_information(0.5)
