"""What the language model was measured to say: slices computed anew, and what must hold of any of it."""

import math
import zlib

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


# --- scores -----------------------------------------------------------------------------------------------


def test_the_texts_are_the_tokens_that_were_scored():
    record = load("language_scores")
    for number, text in enumerate(record["source_texts"].tolist()):
        mine = record["source"] == number
        assert mine.sum() == 2560 and record["position"][mine].tolist() == list(range(2560))
        assert record["n_bytes"][mine].sum() == len(text.encode())


def mean_and_error(values):
    """The mean of tokens side by side, with a standard error from 40 stretches: neighbours are alike."""
    stretches = [float(np.mean(part)) for part in np.array_split(values, 40)]
    return float(np.mean(values)), float(np.std(stretches, ddof=1)) / math.sqrt(40)


def test_the_model_is_surer_than_it_may_be_and_more_so_on_text_it_cannot_have_read():
    record = load("language_scores")
    place = record["temperatures"].tolist().index(1.0)
    excess = []
    for number in (0, 1):
        mine = (record["source"] == number) & (record["position"] > 0)
        excess.append(mean_and_error((record["surprisal"] - record["entropy"])[place, mine]))
    (own, own_error), (docs, docs_error) = excess
    assert 0.35 < own < 0.65 and own > 5 * own_error
    assert 0.05 < docs < 0.32 and docs > 1.5 * docs_error
    assert own - docs > 2 * math.hypot(own_error, docs_error)


def test_the_bill_is_least_where_it_equals_the_mean_entropy():
    # Oracle: the derivative of cross-entropy by 1/τ is E[score of what came] − E_q[score], chapter 3.
    record = load("language_scores")
    later = record["position"] > 0
    for mine in (later, later & (record["source"] == 0), later & (record["source"] == 1)):
        bill = record["surprisal"][:, mine].mean(axis=1, dtype=float)
        expected = record["entropy"][:, mine].mean(axis=1, dtype=float)
        assert (np.diff(bill - expected) < 0).all(), "hotter is less sure"
        crossing = int(np.argmax(bill < expected))  # the first temperature that is too hot
        assert crossing > 0 and int(np.argmin(bill)) in (crossing - 1, crossing)


def test_short_texts_cost_what_their_kind_should():
    record = load("language_scores")
    names, n_bytes = record["names"].tolist(), record["sizes"][:, 0]
    per_byte = dict(zip(names, record["bits"] / n_bytes, strict=True))
    assert per_byte["random letters"] > math.log2(26), "a good model of English is a bad model of noise"
    assert per_byte["a paragraph of this course"] < 0.6 * per_byte["the first, words shuffled"]
    assert per_byte["a famous speech"] == pytest.approx(0.749, abs=0.001)  # measured with other code
    zen = names.index("the Zen of Python")
    assert 2 ** (record["bits"][zen] / record["sizes"][zen, 1]) == pytest.approx(20.8, abs=0.05)
    for text, sizes in zip(record["texts"].tolist(), record["packed_bytes"], strict=True):
        # A compressor's version may change its last bytes.
        assert len(zlib.compress(text.encode(), 9)) == pytest.approx(sizes[0], abs=8)
    assert [len(text.encode()) for text in record["texts"].tolist()] == n_bytes.tolist()
    assert "random letters" in names and record["texts"][names.index("random letters")].isalpha()


def test_a_slice_of_the_scores_computed_anew_is_the_recorded_one():
    model, record = real_model(), load("language_scores")
    for i in (0, 4):
        text, (n_bytes, n_tokens) = str(record["texts"][i]), record["sizes"][i]
        tokens = model.encode(text)
        assert (len(text.encode()), len(tokens)) == (n_bytes, n_tokens)
        assert -model.token_log_probs(tokens).sum() / math.log(2) == pytest.approx(
            record["bits"][i], abs=0.05
        )
    mine = record["source"] == 1
    tokens = model.encode(str(record["source_texts"][1]))[:200]
    assert record["token_ids"][mine][:200].tolist() == tokens
    rows = np.concatenate(list(model.log_prob_rows(tokens))).astype(float)
    place = record["temperatures"].tolist().index(1.0)
    surprisal = -rows[np.arange(200), tokens] / math.log(2)
    assert record["surprisal"][place, mine][:200] == pytest.approx(surprisal, abs=3e-3)
    assert record["entropy"][place, mine][10] == pytest.approx(entropy_bits(rows[10]), abs=3e-3)
    assert record["top_probability"][mine][:200] == pytest.approx(np.exp(rows.max(axis=1)), abs=1e-3)
    assert (record["hit"][mine][:200] == (rows.argmax(axis=1) == tokens)).mean() > 0.98
    cold = record["temperatures"].tolist().index(0.7)
    assert record["entropy"][cold, mine][10] == pytest.approx(entropy_bits(rows[10] / 0.7), abs=3e-3)


def test_without_weights_a_language_record_says_what_it_needs(monkeypatch):
    monkeypatch.setattr("course_lib.language.model.weights_path", lambda: None)
    for name in (name for name in records.RECORDS if name.startswith("language")):
        with pytest.raises(ValueError, match=r"Only the real language model .*weights\.txt"):
            make(name)
