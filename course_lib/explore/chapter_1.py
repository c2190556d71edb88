"""Demos of chapter 1, surprise."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from course_lib.controls import Choice, Range, one_two_five_grid
from course_lib.explore.engine import Demo
from course_lib.figures import P_COLOUR, QUIET_COLOUR
from course_lib.measures import surprisal

POWERS_OF_TWO = tuple(2.0**-k for k in range(11))


# ---------------------------------------------------------------------------------------------- D1.1
def _dial_numbers(p: float, unit: str) -> SimpleNamespace:
    in_units = {name: surprisal(p, unit=name) for name in ("bits", "nats", "hartleys")}
    return SimpleNamespace(p=p, unit=unit, surprise=in_units[unit], **in_units)


def _describe_dial(n: Any) -> str:
    decimals = max(4, 1 - math.floor(math.log10(n.p)))
    return f"p = {n.p:.{decimals}f} → {n.bits:.3f} bits = {n.nats:.3f} nats = {n.hartleys:.3f} hartley"


MOST_COINS = 11


def _draw_dial(figure: Figure, n: Any) -> SimpleNamespace:
    curve, coins = figure.subplots(2, 1, height_ratios=[3, 1])
    grid = np.geomspace(1e-3, 1, 300)
    curve.plot(grid, surprisal(grid, unit=n.unit), color=P_COLOUR)
    curve.set(
        xscale="log",
        xlabel="probability p (log scale)",
        ylabel=f"surprise ({n.unit})",
        title="Every halving of p adds the same amount of surprise",
    )
    curve.set_xticks([1e-3, 1e-2, 1e-1, 0.5, 1], ["0.001", "0.01", "0.1", "0.5", "1"])
    curve.minorticks_off()
    coins.set(xlim=(-0.7, MOST_COINS), ylim=(-0.7, 1.3), aspect="equal")
    coins.axis("off")
    spots = np.arange(MOST_COINS)
    coins.scatter(spots, np.zeros(MOST_COINS), s=330, facecolor="none", edgecolor=QUIET_COLOUR, lw=1)
    dot = curve.plot([n.p], [n.surprise], "o", ms=12, color=P_COLOUR, markeredgecolor="white")[0]
    heads = [coins.scatter([i], [0], s=330, color=P_COLOUR) for i in spots]
    letters = [coins.text(i, 0, "H", color="white", ha="center", va="center", weight="bold") for i in spots]
    words = coins.text(-0.4, 0.75, "", va="bottom")
    return SimpleNamespace(dot=dot, heads=heads, letters=letters, words=words)


def _update_dial(artists: Any, n: Any) -> None:
    artists.dot.set_data([n.p], [n.surprise])
    for i, (head, letter) in enumerate(zip(artists.heads, artists.letters, strict=True)):
        part = min(1.0, max(0.0, n.bits - i))  # the last coin is filled in part
        head.set_alpha(part)
        letter.set_alpha(float(part == 1))
    artists.words.set_text(f"as surprising as {n.bits:.2f} heads in a row")


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
