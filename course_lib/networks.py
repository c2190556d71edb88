"""Small NumPy networks that the labs train: layers of tanh or ReLU, Adam, cross-entropy in nats."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logsumexp

from course_lib.classifiers import cross_entropy_from_logits, softmax
from course_lib.distributions import FloatArray, as_numbers, as_pmf
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

    def gradient(self, x: FloatArray, y: NDArray[Any], *, temperature: float = 1.0) -> list[Layer]:
        """Return the slope of τ² times the mean cross-entropy at temperature τ along every parameter.

        `y` holds classes, or soft targets of shape (n, classes).
        """
        outputs = self.activations(x)
        # q − p is where it all starts (chapter 3); z/τ divides it by τ, and τ² makes up for that.
        slope = temperature * (
            softmax(_both_logits(outputs[-1]), temperature=temperature) - _as_rows(y, self)
        )
        return self.backward(x, outputs, slope[:, -outputs[-1].shape[1] :] / len(y))

    def backward(self, x: FloatArray, outputs: list[FloatArray], slope: FloatArray) -> list[Layer]:
        """Return the slopes along every parameter, given `activations` of x and the slope along the last."""
        slopes: list[Layer] = []
        for depth in reversed(range(len(self.layers))):
            below = outputs[depth - 1] if depth else x
            slopes.append(Layer(below.T @ slope, slope.sum(axis=0)))
            if depth:
                slope = (slope @ self.layers[depth].weights.T) * self._bend(below)
        return slopes[::-1]

    def along_inputs(self, outputs: list[FloatArray], slope: FloatArray) -> FloatArray:
        """Return the slope along every input, given `activations` and the slope along the last."""
        for depth in reversed(range(len(self.layers))):
            slope = slope @ self.layers[depth].weights.T
            if depth:
                slope *= self._bend(outputs[depth - 1])
        return slope

    def _bend(self, output: FloatArray) -> FloatArray:
        return 1.0 - output**2 if self.activation == "tanh" else (output > 0.0).astype(np.float64)

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
    temperature: float = 1.0,
    seed: int = 0,
) -> Iterator[int]:
    """Train a network in place with Adam, stopping at checkpoints to be looked at. Chapter 6.

    Parameters
    ----------
    network : Network
    x : array_like, shape (n, inputs)
    y : array_like of int, shape (n,), or array_like, shape (n, classes)
        The class of each row, from 0; or soft targets, one distribution per row.
    epochs : int
        How often every row is seen.
    checkpoints : iterable of int, optional
        Epochs after which to stop, 0 being before any training; every epoch if not given.
    batch_size : int
        Rows per step; the last step of an epoch may have fewer.
    learning_rate : float
    temperature : float
        τ by which the logits are divided in the loss, which is multiplied by τ²: a student of soft targets
        that were made at τ learns at τ. Chapter 7.
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
    rows, targets = as_numbers(x, name="x"), _targets(y, max(network.sizes[-1], 2))
    if rows.ndim != 2 or len(targets) != len(rows):
        raise ValueError("x needs one row per example, and y one class, a whole number, for each of them.")
    stops = range(epochs + 1) if checkpoints is None else checkpoints
    adam = Adam((array for layer in network.layers for array in layer), learning_rate=learning_rate)

    def one_step(batch: NDArray[np.int64]) -> None:
        slopes = network.gradient(rows[batch], targets[batch], temperature=temperature)
        adam.step(array for layer in slopes for array in layer)

    yield from _epochs(one_step, len(rows), epochs, stops, batch_size, np.random.default_rng(seed))


class _PricedCode:
    """A noisy code of x and a network that reads it, with a price on every nat the code carries.

    The loss is what the reader pays + β · D(p(t|x)‖N(0, 1)); which loss the reader pays, `_slope` says.
    """

    def __init__(self, encoder: Network, reader: Network, beta: float, seed: int) -> None:
        if not (np.isfinite(beta) and beta >= 0.0):
            raise ValueError(f"beta is {beta}; the price of a nat is a number, 0 or more.")
        self.encoder, self.reader, self.beta = encoder, reader, beta
        self._rng = np.random.default_rng(seed)

    def code(self, x: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the mean and the log-variance of the code of every row, each of shape (n, code)."""
        mean, log_variance = np.split(self.encoder.activations(x)[-1], 2, axis=1)
        return mean, log_variance

    def rate(self, x: ArrayLike, *, unit: str = "bits") -> float:
        """Return the mean of D(p(t|x)‖N(0, 1)) over the rows: what the code may carry, at most."""
        return float(np.mean(vae_kl(*self.code(x), unit=unit)))

    def gradient(self, x: FloatArray, y: NDArray[Any], noise: FloatArray) -> list[Layer]:
        """Return the slopes of the mean loss + β · rate along every parameter, for given noise."""
        outputs = self.encoder.activations(x)
        mean, log_variance = np.split(outputs[-1], 2, axis=1)
        spread = np.exp(log_variance / 2.0)
        code = mean + spread * noise
        read = self.reader.activations(code)
        slope = self._slope(read[-1], y) / len(y)
        along_reader = self.reader.backward(code, read, slope)
        along_code = self.reader.along_inputs(read, slope)
        price = self.beta / len(y)
        along_mean = along_code + price * mean
        along_log_variance = 0.5 * (along_code * noise * spread + price * (spread**2 - 1.0))
        below = self.encoder.backward(x, outputs, np.hstack([along_mean, along_log_variance]))
        return [*below, *along_reader]

    def _slope(self, logits: FloatArray, y: NDArray[Any]) -> FloatArray:
        """Slope of each row's loss along the reader's logits."""
        raise NotImplementedError

    def _sample(self, x: ArrayLike) -> FloatArray:
        mean, log_variance = self.code(x)
        return mean + np.exp(log_variance / 2.0) * self._rng.normal(size=mean.shape)

    def _train(
        self, rows: FloatArray, y: NDArray[Any], epochs: int, batch_size: int, learning_rate: float
    ) -> None:
        layers = [*self.encoder.layers, *self.reader.layers]
        adam = Adam((array for layer in layers for array in layer), learning_rate=learning_rate)

        def one_step(batch: NDArray[np.int64]) -> None:
            noise = self._rng.normal(size=(len(batch), self.reader.sizes[0]))
            slopes = self.gradient(rows[batch], y[batch], noise)
            adam.step(array for layer in slopes for array in layer)

        for _ in _epochs(one_step, len(rows), epochs, (), batch_size, self._rng):
            pass


class VariationalBottleneck(_PricedCode):
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
        encoder = Network((inputs, 32, 2 * code), "tanh", seed=seed)
        super().__init__(encoder, Network((code, classes), seed=seed + 1), beta, seed)

    def accuracy(self, x: ArrayLike, y: ArrayLike, *, samples: int = 10) -> float:
        """Return the share of noisy codes, some per row, that are classified rightly.

        The code's mean alone would do better, but it carries more than the rate says.
        """
        return float(np.mean([self.reader.accuracy(self._sample(x), y) for _ in range(samples)]))

    def loss(self, x: ArrayLike, y: ArrayLike, *, samples: int = 10) -> float:
        """Return the mean cross-entropy in nats over noisy codes, some per row."""
        return float(np.mean([self.reader.loss(self._sample(x), y) for _ in range(samples)]))

    def train(
        self, x: ArrayLike, y: ArrayLike, *, epochs: int, batch_size: int = 128, learning_rate: float = 1e-3
    ) -> None:
        """Train encoder and reader together with Adam, on the loss of one noisy code per row and epoch."""
        self._train(as_numbers(x, name="x"), np.asarray(y), epochs, batch_size, learning_rate)

    def _slope(self, logits: FloatArray, y: NDArray[Any]) -> FloatArray:
        slope = softmax(logits)
        slope[np.arange(len(y)), y] -= 1.0
        return slope


class VariationalAutoencoder(_PricedCode):
    """Black-and-white pictures told through a noisy code, charged for every nat of it. Chapter 7.

    One hidden layer of tanh units turns a picture x into the mean and log-variance of a Gaussian code z,
    another one turns a sample of z into a logit per pixel. The loss in nats is −log p(x|z), summed over the
    pixels, + β · D(q(z|x)‖N(0, 1)); at β = 1 it is minus the evidence lower bound.

    Parameters
    ----------
    pixels, code : int
        Sizes of x and of z.
    hidden : int
        Units of the hidden layer, on either side.
    beta : float
        β_VAE, the price of a nat of rate in nats of reconstruction.
    seed : int
        Seed of the first weights and of all later noise.

    References
    ----------
    Kingma and Welling (2014), Auto-encoding variational Bayes. Alemi et al. (2018), Fixing a broken ELBO.

    Examples
    --------
    >>> model = VariationalAutoencoder(64, 8, beta=1.0, seed=0)
    >>> model.pictures(np.zeros((3, 8))).shape
    (3, 64)
    """

    def __init__(
        self, pixels: int, code: int, *, hidden: int = 128, beta: float = 1.0, seed: int = 0
    ) -> None:
        encoder = Network((pixels, hidden, 2 * code), "tanh", seed=seed)
        super().__init__(encoder, Network((code, hidden, pixels), "tanh", seed=seed + 1), beta, seed)

    def pictures(self, codes: ArrayLike) -> FloatArray:
        """Return each pixel's probability of being white, shape (n, pixels), for codes of shape (n, code)."""
        white: FloatArray = expit(self.reader.activations(codes)[-1])
        return white

    def reconstruction(self, x: ArrayLike, *, samples: int = 10) -> float:
        """Return the mean of −log p(x|z) in nats over noisy codes, some per row."""
        rows = _black_and_white(x)
        losses = [self._pixel_losses(rows, self._sample(rows)).mean() for _ in range(samples)]
        return float(np.mean(losses))

    def importance_bound(self, x: ArrayLike, *, samples: int = 20) -> float:
        """Return a tighter bound on −log p(x) in nats than reconstruction + rate: the mean over the rows.

        Each row's evidence p(x) is averaged over several noisy codes z, each worth p(x|z) p(z) / q(z|x).
        """
        rows = _black_and_white(x)
        mean, log_variance = self.code(rows)
        log_worth = []
        for _ in range(samples):
            noise = self._rng.normal(size=mean.shape)
            codes = mean + np.exp(log_variance / 2.0) * noise
            log_prior_ratio = 0.5 * (noise**2 + log_variance - codes**2).sum(axis=1)  # log p(z)/q(z|x)
            log_worth.append(log_prior_ratio - self._pixel_losses(rows, codes))
        return float(np.mean(np.log(samples) - logsumexp(log_worth, axis=0)))

    def train(self, x: ArrayLike, *, epochs: int, batch_size: int = 128, learning_rate: float = 1e-3) -> None:
        """Train both halves together with Adam, on the loss of one noisy code per picture and epoch."""
        rows = _black_and_white(x)
        self._train(rows, rows, epochs, batch_size, learning_rate)

    def _pixel_losses(self, rows: FloatArray, codes: FloatArray) -> FloatArray:
        logits = self.reader.activations(codes)[-1]
        return np.asarray((np.logaddexp(0.0, logits) - rows * logits).sum(axis=1))

    def _slope(self, logits: FloatArray, y: NDArray[Any]) -> FloatArray:
        slope: FloatArray = expit(logits) - y
        return slope


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


def _targets(y: ArrayLike, classes: int) -> NDArray[Any]:
    """Classes, whole numbers below `classes`, or one distribution over them per row."""
    values = np.asarray(y)
    if values.ndim == 2:
        soft = as_pmf(values, name="y")
        if soft.shape[1] != classes:
            raise ValueError(
                f"y has {soft.shape[1]} columns of soft targets; the network has {classes} classes."
            )
        return soft
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise ValueError("y needs one class, a whole number, per row of x, or a row of soft targets.")
    odd = values[(values < 0) | (values >= classes)]
    if odd.size:
        raise ValueError(f"y holds the class {odd[0]}; this network knows 0 to {classes - 1}.")
    return values


def _as_rows(y: NDArray[Any], network: Network) -> FloatArray:
    """Soft targets as they are, and classes as rows with a single 1."""
    return np.asarray(y) if y.ndim == 2 else np.eye(max(network.sizes[-1], 2))[y]


def _black_and_white(x: ArrayLike) -> FloatArray:
    rows = as_numbers(x, name="x")
    grey = rows[(rows != 0.0) & (rows != 1.0)]
    if grey.size:
        raise ValueError(f"x holds the pixel {grey[0]:.6g}; a picture here is of pixels 0 and 1 only.")
    return rows
