"""Letters put together from tiles look as if Matplotlib had drawn the whole text.

Oracle: Matplotlib's own renderer, pixel by pixel, and the sizes it measures.
"""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from course_lib import figures
from course_lib.explore.lettering import QuickCanvas, QuickRenderer

TEXTS = (
    "Hatched: gain 0.1234 bits",
    "p(A) = 0.2500 → 1/3; ½ (7) 17 % +1.234 −0.5",
    "D(p‖q) = Σ p log₂(p / q)",
    "AVAW To Ty. LT 7,4 7.7 T1 P. r, V.",  # pairs that fonts move together
    "off, ffi, fly, Aff. fT fi",  # letters that fonts draw as one
    "  a  b ",
    " ",
)
FONTS = (
    {"size": 10.5},
    {"size": 15, "weight": "bold"},
    {"size": 9, "family": "monospace"},
    {"size": 8.7, "style": "italic"},
)
INK = (0.0, 0.45, 0.7, 1.0)


@pytest.fixture(autouse=True)
def reading_style():
    figures.use_style("reading")


def _pixels(renderer, text, prop, *, x=7, y=40, colour=INK, angle=0.0):
    gc = renderer.new_gc()
    gc.set_foreground((1, 1, 1), isRGBA=True)
    gc.set_foreground(colour, isRGBA=True)
    renderer.clear()
    np.asarray(renderer.buffer_rgba())[...] = (240, 228, 66, 255)  # paper on which blending would show
    renderer.draw_text(gc, x, y, text, prop, angle)
    return np.array(renderer.buffer_rgba())


@pytest.mark.parametrize("dpi", [100, 125, 150])
@pytest.mark.parametrize("font", FONTS, ids=str)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_very_pixels_and_size_that_matplotlib_gives_it(text, font, dpi):
    prop = FontProperties(**font)
    quick, usual = QuickRenderer(700, 60, dpi), RendererAgg(700, 60, dpi)
    for _ in range(2):  # from new tiles, and from kept ones
        assert np.array_equal(_pixels(quick, text, prop), _pixels(usual, text, prop))
        assert quick.get_text_width_height_descent(text, prop, False) == pytest.approx(
            usual.get_text_width_height_descent(text, prop, False), abs=1e-9
        )


def test_a_text_begins_at_the_nearest_whole_pixel():
    prop = FontProperties(size=10.5)
    quick, usual = QuickRenderer(200, 60, 100), RendererAgg(200, 60, 100)
    assert np.array_equal(
        _pixels(quick, "0.73", prop, x=7.4, y=39.7), _pixels(usual, "0.73", prop, x=7, y=40)
    )


@pytest.mark.parametrize(
    "changes",
    [{"angle": 90.0}, {"colour": (0.0, 0.45, 0.7, 0.5)}],
    ids=["turned", "seen through"],
)
def test_what_tiles_cannot_show_is_left_to_matplotlib(changes):
    prop = FontProperties(size=10.5)
    quick, usual = QuickRenderer(200, 120, 100), RendererAgg(200, 120, 100)
    assert np.array_equal(
        _pixels(quick, "loss", prop, y=80.3, **changes), _pixels(usual, "loss", prop, y=80.3, **changes)
    )


def test_mathtext_is_left_to_matplotlib():
    prop = FontProperties(size=10.5)
    quick, usual = QuickRenderer(200, 60, 100), RendererAgg(200, 60, 100)
    formula = r"$\frac{1}{2}$"
    assert quick.get_text_width_height_descent(formula, prop, True) == usual.get_text_width_height_descent(
        formula, prop, True
    )


def test_words_outside_their_axes_are_clipped():
    figure = Figure(figsize=(3, 2), dpi=100)
    QuickCanvas(figure)
    axes = figure.add_axes((0, 0, 0.5, 1))
    axes.axis("off")
    axes.text(0.9, 0.5, "far too long for its axes", clip_on=True)
    figure.canvas.draw()
    edge = 150 + 1  # Agg clips images one pixel later than lines
    inside, outside = np.hsplit(np.asarray(figure.canvas.buffer_rgba()), [edge])
    assert (inside < 255).any()
    assert (outside == 255).all()


def test_a_figure_that_changes_its_size_is_drawn_anew():
    figure = Figure(figsize=(3, 2), dpi=100)
    canvas = QuickCanvas(figure)
    canvas.draw()
    figure.set_dpi(150)
    canvas.draw()
    assert np.asarray(canvas.buffer_rgba()).shape == (300, 450, 4)
