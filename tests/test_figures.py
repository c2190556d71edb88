"""Figures can be told apart, read and listened to; the recurring drawings are true to scale.

Oracle: the contrast formula of WCAG 2, HTML read back by the standard library's parser, and areas and
lengths measured on the drawn boxes against arithmetic with `math`.
"""

import base64
import html.parser
import itertools
import math
import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import figures


@pytest.fixture(autouse=True)
def reading_style():
    figures.use_style("reading")
    yield
    figures.use_style("reading")


# --------------------------------------------------------------------------------------------- colours
def _linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _contrast(one, other):
    light, dark = sorted((float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# How three kinds of colour blindness see linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
COLOUR_BLINDNESS = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


@pytest.mark.parametrize(
    "ink", ["P_COLOUR", "Q_COLOUR", "GOOD_COLOUR", "ACCENT_COLOUR", "QUIET_COLOUR", "INK"]
)
def test_every_ink_stands_out_from_white_paper(ink):
    assert _contrast(getattr(figures, ink), "#FFFFFF") >= 3


@pytest.mark.parametrize("fill", ["ENTROPY_FILL", "DIVERGENCE_FILL"])
def test_words_on_a_fill_can_be_read(fill):
    assert _contrast(getattr(figures, fill), figures.INK) >= 7


@pytest.mark.parametrize("seen_by", COLOUR_BLINDNESS)
@pytest.mark.parametrize(("one", "other"), [("P_COLOUR", "Q_COLOUR"), ("ENTROPY_FILL", "DIVERGENCE_FILL")])
def test_truth_and_model_stay_two_colours_for_colour_blind_eyes(one, other, seen_by):
    matrix = np.array(COLOUR_BLINDNESS[seen_by])
    seen = [np.clip(matrix @ _linear(getattr(figures, name)), 0, 1) for name in (one, other)]
    assert np.abs(seen[0] - seen[1]).max() > 0.1


def test_all_colours_of_the_palette_differ():
    names = ("P_COLOUR", "Q_COLOUR", "ENTROPY_FILL", "DIVERGENCE_FILL", "GOOD_COLOUR", "ACCENT_COLOUR")
    for one, other in itertools.combinations([getattr(figures, name) for name in names], 2):
        assert np.abs(_linear(one) - _linear(other)).max() > 0.1


# ---------------------------------------------------------------------------------------------- styles
def test_the_lecture_style_is_bigger_and_thicker_and_reading_puts_it_back():
    reading = {name: mpl.rcParams[name] for name in ("font.size", "lines.linewidth", "lines.markersize")}
    figures.use_style("lecture")
    for name, size in reading.items():
        assert mpl.rcParams[name] >= 1.4 * size
    figures.use_style()
    assert {name: mpl.rcParams[name] for name in reading} == reading


def test_the_environments_style_is_used_whatever_the_notebook_says(monkeypatch):
    figures.use_style("lecture")
    lecture = mpl.rcParams["font.size"]
    monkeypatch.setenv("COURSE_LIB_STYLE", "lecture")
    figures.use_style("reading")
    assert mpl.rcParams["font.size"] == lecture
    monkeypatch.setenv("COURSE_LIB_STYLE", "")
    figures.use_style("reading")
    assert mpl.rcParams["font.size"] < lecture


def test_an_unknown_style_of_the_environment_is_refused_too(monkeypatch):
    monkeypatch.setenv("COURSE_LIB_STYLE", "poster")
    with pytest.raises(ValueError, match=r"There is no style 'poster'"):
        figures.use_style("reading")


def test_an_unknown_style_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"There is no style 'poster'; there are: reading, lecture\."):
        figures.use_style("poster")


# ------------------------------------------------------------------------------------------ alternative text
class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.words = [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr(figures, "display", shown.append)
    return shown


def test_the_alt_sentence_is_image_text_caption_and_plain_text_and_is_escaped(displayed):
    alt = '  If p < q & q > 0.5, the "bill" is 1.2075 bits: <b>more</b> than H = 1 bit.  '
    figures.show(Figure(figsize=(4, 2)), alt)
    bundle = displayed[0]._repr_mimebundle_()
    reader = _Reader()
    reader.feed(bundle["text/html"])
    image = dict(reader.tags)["img"]
    assert bundle["text/plain"] == image["alt"] == reader.words == alt.strip()
    assert [tag for tag, _ in reader.tags] == ["figure", "img", "figcaption"]
    assert base64.b64decode(image["src"].removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")


@pytest.mark.parametrize(("inches", "css_pixels"), [(4, 400), (8.4, 840), (12, 840)])
def test_a_shown_figure_is_no_wider_than_a_notebook_cell(displayed, inches, css_pixels):
    figures.show(Figure(figsize=(inches, 1)), "A bare figure of no more than a notebook's width.")
    assert re.search(r"width:(\d+)px;max-width:100%", displayed[0]._repr_mimebundle_()["text/html"])[
        1
    ] == str(css_pixels)


def test_in_a_lecture_the_letters_of_an_axis_are_18_css_pixels_high():
    """By hand: a point is 1/72 of an inch, and the 8.4 inches of a figure are the width on the screen."""
    figures.use_style("lecture")
    try:
        _, axes = figures.new_figure()
        (label, *_) = axes.get_xticklabels()
        assert label.get_fontsize() / 72 / 8.4 * figures.picture_width() >= 18
        figures.use_style()
        assert label.get_fontsize() / 72 / 8.4 * figures.picture_width() < 18  # so the width is needed
    finally:
        figures.use_style()


@pytest.mark.parametrize("alt", ["", "a plot", " " * 40, "nineteen characters"])
def test_a_figure_without_a_sentence_is_refused(displayed, alt):
    with pytest.raises(ValueError, match="The alt text must say what the figure shows, with its key numbers"):
        figures.show(Figure(figsize=(4, 2)), alt)
    assert displayed == []


def test_a_new_figure_is_as_wide_as_a_cell_and_unknown_to_pyplot():
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    figure, axes = figures.new_figure(height=2.5, rows=2, columns=3)
    assert tuple(figure.get_size_inches()) == (8.4, 2.5)
    assert np.shape(axes) == (2, 3)
    assert pyplot.get_fignums() == before


# ------------------------------------------------------------------------------------- recurring drawings
def _axes():
    return Figure(figsize=(8.4, 3)).subplots()


def _area(patches):
    return sum(patch.get_width() * patch.get_height() for patch in patches)


P, Q = (0.5, 0.25, 0.125, 0.125), (0.25, 0.25, 0.25, 0.25)


def test_the_area_of_the_bill_is_the_entropy():
    axes = _axes()
    figures.draw_bill(axes, P)
    assert _area(axes.patches) == pytest.approx(1.75)
    assert [patch.get_width() for patch in axes.patches] == pytest.approx(P)
    assert [patch.get_height() for patch in axes.patches] == pytest.approx([1, 2, 3, 3])


def test_hatched_minus_dashed_area_of_the_bill_is_the_kl_divergence_and_the_rest_adds_up_to_what_is_paid():
    axes = _axes()
    figures.draw_bill(axes, P, Q)
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    dashed = [patch for patch in axes.patches if patch.get_linestyle() == "--"]
    plain = [patch for patch in axes.patches if patch not in hatched + dashed]
    assert _area(hatched) - _area(dashed) == pytest.approx(2 - 1.75)  # D = H(p, q) − H(p)
    assert _area(hatched) + _area(plain) == pytest.approx(2)  # the cross-entropy


def test_the_bill_of_a_model_that_forbids_what_happens_runs_out_of_the_picture():
    axes = _axes()
    figures.draw_bill(axes, (0.5, 0.5), (1.0, 0.0))
    assert "∞" in [text.get_text() for text in axes.texts]
    assert max(patch.get_y() + patch.get_height() for patch in axes.patches) == pytest.approx(
        axes.get_ylim()[1]
    )


def test_the_information_bars_end_where_the_chain_rule_says():
    axes = _axes()
    figures.draw_information_bars(axes, [[0.35, 0.15], [0.10, 0.40]])
    h = {p: -p * math.log2(p) - (1 - p) * math.log2(1 - p) for p in (0.3, 0.2, 0.45)}
    speed_given_time = (h[0.3] + h[0.2]) / 2
    shared = h[0.45] - speed_given_time
    spans = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches]
    whole = 1 + speed_given_time
    assert np.array(spans) == pytest.approx(
        np.array([(0, whole), (0, 1), (1 - shared, whole), (0, 1 - shared), (1 - shared, 1), (1, whole)])
    )
    assert "I(X;Y)\n0.191" in [text.get_text() for text in axes.texts]


def test_the_shared_piece_can_go_by_an_everyday_name_until_it_has_its_own():
    axes = _axes()
    figures.draw_information_bars(axes, [[0.35, 0.15], [0.10, 0.40]], shared_name="shared")
    words = [text.get_text() for text in axes.texts]
    assert "shared\n0.191" in words
    assert not any(word.startswith("I(") for word in words)


def test_the_heat_strip_wraps_writes_every_piece_and_fills_its_bar_with_the_bits():
    axes = _axes()
    lines = figures.draw_heat_strip(axes, "ab cd", [1, 2, 4, 0, 8], columns=3, ceiling=4)
    assert lines == 2
    assert [text.get_text() for text in axes.texts] == ["a", "b", "␣", "c", "d"]
    bars = axes.patches[1::2]
    assert [bar.get_height() / 0.3 for bar in bars] == pytest.approx([0.25, 0.5, 1, 0, 1])


def test_an_infinite_surprise_fills_its_cell_and_leaves_the_others_readable():
    axes = _axes()
    figures.draw_heat_strip(axes, "abc", [1, math.inf, 2])
    assert [bar.get_height() / 0.3 for bar in axes.patches[1::2]] == pytest.approx([0.5, 1, 1])


def test_pieces_without_their_bits_are_refused():
    with pytest.raises(ValueError, match="there are 3 pieces and 2 numbers"):
        figures.draw_heat_strip(_axes(), "abc", [1, 2])


def test_each_leaf_of_the_code_tree_has_its_share_of_the_kraft_bar():
    axes = _axes()
    figures.draw_code_tree(axes, ["0", "10", "110", "111"], labels="abcd")
    whole, *shares = axes.patches
    assert whole.get_width() == 1
    assert [share.get_width() for share in shares] == [0.5, 0.25, 0.125, 0.125]
    assert [share.get_x() for share in shares] == [0, 0.5, 0.75, 0.875]
    assert "c\n110" in [text.get_text() for text in axes.texts]
