"""Controls keep one clean state, whoever moves them.

Oracle: the contract in the docstrings, spelled out here as literal values.
"""

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from IPython.core.events import EventManager

from course_lib.controls import (
    Action,
    Choice,
    Controls,
    Preset,
    Range,
    Steps,
    TextBox,
    Toggle,
    Weights,
    one_two_five_grid,
)
from course_lib.controls.widget import guard_other_cells


class Recorded(Controls):
    """Controls that remember what they reacted to."""

    def react(self) -> None:
        self._reactions = [*getattr(self, "_reactions", []), dict(self.state)]
        self.sentence = f"The state is {self.state}."

    def act(self, name: str) -> None:
        self._pressed = name


@pytest.fixture
def widget() -> Recorded:
    return Recorded(
        "All kinds",
        [
            Range("speed", "speed", values=(0.5, 1.0, 2.0), default=1.1),
            Range("p", "probability", values=(0.001, 0.1, 1.0), default=0.1, typed=True),
            Choice("unit", "unit", options=("bits", "nats"), default="bits"),
            Choice("answer", "answer", options=("yes", "no")),
            Toggle("doubled", "doubled"),
            Weights("weights", "weights", outcomes=("a", "b", "c"), default=(1, 2, 3)),
            TextBox("reason", "reason"),
            Steps("step", "step", titles=("one", "two", "three")),
            Preset("fast", "as fast as it goes", sets={"speed": 2.0}),
            Action("again", "again"),
        ],
    )


START = {
    "speed": 1.0,
    "p": 0.1,
    "unit": "bits",
    "answer": None,
    "doubled": False,
    "weights": [1, 2, 3],
    "reason": "",
    "step": 1,
}


def test_the_state_begins_with_each_default_on_its_grid_and_buttons_have_no_value(widget):
    assert widget.state == START


def test_an_attribute_reads_and_moves_its_control(widget):
    widget.speed = 2.0
    assert widget.speed == 2.0
    assert widget.state == START | {"speed": 2.0}
    assert widget.readout == f"The state is {widget.state}."


def test_set_moves_several_controls_with_one_reaction(widget):
    widget.set(speed=0.5, unit="nats", doubled=True)
    assert widget._reactions == [START | {"speed": 0.5, "unit": "nats", "doubled": True}]


def test_a_move_to_where_a_control_stands_already_is_no_move(widget):
    widget.speed = 1.0
    assert not hasattr(widget, "_reactions")


@pytest.mark.parametrize(
    ("name", "given", "held"),
    [
        ("speed", 1.9, 2.0),  # to the nearest point of the grid
        ("speed", np.float64(0.5), 0.5),
        ("speed", np.int64(2), 2.0),
        ("p", 0.037, 0.037),  # a typed range takes what is typed
        ("p", np.float32(1.0), 1.0),
        ("weights", [4], [4, 0, 0]),
        ("weights", np.array([1, 0, 10]), [1, 0, 10]),
        ("step", 3, 3),
        ("reason", "because", "because"),
        ("answer", "no", "no"),
    ],
)
def test_a_value_is_held_as_its_control_can_show_it(widget, name, given, held):
    widget.set(**{name: given})
    assert widget.state[name] == held
    members = held if isinstance(held, list) else [held]
    kept = widget.state[name] if isinstance(held, list) else [widget.state[name]]
    # NumPy's numbers cannot travel to the browser, so the state holds Python's own.
    assert [type(member) for member in kept] == [type(member) for member in members]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("speed", 2.1, "speed takes a number from 0.5 to 2, not 2.1."),
        ("speed", float("nan"), "speed takes a number from 0.5 to 2, not nan."),
        ("speed", True, "speed takes a number from 0.5 to 2, not True."),
        ("p", 0, "p takes a number from 0.001 to 1, not 0."),
        ("p", "0.5", "p takes a number from 0.001 to 1, not '0.5'."),
        ("unit", "bytes", "unit is one of bits, nats; not 'bytes'."),
        ("doubled", 1, "doubled is True or False, not 1."),
        ("weights", [1, 2, 3, 4], "weights takes up to 3 whole numbers from 0 to 10"),
        ("weights", [1.5], "weights takes up to 3 whole numbers from 0 to 10"),
        ("weights", [-1], "weights takes up to 3 whole numbers from 0 to 10"),
        ("weights", [11], "weights takes up to 3 whole numbers from 0 to 10"),
        ("reason", 3, "reason takes text, not 3."),
        ("step", 4, "step takes a whole number from 1 to 3, not 4."),
        ("step", 0, "step takes a whole number from 1 to 3, not 0."),
        ("step", 1.0, "step takes a whole number from 1 to 3, not 1.0."),
    ],
)
def test_a_value_a_control_cannot_take_is_refused_with_what_it_can_take(widget, name, value, sentence):
    with pytest.raises(ValueError) as refusal:
        widget.set(**{name: value})
    assert str(refusal.value).startswith(sentence)
    assert widget.state == START


def test_an_unknown_control_is_refused_with_the_names_there_are(widget):
    with pytest.raises(AttributeError, match=r"There is no control 'sped' here. There are: speed, p, unit"):
        widget.sped = 1
    with pytest.raises(AttributeError, match=r"no attribute 'sped'"):
        _ = widget.sped
    with pytest.raises(AttributeError, match=r"There is no control 'fast'"):
        widget.fast = 1  # a button has no value


@pytest.mark.parametrize(
    "name", ["layout", "keys", "state", "sentence", "picture", "comm", "tooltip", "set", "readout", "title"]
)
def test_a_name_that_would_shadow_the_widget_is_refused_when_declared(name):
    with pytest.raises(ValueError, match=f"A control cannot be called '{name}': the widget uses that name"):
        Controls("Shadow", [Toggle(name, "a toggle")])


@pytest.mark.parametrize("name", ["two words", "lambda", "_hidden", "9lives", ""])
def test_a_name_that_cannot_be_written_after_a_dot_is_refused(name):
    with pytest.raises(ValueError, match=r"cannot be written as widget\.name"):
        Controls("Unwritable", [Toggle(name, "a toggle")])


def test_two_controls_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Two controls have the same name"):
        Controls("Twins", [Toggle("twin", "first"), Toggle("twin", "second")])


# What arrives from a browser comes through `set_state`, without the checks of `set`.
@pytest.mark.parametrize(
    "nonsense",
    [
        {"speed": "fast"},
        {"speed": None},
        {"speed": [1.0]},
        {"speed": float("inf")},
        {"unit": "bytes"},
        {"unit": ["bits"]},
        {"doubled": "yes"},
        {"weights": 3},
        {"weights": [1, 2, 3, 4]},
        {"weights": ["1"]},
        {"step": 99},
        {"reason": {}},
        {"unknown": 1},
    ],
)
def test_nonsense_from_a_front_end_leaves_what_was_last_good(widget, nonsense):
    widget.speed = 2.0
    widget.set_state({"state": {**widget.state, **nonsense}})
    assert widget.state == START | {"speed": 2.0}
    widget.speed = 0.5  # and the widget still lives
    assert widget.state == START | {"speed": 0.5}


def test_a_front_ends_value_beside_the_grid_is_moved_onto_it(widget):
    widget.set_state({"state": {**START, "speed": 1.8}})
    assert widget.state == START | {"speed": 2.0}


def test_a_control_that_the_front_end_leaves_out_starts_afresh(widget):
    widget.set(speed=2.0, step=3)
    widget.set_state({"state": {"step": 2}})
    assert widget.state == START | {"step": 2}


@pytest.mark.parametrize(
    ("content", "pressed"),
    [({"action": "again"}, "again"), ({"action": "fast"}, None), ({"action": []}, None), ("again", None)],
)
def test_only_a_declared_action_is_acted_on(widget, content, pressed):
    widget._handle_custom_msg(content, [])
    assert getattr(widget, "_pressed", None) == pressed


def test_a_reader_without_a_kernel_gets_title_and_sentence(widget):
    widget.speed = 2.0
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == f"All kinds. {widget.sentence}"


def test_every_control_tells_the_browser_its_kind_name_and_label(widget):
    assert [(spec["kind"], spec["name"], spec["label"]) for spec in widget.controls] == [
        ("range", "speed", "speed"),
        ("range", "p", "probability"),
        ("choice", "unit", "unit"),
        ("choice", "answer", "answer"),
        ("toggle", "doubled", "doubled"),
        ("weights", "weights", "weights"),
        ("text", "reason", "reason"),
        ("steps", "step", "step"),
        ("preset", "fast", "as fast as it goes"),
        ("action", "again", "again"),
    ]
    by_name = {spec["name"]: spec for spec in widget.controls}
    assert by_name["speed"]["texts"] == ["0.5", "1", "2"]
    assert by_name["fast"]["sets"] == {"speed": 2.0}
    assert by_name["step"]["titles"] == ["one", "two", "three"]


def test_the_one_two_five_grid_holds_both_ends_and_the_extra_points_in_order():
    grid = one_two_five_grid(0.001, 1, 1 / 1024, 0.25)
    assert grid == (1 / 1024, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)


# ------------------------------------------------------------------------------------ other cells' drawing
@pytest.fixture
def shell(monkeypatch):
    """An IPython event manager that records what gets through, as in a notebook's kernel."""
    events = EventManager(None, ["pre_execute", "post_execute", "pre_run_cell"])
    heard = []
    for name in ("pre_execute", "post_execute", "pre_run_cell"):
        events.register(name, lambda *_, name=name: heard.append(name))
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: SimpleNamespace(events=events))
    return SimpleNamespace(events=events, heard=heard)


def _on_a_thread(function):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_the_guard_drops_a_second_threads_pre_and_post_execute(shell):
    guard_other_cells()
    _on_a_thread(lambda: [shell.events.trigger(name) for name in ("pre_execute", "post_execute")])
    assert shell.heard == []


def test_the_guard_lets_the_main_threads_events_and_all_others_through(shell):
    guard_other_cells()
    shell.events.trigger("pre_execute")
    shell.events.trigger("post_execute")
    _on_a_thread(lambda: shell.events.trigger("pre_run_cell"))
    assert shell.heard == ["pre_execute", "post_execute", "pre_run_cell"]


def test_making_a_widget_sets_the_guard_once(shell):
    Controls("One", [Toggle("on", "on")])
    guarded = shell.events.trigger
    Controls("Two", [Toggle("on", "on")])
    assert shell.events.trigger is guarded
    _on_a_thread(lambda: shell.events.trigger("post_execute"))
    assert shell.heard == []
