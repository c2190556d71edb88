"""The widget that shows the controls and holds their state."""

import keyword
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_lib.controls.declarations import Control, GovernedRange

FRONT_END = Path(__file__).parent


class Controls(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget is untyped for us
    """Labelled controls with one state; subclasses answer a change in `react` and a button in `act`.

    Each control's value is an attribute: `widget.temperature = 2.0` does what a hand does.

    Parameters
    ----------
    title : str
        What the group is called by screen readers, and the first words of `text/plain`.
    controls : sequence of Control
        In the order in which they are shown. A name that shadows something the widget already has
        (`layout`, `keys`, `state`, ...) is refused.
    """

    _esm = FRONT_END / "controls.js"
    _css = FRONT_END / "controls.css"

    title = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List().tag(sync=True)
    state = traitlets.Dict().tag(sync=True, echo_update=False)  # one view leads; nobody waits for an echo
    sentence = traitlets.Unicode().tag(sync=True)  # shown beneath the controls, read out when at rest
    tone = traitlets.Unicode().tag(sync=True)  # "", "right", "wrong" or "problem": how the sentence is marked
    picture = traitlets.Bytes().tag(sync=True)  # a PNG, or empty
    alt = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int(840).tag(sync=True)  # of the picture, in css pixels
    pixel_ratio = traitlets.Float(1.0).tag(sync=True)  # screen pixels to a css pixel, told by the browser

    def __init__(self, title: str, controls: Sequence[Control]) -> None:
        for control in controls:
            self._refuse_bad_name(control.name)
        declared = {control.name: control for control in controls}
        if len(declared) < len(controls):
            raise ValueError("Two controls have the same name; every name is one value of the state.")
        guard_other_cells()
        object.__setattr__(self, "_declared", declared)
        initial = self._settled({})
        super().__init__(title=title, controls=self._specs(initial), state=initial)
        self.observe(self._on_state, "state")
        self.on_msg(self._on_message)

    def _refuse_bad_name(self, name: str) -> None:
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
            raise ValueError(f"A control cannot be called {name!r}: that cannot be written as widget.name.")
        if hasattr(type(self), name):
            raise ValueError(f"A control cannot be called {name!r}: the widget uses that name itself.")

    def react(self) -> None:
        """Answer a change of the state. Runs on every move, so it must be quick."""

    def act(self, name: str) -> None:
        """Answer a press of the Action button called `name`."""

    @property
    def readout(self) -> str:
        """The sentence a reader sees and a screen reader says."""
        return str(self.sentence)

    def set(self, **values: Any) -> None:
        """Move several controls at once, with one reaction.

        Raises
        ------
        AttributeError
            If there is no control of that name.
        ValueError
            If a control cannot take the value.
        """
        for name in values:
            if name not in self.state:
                raise AttributeError(
                    f"There is no control {name!r} here. There are: {', '.join(self.state)}."
                )
        kept = {
            name: value for name, value in self.state.items() if not self._is_governed_by_any(name, values)
        }
        self.state = self._settled(kept | values)

    def _is_governed_by_any(self, name: str, moved: Mapping[str, Any]) -> bool:
        control = self._declared[name]
        if not isinstance(control, GovernedRange) or control.governor not in moved:
            return False
        return bool(moved[control.governor] != self.state[control.governor])

    def _settled(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return every control's value as the control holds it; one that is not given starts afresh."""
        unknown = set(wanted) - set(self._declared)
        if unknown:
            raise KeyError(*unknown)
        settled: dict[str, Any] = {}
        for name, declared in self._declared.items():
            if declared.kind not in BUTTONS:
                control = declared.within(settled)  # a governor comes before those it governs
                settled[name] = control.cleaned(wanted[name]) if name in wanted else control.initial()
        return settled

    def _specs(self, state: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [control.within(state).spec() for control in self._declared.values()]

    def _on_state(self, change: dict[str, Any]) -> None:
        try:
            cleaned = self._settled(change["new"])
        except (KeyError, TypeError, ValueError):
            self.state = change["old"]  # a front end sent nonsense; what was last good stays
            return
        if cleaned != change["new"]:
            self.state = cleaned  # comes back here, clean
            return
        with self.hold_sync():  # sentence, alt text and picture travel in one message
            if any(isinstance(control, GovernedRange) for control in self._declared.values()):
                self.controls = self._specs(cleaned)  # sent on only if a grid has changed
            self.react()

    def _on_message(self, _widget: Any, content: Any, _buffers: Any) -> None:
        name = content.get("action") if isinstance(content, dict) else None
        if isinstance(name, str) and name in self._declared and self._declared[name].kind == "action":
            with self.hold_sync():
                self.act(name)

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_declared", {}) and name in self.state:
            return self.state[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") or hasattr(type(self), name):
            super().__setattr__(name, value)
        else:
            self.set(**{name: value})

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        # Compared by strict nbval and read by everybody who has no kernel: the sentence, not a repr.
        return data | {"text/plain": self.plain_text()}, metadata

    def plain_text(self) -> str:
        """What stands in the notebook for a reader without a kernel."""
        end = "" if self.title.endswith("?") else "."
        return f"{self.title}{end} {self.sentence}"


BUTTONS = ("preset", "action")


def guard_other_cells() -> None:
    """Keep a moved control from disturbing a cell that is drawing at the same moment.

    JupyterLab may handle widget messages on a second thread, where IPython then announces the begin
    and end of an "execution" that is none; the inline backend takes that as the moment to show every
    open pyplot figure, half-made ones of a running cell included. Off the main thread the two
    announcements are dropped.
    """
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is None or getattr(shell.events.trigger, "guards_other_cells", False):
        return
    trigger = shell.events.trigger

    def guarded(event: str, *arguments: Any, **options: Any) -> None:
        off_main_thread = threading.current_thread() is not threading.main_thread()
        if off_main_thread and event in ("pre_execute", "post_execute"):
            return
        trigger(event, *arguments, **options)

    guarded.guards_other_cells = True  # type: ignore[attr-defined]
    shell.events.trigger = guarded
