"""A release is whole: one version, pages that agree with it, sound links, known licences, full archives.

Oracles: git's list of files, `packaging` for versions and licence expressions, each package's own metadata,
the YAML parser, and the files of the repository themselves. That the archives can be used by one who has
nothing else is checked in continuous integration.
"""

import ast
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from packaging.licenses import canonicalize_license_expression
from packaging.utils import canonicalize_name
from packaging.version import Version

import course_lib
from course_lib.commands import COMMANDS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
CI_ROWS = set(re.findall(r"^row (\w+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("binder/*.md"), *ROOT.glob("course_lib/**/*.md")])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PLACEHOLDER = "OWNER/REPOSITORY"  # until the course has a public home
# Permissive, or asking only for changes to the package itself to be published (MPL).
PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC"} | {
    *("MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib")
}


# ------------------------------------------------------------------------------------------- version
def test_the_version_is_written_in_the_library_and_nowhere_else():
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["hatch"]["version"] == {"path": "course_lib/__init__.py"}
    assert str(Version(course_lib.__version__)) == course_lib.__version__


def test_the_changelog_begins_with_this_version_and_goes_back():
    titles = re.findall(r"^## (.*)$", CHANGES, re.MULTILINE)
    parts = [re.fullmatch(r"(\d+\.\d+\.\d+) \((.+)\)", title) for title in titles]
    assert all(parts), titles
    versions = [Version(part[1]) for part in parts]
    assert versions == sorted(set(versions), reverse=True)
    assert str(versions[0]) == course_lib.__version__
    days = [part[2] for part in parts]
    assert "not released yet" not in days[1:]
    for day in days:
        assert day == "not released yet" or date.fromisoformat(day) <= date.today(), day


def test_the_citation_names_this_version_title_and_licence():
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["version"] == course_lib.__version__
    assert f"# {CITATION['title']}" == (ROOT / "README.md").read_text("utf-8").splitlines()[0]
    assert " AND ".join(CITATION["license"]) == PROJECT["project"]["license"]
    assert {"message", "type", "authors"} <= CITATION.keys()
    released = re.search(r"^## \S+ \((\d.*)\)$", CHANGES, re.MULTILINE)
    assert str(CITATION.get("date-released")) == (released[1] if released else "None")


def test_importing_the_package_itself_needs_nothing_but_python():
    tree = ast.parse((ROOT / "course_lib" / "__init__.py").read_text("utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


# ---------------------------------------------------------------------------------------- contributor
def test_every_command_that_contributors_are_told_exists():
    told = "\n".join(re.findall(r"^(?:python3 -m course_lib|bash \.ci/run) .*$", CONTRIBUTING, re.MULTILINE))
    commands = set(re.findall(r"python3 -m course_lib (\w+)", CONTRIBUTING))
    rows = {row for line in re.findall(r"bash \.ci/run([\w ]*)", CONTRIBUTING) for row in line.split()}
    assert told
    assert {"execute", "test", "lab"} <= commands <= set(COMMANDS)
    assert {"style", "release"} <= rows <= CI_ROWS


def test_every_file_that_a_page_names_exists():
    for page in PAGES:
        for name in re.findall(
            r"`((?:course_lib|notebooks|tests|binder|\.ci|\.github)/[^`\s]*)`", page.read_text("utf-8")
        ):
            assert name.endswith("_N.py") or (ROOT / name).exists(), f"{page.name} names {name}"


# ------------------------------------------------------------------------------------------- workflow
@pytest.fixture(scope="module")
def workflow() -> dict:
    text = (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8")
    parsed = yaml.safe_load(text)
    return {"text": text, "on": parsed.pop(True), **parsed}  # YAML 1.1 reads the key "on" as true


def test_the_workflow_says_first_that_it_was_never_run(workflow):
    assert workflow["text"].startswith("# Not run by us")


def test_the_workflow_runs_everything_on_the_reference_and_once_a_month(workflow):
    (schedule,) = workflow["on"]["schedule"]
    minute, hour, day, month, weekday = schedule["cron"].split()
    assert (minute.isdigit(), hour.isdigit(), day, month, weekday) == (True, True, "1", "*", "*")
    reference = workflow["jobs"]["reference"]
    assert "python:3.11" in reference["container"]
    assert "bash .ci/run" in [step.get("run") for step in reference["steps"]]


def test_the_workflow_tries_every_system_with_every_python_of_the_project(workflow):
    matrix = workflow["jobs"]["learner"]["strategy"]["matrix"]
    assert {name.split("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    lowest, highest = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["project"]["requires-python"]).groups()
    assert matrix["python"] == [f"3.{minor}" for minor in range(int(lowest), int(highest))]
    assert "python -m course_lib test -q" in [
        step.get("run") for step in workflow["jobs"]["learner"]["steps"]
    ]


def test_the_workflow_may_only_read_and_uses_pinned_actions_of_github_itself(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets" not in workflow["text"].replace("Needs no secrets", "")
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 120
        for step in job["steps"]:
            action = step.get("uses", "actions/checkout@v6")
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", action), action
            if action.startswith("actions/checkout") and "uses" in step:
                assert step["with"]["persist-credentials"] is False


# ------------------------------------------------------------------------------------------- licences
def pins() -> list[tuple[str, str]]:
    """Return the name and version of every package that the set-up installs."""
    texts = [(ROOT / "binder" / name).read_text("utf-8") for name in ("requirements.txt", "weights.txt")]
    return re.findall(r"^([\w.-]+)==([^\s;]+)", "\n".join(texts), re.MULTILINE)


def licence_rows() -> list[list[str]]:
    lines = (ROOT / "binder" / "LICENCES.md").read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][
        1:
    ]


def test_every_package_of_the_lock_has_one_row_in_the_list_of_licences():
    # After a change of the lock: python3 .ci/licences.py
    assert [(name, version) for name, version, *_ in licence_rows()] == pins()


def test_every_licence_is_an_spdx_expression_and_only_a_tool_is_not_permissive():
    for name, _, expression, *_ in licence_rows():
        assert canonicalize_license_expression(expression) == expression
        identifiers = set(re.split(r" (?:AND|OR) ", expression))
        assert identifiers <= PERMISSIVE or (name, expression) == ("codespell", "GPL-2.0-only"), name


def test_the_list_of_licences_says_what_the_installed_packages_say():
    compared = 0
    for name, version, expression, words, _ in licence_rows():
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system or another Python
        if about["Version"] != version:
            continue
        compared += 1
        if "License-Expression" in about:
            assert expression == about["License-Expression"], name
        else:
            said = " ".join([about.get("License") or "", *(about.get_all("Classifier") or [])])
            assert all(part in said for part in words.split(", ")), name
    assert compared > 100 or os.environ.get("COURSE_LIB_REQUIRE_REFERENCE") != "1"


def test_nothing_imports_the_one_package_under_the_gpl():
    for path in [*(ROOT / "course_lib").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        assert not re.search(r"^\s*(?:import|from) codespell", path.read_text("utf-8"), re.MULTILINE), path


# ---------------------------------------------------------------------------------------------- links
def page_text(path: Path) -> str:
    """Return a page without fenced code, or a notebook's text cells as one page."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells)
    return FENCE.sub("", text)


def targets(text: str) -> list[str]:
    """Return where the links, pictures and references of a page lead."""
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
    references = re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)
    return inline + references + re.findall(r'(?:href|src)="([^"]+)"', text)


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_inside_the_repository_leads_somewhere(page):
    text = page_text(page)
    for link in targets(text):
        if urlsplit(link).scheme:
            continue
        target, _, anchor = unquote(link).partition("#")
        file = (page.parent / target) if target else page
        assert file.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(page_text(file)), f"{link}: no such heading"


def test_every_reference_that_a_page_uses_is_given_on_it():
    for page in PAGES:
        text = page_text(page)
        used = set(re.findall(r"\]\[([^\]]+)\]", text))
        assert used == set(re.findall(r"^\[([^\]]+)\]:", text, re.MULTILINE)), page.name


@pytest.mark.parametrize("page", [*PAGES, *NOTEBOOKS], ids=lambda page: page.name)
def test_every_link_to_the_outside_has_a_sound_form(page):
    for address in re.findall(r"\w+://[^\s)>\"\]`]+", page_text(page)):
        parts = urlsplit(address)
        assert parts.scheme == "https", address
        assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", parts.netloc), address
        assert not re.search(r"[.,;:!?*'_]$|//", parts.netloc + parts.path), address
        assert re.fullmatch(r"(?:[\w./~@:+,=?&#!*;-]|%[0-9A-F]{2})+", address.removeprefix("https://")), (
            address
        )
        if parts.netloc == "doi.org":
            assert re.match(r"/10\.\d{4,9}/\S", parts.path), address


def test_the_placeholder_for_the_public_home_is_in_one_place():
    holders = [
        page.name for page in PAGES for _ in re.findall(rf"^\[.*{PLACEHOLDER}", page.read_text("utf-8"), re.M)
    ]
    assert holders == ["README.md"]


# --------------------------------------------------------------------------------------------- builds
STRAYS = [
    *(
        ".venv/lib/stray.py",
        ".venv.lock",
        ".coverage",
        ".hypothesis/stray",
        "build/stray.py",
        "dist/stray.whl",
    ),
    *("my_course/00_start_here.ipynb", "cheat_sheet.html", "notes.txt", "data/secret.csv", "stray.ipynb"),
    *("notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb", "tests/__pycache__/stray.pyc"),
    *("course_lib/__pycache__/stray.pyc", "course_lib/.ipynb_checkpoints/stray.py"),
]


def git_files() -> set[str]:
    """Return what git keeps of the course, as paths with slashes."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this copy of the course came without its git repository")
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, set[str]]:
    """Names of the files in the wheel and in the source archive, built in a folder that is not tidy."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in git_files():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    for name in STRAYS:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("stray")
    command = [sys.executable, "-m", "hatchling", "build", "-d", target]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,), (archive,) = target.glob("*.whl"), target.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed, tarfile.open(archive) as tar:
        return {
            "wheel": wheel,
            "in wheel": set(packed.namelist()),
            "in archive": {name.partition("/")[2] for name in tar.getnames()},
        }


def test_the_wheel_holds_the_library_with_its_data_and_nothing_else(built):
    library = {name for name in git_files() if name.startswith("course_lib/")}
    rest = built["in wheel"] - library
    assert library - built["in wheel"] == set()
    assert {re.sub(r"^[\w.-]+\.dist-info/", "", name) for name in rest} == {
        *("METADATA", "WHEEL", "RECORD", "licenses/LICENSE")
    }
    assert {"course_lib/controls/controls.js", "course_lib/controls/controls.css"} <= library
    assert sum(name.startswith("course_lib/data/") for name in library) >= 10


def test_the_source_archive_holds_what_git_keeps_and_nothing_else(built):
    assert built["in archive"] - {"PKG-INFO"} == git_files()


def test_the_wheel_says_which_version_it_is_and_what_it_needs(built):
    with zipfile.ZipFile(built["wheel"]) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("/METADATA"))
        lines = packed.read(name).decode().splitlines()
    fields = [line.split(": ", 1) for line in lines[: lines.index("")]]
    assert ["Version", course_lib.__version__] in fields
    assert ["License-Expression", PROJECT["project"]["license"]] in fields
    needed = {
        canonicalize_name(re.match(r"[\w.-]+", value)[0]) for key, value in fields if key == "Requires-Dist"
    }
    assert len(needed) == len(PROJECT["project"]["dependencies"])
    assert needed <= {canonicalize_name(name) for name, _ in pins()}


def test_the_library_alone_says_where_the_rest_of_the_course_is(built, tmp_path):
    # As pip leaves it: the wheel unpacked in a folder that Python looks into, with no course around it.
    with zipfile.ZipFile(built["wheel"]) as packed:
        packed.extractall(tmp_path / "installed")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "lab"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("This is the course's library alone")
    assert "get that (a clone, or the source archive), and give the same command in it" in done.stderr
    assert len(done.stderr.splitlines()) == 1
