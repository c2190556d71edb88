"""A class's vote on a prediction, taken by keyboard in JupyterLab's Presentation Mode, as a lecturer does."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_driver import Lab, OpenNotebook, notebook_of_sources
from test_notebooks import axe_violations

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

SOURCES = [
    "from course_lib import figures\nfrom course_lib.exercises import predict",
    'figures.use_style("lecture")',
    'predict("3.push")',  # four answers, of which the second is right
]


def ledger(lab: Lab) -> bytes | None:
    """Return the learner's progress file, which other tests that share the server may have written."""
    path = lab.learner / "progress.json"
    return path.read_bytes() if path.exists() else None


@pytest.fixture(scope="module")
def ledger_before(lab: Lab) -> bytes | None:
    return ledger(lab)


@pytest.fixture(scope="module")
def notebook(context: "BrowserContext", lab: Lab, ledger_before: bytes | None) -> Iterator[OpenNotebook]:
    (lab.folder / "votes.ipynb").write_text(notebook_of_sources(SOURCES))
    opened = OpenNotebook(context, lab, "votes.ipynb")
    opened.page.evaluate("() => jupyterapp.commands.execute('application:toggle-presentation-mode')")
    opened.run_all()
    assert opened.complaints() == []
    yield opened
    opened.close()


@pytest.fixture
def widget(notebook: OpenNotebook) -> "Locator":
    return notebook.output(2).locator(".course-widget")


def said(notebook: OpenNotebook, widget: "Locator") -> str:
    notebook.wait_for_answer()
    return str(widget.locator(".course-readout").inner_text())


def press(notebook: OpenNotebook, widget: "Locator", button: str) -> str:
    widget.get_by_role("button", name=button, exact=True).press("Enter")
    return said(notebook, widget)


def boxes(widget: "Locator") -> "list[Locator]":
    return [box for box in widget.get_by_role("spinbutton").all() if box.is_visible()]


def test_hands_are_typed_stepped_by_arrows_and_stepped_by_buttons(
    notebook: OpenNotebook, widget: "Locator"
) -> None:
    a, b, c, d = boxes(widget)
    a.press("Control+a")
    a.press_sequentially("20")
    a.press("Enter")
    for _ in range(3):
        b.press("ArrowUp")
    more = widget.get_by_role("button", name="c) cross-entropy, about 7 times: one more").first
    for _ in range(12):
        more.press("Enter")
    widget.get_by_role("button", name="c) cross-entropy, about 7 times: one fewer").first.press("Space")
    notebook.wait_for_answer()
    assert [box.input_value() for box in (a, b, c, d)] == ["20", "3", "11", "0"]
    # By hand: shares 20/34, 3/34, 11/34 have 0.450 + 0.309 + 0.527 = 1.286 bits.
    assert said(notebook, widget) == "First vote: 34 hands, 1.29 bits of at most 2.00."


@pytest.mark.parametrize("nonsense", ["-3", "2.5", "1000", "e"])
def test_what_is_no_count_is_not_taken(notebook: OpenNotebook, widget: "Locator", nonsense: str) -> None:
    before = said(notebook, widget)
    box = boxes(widget)[3]
    box.press("Control+a")
    box.press_sequentially(nonsense)
    box.press("Enter")
    assert said(notebook, widget) == before
    box.press("Control+a")
    box.press_sequentially("0")
    box.press("Tab")
    assert said(notebook, widget) == before


def test_the_second_vote_has_counters_of_its_own(
    notebook: OpenNotebook, widget: "Locator", screenshots: Path
) -> None:
    assert "give a hint" in press(notebook, widget, "What next?")  # 3 of 34 are right
    widget.get_by_role("radio", name="after discussion").press("Space")
    notebook.wait_for_answer()
    assert [box.input_value() for box in boxes(widget)] == ["0", "0", "0", "0"]
    box = boxes(widget)[1]
    box.press("Control+a")
    box.press_sequentially("34")
    box.press("Enter")
    assert said(notebook, widget).endswith("After discussion: 34 hands, 0.00 bits. 1.29 bits less undecided.")
    widget.get_by_role("radio", name="first vote").press("Space")
    notebook.wait_for_answer()
    assert [box.input_value() for box in boxes(widget)] == ["20", "3", "11", "0"]


def test_the_reveal_says_who_was_right_and_is_announced(
    notebook: OpenNotebook, widget: "Locator", lab: Lab, ledger_before: bytes | None, screenshots: Path
) -> None:
    words = press(notebook, widget, "Reveal")
    assert "After discussion: 100 % right" in words and "0.00 bits" in words
    notebook.page.wait_for_timeout(700)
    assert widget.get_by_role("status").inner_text() == words
    assert "Right is cross-entropy, about 75 times" in str(widget.locator("img").get_attribute("alt"))
    assert ledger(lab) == ledger_before
    widget.evaluate("(e) => e.scrollIntoView({ block: 'start' })")
    notebook.page.screenshot(path=screenshots / "votes.png")


def test_counters_can_be_read_from_the_back_of_the_room(notebook: OpenNotebook, widget: "Locator") -> None:
    small = widget.evaluate(
        """(widget) => [...widget.querySelectorAll('.course-counts *')]
          .filter((part) => parseFloat(getComputedStyle(part).fontSize) < 18).map((part) => part.outerHTML)"""
    )
    assert small == []


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_axe_finds_no_violation_in_a_vote(notebook: OpenNotebook, axe: str, theme: str) -> None:
    notebook.use_theme(theme)
    assert axe_violations(notebook, axe) == []


def test_nothing_went_wrong_behind_the_scenes(notebook: OpenNotebook, lab: Lab) -> None:
    assert notebook.complaints() == []
    assert lab.tracebacks() == []
    assert notebook.console == []
