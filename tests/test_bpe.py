"""The tokenizer: its rules on a toy vocabulary, and 81 texts as an independent implementation cuts them."""

import json

import pytest
from tiny_model import MERGES, real_model, vocabulary

from course_lib.language.bpe import Tokenizer, byte_letters, split_words
from course_lib.records import DATA

TOY = Tokenizer(vocabulary(), MERGES, special=[0])

#: Recorded from the library tokenizers, with the real model's vocabulary and merges; see its "about".
GOLDEN = json.loads((DATA / "language_tokens.json").read_text("utf-8"))


def names(text):
    return [TOY.token_bytes(token).decode() for token in TOY.encode(text)]


def test_every_byte_has_a_visible_letter_of_its_own():
    letters = byte_letters()
    assert sorted(letters) == list(range(256)) and len(set(letters.values())) == 256
    assert all(letter.isprintable() and not letter.isspace() for letter in letters.values())
    assert [letters[byte] for byte in b"aZ~"] == ["a", "Z", "~"]


def test_the_pair_learned_first_is_glued_first():
    # By hand: "th" is merge 0, "the" merge 1, " a" merge 2, "at" merge 3, so " at" gives " a" + "t".
    assert names("the") == ["the"]
    assert names("at at") == ["at", " a", "t"]
    assert names("tthh") == ["t", "th", "h"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat's 2nd life", ["The", " cat", "'s", " ", "2", "nd", " life"]),
        ("a  b   c", ["a", " ", " b", "  ", " c"]),
        ("x  7", ["x", "  ", "7"]),  # the digit is cut off first, so both spaces stay together
        ("½²Ⅳ٣", ["½", "²", "Ⅳ", "٣"]),
        ("五 apples", ["五", " apples"]),  # a letter to Unicode, although it means a number
        ("a_b, c!?", ["a", "_", "b", ",", " c", "!?"]),
        ("end \n", ["end", " \n"]),
        ("a\x1cb", ["a", "\x1c", "b"]),  # white space to Python, not to Unicode
        ("", []),
    ],
)
def test_words_are_cut_as_the_rules_say(text, words):
    assert split_words(text) == words


def test_nothing_is_lost_between_the_words():
    text = "".join(chr(c) for c in (*range(0xD800), *range(0xE000, 0x12000)))
    assert "".join(split_words(text)) == text


def test_every_text_comes_back_from_its_tokens():
    text = "Übermaß 🙂\t½ \r\n\x00\x1f the end"
    assert TOY.decode(TOY.encode(text)) == text


def test_bytes_that_are_no_text_are_shown_as_such():
    first, *rest = TOY.encode("é")
    assert (
        TOY.token_bytes(first) == b"\xc3" and TOY.decode([first]) == "�" and TOY.decode([first, *rest]) == "é"
    )


def test_special_tokens_cannot_be_typed_by_accident():
    assert 0 not in TOY.encode("<|endoftext|>")
    assert TOY.encode("a<|endoftext|>the", special=True) == [*TOY.encode("a"), 0, *TOY.encode("the")]
    assert TOY.encode("a<|endoftext|>", special=False) == TOY.encode("a<|endoftext|>")


def test_a_byte_without_a_token_is_the_unknown_token_and_no_error():
    few = Tokenizer(["<unknown>", "a"], [], special=[0], unknown=0)
    assert few.encode("aba") == [1, 0, 1]


def test_half_a_character_is_explained():
    with pytest.raises(ValueError, match="character 1 of the text"):
        TOY.encode("a\ud83d")


@pytest.mark.parametrize("token", [-1, 261])
def test_a_token_that_does_not_exist_is_named(token):
    assert len(TOY) == 261
    with pytest.raises(ValueError, match=f"token {token} does not exist.*ends at 260"):
        TOY.token_bytes(token)


def test_the_recorded_texts_are_varied():
    texts = [text for text, _ in GOLDEN["texts"]]
    assert len(set(texts)) == len(texts) >= 60
    for what in ("🙂", "é", "def f", "12345", "   ", "\u00a0", "'ve"):
        assert any(what in text for text in texts)


def test_the_real_tokenizer_cuts_as_the_independent_one():
    model = real_model()
    for text, tokens in GOLDEN["texts"]:
        assert model.encode(text) == tokens, text
        assert model.decode(tokens) == text
