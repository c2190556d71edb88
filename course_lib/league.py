"""The compression league: every model of the course on one text, in bits per letter, and yours among them.

A league table is fair only if everybody reads the same letters after the same letters. So each entry is the
price of one stretch of the text, `start` to `stop`, for a model that may have read all that lies before it.
"""

from __future__ import annotations

import bz2
import contextlib
import lzma
import math
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np

from course_lib.codes import code_lengths
from course_lib.datasets import python_text
from course_lib.distributions import FloatArray, as_numbers
from course_lib.language.ngram import ALPHABET, adaptive_surprisals, witten_bell_surprisals
from course_lib.measures import surprisal
from course_lib.tables import Table
from course_lib.time_limit import NotInMainThread, OutOfTime, call_within

#: The share of the text that is there to learn from; what follows is scored.
LEARN_FROM = 0.9
YOURS = "your predict(context)"
_LETTERS = frozenset(ALPHABET)
_ROUNDING = 1e-9
_QUOTED = 200  # characters of an error message that are worth repeating


def cut_of(text: str) -> int:
    """Where the last tenth of a text begins, in letters.

    Examples
    --------
    >>> cut_of("abcdefghij")
    9
    """
    return int(LEARN_FROM * len(text))


def training_text(text: str | None = None) -> str:
    """Return the first nine tenths of the course's text: what a predictor may learn from beforehand.

    Examples
    --------
    >>> training_text("abcdefghij")
    'abcdefghi'
    """
    letters = python_text().letters if text is None else text
    return letters[: cut_of(letters)]


# --- the standing members ------------------------------------------------------------------------------


def league(text: str | None = None, *, start: int = 0, stop: int | None = None) -> dict[str, float]:
    """Price a stretch of text with every model of the league. Chapter 8.

    Parameters
    ----------
    text : str, optional
        Made of the 27 symbols; without it the course's text, `datasets.python_text`.
    start, stop : int
        The letters that are paid for. All before `start` have been read, and cost nothing here.

    Returns
    -------
    dict of str to float
        Bits per letter, in the order in which the course met the models. Letter frequencies and Huffman's
        code are set by what lies before `start` (by the text itself when that is nothing: then the table
        they need is a gift). The adaptive models start from nothing and learn as they read. zlib, bz2
        and lzma are the size of the file up to `stop` minus that of the file up to `start`.

    Examples
    --------
    >>> table = league("to be or not to be " * 20)
    >>> round(table["all letters alike"], 3), min(table, key=table.get)
    (4.755, 'blend of orders 0 to 5')
    """
    letters = python_text().letters if text is None else text
    last = len(letters) if stop is None else stop
    if not 0 <= start < last <= len(letters):
        raise ValueError(f"start {start} and stop {last} must enclose letters of a text of {len(letters)}.")
    return dict(_league(letters, start, last))


@lru_cache(maxsize=8)
def _league(text: str, start: int, stop: int) -> dict[str, float]:
    read, part = text[:stop], text[start:stop]
    known = _frequencies(text[:start] or part)
    arrived = _frequencies(part)
    n = len(part)
    # Bits of the letters that came, by a price list for all 27: one that never comes is free at any price.
    lengths = np.where(known > 0, code_lengths(known, normalize=True), np.inf)
    prices = surprisal(known / known.sum())
    blended = witten_bell_surprisals(read, 5)[start:]
    return {
        "all letters alike": math.log2(len(ALPHABET)),
        "letter frequencies": _mean_price(arrived, np.asarray(prices)),
        "Huffman, letter by letter": _mean_price(arrived, lengths),
        "adaptive, order 4": float(adaptive_surprisals(read, 4)[start:].mean()),
        "blend of orders 0 to 5": float(blended.mean()),
        "zlib, level 9": _added(lambda data: zlib.compress(data, 9), read, start) / n,
        "bz2": _added(bz2.compress, read, start) / n,
        "lzma": _added(lzma.compress, read, start) / n,
    }


def _frequencies(text: str) -> FloatArray:
    return np.array([text.count(letter) for letter in ALPHABET], dtype=float)


def _mean_price(counts: FloatArray, prices: FloatArray) -> float:
    came = counts > 0
    return float(counts[came] @ prices[came] / counts.sum())


def _added(compress: Callable[[bytes], bytes], read: str, start: int) -> float:
    """Bits that a compressed file grows by from letter `start` to its end."""
    data = read.encode("ascii")
    before = len(compress(data[:start])) if start else 0
    return 8.0 * (len(compress(data)) - before)


# --- the learner's own ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """What a learner's predictor would pay, or what stopped it.

    Attributes
    ----------
    bits : float or None
        Bits per letter; inf if it gave probability 0 to a letter that came; None if it was stopped.
    letters : int
        How many letters the score rests on, from the beginning of the text's last tenth.
    sentence : str
    standing : dict of str to float
        The league on the same letters, the learner's own line included, best first.
    """

    bits: float | None
    letters: int
    sentence: str
    standing: dict[str, float]

    def __repr__(self) -> str:
        return "\n".join([self.sentence, *([repr(self.table)] if self.standing else [])])

    def _repr_html_(self) -> str:
        table = self.table._repr_html_() if self.standing else ""
        return f"<p>{escape(self.sentence)}</p>{table}"

    @property
    def table(self) -> Table:
        """The standing, best first, with the learner's own line marked."""
        rows = [(name + (" ◀" if name == YOURS else ""), _say(bits)) for name, bits in self.standing.items()]
        caption = f"The league on the same {self.letters:,} letters, best first"
        return Table(caption, ("model", "bits per letter"), rows)


def score(
    predict: Callable[[str], Any],
    *,
    text: str | None = None,
    letters: int | None = None,
    limit_seconds: float = 20.0,
) -> Score:
    """Let a learner's own predictor pay for the last tenth of the text, and rank it. Chapter 8.

    Parameters
    ----------
    predict : callable
        ``predict(context)``: all letters so far, as one string, go in; out comes a probability for each
        next letter, as a dictionary (letters left out get 0) or as 27 numbers in the order of
        `ngram.ALPHABET`. It is called once per letter, in reading order, so it may learn as it goes.
    text : str, optional
        Another text of 27 symbols.
    letters : int, optional
        Score only so many letters of the last tenth, from its beginning; for a slow predictor.
    limit_seconds : float
        When the time is up, what has been read so far is the score.

    Returns
    -------
    Score
        Nothing is raised whatever `predict` does: the sentence names what went wrong, and where.

    Notes
    -----
    The predictor is shown the letters before, never the next one. One that looks the text up elsewhere
    scores 0 bits and has predicted nothing.

    Examples
    --------
    >>> score(lambda context: {"a": 0.5, "b": 0.5}, text="ab" * 100).bits
    1.0
    """
    whole = python_text().letters if text is None else text
    start, stop = _part_to_score(whole, letters)
    trial = _Trial(predict, whole, start, stop)
    problem = _stopped_by(trial, limit_seconds)
    n = len(trial.bits)
    if problem or not n:
        return Score(None, n, problem or f"There was no answer within {limit_seconds:g} s.", {})
    bits = math.fsum(trial.bits) / n
    sentence = _verdict(trial, bits, limit_seconds)
    if math.isinf(bits):  # one impossible letter settles the mean, however many were still to come
        n = stop - start
    standing = league(whole, start=start, stop=start + n) | {YOURS: bits}
    return Score(bits, n, sentence, dict(sorted(standing.items(), key=lambda entry: entry[1])))


def _part_to_score(text: str, letters: int | None) -> tuple[int, int]:
    start = cut_of(text)
    strangers = set(text) - _LETTERS
    if strangers:
        raise ValueError(
            f"{min(strangers)!r} is not one of the 27 symbols; datasets.letters_only(text) keeps a to z."
        )
    if len(text) - start < 1 or start < 1:
        raise ValueError(
            f"the text has {len(text)} letters; there must be some to learn from and some to score."
        )
    if letters is None:
        return start, len(text)
    if isinstance(letters, bool) or not isinstance(letters, int) or letters < 1:
        raise ValueError(f"letters is {letters!r}; give a whole number above 0.")
    return start, min(len(text), start + letters)


class _BadAnswer(Exception):
    """Raised for an answer that is no distribution over the 27 symbols."""


class _Trial:
    """One reading of the scored letters; its bits are kept even when the reading is interrupted."""

    def __init__(self, predict: Callable[[str], Any], text: str, start: int, stop: int) -> None:
        self.predict, self.text, self.start, self.stop = predict, text, start, stop
        self.bits: list[float] = []

    def read(self) -> None:
        """Ask for each letter in turn; a letter held impossible ends it, for no later one can mend that."""
        for place in range(self.start, self.stop):
            answer = self.predict(self.text[:place])
            try:
                given = float(probabilities(answer)[ALPHABET.index(self.text[place])])
            except ValueError as error:
                raise _BadAnswer(*error.args) from error
            self.bits.append(-math.log2(given) if given else math.inf)
            if not given:
                return

    def where(self, read: int | None = None) -> str:
        """Say at which letter the reading stands after so many, and what came before."""
        read = len(self.bits) if read is None else read
        place = self.start + read
        return f"at letter {read + 1:,} of the last tenth, after {self.text[:place][-20:]!r}"


def probabilities(answer: Any) -> FloatArray:
    """Return a predictor's answer as 27 probabilities in the order of `ngram.ALPHABET`, checked.

    Raises
    ------
    ValueError
        If it is no distribution over the 27 symbols; the message says why.

    Examples
    --------
    >>> float(probabilities({"a": 0.25, "b": 0.75})[2])
    0.75
    """
    if answer is None or answer is Ellipsis:
        raise ValueError("it returned nothing; end it with return and the probabilities.")
    if isinstance(answer, Mapping):
        strangers = [key for key in answer if key not in _LETTERS]
        if strangers:
            raise ValueError(
                f"it names {strangers[0]!r}, which is none of the 27 symbols (space and a to z)."
            )
        answer = [answer.get(letter, 0.0) for letter in ALPHABET]
    p = as_numbers(answer, name="its answer")
    if p.shape != (len(ALPHABET),):
        raise ValueError(f"it returned numbers of shape {p.shape}; there are {len(ALPHABET)} symbols.")
    if p.min() < 0:
        raise ValueError(f"it gives {ALPHABET[int(p.argmin())]!r} the probability {p.min():.6g}, below 0.")
    if abs(p.sum() - 1.0) > _ROUNDING:
        raise ValueError(f"its probabilities sum to {p.sum():.6f}, not 1; divide them by their sum.")
    return p


def _stopped_by(trial: _Trial, limit_seconds: float) -> str:
    """Read, and say what stopped it before the time was up; nothing if nothing did."""
    if not callable(trial.predict):
        return "To do: write a function predict(context) and pass it here, without brackets."
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            call_within(limit_seconds, trial.read)
    except (OutOfTime, KeyboardInterrupt):
        return ""  # what was read by then counts
    except NotInMainThread:
        return "A time limit works only in a cell: call score(predict) in a cell of its own."
    except _BadAnswer as error:
        return f"Stopped {trial.where()}: {_quote(error)}"
    except (Exception, SystemExit, GeneratorExit) as error:
        return f"Stopped {trial.where()}: predict raised {type(error).__name__}: {_quote(error)}"
    return ""


def _quote(error: BaseException) -> str:
    try:
        said = str(error)[:_QUOTED]
    except Exception:  # an exception may fail to say what it is, too
        said = ""
    return said or "no message."


def _verdict(trial: _Trial, bits: float, limit_seconds: float) -> str:
    n, wanted = len(trial.bits), trial.stop - trial.start
    if math.isinf(bits):
        return (
            f"inf bits per letter: {trial.where(n - 1)} came {trial.text[trial.start + n - 1]!r}, to which "
            "it had given probability 0. One impossible letter costs more than all others together; leave "
            "every letter something."
        )
    early = f" of {wanted:,}, as far as it came in {limit_seconds:g} s" if n < wanted else ""
    size = f"{math.ceil(bits * n / 8):,} bytes for {n:,}"
    return f"{bits:.3f} bits per letter over {n:,} letters{early}: a file of {size}."


def _say(bits: float) -> str:
    return "inf" if math.isinf(bits) else f"{bits:.3f}"
