"""What the learner's record shows: how well bets were calibrated, and the concept test before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from course_lib import progress
from course_lib.classifiers import Reliability, fit_temperature, reliability
from course_lib.distributions import FloatArray
from course_lib.figures import ENTROPY_FILL, INK, Q_COLOUR, draw_reliability, new_figure
from course_lib.tables import Table

#: What the confidence of a bet can be at most: 100 % is not on offer.
MOST_SURE = 0.99
BINS = 5
_FEW = 20  # bets, below which a bin says little

SAMPLE = "No prediction of yours has been revealed yet. This is the sample ledger of a made-up learner."
HEADLESS = "This is the sample ledger of a made-up learner."


# --- the ledger ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calibration:
    """Bets refitted with one dial.

    Attributes
    ----------
    paid, well_set : ndarray, shape (n,)
        Bits of every bet as it was made, and with its confidence well set.
    temperature : float
        τ by which all log-odds of "I am right" are divided: above 1 the bets were too sure, below 1 too
        shy. inf is 50 % everywhere, 0 the most that can be said everywhere.
    """

    paid: FloatArray
    well_set: FloatArray
    temperature: float


def well_set(entries: Sequence[progress.Entry]) -> Calibration:
    """What the same answers would have cost with confidence set by the one temperature that suits them best.

    It is fitted to the very bets that it is judged on, so it is the least that one dial could have paid.

    Parameters
    ----------
    entries : sequence of dict
        From `progress.ledger`; at least one.

    Examples
    --------
    >>> bets = [{"confidence": 0.9, "correct": right, "bits": -math.log2(0.9 if right else 0.1)}
    ...         for right in (True, True, True, False)]
    >>> found = well_set(bets)
    >>> round(found.temperature, 3), round(float(2 ** -found.well_set[0]), 3)
    (2.0, 0.75)
    """
    said = np.array([entry["confidence"] for entry in entries], dtype=float)
    right = np.array([bool(entry["correct"]) for entry in entries])
    paid = np.array([entry["bits"] for entry in entries], dtype=float)
    log_odds = np.log(said) - np.log1p(-said)
    tau = fit_temperature(np.column_stack([log_odds, np.zeros(len(said))]), np.where(right, 0, 1))
    # Where several options were open, a wrong bet also paid for sharing what was left: the same at any τ.
    on_right_or_wrong = -np.log2(np.where(right, said, 1.0 - said))
    dialled = _dialled(log_odds, tau)
    bits = paid - on_right_or_wrong - np.log2(np.where(right, dialled, 1.0 - dialled))
    if bits.sum() > paid.sum():  # a sharper dial ran into the cap
        return Calibration(paid, paid, 1.0)
    return Calibration(paid, bits, tau)


def _dialled(log_odds: FloatArray, tau: float) -> FloatArray:
    """Confidences at a temperature, within what is on offer."""
    scaled = np.copysign(math.inf, log_odds) if tau == 0.0 else log_odds / tau
    scaled = np.where(log_odds == 0.0, 0.0, scaled)  # an even bet stays one at any temperature
    most = math.log(MOST_SURE / (1.0 - MOST_SURE))
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scaled, -most, most))))


class LedgerReport:
    """The learner's bets, chapter by chapter: paid, well set, and how often each confidence came true."""

    def __init__(self, entries: Sequence[progress.Entry], remark: str = "") -> None:
        self._entries, self.remark = list(entries), remark
        self.calibration = well_set(self._entries)
        self.said = np.array([entry["confidence"] for entry in self._entries], dtype=float)
        self.right = np.array([int(entry["correct"]) for entry in self._entries])

    @property
    def bits(self) -> float:
        """Bits paid in all."""
        return math.fsum(self.calibration.paid)

    @property
    def well_set_bits(self) -> float:
        """Bits that the same answers would have cost with well-set confidence."""
        return math.fsum(self.calibration.well_set)

    @property
    def reliability(self) -> Reliability:
        """The bets sorted into bins of confidence."""
        return reliability(self.said, self.right, bins=BINS)

    @property
    def table(self) -> Table:
        """The bets by chapter."""
        rows = [
            (name, str(len(which)), str(int(self.right[which].sum())), *self._bits_of(which))
            for name, which in self._by_chapter()
        ]
        everything = np.arange(len(self._entries))
        total = ("all", str(len(everything)), str(int(self.right.sum())), *self._bits_of(everything))
        columns = ("chapter", "bets", "right", "bits paid", "bits, well set")
        return Table("Your bets by chapter", columns, [*rows, total])

    def _bits_of(self, which: Any) -> tuple[str, str]:
        both = (self.calibration.paid[which], self.calibration.well_set[which])
        paid, fitted = (math.fsum(bits) for bits in both)
        return f"{paid:.2f}", f"{fitted:.2f}"

    def _by_chapter(self) -> list[tuple[str, list[int]]]:
        chapters = [str(entry["id"]).split(".")[0] for entry in self._entries]
        order = sorted(range(len(chapters)), key=lambda i: (len(chapters[i]), chapters[i]))
        return [(name, list(which)) for name, which in groupby(order, key=lambda i: chapters[i])]

    @property
    def sentence(self) -> str:
        """The report in a few sentences."""
        n, saved = len(self._entries), self.bits - self.well_set_bits
        paid = f"{n} bet{'s' if n > 1 else ''}, {self.right.sum()} right: {self.bits:.2f} bits paid"
        shares = f"Said {_percent(self.said.mean())}, right {_percent(self.right.mean())}."
        said = f"{paid}, {self.bits / n:.3f} a bet. {shares} "
        said += (
            f"With well-set confidence the same answers would have cost {self.well_set_bits:.2f} bits, "
            f"{saved:.2f} fewer. {self._dial()}"
        )
        if n < _FEW:
            said += f" With {n} bet{'s' if n > 1 else ''} this is mostly chance; come back with more."
        return said

    def _dial(self) -> str:
        tau = self.calibration.temperature
        if tau == math.inf:
            return "No dial helps your confidence: 50 % every time would have been cheapest (τ = ∞)."
        if tau == 0.0:
            return f"You could have said {_percent(MOST_SURE)} wherever you leaned (τ = 0)."
        should = float(_dialled(np.array([math.log(4.0)]), tau)[0])
        return (
            f"One dial for all bets stands at τ = {tau:.2f}: your 80 % should have been {_percent(should)}."
        )

    @property
    def alt(self) -> str:
        """What the figure shows, in sentences."""
        found = self.reliability
        bins = [
            f"of {count} said at {_percent(said)} on average, {_percent(share)} came true"
            for count, said, share in zip(found.counts, found.confidence, found.accuracy, strict=True)
            if count
        ]
        chapters = [
            f"chapter {name} {' and '.join(self._bits_of(which))}" for name, which in self._by_chapter()
        ]
        return (
            f"Reliability diagram of {len(self._entries)} bets: {'; '.join(bins)}. "
            f"Bars beside it, bits paid and bits with well-set confidence: {'; '.join(chapters)}."
        )

    def figure(self) -> Figure:
        """Draw the reliability diagram, and each chapter's bits; for ``figures.show(figure, report.alt)``."""
        figure, (left, right) = new_figure(3.9, columns=2)
        draw_reliability(left, self.reliability)
        left.set_title(f"Said {_percent(self.said.mean())}, right {_percent(self.right.mean())}")
        names, groups = zip(*self._by_chapter(), strict=True)
        bits = self.calibration.paid, self.calibration.well_set
        _draw_bits(right, names, *([math.fsum(part[which]) for which in groups] for part in bits))
        right.set_title(f"{self.bits:.1f} bits paid, {self.well_set_bits:.1f} well set")
        return figure

    def __repr__(self) -> str:
        opening = [self.remark] if self.remark else []
        return "\n".join([*opening, self.sentence, repr(self.table)])

    def _repr_html_(self) -> str:
        remark = f"<p><strong>{escape(self.remark)}</strong></p>" if self.remark else ""
        return f"{remark}<p>{escape(self.sentence)}</p>{self.table._repr_html_()}"


def _draw_bits(axes: Any, names: Sequence[str], paid: Sequence[float], fitted: Sequence[float]) -> None:
    """Two bars for each chapter: what was paid, and, dotted, what well-set confidence would have cost."""
    rows = np.arange(len(names))
    bar = {"height": 0.36, "edgecolor": INK, "linewidth": 1.0}
    axes.barh(rows - 0.19, paid, facecolor=Q_COLOUR, **bar)
    axes.barh(rows + 0.19, fitted, facecolor=ENTROPY_FILL, hatch="..", **bar)
    widest = max(*paid, *fitted, 0.01)
    axes.text(paid[0] + 0.02 * widest, -0.19, "paid", va="center", fontsize="small")
    axes.text(fitted[0] + 0.02 * widest, 0.19, "well set", va="center", fontsize="small")
    axes.set(xlim=(0, 1.3 * widest), ylim=(len(names) - 0.4, -0.6), xlabel="bits", ylabel="chapter")
    axes.set_yticks(rows, names)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def ledger_report() -> LedgerReport:
    """Show how well your bets were calibrated, and what they cost. Chapter 8.

    Without bets of your own it shows those of a made-up learner, and says so.

    Returns
    -------
    LedgerReport
        As the last line of a cell it shows itself; `.figure()` and `.alt` make its picture.

    Examples
    --------
    >>> report = ledger_report()
    >>> report.well_set_bits <= report.bits
    True
    """
    entries = progress.ledger()
    if not entries:
        return LedgerReport(progress.sample_record()["predictions"], SAMPLE)
    return LedgerReport(entries, HEADLESS if progress.is_headless() else "")


# --- the concept test ----------------------------------------------------------------------------------

#: What each of the ten questions is about, and where the course answers it.
CONCEPTS = (
    ("surprise when p falls to a quarter", 1),
    ("entropy of outputs and being right", 2),
    ("the floor of every lossless code", 2),
    ("nats against bits", 3),
    ("a forecast of 0", 4),
    ("features that work as a team", 5),
    ("entropy from few draws", 2),
    ("dimensions and bits", 6),
    ("perplexity across tokenizers", 7),
    ("what temperature cannot change", 3),
)


@dataclass(frozen=True)
class ConceptComparison:
    """The concept test, first and last taking."""

    table: Table | None
    sentence: str

    def __repr__(self) -> str:
        return "\n".join([self.sentence, *([repr(self.table)] if self.table else [])])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence)}</p>{self.table._repr_html_() if self.table else ''}"


def concept_test_comparison() -> ConceptComparison:
    """Set the first taking of the concept test beside the last one. Chapter 8.

    Examples
    --------
    >>> "Before" in concept_test_comparison().sentence or "not yet" in concept_test_comparison().sentence
    True
    """
    takings = [entry for entry in progress.read_progress()["quizzes"] if entry["id"] == "0.concept"]
    takings.sort(key=lambda entry: str(entry["time"]))
    if not takings:
        return ConceptComparison(
            None, "You have not yet scored the concept test: the first time is in notebook 00."
        )
    before, after = takings[0], takings[-1]
    if len(takings) == 1:
        return ConceptComparison(
            None,
            f"Before: {before['score']} of {before['of']}. Take the test again above, then run this cell.",
        )
    remark = f"{HEADLESS} " if progress.is_headless() else ""
    sentence = f"{remark}Before: {before['score']} of {before['of']}. Now: {after['score']} of {after['of']}."
    answers = before.get("answers"), after.get("answers")
    if not all(isinstance(row, list) and len(row) == len(CONCEPTS) for row in answers):
        return ConceptComparison(None, sentence)
    rows = [
        (about, str(chapter), _MARKS[bool(first)], _MARKS[bool(last)])
        for (about, chapter), first, last in zip(CONCEPTS, *answers, strict=True)
    ]
    open_still = sorted({f"chapter {row[1]}" for row in rows if row[3] == _MARKS[False]})
    if open_still:
        sentence += f" Worth another look: {', '.join(open_still)}."
    return ConceptComparison(Table("The concept test", ("about", "chapter", "before", "now"), rows), sentence)


_MARKS = {True: "✓ right", False: "✗ not yet"}
