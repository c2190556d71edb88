"""Bell curves: their spread in bits, which may be negative, and the price of taking one for another."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from course_lib.distributions import FloatArray, as_numbers, in_unit


def gaussian_entropy(sigma_or_cov: ArrayLike, *, unit: str) -> float | FloatArray:
    """Differential entropy of a Gaussian: ½ log(2πe σ²), or ½ log det(2πe Σ) of a covariance. Chapter 2.

    Parameters
    ----------
    sigma_or_cov : float, array_like of shape (n,), or array_like of shape (d, d)
        A standard deviation σ (not a variance); a list of standard deviations, each its own Gaussian;
        or a covariance matrix Σ, whose diagonal holds variances.
    unit : {"bits", "nats", "hartleys"}
        No default: bits and nats are both usual here, so the caller says which.

    Returns
    -------
    float or ndarray
        Entropy in `unit`: a float for one σ or one covariance matrix, an array for a list of σ.
        It is negative for a narrow Gaussian, and changes when x is measured in other units.

    Raises
    ------
    ValueError
        If a σ is not positive, or the matrix is not square, symmetric and positive definite.

    See Also
    --------
    scipy.stats.norm.entropy : the same in nats.

    Examples
    --------
    >>> round(gaussian_entropy(1.0, unit="bits"), 4)
    2.0471
    >>> round(gaussian_entropy(0.1, unit="bits"), 4)
    -1.2748
    """
    spread = as_numbers(sigma_or_cov, name="sigma_or_cov")
    if spread.size == 0:
        raise ValueError("sigma_or_cov is empty; give a σ, a list of σ, or one covariance matrix.")
    if spread.ndim > 2:
        raise ValueError(
            f"sigma_or_cov has {spread.ndim} axes; give a σ, a list of σ, or one covariance matrix."
        )
    if spread.ndim == 2:
        log_det = _log_determinant(spread)
        return float(in_unit(0.5 * (len(spread) * np.log(2.0 * np.pi * np.e) + log_det), unit))
    if (spread <= 0.0).any():
        raise ValueError(f"σ is {spread.min():.6g}; a standard deviation must be above 0.")
    nats = 0.5 * np.log(2.0 * np.pi * np.e) + np.log(spread)
    return float(in_unit(nats, unit)) if spread.ndim == 0 else np.asarray(in_unit(nats, unit))


def gaussian_kl(
    mu0: ArrayLike, sigma0: ArrayLike, mu1: ArrayLike, sigma1: ArrayLike, *, unit: str
) -> float | FloatArray:
    """Divergence of two Gaussians, D(N₀‖N₁): log(σ₁/σ₀) + (σ₀² + (μ₀ − μ₁)²)/2σ₁² − ½. Chapter 4.

    Parameters
    ----------
    mu0, sigma0 : float or array_like
        The truth: mean and standard deviation (not variance), or arrays of them, each its own Gaussian.
        If the sigmas are two-dimensional they are covariance matrices Σ and the means are vectors.
    mu1, sigma1 : float or array_like
        The model, in the same form. Truth first.
    unit : {"bits", "nats", "hartleys"}
        No default: bits and nats are both usual here, so the caller says which.

    Returns
    -------
    float or ndarray
        Divergence in `unit`, at least 0: a float for numbers and for covariance matrices, an array where
        arrays of numbers broadcast.

    Raises
    ------
    ValueError
        If a σ is not positive, a covariance matrix not positive definite, or the shapes do not fit.

    Notes
    -----
    With covariances: ½ (tr Σ₁⁻¹Σ₀ + Δᵀ Σ₁⁻¹ Δ − d + log det Σ₁ − log det Σ₀), Δ = μ₁ − μ₀, by Cholesky
    factors and without an inverse. In PyTorch: ``torch.distributions.kl_divergence(N0, N1)``, in nats.

    Examples
    --------
    >>> round(gaussian_kl(0, 1, 1, 2, unit="nats"), 4)
    0.4431
    >>> round(gaussian_kl([0, 0], [[1, 0], [0, 1]], [1, 0], [[4, 0], [0, 1]], unit="nats"), 4)
    0.4431
    """
    means = as_numbers(mu0, name="mu0"), as_numbers(mu1, name="mu1")
    spreads = as_numbers(sigma0, name="sigma0"), as_numbers(sigma1, name="sigma1")
    if 2 in (spreads[0].ndim, spreads[1].ndim):
        return float(in_unit(_covariance_kl(*means, *spreads), unit))
    for name, spread in zip(("sigma0", "sigma1"), spreads, strict=True):
        if (spread <= 0.0).any():
            raise ValueError(f"{name} is {spread.min():.6g}; a standard deviation must be above 0.")
    try:
        np.broadcast(*means, *spreads)
    except ValueError:
        raise ValueError(
            f"means of shapes {means[0].shape} and {means[1].shape} and sigmas of shapes {spreads[0].shape} "
            f"and {spreads[1].shape} do not pair up."
        ) from None
    kl = np.asarray(in_unit(_bump_kl(*means, *spreads), unit))
    return float(kl) if kl.ndim == 0 else kl


def gaussian_mutual_information(rho: ArrayLike, *, unit: str) -> float | FloatArray:
    """Mutual information of two jointly Gaussian variables of correlation ρ: −½ log(1 − ρ²). Chapter 5.

    Parameters
    ----------
    rho : float or array_like
        Correlation, between −1 and 1; an array gives one value per entry.
    unit : {"bits", "nats", "hartleys"}
        No default: bits and nats are both usual here, so the caller says which.

    Returns
    -------
    float or ndarray
        Information in `unit`, at least 0, the same for ρ and −ρ; inf where |ρ| = 1, for a continuous
        variable that fixes another tells infinitely much about it.

    Notes
    -----
    Only for Gaussian pairs: in general ρ = 0 does not make variables independent.

    Examples
    --------
    >>> round(gaussian_mutual_information(0.9, unit="bits"), 4)
    1.198
    """
    correlation = as_numbers(rho, name="rho")
    if correlation.size and np.abs(correlation).max() > 1.0:
        worst = correlation.flat[np.abs(correlation).argmax()]
        raise ValueError(f"rho is {worst:.6g}; a correlation lies between −1 and 1.")
    with np.errstate(divide="ignore"):
        # log1p keeps hardly any correlation apart from none; the two factors, nearly all of it from all.
        log = np.where(
            np.abs(correlation) < 0.5,
            np.log1p(-correlation * correlation),
            np.log((1.0 - correlation) * (1.0 + correlation)),
        )
    information = np.asarray(in_unit(0.0 - 0.5 * log, unit))
    return float(information) if information.ndim == 0 else information


def vae_kl(mu: ArrayLike, log_var: ArrayLike, *, axis: int = -1, unit: str = "nats") -> float | FloatArray:
    """Nats a VAE's encoder pays: D(N(μ, σ²)‖N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²). Chapter 4.

    Parameters
    ----------
    mu : float or array_like, shape (..., d)
        Means of the d latent coordinates; a number is a single coordinate.
    log_var : float or array_like, shape (..., d)
        Logarithms of the *variances*, log σ², as encoders put out; same shape as `mu`.
    axis : int
        The axis of the latent coordinates, over which the cost is summed (not averaged).
    unit : {"nats", "bits", "hartleys"}

    Returns
    -------
    float or ndarray
        Cost in `unit`, at least 0; one per row of a batch.

    Examples
    --------
    >>> round(vae_kl([0.5, -0.3, 0.1], [-0.5, 0.2, -0.1]), 4)
    0.2414
    """
    means, log_variances = as_numbers(mu, name="mu"), as_numbers(log_var, name="log_var")
    if means.shape != log_variances.shape:
        raise ValueError(
            f"mu has shape {means.shape} and log_var {log_variances.shape}; each coordinate needs both."
        )
    with np.errstate(over="ignore"):
        nats = 0.5 * (means**2 + (np.expm1(log_variances) - log_variances))
    nats = np.maximum(nats, 0.0)  # e^x − 1 − x is never negative, its round-off may be
    total = np.asarray(in_unit(nats if nats.ndim == 0 else nats.sum(axis=axis), unit))
    return float(total) if total.ndim == 0 else total


def _bump_kl(mu0: FloatArray, mu1: FloatArray, sigma0: FloatArray, sigma1: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", divide="ignore"):  # far off in the model's widths, no float may be enough
        excess = (sigma0 - sigma1) / sigma1
        distance = (mu0 - mu1) / sigma1
        # log1p keeps what widths that are almost equal cost; for others it could lose a tiny σ₀ in the 1.
        log_ratio = np.where(np.abs(excess) < 0.5, np.log1p(excess), np.log(sigma0) - np.log(sigma1))
        nats = 0.5 * (excess * (2.0 + excess) + distance**2) - log_ratio
    return np.asarray(np.maximum(nats, 0.0))  # an inexact log1p could leave −1e-32


def _covariance_kl(mu0: FloatArray, mu1: FloatArray, sigma0: FloatArray, sigma1: FloatArray) -> float:
    size = mu0.shape[-1:]
    if {mu0.shape, mu1.shape} != {size} or {sigma0.shape, sigma1.shape} != {2 * size}:
        raise ValueError(
            "covariance matrices come in pairs of one size d × d, with means of length d; got shapes "
            f"{mu0.shape}, {sigma0.shape} and {mu1.shape}, {sigma1.shape}."
        )
    root0, root1 = _cholesky(sigma0), _cholesky(sigma1)
    trace = np.square(solve_triangular(root1, root0, lower=True)).sum()
    distance = np.square(solve_triangular(root1, mu1 - mu0, lower=True)).sum()
    log_ratio = np.log(np.diag(root1) / np.diag(root0)).sum()
    return max(float(0.5 * (trace - len(mu0) + distance) + log_ratio), 0.0)


def _log_determinant(covariance: FloatArray) -> float:
    return float(2.0 * np.log(np.diag(_cholesky(covariance))).sum())


def _cholesky(covariance: FloatArray) -> FloatArray:
    if covariance.shape[0] != covariance.shape[1]:
        raise ValueError(f"a covariance matrix is square; this one has shape {covariance.shape}.")
    if not np.allclose(covariance, covariance.T, rtol=1e-9, atol=0.0):
        raise ValueError("a covariance matrix is symmetric: cov(x, y) = cov(y, x). This one is not.")
    try:
        root = np.linalg.cholesky(covariance).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        raise ValueError(
            "the covariance matrix is not positive definite: some mixture of the variables has no spread, "
            "so its density is infinite and its entropy is −inf."
        ) from None
    return root
