"""Exercises, questions, bets and the map, used by keyboard in the notebooks that hold them."""

import json
import math
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from lab_driver import COURSE, PROJECT, Lab, OpenNotebook

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator


@pytest.fixture(scope="module")
def chapter(context: "BrowserContext", lab: Lab) -> Iterator[OpenNotebook]:
    """Chapter 1, run."""
    notebook = OpenNotebook(context, lab, "01_surprise.ipynb")
    notebook.run_all()
    assert notebook.complaints() == []
    yield notebook
    notebook.close()


def recorded(lab: Lab, sort: str) -> list[dict[str, object]]:
    """Return what the learner's progress file holds of one sort."""
    entries: list[dict[str, object]] = json.loads((lab.learner / "progress.json").read_text())[sort]
    return entries


def answer_by_keyboard(notebook: OpenNotebook, exercise: str, answer: str) -> str:
    """Type an answer over an exercise's cell, run the cell, return what it says."""
    cell = notebook.cell_of(f'check("{exercise}"')
    notebook.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.insert_text(f'check("{exercise}", {answer})')
    notebook.page.keyboard.press("Control+Enter")
    notebook.settle(quiet=0.6)
    notebook.wait_until_idle()
    return notebook.output(cell).inner_text()


def test_an_untouched_exercise_says_what_to_do(chapter: OpenNotebook) -> None:
    said = chapter.output(chapter.cell_of('check("1.1"')).inner_text()
    assert "To do" in said and "Exercise 1.1" in said
    assert "✓" not in said and "✗" not in said


# Exercise 1.1 asks for the surprise of an event of probability 1/32 in bits: log2 of 32.
@pytest.mark.parametrize(
    ("answer", "mark", "words"),
    [
        (f"{math.log(32)}", "✗", "ln"),  # the classical slip: nats for bits
        ('"a banana"', "✗", "text"),  # no number at all
        ("5", "✓", ""),
    ],
)
def test_an_exercise_names_the_slip_and_knows_the_right_answer(
    chapter: OpenNotebook, lab: Lab, answer: str, mark: str, words: str
) -> None:
    said = answer_by_keyboard(chapter, "1.1", answer)
    assert mark in said
    assert words in said
    assert chapter.complaints() == []
    assert (
        recorded(lab, "attempts")[-1] | {"correct": mark == "✓", "id": "1.1"} == recorded(lab, "attempts")[-1]
    )


def choose(widget: "Locator", option: str) -> None:
    """Choose an option with the arrow keys, from the first one down."""
    group = widget.get_by_role("group").first
    first = group.get_by_role("radio").first
    first.press("Space")
    for _ in range(20):
        if group.get_by_role("radio", name=option, exact=True).is_checked():
            return
        widget.page.keyboard.press("ArrowDown")
    raise LookupError(f"No option {option!r} within 20 presses of the arrow key.")


def press(notebook: OpenNotebook, widget: "Locator", button: str) -> str:
    """Press a button by keyboard and return what the widget then says."""
    widget.get_by_role("button", name=button).press("Enter")
    notebook.wait_for_answer()
    return widget.locator(".course-readout").inner_text()


def test_a_question_is_answered_wrongly_then_rightly_by_keyboard_alone(
    chapter: OpenNotebook, lab: Lab
) -> None:
    widget = chapter.output(chapter.cell_of('quiz("1.a")')).locator(".course-widget")
    assert "first" in press(chapter, widget, "Check")
    choose(widget, "doubles")
    assert press(chapter, widget, "Check").startswith("✗")
    choose(widget, "rises by one bit")
    assert press(chapter, widget, "Check").startswith("✓")
    tries = [entry["correct"] for entry in recorded(lab, "quizzes") if entry["id"] == "1.a"]
    assert tries == [False, True]


def test_what_a_question_says_is_announced_to_screen_readers(chapter: OpenNotebook) -> None:
    widget = chapter.output(chapter.cell_of('quiz("1.b")')).locator(".course-widget")
    said = press(chapter, widget, "Check")
    chapter.page.wait_for_timeout(700)
    assert widget.get_by_role("status").inner_text() == said


def test_a_bet_is_committed_revealed_and_billed_in_bits(chapter: OpenNotebook, lab: Lab) -> None:
    widget = chapter.output(chapter.cell_of('predict("1.hook")')).locator(".course-widget")
    choose(widget, "both are the same")
    widget.get_by_role("slider").press("End")
    chapter.wait_for_answer()
    assert "99 %" in press(chapter, widget, "Commit")
    said = press(chapter, widget, "Reveal")
    bill = -math.log2(0.99)  # both surprises are log2 of 1024, so the bet is won
    assert said.startswith("✓") and f"{bill:.3f} bits" in said
    assert recorded(lab, "predictions")[-1]["bits"] == pytest.approx(bill, abs=1e-12)


def test_the_course_map_plays_pauses_and_steps_by_keyboard(context: "BrowserContext", lab: Lab) -> None:
    notebook = OpenNotebook(context, lab, "00_start_here.ipynb")
    notebook.run_all()
    widget = notebook.output(notebook.cell_of("course_map(")).locator(".course-widget")
    slider, counter = widget.get_by_role("slider"), widget.locator(".course-counter")

    def stands_at(step: int) -> bool:
        notebook.wait_for_answer()
        return counter.inner_text() == f"step {step} / 8"

    assert stands_at(1)
    slider.press("Space")
    assert widget.get_by_role("button", name="Pause").is_visible()
    counter.filter(has_text="step 2 / 8").wait_for(timeout=10_000)  # by itself, after some seconds
    slider.press("Space")
    assert widget.get_by_role("button", name="Play").is_visible()
    pictures = set()
    for step in range(3, 9):
        slider.press("ArrowRight")
        assert stands_at(step)
        pictures.add(widget.locator("img").get_attribute("alt"))
    assert len(pictures) == 6
    slider.press("ArrowRight")
    assert stands_at(8)  # the last step is the last
    slider.press("ArrowLeft")
    assert stands_at(7)
    slider.press("Home")
    assert stands_at(1)
    notebook.close()


@pytest.mark.parametrize("name", COURSE)
def test_a_notebook_that_was_not_run_shows_its_stored_pictures(
    context: "BrowserContext", lab: Lab, name: str
) -> None:
    # A copy of its own: on a slow machine another test's run may have been saved by itself.
    copy = lab.folder / f"stored_{name}"
    shutil.copy(PROJECT / "notebooks" / name, copy)
    notebook = OpenNotebook(context, lab, copy.name)
    notebook.settle()
    demos = [i for i, cell in enumerate(notebook.sources()) if cell.startswith("explore.")]
    assert demos or name.startswith("00")
    for cell in demos:
        pictures = notebook.output(cell).locator("img")
        # A long notebook is laid out where it is looked at; the rest follows when the machine has time.
        notebook.output(cell).scroll_into_view_if_needed()
        pictures.first.wait_for()
        assert pictures.count() == 1
    outputs = notebook.page.locator(".jp-Notebook .jp-OutputArea-output")
    assert outputs.filter(has_text="Error displaying widget").count() == 0
    notebook.close()
