"""Exercises, questions and predictions of chapter 8, The complete picture."""

from __future__ import annotations

import bz2
import lzma
import math
import zlib
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib.classifiers import cross_entropy_from_probabilities, softmax
from course_lib.datasets import python_text
from course_lib.exercises.material import (
    Exercise,
    Misnaming,
    Mistake,
    Naming,
    Option,
    Part,
    Prediction,
    Question,
)
from course_lib.gaussians import gaussian_entropy, gaussian_kl
from course_lib.measures import (
    conditional_entropy,
    entropy,
    js_distance,
    js_divergence,
    kl_divergence,
    perplexity,
    surprisal,
)

_LN2 = math.log(2)

# ---------------------------------------------------------------------------------- 8.1

_H_X, _H_Y, _H_XY = 3.0, 2.0, 4.2


_FILL_IN = Exercise(
    id="8.1",
    title="Three numbers, and the rest",
    prompt="H(X) = 3, H(Y) = 2 and H(X,Y) = 4.2 bits. Give (I(X;Y), H(X|Y), H(Y|X)), in bits.",
    parts=[
        Part(
            "mutual information",
            lambda: _H_X + _H_Y - _H_XY,
            low=0,
            high=_H_Y,
            bound="It lies between 0 and the smaller entropy, 2 bits.",
            mistakes=[
                Mistake(lambda: _H_X + _H_Y + _H_XY, "JOINT_ADDED"),
                Mistake(lambda: _H_X + _H_Y, "JOINT_FORGOTTEN"),
                Mistake(lambda: 0.0, "INDEPENDENCE_ASSUMED"),
                Mistake(lambda: _H_XY, "JOINT_FOR_MI"),
            ],
        ),
        Part(
            "H(X|Y)",
            lambda: _H_XY - _H_Y,
            low=0,
            high=_H_X,
            bound="It lies between 0 and H(X) = 3 bits.",
            mistakes=[
                Mistake(
                    lambda: _H_XY - _H_X,
                    "WRONG_CONDITION",
                    (
                        "That is H(Y|X). Which variable do you know already?",
                        "Subtract the entropy of what stands *behind* the bar.",
                    ),
                ),
                Mistake(
                    lambda: _H_X,
                    "MARGINAL_FOR_COND",
                    (
                        "That is H(X), before anyone told you Y.",
                        "H(X,Y) minus H(Y).",
                    ),
                ),
                Mistake(
                    lambda: _H_X + _H_Y - _H_XY,
                    "GAIN_FOR_REMAINING",
                    (
                        "That is what Y tells about X. Asked is what stays open.",
                        "H(X) minus it.",
                    ),
                ),
                Mistake(
                    lambda: _H_XY,
                    "JOINT_FOR_COND",
                    (
                        "That counts the uncertainty about Y too.",
                        "Subtract H(Y).",
                    ),
                ),
            ],
        ),
        Part(
            "H(Y|X)",
            lambda: _H_XY - _H_X,
            low=0,
            high=_H_Y,
            bound="It lies between 0 and H(Y) = 2 bits.",
            mistakes=[
                Mistake(
                    lambda: _H_XY - _H_Y,
                    "WRONG_CONDITION",
                    (
                        "That is H(X|Y). Which variable do you know already?",
                        "Subtract the entropy of what stands *behind* the bar.",
                    ),
                ),
                Mistake(
                    lambda: _H_Y,
                    "MARGINAL_FOR_COND",
                    (
                        "That is H(Y), before anyone told you X.",
                        "H(X,Y) minus H(X).",
                    ),
                ),
                Mistake(
                    lambda: _H_X + _H_Y - _H_XY,
                    "GAIN_FOR_REMAINING",
                    (
                        "That is what X tells about Y. Asked is what stays open.",
                        "H(Y) minus it.",
                    ),
                ),
                Mistake(
                    lambda: _H_XY,
                    "JOINT_FOR_COND",
                    (
                        "That counts the uncertainty about X too.",
                        "Subtract H(X).",
                    ),
                ),
            ],
        ),
    ],
    in_another_order=(
        "Right numbers, but not in their places. What is left of X once Y is known, H(X|Y), comes from H(X).",
        "Subtract from H(X,Y) the entropy of what stands behind the bar.",
    ),
    hints=(
        "Draw the bar H(X|Y) | I | H(Y|X). How long is all of it, and how long are its first two pieces?",
        "All of it is H(X,Y); H(X) is the first two pieces, H(Y) the last two.",
    ),
    solution="I = H(X) + H(Y) − H(X,Y) = 3 + 2 − 4.2 = 0.8 bits. H(X|Y) = H(X,Y) − H(Y) = 2.2, H(Y|X) = "
    "H(X,Y) − H(X) = 1.2. Check: 2.2 + 0.8 + 1.2 = 4.2.",
)

# ---------------------------------------------------------------------------------- 8.2

#: The floors to choose from in exercise 8.2, in nats.
FLOORS = {
    "A": "0",
    "B": "H(Y|X)",
    "C": "½ ln 2πe = 1.4189",
    "D": "−ln p(x)",
    "E": "β ln Z",
    "F": "−β ln Z",
    "G": "ln N − I(X;Y)",
    "H": "τ² · H(teacher)",
}

#: Who may stand first in the divergence of a loss of exercise 8.2.
FIRST = (
    *("data", "model", "teacher", "student", "encoder", "posterior", "prior", "policy"),
    *("reference", "joint", "product"),
)

_DATA_FIRST = (
    "Whose samples is the loss a mean over: those that were given, or those that the network makes up?",
    "Those that were given. They have the weights, and stand first.",
)


class _Loss(NamedTuple):
    """A loss of exercise 8.2: who stands first, its floor, and what to say to other choices."""

    name: str
    first: str
    floor: str
    other_first: dict[str, tuple[str, str, str]]
    other_floors: dict[str, tuple[str, str, str]]
    spellings: dict[str, str]


_LOSSES = (
    _Loss(
        "squared error",
        "data",
        "C",
        {"model": ("SWAPPED", *_DATA_FIRST)},
        {
            "A": (
                "FLOOR_OF_NOISE",
                "0 would need a y that x settles to its last digit. What does noise of σ = 1 leave?",
                "The differential entropy of N(0, 1), in nats.",
            ),
            "B": (
                "FLOOR_OF_LABELS",
                "Right in spirit: h(Y|X). But for noise with σ = 1 it is a number.",
                "½ ln 2πeσ² with σ = 1.",
            ),
        },
        {"truth": "data", "p": "data"},
    ),
    _Loss(
        "cross-entropy",
        "data",
        "B",
        {"model": ("SWAPPED", *_DATA_FIRST)},
        {
            "A": (
                "FLOOR_OF_NOISE",
                "0 only where x settles the label. What if the same x comes with different labels?",
                "What stays open about Y once X is known.",
            ),
        },
        {"truth": "data", "p": "data"},
    ),
    _Loss(
        "distillation",
        "teacher",
        "A",
        {
            "student": (
                "SWAPPED",
                "Whose soft labels give the weights, in Σ p ln (p/q)?",
                "Truth first; here the truth is whoever is copied.",
            ),
            "model": (
                "OTHER_PAIR",
                "Two models are at work here. Which one gives the soft labels, and which one learns them?",
                "Whoever gives the weights in Σ p ln (p/q) stands first.",
            ),
            "data": (
                "OTHER_PAIR",
                "That is the loss on hard labels. Who gives the soft ones?",
                "The large network's probabilities give the weights.",
            ),
        },
        {
            "H": (
                "CE_FOR_KL",
                "That is left of a *cross-entropy* with soft labels. Is it still there in a divergence?",
                "τ² multiplies a divergence; what is the least that can be?",
            ),
        },
        {},
    ),
    _Loss(
        "negative ELBO",
        "encoder",
        "D",
        {
            "posterior": (
                "SWAPPED",
                "Who draws the z that the mean is over: the true posterior, which nobody can compute, or its "
                "guess?",
                "Whoever draws the z stands first.",
            ),
            "prior": (
                "SWAPPED",
                "The prior stands in the rate, and there it stands second. Who draws z in training?",
                "Whoever draws the z stands first.",
            ),
            "data": (
                "OTHER_PAIR",
                "Over many x the data are averaged as well. But here x is one picture: who draws z?",
                "Whoever draws the z stands first.",
            ),
            "model": (
                "OTHER_PAIR",
                "The model and not the data, yes. But a VAE has two networks: which one draws the z?",
                "One makes z from x, the other x from z.",
            ),
        },
        {
            "A": (
                "FLOOR_OF_NOISE",
                "The gap can be 0. But the negative ELBO is the gap *and* something else.",
                "ln p(x) = ELBO + gap.",
            ),
        },
        {"q": "encoder", "guess": "encoder"},
    ),
    _Loss(
        "RLHF",
        "policy",
        "F",
        {
            "reference": (
                "SWAPPED",
                "Whose replies are rewarded: the old model's, or those of the one in training?",
                "Whoever writes the replies stands first.",
            ),
            "model": (
                "OTHER_PAIR",
                "The model and not the data, yes. But two are at work, the old one and the one in training. "
                "Whose replies are rewarded?",
                "The loss is written with π and π_ref. Call whoever stands first by its name.",
            ),
        },
        {
            "E": (
                "OBJECTIVE_FOR_LOSS",
                "β ln Z is the *most* that reward minus β·D can be. The loss is minus that.",
                "Turn the sign.",
            ),
            "A": (
                "FLOOR_OF_NOISE",
                "The loss is β·D − E[r]. At D = 0 it is minus the reference's mean reward. Is less possible?",
                "At its best the objective is β ln Z.",
            ),
        },
        {"π": "policy", "pi": "policy"},
    ),
    _Loss(
        "InfoNCE",
        "joint",
        "G",
        {
            "product": (
                "SWAPPED",
                "I(X;Y) = D(...‖...): which of the two tables do true pairs come from?",
                "Whatever the true pairs come from stands first.",
            ),
            "data": (
                "OTHER_PAIR",
                "True pairs and chance pairs are both made of the data. From which of the two tables do true "
                "ones come?",
                "I(X;Y) = D(...‖...): name the two tables.",
            ),
        },
        {
            "A": (
                "LOG_N_CAP",
                "The loss is at least 0, but can its mean get there? Only if the pairs share as much as ln "
                "N.",
                "ln N minus the loss is at most I(X;Y).",
            ),
        },
        {"joint distribution": "joint", "product of margins": "product"},
    ),
)


def _loss_parts(loss: _Loss) -> tuple[Naming, Naming]:
    first = Naming(
        "who stands first",
        lambda: loss.first,
        spellings=loss.spellings | {f"the {name}": name for name in (loss.first, *loss.other_first)},
        mistakes=[Misnaming(name, code, (say, more)) for name, (code, say, more) in loss.other_first.items()],
    )
    floor = Naming(
        "floor",
        lambda: loss.floor,
        spellings={FLOORS[letter]: letter for letter in (loss.floor, *loss.other_floors)},
        mistakes=[
            Misnaming(name, code, (say, more)) for name, (code, say, more) in loss.other_floors.items()
        ],
    )
    return first, floor


_MATCHING = Exercise(
    id="8.2",
    title="Which divergence, which floor?",
    prompt="Behind each of six losses, in nats, stands a KL divergence and a floor that no training gets "
    "below. Give a dictionary: the loss, and in brackets who stands first in the divergence and the "
    "letter of the floor; for instance {'squared error': ('model', 'H'), ...}. The losses: "
    + ", ".join(repr(loss.name) for loss in _LOSSES)
    + ". Squared error is ½(y − ŷ)² + ½ ln 2π with noise of σ = 1; cross-entropy is with hard labels; "
    "distillation is τ²·D; the ELBO is of one x, with a decoder that stays as it is; RLHF is β·D(π‖π_ref) − "
    "E[r]; InfoNCE has N candidates, and its divergence is the I(X;Y) that it bounds, here below ln N. First "
    "stands one of: "
    + ", ".join(FIRST)
    + ". Floors: "
    + "; ".join(f"{letter}: {floor}" for letter, floor in FLOORS.items())
    + ".",
    rows=[loss.name for loss in _LOSSES],
    parts=[part for loss in _LOSSES for part in _loss_parts(loss)],
    hints=(
        "First stands whoever draws the samples that the loss is a mean over. The floor is what is left of "
        "the loss when the divergence is 0.",
        "Write loss = divergence + rest. The divergence can be 0; the floor is the rest.",
    ),
    solution="squared error: data first, floor C; its floor is h of the noise. cross-entropy: data first, "
    "floor B. distillation: teacher first, floor A; τ² changes the slope, not the least value. negative "
    "ELBO: encoder first (q before the posterior), floor D. RLHF: policy first, floor F, as the loss is "
    "−β ln Z + β·D(π‖π*). InfoNCE: joint first, since I = D(joint‖product), floor G, "
    "which an ideal critic nears as N grows.",
)

# ---------------------------------------------------------------------------------- 8.3


class Claim(NamedTuple):
    """A claim of the audit: what it says, whether it holds, and the number that decides it."""

    exhibit: str
    claim: str
    asked: str
    holds: bool
    number: Part
    believed: tuple[str, str]


_J3 = np.array([[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]])
_HALF_AND_HALF = ((0.9, 0.1, 0.0), (0.0, 0.5, 0.5))
_AT_TEN = np.array([3.0, 1.5, 0.5, -0.5])
_FRAUD = 0.01


def _mean_loss(said: float, share: float = _FRAUD) -> float:
    """Return the mean loss in nats of one probability for a rare event and what is left for all else."""
    fraud, honest = (
        float(cross_entropy_from_probabilities(np.array([said]), np.array([y]), reduction="mean"))
        for y in (1, 0)
    )
    return share * fraud + (1 - share) * honest


def _hinge_share(label: int, score: float = 0.0) -> float:
    return math.exp(-max(0.0, 1 - label * score))


#: The ten claims of exercise 8.3. Some are printed as they were met; some the other way round.
AUDIT = (
    Claim(
        "M2",
        "At τ = 10 softmax turns the logits (3, 1.5, 0.5, −0.5) into (0.262, 0.248, 0.242, 0.248).",
        "the probability of the fourth outcome",
        False,
        Part(
            "number",
            lambda: float(softmax(_AT_TEN, temperature=10)[3]),
            unit="probability",
            low=0,
            high=1,
            bound="A probability lies between 0 and 1.",
            mistakes=[
                Mistake(
                    lambda: 0.248,
                    "PUBLISHED",
                    (
                        "That is the printed one. Compute it: divide the logits by 10, then softmax.",
                        "exp(−0.05) over the sum of all four exponentials.",
                    ),
                ),
                Mistake(
                    lambda: float(softmax(_AT_TEN)[3]),
                    "TAU_ONE",
                    (
                        "That is the probability at τ = 1.",
                        "Divide the logits by 10 first.",
                    ),
                ),
                Mistake(lambda: float(softmax(_AT_TEN, temperature=0.1)[3]), "TAU_INVERTED"),
            ],
        ),
        (
            "The fourth outcome gets as much as the second, though its logit is smaller by 2. Can a "
            "temperature change the order?",
            "Compute softmax of the logits over 10.",
        ),
    ),
    Claim(
        "M4",
        "The losses of a two-class model add up to 40.4 nats on 200 rows. Per row that is less than 50 : 50 "
        "costs.",
        "its loss per row, in nats",
        True,
        Part(
            "number",
            lambda: 40.4 / 200,
            unit="nats",
            low=0,
            bound="A log loss is at least 0.",
            mistakes=[
                Mistake(lambda: 40.4, "SUM_FOR_MEAN"),
                Mistake(
                    lambda: _LN2,
                    "COMPARED_WITH",
                    (
                        "That is what 50 : 50 costs per row. Asked is the model's own.",
                        "Divide the sum by the rows.",
                    ),
                ),
            ],
        ),
        (
            "40.4 looks like much, but it is a sum. What would saying 50 : 50 two hundred times add up to?",
            "Compare both per row.",
        ),
    ),
    Claim(
        "M6",
        "A text costs 1.2828 bits per token, so its perplexity is e^1.2828 = 3.607.",
        "its perplexity",
        False,
        Part(
            "number",
            lambda: float(perplexity([1.2828], unit="bits")),
            unit="",
            low=1,
            bound="A perplexity is at least 1.",
            mistakes=[
                Mistake(
                    lambda: math.exp(1.2828),
                    "PPL_BASE",
                    (
                        "The base of the power must be the base of the log. In which unit is 1.2828?",
                        "Bits are undone by powers of 2.",
                    ),
                ),
                Mistake(
                    lambda: 1.2828,
                    "LOSS_FOR_PPL",
                    (
                        "That is the bill. Among how many equal choices is that much surprise?",
                        "2 to that power.",
                    ),
                ),
            ],
        ),
        (
            "e to the power of *bits*. Which base undoes a log2?",
            "2 to the power of bits equals e to the power of nats; never mix them.",
        ),
    ),
    Claim(
        "M10",
        "(0.9, 0.1, 0) and (0, 0.5, 0.5) do not overlap, so their JS divergence is the full 1 bit.",
        "their JS divergence, in bits",
        False,
        Part(
            "number",
            lambda: float(js_divergence(*_HALF_AND_HALF)),
            low=0,
            high=1,
            bound="Two distributions: JS lies between 0 and 1 bit.",
            mistakes=[
                Mistake(
                    lambda: 1.0,
                    "PUBLISHED",
                    (
                        "1 bit is for distributions that share nothing. Do these two?",
                        "Average them, then take each one's D from that mean.",
                    ),
                ),
                Mistake(lambda: float(js_distance(*_HALF_AND_HALF)), "JS_ROOT"),
                Mistake(
                    lambda: float(js_distance(*_HALF_AND_HALF, unit="nats")),
                    "JS_ROOT",
                    (
                        "That is the root of JS, in nats, as a library returns it by default.",
                        "Square it; set base=2.",
                    ),
                ),
                Mistake(lambda: 2 * float(js_divergence(*_HALF_AND_HALF)), "JS_HALF"),
                Mistake(lambda: float(js_divergence(*_HALF_AND_HALF, unit="nats")), "NATS_FOR_BITS"),
            ],
        ),
        (
            "Look at the second outcome: which of the two can give it?",
            "JS is 1 bit only where every outcome gives its source away.",
        ),
    ),
    Claim(
        "M12",
        "The KL divergence between N(0, 1) and N(1, 1) depends on which of them stands first.",
        "D(N(0, 1)‖N(1, 1)), in bits",
        False,
        Part(
            "number",
            lambda: float(gaussian_kl(0, 1, 1, 1, unit="bits")),
            low=0,
            bound="A divergence is at least 0.",
            mistakes=[
                Mistake(lambda: 0.5, "NATS_FOR_BITS"),
                Mistake(lambda: 1 / _LN2, "LOST_HALF"),
            ],
        ),
        (
            "D is not symmetric *in general*. What does the formula say when both σ are alike?",
            "½·Δμ²/σ² does not know the sign of Δμ.",
        ),
    ),
    Claim(
        "M15",
        "exp(−hinge loss) is the probability of a label, so the hinge loss is a log loss too.",
        "exp(−loss) of both labels y = ±1, added up, at score 0; the loss is max(0, 1 − y·score)",
        False,
        Part(
            "number",
            lambda: _hinge_share(1) + _hinge_share(-1),
            unit="",
            low=0,
            high=2,
            bound="Two numbers between 0 and 1 add up to at most 2.",
            mistakes=[
                Mistake(
                    lambda: 1.0,
                    "ASSUMED",
                    (
                        "Two probabilities would add up to 1. Are these?",
                        "At score 0 the hinge loss of either label is 1.",
                    ),
                ),
                Mistake(
                    lambda: _hinge_share(1),
                    "ONE_OF_TWO",
                    (
                        "That is one label. Asked are both.",
                        "Add them.",
                    ),
                ),
                Mistake(
                    lambda: 2.0,
                    "EXP_FORGOTTEN",
                ),
            ],
        ),
        (
            "Do the two labels' exp(−loss) add up to 1?",
            "At score 0 they do not, and at score 1 they add up to something else again: no constant mends "
            "it.",
        ),
    ),
    Claim(
        "M20",
        "In the table J3, [[.15, .05, .05], [.05, .10, .60]], hearing X = 0 leaves Y *more* uncertain than "
        "before.",
        "H(Y|X=0), in bits",
        True,
        Part(
            "number",
            lambda: float(entropy(_J3[0], normalize=True)),
            low=0,
            high=math.log2(3),
            bound="Three outcomes: at most log2 3 = 1.585 bits.",
            mistakes=[
                Mistake(lambda: conditional_entropy(_J3), "AVERAGE_FOR_ROW"),
                Mistake(
                    lambda: float(entropy(_J3.sum(axis=0))),
                    "COMPARED_WITH",
                    (
                        "That is H(Y), before. Asked is what is open after hearing X = 0.",
                        "The entropy of the first row, divided by its sum.",
                    ),
                ),
                Mistake(
                    lambda: float(-(_J3[0] * np.log2(_J3[0])).sum()),
                    "UNNORMALISED",
                    (
                        "The first row adds up to 0.25. Entropy of *what* distribution?",
                        "Divide the row by its sum first.",
                    ),
                ),
                Mistake(
                    lambda: float(entropy(_J3[0], normalize=True)) / 4,
                    "WEIGHTED_ONCE",
                    (
                        "Weighted by P(X=0) already: that is its share in an average. X = 0 has been heard.",
                        "Leave the factor 0.25 away.",
                    ),
                ),
                Mistake(lambda: float(entropy(_J3[0], normalize=True, unit="nats")), "NATS_FOR_BITS"),
            ],
        ),
        (
            "It never happens on *average*. Does the average forbid it for one value?",
            "Take the entropy of the first row, normalised, and compare it with H(Y).",
        ),
    ),
    Claim(
        "M21",
        "One payment in a hundred is a fraud. A model that gives the right answer 0.6 every time never "
        "errs, and still has a higher log loss than one that says “1 % fraud” every time.",
        "the loss of the second model, in nats",
        True,
        Part(
            "number",
            lambda: _mean_loss(_FRAUD),
            unit="nats",
            low=0,
            bound="A log loss is at least 0.",
            mistakes=[
                Mistake(
                    lambda: -math.log(0.6),
                    "COMPARED_WITH",
                    (
                        "That is the loss of the first model. Asked is the one that knows only how common "
                        "fraud is.",
                        "In 1 % of cases it pays −ln 0.01, in 99 % −ln 0.99.",
                    ),
                ),
                Mistake(
                    lambda: -math.log(1 - _FRAUD),
                    "HALF_BCE",
                    (
                        "That is what it pays on an honest payment. And on a fraud?",
                        "0.01 · (−ln 0.01) + 0.99 · (−ln 0.99).",
                    ),
                ),
                Mistake(
                    lambda: -math.log(_FRAUD),
                    "HALF_BCE",
                    (
                        "That is what it pays on a fraud. How often is there one?",
                        "0.01 · (−ln 0.01) + 0.99 · (−ln 0.99).",
                    ),
                ),
                Mistake(
                    lambda: _mean_loss(_FRAUD, share=0.5),
                    "UNWEIGHTED",
                    (
                        "Fraud and honest payments count alike here. Are they as common?",
                        "Weight by 0.01 and 0.99.",
                    ),
                ),
                Mistake(lambda: _mean_loss(_FRAUD) / _LN2, "BITS_FOR_NATS"),
            ],
        ),
        (
            "Never wrong, but never sure. What does −ln 0.6 cost, every time?",
            "Compare it with the loss of the base rate.",
        ),
    ),
    Claim(
        "M23",
        "512 numbers of 32 bits have room enough to tell a thousand million pictures apart.",
        "the bits that it takes to name one of a thousand million",
        True,
        Part(
            "number",
            lambda: float(surprisal(1e-9)),
            low=0,
            bound="Naming takes no negative number of bits.",
            also_right=(30.0,),
            mistakes=[
                Mistake(
                    lambda: 512 * 32.0,
                    "COMPARED_WITH",
                    (
                        "That is the room there is. How much of it does a name take?",
                        "log2 of a thousand million.",
                    ),
                ),
                Mistake(lambda: 1e9, "LOG_FORGOTTEN"),
                Mistake(lambda: math.log(1e9), "NATS_FOR_BITS"),
            ],
        ),
        (
            "How many yes/no questions pick one of 10⁹? And how many bits are 512 · 32?",
            "Dimensions are not bits: compare bits with bits.",
        ),
    ),
    Claim(
        "M24",
        "Lengths are noted in centimetres, no longer in metres. Their differential entropy grows, though "
        "nothing has become less certain.",
        "by how many bits it grows",
        True,
        Part(
            "number",
            lambda: float(gaussian_entropy(100.0, unit="bits")) - float(gaussian_entropy(1.0, unit="bits")),
            mistakes=[
                Mistake(
                    lambda: 0.0,
                    "UNIT_FORGOTTEN",
                ),
                Mistake(lambda: math.log(100), "NATS_FOR_BITS"),
                Mistake(lambda: 2.0, "HARTLEYS"),
                Mistake(
                    lambda: 100.0,
                    "LOG_FORGOTTEN",
                    (
                        "The numbers grow a hundredfold. What does h(aX) = h(X) + log |a| say?",
                        "log2 of 100.",
                    ),
                ),
                Mistake(
                    lambda: -math.log2(100),
                    "SIGN",
                    (
                        "The numbers get larger and spread further. Which way does h go?",
                        "h(aX) = h(X) + log |a|, with a = 100.",
                    ),
                ),
            ],
        ),
        (
            "H of a discrete variable would not notice. Does h(aX) equal h(X)?",
            "h(aX) = h(X) + log |a|.",
        ),
    ),
)


def _verdict(claim: Claim) -> Naming:
    right, wrong = ("true", "false") if claim.holds else ("false", "true")
    code = "CLAIM_DOUBTED" if claim.holds else "CLAIM_BELIEVED"
    return Naming(
        "verdict",
        lambda: right,
        spellings={"yes": "true", "no": "false", "right": "true", "wrong": "false"},
        mistakes=[Misnaming(wrong, code, claim.believed)],
    )


_AUDITED = Exercise(
    id="8.3",
    title="The audit",
    prompt="Ten claims from the museum, some as they were met, some put right. For each say True or False "
    "*and* give the number that decides it, in a dictionary such as {'M2': (True, 0.25), 'M4': ...}. "
    + " ".join(f"{claim.exhibit}: {claim.claim} (Number: {claim.asked}.)" for claim in AUDIT),
    rows=[claim.exhibit for claim in AUDIT],
    parts=[part for claim in AUDIT for part in (_verdict(claim), claim.number)],
    hints=(
        "Compute first, judge afterwards. One claim at a time: leave the others at `...`.",
        "Each of the ten is one line with a function of course_lib.measures, classifiers or gaussians.",
    ),
    solution="M2: false, 0.2107; a temperature never changes the order. M4: true, 40.4/200 = 0.2020 nats, "
    "and 50 : 50 costs ln 2 = 0.6931. M6: false, 2^1.2828 = 2.4331. M10: false, 0.8050 bits: both can "
    "give the second outcome. M12: false, ½ nat = 0.7213 bits either way, since the widths are alike. "
    "M15: false, 2/e = 0.7358 and not 1. M20: true, H(0.6, 0.2, 0.2) = 1.3710 bits, above H(Y) = 1.2789; "
    "only the average over x cannot rise. M21: true, 0.0560 nats against −ln 0.6 = 0.5108. M23: true, "
    "log2 10⁹ = 29.8974 bits, and there is room for 16,384. M24: true, log2 100 = 6.6439 bits: "
    "differential entropy knows its ruler.",
)

# ---------------------------------------------------------------------------------- 8.4

_BILL, _FLOOR = 2.0, 1.6


_WASTE = Exercise(
    id="8.4",
    title="What could be saved",
    prompt="A model's cross-entropy is 2.0 bits per token, and the text's own entropy is 1.6. Give (the "
    "waste in bits, the model's perplexity, the best possible perplexity).",
    parts=[
        Part(
            "waste",
            lambda: _BILL - _FLOOR,
            low=0,
            high=_BILL,
            bound="The waste D(p‖q) is at least 0, and at most the bill.",
            mistakes=[
                Mistake(lambda: 2**_BILL / 2**_FLOOR, "RATIO_FOR_WASTE"),
                Mistake(lambda: _BILL / _FLOOR, "RATIO_FOR_WASTE"),
                Mistake(
                    lambda: 2**_BILL - 2**_FLOOR,
                    "PPL_DIFFERENCE",
                ),
                Mistake(
                    lambda: _FLOOR,
                    "H_ONLY",
                    (
                        "That part nobody can save. What does the model pay beyond it?",
                        "Cross-entropy minus entropy.",
                    ),
                ),
                Mistake(lambda: (_BILL - _FLOOR) * _LN2, "NATS_FOR_BITS"),
            ],
        ),
        Part(
            "perplexity",
            lambda: float(perplexity([_BILL], unit="bits")),
            unit="",
            low=1,
            bound="A perplexity is at least 1.",
            mistakes=[
                Mistake(
                    lambda: math.exp(_BILL),
                    "PPL_BASE",
                    (
                        "e to the power of bits. Which base undoes a log2?",
                        "2 to the power of 2.0.",
                    ),
                ),
                Mistake(
                    lambda: _BILL,
                    "LOSS_FOR_PPL",
                    (
                        "That is the bill in bits. Among how many equal choices is that much surprise?",
                        "2 to that power.",
                    ),
                ),
            ],
        ),
        Part(
            "best perplexity",
            lambda: float(perplexity([_FLOOR], unit="bits")),
            unit="",
            low=1,
            high=2**_BILL,
            bound="It lies between 1 and the model's own.",
            mistakes=[
                Mistake(
                    lambda: math.exp(_FLOOR),
                    "PPL_BASE",
                    (
                        "e to the power of bits. Which base undoes a log2?",
                        "2 to the power of 1.6.",
                    ),
                ),
                Mistake(
                    lambda: _FLOOR,
                    "LOSS_FOR_PPL",
                    (
                        "That is the text's entropy in bits. Among how many equal choices is that much "
                        "surprise?",
                        "2 to that power.",
                    ),
                ),
                Mistake(
                    lambda: 1.0,
                    "PERFECT_FOR_BEST",
                ),
            ],
        ),
    ],
    hints=(
        "Cross-entropy is entropy plus waste. And bits are undone by powers of which base?",
        "Waste: 2.0 − 1.6. Perplexities: 2 to the power of each bill.",
    ),
    solution="Waste: 2.0 − 1.6 = 0.4 bits per token. Perplexity: 2^2 = 4. Best: 2^1.6 = 3.0314, which no "
    "model undercuts. Their ratio, 1.32, is 2^0.4: the waste again, as a factor.",
)

# ---------------------------------------------------------------------------------- 8.5

_SIGMA = 0.1


def _bell(sigma: float) -> float:
    return float(gaussian_entropy(sigma, unit="bits"))


_NEGATIVE = Exercise(
    id="8.5",
    title="Where a bound breaks",
    prompt="(Hard.) For discrete variables I(X;Y) ≤ min(H(X), H(Y)). With densities it fails: I(X;Y) is "
    "never negative, so one X with h(X) < 0 is enough. Let X be N(0, 0.1²), σ = 0.1. What is h(X), in "
    "bits?",
    parts=[
        Part(
            "differential entropy",
            lambda: _bell(_SIGMA),
            mistakes=[
                Mistake(lambda: _bell(math.sqrt(_SIGMA)), "SD_FOR_VAR"),
                Mistake(lambda: _bell(_SIGMA) * _LN2, "NATS_FOR_BITS"),
                Mistake(
                    lambda: -_bell(_SIGMA),
                    "SIGN",
                    (
                        "A density may exceed 1, and its log then is positive. Which sign has h?",
                        "½ log2 (2πe·0.01): the number in the log is below 1.",
                    ),
                ),
                Mistake(
                    lambda: _bell(1.0),
                    "SCALE_FORGOTTEN",
                ),
                Mistake(
                    lambda: math.log2(_SIGMA),
                    "CONSTANT_FORGOTTEN",
                    (
                        "At σ = 1 that would be 0. Is h(N(0, 1)) zero?",
                        "Add ½ log2 2πe.",
                    ),
                ),
            ],
        )
    ],
    hints=(
        "A normal X has h = ½ log 2πeσ². Which number is σ² here?",
        "½ log2 (2πe · 0.01), and 2πe = 17.0795.",
    ),
    solution="½ log2 (17.0795 · 0.01) = ½ log2 0.1708 = −1.2748 bits. No I(X;Y) can be below 0, so none is "
    "below h(X). Where is the gap in the proof? It needs H(X|Y) ≥ 0, and h(X|Y) may be negative too: with "
    "densities, I(X;X) is infinite.",
)

EXERCISES = (_FILL_IN, _MATCHING, _AUDITED, _WASTE, _NEGATIVE)

# ---------------------------------------------------------------------------------- 8.6

#: Each chapter's name, and one sentence about it to compare with the learner's own (8.6, not graded).
CHAPTERS_IN_A_SENTENCE = (
    (
        "Surprise",
        "The less likely something was, the more it tells you, and the surprises of independent events add "
        "up.",
    ),
    (
        "Entropy",
        "Uncertainty is the surprise you expect on average, and no way of asking gets by with fewer "
        "yes-or-no questions.",
    ),
    (
        "Cross-entropy",
        "Whoever believes something else than the truth is more surprised on average than need be, and "
        "training a classifier means lowering that bill.",
    ),
    (
        "KL divergence",
        "What a wrong belief costs on top depends on which of the two produces the data, and it is also "
        "how fast the data give the wrong one away.",
    ),
    (
        "Mutual information",
        "Two things share as much as knowing the one spares you in surprise at the other, and few data "
        "make it look like more than it is.",
    ),
    (
        "The information bottleneck",
        "A good summary keeps what matters for the question and drops the rest, and a single price "
        "settles how much of either.",
    ),
    (
        "Language and generative models",
        "A language model is a compressor you can talk to: training lowers its bill, temperature spreads its "
        "bets, and steering it towards a wish costs the surprise at having it granted.",
    ),
    (
        "The complete picture",
        "There is one idea, the surprise of a model at the world: average it, subtract it, share it, squeeze "
        "it.",
    ),
)

# ---------------------------------------------------------------------------------- questions

QUESTIONS = (
    Question(
        "8.r1",
        "From chapter 7: a model has perplexity 16 per token, and a token is 4 bytes long on average. Bits "
        "per byte:",
        (
            Option("4", "4 bits are what a *token* costs: log2 16."),
            Option("1", "log2 16 = 4 bits per token, over 4 bytes.", True),
            Option("0.25", "One over the bytes. How many bits does a token cost?"),
            Option("16", "Bits are logs of perplexity, and then per byte."),
        ),
    ),
    Question(
        "8.r2",
        "From chapter 6: a layer makes T from X alone. Which of these can never happen?",
        (
            Option("I(X;T) falls during training", "It may: another T, after another step of training."),
            Option("T has more units than X", "Units are not bits."),
            Option("I(T;Y) = I(X;Y)", "That is a T which loses nothing that matters."),
            Option("I(T;Y) > I(X;Y)", "Data processing: T knows Y only through X.", True),
        ),
    ),
    Question(
        "8.r3",
        "From chapter 1: two independent events have surprises of 3 and 5 bits. Both together happen with "
        "probability",
        (
            Option("1/256", "Surprises add: 8 bits, and 2^−8.", True),
            Option("1/8 + 1/32", "That adds probabilities. Both happened: multiply."),
            Option("1/15", "Surprises add; they do not multiply."),
            Option("1/8", "That is the first one alone."),
        ),
    ),
    Question(
        "8.r4",
        "From chapter 4: D(p‖q) is infinite. Then",
        (
            Option("p and q share no outcome", "One outcome that q forbids is enough."),
            Option("D(q‖p) is infinite too", "It need not be: what q never does, it never pays for."),
            Option("q forbids what p allows", "Sooner or later p shows it, and q has no code for it.", True),
            Option("a log was computed wrongly", "∞ is an answer."),
        ),
    ),
    Question(
        "8.q1",
        "Training with squared error is maximum likelihood if the noise in y is",
        (
            Option("anything with mean 0", "Then it finds means, but it is no likelihood."),
            Option("Gaussian with a fixed σ", "−log of that density is (y − ŷ)²/2σ² and a constant.", True),
            Option("Gaussian with any σ(x)", "Then each square is divided by its own 2σ(x)²."),
            Option("uniform", "Its likelihood does not care how far off ŷ is, within the range."),
        ),
    ),
    Question(
        "8.q2",
        "Which of these can be negative?",
        (
            Option("D(p‖q)", "Single terms can; their sum cannot."),
            Option("I(X;Y)", "It is a divergence."),
            Option("H(X) of a die", "No outcome of it has p above 1."),
            Option("h(X) of a density", "Below 0 once it is narrow: a density may exceed 1.", True),
        ),
    ),
    Question(
        "8.q3",
        "Mean absolute error is the log loss of which noise, up to scale and constant?",
        (
            Option("Laplace: exp(−|y − ŷ|/b)", "Minus its log is |y − ŷ|/b and a constant.", True),
            Option("Gaussian: exp(−(y − ŷ)²/2σ²)", "Minus its log is a square."),
            Option("none: it is not smooth", "A density may have a kink."),
            Option("Bernoulli: p^y (1 − p)^(1 − y)", "That is for labels 0 and 1."),
        ),
    ),
    Question(
        "8.q4",
        "H(X) = 3 and H(Y) = 2 bits. Which H(X,Y) is impossible?",
        (
            Option("3 bits", "Then X settles Y."),
            Option("4.2 bits", "Then they share 0.8 bits."),
            Option("5.5 bits", "Together they cannot hold more than 3 + 2.", True),
            Option("5 bits", "Then they are independent."),
        ),
    ),
    Question(
        "8.q5",
        "A model's training loss fell below the entropy of the source that made the text. It has",
        (
            Option("beaten the source", "On new text nobody does, in the mean."),
            Option("learned this text by heart", "On new text it will pay more: H(p) + D.", True),
            Option("found the source's own p", "Then it would pay the entropy, not less."),
            Option("been trained in nats", "Both are meant in the same unit."),
        ),
    ),
    Question(
        "8.a",
        "The cross-entropy of a model q has come down to H(p). What follows?",
        (
            Option("it is right every time", "Not if the labels are noisy: H(p) is what noise costs."),
            Option("it is overfitted", "That would show *below* H(p), on training data."),
            Option("its loss is 0", "Its loss is H(p). 0 is the waste."),
            Option("q = p: no waste is left", "D(p‖q) = 0, and the rest cannot be saved.", True),
        ),
    ),
    Question(
        "8.b",
        "Three of these are KL divergences in disguise. Which one is not?",
        (
            Option("mutual information", "D(joint‖product of the margins)."),
            Option("cross-entropy minus entropy", "D(p‖q), the waste."),
            Option("hinge loss", "exp(−loss) is no distribution over labels.", True),
            Option("ln p(x) minus the ELBO", "D(q‖posterior), the gap."),
        ),
    ),
)

# ---------------------------------------------------------------------------------- predictions

_SHELF: dict[str, Callable[[bytes], bytes]] = {
    "zlib": lambda data: zlib.compress(data, 9),
    "lzma": lambda data: lzma.compress(data, preset=9),
    "bz2": lambda data: bz2.compress(data, 9),
}


@cache
def packed_letters() -> dict[str, float]:
    """Return what three compressors of the standard library make of the text, in bits per letter."""
    data = python_text().letters.encode()
    return {name: 8 * len(pack(data)) / len(data) for name, pack in _SHELF.items()}


_PRAISE = 0.0047


def _half_praise() -> float:
    return float(kl_divergence([0.5, 0.5], [_PRAISE, 1 - _PRAISE]))


_BITS = (3.9, 2.9, 6.7)

PREDICTIONS = (
    Prediction(
        "8.hook",
        "H(X) = 3, H(Y) = 2, H(X,Y) = 4.2 bits; the table itself is lost. How many of these five are "
        "settled: I(X;Y), H(X|Y), H(Y|X), D(p(x,y)‖p(x)p(y)), the share of H(Y) that X tells?",
        truth=lambda: 2.0,
        options=("none without the table", "the first three", "all five", "only I(X;Y)"),
        explanation=lambda: (
            "What both hold, counted twice in H(X) + H(Y), is counted once in H(X,Y): their difference is "
            "I, and I is that divergence. The rest is subtraction and one division; exercise 8.1 does it."
        ),
    ),
    Prediction(
        "8.steer",
        "Of all next words a model gives 0.47 % to praise, so to have praise every time costs at least "
        "7.7 bits. To have praise half of the time costs at least",
        truth=lambda: float(np.argmin([abs(_half_praise() - bits) for bits in _BITS])),
        options=tuple(f"{bits:g} bits" for bits in _BITS),
        explanation=lambda: (
            f"D of (½, ½) from (0.0047, 0.9953): {_half_praise():.2f} bits. Half of 7.7, less the one bit "
            "that may stay open: whether it will be praise."
        ),
    ),
    Prediction(
        "8.league",
        "300,000 letters of Python's documentation, 27 symbols. Which of three compressors of the standard "
        "library makes the smallest file?",
        truth=lambda: float(list(_SHELF).index(min(_SHELF, key=packed_letters().__getitem__))),
        options=tuple(_SHELF),
        explanation=lambda: (
            "Bits per letter: "
            + ", ".join(f"{name} {bits:.3f}" for name, bits in packed_letters().items())
            + ". A fixed code needs 4.755, single letters 4.100. Where does a predictor of your own stand?"
        ),
    ),
)
