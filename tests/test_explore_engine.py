"""What holds for every slider of the course, and for the engine that draws them.

Oracle: a picture is right when it equals the one that a painter who has drawn nothing before draws of
the same numbers. Sentences and refusals are compared with literal text.
"""

import base64
import html
import io
import re
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from course_lib import explore, figures
from course_lib.controls import Choice, Controls, Range, Steps, Toggle, Weights
from course_lib.explore.engine import KEPT_SCENES, Demo, Explorer, Painter, flat
from course_lib.figures import LECTURE_WIDTH, MOST_PIXELS, PICTURE_WIDTH

EVERY_DEMO = sorted(explore.DEMOS)

# A warning would be printed into the learner's cell.
pytestmark = [pytest.mark.filterwarnings(f"error::{kind}") for kind in ("UserWarning", "RuntimeWarning")]


@pytest.fixture(autouse=True)
def reading_style():
    figures.use_style("reading")
    yield
    figures.use_style("reading")


def _ends(control, state):
    """Both ends of a control: the first and the last option, nothing and everything."""
    control = control.within(state)
    if isinstance(control, Range):
        return [min(control.values), max(control.values)]
    if isinstance(control, Choice):
        return (
            list(control.options) if len(control.options) <= 5 else [control.options[0], control.options[-1]]
        )
    if isinstance(control, Toggle):
        return [True, False]
    if isinstance(control, Steps):
        return [1, len(control.titles)]
    if isinstance(control, Weights):
        one_certain = [control.maximum] + [0] * (len(control.outcomes) - 1)
        return [[control.maximum] * len(control.outcomes), one_certain, [0] * len(control.outcomes)]
    return []


def _states(demo):
    """Where the controls stand at first, each control at each of its ends, and every preset."""
    start = Controls(demo.title, demo.controls).state
    yield start
    for control in demo.controls:
        sets = control.sets if control.kind == "preset" else {}
        for move in [sets] if sets else [{control.name: end} for end in _ends(control, start)]:
            governed = {c.name for c in demo.controls if getattr(c, "governor", None) in move}
            yield {name: value for name, value in start.items() if name not in governed} | move


def _demo(number):
    return explore.DEMOS[number]()._demo


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.mark.parametrize("number", EVERY_DEMO)
def test_a_demo_stands_under_its_own_number_and_has_a_title(number):
    demo = _demo(number)
    assert demo.number == number
    assert demo.title
    assert explore.DEMOS[number].__doc__.startswith(f"{number}: ")


@pytest.mark.parametrize("number", EVERY_DEMO)
def test_wherever_the_controls_stand_there_is_a_sentence_and_the_right_picture(number):
    explorer = explore.DEMOS[number]()
    demo = explorer._demo
    for state in [*_states(demo), next(_states(demo))]:
        explorer.set(**state)
        sentence = explorer.readout
        assert not re.search(r"\bnan\b|\binf\b|[-−]0\.0+(?!\d)|None|array|\$", sentence), (state, sentence)
        assert re.search(r"[\w.)%]$", sentence), (state, sentence)
        if explorer.tone == "problem":
            assert sentence.endswith(".")
            assert explorer.picture == b""
            continue
        assert explorer.tone == ""
        numbers = demo.compute(**explorer.state)
        assert explorer.alt == f"{sentence} {demo.details(numbers)}".strip()
        assert explorer.picture.startswith(b"\x89PNG")
        assert np.array_equal(_pixels(explorer.picture), _pixels(Painter(demo).png(numbers))), state


@pytest.mark.parametrize("number", EVERY_DEMO)
def test_a_demo_begins_with_its_sentence_and_picture(number):
    explorer = explore.DEMOS[number]()
    data, _ = explorer._repr_mimebundle_()
    assert explorer.tone == ""
    end = "" if explorer.title.endswith("?") else "."
    assert data["text/plain"] == f"{explorer.title}{end} {explorer.readout}"
    assert base64.b64encode(explorer.picture).decode() in data["text/html"]
    assert f'alt="{html.escape(explorer.alt)}"' in data["text/html"]


@pytest.mark.parametrize("number", ["D1.1"])
def test_two_demos_of_one_kind_do_not_disturb_each_other(number):
    first, second = explore.DEMOS[number](), explore.DEMOS[number]()
    state, picture = second.state, second.picture
    for moved in _states(first._demo):
        first.set(**moved)
    assert (second.state, second.picture) == (state, picture)


# ------------------------------------------------------------------------------- can it all be read?
def _visible_texts(figure):
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        texts = [*axes.texts, axes.title, axes._left_title, axes._right_title]
        if axes.axison:
            for axis in (axes.xaxis, axes.yaxis):
                low, high = sorted(axis.get_view_interval())
                ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
                texts += [axis.label, *(label for place, label in ticks if low <= place <= high)]
        for text in texts:
            if isinstance(text, Text) and text.get_visible() and text.get_text().strip():
                yield text, text.get_window_extent(renderer)


def _unreadable(figure):
    boxes = list(_visible_texts(figure))
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            yield f"{text.get_text()!r} is cut off"
    slack = 4  # pixels: a line's box is a little higher than its letters
    for i, (text, a) in enumerate(boxes):
        for other, b in boxes[:i]:
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            if across > slack and down > slack:
                yield f"{text.get_text()!r} lies over {other.get_text()!r}"


@pytest.mark.parametrize("style", ["reading", "lecture"])
@pytest.mark.parametrize("number", EVERY_DEMO)
def test_no_words_of_a_picture_are_cut_off_or_lie_over_others(number, style):
    demo = _demo(number)
    figures.use_style(style)
    explorer = Explorer(demo)
    for state in _states(demo):
        explorer.set(**state)
        if not explorer.tone:
            assert list(_unreadable(explorer._painter.scene.figure)) == [], (state, style)


@pytest.mark.parametrize("number", EVERY_DEMO)
def test_no_picture_uses_mathtext(number):
    explorer = explore.DEMOS[number]()
    texts = explorer._painter.scene.figure.findobj(Text)
    assert not [text.get_text() for text in texts if "$" in text.get_text()]


# ----------------------------------------------------------------------------------- the engine itself
def _square_demo(**changes):
    def draw(figure, numbers):
        axes = figure.subplots()
        axes.set(xlim=(0, 10), ylim=(0, 100), title=f"Scene {numbers.square // 50}")
        return SimpleNamespace(dot=axes.plot([0], [0], "o")[0])

    def compute(x):
        if x == 9:
            raise ValueError("Nine is not for drawing; take another number.")
        return SimpleNamespace(x=x, square=x * x)

    parts = {
        "number": "D9.9",
        "title": "Squares",
        "controls": [Range("x", "x", values=range(11), default=2)],
        "compute": compute,
        "describe": lambda n: f"{n.x} squared is {n.square}.",
        "draw": draw,
        "update": lambda artists, n: artists.dot.set_data([n.x], [n.square]),
        "scene": lambda n: n.square // 50,
    }
    return Demo(**parts | changes)


def test_a_state_without_a_picture_says_why_and_the_next_move_draws_again():
    explorer = Explorer(_square_demo())
    before = explorer.picture
    explorer.x = 9
    assert (explorer.tone, explorer.readout) == ("problem", "Nine is not for drawing; take another number.")
    assert (explorer.picture, explorer.alt) == (b"", "")
    explorer.x = 2
    assert (explorer.tone, explorer.readout) == ("", "2 squared is 4.")
    assert explorer.picture == before


def test_the_still_part_is_drawn_once_for_each_scene():
    drawn = []
    demo = _square_demo()
    explorer = Explorer(
        _square_demo(draw=lambda figure, n: drawn.append(n.x) or demo.draw(figure, n))  # type: ignore[misc]
    )
    for x in (3, 4, 5, 7, 8, 2):  # squares 4 | 9 16 25 49 | 64 | 4: scenes 0, 1, 0
        explorer.x = x
    assert drawn == [2, 8]  # the last move goes back to a scene that is still there


def test_only_the_scenes_used_last_are_kept():
    painter = Painter(_square_demo(scene=lambda n: n.x))
    for x in range(KEPT_SCENES + 3):
        painter.png(SimpleNamespace(x=x, square=x * x))
    assert [name for name, _dpi in painter._scenes] == list(range(3, KEPT_SCENES + 3))


def test_words_that_stand_in_the_picture_only_are_added_to_its_alt_text():
    explorer = Explorer(_square_demo(details=lambda n: "The dot stands on a parabola."))
    assert explorer.readout == "2 squared is 4."
    assert explorer.alt == "2 squared is 4. The dot stands on a parabola."


def test_a_failed_drawing_is_not_taken_for_a_finished_one():
    fails = {8}

    def draw(figure, numbers):
        artists = _square_demo().draw(figure, numbers)
        if numbers.x in fails:
            raise RuntimeError("no ink")
        return artists

    painter = Painter(_square_demo(draw=draw))
    numbers = [SimpleNamespace(x=x, square=x * x) for x in (2, 8)]
    first = painter.png(numbers[0])
    with pytest.raises(RuntimeError, match="no ink"):
        painter.png(numbers[1])
    assert painter.png(numbers[0]) == first
    fails.clear()
    assert painter.png(numbers[1]) == Painter(_square_demo()).png(numbers[1])


def test_a_moving_artist_that_was_removed_is_named_and_not_lost():
    def update(artists, numbers):
        if artists.dot.figure is not None:
            artists.dot.remove()

    with pytest.raises(ValueError, match=r"removed from its figure; set_visible\(False\) hides it"):
        Explorer(_square_demo(update=update))


def test_moving_words_do_not_push_the_still_part_about():
    def draw(figure, numbers):
        axes = figure.subplots()
        return SimpleNamespace(words=axes.text(1, 0.5, "", transform=axes.transAxes))

    demo = _square_demo(draw=draw, update=lambda a, n: a.words.set_text("w" * n.x), scene=lambda n: n.x)
    painter = Painter(demo)
    frames = []
    for x in (0, 10):
        painter.png(SimpleNamespace(x=x, square=x * x))
        frames.append(painter.scene.figure.axes[0].get_position().bounds)
    assert frames[0] == frames[1]


@pytest.mark.parametrize(("pixel_ratio", "drawn"), [(1.0, 1.0), (1.25, 1.25), (2.0, MOST_PIXELS), (0.5, 1.0)])
def test_a_picture_has_the_pixels_of_the_screen_it_is_shown_on(pixel_ratio, drawn):
    explorer = Explorer(_square_demo(height=2.0))
    explorer.pixel_ratio = pixel_ratio
    assert _pixels(explorer.picture).shape == (200 * drawn, PICTURE_WIDTH * drawn, 3)
    explorer.x = 3  # and it stays so
    assert _pixels(explorer.picture).shape == (200 * drawn, PICTURE_WIDTH * drawn, 3)


def test_in_a_lecture_the_picture_is_wider_and_as_sharp():
    figures.use_style("lecture")
    try:
        explorer = Explorer(_square_demo(height=2.1))
    finally:
        figures.use_style()
    assert explorer.width == LECTURE_WIDTH
    assert _pixels(explorer.picture).shape == (220, LECTURE_WIDTH, 3)


def test_artists_are_found_in_any_nest_of_namespaces_lists_and_mappings():
    explorer = Explorer(_square_demo())
    axes = explorer._painter.scene.figure.axes[0]
    a, b, c, d = (axes.text(0, 0, letter) for letter in "abcd")
    bars = axes.bar([1, 2], [1, 2])
    nest = SimpleNamespace(one=a, two=[b, (c,)], three={"d": d}, four=bars, remark="no artist", five=None)
    assert list(flat(nest)) == [a, b, c, d, *bars.patches]


def test_sentence_alt_text_and_picture_travel_in_one_message(monkeypatch):
    sent = []
    explorer = Explorer(_square_demo())
    monkeypatch.setattr(Controls, "send_state", lambda self, key=None: sent.append({*key}))
    explorer.x = 5
    assert [keys for keys in sent if "picture" in keys] == [{"sentence", "alt", "picture"}]


def test_an_action_moves_the_controls_where_it_says():
    explorer = Explorer(_square_demo(actions={"double": lambda x: {"x": min(10, 2 * x)}}))
    explorer.act("double")
    assert (explorer.x, explorer.readout) == (4, "4 squared is 16.")


def test_two_threads_that_move_two_demos_at_once_end_with_the_right_pictures():
    demos = [_demo("D1.1"), _demo("D1.2")]
    explorers = [Explorer(demo) for demo in demos]
    moves = [
        [{"p": p, "unit": unit} for p in (0.5, 0.01, 0.1) for unit in ("bits", "nats")],
        [{"p_a": p, "ruler": ruler} for p in (0.05, 0.5, 0.95) for ruler in ("1/p − 1", "1 − p")],
    ]
    failures = []

    def drag(explorer, states):
        try:
            for state in states:
                explorer.set(**state)
        except Exception as failure:  # a thread's exception would be lost
            failures.append(failure)

    threads = [threading.Thread(target=drag, args=pair) for pair in zip(explorers, moves, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for explorer, demo, states in zip(explorers, demos, moves, strict=True):
        assert states[-1].items() <= explorer.state.items()
        assert explorer.picture == Painter(demo).png(demo.compute(**explorer.state))
