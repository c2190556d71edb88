"""Every notebook is fit to be read, shown and compared: structure, stored outputs, links, pictures, slides.

Oracle: the notebook files themselves, read as JSON; nothing here runs a cell.
"""

import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
PATHS = sorted((ROOT / "notebooks").glob("**/*.ipynb"))
LARGEST = 1.5e6  # bytes
MOST_VISIBLE_LINES = 12
SHORTEST_ALT = 20  # characters
KNOWN_TAGS = {
    *("nbval-ignore-output", "nbval-check-output", "raises-exception"),
    *("text-dependent", "weights-dependent"),
}
PICTURE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=\s]+")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|work|usr)/|\b[A-Z]:\\\\?\w|site-packages")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS])
def path(request) -> Path:
    return request.param


@pytest.fixture
def notebook(path) -> dict:
    return json.loads(path.read_text("utf-8"))


def text_of(value) -> str:
    return value if isinstance(value, str) else "".join(value)


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def prose(cell: dict) -> str:
    """Return a text cell without its fenced code, or nothing for a code cell."""
    return FENCE.sub("", text_of(cell["source"])) if cell["cell_type"] == "markdown" else ""


def texts(notebook: dict, *, sources: bool = True) -> list[str]:
    """Return what a reader can see, cell by cell, without the bytes of pictures."""
    found = []
    for cell in notebook["cells"]:
        found.append(text_of(cell["source"]) if sources else "")
        for output in cell.get("outputs", []):
            found.append(text_of(output.get("text", "")))
            data = output.get("data", {})
            found += [text_of(value) for kind, value in data.items() if kind.startswith("text/")]
    return [PICTURE.sub("", text) for text in found]


def headings(notebook: dict) -> list[tuple[int, str]]:
    lines = "\n".join(prose(cell) for cell in notebook["cells"])
    return [
        (len(marks), title) for marks, title in re.findall(r"^(#{1,6})\s+(.+?)\s*#*$", lines, re.MULTILINE)
    ]


def links(notebook: dict) -> list[str]:
    text = "\n".join(prose(cell) for cell in notebook["cells"])
    return re.findall(r"\]\(\s*<?([^)\s>]+)", text) + re.findall(r'(?:href|src)="([^"]+)"', text)


def test_there_are_notebooks():
    assert len(PATHS) >= 3


def test_pytest_collects_every_notebook():
    # One process for all: pytest's own answer, with the configuration that everybody uses.
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--color=no", "notebooks"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    collected = Counter(line.split("::")[0] for line in shown.splitlines() if "::Cell" in line)
    expected = {
        path.relative_to(ROOT).as_posix(): len(code_cells(json.loads(path.read_text("utf-8"))))
        for path in PATHS
    }
    assert dict(collected) == expected, shown


def test_cell_ids_are_present_and_unique(notebook):
    ids = [cell.get("id", "") for cell in notebook["cells"]]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id) for cell_id in ids), ids
    assert [cell_id for cell_id, n in Counter(ids).items() if n > 1] == []


def test_metadata_is_the_common_one(notebook):
    metadata = notebook["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert "version" not in metadata.get("language_info", {}), "it would change with every author's Python"
    assert len(metadata.get("title", "")) >= 5, "exported pages take their title from the metadata"
    assert "widgets" not in metadata, (
        "a widget's state is stored; `python3 -m course_lib execute` leaves it out"
    )
    assert (notebook["nbformat"], notebook["nbformat_minor"] >= 5) == (4, True)


def test_cells_were_run_in_order_from_a_fresh_kernel(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert all("execution" not in cell["metadata"] for cell in code_cells(notebook)), (
        "times of a run are stored"
    )


def test_no_output_is_an_error_or_a_warning(notebook):
    for cell in code_cells(notebook):
        expected = "raises-exception" in cell["metadata"].get("tags", [])
        for output in cell["outputs"]:
            assert expected or output["output_type"] != "error", cell["id"]
            assert output.get("name") != "stderr", (cell["id"], output.get("text"))


def test_no_output_holds_a_widget_without_its_kernel(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            kinds = set(output.get("data", {}))
            assert "application/vnd.jupyter.widget-view+json" not in kinds, cell["id"]


def test_nothing_tells_on_which_machine_it_was_written(notebook):
    for text in texts(notebook):
        assert not MACHINE_PATH.search(text), MACHINE_PATH.search(text)


def test_no_printed_number_is_a_negative_zero(notebook):
    for text in texts(notebook, sources=False):
        assert not re.search(r"(?<![\w.])[-−]0\.?0*(?![\d.\w])", text), text[:300]


def test_the_file_is_small_enough_to_load_in_a_moment(path):
    assert path.stat().st_size < LARGEST


def test_there_is_one_title_and_no_level_is_skipped(notebook):
    found = headings(notebook)
    levels = [level for level, _ in found]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for (before, _), (after, title) in itertools.pairwise(found):
        assert after <= before + 1, title
    sections = [title for level, title in found if level == 2]
    assert len(set(sections)) == len(sections), "a link could not tell two sections apart"


def test_every_picture_has_an_alt_text(notebook):
    for cell in notebook["cells"]:
        assert not re.search(r"!\[.{0,19}\]\(", prose(cell)), cell["id"]
        for output in cell.get("outputs", []):
            data = {kind: text_of(value) for kind, value in output.get("data", {}).items()}
            for image in re.findall(r"<img\b[^>]*>", data.get("text/html", ""), re.DOTALL):
                alt = re.search(r'\balt="([^"]*)"', image)
                assert alt, f"{cell['id']}: a picture without alt text"
                assert len(alt[1]) >= SHORTEST_ALT, f"{cell['id']}: {alt[1]!r}"
            if any(kind.startswith("image/") for kind in data):
                plain = data.get("text/plain", "")
                assert len(plain) >= SHORTEST_ALT, f"{cell['id']}: {plain!r}"
                assert not plain.startswith("<Figure"), f"{cell['id']}: use figures.show(figure, alt)"


def test_visible_code_is_short(notebook):
    for cell in code_cells(notebook):
        lines = text_of(cell["source"]).splitlines()
        hidden = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
        assert hidden or len(lines) <= MOST_VISIBLE_LINES, f"{cell['id']}: {len(lines)} lines"


def test_every_local_link_leads_somewhere(path, notebook):
    for link in links(notebook):
        if re.match(r"(https?|mailto|data|attachment):", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        file = (path.parent / target) if target else path
        assert file.is_file(), f"{link} leads nowhere"
        if anchor:
            there = json.loads(file.read_text("utf-8"))
            ids = {f"cell-id={cell['id']}" for cell in there["cells"]}
            titles = {re.sub(r"\s+", "-", title) for _, title in headings(there)}
            named = set(re.findall(r'\b(?:id|name)="([^"]+)"', "\n".join(map(prose, there["cells"]))))
            assert anchor in ids | titles | named, f"{link}: no such place"


def test_link_texts_say_where_they_lead(notebook):
    for cell in notebook["cells"]:
        for text in re.findall(r"(?<!!)\[([^\]]+)\]\(", prose(cell)):
            assert text.strip().lower() not in {"here", "link", "this", "click here", "more"}, cell["id"]


def test_both_ends_lead_to_the_neighbours(path, notebook):
    place = PATHS.index(path)
    neighbours = [PATHS[i].name for i in (place - 1, place + 1) if 0 <= i < len(PATHS)]
    texts_at_ends = [prose(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    for end in ("\n".join(texts_at_ends[:2]), "\n".join(texts_at_ends[-2:])):
        for name in neighbours:
            assert f"({name}" in end, f"no link to {name} in: {end[-300:]}"


def test_tags_are_known_and_exceptions_few_and_explained(notebook):
    cells = code_cells(notebook)
    ignored = [cell for cell in cells if "nbval-ignore-output" in cell["metadata"].get("tags", [])]
    for cell in notebook["cells"]:
        assert set(cell["metadata"].get("tags", [])) <= KNOWN_TAGS, cell["id"]
        assert "NBVAL" not in text_of(cell["source"]), (
            f"{cell['id']}: use a tag, which the reader does not see"
        )
    for cell in ignored:
        assert "#" in text_of(cell["source"]), f"{cell['id']}: a comment has to say why it is not compared"
    assert len(ignored) <= max(1, 0.03 * len(cells))


def test_a_lecture_has_a_third_of_the_cells(notebook):
    kinds = [cell["metadata"].get("slideshow", {}).get("slide_type") for cell in notebook["cells"]]
    # "skip" is said aloud: a cell without a word would be appended to the slide before it.
    assert set(kinds) <= {"slide", "subslide", "fragment", "notes", "skip"}
    share = sum(kind in ("slide", "subslide", "fragment") for kind in kinds) / len(kinds)
    assert 0.2 <= share <= 0.5, f"{share:.0%} of the cells are on slides"
