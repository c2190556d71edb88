"""What a control is: its name, its label, the values it can take, and what a wrong value is told."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, ClassVar


@dataclass(frozen=True)
class Control:
    """A labelled control; `name` is the attribute and the keyword under which its value is known."""

    name: str
    label: str
    kind: ClassVar[str] = ""

    def initial(self) -> Any:
        """Value before anybody has touched it; None for controls that have no value."""
        return None

    def cleaned(self, value: Any) -> Any:
        """Value as the control holds it, or a ValueError that says what it can take."""
        return value

    def within(self, state: Mapping[str, Any]) -> "Control":
        """Return the control as the other controls leave it; only a governed one differs."""
        return self

    def spec(self) -> dict[str, Any]:
        """What the browser needs to build the control."""
        return {"kind": self.kind, "name": self.name, "label": self.label}


@dataclass(frozen=True)
class Range(Control):
    """A slider over a grid of numbers: linear, logarithmic or the values of a data set.

    `text` writes a value for the reader. With `typed=True` a box beside the slider takes any number
    between the ends of the grid; otherwise a value is moved to the nearest point of the grid.
    """

    values: Sequence[float] = ()
    default: float = 0.0
    text: Callable[[float], str] = "{:g}".format
    typed: bool = False
    kind: ClassVar[str] = "range"

    def initial(self) -> float:
        """Return the default, moved to the grid."""
        return self.cleaned(self.default)

    def cleaned(self, value: Any) -> float:
        """Return the nearest value the slider can show."""
        low, high = min(self.values), max(self.values)
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not low <= float(value) <= high:
            raise ValueError(f"{self.name} takes a number from {low:g} to {high:g}, not {value!r}.")
        nearest = min(self.values, key=lambda point: abs(point - float(value)))
        return float(value) if self.typed and not math.isclose(value, nearest) else nearest

    def spec(self) -> dict[str, Any]:
        """Add the grid and each value's text."""
        values = list(self.values)
        return super().spec() | {
            "values": values,
            "texts": [self.text(value) for value in values],
            "typed": self.typed,
        }


@dataclass(frozen=True)
class GovernedRange(Range):
    """A slider whose grid depends on another control, such as the thresholds of the chosen feature.

    `grid` gives the values for each position of the control named `governor`, which is declared
    earlier. When the governor moves, this slider goes to the middle of its new grid.
    """

    governor: str = ""
    grid: Callable[[Any], Sequence[float]] = lambda _: (0.0,)

    def within(self, state: Mapping[str, Any]) -> "GovernedRange":
        """Return this slider with the grid it has while the governor stands where it does."""
        values = self.grid(state[self.governor])
        return replace(self, values=values, default=values[len(values) // 2])

    def spec(self) -> dict[str, Any]:
        """Add the governor's name."""
        return super().spec() | {"governor": self.governor}


@dataclass(frozen=True)
class Choice(Control):
    """One of a few options: radio buttons, or a drop-down menu with `menu=True`."""

    options: Sequence[Any] = ()
    default: Any = None
    menu: bool = False
    kind: ClassVar[str] = "choice"

    def initial(self) -> Any:
        """Return the default; None leaves every radio button empty."""
        return self.default

    def cleaned(self, value: Any) -> Any:
        """Return the option, or say which there are."""
        if value not in self.options and value is not self.default:
            raise ValueError(f"{self.name} is one of {', '.join(map(str, self.options))}; not {value!r}.")
        return value

    def spec(self) -> dict[str, Any]:
        """Add the options."""
        return super().spec() | {"options": list(self.options), "menu": self.menu}


@dataclass(frozen=True)
class Toggle(Control):
    """A check box."""

    default: bool = False
    kind: ClassVar[str] = "toggle"

    def initial(self) -> bool:
        """Return the default."""
        return self.default

    def cleaned(self, value: Any) -> bool:
        """Accept True and False only."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.name} is True or False, not {value!r}.")
        return value


@dataclass(frozen=True)
class Weights(Control):
    """A group of whole-number sliders that together weigh the outcomes of a distribution.

    `count_from` names the control that says how many of the outcomes are in play. With `columns` the
    sliders stand in a table of so many columns, filled row by row.
    """

    outcomes: Sequence[str] = ()
    default: Sequence[int] = ()
    maximum: int = 10
    count_from: str = ""
    columns: int = 1
    kind: ClassVar[str] = "weights"

    def initial(self) -> list[int]:
        """Return the default weights."""
        return list(self.default)

    def cleaned(self, value: Any) -> list[int]:
        """Accept whole numbers from 0 to the maximum; missing ones are 0."""
        weights = list(value)
        whole = all(
            isinstance(w, Integral) and not isinstance(w, bool) and 0 <= int(w) <= self.maximum
            for w in weights
        )
        if not whole or len(weights) > len(self.outcomes):
            raise ValueError(
                f"{self.name} takes up to {len(self.outcomes)} whole numbers "
                f"from 0 to {self.maximum}, not {value!r}."
            )
        return [int(w) for w in weights] + [0] * (len(self.outcomes) - len(weights))

    def spec(self) -> dict[str, Any]:
        """Add the outcomes' names and the scale."""
        return super().spec() | {
            "outcomes": list(self.outcomes),
            "maximum": self.maximum,
            "count_from": self.count_from,
            "columns": self.columns,
        }


@dataclass(frozen=True)
class Counts(Weights):
    """A group of counters, one for each outcome: a number box to type in, between two buttons that step.

    `shown_while` is the name and the value of another control; at its other values the group is hidden.
    """

    maximum: int = 999
    shown_while: tuple[str, Any] = ("", None)
    kind: ClassVar[str] = "counts"

    def initial(self) -> list[int]:
        """Return the default counts, 0 where there is none."""
        return self.cleaned(self.default)

    def spec(self) -> dict[str, Any]:
        """Add the condition under which the group is shown."""
        return super().spec() | {"shown_while": list(self.shown_while)}


@dataclass(frozen=True)
class Preset(Control):
    """A button that puts other controls into a stated position; it has no value of its own."""

    sets: Mapping[str, Any] = ()  # type: ignore[assignment]
    kind: ClassVar[str] = "preset"

    def spec(self) -> dict[str, Any]:
        """Add the positions."""
        return super().spec() | {"sets": dict(self.sets)}


@dataclass(frozen=True)
class Action(Control):
    """A button that calls the widget's `act(name)` in Python; it has no value."""

    kind: ClassVar[str] = "action"


@dataclass(frozen=True)
class TextBox(Control):
    """A box to write in; `rows` lines high."""

    rows: int = 2
    default: str = ""
    kind: ClassVar[str] = "text"

    def initial(self) -> str:
        """Return the text that stands in it at first."""
        return self.default

    def cleaned(self, value: Any) -> str:
        """Accept text only."""
        if not isinstance(value, str):
            raise ValueError(f"{self.name} takes text, not {value!r}.")
        return value

    def spec(self) -> dict[str, Any]:
        """Add the height."""
        return super().spec() | {"rows": self.rows}


@dataclass(frozen=True)
class Steps(Control):
    """A story told in steps: play and pause, arrow keys, and a counter such as `step 3 / 8`."""

    titles: Sequence[str] = ()
    seconds: float = 6.0
    kind: ClassVar[str] = "steps"

    def initial(self) -> int:
        """Start at step 1."""
        return 1

    def cleaned(self, value: Any) -> int:
        """Accept a step's number."""
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or not 1 <= int(value) <= len(self.titles):
            raise ValueError(f"{self.name} takes a whole number from 1 to {len(self.titles)}, not {value!r}.")
        return int(value)

    def spec(self) -> dict[str, Any]:
        """Add the titles and the pace."""
        return super().spec() | {"titles": list(self.titles), "seconds": self.seconds}


def one_two_five_grid(low: float, high: float, *extra: float) -> tuple[float, ...]:
    """Logarithmic grid of 1, 2 and 5 times powers of ten between two ends, with `extra` points added.

    Examples
    --------
    >>> one_two_five_grid(0.01, 0.1, 0.0625)
    (0.01, 0.02, 0.05, 0.0625, 0.1)
    """
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    # Going through decimal text keeps 0.1 exactly 0.1; 1 * 10**-1 summed up would not.
    grid = {float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5)}
    return tuple(sorted({point for point in grid if low <= point <= high} | set(extra)))
