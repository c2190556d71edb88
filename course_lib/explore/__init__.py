"""Sliders: one function for each demo, named by what the learner moves.

Every function returns an `Explorer`. Its controls are attributes (`demo.p = 0.25` moves the slider),
and `demo.readout` is the sentence beneath them.
"""

from course_lib.explore import chapter_1
from course_lib.explore.engine import Demo, Explorer

__all__ = ["DEMOS", "Demo", "Explorer"]


def surprise_dial() -> Explorer:
    """D1.1: the surprise of a probability, in three units."""
    return Explorer(chapter_1.SURPRISE_DIAL)


# Number in the course to the function that shows the demo.
DEMOS = {
    "D1.1": surprise_dial,
}
