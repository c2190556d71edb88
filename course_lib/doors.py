"""Same number, different doors: quantities that look unrelated and are equal, each computed both ways."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib import records
from course_lib.channels import binary_symmetric_channel, capacity, kelly_growth
from course_lib.classifiers import cross_entropy_from_logits, fit_temperature, softmax
from course_lib.datasets import breast_cancer, digits_split
from course_lib.measures import (
    entropy,
    information_gain,
    js_divergence,
    kl_divergence,
    mutual_information,
    surprisal,
)
from course_lib.tables import Table


class Door(NamedTuple):
    """One way to a number.

    Attributes
    ----------
    name : str
        What is computed.
    value : float
    """

    name: str
    value: float


class SameNumber(NamedTuple):
    """A number that is found behind several doors.

    Attributes
    ----------
    unit : str
    doors : tuple of Door
    why : str
        Why they must agree.
    within : float
        How far apart they may be: rounding, or, for measurements, chance.
    """

    unit: str
    doors: tuple[Door, ...]
    why: str
    within: float

    @property
    def apart(self) -> float:
        """How far apart the doors' values are."""
        values = [door.value for door in self.doors]
        return max(values) - min(values)


def same_number_doors() -> Table:
    """Show numbers that are reached through different doors. Chapter 8.

    Examples
    --------
    >>> print(same_number_doors().rows[0][1])
    0.0958 = 0.0958 bits
    """
    rows = [
        (
            " = ".join(door.name for door in number.doors),
            f"{' = '.join(f'{door.value:.4f}' for door in number.doors)} {number.unit}"
            if number.within < 1e-6
            else f"{' ≈ '.join(f'{door.value:.2f}' for door in number.doors)} {number.unit}",
            number.why,
        )
        for number in same_numbers()
    ]
    return Table("Same number, different doors", ("doors", "computed", "because"), rows)


@cache
def same_numbers() -> tuple[SameNumber, ...]:
    """Compute every number through each of its doors.

    Returns
    -------
    tuple of SameNumber
    """
    return (_mixture(), _edge(), _split(), _temperature(), _event(), _collapse())


def _mixture() -> SameNumber:
    p, q = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]
    doors = (
        Door("Jensen–Shannon divergence of two spinners", float(js_divergence(p, q))),
        Door("what one spin tells about which spinner it was", mutual_information(np.array([p, q]) / 2)),
    )
    why = "telling two distributions apart is learning the label of the one that spoke"
    return SameNumber("bits", doors, why, 1e-9)


def _edge() -> SameNumber:
    doors = (
        Door("growth per even-money bet won 60 % of the time, staked by Kelly", float(kelly_growth(0.6))),
        Door("divergence of a 60 % coin from a fair one", float(kl_divergence([0.6, 0.4], [0.5, 0.5]))),
        Door("capacity of a wire that flips 40 %", capacity(binary_symmetric_channel(0.4)).capacity),
    )
    why = "an edge over fair odds, evidence per flip and what a noisy wire carries are all 1 − H(0.4)"
    return SameNumber("bits", doors, why, 1e-8)


def _split() -> SameNumber:
    """The best single question about a tumour, by counting and by a library's tree."""
    from sklearn.tree import DecisionTreeClassifier

    data = breast_cancer()
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=1, random_state=0)
    grown = tree.fit(data.features, data.is_benign).tree_
    share = grown.n_node_samples[1:] / grown.n_node_samples[0]
    dropped = float(grown.impurity[0] - share @ grown.impurity[1:])
    yes = data.features[:, grown.feature[0]] <= grown.threshold[0]
    counts = [
        [int((side & data.is_benign).sum()), int((side & ~data.is_benign).sum())] for side in (yes, ~yes)
    ]
    doors = (
        Door(
            "information gain of a tumour's best first question", information_gain(np.sum(counts, 0), counts)
        ),
        Door("fall in impurity at the root of scikit-learn's tree", dropped),
        Door(
            "mutual information of answer and diagnosis",
            mutual_information(np.array(counts), normalize=True),
        ),
    )
    return SameNumber("bits", doors, "gain is H(diagnosis) − H(diagnosis|answer): I by another name", 1e-9)


def _temperature() -> SameNumber:
    """Bill and expected bill of a classifier of digits, on the digits its temperature was fitted on."""
    from sklearn.linear_model import LogisticRegression

    digits = digits_split()
    model = LogisticRegression(C=10, max_iter=2000).fit(digits.train.pixels, digits.train.labels)
    z, y = model.decision_function(digits.validation.pixels), digits.validation.labels
    tau = fit_temperature(z, y)
    doors = (
        Door(
            "cross-entropy of a digit classifier at its fitted τ",
            float(cross_entropy_from_logits(z / tau, y)),
        ),
        Door(
            "mean entropy of its forecasts there",
            float(np.mean(entropy(softmax(z, temperature=tau), unit="nats"))),
        ),
    )
    return SameNumber(
        "nats", doors, "their difference is the loss's slope in 1/τ, over τ: at the best τ it is 0", 1e-9
    )


def _event() -> SameNumber:
    """The most that steering towards ten words of praise can spend, and the surprise of hearing one."""
    stored = records.load("language_prompts")
    row = list(stored["prompts"]).index("The movie was")
    p = softmax(stored["log_probs"][row].astype(np.float64))
    praise = np.isin(np.arange(len(p)), stored["praise_ids"])
    forced = np.where(praise, p, 0.0) / p[praise].sum()
    doors = (
        Door(
            "KL ceiling of steering a language model to ten words of praise", float(kl_divergence(forced, p))
        ),
        Door("its surprise at hearing one of them", float(surprisal(p[praise].sum()))),
    )
    return SameNumber("bits", doors, "D(p(·|A)‖p) = −log p(A): conditioning costs the event's surprise", 1e-9)


def _collapse() -> SameNumber:
    """The bill of an autoencoder whose code has collapsed, and that of pixels drawn one by one."""
    stored = records.load("digits_autoencoder")
    last = int(stored["betas"].argmax())
    bill = stored["reconstruction"][:, last] + stored["rate"][:, last]
    doors = (
        Door(
            f"bill of a VAE of digits with β_VAE = {stored['betas'][last]:g} (recorded)", float(bill.mean())
        ),
        Door("bill of independent pixels", float(stored["independent_pixels"])),
    )
    return SameNumber("nats", doors, "a code that says nothing leaves every pixel to its own frequency", 0.1)
