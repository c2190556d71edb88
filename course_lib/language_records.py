"""Records that need the language model's weights: what it says, once measured, for everybody to look at.

`records` stores and loads them. Logarithms of probabilities are natural.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.classifiers import softmax
from course_lib.distributions import FloatArray
from course_lib.language.model import SmolLM, load_language_model
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
        "log_probs": (np.round(log_probs * _PARTS) / _PARTS).astype(np.float32),
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
