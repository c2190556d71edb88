"""Answers given as a learner gives them: a cell run again, a question and a bet worked by keyboard."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import nbformat
import pytest
from lab_driver import Lab, OpenNotebook

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

NAME = "answers.ipynb"
CELLS = [
    "from course_lib.exercises import check, predict, quiz",
    "check('2.4', ...)",
    "check('1.3', ...)",
    "quiz('2.b')",
    "predict('1.hook')",
    "6 * 7",
]


@pytest.fixture(scope="module")
def notebook(lab: Lab, context: "BrowserContext") -> Iterator[OpenNotebook]:
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, lab.folder / NAME)
    opened = OpenNotebook(context, lab, NAME)
    opened.run_all()
    yield opened
    opened.close()


def said(notebook: OpenNotebook, cell: int, source: str) -> str:
    """Put a source into a cell, run it, and return what it shows."""
    notebook.edit(cell, source)
    notebook.run(cell)
    return notebook.output(cell).inner_text()


def widget(notebook: OpenNotebook, cell: int) -> "Locator":
    return notebook.output(cell).locator(".course-widget")


def press_button(notebook: OpenNotebook, within: "Locator", label: str) -> str:
    """Press a button by keyboard, wait, and return the sentence beneath."""
    within.get_by_role("button", name=label, exact=True).focus()
    notebook.page.keyboard.press("Enter")
    notebook.settle()
    return within.locator(".course-readout").inner_text()


def test_an_untouched_exercise_says_what_to_do(notebook: OpenNotebook) -> None:
    shown = notebook.output(1).inner_text()
    assert "… To do" in shown and "Replace the ... by your answer" in shown


def test_a_failed_exercise_names_the_step_and_a_solved_one_says_so(notebook: OpenNotebook) -> None:
    wrong = said(notebook, 1, "check('2.4', 1.1383)")
    assert "✗ Not yet" in wrong and "Rare rows count as much as common ones" in wrong
    right = said(notebook, 1, "check('2.4', 1.0219)")
    assert "✓ Right" in right and "1.0219 bits" in right


def test_a_verdict_is_announced(notebook: OpenNotebook) -> None:
    said(notebook, 1, "check('2.4', 1.0219)")
    assert "Right" in notebook.output(1).get_by_role("status").inner_text()


def test_a_function_without_end_is_stopped_and_the_next_cell_runs(notebook: OpenNotebook) -> None:
    endless = "def surprisal(p, unit='bits'):\n    while True: pass\ncheck('1.3', surprisal)"
    assert "still running after 2 seconds" in said(notebook, 2, endless)
    assert "42" in said(notebook, 5, "6 * 7")
    assert notebook.complaints() == []


def test_a_question_is_answered_by_keyboard_alone(notebook: OpenNotebook) -> None:
    question = widget(notebook, 3)
    assert press_button(notebook, question, "Check") == "Choose an option first."
    question.get_by_role("radio").first.focus()
    notebook.page.keyboard.press("Space")
    assert press_button(notebook, question, "Check").startswith("✓ Right.")
    question.get_by_role("radio").first.focus()
    notebook.page.keyboard.press("ArrowDown")
    assert press_button(notebook, question, "Check").startswith("✗ Not this one.")


def test_a_bet_is_placed_and_revealed_by_keyboard_alone(notebook: OpenNotebook) -> None:
    bet = widget(notebook, 4)
    bet.get_by_role("radio").last.focus()
    notebook.page.keyboard.press("Space")
    bet.get_by_role("slider").focus()
    notebook.page.keyboard.press("End")
    notebook.settle()
    assert "99 % sure" in press_button(notebook, bet, "Commit")
    shown = press_button(notebook, bet, "Reveal")
    assert shown.startswith("✓ It is so.") and "the bill is 0.014 bits" in shown


def test_nothing_of_this_was_an_error(notebook: OpenNotebook, lab: Lab) -> None:
    assert notebook.complaints() == []
    assert lab.tracebacks() == []
