"""The command runs as the cluster's shell would run it, from the root of the code, with its variables."""

from pathlib import Path

import pytest

from joblens.engine.run import RunOptions, dry_run
from tests.engine.jobs import finished, job, write

HEAD = "environment: azureml:any@latest\ncompute: local\n"


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("command: >-\n  echo one &&\n  echo two\n", ["one", "two"]),
        ("command: >\n  echo one;\n  echo two\n", ["one", "two"]),
        ("command: |\n  echo one\n  # a remark\n  echo \\\n    two\n", ["one", "two"]),
        ("command: |\n  echo one &&\n  echo two\n", ["one", "two"]),
        ("command: |\r\n  echo one\r\n  echo two\r\n", ["one", "two"]),
        ("command: >-\r\n  echo one &&\r\n  echo two\r\n", ["one", "two"]),
        ('command: "echo one\\necho two"\n', ["one", "two"]),
        ("command: |\n  x=(one two)\n  [[ ${x[1]} == t* ]] && echo ${x[@]}\n", ["one two"]),
    ],
)
def test_lines_of_a_command_are_read_as_yaml_says(tmp_path: Path, written: str, lines: list[str]) -> None:
    file = tmp_path / "job.yml"
    file.write_bytes((written + HEAD).encode())
    assert finished(file).lines == lines


def test_the_last_command_decides_and_an_earlier_failure_does_not(tmp_path: Path) -> None:
    first = finished(write(tmp_path, "command: |\n  false\n  echo on\n" + HEAD))
    assert (first.record.status, first.lines) == ("Completed", ["on"])
    last = finished(write(tmp_path, "command: |\n  echo on\n  (exit 7)\n" + HEAD))
    assert (last.record.status, last.record.exit_code) == ("Failed", 7)


def test_the_shell_is_bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rc").write_text("echo from rc\n", encoding="utf-8")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "rc"))
    monkeypatch.setenv("ENV", str(tmp_path / "rc"))
    monkeypatch.setenv("SHELLOPTS", "errexit")
    monkeypatch.setenv("BASH_FUNC_greet%%", "() { echo hello; }")
    command = (
        'command: |\n  shopt -q login_shell && echo login\n  case $- in *[eiu]*) echo "flags $-";; esac\n'
        '  type greet 2>/dev/null\n  read line && echo "read $line"\n  echo "$(pwd -P)"\n'
    )
    run = finished(write(tmp_path, command + HEAD))
    assert run.lines == [str(run.folder.code.resolve())]


def test_the_variables_are_those_of_the_cluster(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    more = (
        "experiment_name: tries\nenvironment_variables: {MODE: a b, DEEP: '1'}\n"
        "inputs:\n  rate: 0.1\n  table: {type: uri_folder, path: ./data}\n"
        "outputs:\n  model: {type: uri_folder}\n"
    )
    run = finished(write(tmp_path, job("env; echo ${{inputs.table}} ${{outputs.model}}", more)))
    found = dict(line.split("=", 1) for line in run.lines if "=" in line)
    assert found["MODE"] == "a b"
    assert found["AZUREML_RUN_ID"] == found["AZUREML_ROOT_RUN_ID"] == run.record.name
    assert found["AZUREML_ARM_PROJECT_NAME"] == "tries"
    assert found["AZUREML_ARM_SUBSCRIPTION"].startswith("00000000-")
    assert found["AZUREML_ARM_RESOURCEGROUP"] == found["AZUREML_ARM_WORKSPACE_NAME"] == "local"
    assert run.lines[-1] == f"{found['AZURE_ML_INPUT_table']} {found['AZURE_ML_OUTPUT_model']}"
    assert "AZURE_ML_INPUT_rate" not in found
    assert Path(found["AZUREML_CR_HT_CAP_outputs_PATH"]) == run.folder.outputs
    assert Path(found["AZUREML_CR_HT_CAP_user_logs_PATH"]) == run.folder.log.parent


def test_a_variable_of_the_job_comes_before_the_callers(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("MODE", "outside")
    run = finished(write(tmp_path, job("echo $MODE", "environment_variables: {MODE: inside}\n")))
    assert run.lines == ["inside"]


def test_a_placeholder_in_a_variable_stays_as_it_is_written(tmp_path: Path) -> None:
    more = "inputs: {n: 5}\nenvironment_variables: {N: '${{inputs.n}}'}\n"
    text = dry_run(write(tmp_path, job("echo ${{inputs.n}}", more)), RunOptions(environment="this-python"))
    assert "N='${{inputs.n}}'" in text
