"""The cheat sheet shows every tested line, in a notebook and on a page that needs nothing but itself."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from course_lib.cheat_sheet import CHAPTERS, as_html, as_text, cheat_sheet, page, write_cheat_sheet
from course_lib.identities import IDENTITIES


def words(markup):
    return unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", " ")))


@pytest.mark.parametrize("shown", [page(), cheat_sheet()._repr_html_()], ids=["page", "notebook"])
def test_every_line_stands_there_with_where_one_meets_it(shown):
    """Oracle: the formulas without their markup."""
    bare = words(shown)
    for identity in IDENTITIES:
        formula = re.sub(r"[\^_]\{([^}]*)\}", r"\1", identity.formula).replace(";  ", " ")
        assert formula in bare
        assert identity.where in bare
    assert "^{" not in shown and "_{" not in shown


def test_plain_text_holds_every_line_too():
    shown = repr(cheat_sheet())
    assert all(as_text(identity.formula) in shown for identity in IDENTITIES)
    assert all(f"Chapter {chapter}. {name}" in shown for chapter, (name, _) in CHAPTERS.items())
    assert "{" not in shown


def test_superscripts_and_subscripts_are_set_and_everything_else_is_escaped():
    assert as_html("a < 2^{−x};  b_{i}") == "a &lt; 2<sup>−x</sup><br>b<sub>i</sub>"
    assert as_text("a < 2^{−x};  b_{i}^{2}") == "a < 2^(−x); b_i^2"


def test_every_line_links_to_its_chapter():
    shown = cheat_sheet()._repr_html_()
    links = re.findall(r"href='(\d\d)([ab]?)_\w+\.ipynb'", shown)
    assert [int(chapter) for chapter, _ in links] == [identity.chapter for identity in IDENTITIES]
    second = [identity.where for identity, link in zip(IDENTITIES, links, strict=True) if link[1] == "b"]
    assert second == ["RLHF, DPO", "CLIP, contrastive learning", "VAE, diffusion"]


class Tags(HTMLParser):
    """Collects tags and their attributes, and complains about one that is closed without being open."""

    void = ("meta", "br")

    def __init__(self):
        super().__init__()
        self.seen, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_complete_in_itself():
    """Nothing is fetched: no address, no script, no picture, no sheet from elsewhere."""
    tags = Tags()
    tags.feed(page())
    assert tags.open == []
    assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in tags.seen}
    assert not re.search(r"https?:|//|url\(|@import|src=", page())
    assert ("html", {"lang": "en"}) in tags.seen and ("meta", {"charset": "utf-8"}) in tags.seen
    assert "A4" in page() and "<title>" in page()


def test_the_page_is_written_where_it_is_asked_for(tmp_path):
    path = write_cheat_sheet(tmp_path / "sheet.html")
    assert path.read_text("utf-8") == page()
    assert write_cheat_sheet(str(path)) == path  # again, over the first
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.html"]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="is a folder; name a file in it"):
        write_cheat_sheet(tmp_path)
