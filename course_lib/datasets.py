"""The material the course works on: joint tables, texts every learner already has, digits, tumours."""

import codecs
import contextlib
import hashlib
import io
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_lib.distributions import FloatArray

#: Start of the SHA-256 of the letters of Python 3.11.7, the text the course's numbers were measured on.
REFERENCE_LETTERS_SHA256 = "44f9a8e0809612e8"

_PASSAGE = (
    "Before sunrise the baker weighs flour, water, salt and patience. She folds the dough four times, "
    "sets it near the warm oven, and lets the room fill with the smell of last night's rye. By seven there "
    "is a queue: two nurses going home, a boy with exact change, the postman, who always asks what is new "
    "and always buys the same loaf. Once, on a grey Tuesday, he asked for figs. The whole queue turned round."
)


class JointTable(NamedTuple):
    """A joint probability table with the names of its rows (X) and columns (Y)."""

    joint: FloatArray
    rows: tuple[str, ...]
    columns: tuple[str, ...]


def delivery_table() -> JointTable:
    """Time of day against speed of a bicycle courier; both times of day are equally common.

    Examples
    --------
    >>> delivery_table().joint.tolist()
    [[0.35, 0.15], [0.1, 0.4]]
    """
    return JointTable(_constant([[0.35, 0.15], [0.10, 0.40]]), ("morning", "evening"), ("fast", "slow"))


def j3_table() -> JointTable:
    """The table of the exercises, J3: its rows are not equally likely, so forgotten weights show.

    Examples
    --------
    >>> j3_table().joint.sum(axis=1).round(2).tolist()
    [0.25, 0.75]
    """
    return JointTable(_constant([[0.15, 0.05, 0.05], [0.05, 0.10, 0.60]]), ("0", "1"), ("a", "b", "c"))


@dataclass(frozen=True)
class PythonText:
    """The documentation that ships with the learner's own Python, as running text.

    Attributes
    ----------
    raw : str
        The paragraphs in order, each once, with a blank line between.
    letters : str
        `raw` reduced to 27 symbols, see `letters_only`.
    n_topics, n_paragraphs, n_paragraphs_kept : int
        How much there was, and how much is left once repeats are dropped.
    """

    raw: str
    letters: str
    n_topics: int
    n_paragraphs: int
    n_paragraphs_kept: int

    @property
    def sha256(self) -> str:
        """SHA-256 of the letters, in hexadecimal."""
        return hashlib.sha256(self.letters.encode()).hexdigest()

    @property
    def is_reference(self) -> bool:
        """Whether this is the text of Python 3.11.7, so that its numbers should agree to the last digit."""
        return self.sha256.startswith(REFERENCE_LETTERS_SHA256)


@cache
def python_text() -> PythonText:
    """Build the course's long text from the help topics inside the learner's Python.

    Repeated paragraphs are dropped: they would make every model look better than it is.

    Returns
    -------
    PythonText
        The same object at every call. It differs a little between Python versions.

    Examples
    --------
    >>> len(python_text().letters) > 250_000
    True
    """
    from pydoc_data.topics import topics

    paragraphs = [
        paragraph
        for key in sorted(topics)
        for paragraph in re.split(r"\n[ \t]*\n", topics[key])
        if paragraph.strip()
    ]
    # Two paragraphs are the same if they differ only in how their lines are broken; the first one stays.
    first: dict[str, str] = {}
    for paragraph in paragraphs:
        first.setdefault(" ".join(paragraph.split()), paragraph.strip("\n"))
    raw = "\n\n".join(first.values())
    return PythonText(raw, letters_only(raw), len(topics), len(paragraphs), len(first))


def letters_only(text: str) -> str:
    """Reduce a text to 27 symbols: lower-case a to z, every run of anything else one space, none at the ends.

    Examples
    --------
    >>> letters_only("Don't panic -- it's 42!")
    'don t panic it s'
    """
    return re.sub(r"[^a-z]+", " ", text.lower()).strip()


def zen_of_python() -> str:
    """Return the Zen of Python without printing it: a short text that is the same on every Python.

    Examples
    --------
    >>> zen_of_python().splitlines()[2]
    'Beautiful is better than ugly.'
    """
    with contextlib.redirect_stdout(io.StringIO()):  # the module recites itself when it is first imported
        import this
    return codecs.decode(this.s, "rot13")


def course_passage() -> str:
    """Return a short passage about a bakery, written for this course.

    Examples
    --------
    >>> course_passage().split(",")[0]
    'Before sunrise the baker weighs flour'
    """
    return _PASSAGE


def docs_wordle_words(letters: str | None = None) -> list[str]:
    """Return the 256 most frequent five-letter words of the Python text: exactly 8 bits to find one of them.

    Parameters
    ----------
    letters : str, optional
        Another text of 27 symbols to take the words from.

    Returns
    -------
    list of str
        Most frequent first, ties in order of first appearance.

    Examples
    --------
    >>> len(docs_wordle_words())
    256
    """
    words = (python_text().letters if letters is None else letters).split()
    return [word for word, _ in Counter(word for word in words if len(word) == 5).most_common(256)]


class BinaryDigits(NamedTuple):
    """Handwritten digits in black and white."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


@cache
def binary_digits() -> BinaryDigits:
    """Return scikit-learn's 1,797 digits with each of the 64 pixels made 1 where it is 8 or more of 16.

    Returns
    -------
    BinaryDigits
        ``pixels`` of shape (1797, 64), 0 or 1, and ``labels`` 0 to 9; read-only.

    Examples
    --------
    >>> binary_digits().pixels.shape
    (1797, 64)
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    pixels = (data.data >= 8).astype(np.uint8)
    labels = data.target.astype(np.int64)
    pixels.flags.writeable = labels.flags.writeable = False
    return BinaryDigits(pixels, labels)


class LabelledDigits(NamedTuple):
    """Handwritten digits: 64 grey pixels each, from 0 to 1, and which digit it is."""

    pixels: FloatArray
    labels: NDArray[np.int64]


class DigitsSplit(NamedTuple):
    """The digits in three parts: to train on, to choose by, and to judge by at the very end."""

    train: LabelledDigits
    validation: LabelledDigits
    test: LabelledDigits


@cache
def digits_split() -> DigitsSplit:
    """Return scikit-learn's 1,797 digits cut into halves for training, quarters for validation and test.

    Every part holds the ten digits in equal shares. The cut is always the same one: scikit-learn's
    stratified split with ``random_state=0``, twice; pixels are divided by 16.

    Returns
    -------
    DigitsSplit
        ``train`` of 898 digits, ``validation`` of 449 and ``test`` of 450, each with ``pixels`` of shape
        (n, 64) and ``labels`` 0 to 9; read-only.

    Examples
    --------
    >>> [len(part.labels) for part in digits_split()]
    [898, 449, 450]
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split  # its cut is the one that readers can repeat

    data = load_digits()
    pixels, labels = data.data / 16, data.target.astype(np.int64)
    train, rest = train_test_split(np.arange(len(labels)), test_size=0.5, stratify=labels, random_state=0)
    validation, test = train_test_split(rest, test_size=0.5, stratify=labels[rest], random_state=0)
    parts = [LabelledDigits(pixels[rows], labels[rows]) for rows in (train, validation, test)]
    for part in parts:
        part.pixels.flags.writeable = part.labels.flags.writeable = False
    return DigitsSplit(*parts)


class BreastCancer(NamedTuple):
    """Measurements of cell nuclei from 569 tumours, each benign or not."""

    features: FloatArray
    is_benign: NDArray[np.bool_]
    feature_names: tuple[str, ...]


@cache
def breast_cancer() -> BreastCancer:
    """Return scikit-learn's breast-cancer data: 569 tumours, 30 features, and whether each was benign.

    Examples
    --------
    >>> breast_cancer().features.shape, int(breast_cancer().is_benign.sum())
    ((569, 30), 357)
    """
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    features = data.data.astype(np.float64)
    is_benign = data.target == 1
    features.flags.writeable = is_benign.flags.writeable = False
    return BreastCancer(features, is_benign, tuple(str(name) for name in data.feature_names))


def _constant(values: list[list[float]]) -> FloatArray:
    array = np.array(values)
    array.flags.writeable = False
    return array
