"""Capstone C: a few features, in order, each adding what chance alone would not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.capstones.grading import Check, Report, ToDo, in_order, needed
from course_lib.datasets import breast_cancer
from course_lib.estimators import mutual_information_from_samples, quantile_bins

BINS = 4
SHUFFLES = 1000
_LINE = 0.99
_TOGETHER = 0.70  # bits
_MARGIN = 0.02
_DEPTH = 3

IntArray = NDArray[np.int64]


class Step(NamedTuple):
    """What a feature adds to those before it, in bits, and the shuffles' mean and 99 % line."""

    name: str
    adds: float
    chance: float
    line: float


def capstone_c(names: Any) -> Report | ToDo:
    """Check a choice of features. Chapter 8. Takes a few seconds.

    Parameters
    ----------
    names : sequence of str
        One to three of ``datasets.breast_cancer().feature_names``, in the order in which they are asked for.

    Returns
    -------
    Report
        Shows itself: five checks, and what to do about those that fail.

    Notes
    -----
    What a feature adds is I(feature; benign | those before it), a plug-in estimate over 4 bins each, and so
    too high even for noise. Its null shuffles the feature among tumours that are alike in all earlier ones.
    """
    if names is Ellipsis:
        return ToDo("C", "one to three names of features, in order")
    problem = _not_a_choice(names)
    if problem:
        advice = "The names are in datasets.breast_cancer().feature_names, and three is the limit."
        return in_order("C", [Check("three at most", needed("C", "three at most"), problem, False, advice)])
    return _judge(tuple(names))


def _not_a_choice(names: Any) -> str:
    known = breast_cancer().feature_names
    if isinstance(names, str) or not isinstance(names, Sequence | np.ndarray):
        return "no list of names"
    strangers = [name for name in names if not isinstance(name, str) or name not in known]
    if strangers:
        return f"{strangers[0]!r} is no feature"
    if len(set(names)) < len(names):
        return "a name stands there twice"
    return "" if 1 <= len(names) <= 3 else f"{len(names)} names"


def _judge(names: tuple[str, ...]) -> Report:
    first, *others = steps(names)
    weak = [step for step in others if step.adds <= step.line]
    together = sum(step.adds - step.chance for step in (first, *others))
    tree, full = tree_accuracy(names), tree_accuracy(breast_cancer().feature_names)
    made = {
        "three at most": (True, ", ".join(names), ""),
        "first tells": (
            first.adds > first.line,
            _say(first),
            "Chance alone shows as much. Rank all thirty by I before you choose where to begin.",
        ),
        "others add": (
            not weak,
            "; ".join(map(_say, others)) or "no others",
            f"{' and '.join(step.name for step in weak)}: given those before, no more than shuffles show. A "
            "twin repeats what is known. Rank the rest by I(feature; benign | chosen), not by I alone.",
        ),
        "together": (
            together >= _TOGETHER,
            f"{together:.3f} bits",
            "There is more to be had: the best third feature is one that the first two do not resemble.",
        ),
        "tree agrees": (
            tree >= full - _MARGIN,
            f"{tree:.3f} against {full:.3f}",
            "The bits are there, but a tree of three questions does not find them. Look for features in "
            "which one cut tells much.",
        ),
    }
    checks = [
        Check(key, needed("C", key), found, bool(passed), advice)
        for key, (passed, found, advice) in made.items()
    ]
    return in_order("C", checks)


def _say(step: Step) -> str:
    return f"{step.name} {step.adds:.3f} bits (99 % of shuffles below {step.line:.3f})"


@cache
def steps(names: tuple[str, ...]) -> tuple[Step, ...]:
    """What each feature adds to those before it, and what shuffles of it seem to add."""
    data = breast_cancer()
    label = data.is_benign.astype(np.int64)
    known = np.zeros(len(label), dtype=np.int64)
    found = []
    for name in names:
        column = quantile_bins(data.features[:, data.feature_names.index(name)], BINS)
        null = _null(column, label, known)
        adds = _added(column, label, known)
        found.append(Step(name, adds, float(null.mean()), float(np.quantile(null, _LINE))))
        known = known * BINS + column
    return tuple(found)


def _added(column: IntArray, label: IntArray, known: IntArray) -> float:
    """I(column; label | known) in bits, by the chain rule."""
    both = mutual_information_from_samples(known * BINS + column, label)
    return both - mutual_information_from_samples(known, label)


def _null(column: IntArray, label: IntArray, known: IntArray) -> NDArray[np.float64]:
    """What the column seems to add when it is shuffled among rows that are alike in all that is known."""
    rng = np.random.default_rng(0)
    group_by_group = np.argsort(known, kind="stable")
    null = np.empty(SHUFFLES)
    for i in range(SHUFFLES):
        shuffled = np.empty_like(column)
        # Sorted by group and, within one, by chance: every group's values are dealt out anew to its rows.
        shuffled[group_by_group] = column[np.lexsort((rng.random(len(column)), known))]
        null[i] = _added(shuffled, label, known)
    return null


@cache
def tree_accuracy(names: tuple[str, ...]) -> float:
    """Share of tumours a tree of three questions in a row gets right, in ten-fold cross-validation."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    data = breast_cancer()
    columns = [data.feature_names.index(name) for name in names]
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=_DEPTH, random_state=0)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    return float(cross_val_score(tree, data.features[:, columns], data.is_benign, cv=folds).mean())
