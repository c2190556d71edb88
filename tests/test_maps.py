"""The two maps: every arrow of the first carries an identity that holds, and both can be read and heard.

Oracle for an arrow: its two sides, from sums written out here over random distributions with `math` or
NumPy's own arithmetic, not from course_lib's measures; for the drawing, the boxes of its words as
Matplotlib measures them.
"""

import heapq
import itertools
import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation

from course_lib import figures, maps

EXACT = 1e-9


@pytest.fixture(autouse=True)
def reading_style():
    figures.use_style("reading")
    yield
    figures.use_style("reading")


# ------------------------------------------------------------------------- the identity of every arrow
def _h(p, log=math.log2):
    return -math.fsum(x * log(x) for x in np.ravel(p) if x > 0)


def _ce(p, q, log=math.log2):
    return -math.fsum(x * log(y) for x, y in zip(np.ravel(p), np.ravel(q), strict=True) if x > 0)


def _d(p, q, log=math.log2):
    return math.fsum(x * log(x / y) for x, y in zip(np.ravel(p), np.ravel(q), strict=True) if x > 0)


def _i(joint, log=math.log2):
    return _h(joint.sum(axis=1), log) + _h(joint.sum(axis=0), log) - _h(joint, log)


def _rows(joint):
    return joint / joint.sum(axis=1, keepdims=True)


def surprise_of_a_probability(rng):
    # What −log must do: add up over independent events, and give 1 bit to a fair coin.
    a, b = rng.uniform(0.01, 1, 2)
    yield -math.log2(a * b), -math.log2(a) - math.log2(b)
    yield -math.log2(0.5), 1.0


def entropy_is_mean_surprise(rng):
    p = rng.dirichlet(np.ones(5))
    drawn = np.repeat(-np.log2(p), (1e7 * p).round().astype(int))  # the surprises in a long typical sample
    yield pytest.approx(_h(p), abs=1e-5), drawn.mean()


def code_length_above_entropy(rng):
    p = rng.dirichlet(np.ones(6))
    heap = list(p)
    heapq.heapify(heap)
    length = 0.0
    while len(heap) > 1:  # Huffman: the mean length is the sum of all merged weights
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        length += merged
        heapq.heappush(heap, merged)
    yield True, _h(p) <= length < _h(p) + 1


def joint_entropy_is_one_after_the_other(rng):
    joint = rng.dirichlet(np.ones(12)).reshape(3, 4)
    rows = sum(p * _h(row) for p, row in zip(joint.sum(axis=1), _rows(joint), strict=True))
    yield _h(joint), _h(joint.sum(axis=1)) + rows


def gain_of_a_split(rng):
    counts = rng.integers(1, 30, (2, 3))  # two branches, three classes
    total = counts.sum()
    impurity = sum(branch.sum() / total * _h(branch / branch.sum()) for branch in counts)
    yield _i(counts / total), _h(counts.sum(axis=0) / total) - impurity


def cross_entropy_is_mean_surprise_of_the_model(rng):
    p, q = rng.dirichlet(np.ones(4), 2)
    drawn = np.repeat(-np.log2(q), (1e7 * p).round().astype(int))
    yield pytest.approx(_ce(p, q), abs=1e-5), drawn.mean()


def missing_to_the_uniform(rng):
    p = rng.dirichlet(np.ones(5))
    yield math.log2(5) - _h(p), _d(p, np.full(5, 0.2))


def information_is_what_a_row_tells(rng):
    joint = rng.dirichlet(np.ones(12)).reshape(3, 4)
    rows = sum(p * _h(row) for p, row in zip(joint.sum(axis=1), _rows(joint), strict=True))
    yield _i(joint), _h(joint.sum(axis=0)) - rows


def divergence_is_waste(rng):
    p, q = rng.dirichlet(np.ones(4), 2)
    yield _d(p, q), _ce(p, q) - _h(p)


def information_is_divergence_from_the_product(rng):
    joint = rng.dirichlet(np.ones(12)).reshape(3, 4)
    yield _i(joint), _d(joint, np.outer(joint.sum(axis=1), joint.sum(axis=0)))


def perplexity_is_a_power(rng):
    # Oracle: the inverse geometric mean of what the model gave to each token of a text.
    given = rng.uniform(0.01, 1, 20)
    yield 2 ** (-np.log2(given).mean()), math.prod(1 / given) ** (1 / 20)


def elbo_and_its_gap(rng):
    prior, q = rng.dirichlet(np.ones(4), 2)
    likelihood = rng.uniform(0.01, 1, 4)
    evidence = prior @ likelihood
    elbo = q @ np.log(likelihood) - _d(q, prior, math.log)
    yield math.log(evidence) - elbo, _d(q, prior * likelihood / evidence, math.log)


def _tilted(rng):
    reference, reward, beta = rng.dirichlet(np.ones(5)), rng.normal(size=5), rng.uniform(0.2, 2)
    weights = reference * np.exp(reward / beta)
    return reference, reward, beta, weights / weights.sum(), weights.sum()


def tilt_earns_beta_ln_z(rng):
    reference, reward, beta, tilted, z = _tilted(rng)

    def objective(policy):
        return policy @ reward - beta * _d(policy, reference, math.log)

    yield objective(tilted), beta * math.log(z)
    other = rng.dirichlet(np.ones(5))
    yield True, objective(other) < beta * math.log(z)


def dpo_reads_the_reward_off(rng):
    reference, reward, beta, tilted, z = _tilted(rng)
    for k in range(5):
        yield beta * math.log(tilted[k] / reference[k]), reward[k] - beta * math.log(z)


def infonce_stays_below_information(rng):
    # Oracle: every batch of x, two candidates y and the place of the partner, under the ideal critic.
    joint = rng.dirichlet(np.ones(4)).reshape(2, 2)
    p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
    ratio = joint / np.outer(p_x, p_y)
    loss = 0.0
    for x, y1, y2 in itertools.product((0, 1), repeat=3):
        chance = joint[x, y1] * p_y[y2]
        loss -= chance * math.log(ratio[x, y1] / (ratio[x, y1] + ratio[x, y2]))
    yield True, math.log(2) - loss <= _i(joint, math.log) + EXACT


def what_a_bottleneck_loses(rng):
    joint, encoder = rng.dirichlet(np.ones(12)).reshape(4, 3), rng.dirichlet(np.ones(2), 4)
    p_ty = encoder.T @ joint
    p_x, about_x, about_t = joint.sum(axis=1), _rows(joint), _rows(p_ty)
    lost = sum(
        p_x[x] * encoder[x, t] * _d(about_x[x], about_t[t]) for x, t in itertools.product(range(4), range(2))
    )
    yield _i(joint) - _i(p_ty), lost


def bits_per_byte(rng):
    # Oracle: all bits of a text over all its bytes.
    nats, n_bytes = rng.uniform(0, 8, 30), 97
    perplexity = math.exp(nats.mean())
    yield nats.sum() / math.log(2) / n_bytes, math.log2(perplexity) * 30 / n_bytes


def divergence_of_two_shifted_normals(rng):
    shift, sigma = rng.uniform(-2, 2), rng.uniform(0.5, 2)
    x = np.linspace(-30, 30, 60_001)
    p, q = (np.exp(-((x - m) ** 2) / 2 / sigma**2) for m in (0, shift))
    log_ratio = ((x - shift) ** 2 - x**2) / 2 / sigma**2
    assert np.allclose(np.log(p[30_000 - 500 : 30_500] / q[30_000 - 500 : 30_500]), log_ratio[29_500:30_500])
    yield (p * log_ratio).sum() / p.sum(), shift**2 / (2 * sigma**2)


IDENTITIES = {
    ("probability", "surprise"): ("I(x) = −log p(x)", surprise_of_a_probability),
    ("surprise", "entropy"): ("H(p) = Σ p(x)·I(x)", entropy_is_mean_surprise),
    ("entropy", "code length"): ("H ≤ L < H + 1", code_length_above_entropy),
    ("entropy", "conditional entropy"): (
        "H(X,Y) = H(X) + H(Y|X)",
        joint_entropy_is_one_after_the_other,
    ),
    ("conditional entropy", "information gain"): ("gain = H(Y) − H(Y|split)", gain_of_a_split),
    ("surprise", "cross-entropy"): (
        "CE(p,q) = Σ p·(−log q)",
        cross_entropy_is_mean_surprise_of_the_model,
    ),
    ("entropy", "KL divergence"): ("log K − H(p) = D(p‖uniform)", missing_to_the_uniform),
    ("conditional entropy", "mutual information"): (
        "I(X;Y) = H(Y) − H(Y|X)",
        information_is_what_a_row_tells,
    ),
    ("cross-entropy", "KL divergence"): ("D(p‖q) = CE − H(p)", divergence_is_waste),
    ("KL divergence", "mutual information"): (
        "I(X;Y) = D(joint‖product)",
        information_is_divergence_from_the_product,
    ),
    ("cross-entropy", "perplexity"): ("PPL = 2^CE (CE in bits)", perplexity_is_a_power),
    ("KL divergence", "ELBO"): ("ln p(x) − ELBO = D(q‖p(z|x))", elbo_and_its_gap),
    ("KL divergence", "tilt π*"): ("E r − β·D = β ln Z", tilt_earns_beta_ln_z),
    ("mutual information", "InfoNCE"): ("ln N − loss ≤ I(X;Y)", infonce_stays_below_information),
    ("mutual information", "bottleneck"): (
        "I(X;Y) − I(T;Y) = E D(p(y|x)‖p(y|t))",
        what_a_bottleneck_loses,
    ),
    ("perplexity", "bits per byte"): ("log₂ PPL · tokens/bytes", bits_per_byte),
    ("ELBO", "diffusion"): ("D = Δμ²/2σ² (nats)", divergence_of_two_shifted_normals),
    ("tilt π*", "DPO"): ("β ln(π*/π_ref) = r − β ln Z", dpo_reads_the_reward_off),
}


def test_every_arrow_of_the_map_is_tested_here_and_says_what_is_tested():
    drawn = {(edge.start, edge.end): " ".join(edge.identity.split()) for edge in maps.EDGES}
    assert drawn == {arrow: identity for arrow, (identity, _) in IDENTITIES.items()}
    assert len(maps.EDGES) == len(drawn)


@pytest.mark.parametrize("arrow", IDENTITIES, ids=" → ".join)
def test_the_identity_of_an_arrow_holds_on_random_inputs(arrow):
    _, sides = IDENTITIES[arrow]
    for seed in range(25):
        for left, right in sides(np.random.default_rng(seed)):
            assert right == left or right == pytest.approx(left, abs=EXACT), seed


def test_every_idea_can_be_reached_from_probability():
    reached = {"probability"}
    for _ in maps.NODES:
        reached |= {edge.end for edge in maps.EDGES if edge.start in reached}
    assert reached == set(maps.NODES)


# --------------------------------------------------------------------------------------- the drawings
DRAWINGS = {"ideas": (maps.draw_map_of_ideas, 7.2), "losses": (maps.draw_loss_map, 5.2)}


def _drawn(name):
    draw, height = DRAWINGS[name]
    figure, axes = figures.new_figure(height)
    draw(axes)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    words = [text for text in axes.texts if text.get_text()]
    renderer = canvas.get_renderer()
    return figure, axes, {text: _extent(text, renderer) for text in words}


def _extent(text, renderer):
    box = text.get_bbox_patch()
    return box.get_window_extent(renderer) if box else text.get_window_extent(renderer)


def _ideas(texts):
    written = {f"{node.name}\n{node.symbol}" for node in maps.NODES.values()}
    return [text for text in texts if text.get_text() in written]


@pytest.mark.parametrize("style", ["reading", "lecture"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_no_words_of_a_map_are_cut_off_or_lie_over_others(name, style):
    figures.use_style(style)
    figure, _, boxes = _drawn(name)
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height
        assert inside, text.get_text()
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or down <= 1, (one.get_text(), other.get_text())


@pytest.mark.parametrize("style", ["reading", "lecture"])
def test_no_arrow_of_the_map_runs_through_an_idea_it_does_not_join(style):
    figures.use_style(style)
    _, axes, boxes = _drawn("ideas")
    ideas = {text.get_text().split("\n")[0]: boxes[text] for text in _ideas(boxes)}
    assert set(ideas) == set(maps.NODES)
    arrows = [text for text in axes.texts if isinstance(text, Annotation)]
    assert len(arrows) == len(maps.EDGES)
    for arrow, edge in zip(arrows, maps.EDGES, strict=True):
        ends = axes.transData.transform([arrow.xyann, arrow.xy])
        on_the_way = ends[0] + np.linspace(0, 1, 200)[:, None] * (ends[1] - ends[0])
        crossed = {name for name, box in ideas.items() if any(box.contains(*point) for point in on_the_way)}
        assert crossed == {edge.start, edge.end}


def test_a_divergence_is_told_from_a_mean_surprise_by_its_frame_too():
    _, axes, boxes = _drawn("ideas")
    for text in _ideas(boxes):
        thick = text.get_bbox_patch().get_linewidth() > 2
        assert thick == (maps.NODES[text.get_text().split("\n")[0]].kind == maps.DIVERGENCE)
    assert any("thick frame: a divergence" in text.get_text() for text in axes.texts)


def test_the_map_in_words_names_every_idea_and_every_arrow_with_its_identity():
    alt = maps.map_of_ideas_alt()
    for node in maps.NODES.values():
        assert f"{node.name} ({node.symbol})" in alt
    for (start, end), (identity, _) in IDENTITIES.items():
        assert f"{start} → {end}: {identity}" in alt
    assert alt.endswith(".")


@pytest.mark.parametrize("style", ["reading", "lecture"])
def test_the_loss_map_shows_every_loss_in_the_frame_of_its_direction(style):
    figures.use_style(style)
    _, axes, boxes = _drawn("losses")
    frames = {patch.get_linestyle(): patch.get_window_extent() for patch in axes.patches}
    assert len(frames) == 2
    for loss in maps.LOSSES.values():
        frame = frames["--" if loss.direction == "reverse" else "-"]
        inside = {text.get_text() for text, box in boxes.items() if frame.y0 < box.y0 and box.y1 < frame.y1}
        assert {loss.assumption, loss.name, loss.divergence, loss.floor} <= inside


def test_the_loss_map_in_words_has_every_loss_with_its_direction_and_floor():
    alt = maps.loss_map_alt()
    assert "a number: Gaussian, σ fixed → squared error, MSE = D(truth‖model) + ½ ln 2πeσ², forward" in alt
    assert "an unseen cause: latent z → negative ELBO = D(q(z)‖p(z|x)) + −ln p(x), reverse" in alt
    assert alt.count(" → ") == len(maps.LOSSES) == 8
    assert "hinge" in alt
