"""The topic index is the proof that everything promised is taught: each row must point at a real cell."""

import json
import re
from pathlib import Path

import pytest

from course_lib.topics import TopicTable, matching_topics, topics

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def cells_by_section(notebook: str) -> dict[str, str]:
    """Map each cell's id to the h2 section it stands in."""
    section, found = "", {}
    for cell in json.loads((NOTEBOOKS / notebook).read_text(encoding="utf-8"))["cells"]:
        heading = re.search(r"^## (.+)$", "".join(cell["source"]), re.MULTILINE)
        if cell["cell_type"] == "markdown" and heading:
            section = heading.group(1).strip()
        found[cell["id"]] = section
    return found


SECTIONS = {name: cells_by_section(name) for name in {row.notebook for row in topics()}}


@pytest.mark.parametrize("row", topics(), ids=lambda row: row.number)
def test_every_topic_points_at_a_cell_of_the_section_it_names(row):
    assert row.cell in SECTIONS[row.notebook], f"{row.notebook} has no cell {row.cell!r}"
    assert SECTIONS[row.notebook][row.cell] == row.section


def test_every_topic_that_the_opened_chapters_promise_has_a_row():
    # How many topics each chapter promises; a chapter is added here when it opens. More rows are welcome.
    promised = {"0": 20, "1": 27, "2": 56, "3": 43, "4": 47, "5": 28, "6": 17, "7": 30, "8": 23}
    numbers = [row.number for row in topics()]
    assert len(numbers) == len(set(numbers))
    for chapter, count in promised.items():
        assert {f"{chapter}.{n:02d}" for n in range(1, count + 1)} <= set(numbers)


def test_topics_are_written_for_a_reader():
    for row in topics():
        assert 12 <= len(row.topic) <= 160, row
        assert not re.search(r"[<>†]|FC-\d", row.topic), row


def test_the_words_may_come_in_any_order_and_case():
    assert matching_topics("COIN fair") == matching_topics("fair coin") != ()
    assert matching_topics("no such words at all") == ()


def test_a_search_without_a_hit_says_how_to_search():
    assert "Try fewer words" in repr(TopicTable("xyzzy", ()))
    assert "Try fewer words" in TopicTable("<b>", ())._repr_html_()
    assert "<b>" not in TopicTable("<b>", ())._repr_html_()


def test_the_whole_index_is_shown_without_words():
    assert len(matching_topics()) == len(topics())
    table = TopicTable("", topics())._repr_html_()
    assert table.count("<tr>") == len(topics()) + 1
