"""The map of the course: eight steps in order, every number computed, every word within reach.

Oracle: the numbers worked out with `math` alone.
"""

import math

import pytest

from course_lib import explore
from course_lib.explore import chapter_0

KL_OF_THE_COIN = 0.5 * math.log2(0.5 / 0.25) + 0.5 * math.log2(0.5 / 0.75)


def _binary(p):
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


# Each idea's number, worked out again: a fair coin taken for 1-in-4 heads, the delivery table (row and
# column totals .5 .5 and .45 .55), and a day that says rain with 1/5 or 4/5.
SHARED = _binary(0.45) - 0.5 * (_binary(0.7) + _binary(0.2))
WORKED_OUT = (
    (10.0,),
    (1.0, _binary(0.9)),
    (1 + KL_OF_THE_COIN,),
    (1 + KL_OF_THE_COIN, KL_OF_THE_COIN),
    (SHARED, _binary(0.45)),
    (1 - _binary(0.2), 1 - _binary(0.2)),
    (4.0,),
    (1 + KL_OF_THE_COIN, 1.0, KL_OF_THE_COIN),
)


def test_the_eight_ideas_come_in_the_order_of_the_chapters():
    assert [idea.title for idea in chapter_0.IDEAS] == [
        "Surprise",
        "Entropy",
        "Cross-entropy",
        "KL divergence",
        "Mutual information",
        "Information bottleneck",
        "Modern AI",
        "The complete picture",
    ]
    assert len(chapter_0.IDEAS) == len(chapter_0.PICTOGRAMS) == len(chapter_0.STRIP_LABELS)


@pytest.mark.parametrize(("step", "numbers"), list(enumerate(WORKED_OUT, start=1)))
def test_every_cards_number_is_the_one_worked_out_by_hand(step, numbers):
    shown = chapter_0.COURSE_MAP.compute(step=step).number
    assert [word.strip(",") for word in shown.split() if len(word.strip(",").partition(".")[2]) == 3] == [
        f"{number:.3f}" for number in numbers
    ]


@pytest.mark.parametrize("step", range(1, 9))
def test_a_reader_who_cannot_see_the_card_is_told_all_of_it(step):
    course_map = explore.course_map()
    course_map.step = step
    idea = chapter_0.IDEAS[step - 1]
    number = chapter_0.COURSE_MAP.compute(step=step).number
    assert course_map.readout.startswith(f"Step {step} of 8: {idea.title}. {idea.promise} ")
    for part in (idea.title, idea.promise, idea.analogy, idea.formula, number[1:], idea.world, idea.ml):
        assert part in course_map.alt


@pytest.mark.parametrize("step", range(1, 9))
def test_ring_and_pointer_mark_the_step_that_the_card_tells(step):
    course_map = explore.course_map()
    course_map.step = step
    artists = course_map._painter.scene.artists
    assert artists.ring.get_center()[0] == step - 1
    assert artists.pointer.get_xy()[:, 0].mean() == pytest.approx(step - 1, abs=0.1)
    assert artists.title.get_text() == f"{step}  {chapter_0.IDEAS[step - 1].title}"
    assert artists.rows["formula"].get_text() == chapter_0.IDEAS[step - 1].formula


def test_the_map_begins_at_the_first_step():
    assert explore.course_map().readout == (
        "Step 1 of 8: Surprise. Rare news is big news. Ten heads in a row: 10.000 bits."
    )
