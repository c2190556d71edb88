"""Chromium, a JupyterLab that serves the course's notebooks, and what happens where there is no browser."""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_driver import CHROMIUM, CHROMIUM_ARGUMENTS, PROJECT, TEST_SETTINGS, VIEWPORT, Lab, running_lab

from course_lib import slides
from course_lib.commands import LAB_SETTINGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

HERE = Path(__file__).parent
collect_ignore_glob = ["notebooks/*"]  # material of these tests, not notebooks of the course


def what_is_missing() -> str:
    """Return a sentence on what a browser test would lack here, or nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "the Python package playwright is not installed"
    if not Path(CHROMIUM).exists():
        return f"there is no Chromium at {CHROMIUM} (COURSE_LIB_CHROMIUM names another place)"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    missing = what_is_missing()
    if missing:
        # Continuous integration must not mistake a machine without a browser for a course that works.
        not_run = pytest.fail if os.environ.get("COURSE_LIB_REQUIRE_BROWSER") == "1" else pytest.skip
        not_run(f"NOT RUN: {missing}.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(chromium: "Browser") -> "Iterator[BrowserContext]":
    """Pages of 1280 × 800 that share JupyterLab's cached files."""
    context = chromium.new_context(viewport=VIEWPORT)
    yield context
    context.close()


@pytest.fixture(scope="session")
def lab(chromium: "Browser") -> Iterator[Lab]:
    """Serve the course's notebooks, and those of these tests beside them, with the settings that ship."""
    with tempfile.TemporaryDirectory() as folder:
        copies = Path(folder) / "course"
        shutil.copytree(HERE / "notebooks", copies)
        for notebook in (PROJECT / "notebooks").glob("*.ipynb"):
            shutil.copy(notebook, copies)
        with running_lab(copies, TEST_SETTINGS | LAB_SETTINGS) as served:
            yield served


@pytest.fixture(scope="session")
def bare_lab(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Serve an empty folder with JupyterLab's own default, as a learner's own installation would.

    Stated here, since the environment the tests run in may have been given the course's settings.
    """
    default = {plugin: dict.fromkeys(settings, "perCommTarget") for plugin, settings in LAB_SETTINGS.items()}
    with running_lab(tmp_path_factory.mktemp("bare") / "course", TEST_SETTINGS | default) as served:
        yield served


@pytest.fixture(scope="session")
def archives() -> Path:
    """Folder of the archives that decks and pages embed, which $COURSE_LIB_ARCHIVES names."""
    folder = os.environ.get("COURSE_LIB_ARCHIVES", "")
    if not folder or slides.missing_archives(Path(folder)):
        not_run = pytest.fail if os.environ.get("COURSE_LIB_REQUIRE_BROWSER") == "1" else pytest.skip
        not_run(
            f"NOT RUN: COURSE_LIB_ARCHIVES does not name a folder in which {slides.ARCHIVES!r} was given."
        )
    return Path(folder)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of what a learner sees are kept: $COURSE_LIB_SCREENSHOTS, or a temporary folder."""
    kept = os.environ.get("COURSE_LIB_SCREENSHOTS")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="course-screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of axe-core, which $COURSE_LIB_AXE points at."""
    file = os.environ.get("COURSE_LIB_AXE")
    if not file:
        not_run = pytest.fail if os.environ.get("COURSE_LIB_REQUIRE_BROWSER") == "1" else pytest.skip
        not_run("NOT RUN: COURSE_LIB_AXE does not point at axe-core's axe.min.js.")
    return Path(str(file)).read_text()
