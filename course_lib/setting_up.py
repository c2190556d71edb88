"""The tools of the starter: run a step out loud, one start at a time, and a remedy for what can go wrong.

Standard library only and in the syntax of Python 3.8, like the starter itself.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

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
        "sqlite3|_ssl|ssl module",
        "This Python was built without sqlite3 or ssl. Install one from python.org, conda or your system",
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


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, waiting for another start to end; raise OSError if it cannot be made.

    SQLite's lock is the one the standard library has on every system, and it is freed when its holder dies.
    """
    try:
        import sqlite3
    except ImportError as error:  # a Python compiled on a machine without SQLite's headers
        raise OSError(str(error)) from error
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
            told = False
            while True:
                try:
                    lock.execute("BEGIN EXCLUSIVE")
                    break
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error):
                        raise
                if not told:
                    print("Another start is setting up the course; waiting for it.", flush=True)
                    told = True
                time.sleep(0.5)  # here, and not inside SQLite, so that Ctrl-C works
            yield
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def run(*command: object, total: int = 0) -> str:
    """Run one step of the set-up; return what it printed if it failed, and nothing if it worked.

    With ``total``, the number of packages that pip is to look at, the step tells how far it is.
    """
    lines, seen = [], 0
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        for line in process.stdout or ():
            lines.append(line)
            seen += line.startswith(("Collecting", "Processing", "Ignoring"))
            if total and line.startswith(("Collecting", "Processing")) and seen % 10 == 0:
                print(f"  package {seen} of {total}", flush=True)
            if total and line.startswith("Installing"):
                print("  all packages are here; unpacking them (this takes a while) ...", flush=True)
    except BaseException:
        process.kill()  # or an interrupted pip would go on writing behind our back
        raise
    return "".join(lines) if process.wait() else ""
