"""The league: everybody pays for the same letters, and a learner's predictor can do no harm and no magic."""

import bz2
import lzma
import math
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from course_lib.datasets import python_text
from course_lib.language.ngram import ALPHABET
from course_lib.league import YOURS, Score, cut_of, league, probabilities, score, training_text

PAPER = "the cat sat on the mat and the dog sat on the log " * 40
EVEN = dict.fromkeys(ALPHABET, 1 / 27)


def always(answer):
    return lambda context: answer


# --- the standing members


@pytest.mark.parametrize("start", [0, 1000, cut_of(PAPER)])
def test_every_model_pays_for_the_letters_between_start_and_stop_and_for_no_others(start):
    """Oracle: letters counted in loops; Python's own compressors, called here."""
    table, part = league(PAPER, start=start), PAPER[start:]
    assert table["all letters alike"] == pytest.approx(math.log(27) / math.log(2))
    basis = Counter(PAPER[:start] or part)
    bill = sum(-math.log2(basis[letter] / basis.total()) for letter in part)
    assert table["letter frequencies"] == pytest.approx(bill / len(part))
    squeeze = {"zlib, level 9": lambda b: zlib.compress(b, 9), "bz2": bz2.compress, "lzma": lzma.compress}
    for name, compress in squeeze.items():
        grown = len(compress(PAPER.encode())) - (len(compress(PAPER[:start].encode())) if start else 0)
        assert table[name] == pytest.approx(8 * grown / len(part))


@pytest.mark.parametrize(("start", "stop"), [(0, 60), (40, 60)])
def test_the_two_models_that_learn_pay_for_the_same_stretch(start, stop):
    """Oracle: the two rules written out letter by letter."""
    adaptive = blended = 0.0
    for place in range(stop):
        letter = PAPER[place]
        context = PAPER[max(place - 4, 0) : place]
        before = [
            PAPER[i]
            for i in range(place)
            if PAPER[max(i - 4, 0) : i] == context and len(PAPER[max(i - 4, 0) : i]) == len(context)
        ]
        given = (before.count(letter) + 0.05) / (len(before) + 27 * 0.05)
        adaptive += -math.log2(given) * (place >= start)
        p = 1 / 27
        for order in range(6):
            context = PAPER[max(place - order, 0) : place]
            before = [PAPER[i] for i in range(place) if PAPER[max(i - order, 0) : i] == context]
            if before:
                kinds = len(set(before))
                p = (before.count(letter) + kinds * p) / (len(before) + kinds)
        blended += -math.log2(p) * (place >= start)
    table = league(PAPER, start=start, stop=stop)
    assert table["adaptive, order 4"] == pytest.approx(adaptive / (stop - start))
    assert table["blend of orders 0 to 5"] == pytest.approx(blended / (stop - start))


def test_a_letter_that_was_never_met_has_no_codeword_and_costs_infinitely_many_bits():
    table = league("a" * 50 + "b" * 50 + "c", start=100)
    assert table["letter frequencies"] == table["Huffman, letter by letter"] == math.inf


# Measured on the text of Python 3.11.7; other versions' texts differ a little. The figures are the course's.
WHOLE = [4.755, 4.100, 4.130, 1.849, 1.717, 2.138, 1.701, 1.817]
LAST_TENTH = [4.755, 4.100, 4.130, 1.753, 1.664, 2.117, 1.624, 1.744]


@pytest.mark.parametrize("part", ["whole", "last tenth"])
def test_the_course_text_gives_the_courses_figures(part):
    text = python_text()
    found = list(league(start=0 if part == "whole" else cut_of(text.letters)).values())
    within = 0.0006 if text.is_reference else 0.1
    assert found == pytest.approx(WHOLE if part == "whole" else LAST_TENTH, abs=within)


def test_a_stretch_outside_the_text_is_refused():
    with pytest.raises(ValueError, match="start 5 and stop 5"):
        league("abcdefgh", start=5, stop=5)


def test_the_table_belongs_to_the_caller():
    league(PAPER)["all letters alike"] = 0.0
    assert league(PAPER)["all letters alike"] > 4


# --- the learner's own


def test_the_predictor_sees_all_letters_before_and_never_the_next_one():
    seen = []

    def predict(context):
        seen.append(context)
        return EVEN

    found = score(predict, text=PAPER)
    assert seen == [PAPER[:place] for place in range(cut_of(PAPER), len(PAPER))]
    assert training_text(PAPER) == seen[0]
    assert found.letters == len(seen)


def test_the_score_is_the_mean_surprise_at_what_came():
    """Oracle: a predictor that is told nothing and says 1/2 for one letter pays log2 by hand."""
    text = "ab" * 100
    found = score(always({"a": 0.5, "b": 0.25, "z": 0.25}), text=text)
    assert found.bits == pytest.approx((1 + 2) / 2)
    assert found.standing[YOURS] == found.bits
    assert "1.500 bits per letter over 20 letters" in found.sentence
    assert f"a file of {math.ceil(30 / 8)} bytes" in found.sentence


def test_27_numbers_are_as_good_as_a_dictionary():
    skewed = {letter: (2 if letter == "t" else 1) / 28 for letter in ALPHABET}
    as_list = [skewed[letter] for letter in ALPHABET]
    assert score(always(skewed), text=PAPER).bits == score(always(as_list), text=PAPER).bits


def test_a_predictor_may_learn_as_it_reads():
    counts = Counter(dict.fromkeys(ALPHABET, 1))
    counts.update(training_text(PAPER))

    def learning(context):
        counts[context[-1]] += 1
        return {letter: counts[letter] / counts.total() for letter in ALPHABET}

    assert score(learning, text=PAPER).bits < score(always(EVEN), text=PAPER).bits - 1


def test_the_standing_ranks_all_models_on_the_same_letters():
    found = score(always(EVEN), text=PAPER, letters=50)
    start = cut_of(PAPER)
    expected = league(PAPER, start=start, stop=start + 50)
    assert {name: bits for name, bits in found.standing.items() if name != YOURS} == expected
    assert list(found.standing.values()) == sorted(found.standing.values())
    assert found.letters == 50


def test_one_impossible_letter_costs_infinitely_much_and_the_sentence_says_which():
    """Oracle: where the letter first comes in the scored part, by str.find."""
    no_g = {letter: 1 / 26 for letter in ALPHABET if letter != "g"}
    found = score(always(no_g), text=PAPER)
    place = PAPER[cut_of(PAPER) :].find("g")
    assert found.bits == math.inf
    assert f"at letter {place + 1} of the last tenth" in found.sentence
    assert "came 'g'" in found.sentence
    assert list(found.standing)[-1] == YOURS and "inf" in repr(found)
    assert found.letters == len(PAPER) - cut_of(PAPER)  # however early it is out, the mean is over all


def test_an_impossible_letter_that_never_comes_is_no_offence():
    text = "ab" * 100
    assert score(always({"a": 0.5, "b": 0.5, "z": 0.0}), text=text).bits == 1.0


@pytest.mark.parametrize(
    ("predict", "words"),
    [
        (..., "To do"),
        (None, "To do"),
        (always(None), "it returned nothing"),
        (always(...), "it returned nothing"),
        (always({"A": 1.0}), "'A', which is none of the 27"),
        (always({7: 1.0}), "7, which is none of the 27"),
        (always([0.1] * 27), "sum to 2.700000, not 1; divide"),
        (always({"a": 1.5, "b": -0.5}), "'b' the probability -0.5, below 0"),
        (always([0.5, 0.5]), r"shape (2,); there are 27"),
        (always({"a": math.nan}), "nan"),
        (always("a"), "its answer"),
        (lambda context: 1 / 0, "predict raised ZeroDivisionError: division by zero"),
        (lambda context: int("x"), "predict raised ValueError"),
        (lambda context: exit(), "predict raised SystemExit"),
        (lambda context, extra: EVEN, "predict raised TypeError"),
    ],
)
def test_whatever_a_predictor_does_wrong_is_named_and_nothing_is_raised(predict, words):
    found = score(predict, text=PAPER)
    assert found.bits is None and found.standing == {}
    assert words in found.sentence
    assert words.replace("'", "&#x27;") in found._repr_html_()
    assert repr(found) == found.sentence


def test_an_error_on_the_way_says_at_which_letter():
    def stumbles(context):
        return EVEN if len(context) < cut_of(PAPER) + 7 else {}[context]

    found = score(stumbles, text=PAPER)
    assert found.letters == 7
    assert "at letter 8 of the last tenth" in found.sentence and "KeyError" in found.sentence


def test_an_error_that_cannot_say_what_it_is_is_named_all_the_same():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def predict(context):
        raise Mute

    assert "predict raised Mute: no message." in score(predict, text=PAPER).sentence


def test_a_predictor_that_never_answers_is_stopped():
    def for_ever(context):
        while True:
            pass

    found = score(for_ever, text=PAPER, limit_seconds=0.2)
    assert found.bits is None
    assert "no answer within 0.2 s" in found.sentence


def test_outside_the_main_thread_nothing_can_be_stopped_so_nothing_is_started():
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(score, always(EVEN), text=PAPER).result()
    assert found.bits is None and "in a cell of its own" in found.sentence


def test_a_slow_predictor_is_scored_on_what_it_has_read_and_the_sentence_says_so():
    def slower_and_slower(context):
        while len(context) >= cut_of(PAPER) + 12:
            pass
        return EVEN

    found = score(slower_and_slower, text=PAPER, limit_seconds=0.3)
    assert found.letters == 12
    assert found.bits == pytest.approx(math.log2(27))
    assert f"over 12 letters of {len(PAPER) - cut_of(PAPER)}, as far as it came in 0.3 s" in found.sentence


def test_what_a_predictor_prints_does_not_flood_the_page(capsys):
    def chatty(context):
        print(context)
        return EVEN

    score(chatty, text=PAPER, letters=5)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"text": "Hello"}, "'H' is not one of the 27"),
        ({"text": "a"}, "the text has 1 letters"),
        ({"text": PAPER, "letters": 0}, "letters is 0"),
        ({"text": PAPER, "letters": 2.5}, "letters is 2.5"),
    ],
)
def test_a_part_that_cannot_be_scored_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        score(always(EVEN), **options)


def test_a_checked_answer_is_27_probabilities_in_the_order_of_the_alphabet():
    assert probabilities({"b": 1.0}).tolist() == [1.0 * (letter == "b") for letter in ALPHABET]


def test_the_score_shows_itself_as_a_table_with_its_own_line_marked_by_more_than_colour():
    found = score(always(EVEN), text=PAPER, letters=50)
    assert found._repr_html_().count("<tr>") == 10
    assert [row[0].endswith("◀") for row in found.table.rows].count(True) == 1
    assert repr(found).splitlines()[0] == found.sentence and repr(found).count("\n") == 11
    assert isinstance(found, Score)
