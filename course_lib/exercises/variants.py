"""The numeric exercises with other numbers, drawn from a seed: for work that is handed in.

The solutions ship with the package, so the exercises' own numbers cannot be graded. A variant asks the
same question about numbers that no file of the course holds. It is no secret either: whoever has the
package can compute it, as whoever has a calculator can. Ask for the way there, not for the number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from course_lib.exercises.variant_templates import TEMPLATES

VARIED = tuple(TEMPLATES)  # the ids of the exercises that can be drawn anew


@dataclass(frozen=True)
class Variant:
    """An exercise with numbers of its own.

    Attributes
    ----------
    prompt : str
        The task.
    answer : float or tuple of float
        The right answer; several numbers in the order in which the task asks for them.
    unit : str
        The unit of the answer, or the units of its numbers, in words; empty for a number without one.
    inputs : mapping
        The numbers that were drawn.
    """

    prompt: str
    answer: float | tuple[float, ...]
    unit: str
    inputs: Mapping[str, Any]


def variant(exercise_id: str, seed: int) -> Variant:
    """Draw an exercise anew.

    Parameters
    ----------
    exercise_id : str
        One of `VARIED`, for instance ``"2.4"``.
    seed : int
        At least 0. The same seed gives the same numbers, and never those of the exercise itself.

    Returns
    -------
    Variant
        With `prompt`, `answer` and `unit`.

    Raises
    ------
    LookupError
        If that exercise cannot be drawn anew; the message names those that can.
    ValueError
        If the seed is not a whole number from 0 on.

    Examples
    --------
    >>> drawn = variant("1.1", seed=3)
    >>> drawn.prompt
    'An event has probability 1/4096. How surprising is it, in bits?'
    >>> drawn.answer, drawn.unit
    (12.0, 'bits')
    """
    if exercise_id not in TEMPLATES:
        raise LookupError(f"Exercise {exercise_id!r} has no variants. Those that have: {', '.join(VARIED)}.")
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"seed is {seed!r}; it has to be a whole number, 0 or more.")
    template = TEMPLATES[exercise_id]
    rng = np.random.default_rng(
        [int(seed), *exercise_id.encode()]
    )  # one seed, other numbers in each exercise
    inputs = template.draw(rng)
    while inputs == template.given:
        inputs = template.draw(rng)
    return Variant(template.ask(**inputs), template.answer(**inputs), template.unit, inputs)
