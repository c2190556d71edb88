"""Demos of chapter 7, generative models: priced rewards and codes, partners to find, melting clusters."""

import math
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from course_lib import records
from course_lib.classifiers import softmax
from course_lib.controls import Choice, Range, one_two_five_grid
from course_lib.diffusion import Melting, diffused, melting, ring_of_clusters
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
    TIME,
    margins,
)
from course_lib.gaussians import gaussian_mutual_information
from course_lib.generative import ideal_scores
from course_lib.sampling import exponential_tilt, tilt_price

BITS = 1 / math.log(2)  # in a nat


# ---------------------------------------------------------------------------------------------- D7.4
TOY, REAL = "six replies (toy)", "“The movie was” (recorded)"
PROMPT = "The movie was"
PRICES = one_two_five_grid(0.05, 10, 0.0625, 0.125, 0.15, 0.25, 0.3, 0.4, 0.7, 1.5, 3, 4, 8)
WALK = np.geomspace(max(PRICES), min(PRICES), 121)  # the prices at which the path on the right is drawn
NEAR = 0.99  # of the most that can be spent: from here on the picture names it
PRAISE_ROWS, OTHER_ROWS = 4, 4  # words that get a bar of their own


class Menu(NamedTuple):
    """Replies to choose from: what they are called, how likely they were, what they earn."""

    names: tuple[str, ...]
    reference: FloatArray
    rewards: FloatArray
    unit: str


@cache
def _menu(replies: str) -> Menu:
    if replies == TOY:
        rewards = np.array([0, 0.2, 0.5, 0.8, 1, 2])
        names = tuple(f"r = {reward:g}" for reward in rewards)
        return Menu(names, np.array([0.40, 0.30, 0.15, 0.10, 0.04, 0.01]), rewards, "nats")
    # Tokens with one reward are scaled alike, so they may share a row without changing any number.
    p, words = _next_word(), _praise()
    praise = sorted(words, key=lambda token: -p[token])
    other = [token for token in np.argsort(-p).tolist() if token not in words][:OTHER_ROWS]
    texts = words | _other_texts(other)
    rows = [[token] for token in praise[:PRAISE_ROWS]] + [praise[PRAISE_ROWS:]] + [[token] for token in other]
    masses = np.array([p[row].sum() for row in rows])
    labels = [texts[row[0]].replace(" ", "␣") for row in rows]
    labels[PRAISE_ROWS] = f"{len(praise) - PRAISE_ROWS} more praise words"
    rewards = np.array([1.0] * (PRAISE_ROWS + 1) + [0.0] * (OTHER_ROWS + 1))
    return Menu((*labels, "all other tokens"), np.append(masses, 1 - masses.sum()), rewards, "bits")


def _next_word() -> FloatArray:
    """Return the recorded chance of each token to come next."""
    record = records.load("language_prompts")
    log_probs = record["log_probs"][record["prompts"].tolist().index(PROMPT)]
    return np.asarray(softmax(log_probs.astype(np.float64)))


def _praise() -> dict[int, str]:
    """Return the praise words by the number of their token."""
    record = records.load("language_prompts")
    return dict(zip(record["praise_ids"].tolist(), record["praise_words"].tolist(), strict=True))


def _other_texts(tokens: list[int]) -> dict[int, str]:
    record = records.load("language_prompts")
    row = record["prompts"].tolist().index(PROMPT)
    texts = dict(zip(record["top_ids"][row].tolist(), record["top_texts"][row].tolist(), strict=True))
    return {token: texts[token] for token in tokens}


@cache
def _walk(replies: str) -> tuple[FloatArray, FloatArray]:
    """KL and expected reward at every price of WALK."""
    menu = _menu(replies)
    prices = [tilt_price(menu.reference, menu.rewards, beta=beta, unit=menu.unit) for beta in WALK.tolist()]
    return np.array([price.kl for price in prices]), np.array([price.expected_reward for price in prices])


@lru_cache(maxsize=64)
def _reward_numbers(replies: str, beta: float) -> SimpleNamespace:
    menu = _menu(replies)
    price = tilt_price(menu.reference, menu.rewards, beta=beta, unit="nats")
    assert isinstance(price.kl, float) and isinstance(price.ceiling, float)
    scale = BITS if menu.unit == "bits" else 1.0
    return SimpleNamespace(
        replies=replies,
        beta=beta,
        names=menu.names,
        unit=menu.unit,
        before=menu.reference,
        after=exponential_tilt(menu.reference, menu.rewards, beta=beta),
        earned_before=float(menu.reference @ menu.rewards),
        earned=price.expected_reward,
        nats=price.kl,
        kl=price.kl * scale,
        objective=price.objective,
        ceiling=price.ceiling * scale,
        is_near=price.kl >= NEAR * price.ceiling,
    )


def _describe_reward(n: Any) -> str:
    if n.replies == TOY:
        what = f"β_RL {n.beta:g}: expected reward {n.earned:.3f} (before {n.earned_before:.3f})"
    else:
        what = (
            f"After “{PROMPT}” (recorded), β_RL {n.beta:g}: P(praise) = {n.earned:.3f} "
            f"(before {n.earned_before:.5f})"
        )
    sentence = (
        f"{what}, KL = {n.nats:.3f} nats = {n.nats * BITS:.3f} bits; "
        f"reward − β_RL·KL in nats = {n.objective:.4f} = β_RL ln Z"
    )
    if not n.is_near:
        return sentence
    best = "the best reply" if n.replies == TOY else "praise"
    return f"{sentence}; no β_RL spends more than the surprise of {best}, {n.ceiling:.3f} {n.unit}"


def _details_of_reward(n: Any) -> str:
    rows = zip(n.names, n.before, n.after, strict=True)
    shares = "; ".join(f"{name}: {before:.4f}, {after:.4f}" for name, before, after in rows)
    words = "" if n.replies == TOY else f" The praise words:{','.join(_praise().values())}."
    return f"Probabilities before and after: {shares}.{words}"


def _draw_reward(figure: Figure, n: Any) -> SimpleNamespace:
    toy = n.replies == TOY
    room = {"left": 5.4} if toy else {"left": 10.6, "bottom": 4.6}
    places = margins(figure, columns=2, right=0.8, between=5.4, **room)
    bars, path = figure.subplots(1, 2, width_ratios=[1.2, 1], gridspec_kw=places)
    rows = np.arange(len(n.names))
    bars.set(xlim=(0, 1.22), ylim=(len(rows) - 0.4, -0.6), xticks=[0, 0.5, 1], xlabel="probability")
    bars.set_title(
        "Dotted: before. Solid: after" if toy else "Dotted: recorded. Solid: tilted", weight="normal"
    )
    bars.set_yticks(rows, n.names)
    bars.tick_params("y", length=0)
    if toy:
        bars.set_ylabel("replies, by reward")
    else:
        small = min(0.83 * float(rcParams["font.size"]), 11.0)  # ten words in one line, also in a lecture
        figure.text(0.01, 0.01, f"Praise, reward 1:{','.join(_praise().values())}", fontsize=small)
    before: dict[str, Any] = {"facecolor": "white", "edgecolor": P_COLOUR, "hatch": "....", "lw": 0.8}
    bars.barh(rows - 0.2, n.before, 0.36, **before)
    _, earned = _walk(n.replies)
    path.set(xlim=(-0.03 * 1.5 * n.ceiling, 1.5 * n.ceiling), ylim=(0, 1.15 * earned.max()))
    path.set(xlabel=f"KL spent ({n.unit})")
    path.set_title("Expected reward" if toy else "P(praise)", weight="normal")
    beside: dict[str, Any] = {"va": "center", "fontsize": "small"}
    return SimpleNamespace(
        after=list(bars.barh(rows + 0.2, n.after, 0.36, facecolor=Q_COLOUR, edgecolor=INK, lw=0.8)),
        numbers=[bars.text(0, row, "", **beside) for row in rows],
        ceiling=path.axvline(n.ceiling, color=QUIET_COLOUR, ls="--", lw=1.6),
        name=path.text(n.ceiling, 0.05 * earned.max(), "", ha="right", **beside, **PAPER),
        line=path.plot([], [], color=P_COLOUR)[0],
        point=path.plot([], [], "o", color=Q_COLOUR, mec=INK, clip_on=False, zorder=5)[0],
    )


def _update_reward(artists: Any, n: Any) -> None:
    rows = zip(artists.after, artists.numbers, n.before, n.after, strict=True)
    for bar, text, before, after in rows:
        bar.set_width(after)
        text.set_x(max(before, after) + 0.02)
        text.set_text(f"{after:.3f}")
    kl, earned = _walk(n.replies)
    passed = n.beta <= WALK
    artists.line.set_data(np.append(kl[passed], n.kl), np.append(earned[passed], n.earned))
    artists.point.set_data([n.kl], [n.earned])
    artists.ceiling.set_visible(n.is_near)
    artists.name.set_text(f"at most {n.ceiling:.3f} " if n.is_near else "")


@cache
def reward_dial() -> Demo:
    """Return demo D7.4. A function, so that only those who open it have the recorded words read."""
    for replies in (TOY, REAL):
        _walk(replies)
    return Demo(
        number="D7.4",
        title="The reward dial",
        controls=[
            Range("beta", "β_RL, price of a nat", values=PRICES, default=1.0),
            Choice("replies", "replies", options=(TOY, REAL), default=TOY),
        ],
        compute=_reward_numbers,
        describe=_describe_reward,
        details=_details_of_reward,
        draw=_draw_reward,
        update=_update_reward,
        scene=lambda n: n.replies,
        height=3.6,
    )


# ---------------------------------------------------------------------------------------------- D7.5
RHO = 0.9
PAIRS = {1.2: 1, 4.8: 4, 12.0: 10}  # pairs of normal numbers that together share about so many bits
BATCHES = tuple(2**k for k in range(1, 12))
MOST = max(BATCHES)
SHOWN = 16  # rows and candidates in the picture


class Hunt(NamedTuple):
    """What an ideal critic finds in batches of every size: bits, share of right guesses, a few scores."""

    bits: dict[int, float]
    right: dict[int, float]
    scores: FloatArray


@cache
def _hunt(pairs: int) -> Hunt:
    """Return the InfoNCE bound of every batch size, from the same 2,048 pairs dealt into batches.

    The batches of N are the N × N blocks on the diagonal of one table of scores; summing neighbours again
    and again gives what `infonce_bound` would sum in each, for all sizes at the price of one.
    """
    x, noise = np.random.default_rng(0).normal(size=(2, MOST, pairs))
    x = _standard(x)
    noise = _standard(noise - x * (x * noise).mean(axis=0))
    # Correlated exactly as stated, not only about so; else a lucky sample would seem to beat the truth.
    table = ideal_scores(x, RHO * x + math.sqrt(1 - RHO**2) * noise, rho=RHO)
    rows, own = np.arange(MOST), np.diagonal(table)
    sums, best = np.exp(table), table
    bits, right = {}, {}
    for size in BATCHES:
        sums = sums[:, 0::2] + sums[:, 1::2]
        best = np.maximum(best[:, 0::2], best[:, 1::2])
        block = rows // size
        bits[size] = math.log2(size) + BITS * float((own - np.log(sums[rows, block])).mean())
        right[size] = float((own >= best[rows, block]).mean())
    return Hunt(bits, right, table[:SHOWN].copy())


def _standard(columns: FloatArray) -> FloatArray:
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred / centred.std(axis=0))


def _ceiling_numbers(batch: float, true_i: float) -> SimpleNamespace:
    hunt, size = _hunt(PAIRS[true_i]), int(batch)
    return SimpleNamespace(
        batch=size,
        true_i=true_i,
        pairs=PAIRS[true_i],
        true_bits=PAIRS[true_i] * float(gaussian_mutual_information(RHO, unit="bits")),
        bits=hunt.bits[size],
        by_batch=hunt.bits,
        right=hunt.right[size],
        ceiling=math.log2(size),
        verdicts=np.asarray(softmax(hunt.scores[:size, :size]))[:, :SHOWN],
    )


def _describe_ceiling(n: Any) -> str:
    pairs = "1 pair" if n.pairs == 1 else f"{n.pairs} pairs"
    return (
        f"True I = {n.true_bits:.2f} bits ({pairs} with ρ = {RHO}), N = {n.batch:,}: the ideal critic picks "
        f"the partner in {100 * n.right:.1f} % of cases, and InfoNCE finds {n.bits:.3f} bits; "
        f"log₂ N = {n.ceiling:.0f} {'bit' if n.batch == 2 else 'bits'}"
    )


def _draw_ceiling(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=2.6, right=0.8, between=4.4)
    verdicts, found = figure.subplots(1, 2, width_ratios=[1, 1.6], gridspec_kw=places)
    verdicts.set(xticks=[], yticks=[], ylabel="x", xlim=(0, 1), ylim=(1, 0))
    verdicts.set_title("Critic: is y its partner?", weight="normal")
    verdicts.spines[:].set_visible(True)
    found.set_xscale("log", base=2)
    found.set(xlim=(1.7, 2700), ylim=(0, 13.6), xlabel="batch N, candidates for each x")
    found.set_yticks(range(0, 13, 4))
    found.set_xticks(BATCHES[0::2], [f"{size:,}" for size in BATCHES[0::2]])
    found.xaxis.set_minor_locator(NullLocator())
    found.set_title("Bits found", weight="normal")
    ends = np.array([1.7, 2700])
    found.plot(ends, np.log2(ends), "--", color=QUIET_COLOUR, lw=1.6)
    found.axhline(n.true_bits, color=INK, ls=":", lw=1.6)
    above: dict[str, Any] = {"ha": "right", "va": "bottom", "fontsize": "small"}
    found.text(2600, n.true_bits + 0.4, f"true I = {n.true_bits:.2f} bits", **above)
    found.text(256, 8.2, "log₂ N", **above)
    return SimpleNamespace(
        verdicts=verdicts.imshow(n.verdicts, cmap=TIME, vmin=0, vmax=1, extent=(0, 1, 1, 0), aspect="auto"),
        part=verdicts.text(0.5, 1.04, "", ha="center", va="top"),
        path=found.plot([], [], "-o", color=P_COLOUR, mec="white", mew=0.8)[0],
        point=found.plot([], [], "o", color=Q_COLOUR, mec=INK, ms=1.1 * rcParams["lines.markersize"])[0],
        number=found.text(2, 8.2, "", va="bottom", weight="bold"),
    )


def _update_ceiling(artists: Any, n: Any) -> None:
    artists.verdicts.set_data(n.verdicts)
    shown = len(n.verdicts)
    artists.part.set_text(f"candidates y ({'all' if shown == n.batch else f'{shown} of'} {n.batch:,})")
    passed = [size for size in BATCHES if size <= n.batch]
    artists.path.set_data(passed, [n.by_batch[size] for size in passed])
    artists.point.set_data([n.batch], [n.bits])
    artists.number.set_text(f"{n.bits:.3f} bits")


@cache
def infonce_ceiling() -> Demo:
    """Return demo D7.5. A function, so that only those who open it have partners looked for."""
    for pairs in PAIRS.values():
        _hunt(pairs)
    return Demo(
        number="D7.5",
        title="Find the partner",
        controls=[
            Range("batch", "batch N", values=BATCHES, default=32, text="{:,}".format),
            Choice("true_i", "true I (bits)", options=tuple(PAIRS), default=12.0),
        ],
        compute=_ceiling_numbers,
        describe=_describe_ceiling,
        draw=_draw_ceiling,
        update=_update_ceiling,
        scene=lambda n: n.true_i,
        height=3.5,
    )


# ---------------------------------------------------------------------------------------------- D7.6
SHARES = tuple(percent / 100 for percent in range(100, -1, -1))  # the clock starts at 1
DOTS = 480
RING = ring_of_clusters()
CLUSTERS = len(RING.centres)


@cache
def _clock() -> dict[float, Melting]:
    """Return what is left at every share: 0.03 s, so it can wait for the first picture."""
    return {share: melting(RING, share) for share in SHARES}


@cache
def _start() -> tuple[FloatArray, FloatArray]:
    """Return dots of the clusters, in turn, and the noise that each will get."""
    around, noise = np.random.default_rng(0).normal(size=(2, DOTS, 2))
    return np.array(RING.centres)[np.arange(DOTS) % CLUSTERS] + RING.sigma * around, noise


def _melting_numbers(alpha_bar: float) -> SimpleNamespace:
    left = _clock()[alpha_bar]
    start, noise = _start()
    dots = math.sqrt(alpha_bar) * start + math.sqrt(1 - alpha_bar) * noise
    beliefs = diffused(RING, alpha_bar).posterior(dots)
    return SimpleNamespace(
        alpha_bar=alpha_bar,
        dots=dots,
        known=1 + (beliefs * np.log2(beliefs + (beliefs == 0))).sum(axis=1) / math.log2(CLUSTERS),
        h=left.entropy,
        from_noise=left.from_noise,
        about_cluster=left.about_cluster,
        unknown=math.log2(CLUSTERS) - left.about_cluster,
    )


def _describe_melting(n: Any) -> str:
    return (
        f"ᾱ = {n.alpha_bar:.2f}: h(x_t) = {n.h:.3f} bits, D from noise N(0, I) = {signed(n.from_noise, 4)} "
        f"bits; x_t tells {signed(n.about_cluster, 3)} of {math.log2(CLUSTERS):.0f} bits about its cluster, "
        f"{signed(n.unknown, 3)} bits stay unknown"
    )


CURVES: dict[str, dict[str, Any]] = {
    "h": {"color": INK, "ls": "-", "label": "h(x_t)"},
    "from_noise": {"color": Q_COLOUR, "ls": "--", "label": "D(p_t‖noise)"},
    "about_cluster": {"color": P_COLOUR, "ls": "-.", "label": "I(cluster; x_t)"},
}
ENDS = {"h": "o", "from_noise": "s", "about_cluster": "D"}


def _draw_melting(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=0.6, right=1.0, between=4.0)
    cloud, curves = figure.subplots(1, 2, width_ratios=[1, 1.45], gridspec_kw=places)
    cloud.set(xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), xticks=[], yticks=[], aspect="equal")
    cloud.set_title("Dark: its cluster still shows", weight="normal")
    cloud.set_xlabel("diamonds: from one cluster")
    cloud.spines[:].set_visible(False)
    curves.set(xlim=(1.03, -0.03), ylim=(-0.1, 4.5), xlabel="ᾱ, share of the start (noise grows →)")
    curves.set_title("Bits, so far", weight="normal")
    curves.set_xticks([1, 0.75, 0.5, 0.25, 0], ["1", "0.75", "0.5", "0.25", "0"])
    lines = {name: curves.plot([], [], **look)[0] for name, look in CURVES.items()}
    curves.legend(loc="center right", bbox_to_anchor=(1.0, 0.57), borderaxespad=0.2, handlelength=2.8)
    size = float(rcParams["lines.markersize"])
    marked = {"edgecolors": INK, "linewidths": 0.5, "cmap": TIME, "vmin": -0.15, "vmax": 1.0}
    ends: dict[str, Any] = {"ls": "none", "mec": INK, "clip_on": False, "zorder": 5}
    return SimpleNamespace(
        dots=cloud.scatter([], [], c=[], s=0.3 * size**2, **marked),
        diamonds=cloud.scatter([], [], s=0.7 * size**2, marker="D", color=Q_COLOUR, ec=INK, lw=0.8),
        lines=lines,
        ends=[
            curves.plot([], [], marker, color=CURVES[name]["color"], **ends)[0]
            for name, marker in ENDS.items()
        ],
    )


def _update_melting(artists: Any, n: Any) -> None:
    one = np.arange(DOTS) % CLUSTERS == 0
    artists.dots.set_offsets(n.dots[~one])
    artists.dots.set_array(n.known[~one])
    artists.diamonds.set_offsets(n.dots[one])
    passed = [share for share in SHARES if share >= n.alpha_bar]
    left = [_clock()[share] for share in passed]
    amounts = {
        "h": [now.entropy for now in left],
        "from_noise": [now.from_noise for now in left],
        "about_cluster": [now.about_cluster for now in left],
    }
    for (name, bits), end in zip(amounts.items(), artists.ends, strict=True):
        artists.lines[name].set_data(passed, bits)
        end.set_data(passed[-1:], bits[-1:])


MELTING_CLOCK = Demo(
    number="D7.6",
    title="The melting clock",
    controls=[
        Range("alpha_bar", "ᾱ, share of the start", values=SHARES, default=1.0, text="{:.2f}".format),
    ],
    compute=_melting_numbers,
    describe=_describe_melting,
    draw=_draw_melting,
    update=_update_melting,
    height=3.5,
)


# ---------------------------------------------------------------------------------------------- D7.7
VAE_PRICES = (0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0)
PIXELS = 64
IN_USE = 0.2  # nats, from which on a number of the code counts as used
MOST_NATS = 56.0
RECONSTRUCTION: dict[str, Any] = {"facecolor": ENTROPY_FILL, "edgecolor": INK, "lw": 1.0}
RATE: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "edgecolor": INK, "lw": 1.0}


def _vae_numbers(beta: float) -> SimpleNamespace:
    record = records.load("digits_autoencoder")
    place = record["betas"].tolist().index(beta)
    reconstruction, rate = (record[name].mean(axis=0) for name in ("reconstruction", "rate"))
    total = float(reconstruction[place] + rate[place])
    by_number = record["coordinate_rate"][:, place].mean(axis=0)
    return SimpleNamespace(
        beta=beta,
        runs=len(record["seeds"]),
        reconstruction=float(reconstruction[place]),
        rate=float(rate[place]),
        total=total,
        bits_per_pixel=total * BITS / PIXELS,
        importance=float(record["importance_bound"][:, place].mean()),
        independent=float(record["independent_pixels"]),
        by_number=by_number,
        used=int((by_number > IN_USE).sum()),
        curve=(rate, reconstruction),
        pictures=_mosaic(record["originals"][:8], record["rebuilt"][place, :8], record["samples"][place]),
    )


def _mosaic(originals: Any, rebuilt: Any, samples: Any) -> FloatArray:
    """Four rows of eight pictures, apart by a white line: test digits, rebuilt ones, and sixteen samples."""
    pictures = np.concatenate([originals, rebuilt, samples]).reshape(4, 8, 8, 8) / 255
    framed = np.pad(1.0 - pictures, [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=1.0)
    return np.asarray(framed.swapaxes(1, 2).reshape(40, 80))


def _describe_vae(n: Any) -> str:
    return (
        f"β_VAE {n.beta:g} (recorded, mean of {n.runs} runs): reconstruction {n.reconstruction:.2f} + KL "
        f"{n.rate:.2f} = {n.total:.2f} nats per digit = {n.bits_per_pixel:.2f} bits per pixel (20-sample "
        f"importance bound {n.importance:.2f}, independent pixels {n.independent:.2f} nats); "
        f"{n.used} of {len(n.by_number)} code numbers carry above {IN_USE} nats"
    )


def _details_of_vae(n: Any) -> str:
    return f"Nats in each code number: {', '.join(f'{rate:.2f}' for rate in n.by_number)}."


def _draw_vae(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=2, left=4.4, right=0.8, top=1.8, between=3.6)
    grid = figure.add_gridspec(2, 2, width_ratios=[1.35, 1], height_ratios=[1, 2.3], hspace=0.9, **places)
    pictures = figure.add_subplot(grid[:, 0])
    stack, curve = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    pictures.set_title("Recorded, one run", weight="normal")
    pictures.set_xticks([])
    pictures.set_yticks([5, 15, 30], ["digit", "rebuilt", "sampled"])
    pictures.tick_params(length=0)
    pictures.spines[:].set_visible(False)
    stack.set(xlim=(0, MOST_NATS), ylim=(-0.6, 0.9), yticks=[], xticks=[0, 20, 40])
    stack.axvline(n.independent, color=QUIET_COLOUR, ls="--", lw=1.6)
    rate, reconstruction = n.curve
    curve.set(xlim=(-1.5, 48), ylim=(5, 33), xlabel="KL (nats)")
    curve.set_title("Reconstruction (nats)", weight="normal")
    curve.plot(rate, reconstruction, "-o", color=P_COLOUR, mec="white", mew=0.8)
    curve.axhline(n.independent, color=QUIET_COLOUR, ls="--", lw=1.6)
    curve.text(47, n.independent - 0.8, "independent pixels", ha="right", va="top", fontsize="small")
    return SimpleNamespace(
        pictures=pictures.imshow(n.pictures, cmap="gray", vmin=0, vmax=1, aspect="auto"),
        reconstruction=stack.add_patch(Rectangle((0, -0.4), 0, 0.8, **RECONSTRUCTION)),
        total=stack.text(0, 1.12, "", va="bottom", fontsize="small"),
        rate=stack.add_patch(Rectangle((0, -0.4), 0, 0.8, **RATE)),
        point=curve.plot([], [], "D", color=Q_COLOUR, mec=INK, clip_on=False, zorder=5)[0],
        name=curve.text(0, 0, "", ha="left", va="bottom", weight="bold", fontsize="small"),
    )


def _update_vae(artists: Any, n: Any) -> None:
    artists.pictures.set_data(n.pictures)
    artists.reconstruction.set_width(n.reconstruction)
    artists.rate.set_x(n.reconstruction)
    artists.rate.set_width(n.rate)
    artists.point.set_data([n.rate], [n.reconstruction])
    artists.total.set_text(f"Reconstruction + KL = {n.total:.2f} nats")
    far = n.rate > 30  # no room to the right of the point
    artists.name.set_horizontalalignment("right" if far else "left")
    artists.name.set_position((n.rate - 1.2 if far else n.rate + 1.2, n.reconstruction + 1))
    artists.name.set_text(f"β {n.beta:g}")


VAE_DIAL = Demo(
    number="D7.7",
    title="The VAE dial",
    controls=[Range("beta", "β_VAE, price of a nat", values=VAE_PRICES, default=1.0)],
    compute=_vae_numbers,
    describe=_describe_vae,
    details=_details_of_vae,
    draw=_draw_vae,
    update=_update_vae,
    height=3.7,
)
