"""Records that need the language model's weights: what it says, once measured, for everybody to look at.

`records` stores and loads them. Logarithms of probabilities are natural.
"""

import bz2
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.classifiers import softmax
from course_lib.datasets import course_passage, python_text, zen_of_python
from course_lib.distributions import FloatArray
from course_lib.language.model import SmolLM, load_language_model
from course_lib.language.quantisation import compare, quantised
from course_lib.sampling import min_p, top_k, top_p, typical

Arrays = dict[str, NDArray[Any]]

#: Beginnings of texts; the model says what may come next.
PROMPTS = ("The cat sat on the", "The capital of France is", "Once upon a time", "The movie was")

#: Ten kind words about a film, each a single token with the space before it.
PRAISE = (
    *(" good", " great", " excellent", " wonderful", " amazing"),
    *(" fantastic", " brilliant", " awesome", " terrific", " fun"),
)

#: Words whose price the chapter asks for, each a single token with the space before it.
WORDS = (
    *(" mat", " edge", " couch", " cat", " window", " moon", " floor", " roof", " table", " volcano"),
    *(" mathematician", " banana", " Paris", " London", " Lyon", " Berlin", " the", " there"),
)

#: Ways of choosing the next token: name, and what each makes of the model's probabilities.
SAMPLING_RULES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "most probable": lambda p: top_k(p, 1),
    "temperature 0.3": lambda p: _at_temperature(p, 0.3),
    "temperature 0.7": lambda p: _at_temperature(p, 0.7),
    "temperature 1": lambda p: p,
    "temperature 1.5": lambda p: _at_temperature(p, 1.5),
    "top-k, k = 40": lambda p: top_k(p, 40),
    "top-p, 0.9": lambda p: top_p(p, 0.9),
    "min-p, 0.05": lambda p: min_p(p, 0.05),
    "typical, 0.9": lambda p: typical(p, 0.9),
}

#: A paragraph written for this course, so the model cannot have read it before.
LETTERS = (
    "Every Sunday my grandmother took a letter from the old biscuit tin and read it to us. The letters came "
    "from her brother, who mended bicycles in a town by the sea, and each of them ended the same way: the "
    "sea says hello. When she died, the tin came to me. At the bottom lay one letter that she had never "
    "opened. It was the shortest of them all: the sea says goodbye."
)

_SPEECH = (
    "Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in "
    "Liberty, and dedicated to the proposition that all men are created equal. Now we are engaged in a great "
    "civil war, testing whether that nation, or any nation so conceived and so dedicated, can long endure."
)

_FUNCTION = """def mean_surprise(probabilities, outcomes):
    total = 0.0
    for outcome in outcomes:
        if probabilities[outcome] == 0:
            return float("inf")
        total += -math.log2(probabilities[outcome])
    return total / len(outcomes)
"""

_GERMAN = (
    "Am Sonntag regnete es, und wir blieben zu Hause. Meine Schwester backte Brot, und der Hund schlief "
    "vor dem Ofen, bis es dunkel wurde."  # codespell:ignore vor
)

# Log-probabilities are rounded to this many parts of a nat: an error of at most 0.00013 nats each, and zeros
# for the compression to find.
_PARTS = 4096

_READ_AS_END = (0, 2)  # <|endoftext|> and <|im_end|>


def language_prompts(
    *,
    prompts: Iterable[str] = PROMPTS,
    rules: Iterable[str] = tuple(SAMPLING_RULES),
    seeds: Iterable[int] = (1, 3, 5),
    length: int = 32,
    named: int = 1024,
) -> Arrays:
    """What SmolLM2-135M says comes next after four beginnings, and how it writes on by nine sampling rules.

    Parameters
    ----------
    prompts : iterable of str
    rules : iterable of str
        Some of `SAMPLING_RULES`.
    seeds : iterable of int
        Each starts the random choices of one continuation anew, the same for every prompt and rule.
    length : int
        Tokens a continuation may have; the model may end its text earlier.
    named : int
        How many of the most probable tokens get their text stored.

    Returns
    -------
    dict of ndarray
        ``prompts``; ``log_probs`` of every token as the next one, in nats, axes prompt, token, rounded to
        1/4096 of a nat, so give them to `classifiers.softmax` to get probabilities that sum to 1;
        ``top_ids`` and ``top_texts``, axes prompt, rank: the most probable tokens; ``words``, ``word_ids``
        and ``praise_words``, ``praise_ids``: single tokens to look up; ``rules``, ``seeds`` and, axes
        prompt, rule, seed, ``continuations`` and ``continuation_bits``, their mean surprise in bits per
        token under the unchanged model.
    """
    model = _weights()
    texts, names, lots = tuple(prompts), tuple(rules), tuple(seeds)
    log_probs = np.array([model.next_log_probs(model.encode(text)) for text in texts])
    top_ids = np.argsort(-log_probs, axis=1, kind="stable")[:, :named]
    written = [
        [[_continuation(model, text, name, seed, length) for seed in lots] for name in names]
        for text in texts
    ]
    return {
        "prompts": np.array(texts),
        "log_probs": _rounded(log_probs).astype(np.float32),
        "top_ids": top_ids.astype(np.int32),
        "top_texts": np.array([[model.decode([token]) for token in row] for row in top_ids.tolist()]),
        "words": np.array(WORDS),
        "word_ids": np.array([_single(model, word) for word in WORDS]),
        "praise_words": np.array(PRAISE),
        "praise_ids": np.array([_single(model, word) for word in PRAISE]),
        "rules": np.array(names),
        "seeds": np.array(lots),
        "continuations": np.array([[[text for text, _ in row] for row in block] for block in written]),
        "continuation_bits": np.array([[[bits for _, bits in row] for row in block] for block in written]),
    }


def language_context(*, text: str = LETTERS, contexts: Iterable[int] = (1, 2, 4, 8, 16, 32)) -> Arrays:
    """What SmolLM2-135M pays for each token of a paragraph when it may see only the last few before it.

    Parameters
    ----------
    text : str
    contexts : iterable of int
        Tokens that it may see; after them comes the whole beginning of the text, as the last rung.

    Returns
    -------
    dict of ndarray
        ``text``; ``token_ids``, ``token_texts``; ``contexts``, the last one as long as the text; ``bits``,
        axes context, token: the surprise of each token; ``overlap``, the same axes: 1 − TV, what the
        prediction shares with the one that sees everything. The first token has nothing before it on
        any rung: leave it out of averages.
    """
    model = _weights()
    tokens = model.encode(text)
    rungs = (*contexts, len(tokens))
    bits, overlap = np.empty((2, len(rungs), len(tokens)))
    for i, token in enumerate(tokens):
        everything = model.next_log_probs(tokens[:i])
        for j, rung in enumerate(rungs):
            seen = model.next_log_probs(tokens[i - rung : i]) if rung < i else everything
            bits[j, i] = -seen[token] / np.log(2)
            overlap[j, i] = np.minimum(np.exp(seen), np.exp(everything)).sum()
    return {
        "text": np.array(text),
        "token_ids": np.array(tokens),
        "token_texts": np.array([model.decode([token]) for token in tokens]),
        "contexts": np.array(rungs),
        "bits": bits,
        "overlap": np.minimum(overlap, 1.0),
    }


def scored_texts() -> dict[str, str]:
    """Short texts of many kinds, to pay for: ones written for this course, famous ones, noise.

    Examples
    --------
    >>> len(scored_texts()["random letters"])
    400
    """
    shuffled, letters = np.random.default_rng(0), np.random.default_rng(1)
    return {
        "a paragraph of this course": LETTERS,
        "another, dense one": course_passage(),
        "a famous speech": _SPEECH,
        "the Zen of Python": zen_of_python(),
        "a Python function": _FUNCTION,
        "Python's documentation": python_text().raw[:1600],
        "a German paragraph": _GERMAN,
        "the first, words shuffled": " ".join(shuffled.permutation(LETTERS.split())),
        "random letters": "".join(letters.choice(list("abcdefghijklmnopqrstuvwxyz"), 400)),
    }


def own_prose() -> str:
    """Plain paragraphs of the course's own chapters 1 to 6: text that no model can have been trained on.

    Those with a formula, a link, code or a table are left out.

    Examples
    --------
    >>> len(own_prose()) > 15_000
    True
    """
    notebooks = sorted((Path(__file__).parent.parent / "notebooks").glob("0[1-6]*.ipynb"))
    cells = [cell for path in notebooks for cell in json.loads(path.read_text("utf-8"))["cells"]]
    paragraphs = [
        " ".join(paragraph.split())
        for cell in cells
        if cell["cell_type"] == "markdown"
        for paragraph in re.split(r"\n\s*\n", "".join(cell["source"]))
    ]
    plain = [text for text in paragraphs if len(text) >= 120 and not re.search(r"[$|<>#`\[\]*_\\]", text)]
    return "\n\n".join(plain)


def language_scores(
    *,
    temperatures: Iterable[float] = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3),
    length: int = 2560,
    short: bool = True,
) -> Arrays:
    """What SmolLM2-135M pays for texts, and how sure it was of each of 5,120 tokens, in bits.

    Parameters
    ----------
    temperatures : iterable of float
    length : int
        Tokens of each of the two long texts, `own_prose` and Python's documentation. The model may well
        have been trained on the second one; it cannot have seen the first. It reads in windows of 256
        tokens, so a token sees at least 128 before it, but for the first ones.
    short : bool
        Whether to score `scored_texts` as well.

    Returns
    -------
    dict of ndarray
        Of every token of the long texts, axis token: ``source``, 0 for own prose and 1 for documentation;
        ``token_ids``; ``n_bytes``; ``position`` in its text; ``top_probability`` of the token that was
        thought most probable, and ``hit``, whether that one came. Axes temperature, token: ``surprisal``
        and ``entropy`` of the prediction, in bits. ``sources``, ``source_texts``, ``temperatures``.
        Of every short text: ``names``, ``texts``, and ``sizes``, axes text and (bytes, tokens), ``bits``
        in all, the first token included, and ``packed_bytes``, axes text and (zlib, bz2, xz), at their
        highest levels.
    """
    model, taus = _weights(), tuple(temperatures)
    sources = _long_texts()
    long = [model.encode(text)[:length] for text in sources.values()]
    measured = [_measured(model, tokens, taus) for tokens in long]
    texts = scored_texts() if short else {}
    short_tokens = [model.encode(text) for text in texts.values()]
    numbers = {key: np.concatenate([part[key] for part in measured], axis=-1) for key in measured[0]}
    return numbers | {
        "source": np.repeat(np.arange(2, dtype=np.uint8), [len(tokens) for tokens in long]),
        "token_ids": np.concatenate(long).astype(np.uint16),
        "n_bytes": np.array([len(model.token_bytes(t)) for tokens in long for t in tokens], dtype=np.uint8),
        "position": np.concatenate([np.arange(len(tokens), dtype=np.uint16) for tokens in long]),
        "sources": np.array(list(sources)),
        "source_texts": np.array([model.decode(tokens) for tokens in long]),
        "temperatures": np.array(taus),
        "names": np.array(list(texts)),
        "texts": np.array(list(texts.values())),
        "sizes": np.array(
            [[len(t.encode()), len(k)] for t, k in zip(texts.values(), short_tokens, strict=True)]
        ),
        "bits": np.array([-model.token_log_probs(tokens).sum() / np.log(2) for tokens in short_tokens]),
        "packed_bytes": np.array([_packed_sizes(text) for text in texts.values()]),
    }


def language_quantisation(*, widths: Iterable[int] = (8, 7, 6, 5, 4, 3), length: int = 512) -> Arrays:
    """What it costs SmolLM2-135M to have each row of its weights rounded to 8 bits or fewer.

    Parameters
    ----------
    widths : iterable of int
        Bits for a weight.
    length : int
        Tokens of each of the two long texts of `language_scores`.

    Returns
    -------
    dict of ndarray
        ``widths``; ``divergences``, axes width, token: D(as shipped ‖ coarser) of each prediction, in bits;
        axis width: ``mean_divergence`` of them, ``high_divergence``, which 99 % of them stay below,
        ``perplexity_ratio``, coarser over shipped, and ``agreement``, the share of tokens before which
        both think the same one the most probable. See `language.quantisation.quantised` for how.
    """
    model, bits = _weights(), tuple(widths)
    texts = [model.encode(text)[:length] for text in _long_texts().values()]
    found = [[compare(model, quantised(model, b), tokens) for tokens in texts] for b in bits]
    divergences = np.array([np.concatenate([part.divergences for part in row]) for row in found])
    return {
        "widths": np.array(bits),
        "divergences": divergences.astype(np.float32),
        "mean_divergence": divergences.mean(axis=1),
        "high_divergence": np.quantile(divergences, 0.99, axis=1),
        # Both texts are equally long, so the mean of their logarithms is the logarithm for both together.
        "perplexity_ratio": np.exp([np.mean([np.log(p.perplexity_ratio) for p in row]) for row in found]),
        "agreement": np.array([np.mean([part.agreement for part in row]) for row in found]),
    }


def _long_texts() -> dict[str, str]:
    return {"this course's own prose": own_prose(), "Python's documentation": python_text().raw}


def _measured(model: SmolLM, tokens: list[int], temperatures: tuple[float, ...]) -> Arrays:
    """Surprisal and entropy at every temperature, and the most probable token's share, of each token."""
    surprisal, entropy = np.empty((2, len(temperatures), len(tokens)), dtype=np.float32)
    top_probability, hit = np.empty(len(tokens), dtype=np.float32), np.empty(len(tokens), dtype=np.uint8)
    i = 0
    for block in model.log_prob_rows(tokens):
        for row in block.astype(np.float64):
            for j, tau in enumerate(temperatures):
                scores = row / tau
                weights = np.exp(scores - scores.max())
                total = weights.sum()
                log_total = np.log(total) + scores.max()
                surprisal[j, i] = _rounded((log_total - scores[tokens[i]]) / np.log(2))
                entropy[j, i] = _rounded((log_total - weights @ scores / total) / np.log(2))
            top_probability[i], hit[i] = _rounded(np.exp(row.max())), row.argmax() == tokens[i]
            i += 1
    return {"surprisal": surprisal, "entropy": entropy, "top_probability": top_probability, "hit": hit}


def _rounded(numbers: Any) -> Any:
    return np.round(numbers * _PARTS) / _PARTS


def _packed_sizes(text: str) -> list[int]:
    raw = text.encode()
    return [len(zlib.compress(raw, 9)), len(bz2.compress(raw, 9)), len(lzma.compress(raw, preset=9))]


def _at_temperature(p: FloatArray, temperature: float) -> FloatArray:
    return np.asarray(softmax(np.log(p), temperature=temperature))


def _continuation(model: SmolLM, prompt: str, rule: str, seed: int, length: int) -> tuple[str, float]:
    """The text a rule writes after a prompt, and its mean surprise in bits under the unchanged model."""
    rng = np.random.default_rng(seed)
    reading, tokens, nats = model.reading(model.encode(prompt)), [], []
    for _ in range(length):
        chosen = SAMPLING_RULES[rule](np.exp(reading.log_probs))
        token = int(rng.choice(len(chosen), p=chosen))
        nats.append(-float(reading.log_probs[token]))
        if token in _READ_AS_END:
            break
        tokens.append(token)
        reading.read(token)
    return model.decode(tokens), float(np.mean(nats)) / np.log(2)


def _single(model: SmolLM, word: str) -> int:
    """The number of a word that is one token."""
    tokens = model.encode(word)
    if len(tokens) != 1:
        raise ValueError(f"{word!r} takes {len(tokens)} tokens, not 1; choose another word.")
    return tokens[0]


def _weights() -> SmolLM:
    model = load_language_model()
    if not isinstance(model, SmolLM):
        raise ValueError(f"Only the real language model can make this record. {model.about}")
    return model
