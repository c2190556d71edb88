"""A class at once: the values for Kubernetes, the page for who sets it up, the judge of a class's ledgers.

Oracles: the YAML parser, the keys that the chart documents (4.4.0), arithmetic done anew from the numbers in
the page, `urlencode`, `platformdirs`, and ledgers written by hand. That twenty learners at once get what they
need is measured by `.ci/measure_hub.py`, and the chart's own schema is asked by `.ci/check_hub.py`.
"""

import importlib
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import yaml
from platformdirs.unix import Unix

from course_lib.commands import COMMANDS

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"
TEXT = (ROOT / "binder" / "jupyterhub-values.yaml").read_text("utf-8")
VALUES = yaml.safe_load(TEXT)
PAGE = (ROOT / "binder" / "CLASSROOM.md").read_text("utf-8")
FENCES = "\n".join(re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
NOTEBOOK_LINK = re.compile(r"https://\S+/hub/user-redirect/git-pull\?\S+")
TABLE_HEAD = "| students online |"
# As the reference of chart 4.4.0 spells them; `hub.config` holds JupyterHub's own classes.
DOCUMENTED = {
    "hub": {"config", "concurrentSpawnLimit", "activeServerLimit"},
    "hub.config": {"JupyterHub", "SharedPasswordAuthenticator", "Authenticator", "KubeSpawner"},
    "hub.config.JupyterHub": {"authenticator_class"},
    "hub.config.SharedPasswordAuthenticator": {"user_password"},
    "hub.config.Authenticator": {"allow_all"},
    "hub.config.KubeSpawner": {"http_timeout", "notebook_dir"},
    "proxy": {"https"},
    "proxy.https": {"enabled", "hosts", "letsencrypt"},
    "proxy.https.letsencrypt": {"contactEmail"},
    "singleuser": {
        *("image", "defaultUrl", "memory", "cpu", "extraEnv", "storage", "startTimeout"),
    },
    "singleuser.image": {"name", "tag"},
    "singleuser.memory": {"guarantee", "limit"},
    "singleuser.cpu": {"guarantee", "limit"},
    "singleuser.extraEnv": {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"},
    "singleuser.storage": {"capacity"},
    "scheduling": {"userScheduler", "podPriority", "userPlaceholder"},
    "scheduling.userScheduler": {"enabled"},
    "scheduling.podPriority": {"enabled"},
    "scheduling.userPlaceholder": {"enabled", "replicas"},
    "prePuller": {"hook", "continuous"},
    "prePuller.hook": {"enabled"},
    "prePuller.continuous": {"enabled"},
    "cull": {"enabled", "timeout", "every", "maxAge"},
}


def load(name: str) -> ModuleType:
    """Import a script of .ci, which lies beside those that it uses."""
    sys.path.insert(0, str(CI))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(CI))


def mebibytes(text: str) -> int:
    """Return a size as Kubernetes and JupyterHub write it, in MiB."""
    number, unit = re.fullmatch(r"(\d+)([MG])", text).groups()
    return int(number) * (1024 if unit == "G" else 1)


def said(pattern: str) -> float:
    """Return the one number that the page gives in some words."""
    (number,) = set(re.findall(pattern, PAGE))
    return float(number)


# --------------------------------------------------------------------------------------------- values
def test_every_key_is_spelt_as_the_chart_documents_it():
    def check(tree: dict, at: str) -> None:
        for key, value in tree.items():
            place = f"{at}.{key}".lstrip(".")
            if at:
                assert key in DOCUMENTED[at], place
            if isinstance(value, dict):
                check(value, place)

    assert VALUES.keys() <= {place for place in DOCUMENTED if "." not in place}
    check(VALUES, "")


def test_every_setting_says_why():
    settings = [line for line in TEXT.splitlines() if re.match(r"\s*\w+: ?[^\s#]", line)]
    assert len(settings) > 25
    assert [line for line in settings if not re.search(r" # \w.{10,}$", line)] == []


def test_what_must_be_replaced_is_in_capitals_and_nothing_else_is():
    image = VALUES["singleuser"]["image"]
    assert image["tag"] == "TAG"
    assert image["name"].startswith("REGISTRY/")
    uncommented = re.sub(r"#.*", "", TEXT)
    capitals = set(re.findall(r"[:\[ ]([A-Z][A-Z.@-]{2,})(?=[\]/\s])", uncommented))
    assert capitals == {"CLASS-PASSWORD", "HUB.EXAMPLE.ORG", "YOU@EXAMPLE.ORG", "REGISTRY", "TAG"}
    assert f"--image-name {image['name']}:{image['tag']} ." in FENCES


def test_servers_get_the_threads_that_binder_gives_them():
    start = (ROOT / "binder" / "start").read_text("utf-8")
    for name, number in VALUES["singleuser"]["extraEnv"].items():
        assert isinstance(number, str), f"{name}: Kubernetes refuses a number here"
        assert f"{name}={number}" in start
        assert f'"{name}": "{number}"' in FENCES


def test_seats_can_give_way_and_nodes_have_the_image():
    scheduling = VALUES["scheduling"]
    assert scheduling["userPlaceholder"]["enabled"] and scheduling["podPriority"]["enabled"]
    assert VALUES["prePuller"]["continuous"]["enabled"]


def test_the_reserved_memory_covers_what_was_measured():
    memory = {name: mebibytes(size) for name, size in VALUES["singleuser"]["memory"].items()}
    chapter_2 = said(r"take (\d+) MiB at their peak")
    measured = [float(row) for row in re.findall(r"its peak, alone \|[^|]*\| (\d+) MiB", PAGE)]
    assert len(measured) == 2
    assert sum(measured) <= chapter_2 <= memory["guarantee"]
    assert memory["guarantee"] == said(r"MiB at their peak.*?; (\d+) MiB are reserved")
    server, language_model = min(measured), said(r"weights, (\d+) MiB a kernel")
    assert server + language_model + max(measured) < memory["limit"], "two chapters open at once"
    assert memory["limit"] == 1024 * said(r"the limit is (\d+) GiB")


# ----------------------------------------------------------------------------------------------- sizes
def rows(text: str) -> list[list[str]]:
    """Return the cells of the table of sizes, below its head."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(TABLE_HEAD):
            next(lines)
            break
    table = []
    for line in lines:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def test_the_table_of_sizes_follows_from_the_numbers_beneath_it():
    reserved, seconds = said(r"; (\d+) MiB are reserved"), said(r"costs ([\d.]+) core-seconds")
    per_node, per_node_7a = map(
        int, re.search(r"students: (\d+) of them, or (\d+) in chapter 7a", PAGE).groups()
    )
    usable = said(r"has about (\d+) GiB for students")
    assert (per_node, per_node_7a) == (int(usable * 1024 / reserved), int(usable))
    table = rows(PAGE)
    assert [int(row[0]) for row in table] == [20, 50, 100, 300, 500]
    for students, engine, memory, memory_7a, cores, after in table:
        n = int(students)
        if "nodes" in memory:
            needed = math.ceil(n / per_node), math.ceil(n / per_node_7a)
            assert (memory, memory_7a) == tuple(f"{nodes} nodes of 16 GiB" for nodes in needed)
            assert int(cores) == 4 * needed[0]
            assert "Kubernetes" in engine
        else:
            assert memory == f"{math.ceil(1 + n * reserved / 1024)} GiB"
            assert memory_7a == f"{1 + n} GiB"
            assert int(cores) == max(2, math.ceil(n * seconds / 60))
        assert after == f"{math.ceil(n * seconds / int(cores))} s"


def test_readme_shows_the_same_table():
    readme = (ROOT / "README.md").read_text("utf-8")
    for row in rows(readme):
        assert row in rows(PAGE)
    assert (TABLE_HEAD in readme) == ("binder/CLASSROOM.md" in readme), "the table needs its link"


# ------------------------------------------------------------------------------------------------ page
def test_the_worked_link_is_what_its_parts_make():
    host, course, branch = re.search(r"For HUB `(.*?)`, COURSE `(.*?)` and BRANCH `(.*?)`", PAGE).groups()
    form, worked = NOTEBOOK_LINK.findall(FENCES)
    names = parse_qs(urlsplit(form).query)
    assert list(names) == ["repo", "branch", "targetpath", "urlpath"]
    (folder,), (opened,) = names["targetpath"], names["urlpath"]
    assert opened.startswith(f"lab/tree/{folder}/")
    assert (ROOT / opened.removeprefix(f"lab/tree/{folder}/")).is_file()
    parts = {"repo": course, "branch": branch, "targetpath": folder, "urlpath": opened}
    learner = load("hub_learner")
    assert worked == f"https://{host}{learner.LINK}?{urlencode(parts)}"
    assert opened.endswith(learner.NOTEBOOK), "the link that was measured"


def test_both_engines_get_the_same_limits():
    told = dict(re.findall(r"tljh-config set (\S+) (\S+)", FENCES))
    single = VALUES["singleuser"]
    assert told["limits.memory"] == single["memory"]["limit"]
    assert told["limits.cpu"] == str(single["cpu"]["limit"])
    assert (told["user_environment.default_app"], single["defaultUrl"]) == ("jupyterlab", "/lab")
    timeout = VALUES["hub"]["config"]["KubeSpawner"]["http_timeout"]
    assert re.findall(r"c\.Spawner\.http_timeout = (\d+)", FENCES) == [str(timeout)]


def test_the_page_installs_what_binder_installs():
    ours = re.findall(r"pip install (.*)", FENCES.partition("jupyter-repo2docker")[0])
    post_build = (ROOT / "binder" / "postBuild").read_text("utf-8")
    binder = [line.replace("--no-cache-dir ", "") for line in re.findall(r"pip install (.*)", post_build)]
    assert ours == ["--require-hashes -r binder/requirements.txt", *(line.split(" ||")[0] for line in binder)]
    assert post_build.splitlines()[-1].partition("python ")[2] in FENCES


def test_commands_and_versions_are_the_ones_there_are():
    assert set(re.findall(r"python3 -m course_lib (\w+)", PAGE)) <= COMMANDS.keys()
    chart = re.search(r"chart (\d+\.\d+\.\d+)", TEXT)[1]
    assert re.findall(r"--version (\S+)", FENCES)[-1] == chart
    lock = (CI / "hub.txt").read_text("utf-8")
    nbgitpuller = re.search(r"^nbgitpuller==(\S+)", lock, re.MULTILINE)[1]
    assert set(re.findall(r"nbgitpuller(?:==| )(\d[\d.]*\d)", PAGE)) == {nbgitpuller}
    assert re.search(r"^jupyterhub==5\.", lock, re.MULTILINE), "the series of both engines"


def test_the_page_says_where_the_ledger_lies(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    folder = Path(Unix("information-theory-for-machine-learning", False).user_data_dir)
    ledger = (folder / "progress.json").relative_to(Path.home()).as_posix()
    assert f"`~/{ledger}`" in PAGE
    assert ledger == load("hub_learner").LEDGER


def test_the_classroom_has_the_packages_of_the_lock():
    pin = re.compile(r"^([\w.-]+)==([^\s;]+)(?: ; (.*?))? \\$", re.MULTILINE)
    lock = set(pin.findall((ROOT / "binder" / "requirements.txt").read_text("utf-8")))
    classroom = set(pin.findall((CI / "hub.txt").read_text("utf-8")))
    names = {name for name, *_ in lock}
    shared = {found[:2] for found in classroom if found[0] in names}
    assert len(shared) > 30
    assert shared <= {found[:2] for found in lock}


# ---------------------------------------------------------------------------------------------- judges
def test_the_check_against_the_chart_finds_a_key_that_the_chart_does_not_know(tmp_path):
    def schema(tree: object) -> dict:
        if not isinstance(tree, dict):
            return {}
        known = {key: schema(value) for key, value in tree.items()}
        return {"type": "object", "additionalProperties": False, "properties": known}

    def check(known: dict) -> subprocess.CompletedProcess[str]:
        (tmp_path / "values.schema.yaml").write_text(yaml.safe_dump(schema(known)))
        command = [sys.executable, CI / "check_hub.py", tmp_path]
        return subprocess.run(command, capture_output=True, text=True)

    (tmp_path / "values.yaml").write_text("cull: {every: 1}\n")
    assert check(VALUES).returncode == 0
    without = {**VALUES, "cull": {key: value for key, value in VALUES["cull"].items() if key != "maxAge"}}
    refused = check(without)
    assert refused.returncode == 1
    assert "maxAge" in refused.stdout


@pytest.fixture
def learner(tmp_path):
    """A learner who gave the answers 0, 1, 2 and, after a crash, 9,999; of these 1 and 2 were confirmed."""
    made = load("hub_learner").Learner(3, "http://127.0.0.1:9", tmp_path)
    made.printed = f"{made.first + 1}\n{made.first + 2}\n{made.first + 3}"  # the last line never ended
    return made


def write_ledger(learner, numbers: list[int], **others: object) -> None:
    path = learner.home / load("hub_learner").LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    attempts = [{"id": "2.1", "answer": str(number)} for number in numbers]
    path.write_text(json.dumps({"attempts": attempts, "quizzes": [], "predictions": []} | others))


def test_a_ledger_with_every_confirmed_answer_passes(learner):
    for unconfirmed in ([], [3], [3, 4]):
        own = [learner.first + number for number in (0, 1, 2, *unconfirmed, 9_999)]
        write_ledger(learner, own)
        learner.check_ledger()


@pytest.mark.parametrize(
    "numbers",
    [(0, 1, 9_999), (0, 1, 2), (0, 2, 1, 9_999), (0, 1, 2, 2, 9_999), (0, 1, 2, 10_003, 9_999), ()],
    ids=["lost", "not back", "out of order", "doubled", "a neighbour's", "empty"],
)
def test_a_ledger_that_differs_is_found(learner, numbers):
    write_ledger(learner, [learner.first + number for number in numbers])
    with pytest.raises(load("hub_learner").Trouble):
        learner.check_ledger()


def test_a_foreign_prediction_a_torn_file_and_one_set_aside_are_found(learner):
    own = [learner.first + number for number in (0, 1, 2, 9_999)]
    write_ledger(learner, own, predictions=[{"id": "2.hook"}])
    with pytest.raises(load("hub_learner").Trouble):
        learner.check_ledger()
    write_ledger(learner, own)
    path = learner.home / load("hub_learner").LEDGER
    path.with_name("progress.damaged-1.json").touch()
    with pytest.raises(load("hub_learner").Trouble):
        learner.check_ledger()
    path.write_text(path.read_text()[:-9])
    with pytest.raises(json.JSONDecodeError):
        learner.check_ledger()
