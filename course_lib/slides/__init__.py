"""A chapter as one file of HTML: its slides as a lecture deck, or the whole notebook as a page to read.

Both show what the notebook has stored and need no kernel. reveal.js turns the slides and MathJax sets the
formulas. Where their npm archives lie in the folder of the decks they go into the file, which then needs no
network; otherwise the file names their public addresses. Without either it is a page to scroll and print.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tarfile
import zlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from course_lib.safe_files import write_whole

_PUBLIC = "https://cdn.jsdelivr.net/npm"


class DamagedArchive(ValueError):
    """Raised when an archive does not hold what a deck needs of it."""


class Part(NamedTuple):
    """A file that a deck needs and the course does not ship: where it is, and what it must be."""

    package: str
    path: str
    sha384: str  # as browsers write it, in base 64

    @property
    def archive(self) -> str:
        """Name of the archive that ``npm pack`` makes."""
        return f"{self.package.replace('@', '-')}.tgz"


PARTS = {
    "style": Part(
        "reveal.js@5.2.1",
        "dist/reveal.css",
        "tK61vs+AeByBmiQ/i6CLgp/PbaaoB/k7M4J5mlX70GVtBPGUk5avjbXhSwhsf3fS",
    ),
    "slides": Part(
        "reveal.js@5.2.1",
        "dist/reveal.js",
        "rZIIVPQD/+U9IL3I62KrBHuVtPgYv+xdXvER5RBiVQRszJEJfLKRrcrZwI7fhcHT",
    ),
    "formulas": Part(
        "mathjax@3.2.2",
        "es5/tex-svg.js",
        "KKWa9jJ1MZvssLeOoXG6FiOAZfAgmzsIIfw8BXwI9+kYm0lPCbC6yTQPBC00F1/L",
    ),
}
# The command that fetches the archives into the current folder.
ARCHIVES = " ".join(["npm pack", *dict.fromkeys(part.package for part in PARTS.values())])
DECK_PARTS = ("style", "slides", "formulas")
PAGE_PARTS = ("formulas",)
_FORMULAS = """
window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true },
  svg: { scale: 0.92 }, // of a height with the letters around it
  options: { enableMenu: false },
};
"""


def read_part(part: Part, folder: Path) -> str | None:
    """Return the text of a part from its archive in `folder`, or None if there is no such archive.

    Raises
    ------
    DamagedArchive
        If the archive is not the one that the course was tried with.
    """
    archive = folder / part.archive
    if not archive.exists():
        return None
    try:
        with tarfile.open(archive, "r:gz") as opened:
            member = opened.extractfile(f"package/{part.path}")
            content = member.read() if member else b""
    except (tarfile.TarError, zlib.error, OSError, EOFError, KeyError) as error:
        raise DamagedArchive(f"{archive} cannot be read ({error}). Fetch it anew: {ARCHIVES}") from error
    if base64.b64encode(hashlib.sha384(content).digest()).decode() != part.sha384:
        raise DamagedArchive(f"{archive} does not hold the {part.path} it should. Fetch it anew: {ARCHIVES}")
    return content.decode("utf-8")


def missing_archives(folder: Path, parts: tuple[str, ...] = DECK_PARTS) -> list[str]:
    """Return the names of the archives that `folder` lacks for files that need no network."""
    names = dict.fromkeys(PARTS[name].archive for name in parts)
    return [name for name in names if not (folder / name).exists()]


def _embedded(name: str, text: str) -> str:
    """Return a style sheet or script as an element; what would end a script early is spelt otherwise."""
    if name == "style":
        return f"<style>\n{text}\n</style>"
    safe = text.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return f"<script>\n{safe}\n</script>"


def _linked(name: str, part: Part) -> str:
    """Return an element that names a part's public address; a browser refuses it if it is another file."""
    address = f"{_PUBLIC}/{part.package}/{part.path}"
    checked = f'integrity="sha384-{part.sha384}" crossorigin="anonymous"'
    if name == "style":
        return f'<link rel="stylesheet" href="{address}" {checked}>'
    return f'<script src="{address}" {checked}></script>'


def _head(folder: Path, parts: tuple[str, ...], *ours: str) -> str:
    """Return styles and scripts as elements: what formulas need to know, those of others, then our own."""
    elements = [_embedded("formulas", _FORMULAS)]
    for name in parts:
        text = read_part(PARTS[name], folder)
        elements.append(_linked(name, PARTS[name]) if text is None else _embedded(name, text))
    for file in ours:
        text = files("course_lib.slides").joinpath(file).read_text("utf-8")
        elements.append(_embedded("style" if file.endswith(".css") else "layout", text))
    return "\n".join(elements)


def deck_head(folder: Path) -> str:
    """Return the styles and scripts of a deck, embedded as far as `folder` has their archives."""
    return _head(folder, DECK_PARTS, "deck.css", "deck.js")


def page_head(folder: Path) -> str:
    """Return the styles and scripts of a page to read, embedded as far as `folder` has their archives."""
    return _head(folder, PAGE_PARTS, "deck.css", "page.css", "page.js")


def _exported(exporter: Any, template: str, notebook: Any, head: str, *, anchors: bool) -> str:
    """Return a notebook as HTML, by a template of ours and with our styles and scripts for nbconvert's."""
    configured = exporter(
        raw_template=files("course_lib.slides").joinpath(template).read_text("utf-8"),
        exclude_anchor_links=not anchors,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    shown, _ = configured.from_notebook_node(notebook, resources={"ours": {"head": head}})
    return re.sub(r'(href="\w+)\.ipynb\b', r"\1.html", shown)  # a link to a chapter goes to its like


def deck(notebook: Any, head: str) -> str:
    """Return a notebook's slides as a page of HTML.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.
    head : str
        From `deck_head`.
    """
    from nbconvert.exporters import SlidesExporter

    return _exported(SlidesExporter, "deck.html.j2", notebook, head, anchors=False)


def page(notebook: Any, head: str) -> str:
    """Return a whole notebook as a page of HTML to read.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.
    head : str
        From `page_head`.
    """
    from nbconvert.exporters import HTMLExporter

    # Without its anchor a heading would have no name that a link could lead to; the style hides the sign.
    return _exported(HTMLExporter, "page.html.j2", notebook, head, anchors=True)


def _write(path: Path, folder: Path, shown: Callable[[Any, str], str], head: str) -> Path:
    import nbformat

    written = folder / f"{path.stem}.html"
    write_whole(written, shown(nbformat.read(path, as_version=4), head))
    return written


def write_deck(path: Path, folder: Path, head: str) -> Path:
    """Write the deck of the notebook at `path` into `folder`, and return where it is."""
    return _write(path, folder, deck, head)


def write_page(path: Path, folder: Path, head: str) -> Path:
    """Write the notebook at `path` as a page to read into `folder`, and return where it is."""
    return _write(path, folder, page, head)
