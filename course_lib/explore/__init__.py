"""Sliders: one function for each demo, named by what the learner moves.

Every function returns an `Explorer`. Its controls are attributes (`demo.p = 0.25` moves the slider),
and `demo.readout` is the sentence beneath them.
"""

from course_lib.explore import chapter_0, chapter_1, chapter_2
from course_lib.explore.engine import Demo, Explorer

__all__ = ["DEMOS", "Demo", "Explorer"]


def course_map() -> Explorer:
    """D0.1: the eight ideas of the course, one step each."""
    return Explorer(chapter_0.COURSE_MAP)


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


def shape_a_distribution() -> Explorer:
    """D2.1: what each outcome adds to the entropy, and where it peaks."""
    return Explorer(chapter_2.SHAPE_A_DISTRIBUTION)


def coin_blocks() -> Explorer:
    """D2.2: Huffman codes for blocks of flips, from one bit per flip down towards the entropy."""
    return Explorer(chapter_2.COIN_BLOCKS)


def split_explorer() -> Explorer:
    """D2.3: how many bits about a diagnosis one threshold gives."""
    return Explorer(chapter_2.split_explorer())


def small_sample_entropy() -> Explorer:
    """D2.4: why entropies estimated from few samples are too low."""
    return Explorer(chapter_2.SMALL_SAMPLE_ENTROPY)


# Number in the course to the function that shows the demo.
DEMOS = {
    "D0.1": course_map,
    "D1.1": surprise_dial,
    "D1.2": ruler_audition,
    "D1.3": evidence_line,
    "D1.4": submarine,
    "D2.1": shape_a_distribution,
    "D2.2": coin_blocks,
    "D2.3": split_explorer,
    "D2.4": small_sample_entropy,
}
