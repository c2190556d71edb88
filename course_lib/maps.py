"""The two maps that close the course: how its ideas hang together, and which loss is which divergence."""

from typing import NamedTuple

FORWARD, REVERSE = "forward", "reverse"


# ------------------------------------------------------------------------------------------ the losses
class Loss(NamedTuple):
    """What a loss assumes, and which divergence it is: loss = floor + divergence, in nats."""

    assumption: str  # what the data are, and what the model takes them for
    name: str
    formula: str  # of one example
    divergence: str
    direction: str  # FORWARD: mean under the truth; REVERSE: mean under the model
    mean_under: str
    floor: str


LOSSES = {
    "Bernoulli": Loss(
        "yes or no: Bernoulli",
        "binary cross-entropy",
        "−y ln q − (1 − y) ln(1 − q)",
        "D(truth‖model)",
        FORWARD,
        "the data",
        "H(Y|X) of the yes and no",
    ),
    "categorical": Loss(
        "one of K: categorical",
        "softmax cross-entropy",
        "−ln q(y)",
        "D(truth‖model)",
        FORWARD,
        "the data",
        "H(Y|X) of the classes",
    ),
    "Gaussian": Loss(
        "a number: Gaussian, σ fixed",
        "squared error, MSE",
        "(y − m)²/2σ² + ½ ln 2πσ²",
        "D(truth‖model)",
        FORWARD,
        "the data",
        "½ ln 2πeσ²",
    ),
    "Laplace": Loss(
        "a number: Laplace, b fixed",
        "absolute error, MAE",
        "|y − m|/b + ln 2b",
        "D(truth‖model)",
        FORWARD,
        "the data",
        "1 + ln 2b",
    ),
    "soft target": Loss(
        "a teacher's soft target",
        "distillation",
        "−Σ teacher · ln student",
        "D(teacher‖student)",
        FORWARD,
        "the teacher",
        "H(teacher)",
    ),
    "latent z": Loss(
        "an unseen cause: latent z",
        "negative ELBO",
        "−E ln p(x|z) + D(q(z)‖p(z))",
        "D(q(z)‖p(z|x))",
        REVERSE,
        "the guess q",
        "−ln p(x)",
    ),
    "reference policy": Loss(
        "a reward: reference policy",
        "minus RLHF objective, per β",
        "−E r/β + D(π‖π_ref)",
        "D(π‖π*)",
        REVERSE,
        "the policy π",
        "−ln Z",
    ),
    "positive pairs": Loss(
        "pairs: one positive of N",
        "InfoNCE",
        "−s(x,y) + ln Σ exp s(x,y_j)",
        "D(which is it‖softmax of s)",
        FORWARD,
        "the pairs",
        "H(which|batch)",
    ),
}
