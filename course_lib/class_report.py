"""What a class did, as tables, a figure and sentences: who tried, who was right, which slips came up."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from course_lib.collecting import (
    OTHER,
    UNNAMED,
    ItemSummary,
    Refusal,
    Submission,
    read_folder,
    sum_up_exercises,
    sum_up_questions,
)
from course_lib.exercises.catalogue import EXERCISES, QUESTIONS
from course_lib.exercises.hint_library import HINTS
from course_lib.exercises.quizzes import LETTERS
from course_lib.exercises.wording import plain
from course_lib.figures import INK, P_COLOUR, Q_COLOUR, margins, use_style
from course_lib.safe_files import write_whole
from course_lib.tables import Table

WIDTH = 8.4  # inches
SHOWN_SLIPS = 3  # for each exercise, in the table
MOST_PLACES = 8  # exercises named where a slip came up; more are counted
TAUGHT = "What a file says is taken on trust, and the solutions ship with the course: this grades nobody."
_UNEXPLAINED = {
    UNNAMED: "Wrong, and no slip that the course has a name for.",
    OTHER: "A slip that this version of the course does not know.",
}


class ClassReport:
    """A class's work, summed up; as the last line of a cell it shows itself.

    Parameters
    ----------
    submissions : sequence of Submission
    refused : sequence of Refusal
    """

    def __init__(self, submissions: Sequence[Submission], refused: Sequence[Refusal] = ()) -> None:
        self.learners, self.refused = len(submissions), tuple(refused)
        self.exercises = sum_up_exercises(submissions)
        self.questions = sum_up_questions(submissions)
        self._unknown = sum(file.unknown for file in submissions)
        self._slips = _learners_by_slip(submissions)

    @property
    def table(self) -> Table:
        """Every exercise that somebody tried."""
        rows = [
            (
                f"{found.item} {EXERCISES[found.item].title}",
                *_numbers(found),
                ", ".join(f"{code} {count}" for code, count in found.slips[:SHOWN_SLIPS]),
            )
            for found in self.exercises
        ]
        return Table("Exercises, by learners", ("exercise", *_COLUMNS, "slips, with learners"), rows)

    @property
    def questions_table(self) -> Table:
        """Every multiple-choice question that somebody answered."""
        rows = [(found.item, *_numbers(found), *_wrong_options(found)) for found in self.questions]
        columns = ("question", *_COLUMNS, "wrong options, with learners", "the first of them says")
        return Table("Questions, by learners", columns, rows)

    @property
    def slips(self) -> Table:
        """Every slip that came up, with the exercises where it did, and what the learner was told."""
        rows = [(code, str(count), self._where(code), plain(_meaning(code))) for code, count in self._slips]
        return Table("Slips, by learners", ("slip", "learners", "in", "what it is told"), rows)

    def _where(self, code: str) -> str:
        places = [found.item for found in self.exercises if code in dict(found.slips)]
        return ", ".join(places) if len(places) <= MOST_PLACES else f"{len(places)} exercises"

    @property
    def sentence(self) -> str:
        """What was counted and what was not."""
        said = [f"{_many(self.learners, 'learner')} counted, {_many(len(self.refused), 'file')} refused."]
        if self._unknown:
            entries = _many(self._unknown, "entry", "entries")
            said.append(f"Left out: {entries} about exercises that this version of the course does not have.")
        if not self.exercises:
            said.append("Nobody has tried an exercise.")
        return " ".join([*said, TAUGHT])

    @property
    def alt(self) -> str:
        """What the figure shows, in sentences."""
        rows = [
            f"{found.item} tried by {found.tried}: {found.at_first} right at once, "
            f"{found.right - found.at_first} later, {found.tried - found.right} not yet"
            + (f", {_named_slip(found)}" if _named_slip(found) else "")
            for found in self.exercises
        ]
        learners = _many(self.learners, "learner")
        return f"Bars for each exercise, by how many of {learners} tried it. {'; '.join(rows)}."

    @property
    def title(self) -> str:
        """The figure's claim: where most learners are still stuck."""
        stuck = max(self.exercises, key=lambda found: (found.tried - found.right, -found.tried))
        open_still = stuck.tried - stuck.right
        if not open_still:
            return "Everybody solved what they tried"
        return f"Exercise {stuck.item} is still open for {open_still} of the {stuck.tried} who tried it"

    def figure(self) -> Figure:
        """Draw the exercises; for ``figures.show(figure, report.alt)``.

        Raises
        ------
        ValueError
            If nobody has tried an exercise.
        """
        if not self.exercises:
            raise ValueError("Nobody has tried an exercise, so there is nothing to draw.")
        figure = Figure(figsize=(WIDTH, 1.3 + 0.32 * len(self.exercises)))
        axes = figure.subplots(gridspec_kw=margins(figure, left=3.4, bottom=3.4, top=3.4))
        _draw(axes, self.exercises)
        axes.set_title(self.title, pad=24)
        return figure

    def __repr__(self) -> str:
        refusals = [f"Refused: {name}: {reason}." for name, reason in self.refused]
        tables = [table for table in (self.table, self.slips, self.questions_table) if table.rows]
        return "\n\n".join(["\n".join([self.sentence, *refusals]), *map(repr, tables)])

    def _repr_html_(self) -> str:
        refusals = "".join(f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in self.refused)
        listed = f"<p>Refused:</p><ul>{refusals}</ul>" if refusals else ""
        tables = [table for table in (self.table, self.slips, self.questions_table) if table.rows]
        return "".join([f"<p>{escape(self.sentence)}</p>{listed}", *(t._repr_html_() for t in tables)])


def class_report(folder: str | Path) -> ClassReport:
    """Sum up a folder of files that learners exported with `progress.export_progress`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    ClassReport
        Files that cannot be counted are named in it, with the reason.
    """
    return ClassReport(*read_folder(folder))


def write_class_report(
    folder: str | Path, picture: str | Path | None = None
) -> tuple[ClassReport, list[Path]]:
    """Sum up a folder, and write the figure and, beside it, a text with its alt sentence and the tables.

    Parameters
    ----------
    folder : path
    picture : path, optional
        A name ending in .png; without it ``FOLDER_summary.png``, beside the folder and not among the files.

    Returns
    -------
    report : ClassReport
    written : list of Path
        The text, and the figure if anybody has tried an exercise.

    Raises
    ------
    OSError
        If the folder cannot be read or the files cannot be written.
    ValueError
        If `picture` does not end in .png.
    """
    source = Path(folder).resolve()
    image = Path(picture) if picture else source.with_name(f"{source.name}_summary.png")
    if image.suffix.lower() != ".png":
        raise ValueError(f"The picture is called {image.name!r}; its name has to end in .png.")
    if not source.is_dir():
        raise NotADirectoryError(f"There is no folder {source}.")
    report = class_report(source)
    try:
        return report, _write(report, image)
    except OSError as error:
        place = f"Nothing can be written in {image.absolute().parent} ({error.strerror})."
        raise OSError(f"{place} Name a picture elsewhere, for example: collect FOLDER week_3.png") from error


def _write(report: ClassReport, image: Path) -> list[Path]:
    """Write the text, and the figure if there is one; return what was written."""
    written = [image.with_suffix(".txt")]
    said = f"{image.name}: {report.alt}" if report.exercises else "There is no figure."
    write_whole(written[0], f"{said}\n\n{report!r}\n")
    if report.exercises:
        use_style()
        stream = io.BytesIO()
        report.figure().savefig(stream, format="png", dpi=150)
        write_whole(image, stream.getvalue())
        written.append(image)
    return written


_COLUMNS = ("tried", "right", "at once", "tries")


def _numbers(found: ItemSummary) -> tuple[str, ...]:
    return str(found.tried), str(found.right), str(found.at_first), str(found.tries)


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or f'{one}s'}"


def _wrong_options(found: ItemSummary) -> tuple[str, str]:
    """Return letters, the most frequent first, and its words: a question on the screen has no letters."""
    texts = [option.text for option in QUESTIONS[found.item].options]
    places = sorted((-count, texts.index(option)) for option, count in found.slips)
    letters = ", ".join(f"{LETTERS[place]} {-count}" for count, place in places)
    return letters, plain(texts[places[0][1]]) if places else ""


def _learners_by_slip(submissions: Sequence[Submission]) -> list[tuple[str, int]]:
    slips = Counter(
        code
        for file in submissions
        for code in {attempt.code for attempt in file.attempts}
        if code is not None
    )
    return sorted(slips.items(), key=lambda pair: (-pair[1], pair[0]))


def _meaning(code: str) -> str:
    return _UNEXPLAINED[code] if code in _UNEXPLAINED else HINTS[code][0]


def _named_slip(found: ItemSummary) -> str:
    """Return the most frequent slip that has a name, with its learners, or nothing."""
    return next((f"{code} {count}" for code, count in found.slips if code not in _UNEXPLAINED), "")


# A hatch and a place go with each colour.
_BARS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("right at once", {"facecolor": P_COLOUR}),
    ("right later", {"facecolor": "white", "edgecolor": P_COLOUR, "hatch": "///"}),
    ("not yet", {"facecolor": "white", "edgecolor": Q_COLOUR, "hatch": "xx"}),
)


def _draw(axes: Any, exercises: Sequence[ItemSummary]) -> None:
    rows = np.arange(len(exercises))
    parts = [(found.at_first, found.right - found.at_first, found.tried - found.right) for found in exercises]
    ends = np.zeros(len(rows))
    for (label, look), widths in zip(_BARS, np.array(parts).T, strict=True):
        edges = np.where(widths > 0, 1.0, 0.0)  # a bar of no width would still draw a line
        axes.barh(rows, widths, 0.66, left=ends, label=label, linewidth=edges, **{"edgecolor": INK} | look)
        ends = ends + widths
    for row, found in enumerate(exercises):
        axes.text(ends[row] + 0.02 * ends.max(), row, _named_slip(found), va="center", fontsize="x-small")
    axes.set_yticks(rows, [found.item for found in exercises])
    axes.set(xlim=(0, 1.5 * ends.max()), ylim=(len(rows) - 0.4, -0.6), xlabel="learners")
    ticks = MaxNLocator(5, integer=True).tick_values(0, ends.max())
    axes.set_xticks(ticks[ticks <= ends.max()])  # to the right of that are words
    # Patches of its own: a bar without any width lends the legend no edge.
    keys = [Patch(label=label, linewidth=1.0, **{"edgecolor": INK} | look) for label, look in _BARS]
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0}
    axes.legend(handles=keys, ncols=3, handlelength=1.4, **above)
