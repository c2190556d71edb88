"""How the tests and the notebooks run, from whatever folder and with whatever command pytest is started.

It lies at the root because ``pytest notebooks/01_surprise.ipynb`` would not read one in ``tests/``.
"""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

# Set before anything imports NumPy or starts a kernel; kernels inherit all of it.
for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before one in the home folder


def _state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and time of every file in a folder, or nothing if there is no such folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def _real_data_folder() -> Path:
    """Return where a learner's progress lies; the name is repeated here on purpose, to test the library's."""
    import platformdirs

    return Path(platformdirs.user_data_dir("information-theory-for-machine-learning", appauthor=False))


REAL_DATA_BEFORE = _state_of(_real_data_folder())


@pytest.fixture
def real_data_folder() -> Path:
    """Where a learner's own progress lies."""
    return _real_data_folder()


@pytest.fixture
def changes_to_real_data() -> set[tuple[str, tuple[int, int]]]:
    """Files of the learner's own folder that this run of pytest has written, changed or removed."""
    return set(_state_of(_real_data_folder()).items()) ^ set(REAL_DATA_BEFORE.items())


DATA_FOLDER = tempfile.mkdtemp(prefix="course_lib_tests_")
atexit.register(shutil.rmtree, DATA_FOLDER, ignore_errors=True)
os.environ["COURSE_LIB_HEADLESS"] = "1"
os.environ["COURSE_LIB_DATA"] = DATA_FOLDER
os.environ["COURSE_LIB_STYLE"] = ""  # stored pictures are for reading, whatever style a lecturer has set


def is_reference() -> bool:
    """Return whether stored outputs come from a machine like this one, so that they must agree."""
    from course_lib.__main__ import holds_the_lock

    here = (sys.platform, platform.machine(), sys.version_info[:2])
    return here == ("linux", "x86_64", (3, 11)) and holds_the_lock()


def _let_interrupts_pass_coverage() -> None:
    """Take coverage's lock away, if this process is measured.

    Tests of endless code interrupt themselves. Where that hits coverage between taking its lock and giving it
    back, the next new file would wait for ever.
    """
    measured = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    collector = getattr(measured, "_collector", None)
    if collector is not None:
        collector.data_lock = None


def pytest_configure(config: pytest.Config) -> None:
    """Compare stored outputs on the reference only; elsewhere the notebooks have to run through."""
    _let_interrupts_pass_coverage()
    config.stored_outputs_are_compared = is_reference()
    if not config.stored_outputs_are_compared:
        if os.environ.get("COURSE_LIB_REQUIRE_REFERENCE") == "1":
            raise pytest.UsageError("This is not the reference: Linux x86-64, Python 3.11, the lock.")
        config.option.nbval_lax = True


def pytest_report_header(config: pytest.Config) -> str:
    """Say at the top whether outputs are compared, so that nobody takes a lax run for a strict one."""
    if config.stored_outputs_are_compared:
        return "notebooks: run, and every stored output compared (this is the reference machine)"
    return "notebooks: run, outputs not compared (the reference is Linux x86-64, Python 3.11, the lock)"


def _has_tag(item: pytest.Item, tag: str) -> bool:
    cell = getattr(item, "cell", None)
    return cell is not None and tag in cell.metadata.get("tags", [])


def _text_is_reference() -> bool:
    from course_lib.datasets import python_text

    return python_text().is_reference


def _weights_are_installed() -> bool:
    from course_lib.language.model import weights_path

    return weights_path() is not None


#: What a cell so tagged can only show where something holds that not every reference machine has.
CONDITIONS = {"text-dependent": _text_is_reference, "weights-dependent": _weights_are_installed}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drop comparisons that this machine's texts and weights cannot pass, and put one test at the end."""
    for tag, holds in CONDITIONS.items():
        tagged = [item for item in items if _has_tag(item, tag)]
        if tagged and not holds():
            for item in tagged:
                item.options["check"] = False
    # Sees what everything before it has left in the learner's folder.
    items.sort(key=lambda item: item.name == "test_the_learners_own_data_is_untouched")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let a notebook's kernel write down which lines it ran, before it is killed."""
    last_of_notebook = hasattr(item, "cell") and (nextitem is None or nextitem.parent is not item.parent)
    if last_of_notebook and "COVERAGE_PROCESS_START" in os.environ and item.parent.kernel.is_alive():
        code = "import coverage; measured = coverage.Coverage.current(); measured.stop(); measured.save()"
        kernel = item.parent.kernel
        kernel.await_idle(kernel.kc.execute(code), 60)
