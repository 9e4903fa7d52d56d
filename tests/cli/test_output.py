"""What a command found, in the forms that a user of the Azure command line knows."""

import argparse
import json
from pathlib import Path

import pytest

from joblens.cli import main
from joblens.cli.output import QueryError, add_output_arguments, printed
from tests.engine.jobs import job, write

FOUND = [
    {
        "name": "b",
        "size": "Standard_D2",
        "nodes": {"max": 4},
        "tags": [1, 2],
        "id": "/x",
        "on": True,
        "no": None,
    },
    {"name": "ä", "size": None, "nodes": {}, "tags": [], "id": "/y", "on": False, "no": None},
]
COLUMNS = {"Name": "name", "Most": "nodes.max", "On": lambda one: "yes" if one["on"] else "no"}


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]):
    def call(*words: str, value: object = FOUND) -> str:
        parser = argparse.ArgumentParser()
        add_output_arguments(parser)
        printed(value, parser.parse_args(words), COLUMNS)
        return capsys.readouterr().out

    return call


def test_by_itself_it_is_a_table_with_the_commands_own_columns(said):
    assert (
        said() == said("-o", "table") == "Name  Most  On\n----  ----  ---\nb     4     yes\nä           no\n"
    )
    assert said(value=FOUND[1]).splitlines()[2:] == ["ä           no"]


def test_json_is_sorted_and_indented_as_az_has_it(said):
    assert said("--output", "JSON") == json.dumps(FOUND, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert said("-o", "jsonc", "--query", "[0].nodes") == '{\n  "max": 4\n}\n'


def test_json_lines_hold_an_entry_each(said):
    assert [json.loads(line) for line in said("--json").splitlines()] == FOUND
    assert said("--json", "--query", "[].name") == '"b"\n"ä"\n'


def test_tabs_part_values_in_the_order_of_their_names_or_of_the_query(said):
    assert said("-o", "tsv", value=FOUND[0]) == "/x\tb\tNone\t\tTrue\tStandard_D2\t2\n"
    assert said("-o", "tsv", "--query", "[].{z:name, a:on}") == "b\tTrue\nä\tFalse\n"
    assert said("-o", "tsv", "--query", "[].name") == "b\nä\n"
    assert said("-o", "tsv", "--query", "[0].on") == "true\n"


def test_a_query_chooses_the_columns_of_a_table(said):
    table = said("-o", "table", "--query", "[].{name:name, size:size, tags:tags}")
    assert table == "Name  Size\n----  -----------\nb     Standard_D2\nä\n"
    assert said("-o", "table", "--query", "[].[name, on]").splitlines()[0] == "Column1  Column2"
    assert said("-o", "table", "--query", "[].name").splitlines() == ["Result", "------", "b", "ä"]


def test_a_querys_result_is_json_by_itself_and_nothing_where_it_finds_nothing(said):
    assert said("--query", "[?on].name") == '[\n  "b"\n]\n'
    assert said("--query", "nothing") == said("-o", "none") == ""


def test_yaml_is_there_too(said):
    assert said("-o", "yaml", "--query", "[].{name:name}") == "- name: b\n- name: ä\n"


def test_a_query_that_does_not_fit_says_so(said):
    with pytest.raises(QueryError, match=r"does not fit what was found: .*length"):
        said("--query", "length([0].on)")


@pytest.fixture
def joblens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        return (main(arguments), *capsys.readouterr())

    return call


@pytest.mark.parametrize("query", ["[?", "]", "foo(", "a b", ""])
def test_a_wrong_query_is_one_sentence_and_nothing_is_done(joblens, query):
    code, out, err = joblens("job", "list", "--query", query)
    assert (code, out, err.count("\n")) == (2, "", 2)
    assert err.startswith(f"error: The query '{query}' cannot be read")
    assert "error" in json.loads(joblens("job", "list", "--json", "--query", query)[2])


def test_runs_are_listed_and_shown_in_each_form(joblens, tmp_path):
    assert joblens("job", "list", "-o", "json")[1:] == ("[]\n", "")
    write(tmp_path, job("echo"))
    joblens("job", "create", "job.yml", "--name", "r", "--stream")
    assert joblens("job", "list")[1].split()[:5] == ["Name", "Status", "Created", "Experiment", "File"]
    assert joblens("job", "list", "-o", "tsv", "--query", "[].[name, status]")[1] == "r\tCompleted\n"
    assert joblens("job", "show", "-n", "r", "--query", "status", "-o", "tsv")[1] == "Completed\n"
    assert json.loads(joblens("job", "show", "-n", "r", "-o", "json")[1])["name"] == "r"
    assert joblens("job", "show", "-n", "r", "-o", "table")[1].splitlines()[2].split()[:2] == [
        "r",
        "Completed",
    ]
    assert "exit code:" in joblens("job", "show", "r")[1]


def test_environments_are_listed_in_each_form(joblens, monkeypatch, tmp_path):
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    assert joblens("env", "list", "-o", "json")[1:] == ("[]\n", "")
    assert joblens("env", "list", "--json")[1:] == ("", "")
