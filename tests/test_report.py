"""The learner's report: bits add up, the one dial is the best one, and every text agrees with the numbers."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import progress, report
from course_lib.exercises.chapter_0 import CONCEPT_TEST
from course_lib.report import CONCEPTS, LedgerReport, concept_test_comparison, ledger_report, well_set

GRID = np.geomspace(0.2, 50, 401)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path / "learner"))
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "")
    for entries in progress._unsaved.values():
        entries.clear()


def bet(confidence, correct, others=1, name="1.x"):
    """A bet as the ledger keeps it; what is left is shared by so many other answers."""
    given = confidence if correct else (1 - confidence) / others
    return {"id": name, "confidence": confidence, "correct": correct, "bits": -math.log2(given)}


def some_bets(seed=0, n=40, trust=0.5):
    """Bets whose confidence comes true as if its log-odds were `trust` times what they are."""
    rng = np.random.default_rng(seed)
    said = rng.choice([0.5, 0.6, 0.7, 0.8, 0.9, 0.95], n)
    true = 1 / (1 + ((1 - said) / said) ** trust)
    return [
        bet(c, bool(hit), others=int(rng.integers(1, 4)), name=f"{1 + i % 8}.{i}")
        for i, (c, hit) in enumerate(zip(said, rng.random(n) < true, strict=True))
    ]


def cost_at(bets, tau):
    """Bits at a temperature, bet by bet: the chosen answer's odds to the power of 1/τ, the rest shared."""
    total = 0.0
    for entry in bets:
        c = entry["confidence"]
        odds = (c / (1 - c)) ** (1 / tau)
        others = (1 - c) / 2 ** -entry["bits"] if not entry["correct"] else 1
        total -= math.log2(odds / (1 + odds) if entry["correct"] else 1 / (1 + odds) / others)
    return total


@pytest.mark.parametrize("trust", [0.3, 0.6, 1.5])
@pytest.mark.parametrize("seed", range(4))
def test_the_dial_is_the_best_of_a_fine_grid(trust, seed):
    """Oracle: every bet's bill written out, at 401 temperatures."""
    bets = some_bets(seed, trust=trust)
    costs = [cost_at(bets, tau) for tau in GRID]
    found = well_set(bets)
    if trust < 1 and found.temperature < GRID[-1]:  # too sure: the cap of 99 % is far away
        assert found.well_set.sum() == pytest.approx(cost_at(bets, found.temperature))
        assert min(costs) - 0.01 < found.well_set.sum() <= min(costs) + 1e-9
    assert found.well_set.sum() <= found.paid.sum() + 1e-12


def test_what_a_wrong_bet_shares_among_other_answers_stays_the_same():
    two, four = ([bet(0.9, True), bet(0.9, False, others=others)] for others in (1, 3))
    one_dial = well_set(two), well_set(four)
    assert one_dial[0].temperature == one_dial[1].temperature
    assert one_dial[1].well_set[1] - one_dial[0].well_set[1] == pytest.approx(math.log2(3))


def test_bets_that_came_true_as_often_as_they_said_stay_where_they_are():
    bets = [bet(0.75, i < 3) for i in range(4)] + [bet(0.9, i < 9) for i in range(10)]
    found = well_set(bets)
    assert found.temperature == pytest.approx(1.0)
    assert found.well_set == pytest.approx(found.paid)


def test_always_right_and_never_surer_than_99_percent():
    found = well_set([bet(0.6, True), bet(0.8, True)])
    assert found.temperature == 0.0
    assert found.well_set == pytest.approx([-math.log2(0.99)] * 2)


def test_always_wrong_is_best_served_by_even_odds():
    found = well_set([bet(0.6, False), bet(0.8, False)])
    assert found.temperature == math.inf
    assert found.well_set == pytest.approx([1.0, 1.0])


def test_an_even_bet_costs_one_bit_at_every_dial():
    assert well_set([bet(0.5, True), bet(0.9, True)]).well_set[0] == pytest.approx(1.0)


def test_a_dial_that_would_cost_more_because_of_the_cap_is_left_alone():
    found = well_set([bet(0.999, True)] * 5)
    assert found.well_set.sum() == found.paid.sum() and found.temperature == 1.0


# --- the report


@pytest.mark.parametrize("bets", [some_bets(), [bet(0.8, True)], [bet(0.8, False)], [bet(0.5, False)]])
def test_a_report_can_be_made_of_many_bets_and_of_one(bets):
    made = LedgerReport(bets)
    assert made.bits == pytest.approx(sum(entry["bits"] for entry in bets))
    assert made.well_set_bits <= made.bits + 1e-9
    assert isinstance(made.figure(), Figure)
    assert f"{len(bets)} bet" in made.sentence and f"{made.bits:.2f} bits paid" in made.sentence
    assert ("mostly chance" in made.sentence) == (len(bets) < 20)
    assert "nan" not in repr(made) + made.alt + made._repr_html_()


def test_the_table_adds_up_chapter_by_chapter():
    """Oracle: sums over the entries themselves, by the number before the dot."""
    bets = some_bets(n=40)
    *rows, total = LedgerReport(bets).table.rows
    for chapter, count, right, paid, _ in rows:
        mine = [entry for entry in bets if entry["id"].startswith(f"{chapter}.")]
        assert (int(count), int(right)) == (len(mine), sum(entry["correct"] for entry in mine))
        assert float(paid) == pytest.approx(sum(entry["bits"] for entry in mine), abs=0.006)
    assert [row[0] for row in rows] == list("12345678")
    assert total[:3] == ("all", "40", str(sum(entry["correct"] for entry in bets)))
    assert sum(float(row[4]) for row in rows) == pytest.approx(float(total[4]), abs=0.05)


def test_the_alt_text_counts_what_the_diagram_shows():
    bets = [bet(0.9, i < 3) for i in range(4)] + [bet(0.5, True)]
    said = LedgerReport(bets).alt
    assert "of 1 said at 50 % on average, 100 % came true" in said
    assert "of 4 said at 90 % on average, 75 % came true" in said
    assert "diagram of 5 bets" in said and "chapter 1" in said


@pytest.mark.parametrize(
    ("bets", "words"),
    [
        ([bet(0.8, i < 3) for i in range(4)] + [bet(0.8, False)], "your 80 % should have been 60 %"),
        ([bet(0.7, True)] * 3, "You could have said 99 %"),
        ([bet(0.9, False)] * 3, "No dial helps"),
    ],
)
def test_the_sentence_says_which_way_the_dial_stands(bets, words):
    assert words in LedgerReport(bets).sentence


def test_the_figure_shows_the_diagram_with_its_counts_and_a_pair_of_bars_for_every_chapter():
    figure = LedgerReport(some_bets(n=40)).figure()
    left, right = figure.axes
    counts = [int(text.get_text()) for text in left.texts if text.get_text()]
    assert sum(counts) == 40
    assert len(right.patches) == 2 * 8
    titles = [axes.get_title() + axes.get_title(loc="left") for axes in (left, right)]
    assert titles[0].startswith("Said") and "bits paid" in titles[1]


def test_without_bets_the_made_up_learners_are_shown_and_labelled():
    made = ledger_report()
    assert made.remark == report.SAMPLE and repr(made).startswith("No prediction of yours")
    assert "made-up learner" in made._repr_html_()
    assert made.bits == pytest.approx(sum(e["bits"] for e in progress.sample_record()["predictions"]))


def test_headless_the_sample_is_labelled_too(monkeypatch):
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "1")
    assert repr(ledger_report()).startswith("This is the sample ledger of a made-up learner.")


def test_ones_own_bets_carry_no_label():
    progress.add_entry("predictions", bet(0.7, True))
    made = ledger_report()
    assert made.remark == "" and made.bits == pytest.approx(-math.log2(0.7))


# --- the concept test


def taking(score, answers=True):
    right = [i < score for i in range(10)]
    entry = {"id": "0.concept", "score": score, "of": 10, "correct": score == 10}
    progress.add_entry("quizzes", entry | ({"answers": right} if answers else {}))


def test_before_any_taking_the_learner_is_told_where_it_is():
    found = concept_test_comparison()
    assert "notebook 00" in found.sentence and found.table is None


def test_after_one_taking_the_second_is_asked_for():
    taking(4)
    found = concept_test_comparison()
    assert found.sentence.startswith("Before: 4 of 10. Take the test again")


def test_the_first_and_the_last_taking_stand_side_by_side():
    for score in (4, 2, 9):
        taking(score)
    found = concept_test_comparison()
    assert found.sentence.startswith("Before: 4 of 10. Now: 9 of 10.")
    rows = found.table.rows
    assert [row[2].startswith("✓") for row in rows] == [i < 4 for i in range(10)]
    assert [row[3].startswith("✓") for row in rows] == [i < 9 for i in range(10)]
    assert f"Worth another look: chapter {CONCEPTS[9][1]}." in found.sentence
    assert found._repr_html_().count("<tr>") == 11


def test_takings_kept_without_their_answers_still_compare_by_score():
    taking(3, answers=False)
    taking(10)
    found = concept_test_comparison()
    assert found.sentence == "Before: 3 of 10. Now: 10 of 10." and found.table is None


def test_a_perfect_second_taking_needs_no_second_look():
    taking(3)
    taking(10)
    assert "another look" not in concept_test_comparison().sentence


def test_the_made_up_learners_two_takings_are_labelled(monkeypatch):
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "1")
    found = concept_test_comparison()
    assert found.sentence.startswith("This is the sample ledger of a made-up learner. Before: 4 of 10")
    for entry in progress.sample_record()["quizzes"]:
        assert sum(entry["answers"]) == entry["score"] and len(entry["answers"]) == entry["of"]


def test_every_question_of_the_concept_test_has_a_name_and_a_chapter():
    assert len(CONCEPTS) == len(CONCEPT_TEST)
    assert {chapter for _, chapter in CONCEPTS} <= set(range(1, 8))
