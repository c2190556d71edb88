"""Demos of chapter 7, language models: perplexity, temperature, context, and a text of the learner's own."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib import records, sampling
from course_lib.classifiers import softmax
from course_lib.controls import Action, Choice, GovernedRange, Preset, Range, TextBox, one_two_five_grid
from course_lib.distributions import FloatArray
from course_lib.explore.engine import Demo, Explorer
from course_lib.explore.wording import signed
from course_lib.figures import (
    ENTROPY_FILL,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    PAPER,
    Q_COLOUR,
    QUIET_COLOUR,
    is_lecture,
    margins,
)
from course_lib.language.model import SmolLM, load_language_model
from course_lib.measures import entropy
from course_lib.text_colours import bits_text, colour, draw_coloured_text, legible, mark

RECORDED = "SmolLM2-135M, recorded"


# ---------------------------------------------------------------------------------------------- D7.1
SENTENCE = ("My", "cat", "eats", "at", "five", "each", "day")
GOOD = (0.12, 0.45, 0.60, 0.35, 0.52, 0.48, 0.70)
POOR = (0.02, 0.08, 0.12, 0.05, 0.09, 0.07, 0.15)
SHARES = (0.001, 0.002, 0.005, *(percent / 100 for percent in range(1, 101)))
BASES = {"2": ("bits", np.log(2.0)), "e": ("nats", 1.0)}
MOST_NATS = 7.6  # of the drawing; a probability of 0.001 costs 6.9
DECADES = {0: "1", 2: "100", 4: "10⁴"}


def _named(shares: tuple[float, ...]) -> dict[str, Any]:
    return {f"p{k}": share for k, share in enumerate(shares, 1)}


def _bench_numbers(base: str, **shares: float) -> SimpleNamespace:
    p = np.array([shares[name] for name in sorted(shares)])
    unit, one = BASES[base]
    nats = float(-np.log(p).mean())
    bits = nats / float(np.log(2.0))
    other = (f"e^{unit}", float(np.exp(bits))) if base == "2" else (f"2^{unit}", float(2.0**nats))
    return SimpleNamespace(
        base=base,
        unit=unit,
        p=p,
        paid=-np.log(p) / one + 0.0,
        nats=nats,
        bits=bits,
        mean=nats / one,
        perplexity=float(np.exp(nats)),
        wrong={
            other[0]: other[1],
            "mean of 1/p": float((1 / p).mean()),
            "1/mean of p": float(1 / p.mean()),
        },
    )


def _describe_bench(n: Any) -> str:
    wrong = "; ".join(f"{name} = {value:.3f}" for name, value in n.wrong.items())
    return (
        f"Mean surprise {signed(n.bits, 4)} bits = {signed(n.nats, 4)} nats per token: perplexity "
        f"{n.base}^{signed(n.mean, 4)} = {n.perplexity:.3f}. Three wrong recipes: {wrong}"
    )


def _details_of_bench(n: Any) -> str:
    bars = (f"{word} {p:g}: {signed(cost, 2)}" for word, p, cost in zip(SENTENCE, n.p, n.paid, strict=True))
    return f"Bars, {n.unit} of each token after its probability: {', '.join(bars)}."


def _draw_bench(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=2.6, right=0.6, bottom=2.4, top=3.5, between=7.6)
    bars, prices = figure.subplots(1, 2, width_ratios=[2.1, 1], gridspec_kw=places)
    spots = np.arange(len(SENTENCE))
    top = MOST_NATS / BASES[n.base][1]
    bars.set(xlim=(-0.6, len(SENTENCE) - 0.4), ylim=(0, top))
    bars.set_title(f"Surprise of each token, {n.unit}", weight="normal")
    bars.set_xticks(spots, SENTENCE)
    bars.tick_params("x", length=0)
    rows = (f"✓ {n.base}^{n.unit}", *(f"✗ {name}" for name in n.wrong))
    prices.set(xlim=(0, 7), ylim=(len(rows) - 0.4, -0.6))
    prices.set_title("Perplexity (✗: wrong recipes)", weight="normal", x=-0.62)
    prices.set_xticks(list(DECADES), list(DECADES.values()))
    prices.set_yticks(range(len(rows)), rows)
    prices.tick_params("y", length=0)
    prices.spines["bottom"].set_bounds(0, max(DECADES))
    looks: list[dict[str, Any]] = [{"facecolor": GOOD_COLOUR}] + 3 * [{"facecolor": "white", "hatch": "xx"}]
    box: dict[str, Any] = {"edgecolor": INK, "lw": 1.0}
    return SimpleNamespace(
        bars=[bars.add_patch(Rectangle((x - 0.36, 0), 0.72, 0, fc=ENTROPY_FILL, **box)) for x in spots],
        line=bars.axhline(0, color=Q_COLOUR, ls="--"),
        shares=[bars.text(x, 0, "", ha="center", va="bottom", fontsize="small", **PAPER) for x in spots],
        words=figure.text(0.01, 0.99, "", va="top", weight="bold"),
        prices=[
            prices.add_patch(Rectangle((0, k - 0.34), 0, 0.68, **box, **look)) for k, look in enumerate(looks)
        ],
        values=[prices.text(0, k, "", va="center", fontsize="small") for k in range(len(rows))],
    )


def _update_bench(artists: Any, n: Any) -> None:
    rise = 0.015 * MOST_NATS / BASES[n.base][1]
    for bar, text, p, cost in zip(artists.bars, artists.shares, n.p, n.paid, strict=True):
        bar.set_height(cost)
        text.set_text(f"{p:g}".removeprefix("0"))
        text.set_y(cost + rise)
    artists.line.set_ydata([n.mean, n.mean])
    artists.words.set_text(
        f"Dashes: mean {signed(n.mean, 3)} {n.unit}; geometric mean of p: {1 / n.perplexity:.3f}"
    )
    values = (n.perplexity, *n.wrong.values())
    for bar, text, value in zip(artists.prices, artists.values, values, strict=True):
        length = max(float(np.log10(value)), 0.0)
        bar.set_width(length)
        text.set_text(f"{value:.3f}" if value < 1000 else f"{value:.0f}")
        text.set_x(length + 0.12)


PERPLEXITY_BENCH = Demo(
    number="D7.1",
    title="Perplexity bench",
    controls=[
        *(
            Range(name, f"p of token {k}, {word}", values=SHARES, default=p)
            for k, (word, (name, p)) in enumerate(zip(SENTENCE, _named(GOOD).items(), strict=True), 1)
        ),
        Choice("base", "base of the logarithm", options=tuple(BASES), default="2"),
        Preset("good", "a good model", sets=_named(GOOD)),
        Preset("poor", "a poor model", sets=_named(POOR)),
        Preset("uniform", "every token 1 in 10", sets=_named((0.1,) * 7)),
    ],
    compute=_bench_numbers,
    describe=_describe_bench,
    details=_details_of_bench,
    draw=_draw_bench,
    update=_update_bench,
    scene=lambda n: n.base,
    height=3.3,
)


# ---------------------------------------------------------------------------------------------- D7.2
TOY = "(four made-up logits)"
TOY_LOGITS = (3.0, 1.5, 0.5, -0.5)
ASKED = ("The cat sat on the", "The capital of France is", "Once upon a time")
# Thirty steps to a power of ten, and the round numbers between.
TAUS = tuple(
    sorted(
        {float(f"{0.1 * 10 ** (step / 30):.2g}") for step in range(51)}
        | {*one_two_five_grid(0.1, 5, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.5, 3, 4)}
    )
)
SHOWN = 15


class Rule(NamedTuple):
    """A way of cutting the tail off: its function, its slider's values and where the slider begins."""

    keep: Callable[[FloatArray, float], FloatArray]
    values: tuple[float, ...]
    default: float


_SHARES = tuple(percent / 100 for percent in range(50, 101))
RULES: Mapping[str, Rule] = {
    "top-p": Rule(sampling.top_p, _SHARES, 1.0),
    "top-k": Rule(
        lambda p, k: sampling.top_k(p, int(k)), (1, 2, 3, 4, 5, 10, 15, 20, 40, 50, 100, 200, 500, 1000), 40
    ),
    "min-p": Rule(sampling.min_p, (0.0, *one_two_five_grid(0.001, 0.5, 0.03, 0.15, 0.3), 1.0), 0.05),
    "typical": Rule(sampling.typical, (*(percent / 100 for percent in range(10, 50)), *_SHARES), 0.9),
}


@dataclass(frozen=True)
class Cutoff(GovernedRange):
    """A rule's own slider, which begins where the rule says."""

    def within(self, state: Mapping[str, Any]) -> "Cutoff":
        """Return this slider with the values of the chosen rule."""
        rule = RULES[state[self.governor]]
        return replace(self, values=rule.values, default=rule.default)


class Prompt(NamedTuple):
    """What may come next: scores from the largest, the first tokens, and H(τ) on the grid of τ, in bits."""

    logits: FloatArray
    tokens: tuple[str, ...]
    curve: FloatArray


@cache
def _prompt(prompt: str) -> Prompt:
    if prompt == TOY:
        logits, tokens = np.array(TOY_LOGITS), tuple("ABCD")
    else:
        record = records.load("language_prompts")
        row = record["prompts"].tolist().index(prompt)
        logits = np.sort(record["log_probs"][row].astype(np.float64))[::-1]
        tokens = tuple(record["top_texts"][row, :SHOWN].tolist())
    return Prompt(logits, tokens, np.array([_softmax_entropy(logits, tau) for tau in TAUS]))


def _softmax_entropy(logits: FloatArray, tau: float) -> float:
    """H of a softmax in bits, as log Z minus the mean score: a tenth of the time, for two hundred of them."""
    scores = (logits - logits[0]) / tau  # the largest stands first
    weights = np.exp(scores)
    total = weights.sum()
    return float((np.log(total) - weights @ scores / total) / np.log(2.0))


def _logit_numbers(prompt: str, tau: float, rule: str, cutoff: float) -> SimpleNamespace:
    found = _prompt(prompt)
    p = softmax(found.logits, temperature=tau)
    kept = RULES[rule].keep(p, cutoff)
    stays = kept > 0
    bits = _softmax_entropy(found.logits, tau)
    return SimpleNamespace(
        prompt=prompt,
        tokens=found.tokens,
        curve=found.curve,
        most=float(np.log2(len(p))),
        size=len(p),
        tau=tau,
        rule=rule,
        cutoff=cutoff,
        p=p[:SHOWN],
        kept=kept[:SHOWN],
        nucleus=int(stays.sum()),
        mass=float(p[stays].sum()),
        bits=bits,
        perplexity=2.0**bits,
        kept_bits=bits if stays.all() else float(entropy(kept[stays])),
    )


def _describe_logits(n: Any) -> str:
    start = "Four made-up logits" if n.prompt == TOY else f"After “{n.prompt}” ({RECORDED})"
    cut = f"{n.rule} {n.cutoff:g} keeps "
    if n.nucleus == n.size:
        cut += f"all {n.size:,} tokens"
    else:
        what = "token" if n.nucleus == 1 else "tokens"
        cut += f"{n.nucleus:,} {what} with {100 * n.mass:.1f} % of the probability, "
        cut += f"{signed(n.kept_bits, 3)} bits"
    return (
        f"{start}, τ = {n.tau:g}: H = {signed(n.bits, 3)} bits, as unsure as {n.perplexity:,.1f} equal "
        f"tokens; top-1 “{legible(n.tokens[0])}” with {n.p[0]:.3f}; {cut}"
    )


def _details_of_logits(n: Any) -> str:
    bars = (
        f"“{legible(token)}” {_share(p)}{'' if kept else ' (cut)'}"
        for token, p, kept in zip(n.tokens, n.p, n.kept, strict=True)
    )
    return f"Most probable at this τ: {', '.join(bars)}. The curve's ceiling: {n.most:.3f} bits."


def _draw_logits(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=6.8, right=0.8, bottom=3.3, top=3.5, between=3.4)
    bars, curve = figure.subplots(1, 2, width_ratios=[1.15, 1], gridspec_kw=places)
    rows = np.arange(len(n.tokens))
    bars.set(xlim=(0, 1.18), ylim=(max(len(rows), 6) - 0.4, -0.6), xticks=[0, 0.5, 1])
    bars.set_xlabel("probability (dashes: before the cut)")
    what = "Four made-up logits" if n.prompt == TOY else f"“{n.prompt} …” ({RECORDED})"
    figure.text(0.01, 0.99, what, va="top", weight="bold", parse_math=False)
    bars.set_title("Next token", weight="normal")
    bars.set_yticks(rows, [legible(token) for token in n.tokens], family="monospace", parse_math=False)
    bars.tick_params("y", length=0)
    bars.spines["bottom"].set_bounds(0, 1)
    curve.set(xscale="log", xlim=(0.1, 5), ylim=(0, 1.09 * n.most))
    curve.set_xlabel("temperature τ")
    curve.set_title("Entropy, bits (□: cut)", weight="normal")
    ticks = (0.1, 0.2, 0.5, 1, 2, 5)
    curve.set_xticks(ticks, list(map("{:g}".format, ticks)))
    curve.set_xticks([], minor=True)
    curve.axhline(n.most, color=QUIET_COLOUR, ls=":", lw=1.4)
    curve.text(0.105, 1.01 * n.most, f"log₂ {n.size:,} = {n.most:.3f}", va="bottom", fontsize="small")
    curve.plot(TAUS, n.curve, color=P_COLOUR)
    size = float(rcParams["font.size"])
    before: dict[str, Any] = {"fc": "none", "ec": INK, "ls": (0, (2, 2)), "lw": 1.0}
    return SimpleNamespace(
        kept=[bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, fc=ENTROPY_FILL, ec=INK)) for k in rows],
        before=[bars.add_patch(Rectangle((0, k - 0.36), 0, 0.72, **before)) for k in rows],
        numbers=[bars.text(0, k, "", va="center", fontsize="small") for k in rows],
        here=curve.axvline(1, color=QUIET_COLOUR, ls=":", lw=1.4),
        dot=curve.plot([], [], "o", color=Q_COLOUR, mec=INK, ms=0.8 * size, clip_on=False)[0],
        cut=curve.plot([], [], "s", color="white", mec=INK, ms=0.6 * size, clip_on=False)[0],
        words=curve.text(0.03, 0.88, "", va="top", transform=curve.transAxes, fontsize="small", **PAPER),
    )


def _update_logits(artists: Any, n: Any) -> None:
    rows = zip(artists.kept, artists.before, artists.numbers, n.kept, n.p, strict=True)
    for filled, outline, text, kept, p in rows:
        filled.set_width(kept)
        outline.set_width(p)
        text.set_text(_share(kept) if kept else f"{_share(p)} cut")
        text.set_x(max(kept, p) + 0.015)
    artists.here.set_xdata([n.tau, n.tau])
    artists.dot.set_data([n.tau], [n.bits])
    artists.cut.set_data([n.tau], [n.kept_bits])
    artists.cut.set_visible(n.nucleus < n.size)
    words = f"● {signed(n.bits, 3)} bits"
    if n.nucleus < n.size:
        words += f"\n□ {signed(n.kept_bits, 3)} bits"
    artists.words.set_text(words)


def _share(p: float) -> str:
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


@cache
def temperature_on_logits() -> Demo:
    """Return demo D7.2. A function, so that only those who open it read the record."""
    for prompt in (*ASKED, TOY):
        _prompt(prompt)
    return Demo(
        number="D7.2",
        title="Temperature on real logits",
        controls=[
            Choice("prompt", "prompt", options=(*ASKED, TOY), default=ASKED[0], menu=True),
            Range("tau", "temperature τ", values=TAUS, default=1.0),
            Choice("rule", "rule that cuts the tail", options=tuple(RULES), default="top-p"),
            Cutoff("cutoff", "the rule's cutoff", governor="rule"),
        ],
        compute=_logit_numbers,
        describe=_describe_logits,
        details=_details_of_logits,
        draw=_draw_logits,
        update=_update_logits,
        scene=lambda n: n.prompt,
        height=4.1,
    )


# ---------------------------------------------------------------------------------------------- D7.3
@cache
def _ladder() -> SimpleNamespace:
    """Return the recorded paragraph: its tokens, and bits and overlap of each at each length of context."""
    record = records.load("language_context")
    return SimpleNamespace(
        contexts=tuple(record["contexts"].tolist()),
        tokens=tuple(record["token_texts"].tolist()),
        bits=record["bits"],
        # The first token has nothing before it in any case.
        mean=record["bits"][:, 1:].mean(axis=1),
        overlap=record["overlap"][:, 1:].mean(axis=1),
    )


def _context_text(context: float) -> str:
    return "all" if context == _ladder().contexts[-1] else f"{context:g}"


def _ladder_numbers(context: float) -> SimpleNamespace:
    ladder = _ladder()
    now = ladder.contexts.index(int(context))
    bits = ladder.bits[now]
    return SimpleNamespace(
        context=context,
        now=now,
        tokens=ladder.tokens,
        bits=bits,
        mean=ladder.mean[: now + 1],
        overlap=ladder.overlap[: now + 1],
        dearer=bits > ladder.bits[max(now - 1, 0)] + 0.05,
    )


def _describe_ladder(n: Any) -> str:
    seen = {0: "1 token", len(_ladder().contexts) - 1: "all tokens before it"}.get(
        n.now, f"{n.context:g} tokens"
    )
    worse = ""
    if n.now:
        before = _context_text(_ladder().contexts[n.now - 1])
        worse = f"; {int(n.dearer.sum())} of {len(n.tokens) - 1} tokens cost more than with {before}"
    return (
        f"Each token predicted from {seen} ({RECORDED}): {n.mean[-1]:.2f} bits per token{worse}; "
        f"overlap 1 − TV with the prediction from all {n.overlap[-1]:.3f}"
    )


def _details_of_ladder(n: Any) -> str:
    dearest = np.argsort(-n.bits, kind="stable")[:5]
    words = (f"“{legible(n.tokens[k])}” {n.bits[k]:.1f}" for k in dearest)
    return f"The text begins “{''.join(n.tokens[:8])}”; its dearest tokens, in bits: {', '.join(words)}."


def _draw_ladder(figure: Figure, n: Any) -> SimpleNamespace:
    size = float(rcParams["font.size"])
    high = 3.5 if is_lecture() else 5.0  # large type needs the room for its text
    places = margins(figure, left=0.6, right=0.6, bottom=high + 5.4, top=1.8)
    text = figure.subplots(gridspec_kw=places)
    text.set_title(f"{RECORDED}; outlined: dearer than a step before", weight="normal")
    charts = margins(figure, columns=2, left=2.6, right=4.0, bottom=3.3, between=6.6)
    charts["top"] = charts["bottom"] + high * size / 72 / figure.get_figheight()
    mean, overlap = figure.subplots(1, 2, gridspec_kw=charts)
    names = [_context_text(context) for context in _ladder().contexts]
    for axes, title in ((mean, "Bits per token"), (overlap, "Overlap 1 − TV with all")):
        axes.set(xlim=(-0.3, len(names) - 0.7), xlabel="tokens of context")
        axes.set_xticks(range(len(names)), names)
        axes.set_title(title, weight="normal")
    mean.set(ylim=(0, 10.5), yticks=[0, 5, 10])
    overlap.set(ylim=(0, 1.05), yticks=[0, 0.5, 1])
    dots: dict[str, Any] = {"marker": "o", "mec": INK, "clip_on": False}
    letter: dict[str, Any] = {"va": "center", "fontsize": "small"}
    return SimpleNamespace(
        text=draw_coloured_text(text, n.tokens, n.bits),
        lines=[mean.plot([], [], color=P_COLOUR, **dots)[0], overlap.plot([], [], color=Q_COLOUR, **dots)[0]],
        numbers=[axes.text(0, 0, "", **letter) for axes in (mean, overlap)],
    )


def _update_ladder(artists: Any, n: Any) -> None:
    colour(artists.text, n.bits)
    mark(artists.text, n.dearer)
    rows = zip(artists.lines, artists.numbers, (n.mean, n.overlap), (2, 3), strict=True)
    for line, text, values, decimals in rows:
        line.set_data(np.arange(n.now + 1), values)
        text.set_text(f"{values[-1]:.{decimals}f}")
        text.set_position((n.now + 0.25, values[-1]))


@cache
def context_ladder() -> Demo:
    """Return demo D7.3. A function, so that only those who open it read the record."""
    return Demo(
        number="D7.3",
        title="Context ladder",
        controls=[
            Range("context", "tokens of context", values=_ladder().contexts, default=1, text=_context_text)
        ],
        compute=_ladder_numbers,
        describe=_describe_ladder,
        details=_details_of_ladder,
        draw=_draw_ladder,
        update=_update_ladder,
        height=4.9,
    )


# ---------------------------------------------------------------------------------------------- D7.8
MOST_TOKENS = 256  # read at once, and drawn
MOST_LETTERS = 4000  # looked at; a token is seldom longer than 10
KEPT_READINGS = 32
STAND_IN = "stand-in that counts bytes, no language model"
THRESHOLDS = tuple(range(21))
SENTENCES = 2  # of the recorded paragraph, that the box begins with


class TextRead(NamedTuple):
    """A text and what each of its tokens cost a model, in bits; `cut` if the text went on."""

    source: str
    unit: str
    tokens: tuple[bytes, ...]
    bits: FloatArray
    cut: bool


_READ: dict[str, TextRead] = {}  # what was read since the kernel started, the latest last


def _recorded(text: str) -> TextRead | None:
    """Return the record's bits, if this is how its paragraph begins."""
    ladder = _ladder()
    ends = list(accumulate(ladder.tokens))
    if text not in ends:
        return None
    length = ends.index(text) + 1
    tokens = tuple(token.encode() for token in ladder.tokens[:length])
    return TextRead(RECORDED, "token", tokens, ladder.bits[-1][:length], False)


def _read(text: str) -> None:
    """Have the language model read a text, or its stand-in where its weights are not installed."""
    model = load_language_model()
    is_real = isinstance(model, SmolLM)
    if not text.strip() or (not is_real and _recorded(text)):
        return
    tokens = model.encode(text[:MOST_LETTERS])
    read = tokens[:MOST_TOKENS]
    bits = -model.token_log_probs(read) / np.log(2.0)
    _READ.pop(text, None)
    _READ[text] = TextRead(
        f"{model.name}, read here" if is_real else STAND_IN,
        model.unit,
        tuple(map(model.token_bytes, read)),
        np.maximum(bits, 0.0),
        len(read) < len(tokens) or len(text) > MOST_LETTERS,
    )
    if len(_READ) > KEPT_READINGS:
        del _READ[next(iter(_READ))]


def _text_numbers(text: str, dear: float) -> SimpleNamespace:
    if not text.strip():
        raise ValueError("There is nothing to read; type a text, then press “read it”.")
    read = _READ.get(text) or _recorded(text)
    if read is None:
        words = tuple(word.encode() for word in re.findall(r"\s*\S+", text[:MOST_LETTERS])[:MOST_TOKENS])
        return SimpleNamespace(text=text, source="", tokens=words, bits=None, dear=dear)
    above = read.bits > dear
    total = float(read.bits.sum())
    later = read.bits[1:]
    return SimpleNamespace(
        text=text,
        source=read.source,
        unit=read.unit,
        tokens=read.tokens,
        bits=read.bits,
        cut=read.cut,
        dear=dear,
        above=above,
        total=total,
        per_token=float(later.mean()) if later.size else None,
        per_byte=total / sum(map(len, read.tokens)),
        share=float(read.bits[above].sum()) / total if total else 0.0,
    )


def _describe_text(n: Any) -> str:
    if n.bits is None:
        count = len(n.tokens)
        return f"Not read yet, {count} {'word' if count == 1 else 'words'}: press “read it”."
    count, above = len(n.tokens), int(n.above.sum())
    first = "First " if n.cut else ""
    plural = n.unit if count == 1 else f"{n.unit}s"
    mean = ""
    if n.per_token is not None:
        mean = f", {n.per_token:.2f} per {n.unit} after the first (perplexity {2**n.per_token:,.1f})"
    per_byte = "" if n.unit == "byte" else f", {n.per_byte:.2f} per byte"
    return (
        f"{first}{count} {plural} ({n.source}): {n.total:.1f} bits{mean}{per_byte}; {above} "
        f"{'costs' if above == 1 else 'cost'} more than {n.dear:g} bits: {100 * n.share:.0f} % of the bill"
    )


def _details_of_text(n: Any) -> str:
    if n.bits is None:
        return "The words stand on white cells."
    costs = (f"{legible(token)} {bits_text(cost)}" for token, cost in zip(n.tokens, n.bits, strict=True))
    return f"Bits: {', '.join(costs)}."


def _draw_text(figure: Figure, n: Any) -> SimpleNamespace:
    axes = figure.subplots(gridspec_kw=margins(figure, left=0.6, right=0.6, bottom=0.4, top=1.9))
    legend = f"{n.source}: bits beneath each {n.unit}" if n.source else "Not read yet"
    axes.set_title(legend, weight="normal")
    drawn = draw_coloured_text(axes, n.tokens, n.bits)
    return SimpleNamespace(marks=drawn.marks, boxes=drawn.boxes)


def _update_text(artists: Any, n: Any) -> None:
    mark(artists, np.zeros(len(n.tokens)) if n.bits is None else n.above)


class TextReader(Explorer):
    """Demo D7.8, live: its button has the text read, which takes seconds, so no other move does."""

    def act(self, name: str) -> None:
        """Read the text in the box, and show what it cost."""
        self.sentence = "Reading …"
        self.send_state("sentence")  # at once, not with the answer
        _read(self.state["text"])
        self.react()


@cache
def coloured_text() -> Demo:
    """Return demo D7.8. A function, so that only those who open it read the record."""
    paragraph = "".join(_ladder().tokens)
    beginning = "".join(re.findall(r"[^.]*\.", paragraph)[:SENTENCES])
    return Demo(
        number="D7.8",
        title="Coloured text",
        controls=[
            TextBox("text", "your text", rows=3, default=beginning),
            Range("dear", "outline above (bits)", values=THRESHOLDS, default=8),
            Action("read_it", "read it"),
            Preset("paragraph", "the whole recorded paragraph", sets={"text": paragraph}),
        ],
        compute=_text_numbers,
        describe=_describe_text,
        details=_details_of_text,
        draw=_draw_text,
        update=_update_text,
        scene=lambda n: (n.text, n.source),
        height=4.2,
    )
