"""The drawings that return in every chapter: their areas, lengths and shades are the numbers they stand for.

Oracle: the geometry read back from the axes (areas and lengths of patches), compared with sums of
logarithms written out here.
"""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_lib import figures
from course_lib.classifiers import reliability

P = [0.5, 0.25, 0.125, 0.125]
Q = [0.25, 0.25, 0.25, 0.25]


@pytest.fixture
def axes():
    return Figure(figsize=(8.4, 3.4)).subplots()


def _area(patches):
    return sum(patch.get_width() * patch.get_height() for patch in patches)


def _filled(axes, colour, hatched):
    wanted = figures.mpl.colors.to_rgb(colour)
    return [
        patch
        for patch in axes.patches
        if patch.get_facecolor()[:3] == pytest.approx(wanted, abs=1e-6)
        and patch.get_facecolor()[3] > 0
        and bool(patch.get_hatch()) == hatched
    ]


def _words(axes):
    return [text.get_text() for text in axes.findobj(Text) if text.get_text()]


def test_the_area_of_the_bill_is_the_entropy(axes):
    figures.draw_bill(axes, P)
    assert _area(axes.patches) == pytest.approx(1.75, abs=1e-12)


def test_hatched_minus_dashed_area_is_the_kl_divergence(axes):
    figures.draw_bill(axes, P, Q)
    excess = _area(_filled(axes, figures.DIVERGENCE_FILL, hatched=True))
    saved = _area([patch for patch in axes.patches if patch.get_linestyle() == "--"])
    assert excess - saved == pytest.approx(sum(p * math.log2(p / q) for p, q in zip(P, Q, strict=True)))
    assert excess == pytest.approx(0.5)
    assert saved == pytest.approx(0.25)


def test_a_bill_for_the_right_model_has_nothing_hatched_and_nothing_dashed(axes):
    figures.draw_bill(axes, P, P)
    assert len(axes.patches) == len(P)
    assert _area(_filled(axes, figures.ENTROPY_FILL, hatched=False)) == pytest.approx(1.75)


def test_an_impossible_price_is_marked_as_infinite_and_stays_in_the_picture(axes):
    figures.draw_bill(axes, [0.5, 0.3, 0.2], [0.7, 0.3, 0.0])
    assert "∞" in _words(axes)
    assert all(np.isfinite(patch.get_height()) for patch in axes.patches)


def test_an_outcome_that_never_happens_has_no_box_even_if_it_has_a_price(axes):
    figures.draw_bill(axes, [0.5, 0.5, 0.0], [0.25, 0.25, 0.5], labels="abc")
    assert "c" not in _words(axes)
    assert {patch.get_width() for patch in axes.patches} == {0.5}


def test_the_information_bars_have_the_lengths_of_the_entropies(axes):
    joint = np.array([[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]])

    def h(p):
        return -sum(x * math.log2(x) for x in np.ravel(p) if x)

    h_x, h_y, h_xy = h(joint.sum(axis=1)), h(joint.sum(axis=0)), h(joint)
    figures.draw_information_bars(axes, joint, names=("size", "colour"))
    lengths = [patch.get_width() for patch in axes.patches]
    starts = [patch.get_x() for patch in axes.patches]
    assert lengths == pytest.approx([h_xy, h_x, h_y, h_xy - h_y, h_x + h_y - h_xy, h_xy - h_x])
    assert starts == pytest.approx([0, 0, h_xy - h_y, 0, h_xy - h_y, h_x], abs=1e-12)
    assert any(word.startswith("I(size;colour)\n0.257") for word in _words(axes))


def test_independent_variables_share_a_bar_of_no_length(axes):
    figures.draw_information_bars(axes, np.outer([0.5, 0.5], [0.25, 0.75]))
    assert axes.patches[4].get_width() == pytest.approx(0, abs=1e-12)


def test_a_heat_strip_wraps_and_shades_and_raises_its_bars_by_surprise(axes):
    lines = figures.draw_heat_strip(axes, "ab cd", [0.0, 1.0, 2.0, 4.0, 1.0], columns=3)
    cells, bars = axes.patches[::2], axes.patches[1::2]
    assert lines == 2
    assert [cell.get_xy() for cell in cells] == [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]
    heights = [bar.get_height() for bar in bars]
    assert heights == pytest.approx([0, 0.075, 0.15, 0.3, 0.075])
    darkness = [-sum(cell.get_facecolor()[:3]) for cell in cells]
    assert np.argsort(darkness, kind="stable").tolist() == [0, 1, 4, 2, 3]
    assert {"a", "b", "␣", "c", "d"} <= set(_words(axes))


def test_a_heat_strip_of_tokens_keeps_each_token_on_one_line(axes):
    assert figures.draw_heat_strip(axes, ["The", " cat", "\n", "sat"], [1, 2, 3, 4], columns=5) == 3
    assert [cell.get_width() for cell in axes.patches[::2]] == [3, 4, 1, 3]


def test_a_heat_strip_can_share_its_ceiling_with_another(axes):
    figures.draw_heat_strip(axes, "ab", [1.0, 16.0], ceiling=8.0)
    assert [bar.get_height() for bar in axes.patches[1::2]] == pytest.approx([0.0375, 0.3])


def test_a_heat_strip_needs_one_number_for_each_piece(axes):
    with pytest.raises(ValueError, match="there are 3 pieces and 2 numbers"):
        figures.draw_heat_strip(axes, "abc", [1.0, 2.0])


def test_a_complete_code_fills_the_kraft_bar_without_overlap(axes):
    figures.draw_code_tree(axes, ["0", "10", "110", "111"], labels="ABCD")
    shares = _filled(axes, figures.ENTROPY_FILL, hatched=False)
    edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in shares)
    assert edges == [(0.0, 0.5), (0.5, 0.75), (0.75, 0.875), (0.875, 1.0)]
    assert {"A\n0", "D\n111", "1/2", "1/8"} <= set(_words(axes))


def test_a_wasteful_code_leaves_part_of_the_kraft_bar_bare(axes):
    figures.draw_code_tree(axes, ["00", "01", "10"])
    shares = _filled(axes, figures.ENTROPY_FILL, hatched=False)
    assert sum(bar.get_width() for bar in shares) == 0.75
    branches = [line for line in axes.lines if line.get_zorder() == 1]
    assert len(branches) == 5  # 0, 1, 00, 01, 10, and no branch to the word that nobody uses


# 10 forecasts of 0.9, of which 6 come true; 4 of 0.3, of which 2 come true; worked out by hand.
FORECASTS = [0.9] * 10 + [0.3] * 4
OUTCOMES = [1] * 6 + [0] * 4 + [1] * 2 + [0] * 2


def _extents(collection):
    return [tuple(np.round(path.get_extents().bounds, 12)) for path in collection.get_paths()]


def test_a_reliability_diagram_has_bars_of_what_came_true_and_hatched_gaps_up_to_what_was_said(axes):
    drawn = figures.draw_reliability(axes, reliability(FORECASTS, OUTCOMES, bins=5))
    assert _extents(drawn.bars) == [(0.2, 0.0, 0.2, 0.5), (0.8, 0.0, 0.2, 0.6)]
    assert _extents(drawn.gaps) == [(0.2, 0.3, 0.2, 0.2), (0.8, 0.6, 0.2, 0.3)]
    assert drawn.gaps.get_hatch() == figures.DIVERGENCE_HATCH
    assert _extents(drawn.marks) == [(0.2, 0.3, 0.2, 0.0), (0.8, 0.9, 0.2, 0.0)]


def test_a_reliability_diagram_counts_its_forecasts_above_the_bins_that_have_any(axes):
    drawn = figures.draw_reliability(axes, reliability(FORECASTS, OUTCOMES, bins=5))
    shown = {round(text.get_position()[0], 9): text.get_text() for text in drawn.counts if text.get_text()}
    assert shown == {0.3: "4", 0.9: "10"}
    assert figures.draw_reliability(axes, reliability(FORECASTS, OUTCOMES, bins=20)).counts == []


def test_moving_a_reliability_diagram_draws_what_a_new_one_would(axes):
    drawn = figures.draw_reliability(axes, reliability([0.1, 0.5], [0, 1], bins=5))
    figures.move_reliability(drawn, reliability(FORECASTS, OUTCOMES, bins=5))
    afresh = figures.draw_reliability(Figure().subplots(), reliability(FORECASTS, OUTCOMES, bins=5))
    for name in ("bars", "gaps", "outlines", "marks"):
        assert _extents(getattr(drawn, name)) == _extents(getattr(afresh, name))
    assert [t.get_text() for t in drawn.counts] == [t.get_text() for t in afresh.counts]


def test_an_information_plane_shades_what_no_summary_can_reach(axes):
    figures.draw_information_plane(axes, [0.0, 1.0], [0.0, 0.4], h_x=2.0, i_xy=0.5)
    (shaded,) = axes.patches
    outline = shaded.get_path()
    for i_xt, i_ty in [(0.3, 0.4), (0.45, 0.49), (1.0, 0.52), (1.9, 0.55), (0.05, 0.1)]:
        assert outline.contains_point((i_xt, i_ty)) == (i_ty > min(i_xt, 0.5)), (i_xt, i_ty)
    for i_xt, i_ty in [(0.3, 0.2), (0.49, 0.48), (1.0, 0.48), (2.0, 0.49), (0.0, 0.0)]:
        assert not outline.contains_point((i_xt, i_ty), radius=-1e-9), (i_xt, i_ty)
    assert "I(X;Y) = 0.500" in _words(axes)
    assert axes.get_xlim()[1] >= 2.0


def test_an_information_plane_draws_its_curve_through_the_points_given(axes):
    drawn = figures.draw_information_plane(axes, [0.0, 1.0, 2.0], [0.0, 0.4, 0.5], h_x=2.0, i_xy=0.5)
    assert drawn.line.get_xydata().tolist() == [[0.0, 0.0], [1.0, 0.4], [2.0, 0.5]]
    assert vars(drawn).keys() == {"line"}


def test_checkpoints_darken_with_time_between_a_ring_and_a_diamond(axes):
    i_xt, i_ty = [9.0, 8.0, 4.0, 1.0], [0.1, 0.5, 0.9, 1.0]
    drawn = figures.draw_information_plane(axes, i_xt, i_ty, h_x=12.0, i_xy=1.0, checkpoints=True)
    assert np.array(drawn.dots.get_offsets()).tolist() == np.column_stack([i_xt, i_ty]).tolist()
    brightness = drawn.dots.get_facecolor()[:, :3].sum(axis=1)
    assert np.argsort(brightness).tolist() == [3, 2, 1, 0]
    assert (drawn.start.get_xydata().tolist(), drawn.start.get_marker()) == ([[9.0, 0.1]], "o")
    assert (drawn.end.get_xydata().tolist(), drawn.end.get_marker()) == ([[1.0, 1.0]], "D")


def test_moving_a_path_draws_what_a_new_one_would(axes):
    first, second = ([9.0, 8.0, 1.0], [0.1, 0.5, 1.0]), ([12.0, 11.0], [1.0, 0.9])
    drawn = figures.draw_information_plane(axes, *first, h_x=12.0, i_xy=1.0, checkpoints=True)
    figures.move_information_path(drawn, *second)
    other = Figure().subplots()
    afresh = figures.draw_information_plane(other, *second, h_x=12.0, i_xy=1.0, checkpoints=True)
    for name in ("line", "start", "end"):
        assert np.array_equal(getattr(drawn, name).get_xydata(), getattr(afresh, name).get_xydata())
    assert np.array_equal(drawn.dots.get_offsets(), afresh.dots.get_offsets())
    assert np.array_equal(drawn.dots.get_facecolor(), afresh.dots.get_facecolor())
