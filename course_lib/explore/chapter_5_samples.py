"""Demos of chapter 5 that draw samples: clouds that r cannot see, and information found in nothing."""

import math
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.special import ndtr, ndtri

from course_lib import records
from course_lib.controls import Choice, Range, Toggle
from course_lib.distributions import FloatArray
from course_lib.estimators import mutual_information_from_samples
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
    margins,
)
from course_lib.gaussians import gaussian_mutual_information
from course_lib.measures import mutual_information

# ---------------------------------------------------------------------------------------------- D5.2
NEIGHBOURS = 3
SIZES = (100, 128, 200, 256, 500, 512, 1000, 1024, 2000, 2048, 5000)
HALF_RANGES = tuple(step / 2 for step in range(1, 21))  # in units of π
NOISES = tuple(percent / 100 for percent in range(2, 101))
WAVES = {"sine": np.sin, "cosine": np.cos}
SHAPES = ("line", "parabola", "circle", "sine", "cosine", "checkerboard", "independent")
DARK = np.array([(i, j) for i in range(5) for j in range(5) if (i + j) % 2 == 0]) - 2.5
SEED = 3
MOST_BITS = 6.0
REACH = (0.42, 1.25, 4.1)  # of the noise around the shape, for noise up to 0.1, up to 0.3, and above


@cache
def _draws() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Uniform numbers between −1 and 1 and two rows of noise; a smaller sample is the first part."""
    rng = np.random.default_rng(SEED)
    size = max(SIZES)
    return rng.uniform(-1, 1, size), rng.normal(size=size), rng.normal(size=size)


@cache
def _squares() -> FloatArray:
    """Points spread evenly over the dark squares of a board of 5 × 5, whose middle is 0."""
    rng = np.random.default_rng(SEED)
    size = max(SIZES)
    return np.asarray(DARK[rng.integers(len(DARK), size=size)] + rng.uniform(size=(size, 2)))


def _cloud(shape: str, noise: float, n: int, half_range: float) -> tuple[FloatArray, FloatArray]:
    """Samples of x and y; `half_range` is that of a sine or cosine, in units of π."""
    u, e, f = (row[:n] for row in _draws())
    if shape == "line":
        return f, f + noise * e
    if shape == "parabola":
        return math.sqrt(3) * u, 3 * u**2 + noise * e
    if shape == "circle":
        return np.cos(np.pi * u) + noise * e, np.sin(np.pi * u) + noise * f
    if shape == "checkerboard":
        x, y = _squares()[:n].T
        return x + noise * e, y + noise * f
    if shape == "independent":
        return f, noise * e
    x = half_range * np.pi * (u if shape == "sine" else u + 1)
    return x, WAVES[shape](x) + noise * e


def _r_without_noise(half_range: float) -> float:
    """R between x, uniform from −L to L, and sin x: cov = (sin L − L cos L)/L over two deviations."""
    length = half_range * np.pi
    covariance = (math.sin(length) - length * math.cos(length)) / length
    spread = length / math.sqrt(3) * math.sqrt(0.5 - math.sin(2 * length) / (4 * length))
    return covariance / spread


def _ranks(values: FloatArray) -> FloatArray:
    return np.argsort(np.argsort(values)).astype(np.float64)


@lru_cache(maxsize=64)
def _cloud_numbers(shape: str, half_range: float, noise: float, n: int, standardize: bool) -> SimpleNamespace:
    x, y = _cloud(shape, noise, int(n), half_range)
    options: dict[str, Any] = {"method": "ksg", "neighbours": NEIGHBOURS, "standardize": standardize}
    return SimpleNamespace(
        shape=shape,
        half_range=half_range,
        noise=noise,
        n=int(n),
        standardize=standardize,
        x=x,
        y=y,
        r=float(np.corrcoef(x, y)[0, 1]),
        rank_r=float(np.corrcoef(_ranks(x), _ranks(y))[0, 1]),
        exact_r=_r_without_noise(half_range) if shape == "sine" else None,
        bits=mutual_information_from_samples(x, y, **options),
    )


def _in_pi(half_range: float) -> str:
    return "π" if half_range == 1 else f"{half_range:g}π"


def _describe_cloud(n: Any) -> str:
    wave = f", L = {_in_pi(n.half_range)}" if n.shape in WAVES else ""
    exact = "" if n.exact_r is None else f" (without noise {signed(n.exact_r, 4)})"
    axes = "standardised axes" if n.standardize else "raw coordinates"
    return (
        f"{n.shape}{wave}, noise {n.noise:.2f}, n = {n.n:,}: r = {signed(n.r, 3)}{exact}, "
        f"r² = {n.r**2:.3f}; Spearman's ρ² = {n.rank_r**2:.3f}; "
        f"I = {signed(n.bits, 2)} bits (KSG, k = {NEIGHBOURS}, {axes})"
    )


def _view(n: Any) -> tuple[float, float, float, float]:
    """Ends of both axes: left, right, low, high. Few, so that the picture seldom changes its scale."""
    reach = REACH[int(np.searchsorted((0.1, 0.3), n.noise))]
    if n.shape == "line":
        return -4.0, 4.0, -3.9 - reach / 2, 3.9 + reach / 2
    if n.shape == "parabola":
        return -1.9, 1.9, -0.1 - reach, 3.1 + reach
    if n.shape in ("circle", "checkerboard"):
        end = reach + (1.05 if n.shape == "circle" else 2.5)
        return -end, end, -end, end
    if n.shape == "independent":
        return -4.0, 4.0, -4.0, 4.0
    left = -1.03 if n.shape == "sine" else -0.03
    return left, left + 2.06, -1.05 - reach, 1.05 + reach  # x in units of L


def _draw_cloud(figure: Figure, n: Any) -> SimpleNamespace:
    left, right, low, high = _view(n)
    places = margins(figure, columns=3, left=4.4, right=0.4, bottom=3.4, between=3.4)
    cloud, shares, bits = figure.subplots(1, 3, width_ratios=[2.6, 1, 0.62], gridspec_kw=places)
    cloud.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="y")
    if n.shape in WAVES:
        names = ["−L", "0", "L"] if n.shape == "sine" else ["0", "L", "2L"]
        cloud.set_xticks([round(left), round(left) + 1, round(left) + 2], names)
    cloud.set_title("The sample", weight="normal")
    shares.set(xlim=(-0.6, 1.6), ylim=(0, 1.12), yticks=[0, 0.5, 1])
    shares.set_title("Explained", weight="normal")
    shares.set_xticks([0, 1], ["r²", "rank ρ²"])
    bits.set(xlim=(-0.6, 0.6), ylim=(-0.4, 1.12 * MOST_BITS), yticks=range(0, 7, 2))
    bits.set_title("Bits", weight="normal")
    bits.set_xticks([0], ["I"])
    bits.axhline(0, color=INK, lw=1.0)
    for axes in (shares, bits):
        axes.tick_params("x", length=0)
    outline: dict[str, Any] = {"edgecolor": INK, "lw": 1.0}
    looks: tuple[dict[str, Any], ...] = (
        {"facecolor": "white", "hatch": "..."},
        {"facecolor": ENTROPY_FILL},
        {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH},
    )
    homes = ((shares, 0), (shares, 1), (bits, 0))
    above: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": "small"}
    return SimpleNamespace(
        points=cloud.plot([], [], ".", ms=3.0, mew=0, color=P_COLOUR)[0],
        bars=[
            axes.add_patch(Rectangle((spot - 0.36, 0), 0.72, 0, **look, **outline))
            for (axes, spot), look in zip(homes, looks, strict=True)
        ],
        numbers=[axes.text(spot, 0, "", **above) for axes, spot in homes],
    )


def _update_cloud(artists: Any, n: Any) -> None:
    unit = n.half_range * np.pi if n.shape in WAVES else 1.0
    artists.points.set_data(n.x / unit, n.y)
    values = (n.r**2, n.rank_r**2, n.bits)
    words = (f"{n.r**2:.2f}", f"{n.rank_r**2:.2f}", signed(n.bits, 2))
    for bar, text, value, word in zip(artists.bars, artists.numbers, values, words, strict=True):
        bar.set_height(value)
        text.set_y(1.02 * max(value, 0.0))
        text.set_text(word)


DEPENDENCE = Demo(
    number="D5.2",
    title="Three looks at a cloud",
    controls=[
        Choice("shape", "shape", options=SHAPES, default="sine", menu=True),
        Range("half_range", "L of sine and cosine", values=HALF_RANGES, default=1.0, text=_in_pi),
        Range("noise", "noise", values=NOISES, default=0.1, text="{:.2f}".format),
        Range("n", "points n", values=SIZES, default=1000, text="{:,}".format),
        Toggle("standardize", "standardise both axes before KSG"),
    ],
    compute=_cloud_numbers,
    describe=_describe_cloud,
    draw=_draw_cloud,
    update=_update_cloud,
    scene=lambda n: (n.shape, _view(n)),
    height=3.3,
)


# ---------------------------------------------------------------------------------------------- D5.3
REPLICATES = 30
LIVE = (50, 64, 100, 128, 200, 256, 500, 512, 1000)
RECORDED = (2000, 5000, 10_000)  # thirty of these take up to half a second
BIT_ENDS = (1.0, 2.6, 6.0)
LOW_ENDS = (-0.1, -0.25, -0.7)
HEADS = {"truth": 32.0, "predicted": 36.5, "mean": 41.0}  # where their words stand, above the thirty rows


@lru_cache(maxsize=1024)
def _estimates(rho: float, n: int, bins: int | None) -> FloatArray:
    """Return one estimate in bits for each sample, through so many bins or by nearest neighbours."""
    if n in RECORDED:
        return _recorded(rho, n, bins)
    options: dict[str, Any] = {"method": "binned", "bins": bins} if bins else {"method": "ksg"}
    pairs = zip(*records.normal_samples(rho, n), strict=True)
    return np.array([mutual_information_from_samples(*pair, **options) for pair in pairs])


def _recorded(rho: float, n: int, bins: int | None) -> FloatArray:
    record = records.load("information_estimates")
    at = record["rhos"].tolist().index(rho), record["sizes"].tolist().index(n)
    found = record["binned"][(*at, record["bins"].tolist().index(bins))] if bins else record["ksg"][at]
    return np.asarray(found, dtype=np.float64)


@lru_cache(maxsize=512)
def _seen_through(rho: float, bins: int) -> float:
    """I in bits of the two variables once they are cut into bins: what infinitely many samples would show."""
    fine = 40  # points in each bin, equally likely
    x = ndtri((np.arange(bins * fine) + 0.5) / (bins * fine))
    edges = ndtri(np.arange(bins + 1) / bins)
    below = ndtr((edges - rho * x[:, None]) / math.sqrt(1 - rho**2))
    cells = np.diff(below, axis=1).reshape(bins, fine, bins).mean(axis=1) / bins
    return float(mutual_information(cells, normalize=True))


def _bias_numbers(rho: float, n: int, bins: int, method: str) -> SimpleNamespace:
    binned = method == "binned"
    estimates = _estimates(rho, int(n), bins if binned else None)
    bias = (bins - 1) ** 2 / (2 * n * math.log(2)) if binned and n > bins**2 else None
    return SimpleNamespace(
        rho=rho,
        n=int(n),
        recorded=n in RECORDED,
        bins=bins,
        method=method,
        estimates=estimates,
        mean=float(estimates.mean()),
        deviation=float(estimates.std(ddof=1)),
        truth=float(gaussian_mutual_information(rho, unit="bits")),
        seen=_seen_through(rho, bins) if binned else None,
        bias=bias,
    )


def _describe_bias(n: Any) -> str:
    how = f"{n.bins} bins per axis" if n.method == "binned" else "KSG, k = 3"
    sentence = (
        f"ρ = {n.rho:.2f}, n = {n.n:,}, {how}: mean of {REPLICATES} estimates {signed(n.mean, 3)} ± "
        f"{n.deviation:.3f} bits, truth {signed(n.truth, 3)}"
    )
    source = " (recorded)" if n.recorded else ""
    if n.method == "KSG":
        return sentence + source
    sentence += f"; with endless data these bins would show {signed(n.seen, 3)}"
    if n.bias is None:
        return f"{sentence} (no predicted bias: it takes n above bins² = {n.bins**2:,}){source}"
    return f"{sentence}, predicted bias {n.bias:.3f}{source}"


def _bias_scene(n: Any) -> tuple[float, float, bool]:
    highest = max(n.estimates.max(), n.truth, (n.seen or 0) + (n.bias or 0)) * 1.03
    high = next(end for end in BIT_ENDS if end >= highest)
    low = next(end for end in LOW_ENDS if end <= min(n.estimates.min() - 0.02, -0.04 * high))
    return low, high, n.recorded


def _draw_bias(figure: Figure, n: Any) -> SimpleNamespace:
    low, high, _ = _bias_scene(n)
    axes = figure.subplots(gridspec_kw=margins(figure, left=2.8, right=0.8))
    axes.set(xlim=(low, high), ylim=(-0.5, 43.5), xlabel="estimate of I(X;Y) (bits)")
    axes.set_ylabel("one dot, one sample", loc="bottom")
    axes.set_yticks([])
    axes.set_title(f"{REPLICATES} samples of n pairs each" + (" (recorded)" if n.recorded else ""))
    axes.axvline(0, color=QUIET_COLOUR, lw=1.0, ls=":")
    looks: dict[str, dict[str, Any]] = {
        "truth": {"color": INK, "ls": "-"},
        "predicted": {"color": Q_COLOUR, "ls": "--"},
        "mean": {"color": P_COLOUR, "ls": "-."},
    }
    box = Rectangle((0, 0), 0, 30.5, facecolor=DIVERGENCE_FILL, hatch=DIVERGENCE_HATCH, edgecolor=INK, lw=0.8)
    return SimpleNamespace(
        box=axes.add_patch(box),
        lines={name: axes.plot([], [], lw=2.2, **look)[0] for name, look in looks.items()},
        dots=axes.plot([], [], "o", ms=5, color=P_COLOUR, mec="white", mew=0.6)[0],
        words={name: axes.text(0, height, "", va="center", **PAPER) for name, height in HEADS.items()},
    )


def _update_bias(artists: Any, n: Any) -> None:
    low, high, _ = _bias_scene(n)
    artists.dots.set_data(n.estimates, np.arange(REPLICATES) + 0.5)
    predicted = None if n.bias is None else n.seen + n.bias
    artists.box.set_visible(predicted is not None)
    if predicted is not None:
        artists.box.set_x(n.seen)
        artists.box.set_width(n.bias)
    values = {"truth": n.truth, "predicted": predicted, "mean": n.mean}
    gap = 0.012 * (high - low)
    for name, value in values.items():
        line, words = artists.lines[name], artists.words[name]
        line.set_visible(value is not None)
        words.set_visible(value is not None)
        if value is None:
            continue
        line.set_data([value, value], [0, HEADS[name] + 1.5])
        rightwards = value < 0.6 * high
        words.set_text(f"{name} {signed(value, 3)}")
        words.set_x(value + gap if rightwards else value - gap)
        words.set_horizontalalignment("left" if rightwards else "right")


BIAS_LAB = Demo(
    number="D5.3",
    title="Bias lab",
    controls=[
        Range("rho", "true ρ", values=records.RHOS, default=0.0, text="{:.2f}".format),
        Range("n", "pairs n", values=LIVE + RECORDED, default=200, text="{:,}".format),
        Range("bins", "bins per axis", values=records.ESTIMATE_BINS, default=30),
        Choice("method", "method", options=("binned", "KSG"), default="binned"),
    ],
    compute=_bias_numbers,
    describe=_describe_bias,
    draw=_draw_bias,
    update=_update_bias,
    scene=_bias_scene,
    height=3.6,
)
