"""Demos of chapter 2, entropy."""

import math
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullLocator
from numpy.typing import NDArray

from course_lib import datasets
from course_lib.codes import code_lengths, huffman_code
from course_lib.controls import (
    Action,
    Choice,
    GovernedRange,
    Preset,
    Range,
    Toggle,
    Weights,
    one_two_five_grid,
)
from course_lib.estimators import entropy_from_counts
from course_lib.explore.engine import Demo
from course_lib.explore.wording import signed
from course_lib.figures import (
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    ENTROPY_FILL,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    PAPER,
    Q_COLOUR,
    QUIET_COLOUR,
    margins,
)
from course_lib.measures import entropy, information_gain

FloatArray = NDArray[np.float64]


# ---------------------------------------------------------------------------------------------- D2.1
NAMES = "ABCDEFGH"
PEAK = math.log2(math.e) / math.e  # the most that p · (−log₂ p) can be, reached at p = 1/e
LEVELS = {1.0: 0.7729, 1.5: 0.5}  # bits of a contour line: p(C) where it crosses p(A) = p(B)
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, math.sqrt(0.75)]])


def _shape_numbers(outcomes: int, weights: list[int]) -> SimpleNamespace:
    used = weights[:outcomes]
    if sum(used) == 0:
        raise ValueError("All weights are 0, so there is no distribution: give one outcome a weight above 0.")
    p = np.array(used) / sum(used)
    contributions = np.array([_contribution(p_x) for p_x in p])
    bits = float(entropy(p))
    return SimpleNamespace(
        outcomes=outcomes,
        weights=used,
        p=p,
        contributions=contributions,
        entropy=bits,
        most=math.log2(outcomes),
        effective_outcomes=2**bits,
    )


def _contribution(p: float) -> float:
    return -p * math.log2(p) + 0.0 if p > 0 else 0.0


def _describe_shape(n: Any) -> str:
    return (
        f"Weights {' : '.join(map(str, n.weights))} → H = {n.entropy:.4f} bits "
        f"= {100 * n.entropy / n.most:.1f} % of log₂ {n.outcomes} = {n.most:.4f}; "
        f"2^H = {n.effective_outcomes:.2f} effective outcomes"
    )


def _details_of_shape(n: Any) -> str:
    shares = ", ".join(
        f"{name} {p:.2f} → {share:.3f}" for name, p, share in zip(NAMES, n.p, n.contributions, strict=False)
    )
    return f"Probability → share of H in bits: {shares}."


def _draw_shape(figure: Figure, n: Any) -> SimpleNamespace:
    if n.outcomes == 3:
        frame = margins(figure, columns=3, left=2.5, bottom=2.0, between=2.5)
        chances, shares, triangle = figure.subplots(1, 3, width_ratios=[1, 1.25, 1.1], gridspec_kw=frame)
    else:
        frame = margins(figure, columns=2, left=2.5, bottom=2.0, between=2.5)
        (chances, shares), triangle = figure.subplots(1, 2, width_ratios=[1, 1.2], gridspec_kw=frame), None
    spots = range(n.outcomes)
    box: dict[str, Any] = {"edgecolor": "white", "linewidth": 1.0}
    p_bars = list(chances.bar(spots, n.p, width=0.8, color=P_COLOUR, **box))
    chances.set(ylim=(0, 1.12), yticks=[0, 0.5, 1], title="Probability p")
    chances.set_xticks(spots, NAMES[: n.outcomes])
    share_bars = list(shares.bar(spots, n.p, width=0.8, color=ENTROPY_FILL, edgecolor=INK, linewidth=1.0))
    column = list(
        shares.bar(
            [n.outcomes] * n.outcomes, n.p, width=0.8, color=ENTROPY_FILL, edgecolor=INK, linewidth=1.0
        )
    )
    shares.set(ylim=(0, 1.15 * n.most), title="Share p · (−log₂ p) of H, bits")
    shares.yaxis.set_major_locator(MultipleLocator(0.5))
    shares.set_xticks([*spots, n.outcomes], [*NAMES[: n.outcomes], "sum"])
    shares.axhline(n.most, color=QUIET_COLOUR, ls="--", lw=1.4)
    shares.text(-0.4, 1.01 * n.most, f"at most log₂ {n.outcomes}", va="bottom", fontsize="small")
    shares.plot([-0.5, n.outcomes - 0.5], [PEAK, PEAK], color=QUIET_COLOUR, ls=":", lw=1.4)
    shares.text(-0.4, PEAK * 1.03, "most for one: 0.531", va="bottom", fontsize="small", color=QUIET_COLOUR)
    small: dict[str, Any] = {
        "ha": "center",
        "va": "bottom",
        "fontsize": "x-small" if n.outcomes == 8 else "small",
    }
    return SimpleNamespace(
        p_bars=p_bars,
        share_bars=share_bars,
        column=column,
        p_texts=[chances.text(k, 0, "", **small) for k in spots],
        total=shares.text(n.outcomes, 0, "", ha="center", va="bottom", weight="bold", **PAPER),
        dot=[] if triangle is None else _draw_triangle(triangle),
    )


def _draw_triangle(axes: Any) -> Any:
    """Map H over every distribution of three outcomes; return the dot that marks the current one."""
    steps = 48
    grid = np.array([(i, j, steps - i - j) for i in range(steps + 1) for j in range(steps + 1 - i)]) / steps
    x, y = (grid @ CORNERS).T
    bits = np.asarray(entropy(grid))
    shades = LinearSegmentedColormap.from_list("entropy", ["white", ENTROPY_FILL])
    axes.tripcolor(x, y, bits, cmap=shades, shading="gouraud")
    axes.tricontour(x, y, bits, levels=list(LEVELS), colors=INK, linewidths=0.8)
    for level, p_c in LEVELS.items():
        axes.text(0.5, p_c * CORNERS[2, 1], f"{level}", ha="center", va="center", fontsize="small", **PAPER)
    axes.plot(*CORNERS[[0, 1, 2, 0]].T, color=INK, lw=1.0)
    for name, (corner_x, corner_y), (dx, dy) in zip("ABC", CORNERS, ((-7, -7), (7, -7), (0, 8)), strict=True):
        axes.annotate(
            name, (corner_x, corner_y), (dx, dy), textcoords="offset points", ha="center", va="center"
        )
    axes.set(xlim=(-0.12, 1.12), ylim=(-0.12, 1.0), aspect="equal", title="H of all (A, B, C)")
    axes.axis("off")
    return axes.plot([0.5], [0.3], "o", ms=11, color=Q_COLOUR, markeredgecolor="white", markeredgewidth=1.5)


def _update_shape(artists: Any, n: Any) -> None:
    height = 0.0
    for k, (p, share) in enumerate(zip(n.p, n.contributions, strict=True)):
        artists.p_bars[k].set_height(p)
        artists.p_texts[k].set_text(f"{p:.2f}")
        artists.p_texts[k].set_y(p + 0.01)
        artists.share_bars[k].set_height(share)
        artists.column[k].set_y(height)
        artists.column[k].set_height(share)
        height += share
    artists.total.set_text(f"{n.entropy:.3f}")
    artists.total.set_y(height + 0.01 * n.most)
    for dot in artists.dot:
        x, y = n.p @ CORNERS
        dot.set_data([x], [y])


SHAPE_A_DISTRIBUTION = Demo(
    number="D2.1",
    title="Shape a distribution",
    controls=[
        Choice("outcomes", "number of outcomes", options=(2, 3, 4, 8), default=3),
        Weights("weights", "weights", outcomes=tuple(NAMES), default=(1,) * 8, count_from="outcomes"),
        Preset("uniform", "uniform", sets={"weights": [1] * 8}),
        Preset("one_certain", "one certain", sets={"weights": [1] + [0] * 7}),
    ],
    compute=_shape_numbers,
    describe=_describe_shape,
    details=_details_of_shape,
    draw=_draw_shape,
    update=_update_shape,
    scene=lambda n: n.outcomes,
    height=3.5,
)


# ---------------------------------------------------------------------------------------------- D2.2
LONGEST_BLOCK = 12
LONGEST_TABLE = 3  # blocks: 8 rows of code words still fit beside the picture
SMALLEST_OVERHEAD, LARGEST_OVERHEAD = 0.1, 3000.0  # per cent, ends of the logarithmic axis


def _block_probabilities(p_heads: float, length: int) -> FloatArray:
    """Probability of every block of flips, in the order HH…H, HH…T, …, TT…T."""
    blocks = np.ones(1)
    for _ in range(length):
        blocks = np.outer(blocks, [p_heads, 1 - p_heads]).ravel()
    return blocks


def _block_name(index: int, length: int) -> str:
    return format(index, f"0{length}b").replace("0", "H").replace("1", "T")


def _coin_numbers(p_heads: float, block_length: int) -> SimpleNamespace:
    floor = float(entropy([p_heads, 1 - p_heads]))
    rates = []
    for n in range(1, block_length + 1):  # longer blocks are for the learner to find out
        p = _block_probabilities(p_heads, n)
        word_lengths = code_lengths(p)
        rate = float(p @ word_lengths) / n
        rates.append(round(rate, 12))  # n = 4 is 0.49255 exactly: no coin toss for its digits
    overheads = [100 * (rate / floor - 1) for rate in rates]
    return SimpleNamespace(
        p_heads=p_heads,
        block_length=block_length,
        floor=floor,
        rates=rates,
        overheads=[
            overhead if overhead > 1e-9 else 0.0 for overhead in overheads
        ],  # what is left is round-off
        rate=rates[-1],
        table=_code_table(p_heads, block_length, word_lengths),
    )


def _short(p: float) -> str:
    return f"{p:.4f}" if p >= 0.00005 else "<.0001"


def _code_table(p_heads: float, length: int, word_lengths: Any) -> str:
    if length > LONGEST_TABLE:
        shortest, longest = word_lengths.min(), word_lengths.max()
        return (
            f"2^{length} = {2**length} blocks,\n{2**length} code words:\n\n"
            f"shortest {shortest:2d} bit{'s' if shortest > 1 else ''}\n"
            f"longest  {longest:2d} bits\n\n(table shown up\nto n = {LONGEST_TABLE})"
        )
    p = _block_probabilities(p_heads, length)
    code = huffman_code(p)
    rows = sorted(range(2**length), key=lambda block: (-round(float(p[block]), 12), block))
    lines = [f"{_block_name(k, length):<5} {_short(p[k])} {code[k]}" for k in rows]
    return "\n".join(["block p      code", *lines])


def _describe_coin(n: Any) -> str:
    overhead = n.overheads[-1]
    return (
        f"p(heads) = {n.p_heads:.2f}, n = {n.block_length}: {n.rate:.4f} bits/flip, floor {n.floor:.4f}, "
        f"overhead {overhead:.{1 if overhead >= 1 or not overhead else 2}f} %"
    )


def _draw_coin(figure: Figure, n: Any) -> SimpleNamespace:
    axes: dict[str, Any] = figure.subplot_mosaic(
        [["rate", "table"], ["overhead", "table"]],
        width_ratios=[1.8, 1],
        height_ratios=[1.25, 1],
        gridspec_kw=margins(figure, columns=2, left=3.4, between=0.8) | {"hspace": 0.26},
    )
    rate, overhead, table = axes["rate"], axes["overhead"], axes["table"]
    lengths = np.arange(1, LONGEST_BLOCK + 1)
    guarantee = rate.plot(lengths, lengths, ":", color=QUIET_COLOUR, label="H + 1/n")[0]
    floor = rate.plot([0.5, LONGEST_BLOCK + 0.5], [0, 0], "--", color=INK, lw=1.6, label="floor H")[0]
    curve = rate.plot([1], [1], "o-", color=P_COLOUR, label="Huffman code")[0]
    ring = rate.plot([1], [1], "o", ms=2.3 * curve.get_markersize(), mfc="none", mec=Q_COLOUR, mew=2.5)[0]
    rate.set(xlim=(0.4, 12.6), ylim=(0, 1.42), title="Bits per flip", xticks=lengths)
    rate.set_yticks([0, 0.5, 1])
    rate.tick_params("x", labelbottom=False)
    rate.legend(loc="upper right", ncols=3, borderpad=0, handlelength=1.6, columnspacing=1.2)
    bars = list(overhead.bar(lengths, 1.0, bottom=SMALLEST_OVERHEAD, width=0.7, color=DIVERGENCE_FILL))
    for bar in bars:
        bar.set(hatch=DIVERGENCE_HATCH, edgecolor=INK, linewidth=0.8)
    overhead.axhline(2, color=QUIET_COLOUR, ls="--", lw=1.2)
    overhead.set(
        xlim=(0.4, 12.6),
        yscale="log",
        ylim=(SMALLEST_OVERHEAD, LARGEST_OVERHEAD),
        xticks=lengths,
        xlabel="block length n",
        title="Overhead above the floor (%, log scale)",
    )
    overhead.set_yticks([0.1, 2, 10, 100, 1000], ["0.1", "2", "10", "100", "1000"])
    overhead.yaxis.set_minor_locator(NullLocator())
    table.axis("off")
    words = table.text(
        0.06, 0.98, "", family="monospace", va="top", transform=table.transAxes, linespacing=1.5
    )
    return SimpleNamespace(guarantee=guarantee, floor=floor, curve=curve, bars=bars, ring=ring, words=words)


def _update_coin(artists: Any, n: Any) -> None:
    lengths = np.arange(1, LONGEST_BLOCK + 1)
    guarantee = n.floor + 1 / lengths
    artists.guarantee.set_ydata(np.where(guarantee < 1.15, guarantee, np.nan))  # above 1 it says nothing
    artists.floor.set_ydata([n.floor, n.floor])
    artists.curve.set_data(lengths[: n.block_length], n.rates)
    artists.ring.set_data([n.block_length], [n.rate])
    for length, bar in enumerate(artists.bars, start=1):
        bar.set_visible(length <= n.block_length)
        if length > n.block_length:
            continue
        bar.set_height(max(n.overheads[length - 1] - SMALLEST_OVERHEAD, 0.0))
        bar.set_linewidth(2.6 if length == n.block_length else 0.8)
        bar.set_edgecolor(Q_COLOUR if length == n.block_length else INK)
    artists.words.set_text(n.table)


COIN_BLOCKS = Demo(
    number="D2.2",
    title="Less than one bit per flip",
    controls=[
        Range(
            "p_heads",
            "probability of heads",
            values=tuple(percent / 100 for percent in range(50, 100)),
            default=0.90,
            text="{:.2f}".format,
        ),
        Range("block_length", "block length n", values=tuple(range(1, LONGEST_BLOCK + 1)), default=1),
    ],
    compute=_coin_numbers,
    describe=_describe_coin,
    details=lambda n: n.table,
    draw=_draw_coin,
    update=_update_coin,
    height=4.4,
)


# ---------------------------------------------------------------------------------------------- D2.3
CUT_HEIGHT = 0.84  # how far up the histograms' axes the cut and the bars reach; the legend is above


@cache
def _cuts(feature: str) -> SimpleNamespace:
    """Every cut between two observed values of a feature, and the gain of each, in bits."""
    data = datasets.breast_cancer()
    values = data.features[:, data.feature_names.index(feature)]
    order = np.argsort(values)
    observed, firsts = np.unique(values[order], return_index=True)
    thresholds = np.round((observed[1:] + observed[:-1]) / 2, 12)  # 0.10215, not 0.10214999999999999
    n_left = firsts[1:]
    total, benign = len(values), int(data.is_benign.sum())
    benign_left = np.cumsum(data.is_benign[order])[n_left - 1]
    left = np.stack([benign_left, n_left - benign_left], axis=-1)
    right = np.array([benign, total - benign]) - left
    remaining = (
        n_left * entropy(left, normalize=True) + (total - n_left) * entropy(right, normalize=True)
    ) / total
    gains = entropy([benign, total - benign], normalize=True) - remaining
    return SimpleNamespace(values=values, is_benign=data.is_benign, thresholds=thresholds, gains=gains)


def _thresholds(feature: str) -> tuple[float, ...]:
    return tuple(_cuts(feature).thresholds.tolist())


def _best_cut(feature: str, threshold: float) -> dict[str, float]:
    cuts = _cuts(feature)
    return {"threshold": float(cuts.thresholds[np.argmax(cuts.gains)])}


def _split_numbers(feature: str, threshold: float) -> SimpleNamespace:
    cuts = _cuts(feature)
    goes_left = cuts.values <= threshold
    branches = [
        [int((side & cuts.is_benign).sum()), int((side & ~cuts.is_benign).sum())]
        for side in (goes_left, ~goes_left)
    ]
    parent = np.sum(branches, axis=0)
    return SimpleNamespace(
        feature=feature,
        threshold=threshold,
        cuts=cuts,
        parent=float(entropy(parent, normalize=True)),
        counts=[sum(branch) for branch in branches],
        benign_shares=[branch[0] / sum(branch) for branch in branches],
        children=[float(entropy(branch, normalize=True)) for branch in branches],
        gain=information_gain(parent, branches),
    )


def _branch_words(n: Any, k: int) -> str:
    side = ("left", "right")[k]
    return f"{side} {n.counts[k]} ({100 * n.benign_shares[k]:.1f} % benign) H = {n.children[k]:.3f}"


def _describe_split(n: Any) -> str:
    return (
        f"{n.feature} ≤ {n.threshold:.6g}: gain {n.gain:.4f} of {n.parent:.4f} bits; "
        f"{_branch_words(n, 0)}, {_branch_words(n, 1)}"
    )


def _draw_split(figure: Figure, n: Any) -> SimpleNamespace:
    axes: dict[str, Any] = figure.subplot_mosaic(
        [["tumours", "bill"], ["gains", "bill"]],
        width_ratios=[1.15, 1],
        gridspec_kw=margins(figure, columns=2, left=4.2, between=4.5),
    )
    tumours, gains, bill = axes["tumours"], axes["gains"], axes["bill"]
    bins = np.histogram_bin_edges(n.cuts.values, 30)
    benign = np.histogram(n.cuts.values[n.cuts.is_benign], bins)[0]
    malignant = np.histogram(n.cuts.values[~n.cuts.is_benign], bins)[0]
    tumours.stairs(benign, bins, fill=True, color=GOOD_COLOUR, alpha=0.5, label="benign")
    tumours.stairs(malignant, bins, color=INK, lw=1.6, hatch="\\\\\\", label="malignant")
    highest = max(benign.max(), malignant.max())
    tumours.set(ylim=(0, highest * 1.04 / CUT_HEIGHT), ylabel="tumours", title="569 tumours and the cut")
    tumours.legend(loc="upper right", ncols=2, borderpad=0, borderaxespad=0)  # above the end of the cut
    tumours.yaxis.set_major_locator(MaxNLocator(3))
    tumours.set_xticks([])
    gains.plot(n.cuts.thresholds, n.cuts.gains, color=P_COLOUR)
    gains.xaxis.set_major_locator(MaxNLocator(5))
    gains.set(ylim=(0, 0.65), yticks=[0, 0.3, 0.6], xlabel=f"threshold on {n.feature}", ylabel="gain (bits)")
    for axis in (tumours, gains):
        axis.set_xlim(bins[0], bins[-1])
    bill.bar(
        0,
        n.parent,
        1,
        align="edge",
        color=DIVERGENCE_FILL,
        hatch=DIVERGENCE_HATCH,
        edgecolor=INK,
        linewidth=1.2,
    )
    bill.set(
        xlim=(-0.01, 1.01),
        ylim=(0, 1.45),
        xlabel="width: share of the tumours",
        ylabel="height: H (bits)",
    )
    bill.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    bill.set_yticks([0, 0.5, 1])
    box: dict[str, Any] = {"align": "edge", "color": ENTROPY_FILL, "edgecolor": INK, "linewidth": 1.2}
    line: dict[str, Any] = {"color": INK, "ls": "--", "lw": 1.8}
    words: dict[str, Any] = {"transform": bill.get_yaxis_transform(), "va": "top"}
    return SimpleNamespace(
        lines=[tumours.axvline(n.threshold, ymax=CUT_HEIGHT, **line), gains.axvline(n.threshold, **line)],
        dot=gains.plot([n.threshold], [0], "o", ms=11, color=DIVERGENCE_FILL, markeredgecolor=INK)[0],
        boxes=[bill.bar(0, 0, 0.5, **box)[0], bill.bar(0.5, 0, 0.5, **box)[0]],
        gain=bill.set_title(""),
        branches=[bill.text(0.02, y, "", **words) for y in (1.42, 1.24)],
    )


def _update_split(artists: Any, n: Any) -> None:
    for line in artists.lines:
        line.set_xdata([n.threshold, n.threshold])
    artists.dot.set_data([n.threshold], [n.gain])
    share = n.counts[0] / sum(n.counts)
    artists.boxes[0].set_bounds(0, 0, share, n.children[0])
    artists.boxes[1].set_bounds(share, 0, 1 - share, n.children[1])
    artists.gain.set_text(f"Hatched: gain {n.gain:.4f} bits")
    for k, text in enumerate(artists.branches):
        text.set_text(f"{('left', 'right')[k]} {n.counts[k]}: H = {n.children[k]:.3f} bits")


@cache
def split_explorer() -> Demo:
    """Return demo D2.3. A function, so that only those who open it load scikit-learn's data."""
    return Demo(
        number="D2.3",
        title="Split explorer",
        controls=[
            Choice(
                "feature",
                "feature",
                options=datasets.breast_cancer().feature_names,
                default="worst perimeter",
                menu=True,
            ),
            GovernedRange(
                "threshold", "threshold", governor="feature", grid=_thresholds, text="{:.6g}".format
            ),
            Action("best_cut", "best cut of this feature"),
        ],
        compute=_split_numbers,
        describe=_describe_split,
        draw=_draw_split,
        update=_update_split,
        scene=lambda n: n.feature,
        actions={"best_cut": _best_cut},
        height=4.2,
    )


# ---------------------------------------------------------------------------------------------- D2.4
REPEATS = 200
CEILINGS = (50, 100, REPEATS)  # samples: the axis ends at the first that the tallest bar does not pass
SCALES = {2: (0.2, 1.35), 27: (2.2, 6.0), 256: (2.0, 12.0)}  # bits on the axis for each number of outcomes
POWERS_OF_TWO = tuple(2**k for k in range(4, 14))
ESTIMATORS: dict[str, tuple[str, dict[str, Any]]] = {  # key: (label, how its histogram is drawn)
    "plug_in": ("plug-in", {"fill": True, "facecolor": ENTROPY_FILL, "edgecolor": INK}),
    "occupied": ("M–M, occupied cells", {"color": GOOD_COLOUR, "lw": 2.2, "hatch": "\\\\\\"}),
    "known": ("M–M, true K", {"color": Q_COLOUR, "lw": 2.2, "ls": "--"}),
}


def _bins(K: int) -> FloatArray:
    return np.linspace(*SCALES[K], 61)


def _sample_numbers(K: int, n: int, miller_madow: bool) -> SimpleNamespace:
    rng = np.random.default_rng([K, n])  # the same position always shows the same 200 samples
    counts = rng.multinomial(n, np.full(K, 1 / K), size=REPEATS)
    estimates = {"plug_in": np.asarray(entropy_from_counts(counts))}
    if miller_madow:
        corrected = {"occupied": None, "known": K}
        for name, size in corrected.items():
            estimates[name] = np.asarray(
                entropy_from_counts(counts, correction="miller-madow", support_size=size)
            )
    truth = math.log2(K)
    means = {name: float(values.mean()) for name, values in estimates.items()}
    bars = {name: np.histogram(values, _bins(K))[0] for name, values in estimates.items()}
    tallest = max(int(heights.max()) for heights in bars.values())
    return SimpleNamespace(
        K=K,
        n=n,
        truth=truth,
        estimates=estimates,
        bars=bars,
        ceiling=next(ceiling for ceiling in CEILINGS if ceiling >= tallest),
        means=means,
        bias=means["plug_in"] - truth,
        predicted_bias=-(K - 1) / (2 * n * math.log(2)),
    )


def _describe_sample(n: Any) -> str:
    sentence = (
        f"K = {n.K}, n = {n.n}: mean of {REPEATS} estimates {n.means['plug_in']:.3f} bits, "
        f"truth {n.truth:.3f}; bias {signed(n.bias, 4)}, predicted {signed(n.predicted_bias, 4)}"
    )
    if "known" in n.means:
        sentence += (
            f"; Miller–Madow {n.means['known']:.3f} with the true K, "
            f"{n.means['occupied']:.3f} with the occupied cells"
        )
    return sentence


def _draw_sample(figure: Figure, n: Any) -> SimpleNamespace:
    axes = figure.subplots(gridspec_kw=margins(figure, right=1.2))
    bins = _bins(n.K)
    axes.axvline(n.truth, color=INK, ls="--", lw=1.8)
    axes.set(
        xlim=SCALES[n.K],
        ylim=(0, 1.75 * n.ceiling),
        xlabel="estimated entropy (bits)",
        ylabel=f"how many of {REPEATS} samples",
        title=f"Estimates from n symbols of a uniform source, K = {n.K}",
    )
    axes.set_yticks([0, n.ceiling // 2, n.ceiling])
    axes.text(n.truth, 1.74 * n.ceiling, f" truth {n.truth:.3f}", va="top", weight="bold")
    shapes, arrows, words = {}, {}, {}
    for row, (name, (_, look)) in enumerate(ESTIMATORS.items()):
        shapes[name] = axes.stairs(bins[:-1] * 0, bins, **look)
        height = (1.12 + 0.19 * row) * n.ceiling
        arrows[name] = axes.plot([0], [height], "v", color=look.get("color", INK))[0]
        words[name] = axes.text(0, height, "", va="center", **PAPER)
    return SimpleNamespace(shapes=shapes, arrows=arrows, words=words)


def _update_sample(artists: Any, n: Any) -> None:
    low, high = SCALES[n.K]
    for name, (label, _) in ESTIMATORS.items():
        shown = name in n.estimates
        for kind in (artists.shapes, artists.arrows, artists.words):
            kind[name].set_visible(shown)
        if not shown:
            continue
        mean = n.means[name]
        inside = mean < high
        artists.shapes[name].set_data(np.where(n.bars[name] > 0, n.bars[name], np.nan))
        place = min(max(mean, low), high - 0.02 * (high - low))
        artists.arrows[name].set_xdata([place])
        artists.arrows[name].set_marker("v" if inside else ">")
        rightwards = place < 0.55 * low + 0.45 * high
        gap = 0.015 * (high - low)
        artists.words[name].set_text(f"{label}: {mean:.3f}" + ("" if inside else ", off the scale"))
        artists.words[name].set_x(place + gap if rightwards else place - gap)
        artists.words[name].set_horizontalalignment("left" if rightwards else "right")


SMALL_SAMPLE_ENTROPY = Demo(
    number="D2.4",
    title="Entropy from a small sample",
    controls=[
        Choice("K", "number of outcomes K", options=tuple(SCALES), default=256),
        Range(
            "n",
            "sample size n",
            values=tuple(int(size) for size in one_two_five_grid(10, 10_000, 30, *POWERS_OF_TWO)),
            default=100,
        ),
        Toggle("miller_madow", "Miller–Madow correction"),
    ],
    compute=_sample_numbers,
    describe=_describe_sample,
    draw=_draw_sample,
    update=_update_sample,
    scene=lambda n: (n.K, n.ceiling),
    height=3.6,
)
