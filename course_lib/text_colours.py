"""A text whose tokens stand on cells shaded by their surprise, each with its bits written beneath it."""

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from numpy.typing import ArrayLike

from course_lib.distributions import FloatArray
from course_lib.figures import INK, P_COLOUR, corners, is_lecture, margins

SHADES = LinearSegmentedColormap.from_list("surprise", ["white", P_COLOUR])
DARKEST = 0.75  # of the shades, so that ink stays readable on it
CEILING = 16.0  # bits at which a cell is darkest; about a token's share of a vocabulary of 49,152

FONT = "DejaVu Sans Mono"  # comes with Matplotlib
CHARACTER = 0.602  # width of a letter of the monospaced font, in heights of the type
LINE = 2.5  # height of a line of cells with bits, in heights of the type
NUMBER, LECTURE_NUMBER = 0.74, 0.84  # size of the bits beside the token's
LEAST = 2.7  # width of a cell in letters, so that its bits have room
LONGEST = 16  # letters shown of a token
LARGEST, SMALLEST = 150, 45  # per cent of the type that the style asks for

SIGNS = str.maketrans({" ": "␣", "\n": "↵", "\t": "→", "\r": "←"})
NO_LETTER = "□"  # for what the font cannot draw


def legible(piece: str | bytes) -> str:
    r"""Write a token so that it can be drawn: its spaces and line ends as signs, half letters as hex digits.

    Parameters
    ----------
    piece : str or bytes

    Examples
    --------
    >>> legible(" the"), legible(b"\n"), legible("é".encode()[:1])
    ('␣the', '↵', 'xC3')
    """
    given = piece.encode() if isinstance(piece, str) else piece
    try:
        text = given.decode()
    except UnicodeDecodeError:
        return "x" + given.hex().upper()[: LONGEST - 1]
    drawn = "".join(letter if _has(letter) else NO_LETTER for letter in text.translate(SIGNS))
    return drawn if len(drawn) <= LONGEST else drawn[: LONGEST - 1] + "…"


def bits_text(bits: float) -> str:
    """Bits as they stand beneath a token: in three characters at most.

    Examples
    --------
    >>> bits_text(0.04), bits_text(9.96), bits_text(15.8), bits_text(float("inf"))
    ('0.0', '10', '16', '∞')
    """
    if not np.isfinite(bits):
        return "∞"
    return f"{max(bits, 0.0) + 0.0:.{1 if bits < 9.95 else 0}f}"


def draw_coloured_text(
    axes: Axes, pieces: Sequence[str | bytes], bits: ArrayLike | None = None, *, ceiling: float = CEILING
) -> SimpleNamespace:
    """Write tokens in lines, each on a cell that is the darker the more bits it cost, and the bits beneath.

    The type is as large as the axes, which must have their final place, have room for; from half as large
    again as the style asks for down to less than half.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    pieces : sequence of str or bytes
        The tokens.
    bits : array_like, one per piece, optional
        Surprise of each; without it the cells stay white and have no numbers.
    ceiling : float
        Bits at which a cell is darkest.

    Returns
    -------
    SimpleNamespace
        ``cells``, ``words``, ``numbers``, ``marks`` (outlines, none at first) and ``boxes`` (the cells'
        corners); for `colour` and `mark`.

    Raises
    ------
    ValueError
        If there are no pieces, or not as many bits as pieces.
    """
    words = [legible(piece) for piece in pieces]
    if not words:
        raise ValueError("There are no tokens to write; give at least one.")
    box = axes.get_window_extent()
    em = float(mpl.rcParams["font.size"]) / 72 * axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    for percent in range(LARGEST, SMALLEST - 1, -5):
        scale = percent / 100
        columns = box.width / (scale * CHARACTER * em)
        places, lines = _places(words, columns)
        room = box.height / (scale * LINE * em)
        if lines <= room:
            break
    axes.set(xlim=(0, columns), ylim=(max(lines, room), 0), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    left, width, line = places.T
    boxes = corners(left, left + width - 0.12, line + 0.03, line + 0.95)
    cells, marks = PolyCollection(list(boxes), lw=0.6, edgecolor="#D9D9D9"), PolyCollection([], lw=1.8)
    marks.set(facecolor="none", edgecolor=INK)
    for collection in (cells, marks):
        axes.add_collection(collection, autolim=False)
    size, number = scale * float(mpl.rcParams["font.size"]), LECTURE_NUMBER if is_lecture() else NUMBER
    # By name: the one font whose letters `legible` has looked up.
    style: dict[str, Any] = {"family": FONT, "ha": "center", "parse_math": False}
    middle = left + (width - 0.12) / 2
    drawn = SimpleNamespace(
        boxes=boxes,
        cells=cells,
        words=[
            axes.text(x, y + 0.48, word, va="baseline", fontsize=size, **style)
            for x, y, word in zip(middle, line, words, strict=True)
        ],
        numbers=[
            axes.text(x, y + 0.87, "", va="baseline", fontsize=number * size, **style)
            for x, y in zip(middle, line, strict=True)
        ],
        marks=marks,
    )
    if bits is None:
        cells.set_facecolor("white")
    else:
        colour(drawn, bits, ceiling=ceiling)
    return drawn


def colour(drawn: SimpleNamespace, bits: ArrayLike, *, ceiling: float = CEILING) -> None:
    """Shade a drawn text by its tokens' bits, and write them beneath.

    Parameters
    ----------
    drawn : SimpleNamespace
        From `draw_coloured_text`.
    bits : array_like, one per token
    ceiling : float
        Bits at which a cell is darkest.
    """
    costs = _one_per_token(drawn, bits)
    drawn.cells.set_facecolor(SHADES(DARKEST * np.clip(costs / ceiling, 0.0, 1.0)))
    for number, cost in zip(drawn.numbers, costs, strict=True):
        number.set_text(bits_text(cost))


def mark(drawn: SimpleNamespace, which: ArrayLike) -> None:
    """Outline some of a drawn text's tokens.

    Parameters
    ----------
    drawn : SimpleNamespace
        From `draw_coloured_text`.
    which : array_like of bool, one per token
    """
    drawn.marks.set_verts(list(drawn.boxes[_one_per_token(drawn, which).astype(bool)]))


def coloured_text_figure(
    pieces: Sequence[str | bytes], bits: ArrayLike, *, title: str = "", ceiling: float = CEILING
) -> Figure:
    """Return a figure as wide as a notebook cell, and as high as its coloured text.

    Parameters
    ----------
    pieces : sequence of str or bytes
        The tokens.
    bits : array_like, one per piece
    title : str
    ceiling : float
        Bits at which a cell is darkest.
    """
    em = float(mpl.rcParams["font.size"]) / 72
    columns = (8.4 / em - 1.0) / CHARACTER
    _, lines = _places([legible(piece) for piece in pieces], columns)
    top = 2.0 if title else 0.4
    figure = Figure(figsize=(8.4, (top + 2.2 + LINE * lines + 0.02) * em))
    axes = figure.subplots(gridspec_kw=margins(figure, left=0.5, right=0.5, bottom=2.2, top=top))
    axes.set_title(title)
    draw_coloured_text(axes, pieces, bits, ceiling=ceiling)  # its height leaves no room for larger type
    axes.set_xlabel(f"beneath each token: its bits; darker: dearer, up to {ceiling:g} bits")
    return figure


def _one_per_token(drawn: SimpleNamespace, values: ArrayLike) -> FloatArray:
    given = np.asarray(values, dtype=np.float64)
    if given.shape != (len(drawn.boxes),):
        raise ValueError(f"Every token needs its own: {len(drawn.boxes)} tokens, values {given.shape}.")
    return given


def _places(words: Sequence[str], columns: float) -> tuple[FloatArray, int]:
    """Left edge, width (in letters) and line of each cell, shape (n, 3), and the number of lines."""
    places, left, line = [], 0.0, 0
    for word in words:
        width = max(len(word) + 0.3, LEAST)
        if left and left + width > columns:
            left, line = 0.0, line + 1
        places.append((left, width, line))
        left += width
    return np.array(places), line + 1


@cache
def _has(letter: str) -> bool:
    """Whether the font can draw a letter; one that it lacks would print a warning into the cell."""
    return letter.isprintable() and bool(_letters().get_char_index(ord(letter)))


@cache
def _letters() -> FT2Font:
    return FT2Font(findfont(FontProperties(family=FONT)))
