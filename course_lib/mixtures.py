"""Several hills and one bump: Gaussian mixtures, and the Gaussian that either direction of KL prefers."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_lib.distributions import FloatArray, as_numbers, as_pmf

_LOG_ROOT_2_PI = 0.5 * np.log(2.0 * np.pi)
# Means under a bell curve are sums over a fine grid of ±9 standard deviations: for a smooth function the
# trapezoid rule converges faster than any power of the step, and the tails beyond hold 2e-19.
_REACH = 9.0


@dataclass(frozen=True)
class GaussianMixture:
    """A weighted sum of bell curves on the line. Chapter 4.

    Parameters
    ----------
    weights : array_like, shape (K,)
        Probability of each hill.
    means : array_like, shape (K,)
        Where the hills stand.
    sigmas : array_like, shape (K,)
        Their standard deviations, above 0.

    Examples
    --------
    >>> hills = GaussianMixture((0.7, 0.3), (-3, 3), (1, 1))
    >>> round(hills.mean, 6), round(hills.sigma, 4)
    (-1.2, 2.9257)
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sigmas: tuple[float, ...]

    def __post_init__(self) -> None:
        weights = as_pmf(self.weights, name="weights")
        means, sigmas = as_numbers(self.means, name="means"), as_numbers(self.sigmas, name="sigmas")
        if weights.ndim != 1 or {means.shape, sigmas.shape} != {weights.shape}:
            raise ValueError(
                "a mixture needs one weight, one mean and one sigma per hill; got shapes "
                f"{weights.shape}, {means.shape} and {sigmas.shape}."
            )
        if (sigmas <= 0.0).any():
            raise ValueError(f"sigmas holds {sigmas.min():.6g}; a standard deviation must be above 0.")
        for name, values in (("weights", weights), ("means", means), ("sigmas", sigmas)):
            object.__setattr__(self, name, tuple(values.tolist()))  # tuples, so that a mixture can be a key

    @property
    def mean(self) -> float:
        """Mean of the whole mixture."""
        return float(np.dot(self.weights, self.means))

    @property
    def sigma(self) -> float:
        """Standard deviation of the whole mixture: spread inside the hills and between them."""
        inside = np.dot(self.weights, np.square(self.sigmas))
        between = np.dot(self.weights, np.square(np.subtract(self.means, self.mean)))
        return float(np.sqrt(inside + between))

    def log_density(self, x: ArrayLike) -> FloatArray:
        """Log of the density at x, in nats; same shape as `x`, finite however far out."""
        return _log_density(self, as_numbers(x, name="x"))[0]


def two_hills(half_separation: float, left_weight: float = 0.5) -> GaussianMixture:
    """Two hills of width 1 at −s and s, the left one with the given weight.

    Examples
    --------
    >>> two_hills(3.0).means
    (-3.0, 3.0)
    """
    s = float(as_numbers(half_separation, name="half_separation"))
    left = float(as_numbers(left_weight, name="left_weight"))
    return GaussianMixture((left, 1.0 - left), (-s, s), (1.0, 1.0))


class GaussianFit(NamedTuple):
    """A fitted bump: mean, standard deviation, and its divergence in nats."""

    mu: float
    sigma: float
    kl: float


def forward_kl(mixture: GaussianMixture, mu: ArrayLike, sigma: ArrayLike) -> float | FloatArray:
    """D(mixture‖N(μ, σ²)) in nats: the price where the mixture has mass and the bump does not. Chapter 4.

    Parameters
    ----------
    mixture : GaussianMixture
        The truth, over which the average is taken.
    mu, sigma : float or array_like
        Mean and standard deviation of the bump; they broadcast.

    Returns
    -------
    float or ndarray
        Nats.

    Examples
    --------
    >>> round(forward_kl(two_hills(3.0), 0.0, np.sqrt(10)), 4)
    0.462
    """
    mu, sigma = _bump(mu, sigma)
    squares = (mixture.sigma / sigma) ** 2 + ((mixture.mean - mu) / sigma) ** 2
    kl = _mean_log_density(mixture) + _LOG_ROOT_2_PI + np.log(sigma) + 0.5 * squares
    return _plain(np.maximum(kl, 0.0))


def reverse_kl(mixture: GaussianMixture, mu: ArrayLike, sigma: ArrayLike) -> float | FloatArray:
    """D(N(μ, σ²)‖mixture) in nats: the price where the bump has mass and the mixture does not. Chapter 4.

    Parameters
    ----------
    mixture : GaussianMixture
        The model of this direction; the average is taken over the bump.
    mu, sigma : float or array_like
        Mean and standard deviation of the bump; they broadcast.

    Returns
    -------
    float or ndarray
        Nats.

    Examples
    --------
    >>> round(reverse_kl(two_hills(3.0), 3.0, 1.0), 4)
    0.6893
    """
    mu, sigma = _bump(mu, sigma)
    mu, sigma = np.broadcast_arrays(mu, sigma)
    values = [_reverse(mixture, m, s)[0] for m, s in zip(mu.flat, sigma.flat, strict=True)]
    return _plain(np.maximum(np.reshape(values, mu.shape), 0.0))


def forward_fit(mixture: GaussianMixture) -> GaussianFit:
    """The bump of least D(mixture‖bump): it copies mean and variance, no optimiser needed. Chapter 4.

    Examples
    --------
    >>> fit = forward_fit(two_hills(3.0))
    >>> fit.mu, round(fit.sigma, 3), round(fit.kl, 4)
    (0.0, 3.162, 0.462)
    """
    mu, sigma = mixture.mean, mixture.sigma
    return GaussianFit(mu, sigma, float(forward_kl(mixture, mu, sigma)))


def reverse_fit(mixture: GaussianMixture, start: float | None = None) -> GaussianFit:
    """A bump of least D(bump‖mixture): where the search ends depends on where it starts. Chapter 4.

    Parameters
    ----------
    mixture : GaussianMixture
    start : float, optional
        Mean from which to walk downhill to a local optimum. Without it every hill and the mixture's mean
        are tried and the best end is returned; of equally good ends the leftmost.

    Returns
    -------
    GaussianFit

    Examples
    --------
    >>> fit = reverse_fit(two_hills(3.0), start=3.0)
    >>> round(fit.mu, 3), round(fit.sigma, 3), round(fit.kl, 4)
    (2.984, 1.023, 0.6888)
    """
    if start is not None:
        return _descend(mixture, float(as_numbers(start, name="start")))
    fits = [_descend(mixture, m) for m in sorted({*mixture.means, mixture.mean})]
    return min(fits, key=lambda fit: round(fit.kl, 9))


def _descend(mixture: GaussianMixture, start: float) -> GaussianFit:
    """Newton's method, damped wherever the ground bends the wrong way or a step would lead uphill."""
    # A narrow first bump feels the ground around its start and not yet the other hills.
    mu, sigma, damping = start, min(mixture.sigmas), 1.0
    kl, slope, bend = _reverse(mixture, mu, sigma)
    for _ in range(200):
        if np.abs(slope).max() < 1e-11:
            break
        lift = damping + max(0.0, -np.linalg.eigvalsh(bend)[0])
        step = np.linalg.solve(bend + lift * np.eye(2), -slope)
        step /= max(1.0, abs(step[1]))  # at most a factor e in width at once
        next_mu, next_sigma = mu + sigma * step[0], sigma * float(np.exp(step[1]))
        trial = _reverse(mixture, next_mu, next_sigma)
        if trial[0] <= kl + 1e-15:
            mu, sigma, damping = next_mu, next_sigma, damping / 8.0
            kl, slope, bend = trial
        else:
            damping *= 4.0
    return GaussianFit(float(mu), float(sigma), max(kl, 0.0))


def _reverse(mixture: GaussianMixture, mu: float, sigma: float) -> tuple[float, FloatArray, FloatArray]:
    """Reverse KL of one bump, its slope and its bend, along μ in widths of the bump and along log σ."""
    u, weights = _standard_normal(_points(mixture, sigma))
    log_p, score, curvature = _log_density(mixture, mu + sigma * u)
    kl = -_LOG_ROOT_2_PI - 0.5 - np.log(sigma) - weights @ log_p
    pull, bow = sigma * score * weights, sigma**2 * curvature * weights
    slope = np.array([-pull.sum(), -1.0 - pull @ u])
    cross = -(bow @ u)
    bend = np.array([[-bow.sum(), cross], [cross, -(bow @ u**2) - pull @ u]])
    return float(kl), slope, bend


@lru_cache(maxsize=256)
def _mean_log_density(mixture: GaussianMixture) -> float:
    """Minus the mixture's differential entropy, in nats: hill by hill."""
    total = 0.0
    for weight, mean, sigma in zip(mixture.weights, mixture.means, mixture.sigmas, strict=True):
        u, share = _standard_normal(_points(mixture, sigma))
        total += weight * float(share @ _log_density(mixture, mean + sigma * u)[0])
    return total


def _points(mixture: GaussianMixture, sigma: float) -> int:
    """Grid points that resolve the bump, the narrowest hill, and the bend of log p between two hills."""
    narrow = min(mixture.sigmas)
    apart = max(mixture.means) - min(mixture.means)
    step = min(sigma / 16, narrow / 8, 0.8 * narrow**2 / max(apart, narrow))
    points = 2 * _REACH * sigma / step
    if points > 1e6:
        raise ValueError(
            f"a bump of σ = {sigma:.6g} over hills as narrow as {narrow:.6g} cannot be integrated finely "
            "enough; measure x in a unit that brings the widths closer together."
        )
    return 1 << int(np.ceil(np.log2(points)))  # few different grids, so that they can be kept


@lru_cache(maxsize=32)
def _standard_normal(points: int) -> tuple[FloatArray, FloatArray]:
    u = np.linspace(-_REACH, _REACH, points + 1)
    weights = np.exp(-0.5 * u**2)
    return u, weights / weights.sum()


def _log_density(mixture: GaussianMixture, x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log density at x, its slope and its curvature, all finite however far out x is."""
    hill = (np.s_[:], *(None,) * x.ndim)  # one row of numbers per hill
    sigmas = np.array(mixture.sigmas)[hill]
    pull = (np.array(mixture.means)[hill] - x) / sigmas**2
    with np.errstate(divide="ignore"):  # a hill of weight 0 has log weight −inf, and no part in the sum
        parts = np.log(mixture.weights)[hill] - np.log(sigmas) - _LOG_ROOT_2_PI - 0.5 * (pull * sigmas) ** 2
    highest = parts.max(axis=0)
    shares = np.exp(parts - highest)
    total = shares.sum(axis=0)
    shares /= total
    score = (shares * pull).sum(axis=0)
    curvature = (shares * ((pull - score) ** 2 - sigmas**-2.0)).sum(axis=0)
    return highest + np.log(total), score, curvature


def _bump(mu: ArrayLike, sigma: ArrayLike) -> tuple[FloatArray, FloatArray]:
    spread = as_numbers(sigma, name="sigma")
    if (spread <= 0.0).any():
        raise ValueError(f"sigma is {spread.min():.6g}; a standard deviation must be above 0.")
    return as_numbers(mu, name="mu"), spread


def _plain(values: FloatArray) -> float | FloatArray:
    return float(values) if np.ndim(values) == 0 else np.asarray(values)
