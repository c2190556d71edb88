"""Plant mistakes in a copy of measures.py, one at a time; a test must fail for each.

    python3 .ci/mutations.py

Prints a table and exits with 1 if a mistake goes unnoticed, or if the tests fail without one.
"""

import contextlib
import importlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "hypothesis.extra.numpy",
    "scipy.spatial.distance",
    "scipy.special",
    "scipy.stats",
    "sklearn.metrics",
)
TESTS = ("tests/test_measures.py", "tests/test_properties.py")

# What is wrong: (text in measures.py, what replaces it). Each text occurs exactly once.
MUTATIONS = {
    "surprisal: sign": ("0.0 - logarithm(unit)(p)", "0.0 + logarithm(unit)(p)"),
    "surprisal: unit ignored": ("0.0 - logarithm(unit)(p)", '0.0 - logarithm("bits")(p)'),
    "surprisal: clipped at the impossible": ("0.0 - logarithm(unit)(p)", "0.0 - logarithm(unit)(p + 1e-10)"),
    "entropy: sign": ("-np.vecdot(p, logs)", "np.vecdot(p, logs)"),
    "entropy: epsilon added": ("logs = np.maximum(p, _TINY)", "logs = p + 1e-10"),
    "entropy: mean for sum": ("-np.vecdot(p, logs)", "-np.vecdot(p, logs) / p.shape[-1]"),
    "entropy: axis ignored": (
        'p = _outcomes_last(p, axis, normalize, "p")',
        'p = _outcomes_last(p, -1, normalize, "p")',
    ),
    "binary entropy: tails forgotten": ("entr(p) - xlog1py(1.0 - p, -p)", "entr(p)"),
    "binary entropy: log(1 + p)": ("xlog1py(1.0 - p, -p)", "xlog1py(1.0 - p, p)"),
    "cross-entropy: swapped": ("-xlogy(p, q)", "-xlogy(q, p)"),
    "cross-entropy: sign": ("-xlogy(p, q)", "xlogy(p, q)"),
    "KL: swapped": ("rel_entr(p, q).sum(axis=-1)", "rel_entr(q, p).sum(axis=-1)"),
    "KL: sign": ("rel_entr(p, q).sum(axis=-1)", "-rel_entr(p, q).sum(axis=-1)"),
    "JS: mixture not halved": ("(p + q) / 2.0", "(p + q)"),
    "JS: sum for mean": ("terms.sum(axis=-1) / 2.0", "terms.sum(axis=-1)"),
    "JS: one side only": ("terms += rel_entr(q, mixture)", "terms += rel_entr(p, mixture)"),
    "JS: mixture may underflow": ("np.maximum((p + q) / 2.0, _TINY)", "(p + q) / 2.0"),
    "JS distance: root forgotten": ("np.sqrt(js_divergence(", "np.asarray(js_divergence("),
    "conditional entropy: conditioned on Y": (
        "p_x = table.sum(axis=1, keepdims=True)",
        "p_x = table.sum(axis=0, keepdims=True)",
    ),
    "conditional entropy: sign": ("-rel_entr(table, p_x)", "rel_entr(table, p_x)"),
    "MI: both margins the same": (
        "table.sum(axis=1, keepdims=True) * table.sum(axis=0)",
        "table.sum(axis=1, keepdims=True) * table.sum()",
    ),
    "MI: swapped": ("rel_entr(table, product)", "rel_entr(product, table)"),
    "MI: product may underflow": ("np.maximum(product, _TINY, out=product)", "pass"),
    "PMI: sign of a margin": ("- log(table.sum(axis=0))", "+ log(table.sum(axis=0))"),
    "gain: children unweighted": (
        "weights = occupied.sum(axis=1) / parent.sum()",
        "weights = np.full(len(occupied), 1 / len(occupied))",
    ),
    "gain: what is left instead of what is gained": ("before - remaining", "remaining"),
    "perplexity: e for bits": ('{"bits": 2.0, "nats"', '{"bits": np.e, "nats"'),
    "perplexity: total for mean": (
        "_surprisals(surprisals).mean(axis=axis)",
        "_surprisals(surprisals).sum(axis=axis)",
    ),
    "bits per byte: units multiplied the wrong way": ("total * UNITS[unit]", "total / UNITS[unit]"),
    "floor removed": ("np.maximum(values, 0.0) + 0.0", "values + 0.0"),
    "minus zero": ("np.maximum(values, 0.0) + 0.0", "np.where(values > 0.0, values, -0.0)"),
    "shapes not compared": ("p.shape[-1] != q.shape[-1]", "False"),
}


def tests_pass(folder: Path) -> bool:
    # A forked child starts with the heavy libraries loaded and imports the copy of course_lib afresh.
    child = multiprocessing.get_context("fork").Process(target=run_tests, args=(folder,))
    child.start()
    child.join()
    return child.exitcode == 0


def run_tests(folder: Path) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    options = [
        "-x",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
        "-p",
        "no:nbval",
    ]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        outcome = pytest.main([*options, *TESTS])
    sys.exit(int(outcome))


def main() -> int:
    for library in HEAVY:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("course_lib", "tests"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        measures = folder / "course_lib" / "measures.py"
        right = measures.read_text(encoding="utf-8")
        if not tests_pass(folder):
            print("The tests fail without any mistake planted.")
            return 1
        survivors = 0
        for what, (text, replacement) in MUTATIONS.items():
            if right.count(text) != 1:
                print(f"{what:48} not planted: {text!r} occurs {right.count(text)} times")
                survivors += 1
                continue
            measures.write_text(right.replace(text, replacement), encoding="utf-8")
            survived = tests_pass(folder)
            survivors += survived
            print(f"{what:48} {'NOT NOTICED' if survived else 'noticed'}", flush=True)
    print(f"{len(MUTATIONS) - survivors} of {len(MUTATIONS)} mistakes noticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
