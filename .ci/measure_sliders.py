"""Time from moving a demo's slider to the new picture, beside `interact` with a new figure, in one run.

    python .ci/measure_sliders.py [--moves 8] [--only D1.1 D2.4] [--bar 0.25] [--worst 0.5]

What is compared with what. The baseline is what a learner would otherwise write for the same demo:
`interact` over a function that computes the same numbers, makes a new pyplot figure of the same size and
dpi with the same drawing in it, shows it and prints the same sentence. Nothing is added to it and
nothing left out. Both are shown at one pixel of the picture to a pixel of the screen.

How. One page of JupyterLab in Chromium holds one demo and its baseline at a time, as a learner's page has
one demo at work; a page full of live demos would slow both sides, unevenly. Both are moved by the arrow
keys, in turns, so that a busy machine slows both. A slider walks on to places where it has not been, as
far as it has any, so that nothing is gained by remembering a picture. Counted is the time from the key
event's own time stamp to the first task after the frame that shows the new picture; for a demo without a
picture, its new sentence. Every demo in `explore.DEMOS` is measured; of one with more than four sliders,
four of them.

Fails if the median of all ratios is above --bar, a single slider's is above --worst, or a demo without a
picture takes longer than half the sliders with one.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "browser")]

from lab_driver import (  # noqa: E402
    CHROMIUM,
    CHROMIUM_ARGUMENTS,
    TEST_SETTINGS,
    VIEWPORT,
    OpenNotebook,
    notebook_of_sources,
    running_lab,
)
from playwright.sync_api import Locator, sync_playwright  # noqa: E402

from course_lib.commands import LAB_SETTINGS  # noqa: E402
from course_lib.explore import DEMOS  # noqa: E402

SETTING_UP = """
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, Widget, interact

from course_lib import explore, figures

figures.use_style()


def the_usual_way(explorer):
    demo = explorer._demo
    spec = next(spec for spec in explorer.controls if spec["kind"] in ("range", "weights", "steps"))
    name, start = spec["name"], explorer.state[spec["name"]]

    def value(place):
        if spec["kind"] == "range":
            return spec["values"][place]
        return place + 1 if spec["kind"] == "steps" else [place, *start[1:]]

    last = {"range": len(spec.get("values", ())), "steps": len(spec.get("titles", ())),
            "weights": spec.get("maximum", 0) + 1}[spec["kind"]] - 1

    def redraw(place):
        numbers = demo.compute(**(explorer.state | {name: value(place)}))
        if demo.draw:
            figure = plt.figure(figsize=(8.4, demo.height), layout="constrained")
            demo.update(demo.draw(figure, numbers), numbers)
            plt.show()
        print(demo.describe(numbers))

    interact(redraw, place=IntSlider(last // 2, 0, last))
"""
MOST_SLIDERS = 4  # of one demo: a row of weights is eight times the same
OURS, USUAL = 1, 2  # the cells of the two
SHOW_OURS = "Widget.close_all()\nexplorer = explore.DEMOS[{number!r}]()\nexplorer"
SHOW_USUAL = "the_usual_way(explorer)"

WATCH = """
course.watch = (area) => {
  const painted = (done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(0);
  });
  const old = new Set([...area.querySelectorAll('img')].map((image) => image.src));
  let start = null, words = null, picture = null, last = performance.now();
  const key = (event) => { start ??= event.timeStamp; };
  addEventListener('keydown', key, true);
  const seen = (image) => {
    if (old.has(image.src)) return;  // shown again, not new
    const now = () => painted((time) => { picture ??= time; });
    if (image.complete) now(); else image.addEventListener('load', now, { once: true });
  };
  const watcher = new MutationObserver((changes) => {
    last = performance.now();
    for (const { target, type, addedNodes } of changes) {
      if (type === 'attributes') { seen(target); continue; }
      const inside = target.nodeType === 1 ? target : target.parentElement;
      if (inside?.closest('.course-readout')) painted((time) => { words ??= time; });
      for (const node of addedNodes) {
        if (node.matches?.('img')) seen(node);
        for (const image of node.querySelectorAll?.('img') ?? []) seen(image);
      }
    }
  });
  watcher.observe(area, { subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ['src'] });
  course.watched = (async () => {
    const patience = performance.now() + 5000, pictured = area.querySelector('img:not([hidden])');
    while (performance.now() < patience && !(picture ?? (pictured ? null : words)))
      await new Promise((next) => setTimeout(next, 5));
    while (performance.now() - last < 150)  // the rest of the answer, before the next move
      await new Promise((next) => setTimeout(next, 5));
    watcher.disconnect();
    removeEventListener('keydown', key, true);
    const shown = picture ?? words;
    return shown === null ? null : shown - start;
  })();
};
"""


WHERE = """(slider) => slider.type === 'range' ? [+slider.value, +slider.max]
  : [+slider.ariaValueNow, +slider.ariaValueMax]"""


class Slider:
    """A slider that walks on in one direction until its end."""

    def __init__(self, notebook: OpenNotebook, area: Locator, handle: Locator) -> None:
        self.notebook, self.area, self.handle, self.key = notebook, area, handle, "ArrowRight"
        self.times: list[float] = []

    def move(self, moves: int) -> list[float]:
        """Move it; returns the milliseconds of the moves that showed something."""
        times = []
        for _ in range(moves):
            place, last = self.handle.evaluate(WHERE)
            self.key = {0: "ArrowRight", last: "ArrowLeft"}.get(place, self.key)
            self.handle.focus()
            self.area.evaluate("(area) => { course.watch(area); }")
            self.handle.press(self.key)
            took = self.notebook.page.evaluate("() => course.watched")
            if took is not None:
                times.append(took)
        return times


def measure(notebook: OpenNotebook, number: str, moves: int, turns: int = 2) -> list[dict[str, object]]:
    """Measure every slider of a demo and the usual way's one slider, in turns."""
    for cell, source in ((OURS, SHOW_OURS.format(number=number)), (USUAL, SHOW_USUAL)):
        notebook.edit(cell, source)
        notebook.run(cell)
    if notebook.complaints():
        raise SystemExit("\n".join(notebook.complaints()))
    ours, usual = notebook.output(OURS), notebook.output(USUAL)
    handles = ours.locator("input[type=range]:visible").all()
    spread = sorted({round(i * (len(handles) - 1) / (MOST_SLIDERS - 1)) for i in range(MOST_SLIDERS)})
    sliders = [Slider(notebook, ours, handles[i]) for i in spread]
    baseline = Slider(notebook, usual, usual.locator("[role=slider]"))
    everything = [baseline, *sliders]
    for slider in everything:
        slider.move(2)  # not counted: caches fill
    for _ in range(turns):
        for slider in everything:
            slider.times += slider.move(moves // turns)
    usual_median = statistics.median(baseline.times)
    rows: list[dict[str, object]] = []
    for place, slider in zip(spread, sliders, strict=True):
        if len(slider.times) < moves // 2:
            seen = f"only {len(slider.times)} of {moves} moves were seen"
            raise SystemExit(f"{number}, slider {place + 1}: {seen}.")
        median = statistics.median(slider.times)
        rows.append(
            {
                "demo": number,
                "slider": place + 1,
                "picture": ours.locator("img:visible").count() > 0,
                "ms": round(median, 1),
                "slowest": round(max(slider.times), 1),
                "interact": round(usual_median, 1),
                "ratio": round(median / usual_median, 3),
            }
        )
        print(
            "{demo:6} slider {slider}: {ms:7.1f} ms (slowest {slowest:7.1f}), "
            "interact {interact:7.1f} ms, ratio {ratio:.3f}".format(**rows[-1]),
            flush=True,
        )
    return rows


def broken_bars(rows: list[dict[str, object]], bar: float, worst: float) -> list[str]:
    """Return a sentence for every bar that does not hold."""
    broken = []
    median = statistics.median(float(str(row["ratio"])) for row in rows)
    print(f"Median of the {len(rows)} ratios: {median:.3f} (bar {bar}).")
    if median > bar:
        broken.append(f"The median ratio is {median:.3f}, above {bar}.")
    broken += [f"{row['demo']} takes {row['ratio']} of interact." for row in rows if row["ratio"] > worst]  # type: ignore[operator]
    pictured = [float(str(row["ms"])) for row in rows if row["picture"]]
    for row in rows:
        if not row["picture"] and float(str(row["ms"])) > statistics.median(pictured):
            broken.append(f"{row['demo']} has no picture, and is no faster than those that have one.")
    return broken


def main() -> int:
    """Measure, print a table, and say which bars do not hold."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--moves", type=int, default=8)
    arguments.add_argument("--only", nargs="*", default=list(DEMOS))
    arguments.add_argument("--bar", type=float, default=0.25)
    arguments.add_argument("--worst", type=float, default=0.5)
    arguments.add_argument("--json", type=Path, help="keep the numbers here")
    given = arguments.parse_args()
    with running_lab(Path("nothing"), TEST_SETTINGS | LAB_SETTINGS) as lab, sync_playwright() as playwright:
        (lab.folder / "sliders.ipynb").write_text(notebook_of_sources([SETTING_UP, "", ""]))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        notebook = OpenNotebook(browser.new_context(viewport=VIEWPORT), lab, "sliders.ipynb", probe=WATCH)
        notebook.run_all()
        rows = [row for number in given.only for row in measure(notebook, number, given.moves)]
        browser.close()
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))
    broken = broken_bars(rows, given.bar, given.worst)
    print("\n".join(broken) or "Every bar holds.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
