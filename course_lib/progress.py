"""The learner's ledger and progress: one local JSON file, which nothing but the learner ever sends anywhere.

The file lies in the platform's folder for user data, or in ``$COURSE_LIB_DATA``. It only grows: entries are
added under a lock and written atomically, so two notebooks open at once do not lose each other's.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import platformdirs

from course_lib.safe_files import locked, set_aside, write_whole

VERSION = 1
KINDS = ("attempts", "quizzes", "predictions")
_FORMAT = "information-theory-for-machine-learning progress"

Entry = dict[str, Any]
Record = dict[str, Any]

# Entries that could not be written, and sentences that nobody has read yet. Both live as long as the kernel.
_unsaved: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
_notices: list[str] = []
_notices_given: list[str] = []
# A button of a quiz may be answered on another thread than the cell that runs.
_one_at_a_time = threading.RLock()


class DamagedFile(ValueError):
    """Raised when a progress file cannot be understood."""


class NewerFile(ValueError):
    """Raised when a progress file was written by a later version of the course."""


def data_folder() -> Path:
    """Return the folder that holds the learner's files."""
    chosen = os.environ.get("COURSE_LIB_DATA")
    return Path(chosen or platformdirs.user_data_dir("information-theory-for-machine-learning", False))


def progress_file() -> Path:
    """Return the path of the progress file, whether it exists or not."""
    return data_folder() / "progress.json"


def is_headless() -> bool:
    """Whether notebooks run without a learner; then the sample ledger is read instead of anybody's own."""
    return os.environ.get("COURSE_LIB_HEADLESS", "") not in ("", "0")


def empty_record() -> Record:
    """Return a progress record without entries."""
    return {"format": _FORMAT, "version": VERSION, **{kind: [] for kind in KINDS}}


def as_text(record: Record) -> str:
    """Return a record as JSON text."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


# ------------------------------------------------------------------------------ reading


def parse_record(text: str) -> Record:
    """Read a progress record from JSON text, or say what is wrong with it.

    Raises
    ------
    DamagedFile
        If the text is not a progress record.
    NewerFile
        If a later version of the course wrote it.
    """
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise DamagedFile("it is not valid JSON of ours: it is nested too deeply") from None
    except ValueError as error:
        raise DamagedFile(f"it is not valid JSON ({error})") from error
    if not isinstance(record, dict) or record.get("format") != _FORMAT:
        raise DamagedFile("it is not a progress file of this course")
    version = record.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DamagedFile("it has no version number")
    if version > VERSION:
        raise NewerFile(f"it has version {version}, and this course reads up to {VERSION}")
    for kind in KINDS:
        entries = record.get(kind)
        if not isinstance(entries, list) or not all(map(_is_entry, entries)):
            raise DamagedFile(f"its {kind} cannot be read")
    return record


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON's")


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("time"), str)


def read_progress() -> Record:
    """Return all entries: those of the file, and those that could not be written."""
    if is_headless():
        return sample_record()
    try:
        record = _read_or_set_aside()
    except (OSError, NewerFile) as error:
        _notify_memory_only(error)
        record = empty_record()
    return {**record, **{kind: record[kind] + _unsaved[kind] for kind in KINDS}}


def sample_record() -> Record:
    """Return the made-up learner's record that ships with the course, for runs without a learner."""
    return parse_record(files("course_lib").joinpath("data/sample_ledger.json").read_text(encoding="utf-8"))


def _read_file() -> Record:
    path = progress_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return empty_record()
    except UnicodeDecodeError:
        text = ""
    return parse_record(text)


def _read_or_set_aside() -> Record:
    """Read the file; a damaged one is renamed, and a new one begins."""
    try:
        return _read_file()
    except DamagedFile:
        pass
    with _locked():
        try:
            return _read_file()  # another notebook may have renamed it by now
        except DamagedFile as error:
            aside = set_aside(progress_file(), "damaged")
            _notices.append(
                f"The progress file could not be read: {error}. It is kept as {aside}; a new one begins."
            )
            return empty_record()


def _locked() -> AbstractContextManager[None]:
    return locked(data_folder() / "progress.lock")


# ------------------------------------------------------------------------------ writing


def add_entry(kind: str, entry: Entry) -> None:
    """Add one entry, with the time of now; if it cannot be written, keep it in memory and note so.

    Parameters
    ----------
    kind : {"attempts", "quizzes", "predictions"}
    entry : dict
        Plain JSON values, with the key "id".
    """
    stamped = {**entry, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
    with _one_at_a_time:
        _unsaved[kind].append(stamped)
        try:
            _merge(_unsaved)
        except (OSError, NewerFile, DamagedFile) as error:
            _notify_memory_only(error)
            return
        for entries in _unsaved.values():
            entries.clear()


def _merge(new: Mapping[str, list[Entry]], *, skip_known: bool = False) -> int:
    """Add entries to what the file holds by now, possibly written by others; return how many."""
    added = 0
    _read_or_set_aside()
    with _locked():
        record = _read_file()
        for kind, entries in new.items():
            fresh = [entry for entry in entries if not (skip_known and entry in record[kind])]
            record[kind] = sorted(record[kind] + fresh, key=lambda entry: str(entry["time"]))
            added += len(fresh)
        write_whole(progress_file(), as_text(record))
    return added


def _notify_memory_only(error: Exception) -> None:
    notice = f"Progress is kept in memory only, until this kernel ends: {error}."
    if not any(known.startswith("Progress is kept in memory") for known in _notices_given + _notices):
        _notices.append(notice)


def take_notices() -> list[str]:
    """Return the sentences about the progress file that have not been shown yet, and count them as shown."""
    taken = list(_notices)
    _notices_given.extend(taken)
    _notices.clear()
    return taken


# ------------------------------------------------------------------------------ the learner's commands


def ledger() -> list[Entry]:
    """Return the predictions that count: the first one of each question, oldest first.

    Examples
    --------
    >>> bills = [entry["bits"] for entry in ledger()]
    >>> all(bill > 0 for bill in bills)
    True
    """
    first: dict[str, Entry] = {}
    for entry in sorted(read_progress()["predictions"], key=lambda entry: str(entry["time"])):
        first.setdefault(entry["id"], entry)
    return list(first.values())


def show_ledger() -> None:
    """Print every prediction with its confidence and its bill in bits, and the total."""
    entries = ledger()
    if not entries:
        print("The ledger is empty: no prediction has been revealed yet.")
        return
    if is_headless():
        print("This is the sample ledger of a made-up learner.")
    for entry in entries:
        mark = "right" if entry["correct"] else "wrong"
        print(f"{entry['id']:<14} {mark}  at {100 * entry['confidence']:3.0f} %  {entry['bits']:6.3f} bits")
    total = math.fsum(entry["bits"] for entry in entries)
    right = sum(entry["correct"] for entry in entries)
    print(
        f"{right} of {len(entries)} right, {total:.3f} bits in all, {total / len(entries):.3f} "
        "bits per prediction."
    )


def export_progress(path: str | Path, *, overwrite: bool = False) -> None:
    """Save all answers and progress to one file: before a session on Binder ends, or to hand it in.

    It holds every attempt at an exercise with its answer and what it was told, every answer to a question and
    every revealed prediction. No name is in it but the file's own.
    """
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists already. Choose another name, or pass overwrite=True.")
    record = read_progress()
    write_whole(target, as_text(record))
    print(f"Saved {sum(len(record[kind]) for kind in KINDS)} entries to {target.name}.")


def import_progress(path: str | Path) -> None:
    """Add the entries of an exported file to the progress here; none is doubled."""
    source = Path(path).expanduser()
    try:
        record = parse_record(source.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{source.name} cannot be imported: {error}.") from error
    added = _merge({kind: record[kind] for kind in KINDS}, skip_known=True)
    print(f"Added {added} entries from {source.name}.")


def reset_progress(*, sure: bool = False) -> None:
    """Begin anew. The old file is kept beside the new one; pass ``sure=True`` to do it."""
    if not sure:
        print("This starts progress and ledger from zero. If that is meant: reset_progress(sure=True)")
        return
    for kind in KINDS:
        _unsaved[kind].clear()
    if not progress_file().exists():
        print("There was nothing to reset.")
        return
    with _locked():
        aside = set_aside(progress_file(), "before-reset")
    print(f"Progress starts from zero. The old file is kept as {aside.name}.")
