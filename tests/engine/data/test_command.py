"""What a real command finds of its data: paths, variables, quoting, and what it may not do."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.engine.data import protection
from joblens.engine.run import RunOptions, plan_of
from tests.engine.jobs import Finished, finished, job, write

pytestmark = pytest.mark.slow
ODD = "od d'$HOME\"ü"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the shell is another there")


Ended = Callable[..., Finished]
"""Runs the job of a command, inputs and outputs in a folder to its end."""


@pytest.fixture(params=["process", "docker"])
def ended(request: pytest.FixtureRequest) -> Ended:
    """Runs jobs in one of the backends."""
    container = request.param != "process"
    environment = {"image": request.getfixturevalue(request.param)} if container else "azureml:any:1"
    backend = "container" if container else "process"

    def ended(folder: Path, command: str, name: str | None = None, **parts: object) -> Finished:
        data = {"command": command, "environment": environment, "compute": "local", **parts}
        file = write(folder, json.dumps(data, ensure_ascii=False))
        return finished(file, name=name, backend=backend, environment=None if container else "this-python")

    return ended


@pytest.fixture
def protects(tmp_path: Path, need: Callable[[object, str], None]) -> None:
    """The test wants inputs that cannot be written to."""
    need(
        protection.possible(plan_of(write(tmp_path, job("x")), RunOptions(environment="this-python"))),
        "this machine lets nobody make a view of the file system",
    )


@POSIX
def test_a_value_is_put_in_as_it_is_and_read_by_the_shell(tmp_path: Path, ended: Ended) -> None:
    values = {
        "spaces": "a  b",
        "quoted": "'a  b'",
        "variable": "$VALUE",
        "uni": "überß",
        "lines": "one\necho two",
        "flag": True,
    }
    command = "".join(f"printf '<%s>' ${{{{inputs.{name}}}}}; echo\n" for name in values)
    run = ended(tmp_path, command, inputs=values, environment_variables={"VALUE": "v"})
    assert run.lines == ["<a><b>", "<a  b>", "<v>", "<überß>", "<one>two", "", "<True>"]


@POSIX
def test_odd_names_of_files_stay_one_word_and_variables_say_where_data_are(
    tmp_path: Path, ended: Ended
) -> None:
    (tmp_path / ODD).mkdir()
    (tmp_path / ODD / ODD).write_text("1\n", encoding="utf-8")
    run = ended(
        tmp_path,
        "cat ${{inputs.d}}/*; cat ${{inputs.f}}; cat $AZURE_ML_INPUT_f $AZUREML_DATAREFERENCE_f;"
        " echo 2 > ${{outputs.o}}/b; cat $AZURE_ML_OUTPUT_o/b;"
        " echo 3 > ${{outputs.f}}; env | grep -c INPUT_lit",
        name="r3",
        inputs={
            "d": {"type": "uri_folder", "path": ODD},
            "f": {"type": "uri_file", "path": f"{ODD}/{ODD}"},
            "lit": 5,
        },
        outputs={
            "o": {"path": "./wei rd/${{name}}"},
            "f": {"type": "uri_file", "path": "./wei rd/${{name}} f"},
        },
    )
    assert run.lines == ["1", "1", "1", "1", "2", "0"]
    assert (tmp_path / "wei rd" / "r3" / "b").read_text(encoding="utf-8") == "2\n"
    assert (tmp_path / "wei rd" / "r3 f").read_text(encoding="utf-8") == "3\n"


@pytest.mark.usefixtures("protects")
def test_a_command_cannot_write_to_its_inputs_but_everywhere_else(tmp_path: Path, ended: Ended) -> None:
    (tmp_path / "da ta").mkdir()
    (tmp_path / "da ta" / "a.csv").write_text("1\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("2\n", encoding="utf-8")
    run = ended(
        tmp_path,
        "echo x >> ${{inputs.d}}/a.csv; touch ${{inputs.d}}/new; rm -r ${{inputs.d}}/a.csv;"
        " echo x > ${{inputs.f}}; cat ${{inputs.d}}/a.csv ${{inputs.f}};"
        " touch /tmp/elsewhere-$AZUREML_RUN_ID outputs/o here && mv here ${{outputs.o}}/ && echo written;"
        " rm /tmp/elsewhere-$AZUREML_RUN_ID",
        inputs={
            "d": {"type": "uri_folder", "path": "da ta"},
            "f": {"type": "uri_file", "path": "b.csv", "mode": "download"},
        },
        outputs={"o": {}},
    )
    assert "\n".join(run.lines).count("Read-only file system") == 4
    assert run.lines[-3:] == ["1", "2", "written"]
    assert (run.folder.outputs / "o" / "here").exists()
    assert not any("write-protected" in note for note in run.notes)


@pytest.mark.usefixtures("protects")
def test_outputs_inside_of_an_input_are_written_to(tmp_path: Path, ended: Ended) -> None:
    run = ended(
        tmp_path,
        "rm ${{inputs.all}}/job.yml; touch outputs/a ${{outputs.o}}/b && mv outputs/a ${{outputs.o}}/c",
        inputs={"all": {"path": "."}},
        outputs={"o": {}},
    )
    assert run.record.status == "Completed"
    assert "Read-only file system" in run.lines[0]
    assert sorted(file.name for file in (run.folder.outputs / "o").iterdir()) == ["b", "c"]


@pytest.mark.usefixtures("protects")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root becomes another")
def test_who_is_not_root_has_the_same_protection_and_stays_who_they_are(tmp_path, monkeypatch, need):
    need(shutil.which("setpriv"), "there is no setpriv")
    tmp_path.chmod(0o777)
    outside = Path(tempfile.gettempdir()).resolve()
    for folder in tmp_path.parents:
        if outside in folder.parents:
            folder.chmod(0o755)
    data = tmp_path / "da ta"
    data.mkdir()
    data.chmod(0o777)
    plan = plan_of(
        write(tmp_path, job("x", "inputs: {d: {path: 'da ta'}}")), RunOptions(environment="this-python")
    )
    for name in ("geteuid", "getuid", "getgid"):
        monkeypatch.setattr(os, name, lambda: 12345)
    shell = ["sh", "-c", f"touch '{data}/x'; touch '{tmp_path}/y'; id -u; id -g"]
    user = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
    allowed = subprocess.run(
        [*user, "unshare", "--user", "--map-root-user", "--mount", "true"], check=False, capture_output=True
    )
    need(allowed.returncode == 0, "only root may make a view of the file system here")
    ended = subprocess.run(
        [*user, *protection.view(plan, shell)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.stdout == "12345\n12345\n"
    assert "Read-only file system" in ended.stderr
    assert (tmp_path / "y").exists()
    assert not (data / "x").exists()


def test_where_inputs_cannot_be_protected_a_line_says_so(tmp_path, monkeypatch):
    (tmp_path / "a.csv").touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "sh", "cat", "mv", "mount"):
        (tools / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(tools))
    run = finished(write(tmp_path, job("cat ${{inputs.x}}", "inputs: {x: {type: uri_file, path: a.csv}}")))
    assert run.record.status == "Completed"
    assert protection.NOT_HERE in run.notes
