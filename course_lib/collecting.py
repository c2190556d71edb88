"""A class's exported progress: read with suspicion, each learner counted once, and summed up by exercise.

What a file says is taken on trust: the solutions ship with the course, so this shows what to explain again,
and grades nobody.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from course_lib.exercises.catalogue import EXERCISES, QUESTIONS
from course_lib.exercises.hint_library import HINTS
from course_lib.progress import parse_record

MOST_BYTES = 2_000_000  # in a file; a learner who tries everything ten times fills a quarter of that
MOST_ENTRIES = 10_000  # in a file
MOST_LETTERS = 60  # of a file's name
UNNAMED = "NOT_YET"  # wrong, and no slip that has a name
OTHER = "OTHER"  # a slip that this course does not know; another version may
_CODE = re.compile(r"[A-Z0-9_]{1,60}")


class Attempt(NamedTuple):
    """One try at an exercise."""

    time: datetime
    exercise: str
    correct: bool
    code: str | None


class Choice(NamedTuple):
    """One answer to a multiple-choice question, by the text of its option."""

    time: datetime
    question: str
    option: str


@dataclass(frozen=True)
class Submission:
    """What one file holds.

    Attributes
    ----------
    name : str
        The file's name, fit to be printed.
    attempts, choices : tuple
        Oldest first.
    entries : frozenset
        What tells this file's entries from others', to find copies.
    unknown : int
        Entries about exercises and questions that this course does not have.
    """

    name: str
    attempts: tuple[Attempt, ...] = ()
    choices: tuple[Choice, ...] = ()
    entries: frozenset[tuple[str, ...]] = frozenset()
    unknown: int = 0


class Refusal(NamedTuple):
    """A file that was not counted, and why."""

    name: str
    reason: str


class Refused(ValueError):
    """Raised, with the reason, for a file that cannot be counted."""


class ItemSummary(NamedTuple):
    """How a class did on one exercise or question.

    Attributes
    ----------
    item : str
        Its number.
    tried, right, at_first : int
        Learners who tried it, who had it right in the end, who had it right at once.
    tries : int
        By all of them.
    slips : tuple of (str, int)
        For each kind of wrong answer how many learners gave it, most frequent first: for an exercise its
        code, for a question the option's text.
    """

    item: str
    tried: int
    right: int
    at_first: int
    tries: int
    slips: tuple[tuple[str, int], ...]


# --- reading --------------------------------------------------------------------------------------------


def read_folder(folder: str | Path) -> tuple[list[Submission], list[Refusal]]:
    """Read every file of a folder; what cannot be counted is named with its reason and harms nothing else.

    Parameters
    ----------
    folder : path
        Files that learners wrote with `progress.export_progress`. Files in folders inside it are not read.

    Returns
    -------
    submissions : list of Submission
        By name. A file whose entries are all in another one, such as the same learner's export of last week,
        is refused, so that nobody counts twice.
    refused : list of Refusal
        By name.

    Raises
    ------
    OSError
        If the folder itself cannot be read.
    """
    submissions, refused = [], []
    for path in sorted(Path(folder).iterdir()):
        try:
            submissions.append(read_submission(path))
        except Refused as reason:
            refused.append(Refusal(printable(path.name), str(reason)))
        except OSError as error:
            refused.append(Refusal(printable(path.name), f"it cannot be read ({error.strerror})"))
    kept, copies = without_copies(submissions)
    return kept, sorted(refused + copies)


def read_submission(path: Path) -> Submission:
    """Read one file, or raise `Refused` with the reason."""
    record = _parsed(_text_of(path))
    kinds: dict[str, list[Any]] = {kind: record[kind] for kind in ("attempts", "quizzes", "predictions")}
    if sum(map(len, kinds.values())) > MOST_ENTRIES:
        raise Refused(f"it has more than {MOST_ENTRIES:,} entries")
    attempts = [_attempt(entry) for entry in kinds["attempts"] if entry["id"] in EXERCISES]
    choices = [_choice(entry) for entry in kinds["quizzes"] if entry["id"] in QUESTIONS]
    known = len(attempts) + len(choices) + sum(entry["id"] == "0.concept" for entry in kinds["quizzes"])
    return Submission(
        printable(path.name),
        tuple(sorted(attempts, key=lambda attempt: attempt.time)),
        tuple(sorted(choices, key=lambda choice: choice.time)),
        frozenset(_mark_of(kind, entry) for kind, entries in kinds.items() for entry in entries),
        len(kinds["attempts"]) + len(kinds["quizzes"]) - known,
    )


def _text_of(path: Path) -> str:
    """Return the text of an ordinary file of reasonable size, opening nothing else."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise Refused("it is a link, and links are not followed")
    if stat.S_ISDIR(mode):
        raise Refused("it is a folder; put the files themselves here")
    if not stat.S_ISREG(mode):
        raise Refused("it is no ordinary file")
    # Should somebody change the file for a link or a pipe just now, it is still not followed or waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(f"it is larger than {MOST_BYTES / 1e6:.0f} MB; one learner's work is far smaller")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("it is not text (UTF-8)") from None


def _parsed(text: str) -> dict[str, Any]:
    if not text.strip():
        raise Refused("it is empty")
    try:
        return parse_record(text)
    except ValueError as error:  # damaged, or of a newer course
        raise Refused(str(error)) from None


def _attempt(entry: Mapping[str, Any]) -> Attempt:
    correct, code = entry.get("correct"), entry.get("code")
    if not isinstance(correct, bool):
        raise Refused("an attempt in it does not say whether it was right")
    if code is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
        raise Refused("an attempt in it has a diagnosis that is no name")
    if correct is not (code is None):
        raise Refused("an attempt in it is called right and wrong at once")
    known = code is None or code == UNNAMED or code in HINTS
    return Attempt(_time_of(entry), entry["id"], correct, code if known else OTHER)


def _choice(entry: Mapping[str, Any]) -> Choice:
    option = entry.get("option")
    if option not in [known.text for known in QUESTIONS[entry["id"]].options]:
        raise Refused("an answer in it is none of its question's options")
    return Choice(_time_of(entry), entry["id"], str(option))


def _time_of(entry: Mapping[str, Any]) -> datetime:
    try:
        time = datetime.fromisoformat(entry["time"])
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Refused("an entry in it has no time that can be read")
    return time


def _mark_of(kind: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    told = entry.get("code" if kind == "attempts" else "option" if kind == "quizzes" else "confidence")
    return kind, entry["id"], entry["time"], str(told)


def printable(name: str) -> str:
    r"""Return a file's name without what could steer a terminal, and of bearable length.

    What is left out of a long name is its middle: names of a class often begin alike, or end alike.

    Examples
    --------
    >>> printable("ann\x1b[2J.json")
    'ann�[2J.json'
    """
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    kept = MOST_LETTERS // 2
    return shown if len(shown) <= MOST_LETTERS else f"{shown[: kept - 1]}…{shown[-kept:]}"


# --- counting -------------------------------------------------------------------------------------------


def without_copies(submissions: Iterable[Submission]) -> tuple[list[Submission], list[Refusal]]:
    """Leave out every file whose entries are all in another one; of equal files the first by name stays.

    A file without any entry is nobody's copy: it is a learner who has not begun.
    """
    holders: dict[tuple[str, ...], list[Submission]] = {}
    kept, copies = [], []
    for file in sorted(submissions, key=lambda file: (-len(file.entries), file.name)):
        # Whoever holds all entries holds the one that fewest hold.
        rarest = min((holders.get(entry, []) for entry in file.entries), key=len, default=[])
        whole = next((other for other in rarest if file.entries <= other.entries), None)
        if whole is not None:
            copies.append(Refusal(file.name, f"all its entries are in {whole.name} as well"))
            continue
        kept.append(file)
        for entry in file.entries:
            holders.setdefault(entry, []).append(file)
    return sorted(kept, key=lambda file: file.name), sorted(copies)


def sum_up_exercises(submissions: Sequence[Submission]) -> list[ItemSummary]:
    """Sum up every exercise that anybody tried, in the order of the course."""
    tries = (
        (number, attempt.exercise, attempt.correct, attempt.code)
        for number, file in enumerate(submissions)
        for attempt in file.attempts
    )
    return _summed_up(tries, EXERCISES)


def sum_up_questions(submissions: Sequence[Submission]) -> list[ItemSummary]:
    """Sum up every question that anybody answered, in the order of the course."""
    right = {item: question.options[question.answer].text for item, question in QUESTIONS.items()}
    tries = (
        (number, choice.question, choice.option == right[choice.question], choice.option)
        for number, file in enumerate(submissions)
        for choice in file.choices
    )
    return _summed_up(tries, QUESTIONS)


def _summed_up(tries: Iterable[tuple[int, str, bool, str | None]], order: Iterable[str]) -> list[ItemSummary]:
    """Sum up tries: learner, item, right or not, slip; a learner's in the order in which they were made."""
    by_item: dict[str, dict[int, list[tuple[bool, str | None]]]] = {}
    for learner, item, is_right, slip in tries:
        by_item.setdefault(item, {}).setdefault(learner, []).append((is_right, slip))
    return [_summary(item, list(by_item[item].values())) for item in order if item in by_item]


def _summary(item: str, learners: Sequence[Sequence[tuple[bool, str | None]]]) -> ItemSummary:
    slips = Counter(
        slip for tries in learners for slip in {str(slip) for is_right, slip in tries if not is_right}
    )
    return ItemSummary(
        item,
        tried=len(learners),
        right=sum(any(is_right for is_right, _ in tries) for tries in learners),
        at_first=sum(tries[0][0] for tries in learners),
        tries=sum(map(len, learners)),
        slips=tuple(sorted(slips.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
