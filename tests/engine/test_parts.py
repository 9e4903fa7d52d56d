"""The engine's small parts, without processes."""

import subprocess
import sys

import pytest

from joblens.engine import names, overrides, tools
from joblens.engine.environments import pip_settings
from joblens.engine.events import Event, EventLog
from joblens.errors import JobFileError, UserError


def test_a_reader_sees_whole_events_only(tmp_path):
    file = tmp_path / "events.jsonl"
    log = EventLog(file)
    log.append(Event("note", "one"))
    with file.open("a", encoding="utf-8") as half:
        half.write('{"kind": "no')
    events, offset = log.read(0)
    assert events == [Event("note", "one")]
    with file.open("a", encoding="utf-8") as half:
        half.write('te", "text": "two"}\n')
    assert log.read(offset)[0] == [Event("note", "two")]


def test_set_puts_values_where_they_belong():
    settings = overrides.parsed(["a.b=0.5", "list.1=x", "new.deep=yes"])
    assert overrides.applied("a: {b: 1, c: 2}\nlist: [p, q]\n", settings) == (
        "a:\n  b: 0.5\n  c: 2\nlist:\n- p\n- x\nnew:\n  deep: true\n"
    )


def test_a_file_without_settings_is_left_as_it_is():
    assert overrides.applied("a:   1 # why\n", {}) == "a:   1 # why\n"


@pytest.mark.parametrize("setting", ["a", "=1", "a=[", "list.5=x", "text.x.y=1"])
def test_settings_that_make_no_sense_say_so(setting):
    with pytest.raises(JobFileError) as caught:
        overrides.applied(
            "list: [p]\n", overrides.parsed([setting]) | ({"list.x": 1} if "text" in setting else {})
        )
    assert caught.value.hint


def test_values_are_not_set_in_what_is_no_yaml():
    with pytest.raises(JobFileError, match="no valid YAML"):
        overrides.applied("a: [", {"a": 1})


def test_names_look_like_azures():
    assert names.checked(names.new_name()).count("_") == 2
    with pytest.raises(UserError, match="cannot be the name"):
        names.checked("../x")


def test_pips_settings_become_uvs():
    listing = (
        "global.index-url='https://packages.example/simple'\n"
        "global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'\n"
        "install.find-links='/wheels'\n"
        "global.find-links='/old'\n"
        "global.trusted-host='packages.example'\n"
        ":env:.index-url='https://env.example/simple'\n"
    )
    assert pip_settings.translate(listing).arguments == (
        *("--default-index", "https://env.example/simple"),
        *("--index", "https://a.example/simple", "--index", "https://b.example/simple"),
        *("--find-links", "/wheels"),
        *("--allow-insecure-host", "packages.example"),
    )


def test_a_runs_way_imports_nothing_heavy():
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import joblens.cli.run, joblens.engine.supervisor\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"mlflow", "azure", "psutil", "jsonschema", "asyncio", "filelock", "platformdirs", "pygls"}
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize(
    ("text", "setting", "error"),
    [
        ("inputs: {rate: 1}", "inputs.rat", "There is no input 'rat'. Did you mean 'rate'?"),
        ("inputs: {rate: {path: a}}", "inputs.rat.path", "There is no input 'rat'. Did you mean 'rate'?"),
        ("trial: {inputs: {rate: 1}}", "trial.inputs.x", "There is no input 'x'."),
        (
            "search_space: {lr: {}}",
            "search_space.l_r",
            "There is no hyperparameter 'l_r'. Did you mean 'lr'?",
        ),
        ("command: echo", "inputs.x", "There is no input 'x'."),
    ],
)
def test_a_new_input_that_nothing_uses_is_refused(text, setting, error):
    with pytest.raises(JobFileError) as caught:
        overrides.applied(text, {setting: 2})
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("command: echo ${{inputs.x}}", "inputs.x"),
        ("command: 'echo {inputs.x}'", "inputs.x"),
        ("trial: file:trial.yml", "inputs.x"),
        ("jobs: {train: {component: 'azureml:c:1'}}", "jobs.train.inputs.x"),
        ("command: echo", "limits.timeout"),
    ],
)
def test_other_new_entries_are_put_in(text, setting):
    assert "7" in overrides.applied(text, {setting: 7})


def test_packages_are_installed_into_the_python_that_runs_joblens():
    said = tools.install("mlflow>=3.17,<3.18", "uv")
    assert said.endswith(' -m pip install "mlflow>=3.17,<3.18" uv')
    assert sys.executable in said
