"""Write binder/LICENCES.md: under which licence each package of the lock comes, and how we know.

    python3 .ci/licences.py    after every change of binder/requirements.txt, in an environment that holds it

What that environment lacks, since it is for another system or another Python, is downloaded to be read.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from email import message_from_string
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "binder" / "LICENCES.md"
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ; (.+?))? \\$", re.MULTILINE)
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux2014_x86_64", "win_amd64")
LONGEST_QUOTE = 60  # characters; a longer "License" field is a whole licence
# What metadata says in place of an SPDX expression; the first that matches counts.
PHRASES = (
    (r"Apache", "Apache-2.0"),
    (r"MPL|Mozilla", "MPL-2.0"),
    (r"ISC", "ISC"),
    (r"Python Software Foundation|PSF", "PSF-2.0"),
    (r"\bMIT\b", "MIT"),
)
HEAD = """# Licences of the packages that the course installs

Written by `.ci/licences.py`; a test compares it with `requirements.txt` and `weights.txt`. The licence is an
SPDX expression: the package's own where its metadata holds one, otherwise read from the words in the fourth
column, and for "BSD" from the number of clauses in the licence's text.

The course contains none of these packages; the set-up fetches each from its makers, with its licence text in
its `.dist-info` folder. Compiled packages carry libraries of others (a BLAS, image formats), which are listed
in the same place. codespell is the only one under the GPL: the checks run it as a program of its own, and
nothing imports it.

| package | version | licence | in its own words | only where |
|---|---|---|---|---|
"""


def pins() -> list[tuple[str, str, str]]:
    """Return name, version and marker of every pin of the lock, and of the language model's."""
    lock, weights = (
        (ROOT / "binder" / name).read_text("utf-8") for name in ("requirements.txt", "weights.txt")
    )
    return PIN.findall(lock) + PIN.findall(weights)


def installed(name: str, version: str) -> tuple[metadata.PackageMetadata, str] | None:
    """Return a package's metadata and the text of its licence files, if this environment has that version."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    if found.version != version:
        return None
    files = [file for file in found.files or () if is_licence(str(file))]
    return found.metadata, "\n".join(file.read_text("utf-8") for file in files)


def downloaded(name: str, version: str) -> tuple[metadata.PackageMetadata, str]:
    """Return the same from a wheel for whatever system and Python there is one."""
    with tempfile.TemporaryDirectory() as folder:
        platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
        options = ["--no-deps", "--only-binary=:all:", "--python-version=3.13", *platforms]
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            *options,
            "-d",
            folder,
            f"{name}=={version}",
        ]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            names = wheel.namelist()
            head = next(file for file in names if file.endswith(".dist-info/METADATA"))
            text = "\n".join(wheel.read(file).decode() for file in names if is_licence(file))
            return message_from_string(wheel.read(head).decode()), text


def is_licence(path: str) -> bool:
    return ".dist-info/" in path and bool(re.search(r"licen[cs]e|copying", Path(path).name, re.IGNORECASE))


def own_words(about: metadata.PackageMetadata) -> str:
    """Return what a package's metadata says about its licence, in one line."""
    if expression := about.get("License-Expression"):
        return expression
    field = (about.get("License") or "").strip()
    if field and field != "UNKNOWN" and "\n" not in field and len(field) <= LONGEST_QUOTE:
        return field
    classifiers = [text for text in about.get_all("Classifier") or () if text.startswith("License")]
    return ", ".join(text.split(" :: ")[-1] for text in classifiers) or field.splitlines()[0].strip()


def expression(words: str, about: metadata.PackageMetadata, text: str) -> str:
    """Return the SPDX expression that the words mean."""
    if "License-Expression" in about:
        return words
    if "BSD" in words:
        whole = text + (about.get("License") or "")
        assert "edistribution" in whole, f"{about['Name']}: no licence text tells which BSD licence it is"
        # The third clause, in all its wordings, is about using names to endorse or promote.
        return "BSD-3-Clause" if re.search(r"endorse\s+or\s+promote", whole) else "BSD-2-Clause"
    for pattern, identifier in PHRASES:
        if re.search(pattern, words):
            return identifier
    sys.exit(f"{about['Name']} says {words!r} about its licence; tell .ci/licences.py what that means.")


def row(name: str, version: str, marker: str) -> str:
    about, text = installed(name, version) or downloaded(name, version)
    words = own_words(about)
    return f"| {name} | {version} | {expression(words, about, text)} | {words} | {marker and f'`{marker}`'} |"


def main() -> None:
    TABLE.write_text(HEAD + "\n".join(row(*pin) for pin in pins()) + "\n", "utf-8")
    print(f"{TABLE.relative_to(ROOT)}: {len(pins())} packages")


if __name__ == "__main__":
    main()
