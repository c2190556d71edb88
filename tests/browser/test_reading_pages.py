"""Every notebook as a page to read, in Chromium: sound for axe-core, whole on a telephone, without a network.

Needs the archives that a page embeds; $COURSE_LIB_ARCHIVES names their folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lab_driver import PROJECT, VIEWPORT, open_file

from course_lib import slides

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
TELEPHONE = {"width": 400, "height": 800}
READY = """async () => {
    await window.MathJax.startup.promise;
    for (const folded of document.querySelectorAll("details")) folded.open = true;
    await Promise.all([...document.images].map((image) => image.decode()));
    await new Promise((done) => setTimeout(done, 100)); // what was folded is measured
}"""
VIOLATIONS = """async (rules) => (await axe.run({ rules })).violations.flatMap(
    (rule) => rule.nodes.slice(0, 3).map((node) => [rule.id, node.html.slice(0, 200)]))"""
COLOURS = {"color-contrast": {"enabled": False}}  # slow to judge, and the same on every screen
BEYOND = """() => [...document.querySelectorAll("main *")].filter((element) =>
        element.checkVisibility() && !element.closest(".wide, mjx-assistive-mml") &&
        element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => element.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll("mjx-container > svg")].filter((formula) => {
    const letter = parseFloat(getComputedStyle(formula.closest("p, li, td, th, summary, div")).fontSize);
    return formula.getBoundingClientRect().width < 0.35 * letter * parseFloat(formula.getAttribute("width"));
}).length"""  # a formula's width is given in ex, about half the height of the letters around it


@pytest.fixture(scope="module")
def reader(chromium: "Browser") -> "Iterator[BrowserContext]":
    context = chromium.new_context(viewport=VIEWPORT)  # type: ignore[arg-type]
    context.set_default_timeout(120_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def head(archives: Path) -> str:
    return slides.page_head(archives)


def violations(page: "Page", **rules: Any) -> list[Any]:
    return list(page.evaluate(VIOLATIONS, rules))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_everybody_can_read_every_notebook_on_every_screen(
    reader: "BrowserContext", path: Path, tmp_path: Path, head: str, axe: str, screenshots: Path
) -> None:
    page, complaints = open_file(reader, slides.write_page(path, tmp_path, head))
    page.evaluate(READY)
    page.evaluate(axe)
    page.screenshot(path=screenshots / f"page_{path.stem}.png")
    assert violations(page) == []
    assert page.locator(".wide").count() == 0, "a part is wider than the page"
    assert page.locator("mjx-merror").count() == 0, "a formula could not be set"
    formulas = page.locator("mjx-container").count()
    assert page.locator("mjx-container mjx-assistive-mml math").count() == formulas, "a formula is mute"

    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(SMALL) == 0, "a formula is smaller than the letters around it"
    assert violations(page, **COLOURS) == []
    assert complaints == []
    page.close()


def test_what_is_wider_than_the_window_is_moved_by_arrow_keys(
    chromium: "Browser", tmp_path: Path, head: str
) -> None:
    written = slides.write_page(PROJECT / "notebooks/05_mutual_information.ipynb", tmp_path, head)
    context = chromium.new_context(viewport=TELEPHONE)  # type: ignore[arg-type]
    page, _ = open_file(context, written)
    page.wait_for_selector("div.wide")
    for kind in ("div.wide", "mjx-container.wide"):
        page.locator(kind).first.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0")
        assert page.evaluate("kind => document.activeElement.matches(kind)", kind)
    page.set_viewport_size(VIEWPORT)  # type: ignore[arg-type]
    page.wait_for_function("!document.querySelector('.wide')")
    assert page.locator("[tabindex]").count() == 0, "the tab key stops where there is nothing to do"
    context.close()
