"""Demos of chapter 8: the numbers they show, and the states in which the syllabus promises an aha.

Oracles are stated test by test: sums written out with `math` over tables written out here, integrals and
enumerations of what each loss costs on average by its own formula, and, for the league, `league.league`,
which prices one stretch of the text at a time.
"""

import bz2
import itertools
import lzma
import math
import re
import zlib

import numpy as np
import pytest
from demo_states import artists_of, numbers
from scipy.integrate import quad

from course_lib import explore, figures
from course_lib.datasets import python_text
from course_lib.explore import chapter_8
from course_lib.league import YOURS, cut_of, league, score
from course_lib.maps import LOSSES

EXACT = 1e-9
ROUNDING = 4e-15  # bits: a handful of roundings of numbers up to 4


@pytest.fixture(scope="module")
def machine():
    return explore.identity_machine()


@pytest.fixture(scope="module")
def losses():
    return explore.which_loss()


@pytest.fixture(scope="module")
def table():
    return explore.compression_league()


# --------------------------------------------------------------------------------------- D8.1
MODELS = ["product p(x)·p(y)", "uniform", "weights + 1", "p itself"]
J3 = [3, 1, 1, 0, 1, 2, 12, 0] + [0] * 8


def _entropy(chances):
    return -math.fsum(p * math.log2(p) for p in chances if p > 0)


def _divergence(p, q):
    return math.fsum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def _rows_and_columns(weights):
    """The table without the rows and columns that weigh nothing, as lists."""
    rows = [weights[4 * x : 4 * x + 4] for x in range(4)]
    rows = [row for row in rows if sum(row)]
    kept = [y for y in range(4) if any(row[y] for row in rows)]
    return [[row[y] for y in kept] for row in rows]


def _random_tables(n, seed):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        weights = rng.integers(0, 13, 16) * (rng.random(16) < rng.choice([0.3, 0.7, 1.0]))
        if weights.any():
            yield [int(weight) for weight in weights]


def test_the_machine_starts_with_j3_and_its_numbers():
    # Oracle: the entropies of the course's table J3, written out from its twentieths.
    n = numbers(explore.identity_machine())
    cells = [3 / 20, 1 / 20, 1 / 20, 1 / 20, 2 / 20, 12 / 20]
    h_x, h_y, h_xy = _entropy([0.25, 0.75]), _entropy([0.2, 0.15, 0.65]), _entropy(cells)
    found = [n.h_x, n.h_y, n.h_xy, n.h_x_y, n.shared, n.h_y_x]
    assert found == pytest.approx([h_x, h_y, h_xy, h_xy - h_y, h_x + h_y - h_xy, h_xy - h_x], abs=EXACT)
    assert found == pytest.approx([0.8113, 1.2789, 1.8332, 0.5543, 0.2570, 1.0219], abs=5e-5)
    assert n.bill == pytest.approx(h_x + h_y, abs=EXACT)


def test_in_j3_one_row_is_more_uncertain_than_y_itself(machine):
    # The question of the demo: knowing X = 0 leaves more to ask about Y than knowing nothing.
    n = numbers(machine, weights=J3)
    assert n.by_row == pytest.approx([_entropy([0.6, 0.2, 0.2]), _entropy([1 / 15, 2 / 15, 12 / 15])])
    assert n.by_row[0] == pytest.approx(1.3710, abs=5e-5)
    assert n.by_row[0] > n.h_y > n.h_y_x


def test_on_1000_random_tables_no_identity_is_off_by_more_than_rounding():
    worst = 0.0
    for k, weights in enumerate(_random_tables(1000, seed=1)):
        n = chapter_8._machine_numbers(weights, MODELS[k % 4])
        assert len(n.identities) == 12
        worst = max(worst, n.worst)
    assert 0 < worst <= ROUNDING


@pytest.mark.parametrize("q", MODELS)
def test_both_sides_of_every_identity_are_what_they_are_called(q):
    # Oracle: every number of the list, from sums over the table in exactly the words of its name.
    for weights in _random_tables(60, seed=2):
        n = chapter_8._machine_numbers(weights, q)
        cells = _rows_and_columns(weights)
        total = sum(map(sum, cells))
        p = [[weight / total for weight in row] for row in cells]
        p_x, p_y = [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]
        size = len(p_x) * len(p_y)
        flat, product = list(itertools.chain(*p)), [a * b for a in p_x for b in p_y]
        model = {
            "product p(x)·p(y)": product,
            "uniform": [1 / size] * size,
            "weights + 1": [(weight + 1) / (total + size) for row in cells for weight in row],
            "p itself": flat,
        }[q]
        h_xy = _entropy(flat)
        shared, waste = _divergence(flat, product), _divergence(flat, model)
        expected = [h_xy, h_xy, *[shared] * 6, h_xy - shared, math.log2(size), h_xy + waste, waste]
        for identity, value in zip(n.identities, expected, strict=True):
            assert (identity.left, identity.right) == pytest.approx((value, value), abs=EXACT), identity.name
        assert n.bill == pytest.approx(h_xy + waste, abs=EXACT)
        assert n.bill <= 4 + EXACT  # the axis ends there
        assert n.by_row == pytest.approx([_entropy([c / sum(row) for c in row]) for row in cells], abs=EXACT)


def test_the_product_as_a_model_wastes_what_x_and_y_share_and_p_itself_wastes_nothing(machine):
    n = numbers(machine, weights=J3, q="product p(x)·p(y)")
    assert n.divergence == pytest.approx(n.shared, abs=EXACT)
    assert numbers(machine, weights=J3, q="p itself").divergence == 0


def test_an_independent_table_shares_nothing_and_a_copy_shares_all(machine):
    presets = {control["name"]: control["sets"] for control in machine.controls if "sets" in control}
    independent, copy = numbers(machine, **presets["independent"]), numbers(machine, **presets["copy"])
    assert independent.shared == pytest.approx(0, abs=EXACT)
    assert independent.h_y_x == pytest.approx(_entropy([1 / 6, 2 / 6, 3 / 6]), abs=EXACT)
    assert (copy.shared, copy.h_x_y, copy.h_y_x) == (2, 0, 0)
    assert presets["j3"] == {"weights": J3}


def test_the_hook_of_the_chapter_can_be_built_as_a_kind_of_table(machine):
    # H(X) = 2 and H(Y) = 1 with Y a function of X: I = H(Y), nothing is left of Y.
    n = numbers(machine, weights=[1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0])
    assert (n.h_x, n.h_y, n.h_xy, n.shared, n.h_x_y, n.h_y_x) == (2, 1, 2, 1, 1, 0)


def test_the_weights_stand_in_a_table_as_the_numbers_they_are(machine):
    weights = next(control for control in machine.controls if control["name"] == "weights")
    assert weights["columns"] == 4
    assert weights["outcomes"][4:8] == ["X=1, Y=a", "X=1, Y=b", "X=1, Y=c", "X=1, Y=d"]
    n = numbers(machine, weights=[0] * 4 + [1, 2, 3, 4] + [0] * 8)  # that row alone
    assert n.joint.tolist() == [[0.1, 0.2, 0.3, 0.4]]


def test_rows_and_columns_without_weight_are_no_outcomes(machine):
    weights = [0, 0, 0, 0, 0, 5, 0, 3, 0, 0, 0, 0, 0, 1, 0, 1]
    n = numbers(machine, weights=weights, q="uniform")
    assert (n.rows.tolist(), n.columns.tolist()) == ([1, 3], [1, 3])
    assert n.bill == pytest.approx(2)  # log₂ of four cells
    words = [text.get_text() for text in artists_of(machine).row_numbers]
    assert [word == "never" for word in words] == [True, False, True, False]


def test_a_table_of_nothing_is_answered_with_what_to_do(machine):
    machine.set(weights=[0] * 16)
    assert (machine.tone, machine.picture) == ("problem", b"")
    assert machine.readout == "All weights are 0, so there is no table: give one cell a weight above 0."


def test_the_bars_are_as_long_as_their_numbers_and_stand_end_to_end(machine):
    n = numbers(machine, weights=J3, q="uniform")
    bars = {
        name: (bar.get_x(), bar.get_width())
        for name, bar in zip(chapter_8.BARS, artists_of(machine).bars, strict=True)
    }
    h_x, h_y, h_xy = n.h_x, n.h_y, n.h_xy
    assert bars["H(X)"] == (0, h_x)
    assert bars["H(Y)"] == pytest.approx((h_xy - h_y, h_y))
    assert bars["H(X|Y)"] == pytest.approx((0, h_xy - h_y))
    assert bars["I(X;Y)"] == pytest.approx((h_xy - h_y, h_x + h_y - h_xy))
    assert bars["H(Y|X)"] == pytest.approx((h_x, h_xy - h_x))
    assert bars["CE(p,q)"] == pytest.approx((0, math.log2(6)))
    waste = artists_of(machine).waste
    assert (waste.get_x(), waste.get_x() + waste.get_width()) == pytest.approx((h_xy, math.log2(6)))
    assert waste.get_hatch() == figures.DIVERGENCE_HATCH
    assert artists_of(machine).mean.get_xdata() == pytest.approx([h_y, h_y])


def test_the_sentence_says_the_numbers_and_never_the_digits_of_rounding(machine):
    numbers(machine, weights=J3, q="product p(x)·p(y)")
    assert machine.readout == (
        "H(X) = 0.8113, H(Y) = 1.2789, H(X,Y) = 1.8332 bits; "
        "H(X|Y), I, H(Y|X) = 0.5543, 0.2570, 1.0219 bits; "
        "q = product p(x)·p(y): CE(p,q) = 2.0902 = H(X,Y) + 0.2570 bits; all 12 residuals below 10⁻¹⁴ bits"
    )
    assert "·10⁻" not in machine.alt  # machines differ in them


def test_a_broken_identity_would_be_said(machine):
    n = numbers(machine, weights=J3)
    n.worst = 0.02
    assert chapter_8._describe_machine(n).endswith("all 12 residuals below 10⁻¹ bits")


# --------------------------------------------------------------------------------------- D8.2
ERRORS = [-2.0, -0.7, 0.0, 1.0, 2.0]


def _softmax(logits):
    weights = [math.exp(z) for z in logits]
    return [weight / sum(weights) for weight in weights]


def _normal(y, mean=0.0):
    return math.exp(-((y - mean) ** 2) / 2) / math.sqrt(2 * math.pi)


def _bernoulli_loss(error):
    """Mean of −y ln q − (1 − y) ln(1 − q) for a coin of 0.8 and a model whose logit is off."""
    q = 1 / (1 + math.exp(-(math.log(0.8 / 0.2) + error)))
    return -0.8 * math.log(q) - 0.2 * math.log(1 - q)


def _categorical_loss(error):
    q = _softmax([math.log(0.7) + error, math.log(0.2), math.log(0.1)])
    return -(0.7 * math.log(q[0]) + 0.2 * math.log(q[1]) + 0.1 * math.log(q[2]))


def _gaussian_loss(error):
    return quad(
        lambda y: _normal(y) * ((y - error) ** 2 / 2 + math.log(2 * math.pi) / 2), -12, 12, epsabs=1e-12
    )[0]


def _laplace_loss(error):
    def cost(y):
        return math.exp(-abs(y)) / 2 * (abs(y - error) + math.log(2))

    return sum(
        quad(cost, a, b, epsabs=1e-13)[0] for a, b in itertools.pairwise([-45, *sorted({0.0, error}), 45])
    )


def _distillation_loss(error):
    teacher = _softmax([2, 1, 0])  # (4, 2, 0) at τ = 2
    student = _softmax([2 + error, 1, 0])
    return -sum(p * math.log(q) for p, q in zip(teacher, student, strict=True))


def _elbo_loss(error):
    """−E ln p(x|z) + D(q(z)‖p(z)) for a guess whose logit for the likelier cause is off."""
    q = 1 / (1 + math.exp(-(math.log(8) + error)))  # the posterior odds are 8 : 1
    reconstruction = q * math.log(0.8) + (1 - q) * math.log(0.1)
    return -reconstruction + q * math.log(q / 0.5) + (1 - q) * math.log((1 - q) / 0.5)


def _rlhf_loss(error):
    """−E r/β + D(π‖π_ref) for a policy whose logit for the best reply is off."""
    reference, reward = [0.5, 0.3, 0.2], [0, 1, 2]
    best = [math.log(p) + r / 0.5 for p, r in zip(reference, reward, strict=True)]
    policy = _softmax([best[0], best[1], best[2] + error])
    earned = sum(p * r for p, r in zip(policy, reward, strict=True))
    return -earned / 0.5 + sum(p * math.log(p / q) for p, q in zip(policy, reference, strict=True))


def _infonce_loss(error):
    """Mean over every x, place of the partner and four bits y, of −ln softmax(scores) at the partner."""
    mean = 0.0
    for x, place in itertools.product((0, 1), range(4)):
        for y in itertools.product((0, 1), repeat=4):
            chance = 1 / 2 / 4 / 2**3 * (0.9 if y[place] == x else 0.1)
            scores = [math.log(1.8) + error if b == x else math.log(0.2) for b in y]
            mean -= chance * math.log(_softmax(scores)[place])
    return mean


MEAN_LOSS = {
    "Bernoulli": _bernoulli_loss,
    "categorical": _categorical_loss,
    "Gaussian": _gaussian_loss,
    "Laplace": _laplace_loss,
    "soft target": _distillation_loss,
    "latent z": _elbo_loss,
    "reference policy": _rlhf_loss,
    "positive pairs": _infonce_loss,
}


def _shown(losses, name, error):
    return numbers(losses, assumption=LOSSES[name].assumption, error=error)


def test_the_menu_holds_every_assumption_of_the_syllabus(losses):
    assert set(MEAN_LOSS) == set(LOSSES)
    menu = next(control for control in losses.controls if control["name"] == "assumption")
    assert menu["options"] == [loss.assumption for loss in LOSSES.values()]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("name", MEAN_LOSS)
def test_floor_plus_divergence_is_the_mean_of_the_loss_by_its_own_formula(losses, name, error):
    n = _shown(losses, name, error)
    assert n.loss == pytest.approx(MEAN_LOSS[name](error), abs=EXACT)
    assert n.loss == n.floor + n.divergence


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("Bernoulli", 0.5004),
        ("categorical", 0.8018),
        ("Gaussian", 1.4189),
        ("Laplace", 1.6931),
        ("soft target", 0.8324),
        ("latent z", 0.7985),
        ("reference policy", -2.6127),
        ("positive pairs", 1.1054),
    ],
)
def test_no_error_reaches_below_the_floor_and_none_at_all_reaches_it(losses, name, floor):
    n = _shown(losses, name, 0.0)
    assert (n.loss, n.floor) == pytest.approx((floor, floor), abs=5e-5)
    assert n.loss == pytest.approx(n.floor, abs=1e-15)
    grid = next(control for control in losses.controls if control["name"] == "error")["values"]
    assert 0.0 in grid
    assert all(MEAN_LOSS[name](error) > n.floor + 1e-5 for error in grid if error)


def test_squared_error_has_its_floor_at_half_ln_2_pi_e(losses):
    _shown(losses, "Gaussian", 1.0)
    assert losses.readout == (
        "a number: Gaussian, σ fixed → squared error, MSE, (y − m)²/2σ² + ½ ln 2πσ² = "
        "floor + D(truth‖model), forward; floor ½ ln 2πeσ² = 1.4189 nats = 2.0471 bits (σ = 1); "
        "mean off by 1.0: 1.4189 + 0.5000 = 1.9189 nats"
    )


def test_infonce_cannot_fall_to_log_n_minus_the_information(losses):
    # Oracle: I of a fair bit through a wire that flips one in ten, ln 2 − H(0.1).
    information = math.log(2) + 0.1 * math.log(0.1) + 0.9 * math.log(0.9)
    n = _shown(losses, "positive pairs", 0.0)
    assert n.floor > math.log(4) - information
    assert f"ln N − I = {math.log(4) - information:.4f}" in losses.readout


def test_only_the_two_whose_means_run_under_the_model_are_reverse():
    assert [name for name, loss in LOSSES.items() if loss.direction == "reverse"] == [
        "latent z",
        "reference policy",
    ]


@pytest.mark.parametrize("name", MEAN_LOSS)
def test_the_hatched_bar_stands_on_the_floor_and_ends_at_the_loss(losses, name):
    n = _shown(losses, name, -2.0)
    gap, dot = artists_of(losses).gap, artists_of(losses).dot
    assert (gap.get_y(), gap.get_y() + gap.get_height()) == pytest.approx((n.floor, n.loss))
    assert gap.get_x() + gap.get_width() / 2 == pytest.approx(-2)
    assert dot.get_xydata().tolist() == [[-2.0, n.loss]]
    curve = dict(zip(chapter_8.FINE_ERRORS.round(9), n.curve, strict=True))
    assert curve[-2.0] == pytest.approx(n.loss) and curve[0.0] == pytest.approx(n.floor)


# --------------------------------------------------------------------------------------- D8.3
EVERYTHING, LAST_TENTH = "all that was read", "the last tenth of it"
STATED = {  # bits per letter of the reference text, and how far another Python's text may be off
    "all letters alike": (4.755, 0.001),
    "letter frequencies": (4.100, 0.025),
    "Huffman, letter by letter": (4.130, 0.025),
    "adaptive, order 4": (1.849, 0.05),
    "blend of orders 0 to 5": (1.717, 0.05),
    "zlib, level 9": (2.138, 0.03),
    "bz2": (1.701, 0.03),
    "lzma": (1.817, 0.03),
}
ON_THE_LAST_TENTH = {"adaptive, order 4": 1.753, "blend of orders 0 to 5": 1.664, "bz2": 1.624, "lzma": 1.744}


def _read(table):
    return next(control for control in table.controls if control["name"] == "read")["values"]


def test_the_league_on_the_whole_text(table):
    text = python_text()
    n = numbers(table, read=len(text.letters), paid=EVERYTHING)
    assert list(n.standing) == list(STATED)
    for name, (bits, elsewhere) in STATED.items():
        # The libraries' own versions move the last digit.
        assert n.standing[name] == pytest.approx(bits, abs=0.005 if text.is_reference else elsewhere), name


def test_the_league_on_the_last_tenth(table):
    text = python_text()
    n = numbers(table, read=len(text.letters), paid=LAST_TENTH)
    for name, bits in ON_THE_LAST_TENTH.items():
        assert n.standing[name] == pytest.approx(bits, abs=0.005 if text.is_reference else 0.08), name


@pytest.mark.parametrize("paid", [EVERYTHING, LAST_TENTH])
@pytest.mark.parametrize("place", [0, 3, -1])
def test_every_step_is_what_the_league_says_of_that_stretch(table, place, paid):
    read = _read(table)[place]
    n = numbers(table, read=read, paid=paid)
    letters = python_text().letters
    start = cut_of(letters[:read]) if paid == LAST_TENTH else 0
    assert n.standing == pytest.approx(league(letters, start=start, stop=read), abs=EXACT)
    assert n.letters == read - start


def test_the_slider_ends_at_the_last_letter_and_starts_at_a_thousand(table):
    read = _read(table)
    assert (read[0], read[-1]) == (1000, len(python_text().letters))
    assert list(read) == sorted(set(read))


def test_the_size_of_a_packed_file_is_its_length_in_bytes(table):
    data = python_text().letters.encode()
    packers = {"zlib, level 9": lambda d: zlib.compress(d, 9), "bz2": bz2.compress, "lzma": lzma.compress}
    for name, pack in packers.items():
        for read in (10_000, len(data)):
            n = numbers(table, model=name, read=read, paid=EVERYTHING)
            assert n.size == len(pack(data[:read]))


def test_the_chosen_model_is_filled_and_marked_and_placed(table):
    n = numbers(table, model="bz2", read=10_000, paid=EVERYTHING)
    place = sorted(n.standing, key=n.standing.get).index("bz2") + 1
    assert f"{n.bits:.3f} bits per letter, {n.size:,} bytes; place {place} of 8" in table.readout
    words = {
        name: text.get_text() for name, text in zip(chapter_8.MEMBERS, artists_of(table).numbers, strict=True)
    }
    assert [name for name, text in words.items() if text.endswith("◀")] == ["bz2"]
    filled = [bar.get_facecolor() != (1, 1, 1, 1) for bar in artists_of(table).bars]
    assert filled.index(True) == list(chapter_8.MEMBERS).index("bz2") and sum(filled) == 1
    widths = [bar.get_width() for bar in artists_of(table).bars]
    assert widths == pytest.approx(list(n.standing.values()))
    assert artists_of(table).dot.get_xydata().tolist() == [[10_000, n.bits]]


def test_counts_of_the_letters_that_came_are_not_sold_as_counts_of_those_before(table):
    numbers(table, model="letter frequencies", read=10_000, paid=EVERYTHING)
    assert "(from counts of the letters that came)" in table.readout
    table.set(paid=LAST_TENTH)
    assert "(from counts of the letters before)" in table.readout


def _even(context):
    return dict.fromkeys(chapter_8.ALPHABET, 1 / 27)


def test_a_learners_own_predictor_stands_among_the_others_on_the_same_letters():
    own = score(_even, letters=500)
    demo = explore.compression_league(own)
    n = demo._demo.compute(**demo.state)
    assert (demo.model, demo.paid) == (YOURS, LAST_TENTH)
    assert n.standing == own.standing
    assert (n.letters, n.read) == (500, cut_of(python_text().letters) + 500)
    assert n.bits == pytest.approx(math.log2(27))
    assert "your predict(context) (as `score` read it) needs 4.755 bits per letter, 298 bytes" in demo.readout
    demo.set(model="bz2", paid=EVERYTHING)
    assert artists_of(demo).numbers[-1].get_text() == "not scored here"
    demo.set(model=YOURS)
    assert demo.tone == "problem" and "last tenth of the whole text" in demo.readout


def test_a_letter_held_impossible_costs_endlessly_and_is_drawn_to_the_end():
    own = score(lambda context: {"q": 1.0}, letters=50)
    demo = explore.compression_league(own)
    assert "needs ∞ bits per letter, a letter came that it held impossible; place 9 of 9" in demo.readout
    assert artists_of(demo).numbers[-1].get_text() == "∞ ◀"
    assert artists_of(demo).bars[-1].get_width() == chapter_8.DEAREST


def test_a_predictor_that_was_stopped_is_not_in_the_league():
    demo = explore.compression_league(score(lambda context: None))
    assert YOURS not in demo.alt
    assert demo.model == "all letters alike"


def test_the_picture_of_a_predictor_of_ones_own_can_be_read_in_both_styles():
    # Oracle: the boxes of the words, as Matplotlib measures them: none leaves the picture.
    own = score(_even, letters=100)
    for style in ("lecture", "reading"):
        figures.use_style(style)
        figure = explore.compression_league(own)._painter.scene.figure
        renderer = figure.canvas.get_renderer()
        for axes in figure.axes:
            for text in [*axes.texts, axes._left_title, *axes.get_yticklabels(), axes.xaxis.label]:
                box = text.get_window_extent(renderer)
                assert box.x0 >= 0 and box.x1 <= figure.bbox.width, (style, text.get_text())


def test_every_sentence_carries_its_units(machine, losses, table):
    for demo, units in ((machine, "bits"), (losses, "nats"), (table, "bits per letter")):
        assert re.search(units, demo.readout)
