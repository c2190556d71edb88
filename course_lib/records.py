"""Results too slow to compute live: how each is made, stored and loaded.

A record is a small ``.npz`` file in ``course_lib/data`` with its seed, its versions and how long it took.
``python3 -m course_lib record NAME`` makes one anew.
"""

import io
import json
import math
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from course_lib.bottleneck import binned_information
from course_lib.classifiers import softmax
from course_lib.datasets import LabelledDigits, digits_split
from course_lib.distributions import FloatArray
from course_lib.estimators import mutual_information_from_samples
from course_lib.gaussians import vae_kl
from course_lib.language_records import (
    language_context,
    language_prompts,
    language_quantisation,
    language_scores,
)
from course_lib.measures import entropy
from course_lib.networks import Network, VariationalAutoencoder, VariationalBottleneck, train
from course_lib.safe_files import write_whole

DATA = Path(__file__).parent / "data"

#: Checkpoints of the information planes: close together where much happens.
EPOCHS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 65, 80, 100, 120, 150, 200, 300, 450, 600, 900, 1200)
BINS = (10, 30, 60, 100, 10**6, 10**9)

#: Bins per axis, and correlations, at which mutual information is estimated.
ESTIMATE_BINS = (3, 4, 5, 6, 7, 8, 10, 12, 15, 16, 20, 25, 30, 32, 40, 50)
RHOS = tuple(step / 20 for step in range(20))
SAMPLES_PER_SEED = 10
MOST_PAIRS = 10_000

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Record(Mapping[str, NDArray[Any]]):
    """A recorded result: its arrays by name, and under `about` how it came to be.

    Attributes
    ----------
    name : str
    arrays : dict of str to ndarray
    about : dict
        ``what`` it is, ``command`` that makes it, ``options``, ``versions``, ``seconds`` of
        processor time.
    """

    name: str
    arrays: Arrays
    about: dict[str, Any]

    def __getitem__(self, key: str) -> NDArray[Any]:
        """Return the array of that name."""
        return self.arrays[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)


def product_task() -> tuple[FloatArray, NDArray[np.int64]]:
    """All 4096 patterns of twelve bits, and whether the product of their two six-bit numbers is large.

    The first six bits are a number a from 0 to 63, the last six a number b, lowest bit first. The class is
    1 where a·b is above 735, its median over all patterns, and 0 elsewhere.

    Returns
    -------
    tuple of ndarray
        Inputs of shape (4096, 12), −1 for a bit 0 and 1 for a bit 1, and classes of shape (4096,).

    Examples
    --------
    >>> patterns, large = product_task()
    >>> patterns.shape, round(float(large.mean()), 3)
    ((4096, 12), 0.5)
    """
    bits = np.array(list(product((0, 1), repeat=12)))
    powers = 2 ** np.arange(6)
    products = (bits[:, :6] @ powers) * (bits[:, 6:] @ powers)
    return 2.0 * bits - 1.0, (products > np.median(products)).astype(np.int64)


def information_planes(
    *,
    activations: Iterable[str] = ("tanh", "relu"),
    seeds: Iterable[int] = (0, 1, 2),
    epochs: Iterable[int] = EPOCHS,
    bins: Iterable[int] = BINS,
) -> Arrays:
    """Two kinds of network learn whether a product is large; every layer measured with several rulers.

    Networks 12-10-7-5-4-3-1, Adam with steps of 0.001, batches of 256, 3481 of the 4096 patterns of
    `product_task` to train on and 615 to test; I(X;T) and I(T;Y) are over all 4096, equally likely.

    Parameters
    ----------
    activations : iterable of {"tanh", "relu"}
    seeds : iterable of int
        Each decides the split, the first weights and the order of the rows of one run.
    epochs : iterable of int
        Checkpoints, rising.
    bins : iterable of int
        Rulers, by how many bins they put on a layer's range: −1 to 1 for tanh; for ReLU 0 to the largest
        value that any unit of the layer has at any checkpoint. So one ruler serves the whole run.

    Returns
    -------
    dict of ndarray
        ``i_xt``, ``i_ty`` in bits, axes activation, seed, epoch, layer, bins; ``train_accuracy``,
        ``test_accuracy``, axes activation, seed, epoch; ``bin_width``, axes activation, seed, layer, bins;
        and the axes themselves: ``activations``, ``seeds``, ``epochs``, ``layers`` (1 to 5), ``bins``.
    """
    patterns, large = product_task()
    axes = _Axes(tuple(activations), tuple(seeds), tuple(epochs), tuple(bins))

    def one_run(activation: str, seed: int) -> Arrays:
        order = np.random.default_rng(seed).permutation(len(patterns))
        parts = order[:3481], order[3481:]
        network = Network((12, 10, 7, 5, 4, 3, 1), activation, seed=seed)
        return _measured_run(network, patterns, large, parts, axes, batch_size=256, seed=seed)

    return _all_runs(one_run, axes, layers=range(1, 6))


def digits_planes(
    *,
    activations: Iterable[str] = ("tanh", "relu"),
    seeds: Iterable[int] = (0, 1, 2),
    epochs: Iterable[int] = (0, 1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 700, 1000),
    bins: Iterable[int] = (10, 30, 100, 10**6),
) -> Arrays:
    """Networks 64-16-3-10 learn the digits; their layer of three units measured with several rulers.

    Adam with steps of 0.003, batches of 64, the 898 training digits of `digits_split`; accuracy on its 450
    test digits; I(X;T) and I(T;Y) over all 1797 digits, so that log₂ 1797 = 10.81 bits is the ceiling.
    Parameters and result are those of `information_planes`; ``layers`` is 2 alone.
    """
    split = digits_split()
    pixels, labels = (np.concatenate(columns) for columns in zip(*split, strict=True))
    ends = np.cumsum([len(part.labels) for part in split])
    parts = np.arange(ends[0]), np.arange(ends[1], ends[2])
    axes = _Axes(tuple(activations), tuple(seeds), tuple(epochs), tuple(bins))

    def one_run(activation: str, seed: int) -> Arrays:
        network = Network((64, 16, 3, 10), activation, seed=seed)
        options = {"batch_size": 64, "learning_rate": 3e-3, "seed": seed}
        return _measured_run(network, pixels, labels, parts, axes, layers=(2,), **options)

    return _all_runs(one_run, axes, layers=(2,))


def digits_bottleneck(
    *,
    betas: Iterable[float] = (
        1e-4,
        3e-4,
        1e-3,
        3e-3,
        0.01,
        0.03,
        0.05,
        0.1,
        0.2,
        0.3,
        0.4,
        0.5,
        0.6,
        0.8,
        1.0,
    ),
    seeds: Iterable[int] = (0, 1, 2),
    epochs: int = 300,
) -> Arrays:
    """Variational bottlenecks on the digits: what a price on bits does to the rate and to the accuracy.

    A code of 8 numbers, Adam with steps of 0.003, batches of 128, the 898 training digits of
    `digits_split`; all measures are on its 450 test digits.

    Parameters
    ----------
    betas : iterable of float
        Prices of a nat of rate, in nats of cross-entropy.
    seeds : iterable of int
    epochs : int

    Returns
    -------
    dict of ndarray
        ``rate`` in bits; ``accuracy`` and ``cross_entropy`` in nats over ten noisy codes per digit; axes
        seed, β. And the axes themselves, ``seeds`` and ``betas``.
    """
    prices, lots = tuple(betas), tuple(seeds)
    training, _, test = digits_split()
    found = np.empty((3, len(lots), len(prices)))
    for i, seed in enumerate(lots):
        for j, beta in enumerate(prices):
            summary = VariationalBottleneck(64, 8, 10, beta=beta, seed=seed)
            summary.train(training.pixels, training.labels, epochs=epochs, learning_rate=3e-3)
            found[:, i, j] = (
                summary.rate(test.pixels),
                summary.accuracy(test.pixels, test.labels),
                summary.loss(test.pixels, test.labels),
            )
    names = ("rate", "accuracy", "cross_entropy")
    measured: Arrays = dict(zip(names, found, strict=True))
    return measured | {"seeds": np.array(lots), "betas": np.array(prices)}


def normal_samples(rho: float, n: int, *, seeds: Iterable[int] = (0, 1, 2)) -> tuple[FloatArray, FloatArray]:
    """Ten samples per seed of two correlated standard normal variables; a smaller one begins a larger one.

    Parameters
    ----------
    rho : float
        Their correlation, from −1 to 1.
    n : int
        Pairs in each sample, at most 10,000.
    seeds : iterable of int

    Returns
    -------
    tuple of ndarray
        x and y, each of shape (samples, n). x is the same for every correlation.

    Examples
    --------
    >>> x, y = normal_samples(0.5, 200)
    >>> x.shape, y.shape
    ((30, 200), (30, 200))
    """
    draws = np.concatenate([_draws(seed)[:, :, :n] for seed in seeds], axis=1)
    return draws[0], rho * draws[0] + math.sqrt(1 - rho**2) * draws[1]


@cache
def _draws(seed: int) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(2, SAMPLES_PER_SEED, MOST_PAIRS))


def information_estimates(
    *,
    seeds: Iterable[int] = (0, 1, 2),
    rhos: Iterable[float] = RHOS,
    sizes: Iterable[int] = (2000, 5000, MOST_PAIRS),
    bins: Iterable[int] = ESTIMATE_BINS,
) -> Arrays:
    """Mutual information of two normal variables, estimated from the larger ones of `normal_samples`.

    Parameters
    ----------
    seeds : iterable of int
    rhos : iterable of float
        Correlations.
    sizes : iterable of int
        Pairs in a sample.
    bins : iterable of int
        Per axis, each holding equally many.

    Returns
    -------
    dict of ndarray
        ``binned``, axes correlation, size, bins, sample, and ``ksg`` with three neighbours, axes
        correlation, size, sample; in bits, to four decimals; and ``seeds``, ``rhos``, ``sizes``, ``bins``.
    """
    lots, correlations, counts, cuts = tuple(seeds), tuple(rhos), tuple(sizes), tuple(bins)

    def measured(rho: float, n: int, **options: Any) -> list[float]:
        pairs = zip(*normal_samples(rho, n, seeds=lots), strict=True)
        return [mutual_information_from_samples(*pair, **options) for pair in pairs]

    found = {
        "binned": [
            [[measured(rho, n, method="binned", bins=cut) for cut in cuts] for n in counts]
            for rho in correlations
        ],
        "ksg": [[measured(rho, n, method="ksg") for n in counts] for rho in correlations],
    }
    rounded: Arrays = {name: np.array(bits).round(4).astype(np.float32) for name, bits in found.items()}
    axes = {"seeds": lots, "rhos": correlations, "sizes": counts, "bins": cuts}
    return rounded | {name: np.array(values) for name, values in axes.items()}


def digits_autoencoder(
    *,
    betas: Iterable[float] = (0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0),
    seeds: Iterable[int] = (0, 1, 2),
    epochs: int = 400,
) -> Arrays:
    """Variational autoencoders on black-and-white digits: how a price on nats splits the ELBO.

    A code of 8 numbers, 128 tanh units on either side, Adam with steps of 0.001, batches of 128. Pixels of
    8 or more out of 16 are 1. Training and validation digits of `digits_split`, 1347, to train on; all
    measures are on its 450 test digits, in nats per picture.

    Parameters
    ----------
    betas : iterable of float
        β_VAE, prices of a nat of rate in nats of reconstruction.
    seeds : iterable of int
    epochs : int

    Returns
    -------
    dict of ndarray
        ``reconstruction`` (of −log p(x|z)), ``rate`` and ``importance_bound`` (on −log p(x), 20 codes a
        digit), axes seed, β; ``coordinate_rate``, axes seed, β, coordinate, the largest first;
        ``independent_pixels``, the loss of separate pixels with the training digits' shares of white (½
        added to either count). Of the first seed, grey from 0 to 255: ``samples``, axes β, sample, pixel,
        the same 16 random codes for every β, and ``rebuilt``, axes β, class, pixel, from the mean code of
        ``originals``, the first test digit of each class. And ``seeds``, ``betas``.
    """
    prices, lots = tuple(betas), tuple(seeds)
    training, test = _training_and_test()
    seen, unseen = ((part.pixels >= 0.5).astype(np.float64) for part in (training, test))
    models = [[VariationalAutoencoder(64, 8, beta=beta, seed=seed) for beta in prices] for seed in lots]
    for model in (model for row in models for model in row):
        model.train(seen, epochs=epochs)

    def measured(measure: Callable[[VariationalAutoencoder], Any]) -> FloatArray:
        return np.array([[measure(model) for model in row] for row in models])

    def by_coordinate(model: VariationalAutoencoder) -> FloatArray:
        mean, log_variance = model.code(unseen)
        return np.sort(np.mean(vae_kl(mean[..., None], log_variance[..., None]), axis=0))[::-1]

    white = (seen.sum(axis=0) + 0.5) / (len(seen) + 1.0)
    independent = -(unseen * np.log(white) + (1.0 - unseen) * np.log1p(-white)).sum(axis=1).mean()
    originals = unseen[[int(np.argmax(test.labels == k)) for k in range(10)]]
    codes = np.random.default_rng(0).normal(size=(16, 8))
    return {
        "reconstruction": measured(lambda model: model.reconstruction(unseen)),
        "rate": measured(lambda model: model.rate(unseen, unit="nats")),
        "importance_bound": measured(lambda model: model.importance_bound(unseen, samples=20)),
        "coordinate_rate": measured(by_coordinate),
        "independent_pixels": np.array(independent),
        "samples": np.array([_grey(model.pictures(codes)) for model in models[0]]),
        "rebuilt": np.array([_grey(model.pictures(model.code(originals)[0])) for model in models[0]]),
        "originals": _grey(originals),
        "seeds": np.array(lots),
        "betas": np.array(prices),
    }


def distillation(
    *,
    images: Iterable[int] = (50, 100, 200),
    temperatures: Iterable[float] = (1.0, 2.0, 4.0, 8.0),
    seeds: Iterable[int] = tuple(range(10)),
) -> Arrays:
    """Small networks learn a few digits from hard labels, and from a large network's soft ones.

    The teacher is a network 64-256-256-10 of ReLU units, 40 epochs over the 1347 training and validation
    digits of `digits_split`; a student has 64-16-10 and 400 epochs over a few of those digits, drawn by its
    seed, which also sets its first weights. Adam, steps of 0.001 for the teacher in batches of 128, of
    0.003 for students in batches of 32. A student of soft labels learns at their temperature.

    Parameters
    ----------
    images : iterable of int
        Digits that a student sees.
    temperatures : iterable of float
    seeds : iterable of int

    Returns
    -------
    dict of ndarray
        On the 450 test digits: ``hard_accuracy``, axes images, seed; ``soft_accuracy``, axes images,
        temperature, seed; ``teacher_accuracy``. ``label_entropy`` in bits, of the soft labels of all 1347
        digits, axis temperature. And the axes themselves.
    """
    counts, taus, lots = tuple(images), tuple(temperatures), tuple(seeds)
    training, test = _training_and_test()
    teacher = Network((64, 256, 256, 10), "relu", seed=0)
    _learn(teacher, training.pixels, training.labels, epochs=40)
    logits = teacher.logits(training.pixels)
    soft = [softmax(logits, temperature=tau) for tau in taus]

    def student(n: int, seed: int, labels: NDArray[Any], tau: float = 1.0) -> float:
        rows = np.random.default_rng(seed).choice(len(labels), size=n, replace=False)
        network = Network((64, 16, 10), "relu", seed=seed)
        options = {"batch_size": 32, "learning_rate": 3e-3, "temperature": tau, "seed": seed}
        _learn(network, training.pixels[rows], labels[rows], epochs=400, **options)
        return network.accuracy(test.pixels, test.labels)

    hard = [[student(n, seed, training.labels) for seed in lots] for n in counts]
    softened = [
        [[student(n, seed, labels, tau) for seed in lots] for labels, tau in zip(soft, taus, strict=True)]
        for n in counts
    ]
    return {
        "hard_accuracy": np.array(hard),
        "soft_accuracy": np.array(softened),
        "teacher_accuracy": np.array(teacher.accuracy(test.pixels, test.labels)),
        "label_entropy": np.array([np.mean(entropy(labels)) for labels in soft]),
        "images": np.array(counts),
        "temperatures": np.array(taus),
        "seeds": np.array(lots),
    }


#: What can be recorded: name and the function that makes its arrays.
RECORDS: dict[str, Callable[..., Arrays]] = {
    "information_planes": information_planes,
    "digits_planes": digits_planes,
    "digits_bottleneck": digits_bottleneck,
    "information_estimates": information_estimates,
    "digits_autoencoder": digits_autoencoder,
    "distillation": distillation,
    "language_prompts": language_prompts,
    "language_context": language_context,
    "language_scores": language_scores,
    "language_quantisation": language_quantisation,
}


def make(name: str, **options: Any) -> Record:
    """Compute a record now, for example a small part of it; nothing is stored.

    Parameters
    ----------
    name : str
        One of `RECORDS`.
    **options
        Passed on to the function that makes it.

    Examples
    --------
    >>> make("digits_bottleneck", betas=[0.1], seeds=[0], epochs=0)["rate"].shape
    (1, 1)
    """
    function = RECORDS[_known(name)]
    begin = time.process_time()  # a busy machine does not make the work more
    arrays = function(**options)
    about = {
        "what": (function.__doc__ or name).splitlines()[0],
        "command": f"python3 -m course_lib record {name}",
        "options": {key: list(value) if np.iterable(value) else value for key, value in options.items()},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "seconds": round(time.process_time() - begin, 1),
    }
    return Record(name, arrays, about)


def save(record: Record) -> Path:
    """Store a record where `load` finds it, in place of the old one, and return where that is."""
    content = io.BytesIO()
    stored: dict[str, Any] = record.arrays | {"about": np.array(json.dumps(record.about))}
    np.savez_compressed(content, **stored)
    path = DATA / f"{record.name}.npz"
    write_whole(path, content.getvalue())
    load.cache_clear()
    return path


@cache
def load(name: str) -> Record:
    """Load a record that came with the course, or that this computer made since.

    Parameters
    ----------
    name : str
        One of `RECORDS`.

    Returns
    -------
    Record
        Its arrays by name, read-only, and `about`.

    Raises
    ------
    ValueError
        If there is no such record, or its file is missing or damaged. The message names the remedy.

    Examples
    --------
    >>> load("information_planes")["i_xt"].shape[1:]
    (3, 24, 5, 6)
    """
    path = DATA / f"{_known(name)}.npz"
    remedy = f"Make it anew: python3 -m course_lib record {name}"
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        about = json.loads(str(arrays.pop("about")))
    except FileNotFoundError:
        raise ValueError(f"The record {name!r} is not there ({path.name}). {remedy}") from None
    except (
        Exception
    ) as error:  # a damaged archive can fail in a dozen ways, and the remedy is always the same
        raise ValueError(f"The record {name!r} is damaged ({path.name}: {error}). {remedy}") from None
    for array in arrays.values():
        array.flags.writeable = False
    return Record(name, arrays, about)


# --- runs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Axes:
    activations: tuple[str, ...]
    seeds: tuple[int, ...]
    epochs: tuple[int, ...]
    bins: tuple[int, ...]


def _measured_run(
    network: Network,
    x: FloatArray,
    y: NDArray[np.int64],
    parts: tuple[NDArray[np.int64], NDArray[np.int64]],
    axes: _Axes,
    layers: tuple[int, ...] | None = None,
    **options: Any,
) -> Arrays:
    """Train on the first part, and measure accuracies and the chosen hidden layers at every checkpoint."""
    rows, unseen = parts
    hidden = range(1, len(network.sizes) - 1) if layers is None else layers
    outputs, accuracy = [], []
    run = train(network, x[rows], y[rows], epochs=max(axes.epochs), checkpoints=axes.epochs, **options)
    for _ in run:
        outputs.append([network.activations(x)[layer - 1] for layer in hidden])
        accuracy.append([network.accuracy(x[part], y[part]) for part in (rows, unseen)])
    is_tanh = network.activation == "tanh"
    span = [2.0 if is_tanh else max(float(layers[i].max()) for layers in outputs) for i in range(len(hidden))]
    # A layer of dead units has no range; any ruler then reads 0.
    widths = np.array([[(length or 1.0) / bins for bins in axes.bins] for length in span])
    plane = np.array(
        [
            [
                [binned_information(layer, y, bin_width=w, origin=-1.0 if is_tanh else 0.0) for w in row]
                for layer, row in zip(checkpoint, widths, strict=True)
            ]
            for checkpoint in outputs
        ]
    )
    train_accuracy, test_accuracy = np.array(accuracy).T
    return {
        "i_xt": plane[..., 0],
        "i_ty": plane[..., 1],
        "train_accuracy": train_accuracy,
        "test_accuracy": test_accuracy,
        "bin_width": widths,
    }


def _all_runs(one_run: Callable[[str, int], Arrays], axes: _Axes, layers: Iterable[int]) -> Arrays:
    runs = [[one_run(activation, seed) for seed in axes.seeds] for activation in axes.activations]
    arrays = {key: np.array([[run[key] for run in row] for row in runs]) for key in runs[0][0]}
    return arrays | {
        "activations": np.array(axes.activations),
        "seeds": np.array(axes.seeds),
        "epochs": np.array(axes.epochs),
        "layers": np.array(list(layers)),
        "bins": np.array(axes.bins),
    }


def _training_and_test() -> tuple[LabelledDigits, LabelledDigits]:
    """The split's digits for training and validation together, and those for the test."""
    first, second, test = digits_split()
    return LabelledDigits(*(np.concatenate(pair) for pair in zip(first, second, strict=True))), test


def _learn(network: Network, x: FloatArray, y: NDArray[Any], *, epochs: int, **options: Any) -> None:
    for _ in train(network, x, y, epochs=epochs, checkpoints=(), **options):
        pass


def _grey(pictures: FloatArray) -> NDArray[np.uint8]:
    return np.asarray((255.0 * pictures).round().astype(np.uint8))


def _known(name: str) -> str:
    if name not in RECORDS:
        raise ValueError(f"There is no record {name!r}. There are: {', '.join(RECORDS)}.")
    return name
