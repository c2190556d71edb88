"""Answers in words: read one name or several, however they are spelled, and compare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from course_lib.exercises.material import Diagnosis, Naming
from course_lib.exercises.reading import as_items, is_column, read_number, refusal

Names = frozenset[str]

# A comma parts two names, but not the two variables inside the brackets of H(X,Y).
_BETWEEN_NAMES = re.compile(r"\s*[+&]\s*|\s+and\s+|,\s*(?![^([]*[)\]])")


def plain_name(text: str) -> str:
    """Return a name without what does not count: letter case, spaces, underscores, hyphens, math signs.

    Examples
    --------
    >>> plain_name(" Worst_Area"), plain_name("$H(X)$")
    ('worstarea', 'h(x)')
    """
    return re.sub(r"[\s_$`\\-]+", "", text).casefold()


def is_in_words(answer: Any) -> bool:
    """Whether an answer is a text, or a non-empty tuple, list or set of texts."""
    if isinstance(answer, (tuple, list, set, frozenset)):
        return bool(answer) and all(isinstance(item, str) for item in answer)
    return isinstance(answer, str)


def read_names(answer: Any) -> Names:
    """Return the names in a text, or in a tuple, list or set of texts.

    Examples
    --------
    >>> sorted(read_names("worst area and worst radius"))
    ['worstarea', 'worstradius']
    >>> read_names(("Worst area", "worst radius")) == read_names("worst radius + worst area")
    True
    """
    texts = [answer] if isinstance(answer, str) else list(answer)
    pieces = (piece for text in texts for piece in _BETWEEN_NAMES.split(text))
    return frozenset(name for name in map(plain_name, pieces) if name)


def read_answers(answer: Any, count: int) -> list[float | Names] | Diagnosis:
    """Read exactly `count` answers from a row of them, each one a number or in words.

    Examples
    --------
    >>> read_answers((1.585, "H(X)"), 2)
    [1.585, frozenset({'h(x)'})]
    >>> read_answers("H(X)", 2).code
    'SHAPE'
    """
    try:
        items = as_items(answer) if is_column(answer) else [answer]
        untouched = any(_has_dots(item) for item in items)
    except Exception:  # code of the answer's own raised while it was looked at
        return refusal("TYPE")
    if untouched:
        return refusal("NO_ANSWER")
    if len(items) > count:
        items = _neighbouring_texts_joined(items)
    if len(items) != count:
        single = read_number(items[0]) if len(items) == 1 and not is_in_words(items[0]) else None
        detail = f"Asked are {count} answers, separated by commas; the number here is {len(items)}."
        return single if isinstance(single, Diagnosis) else refusal("SHAPE", detail)
    answers: list[float | Names] = []
    for position, item in enumerate(items, start=1):
        read = read_names(item) if is_in_words(item) else read_number(item)
        if isinstance(read, Diagnosis):
            return Diagnosis(False, read.code, f"Answer {position}: {read.message}", read.more)
        answers.append(read)
    return answers


def _has_dots(item: Any) -> bool:
    return item is Ellipsis or (isinstance(item, (list, tuple)) and any(part is Ellipsis for part in item))


def _neighbouring_texts_joined(items: list[Any]) -> list[Any]:
    """Take two names in a row for a pair whose brackets were left out."""
    joined: list[Any] = []
    for is_text, group in groupby(items, key=lambda item: isinstance(item, str)):
        together = tuple(group)
        joined += [together] if is_text else together
    return joined


def means(names: Names, wanted: str, part: Naming) -> bool:
    """Whether the names, in whatever spelling, are those wanted.

    Examples
    --------
    >>> capital = Naming("capital", lambda: "The Hague", spellings={"Den Haag": "The Hague"})
    >>> means(read_names("den haag"), "the Hague", capital)
    True
    """
    return _as_meant(names, part.spellings) == _as_meant(read_names(wanted), part.spellings)


def _as_meant(names: Names, spellings: Mapping[str, str]) -> Names:
    meant = {plain_name(spelling): plain_name(name) for spelling, name in spellings.items()}
    return frozenset(meant.get(name, name) for name in names)
