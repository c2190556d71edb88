"""What ``python3 -m course_lib`` can do, once its environment exists.

Nothing outside the standard library is imported before a command needs it, so that a wrong word on the
command line is answered at once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib.__main__ import ROOT
from course_lib.safe_files import write_whole

NOTEBOOKS = ROOT / "notebooks"
WORKING_COPIES = ROOT / "my_course"
DECKS = ROOT / "slides"
PAGES = ROOT / "pages"
FIRST_NOTEBOOK = "00_start_here"
CELL_TIMEOUT = 600  # seconds; a cell that takes longer hangs
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# JupyterLab's default answers a moved slider in a second thread, which breaks the cell that is drawing.
LAB_SETTINGS = {"@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"}}


def ship_lab_settings(prefix: str = sys.prefix) -> None:
    """Add the course's JupyterLab settings to the environment at ``prefix``, keeping what is there."""
    path = Path(prefix, "share", "jupyter", "lab", "settings", "overrides.json")
    try:
        settings = json.loads(path.read_text("utf-8")) if path.exists() else {}
        merged = settings | LAB_SETTINGS
        if merged != settings:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(merged, indent=2) + "\n", "utf-8")
    except (OSError, ValueError) as error:
        # Sliders are safe without it; only a cell that draws while one is moved has to wait.
        print(f"JupyterLab's settings were left as they are: {error}", file=sys.stderr)


def find_notebooks(names: list[str]) -> list[Path]:
    """Return the notebooks whose names start with any of ``names`` ("02" is enough), or all of them."""
    known = sorted(NOTEBOOKS.glob("*.ipynb"))
    if not names:
        return known
    found = []
    for name in names:
        matches = [path for path in known if path.stem.startswith(Path(name).stem)]
        if not matches:
            sys.exit(f"No notebook is called {name!r}. There are: {', '.join(path.stem for path in known)}.")
        found += matches
    return list(dict.fromkeys(found))


def copy_for_learner(original: Path, copy: Path) -> None:
    """Copy a notebook without its outputs: no answer may stand below a question not yet asked."""
    notebook = json.loads(original.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    write_whole(copy, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def make_working_copies() -> None:
    """Copy every notebook that has no working copy yet; a copy that exists is the learner's and stays."""
    WORKING_COPIES.mkdir(exist_ok=True)
    for original in find_notebooks([]):
        copy = WORKING_COPIES / original.name
        if not copy.exists():
            copy_for_learner(original, copy)


def make_fresh_copy(name: str) -> Path:
    """Put a new copy of a notebook beside the learner's, under a name that is still free."""
    original = find_notebooks([name])[0]
    number = 1
    while (copy := WORKING_COPIES / f"{original.stem}_fresh_{number}.ipynb").exists():
        number += 1
    copy_for_learner(original, copy)
    print(f"A fresh copy of {original.stem} is {copy.relative_to(ROOT)}; yours is untouched.")
    return copy


def lab(arguments: list[str]) -> int:
    """Open your copies in JupyterLab: ``lab [--fresh NAME] [--lecture] [options of jupyter lab]``."""
    try:
        make_working_copies()
    except OSError as error:
        sys.exit(f"Your copies could not be written ({error}). Copy the course to a folder of your own.")
    first = WORKING_COPIES / f"{FIRST_NOTEBOOK}.ipynb"
    if "--fresh" in arguments:
        place = arguments.index("--fresh")
        if place + 1 == len(arguments):
            sys.exit("Say which notebook to copy afresh, for example: lab --fresh 02")
        first = make_fresh_copy(arguments[place + 1])
        arguments = arguments[:place] + arguments[place + 2 :]
    if "--lecture" in arguments:
        os.environ["COURSE_LIB_STYLE"] = "lecture"  # `figures.use_style` heeds it in every kernel
        arguments = [argument for argument in arguments if argument != "--lecture"]
    options = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/my_course/{first.name}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container root is the only user there is
    command = [sys.executable, "-m", "jupyterlab", *options, *arguments]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(command[0], command)  # Ctrl-C and signals then reach JupyterLab alone
    return subprocess.call(command)


@contextmanager
def headless() -> Iterator[dict[str, str]]:
    """Give the environment variables of a run without a learner: sample ledger, empty data folder."""
    with tempfile.TemporaryDirectory(prefix="course_lib_") as folder:
        yield os.environ | {"COURSE_LIB_HEADLESS": "1", "COURSE_LIB_DATA": folder, "COURSE_LIB_STYLE": ""}


def test(arguments: list[str]) -> int:
    """Run every test and every notebook: ``test [options of pytest]``."""
    with headless() as environment:
        return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment)


def tidy(notebook: Any) -> None:
    """Remove from an executed notebook whatever differs from run to run or from machine to machine."""
    title = notebook.metadata.get("title")
    language = {key: value for key, value in notebook.metadata.get("language_info", {}).items()}
    language.pop("version", None)
    others = {key: value for key, value in notebook.metadata.items() if key in ("rise", "authors")}
    notebook.metadata = others | {"kernelspec": KERNELSPEC, "language_info": language}
    if title:
        notebook.metadata["title"] = title
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            # A widget's number is random and means nothing without its kernel; the picture or text stays.
            if len(output.get("data", {})) > 1:
                output["data"].pop(WIDGET_VIEW, None)


def execute_notebook(path: Path, environment: dict[str, str]) -> None:
    """Run a notebook from a fresh kernel and store its outputs, all or nothing."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=True,  # dropped by `tidy`; without it nbclient stumbles over `interact`
        record_timing=False,
        coalesce_streams=True,
    )
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        sys.exit(f"{path.name} was left as it was, because a cell of it failed:\n{error}")
    tidy(notebook)
    nbformat.validate(notebook)
    write_whole(path, nbformat.writes(notebook) + "\n")


def execute(arguments: list[str]) -> int:
    """Store the notebooks' outputs, for authors: ``execute [NAME ...]``."""
    with headless() as environment:
        for path in find_notebooks(arguments):
            begin = time.monotonic()
            execute_notebook(path, environment)
            print(f"{path.name}: {time.monotonic() - begin:.1f} s", flush=True)
    return 0


def record(arguments: list[str]) -> int:
    """Make the results that notebooks load as recorded, for authors: ``record [NAME ...]``."""
    from course_lib import records

    unknown = [name for name in arguments if name not in records.RECORDS]
    if unknown:
        sys.exit(f"There is no record {unknown[0]!r}. There are: {', '.join(records.RECORDS)}.")
    for name in arguments or records.RECORDS:
        print(f"{name}: computing ...", flush=True)
        made = records.make(name)
        path = records.save(made)
        print(f"{name}: {made.about['seconds']} s, {path.stat().st_size / 1000:.0f} kB", flush=True)
    return 0


def in_lecture_style(path: Path, folder: str) -> Path:
    """Run a copy of a notebook in ``folder``, with the large type of a lecture, and return where it is."""
    copy = Path(folder, path.name)
    shutil.copy(path, copy)
    with headless() as environment:
        execute_notebook(copy, environment | {"COURSE_LIB_STYLE": "lecture"})
    return copy


@contextmanager
def ended_by_a_sentence(what: str) -> Iterator[None]:
    """End the program with a sentence if files for others cannot be written into the course's folder."""
    from course_lib.slides import DamagedArchive

    try:
        yield
    except OSError as error:
        sys.exit(f"The {what} could not be written ({error}). Copy the course to a folder of your own.")
    except DamagedArchive as error:
        sys.exit(str(error))


def say_what_the_network_is_for(what: str, missing: list[str]) -> None:
    """Print which archives are missing, and how to get them, if any is."""
    from course_lib.slides import ARCHIVES

    if missing:
        print(f"These {what} ask the network for scripts: {DECKS.name} has no {' and no '.join(missing)}.")
        print(f'To need no network, give "{ARCHIVES}" in the folder {DECKS.name}, then this command again.')


def slides(arguments: list[str]) -> int:
    """Write each chapter's slides as one page, for teachers: ``slides [--lecture] [NAME ...]``."""
    from course_lib import slides as decks

    notebooks = find_notebooks([argument for argument in arguments if argument != "--lecture"])
    with ended_by_a_sentence("slides"), tempfile.TemporaryDirectory(prefix="course_lib_") as folder:
        DECKS.mkdir(exist_ok=True)
        head = decks.deck_head(DECKS)
        for path in notebooks:
            shown = in_lecture_style(path, folder) if "--lecture" in arguments else path
            print(decks.write_deck(shown, DECKS, head).relative_to(ROOT), flush=True)
    say_what_the_network_is_for("decks", decks.missing_archives(DECKS))
    return 0


def pages(arguments: list[str]) -> int:
    """Write each notebook as one page to read without Jupyter: ``pages [NAME ...]``."""
    from course_lib import slides as decks

    notebooks = find_notebooks(arguments)
    with ended_by_a_sentence("pages"):
        for folder in (PAGES, DECKS):
            folder.mkdir(exist_ok=True)
        head = decks.page_head(DECKS)
        for path in notebooks:
            print(decks.write_page(path, PAGES, head).relative_to(ROOT), flush=True)
    say_what_the_network_is_for("pages", decks.missing_archives(DECKS, decks.PAGE_PARTS))
    return 0


def collect(arguments: list[str]) -> int:
    """Sum up a folder of files that learners exported: ``collect FOLDER [PICTURE.png]``."""
    if len(arguments) not in (1, 2):
        sys.exit("Say where the learners' files are, for example: collect handed_in")
    from course_lib.class_report import write_class_report

    try:
        report, written = write_class_report(*arguments)
    except (OSError, ValueError) as error:
        sys.exit(f"The work could not be summed up: {error}")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a file's name may hold letters that this terminal lacks
    print(report, "", *(f"Written: {path}" for path in written), sep="\n")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "lab": lab,
    "test": test,
    "execute": execute,
    "record": record,
    "collect": collect,
    "slides": slides,
    "pages": pages,
}


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names, with the others, and return its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        said = f"{arguments[0]!r} is not a command of the course. " if arguments else ""
        lines = [f"  {command.__doc__}" for command in COMMANDS.values()]
        sys.exit("\n".join([f"{said}There are:", *lines]))
    ship_lab_settings()
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
