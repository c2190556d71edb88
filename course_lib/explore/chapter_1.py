"""Demos of chapter 1, surprise."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Ellipse, FancyArrowPatch, PathPatch, Rectangle, Wedge
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from course_lib.controls import Choice, Range, one_two_five_grid
from course_lib.explore.engine import Demo
from course_lib.figures import (
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    INK,
    P_COLOUR,
    Q_COLOUR,
    QUIET_COLOUR,
)
from course_lib.measures import surprisal


def _first_at_least(value: float, ends: tuple[float, ...]) -> float:
    """End of an axis: few ends, so that the picture seldom changes its scale."""
    return next((end for end in ends if end >= value), ends[-1])


def _column(axes: Axes, title: str) -> None:
    """Turn axes into a column of numbers; moving words beside a plot must not push the plot about."""
    axes.axis("off")
    axes.set_title(title, fontweight="normal", color=QUIET_COLOUR)


# ---------------------------------------------------------------------------------------------- D1.1
POWERS_OF_TWO = tuple(2.0**-k for k in range(11))
MOST_COINS = 10  # the rarest p of the slider, 1/1024, is ten heads in a row


def _dial_numbers(p: float, unit: str) -> SimpleNamespace:
    in_units = {name: surprisal(p, unit=name) for name in ("bits", "nats", "hartleys")}
    return SimpleNamespace(p=p, unit=unit, surprise=in_units[unit], **in_units)


def _describe_dial(n: Any) -> str:
    decimals = max(4, 1 - math.floor(math.log10(n.p)))
    return f"p = {n.p:.{decimals}f} → {n.bits:.3f} bits = {n.nats:.3f} nats = {n.hartleys:.3f} hartley"


def _draw_dial(figure: Figure, n: Any) -> SimpleNamespace:
    curve, coins = figure.subplots(2, 1, height_ratios=[3, 1])
    grid = np.geomspace(POWERS_OF_TWO[-1], 1, 200)
    curve.plot(grid, surprisal(grid, unit=n.unit), color=P_COLOUR)
    curve.set(
        xscale="log",
        xlabel="probability p (log scale)",
        ylabel=f"surprise ({n.unit})",
        title="Surprise against probability",
    )
    curve.set_xticks([1 / 1024, 1e-2, 1e-1, 0.5, 1], ["1/1024", "0.01", "0.1", "0.5", "1"])
    curve.minorticks_off()
    curve.set_ylim(bottom=0)
    coins.set(xlim=(-0.6, MOST_COINS - 0.4), ylim=(-0.5, 1.3), aspect="equal")
    coins.axis("off")
    for i in range(MOST_COINS):
        coins.add_patch(Ellipse((i, 0), 0.8, 0.8, facecolor="none", edgecolor=QUIET_COLOUR, lw=1))
    leader = curve.plot([], [], ":", color=QUIET_COLOUR, lw=1.5)[0]
    dot = curve.plot([], [], "o", ms=12, color=P_COLOUR, markeredgecolor="white", clip_on=False)[0]
    heads = [coins.add_patch(Wedge((i, 0), 0.4, 90, 90, color=P_COLOUR)) for i in range(MOST_COINS)]
    letters = [_coin_letter(coins, i) for i in range(MOST_COINS)]
    coins.text(-0.4, 0.65, "as surprising as so many coin flips that all come up heads", va="bottom")
    return SimpleNamespace(leader=leader, dot=dot, heads=heads, letters=letters)


def _coin_letter(axes: Axes, place: int) -> PathPatch:
    # An outline: letters drawn as text at every move would take longer than all the rest.
    outline = TextPath((0, 0), "H", size=0.36, prop=FontProperties(weight="bold"))
    middle = outline.get_extents()
    centred = Affine2D().translate(place - (middle.x0 + middle.x1) / 2, -(middle.y0 + middle.y1) / 2)
    letter = PathPatch(centred.transform_path(outline), color="white", lw=0)
    axes.add_patch(letter)
    return letter


def _update_dial(artists: Any, n: Any) -> None:
    artists.dot.set_data([n.p], [n.surprise])
    artists.leader.set_data([POWERS_OF_TWO[-1] / 2, n.p, n.p], [n.surprise, n.surprise, 0])
    for i, (head, letter) in enumerate(zip(artists.heads, artists.letters, strict=True)):
        part = min(1.0, max(0.0, n.bits - i))  # the last coin is filled in part, like a clock
        head.set_theta1(90 - 360 * part)
        head.set_visible(part > 0)
        letter.set_visible(part == 1)


SURPRISE_DIAL = Demo(
    number="D1.1",
    title="The surprise dial",
    controls=[
        Range(
            "p",
            "probability p",
            values=one_two_five_grid(0.001, 1, *POWERS_OF_TWO),
            default=0.5,
            text="{:.4g}".format,
            typed=True,
        ),
        Choice("unit", "unit", options=("bits", "nats", "hartleys"), default="bits"),
    ],
    compute=_dial_numbers,
    describe=_describe_dial,
    draw=_draw_dial,
    update=_update_dial,
    scene=lambda n: n.unit,
    height=4.0,
)


# ---------------------------------------------------------------------------------------------- D1.2
RULERS: dict[str, Callable[[float], float]] = {
    "1 − p": lambda p: 1 - p,
    "(1 − p)²": lambda p: (1 - p) ** 2,
    "1/p − 1": lambda p: 1 / p - 1,
    "√(−log₂ p)": lambda p: math.sqrt(surprisal(p)),
    "−log₂ p": lambda p: float(surprisal(p)),
}
HUNDREDTHS = tuple(percent / 100 for percent in range(5, 100, 5))
RULER_ENDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0)


def _audition_numbers(ruler: str, p_a: float, p_b: float) -> SimpleNamespace:
    measure = RULERS[ruler]
    a, b, joint = measure(p_a), measure(p_b), measure(p_a * p_b)
    gap = a + b - joint
    fits = math.isclose(a + b, joint, rel_tol=1e-9, abs_tol=1e-12)  # what is left then is round-off
    return SimpleNamespace(ruler=ruler, a=a, b=b, sum=a + b, joint=joint, gap=0.0 if fits else gap)


def _describe_audition(n: Any) -> str:
    verdict = "no gap here"
    if n.gap:
        verdict = f"a gap of {abs(n.gap):.4f}, the sum is too {'long' if n.gap > 0 else 'short'}"
    return (
        f"Measured by {n.ruler}: A alone {n.a:.4f} + B alone {n.b:.4f} = {n.sum:.4f}; "
        f"A and B together {n.joint:.4f}; {verdict}"
    )


def _audition_end(n: Any) -> float:
    return _first_at_least(max(n.sum, n.joint), RULER_ENDS)


def _draw_audition(figure: Figure, n: Any) -> SimpleNamespace:
    bars, column = figure.subplots(1, 2, width_ratios=[4.5, 1], sharey=True)
    bars.set(
        xlim=(0, _audition_end(n)),
        ylim=(-0.5, 1.5),
        xlabel=f"length of the bar: {n.ruler}",
        title="Independent surprises must add up",
    )
    bars.set_yticks([1, 0], ["A + B", "A and B"])
    bars.tick_params("y", length=0, labelsize="medium")
    bars.spines["left"].set_visible(False)
    _column(column, "length")
    gap = bars.add_patch(
        Rectangle((0, 0), 0, 0.56, facecolor=DIVERGENCE_FILL, edgecolor=INK, hatch=DIVERGENCE_HATCH, lw=1)
    )
    colours = {"a": P_COLOUR, "b": Q_COLOUR, "joint": QUIET_COLOUR}
    blocks = {
        name: bars.add_patch(Rectangle((0, 0), 0, 0.56, facecolor=colour, edgecolor="white", lw=1.5))
        for name, colour in colours.items()
    }
    names = {
        name: bars.text(0, 0, label, color="white", ha="center", va="center", weight="bold")
        for name, label in {"a": "A", "b": "B", "joint": "A and B"}.items()
    }
    lengths = {
        name: column.text(0, y, "", va="center", transform=column.get_yaxis_transform())
        for name, y in {"sum": 1, "gap": 0.5, "joint": 0}.items()
    }
    return SimpleNamespace(gap=gap, blocks=blocks, names=names, lengths=lengths)


def _update_audition(artists: Any, n: Any) -> None:
    spans = {"a": (0, n.a, 1), "b": (n.a, n.b, 1), "joint": (0, n.joint, 0)}
    room = {"a": 0.04, "b": 0.04, "joint": 0.16}  # share of the axis that a name needs inside its bar
    for name, (left, width, row) in spans.items():
        artists.blocks[name].set_bounds(left, row - 0.28, width, 0.56)
        artists.names[name].set_position((left + width / 2, row - 0.02))
        artists.names[name].set_visible(width > room[name] * _audition_end(n))
    shorter_row = 0 if n.gap > 0 else 1
    artists.gap.set_bounds(min(n.sum, n.joint), shorter_row - 0.28, abs(n.gap), 0.56)
    artists.gap.set_visible(n.gap != 0)
    artists.lengths["sum"].set_text(f"{n.sum:#.4g}")
    artists.lengths["joint"].set_text(f"{n.joint:#.4g}")
    artists.lengths["gap"].set_text(f"gap {abs(n.gap):#.4g}" if n.gap else "no gap")


RULER_AUDITION = Demo(
    number="D1.2",
    title="Audition for a ruler",
    controls=[
        Choice("ruler", "ruler", options=tuple(RULERS), default="1 − p", menu=True),
        Range("p_a", "probability of A", values=HUNDREDTHS, default=0.50, text="{:.2f}".format),
        Range("p_b", "probability of B", values=HUNDREDTHS, default=0.25, text="{:.2f}".format),
    ],
    compute=_audition_numbers,
    describe=_describe_audition,
    draw=_draw_audition,
    update=_update_audition,
    scene=lambda n: (n.ruler, _audition_end(n)),
    height=2.7,
)


# ---------------------------------------------------------------------------------------------- D1.3
MOST_TESTS = 5
SURE = 0.95
RARE_TO_EVEN = one_two_five_grid(0.001, 0.5)
EVIDENCE_ENDS = (12.0, 24.0, 36.0, 52.0)


def _evidence_numbers(
    prior: float, sensitivity: float, false_positive_rate: float, positive_tests: int
) -> SimpleNamespace:
    # Log-odds are a difference of two surprises: how much more surprising "healthy" is than "ill".
    start = surprisal(1 - prior) - surprisal(prior)
    per_test = surprisal(false_positive_rate) - surprisal(sensitivity)
    line = [start + k * per_test for k in range(positive_tests + 1)]
    return SimpleNamespace(
        prior=prior,
        line=line,
        per_test=per_test,
        per_negative_test=surprisal(1 - false_positive_rate) - surprisal(1 - sensitivity),
        posteriors=[1 / (1 + 2.0**-bits) for bits in line],
        doubts=[1 / (1 + 2.0**bits) for bits in line],  # 1 − posterior, exact where that rounds to 0
    )


def _signed(bits: float) -> str:
    rounded = round(bits, 3)
    return f"{rounded:+.3f}".replace("-", "−") if rounded else "0.000"


def _probability(n: Any, step: int) -> str:
    return f"{n.posteriors[step]:.4f}" if n.doubts[step] > 5e-5 else f"1 − {n.doubts[step]:.0e}"


def _describe_evidence(n: Any) -> str:
    tests = len(n.line) - 1
    count = {0: "no test yet", 1: "1 positive test"}.get(tests, f"{tests} positive tests")
    return (
        f"Prior {n.prior:g} = {_signed(n.line[0])} bits of log-odds; "
        f"{count} at {_signed(n.per_test)} bits each "
        f"→ {_signed(n.line[-1])} bits, posterior {_probability(n, -1)}. "
        f"A negative test would be worth {_signed(n.per_negative_test)} bits."
    )


def _evidence_end(n: Any) -> float:
    # Room for all tests from an even prior, so that neither prior nor tests ever change the scale.
    return _first_at_least(MOST_TESTS * n.per_test + 1, EVIDENCE_ENDS)


def _draw_evidence(figure: Figure, n: Any) -> SimpleNamespace:
    line, column = figure.subplots(1, 2, width_ratios=[5.5, 1], sharey=True)
    line.set(
        xlim=(-11, _evidence_end(n)),
        ylim=(MOST_TESTS + 0.6, -1.0),
        xlabel="log-odds of being ill (bits)",
        title="Where belief stands, test by test",
    )
    tests = [f"{k} positive" for k in range(1, MOST_TESTS + 1)]
    line.set_yticks(range(MOST_TESTS + 1), ["prior", *tests])
    line.tick_params("y", length=0)
    line.spines["left"].set_visible(False)
    line.grid(axis="y", color="#E4E4E4", lw=1)
    goal = surprisal(1 - SURE) - surprisal(SURE)
    for x, label, style, side in (
        (0, "even odds ", ":", "right"),
        (goal, f" {100 * SURE:g} % sure", "--", "left"),
    ):
        line.axvline(x, color=QUIET_COLOUR, ls=style, lw=1.5)
        line.text(x, -0.95, label, color=QUIET_COLOUR, ha=side, va="top", size="small")
    _column(column, "P(ill)")
    rows = range(MOST_TESTS + 1)
    arrows = [line.add_patch(_test_arrow()) for _ in range(MOST_TESTS)]
    dots = line.plot([], [], "o", ms=9, color=P_COLOUR)[0]
    words = [column.text(0, k, "", va="center", transform=column.get_yaxis_transform()) for k in rows]
    return SimpleNamespace(dots=dots, arrows=arrows, words=words)


def _test_arrow() -> FancyArrowPatch:
    return FancyArrowPatch(
        (0, 0), (1, 0), arrowstyle="-|>", mutation_scale=18, shrinkA=0, shrinkB=0, lw=2.5, color=Q_COLOUR
    )


def _update_evidence(artists: Any, n: Any) -> None:
    reached = len(n.line)
    artists.dots.set_data(n.line, range(reached))
    for k, arrow in enumerate(artists.arrows):
        drawn = k + 1 < reached and n.per_test > 0.01  # an arrow without length is only its dot
        arrow.set_visible(drawn)
        if drawn:
            arrow.set_positions((n.line[k], k + 1), (n.line[k + 1], k + 1))
    for k, word in enumerate(artists.words):
        word.set_text(_probability(n, k) if k < reached else "")


EVIDENCE_LINE = Demo(
    number="D1.3",
    title="The evidence line",
    controls=[
        Range("prior", "prior probability", values=RARE_TO_EVEN, default=0.01),
        Range(
            "sensitivity",
            "sensitivity",
            values=(*(percent / 100 for percent in range(50, 100)), 0.995, 0.999),
            default=0.99,
        ),
        Range("false_positive_rate", "false positive rate", values=RARE_TO_EVEN, default=0.05),
        Range("positive_tests", "positive tests", values=range(MOST_TESTS + 1), default=1),
    ],
    compute=_evidence_numbers,
    describe=_describe_evidence,
    draw=_draw_evidence,
    update=_update_evidence,
    scene=_evidence_end,
    height=3.1,
)


# ---------------------------------------------------------------------------------------------- D1.4
SIDE = 8
SQUARES = SIDE * SIDE


def _submarine_numbers(misses: int) -> SimpleNamespace:
    left = SQUARES - misses
    last = surprisal(left / (left + 1)) if misses else 0.0
    from_misses, from_hit = surprisal(left / SQUARES), surprisal(1 / left)
    return SimpleNamespace(
        misses=misses,
        last_miss=last,
        from_misses=from_misses,
        from_hit=from_hit,
        total=from_misses + from_hit,
    )


def _describe_submarine(n: Any) -> str:
    count = "1 miss" if n.misses == 1 else f"{n.misses} misses"
    last = f" (the last one {n.last_miss:.4f})" if n.misses > 1 else ""
    return f"{count}: {n.from_misses:.4f} bits{last}, hit: {n.from_hit:.4f} bits, total {n.total:.4f} bits"


def _draw_submarine(figure: Figure, n: Any) -> SimpleNamespace:
    sea, bill = figure.subplots(1, 2, width_ratios=[1, 1.55])
    sea.set(xlim=(0, SIDE), ylim=(SIDE, 0), aspect="equal", xticks=[], yticks=[], facecolor="#EAF4FA")
    sea.set_title("One submarine")
    for place in range(SIDE + 1):
        sea.plot([place, place], [0, SIDE], color="white", lw=2)
        sea.plot([0, SIDE], [place, place], color="white", lw=2)
    sea.spines[:].set_visible(False)

    misses = np.arange(SQUARES)
    nothing_there = surprisal((SQUARES - misses) / SQUARES)
    bill.fill_between(misses, nothing_there, color="#D5D5D5", lw=0)
    bill.fill_between(misses, nothing_there, surprisal(1 / SQUARES), color="#CFE3F1", lw=0)
    bill.set(
        xlim=(-2, SQUARES + 1), ylim=(0, 7.2), xlabel="misses before the hit", ylabel="information (bits)"
    )
    bill.set(title="Together always 6 bits", xticks=[0, 16, 32, 48, 63], yticks=range(7))
    bill.text(2, 6.15, "from the hit", color=P_COLOUR, va="bottom", weight="bold")
    bill.text(62, 6.15, "from the misses", color=QUIET_COLOUR, va="bottom", ha="right", weight="bold")

    searched = sea.plot([], [], "x", color=INK, ms=8, mew=1.6)[0]
    tower = sea.add_patch(Rectangle((0, 0), 0.2, 0.25, color=Q_COLOUR, lw=0))
    hull = sea.add_patch(Ellipse((0, 0), 0.84, 0.36, color=Q_COLOUR, lw=0))
    bars = [
        bill.add_patch(
            Rectangle((0, 0), 2.4, 0, facecolor=QUIET_COLOUR, edgecolor="white", hatch="xxx", lw=0)
        ),
        bill.add_patch(Rectangle((0, 0), 2.4, 0, facecolor=P_COLOUR, lw=0)),
    ]
    shades = sea.imshow(
        np.zeros((SIDE, SIDE)), extent=(0, SIDE, SIDE, 0), cmap="Greys", vmin=0, vmax=1, alpha=0.0, zorder=0
    )
    return SimpleNamespace(shades=shades, searched=searched, tower=tower, hull=hull, bars=bars)


def _update_submarine(artists: Any, n: Any) -> None:
    row, place = np.divmod(np.arange(n.misses), SIDE)
    artists.searched.set_data(place + 0.5, row + 0.5)
    alpha = np.zeros(SQUARES)
    alpha[: n.misses] = 0.5
    artists.shades.set_data(np.full((SIDE, SIDE), 0.6))
    artists.shades.set_alpha(alpha.reshape(SIDE, SIDE))
    row, place = divmod(n.misses, SIDE)  # row by row; the hit is the next square
    artists.hull.set_center((place + 0.5, row + 0.6))
    artists.tower.set_xy((place + 0.42, row + 0.22))
    for bar, bottom, height in zip(
        artists.bars, (0, n.from_misses), (n.from_misses, n.from_hit), strict=True
    ):
        bar.set_bounds(n.misses - 1.2, bottom, 2.4, height)


SUBMARINE = Demo(
    number="D1.4",
    title="The submarine",
    controls=[Range("misses", "misses before the hit", values=range(SQUARES), default=0)],
    compute=_submarine_numbers,
    describe=_describe_submarine,
    draw=_draw_submarine,
    update=_update_submarine,
    height=3.0,
)
