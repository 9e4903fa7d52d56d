"""The engine's small parts, without processes."""

import math
import subprocess
import sys
from itertools import islice

import pytest

from joblens.engine import describe, names, overrides, tools
from joblens.engine.environments import pip_settings
from joblens.engine.events import Event, EventLog
from joblens.engine.sweep import space
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


@pytest.mark.parametrize(
    ("settings", "unit", "value"),
    [
        ({"type": "choice", "values": ["a", "b"]}, 0.6, "b"),
        ({"type": "randint", "upper": 4}, 0.999, 3),
        ({"type": "uniform", "min_value": 1, "max_value": 3}, 0.5, 2.0),
        ({"type": "quniform", "min_value": 0, "max_value": 10, "q": 2}, 0.36, 4.0),
        ({"type": "loguniform", "min_value": 0, "max_value": 2}, 0.5, math.e),
        ({"type": "normal", "mu": 5, "sigma": 2}, 0.5, 5.0),
        ({"type": "lognormal", "mu": 1, "sigma": 2}, 0.5, math.e),
        ({"type": "qlognormal", "mu": 1, "sigma": 2, "q": 1}, 0.5, 3.0),
    ],
)
def test_each_distribution_maps_the_unit_interval(settings, unit, value):
    assert space.value_at(settings, unit) == pytest.approx(value)


def test_a_seed_draws_the_same_points_again():
    settings = {"x": {"type": "uniform", "min_value": 0, "max_value": 1}}
    draws = [list(islice(space.points(settings, "random", seed), 5)) for seed in (7, 7, 8)]
    assert draws[0] == draws[1] != draws[2]


def test_grid_takes_choices_only():
    with pytest.raises(JobFileError, match="Grid sampling takes only 'choice', but 'x' is 'uniform'"):
        next(space.points({"x": {"type": "uniform"}}, "grid", None))


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
    ("settings", "words"),
    [
        ({"type": "choice", "values": [1, "a"]}, "one of 1, a"),
        ({"type": "uniform", "min_value": 0.01, "max_value": 0.9}, "uniform from 0.01 to 0.9"),
        ({"type": "loguniform", "min_value": -6, "max_value": -1}, "loguniform from e^-6 to e^-1"),
        ({"type": "quniform", "min_value": 1, "max_value": 9, "q": 2}, "quniform from 1 to 9 in steps of 2"),
        ({"type": "normal", "mu": 0, "sigma": 1}, "normal around 0 with deviation 1"),
        ({"type": "randint", "upper": 5}, "a whole number from 0 to below 5"),
    ],
)
def test_a_distribution_is_told_in_words(settings, words):
    assert describe.distribution(settings) == words


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
