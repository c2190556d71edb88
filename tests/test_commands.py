"""The commands keep the learner's work and data, and store the same outputs everywhere."""

import json
import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib import commands, progress, records, safe_files

ROOT = Path(__file__).parents[1]
NO_SUBSHELLS = {"@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"}}


def stored_notebook(said):
    """Return a notebook that was executed and printed `said`."""
    output = new_output("stream", name="stdout", text=said)
    cells = [new_markdown_cell(said), new_code_cell("print()", outputs=[output], execution_count=1)]
    return nbformat.writes(new_notebook(cells=cells))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder with two notebooks, and a list of the processes that the commands would have started."""
    (tmp_path / "notebooks").mkdir()
    for name in ("00_start_here", "02_entropy"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text(stored_notebook(name))
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    monkeypatch.setattr(commands, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(commands, "WORKING_COPIES", tmp_path / "my_course")
    calls = []
    monkeypatch.setattr(commands.os, "execv", lambda program, command: calls.append((command, {})))
    monkeypatch.setattr(
        commands.subprocess, "call", lambda command, **options: calls.append((command, options)) or 0
    )
    return tmp_path, calls


def run_lab(course, *arguments):
    """Run `lab` up to the point where JupyterLab would start, and return its command line."""
    folder, calls = course
    commands.lab(list(arguments))
    command, _ = calls[0]  # the first: execv, which is no longer one way here, is followed by call
    calls.clear()
    return folder / "my_course", command


def read(path):
    return nbformat.read(path, as_version=4)


def test_lab_opens_a_copy_of_the_first_notebook(course):
    copies, command = run_lab(course)
    assert sorted(path.name for path in copies.iterdir()) == ["00_start_here.ipynb", "02_entropy.ipynb"]
    assert command[1:3] == ["-m", "jupyterlab"]
    assert "--LabApp.default_url=/lab/tree/my_course/00_start_here.ipynb" in command


def test_lab_passes_jupyters_own_options_on(course):
    _, command = run_lab(course, "--no-browser", "--port=9999")
    assert command[-2:] == ["--no-browser", "--port=9999"]


def test_lab_never_overwrites_what_the_learner_wrote(course):
    copies, _ = run_lab(course)
    (copies / "02_entropy.ipynb").write_text("my answers")
    (course[0] / "notebooks" / "02_entropy.ipynb").write_text(stored_notebook("an update"))
    run_lab(course)
    run_lab(course, "--fresh", "02")
    assert (copies / "02_entropy.ipynb").read_text() == "my answers"


def test_lab_copies_a_chapter_that_came_with_an_update(course):
    run_lab(course)
    (course[0] / "notebooks" / "03_cross_entropy.ipynb").write_text(stored_notebook("new"))
    copies, _ = run_lab(course)
    assert read(copies / "03_cross_entropy.ipynb").cells[0].source == "new"


def test_a_working_copy_shows_no_answer_before_its_cell_is_run(course):
    copies, _ = run_lab(course)
    original, copy = read(course[0] / "notebooks" / "02_entropy.ipynb"), read(copies / "02_entropy.ipynb")
    assert [cell.id for cell in copy.cells] == [cell.id for cell in original.cells]
    assert [cell.source for cell in copy.cells] == [cell.source for cell in original.cells]
    assert (copy.cells[1].outputs, copy.cells[1].execution_count) == ([], None)
    assert original.cells[1].outputs[0].text == "02_entropy"  # the course's own one is as it was


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_working_copy_can_be_read_by_whoever_may_read_files_here(course):
    copies, _ = run_lab(course)
    plain = course[0] / "plain"
    plain.touch()
    assert (copies / "02_entropy.ipynb").stat().st_mode == plain.stat().st_mode


def test_an_interrupted_copy_is_made_again(course, monkeypatch):
    def no_disk(name, path):
        raise OSError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(safe_files, "_replace", no_disk)
        with pytest.raises(SystemExit, match=r"No space left.*folder of your own"):
            run_lab(course)
    copies, _ = run_lab(course)
    assert read(copies / "00_start_here.ipynb").cells[0].source == "00_start_here"


def test_lab_fresh_puts_a_new_copy_beside_the_old_each_time(course):
    copies, command = run_lab(course, "--fresh", "02", "--no-browser")
    assert "--LabApp.default_url=/lab/tree/my_course/02_entropy_fresh_1.ipynb" in command
    assert command[-1] == "--no-browser"
    assert "02" not in command
    (copies / "02_entropy_fresh_1.ipynb").write_text("answers there, too")
    run_lab(course, "--fresh", "02_entropy")
    assert (copies / "02_entropy_fresh_1.ipynb").read_text() == "answers there, too"
    assert read(copies / "02_entropy_fresh_2.ipynb").cells[0].source == "02_entropy"


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [(["--fresh"], "lab --fresh 02"), (["--fresh", "99"], "There are: 00_start_here")],
)
def test_lab_says_what_it_did_not_understand(course, arguments, fragment):
    with pytest.raises(SystemExit, match=fragment):
        commands.lab(arguments)


def test_an_unknown_command_lists_the_known_ones(course):
    for arguments in ([], ["lba"]):
        with pytest.raises(SystemExit) as stop:
            commands.main(arguments)
        assert all(f"{name} [" in str(stop.value) for name in ("lab", "test", "execute", "record"))


def test_settings_are_added_to_what_is_there(tmp_path):
    path = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    commands.ship_lab_settings(str(tmp_path))
    assert json.loads(path.read_text()) == NO_SUBSHELLS
    path.write_text('{"their": {"own": 1}}')
    commands.ship_lab_settings(str(tmp_path))
    assert json.loads(path.read_text()) == {"their": {"own": 1}} | NO_SUBSHELLS


def test_settings_that_cannot_be_read_are_left_alone(tmp_path, capsys):
    path = tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    path.parent.mkdir(parents=True)
    path.write_text("{ damaged")
    commands.ship_lab_settings(str(tmp_path))
    assert path.read_text() == "{ damaged"
    assert "left as they are" in capsys.readouterr().err


def test_jupyterlab_knows_the_setting_that_is_shipped():
    # Oracle: the schema that comes with JupyterLab itself.
    import jupyterlab

    schemas = Path(jupyterlab.__file__).parent / "schemas"
    for plugin, values in commands.LAB_SETTINGS.items():
        package, name = plugin.split(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text("utf-8"))
        for key, value in values.items():
            assert value in [choice["const"] for choice in schema["properties"][key]["oneOf"]]


def test_test_runs_pytest_headless_with_a_data_folder_of_its_own(course, monkeypatch):
    monkeypatch.setattr(commands, "ship_lab_settings", lambda: None)
    assert commands.main(["test", "-k", "kl"]) == 0
    command, options = course[1][-1]
    assert command[1:] == ["-m", "pytest", "-k", "kl"]
    assert options["env"]["COURSE_LIB_HEADLESS"] == "1"
    assert not Path(options["env"]["COURSE_LIB_DATA"]).exists(), "the temporary folder is gone afterwards"


@pytest.fixture
def written(course):
    """A notebook of two code cells as an editor leaves it: old outputs, times, another kernel."""
    path = course[0] / "notebooks" / "03_written.ipynb"
    code = "import os\nprint(os.environ['COURSE_LIB_DATA']); print('two')\nos.environ['COURSE_LIB_HEADLESS']"
    old = new_output("stream", name="stdout", text="old")
    slider = "import ipywidgets\nipywidgets.IntSlider(3, description='n')"
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# A title", id="title"),
            new_code_cell(code, id="first", execution_count=7, outputs=[old], metadata={"tags": ["a"]}),
            new_code_cell(slider, id="second"),
        ],
        metadata={"title": "Written", "kernelspec": {"name": "mine", "display_name": "x"}, "widgets": {}},
    )
    nbformat.write(notebook, path)
    return path


HEADLESS = os.environ | {"COURSE_LIB_DATA": "a folder", "COURSE_LIB_HEADLESS": "1"}


def test_execute_stores_what_every_machine_would_store(written):
    commands.execute_notebook(written, HEADLESS)
    stored = json.loads(written.read_text("utf-8"))
    first, second = stored["cells"][1:]
    assert [first["execution_count"], second["execution_count"]] == [1, 2]
    assert "".join(first["outputs"][0]["text"]) == "a folder\ntwo\n"
    assert len(first["outputs"]) == 2, "the stream is one piece"
    assert "".join(second["outputs"][0]["data"]["text/plain"]) == "IntSlider(value=3, description='n')"
    assert list(second["outputs"][0]["data"]) == ["text/plain"]
    assert [cell["id"] for cell in stored["cells"]] == ["title", "first", "second"]
    assert first["metadata"] == {"tags": ["a"]}
    assert stored["metadata"]["kernelspec"]["name"] == "python3"
    assert stored["metadata"]["title"] == "Written"
    assert set(stored["metadata"]) == {"kernelspec", "language_info", "title"}
    assert "version" not in stored["metadata"]["language_info"]


def test_execute_twice_stores_the_same_bytes(written):
    commands.execute_notebook(written, HEADLESS)
    before = written.read_bytes()
    commands.execute_notebook(written, HEADLESS)
    assert written.read_bytes() == before


def test_execute_leaves_a_notebook_that_fails_as_it_was(written):
    text = written.read_text().replace("print('two')", "1 / 0")
    written.write_text(text)
    with pytest.raises(SystemExit, match="left as it was"):
        commands.execute_notebook(written, HEADLESS)
    assert written.read_text() == text
    assert [path.name for path in written.parent.glob("*.tmp")] == []


def test_execute_takes_the_names_it_is_given(course, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(commands, "execute_notebook", lambda path, _: ran.append(path.stem))
    assert commands.execute(["02"]) == 0
    assert commands.execute([]) == 0
    assert ran == ["02_entropy", "00_start_here", "02_entropy"]
    assert "02_entropy.ipynb: 0.0 s" in capsys.readouterr().out


def test_record_makes_and_stores_the_records_it_is_given(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "DATA", tmp_path)
    made = {name: lambda: {"x": np.arange(3)} for name in ("one", "two")}
    monkeypatch.setattr(records, "RECORDS", made)
    assert commands.record(["two"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["two.npz"]
    assert records.load("two")["x"].tolist() == [0, 1, 2]
    assert "two: 0.0 s, " in capsys.readouterr().out
    assert commands.record([]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.npz", "two.npz"]
    records.load.cache_clear()


def test_record_says_what_there_is():
    with pytest.raises(SystemExit, match=r"no record 'planes'. There are: information_planes, "):
        commands.record(["planes"])


def test_tests_and_kernels_write_to_a_temporary_folder():
    assert os.environ["COURSE_LIB_HEADLESS"] == "1"
    assert str(progress.data_folder()) == os.environ["COURSE_LIB_DATA"]


def test_the_learners_own_data_is_untouched(changes_to_real_data):
    # Runs last of all (see conftest.py), so it also sees what the notebooks did.
    assert changes_to_real_data == set()


def test_the_watched_folder_is_the_one_a_learner_gets(monkeypatch, real_data_folder):
    monkeypatch.delenv("COURSE_LIB_DATA")
    assert progress.data_folder() == real_data_folder
