"""Every notebook of the course, run and used as a learner does: in JupyterLab, in Chromium, by keyboard.

The tests of one notebook share one page, in the order in which they stand here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lab_driver import COURSE, VIEWPORT, Lab, OpenNotebook
from moves import presets_that_fail, widgets, work_all_ranges, work_other_controls

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


# A slider that learners build themselves with ipywidgets' `interact`, whose controls cannot have a name.
LEARNERS_OWN = ".widget-interact"
# Printed by JupyterLab itself when it opens a notebook that has nothing in it; see the test of that name.
PRINTED_BY_JUPYTERLAB: tuple[str, ...] = ()


@pytest.fixture(scope="module", params=[*COURSE, "every_control.ipynb"])
def notebook(request: pytest.FixtureRequest, lab: Lab, context: "BrowserContext") -> Iterator[OpenNotebook]:
    opened = OpenNotebook(context, lab, request.param)
    opened.seconds = opened.run_all()
    yield opened
    opened.close()


def test_run_all_ends_without_an_error_or_a_line_on_stderr(notebook: OpenNotebook) -> None:
    assert notebook.complaints() == []


def test_screenshots_are_kept(notebook: OpenNotebook, screenshots: Path) -> None:
    stem = Path(notebook.path).stem
    for i, widget in enumerate(widgets(notebook)):
        widget.evaluate("(e) => e.scrollIntoView({ block: 'start' })")
        notebook.page.screenshot(path=screenshots / f"{stem}_widget_{i:02d}.png")
    notebook.page.set_viewport_size({"width": 900, "height": 2400})
    notebook.settle()
    for i, place in enumerate(notebook.places_to_scroll_to()):
        notebook.scroll_to(place)
        notebook.page.screenshot(path=screenshots / f"{stem}_900px_{i:02d}.png")
    notebook.page.set_viewport_size(VIEWPORT)
    notebook.settle()
    assert list(screenshots.glob(f"{stem}_900px_*.png"))


@pytest.mark.parametrize("width", [1280, 900])
def test_no_output_is_wider_than_its_cell(notebook: OpenNotebook, width: int) -> None:
    notebook.page.set_viewport_size({"width": width, "height": 800})
    notebook.settle()
    too_wide = notebook.page.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap((output) => {
          const room = output.getBoundingClientRect();
          const inside = output.querySelectorAll('img, figure, table, pre, .course-widget, .course-row');
          const visible = [output, ...inside].filter((part) => !part.closest('[hidden], .course-spoken'));
          return visible.filter((part) => part.getBoundingClientRect().right > room.right + 1
              || part.scrollWidth > part.clientWidth + 1)
            .map((part) => `${part.tagName} ${part.className}: ${part.textContent.trim().slice(0, 80)}`);
        })"""
    )
    notebook.page.set_viewport_size(VIEWPORT)
    assert too_wide == []


def test_every_picture_says_what_it_shows(notebook: OpenNotebook) -> None:
    alts = notebook.page.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
          .filter((image) => !image.hidden).map((image) => image.alt)"""
    )
    assert [alt for alt in alts if len(alt) < 20] == []


def test_every_control_has_a_name(notebook: OpenNotebook) -> None:
    # Oracle: Chromium's own accessibility tree, where a nameless control is `- slider` and nothing more.
    nameless = []
    areas = notebook.page.locator(".jp-Cell-outputArea")
    for area in areas.filter(has_not=notebook.page.locator(LEARNERS_OWN)).all():
        tree = area.aria_snapshot()
        nameless += [
            line.strip()
            for line in tree.splitlines()
            if line.strip().split(":")[0].removeprefix("- ")
            in ("slider", "radio", "combobox", "checkbox", "button", "spinbutton", "textbox", "group")
        ]
    assert nameless == []


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_axe_finds_no_violation_in_the_outputs(notebook: OpenNotebook, axe: str, theme: str) -> None:
    notebook.use_theme(theme)
    assert axe_violations(notebook, axe) == []


def axe_violations(notebook: OpenNotebook, axe: str) -> list[str]:
    notebook.page.evaluate(axe)
    violations: list[dict[str, Any]] = notebook.page.evaluate(
        """async (learners) => (await axe.run(
          { include: [['.jp-Notebook .jp-OutputArea-output']], exclude: [[learners]] },
          { resultTypes: ['violations'] })).violations""",
        LEARNERS_OWN,
    )
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def test_every_slider_obeys_home_end_and_the_arrow_keys(notebook: OpenNotebook) -> None:
    assert work_all_ranges(notebook) == []


def test_every_radio_check_box_menu_and_text_box_obeys_the_keyboard(notebook: OpenNotebook) -> None:
    assert work_other_controls(notebook) == []


def test_every_preset_puts_the_controls_where_it_promises(notebook: OpenNotebook) -> None:
    assert presets_that_fail(notebook) == []


def test_nothing_went_wrong_behind_the_scenes(notebook: OpenNotebook, lab: Lab) -> None:
    assert notebook.complaints() == []
    assert lab.tracebacks() == []
    assert [text for text in notebook.console if not text.startswith(PRINTED_BY_JUPYTERLAB)] == []
