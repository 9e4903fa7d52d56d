"""Packages that the scripts of a job import, and that are not here."""

from pathlib import Path
from textwrap import dedent

import pytest

from joblens.engine.environments.imports import missing
from joblens.text.document import Document


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import os, yaml\n", []),
        ("import nowhere_to_be_found\n", ["nowhere_to_be_found"]),
        ("from nowhere.deep import thing\n", ["nowhere"]),
        ("import network\nfrom . import network\n", []),
        ("def train():\n    import nowhere\n", ["nowhere"]),
        ("this is no Python\n", []),
    ],
)
def test_what_a_script_imports_and_this_python_lacks_is_named(tmp_path, script, expected):
    write(tmp_path, "src/main.py", script)
    write(tmp_path, "src/network.py", "")
    assert missing(document(tmp_path, "python main.py")) == expected


def test_a_script_that_is_not_there_imports_nothing(tmp_path):
    write(tmp_path, "src/other.py", "import nowhere")
    assert missing(document(tmp_path, "python main.py")) == []


def test_every_script_of_a_command_counts(tmp_path):
    write(tmp_path, "src/a.py", "import nowhere")
    write(tmp_path, "src/b.py", "import never_written")
    assert missing(document(tmp_path, "python a.py && python b.py")) == ["never_written", "nowhere"]


def test_a_module_beside_the_script_counts(tmp_path):
    write(tmp_path, "src/main.py", "import network")
    write(tmp_path, "src/network.py", "import main, nowhere")
    assert missing(document(tmp_path, "python main.py")) == ["nowhere"]


def test_what_a_script_of_a_shell_runs_counts(tmp_path):
    write(tmp_path, "src/run.sh", "#!/bin/bash\nset -e\npython main.py --csv $1\n")
    write(tmp_path, "src/main.py", "import nowhere")
    assert missing(document(tmp_path, "bash run.sh")) == ["nowhere"]
    write(tmp_path, "src/run.sh", "pip install nowhere\npython main.py\n")
    assert missing(document(tmp_path, "bash run.sh")) == []


def document(folder: Path, command: str) -> Document:
    text = dedent(f"""\
        command: {command}
        code: src
        environment: azureml:any@latest
        """)
    return Document(text, folder / "job.yml")


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
