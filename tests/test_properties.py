"""Laws that hold for every distribution, tried on random ones; each law is a theorem, and the oracle."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from course_lib.channels import binary_symmetric_channel, capacity, fano_error_bound, in_series
from course_lib.classifiers import (
    cross_entropy_from_logits,
    cross_entropy_gradient,
    fit_temperature,
    log_softmax,
    softmax,
)
from course_lib.codes import (
    AdaptiveModel,
    FixedModel,
    arithmetic_decode,
    arithmetic_encode,
    canonical_code,
    code_lengths,
    huffman_code,
    kraft_sum,
    prefix_decode,
    prefix_encode,
)
from course_lib.distributions import as_pmf
from course_lib.gaussians import gaussian_kl, vae_kl
from course_lib.measures import (
    conditional_entropy,
    conditional_mutual_information,
    cross_entropy,
    entropy,
    information_gain,
    interaction_information,
    joint_entropy,
    js_distance,
    js_divergence,
    kl_divergence,
    mutual_information,
    normalized_mutual_information,
    pinsker_bound,
    population_stability_index,
    surprisal,
    total_variation,
    variation_of_information,
)

settings.register_profile("course", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("course")

CLOSE = 1e-9
# Zeros, tiny and ordinary weights all occur; a weight of 0 is an outcome that cannot happen.
WEIGHTS = st.one_of(st.just(0.0), st.floats(1e-12, 1.0), st.integers(1, 5).map(float))


def normalized(weights):
    assume(weights.sum() > 0)
    return weights / weights.sum()


def pmfs(min_size=1, max_size=8):
    return st.lists(WEIGHTS, min_size=min_size, max_size=max_size).map(np.array).map(normalized)


def pairs_of_pmfs():
    return st.integers(1, 8).flatmap(lambda k: st.tuples(pmfs(k, k), pmfs(k, k)))


def joints(n_axes=2):
    shapes = array_shapes(min_dims=n_axes, max_dims=n_axes, max_side=5)
    return arrays(np.float64, shapes, elements=WEIGHTS).map(normalized)


def batches():
    shapes = st.tuples(st.integers(1, 4), st.integers(1, 6))
    return arrays(np.float64, shapes, elements=st.floats(0.01, 1.0)).map(
        lambda w: w / w.sum(-1, keepdims=True)
    )


@given(pmfs())
def test_entropy_lies_between_zero_and_the_log_of_the_number_of_possible_outcomes(p):
    assert 0 <= entropy(p) <= np.log2((p > 0).sum()) + CLOSE


@given(st.integers(1, 1000))
def test_the_uniform_distribution_reaches_the_upper_bound(k):
    assert entropy(np.full(k, 1 / k)) == pytest.approx(np.log2(k), abs=CLOSE)


@given(pmfs())
def test_entropy_is_the_mean_surprise(p):
    possible = p[p > 0]
    assert entropy(p) == pytest.approx(possible @ surprisal(possible), abs=CLOSE)


@given(pmfs(), st.randoms(use_true_random=False))
def test_relabelling_outcomes_changes_nothing(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    assert entropy(p[order]) == pytest.approx(entropy(p), abs=CLOSE)


@given(pmfs(min_size=2), st.integers(1, 7))
def test_grouping_outcomes_first_and_then_choosing_inside_the_group_costs_the_same(p, cut):
    # Shannon's third axiom: H(p) = H(group) + Σ P(group) H(inside the group).
    parts = [part for part in (p[: cut % len(p)], p[cut % len(p) :]) if part.sum() > 0]
    shares = np.array([part.sum() for part in parts])
    inside = [entropy(part, normalize=True) for part in parts]
    assert entropy(p) == pytest.approx(entropy(shares) + shares @ np.array(inside), abs=1e-8)


@given(pairs_of_pmfs(), st.floats(0, 1))
def test_mixing_never_lowers_entropy_below_the_mean(pair, share):
    p, q = pair
    mixed = entropy(share * p + (1 - share) * q, normalize=True)
    assert mixed >= share * entropy(p) + (1 - share) * entropy(q) - CLOSE


@given(pairs_of_pmfs())
def test_gibbs_no_model_beats_the_truth(pair):
    p, q = pair
    assert cross_entropy(p, q) >= entropy(p) - CLOSE
    assert kl_divergence(p, q) >= 0
    assert kl_divergence(p, p) == 0


@given(pairs_of_pmfs())
def test_cross_entropy_is_entropy_plus_divergence(pair):
    p, q = pair
    assert cross_entropy(p, q) == pytest.approx(entropy(p) + kl_divergence(p, q), abs=CLOSE)


@given(pairs_of_pmfs())
def test_js_is_symmetric_at_most_one_bit_and_at_most_half_of_both_divergences(pair):
    p, q = pair
    assert js_divergence(p, q) == js_divergence(q, p)
    assert 0 <= js_divergence(p, q) <= 1
    assert js_divergence(p, q) <= (kl_divergence(p, q) + kl_divergence(q, p)) / 4 + CLOSE
    gap = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    assert js_divergence(p, q) == pytest.approx(gap, abs=1e-8)


@given(st.integers(1, 6).flatmap(lambda k: st.tuples(pmfs(k, k), pmfs(k, k), pmfs(k, k))))
def test_the_js_distance_obeys_the_triangle_inequality(three):
    p, q, r = three
    assert js_distance(p, r) <= js_distance(p, q) + js_distance(q, r) + CLOSE


@given(pairs_of_pmfs())
def test_pinsker_and_js_bracket_total_variation(pair):
    # TV ≤ √(D/2) in nats; TV²/2 ≤ JS in nats (Pinsker for both halves); JS ≤ TV in bits (Lin).
    p, q = pair
    distance = total_variation(p, q)
    assert 0 <= distance <= 1 and distance == total_variation(q, p)
    assert distance <= pinsker_bound(kl_divergence(p, q), unit="bits") + CLOSE
    assert distance**2 / 2 <= js_divergence(p, q, unit="nats") + CLOSE
    assert js_divergence(p, q) <= distance + CLOSE


@given(pairs_of_pmfs())
def test_the_stability_index_is_both_prices_together(pair):
    p, q = pair
    index = population_stability_index(p, q, unit="bits")
    assert index == population_stability_index(q, p, unit="bits")
    assert index == pytest.approx(kl_divergence(p, q) + kl_divergence(q, p), rel=1e-9, abs=CLOSE)


@given(st.tuples(pairs_of_pmfs(), pairs_of_pmfs()))
def test_independent_prices_add(pairs):
    (p, q), (r, s) = pairs
    together = kl_divergence(np.outer(p, r).ravel(), np.outer(q, s).ravel(), normalize=True)
    assert together == pytest.approx(kl_divergence(p, q) + kl_divergence(r, s), rel=1e-9, abs=1e-8)


@given(pairs_of_pmfs(), st.integers(1, 7))
def test_looking_less_closely_never_raises_the_price(pair, cut):
    # Data processing: outcomes that are told apart no more can only hide a difference.
    p, q = pair
    first, second = p[: cut % len(p)].sum(), q[: cut % len(p)].sum()
    coarse = kl_divergence([first, 1 - first], [second, 1 - second], normalize=True)
    assert coarse <= kl_divergence(p, q) + CLOSE


LOGITS = arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-1e4, 1e4, width=32)
)


@given(LOGITS, st.floats(0.05, 50.0), st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_that_keeps_the_ranking_and_ignores_a_common_shift(z, tau, shift):
    q = softmax(z, temperature=tau)
    assert q.sum(axis=-1) == pytest.approx(np.ones(len(z)), abs=1e-12)
    assert (np.diff(np.take_along_axis(q, z.argsort(axis=-1), axis=-1), axis=-1) >= 0).all()
    assert softmax(z + shift, temperature=tau) == pytest.approx(q, abs=1e-6)
    assert np.exp(log_softmax(z, temperature=tau)) == pytest.approx(q, abs=1e-12)


@given(LOGITS, st.data())
def test_the_loss_is_never_negative_and_its_slopes_sum_to_zero(z, data):
    y = np.array(data.draw(st.lists(st.integers(0, z.shape[1] - 1), min_size=len(z), max_size=len(z))))
    losses = cross_entropy_from_logits(z, y, reduction="none")
    assert (losses >= 0).all() and np.isfinite(losses).all()
    assert losses == pytest.approx(-log_softmax(z)[np.arange(len(z)), y], rel=1e-12, abs=1e-12)
    gradient = cross_entropy_gradient(z, y)
    assert gradient.sum(axis=-1) == pytest.approx(np.zeros(len(z)), abs=1e-12)
    assert (np.abs(gradient) <= 1).all()


@given(LOGITS, st.data())
def test_no_temperature_beats_the_fitted_one(z, data):
    y = np.array(data.draw(st.lists(st.integers(0, z.shape[1] - 1), min_size=len(z), max_size=len(z))))
    tau = fit_temperature(z, y)
    best = cross_entropy_from_logits(z / np.clip(tau, 1e-9, 1e12), y)
    for other in (0.1, 1.0, 10.0, 0.9 * tau, 1.1 * tau):
        if 1e-9 < other < 1e12:
            assert best <= cross_entropy_from_logits(z / other, y) + 1e-9


@given(st.floats(-50, 50), st.floats(0.01, 50), st.floats(-50, 50), st.floats(0.01, 50))
def test_the_price_of_bell_curves_is_never_negative_and_zero_only_for_equals(mu0, sigma0, mu1, sigma1):
    nats = gaussian_kl(mu0, sigma0, mu1, sigma1, unit="nats")
    assert nats >= 0
    closed = np.log(sigma1 / sigma0) + (sigma0**2 + (mu0 - mu1) ** 2) / (2 * sigma1**2) - 0.5
    assert nats == pytest.approx(closed, rel=1e-9, abs=1e-12)
    assert vae_kl(mu0, 2 * np.log(sigma0)) == pytest.approx(
        gaussian_kl(mu0, sigma0, 0, 1, unit="nats"), abs=1e-9
    )


@given(joints())
def test_chain_rule(joint):
    first = entropy(joint.sum(axis=1), normalize=True)
    assert joint_entropy(joint) == pytest.approx(first + conditional_entropy(joint), abs=CLOSE)


@given(joints())
def test_conditional_entropy_is_the_weighted_mean_of_the_rows_entropies(joint):
    weights = joint.sum(axis=1)
    rows = sum(w * entropy(row, normalize=True) for w, row in zip(weights, joint, strict=True) if w > 0)
    assert conditional_entropy(joint) == pytest.approx(rows, abs=CLOSE)


@given(joints())
def test_knowing_more_never_hurts_on_average(joint):
    assert conditional_entropy(joint) <= entropy(joint.sum(axis=0), normalize=True) + CLOSE


@given(joints())
def test_mutual_information_is_what_the_entropies_share(joint):
    x, y = (entropy(joint.sum(axis=axis), normalize=True) for axis in (1, 0))
    information = mutual_information(joint)
    assert information == pytest.approx(x + y - joint_entropy(joint), abs=CLOSE)
    assert 0 <= information <= min(x, y) + CLOSE
    assert mutual_information(joint.T) == pytest.approx(information, abs=CLOSE)


@given(pmfs(), pmfs())
def test_independent_surprises_add(p, q):
    joint = np.outer(p, q)
    assert joint_entropy(joint, normalize=True) == pytest.approx(entropy(p) + entropy(q), abs=1e-8)
    assert mutual_information(joint, normalize=True) < CLOSE


@given(joints(), st.integers(0, 4))
def test_processing_data_never_adds_information(joint, column):
    # Merging two columns is a function of Y; I(X; f(Y)) ≤ I(X; Y).
    assume(joint.shape[1] > 1)
    column %= joint.shape[1] - 1
    merged = np.delete(joint, column, axis=1)
    merged[:, column] += joint[:, column]
    assert mutual_information(merged, normalize=True) <= mutual_information(joint) + CLOSE


def channels(inputs=None, outputs=None):
    sizes = [st.integers(1, 5) if size is None else st.just(size) for size in (inputs, outputs)]
    return (
        st.tuples(*sizes)
        .flatmap(lambda shape: arrays(np.float64, shape, elements=WEIGHTS))
        .filter(lambda w: (w.sum(axis=1) > 0).all())
        .map(lambda w: w / w.sum(axis=1, keepdims=True))
    )


@given(pmfs(3, 3), channels(inputs=3, outputs=4), channels(inputs=4))
def test_data_processing_no_later_step_knows_more_than_an_earlier_one(p, first, second):
    # X → Y → Z: I(X;Z) ≤ I(X;Y) and I(X;Z) ≤ I(Y;Z), whatever the two steps are.
    before = p[:, None] * first
    through = p[:, None] * in_series(first, second)
    between = before.sum(axis=0)[:, None] * second
    shared = mutual_information(through, normalize=True)
    assert shared <= mutual_information(before, normalize=True) + CLOSE
    assert shared <= mutual_information(between, normalize=True) + CLOSE


@given(pmfs(3, 3), channels(inputs=3))
def test_no_input_gets_more_through_than_the_capacity(p, channel):
    found = capacity(channel, tolerance=1e-4)
    assert mutual_information(p[:, None] * channel, normalize=True) <= found.capacity + found.gap + CLOSE
    assert found.capacity <= np.log2(min(channel.shape)) + CLOSE


@given(st.floats(0, 1), st.floats(0, 1))
def test_two_flips_cancel(first, second):
    wires = in_series(binary_symmetric_channel(first), binary_symmetric_channel(second))
    assert wires[0, 1] == pytest.approx(first * (1 - second) + (1 - first) * second, abs=1e-12)


@given(joints())
def test_no_guess_errs_less_than_fano_allows(joint):
    error = 1 - joint.max(axis=0).sum()  # of the best rule, which names the likeliest row of each column
    assert fano_error_bound(conditional_entropy(joint.T), joint.shape[0]) <= error + 1e-7


@given(joints(n_axes=3))
def test_information_about_a_pair_comes_in_two_instalments(cube):
    # Chain rule: I(X,Z;Y) = I(Z;Y) + I(X;Y|Z).
    both = cube.swapaxes(1, 2).reshape(-1, cube.shape[1])
    alone = mutual_information(cube.sum(axis=0).T, normalize=True)
    together = alone + conditional_mutual_information(cube)
    assert mutual_information(both, normalize=True) == pytest.approx(together, abs=1e-8)
    assert (
        interaction_information(cube)
        <= min(mutual_information(cube.sum(axis=axis), normalize=True) for axis in range(3)) + CLOSE
    )


@given(joints())
def test_the_four_normalized_informations_keep_their_order(joint):
    values = [
        normalized_mutual_information(joint, average=average)
        for average in ("max", "arithmetic", "geometric", "min")
    ]
    assert values[0] >= 0 and values[-1] <= 1
    assert all(a <= b + CLOSE for a, b in pairwise(values))


@given(joints(n_axes=3))
def test_variation_of_information_obeys_the_triangle_inequality(cube):
    def apart(axis):
        return variation_of_information(cube.sum(axis=axis), normalize=True)

    assert apart(1) <= apart(0) + apart(2) + CLOSE  # from X to Z directly, or by way of Y


@given(arrays(np.int64, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.integers(0, 30)))
def test_no_question_gains_less_than_nothing_or_more_than_there_was(children):
    assume(children.sum() > 0)
    parent = children.sum(axis=0)
    assert 0 <= information_gain(parent, children) <= entropy(parent, normalize=True) + CLOSE


@given(batches(), st.sampled_from(["bits", "nats", "hartleys"]))
def test_a_batch_gives_what_a_loop_gives(p, unit):
    q = p[::-1]
    assert entropy(p, unit=unit) == pytest.approx([entropy(row, unit=unit) for row in p], abs=1e-12)
    for measure in (cross_entropy, kl_divergence, js_divergence):
        loop = [measure(a, b, unit=unit) for a, b in zip(p, q, strict=True)]
        assert measure(p, q, unit=unit) == pytest.approx(loop, abs=1e-12)
        assert measure(p.T, q.T, unit=unit, axis=0) == pytest.approx(loop, abs=1e-12)


@given(pmfs())
def test_validation_accepts_every_pmf_and_returns_it_unchanged(p):
    assert (as_pmf(p) == p).all()
    assert as_pmf(p, normalize=True) == pytest.approx(p, abs=1e-15)


@given(pmfs(max_size=20))
def test_huffman_is_within_one_bit_of_entropy_and_fills_the_code_space(p):
    lengths = code_lengths(p)
    assert [len(word) for word in huffman_code(p)] @ p == pytest.approx(p @ lengths, abs=CLOSE)
    assert entropy(p) - CLOSE <= p @ lengths < entropy(p) + 1
    if (p > 0).sum() > 1:
        assert kraft_sum(lengths) == 1.0


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12), st.data())
def test_prefix_codes_read_back_what_they_wrote(counts, data):
    possible = [x for x, count in enumerate(counts) if count]
    assume(len(possible) > 1)
    message = data.draw(st.lists(st.sampled_from(possible), max_size=50))
    code = huffman_code(counts, normalize=True)
    for words in (code, canonical_code([len(word) for word in code])):
        assert prefix_decode(prefix_encode(message, words), words, len(message)) == message


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.data())
def test_arithmetic_coding_is_lossless_and_within_two_bits_of_the_summed_surprise(frequencies, data):
    message = data.draw(st.lists(st.integers(0, len(frequencies) - 1), max_size=200))
    bits = arithmetic_encode(message, FixedModel(frequencies))
    assert arithmetic_decode(bits, len(message), FixedModel(frequencies)) == message
    p = np.array(frequencies) / sum(frequencies)
    surprise = surprisal(p[message]).sum() if message else 0.0
    assert surprise - 1e-3 <= len(bits) <= surprise + 2 + 1e-3


@given(
    st.integers(1, 6).flatmap(lambda k: st.tuples(st.just(k), st.lists(st.integers(0, k - 1)))), st.text("01")
)
def test_an_adaptive_message_is_readable_whatever_follows_it(case, tail):
    n_symbols, message = case
    bits = arithmetic_encode(message, AdaptiveModel(n_symbols))
    assert arithmetic_decode(bits + tail, len(message), AdaptiveModel(n_symbols)) == message
