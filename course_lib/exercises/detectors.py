"""Slips that look alike in every exercise: another unit, a lost sign, a mean for a sum, an epsilon."""

from __future__ import annotations

import math
from collections.abc import Iterator

from course_lib.exercises.hint_library import words
from course_lib.exercises.material import Diagnosis, Part

_LN2 = math.log(2)
_WHOLE_PERCENT = 0.005  # how far a percentage may be rounded and still be recognised
_USUAL_EPSILONS = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 2.0**-52)

# What a value in another unit is, as a multiple of the truth: {unit asked: [(code, factor)]}.
_OTHER_UNITS = {
    "bits": (("NATS_FOR_BITS", _LN2), ("HARTLEYS", math.log10(2))),
    "nats": (("BITS_FOR_NATS", 1 / _LN2), ("HARTLEYS", math.log10(math.e))),
}


def generic_slip(value: float, part: Part) -> Diagnosis | None:
    """Look for a slip that needs no knowledge of the exercise.

    Parameters
    ----------
    value : float
        The wrong answer; may be NaN or infinite.
    part : Part
        The number that was asked for.

    Returns
    -------
    Diagnosis or None
        The first slip that explains the value.

    Examples
    --------
    >>> fair_coin = Part("entropy", lambda: 1.0, unit="bits")
    >>> generic_slip(0.6931, fair_coin).code
    'NATS_FOR_BITS'
    """
    if math.isnan(value):
        return named("ZERO_LOG_ZERO")
    if math.isinf(value):
        return named("INFINITE")
    if part.unit == "probability" and value > 1 and abs(value / 100 - part.reference()) <= _WHOLE_PERCENT:
        return named("PERCENT")
    for code, wrong in _candidates(part):
        if abs(value - wrong) <= part.tolerance:
            return named(code)
    if _is_rounding(value, part):
        return named("ROUNDED")
    if not part.low - part.tolerance <= value <= part.high + part.tolerance:
        first, second = words("OUT_OF_BOUNDS")
        return Diagnosis(False, "OUT_OF_BOUNDS", f"{first} {part.bound}".strip(), second)
    return None


def named(code: str) -> Diagnosis:
    """Return the library's diagnosis of a code."""
    return Diagnosis(False, code, *words(code))


def _candidates(part: Part) -> Iterator[tuple[str, float]]:
    truth = part.reference()
    if truth == 0:  # every multiple of 0 is 0: nothing can be told from ratios
        return
    for code, factor in _OTHER_UNITS.get(part.unit, ()):
        yield code, truth * factor
    yield "SIGN", -truth
    for _, factor in _OTHER_UNITS.get(part.unit, ()):
        yield "SIGN", -truth * factor
    if part.terms > 1:
        yield "MEAN_FOR_SUM", truth / part.terms
        yield "SUM_FOR_MEAN", truth * part.terms
    yield "INVERTED", 1 / truth
    if part.unit in _OTHER_UNITS:
        for epsilon in _USUAL_EPSILONS:
            yield "EPS_CLIP", -math.log2(epsilon)
            yield "EPS_CLIP", -math.log(epsilon)


def _is_rounding(value: float, part: Part) -> bool:
    """Whether the value is the truth with two or three decimals."""
    truth = part.reference()
    return any(math.isclose(value, round(truth, digits), abs_tol=1e-9) for digits in (2, 3))
