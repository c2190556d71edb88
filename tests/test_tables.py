"""A table says the same in plain text and as HTML, and is built so that it can be read aloud."""

import re
from html import unescape

from course_lib.tables import Table

TABLE = Table("Odds & ends", ("what", "is it < 1?"), [("a fair coin", "no"), ("p", "yes, <always>")])


def test_every_cell_stands_in_both_forms():
    cells = [*TABLE.columns, *(cell for row in TABLE.rows for cell in row)]
    page = unescape(re.sub(r"<[^>]*>", "|", TABLE._repr_html_()))
    assert all(cell in repr(TABLE) and f"|{cell}|" in page for cell in cells)
    assert TABLE.caption in page and repr(TABLE).startswith(TABLE.caption)


def test_plain_text_keeps_columns_under_each_other():
    first, *others = repr(TABLE).splitlines()[1:]
    assert {line.index("|") for line in others} == {first.index("|")}


def test_headers_say_what_they_head():
    page = TABLE._repr_html_()
    assert page.count("scope='col'") == 2 and page.count("scope='row'") == 2
    assert "<caption" in page and "<always>" not in page
