"""How the course looks: its colours, its two sizes of type, and figures that carry their alt text."""

import base64
import html
import io
import os
import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike

from course_lib.classifiers import Reliability
from course_lib.distributions import FloatArray, as_joint, as_pmf
from course_lib.measures import conditional_entropy, joint_entropy, mutual_information, surprisal

# Okabe and Ito's palette: told apart with every common form of colour blindness. A second cue (hatch,
# dash, marker or a direct label) always goes with a colour.
P_COLOUR = "#0072B2"  # p, the truth
Q_COLOUR = "#D55E00"  # q, the model
ENTROPY_FILL = "#8CC5E3"  # every area that is an entropy
DIVERGENCE_FILL = "#F0B64D"  # every area that is a KL divergence or a gap, always hatched
DIVERGENCE_HATCH = "///"
ACCURACY_FILL = "#A9D6C4"  # what came true, in reliability diagrams
GOOD_COLOUR = "#009E73"
ACCENT_COLOUR = "#CC79A7"
QUIET_COLOUR = "#6B6B6B"  # floors, targets, remarks
INK = "#1A1A1A"

PAPER: dict[str, Any] = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}}
TIME = LinearSegmentedColormap.from_list("time", ["white", P_COLOUR])  # paler is earlier
LEAF = {"facecolor": "white", "edgecolor": P_COLOUR, "boxstyle": "round,pad=0.2"}

STYLES = {
    "reading": {"font.size": 10.5, "lines.linewidth": 2.0, "lines.markersize": 7},
    "lecture": {"font.size": 15.0, "lines.linewidth": 3.2, "lines.markersize": 11},
}
STYLE_VARIABLE = "COURSE_LIB_STYLE"  # of the environment
PICTURE_WIDTH = 840  # a notebook cell is 848 css pixels wide in a 1280-pixel window with the side bar open
LECTURE_WIDTH = 880  # at which small letters are 18 css pixels high
MOST_PIXELS = 1.5  # to a css pixel, on finer screens: at 2 the PNG encoder would cost more than the drawing
# Handlers may run on a second thread, and Matplotlib's fonts belong to the whole process: one at a time.
DRAWING = threading.RLock()


def use_style(name: Literal["reading", "lecture"] = "reading") -> None:
    """Set the looks of every figure from here on: `reading` on a screen, `lecture` on a projector.

    Where ``$COURSE_LIB_STYLE`` names a style (``python3 -m course_lib lab --lecture`` sets it), that one is
    used instead: one switch for a whole lecture, and no notebook needs to be edited for it.

    Raises
    ------
    ValueError
        If there is no such style.
    """
    chosen = os.environ.get(STYLE_VARIABLE) or name
    for style in (name, chosen):
        if style not in STYLES:
            raise ValueError(f"There is no style {style!r}; there are: {', '.join(STYLES)}.")
    mpl.rcParams.update(
        STYLES[chosen]
        | {
            "axes.prop_cycle": cycler(color=[P_COLOUR, Q_COLOUR, GOOD_COLOUR, ACCENT_COLOUR, QUIET_COLOUR]),
            "axes.axisbelow": True,
            "axes.edgecolor": INK,
            "axes.linewidth": 1.25,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titlesize": "medium",
            "axes.titleweight": "bold",
            "axes.labelsize": "medium",
            "xtick.labelsize": "small",
            "ytick.labelsize": "small",
            "legend.frameon": False,
            "legend.fontsize": "small",
            "figure.dpi": 100,
            "font.family": "sans-serif",
            "font.sans-serif": ["DejaVu Sans"],  # ships with Matplotlib, so every machine draws the same
            "text.color": INK,
            "axes.labelcolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "xtick.major.width": 1.25,
            "ytick.major.width": 1.25,
            "xtick.major.size": 5.0,
            "ytick.major.size": 5.0,
            "patch.force_edgecolor": True,
            "patch.edgecolor": "white",
            "lines.solid_capstyle": "round",
            "hatch.linewidth": 1.0,
        }
    )


def is_lecture() -> bool:
    """Whether ``use_style("lecture")`` is in force."""
    return bool(mpl.rcParams["font.size"] == STYLES["lecture"]["font.size"])


def picture_width(inches: float = PICTURE_WIDTH / 100) -> int:
    """Return how many css pixels wide a figure of that width is shown in the style in force."""
    width = min(PICTURE_WIDTH, round(inches * 100))
    return round(width * LECTURE_WIDTH / PICTURE_WIDTH) if is_lecture() else width


def picture_dpi(pixel_ratio: float, width: int) -> float:
    """Return the dots per inch that show a picture sharply: it is so wide in css pixels of so many pixels."""
    return 100 * min(max(pixel_ratio * width / PICTURE_WIDTH, 1.0), MOST_PIXELS)


class AccessibleFigure:
    """A finished picture with its alt text, as `text/html`: the one route on which Jupyter keeps both."""

    def __init__(self, png: bytes, alt: str, width: int) -> None:
        self.png, self.alt, self.width = png, alt, width

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        data = base64.b64encode(self.png).decode()
        alt = html.escape(self.alt, quote=True)
        picture = (
            f'<img alt="{alt}" src="data:image/png;base64,{data}" '
            f'style="width:{self.width}px;max-width:100%;height:auto;background:#fff">'
        )
        return {
            "text/html": f'<figure style="margin:0">{picture}<figcaption>{alt}</figcaption></figure>',
            "text/plain": self.alt,
        }


def show(figure: Figure, alt: str) -> None:
    """Display a figure with the sentence that says what it shows, key numbers included.

    The sentence is the alt text, the caption and `text/plain` at once, so the notebooks' tests compare
    the numbers in it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        A full sentence of at least 20 characters.

    Raises
    ------
    ValueError
        If the sentence is too short to stand in for the picture.
    """
    if len(alt.strip()) < 20:
        raise ValueError(f"The alt text must say what the figure shows, with its key numbers; got {alt!r}.")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=150)
    display(AccessibleFigure(stream.getvalue(), alt.strip(), picture_width(figure.get_figwidth())))


def new_figure(height: float = 3.4, rows: int = 1, columns: int = 1) -> tuple[Figure, Any]:
    """Return a figure as wide as a notebook cell, and its axes, away from pyplot's global state."""
    figure = Figure(figsize=(8.4, height), layout="constrained")
    return figure, figure.subplots(rows, columns)


def margins(
    figure: Figure,
    *,
    columns: int = 1,
    left: float = 4.6,
    right: float = 0.6,
    bottom: float = 3.4,
    top: float = 1.8,
    between: float = 5.2,
) -> dict[str, float]:
    """Return where the axes go, for margins in heights of the type, so that they suit both styles.

    In place of the constrained layout, whose search costs as much as all the drawing.
    """
    figure.set_layout_engine("none")
    em = float(mpl.rcParams["font.size"]) / 72
    width, height = figure.get_size_inches() / em
    one = (width - left - right - between * (columns - 1)) / columns
    return {
        "left": left / width,
        "right": 1 - right / width,
        "bottom": bottom / height,
        "top": 1 - top / height,
        "wspace": between / one,
    }


def glyph(text: str) -> Path:
    """Return a letter or sign as an outline around its middle, to be the `marker` of a line.

    As a marker it moves for a tenth of what text costs a demo's picture.
    """
    outline = TextPath((0, 0), text, size=1, prop=FontProperties(family="DejaVu Sans"))
    middle = outline.get_extents()
    centred = Affine2D().translate(-(middle.x0 + middle.x1) / 2, -(middle.y0 + middle.y1) / 2)
    return centred.transform_path(outline)


def corners(left: FloatArray, right: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Corners of one box for each entry, shape (n, 4, 2): what a PolyCollection is made of."""
    return np.moveaxis(np.array([[left, low], [left, high], [right, high], [right, low]]), -1, 0)


# --- The recurring drawings: each fills one axes, and reads the same in every chapter ------------------


def draw_bill(axes: Any, p: ArrayLike, q: ArrayLike | None = None, *, labels: Sequence[str] = ()) -> None:
    """Draw the bill: one box per outcome, p wide and −log₂ q high, so that its area is what it costs in bits.

    Without `q` the boxes are priced by p itself and their total area is the entropy. With `q` the boxes
    end at −log₂ q: what a box is higher than −log₂ p is hatched (paid for using the wrong model), what it
    is lower is outlined in dashes (saved). Hatched minus dashed area is the KL divergence.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    p : array_like, shape (K,)
        The truth: how often each outcome is billed.
    q : array_like, shape (K,), optional
        The model that sets the prices.
    labels : sequence of str, optional
        The outcomes' names; without them 1 … K.
    """
    p = np.asarray(as_pmf(p))
    due = np.asarray(surprisal(p))
    paid = due if q is None else np.asarray(surprisal(as_pmf(q, name="q")))
    ever = p > 0
    finite = np.concatenate([due[ever & np.isfinite(due)], paid[ever & np.isfinite(paid)], [0.5]])
    top = 1.18 * finite.max()
    names = list(labels) or [str(k + 1) for k in range(len(p))]
    left = np.cumsum(p) - p
    for k in np.flatnonzero(ever):
        shown = min(paid[k], top)  # an impossible price runs out of the picture
        both, middle = min(due[k], shown), left[k] + p[k] / 2
        box = {"width": p[k], "align": "edge", "edgecolor": INK, "linewidth": 1.0}
        axes.bar(left[k], both, facecolor=ENTROPY_FILL, **box)
        if shown > due[k]:
            excess = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH}
            axes.bar(left[k], shown - due[k], bottom=due[k], **excess, **box)
        elif shown < due[k]:
            saved = box | {"linewidth": 1.4, "edgecolor": QUIET_COLOUR}
            axes.bar(left[k], due[k] - shown, bottom=shown, facecolor="none", linestyle="--", **saved)
        if np.isinf(paid[k]):
            axes.text(middle, 0.98 * top, "∞", ha="center", va="top", **PAPER)
        elif p[k] >= 0.1:
            above = max(shown, due[k]) + 0.01 * top
            axes.text(middle, above, f"{p[k] * paid[k]:.3f}", ha="center", va="bottom", fontsize="small")
    wide = np.flatnonzero(p >= 0.04)
    axes.set_xticks(left[wide] + p[wide] / 2, [names[k] for k in wide])
    axes.tick_params(axis="x", length=0)
    axes.set(xlim=(0, 1.005), ylim=(0, top), xlabel="width: probability p")
    axes.set_ylabel("height: −log₂ p (bits)" if q is None else "height: −log₂ q (bits)")


def draw_information_bars(
    axes: Any, joint: ArrayLike, *, names: tuple[str, str] = ("X", "Y"), shared_name: str = ""
) -> None:
    """Draw H(X,Y), H(X) and H(Y) as bars over the pieces they share: H(X|Y), I(X;Y) and H(Y|X).

    H(X) covers the two pieces on the left and H(Y) the two on the right, so the chain rule can be read
    off the ends of the bars.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    joint : array_like, shape (rows, columns)
        Joint probabilities; the rows are the first variable.
    names : (str, str), optional
        What the two variables are called.
    shared_name : str, optional
        What the piece in the middle is called, for a chapter that has no name for it yet ("shared");
        without it I(X;Y).
    """
    joint = np.asarray(as_joint(joint))
    x, y = names
    x_alone, shared, y_alone = (
        conditional_entropy(joint.T),
        mutual_information(joint),
        conditional_entropy(joint),
    )
    total = joint_entropy(joint)
    whole = [
        (f"H({x},{y})", 0.0, total),
        (f"H({x})", 0.0, x_alone + shared),
        (f"H({y})", x_alone, shared + y_alone),
    ]
    for row, (name, start, length) in enumerate(whole):
        axes.barh(-row, length, left=start, height=0.62, facecolor=ENTROPY_FILL, edgecolor=INK, lw=1.0)
        axes.text(start + length / 2, -row, f"{name} = {length:.3f}", ha="center", va="center")
    pieces = [
        (f"H({x}|{y})", 0.0, x_alone, {"facecolor": "white"}),
        (
            shared_name or f"I({x};{y})",
            x_alone,
            shared,
            {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH},
        ),
        (f"H({y}|{x})", x_alone + shared, y_alone, {"facecolor": "white"}),
    ]
    for name, start, length, fill in pieces:
        axes.barh(-3, length, left=start, height=0.62, edgecolor=INK, lw=1.0, **fill)
        axes.text(start + length / 2, -3.42, f"{name}\n{length:.3f}", ha="center", va="top")
    for edge in (x_alone, x_alone + shared):
        axes.plot([edge, edge], [-3.31, 0.31], color=INK, lw=1.0, ls=":", zorder=0)
    room = max(total, 1e-9)
    axes.set(xlim=(-0.06 * room, 1.06 * room), ylim=(-4.3, 0.5), yticks=[], xlabel="bits")
    axes.spines["left"].set_visible(False)


def draw_heat_strip(
    axes: Any, pieces: Sequence[str], bits: ArrayLike, *, columns: int = 48, ceiling: float | None = None
) -> int:
    """Write a text piece by piece, each on a cell whose shade and bar show how surprising it was.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    pieces : str or sequence of str
        Characters, or tokens.
    bits : array_like, one per piece
        Surprise of each piece.
    columns : int
        Characters in a line; longer texts wrap.
    ceiling : float, optional
        Bits at which the shade and the bar are full; without it the largest surprise.

    Returns
    -------
    int
        How many lines there are.
    """
    surprise = np.asarray(bits, dtype=float)
    if len(pieces) != len(surprise):
        raise ValueError(
            f"Every piece needs its bits: there are {len(pieces)} pieces and {len(surprise)} numbers."
        )
    highest = surprise[np.isfinite(surprise)].max(initial=1e-9)
    full = float(highest if ceiling is None else ceiling)
    shades = LinearSegmentedColormap.from_list("surprise", ["white", P_COLOUR])
    column = line = 0
    for piece, cost in zip(pieces, surprise, strict=True):
        written = piece.replace(" ", "␣").replace("\n", "↵")
        width = max(len(written), 1)
        if column and column + width > columns:
            column, line = 0, line + 1
        share = min(cost / full, 1.0)
        shade = shades(0.75 * share)
        axes.add_patch(Rectangle((column, line), width, 0.6, facecolor=shade, edgecolor="white", lw=0.8))
        bar = 0.3 * share
        axes.add_patch(Rectangle((column + 0.1, line + 0.92 - bar), width - 0.2, bar, color=Q_COLOUR, lw=0))
        axes.text(
            column + width / 2, line + 0.31, written, family="monospace", color=INK, ha="center", va="center"
        )
        column += width
    axes.set(xlim=(0, columns), ylim=(line + 1, 0), xticks=[], yticks=[])
    axes.set_xlabel(f"shade and bar: surprise, from 0 to {full:.1f} bits")
    axes.spines[:].set_visible(False)
    return line + 1


def draw_reliability(axes: Any, found: Reliability) -> SimpleNamespace:
    """Draw a reliability diagram: for each bin of confidence, the share that came true.

    An outlined bar is as high as that share and a thick dash stands at the bin's mean confidence; the gap
    between them is hatched: on top of the bar where forecasts were too sure, inside it where they were not
    sure enough.
    On the dashed diagonal confidence is earned. The numbers on top say how many forecasts a bin holds
    (left out for more than 12 bins, where they would not fit); an empty bin has nothing.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    found : Reliability
        From `course_lib.classifiers.reliability`.

    Returns
    -------
    SimpleNamespace
        The artists, for `move_reliability`.
    """
    middles = (found.edges[1:] + found.edges[:-1]) / 2
    axes.plot([0, 1], [0, 1], "--", color=QUIET_COLOUR, lw=1.4, zorder=0)
    # In large type neighbouring counts stand at two heights, or they would run into each other.
    size, step = ("small", 0.1) if is_lecture() else ("x-small", 0.0)
    axes.set(
        xlim=(0, 1), ylim=(0, 1.13 + step), xlabel="confidence (dash: mean)", ylabel="share that came true"
    )
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    bars = PolyCollection([], facecolor=ACCURACY_FILL, lw=0)
    gaps = PolyCollection([], facecolor=DIVERGENCE_FILL, edgecolor=INK, hatch=DIVERGENCE_HATCH, lw=0)
    outlines = PolyCollection([], facecolor="none", edgecolor=INK, lw=1.8)
    marks = LineCollection([], color=Q_COLOUR, lw=3.5, capstyle="butt")
    for collection in (bars, gaps, outlines, marks):
        axes.add_collection(collection, autolim=False)
    few = middles if len(middles) <= 12 else middles[:0]
    style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": size}
    counts = [axes.text(x, 1.03 + step * (k % 2), "", **style) for k, x in enumerate(few)]
    artists = SimpleNamespace(bars=bars, gaps=gaps, outlines=outlines, marks=marks, counts=counts)
    move_reliability(artists, found)
    return artists


def move_reliability(artists: SimpleNamespace, found: Reliability) -> None:
    """Put the artists of `draw_reliability` where other forecasts, in the same bins, want them."""
    used = found.counts > 0
    left, right = found.edges[:-1][used], found.edges[1:][used]
    share, said = found.accuracy[used], found.confidence[used]
    whole = corners(left, right, 0.0 * share, share)
    artists.bars.set_verts(whole)
    artists.outlines.set_verts(whole)
    artists.gaps.set_verts(corners(left, right, np.minimum(share, said), np.maximum(share, said)))
    artists.marks.set_segments(np.moveaxis(np.array([[left, said], [right, said]]), -1, 0))
    for text, count in zip(artists.counts, found.counts, strict=False):
        text.set_text(str(count) if count else "")


def draw_information_plane(
    axes: Any, i_xt: ArrayLike, i_ty: ArrayLike, *, h_x: float, i_xy: float, checkpoints: bool = False
) -> SimpleNamespace:
    """Draw the information plane: what a summary keeps of X to the right, what it knows about Y upwards.

    No summary can be in the shaded part: it cannot know more about Y than it keeps of X, nor more than X
    itself knows (the dashed line).

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    i_xt, i_ty : array_like
        The points of a curve, in bits; or, with `checkpoints`, of a path through time.
    h_x : float
        H(X), the most that can be kept, in bits: the right end.
    i_xy : float
        I(X;Y), the most that can be known, in bits.
    checkpoints : bool
        Draw a path: one dot for each point, paler at first; a hollow ring begins it, a diamond ends it.

    Returns
    -------
    SimpleNamespace
        The artists of the curve or path, for `move_information_path`.
    """
    across, up = 1.03 * h_x, 1.2 * i_xy
    corner = min(i_xy, across)
    unreachable = [
        (-0.02 * h_x, 0),
        (0, 0),
        (corner, corner),
        (across, i_xy),
        (across, up),
        (-0.02 * h_x, up),
    ]
    axes.add_patch(Polygon(unreachable, facecolor="#E9E9E9", edgecolor="none", zorder=0))
    axes.plot([0, corner], [0, corner], "--", color=QUIET_COLOUR, lw=1.2, zorder=0)
    axes.plot([corner, across], [i_xy, i_xy], "--", color=QUIET_COLOUR, lw=1.2, zorder=0)
    axes.text(h_x, (i_xy + up) / 2, f"I(X;Y) = {i_xy:.3f}", ha="right", va="center", fontsize="small")
    axes.set(xlim=(-0.02 * h_x, across), ylim=(-0.02 * i_xy, up))
    axes.set(xlabel="I(X;T): kept of X (bits)", ylabel="I(T;Y): about Y (bits)")
    artists = SimpleNamespace(line=axes.plot([], [], color=P_COLOUR)[0])
    if checkpoints:
        artists.line.set(linewidth=1.2, color=QUIET_COLOUR)
        ends: dict[str, Any] = {"ls": "none", "mec": INK, "clip_on": False}
        artists.dots = axes.scatter([], [], edgecolors=INK, linewidths=0.6, clip_on=False, zorder=3)
        artists.start = axes.plot([], [], "o", mfc="none", ms=11, mew=1.6, zorder=4, **ends)[0]
        artists.end = axes.plot([], [], "D", color=Q_COLOUR, zorder=5, **ends)[0]
    move_information_path(artists, i_xt, i_ty)
    return artists


def move_information_path(artists: SimpleNamespace, i_xt: ArrayLike, i_ty: ArrayLike) -> None:
    """Put the artists of `draw_information_plane` where other points, in the same plane, want them."""
    points = np.column_stack([i_xt, i_ty])
    artists.line.set_data(*points.T)
    if hasattr(artists, "dots"):
        artists.dots.set_offsets(points)
        artists.dots.set_facecolor(TIME(np.linspace(0, 1, len(points))))
        artists.start.set_data(*points[:1].T)
        artists.end.set_data(*points[-1:].T)


def draw_code_tree(axes: Any, code: Sequence[str], *, labels: Sequence[str] = ()) -> None:
    """Draw a prefix code as a tree, each leaf above its share 2^−length of the Kraft bar.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    code : sequence of str
        Codewords of "0" and "1"; an empty one is left out.
    labels : sequence of str, optional
        The symbols' names; without them 1 … K.
    """
    names = list(labels) or [str(k + 1) for k in range(len(code))]
    deepest = max(map(len, code))
    floor = -deepest - 0.6
    forks = {word[:depth] for word in code for depth in range(len(word))}
    for fork in forks:
        for bit in "01":
            if fork + bit in forks or fork + bit in code:
                (x0, y0), (x1, y1) = _place(fork), _place(fork + bit)
                axes.plot([x0, x1], [y0, y1], color=QUIET_COLOUR, lw=1.4, zorder=1)
                axes.text((x0 + x1) / 2, (y0 + y1) / 2, bit, ha="center", va="center", **PAPER)
    axes.bar(
        0,
        0.5,
        width=1,
        bottom=floor - 0.5,
        align="edge",
        facecolor="white",
        hatch="...",
        edgecolor=QUIET_COLOUR,
    )
    for name, word in zip(names, code, strict=True):
        if word:
            x, y = _place(word)
            share = 2.0 ** -len(word)
            axes.plot([x, x], [y, floor], color=QUIET_COLOUR, lw=0.8, ls=":", zorder=0)
            axes.text(x, y, f"{name}\n{word}", ha="center", va="center", fontsize="small", bbox=LEAF)
            edge = {"align": "edge", "edgecolor": INK, "linewidth": 1.0}
            axes.bar(x - share / 2, 0.5, width=share, bottom=floor - 0.5, facecolor=ENTROPY_FILL, **edge)
            axes.text(x, floor - 0.25, f"1/{2 ** len(word)}", ha="center", va="center")
    axes.set(xlim=(-0.01, 1.01), ylim=(floor - 0.55, 0.35))
    axes.axis("off")


def _place(word: str) -> tuple[float, float]:
    """Return where a codeword's node stands: over the middle of its interval, as deep as it is long."""
    return (int(word or "0", 2) + 0.5) * 2.0 ** -len(word), -float(len(word))
