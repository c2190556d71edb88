"""Plant mistakes in a copy of the mathematics, one at a time; a test must fail for each.

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
    "scipy.integrate",
    "scipy.optimize",
    "scipy.spatial",
    "scipy.spatial.distance",
    "scipy.special",
    "scipy.stats",
    "sklearn.feature_selection",
    "sklearn.metrics",
)

# What is wrong: (text in the module, what replaces it). Each text occurs exactly once.
MEASURES = {
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
    "total variation: not halved": (
        "np.abs(p - q).sum(axis=-1) / 2.0, 1.0)",
        "np.abs(p - q).sum(axis=-1), 1.0)",
    ),
    "Pinsker: root forgotten": ("np.sqrt(amount * UNITS", "np.asarray(amount * UNITS"),
    "Pinsker: bits taken for nats": ("UNITS[check_unit(unit)] / 2.0", 'UNITS["nats"] / 2.0'),
    "stability index: one price only": (
        "(rel_entr(p, q) + rel_entr(q, p)).sum",
        "(rel_entr(p, q) + rel_entr(p, q)).sum",
    ),
    "conditional MI: conditioned on nothing": ("p_xz * given_z, _TINY", "p_xz * p_yz, _TINY"),
    "conditional MI: conditioned on Y": (
        "p_z = table.sum(axis=(0, 1))",
        "p_z = table.sum(axis=(0, 2), keepdims=True).swapaxes(1, 2).sum()",
    ),
    "conditional MI: may underflow": ("np.maximum(p_xz * given_z, _TINY)", "p_xz * given_z"),
    "conditional MI: 0/0 of a z that never occurs": (
        "np.divide(p_yz, p_z, out=np.zeros_like(p_yz), where=p_z > 0.0)",
        "p_yz / p_z",
    ),
    "interaction: sign": (
        "shared - conditional_mutual_information(table, unit=unit) + 0.0",
        "conditional_mutual_information(table, unit=unit) - shared + 0.0",
    ),
    "interaction: another pair": (
        "mutual_information(table.sum(axis=2), unit",
        "mutual_information(table.sum(axis=1), unit",
    ),
    "normalised MI: root forgotten": ("float(np.sqrt(x) * np.sqrt(y))", "x * y"),
    "normalised MI: arithmetic by default": ('average: str = "geometric"', 'average: str = "arithmetic"'),
    "normalised MI: 0/0": ("1.0) if scale > 0.0 else 0.0", "1.0)"),
    "variation: one side twice": (
        "conditional_entropy(table, unit=unit) + conditional_entropy(table.T, unit=unit)",
        "2 * conditional_entropy(table, unit=unit)",
    ),
}

CLASSIFIERS = {
    "softmax: largest not subtracted": (
        "shifted -= _largest(rows, 0, batch_shape)[:, None]",
        "_largest(rows, 0, batch_shape)",
    ),
    "softmax: multiplied by the temperature": ("shifted /= tau", "shifted *= tau"),
    "softmax: largest power counted twice": ("powers[np.arange(len(rows)), top] = 0.0", "pass"),
    "log-softmax: sign": (
        "shifted -= np.log1p(others)[..., None]",
        "shifted += np.log1p(others)[..., None]",
    ),
    "log-softmax: a tiny doubt lost": ("shifted -= np.log1p(others)", "shifted -= np.log(1.0 + others)"),
    "loss: largest not subtracted": ("buffer = rows - largest[:, None]", "buffer = rows * 1"),
    "loss: sign of the truth": (
        "top - rows[here, targets] + log_sum",
        "top + rows[here, targets] + log_sum",
    ),
    "loss: the truth forgotten": ("top - rows[here, targets] + log_sum", "top + log_sum"),
    "loss: added up in single precision": ("buffer.sum(axis=1, dtype=np.float64)", "buffer.sum(axis=1)"),
    "loss: half precision kept": ("if rows.dtype == np.float16:", "if False:"),
    "loss: blocks misplaced": ("targets[block], block.start, batch_shape", "targets[block], 0, batch_shape"),
    "loss: a whole table at once": ("_BLOCK = 1 << 18", "_BLOCK = 1 << 40"),
    "loss: 0 · inf": ("np.where(targets > 0.0, targets * values, 0.0)", "targets * values"),
    "loss: sum for mean": ("return float(losses.mean())", "return float(losses.sum())"),
    "loss: labels not checked": ("labels.min() >= 0 and labels.max() < classes", "labels.min() >= 0"),
    "binary loss: no side forgotten": (
        "-np.where(happened, np.log(yes), np.log1p(-yes))",
        "-np.where(happened, np.log(yes), 0.0)",
    ),
    "binary loss: clipped": ("np.where(happened, np.log(yes),", "np.where(happened, np.log(yes + 1e-12),"),
    "gradient: p - q": (
        "slopes: FloatArray = q - targets.reshape(q.shape)",
        "slopes: FloatArray = targets.reshape(q.shape) - q",
    ),
    "smoothing: share over the other classes": ("+ share / classes", "+ share / (classes - 1)"),
    "focal: weighs the right share": ("wrong = -np.expm1(-losses)", "wrong = np.exp(-losses)"),
    "Brier: sum for mean": ("np.mean((yes - happened) ** 2)", "np.sum((yes - happened) ** 2)"),
    "Brier: mean over classes": ("** 2).sum(axis=1)", "** 2).mean(axis=1)"),
    "reliability: edges just above their tenths": (
        "np.arange(bins + 1) / bins",
        "np.linspace(0, 1, bins + 1)",
    ),
    "reliability: bins hold their upper edge": ('forecast, side="right") - 1', 'forecast, side="left") - 1'),
    "calibration error: bins unweighted": (
        "gaps @ found.counts[used] / found.counts.sum()",
        "gaps.mean()",
    ),
    "temperature: its inverse": ("return 1.0 / float(brentq(", "return float(brentq("),
    "temperature: slope's sign": ("np.mean(expected - true)", "np.mean(true - expected)"),
    "temperature: masked classes counted": (
        "np.where(np.isneginf(shifted), 0.0, np.exp(",
        "np.where(np.isneginf(shifted), 1.0, np.exp(",
    ),
}

GAUSSIANS = {
    "entropy: variance for width": ("+ np.log(spread)", "+ 2 * np.log(spread)"),
    "KL: swapped widths": (
        "excess = (sigma0 - sigma1) / sigma1",
        "excess = (sigma1 - sigma0) / sigma0",
    ),
    "KL: distance in the truth's widths": (
        "distance = (mu0 - mu1) / sigma1",
        "distance = (mu0 - mu1) / sigma0",
    ),
    "KL: half forgotten": (
        "0.5 * (excess * (2.0 + excess) + distance**2)",
        "(excess * (2.0 + excess) + distance**2)",
    ),
    "KL: sign of the log ratio": ("+ distance**2) - log_ratio", "+ distance**2) + log_ratio"),
    "KL: minus a half forgotten": ("excess * (2.0 + excess)", "(1.0 + excess) ** 2"),
    "KL: a tiny width lost in the 1": ("np.abs(excess) < 0.5", "np.abs(excess) < 9.5"),
    "covariances: floor removed": ("log_ratio), 0.0)", "log_ratio), -1.0)"),
    "covariances: swapped": (
        "solve_triangular(root1, root0, lower=True)",
        "solve_triangular(root0, root1, lower=True)",
    ),
    "covariances: dimension forgotten": ("trace - len(mu0) + distance", "trace + distance"),
    "covariances: log determinants swapped": (
        "np.diag(root1) / np.diag(root0)",
        "np.diag(root0) / np.diag(root1)",
    ),
    "correlation: half forgotten": ("0.0 - 0.5 * log", "0.0 - log"),
    "correlation: not squared": ("np.log1p(-correlation * correlation)", "np.log1p(-np.abs(correlation))"),
    "correlation: nearly all of it loses digits": (
        "np.abs(correlation) < 0.5,",
        "np.abs(correlation) < 2.0,",
    ),
    "correlation: hardly any loses digits": ("np.abs(correlation) < 0.5,", "np.abs(correlation) < 0.0,"),
    "VAE: mean for sum": ("nats.sum(axis=axis)", "nats.mean(axis=axis)"),
    "VAE: half forgotten": ("0.5 * (means**2 +", "1.0 * (means**2 +"),
    "VAE: log σ read as log σ²": ("np.expm1(log_variances) -", "np.expm1(2 * log_variances) -"),
}

MIXTURES = {
    "forward: swapped moments": ("(mixture.sigma / sigma) ** 2", "(sigma / mixture.sigma) ** 2"),
    "forward: log σ forgotten": ("+ _LOG_ROOT_2_PI + np.log(sigma) + 0.5", "+ _LOG_ROOT_2_PI + 0.5"),
    "reverse: sign of the entropy": ("- 0.5 - np.log(sigma) - weights", "- 0.5 + np.log(sigma) - weights"),
    "reverse: density not weighted": ("np.log(mixture.weights)[hill] - np.log(sigmas)", "-np.log(sigmas)"),
    "spread between the hills forgotten": ("np.sqrt(inside + between)", "np.sqrt(inside)"),
    "fit: slope of the mean": ("np.array([-pull.sum(), -1.0", "np.array([pull.sum(), -1.0"),
    "fit: slope of the width": ("-1.0 - pull @ u])", "-pull @ u])"),
    "fit: only one start": ("sorted({*mixture.means, mixture.mean})", "[mixture.mean]"),
    "grid: too coarse": ("_REACH * sigma / step", "_REACH * sigma / step / 16"),
}

EVIDENCE = {
    "walk: evidence for the rival": ("steps = log(p) - log(q)", "steps = log(q) - log(p)"),
    "walk: drawn from the rival": ('"flips")), p=p', '"flips")), p=q'),
    "walk: starts after the first flip": ("out=evidence[:, 1:]", "out=evidence[:, :-1]"),
    "flips: bits for nats": ("in_unit(np.log(ratio), unit) / price", "np.log(ratio) / price"),
    "passage: never is the first step": ("reached.argmax(axis=-1), np.inf)", "reached.argmax(axis=-1), 0.0)"),
    "passage: beyond the line only": ("heights >= goal if", "heights > goal if"),
    "AIC: parameters counted once": (
        '2.0 * _whole(parameters, "parameters") - 2.0',
        '_whole(parameters, "parameters") - 2.0',
    ),
    "BIC: log n forgotten": ("float(np.log(n))", "2.0"),
}

ESTIMATORS = {
    "k1: sign": ("KLEstimates(0.0 - log_r,", "KLEstimates(log_r,"),
    "k2: not halved": ("0.5 * log_r**2", "log_r**2"),
    "k3: the 1 forgotten": ("np.expm1(log_r) - log_r", "np.exp(log_r) - log_r"),
    "histogram: outer samples dropped": (
        "np.searchsorted(cuts[1:-1], sample, side=",
        "np.searchsorted(cuts[1:-1], sample[(sample >= cuts[0]) & (sample <= cuts[-1])], side=",
    ),
    "histogram: nothing added": ("minlength=len(cuts) - 1) + weight", "minlength=len(cuts) - 1) + 0.0"),
    "null: nothing shuffled": ("mixed = rng.permutation(pooled)", "mixed = pooled"),
    "null: sizes swapped": (
        "mixed[: len(first)], mixed[len(first) :]",
        "mixed[: len(second)], mixed[len(second) :]",
    ),
    "plug-in: pairs mixed up": ("x_codes * y_size + y_codes", "x_codes + y_codes"),
    "plug-in: margins of the wrong side": (
        "p_x[cells // y_size] * p_y[cells % y_size]",
        "p_x[cells // y_size] * p_x[cells // y_size]",
    ),
    "plug-in: sparse tables miscounted": (
        "np.unique(pairs, return_counts=True)",
        "np.unique(pairs[1:], return_counts=True)",
    ),
    "bins: hold their upper edge": (
        'np.searchsorted(np.quantile(numbers, cuts), numbers, side="right")',
        'np.searchsorted(np.quantile(numbers, cuts), numbers, side="left")',
    ),
    "bins: measured from 0": ("low + (high - low) * cuts", "high * cuts"),
    "bins: one too many": ("np.arange(1, bins) / bins", "np.arange(1, bins + 1) / (bins + 1)"),
    "KSG: bits for nats": ("return float(in_unit(nats, unit))", "return float(nats)"),
    "KSG: coordinates always standardised": ("standardize=standardize)", "standardize=True)"),
    "KSG: neighbours ignored": ("neighbours=neighbours,", "neighbours=3,"),
    "InfoNCE: ceiling forgotten": ("np.log(table.shape[-1]) + (true_pairs", "(true_pairs"),
    "InfoNCE: normalised over x": ("logsumexp(table, axis=-1)", "logsumexp(table, axis=-2)"),
    "InfoNCE: true partner not among the rivals": (
        "logsumexp(table, axis=-1)",
        "logsumexp(np.where(np.eye(table.shape[-1]), -np.inf, table), axis=-1)",
    ),
}

NEIGHBOURS = {
    "up to the distance, not below it": (
        "values[end - 1] - values >= radii",
        "values[end - 1] - values > radii",
    ),
    "the rounded sum decides": (
        "values[np.minimum(end, len(values) - 1)] - values < radii",
        "values[np.minimum(end, len(values) - 1)] - values < -radii",
    ),
    "the rounded sum decides, outside": (
        "values[end - 1] - values >= radii",
        "values[end - 1] - values >= 2 * radii",
    ),
    "one side only": (
        "_above(values, radii) + _above(-values[::-1], radii[::-1])[::-1]",
        "2 * _above(values, radii)",
    ),
    "mirror not turned back": (
        "_above(-values[::-1], radii[::-1])[::-1]",
        "_above(-values[::-1], radii[::-1])",
    ),
    "counts left in sorted order": ("counts[order] = ", "counts[:] = "),
    "itself among its neighbours": ("k=[neighbours + 1]", "k=[neighbours]"),
    "Euclid's distance": ("p=np.inf", "p=2"),
    "itself not counted": (
        "digamma(count_nearer(axis, radii) + 1)",
        "digamma(np.maximum(count_nearer(axis, radii), 1))",
    ),
    "cut at zero": (
        "float(digamma(neighbours) + digamma(n) - sum(nearer))",
        "max(float(digamma(neighbours) + digamma(n) - sum(nearer)), 0.0)",
    ),
    "widths not equalised": ("values = shifted / shifted.std()", "values = shifted"),
    "far from 0": ("shifted = values - values[0]", "shifted = values + 0.0"),
    "huge values overflow": ("shifted = shifted / np.abs(shifted).max()", "pass"),
    "ties let through": ("if (repeats :=", "if False and (repeats :="),
    "a constant has no width": ("if (x == x[0]).all() or (y == y[0]).all():", "if False:"),
}

LABELS = {
    "rows mixed up": ("_small(codes * factor + more)", "_small(codes + more)"),
    "columns never renumbered": (
        "codes, size = _small(codes * factor + more)",
        "codes, size = codes * factor + more, size * factor",
    ),
    "lowest label not taken off": ("(values - low if low else values)", "values"),
    "missing values counted as labels": ("if value is None or value != value:", "if False:"),
    "nan counted as a label": ("if np.isnan(values).any():", "if False:"),
    "measurements taken for labels": ("if fractional and", "if False and"),
    "a wide range as a dense table": ("if high - low <= 4 * len(values) + 1000:", "if True:"),
}

CHANNELS = {
    "erasure: says nothing": ("[0.0, e, 1.0 - e]", "[e, 0.0, 1.0 - e]"),
    "Z: the other bit fails": (
        "np.array([[1.0, 0.0], [f, 1.0 - f]])",
        "np.array([[1.0 - f, f], [0.0, 1.0]])",
    ),
    "series: backwards": ("whole = whole @ after", "whole = after @ whole"),
    "series: only two": ("for part in (second, *more):", "for part in (second,):"),
    "vote: ties go wrong": ("half = times // 2", "half = times // 2 + 1"),
    "vote: draws allowed": ("or times % 2 == 0:", "or False:"),
    "capacity: entropies forgotten": (
        "divergences = minus_entropies - rows @ np.log(p @ rows)",
        "divergences = -rows @ np.log(p @ rows)",
    ),
    "capacity: output of the wrong inputs": ("np.log(p @ rows)", "np.log(rows.mean(axis=0))"),
    "capacity: upper bound from the mean": (
        "highest = float(divergences.max())",
        "highest = float(p @ divergences)",
    ),
    "capacity: zero columns kept": (
        "_blahut_arimoto(rows[:, rows.any(axis=0)], goal)",
        "_blahut_arimoto(rows, goal)",
    ),
    "capacity: certificate of another unit": (
        'float(as_numbers(tolerance, name="tolerance")) * UNITS[unit]',
        'float(as_numbers(tolerance, name="tolerance"))',
    ),
    "capacity: overstepping accepted": ("if below < lower[-1] and stride > 1.0:", "if False:"),
    "capacity: textbook steps": ("stride *= 1.2", "stride *= 1.0"),
    "capacity: no warning": ("if gap > goal:", "if False:"),
    "capacity: upper bound reported": ("Capacity(float(below[-1]), p", "Capacity(float(above[0]), p"),
    "Fano: the wrong answers forgotten": ("+ xlogy(error, outcomes - 1) - nats", "- nats"),
    "Fano: all answers counted as wrong": ("xlogy(error, outcomes - 1)", "xlogy(error, outcomes)"),
    "Fano: bits taken for nats": (
        'name="conditional_entropy")) * UNITS[check_unit(unit)]',
        'name="conditional_entropy"))',
    ),
    "Fano: blind guesses are half right": ("worst = 1.0 - 1.0 / outcomes", "worst = 0.5"),
    "Kelly: odds ignored": ("p - (1.0 - p) / winnings, 0.0)", "p - (1.0 - p), 0.0)"),
    "Kelly: bets on a bad bet": ("max(p - (1.0 - p) / winnings, 0.0)", "abs(p - (1.0 - p) / winnings)"),
    "Kelly: losing costs nothing": ("+ xlogy(1.0 - p, 1.0 - stake), unit", ", unit"),
}

# module: (its mistakes, the tests that must notice)
PLANTED = {
    "measures": (MEASURES, ("tests/test_measures.py", "tests/test_properties.py")),
    "classifiers": (CLASSIFIERS, ("tests/test_classifiers.py",)),
    "gaussians": (GAUSSIANS, ("tests/test_gaussians.py",)),
    "mixtures": (MIXTURES, ("tests/test_mixtures.py",)),
    "evidence": (EVIDENCE, ("tests/test_evidence.py",)),
    "estimators": (ESTIMATORS, ("tests/test_estimators.py",)),
    "neighbours": (NEIGHBOURS, ("tests/test_neighbours.py",)),
    "labels": (LABELS, ("tests/test_labels.py",)),
    "channels": (CHANNELS, ("tests/test_channels.py",)),
}


def tests_pass(folder: Path, tests: tuple[str, ...]) -> bool:
    # A forked child starts with the heavy libraries loaded and imports the copy of course_lib afresh.
    child = multiprocessing.get_context("fork").Process(target=run_tests, args=(folder, tests))
    child.start()
    child.join()
    return child.exitcode == 0


def run_tests(folder: Path, tests: tuple[str, ...]) -> None:
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
        outcome = pytest.main([*options, *tests])
    sys.exit(int(outcome))


def main() -> int:
    for library in HEAVY:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("course_lib", "tests"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        planted = survivors = 0
        for module, (mistakes, tests) in PLANTED.items():
            if not tests_pass(folder, tests):
                print(f"The tests of {module} fail without any mistake planted.")
                return 1
            planted += len(mistakes)
            survivors += plant(folder / "course_lib" / f"{module}.py", mistakes, tests)
    print(f"{planted - survivors} of {planted} mistakes noticed.")
    return 1 if survivors else 0


def plant(path: Path, mistakes: dict[str, tuple[str, str]], tests: tuple[str, ...]) -> int:
    """Plant each mistake alone, and return how many the tests let pass."""
    right = path.read_text(encoding="utf-8")
    survivors = 0
    for what, (text, replacement) in mistakes.items():
        name = f"{path.stem}, {what}"
        if right.count(text) != 1:
            print(f"{name:60} not planted: {text!r} occurs {right.count(text)} times")
            survivors += 1
            continue
        path.write_text(right.replace(text, replacement), encoding="utf-8")
        survived = tests_pass(path.parent.parent, tests)
        survivors += survived
        print(f"{name:60} {'NOT NOTICED' if survived else 'noticed'}", flush=True)
    path.write_text(right, encoding="utf-8")
    return survivors


if __name__ == "__main__":
    sys.exit(main())
