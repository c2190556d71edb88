"""Differential entropy of Gaussians against scipy, closed forms and a sum over narrow bins."""

import math
import re

import numpy as np
import pytest
import scipy.stats

from course_lib.gaussians import gaussian_entropy
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
