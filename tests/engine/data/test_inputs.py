"""Inputs bound before anything starts: what the command is told, and what is refused."""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine.plan import Plan
from joblens.engine.run import RunOptions, dry_run, plan_of
from joblens.errors import JobFileError
from tests.engine.jobs import write

HERE = RunOptions(environment="this-python", name="r1")
PREVIEW = """\
    command: cat {{inputs.x}}
    environment: azureml:any:1
    compute: {{target: local}}
    inputs: {{x: {{data: {data}, mode: mount}}}}
    """


def planned(folder: Path, inputs: str, command: str = "run ${{inputs.x}}", tables: str = "") -> Plan:
    (folder / "joblens.toml").write_text(tables, encoding="utf-8")
    text = (
        f"command: {json.dumps(command)}\nenvironment: azureml:any:1\ncompute: local\ninputs:\n  {inputs}\n"
    )
    return plan_of(write(folder, text), HERE)


def refused(folder: Path, inputs: str, tables: str = "") -> JobFileError:
    with pytest.raises(JobFileError) as error:
        planned(folder, inputs, tables=tables)
    return error.value


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("true", "True"),
        ("no", "False"),
        ("010", "8"),
        ("1e-3", "1e-3"),
        ("1.0e-5", "1e-05"),
        ("1.50", "1.5"),
        ("10_000", "10000"),
        ("12:30", "750"),
        ("\"$HOME  'x'\"", "$HOME  'x'"),
        ('"one\\ntwo"', "one\ntwo"),
        ("überß", "überß"),
    ],
)
def test_a_literal_is_told_as_the_client_sends_it(tmp_path, written, told):
    assert planned(tmp_path, f"x: {written}").command == f"run {told}"


def test_all_inputs_that_are_missing_are_told_together(tmp_path):
    error = refused(
        tmp_path,
        "x: {type: uri_file, path: gone.csv}\n  y: {type: uri_folder, path: also/gone}\n"
        "  z: {type: uri_file, path: 'azureml:iris:2'}",
    )
    assert "Input 'x' is 'gone.csv', and there is no such file" in str(error)
    assert "Input 'y' is 'also/gone'" in str(error)
    assert "Input 'z' is 'azureml:iris:2'" in str(error)
    assert '"iris:2" = "PATH" to the table [data] of joblens.toml' in error.hint


@pytest.mark.parametrize(
    ("kind", "path", "told"),
    [
        ("uri_file", "folder", "a folder, but its type is uri_file"),
        ("uri_folder", "file.csv", "a file, but its type is uri_folder"),
        ("mlflow_model", "file.csv", "a file, but its type is mlflow_model"),
        ("uri_file", "broken", "a link to nowhere, where nothing is"),
        ("mltable", "folder", "without its file 'MLTable'"),
        ("mltable", "table", "names what is not there: ./lost.csv"),
        ("uri_file", "s3://bucket/key", "an address that cannot be read"),
    ],
)
def test_what_is_not_what_its_type_says_is_refused(tmp_path, kind, path, told):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.csv").touch()
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "table").mkdir()
    table = "paths:\n- file: ./lost.csv\n- pattern: ./*.csv\n- file: https://web.invalid/a.csv\n"
    (tmp_path / "table" / "MLTable").write_text(table, encoding="utf-8")
    assert told in str(refused(tmp_path, f"x: {{type: {kind}, path: '{path}'}}"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no other user to become")
def test_a_file_that_may_not_be_read_is_refused():
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "secret.csv").touch(0o000)

        def ask() -> None:
            assert "may not read" in str(refused(folder, "x: {type: uri_file, path: secret.csv}"))

        as_who_is_not_root(ask)


def as_who_is_not_root(ask: Callable[[], None]) -> None:
    """Root may read everything: then another process, another user's, asks."""
    if os.geteuid() != 0:
        ask()
        return
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setuid(12345)
            ask()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


def test_a_path_is_found_however_it_is_written(tmp_path):
    (tmp_path / "da ta").mkdir()
    (tmp_path / "a.csv").touch()
    (tmp_path / "link.csv").symlink_to("a.csv")
    for written in ("a.csv", "./a.csv", str(tmp_path / "a.csv"), (tmp_path / "a.csv").as_uri()):
        assert planned(tmp_path, f"x: {{type: uri_file, path: '{written}'}}").inputs[0].source == str(
            tmp_path / "a.csv"
        )
    assert planned(tmp_path, "x: {type: uri_file, path: link.csv}").inputs[0].value.endswith("link.csv")
    spaced = planned(tmp_path, f"x: {{path: '{(tmp_path / 'da ta').as_uri()}'}}").inputs[0]
    assert spaced.source == str(tmp_path / "da ta")
    assert " " not in spaced.value


def test_an_optional_part_stays_with_its_value_and_an_input_without_one_is_refused(tmp_path):
    assert planned(tmp_path, "x: 5", "run $[[--flag ${{inputs.x}}]] end").command == "run --flag 5 end"
    assert "'x' has no value" in str(refused(tmp_path, "x:"))


def test_what_is_otherwise_than_on_the_cluster_is_said_before_it_starts(tmp_path):
    (tmp_path / "MLTable").write_text("paths: [{file: ./MLTable}]", encoding="utf-8")
    plan = planned(tmp_path, "x: {type: mltable, path: ., mode: eval_mount}")
    assert any("eval_mount evaluates no table here" in note for note in plan.notes)


def test_an_empty_folder_is_an_input_and_a_line_says_that_it_cannot_be_sent(tmp_path):
    (tmp_path / "nothing").mkdir()
    assert any("empty folder" in note for note in planned(tmp_path, "x: {path: nothing}").notes)


def test_a_direct_input_is_its_address(tmp_path):
    for address in ("https://web.invalid/a.csv", "azureml://datastores/mine/paths/a.csv"):
        found = planned(tmp_path, f"x: {{type: uri_file, mode: direct, path: '{address}'}}")
        assert found.command == f"run {address}"
        assert found.inputs[0].literal


TABLES = """\
    [datastores]
    workspaceblobstore = "./blob"
    web = "https://acc.blob.core.windows.net/box"
    [data]
    iris = "iris.csv"
    "iris:2" = "iris2.csv"
    "taxi:9" = "blob"
    "taxi:10" = "iris.csv"
    """


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("azureml:iris:1", "iris.csv"),
        ("azureml:iris:2", "iris2.csv"),
        ("azureml:iris@latest", "iris.csv"),
        ("azureml:taxi@latest", "iris.csv"),
        ("azureml:/subscriptions/s/resourceGroups/g/workspaces/w/data/iris/versions/2", "iris2.csv"),
        ("azureml://registries/azureml/models/iris/versions/3", "iris.csv"),
        ("azureml://registries/azureml/models/iris/labels/latest", "iris.csv"),
        ("azureml://datastores/workspaceblobstore/paths/a/b.csv", "blob/a/b.csv"),
        (
            "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/a/b.csv",
            "blob/a/b.csv",
        ),
    ],
)
def test_what_a_workspace_knows_is_where_the_tables_say(tmp_path, reference, place):
    for name in ("iris.csv", "iris2.csv", "blob/a/b.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    (tmp_path / ".git").mkdir()
    write(tmp_path, "", {"joblens.toml": TABLES})
    text = (
        "command: cat ${{inputs.x}}\nenvironment: azureml:any:1\ncompute: local\n"
        f"inputs:\n  x: {{type: uri_file, path: '{reference}'}}\n"
    )
    assert plan_of(write(jobs, text), HERE).inputs[0].source == str(tmp_path / place)


def test_a_table_may_name_a_web_address(tmp_path):
    found = planned(
        tmp_path,
        "x: {type: uri_file, path: 'azureml://datastores/web/paths/d/a.csv'}",
        tables=('[datastores]\nweb = "https://acc.blob.core.windows.net/box"\n'),
    ).inputs[0]
    assert found.url == "https://acc.blob.core.windows.net/box/d/a.csv"


def test_what_another_run_left_is_an_input(tmp_path):
    left = tmp_path / ".joblens" / "runs" / "old" / "outputs" / "model"
    left.mkdir(parents=True)
    (left / "m").touch()
    for reference in (
        "azureml://jobs/old/outputs/model",
        "azureml://jobs/old/outputs/artifacts/paths/outputs/model/",
    ):
        assert planned(tmp_path, f"x: {{path: '{reference}'}}").inputs[0].source == str(left)


def test_a_datastore_without_a_place_is_told_with_the_line_to_add(tmp_path):
    error = refused(tmp_path, "x: {type: uri_file, path: 'azureml://datastores/mine/paths/a.csv'}")
    assert 'Add mine = "FOLDER" to the table [datastores] of joblens.toml' in error.hint
    assert "--set inputs.x.path=./data" in error.hint


def test_the_preview_dialect_finds_its_data_the_same_way(tmp_path):
    write(tmp_path, "", {"joblens.toml": TABLES, "iris.csv": "1"})
    for data in ("azureml:iris:1", "{local_path: iris.csv}"):
        found = plan_of(write(tmp_path, PREVIEW.format(data=data)), HERE)
        assert found.inputs[0].source == str(tmp_path / "iris.csv")


def test_a_dry_run_says_where_an_input_comes_from_and_what_may_be_done_to_it(tmp_path):
    (tmp_path / "a").mkdir()
    text = """\
        command: ls ${{inputs.a}} ${{inputs.c}}
        environment: azureml:any:1
        inputs:
          a: {path: a}
          c: {type: uri_file, path: 'https://web.invalid/c.csv?sig=secret'}
        """
    told = dry_run(write(tmp_path, text), HERE)
    assert f"a = {tmp_path / 'a'}  (read-only)" in told
    assert "downloaded from https://web.invalid/c.csv, read-only" in told
