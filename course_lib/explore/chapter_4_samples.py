"""Demos of chapter 4 that draw samples: evidence that adds up flip by flip, and an alarm for drift."""

import math
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from course_lib import datasets
from course_lib.controls import Choice, GovernedRange, Range, one_two_five_grid
from course_lib.distributions import FloatArray
from course_lib.estimators import smoothed_histogram
from course_lib.evidence import first_passage, flips_to_odds, likelihood_ratio_walks
from course_lib.explore.engine import Demo
from course_lib.figures import (
    ACCENT_COLOUR,
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    Q_COLOUR,
    QUIET_COLOUR,
    margins,
)
from course_lib.measures import js_divergence, kl_divergence, population_stability_index

# ---------------------------------------------------------------------------------------------- D4.3
ODDS = 20
ODDS_WORDS = f"{ODDS}\u00a0:\u00a01"  # not to be torn apart at the end of a line
FINISH = math.log2(ODDS)  # bits
DRAWN = 20  # walks in the picture
MOST_SIMULATED = 4000  # walks behind the mean and the median, fewer if their steps are small:
SIMULATED_STEPS = 80_000  # walks times the flips from start to finish if all were lucky; some 50 ms
LONGEST_RACE = 20_000  # flips; the drift needs 14,976 of them at a bias of 0.51
MOST_POINTS = 400  # of a drawn walk


def _coins(bias: float, truth: str) -> tuple[FloatArray, FloatArray]:
    """The true coin and its rival."""
    fair, other = np.array([0.5, 0.5]), np.array([bias, 1 - bias])
    return (fair, other) if truth == "fair" else (other, fair)


def _predicted(bias: float, truth: str) -> float:
    return float(flips_to_odds(kl_divergence(*_coins(bias, truth)), ODDS))


@cache
def _race_length(bias: float) -> int:
    """Flips on the axis: several times what the drift needs, if that can still be simulated at once."""
    wanted = min(5 * _predicted(bias, "fair"), LONGEST_RACE)
    return next(int(end) for end in one_two_five_grid(20, LONGEST_RACE) if end >= wanted)


@cache
def _flips_grid(bias: float) -> tuple[int, ...]:
    """Positions of the slider: a hundred even steps, and the two numbers of flips that the drift predicts."""
    end = _race_length(bias)
    predicted = {round(_predicted(bias, truth)) for truth in ("fair", "other")}
    return tuple(sorted({*range(0, end + 1, max(end // 100, 1)), *predicted}))


@lru_cache(maxsize=16)
def _walks(bias: float, truth: str, seed: int) -> SimpleNamespace:
    """Walks to be drawn, thinned to the points that a picture can show, and when each one finishes."""
    end = _race_length(bias)
    walks = likelihood_ratio_walks(*_coins(bias, truth), flips=end, walks=DRAWN, seed=seed)
    every = max(end // MOST_POINTS, 1)
    finishes = first_passage(walks, FINISH - 1e-9)  # 1e-9: sums of logarithms have round-off
    paths = []
    for walk, finish in zip(walks, finishes, strict=True):
        flips = np.arange(0, end + 1, every)
        if finish < np.inf:
            flips = np.append(flips[flips < finish], int(finish))
        paths.append(np.column_stack([flips, walk[flips] if truth == "fair" else -walk[flips]]))
    return SimpleNamespace(paths=paths, finishes=finishes)


@lru_cache(maxsize=64)
def _finish_times(bias: float, truth: str, seed: int) -> NDArray[np.int64]:
    """Flips until the evidence for the truth is 20 : 1, for each of many walks, however long they take.

    A walk that is d bits short cannot finish within d / (the most bits that one flip adds) flips, so that
    many are tossed at once: only their number of heads matters. The last flips are tossed one by one.
    """
    truth_p, rival = _coins(bias, truth)
    heads_worth, tails_worth = np.log2(truth_p / rival)
    most = max(heads_worth, tails_worth)
    walks = min(MOST_SIMULATED, int(SIMULATED_STEPS * most / FINISH) // 100 * 100)
    rng = np.random.default_rng([seed, walks])
    flips = np.zeros(walks, dtype=np.int64)
    heads = np.zeros(walks, dtype=np.int64)
    running = np.arange(walks)
    while running.size:
        tossed = np.maximum(1, _short_of(heads, flips, running, heads_worth, tails_worth) // most).astype(int)
        heads[running] += rng.binomial(tossed, truth_p[0])
        flips[running] += tossed
        running = running[_short_of(heads, flips, running, heads_worth, tails_worth) > 1e-9]
    return flips


def _short_of(
    heads: NDArray[np.int64],
    flips: NDArray[np.int64],
    running: NDArray[np.int64],
    heads_worth: float,
    tails_worth: float,
) -> FloatArray:
    """Bits that each running walk still lacks."""
    tails = flips[running] - heads[running]
    return np.asarray(FINISH - heads[running] * heads_worth - tails * tails_worth)


def _race_numbers(bias: float, truth: str, flips: int, seed: int) -> SimpleNamespace:
    walks, times = _walks(bias, truth, seed), _finish_times(bias, truth, seed)
    return SimpleNamespace(
        bias=bias,
        truth=truth,
        flips=flips,
        end=_race_length(bias),
        per_flip=float(kl_divergence(*_coins(bias, truth))),
        predicted=_predicted(bias, truth),
        paths=walks.paths,
        finishes=walks.finishes,
        there=int((walks.finishes <= flips).sum()),
        times=times,
        mean=float(times.mean()),
        median=float(np.median(times)),
    )


def _bins(end: int) -> FloatArray:
    """Edges of about fifty bins, each with as many whole numbers of flips as the others."""
    width = max(end // 50, 1)
    return np.arange(0, end + width + 1, width, dtype=np.float64) - 0.5


def _flips_words(flips: float) -> str:
    return f"{flips:,.0f}" if flips >= 100 else f"{flips:.1f}"


def _describe_race(n: Any) -> str:
    rival = "other" if n.truth == "fair" else "fair"
    return (
        f"The {n.truth} coin is tossed: {n.per_flip:.5f} bits per flip against the {rival} one, so the "
        f"drift predicts {_flips_words(n.predicted)} flips to {ODDS_WORDS} (Wald, ignoring overshoot). "
        f"{len(n.times):,} simulated walks: mean {_flips_words(n.mean)}, median {_flips_words(n.median)}. "
        f"After {n.flips:,} flips {n.there} of the {DRAWN} drawn ones are there"
    )


def _draw_race(figure: Figure, n: Any) -> SimpleNamespace:
    times, race = figure.subplots(
        2,
        1,
        sharex=True,
        height_ratios=[1, 2.6],
        gridspec_kw=margins(figure, left=3.8, right=2.2) | {"hspace": 0.36},
    )
    times.set(xlim=(0, n.end), ylim=(0, 1.4), yticks=[], title="Flips to the finish line")
    times.tick_params("x", labelbottom=False)
    times.spines["left"].set_visible(False)
    race.set(ylim=(-7.9, 7.9), xlabel="flips", ylabel="for fair (bits)")
    race.set_title("Evidence, flip by flip (★ reached the line)")
    race.set_yticks([-4, 0, 4], ["−4", "0", "4"])
    race.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    race.xaxis.set_major_formatter(FuncFormatter(lambda flips, _: f"{flips:,.0f}"))
    race.axhline(0, color=QUIET_COLOUR, lw=1.0, ls=":")
    for height, coin, points in ((FINISH, "fair", 3), (-FINISH, "other", -3)):
        race.axhline(height, color=INK, lw=1.6, ls="--")
        race.annotate(
            f"{ODDS_WORDS} for {coin}",
            (n.end, height),
            (0, points),
            textcoords="offset points",
            ha="right",
            va="bottom" if points > 0 else "top",
            fontsize="small",
        )
    line: dict[str, Any] = {"ymin": 0, "ymax": 0.75}
    moving = SimpleNamespace(
        shape=times.stairs(_bins(n.end)[1:], _bins(n.end), fill=True, color=P_COLOUR, alpha=0.4),
        mean=times.axvline(0, color=GOOD_COLOUR, lw=2.6, label="mean", **line),
        median=times.axvline(0, color=ACCENT_COLOUR, lw=2.6, ls=":", label="median", **line),
        predicted=times.axvline(0, color=Q_COLOUR, ls="--", lw=2.6, label="drift predicts", **line),
        walks=race.add_collection(LineCollection([], colors=P_COLOUR, linewidths=1.0, alpha=0.65)),
        drift=race.plot([0], [0], color=Q_COLOUR, ls="--", lw=2.6)[0],
        runners=race.plot([], [], "o", ms=4, color=P_COLOUR)[0],
        finished=race.plot([], [], "*", color=GOOD_COLOUR, mec=INK, mew=0.6, clip_on=False)[0],
    )
    times.legend(loc="upper right", ncols=3, borderpad=0, borderaxespad=0)
    return moving


def _update_race(artists: Any, n: Any) -> None:
    heights, edges = np.histogram(n.times, _bins(n.end))
    artists.shape.set_data(heights / heights.max(), edges)
    for name, place in (("mean", n.mean), ("median", n.median), ("predicted", n.predicted)):
        getattr(artists, name).set_xdata([place, place])
    side = 1 if n.truth == "fair" else -1
    shown = [path[path[:, 0] <= n.flips] for path in n.paths]
    artists.walks.set_segments(shown)
    artists.drift.set_data([0, n.predicted], [0, side * FINISH])
    ends = np.array([path[-1] for path in shown])
    there = n.finishes <= n.flips
    artists.runners.set_data(*ends[~there].T)
    artists.finished.set_data(n.finishes[there], np.full(n.there, side * FINISH))
    artists.finished.set_markersize(1.4 * artists.drift.get_markersize())


EVIDENCE_RACE = Demo(
    number="D4.3",
    title="Evidence race",
    controls=[
        Range(
            "bias",
            "bias of the other coin",
            values=tuple(percent / 100 for percent in range(51, 96)),
            default=0.60,
            text="{:.2f}".format,
        ),
        Choice("truth", "coin that is tossed", options=("fair", "other"), default="fair"),
        GovernedRange("flips", "flips", governor="bias", grid=_flips_grid, text="{:,}".format),
        Range("seed", "seed", values=tuple(range(50)), default=0),
    ],
    compute=_race_numbers,
    describe=_describe_race,
    draw=_draw_race,
    update=_update_race,
    scene=lambda n: n.end,
    height=4.2,
)


# ---------------------------------------------------------------------------------------------- D4.4
REFERENCE_ROWS = 285
SHUFFLES = 1000
ALARMS: dict[str, tuple[Any, str]] = {
    "KL": (kl_divergence, "bits"),
    "JS": (js_divergence, "bits"),
    "PSI": (population_stability_index, "nats"),
}
RATIO_ENDS = (2.2, 4.5)
ALARM_ENDS = (0.06, 0.2, 0.4, 0.75, 1.2)


@cache
def _tumours() -> tuple[FloatArray, FloatArray]:
    """Worst radius of the reference and of the current tumours; dealt at random, so nothing has drifted."""
    data = datasets.breast_cancer()
    radius = data.features[:, data.feature_names.index("worst radius")]
    dealt = radius[np.random.default_rng(1).permutation(len(radius))]
    return dealt[:REFERENCE_ROWS], dealt[REFERENCE_ROWS:]


def _edges(reference: FloatArray, bins: int) -> FloatArray:
    inner = np.quantile(reference, np.arange(1, bins) / bins)
    return np.concatenate([[-np.inf], inner, [np.inf]])


def _shares(shift: float, bins: int) -> tuple[FloatArray, FloatArray]:
    """Smoothed shares of the reference and of the shifted current tumours in bins of the reference."""
    reference, current = _tumours()
    edges = _edges(reference, bins)
    return smoothed_histogram(reference, edges), smoothed_histogram(current * (1 + shift / 100), edges)


def _loudness(alarm: str, reference: FloatArray, current: FloatArray) -> FloatArray:
    """How loud the alarm is: D(current‖reference), or what takes its place; in the alarm's unit."""
    measure, unit = ALARMS[alarm]
    return np.asarray(measure(current, reference, unit=unit))


@cache
def _deals() -> tuple[FloatArray, NDArray[np.int64]]:
    """Radii in rising order, and how many of the first m of them each shuffle deals to its reference."""
    pooled = np.concatenate(_tumours())
    rank = np.argsort(np.argsort(pooled, kind="stable"))
    rng = np.random.default_rng(0)
    dealt = np.zeros((SHUFFLES, len(pooled) + 1), dtype=np.int64)
    for row in dealt:
        row[1 + rng.permutation(rank)[:REFERENCE_ROWS]] = 1
    return np.sort(pooled), np.cumsum(dealt, axis=1)


@lru_cache(maxsize=64)
def _null_shares(bins: int) -> tuple[FloatArray, FloatArray]:
    """Shares as above for every shuffle, each in the bins of its own reference, all at once."""
    radii, dealt = _deals()
    references = np.broadcast_to(radii, (SHUFFLES, len(radii)))[np.diff(dealt, axis=1) == 1]
    inner = np.quantile(references.reshape(SHUFFLES, -1), np.arange(1, bins) / bins, axis=1).T
    below = np.searchsorted(radii, inner)  # of all tumours, then of the reference ones
    reference_below = np.take_along_axis(dealt, below, axis=1)
    return (
        _smoothed(reference_below, REFERENCE_ROWS),
        _smoothed(below - reference_below, len(radii) - REFERENCE_ROWS),
    )


def _smoothed(below: NDArray[np.int64], total: int) -> FloatArray:
    counts = np.diff(below, axis=1, prepend=0, append=total) + 0.5
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


@lru_cache(maxsize=64)
def _null(bins: int, alarm: str) -> FloatArray:
    return np.sort(_loudness(alarm, *_null_shares(bins)))


def _drift_numbers(shift: float, bins: int, alarm: str) -> SimpleNamespace:
    reference, current = _shares(shift, bins)
    null, loudness = _null(bins, alarm), float(_loudness(alarm, reference, current))
    as_loud = int((null >= loudness).sum())
    return SimpleNamespace(
        shift=shift,
        bins=bins,
        alarm=alarm,
        unit=ALARMS[alarm][1],
        ratios=[reference * bins, current * bins],
        null=null,
        loudness=loudness,
        null_mean=float(null.mean()),
        line=float(np.quantile(null, 0.95)),
        as_loud=as_loud,
        p_value=(1 + as_loud) / (1 + SHUFFLES),
    )


def _describe_drift(n: Any) -> str:
    verdict = "drift" if n.p_value <= 0.05 else "no alarm"
    return (
        f"Shift {n.shift:g} %, {n.bins} bins: {n.alarm} = {n.loudness:.4f} {n.unit}. "
        f"{SHUFFLES:,} shuffles without drift: mean {n.null_mean:.4f}, 95 % of them below {n.line:.4f}, "
        f"as loud or louder {n.as_loud:,}; p = {n.p_value:.3f}, {verdict}"
    )


def _drift_scene(n: Any) -> tuple[str, float, float]:
    ratio = max(ratios.max() for ratios in n.ratios)
    loudest = 1.04 * max(n.null[-1], n.loudness)
    return (
        n.alarm,
        next(end for end in RATIO_ENDS if end >= ratio),
        next(end for end in ALARM_ENDS if end >= loudest),
    )


def _draw_drift(figure: Figure, n: Any) -> SimpleNamespace:
    alarm, highest, loudest = _drift_scene(n)
    places = margins(figure, columns=2, left=2.6, right=1.4, between=2.8)
    shapes, null = figure.subplots(1, 2, width_ratios=[1.1, 1], gridspec_kw=places)
    edges = np.linspace(0, 1, n.bins + 1)
    reference, current = n.ratios
    marks = np.quantile(_tumours()[0], [0, 0.25, 0.5, 0.75, 1])
    shapes.set(xlim=(0, 1), ylim=(0, 1.2 * highest), title="Tumours per bin, reference = 1")
    shapes.set_xticks([0, 0.25, 0.5, 0.75, 1], [f"{mark:.1f}" for mark in marks])
    shapes.set_xlabel("worst radius, by reference quantile")
    shapes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    filled: dict[str, Any] = {"fill": True, "facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH}
    now = shapes.stairs(current, edges, edgecolor=INK, lw=1.0, label="current", **filled)
    before = shapes.stairs(reference, edges, color=P_COLOUR, lw=2.4, baseline=None, label="reference")
    shapes.legend(loc="upper center", ncols=2, borderpad=0, borderaxespad=0.1)
    null.set(xlim=(0, loudest), ylim=(0, 1.62), yticks=[], title=f"{alarm} of {SHUFFLES:,} shuffles")
    null.set_xlabel(f"{alarm} ({n.unit})")
    null.xaxis.set_major_locator(MaxNLocator(5))
    null.spines["left"].set_visible(False)
    band = null.add_patch(Rectangle((0, 0), 1, 1.1, color=GOOD_COLOUR, alpha=0.16, lw=0))
    bars = null.stairs(np.zeros(60), np.linspace(0, loudest, 61), fill=True, color=P_COLOUR, alpha=0.55)
    edge = null.plot([0, 0], [0, 1.1], color=GOOD_COLOUR, ls="--", lw=2.2, label="95 % line")[0]
    here = null.plot([0, 0], [0, 1.1], color=Q_COLOUR, marker="v", markevery=[1], label="this sample")[0]
    null.legend(loc="upper right", borderpad=0, borderaxespad=0.1)
    return SimpleNamespace(now=now, before=before, band=band, bars=bars, edge=edge, here=here)


def _update_drift(artists: Any, n: Any) -> None:
    edges = np.linspace(0, 1, n.bins + 1)
    artists.now.set_data(n.ratios[1], edges)
    artists.before.set_data(n.ratios[0], edges)
    heights, places = np.histogram(n.null, np.linspace(0, _drift_scene(n)[2], 61))
    artists.bars.set_data(heights / heights.max(), places)
    artists.band.set_width(n.line)
    artists.edge.set_xdata([n.line, n.line])
    artists.here.set_xdata([n.loudness, n.loudness])


@cache
def drift_alarm() -> Demo:
    """Return demo D4.4. A function, so that only those who open it load scikit-learn's data."""
    return Demo(
        number="D4.4",
        title="Drift alarm",
        controls=[
            Range(
                "shift",
                "shift of the current radii",
                values=tuple(range(26)),
                default=0,
                text="{:g} %".format,
            ),
            Range("bins", "bins", values=tuple(range(5, 51)), default=10),
            Choice("alarm", "alarm", options=tuple(ALARMS), default="KL"),
        ],
        compute=_drift_numbers,
        describe=_describe_drift,
        draw=_draw_drift,
        update=_update_drift,
        scene=_drift_scene,
        height=3.7,
    )
