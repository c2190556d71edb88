"""Demos of chapter 5: the numbers they show, and the states in which the syllabus promises an aha.

Oracles are stated test by test: sums written out with `math` over tables written out here, contingency
tables counted with `numpy.histogram2d` and measured by scikit-learn, its own nearest neighbours, SciPy's
bivariate normal distribution and rank correlation, and every pattern of flips listed one by one. No oracle
uses course_lib's measures, estimators or channels.
"""

import itertools
import math

import numpy as np
import pytest
from demo_states import artists_of, numbers, values_of
from matplotlib.collections import PolyCollection
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm, spearmanr
from sklearn.feature_selection import mutual_info_regression
from sklearn.metrics import mutual_info_score

from course_lib import explore, records
from course_lib.explore import chapter_5, chapter_5_samples

EXACT = 1e-9
DIGITS = 5e-5  # numbers of the syllabus that are given to four decimals


@pytest.fixture(scope="module")
def overlap():
    return explore.overlap()


@pytest.fixture(scope="module")
def cloud():
    return explore.dependence()


@pytest.fixture(scope="module")
def lab():
    return explore.bias_lab()


@pytest.fixture(scope="module")
def wire():
    return explore.noisy_wire()


def _entropy(chances):
    return -sum(p * math.log2(p) for p in chances if p > 0)


# --------------------------------------------------------------------------------------- D5.1
def _table(p_x, y_after_0, y_after_1):
    return [
        [(1 - p_x) * (1 - y_after_0), (1 - p_x) * y_after_0],
        [p_x * (1 - y_after_1), p_x * y_after_1],
    ]


def _shared(joint):
    """I of a table given as a list of rows, as the mean of log₂ p(x,y)/(p(x) p(y)), in bits."""
    rows, columns = [sum(row) for row in joint], [sum(column) for column in zip(*joint, strict=True)]
    return sum(
        p * math.log2(p / (rows[x] * columns[y]))
        for x, row in enumerate(joint)
        for y, p in enumerate(row)
        if p > 0
    )


def test_the_overlap_begins_with_the_delivery_table(overlap):
    fresh = explore.overlap()
    n = fresh._demo.compute(**fresh.state)
    assert n.joint == pytest.approx(np.array([[0.35, 0.15], [0.10, 0.40]]))
    assert n.routes == pytest.approx([0.1912] * 4, abs=DIGITS)
    assert fresh.readout == (
        "I = H(X) + H(Y) − H(X,Y) = 1.0000 + 0.9928 − 1.8016 = 0.1912 bits; "
        "H(Y) − H(Y|X) = 0.9928 − 0.8016 = 0.1912; D(joint‖product) = 0.1912; "
        "D(p(y|x)‖p(y)), mean over x = 0.1912 bits"
    )


def test_the_delivery_button_goes_back_to_the_delivery_table(overlap):
    start = explore.overlap().state
    numbers(overlap, table="J3, 2 × 3", p_x=0.2, y_after_0=1.0, y_after_1=0.0)
    preset = next(control for control in overlap._demo.controls if control.kind == "preset")
    overlap.set(**preset.sets)
    assert overlap.state == start


def test_j3_shows_0_2570_bits_by_every_route(overlap):
    n = numbers(overlap, table="J3, 2 × 3")
    joint = [[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]]
    assert n.joint.tolist() == joint
    assert n.routes == pytest.approx([_shared(joint)] * 4, abs=EXACT)
    assert n.routes[0] == pytest.approx(0.2570, abs=DIGITS)
    assert (n.h_x, n.h_y, n.h_xy, n.h_y_x) == pytest.approx((0.8113, 1.2789, 1.8332, 1.0219), abs=DIGITS)
    assert overlap.readout.startswith(
        "J3 (sliders at rest): I = H(X) + H(Y) − H(X,Y) = 0.8113 + 1.2789 − 1.8332 = 0.2570 bits"
    )


@pytest.mark.parametrize("p_x", [0.05, 0.37, 0.5, 0.95])
@pytest.mark.parametrize(
    ("y_after_0", "y_after_1"), [*itertools.product([0.0, 0.01, 0.3, 0.8, 1.0], repeat=2)]
)
def test_four_routes_lead_to_one_number(overlap, p_x, y_after_0, y_after_1):
    n = numbers(overlap, table=chapter_5.BY_SLIDERS, p_x=p_x, y_after_0=y_after_0, y_after_1=y_after_1)
    joint = _table(p_x, y_after_0, y_after_1)
    assert n.routes == pytest.approx([_shared(joint)] * 4, abs=EXACT)
    h_x, h_y = _entropy([1 - p_x, p_x]), _entropy([sum(column) for column in zip(*joint, strict=True)])
    assert (n.h_x, n.h_y) == pytest.approx((h_x, h_y), abs=EXACT)
    assert (n.h_x_y, n.h_y_x) == pytest.approx((h_x - _shared(joint), h_y - _shared(joint)), abs=EXACT)


def _boxes(collection: PolyCollection):
    """Left, right, low and high of each box drawn, in the units of the square."""
    return [
        (box.x0, box.x1, box.y0, box.y1) for box in (path.get_extents() for path in collection.get_paths())
    ]


@pytest.mark.parametrize(
    "state",
    [
        {"table": "J3, 2 × 3"},
        {"table": chapter_5.BY_SLIDERS, "p_x": 0.2, "y_after_0": 0.9, "y_after_1": 0.15},
    ],
)
def test_every_area_is_as_large_as_it_is_likely_and_those_above_the_product_are_hatched(overlap, state):
    n = numbers(overlap, **state)
    product = np.outer(n.joint.sum(axis=1), n.joint.sum(axis=0))
    is_so, independent = artists_of(overlap).squares

    def areas(collection):
        return sorted((right - left) * (high - low) for left, right, low, high in _boxes(collection))

    more = n.joint > product
    assert areas(is_so.more) == pytest.approx(sorted(n.joint[more]))
    assert areas(is_so.rest) == pytest.approx(sorted(n.joint[~more]))
    assert areas(independent.rest) == pytest.approx(sorted(product.ravel()))
    assert _boxes(independent.more) == []
    assert is_so.more.get_hatch() and not is_so.rest.get_hatch()


def test_equal_rows_line_up_share_nothing_and_are_not_hatched(overlap):
    n = numbers(overlap, table=chapter_5.BY_SLIDERS, p_x=0.35, y_after_0=0.8, y_after_1=0.8)
    assert n.routes == pytest.approx([0] * 4, abs=EXACT)
    assert n.h_x > 0 and n.h_y > 0, "nothing is constant"
    is_so, independent = artists_of(overlap).squares
    assert np.sort(_boxes(is_so.rest), axis=0) == pytest.approx(np.sort(_boxes(independent.rest), axis=0))
    assert _boxes(is_so.more) == []
    assert "I = H(X) + H(Y) − H(X,Y)" in overlap.readout and overlap.readout.count("0.0000") == 4


def test_a_constant_is_named(overlap):
    numbers(overlap, table=chapter_5.BY_SLIDERS, p_x=0.5, y_after_0=1.0, y_after_1=1.0)
    assert overlap.readout.endswith("mean over x = 0.0000 bits (Y is always 1)")


def test_the_bars_of_both_entropies_overlap_in_what_is_shared(overlap):
    n = numbers(overlap, table=chapter_5.BY_SLIDERS, p_x=0.4, y_after_0=0.1, y_after_1=0.7)
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in artists_of(overlap).bars]
    h_x, h_y, x_alone, shared, y_alone = ends
    assert h_x == pytest.approx((0, n.h_x)) and h_y[1] == pytest.approx(n.h_xy)
    assert shared == pytest.approx((h_y[0], h_x[1]))
    assert (x_alone[1], y_alone[0]) == pytest.approx(shared)
    assert shared[1] - shared[0] == pytest.approx(n.routes[2])


# --------------------------------------------------------------------------------------- D5.2
SINE = {"shape": "sine", "noise": 0.1, "n": 5000, "standardize": False}


@pytest.mark.parametrize(
    ("half_range", "r", "without_noise"),
    [
        (0.5, 0.98, 0.9927),
        (1.0, 0.78, 0.7797),
        (2.0, -0.39, -0.3898),
        (4.0, -0.19, -0.1949),
        (10.0, -0.06, -0.0780),
    ],
)
def test_r_of_a_sine_fades_as_its_range_grows_and_its_bits_stay(cloud, half_range, r, without_noise):
    n = numbers(cloud, **SINE, half_range=half_range)
    assert n.exact_r == pytest.approx(without_noise, abs=DIGITS)
    assert n.r == pytest.approx(r, abs=0.03)  # two standard errors of 0.014
    assert 2.46 <= round(n.bits, 2) <= 2.51
    assert f"without noise {without_noise:.4f}".replace("-", "−") in cloud.readout


@pytest.mark.parametrize("half_range", [step / 2 for step in range(1, 21)])
def test_r_without_noise_is_an_integral(cloud, half_range):
    """Oracle: the three moments integrated numerically, and √6/L up to sign for whole multiples of π."""
    length = half_range * math.pi
    options = {"limit": 200}
    covariance = quad(lambda x: x * math.sin(x), 0, length, **options)[0] / length
    variance = quad(lambda x: math.sin(x) ** 2, 0, length, **options)[0] / length
    n = numbers(cloud, **SINE, half_range=half_range)
    assert n.exact_r == pytest.approx(covariance / math.sqrt(variance * length**2 / 3), abs=EXACT)
    if half_range == int(half_range):
        assert n.exact_r == pytest.approx((-1) ** (int(half_range) + 1) * math.sqrt(6) / length, abs=EXACT)


def _bits_of_noisy_sine(noise):
    """I of sin(phase) plus normal noise, for whole periods: h(Y) − h(noise), by a sum over a fine grid."""
    phases = (np.arange(4000) + 0.5) / 4000 * 2 * np.pi
    y = np.linspace(-1 - 6 * noise, 1 + 6 * noise, 2000)
    density = norm.pdf(y[:, None], np.sin(phases), noise).mean(axis=1)
    h_y = -np.sum(density * np.log2(density)) * (y[1] - y[0])
    return h_y - 0.5 * math.log2(2 * math.pi * math.e * noise**2)


def test_the_sines_bits_are_near_what_the_noise_leaves(cloud):
    truth = _bits_of_noisy_sine(0.1)
    assert truth == pytest.approx(2.451, abs=1e-3)
    for half_range in (1.0, 2.0, 4.0, 10.0):
        assert numbers(cloud, **SINE, half_range=half_range).bits == pytest.approx(truth, abs=0.06)


def test_standardising_costs_a_wiggly_sine_half_a_bit_or_more(cloud):
    wiggly = SINE | {"half_range": 10.0}
    assert numbers(cloud, **wiggly | {"standardize": True}).bits == pytest.approx(1.96, abs=0.05)
    assert "standardised axes" in cloud.readout
    assert numbers(cloud, **wiggly | {"standardize": True, "n": 1000}).bits == pytest.approx(0.84, abs=0.2)
    assert numbers(cloud, **wiggly | {"n": 1000}).bits == pytest.approx(2.31, abs=0.08)
    assert "raw coordinates" in cloud.readout


@pytest.mark.parametrize(
    ("shape", "noise", "r", "bits"),
    [
        ("cosine", 0.1, 0.0, 2.48),
        ("circle", 0.05, 0.0, 1.70),
        ("parabola", 0.3, 0.0, 1.51),
        ("line", 0.5, 0.89, 1.15),
        ("independent", 0.1, 0.0, 0.0),
    ],
)
def test_the_other_shapes_show_the_chapters_numbers(cloud, shape, noise, r, bits):
    n = numbers(cloud, shape=shape, noise=noise, n=5000, half_range=1.0, standardize=False)
    assert n.r == pytest.approx(r, abs=0.03)
    assert n.bits == pytest.approx(bits, abs=0.03)
    assert n.exact_r is None


def test_a_board_hides_from_r_what_its_columns_tell_about_its_rows(cloud):
    """Oracle: without noise I is that of the columns and rows of 13 equally likely squares."""
    per_column = [3, 2, 3, 2, 3]
    truth = 2 * _entropy([count / 13 for count in per_column]) - math.log2(13)
    n = numbers(cloud, shape="checkerboard", noise=0.02, n=5000, standardize=False)
    assert n.r**2 < 0.002 and n.rank_r**2 < 0.002
    assert 0.75 * truth < n.bits < truth


@pytest.mark.parametrize("shape", chapter_5_samples.SHAPES)
@pytest.mark.parametrize(("n_points", "standardize"), [(200, True), (1000, False)])
def test_bars_and_numbers_are_those_of_the_points_drawn(cloud, shape, n_points, standardize):
    """Oracle: SciPy's Pearson and Spearman; neighbours counted by brute force in integers of the plane."""
    n = numbers(cloud, shape=shape, noise=0.3, n=n_points, half_range=1.5, standardize=standardize)
    assert n.r == pytest.approx(np.corrcoef(n.x, n.y)[0, 1], abs=EXACT)
    assert n.rank_r == pytest.approx(spearmanr(n.x, n.y).statistic, abs=EXACT)
    assert n.bits == pytest.approx(_by_brute_force(n.x, n.y, standardize), abs=1e-9)
    drawn = artists_of(cloud)
    assert [bar.get_height() for bar in drawn.bars] == pytest.approx([n.r**2, n.rank_r**2, n.bits])
    unit = 1.5 * math.pi if shape in ("sine", "cosine") else 1
    assert drawn.points.get_xdata() * unit == pytest.approx(n.x) and len(n.x) == n_points
    assert drawn.points.get_ydata() == pytest.approx(n.y)


def _by_brute_force(x, y, standardize):
    """Kraskov's estimator from the full table of distances, with ψ summed as 1 + 1/2 + …, in bits."""
    if standardize:
        x, y = x / x.std(), y / y.std()
    d_x, d_y = np.abs(x[:, None] - x), np.abs(y[:, None] - y)
    both = np.maximum(d_x, d_y)
    radius = np.sort(both, axis=1)[:, 3]
    harmonic = np.concatenate([[0], np.cumsum(1 / np.arange(1, len(x) + 1))])

    def psi(count):
        return harmonic[count - 1] - np.euler_gamma

    others = [(d < radius[:, None]).sum(axis=1) for d in (d_x, d_y)]  # counts the point itself: n + 1
    return (psi(3) + psi(len(x)) - psi(others[0]).mean() - psi(others[1]).mean()) / math.log(2)


@pytest.mark.parametrize("shape", chapter_5_samples.SHAPES)
@pytest.mark.parametrize("noise", [0.02, 0.1, 0.11, 0.3, 0.31, 1.0])
def test_nearly_all_points_are_in_the_picture(cloud, shape, noise):
    n = numbers(cloud, shape=shape, noise=noise, n=5000, half_range=10.0)
    axes = artists_of(cloud).points.axes
    x, y = artists_of(cloud).points.get_data()
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    inside = (left <= x) & (x <= right) & (low <= y) & (y <= high)
    assert inside.mean() > 0.999, n.shape


def test_the_largest_estimate_still_fits_on_the_axis(cloud):
    for shape in chapter_5_samples.SHAPES:
        n = numbers(cloud, shape=shape, noise=0.02, n=5000, half_range=0.5, standardize=False)
        assert n.bits < chapter_5_samples.MOST_BITS


def test_stretching_the_sine_keeps_the_picture_that_stands_still(cloud):
    scenes = {id(_scene(cloud, half_range=half_range)) for half_range in values_of(cloud, "half_range")}
    assert len(scenes) == 1


def _scene(cloud, **state):
    numbers(cloud, **SINE, **state)
    return cloud._painter.scene


# --------------------------------------------------------------------------------------- D5.3
def _estimates(lab, **state):
    return numbers(lab, **{"rho": 0.0, "n": 200, "bins": 30, "method": "binned"} | state)


@pytest.mark.parametrize(
    ("n", "bins", "found", "off"),
    [(200, 30, 2.32, 0.02), (50, 30, 4.05, 0.03), (1000, 10, 0.060, 0.004)],
)
def test_bits_are_found_in_nothing(lab, n, bins, found, off):
    shown = _estimates(lab, n=n, bins=bins)
    assert shown.truth == 0
    assert shown.mean == pytest.approx(found, abs=off)
    assert len(shown.estimates) == 30


def test_neighbours_find_nothing_in_nothing(lab):
    shown = _estimates(lab, method="KSG")
    assert abs(shown.mean) < 0.03 and shown.deviation == pytest.approx(0.07, abs=0.02)
    assert shown.estimates.min() < 0, "estimates are shown raw"


@pytest.mark.parametrize(
    ("state", "found", "off"),
    [
        ({"method": "KSG"}, 1.223, 0.047),
        ({"bins": 5}, 0.873, 0.02),
        ({"bins": 10}, 1.096, 0.02),
        ({"bins": 30}, 1.566, 0.02),
    ],
)
def test_bins_err_in_both_directions_about_a_strong_dependence(lab, state, found, off):
    shown = _estimates(lab, rho=0.9, n=1000, **state)
    assert shown.truth == pytest.approx(1.1980, abs=DIGITS)
    assert shown.mean == pytest.approx(found, abs=off)


@pytest.mark.parametrize(
    ("n", "bins", "predicted"), [(1000, 10, 0.0584), (1000, 30, 0.6067), (50, 7, 0.5194)]
)
def test_the_prediction_is_bins_minus_one_squared_over_2_n_ln_2(lab, n, bins, predicted):
    assert _estimates(lab, n=n, bins=bins).bias == pytest.approx(predicted, abs=DIGITS)
    assert f"predicted bias {predicted:.3f}" in lab.readout


def test_there_is_no_prediction_until_n_passes_the_number_of_cells(lab):
    for n, bins in itertools.product(values_of(lab, "n"), values_of(lab, "bins")):
        assert (_estimates(lab, n=n, bins=bins).bias is not None) == (n > bins * bins)
        assert artists_of(lab).box.get_visible() == (n > bins * bins)
    _estimates(lab)
    assert lab.readout.endswith("(no predicted bias: it takes n above bins² = 900)")
    assert (30 - 1) ** 2 / (2 * 200 * math.log(2)) == pytest.approx(3.03, abs=0.005)  # and it would be wrong


@pytest.mark.parametrize(("rho", "bins"), [(0.0, 8), (0.5, 3), (0.9, 5), (0.9, 10), (0.95, 12)])
def test_what_endless_data_would_show_is_the_information_of_the_cells(lab, rho, bins):
    """Oracle: SciPy's bivariate normal distribution, at every corner of the bins."""
    edges = np.clip(norm.ppf(np.arange(bins + 1) / bins), -9, 9)
    corners = np.stack(np.meshgrid(edges, edges, indexing="ij"), axis=-1)
    below = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(corners)
    cells = np.maximum(np.diff(np.diff(below, axis=0), axis=1), 1e-15)
    truth = _shared((cells / cells.sum()).tolist())
    assert _estimates(lab, rho=rho, bins=bins).seen == pytest.approx(truth, abs=2e-4)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("bins", [3, 5, 10, 16])
def test_with_many_pairs_per_cell_the_prediction_comes_true(lab, rho, bins):
    shown = _estimates(lab, rho=rho, n=10_000, bins=bins)
    error = 4 * shown.deviation / math.sqrt(30) + 0.2 * shown.bias
    assert shown.mean == pytest.approx(shown.seen + shown.bias, abs=error)


@pytest.mark.parametrize(("rho", "n", "bins"), [(0.0, 50, 30), (0.9, 200, 8), (0.5, 1000, 20)])
def test_each_estimate_is_counted_from_its_own_sample(lab, rho, n, bins):
    """Oracle: tables counted by `histogram2d` at the quantiles, measured by scikit-learn."""
    shown = _estimates(lab, rho=rho, n=n, bins=bins)
    rng = np.random.default_rng(1)  # the second of three seeds, ten samples each
    x, e = rng.normal(size=(2, 10, 10_000))[:, 4, :n]
    y = rho * x + math.sqrt(1 - rho**2) * e
    edges = [[-np.inf, *np.quantile(values, np.arange(1, bins) / bins), np.inf] for values in (x, y)]
    counts = np.histogram2d(x, y, edges)[0]
    assert shown.estimates[14] == pytest.approx(
        mutual_info_score(None, None, contingency=counts) / math.log(2), abs=EXACT
    )


def test_the_neighbours_estimate_is_scikit_learns_where_that_does_not_cut_it_off(lab):
    shown = _estimates(lab, rho=0.9, n=500, method="KSG")
    x, e = np.random.default_rng(0).normal(size=(2, 10, 10_000))[:, 0, :500]
    y = 0.9 * x + math.sqrt(1 - 0.81) * e
    theirs = mutual_info_regression(x[:, None], y, n_neighbors=3, random_state=0)[0] / math.log(2)
    assert shown.estimates[0] == pytest.approx(theirs, abs=1e-4)  # they add noise of one part in 10¹⁰


def _title(lab):
    return "".join(map(artists_of(lab).dots.axes.get_title, ("left", "center")))


def test_larger_samples_are_recorded_and_say_so(lab):
    live, recorded = (
        [n for n in values_of(lab, "n") if _estimates(lab, n=n).recorded == said] for said in (False, True)
    )
    assert (min(live), max(live)) == (50, 1000)
    assert recorded == [2000, 5000, 10_000]
    assert lab.readout.endswith("(recorded)")
    assert "(recorded)" in _title(lab)
    _estimates(lab, n=1000)
    assert "recorded" not in lab.readout
    assert "recorded" not in _title(lab)


def test_every_position_of_the_sliders_has_its_record(lab):
    for rho, bins in itertools.product(values_of(lab, "rho"), values_of(lab, "bins")):
        shown = _estimates(lab, rho=rho, n=5000, bins=bins)
        assert len(shown.estimates) == 30 and (shown.estimates > 0).all()
    for rho in values_of(lab, "rho"):
        shown = _estimates(lab, rho=rho, n=10_000, method="KSG")
        assert shown.mean == pytest.approx(-0.5 * math.log2(1 - rho**2), abs=0.017)  # 0.012 nats
        assert shown.truth == pytest.approx(-0.5 * math.log2(1 - rho**2), abs=EXACT)


def test_a_slice_of_the_recorded_estimates_computed_anew_is_the_recorded_one():
    recorded = records.load("information_estimates")
    anew = records.make("information_estimates", seeds=[1], rhos=[0.9], sizes=[2000], bins=[10, 50])
    at = recorded["rhos"].tolist().index(0.9), recorded["sizes"].tolist().index(2000)
    bins = [recorded["bins"].tolist().index(count) for count in (10, 50)]
    second = slice(10, 20)  # samples of the second seed
    assert anew["binned"][0, 0] == pytest.approx(recorded["binned"][at][bins][:, second], abs=2e-4)
    assert anew["ksg"][0, 0] == pytest.approx(recorded["ksg"][at][second], abs=2e-4)


@pytest.mark.parametrize("state", [{}, {"n": 50, "method": "KSG"}, {"rho": 0.95, "n": 50, "bins": 50}])
def test_every_dot_of_the_lab_is_in_the_picture(lab, state):
    shown = _estimates(lab, **state)
    dots = artists_of(lab).dots
    assert dots.get_xdata().tolist() == shown.estimates.tolist()
    low, high = dots.axes.get_xlim()
    assert low < shown.estimates.min() and shown.estimates.max() < high


def test_no_position_of_the_lab_leaves_its_axis(lab):
    for rho, n in itertools.product(values_of(lab, "rho"), values_of(lab, "n")):
        for bins, method in ((3, "binned"), (6, "binned"), (25, "binned"), (50, "binned"), (3, "KSG")):
            shown = lab._demo.compute(rho=rho, n=n, bins=bins, method=method)
            low, high, _ = lab._demo.scene(shown)
            assert low < shown.estimates.min() and shown.estimates.max() < high
            assert max(shown.truth, (shown.seen or 0) + (shown.bias or 0)) < high


# --------------------------------------------------------------------------------------- D5.4
def _through(flip):
    """What a fair bit keeps when it arrives wrong with probability `flip`."""
    return 1 - _entropy([flip, 1 - flip])


@pytest.mark.parametrize(
    ("flip", "bits"), [(0.0, 1), (0.01, 0.9192), (0.10, 0.5310), (0.11, 0.5001), (0.25, 0.1887), (0.5, 0)]
)
def test_one_wire_delivers_one_minus_its_doubt(wire, flip, bits):
    n = numbers(wire, flip=flip, wires=1, repeats=1)
    assert n.shared == pytest.approx(bits, abs=DIGITS)
    assert n.shared == pytest.approx(_through(flip), abs=EXACT)
    assert (n.h_y, n.h_y_x) == pytest.approx((1, _entropy([flip, 1 - flip])), abs=EXACT)
    assert n.per_use == n.shared


def test_two_wires_at_a_tenth_are_one_at_0_18(wire):
    n = numbers(wire, flip=0.1, wires=2, repeats=1)
    assert n.line == pytest.approx(0.18, abs=EXACT)
    assert n.shared == pytest.approx(0.3199, abs=DIGITS)
    assert wire.readout == (
        "Flip 0.10, 2 wires in series, together one with flip 0.1800: wrong with probability 0.1800; "
        "H(Y) = 1.0000, H(Y|X) = 0.6801, I(X;Y) = 0.3199 bits per use of the line"
    )


@pytest.mark.parametrize("flip", [0.0, 0.03, 0.1, 0.37, 0.5])
@pytest.mark.parametrize("wires", [1, 2, 5, 6])
@pytest.mark.parametrize("repeats", [1, 3, 5])
def test_series_and_votes_are_counted_pattern_by_pattern(wire, flip, wires, repeats):
    """Oracle: every pattern of flips along the wires, then every pattern of wrong copies."""

    def chance(pattern, p):
        return math.prod(p if hit else 1 - p for hit in pattern)

    line = sum(
        chance(pattern, flip) for pattern in itertools.product((0, 1), repeat=wires) if sum(pattern) % 2
    )
    wrong = sum(
        chance(pattern, line)
        for pattern in itertools.product((0, 1), repeat=repeats)
        if sum(pattern) > repeats / 2
    )
    n = numbers(wire, flip=flip, wires=wires, repeats=repeats)
    assert (n.line, n.wrong) == pytest.approx((line, wrong), abs=EXACT)
    assert n.shared == pytest.approx(_through(wrong), abs=EXACT)
    assert n.per_use == pytest.approx(_through(wrong) / repeats, abs=EXACT)


def test_a_vote_mends_errors_and_wastes_bits(wire):
    shown = [numbers(wire, flip=0.1, wires=1, repeats=repeats) for repeats in (1, 3, 5)]
    assert [n.wrong for n in shown] == pytest.approx([0.1, 0.028, 0.00856], abs=EXACT)
    assert [round(n.per_use, 4) for n in shown] == [0.5310, 0.2719, 0.1858]
    numbers(wire, repeats=3)
    assert wire.readout == (
        "Flip 0.10, every bit sent 3 times and voted on: wrong with probability 0.0280; "
        "H(Y) = 1.0000, H(Y|X) = 0.1843, I(X;Y) = 0.8157 bits, 0.2719 bits per use of the line"
    )


def test_every_further_wire_loses_and_a_coin_toss_loses_everything(wire):
    for flip in (0.1, 0.5):
        bits = [numbers(wire, flip=flip, wires=wires, repeats=1).shared for wires in range(1, 7)]
        assert bits == sorted(bits, reverse=True)
    assert bits == pytest.approx([0] * 6, abs=EXACT)


def test_the_wires_drawn_are_those_in_use(wire):
    n = numbers(wire, flip=0.2, wires=4, repeats=3)
    drawn = artists_of(wire)
    assert len(drawn.strands.get_segments()) == 3
    assert len(drawn.wires.get_xdata()) == 12
    straight, crossing = drawn.right.get_linewidths()[0], drawn.wrong.get_linewidths()[0]
    assert crossing / (straight + crossing) == pytest.approx(n.wrong)
    assert all(segment[0][1] == segment[-1][1] for segment in drawn.right.get_segments())
    assert all(abs(segment[0][1] - segment[-1][1]) > 0.5 for segment in drawn.wrong.get_segments())
    assert [bar.get_width() for bar in drawn.bars] == pytest.approx([n.h_y, n.h_y_x, n.shared, n.per_use])
    assert drawn.bars[1].get_x() == pytest.approx(n.shared)


def test_a_perfect_wire_has_no_crossing_lines(wire):
    numbers(wire, flip=0.0, wires=6, repeats=1)
    assert artists_of(wire).wrong.get_segments() == []
    assert len(artists_of(wire).right.get_segments()) == 2
