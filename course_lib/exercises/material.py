"""What an exercise, a quiz question and a prediction are: plain data that tests can walk through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOLERANCE = 0.0015  # four decimals are asked for; some misconceptions sit only 0.005 from the truth

Hints = tuple[str, str]


@dataclass(frozen=True)
class Diagnosis:
    """What the checker concludes about one answer.

    Attributes
    ----------
    correct : bool
        Whether the answer is right.
    code : str or None
        The name of the slip, for instance ``"UNWEIGHTED"``; None when right.
    message : str
        The first thing to say.
    more : str
        What to add when the same slip comes back.
    """

    correct: bool
    code: str | None
    message: str
    more: str = ""

    @property
    def is_attempt(self) -> bool:
        """Whether this was a try at all; an untouched ``...`` is not."""
        return self.code != "NO_ANSWER"


@dataclass(frozen=True)
class Mistake:
    """One catalogued wrong value: what produces it, what it is called, what to say.

    Attributes
    ----------
    value : callable
        Computes the wrong value. NaN and infinities are allowed.
    code : str
        Key of the hint library.
    hints : tuple of two str, optional
        Words for this exercise; without them the library's words for `code` are used.
    tolerance : float, optional
        How close an answer has to be; without it the part's own tolerance.
    """

    value: Callable[[], float]
    code: str
    hints: Hints | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Part:
    """One number that an exercise asks for.

    Attributes
    ----------
    name : str
        What the number is, in a few words.
    reference : callable
        Computes the right value with `course_lib`; it may be infinite.
    unit : str
        "bits", "nats", "probability", "count" or "" (decides which generic slips are looked for).
    tolerance : float
        Accepted absolute error.
    mistakes : sequence of Mistake
        The catalogue of this number.
    low, high : float
        Theoretical bounds of the quantity.
    bound : str
        The sentence that states those bounds.
    terms : int
        How many terms the sum has; 0 if it is not a sum.
    also_right : sequence of float
        Other values that answer the question as well: 35 whole flips for 34.36.
    """

    name: str
    reference: Callable[[], float]
    unit: str = "bits"
    tolerance: float = TOLERANCE
    mistakes: Sequence[Mistake] = ()
    low: float = float("-inf")
    high: float = float("inf")
    bound: str = ""
    terms: int = 0
    also_right: Sequence[float] = ()


@dataclass(frozen=True)
class Misnaming:
    """One catalogued wrong name: what it is called, and what to say.

    Attributes
    ----------
    names : str
        The name, or several joined by " + ", in whichever order they come.
    code : str
        Key of the hint library.
    hints : tuple of two str, optional
        Words for this exercise; without them the library's words for `code` are used.
    """

    names: str
    code: str
    hints: Hints | None = None


@dataclass(frozen=True)
class Naming:
    """One answer in words that an exercise asks for: a name, or several in any order.

    Attributes
    ----------
    name : str
        What is asked for, in a few words.
    reference : callable
        Returns the right name, or several joined by " + ".
    spellings : mapping
        Other ways to write a name, and the name that is meant; letter case and spaces count nowhere.
    mistakes : sequence of Misnaming
        The catalogue of wrong names.
    """

    name: str
    reference: Callable[[], str]
    spellings: Mapping[str, str] = field(default_factory=dict)
    mistakes: Sequence[Misnaming] = ()


@dataclass(frozen=True)
class Trial:
    """One hidden call of a learner's function.

    Attributes
    ----------
    label : str
        How the call is described to the learner.
    make_arguments : callable
        Returns fresh positional arguments, so that a function that changes its input harms nobody.
    keywords : mapping
        Keyword arguments of the call.
    expected : callable or exception class
        Computes the right result, or the class of error that the call should raise.
    readings : sequence of (callable, str)
        Pairs (does this result betray the slip?, code), tried in order.
    """

    label: str
    make_arguments: Callable[[], tuple[Any, ...]]
    expected: Callable[[], Any] | type[Exception]
    keywords: Mapping[str, Any] = field(default_factory=dict)
    readings: Sequence[tuple[Callable[[Any], bool], str]] = ()


@dataclass(frozen=True)
class Exercise:
    """A checked exercise: one number, several numbers or names, a dictionary of them, or a function.

    Attributes
    ----------
    id, title, prompt : str
        Its number as in "2.4", a short name, and the task.
    parts : sequence of Part or Naming
        The numbers and names asked for, in order; empty for a function exercise.
    trials : sequence of Trial
        The hidden calls of a function exercise; empty otherwise.
    hints : tuple of two str
        The smallest next step, and the one after it.
    solution : str
        The worked solution, with every arithmetic step.
    in_another_order : tuple of two str, optional
        What to say to the right numbers in another order, where that is more than a slip of the pen.
    rows : sequence of str
        The keys of the dictionary asked for, if it is one; each has as many of the parts as any other.
    """

    id: str
    title: str
    prompt: str
    hints: Hints
    solution: str
    parts: Sequence[Part | Naming] = ()
    trials: Sequence[Trial] = ()
    in_another_order: Hints | None = None
    rows: Sequence[str] = ()

    @property
    def kind(self) -> str:
        """One of "number", "tuple", "mapping" and "function"."""
        if self.trials:
            return "function"
        if self.rows:
            return "mapping"
        return "number" if len(self.parts) == 1 else "tuple"


@dataclass(frozen=True)
class Option:
    """One option of a quiz question, with what to say to whoever picks it."""

    text: str
    explanation: str
    correct: bool = False


@dataclass(frozen=True)
class Question:
    """A multiple-choice question with exactly one correct option."""

    id: str
    prompt: str
    options: Sequence[Option]

    @property
    def answer(self) -> int:
        """Position of the correct option, from 0."""
        return next(i for i, option in enumerate(self.options) if option.correct)


@dataclass(frozen=True)
class Prediction:
    """A question to bet on before looking.

    Either `options` are given, and `truth` returns the position of the one that happens; or `low` and
    `high` are given, and a guess is a hit when it lies within `accept` of `truth()`.
    """

    id: str
    prompt: str
    truth: Callable[[], float]
    explanation: Callable[[], str]
    options: Sequence[str] = ()
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    accept: float = 0.05
    unit: str = "bits"
