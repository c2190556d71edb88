"""The two maps that close the course: how its ideas hang together, and which loss is which divergence."""

from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from course_lib.figures import DIVERGENCE_FILL, ENTROPY_FILL, INK, QUIET_COLOUR

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
        "H(Y|X)",
    ),
    "categorical": Loss(
        "one of K: categorical",
        "softmax cross-entropy",
        "−ln q(y)",
        "D(truth‖model)",
        FORWARD,
        "the data",
        "H(Y|X)",
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
        "−RLHF objective/β",
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
        "D(which‖critic)",
        FORWARD,
        "the pairs",
        "H(which|batch)",
    ),
}


# ------------------------------------------------------------------------------------ the map of ideas
ENTROPY, DIVERGENCE, USE = "a mean surprise", "a divergence", "a use"
FILLS = {ENTROPY: ENTROPY_FILL, DIVERGENCE: DIVERGENCE_FILL, USE: "white"}


class Node(NamedTuple):
    """An idea on the map: its name, how it is written, what it is, and where it stands."""

    name: str
    symbol: str
    kind: str
    across: float  # from the left, in widths of the map
    row: float  # from the top


class Edge(NamedTuple):
    """An arrow of the map, and the identity that leads along it."""

    start: str
    end: str
    identity: str  # a line break is where the drawing breaks it
    label_at: float = 0.5  # of the way

    @property
    def sentence(self) -> str:
        """The arrow in words."""
        return f"{self.start} → {self.end}: {' '.join(self.identity.split())}"


_LEFT, _CENTRE, _RIGHT = 0.12, 0.47, 0.875
_COLUMNS = (_LEFT, 0.27, _CENTRE, 0.62, _RIGHT)

NODES = {
    node.name: node
    for node in (
        Node("probability", "p(x)", USE, _LEFT, 0),
        Node("code length", "L bits a symbol", ENTROPY, _CENTRE, 0),
        Node("information gain", "decision trees", DIVERGENCE, _RIGHT, 0),
        Node("surprise", "I(x)", ENTROPY, _LEFT, 1),
        Node("entropy", "H(p), H(X)", ENTROPY, _CENTRE, 1),
        Node("conditional entropy", "H(Y|X)", ENTROPY, _RIGHT, 1),
        Node("cross-entropy", "CE(p,q)", ENTROPY, _LEFT, 2),
        Node("KL divergence", "D(p‖q)", DIVERGENCE, _CENTRE, 2),
        Node("mutual information", "I(X;Y)", DIVERGENCE, _RIGHT, 2),
        Node("perplexity", "PPL", USE, _COLUMNS[0], 3.35),
        Node("ELBO", "VAE", USE, _COLUMNS[1], 3.35),
        Node("tilt π*", "RLHF", USE, _COLUMNS[2], 3.35),
        Node("InfoNCE", "CLIP", USE, _COLUMNS[3], 3.35),
        Node("bottleneck", "summary T", USE, _COLUMNS[4], 3.35),
        Node("bits per byte", "LLM scores", USE, _COLUMNS[0], 4.35),
        Node("diffusion", "each step", USE, _COLUMNS[1], 4.35),
        Node("DPO", "preferences", USE, _COLUMNS[2], 4.35),
    )
}

EDGES = (
    Edge("probability", "surprise", "I(x) =\n−log p(x)"),
    Edge("surprise", "entropy", "H(p) =\nΣ p(x)·I(x)"),
    Edge("entropy", "code length", "H ≤ L < H + 1"),
    Edge("entropy", "conditional entropy", "H(X,Y) =\nH(X) + H(Y|X)"),
    Edge("conditional entropy", "information gain", "gain = H(Y)\n− H(Y|split)"),
    Edge("surprise", "cross-entropy", "CE(p,q) =\nΣ p·(−log q)"),
    Edge("entropy", "KL divergence", "log K − H(p)\n= D(p‖uniform)"),
    Edge("conditional entropy", "mutual information", "I(X;Y) =\nH(Y) − H(Y|X)"),
    Edge("cross-entropy", "KL divergence", "D(p‖q) =\nCE − H(p)"),
    Edge("KL divergence", "mutual information", "I(X;Y) =\nD(joint‖product)"),
    Edge("cross-entropy", "perplexity", "PPL = 2^CE\n(CE in bits)"),
    Edge("KL divergence", "ELBO", "ln p(x) − ELBO\n= D(q‖p(z|x))", 0.64),
    Edge("KL divergence", "tilt π*", "E r − β·D\n= β ln Z", 0.36),
    Edge("mutual information", "InfoNCE", "ln N − loss\n≤ I(X;Y)", 0.64),
    Edge("mutual information", "bottleneck", "I(X;Y) − I(T;Y) =\nE D(p(y|x)‖p(y|t))", 0.36),
    Edge("perplexity", "bits per byte", "log₂ PPL ·\ntokens/bytes"),
    Edge("ELBO", "diffusion", "D = Δμ²/2σ²\n(nats)"),
    Edge("tilt π*", "DPO", "β ln(π*/π_ref)\n= r − β ln Z"),
)


def draw_map_of_ideas(axes: Axes) -> None:
    """Draw the course as a map: every arrow carries the identity that leads from one idea to the next.

    Filled boxes are mean surprises or, with a thick frame, divergences; white ones are where they are used.
    Made for a figure of 8.4 by 7.2 inches; `map_of_ideas_alt` says the same in words.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Loses its frame.
    """
    axes.set(xlim=(0, 1), ylim=(4.7, -0.35))
    axes.axis("off")
    boxes = {node.name: _box(axes, node) for node in NODES.values()}
    for edge in EDGES:
        start, end = NODES[edge.start], NODES[edge.end]
        _arrow(axes, boxes[edge.start], boxes[edge.end])
        x = start.across + edge.label_at * (end.across - start.across)
        y = start.row + edge.label_at * (end.row - start.row)
        level = start.row == end.row
        axes.text(
            (_inner(start, end) if level else x),
            y,
            edge.identity,
            ha="center",
            va="center",
            fontsize="small",
            linespacing=1.9 if level else 1.2,
            zorder=5,
            bbox=None if level else LABEL,
        )
    words = "blue: a mean surprise\norange, thick frame: a divergence\nwhite: where they are used"
    axes.text(0.995, 4.35, words, ha="right", va="center", fontsize="small", linespacing=1.4)


LABEL: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


def _inner(start: Node, end: Node) -> float:
    """Where the label of a level arrow goes: the middle of what the two boxes leave free, roughly."""
    return (start.across + end.across) / 2 + 0.0035 * (len(start.name) - len(end.name))


def _box(axes: Axes, node: Node) -> Text:
    frame = {
        "boxstyle": "round,pad=0.35",
        "facecolor": FILLS[node.kind],
        "edgecolor": INK,
        "linewidth": 2.6 if node.kind == DIVERGENCE else 1.0,
    }
    words = f"{node.name}\n{node.symbol}"
    weight = "normal" if node.kind == USE else "bold"
    box: Text = axes.text(
        node.across,
        node.row,
        words,
        ha="center",
        va="center",
        fontsize="small",
        weight=weight,
        linespacing=1.25,
        zorder=3,
        bbox=frame,
    )
    return box


def _arrow(axes: Axes, start: Text, end: Text) -> None:
    axes.annotate(
        "",
        end.get_position(),
        start.get_position(),
        zorder=4,
        arrowprops={
            "arrowstyle": "-|>",
            "color": QUIET_COLOUR,
            "linewidth": 1.6,
            "mutation_scale": 1.2 * float(mpl.rcParams["font.size"]),
            "patchA": start.get_bbox_patch(),
            "patchB": end.get_bbox_patch(),
            "shrinkA": 1,
            "shrinkB": 2,
        },
    )


def map_of_ideas_alt() -> str:
    """Say the map of ideas in words: every box, then every arrow with its identity."""
    boxes = "; ".join(f"{node.name} ({node.symbol})" for node in NODES.values())
    return f"Map of the course. Boxes: {boxes}. Arrows: {'; '.join(edge.sentence for edge in EDGES)}."


# ------------------------------------------------------------------------------------ the map of losses
NO_LIKELIHOOD = ("hinge", "triplet margin", "Wasserstein")
APART = f"no log-likelihood, so no KL in them: {', '.join(NO_LIKELIHOOD)}"
WAYS = {
    FORWARD: "forward: truth first, mean under the truth",
    REVERSE: "reverse: model first, mean under the model",
}
HEADS = ("assumption", "mean loss", "divergence", "floor")


def draw_loss_map(axes: Axes) -> None:
    """Draw the losses as a map: from an assumption to its loss, which is a divergence above a floor.

    In a dashed frame stand the losses whose means run under the model. Losses that are no log-likelihood
    stand apart. Made for a figure of 8.4 by 5.2 inches; `loss_map_alt` says the same in words.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Loses its frame.
    """
    axes.set(xlim=(-0.012, 1.012), ylim=(11.3, -0.9))
    axes.axis("off")
    for x, head in zip(_PLACES, HEADS, strict=True):
        axes.text(x, -0.45, head, weight="bold", **_SMALL)
    top = 0.0
    for direction, words in WAYS.items():
        losses = [loss for loss in LOSSES.values() if loss.direction == direction]
        line = "--" if direction == REVERSE else "-"
        frame = Rectangle((-0.01, top), 1.02, len(losses) + 1.0, fill=False, ec=INK, lw=1.2, ls=line)
        axes.add_patch(frame)
        axes.text(_PLACES[0], top + 0.55, words, style="italic", **_SMALL)
        for k, loss in enumerate(losses):
            _draw_loss(axes, loss, top + 1.45 + k)
        top += len(losses) + 1.25
    axes.text(_PLACES[0], top + 0.45, APART, **_SMALL)


_PLACES = (0.0, 0.327, 0.595, 0.836)
_SMALL: dict[str, Any] = {"va": "center", "fontsize": "small", "in_layout": False}


def _draw_loss(axes: Axes, loss: Loss, y: float) -> None:
    cells = (loss.assumption, loss.name, loss.divergence, loss.floor)
    fills = (None, None, DIVERGENCE_FILL, ENTROPY_FILL)
    for x, words, fill in zip(_PLACES, cells, fills, strict=True):
        box = {"facecolor": fill, "edgecolor": "none", "pad": 2.0} if fill else None
        axes.text(x, y, words, bbox=box, **_SMALL)
    for x, sign in zip(_PLACES[1:], "→=+", strict=True):
        axes.text(x - 0.012, y, sign, ha="right", **_SMALL)


def loss_map_alt() -> str:
    """Say the map of losses in words."""
    rows = (
        f"{loss.assumption} → {loss.name} = {loss.divergence} + {loss.floor}, {loss.direction}"
        for loss in LOSSES.values()
    )
    return f"Map of losses: {'; '.join(rows)}. Apart: {APART}."
