"""Why-questions: the model sentence comes after the learner's own, never before."""

import pytest

from course_lib.exercises import explain
from course_lib.exercises.chapter_8 import CHAPTERS_IN_A_SENTENCE
from course_lib.exercises.explanations import EXPLANATIONS


@pytest.fixture(params=EXPLANATIONS)
def number(request):
    return request.param


def test_the_model_sentence_is_withheld_until_something_is_written(number):
    box = explain(number)
    for nothing in ("", "   \n"):
        box.words = nothing
        box.act("compare_button")
        assert EXPLANATIONS[number].model not in box.readout


def test_any_sentence_opens_the_model_sentence_and_is_not_judged(number):
    box = explain(number)
    box.words = "because"
    box.act("compare_button")
    assert EXPLANATIONS[number].model in box.readout
    assert box.tone == ""


def test_the_plain_text_asks_and_never_answers(number):
    box = explain(number)
    before = box.plain_text()
    box.words = "because"
    box.compare()
    assert box.plain_text() == before
    assert EXPLANATIONS[number].prompt in before
    assert EXPLANATIONS[number].model not in before


def test_an_unknown_question_is_refused_with_the_known_ones():
    with pytest.raises(LookupError, match=r"1\.halving"):
        explain("1.nothing")


def test_a_chapters_model_sentence_comes_only_after_a_sentence_about_that_chapter():
    box = explain("8.6")
    before = box.plain_text()
    box.act("compare_button")
    assert "Write a sentence" in box.readout
    box.chapter_3 = "You pay for what you did not expect."
    box.compare()
    assert [model in box.readout for _, model in CHAPTERS_IN_A_SENTENCE] == [n == 3 for n in range(1, 9)]
    assert "Still to write: 7." in box.readout and box.tone == ""
    for number in range(1, 9):
        setattr(box, f"chapter_{number}", "because")
    box.compare()
    assert all(model in box.readout for _, model in CHAPTERS_IN_A_SENTENCE)
    assert "Still" not in box.readout
    assert box.plain_text() == before


def test_the_model_sentences_of_the_whole_course_do_without_symbols():
    for title, model in CHAPTERS_IN_A_SENTENCE:
        assert set(model) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.:-"), title
        assert model.count(".") == 1
