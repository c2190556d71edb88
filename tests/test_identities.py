"""Every line of the cheat sheet holds on random numbers, and fails if a function of the course is wrong."""

import inspect
import math

import numpy as np
import pytest

from course_lib import identities
from course_lib.identities import IDENTITIES

BY_FORMULA = pytest.mark.parametrize("identity", IDENTITIES, ids=lambda identity: identity.formula[:40])
SEEDS = range(12)


def largest_residual(identity, seeds=SEEDS):
    found = [identity.holds(np.random.default_rng(seed)) for seed in seeds]
    return math.inf if any(math.isnan(residual) for residual in found) else max(found)


@BY_FORMULA
def test_a_line_of_the_cheat_sheet_holds_on_random_numbers(identity):
    """Oracle: each `holds` compares the course's functions with the line written out in NumPy."""
    assert 0 <= largest_residual(identity, range(40)) <= identity.within


@BY_FORMULA
def test_only_lines_that_say_so_are_approximate(identity):
    loose = identity.within > 1e-6
    assert loose == any(word in identity.formula for word in ("≈", "seek", "slope dI"))


def bent(value, factor):
    """The value of a function that is wrong: scaled; whole numbers shifted; of several, every one."""
    if isinstance(value, tuple):
        return type(value)(*(bent(part, factor) for part in value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return value + 1
    if isinstance(value, float | np.floating | np.ndarray):
        return value * factor
    return value


MATHEMATICS = sorted(
    name
    for name, function in vars(identities).items()
    if inspect.isfunction(function)
    and function.__module__.startswith("course_lib.")
    and function.__module__ != "course_lib.identities"
)


@pytest.mark.parametrize("name", [name for name in MATHEMATICS if name not in ("two_hills",)])
def test_a_wrong_function_is_noticed_by_some_line(name, monkeypatch):
    """A residual that cannot grow would prove nothing: every function on the sheet is bent, both ways."""
    right = getattr(identities, name)
    noticed = []
    for factor in (0.2, 1.3):
        monkeypatch.setattr(identities, name, lambda *a, factor=factor, **k: bent(right(*a, **k), factor))
        for identity in IDENTITIES:
            if name in inspect.getsource(identity.holds):
                try:
                    noticed.append(largest_residual(identity, range(3)) > identity.within)
                except ValueError:  # a course function refuses what the bent one returns
                    noticed.append(True)
    assert any(noticed)


def test_no_part_of_the_mathematics_is_left_without_a_line():
    """The sheet goes through the whole course: every chapter has its lines, most functions are used."""
    assert {identity.chapter for identity in IDENTITIES} == {1, 2, 3, 4, 5, 6, 7}
    assert len(MATHEMATICS) >= 40
    assert len({identity.formula for identity in IDENTITIES}) == len(IDENTITIES) >= 36


def test_a_gap_that_is_not_a_number_counts_as_the_widest():
    assert identities._apart(1.0, math.nan) == math.inf
