"""What a learner calls in a notebook: check an answer, ask for a hint, see the worked solution."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import Any, ClassVar

from IPython.display import display

from course_lib import progress
from course_lib.exercises.catalogue import EXERCISES, UnknownId, find
from course_lib.exercises.diagnosing import diagnose_exercise
from course_lib.exercises.material import Diagnosis, Exercise
from course_lib.exercises.wording import as_html, plain
from course_lib.exercises.written import as_written

TRIES_BEFORE_SOLUTION = 3

# What happened in this kernel: which slips came up, how many hints were shown, how often it was tried.
_slips: Counter[tuple[str, str | None]] = Counter()
_hints_shown: Counter[str] = Counter()
_tries: dict[str, int] = {}


class Feedback:
    """A sentence with a mark in front, readable as text and as accessible HTML.

    The mark is a word and a sign, never a colour alone.
    """

    MARKS: ClassVar = {"right": "✓ Right", "wrong": "✗ Not yet", "to do": "… To do", "note": "→ Note"}
    _COLOURS: ClassVar = {"right": "#0072b2", "wrong": "#d55e00", "to do": "#767676", "note": "#767676"}

    def __init__(self, kind: str, heading: str, text: str, *, code: str = "") -> None:
        self.kind, self.heading, self.text, self.code = kind, heading, text.strip(), code

    def __repr__(self) -> str:
        first_line = f"{self.MARKS[self.kind]} · {self.heading}"
        return "\n".join(filter(None, [first_line, plain(self.text), self.code]))

    def _repr_html_(self) -> str:
        """Return the same words for a notebook, coloured by theme and marked by a border."""
        body = f"<div>{as_html(self.text)}</div>" if self.text else ""
        code = f'<pre style="margin:.4em 0 0">{escape(self.code)}</pre>' if self.code else ""
        return (
            f'<div role="status" style="border-left:.3em solid {self._COLOURS[self.kind]};padding:.3em .8em">'
            f"<strong>{self.MARKS[self.kind]}</strong> · {escape(self.heading)}{body}{code}</div>"
        )


def diagnose(exercise_id: str, answer: Any) -> Diagnosis:
    """Say what an answer shows about the way it was found.

    Parameters
    ----------
    exercise_id : str
        For instance ``"2.4"``.
    answer : object
        A number, a tuple of numbers or a function; anything else gets a sentence, never an error.

    Returns
    -------
    Diagnosis
        With `correct`, `code` (None when right) and `message`.

    Raises
    ------
    LookupError
        If there is no such exercise.

    Examples
    --------
    >>> diagnose("2.4", 1.1383).code
    'UNWEIGHTED'
    >>> diagnose("2.4", 1.0219).correct
    True
    """
    return diagnose_exercise(find(EXERCISES, exercise_id, "exercise"), answer)


def check(exercise_id: str, answer: Any = ...) -> None:
    """Check an answer and show what it says; answer and diagnosis go to the progress file.

    Parameters
    ----------
    exercise_id : str
        For instance ``"2.4"``.
    answer : object
        Several numbers are given as a tuple: ``check("2.6", (1, 0.469, 0.531))``. While the answer is still
        ``...`` the cell says what to do, and no try is counted.
    """
    try:
        exercise = find(EXERCISES, exercise_id, "exercise")
    except UnknownId as error:
        display(Feedback("note", "No such exercise", str(error)))
        return
    diagnosis = diagnose_exercise(exercise, answer)
    if not diagnosis.is_attempt:
        display(Feedback("to do", _heading(exercise), diagnosis.message))
        return
    _record(exercise, answer, diagnosis)
    if diagnosis.correct:
        display(Feedback("right", _heading(exercise), diagnosis.message))
    else:
        display(Feedback("wrong", _heading(exercise), _words_for(exercise, diagnosis)))
    _show_notices()


def _heading(exercise: Exercise) -> str:
    return f"Exercise {exercise.id}, {exercise.title}"


def _words_for(exercise: Exercise, diagnosis: Diagnosis) -> str:
    """Return the first line, the second one if this slip came up before, and the offer of the solution."""
    again = _slips[exercise.id, diagnosis.code] > 1
    text = f"{diagnosis.message} {diagnosis.more}".strip() if again else diagnosis.message
    if _tries_of(exercise) >= TRIES_BEFORE_SOLUTION:
        text += f' A worked solution is there if you want it: solution("{exercise.id}")'
    return text


def _record(exercise: Exercise, answer: Any, diagnosis: Diagnosis) -> None:
    _tries[exercise.id] = _tries_of(exercise) + 1
    _slips[exercise.id, diagnosis.code] += 1
    entry = {
        "id": exercise.id,
        "answer": as_written(answer),
        "correct": diagnosis.correct,
        "code": diagnosis.code,
    }
    progress.add_entry("attempts", entry)


def _tries_of(exercise: Exercise) -> int:
    """Return how often the exercise was tried, in earlier sessions too."""
    if exercise.id not in _tries:
        attempts = progress.read_progress()["attempts"]
        _tries[exercise.id] = sum(entry["id"] == exercise.id for entry in attempts)
    return _tries[exercise.id]


def _show_notices() -> None:
    for notice in progress.take_notices():
        display(Feedback("note", "Progress file", notice))


def hint(exercise_id: str) -> None:
    """Show the next hint of an exercise: first the smallest next step, then the one after it."""
    try:
        exercise = find(EXERCISES, exercise_id, "exercise")
    except UnknownId as error:
        display(Feedback("note", "No such exercise", str(error)))
        return
    number = min(_hints_shown[exercise.id], 1)
    _hints_shown[exercise.id] += 1
    display(Feedback("note", f"{_heading(exercise)}, hint {number + 1} of 2", exercise.hints[number]))


def solution(exercise_id: str, *, now: bool = False) -> None:
    """Show the worked solution, once the exercise has been tried three times.

    Parameters
    ----------
    exercise_id : str
    now : bool, default False
        Show it at once, for reading without solving.
    """
    try:
        exercise = find(EXERCISES, exercise_id, "exercise")
    except UnknownId as error:
        display(Feedback("note", "No such exercise", str(error)))
        return
    tries = _tries_of(exercise)
    if tries < TRIES_BEFORE_SOLUTION and not now:
        left = TRIES_BEFORE_SOLUTION - tries
        text = (
            f"It opens after {left} more {'try' if left == 1 else 'tries'}: wrong ones teach the most. "
            f'hint("{exercise.id}") helps on, and solution("{exercise.id}", now=True) opens it at once.'
        )
        display(Feedback("to do", f"{_heading(exercise)}, solution", text))
        return
    heading = f"{_heading(exercise)}, solution"
    if exercise.kind == "function":
        display(Feedback("note", heading, "", code=exercise.solution))
    else:
        display(Feedback("note", heading, exercise.solution))
