"""Where a topic is taught: the course's index, searchable from any notebook."""

import csv
import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from IPython.display import display

INDEX = Path(__file__).parent / "data" / "topics.csv"


@dataclass(frozen=True)
class Topic:
    """A topic in a learner's words, and the place that teaches it."""

    number: str
    topic: str
    notebook: str
    section: str
    cell: str

    @property
    def link(self) -> str:
        """Address of the section, relative to the notebooks' folder."""
        return f"{self.notebook}#{self.section.replace(' ', '-')}"


@cache
def topics() -> tuple[Topic, ...]:
    """Every row of the index, in the order of the course."""
    with INDEX.open(encoding="utf-8", newline="") as rows:
        return tuple(Topic(**row) for row in csv.DictReader(rows))


def matching_topics(words: str = "") -> tuple[Topic, ...]:
    """Rows that hold all the words, in any order and any case; every row where no word is given.

    Examples
    --------
    >>> matching_topics("fair coin")[0].notebook
    '01_surprise.ipynb'
    """
    wanted = words.lower().split()
    return tuple(
        row for row in topics() if all(word in f"{row.topic} {row.section}".lower() for word in wanted)
    )


def find_topic(words: str = "") -> None:
    """Show where the words are taught, with links.

    Parameters
    ----------
    words : str
        Looked for in the topic and in its section's heading; without any, the whole index is shown.
    """
    found = matching_topics(words)
    display(TopicTable(words, found))


class TopicTable:
    """Rows of the index as a table with links, and as plain lines."""

    def __init__(self, words: str, rows: tuple[Topic, ...]) -> None:
        self.words, self.rows = words, rows

    def __repr__(self) -> str:
        if not self.rows:
            return f"Nothing found for {self.words!r}. Try fewer words, or a part of one: find_topic('code')."
        return "\n".join(f"{row.topic}: {row.notebook}, {row.section}" for row in self.rows)

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(repr(self))}</p>"
        lines = "".join(
            f'<tr><td style="text-align:left">{html.escape(row.topic)}</td>'
            f'<td style="text-align:left"><a href="{html.escape(row.link)}">'
            f"{html.escape(row.notebook[:2])} · {html.escape(row.section)}</a></td></tr>"
            for row in self.rows
        )
        head = "<tr><th scope='col'>topic</th><th scope='col'>where it is taught</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{lines}</tbody></table>"
