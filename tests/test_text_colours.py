"""Coloured text: every token on a cell of its own, darker where it cost more, with its bits to read.

Oracle: extents of the drawn letters in pixels, luminance of the drawn colours, and literal text.
"""

import doctest
import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course_lib import figures, text_colours

WORDS = (" rain", " on", " the", " window", " and", " a", " kettle", ",", " complaining", " quietly", ".")
TOKENS = (7 * WORDS)[:77]


@pytest.fixture(autouse=True)
def reading_style():
    figures.use_style("reading")
    yield
    figures.use_style("reading")


def _axes(height=3.4):
    figure = Figure(figsize=(8.4, height))
    return figure.subplots(gridspec_kw={"left": 0.01, "right": 0.99, "bottom": 0.1, "top": 0.9})


def _drawn(tokens, bits, height=3.4):
    axes = _axes(height)
    drawn = text_colours.draw_coloured_text(axes, tokens, bits)
    axes.figure.canvas.draw()
    return axes, drawn


def test_the_examples_come_out_as_shown():
    failed, attempted = doctest.testmod(text_colours)
    assert attempted > 0 and failed == 0


@pytest.mark.parametrize("style", ["reading", "lecture"])
@pytest.mark.parametrize("count", [1, 19, 77, 256])
def test_every_token_and_its_bits_stand_inside_their_own_cell(style, count):
    figures.use_style(style)
    tokens = (TOKENS * 4)[:count]
    axes, drawn = _drawn(tokens, np.linspace(0, 20, count))
    renderer = FigureCanvasAgg(axes.figure).get_renderer()
    cells = [path.get_extents().transformed(axes.transData) for path in drawn.cells.get_paths()]
    frame = axes.get_window_extent()
    assert len(cells) == count
    for cell, word, number in zip(cells, drawn.words, drawn.numbers, strict=True):
        assert frame.x0 - 1 <= cell.xmin <= cell.xmax <= frame.x1 + 1
        assert frame.y0 - 1 <= cell.ymin <= cell.ymax <= frame.y1 + 1
        above, below = word.get_window_extent(renderer), number.get_window_extent(renderer)
        for ink in (above, below):
            assert cell.xmin - 2 < ink.x0 <= ink.x1 < cell.xmax + 2
        assert below.y0 > cell.ymin - 3
        assert above.y1 < cell.ymax + 3
    for first, second in itertools.pairwise(cells):
        assert second.xmin >= first.xmax - 0.01 or second.ymax <= first.ymin + 0.01


def test_dearer_is_darker_up_to_the_ceiling_and_ink_stays_readable():
    _, drawn = _drawn(["a"] * 6, [0, 4, 8, 16, 40, np.inf])
    light = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, _ in _linear(drawn.cells.get_facecolor())]
    assert light[0] == pytest.approx(1)
    assert light[0] > light[1] > light[2] > light[3] == light[4] == light[5]
    ((r, g, b, *_),) = _linear([to_rgb(figures.INK)])
    ink = 0.2126 * r + 0.7152 * g + 0.0722 * b
    assert (light[3] + 0.05) / (ink + 0.05) > 4.5  # WCAG's least contrast
    assert [text.get_text() for text in drawn.numbers] == ["0.0", "4.0", "8.0", "16", "40", "∞"]


def _linear(colours):
    values = np.asarray(colours)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def test_recolouring_draws_what_a_new_text_would():
    _, drawn = _drawn(["a", "b"], [1, 9])
    text_colours.colour(drawn, [9, 1])
    _, afresh = _drawn(["a", "b"], [9, 1])
    assert np.array_equal(drawn.cells.get_facecolor(), afresh.cells.get_facecolor())
    assert [t.get_text() for t in drawn.numbers] == [t.get_text() for t in afresh.numbers] == ["9.0", "1.0"]


def test_outlines_go_around_the_marked_cells_only():
    _, drawn = _drawn(["a", "b", "c"], [1, 2, 3])
    text_colours.mark(drawn, [False, True, False])
    (outline,) = drawn.marks.get_paths()
    cell = drawn.cells.get_paths()[1]
    assert outline.get_extents().bounds == cell.get_extents().bounds


def test_a_text_without_bits_is_written_on_white():
    _, drawn = _drawn(["a", "b"], None)
    assert np.allclose(drawn.cells.get_facecolor(), 1)
    assert [text.get_text() for text in drawn.numbers] == ["", ""]


@pytest.mark.parametrize(
    ("piece", "written"),
    [
        ("\n\n", "↵↵"),
        ("\t\r", "→←"),
        ("日本", "□□"),
        ("\x07\ufeff", "□□"),
        ("é", "é"),
        (b"\xe6\x97", "xE697"),
        ("-" * 40, "-" * 15 + "…"),
        ("", ""),
    ],
)
def test_signs_stand_for_what_has_no_letter(piece, written):
    assert text_colours.legible(piece) == written


@pytest.mark.filterwarnings("error")
def test_dollars_and_missing_letters_are_drawn_without_a_warning():
    axes, drawn = _drawn(["$x$", " 日", "\x07", b"\xff"], [1, 2, 3, 4])
    assert drawn.words[0].get_text() == "$x$"
    assert not any(text.get_parse_math() for text in axes.texts)


@pytest.mark.parametrize("style", ["reading", "lecture"])
@pytest.mark.parametrize("count", [5, 77])
def test_a_figure_is_as_high_as_its_text_in_the_styles_own_type(style, count):
    figures.use_style(style)
    figure = text_colours.coloured_text_figure(TOKENS[:count], np.full(count, 3.0), title="A claim")
    (axes,) = figure.axes
    lines = len({round(text.get_position()[1], 6) for text in axes.texts}) / 2
    size = figures.STYLES[style]["font.size"]
    assert axes.get_ylim()[0] == pytest.approx(lines, abs=0.1)
    assert axes.texts[0].get_fontsize() == pytest.approx(size)
    assert figure.get_figwidth() == 8.4


def test_a_missing_number_is_a_mistake_not_a_white_cell():
    with pytest.raises(ValueError, match="2 tokens"):
        text_colours.draw_coloured_text(_axes(), ["a", "b"], [1.0])
    with pytest.raises(ValueError, match="no tokens"):
        text_colours.draw_coloured_text(_axes(), [], [])
