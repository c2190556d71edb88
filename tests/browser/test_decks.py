"""Every chapter's deck in Chromium at 1280 × 720: nothing cut, nothing small, nothing asked of the network.

Needs the archives that a deck embeds; $COURSE_LIB_ARCHIVES names their folder.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from lab_driver import PROJECT, open_file
from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib import slides

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Route

CHAPTERS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
ENTROPY = PROJECT / "notebooks" / "02_entropy.ipynb"
WINDOW = {"width": 1280, "height": 720}
READY = "window.Reveal && Reveal.isReady()"
SHOW = """index => {
    const slide = document.querySelectorAll(".slides > section > section")[index];
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v, 99);
}"""
LAID_OUT = """() => {
    const slide = Reveal.getCurrentSlide();
    const box = slide.getBoundingClientRect();
    const shown = (element) => element.checkVisibility(); // false, too, for what is folded away
    const beyond = [...slide.querySelectorAll("img, pre, table, p, li, mjx-container")].filter((element) => {
        const { left, top, right, bottom } = element.getBoundingClientRect();
        return shown(element) && (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight);
    });
    const type = [...slide.querySelectorAll("*")].filter((element) =>
        shown(element) && !element.closest("mjx-container, sub, sup") &&
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
    return {
        box: [box.left, box.top, box.width, box.height],
        beyond: beyond.map((element) => element.outerHTML.slice(0, 80)),
        hidden: Math.max(slide.scrollHeight - slide.clientHeight, slide.scrollWidth - slide.clientWidth),
        smallest: Math.min(...type.map((element) => parseFloat(getComputedStyle(element).fontSize))),
        pictures: [...slide.querySelectorAll("img")].map((image) => [image.naturalWidth, image.clientWidth]),
    };
}"""


@pytest.fixture
def room(chromium: "Browser") -> "Iterator[BrowserContext]":
    context = chromium.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    yield context
    context.close()


def written(path: Path, folder: Path, archives: Path) -> Path:
    return slides.write_deck(path, folder, slides.deck_head(archives))


@pytest.mark.parametrize("path", CHAPTERS, ids=[path.stem for path in CHAPTERS])
def test_every_slide_fits_can_be_read_from_the_back_and_needs_no_network(
    room: "BrowserContext", path: Path, tmp_path: Path, archives: Path, axe: str, screenshots: Path
) -> None:
    page, complaints = open_file(room, written(path, tmp_path, archives))
    page.wait_for_function(READY)
    count = page.locator(".slides > section > section").count()
    wrong: list[tuple[int, Any]] = []
    for index in range(count):
        page.evaluate(SHOW, index)
        found = page.evaluate(LAID_OUT)
        fits = found["box"] == [0, 0, 1280, 720] and not found["beyond"] and found["hidden"] <= 0
        if not fits or found["smallest"] < 18 or any(0 in widths for widths in found["pictures"]):
            wrong.append((index + 1, found))
        if index in (0, count // 2, count - 1):
            page.screenshot(path=screenshots / f"deck_{path.stem}_{index + 1}.png")
    assert wrong == []
    assert complaints == []
    assert page.locator("mjx-merror").count() == 0, "a formula could not be set"
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run()).violations.map((rule) => rule.id)")
    assert found == []


def test_a_cell_that_is_too_tall_is_squeezed_with_or_without_others_after_it(
    room: "BrowserContext", tmp_path: Path, archives: Path
) -> None:
    tall, after, alone = (
        new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})
        for text, kind in (
            ("- a line\n" * 22, "slide"),
            ("After it.", "fragment"),
            ("- a line\n" * 22, "slide"),
        )
    )
    nbformat.write(new_notebook(cells=[tall, after, alone]), tmp_path / "tall.ipynb")
    page, _ = open_file(room, written(tmp_path / "tall.ipynb", tmp_path, archives))
    page.wait_for_function(READY)
    assert page.locator(".slides > section > section").count() == 3
    for index in range(3):
        page.evaluate(SHOW, index)
        found = page.evaluate(LAID_OUT)
        assert found["beyond"] == [] and found["hidden"] <= 0, index


def test_the_space_bar_unfolds_a_proof_and_turns_the_page_elsewhere(
    room: "BrowserContext", tmp_path: Path, archives: Path
) -> None:
    page, _ = open_file(room, written(ENTROPY, tmp_path, archives))
    page.wait_for_function(READY)
    page.keyboard.press("Space")
    assert page.evaluate("Reveal.getIndices().h") == 1
    proof = page.locator("details:not(.code)").first
    proof.evaluate(
        "proof => { const at = Reveal.getIndices(proof.closest('section')); Reveal.slide(at.h, at.v, 99); }"
    )
    before = page.evaluate("Reveal.getIndices()")
    proof.locator("summary").focus()
    page.keyboard.press("Space")
    assert proof.evaluate("proof => proof.open")
    assert page.evaluate("Reveal.getIndices()") == before


def test_it_prints_a_page_for_each_slide(room: "BrowserContext", tmp_path: Path, archives: Path) -> None:
    deck = written(ENTROPY, tmp_path, archives)
    page, _ = open_file(room, deck)
    page.wait_for_function(READY)
    count = page.locator(".slides > section > section").count()
    page.goto(f"{deck.as_uri()}?print-pdf")
    page.wait_for_function(f"{READY} && document.querySelectorAll('.pdf-page').length > 0")
    assert page.locator(".pdf-page").count() == count
    assert page.pdf(prefer_css_page_size=True).count(b"/MediaBox [0 0 960 540]") == count  # points


@pytest.mark.parametrize("served", ["as published", "changed", "not at all"])
def test_without_archives_a_deck_takes_what_was_tried_or_stays_a_page_to_scroll(
    room: "BrowserContext", tmp_path: Path, archives: Path, served: str
) -> None:
    """Oracle: the archives themselves, served at the public addresses; the network is never asked."""

    def answer(route: "Route") -> None:
        package, _, path = route.request.url.partition("/npm/")[2].partition("/")
        if served == "not at all":
            return route.abort()
        with tarfile.open(archives / f"{package.replace('@', '-')}.tgz") as archive:
            member = archive.extractfile(f"package/{path}")
            assert member is not None
            body = member.read() + (b"/* and more */" if served == "changed" else b"")
        kind = "text/css" if path.endswith("css") else "text/javascript"
        return route.fulfill(body=body, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})

    room.route(lambda url: url.startswith("https:"), answer)
    page, _ = open_file(room, written(ENTROPY, tmp_path, tmp_path))
    if served == "as published":
        page.wait_for_function(READY)
        assert page.locator("mjx-container").count() > 50
    else:
        page.wait_for_load_state()
        assert page.evaluate("[typeof window.Reveal, document.documentElement.className]") == [
            "undefined",
            "",
        ]
        assert page.locator("section section:visible").count() == sum(
            cell.metadata.slideshow.slide_type in ("slide", "subslide")
            for cell in nbformat.read(ENTROPY, as_version=4).cells
        )
