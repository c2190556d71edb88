"""Same number, different doors: equal where they must be, close where there is chance, and right."""

import math

import numpy as np
import pytest

from course_lib import records
from course_lib.doors import same_number_doors, same_numbers
from course_lib.tables import Table

NUMBERS = same_numbers()


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.doors[0].name[:30])
def test_every_door_leads_to_the_same_number(number):
    assert number.apart <= number.within
    assert len(number.doors) >= 2 and len({door.name for door in number.doors}) == len(number.doors)


def coin(p):
    return -p * math.log2(p) - (1 - p) * math.log2(1 - p)


def value(words):
    (number,) = [number for number in NUMBERS if words in number.doors[0].name]
    return number.doors[0].value


def test_the_numbers_themselves_by_hand():
    """Oracles: written out; for the split, the course's figure, as scikit-learn may change its ties."""
    to_the_middle = sum(p * math.log2(2 * p / (p + q)) for p, q in ((0.5, 0.2), (0.3, 0.3), (0.2, 0.5)))
    assert value("Jensen") == pytest.approx(to_the_middle)  # the other half is its mirror image
    assert value("Kelly") == pytest.approx(1 - coin(0.4)) == pytest.approx(0.0290, abs=5e-5)
    assert value("Jensen") == pytest.approx(0.0958, abs=5e-5)
    assert value("best first question") == pytest.approx(0.5620, abs=5e-4)


def test_the_ceiling_is_the_surprise_of_the_recorded_praise():
    """Oracle: the ten log-probabilities of the record, added up by hand."""
    stored = records.load("language_prompts")
    row = stored["log_probs"][list(stored["prompts"]).index("The movie was")].astype(float)
    praise = sum(math.exp(row[i]) for i in stored["praise_ids"]) / np.exp(row).sum()
    assert value("steering") == pytest.approx(-math.log2(praise), abs=1e-6)


def test_a_collapsed_autoencoder_and_independent_pixels_differ_by_chance_only():
    """The three runs of the record differ from each other by about as much."""
    stored = records.load("digits_autoencoder")
    bills = stored["reconstruction"][:, -1] + stored["rate"][:, -1]
    assert abs(bills.mean() - float(stored["independent_pixels"])) < 0.1
    assert stored["rate"][:, -1].max() < 0.01


def test_the_table_shows_each_value_once_for_every_door():
    table = same_number_doors()
    assert isinstance(table, Table) and len(table.rows) == len(NUMBERS) == 6
    for (names, computed, why), number in zip(table.rows, NUMBERS, strict=True):
        assert all(door.name in names for door in number.doors)
        signs = computed.count(" = ") + computed.count(" ≈ ")
        assert signs == len(number.doors) - 1 and computed.endswith(number.unit)
        assert ("≈" in computed) == (number.within > 1e-6)
        assert why == number.why
