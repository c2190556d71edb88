"""Small NumPy networks that the labs train: layers of tanh or ReLU, Adam, cross-entropy in nats."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.classifiers import cross_entropy_from_logits, softmax
from course_lib.distributions import FloatArray, as_numbers
from course_lib.gaussians import vae_kl

ACTIVATIONS = ("tanh", "relu")


class Layer(NamedTuple):
    """Weights of shape (inputs, outputs) and biases of shape (outputs,)."""

    weights: FloatArray
    biases: FloatArray


class Network:
    """Layers of tanh or ReLU units with linear logits on top; a single logit is that of "yes".

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, the inputs first and the logits last, for example ``(64, 16, 3, 10)``.
    activation : {"tanh", "relu"}
        What every layer but the last applies.
    seed : int
        Seed of the first weights: normal, of variance 1/inputs (2/inputs for ReLU); biases are 0.

    Attributes
    ----------
    layers : list of Layer
        The parameters; training replaces them.

    Examples
    --------
    >>> network = Network((2, 3, 1), "tanh", seed=0)
    >>> [layer.shape for layer in network.activations(np.zeros((5, 2)))]
    [(5, 3), (5, 1)]
    """

    def __init__(self, sizes: Sequence[int], activation: str = "tanh", *, seed: int = 0) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f'activation must be "tanh" or "relu", not {activation!r}.')
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                f"sizes is {tuple(sizes)}; a network needs inputs and logits, at least 1 of each."
            )
        rng = np.random.default_rng(seed)
        gain = 2.0 if activation == "relu" else 1.0
        self.sizes, self.activation = tuple(sizes), activation
        self.layers = [
            Layer(rng.normal(scale=np.sqrt(gain / below), size=(below, above)), np.zeros(above))
            for below, above in pairwise(sizes)
        ]

    def activations(self, x: ArrayLike) -> list[FloatArray]:
        """Return the output of every layer for inputs of shape (n, inputs): hidden layers, then logits."""
        rows = as_numbers(x, name="x")
        if rows.ndim != 2 or rows.shape[1] != self.sizes[0]:
            raise ValueError(f"x has shape {rows.shape}; this network takes {self.sizes[0]} inputs a row.")
        return self._forward(rows)

    def logits(self, x: ArrayLike) -> FloatArray:
        """Return a logit per class, shape (n, classes); of a single output unit those of "no" and "yes"."""
        return _both_logits(self.activations(x)[-1])

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the mean cross-entropy in nats."""
        return float(cross_entropy_from_logits(self.logits(x), y))

    def accuracy(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the share of rows whose largest logit is that of the true class."""
        return float((self.logits(x).argmax(axis=1) == np.asarray(y)).mean())

    def gradient(self, x: FloatArray, y: NDArray[np.int64]) -> list[Layer]:
        """Return the slope of the mean cross-entropy along every parameter, layer by layer."""
        outputs = self.activations(x)
        # q − p is where it all starts (chapter 3).
        slope = softmax(_both_logits(outputs[-1]))
        slope[np.arange(len(y)), y] -= 1.0
        return self.backward(x, outputs, slope[:, -outputs[-1].shape[1] :] / len(y))

    def backward(self, x: FloatArray, outputs: list[FloatArray], slope: FloatArray) -> list[Layer]:
        """Return the slopes along every parameter, given `activations` of x and the slope along the last."""
        slopes: list[Layer] = []
        for depth in reversed(range(len(self.layers))):
            below = outputs[depth - 1] if depth else x
            slopes.append(Layer(below.T @ slope, slope.sum(axis=0)))
            if depth:
                bend = 1.0 - below**2 if self.activation == "tanh" else below > 0.0
                slope = (slope @ self.layers[depth].weights.T) * bend
        return slopes[::-1]

    def _forward(self, x: FloatArray) -> list[FloatArray]:
        outputs: list[FloatArray] = []
        for layer in self.layers:
            x = x @ layer.weights + layer.biases
            if len(outputs) < len(self.layers) - 1:
                x = np.tanh(x) if self.activation == "tanh" else np.maximum(x, 0.0)
            outputs.append(x)
        return outputs


class Adam:
    """The optimiser Adam: steps along the running mean slope, divided by its running size.

    Parameters
    ----------
    arrays : iterable of ndarray
        What is trained; `step` changes these very arrays.
    learning_rate : float
        Size of a step.

    References
    ----------
    Kingma and Ba (2015), Adam: a method for stochastic optimization.

    Examples
    --------
    >>> x = np.array([1.0])
    >>> Adam([x], learning_rate=0.1).step([np.array([7.0])])
    >>> x.round(6).tolist()
    [0.9]
    """

    def __init__(self, arrays: Iterable[FloatArray], *, learning_rate: float = 1e-3) -> None:
        self.arrays = list(arrays)
        self.learning_rate = learning_rate
        self._mean = [np.zeros_like(array) for array in self.arrays]
        self._square = [np.zeros_like(array) for array in self.arrays]
        self._steps = 0

    def step(self, slopes: Iterable[FloatArray]) -> None:
        """Move every array one step downhill, given the loss's slopes along them."""
        self._steps += 1
        # The running means start at 0; dividing by these takes that start out of them.
        first, second = 1.0 - 0.9**self._steps, 1.0 - 0.999**self._steps
        for array, slope, mean, square in zip(self.arrays, slopes, self._mean, self._square, strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            array -= self.learning_rate * (mean / first) / (np.sqrt(square / second) + 1e-8)


def train(
    network: Network,
    x: ArrayLike,
    y: ArrayLike,
    *,
    epochs: int,
    checkpoints: Iterable[int] | None = None,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    seed: int = 0,
) -> Iterator[int]:
    """Train a network in place with Adam, stopping at checkpoints to be looked at. Chapter 6.

    Parameters
    ----------
    network : Network
    x : array_like, shape (n, inputs)
    y : array_like of int, shape (n,)
        The class of each row, from 0.
    epochs : int
        How often every row is seen.
    checkpoints : iterable of int, optional
        Epochs after which to stop, 0 being before any training; every epoch if not given.
    batch_size : int
        Rows per step; the last step of an epoch may have fewer.
    learning_rate : float
    seed : int
        Seed of the order of the rows.

    Yields
    ------
    int
        The epoch that has just ended. Nothing is trained until the next one is asked for.

    Examples
    --------
    >>> network = Network((1, 2), seed=0)
    >>> x, y = [[-1.0], [1.0]], [0, 1]
    >>> for epoch in train(network, x, y, epochs=300, checkpoints=[300], learning_rate=0.1):
    ...     print(epoch, network.accuracy(x, y))
    300 1.0
    """
    rows, classes = as_numbers(x, name="x"), np.asarray(y)
    if rows.ndim != 2 or classes.shape != (len(rows),) or classes.dtype.kind not in "iu":
        raise ValueError("x needs one row per example, and y one class, a whole number, for each of them.")
    most = max(network.sizes[-1], 2) - 1
    if classes.size and not 0 <= classes.min() <= classes.max() <= most:
        odd = classes[(classes < 0) | (classes > most)][0]
        raise ValueError(f"y holds the class {odd}; this network knows 0 to {most}.")
    stops = range(epochs + 1) if checkpoints is None else checkpoints
    adam = Adam((array for layer in network.layers for array in layer), learning_rate=learning_rate)

    def one_step(batch: NDArray[np.int64]) -> None:
        slopes = network.gradient(rows[batch], classes[batch])
        adam.step(array for layer in slopes for array in layer)

    yield from _epochs(one_step, len(rows), epochs, stops, batch_size, np.random.default_rng(seed))


class VariationalBottleneck:
    """A classifier whose summary T is a noisy code, charged for every nat it carries. Chapter 6.

    An encoder with one hidden layer of 32 tanh units turns x into the mean and log-variance of a Gaussian
    code; a linear layer reads a sample of it. The loss is cross-entropy + β · D(p(t|x)‖N(0, 1)) in nats.

    Parameters
    ----------
    inputs, code, classes : int
        Sizes of x, of T and of the answer.
    beta : float
        Price of a nat of rate in nats of cross-entropy: large β compresses more (β = 1/β_IB).
    seed : int
        Seed of the first weights and of all later noise.

    Notes
    -----
    The rate is an upper bound on I(X;T): it measures against a fixed N(0, 1), not against the true p(t).

    References
    ----------
    Alemi, Fischer, Dillon and Murphy (2017), Deep variational information bottleneck.

    Examples
    --------
    >>> summary = VariationalBottleneck(64, 4, 10, beta=0.01, seed=0)
    >>> summary.rate(np.zeros((2, 64))) >= 0.0
    True
    """

    def __init__(self, inputs: int, code: int, classes: int, *, beta: float, seed: int = 0) -> None:
        if not (np.isfinite(beta) and beta >= 0.0):
            raise ValueError(f"beta is {beta}; the price of a nat is a number, 0 or more.")
        self.encoder = Network((inputs, 32, 2 * code), "tanh", seed=seed)
        self.reader = Network((code, classes), seed=seed + 1)
        self.beta = beta
        self._rng = np.random.default_rng(seed)

    def code(self, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the mean and the log-variance of the code of every row, each of shape (n, code)."""
        mean, log_variance = np.split(self.encoder.activations(x)[-1], 2, axis=1)
        return mean, log_variance

    def rate(self, x: ArrayLike, *, unit: str = "bits") -> float:
        """Return the mean of D(p(t|x)‖N(0, 1)) over the rows: what the code may carry, at most."""
        return float(np.mean(vae_kl(*self.code(x), unit=unit)))

    def accuracy(self, x: ArrayLike, y: ArrayLike, *, samples: int = 10) -> float:
        """Return the share of noisy codes, some per row, that are classified rightly.

        The code's mean alone would do better, but it carries more than the rate says.
        """
        return float(np.mean([self.reader.accuracy(self._sample(x), y) for _ in range(samples)]))

    def loss(self, x: ArrayLike, y: ArrayLike, *, samples: int = 10) -> float:
        """Return the mean cross-entropy in nats over noisy codes, some per row."""
        return float(np.mean([self.reader.loss(self._sample(x), y) for _ in range(samples)]))

    def _sample(self, x: ArrayLike) -> FloatArray:
        mean, log_variance = self.code(x)
        return mean + np.exp(log_variance / 2.0) * self._rng.normal(size=mean.shape)

    def train(
        self, x: ArrayLike, y: ArrayLike, *, epochs: int, batch_size: int = 128, learning_rate: float = 1e-3
    ) -> None:
        """Train encoder and reader together with Adam, on the loss of one noisy code per row and epoch."""
        rows, classes = as_numbers(x, name="x"), np.asarray(y)
        layers = [*self.encoder.layers, *self.reader.layers]
        adam = Adam((array for layer in layers for array in layer), learning_rate=learning_rate)

        def one_step(batch: NDArray[np.int64]) -> None:
            noise = self._rng.normal(size=(len(batch), self.reader.sizes[0]))
            slopes = self.gradient(rows[batch], classes[batch], noise)
            adam.step(array for layer in slopes for array in layer)

        for _ in _epochs(one_step, len(rows), epochs, (), batch_size, self._rng):
            pass

    def gradient(self, x: FloatArray, y: NDArray[np.int64], noise: FloatArray) -> list[Layer]:
        """Return the slopes of cross-entropy + β · rate along every parameter, for given noise."""
        outputs = self.encoder.activations(x)
        mean, log_variance = np.split(outputs[-1], 2, axis=1)
        spread = np.exp(log_variance / 2.0)
        code = mean + spread * noise
        slope = softmax(self.reader.logits(code))
        slope[np.arange(len(y)), y] -= 1.0
        slope /= len(y)
        along_code = slope @ self.reader.layers[0].weights.T
        price = self.beta / len(y)
        along_mean = along_code + price * mean
        along_log_variance = 0.5 * (along_code * noise * spread + price * (spread**2 - 1.0))
        below = self.encoder.backward(x, outputs, np.hstack([along_mean, along_log_variance]))
        return [*below, *self.reader.backward(code, [slope], slope)]


def _epochs(
    one_step: Callable[[NDArray[np.int64]], None],
    n: int,
    epochs: int,
    stops: Iterable[int],
    batch_size: int,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Go through n rows in random batches, epoch after epoch, and hand out those that are stops."""
    wanted = set(stops)
    for epoch in range(epochs + 1):
        if epoch:
            order = rng.permutation(n)
            for start in range(0, n, batch_size):
                one_step(order[start : start + batch_size])
        if epoch in wanted:
            yield epoch


def _both_logits(outputs: FloatArray) -> FloatArray:
    """A lone logit z is log p/(1 − p), which is what softmax makes of the pair (0, z)."""
    return np.pad(outputs, ((0, 0), (1, 0))) if outputs.shape[1] == 1 else outputs
