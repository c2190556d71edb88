"""Demos of chapter 7's generative half: their numbers, and the states in which the syllabus promises an aha.

Oracles are stated test by test: sums written out with `math`, a sum over the plane for the melting clusters,
and the stored files of the language model and the autoencoders read with `numpy.load`. No oracle uses
course_lib's tilts, losses or diffusion; `infonce_bound`, which the demo does not call, judges its sums.
"""

import itertools
import math

import numpy as np
import pytest
from demo_states import artists_of, numbers, values_of

from course_lib import explore
from course_lib.estimators import infonce_bound
from course_lib.explore import chapter_7_generative as chapter_7
from course_lib.records import DATA

EXACT = 1e-9


@pytest.fixture(scope="module")
def reward():
    return explore.reward_dial()


@pytest.fixture(scope="module")
def ceiling():
    return explore.infonce_ceiling()


@pytest.fixture(scope="module")
def clock():
    return explore.melting_clock()


@pytest.fixture(scope="module")
def vae():
    return explore.vae_dial()


def _title(axes):
    return "".join(axes.get_title(loc=side) for side in ("left", "center", "right"))


# --------------------------------------------------------------------------------------- D7.4
REFERENCE = (0.40, 0.30, 0.15, 0.10, 0.04, 0.01)
REWARDS = (0, 0.2, 0.5, 0.8, 1, 2)


def _tilted(reference, rewards, beta):
    """The tilt, its expected reward, its KL in nats and β ln Z, number by number."""
    raised = [p * math.exp(r / beta) for p, r in zip(reference, rewards, strict=True)]
    z = sum(raised)
    after = [weight / z for weight in raised]
    earned = sum(p * r for p, r in zip(after, rewards, strict=True))
    kl = sum(p * math.log(p / q) for p, q in zip(after, reference, strict=True))
    return after, earned, kl, beta * math.log(z)


@pytest.mark.parametrize("beta", [0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 10.0])
def test_the_toys_tilt_is_the_one_worked_out_by_hand(reward, beta):
    n = numbers(reward, replies=chapter_7.TOY, beta=beta)
    after, earned, kl, worth = _tilted(REFERENCE, REWARDS, beta)
    assert n.after == pytest.approx(after, abs=EXACT)
    assert (n.earned, n.kl, n.objective) == pytest.approx((earned, kl, worth), abs=EXACT)
    assert n.earned - beta * n.nats == pytest.approx(worth, abs=EXACT)


@pytest.mark.parametrize(
    ("beta", "printed"),
    [(1.0, (0.445, 0.095, 0.3499)), (0.5, (0.801, 0.650, 0.4762)), (0.25, (1.760, 3.439, 0.9002))],
)
def test_the_toy_shows_the_chapters_numbers(reward, beta, printed):
    n = numbers(reward, replies=chapter_7.TOY, beta=beta)
    assert (round(n.earned, 3), round(n.kl, 3), round(n.objective, 4)) == printed


def test_the_dial_begins_with_the_chapters_readout(reward):
    assert explore.reward_dial().readout == (
        "β_RL 1: expected reward 0.445 (before 0.275), KL = 0.095 nats = 0.137 bits; "
        "reward − β_RL·KL in nats = 0.3499 = β_RL ln Z"
    )


def test_no_price_spends_more_than_the_surprise_of_the_best_reply(reward):
    for beta in values_of(reward, "beta"):
        n = numbers(reward, replies=chapter_7.TOY, beta=beta)
        assert n.kl <= n.ceiling + EXACT
    assert n.ceiling == pytest.approx(-math.log(0.01), abs=EXACT)
    lowest = numbers(reward, beta=min(values_of(reward, "beta")))
    assert lowest.kl == pytest.approx(4.605, abs=5e-4)
    assert reward.readout.endswith("no β_RL spends more than the surprise of the best reply, 4.605 nats")


def test_the_most_that_can_be_spent_is_told_only_where_it_is_all_but_spent(reward):
    for beta in values_of(reward, "beta"):
        n = numbers(reward, replies=chapter_7.TOY, beta=beta)
        told = n.kl >= 0.99 * -math.log(0.01)
        assert ("no β_RL spends more" in reward.readout) is told
        assert artists_of(reward).ceiling.get_visible() is told
        assert artists_of(reward).name.get_text() == ("at most 4.605 " if told else "")
    assert not numbers(reward, beta=1.0).is_near and not numbers(reward, beta=0.25).is_near


def test_bars_numbers_and_path_are_those_of_the_tilt(reward):
    n = numbers(reward, replies=chapter_7.TOY, beta=0.5)
    drawn = artists_of(reward)
    after, earned, kl, _ = _tilted(REFERENCE, REWARDS, 0.5)
    assert [bar.get_width() for bar in drawn.after] == pytest.approx(after)
    assert [text.get_text() for text in drawn.numbers] == [f"{p:.3f}" for p in after]
    x, y = drawn.line.get_data()
    first = _tilted(REFERENCE, REWARDS, 10.0)
    assert (x[0], y[0]) == pytest.approx((first[2], first[1]))
    assert (x[-1], y[-1]) == pytest.approx((kl, earned))
    assert (np.diff(x) >= 0).all() and len(x) > 20
    assert n.before.tolist() == list(REFERENCE)


STORED = np.load(DATA / "language_prompts.npz", allow_pickle=False)


def _movie():
    """Chances of all tokens after "The movie was", and which of them are praise."""
    log_probs = STORED["log_probs"][STORED["prompts"].tolist().index("The movie was")].astype(np.float64)
    p = np.exp(log_probs - log_probs.max())
    is_praise = np.isin(np.arange(len(p)), STORED["praise_ids"])
    return p / p.sum(), is_praise


def test_ten_words_of_49152_are_praise():
    p, is_praise = _movie()
    assert (len(p), is_praise.sum()) == (49_152, 10)
    assert len(set(STORED["praise_words"].tolist())) == 10
    assert p[is_praise].sum() == pytest.approx(0.00466, abs=5e-6)


@pytest.mark.parametrize(
    ("beta", "mass", "bits"),
    [(0.3, 0.116, 0.39), (0.2, 0.410, 2.20), (0.15, 0.786, 5.34), (0.1, 0.990, 7.59), (0.05, 1.0, 7.744)],
)
def test_the_recorded_words_are_tilted_as_all_tokens_would_be(reward, beta, mass, bits):
    """Oracle: the tilt of all 49,152 tokens, which the demo adds up to ten rows."""
    n = numbers(reward, replies=chapter_7.REAL, beta=beta)
    p, is_praise = _movie()
    raised = np.where(is_praise, p * math.exp(1 / beta), p)
    after = raised / raised.sum()
    kl = (after * np.log(after / p)).sum()
    assert n.earned == pytest.approx(after[is_praise].sum(), abs=EXACT)
    assert n.nats == pytest.approx(kl, abs=EXACT)
    assert n.objective == pytest.approx(beta * math.log(raised.sum()), abs=EXACT)
    assert n.earned == pytest.approx(mass, abs=1e-3)
    assert n.kl == pytest.approx(bits, abs=6e-3)
    # The rows: the four likeliest praise words, the other six, the four likeliest others, everything else.
    words = np.sort(after[is_praise])[::-1]
    others = after[~is_praise][np.argsort(-p[~is_praise])]
    rows = [*words[:4], words[4:].sum(), *others[:4], others[4:].sum()]
    assert n.after == pytest.approx(rows, abs=EXACT)


def test_the_most_that_praise_can_cost_is_its_surprise(reward):
    p, is_praise = _movie()
    surprise = -math.log2(p[is_praise].sum())
    for beta in values_of(reward, "beta"):
        n = numbers(reward, replies=chapter_7.REAL, beta=beta)
        assert n.kl <= surprise + EXACT
        assert n.ceiling == pytest.approx(surprise, abs=EXACT)
    numbers(reward, beta=0.05)
    assert reward.readout == (
        "After “The movie was” (recorded), β_RL 0.05: P(praise) = 1.000 (before 0.00466), KL = 5.368 nats = "
        "7.744 bits; reward − β_RL·KL in nats = 0.7316 = β_RL ln Z; no β_RL spends more than the surprise of "
        "praise, 7.744 bits"
    )
    assert surprise == pytest.approx(7.744, abs=5e-4)


def test_the_picture_lists_the_praise_words_and_says_that_it_is_recorded(reward):
    numbers(reward, replies=chapter_7.REAL, beta=1.0)
    figure = reward._painter.scene.figure
    (caption,) = (text.get_text() for text in figure.texts)
    assert caption == f"Praise, reward 1:{','.join(STORED['praise_words'].tolist())}"
    assert "recorded" in _title(figure.axes[0])
    assert all(word in reward.alt for word in STORED["praise_words"].tolist())


def test_the_most_probable_words_have_their_own_names(reward):
    n = numbers(reward, replies=chapter_7.REAL, beta=1.0)
    row = STORED["prompts"].tolist().index("The movie was")
    likeliest = [text.replace(" ", "␣") for text in STORED["top_texts"][row][:4].tolist()]
    assert list(n.names[5:9]) == likeliest
    p, _ = _movie()
    by_mass = sorted(STORED["praise_ids"].tolist(), key=lambda token: -p[token])[:4]
    words = dict(zip(STORED["praise_ids"].tolist(), STORED["praise_words"].tolist(), strict=True))
    assert list(n.names[:4]) == [words[token].replace(" ", "␣") for token in by_mass]
    assert n.names[4] == "6 more praise words"


# --------------------------------------------------------------------------------------- D7.5
FOUND = {
    12.0: {2: 0.998, 8: 2.98, 32: 4.94, 128: 6.83, 512: 8.45, 2048: 9.89},
    4.8: {2: 0.93, 8: 2.56, 32: 3.74, 128: 4.40, 512: 4.60, 2048: 4.76},
}
TRUE = -0.5 * math.log2(1 - 0.9**2)  # bits of one pair


@pytest.mark.parametrize("true_i", [4.8, 12.0])
def test_an_ideal_critic_finds_the_chapters_bits(ceiling, true_i):
    for batch, bits in FOUND[true_i].items():
        n = numbers(ceiling, true_i=true_i, batch=batch)
        assert n.bits == pytest.approx(bits, abs=0.1)
        assert n.bits < n.ceiling == math.log2(batch)


@pytest.mark.parametrize(("true_i", "pairs"), [(1.2, 1), (4.8, 4), (12.0, 10)])
def test_the_true_information_is_that_of_so_many_pairs(ceiling, true_i, pairs):
    n = numbers(ceiling, true_i=true_i, batch=32)
    assert n.true_bits == pytest.approx(pairs * TRUE, abs=EXACT)
    assert n.true_bits == pytest.approx(true_i, abs=0.03)


@pytest.mark.parametrize("true_i", [1.2, 4.8, 12.0])
def test_a_larger_batch_finds_more_but_neither_log_n_nor_the_truth(ceiling, true_i):
    found = [numbers(ceiling, true_i=true_i, batch=batch) for batch in values_of(ceiling, "batch")]
    assert [n.batch for n in found] == [2**k for k in range(1, 12)]
    for before, after in itertools.pairwise(found):
        assert after.bits > before.bits
    assert all(n.bits < min(n.ceiling, n.true_bits) for n in found)


@pytest.mark.parametrize(("true_i", "pairs"), [(1.2, 1), (4.8, 4), (12.0, 10)])
@pytest.mark.parametrize("batch", [2, 8, 64])
def test_fresh_pairs_one_candidate_at_a_time_tell_the_same(ceiling, true_i, pairs, batch):
    """Oracle: the log ratio of two normal densities, summed over other samples than the demo's."""
    rng = np.random.default_rng(5)
    gains, hits, trials = [], 0, 6000 // batch
    for _ in range(trials):
        x = rng.normal(size=pairs)
        y = rng.normal(size=(batch, pairs))
        y[0] = 0.9 * x + math.sqrt(0.19) * y[0]
        ratios = [
            math.exp(sum((b**2 - (b - 0.9 * a) ** 2 / 0.19) / 2 for a, b in zip(x, row, strict=True)))
            for row in y.tolist()
        ]
        gains.append(math.log2(batch * ratios[0] / sum(ratios)))
        hits += ratios[0] == max(ratios)
    n = numbers(ceiling, true_i=true_i, batch=batch)
    error = np.std(gains) / math.sqrt(trials)
    assert n.bits == pytest.approx(np.mean(gains), abs=4 * error + 0.02)
    assert n.right == pytest.approx(hits / trials, abs=4 * 0.5 / math.sqrt(trials) + 0.01)


def test_the_sums_over_blocks_are_the_infonce_bounds_of_the_batches(monkeypatch):
    """Oracle: `infonce_bound` batch by batch, on scores that are pure chance."""
    table = np.random.default_rng(1).normal(scale=2.0, size=(16, 16))
    monkeypatch.setattr(chapter_7, "MOST", 16)
    monkeypatch.setattr(chapter_7, "BATCHES", (2, 4, 8, 16))
    monkeypatch.setattr(chapter_7, "ideal_scores", lambda x, y, rho: table)
    hunt = chapter_7._hunt.__wrapped__(1)
    for size in (2, 4, 8, 16):
        batches = [table[k : k + size, k : k + size] for k in range(0, 16, size)]
        assert hunt.bits[size] == pytest.approx(np.mean([infonce_bound(batch) for batch in batches]))
        right = np.mean([batch.argmax(axis=1) == np.arange(size) for batch in batches])
        assert hunt.right[size] == pytest.approx(right)


def test_the_samples_have_exactly_the_stated_correlation(monkeypatch):
    seen = []

    def scores(x, y, rho):
        seen.append((x, y, rho))
        return np.zeros((len(x), len(x)))

    monkeypatch.setattr(chapter_7, "ideal_scores", scores)
    chapter_7._hunt.__wrapped__(4)
    ((x, y, rho),) = seen
    assert x.shape == y.shape == (2048, 4) and rho == 0.9
    for column in range(4):
        assert np.cov(x[:, column], y[:, column], ddof=0) == pytest.approx(
            np.array([[1, 0.9], [0.9, 1]]), abs=EXACT
        )


def test_the_squares_are_the_critics_belief_in_every_candidate(ceiling):
    n = numbers(ceiling, true_i=4.8, batch=8)
    assert n.verdicts.shape == (8, 8)
    assert n.verdicts.sum(axis=1) == pytest.approx(1)
    drawn = artists_of(ceiling)
    assert np.asarray(drawn.verdicts.get_array()) == pytest.approx(n.verdicts)
    assert drawn.part.get_text() == "candidates y (all 8)"
    n = numbers(ceiling, true_i=4.8, batch=2048)
    assert n.verdicts.shape == (16, 16)
    assert (n.verdicts.sum(axis=1) < 1).all()
    assert artists_of(ceiling).part.get_text() == "candidates y (16 of 2,048)"


def test_the_path_ends_where_the_slider_stands(ceiling):
    n = numbers(ceiling, true_i=12.0, batch=32)
    x, y = artists_of(ceiling).path.get_data()
    assert list(x) == [2, 4, 8, 16, 32]
    assert y[-1] == n.bits
    assert artists_of(ceiling).number.get_text() == f"{n.bits:.3f} bits"
    assert ceiling.readout.startswith(
        "True I = 11.98 bits (10 pairs with ρ = 0.9), N = 32: the ideal critic picks the partner in 98."
    )
    assert ceiling.readout.endswith("InfoNCE finds 4.940 bits; log₂ N = 5 bits")
    numbers(ceiling, true_i=1.2, batch=2)
    assert "(1 pair with" in ceiling.readout and ceiling.readout.endswith("log₂ N = 1 bit")


# --------------------------------------------------------------------------------------- D7.6
RADIUS = math.sqrt(2 * (1 - 0.14**2))
PLACES = [(RADIUS * math.cos(k * math.pi / 4), RADIUS * math.sin(k * math.pi / 4)) for k in range(8)]


def _summed(share):
    """h(x_t), D from noise and I(cluster; x_t) in bits: a sum over the plane, density by density."""
    variance = share * 0.14**2 + 1 - share
    step = 0.2 * math.sqrt(variance)
    axis = np.arange(-1.5 - 8 * math.sqrt(variance), 1.5 + 8 * math.sqrt(variance), step)
    x, y = np.meshgrid(axis, axis)
    squares = [(x - math.sqrt(share) * a) ** 2 + (y - math.sqrt(share) * b) ** 2 for a, b in PLACES]
    p = sum(np.exp(-square / (2 * variance)) for square in squares) / (16 * math.pi * variance)
    known = p[p > 0]
    h = -(known * np.log2(known)).sum() * step**2
    noise = math.log2(2 * math.pi * math.e)  # of N(0, I); the cloud has its variance at every share
    return h, noise - h, h - math.log2(2 * math.pi * math.e * variance)


@pytest.mark.parametrize("share", [1.0, 0.97, 0.9, 0.75, 0.5, 0.2, 0.05, 0.0])
def test_the_clock_shows_the_sums_over_the_plane(clock, share):
    n = numbers(clock, alpha_bar=share)
    assert (n.h, n.from_noise, n.about_cluster) == pytest.approx(_summed(share), abs=1e-7)
    assert n.unknown == pytest.approx(3 - n.about_cluster, abs=EXACT)


@pytest.mark.parametrize(
    ("share", "from_noise", "about_cluster"),
    [(0.9, 0.585, 2.50), (0.5, 0.017, 0.955), (0.2, 0.0003, 0.314), (0.05, 0.0, 0.073)],
)
def test_it_looks_like_noise_long_before_the_information_is_gone(clock, share, from_noise, about_cluster):
    n = numbers(clock, alpha_bar=share)
    assert n.from_noise == pytest.approx(from_noise, abs=1e-3)
    assert n.about_cluster == pytest.approx(about_cluster, abs=5e-3)


def test_the_entropy_rises_from_1_42_to_4_094_bits(clock):
    assert numbers(clock, alpha_bar=1.0).h == pytest.approx(1.42, abs=5e-3)
    assert numbers(clock, alpha_bar=0.5).h == pytest.approx(4.077, abs=5e-4)
    assert numbers(clock, alpha_bar=0.0).h == pytest.approx(4.094, abs=5e-4)
    found = [numbers(clock, alpha_bar=share) for share in values_of(clock, "alpha_bar")]
    for before, after in itertools.pairwise(found):
        assert after.h > before.h
        assert after.about_cluster < before.about_cluster


def test_the_clock_runs_from_the_start_to_pure_noise(clock):
    grid = values_of(clock, "alpha_bar")
    assert (grid[0], grid[-1], len(grid)) == (1.0, 0.0, 101)
    assert explore.melting_clock().alpha_bar == 1.0


def test_half_way_the_sentence_holds_both_numbers(clock):
    numbers(clock, alpha_bar=0.5)
    assert clock.readout == (
        "ᾱ = 0.50: h(x_t) = 4.077 bits, D from noise N(0, I) = 0.0173 bits; x_t tells 0.955 of 3 bits about "
        "its cluster, 2.045 bits stay unknown"
    )


def test_the_dots_move_from_their_clusters_to_their_noise(clock):
    start = numbers(clock, alpha_bar=1.0).dots
    noise = numbers(clock, alpha_bar=0.0).dots
    for k, (a, b) in enumerate(PLACES):
        assert np.abs(start[k::8] - [a, b]).max() < 4.5 * 0.14
    half = numbers(clock, alpha_bar=0.36).dots
    assert half == pytest.approx(0.6 * start + 0.8 * noise, abs=EXACT)
    assert np.abs(np.cov(noise.T) - np.eye(2)).max() < 0.15


@pytest.mark.parametrize("share", [0.9, 0.5, 0.05])
def test_a_dots_shade_is_what_it_tells_about_its_cluster(clock, share):
    """Oracle: Bayes' rule over the eight clusters, dot by dot."""
    n = numbers(clock, alpha_bar=share)
    variance = share * 0.14**2 + 1 - share
    for dot, known in list(zip(n.dots.tolist(), n.known.tolist(), strict=True))[::37]:
        bells = [
            math.exp(
                -((dot[0] - math.sqrt(share) * a) ** 2 + (dot[1] - math.sqrt(share) * b) ** 2) / 2 / variance
            )
            for a, b in PLACES
        ]
        beliefs = [bell / sum(bells) for bell in bells]
        unknown = -sum(p * math.log2(p) for p in beliefs if p > 0)
        assert known == pytest.approx(1 - unknown / 3, abs=1e-7)
    assert 3 * n.known.mean() == pytest.approx(n.about_cluster, abs=0.12)


def test_the_curves_are_drawn_up_to_now(clock):
    n = numbers(clock, alpha_bar=0.75)
    drawn = artists_of(clock)
    for name, amount in (("h", n.h), ("from_noise", n.from_noise), ("about_cluster", n.about_cluster)):
        x, y = drawn.lines[name].get_data()
        assert (x[0], x[-1], y[-1]) == (1.0, 0.75, amount)
    assert drawn.dots.get_offsets() == pytest.approx(np.delete(n.dots, slice(0, None, 8), axis=0))
    assert drawn.diamonds.get_offsets() == pytest.approx(n.dots[::8])


# --------------------------------------------------------------------------------------- D7.7
RUNS = np.load(DATA / "digits_autoencoder.npz", allow_pickle=False)
PRICES = RUNS["betas"].tolist()


@pytest.mark.parametrize(
    ("beta", "reconstruction", "rate"),
    [
        (0.1, 7.98, 19.21),
        (0.5, 9.22, 10.31),
        (1.0, 11.75, 6.44),
        (2.0, 16.68, 2.82),
        (4.0, 24.29, 0.23),
        (8.0, 25.25, 0.00),
    ],
)
def test_the_elbo_splits_as_the_chapter_says(vae, beta, reconstruction, rate):
    n = numbers(vae, beta=beta)
    assert (n.reconstruction, n.rate) == pytest.approx((reconstruction, rate), abs=0.3)


@pytest.mark.parametrize("beta", PRICES)
def test_the_numbers_are_the_records_means(vae, beta):
    n = numbers(vae, beta=beta)
    place = PRICES.index(beta)
    for name, shown in (("reconstruction", n.reconstruction), ("rate", n.rate)):
        assert shown == pytest.approx(sum(row[place] for row in RUNS[name].tolist()) / 3, abs=EXACT)
    assert n.total == pytest.approx(n.reconstruction + n.rate, abs=EXACT)
    assert n.bits_per_pixel == pytest.approx(n.total / 64 / math.log(2), abs=EXACT)
    assert n.importance == pytest.approx(RUNS["importance_bound"][:, place].mean(), abs=EXACT)
    assert n.importance < n.total
    assert vae.readout.startswith(f"β_VAE {beta:g} (recorded, mean of 3 runs): reconstruction ")


def test_the_slider_has_every_recorded_price_and_begins_at_1(vae):
    assert list(values_of(vae, "beta")) == PRICES == [0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0]
    assert explore.vae_dial().beta == 1.0


def test_the_whole_bill_is_smallest_at_its_own_price(vae):
    totals = {beta: numbers(vae, beta=beta).total for beta in PRICES}
    assert min(totals, key=totals.get) == 1.0
    n = numbers(vae, beta=1.0)
    assert n.bits_per_pixel == pytest.approx(0.41, abs=0.01)
    assert n.importance == pytest.approx(17.54, abs=0.3)


def test_too_dear_a_code_says_nothing_and_costs_what_independent_pixels_cost(vae):
    n = numbers(vae, beta=8.0)
    assert n.rate < 0.01
    assert n.total == pytest.approx(float(RUNS["independent_pixels"]), abs=0.1)
    assert "0 of 8 code numbers" in vae.readout
    rebuilt = n.pictures[10:20]
    assert np.ptp(np.stack(np.split(rebuilt, 8, axis=1)), axis=0).max() < 0.05, "every digit rebuilt alike"


@pytest.mark.parametrize(("beta", "used"), [(0.01, 8), (1.0, 8), (2.0, 4), (8.0, 0)])
def test_so_many_numbers_of_the_code_are_in_use(vae, beta, used):
    n = numbers(vae, beta=beta)
    assert n.used == used
    assert n.by_number.sum() == pytest.approx(n.rate, abs=1e-6)


def test_the_pictures_are_the_digits_the_rebuilt_ones_and_the_samples(vae):
    n = numbers(vae, beta=2.0)
    place = PRICES.index(2.0)
    rows = [RUNS["originals"][:8], RUNS["rebuilt"][place, :8], *np.split(RUNS["samples"][place], 2)]
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            shown = n.pictures[10 * row + 1 : 10 * row + 9, 10 * column + 1 : 10 * column + 9]
            assert 1 - shown == pytest.approx(picture.reshape(8, 8) / 255)


def test_the_stack_is_as_long_as_the_bill(vae):
    n = numbers(vae, beta=0.5)
    drawn = artists_of(vae)
    assert drawn.reconstruction.get_width() == n.reconstruction
    assert (drawn.rate.get_x(), drawn.rate.get_width()) == (n.reconstruction, n.rate)
    assert drawn.total.get_text() == f"Reconstruction + KL = {n.total:.2f} nats"
    assert [*drawn.point.get_xdata(), *drawn.point.get_ydata()] == [n.rate, n.reconstruction]
    assert "Recorded" in _title(vae._painter.scene.figure.axes[0])
