"""Channels against closed forms, certificates, brute force over inputs, and laws."""

import itertools
import math
import re

import numpy as np
import pytest
from scipy.optimize import brentq

from course_lib.channels import (
    binary_erasure_channel,
    binary_symmetric_channel,
    capacity,
    fano_error_bound,
    in_series,
    kelly_fraction,
    kelly_growth,
    repeat_and_vote,
    z_channel,
)
from course_lib.measures import conditional_entropy, kl_divergence, mutual_information

pytestmark = pytest.mark.filterwarnings("error")


def h(*p):
    """Oracle: entropy in bits, written out."""
    return -sum(x * math.log2(x) for x in p if x > 0)


def shared(p, channel):
    return mutual_information(np.asarray(p)[:, None] * channel)


TYPEWRITER = (np.eye(26) + np.roll(np.eye(26), 1, axis=1)) / 2
THIRDS = np.full((3, 3), 1 / 6) + np.eye(3) / 2

# name: (channel, its capacity in bits by a closed form)
CLOSED_FORMS = {
    "symmetric, .1": (binary_symmetric_channel(0.1), 1 - h(0.1, 0.9)),
    "symmetric, .01": (binary_symmetric_channel(0.01), 1 - h(0.01, 0.99)),
    "symmetric, always wrong": (binary_symmetric_channel(1), 1.0),
    "erasure, .3": (binary_erasure_channel(0.3), 0.7),
    "erasure, all lost": (binary_erasure_channel(1), 0.0),
    "Z, 1/2": (z_channel(0.5), math.log2(5 / 4)),
    "Z, .1": (z_channel(0.1), math.log2(1 + 0.9 * 0.1 ** (0.1 / 0.9))),
    "Z, .999": (z_channel(0.999), math.log2(1 + 0.001 * 0.999 ** (0.999 / 0.001))),
    "noisy typewriter": (TYPEWRITER, math.log2(13)),
    "three, symmetric": (THIRDS, math.log2(3) - h(2 / 3, 1 / 6, 1 / 6)),
    "useless": (np.tile([0.2, 0.5, 0.3], (4, 1)), 0.0),
    "perfect": (np.eye(5), math.log2(5)),
    "one input": ([[0.25, 0.75]], 0.0),
    "one output": ([[1.0], [1.0]], 0.0),
    "repeated rows": (np.repeat(binary_symmetric_channel(0.1), [3, 1], axis=0), 1 - h(0.1, 0.9)),
    "a repeated row of Z": (z_channel(0.5)[[0, 1, 1, 1]], math.log2(5 / 4)),
    "a zero column": (np.insert(z_channel(0.5), 1, 0.0, axis=1), math.log2(5 / 4)),
    "a zero column of a useless one": ([[0.0, 1.0], [0.0, 1.0]], 0.0),
    "an input that is never worth its turn": ([[0.9, 0.1], [0.1, 0.9], [0.5, 0.5]], 1 - h(0.1, 0.9)),
    "split outputs": (np.hstack([binary_symmetric_channel(0.25) / 2] * 2), 1 - h(0.25, 0.75)),
}


@pytest.mark.parametrize(("channel", "exact"), CLOSED_FORMS.values(), ids=CLOSED_FORMS.keys())
def test_capacity_is_within_a_billionth_by_certificate(channel, exact):
    found = capacity(channel)
    assert 0 <= found.gap <= 1e-9
    assert found.lower_bounds[-1] == found.capacity
    assert found.upper_bounds[-1] - found.lower_bounds[-1] == pytest.approx(found.gap, abs=1e-15)
    # Not only the last bounds hold the truth between them, every pair does.
    assert (found.lower_bounds <= exact + 1e-13).all() and (exact - 1e-13 <= found.upper_bounds).all()
    assert found.capacity == pytest.approx(exact, abs=1e-9)
    # The distribution that comes with it does reach it.
    p = found.input_distribution
    assert p.sum() == pytest.approx(1, abs=1e-12) and (p >= 0).all()
    assert shared(p, channel) == pytest.approx(exact, abs=1e-8)


def test_the_bounds_only_ever_close():
    found = capacity(np.random.default_rng(0).dirichlet(np.full(6, 0.3), 8))
    assert len(found.lower_bounds) == len(found.upper_bounds) > 10
    assert (np.diff(found.lower_bounds) >= 0).all() and (np.diff(found.upper_bounds) <= 0).all()


def test_no_input_on_a_fine_grid_gets_more_through():
    rng = np.random.default_rng(1)
    for _ in range(5):
        channel = rng.dirichlet(np.full(3, 0.5), 3)
        found = capacity(channel)
        grid = [
            (i / 30, j / 30, (30 - i - j) / 30)
            for i, j in itertools.product(range(31), repeat=2)
            if i + j <= 30
        ]
        best = max(shared(p, channel) for p in grid)
        assert best <= found.capacity + found.gap + 1e-12
        assert best == pytest.approx(found.capacity, abs=0.02)


def test_two_inputs_are_used_as_a_search_along_the_line_finds():
    # Oracle: the root of the slope of I(X;Y), which is D(row 0 ‖ output) − D(row 1 ‖ output).
    rng = np.random.default_rng(2)
    for _ in range(20):
        rows = rng.dirichlet(np.ones(4), 2)

        def slope(p, rows=rows):
            output = p * rows[0] + (1 - p) * rows[1]
            return sum(
                sign * (row * np.log(row / output)).sum() for sign, row in zip((1, -1), rows, strict=True)
            )

        found = capacity(rows, tolerance=1e-12)
        assert found.input_distribution[0] == pytest.approx(brentq(slope, 1e-9, 1 - 1e-9), abs=1e-4)


def test_an_input_that_is_exactly_as_good_as_needed_does_not_stall_the_search():
    # The third row lies as far from the output of the other two as they do: textbook steps need 10^5 of them.
    def excess(t):
        row = np.array([t, t, 1 - 2 * t])
        output = np.array([0.45, 0.45, 0.1])
        return kl_divergence(row, output) - kl_divergence([0.8, 0.1, 0.1], output)

    t = brentq(excess, 1e-6, 0.44)
    found = capacity([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [t, t, 1 - 2 * t]])
    assert len(found.lower_bounds) < 200
    assert found.capacity == pytest.approx(kl_divergence([0.8, 0.1, 0.1], [0.45, 0.45, 0.1]), abs=1e-9)


def test_the_tolerance_is_in_the_unit_of_the_answer():
    bits = capacity(z_channel(0.3))
    for unit, size in (("nats", math.log(2)), ("hartleys", math.log10(2))):
        found = capacity(z_channel(0.3), unit=unit, tolerance=1e-6)
        assert found.gap <= 1e-6
        assert found.capacity == pytest.approx(bits.capacity * size, abs=1e-6)
        assert found.upper_bounds[0] == pytest.approx(bits.upper_bounds[0] * size, abs=1e-14)
    assert len(capacity(z_channel(0.3), tolerance=1e-3).lower_bounds) < len(bits.lower_bounds)


def test_bounds_that_do_not_meet_are_reported_and_still_honest(monkeypatch):
    monkeypatch.setattr("course_lib.channels._MOST_STEPS", 5)
    with pytest.warns(RuntimeWarning, match="after 5 steps the bounds .* bits apart"):
        found = capacity(z_channel(0.3))
    exact = math.log2(1 + 0.7 * 0.3 ** (0.3 / 0.7))
    assert found.gap > 1e-9 and len(found.lower_bounds) == 5
    assert found.capacity <= exact <= found.capacity + found.gap


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        (
            [[0.5, 0.6], [0.5, 0.5]],
            "row 0 of channel sums to 1.1, not 1. A row holds p(y|x) for one input x.",
        ),
        ([[0.9, 0.3], [0.1, 0.7]], "Its columns do: transpose it."),
        ([[0.5, -0.5]], "channel[0, 1] is -0.5; a probability cannot be negative."),
        ([[35, 15], [10, 40]], "channel[0, 0] is 35; a probability cannot be above 1."),
        ([0.5, 0.5], "channel has shape (2,); it needs a row per input"),
        ([], "channel has shape (0,)"),
        ([[0.5, math.nan]], "channel[0, 1] is nan"),
        ([["a", "b"]], "channel holds text"),
    ],
)
def test_what_is_no_channel_is_refused(channel, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        capacity(channel)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        in_series(binary_symmetric_channel(0.1), channel)


@pytest.mark.parametrize("tolerance", [0, -1e-9])
def test_bounds_are_never_closer_than_nothing(tolerance):
    with pytest.raises(ValueError, match="two bounds are never closer than 0"):
        capacity(np.eye(2), tolerance=tolerance)


def test_single_precision_rows_may_be_a_millionth_off():
    channel = np.random.default_rng(3).dirichlet(np.ones(50), 20).astype(np.float32)
    assert capacity(channel).capacity == pytest.approx(
        capacity(channel.astype(float) / channel.sum(1, dtype=float)[:, None]).capacity, abs=2e-9
    )


# --- wires --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [binary_symmetric_channel, binary_erasure_channel, z_channel])
def test_every_row_of_a_channel_is_a_distribution(make):
    for share in (0, 0.1, 0.5, 1):
        assert make(share).sum(axis=1) == pytest.approx(np.ones(2), abs=1e-15)
        assert (make(share) >= 0).all()
    for bad in (-0.1, 1.1, math.nan, "a", [0.1, 0.2]):
        with pytest.raises(ValueError, match=r"flip|erasure"):
            make(bad)


def test_what_goes_wrong_is_what_the_names_say():
    # Oracle: the drawings. Columns of the erasure channel are 0, lost, 1.
    assert binary_symmetric_channel(0.25).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert binary_erasure_channel(0.25).tolist() == [[0.75, 0.25, 0.0], [0.0, 0.25, 0.75]]
    assert z_channel(0.25).tolist() == [[1.0, 0.0], [0.25, 0.75]]


@pytest.mark.parametrize("wires", range(1, 7))
def test_wires_in_a_row_are_one_worse_wire(wires):
    # Oracle: a bit is wrong after an odd number of flips.
    f = 0.1
    wrong = sum(math.comb(wires, i) * f**i * (1 - f) ** (wires - i) for i in range(1, wires + 1, 2))
    whole = in_series(*[binary_symmetric_channel(f)] * wires) if wires > 1 else binary_symmetric_channel(f)
    assert whole == pytest.approx(binary_symmetric_channel(wrong), abs=1e-15)
    assert wrong == pytest.approx((1 - (1 - 2 * f) ** wires) / 2, abs=1e-15)


def test_channels_of_different_sizes_chain_in_their_order():
    first, second = binary_erasure_channel(0.2), np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    assert in_series(first, second) == pytest.approx(binary_symmetric_channel(0.1), abs=1e-15)
    with pytest.raises(ValueError, match="a channel with 2 outputs cannot feed one with 3 inputs"):
        in_series(second, second)


@pytest.mark.parametrize("times", [1, 3, 5])
@pytest.mark.parametrize("channel", [binary_symmetric_channel(0.1), z_channel(0.3)], ids=["symmetric", "Z"])
def test_a_vote_goes_wrong_when_most_of_its_bits_do(times, channel):
    # Oracle: all 2^times patterns of what arrives.
    expected = np.zeros((2, 2))
    for x in (0, 1):
        for pattern in itertools.product((0, 1), repeat=times):
            winner = int(sum(pattern) > times / 2)
            expected[x, winner] += math.prod(channel[x, y] for y in pattern)
    assert repeat_and_vote(channel, times) == pytest.approx(expected, abs=1e-15)
    assert repeat_and_vote(channel, times).sum(axis=1) == pytest.approx(np.ones(2), abs=1e-15)


def test_voting_buys_certainty_with_rate():
    # Three uses a bit: .531 shrinks to .817/3 bits a use, though the decided bit is wrong less often.
    one, three = (capacity(repeat_and_vote(0.1, times)).capacity / times for times in (1, 3))
    assert repeat_and_vote(0.1, 3)[0, 1] == pytest.approx(3 * 0.01 * 0.9 + 0.001, abs=1e-15)
    assert three == pytest.approx((1 - h(0.028, 0.972)) / 3, abs=1e-9)
    assert three < one


@pytest.mark.parametrize(
    ("channel", "times", "sentence"),
    [
        (0.1, 2, "times is 2; a vote needs an odd whole number, or it may end in a draw."),
        (0.1, 0, "times is 0"),
        (0.1, -1, "times is -1"),
        (0.1, 3.0, "times is 3.0"),
        (0.1, True, "times is True"),
        (1.5, 3, "flip is 1.5; a probability cannot be above 1."),
        (binary_erasure_channel(0.1), 3, "this channel has shape (2, 3)"),
    ],
)
def test_votes_without_a_majority_are_refused(channel, times, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        repeat_and_vote(channel, times)


# --- Fano ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcomes", [2, 3, 10, 1000])
def test_fanos_error_reproduces_the_entropy_it_came_from(outcomes):
    # Oracle: the entropy of the worst case, an error e spread evenly over the wrong answers.
    for error in (1e-12, 1e-6, 0.01, 0.2, 0.49):
        left = h(1 - error, *[error / (outcomes - 1)] * (outcomes - 1))
        assert fano_error_bound(left, outcomes) == pytest.approx(error, rel=1e-6)
        assert fano_error_bound(left * math.log(2), outcomes, unit="nats") == pytest.approx(error, rel=1e-6)


def test_knowing_all_and_knowing_nothing_bound_the_error():
    for outcomes in (1, 2, 7):
        assert fano_error_bound(0.0, outcomes) == 0.0
        assert fano_error_bound(math.log2(outcomes), outcomes) == pytest.approx(1 - 1 / outcomes, abs=1e-6)


def test_no_rule_beats_fano_and_the_best_rule_may_meet_it():
    # Oracle: the best rule guesses the likeliest row for each column; its errors are what is left over.
    rng = np.random.default_rng(4)
    for _ in range(50):
        joint = rng.dirichlet(np.full(12, 0.3)).reshape(3, 4)
        error = 1 - joint.max(axis=0).sum()
        assert fano_error_bound(conditional_entropy(joint.T), 3) <= error + 1e-9
    even = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]) / 3
    assert fano_error_bound(conditional_entropy(even.T), 3) == pytest.approx(0.2, abs=1e-9)


@pytest.mark.parametrize(
    ("left", "outcomes", "sentence"),
    [
        (1.2, 2, "conditional_entropy is 1.2 bits; with 2 outcomes it lies between 0 and 1."),
        (-0.1, 2, "conditional_entropy is -0.1 bits"),
        (0.1, 1, "with 1 outcomes it lies between 0 and 0."),
        (0.1, 0, "outcomes is 0; give a whole number above 0."),
        (0.1, 2.0, "outcomes is 2.0; give a whole number above 0."),
        (math.nan, 2, "conditional_entropy is nan"),
    ],
)
def test_impossible_equivocations_are_refused(left, outcomes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        fano_error_bound(left, outcomes)


# --- Kelly --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0.5, 0.55, 0.6, 0.9, 1.0])
def test_a_tip_is_worth_the_same_through_three_doors(p):
    # Growth of an even bet, capacity of the wire that gives the tip, divergence from a fair coin.
    growth = kelly_growth(p)
    assert growth == pytest.approx(capacity(binary_symmetric_channel(1 - p)).capacity, abs=1e-9)
    assert growth == pytest.approx(kl_divergence([p, 1 - p], [0.5, 0.5]), abs=1e-12)
    assert growth == pytest.approx(1 - h(p, 1 - p), abs=1e-12)


@pytest.mark.parametrize(("p", "odds"), [(0.6, 1.0), (0.3, 4.0), (0.9, 0.5), (0.5, 1.0), (0.2, 1.0)])
def test_no_other_stake_grows_faster(p, odds):
    # Oracle: growth written out, on a fine grid of stakes.
    stakes = np.linspace(0, 0.999, 1000)
    growths = p * np.log2(1 + stakes * odds) + (1 - p) * np.log2(1 - stakes)
    best = kelly_growth(p, odds=odds)
    assert best >= growths.max() - 1e-12 and best == pytest.approx(growths.max(), abs=1e-5)
    assert kelly_fraction(p, odds=odds) == pytest.approx(stakes[growths.argmax()], abs=1.1e-3)
    assert kelly_growth(p, fraction=stakes[300], odds=odds) == pytest.approx(growths[300], abs=1e-12)
    assert kelly_growth(p, odds=odds, unit="nats") == pytest.approx(best * math.log(2), abs=1e-15)


def test_staking_everything_ends_in_ruin_unless_winning_is_certain():
    assert kelly_growth(0.99, fraction=1.0) == -math.inf
    assert kelly_growth(1.0, fraction=1.0) == 1.0
    assert kelly_fraction(1.0) == 1.0
    assert kelly_growth(0.4) == 0.0 and kelly_fraction(0.4) == 0.0  # better not to play
    assert math.copysign(1, kelly_growth(0.4)) == 1


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ((1.2,), {}, "win_probability is 1.2; a probability cannot be above 1."),
        ((0.6,), {"odds": 0}, "odds is 0; a bet that wins nothing is no bet."),
        ((0.6,), {"fraction": 1.5}, "fraction is 1.5"),
        ((0.6,), {"unit": "bit"}, "unit must be"),
    ],
)
def test_bets_that_cannot_be_made_are_refused(arguments, options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        kelly_growth(*arguments, **options)
