"""Reads a language model's file: a header of names and settings, then blocks of small whole numbers.

GGUF is the format in which quantised models are passed around. A weight is stored in 4 or 8 bits, and every
32 weights share a scale; three ways of storing are enough for the course's model.
"""

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]

MAGIC = b"GGUF"
BLOCK = 32

#: Number types of the header: their code in the file, and how `struct` reads them.
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9


class Storage(NamedTuple):
    """A way of storing weights: its name, what is stored of a block, and how many weights that is."""

    name: str
    block: np.dtype[Any]
    weights: int


#: The three ways of storing that this reader knows, by their code in the file.
STORAGES = {
    0: Storage("F32", np.dtype("<f4"), 1),
    3: Storage("Q4_1", np.dtype([("scale", "<f2"), ("lowest", "<f2"), ("pairs", "u1", BLOCK // 2)]), BLOCK),
    8: Storage("Q8_0", np.dtype([("scale", "<f2"), ("steps", "i1", BLOCK)]), BLOCK),
}


class GGUFError(ValueError):
    """A model file that cannot be read, with what is wrong and what to do."""


class Tensor(NamedTuple):
    """Where a tensor lies in the file, and how it is stored."""

    shape: tuple[int, ...]
    storage: Storage
    start: int

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        count = 1
        for side in self.shape:  # whole numbers of any size: a damaged file may claim absurd ones
            count *= side
        return count // self.storage.weights


class GGUF:
    """An opened model file: its header in memory, its tensors read one at a time when asked for.

    Parameters
    ----------
    path : str or path-like

    Attributes
    ----------
    metadata : dict
        The settings and word lists of the header.
    tensors : dict of str to Tensor
        What the file holds besides, by name.

    Raises
    ------
    GGUFError
        If the file is not a GGUF file, or is cut short or damaged.

    Notes
    -----
    A file whose damage lies inside the weights still reads: only its checksum can tell.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with open(self.path, "rb") as file:
            header = _Header(file, self.path.name)
            self.metadata: Mapping[str, Any] = header.metadata
            self.tensors: Mapping[str, Tensor] = header.tensors

    def tensor(self, name: str) -> Float32Array:
        """Read one tensor and turn it back into ordinary numbers.

        Parameters
        ----------
        name : str
            One of `tensors`.

        Returns
        -------
        ndarray of float32
            Rows first, as NumPy counts; a matrix maps its columns to its rows, y = W @ x.
        """
        if name not in self.tensors:
            raise GGUFError(
                f"{self.path.name} has no tensor {name!r}; it is not the model that was expected."
            )
        shape, storage, start = tensor = self.tensors[name]
        # Read rather than mapped: the pages of a mapped file would count as memory in use.
        stored = np.fromfile(self.path, storage.block, count=tensor.blocks, offset=start)
        return dequantise(stored, storage.name).reshape(shape)


def dequantise(stored: NDArray[Any], storage: str) -> Float32Array:
    """Turn stored blocks into the weights they stand for, one after the other.

    Parameters
    ----------
    stored : ndarray
        Blocks, of the storage's own structured type.
    storage : str
        ``"F32"``: plain numbers. ``"Q8_0"``: scale · step, with steps from −128 to 127.
        ``"Q4_1"``: lowest + scale · step, with steps from 0 to 15, two to a byte.

    Returns
    -------
    ndarray of float32, 1-D

    Examples
    --------
    >>> block = np.zeros(1, STORAGES[3].block)
    >>> block["scale"], block["lowest"], block["pairs"] = 0.5, -1, 0x42
    >>> dequantise(block, "Q4_1")[[0, 15, 16, 31]].tolist()  # the low half of each byte comes first
    [0.0, 0.0, 1.0, 1.0]
    """
    if storage == "F32":
        return stored.astype(np.float32)
    scale = stored["scale"].astype(np.float32)[:, None]
    if storage == "Q8_0":
        weights: Float32Array = scale * stored["steps"]
        return weights.ravel()
    steps: Float32Array = np.concatenate([stored["pairs"] & 15, stored["pairs"] >> 4], axis=1).astype(
        np.float32
    )
    steps *= scale
    steps += stored["lowest"].astype(np.float32)[:, None]
    return steps.ravel()


class _Header:
    """Reads the header from the front; every length is checked before it is believed."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self._left = self._size = os.fstat(file.fileno()).st_size
        if self._size < len(MAGIC) or self._bytes(len(MAGIC)) != MAGIC:
            raise GGUFError(f"{name} is not a GGUF model file: it does not begin with the letters GGUF.")
        version = self._number("I")
        if version not in (2, 3):
            raise GGUFError(f"{name} is GGUF version {version}; this reader knows versions 2 and 3.")
        n_tensors, n_settings = self._number("Q"), self._number("Q")
        self.metadata: dict[str, Any] = {}
        for _ in range(n_settings):
            key = self._text()
            self.metadata[key] = self._value(self._number("I"))
        found = [self._tensor() for _ in range(n_tensors)]
        start = self._start_of_weights()
        self.tensors = {key: tensor._replace(start=start + tensor.start) for key, tensor in found}
        for key, tensor in self.tensors.items():
            self._check_extent(key, tensor)

    def _bytes(self, count: int) -> bytes:
        if count > self._left:
            raise self._cut_short()
        self._left -= count
        return self._file.read(count)

    def _number(self, kind: str) -> Any:
        return struct.unpack("<" + kind, self._bytes(struct.calcsize("<" + kind)))[0]

    def _text(self) -> str:
        raw = self._bytes(self._number("Q"))
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self._damaged(f"its header holds a name that is not text, {raw[:20]!r}") from None

    def _value(self, code: int) -> Any:
        if code in _NUMBERS:
            return self._number(_NUMBERS[code])
        if code == _TEXT:
            return self._text()
        if code != _LIST:
            raise self._damaged(f"its header holds a value of unknown type {code}")
        of, length = self._number("I"), self._number("Q")
        if of == _LIST:  # the format allows lists of lists, but no model has them
            raise self._damaged("its header holds a list of lists")
        if length > self._left:  # each entry takes at least a byte
            raise self._cut_short()
        if of in _NUMBERS:
            kind = f"{length}{_NUMBERS[of]}"
            return list(struct.unpack("<" + kind, self._bytes(struct.calcsize("<" + kind))))
        return [self._value(of) for _ in range(length)]

    def _tensor(self) -> tuple[str, Tensor]:
        key, sides = self._text(), self._number("I")
        if not 1 <= sides <= 4:
            raise self._damaged(f"tensor {key!r} claims {sides} dimensions")
        shape = tuple(self._number("Q") for _ in range(sides))[::-1]  # the file counts columns first
        code, start = self._number("I"), self._number("Q")
        if code not in STORAGES:
            known = ", ".join(storage.name for storage in STORAGES.values())
            raise GGUFError(
                f"{self._name} stores tensor {key!r} in a way this reader does not know (code {code}); "
                f"it knows {known}. The course's model uses only these."
            )
        if 0 in shape or shape[-1] % STORAGES[code].weights:
            raise self._damaged(f"tensor {key!r} of shape {shape} does not divide into blocks")
        return key, Tensor(shape, STORAGES[code], start)

    def _start_of_weights(self) -> int:
        alignment = self.metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise self._damaged(f"its weights are said to be aligned to {alignment!r}")
        return -(-(self._size - self._left) // alignment) * alignment

    def _check_extent(self, key: str, tensor: Tensor) -> None:
        if tensor.start + tensor.blocks * tensor.storage.block.itemsize > self._size:
            raise self._cut_short(f" (tensor {key!r} would end outside it)")

    def _cut_short(self, why: str = "") -> GGUFError:
        return GGUFError(
            f"{self._name} is cut short or damaged: after {self._size:,} bytes it ends too early{why}. "
            "Delete it and install the weights again."
        )

    def _damaged(self, what: str) -> GGUFError:
        return GGUFError(f"{self._name} is damaged: {what}. Delete it and install the weights again.")
