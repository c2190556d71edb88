"""Collecting a class's work: counted by hand, whoever hands in what, and no file spoils the others' count."""

import json
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from course_lib import commands, progress
from course_lib.class_report import ClassReport, class_report
from course_lib.collecting import (
    MOST_BYTES,
    MOST_ENTRIES,
    Attempt,
    Submission,
    read_folder,
    read_submission,
    sum_up_exercises,
    sum_up_questions,
    without_copies,
)
from course_lib.exercises import check
from course_lib.exercises.catalogue import EXERCISES, QUESTIONS
from course_lib.exercises.wording import plain
from course_lib.exercises.written import as_written

START = datetime(2026, 1, 10, 10, tzinfo=UTC)


def attempt(minute, exercise, code=None, **more):
    time = (START + timedelta(minutes=minute)).isoformat()
    return {"id": exercise, "answer": "1", "correct": code is None, "code": code, "time": time} | more


def answer(minute, question, letter):
    option = QUESTIONS[question].options["abcdefgh".index(letter)]
    time = (START + timedelta(minutes=minute)).isoformat()
    return {"id": question, "option": option.text, "correct": option.correct, "time": time}


def record(attempts=(), quizzes=(), **more):
    return progress.empty_record() | {"attempts": list(attempts), "quizzes": list(quizzes)} | more


def hand_in(folder, **records):
    for name, content in records.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path):
    handed_in = tmp_path / "handed_in"
    handed_in.mkdir()
    return handed_in


@pytest.fixture
def three_learners(folder):
    """Ann slips twice, then is right; Bob is right at once in 2.4 and stuck in 2.1; Cem has not begun."""
    ann = [attempt(1, "2.4", "UNWEIGHTED"), attempt(2, "2.4", "NATS_FOR_BITS"), attempt(3, "2.4")]
    bob = [attempt(4, "2.4"), attempt(5, "2.1", "NATS_FOR_BITS"), attempt(6, "2.1", "NATS_FOR_BITS")]
    right = "abcdefgh"[QUESTIONS["1.a"].answer]
    wrong = next(letter for letter in "abc" if letter != right)
    hand_in(
        folder,
        ann=record(ann, [answer(7, "1.a", wrong), answer(8, "1.a", right)]),
        bob=record(bob, [answer(9, "1.a", right)]),
        cem=record(),
    )
    return folder, wrong


# ------------------------------------------------------------------------------ counting


def test_a_class_is_counted_as_by_hand(three_learners):
    folder, wrong = three_learners
    submissions, refused = read_folder(folder)
    assert [file.name for file in submissions] == ["ann.json", "bob.json", "cem.json"] and refused == []
    half, fourth = sum_up_exercises(submissions)
    assert half == ("2.1", 1, 0, 0, 2, (("NATS_FOR_BITS", 1),))
    assert fourth == ("2.4", 2, 2, 1, 4, (("NATS_FOR_BITS", 1), ("UNWEIGHTED", 1)))
    (question,) = sum_up_questions(submissions)
    text = QUESTIONS["1.a"].options["abc".index(wrong)].text
    assert question == ("1.a", 2, 2, 1, 3, ((text, 1),))


def test_the_order_in_the_file_does_not_matter_but_the_times_do(folder):
    tries = [attempt(3, "2.4"), attempt(1, "2.4", "SIGN"), attempt(2, "2.4", "SIGN")]
    hand_in(folder, ann=record(tries))
    (found,) = class_report(folder).exercises
    assert (found.at_first, found.right, found.tries, found.slips) == (0, 1, 3, (("SIGN", 1),))


def test_an_earlier_export_of_the_same_learner_is_not_counted_again(folder):
    early, late = [attempt(1, "2.4", "SIGN")], [attempt(1, "2.4", "SIGN"), attempt(2, "2.4")]
    hand_in(folder, january=record(early), february=record(late), friend=record(late))
    report = class_report(folder)
    assert report.learners == 1 and report.exercises[0].tried == 1
    assert report.refused == (
        ("friend.json", "all its entries are in february.json as well"),
        ("january.json", "all its entries are in february.json as well"),
    )


def test_two_learners_who_share_some_entries_are_both_counted(folder):
    shared = attempt(1, "2.4")
    hand_in(folder, ann=record([shared, attempt(2, "2.1")]), bob=record([shared, attempt(3, "2.1")]))
    assert class_report(folder).learners == 2


def test_learners_who_have_not_begun_are_no_copies_of_each_other(folder):
    hand_in(folder, ann=record(), bob=record())
    report = class_report(folder)
    assert report.learners == 2 and report.refused == ()
    assert "Nobody has tried an exercise." in report.sentence
    with pytest.raises(ValueError, match="nothing to draw"):
        report.figure()


ids = st.sampled_from(["1.1", "2.1", "2.4", "3.4"])
codes = st.sampled_from([None, "SIGN", "NATS_FOR_BITS", "NOT_YET"])
# A minute of its own for every entry of a class, so that no two learners share one by chance.
classes = st.lists(st.lists(st.tuples(ids, codes), min_size=1, max_size=8), max_size=6).map(
    lambda learners: [
        [
            Attempt(START + timedelta(minutes=100 * i + k), item, code is None, code)
            for k, (item, code) in enumerate(tries)
        ]
        for i, tries in enumerate(learners)
    ]
)


def submission(name, attempts):
    entries = frozenset(("attempts", a.exercise, str(a.time), str(a.code)) for a in attempts)
    return Submission(name, tuple(attempts), entries=entries)


@given(classes)
def test_every_number_is_that_of_a_plain_count(learners):
    files = [submission(f"{i}.json", tries) for i, tries in enumerate(learners)]
    found = {summary.item: summary for summary in sum_up_exercises(files)}
    everything = [a for tries in learners for a in tries]
    assert set(found) == {a.exercise for a in everything}
    assert list(found) == [item for item in EXERCISES if item in found]
    for item, summary in found.items():
        of_each = [[a for a in tries if a.exercise == item] for tries in learners]
        assert summary.tries == sum(a.exercise == item for a in everything)
        assert summary.tried == sum(1 for tries in of_each if tries)
        assert summary.right == sum(1 for tries in of_each if any(a.correct for a in tries))
        assert summary.at_first == sum(1 for tries in of_each if tries and tries[0].correct)
        slips = Counter()
        for tries in of_each:
            slips.update({a.code for a in tries} - {None})
        assert dict(summary.slips) == slips
        assert [count for _, count in summary.slips] == sorted(slips.values(), reverse=True)


@given(classes, st.randoms(use_true_random=False))
def test_copies_and_earlier_exports_change_no_count_in_whatever_order_they_come(
    learners, shuffle: random.Random
):
    files = [submission(f"{i}.json", tries) for i, tries in enumerate(learners)]
    copies = [submission(f"{i}-again.json", tries) for i, tries in enumerate(learners)]
    early = [submission(f"{i}-early.json", tries[: 1 + len(tries) // 2]) for i, tries in enumerate(learners)]
    mixed = [*files, *copies, *early]
    shuffle.shuffle(mixed)
    kept, refused = without_copies(mixed)
    assert len(kept) == len(files) and len(refused) == len(mixed) - len(files)
    assert sum_up_exercises(kept) == sum_up_exercises(files)
    assert without_copies(kept) == (kept, [])
    assert without_copies(sorted(mixed, key=lambda file: file.name)) == (kept, refused)


# ------------------------------------------------------------------------------ files that are refused


GOOD = record([attempt(1, "2.4")])
TEXTS = {
    "nothing": ("", "it is empty"),
    "cut_off": ('{"format": ', "not valid JSON"),
    "deep": ("[" * 900_000, "nested too deeply"),
    "deep_inside": (
        json.dumps(record([attempt(1, "2.4", code=None) | {"x": "HOLE"}])).replace('"HOLE"', "[" * 200_000),
        "nested too deeply",
    ),
    "numbers": ("[" + "1," * MOST_BYTES, "larger than 2 MB"),
    "long_number": ('{"version": ' + "9" * 5000 + "}", "not valid JSON"),
    "nan": (json.dumps(record([attempt(1, "2.4", score=float("nan"))])), "NaN"),
    "infinity": (json.dumps(record([attempt(1, "2.4", score=float("inf"))])), "Infinity"),
    "other": ('{"format": "something else"}', "not a progress file"),
    "list": ("[1, 2]", "not a progress file"),
    "newer": (json.dumps(record(version=99)), "version 99"),
    "older": (json.dumps(record(version=0)), "no version number"),
    "text_version": (json.dumps(record(version="1")), "no version number"),
    "no_lists": (json.dumps(record() | {"attempts": 3}), "its attempts cannot be read"),
    "odd_id": (json.dumps(record([attempt(1, "2.4", id=["2.4"])])), "its attempts cannot be read"),
    "no_verdict": (json.dumps(record([attempt(1, "2.4", correct="yes")])), "whether it was right"),
    "both": (json.dumps(record([attempt(1, "2.4", "SIGN", correct=True)])), "right and wrong at once"),
    "neither": (json.dumps(record([attempt(1, "2.4", correct=False)])), "right and wrong at once"),
    "script": (json.dumps(record([attempt(1, "2.4", "<script>")])), "diagnosis that is no name"),
    "huge_code": (json.dumps(record([attempt(1, "2.4", "A" * 10_000)])), "diagnosis that is no name"),
    "list_code": (json.dumps(record([attempt(1, "2.4", ["SIGN"])])), "diagnosis that is no name"),
    "no_time": (json.dumps(record([attempt(1, "2.4", time="yesterday")])), "no time that can be read"),
    "no_zone": (json.dumps(record([attempt(1, "2.4", time="2026-01-10T10:00:00")])), "no time that can be"),
    "no_option": (
        json.dumps(record([], [answer(1, "1.a", "a") | {"option": "all"}])),
        "none of its question's",
    ),
    "odd_option": (
        json.dumps(record([], [answer(1, "1.a", "a") | {"option": [[]]}])),
        "none of its question's",
    ),
    "too_many": (
        json.dumps(record([{"id": "x", "time": ""}] * (MOST_ENTRIES + 1))),
        "more than 10,000 entries",
    ),
}


@pytest.mark.parametrize(("text", "reason"), TEXTS.values(), ids=TEXTS)
def test_a_file_that_cannot_be_counted_is_refused_by_name_and_the_rest_is_counted(folder, text, reason):
    hand_in(folder, good=GOOD)
    (folder / "odd.json").write_text(text)
    report = class_report(folder)
    (refusal,) = report.refused
    assert refusal.name == "odd.json" and reason in refusal.reason
    assert f"Refused: odd.json: {refusal.reason}." in repr(report)
    assert report.learners == 1 and report.exercises[0][:5] == ("2.4", 1, 1, 1, 1)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\xff\xfe{\x00", os.urandom(64) + b"\xff"])
def test_what_is_no_text_is_refused(folder, content):
    (folder / "odd.json").write_bytes(content)
    assert class_report(folder).refused == (("odd.json", "it is not text (UTF-8)"),)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among its files, and asks for links")
def test_links_pipes_and_folders_are_refused_without_being_opened(folder, tmp_path):
    hand_in(tmp_path, elsewhere=GOOD)
    (folder / "link.json").symlink_to(tmp_path / "elsewhere.json")
    (folder / "loop.json").symlink_to("loop.json")
    os.mkfifo(folder / "pipe.json")  # to open it would be to wait for ever
    (folder / "more").mkdir()
    report = class_report(folder)
    assert report.learners == 0
    assert {name: reason.split(";")[0].split(",")[0] for name, reason in report.refused} == {
        "link.json": "it is a link",
        "loop.json": "it is a link",
        "pipe.json": "it is no ordinary file",
        "more": "it is a folder",
    }


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may read all")
def test_a_file_that_may_not_be_read_is_refused(folder):
    hand_in(folder, good=GOOD, secret=GOOD)
    (folder / "secret.json").chmod(0)
    assert [name for name, _ in class_report(folder).refused] == ["secret.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_a_files_name_cannot_steer_the_terminal_or_the_page(folder):
    (folder / "a\x1b[2J\n<b>.json").write_text("{")
    (folder / os.fsdecode(b"\xff.json")).write_text("{")
    report = class_report(folder)
    for shown in (repr(report), report._repr_html_()):
        assert "\x1b" not in shown and shown.encode() and "<b>" not in shown.replace(repr(report), "")
    assert {name for name, _ in report.refused} == {"a�[2J�<b>.json", "�.json"}


@pytest.mark.parametrize(
    "names", [("a" * 90 + "1.json", "a" * 90 + "2.json"), ("1" + "a" * 90, "2" + "a" * 90)]
)
def test_long_names_that_differ_at_one_end_are_told_apart(folder, names):
    for name in names:
        (folder / name).write_text("{")
    shown = [name for name, _ in class_report(folder).refused]
    assert len(set(shown)) == 2 and all(len(name) <= 60 for name in shown)


def test_a_mark_that_an_editor_puts_before_the_text_does_no_harm(folder):
    (folder / "ann.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert class_report(folder).learners == 1


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "\ud800"])
def test_times_at_the_end_of_the_calendar_stop_nobody(folder, time):
    hand_in(
        folder, ann=record([attempt(1, "2.4", time=time), attempt(2, "2.4")]), bob=record([attempt(3, "2.4")])
    )
    report = class_report(folder)
    assert report.learners + len(report.refused) == 2 and report.exercises[0].tried == report.learners


def test_what_only_another_version_knows_is_left_out_and_said(folder):
    tries = [attempt(1, "99.9"), attempt(2, "2.4", "A_SLIP_OF_TOMORROW"), attempt(3, "__proto__")]
    hand_in(folder, ann=record(tries))
    report = class_report(folder)
    assert "2 entries about exercises that this version" in report.sentence
    assert report.exercises[0].slips == (("OTHER", 1),)
    assert "does not know" in repr(report.slips)


# ------------------------------------------------------------------------------ what is shown


def test_the_tables_hold_the_numbers(three_learners):
    folder, wrong = three_learners
    report = class_report(folder)
    assert report.table.rows[1] == ("2.4 Knowing X", "2", "2", "1", "4", "NATS_FOR_BITS 1, UNWEIGHTED 1")
    words = plain(QUESTIONS["1.a"].options["abc".index(wrong)].text)
    assert report.questions_table.rows == [("1.a", "2", "2", "1", "3", f"{wrong} 1", words)]
    assert report.slips.rows[0][:3] == ("NATS_FOR_BITS", "2", "2.1, 2.4")  # Ann, and Bob once
    assert report.sentence.startswith("3 learners counted, 0 files refused.")
    assert "trust" in report.sentence


def test_of_wrong_options_that_are_as_frequent_the_first_comes_first(folder):
    wrong = [
        letter for letter, option in zip("abcd", QUESTIONS["4.q2"].options, strict=True) if not option.correct
    ]
    hand_in(folder, **{f"of_{letter}": record([], [answer(1, "4.q2", letter)]) for letter in reversed(wrong)})
    (row,) = class_report(folder).questions_table.rows
    first = plain(QUESTIONS["4.q2"].options["abcd".index(wrong[0])].text)
    assert row[-2:] == (", ".join(f"{letter} 1" for letter in wrong), first)


def test_the_legend_shows_every_kind_of_bar_with_its_edge_also_where_the_first_bar_has_no_width(
    three_learners,
):
    legend = class_report(three_learners[0]).figure().axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["right at once", "right later", "not yet"]
    assert all(patch.get_linewidth() == 1 for patch in legend.get_patches())


def test_the_figure_says_in_words_what_it_shows(three_learners):
    report = class_report(three_learners[0])
    assert isinstance(report.figure(), Figure)
    assert report.title == "Exercise 2.1 is still open for 1 of the 1 who tried it"
    assert report.alt == (
        "Bars for each exercise, by how many of 3 learners tried it. "
        "2.1 tried by 1: 0 right at once, 0 later, 1 not yet, NATS_FOR_BITS 1; "
        "2.4 tried by 2: 1 right at once, 1 later, 0 not yet, NATS_FOR_BITS 1."
    )
    widths = [patch.get_width() for patch in report.figure().axes[0].patches]
    assert widths == [0, 1, 0, 1, 1, 0]  # at once, later, not yet; each for 2.1 and 2.4


def test_the_figures_claim_is_the_exercise_where_most_and_of_these_the_largest_share_are_stuck(folder):
    all_stuck, half_stuck = attempt(1, "2.4", "SIGN"), attempt(2, "2.1", "SIGN")
    hand_in(folder, ann=record([all_stuck, half_stuck]), bob=record([attempt(3, "2.1")]))
    assert class_report(folder).title == "Exercise 2.4 is still open for 1 of the 1 who tried it"


def test_a_class_that_solved_everything_is_said_to_have(folder):
    hand_in(folder, ann=GOOD)
    assert class_report(folder).title == "Everybody solved what they tried"


def test_the_page_escapes_what_it_is_given():
    page = ClassReport([], [("<i>.json", "it is <empty>")])._repr_html_()
    assert "&lt;i&gt;.json: it is &lt;empty&gt;" in page


# ------------------------------------------------------------------------------ the command


def test_collect_prints_the_report_and_writes_figure_and_words_beside_the_folder(three_learners, capsys):
    folder, _ = three_learners
    before = sorted(folder.iterdir())
    assert commands.collect([str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "3 learners counted" in shown and "2.4 Knowing X" in shown
    beside = folder.parent
    assert (beside / "handed_in_summary.png").read_bytes().startswith(b"\x89PNG")
    words = (beside / "handed_in_summary.txt").read_text("utf-8")
    assert words.startswith("handed_in_summary.png: Bars for each exercise") and "2.4 Knowing X" in words
    assert sorted(folder.iterdir()) == before, "nothing is written among what was handed in"


def test_collect_writes_where_it_is_told_and_no_figure_of_nothing(folder, tmp_path, capsys):
    assert commands.collect([str(folder), str(tmp_path / "week_3.png")]) == 0
    assert "week_3.txt" in capsys.readouterr().out
    assert not (tmp_path / "week_3.png").exists()
    assert (tmp_path / "week_3.txt").read_text("utf-8").startswith("There is no figure.")


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ([], "for example: collect handed_in"),
        (["no_such_folder"], r"could not be summed up: There is no folder .*no_such_folder\."),
        ([__file__], "could not be summed up: There is no folder"),
        ([".", "picture.jpg"], r"has to end in \.png"),
    ],
)
def test_collect_says_what_it_did_not_understand(arguments, fragment):
    with pytest.raises(SystemExit, match=fragment):
        commands.collect(arguments)


def test_a_place_that_cannot_be_written_is_named_with_a_way_out(folder, tmp_path):
    hand_in(folder, ann=GOOD)
    with pytest.raises(
        SystemExit, match=r"Nothing can be written in .*no_such_place.*collect FOLDER week_3\.png"
    ):
        commands.collect([str(folder), str(tmp_path / "no_such_place" / "week_3.png")])


# ------------------------------------------------------------------------------ from learner to class


def test_what_a_learner_exports_holds_answers_and_diagnoses_and_can_be_collected(
    folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path / "learner"))
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "")
    check("2.4", 1.1383)
    check("2.4", np.float64(1.0219))
    progress.export_progress(folder / "ann.json")
    entries = json.loads((folder / "ann.json").read_text("utf-8"))["attempts"]
    assert [(entry["answer"], entry["code"]) for entry in entries] == [
        ("1.1383", "UNWEIGHTED"),
        ("1.0219", None),
    ]
    assert len(read_submission(folder / "ann.json").attempts) == 2
    (found,) = class_report(folder).exercises
    assert found == ("2.4", 1, 1, 0, 2, (("UNWEIGHTED", 1),))


class Unwritable:
    def __repr__(self):
        raise RuntimeError("no words")


def of_its_own(x):
    return x + 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1.0219, "1.0219"),
        (np.float32(0.5), "0.5"),
        ((1, np.float64(0.25), float("nan")), "(1, 0.25, nan)"),
        ("bits \ud800", r"'bits \ud800'"),
        (None, "None"),
        ({"a": float("inf")}, "{'a': inf}"),
        (of_its_own, "def of_its_own(x):\n    return x + 1\n"),
        (np.log2, repr(np.log2)),
    ],
)
def test_an_answer_is_kept_as_it_was_written(given, kept):
    assert as_written(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        Unwritable(),
        [Unwritable()],
        10**5000,
        "x" * 10**7,
        [0.5] * 10**6,
        np.zeros(10**6),
        [[[[[[[[1]]]]]]]],
        print,
    ],
    ids=["raises", "raises inside", "digits", "string", "list", "array", "deep", "built in"],
)
def test_whatever_the_answer_it_is_kept_in_few_words_that_can_be_stored(given):
    text = as_written(given)
    assert 0 < len(text) <= 300
    assert json.loads(json.dumps(text)).encode()
