"""Demos of chapter 7, language: the numbers they show, and the states in which the syllabus promises an aha.

Oracles: sums written out with `math` over numbers written out here; the stored records read with
`numpy.load` and softmaxed here; a tiny transformer written as loops. No oracle uses course_lib's measures,
its sampling rules or its records.
"""

import itertools
import math

import numpy as np
import pytest
from demo_states import artists_of, numbers, values_of
from matplotlib.colors import to_rgba
from tiny_model import looped_logits, tiny_weights, write_tiny_model

from course_lib import explore, figures
from course_lib.controls import Controls
from course_lib.explore import chapter_7_language as chapter
from course_lib.language.gguf import GGUF
from course_lib.language.model import NGram, SmolLM
from course_lib.records import DATA

EXACT = 1e-9
RECORDED = 0.006


@pytest.fixture(scope="module")
def bench():
    return explore.perplexity_bench()


@pytest.fixture(scope="module")
def dial():
    return explore.temperature_on_logits()


@pytest.fixture(scope="module")
def ladder():
    return explore.context_ladder()


@pytest.fixture
def reader(monkeypatch):
    """A fresh reader: nothing read yet, and a model that must not be asked."""
    monkeypatch.setattr(chapter, "_READ", {})
    monkeypatch.setattr(chapter, "load_language_model", _must_not_be_asked)
    figures.use_style("reading")
    return explore.coloured_text()


def _must_not_be_asked():
    raise AssertionError("The model was asked for.")


# --------------------------------------------------------------------------------------- D7.1
GOOD = (0.12, 0.45, 0.60, 0.35, 0.52, 0.48, 0.70)
POOR = (0.02, 0.08, 0.12, 0.05, 0.09, 0.07, 0.15)


def _sliders(shares):
    return {f"p{k}": share for k, share in enumerate(shares, 1)}


@pytest.mark.parametrize("base", ["2", "e"])
@pytest.mark.parametrize("shares", [GOOD, POOR, (0.1,) * 7, (1.0,) * 7, (0.001, *GOOD[1:])])
def test_the_bench_shows_what_a_product_of_probabilities_says(bench, shares, base):
    """Oracle: the seventh root of the product, and the sums of the wrong recipes."""
    n = numbers(bench, **_sliders(shares), base=base)
    root = math.prod(shares) ** (-1 / 7)
    assert n.perplexity == pytest.approx(root, rel=EXACT)
    assert (n.nats, n.bits) == pytest.approx((math.log(root), math.log2(root)), abs=EXACT)
    mixed = {"2": ("e^bits", math.exp(n.bits)), "e": ("2^nats", 2**n.nats)}[base]
    inverse = sum(1 / share for share in shares) / 7
    assert n.wrong == {
        mixed[0]: pytest.approx(mixed[1], rel=EXACT),
        "mean of 1/p": pytest.approx(inverse, rel=EXACT),
        "1/mean of p": pytest.approx(7 / sum(shares), rel=EXACT),
    }


def test_the_chapters_seven_tokens_have_its_perplexities():
    bench = explore.perplexity_bench()
    assert bench.readout == (
        "Mean surprise 1.2828 bits = 0.8891 nats per token: perplexity 2^1.2828 = 2.433. "
        "Three wrong recipes: e^bits = 3.607; mean of 1/p = 2.931; 1/mean of p = 2.174"
    )
    bench.base = "e"
    assert "perplexity e^0.8891 = 2.433. Three wrong recipes: 2^nats = 1.852;" in bench.readout
    bench.set(**_sliders(POOR))
    assert "perplexity e^2.6454 = 14.090." in bench.readout


@pytest.mark.parametrize(
    ("k", "share"), [(2, 0.5), (4, 0.25), (5, 0.2), (10, 0.1), (100, 0.01), (1000, 0.001)]
)
def test_a_model_that_knows_nothing_is_as_unsure_as_it_has_choices(bench, k, share):
    assert numbers(bench, **_sliders((share,) * 7)).perplexity == pytest.approx(k, rel=EXACT)


@pytest.mark.parametrize("token", range(7))
def test_one_token_at_a_thousandth_multiplies_the_perplexity_by_its_seventh_root(bench, token):
    before = numbers(bench, **_sliders(GOOD)).perplexity
    after = numbers(bench, **{f"p{token + 1}": 0.001}).perplexity
    assert after / before == pytest.approx((GOOD[token] / 0.001) ** (1 / 7), rel=EXACT)


def test_the_benchs_presets_are_on_its_sliders(bench):
    presets = [spec["sets"] for spec in bench.controls if spec["kind"] == "preset"]
    assert [tuple(sets.values()) for sets in presets] == [GOOD, POOR, (0.1,) * 7]
    for sets in presets:
        numbers(bench, **sets)


def test_the_benchs_bars_are_as_high_as_the_tokens_cost(bench):
    numbers(bench, **_sliders(GOOD), base="2")
    drawn = artists_of(bench)
    assert [bar.get_height() for bar in drawn.bars] == pytest.approx([-math.log2(p) for p in GOOD])
    assert drawn.line.get_ydata() == pytest.approx([1.28276, 1.28276], abs=1e-5)
    lengths = [10 ** bar.get_width() for bar in drawn.prices]
    assert lengths == pytest.approx([2.4331, 3.6066, 2.9310, 2.1739], abs=1e-3)
    assert [bar.get_hatch() for bar in drawn.prices] == [None, "xx", "xx", "xx"]
    assert drawn.words.get_text() == "Dashes: mean 1.283 bits; geometric mean of p: 0.411"


# --------------------------------------------------------------------------------------- D7.2
CAT, FRANCE, ONCE = "The cat sat on the", "The capital of France is", "Once upon a time"
TOY = "(four made-up logits)"


def _probabilities(prompt, tau):
    """From the file: probabilities at a temperature, the largest first."""
    stored = np.load(DATA / "language_prompts.npz", allow_pickle=False)
    logits = stored["log_probs"][stored["prompts"].tolist().index(prompt)].astype(float) / tau
    weights = np.sort(np.exp(logits - logits.max()))[::-1]
    return weights / weights.sum()


def _bits(p):
    return -sum(share * math.log2(share) for share in p.tolist() if share > 0)


@pytest.mark.parametrize(
    ("prompt", "tau", "bits", "first"),
    [
        (CAT, 0.5, 1.08, None),
        (CAT, 0.7, 2.42, None),
        (CAT, 1.0, 5.39, 0.325),
        (CAT, 1.5, 9.94, None),
        (CAT, 2.0, 12.28, None),
        (CAT, 5.0, 15.06, None),
        (FRANCE, 0.7, 0.29, 0.972),
        (FRANCE, 1.0, 1.96, 0.806),
        (FRANCE, 1.5, 8.29, 0.270),
        (FRANCE, 2.0, 12.10, None),
    ],
)
def test_the_dial_shows_the_chapters_entropies(dial, prompt, tau, bits, first):
    n = numbers(dial, prompt=prompt, tau=tau, rule="top-p", cutoff=1.0)
    assert n.bits == pytest.approx(bits, abs=RECORDED)
    assert first is None or n.p[0] == pytest.approx(first, abs=5e-4)


@pytest.mark.parametrize("prompt", [CAT, FRANCE, ONCE])
@pytest.mark.parametrize("tau", [0.1, 0.7, 1.0, 2.0, 5.0])
def test_a_recorded_prompt_is_softened_as_the_files_numbers_say(dial, prompt, tau):
    n = numbers(dial, prompt=prompt, tau=tau, rule="top-p", cutoff=1.0)
    p = _probabilities(prompt, tau)
    assert n.size == len(p) == 49152
    assert n.bits == pytest.approx(_bits(p), abs=1e-6)
    assert n.perplexity == pytest.approx(2 ** _bits(p), rel=1e-6)
    assert n.p == pytest.approx(p[:15], abs=EXACT)
    assert n.curve[chapter.TAUS.index(tau)] == pytest.approx(n.bits, abs=EXACT)
    assert n.most == pytest.approx(15.585, abs=5e-4)
    assert (n.nucleus, n.kept_bits) == (49152, pytest.approx(n.bits, abs=EXACT))


@pytest.mark.parametrize(
    ("tau", "bits"), [(0.1, 0.0), (0.5, 0.3390), (1.0, 1.1147), (2.0, 1.7094), (10.0, 1.988)]
)
def test_four_made_up_logits_are_nearly_uniform_long_before_a_real_model_is(tau, bits):
    """Oracle: exponentials by `math`. τ = 10 is beyond the slider, so compute is asked."""
    n = chapter.temperature_on_logits().compute(prompt=TOY, tau=tau, rule="top-p", cutoff=1.0)
    weights = [math.exp(z / tau) for z in (3.0, 1.5, 0.5, -0.5)]
    p = [weight / sum(weights) for weight in weights]
    assert n.bits == pytest.approx(-sum(x * math.log2(x) for x in p), abs=EXACT)
    assert n.bits == pytest.approx(bits, abs=5e-4)
    if tau == 10:
        assert n.p == pytest.approx([0.299, 0.257, 0.233, 0.211], abs=5e-4)


@pytest.mark.parametrize(("rule", "cutoff"), [("top-p", 0.5), ("top-p", 0.9), ("top-k", 40), ("min-p", 0.05)])
def test_a_rule_keeps_the_most_probable_and_shares_out_the_rest(dial, rule, cutoff):
    """Oracle: a loop that takes tokens from the top until the rule is content."""
    n = numbers(dial, prompt=CAT, tau=1.0, rule=rule)
    n = numbers(dial, cutoff=cutoff)
    p = _probabilities(CAT, 1.0).tolist()
    kept, held = [], 0.0
    for share in p:
        enough = {"top-p": held >= cutoff, "top-k": len(kept) >= cutoff, "min-p": share < cutoff * p[0]}
        if enough[rule]:
            break
        kept.append(share)
        held += share
    assert n.nucleus == len(kept)
    assert n.mass == pytest.approx(held, abs=1e-7)
    shares = np.array(kept) / held
    assert n.kept_bits == pytest.approx(_bits(shares), abs=1e-6)
    assert n.kept[: len(kept)] == pytest.approx(shares[:15], abs=1e-7)


def test_the_typical_rule_can_drop_the_most_probable_token(dial):
    """Oracle: distances of the surprisals from the entropy, sorted."""
    numbers(dial, prompt=CAT, tau=1.0, rule="typical")
    n = numbers(dial, cutoff=0.1)
    p = _probabilities(CAT, 1.0)
    order = np.argsort(np.abs(-np.log2(p) - _bits(p)), kind="stable")
    count = int(np.searchsorted(np.cumsum(p[order]), 0.1)) + 1
    assert (n.nucleus, n.kept[0]) == (count, 0)
    assert sorted(np.flatnonzero(n.kept)) == sorted(k for k in order[:count] if k < 15)
    assert artists_of(dial).numbers[0].get_text() == "0.325 cut"


@pytest.mark.parametrize(
    ("rule", "begins", "keeps_all"), [("top-p", 1.0, 1.0), ("top-k", 40, None), ("min-p", 0.05, 0.0)]
)
def test_a_chosen_rule_brings_its_own_slider(rule, begins, keeps_all):
    dial = explore.temperature_on_logits()
    dial.rule = rule
    assert dial.cutoff == begins
    if keeps_all is not None:
        dial.cutoff = keeps_all
        assert f"{rule} {keeps_all:g} keeps all 49,152 tokens" in dial.readout


def test_the_dial_begins_where_the_syllabus_says_and_says_that_it_is_recorded():
    dial = explore.temperature_on_logits()
    assert dial.state == {"prompt": CAT, "tau": 1.0, "rule": "top-p", "cutoff": 1.0}
    assert dial.readout == (
        "After “The cat sat on the” (SmolLM2-135M, recorded), τ = 1: H = 5.385 bits, as unsure as 41.8 equal "
        "tokens; top-1 “␣mat” with 0.325; top-p 1 keeps all 49,152 tokens"
    )
    (title,) = dial._painter.scene.figure.texts
    assert title.get_text() == "“The cat sat on the …” (SmolLM2-135M, recorded)"
    assert {0.1, 0.5, 0.7, 1.0, 1.1, 1.3, 1.5, 2.0, 5.0} <= set(values_of(dial, "tau"))


def test_more_temperature_never_means_less_entropy(dial):
    for prompt in (CAT, FRANCE, ONCE, TOY):
        curve = numbers(dial, prompt=prompt).curve
        assert all(after >= before - EXACT for before, after in itertools.pairwise(curve))


# --------------------------------------------------------------------------------------- D7.3
CONTEXT = np.load(DATA / "language_context.npz", allow_pickle=False)
CONTEXTS = CONTEXT["contexts"].tolist()


@pytest.mark.parametrize("row", range(len(CONTEXTS)))
def test_a_rung_shows_the_recorded_bits_of_every_token(ladder, row):
    """Oracle: the file; means by `math.fsum`, without the first token."""
    n = numbers(ladder, context=CONTEXTS[row])
    bits, overlap = CONTEXT["bits"][row], CONTEXT["overlap"][row]
    count = len(bits) - 1
    assert n.bits.tolist() == bits.tolist()
    assert n.mean[-1] == pytest.approx(math.fsum(bits[1:]) / count, abs=EXACT)
    assert n.overlap[-1] == pytest.approx(math.fsum(overlap[1:]) / count, abs=EXACT)
    assert (len(n.mean), len(n.overlap)) == (row + 1, row + 1)
    assert f"(SmolLM2-135M, recorded): {n.mean[-1]:.2f} bits per token" in ladder.readout
    written = [text.get_text() for text in artists_of(ladder).text.numbers]
    assert [float(text) for text in written] == pytest.approx(bits, abs=0.51)


def test_the_bill_falls_as_the_context_grows_and_the_overlap_rises(ladder):
    n = numbers(ladder, context=CONTEXTS[-1])
    assert CONTEXTS[:-1] == [1, 2, 4, 8, 16, 32]
    assert CONTEXTS[-1] == len(n.tokens) >= 70
    assert all(after < before for before, after in itertools.pairwise(n.mean))
    assert all(after > before for before, after in itertools.pairwise(n.overlap))
    assert 8.5 < n.mean[0] < 10.5
    assert 4 < n.mean[-1] < 5.5
    assert 0.15 < n.overlap[0] < 0.25
    assert n.overlap[-1] == 1


def test_single_tokens_may_cost_more_with_more_context_and_those_are_outlined(ladder):
    for row in range(1, len(CONTEXTS)):
        n = numbers(ladder, context=CONTEXTS[row])
        worse = (CONTEXT["bits"][row] > CONTEXT["bits"][row - 1] + 0.05).tolist()
        assert n.dearer.tolist() == worse
        assert len(artists_of(ladder).text.marks.get_paths()) == sum(worse) > 0
        assert (
            f"{sum(worse)} of {len(worse) - 1} tokens cost more than with {CONTEXTS[row - 1]};"
            in ladder.readout
        )
    numbers(ladder, context=1)
    assert len(artists_of(ladder).text.marks.get_paths()) == 0


def test_what_lies_ahead_on_the_ladder_is_not_shown(ladder):
    numbers(ladder, context=8)
    assert [len(line.get_xdata()) for line in artists_of(ladder).lines] == [4, 4]


# --------------------------------------------------------------------------------------- D7.8
BEGINNING = (
    "Every Sunday my grandmother took a letter from the old biscuit tin and read it to us. The letters came "
    "from her brother, who mended bicycles in a town by the sea, and each of them ended the same way: the "
    "sea says hello."
)


def test_the_reader_begins_with_a_recorded_text_and_asks_no_model(reader):
    """Oracle: the record's last rung, where every token saw all before it: so does a text that ends there."""
    count = len(CONTEXT["token_texts"])
    length = next(k for k in range(count) if "".join(CONTEXT["token_texts"][:k]) == BEGINNING)
    bits = CONTEXT["bits"][-1][:length].tolist()
    n = numbers(reader)
    assert reader.text == BEGINNING
    assert n.bits.tolist() == bits
    total, dear = math.fsum(bits), [cost for cost in bits if cost > 8]
    assert n.total == pytest.approx(total, abs=EXACT)
    assert n.per_token == pytest.approx((total - bits[0]) / (length - 1), abs=EXACT)
    assert n.per_byte == pytest.approx(total / len(BEGINNING), abs=EXACT)
    assert reader.readout == (
        f"{length} tokens (SmolLM2-135M, recorded): {total:.1f} bits, {n.per_token:.2f} per token after the "
        f"first (perplexity {2**n.per_token:.1f}), {n.per_byte:.2f} per byte; {len(dear)} cost more than "
        f"8 bits: {100 * math.fsum(dear) / total:.0f} % of the bill"
    )
    for text, cost in zip(CONTEXT["token_texts"], bits, strict=False):
        said = f"{cost:.0f}" if cost >= 9.95 else f"{cost:.1f}"
        assert f"{text.replace(' ', '␣')} {said}" in reader.alt


def test_the_whole_paragraph_is_recorded_too(reader):
    (sets,) = (spec["sets"] for spec in reader.controls if spec["kind"] == "preset")
    n = numbers(reader, **sets)
    assert n.bits.tolist() == CONTEXT["bits"][-1].tolist()
    assert "recorded" in reader.readout


def test_a_text_is_read_only_when_the_button_is_pressed(reader):
    n = numbers(reader, text="because it rains")
    assert n.bits is None
    assert [token.decode() for token in n.tokens] == ["because", " it", " rains"]
    assert reader.readout == "Not read yet, 3 words: press “read it”."
    assert reader.picture.startswith(b"\x89PNG")
    assert reader._painter.scene.figure.axes[0].get_title(loc="left") == "Not read yet"


def test_an_empty_box_asks_for_a_text(reader):
    reader.text = " "
    assert (reader.tone, reader.picture) == ("problem", b"")
    reader.text = BEGINNING
    assert reader.tone == ""


def test_without_the_weights_the_stand_in_reads_and_says_so(reader, monkeypatch):
    """Oracle: −log2 of what the counting model says next, byte by byte."""
    model = NGram("the cat sat on the mat and the rat sat on the cat", order=3)
    monkeypatch.setattr(chapter, "load_language_model", lambda: model)
    reader.text = "the bat é"
    reader.act("read_it")
    n = numbers(reader)
    given = list("the bat é".encode())
    expected = [-model.next_log_probs(given[:i])[byte] / math.log(2) for i, byte in enumerate(given)]
    assert n.bits == pytest.approx(expected, abs=1e-6)
    assert reader.readout.startswith("10 bytes (stand-in that counts bytes, no language model): ")
    assert "per byte after the first" in reader.readout
    assert reader._painter.scene.figure.axes[0].get_title(loc="left").startswith("stand-in that counts bytes")
    assert "xC3" in reader.alt and "xA9" in reader.alt


def test_without_the_weights_the_recorded_text_keeps_its_record(reader, monkeypatch):
    monkeypatch.setattr(chapter, "load_language_model", lambda: NGram("abc", order=1))
    before = reader.readout
    reader.act("read_it")
    assert reader.readout == before


@pytest.fixture
def tiny(reader, monkeypatch, tmp_path):
    model = SmolLM(GGUF(write_tiny_model(tmp_path / "tiny.gguf")))
    monkeypatch.setattr(chapter, "load_language_model", lambda: model)
    return model


def test_the_language_model_reads_what_was_typed(reader, tiny):
    """Oracle: a transformer written as loops over plain numbers."""
    reader.text = "the cat"
    reader.act("read_it")
    n = numbers(reader)
    tokens = tiny.encode("the cat")
    rows = np.array(looped_logits(tiny_weights(), [0, *tokens]))[:-1]
    chances = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
    expected = [-math.log2(chances[i, token]) for i, token in enumerate(tokens)]
    assert n.bits == pytest.approx(expected, abs=1e-4)
    assert b"".join(n.tokens) == b"the cat"
    assert f"{len(tokens)} tokens (SmolLM2-135M, read here): " in reader.readout


def test_no_more_than_256_tokens_are_read(reader, tiny, monkeypatch):
    monkeypatch.setattr(type(tiny), "token_log_probs", lambda self, tokens: np.full(len(tokens), -1.0))
    reader.text = "the cat sat. " * 500
    reader.act("read_it")
    assert reader.readout.startswith("First 256 tokens (SmolLM2-135M, read here): ")
    assert len(numbers(reader).bits) == 256


def test_the_reader_keeps_what_was_read_last(reader, tiny, monkeypatch):
    monkeypatch.setattr(chapter, "KEPT_READINGS", 2)
    for text in ("the", "cat", "sat"):
        reader.text = text
        reader.act("read_it")
    assert list(chapter._READ) == ["cat", "sat"]


@pytest.mark.parametrize("dear", [0, 4, 8, 20])
def test_outlined_are_the_tokens_dearer_than_the_slider_says(reader, dear):
    n = numbers(reader, dear=dear)
    above = [k for k, cost in enumerate(n.bits.tolist()) if cost > dear]
    drawn = artists_of(reader)
    outlines = [path.get_extents() for path in drawn.marks.get_paths()]
    assert [(box.x0, box.y0) for box in outlines] == [tuple(corner) for corner in drawn.boxes[above][:, 0]]
    assert [(box.x1, box.y1) for box in outlines] == [tuple(corner) for corner in drawn.boxes[above][:, 2]]
    assert n.share == pytest.approx(math.fsum(n.bits[above]) / math.fsum(n.bits), abs=EXACT)


@pytest.mark.parametrize(
    "text", ["$a$ costs $b$", "日本 😀 \ufeff\x07 naïve\t\r\n", "x" * 300, "-" * 5000, "."]
)
@pytest.mark.filterwarnings("error")
def test_any_text_can_be_drawn(reader, tiny, text):
    assert Controls("", reader._demo.controls).state["text"] == BEGINNING
    reader.text = text
    reader.act("read_it")
    assert reader.tone == ""
    assert reader.picture.startswith(b"\x89PNG")


def test_colour_is_never_the_only_cue(reader):
    """Every shaded token has its bits written on its own cell."""
    figure = reader._painter.scene.figure
    (axes,) = figure.axes
    written = [text.get_text() for text in axes.texts]
    n = numbers(reader)
    for cost in n.bits:
        said = f"{cost:.0f}" if cost >= 9.95 else f"{cost:.1f}"
        assert said in written
        written.remove(said)
    assert to_rgba(figure.axes[0].texts[0].get_color()) == to_rgba("#1A1A1A")
