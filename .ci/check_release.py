"""Build the wheel and the source archive, and use both as one who got nothing else.

Usage: python .ci/check_release.py FOLDER [UV], in an environment that holds the lock; UV installs the lock a
second time, in seconds where pip needs a minute; without it pip does.

1. Both are built from the committed files. What is in them is checked by tests/test_release.py.
2. The wheel goes into an empty environment, beside the lock alone: every module is imported there, every demo
   drawn, every record read, and the starter says in a sentence what is missing.
3. The source archive is unpacked and tested there, by the course's own command.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "binder" / "requirements.txt"
QUICK_TESTS = ("test_release.py", "test_lock.py", "test_binder.py", "test_measures.py")
USE = """
import importlib, json, pkgutil, sys
import course_lib
from course_lib import explore, records
here = course_lib.__path__[0]
assert here.startswith(sys.prefix), here
names = [found.name for found in pkgutil.walk_packages(course_lib.__path__, "course_lib.")]
modules = [importlib.import_module(name) for name in names if not name.endswith("__main__")]
drawn = [demo().readout for demo in explore.DEMOS.values()]
assert all(drawn), drawn
read = [records.load(name) for name in records.RECORDS]
print(json.dumps({"modules": len(modules), "demos": len(drawn), "records": len(read)}))
"""


def export(folder: Path) -> None:
    """Copy the committed files, so that nothing else of this folder can get in."""
    files = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, files):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def install(folder: Path, uv: str | None, wheel: Path) -> Path:
    """Make an environment of the lock and the wheel alone, and return its Python."""
    subprocess.run([sys.executable, "-m", "venv", *(["--without-pip"] if uv else []), folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    safely = ["--no-deps", "--only-binary=:all:", "-q"]
    subprocess.run([*pip, *safely, "--require-hashes", "-r", LOCK], check=True)
    subprocess.run([*pip, *safely, "--no-index", wheel], check=True)
    return python


def check_starter(python: Path, folder: Path) -> None:
    """Assert that the starter of the installed library says where the rest of the course is."""
    done = subprocess.run([python, "-m", "course_lib", "lab"], cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert said.startswith("This is the course's library alone"), said
    print(said.strip(), flush=True)


def main(folder: Path, uv: str | None = None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    empty = folder / "empty"
    empty.mkdir(parents=True)
    export(folder / "source")
    build = [sys.executable, "-m", "hatchling", "build", "-d", folder / "dist"]
    subprocess.run(build, cwd=folder / "source", check=True, stdout=subprocess.DEVNULL)
    (wheel,), (archive,) = ((folder / "dist").glob(pattern) for pattern in ("*.whl", "*.tar.gz"))
    print(f"built {wheel.name} and {archive.name}", flush=True)

    python = install(folder / "environment", uv, wheel)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    clean |= {"COURSE_LIB_HEADLESS": "1", "COURSE_LIB_DATA": str(folder / "data")}
    subprocess.run([python, "-c", USE], cwd=empty, env=clean, check=True)
    check_starter(python, empty)

    shutil.unpack_archive(archive, folder)
    unpacked = folder / archive.name.removesuffix(".tar.gz")
    tests = [f"tests/{name}" for name in QUICK_TESTS]
    command = [python, "-m", "course_lib", "test", "-q", *tests]
    subprocess.run(command, cwd=unpacked, env=clean, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
