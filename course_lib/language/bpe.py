"""Cuts text into tokens by byte-pair encoding: bytes first, then the most usual pairs glued together."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

# Unicode's white space. Python's own \s also counts four control characters, which would change the cuts.
_SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

# English endings, then runs of letters, of anything else, or of spaces. A run of spaces leaves its last one
# to the word after it. There are no numbers here: they have been cut off before.
_WORDS = re.compile(
    rf"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?(?:[^{_SPACE}\w]|_)+|[{_SPACE}]+(?![^{_SPACE}])|[{_SPACE}]+"
)


def byte_letters() -> dict[int, str]:
    """Return the visible character by which vocabularies write each of the 256 bytes.

    Returns
    -------
    dict of int to str
        Printable bytes stand for themselves; the 68 others borrow characters from 256 upwards.

    Examples
    --------
    >>> byte_letters()[ord("a")], byte_letters()[ord(" ")]
    ('a', 'Ġ')
    """
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    borrowed = iter(range(256, 512))
    return {byte: chr(byte if byte in printable else next(borrowed)) for byte in range(256)}


class Tokenizer:
    """Turns text into token numbers and back.

    Parameters
    ----------
    tokens : sequence of str
        The vocabulary; a token's number is its place. Bytes are written as in `byte_letters`.
    merges : sequence of str
        Pairs to glue, such as ``"t h"``, the first learned first.
    special : iterable of int
        Numbers of tokens that stand for no text, such as the one for "a text begins here".
    unknown : int
        Stands in for a byte that has no token: some control characters are too rare to have one.

    Notes
    -----
    A word of n characters takes up to n passes over itself. Words are short, and the ones already met are
    remembered; a queue of pairs would be faster for a single word of many thousand letters.

    Examples
    --------
    >>> letters = Tokenizer(["<start>", "a", "b", "ab"], ["a b"], special=[0])
    >>> letters.encode("abba"), letters.decode([3, 2, 1])
    ([3, 2, 1], 'abba')
    """

    def __init__(
        self, tokens: Sequence[str], merges: Sequence[str], *, special: Iterable[int] = (), unknown: int = 0
    ) -> None:
        self.special = frozenset(special)
        self._number = {token: i for i, token in enumerate(tokens)}
        self._rank = {tuple(pair.split(" ")): rank for rank, pair in enumerate(merges)}
        self._letters = byte_letters()
        bytes_of = {letter: byte for byte, letter in self._letters.items()}
        self._bytes = [
            token.encode() if i in self.special else bytes(bytes_of[letter] for letter in token)
            for i, token in enumerate(tokens)
        ]
        self._unknown = unknown
        self._encode_word = lru_cache(maxsize=50_000)(self._word_tokens)

    def __len__(self) -> int:
        return len(self._bytes)

    def encode(self, text: str, *, special: bool = False) -> list[int]:
        """Cut a text into tokens.

        Parameters
        ----------
        text : str
        special : bool
            Whether text such as ``<|im_start|>`` means the special token of that name. Otherwise it is text
            like any other, so that nobody can end a conversation by typing.

        Returns
        -------
        list of int
        """
        if special and self.special:
            names = sorted((self._bytes[i].decode() for i in self.special), key=len, reverse=True)
            parts = re.split("(" + "|".join(map(re.escape, names)) + ")", text)
            marks = {name: self._number[name] for name in names}
            return [t for part in parts for t in ([marks[part]] if part in marks else self.encode(part))]
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"character {error.start} of the text, {text[error.start]!r}, is half of a pair and has no "
                "bytes; it was cut out of an emoji or decoded wrongly. Remove it."
            ) from None
        return [token for word in split_words(text) for token in self._encode_word(word)]

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes a token stands for: not always whole characters, so join before you decode."""
        if not 0 <= token < len(self._bytes):
            raise ValueError(f"token {token} does not exist; this vocabulary ends at {len(self._bytes) - 1}.")
        return self._bytes[token]

    def decode(self, tokens: Iterable[int]) -> str:
        """Turn tokens back into text; bytes that are no text on their own become the sign �."""
        return b"".join(self.token_bytes(token) for token in tokens).decode("utf-8", errors="replace")

    def _word_tokens(self, word: str) -> tuple[int, ...]:
        parts = [self._letters[byte] for byte in word.encode()]
        while len(parts) > 1:
            # The pair that was learned first is glued first, everywhere in the word.
            pair = min(pairwise(parts), key=lambda two: self._rank.get(two, len(self._rank)))
            if pair not in self._rank:
                break
            parts = _glued(parts, pair)
        return tuple(self._number.get(part, self._unknown) for part in parts)


def split_words(text: str) -> list[str]:
    """Cut a text where no token may reach across: at every digit, and between words, signs and spaces.

    Examples
    --------
    >>> split_words("It's 42  cats")
    ['It', "'s", ' ', '4', '2', ' ', ' cats']
    """
    # Not only 0 to 9: Unicode has some 1,800 numbers, and \d misses half of them (½, ², Ⅳ).
    numbers = {c for c in set(text) if unicodedata.category(c).startswith("N")}
    parts = re.split("([" + re.escape("".join(sorted(numbers))) + "])", text) if numbers else [text]
    return [word for part in parts for word in ([part] if part in numbers else _WORDS.findall(part))]


def _glued(parts: list[str], pair: tuple[str, str]) -> list[str]:
    """The parts with each occurrence of the pair, from left to right, made one."""
    glued: list[str] = []
    i = 0
    while i < len(parts):
        together = i + 1 < len(parts) and (parts[i], parts[i + 1]) == pair
        glued.append(parts[i] + parts[i + 1] if together else parts[i])
        i += 2 if together else 1
    return glued
