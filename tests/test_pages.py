"""A notebook as a page to read has every cell, headings in order, words for every picture, links that arrive.

Oracles: the notebook files, read as JSON; the pages, read by Python's own HTML parser.
"""

import functools
import itertools
import json
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib import commands, slides

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SHORTEST_SENTENCE = 20  # characters
VOID = {"img", "meta", "link", "br", "hr", "input"}


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.levels, self.heads, self.ids = [], [], [], set()
        self.alts, self.links, self.needs, self.folded = [], [], [], []
        self.title, self.language, self.mains = "", "", 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {unquote(found["id"])} if "id" in found else set()
        if tag in VOID:
            self.alts += [found.get("alt")] if tag == "img" else []
            return
        self.open.append(tag)
        self.levels += [int(tag[1])] if tag in ("h1", "h2", "h3", "h4", "h5", "h6") else []
        self.heads += [""] if tag == "th" else []
        self.links += [found["href"]] if tag == "a" else []
        self.folded += [""] if tag == "details" and found.get("class") == "code" else []
        self.needs += [found["src"]] if "src" in found else []
        self.language = found.get("lang") if tag == "html" else self.language
        self.mains += tag == "main"

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "th" in self.open:
            self.heads[-1] += data.strip()
        if "details" in self.open and self.folded:
            self.folded[-1] += data
        if self.open[-1:] == ["title"]:
            self.title += data


@functools.cache
def shown(path):
    """Return the stored notebook and its page."""
    notebook = json.loads(path.read_text("utf-8"))
    text = slides.page(nbformat.read(path, as_version=4), "")
    return SimpleNamespace(cells=notebook["cells"], metadata=notebook["metadata"], text=text, page=Page(text))


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def chapter(request):
    return shown(request.param)


def outputs(cells):
    """Return every output's text by kind, joined from the lines that a file stores."""
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return [{kind: "".join(text) for kind, text in kinds.items()} for kinds in data]


# ------------------------------------------------------------------------------------------- what it shows
def test_every_cell_is_there_once_under_its_name(chapter):
    for cell in chapter.cells:
        assert chapter.text.count(f'id="cell-id={cell["id"]}"') == 1


def test_headings_are_in_order_below_one_title(chapter):
    assert chapter.page.levels[0] == 1
    assert chapter.page.levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(chapter.page.levels))


def test_every_picture_keeps_the_sentence_that_says_what_it_shows(chapter):
    stored = [Page(data.get("text/html", "")).alts for data in outputs(chapter.cells)]
    assert chapter.page.alts == list(itertools.chain(*stored))
    assert all(alt and len(alt) >= SHORTEST_SENTENCE and " " in alt for alt in chapter.page.alts)


def test_it_says_its_language_its_title_and_where_the_content_is(chapter):
    assert chapter.page.language == "en"
    assert chapter.page.title == chapter.metadata["title"]
    assert chapter.page.mains == 1


def test_no_two_pages_have_the_same_title():
    titles = [shown(path).page.title for path in NOTEBOOKS]
    assert len(set(titles)) == len(titles) >= 3


def test_every_column_and_row_that_has_a_head_has_words_in_it(chapter):
    assert chapter.page.heads
    assert all(chapter.page.heads)


def test_every_link_within_the_course_arrives_on_a_page_at_a_place(chapter):
    pages = {f"{path.stem}.html": path for path in NOTEBOOKS}
    local = [unquote(link) for link in chapter.page.links if "://" not in link]
    assert local
    for link in local:
        file, _, place = link.partition("#")
        there = shown(pages[file]).page if file else chapter.page
        assert not place or place in there.ids, link


def test_it_asks_for_nothing_but_what_its_head_names(chapter):
    assert all(source.startswith("data:image/png;base64,") for source in chapter.page.needs)


def test_a_widget_that_needs_its_kernel_is_named_and_not_spelt_out(chapter):
    stored = [data["text/plain"] for data in outputs(chapter.cells) if set(data) == {"text/plain"}]
    widgets = sum(text.startswith("interactive(") for text in stored)
    assert "IntSlider(" not in chapter.text
    assert chapter.text.count("Sliders, to be moved in JupyterLab.") == widgets


def made(*cells):
    return slides.page(new_notebook(cells=list(cells), metadata={"title": "T"}), "")


def test_code_is_folded_where_the_notebook_folds_it():
    plain, plumbing = (
        new_code_cell("a = 6"),
        new_code_cell("b = 7", metadata={"jupyter": {"source_hidden": True}}),
    )
    (folded,) = Page(made(plain, plumbing)).folded
    assert "b = 7" in " ".join(folded.split())
    assert "a = 6" not in folded


def test_a_question_is_set_as_prose_and_what_is_printed_stays_text():
    question = "Question 0.a. Is <b>this</b> bold? (a) yes; (b) no; (c) both; (d) neither"
    printed = new_output("stream", name="stdout", text="two  columns\n1    <i>")
    cell = new_code_cell(
        "ask()", outputs=[new_output("display_data", data={"text/plain": question}), printed]
    )
    text = made(cell)
    assert '<pre class="said">Question 0.a. Is &lt;b&gt;this' in text
    assert "1    &lt;i&gt;" in text


def test_formulas_are_left_to_mathjax_and_nothing_turns_pages(tmp_path):
    head = slides.page_head(tmp_path)
    assert "mathjax@3.2.2" in head
    assert "reveal" not in head.partition("</script>")[2].partition("<style>")[0]
    assert slides.missing_archives(tmp_path, slides.PAGE_PARTS) == ["mathjax-3.2.2.tgz"]
    assert r"\frac12" in made(new_markdown_cell(r"A half: $\frac12$."))


# ------------------------------------------------------------------------------------------------- command
@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one chapter."""
    for folder in ("NOTEBOOKS", "DECKS", "PAGES"):
        monkeypatch.setattr(commands, folder, tmp_path / getattr(commands, folder).name)
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    commands.NOTEBOOKS.mkdir()
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# A title")]), commands.NOTEBOOKS / "02_entropy.ipynb"
    )
    return tmp_path


def test_pages_writes_a_page_and_says_what_it_needs(course, capsys):
    assert commands.pages(["02"]) == 0
    assert ">A title<" in (course / "pages" / "02_entropy.html").read_text("utf-8")
    said = capsys.readouterr().out
    assert "02_entropy.html" in said
    assert "slides has no mathjax-3.2.2.tgz." in said
    assert (course / "slides").is_dir(), "the folder in which that is to be given"
    assert f'"{slides.ARCHIVES}" in the folder slides' in said


def test_pages_says_what_it_did_not_understand(course):
    with pytest.raises(SystemExit, match="There are: 02_entropy"):
        commands.pages(["99"])


def test_pages_says_where_it_could_not_write(course):
    (course / "pages").write_text("a file is in the way")
    with pytest.raises(SystemExit, match=r"pages could not be written.*folder of your own"):
        commands.pages([])


def test_pages_says_which_archive_is_damaged(course):
    (course / "slides").mkdir()
    (course / "slides" / "mathjax-3.2.2.tgz").write_text("half a file")
    with pytest.raises(SystemExit, match=r"mathjax-3\.2\.2\.tgz.*npm pack"):
        commands.pages([])
