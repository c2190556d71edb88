"""Tilts, best of n and sampling rules against plain loops, exact fractions and enumeration."""

import math
import re
from fractions import Fraction as F
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.sampling import (
    best_of_n,
    best_of_n_bound,
    entropy_bonus,
    exponential_tilt,
    min_p,
    tilt_price,
    top_k,
    top_p,
    typical,
)

pytestmark = pytest.mark.filterwarnings("error")

PMFS = st.lists(st.integers(0, 20), min_size=2, max_size=7).filter(sum).map(lambda n: [k / sum(n) for k in n])


@st.composite
def references_and_rewards(draw):
    p = draw(PMFS)
    rewards = st.integers(-30, 30).map(lambda r: r / 10)
    return p, draw(st.lists(rewards, min_size=len(p), max_size=len(p)))


def kl(p, q):
    """Oracle, in nats: plain Python, term by term."""
    return math.fsum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def mean(p, values):
    return math.fsum(a * v for a, v in zip(p, values, strict=True) if a > 0)


# --- the tilt ---------------------------------------------------------------------------------------------


@given(references_and_rewards(), st.floats(0.1, 10))
def test_the_tilt_is_weights_times_powers_divided_by_their_sum(case, beta):
    p, rewards = case
    powers = [a * math.exp(r / beta) for a, r in zip(p, rewards, strict=True)]
    expected = [power / math.fsum(powers) for power in powers]
    assert exponential_tilt(p, rewards, beta=beta) == pytest.approx(expected, abs=1e-12)


@given(references_and_rewards(), st.floats(0.1, 10))
def test_the_price_is_the_divergence_and_the_objective_is_beta_log_z(case, beta):
    p, rewards = case
    tilted = exponential_tilt(p, rewards, beta=beta).tolist()
    price = tilt_price(p, rewards, beta=beta, unit="nats")
    z = math.fsum(a * math.exp(r / beta) for a, r in zip(p, rewards, strict=True))
    assert price.kl == pytest.approx(kl(tilted, p), abs=1e-9)
    assert price.expected_reward == pytest.approx(mean(tilted, rewards), abs=1e-9)
    assert price.objective == pytest.approx(beta * math.log(z), abs=1e-9)
    assert tilt_price(p, rewards, beta=beta).kl == pytest.approx(price.kl / math.log(2), abs=1e-12)


@given(references_and_rewards(), st.floats(0.1, 10), st.integers(0, 2**32 - 1))
def test_any_other_policy_falls_short_by_beta_times_its_divergence_from_the_tilt(case, beta, seed):
    p, rewards = case
    other = np.random.default_rng(seed).dirichlet(np.ones(len(p))) * (np.array(p) > 0)
    other = (other / other.sum()).tolist()
    tilted = exponential_tilt(p, rewards, beta=beta).tolist()
    short = tilt_price(p, rewards, beta=beta).objective - (mean(other, rewards) - beta * kl(other, p))
    assert short == pytest.approx(beta * kl(other, tilted), abs=1e-8)


@given(references_and_rewards(), st.floats(0.05, 5))
def test_no_price_spends_more_than_the_surprisal_of_the_best_replies(case, beta):
    p, rewards = case
    best = max(r for a, r in zip(p, rewards, strict=True) if a > 0)
    mass = math.fsum(a for a, r in zip(p, rewards, strict=True) if r == best)
    price = tilt_price(p, rewards, beta=beta, unit="nats")
    assert price.ceiling == pytest.approx(-math.log(mass), abs=1e-12)
    assert 0 <= price.kl <= price.ceiling + 1e-9
    assert tilt_price(p, rewards, beta=beta / 2, unit="nats").kl >= price.kl - 1e-9, (
        "a cheaper nat, more nats"
    )


@given(references_and_rewards())
def test_nearly_free_nats_buy_the_best_replies_and_the_whole_ceiling(case):
    # Rewards differ by 0.1 at least, so at β = 0.001 the others weigh e^−100 at most.
    p, rewards = case
    best = max(r for a, r in zip(p, rewards, strict=True) if a > 0)
    conditioned = [a * (r == best) for a, r in zip(p, rewards, strict=True)]
    expected = [a / math.fsum(conditioned) for a in conditioned]
    assert exponential_tilt(p, rewards, beta=1e-3) == pytest.approx(expected, abs=1e-12)
    price = tilt_price(p, rewards, beta=1e-3)
    assert price.kl == pytest.approx(price.ceiling, abs=1e-9)
    assert exponential_tilt(p, rewards, beta=1e-300) == pytest.approx(expected, abs=1e-12)


def test_dear_nats_leave_the_reference():
    assert exponential_tilt([0.5, 0.3, 0.2], [0, 1, 2], beta=1e12) == pytest.approx(
        [0.5, 0.3, 0.2], abs=1e-11
    )
    assert tilt_price([0.5, 0.3, 0.2], [0, 1, 2], beta=1e12).kl == pytest.approx(0, abs=1e-11)
    assert tilt_price([0.5, 0.5], [3, 3], beta=1) == (3.0, 0.0, 3.0, 0.0), "nothing to choose, nothing to pay"


def test_forbidding_is_conditioning_and_costs_the_surprisal_of_what_is_left():
    # Oracle: Bayes' rule by hand.
    p, rewards = [0.5, 0.25, 0.25], [0, -math.inf, 0]
    assert exponential_tilt(p, rewards, beta=2.0).tolist() == pytest.approx([2 / 3, 0, 1 / 3], abs=1e-15)
    price = tilt_price(p, rewards, beta=2.0)
    assert price.kl == pytest.approx(-math.log2(0.75), abs=1e-12)
    assert price.expected_reward == 0.0


def test_reaching_half_the_mass_costs_no_less_than_the_tilt_pays():
    # Oracle: a grid over every policy on three replies with half its mass on the last one.
    p, rewards = [0.6, 0.3, 0.1], [0, 0, 1]
    beta = 1 / math.log(0.5 / 0.5 / (0.1 / 0.9))  # the tilt's odds are 1
    price = tilt_price(p, rewards, beta=beta, unit="nats")
    assert price.expected_reward == pytest.approx(0.5, abs=1e-12)
    grid = [kl([share / 2, 0.5 - share / 2, 0.5], p) for share in np.linspace(0, 1, 2001).tolist()]
    assert price.kl == pytest.approx(min(grid), abs=1e-6)
    assert price.kl == pytest.approx(0.5 * math.log(0.5 / 0.1) + 0.5 * math.log(0.5 / 0.9), abs=1e-12)


def test_batches_are_tilted_row_by_row():
    p, rewards = [[0.5, 0.3, 0.2], [0.1, 0.0, 0.9]], [[0, 1, 2], [3, 9, 1]]
    tilted = exponential_tilt(p, rewards, beta=0.7)
    price = tilt_price(p, rewards, beta=0.7)
    for i in range(2):
        assert tilted[i] == pytest.approx(exponential_tilt(p[i], rewards[i], beta=0.7), abs=1e-15)
        for whole, row in zip(price, tilt_price(p[i], rewards[i], beta=0.7), strict=True):
            assert whole[i] == pytest.approx(row, abs=1e-14)
    assert exponential_tilt(p, [0, 1, 2], beta=0.7).shape == (2, 3)
    assert all(type(value) is float for value in tilt_price(p[0], rewards[0], beta=0.7))


# --- best of n --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rewards", [(0, 1, 2), (2, 0, 1), (1, 1, 0), (5, 5, 5)])
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_best_of_n_is_what_all_the_draws_together_give(rewards, n):
    # Oracle: every possible series of n draws, its exact probability, and its first best reply.
    p = [F(1, 2), F(1, 3), F(1, 6)]
    wins = [F(0)] * 3
    for draws in product(range(3), repeat=n):
        wins[max(draws, key=lambda reply: rewards[reply])] += math.prod(p[reply] for reply in draws)
    found = best_of_n([float(a) for a in p], rewards, n)
    assert found == pytest.approx([float(win) for win in wins], abs=1e-14)


@given(references_and_rewards(), st.integers(1, 100))
def test_best_of_n_spends_no_more_than_its_bound_nor_than_the_ceiling(case, n):
    p, rewards = case
    found = best_of_n(p, rewards, n).tolist()
    assert math.fsum(found) == pytest.approx(1, abs=1e-12)
    spent = kl(found, p)
    assert spent <= best_of_n_bound(n, unit="nats") + 1e-9
    assert spent <= tilt_price(p, rewards, beta=1.0, unit="nats").ceiling + 1e-9


@pytest.mark.parametrize("n", [2, 4, 16, 64])
def test_many_replies_without_ties_reach_the_bound(n):
    # Oracle: the integral of n uⁿ⁻¹ log(n uⁿ⁻¹) over 0 to 1, by a fine midpoint rule.
    u = (np.arange(1_000_000) + 0.5) / 1e6
    density = n * u ** (n - 1)
    positive = density[density > 0]
    integral = (positive * np.log(positive)).sum() / 1e6
    assert best_of_n_bound(n, unit="nats") == pytest.approx(integral, abs=1e-5)
    many = best_of_n(np.full(20_000, 1 / 20_000), np.arange(20_000), n)
    assert kl(many.tolist(), [1 / 20_000] * 20_000) == pytest.approx(integral, abs=1e-2)


def test_the_bound_comes_in_batches_and_units():
    assert best_of_n_bound(1) == 0.0
    assert best_of_n_bound([1, 4], unit="nats") == pytest.approx([0, math.log(4) - 0.75], abs=1e-15)
    assert best_of_n_bound(4) == pytest.approx(2 - 0.75 / math.log(2), abs=1e-14)


# --- the entropy bonus ------------------------------------------------------------------------------------


@given(references_and_rewards(), st.floats(0.1, 5))
def test_the_softmax_of_the_rewards_earns_most_with_the_bonus(case, weight):
    other, rewards = case
    powers = [math.exp(r / weight) for r in rewards]
    best = [power / math.fsum(powers) for power in powers]
    earned = entropy_bonus(best, rewards, weight=weight)
    assert earned == pytest.approx(weight * math.log(math.fsum(powers)), abs=1e-9)
    short = earned - entropy_bonus(other, rewards, weight=weight)
    assert short == pytest.approx(weight * kl(other, best), abs=1e-8)


def test_without_a_bonus_only_the_reward_counts():
    assert entropy_bonus([0.25, 0.75], [0, 2], weight=0) == 1.5
    assert entropy_bonus([1.0, 0.0], [1, -math.inf], weight=2) == 1.0, "what is never done costs nothing"
    assert entropy_bonus([0.5, 0.5], [1, -math.inf], weight=2) == -math.inf
    assert entropy_bonus([[0.5, 0.5], [1, 0]], [0, 2], weight=1) == pytest.approx([1 + math.log(2), 0])


# --- sampling rules ---------------------------------------------------------------------------------------


def renormalised(p, kept):
    total = math.fsum(p[i] for i in kept)
    return [p[i] / total if i in kept else 0.0 for i in range(len(p))]


def first_to_hold(p, order, mass):
    """Oracle: walk along the order with exact fractions until the mass is reached."""
    kept, held = set(), F(0)
    for i in order:
        kept.add(i)
        held += F(p[i]).limit_denominator(10_000)
        if held >= F(mass).limit_denominator(10_000):
            break
    return kept


@given(PMFS, st.integers(1, 9))
def test_top_k_keeps_the_first_of_the_most_probable(p, k):
    kept = set(sorted(range(len(p)), key=lambda i: (-p[i], i))[:k])
    assert top_k(p, k) == pytest.approx(renormalised(p, kept), abs=1e-12)


@given(PMFS, st.integers(1, 99).map(lambda n: n / 100))
def test_top_p_keeps_the_fewest_that_hold_the_mass(p, mass):
    order = sorted(range(len(p)), key=lambda i: (-p[i], i))
    kept = first_to_hold(p, order, mass)
    assert top_p(p, mass) == pytest.approx(renormalised(p, kept), abs=1e-12)
    smaller = [sum(p[i] for i in some) for some in combinations(range(len(p)), len(kept) - 1)]
    assert max(smaller) < mass, "no smaller set would do"


@given(PMFS, st.integers(0, 100).map(lambda n: n / 100))
def test_min_p_keeps_what_is_near_the_largest(p, share):
    kept = {i for i, a in enumerate(p) if a >= share * max(p) - 1e-13}
    assert min_p(p, share) == pytest.approx(renormalised(p, kept), abs=1e-12)


@given(PMFS, st.integers(1, 99).map(lambda n: n / 100))
def test_typical_keeps_what_is_about_as_surprising_as_the_mean(p, mass):
    h = -math.fsum(a * math.log(a) for a in p if a > 0)
    off = [round(abs(-math.log(a) - h), 9) if a > 0 else math.inf for a in p]
    kept = first_to_hold(p, sorted(range(len(p)), key=lambda i: (off[i], i)), mass)
    assert typical(p, mass) == pytest.approx(renormalised(p, kept), abs=1e-12)


RULES = [lambda p: top_k(p, 3), lambda p: top_p(p, 0.6), lambda p: min_p(p, 0.4), lambda p: typical(p, 0.6)]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_conditioning_on_what_stays(rule):
    # So it costs the surprisal of the mass that stays (oracle: D(kept‖p), term by term).
    p = np.random.default_rng(0).dirichlet(np.ones(9), size=40)
    for before, after in zip(p.tolist(), rule(p).tolist(), strict=True):
        mass = math.fsum(a for a, b in zip(before, after, strict=True) if b > 0)
        assert math.fsum(after) == pytest.approx(1, abs=1e-12)
        assert kl(after, before) == pytest.approx(-math.log(mass), abs=1e-12)
        assert rule(before) == pytest.approx(after, abs=1e-15), "a batch is row by row"


def test_ties_at_the_cut_go_by_place_except_for_min_p():
    even = [0.25, 0.25, 0.25, 0.25]
    assert top_k(even, 2).tolist() == [0.5, 0.5, 0, 0]
    assert top_p(even, 0.5).tolist() == [0.5, 0.5, 0, 0]
    assert typical(even, 0.5).tolist() == [0.5, 0.5, 0, 0]
    assert min_p(even, 1.0).tolist() == even


def test_distances_that_only_round_off_tells_apart_are_ties():
    # H is 2 bits, and surprisals of 1 and 3 bits are equally far from it; in nats their floats differ.
    assert typical([0.5, 0.125, 0.125, 0.125, 0.125], 0.1).tolist() == [1, 0, 0, 0, 0]
    assert typical([0.125, 0.5, 0.125, 0.125, 0.125], 0.1).tolist() == [1, 0, 0, 0, 0]


def test_a_total_that_round_off_leaves_short_is_enough():
    # 0.4 + 0.3 + 0.2 is 0.8999999999999999 in floats.
    assert np.count_nonzero(top_p([0.4, 0.3, 0.2, 0.1], 0.9)) == 3
    assert np.count_nonzero(top_p([0.1] * 10, 0.3)) == 3


def test_the_ends_of_the_dials_keep_all_or_one():
    p = [0.2, 0.5, 0.0, 0.3]
    for kept in (top_k(p, 4), top_p(p, 1), min_p(p, 0), typical(p, 1), top_k(p, 10)):
        assert kept == pytest.approx(p, abs=1e-15)
    for kept in (top_k(p, 1), top_p(p, 1e-300), min_p(p, 1)):
        assert kept.tolist() == [0, 1, 0, 0]
    tail = np.append([0.5, 0.5 - 1e-17], np.full(5, 2e-18))
    assert np.count_nonzero(top_p(tail, 1)) == 7, "a mass of 1 keeps even what round-off hides"


def test_what_is_passed_in_is_not_changed():
    p = np.array([0.2, 0.5, 0.3])
    for rule in RULES:
        rule(p)
    exponential_tilt(p, [1, 2, 3], beta=1)
    assert p.tolist() == [0.2, 0.5, 0.3]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: exponential_tilt([0.5, 0.5], [0, 1], beta=0), "beta is 0; it must be finite and above 0"),
        (lambda: exponential_tilt([0.5, 0.5], [0, 1], beta=math.inf), "beta is inf; it must be finite"),
        (
            lambda: exponential_tilt([0.5, 0.5], [0, 1, 2], beta=1),
            "p has 2 outcomes and reward has shape (3,)",
        ),
        (lambda: exponential_tilt([0.5, 0.5], [0, math.inf], beta=1), "reward holds inf"),
        (lambda: exponential_tilt([1.0, 0.0], [-math.inf, 0], beta=1), "something must be allowed"),
        (lambda: exponential_tilt([0.5, 0.6], [0, 1], beta=1), "p sums to 1.1000, not 1"),
        (lambda: exponential_tilt([[0.5, 0.5]], [[0, 1], [1, 0]], beta=1), "batches of different shapes"),
        (lambda: tilt_price([0.5, 0.5], [0, math.nan], beta=1), "reward[1] is nan"),
        (lambda: best_of_n([0.5, 0.5], [0, 1], 0), "n is 0; draw one reply or more"),
        (lambda: best_of_n([[0.5, 0.5]], [0, 1], 2), "takes one distribution"),
        (lambda: best_of_n_bound(2.5), "n is 2.5; draw one reply or more, a whole number"),
        (lambda: entropy_bonus([0.5, 0.5], [0, 1], weight=-1), "weight is -1; a bonus is 0 or more"),
        (lambda: top_k([0.5, 0.5], 0), "k is 0; keep one outcome or more"),
        (lambda: top_k([0.5, 0.5], 0.9), "k is 0.9; keep one outcome or more, a whole number"),
        (lambda: top_p([0.5, 0.5], 0), "mass is 0; it is a probability above 0"),
        (lambda: top_p([0.5, 0.5], 90), "mass is 90; it is a probability above 0 and at most 1"),
        (lambda: typical([0.5, 0.5], -0.1), "mass is -0.1"),
        (lambda: min_p([0.5, 0.5], 1.5), "share is 1.5; it is a share of the largest"),
        (lambda: min_p([3.0, 1.0], 0.5), "p sums to 4, not 1"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()
