"""Bets placed before looking: a guess, how sure you are, and a bill in bits when the truth is revealed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib import figures, progress
from course_lib.controls import Action, Choice, Controls, Range
from course_lib.exercises.catalogue import PREDICTIONS, find
from course_lib.exercises.material import Prediction
from course_lib.exercises.wording import plain

if TYPE_CHECKING:
    from course_lib.exercises.voting import ClassVote

# 100 % is not on offer: being wrong once would cost infinitely many bits.
_PERCENTS = (1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99)


@dataclass(frozen=True)
class Bill:
    """What a revealed prediction cost: -log2 of the probability that was given to what happened."""

    correct: bool
    given: float
    bits: float


def bill_prediction(prediction_id: str, guess: str | float, confidence: float) -> Bill:
    """Bill a guess, without any widget.

    Parameters
    ----------
    prediction_id : str
        For instance ``"2.hook"``.
    guess : str or float
        The text of an option, or a number.
    confidence : float
        Probability that the guess is right, between 0 and 1. What is left is shared equally by the other
        options, or goes to *not within the accepted distance* when the guess is a number.

    Returns
    -------
    Bill

    Examples
    --------
    >>> bill = bill_prediction("1.hook", "both are the same", 0.5)
    >>> bill.correct, bill.bits
    (True, 1.0)
    """
    return _bill(find(PREDICTIONS, prediction_id, "prediction"), guess, confidence)


def _bill(prediction: Prediction, guess: str | float, confidence: float) -> Bill:
    correct = _hits(prediction, guess)
    others = max(len(prediction.options) - 1, 1)
    given = confidence if correct else (1 - confidence) / others
    return Bill(correct, given, -math.log2(given))


def _hits(prediction: Prediction, guess: str | float) -> bool:
    if prediction.options:
        return guess == outcome_of(prediction)
    return abs(float(guess) - prediction.truth()) <= prediction.accept


def outcome_of(prediction: Prediction) -> str | float:
    """Return what happens: the text of an option, or a number."""
    truth = prediction.truth()
    return prediction.options[int(truth)] if prediction.options else truth


def say_value(prediction: Prediction, value: str | float) -> str:
    """Return an option as it is, or a number with its unit."""
    return value if isinstance(value, str) else f"{value:.4g} {prediction.unit}".strip()


def truth_sentence(prediction: Prediction) -> str:
    """Return what happens, and why."""
    outcome = say_value(prediction, outcome_of(prediction))
    return f"The answer: {outcome}. {plain(prediction.explanation())}"


def question_text(prediction: Prediction) -> str:
    """Return the question for a reader without a kernel, the same whether it was answered or not."""
    how = (
        "; ".join(prediction.options)
        if prediction.options
        else f"a number from {prediction.low:g} to {prediction.high:g} {prediction.unit}".strip()
    )
    open_end = "" if prediction.prompt.endswith((".", "?", "!", ":")) else " …"
    return (
        f"Prediction {prediction.id}. {prediction.prompt}{open_end} "
        f"Commit an answer ({how}) and how sure you are, then reveal."
    )


class Bet(Controls):
    """A guess and a confidence, committed with one button and revealed with another."""

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self._committed: tuple[str | float, float] | None = None
        self._revealed = False
        super().__init__(
            f"Prediction {prediction.id}",
            [
                _guess_control(prediction),
                _confidence_control(prediction),
                Action("commit_button", "Commit"),
                Action("reveal_button", "Reveal"),
            ],
        )

    def act(self, name: str) -> None:
        """Answer one of the two buttons."""
        if name == "commit_button":
            self.commit()
        else:
            self.reveal()

    def commit(self) -> None:
        """Commit the guess and the confidence that the controls show, as the first button does."""
        guess, confidence = self.state["guess"], self.state["confidence"]
        if self._revealed:
            self.sentence = "The truth is out already, so this bet stays as it is. " + self._truth()
        elif guess is None:
            self.sentence = "Choose an answer first; a hunch is fine."
        else:
            self._committed = guess, confidence
            self.sentence = (
                f"Committed: {self._say(guess)}, {100 * confidence:.0f} % sure. "
                f"If so it costs {-math.log2(confidence):.3f} bits. Reveal when you are ready."
            )

    def reveal(self) -> None:
        """Reveal the truth and bill the committed guess, as the second button does."""
        if self._committed is None:
            self._revealed = True
            self.sentence = f"{self._truth()} Nothing was committed, so nothing is billed."
            return
        guess, confidence = self._committed
        bill = _bill(self._prediction, guess, confidence)
        if not self._revealed:
            self._record(guess, confidence, bill)
        self._revealed = True
        self.tone = "right" if bill.correct else "wrong"
        self.sentence = " ".join(
            [
                "✓ It is so." if bill.correct else f"✗ You said {self._say(guess)}.",
                self._truth(),
                f"What happened had been given {100 * bill.given:.1f} %: the bill is {bill.bits:.3f} bits.",
                *progress.take_notices(),
            ]
        )

    def _record(self, guess: str | float, confidence: float, bill: Bill) -> None:
        entry = {
            "id": self._prediction.id,
            "answer": guess,
            "confidence": confidence,
            "outcome": outcome_of(self._prediction),
            "correct": bill.correct,
            "bits": bill.bits,
        }
        progress.add_entry("predictions", entry)

    def _truth(self) -> str:
        return truth_sentence(self._prediction)

    def _say(self, value: str | float) -> str:
        return say_value(self._prediction, value)

    def plain_text(self) -> str:
        """Return the question, the same whether it was answered or not."""
        return question_text(self._prediction)


def _guess_control(prediction: Prediction) -> Choice | Range:
    if prediction.options:
        return Choice("guess", plain(prediction.prompt), options=tuple(prediction.options))
    count = round((prediction.high - prediction.low) / prediction.step)
    grid = tuple(round(prediction.low + i * prediction.step, 10) for i in range(count + 1))
    middle = grid[len(grid) // 2]
    return Range("guess", plain(prediction.prompt), grid, middle, lambda v: f"{v:g} {prediction.unit}")


def _confidence_control(prediction: Prediction) -> Range:
    if prediction.options:
        even = 1 / len(prediction.options)  # less than an even share would be a vote for another option
        grid = (even, *(percent / 100 for percent in _PERCENTS if percent / 100 > even + 0.005))
        label = "How sure are you?"
    else:
        grid = tuple(percent / 100 for percent in _PERCENTS)
        label = f"How sure are you that it lies within {prediction.accept:g} of your guess?"
    return Range("confidence", label, grid, 0.5, lambda value: f"{100 * value:.0f} %")


def predict(
    prediction_id: str,
    guess: str | float | None = None,
    *,
    confidence: float | None = None,
    votes: bool | None = None,
) -> Bet | ClassVote:
    """Ask for a bet. It never holds up the cells below: reveal when you like, or never.

    Parameters
    ----------
    prediction_id : str
        For instance ``"2.hook"``.
    guess : str or float, optional
        Commit this guess at once: the text of an option, or a number. Without it, use the controls.
    confidence : float, optional
        Probability that the guess is right, up to 0.99.
    votes : bool, optional
        Take a show of hands of a whole class instead of one bet. Without it the style decides: hands after
        ``figures.use_style("lecture")``, unless a guess or a confidence is given.

    Returns
    -------
    Bet or ClassVote
        As the last line of a cell it shows itself; ``.reveal()`` shows the truth.

    Raises
    ------
    LookupError
        If there is no such prediction.
    ValueError
        If votes are asked for and a guess or a confidence is given as well.
    """
    from course_lib.exercises import voting  # which draws, and stands on what is above

    prediction = find(PREDICTIONS, prediction_id, "prediction")
    is_personal = guess is not None or confidence is not None
    if votes and is_personal:
        raise ValueError(
            "A class vote takes counts, not one guess and confidence: leave those out, or votes=True."
        )
    if votes or (votes is None and not is_personal and figures.is_lecture()):
        return voting.ClassVote(prediction)
    bet = Bet(prediction)
    if confidence is not None:
        bet.confidence = confidence
    if guess is not None:
        bet.guess = guess
        bet.commit()
    return bet
