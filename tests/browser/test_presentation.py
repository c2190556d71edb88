"""A lecture in JupyterLab's Presentation Mode at 1280 × 720: legible, nothing cut, sliders live.

Two chapters with the fullest demos, run as ``python3 -m course_lib lab --lecture`` runs them.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_driver import PROJECT, TEST_SETTINGS, Lab, OpenNotebook, running_lab

from course_lib.commands import LAB_SETTINGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator

CHAPTERS = ("04_kl_divergence.ipynb", "08_complete_picture.ipynb")
LEGIBLE = 18  # css pixels
HALL = {"width": 1280, "height": 720}
COMMANDS = ("application:toggle-presentation-mode", "application:toggle-mode")  # the second: simple interface

# Runs once in the page: what is on the slides, and what kind of text an element holds.
PRESENTED = """() => {
    const tag = (cell) => cell.model.sharedModel.getMetadata('slideshow')?.slide_type ?? 'skip';
    course.slides = () => course.cells().filter((cell) => tag(cell) !== 'skip').map((cell) => cell.node);
    const kinds = {
        readout: '.course-readout', control: '.course-widget', caption: 'figcaption', table: 'table',
        prose: '.jp-RenderedMarkdown', printed: '.jp-RenderedText', code: '.cm-content',
    };
    course.kind = (element) => Object.keys(kinds).find((kind) => element.closest(kinds[kind]));
}"""
# Formulas, indices and powers are set in proportion to the text they stand in.
TYPE = """() => {
    const smallest = {}, small = [];
    for (const element of course.slides().flatMap((node) => [...node.querySelectorAll('*')])) {
        const kind = course.kind(element);
        const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!kind || !words || !element.checkVisibility()) continue;
        if (element.closest('mjx-container, sub, sup, .course-spoken')) continue;
        const size = parseFloat(getComputedStyle(element).fontSize);
        smallest[kind] = Math.min(smallest[kind] ?? Infinity, size);
        if (size < LEGIBLE) small.push(`${kind}, ${size} px: ${element.textContent.trim().slice(0, 60)}`);
    }
    return { smallest, small };
}""".replace("LEGIBLE", str(LEGIBLE))
WIDE = """() => course.slides().flatMap((node) => [...node.querySelectorAll('*')]).filter((element) => {
    const { width, left, right } = element.getBoundingClientRect();
    if (!width || !element.checkVisibility()) return false;
    if (element.closest('.course-spoken, mjx-assistive-mml')) return false;
    const scrolls = ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
    const hides = scrolls && element.clientWidth > 50 && element.scrollWidth > element.clientWidth + 2;
    return left < 0 || right > innerWidth + 1 || (hides && !element.closest('mjx-container'));
}).map((element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`)"""
LETTERS = """
import json
from ipywidgets.widgets.widget import _instances
from matplotlib.text import Text

letters = {}
for demo in _instances.values():
    if getattr(demo, "_painter", None):
        figure = demo._painter.scene.figure
        sizes = [t.get_fontsize() for t in figure.findobj(Text) if t.get_visible() and t.get_text()]
        letters[demo.title] = min(sizes) / 72 / figure.get_figwidth()
print(json.dumps(letters))
"""


@pytest.fixture(scope="module")
def hall(chromium: "Browser") -> "Iterator[BrowserContext]":
    context = chromium.new_context(viewport=HALL)  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture(scope="module")
def lecture_lab(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Serve the two chapters to kernels that draw in lecture style, as `lab --lecture` tells them."""
    folder = tmp_path_factory.mktemp("lecture")
    for name in CHAPTERS:
        shutil.copy(PROJECT / "notebooks" / name, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_LIB_STYLE", "lecture")
        with running_lab(folder, TEST_SETTINGS | LAB_SETTINGS) as served:
            yield served


@pytest.fixture(scope="module", params=CHAPTERS, ids=[name[:2] for name in CHAPTERS])
def lecture(
    request: pytest.FixtureRequest, hall: "BrowserContext", lecture_lab: Lab, screenshots: Path
) -> Iterator[OpenNotebook]:
    notebook = OpenNotebook(hall, lecture_lab, request.param)
    notebook.page.evaluate("() => jupyterapp.shell.collapseLeft()")
    for command in COMMANDS:
        notebook.page.evaluate("(command) => jupyterapp.commands.execute(command)", command)
    notebook.run_all()
    notebook.page.evaluate(PRESENTED)
    assert notebook.complaints() == []
    yield notebook
    for number, demo in enumerate(demos(notebook)):
        demo.evaluate("(e) => { document.activeElement?.blur(); e.scrollIntoView({ block: 'start' }); }")
        notebook.page.screenshot(path=screenshots / f"present_{Path(notebook.path).stem}_{number}.png")
    notebook.close()


def demos(notebook: OpenNotebook) -> "list[Locator]":
    """Return every demo of the notebook: a widget with a slider and a picture."""
    found = notebook.page.locator(
        ".course-widget:has(input[type=range]):has(img.course-picture:not([hidden]))"
    )
    return list(found.all())


def test_it_is_presented(lecture: OpenNotebook) -> None:
    page = lecture.page
    assert page.evaluate("[jupyterapp.shell.presentationMode, jupyterapp.shell.mode]") == [
        True,
        "single-document",
    ]
    assert page.evaluate("course.slides().length") > 30
    assert len(demos(lecture)) >= 3


def test_all_that_is_said_stands_in_letters_of_18_pixels(lecture: OpenNotebook) -> None:
    found = lecture.page.evaluate(TYPE)
    assert found["small"] == []
    assert set(found["smallest"]) == {"readout", "control", "caption", "table", "prose", "printed", "code"}


def test_letters_in_a_demos_picture_are_18_pixels_high_too(lecture: OpenNotebook) -> None:
    """Oracle: the type in the kernel's figure, in widths of the figure, times the width on the screen."""
    type_of = json.loads(lecture.ask(LETTERS))
    shown = {
        str(demo.get_attribute("aria-label")): demo.locator("img").evaluate("(i) => i.clientWidth")
        for demo in demos(lecture)
    }
    assert set(shown) == set(type_of)
    assert {
        title: width * type_of[title] for title, width in shown.items() if width * type_of[title] < 18
    } == {}


def test_nothing_is_wider_than_the_window(lecture: OpenNotebook) -> None:
    assert lecture.page.evaluate(WIDE) == []


def test_a_slider_and_what_it_moves_are_seen_together(lecture: OpenNotebook) -> None:
    """The picture's upper half at least, where the answer is, beneath all the controls."""
    screen = lecture.page.evaluate("course.panel().content.node.clientHeight")
    cut = {
        str(demo.get_attribute("aria-label")): lowest
        for demo in demos(lecture)
        if (
            lowest := demo.evaluate(
                """(demo) => { const { top, height } = demo.querySelector('img').getBoundingClientRect();
                  return top + height / 2 - demo.getBoundingClientRect().top; }"""
            )
        )
        > screen
    }
    assert cut == {}


def test_each_demos_slider_is_live_by_keyboard(lecture: OpenNotebook) -> None:
    for demo in demos(lecture):
        slider, readout = demo.locator("input[type=range]:visible").first, demo.locator(".course-readout")
        picture, said = demo.locator("img").get_attribute("src"), readout.inner_text()
        slider.press("ArrowRight" if slider.input_value() == slider.get_attribute("min") else "ArrowLeft")
        lecture.wait_for_answer()
        title = demo.get_attribute("aria-label")
        assert readout.inner_text() != said, title
        assert demo.locator("img").get_attribute("src") != picture, title
    assert lecture.complaints() == []
