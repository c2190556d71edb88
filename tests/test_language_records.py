"""What the language model was measured to say: slices computed anew, and what must hold of any of it."""

import math

import numpy as np
import pytest
from tiny_model import real_model

from course_lib import records
from course_lib.language_records import LETTERS, PRAISE, SAMPLING_RULES
from course_lib.records import load, make

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def prompts():
    return load("language_prompts")


def entropy_bits(log_probs):
    """Oracle: Σ p log2 1/p with Python's exact sum."""
    values = [float(value) for value in log_probs]
    total = math.fsum(map(math.exp, values))
    shares = [(math.exp(value) / total, value - math.log(total)) for value in values]
    return -math.fsum(p * nats for p, nats in shares) / math.log(2)


def test_the_recorded_distributions_sum_to_one_and_have_the_entropies_of_an_independent_measurement(prompts):
    # Entropies from the feasibility study, which used other code on the same weights.
    assert prompts["log_probs"].shape == (4, 49_152)
    assert np.exp(prompts["log_probs"].astype(float)).sum(axis=1) == pytest.approx(np.ones(4), abs=1e-4)
    for row, bits in zip(prompts["log_probs"], (5.39, 1.96, 2.04), strict=False):
        assert entropy_bits(row) == pytest.approx(bits, abs=0.006)


def test_looked_up_words_cost_what_they_were_measured_to_cost(prompts):
    # Oracle: surprisals measured with another program on the same file.
    ids = dict(zip(prompts["words"].tolist(), prompts["word_ids"].tolist(), strict=True))
    cat, france = -prompts["log_probs"][:2] / math.log(2)
    measured = {" mat": 1.62, " couch": 4.15, " floor": 7.40, " volcano": 15.80, " mathematician": 19.98}
    for word, bits in measured.items():
        assert cat[ids[word]] == pytest.approx(bits, abs=0.006), word
    assert 2 ** -float(france[ids[" Paris"]]) == pytest.approx(0.806, abs=0.001)


def test_the_praise_words_hold_the_mass_that_the_ceiling_is_made_of(prompts):
    assert prompts["praise_words"].tolist() == list(PRAISE) and len(set(PRAISE)) == 10
    mass = math.fsum(math.exp(float(prompts["log_probs"][3, token])) for token in prompts["praise_ids"])
    assert mass == pytest.approx(0.00466, abs=5e-6)
    assert -math.log2(mass) == pytest.approx(7.744, abs=5e-4)


def test_the_most_probable_tokens_are_in_order_and_named(prompts):
    for row, ids, texts in zip(prompts["log_probs"], prompts["top_ids"], prompts["top_texts"], strict=True):
        assert (np.diff(row[ids]) <= 0).all() and len(set(ids.tolist())) == 1024
        assert row[ids[-1]] == np.sort(row)[-1024]
        assert all(texts)
    assert prompts["top_texts"][:, 0].tolist() == [" mat", " Paris", ",", " a"]


def test_hotter_continuations_are_dearer_and_the_most_probable_tokens_the_cheapest(prompts):
    bits = dict(zip(prompts["rules"].tolist(), prompts["continuation_bits"].mean(axis=(0, 2)), strict=True))
    ladder = [bits[f"temperature {tau}"] for tau in ("0.3", "0.7", "1", "1.5")]
    assert sorted(ladder) == ladder and list(SAMPLING_RULES) == list(bits)
    assert min(bits.values()) == bits["most probable"]
    assert max(bits[name] for name in ("top-k, k = 40", "top-p, 0.9", "min-p, 0.05")) < bits["temperature 1"]
    assert all(prompts["continuations"].ravel())


def test_a_slice_of_the_prompts_computed_anew_is_the_recorded_one(prompts):
    real_model()
    anew = make("language_prompts", prompts=["The movie was"], rules=["most probable"], seeds=[1], length=8)
    # The model agrees with itself to some 10⁻⁴ across processors, and the record is rounded to 2·10⁻⁴.
    assert np.abs(anew["log_probs"][0] - prompts["log_probs"][3]).max() < 2e-3
    assert prompts["continuations"][3, 0, 0].startswith(str(anew["continuations"][0, 0, 0]))
    assert anew["praise_ids"].tolist() == prompts["praise_ids"].tolist()


# --- context ----------------------------------------------------------------------------------------------


def test_more_context_makes_the_whole_paragraph_cheaper_though_not_every_token():
    record = load("language_context")
    assert record["text"] == LETTERS and "".join(record["token_texts"]) == LETTERS
    means = record["bits"][:, 1:].mean(axis=1)
    assert (np.diff(means) < 0).all()
    assert means[0] == pytest.approx(9.75, abs=0.02) and means[-1] == pytest.approx(5.03, abs=0.02)
    overlap = record["overlap"][:, 1:].mean(axis=1)
    assert (np.diff(overlap) > 0).all() and overlap[-1] == 1
    assert (np.diff(record["bits"], axis=0) > 1).any()
    # Where the context is the whole beginning anyway, nothing can differ.
    for rung, bits in zip(record["contexts"], record["bits"], strict=True):
        assert (bits[: rung + 1] == record["bits"][-1, : rung + 1]).all()


def test_the_refrain_is_cheap_to_whoever_has_read_it_before():
    record = load("language_context")
    texts, bits = record["token_texts"].tolist(), record["bits"]
    first = texts.index(" says")
    second = texts.index(" says", first + 1)
    assert bits[-1, first] > 10 and bits[-1, second] < 3 and bits[1, second] > 6


def test_a_slice_of_the_context_ladder_computed_anew_is_the_recorded_one():
    model, record = real_model(), load("language_context")
    tokens = record["token_ids"].tolist()
    assert model.encode(LETTERS) == tokens
    for i, j in ((30, 0), (49, 3), (63, 4), (85, 6)):
        rung = int(record["contexts"][j])
        # Oracle: all rows of one pass over the window, instead of the record's step by step.
        window = tokens[max(0, i - rung) : i + 1]
        bits = -model.token_log_probs(window)[-1] / math.log(2)
        assert record["bits"][j, i] == pytest.approx(bits, abs=2e-3)


def test_without_weights_a_language_record_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("course_lib.language.model.weights_path", lambda: None)
    for name in (name for name in records.RECORDS if name.startswith("language")):
        with pytest.raises(ValueError, match=r"Only the real language model .*weights\.txt"):
            make(name)
