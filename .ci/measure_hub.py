"""A whole class at once on this machine: learners at a local JupyterHub, what they cost, what a crash leaves.

    python .ci/measure_hub.py [--users 20] [--moves 5] [--pause 1.0] [--proxy configurable-http-proxy]

Needs git, npm, and an environment of binder/requirements.txt and .ci/hub.txt; hub and servers run in it.

All learners do each step at the same moment, through the hub's proxy, as their browsers would: log in and
start a server; take the notebooks by nbgitpuller; open chapter 2 and Run All; move every slider, first as
fast as it answers, then one move a pause; answer an exercise. Then three of four lose their server, their
kernel or both by SIGKILL, while a progress file is being written. Everybody comes back and answers once more.

Fails if a step fails for anybody, a cell shows an error or writes to stderr, a slider does not answer, or a
learner's progress file does not hold exactly that learner's own answers: every one that was confirmed, in
order, and nobody else's. Prints a table. Seconds depend on what else the machine does; memory hardly does.
Not measured: the browsers, which run on the learners' own machines, and containers.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import chain, compress
from pathlib import Path
from typing import Any

import httpx
import psutil
from hub_learner import FATES, LEDGER, PATIENCE, Learner

ROOT = Path(__file__).resolve().parents[1]
PROXY = "configurable-http-proxy@5.3.0"
MEBI = 2**20

# Kernels talk through sockets of Unix: with TCP, two of the ports that twenty choose at once were the same in
# one run of four, and one kernel did not start. The path of a socket has to be short.
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.news_url=", "--KernelManager.transport=ipc"]
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"
c.Spawner.environment = {environment!r}
c.Spawner.environment["JUPYTER_RUNTIME_DIR"] = lambda spawner: {run!r} + spawner.user.name
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
c.Spawner.poll_interval = 2  # a killed server is noticed soon
"""


# ------------------------------------------------------------------------------------------- machine


@contextlib.contextmanager
def running_hub(folder: Path, proxy: str) -> Iterator[tuple[str, psutil.Process]]:
    """Start a JupyterHub in a folder of its own; gives its address and its process."""
    with contextlib.ExitStack() as free:
        sockets = [free.enter_context(socket.socket()) for _ in range(3)]
        for listener in sockets:
            listener.bind(("127.0.0.1", 0))
        ports = [listener.getsockname()[1] for listener in sockets]
    (folder / "homes").mkdir()
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = one_thread | {"PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1"}
    config = CONFIG.format(
        ports=ports, proxy=proxy, homes=str(folder / "homes"), python=sys.executable, patience=PATIENCE,
        environment=environment, run=str(folder / "run") + "/",
    )  # fmt: skip
    (folder / "config.py").write_text(config)
    command = [sys.executable, "-m", "jupyterhub", "-f", "config.py"]
    with (folder / "hub.log").open("w") as log:
        hub = psutil.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{ports[0]}"
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{address}/hub/health").status_code == 200:
                    break
            time.sleep(0.1)
        yield address, hub
    finally:
        started_here = hub.children(recursive=True)
        hub.terminate()  # ends servers and proxy
        with contextlib.suppress(psutil.TimeoutExpired):
            hub.wait(30)
        for process in started_here:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def find_proxy(wanted: str, folder: Path) -> str:
    """Return the proxy's command; npm fetches it if it is not installed."""
    if found := shutil.which(wanted):
        return found
    subprocess.run(["npm", "install", "--silent", "--prefix", folder / "proxy", PROXY], check=True)
    return str(folder / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy")


def share_notebooks(folder: Path) -> str:
    """Make a repository with the branch that the class takes; returns its address."""
    shared = folder / "course.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, shared], check=True)
    subprocess.run(["git", "-C", shared, "branch", "--force", "class", "HEAD"], check=True)
    return shared.as_uri()


def servers_and_kernels(hub: psutil.Process) -> dict[tuple[str, str], psutil.Process]:
    """Return the running processes of the learners, by learner and "server" or "kernel"."""
    found = {}
    for process in hub.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            command, name = " ".join(process.cmdline()), process.environ().get("JUPYTERHUB_USER")
            kind = "kernel" if "ipykernel" in command else "server" if "singleuser" in command else None
            if name and kind:
                found[name, kind] = process
    return found


def kill_while_writing(learner: Learner, running: dict[tuple[str, str], psutil.Process]) -> bool:
    """Kill what fate says, while a new progress file is half written; tells whether one was seen."""
    folder, deadline = (learner.home / LEDGER).parent, time.monotonic() + 20
    while not (seen := any(folder.glob("*.part"))) and time.monotonic() < deadline:
        pass
    for kind in learner.fate.split(" and "):
        os.kill(running[learner.name, kind].pid, signal.SIGKILL)
    return seen


# ------------------------------------------------------------------------------------------- lesson


class Lesson:
    """All learners, what was measured, and what went wrong."""

    def __init__(self, learners: list[Learner]) -> None:
        self.learners = learners
        self.rows: list[str] = []
        self.failures: list[str] = []
        self.used: dict[tuple[str, str], float] = {}

    async def everybody(self, step: str, act: Callable[[Learner], Awaitable[Any]]) -> list[Any]:
        """Let all do one step at the same moment; who fails is noted and stays away from then on."""
        results = await asyncio.gather(*map(act, self.learners), return_exceptions=True)
        for learner, result in zip(self.learners, results, strict=True):
            if isinstance(result, BaseException):
                self.failures.append(f"{learner.name}, {step}: {type(result).__name__}: {result}")
        good = [not isinstance(result, BaseException) for result in results]
        self.learners = list(compress(self.learners, good))
        print(f"{step}: {sum(good)} of {len(good)}", file=sys.stderr, flush=True)
        return list(compress(results, good))

    def note(self, what: str, numbers: list[float], unit: str, digits: int = 1) -> None:
        """Add a row with the median and the largest of some numbers."""
        if numbers:
            median, largest = statistics.median(numbers), max(numbers)
            self.rows.append(f"| {what} | {median:,.{digits}f} {unit} | {largest:,.{digits}f} {unit} |")

    def note_processor(self, what: str, hub: psutil.Process, kind: str, moves: int = 0) -> None:
        """Add a row with what servers or kernels have used of a core since the last such row."""
        used = {}
        for (name, of), process in servers_and_kernels(hub).items():
            if of == kind:
                used[name, kind] = sum(process.cpu_times()[:2])
        spent = [seconds - self.used.get(key, 0.0) for key, seconds in used.items()]
        self.used |= used
        if moves:
            self.note(what, [1000 * sum(spent) / moves], "ms", 0)
        else:
            self.note(what, spent, "s")

    def note_memory(self, hub: psutil.Process) -> None:
        """Add rows with the memory of servers, kernels, and all the rest."""
        running = servers_and_kernels(hub)
        for kind in ("server", "kernel"):
            own = [process for (_, of), process in running.items() if of == kind]
            for measure, how in (
                (shared_memory, "pages in common divided"),
                (peak_memory, "its peak, alone"),
            ):
                self.note(f"memory of a {kind}, {how}", list(map(measure, own)), "MiB", 0)
        rest = [hub, *(process for process in hub.children() if process not in running.values())]
        self.note("memory of hub and proxy together", [sum(map(shared_memory, rest))], "MiB", 0)


def shared_memory(process: psutil.Process) -> float:
    """Memory in MiB, where a page that n processes use counts 1/n in each."""
    return float(process.memory_full_info().pss) / MEBI


def peak_memory(process: psutil.Process) -> float:
    """Largest memory so far in MiB, with every page that others use too."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def crash(lesson: Lesson, hub: psutil.Process) -> None:
    """Let everybody answer on, pull most plugs in the middle, and wait until nothing writes any more."""
    running = servers_and_kernels(hub)
    writing = {learner.name: asyncio.create_task(learner.answer_on()) for learner in lesson.learners}
    await asyncio.sleep(10)
    doomed = [learner for learner in lesson.learners if learner.fate != "nothing"]
    seen = [await asyncio.to_thread(kill_while_writing, learner, running) for learner in doomed]
    kernels = [running[learner.name, "kernel"] for learner in doomed]
    _, alive = await asyncio.to_thread(psutil.wait_procs, kernels, 60)  # an orphan ends by itself
    lesson.failures += [f"A kernel outlives its server: {process}" for process in alive]
    spared = [writing[learner.name] for learner in lesson.learners if learner.fate == "nothing"]
    for learner in doomed:
        writing[learner.name].cancel()
    for result in await asyncio.gather(*spared, return_exceptions=True):
        if isinstance(result, BaseException):
            lesson.failures.append(f"Somebody whose plug was left alone was disturbed: {result}")
    kills = ", ".join(f"{fate}: {sum(d.fate == fate for d in doomed)}" for fate in FATES[:3])
    lesson.rows.append(f"| killed while writing ({kills}) | {len(doomed)}, seen to write {sum(seen)} | |")


async def hold(lesson: Lesson, hub: psutil.Process, shared: str, moves: int, pause: float) -> None:
    """Go through the lesson and fill its table."""
    took = await lesson.everybody("start", Learner.arrive)
    lesson.note("log in, start the server, open JupyterLab", took, "s")
    lesson.note_processor("… of a core, the server's part", hub, "server")
    took = await lesson.everybody("notebooks", lambda each: each.pull(shared))
    lesson.note("notebooks by nbgitpuller", took, "s")
    took = await lesson.everybody("kernel", Learner.open_notebook)
    lesson.note("from the kernel's start to the first answered cell", took, "s")
    lesson.note_processor("… of a core, the kernel's part", hub, "kernel")
    lesson.note("Run All of chapter 2", await lesson.everybody("Run All", Learner.run_all), "s")
    lesson.note_processor("… of a core, the kernel's part", hub, "kernel")
    for wait, how in ((0.0, "dragged without a pause"), (pause, f"one move in {pause:g} s")):
        each_took = await lesson.everybody(how, partial(Learner.move_sliders, moves=moves, pause=wait))
        every = [1000 * seconds for seconds in chain.from_iterable(each_took)]
        lesson.note(f"{len(every):,} moves of sliders, {how}, to the new picture", every, "ms", 0)
        lesson.note_processor("… of a core, the kernel's part", hub, "kernel", len(every))
    lesson.note_memory(hub)
    await lesson.everybody("answer", lambda each: each.answer(0))
    await crash(lesson, hub)
    took = await lesson.everybody("back", Learner.come_back)
    lesson.note("back after that: server, kernel, answer", took, "s")
    await lesson.everybody("ledger", lambda each: asyncio.to_thread(each.check_ledger))
    torn = sum(any((learner.home / LEDGER).parent.glob("*.part")) for learner in lesson.learners)
    confirmed = sum(learner.confirmed() for learner in lesson.learners)
    lesson.rows.append(f"| files left half written beside a whole ledger | {torn} | |")
    whole = f"{len(lesson.learners)}, with {confirmed:,} answers confirmed"
    lesson.rows.append(f"| ledgers whole, and their owner's alone | {whole} | |")


def main() -> int:
    """Hold the lesson, print the table, and say what went wrong."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--users", type=int, default=20)
    arguments.add_argument("--moves", type=int, default=5, help="of each slider")
    arguments.add_argument("--pause", type=float, default=1.0, help="seconds between two moves, on average")
    arguments.add_argument("--proxy", default="configurable-http-proxy")
    given = arguments.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="course_hub_") as name:
        folder = Path(name)
        with running_hub(folder, find_proxy(given.proxy, folder)) as (address, hub):
            learners = [Learner(number, address, folder / "homes") for number in range(given.users)]
            lesson = Lesson(learners)
            asyncio.run(hold(lesson, hub, share_notebooks(folder), given.moves, given.pause))
        if lesson.failures:
            print("\n".join((folder / "hub.log").read_text(errors="replace").splitlines()[-40:]))
    print(f"\n{given.users} learners, {psutil.cpu_count()} cores, load before {load:.1f}.\n")
    print("| | median | largest |\n|---|---|---|", *lesson.rows, sep="\n")
    print(f"| failures | {len(lesson.failures)} | |", *lesson.failures, sep="\n")
    return 1 if lesson.failures else 0


if __name__ == "__main__":
    sys.exit(main())
