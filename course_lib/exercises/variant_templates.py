"""How each numeric exercise is drawn anew: which numbers, how it is asked, how the answer is computed.

Only whole numbers are drawn (`Generator.integers`, `permutation`), so that a seed means the same numbers
on every machine; probabilities are whole numbers of twentieths.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.random import Generator

from course_lib.channels import binary_symmetric_channel, in_series
from course_lib.classifiers import (
    cross_entropy_from_logits,
    cross_entropy_from_probabilities,
    fit_temperature,
    softmax,
)
from course_lib.codes import code_lengths
from course_lib.evidence import flips_to_odds
from course_lib.gaussians import gaussian_entropy, gaussian_kl, vae_kl
from course_lib.generative import evidence_lower_bound
from course_lib.measures import (
    conditional_entropy,
    cross_entropy,
    entropy,
    information_gain,
    js_divergence,
    kl_divergence,
    mutual_information,
    perplexity,
    surprisal,
)
from course_lib.mixtures import forward_fit, two_hills
from course_lib.sampling import exponential_tilt, tilt_price

Numbers = tuple[float, ...]
Inputs = dict[str, Any]
Table = tuple[Numbers, ...]


@dataclass(frozen=True)
class Template:
    """One exercise, with its numbers left open.

    Attributes
    ----------
    given : mapping
        The numbers of the exercise itself.
    draw : callable
        Returns other numbers, under the same names.
    ask, answer : callable
        Take the numbers as keywords; return the task, and its answer.
    unit : str
        Of the answer.
    """

    given: Mapping[str, Any]
    draw: Callable[[Generator], Inputs]
    ask: Callable[..., str]
    answer: Callable[..., float | Numbers]
    unit: str = "bits"


# ---------------------------------------------------------------------------------- drawing


def one_of(rng: Generator, values: Sequence[Any]) -> Any:
    """Return one of the values."""
    return values[int(rng.integers(len(values)))]


def some_of(rng: Generator, count: int, values: Sequence[Any]) -> tuple[Any, ...]:
    """Return so many different ones of the values."""
    return tuple(values[int(place)] for place in rng.permutation(len(values))[:count])


def hundredths(*whole: int) -> Numbers:
    """Return whole numbers of hundredths as decimals, the way a hand would write them."""
    return tuple(number / 100 for number in whole)


SHARES = hundredths(*range(5, 100, 5))  # 0.05, 0.1, ... 0.95


def distribution(rng: Generator, outcomes: int) -> Numbers:
    """Return probabilities above 0, in whole twentieths."""
    cuts = [0, *sorted(int(cut) + 1 for cut in rng.permutation(19)[: outcomes - 1]), 20]
    return hundredths(*(5 * (right - left) for left, right in pairwise(cuts)))


def two_distributions(rng: Generator) -> Inputs:
    """Return two different distributions over three outcomes."""
    p = q = distribution(rng, 3)
    while p == q:
        q = distribution(rng, 3)
    return {"p": p, "q": q}


def mirrored_apart(rng: Generator) -> Inputs:
    """Return a p and a q whose two divergences differ, so that a swap shows."""
    drawn = two_distributions(rng)
    while sorted(drawn["p"]) == sorted(drawn["q"]):
        drawn = two_distributions(rng)
    return drawn


def two_by_three(rng: Generator) -> Inputs:
    """Return a joint table of 2 rows and 3 columns that is not independent."""
    table: Table = ((1 / 6,) * 3,) * 2
    while mutual_information(table, normalize=True) < 0.02:
        cells = distribution(rng, 6)
        table = (cells[:3], cells[3:])
    return {"table": table}


_COMPLETE_CODES = ((1, 2, 3, 4, 4), (2, 2, 2, 3, 3), (1, 3, 3, 3, 3), (1, 2, 4, 4, 4, 4), (2, 2, 3, 3, 3, 3))


def powers_of_a_half(rng: Generator) -> tuple[int, ...]:
    """Return whole numbers n whose probabilities 1/n add up to 1, in any order."""
    lengths = one_of(rng, _COMPLETE_CODES)
    return tuple(2**length for length in some_of(rng, len(lengths), lengths))


# ---------------------------------------------------------------------------------- writing


def said(numbers: Sequence[float]) -> str:
    """Return numbers as a list in words: 0.5, 0.25 and 0.1."""
    *first, last = (written(number) for number in numbers)
    return f"{', '.join(first)} and {last}"


def written(number: float) -> str:
    """Return a number as short as it can be written, with a proper minus."""
    return f"{number:.10g}".replace("-", "−")


def row(numbers: Sequence[float]) -> str:
    """Return numbers in brackets: (0.5, 0.25, 0.25)."""
    return f"({', '.join(map(written, numbers))})"


def rows(table: Table) -> str:
    """Return a table as Python writes it: [[0.15, 0.05], [0.3, 0.5]]."""
    return f"[{', '.join(row(line).replace('(', '[').replace(')', ']') for line in table)}]"


def fractions(cases: Sequence[int]) -> str:
    """Return 1/2, 1/4, 1/8."""
    return ", ".join(f"1/{case}" for case in cases)


# ---------------------------------------------------------------------------------- chapters 0 and 1


def _draw_points(rng: Generator) -> Inputs:
    return {"points": (0, *sorted(some_of(rng, 2, range(5, 65, 5)))), "chances": distribution(rng, 3)}


def _draw_evidence(rng: Generator) -> Inputs:
    prior, found, wrong = (
        one_of(rng, values)
        for values in ((0.001, 0.002, 0.005, 0.02, 0.05), (0.8, 0.85, 0.9, 0.95, 0.98), (0.01, 0.02, 0.1))
    )
    return {"prior": prior, "sensitivity": found, "false_alarm": wrong}


def after_positives(prior: float, sensitivity: float, false_alarm: float, positives: int) -> float:
    """Return P(ill) after so many positive tests, by adding evidence in bits to the prior odds."""
    evidence = surprisal(false_alarm) - surprisal(sensitivity)
    log_odds = surprisal(1 - prior) - surprisal(prior) + positives * evidence
    return float(1 / (1 + 2**-log_odds))


def _evidence(prior: float, sensitivity: float, false_alarm: float) -> Numbers:
    beliefs = [after_positives(prior, sensitivity, false_alarm, count) for count in range(50)]
    return beliefs[1], float(next(count for count, belief in enumerate(beliefs) if belief > 0.95))


def _percent(share: float) -> str:
    return f"{written(100 * share)} %"


_SURPRISE = {
    "0.1": Template(
        {"points": (0, 10, 20), "chances": (0.5, 0.3, 0.2)},
        _draw_points,
        lambda points, chances: (
            f"A game pays {', '.join(map(str, points[:-1]))} or {points[-1]} points "
            f"with probabilities {said(chances)}. What does it pay on average?"
        ),
        lambda points, chances: float(np.dot(points, chances)),
        "points",
    ),
    "1.1": Template(
        {"cases": 32},
        lambda rng: {"cases": 2 ** int(rng.integers(2, 13))},
        lambda cases: f"An event has probability 1/{cases}. How surprising is it, in bits?",
        lambda cases: float(surprisal(1 / cases)),
    ),
    "1.2": Template(
        {"loss": 0.25},
        lambda rng: {"loss": int(rng.integers(5, 251)) / 100},
        lambda loss: (
            f"A framework reports a loss of {written(loss)} (nats) for one example. Give (bits, "
            "probability): the same loss in bits, and the probability that the model gave to the right class."
        ),
        lambda loss: (float(surprisal(math.exp(-loss))), math.exp(-loss)),
        "bits, probability",
    ),
    "1.4": Template(
        {"observed": (0.5, 0.25, 0.8, 0.1)},
        lambda rng: {"observed": some_of(rng, 4, SHARES)},
        lambda observed: (
            "A model gave these probabilities to four things that then happened, one after "
            f"another: {said(observed)}. What is the total surprise, in bits?"
        ),
        lambda observed: float(np.sum(surprisal(observed))),
    ),
    "1.5": Template(
        {"prior": 0.01, "sensitivity": 0.99, "false_alarm": 0.05},
        _draw_evidence,
        lambda prior, sensitivity, false_alarm: (
            f"A disease has prior probability {_percent(prior)}. A test "
            f"finds it with probability {_percent(sensitivity)} and is wrongly positive for "
            f"{_percent(false_alarm)} of the healthy. Give (posterior, count): P(ill) after one positive "
            "test, and how many positive tests, independent of one another, it takes to exceed 95 %."
        ),
        _evidence,
        "probability, count",
    ),
}

# ---------------------------------------------------------------------------------- chapter 2


def _draw_dyadic_with_zero(rng: Generator) -> Inputs:
    cases = powers_of_a_half(rng)
    place = int(rng.integers(len(cases) + 1))
    return {"p": tuple(np.insert([1 / case for case in cases], place, 0.0).tolist())}


def _draw_split(rng: Generator) -> Inputs:
    cats, dogs = (int(count) for count in rng.integers(8, 21, size=2))
    left_cats, left_dogs = int(rng.integers(cats // 2, cats)), int(rng.integers(1, dogs // 2))
    return {"parent": (cats, dogs), "left": (left_cats, left_dogs)}


def _split_gain(parent: tuple[int, int], left: tuple[int, int]) -> float:
    right = (parent[0] - left[0], parent[1] - left[1])
    return information_gain(parent, (left, right))


def _ask_split(parent: tuple[int, int], left: tuple[int, int]) -> str:
    return (
        f"{sum(parent)} animals, {parent[0]} cats and {parent[1]} dogs. A question sends {sum(left)} of them "
        f"({left[0]} cats, {left[1]} dogs) left and the other {sum(parent) - sum(left)} right. What is the "
        "information gain, in bits?"
    )


def _draw_sources(rng: Generator) -> Inputs:
    first, second = some_of(rng, 2, SHARES)
    return {"first": (first, round(1 - first, 2)), "second": (second, round(1 - second, 2))}


def _mixed(first: Numbers, second: Numbers) -> Numbers:
    pooled = float(entropy(np.mean([first, second], axis=0)))
    mean = float(np.mean(entropy([first, second])))
    return pooled, mean, pooled - mean


def _two_flips(heads: float) -> Numbers:
    pairs = np.outer([heads, 1 - heads], [heads, 1 - heads]).ravel()
    lengths = code_lengths(pairs)
    return float(lengths[3]), float(pairs @ lengths) / 2


_ENTROPY = {
    "2.1": Template(
        {"cases": (2, 4, 8, 8)},
        lambda rng: {"cases": powers_of_a_half(rng)},
        lambda cases: (
            f"{len(cases)} outcomes have probabilities {fractions(cases)}. What is the entropy, in bits?"
        ),
        lambda cases: float(entropy([1 / case for case in cases])),
    ),
    "2.2": Template(
        {"p": (0.5, 0.5, 0.0)},
        _draw_dyadic_with_zero,
        lambda p: (
            f"What is the entropy of {row(p)}, in bits, as your own code computes it? It has to be "
            "exact to 12 decimals."
        ),
        lambda p: float(entropy(p)),
    ),
    "2.3": Template(
        {"counts": (2, 1, 1)},
        lambda rng: {"counts": tuple(int(count) for count in rng.integers(1, 13, size=3))},
        lambda counts: (
            f"You counted three kinds of outcome {said(counts)} times. What is the entropy of "
            "these frequencies, in bits?"
        ),
        lambda counts: float(entropy(counts, normalize=True)),
    ),
    "2.4": Template(
        {"table": ((0.15, 0.05, 0.05), (0.05, 0.10, 0.60))},
        two_by_three,
        lambda table: (
            f"The joint table {rows(table)} has rows X = 0, 1 and columns Y = a, b, c. What is the "
            "conditional entropy H(Y|X), in bits?"
        ),
        lambda table: conditional_entropy(table),
    ),
    "2.5": Template({"parent": (10, 10), "left": (10, 6)}, _draw_split, _ask_split, _split_gain),
    "2.6": Template(
        {"first": (0.9, 0.1), "second": (0.1, 0.9)},
        _draw_sources,
        lambda first, second: (
            f"Two sources send symbols with probabilities {row(first)} and {row(second)}. "
            "They are mixed half and half. Give (pooled, mean, difference) in bits: the entropy of the mixed "
            "stream, the mean of the two sources' entropies, and the first minus the second."
        ),
        _mixed,
        "bits, bits, bits",
    ),
    "2.7": Template(
        {"sigma": 0.1},
        lambda rng: {"sigma": one_of(rng, (0.05, 0.15, 0.2, 0.3, 0.4, 0.5, 2, 3, 4, 5, 10))},
        lambda sigma: (
            "What is the differential entropy of a normal distribution with mean 0 and variance "
            f"{written(sigma)}² (so σ = {written(sigma)}), in bits?"
        ),
        lambda sigma: float(gaussian_entropy(sigma, unit="bits")),
    ),
    "2.half": Template(
        {"heads": 0.8},
        lambda rng: {"heads": one_of(rng, (0.55, 0.6, 0.65, 0.7, 0.75, 0.85, 0.9, 0.95))},
        lambda heads: (
            f"Pairs of flips of a coin that shows heads with probability {written(heads)}: HH, HT, "
            "TH, TT. For Huffman's code give (length of the codeword for TT, bits per flip)."
        ),
        _two_flips,
        "count, bits",
    ),
}

# ---------------------------------------------------------------------------------- chapter 3


def _draw_logits(rng: Generator) -> Inputs:
    z = some_of(rng, 3, range(-20, 31))
    return {"z": tuple(int(value) / 10 for value in z), "label": int(rng.integers(3))}


def _draw_yes_and_no(rng: Generator) -> Inputs:
    happened = some_of(rng, 4, one_of(rng, ((1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 0))))
    return {"said_yes": some_of(rng, 4, SHARES), "happened": happened}


def _draw_mails(rng: Generator) -> Inputs:
    right, of = one_of(rng, ((2, 3), (3, 4), (4, 5), (3, 5), (5, 6)))
    odds = int(rng.integers(4, 21))
    while odds * (of - right) == right:  # it would say what comes true already
        odds = int(rng.integers(4, 21))
    return {"odds": odds, "right": right, "of": of}


def _mails(odds: int, right: int, of: int) -> Numbers:
    z, y = np.array([[math.log(odds), 0.0]] * of), [0] * right + [1] * (of - right)
    tau = fit_temperature(z, y)
    return tau, float(cross_entropy_from_logits(z / tau, y))


def _mean_loss(given: Numbers) -> float:
    table = [[chance, 1 - chance] for chance in given]
    return float(cross_entropy_from_probabilities(table, [0] * len(given)))


_CROSS_ENTROPY = {
    "3.1": Template(
        {"z": (-1.0, 0.0, 1.2), "label": 2},
        _draw_logits,
        lambda z, label: (
            f"A network gives three classes the logits {row(z)}. The true class is class "
            f"{label}, counted from 0. What is the loss of this example, in nats?"
        ),
        lambda z, label: float(cross_entropy_from_logits(z, label)),
        "nats",
    ),
    "3.2": Template(
        {"p": (0.7, 0.2, 0.1), "q": (0.3, 0.4, 0.3)},
        mirrored_apart,
        lambda p, q: (
            f"Tomorrow brings sun, cloud or rain with probabilities p = {row(p)}. The model says "
            f"q = {row(q)}. What is the cross-entropy H(p,q), in bits?"
        ),
        lambda p, q: float(cross_entropy(p, q)),
    ),
    "3.4": Template(
        {"given": (0.9, 0.6, 0.2, 0.5)},
        lambda rng: {"given": some_of(rng, 4, SHARES)},
        lambda given: (
            "In a batch of four examples the model gave the true class the probabilities "
            f"{said(given)}. What is the mean loss, in nats?"
        ),
        _mean_loss,
        "nats",
    ),
    "3.5": Template(
        {"said_yes": (0.9, 0.2, 0.6, 0.1), "happened": (1, 0, 1, 0)},
        _draw_yes_and_no,
        lambda said_yes, happened: (
            f"A model's probabilities for *yes* are {said(said_yes)}; what happened "
            f"was y = {said(happened)}, where 1 is yes. What is the mean binary cross-entropy, in nats?"
        ),
        lambda said_yes, happened: float(cross_entropy_from_probabilities(said_yes, happened)),
        "nats",
    ),
    "3.half": Template(
        {"odds": 8, "right": 2, "of": 3},
        _draw_mails,
        lambda odds, right, of: (
            f"A filter says {odds}/{odds + 1} on each of {of} mails, a gap of ln {odds} "
            f"between its two logits, and is right on {right}. Give (τ, loss): the temperature that suits "
            "these mails best, and the mean loss at it, in nats."
        ),
        _mails,
        "no unit, nats",
    ),
}

# ---------------------------------------------------------------------------------- chapter 4


def _draw_never(rng: Generator) -> Inputs:
    share, place = one_of(rng, SHARES), int(rng.integers(3))
    p = tuple(np.insert([share, round(1 - share, 2)], place, 0.0).tolist())
    return {"p": p, "q": distribution(rng, 3)}


def _draw_bells(rng: Generator) -> Inputs:
    means, widths = rng.integers(-3, 4, size=2), some_of(rng, 2, (1, 2, 3, 4, 5))
    return {"truth": (int(means[0]), widths[0]), "model": (int(means[1]), widths[1])}


def _draw_code(rng: Generator) -> Inputs:
    means, log_variances = (tuple(int(n) / 10 for n in rng.integers(-9, 10, size=3)) for _ in range(2))
    return {"means": means, "log_variances": log_variances}


def _bell(mean: float, sigma: float) -> str:
    return f"N({written(mean)}, {written(sigma)}²)"


def _hills(left_weight: float, half_separation: float) -> Numbers:
    fit = forward_fit(two_hills(half_separation, left_weight=left_weight))
    return float(fit.mu), float(fit.sigma)


_KL = {
    "4.1": Template(
        {"p": (0.7, 0.2, 0.1), "q": (0.3, 0.4, 0.3)},
        mirrored_apart,
        lambda p, q: (
            f"Sun, cloud and rain come with probabilities p = {row(p)}; the forecaster's code was "
            f"built for q = {row(q)}. How many bits a day does believing q waste: what is D(p‖q)?"
        ),
        lambda p, q: float(kl_divergence(p, q)),
    ),
    "4.2": Template(
        {"p": (0.5, 0.5, 0.0), "q": (0.4, 0.4, 0.2)},
        _draw_never,
        lambda p, q: (
            f"p = {row(p)} and q = {row(q)}. Give (D(p‖q), D(q‖p)) in bits, as your own code "
            "computes them; infinity is math.inf or np.inf."
        ),
        lambda p, q: (float(kl_divergence(p, q)), float(kl_divergence(q, p))),
        "bits, bits",
    ),
    "4.3": Template(
        {"truth": (0, 1), "model": (1, 2)},
        _draw_bells,
        lambda truth, model: (
            f"What is D({_bell(*truth)}‖{_bell(*model)}), in nats? As everywhere here, N(μ, σ²)."
        ),
        lambda truth, model: float(gaussian_kl(*truth, *model, unit="nats")),
        "nats",
    ),
    "4.4": Template(
        {"means": (0.5, -0.3, 0.1), "log_variances": (-0.5, 0.2, -0.1)},
        _draw_code,
        lambda means, log_variances: (
            f"For one image a VAE's encoder puts out means {row(means)} and "
            f"logarithms of variances {row(log_variances)} of three independent latent coordinates. What is "
            "the divergence of this code from the prior N(0, 1) in every coordinate, all three together, in "
            "nats?"
        ),
        lambda means, log_variances: float(vae_kl(means, log_variances)),
        "nats",
    ),
    "4.5": Template(
        {"p": (0.5, 0.3, 0.2), "q": (0.2, 0.3, 0.5)},
        two_distributions,
        lambda p, q: (
            f"What is the Jensen–Shannon divergence (not the distance) of {row(p)} and {row(q)}, in bits?"
        ),
        lambda p, q: float(js_divergence(p, q)),
    ),
    "4.6": Template(
        {"left_weight": 0.7, "half_separation": 3},
        lambda rng: {
            "left_weight": one_of(rng, (0.55, 0.6, 0.65, 0.75, 0.8, 0.85, 0.9)),
            "half_separation": one_of(rng, (1.5, 2, 2.5, 3.5, 4, 5)),
        },
        lambda left_weight, half_separation: (
            f"{_percent(left_weight)} of the data come from "
            f"N(−{written(half_separation)}, 1), the others from N({written(half_separation)}, 1). Which "
            "single bell N(μ, σ²) has the least D(data‖bell)? Give (μ, σ), without an optimiser."
        ),
        _hills,
        "no unit, no unit",
    ),
    "4.7": Template(
        {"heads": 0.7, "odds": 20},
        lambda rng: {
            "heads": one_of(rng, (0.55, 0.65, 0.75, 0.8, 0.85, 0.9)),
            "odds": one_of(rng, (10, 16, 50, 100, 1000)),
        },
        lambda heads, odds: (
            f"A coin is either fair or shows heads {_percent(heads)} of the time; in fact it is "
            f"fair. After how many flips does the evidence, at its average pace, reach {odds} : 1? Unrounded."
        ),
        lambda heads, odds: float(flips_to_odds(float(kl_divergence([0.5, 0.5], [heads, 1 - heads])), odds)),
        "flips",
    ),
}

# ---------------------------------------------------------------------------------- chapters 5 and 6


def _draw_nothing(rng: Generator) -> Inputs:
    shape = tuple(int(side) for side in rng.integers(2, 9, size=2))
    rows_per_cell = int(rng.integers(5, 21))  # enough for the formula to be a good one
    return {"shape": shape, "n": math.ceil(shape[0] * shape[1] * rows_per_cell / 50) * 50}


def _drawers(yes: Numbers) -> Numbers:
    joint = np.array([[1 - chance, chance] for chance in yes]) / 4
    kept = mutual_information(joint.reshape(2, 2, 2).sum(axis=1))
    return 1.0, kept, kept / mutual_information(joint)


def _whispers(first: float, second: float) -> float:
    chain = in_series(binary_symmetric_channel(first), binary_symmetric_channel(second))
    return mutual_information(chain / 2)


_SHARED = {
    "5.1": Template(
        {"table": ((0.15, 0.05, 0.05), (0.05, 0.10, 0.60))},
        two_by_three,
        lambda table: (
            f"The rows of {rows(table)} are X = 0, 1, the columns are Y = a, b, c. What is I(X;Y), in bits?"
        ),
        lambda table: mutual_information(table),
    ),
    "5.4": Template(
        {"shape": (4, 6), "n": 200},
        _draw_nothing,
        lambda shape, n: (
            f"A {shape[0]} × {shape[1]} table of counts is filled with n = {n} rows in which X "
            "and Y are independent. About how many bits does the plug-in estimate of I(X;Y) show on average?"
        ),
        lambda shape, n: (shape[0] - 1) * (shape[1] - 1) / (2 * n * math.log(2)),
    ),
    "6.1": Template(
        {"first": 0.1, "second": 0.1},
        lambda rng: dict(zip(("first", "second"), some_of(rng, 2, SHARES[:7]), strict=True)),
        lambda first, second: (
            f"A fair bit X is passed on as T with a flip probability of {written(first)}, "
            f"and T as Z with {written(second)}. What is I(X;Z), in bits?"
        ),
        _whispers,
    ),
    "6.2": Template(
        {"yes": (0.95, 0.80, 0.20, 0.05)},
        lambda rng: {"yes": tuple(sorted(some_of(rng, 4, SHARES), reverse=True))},
        lambda yes: (
            f"Four inputs x₁ to x₄ are equally likely, and P(y=1|x) = {said(yes)}. T says whether x "
            "is in {x₁, x₂} or in {x₃, x₄}. Give (I(X;T), I(T;Y), the share of I(X;Y) that T keeps), in "
            "bits, bits and as a number between 0 and 1."
        ),
        _drawers,
        "bits, bits, share",
    ),
    "6.4": Template(
        {"inputs": 64, "units": 2},
        lambda rng: {"inputs": one_of(rng, (16, 32, 128, 200, 512, 1000)), "units": int(rng.integers(1, 6))},
        lambda inputs, units: (
            f"{inputs} inputs are equally likely. A tanh layer of {units} "
            f"{'unit' if units == 1 else 'units'} gives each of them another code, no two alike. What is "
            "I(X;T), in bits?"
        ),
        lambda inputs, units: float(entropy(np.full(inputs, 1 / inputs))),
    ),
}

# ---------------------------------------------------------------------------------- chapters 7 and 8


def _draw_documents(rng: Generator) -> Inputs:
    note, book = 10 * int(rng.integers(1, 10)), 100 * int(rng.integers(5, 30))
    return {"tokens": (note, book), "nats": (int(rng.integers(40, 71)) / 10, int(rng.integers(15, 36)) / 10)}


def _draw_steering(rng: Generator) -> Inputs:
    rewards = tuple(int(value) for value in some_of(rng, 3, range(5)))
    return {"reference": distribution(rng, 3), "rewards": rewards, "beta": one_of(rng, (0.25, 0.5, 1, 2))}


def _steered(reference: Numbers, rewards: Numbers, beta: float) -> Numbers:
    policy = exponential_tilt(reference, rewards, beta=beta)
    return *map(float, policy), float(tilt_price(reference, rewards, beta=beta, unit="nats").kl)


def _draw_cause(rng: Generator) -> Inputs:
    prior, guess = (one_of(rng, SHARES) for _ in range(2))
    return {
        "prior": (prior, round(1 - prior, 2)),
        "likelihood": some_of(rng, 2, SHARES),
        "guess": (guess, round(1 - guess, 2)),
    }


def _bound(prior: Numbers, likelihood: Numbers, guess: Numbers) -> Numbers:
    evidence = evidence_lower_bound(prior, likelihood, guess)
    return float(evidence.elbo), float(evidence.gap)


def _draw_three_numbers(rng: Generator) -> Inputs:
    x, y = (int(value) for value in rng.integers(10, 41, size=2))
    both = int(rng.integers(max(x, y), x + y + 1))
    return {"h_x": x / 10, "h_y": y / 10, "h_xy": both / 10}


def _draw_savings(rng: Generator) -> Inputs:
    own = int(rng.integers(5, 30))
    return {"bill": (own + int(rng.integers(1, 15))) / 10, "own": own / 10}


_MODERN = {
    "7.1": Template(
        {"tokens": (0.12, 0.45, 0.60, 0.35, 0.52, 0.48, 0.70)},
        lambda rng: {"tokens": some_of(rng, 7, SHARES)},
        lambda tokens: (
            "A language model gave the seven tokens of a text, as they came, the probabilities "
            f"{said(tokens)}. What is its perplexity on this text?"
        ),
        lambda tokens: float(perplexity(surprisal(tokens), unit="bits")),
        "",
    ),
    "7.2": Template(
        {"tokens": (10, 990), "nats": (5, 2)},
        _draw_documents,
        lambda tokens, nats: (
            f"A corpus has two documents: a note of {tokens[0]} tokens at "
            f"{written(nats[0])} nats per token, and a book of {tokens[1]} tokens at {written(nats[1])} "
            "nats per token. What is the perplexity on the corpus?"
        ),
        lambda tokens, nats: float(perplexity(np.repeat(np.asarray(nats, float), tokens), unit="nats")),
        "",
    ),
    "7.4": Template(
        {"z": (3, 1.5, 0.5, -0.5), "tau": 2},
        lambda rng: {
            "z": tuple(sorted((int(n) / 2 for n in some_of(rng, 4, range(-4, 9))), reverse=True)),
            "tau": one_of(rng, (0.5, 1.5, 2, 3, 4)),
        },
        lambda z, tau: (
            f"The logits of four tokens are {said(z)}. What is the entropy of the next token at "
            f"temperature τ = {written(tau)}, in bits?"
        ),
        lambda z, tau: float(entropy(softmax(z, temperature=tau))),
    ),
    "7.5": Template(
        {"reference": (0.5, 0.3, 0.2), "rewards": (0, 1, 2), "beta": 0.5},
        _draw_steering,
        lambda reference, rewards, beta: (
            "A reference model gives three replies the probabilities π_ref = "
            f"{row(reference)}; their rewards are {row(rewards)}. With β = {written(beta)}, give the policy "
            "that maximises E[r] − β·D(π‖π_ref), as three numbers, and its divergence from π_ref in nats."
        ),
        _steered,
        "probability, probability, probability, nats",
    ),
    "7.6": Template(
        {"candidates": 512, "shared": 12},
        lambda rng: {"candidates": 2 ** int(rng.integers(4, 9)), "shared": int(rng.integers(9, 17))},
        lambda candidates, shared: (
            f"X and Y share {shared} bits. InfoNCE estimates that with N candidates, "
            f"the true partner among them. Give (the most it can report at N = {candidates}, in bits; the "
            f"smallest N whose ceiling reaches {shared} bits)."
        ),
        lambda candidates, shared: (float(surprisal(1 / candidates)), float(2**shared)),
        "bits, count",
    ),
    "7.7": Template(
        {"prior": (0.5, 0.5), "likelihood": (0.8, 0.1), "guess": (0.7, 0.3)},
        _draw_cause,
        lambda prior, likelihood, guess: (
            f"A cause z is 0 or 1 with p(z) = {row(prior)}, and what was seen "
            f"has p(x|z) = {row(likelihood)}. An encoder guesses q(z|x) = {row(guess)}. Give (the ELBO, its "
            "gap to ln p(x)), in nats."
        ),
        _bound,
        "nats, nats",
    ),
    "8.1": Template(
        {"h_x": 3, "h_y": 2, "h_xy": 4.2},
        _draw_three_numbers,
        lambda h_x, h_y, h_xy: (
            f"H(X) = {written(h_x)}, H(Y) = {written(h_y)} and H(X,Y) = {written(h_xy)} "
            "bits. Give (I(X;Y), H(X|Y), H(Y|X)), in bits."
        ),
        lambda h_x, h_y, h_xy: tuple(round(h, 10) for h in (h_x + h_y - h_xy, h_xy - h_y, h_xy - h_x)),
        "bits, bits, bits",
    ),
    "8.4": Template(
        {"bill": 2.0, "own": 1.6},
        _draw_savings,
        lambda bill, own: (
            f"A model's cross-entropy is {written(bill)} bits per token, and the text's own "
            f"entropy is {written(own)}. Give (the waste in bits, the model's perplexity, the best possible "
            "perplexity)."
        ),
        lambda bill, own: (bill - own, *(float(perplexity([h], unit="bits")) for h in (bill, own))),
        "bits, no unit, no unit",
    ),
    "8.5": Template(
        {"sigma": 0.1},
        lambda rng: {"sigma": int(rng.integers(2, 25)) / 100},
        lambda sigma: (
            f"Let X be N(0, {written(sigma)}²), σ = {written(sigma)}. What is h(X), in bits? Why "
            "can no I(X;Y) be below it?"
        ),
        lambda sigma: float(gaussian_entropy(sigma, unit="bits")),
    ),
}

TEMPLATES: dict[str, Template] = _SURPRISE | _ENTROPY | _CROSS_ENTROPY | _KL | _SHARED | _MODERN
