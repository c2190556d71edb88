"""How the course looks: its colours, its two sizes of type, and figures that carry their alt text."""

import base64
import html
import io
from typing import Any, Literal

import matplotlib as mpl
import seaborn as sns
from IPython.display import display
from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart with every common form of colour blindness. A second cue (hatch,
# dash, marker or a direct label) always goes with a colour.
P_COLOUR = "#0072B2"  # p, the truth
Q_COLOUR = "#D55E00"  # q, the model
ENTROPY_FILL = "#8CC5E3"  # every area that is an entropy
DIVERGENCE_FILL = "#F0B64D"  # every area that is a KL divergence or a gap, always hatched
DIVERGENCE_HATCH = "///"
GOOD_COLOUR = "#009E73"
ACCENT_COLOUR = "#CC79A7"
QUIET_COLOUR = "#6B6B6B"  # floors, targets, remarks
INK = "#1A1A1A"

STYLES = {
    "reading": {"font.size": 10.5, "lines.linewidth": 2.0, "lines.markersize": 7},
    "lecture": {"font.size": 15.0, "lines.linewidth": 3.2, "lines.markersize": 11},
}


def use_style(name: Literal["reading", "lecture"] = "reading") -> None:
    """Set the looks of every figure from here on: `reading` on a screen, `lecture` on a projector.

    Raises
    ------
    ValueError
        If there is no such style.
    """
    if name not in STYLES:
        raise ValueError(f"There is no style {name!r}; there are: {', '.join(STYLES)}.")
    sns.set_theme(style="ticks", palette=[P_COLOUR, Q_COLOUR, GOOD_COLOUR, ACCENT_COLOUR, QUIET_COLOUR])
    mpl.rcParams.update(
        STYLES[name]
        | {
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
            "hatch.linewidth": 1.0,
        }
    )


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
    width = min(840, round(figure.get_figwidth() * 100))
    display(AccessibleFigure(stream.getvalue(), alt.strip(), width))


def new_figure(height: float = 3.4, rows: int = 1, columns: int = 1) -> tuple[Figure, Any]:
    """Return a figure as wide as a notebook cell, and its axes, away from pyplot's global state."""
    figure = Figure(figsize=(8.4, height), layout="constrained")
    return figure, figure.subplots(rows, columns)
