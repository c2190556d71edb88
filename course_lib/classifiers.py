"""From scores to a loss: softmax, cross-entropy in nats, calibration and its repair by temperature."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from course_lib.distributions import (
    FloatArray,
    as_numbers,
    as_pmf,
    as_probabilities,
    in_unit,
)

# About a quarter of a million logits at a time stay in the processor's cache, whatever the table's size.
_BLOCK = 1 << 18


def softmax(z: ArrayLike, *, temperature: float = 1.0, axis: int = -1) -> FloatArray:
    """Probabilities of logits: q = exp(z/τ) / Σ exp(z/τ). Chapter 3.

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits. −inf masks a class: its probability is 0.
    temperature : float
        τ, finite and above 0. Below 1 sharpens, above 1 flattens; the order of classes stays.
    axis : int
        The axis that holds the classes.

    Returns
    -------
    ndarray, shape (..., K)
        Probabilities in float64, each row summing to 1.

    See Also
    --------
    scipy.special.softmax : the same without temperature, over all axes unless told.

    Examples
    --------
    >>> softmax([-1, 0, 1.2]).round(4).tolist()
    [0.0785, 0.2133, 0.7082]
    >>> softmax([800.0, 0.0, -np.inf]).tolist()
    [1.0, 0.0, 0.0]
    """
    shifted, others = _shifted_rows(z, temperature, axis)
    powers = np.exp(shifted)
    powers /= (1.0 + others)[..., None]
    return np.moveaxis(powers, -1, axis)


def log_softmax(z: ArrayLike, *, temperature: float = 1.0, axis: int = -1) -> FloatArray:
    """Log-probabilities of logits, in nats: z/τ − log Σ exp(z/τ). Chapter 3.

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits; −inf masks a class.
    temperature : float
        τ, finite and above 0.
    axis : int
        The axis that holds the classes.

    Returns
    -------
    ndarray, shape (..., K)
        Log-probabilities in nats, float64, at most 0; −inf for a masked class.

    See Also
    --------
    scipy.special.log_softmax : the same without temperature.

    Notes
    -----
    The row's largest logit is subtracted first, so no power overflows; its own power is then exactly 1,
    and log1p of the others keeps a nearly certain class at −2e-22 where log(1 + 2e-22) would say 0.

    Examples
    --------
    >>> log_softmax([-1, 0, 1.2]).round(4).tolist()
    [-2.545, -1.545, -0.345]
    >>> float(log_softmax([50, 0])[0])
    -1.9287498479639178e-22
    """
    shifted, others = _shifted_rows(z, temperature, axis)
    shifted -= np.log1p(others)[..., None]
    return np.moveaxis(shifted, -1, axis)


def cross_entropy_from_logits(z: ArrayLike, y: ArrayLike, *, reduction: str = "mean") -> float | FloatArray:
    """Loss of a classifier in nats, straight from its logits: log Σ exp z − z[y]. Chapter 3.

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits, not probabilities. −inf masks a class.
    y : array_like of int, shape (...), or array_like, shape (..., K)
        The true class of each row; or soft targets, one distribution per row.
    reduction : {"mean", "sum", "none"}
        "none" returns the loss of every row.

    Returns
    -------
    float or ndarray
        Loss in nats: a float, or an array of shape (...) for "none" (a float for a single row).
        It is inf where the true class is masked, and never NaN.

    Raises
    ------
    ValueError
        If a logit is NaN or +inf, a whole row is masked, or a label is no class. The row is named.

    See Also
    --------
    cross_entropy_from_probabilities : for probabilities you already have.
    sklearn.metrics.log_loss : from probabilities, clipped at the float's epsilon.

    Notes
    -----
    Rows go through one small buffer, block by block: no second array of the table's size is made. float16
    and float32 logits keep single precision inside a row and are summed over rows in float64. In PyTorch:
    ``torch.nn.functional.cross_entropy(z, y)``.

    Examples
    --------
    >>> round(cross_entropy_from_logits([-1, 0, 1.2], 2), 4)
    0.345
    >>> cross_entropy_from_logits([[200, 800, 100, 50]] * 2, [0, 1], reduction="none").round(4).tolist()
    [600.0, 0.0]
    """
    rows, batch_shape = _rows_of_logits(z)
    targets = _targets(y, batch_shape, rows.shape[-1])
    losses = np.empty(len(rows))
    for block in _blocks(rows):
        losses[block] = _losses(rows[block], targets[block], block.start, batch_shape)
    return _reduced(losses.reshape(batch_shape), reduction)


def cross_entropy_from_probabilities(
    probabilities: ArrayLike, y: ArrayLike, *, reduction: str = "mean", unit: str = "nats"
) -> float | FloatArray:
    """Loss in nats of forecasts you already have as probabilities: −log q[y]. Chapter 3.

    Parameters
    ----------
    probabilities : array_like, shape (..., K), or shape (n,) for yes/no forecasts
        One distribution per row; or the probability of "yes" for each of n events.
    y : array_like of int, shape (...), or array_like, shape (..., K)
        The true class of each row, or soft targets. For yes/no forecasts 0 or 1 for each event:
        binary cross-entropy, −log q if it happened and −log(1 − q) if not. (A single distribution
        against a soft target would look the same: that is `course_lib.measures.cross_entropy`.)
    reduction : {"mean", "sum", "none"}
    unit : {"nats", "bits", "hartleys"}

    Returns
    -------
    float or ndarray
        Loss in `unit`. It is inf where a forecast called impossible what happened, never clipped.

    See Also
    --------
    cross_entropy_from_logits : where there are logits; probabilities round to 0 long before logits do.
    sklearn.metrics.log_loss : clips, so it caps the fine for a false "never".

    Examples
    --------
    >>> round(cross_entropy_from_probabilities([0.9, 0.2, 0.6, 0.1], [1, 0, 1, 0]), 4)
    0.2362
    >>> cross_entropy_from_probabilities([[0.5, 0.5], [1.0, 0.0]], [0, 1])
    inf
    """
    if np.ndim(probabilities) == np.ndim(y) < 2:
        yes, happened = _yes_no_forecasts(probabilities, y)
        with np.errstate(divide="ignore"):
            losses = -np.where(happened, np.log(yes), np.log1p(-yes))
    else:
        q = as_pmf(probabilities, name="probabilities")
        targets = _targets(y, q.shape[:-1], q.shape[-1]).reshape(np.shape(y))
        with np.errstate(divide="ignore"):
            surprises = -np.log(q)
        losses = _expected(surprises, targets)
    return _reduced(np.asarray(in_unit(losses + 0.0, unit)), reduction)


def cross_entropy_gradient(z: ArrayLike, y: ArrayLike) -> FloatArray:
    """Slope of each row's loss in nats along its logits: softmax(z) − target, q − p. Chapter 3.

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits.
    y : array_like of int, shape (...), or array_like, shape (..., K)
        The true class of each row, or soft targets.

    Returns
    -------
    ndarray, shape (..., K)
        Nats per unit of logit; each row sums to 0. For the slope of the mean loss divide by the rows.

    Examples
    --------
    >>> cross_entropy_gradient([-5.0, 0.0], 0).round(5).tolist()
    [-0.99331, 0.99331]
    """
    q = softmax(z)
    targets = _targets(y, q.shape[:-1], q.shape[-1])
    if targets.ndim == 1:
        targets = np.eye(q.shape[-1])[targets]
    slopes: FloatArray = q - targets.reshape(q.shape)
    return slopes


def smoothed_targets(y: ArrayLike, classes: int, epsilon: float) -> FloatArray:
    """Label smoothing: (1 − ε) on the true class and ε spread evenly over all classes. Chapter 3.

    Parameters
    ----------
    y : array_like of int, shape (...)
        True classes.
    classes : int
        Number of classes K.
    epsilon : float
        ε between 0 (one-hot) and 1 (uniform).

    Returns
    -------
    ndarray, shape (..., K)
        Soft targets. The true class holds 1 − ε + ε/K.

    Examples
    --------
    >>> smoothed_targets(0, 4, 0.2).round(3).tolist()
    [0.85, 0.05, 0.05, 0.05]
    """
    if isinstance(classes, bool) or not isinstance(classes, int | np.integer) or classes < 1:
        raise ValueError(f"classes is {classes!r}; it is how many classes there are, a whole number.")
    share = float(as_probabilities(epsilon, name="epsilon"))
    targets = _labels(y, np.shape(y), int(classes))
    return (1.0 - share) * np.eye(classes)[targets] + share / classes


def focal_loss(
    z: ArrayLike, y: ArrayLike, *, gamma: float = 2.0, reduction: str = "mean"
) -> float | FloatArray:
    """Focal loss in nats: −(1 − q[y])^γ log q[y], which forgives what is nearly right. Chapter 3.

    Parameters
    ----------
    z : array_like, shape (..., K)
        Logits.
    y : array_like of int, shape (...)
        True classes.
    gamma : float
        γ, finite and at least 0; 0 is cross-entropy.
    reduction : {"mean", "sum", "none"}

    Returns
    -------
    float or ndarray
        Loss in nats; 0 for a certain and right class, inf for a masked one.

    Examples
    --------
    >>> round(focal_loss([np.log(9), 0.0], 0), 5)  # cross-entropy 0.10536, a hundred times more
    0.00105
    """
    power = float(as_numbers(gamma, name="gamma"))
    if power < 0.0:
        raise ValueError(f"gamma is {power:.6g}; a negative power would punish what is nearly right.")
    rows, batch_shape = _rows_of_logits(z)
    labels = _labels(y, batch_shape, rows.shape[-1])
    losses = np.asarray(cross_entropy_from_logits(rows, labels.reshape(-1), reduction="none"))
    wrong = -np.expm1(-losses)  # 1 − q, without the cancellation
    return _reduced((wrong**power * losses).reshape(batch_shape), reduction)


def brier_score(probabilities: ArrayLike, y: ArrayLike) -> float:
    """Brier score: the mean squared distance between forecast and what happened. Chapter 3.

    Parameters
    ----------
    probabilities : array_like, shape (n,) or (n, K)
        Probability of "yes" for each event, or one distribution per row.
    y : array_like, shape (n,)
        0 or 1 for each event; or the true class of each row.

    Returns
    -------
    float
        Without a unit. Yes/no forecasts: mean (q − y)², between 0 and 1. Distributions: mean over rows of
        the sum over classes, between 0 and 2 (for two classes twice the yes/no score).

    Examples
    --------
    >>> round(brier_score([0.7], [1]), 4)
    0.09
    >>> round(brier_score([[0.3, 0.7]], [1]), 4)
    0.18
    """
    if np.ndim(probabilities) == 1:
        yes, happened = _yes_no_forecasts(probabilities, y)
        return float(np.mean((yes - happened) ** 2))
    q, labels = _forecast_rows(probabilities, y)
    return float(np.mean(((q - np.eye(q.shape[1])[labels]) ** 2).sum(axis=1)))


class Reliability(NamedTuple):
    """What a reliability diagram draws, bin by bin; see `reliability`."""

    edges: FloatArray
    counts: NDArray[np.int64]
    confidence: FloatArray
    accuracy: FloatArray


def reliability(probabilities: ArrayLike, y: ArrayLike, bins: int = 10) -> Reliability:
    """Forecasts sorted into bins of equal width, each with its mean forecast and its success. Chapter 3.

    Parameters
    ----------
    probabilities : array_like, shape (n,) or (n, K)
        Probability of "yes" for each event; or one distribution per row, of which the largest entry is the
        forecast that the top class is right.
    y : array_like, shape (n,)
        0 or 1 for each event; or the true class of each row.
    bins : int
        Number of bins between 0 and 1.

    Returns
    -------
    Reliability
        `edges` (bins + 1), `counts`, `confidence` (mean forecast) and `accuracy` (share that came true) per
        bin. A bin holds its lower edge, the last bin both. Both means are NaN in an empty bin: there is
        nothing to average, and `counts` says so.

    Examples
    --------
    >>> found = reliability([0.1, 0.9, 0.9, 0.9], [0, 1, 1, 0], bins=2)
    >>> found.counts.tolist(), found.accuracy.round(3).tolist()
    ([1, 3], [0.0, 0.667])
    """
    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise ValueError(f"bins is {bins!r}; it is how many bins there are, a whole number above 0.")
    if np.ndim(probabilities) == 1:
        forecast, success = _yes_no_forecasts(probabilities, y)
    else:
        q, labels = _forecast_rows(probabilities, y)
        forecast, success = q.max(axis=1), q.argmax(axis=1) == labels
    edges = np.arange(bins + 1) / bins  # 6/10 is the float 0.6; linspace's seventh edge lies just above it
    place = np.minimum(np.searchsorted(edges, forecast, side="right") - 1, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, forecast, bins) / counts
        accuracy = np.bincount(place, success, bins) / counts
    return Reliability(edges, counts, confidence, accuracy)


def expected_calibration_error(probabilities: ArrayLike, y: ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: the bins' gaps |accuracy − confidence|, weighted by counts. Chapter 3.

    Takes the same as `reliability`; the result has no unit and lies between 0 and 1. It depends on the
    bins, and a forecaster can lower it without knowing more: report it beside a proper score.

    Examples
    --------
    >>> round(expected_calibration_error([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 0]), 4)
    0.15
    """
    found = reliability(probabilities, y, bins)
    used = found.counts > 0
    gaps = np.abs(found.accuracy[used] - found.confidence[used])
    return float(gaps @ found.counts[used] / found.counts.sum())


def fit_temperature(z: ArrayLike, y: ArrayLike) -> float:
    """Temperature τ that minimises the mean loss of softmax(z/τ). Chapter 3.

    Parameters
    ----------
    z : array_like, shape (n, K)
        Logits of held-out rows.
    y : array_like of int, shape (n,), or array_like, shape (n, K)
        Their true classes, or soft targets.

    Returns
    -------
    float
        τ. It is 0.0 when every row is right with its largest logit: the sharper the better, without end.
        It is inf when no positive 1/τ does better than calling all classes equally likely.

    Raises
    ------
    ValueError
        If the true class of a row is masked: its loss is inf at every temperature.

    Notes
    -----
    In 1/τ the mean loss is convex with slope mean(E_q[z] − z[y]), so its one zero is found by bisection
    and secants. There, mean cross-entropy equals mean predictive entropy.

    Examples
    --------
    >>> z = [[4.0, 0.0]] * 4  # says 98 % each time, and is right three times in four
    >>> tau = fit_temperature(z, [0, 0, 0, 1])
    >>> round(tau, 4), softmax(z[0], temperature=tau).round(4).tolist()
    (3.641, [0.75, 0.25])
    """
    rows, batch_shape = _rows_of_logits(z)
    targets = _targets(y, batch_shape, rows.shape[-1])
    with np.errstate(over="ignore"):
        shifted = rows - _largest(rows, 0, batch_shape)[:, None].astype(np.float64)
    true = -_expected(-shifted, targets)
    if np.isinf(true).any():
        where = _row_name(int(np.argmin(true)), batch_shape)
        raise ValueError(f"the true class{where} has logit −inf; no temperature makes its loss finite.")
    scale = float(-true.min()) or 1.0

    def slope(inverse: float) -> float:
        with np.errstate(invalid="ignore"):  # 0 · −inf, a masked class at τ = inf, weighs nothing
            weights = np.where(np.isneginf(shifted), 0.0, np.exp(shifted * inverse))
        expected = -_expected(-shifted, weights / weights.sum(axis=1, keepdims=True))
        return float(np.mean(expected - true))

    if slope(0.0) >= 0.0:
        return np.inf
    if not true.any():
        return 0.0
    upper = 1.0 / scale
    while slope(upper) < 0.0:
        upper *= 2.0
    return 1.0 / float(brentq(slope, 0.0, upper, xtol=1e-15 * upper, rtol=1e-14))


# --- rows, labels, reductions -------------------------------------------------------------------------


def _shifted_rows(z: ArrayLike, temperature: float, axis: int) -> tuple[FloatArray, FloatArray]:
    """(z − max z)/τ with classes last, and the powers of all but each row's largest, summed."""
    tau = _temperature(temperature)
    logits = _logits(z)
    if logits.ndim == 0:
        raise ValueError("z is a single number; softmax needs one logit per class.")
    logits = np.moveaxis(logits, axis, -1)
    rows, batch_shape = _rows_of_logits(logits)
    top = rows.argmax(axis=1)
    shifted = rows.astype(np.float64)
    # Shift before dividing: a huge logit over a tiny temperature may then reach −inf, never inf − inf.
    with np.errstate(over="ignore"):
        shifted -= _largest(rows, 0, batch_shape)[:, None]
        shifted /= tau
    powers = np.exp(shifted)
    powers[np.arange(len(rows)), top] = 0.0
    return shifted.reshape(logits.shape), powers.sum(axis=1).reshape(batch_shape)


def _temperature(temperature: float) -> float:
    values = as_numbers(temperature, name="temperature", allow_infinity=True)
    if values.ndim:
        raise ValueError(f"temperature has shape {values.shape}; give one number, and call once for each.")
    tau = float(values)
    if not 0.0 < tau < np.inf:
        raise ValueError(
            f"temperature is {tau:.6g}; it must be finite and above 0. "
            "Towards 0 softmax becomes argmax, towards inf the uniform distribution."
        )
    return tau


def _logits(z: ArrayLike) -> NDArray[Any]:
    """Logits as a float array, single precision kept; values are checked row by row later."""
    if np.ma.isMaskedArray(z) or getattr(z, "dtype", None) not in (np.float16, np.float32, np.float64):
        return as_numbers(z, name="z", allow_infinity=True)
    return np.asarray(z)


def _rows_of_logits(z: ArrayLike) -> tuple[NDArray[Any], tuple[int, ...]]:
    logits = _logits(z)
    if logits.ndim == 0:
        raise ValueError("z is a single number; give one logit per class, [0, z] for a yes/no logit z.")
    if logits.size == 0:
        raise ValueError(f"z has shape {logits.shape}; there are no logits in it.")
    return logits.reshape(-1, logits.shape[-1]), logits.shape[:-1]


def _blocks(rows: NDArray[Any]) -> Iterator[slice]:
    step = max(1, _BLOCK // rows.shape[1])
    for start in range(0, len(rows), step):
        yield slice(start, min(start + step, len(rows)))


def _largest(rows: NDArray[Any], first: int, batch_shape: tuple[int, ...]) -> NDArray[Any]:
    """Each row's largest logit; NaN and inf pass through a maximum, so here every one is found."""
    largest: NDArray[Any] = rows.max(axis=1)
    if not np.isfinite(largest).all():
        bad = int(np.argmin(np.isfinite(largest)))
        where = _row_name(first + bad, batch_shape)
        if np.isnan(largest[bad]):
            raise ValueError(f"z has a NaN{where}; find the step that made it, the loss cannot mend it.")
        if largest[bad] > 0:
            raise ValueError(f"z has a logit of inf{where}; something overflowed before the softmax.")
        raise ValueError(f"every class{where} has logit −inf; at least one class must be possible.")
    return largest


def _row_name(row: int, batch_shape: tuple[int, ...]) -> str:
    if not batch_shape:
        return ""
    return " in row " + ", ".join(str(int(i)) for i in np.unravel_index(row, batch_shape))


def _losses(
    rows: NDArray[Any], targets: NDArray[Any], first: int, batch_shape: tuple[int, ...]
) -> FloatArray:
    if rows.dtype == np.float16:  # its differences may overflow, and its powers be far off
        rows = rows.astype(np.float32)
    largest = _largest(rows, first, batch_shape)
    here = np.arange(len(rows))
    with np.errstate(over="ignore"):  # a difference beyond the largest float is a power of 0, a loss of inf
        buffer = rows - largest[:, None]
        np.exp(buffer, out=buffer)
        buffer[here, rows.argmax(axis=1)] = 0.0
        log_sum = np.log1p(buffer.sum(axis=1, dtype=np.float64))
        top = largest.astype(np.float64)
        if targets.ndim == 1:
            return np.asarray(top - rows[here, targets] + log_sum)
        return np.asarray(_expected(top[:, None] - rows, targets) + log_sum)


def _expected(values: FloatArray, targets: NDArray[Any]) -> FloatArray:
    """The value at each row's label, or the mean under its soft target, where 0 · inf is 0."""
    if targets.ndim == values.ndim:
        with np.errstate(invalid="ignore"):
            weighted: FloatArray = np.where(targets > 0.0, targets * values, 0.0)
        return np.asarray(weighted.sum(axis=-1))
    chosen: FloatArray = np.take_along_axis(values, targets[..., None], axis=-1)
    return chosen[..., 0]


def _targets(y: ArrayLike, batch_shape: tuple[int, ...], classes: int) -> NDArray[Any]:
    """Labels of shape (rows,), or soft targets of shape (rows, K)."""
    if np.shape(y) == (*batch_shape, classes):
        return as_pmf(y, name="y").reshape(-1, classes)
    instead = f", or one distribution per row, shape {(*batch_shape, classes)}"
    return _labels(y, batch_shape, classes, instead).reshape(-1)


def _labels(y: ArrayLike, batch_shape: tuple[int, ...], classes: int, instead: str = "") -> NDArray[np.int64]:
    labels = np.asarray(y)
    if labels.shape != batch_shape:
        raise ValueError(f"y has shape {labels.shape}; give one class per row, shape {batch_shape}{instead}.")
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"y holds {labels.dtype} values; class labels are whole numbers from 0 to {classes - 1}. "
            "If they are whole floats, pass y.astype(int)."
        )
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        bad = labels[(labels < 0) | (labels >= classes)].flat[0]
        raise ValueError(f"y holds the label {bad}; with {classes} classes labels are 0 to {classes - 1}.")
    return labels.astype(np.int64, copy=False)


def _yes_no_forecasts(probabilities: ArrayLike, y: ArrayLike) -> tuple[FloatArray, NDArray[np.bool_]]:
    yes = as_probabilities(probabilities, name="probabilities")
    happened = np.asarray(y)
    if yes.shape != happened.shape or yes.size == 0:
        raise ValueError(
            f"probabilities has shape {yes.shape} and y {happened.shape}; "
            "yes/no forecasts need one 0 or 1 for each probability, and at least one of them."
        )
    if happened.dtype.kind not in "biuf" or not np.isin(happened, (0, 1)).all():
        raise ValueError("y must be 0 or 1 for every yes/no forecast: 1 where it happened.")
    return yes, happened.astype(bool)


def _forecast_rows(probabilities: ArrayLike, y: ArrayLike) -> tuple[FloatArray, NDArray[np.int64]]:
    q = as_pmf(probabilities, name="probabilities")
    if q.ndim != 2:
        raise ValueError(
            f"probabilities has {q.ndim} axes; give shape (n,) for yes/no forecasts or (n, K) for classes."
        )
    return q, _labels(y, q.shape[:1], q.shape[1])


def _reduced(losses: FloatArray, reduction: str) -> float | FloatArray:
    if reduction == "none":
        return float(losses) if losses.ndim == 0 else losses
    if reduction == "sum":
        return float(losses.sum())
    if reduction == "mean":
        return float(losses.mean())
    raise ValueError(f'reduction must be "mean", "sum" or "none", not {reduction!r}.')
