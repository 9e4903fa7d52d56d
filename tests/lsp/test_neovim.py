"""Neovim's own client, driven by a script: what the editor then holds is what the server said."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import ROOT

STORY = Path(__file__).with_name("neovim.lua")
JOB = """\
description: '🚀'
command: echo '🚀' hello ${{inputs.whom}}
cod: .
environment:
  image: docker.io/library/python
inputs:
  whom: world
compute: local
"""


def told(folder: Path, home: Path) -> Any:
    """What Neovim holds after the story; its project is `folder`."""
    answers = home / "answers.json"
    configuration = home / "init.lua"
    configuration.write_text(documented(version()), encoding="utf-8")
    story = {
        "configuration": str(configuration),
        "folder": str(folder),
        "answers": str(answers),
    }
    own = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    env = {
        **os.environ,
        **own,
        "STORY": json.dumps(story),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "JOBLENS_HOME": str(home / "joblens"),
        "JOBLENS_CACHE": str(home / "cache"),
        "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",  # refuses at once: the story is about the editor
    }
    command = ["nvim", "--headless", "-n", "-u", "NONE", "-i", "NONE", "-c", f"luafile {STORY}"]
    subprocess.run(command, cwd=folder, env=env, timeout=600, check=True, capture_output=True)
    return json.loads(answers.read_text(encoding="utf-8"))


def version() -> tuple[int, ...]:
    """Neovim's."""
    said = subprocess.run(["nvim", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"NVIM v(\d+)\.(\d+)", said)
    assert found
    return tuple(map(int, found.groups()))


def documented(version: tuple[int, ...]) -> str:
    """The configuration for a version of Neovim that the page tells its users to copy."""
    heading = "## Neovim 0.11 and later" if version >= (0, 11) else "## Neovim 0.7 to 0.10"
    section = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8").partition(heading)[2]
    block = re.search(r"```lua\n(.*?)```", section, re.DOTALL)
    assert block
    return block[1] if version >= (0, 8) else with_lenses(block[1], section)


def with_lenses(start: str, section: str) -> str:
    """The lenses of the page as well, with what it tells users of Neovim 0.7 to change."""
    _, lenses = re.findall(r"```lua\n(.*?)```", section, re.DOTALL)[:2]
    on_attach = re.search(r"`(on_attach = [^`]*)`", section)
    assert on_attach
    started = start.replace("start_client({", f"start_client({{ {on_attach[1]}")
    return started + lenses.replace('"LspAttach", ', "")


@pytest.mark.slow
def test_a_job_is_understood_mended_and_run_in_neovim(
    tmp_path: Path, need: Callable[[object, str], None]
) -> None:
    need(shutil.which("nvim"), "there is no Neovim (nvim) on PATH")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "job.yml").write_text(JOB, encoding="utf-8")
    (folder / "other.yml").write_text(JOB, encoding="utf-8")
    seen = told(folder, tmp_path)
    assert "error" not in seen, seen["error"]
    assert "not supported" not in seen["messages"]
    assert seen["encoding"] == "utf-16"
    (problem,) = seen["diagnostics"]
    assert (problem["code"], problem["row"], problem["column"], problem["until_column"]) == ("JL101", 2, 0, 3)
    assert "code" in problem["message"]
    assert seen["formats"] is False
    assert "compute" in "\n".join(seen["hover"])
    assert "inputs.whom" in seen["completion"]
    assert seen["definition"] == [7, 2]
    assert seen["renamed"][1] == "command: echo '🚀' hello ${{inputs.who}}"
    assert seen["renamed"][6] == "  who: world"
    assert seen["fixed"][2] == "code: ."
    assert seen["lenses"] == ["Run locally", "Dry run", "Submit to cluster"]
    assert "echo '🚀' hello world" in seen["dry_run"]
    assert "Completed." in seen["run"]
    assert "🚀 hello world" in seen["log"]
    assert seen["checked"] == {"files": 2, "errors": 1, "warnings": 0}
    assert [one["code"] for one in seen["other"]] == ["JL101"]
