"""Evidence against its exact law: drift, first passage by counting, and criteria by hand."""

import math
import re

import numpy as np
import pytest

from course_lib.evidence import (
    akaike_information_criterion,
    bayesian_information_criterion,
    first_passage,
    flips_to_odds,
    likelihood_ratio_walks,
)
from course_lib.measures import kl_divergence

pytestmark = pytest.mark.filterwarnings("error")


def exact_first_passage(truth, other, goal, flips):
    """Oracle: probability of first reaching the goal at flip n = 1, 2, …, by following counts of heads.

    Walks that have not arrived are told apart by their number of heads alone, so one vector per flip is
    the whole distribution.
    """
    up, down = math.log2(truth / other), math.log2((1 - truth) / (1 - other))
    alive, arrived = np.array([1.0]), []
    for n in range(1, flips + 1):
        moved = np.append(alive * (1 - truth), 0.0) + np.append(0.0, alive * truth)
        heads = np.arange(n + 1)
        there = heads * up + (n - heads) * down >= goal
        arrived.append(moved[there].sum())
        alive = np.where(there, 0.0, moved)
    return np.array(arrived)


def test_a_walk_adds_the_log_ratio_of_each_outcome():
    # Oracle: for a fair coin against .6, each step is log2(.5/.6) or log2(.5/.4).
    walks = likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], flips=200, walks=5, seed=1)
    assert walks.shape == (5, 201) and (walks[:, 0] == 0).all()
    steps = np.diff(walks, axis=1)
    heads, tails = math.log2(0.5 / 0.6), math.log2(0.5 / 0.4)
    assert (np.isclose(steps, heads, atol=1e-12) | np.isclose(steps, tails, atol=1e-12)).all()
    assert np.isclose(steps, heads, atol=1e-12).mean() == pytest.approx(0.5, abs=0.06)


def test_the_mean_walk_rises_by_the_divergence_per_flip():
    p, q = [0.6, 0.3, 0.1], [0.3, 0.3, 0.4]
    walks = likelihood_ratio_walks(p, q, flips=50, walks=4000, seed=2)
    spread = walks[:, -1].std() / math.sqrt(len(walks))
    assert walks[:, -1].mean() == pytest.approx(50 * kl_divergence(p, q), abs=4 * spread)
    falling = -likelihood_ratio_walks(q, p, flips=50, walks=4000, seed=2)  # the same evidence, q being true
    assert falling[:, -1].mean() == pytest.approx(-50 * kl_divergence(q, p), abs=1.0)


def test_the_seed_fixes_the_walks_and_the_unit_only_scales_them():
    options = {"flips": 30, "walks": 4, "seed": 3}
    bits = likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], **options)
    assert (likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], **options) == bits).all()
    nats = likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], unit="nats", **options)
    assert nats == pytest.approx(bits * math.log(2), abs=1e-12)
    other = likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], flips=30, walks=4, seed=4)
    assert not (other == bits).all()


def test_one_outcome_that_the_rival_forbids_settles_the_matter():
    walks = likelihood_ratio_walks([0.5, 0.5, 0.0], [1.0, 0.0, 0.0], flips=40, walks=20, seed=5)
    assert not np.isnan(walks).any()
    arrival = first_passage(walks, 1e9)
    assert (walks[:, -1] == math.inf).all() and (arrival < 41).all()
    for walk, step in zip(walks, arrival.astype(int), strict=True):
        assert (walk[step:] == math.inf).all() and (walk[:step] == -np.arange(step)).all()


def test_what_the_truth_forbids_never_happens():
    walks = likelihood_ratio_walks([1.0, 0.0], [0.5, 0.5], flips=10, walks=3, seed=6)
    assert (walks == np.arange(11)).all()


@pytest.mark.parametrize(("truth", "other"), [(0.5, 0.6), (0.6, 0.5), (0.5, 0.9)])
def test_simulated_arrivals_follow_the_exact_law_of_first_passage(truth, other):
    goal, flips = math.log2(20), 3000
    law = exact_first_passage(truth, other, goal, flips)
    mean = law @ np.arange(1, flips + 1) / law.sum()
    median = 1 + np.searchsorted(np.cumsum(law), 0.5)
    assert law.sum() > 0.999
    walks = likelihood_ratio_walks([truth, 1 - truth], [other, 1 - other], flips=flips, walks=1000, seed=7)
    arrival = first_passage(walks, goal)
    reached = arrival[np.isfinite(arrival)]
    assert len(reached) / 1000 == pytest.approx(law.sum(), abs=0.005)
    assert reached.mean() == pytest.approx(mean, abs=4 * reached.std() / math.sqrt(len(reached)))
    assert np.median(reached) == pytest.approx(median, rel=0.1)
    # The drift's prediction is a lower bound on the mean (Wald), and close to it.
    predicted = flips_to_odds(kl_divergence([truth, 1 - truth], [other, 1 - other]), 20)
    assert predicted < mean < 1.25 * predicted


def test_the_printed_means_and_medians_are_those_of_the_exact_law():
    for other, mean, median in [(0.6, 151, 116), (0.9, 7.0, 5)]:
        law = exact_first_passage(0.5, other, math.log2(20), 4000)
        assert law @ np.arange(1, 4001) == pytest.approx(mean, rel=0.01)
        assert 1 + np.searchsorted(np.cumsum(law), 0.5) == median


def test_false_evidence_of_twenty_to_one_is_seldom():
    # Oracle: Ville's inequality; under q the walk for p ever reaches log 20 with chance at most 1/20.
    walks = -likelihood_ratio_walks([0.5, 0.5], [0.4, 0.6], flips=1000, walks=1000, seed=8)
    share = np.isfinite(first_passage(walks, math.log2(20))).mean()
    assert 0.02 < share < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)


def test_first_passage_is_the_first_step_at_or_beyond_the_line():
    walks = np.array([[0, 1, 2, 1, 3], [0, -1, -2, -3, -2], [0, 0, 0, 0, 0]])
    assert first_passage(walks, 2).tolist() == [2.0, math.inf, math.inf]
    assert first_passage(walks, -2).tolist() == [math.inf, 2.0, math.inf]
    assert first_passage(walks, 0).tolist() == [0.0, 0.0, 0.0]
    assert first_passage(walks[0], 3).tolist() == 4.0
    assert first_passage(walks.reshape(3, 1, 5), 2).shape == (3, 1)


def test_flips_to_odds_is_the_evidence_wanted_over_the_evidence_per_flip():
    assert flips_to_odds(1.0, 8) == pytest.approx(3.0, abs=1e-14)
    assert flips_to_odds(math.log(2), 8, unit="nats") == pytest.approx(3.0, abs=1e-14)
    assert flips_to_odds([0.5, 1.0], 4).tolist() == pytest.approx([4.0, 2.0])
    assert flips_to_odds(0.0, 20) == math.inf
    assert flips_to_odds(math.inf, 20) == 0.0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: flips_to_odds(-0.1, 20), "divergence is -0.1; a divergence cannot be negative."),
        (lambda: flips_to_odds(0.1, 1), "odds is 1; evidence starts at 1 to 1"),
        (lambda: flips_to_odds(math.nan, 20), "divergence is nan"),
        (lambda: flips_to_odds(0.1, 20, unit="bit"), "unit must be"),
        (lambda: first_passage([0.0, math.nan], 1), "walks[1] is nan"),
        (lambda: first_passage(3.0, 1), "a walk needs at least one step"),
        (lambda: first_passage([[]], 1), "a walk needs at least one step"),
        (lambda: first_passage([1.0], math.inf), "threshold is inf"),
        (lambda: akaike_information_criterion(math.nan, 2), "log_likelihood is nan"),
        (lambda: akaike_information_criterion(-1.0, 2.5), "parameters is 2.5; it is a whole number"),
        (lambda: bayesian_information_criterion(-1.0, -2, 5), "parameters is -2"),
        (
            lambda: bayesian_information_criterion(-1.0, 2, 0),
            "n is 0; a criterion needs at least one sample.",
        ),
    ],
)
def test_impossible_evidence_is_refused(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"flips": -1}, "flips is -1; it is a whole number, 0 or more."),
        ({"walks": 2.5}, "walks is 2.5"),
        ({"p": [0.5, 0.6]}, "p sums to 1.1000"),
        ({"q": [0.2, 0.3, 0.5]}, "p has shape (2,) and q (3,)"),
        ({"q": [[0.5, 0.5]]}, "both must be one distribution over the same outcomes"),
        ({"unit": "bit"}, "unit must be"),
    ],
)
def test_impossible_walks_are_refused(options, sentence):
    call = {"p": [0.5, 0.5], "q": [0.4, 0.6], "flips": 3, "walks": 2, "seed": 0} | options
    with pytest.raises(ValueError, match=re.escape(sentence)):
        likelihood_ratio_walks(call.pop("p"), call.pop("q"), **call)


def test_information_criteria_charge_for_every_parameter():
    assert akaike_information_criterion(-100.0, 3) == 206.0
    assert bayesian_information_criterion(-100.0, 3, 50) == pytest.approx(200 + 3 * math.log(50), abs=1e-12)
    assert akaike_information_criterion(-math.inf, 1) == math.inf
    # BIC asks more than AIC as soon as log n > 2, from 8 samples on.
    for n, more in [(7, False), (8, True)]:
        assert (bayesian_information_criterion(0.0, 1, n) > akaike_information_criterion(0.0, 1)) is more


def test_aic_estimates_what_new_data_will_cost():
    # Oracle: Gaussians of unknown mean, known width: the fitted model's true cross-entropy on new data.
    rng = np.random.default_rng(9)
    n, trials = 20, 4000
    means = rng.normal(size=(trials, n)).mean(axis=1)
    constant = 0.5 * math.log(2 * math.pi)
    in_sample = constant + 0.5 * (1 - 1 / n)  # expected −log L / n at the fitted mean
    expected_aic = akaike_information_criterion(-n * in_sample, 1) / (2 * n)
    new_data = constant + 0.5 * (1 + means**2)
    assert expected_aic == pytest.approx(new_data.mean(), abs=0.003)
    assert in_sample < new_data.mean() - 0.03
