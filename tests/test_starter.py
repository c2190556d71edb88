"""The starter sets the course up on a bare Python, or says in one sentence what is in the way.

Every test starts a real process on a miniature of the course: the real starter, a lock of one tiny package
that lies in a folder, and a `commands` that tells what was handed to it. Nothing is fetched from a network.
"""

import ast
import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from course_lib.setting_up import REMEDIES, remedy

ROOT = Path(__file__).parents[1]
STARTER_FILES = ["__init__.py", "__main__.py", "setting_up.py"]
COMMANDS = """
import json, os, sys
import course_lib
threads = {name: os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "threads": threads,
                  "found": course_lib.__file__, "path": os.environ.get("PYTHONPATH")}))
"""
DEBIAN_WITHOUT_VENV = """
import sys
print("The virtual environment was not created successfully because ensurepip is not")
print("available.  On Debian/Ubuntu systems, you need to install the python3-venv")
sys.exit(1)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and links as POSIX has them")


def make_wheel(folder: Path, name: str) -> str:
    """Write a wheel with one empty module and return its SHA-256."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        file: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for file, text in files.items()
    }
    record = [f"{file},sha256={digests[file]},{len(text)}" for file, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Course:
    """A miniature of the course in a folder of its own, and how to start it."""

    def __init__(self, folder: Path, wheels: Path):
        self.folder, self.wheels = folder, wheels

    @classmethod
    def make(cls, folder: Path) -> "Course":
        wheels = folder.with_name(folder.name + " wheels")
        for new in (folder / "course_lib", folder / "binder", wheels):
            new.mkdir(parents=True)
        for name in STARTER_FILES:
            shutil.copy(ROOT / "course_lib" / name, folder / "course_lib")
        (folder / "course_lib" / "commands.py").write_text(COMMANDS)
        (folder / "pyproject.toml").write_text(
            '[project]\ndependencies = ["tiny>=1"]\n[dependency-groups]\ndev = []\n'
        )
        for file, name in (("requirements.txt", "tiny"), ("weights.txt", "tinyweights")):
            digest = make_wheel(wheels, name)
            (folder / "binder" / file).write_text(f"{name}==1.0 \\\n    --hash=sha256:{digest}\n")
        return cls(folder, wheels)

    def copy_to(self, folder: Path) -> "Course":
        shutil.copytree(self.folder, folder, symlinks=True)
        return Course(folder, self.wheels)

    def environment(self, **others: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "PYTHON"))}
        offline = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),  # pip splits this setting at blanks
            "PIP_CONFIG_FILE": os.devnull,
        }
        return kept | offline | others

    def popen(self, *arguments: str, python: str = sys.executable, **others: str) -> subprocess.Popen:
        return subprocess.Popen(
            [python, "-m", "course_lib", *arguments],
            cwd=self.folder,
            env=self.environment(**others),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start(self, *arguments: str, **others: str) -> tuple[int, str]:
        process = self.popen(*arguments, **others)
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def start_after(self, preparation: str, *arguments: str) -> tuple[int, str]:
        """Start in a Python that a line of code has made to look different."""
        code = f"import sys, course_lib.__main__ as starter; {preparation}; starter.main(sys.argv[1:])"
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"


def handed_over(output: str) -> dict:
    return json.loads(output.splitlines()[-1])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A miniature whose first start is done, in a path with blanks and letters of three alphabets."""
    course = Course.make(tmp_path_factory.mktemp("starter") / "kurs ä ö 信息")
    course.first = course.start("lab", "--no-browser", PYTHONPATH="/elsewhere")
    return course


@pytest.fixture
def bare(tmp_path):
    """A miniature that was never started."""
    return Course.make(tmp_path / "course")


def test_the_first_start_builds_the_environment_and_hands_over(built):
    code, output = built.first
    assert code == 0, output
    told = handed_over(output)
    assert told["arguments"] == ["lab", "--no-browser"]
    assert Path(told["prefix"]) == built.venv
    assert Path(told["found"]).parent == built.folder / "course_lib"
    assert set(told["threads"].values()) == {"1"}
    assert "/elsewhere" not in told["path"], "another Python's packages would get in first"
    assert "First start" in output


def test_the_environment_finds_the_course_from_any_folder(built, tmp_path):
    python = built.venv / "bin" / "python"
    code = "import course_lib, tiny, tinyweights; print(course_lib.__file__)"
    environment = built.environment()
    shown = subprocess.check_output([python, "-c", code], cwd=tmp_path, env=environment, text=True)
    assert Path(shown.strip()).parent == built.folder / "course_lib"


def test_the_second_start_neither_installs_nor_waits(built):
    begin = time.monotonic()
    code, output = built.start("test", PIP_FIND_LINKS="/nowhere")  # any installation would fail
    assert code == 0, output
    assert len(output.splitlines()) == 1, output
    assert time.monotonic() - begin < 5


def test_a_moved_folder_still_works(built, tmp_path):
    moved = built.copy_to(tmp_path / "moved")
    code, output = moved.start("test", PIP_FIND_LINKS="/nowhere")
    assert code == 0, output
    assert Path(handed_over(output)["found"]).parent == moved.folder / "course_lib"


def test_a_changed_lock_rebuilds_the_environment(built, tmp_path):
    course = built.copy_to(tmp_path / "course")
    (course.venv / "leftover").touch()
    lock = course.folder / "binder" / "requirements.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    code, output = course.start("test")
    assert code == 0, output
    assert not (course.venv / "leftover").exists()


def test_an_unfinished_environment_is_never_used_but_rebuilt(built, tmp_path):
    course = built.copy_to(tmp_path / "course")
    (course.venv / "leftover").touch()
    (course.venv / "course_lib.stamp").write_text("unfinished")
    code, output = course.start("test")
    assert code == 0, output
    assert "First start" in output
    assert not (course.venv / "leftover").exists()
    assert not (course.folder / ".venv.old").exists()


def test_an_environment_of_somebody_else_is_left_alone(bare):
    (bare.venv).mkdir()
    (bare.venv / "precious").write_text("mine")
    code, output = bare.start("lab")
    assert code == 1
    assert "did not make" in output
    assert "Rename it" in output
    assert (bare.venv / "precious").read_text() == "mine"


def test_a_python_that_holds_the_lock_is_used_as_it_is(built, tmp_path):
    course = Course.make(tmp_path / "prepared")
    process = course.popen("test", python=str(built.venv / "bin" / "python"), PYTHONPATH="/elsewhere")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    told = handed_over(output)
    assert Path(told["prefix"]) == built.venv
    assert Path(told["found"]).parent == course.folder / "course_lib"
    assert told["path"].split(os.pathsep) == [str(course.folder), "/elsewhere"]
    assert not course.venv.exists()


def test_two_starts_at_once_build_once(bare):
    first, second = bare.popen("test", "first"), bare.popen("test", "second")
    outputs = [process.communicate(timeout=120)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert [handed_over(output)["arguments"][1] for output in outputs] == ["first", "second"]
    assert sum("First start" in output for output in outputs) == 1, outputs
    assert sum("waiting for it" in output for output in outputs) == 1, outputs


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_an_interrupted_start_is_made_good_by_the_next(bare, stop):
    process = bare.popen("lab")
    assert "First start" in process.stdout.readline()
    time.sleep(1)
    process.send_signal(stop)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in output
    if stop == signal.SIGINT:
        assert "Give the same command again" in output
    assert (bare.venv / "course_lib.stamp").read_text() == "unfinished"
    code, output = bare.start("lab")
    assert code == 0, output


def test_missing_weights_are_told_and_stop_nothing(bare):
    (bare.wheels / "tinyweights-1.0-py3-none-any.whl").unlink()
    code, output = bare.start("lab")
    assert code == 0, output
    assert "chapter 7 uses a simpler model" in output
    assert "To get it later" in output
    assert handed_over(output)["arguments"] == ["lab"]


def failure(course: Course, fragment: str, result: tuple[int, str]) -> None:
    """Assert one sentence with a remedy, no traceback, and nothing half-made left behind."""
    code, output = result
    assert code == 1, output
    assert fragment in output
    assert "Traceback" not in output
    assert len(output.strip().splitlines()[-1]) < 200
    assert not course.venv.exists()


def test_no_network_is_told(bare):
    shutil.rmtree(bare.wheels)
    failure(bare, "Check the internet connection", bare.start("lab"))


def test_a_file_with_another_hash_is_refused(bare):
    lock = bare.folder / "binder" / "requirements.txt"
    lock.write_text("tiny==1.0 --hash=sha256:" + "0" * 64 + "\n")
    failure(bare, "not the one the course was tested with", bare.start("lab"))


def test_a_python_without_the_venv_module_is_told(bare, tmp_path):
    (tmp_path / "stripped").mkdir()
    (tmp_path / "stripped" / "venv.py").write_text(DEBIAN_WITHOUT_VENV)
    result = bare.start("lab", PYTHONPATH=str(tmp_path / "stripped"))
    failure(bare, "sudo apt install python3-venv", result)


def test_a_full_disk_is_told_before_anything_is_fetched(bare):
    result = bare.start_after("starter.shutil.disk_usage = lambda path: type('', (), {'free': 1e9})", "lab")
    failure(bare, "The disk is full", result)


def test_a_folder_that_cannot_be_written_is_told(bare):
    (bare.folder / ".venv.lock").mkdir()  # no file of this name can be made, whoever asks
    failure(bare, "cannot be written to", bare.start("lab"))


def test_a_python_without_sqlite_is_told(bare):
    failure(bare, "built without sqlite3", bare.start_after("sys.modules['sqlite3'] = None", "lab"))


@pytest.mark.parametrize("version", [(3, 8, 18), (3, 10, 99), (3, 15, 0)])
def test_a_python_too_old_or_too_new_is_told(bare, version):
    failure(
        bare, "The course needs Python 3.11 to 3.14", bare.start_after(f"sys.version_info = {version}", "lab")
    )


def test_an_incomplete_folder_is_told(bare):
    (bare.folder / "binder" / "requirements.txt").unlink()
    failure(bare, "Start in the folder of README.md", bare.start("lab"))


def test_no_command_gives_the_usage_and_sets_nothing_up(bare):
    for arguments in ([], ["--help"]):
        _, output = bare.start(*arguments)
        assert "python3 -m course_lib lab" in output
        assert not bare.venv.exists()


@pytest.mark.parametrize("name", STARTER_FILES)
def test_the_starter_parses_on_python_3_8(name):
    ast.parse((ROOT / "course_lib" / name).read_text("utf-8"), feature_version=(3, 8))


def test_the_starter_needs_only_the_standard_library():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import course_lib.__main__"
    subprocess.run([sys.executable, "-S", "-I", "-c", code], check=True)


def test_the_starter_is_short():
    assert len((ROOT / "course_lib" / "__main__.py").read_text("utf-8").splitlines()) <= 150


# What the tools really printed when each thing was tried, shortened.
SEEN = {
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": "disk is full",
    "Error: [Errno 30] Read-only file system: '/course/.venv'": "cannot be written",
    "[Errno 13] Permission denied: '/course/.venv'": "cannot be written",
    "attempt to write a readonly database": "cannot be written",
    "[WinError 5] Access is denied": "cannot be written",
    "/usr/bin/python3: No module named venv": "python3-venv",
    "Failed to establish a new connection: [Errno 101] Network is unreachable": "internet connection",
    "Temporary failure in name resolution": "internet connection",
    "ERROR: No matching distribution found for numpy==2.4.6": "64-bit Python",
    "require TLS/SSL, however the ssl module in Python is not available.": "without sqlite3 or ssl",
}  # fmt: skip


@pytest.mark.parametrize("output", SEEN)
def test_each_known_failure_gets_its_own_remedy(output):
    assert SEEN[output] in remedy(output)
    assert remedy(output).endswith("then give the same command again.")


def test_an_unknown_failure_shows_what_the_tool_said():
    assert remedy("x" * 9000 + "the end").endswith("the end")
    assert len(remedy("x" * 9000)) < 2000


def test_every_remedy_is_one_sentence_or_two():
    for _, sentence in REMEDIES:
        assert sentence[0].isupper()
        assert not sentence.endswith(".")
        assert sentence.count(". ") <= 1
