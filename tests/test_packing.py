"""A language model packs texts that come out again, in about as many bits as they surprise it."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import real_model, write_tiny_model

from course_lib.datasets import zen_of_python
from course_lib.language.gguf import GGUF
from course_lib.language.model import NGram, SmolLM
from course_lib.language.packing import Packed, pack, unpack

pytestmark = pytest.mark.filterwarnings("error")

TEXTS = {
    "nothing": "",
    "one letter": "a",
    "a sentence": "The cat sat on the mat.",
    "accents": "Voilà: un naïf Übermut — «tout à fait»",
    "emoji": "🙂🙃 and a family 👨‍👩‍👧",
    "lines and tabs": "\n\n\tif x:\r\n        y  \n",
    "digits": "1948 + 3.14159 = 1951.14159",
    "other writing": "Привет, 世界! שלום",
}


@pytest.fixture(scope="module")
def counting():
    return NGram(zen_of_python(), order=3)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return SmolLM(GGUF(write_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.gguf")))


@pytest.fixture(params=["counting", "tiny"])
def model(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_packed_comes_out_again(model, name):
    packed = pack(model, TEXTS[name])
    assert unpack(model, packed) == TEXTS[name]
    assert len(packed.data) == math.ceil(packed.coded_bits / 8)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12))
def test_any_text_comes_out_of_the_counting_model_again(text):
    model = NGram("to be or not to be", order=2)
    assert unpack(model, pack(model, text)) == text


def rounded_bits(model, tokens):
    """Oracle: the price by probabilities rounded to whole numbers with Python's own arithmetic."""
    bits = 0.0
    for i, token in enumerate(tokens):
        counts = [max(1, round(math.exp(x) * 2**24)) for x in model.next_log_probs(tokens[:i]).tolist()]
        bits += math.log2(sum(counts) / counts[token])
    return bits


@pytest.mark.parametrize("name", ["nothing", "one letter", "a sentence", "accents"])
def test_the_coder_stays_within_two_bits_of_the_rounded_price(model, name):
    tokens = model.encode(TEXTS[name])
    packed = pack(model, TEXTS[name])
    price = rounded_bits(model, tokens)
    ideal = -sum(model.next_log_probs(tokens[:i])[token] for i, token in enumerate(tokens)) / math.log(2)
    assert packed.n_tokens == len(tokens)
    assert packed.ideal_bits == pytest.approx(ideal, abs=1e-3)  # step by step against all at once
    assert price - 1 <= packed.coded_bits <= price + 2
    assert abs(price - packed.ideal_bits) < 0.01 * max(1, len(tokens))


def test_a_repeated_text_becomes_cheap_for_whoever_has_read_it(counting):
    familiar = pack(counting, "Beautiful is better than ugly.")
    strange = pack(counting, "Xylophones jar fig-wax quickly")
    assert familiar.coded_bits < 60 < 180 < strange.coded_bits


def test_nothing_needs_no_bits(model):
    assert pack(model, "") == Packed(b"", 0, 0.0, 0)


def test_other_bits_are_another_text_not_an_error(counting):
    packed = pack(counting, TEXTS["a sentence"])
    for data in (b"", b"\xff" * 40, packed.data[:-1] + b"\0\1\2"):
        text = unpack(counting, packed._replace(data=data))
        assert text and text != TEXTS["a sentence"]
    other = NGram("a cat and a mat", order=3)
    assert unpack(other, packed) != TEXTS["a sentence"]


def test_a_character_without_a_token_is_refused_before_it_is_lost(counting, tiny, monkeypatch):
    monkeypatch.setattr(tiny, "encode", lambda text: [0 for _ in text])
    with pytest.raises(ValueError, match="no token"):
        pack(tiny, "\x00")
    with pytest.raises(ValueError, match=re.escape("half of a pair")):
        NGram("abc", tokenizer=tiny.tokenizer).encode("\ud83d")


# --- the real model


@pytest.mark.parametrize("name", ["nothing", "a sentence", "accents", "emoji"])
def test_the_real_model_packs_and_unpacks(name):
    model = real_model()
    packed = pack(model, TEXTS[name])
    assert unpack(model, packed) == TEXTS[name]
    # Rounding to 2⁻²⁴ adds 49,152 / 2²⁴ to the sum at most: 0.0043 bits a token, for all but rare tokens.
    assert packed.ideal_bits - 1 <= packed.coded_bits <= packed.ideal_bits + 2 + 0.02 * packed.n_tokens
    by_rows = -model.token_log_probs(model.encode(TEXTS[name])).sum() / math.log(2)
    assert packed.ideal_bits == pytest.approx(by_rows, abs=0.01)


def test_the_real_model_halves_what_a_general_compressor_needs():
    import zlib

    text = "The surprise of a sentence is what it costs to send."
    packed = pack(real_model(), text)
    assert unpack(real_model(), packed) == text
    assert len(packed.data) in (11, 12) and len(zlib.compress(text.encode(), 9)) > 50


def test_a_control_character_that_the_real_model_cannot_say_is_refused():
    model = real_model()
    lost = [i for i in range(32) if model.decode(model.encode(chr(i))) != chr(i)]
    assert lost, "the real vocabulary lacks some control characters"
    with pytest.raises(ValueError, match="control character"):
        pack(model, f"beep{chr(lost[0])}")
    assert np.isfinite(pack(model, "beep\n").ideal_bits)
