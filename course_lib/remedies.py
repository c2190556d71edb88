"""What can go wrong while the course is set up, and what the reader can do about each.

Standard library only and in the syntax of Python 3.8, like the starter that uses it.
"""

from __future__ import annotations

import re

# (what venv, pip, SQLite or the system print, the sentence for the reader); the first match speaks.
REMEDIES = (
    (
        "No space left|not enough space|disk is full",
        "The disk is full. Free about 1.5 GB here and in the temporary folder",
    ),
    (
        "ensurepip|No module named .?venv",
        "This Python lacks its venv module. On Debian or Ubuntu: sudo apt install python3-venv",
    ),
    (
        "DO NOT MATCH THE HASHES",
        "A downloaded file is not the one the course was tested with, so it was refused. Try another network",
    ),
    (
        "[Rr]ead-?only|[Pp]ermission denied|Operation not permitted|Access is denied|unable to open database",
        "The course's folder cannot be written to. Close JupyterLab, or copy the course to your own folder",
    ),
    (
        "onnection|resolution|[Tt]imed? ?out|ProxyError|SSLError|versions: none",
        "The packages could not be downloaded. Check the internet connection, or your proxy settings",
    ),
    (
        "No matching distribution",
        "A package has no ready-made build for this computer. Use a 64-bit Python 3.11 to 3.14",
    ),
)


def remedy(output: str) -> str:
    """Return one sentence with the remedy for what a tool printed, or else the end of what it printed."""
    for pattern, sentence in REMEDIES:
        if re.search(pattern, output):
            return f"{sentence}, then give the same command again."
    return f"Set-up failed in a way the course does not know. The last words were:\n{output[-1500:]}"
