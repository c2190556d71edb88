"""The cheat sheet: the whole course on one page, every line of it tested. Shown in a notebook, or printed.

`cheat_sheet()` shows it; `write_cheat_sheet("cheat_sheet.html")` writes a page that needs no network and
prints on one sheet of A4.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from pathlib import Path

from course_lib.identities import IDENTITIES, Identity
from course_lib.safe_files import write_whole

CHAPTERS = {
    1: ("Surprise", "01_surprise.ipynb"),
    2: ("Entropy", "02_entropy.ipynb"),
    3: ("Cross-entropy", "03_cross_entropy.ipynb"),
    4: ("KL divergence", "04_kl_divergence.ipynb"),
    5: ("Mutual information", "05_mutual_information.ipynb"),
    6: ("Information bottleneck", "06_information_bottleneck.ipynb"),
    7: ("LLM and generative uses", "07a_language_models.ipynb"),
}
SECOND_NOTEBOOKS = {7: "07b_generative_models.ipynb"}
UNITS = (
    "1 nat = 1.4427 bits, 1 bit = 0.6931 nats. log: to any base, the same throughout; ln: nats. "
    "p: the truth, q: the model."
)
_TITLE = "Information theory for machine learning"

_STYLE = """
@page { size: A4 portrait; margin: 9mm }
* { box-sizing: border-box }
body { font: 8.5pt/1.3 "DejaVu Sans", "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1a1a1a;
       background: #fff; margin: 0 auto; max-width: 192mm }
h1 { font-size: 13pt; margin: 0 0 1mm }
p { margin: 0 0 2mm; color: #444 }
main { columns: 2; column-gap: 6mm }
section { margin: 0 0 2mm }
h2 { font-size: 9.4pt; margin: 0 0 .6mm; color: #00527f; border-bottom: .3mm solid #00527f;
     break-after: avoid }
dl { margin: 0 }
dt { margin: 0; break-after: avoid; break-inside: avoid }
sub, sup { font-size: 78%; line-height: 0 }
dd { margin: 0 0 1mm; color: #555; font-size: 88%; font-style: italic; break-before: avoid }
@media screen { body { padding: 6mm; max-width: 210mm } }
"""


class CheatSheet:
    """The cheat sheet as a notebook shows it: lines under the chapters that they come from."""

    def __repr__(self) -> str:
        lines = []
        for chapter, identities in _by_chapter():
            lines += [f"Chapter {chapter}. {CHAPTERS[chapter][0]}"]
            lines += [f"  {as_text(identity.formula)}  ({identity.where})" for identity in identities]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(_row(identity) for identity in IDENTITIES)
        columns = "".join(f"<th scope='col' {_LEFT}>{name}</th>" for name in ("identity", "where", "chapter"))
        caption = f"<caption {_LEFT}>{escape(UNITS)}</caption>"
        return f"<table>{caption}<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"


_LEFT = "style='text-align:left'"


def _row(identity: Identity) -> str:
    name, notebook = CHAPTERS[identity.chapter]
    if identity.part == "b":
        notebook = SECOND_NOTEBOOKS[identity.chapter]
    formula, where = as_html(identity.formula), escape(identity.where)
    link = f"<a href='{notebook}'>{identity.chapter}. {escape(name)}</a>"
    return f"<tr><th scope='row' {_LEFT}>{formula}</th><td {_LEFT}>{where}</td><td {_LEFT}>{link}</td></tr>"


def cheat_sheet() -> CheatSheet:
    """Show the identities of the course, where one meets them, and links to their chapters.

    Examples
    --------
    >>> print(repr(cheat_sheet()).splitlines()[0])
    Chapter 1. Surprise
    """
    return CheatSheet()


def write_cheat_sheet(path: str | Path = "cheat_sheet.html") -> Path:
    """Write the cheat sheet as a page to print: open it in a browser, then print, or save as PDF.

    Parameters
    ----------
    path : str or Path
        Where to; an older copy there is replaced.

    Returns
    -------
    Path
        Where it is.
    """
    target = Path(path).expanduser()
    if target.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it, for instance cheat_sheet.html.")
    write_whole(target, page())
    return target


def page() -> str:
    """Return the printable page, complete in itself."""
    sections = "".join(
        f"<section><h2>{chapter}. {escape(CHAPTERS[chapter][0])}</h2><dl>"
        + "".join(f"<dt>{as_html(i.formula)}</dt><dd>{escape(i.where)}</dd>" for i in identities)
        + "</dl></section>"
        for chapter, identities in _by_chapter()
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_TITLE}: cheat sheet</title><style>{_STYLE}</style></head>"
        f"<body><h1>{_TITLE}</h1><p>{escape(UNITS)}</p><main>{sections}</main></body></html>\n"
    )


def as_text(formula: str) -> str:
    """Return a formula without markup, on one line.

    Examples
    --------
    >>> as_text("Σ 2^{−ℓ} ≤ 1;  K_{x}")
    'Σ 2^(−ℓ) ≤ 1; K_x'
    """
    shown = _RAISED.sub(lambda found: f"^({found[1]})" if len(found[1]) > 1 else f"^{found[1]}", formula)
    shown = _LOWERED.sub(lambda found: f"_{found[1]}", shown)
    return shown.replace("  ", " ")


def as_html(formula: str) -> str:
    """Return a formula as HTML, every statement on a line of its own.

    Examples
    --------
    >>> as_html("Σ 2^{−ℓ} ≤ 1;  K_{x}")
    'Σ 2<sup>−ℓ</sup> ≤ 1<br>K<sub>x</sub>'
    """
    shown = _RAISED.sub(r"<sup>\1</sup>", escape(formula))
    return _LOWERED.sub(r"<sub>\1</sub>", shown).replace(";  ", "<br>")


_RAISED = re.compile(r"\^\{([^}]*)\}")
_LOWERED = re.compile(r"_\{([^}]*)\}")


def _by_chapter() -> list[tuple[int, list[Identity]]]:
    return [(chapter, list(lines)) for chapter, lines in groupby(IDENTITIES, key=lambda i: i.chapter)]
