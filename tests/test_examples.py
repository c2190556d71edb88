"""The examples in the docstrings of the mathematics and of the checker run and give what they show."""

import doctest
import importlib

import pytest

MODULES = (
    "distributions",
    "measures",
    "gaussians",
    "classifiers",
    "codes",
    "estimators",
    "evidence",
    "labels",
    "neighbours",
    "channels",
    "mixtures",
    "datasets",
    "bottleneck",
    "summaries",
    "networks",
    "records",
    "sampling",
    "generative",
    "diffusion",
    "time_limit",
    "league",
    "tables",
    "cheat_sheet",
    "report",
    "doors",
    "text_colours",
    *(f"capstones.{name}" for name in ("classifier", "grading", "rubrics", "steering")),
    *(f"language.{name}" for name in ("bpe", "gguf", "llama", "model", "ngram", "packing", "quantisation")),
    "language_records",
    *(f"exercises.{name}" for name in ("catalogue", "checking", "detectors", "explanations", "hint_library")),
    *(f"exercises.{name}" for name in ("matching", "naming", "predictions", "quizzes", "reading")),
    *(f"exercises.{name}" for name in ("readings", "variants", "wording")),
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_come_out_as_shown(name):
    module = importlib.import_module(f"course_lib.{name}")
    failed, attempted = doctest.testmod(module)
    assert attempted > 0 and failed == 0
