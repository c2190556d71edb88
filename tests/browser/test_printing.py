"""The printed cheat sheet: one sheet of A4, with some room to spare, asking nothing of the network."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.cheat_sheet import write_cheat_sheet

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

A4 = (595, 842)  # points


def test_the_cheat_sheet_prints_on_one_page(
    context: "BrowserContext", tmp_path: Path, screenshots: Path
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sheet = write_cheat_sheet(tmp_path / "cheat_sheet.html")
    page.goto(sheet.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 726, "height": 1055})  # what A4 leaves within its margins
    page.screenshot(path=screenshots / "cheat_sheet.png")
    lowest = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    corners = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert corners is not None
    assert tuple(round(float(corner)) for corner in corners.groups()) == A4
    assert lowest < 0.95 * 1055  # another computer's type may run a little wider
    assert asked == [sheet.as_uri()]
