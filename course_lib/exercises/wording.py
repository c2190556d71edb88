"""Words on their way to the reader: emphasis written with asterisks, as plain text and as HTML."""

from __future__ import annotations

import re
from html import escape

_EMPHASIS = re.compile(r"\*(\w(?:[^*\n]*\w)?)\*")


def plain(text: str) -> str:
    """Return the text without the asterisks of its emphasis.

    Examples
    --------
    >>> plain("Average the *distributions*, then take H: 2*3 stays.")
    'Average the distributions, then take H: 2*3 stays.'
    """
    return _EMPHASIS.sub(r"\1", text)


def as_html(text: str) -> str:
    """Return the text as HTML, with its emphasis and its line breaks.

    Examples
    --------
    >>> as_html("p < 1, *always*")
    'p &lt; 1, <em>always</em>'
    """
    return _EMPHASIS.sub(r"<em>\1</em>", escape(text)).replace("\n", "<br>")
