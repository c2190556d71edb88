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


def ruler_audition() -> Explorer:
    """D1.2: which ruler for surprise adds up for independent events."""
    return Explorer(chapter_1.RULER_AUDITION)


def evidence_line() -> Explorer:
    """D1.3: positive tests as equal steps along a line of log-odds."""
    return Explorer(chapter_1.EVIDENCE_LINE)


def submarine() -> Explorer:
    """D1.4: how the misses and the hit share six bits."""
    return Explorer(chapter_1.SUBMARINE)


# Number in the course to the function that shows the demo.
DEMOS = {
    "D1.1": surprise_dial,
    "D1.2": ruler_audition,
    "D1.3": evidence_line,
    "D1.4": submarine,
}
