"""Outputs: where they are seen, where they are kept, and what is said when they are not there."""

import json
from pathlib import Path

import pytest

from joblens.engine.plan import Plan
from joblens.engine.run import RunOptions, plan_of
from joblens.engine.sweep import trial
from tests.engine.jobs import finished, job, write

HERE = RunOptions(environment="this-python", name="r1")
TABLES = {"joblens.toml": '[datastores]\nworkspaceblobstore = "./blob"\n'}
STORE = "azureml://datastores/workspaceblobstore/paths"


def planned(folder: Path, outputs: str, tables: bool = True) -> Plan:
    text = (
        "command: run ${{outputs.o}}\nenvironment: azureml:any:1\ncompute: local\n"
        f"outputs:\n  o: {outputs}\n"
    )
    return plan_of(write(folder, text, TABLES if tables else None), HERE)


@pytest.mark.parametrize(
    ("outputs", "place"),
    [
        ("", ".joblens/runs/r1/outputs/o"),
        ("{type: uri_file}", ".joblens/runs/r1/outputs/o"),
        ("{type: mlflow_model, mode: upload}", ".joblens/runs/r1/outputs/o"),
        (f"{{path: '{STORE}/a/${{{{name}}}}/'}}", "blob/a/r1"),
        (f"{{type: uri_file, path: '{STORE}/${{{{name}}}}/${{{{output_name}}}}.csv'}}", "blob/r1/o.csv"),
        (
            "{path: 'azureml://datastores/${{default_datastore}}/paths/x/${{ name }}', mode: upload}",
            "blob/x/r1",
        ),
        ("{path: ./here}", "here"),
    ],
)
def test_an_output_is_kept_where_the_job_and_the_tables_say(tmp_path, outputs, place):
    plan = planned(tmp_path, outputs)
    assert plan.outputs[0].target == str(tmp_path / place)
    assert plan.command == f"run {tmp_path / place}"


def test_an_output_in_a_datastore_that_is_not_here_has_its_usual_place_and_a_line_says_so(tmp_path):
    plan = planned(tmp_path, f"{{path: '{STORE}/a'}}", tables=False)
    assert plan.outputs[0].target == str(tmp_path / ".joblens/runs/r1/outputs/o")
    [note] = [note for note in plan.notes if "Output 'o'" in note]
    assert 'workspaceblobstore = "FOLDER" to the table [datastores]' in note


def test_an_output_that_would_be_registered_is_said_not_to_be(tmp_path):
    plan = planned(tmp_path, "{type: mlflow_model, name: best, version: 3}")
    assert any("not registered as 'best:3'" in note for note in plan.notes)


def test_each_trial_of_a_sweep_has_its_own_place(tmp_path):
    text = f"""\
        type: sweep
        trial: {{command: 'run ${{{{outputs.o}}}} ${{{{search_space.x}}}}', environment: azureml:any:1}}
        outputs: {{o: {{path: '{STORE}/${{{{name}}}}'}}}}
        sampling_algorithm: grid
        search_space: {{x: {{type: choice, values: [1]}}}}
        objective: {{primary_metric: m, goal: minimize}}
        limits: {{max_total_trials: 1}}
        """
    plan = trial.plan(plan_of(write(tmp_path, text, TABLES), HERE), 0, {"x": 1})
    assert plan.command == f"run {tmp_path / 'blob' / 'r1_0'} 1"


@pytest.mark.slow
def test_outputs_that_the_command_did_not_write_are_told(tmp_path):
    outputs = {
        "file": {"type": "uri_file"},
        "kept": {"type": "uri_file", "path": f"{STORE}/${{{{name}}}}/kept.txt"},
        "gone": {"type": "uri_folder"},
        "model": {"type": "mlflow_model"},
        "table": {"type": "mltable"},
    }
    command = "echo 1 > ${{outputs.kept}}; rmdir ${{outputs.gone}}; touch ${{outputs.table}}/MLTable"
    run = finished(write(tmp_path, job(f'"{command}"', f"outputs: {json.dumps(outputs)}"), TABLES), name="r2")
    assert run.record.status == "Completed"
    told = [note for note in run.notes if note.startswith("Output")]
    assert told == [
        f"Output 'file' is a file that the command did not write: {run.folder.outputs / 'file'}",
        f"Output 'gone' is gone: the command removed {run.folder.outputs / 'gone'}",
        f"Output 'model' is an mlflow_model without its file 'MLmodel': {run.folder.outputs / 'model'}",
    ]
    assert (tmp_path / "blob" / "r2" / "kept.txt").read_text(encoding="utf-8") == "1\n"
