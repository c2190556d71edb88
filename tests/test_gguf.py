"""The reader of model files, on files made byte by byte; damaged ones have to be refused in a sentence."""

import struct

import numpy as np
import pytest
from tiny_model import F32, Q4_1, Q8_0, floats, gguf_bytes

from course_lib.language.gguf import GGUF, GGUFError

NUMBERS = np.random.default_rng(1)
SETTINGS = {
    "general.name": "tiny",
    "a.whole": 7,
    "a.part": 0.25,
    "a.yes": True,
    "a.words": ["å", "", "b c"],
    "a.list": [3, 1],
}
EIGHT = NUMBERS.integers(-128, 128, 64).tolist()
FOUR = NUMBERS.integers(0, 16, 32).tolist()
TENSORS = {
    "plain": (F32, (3, 2), floats([1.0, 2.0, 3.0, 4.0, 5.0, 6.5])),
    "eight": (
        Q8_0,
        (32, 2),
        b"".join(struct.pack("<e32b", s, *EIGHT[i : i + 32]) for s, i in ((0.5, 0), (-2, 32))),
    ),
    # Weights 0 to 15 of a block are the low halves of its bytes, 16 to 31 the high ones.
    "four": (
        Q4_1,
        (32,),
        struct.pack("<ee16B", 0.125, -1.5, *(FOUR[i] | FOUR[i + 16] << 4 for i in range(16))),
    ),
}
WHOLE = gguf_bytes(SETTINGS, TENSORS)


def opened(tmp_path, content):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    return GGUF(path)


def refused(tmp_path, content, says):
    with pytest.raises(GGUFError, match=says) as error:
        opened(tmp_path, content)
    assert "model.gguf" in str(error.value)


def test_settings_come_back_as_they_were_written(tmp_path):
    assert opened(tmp_path, WHOLE).metadata == SETTINGS


def test_the_three_storages_give_the_weights_that_were_meant(tmp_path):
    file = opened(tmp_path, WHOLE)
    assert file.tensor("plain").tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]
    assert file.tensor("eight").tolist() == [[0.5 * q for q in EIGHT[:32]], [-2.0 * q for q in EIGHT[32:]]]
    assert file.tensor("four").tolist() == [0.125 * q - 1.5 for q in FOUR]
    assert {file.tensor(name).dtype for name in file.tensors} == {np.dtype(np.float32)}


@pytest.mark.parametrize(("version", "alignment"), [(2, 32), (3, 64)])
def test_both_versions_and_any_alignment_are_read(tmp_path, version, alignment):
    settings = SETTINGS if alignment == 32 else SETTINGS | {"general.alignment": alignment}
    file = opened(tmp_path, gguf_bytes(settings, TENSORS, version=version, alignment=alignment))
    assert file.tensor("four").tolist() == [0.125 * q - 1.5 for q in FOUR]


def test_a_file_cut_anywhere_is_refused(tmp_path):
    for length in range(4, len(WHOLE)):
        refused(tmp_path, WHOLE[:length], "cut short|damaged")


@pytest.mark.parametrize("content", [b"", b"GG", b"PK\x03\x04 a zip file", b"FUGG" + WHOLE[4:]])
def test_a_foreign_file_is_refused(tmp_path, content):
    refused(tmp_path, content, "is not a GGUF model file")


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        GGUF(tmp_path / "nothing.gguf")


@pytest.mark.parametrize("version", [0, 1, 4, 0x03000000])
def test_other_versions_are_refused(tmp_path, version):
    refused(tmp_path, WHOLE[:4] + struct.pack("<I", version) + WHOLE[8:], f"version {version}")


def test_lengths_beyond_the_file_are_not_believed(tmp_path):
    # A file of some hundred bytes that claims 2**60 of anything must not make room for it first.
    many = struct.pack("<Q", 2**60)
    refused(tmp_path, WHOLE[:8] + many + WHOLE[16:], "cut short|damaged")
    refused(tmp_path, WHOLE[:16] + many + WHOLE[24:], "cut short|damaged")
    refused(tmp_path, WHOLE[:24] + many + WHOLE[32:], "cut short")
    words = WHOLE.index(b"a.words") + len("a.words") + 8
    refused(tmp_path, WHOLE[:words] + many + WHOLE[words + 8 :], "cut short")
    sides = gguf_bytes({}, {"plain": (F32, (2**40, 2**40), b"")})
    refused(tmp_path, sides, "'plain' would end outside")


def test_damage_in_the_header_is_named(tmp_path):
    key = WHOLE.index(b"a.whole")
    refused(tmp_path, WHOLE[:key] + b"\xff" + WHOLE[key + 1 :], "not text")
    kind = key + len("a.whole")
    refused(tmp_path, WHOLE[:kind] + struct.pack("<I", 13) + WHOLE[kind + 4 :], "unknown type 13")
    words = WHOLE.index(b"a.words") + len("a.words") + 4
    refused(tmp_path, WHOLE[:words] + struct.pack("<I", 9) + WHOLE[words + 4 :], "list of lists")
    refused(tmp_path, gguf_bytes({"general.alignment": 0}, TENSORS), "aligned to 0")
    refused(tmp_path, gguf_bytes({}, {"x": (F32, (), b"")}), "'x' claims 0 dimensions")
    refused(tmp_path, gguf_bytes({}, {"x": (F32, (0,), b"")}), "does not divide into blocks")
    refused(tmp_path, gguf_bytes({}, {"x": (Q8_0, (31,), b"")}), "does not divide into blocks")


def test_a_storage_that_is_not_known_is_named(tmp_path):
    refused(tmp_path, gguf_bytes({}, {"x": (12, (256,), b"")}), "code 12.*F32, Q4_1, Q8_0")


def test_a_tensor_that_is_not_there_is_named(tmp_path):
    with pytest.raises(GGUFError, match=r"model.gguf has no tensor 'nothing'"):
        opened(tmp_path, WHOLE).tensor("nothing")


def test_a_random_byte_never_brings_anything_but_a_sentence(tmp_path):
    end_of_header = WHOLE.index(b"four") + 40
    for place in range(end_of_header):
        for flip in (0x01, 0x80, 0xFF):
            content = bytearray(WHOLE)
            content[place] ^= flip
            try:
                file = opened(tmp_path, bytes(content))
                for name in file.tensors:
                    file.tensor(name)
            except GGUFError as error:
                assert str(error).startswith("model.gguf ")
