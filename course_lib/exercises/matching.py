"""Answers in a dictionary: row by row, each one a name, a truth value or a number; rows may be left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course_lib.exercises.material import Diagnosis
from course_lib.exercises.naming import Names, is_in_words, plain_name, read_names
from course_lib.exercises.reading import as_items, is_column, read_number, refusal

Values = list[float | Names]


def read_rows(answer: Any, rows: Sequence[str], width: int) -> dict[str, Values] | Diagnosis:
    """Read the rows of a dictionary that are filled in; those with a ``...`` in them are left out.

    Parameters
    ----------
    answer : object
        Anything at all.
    rows : sequence of str
        The keys; letter case and spaces do not count.
    width : int
        How many answers each row has.

    Returns
    -------
    dict or Diagnosis
        Its values under the keys of `rows`, in their order, or the sentence that says what is wrong.

    Examples
    --------
    >>> read_rows({"a": (True, 1.5), "b": (..., ...)}, ["A", "B"], 2)
    {'A': [frozenset({'true'}), 1.5]}
    >>> read_rows({"c": 1}, ["A", "B"], 2).code
    'UNKNOWN_KEY'
    """
    if answer is Ellipsis:
        return refusal("NO_ANSWER")
    if not isinstance(answer, Mapping):
        return refusal("MAPPING_WANTED")
    try:
        given = {plain_name(str(key)): value for key, value in answer.items()}
    except Exception:  # code of a key's own raised while it was looked at
        return refusal("TYPE")
    known = {plain_name(row): row for row in rows}
    for key in given.keys() - known.keys():
        return refusal("UNKNOWN_KEY", f"There is no row {key!r}. The rows are: {', '.join(rows)}.")
    read: dict[str, Values] = {}
    for key, row in known.items():
        values = _row(given.get(key, ...), row, width)
        if isinstance(values, Diagnosis):
            return values
        if values:
            read[row] = values
    return read or refusal("NO_ANSWER")


def _row(answer: Any, row: str, width: int) -> Values | Diagnosis:
    try:
        items = as_items(answer) if is_column(answer) else [answer]
    except Exception:
        return refusal("TYPE")
    if any(item is Ellipsis for item in items):
        return []
    if len(items) != width:
        return refusal(
            "SHAPE", f"{row}: asked are {width} answers in brackets; the number here is {len(items)}."
        )
    values: Values = []
    for item in items:
        value = _value(item)
        if isinstance(value, Diagnosis):
            return Diagnosis(False, value.code, f"{row}: {value.message}", value.more)
        values.append(value)
    return values


def _value(item: Any) -> float | Names | Diagnosis:
    if isinstance(item, (bool, np.bool_)):
        return read_names(str(bool(item)))
    return read_names(item) if is_in_words(item) else read_number(item)
