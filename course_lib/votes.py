"""A class's show of hands: how undecided it is, in bits, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Literal, NamedTuple

from course_lib.measures import entropy, surprisal

#: Peer instruction: a discussion and a second vote pay where this share, in percent, was right first.
DISCUSS_FROM, DISCUSS_TO = 30, 70

NextStep = Literal["hint", "discuss", "reveal"]

#: What to do, without a word about who is right: the screen is in front of the class.
ADVICE: dict[NextStep, str] = {
    "hint": "Too early for a discussion: give a hint or an example, then take the first vote again.",
    "discuss": "Discuss: 90 seconds with a neighbour who voted differently, then vote again.",
    "reveal": "No second vote needed: reveal, and let somebody give the reason.",
}


class Vote(NamedTuple):
    """What one show of hands says, once the right answer is known.

    Attributes
    ----------
    hands : int
        How many were counted.
    bits : float
        Entropy of the votes in bits: 0 when all agree, log2 of the number of answers when they are split
        evenly.
    right : float
        Share of the hands that were right, from 0 to 1.
    bill : float
        Surprise in bits of the right answer, the class's shares being the forecast; inf if nobody had it.
    """

    hands: int
    bits: float
    right: float
    bill: float


def vote_entropy(counts: Sequence[int]) -> float:
    """Entropy of a show of hands in bits.

    Parameters
    ----------
    counts : sequence of int
        Hands for each answer, at least one in all.

    Returns
    -------
    float
        From 0, everybody agrees, to log2 of the number of answers. It says how undecided the class is, and
        nothing about being right.

    Raises
    ------
    ValueError
        If no hand was counted, or a count is no whole number from 0 up.

    Examples
    --------
    >>> vote_entropy([10, 10, 10, 10])
    2.0
    >>> round(vote_entropy([80, 10, 10, 0]), 2)
    0.92
    """
    _check(counts)
    return float(entropy(counts, normalize=True))


def weigh_vote(counts: Sequence[int], right: int) -> Vote:
    """Say how undecided a class was and how well its shares forecast the right answer.

    Parameters
    ----------
    counts : sequence of int
        Hands for each answer, at least one in all.
    right : int
        Position of the right answer, from 0.

    Returns
    -------
    Vote

    Examples
    --------
    >>> weigh_vote([5, 5, 10], 2)
    Vote(hands=20, bits=1.5, right=0.5, bill=1.0)
    """
    _check(counts, right)
    share = counts[right] / sum(counts)
    return Vote(sum(counts), vote_entropy(counts), share, float(surprisal(share)))


def next_step(counts: Sequence[int], right: int) -> NextStep:
    """Say what peer instruction advises after a first vote.

    Parameters
    ----------
    counts : sequence of int
        Hands for each answer, at least one in all.
    right : int
        Position of the right answer, from 0.

    Returns
    -------
    {"hint", "discuss", "reveal"}
        "discuss", and vote again, where 30 to 70 % were right, ends included: there are enough who can
        convince and enough to be convinced. Below that "hint", above it "reveal".

    Examples
    --------
    >>> next_step([2, 5, 3], 0), next_step([3, 5, 2], 0), next_step([8, 1, 1], 0)
    ('hint', 'discuss', 'reveal')
    """
    _check(counts, right)
    hundredfold, hands = 100 * counts[right], sum(counts)  # whole numbers: exactly 30 % is 30 %
    if hundredfold < DISCUSS_FROM * hands:
        return "hint"
    return "discuss" if hundredfold <= DISCUSS_TO * hands else "reveal"


def _check(counts: Sequence[int], right: int = 0) -> None:
    for count in counts:
        if not isinstance(count, Integral) or isinstance(count, bool) or count < 0:
            raise ValueError(f"A count of hands is {count!r}; give whole numbers from 0 up.")
    if sum(counts) == 0:
        raise ValueError("No hand was counted; an entropy needs at least one vote.")
    if not 0 <= right < len(counts):
        raise ValueError(f"The right answer is said to be number {right}, and there are {len(counts)}.")
