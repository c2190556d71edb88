"""The map of the course: eight ideas, told one step at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyBboxPatch, Polygon, Rectangle, Wedge

from course_lib.controls import Steps
from course_lib.datasets import delivery_table
from course_lib.explore.engine import Demo
from course_lib.figures import (
    ACCENT_COLOUR,
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    ENTROPY_FILL,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    Q_COLOUR,
    QUIET_COLOUR,
)
from course_lib.measures import (
    cross_entropy,
    entropy,
    kl_divergence,
    mutual_information,
    perplexity,
    surprisal,
)

FAIR, BELIEVED = (0.5, 0.5), (0.25, 0.75)  # a fair coin, and what somebody takes it for


# ------------------------------------------------------------------------- each idea's number, computed
def _ten_heads() -> str:
    return f"ten heads in a row: {surprisal(1 / 1024):.3f} bits"


def _two_coins() -> str:
    return f"fair coin {entropy(FAIR):.3f} bits, a 9-in-10 coin {entropy((0.9, 0.1)):.3f} bits"


def _bill_of_a_wrong_belief() -> str:
    return f"a fair coin taken for 1-in-4 heads: {cross_entropy(FAIR, BELIEVED):.3f} bits a toss"


def _waste_of_a_wrong_belief() -> str:
    bill, waste = cross_entropy(FAIR, BELIEVED), kl_divergence(FAIR, BELIEVED)
    return f"of those {bill:.3f} bits a toss, {waste:.3f} are wasted"


def _shared_by_time_and_speed() -> str:
    joint = delivery_table().joint
    total = entropy(joint.sum(axis=0))
    return f"time of day tells {mutual_information(joint):.3f} of the {total:.3f} bits of delivery speed"


def _four_days_in_two_groups() -> str:
    days = np.array([[4, 1], [4, 1], [1, 4], [1, 4]]) / 20  # kind of day by rain: two pairs alike
    groups = days.reshape(2, 2, 2).sum(axis=1)
    kept = f"{mutual_information(groups):.3f} of {mutual_information(days):.3f}"
    return f"{len(days)} kinds of day, {len(groups)} groups: {kept} bits on rain kept"


def _three_words() -> str:
    bits = surprisal([1 / 2, 1 / 4, 1 / 8])
    return f"words at p = 1/2, 1/4, 1/8: perplexity {perplexity(bits, unit='bits'):.3f}"


def _the_sum() -> str:
    parts = entropy(FAIR), kl_divergence(FAIR, BELIEVED)
    return f"{cross_entropy(FAIR, BELIEVED):.3f} = {parts[0]:.3f} + {parts[1]:.3f} bits a toss"


@dataclass(frozen=True)
class Idea:
    """One chapter on a card."""

    title: str
    promise: str
    analogy: str
    formula: str
    number: Callable[[], str]
    world: str
    ml: str


IDEAS = (
    Idea(
        "Surprise",
        "Rare news is big news.",
        "snow in a desert forecast; sun would be no news",
        "I(x) = −log₂ p(x)",
        _ten_heads,
        "the one odd payment among a million",
        "the loss of one prediction; an anomaly score",
    ),
    Idea(
        "Entropy",
        "How surprised you will be on average.",
        "a fair coin keeps you guessing; a bent one less",
        "H(X) = −Σ p log₂ p",
        _two_coins,
        "how small a file can be packed",
        "the question a decision tree asks first",
    ),
    Idea(
        "Cross-entropy",
        "Your bill when p is true and you believe q.",
        "packing for the forecast, not for the weather",
        "H(p, q) = −Σ p log₂ q",
        _bill_of_a_wrong_belief,
        "what a bad forecast costs, day after day",
        "the loss of classifiers and language models",
    ),
    Idea(
        "KL divergence",
        "The part of that bill you could have saved.",
        "the clothes you carried and never wore",
        "D(p‖q) = Σ p log₂(p / q)",
        _waste_of_a_wrong_belief,
        "a code tuned to the wrong language",
        "VAEs, distillation, RLHF's leash",
    ),
    Idea(
        "Mutual information",
        "What one thing tells you about another.",
        "height tells of weight; a birthday does not",
        "I(X;Y) = H(X) − H(X|Y)",
        _shared_by_time_and_speed,
        "which question on a form is worth asking",
        "choosing features; contrastive learning",
    ),
    Idea(
        "Information bottleneck",
        "Keep what matters, forget the rest.",
        "a 500-page book on a single page",
        "minimise I(X;T) − β I(T;Y)",
        _four_days_in_two_groups,
        "a road map leaves out the trees",
        "features that forget the background",
    ),
    Idea(
        "Modern AI",
        "Language models learn to be less surprised.",
        "perplexity k: as unsure as a k-way fair choice",
        "perplexity = 2^(mean surprise in bits)",
        _three_words,
        "predictive text, translation, images from words",
        "temperature, RLHF, VAEs, diffusion",
    ),
    Idea(
        "The complete picture",
        "One ledger for all of it.",
        "a bank statement: needed + wasted = paid",
        "H(p, q) = H(p) + D(p‖q)",
        _the_sum,
        "packing, guessing and learning share one bill",
        "reading a loss: what it is made of",
    ),
)
STRIP_LABELS = (
    "Surprise",
    "Entropy",
    "Cross-\nentropy",
    "KL\ndivergence",
    "Mutual\ninfo",
    "Bottle-\nneck",
    "Modern\nAI",
    "Complete\npicture",
)


def _map_numbers(step: int) -> SimpleNamespace:
    idea = IDEAS[step - 1]
    return SimpleNamespace(step=step, idea=idea, number=idea.number())


def _describe_map(n: Any) -> str:
    number = n.number[0].upper() + n.number[1:]
    return f"Step {n.step} of {len(IDEAS)}: {n.idea.title}. {n.idea.promise} {number}."


def _details_of_map(n: Any) -> str:
    idea = n.idea
    return (
        f"Like: {idea.analogy}. Formula: {idea.formula}. In the world: {idea.world}. In ML: {idea.ml}."
        " Above the card, a strip of eight linked pictures leads from surprise to the complete picture."
    )


# ------------------------------------------------------------------------------------------- pictograms
# Each is drawn around (x, 0), inside a circle of radius 0.38.
def _exclamation(axes: Axes, x: float) -> None:
    axes.add_patch(
        Polygon([(x - 0.07, 0.24), (x + 0.07, 0.24), (x + 0.03, -0.06), (x - 0.03, -0.06)], color=INK)
    )
    axes.add_patch(Ellipse((x, -0.18), 0.1, 0.1, color=INK))


def _uneven_bars(axes: Axes, x: float) -> None:
    for place, height in enumerate((0.42, 0.21, 0.11)):
        corner = (x - 0.22 + 0.15 * place, -0.2)
        axes.add_patch(Rectangle(corner, 0.12, height, facecolor=ENTROPY_FILL, edgecolor=P_COLOUR, lw=1.2))


def _two_bells(axes: Axes, x: float) -> None:
    across = np.linspace(-0.3, 0.3, 60)
    for centre, colour, style in ((-0.08, P_COLOUR, "-"), (0.08, Q_COLOUR, "--")):
        bell = 0.38 * np.exp(-(((across - centre) / 0.1) ** 2) / 2) - 0.18
        axes.plot(x + across, bell, style, color=colour, lw=1.8)


def _hatched_excess(axes: Axes, x: float) -> None:
    axes.add_patch(Rectangle((x - 0.14, -0.24), 0.28, 0.3, facecolor=ENTROPY_FILL, edgecolor=INK, lw=1))
    axes.add_patch(
        Rectangle(
            (x - 0.14, 0.06),
            0.28,
            0.17,
            facecolor=DIVERGENCE_FILL,
            edgecolor=INK,
            hatch=DIVERGENCE_HATCH,
            lw=1,
        )
    )


def _overlapping_circles(axes: Axes, x: float) -> None:
    for side, colour, style in ((-0.1, P_COLOUR, "-"), (0.1, Q_COLOUR, "--")):
        axes.add_patch(Ellipse((x + side, 0), 0.36, 0.36, facecolor=colour, alpha=0.25, lw=0))
        axes.add_patch(
            Ellipse((x + side, 0), 0.36, 0.36, facecolor="none", edgecolor=colour, ls=style, lw=1.8)
        )


def _hourglass(axes: Axes, x: float) -> None:
    upper = [(x - 0.2, 0.24), (x + 0.2, 0.24), (x + 0.04, 0), (x - 0.04, 0)]
    lower = [(x - 0.04, 0), (x + 0.04, 0), (x + 0.2, -0.24), (x - 0.2, -0.24)]
    axes.add_patch(Polygon(upper, facecolor=ENTROPY_FILL, edgecolor=INK, lw=1.2))
    axes.add_patch(Polygon(lower, facecolor="white", edgecolor=INK, lw=1.2))


def _little_network(axes: Axes, x: float) -> None:
    inputs, outputs = [(x - 0.2, y) for y in (-0.18, 0, 0.18)], [(x + 0.2, y) for y in (-0.1, 0.1)]
    for left in inputs:
        for right in outputs:
            axes.plot(*zip(left, right, strict=True), color=QUIET_COLOUR, lw=0.9)
    for node in inputs + outputs:
        axes.add_patch(Ellipse(node, 0.1, 0.1, color=P_COLOUR, zorder=3))


def _whole_of_four(axes: Axes, x: float) -> None:
    for quarter, colour in enumerate((P_COLOUR, DIVERGENCE_FILL, GOOD_COLOUR, ACCENT_COLOUR)):
        start = 90 * quarter
        axes.add_patch(Wedge((x, 0), 0.26, start, start + 90, facecolor=colour, edgecolor="white", lw=2))


PICTOGRAMS: tuple[Callable[[Axes, float], None], ...] = (
    _exclamation,
    _uneven_bars,
    _two_bells,
    _hatched_excess,
    _overlapping_circles,
    _hourglass,
    _little_network,
    _whole_of_four,
)


# ----------------------------------------------------------------------------------------------- drawing
CARD_ROWS = {
    "analogy": "Like",
    "formula": "Formula",
    "number": "Number",
    "world": "In the world",
    "ml": "In ML",
}
CARD_TOP, FIRST_ROW, ROW = -1.2, -2.12, 0.345


def _draw_map(figure: Figure, n: Any) -> SimpleNamespace:
    axes = figure.subplots()
    axes.set(xlim=(-0.5, 7.5), ylim=(-3.85, 0.52), aspect="equal")
    axes.axis("off")
    for x, (pictogram, label) in enumerate(zip(PICTOGRAMS, STRIP_LABELS, strict=True)):
        if x:
            axes.annotate(
                "", (x - 0.38, 0), (x - 0.62, 0), arrowprops={"arrowstyle": "-|>", "color": QUIET_COLOUR}
            )
        axes.add_patch(Ellipse((x, 0), 0.76, 0.76, facecolor="white", edgecolor=QUIET_COLOUR, lw=1.2))
        pictogram(axes, x)
        axes.text(x, -0.48, label, ha="center", va="top", size="small", linespacing=1.05)
    axes.add_patch(
        FancyBboxPatch(
            (-0.4, -3.75), 7.8, 3.75 + CARD_TOP, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="#F5F8FA", edgecolor=P_COLOUR, lw=1.5,
        )
    )  # fmt: skip
    for row, label in enumerate(CARD_ROWS.values()):
        axes.text(-0.2, FIRST_ROW - ROW * row, label, color=QUIET_COLOUR, va="center")
    ring = axes.add_patch(Ellipse((0, 0), 0.84, 0.84, facecolor="none", edgecolor=Q_COLOUR, lw=4))
    pointer = axes.add_patch(Polygon([(0, 0)] * 3, color=P_COLOUR, lw=0))
    title = axes.text(-0.2, CARD_TOP - 0.25, "", va="center", weight="bold", size="large", color=P_COLOUR)
    promise = axes.text(-0.2, CARD_TOP - 0.58, "", va="center", weight="bold")
    rows = {
        name: axes.text(1.2, FIRST_ROW - ROW * row, "", va="center") for row, name in enumerate(CARD_ROWS)
    }
    return SimpleNamespace(ring=ring, pointer=pointer, title=title, promise=promise, rows=rows)


def _update_map(artists: Any, n: Any) -> None:
    x = n.step - 1
    artists.ring.set_center((x, 0))
    artists.pointer.set_xy([(x - 0.14, CARD_TOP), (x + 0.14, CARD_TOP), (x, CARD_TOP + 0.16)])
    artists.title.set_text(f"{n.step}  {n.idea.title}")
    artists.promise.set_text(n.idea.promise)
    for name, text in artists.rows.items():
        text.set_text(n.number if name == "number" else getattr(n.idea, name))


COURSE_MAP = Demo(
    number="D0.1",
    title="The course in eight steps",
    controls=[Steps("step", "step", titles=[idea.title for idea in IDEAS])],
    compute=_map_numbers,
    describe=_describe_map,
    details=_details_of_map,
    draw=_draw_map,
    update=_update_map,
    height=4.7,
)
