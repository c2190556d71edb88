"""Diffusion of Gaussian clusters: what noise melts, in exact numbers, on the line or in the plane."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, logsumexp

from course_lib.distributions import FloatArray, as_numbers, as_pmf, in_unit

# Integrals over the plane are sums over a fine grid; for smooth bumps the error falls faster than any power
# of the step. At a fifth of a bump's width it is below 1e-9, and beyond 8 widths there is no mass to miss.
_STEPS_PER_WIDTH = 5.0
_REACH = 8.0
_MOST_POINTS = 4_000_000


@dataclass(frozen=True)
class Clusters:
    """Round Gaussian clusters of one width, on the line or in the plane. Chapter 7.

    Parameters
    ----------
    centres : array_like, shape (K,) or (K, d)
        Where they stand, in d = 1 or 2 dimensions; numbers alone are places on the line.
    sigma : float
        Standard deviation of every cluster along every axis, above 0.
    weights : array_like, shape (K,), optional
        Probability of each cluster; equal if not given.

    Examples
    --------
    >>> pair = Clusters([-1, 1], 0.5)
    >>> pair.score([[0.0]]).tolist()
    [[0.0]]
    """

    centres: tuple[tuple[float, ...], ...]
    sigma: float
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        centres = as_numbers(self.centres, name="centres")
        centres = centres[:, None] if centres.ndim == 1 else centres
        if centres.ndim != 2 or centres.shape[1] not in (1, 2) or not len(centres):
            raise ValueError(
                f"centres has shape {centres.shape}; each cluster has a place on the line or in the plane."
            )
        sigma = float(as_numbers(self.sigma, name="sigma"))
        if sigma <= 0.0:
            raise ValueError(f"sigma is {sigma:.6g}; a standard deviation must be above 0.")
        equal = np.full(len(centres), 1.0 / len(centres))
        weights = equal if self.weights is None else as_pmf(self.weights, name="weights")
        if weights.shape != (len(centres),):
            raise ValueError(f"weights has shape {weights.shape}; there are {len(centres)} clusters.")
        object.__setattr__(self, "centres", tuple(map(tuple, centres.tolist())))
        object.__setattr__(self, "sigma", sigma)
        object.__setattr__(self, "weights", tuple(weights.tolist()))

    @property
    def dimensions(self) -> int:
        """1 on the line, 2 in the plane."""
        return len(self.centres[0])

    def log_density(self, x: ArrayLike) -> FloatArray:
        """Log of the density in nats, shape (n,), at points of shape (n, d)."""
        return np.asarray(logsumexp(self._log_parts(x), axis=1))

    def posterior(self, x: ArrayLike) -> FloatArray:
        """Probability of each cluster, shape (n, K), once a point is seen."""
        parts = self._log_parts(x)
        return np.asarray(np.exp(parts - logsumexp(parts, axis=1, keepdims=True)))

    def score(self, x: ArrayLike) -> FloatArray:
        """Slope of the log density along x, shape (n, d): in nats per unit of x, towards the clusters."""
        points = self._points(x)
        return np.asarray((self.posterior(points) @ np.array(self.centres) - points) / self.sigma**2)

    def sample(self, n: int, *, seed: int = 0) -> FloatArray:
        """Draw n points, shape (n, d)."""
        rng = np.random.default_rng(seed)
        which = rng.choice(len(self.centres), size=n, p=self.weights)
        return np.array(self.centres)[which] + self.sigma * rng.normal(size=(n, self.dimensions))

    def _points(self, x: ArrayLike) -> FloatArray:
        points = as_numbers(x, name="x")
        if points.ndim != 2 or points.shape[1] != self.dimensions:
            raise ValueError(f"x has shape {points.shape}; points here have shape (n, {self.dimensions}).")
        return points

    def _log_parts(self, x: ArrayLike) -> FloatArray:
        apart = self._points(x)[:, None, :] - np.array(self.centres)
        height = self.dimensions * np.log(self.sigma * np.sqrt(2.0 * np.pi))
        with np.errstate(
            divide="ignore"
        ):  # a cluster of weight 0 has log weight −inf, and no part in the sum
            log_weights = np.log(np.array(self.weights))
        return np.asarray(log_weights - height - 0.5 * (apart**2).sum(axis=2) / self.sigma**2)


def ring_of_clusters(clusters: int = 8, sigma: float = 0.14) -> Clusters:
    """Return equal clusters on a circle as wide as gives the whole cloud variance 1 along either axis.

    Parameters
    ----------
    clusters : int
        At least 3.
    sigma : float
        Standard deviation of each, above 0 and below 1.

    Examples
    --------
    >>> round(ring_of_clusters().centres[0][0], 3)
    1.4
    """
    if clusters < 3:
        raise ValueError(f"clusters is {clusters}; it takes 3 or more to be as wide as tall.")
    if not 0.0 < sigma < 1.0:
        raise ValueError(f"sigma is {sigma:.6g}; for a total variance of 1 it must be between 0 and 1.")
    angles = 2.0 * np.pi * np.arange(clusters) / clusters
    radius = np.sqrt(2.0 * (1.0 - sigma**2))
    return Clusters(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), sigma)


def diffused(clusters: Clusters, alpha_bar: float) -> Clusters:
    """Return the distribution of x_t = √ᾱ x₀ + √(1−ᾱ) ε, ε standard normal: clusters again.

    Parameters
    ----------
    clusters : Clusters
        The distribution of x₀.
    alpha_bar : float
        ᾱ, the share of the start's variance that is left: 1 is the start, 0 pure noise.

    Examples
    --------
    >>> melted = diffused(Clusters([-1, 1], 0.5), 0.36)
    >>> [round(place, 6) for (place,) in melted.centres], round(melted.sigma, 4)
    ([-0.6, 0.6], 0.8544)
    """
    share = _share(alpha_bar)
    places = np.sqrt(share) * np.array(clusters.centres)
    width = float(np.sqrt(share * clusters.sigma**2 + 1.0 - share))
    return Clusters(places, width, clusters.weights)


def denoised(clusters: Clusters, x_t: ArrayLike, alpha_bar: float) -> FloatArray:
    """Return the best guess of x₀, its mean given x_t: the score shows the way (Tweedie's formula).

    Parameters
    ----------
    clusters : Clusters
        The distribution of x₀.
    x_t : array_like, shape (n, d)
        Noisy points.
    alpha_bar : float
        ᾱ above 0: of pure noise there is nothing to guess from.

    Returns
    -------
    ndarray, shape (n, d)
        (x_t + (1−ᾱ) · score of x_t) / √ᾱ.

    Examples
    --------
    >>> denoised(Clusters([-1, 1], 0.1), [[0.7]], 0.5).round(2).tolist()
    [[0.76]]
    """
    share = _share(alpha_bar)
    if share == 0.0:
        raise ValueError("alpha_bar is 0: x_t is pure noise then, and says nothing about the start.")
    noisy = diffused(clusters, share)
    return np.asarray((noisy._points(x_t) + (1.0 - share) * noisy.score(x_t)) / np.sqrt(share))


class Melting(NamedTuple):
    """What noise has left: h(x_t), D(p_t‖N(0, I)), I(cluster; x_t) and I(x₀; x_t)."""

    entropy: float
    from_noise: float
    about_cluster: float
    about_start: float


def melting(clusters: Clusters, alpha_bar: float, *, unit: str = "bits") -> Melting:
    """What is left of the clusters at noise level ᾱ: how it looks, and what can still be known. Chapter 7.

    Parameters
    ----------
    clusters : Clusters
        The distribution of x₀.
    alpha_bar : float
        ᾱ, from 1, the start, to 0, pure noise.
    unit : {"bits", "nats", "hartleys"}

    Returns
    -------
    Melting
        `entropy`, the differential entropy of x_t; `from_noise`, its divergence from the standard normal;
        `about_cluster` and `about_start`, what x_t tells about the cluster and about x₀ itself. The last is
        inf at ᾱ = 1, where x_t is x₀ to its last digit.

    Notes
    -----
    Only the entropy is an integral, over a grid that resolves every cluster (to about 1e-9). The rest
    follows from it: given the cluster or x₀, x_t is a Gaussian whose entropy is known.

    Examples
    --------
    >>> left = melting(ring_of_clusters(), 0.5)
    >>> round(left.from_noise, 3), round(left.about_cluster, 3)
    (0.017, 0.955)
    """
    share = _share(alpha_bar)
    noisy = diffused(clusters, share)
    d = clusters.dimensions
    h = _entropy(noisy)
    square = float(np.array(noisy.weights) @ (np.array(noisy.centres) ** 2).sum(axis=1)) + d * noisy.sigma**2
    from_noise = 0.5 * (square + d * np.log(2.0 * np.pi)) - h
    about_cluster = h - d * _bell_entropy(noisy.sigma)
    about_start = h - d * _bell_entropy(np.sqrt(1.0 - share)) if share < 1.0 else np.inf
    amounts = (h, *(max(amount, 0.0) for amount in (from_noise, about_cluster, about_start)))
    return Melting(*(float(in_unit(amount, unit)) for amount in amounts))


def _bell_entropy(sigma: float) -> float:
    return float(0.5 * np.log(2.0 * np.pi * np.e) + np.log(sigma))


def _entropy(clusters: Clusters) -> float:
    """Differential entropy in nats; a round bell is a product, so exp is needed along the axes only."""
    places = np.array(clusters.centres)
    step = clusters.sigma / _STEPS_PER_WIDTH
    # At least as wide as the clusters need; many whole steps, so that the ends hold no mass.
    axes = [
        np.arange(low - _REACH * clusters.sigma, high + _REACH * clusters.sigma + step, step)
        for low, high in zip(places.min(axis=0), places.max(axis=0), strict=True)
    ]
    points = int(np.prod([len(axis) for axis in axes]))
    if points > _MOST_POINTS:
        raise ValueError(
            f"clusters of σ = {clusters.sigma:.6g} this far apart would need {points:,} grid points; "
            "bring them closer together, or make them wider."
        )
    bells = [
        np.exp(-0.5 * ((axis - place[:, None]) / clusters.sigma) ** 2)
        / (clusters.sigma * np.sqrt(2.0 * np.pi))
        for axis, place in zip(axes, places.T, strict=True)
    ]
    weighted = np.array(clusters.weights)[:, None] * bells[0]
    density = weighted.sum(axis=0) if clusters.dimensions == 1 else weighted.T @ bells[1]
    return float(entr(density).sum() * step**clusters.dimensions)


def _share(alpha_bar: float) -> float:
    share = float(as_numbers(alpha_bar, name="alpha_bar"))
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"alpha_bar is {share:.6g}; it is the share of the start that is left, from 0 to 1.")
    return share
