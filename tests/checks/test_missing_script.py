"""A script that the command runs must lie in the code folder, where that is certain."""

from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.missing_script import CODE
from joblens.checks.problem import Problem, Severity
from joblens.text.document import Document
from tests.marked import spans

JOB = """
command: COMMAND
environment: azureml:train-env:1
code: src
"""
SWEEP = """
type: sweep
trial:
  command: COMMAND
  code: src
  environment: azureml:train-env:1
sampling_algorithm: random
search_space:
  rate: {type: choice, values: [1, 2]}
objective: {primary_metric: loss, goal: minimize}
limits: {max_total_trials: 20}
"""
PIPELINE = """
type: pipeline
settings:
  default_compute: azureml:cpu-cluster
jobs:
  first:
    command: COMMAND
    code: src
    environment: azureml:train-env:1
"""
PREVIEW = """
command: COMMAND
code: {local_path: src}
environment: azureml:train-env:1
compute: {target: azureml:cpu-cluster}
"""
COMPONENT = """
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
type: command
name: train
command: COMMAND
code: src
environment: azureml:train-env:1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "main.py",
        "prep.py",
        "run.sh",
        "sub/train.py",
        "pkg/__init__.py",
        "pkg/fit.py",
        "open/a.py",
    ):
        file = tmp_path / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("print(1)\n", encoding="utf-8")
    return tmp_path


def found(folder: Path, text: str) -> list[Problem]:
    return [one for one in problems(Document(text, folder / "job.yml")) if one.code.startswith("JL8")]


def check(folder: Path, text: str, message: str = "", severity: Severity = Severity.ERROR) -> None:
    """What is between « and » is said to be missing, and nothing else."""
    plain, expected = spans(text)
    said = found(folder, plain)
    assert [(one.code, one.span, one.severity) for one in said] == [
        (CODE, span, severity) for span in expected
    ], said
    assert all(len(one.message) <= 120 for one in said)
    if message:
        assert said[0].message == message


@pytest.mark.parametrize(
    "command",
    [
        "python «mian.py»",
        "python «sub/trian.py» --lr 1",
        "cd sub && python «trian.py»",
        "bash -c 'cd sub && python «../mian.py»'",
        "python -m «pkg.fitt»",
        "torchrun --nproc_per_node 2 «mian.py»",
        "accelerate launch «mian.py»",
        "pip install -r requirements.txt && python «mian.py»",
        "bash «rum.sh»",
        "./«rum.sh»",
        "Rscript «./train.R»",
        "python «nothing-like-it.py»",
        "python «other/main.py»",
    ],
)
@pytest.mark.parametrize("job", [JOB, SWEEP, PIPELINE, COMPONENT])
def test_a_script_that_is_not_there(folder: Path, job: str, command: str) -> None:
    command = command.replace("./«", "«./")
    check(folder, job.replace("COMMAND", f'"{command}"'))


@pytest.mark.parametrize(
    "command",
    [
        "python main.py",
        "python ./main.py && bash run.sh && ./run.sh",
        "cd sub; python train.py && cd .. && python prep.py",
        "python -m pkg.fit && python -m pkg",
        "python -m open.b",
        "python -m pip install x",
        "python -m numpy.nothing",
        "PYTHONPATH=x python -m pkg.fitt",
        "python sub",
        "git clone x && python mian.py",
        "cp a b; python mian.py",
        "pip install -e . && python mian.py",
        "echo 1 > mian.py; python mian.py",
        "python prep.py && python nothing-like-it.py",
        "cd nowhere && python mian.py",
        "cd ../.. && python mian.py",
        "test -f mian.py && python mian.py",
        "python ../mian.py",
    ],
)
def test_what_is_there_or_not_certain(folder: Path, command: str) -> None:
    check(folder, JOB.replace("COMMAND", f'"{command}"'))


def test_the_message_names_what_was_meant_or_what_is_there(folder: Path) -> None:
    check(
        folder,
        JOB.replace("COMMAND", "python «mian.py»"),
        "There is no 'mian.py' in 'src'. Did you mean 'main.py'?",
    )
    check(
        folder,
        JOB.replace("COMMAND", "python «nothing-like-it.py»"),
        "There is no 'nothing-like-it.py' in 'src'. It has: main.py, prep.py.",
    )


def test_a_script_of_the_name_in_another_folder_is_the_one_that_was_meant(folder: Path) -> None:
    found_at = {"src/main.py": "main.py", "./sbu/train.py": "./sub/train.py", "train.py": "sub/train.py"}
    for written, meant in found_at.items():
        check(
            folder,
            JOB.replace("COMMAND", f"python «{written}»"),
            f"There is no '{written}' in 'src'. Did you mean '{meant}'?",
        )


def test_the_fix_writes_the_name_that_was_meant(folder: Path) -> None:
    for command, mended in {
        "python mian.py --lr 1": "python main.py --lr 1",
        "cd sub && python ./trian.py": "cd sub && python ./train.py",
        "python -m pkg.fitt": "python -m pkg.fit",
        "python 'mian.py'": "python 'main.py'",
    }.items():
        text = JOB.replace("COMMAND", command)
        (one,) = found(folder, text)
        assert one.fix is not None
        assert text[: one.fix.span.start] + one.fix.text + text[one.fix.span.end :] == JOB.replace(
            "COMMAND", mended
        )


def test_the_place_is_right_in_folded_text(folder: Path) -> None:
    check(folder, JOB.replace("COMMAND", ">-\n  pip install x &&\n  python\n  «mian.py»\n  --lr 1"))


def test_after_a_script_only_a_slip_counts_as_a_warning(folder: Path) -> None:
    check(folder, JOB.replace("COMMAND", "python prep.py && python «mian.py»"), severity=Severity.WARNING)


def test_a_shell_may_find_its_script_elsewhere(folder: Path) -> None:
    check(folder, JOB.replace("COMMAND", "bash «entrypoint.sh»"), severity=Severity.WARNING)
    check(folder, JOB.replace("COMMAND", "bash «./entrypoint.sh»"))


def test_in_the_preview_only_a_slip_counts_as_a_warning(folder: Path) -> None:
    check(folder, PREVIEW.replace("COMMAND", "python «mian.py»"), severity=Severity.WARNING)
    check(folder, PREVIEW.replace("COMMAND", "python nothing-like-it.py"))


@pytest.mark.parametrize("name", [".gitignore", ".amlignore"])
@pytest.mark.parametrize("line", ["mian.py", "/src/mian.py", "*.py"])
def test_a_file_that_is_ignored_may_be_made_before(folder: Path, name: str, line: str) -> None:
    (folder / "src" / name).write_text(f"# made\n\n{line}\n", encoding="utf-8")
    check(folder, JOB.replace("COMMAND", "python mian.py"))


@pytest.mark.parametrize(
    "code",
    [
        "azureml:code:1",
        "https://example.org/x",
        "git+https://example.org/x",
        "/opt/src",
        "scr",
        "${{x}}",
        "''",
    ],
)
def test_code_that_is_not_at_hand(folder: Path, code: str) -> None:
    text = JOB.replace("COMMAND", "python mian.py").replace("code: src", f"code: {code}")
    assert CODE not in {one.code for one in found(folder, text)}
    without = JOB.replace("COMMAND", "python mian.py").replace("code: src\n", "")
    assert found(folder, without) == []


def test_code_that_is_one_file(folder: Path) -> None:
    text = JOB.replace("code: src", "code: src/main.py")
    check(folder, text.replace("COMMAND", "python main.py"))
    check(folder, text.replace("COMMAND", "python «prep.py»"))


def test_a_job_that_was_copied_alone(folder: Path) -> None:
    text = JOB.replace("code: src", "code: .").replace("COMMAND", "python mian.py")
    check(folder, text)
    (folder / "main.py").write_text("", encoding="utf-8")
    check(folder, text.replace("mian.py", "«mian.py»"))


def test_an_empty_folder_may_be_a_submodule(folder: Path) -> None:
    (folder / "module").mkdir()
    check(folder, JOB.replace("code: src", "code: module").replace("COMMAND", "python main.py"))


def test_files_that_another_file_adds_to_a_component(folder: Path) -> None:
    (folder / "job.additional_includes").write_text("../lib\n", encoding="utf-8")
    check(folder, COMPONENT.replace("COMMAND", "python mian.py"))


def test_a_command_that_two_steps_share_is_spoken_of_once(folder: Path) -> None:
    text = PIPELINE.replace("COMMAND", "&run python «mian.py»") + (
        "  second:\n    command: *run\n    code: src\n    environment: azureml:train-env:1\n"
    )
    check(folder, text)


def test_a_document_that_is_not_saved() -> None:
    assert problems(Document(JOB.replace("COMMAND", "python mian.py"))) == []
