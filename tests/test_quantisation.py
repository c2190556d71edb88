"""Coarser weights: rounding row by row, a model that shares the original's memory, and the bits it wastes."""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from tiny_model import real_model, tiny_weights, write_tiny_model

from course_lib.language.gguf import GGUF
from course_lib.language.model import NGram, SmolLM
from course_lib.language.quantisation import coarser_rows, compare, mean_divergence, quantised
from course_lib.records import load

pytestmark = pytest.mark.filterwarnings("error")

TEXT = "the cat sat at the mat, then that"


def rounded_row(row, bits):
    """Oracle: one row, with Python's own numbers."""
    step = max(abs(w) for w in row) / (2 ** (bits - 1) - 1)
    return [round(w / step) * step if step else 0.0 for w in row]


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 8, 16])
def test_every_weight_goes_to_its_rows_nearest_step(bits):
    weights = np.random.default_rng(bits).normal(size=(6, 40)).astype(np.float32)
    weights[3] = 0
    before = weights.copy()
    coarse = coarser_rows(weights, bits)
    expected = [rounded_row(row, bits) for row in weights.tolist()]
    assert coarse.dtype == np.float32 and (weights == before).all()
    assert coarse == pytest.approx(np.array(expected), abs=2e-6)
    assert np.abs(coarse).max(axis=1) == pytest.approx(np.abs(weights).max(axis=1), rel=1e-6)
    # At most 2^bits − 1 values in a row: as many above 0 as below, and 0 itself.
    assert max(len(set(row)) for row in coarse.tolist()) <= 2**bits - 1


def test_fewer_bits_move_the_weights_further():
    weights = np.random.default_rng(0).normal(size=(10, 1000)).astype(np.float32)
    error = [float(np.mean((coarser_rows(weights, bits) - weights) ** 2)) for bits in (8, 7, 6, 5, 4)]
    # The error of rounding is step² / 12, and steps are 1/127, 1/63, 1/31, 1/15 and 1/7 of the largest.
    steps = np.array([127, 63, 31, 15, 7])
    assert np.array(error[1:]) / error[:-1] == pytest.approx((steps[:-1] / steps[1:]) ** 2, rel=0.05)


@pytest.mark.parametrize("bits", [1, 0, -3, 17])
def test_bits_that_cannot_be_are_refused(bits, tiny):
    for call in (lambda: coarser_rows(np.ones((2, 2)), bits), lambda: quantised(tiny, bits)):
        with pytest.raises(ValueError, match=f"bits is {bits}"):
            call()


# --- a model with coarser weights


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return SmolLM(GGUF(write_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")))


@pytest.mark.parametrize("bits", [3, 6])
def test_the_coarser_model_is_the_one_made_of_rounded_weights(tiny, tmp_path, bits):
    # Oracle: a file whose matrices were rounded before it was written.
    rounded = {
        name: np.array([rounded_row(row, bits) for row in w.tolist()], dtype=np.float32) if w.ndim == 2 else w
        for name, w in tiny_weights().items()
    }
    oracle = SmolLM(GGUF(write_tiny_model(tmp_path / "coarse.gguf", weights=rounded)))
    coarse, tokens = quantised(tiny, bits), tiny.encode(TEXT)
    assert coarse.token_log_probs(tokens) == pytest.approx(oracle.token_log_probs(tokens), abs=1e-3)
    assert coarse.next_log_probs(tokens) == pytest.approx(oracle.next_log_probs(tokens), abs=1e-3)
    assert np.abs(coarse.token_log_probs(tokens) - tiny.token_log_probs(tokens)).max() > 0.01


def test_the_original_stays_as_it_is_and_its_memory_is_shared(tiny):
    tokens = tiny.encode(TEXT)
    before = tiny.token_log_probs(tokens)
    coarse = quantised(tiny, 3)
    coarse.token_log_probs(tokens)
    assert (tiny.token_log_probs(tokens) == before).all()
    assert coarse.llama.tokens is tiny.llama.tokens
    assert "3 bits" in coarse.name and "7 values" in coarse.about and "bits" not in tiny.name


def test_a_coarser_model_can_be_made_coarser_again(tiny):
    tokens = tiny.encode(TEXT)
    once, twice = quantised(tiny, 4), quantised(quantised(tiny, 4), 4)
    assert twice.token_log_probs(tokens) == pytest.approx(once.token_log_probs(tokens), abs=1e-3)


# --- comparing


def looped_divergence(p_log, q_log):
    """Oracle: Σ p log2 p/q with Python's exact sum."""
    return math.fsum(
        math.exp(a) * (a - b) for a, b in zip(p_log.tolist(), q_log.tolist(), strict=True)
    ) / math.log(2)


def test_the_comparison_is_token_by_token_what_its_definition_says(tiny):
    coarse, tokens = quantised(tiny, 4), tiny.encode(TEXT)
    found = compare(tiny, coarse, tokens)
    rows = [(tiny.next_log_probs(tokens[:i]), coarse.next_log_probs(tokens[:i])) for i in range(len(tokens))]
    assert found.divergences == pytest.approx([looped_divergence(p, q) for p, q in rows], abs=1e-4)
    assert found.agreement == np.mean([p.argmax() == q.argmax() for p, q in rows])
    extra = np.mean([p[t] - q[t] for (p, q), t in zip(rows, tokens, strict=True)])
    assert found.perplexity_ratio == pytest.approx(math.exp(extra), rel=1e-3)
    assert mean_divergence(tiny, coarse, tokens) == pytest.approx(found.divergences.mean())


def test_a_model_wastes_nothing_against_itself(tiny):
    found = compare(tiny, tiny, tiny.encode(TEXT))
    assert (found.divergences == 0).all() and found.agreement == found.perplexity_ratio == 1


def test_models_of_other_tokens_and_empty_texts_are_refused(tiny):
    with pytest.raises(ValueError, match="256"):
        compare(tiny, NGram("abc"), [1, 2])
    with pytest.raises(ValueError, match="nothing to compare"):
        compare(tiny, tiny, [])


# --- the real model


def test_each_bit_less_costs_about_four_times_as_much_until_it_breaks():
    # The oracle is theory: KL grows with the square of a small change, and a bit less doubles the step.
    record = load("language_quantisation")
    mean = dict(zip(record["widths"].tolist(), record["mean_divergence"].tolist(), strict=True))
    for fewer, more in ((7, 8), (6, 7), (5, 6), (4, 5)):
        assert 3 < mean[fewer] / mean[more] < 6, (fewer, more)
    assert mean[3] > 5 * mean[4] and mean[3] > 8
    assert (np.diff(record["agreement"]) < 0).all() and (np.diff(record["perplexity_ratio"]) > 0).all()
    assert record["divergences"].mean(axis=1) == pytest.approx(record["mean_divergence"], rel=1e-5)
    assert np.quantile(record["divergences"], 0.99, axis=1) == pytest.approx(
        record["high_divergence"], rel=1e-4
    )
    assert (record["divergences"] >= 0).all()


def test_a_slice_of_the_quantisation_computed_anew_is_the_recorded_one():
    model, record, scores = real_model(), load("language_quantisation"), load("language_scores")
    tokens = scores["token_ids"][scores["source"] == 0][:512].astype(int).tolist()
    for bits in (8, 4):
        found = compare(model, quantised(model, bits), tokens[:192])
        recorded = record["divergences"][record["widths"].tolist().index(bits), :192]
        # The first window of 256 is cut short here, and nothing in it looks ahead.
        assert found.divergences == pytest.approx(recorded, rel=0.05, abs=0.01)


MEASURE = r"""
import json, re
import matplotlib.pyplot, numpy, scipy.stats, seaborn, sklearn.datasets, ipywidgets
from course_lib import explore, exercises, records
from course_lib.language.model import load_language_model
from course_lib.language.packing import pack, unpack
from course_lib.language.quantisation import compare, quantised
for name in records.RECORDS: records.load(name)
model = load_language_model()
text = "The surprise of a sentence is what it costs to send."
assert unpack(model, pack(model, text)) == text
for bits in (8, 4): compare(model, quantised(model, bits), list(range(100, 355)))
# This process's own peak; the one that getrusage knows began with the parent's.
peak = re.search(r"VmHWM:\s*(\d+) kB", open("/proc/self/status").read())
print(json.dumps({"megabytes": int(peak[1]) / 1024}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units there")
def test_records_packing_and_two_coarser_models_stay_below_a_gigabyte():
    real_model()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["megabytes"] < 1000
