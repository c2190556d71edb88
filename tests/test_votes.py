"""A class's vote: its entropy, the advice of peer instruction, and a control that gives nothing away."""

import io
import math
import re
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import entropy as scipy_entropy

from course_lib import figures, progress
from course_lib.exercises import predict
from course_lib.exercises.catalogue import PREDICTIONS
from course_lib.exercises.predictions import Bet
from course_lib.exercises.voting import ClassVote, answers_to_vote_on
from course_lib.votes import next_step, vote_entropy, weigh_vote

counts_of_hands = st.lists(st.integers(0, 300), min_size=2, max_size=6).filter(any)


@pytest.fixture
def vote():
    """Chapter 1's opening question; its third answer is right (both are 10 bits)."""
    return predict("1.hook", votes=True)


@pytest.fixture
def lecture():
    figures.use_style("lecture")
    yield
    figures.use_style("reading")


@pytest.fixture
def learner(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_LIB_DATA", str(tmp_path))
    monkeypatch.setenv("COURSE_LIB_HEADLESS", "")
    return tmp_path


# ------------------------------------------------------------------------------ entropy and advice


@pytest.mark.parametrize(
    ("counts", "bits"),
    [
        ([25, 25, 25, 25], 2.0),
        ([80, 10, 10, 0], 0.9219),  # 0.8 log2(1/0.8) + 0.2 log2(10) = 0.2575 + 0.6644
        ([7, 0, 0], 0.0),
        ([1, 1], 1.0),
    ],
)
def test_the_entropy_of_votes_counted_by_hand(counts, bits):
    assert vote_entropy(counts) == pytest.approx(bits, abs=5e-5)


@given(counts_of_hands)
def test_the_entropy_of_votes_is_scipys(counts):
    assert vote_entropy(counts) == pytest.approx(scipy_entropy(counts, base=2), abs=1e-9)


@pytest.mark.parametrize(
    ("right", "others", "step"),
    [
        (29, 71, "hint"),
        (30, 70, "discuss"),
        (50, 50, "discuss"),
        (70, 30, "discuss"),
        (71, 29, "reveal"),
        (3, 7, "discuss"),  # exactly 30 %, which as a float quotient of tenths could fall on either side
        (7, 3, "discuss"),
        (0, 1, "hint"),
        (1, 0, "reveal"),
    ],
)
def test_peer_instruction_votes_again_where_30_to_70_percent_were_right(right, others, step):
    assert next_step([others, right], 1) == step


@given(counts_of_hands, st.integers(0, 5))
def test_the_advice_depends_on_the_right_share_alone(counts, right):
    right %= len(counts)
    merged = [counts[right], sum(counts) - counts[right]]
    doubled = [2 * count for count in counts]
    assert next_step(counts, right) == next_step(merged, 0) == next_step(doubled, right)


def test_a_vote_is_billed_as_a_forecast():
    weighed = weigh_vote([3, 1, 4], 1)
    assert weighed.hands == 8 and weighed.right == 0.125
    assert weighed.bill == 3.0  # log2 of 8
    assert weigh_vote([3, 0], 1).bill == math.inf


@pytest.mark.parametrize(
    ("counts", "right", "sentence"),
    [
        ([0, 0], 0, "No hand was counted"),
        ([], 0, "No hand was counted"),
        ([3, -1], 0, "is -1; give whole numbers"),
        ([3, 1.5], 0, r"is 1\.5; give whole numbers"),
        ([True, 2], 0, "is True; give whole numbers"),
        ([3, 1], 2, "number 2, and there are 2"),
    ],
)
def test_what_is_no_vote_is_refused_with_a_sentence(counts, right, sentence):
    with pytest.raises(ValueError, match=sentence):
        weigh_vote(counts, right)


# ------------------------------------------------------------------------------ what is voted on


@pytest.mark.parametrize("prediction", PREDICTIONS.values(), ids=PREDICTIONS)
def test_every_prediction_can_be_voted_on_and_its_truth_is_one_answer(prediction):
    answers, right = answers_to_vote_on(prediction)
    assert len(set(answers)) == len(answers) >= 2
    if prediction.options:
        assert right == prediction.truth()
        return
    low, high = map(float, re.findall(r"[\d.]+", answers[right])[:2])
    margin = 0.05 * (high - low)
    assert low + margin < prediction.truth() < high - margin  # so near an edge nobody could say who was right
    assert answers[0].startswith(f"{prediction.low:g} ") and f" {prediction.high:g}" in answers[-1]


def test_whoever_thinks_of_a_round_number_finds_one_bracket_that_names_it():
    """Chapter 2's wrong answer, 8 bits, is the edge beside the right bracket."""
    answers, right = answers_to_vote_on(PREDICTIONS["2.bias"])
    holding_8 = [text for text in answers if "8" in text and "under 8" not in text]
    assert holding_8 == ["8 to 10 bits"] != [answers[right]]


# ------------------------------------------------------------------------------ the control


def test_the_lecture_style_takes_hands_and_the_reading_style_takes_bets(lecture):
    assert isinstance(predict("1.hook"), ClassVote)
    assert isinstance(predict("1.hook", votes=False), Bet)
    assert isinstance(predict("1.hook", "the ten heads", confidence=0.5), Bet)
    figures.use_style("reading")
    assert isinstance(predict("1.hook"), Bet)
    assert isinstance(predict("1.hook", votes=True), ClassVote)


def test_a_guess_is_no_vote():
    with pytest.raises(ValueError, match="takes counts"):
        predict("1.hook", "the ten heads", votes=True)


@pytest.mark.parametrize("prediction_id", PREDICTIONS)
def test_what_is_stored_in_a_notebook_is_the_bets_text_whatever_the_style(prediction_id):
    vote = predict(prediction_id, votes=True)
    before = predict(prediction_id, votes=False).plain_text()
    assert vote.plain_text() == before
    vote.first = [2, 1]
    vote.advise()
    vote.reveal()
    assert vote.plain_text() == before
    assert vote._repr_mimebundle_()[0]["text/plain"] == before


def test_both_votes_are_said_in_bits(vote):
    vote.first = [10, 10, 20]
    assert vote.readout == "First vote: 40 hands, 1.50 bits of at most 1.58."
    vote.set(vote="after discussion", after=[0, 20, 20])
    assert vote.readout == (
        "First vote: 40 hands, 1.50 bits of at most 1.58. After discussion: 40 hands, 1.00 bits. "
        "0.50 bits less undecided."
    )
    vote.after = [1, 1, 1]
    assert "0.08 bits more undecided" in vote.readout  # 1.58 against 1.50
    vote.after = [20, 10, 10]
    assert "As undecided as before" in vote.readout


def test_before_the_reveal_only_the_advice_depends_on_who_is_right(vote):
    # Oracle: the same hands, with another answer right. Had that any part in it, something would differ.
    def shown(right):
        vote._right = right
        vote.set(first=[0, 0, 0], after=[0, 0, 0])
        vote.set(first=[20, 10, 10], after=[10, 20, 10])
        return vote.readout, vote.alt, vote.picture, vote.tone

    assert len({shown(right) for right in range(3)}) == 1
    vote.reveal()
    assert len({shown(right)[2] for right in range(3)}) == 3, "then the picture marks it"


@pytest.mark.parametrize(
    ("counts", "words"), [([20, 10, 10], "give a hint"), ([10, 10, 20], "90 seconds"), ([1, 0, 9], "reveal")]
)
def test_advice_comes_when_asked_for_without_a_share_and_goes_with_the_next_count(vote, counts, words):
    vote.first = counts
    vote.act("advise_button")
    assert words in vote.readout and "%" not in vote.readout
    vote.first = [counts[0] + 1, *counts[1:]]
    assert words not in vote.readout


def test_advice_knows_what_was_not_counted_yet_and_what_comes_last(vote):
    vote.advise()
    assert "Count a first vote." in vote.readout and vote.picture == b""
    vote.set(first=[10, 10, 20], after=[0, 0, 40])
    vote.advise()
    assert "second vote: reveal" in vote.readout


def test_once_revealed_nobody_is_told_to_reveal(vote):
    vote.set(first=[10, 10, 20], after=[0, 0, 40])
    vote.advise()
    vote.reveal()
    assert "reveal" not in vote.readout and "The answer" in vote.readout
    vote.advise()
    assert "reveal" not in vote.readout and "give the reason" in vote.readout


def test_the_reveal_says_who_was_right_and_what_the_class_paid(vote):
    vote.set(first=[10, 10, 20], after=[40, 0, 0])
    vote.reveal()
    assert "The answer: both are the same." in vote.readout
    assert "First vote: 50 % right; as a forecast it is billed 1.00 bits." in vote.readout
    assert "After discussion: 0 % right; as a forecast it is billed ∞ bits." in vote.readout
    assert "agreed more and was right less" in vote.readout
    assert vote.alt.endswith("Right is both are the same.")
    assert "both are the same 20" in vote.alt and "the ten heads 10" in vote.alt


def test_hands_leave_no_trace_in_the_ledger(vote, learner):
    vote.set(first=[1, 2, 3], after=[0, 0, 6])
    vote.advise()
    vote.reveal()
    assert progress.ledger() == [] and list(learner.iterdir()) == []


@pytest.mark.parametrize("hands", [[1, 2, 3, 4], [-1], [1.5], [1000], [True]])
def test_counts_are_whole_numbers_up_to_999(vote, hands):
    with pytest.raises(ValueError, match="first takes up to 3 whole numbers from 0 to 999"):
        vote.first = hands
    assert vote.first == [0, 0, 0]


def test_the_picture_is_a_png_with_both_votes(vote, lecture):
    vote.first = [999, 0, 0]
    one = vote.picture
    vote.after = [0, 0, 1]
    assert one.startswith(b"\x89PNG") and vote.picture.startswith(b"\x89PNG") and vote.picture != one


@pytest.mark.parametrize(("pixel_ratio", "drawn"), [(1.0, 880), (1.25, 1100), (2.0, 1260)])
def test_in_a_lecture_the_picture_is_as_sharp_as_it_is_wide(vote, lecture, pixel_ratio, drawn):
    """By hand: it is shown 880 css pixels wide, and 1.5 of the 840 that are usual are the most."""
    vote.pixel_ratio = pixel_ratio
    vote.first = [1, 2, 3]
    assert vote.width == 880
    assert Image.open(io.BytesIO(vote.picture)).width == drawn


def test_a_vote_waits_until_a_demo_has_been_drawn(vote):
    """Buttons may be answered on a second thread, and Matplotlib's fonts belong to the whole process."""
    with figures.DRAWING:
        hand = Thread(target=vote.set, kwargs={"first": [1, 2, 3]})
        hand.start()
        hand.join(0.5)
        assert hand.is_alive() and vote.picture == b""
    hand.join(60)
    assert vote.picture.startswith(b"\x89PNG")
