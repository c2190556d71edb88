"""Multiple-choice questions with an explanation for every option, and the ten-question concept test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course_lib import progress
from course_lib.controls import Action, Choice, Controls
from course_lib.exercises.catalogue import QUESTIONS, find
from course_lib.exercises.chapter_0 import CONCEPT_TEST
from course_lib.exercises.material import Option, Question
from course_lib.exercises.wording import plain

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Answer:
    """Whether an option is right, and why or why not."""

    correct: bool
    explanation: str


def answer_quiz(question_id: str, option: str) -> Answer:
    """Answer a question without any widget.

    Parameters
    ----------
    question_id : str
        For instance ``"2.a"``.
    option : str
        The letter or the text of an option.

    Returns
    -------
    Answer

    Raises
    ------
    LookupError
        If there is no such question.
    ValueError
        If the question has no such option.

    Examples
    --------
    >>> answer_quiz("1.a", "d").correct
    True
    """
    question = find(QUESTIONS, question_id, "question")
    chosen = find_option(question, option)
    return Answer(chosen.correct, chosen.explanation)


def find_option(question: Question, wanted: str) -> Option:
    """Return the option with that letter or text."""
    for letter, option in zip(LETTERS, question.options, strict=False):
        if wanted in (letter, letter.upper(), option.text):
            return option
    letters = ", ".join(LETTERS[: len(question.options)])
    raise ValueError(f"Question {question.id} has the options {letters}; not {wanted!r}.")


def lettered(question: Question) -> str:
    """Return the question and its options in one line of plain text."""
    options = "; ".join(
        f"({letter}) {option.text}" for letter, option in zip(LETTERS, question.options, strict=False)
    )
    return f"{question.prompt} {options}"


class Quiz(Controls):
    """One question: radio buttons, a button to check, and a sentence for whichever option is chosen."""

    def __init__(self, question: Question) -> None:
        self._question = question
        texts = tuple(option.text for option in question.options)
        super().__init__(
            f"Question {question.id}",
            [Choice("answer", plain(question.prompt), options=texts), Action("check_button", "Check")],
        )

    def act(self, name: str) -> None:
        """Answer the button."""
        self.submit()

    def submit(self) -> None:
        """Check the chosen option, as the button does. Any number of tries is fine."""
        if self.state["answer"] is None:
            self.tone, self.sentence = "", "Choose an option first."
            return
        option = find_option(self._question, self.state["answer"])
        entry = {"id": self._question.id, "option": option.text, "correct": option.correct}
        progress.add_entry("quizzes", entry)
        self.tone = "right" if option.correct else "wrong"
        self.sentence = _with_notices(f"{_verdict(option)} {plain(option.explanation)}")

    def plain_text(self) -> str:
        """Return the question and its options, the same whether it was answered or not."""
        return f"Question {self._question.id}. {lettered(self._question)}"


def _verdict(option: Option) -> str:
    return "✓ Right." if option.correct else "✗ Not this one."


def _with_notices(sentence: str) -> str:
    return " ".join([sentence, *progress.take_notices()])


def quiz(question_id: str) -> Quiz:
    """Show a multiple-choice question.

    Parameters
    ----------
    question_id : str
        For instance ``"2.a"``.

    Returns
    -------
    Quiz
        As the last line of a cell it shows itself.
    """
    return Quiz(find(QUESTIONS, question_id, "question"))


class ConceptTest(Controls):
    """Ten questions and one score, which is all it tells; the chapters give the explanations."""

    def __init__(self, questions: Sequence[Question], explain: bool) -> None:
        self._questions, self._explain = tuple(questions), explain
        choices = [
            Choice(f"q{number}", f"{number}. {plain(question.prompt)}", options=_texts(question))
            for number, question in enumerate(questions, start=1)
        ]
        super().__init__("Concept test", [*choices, Action("check_button", "Score")])

    def act(self, name: str) -> None:
        """Answer the button."""
        self.submit()

    def submit(self) -> None:
        """Score the answers; open questions are named first."""
        chosen = [self.state[f"q{number}"] for number in range(1, len(self._questions) + 1)]
        still_open = [str(number) for number, text in enumerate(chosen, start=1) if text is None]
        if still_open:
            self.sentence = f"Still open: {', '.join(still_open)}. A guess is fine."
            return
        options = [find_option(q, text) for q, text in zip(self._questions, chosen, strict=True)]
        score = sum(option.correct for option in options)
        entry = {
            "id": "0.concept",
            "score": score,
            "of": len(options),
            "correct": score == len(options),
            "answers": [option.correct for option in options],
        }
        progress.add_entry("quizzes", entry)
        self.sentence = _with_notices(f"{score} of {len(options)} right. {self._remarks(options)}")

    def _remarks(self, options: Sequence[Option]) -> str:
        if not self._explain:
            return "No more is told now: each question comes up on the way, and all of them at the end."
        return " ".join(
            f"{number}. {_verdict(option)} {plain(option.explanation)}"
            for number, option in enumerate(options, start=1)
        )

    def plain_text(self) -> str:
        """Return all questions with their options, the same whether they were answered or not."""
        lines = [
            f"{number}. {lettered(question)}" for number, question in enumerate(self._questions, start=1)
        ]
        return "\n".join(["Concept test.", *lines])


def _texts(question: Question) -> tuple[str, ...]:
    return tuple(option.text for option in question.options)


def concept_test(*, explain: bool = False) -> ConceptTest:
    """Show the ten-question concept test.

    Parameters
    ----------
    explain : bool, default False
        Explain every answer with the score: for the second time, at the end of the course.
    """
    return ConceptTest(CONCEPT_TEST, explain)
