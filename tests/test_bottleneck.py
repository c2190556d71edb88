"""The bottleneck against closed forms, exhaustive search, plain loops and scikit-learn's counts."""

import itertools
import math
import re

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from course_lib import bottleneck
from course_lib.bottleneck import (
    binned_information,
    bottleneck_update,
    information_bottleneck,
    information_plane,
    local_threshold,
    onset,
    sequential_bottleneck,
)

pytestmark = pytest.mark.filterwarnings("error")

DIAL = np.array([[0.95, 0.05], [0.80, 0.20], [0.20, 0.80], [0.05, 0.95]]) / 4
# One x in ten that is told apart for certain, nine that are not: the onset lies far below the threshold.
SKEWED = np.array([[0.0, 0.1], [0.45, 0.45]])


def h(p):
    """Oracle: entropy of a coin in bits, by hand."""
    return -sum(x * math.log2(x) for x in (p, 1 - p) if x > 0)


def plane_by_loops(joint, encoder):
    """Oracle: (I(X;T), I(T;Y)) in bits, term by term in plain Python."""
    joint, encoder = np.asarray(joint).tolist(), np.asarray(encoder).tolist()
    xs, ys, ts = range(len(joint)), range(len(joint[0])), range(len(encoder[0]))
    p_x = [sum(row) for row in joint]
    p_y = [sum(joint[x][y] for x in xs) for y in ys]
    p_t = [sum(p_x[x] * encoder[x][t] for x in xs) for t in ts]
    p_ty = [[sum(joint[x][y] * encoder[x][t] for x in xs) for y in ys] for t in ts]
    i_xt = sum(
        p_x[x] * encoder[x][t] * math.log2(encoder[x][t] / p_t[t])
        for x in xs
        for t in ts
        if p_x[x] * encoder[x][t] > 0
    )
    i_ty = sum(
        p_ty[t][y] * math.log2(p_ty[t][y] / (p_t[t] * p_y[y])) for t in ts for y in ys if p_ty[t][y] > 0
    )
    return i_xt, i_ty


def update_by_loops(joint, encoder, beta):
    """Oracle: p(t) exp(−β D(p(y|x)‖p(y|t))), normalised, term by term in plain Python."""
    xs, ys, ts = range(len(joint)), range(len(joint[0])), range(len(encoder[0]))
    p_x = [sum(row) for row in joint]
    p_t = [sum(p_x[x] * encoder[x][t] for x in xs) for t in ts]
    new = []
    for x in xs:
        row = []
        for t in ts:
            divergence = 0.0
            for y in ys:
                p_y_t = sum(joint[k][y] * encoder[k][t] for k in xs) / p_t[t]
                if joint[x][y] > 0:
                    p = joint[x][y] / p_x[x]
                    divergence += p * math.log(p / p_y_t) if p_y_t > 0 else math.inf
            row.append(p_t[t] * math.exp(-beta * divergence))
        new.append([weight / sum(row) for weight in row])
    return new


def random_table(seed, rows=6, columns=4, concentration=0.5):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(columns, concentration), rows) * rng.dirichlet(np.ones(rows))[:, None]


# --- closed forms ---------------------------------------------------------------------------------------


def gerber_point(crossover, beta):
    """Oracle: Mrs Gerber's lemma; the best summary is X seen through another symmetric channel."""

    def point(a):
        return 1 - h(a), 1 - h(a * (1 - crossover) + (1 - a) * crossover)

    def lagrangian(a):
        i_xt, i_ty = point(a)
        return i_xt - beta * i_ty

    best = scipy.optimize.minimize_scalar(
        lagrangian, bounds=(0, 0.5), method="bounded", options={"xatol": 1e-12}
    )
    return point(best.x) if lagrangian(best.x) < -1e-12 else (0.0, 0.0)


@pytest.mark.parametrize("crossover", [0.02, 0.1, 0.25])
def test_the_doubly_symmetric_source_has_the_closed_form_of_mrs_gerber(crossover):
    betas = 1 / (1 - 2 * crossover) ** 2 * np.array([0.9, 1.02, 1.2, 1.5, 2, 3, 10])
    found = information_bottleneck(
        np.array([[1 - crossover, crossover], [crossover, 1 - crossover]]) / 2, betas
    )
    expected = np.array([gerber_point(crossover, beta) for beta in betas])
    assert found.i_xt == pytest.approx(expected[:, 0], abs=2e-5)
    assert found.i_ty == pytest.approx(expected[:, 1], abs=2e-5)


def test_the_doubly_symmetric_source_has_the_published_values():
    found = information_bottleneck([[0.45, 0.05], [0.05, 0.45]], [3, 2, 1.5])
    assert found.i_xt == pytest.approx([0.948951, 0.696433, 0.0], abs=1e-6)
    assert found.i_ty == pytest.approx([0.516595, 0.407234, 0.0], abs=1e-6)


@pytest.mark.parametrize("erasure", [0.3, 0.05, 0.8])
def test_an_erasure_channels_curve_is_a_line_of_which_only_the_ends_appear(erasure):
    # Oracle: I(T;Y) = (1 − e) I(X;T) for every summary, so the Lagrangian has its minimum at an end.
    table = np.array([[1 - erasure, erasure, 0], [0, erasure, 1 - erasure]]) / 2
    threshold = 1 / (1 - erasure)
    found = information_bottleneck(table, [0.97 * threshold, 1.03 * threshold])
    assert found.i_xt == pytest.approx([0, 1], abs=1e-5)
    assert found.i_ty == pytest.approx([0, 1 - erasure], abs=1e-5)
    for stay in (0.5, 0.7, 0.99):
        i_xt, i_ty = information_plane(table, [[stay, 1 - stay], [1 - stay, stay]])
        assert i_ty == pytest.approx((1 - erasure) * i_xt, abs=1e-12)
    assert onset(table) == pytest.approx(threshold, abs=1e-9)


def test_where_y_follows_from_x_only_the_ends_of_the_curve_appear():
    # Oracle: I(T;Y) ≤ I(X;T), so above β = 1 the corner (H(Y), H(Y)) wins, and below it the empty summary.
    table = np.array([[0.2, 0, 0], [0.3, 0, 0], [0, 0.1, 0], [0, 0, 0.4]])
    h_y = -sum(p * math.log2(p) for p in (0.5, 0.1, 0.4))
    found = information_bottleneck(table, [0.5, 0.99, 1.01, 2, 50])
    assert found.i_ty == pytest.approx([0, 0, h_y, h_y, h_y], abs=1e-6)
    assert found.i_xt == pytest.approx([0, 0, h_y, h_y, h_y], abs=1e-6)


def test_a_summary_of_nothing_is_found_where_there_is_nothing_to_tell():
    found = information_bottleneck(np.outer([0.2, 0.3, 0.5], [0.6, 0.4]), [1, 10, 1000])
    assert found.i_xt.tolist() == found.i_ty.tolist() == [0, 0, 0]
    assert local_threshold([[0.06, 0.14], [0.24, 0.56]]) == onset([[0.06, 0.14], [0.24, 0.56]]) == math.inf


# --- the iteration ---------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 5), st.floats(0, 30))
@settings(max_examples=60, deadline=None)
def test_an_update_is_the_formula_and_never_raises_the_lagrangian(seed, clusters, columns, beta):
    table = random_table(seed, rows=5, columns=columns)
    encoder = np.random.default_rng(seed).dirichlet(np.ones(clusters), 5)
    for _ in range(4):
        i_xt, i_ty = plane_by_loops(table, encoder)
        new = bottleneck_update(table, encoder, beta)
        assert new == pytest.approx(
            np.array(update_by_loops(table.tolist(), encoder.tolist(), beta)), abs=1e-9
        )
        assert new.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-12)
        later = plane_by_loops(table, new)
        assert later[0] - beta * later[1] <= i_xt - beta * i_ty + 1e-11
        encoder = new


def test_an_update_refuses_a_cluster_that_calls_impossible_what_x_brings():
    table = np.array([[0.5, 0.0], [0.2, 0.3]])
    new = bottleneck_update(table, [[1, 0], [0, 1]], 0.7)
    assert new[1].tolist() == [0.0, 1.0], "no epsilon: D is infinite for the first cluster"
    assert new == pytest.approx(np.array(update_by_loops(table.tolist(), [[1, 0], [0, 1]], 0.7)), abs=1e-12)
    assert bottleneck_update(table, [[1, 0], [0, 1]], 0) == pytest.approx(np.full((2, 2), 0.5), abs=1e-12)


def test_a_cluster_that_nobody_is_in_stays_empty_without_a_warning():
    new = bottleneck_update(DIAL, [[0.5, 0.5, 0.0]] * 4, 3.0)
    assert new[:, 2].tolist() == [0.0] * 4 and not np.isnan(new).any()


@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_is_a_fixed_point_and_no_random_start_does_better(seed):
    table = random_table(seed)
    betas = np.array([1.5, 2.5, 5.0, 20.0])
    found = information_bottleneck(table, betas)
    rng = np.random.default_rng(seed)
    for k, beta in enumerate(betas):
        again = bottleneck_update(table, found.encoder[k], beta)
        moved = np.subtract(*(plane_by_loops(table, e) for e in (again, found.encoder[k])))
        assert np.abs(moved) == pytest.approx([0, 0], abs=1e-4)
        for _ in range(10):
            encoder = rng.dirichlet(np.ones(6), 6)
            for _ in range(300):
                encoder = bottleneck_update(table, encoder, beta)
            i_xt, i_ty = plane_by_loops(table, encoder)
            assert found.lagrangian[k] <= i_xt - beta * i_ty + 1e-7


def test_the_numbers_returned_are_those_of_the_encoder_returned():
    table = random_table(3)
    found = information_bottleneck(table, [0.5, 2, 8])
    for k, beta in enumerate([0.5, 2, 8]):
        assert (found.i_xt[k], found.i_ty[k]) == pytest.approx(
            plane_by_loops(table, found.encoder[k]), abs=1e-10
        )
        assert found.lagrangian[k] == pytest.approx(found.i_xt[k] - beta * found.i_ty[k], abs=1e-12)
    assert found.encoder.sum(axis=2) == pytest.approx(np.ones((3, 6)), abs=1e-12)


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_the_curve_is_concave_and_below_its_bounds(seed):
    # Oracle: theorems. The optimum I(X;T) − β I(T;Y) is a minimum of lines in β, so concave and falling.
    table = random_table(seed, rows=5, columns=3)
    betas = np.geomspace(0.5, 40, 25)
    found = information_bottleneck(table, betas)
    _, i_xy = plane_by_loops(table, np.eye(5))
    assert (found.i_ty <= np.minimum(found.i_xt, i_xy) + 1e-9).all()
    assert (np.diff(found.i_ty) >= -1e-6).all() and (np.diff(found.i_xt) >= -1e-6).all()
    for k in range(1, 24):
        weight = (betas[k] - betas[k - 1]) / (betas[k + 1] - betas[k - 1])
        chord = (1 - weight) * found.lagrangian[k - 1] + weight * found.lagrangian[k + 1]
        assert found.lagrangian[k] >= chord - 1e-7
    # Every other β's summary, at this β, is no better than its own.
    worth = found.i_xt - betas[:, None] * found.i_ty
    assert (worth.min(axis=1) >= found.lagrangian - 1e-9).all()


def test_at_high_beta_everything_is_kept_but_what_tells_nothing():
    # The first two x say the same of y, so one value of T is enough for both.
    table = np.array([[0.1, 0.1, 0.0], [0.2, 0.2, 0.0], [0.0, 0.1, 0.3]])
    found = information_bottleneck(table, [1e4])
    assert found.i_ty == pytest.approx([plane_by_loops(table, np.eye(3))[1]], abs=1e-6)
    assert found.i_xt == pytest.approx([h(0.4)], abs=1e-3)


def test_rows_that_forbid_each_others_outcome_can_still_share_a_cluster():
    # Alone in its cluster, each of the first two rows calls something impossible that the other brings.
    table = np.array([[0.99, 0.01, 0.0], [0.99, 0.0, 0.01], [0.0, 0.5, 0.5]]) / 3
    found = information_bottleneck(table, [3.0])
    together = plane_by_loops(table, [[1, 0], [1, 0], [0, 1]])
    assert found.lagrangian[0] <= together[0] - 3 * together[1] + 1e-9
    assert found.encoder[0, 0] == pytest.approx(found.encoder[0, 1], abs=0.02)


def test_rows_and_columns_that_never_occur_change_nothing():
    table = np.array([[0.3, 0.0, 0.1], [0.0, 0.0, 0.0], [0.1, 0.0, 0.5]])
    found = information_bottleneck(table, [1.0, 3.0, 9.0])
    same = information_bottleneck(table[[0, 2]][:, [0, 2]], [1.0, 3.0, 9.0])
    assert found.i_xt == pytest.approx(same.i_xt, abs=1e-9)
    assert found.i_ty == pytest.approx(same.i_ty, abs=1e-9)
    assert found.encoder.shape == (3, 3, 2)
    assert found.encoder.sum(axis=2) == pytest.approx(np.ones((3, 3)), abs=1e-12)
    assert local_threshold(table) == pytest.approx(local_threshold(table[[0, 2]][:, [0, 2]]), abs=1e-9)
    assert onset(table) == pytest.approx(onset(table[[0, 2]][:, [0, 2]]), abs=1e-9)


@pytest.mark.parametrize("clusters", [1, 2, 3])
def test_few_clusters_and_a_high_beta_give_the_best_drawers(clusters):
    found = information_bottleneck(DIAL, [1e3], clusters=clusters)
    assert found.encoder.shape == (1, 4, clusters)
    best = max(
        plane_by_loops(DIAL, np.eye(clusters)[list(drawers)])[1]
        for drawers in itertools.product(range(clusters), repeat=4)
    )
    assert found.i_ty[0] == pytest.approx(best, abs=1e-4)


def test_the_order_of_betas_and_of_rows_does_not_matter():
    table, betas = random_table(7), np.array([9.0, 1.2, 3.0])
    found = information_bottleneck(table, betas)
    assert found.beta.tolist() == [9.0, 1.2, 3.0]
    sorted_too = information_bottleneck(table, np.sort(betas))
    assert found.lagrangian == pytest.approx(sorted_too.lagrangian[[2, 0, 1]], abs=1e-7)
    shuffled = information_bottleneck(table[::-1, ::-1], betas)
    assert found.lagrangian == pytest.approx(shuffled.lagrangian, abs=1e-7)
    assert (information_bottleneck(table, betas).encoder == found.encoder).all()
    assert information_bottleneck(table, 3).i_ty.shape == (1,)


def test_counts_are_welcome_when_asked_for_and_inputs_stay_as_they_are():
    counts = np.array([[8, 1], [2, 9]])
    before = counts.copy()
    found = information_bottleneck(counts, [4.0], normalize=True)
    assert found.i_ty == pytest.approx(information_bottleneck(counts / 20, [4.0]).i_ty)
    assert (counts == before).all()


def test_a_beta_that_is_not_finished_says_so(monkeypatch):
    monkeypatch.setattr(bottleneck, "_MOST_STEPS", 3)
    with pytest.warns(RuntimeWarning, match="1 of 1 values of beta were still improving after 3 steps"):
        information_bottleneck(DIAL, [1.72])


def test_a_lengthened_step_never_ends_higher(monkeypatch):
    """Reckless strides must fall back on the plain update and reach the same summaries."""
    betas = np.array([1.8, 2.5, 6.0])
    careful = information_bottleneck(DIAL, betas)
    monkeypatch.setattr(bottleneck, "_LONGER", 50.0)
    reckless = information_bottleneck(DIAL, betas)
    assert reckless.lagrangian == pytest.approx(careful.lagrangian, abs=1e-7)


# --- where the summary switches on ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_local_threshold_is_one_over_the_second_eigenvalue(seed):
    # Oracle: eigenvalues of the operator x → y → x, written out.
    table = random_table(seed)
    there, back = table / table.sum(axis=1, keepdims=True), table.T / table.sum(axis=0)[:, None]
    eigenvalues = np.sort(np.linalg.eigvals(there @ back).real)[::-1]
    assert eigenvalues[0] == pytest.approx(1, abs=1e-12)
    assert local_threshold(table) == pytest.approx(1 / eigenvalues[1], rel=1e-9)


def test_a_weak_dependence_is_not_taken_for_rounding():
    weak = np.array([[0.25 + 1e-9, 0.25 - 1e-9], [0.25 - 1e-9, 0.25 + 1e-9]])
    assert local_threshold(weak) == pytest.approx(1 / (4e-9) ** 2, rel=1e-6)


def ratio(table, q):
    p_x, p_y = table.sum(axis=1), table.sum(axis=0)
    q_y = q @ (table / p_x[:, None])

    def divergence(a, b):
        return sum(x * math.log(x / y) for x, y in zip(a, b, strict=True) if x > 0)

    return divergence(q_y, p_y) / divergence(q, p_x)


@pytest.mark.parametrize("table", [SKEWED, np.array([[0.01, 0.09], [0.6, 0.3]]), DIAL[[0, 3]] * 2])
def test_the_onset_of_two_rows_is_that_of_a_fine_grid(table):
    p = table.sum(axis=1)[0]
    grid = [x for x in np.linspace(0, 1, 20_001) if abs(x - p) > 1e-4]
    supremum = max(ratio(table, np.array([x, 1 - x])) for x in grid)
    assert onset(table) == pytest.approx(1 / supremum, rel=1e-6)
    assert onset(table) <= local_threshold(table) * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_onset_of_three_rows_is_that_of_a_grid(seed):
    table = random_table(seed, rows=3, columns=3, concentration=0.3)
    p = table.sum(axis=1)
    best = 0.0
    for i, j in itertools.product(range(151), repeat=2):
        q = np.array([i, j, 150 - i - j]) / 150
        if q.min() >= 0 and np.abs(q - p).max() > 1e-3:
            best = max(best, ratio(table, q))
    found = 1 / onset(table)
    assert best <= found * (1 + 1e-9)
    assert found <= max(best * 1.002, 1 / local_threshold(table) * (1 + 1e-9))


def test_on_the_skewed_channel_a_summary_pays_long_before_the_empty_one_is_unstable():
    start, threshold = onset(SKEWED), local_threshold(SKEWED)
    assert (start, threshold) == pytest.approx((3.8515, 11.0), abs=1e-3)
    found = information_bottleneck(SKEWED, [0.99 * start, 1.01 * start, 6.0])
    assert found.i_xt[0] == found.i_ty[0] == 0.0
    assert found.lagrangian[1] < -5e-5 and found.i_ty[1] > 0.003
    # Below the threshold the empty summary is a local optimum: a start close to it falls back into it.
    encoder = 0.5 + 0.02 * np.array([[1, -1], [-1, 1]])
    for _ in range(2000):
        encoder = bottleneck_update(SKEWED, encoder, 6.0)
    assert plane_by_loops(SKEWED, encoder)[0] == pytest.approx(0, abs=1e-9)
    assert found.i_ty[2] > 0.05
    for _ in range(20_000):
        encoder = bottleneck_update(SKEWED, encoder + 1e-12 * np.array([[1, -1], [-1, 1]]), 12.0)
    assert plane_by_loops(SKEWED, encoder)[0] > 0.05


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_the_best_summary_is_empty_below_the_onset_and_not_above(seed):
    table = random_table(seed, rows=4, columns=3)
    start = onset(table)
    assert 1 - 1e-12 <= start <= local_threshold(table) * (1 + 1e-12)
    found = information_bottleneck(table, [0.95 * start, 1.2 * start])
    assert found.i_xt[0] == found.i_ty[0] == 0.0
    assert found.lagrangian[1] < 0.0


# --- drawers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "clusters"), [(0, 2), (1, 2), (2, 3), (3, 3), (4, 4)])
def test_the_drawers_are_the_best_of_all_sortings(seed, clusters):
    table = random_table(seed, rows=7)
    best = max(
        plane_by_loops(table, np.eye(clusters)[list(sorting)])[1]
        for sorting in itertools.product(range(clusters), repeat=7)
    )
    found = sequential_bottleneck(table, clusters)
    assert found.i_ty == pytest.approx(best, abs=1e-10)
    assert (found.i_xt, found.i_ty) == pytest.approx(
        plane_by_loops(table, np.eye(clusters)[found.drawer]), abs=1e-10
    )


def test_no_single_move_improves_the_drawers_and_more_starts_do():
    better = 0
    for seed in range(12):
        table = random_table(seed, rows=12)
        found = sequential_bottleneck(table, 4, restarts=40)
        for x, drawer in itertools.product(range(12), range(4)):
            moved = found.drawer.copy()
            moved[x] = drawer
            assert plane_by_loops(table, np.eye(4)[moved])[1] <= found.i_ty + 1e-10
        first = sequential_bottleneck(table, 4, restarts=1).i_ty
        assert first <= found.i_ty + 1e-12
        better += first < found.i_ty - 1e-6
    assert better >= 3


def test_as_many_drawers_as_values_keep_everything():
    table = random_table(5)
    for clusters in (6, 9):
        found = sequential_bottleneck(table, clusters)
        assert found.i_ty == pytest.approx(plane_by_loops(table, np.eye(6))[1], abs=1e-10)


def test_drawers_are_numbered_by_first_appearance_and_repeatable():
    found = sequential_bottleneck(DIAL, 2)
    assert found.drawer.tolist() == [0, 0, 1, 1]
    assert sequential_bottleneck(DIAL, 2, seed=5).drawer.tolist() == [0, 0, 1, 1]
    assert sequential_bottleneck(DIAL, 1).i_ty == 0.0


# --- planes and rulers --------------------------------------------------------------------------------------


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_the_plane_is_that_of_the_sums_written_out(seed):
    table = random_table(seed)
    encoder = np.random.default_rng(seed).dirichlet(np.full(3, 0.3), 6)
    assert information_plane(table, encoder) == pytest.approx(plane_by_loops(table, encoder), abs=1e-11)
    nats = information_plane(table, encoder, unit="nats")
    assert nats == pytest.approx(np.multiply(plane_by_loops(table, encoder), math.log(2)), abs=1e-11)


def test_a_hard_summary_can_be_given_by_its_drawers():
    assert information_plane(DIAL, [0, 0, 1, 1]) == information_plane(DIAL, [[1, 0], [1, 0], [0, 1], [0, 1]])
    assert information_plane(DIAL, [0, 1, 1, 0]) == pytest.approx((1.0, 0.0), abs=1e-12)


def test_binned_information_is_that_of_counted_bins():
    # Oracle: bins by Python's floor, information by scikit-learn from integer labels.
    rng = np.random.default_rng(0)
    layer, labels = rng.normal(size=(400, 2)), rng.integers(3, size=400)
    for width in (0.3, 1.0, 50.0):
        drawers = [tuple(math.floor((a + 0.1) / width) for a in row) for row in layer.tolist()]
        numbers = [sorted(set(drawers)).index(drawer) for drawer in drawers]
        expected = mutual_info_score(numbers, numbers), mutual_info_score(numbers, labels)
        found = binned_information(layer, labels, bin_width=width, origin=-0.1, unit="nats")
        assert found == pytest.approx(expected, abs=1e-10)


def test_a_fine_enough_ruler_reads_log_n_for_any_layer_that_confuses_nobody():
    layer = np.tanh(np.random.default_rng(1).normal(size=(4096, 3)))
    for _ in range(3):
        assert binned_information(layer, bin_width=1e-9)[0] == 12.0
        layer = np.tanh(layer @ np.random.default_rng(2).normal(size=(3, 3)))


def test_finer_bins_never_read_less():
    # Oracle: halved bins refine the old ones, and H(T) cannot fall.
    rng = np.random.default_rng(3)
    layer, labels = rng.uniform(-1, 1, size=(1000, 3)), rng.integers(2, size=1000)
    read = [binned_information(layer, labels, bin_width=2 / bins, origin=-1) for bins in (1, 2, 4, 8, 16, 32)]
    assert read[0] == (0.0, 0.0)
    for coarse, fine in itertools.pairwise(read):
        assert fine[0] >= coarse[0] and fine[1] >= coarse[1] - 1e-12


def test_the_edges_of_bins_belong_to_the_bin_above_and_zero_has_no_sign():
    assert binned_information([0.0, -0.0, 0.4, 0.5, 0.9], bin_width=0.5)[0] == pytest.approx(h(2 / 5))
    assert binned_information([[1.0], [1.0], [2.0], [2.0]], bin_width=1.0)[0] == 1.0
    assert math.isnan(binned_information([1.0, 2.0], bin_width=1.0)[1])


# --- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: information_bottleneck(DIAL, [-1.0]), "betas must be one number or a list of them"),
        (lambda: information_bottleneck(DIAL, []), "betas must be one number or a list of them"),
        (lambda: information_bottleneck(DIAL, [math.inf]), "betas[0] is inf"),
        (lambda: information_bottleneck(DIAL * 2, [1.0]), "joint sums to 2, not 1"),
        (lambda: information_bottleneck(DIAL * 4, [1.0]), "conditional probabilities"),
        (lambda: information_bottleneck(np.full((2, 2, 2), 1 / 8), [1.0]), "joint has 3 axes"),
        (lambda: information_bottleneck(DIAL, [1.0], clusters=0), "clusters is 0"),
        (lambda: information_bottleneck(DIAL, [1.0], tolerance=0.0), "tolerance is 0"),
        (lambda: sequential_bottleneck(DIAL, 2.5), "clusters is 2.5"),
        (lambda: sequential_bottleneck(DIAL, 2, restarts=0), "restarts is 0"),
        (lambda: onset(DIAL, restarts=-1), "restarts is -1"),
        (lambda: bottleneck_update(DIAL, np.eye(3), 1.0), "one row p(t|x) for each of joint's 4 rows"),
        (lambda: bottleneck_update(DIAL, np.eye(4), -1.0), "beta must be a single number"),
        (lambda: bottleneck_update([[0.5, 0.5], [0, 0]], np.eye(2), 1.0), "drop that row"),
        (lambda: bottleneck_update(DIAL, np.ones((4, 2)), 1.0), "encoder sums to 2 in row 0"),
        (lambda: information_plane(DIAL, [0.0, 1.0, 1.0, 0.0]), "whole numbers from 0"),
        (lambda: information_plane(DIAL, [0, 1]), "for each of joint's 4 rows"),
        (lambda: binned_information([1.0, 2.0], bin_width=0.0), "bin_width is 0.0"),
        (lambda: binned_information([1.0, math.nan], bin_width=1.0), "activations[1] is nan"),
        (lambda: binned_information([], bin_width=1.0), "one row per input"),
        (lambda: binned_information([1.0, 2.0], [1], bin_width=1.0), "labels has shape (1,)"),
        (lambda: binned_information([1.0, 2.0], bin_width=1.0, unit="bit"), "unit must be"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()
