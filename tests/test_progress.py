"""The progress file: nothing is lost, whatever happens to it, and nothing is written anywhere else."""

import errno
import json
import math
import os
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from course_lib import progress, safe_files
from course_lib.exercises import bill_prediction
from course_lib.exercises.catalogue import PREDICTIONS


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    home = tmp_path / "learner"
    monkeypatch.setenv("COURSE_LIB_DATA", str(home))
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "")
    for entries in progress._unsaved.values():
        entries.clear()
    progress._notices.clear()
    progress._notices_given.clear()
    return home


def add(number):
    progress.add_entry("attempts", {"id": str(number), "correct": True, "code": None})


def ids():
    return [entry["id"] for entry in progress.read_progress()["attempts"]]


def test_an_entry_is_read_back_with_the_time_it_was_made():
    add(1)
    (entry,) = progress.read_progress()["attempts"]
    assert entry["id"] == "1" and entry["time"].endswith("+00:00")


def test_the_file_is_versioned_json_in_the_folder_of_choice(folder):
    add(1)
    record = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
    assert record["version"] == progress.VERSION == 1
    assert sorted(path.name for path in folder.iterdir()) == ["progress.json", "progress.lock"]


def test_without_a_choice_the_file_lies_in_the_users_data_folder(monkeypatch):
    monkeypatch.delenv("COURSE_LIB_DATA")
    assert "information-theory-for-machine-learning" in str(progress.progress_file())
    assert not progress.progress_file().is_relative_to(Path.cwd())


def test_reading_makes_no_file(folder):
    progress.read_progress()
    progress.ledger()
    assert not folder.exists()


def test_entries_of_the_same_moment_are_all_kept(monkeypatch):
    class StoppedClock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 1, 1, tzinfo=tz)

    monkeypatch.setattr(progress, "datetime", StoppedClock)
    for _ in range(3):
        add(7)
    assert ids() == ["7", "7", "7"]


def test_kernels_that_write_at_once_lose_nothing(folder):
    program = (
        "import sys; from course_lib import progress\n"
        "for i in range(25): progress.add_entry('attempts', {'id': f'{sys.argv[1]}-{i}'})"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert sorted(ids()) == sorted(f"{name}-{i}" for name in "abc" for i in range(25))


def test_threads_of_one_kernel_lose_nothing():
    threads = [threading.Thread(target=lambda: [add(i) for i in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(), key=int) == sorted((str(i) for i in range(20) for _ in range(4)), key=int)


def test_a_file_system_without_locks_still_keeps_progress(monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    locks = safe_files.msvcrt if sys.platform == "win32" else safe_files.fcntl
    monkeypatch.setattr(locks, "locking" if sys.platform == "win32" else "flock", no_locks)
    add(1)
    assert ids() == ["1"] and progress.take_notices() == []


def test_a_lock_that_is_never_released_means_memory_only(folder, monkeypatch):
    monkeypatch.setattr(safe_files, "LOCK_SECONDS", 0.1)
    with safe_files.locked(folder / "progress.lock"):
        add(1)
    assert ids() == ["1"]
    assert "held the file for too long" in progress.take_notices()[0]


def test_a_damaged_file_in_a_folder_that_cannot_be_written_breaks_nothing(folder, monkeypatch):
    folder.mkdir()
    (folder / "progress.json").write_bytes(b"{")

    def read_only(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("course_lib.progress.locked", read_only)
    assert progress.ledger() == []
    add(1)
    assert ids() == ["1"]
    assert (folder / "progress.json").read_bytes() == b"{"


def test_a_file_that_somebody_reads_just_now_is_replaced_a_moment_later(folder, monkeypatch):
    add(1)
    replace, refusals = os.replace, iter([PermissionError, PermissionError])

    def busy(*arguments):
        for refusal in refusals:
            raise refusal
        replace(*arguments)

    monkeypatch.setattr("course_lib.safe_files.os.replace", busy)
    add(2)
    assert ids() == ["1", "2"] and progress.take_notices() == []


def test_a_kernel_killed_while_it_holds_the_lock_does_not_block_the_next(folder):
    program = (
        "import os; from course_lib import progress\n"
        "with progress._locked(): os._exit(9)"  # no clean-up at all
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 9
    add(1)
    assert ids() == ["1"] and progress.take_notices() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"format": "something else", "version": 1}',
        b'{"format": "information-theory-for-machine-learning progress"}',
        b'{"format": "information-theory-for-machine-learning progress", "version": true}',
        b'{"format": "information-theory-for-machine-learning progress", "version": 1, "attempts": 3}',
    ],
    ids=[
        "empty",
        "cut off",
        "too deep",
        "list",
        "null",
        "bytes",
        "other",
        "no version",
        "odd version",
        "odd entries",
    ],
)
@pytest.mark.parametrize("first_touch", [lambda: add(1), progress.read_progress], ids=["write", "read"])
def test_a_damaged_file_is_set_aside_with_a_message_and_never_lost(folder, content, first_touch):
    folder.mkdir()
    (folder / "progress.json").write_bytes(content)
    first_touch()
    assert (folder / "progress.damaged-1.json").read_bytes() == content
    (notice,) = progress.take_notices()
    assert "progress.damaged-1.json" in notice and "a new one begins" in notice
    add(2)
    assert ids()[-1] == "2"


def test_the_second_damaged_file_does_not_replace_the_first(folder):
    folder.mkdir()
    for content in (b"one", b"two"):
        (folder / "progress.json").write_bytes(content)
        add(1)
    assert (folder / "progress.damaged-1.json").read_bytes() == b"one"
    assert (folder / "progress.damaged-2.json").read_bytes() == b"two"


def test_a_file_of_a_newer_course_is_left_as_it_is(folder):
    folder.mkdir()
    newer = json.dumps({**progress.empty_record(), "version": 99})
    (folder / "progress.json").write_text(newer)
    add(1)
    assert (folder / "progress.json").read_text() == newer
    assert ids() == ["1"]  # kept in memory
    (notice,) = progress.take_notices()
    assert "version 99" in notice and "in memory only" in notice


def test_an_unwritable_folder_means_memory_only_and_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path / "file" / "learner"))
    for number in range(3):
        add(number)
    assert ids() == ["0", "1", "2"]
    (notice,) = progress.take_notices()
    assert "in memory only" in notice
    add(3)
    assert progress.take_notices() == []


def test_what_was_kept_in_memory_is_written_as_soon_as_that_works(tmp_path, folder, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path / "file" / "learner"))
    add(1)
    monkeypatch.setenv("COURSE_LIB_DATA", str(folder))
    add(2)
    assert ids() == ["1", "2"]
    assert "1" in {entry["id"] for entry in json.loads((folder / "progress.json").read_text())["attempts"]}


@pytest.mark.parametrize("fails", ["os.fsync", "os.replace"])
def test_a_write_that_fails_leaves_the_old_file_whole_and_no_litter(folder, monkeypatch, fails):
    add(1)
    before = (folder / "progress.json").read_bytes()

    def no_space(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"course_lib.safe_files.{fails}", no_space)
        add(2)
    assert (folder / "progress.json").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["progress.json", "progress.lock"]
    assert ids() == ["1", "2"]
    assert "No space left" in progress.take_notices()[0]


def test_progress_that_is_exported_and_imported_is_the_same_and_not_doubled(tmp_path, folder, capsys):
    add(1)
    predictions = progress.sample_record()["predictions"]
    progress._merge({"predictions": predictions})
    exported = tmp_path / "mine.json"
    progress.export_progress(exported)
    before = progress.read_progress()
    progress.import_progress(exported)
    assert progress.read_progress() == before
    assert "Added 0 entries" in capsys.readouterr().out
    (folder / "progress.json").unlink()
    progress.import_progress(exported)
    assert progress.read_progress() == before


def test_an_export_never_overwrites_a_file_unasked(tmp_path):
    target = tmp_path / "mine.json"
    target.write_text("precious")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        progress.export_progress(target)
    assert target.read_text() == "precious"
    progress.export_progress(target, overwrite=True)
    assert progress.parse_record(target.read_text())["attempts"] == []


@pytest.mark.parametrize("content", ["", "{}", '{"format": 1}'])
def test_a_file_that_is_no_progress_cannot_be_imported(tmp_path, content):
    source = tmp_path / "other.json"
    source.write_text(content)
    add(1)
    with pytest.raises(ValueError, match=r"other\.json cannot be imported"):
        progress.import_progress(source)
    assert ids() == ["1"]


def test_a_reset_asks_first_and_keeps_the_old_file(folder, capsys):
    add(1)
    progress.reset_progress()
    assert ids() == ["1"]
    assert "sure=True" in capsys.readouterr().out
    progress.reset_progress(sure=True)
    assert ids() == []
    kept = progress.parse_record((folder / "progress.before-reset-1.json").read_text())
    assert [entry["id"] for entry in kept["attempts"]] == ["1"]
    progress.reset_progress(sure=True)
    assert "nothing to reset" in capsys.readouterr().out


# ------------------------------------------------------------------------------ without a learner


def test_a_headless_run_reads_the_sample_and_writes_only_where_it_is_told(folder, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "1")
    add(1)
    assert ids() == []
    assert progress.read_progress() == progress.sample_record()
    assert (folder / "progress.json").exists()


def test_the_sample_ledger_bills_every_bet_correctly():
    for entry in progress.sample_record()["predictions"]:
        bill = bill_prediction(entry["id"], entry["answer"], entry["confidence"])
        assert entry["correct"] is bill.correct
        others = max(len(PREDICTIONS[entry["id"]].options) - 1, 1)
        given = entry["confidence"] if entry["correct"] else (1 - entry["confidence"]) / others
        assert entry["bits"] == pytest.approx(-math.log2(given), abs=1e-12)


# The made-up learner has come as far as chapter 4, so that the ledgers printed there stay as they are.
SAMPLED = [prediction_id for prediction_id in PREDICTIONS if prediction_id[0] in "1234"]


def test_the_sample_learner_has_bet_on_everything_so_far_and_solved_nothing_yet():
    sample = progress.sample_record()
    assert [entry["id"] for entry in sample["predictions"]] == SAMPLED
    assert sample["attempts"] == []
    assert {entry["correct"] for entry in sample["predictions"]} == {True, False}


def test_the_ledger_is_shown_with_every_bill_and_the_total(capsys, monkeypatch):
    progress.show_ledger()
    assert "empty" in capsys.readouterr().out
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "1")
    progress.show_ledger()
    shown = capsys.readouterr().out
    total = sum(entry["bits"] for entry in progress.sample_record()["predictions"])
    assert "sample ledger" in shown and f"{total:.3f} bits in all" in shown
    assert all(prediction_id in shown for prediction_id in SAMPLED)
