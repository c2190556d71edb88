"""The material, and every number the first two chapters print about it."""

import bz2
import lzma
import math
import subprocess
import sys
import zlib
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

from course_lib import datasets
from course_lib.codes import AdaptiveModel, arithmetic_decode, arithmetic_encode, code_lengths
from course_lib.datasets import (
    binary_digits,
    breast_cancer,
    course_passage,
    delivery_table,
    docs_wordle_words,
    j3_table,
    letters_only,
    python_text,
    zen_of_python,
)
from course_lib.language.ngram import ALPHABET, adaptive_surprisals
from course_lib.measures import entropy, information_gain, surprisal


def printed(value, reference, *, elsewhere):
    """Expect the printed value: to its digits on the text of Python 3.11.7, else within `elsewhere`."""
    digits = len(repr(value).split(".")[1])
    return pytest.approx(value, abs=0.55 * 10**-digits if reference else elsewhere)


# --- texts --------------------------------------------------------------------------------------------


def test_the_rule_for_the_long_text_keeps_each_paragraph_once(monkeypatch):
    # Oracle: a tiny set of topics worked out by hand.
    import pydoc_data.topics

    topics = {"b": "\nsecond\n   twice  here\n \t\nThird!\n\n", "a": "First 1\n\ntwice\nhere\n\n\n\n  "}
    monkeypatch.setattr(pydoc_data.topics, "topics", topics)
    text = python_text.__wrapped__()
    assert text.raw == "First 1\n\ntwice\nhere\n\nsecond\n   twice  here\n\nThird!"
    assert text.letters == "first twice here second twice here third"
    assert (text.n_topics, text.n_paragraphs, text.n_paragraphs_kept) == (2, 4, 4)
    topics["c"] = "twice   here\n\nnew"
    again = python_text.__wrapped__()
    assert again.raw == text.raw + "\n\nnew"
    assert (again.n_paragraphs, again.n_paragraphs_kept) == (6, 5)


def test_the_reference_text_is_recognised_by_its_hash():
    text = python_text()
    assert text is python_text()
    assert set(text.letters) == set(ALPHABET)
    assert text.letters == " ".join(text.letters.split())
    if sys.version_info[:3] == (3, 11, 7):
        assert text.is_reference
    if text.is_reference:
        assert (text.n_topics, text.n_paragraphs, text.n_paragraphs_kept) == (79, 2608, 2071)
        assert (len(text.raw), len(text.letters)) == (373_102, 300_074)
        assert text.sha256.startswith("44f9a8e0809612e8")
    else:
        assert not text.sha256.startswith("44f9a8e0809612e8")
        assert 250_000 < len(text.letters) < 500_000


def test_letters_only_keeps_27_symbols():
    assert letters_only("  Über-Größe: 3 Äpfel\n") == "ber gr e pfel"
    assert letters_only("123") == ""


def test_the_zen_of_python_is_returned_and_not_printed():
    code = "from course_lib.datasets import zen_of_python as z; print(len(z()), z()[:30])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "856 The Zen of Python, by Tim Pete\n"
    assert zen_of_python().endswith("let's do more of those!")


def test_the_passage_is_plain_prose_of_about_400_characters():
    assert 380 <= len(course_passage()) <= 420
    assert course_passage().isascii()
    assert len(letters_only(course_passage()).split()) == 78


# --- tables -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [delivery_table(), j3_table()])
def test_joint_tables_sum_to_one_have_names_and_cannot_be_changed(table):
    assert table.joint.sum() == pytest.approx(1, abs=1e-15)
    assert table.joint.shape == (len(table.rows), len(table.columns))
    with pytest.raises(ValueError, match="read-only"):
        table.joint[0, 0] = 0


def test_the_exercise_table_punishes_forgotten_weights_and_the_delivery_table_does_not():
    def plain_and_weighted(joint):
        rows = entropy(joint, normalize=True)
        return rows.mean(), joint.sum(axis=1) @ rows

    plain, weighted = plain_and_weighted(delivery_table().joint)
    assert plain == pytest.approx(weighted, abs=1e-12)
    plain, weighted = plain_and_weighted(j3_table().joint)
    assert (plain, weighted) == (pytest.approx(1.1383, abs=5e-5), pytest.approx(1.0219, abs=5e-5))


# --- numbers of the long text -------------------------------------------------------------------------


def test_the_surprise_of_letters():
    text = python_text()
    letters = text.letters
    share = {symbol: count / len(letters) for symbol, count in Counter(letters).items()}
    stated = {" ": 2.549, "e": 3.183, "t": 3.535, "j": 8.560, "q": 9.443, "z": 10.401, "u": 5.392}
    for symbol, bits in stated.items():
        assert surprisal(share[symbol]) == printed(bits, text.is_reference, elsewhere=0.3)
    after_q = letters.count("qu") / letters.count("q")
    assert surprisal(after_q) == printed(0.072, text.is_reference, elsewhere=0.05)
    h_after_t = letters.count("th") / letters.count("t")
    assert h_after_t == printed(0.2487, text.is_reference, elsewhere=0.01)


def test_the_surprise_of_words():
    text = python_text()
    words = text.letters.split()
    count, pairs = Counter(words), Counter(pairwise(words))
    assert surprisal(count["the"] / len(words)) == printed(3.818, text.is_reference, elsewhere=0.1)
    for before, bits in (("in", 1.731), ("of", 1.588)):
        follows = pairs[before, "the"] / count[before]
        assert surprisal(follows) == printed(bits, text.is_reference, elsewhere=0.2)
    assert surprisal(count["platypus"] / len(words)) == math.inf
    unseen = 1 / (len(words) + len(count) + 1)
    assert surprisal(unseen) == printed(15.73, text.is_reference, elsewhere=0.1)


def test_the_price_of_the_platypus_sentence():
    text = python_text()
    share = {symbol: count / len(text.letters) for symbol, count in Counter(text.letters).items()}
    sentence = "the platypus sat on the mat"
    bits = surprisal([share[symbol] for symbol in sentence]).sum()
    assert len(sentence) == 27
    assert bits == printed(108.42, text.is_reference, elsewhere=2)
    assert 27 * math.log2(27) == pytest.approx(128.38, abs=0.005)


def test_order_0_entropy_and_its_huffman_code():
    text = python_text()
    counts = np.array([text.letters.count(symbol) for symbol in ALPHABET])
    order_0 = entropy(counts, normalize=True)
    huffman = counts @ code_lengths(counts, normalize=True) / counts.sum()
    assert order_0 == printed(4.0997, text.is_reference, elsewhere=0.025)
    assert huffman == printed(4.1300, text.is_reference, elsewhere=0.025)
    assert order_0 / huffman == printed(0.993, text.is_reference, elsewhere=0.005)
    assert order_0 < huffman < math.log2(27)


def test_the_arithmetic_coder_writes_20_000_letters_at_two_bits_over_their_surprise():
    text = python_text()
    letters = text.letters[:20_000]
    symbols = [ALPHABET.index(symbol) for symbol in letters]
    bits = arithmetic_encode(symbols, AdaptiveModel(27))
    surprise = adaptive_surprisals(letters, 0, pseudo_count=1).sum()
    assert arithmetic_decode(bits, 20_000, AdaptiveModel(27)) == symbols
    assert surprise <= len(bits) <= surprise + 2
    if text.is_reference:
        assert len(bits) == 81_372
        assert surprise == pytest.approx(81_370.88, abs=0.005)


def test_the_packers_of_the_league():
    text = python_text()
    data = text.letters.encode()
    packed = {
        "zlib": len(zlib.compress(data, 9)),
        "bz2": len(bz2.compress(data)),
        "lzma": len(lzma.compress(data)),
    }
    for name, stated in {"zlib": 2.138, "bz2": 1.701, "lzma": 1.817}.items():
        # The libraries' own versions move the last digit.
        assert 8 * packed[name] / len(data) == pytest.approx(stated, abs=0.005 if text.is_reference else 0.03)
    assert packed["bz2"] < packed["lzma"] < packed["zlib"]


def wordle_answer(guess, secret):
    """Oracle: green marks first, then yellow for letters still unmatched."""
    answer = ["green" if g == s else "grey" for g, s in zip(guess, secret, strict=True)]
    left = Counter(s for g, s in zip(guess, secret, strict=True) if g != s)
    for i, letter in enumerate(guess):
        if answer[i] == "grey" and left[letter]:
            answer[i] = "yellow"
            left[letter] -= 1
    return tuple(answer)


def test_docs_wordle_is_exactly_8_bits_and_raise_is_its_best_opener():
    words = docs_wordle_words()
    assert len(set(words)) == 256
    assert surprisal(1 / len(words)) == 8.0
    answers = {guess: Counter(wordle_answer(guess, secret) for secret in words) for guess in words}
    bits = {guess: entropy(list(counts.values()), normalize=True) for guess, counts in answers.items()}
    assert max(bits, key=bits.get) == "raise"
    reference = python_text().is_reference
    assert bits["raise"] == printed(5.744, reference, elsewhere=0.1)
    assert bits["which"] == printed(3.177, reference, elsewhere=0.2)
    if reference:
        assert bits["least"] == pytest.approx(5.711, abs=5e-4)
        assert (len(answers["raise"]), max(answers["raise"].values()), len(answers["least"])) == (78, 14, 82)
        assert max(answers["which"].values()) == 107
        frequency = Counter(word for word in python_text().letters.split() if len(word) == 5)
        assert sum(frequency[word] >= 2 for word in words) == 252


def test_wordle_words_can_come_from_another_text():
    assert docs_wordle_words("apple grape apple melon fig") == ["apple", "grape", "melon"]


# --- digits and tumours -------------------------------------------------------------------------------


def test_a_pixel_of_8_is_ink():
    digits = binary_digits()
    raw = datasets.binary_digits.__wrapped__()
    assert digits.pixels.shape == (1797, 64) and set(np.unique(raw.pixels)) == {0, 1}
    assert digits.pixels[load_digits().data == 8].all()
    assert not digits.pixels[load_digits().data == 7].any()
    with pytest.raises(ValueError, match="read-only"):
        digits.pixels[0, 0] = 1


def test_the_most_and_least_surprising_digits():
    pixels, labels = binary_digits()
    bits = np.zeros(len(labels))
    for digit in range(10):
        mine = labels == digit
        ink = (pixels[mine].sum(axis=0) + 1) / (mine.sum() + 2)
        bits[mine] = surprisal(np.where(pixels[mine] == 1, ink, 1 - ink)).sum(axis=1)
    assert bits.mean() == pytest.approx(25.91, abs=0.005)
    assert bits.min() == pytest.approx(10.35, abs=0.005)
    assert bits[166] == pytest.approx(bits[694], abs=1e-9) == bits.min()
    assert (pixels[166] == pixels[694]).all() and labels[166] == 0
    last = np.argsort(bits)[:-4:-1]
    assert last.tolist() == [1660, 1495, 1662] and labels[last].tolist() == [4, 1, 9]
    assert bits[last] == pytest.approx([76.96, 75.7, 62.7], abs=0.05)


def test_pixel_and_label_entropies():
    grey = load_digits().data.astype(int)  # 17 levels of ink
    per_pixel = np.array([entropy(np.bincount(column), normalize=True) for column in grey.T])
    assert per_pixel.sum() == pytest.approx(154.4, abs=0.05)
    assert 64 * math.log2(17) == pytest.approx(261.6, abs=0.05)
    assert np.flatnonzero(per_pixel == 0).tolist() == [0, 32, 39]
    assert entropy(np.bincount(load_digits().target), normalize=True) == pytest.approx(3.3218, abs=5e-5)
    assert entropy(np.bincount(load_wine().target), normalize=True) == pytest.approx(1.5668, abs=5e-5)
    assert entropy(np.bincount(load_iris().target), normalize=True) == pytest.approx(1.5850, abs=5e-5)


def gains(values, is_benign):
    """Information gain of every midpoint between observed values."""
    levels = np.unique(values)
    parent = [np.sum(~is_benign), np.sum(is_benign)]
    for threshold in (levels[1:] + levels[:-1]) / 2:
        left = values <= threshold
        children = [[np.sum(~is_benign & side), np.sum(is_benign & side)] for side in (left, ~left)]
        yield information_gain(parent, children), threshold, children


def test_the_best_first_question_about_a_tumour_is_scikit_learns_root():
    features, is_benign, names = breast_cancer()
    best = {name: max(gains(features[:, names.index(name)], is_benign))[0] for name in FEATURES}
    for name, stated in FEATURES.items():
        assert best[name] == pytest.approx(stated, abs=5e-5)
    gain, threshold, children = max(gains(features[:, names.index("worst perimeter")], is_benign))
    tree = DecisionTreeClassifier(criterion="entropy", max_depth=1, random_state=0).fit(features, is_benign)
    parent, left, right = tree.tree_.impurity
    assert names[tree.tree_.feature[0]] == "worst perimeter"
    assert tree.tree_.threshold[0] == pytest.approx(threshold, abs=1e-5)
    assert threshold == pytest.approx(105.95, abs=1e-9)
    assert (parent, left, right) == pytest.approx((0.95264, 0.28331, 0.55597), abs=5e-6)
    weights = tree.tree_.weighted_n_node_samples
    assert weights.tolist() == [569, 345, 224] == [569, *np.sum(children, axis=1).tolist()]
    by_hand = parent - (weights[1] * left + weights[2] * right) / weights[0]
    assert gain == pytest.approx(by_hand, abs=1e-9)
    assert children[0][1] / 345 == pytest.approx(0.951, abs=5e-4)
    assert children[1][1] / 224 == pytest.approx(0.129, abs=5e-4)


FEATURES = {
    "worst perimeter": 0.56199,
    "worst radius": 0.5619,
    "worst area": 0.5602,
    "worst concave points": 0.5491,
    "smoothness error": 0.0135,
}


def test_an_id_column_gains_everything_and_teaches_nothing():
    is_benign = breast_cancer().is_benign
    children = np.stack([~is_benign, is_benign], axis=1).astype(int)
    gain = information_gain(children.sum(axis=0), children)
    assert gain == pytest.approx(0.9526, abs=5e-5)


def test_the_tumour_data_cannot_be_changed():
    data = breast_cancer()
    assert data.features.shape == (569, 30) and data.is_benign.sum() == 357
    with pytest.raises(ValueError, match="read-only"):
        data.features[0, 0] = 0


def test_the_digits_are_cut_into_a_half_and_two_quarters_each_with_equal_shares_of_all_ten():
    # Oracle: scikit-learn's table itself, whose rows must come back, each in exactly one part.
    parts = datasets.digits_split()
    assert [part.pixels.shape for part in parts] == [(898, 64), (449, 64), (450, 64)]
    whole = load_digits()
    rows = sorted((*row, label) for row, label in zip(whole.data.tolist(), whole.target, strict=True))
    returned = sorted(
        (*row, label)
        for part in parts
        for row, label in zip((16 * part.pixels).tolist(), part.labels, strict=True)
    )
    assert returned == rows
    shares = np.bincount(whole.target) / len(whole.target)
    for part in parts:
        assert np.abs(np.bincount(part.labels) - shares * len(part.labels)).max() <= 1


def test_the_cut_of_the_digits_is_the_one_that_random_state_0_makes():
    # Oracle: the two lines a learner would write with scikit-learn.
    pixels, labels = load_digits(return_X_y=True)
    train, rest, _, rest_labels = train_test_split(
        pixels / 16, labels, test_size=0.5, stratify=labels, random_state=0
    )
    validation, test, _, test_labels = train_test_split(
        rest, rest_labels, test_size=0.5, stratify=rest_labels, random_state=0
    )
    parts = datasets.digits_split()
    for part, by_hand in zip(parts, (train, validation, test), strict=True):
        assert np.array_equal(part.pixels, by_hand)
    assert np.array_equal(parts.test.labels, test_labels)
    assert not any(array.flags.writeable for part in parts for array in part)
