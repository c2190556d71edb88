"""Find out what an answer says about the way it was found. Nothing here displays or records anything."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from course_lib.exercises.detectors import generic_slip, named
from course_lib.exercises.hint_library import words
from course_lib.exercises.material import Diagnosis, Exercise, Part
from course_lib.exercises.reading import as_items, is_column, read_number, read_numbers
from course_lib.exercises.trying import diagnose_function


def diagnose_exercise(exercise: Exercise, answer: Any) -> Diagnosis:
    """Diagnose an answer to one exercise.

    The order is: type and finiteness, tolerance, the exercise's own catalogue, slips that look alike
    everywhere, and last the smallest next step.
    """
    if exercise.kind == "function":
        return diagnose_function(exercise, answer)
    if exercise.kind == "number":
        return _diagnose_number(exercise, answer)
    return _diagnose_numbers(exercise, answer)


def _diagnose_number(exercise: Exercise, answer: Any) -> Diagnosis:
    part = exercise.parts[0]
    value = read_number(answer)
    if isinstance(value, Diagnosis):
        return _terms_instead(answer, part) or value
    if _is_right(value, part):
        return _right(exercise)
    return _diagnose_part(value, part) or _not_yet(exercise)


def _diagnose_numbers(exercise: Exercise, answer: Any) -> Diagnosis:
    values = read_numbers(answer, len(exercise.parts))
    if isinstance(values, Diagnosis):
        return values
    pairs = list(zip(values, exercise.parts, strict=True))
    if not _all_right(values, exercise) and _right_in_another_order(values, exercise):
        return Diagnosis(False, "ORDER", *(exercise.in_another_order or words("ORDER")))
    # An infinite or undefined number explains the others, so it goes first.
    pairs_in_order = sorted(pairs, key=lambda pair: math.isfinite(pair[0]))
    for value, part in pairs_in_order:
        if not _is_right(value, part):
            found = _diagnose_part(value, part) or _not_yet(exercise)
            already_right = [p.name for v, p in pairs if _is_right(v, p)]
            return Diagnosis(False, found.code, _with_context(part, already_right, found.message), found.more)
    return _right(exercise)


def _all_right(values: Sequence[float], exercise: Exercise) -> bool:
    return all(_is_right(value, part) for value, part in zip(values, exercise.parts, strict=True))


def _right_in_another_order(values: Sequence[float], exercise: Exercise) -> bool:
    return any(_all_right(order, exercise) for order in itertools.permutations(values))


def _with_context(part: Part, already_right: Sequence[str], message: str) -> str:
    praise = f"Right already: {', '.join(already_right)}. " if already_right else ""
    return f"{praise}About the {part.name}: {message}"


def _is_right(value: float, part: Part) -> bool:
    return any(_same(value, right, part.tolerance) for right in (part.reference(), *part.also_right))


def _diagnose_part(value: float, part: Part) -> Diagnosis | None:
    return _catalogued(value, part) or generic_slip(value, part)


def _catalogued(value: float, part: Part) -> Diagnosis | None:
    for mistake in part.mistakes:
        wrong = mistake.value()
        tolerance = part.tolerance if mistake.tolerance is None else mistake.tolerance
        if _same(value, wrong, tolerance):
            return Diagnosis(False, mistake.code, *(mistake.hints or words(mistake.code)))
    return None


def _same(value: float, wrong: float, tolerance: float) -> bool:
    if math.isfinite(value) and math.isfinite(wrong):
        return abs(value - wrong) <= tolerance
    return (math.isnan(value) and math.isnan(wrong)) or value == wrong


def _terms_instead(answer: Any, part: Part) -> Diagnosis | None:
    """Recognise a row of terms whose sum, or mean, is the answer."""
    try:
        terms = [read_number(item) for item in as_items(answer)] if is_column(answer) else []
    except Exception:
        return None
    numbers = [term for term in terms if not isinstance(term, Diagnosis)]
    if len(numbers) > 1 and len(numbers) == len(terms) and _is_right(sum(numbers), part):
        return named("TERMS_NOT_ADDED")
    return None


def _right(exercise: Exercise) -> Diagnosis:
    numbers = ", ".join(format_part(part) for part in exercise.parts)
    return Diagnosis(True, None, f"{numbers}." if numbers else "")


def _not_yet(exercise: Exercise) -> Diagnosis:
    first, second = exercise.hints
    return Diagnosis(False, "NOT_YET", first, second)


def format_part(part: Part) -> str:
    """Write a part's right value with its unit, as in ``1.0219 bits``."""
    value = part.reference()
    if math.isinf(value):
        number = "∞" if value > 0 else "−∞"
    else:
        number = f"{value:.0f}" if part.tolerance == 0 else f"{value:.4f}"
    return f"{number} {part.unit}" if part.unit in ("bits", "nats") else number
