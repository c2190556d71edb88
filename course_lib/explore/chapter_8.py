"""Demos of chapter 8, the complete picture: all identities on one table, losses as divergences, a league."""

import bz2
import lzma
import math
import zlib
from collections.abc import Callable
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from scipy.special import softmax

from course_lib import datasets
from course_lib.channels import binary_symmetric_channel
from course_lib.codes import code_lengths
from course_lib.controls import Choice, Preset, Range, Weights, one_two_five_grid
from course_lib.distributions import FloatArray, in_unit
from course_lib.explore.engine import Demo
from course_lib.explore.wording import RAISED, signed
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
from course_lib.language.ngram import ALPHABET, adaptive_surprisals, witten_bell_surprisals
from course_lib.league import LEARN_FROM, YOURS, Score
from course_lib.maps import FORWARD, LOSSES
from course_lib.measures import (
    conditional_entropy,
    cross_entropy,
    entropy,
    joint_entropy,
    kl_divergence,
    mutual_information,
    surprisal,
)

GAP: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "edgecolor": INK}
WHOLE: dict[str, Any] = {"facecolor": ENTROPY_FILL, "edgecolor": INK}
ALONE: dict[str, Any] = {"facecolor": "white", "edgecolor": INK}


# ---------------------------------------------------------------------------------------------- D8.1
SIDE = 4  # rows and columns of the largest table
HEAVIEST = 12  # J3 in twentieths needs a cell of weight 12
X_NAMES, Y_NAMES = "0123", "abcd"
PRODUCT, UNIFORM, SMOOTHED, ITSELF = "product p(x)·p(y)", "uniform", "weights + 1", "p itself"
MOST_BITS = math.log2(SIDE * SIDE)
LEAST_BOUND = -14  # power of ten; below it residuals are the machine's, not the table's
BARS = ("H(X)", "H(Y)", "H(X|Y)", "I(X;Y)", "H(Y|X)", "H(X,Y)", "D(p‖q)", "CE(p,q)")


class Identity(NamedTuple):
    """Two routes to one number, in bits."""

    name: str
    left: float
    right: float

    @property
    def residual(self) -> float:
        """How far the routes end apart."""
        return abs(self.left - self.right)


def _padded(*rows: tuple[int, ...]) -> list[int]:
    """Weights of the whole table, row by row, for the ones in its upper left corner."""
    table = np.zeros((SIDE, SIDE), dtype=int)
    for x, row in enumerate(rows):
        table[x, : len(row)] = row
    return [int(weight) for weight in table.ravel()]


J3_WEIGHTS = _padded((3, 1, 1), (1, 2, 12))


def _model_of(q: str, weights: FloatArray) -> FloatArray:
    if q == PRODUCT:
        return np.asarray(np.outer(weights.sum(axis=1), weights.sum(axis=0)) / weights.sum() ** 2)
    if q == UNIFORM:
        return np.full(weights.shape, 1 / weights.size)
    heavier = weights + 1 if q == SMOOTHED else weights
    return np.asarray(heavier / heavier.sum())


def _machine_numbers(weights: list[int], q: str) -> SimpleNamespace:
    table = np.array(weights, dtype=float).reshape(SIDE, SIDE)
    if not table.any():
        raise ValueError("All weights are 0, so there is no table: give one cell a weight above 0.")
    rows, columns = np.flatnonzero(table.sum(axis=1)), np.flatnonzero(table.sum(axis=0))
    used = table[np.ix_(rows, columns)]
    joint, model = used / used.sum(), _model_of(q, used)
    x, y = joint.sum(axis=1), joint.sum(axis=0)
    h_x, h_y, h_xy = float(entropy(x)), float(entropy(y)), float(joint_entropy(joint))
    h_y_x, h_x_y = float(conditional_entropy(joint)), float(conditional_entropy(joint.T))
    n = SimpleNamespace(
        q=q,
        rows=rows,
        columns=columns,
        joint=joint,
        model=model,
        h_x=h_x,
        h_y=h_y,
        h_xy=h_xy,
        h_x_y=h_x_y,
        h_y_x=h_y_x,
        shared=float(mutual_information(joint)),
        by_row=[float(entropy(row / row.sum())) for row in joint],
        divergence=float(kl_divergence(joint.ravel(), model.ravel())),
        bill=float(cross_entropy(joint.ravel(), model.ravel())),
    )
    n.identities = _identities(n)
    n.worst = max(identity.residual for identity in n.identities)
    return n


def _mean_divergence(joint: FloatArray, model: FloatArray) -> float:
    """Mean over the rows, as likely as they are, of D(row of the table‖row of the model)."""
    p_x = joint.sum(axis=1)
    rows = zip(joint, model, strict=True)
    return float(p_x @ [kl_divergence(p / p.sum(), q / q.sum()) for p, q in rows])


def _identities(n: Any) -> list[Identity]:
    joint, model = n.joint, n.model
    x, y = joint.sum(axis=1), joint.sum(axis=0)
    product, even = np.outer(x, y), np.full(joint.size, 1 / joint.size)
    margin = float(kl_divergence(x, model.sum(axis=1) / model.sum()))
    return [
        Identity("H(X,Y) = H(X) + H(Y|X)", n.h_xy, n.h_x + n.h_y_x),
        Identity("H(X,Y) = H(Y) + H(X|Y)", n.h_xy, n.h_y + n.h_x_y),
        Identity("I = H(X) + H(Y) − H(X,Y)", n.shared, n.h_x + n.h_y - n.h_xy),
        Identity("I = H(Y) − H(Y|X)", n.shared, n.h_y - n.h_y_x),
        Identity("I = H(X) − H(X|Y)", n.shared, n.h_x - n.h_x_y),
        Identity("I = D(joint‖product)", n.shared, float(kl_divergence(joint.ravel(), product.ravel()))),
        Identity("I = mean D(p(y|x)‖p(y))", n.shared, _mean_divergence(joint, product)),
        Identity("I = mean D(p(x|y)‖p(x))", n.shared, _mean_divergence(joint.T, product.T)),
        Identity("H(X,Y) − I = H(X|Y) + H(Y|X)", n.h_xy - n.shared, n.h_x_y + n.h_y_x),
        Identity(
            "log₂ K = H(X,Y) + D(p‖uniform)",
            math.log2(joint.size),
            n.h_xy + float(kl_divergence(joint.ravel(), even)),
        ),
        Identity("CE(p,q) = H(X,Y) + D(p‖q)", n.bill, n.h_xy + n.divergence),
        Identity("D(p‖q) = D of X + D of Y|X", n.divergence, margin + _mean_divergence(joint, model)),
    ]


def _power_of_ten(exponent: int) -> str:
    return "10" + str(exponent).translate(RAISED)


def _describe_machine(n: Any) -> str:
    bound = LEAST_BOUND if n.worst < 10.0**LEAST_BOUND else math.floor(math.log10(n.worst)) + 1
    return (
        f"H(X) = {signed(n.h_x, 4)}, H(Y) = {signed(n.h_y, 4)}, H(X,Y) = {signed(n.h_xy, 4)} bits; "
        f"H(X|Y), I, H(Y|X) = {signed(n.h_x_y, 4)}, {signed(n.shared, 4)}, {signed(n.h_y_x, 4)} bits; "
        f"q = {n.q}: CE(p,q) = {signed(n.bill, 4)} = H(X,Y) + {signed(n.divergence, 4)} bits; "
        f"all {len(n.identities)} residuals below {_power_of_ten(bound)} bits"
    )


def _details_of_machine(n: Any) -> str:
    rows = (f"X = {X_NAMES[x]} {signed(h, 4)}" for x, h in zip(n.rows, n.by_row, strict=True))
    both = (f"{identity.name}: {signed(identity.left, 4)}" for identity in n.identities)
    return f"H(Y|X = x), bits: {'; '.join(rows)}. Identities, bits: {'; '.join(both)}."


def _draw_machine(figure: Figure, n: Any) -> SimpleNamespace:
    frame = margins(figure, columns=2, left=4.0, right=0.4, bottom=0.3, between=4.4)
    em = float(rcParams["font.size"]) / 72
    high = float(figure.get_figheight())
    list_height = 9.3  # in heights of the type: a title and six lines
    split = list_height * em / high
    places = frame | {"bottom": split + 1.6 * em / high}
    bars, rows = figure.subplots(1, 2, width_ratios=[1.75, 1], gridspec_kw=places)
    bars.set(xlim=(0, 4.85), ylim=(len(BARS) - 0.4, -0.6), xticks=range(5))
    bars.set_title("One table, in bits (hatched: a divergence)", weight="normal")
    bars.set_yticks(range(len(BARS)), BARS)
    rows.set(xlim=(0, 2.75), ylim=(SIDE - 0.4, -0.6), xticks=range(3))
    rows.set_title("H(Y|x); dashes: H(Y)", weight="normal")
    rows.set_yticks(range(SIDE), [f"X = {x}" for x in X_NAMES])
    for axes, most in ((bars, MOST_BITS), (rows, 2)):
        axes.tick_params("y", length=0)
        axes.spines["bottom"].set_bounds(0, most)
    values = figure.add_axes((0.01, 0.0, 0.98, split))
    values.axis("off")
    values.set(xlim=(0, 1), ylim=(0, list_height))
    values.text(0, list_height - 0.3, "Left side, and how far the right side is from it (bits)", va="top")
    looks = (WHOLE, WHOLE, ALONE, GAP, ALONE, WHOLE, GAP, WHOLE)
    small: dict[str, Any] = {"va": "center", "fontsize": "small"}
    tiny: dict[str, Any] = {"va": "baseline", "fontsize": "small"}
    spots = [(0.475 * (k // 6), 6.55 - 1.22 * (k % 6)) for k in range(len(n.identities))]
    ends = [(0.45 if left == 0 else 0.995, low) for left, low in spots]
    for (left, low), identity in zip(spots, n.identities, strict=True):
        values.text(left, low, identity.name, **tiny)
    return SimpleNamespace(
        edges=bars.add_collection(LineCollection([], colors=QUIET_COLOUR, linestyles=":", linewidths=1.2)),
        bars=[
            bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, lw=1, **look)) for k, look in enumerate(looks)
        ],
        waste=bars.add_patch(Rectangle((0, len(BARS) - 1.36), 0, 0.72, lw=1, **GAP)),
        numbers=[bars.text(0, k, "", **small, **PAPER) for k in range(len(BARS))],
        rows=[rows.add_patch(Rectangle((0, k - 0.36), 0, 0.72, lw=1, **ALONE)) for k in range(SIDE)],
        mean=rows.plot([0, 0], [-0.6, SIDE - 0.4], "--", color=P_COLOUR, lw=1.8)[0],
        row_numbers=[rows.text(0, k, "", **small, **PAPER) for k in range(SIDE)],
        values=[values.text(edge - 0.11, low, "", ha="right", **tiny) for edge, low in ends],
        residuals=[values.text(edge, low, "", ha="right", **tiny) for edge, low in ends],
    )


def _residual(value: float) -> str:
    if value == 0:
        return "0"
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit}·{_power_of_ten(int(exponent))}"


def _update_machine(artists: Any, n: Any) -> None:
    starts = (0.0, n.h_x_y, 0.0, n.h_x_y, n.h_x, 0.0, n.h_xy, 0.0)
    lengths = (n.h_x, n.h_y, n.h_x_y, n.shared, n.h_y_x, n.h_xy, n.divergence, n.bill)
    for bar, text, start, length in zip(artists.bars, artists.numbers, starts, lengths, strict=True):
        bar.set_x(start)
        bar.set_width(length)
        text.set_text(signed(length, 4))
        text.set_x(start + length + 0.07)
    artists.waste.set_x(n.h_xy)
    artists.waste.set_width(n.divergence)
    last = len(BARS) - 0.6
    artists.edges.set_segments([[(x, -0.4), (x, last)] for x in (n.h_x_y, n.h_x, n.h_xy)])
    artists.mean.set_xdata([n.h_y, n.h_y])
    by_row = dict(zip(n.rows.tolist(), n.by_row, strict=True))
    for x, (bar, text) in enumerate(zip(artists.rows, artists.row_numbers, strict=True)):
        bar.set_width(by_row.get(x, 0.0))
        bar.set_visible(x in by_row)
        text.set_text(signed(by_row[x], 4) if x in by_row else "never")
        text.set_x(by_row.get(x, 0.0) + 0.06)
    for value, residual, identity in zip(artists.values, artists.residuals, n.identities, strict=True):
        value.set_text(signed(identity.left, 4))
        residual.set_text(_residual(identity.residual))


IDENTITY_MACHINE = Demo(
    number="D8.1",
    title="Identity machine",
    controls=[
        Weights(
            "weights",
            "weights of the table p: rows X, columns Y",
            outcomes=tuple(f"X={x}, Y={y}" for x in X_NAMES for y in Y_NAMES),
            default=J3_WEIGHTS,
            maximum=HEAVIEST,
            columns=SIDE,
        ),
        Choice("q", "model q of the table", options=(PRODUCT, UNIFORM, SMOOTHED, ITSELF), default=PRODUCT),
        Preset("j3", "J3, in twentieths", sets={"weights": J3_WEIGHTS}),
        Preset("independent", "independent", sets={"weights": _padded((1, 2, 3), (2, 4, 6), (1, 2, 3))}),
        Preset("copy", "Y copies X", sets={"weights": _padded((3,), (0, 3), (0, 0, 3), (0, 0, 0, 3))}),
    ],
    compute=_machine_numbers,
    describe=_describe_machine,
    details=_details_of_machine,
    draw=_draw_machine,
    update=_update_machine,
    height=4.6,
)


# ---------------------------------------------------------------------------------------------- D8.2
ERRORS = tuple(round(step / 10, 1) for step in range(-20, 21))
FINE_ERRORS = np.linspace(-2, 2, 161)
COIN = 0.8  # P(yes)
CLASSES = np.array([0.7, 0.2, 0.1])
TEACHER_LOGITS, TEACHER_TEMPERATURE = np.array([4.0, 2.0, 0.0]), 2.0
CAUSES, LIKELIHOOD = np.array([0.5, 0.5]), np.array([0.8, 0.1])
REFERENCE, REWARD, PRICE = np.array([0.5, 0.3, 0.2]), np.array([0.0, 1.0, 2.0]), 0.5
CANDIDATES, PAIR_FLIP = 4, 0.1


class Example(NamedTuple):
    """A small world in which a loss can be computed: its floor, and what being off by some error adds."""

    world: str
    floor: float  # nats
    divergence: Callable[[float], float]  # of the error, in nats
    error: str


def _pushed(p: FloatArray, error: float) -> FloatArray:
    """Add the error to the logit of the outcome that is most likely."""
    return np.asarray(softmax(np.log(p) + error * (p == p.max())))


def _forward(truth: FloatArray) -> Callable[[float], float]:
    return lambda error: float(kl_divergence(truth, _pushed(truth, error), unit="nats"))


def _reverse(target: FloatArray) -> Callable[[float], float]:
    return lambda error: float(kl_divergence(_pushed(target, error), target, unit="nats"))


@cache
def _pair_batches() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return all batches of x = 1 and N candidates y, of which one came with x: chances, y, posteriors.

    x = 0 is the same with 0 and 1 exchanged, so it changes no mean.
    """
    y = np.array(list(np.ndindex(*[2] * CANDIDATES)))
    ratio = np.where(y == 1, 2 * (1 - PAIR_FLIP), 2 * PAIR_FLIP)  # p(y|x)/p(y)
    chances = ratio.mean(axis=1) / 2**CANDIDATES
    return chances, y, ratio / ratio.sum(axis=1, keepdims=True)


def _pair_divergence(error: float) -> float:
    """Mean divergence of a critic that scores every fitting candidate too high by the error."""
    chances, y, posterior = _pair_batches()
    model = softmax(np.log(posterior) + error * (y == 1), axis=1)
    return float(chances @ np.asarray(kl_divergence(posterior, model, unit="nats")))


@cache
def _examples() -> dict[str, Example]:
    coin = np.array([COIN, 1 - COIN])
    teacher = np.asarray(softmax(TEACHER_LOGITS / TEACHER_TEMPERATURE))
    seen = CAUSES * LIKELIHOOD
    tilted = REFERENCE * np.exp(REWARD / PRICE)
    chances, _, posterior = _pair_batches()
    of_coin, of_classes, of_teacher = (float(entropy(p, unit="nats")) for p in (coin, CLASSES, teacher))
    of_pairs = float(chances @ np.asarray(entropy(posterior, unit="nats")))
    wire = binary_symmetric_channel(PAIR_FLIP) / 2  # x and y of a pair: a fair bit, and what arrives of it
    least = math.log(CANDIDATES) - mutual_information(wire, unit="nats")
    logit = "logit"
    return {
        "Bernoulli": Example(f"P(yes) = {COIN}", of_coin, _forward(coin), logit),
        "categorical": Example("p = (.7, .2, .1)", of_classes, _forward(CLASSES), logit),
        "Gaussian": Example("σ = 1", 0.5 * math.log(2 * math.pi * math.e), lambda e: e * e / 2, "mean"),
        "Laplace": Example("b = 1", 1 + math.log(2), lambda e: abs(e) + math.expm1(-abs(e)), "median"),
        "soft target": Example("teacher (4, 2, 0), τ = 2", of_teacher, _forward(teacher), logit),
        "latent z": Example(
            "p(z) (.5, .5), p(x|z) (.8, .1)", -math.log(seen.sum()), _reverse(seen / seen.sum()), logit
        ),
        "reference policy": Example(
            "π_ref (.5, .3, .2), r (0, 1, 2), β ½",
            -math.log(tilted.sum()),
            _reverse(tilted / tilted.sum()),
            logit,
        ),
        "positive pairs": Example(
            f"N = {CANDIDATES}, flip {PAIR_FLIP}, ln N − I = {least:.4f}",
            of_pairs,
            _pair_divergence,
            "score",
        ),
    }


@cache
def _curve_of(assumption: str) -> FloatArray:
    """Return the loss in nats at every fine error."""
    example = _examples()[assumption]
    return np.array([example.floor + example.divergence(float(error)) for error in FINE_ERRORS])


ASSUMPTIONS = {loss.assumption: name for name, loss in LOSSES.items()}


def _loss_numbers(assumption: str, error: float) -> SimpleNamespace:
    name = ASSUMPTIONS[assumption]
    example = _examples()[name]
    divergence = max(example.divergence(error), 0.0)
    return SimpleNamespace(
        name=name,
        kind=LOSSES[name],
        example=example,
        error=error,
        floor=example.floor,
        divergence=divergence,
        loss=example.floor + divergence,
        curve=_curve_of(name),
    )


def _bits_of(nats: float) -> float:
    return float(in_unit(np.asarray(nats), "bits"))


def _describe_loss(n: Any) -> str:
    kind = n.kind
    return (
        f"{kind.assumption} → {kind.name}, {kind.formula} = floor + {kind.divergence}, {kind.direction}; "
        f"floor {kind.floor} = {signed(n.floor, 4)} nats = {signed(_bits_of(n.floor), 4)} bits "
        f"({n.example.world}); {n.example.error} off by {signed(n.error, 1)}: "
        f"{signed(n.floor, 4)} + {signed(n.divergence, 4)} = {signed(n.loss, 4)} nats"
    )


def _draw_loss(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=0.6, right=0.8, between=2.6)
    card, axes = figure.subplots(1, 2, width_ratios=[1.25, 1], gridspec_kw=places)
    card.set(xlim=(0, 1), ylim=(9, 0))
    card.axis("off")
    kind = n.kind
    first = "truth first" if kind.direction == FORWARD else "model first"
    lines = (
        ("assumed", kind.assumption),
        ("loss", kind.name),
        ("", kind.formula),
        ("less its floor", kind.divergence),
        ("direction", f"{kind.direction}, {first}"),
        ("mean under", kind.mean_under),
        ("floor", kind.floor),
        ("here", n.example.world),
        ("", f"{signed(n.floor, 4)} nats = {signed(_bits_of(n.floor), 4)} bits"),
    )
    for row, (label, words) in enumerate(lines):
        card.text(0, row + 0.5, label, va="center", fontsize="small", color=QUIET_COLOUR)
        weight = "bold" if label in ("loss", "direction") else "normal"
        card.text(0.31, row + 0.5, words, va="center", fontsize="small", weight=weight)
    low, high = (0.0 if n.floor > 0 else n.floor), float(n.curve.max())
    room = high - low
    axes.set(xlim=(-2.1, 2.1), ylim=(low - 0.04 * room, high + 0.24 * room))
    axes.set(xticks=[-2, -1, 0, 1, 2], xlabel=f"{n.example.error} off by")
    axes.set_title("Loss in nats; dashes: floor", weight="normal")
    if n.floor > 0:
        axes.add_patch(Rectangle((-2.1, 0), 4.2, n.floor, facecolor=ENTROPY_FILL, lw=0))
    axes.axhline(n.floor, color=INK, ls="--", lw=1.4)
    axes.plot(FINE_ERRORS, n.curve, color=Q_COLOUR)
    return SimpleNamespace(
        gap=axes.add_patch(Rectangle((0, n.floor), 0.16, 0, lw=1.0, **GAP)),
        dot=axes.plot([0], [0], "o", color=Q_COLOUR, mec=INK, zorder=5)[0],
        words=axes.text(-2.0, high + 0.12 * room, "", va="center", fontsize="small"),
    )


def _update_loss(artists: Any, n: Any) -> None:
    artists.gap.set_x(n.error - 0.08)
    artists.gap.set_height(n.divergence)
    artists.dot.set_data([n.error], [n.loss])
    artists.words.set_text(f"{signed(n.floor, 4)} + {signed(n.divergence, 4)} = {signed(n.loss, 4)}")


WHICH_LOSS = Demo(
    number="D8.2",
    title="Which loss is this?",
    controls=[
        Choice(
            "assumption",
            "data and assumption",
            options=tuple(ASSUMPTIONS),
            default=LOSSES["Gaussian"].assumption,
            menu=True,
        ),
        Range("error", "model off by", values=ERRORS, default=1.0, text=lambda error: signed(error, 1)),
    ],
    compute=_loss_numbers,
    describe=_describe_loss,
    draw=_draw_loss,
    update=_update_loss,
    scene=lambda n: n.name,
    height=3.6,
)


# ---------------------------------------------------------------------------------------------- D8.3
PAID = ALL_READ, LAST_TENTH = ("all that was read", "the last tenth of it")
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zlib, level 9": lambda data: zlib.compress(data, 9),
    "bz2": bz2.compress,
    "lzma": lzma.compress,
}
LEARNERS: dict[str, tuple[Callable[[str, int], FloatArray], int]] = {
    "adaptive, order 4": (adaptive_surprisals, 4),
    "blend of orders 0 to 5": (witten_bell_surprisals, 5),
}
FILE, GIFT = "a real file", "from counts of the letters that came"
EARNED = "from counts of the letters before"
AT_WORK = {  # every member, as `league.league` calls it, in the order in which the course met them
    "all letters alike": "log₂ 27 bits for each",
    "letter frequencies": GIFT,
    "Huffman, letter by letter": GIFT,
    "adaptive, order 4": "learns as it reads",
    "blend of orders 0 to 5": "learns as it reads",
    "zlib, level 9": FILE,
    "bz2": FILE,
    "lzma": FILE,
    YOURS: "as `score` read it",
}
MEMBERS = tuple(name for name in AT_WORK if name != YOURS)
CHEAPEST, DEAREST = 1.4, 5.2  # bits per letter at the ends of the axes


@cache
def _steps() -> tuple[int, ...]:
    n = len(datasets.python_text().letters)
    return (*(int(step) for step in one_two_five_grid(1000, 200_000) if step < n), n)


def _start(read: int, paid: str) -> int:
    return int(LEARN_FROM * read) if paid == LAST_TENTH else 0


@cache
def _entries() -> dict[tuple[str, str], FloatArray]:
    """Return the bits per letter of every model at every step, by model and by what is paid for.

    What `league.league` would say, all steps at once: half a second, so it can wait for the first picture.
    """
    text = datasets.python_text().letters
    totals = {
        name: np.append(0.0, np.cumsum(learn(text, order))) for name, (learn, order) in LEARNERS.items()
    }
    places = {place for n in _steps() for paid in PAID for place in (n, _start(n, paid))}
    counts = {n: np.array([text.count(letter, 0, n) for letter in ALPHABET]) for n in places}
    data = text.encode("ascii")
    sizes = {
        name: {n: 8 * len(pack(data[:n])) if n else 0 for n in places} for name, pack in COMPRESSORS.items()
    }

    def bits(name: str, start: int, stop: int) -> float:
        before = totals.get(name, sizes.get(name))
        if before is not None:
            return float(before[stop] - before[start]) / (stop - start)
        came = counts[stop] - counts[start]
        prices = _letter_prices(name, counts[start] if start else came)
        return float(came[came > 0] @ prices[came > 0]) / (stop - start)

    return {
        (name, paid): np.array([bits(name, _start(n, paid), n) for n in _steps()])
        for name in MEMBERS
        for paid in PAID
    }


def _letter_prices(name: str, known: Any) -> FloatArray:
    """Bits of each letter under a price list made from letters counted beforehand."""
    if name == "all letters alike":
        return np.full(len(ALPHABET), math.log2(len(ALPHABET)))
    if name == "Huffman, letter by letter":
        return np.where(known > 0, code_lengths(known, normalize=True), np.inf)
    return np.asarray(surprisal(known / known.sum()))


def _league_numbers(own: Score | None, model: str, read: float, paid: str) -> SimpleNamespace:
    place, start = _steps().index(int(read)), _start(int(read), paid)
    letters = int(read) - start
    standing = {name: float(_entries()[name, paid][place]) for name in MEMBERS}
    if own and place == len(_steps()) - 1 and paid == LAST_TENTH:
        standing, letters = own.standing, own.letters  # a slow one has read less, and so have its rivals
    if model not in standing:
        raise ValueError(
            "Yours was scored on the last tenth of the whole text: read all of it and pay for the last tenth."
        )
    bits = standing[model]
    return SimpleNamespace(
        model=model,
        read=start + letters,
        letters=letters,
        paid=paid,
        standing=standing,
        bits=bits,
        size=math.ceil(bits * letters / 8 - 1e-6) if math.isfinite(bits) else math.inf,
        rank=1 + sum(other < bits for other in standing.values()),
        best=min(standing, key=lambda name: standing[name]),
        curve=_entries()[model, paid] if model in MEMBERS else np.full(len(_steps()), np.nan),
        names=(*MEMBERS, YOURS) if own else MEMBERS,
    )


def _per_letter(bits: float) -> str:
    return f"{bits:.3f}" if math.isfinite(bits) else "∞"


def _describe_league(n: Any) -> str:
    how = EARNED if AT_WORK[n.model] == GIFT and n.paid == LAST_TENTH else AT_WORK[n.model]
    size = f"{n.size:,} bytes" if math.isfinite(n.size) else "a letter came that it held impossible"
    return (
        f"{n.read:,} letters read, {n.letters:,} paid for: {n.model} ({how}) needs "
        f"{_per_letter(n.bits)} bits per letter, {size}; place {n.rank} of {len(n.standing)}, "
        f"the best is {n.best} with {_per_letter(n.standing[n.best])} bits"
    )


def _details_of_league(n: Any) -> str:
    return f"Bits per letter: {'; '.join(f'{name} {_per_letter(b)}' for name, b in n.standing.items())}."


def _draw_league(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=12.0, right=0.8, between=3.4)
    bars, curve = figure.subplots(1, 2, width_ratios=[1.25, 1], gridspec_kw=places)
    spots = range(len(n.names))
    bars.set(xlim=(0, 1.3 * DEAREST), ylim=(len(n.names) - 0.4, -0.6), xticks=range(6))
    bars.set_title("Bits per letter", weight="normal")
    bars.set_xlabel(f"paid for: {n.paid}")
    bars.set_yticks(spots, n.names)
    bars.tick_params("y", length=0)
    bars.spines["bottom"].set_bounds(0, DEAREST)
    curve.set(xscale="log", xlim=(900, 1.15 * _steps()[-1]), ylim=(CHEAPEST, DEAREST), xlabel="letters read")
    curve.set_xticks([1000, 10_000, 100_000], ["1,000", "10,000", "100,000"])
    curve.xaxis.set_minor_locator(NullLocator())
    curve.set_title("As it reads", weight="normal")
    curve.set_yticks([2, 3, 4, 5])
    for name in MEMBERS:
        curve.plot(_steps(), _finite(_entries()[name, n.paid]), color="#C4C4C4", lw=1.2)
    return SimpleNamespace(
        bars=[
            bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, lw=1.0, **ALONE)) for k in range(len(n.names))
        ],
        numbers=[bars.text(0, k, "", va="center", fontsize="small") for k in range(len(n.names))],
        line=curve.plot([], [], "o-", color=P_COLOUR, ms=0.5 * rcParams["lines.markersize"])[0],
        dot=curve.plot([], [], "D", color=Q_COLOUR, mec=INK, zorder=5, clip_on=False)[0],
    )


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def _update_league(artists: Any, n: Any) -> None:
    for bar, text, name in zip(artists.bars, artists.numbers, n.names, strict=True):
        bits = n.standing.get(name)
        chosen = name == n.model
        length = 0.0 if bits is None else min(bits, DEAREST)
        bar.set_width(length)
        bar.set_facecolor(ENTROPY_FILL if chosen else "white")
        bar.set_linewidth(2.4 if chosen else 1.0)
        text.set_text("not scored here" if bits is None else _per_letter(bits) + (" ◀" if chosen else ""))
        text.set_x(length + 0.1)
    artists.line.set_data(_steps(), _finite(n.curve))
    artists.dot.set_data([n.read], [n.bits if math.isfinite(n.bits) else math.nan])


def league_demo(own: Score | None = None) -> Demo:
    """Return demo D8.3, with the learner's own score in it if there is one.

    A function, so that only those who open it have the text priced.
    """
    scored = own if own and own.standing else None
    return Demo(
        number="D8.3",
        title="Compression league",
        controls=[
            Choice(
                "model",
                "model",
                options=(*MEMBERS, YOURS) if scored else MEMBERS,
                default=YOURS if scored else MEMBERS[0],
                menu=True,
            ),
            Range("read", "letters read", values=_steps(), default=_steps()[-1], text=lambda n: f"{n:,.0f}"),
            Choice("paid", "letters paid for", options=PAID, default=LAST_TENTH if scored else ALL_READ),
        ],
        compute=partial(_league_numbers, scored),
        describe=_describe_league,
        details=_details_of_league,
        draw=_draw_league,
        update=_update_league,
        scene=lambda n: n.paid,
        height=3.5,
    )
