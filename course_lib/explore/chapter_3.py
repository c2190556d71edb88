"""Demos of chapter 3, cross-entropy."""

import math
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation
from scipy.special import expit

from course_lib import datasets
from course_lib.classifiers import (
    cross_entropy_from_logits,
    expected_calibration_error,
    fit_temperature,
    reliability,
    softmax,
)
from course_lib.controls import Action, Choice, Preset, Range, Weights, one_two_five_grid
from course_lib.distributions import FloatArray
from course_lib.explore.engine import Demo
from course_lib.explore.wording import scientific, signed
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
    corners,
    draw_reliability,
    glyph,
    margins,
    move_reliability,
)
from course_lib.measures import cross_entropy, entropy, kl_divergence, surprisal

EXCESS: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "edgecolor": INK}


# ---------------------------------------------------------------------------------------------- D3.1
SYMBOLS = "ABCD"
TALLEST = 6.6  # bits; the rarest code a slider can set, 1 of 49, is 5.61 bits long
LINE_OF_WORDS = 0.85  # bits of that axis which a line of words needs, in the bigger style too


def _code_bill_numbers(p: list[int], q: list[int]) -> SimpleNamespace:
    for name, weights in (("p", p), ("q", q)):
        if sum(weights) == 0:
            raise ValueError(f"All weights of {name} are 0: give one symbol of {name} a weight above 0.")
    truth, model = np.array(p) / sum(p), np.array(q) / sum(q)
    return SimpleNamespace(
        weights=(p, q),
        p=truth,
        q=model,
        due=np.asarray(surprisal(truth)),
        paid=np.asarray(surprisal(model)),
        entropy=float(entropy(truth)),
        bill=float(cross_entropy(truth, model)),
        waste=float(kl_divergence(truth, model)),
    )


def _bits(value: float, decimals: int) -> str:
    return "∞" if math.isinf(value) else signed(value, decimals)


def _describe_code_bill(n: Any) -> str:
    truth, model = (":".join(map(str, weights)) for weights in n.weights)
    return (
        f"p = {truth}, code for q = {model} → H(p) = {n.entropy:.4f}, "
        f"H(p, q) = {_bits(n.bill, 4)}, waste {_bits(n.waste, 4)} bits/symbol"
    )


def _details_of_code_bill(n: Any) -> str:
    rows = zip(SYMBOLS, n.p, n.paid, n.due, strict=True)
    boxes = [f"{s} {p:.2f} wide, {_bits(paid, 3)} high, due {due:.3f}" for s, p, paid, due in rows if p > 0]
    return f"Boxes: {'; '.join(boxes)}."


def _draw_code_bill(figure: Figure, n: Any) -> SimpleNamespace:
    size = float(rcParams["font.size"])
    places = margins(figure, columns=2, left=3.6, top=1.9, between=1.4)
    boxes, total = figure.subplots(1, 2, width_ratios=[1.7, 1], sharey=True, gridspec_kw=places)
    boxes.set(xlim=(0, 1.005), ylim=(0, TALLEST), xticks=[], ylabel="height: −log₂ q (bits)")
    boxes.set_title("A box's area is its bill; hatched: overpaid, dashed: saved")
    boxes.set_xlabel("width: how often it occurs, p", labelpad=1.5 * size)
    total.set(xlim=(0, 1), xticks=[0.22], xticklabels=["sum of areas, bits"])
    total.tick_params("x", length=0)
    total.tick_params("y", labelleft=False)
    sign: dict[str, Any] = {"color": INK, "mew": 0, "ls": "none"}
    down = ScaledTranslation(0, -0.9 * size / 72, figure.dpi_scale_trans)
    below: dict[str, Any] = {"clip_on": False, "transform": boxes.get_xaxis_transform() + down}
    saved = PolyCollection([], facecolor="none", edgecolor=QUIET_COLOUR, ls="--", lw=1.4)
    solid = PolyCollection([], facecolor=ENTROPY_FILL, edgecolor=INK, lw=1.0)
    excess = PolyCollection([], lw=1.0, **EXCESS)
    for collection in (saved, solid, excess):
        boxes.add_collection(collection, autolim=False)
    box: dict[str, Any] = {"lw": 1.0, "edgecolor": INK}
    return SimpleNamespace(
        saved=saved,
        solid=solid,
        excess=excess,
        letters=[boxes.plot([0], [0], marker=glyph(s), ms=0.7 * size, **sign, **below)[0] for s in SYMBOLS],
        endless=[
            boxes.plot([], [], marker="s", ms=24, color="white", mew=0, ls="none")[0],
            boxes.plot([], [], marker=glyph("∞"), ms=20, **sign)[0],
        ],
        due=total.add_patch(Rectangle((0, 0), 0.44, 1, facecolor=ENTROPY_FILL, **box)),
        waste=total.add_patch(Rectangle((0, 0), 0.44, 1, lw=1.0, **EXCESS)),
        words=[
            total.text(0.5, 0, "", va="center"),
            total.text(0.5, 0, "", va="center"),
            total.text(0.22, 0, "", ha="center", va="bottom", weight="bold", **PAPER),
        ],
    )


def _update_code_bill(artists: Any, n: Any) -> None:
    left = np.cumsum(n.p) - n.p
    occurs = n.p > 0
    sides = left[occurs], (left + n.p)[occurs]
    due, paid = (np.minimum(height[occurs], TALLEST) for height in (n.due, n.paid))
    cheaper = np.minimum(due, paid)
    artists.solid.set_verts(corners(*sides, 0 * due, cheaper))
    artists.excess.set_verts(corners(*sides, cheaper, paid)[paid > due])
    artists.saved.set_verts(corners(*sides, cheaper, due)[due > paid])
    for letter, x, p in zip(artists.letters, left + n.p / 2, n.p, strict=True):
        letter.set_xdata([x])
        letter.set_visible(p >= 0.03)
    endless = occurs & np.isinf(n.paid)
    for sign in artists.endless:
        sign.set_data((left + n.p / 2)[endless], np.full(endless.sum(), 0.93 * TALLEST))
    top = min(n.bill, TALLEST)
    artists.due.set_height(n.entropy)
    artists.waste.set_y(n.entropy)
    artists.waste.set_height(top - n.entropy)
    first = max(n.entropy / 2, 0.5 * LINE_OF_WORDS)
    second = max((n.entropy + top) / 2, first + LINE_OF_WORDS)
    for text, y, words in zip(
        artists.words,
        (first, second, min(top + 0.12, TALLEST - LINE_OF_WORDS)),
        (f"H(p) {n.entropy:.3f}", f"waste {_bits(n.waste, 3)}", _bits(n.bill, 3)),
        strict=True,
    ):
        text.set_y(y)
        text.set_text(words)


CODE_BILL = Demo(
    number="D3.1",
    title="The wrong code's bill",
    controls=[
        Weights("p", "weights of p: what is sent", outcomes=tuple(SYMBOLS), default=(8, 4, 2, 2), maximum=16),
        Weights(
            "q",
            "weights of q: what the code is built for",
            outcomes=tuple(SYMBOLS),
            default=(2, 2, 4, 8),
            maximum=16,
        ),
        Action("right_code", "q = p"),
        Preset("uniform_code", "q uniform", sets={"q": [1, 1, 1, 1]}),
    ],
    compute=_code_bill_numbers,
    describe=_describe_code_bill,
    details=_details_of_code_bill,
    draw=_draw_code_bill,
    update=_update_code_bill,
    actions={"right_code": lambda p, q: {"q": p}},
    height=3.0,
)


# ---------------------------------------------------------------------------------------------- D3.2
class Rule(NamedTuple):
    """How a forecast is fined: if it rains and if it does not, in which unit, and on which scales."""

    if_rain: Callable[[FloatArray], FloatArray]
    unit: str
    ends: tuple[float, ...]


RULES = {
    "log": Rule(lambda q: np.asarray(surprisal(q)), "bits", (3.2, 10.5)),
    "Brier": Rule(lambda q: (1 - q) ** 2, "points", (1.05,)),
    "absolute": Rule(lambda q: 1 - q, "points", (1.05,)),
}
REPORTS = (0.001, 0.002, 0.005, *(percent / 100 for percent in range(1, 100)), 0.995, 0.998, 0.999)
FINELY = np.concatenate(
    [np.geomspace(0.001, 0.02, 60), np.linspace(0.02, 0.98, 193)[1:-1], 1 - np.geomspace(0.02, 0.001, 60)]
)


def _expected_penalty(rule: Rule, p: float, q: FloatArray) -> FloatArray:
    """Mean fine for reporting q where it rains with probability p; 0 · ∞ is 0."""
    fines = ((p, rule.if_rain(q)), (1 - p, rule.if_rain(1 - q)))
    return np.asarray(sum(chance * fine for chance, fine in fines if chance > 0))


def _forecaster_numbers(p: float, q: float, rule: str) -> SimpleNamespace:
    fines = RULES[rule]
    # The log and the Brier score are proper: honesty is best. Absolute error is a line: an end is best.
    best = p if rule != "absolute" else 0.5 if p == 0.5 else float(p > 0.5)
    penalty, least = (float(_expected_penalty(fines, p, np.array(report))) for report in (q, best))
    return SimpleNamespace(
        p=p,
        q=q,
        rule=rule,
        penalty=penalty,
        best=best,
        least=least,
        excess=max(penalty - least, 0.0),
        curve=_expected_penalty(fines, p, FINELY),
        end=next(end for end in fines.ends if end > penalty),
    )


def _report(q: float) -> str:
    return f"{q:.2f}" if round(q, 2) == q else f"{q:.3f}"


def _describe_forecaster(n: Any) -> str:
    unit = RULES[n.rule].unit
    tie = n.rule == "absolute" and n.p == 0.5
    how = "whatever the report" if tie else f"by reporting {n.best:.2f}"
    return (
        f"Rule {n.rule}: report {_report(n.q)} when truth is {n.p:.2f}: {n.penalty:.4f} {unit}, "
        f"best possible {n.least:.4f}, {how}"
    )


def _draw_forecaster(figure: Figure, n: Any) -> SimpleNamespace:
    rule = RULES[n.rule]
    places = margins(figure, columns=2, between=1.0)
    curve, column = figure.subplots(1, 2, width_ratios=[2.5, 1], gridspec_kw=places)
    curve.set(
        xlim=(-0.01, 1.01),
        ylim=(0, n.end),
        xlabel="your report q",
        ylabel=f"expected penalty ({rule.unit})",
        title=f"What a report costs on average, rule: {n.rule}",
    )
    column.set(xlim=(0, 1), ylim=(0, 1))
    column.axis("off")
    truth: dict[str, Any] = {"color": P_COLOUR, "ls": "--", "lw": 1.6}
    report: dict[str, Any] = {"ls": "none", "marker": "o", "ms": 9, "color": Q_COLOUR, "mec": "white"}
    flag: dict[str, Any] = {"ls": "none", "marker": "D", "ms": 11, "color": GOOD_COLOUR, "mec": INK}
    column.plot([0.06, 0.06], [0.9, 1.0], **truth)
    column.plot([0.06], [0.78], **report)
    column.plot([0.06], [0.5], **flag)
    column.add_patch(Rectangle((0.02, 0.18), 0.08, 0.08, lw=0.8, **EXCESS))
    captions = ((0.95, "true chance p"), (0.78, "you pay"), (0.5, "least possible"), (0.22, "too much"))
    for y, caption in captions:
        column.text(0.16, y, caption, va="center", color=QUIET_COLOUR)
    return SimpleNamespace(
        truth=curve.axvline(n.p, **truth),
        excess=curve.add_patch(Rectangle((0, 0), 0.02, 0, lw=0.8, **EXCESS)),
        line=curve.plot(FINELY, 0 * FINELY, color=Q_COLOUR)[0],
        flag=curve.plot([0], [0], clip_on=False, zorder=4, **flag)[0],
        report=curve.plot([0], [0], clip_on=False, zorder=5, **report)[0],
        numbers=[column.text(0.16, y, "", va="center", weight="bold") for y in (0.66, 0.38, 0.1)],
    )


def _update_forecaster(artists: Any, n: Any) -> None:
    artists.truth.set_xdata([n.p, n.p])
    artists.excess.set_bounds(n.q - 0.01, n.least, 0.02, n.excess)
    artists.line.set_ydata(n.curve)
    artists.flag.set_data([n.best], [n.least])
    artists.report.set_data([n.q], [n.penalty])
    unit = RULES[n.rule].unit
    for text, value in zip(artists.numbers, (n.penalty, n.least, n.excess), strict=True):
        text.set_text(f"{value:.4f} {unit}")


FORECASTER = Demo(
    number="D3.2",
    title="Pay the forecaster",
    controls=[
        Range(
            "p",
            "true chance of rain p",
            values=tuple(percent / 100 for percent in range(101)),
            default=0.70,
            text="{:.2f}".format,
        ),
        Range("q", "your report q", values=REPORTS, default=0.50, text=_report),
        Choice("rule", "rule", options=tuple(RULES), default="log"),
    ],
    compute=_forecaster_numbers,
    describe=_describe_forecaster,
    draw=_draw_forecaster,
    update=_update_forecaster,
    scene=lambda n: (n.rule, n.end),
    height=3.3,
)


# ---------------------------------------------------------------------------------------------- D3.3
LOGITS = tuple(tenth / 10 for tenth in range(-100, 101))
BOTH = "both"
LOSSES: dict[str, dict[str, Any]] = {
    "cross-entropy": {"color": P_COLOUR, "ls": "-"},
    "squared error": {"color": Q_COLOUR, "ls": "--"},
}
UNITS = {"cross-entropy": " nats", "squared error": ""}


def _losses_and_slopes(z: FloatArray) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Both losses of logit z when the label is 1, and their slopes along z."""
    right, wrong = expit(z), expit(-z)
    return {
        "cross-entropy": (np.logaddexp(0, -z), -wrong),
        "squared error": (wrong**2, -2 * right * wrong**2),
    }


def _slopes_numbers(z: float, show: str) -> SimpleNamespace:
    found = {
        name: (float(loss), float(slope)) for name, (loss, slope) in _losses_and_slopes(np.array(z)).items()
    }
    return SimpleNamespace(
        z=z,
        show=show,
        q=float(expit(z)),
        losses={name: loss for name, (loss, _) in found.items()},
        slopes={name: slope for name, (_, slope) in found.items()},
        ratio=found["cross-entropy"][1] / found["squared error"][1],
        shown=[name for name in LOSSES if show in (BOTH, name)],
    )


def _describe_slopes(n: Any) -> str:
    each = [
        f"{name} {scientific(n.losses[name], 5)}{UNITS[name]}, slope {scientific(n.slopes[name], 5)}"
        for name in n.shown
    ]
    sentence = f"Logit z = {signed(n.z, 1)}, label 1: q = {scientific(n.q, 5)}; {'; '.join(each)}"
    return sentence if n.show != BOTH else f"{sentence}; cross-entropy pushes {_times(n.ratio)} as hard"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 100 else f"{ratio:.1f} times"


def _draw_slopes(figure: Figure, n: Any) -> SimpleNamespace:
    losses, slopes = figure.subplots(1, 2, gridspec_kw=margins(figure, columns=2, left=3.6, between=5.0))
    z = np.linspace(-10.4, 10.4, 261)
    for name, pair in _losses_and_slopes(z).items():
        if name in n.shown:
            for axes, values in zip((losses, slopes), pair, strict=True):
                label = f"{name},{UNITS[name]}".rstrip(",")
                axes.plot(z, values, label=label, alpha=0.75, **LOSSES[name])
    losses.set(ylim=(-0.4, 10.8), ylabel="loss", title="Loss of label 1")
    slopes.set(ylim=(-1.12, 0.1), ylabel="slope", title="Its slope: the push on z")
    slopes.set_yticks([-1, -0.5, 0], ["−1", "−0.5", "0"])
    for axes in (losses, slopes):
        axes.set(xlim=(-10.4, 10.4), xlabel="logit z")
        axes.set_xticks([-10, -5, 0, 5, 10], ["−10", "−5", "0", "5", "10"])
    losses.legend(loc="upper right", borderpad=0, handlelength=2.2)
    dot: dict[str, Any] = {"ls": "none", "mec": INK, "clip_on": False}
    markers = {"cross-entropy": "o", "squared error": "s"}
    return SimpleNamespace(
        here=[
            axes.axvline(0, ymax=top, color=QUIET_COLOUR, ls=":", lw=1.4)
            for axes, top in ((losses, 0.78), (slopes, 1))  # clear of the legend
        ],
        tangents={name: losses.plot([], [], color=INK, lw=1.8)[0] for name in n.shown},
        dots={
            name: [
                axes.plot([], [], marker=markers[name], color=LOSSES[name]["color"], **dot)[0]
                for axes in (losses, slopes)
            ]
            for name in n.shown
        },
    )


def _update_slopes(artists: Any, n: Any) -> None:
    for line in artists.here:
        line.set_xdata([n.z, n.z])
    for name in n.shown:
        loss, slope = n.losses[name], n.slopes[name]
        reach = np.array([-2.5, 2.5])
        artists.tangents[name].set_data(n.z + reach, loss + slope * reach)
        for dot, height in zip(artists.dots[name], (loss, slope), strict=True):
            dot.set_data([n.z], [height])


ERROR_SLOPES = Demo(
    number="D3.3",
    title="Two losses and their slopes",
    controls=[
        Range("z", "logit z (label 1)", values=LOGITS, default=-5.0, text=lambda z: signed(z, 1)),
        Choice("show", "show", options=(BOTH, *LOSSES), default=BOTH),
    ],
    compute=_slopes_numbers,
    describe=_describe_slopes,
    draw=_draw_slopes,
    update=_update_slopes,
    scene=lambda n: n.show,
    height=3.3,
)


# ---------------------------------------------------------------------------------------------- D3.4
PENALTIES = {"C = 1": 1.0, "C = 10000": 1e4}  # small C: a strong pull of all weights towards 0
LOWEST, HIGHEST = 0.1, 10.0
LOSS_ENDS = (0.05, 5.0)  # nats, ends of the logarithmic axis


class DigitsLogits(NamedTuple):
    """A digits classifier's logits where it is tuned and where it is judged."""

    validation: FloatArray
    test: FloatArray


@cache
def digits_logits(C: float) -> DigitsLogits:
    """Train scikit-learn's logistic regression on the training half of the digits; return its logits.

    Parameters
    ----------
    C : float
        Inverse strength of the penalty on large weights; 1 is scikit-learn's default.

    Returns
    -------
    DigitsLogits
        Logits of shape (449, 10) and (450, 10), for the validation and the test part of
        `course_lib.datasets.digits_split`.
    """
    from sklearn.linear_model import LogisticRegression

    digits = datasets.digits_split()
    model = LogisticRegression(C=C, max_iter=5000).fit(digits.train.pixels, digits.train.labels)
    logits = DigitsLogits(
        *(model.decision_function(part.pixels) for part in (digits.validation, digits.test))
    )
    for array in logits:
        array.flags.writeable = False  # every later call returns these very arrays
    return logits


@cache
def _fitted(model: str) -> float:
    """Temperature that suits the validation digits best."""
    return fit_temperature(
        digits_logits(PENALTIES[model]).validation, datasets.digits_split().validation.labels
    )


def _loss(logits: FloatArray, labels: Any, temperature: float) -> float:
    return float(cross_entropy_from_logits(logits / temperature, labels))


def _expected_loss(logits: FloatArray, temperature: float) -> float:
    """Mean entropy of the forecasts, in nats: the loss that the model itself expects."""
    return float(np.mean(entropy(softmax(logits, temperature=temperature), unit="nats")))


@cache
def _temperatures() -> tuple[float, ...]:
    """Fifty steps to a power of ten, the round numbers, and both models' fitted temperatures."""
    fine = {float(f"{10 ** (step / 50):.3g}") for step in range(-50, 51)}
    round_numbers = one_two_five_grid(LOWEST, HIGHEST, 0.125, 0.25, 4, 8)
    return tuple(sorted(fine | {*round_numbers} | {_fitted(model) for model in PENALTIES}))


@cache
def _curves(model: str) -> dict[str, FloatArray]:
    """Losses along the axis of temperatures: the same for every picture of a model."""
    digits, logits = datasets.digits_split(), digits_logits(PENALTIES[model])
    grid = np.geomspace(LOWEST, HIGHEST, 81)
    return {
        "temperature": grid,
        "test": np.array([_loss(logits.test, digits.test.labels, t) for t in grid]),
        "validation": np.array([_loss(logits.validation, digits.validation.labels, t) for t in grid]),
        "expected": np.array([_expected_loss(logits.validation, t) for t in grid]),
    }


def _trust_numbers(model: str, temperature: float) -> SimpleNamespace:
    digits, logits = datasets.digits_split(), digits_logits(PENALTIES[model])
    forecasts = softmax(logits.test, temperature=temperature)
    return SimpleNamespace(
        model=model,
        temperature=temperature,
        fitted=_fitted(model),
        accuracy=float(np.mean(forecasts.argmax(axis=1) == digits.test.labels)),
        loss=_loss(logits.test, digits.test.labels, temperature),
        calibration_error=expected_calibration_error(forecasts, digits.test.labels),
        confidence=float(forecasts.max(axis=1).mean()),
        entropy=_expected_loss(logits.test, temperature),
        validation_loss=_loss(logits.validation, digits.validation.labels, temperature),
        validation_entropy=_expected_loss(logits.validation, temperature),
        reliability=reliability(forecasts, digits.test.labels),
    )


def _describe_trust(n: Any) -> str:
    return (
        f"{n.model}, τ = {n.temperature:.4g}, test: accuracy {n.accuracy:.4f}, NLL {n.loss:.3f} nats, "
        f"ECE {n.calibration_error:.3f}, mean confidence {n.confidence:.3f}, "
        f"mean predictive entropy {n.entropy:.3f} nats; "
        f"validation: NLL {n.validation_loss:.3f}, predictive entropy {n.validation_entropy:.3f} nats"
    )


CURVES: dict[str, dict[str, Any]] = {
    "test": {"color": P_COLOUR, "ls": "-", "label": "NLL, test"},
    "validation": {"color": Q_COLOUR, "ls": "--", "label": "NLL, validation"},
    "expected": {"color": QUIET_COLOUR, "ls": ":", "label": "predictive entropy, validation"},
}


def _draw_trust(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=3.8, bottom=4.9, between=5.4)
    diagram, curves = figure.subplots(1, 2, width_ratios=[1, 1.25], gridspec_kw=places)
    drawn = draw_reliability(diagram, n.reliability)
    diagram.set(ylabel="share that was right", title="450 test digits")
    lines = {name: curves.plot([], [], **look)[0] for name, look in CURVES.items()}
    curves.set(xscale="log", yscale="log", xlim=(0.095, 10.5), ylim=LOSS_ENDS)
    curves.set(
        xlabel="temperature τ (log scale)", ylabel="nats (log scale)", title="Loss at each temperature"
    )
    curves.set_xticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    curves.set_yticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
    for axis in (curves.xaxis, curves.yaxis):
        axis.set_minor_locator(NullLocator())
    figure.legend(loc="lower right", ncols=3, borderpad=0.2, handlelength=2.0, columnspacing=1.2)
    dot: dict[str, Any] = {"ls": "none", "mec": INK, "clip_on": False}
    markers = {"test": "o", "validation": "s", "expected": "D"}
    return SimpleNamespace(
        reliability=drawn,
        lines=lines,
        here=curves.axvline(n.temperature, color=INK, lw=1.4, ls=(0, (1, 1))),
        dots={
            name: curves.plot([], [], marker=markers[name], color=look["color"], **dot)[0]
            for name, look in CURVES.items()
        },
    )


def _update_trust(artists: Any, n: Any) -> None:
    move_reliability(artists.reliability, n.reliability)
    curves = _curves(n.model)
    for name, line in artists.lines.items():
        line.set_data(curves["temperature"], curves[name])
    artists.here.set_xdata([n.temperature, n.temperature])
    heights = {"test": n.loss, "validation": n.validation_loss, "expected": n.validation_entropy}
    for name, height in heights.items():
        artists.dots[name].set_data([n.temperature], [height])
        artists.dots[name].set_visible(height > LOSS_ENDS[0])


@cache
def temperature_and_trust() -> Demo:
    """Return demo D3.4. A function, so that only those who open it train its two classifiers."""
    for model in PENALTIES:
        _curves(model)  # now, so that the first switch between the models is as quick as the next
    return Demo(
        number="D3.4",
        title="Temperature and trust",
        controls=[
            Choice("model", "logistic regression", options=tuple(PENALTIES), default="C = 10000"),
            Range("temperature", "temperature τ", values=_temperatures(), default=1.0, text="{:.4g}".format),
            Action("fit", "fit τ on validation"),
            Preset("plain", "τ = 1", sets={"temperature": 1.0}),
        ],
        compute=_trust_numbers,
        describe=_describe_trust,
        draw=_draw_trust,
        update=_update_trust,
        actions={"fit": lambda model, temperature: {"temperature": _fitted(model)}},
        height=3.7,
    )
