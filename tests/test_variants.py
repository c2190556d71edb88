"""Exercises drawn anew ask for what the exercise asks for, and their answers are right.

Oracles: sums written out here with `math` alone; the exercises' own answers, for their own numbers.
"""

import math
from itertools import product

import numpy as np
import pytest

from course_lib.exercises import diagnose
from course_lib.exercises.catalogue import EXERCISES
from course_lib.exercises.variant_templates import TEMPLATES, after_positives
from course_lib.exercises.variants import VARIED, variant

SEEDS = range(25)


def as_tuple(answer):
    return answer if isinstance(answer, tuple) else (answer,)


def h(*p):
    """Entropy in bits."""
    return -sum(share * math.log2(share) for share in p if share > 0)


def price(p, q):
    """D(p‖q) in bits."""
    if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
        return math.inf
    return sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def shared(table):
    """Mutual information of a joint table, in bits."""
    down = [sum(line) for line in table]
    across = [sum(column) for column in zip(*table, strict=True)]
    return h(*down) + h(*across) - h(*(cell for line in table for cell in line))


def loss(z, label, tau=1.0):
    """Loss of one row of logits, in nats."""
    return math.log(sum(math.exp(value / tau) for value in z)) - z[label] / tau


def by_bayes(prior, sensitivity, false_alarm, positives):
    ill, healthy = prior * sensitivity**positives, (1 - prior) * false_alarm**positives
    return ill / (ill + healthy)


def evidence(prior, sensitivity, false_alarm):
    beliefs = [by_bayes(prior, sensitivity, false_alarm, n) for n in range(60)]
    return beliefs[1], sum(belief <= 0.95 for belief in beliefs)


def gain(parent, left):
    right = [parent[0] - left[0], parent[1] - left[1]]
    piles = [[count / sum(pile) for count in pile] for pile in (parent, left, right)]
    whole = sum(parent)
    return h(*piles[0]) - sum(left) / whole * h(*piles[1]) - sum(right) / whole * h(*piles[2])


def mixed(first, second):
    pooled = h(*((a + b) / 2 for a, b in zip(first, second, strict=True)))
    return pooled, (h(*first) + h(*second)) / 2, pooled - (h(*first) + h(*second)) / 2


def two_flips(heads):
    # TT and TH are merged first. Together they hold 1 − heads: more than HT, and more than HH only if
    # heads² < 1 − heads, where HT and HH are merged next and all words get two bits.
    if heads**2 < 1 - heads:
        return 2, 1.0
    tails = 1 - heads
    return 3, (heads**2 + 2 * heads * tails + 3 * tails * heads + 3 * tails**2) / 2


def mails(odds, right, of):
    tau = math.log(odds) / math.log(right / (of - right))
    return tau, math.log(2) * h(right / of, 1 - right / of)


def bells(truth, model):
    (m0, s0), (m1, s1) = truth, model
    return math.log(s1 / s0) + (s0**2 + (m0 - m1) ** 2) / (2 * s1**2) - 0.5


def latent(means, log_variances):
    pairs = zip(means, log_variances, strict=True)
    return sum(mu**2 + math.exp(log_var) - 1 - log_var for mu, log_var in pairs) / 2


def midpoint(p, q):
    m = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return h(*m) - (h(*p) + h(*q)) / 2


def hills(left_weight, half_separation):
    mean = half_separation * (1 - 2 * left_weight)
    return mean, math.sqrt(1 + half_separation**2 - mean**2)


def race(heads, odds):
    return math.log2(odds) / -(math.log2(2 * heads) + math.log2(2 - 2 * heads)) * 2


def whispers(first, second):
    once = first * (1 - second) + second * (1 - first)
    return 1 - h(once, 1 - once)


def drawers(yes):
    upper, lower = (yes[0] + yes[1]) / 2, (yes[2] + yes[3]) / 2
    whole = h((upper + lower) / 2, 1 - (upper + lower) / 2)
    kept = whole - (h(upper, 1 - upper) + h(lower, 1 - lower)) / 2
    return 1.0, kept, kept / (whole - sum(h(p, 1 - p) for p in yes) / 4)


def cooled(z, tau):
    weights = [math.exp(value / tau) for value in z]
    return h(*(weight / sum(weights) for weight in weights))


def steered(reference, rewards, beta):
    weights = [p * math.exp(r / beta) for p, r in zip(reference, rewards, strict=True)]
    policy = [weight / sum(weights) for weight in weights]
    return *policy, math.log(2) * price(policy, reference)


def bound(prior, likelihood, guess):
    joint = [a * b for a, b in zip(prior, likelihood, strict=True)]
    elbo = sum(g * math.log(j / g) for g, j in zip(guess, joint, strict=True))
    return elbo, math.log(sum(joint)) - elbo


ORACLES = {
    "0.1": lambda points, chances: sum(a * b for a, b in zip(points, chances, strict=True)),
    "1.1": lambda cases: math.log2(cases),
    "1.2": lambda loss: (loss / math.log(2), math.exp(-loss)),
    "1.4": lambda observed: -math.log2(math.prod(observed)),
    "1.5": evidence,
    "2.1": lambda cases: sum(math.log2(case) / case for case in cases),
    "2.2": lambda p: h(*p),
    "2.3": lambda counts: h(*(count / sum(counts) for count in counts)),
    "2.4": lambda table: h(*(cell for line in table for cell in line)) - h(*(sum(line) for line in table)),
    "2.5": gain,
    "2.6": mixed,
    "2.7": lambda sigma: math.log2(sigma * math.sqrt(2 * math.pi * math.e)),
    "2.half": two_flips,
    "3.1": loss,
    "3.2": lambda p, q: h(*p) + price(p, q),
    "3.4": lambda given: -math.log(math.prod(given)) / 4,
    "3.5": lambda said_yes, happened: (
        -sum(math.log(p if y else 1 - p) for p, y in zip(said_yes, happened, strict=True)) / 4
    ),
    "3.half": mails,
    "4.1": price,
    "4.2": lambda p, q: (price(p, q), price(q, p)),
    "4.3": bells,
    "4.4": latent,
    "4.5": midpoint,
    "4.6": hills,
    "4.7": race,
    "5.1": shared,
    "5.4": lambda shape, n: (shape[0] - 1) * (shape[1] - 1) / (2 * n) / math.log(2),
    "6.1": whispers,
    "6.2": drawers,
    "6.4": lambda inputs, units: math.log2(inputs),
    "7.1": lambda tokens: math.prod(tokens) ** (-1 / 7),
    "7.2": lambda tokens, nats: math.exp(
        (tokens[0] * nats[0] + tokens[1] * nats[1]) / (tokens[0] + tokens[1])
    ),
    "7.4": cooled,
    "7.5": steered,
    "7.6": lambda candidates, shared: (math.log2(candidates), 2**shared),
    "7.7": bound,
    "8.1": lambda h_x, h_y, h_xy: (h_x + h_y - h_xy, h_xy - h_y, h_xy - h_x),
    "8.4": lambda bill, own: (bill - own, 2**bill, 2**own),
    "8.5": lambda sigma: math.log2(sigma) + math.log2(2 * math.pi * math.e) / 2,
}


@pytest.mark.parametrize("exercise_id", VARIED)
def test_answers_are_what_a_sum_by_hand_gives(exercise_id):
    for seed in SEEDS:
        drawn = variant(exercise_id, seed)
        by_hand = as_tuple(ORACLES[exercise_id](**drawn.inputs))
        assert as_tuple(drawn.answer) == pytest.approx(by_hand, abs=1e-9), drawn


@pytest.mark.parametrize("exercise_id", VARIED)
def test_with_its_own_numbers_it_is_the_exercise(exercise_id):
    template, exercise = TEMPLATES[exercise_id], EXERCISES[exercise_id]
    answer = as_tuple(template.answer(**template.given))
    assert answer == pytest.approx([part.reference() for part in exercise.parts], abs=1e-9)
    handed_in = answer if len(answer) > 1 else answer[0]
    if exercise_id == "7.5":  # there the policy is handed in as one row
        handed_in = (answer[:3], answer[3])
    assert diagnose(exercise_id, handed_in).correct


@pytest.mark.parametrize("exercise_id", VARIED)
def test_a_seed_is_one_task_and_other_seeds_are_others(exercise_id):
    drawn = [variant(exercise_id, seed) for seed in SEEDS]
    assert drawn == [variant(exercise_id, seed) for seed in SEEDS]
    assert len({task.prompt for task in drawn}) >= 4
    assert all(task.inputs != TEMPLATES[exercise_id].given for task in drawn)


@pytest.mark.parametrize("exercise_id", VARIED)
def test_the_task_is_asked_about_the_numbers_that_were_drawn(exercise_id):
    for seed in SEEDS:
        drawn = variant(exercise_id, seed)
        assert TEMPLATES[exercise_id].ask(**drawn.inputs) == drawn.prompt
        for other in range(100, 110):
            task = variant(exercise_id, other)
            assert (task.prompt == drawn.prompt) == (task.inputs == drawn.inputs)
        assert drawn.prompt.rstrip("0123456789").endswith(("?", ".")) and "-" not in drawn.prompt.replace(
            "plug-in", ""
        ).replace("cross-", "")


@pytest.mark.parametrize("exercise_id", VARIED)
def test_each_number_has_a_unit_and_is_finite_or_meant_to_be_infinite(exercise_id):
    for seed in SEEDS:
        drawn = variant(exercise_id, seed)
        answer = as_tuple(drawn.answer)
        assert len(answer) == len(EXERCISES[exercise_id].parts)
        assert len(answer) == 1 or len(drawn.unit.split(", ")) == len(answer)
        assert all(isinstance(value, float) and not math.isnan(value) for value in answer)
        assert all(map(math.isfinite, answer)) or exercise_id == "4.2"


def test_each_chapter_has_two_at_least():
    chapters = [exercise_id[0] for exercise_id in VARIED]
    assert all(chapters.count(chapter) >= 2 for chapter in "12345678")
    assert set(VARIED) <= set(EXERCISES)


def test_no_number_of_positive_tests_hangs_on_rounding():
    for prior, found, wrong in product(
        (0.001, 0.002, 0.005, 0.02, 0.05), (0.8, 0.85, 0.9, 0.95, 0.98), (0.01, 0.02, 0.1)
    ):
        beliefs = [after_positives(prior, found, wrong, count) for count in range(12)]
        assert beliefs == pytest.approx([by_bayes(prior, found, wrong, count) for count in range(12)])
        assert min(abs(belief - 0.95) for belief in beliefs) > 0.0005  # four decimals tell


def test_a_swapped_pair_shows_in_the_answer():
    for seed in range(60):
        drawn = variant("4.1", seed)
        assert abs(drawn.answer - price(drawn.inputs["q"], drawn.inputs["p"])) > 1e-4


@pytest.mark.parametrize("unknown", ["9.9", "1.3", "", None])
def test_an_exercise_without_variants_is_refused_by_name(unknown):
    with pytest.raises(LookupError, match=r"Those that have: 0\.1, 1\.1"):
        variant(unknown, 1)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None, np.float64(3)])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(ValueError, match="whole number"):
        variant("1.1", seed)


def test_a_seed_may_come_out_of_a_table_of_students():
    """NumPy and pandas hand out whole numbers of their own kind."""
    assert variant("4.1", np.int64(7)) == variant("4.1", 7) == variant("4.1", np.uint8(7))
