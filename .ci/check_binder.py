"""Do what Binder does with this repository, without a container engine, and look at the result.

Usage: python .ci/check_binder.py FOLDER, in an environment with jupyter-repo2docker.

1. repo2docker's own detection says which files it takes and which commands it runs.
2. repo2docker prints the Dockerfile.
3. Those very commands run in a fresh environment; JupyterLab starts there by binder/start and serves the
   notebook that README.md's badge opens; every notebook runs in less than half of Binder's memory.

Not covered: the conda base layer, building and pushing the image, the non-root user, the proxy's path prefix.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from repo2docker.app import Repo2Docker

ROOT = Path(__file__).resolve().parents[1]
MOST_MEMORY = 1.0e6  # kB a kernel; Binder's limit is twice that, for everything together
RUN_ALL = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
notebook.cells.append(nbformat.v4.new_code_cell(peak))
NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
print(notebook.cells[-1].outputs[0].text)
"""


def detect() -> tuple[list[str], list[str]]:
    """Return the commands that repo2docker runs to install the requirements, and after that."""
    app = Repo2Docker()
    for kind in app.buildpacks:
        pack = kind(base_image=app.base_image)
        if pack.detect():
            break
    assert type(pack).__name__ == "PythonBuildPack", type(pack)
    assert pack.binder_dir == "binder"
    assert pack.python_version == "3.11", pack.python_version
    before = [script for _, script in pack.get_preassemble_scripts()]
    assert before == [
        '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"'
    ], before
    after = list(pack.get_post_build_scripts())
    assert after == ["binder/postBuild"], after
    start = pack.get_start_script()
    assert start == "${REPO_DIR}/binder/start", start
    return before, after


def check_dockerfile() -> None:
    """Assert that repo2docker prints a Dockerfile that runs what it detected."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--no-run", "--debug", "."]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    text = shown.stdout + shown.stderr
    for line in (
        "binder/requirements.txt",
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ):
        assert line in text, f"{line!r} is not in the Dockerfile:\n{text[-3000:]}"


def find_python() -> str:
    """Return an interpreter of the version in binder/runtime.txt."""
    version = Path("binder/runtime.txt").read_text().strip().removeprefix("python-")
    here = ".".join(map(str, sys.version_info[:2]))
    return sys.executable if here == version else f"python{version}"


def build(folder: Path, commands: list[str]) -> dict[str, str]:
    """Copy the committed files to ``folder``/home, run the commands there, return the environment."""
    home, prefix = folder / "home", folder / "prefix"
    shutil.rmtree(folder, ignore_errors=True)
    files = subprocess.check_output(["git", "ls-files", "-z"], text=True).split("\0")
    for name in filter(None, files):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, home / name)
    base = Path(
        subprocess.check_output(
            [find_python(), "-c", "import sys; print(sys.base_prefix)"], text=True
        ).strip()
    )
    subprocess.run([base / "bin" / "python3", "-m", "venv", prefix], check=True)
    environment = os.environ | {
        "KERNEL_PYTHON_PREFIX": str(prefix),
        "VIRTUAL_ENV": str(prefix),
        "PATH": f"{prefix / 'bin'}:{os.environ['PATH']}",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "COURSE_LIB_DATA": str(folder / "data"),
    }
    environment.pop("PYTHONPATH", None)
    for command in commands:
        subprocess.run(command, shell=True, cwd=home, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


@contextlib.contextmanager
def server(home: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start JupyterLab as Binder does, through binder/start, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--IdentityProvider.token=",
    ]
    command = ["binder/start", "jupyter", "lab", *options]
    process = subprocess.Popen(command, cwd=home, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api")
                break
            time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def check_server(home: Path, environment: dict[str, str]) -> None:
    """Assert that the badge's notebook is served, with the course's JupyterLab settings."""
    link = re.search(
        r"https://mybinder\.org/v2/gh/\S+?urlpath=([^)&\s\"]+)", Path("README.md").read_text("utf-8")
    )
    assert link, "README.md has no Binder link with urlpath"
    page = unquote(link[1]).lstrip("/")
    notebook = page.removeprefix("lab/tree/")
    with server(home, environment) as address:
        with urllib.request.urlopen(f"{address}/{page}") as answer:
            assert answer.status == 200
        with urllib.request.urlopen(f"{address}/api/contents/{notebook}?content=1") as answer:
            assert json.load(answer)["type"] == "notebook"
        with urllib.request.urlopen(f"{address}/{page}") as answer:
            shell = answer.read().decode()
    assert (
        "commsOverSubshells" in (home.parent / "prefix/share/jupyter/lab/settings/overrides.json").read_text()
    )
    assert "JupyterLab" in shell


def check_kernels(home: Path, environment: dict[str, str]) -> None:
    """Assert that every notebook runs through in the built environment, in little memory."""
    for path in sorted((home / "notebooks").glob("*.ipynb")):
        command = ["binder/start", "python", "-c", RUN_ALL, path.name]
        done = subprocess.run(
            ["../" + command[0], *command[1:]],
            cwd=path.parent,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        peak = int(done.stdout.split()[-1])
        print(f"  {path.stem}: {peak / 1e3:.0f} MB", flush=True)
        assert peak < MOST_MEMORY, f"{path.name} takes {peak} kB"


def files_of(package: Path) -> set[str]:
    """Return the names of a package's files, but for what Python compiles them to."""
    return {path.name for path in package.rglob("*") if "__pycache__" not in path.parts}


def check_installed_course(home: Path, environment: dict[str, str]) -> None:
    """Assert that the course is a copy in the environment: the folder may be mounted elsewhere."""
    code = "import course_lib; print(course_lib.__file__)"
    found = subprocess.check_output(
        ["python", "-c", code], cwd=home.parent, env=environment, text=True
    ).strip()
    assert str(home.parent / "prefix") in found, found
    missing = files_of(home / "course_lib") - files_of(Path(found).parent)
    assert not missing, f"not in the installed course: {missing}"


def main(folder: Path) -> None:
    os.chdir(ROOT)
    before, after = detect()
    print("detected as Python, in binder/", flush=True)
    check_dockerfile()
    print("the Dockerfile runs it", flush=True)
    environment = build(folder, before + after)
    home = folder / "home"
    check_installed_course(home, environment)
    print("built", flush=True)
    check_server(home, environment)
    print("served", flush=True)
    check_kernels(home, environment)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
