"""`joblens check` as a user has it: which files it finds, what it prints in each format, how it ends."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from joblens.cli import main
from joblens.cli.checking.rules import rules
from tests.shared_data import ROOT

Run = Callable[..., tuple[int, str, str]]

GOOD = "command: echo\nenvironment: azureml:e:1\n"
BAD = "command: echo ${{inputs.x}}\nenvironment: azureml:e:1\n"
SAID = "1:15: error JL201: There is no input 'x'. Declare it under 'inputs'.\n"
SARIF_SCHEMA = ROOT / "node_modules/@microsoft/sarif-matcher-utils/lib/schemas/sarif-2.1.0-rtm.5.json"


@pytest.fixture
def joblens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call `joblens check` in a folder: `code, out, err = joblens("job.yml")`."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        return (main(["check", *arguments]), *capsys.readouterr())

    return call


def put(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def test_problems_are_printed_where_they_are_and_counted(joblens: Run) -> None:
    put({"job.yml": BAD})
    assert joblens("job.yml") == (1, f"job.yml:{SAID}", "Checked 1 file: 1 error.\n")
    put({"job.yml": GOOD})
    assert joblens("job.yml") == (0, "", "Checked 1 file: no problems.\n")
    assert joblens("job.yml", "--quiet") == (0, "", "")


def test_a_file_that_cannot_be_read_keeps_no_other_from_being_checked(joblens: Run) -> None:
    put({"job.yml": BAD})
    Path("bin.yml").write_bytes(b"\xff\xfe\x00")
    code, out, err = joblens("gone.yml", "bin.yml", "job.yml")
    assert (code, out) == (2, f"job.yml:{SAID}")
    assert "There is no file gone.yml." in err
    assert "bin.yml is not text in UTF-8.\nhint: A job's file is saved as UTF-8." in err
    assert "There is no file or folder gone.\n" in joblens("gone")[2]


def test_it_says_when_there_was_nothing_to_check(joblens: Run) -> None:
    put({"other.yml": "services: {}\n"})
    note = "note: other.yml is not an Azure ML file, nothing was checked.\n"
    nothing = "There was no Azure ML file to check.\n"
    assert joblens("other.yml") == (0, "", note + nothing)
    assert joblens(".") == (0, "", nothing)
    assert joblens("other.yml", "--json") == (0, "[]\n", "")


def test_a_folder_is_searched_for_files_of_azure_ml_alone(joblens: Run) -> None:
    put(
        {
            "b/x.yaml": BAD,
            "a.yml": BAD,
            "compose.yml": "services: {}\n",
            "c.txt": BAD,
            "b/c/MLTable": "paths: []\n",
        }
    )
    put({".hidden/x.yml": BAD, ".joblens/runs/r/job.yml": BAD})
    code, out, err = joblens(".")
    assert (code, out) == (1, f"a.yml:{SAID}b/x.yaml:{SAID}")
    assert "compose.yml" not in err


def test_what_git_ignores_is_passed_over_unless_it_is_named(joblens: Run) -> None:
    put({".git/info/exclude": "own.yml\n", ".gitignore": "build/\n*.tmp.yml\n!keep.tmp.yml\n"})
    put({"jobs/.gitignore": "/here.yml\n!again.tmp.yml\n"})
    for name in ("build/a.yml", "jobs/here.yml", "jobs/own.yml", "jobs/b.tmp.yml"):
        put({name: BAD})
    for name in ("jobs/keep.tmp.yml", "jobs/again.tmp.yml", "jobs/d/here.yml"):
        put({name: BAD})
    seen = ["jobs/again.tmp.yml", "jobs/d/here.yml", "jobs/keep.tmp.yml"]
    for where in (".", "jobs", "jobs/*.yml", "**/*.yml"):
        found = [line.partition(":")[0] for line in joblens(where)[1].splitlines()]
        assert found == [name for name in seen if where != "jobs/*.yml" or name.count("/") == 1]
    assert joblens("jobs/here.yml")[1] == f"jobs/here.yml:{SAID}"
    assert joblens("build")[1] == f"build/a.yml:{SAID}"


def test_a_pattern_that_fits_nothing_is_an_error_and_a_file_is_checked_once(joblens: Run) -> None:
    put({"jobs/a.yml": BAD})
    code, _, err = joblens("*.yml")
    assert code == 2
    assert "No file fits the pattern *.yml." in err
    assert joblens("jobs", "jobs/a.yml", "j*")[1] == f"jobs/a.yml:{SAID}"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of folders are POSIX's")
@pytest.mark.parametrize("named", ["locked", "locked/job.yml", "locked/*.yml"])
def test_what_stands_in_a_folder_that_nobody_may_look_into_is_an_error(
    tmp_path: Path, need: Callable[[object, str], None], named: str
) -> None:
    plain: list[str] = []
    if os.getuid() == 0:  # root is let in everywhere, until that right is dropped
        need(shutil.which("setpriv"), "setpriv is not installed, and root may look into everything")
        plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    try:
        command = [*plain, sys.executable, "-m", "joblens", "check", named]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        locked.chmod(0o700)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"error: {named} cannot be read: permission denied.\n")


def test_the_text_on_stdin_is_checked_as_the_file_that_it_is(
    joblens: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    put({"jobs/joblens.toml": '[check.severity]\nJL201 = "warning"\n'})
    for arguments, shown in (((), "<stdin>"), (("--stdin-filename", "jobs/a.yml"), "jobs/a.yml")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
        said = SAID.replace("error", "warning") if "jobs" in shown else SAID
        assert joblens("-", *arguments)[:2] == (int("jobs" not in shown), f"{shown}:{said}")
    assert joblens("-", "a.yml")[0] == 2
    assert joblens("a.yml", "--stdin-filename", "b.yml")[0] == 2


def test_json_is_one_array_that_counts_code_points_from_1(joblens: Run) -> None:
    put({"job.yml": "# 🚀\n" + GOOD + "tags: {'🚀': a, b: 1}\n"})
    code, out, err = joblens("job.yml", "--format", "json")
    (found,) = json.loads(out)
    assert (code, err) == (1, "")
    assert list(found) == ["path", "line", "column", "end_line", "end_column", "severity", "code", "message"]
    assert [found[key] for key in ("path", "line", "column", "end_line", "end_column")] == [
        "job.yml",
        4,
        19,
        4,
        20,
    ]
    assert (found["severity"], found["code"]) == ("error", "JL103")
    assert joblens("job.yml", "--json")[1] == out


def test_an_error_beside_json_is_an_object_on_stderr(joblens: Run) -> None:
    code, out, err = joblens("gone.yml", "--json")
    assert (code, out) == (2, "[]\n")
    assert json.loads(err)["error"] == "There is no file gone.yml."


def test_github_shows_problems_as_commands_with_its_escapes(joblens: Run) -> None:
    put(
        {
            "a,b%.yml": "command: echo ${{inputs.x%}}\nenvironment: azureml:e:1\n",
            "hint.yml": GOOD + "inputs: {n: 1}\n",
        }
    )
    code, out, _ = joblens(".", "--format", "github")
    first, second = out.splitlines()
    assert first.startswith("::error file=a%2Cb%25.yml,line=1,col=15,endLine=1,endColumn=29,title=JL")
    assert "%25" in first.partition("::error")[2].partition("::")[2]
    assert second.startswith("::notice file=hint.yml,line=3,col=10,")
    assert code == 1


@pytest.mark.skipif(not SARIF_SCHEMA.is_file(), reason="the npm packages are not installed")
def test_sarif_follows_its_schema(joblens: Run) -> None:
    put({"a b/é.yml": BAD, "hint.yml": GOOD + "inputs: {n: 1}\n"})
    code, out, _ = joblens("hint.yml", "a b", "gone.yml", "--format", "sarif")
    log = json.loads(out)
    errors = list(Draft7Validator(json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))).iter_errors(log))
    assert [error.message for error in errors] == []
    (run,) = log["runs"]
    listed = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in listed] == list(rules())
    hint, error = run["results"]
    assert (hint["level"], error["level"]) == ("note", "error")
    assert listed[error["ruleIndex"]]["id"] == error["ruleId"] == "JL201"
    place = error["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/%C3%A9.yml"
    assert place["region"] == {"startLine": 1, "startColumn": 15, "endLine": 1, "endColumn": 28}
    assert run["invocations"][0]["executionSuccessful"] is False
    assert code == 2


def test_more_warnings_than_allowed_answer_1(joblens: Run) -> None:
    put({"job.yml": "command: echo $(inputs.n) ${{inputs.n}}\nenvironment: azureml:e:1\ninputs: {n: 1}\n"})
    assert joblens("job.yml")[0] == 0
    assert joblens("job.yml", "--max-warnings", "1")[0] == 0
    assert joblens("job.yml", "--max-warnings", "0")[0] == 1


def test_the_configuration_sets_severities_and_excludes_files_that_are_not_named(joblens: Run) -> None:
    put({"a.yml": BAD, "old/b.yml": BAD})
    put({"joblens.toml": '[check]\nexclude = ["old/"]\n[check.severity]\nJL2 = "hint"\n'})
    said = SAID.replace("error", "hint")
    assert joblens(".")[:2] == (0, f"a.yml:{said}")
    assert joblens("old/b.yml")[:2] == (0, f"old/b.yml:{said}")
    assert joblens("old/b.yml", "--force-exclude")[:2] == (0, "")


def test_a_configuration_that_cannot_be_is_refused(joblens: Run) -> None:
    put({"a.yml": BAD, "joblens.toml": '[check.severity]\nJL201 = "eror"\n'})
    code, out, err = joblens(".")
    assert (code, out) == (2, "")
    assert "joblens.toml: 'eror' is no severity for JL201. Did you mean 'error'?" in err


def test_many_processes_find_the_same_in_the_same_order(joblens: Run) -> None:
    put({f"{number:02}.yml": BAD if number % 3 else GOOD for number in range(50)})
    alone = joblens(".", "--jobs", "1")
    assert alone[1].count("\n") == 33
    assert joblens(".", "--jobs", "3") == alone


def test_it_imports_neither_an_engine_nor_an_editor(tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text(GOOD, encoding="utf-8")
    script = (
        "import sys; from joblens.cli import main; main(['check', 'job.yml']);"
        "print(*{name.partition('.')[0] for name in sys.modules}, *sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "server")}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(ran.stdout.split())
    costly = {
        "pathspec",
        "multiprocessing",
        "tomllib",
        "lsprotocol",
        "pygls",
        "asyncio",
        "psutil",
        "filelock",
    }
    assert imported.isdisjoint(costly | {"joblens.lsp", "joblens.features", "joblens.engine.run"})
