"""How a capstone's result is shown: five checks, what was found, what is needed, and where to look next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from course_lib.capstones.rubrics import RUBRICS
from course_lib.tables import Table
from course_lib.time_limit import NotInMainThread, OutOfTime, call_within

_QUOTED = 200  # characters of an error message that are worth repeating


@dataclass(frozen=True)
class Check:
    """One automatic check.

    Attributes
    ----------
    name : str
    needed, found : str
    passed : bool or None
        None if an earlier check failed in such a way that this one could not be made.
    advice : str
        A sentence for a check that failed.
    """

    name: str
    needed: str
    found: str = "not reached"
    passed: bool | None = None
    advice: str = ""


@dataclass(frozen=True)
class Report:
    """The checks of a capstone, and the questions that come after them."""

    letter: str
    checks: tuple[Check, ...]
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether all checks are passed."""
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> list[str]:
        """Names of the checks that failed; those not reached are not among them."""
        return [check.name for check in self.checks if check.passed is False]

    @property
    def table(self) -> Table:
        """All checks."""
        rows = [(check.name, check.needed, check.found, _MARKS[check.passed]) for check in self.checks]
        return Table(self._verdict(), ("check", "needed", "found", "result"), rows)

    def _verdict(self) -> str:
        passed = sum(check.passed is True for check in self.checks)
        title = RUBRICS[self.letter].title
        return f"Capstone {self.letter}, {title}: {passed} of {len(self.checks)} checks passed"

    def _after(self) -> list[str]:
        if not self.passed:
            said = [f"{check.name}: {check.advice}" for check in self.checks if check.passed is False]
            return said + ([self.remark] if self.remark else [])
        questions = [f"{n}. {text}" for n, text in enumerate(RUBRICS[self.letter].questions, start=1)]
        return [
            *([self.remark] if self.remark else []),
            "All checks passed. Now assess yourself:",
            *questions,
        ]

    def __repr__(self) -> str:
        return "\n".join([repr(self.table), *self._after()])

    def _repr_html_(self) -> str:
        return self.table._repr_html_() + "".join(f"<p>{escape(line)}</p>" for line in self._after())


_MARKS = {True: "✓ passed", False: "✗ not yet", None: "– not reached"}


class ToDo:
    """Shown while an answer is still open: the task, and what to pass."""

    def __init__(self, letter: str, what: str) -> None:
        self.letter, self.what = letter, what

    def __repr__(self) -> str:
        return f"To do: capstone {self.letter}, {RUBRICS[self.letter].title}. Pass {self.what}."


def cannot(error: BaseException) -> str:
    """Say what an error was, for a learner to act on.

    Examples
    --------
    >>> cannot(KeyError("q"))
    "KeyError: 'q'"
    """
    try:
        said = str(error)[:_QUOTED]
    except Exception:  # an exception may fail to say what it is
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def safely(seconds: float, call: Callable[[], Any]) -> tuple[Any, str]:
    """Return what a learner's code gives and nothing, or nothing and what went wrong, in a few words.

    Examples
    --------
    >>> safely(1.0, lambda: 6 * 7)
    (42, '')
    >>> safely(1.0, lambda: 1 / 0)
    (None, 'ZeroDivisionError: division by zero')
    """
    try:
        return call_within(seconds, call), ""
    except OutOfTime:
        return None, f"still running after {seconds:g} s"
    except NotInMainThread:
        return None, "run this in a cell of its own: the time limit works nowhere else"
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        return None, cannot(error)


def in_order(letter: str, made: Sequence[Check], remark: str = "") -> Report:
    """Fill up the checks that were made with those that were not reached, in the rubric's order."""
    known = {check.name: check for check in made}
    rows = [known.get(name, Check(name, needed)) for name, needed in RUBRICS[letter].checks]
    return Report(letter, tuple(rows), remark)


def needed(letter: str, name: str) -> str:
    """Return what the rubric asks for under the name of a check."""
    return dict(RUBRICS[letter].checks)[name]
