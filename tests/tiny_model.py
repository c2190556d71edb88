"""Makes tiny model files byte by byte and runs tiny models number by number: oracles for the language models.

Nothing here comes from course_lib.language, except where the real weights are looked up.
"""

import cmath
import math
import os
import struct

import numpy as np
import pytest

F32, Q4_1, Q8_0 = 0, 3, 8


def text(words):
    raw = words.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(thing):
    """A setting: its type's code, then its bytes."""
    kinds = {bool: (7, "<?"), int: (4, "<I"), float: (6, "<f")}
    if isinstance(thing, str):
        return struct.pack("<I", 8) + text(thing)
    if isinstance(thing, list):
        entries = [value(entry) for entry in thing]
        return (
            struct.pack("<I", 9)
            + entries[0][:4]
            + struct.pack("<Q", len(thing))
            + b"".join(entry[4:] for entry in entries)
        )
    code, form = kinds[type(thing)]
    return struct.pack("<I", code) + struct.pack(form, thing)


def gguf_bytes(settings, tensors, *, version=3, alignment=32):
    """A whole file. `tensors` maps a name to (storage code, sides as the file counts them, raw bytes)."""
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(settings))
    head += b"".join(text(key) + value(thing) for key, thing in settings.items())
    body = b""
    for name, (code, sides, raw) in tensors.items():
        body += b"\0" * (-len(body) % alignment)
        head += text(name) + struct.pack(f"<I{len(sides)}QIQ", len(sides), *sides, code, len(body))
        body += raw
    return head + b"\0" * (-len(head) % alignment) + body


def floats(numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


#: 1 special token, a token for each byte, and a few glued ones.
MERGES = ["t h", "th e", "Ġ a", "a t"]
LAYERS, HEADS, GROUPS, SIZE, WIDE = 2, 4, 2, 4, 12
WIDTH = HEADS * SIZE
BASE, EPSILON = 100.0, 1e-5


def vocabulary():
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    borrowed = iter(range(256, 512))
    letters = [chr(b) if b in visible else chr(next(borrowed)) for b in range(256)]
    return ["<|endoftext|>", *letters, *(merge.replace(" ", "") for merge in MERGES)]


def tiny_weights(seed=0):
    """Random weights, by name, in the shapes that y = W @ x wants."""
    rng = np.random.default_rng(seed)
    shapes = {"token_embd": (len(vocabulary()), WIDTH), "output_norm": (WIDTH,)}
    for i in range(LAYERS):
        shapes |= {
            f"blk.{i}.attn_norm": (WIDTH,),
            f"blk.{i}.ffn_norm": (WIDTH,),
            f"blk.{i}.attn_q": (HEADS * SIZE, WIDTH),
            f"blk.{i}.attn_k": (GROUPS * SIZE, WIDTH),
            f"blk.{i}.attn_v": (GROUPS * SIZE, WIDTH),
            f"blk.{i}.attn_output": (WIDTH, HEADS * SIZE),
            f"blk.{i}.ffn_gate": (WIDE, WIDTH),
            f"blk.{i}.ffn_up": (WIDE, WIDTH),
            f"blk.{i}.ffn_down": (WIDTH, WIDE),
        }
    return {f"{name}.weight": rng.normal(0, 0.7, shape).astype(np.float32) for name, shape in shapes.items()}


def tiny_settings():
    words = vocabulary()
    return {
        "general.architecture": "llama",
        "llama.block_count": LAYERS,
        "llama.context_length": 512,
        "llama.embedding_length": WIDTH,
        "llama.attention.head_count": HEADS,
        "llama.attention.head_count_kv": GROUPS,
        "llama.rope.freq_base": BASE,
        "llama.attention.layer_norm_rms_epsilon": EPSILON,
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.token_type": [3] + [1] * (len(words) - 1),
    }


def write_tiny_model(path, *, settings=None, weights=None):
    weights = tiny_weights() if weights is None else weights
    tensors = {
        name: (F32, array.shape[::-1], floats(array.ravel().tolist())) for name, array in weights.items()
    }
    path.write_bytes(gguf_bytes(tiny_settings() if settings is None else settings, tensors))
    return path


def looped_logits(weights, tokens):
    """The forward pass with nothing but loops over Python's own numbers; one row of logits per token."""
    w = {name: array.tolist() for name, array in weights.items()}

    def norm(x, gain):
        root = math.sqrt(sum(v * v for v in x) / len(x) + EPSILON)
        return [v / root * g for v, g in zip(x, gain, strict=True)]

    def times(matrix, x):
        return [sum(a * b for a, b in zip(row, x, strict=True)) for row in matrix]

    def head(x, h, position):
        turned = []
        for k in range(SIZE // 2):
            pair = complex(x[h * SIZE + 2 * k], x[h * SIZE + 2 * k + 1])
            pair *= cmath.exp(1j * position * BASE ** (-2 * k / SIZE))
            turned += [pair.real, pair.imag]
        return turned

    xs = [list(w["token_embd.weight"][token]) for token in tokens]
    for i in range(LAYERS):

        def of(name, i=i):
            return w[f"blk.{i}.{name}.weight"]

        hs = [norm(x, of("attn_norm")) for x in xs]
        queries, keys, values = ([times(of(name), h) for h in hs] for name in ("attn_q", "attn_k", "attn_v"))
        for t, x in enumerate(xs):
            gathered = []
            for h in range(HEADS):
                g = h // (HEADS // GROUPS)
                q = head(queries[t], h, t)
                fits = [
                    math.exp(
                        sum(a * b for a, b in zip(q, head(keys[s], g, s), strict=True)) / math.sqrt(SIZE)
                    )
                    for s in range(t + 1)
                ]
                for c in range(SIZE):
                    total = sum(fit * values[s][g * SIZE + c] for s, fit in enumerate(fits))
                    gathered.append(total / sum(fits))
            xs[t] = [a + b for a, b in zip(x, times(of("attn_output"), gathered), strict=True)]
        for t, x in enumerate(xs):
            h = norm(x, of("ffn_norm"))
            gate, up = times(of("ffn_gate"), h), times(of("ffn_up"), h)
            opened = [a / (1 + math.exp(-a)) * b for a, b in zip(gate, up, strict=True)]
            xs[t] = [a + b for a, b in zip(x, times(of("ffn_down"), opened), strict=True)]
    return [times(w["token_embd.weight"], norm(x, w["output_norm.weight"])) for x in xs]


def real_model():
    """The real language model; without its weights the test is skipped, or fails where they are required."""
    from course_lib.language.model import SmolLM, load_language_model, weights_path

    if weights_path() is None:
        reason = "the language model's weights are not installed (binder/weights.txt)"
        if os.environ.get("COURSE_LIB_REQUIRE_WEIGHTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    model = load_language_model()
    assert isinstance(model, SmolLM), model.about
    return model
