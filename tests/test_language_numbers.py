"""The worked numbers of chapter 7 that come from the language model: as printed, from the records.

Oracles: loops over Python's own numbers with exact sums. The digits are those the chapter shows; what was
measured on this very text is said so. Numbers that no model is needed for are in test_worked_numbers.py.
"""

import math
from bisect import bisect_left

import numpy as np
import pytest
from tiny_model import real_model

from course_lib.classifiers import softmax
from course_lib.language_records import PRAISE
from course_lib.measures import entropy, kl_divergence
from course_lib.records import load
from course_lib.sampling import (
    best_of_n,
    best_of_n_bound,
    exponential_tilt,
    min_p,
    tilt_price,
    top_p,
    typical,
)

CAT, FRANCE, ONCE, MOVIE = range(4)


@pytest.fixture(scope="module")
def rows():
    return [row.tolist() for row in load("language_prompts")["log_probs"].astype(float)]


def tempered(row, tau):
    """Oracle: p^(1/τ), summed exactly and divided by its sum."""
    weights = [math.exp(value / tau) for value in row]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def bits(p):
    return -math.fsum(x * math.log2(x) for x in p if x > 0)


# --- temperature (D7.2)


@pytest.mark.parametrize(
    ("prompt", "tau", "printed", "top"),
    [
        (CAT, 0.5, "1.08", None),
        (CAT, 0.7, "2.42", None),
        (CAT, 1.0, "5.39", 0.325),
        (CAT, 1.5, "9.94", None),
        (CAT, 2.0, "12.28", None),
        (CAT, 5.0, "15.06", None),
        (FRANCE, 0.7, "0.29", 0.972),
        (FRANCE, 1.0, "1.96", 0.806),
        (FRANCE, 1.5, "8.29", 0.270),
        (FRANCE, 2.0, "12.10", None),
        (ONCE, 1.0, "2.04", 0.721),
    ],
)
def test_entropy_climbs_with_temperature_as_printed(rows, prompt, tau, printed, top):
    oracle = tempered(rows[prompt], tau)
    ours = softmax(np.array(rows[prompt]), temperature=tau)
    assert entropy(ours) == pytest.approx(bits(oracle), abs=1e-9)
    assert f"{entropy(ours):.2f}" == printed
    if top is not None:
        assert max(ours) == pytest.approx(top, abs=5e-4)


def test_with_many_tokens_the_tail_takes_over_where_four_outcomes_hide_it(rows):
    four = softmax([3, 1.5, 0.5, -0.5], temperature=2)
    assert entropy(four) / 2 == pytest.approx(0.855, abs=5e-4)
    assert [round(bits(tempered(rows[CAT], tau)) / math.log2(49_152), 2) for tau in (1, 2)] == [0.35, 0.79]


# --- sampling rules


def smallest_set(p, order, mass):
    """Oracle: how many of these, in this order, first hold the mass by an exact sum; found by halving."""
    taken = [p[place] for place in order]
    return bisect_left(range(len(taken)), mass, key=lambda n: math.fsum(taken[: n + 1])) + 1


@pytest.mark.parametrize(
    ("prompt", "nucleus", "with_min_p"),
    [
        (CAT, (150, 378, 1699), (26, 7, 6)),
        (FRANCE, (10, 40, 407), (4, 1, 1)),
        (ONCE, (5, 13, 183), (8, 3, 2)),
    ],
)
def test_the_rules_keep_as_many_tokens_as_printed(rows, prompt, nucleus, with_min_p):
    p = tempered(rows[prompt], 1)
    by_probability = sorted(range(len(p)), key=lambda i: -p[i])
    surprise = bits(p)
    by_typicality = sorted(range(len(p)), key=lambda i: abs(-math.log2(p[i]) - surprise))
    for mass, kept in zip((0.9, 0.95, 0.99), nucleus, strict=True):
        assert np.count_nonzero(top_p(p, mass)) == kept == smallest_set(p, by_probability, mass)
        assert np.count_nonzero(typical(p, mass)) == smallest_set(p, by_typicality, mass)
    for share, kept in zip((0.01, 0.05, 0.1), with_min_p, strict=True):
        least = share * max(p)
        assert np.count_nonzero(min_p(p, share)) == kept == sum(x >= least for x in p)


# --- a reward for praise (D7.4, capstone D)


@pytest.fixture(scope="module")
def praise(rows):
    """The distribution, a reward of 1 for the ten words, and their mass."""
    p, ids = tempered(rows[MOVIE], 1), load("language_prompts")["praise_ids"].tolist()
    assert len(ids) == len(PRAISE) == 10
    reward = np.zeros(len(p))
    reward[ids] = 1
    return p, reward, math.fsum(p[i] for i in ids)


@pytest.mark.parametrize(
    ("beta", "mass", "cost"),
    [(0.3, "0.116", "0.39"), (0.2, "0.410", "2.20"), (0.15, "0.786", "5.34"), (0.1, "0.990", "7.59")],
)
def test_praise_is_bought_at_the_printed_price(praise, beta, mass, cost):
    p, reward, m = praise
    # Oracle: a reward of 0 or 1 moves only the mass of the event, so two outcomes are enough.
    new = m * math.exp(1 / beta) / (m * math.exp(1 / beta) + 1 - m)
    divergence = new * math.log2(new / m) + (1 - new) * math.log2((1 - new) / (1 - m))
    price = tilt_price(p, reward, beta=beta)
    assert (price.expected_reward, price.kl) == pytest.approx((new, divergence), abs=1e-9)
    assert (f"{price.expected_reward:.3f}", f"{price.kl:.2f}") == (mass, cost)


def test_no_price_buys_more_than_the_surprise_of_the_event(praise):
    p, reward, m = praise
    price = tilt_price(p, reward, beta=0.02)
    assert price.ceiling == pytest.approx(-math.log2(m), abs=1e-9)
    assert (round(m, 5), f"{price.ceiling:.3f}") == (0.00466, "7.744")
    assert price.kl == pytest.approx(price.ceiling, abs=1e-6) and price.expected_reward > 1 - 1e-9


def test_half_praise_costs_at_least_what_the_tilt_pays(praise):
    p, reward, m = praise
    bound = 0.5 * math.log2(0.5 / m) + 0.5 * math.log2(0.5 / (1 - m))
    assert f"{bound:.3f}" == "2.875"
    beta = 1 / math.log((1 - m) / m)
    tilted = exponential_tilt(p, reward, beta=beta)
    assert tilted @ reward == pytest.approx(0.5, abs=1e-9)
    assert kl_divergence(tilted, p) == pytest.approx(bound, abs=1e-9)


@pytest.mark.parametrize("n", [4, 64, 1024])
def test_with_a_reward_of_two_values_the_best_of_n_costs_less_than_its_bound(praise, n):
    p, reward, m = praise
    new = 1 - (1 - m) ** n
    best = best_of_n(p, reward, n)
    assert best @ reward == pytest.approx(new, abs=1e-9)
    spent = new * math.log2(new / m) + (1 - new) * math.log2((1 - new) / (1 - m))
    assert kl_divergence(best, p) == pytest.approx(spent, abs=1e-9)
    assert spent < best_of_n_bound(n) and spent < -math.log2(m)


# --- context (D7.3), on the course's own paragraph of 86 tokens


def test_the_ladder_of_contexts_has_the_printed_rungs():
    record = load("language_context")
    means = [math.fsum(row[1:]) / 85 for row in record["bits"].tolist()]
    assert [f"{mean:.2f}" for mean in means] == ["9.75", "8.46", "7.21", "6.64", "6.02", "5.78", "5.03"]
    shared = [math.fsum(row[1:]) / 85 for row in record["overlap"].tolist()]
    assert [f"{share:.2f}" for share in shared] == ["0.21", "0.31", "0.47", "0.56", "0.69", "0.81", "1.00"]


# --- live


def test_without_the_start_token_the_model_takes_the_text_for_the_middle_of_nowhere():
    model = real_model()
    tokens = model.encode("The cat sat on the")
    with model.one_thread():
        scores = model.llama.scores(model.llama.hidden(tokens)[-1:])[0].astype(float)
    bare, (cat,) = tempered(scores.tolist(), 1), model.encode(" cat")
    assert bare[cat] == max(bare) == pytest.approx(0.071, abs=0.002)
    assert bits(bare) == pytest.approx(8.2, abs=0.06)


def test_the_live_model_prints_the_recorded_digits():
    model, record = real_model(), load("language_prompts")
    for prompt, row in zip(record["prompts"].tolist(), record["log_probs"], strict=True):
        live = model.next_log_probs(model.encode(prompt))
        assert entropy(np.exp(live)) == pytest.approx(bits(tempered(row.tolist(), 1)), abs=2e-3)
        assert (np.argsort(-live)[:5] == np.argsort(-row)[:5]).all()
