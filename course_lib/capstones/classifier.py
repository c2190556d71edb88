"""Capstone B: forecasts of digits that can be believed, and an alarm for when they no longer can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.capstones.grading import Check, Report, ToDo, in_order, needed, safely
from course_lib.classifiers import cross_entropy_from_probabilities
from course_lib.datasets import digits_split
from course_lib.distributions import FloatArray, as_numbers

SORTS = ("moved", "noisy")
_ROUNDING = 1e-6
_BILL = 0.12  # nats
_WORLDS = 2000
_BATCH = 50
_CLEAN, _CHANGED = 100, 20
_MOST_FALSE, _LEAST_TRUE = 15, 18
_SECONDS = 60.0


def capstone_b(probabilities: Any, alarm: Any) -> Report | ToDo:
    """Check a digit classifier's forecasts and its drift alarm. Chapter 8.

    Parameters
    ----------
    probabilities : array_like, shape (450, 10)
        One row for each digit of ``datasets.digits_split().test``.
    alarm : callable
        Takes pixels of shape (50, 64), returns True or False.

    Returns
    -------
    Report
        Shows itself: five checks, and what to do about those that fail.

    Notes
    -----
    "Calibrated" asks for a bill that would be usual if the forecasts were true: labels are drawn from them
    2,000 times, and the true labels' bill must lie among the middle 99 % of those. So it needs no bins.
    """
    if probabilities is Ellipsis or alarm is Ellipsis:
        return ToDo("B", "probabilities of shape (450, 10), and alarm(pixels)")
    return in_order("B", [*_forecasts(probabilities), *_alarms(alarm)])


def drifted(pixels: ArrayLike, sort: str, *, seed: int = 0) -> FloatArray:
    """Return digits changed in one of the two ways that an alarm should notice.

    Parameters
    ----------
    pixels : array_like, shape (n, 64)
        Grey from 0 to 1.
    sort : {"moved", "noisy"}
        One pixel to the right, an empty column entering; or every pixel's grey off by about a quarter.
    seed : int
        Seed of the noise.

    Examples
    --------
    >>> int(drifted(np.eye(64)[:1], "moved").argmax())
    1
    """
    pictures = as_numbers(pixels, name="pixels").reshape(-1, 8, 8)
    if sort == "moved":
        changed = np.zeros_like(pictures)
        changed[:, :, 1:] = pictures[:, :, :-1]
    elif sort == "noisy":
        noise = np.random.default_rng(seed).normal(0.0, 0.25, pictures.shape)
        changed = np.clip(pictures + noise, 0.0, 1.0)
    else:
        raise ValueError(f'sort must be "moved" or "noisy", not {sort!r}.')
    return changed.reshape(-1, 64)


# --- forecasts ---------------------------------------------------------------------------------------


def _forecasts(probabilities: Any) -> Iterator[Check]:
    labels = digits_split().test.labels
    try:
        q = as_numbers(probabilities, name="probabilities")
        problem = _not_forecasts(q, len(labels))
    except (ValueError, TypeError) as error:
        problem = str(error)
    advice = "One row per test digit, in their order; softmax turns logits into such rows."
    yield _check("forecasts", not problem, problem or f"{len(labels)} rows that sum to 1", advice)
    if problem:
        return
    q = np.clip(q, 0.0, None) / np.clip(q, 0.0, None).sum(axis=1, keepdims=True)
    bill = float(cross_entropy_from_probabilities(q, labels))
    impossible = int((q[np.arange(len(q)), labels] == 0.0).sum())
    accuracy = float((q.argmax(axis=1) == labels).mean())
    yield _check(
        "small bill",
        bill <= _BILL,
        f"{bill:.4f} nats (accuracy {accuracy:.3f})",
        f"{impossible} true digits were held impossible, and one is enough for an infinite bill. Let no "
        "forecast be 0."
        if impossible
        else "Mean of −ln of what the true digit was given. A few sure mistakes can be most of it: look at "
        "the dearest rows, then try a better model or a fitted temperature.",
    )
    if impossible:
        return
    low, high = expected_bills(q)
    way = "overconfident: it pays more than it expects to" if bill > high else "too shy: it pays less"
    yield _check(
        "calibrated",
        low <= bill <= high,
        f"{bill:.4f} nats, expected between {low:.4f} and {high:.4f}",
        f"The forecasts are {way}. Fit one temperature on the validation digits; not on the test digits, "
        "for then this check would judge itself.",
    )


def _not_forecasts(q: FloatArray, n: int) -> str:
    if q.shape != (n, 10):
        return f"numbers of shape {q.shape}, not ({n}, 10)"
    if q.min() < -1e-12:
        return f"row {int(q.min(axis=1).argmin())} holds {q.min():.3g}, below 0"
    off = np.abs(q.sum(axis=1) - 1.0)
    worst = int(off.argmax())
    return f"row {worst} sums to {q[worst].sum():.6f}" if off[worst] > _ROUNDING else ""


def expected_bills(q: FloatArray) -> tuple[float, float]:
    """Between which mean bills, in nats, 99 of 100 worlds lie in which the forecasts are true.

    Examples
    --------
    >>> low, high = expected_bills(np.full((5, 2), 0.5))
    >>> round(low, 4), round(high, 4)
    (0.6931, 0.6931)
    """
    rng = np.random.default_rng(0)
    ends = q.cumsum(axis=1)
    rows = np.arange(len(q))
    bills = np.empty(_WORLDS)
    for world in range(_WORLDS):
        # A class whose share of the line from 0 to 1 holds a random point: never one of width 0.
        points = rng.random((len(q), 1)) * ends[:, -1:]
        bills[world] = -np.log(q[rows, (points >= ends).sum(axis=1)]).mean()
    low, high = np.quantile(bills, (0.005, 0.995))
    return float(low) - 1e-12, float(high) + 1e-12


# --- the alarm ---------------------------------------------------------------------------------------


def _alarms(alarm: Callable[[NDArray[Any]], Any]) -> Iterator[Check]:
    false, problem = safely(_SECONDS, lambda: _rings(alarm, "", _CLEAN))
    advice = (
        "A batch of 50 differs from the rest by chance alone. Measure how much: draw batches of 50 from the "
        "validation digits, and ring only above what 99 % of them show."
    )
    if problem:
        yield _check(
            "quiet alarm", False, problem, "It takes pixels of shape (50, 64), returns True or False."
        )
        return
    yield _check("quiet alarm", false <= _MOST_FALSE, f"{false} of {_CLEAN}", advice)
    rung, problem = safely(_SECONDS, lambda: [_rings(alarm, sort, _CHANGED) for sort in SORTS])
    found = problem or ", ".join(
        f"{sort} digits {n} of {_CHANGED}" for n, sort in zip(rung, SORTS, strict=True)
    )
    yield _check(
        "alert alarm",
        not problem and min(rung) >= _LEAST_TRUE,
        found,
        "drifted(pixels, sort) makes such digits. Does your statistic look at what changes there? One "
        "number for brightness misses a move; the mean picture does not.",
    )


def _rings(alarm: Callable[[NDArray[Any]], Any], sort: str, batches: int) -> int:
    """How many of so many batches of test digits set the alarm off."""
    test = digits_split().test.pixels
    rng = np.random.default_rng(1)
    rung = 0
    for batch in range(batches):
        pixels = test[rng.choice(len(test), _BATCH, replace=False)]
        answer = alarm(drifted(pixels, sort, seed=batch) if sort else pixels.copy())
        if not isinstance(answer, bool | np.bool_):
            raise TypeError(f"alarm returned {type(answer).__name__}, not True or False")
        rung += bool(answer)
    return rung


def _check(name: str, passed: bool, found: str, advice: str) -> Check:
    return Check(name, needed("B", name), found, bool(passed), advice)
