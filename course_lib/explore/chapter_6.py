"""Demos of chapter 6, the information bottleneck."""

import string
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from course_lib import datasets, records
from course_lib.bottleneck import Drawers, information_bottleneck, sequential_bottleneck
from course_lib.channels import binary_symmetric_channel, in_series
from course_lib.controls import Choice, Range, Toggle, one_two_five_grid
from course_lib.distributions import FloatArray
from course_lib.explore.engine import Demo
from course_lib.figures import (
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    ENTROPY_FILL,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    Q_COLOUR,
    QUIET_COLOUR,
    corners,
    draw_information_plane,
    margins,
    move_information_path,
)
from course_lib.measures import entropy, mutual_information

LOST: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "edgecolor": INK, "lw": 1.0}
KEPT: dict[str, Any] = {"facecolor": ENTROPY_FILL, "edgecolor": INK, "lw": 1.0}


# ---------------------------------------------------------------------------------------------- D6.1
CHANCES = (0.95, 0.80, 0.20, 0.05)  # P(y = 1 | x) of four equally likely x
TABLE = np.array([[1 - chance, chance] for chance in CHANCES]) / 4
# Forty steps to a power of ten, round numbers, and finer steps where the summary changes its kind.
BETAS = tuple(
    sorted(
        {float(f"{10 ** (step / 40):.3g}") for step in range(81)}
        | {*one_two_five_grid(1, 100, 1.5, 1.7, 1.71, 1.72, 1.75, 1.8, 3, 4, 8, 15, 16, 18.5, 30, 32, 64)}
    )
)
SAME = 5e-3  # summaries t whose P(y = 1 | t) differ by less are one and the same, split by chance
SHADES = LinearSegmentedColormap.from_list("chances", ["white", ENTROPY_FILL])


class Summary(NamedTuple):
    """One point of the bottleneck's curve: bits of X, bits about Y, and p(t|x) with equal t as one."""

    i_xt: float
    i_ty: float
    encoder: FloatArray


@cache
def _summaries() -> dict[float, Summary]:
    """Return the best summary for every β of the slider: 0.03 s, so it can wait for the first picture."""
    # Just above the onset the last steps are short; a looser tolerance would leave twins up to 0.0025 apart.
    found = information_bottleneck(TABLE, BETAS, tolerance=1e-14)
    points = zip(found.i_xt.tolist(), found.i_ty.tolist(), map(_merged, found.encoder), strict=True)
    return {beta: Summary(*point) for beta, point in zip(BETAS, points, strict=True)}


def _merged(encoder: FloatArray) -> FloatArray:
    """Add up the columns that tell the same about Y, and order them from likely to unlikely y = 1."""
    p_t = encoder.mean(axis=0)
    used = encoder[:, p_t > 1e-9]
    tells = used.T @ TABLE[:, 1] / used.mean(axis=0)
    order = np.argsort(-tells)
    kinds = np.cumsum(np.diff(-tells[order], prepend=-tells[order[0]]) > SAME)
    return np.stack([used[:, order[kinds == kind]].sum(axis=1) for kind in range(kinds[-1] + 1)], axis=1)


@cache
def _curve() -> tuple[FloatArray, FloatArray]:
    summaries = list(_summaries().values())
    return np.array([s.i_xt for s in summaries]), np.array([s.i_ty for s in summaries])


def _dial_numbers(beta: float) -> SimpleNamespace:
    summary = _summaries()[beta]
    i_xy = float(mutual_information(TABLE))
    return SimpleNamespace(
        beta=beta,
        i_xt=summary.i_xt,
        i_ty=summary.i_ty,
        encoder=summary.encoder,
        h_x=float(entropy(TABLE.sum(axis=1))),
        i_xy=i_xy,
        share=summary.i_ty / i_xy,
    )


def _beta(beta: float) -> str:
    return f"{beta:.1f}" if beta in (1.7, 1.8) or round(beta, 1) == beta else f"{beta:.2f}"


def _describe_dial(n: Any) -> str:
    return (
        f"β {_beta(n.beta)}: keeps {n.i_xt:.3f} of {n.h_x:.0f} bits of X, "
        f"{n.i_ty:.3f} of {n.i_xy:.3f} bits about Y ({100 * n.share:.1f} %)"
    )


def _details_of_dial(n: Any) -> str:
    rows = (f"x{k + 1} {', '.join(f'{p:.2f}' for p in row)}" for k, row in enumerate(n.encoder))
    return f"p(t|x), one number for each t: {'; '.join(rows)}."


def _draw_dial(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=3.8, top=3.5, between=5.6)
    plane, table = figure.subplots(1, 2, width_ratios=[1.75, 1], gridspec_kw=places)
    above: dict[str, Any] = {"va": "top", "weight": "bold"}
    figure.text(0.01, 0.99, "Minimise I(X;T) − β·I(T;Y): large β keeps more", **above)
    plane.set_title("Best for each β (dashes: slope 1/β)", weight="normal")
    draw_information_plane(plane, *_curve(), h_x=n.h_x, i_xy=n.i_xy)
    table.set(xlim=(0, 1), ylim=(4, 0), xticks=[], xlabel="t, one per column")
    table.set_title("p(t|x)", weight="normal")
    table.set_yticks(np.arange(4) + 0.5, [f"{chance:.2f}" for chance in CHANCES])
    table.set_ylabel("x, by its P(y = 1|x)")
    table.tick_params(length=0)
    table.spines[:].set_visible(False)
    cells = PolyCollection([], edgecolor="white", lw=2.0)
    table.add_collection(cells, autolim=False)
    middle: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": "small"}
    return SimpleNamespace(
        tangent=plane.plot([], [], "--", color=QUIET_COLOUR, lw=1.6)[0],
        point=plane.plot([0], [0], "o", color=Q_COLOUR, mec=INK, clip_on=False, zorder=5)[0],
        cells=cells,
        shares=[table.text(0, 0, "", **middle) for _ in range(TABLE.shape[0] ** 2)],
    )


def _update_dial(artists: Any, n: Any) -> None:
    reach = np.array([-0.35, 0.35]) * min(1.0, n.beta / 4)
    artists.tangent.set_data(n.i_xt + reach, n.i_ty + reach / n.beta)
    artists.point.set_data([n.i_xt], [n.i_ty])
    low, column = np.indices(n.encoder.shape).reshape(2, -1).astype(float)
    width = 1 / n.encoder.shape[1]
    artists.cells.set_verts(list(corners(column * width, (column + 1) * width, low, low + 1)))
    artists.cells.set_facecolor(SHADES(n.encoder.ravel()))
    for text in artists.shares[len(low) :]:
        text.set_text("")
    for text, x, y, share in zip(artists.shares, column, low, n.encoder.ravel(), strict=False):
        text.set_position(((x + 0.5) * width, y + 0.5))
        text.set_text(f"{share:.2f}")


BOTTLENECK_DIAL = Demo(
    number="D6.1",
    title="The β dial",
    controls=[Range("beta", "β, worth of a bit about Y", values=BETAS, default=5.0, text=_beta)],
    compute=_dial_numbers,
    describe=_describe_dial,
    details=_details_of_dial,
    draw=_draw_dial,
    update=_update_dial,
    height=3.7,
)


# ---------------------------------------------------------------------------------------------- D6.2
SYMBOLS = string.ascii_lowercase + " "
MOST_DRAWERS = 8
RESTARTS = 20
LETTERS_IN_A_LINE = {1: 9, 2: 6, 3: 4, 4: 3}  # by number of drawers; 2 for more


@cache
def _pairs(space: bool) -> FloatArray:
    """Return how often each pair of neighbours occurs in the course's text, as shares of all such pairs."""
    numbers = np.array([SYMBOLS.index(symbol) for symbol in datasets.python_text().letters])
    counts = np.bincount(27 * numbers[:-1] + numbers[1:], minlength=27 * 27).reshape(27, 27)
    kept = counts if space else counts[:26, :26]
    return np.asarray(kept / kept.sum())


@lru_cache(maxsize=2 * MOST_DRAWERS)
def _sorted_into(drawers: int, space: bool) -> Drawers:
    return sequential_bottleneck(_pairs(space), drawers, restarts=RESTARTS)


def _drawer_numbers(drawers: int, include_space: bool) -> SimpleNamespace:
    table = _pairs(include_space)
    found = _sorted_into(drawers, include_space)
    names = SYMBOLS[: len(table)].replace(" ", "␣")
    return SimpleNamespace(
        drawers=drawers,
        include_space=include_space,
        symbols=names,
        drawer=found.drawer,
        contents=["".join(np.array(list(names))[found.drawer == k]) for k in range(drawers)],
        i_xt=found.i_xt,
        i_ty=found.i_ty,
        h_x=float(entropy(table.sum(axis=1))),
        i_xy=float(mutual_information(table)),
        by_count=[_sorted_into(k, include_space).i_ty for k in range(1, MOST_DRAWERS + 1)],
    )


def _describe_drawers(n: Any) -> str:
    what = "symbol" if n.include_space else "letter"
    return (
        f"{n.drawers} {'drawer' if n.drawers == 1 else 'drawers'}: {' | '.join(n.contents)}; "
        f"keeps {n.i_ty:.3f} of {n.i_xy:.3f} bits about the next {what} ({100 * n.i_ty / n.i_xy:.0f} %), "
        f"{n.i_xt:.3f} of {n.h_x:.3f} bits of the {what} (best of {RESTARTS} starts)"
    )


def _draw_drawers(figure: Figure, n: Any) -> SimpleNamespace:
    size = float(rcParams["font.size"])
    places = margins(figure, columns=2, left=0.6, between=4.4)
    chest, bars = figure.subplots(1, 2, width_ratios=[2.4, 1], gridspec_kw=places)
    chest.set(xlim=(-0.01, 1.01), ylim=(5.6, -0.1), xticks=[], yticks=[])
    chest.set_title("Sorted by what each tells about the next", weight="normal")
    chest.spines[:].set_visible(False)
    chest.set_xlabel("the drawers")
    spots = np.arange(1, MOST_DRAWERS + 1)
    bars.set(xlim=(0.4, 8.6), ylim=(0, 1.08), xlabel="drawers", xticks=spots)
    bars.set_title("Bits kept about it", weight="normal")
    boxes = PolyCollection([], facecolor="#F4F4F4", edgecolor=INK, lw=1.6)
    chest.add_collection(boxes, autolim=False)
    letter: dict[str, Any] = {"ha": "center", "va": "baseline", "fontsize": 1.2 * size}
    other: dict[str, Any] = {"facecolor": "white", "edgecolor": QUIET_COLOUR, "lw": 1.0}
    return SimpleNamespace(
        boxes=boxes,
        letters=[chest.text(0, 0, symbol, **letter) for symbol in SYMBOLS.replace(" ", "␣")],
        line=bars.axhline(n.i_xy, color=QUIET_COLOUR, ls="--", lw=1.6),
        others=list(bars.bar(spots, n.by_count, 0.72, **other)),
        bar=bars.add_patch(Rectangle((0, 0), 0.72, 0, **KEPT)),
        number=bars.text(0.5, 0, "", va="bottom", weight="bold", fontsize="small"),
    )


def _update_drawers(artists: Any, n: Any) -> None:
    edges = np.arange(n.drawers) / n.drawers
    gap, floor = 0.008, np.zeros(n.drawers)
    artists.boxes.set_verts(list(corners(edges + gap, edges + 1 / n.drawers - gap, floor, floor + 5.5)))
    places = _letter_places(n.drawer, n.drawers)
    for text, place in zip(artists.letters, places, strict=False):
        text.set_position(place)
    artists.letters[-1].set_visible(n.include_space)
    artists.line.set_ydata([n.i_xy, n.i_xy])
    for bar, kept in zip(artists.others, n.by_count, strict=True):
        bar.set_height(kept)
    artists.bar.set_bounds(n.drawers - 0.36, 0, 0.72, n.i_ty)
    artists.number.set_text(f"{n.i_ty:.3f} of {n.i_xy:.3f}")
    artists.number.set_y(n.i_xy)


def _letter_places(drawer: NDArray[np.int64], drawers: int) -> list[tuple[float, float]]:
    """Place each letter in its drawer: line by line, in the order of the alphabet."""
    a_line = LETTERS_IN_A_LINE.get(drawers, 2)
    lines = -(-int(np.bincount(drawer).max()) // a_line)
    pitch = min(1.0, 5.4 / lines)  # another Python's text may fill a drawer more
    filled = [0] * drawers
    places = []
    for k in drawer.tolist():
        line, column = divmod(filled[k], a_line)
        places.append(((k + (column + 0.75) / (a_line + 0.5)) / drawers, pitch * (line + 0.85)))
        filled[k] += 1
    return places


@cache
def letter_drawers() -> Demo:
    """Return demo D6.2. A function, so that only those who open it have the letters sorted."""
    for space in (True, False):
        _drawer_numbers(1, space)
    return Demo(
        number="D6.2",
        title="Letter drawers",
        controls=[
            Range("drawers", "drawers K", values=tuple(range(1, MOST_DRAWERS + 1)), default=3),
            Toggle("include_space", "include space"),
        ],
        compute=_drawer_numbers,
        describe=_describe_drawers,
        draw=_draw_drawers,
        update=_update_drawers,
        height=3.4,
    )


# ---------------------------------------------------------------------------------------------- D6.3
KINDS = {"tanh": "tanh", "ReLU": "relu"}
EPOCHS = records.EPOCHS
MARKED_EPOCHS = (0, 3, 10, 30, 100, 300, 1200)
LOWEST_ACCURACY = 0.2
RULERS = {10: "10", 30: "30", 60: "60", 100: "100", 10**6: "10⁶", 10**9: "10⁹"}


def _ruler(bins: float) -> str:
    return RULERS[int(bins)]


def _network_numbers(activation: str, layer: int, bins: float, epoch: float, run: int) -> SimpleNamespace:
    record = records.load("information_planes")
    where = (
        record["activations"].tolist().index(KINDS[activation]),
        record["seeds"].tolist().index(run),
    )
    at = record["layers"].tolist().index(layer), record["bins"].tolist().index(int(bins))
    i_xt, i_ty = (record[name][where][:, at[0], at[1]] for name in ("i_xt", "i_ty"))
    now = record["epochs"].tolist().index(int(epoch))
    accuracy = record["test_accuracy"][where]
    return SimpleNamespace(
        activation=activation,
        layer=layer,
        bins=int(bins),
        run=run,
        epoch=int(epoch),
        now=now,
        i_xt=i_xt,
        i_ty=i_ty,
        accuracy=accuracy,
    )


@cache
def _entropies() -> tuple[float, float]:
    """Return H(X) and H(Y) of the networks' task, in bits."""
    patterns, large = records.product_task()
    return float(np.log2(len(patterns))), float(entropy(np.bincount(large), normalize=True))


def _describe_network(n: Any) -> str:
    h_x, h_y = _entropies()
    return (
        f"{n.activation}, run {n.run}, layer {n.layer}, {_ruler(n.bins)} bins per unit, epoch {n.epoch}: "
        f"I(X;T) = {n.i_xt[n.now]:.3f} of {h_x:.0f} bits, I(T;Y) = {n.i_ty[n.now]:.3f} of {h_y:.3f} bits; "
        f"test accuracy {n.accuracy[n.now]:.3f} (recorded)"
    )


def _details_of_network(n: Any) -> str:
    seen = [EPOCHS.index(epoch) for epoch in MARKED_EPOCHS if epoch <= n.epoch]
    steps = (f"{EPOCHS[k]}: {n.i_xt[k]:.2f} bits, {n.accuracy[k]:.3f}" for k in seen)
    return f"So far, by epoch, I(X;T) by this ruler and test accuracy: {'; '.join(steps)}."


def _draw_network(figure: Figure, n: Any) -> SimpleNamespace:
    h_x, h_y = _entropies()
    places = margins(figure, columns=2, left=3.6, right=1.4, between=5.2)
    plane, accuracy = figure.subplots(1, 2, width_ratios=[1.6, 1], gridspec_kw=places)
    path = draw_information_plane(plane, n.i_xt, n.i_ty, h_x=h_x, i_xy=h_y, checkpoints=True)
    plane.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    plane.set_title("Recorded run, one dot per checkpoint", weight="normal")
    accuracy.set(xlim=(-0.6, len(EPOCHS) - 0.4), ylim=(LOWEST_ACCURACY, 1.02), xlabel="epoch (uneven steps)")
    accuracy.set_title("Test accuracy", weight="normal")
    named = [epoch for epoch in MARKED_EPOCHS if epoch != 300]  # too close to the last one
    accuracy.set_xticks([EPOCHS.index(epoch) for epoch in named], list(map(str, named)))
    return SimpleNamespace(
        path=path,
        trace=accuracy.plot(n.accuracy, color=GOOD_COLOUR)[0],
        here=accuracy.axvline(0, color=QUIET_COLOUR, ls=":", lw=1.4),
        dot=accuracy.plot([], [], "D", color=Q_COLOUR, mec=INK, clip_on=False, zorder=5)[0],
    )


def _update_network(artists: Any, n: Any) -> None:
    seen = slice(n.now + 1)
    move_information_path(artists.path, n.i_xt[seen], n.i_ty[seen])
    artists.trace.set_data(np.arange(n.now + 1), n.accuracy[seen])
    artists.here.set_xdata([n.now, n.now])
    artists.dot.set_data([n.now], [n.accuracy[n.now]])


TWO_RULERS = Demo(
    number="D6.3",
    title="Two rulers for one network",
    controls=[
        Choice("activation", "activation", options=tuple(KINDS), default="tanh"),
        Range("epoch", "epoch", values=EPOCHS, default=0),
        Range("bins", "ruler: bins per unit", values=tuple(RULERS), default=30, text=_ruler),
        Choice("layer", "layer", options=(3, 4, 5), default=5),
        Choice("run", "run", options=(0, 1, 2), default=0),
    ],
    compute=_network_numbers,
    describe=_describe_network,
    details=_details_of_network,
    draw=_draw_network,
    update=_update_network,
    height=3.5,
)


# ---------------------------------------------------------------------------------------------- D6.4
FLIPS = tuple(percent / 100 for percent in range(51))
DECODERS = {  # all there are without tossing a coin; a coin could only mix them
    "as it is": np.array([[1.0, 0.0], [0.0, 1.0]]),
    "swapped": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "always 0": np.array([[1.0, 0.0], [1.0, 0.0]]),
    "always 1": np.array([[0.0, 1.0], [0.0, 1.0]]),
}
LEVELS = (1, 0)  # how high 0 and 1 stand in the drawing
PLACES = ("X", "T", "Z", "guess G")


def _chain_numbers(f1: float, f2: float, decoder: str) -> SimpleNamespace:
    first, second = binary_symmetric_channel(f1), binary_symmetric_channel(f2)
    links = [first, second, DECODERS[decoder]]
    reached = [np.eye(2), first, in_series(first, second), in_series(*links)]
    return SimpleNamespace(
        f1=f1,
        f2=f2,
        decoder=decoder,
        links=links,
        bits=[float(mutual_information(channel / 2)) for channel in reached],
    )


def _describe_chain(n: Any) -> str:
    _, i_xt, i_xz, i_xg = n.bits
    return (
        f"Flips {n.f1:.2f} and {n.f2:.2f}: I(X;T) = {i_xt:.4f}, I(X;Z) = {i_xz:.4f} bits; "
        f"Z decoded {n.decoder}: I(X;G) = {i_xg:.4f} bits"
    )


def _draw_chain(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, left=4.2, bottom=2.2) | {"hspace": 0.12}
    chain, bars = figure.subplots(2, 1, sharex=True, height_ratios=[1, 1.25], gridspec_kw=places)
    chain.set(xlim=(-0.5, 3.5), ylim=(-0.45, 1.45), yticks=[])
    chain.set_title("A fair bit X is whispered on (hatched: lost in this step)")
    chain.tick_params(length=0, labelbottom=False)
    chain.spines[:].set_visible(False)
    spots = np.arange(4)
    ring = 1.9 * float(rcParams["font.size"])
    chain.plot(np.repeat(spots, 2), [0, 1] * 4, "o", ms=ring, color="white", mec=INK, mew=1.6)
    for spot in spots:
        for bit, level in enumerate(LEVELS):
            chain.text(spot, level, str(bit), ha="center", va="center_baseline")
    bars.set(ylim=(0, 1.3), ylabel="bits about X", yticks=[0, 0.5, 1])
    bars.set_xticks(spots, PLACES)
    bars.tick_params("x", length=0)
    bars.bar(0, 1, 0.5, **KEPT)
    bars.text(0, 1.03, "1.0000", ha="center", va="bottom")
    return SimpleNamespace(
        right=chain.add_collection(LineCollection([], colors=P_COLOUR)),
        wrong=chain.add_collection(LineCollection([], colors=Q_COLOUR, linestyles="--")),
        kept=[bars.add_patch(Rectangle((spot - 0.25, 0), 0.5, 0, **KEPT)) for spot in spots[1:]],
        lost=[bars.add_patch(Rectangle((spot - 0.25, 0), 0.5, 0, **LOST)) for spot in spots[1:]],
        numbers=[bars.text(spot, 0, "", ha="center", va="bottom") for spot in spots[1:]],
    )


def _between(step: int, start: int, end: int) -> list[tuple[float, float]]:
    """Return the line from a ring of one column to a ring of the next, without their insides."""
    rise = LEVELS[end] - LEVELS[start]
    return [(step + part, LEVELS[start] + part * rise) for part in (0.13, 0.87)]


def _update_chain(artists: Any, n: Any) -> None:
    for lines, crossing in ((artists.right, False), (artists.wrong, True)):
        ways = [
            (_between(k, a, b), 7 * link[a, b])
            for k, link in enumerate(n.links)
            for a in (0, 1)
            for b in (0, 1)
            if (a != b) == crossing and link[a, b] > 0
        ]
        lines.set_segments([segment for segment, _ in ways])
        lines.set_linewidths([width for _, width in ways] or [1])
    rows = zip(artists.kept, artists.lost, artists.numbers, n.bits, n.bits[1:], strict=False)
    for kept, lost, text, before, after in rows:
        kept.set_height(after)
        lost.set_y(after)
        lost.set_height(max(before - after, 0.0))
        text.set_text(f"{after:.4f}")
        text.set_y(before + 0.03)


WHISPER_CHAIN = Demo(
    number="D6.4",
    title="Whisper chain",
    controls=[
        Range("f1", "flip f₁ from X to T", values=FLIPS, default=0.1, text="{:.2f}".format),
        Range("f2", "flip f₂ from T to Z", values=FLIPS, default=0.1, text="{:.2f}".format),
        Choice("decoder", "decoder of Z", options=tuple(DECODERS), default="as it is"),
    ],
    compute=_chain_numbers,
    describe=_describe_chain,
    draw=_draw_chain,
    update=_update_chain,
    height=3.6,
)
