"""A show of hands on a prediction: counts before and after a discussion, and the class's entropy in bits.

Nothing of it is stored: the ledger is for a learner's own bets.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from course_lib.controls import Action, Choice, Controls, Counts
from course_lib.exercises.material import Prediction
from course_lib.exercises.predictions import question_text, truth_sentence
from course_lib.exercises.quizzes import LETTERS
from course_lib.exercises.wording import plain
from course_lib.figures import (
    DRAWING,
    ENTROPY_FILL,
    INK,
    PICTURE_WIDTH,
    Q_COLOUR,
    QUIET_COLOUR,
    margins,
    picture_dpi,
    picture_width,
)
from course_lib.votes import ADVICE, next_step, vote_entropy, weigh_vote

BRACKETS = 5  # of equal width, into which the possible numbers are cut
FIRST, AFTER = "first vote", "after discussion"
ROUNDS = {"first": FIRST, "after": AFTER}


def answers_to_vote_on(prediction: Prediction) -> tuple[tuple[str, ...], int]:
    """Return the answers between which a class chooses, and the position of the right one.

    A prediction that asks for a number is cut into brackets, each from its lower end to under its upper one:
    whoever thinks of a round number has to know where to raise a hand.

    Examples
    --------
    >>> from course_lib.exercises.catalogue import PREDICTIONS
    >>> answers, right = answers_to_vote_on(PREDICTIONS["2.bias"])
    >>> answers
    ('0 to under 2 bits', '2 to under 4 bits', '4 to under 6 bits', '6 to under 8 bits', '8 to 10 bits')
    >>> right
    3
    """
    truth = prediction.truth()
    if prediction.options:
        return tuple(map(plain, prediction.options)), int(truth)
    edges = np.linspace(prediction.low, prediction.high, BRACKETS + 1)
    names = [f"{low:g} to under {high:g} {prediction.unit}".strip() for low, high in pairwise(edges)]
    names[-1] = names[-1].replace("under ", "")
    return tuple(names), int(np.searchsorted(edges[1:-1], truth, side="right"))


class ClassVote(Controls):
    """Counters for every answer, before and after the discussion; nothing is right or wrong until revealed.

    Until then no sentence and no picture depends on which answer is right, except the advice that
    ``advise_button`` asks for: it says what to do next and not why.
    """

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self._revealed = self._advised = False
        self._answers, self._right = answers_to_vote_on(prediction)
        lettered = tuple(f"{letter}) {text}" for letter, text in zip(LETTERS, self._answers, strict=False))
        question = plain(prediction.prompt)
        super().__init__(
            f"Class vote {prediction.id}",
            [
                Choice("vote", "Which vote?", options=(FIRST, AFTER), default=FIRST),
                Counts("first", question, outcomes=lettered, shown_while=("vote", FIRST)),
                Counts("after", question, outcomes=lettered, shown_while=("vote", AFTER)),
                Action("advise_button", "What next?"),
                Action("reveal_button", "Reveal"),
            ],
        )
        self.observe(lambda _: self._paint(), "pixel_ratio")
        self.react()

    def act(self, name: str) -> None:
        """Answer one of the two buttons."""
        if name == "reveal_button":
            self.reveal()
        else:
            self.advise()

    def advise(self) -> None:
        """Say what to do next, as the first button does; another count takes the advice back."""
        self._advised = True
        self._answer()

    def reveal(self) -> None:
        """Show the truth, who had it, and what the class's shares are billed, as the second button does."""
        self._revealed = True
        self._advised = False  # advice to reveal has had its day, and takes up the screen
        self._answer()

    def react(self) -> None:
        """Answer a changed count."""
        self._advised = False
        self._answer()

    def _answer(self) -> None:
        said = [self._counted()]
        if self._advised:
            said.append(self._advice())
        if self._revealed:
            said += [truth_sentence(self._prediction), *self._verdicts()]
        self.sentence = " ".join(filter(None, said))
        self._paint()

    @property
    def _votes(self) -> dict[str, list[int]]:
        """The votes that were taken so far."""
        return {name: self.state[name] for name in ROUNDS if sum(self.state[name])}

    def _counted(self) -> str:
        votes = self._votes
        if not votes:
            return "Type or step the hands for each answer."
        bits = {name: vote_entropy(counts) for name, counts in votes.items()}
        parts = [
            f"{ROUNDS[name].capitalize()}: {_hands(counts)}, {bits[name]:.2f} bits"
            for name, counts in votes.items()
        ]
        parts[0] += f" of at most {np.log2(len(self._answers)):.2f}"
        return f"{'. '.join(parts)}.{_change(list(bits.values()))}"

    def _advice(self) -> str:
        if self._revealed:
            return "Let somebody give the reason."
        if "after" in self._votes:
            return "That was the second vote: reveal, and let somebody give the reason."
        if "first" not in self._votes:
            return "Count a first vote."
        return ADVICE[next_step(self.state["first"], self._right)]

    def _verdicts(self) -> list[str]:
        votes = {name: weigh_vote(counts, self._right) for name, counts in self._votes.items()}
        said = [
            f"{ROUNDS[name].capitalize()}: {100 * vote.right:.0f} % right; as a forecast it is billed "
            + ("∞ bits." if np.isinf(vote.bill) else f"{vote.bill:.2f} bits.")
            for name, vote in votes.items()
        ]
        if len(votes) == 2:
            first, after = votes["first"], votes["after"]
            if after.bits < first.bits and after.right < first.right:
                said.append("The class agreed more and was right less: entropy does not see who is right.")
        return said

    # --- the picture ------------------------------------------------------------------------------------

    def _paint(self) -> None:
        votes = self._votes
        if not votes:
            self.picture, self.alt = b"", ""
            return
        self.alt = self._alt(votes)
        stream = io.BytesIO()
        self.width = picture_width()
        with DRAWING:
            dots = picture_dpi(self.pixel_ratio, self.width)
            self._figure(votes).savefig(stream, format="png", dpi=dots)
        self.picture = stream.getvalue()

    def _alt(self, votes: dict[str, list[int]]) -> str:
        rows = [
            f"{ROUNDS[name]}: "
            + ", ".join(f"{text} {count}" for text, count in zip(self._answers, counts, strict=True))
            for name, counts in votes.items()
        ]
        right = f" Right is {self._answers[self._right]}." if self._revealed else ""
        return f"Bars of the hands for each answer, {'; '.join(rows)}. {self._counted()}{right}"

    def _figure(self, votes: dict[str, list[int]]) -> Figure:
        figure = Figure(figsize=(PICTURE_WIDTH / 100, 1.5 + 0.42 * len(self._answers)))
        room = margins(figure, columns=2, left=3.0, bottom=3.2, between=5.0)
        left, right = figure.subplots(1, 2, gridspec_kw=room)
        _draw_shares(left, votes, self._right if self._revealed else None)
        _draw_entropies(right, votes, float(np.log2(len(self._answers))))
        return figure

    def plain_text(self) -> str:
        """Return the question in the words of the bet: a lecture leaves no trace in a notebook."""
        return question_text(self._prediction)


def _hands(counts: Sequence[int]) -> str:
    return f"{sum(counts)} hand{'s' if sum(counts) > 1 else ''}"


def _change(bits: Sequence[float]) -> str:
    if len(bits) < 2:
        return ""
    change = round(bits[1], 2) - round(bits[0], 2)
    if abs(change) < 0.005:
        return " As undecided as before."
    return f" {abs(change):.2f} bits {'more' if change > 0 else 'less'} undecided."


# The class's belief has the colour of q; hatches tell the two votes apart without any colour.
_LOOKS = {"first": {"facecolor": "white", "hatch": "///"}, "after": {"facecolor": Q_COLOUR}}


def _draw_shares(axes: Any, votes: dict[str, list[int]], right: int | None) -> None:
    places = _places(votes)
    for name, counts in votes.items():
        shares = 100 * np.array(counts) / sum(counts)
        rows = np.arange(len(counts)) + places[name]
        axes.barh(rows, shares, 0.8 / len(votes), edgecolor=Q_COLOUR, linewidth=1.2, **_LOOKS[name])
    count = len(next(iter(votes.values())))
    names = [f"✓ {letter}" if i == right else letter for i, letter in enumerate(LETTERS[:count])]
    axes.set_yticks(np.arange(count), names, fontsize="medium")
    axes.set(xlim=(0, 100), ylim=(count - 0.4, -0.6), xlabel="% of the hands")
    axes.tick_params(axis="x", labelsize="medium")


def _draw_entropies(axes: Any, votes: dict[str, list[int]], most: float) -> None:
    bits = [vote_entropy(counts) for counts in votes.values()]
    looks = [str(_LOOKS[name].get("hatch", "")) for name in votes]
    axes.barh(range(len(bits)), bits, 0.5, facecolor=ENTROPY_FILL, edgecolor=INK, linewidth=1.0, hatch=looks)
    for row, value in enumerate(bits):
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
        axes.text(0.03 * most, row, f"{value:.2f} bits", va="center", bbox=paper)
    axes.axvline(most, color=QUIET_COLOUR, linestyle="--")
    axes.text(0.97 * most, 1.85, "split evenly", ha="right", va="bottom", color=QUIET_COLOUR)
    axes.set_yticks(range(len(bits)), list(votes), fontsize="medium")
    axes.set(xlim=(0, 1.08 * most), ylim=(1.9, -0.6), xlabel="entropy of the votes (bits)")
    axes.set_xticks(
        [0.0, most / 2, most], [f"{tick:.2f}" for tick in (0.0, most / 2, most)], fontsize="medium"
    )


def _places(votes: dict[str, list[int]]) -> dict[str, float]:
    """Return where a vote's bars lie beside the middle of an answer's row."""
    return {"first": -0.2, "after": 0.2} if len(votes) == 2 else dict.fromkeys(votes, 0.0)
