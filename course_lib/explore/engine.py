"""What a demo is, and the widget that shows one: three pure functions and a list of controls."""

import base64
import io
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_lib.controls import Control, Controls

# Handlers may run on a second thread, and Matplotlib's fonts belong to the whole process: one at a time.
DRAWING = threading.RLock()
CSS_WIDTH = 840  # a notebook cell is 848 css pixels wide in a 1280-pixel window with the side bar open
DPI = 150  # sharp on a projector; at 200 the PNG encoder would cost more than the drawing


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
        with self.hold_sync():
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
            self.picture = self._painter.png(numbers)

    def act(self, name: str) -> None:
        """Put the controls where the button called `name` says."""
        self.set(**self._demo.actions[name](**self.state))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**options)
        if self.picture:
            data = data | {"image/png": base64.b64encode(self.picture).decode()}
        return data, metadata


class Painter:
    """Draws a demo's pictures: the still part once, the moving artists on top of it at every move."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._scene: Hashable = object()  # equal to no scene: the first picture draws everything
        self._artists = SimpleNamespace()
        self._still: Any = None

    def png(self, numbers: Any) -> bytes:
        """Picture of the numbers, as the bytes of a PNG."""
        assert self._demo.draw is not None and self._demo.update is not None
        with DRAWING:
            scene = self._demo.scene(numbers)
            if scene != self._scene:
                self._scene = object()  # should drawing fail half-way, the next picture starts afresh
                self._figure = Figure(
                    figsize=(CSS_WIDTH / 100, self._demo.height), dpi=DPI, layout="constrained"
                )  # a new one is quicker than clearing every axes of the old
                self._canvas = FigureCanvasAgg(self._figure)
                self._artists = self._demo.draw(self._figure, numbers)
                for artist in flat(self._artists):
                    artist.set_animated(True)
                    artist.set_in_layout(False)  # what moves must not push what stands still
                self._demo.update(self._artists, numbers)
                self._canvas.draw()
                self._still = self._canvas.copy_from_bbox(self._figure.bbox)
                self._scene = scene
            self._demo.update(self._artists, numbers)
            self._canvas.restore_region(self._still)
            for artist in flat(self._artists):
                (artist.axes or self._figure).draw_artist(artist)
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
    """Return an image as PNG: compressed lightly, since it travels only to the next window."""
    stream = io.BytesIO()
    Image.fromarray(rgba).convert("RGB").save(stream, "png", compress_level=1)
    return stream.getvalue()
