"""The demos of chapter 1 say the numbers that the chapter promises, and their sliders can reach them.

Oracle: the arithmetic of the chapter done again with `math` and `fractions`, never with the measures
that the demos use, and literal numbers from the course's plan.
"""

import math
from fractions import Fraction

import pytest

from course_lib import explore
from course_lib.controls import Controls
from course_lib.explore import chapter_1

EXACT = 1e-9


def _numbers(demo, **state):
    """Numbers of a state, after the controls have been put there by hand and have not moved it."""
    controls = Controls(demo.title, demo.controls)
    controls.set(**state)
    assert state.items() <= controls.state.items(), "this state is not on the sliders' grid"
    return demo.compute(**controls.state)


# ---------------------------------------------------------------------------------------------- D1.1
@pytest.mark.parametrize("p", [1, 0.5, 0.25, 0.1, 0.05, 0.01, 0.001, 1 / 1024])
def test_the_dial_reads_minus_log_p_in_three_units(p):
    n = _numbers(chapter_1.SURPRISE_DIAL, p=p)
    assert n.bits == pytest.approx(-math.log2(p), abs=EXACT)
    assert n.nats == pytest.approx(-math.log(p), abs=EXACT)
    assert n.hartleys == pytest.approx(-math.log10(p), abs=EXACT)


def test_squaring_p_doubles_the_surprise_and_halving_p_adds_one_bit():
    at = {p: _numbers(chapter_1.SURPRISE_DIAL, p=p).bits for p in (0.1, 0.01, 0.5, 0.25)}
    assert round(at[0.1], 3) == 3.322
    assert round(at[0.01], 3) == 6.644
    assert at[0.01] == pytest.approx(2 * at[0.1], abs=EXACT)
    assert at[0.25] - at[0.5] == pytest.approx(1, abs=EXACT)


def test_the_dials_slider_holds_every_power_of_two_down_to_ten_heads_in_a_row():
    assert {2.0**-k for k in range(11)} <= set(chapter_1.SURPRISE_DIAL.controls[0].values)


def test_the_dial_reads_out_all_three_units_and_never_a_negative_zero():
    dial = explore.surprise_dial()
    dial.p = 0.1
    assert dial.readout == "p = 0.1000 → 3.322 bits = 2.303 nats = 1.000 hartley"
    dial.p = 1
    assert dial.readout == "p = 1.0000 → 0.000 bits = 0.000 nats = 0.000 hartley"


def test_the_dial_shows_a_rare_p_with_its_first_two_digits():
    dial = explore.surprise_dial()
    dial.p = 1 / 1024
    assert dial.readout.startswith("p = 0.00098 → 10.000 bits")


@pytest.mark.parametrize(
    ("p", "whole", "part"), [(0.5, 1, 0), (0.01, 6, 0.643856), (1 / 1024, 10, 0), (1, 0, 0)]
)
def test_as_many_coins_are_filled_as_there_are_bits(p, whole, part):
    dial = explore.surprise_dial()
    dial.set(p=p, unit="hartleys")  # the coins count bits, whatever the unit of the curve
    artists = dial._painter.scene.artists
    filled = [(90 - head.theta1) / 360 if head.get_visible() else 0 for head in artists.heads]
    assert filled == pytest.approx(
        [1] * whole + ([part] if part else []) + [0] * (10 - whole - bool(part)), abs=1e-6
    )
    assert sum(letter.get_visible() for letter in artists.letters) == whole


# ---------------------------------------------------------------------------------------------- D1.2
RULERS_AGAIN = {
    "1 − p": lambda p: float(1 - p),
    "(1 − p)²": lambda p: float((1 - p) ** 2),
    "1/p − 1": lambda p: float(1 / p - 1),
    "√(−log₂ p)": lambda p: math.sqrt(math.log2(p.denominator) - math.log2(p.numerator)),
    "−log₂ p": lambda p: math.log2(p.denominator) - math.log2(p.numerator),
}


@pytest.mark.parametrize(
    ("ruler", "total", "joint"),
    [
        ("1 − p", 1.250, 0.875),
        ("(1 − p)²", 0.8125, 0.765625),
        ("1/p − 1", 4, 7),
        ("√(−log₂ p)", 1 + math.sqrt(2), math.sqrt(3)),
        ("−log₂ p", 3, 3),
    ],
)
def test_only_the_last_ruler_fits_where_the_audition_begins(ruler, total, joint):
    n = _numbers(chapter_1.RULER_AUDITION, ruler=ruler, p_a=0.5, p_b=0.25)
    assert (n.sum, n.joint) == pytest.approx((total, joint), abs=EXACT)
    assert n.gap == pytest.approx(total - joint, abs=EXACT)
    assert (n.gap == 0) == (ruler == "−log₂ p")
    assert _numbers(chapter_1.RULER_AUDITION, ruler=ruler).sum == n.sum  # it is where the sliders begin


@pytest.mark.parametrize("ruler", RULERS_AGAIN)
def test_minus_log_closes_the_gap_at_every_setting_and_a_rival_at_most_by_luck(ruler):
    measure = RULERS_AGAIN[ruler]
    settings_without_a_gap = []
    for a in range(5, 100, 5):
        for b in range(5, 100, 5):
            n = chapter_1.RULER_AUDITION.compute(ruler=ruler, p_a=a / 100, p_b=b / 100)
            p_a, p_b = Fraction(a, 100), Fraction(b, 100)
            assert n.a == pytest.approx(measure(p_a), abs=EXACT)
            assert n.joint == pytest.approx(measure(p_a * p_b), abs=EXACT)
            assert n.gap == pytest.approx(measure(p_a) + measure(p_b) - measure(p_a * p_b), abs=EXACT)
            if n.gap == 0:
                settings_without_a_gap.append((a, b))
    # (1 − p)² happens to fit for one pair, which is why the question says "at every setting".
    lucky = {"−log₂ p": 19 * 19, "(1 − p)²": 2}.get(ruler, 0)
    assert len(settings_without_a_gap) == lucky


def test_the_audition_says_sum_joint_and_gap_and_which_is_longer():
    audition = explore.ruler_audition()
    assert audition.readout == (
        "Measured by 1 − p: A alone 0.5000 + B alone 0.7500 = 1.2500; A and B together 0.8750; "
        "a gap of 0.3750, the sum is too long"
    )
    audition.ruler = "1/p − 1"
    assert audition.readout.endswith(
        "= 4.0000; A and B together 7.0000; a gap of 3.0000, the sum is too short"
    )
    audition.ruler = "−log₂ p"
    assert audition.readout.endswith("= 3.0000; A and B together 3.0000; no gap here")


@pytest.mark.parametrize("ruler", RULERS_AGAIN)
def test_the_bars_are_as_long_as_they_say_and_the_gap_fills_the_shorter_row(ruler):
    audition = explore.ruler_audition()
    audition.ruler = ruler
    artists, n = audition._painter.scene.artists, chapter_1.RULER_AUDITION.compute(**audition.state)
    ends = {name: block.get_x() + block.get_width() for name, block in artists.blocks.items()}
    assert ends == pytest.approx({"a": n.a, "b": n.sum, "joint": n.joint})
    gap = artists.gap
    assert gap.get_visible() == (n.gap != 0)
    if n.gap:
        assert (gap.get_x(), gap.get_x() + gap.get_width()) == pytest.approx(sorted((n.sum, n.joint)))
        shorter = artists.blocks["joint" if n.joint < n.sum else "b"]
        assert gap.get_y() == shorter.get_y()


# ---------------------------------------------------------------------------------------------- D1.3
def _bayes(prior, sensitivity, false_positive_rate, positives):
    ill = Fraction(prior) * Fraction(sensitivity) ** positives
    healthy = (1 - Fraction(prior)) * Fraction(false_positive_rate) ** positives
    return float(ill / (ill + healthy))


def test_three_positive_tests_are_needed_to_be_95_percent_sure():
    n = _numbers(
        chapter_1.EVIDENCE_LINE, prior=0.01, sensitivity=0.99, false_positive_rate=0.05, positive_tests=3
    )
    assert n.line[0] == pytest.approx(math.log2(1 / 99), abs=EXACT)
    assert n.per_test == pytest.approx(math.log2(0.99 / 0.05), abs=EXACT)
    assert n.per_negative_test == pytest.approx(math.log2(0.01 / 0.95), abs=EXACT)
    assert [round(bits, 3) for bits in (n.line[0], n.per_test, n.per_negative_test)] == [
        -6.629,
        4.307,
        -6.570,
    ]
    assert n.posteriors == pytest.approx([_bayes("0.01", "0.99", "0.05", k) for k in range(4)], abs=EXACT)
    assert [round(posterior, 4) for posterior in n.posteriors[1:]] == [0.1667, 0.7984, 0.9874]
    assert [posterior > 0.95 for posterior in n.posteriors] == [False, False, False, True]


@pytest.mark.parametrize("prior", ["0.001", "0.5"])
@pytest.mark.parametrize("sensitivity", ["0.5", "0.999"])
@pytest.mark.parametrize("false_positive_rate", ["0.001", "0.5"])
def test_the_line_agrees_with_bayes_rule_at_every_corner(prior, sensitivity, false_positive_rate):
    given = (prior, sensitivity, false_positive_rate)
    names = ("prior", "sensitivity", "false_positive_rate")
    state = dict(zip(names, map(float, given), strict=True))
    n = _numbers(chapter_1.EVIDENCE_LINE, positive_tests=5, **state)
    assert n.posteriors == pytest.approx([_bayes(*given, k) for k in range(6)], abs=EXACT)
    assert n.doubts == pytest.approx([1 - posterior for posterior in n.posteriors], abs=EXACT)


def test_moving_the_prior_moves_the_start_but_never_the_arrows():
    def arrows(explorer):
        return [
            explorer._painter.scene.figure.axes[0].transData.transform([(a, 0), (b, 0)])
            for a, b in zip(n.line, n.line[1:], strict=False)
        ]

    evidence, lengths, starts = explore.evidence_line(), [], []
    evidence.positive_tests = 3
    for prior in (0.001, 0.01, 0.5):
        evidence.prior = prior
        n = chapter_1.EVIDENCE_LINE.compute(**evidence.state)
        starts.append(n.line[0])
        lengths += [end[0] - start[0] for start, end in arrows(evidence)]
    assert lengths == pytest.approx([lengths[0]] * 9)
    assert starts == pytest.approx([math.log2(1 / 999), math.log2(1 / 99), 0])


@pytest.mark.parametrize("tests", range(6))
def test_there_is_one_arrow_and_one_probability_for_each_test(tests):
    evidence = explore.evidence_line()
    evidence.positive_tests = tests
    artists = evidence._painter.scene.artists
    assert sum(arrow.get_visible() for arrow in artists.arrows) == tests
    assert sum(bool(word.get_text()) for word in artists.words) == tests + 1
    assert len(artists.dots.get_xdata()) == tests + 1


def test_the_evidence_line_says_start_step_end_and_the_worth_of_a_negative_test():
    evidence = explore.evidence_line()
    assert evidence.readout == (
        "Prior 0.01 = −6.629 bits of log-odds; 1 positive test at +4.307 bits each → −2.322 bits, "
        "posterior 0.1667. A negative test would be worth −6.570 bits."
    )
    evidence.set(prior=0.5, sensitivity=0.5, false_positive_rate=0.5, positive_tests=0)
    assert evidence.readout == (
        "Prior 0.5 = 0.000 bits of log-odds; no test yet at 0.000 bits each → 0.000 bits, "
        "posterior 0.5000. A negative test would be worth 0.000 bits."
    )


def test_a_posterior_near_one_is_not_rounded_to_certainty():
    evidence = explore.evidence_line()
    evidence.set(prior=0.5, sensitivity=0.99, false_positive_rate=0.05, positive_tests=5)
    doubt = (0.05 / 0.99) ** 5  # of an even prior, nearly
    assert f"posterior 1 − {doubt:.0e}." in evidence.readout


# ---------------------------------------------------------------------------------------------- D1.4
@pytest.mark.parametrize("misses", range(64))
def test_whatever_the_path_the_submarine_is_worth_six_bits(misses):
    n = _numbers(chapter_1.SUBMARINE, misses=misses)
    step_by_step = sum(math.log2(Fraction(64 - k, 63 - k)) for k in range(misses))  # one miss after another
    assert n.from_misses == pytest.approx(step_by_step, abs=EXACT)
    assert n.from_hit == pytest.approx(math.log2(64 - misses), abs=EXACT)
    assert n.total == pytest.approx(6, abs=EXACT)


def test_the_first_miss_is_worth_little_and_half_the_sea_exactly_one_bit():
    first, half = (_numbers(chapter_1.SUBMARINE, misses=misses) for misses in (1, 32))
    assert first.last_miss == first.from_misses == pytest.approx(math.log2(64 / 63), abs=EXACT)
    assert round(first.last_miss, 4) == 0.0227
    assert (half.from_misses, half.from_hit) == pytest.approx((1, 5), abs=EXACT)


def test_the_submarine_counts_one_miss_in_the_singular():
    submarine = explore.submarine()
    assert submarine.readout == "0 misses: 0.0000 bits, hit: 6.0000 bits, total 6.0000 bits"
    submarine.misses = 1
    assert submarine.readout == "1 miss: 0.0227 bits, hit: 5.9773 bits, total 6.0000 bits"
    submarine.misses = 63
    assert (
        submarine.readout
        == "63 misses: 6.0000 bits (the last one 1.0000), hit: 0.0000 bits, total 6.0000 bits"
    )


@pytest.mark.parametrize("misses", [0, 1, 8, 37, 63])
def test_the_submarine_lies_in_the_first_square_not_yet_searched(misses):
    submarine = explore.submarine()
    submarine.misses = misses
    artists = submarine._painter.scene.artists
    searched = list(zip(*artists.searched.get_data(), strict=True))
    assert searched == [(k % 8 + 0.5, k // 8 + 0.5) for k in range(misses)]
    assert [int(coordinate) for coordinate in artists.hull.get_center()] == [misses % 8, misses // 8]
    heights = [bar.get_height() for bar in artists.bars]
    assert sum(heights) == pytest.approx(6)
    assert artists.bars[1].get_y() == pytest.approx(heights[0])  # the hit stands on the misses
