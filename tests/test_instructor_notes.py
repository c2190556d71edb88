"""What the instructor notes promise comes true: every slider's answer, every diagnosis, every minute.

Each line of a ```check block in course_lib/instructor/*.md is one claim, in one of these forms:

    D4.2 s=2.8 direction=reverse press:fit -> "words of the readout" and "more of its words"
    exercise 4.3 = 0.4431 -> right
    exercise 4.2 = (0.3219, inf) -> right
    exercise 4.3 = 1.3069 -> code SWAPPED
    vote 4.bump -> "in the middle"            (the option that happens)
    vote 4.hook -> 146.77                     (a number, right to its last digit)
    quiz 4.q1 -> "D(q‖p)"                     (the right option)
    variant 4.3 seed=7 -> 1.2345              (the answer, or a tuple of them, right to the last digit)

Settings are made from left to right; `press:NAME` presses a button. A number behind "exercise" may be
any Python expression of numbers, inf and nan.

Oracles: the demos, `diagnose`, the predictions, the questions, `variant`, and the notebooks themselves.
"""

import ast
import json
import math
import re
from functools import cache
from pathlib import Path

import pytest

from course_lib.exercises import diagnose
from course_lib.exercises.catalogue import EXERCISES, PREDICTIONS, QUESTIONS
from course_lib.exercises.variants import VARIED, variant
from course_lib.explore import DEMOS

REPOSITORY = Path(__file__).parent.parent
NOTES = sorted((REPOSITORY / "course_lib" / "instructor").glob("[0-9]*.md"))
PARTS = ("Minute plan", "Sliders", "Questions you will get", "Wrong answers, and what is behind them")
PARTS += ("Board sketch", "Spare demo", "Homework, with solutions", "For graded work")

SETTING = re.compile(r'(\w+)=("[^"]*"|\[[^\]]*\]|\([^)]*\)|\S+)|press:(\w+)')


def name_of(path):
    return path.stem


def text_of(path):
    return path.read_text(encoding="utf-8")


def notebook_of(path):
    return json.loads((REPOSITORY / "notebooks" / f"{path.stem}.ipynb").read_text(encoding="utf-8"))


def claims_in(path):
    blocks = re.findall(r"^```check\n(.*?)^```", text_of(path), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def section(path, title):
    """Return the text under a heading of second level, up to the next one."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text_of(path), re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no part called {title!r}"
    return found[1]


ALL_CLAIMS = [pytest.param(claim, id=f"{path.stem}: {claim}") for path in NOTES for claim in claims_in(path)]

# ---------------------------------------------------------------------------------- one claim


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    """Only the sentences are promised; some eight hundred pictures would take two minutes."""
    monkeypatch.setattr("course_lib.explore.engine.Painter.png", lambda *_: b"")


def number_in(words):
    """Return a number written by hand: 0.35, 1/3, inf, a tuple of them, a pair with words in it."""
    return eval(words, {"__builtins__": {}}, {"inf": math.inf, "nan": math.nan, "log": math.log})


def value_in(words):
    try:
        return ast.literal_eval(words)
    except (ValueError, SyntaxError):
        return words


def quoted(words):
    return re.findall(r'"([^"]*)"', words)


def half_a_digit(words):
    """Return half of the last digit's worth of a number as it is written."""
    return 0.5000001 * 10.0 ** -len(words.partition(".")[2])


def moved_demo(number, settings):
    demo = DEMOS[number]()
    used = "".join(match[0] for match in SETTING.finditer(settings))
    assert used.replace(" ", "") == settings.replace(" ", ""), f"cannot read the settings {settings!r}"
    for name, words, button in SETTING.findall(settings):
        if button:
            press(demo, button)
            continue
        wanted = value_in(words)
        setattr(demo, name, wanted)
        held = getattr(demo, name)
        if isinstance(wanted, float | int) and not isinstance(held, list):
            assert held == pytest.approx(wanted, rel=0.006), f"{name} cannot be {wanted}: it is {held}"
        elif isinstance(wanted, str):
            assert held == wanted
        else:
            assert list(held)[: len(wanted)] == list(wanted)
    return demo


def press(demo, button):
    """Do what the button of that name does, whether it holds its values or computes them."""
    specs = {spec["name"]: spec for spec in demo.controls}
    assert button in specs, f"there is no button {button!r}; there are {sorted(specs)}"
    if specs[button]["kind"] == "action":
        demo.act(button)
    else:
        demo.set(**specs[button]["sets"])


def check_demo(number, settings, promised):
    readout = moved_demo(number, settings).readout.replace("\u00a0", " ")
    assert quoted(promised), "a demo's line promises words in quotation marks"
    for words in quoted(promised):
        assert words in readout, f"the readout is: {readout}"


def check_exercise(exercise_id, answer, promised):
    diagnosis = diagnose(exercise_id, number_in(answer))
    if promised == "right":
        assert diagnosis.correct, diagnosis.message
    else:
        assert promised.startswith("code ")
        assert not diagnosis.correct
        assert diagnosis.code == promised.removeprefix("code ").strip()


def check_vote(prediction_id, promised):
    prediction = PREDICTIONS[prediction_id]
    if prediction.options:
        assert [prediction.options[int(prediction.truth())]] == quoted(promised)
    else:
        assert prediction.truth() == pytest.approx(float(promised), abs=half_a_digit(promised))


def check_quiz(question_id, promised):
    question = QUESTIONS[question_id]
    assert [question.options[question.answer].text] == quoted(promised)


def check_variant(exercise_id, seed, promised):
    answer = variant(exercise_id, int(seed)).answer
    answers = answer if isinstance(answer, tuple) else (answer,)
    written = [word.strip() for word in promised.strip("()").split(",")]
    assert len(written) == len(answers)
    for value, words in zip(answers, written, strict=True):
        if math.isinf(value):
            assert words == "inf"
        else:
            assert value == pytest.approx(float(words), abs=half_a_digit(words))


CLAIMS = (
    (re.compile(r"(D\d\.\d)\s*(.*?)\s*-> (.+)"), check_demo),
    (re.compile(r"exercise (\S+) = (.+?) -> (.+)"), check_exercise),
    (re.compile(r"vote (\S+) -> (.+)"), check_vote),
    (re.compile(r"quiz (\S+) -> (.+)"), check_quiz),
    (re.compile(r"variant (\S+) seed=(\d+) -> (.+)"), check_variant),
)


@pytest.mark.parametrize("claim", ALL_CLAIMS)
def test_a_claim_of_the_notes_holds(claim):
    for form, check in CLAIMS:
        if match := form.fullmatch(claim):
            check(*match.groups())
            return
    raise AssertionError(f"a claim in no known form: {claim}")


@pytest.mark.parametrize(
    "untrue",
    [
        'D1.1 p=0.25 -> "p = 0.2500 → 3.000 bits"',
        "D1.1 p=0.25 -> no words promised",
        'D1.2 p_a=0.33 -> "gap"',  # no place of that slider
        'D1.1 p=0.25 press:nothing -> "bits"',
        "exercise 1.1 = 4 -> right",
        "exercise 1.1 = 5 -> code SIGN",
        "exercise 1.1 = 4 -> code SIGN",
        "vote 2.hook -> 0.0818",
        'vote 1.double -> "it doubles"',
        'quiz 1.a -> "doubles"',
        "variant 1.1 seed=1 -> 99",
        "no form at all",
    ],
)
def test_an_untrue_claim_is_caught(untrue):
    with pytest.raises((AssertionError, ValueError)):
        test_a_claim_of_the_notes_holds(untrue)


# ---------------------------------------------------------------------------------- the whole file


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_notes_have_every_part_and_a_notebook(path):
    notebook_of(path)
    assert re.findall(r"^## (.+)$", text_of(path), re.MULTILINE) == list(PARTS)


@cache
def lecture_minutes():
    """Return the lecture minutes of each notebook's name, as the README's table has them."""
    table = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \S+ \| `(\w+)` \|.*\| (\d+) min \|$", table, re.MULTILINE)
    return {name: int(minutes) for name, minutes in rows}


def plan_of(path):
    """Return (minutes, the slide's title) of every row of the minute plan."""
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", section(path, "Minute plan"), re.MULTILINE)
    return [(int(minutes), title) for minutes, title in rows]


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_the_minutes_add_up_to_the_lecture(path):
    assert sum(minutes for minutes, _ in plan_of(path)) == lecture_minutes()[path.stem]


def titles_of_slides(path):
    """Return the headings in cells that make a slide or a subslide, without their minutes."""
    for cell in notebook_of(path)["cells"]:
        if cell["metadata"].get("slideshow", {}).get("slide_type") in ("slide", "subslide"):
            for heading in re.findall(r"^#+ (.+)$", "".join(cell["source"]), re.MULTILINE):
                yield re.sub(r" \((?:optional, )?\d+ min\)$", "", heading)


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_the_plan_names_slides_that_are_there_in_their_order(path):
    there = list(titles_of_slides(path))
    places = [there.index(title) for _, title in plan_of(path)]
    assert places == sorted(places) and len(set(places)) == len(places)


def demos_on_slides(path):
    """Return the numbers of the demos that the notebook's slides show."""
    shown = [
        "".join(cell["source"])
        for cell in notebook_of(path)["cells"]
        if cell["cell_type"] == "code"
        and cell["metadata"].get("slideshow", {}).get("slide_type") in ("slide", "subslide", "fragment")
    ]
    called = {name for source in shown for name in re.findall(r"explore\.(\w+)\(", source)}
    return {number for number, show in DEMOS.items() if show.__name__ in called}


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_every_demo_of_the_lecture_is_moved_in_the_notes(path):
    moved = {claim.split()[0] for claim in claims_in(path) if claim.startswith("D")}
    assert demos_on_slides(path) <= moved


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_every_checked_exercise_of_the_notebook_is_answered_rightly_or_named(path):
    asked = set(re.findall(r'check\(\\"([\w.]+)\\"', json.dumps(notebook_of(path)["cells"])))
    answered = {claim.split()[1] for claim in claims_in(path) if claim.endswith("-> right")}
    homework = section(path, "Homework, with solutions")
    for exercise_id in asked & set(EXERCISES):
        if exercise_id not in answered:  # a function or a dictionary: it cannot stand on one line
            assert EXERCISES[exercise_id].kind in ("function", "mapping")
        assert re.search(rf"\b{re.escape(exercise_id)}\b", homework), f"{exercise_id} is not homework"


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_every_exercise_that_varies_has_a_variant_in_the_notes(path):
    asked = set(re.findall(r'check\(\\"([\w.]+)\\"', json.dumps(notebook_of(path)["cells"])))
    shown = {claim.split()[1] for claim in claims_in(path) if claim.startswith("variant")}
    assert asked & set(VARIED) <= shown
    assert "ship" in section(path, "For graded work")  # says why a fixed number cannot be graded


def variants_shown(path):
    """Return (exercise, seed) of every variant that the notes show."""
    found = [re.match(r"variant (\S+) seed=(\d+)", claim) for claim in claims_in(path)]
    return [(match[1], int(match[2])) for match in found if match]


def numbers_of(words):
    return {float(number.replace("−", "-")) for number in re.findall(r"−?\d+(?:\.\d+)?", words)}


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_the_table_of_variants_gives_the_numbers_that_are_drawn(path):
    row = re.compile(r'^\| \S+ \| `variant\("(\S+)", seed\)` \| seed (\d+): (.+) \|$', re.MULTILINE)
    for exercise_id, seed, words in row.findall(section(path, "For graded work")):
        drawn = variant(exercise_id, int(seed))
        answers = drawn.answer if isinstance(drawn.answer, tuple) else (drawn.answer,)
        known = numbers_of(drawn.prompt) | {round(answer, 4) for answer in answers}
        assert numbers_of(words) <= known, (exercise_id, seed, drawn)


@pytest.mark.parametrize("path", NOTES[1:], ids=name_of)
def test_every_note_leads_to_the_one_that_explains_them_all(path):
    (link,) = set(re.findall(r"\]\((\w+\.md)\)", text_of(path)))
    explained = text_of(path.with_name(link))
    assert all(
        f"**{what}" in explained for what in ("How all these notes work", "Votes", "What the class did")
    )


@pytest.mark.parametrize(
    ("seed", "words"), [(0, "one of the twenty walks"), (1, "Seed 1 has three"), (5, "seed 5 has none")]
)
def test_the_walks_that_the_notes_count_are_those_on_the_screen(seed, words):
    """No readout counts the walks that touch the wrong line first. Oracle: the drawn lines, at log2 20."""
    (path,) = (path for path in NOTES if path.stem.startswith("04"))
    race = moved_demo("D4.3", f"seed={seed}")
    walks = race._demo.compute(**race.state).paths  # each ends where it reaches the right line
    wrong = sum(bool((walk[:, 1] <= -math.log2(20)).any()) for walk in walks)
    assert words in section(path, "Sliders")
    assert (len(walks), wrong) == (
        20,
        {"one": 1, "three": 3, "none": 0}[re.findall("one|three|none", words)[-1]],
    )


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_every_id_in_the_prose_exists(path):
    prose = text_of(path)
    demos = set(re.findall(r"\bD\d\.\d\b", prose))
    assert demos <= set(DEMOS)
    quoted_ids = set(re.findall(r"`(\d\.\w+)`", prose))
    assert quoted_ids <= set(EXERCISES) | set(PREDICTIONS) | set(QUESTIONS)


@pytest.mark.parametrize("path", NOTES, ids=name_of)
def test_no_decimal_number_of_the_prose_stands_alone(path):
    """A number with three decimals or more is in a claim, in the notebook or in the chapter's exercises."""
    prose = re.sub(r"^```check\n.*?^```", "", text_of(path), flags=re.MULTILINE | re.DOTALL)
    numbers = set(re.findall(r"\d+\.\d{3,}", prose))
    chapter = path.stem.lstrip("0")[:1] or "0"
    items = [item for item in (EXERCISES | QUESTIONS | PREDICTIONS).values() if item.id.startswith(chapter)]
    told = "\n".join(claims_in(path)) + json.dumps(notebook_of(path)["cells"], ensure_ascii=False)
    told += "".join(variant(exercise_id, seed).prompt for exercise_id, seed in variants_shown(path))
    told += repr(items) + "".join(item.explanation() for item in items if hasattr(item, "explanation"))
    assert sorted(number for number in numbers if number not in told) == []
