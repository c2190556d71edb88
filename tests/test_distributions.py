"""What counts as a probability vector or joint table, and how a mistake is explained."""

import decimal
import fractions
import re

import numpy as np
import pandas as pd
import pytest

from course_lib.distributions import (
    UNITS,
    as_joint,
    as_numbers,
    as_pmf,
    as_probabilities,
    in_unit,
    logarithm,
)


@pytest.mark.parametrize(
    "p",
    [
        [0.5, 0.25, 0.25],
        (0.5, 0.25, 0.25),
        np.array([0.5, 0.25, 0.25], dtype=np.float32),
        np.array([0.5, 0.25, 0.25], dtype=np.float16),
        pd.Series([0.5, 0.25, 0.25], index=["x", "y", "z"]),
        [fractions.Fraction(1, 2), fractions.Fraction(1, 4), fractions.Fraction(1, 4)],
        [decimal.Decimal("0.5"), decimal.Decimal("0.25"), decimal.Decimal("0.25")],
        np.array([0.5, 0.25, 0.25], dtype=object),
    ],
    ids=["list", "tuple", "float32", "float16", "Series", "Fraction", "Decimal", "object"],
)
def test_any_sequence_of_real_numbers_is_a_pmf_in_float64(p):
    # Oracle: dyadic numbers are exact in every one of these types.
    result = as_pmf(p)
    assert result.dtype == np.float64
    assert result.tolist() == [0.5, 0.25, 0.25]


BAD = {
    "above one": ([0.5, 0.6], "p sums to 1.1000, not 1. If these are counts, pass normalize=True."),
    "counts": ([2, 1, 1], "p sums to 4, not 1. If these are counts, pass normalize=True."),
    "all zero": ([0, 0], "p sums to 0, not 1."),
    "nearly one": ([0.5, 0.5 + 1e-7], "p sums to 1.0000001, not 1."),
    "second row": ([[0.5, 0.5], [0.5, 0.4]], "p sums to 0.9000 in row 1, not 1."),
    "worst row of three": ([[0.5, 0.5], [0.5, 0.4], [0.1, 0.1]], "p sums to 0.2000 in row 2, not 1."),
    "deep batch": ([[[0.5, 0.5], [0.3, 0.3]]], "p sums to 0.6000 in row 0, 1, not 1."),
    "negative": ([1.1, -0.1], "p[1] is -0.1; a probability cannot be negative."),
    "negative in a batch": ([[0.5, 0.5], [1.5, -0.5]], "p[1, 1] is -0.5; a probability cannot be negative."),
    "NaN": ([0.5, np.nan], "p[1] is nan; every entry must be a finite number."),
    "infinite": ([np.inf, 0.5], "p[0] is inf; every entry must be a finite number."),
    "two infinities": ([np.inf, -np.inf], "p[0] is inf; every entry must be a finite number."),
    "minus infinity": ([1.0, -np.inf], "p[1] is -inf; every entry must be a finite number."),
    "NaN beside a negative": ([-0.5, np.nan], "p[1] is nan; every entry must be a finite number."),
    "too large": ([1e308] * 3, "the entries of p are too large to add up."),
    "empty": ([], "p is empty; a distribution needs at least one outcome."),
    "empty rows": (np.zeros((3, 0)), "p is empty; a distribution needs at least one outcome."),
    "single number": (0.5, "p is a single number; a distribution needs one probability per outcome."),
    "text": ("0.5", "p holds text, not numbers."),
    "list of text": (["0.5", "0.5"], "p holds text, not numbers."),
    "None": (None, "p holds None, which is not a number."),
    "None inside": ([0.5, None], "p holds None, which is not a number."),
    "True and False": ([True, False], "p holds True/False values, not numbers."),
    "True among objects": (np.array([True, 0.0], dtype=object), "p holds True, which is not a number."),
    "complex": ([0.5 + 0j, 0.5], "p holds complex numbers, not numbers."),
    "dictionary": ({"a": 0.5, "b": 0.5}, "p is a dictionary; pass its probabilities, list(p.values())."),
    "ragged": ([[0.5, 0.5], [1.0]], "p is ragged: all its rows must have the same length."),
    "dates": (np.array(["2020-01-01"], dtype="M8[D]"), "p holds datetime64[D], not numbers."),
    "masked": (np.ma.masked_array([0.5, 0.5], [0, 1]), "p has masked entries; fill them or drop them first."),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("p", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_pmf_is_refused_with_a_sentence_naming_the_offence(p, sentence):
    # Oracle: the sentence written out. Warnings count as failures: the error must be the only message.
    with pytest.raises(ValueError, match=re.escape(sentence)):
        as_pmf(p)


def test_the_offending_row_is_named_along_whichever_axis_holds_the_outcomes():
    with pytest.raises(ValueError, match=r"q sums to 0\.6000 at position 1 \(outcomes along axis 0\), not 1"):
        as_pmf([[0.5, 0.3], [0.5, 0.3]], axis=0, name="q")


def test_an_axis_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        as_pmf([0.5, 0.5], axis=2)


@pytest.mark.parametrize(
    ("dtype", "off", "accepted"),
    [
        (np.float64, 9e-10, True),
        (np.float64, 2e-9, False),
        (np.float32, 9e-7, True),
        (np.float32, 2e-6, False),
    ],
)
def test_the_sum_may_be_off_by_the_round_off_of_the_input_and_no_more(dtype, off, accepted):
    p = np.array([0.5, 0.5 + off], dtype=dtype)
    if accepted:
        assert as_pmf(p).shape == (2,)
    else:
        with pytest.raises(ValueError, match="not 1"):
            as_pmf(p)


def test_negative_round_off_becomes_zero_but_a_negative_number_does_not():
    assert as_pmf([1.0, -1e-17]).tolist() == [1.0, 0.0]
    with pytest.raises(ValueError, match=r"p\[1\] is -1e-11"):
        as_pmf([1.0, -1e-11])


def test_normalizing_divides_by_the_total_of_each_row():
    assert as_pmf([[2, 1, 1], [0, 0, 5]], normalize=True).tolist() == [[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]
    assert as_pmf([[3, 0], [1, 1]], axis=0, normalize=True).tolist() == [[0.75, 0.0], [0.25, 1.0]]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([0, 0], "p sums to 0; with nothing counted"),
        ([[1, 1], [0, 0]], "p sums to 0 in row 1; with nothing counted"),
        ([2, -1], "p[1] is -1; a count cannot be negative."),
        ([2, np.nan], "p[1] is nan"),
    ],
)
def test_normalizing_does_not_excuse_bad_counts(counts, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        as_pmf(counts, normalize=True)


def test_the_argument_is_never_changed_and_the_result_cannot_be_written_to():
    p = np.array([1.0, -1e-17])
    before = p.copy()
    result = as_pmf(p)
    assert (p == before).all() and np.signbit(p[1])
    assert p.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        result[0] = 0.0


def test_a_joint_table_sums_to_one_as_a_whole():
    assert as_joint([[1, 1], [2, 4]], normalize=True).tolist() == [[0.125, 0.125], [0.25, 0.5]]
    with pytest.raises(ValueError, match=r"joint sums to 1\.1000, not 1"):
        as_joint([[0.5, 0.2], [0.2, 0.2]])


def test_rows_that_each_sum_to_one_are_recognised_as_conditional_probabilities():
    with pytest.raises(ValueError, match=r"every row of joint sums to 1.*p\(y\|x\)"):
        as_joint([[0.5, 0.5], [0.1, 0.9]])


@pytest.mark.parametrize(
    ("joint", "sentence"),
    [
        ([0.5, 0.5], "joint has 1 axes; a joint table needs rows for X and columns for Y."),
        (np.zeros((0, 2)), "joint is empty"),
        ([[1.2, -0.2], [0.0, 0.0]], "is -0.2; a probability cannot be negative."),
        ([[0, 0], [0, 0]], "joint sums to 0"),
    ],
)
def test_a_bad_joint_table_is_refused(joint, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        as_joint(joint)


def test_a_cell_of_a_joint_table_is_named_by_row_and_column():
    with pytest.raises(ValueError, match=re.escape("joint[1, 0] is -0.2")):
        as_joint([[1.2, 0.0], [-0.2, 0.0]])


def test_separate_probabilities_lie_between_zero_and_one():
    assert as_probabilities([0.2, 0.2]).tolist() == [0.2, 0.2]
    assert as_probabilities(1.0 + 1e-12) == 1.0
    for bad, sentence in [
        (1.2, "p is 1.2; a probability cannot be above 1."),
        (-0.1, "p is -0.1"),
        (np.nan, "nan"),
    ]:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            as_probabilities(bad)


def test_plain_numbers_may_be_negative_but_must_be_finite():
    assert as_numbers([-1, 2.5]).tolist() == [-1.0, 2.5]
    with pytest.raises(ValueError, match=re.escape("x[1] is inf")):
        as_numbers([1, np.inf], name="x")


def test_one_nat_is_1_442695_bits_and_one_hartley_3_321928_bits():
    # Oracle: the constants of the unit policy, as decimals of 1/ln 2 and log2 10.
    assert in_unit(1.0, "bits") == pytest.approx(1.4426950408889634, abs=1e-15)
    assert UNITS["hartleys"] / UNITS["bits"] == pytest.approx(3.321928094887362, abs=1e-15)
    assert in_unit(1.0, "nats") == 1.0
    assert in_unit(np.array([2.302585092994046, 0.0]), "hartleys") == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize("unit", ["bit", "BITS", "", None, 2, ["bits"]])
def test_an_unknown_unit_is_answered_with_the_three_that_exist(unit):
    for function in (lambda: in_unit(1.0, unit), lambda: logarithm(unit)):
        with pytest.raises(ValueError, match=r'unit must be "bits", "nats" or "hartleys", not '):
            function()
