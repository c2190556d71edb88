"""ELBO, distillation, DPO and the GAN game against Bayes' rule, plain loops and finite differences."""

import math
import re
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import multivariate_normal, norm

from course_lib.generative import (
    distillation_loss,
    dpo_loss,
    evidence_lower_bound,
    gan_value,
    ideal_discriminator,
    ideal_scores,
    implied_reward,
)
from course_lib.sampling import exponential_tilt

pytestmark = pytest.mark.filterwarnings("error")


def pmfs(size, least=0):
    return st.lists(st.integers(least, 20), min_size=size, max_size=size).filter(sum)


@st.composite
def toy_models(draw):
    """Prior, likelihood and guess as whole numbers, so that an oracle can be exact."""
    size = draw(st.integers(2, 5))
    chances = draw(st.lists(st.integers(1, 20), min_size=size, max_size=size))
    return draw(pmfs(size, least=1)), chances, draw(pmfs(size))


def shares(counts):
    return [k / sum(counts) for k in counts]


def kl(p, q):
    """Oracle, in nats: plain Python, term by term."""
    return math.fsum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


# --- the ELBO ---------------------------------------------------------------------------------------------


@given(toy_models())
def test_the_evidence_is_the_elbo_and_the_gap(model):
    prior, chances, q = model
    # Oracle: Bayes' rule in fractions.
    joint = [F(k, sum(prior)) * F(c, 20) for k, c in zip(prior, chances, strict=True)]
    posterior = [float(cell / sum(joint)) for cell in joint]
    pieces = evidence_lower_bound(shares(prior), [c / 20 for c in chances], shares(q))
    assert pieces.log_evidence == pytest.approx(math.log(sum(joint)), abs=1e-12)
    assert pieces.posterior == pytest.approx(posterior, abs=1e-12)
    assert pieces.gap == pytest.approx(kl(shares(q), posterior), abs=1e-9)
    assert pieces.rate == pytest.approx(kl(shares(q), shares(prior)), abs=1e-9)
    assert pieces.elbo == pytest.approx(pieces.reconstruction - pieces.rate, abs=1e-12)
    assert pieces.elbo + pieces.gap == pytest.approx(pieces.log_evidence, abs=1e-9)
    assert pieces.reconstruction <= 0 <= pieces.gap


@given(toy_models())
def test_the_posterior_closes_the_gap_and_the_prior_pays_no_rate(model):
    prior, chances, _ = (shares(model[0]), [c / 20 for c in model[1]], None)
    best = evidence_lower_bound(prior, chances, evidence_lower_bound(prior, chances, prior).posterior)
    assert best.gap == pytest.approx(0, abs=1e-12)
    assert best.elbo == pytest.approx(best.log_evidence, abs=1e-9)
    assert evidence_lower_bound(prior, chances, prior).rate == 0.0


def test_a_guess_that_is_forbidden_has_no_lower_bound():
    pieces = evidence_lower_bound([0.5, 0.5], [0.8, 0.0], [0.5, 0.5])
    assert pieces.elbo == -math.inf and pieces.gap == math.inf
    assert pieces.log_evidence == pytest.approx(math.log(0.4))
    sure = evidence_lower_bound([1.0, 0.0], [0.8, 0.3], [0.5, 0.5])
    assert sure.rate == math.inf and sure.elbo == -math.inf and sure.gap == math.inf
    assert evidence_lower_bound([0.5, 0.5], [0.8, 0.0], [1.0, 0.0]).gap == 0.0


def test_guesses_come_in_batches_and_units():
    guesses = [[0.7, 0.3], [0.1, 0.9]]
    batch = evidence_lower_bound([0.5, 0.5], [0.8, 0.1], guesses, unit="bits")
    for i, q in enumerate(guesses):
        one = evidence_lower_bound([0.5, 0.5], [0.8, 0.1], q)
        for name in ("reconstruction", "rate", "elbo", "gap"):
            assert getattr(batch, name)[i] == pytest.approx(getattr(one, name) / math.log(2), abs=1e-14)
            assert type(getattr(one, name)) is float
    assert batch.log_evidence == pytest.approx(math.log2(0.45), abs=1e-14)


# --- distillation -----------------------------------------------------------------------------------------

LOGITS = st.lists(st.integers(-50, 50).map(lambda z: z / 10), min_size=3, max_size=3)


def softened(z, tau):
    powers = [math.exp(value / tau) for value in z]
    return [power / math.fsum(powers) for power in powers]


@given(LOGITS, LOGITS, st.floats(0.5, 20))
def test_distillation_is_the_softened_divergence_times_temperature_squared(student, teacher, tau):
    expected = tau**2 * kl(softened(teacher, tau), softened(student, tau))
    assert distillation_loss(student, teacher, temperature=tau) == pytest.approx(expected, abs=1e-9)


@given(LOGITS, LOGITS, st.floats(0.5, 20))
def test_its_slope_is_temperature_times_q_minus_p(student, teacher, tau):
    # Oracle: central differences.
    step = 1e-4
    expected = []
    for i in range(3):
        above, below = ([z + sign * step * (j == i) for j, z in enumerate(student)] for sign in (1, -1))
        rise = distillation_loss(above, teacher, temperature=tau) - distillation_loss(
            below, teacher, temperature=tau
        )
        expected.append(rise / (2 * step))
    q, p = softened(student, tau), softened(teacher, tau)
    assert [tau * (b - a) for a, b in zip(p, q, strict=True)] == pytest.approx(expected, abs=1e-5)


def test_at_high_temperature_the_loss_compares_logits_and_does_not_fade():
    # Oracle: half the variance of the difference of logits over the classes, Hinton's limit.
    student, teacher = np.array([1.0, 0.3, -2.0]), np.array([2.0, -0.4, 0.1])
    limit = 0.5 * np.var(student - teacher)
    assert distillation_loss(student, teacher, temperature=1e4) == pytest.approx(limit, rel=1e-3)
    assert distillation_loss(teacher, teacher + 5, temperature=3) == pytest.approx(0, abs=1e-12)


def test_the_mean_is_over_rows_and_a_mask_that_the_teacher_does_not_share_costs_inf():
    students, teachers = [[1.0, 0.0], [0.0, 3.0]], [[0.0, 1.0], [0.5, 0.0]]
    rows = [distillation_loss(s, t, temperature=2) for s, t in zip(students, teachers, strict=True)]
    assert distillation_loss(students, teachers, temperature=2) == pytest.approx(sum(rows) / 2, abs=1e-14)
    assert distillation_loss([0, -math.inf], [0, 1]) == math.inf
    assert distillation_loss([0, 1], [0, -math.inf]) == pytest.approx(math.log(1 + math.e), abs=1e-12)
    assert distillation_loss([0, -math.inf], [0, -math.inf]) == 0.0


# --- preferences ------------------------------------------------------------------------------------------


@given(pmfs(4, least=1), st.lists(st.integers(-20, 20), min_size=4, max_size=4), st.floats(0.3, 5))
def test_the_implied_reward_is_the_reward_that_was_tilted_by_up_to_a_constant(counts, rewards, beta):
    p = shares(counts)
    tilted = exponential_tilt(p, [r / 10 for r in rewards], beta=beta)
    apart = implied_reward(tilted, p, beta=beta) - np.array(rewards) / 10
    log_z = beta * math.log(math.fsum(a * math.exp(r / 10 / beta) for a, r in zip(p, rewards, strict=True)))
    assert apart == pytest.approx([-log_z] * 4, abs=1e-9)


@given(st.floats(-30, 30), st.floats(-30, 30), st.floats(0.05, 3))
def test_the_preference_loss_is_the_surprisal_of_a_coin_weighted_by_rewards(chosen, rejected, beta):
    # Oracle: Bradley–Terry odds, e^reward against e^reward.
    odds = math.exp(beta * (chosen - rejected))
    assert dpo_loss(chosen, rejected, beta=beta) == pytest.approx(math.log1p(1 / odds), abs=1e-9)


def test_only_differences_count_and_extremes_stay_finite():
    assert dpo_loss(0, 0, beta=0.3) == pytest.approx(math.log(2), abs=1e-15)
    assert dpo_loss([5.0, -1.0], [7.0, -4.0], beta=1) == pytest.approx(
        [math.log1p(math.e**2), math.log1p(math.e**-3)], abs=1e-12
    )
    assert dpo_loss(-1e6, 1e6, beta=1) == 2e6 and dpo_loss(1e6, -1e6, beta=1) == 0.0


def test_training_on_many_preferences_finds_the_tilt():
    # Oracle: a policy's logits fitted by gradient descent to the mean DPO loss under Bradley–Terry choices.
    p, rewards, beta = np.array([0.5, 0.3, 0.2]), np.array([0.0, 1.0, 2.0]), 0.5
    wins = 1 / (1 + np.exp(rewards[None, :] - rewards[:, None]))  # row preferred to column
    z = np.log(p)
    for _ in range(4000):
        log_ratio = z - np.log(np.exp(z).sum()) - np.log(p)
        believed = 1 / (1 + np.exp(beta * (log_ratio[None, :] - log_ratio[:, None])))
        z += 0.2 * beta * (wins - believed).sum(axis=1)
    policy = np.exp(z) / np.exp(z).sum()
    assert policy == pytest.approx(exponential_tilt(p, rewards, beta=beta), abs=1e-6)
    log_ratio = np.log(policy / p)
    settled = (wins * dpo_loss(log_ratio[:, None] + 0 * wins, log_ratio[None, :] + 0 * wins, beta=beta)).sum()
    for nudge in np.random.default_rng(0).normal(scale=0.1, size=(20, 3)):
        other = log_ratio + nudge
        loss = (wins * dpo_loss(other[:, None] + 0 * wins, other[None, :] + 0 * wins, beta=beta)).sum()
        assert loss >= settled


# --- an ideal critic --------------------------------------------------------------------------------------


def test_an_ideal_critic_says_the_log_ratio_of_the_densities():
    # Oracle: scipy's normal densities, p(x, y) over p(x) p(y), pair of columns by pair of columns.
    rng = np.random.default_rng(0)
    x, y, rho = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), -0.7
    both = multivariate_normal(cov=[[1, rho], [rho, 1]])
    expected = [
        [
            sum(
                both.logpdf([a, b]) - norm.logpdf(a) - norm.logpdf(b) for a, b in zip(row, other, strict=True)
            )
            for other in y
        ]
        for row in x
    ]
    assert ideal_scores(x, y, rho=rho) == pytest.approx(np.array(expected), abs=1e-12)
    assert ideal_scores(x, y, rho=0) == pytest.approx(np.zeros((4, 4)), abs=1e-15)


# --- the GAN game -----------------------------------------------------------------------------------------


@given(pmfs(4), pmfs(4))
def test_the_ideal_value_is_twice_jensen_shannon_less_log_4(real, fake):
    p, q = shares(real), shares(fake)
    expected = 2 * float(np.nan_to_num(jensenshannon(p, q))) ** 2 - math.log(4)  # scipy's oracle
    assert gan_value(p, q) == pytest.approx(expected, abs=1e-7)
    assert gan_value(p, q, unit="bits") == pytest.approx(gan_value(p, q) / math.log(2), abs=1e-12)
    assert gan_value(p, q, ideal_discriminator(p, q)) == pytest.approx(gan_value(p, q), abs=1e-12)


@given(pmfs(4), pmfs(4), st.lists(st.integers(1, 99), min_size=4, max_size=4))
def test_no_discriminator_does_better_than_the_ideal_one(real, fake, percent):
    p, q = shares(real), shares(fake)
    judged = [d / 100 for d in percent]
    value = math.fsum(a * math.log(d) + b * math.log(1 - d) for a, b, d in zip(p, q, judged, strict=True))
    assert gan_value(p, q, judged) == pytest.approx(value, abs=1e-12)
    assert value <= gan_value(p, q) + 1e-12


def test_the_ends_of_the_game():
    assert gan_value([0.5, 0.5], [0.5, 0.5]) == pytest.approx(-math.log(4), abs=1e-15)
    assert gan_value([1, 0], [0, 1]) == 0.0
    assert gan_value([1, 0], [0.5, 0.5], [1.0, 0.0]) == -math.inf, "sure, and wrong about half the fakes"
    assert ideal_discriminator([0.5, 0.5, 0.0], [0.5, 0.5, 0.0]).tolist() == [0.5, 0.5, 0.5]
    # A fake outcome of 1e-20 next to a real one of 1 is no certainty turned wrong.
    assert gan_value([1.0, 0.0], [1e-20, 1.0]) == pytest.approx(0, abs=1e-15)
    assert gan_value([[1, 0], [0.5, 0.5]], [[0, 1], [0.5, 0.5]]) == pytest.approx([0, -math.log(4)])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: evidence_lower_bound([0.5, 0.5], [0.8], [0.7, 0.3]), "must speak of the same causes z"),
        (lambda: evidence_lower_bound([0.5, 0.5], [0.0, 0.0], [0.7, 0.3]), "so p(x) is 0"),
        (
            lambda: evidence_lower_bound([0.5, 0.5], [8.0, 0.1], [0.7, 0.3]),
            "likelihood[0] is 8; a probability",
        ),
        (lambda: evidence_lower_bound([0.5, 0.5], [0.8, 0.1], [0.7, 0.2]), "q sums to 0.9000, not 1"),
        (lambda: distillation_loss([1, 2], [1, 2, 3]), "student has shape (2,) and teacher (3,)"),
        (lambda: distillation_loss([1, 2], [1, 2], temperature=0), "temperature is 0"),
        (lambda: implied_reward([0.5, 0.5], [1.0, 0.0], beta=1), "reference gives a reply probability 0"),
        (lambda: implied_reward([0.5, 0.5], [0.2, 0.3, 0.5], beta=1), "they must be alike"),
        (lambda: implied_reward([0.5, 0.5], [0.5, 0.5], beta=-1), "beta is -1; the price of a nat must"),
        (lambda: dpo_loss(1.0, 0.0, beta=0), "beta is 0; the price of a nat must be above 0"),
        (lambda: dpo_loss(math.nan, 0.0, beta=1), "chosen_log_ratio is nan"),
        (lambda: ideal_scores([[1.0]], [[1.0, 2.0]], rho=0.5), "x has shape (1, 1) and y (1, 2)"),
        (lambda: ideal_scores([[1.0]], [[1.0]], rho=1), "rho is 1; it must be between"),
        (lambda: gan_value([0.5, 0.5], [1.0]), "real has shape (2,) and fake (1,)"),
        (lambda: gan_value([0.5, 0.5], [0.5, 0.5], [0.5]), "discriminator has shape (1,)"),
        (lambda: gan_value([0.5, 0.5], [0.5, 0.5], [0.5, 1.5]), "discriminator[1] is 1.5; a probability"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()
