"""The labs' networks against finite differences, scikit-learn's, and tasks with known answers."""

import math
import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from course_lib.datasets import binary_digits, digits_split
from course_lib.networks import Adam, Network, VariationalAutoencoder, VariationalBottleneck, train

pytestmark = pytest.mark.filterwarnings("error")


def slopes_by_differences(loss, layers, step=1e-6):
    """Oracle: central differences of the loss along every parameter."""
    found = []
    for layer in layers:
        for array in layer:
            slope = np.empty_like(array)
            for index in np.ndindex(array.shape):
                value = array[index]
                array[index] = value + step
                above = loss()
                array[index] = value - step
                slope[index] = (above - loss()) / (2 * step)
                array[index] = value
            found.append(slope)
    return found


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("classes", [1, 2, 4])
def test_the_gradient_is_that_of_finite_differences(activation, classes):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 3)), rng.integers(max(classes, 2), size=9)
    network = Network((3, 5, 4, classes), activation, seed=1)
    expected = slopes_by_differences(lambda: network.loss(x, y), network.layers)
    found = [array for layer in network.gradient(x, y) for array in layer]
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, abs=1e-8)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
@pytest.mark.parametrize("classes", [1, 3])
def test_the_gradient_of_soft_targets_is_that_of_finite_differences(temperature, classes):
    # Oracle: τ² times the mean of −Σ p log q at τ, written out.
    rng = np.random.default_rng(10)
    x, soft = rng.normal(size=(9, 3)), rng.dirichlet(np.ones(max(classes, 2)), size=9)
    network = Network((3, 5, classes), "tanh", seed=1)

    def loss():
        z = network.logits(x) / temperature
        log_q = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -(temperature**2) * (soft * log_q).sum(axis=1).mean()

    expected = slopes_by_differences(loss, network.layers)
    found = [array for layer in network.gradient(x, soft, temperature=temperature) for array in layer]
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, abs=1e-7)


def test_targets_that_are_sure_are_classes():
    x, y = np.random.default_rng(11).normal(size=(40, 3)), np.arange(40) % 3
    one, other = (Network((3, 4, 3), seed=2) for _ in range(2))
    list(train(one, x, y, epochs=5, batch_size=16))
    list(train(other, x, np.eye(3)[y], epochs=5, batch_size=16))
    for a, b in zip(one.layers, other.layers, strict=True):
        assert a.weights == pytest.approx(b.weights, abs=1e-12)


def test_a_single_logit_is_the_logarithm_of_the_odds():
    network = Network((2, 1), seed=0)
    x, y = np.array([[0.3, -1.0], [2.0, 0.4]]), [1, 0]
    z = (x @ network.layers[0].weights)[:, 0]
    p = 1 / (1 + np.exp(-z))
    assert network.loss(x, y) == pytest.approx(-(math.log(p[0]) + math.log(1 - p[1])) / 2, abs=1e-12)
    assert network.accuracy(x, (z > 0).astype(int)) == 1.0


def test_layers_compute_what_scikit_learns_network_computes_from_the_same_weights():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 3)), np.arange(30) % 3
    for activation in ("tanh", "relu"):
        network = Network((3, 6, 4, 3), activation, seed=3)
        peer = MLPClassifier((6, 4), activation=activation, max_iter=1, batch_size=30, solver="sgd")
        peer.partial_fit(x, y, classes=[0, 1, 2])
        peer.coefs_ = [layer.weights for layer in network.layers]
        peer.intercepts_ = [layer.biases for layer in network.layers]
        powers = np.exp(network.logits(x))
        assert powers / powers.sum(axis=1, keepdims=True) == pytest.approx(peer.predict_proba(x), abs=1e-12)
        hidden = network.activations(x)
        assert [layer.shape for layer in hidden] == [(30, 6), (30, 4), (30, 3)]
        assert (np.abs(hidden[0]) <= 1).all() if activation == "tanh" else (hidden[0] >= 0).all()


def test_adam_takes_the_steps_of_its_paper():
    # Oracle: the algorithm's lines, for one number and three slopes.
    x, slopes, rate = 0.5, [0.3, -0.2, 0.7], 0.05
    mean = square = 0.0
    expected = x
    for t, slope in enumerate(slopes, start=1):
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        expected -= rate * (mean / (1 - 0.9**t)) / (math.sqrt(square / (1 - 0.999**t)) + 1e-8)
    array = np.array([x])
    adam = Adam([array], learning_rate=rate)
    for slope in slopes:
        adam.step([np.array([slope])])
    assert array[0] == pytest.approx(expected, abs=1e-14)


def test_training_without_hidden_layers_ends_at_the_logistic_regression():
    # Oracle: scikit-learn's optimum of the same convex loss, on data that no line separates.
    rng = np.random.default_rng(4)
    x = rng.normal(size=(200, 2))
    y = (x[:, 0] + rng.normal(size=200) > 0).astype(int)
    network = Network((2, 1), seed=0)
    run = train(network, x, y, epochs=1500, checkpoints=[1500], batch_size=200, learning_rate=0.02)
    assert list(run) == [1500]
    best = LogisticRegression(C=np.inf, tol=1e-8).fit(x, y)
    assert network.layers[0].weights[:, 0] == pytest.approx(best.coef_[0], abs=2e-3)
    assert network.layers[0].biases[0] == pytest.approx(best.intercept_[0], abs=2e-3)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_hidden_layer_learns_what_no_line_can(activation):
    x, y = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]), [0, 1, 1, 0]
    network = Network((2, 8, 1), activation, seed=1)
    for _ in train(network, x, y, epochs=600, checkpoints=[600], learning_rate=0.02):
        assert network.accuracy(x, y) == 1.0
        assert network.loss(x, y) < 0.05


def test_checkpoints_are_stops_of_one_and_the_same_training():
    x, y = np.random.default_rng(5).normal(size=(50, 3)), np.arange(50) % 2
    one, other = (Network((3, 4, 2), seed=2) for _ in range(2))
    losses = {epoch: one.loss(x, y) for epoch in train(one, x, y, epochs=6, batch_size=16, seed=9)}
    assert list(losses) == [0, 1, 2, 3, 4, 5, 6]
    for epoch in train(other, x, y, epochs=6, checkpoints=[0, 3, 6], batch_size=16, seed=9):
        assert other.loss(x, y) == losses[epoch]
    assert losses[6] < losses[0]
    before = Network((3, 4, 2), seed=2)
    assert before.loss(x, y) == losses[0], "epoch 0 is before any training"


def test_first_weights_keep_the_spread_of_what_passes_through():
    x = np.random.default_rng(6).normal(size=(500, 400))
    for activation, spread in [("tanh", 1.0), ("relu", math.sqrt(2))]:
        first = x @ Network((400, 400, 2), activation, seed=0).layers[0].weights
        assert first.std() == pytest.approx(spread, rel=0.02)


# --- the priced summary -----------------------------------------------------------------------------------


def test_the_priced_summarys_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(7)
    x, y, noise = rng.normal(size=(6, 4)), rng.integers(3, size=6), rng.normal(size=(6, 2))
    summary = VariationalBottleneck(4, 2, 3, beta=0.3, seed=0)

    def loss():
        mean, log_variance = summary.code(x)
        code = mean + np.exp(log_variance / 2) * noise
        rate = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean()
        return summary.reader.loss(code, y) + 0.3 * rate

    layers = [*summary.encoder.layers, *summary.reader.layers]
    expected = slopes_by_differences(loss, layers)
    found = [array for layer in summary.gradient(x, y, noise) for array in layer]
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, abs=1e-8)


def test_rate_is_the_divergence_of_the_codes_from_the_standard_normal():
    summary = VariationalBottleneck(4, 2, 3, beta=0.3, seed=0)
    x = np.random.default_rng(8).normal(size=(5, 4))
    mean, log_variance = summary.code(x)
    nats = np.mean(0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1))
    assert summary.rate(x, unit="nats") == pytest.approx(nats, abs=1e-12)
    assert summary.rate(x) == pytest.approx(nats / math.log(2), abs=1e-12)


def test_accuracy_and_loss_are_those_of_noisy_codes():
    # Oracle: 4000 codes drawn here.
    rng = np.random.default_rng(9)
    x, y = rng.normal(size=(3, 4)), [0, 1, 1]
    summary = VariationalBottleneck(4, 2, 2, beta=0.3, seed=5)
    mean, log_variance = summary.code(x)
    codes = mean + np.exp(log_variance / 2) * rng.normal(size=(4000, 3, 2))
    z = codes @ summary.reader.layers[0].weights
    right = np.where(np.array(y) == 1, 1, -1) * (z[..., 1] - z[..., 0])
    assert summary.accuracy(x, y, samples=4000) == pytest.approx((right > 0).mean(), abs=0.02)
    assert summary.loss(x, y, samples=4000) == pytest.approx(np.log1p(np.exp(-right)).mean(), abs=0.03)


def test_a_dearer_nat_means_fewer_of_them():
    training, _, test = digits_split()
    rates, accuracies = [], []
    for beta in (1e-3, 0.1, 2.0):
        summary = VariationalBottleneck(64, 4, 10, beta=beta, seed=0)
        summary.train(training.pixels, training.labels, epochs=60, learning_rate=5e-3)
        rates.append(summary.rate(test.pixels))
        accuracies.append(summary.accuracy(test.pixels, test.labels))
    assert rates[0] > 2 * rates[1] > 4 * rates[2]
    assert accuracies[0] > 0.9 and accuracies[0] > accuracies[1] > 0.6
    assert rates[2] < 0.1 and accuracies[2] < 0.5


# --- the autoencoder --------------------------------------------------------------------------------------


def pixel_losses(model, x, codes):
    """Oracle: −log p(x|z) pixel by pixel, from the probabilities of white."""
    white = model.pictures(codes)
    return -(x * np.log(white) + (1 - x) * np.log(1 - white)).sum(axis=-1)


def test_the_autoencoders_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(12)
    x, noise = rng.integers(2, size=(6, 5)).astype(float), rng.normal(size=(6, 2))
    model = VariationalAutoencoder(5, 2, hidden=4, beta=0.7, seed=0)

    def loss():
        mean, log_variance = model.code(x)
        rate = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean()
        return pixel_losses(model, x, mean + np.exp(log_variance / 2) * noise).mean() + 0.7 * rate

    expected = slopes_by_differences(loss, [*model.encoder.layers, *model.reader.layers])
    found = [array for layer in model.gradient(x, x, noise) for array in layer]
    for a, b in zip(found, expected, strict=True):
        assert a == pytest.approx(b, abs=1e-8)


def test_reconstruction_and_rate_bound_the_evidence_and_more_codes_bound_it_tighter():
    # Oracle: −log p(x) with a code of one number, by a fine sum over the prior's bell curve.
    x = binary_digits().pixels[:200].astype(float)
    model = VariationalAutoencoder(64, 1, hidden=16, seed=0)
    model.train(x, epochs=60, learning_rate=5e-3)
    z = np.linspace(-8, 8, 4001)
    log_prior = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    log_joint = log_prior - np.array([pixel_losses(model, picture, z[:, None]) for picture in x])
    highest = log_joint.max(axis=1)
    evidence = -np.mean(highest + np.log(np.exp(log_joint - highest[:, None]).sum(axis=1) * (z[1] - z[0])))
    mean, log_variance = model.code(x)
    rate = np.mean(0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1))
    elbo = model.reconstruction(x, samples=300) + rate
    one, many = (model.importance_bound(x, samples=n) for n in (1, 300))
    assert one == pytest.approx(elbo, abs=0.3), "a bound of one code is the ELBO, one draw of it"
    assert evidence < many + 0.02 and many < elbo - 0.05
    assert many == pytest.approx(evidence, abs=0.1)


def test_a_price_too_high_and_the_code_collapses_to_the_loss_of_separate_pixels():
    # Oracle: every pixel a coin of its own share of white.
    x = binary_digits().pixels[:400].astype(float)
    model = VariationalAutoencoder(64, 4, hidden=16, beta=20.0, seed=0)
    model.train(x, epochs=120, learning_rate=5e-3)
    white = np.clip(x.mean(axis=0), 1e-9, 1 - 1e-9)
    separate = -(x * np.log(white) + (1 - x) * np.log(1 - white)).sum(axis=1).mean()
    assert model.rate(x, unit="nats") < 0.01
    assert model.reconstruction(x) == pytest.approx(separate, abs=0.15)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: VariationalAutoencoder(4, 2).train([[0.0, 0.5, 1.0, 1.0]], epochs=1), "the pixel 0.5"),
        (lambda: VariationalAutoencoder(4, 2, beta=math.nan), "beta is nan; the price of a nat"),
        (
            lambda: list(train(Network((2, 3)), [[1.0, 2.0]], [[0.5, 0.5]], epochs=1)),
            "y has 2 columns of soft",
        ),
        (lambda: list(train(Network((2, 2)), [[1.0, 2.0]], [[0.5, 0.6]], epochs=1)), "y sums to 1.1000"),
        (lambda: Network((2, 1), "sigmoid"), 'activation must be "tanh" or "relu", not \'sigmoid\''),
        (lambda: Network((2,)), "sizes is (2,); a network needs inputs and logits"),
        (lambda: Network((2, 0, 1)), "sizes is (2, 0, 1)"),
        (lambda: list(train(Network((2, 1)), [[1.0, 2.0]], [0, 1], epochs=1)), "one class, a whole number"),
        (lambda: list(train(Network((2, 1)), [[1.0, 2.0]], [0.0], epochs=1)), "one class, a whole number"),
        (lambda: list(train(Network((2, 1)), [[1.0, math.nan]], [0], epochs=1)), "x[0, 1] is nan"),
        (lambda: list(train(Network((2, 1)), [[1.0, 2.0]], [2], epochs=1)), "y holds the class 2"),
        (
            lambda: Network((2, 1)).activations([[1.0]]),
            "x has shape (1, 1); this network takes 2 inputs a row",
        ),
        (lambda: VariationalBottleneck(2, 1, 2, beta=-1.0), "beta is -1.0; the price of a nat"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        call()
