"""Labels of every kind get numbers; what is no label is refused."""

import re
from fractions import Fraction

import numpy as np
import pytest

from course_lib.labels import as_labels

pytestmark = pytest.mark.filterwarnings("error")

SAMPLES = {
    "text": ["b", "a", "b", "c"],
    "whole numbers": [7, -3, 7, 9],
    "far apart": [10**15, -(10**15), 10**15, 3],
    "bytes": np.array([250, 3, 250, 9], dtype=np.uint8),
    "large unsigned": np.array([2**63 + 5, 1, 2**63 + 5, 2], dtype=np.uint64),
    "True and False and True": np.array([True, False, True, True]),
    "whole floats": [1.0, 2.0, 1.0, 3.0],
    "shares that repeat": [0.25, 0.5, 0.25, 0.75],
    "fractions": [Fraction(1, 3), Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)],
    "a mixture": np.array(["a", 1, "a", (2, 3)], dtype=object),
    "rows of text": [["a", "b"], ["a", "c"], ["a", "b"], ["b", "b"]],
    "rows of numbers": [[1, 2], [2, 1], [1, 2], [3, 3]],
    "rows of far numbers": [[10**12, 2], [2, 10**12], [10**12, 2], [3, 3]],
}


@pytest.mark.parametrize("labels", SAMPLES.values(), ids=SAMPLES.keys())
def test_the_same_label_gets_the_same_number_and_another_one_another(labels):
    codes, size = as_labels(labels)
    rows = [tuple(row) if np.ndim(labels) == 2 else row for row in labels]
    equal = np.array([[bool(a == b) for b in rows] for a in rows])
    assert ((codes[:, None] == codes) == equal).all()
    assert codes.dtype == np.int64 and codes.min() >= 0 and codes.max() < size


def test_many_columns_do_not_overflow():
    # 30 columns of 1,000 numbers would need 300 bits as one product.
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 1000, (500, 30))
    rows[250:] = rows[:250]
    codes, size = as_labels(rows)
    assert (codes[:250] == codes[250:]).all() and len(set(codes.tolist())) == 250
    assert size * size < 2**62


def test_the_labels_stay_as_they_were():
    labels = np.array([3, 1, 2])
    codes, _ = as_labels(labels)
    codes += 1
    assert labels.tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([], "labels has shape (0,); give one label, or one row of them, per sample."),
        (3, "labels has shape ()"),
        (np.zeros((2, 2, 2)), "labels has shape (2, 2, 2)"),
        ([[1, 2], [3]], "labels is ragged"),
        ([1.0, np.nan], "labels[1] is nan; drop such samples"),
        (["a", None], "labels[1] is None; drop such samples, or give them a label of their own."),
        (np.array(["a", np.nan], dtype=object), "labels[1] is nan; drop such samples"),
        ([0.1, 0.2, 0.3], 'For measurements use method="binned" or method="ksg".'),
        (np.ma.masked_array([1, 2], [False, True]), "labels has masked entries"),
    ],
)
def test_what_is_no_label_is_refused(labels, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        as_labels(labels)
