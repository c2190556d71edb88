"""Find out what an answer says about the way it was found. Nothing here displays or records anything."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from course_lib.exercises.detectors import generic_slip, named
from course_lib.exercises.hint_library import words
from course_lib.exercises.matching import read_rows
from course_lib.exercises.material import Diagnosis, Exercise, Naming, Part
from course_lib.exercises.naming import Names, means, read_answers
from course_lib.exercises.reading import as_items, is_column, read_number, read_numbers, refusal
from course_lib.exercises.trying import diagnose_function

VERDICTS = ("true", "false")  # names that stand for a truth value

Value = float | Names


def diagnose_exercise(exercise: Exercise, answer: Any) -> Diagnosis:
    """Diagnose an answer to one exercise.

    The order is: type and finiteness, tolerance, the exercise's own catalogue, slips that look alike
    everywhere, and last the smallest next step.
    """
    if exercise.kind == "function":
        return diagnose_function(exercise, answer)
    if exercise.kind == "mapping":
        return _diagnose_rows(exercise, answer)
    only = exercise.parts[0]
    if exercise.kind == "number" and isinstance(only, Part):
        return _diagnose_number(exercise, only, answer)
    return _diagnose_answers(exercise, answer)


def _diagnose_number(exercise: Exercise, part: Part, answer: Any) -> Diagnosis:
    value = read_number(answer)
    if isinstance(value, Diagnosis):
        return _terms_instead(answer, part) or value
    if _is_right(value, part):
        return _right(exercise)
    return _diagnose_part(value, part) or _not_yet(exercise)


def _diagnose_answers(exercise: Exercise, answer: Any) -> Diagnosis:
    in_words = any(isinstance(part, Naming) for part in exercise.parts)
    count = len(exercise.parts)
    values: Sequence[Value] | Diagnosis
    values = read_answers(answer, count) if in_words else read_numbers(answer, count)
    if isinstance(values, Diagnosis):
        return values
    pairs = list(zip(values, exercise.parts, strict=True))
    if not _all_right(values, exercise) and _right_in_another_order(values, exercise):
        return Diagnosis(False, "ORDER", *(exercise.in_another_order or words("ORDER")))
    # An infinite or undefined number explains the others, so it goes first.
    pairs_in_order = sorted(pairs, key=_goes_first)
    for value, part in pairs_in_order:
        if not _is_right(value, part):
            found = _diagnose_part(value, part) or _not_yet(exercise)
            already_right = [p.name for v, p in pairs if _is_right(v, p)]
            return Diagnosis(False, found.code, _with_context(part, already_right, found.message), found.more)
    return _right(exercise)


def _diagnose_rows(exercise: Exercise, answer: Any) -> Diagnosis:
    width = len(exercise.parts) // len(exercise.rows)
    read = read_rows(answer, exercise.rows, width)
    if isinstance(read, Diagnosis):
        return read
    parts_of = {row: exercise.parts[width * i : width * (i + 1)] for i, row in enumerate(exercise.rows)}
    right = [row for row, values in read.items() if all(map(_is_right, values, parts_of[row]))]
    so_far = f"Right already: {', '.join(right)}. " if right else ""
    for row in (row for row in read if row not in right):
        value, part = next(
            pair for pair in zip(read[row], parts_of[row], strict=True) if not _is_right(*pair)
        )
        found = _diagnose_part(value, part) or _not_yet(exercise)
        return Diagnosis(False, found.code, f"{so_far}{row}, {part.name}: {found.message}", found.more)
    still_open = [row for row in exercise.rows if row not in right]
    if still_open:
        return refusal("NO_ANSWER", f"{so_far}Still open: {', '.join(still_open)}.")
    return Diagnosis(True, None, "; ".join(f"{row}: {_in_words(parts_of[row])}" for row in right) + ".")


def _in_words(parts: Sequence[Part | Naming]) -> str:
    return ", ".join(map(format_part, parts))


def _goes_first(pair: tuple[Value, Part | Naming]) -> bool:
    """Sort key: False, and so first, for a number that is infinite or NaN."""
    value, _ = pair
    return isinstance(value, frozenset) or math.isfinite(value)


def _all_right(values: Sequence[Value], exercise: Exercise) -> bool:
    return all(_is_right(value, part) for value, part in zip(values, exercise.parts, strict=True))


def _right_in_another_order(values: Sequence[Value], exercise: Exercise) -> bool:
    return any(_all_right(order, exercise) for order in itertools.permutations(values))


def _with_context(part: Part | Naming, already_right: Sequence[str], message: str) -> str:
    praise = f"Right already: {', '.join(already_right)}. " if already_right else ""
    return f"{praise}About the {part.name}: {message}"


def _is_right(value: Value, part: Part | Naming) -> bool:
    if isinstance(part, Naming):
        return isinstance(value, frozenset) and means(value, part.reference(), part)
    if isinstance(value, frozenset):
        return False
    return any(_same(value, right, part.tolerance) for right in (part.reference(), *part.also_right))


def _diagnose_part(value: Value, part: Part | Naming) -> Diagnosis | None:
    if isinstance(part, Naming):
        if isinstance(value, frozenset):
            return _misnamed(value, part)
        return refusal("VERDICT_WANTED" if part.reference() in VERDICTS else "NAME_WANTED")
    if isinstance(value, frozenset):
        return refusal("BOOLEAN" if value and value <= set(VERDICTS) else "TEXT")
    return _catalogued(value, part) or generic_slip(value, part)


def _misnamed(names: Names, part: Naming) -> Diagnosis | None:
    for mistake in part.mistakes:
        if means(names, mistake.names, part):
            return Diagnosis(False, mistake.code, *(mistake.hints or words(mistake.code)))
    return None


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
    return Diagnosis(True, None, f"{_in_words(exercise.parts)}.")


def _not_yet(exercise: Exercise) -> Diagnosis:
    first, second = exercise.hints
    return Diagnosis(False, "NOT_YET", first, second)


def format_part(part: Part | Naming) -> str:
    """Write a part's right value with its unit, as in ``1.0219 bits``, or the right name."""
    if isinstance(part, Naming):
        return part.reference()
    value = part.reference()
    if math.isinf(value):
        number = "∞" if value > 0 else "−∞"
    else:
        number = f"{value:.0f}" if part.tolerance == 0 else f"{value:.4f}"
    return f"{number} {part.unit}" if part.unit in ("bits", "nats") else number
