"""All exercises, questions and predictions of the course, by their ids."""

from __future__ import annotations

from typing import TypeVar

from course_lib.exercises import (
    chapter_0,
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
    chapter_8,
)
from course_lib.exercises.material import Exercise, Prediction, Question

_CHAPTERS = (
    chapter_0,
    chapter_1,
    chapter_2,
    chapter_3,
    chapter_4,
    chapter_5,
    chapter_6,
    chapter_7,
    chapter_8,
)

Item = TypeVar("Item", Exercise, Question, Prediction)

EXERCISES: dict[str, Exercise] = {item.id: item for chapter in _CHAPTERS for item in chapter.EXERCISES}
QUESTIONS: dict[str, Question] = {item.id: item for chapter in _CHAPTERS for item in chapter.QUESTIONS}
PREDICTIONS: dict[str, Prediction] = {item.id: item for chapter in _CHAPTERS for item in chapter.PREDICTIONS}


class UnknownId(LookupError):
    """Raised, with the known ids in its message, when there is no item of that id."""


def find(items: dict[str, Item], wanted: object, what: str) -> Item:
    """Return the item of that id.

    Examples
    --------
    >>> find(EXERCISES, "2.4", "exercise").title
    'Knowing X'
    >>> find(EXERCISES, 2.4, "exercise").title
    'Knowing X'
    """
    key = str(wanted) if isinstance(wanted, (str, int, float)) else ""
    if key not in items:
        raise UnknownId(f"There is no {what} {key!r}. There are: {', '.join(items)}.")
    return items[key]
