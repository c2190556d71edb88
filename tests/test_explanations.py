"""Why-questions: the model sentence comes after the learner's own, never before."""

import pytest

from course_lib.exercises import explain
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
