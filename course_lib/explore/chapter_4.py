"""Demos of chapter 4, KL divergence: two prices, one bump for two hills, the price of a latent code."""

import math
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator

from course_lib.controls import Action, Choice, Range, Weights
from course_lib.distributions import FloatArray
from course_lib.explore.engine import Demo
from course_lib.explore.wording import signed
from course_lib.figures import (
    DIVERGENCE_FILL,
    DIVERGENCE_HATCH,
    GOOD_COLOUR,
    INK,
    P_COLOUR,
    Q_COLOUR,
    QUIET_COLOUR,
    glyph,
    margins,
)
from course_lib.gaussians import vae_kl
from course_lib.measures import js_divergence, kl_divergence, total_variation
from course_lib.mixtures import (
    GaussianFit,
    GaussianMixture,
    forward_fit,
    forward_kl,
    reverse_fit,
    reverse_kl,
    two_hills,
)

PAID: dict[str, Any] = {"facecolor": DIVERGENCE_FILL, "hatch": DIVERGENCE_HATCH, "ls": "-", "edgecolor": INK}
SAVED: dict[str, Any] = {"facecolor": "white", "hatch": "", "ls": "--", "edgecolor": QUIET_COLOUR}


def _first_at_least(value: float, ends: tuple[float, ...]) -> float:
    """End of an axis: few ends, so that the picture seldom changes its scale."""
    return next((end for end in ends if end >= value), ends[-1])


def _bell(x: FloatArray, mu: float, sigma: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi)))


# ---------------------------------------------------------------------------------------------- D4.1
OUTCOMES = ("sun", "cloud", "rain")
PRICE_ENDS = (1.3, 2.6, 5.2)  # bits; the dearest finite price is log₂ 21 = 4.39
SPOTS = (0.0, 1.0, 2.0, 3.1)  # of the three shares and their sum
LOWEST_PRICE = -0.62  # no share is below −log₂(e)/e = −0.53 bits


def _pmf(weights: list[int], name: str) -> FloatArray:
    if sum(weights) == 0:
        raise ValueError(
            f"All weights of {name} are 0, so it is no distribution: give one outcome a weight above 0."
        )
    return np.array(weights) / sum(weights)


def _shares(p: FloatArray, q: FloatArray) -> list[float]:
    """What each outcome adds to D(p‖q), in bits: p · log₂(p/q), with 0 · log 0 = 0 and inf where q is 0."""
    return [_share(a, b) for a, b in zip(p.tolist(), q.tolist(), strict=True)]


def _share(p: float, q: float) -> float:
    if p == 0:
        return 0.0
    return p * math.log2(p / q) if q > 0 else math.inf


def _price_numbers(p: list[int], q: list[int]) -> SimpleNamespace:
    p_x, q_x = _pmf(p, "p"), _pmf(q, "q")
    return SimpleNamespace(
        p=p_x,
        q=q_x,
        shares=[_shares(p_x, q_x), _shares(q_x, p_x)],
        prices=[float(kl_divergence(p_x, q_x)), float(kl_divergence(q_x, p_x))],
        js=float(js_divergence(p_x, q_x)),
        total_variation=float(total_variation(p_x, q_x)),
        same=bool(np.allclose(p_x, q_x, rtol=0, atol=1e-12)),
    )


def _price_words(n: Any, k: int) -> str:
    truth, model = ("pq", "qp")[k]
    if math.isfinite(n.prices[k]):
        return f"D({truth}‖{model}) = {n.prices[k]:.4f} bits"
    forbidden = " and ".join(
        name for name, share in zip(OUTCOMES, n.shares[k], strict=True) if math.isinf(share)
    )
    return f"D({truth}‖{model}) is infinite ({model} rules out {forbidden}, {truth} does not)"


def _describe_prices(n: Any) -> str:
    finite_and_equal = math.isfinite(n.prices[0]) and math.isclose(*n.prices, abs_tol=1e-12)
    equal = ", the same price both ways" if finite_and_equal and not n.same else ""
    return (
        f"{_price_words(n, 0)}, {_price_words(n, 1)}{equal}; "
        f"JS = {n.js:.4f} bits, total variation = {n.total_variation:.4f}"
    )


def _details_of_prices(n: Any) -> str:
    sentences = []
    for label, shares in zip(("p·log₂(p/q)", "q·log₂(q/p)"), n.shares, strict=True):
        words = ", ".join(
            f"{name} {signed(share, 3) if math.isfinite(share) else 'infinite'}"
            for name, share in zip(OUTCOMES, shares, strict=True)
        )
        sentences.append(f"{label} in bits: {words}.")
    return " ".join(sentences)


def _price_end(n: Any) -> float:
    heights = [height for height in [*n.shares[0], *n.shares[1], *n.prices] if math.isfinite(height)]
    return _first_at_least(1.2 * max(heights), PRICE_ENDS)  # the sum's number stands above its bar


def _draw_prices(figure: Figure, n: Any) -> SimpleNamespace:
    places = margins(figure, columns=3, left=2.5, bottom=2.0, right=0.3, between=3.1)
    chances, *bills = figure.subplots(1, 3, width_ratios=[0.9, 1, 1], gridspec_kw=places)
    spots = np.arange(3)
    box: dict[str, Any] = {"width": 0.4, "edgecolor": INK, "linewidth": 1.0}
    bars = {
        "p": list(chances.bar(spots - 0.2, n.p, facecolor=P_COLOUR, label="p", **box)),
        "q": list(chances.bar(spots + 0.2, n.q, facecolor=Q_COLOUR, hatch="...", label="q", **box)),
    }
    chances.set(ylim=(0, 1.22), yticks=[0, 0.5, 1], title="Probabilities")
    chances.set_xticks(spots, OUTCOMES)
    chances.legend(loc="upper right", ncols=2, borderpad=0, borderaxespad=0.1, handlelength=1.4)
    names = ("p·log₂(p/q), bits", "q·log₂(q/p), bits")
    sums = ("D(p‖q)", "D(q‖p)")
    columns = [
        _draw_shares(axes, name, total, n) for axes, name, total in zip(bills, names, sums, strict=True)
    ]
    return SimpleNamespace(bars=bars, columns=columns)


def _draw_shares(axes: Axes, title: str, total: str, n: Any) -> SimpleNamespace:
    end = _price_end(n)
    axes.axhline(0, color=INK, lw=1.0)
    axes.axvline(2.46, color=QUIET_COLOUR, lw=1.0, ls=":")
    axes.set(xlim=(-0.5, 3.75), ylim=(LOWEST_PRICE, end), title=title)
    axes.set_xticks(SPOTS, [*OUTCOMES, total])
    axes.tick_params("x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    bars = [axes.add_patch(Rectangle((spot - 0.36, 0), 0.72, 0, lw=1.2, **PAID)) for spot in SPOTS]
    return SimpleNamespace(
        bars=bars,
        infinite=axes.plot([], [], ls="none", marker=glyph("∞"), ms=22, color=INK, mew=0)[0],
        total=axes.text(SPOTS[3], 0, "", ha="center", va="bottom", weight="bold", fontsize="small"),
    )


def _update_prices(artists: Any, n: Any) -> None:
    for name, heights in (("p", n.p), ("q", n.q)):
        for bar, height in zip(artists.bars[name], heights, strict=True):
            bar.set_height(height)
    end = _price_end(n)
    ceiling = 0.8 * end  # an infinite bar stops short of the top, under its sign
    for column, shares, price in zip(artists.columns, n.shares, n.prices, strict=True):
        heights = [*shares, price]
        for bar, height in zip(column.bars, heights, strict=True):
            bar.set_height(min(height, ceiling))
            bar.set(**(PAID if height >= 0 else SAVED))
        endless = [spot for spot, height in zip(SPOTS, heights, strict=True) if math.isinf(height)]
        column.infinite.set_data(endless, [0.91 * end] * len(endless))
        column.total.set_text(f"{price:.3f}" if math.isfinite(price) else "")
        column.total.set_y(min(price, ceiling) + 0.01 * end)


TWO_PRICES = Demo(
    number="D4.1",
    title="Two prices",
    controls=[
        Weights("p", "p, the truth: weights", outcomes=OUTCOMES, default=(7, 2, 1)),
        Weights("q", "q, the model: weights", outcomes=OUTCOMES, default=(3, 4, 3)),
        Action("swap", "swap p and q"),
    ],
    compute=_price_numbers,
    describe=_describe_prices,
    details=_details_of_prices,
    draw=_draw_prices,
    update=_update_prices,
    scene=_price_end,
    actions={"swap": lambda p, q: {"p": q, "q": p}},
    height=3.3,
)


# ---------------------------------------------------------------------------------------------- D4.2
SHOWN = np.linspace(-8.0, 8.0, 321)  # where the densities are drawn
CENTRES = np.linspace(-6.0, 6.0, 97)  # μ of the curve of best prices
# Second derivatives of log p are never below a hill's own −1, so no bump that reverse KL likes best is
# narrower than a hill; and none is as wide as 4.6 while the hills are at most 8 apart.
WIDTHS = np.geomspace(1.0, 4.6, 33)
DENSITY_ENDS = (0.5, 2.1)
INTEGRAND_ENDS = (0.3, 1.2, 6.0, 50.0)
HIGHEST_PRICE = 2.0  # nats; above it there is room for the legend
STARTS = {"left": -1, "centre": 0, "right": 1}
SIGMAS = (0.2, *(round(2 ** (k / 8), 2) for k in range(-18, 19)), 5.0)  # ¼, ½, 1, 2, 4 among them


def _bump_numbers(
    s: float, left_weight: float, direction: str, start: str, mu: float, sigma: float
) -> SimpleNamespace:
    hills = two_hills(s, left_weight)
    log_p = hills.log_density(SHOWN)
    log_q = -0.5 * ((SHOWN - mu) / sigma) ** 2 - math.log(sigma * math.sqrt(2 * math.pi))
    forward = direction == "forward"
    averaged, ratio = (log_p, log_p - log_q) if forward else (log_q, log_q - log_p)
    prices = {
        "forward": float(forward_kl(hills, mu, sigma)),
        "reverse": float(reverse_kl(hills, mu, sigma)),
    }
    return SimpleNamespace(
        s=s,
        left_weight=left_weight,
        direction=direction,
        start=start,
        mu=mu,
        sigma=sigma,
        p=np.exp(log_p),
        q=np.exp(log_q),
        integrand=np.exp(averaged) * ratio,
        prices=prices,
        price=prices[direction],
        fit=_fit(hills, direction, STARTS[start] * s),
        best_prices=_best_prices(hills, direction),
    )


@lru_cache(maxsize=64)
def _fit(hills: GaussianMixture, direction: str, start: float) -> GaussianFit:
    return forward_fit(hills) if direction == "forward" else reverse_fit(hills, start=start)


@lru_cache(maxsize=64)
def _best_prices(hills: GaussianMixture, direction: str) -> FloatArray:
    """KL for every μ of the curve, each with the σ that suits it best; nats."""
    if direction == "forward":  # the best σ² around μ is the mean square distance from it
        return np.asarray(forward_kl(hills, CENTRES, np.hypot(hills.sigma, CENTRES - hills.mean)))
    places, weights = _bumps()
    prices = -0.5 * math.log(2 * math.pi * math.e) - np.log(WIDTHS) - weights @ hills.log_density(places)
    return _valley_floors(prices)


@cache
def _bumps() -> tuple[FloatArray, FloatArray]:
    """Grid of x, and the weights that average over each bump of each μ (axis 0) and width (axis 1) on it."""
    places = np.arange(-34.0, 34.1, 0.2)  # fine enough: the bend of log p between the hills is no sharper
    z = (places - CENTRES[:, None, None]) / WIDTHS[:, None]
    weights = np.exp(-0.5 * z**2)
    return places, weights / weights.sum(axis=-1, keepdims=True)


def _valley_floors(prices: FloatArray) -> FloatArray:
    """Least value along the last axis, between the points too: of the parabola through the lowest three."""
    lowest = np.clip(prices.argmin(axis=-1), 1, prices.shape[-1] - 2)[:, None]
    before, here, after = (np.take_along_axis(prices, lowest + k, axis=-1)[:, 0] for k in (-1, 0, 1))
    slope, bend = (after - before) / 2, after - 2 * here + before
    return np.asarray(here - 0.5 * slope**2 / bend)


def _describe_bump(n: Any) -> str:
    start = "" if n.direction == "forward" else f" from the {n.start}"
    return (
        f"Your bump (μ = {signed(n.mu, 3)}, σ = {n.sigma:.3f}): forward {n.prices['forward']:.4f}, "
        f"reverse {n.prices['reverse']:.4f} nats. {n.direction.capitalize()} fit{start}: "
        f"μ = {signed(n.fit.mu, 3)}, σ = {n.fit.sigma:.3f}, {n.fit.kl:.4f} nats"
    )


def _bump_scene(n: Any) -> tuple[str, float, float]:
    highest = max(n.p.max(), n.q.max())
    return (
        n.direction,
        _first_at_least(highest, DENSITY_ENDS),
        _first_at_least(n.integrand.max(), INTEGRAND_ENDS),
    )


def _draw_bump(figure: Figure, n: Any) -> SimpleNamespace:
    direction, highest, dearest = _bump_scene(n)
    axes: dict[str, Any] = figure.subplot_mosaic(
        [["densities", "prices"], ["integrand", "prices"]],
        width_ratios=[1.25, 1],
        height_ratios=[1.3, 1],
        gridspec_kw=margins(figure, columns=2, left=3.0, between=3.6) | {"hspace": 0.42},
    )
    densities, integrand, prices = axes["densities"], axes["integrand"], axes["prices"]
    p_line = densities.plot(SHOWN, n.p, color=P_COLOUR, label="p, two hills")[0]
    q_line = densities.plot(SHOWN, n.q, color=Q_COLOUR, ls="--", label="q, your bump")[0]
    densities.set(xlim=(-8, 8), xticks=[-8, -4, 0, 4, 8], ylim=(0, 1.28 * highest), title="Densities")
    densities.tick_params("x", labelbottom=False)
    densities.yaxis.set_major_locator(MaxNLocator(3))
    densities.legend(loc="upper right", ncols=2, borderpad=0, borderaxespad=0.1, columnspacing=1.2)
    integrand.axhline(0, color=INK, lw=1.0)
    integrand.set(
        xlim=(-8, 8), xticks=[-8, -4, 0, 4, 8], ylim=(-0.18 - 0.1 * dearest, 1.05 * dearest), xlabel="x"
    )
    integrand.yaxis.set_major_locator(MaxNLocator(3))
    what = "p·ln(p/q)" if direction == "forward" else "q·ln(q/p)"
    integrand.set_title(f"Area of {what} = KL")
    paid = integrand.add_patch(Polygon([[0, 0]], lw=1.0, **PAID))
    saved = integrand.add_patch(Polygon([[0, 0]], lw=1.0, **SAVED))
    prices.set(xlim=(-6.3, 6.3), ylim=(0, 1.4 * HIGHEST_PRICE), xlabel="μ", xticks=[-6, -3, 0, 3, 6])
    prices.set_title(f"{direction.capitalize()} KL, nats")
    prices.set_yticks([0, 0.5, 1, 1.5, 2])
    curve = prices.plot(CENTRES, CENTRES, color=QUIET_COLOUR, label="with the best σ for μ")[0]
    size = curve.get_markersize()
    ring: dict[str, Any] = {"ls": "none", "mfc": "none", "mec": GOOD_COLOUR, "mew": 2.5}
    fit = prices.plot([0], [0], "o", ms=2.2 * size, label="the fit", clip_on=False, **ring)[0]
    bump = prices.plot([0], [0], "D", ms=1.1 * size, color=Q_COLOUR, label="your bump", clip_on=False)[0]
    prices.legend(loc="upper center", borderpad=0, borderaxespad=0.1, handlelength=1.6)
    return SimpleNamespace(
        paid=paid, saved=saved, p_line=p_line, q_line=q_line, curve=curve, fit=fit, bump=bump
    )


def _update_bump(artists: Any, n: Any) -> None:
    artists.p_line.set_ydata(n.p)
    artists.q_line.set_ydata(n.q)
    for area, heights in (
        (artists.paid, np.maximum(n.integrand, 0)),
        (artists.saved, np.minimum(n.integrand, 0)),
    ):
        area.set_xy(np.column_stack([[*SHOWN, SHOWN[-1], SHOWN[0]], [*heights, 0, 0]]))
    artists.curve.set_ydata(np.where(n.best_prices <= HIGHEST_PRICE, n.best_prices, np.nan))
    artists.fit.set_data([n.fit.mu], [n.fit.kl])
    _put(artists.bump, n.mu, n.price)


def _put(dot: Line2D, mu: float, price: float) -> None:
    """Place the learner's bump on the prices' axes; off the scale it is an arrow at the top."""
    inside = price < HIGHEST_PRICE
    dot.set_data([mu], [price if inside else HIGHEST_PRICE])
    dot.set_marker("D" if inside else "^")


def _jump_to_fit(s: float, left_weight: float, direction: str, start: str, **_: Any) -> dict[str, float]:
    fit = _fit(two_hills(s, left_weight), direction, STARTS[start] * s)
    return {"mu": fit.mu, "sigma": fit.sigma}


ONE_BUMP = Demo(
    number="D4.2",
    title="One bump for two hills",
    controls=[
        Range(
            "s",
            "half-separation s",
            values=tuple(k / 20 for k in range(10, 81)),
            default=3.0,
            text="{:.2f}".format,
        ),
        Range(
            "left_weight",
            "weight of left hill",
            values=tuple(k / 20 for k in range(10, 20)),
            default=0.5,
            text="{:.2f}".format,
        ),
        Choice("direction", "direction", options=("forward", "reverse"), default="forward"),
        Choice("start", "start of the fit", options=tuple(STARTS), default="left"),
        Range(
            "mu",
            "μ of your bump",
            values=tuple(k / 10 for k in range(-60, 61)),
            default=0.0,
            text=lambda mu: signed(mu, 2),
            typed=True,
        ),
        Range("sigma", "σ of your bump", values=SIGMAS, default=2.0, typed=True),
        Action("fit", "move your bump to the fit"),
    ],
    compute=_bump_numbers,
    describe=_describe_bump,
    draw=_draw_bump,
    update=_update_bump,
    scene=_bump_scene,
    actions={"fit": _jump_to_fit},
    height=3.9,
)


# ---------------------------------------------------------------------------------------------- D4.5
Z = np.linspace(-5.0, 5.0, 401)
LATENT_ENDS = (0.45, 1.0, 3.0)  # of the density axis: log σ² = −4 is a peak of 2.95
COST_LEVELS = (0.1, 0.5, 1.0, 2.0, 3.0, 4.0)  # nats


def _latent_numbers(mu: float, log_var: float) -> SimpleNamespace:
    return SimpleNamespace(
        mu=mu,
        log_var=log_var,
        sigma=math.exp(log_var / 2),
        cost=float(vae_kl([mu], [log_var])),
        for_place=mu**2 / 2,
        for_width=(math.exp(log_var) - 1 - log_var) / 2,
        q=_bell(Z, mu, math.exp(log_var / 2)),
    )


def _describe_latent(n: Any) -> str:
    return (
        f"μ = {signed(n.mu, 1)}, log σ² = {signed(n.log_var, 1)} (σ = {n.sigma:.3f}): "
        f"D(q‖N(0,1)) = {n.cost:.4f} nats = {n.cost / math.log(2):.4f} bits; "
        f"place {n.for_place:.4f} + width {n.for_width:.4f} nats"
    )


def _latent_end(n: Any) -> float:
    return _first_at_least(float(n.q.max()), LATENT_ENDS)


def _draw_latent(figure: Figure, n: Any) -> SimpleNamespace:
    room = margins(figure, columns=2, left=3.0, between=4.2)
    densities, surface = figure.subplots(1, 2, width_ratios=[1.15, 1], gridspec_kw=room)
    densities.plot(Z, _bell(Z, 0.0, 1.0), color=P_COLOUR, label="prior N(0,1)")
    q_line = densities.plot(Z, n.q, color=Q_COLOUR, ls="--", label="q = N(μ,σ²)")[0]
    densities.set(xlim=(-5, 5), ylim=(0, 1.3 * _latent_end(n)), xlabel="z", title="Prior and code")
    densities.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    densities.legend(loc="upper right", ncols=2, borderpad=0, borderaxespad=0.1, columnspacing=1.2)
    mu, log_var = np.linspace(-3, 3, 121), np.linspace(-4, 2, 121)
    cost = vae_kl(np.zeros((121, 121, 1)) + mu[:, None], log_var[:, None, None] + np.zeros((1, 121, 1)))
    levels = surface.contour(mu, log_var, cost, levels=COST_LEVELS, colors=INK, linewidths=1.0)
    surface.contourf(mu, log_var, cost, levels=[0, *COST_LEVELS, 9.0], cmap="YlOrBr", alpha=0.75)
    # Labels stand on the diagonals, left and right in turn, away from each other and from the axes' corners.
    diagonal = np.linspace(0, 2.9, 300)[:, None]
    places = np.interp(COST_LEVELS, vae_kl(diagonal, -diagonal), diagonal[:, 0])
    spots = [(-place if k % 2 else place, -place) for k, place in enumerate(places)]
    surface.clabel(levels, fmt="{:g}".format, fontsize="small", manual=spots)
    surface.plot([0], [0], "+", color=P_COLOUR, mew=2.0)
    surface.set(xlabel="μ", ylabel="log σ²", title="Price in nats", xlim=(-3.1, 3.1), ylim=(-4.1, 2.1))
    surface.set_yticks([-4, -2, 0, 2], ["−4", "−2", "0", "2"])
    dot = surface.plot([0], [0], "o", ms=12, color=Q_COLOUR, mec="white", mew=2, clip_on=False)[0]
    return SimpleNamespace(q_line=q_line, dot=dot)


def _update_latent(artists: Any, n: Any) -> None:
    artists.q_line.set_ydata(n.q)
    artists.dot.set_data([n.mu], [n.log_var])


VAE_PRICE = Demo(
    number="D4.5",
    title="The price tag of a latent code",
    controls=[
        Range(
            "mu",
            "mean μ",
            values=tuple(k / 10 for k in range(-30, 31)),
            default=0.0,
            text=lambda mu: signed(mu, 1),
        ),
        Range(
            "log_var",
            "log-variance log σ²",
            values=tuple(k / 10 for k in range(-40, 21)),
            default=0.0,
            text=lambda log_var: signed(log_var, 1),
        ),
    ],
    compute=_latent_numbers,
    describe=_describe_latent,
    draw=_draw_latent,
    update=_update_latent,
    scene=_latent_end,
    height=3.6,
)
