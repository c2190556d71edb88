"""Capstone A: a model that predicts letters, made into a file that can be read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.capstones.grading import Check, Report, ToDo, cannot, in_order, needed
from course_lib.codes import ArithmeticDecoder, ArithmeticEncoder, integer_frequencies
from course_lib.datasets import python_text
from course_lib.language.ngram import ALPHABET
from course_lib.league import cut_of, probabilities
from course_lib.time_limit import NotInMainThread, OutOfTime, call_within

THRESHOLD = 1.72  # bits per letter
SECONDS = 60.0
_FRESH_LETTERS, _FRESH_BITS = 1000, 2.5
_TOTAL = 1 << 28  # shares of the coder's interval; no letter's can be less than one of them


class Impossible(Exception):
    """Raised when a letter comes to which the model had given probability 0."""


class NotProbabilities(Exception):
    """Raised when a model's answer is no distribution over the 27 letters."""


def capstone_a(make_model: Any, *, text: str | None = None, letters: int | None = None) -> Report | ToDo:
    """Check a compressor: code the last tenth of the text, and read it back. Chapter 8.

    Reading nine tenths twice and coding the last one both ways takes some 10 to 20 seconds in plain Python.

    Parameters
    ----------
    make_model : callable
        A class, or any function without arguments, that returns a new model with two methods:
        ``probabilities()``, a dictionary of letter and probability or 27 numbers in the order of
        `ngram.ALPHABET`, for the letter to come; and ``update(letter)``.
    text : str, optional
        Another text of the 27 symbols; without it the course's.
    letters : int, optional
        Code only so many letters of the last tenth, from its beginning, for a first try. "small" then speaks
        of those, which may be easier or harder than the rest.

    Returns
    -------
    Report
        Shows itself: five checks, and what to do about those that fail.
    """
    if make_model is Ellipsis:
        return ToDo("A", "a class whose objects have probabilities() and update(letter)")
    whole = python_text().letters if text is None else text
    start = cut_of(whole)
    job = _Job(
        make_model, whole[:start], whole[start:] if letters is None else whole[start : start + letters]
    )
    began = time.perf_counter()
    try:
        call_within(SECONDS, job.run)
    except OutOfTime:
        job.late = True
    except NotInMainThread:
        job.problem = "run this in a cell of its own: the time limit works nowhere else"
    except (Impossible, NotProbabilities) as error:
        job.problem = str(error)
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        job.problem = f"{job.stage}: {cannot(error)}"
    return in_order("A", _checks(job, time.perf_counter() - began))


@dataclass
class _Job:
    """The work, in its stages, with what is known after each."""

    make_model: Callable[[], Any]
    known: str
    message: str
    stage: str = "a new object"
    fresh: float | None = None
    bits: str | None = None
    surprise: float = 0.0
    back: list[str] = field(default_factory=list)
    done: bool = False
    late: bool = False
    problem: str = ""

    def run(self) -> None:
        sample = self.message[:_FRESH_LETTERS]
        self.fresh = self._price_of(self.make_model(), sample) / len(sample)
        self.stage = "reading the first nine tenths"
        sender = self._taught()
        self.stage = "writing the last tenth"
        self._write(sender)
        self.stage = "reading it back"
        self._read(self._taught())
        self.done = True

    def _taught(self) -> Any:
        model = self.make_model()
        for letter in self.known:
            model.update(letter)
        return model

    def _price_of(self, model: Any, sample: str) -> float:
        total = 0.0
        for place, letter in enumerate(sample):
            total -= np.log2(self._given(model, letter, place)[1])
            model.update(letter)
        return float(total)

    def _write(self, model: Any) -> None:
        encoder = ArithmeticEncoder()
        for place, letter in enumerate(self.message):
            shares, _ = self._given(model, letter, place)
            index = ALPHABET.index(letter)
            begin, end, whole = int(shares[index]), int(shares[index + 1]), int(shares[-1])
            encoder.encode(begin, end, whole)
            self.surprise -= float(np.log2((end - begin) / whole))
            model.update(letter)
        self.bits = encoder.finish()

    def _read(self, model: Any) -> None:
        """Decode; as soon as a letter differs from the message the rest is noise, and reading ends."""
        decoder = ArithmeticDecoder(self.bits or "")
        for sent in self.message:
            shares = _shares(_asked(model))
            index = int(np.searchsorted(shares, decoder.target(int(shares[-1])), side="right")) - 1
            decoder.decode(int(shares[index]), int(shares[index + 1]), int(shares[-1]))
            self.back.append(ALPHABET[index])
            if ALPHABET[index] != sent:
                return
            model.update(ALPHABET[index])

    def _given(self, model: Any, letter: str, place: int) -> tuple[Any, float]:
        p = _asked(model)
        given = float(p[ALPHABET.index(letter)])
        if given == 0.0:
            raise Impossible(f"{self.stage}: letter {place + 1} is {letter!r}, which was given 0")
        return _shares(p), given


def _asked(model: Any) -> Any:
    answer = model.probabilities()
    try:
        return probabilities(answer)
    except ValueError as error:
        raise NotProbabilities(*error.args) from error


def _shares(p: Any) -> Any:
    """Ends of every letter's share of the coder's interval: whole numbers, the first is 0."""
    return np.concatenate([[0], np.cumsum(integer_frequencies(p / p.sum(), total=_TOTAL))])


def _checks(job: _Job, seconds: float) -> list[Check]:
    if job.problem:
        advice = (
            "Every letter that can come needs more than 0, and all 27 together need 1; then update(letter) "
            "must accept any of them."
        )
        return [_check("predicts", False, job.problem, advice)]
    made = [] if job.fresh is None else _about_the_model(job)
    if job.bits is not None:
        made += _about_the_file(job)
    found = (
        f"still busy with {job.stage}" if job.late else f"{'under' if seconds <= SECONDS else 'over'} 60 s"
    )
    advice = (
        "The model is asked at every letter of the last tenth, twice, and told every letter of the text, "
        "twice. Keep counts in dictionaries and never search the text again."
    )
    return [*made, _check("in time", not job.late, found, advice)]


def _about_the_model(job: _Job) -> list[Check]:
    fresh = job.fresh or 0.0
    return [
        _check("predicts", True, "27 probabilities, none of them 0 for a letter that came", ""),
        _check(
            "starts from nothing",
            fresh >= _FRESH_BITS,
            f"{fresh:.3f} bits a letter",
            "A new object knows this text already. The receiver has only the file: what a model knows "
            "beforehand must be sent as well, so make the counts empty in __init__.",
        ),
    ]


def _about_the_file(job: _Job) -> list[Check]:
    checks = []
    if job.done:
        same = "".join(job.back) == job.message
        found = f"{len(job.message):,} letters" if same else f"letter {len(job.back):,} came back wrong"
        advice = (
            "The second object, taught the same letters, gave other probabilities than the first. Do the "
            "two share a list or dictionary (one made outside __init__)? Is anything random? Does "
            "probabilities() change the object?"
        )
        checks.append(_check("lossless", same, found, advice))
    size = len(job.bits or "")
    per_letter = size / len(job.message)
    advice = (
        "Blend short contexts with long ones instead of trusting one length, and go on learning through "
        "the last tenth: order 4 alone pays about 1.75 while it learns, and 1.82 when it stops."
    )
    found = f"{per_letter:.4f} bits a letter: {size:,} bits of file for {job.surprise:,.1f} bits of surprise"
    return [*checks, _check("small", per_letter <= THRESHOLD, found, advice)]


def _check(name: str, passed: bool, found: str, advice: str) -> Check:
    return Check(name, needed("A", name), found, passed, advice)
