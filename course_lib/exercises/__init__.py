"""Checked exercises, quizzes and predictions: what the notebooks import.

``check("2.4", answer)`` says what an answer shows about the way it was found; ``hint`` and ``solution``
help on; ``quiz("2.a")`` asks a multiple-choice question; ``predict("2.hook")`` takes a bet before the
reveal; ``explain("1.halving")`` asks for a reason in one sentence; ``diagnose`` is the pure core of
``check``.
"""

from course_lib.exercises.checking import check, diagnose, hint, solution
from course_lib.exercises.explanations import explain
from course_lib.exercises.predictions import bill_prediction, predict
from course_lib.exercises.quizzes import answer_quiz, concept_test, quiz

__all__ = [
    "answer_quiz",
    "bill_prediction",
    "check",
    "concept_test",
    "diagnose",
    "explain",
    "hint",
    "predict",
    "quiz",
    "solution",
]
