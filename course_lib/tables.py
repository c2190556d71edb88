"""A small table that reads the same on a page, to a screen reader and as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Table:
    """Cells of text under named columns; the first column names the rows.

    Attributes
    ----------
    caption : str
    columns : sequence of str
    rows : sequence of sequence of str
        Every row has one cell for each column.

    Examples
    --------
    >>> print(Table("Two coins", ("coin", "bits"), [("fair", "1.000"), ("bent", "0.469")]))
    Two coins
    coin | bits
    fair | 1.000
    bent | 0.469
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __repr__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        written = [
            " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([self.caption, *written])

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col' {_LEFT}>{escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{_row(cells)}</tr>" for cells in self.rows)
        caption = f"<caption {_LEFT}>{escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


# JupyterLab sets cells to the right, which is for numbers; these hold words, too.
_LEFT = "style='text-align:left'"


def _row(cells: Sequence[str]) -> str:
    first, *others = map(escape, cells)
    return f"<th scope='row' {_LEFT}>{first}</th>" + "".join(f"<td {_LEFT}>{cell}</td>" for cell in others)
