"""Capstone D: make a language model praise half of the time, and pay for nothing but that."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import rel_entr

from course_lib import records
from course_lib.capstones.grading import Check, Report, ToDo, in_order, needed
from course_lib.classifiers import softmax
from course_lib.distributions import FloatArray, as_numbers
from course_lib.measures import kl_divergence

PROMPT = "The movie was"
_ASKED = 0.5
_TOLERANCE = 1e-3  # bits
_ROUNDING = 1e-6


def capstone_d(new: Any) -> Report | ToDo:
    """Check a steered next-token distribution. Chapter 8.

    Its KL from the model's own splits exactly, by the chain rule, into the divergence between shares of
    praise, what is spent among the ten words, and what is spent among all others. The bound, for half
    praise, is the first with everything else left as it was.

    Parameters
    ----------
    new : array_like, shape (49152,)
        Probabilities of every token after "The movie was".

    Returns
    -------
    Report
        Shows itself: five checks, and what to do about those that fail.
    """
    if new is Ellipsis:
        return ToDo("D", "49,152 probabilities")
    reference, is_praise = model_distribution()
    try:
        p = as_numbers(new, name="new")
        problem = _not_a_distribution(p, len(reference))
    except (ValueError, TypeError) as error:
        problem = str(error)
    if problem:
        advice = "Every token keeps its place; divide by the sum at the end."
        first = Check("distribution", needed("D", "distribution"), problem, False, advice)
        return in_order("D", [first])
    return _judge(p, reference, is_praise)


def model_distribution() -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the model's own probabilities after the prompt, and which tokens are words of praise.

    Examples
    --------
    >>> p, is_praise = model_distribution()
    >>> len(p), int(is_praise.sum())
    (49152, 10)
    """
    stored = records.load("language_prompts")
    row = list(stored["prompts"]).index(PROMPT)
    reference = softmax(stored["log_probs"][row].astype(np.float64))
    is_praise = np.zeros(len(reference), dtype=bool)
    is_praise[stored["praise_ids"]] = True
    return reference, is_praise


def _not_a_distribution(p: FloatArray, size: int) -> str:
    if p.shape != (size,):
        return f"numbers of shape {p.shape}, not ({size},)"
    if p.min() < 0:
        return f"token {int(p.argmin())} has the probability {p.min():.3g}, below 0"
    return "" if abs(p.sum() - 1.0) <= _ROUNDING else f"the sum is {p.sum():.6f}"


def _judge(p: FloatArray, reference: FloatArray, is_praise: NDArray[np.bool_]) -> Report:
    praise, before = float(p[is_praise].sum()), float(reference[is_praise].sum())
    bound = _coin(max(min(praise, 1.0), 0.0), before)
    least = _coin(_ASKED, before)
    among = praise * _divergence(p[is_praise], reference[is_praise])
    rest = (1.0 - praise) * _divergence(p[~is_praise], reference[~is_praise])
    over = bound - least if praise > _ASKED else 0.0
    name = {
        "distribution": (True, "49,152 probabilities, sum 1", ""),
        "praises": (
            praise >= _ASKED - _ROUNDING,
            f"{praise:.4f} on the ten words",
            f"Lift the ten words further: a smaller β_RL tilts more. The model's own share is {before:.5f}.",
        ),
        "no more than asked": (
            over <= _TOLERANCE,
            f"{over:.4f} bits",
            "You praise more than half of the time, and every further bit of insistence costs. Solve for "
            "the β_RL, or the factor, at which the share is one half.",
        ),
        "fair among the ten": (
            among <= _TOLERANCE,
            f"{among:.4f} bits",
            "The reward does not say which praise. Multiply all ten by one and the same factor: their "
            "shares among themselves stay the model's.",
        ),
        "hands off the rest": (
            rest <= _TOLERANCE,
            f"{rest:.4f} bits",
            "The other tokens have to shrink, all by one and the same factor. Their shares among "
            "themselves stay the model's.",
        ),
    }
    checks = [
        Check(key, needed("D", key), found, bool(passed), advice)
        for key, (passed, found, advice) in name.items()
    ]
    spent = float(kl_divergence(p / p.sum(), reference))
    remark = f"Spent {spent:.3f} bits of KL; half praise can be had for {least:.3f}, and for no less."
    return in_order("D", checks, remark)


def _coin(share: float, before: float) -> float:
    """Divergence between two coins in bits."""
    return float(kl_divergence([share, 1.0 - share], [before, 1.0 - before]))


def _divergence(new: FloatArray, reference: FloatArray) -> float:
    """Bits between two groups' shares, each group taken as a whole; nothing if the new one is empty."""
    if new.sum() <= 0.0:
        return 0.0
    nats = rel_entr(new / new.sum(), reference / reference.sum()).sum()
    return float(max(nats, 0.0) / np.log(2.0))
