"""What the command gives to a script, and what the job expects of it, is compared with the script's text."""

import textwrap
from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.marked import spans

SCRIPT = """
    import argparse
    import mlflow

    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--layers", nargs="+")
    args = parser.parse_args()
    mlflow.log_metric("accuracy", 1)
"""
JOB = """
command: COMMAND
environment: azureml:train-env:1
code: src
experiment_name: iris
inputs:
  data:
    type: uri_folder
    path: https://example.org/data
"""
SWEEP = """
type: sweep
trial:
  command: COMMAND
  code: src
  environment: azureml:train-env:1
inputs:
  data:
    type: uri_folder
    path: https://example.org/data
sampling_algorithm: random
search_space:
  rate: {type: uniform, min_value: 0.1, max_value: 0.9}
objective: {primary_metric: METRIC, goal: maximize}
limits: {max_total_trials: 20}
"""
PIPELINE = """
type: pipeline
experiment_name: iris
settings:
  default_compute: azureml:cpu-cluster
jobs:
  first:
    command: COMMAND
    code: src
    environment: azureml:train-env:1
    inputs:
      data:
        type: uri_folder
        path: https://example.org/data
"""
COMPONENT = """
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: train
command: COMMAND
code: src
environment: azureml:train-env:1
inputs:
  data: {type: uri_folder}
  note: {type: string, optional: true}
"""
PREVIEW = """
command: COMMAND
code: {local_path: src}
environment: azureml:train-env:1
compute: {target: azureml:cpu-cluster}
inputs:
  data:
    data: azureml:iris:1
    mode: mount
"""
GIVEN = "--data ${{inputs.data}}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "train.py", SCRIPT)
    return tmp_path


def write(folder: Path, name: str, script: str) -> None:
    """Put a script into the code folder."""
    file = folder / "src" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(script), encoding="utf-8")


def found(folder: Path, text: str) -> list[Problem]:
    return [one for one in problems(Document(text, folder / "job.yml")) if one.code.startswith("JL8")]


def check(
    folder: Path, text: str, code: str = "", message: str = "", severity: Severity = Severity.ERROR
) -> None:
    """What is between « and » is all that is spoken of."""
    plain, expected = spans(text)
    said = found(folder, plain)
    assert [(one.code, one.span, one.severity) for one in said] == [
        (code, span, severity) for span in expected
    ], said
    assert all(len(one.message) <= 120 for one in said)
    if message:
        assert [one.message for one in said] == [message]


def mended(folder: Path, text: str) -> str:
    (one,) = found(folder, text)
    assert one.fix is not None
    return text[: one.fix.span.start] + one.fix.text + text[one.fix.span.end :]


@pytest.mark.parametrize("job", [JOB, SWEEP.replace("METRIC", "accuracy"), PIPELINE, COMPONENT])
@pytest.mark.parametrize(
    "command",
    [
        f"python train.py {GIVEN} «--learning_rate» 0.1",
        f"python train.py {GIVEN} «--learning_rate»=${{{{inputs.data}}}}",
        f"python -u train.py «--lrate»=3 {GIVEN} --layers 1 2",
        f"echo a && bash -c 'python train.py {GIVEN} «--learning_rate» 1'",
        f"torchrun --nproc_per_node 2 train.py {GIVEN} «-x»",
        f"cd ../src && python train.py {GIVEN}",
        f"python train.py {GIVEN} --learning-rate 0.1 --layers 1 -1",
        "python train.py --dat x --learning 0.1 --layers $LAYERS",
    ],
)
def test_a_flag_that_the_script_does_not_define(folder: Path, job: str, command: str) -> None:
    check(folder, job.replace("COMMAND", f'"{command}"'), "JL821")


def test_the_message_names_the_flag_that_was_meant_or_those_there_are(folder: Path) -> None:
    check(
        folder,
        JOB.replace("COMMAND", f"python train.py {GIVEN} «--learning_rate» 1"),
        "JL821",
        "'train.py' has no flag '--learning_rate'. Did you mean '--learning-rate'?",
    )
    check(
        folder,
        JOB.replace("COMMAND", f"python train.py {GIVEN} «--batch»=2"),
        "JL821",
        "'train.py' has no flag '--batch'. It also takes: --learning-rate, --layers.",
    )


def test_the_fix_writes_the_flag_that_was_meant(folder: Path) -> None:
    for line in (
        f"python train.py {GIVEN} --learning_rate=1",
        f">-\n  python train.py {GIVEN}\n  --learning_rate 1",
    ):
        text = JOB.replace("COMMAND", line)
        assert mended(folder, text) == text.replace("--learning_rate", "--learning-rate")


def test_a_flag_in_an_optional_part_is_a_warning(folder: Path) -> None:
    command = f"python train.py {GIVEN} $[[«--learning_rate» ${{{{inputs.note}}}}]]"
    check(folder, COMPONENT.replace("COMMAND", command), "JL821", severity=Severity.WARNING)


@pytest.mark.parametrize("job", [JOB, SWEEP.replace("METRIC", "accuracy"), PIPELINE, COMPONENT])
@pytest.mark.parametrize(
    "command",
    [
        "python «train.py»",
        "python «train.py» --learning-rate 0.1",
        "python «train.py» --learning-rate ${{inputs.data}}",
        "cd .; python «./train.py» --layers 1 2 3",
        "python train.py $ARGS",
        "python train.py ${{inputs.anything}}",
        "python train.py $(cat args.txt)",
        "python train.py --da x",
        "python train.py --help",
        "python train.py $[[--data ${{inputs.data}}]]",
    ],
)
def test_what_the_script_requires(folder: Path, job: str, command: str) -> None:
    check(folder, job.replace("COMMAND", command), "JL822")


def test_a_missing_flag_is_added_with_the_input_of_its_name(folder: Path) -> None:
    for job in (JOB, PIPELINE, COMPONENT):
        text = job.replace("COMMAND", "python train.py --learning-rate 1 | tee log")
        assert mended(folder, text) == text.replace(" | tee", f" {GIVEN} | tee")
    text = JOB.replace("COMMAND", ">-\n  python\n  train.py\n  --learning-rate 1")
    assert mended(folder, text) == text.replace("rate 1", f"rate 1 {GIVEN}")
    text = PREVIEW.replace("COMMAND", "python train.py")
    assert mended(folder, text) == text.replace("train.py", "train.py --data {inputs.data}")


def test_a_missing_flag_that_is_no_input_has_no_fix(folder: Path) -> None:
    text = JOB.replace("COMMAND", "python train.py").replace("  data:", "  other:")
    (one,) = found(folder, text)
    assert (one.message, one.fix) == ("'train.py' requires --data. Add it to the command.", None)


def test_the_preview_passes_hyperparameters_by_itself(folder: Path) -> None:
    job = """
type: sweep_job
algorithm: random
max_total_trials: 2
trial:
  command: COMMAND
  code: {local_path: src}
  environment: azureml:train-env:1
  compute: {target: azureml:cpu-cluster}
search_space:
  data: {type: choice, values: [1, 2]}
objective: {primary_metric: accuracy, goal: maximize}
"""
    check(folder, job.replace("COMMAND", "python train.py"))
    text = job.replace("COMMAND", "python «train.py» --learning-rate {search_space.data}")
    check(folder, text, "JL822")


@pytest.mark.parametrize(
    "command",
    [
        "git clone x && python train.py --bad",
        "python other.py --bad",
        "python $X train.py --bad",
        "for i in 1 2; do python train.py --bad; done",
        "test -f x && python train.py --bad",
        "PYTHONPATH=. python -m train --bad",
    ],
)
def test_a_script_that_may_be_another_one(folder: Path, command: str) -> None:
    write(folder, "other.py", "")
    check(folder, JOB.replace("COMMAND", command))


def test_a_module_of_a_package(folder: Path) -> None:
    write(folder, "pkg/__init__.py", "")
    write(folder, "pkg/train.py", SCRIPT)
    check(folder, JOB.replace("COMMAND", f"python -m pkg.train {GIVEN} «--bad»"), "JL821")
    check(folder, JOB.replace("COMMAND", f"python -m src.train {GIVEN} --bad"))


def test_a_script_is_read_again_when_it_changes(folder: Path) -> None:
    text = JOB.replace("COMMAND", f"python train.py {GIVEN} --batch 1")
    assert [one.code for one in found(folder, text)] == ["JL821"]
    write(folder, "train.py", SCRIPT.replace("--layers", "--batch"))
    assert found(folder, text) == []


def test_a_metric_that_the_script_never_logs(folder: Path) -> None:
    sweep = SWEEP.replace("COMMAND", f"python train.py {GIVEN}")
    check(
        folder,
        sweep.replace("METRIC", "«acuracy»"),
        "JL823",
        "'train.py' never logs 'acuracy'. Did you mean 'accuracy'?",
        Severity.WARNING,
    )
    check(
        folder,
        sweep.replace("METRIC", "«auc»"),
        "JL823",
        "'train.py' never logs 'auc'. It logs: accuracy.",
        Severity.WARNING,
    )
    assert "primary_metric: accuracy," in mended(folder, sweep.replace("METRIC", "acuracy"))


@pytest.mark.parametrize(
    ("more", "command"),
    [
        ("mlflow.autolog()", ""),
        ("import lightning", ""),
        ("import helper", ""),
        ("mlflow.log_metric(f'{x}', 1)", ""),
        ("", "mytool; "),
        ("", "bash other.sh; "),
        ("", "python -c 'import x'; "),
    ],
)
def test_a_metric_that_may_be_logged_by_other_means(folder: Path, more: str, command: str) -> None:
    write(folder, "train.py", f"{textwrap.dedent(SCRIPT)}\n{more}\n")
    write(folder, "helper.py", "import mlflow\ndef log(name): mlflow.log_metric(name, 1)\n")
    write(folder, "other.sh", "")
    check(folder, SWEEP.replace("METRIC", "auc").replace("COMMAND", f"{command}python train.py {GIVEN}"))


def test_a_metric_that_a_module_beside_the_script_logs(folder: Path) -> None:
    write(folder, "train.py", f"{textwrap.dedent(SCRIPT)}\nimport helper\n")
    write(folder, "helper.py", "import mlflow\nimport more\ndef log(): mlflow.log_metric('auc', 1)\n")
    write(folder, "more.py", "import helper\n")
    sweep = SWEEP.replace("COMMAND", f"python train.py {GIVEN}")
    check(folder, sweep.replace("METRIC", "auc"))
    check(folder, sweep.replace("METRIC", "«f1»"), "JL823", severity=Severity.WARNING)


def test_a_metric_of_a_trial_that_lies_in_a_file(folder: Path) -> None:
    (folder / "train.yml").write_text(
        COMPONENT.replace("COMMAND", f"python train.py {GIVEN}"), encoding="utf-8"
    )
    step = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  first:
    type: sweep
    trial: TRIAL
    inputs:
      data: {type: uri_folder, path: 'azureml:iris:1'}
    sampling_algorithm: random
    search_space:
      note: {type: choice, values: ["a", "b"]}
    objective: {primary_metric: METRIC, goal: maximize}
    limits: {max_total_trials: 20}
"""
    text = step.replace("TRIAL", "./train.yml")
    check(folder, text.replace("METRIC", "accuracy"))
    check(folder, text.replace("METRIC", "«acuracy»"), "JL823", severity=Severity.WARNING)
    check(folder, step.replace("TRIAL", "azureml:train:1").replace("METRIC", "acuracy"))


def test_a_script_that_logs_nothing_is_yet_to_be_written(folder: Path) -> None:
    write(folder, "train.py", "print(1)\n")
    check(folder, SWEEP.replace("METRIC", "auc").replace("COMMAND", "python train.py"))


@pytest.mark.parametrize("job", [JOB, PIPELINE])
def test_another_experiment_than_the_job_s(folder: Path, job: str) -> None:
    write(folder, "train.py", "import mlflow\nmlflow.set_experiment('roses')\nmlflow.log_metric('a', 1)\n")
    text = job.replace("COMMAND", "python train.py")
    check(
        folder,
        text.replace("iris", "«iris»"),
        "JL824",
        "'train.py' sets the experiment 'roses': its run will fail in this one.",
        Severity.WARNING,
    )
    check(folder, text.replace("iris", "Roses"))
    check(folder, text.replace("experiment_name: iris\n", ""))


def test_long_names_leave_a_message_short(folder: Path) -> None:
    name = "a" * 80
    write(folder, f"{name}.py", SCRIPT.replace("--learning-rate", f"--{name}").replace("accuracy", name))
    text = SWEEP.replace("METRIC", f"{name}b").replace("COMMAND", f"python {name}.py --{name}b 1")
    texts = (text, text.replace(f"--{name}b", ""), text.replace(".py", "b.py"))
    said = [one for each in texts for one in found(folder, each)]
    assert {one.code for one in said} == {"JL803", "JL821", "JL822", "JL823"}
    assert max(len(one.message) for one in said) <= 120


CHOOSY = """
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", "-e", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--sizes", type=int, nargs="+", choices=(1, 2))
    parser.add_argument("--loss", choices=["l1", "huber"])
    parser.add_argument("--day", type=weekday, choices=["monday"])
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--level", choices=[1, 2])
    parser.add_argument("--mode", choices=["a"])
    parser.add_argument("--mode", choices=["b"])
    args = parser.parse_args()
"""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("--epochs «2.5»", "'--epochs' of 'train.py' cannot be '2.5': a whole number is expected."),
        ("-e «two»", "'--epochs' of 'train.py' cannot be 'two': a whole number is expected."),
        ("«--rate=fast»", "'--rate' of 'train.py' cannot be 'fast': a number is expected."),
        ("--sizes 1 «3»", "'--sizes' of 'train.py' cannot be '3'. Allowed: 1, 2."),
        ("--loss «hubber»", "'--loss' of 'train.py' cannot be 'hubber'. Did you mean 'huber'?"),
    ],
)
def test_a_value_that_argparse_refuses_is_underlined(tmp_path: Path, given: str, message: str) -> None:
    write(tmp_path, "train.py", CHOOSY)
    check(tmp_path, JOB.replace("COMMAND", f"python train.py {given} ${{{{inputs.data}}}}"), "JL825", message)


def test_the_choice_that_was_meant_is_written_by_the_fix(tmp_path: Path) -> None:
    write(tmp_path, "train.py", CHOOSY)
    for start in ("--loss ", "--loss="):
        job = JOB.replace("COMMAND", f"python train.py ${{{{inputs.data}}}} {start}hubber")
        assert mended(tmp_path, job) == job.replace("hubber", "huber")


@pytest.mark.parametrize(
    "given",
    [
        "--epochs 3 --rate 1e-3 --sizes 2 1 --loss l1",
        "--epochs=-1 --rate nan",
        "--epochs $EPOCHS --rate `rate` --loss ${LOSS}",
        "--epochs ${{inputs.data}} --sizes ${{inputs.data}}",
        "--day friday --kind x --level 3",
        "--mode a",
        "--mode b",
    ],
)
def test_a_value_that_may_be_taken_is_not_spoken_of(tmp_path: Path, given: str) -> None:
    write(tmp_path, "train.py", CHOOSY)
    check(tmp_path, JOB.replace("COMMAND", f"python train.py {given} ${{{{inputs.data}}}}"))


def test_a_value_is_not_spoken_of_where_the_parser_may_not_run(tmp_path: Path) -> None:
    write(tmp_path, "train.py", CHOOSY.replace("    args = parser", "    if SURE: args = parser"))
    check(tmp_path, JOB.replace("COMMAND", "python train.py --epochs two ${{inputs.data}}"))
