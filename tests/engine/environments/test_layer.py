"""What a command installs is there for the rest of the command, and nowhere else."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine.environments import installs, layer
from joblens.engine.folders import RunFolder
from tests.engine.jobs import finished, write
from tests.engine.wheels import wheel

pytestmark = pytest.mark.slow
PIP = "pip install --no-index --find-links {} -q tiny"


def run(folder: Path, command: str, **options: object):
    file = write(folder, f"environment: azureml:any@latest\ncompute: local\ncommand: |\n  {command}\n")
    return finished(file, **options)


@pytest.mark.parametrize(
    ("asked", "chosen"), [("pip3 --no-cache-dir", None), ("python -m pip", "this-python")]
)
def test_what_the_command_installs_is_there_and_gone_with_the_run(asked, chosen, tmp_path):
    wheel(tmp_path / "wheels")
    command = PIP.format(tmp_path / "wheels").replace("pip", asked, 1)
    ended = run(tmp_path, f'{command} && python -c "import tiny, yaml; print(tiny.WORD)"', environment=chosen)
    assert ended.lines[-1] == "tiny", ended.lines
    assert not list(Path(sys.prefix).rglob("tiny-1.0.dist-info"))
    assert not ended.folder.environment.exists()
    assert any("gone when it has ended" in note for note in ended.notes)


def test_a_script_that_installs_is_kept_apart_too(tmp_path):
    wheel(tmp_path / "wheels")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "run.sh").write_text(
        f"{PIP.format(tmp_path / 'wheels')} --user\npython3 -c 'import tiny; print(tiny.__file__)'\n",
        encoding="utf-8",
    )
    file = write(
        tmp_path, "command: bash run.sh\ncode: code\nenvironment: azureml:any@latest\ncompute: local\n"
    )
    ended = finished(file, environment=None)
    assert ended.lines[-1].startswith(str(ended.folder.environment)), ended.lines


def test_an_environment_that_others_share_stays_as_it_is(tmp_path):
    wheel(tmp_path / "wheels")
    wheel(tmp_path / "wheels", "other", name="other")
    (tmp_path / "e.yml").write_text(
        f"dependencies: [pip, {{pip: [--no-index, --find-links {tmp_path / 'wheels'}, other]}}]",
        encoding="utf-8",
    )
    job = "environment: {{image: x, conda_file: e.yml}}\ncompute: local\ncommand: |\n  {}\n"
    names = "import other, tiny; print(other.WORD, tiny.WORD)"
    first = f'{PIP.format(tmp_path / "wheels")}; python -c "{names}"'
    assert (
        finished(write(tmp_path, job.format(first)), environment=None, backend="process").lines[-1]
        == "other tiny"
    )
    second = finished(
        write(tmp_path, job.format('python -c "import tiny"')), environment=None, backend="process"
    )
    assert second.record.status == "Failed"
    assert "No module named 'tiny'" in second.lines[-1]


def test_another_python_of_this_machine_refuses_to_install(tmp_path, need):
    other = Path(getattr(sys, "_base_executable", sys.executable))
    need(other != Path(sys.executable), "the tests run in no virtual environment")
    ended = run(tmp_path, f"{other} -m pip install --no-index nowhere")
    assert "Could not find an activated virtualenv" in "\n".join(ended.lines)


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("pip install -r requirements.txt && python main.py", "pip"),
        ("python3 -m pip install x", "pip"),
        ("apt-get -y install libgomp1 && python main.py", "'apt-get install'"),
        ("sudo apt install x; ls", "'apt install'"),
        ("conda env create -f x.yml", "'conda env create'"),
    ],
)
def test_a_command_that_installs_is_told_what_becomes_of_it(command, word):
    (told,) = installs.told(command)
    assert word in told


@pytest.mark.parametrize("command", ["echo pip", "python pip_install.py", "pip list", "echo adapt install"])
def test_a_command_that_installs_nothing_is_told_nothing(command):
    assert installs.told(command) == []


CHANGES: dict[str, Callable[[Path], object]] = {
    "a package": lambda made: next(made.glob("lib/*/site-packages")).joinpath("tiny.py").write_text(""),
    "other words in a file": lambda made: (made / "bin" / "pip").write_text("exit 3"),
    "a file of the same name": lambda made: (
        (made / "bin" / "python").unlink() or (made / "bin" / "python").symlink_to("/bin/true")
    ),
    "one file less": lambda made: (made / "bin" / "pip3").unlink(),
    "other rights": lambda made: (made / "bin" / "pip").chmod(0o700),
}


@pytest.fixture
def spare(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(layer, "_spare", None)  # what is there before, and again after the test
    layer.keep_spare(tmp_path / "spare" / "one")


def runs_of(folder: Path) -> list[RunFolder]:
    made = [RunFolder(folder / name) for name in ("first", "second")]
    for each in made:
        each.path.mkdir()
    return made


def test_runs_of_one_process_hand_on_a_layer_that_none_of_them_changed(tmp_path, spare):
    first, second = runs_of(tmp_path)
    base = layer.base_of(None)
    layer.make(base, first)
    number = first.environment.stat().st_ino
    layer.remove(first)
    assert not first.environment.exists()
    python = layer.make(base, second) / "python"
    assert second.environment.stat().st_ino == number
    asked = [str(python), "-c", "import sys, yaml; print(sys.prefix)"]
    assert subprocess.check_output(asked, text=True).strip() == str(second.environment)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_layer_that_was_changed_is_nobody_elses(tmp_path, spare, change):
    first, second = runs_of(tmp_path)
    base = layer.base_of(None)
    layer.make(base, first)
    asmade = shown(first.environment)
    change(first.environment)
    layer.remove(first)
    assert not first.environment.exists()
    layer.make(base, second)
    assert shown(second.environment) == asmade


def shown(made: Path) -> dict[str, str]:
    """All that is in a layer, by its place."""
    return {
        str(each.relative_to(made)): str(each.readlink())
        if each.is_symlink()
        else f"{each.stat().st_mode:o} {each.read_text(encoding='utf-8')}"
        for each in made.rglob("*")
        if each.is_symlink() or each.is_file()
    }


def test_a_trial_finds_nothing_that_another_one_installed(tmp_path):
    wheel(tmp_path / "wheels")
    finds = 'python -c "import tiny" 2>/dev/null && echo found'
    text = f"""\
type: sweep
trial:
  command: {finds}; {PIP.format(tmp_path / "wheels")}; {finds} ${{{{search_space.x}}}}
  environment: azureml:any@latest
compute: local
search_space: {{x: {{type: uniform, min_value: 0, max_value: 1}}}}
sampling_algorithm: random
objective: {{goal: minimize, primary_metric: loss}}
limits: {{max_total_trials: 6, max_concurrent_trials: 2}}
"""
    ended = finished(write(tmp_path, text), name="s")
    logs = [RunFolder(ended.folder.path.with_name(f"s_{number}")).log.read_text() for number in range(6)]
    assert [log.count("found") for log in logs] == [1] * 6, logs
    assert not ended.folder.spare_layers.exists()
