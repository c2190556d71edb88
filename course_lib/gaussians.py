"""Differential entropy of the bell curve: spread measured in bits, which may be negative."""

import numpy as np
from numpy.typing import ArrayLike

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


def _log_determinant(covariance: FloatArray) -> float:
    if covariance.shape[0] != covariance.shape[1]:
        raise ValueError(f"a covariance matrix is square; this one has shape {covariance.shape}.")
    if not np.allclose(covariance, covariance.T, rtol=1e-9, atol=0.0):
        raise ValueError("a covariance matrix is symmetric: cov(x, y) = cov(y, x). This one is not.")
    try:
        diagonal = np.diag(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:
        raise ValueError(
            "the covariance matrix is not positive definite: some mixture of the variables has no spread, "
            "so its density is infinite and its entropy is −inf."
        ) from None
    return float(2.0 * np.log(diagonal).sum())
