"""Labelled native controls in one widget: what sliders, quizzes and predictions are made of.

A widget is declared by a list of controls and has one `state`, a dictionary from a control's name to
its value. Whatever moves a control (a hand in the browser, or `widget.temperature = 2.0` in a cell)
changes the state, and then `react()` runs, which a subclass overrides to answer with a `sentence`
(and, for the explorers, a `picture`).

Why not ipywidgets' own sliders: they cannot carry an accessible name, and their images no alt text.
"""

from course_lib.controls.declarations import (
    Action,
    Choice,
    Control,
    Counts,
    GovernedRange,
    Preset,
    Range,
    Steps,
    TextBox,
    Toggle,
    Weights,
    one_two_five_grid,
)
from course_lib.controls.widget import Controls

__all__ = [
    "Action",
    "Choice",
    "Control",
    "Controls",
    "Counts",
    "GovernedRange",
    "Preset",
    "Range",
    "Steps",
    "TextBox",
    "Toggle",
    "Weights",
    "one_two_five_grid",
]
