"""Demos of chapter 5, mutual information: a table beside its product, and a wire that flips bits."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib import datasets
from course_lib.channels import binary_symmetric_channel, in_series, repeat_and_vote
from course_lib.controls import Choice, Preset, Range
from course_lib.distributions import FloatArray
from course_lib.explore.engine import Demo
from course_lib.explore.wording import signed
from course_lib.figures import (
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    ENTROPY_FILL,
    INK,
    P_COLOUR,
    PAPER,
    Q_COLOUR,
    QUIET_COLOUR,
    corners,
    margins,
)
from course_lib.measures import conditional_entropy, entropy, joint_entropy, kl_divergence, mutual_information

SHARED: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "edgecolor": INK}
WHOLE: dict[str, Any] = {"facecolor": ENTROPY_FILL, "edgecolor": INK}
ALONE: dict[str, Any] = {"facecolor": "white", "edgecolor": INK}


# ---------------------------------------------------------------------------------------------- D5.1
BY_SLIDERS, J3 = "2 × 2, by the sliders", "J3, 2 × 3"
DELIVERY: dict[str, Any] = {"table": BY_SLIDERS, "p_x": 0.5, "y_after_0": 0.3, "y_after_1": 0.8}
SHARES = tuple(percent / 100 for percent in range(101))
ROWS = ("H(X)", "H(Y)", "H(X|Y)", "I(X;Y)", "H(Y|X)")
MOST_BITS = 2.0


def _joint(table: str, p_x: float, y_after_0: float, y_after_1: float) -> FloatArray:
    """Table p(x, y): rows x, columns y."""
    if table == J3:
        return np.asarray(datasets.j3_table().joint)
    after = np.array([[1 - y_after_0, y_after_0], [1 - y_after_1, y_after_1]])
    return np.asarray(np.array([[1 - p_x], [p_x]]) * after)


def _overlap_numbers(table: str, p_x: float, y_after_0: float, y_after_1: float) -> SimpleNamespace:
    joint = _joint(table, p_x, y_after_0, y_after_1)
    x, y = joint.sum(axis=1), joint.sum(axis=0)
    product = np.outer(x, y)
    after = joint / x[:, None]
    h_x, h_y, h_xy = float(entropy(x)), float(entropy(y)), float(joint_entropy(joint))
    left = float(conditional_entropy(joint))
    return SimpleNamespace(
        table=table,
        joint=joint,
        product=product,
        p_x=x,
        p_y=y,
        after=after,
        names=datasets.j3_table().columns if table == J3 else ("0", "1"),
        h_x=h_x,
        h_y=h_y,
        h_xy=h_xy,
        h_y_x=left,
        h_x_y=float(conditional_entropy(joint.T)),
        routes=[
            h_x + h_y - h_xy,
            h_y - left,
            float(kl_divergence(joint.ravel(), product.ravel())),
            float(x @ [kl_divergence(row, y) for row in after]),
        ],
    )


def _describe_overlap(n: Any) -> str:
    sums, knowing, divergence, rows = (signed(route, 4) for route in n.routes)
    never = next((name for name, share in zip(n.names, n.p_y, strict=True) if share == 1), "")
    note = f" (Y is always {never})" if never else ""
    table = "J3 (sliders at rest): " if n.table == J3 else ""
    return (
        f"{table}I = H(X) + H(Y) − H(X,Y) = {n.h_x:.4f} + {n.h_y:.4f} − "
        f"{n.h_xy:.4f} = {sums} bits; H(Y) − H(Y|X) = {n.h_y:.4f} − {signed(n.h_y_x, 4)} = {knowing}; "
        f"D(joint‖product) = {divergence}; D(p(y|x)‖p(y)), mean over x = {rows} bits{note}"
    )


def _details_of_overlap(n: Any) -> str:
    def words(table: FloatArray) -> str:
        rows = (f"X = {x}: {', '.join(f'{p:.3f}' for p in row)}" for x, row in enumerate(table))
        return "; ".join(rows)

    return (
        f"Areas for Y = {', '.join(n.names)}. What is: {words(n.joint)}. "
        f"If independent: {words(n.product)}. H(X|Y) = {signed(n.h_x_y, 4)} bits."
    )


def _draw_overlap(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=3, left=3.6, right=0.4, bottom=3.2, between=4.0)
    *squares, bars = figure.subplots(1, 3, width_ratios=[1, 1, 1.15], gridspec_kw=places)
    titles = ("What is", "If independent")
    drawn = [_draw_square(axes, title) for axes, title in zip(squares, titles, strict=True)]
    figure.text(0.01, 0.01, "Hatched: more likely than if independent", va="bottom", fontsize="small")
    bars.set(xlim=(0, 1.45 * MOST_BITS), ylim=(4.6, -0.6), title="Bits", xticks=[0, 1, 2])
    bars.set_yticks(range(len(ROWS)), ROWS)
    bars.tick_params("y", length=0)
    bars.spines["bottom"].set_bounds(0, MOST_BITS)
    looks = (WHOLE, WHOLE, ALONE, SHARED, ALONE)
    return SimpleNamespace(
        squares=drawn,
        edges=bars.add_collection(LineCollection([], colors=QUIET_COLOUR, linestyles=":", linewidths=1.2)),
        bars=[
            bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, lw=1.0, **look)) for k, look in enumerate(looks)
        ],
        numbers=[bars.text(0, k, "", va="center", fontsize="small", **PAPER) for k in range(len(ROWS))],
    )


def _draw_square(axes: Axes, title: str) -> SimpleNamespace:
    """Draw a square of area 1; columns are x, from left to right, and in each of them y, from the top."""
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[], title=title)
    axes.spines[:].set_visible(False)
    box = axes.get_window_extent()
    letter = float(rcParams["font.size"]) / 72 * axes.figure.dpi
    small: dict[str, Any] = {"fontsize": "small"}
    return SimpleNamespace(
        rest=axes.add_collection(PolyCollection([], lw=1.2, clip_on=False, **WHOLE), autolim=False),
        more=axes.add_collection(PolyCollection([], lw=1.2, clip_on=False, **SHARED), autolim=False),
        x_names=[axes.text(0, -0.03, "", ha="center", va="top", **small) for _ in range(2)],
        y_names=[axes.text(-0.03, 0, "", ha="right", va="center", **small) for _ in range(3)],
        areas=[axes.text(0, 0, "", ha="center", va="center", **small, **PAPER) for _ in range(6)],
        room=(3.0 * letter / box.width, 1.5 * letter / box.height),
    )


def _update_square(artists: Any, n: Any, heights: FloatArray) -> None:
    """Show the table whose columns are as wide as x is likely, cut at heights p(y|x), shape (x, y)."""
    more = n.joint > n.product + 1e-12
    left = np.repeat(np.cumsum(n.p_x) - n.p_x, len(n.p_y)).reshape(more.shape)
    right = left + n.p_x[:, None]
    top = 1 - (np.cumsum(heights, axis=1) - heights)
    low = top - heights
    hatched = more if heights is n.after else np.zeros_like(more)
    for cells, shown in ((artists.more, hatched), (artists.rest, ~hatched)):
        cells.set_verts(list(corners(left[shown], right[shown], low[shown], top[shown])))
    for k, text in enumerate(artists.x_names):
        text.set_text(f"X = {k}")
        text.set_x((left[k, 0] + right[k, 0]) / 2)
    for text in [*artists.y_names, *artists.areas]:
        text.set_text("")
    for k, (text, name) in enumerate(zip(artists.y_names, n.names, strict=False)):
        if heights[0, k] > 0:
            text.set_text(f"Y = {name}")
            text.set_y((low[0, k] + top[0, k]) / 2)
    wide, high = artists.room
    for text, x, y in zip(artists.areas, *np.indices(more.shape).reshape(2, -1), strict=False):
        if n.p_x[x] >= wide and heights[x, y] >= high:
            text.set_text(f"{n.p_x[x] * heights[x, y]:.3f}")
            text.set_position(((left[x, y] + right[x, y]) / 2, (low[x, y] + top[x, y]) / 2))


def _update_overlap(artists: Any, n: Any) -> None:
    is_so, independent = artists.squares
    _update_square(is_so, n, n.after)
    _update_square(independent, n, np.broadcast_to(n.p_y, n.after.shape))
    shared = max(n.routes[0], 0.0)
    starts = (0.0, n.h_x_y, 0.0, n.h_x_y, n.h_x)
    lengths = (n.h_x, n.h_y, n.h_x_y, shared, n.h_y_x)
    for bar, text, start, length in zip(artists.bars, artists.numbers, starts, lengths, strict=True):
        bar.set_x(start)
        bar.set_width(length)
        text.set_text(signed(length, 4))
        text.set_x(start + length + 0.06)
    artists.edges.set_segments([[(n.h_x_y, 0.6), (n.h_x_y, 4.4)], [(n.h_x, -0.4), (n.h_x, 4.4)]])


OVERLAP = Demo(
    number="D5.1",
    title="Overlap",
    controls=[
        Choice("table", "table", options=(BY_SLIDERS, J3), default=BY_SLIDERS),
        Range("p_x", "P(X = 1)", values=SHARES[5:96], default=DELIVERY["p_x"], text="{:.2f}".format),
        Range("y_after_0", "P(Y = 1 | X = 0)", values=SHARES, default=0.3, text="{:.2f}".format),
        Range("y_after_1", "P(Y = 1 | X = 1)", values=SHARES, default=0.8, text="{:.2f}".format),
        Preset("delivery", "delivery table", sets=DELIVERY),
    ],
    compute=_overlap_numbers,
    describe=_describe_overlap,
    details=_details_of_overlap,
    draw=_draw_overlap,
    update=_update_overlap,
    height=3.2,
)


# ---------------------------------------------------------------------------------------------- D5.4
FLIPS = tuple(percent / 100 for percent in range(51))
MOST_WIRES = 6
BITS = (1, 0)  # from the top, as in the table of chapter 6


def _wire_numbers(flip: float, wires: int, repeats: int) -> SimpleNamespace:
    wire = binary_symmetric_channel(flip)
    line = wire if wires == 1 else in_series(*[wire] * wires)
    decided = repeat_and_vote(line, repeats)
    joint = decided / 2  # fair bits are sent
    shared = float(mutual_information(joint))
    return SimpleNamespace(
        flip=flip,
        wires=wires,
        repeats=repeats,
        line=float(line[0, 1]),
        wrong=float(decided[0, 1]),
        h_y=float(entropy(joint.sum(axis=0))),
        h_y_x=float(conditional_entropy(joint)),
        shared=shared,
        per_use=shared / repeats,
    )


def _describe_wire(n: Any) -> str:
    line = f"Flip {n.flip:.2f}"
    if n.wires > 1:
        line += f", {n.wires} wires in series, together one with flip {n.line:.4f}"
    sent = "" if n.repeats == 1 else f", every bit sent {n.repeats} times and voted on"
    per_use = "per use of the line"
    rate = f" {per_use}" if n.repeats == 1 else f", {signed(n.per_use, 4)} bits {per_use}"
    return (
        f"{line}{sent}: wrong with probability {n.wrong:.4f}; H(Y) = {n.h_y:.4f}, "
        f"H(Y|X) = {signed(n.h_y_x, 4)}, I(X;Y) = {signed(n.shared, 4)} bits{rate}"
    )


def _draw_wire(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=1.2, right=0.4, bottom=2.4, between=5.6)
    grid = figure.add_gridspec(2, 2, width_ratios=[1, 1.1], height_ratios=[1, 1.5], hspace=0.45, **places)
    line, channel = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    bars = figure.add_subplot(grid[:, 1])
    for axes, title in ((line, "Every × may flip the bit"), (channel, "All in all")):
        axes.set(xlim=(-0.14, 1.14), xticks=[], yticks=[])
        axes.set_title(title, weight="normal")
        axes.spines[:].set_visible(False)
    line.set_ylim(-2.6, 2.6)
    channel.set_ylim(-0.55, 1.55)
    middle: dict[str, Any] = {"ha": "center", "va": "center_baseline"}
    for place, name in ((-0.07, "X"), (1.07, "Y")):
        line.text(place, 0, name, weight="bold", **middle)
    size = float(rcParams["font.size"])
    channel.plot([0, 0, 1, 1], [0, 1, 0, 1], "o", ms=1.8 * size, color="white", mec=INK, mew=1.6)
    for place in (0, 1):
        for height, bit in zip((1, 0), BITS, strict=True):
            channel.text(place, height, str(bit), **middle)
    bars.set(xlim=(0, 1.45), ylim=(3.6, -0.6), xticks=[0, 0.5, 1])
    bars.set_title("Bits, for a fair bit X", weight="normal")
    bars.set_yticks(range(4), ["H(Y)", "H(Y|X)", "I(X;Y)", "I per use"])
    bars.tick_params("y", length=0)
    bars.spines["bottom"].set_bounds(0, 1)
    looks = (WHOLE, ALONE, SHARED, SHARED)
    return SimpleNamespace(
        strands=line.add_collection(LineCollection([], colors=INK, linewidths=1.6)),
        wires=line.plot([], [], "X", ms=0.65 * size, color=Q_COLOUR, mec=INK, mew=0.6)[0],
        right=channel.add_collection(LineCollection([], colors=P_COLOUR)),
        wrong=channel.add_collection(LineCollection([], colors=Q_COLOUR, linestyles="--")),
        chances=[channel.text(0.5, y, "", **middle, fontsize="small") for y in (1.36, -0.36)],
        bars=[
            bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, lw=1.0, **look)) for k, look in enumerate(looks)
        ],
        numbers=[bars.text(0, k, "", va="center", fontsize="small") for k in range(4)],
    )


def _update_wire(artists: Any, n: Any) -> None:
    heights = 2.0 * (np.arange(n.repeats) - (n.repeats - 1) / 2) / max((n.repeats - 1) / 2, 1)
    artists.strands.set_segments([[(0, 0), (0.08, y), (0.92, y), (1, 0)] for y in heights])
    spots = 0.08 + 0.84 * (np.arange(n.wires) + 0.5) / n.wires
    artists.wires.set_data(np.tile(spots, n.repeats), np.repeat(heights, n.wires))
    ends = (0.09, 0.91)  # outside the rings
    for lines, chance, crossing in ((artists.right, 1 - n.wrong, False), (artists.wrong, n.wrong, True)):
        shown = [0, 1] if chance > 0 else []
        lines.set_segments([[(x, abs(y - x) if crossing else y) for x in ends] for y in shown])
        lines.set_linewidths([7 * chance])
    artists.chances[0].set_text(f"right {1 - n.wrong:.4f}")
    artists.chances[1].set_text(f"wrong (dashes) {n.wrong:.4f}")
    starts = (0.0, n.shared, 0.0, 0.0)
    lengths = (n.h_y, n.h_y_x, n.shared, n.per_use)
    for bar, text, start, length in zip(artists.bars, artists.numbers, starts, lengths, strict=True):
        bar.set_x(start)
        bar.set_width(length)
        text.set_text(signed(length, 4))
        text.set_x(start + length + 0.03)


NOISY_WIRE = Demo(
    number="D5.4",
    title="Noisy wire",
    controls=[
        Range("flip", "flip f of one wire", values=FLIPS, default=0.10, text="{:.2f}".format),
        Range("wires", "wires in series", values=tuple(range(1, MOST_WIRES + 1)), default=1),
        Choice("repeats", "times each bit is sent, with a vote", options=(1, 3, 5), default=1),
    ],
    compute=_wire_numbers,
    describe=_describe_wire,
    draw=_draw_wire,
    update=_update_wire,
    height=3.2,
)
