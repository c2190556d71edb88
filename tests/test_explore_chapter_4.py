"""Demos of chapter 4: the numbers they show, and the states in which the syllabus promises an aha.

Oracles are stated test by test: sums written out with `math`, `scipy.integrate.quad` and its optimisers
for densities, the exact distribution of a random walk for the race, and `permutation_null` for the alarm.
No oracle uses course_lib's measures.
"""

import itertools
import math

import numpy as np
import pytest
from demo_states import artists_of, numbers
from scipy.integrate import quad, simpson
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import norm
from sklearn.datasets import load_breast_cancer

from course_lib import explore
from course_lib.estimators import permutation_null
from course_lib.explore import chapter_4_samples

EXACT = 1e-9
FITTED = 1e-3


@pytest.fixture(scope="module")
def prices():
    return explore.two_prices()


@pytest.fixture(scope="module")
def bump():
    return explore.one_bump()


@pytest.fixture(scope="module")
def race():
    return explore.evidence_race()


@pytest.fixture(scope="module")
def alarm():
    return explore.drift_alarm()


@pytest.fixture(scope="module")
def latent():
    return explore.vae_price()


# --------------------------------------------------------------------------------------- D4.1
def _divergence(p, q):
    """Σ p log₂(p/q) over the outcomes that p allows, in bits; weights need not sum to 1."""
    p, q = [w / sum(p) for w in p], [w / sum(q) for w in q]
    if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
        return math.inf
    return sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def test_the_weather_costs_what_the_chapter_says_and_not_the_same_both_ways(prices):
    n = numbers(prices, p=[7, 2, 1], q=[3, 4, 3])
    by_hand = 0.7 * math.log2(0.7 / 0.3) + 0.2 * math.log2(0.2 / 0.4) + 0.1 * math.log2(0.1 / 0.3)
    assert n.prices[0] == pytest.approx(by_hand, abs=EXACT)
    assert n.prices == pytest.approx([0.4972, 0.5088], abs=5e-5)
    assert prices.readout == (
        "D(p‖q) = 0.4972 bits, D(q‖p) = 0.5088 bits; JS = 0.1216 bits, total variation = 0.4000"
    )
    assert prices.state == explore.two_prices().state  # this is where the demo begins


WEIGHTS = [list(w) for w in itertools.product((0, 1, 3, 10), repeat=3) if sum(w)]


@pytest.mark.parametrize("p", WEIGHTS)
def test_every_price_js_and_total_variation_is_the_sum_written_out(prices, p):
    for q in WEIGHTS:
        n = prices._demo.compute(p=p, q=q)
        expected = [_divergence(p, q), _divergence(q, p)]
        assert n.prices == pytest.approx(expected, abs=EXACT)
        assert [sum(shares) for shares in n.shares] == pytest.approx(expected, abs=EXACT)
        middle = [a / sum(p) + b / sum(q) for a, b in zip(p, q, strict=True)]
        assert n.js == pytest.approx((_divergence(p, middle) + _divergence(q, middle)) / 2, abs=EXACT)
        largest = max(  # over all 8 events
            sum(p[k] / sum(p) - q[k] / sum(q) for k in event)
            for size in range(4)
            for event in itertools.combinations(range(3), size)
        )
        assert n.total_variation == pytest.approx(largest, abs=EXACT)


def test_forbidding_rain_makes_one_direction_infinite_and_leaves_the_other_finite(prices):
    n = numbers(prices, p=[7, 2, 1], q=[3, 4, 0])
    assert n.prices[0] == math.inf
    assert n.prices[1] == pytest.approx(_divergence([3, 4, 0], [7, 2, 1]), abs=EXACT)
    assert prices.readout.startswith("D(p‖q) is infinite (q rules out rain, p does not), D(q‖p) = 0.5621")
    assert "rain infinite" in prices.alt


def test_an_infinite_bar_has_its_sign_above_it_and_every_bar_a_finite_height(prices):
    """Oracle: the artists of the picture; the sign stands over rain and over the sum."""
    numbers(prices, p=[7, 2, 1], q=[3, 4, 0])
    forward, backward = artists_of(prices).columns
    places = [bar.get_x() + bar.get_width() / 2 for bar in forward.bars]
    assert forward.infinite.get_xdata() == pytest.approx([places[2], places[3]])
    assert len(backward.infinite.get_xdata()) == 0
    ceiling = forward.total.axes.get_ylim()[1]
    for bar in [*forward.bars, *backward.bars]:
        assert math.isfinite(bar.get_height())
        assert bar.get_height() < ceiling
    assert min(forward.infinite.get_ydata()) > forward.bars[2].get_height()
    assert forward.total.get_text() == ""


@pytest.mark.parametrize("q", [[2, 7, 1], [1, 2, 7], [7, 1, 2]])
def test_swapping_two_probabilities_gives_p_another_q_at_equal_prices(prices, q):
    n = numbers(prices, p=[7, 2, 1], q=q)
    assert n.prices[0] == pytest.approx(n.prices[1], abs=EXACT)
    assert n.prices[0] > 0.09
    assert "the same price both ways" in prices.readout


def test_a_rotation_is_no_swap_and_its_prices_differ(prices):
    n = numbers(prices, p=[7, 2, 1], q=[1, 7, 2])
    assert abs(n.prices[0] - n.prices[1]) > 0.1
    assert "same price" not in prices.readout


def test_the_swap_button_exchanges_the_two_prices(prices):
    before = numbers(prices, p=[7, 2, 1], q=[3, 4, 3]).prices
    prices.act("swap")
    assert (prices.p, prices.q) == ([3, 4, 3], [7, 2, 1])
    assert prices._demo.compute(**prices.state).prices == before[::-1]


def test_without_weights_there_is_a_sentence_instead_of_a_picture(prices):
    prices.set(p=[7, 2, 1], q=[0, 0, 0])
    assert prices.readout.startswith("All weights of q are 0")
    assert prices.picture == b""


# --------------------------------------------------------------------------------------- D4.2
def _log_hills(x, s, left):
    return np.logaddexp(math.log(left) + norm.logpdf(x, -s), math.log(1 - left) + norm.logpdf(x, s))


def _reverse_by_quad(s, left, mu, sigma):
    def integrand(x):
        return norm.pdf(x, mu, sigma) * (norm.logpdf(x, mu, sigma) - _log_hills(x, s, left))

    low, high = mu - 10 * sigma, mu + 10 * sigma
    breaks = [x for x in (-s, 0.0, s, mu) if low < x < high]
    return quad(integrand, low, high, points=breaks, limit=400, epsabs=1e-10)[0]


def _forward_by_quad(s, left, mu, sigma):
    def integrand(x):
        log_p = _log_hills(x, s, left)
        return math.exp(log_p) * (log_p - norm.logpdf(x, mu, sigma))

    return quad(integrand, -s - 10, s + 10, points=[-s, 0, s], limit=400, epsabs=1e-10)[0]


X = np.linspace(-40, 40, 16_001)


def _by_simpson(s, left, mu, sigma, direction):
    """Either integral once more, on a fixed grid: for the optimisers, which need it hundreds of times."""
    log_p = _log_hills(X, s, left)
    log_q = -0.5 * ((X - mu) / sigma) ** 2 - math.log(sigma * math.sqrt(2 * math.pi))
    averaged, other = (log_p, log_q) if direction == "forward" else (log_q, log_p)
    return simpson(np.exp(averaged) * (averaged - other), x=X)


def _descent_by_scipy(s, left, start):
    found = minimize(
        lambda place: _by_simpson(s, left, place[0], math.exp(place[1]), "reverse"),
        [start, 0.0],
        method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-9},
    )
    return found.x[0], math.exp(found.x[1]), found.fun


@pytest.mark.parametrize(
    ("s", "left", "mu", "sigma"),
    [(3.0, 0.5, 0.0, 2.0), (3.0, 0.7, -3.0, 1.0), (0.5, 0.95, 6.0, 5.0), (4.0, 0.5, 4.0, 0.2)],
)
def test_both_prices_of_a_bump_are_the_integrals(bump, s, left, mu, sigma):
    n = numbers(bump, s=s, left_weight=left, mu=mu, sigma=sigma)
    assert n.prices["forward"] == pytest.approx(_forward_by_quad(s, left, mu, sigma), rel=1e-7)
    assert n.prices["reverse"] == pytest.approx(_reverse_by_quad(s, left, mu, sigma), rel=1e-7)


@pytest.mark.parametrize(
    ("s", "left", "direction", "start", "mu", "sigma", "kl"),
    [
        (3.0, 0.5, "forward", "left", 0.0, 3.162, 0.4620),
        (3.0, 0.5, "reverse", "left", -2.984, 1.023, 0.6888),
        (3.0, 0.5, "reverse", "right", 2.984, 1.023, 0.6888),
        (3.0, 0.5, "reverse", "centre", 0.0, 2.744, 0.8406),
        (3.0, 0.7, "forward", "left", -1.2, 2.926, None),
        (3.0, 0.7, "reverse", "left", -2.991, 1.015, 0.3540),
    ],
)
def test_the_fits_are_the_chapters(bump, s, left, direction, start, mu, sigma, kl):
    n = numbers(bump, s=s, left_weight=left, direction=direction, start=start)
    assert n.fit[:2] == pytest.approx((mu, sigma), abs=FITTED)
    if kl is not None:
        assert n.fit.kl == pytest.approx(kl, abs=FITTED)


@pytest.mark.parametrize(
    ("s", "left", "start"), [(3.0, 0.5, "left"), (2.5, 0.5, "centre"), (3.0, 0.7, "left")]
)
def test_scipys_own_optimiser_ends_at_the_same_reverse_fit(bump, s, left, start):
    n = numbers(bump, s=s, left_weight=left, direction="reverse", start=start)
    where = {"left": -s, "centre": 0.0, "right": s}[start]
    assert n.fit == pytest.approx(_descent_by_scipy(s, left, where), abs=FITTED)


def test_at_three_reverse_kl_stays_just_below_the_log_of_the_hill_it_covers(bump):
    equal = numbers(bump, s=3.0, left_weight=0.5, direction="reverse", start="left").fit.kl
    heavy = numbers(bump, s=3.0, left_weight=0.7, direction="reverse", start="left").fit.kl
    assert 0 < math.log(2) - equal < 0.005
    assert 0 < -math.log(0.7) - heavy < 0.005


def _centre_and_side(bump, s):
    centre, side = (
        numbers(bump, s=s, left_weight=0.5, direction="reverse", start=start).fit
        for start in ("centre", "left")
    )
    return centre, side


def test_at_two_and_a_half_reverse_kl_covers_both_hills(bump):
    centre, side = _centre_and_side(bump, 2.5)
    assert (centre.kl, side.kl) == pytest.approx((0.4811, 0.6665), abs=FITTED)
    assert centre.mu == pytest.approx(0.0, abs=FITTED)


def test_centre_and_side_tie_at_2_80_and_change_places_there(bump):
    tie = _centre_and_side(bump, 2.8)
    assert tie[0].kl == pytest.approx(tie[1].kl, abs=FITTED)
    before, after = _centre_and_side(bump, 2.75), _centre_and_side(bump, 2.85)
    assert before[0].kl < before[1].kl
    assert after[0].kl > after[1].kl


@pytest.mark.parametrize("s", [0.5, 1.0, 2.0, 2.3, 2.4])
def test_up_to_2_40_there_is_no_side_to_pick(bump, s):
    side = _centre_and_side(bump, s)[1]
    assert side.mu == pytest.approx(0.0, abs=FITTED)


@pytest.mark.parametrize("s", [2.45, 2.5, 3.0, 4.0])
def test_beyond_it_there_is_one(bump, s):
    centre, side = _centre_and_side(bump, s)
    assert side.mu < -2
    assert centre.mu == pytest.approx(0.0, abs=FITTED)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize(("s", "left"), [(3.0, 0.5), (2.0, 0.7), (4.0, 0.95)])
def test_the_curve_is_the_price_with_the_best_width_for_each_place(bump, direction, s, left):
    def price(sigma):
        return _by_simpson(s, left, mu, sigma, direction)

    n = numbers(bump, s=s, left_weight=left, direction=direction)
    assert len(n.best_prices) == 97
    for k in (0, 31, 48, 77):
        mu = -6 + k / 8
        grid = np.geomspace(0.5, 8, 15)
        rough = min(grid, key=price)
        best = minimize_scalar(price, bounds=(rough / 1.3, rough * 1.3), method="bounded")
        assert n.best_prices[k] == pytest.approx(best.fun, abs=2e-4)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("start", ["left", "centre", "right"])
def test_the_button_puts_the_learners_bump_exactly_on_the_fit(bump, direction, start):
    bump.set(s=3.0, left_weight=0.5, direction=direction, start=start, mu=1.0, sigma=1.0)
    bump.act("fit")
    n = bump._demo.compute(**bump.state)
    assert (bump.mu, bump.sigma) == n.fit[:2]
    assert n.price == pytest.approx(n.fit.kl, abs=1e-8)
    drawn = artists_of(bump)
    assert drawn.bump.get_xdata() == drawn.fit.get_xdata()
    assert drawn.bump.get_ydata() == pytest.approx(drawn.fit.get_ydata(), abs=1e-8)


def test_moving_the_hills_leaves_the_learners_bump_where_it_is(bump):
    bump.set(s=3.0, left_weight=0.5, direction="reverse", start="left", mu=1.0, sigma=1.0)
    bump.s = 2.0
    bump.direction = "forward"
    assert (bump.mu, bump.sigma) == (1.0, 1.0)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_hatched_area_less_the_dashed_one_is_the_price(bump, direction):
    """Oracle: the areas of the two drawn polygons, and the integral."""
    n = numbers(bump, s=2.0, left_weight=0.7, direction=direction, mu=0.5, sigma=1.0)
    drawn = artists_of(bump)
    paid, saved = (np.trapezoid(*area.get_xy()[:321].T[::-1]) for area in (drawn.paid, drawn.saved))
    by_quad = {"forward": _forward_by_quad, "reverse": _reverse_by_quad}[direction]
    assert paid > 0 > saved
    assert paid + saved == pytest.approx(by_quad(2.0, 0.7, 0.5, 1.0), abs=1e-3)
    assert n.price == n.prices[direction]


def test_a_price_off_the_scale_is_an_arrow_at_its_top(bump):
    n = numbers(bump, s=3.0, left_weight=0.5, direction="forward", mu=-6.0, sigma=0.2)
    drawn = artists_of(bump)
    assert n.price > 100
    assert drawn.bump.get_marker() == "^"
    assert drawn.bump.get_ydata()[0] < drawn.bump.axes.get_ylim()[1]
    bump.set(mu=0.0, sigma=2.0)
    assert artists_of(bump).bump.get_marker() == "D"


@pytest.mark.parametrize("sigma", [0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0])
def test_round_widths_lie_on_the_slider(bump, sigma):
    assert sigma in next(spec for spec in bump.controls if spec["name"] == "sigma")["values"]


def test_its_readout_names_both_prices_and_the_fit(bump):
    bump.set(s=3.0, left_weight=0.5, direction="reverse", start="left", mu=0.0, sigma=2.0)
    assert bump.readout == (
        "Your bump (μ = 0.000, σ = 2.000): forward 0.7538, reverse 1.1584 nats. "
        "Reverse fit from the left: μ = −2.984, σ = 1.023, 0.6888 nats"
    )


# --------------------------------------------------------------------------------------- D4.3
FINISH = math.log2(20)


def _per_flip(bias, truth):
    p, q = (0.5, bias) if truth == "fair" else (bias, 0.5)
    return p * math.log2(p / q) + (1 - p) * math.log2((1 - p) / (1 - q))


def _exact_race(bias, truth, flips):
    """Chance that a walk finishes at flip 0, 1, …: of every number of heads, step by step."""
    p = 0.5 if truth == "fair" else bias
    q = bias if truth == "fair" else 0.5
    heads_worth, tails_worth = math.log2(p / q), math.log2((1 - p) / (1 - q))
    running = np.array([1.0])  # of walks still under way, by number of heads
    finishing = [0.0]
    for n in range(1, flips + 1):
        tossed = np.append(running * (1 - p), 0) + np.append(0, running * p)
        heads = np.arange(n + 1)
        there = heads * heads_worth + (n - heads) * tails_worth >= FINISH - 1e-9
        finishing.append(tossed[there].sum())
        running = np.where(there, 0, tossed)
    return np.array(finishing)


@pytest.mark.parametrize(
    ("bias", "truth", "per_flip", "flips"),
    [
        (0.6, "fair", 0.02945, "147"),
        (0.7, "fair", 0.12577, "34.4"),
        (0.9, "fair", 0.73697, "5.9"),
        (0.55, "fair", 0.00725, "596"),
        (0.51, "fair", 0.00029, "14,976"),
        (0.6, "other", 0.02905, "149"),
        (0.9, "other", 0.53100, "8.1"),
    ],
)
def test_the_drift_predicts_the_chapters_flips(race, bias, truth, per_flip, flips):
    n = numbers(race, bias=bias, truth=truth)
    assert n.per_flip == pytest.approx(_per_flip(bias, truth), abs=EXACT)
    assert n.per_flip == pytest.approx(per_flip, abs=5e-6)
    assert n.predicted == pytest.approx(FINISH / _per_flip(bias, truth), rel=EXACT)
    assert f"the drift predicts {flips} flips to 20\u00a0:\u00a01 (Wald, ignoring overshoot)" in race.readout


@pytest.mark.parametrize("bias", [percent / 100 for percent in range(51, 96)])
def test_the_flips_reach_what_the_drift_predicts_and_stop_there(race, bias):
    race.bias = bias
    values = next(spec for spec in race.controls if spec["name"] == "flips")["values"]
    for truth in ("fair", "other"):
        predicted = FINISH / _per_flip(bias, truth)
        assert round(predicted) in values
        assert predicted < values[-1]
    assert values[0] == 0
    assert len(values) <= 103


def test_the_race_begins_at_60_per_cent_with_up_to_1000_flips(race):
    begins = explore.evidence_race()
    assert (begins.bias, begins.truth, begins.seed) == (0.6, "fair", 0)
    assert next(spec for spec in begins.controls if spec["name"] == "flips")["values"][-1] == 1000


@pytest.mark.parametrize(("bias", "truth"), [*itertools.product((0.6, 0.7, 0.9), ("fair", "other"))])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_simulated_mean_and_median_are_those_of_the_exact_walk(race, bias, truth, seed):
    """Oracle: the exact distribution; the mean may miss it by four of its standard errors."""
    finishing = _exact_race(bias, truth, 3000)
    flips = np.arange(len(finishing))
    assert finishing.sum() == pytest.approx(1, abs=1e-6)
    mean = finishing @ flips
    spread = math.sqrt(finishing @ (flips - mean) ** 2)
    n = numbers(race, bias=bias, truth=truth, seed=seed)
    error = spread / math.sqrt(len(n.times))
    assert n.mean == pytest.approx(mean, abs=4 * error)
    below, above = np.searchsorted(np.cumsum(finishing), [0.46, 0.54])  # ±0.04 is five standard errors
    assert below <= n.median <= above


def test_overshoot_makes_the_mean_longer_and_skew_the_median_shorter_than_predicted(race):
    finishing = _exact_race(0.6, "fair", 3000)
    mean = finishing @ np.arange(len(finishing))
    median = np.searchsorted(np.cumsum(finishing), 0.5)
    assert 150 < mean < 155
    assert 112 < median < 118
    n = numbers(race, bias=0.6, truth="fair", seed=0)
    assert n.median < n.predicted < n.mean
    assert 6.7 < numbers(race, bias=0.9, truth="fair", seed=0).mean < 7.3  # the drift alone says 5.9


def test_twenty_thousand_flips_are_simulated_honestly_too(race):
    """Oracle: walks of 0.51 have steps so small that Wald's mean needs almost no overshoot."""
    n = numbers(race, bias=0.51, truth="fair", seed=0)
    spread = math.sqrt(n.predicted * 0.02886**2) / _per_flip(0.51, "fair")
    assert n.mean == pytest.approx(n.predicted, abs=4 * spread / math.sqrt(len(n.times)))
    assert 0.7 < n.median / n.predicted < 0.85


@pytest.mark.parametrize(("truth", "side"), [("fair", 1), ("other", -1)])
def test_drawn_walks_take_steps_of_the_coins_worth_and_stop_beyond_their_own_line(race, truth, side):
    n = numbers(race, bias=0.9, truth=truth, flips=50)
    worth = {round(math.log2(0.5 / 0.9), 9), round(math.log2(0.5 / 0.1), 9)}
    assert len(n.paths) == 20
    for path, finish in zip(n.paths, n.finishes, strict=True):
        assert {round(step, 9) for step in np.diff(path[:, 1])} <= worth
        assert (side * path[:-1, 1] < FINISH).all()
        if finish < np.inf:
            assert path[-1, 0] == finish
            assert side * path[-1, 1] >= FINISH - 1e-9


def test_the_flips_slider_shows_that_many_flips_and_counts_who_is_there(race):
    finishes = numbers(race, bias=0.6, truth="fair", seed=0).finishes
    for flips in (0, 147, 1000):
        n = numbers(race, flips=flips)
        assert n.there == sum(finish <= flips for finish in finishes)
        assert f"{n.there} of the 20" in race.readout
        drawn = artists_of(race)
        assert max(segment[-1, 0] for segment in drawn.walks.get_segments()) <= flips
        assert len(drawn.finished.get_xdata()) == n.there
        assert len(drawn.runners.get_xdata()) == 20 - n.there


def test_a_seed_gives_its_own_walks_and_coming_back_gives_the_same(race):
    race.set(bias=0.6, truth="fair", flips=500, seed=0)
    picture, readout = race.picture, race.readout
    race.seed = 1
    assert race.picture != picture
    race.seed = 0
    assert (race.picture, race.readout) == (picture, readout)


# --------------------------------------------------------------------------------------- D4.4
DATA = load_breast_cancer()
RADIUS = DATA.data[:, list(DATA.feature_names).index("worst radius")]
DEALT = RADIUS[np.random.default_rng(1).permutation(569)]
REFERENCE, CURRENT = DEALT[:285], DEALT[285:]


def _shares(sample, reference, bins):
    edges = np.quantile(reference, [k / bins for k in range(1, bins)])
    counts = [0.5] * bins
    for value in sample:
        counts[sum(edge <= value for edge in edges)] += 1
    return [count / sum(counts) for count in counts]


def _loudness(name, reference, current, bins):
    q, p = _shares(reference, reference, bins), _shares(current, reference, bins)
    if name == "PSI":
        return sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
    if name == "JS":
        middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
        return (_divergence(p, middle) + _divergence(q, middle)) / 2
    return _divergence(p, q)


@pytest.mark.parametrize("name", ["KL", "JS", "PSI"])
@pytest.mark.parametrize("bins", [5, 10, 50])
@pytest.mark.parametrize("shift", [0, 7, 25])
def test_the_alarm_is_as_loud_as_the_shares_counted_one_by_one(alarm, name, bins, shift):
    n = numbers(alarm, alarm=name, bins=bins, shift=shift)
    assert n.loudness == pytest.approx(
        _loudness(name, REFERENCE, CURRENT * (1 + shift / 100), bins), abs=EXACT
    )


@pytest.mark.parametrize(
    ("name", "loudness"),
    [
        ("KL", {0: 0.0143, 5: 0.074, 10: 0.152, 20: 0.363}),
        ("PSI", {0: 0.020, 5: 0.105, 10: 0.225, 20: 0.575}),
    ],
)
def test_the_chapters_shifts_are_as_loud_as_promised(alarm, name, loudness):
    for shift, expected in loudness.items():
        shown = numbers(alarm, alarm=name, bins=10, shift=shift).loudness
        assert shown == pytest.approx(expected, abs=0.0015)


def test_without_drift_the_band_is_where_the_chapter_says_and_near_theory(alarm):
    n = numbers(alarm, alarm="KL", bins=10, shift=0)
    theory = (10 - 1) / 2 * (1 / 285 + 1 / 284) / math.log(2)
    assert n.null_mean == pytest.approx(theory, rel=0.12)
    assert 0.075 < n.line < 0.090
    assert n.p_value > 0.9


def test_five_per_cent_is_not_yet_drift_and_ten_per_cent_is(alarm):
    five = numbers(alarm, alarm="KL", bins=10, shift=5)
    assert five.loudness < five.line
    assert five.p_value > 0.05
    assert alarm.readout.endswith("no alarm")
    ten = numbers(alarm, alarm="KL", bins=10, shift=10)
    assert ten.loudness > ten.line
    assert ten.p_value < 0.01
    assert alarm.readout.endswith("drift")


@pytest.mark.parametrize(("name", "bins"), [("KL", 10), ("PSI", 5), ("JS", 23)])
def test_the_null_of_all_shuffles_at_once_is_the_null_of_one_shuffle_after_another(alarm, name, bins):
    """Oracle: `permutation_null`, which shuffles one by one, over shares counted by NumPy's histogram."""

    def loudness(reference, current):
        edges = [-np.inf, *np.quantile(reference, np.arange(1, bins) / bins), np.inf]
        q, p = (np.histogram(sample, edges)[0] + 0.5 for sample in (reference, current))
        q, p = q / q.sum(), p / p.sum()
        if name == "PSI":
            return ((p - q) * np.log(p / q)).sum()
        if name == "JS":
            return 0.5 * (p * np.log2(2 * p / (p + q)) + q * np.log2(2 * q / (p + q))).sum()
        return (p * np.log2(p / q)).sum()

    one_by_one = permutation_null(loudness, REFERENCE, CURRENT, permutations=1000, seed=0)
    n = numbers(alarm, alarm=name, bins=bins, shift=0)
    assert n.null == pytest.approx(np.sort(one_by_one), abs=EXACT)
    assert n.line == pytest.approx(np.quantile(one_by_one, 0.95), abs=EXACT)
    assert n.null_mean == pytest.approx(one_by_one.mean(), abs=EXACT)
    as_loud = sum(value >= n.loudness for value in one_by_one)
    assert n.p_value == pytest.approx((1 + as_loud) / 1001, abs=EXACT)


def test_more_bins_make_the_same_tumours_look_further_apart(alarm):
    means = [numbers(alarm, alarm="KL", bins=bins, shift=0).null_mean for bins in (5, 10, 20, 50)]
    assert means == sorted(means)
    assert means[-1] > 4 * means[1]


def test_moving_the_shift_shuffles_nothing_anew(alarm):
    alarm.set(alarm="KL", bins=10, shift=0)
    before = chapter_4_samples._null.cache_info().misses, chapter_4_samples._null_shares.cache_info().misses
    for shift in range(26):
        alarm.shift = shift
    after = chapter_4_samples._null.cache_info().misses, chapter_4_samples._null_shares.cache_info().misses
    assert before == after


@pytest.mark.parametrize("name", ["KL", "JS", "PSI"])
@pytest.mark.parametrize("bins", [5, 50])
@pytest.mark.parametrize("shift", [0, 25])
def test_nothing_of_the_alarm_lies_outside_its_picture(alarm, name, bins, shift):
    """Oracle: the places of the drawn line and bars, and the ends of the axes they are drawn on."""
    n = numbers(alarm, alarm=name, bins=bins, shift=shift)
    drawn = artists_of(alarm)
    assert max(n.null[-1], n.loudness) < drawn.here.axes.get_xlim()[1]
    assert n.ratios[1].max() < drawn.now.axes.get_ylim()[1] / 1.15  # the legend is above
    assert sum(drawn.bars.get_data().values) > 0


# --------------------------------------------------------------------------------------- D4.5
@pytest.mark.parametrize(
    ("mu", "log_var", "nats"), [(0.0, 0.0, 0.0), (1.0, 0.0, 0.5), (2.0, 0.0, 2.0), (0.0, -4.0, 1.509)]
)
def test_the_price_tags_of_the_chapter(latent, mu, log_var, nats):
    n = numbers(latent, mu=mu, log_var=log_var)
    assert n.cost == pytest.approx((mu**2 + math.exp(log_var) - 1 - log_var) / 2, abs=EXACT)
    assert n.cost == pytest.approx(nats, abs=5e-4)
    assert n.for_place + n.for_width == pytest.approx(n.cost, abs=EXACT)


@pytest.mark.parametrize(("mu", "log_var"), [(-3.0, 2.0), (0.7, -4.0), (3.0, -0.1), (-1.5, 0.9)])
def test_a_price_is_the_integral_of_q_log_q_over_the_prior(latent, mu, log_var):
    sigma = math.exp(log_var / 2)

    def integrand(z):
        return norm.pdf(z, mu, sigma) * (norm.logpdf(z, mu, sigma) - norm.logpdf(z))

    area = quad(integrand, mu - 12 * sigma, mu + 12 * sigma, points=[mu], epsabs=1e-11, limit=200)[0]
    assert numbers(latent, mu=mu, log_var=log_var).cost == pytest.approx(area, abs=EXACT)


def test_only_the_prior_itself_is_free(latent):
    costs = {
        (k, m): latent._demo.compute(mu=k / 10, log_var=m / 10).cost
        for k in range(-30, 31)
        for m in range(-40, 21)
    }
    assert costs.pop((0, 0)) == 0
    assert min(costs.values()) > 0


def test_the_point_stands_on_the_surface_where_the_sliders_stand(latent):
    latent.set(mu=2.0, log_var=-1.5)
    drawn = artists_of(latent)
    assert (drawn.dot.get_xdata()[0], drawn.dot.get_ydata()[0]) == (2.0, -1.5)
    assert latent.readout == (
        "μ = 2.0, log σ² = −1.5 (σ = 0.472): D(q‖N(0,1)) = 2.3616 nats = 3.4070 bits; "
        "place 2.0000 + width 0.3616 nats"
    )


def test_the_contours_are_drawn_at_their_own_prices(latent):
    """Oracle: the closed form at the vertices of each contour line."""
    contours = latent._painter.scene.figure.axes[1].collections[0]
    assert len(contours.levels) == 6
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        mu, log_var = path.vertices.T
        assert (mu**2 + np.exp(log_var) - 1 - log_var) / 2 == pytest.approx(level, abs=0.02)
