"""Hands on the controls: each function works every control of one sort and lists what did not obey."""

import json
from typing import TYPE_CHECKING

from lab_driver import OpenNotebook

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# What a widget says and shows, apart from where its controls stand.
ANSWER = """(widget) => [widget.querySelector('.course-readout')?.textContent,
  widget.querySelector('.course-picture')?.src].join('|')"""


def widgets(notebook: OpenNotebook) -> "list[Locator]":
    """Return every widget of the course that the notebook shows, top to bottom."""
    return notebook.page.locator(".jp-Notebook .course-widget").all()


def title(widget: "Locator") -> str:
    """Return what a widget is called by a screen reader."""
    return str(widget.get_attribute("aria-label"))


def shown(scope: "Locator", selector: str) -> "list[Locator]":
    """Return the matching controls that are not hidden and not switched off."""
    return [
        control for control in scope.locator(selector).all() if control.is_visible() and control.is_enabled()
    ]


def said(control: "Locator") -> str:
    """Return what a slider's value is called."""
    return str(control.get_attribute("aria-valuetext"))


def work_all_ranges(notebook: OpenNotebook) -> list[str]:
    """Move every slider with Home, End and the arrows; its words and, if there is one, the picture follow."""
    stuck = []
    for widget in widgets(notebook):
        has_picture = widget.locator(".course-picture:not([hidden])").count() > 0
        for slider in shown(widget, "input[type=range]"):
            name = f"{title(widget)}: {slider.get_attribute('id')}"
            start, ends = slider.input_value(), []
            slider.focus()
            for key in ("Home", "End"):
                slider.press(key)
                notebook.wait_for_answer()
                ends.append((said(slider), widget.evaluate(ANSWER)))
            if ends[0][0] == ends[1][0]:
                stuck.append(f"{name}: Home and End are both {ends[0][0]}")
            if has_picture and ends[0][1] == ends[1][1]:
                stuck.append(f"{name}: Home and End show the same")
            slider.press("ArrowLeft")
            left = said(slider)
            slider.press("ArrowRight")
            if left == ends[1][0] or said(slider) != ends[1][0]:
                stuck.append(f"{name}: ArrowLeft leads to {left}, ArrowRight back to {said(slider)}")
            slider.evaluate(
                "(e, v) => { e.value = v; e.dispatchEvent(new InputEvent('input', { bubbles: true })); }",
                start,
            )
            notebook.wait_for_answer()
    return stuck


def work_other_controls(notebook: OpenNotebook) -> list[str]:
    """Use every radio button, check box, menu and text box by keyboard."""
    stuck = []
    for widget in widgets(notebook):
        radios = shown(widget, "input[type=radio]")
        for radio in radios:
            radio.press("Space")
            if not radio.is_checked():
                stuck.append(f"{title(widget)}: a radio button stays empty")
        if radios:
            notebook.wait_for_answer()
            if not radios[-1].is_checked():
                stuck.append(f"{title(widget)}: the radio button pressed last does not stay so")
        for box in shown(widget, "input[type=checkbox]"):
            before = box.is_checked()
            for expected in (not before, before):
                box.press("Space")
                notebook.wait_for_answer()
                if box.is_checked() is not expected:
                    stuck.append(f"{title(widget)}: a check box stays as it was")
        for menu in shown(widget, "select"):
            menu.press("Home")
            notebook.wait_for_answer()
            for option in range(1, menu.locator("option").count()):
                menu.press("ArrowDown")
                notebook.wait_for_answer()
                if menu.input_value() != str(option):
                    stuck.append(f"{title(widget)}: the menu stays at {menu.input_value()}")
        for text in shown(widget, "textarea"):
            text.focus()
            text.press("Control+a")
            text.press_sequentially("because it rains")  # `b`, `r` and others are shortcuts of JupyterLab
            text.press("Tab")
            notebook.wait_for_answer()
            if text.input_value() != "because it rains":
                stuck.append(f"{title(widget)}: the text box holds {text.input_value()!r}")
    return stuck


def presets_that_fail(notebook: OpenNotebook) -> list[str]:
    """Press every preset with all sliders at one end; the kernel then holds what the preset promises."""
    failing = []
    for widget in widgets(notebook):
        for preset in shown(widget, "button[data-kind=preset]"):
            for slider in shown(widget, "input[type=range]"):
                slider.press("Home")
            notebook.wait_for_answer()
            preset.press("Enter")
            notebook.wait_for_answer()
            promised, held = json.loads(notebook.ask(PRESET % (title(widget), preset.inner_text())))
            if promised != held:
                failing.append(
                    f"{title(widget)}: {preset.inner_text()!r} sets {promised}, and there is {held}"
                )
    return failing


PRESET = """
import json
from ipywidgets.widgets.widget import _instances
widget = next(w for w in _instances.values() if getattr(w, "title", None) == %r)
sets = next(spec["sets"] for spec in widget.controls if spec["label"] == %r)
print(json.dumps([sets, {name: widget.state[name] for name in sets}]))
"""
