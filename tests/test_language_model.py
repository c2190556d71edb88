"""One interface, two models: windows, reading step by step, the stand-in, the real model's known numbers."""

import hashlib
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from tiny_model import looped_logits, real_model, tiny_settings, tiny_weights, write_tiny_model

from course_lib.codes import ArithmeticDecoder, ArithmeticEncoder, FixedModel, integer_frequencies
from course_lib.datasets import zen_of_python
from course_lib.language import model as models
from course_lib.language.gguf import GGUF, GGUFError
from course_lib.language.model import NGram, SmolLM, load_language_model, open_weights, weights_path

WEIGHTS = tiny_weights()
TEXT = "the cat sat at the mat, then that"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return SmolLM(GGUF(write_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")))


@pytest.fixture
def ngram():
    return NGram("the cat sat on the mat and the rat sat on the cat", order=3)


def looped_log_probs(tokens):
    """Oracle: every row of the loop-written pass, as log-probabilities."""
    rows = np.array(looped_logits(WEIGHTS, tokens))
    return rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))


def packed(model, tokens):
    encoder, reading = ArithmeticEncoder(), model.reading()
    for token in tokens:
        shares = FixedModel(integer_frequencies(np.exp(reading.log_probs)))
        encoder.encode(*shares.interval(token), shares.total)
        reading.read(token)
    return encoder.finish()


def unpacked(model, bits, n):
    decoder, reading, tokens = ArithmeticDecoder(bits), model.reading(), []
    for _ in range(n):
        shares = FixedModel(integer_frequencies(np.exp(reading.log_probs)))
        tokens.append(shares.symbol_at(decoder.target(shares.total)))
        decoder.decode(*shares.interval(tokens[-1]), shares.total)
        reading.read(tokens[-1])
    return tokens


# --- what every model promises, on two small ones


@pytest.fixture(params=["tiny", "ngram", "token n-gram"])
def any_model(request, tiny, ngram):
    by_tokens = NGram(TEXT, order=2, tokenizer=tiny.tokenizer)
    return {"tiny": tiny, "ngram": ngram, "token n-gram": by_tokens}[request.param]


def test_the_next_tokens_probabilities_sum_to_one(any_model):
    for prefix in ("", "t", "the cat", "never seen: 🙂"):
        log_probs = any_model.next_log_probs(any_model.encode(prefix))
        assert log_probs.shape == (any_model.n_tokens,)
        assert math.fsum(np.exp(log_probs)) == pytest.approx(1, abs=1e-9)


def test_a_text_costs_the_sum_of_its_steps(any_model):
    tokens = any_model.encode(TEXT)
    steps = [any_model.next_log_probs(tokens[:i])[token] for i, token in enumerate(tokens)]
    assert any_model.token_log_probs(tokens) == pytest.approx(steps, abs=1e-4)
    rows = np.concatenate(list(any_model.log_prob_rows(tokens)))
    assert rows.shape == (len(tokens), any_model.n_tokens)
    assert rows[np.arange(len(tokens)), tokens] == pytest.approx(steps, abs=1e-4)


def test_reading_on_is_asking_anew(any_model):
    tokens = any_model.encode(TEXT)
    reading = any_model.reading(tokens[:3])
    for i in range(3, 8):
        assert reading.log_probs == pytest.approx(any_model.next_log_probs(tokens[:i]), abs=1e-4)
        reading.read(tokens[i])


def test_what_is_packed_is_unpacked(any_model):
    tokens = any_model.encode(TEXT)
    bits = packed(any_model, tokens)
    assert any_model.decode(unpacked(any_model, bits, len(tokens))) == TEXT
    ideal = -sum(any_model.token_log_probs(tokens)) / math.log(2)
    assert ideal - 1 <= len(bits) <= ideal + 3


def test_an_empty_text_costs_nothing(any_model):
    assert any_model.token_log_probs([]).tolist() == []
    assert any_model.encode("") == [] and any_model.decode([]) == ""


def test_a_model_says_what_it_is(any_model):
    assert any_model.name in any_model.about or any_model.unit in any_model.about
    assert any_model.unit in ("token", "byte")


# --- the transformer


def test_every_text_begins_after_the_start_token(tiny):
    tokens = tiny.encode("the cat")
    expected = looped_log_probs([0, *tokens])
    assert tiny.next_log_probs(tokens) == pytest.approx(expected[-1], abs=1e-4)
    assert tiny.token_log_probs(tokens)[0] == pytest.approx(expected[0, tokens[0]], abs=1e-4)


@pytest.mark.parametrize("window", [2, 5, 8, 48])
def test_windows_overlap_by_half_and_begin_with_the_start_token_once(tiny, window):
    tokens = tiny.encode(TEXT)
    text, expected = [0, *tokens], []
    while len(expected) < len(tokens):
        done = len(expected)
        begin = done - window // 2 if done else 0
        rows = looped_log_probs(text[begin : begin + window])
        expected += [rows[i - begin, tokens[i]] for i in range(done, min(begin + window, len(tokens)))]
    assert tiny.token_log_probs(tokens, window=window) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("window", [0, 1, 513])
def test_a_window_that_cannot_be_is_refused(tiny, window):
    with pytest.raises(ValueError, match=f"window is {window}"):
        tiny.token_log_probs([1, 2, 3], window=window)


def test_a_long_prefix_is_read_in_pieces(tiny, monkeypatch):
    tokens = tiny.encode(TEXT)
    whole = tiny.next_log_probs(tokens)
    monkeypatch.setattr(models, "CHUNK", 4)
    assert tiny.next_log_probs(tokens) == pytest.approx(whole, abs=1e-4)


def test_blocks_of_rows_are_small_and_complete(tiny, monkeypatch):
    tokens = tiny.encode(TEXT)
    whole = np.concatenate(list(tiny.log_prob_rows(tokens)))
    monkeypatch.setattr(models, "ROWS", 3)
    blocks = list(tiny.log_prob_rows(tokens))
    assert max(map(len, blocks)) == 3 and np.allclose(np.concatenate(blocks), whole, atol=1e-4)


def test_a_file_without_its_vocabulary_is_refused(tmp_path):
    settings = tiny_settings()
    del settings["tokenizer.ggml.merges"]
    with pytest.raises(GGUFError, match=r"does not say its tokenizer\.ggml\.merges"):
        SmolLM(GGUF(write_tiny_model(tmp_path / "tiny.gguf", settings=settings)))


# --- finding the weights


def test_without_weights_a_counting_model_stands_in_and_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert weights_path() is None
    model = load_language_model()
    assert isinstance(model, NGram) and "not installed" in model.about and "weights.txt" in model.about
    prefix = model.encode("the functio")  # codespell:ignore functio
    assert model.decode([int(model.next_log_probs(prefix).argmax())]) == "n"


def put(tmp_path, monkeypatch, content):
    package = tmp_path / models.WEIGHTS_PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('the package must not be imported')")
    if content is not None:
        (package / models.WEIGHTS_FILE).write_bytes(content)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(models, "_loaded", {})
    return package / models.WEIGHTS_FILE


def test_a_package_without_the_file_counts_as_none(tmp_path, monkeypatch):
    put(tmp_path, monkeypatch, None)
    assert weights_path() is None


@pytest.mark.parametrize(
    ("content", "says"), [(b"GGUF\3\0", "cut short"), (b"<html>", "not a GGUF model file")]
)
def test_with_damaged_weights_the_stand_in_says_what_is_wrong(tmp_path, monkeypatch, content, says):
    put(tmp_path, monkeypatch, content)
    model = load_language_model()
    assert isinstance(model, NGram) and says in model.about and "weights.txt" in model.about


def test_a_readable_file_that_is_another_model_is_refused(tmp_path, monkeypatch):
    path = put(tmp_path, monkeypatch, None)
    write_tiny_model(path)
    with pytest.raises(GGUFError, match="SHA-256"):
        open_weights(path)
    assert "SHA-256" in load_language_model().about


def test_the_model_is_loaded_once_without_importing_its_package(tmp_path, monkeypatch):
    path = write_tiny_model(put(tmp_path, monkeypatch, None))
    monkeypatch.setattr(models, "WEIGHTS_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    first = load_language_model()
    assert isinstance(first, SmolLM) and load_language_model() is first


# --- the real model


def test_one_damaged_bit_of_the_weights_is_noticed(tmp_path):
    real_model()
    copy = shutil.copy(weights_path(), tmp_path / models.WEIGHTS_FILE)
    with open(copy, "r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(GGUFError, match="SHA-256"):
        open_weights(copy)


def test_the_real_model_knows_what_it_is_known_for():
    # Figures measured with another program's code on the same file.
    model = real_model()
    cat = model.next_log_probs(model.encode("The cat sat on the"))
    (mat,), (volcano,) = model.encode(" mat"), model.encode(" volcano")
    assert -cat[mat] / math.log(2) == pytest.approx(1.62, abs=0.01)
    assert -cat[volcano] / math.log(2) == pytest.approx(15.80, abs=0.01)
    assert -(np.exp(cat) @ cat) / math.log(2) == pytest.approx(5.385, abs=0.01)
    france = model.next_log_probs(model.encode("The capital of France is"))
    assert model.decode([int(france.argmax())]) == " Paris"
    zen = model.token_log_probs(model.encode(zen_of_python()))
    assert math.exp(-zen.mean()) == pytest.approx(20.8, abs=0.05)


def test_the_real_model_packs_a_sentence_and_unpacks_it():
    model = real_model()
    tokens = model.encode("Once upon a time there was a princess.")
    bits = packed(model, tokens)
    assert unpacked(model, bits, len(tokens)) == tokens
    assert len(bits) <= -model.token_log_probs(tokens).sum() / math.log(2) + 3


MEASURE = r"""
import json, re, time
import matplotlib.pyplot, numpy, scipy.stats, seaborn, sklearn.datasets, ipywidgets
from course_lib import explore, exercises
from course_lib.language.model import load_language_model
seconds, begin = {}, time.process_time()
def lap(name):
    global begin
    seconds[name], begin = time.process_time() - begin, time.process_time()
model = load_language_model()
lap("load")
text = list(range(100, 355))
model.llama.hidden(text); lap("first")
model.llama.hidden(text); lap("256 tokens")
reading = model.reading(text); lap("prefix")
for token in range(8): reading.read(token)
lap("8 tokens")
for rows in model.log_prob_rows(text * 2): pass
lap("windows")
# This process's own peak; the one that getrusage knows began with the parent's.
peak = re.search(r"VmHWM:\s*(\d+) kB", open("/proc/self/status").read())
print(json.dumps(seconds | {"megabytes": int(peak[1]) / 1024}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units there")
def test_the_real_model_is_quick_and_small_enough_for_a_small_machine():
    real_model()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], env=environment, capture_output=True, text=True, check=True
    )
    measured = json.loads(done.stdout)
    assert measured["megabytes"] < 1000, measured
    # Processor time, so that other programs on the machine do not count.
    assert measured["load"] < 3 and measured["256 tokens"] < 2 and measured["8 tokens"] < 8 * 0.15, measured
