"""The forward pass: its parts against loops, the whole against a loop-written one and a recorded library."""

import cmath
import json
import math

import numpy as np
import pytest
from tiny_model import (
    BASE,
    EPSILON,
    GROUPS,
    HEADS,
    LAYERS,
    SIZE,
    looped_logits,
    real_model,
    tiny_settings,
    tiny_weights,
    write_tiny_model,
)

from course_lib.language.gguf import GGUF, GGUFError
from course_lib.language.llama import (
    Cache,
    Llama,
    Sizes,
    attention,
    rms_norm,
    rotary_turns,
    rotate,
    silu,
    softmax_in_place,
    swiglu,
)
from course_lib.records import DATA

SIZES = Sizes(LAYERS, HEADS, GROUPS, SIZE, context=48, rotary_base=BASE, epsilon=EPSILON)
WEIGHTS = tiny_weights()
MODEL = Llama(SIZES, WEIGHTS)
TOKENS = np.random.default_rng(2).integers(0, 261, 20).tolist()


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def logits(model, tokens, cache=None):
    return model.scores(model.hidden(tokens, cache))


# --- the parts


def test_rms_norm_brings_every_vector_to_root_mean_square_one():
    x = normal(3, 8) * 100
    assert np.mean(rms_norm(x, np.ones(8, np.float32)) ** 2, axis=-1) == pytest.approx(1, abs=1e-5)
    assert rms_norm(x, np.arange(8, dtype=np.float32)) == pytest.approx(
        rms_norm(x, np.ones(8, np.float32)) * np.arange(8), abs=1e-5
    )
    assert rms_norm(np.zeros((1, 4), np.float32), np.ones(4, np.float32)).tolist() == [[0.0] * 4]


def test_rotation_turns_neighbouring_coordinates_by_their_positions_angle():
    x, positions = normal(3, 2, 6), [0, 5, 11]
    turned = rotate(x, rotary_turns(positions, 6, 50.0))
    for n, position in enumerate(positions):
        for head in range(2):
            for k in range(3):
                a, b = x[n, head, 2 * k : 2 * k + 2].tolist()
                expected = complex(a, b) * cmath.exp(1j * position * 50.0 ** (-2 * k / 6))
                assert complex(*turned[n, head, 2 * k : 2 * k + 2].tolist()) == pytest.approx(
                    expected, abs=1e-5
                )


def test_a_fit_depends_only_on_how_far_query_and_key_are_apart():
    query, key = normal(1, 1, 8), normal(1, 1, 8, seed=1)

    def fit(there, here):
        return float((rotate(query, rotary_turns([there], 8)) * rotate(key, rotary_turns([here], 8))).sum())

    assert fit(7, 3) == pytest.approx(fit(104, 100), abs=1e-4)
    assert abs(fit(7, 3) - fit(7, 4)) > 1e-3


def test_attention_is_each_heads_weighted_average_of_the_past():
    queries, keys, values = normal(3, 4, 2), normal(5, 2, 2, seed=1), normal(5, 2, 2, seed=2)
    result = attention(queries, keys, values)
    for i in range(3):
        for head in range(4):
            past = range(5 - 3 + i + 1)
            fits = [math.exp(float(queries[i, head] @ keys[t, head // 2]) / math.sqrt(2)) for t in past]
            expected = sum(fit * values[t, head // 2] for t, fit in zip(past, fits, strict=True)) / sum(fits)
            assert result[i, head] == pytest.approx(expected, abs=1e-6)


def test_softmax_bears_large_scores():
    assert softmax_in_place(np.array([[1e4, 1e4 - math.log(3)], [-1e4, -np.inf]])).tolist() == [
        [pytest.approx(0.75), pytest.approx(0.25)],
        [1.0, 0.0],
    ]


def test_silu_is_quiet_at_both_ends():
    x = np.array([-1e4, -1.0, 0.0, 1.0, 1e4], dtype=np.float32)
    assert silu(x).tolist() == pytest.approx([0, -1 / (1 + math.e), 0, 1 / (1 + 1 / math.e), 1e4])


def test_a_gate_multiplies_what_goes_up():
    x, gate, up, down = normal(2, 3), normal(5, 3, seed=1), normal(5, 3, seed=2), normal(3, 5, seed=3)
    for row, result in zip(x, swiglu(x, gate, up, down), strict=True):
        wide = [
            float(g @ row) / (1 + math.exp(-float(g @ row))) * float(u @ row)
            for g, u in zip(gate, up, strict=True)
        ]
        assert result == pytest.approx(down @ np.array(wide), abs=1e-5)


# --- the whole, on a random model of two layers


def test_the_whole_pass_is_what_loops_over_numbers_give():
    assert logits(MODEL, TOKENS) == pytest.approx(np.array(looped_logits(WEIGHTS, TOKENS)), abs=2e-4)


def test_a_later_token_changes_nothing_before_it():
    changed = [*TOKENS[:-1], (TOKENS[-1] + 1) % 261]
    before, after = logits(MODEL, TOKENS), logits(MODEL, changed)
    assert np.array_equal(before[:-1], after[:-1]) and not np.allclose(before[-1], after[-1])


@pytest.mark.parametrize("steps", [[20], [1] * 20, [7, 13], [19, 1], [3, 1, 9, 7]])
def test_reading_in_pieces_gives_what_one_pass_gives(steps):
    cache, rows, i = Cache(SIZES, capacity=2), [], 0
    for step in steps:
        rows.append(logits(MODEL, TOKENS[i : i + step], cache))
        i += step
        assert cache.length == i
    assert np.concatenate(rows) == pytest.approx(logits(MODEL, TOKENS), abs=1e-4)


def test_a_shorter_length_forgets_the_last_tokens():
    cache = Cache(SIZES)
    MODEL.hidden(TOKENS, cache)
    cache.length = 5
    assert logits(MODEL, TOKENS[5:8], cache) == pytest.approx(logits(MODEL, TOKENS)[5:8], abs=1e-4)


def test_a_pass_that_is_stopped_leaves_the_cache_as_it_was(monkeypatch):
    cache = Cache(SIZES)
    MODEL.hidden(TOKENS[:5], cache)

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("course_lib.language.llama.swiglu", stop)
        with pytest.raises(KeyboardInterrupt):
            MODEL.hidden([1, 2, 3], cache)
    assert logits(MODEL, TOKENS[5:], cache) == pytest.approx(logits(MODEL, TOKENS)[5:], abs=1e-4)


@pytest.mark.parametrize("tokens", [[], [0.5], [[1, 2]], ["a"]])
def test_what_is_no_list_of_tokens_is_refused(tokens):
    with pytest.raises(ValueError, match="at least one whole number"):
        MODEL.hidden(tokens)


@pytest.mark.parametrize("token", [-1, 261])
def test_a_token_that_does_not_exist_is_refused(token):
    with pytest.raises(ValueError, match=f"token {token} does not exist; the last one is 260"):
        MODEL.hidden([0, token])


def test_a_text_beyond_the_context_is_refused():
    cache = Cache(SIZES)
    MODEL.hidden([0] * 40, cache)
    MODEL.hidden([0] * 8, cache)
    with pytest.raises(ValueError, match="49 tokens are more than the 48"):
        MODEL.hidden([0], cache)


# --- from a file


def test_a_model_is_read_from_its_file(tmp_path):
    model = Llama.from_file(GGUF(write_tiny_model(tmp_path / "tiny.gguf")))
    assert (model.sizes.layers, model.sizes.heads, model.sizes.groups) == (LAYERS, HEADS, GROUPS)
    assert np.allclose(logits(model, TOKENS), logits(MODEL, TOKENS), atol=1e-5)


def test_a_file_of_another_kind_is_refused(tmp_path):
    settings = tiny_settings()
    file = write_tiny_model(tmp_path / "a.gguf", settings=settings | {"general.architecture": "gemma"})
    with pytest.raises(GGUFError, match="kind 'gemma'"):
        Llama.from_file(GGUF(file))
    file = write_tiny_model(
        tmp_path / "b.gguf", weights=WEIGHTS | {"output.weight": WEIGHTS["token_embd.weight"]}
    )
    with pytest.raises(GGUFError, match="a table of its own"):
        Llama.from_file(GGUF(file))
    del settings["llama.rope.freq_base"]
    with pytest.raises(GGUFError, match=r"does not say its llama\.rope\.freq_base"):
        Llama.from_file(GGUF(write_tiny_model(tmp_path / "c.gguf", settings=settings)))
    few = {name: array for name, array in WEIGHTS.items() if name != "blk.1.attn_q.weight"}
    with pytest.raises(GGUFError, match=r"no tensor 'blk\.1\.attn_q\.weight'"):
        Llama.from_file(GGUF(write_tiny_model(tmp_path / "d.gguf", weights=few)))


# --- the real weights, against a record of another implementation


def recorded():
    with np.load(DATA / "language_logits.npz", allow_pickle=False) as stored:
        return dict(stored)


def test_the_record_is_of_the_courses_file():
    from course_lib.language.model import WEIGHTS_SHA256

    stored = recorded()
    assert json.loads(str(stored["about"]))["file_sha256"] == WEIGHTS_SHA256
    assert len(stored["tokens"]) >= 64 and stored["tokens"][0] == 0


def test_real_logits_are_those_of_an_independent_implementation():
    model, stored = real_model(), recorded()
    ours = logits(model.llama, stored["tokens"])
    assert np.abs(ours[:, stored["columns"]] - stored["logits"]).max() < 1e-3
    assert ours.argmax(axis=1).tolist() == stored["best"].tolist()
    # All 49,152 scores of a row, in one number that a single large slip would move.
    sums = np.log(np.exp(ours.astype(np.float64)).sum(axis=1))
    assert sums == pytest.approx(stored["log_sum"], abs=1e-3)


def test_the_real_model_reads_token_by_token_what_it_reads_at_once():
    llama, tokens = real_model().llama, recorded()["tokens"][:64]
    cache = Cache(llama.sizes)
    steps = np.concatenate([logits(llama, [token], cache) for token in tokens]).astype(np.float64)
    whole = logits(llama, tokens).astype(np.float64)
    assert np.abs(steps - whole).max() < 5e-4

    def paid(rows):
        sums = np.log(np.exp(rows).sum(axis=1))[:-1]
        return rows[np.arange(63), tokens[1:]] - sums

    assert paid(steps) == pytest.approx(paid(whole), abs=1e-4)
