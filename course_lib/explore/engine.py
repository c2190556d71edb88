"""What a demo is, and the widget that shows one: three pure functions and a list of controls."""

import struct
import zlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from course_lib.controls import Control, Controls
from course_lib.explore.lettering import QuickCanvas
from course_lib.figures import DRAWING, PICTURE_WIDTH, AccessibleFigure, picture_dpi, picture_width

KEPT_SCENES = 6  # about 3 MB each, on an ordinary screen
DPI = 100  # one picture pixel to a css pixel


@dataclass(frozen=True)
class Demo:
    """One claim the learner can move.

    Attributes
    ----------
    number, title : str
        Number in the syllabus (`D1.1`) and the claim or question in words.
    controls : sequence of Control
    compute : callable
        State of the controls, as keywords, to the numbers shown. Pure, and tested without a widget. A
        ValueError with a sentence says that this state has no picture.
    describe : callable
        Numbers to one sentence: the readout, the alt text and `text/plain` at once.
    details : callable, optional
        Numbers to the words that stand in the picture only; the alt text ends with them.
    draw : callable, optional
        `draw(figure, numbers)` draws what stands still and returns the moving artists in a namespace.
        No mathtext: its parser is shared with whatever cell is drawing at the same moment.
    update : callable, optional
        `update(artists, numbers)` moves them.
    scene : callable, optional
        Numbers to whatever the still part depends on; when that changes, `draw` runs again.
    actions : mapping, optional
        Name of an Action button to a function from the controls' state, as keywords, to the values the
        button puts into them.
    height : float
        Of the figure, in inches; the width is 8.4.
    """

    number: str
    title: str
    controls: Sequence[Control]
    compute: Callable[..., Any]
    describe: Callable[[Any], str]
    details: Callable[[Any], str] = lambda numbers: ""
    draw: Callable[[Figure, Any], SimpleNamespace] | None = None
    update: Callable[[SimpleNamespace, Any], None] | None = None
    scene: Callable[[Any], Hashable] = lambda numbers: None
    actions: Mapping[str, Callable[..., Mapping[str, Any]]] = field(default_factory=dict)
    height: float = 3.6


class Explorer(Controls):
    """A demo, live: its controls, its sentence and its picture.

    Examples
    --------
    >>> from course_lib import explore
    >>> dial = explore.surprise_dial()
    >>> dial.p = 0.25
    >>> dial.readout
    'p = 0.2500 → 2.000 bits = 1.386 nats = 0.602 hartley'
    """

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._painter = Painter(demo) if demo.draw else None
        super().__init__(title=demo.title, controls=demo.controls)
        self.observe(lambda _: self.react(), "pixel_ratio")
        with self.hold_sync():
            self.width = picture_width()
            self.react()

    def react(self) -> None:
        """Compute, describe, draw: synchronously, so that the next move waits for this picture."""
        try:
            numbers = self._demo.compute(**self.state)
        except ValueError as problem:
            self.tone, self.sentence = "problem", str(problem)
            self.alt, self.picture = "", b""
            return
        self.tone = ""
        self.sentence = self._demo.describe(numbers)
        self.alt = f"{self.sentence} {self._demo.details(numbers)}".strip()
        if self._painter:
            self.picture = self._painter.png(numbers, picture_dpi(self.pixel_ratio, self.width))

    def act(self, name: str) -> None:
        """Put the controls where the button called `name` says."""
        self.set(**self._demo.actions[name](**self.state))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**options)
        if self.picture:  # for readers without a kernel: the picture as it stood, with its alt text
            data = AccessibleFigure(self.picture, self.alt, self.width)._repr_mimebundle_() | data
        return data, metadata


class Painter:
    """Draws a demo's pictures, and keeps the scenes drawn last so that going back to one costs nothing."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._scenes: dict[tuple[Hashable, float], Scene] = {}  # the one used last stands last

    @property
    def scene(self) -> "Scene":
        """The scene of the last picture."""
        return list(self._scenes.values())[-1]

    def png(self, numbers: Any, dpi: float = DPI) -> bytes:
        """Picture of the numbers, as the bytes of a PNG."""
        with DRAWING:
            name = self._demo.scene(numbers), dpi
            scene = self._scenes.pop(name, None) or Scene(self._demo, numbers, dpi)
            self._scenes[name] = scene
            if len(self._scenes) > KEPT_SCENES:
                del self._scenes[next(iter(self._scenes))]
            return scene.png(numbers)


class Scene:
    """What stands still in a demo's picture, drawn once, and the artists that move on top of it."""

    def __init__(self, demo: Demo, numbers: Any, dpi: float) -> None:
        assert demo.draw is not None and demo.update is not None
        self._update = demo.update
        self.figure = Figure(figsize=(PICTURE_WIDTH / 100, demo.height), dpi=dpi, layout="constrained")
        self._canvas = QuickCanvas(self.figure)
        self.artists = demo.draw(self.figure, numbers)
        for artist in flat(self.artists):
            artist.set_animated(True)
            artist.set_in_layout(False)  # what moves must not push what stands still
        self._update(self.artists, numbers)
        self._canvas.draw()
        self._still = self._canvas.copy_from_bbox(self.figure.bbox)

    def png(self, numbers: Any) -> bytes:
        """Picture of the numbers: the still part from memory, the moving artists drawn anew."""
        self._update(self.artists, numbers)
        self._canvas.restore_region(self._still)
        for artist in flat(self.artists):
            (artist.axes or self.figure).draw_artist(artist)
        return encoded(np.asarray(self._canvas.buffer_rgba()))


def flat(artists: Any) -> Iterator[Artist]:
    """Yield every artist in a namespace of artists, lists and bar containers, in drawing order."""
    if isinstance(artists, Artist):
        yield artist_checked(artists)
    elif isinstance(artists, SimpleNamespace):
        yield from flat(list(vars(artists).values()))
    elif isinstance(artists, Mapping):
        yield from flat(list(artists.values()))
    elif isinstance(artists, Sequence) and not isinstance(artists, str):
        for artist in artists:
            yield from flat(artist)


def artist_checked(artist: Artist) -> Artist:
    """Return the artist; refuse one that its figure could not redraw."""
    if artist.figure is None:
        raise ValueError(f"{artist} was removed from its figure; set_visible(False) hides it instead.")
    return artist


def encoded(rgba: np.ndarray) -> bytes:
    """Return an image as PNG: compressed lightly, since it travels only to the next window.

    Pillow tries five filters on every line, which takes half the time of a move and saves nothing on flat
    drawings. Here each line has filter 0, "as it is": one zero byte before its pixels.
    """
    height, width, _ = rgba.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    for channel in range(3):  # all three at once would take three times as long
        lines[:, 1 + channel :: 3] = rgba[:, :, channel]
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.data, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
