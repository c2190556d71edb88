"""A real JupyterLab on the loopback address and a notebook opened in it: what the browser tests drive.

Nothing here judges; the tests do. Only processes started here are ended here.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # so that the tests are collected, and reported as not run, where Playwright is missing
    from playwright.sync_api import BrowserContext, Locator, Page

PROJECT = Path(__file__).parents[2]
COURSE = sorted(path.name for path in (PROJECT / "notebooks").glob("*.ipynb"))
assert COURSE, "There is no notebook in notebooks/."
CHROMIUM = os.environ.get("COURSE_LIB_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # Chromium as root, as in a container, has no sandbox to offer
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1280, "height": 800}

Settings = Mapping[str, Mapping[str, Any]]

# What a test needs of JupyterLab beyond what the course ships: no news, and every cell really laid out
# (by default Lab leaves out what is off screen, and then a figure below the fold has no size).
TEST_SETTINGS: dict[str, Mapping[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False},
}
SCROLLED = "document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer')"
# Shorthands that every page gets, so that the scripts below stay readable.
SHORTHANDS = """
window.course = {
  panel: () => window.jupyterapp?.shell.currentWidget,
  cells: () => course.panel().content.widgets,
  kernel: () => course.panel()?.sessionContext?.session?.kernel,
  outputs: (cell) => cell.model.outputs?.toJSON() ?? [],
};
"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, the folder it serves, the learner's data folder, and its log."""

    address: str
    folder: Path
    learner: Path
    log: Path

    def tracebacks(self) -> list[str]:
        """Return what the kernels' widget handlers raised: no cell shows it, only the server's log does."""
        text = self.log.read_text(errors="replace")
        return [part[:3000] for part in text.split("Exception in ")[1:]]


@contextlib.contextmanager
def running_lab(notebooks: Path, settings: Settings = TEST_SETTINGS) -> Iterator[Lab]:
    """Serve a copy of a folder of notebooks, if there is one, with a fresh learner's data folder."""
    folder = Path(tempfile.mkdtemp(prefix="course-lab-"))
    work = folder / "work"
    if notebooks.exists():
        shutil.copytree(notebooks, work, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    work.mkdir(exist_ok=True)
    write_settings(folder / "settings", settings)
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"),
        *("--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", "--ServerApp.password="),
        *("--expose-app-in-browser", "--LabApp.news_url=", f"--ServerApp.root_dir={work}"),
    ]
    log = folder / "lab.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command, cwd=work, env=environment(folder), stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        wait_until_it_answers(server, port, log)
        yield Lab(f"http://127.0.0.1:{port}", work, folder / "learner", log)
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def notebook_of_demos(numbers: Iterable[str]) -> str:
    """Return the text of a notebook with each of these demos in a cell of its own."""
    sources = ["from course_lib import explore, figures\n\nfigures.use_style()\ndemos = {}"]
    sources += [f'demos["{number}"] = explore.DEMOS["{number}"]()\ndemos["{number}"]' for number in numbers]
    return notebook_of_sources(sources)


def notebook_of_sources(sources: Iterable[str]) -> str:
    """Return the text of a notebook with these code cells."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{i}",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def environment(folder: Path) -> dict[str, str]:
    """Environment of the server and its kernels: nothing of this user's Jupyter, one thread for BLAS."""
    learner = folder / "learner"
    learner.mkdir()
    inherited = {name: value for name, value in os.environ.items() if name != "COURSE_LIB_HEADLESS"}
    return inherited | {
        "COURSE_LIB_DATA": str(learner),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")])),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def write_settings(folder: Path, settings: Settings) -> None:
    """Write JupyterLab settings, keyed by plugin, where Lab looks for a user's own."""
    for plugin, values in settings.items():
        extension, name = plugin.split(":")
        file = folder / extension / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path, seconds: float = 90) -> None:
    """Return once the server answers; raise with its log if it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=2).read()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start. Its log:\n{log.read_text()[-3000:]}")


def open_file(context: "BrowserContext", file: Path) -> "tuple[Page, list[str]]":
    """Open a page of HTML from the disk, and return what it complains about or asks of the network."""
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: complaints.append(request.url) if request.url.startswith("http") else None,
    )
    page.goto(file.as_uri())
    return page, complaints


class OpenNotebook:
    """A notebook open in its own page of JupyterLab."""

    def __init__(
        self, context: "BrowserContext", lab: Lab, path: str, *, probe: str = "", seconds: float = 120
    ) -> None:
        self.path = path
        self.milliseconds = seconds * 1000
        self.seconds = 0.0  # that Run All took
        self.console: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda m: self.console.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        self.page.add_init_script(SHORTHANDS + probe)
        workspace = "".join(c if c.isalnum() else "-" for c in path)
        self.page.goto(f"{lab.address}/lab/workspaces/{workspace}/tree/{path}?reset")
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait for a kernel that has nothing to do."""
        self.page.wait_for_function(
            "() => course.kernel()?.status === 'idle' && document.querySelector('.jp-Notebook .jp-Cell')",
            timeout=self.milliseconds,
        )

    def run_all(self) -> float:
        """Clear every output, run every cell from the top, wait for the end; returns seconds."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        start = time.monotonic()
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        # A cell that failed keeps the later ones from running, so an error ends the wait too.
        self.page.wait_for_function(
            """() => {
              const cells = course.cells().filter(
                (c) => c.model.type === 'code' && c.model.sharedModel.source.trim());
              const failed = cells.some((c) => course.outputs(c).some((o) => o.output_type === 'error'));
              const ran = (c) => c.model.executionCount !== null && c.model.executionState !== 'running';
              return course.kernel()?.status === 'idle' && (failed || cells.every(ran));
            }""",
            timeout=self.milliseconds,
        )
        seconds = time.monotonic() - start
        self.settle()
        return seconds

    def settle(self, quiet: float = 0.4, seconds: float = 20) -> None:
        """Wait until the page has not changed for `quiet` seconds and every picture is decoded."""
        self.page.evaluate(
            """([quiet, limit]) => new Promise((done) => {
              let timer; const start = performance.now();
              const pictures = () => [...document.querySelectorAll('.jp-OutputArea-output img')]
                .every((i) => i.complete || !i.src);
              const again = () => { clearTimeout(timer); timer = setTimeout(check, quiet); };
              const watch = new MutationObserver(again);
              const check = () => {
                if (!pictures() && performance.now() - start < limit) return again();
                watch.disconnect();
                done();
              };
              watch.observe(document.querySelector('.jp-Notebook'),
                { subtree: true, childList: true, characterData: true, attributes: true });
              again();
            })""",
            [quiet * 1000, seconds * 1000],
        )

    def wait_for_answer(self) -> None:
        """Wait until the kernel has answered every move made so far, and the page shows it."""
        for _ in range(2):  # a move made while another was under way is sent only after it
            self.ask("")
        self.settle(quiet=0.1)

    def complaints(self) -> list[str]:
        """Every error and every line on stderr in the outputs, with its cell's index."""
        return list(
            self.page.evaluate(
                """() => course.cells().flatMap((cell, i) => course.outputs(cell).flatMap((o) =>
                  o.output_type === 'error' ? [`cell ${i}: ${o.ename}: ${o.evalue}`]
                  : o.name === 'stderr' ? [`cell ${i} on stderr: ${o.text}`] : []))"""
            )
        )

    def cell_of(self, needle: str) -> int:
        """Index of the first code cell whose source holds a string."""
        index = self.page.evaluate(
            """(needle) => course.cells().findIndex(
              (c) => c.model.type === 'code' && c.model.sharedModel.source.includes(needle))""",
            needle,
        )
        if index < 0:
            raise LookupError(f"{self.path} has no code cell with {needle!r}.")
        return int(index)

    def output(self, cell: int) -> "Locator":
        """Everything a cell shows beneath itself."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    def edit(self, cell: int, source: str) -> None:
        """Replace what a cell holds."""
        self.page.evaluate(
            "([i, source]) => course.cells()[i].model.sharedModel.setSource(source)",
            [cell, source],
        )

    def run(self, cell: int, *, settle: bool = True) -> None:
        """Run one cell and wait for its end, and with `settle` for the end of every movement."""
        self.page.evaluate(
            """async (i) => { const notebook = course.panel().content;
              notebook.deselectAll(); notebook.activeCellIndex = i;
              await jupyterapp.commands.execute('notebook:run-cell'); }""",
            cell,
        )
        if settle:
            self.wait_until_idle()
            self.settle()

    def ask(self, code: str) -> str:
        """Run code in the notebook's kernel without a cell; returns what it prints, raises what it raises."""
        answer = self.page.evaluate(
            """async (code) => {
              const future = course.kernel().requestExecute({ code });
              let text = '', error = null;
              future.onIOPub = ({ content }) => {
                if (content.name === 'stdout') text += content.text;
                if (content.ename) error = `${content.ename}: ${content.evalue}`;
              };
              await future.done;
              return [text, error];
            }""",
            code,
        )
        if answer[1]:
            raise RuntimeError(answer[1])
        return str(answer[0]).strip()

    def sources(self) -> list[str]:
        """What every cell holds."""
        return list(self.page.evaluate("() => course.cells().map((c) => c.model.sharedModel.source)"))

    def use_theme(self, name: str) -> None:
        """Change to `JupyterLab Light` or `JupyterLab Dark`."""
        self.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        light = "false" if name.endswith("Dark") else "true"
        self.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")
        self.settle()

    def places_to_scroll_to(self, overlap: int = 40) -> list[int]:
        """Positions that show the notebook from top to bottom, one screen each."""
        height, screen = self.page.evaluate(
            f"() => {{ const e = {SCROLLED}; return [e.scrollHeight, e.clientHeight]; }}"
        )
        return list(range(0, max(1, height - overlap), screen - overlap))

    def scroll_to(self, place: int) -> None:
        """Scroll the notebook, without the frame of a focused control."""
        self.page.evaluate(f"(y) => {{ document.activeElement?.blur(); {SCROLLED}.scrollTop = y; }}", place)
        self.page.wait_for_timeout(120)

    def close(self) -> None:
        """Shut the kernel down and close the page, so that the next notebook has the machine to itself."""
        self.page.evaluate("() => course.panel().sessionContext.shutdown()")
        self.page.close()
