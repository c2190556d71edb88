"""A chapter's deck shows its slides and nothing else, keeps what pictures say, and can do without a network.

Oracles: the notebook files, read as JSON; the decks, read by Python's own HTML parser; archives made here.
"""

import base64
import functools
import hashlib
import io
import json
import os
import re
import tarfile
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib import commands, slides

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VOID = {"img", "meta", "link", "br", "hr", "input"}


class Deck(HTMLParser):
    """What a browser would find in a deck."""

    def __init__(self, page):
        super().__init__()
        self.open, self.cells, self.pictures, self.links, self.scripts = [], [], [], [], []
        self.sections = {1: 0, 2: 0}
        self.folded, self.title, self.needs = [], "", []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self.sections[self.open.count("section")] += 1
        self.cells += (
            [found["id"].removeprefix("cell-id=")] if "jp-Notebook-cell" in found.get("class", "") else []
        )
        self.pictures += [found["alt"]] if tag == "img" else []
        self.links += [found["href"]] if tag == "a" else []
        self.folded += [""] if tag == "details" and found.get("class") == "code" else []
        self.scripts += [""] if tag == "script" and "src" not in found else []
        if tag in ("script", "link") and ("src" in found or "href" in found):
            self.needs.append((found.get("src") or found["href"], found["integrity"]))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "details" in self.open and self.folded:
            self.folded[-1] += data
        if self.open[-1:] == ["title"]:
            self.title += data
        if self.open[-1:] == ["script"]:
            self.scripts[-1] += data


@functools.cache
def shown(path):
    """Return the stored notebook and what its deck shows."""
    with open(path, encoding="utf-8") as stream:
        notebook = json.load(stream)
    page = slides.deck(nbformat.read(path, as_version=4), "")
    return SimpleNamespace(cells=notebook["cells"], metadata=notebook["metadata"], page=page, deck=Deck(page))


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def chapter(request):
    return shown(request.param)


def kind(cell):
    return cell["metadata"]["slideshow"]["slide_type"]


def on_slides(chapter):
    return [cell for cell in chapter.cells if kind(cell) != "skip"]


# ------------------------------------------------------------------------------------------- what it shows
def test_a_deck_shows_the_cells_on_slides_in_their_order_and_no_other(chapter):
    assert chapter.deck.cells == [cell["id"] for cell in on_slides(chapter)]


def test_every_slide_is_a_section_and_slides_below_are_sections_in_it(chapter):
    kinds = [kind(cell) for cell in on_slides(chapter)]
    assert chapter.deck.sections == {1: kinds.count("slide"), 2: len(kinds) - kinds.count("fragment")}


def test_every_picture_keeps_the_sentence_that_says_what_it_shows(chapter):
    stored = []
    for cell in on_slides(chapter):
        for output in cell.get("outputs", []):
            said = output.get("data", {}).get("text/html", "")
            stored += Deck(said if isinstance(said, str) else "".join(said)).pictures
    assert chapter.deck.pictures == stored
    assert all(len(alt) >= 20 for alt in stored)


def test_a_deck_has_its_chapters_title(chapter):
    assert chapter.metadata["title"] in chapter.deck.title


def test_a_link_to_a_chapter_goes_to_its_deck(chapter):
    decks = [f"{path.stem}.html" for path in NOTEBOOKS]
    local = [link.split("#")[0] for link in chapter.deck.links if "://" not in link]
    assert set(local) <= {*decks, ""}
    assert local


def test_a_deck_without_scripts_asks_for_nothing(chapter):
    assert chapter.deck.needs == []


def made(*cells):
    return Deck(slides.deck(new_notebook(cells=list(cells), metadata={"title": "T"}), ""))


def on_a_slide(cell, **metadata):
    cell.metadata = {"slideshow": {"slide_type": "slide"}, **metadata}
    return cell


def test_code_is_folded_and_plumbing_is_left_out():
    output = new_output("stream", name="stdout", text="6")
    plain = on_a_slide(new_code_cell("a = 6\nprint(a)", outputs=[output]))
    plumbing = on_a_slide(new_code_cell("b = 7\nprint(b)", outputs=[output]), jupyter={"source_hidden": True})
    page = slides.deck(new_notebook(cells=[plain, plumbing]), "")
    assert ["a = 6" in text for text in Deck(page).folded] == [True]
    assert "b = 7" not in re.sub("<[^>]*>", "", page)
    assert "6</pre>" in re.sub(r"\s", "", page)


def test_code_that_shows_nothing_is_open_or_its_slide_would_be_empty():
    page = slides.deck(new_notebook(cells=[on_a_slide(new_code_cell("import os"))]), "")
    assert '<details class="code" open' in page


def test_a_question_is_set_as_prose_and_columns_as_columns():
    def page(text):
        output = new_output("display_data", data={"text/plain": text})
        return slides.deck(new_notebook(cells=[on_a_slide(new_code_cell("show()", outputs=[output]))]), "")

    assert '<pre class="said">' in page("Question 0.a. log2(1/8) is (a) 3; (b) 1/3; (c) −3; (d) 0.125")
    for columns in (
        "A table  of two lines,\nwhose columns stand one below the other",
        "[0.1, 0.2]",
        "0.1" * 20,
    ):
        assert "<pre>" in page(columns)


def test_what_is_printed_stays_text():
    output = new_output(
        "display_data", data={"text/plain": "<b>Not bold</b> & not a tag, over forty letters"}
    )
    page = slides.deck(new_notebook(cells=[on_a_slide(new_code_cell("f('<i>')", outputs=[output]))]), "")
    assert "&lt;b&gt;Not bold&lt;/b&gt; &amp; not" in page
    assert "<i>" not in page


def test_no_type_is_smaller_than_18_pixels():
    style = (Path(slides.__file__).parent / "deck.css").read_text("utf-8")
    sizes = [
        (rule, float(size))
        for rule in re.findall(r"[^{}]+\{[^{}]*\}", style)
        for size in re.findall(r"font(?:-size)?:[^;}]*?(\d+)px", rule)
    ]
    assert len(sizes) >= 6
    assert [rule for rule, size in sizes if size < 18 and ".controls" not in rule] == []  # arrows, not type


# -------------------------------------------------------------------------------- with and without a network
def pack(folder, name, files):
    with tarfile.open(folder / name, "w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(f"package/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


CONTENT = {
    "style": b"p { color: red }",
    "slides": b'let a = "</script><!--<b>";',
    "formulas": "let π;".encode(),
}


@pytest.fixture
def archives(tmp_path, monkeypatch):
    """Archives of small files, and parts that expect them."""
    parts = {}
    for name, part in slides.PARTS.items():
        sha384 = base64.b64encode(hashlib.sha384(CONTENT[name]).digest()).decode()
        parts[name] = part._replace(sha384=sha384)
    monkeypatch.setattr(slides, "PARTS", parts)
    paths = {name: part.path for name, part in parts.items()}
    both = {paths[name]: CONTENT[name] for name in ("style", "slides")}
    pack(tmp_path, "reveal.js-5.2.1.tgz", both)
    pack(tmp_path, "mathjax-3.2.2.tgz", {paths["formulas"]: CONTENT["formulas"]})
    return tmp_path


def test_with_the_archives_a_deck_needs_nothing_else(archives):
    head = slides.deck_head(archives)
    assert Deck(head).needs == []
    assert slides.missing_archives(archives) == []
    assert "p { color: red }" in head
    assert any("let π;" in script for script in Deck(head).scripts)


def test_a_script_cannot_end_before_its_end(archives):
    assert '<\\/script><\\!--<b>";' in Deck(slides.deck_head(archives)).scripts[1]


def test_without_archives_a_deck_names_pinned_addresses_that_a_browser_checks(tmp_path):
    needed = Deck(slides.deck_head(tmp_path)).needs
    assert len(needed) == 3
    for address, integrity in needed:
        assert re.match(r"https://[^/]+/npm/(reveal\.js@5\.2\.1|mathjax@3\.2\.2)/\w", address)
        assert len(base64.b64decode(integrity.removeprefix("sha384-"), validate=True)) == 48
    assert slides.missing_archives(tmp_path) == ["reveal.js-5.2.1.tgz", "mathjax-3.2.2.tgz"]


def test_readme_and_the_checks_fetch_the_versions_that_are_looked_for():
    assert slides.ARCHIVES == "npm pack reveal.js@5.2.1 mathjax@3.2.2"
    assert f"`{slides.ARCHIVES}`" in (ROOT / "README.md").read_text("utf-8")
    fetched = slides.ARCHIVES.removeprefix("npm pack ")
    assert f'DECK_SCRIPTS="{fetched}"' in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("damage", ["cut", "other", "empty", "not an archive"])
def test_an_archive_that_is_not_the_one_is_refused_by_name(archives, damage):
    path = archives / "mathjax-3.2.2.tgz"
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:60])
    elif damage == "not an archive":
        path.write_text("<html>Not found</html>")
    else:
        pack(archives, path.name, {"es5/tex-svg.js": b"alert(1)"} if damage == "other" else {})
    with pytest.raises(slides.DamagedArchive, match=r"mathjax-3\.2\.2\.tgz.*npm pack"):
        slides.deck_head(archives)


# ------------------------------------------------------------------------------------------------- commands
@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one chapter, whose slide prints the style that the environment names."""
    for folder in ("NOTEBOOKS", "WORKING_COPIES", "DECKS"):
        monkeypatch.setattr(commands, folder, tmp_path / getattr(commands, folder).name)
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    commands.NOTEBOOKS.mkdir()
    title = on_a_slide(new_markdown_cell("# A title"))
    code = on_a_slide(new_code_cell("import os\nprint('style', os.environ.get('COURSE_LIB_STYLE'))"))
    code.outputs, code.execution_count = [new_output("stream", name="stdout", text="as stored")], 1
    nbformat.write(new_notebook(cells=[title, code]), commands.NOTEBOOKS / "02_entropy.ipynb")
    return tmp_path


def test_slides_writes_a_deck_from_stored_outputs_and_says_what_it_needs(course, capsys):
    assert commands.slides([]) == 0
    assert "as stored" in (course / "slides" / "02_entropy.html").read_text("utf-8")
    said = capsys.readouterr().out
    assert "02_entropy.html" in said
    assert "no reveal.js-5.2.1.tgz and no mathjax-3.2.2.tgz" in said
    assert slides.ARCHIVES in said


def test_slides_in_lecture_style_runs_the_chapter_and_leaves_the_notebook(course):
    stored = (course / "notebooks" / "02_entropy.ipynb").read_bytes()
    assert commands.slides(["--lecture", "02"]) == 0
    assert "style lecture" in (course / "slides" / "02_entropy.html").read_text("utf-8")
    assert (course / "notebooks" / "02_entropy.ipynb").read_bytes() == stored


def test_slides_in_lecture_style_takes_this_environments_kernel_before_one_at_home(course, monkeypatch):
    kernel = course / "home" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps({"argv": ["no-such-python"], "display_name": "", "language": "python"}))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(course / "home"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    assert commands.slides(["--lecture", "02"]) == 0


def test_slides_says_what_it_did_not_understand(course):
    with pytest.raises(SystemExit, match="There are: 02_entropy"):
        commands.slides(["99"])


def test_slides_says_where_it_could_not_write(course):
    (course / "slides").write_text("a file is in the way")
    with pytest.raises(SystemExit, match=r"could not be written.*folder of your own"):
        commands.slides([])


def test_slides_says_which_archive_is_damaged(course):
    (course / "slides").mkdir()
    (course / "slides" / "reveal.js-5.2.1.tgz").write_text("half a file")
    with pytest.raises(SystemExit, match=r"reveal\.js-5\.2\.1\.tgz.*npm pack"):
        commands.slides([])


def test_lab_in_lecture_style_tells_every_kernel(course, monkeypatch):
    nbformat.write(new_notebook(), commands.NOTEBOOKS / "00_start_here.ipynb")
    monkeypatch.setenv("COURSE_LIB_STYLE", "")
    started = []
    monkeypatch.setattr(commands.os, "execv", lambda program, command: started.append(command))
    monkeypatch.setattr(commands.subprocess, "call", lambda command: started.append(command) or 0)
    commands.lab(["--lecture", "--no-browser"])
    assert os.environ["COURSE_LIB_STYLE"] == "lecture"
    assert "--lecture" not in started[0]
    assert started[0][-1] == "--no-browser"


def test_tests_and_stored_outputs_never_take_a_style_from_outside(monkeypatch):
    monkeypatch.setenv("COURSE_LIB_STYLE", "lecture")
    with commands.headless() as environment:
        assert environment["COURSE_LIB_STYLE"] == ""
