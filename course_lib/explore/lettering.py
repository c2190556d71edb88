"""Letters drawn once and then copied: what makes the words and numbers of a demo cheap to move.

Matplotlib shapes and renders every letter anew each time it draws a text, about a tenth of a millisecond
a letter: with ten numbers in a picture that is more than all its lines. Here Matplotlib draws a letter
once for each font, size and colour, and every text is put together from such tiles.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, Kerning
from numpy.typing import NDArray

PIECES = re.compile("ff[il]?|f[il]|.", re.DOTALL)  # a letter, or letters that fonts draw as one
UNITS = 64  # fonts place letters by 64ths of a pixel


class Size(NamedTuple):
    """Of a text, in pixels: how far it advances, and its ink above and below the baseline."""

    advance: float
    ascent: float
    descent: float


class Tile(NamedTuple):
    """A drawn letter, bottom row first, and its lower left corner as seen from the letter's origin."""

    pixels: NDArray[np.uint8]
    left: int
    bottom: int


class Fount:
    """The letters of one font in one size, with all that has been measured and drawn of them."""

    def __init__(self, prop: FontProperties, dpi: float) -> None:
        self._prop, self._dpi = prop.copy(), dpi
        self._ruler = RendererAgg(1, 1, dpi)
        self._font = FT2Font(findfont(prop))  # its own: whoever draws changes the size of the shared one
        self._font.set_size(prop.get_size_in_points(), dpi)
        self._margin = int(prop.get_size_in_points() * dpi / 72)  # a slanted f reaches beyond its own width
        self._size = lru_cache(2048)(self._measured)
        self._kerning = lru_cache(4096)(self._pair_measured)
        self.tile = lru_cache(2048)(self._drawn)

    def line(self, text: str) -> tuple[list[tuple[str, float]], Size]:
        """Return the letters of a line, each with the place where it begins, and the size of the whole."""
        letters = PIECES.findall(text)
        places, end = [], 0.0
        for before, letter in pairwise(["", *letters]):
            end += self._kerning(before, letter) if before else 0.0
            places.append((letter, end))
            end += self._size(letter).advance
        _, above, below = zip(*map(self._size, letters), strict=True) if letters else ((), (0.0,), (0.0,))
        return places, Size(end, max(above), max(below))

    def _measured(self, text: str) -> Size:
        width, height, descent = self._ruler.get_text_width_height_descent(text, self._prop, ismath=False)
        return Size(width, height - descent, descent)

    def _pair_measured(self, left: str, right: str) -> float:
        if len(left) == len(right) == 1:  # the font's own table, a hundred times as quick as measuring
            glyphs = self._font.get_char_index(ord(left)), self._font.get_char_index(ord(right))
            return self._font.get_kerning(*glyphs, Kerning.UNFITTED) / UNITS
        return self._measured(left + right).advance - self._size(left).advance - self._size(right).advance

    def _drawn(self, letter: str, shift: int, colour: tuple[float, ...]) -> Tile | None:
        """Return a letter that begins `shift` 64ths of a pixel after a whole one, or None for a space."""
        width, above, below = (self._margin + int(np.ceil(max(part, 0))) for part in self._size(letter))
        sheet = RendererAgg(width + self._margin, above + below, self._dpi)
        pen = sheet.new_gc()
        pen.set_foreground(colour, isRGBA=True)
        sheet.draw_text(pen, self._margin + shift / UNITS, above, letter, self._prop, 0)
        pixels = np.asarray(sheet.buffer_rgba())[::-1]
        rows, columns = (np.flatnonzero(pixels[..., 3].any(axis)) for axis in (1, 0))
        if not rows.size:
            return None
        (bottom, top), (left, right) = ((ink[0], ink[-1] + 1) for ink in (rows, columns))
        return Tile(pixels[bottom:top, left:right].copy(), left - self._margin, bottom - below)


_FOUNTS: dict[tuple[str, float, float], Fount] = {}


def fount(prop: FontProperties, dpi: float) -> Fount:
    """Return the letters of a font, with those already drawn."""
    name = str(findfont(prop)), float(prop.get_size_in_points()), float(dpi)
    if name not in _FOUNTS:
        _FOUNTS[name] = Fount(prop, dpi)
    return _FOUNTS[name]


class QuickRenderer(RendererAgg):  # type: ignore[misc]  # Matplotlib's back ends are untyped
    """Draws like Agg, but level and opaque text from tiles.

    The text begins at a whole pixel, where letters are sharpest; apart from that every pixel is the same.
    """

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Return what Matplotlib would, from the sizes of the letters."""
        if ismath:
            width, height, descent = super().get_text_width_height_descent(s, prop, ismath)
            return width, height, descent
        _, size = fount(prop, self.dpi).line(s)
        return size.advance, size.ascent + size.descent, size.descent

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Copy the letters to their places."""
        colour = tuple(gc.get_rgb())
        opaque = colour[3:] == (1.0,) and gc.get_alpha() in (None, 1.0)
        special = mtext is not None and (mtext.get_fontfeatures() or mtext.get_language())
        if ismath or angle or special or not (opaque and gc.get_antialiased()):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        letters, (left, bottom) = fount(prop, self.dpi), (round(x), int(self.height) - round(y))
        for letter, place in letters.line(s)[0]:
            whole, shift = divmod(round(place * UNITS), UNITS)
            tile = letters.tile(letter, shift, colour)
            if tile:
                self.draw_image(gc, left + whole + tile.left, bottom + tile.bottom, tile.pixels)


class QuickCanvas(FigureCanvasAgg):  # type: ignore[misc]
    """A canvas of Agg whose texts are put together from tiles."""

    renderer: QuickRenderer

    def get_renderer(self) -> QuickRenderer:
        """Return the renderer of the figure as large as it is now."""
        size = (*self.figure.bbox.size, self.figure.dpi)
        if getattr(self, "_drawn_size", None) != size:
            self.renderer, self._drawn_size = QuickRenderer(*size), size
        return self.renderer
