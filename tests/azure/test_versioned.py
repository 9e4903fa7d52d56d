"""`joblens environment` and `joblens data`: what the workspace and registries have, as az shows it."""

import json
from pathlib import Path

import pytest

from joblens.cli import main
from tests.azure.control_plane import ControlPlane
from tests.azure.state import GROUP, ROOT, SUBSCRIPTION, WORKSPACE
from tests.azure.test_control_plane import told

WHERE = ("--subscription", SUBSCRIPTION, "-g", GROUP, "-w", WORKSPACE)
OTHER = f"azureml:{ROOT.removesuffix(WORKSPACE)}other"
CONDA = "dependencies: [python=3.10]\n"


@pytest.fixture
def joblens(names_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def call(*words: str) -> tuple[int, str, str]:
        return (main([*words, *WHERE]), *capsys.readouterr())

    return call


@pytest.mark.slow
@pytest.mark.usefixtures("azure_client")
def test_what_is_shown_is_what_azure_ai_ml_shows(joblens, names_plane: ControlPlane, tmp_path: Path) -> None:
    names_plane.workspace.put(
        "environments", "conda", "1", image="ubuntu:22.04", condaFile=CONDA, osType="Linux"
    )
    program = """
wanted = ("environments", "sklearn", "3"), ("data", "titanic", "1"), ("environments", "conda", "1")
for kind, name, version in wanted:
    operations = getattr(c, kind)
    told([one._to_dict() for one in operations.list()])
    told([one._to_dict() for one in operations.list(name=name)])
    told(operations.get(name, version=version)._to_dict())
"""
    for theirs in told(program, tmp_path):
        one = theirs[0] if isinstance(theirs, list) else theirs
        asset = "data" if "data" in one.get("id", "data") else "environment"
        if isinstance(theirs, dict):
            words = ("show", "-n", one["name"], "-v", one["version"])
        else:
            words = ("list", "-n", one["name"]) if "version" in one else ("list",)
        ours = json.loads(joblens(asset, *words, "-o", "json")[1])
        assert like(ours, theirs)


def like(ours: object, theirs: object) -> bool:
    """Whether all that they say is said, but for what is written in another way only."""
    if isinstance(theirs, list):
        assert isinstance(ours, list)
        return all(like(*pair) for pair in zip(ours, theirs, strict=True))
    assert isinstance(theirs, dict)
    assert isinstance(ours, dict)
    other = ("id", "creation_context", "properties")
    return {key: ours.get(key) for key in theirs if key not in other} == {
        key: value for key, value in theirs.items() if key not in other
    }


def test_names_are_listed_with_their_newest_version(joblens) -> None:
    lines = joblens("environment", "list")[1].splitlines()
    assert lines[0].split("  ")[0] == "Name"
    assert lines[2].split()[:2] == ["sklearn", "12"]
    assert joblens("data", "list", "--query", "[].[name,latest_version,type]", "-o", "tsv")[
        1
    ].splitlines() == [
        "titanic\t2\turi_file",
        "cifar\t2024-05-01\turi_folder",
    ]
    assert joblens("environment", "list", "-n", "sklearn", "-r", "3", "--query", "[].version", "-o", "tsv")[
        1
    ] == ("12\n11\n10\n")


@pytest.mark.parametrize(
    ("words", "version"),
    [
        (("-n", "sklearn", "-v", "3"), "3"),
        (("--name", "sklearn", "--version", "3"), "3"),
        (("sklearn:3",), "3"),
        (("azureml:sklearn@latest",), "12"),
        (("-n", "sklearn", "--label", "latest"), "12"),
        (("sklearn",), "12"),
        (("-n", "sklearn-1.5", "--registry-name", "azureml"), "10"),
        (("azureml://registries/azureml/environments/sklearn-1.5/versions/9",), "9"),
        (("azureml://registries/azureml/environments/sklearn-1.5/labels/latest",), "10"),
    ],
)
def test_a_version_is_named_in_each_way(joblens, words: tuple[str, ...], version: str) -> None:
    assert joblens("environment", "show", *words, "--query", "version", "-o", "tsv")[:2] == (
        0,
        f"{version}\n",
    )


def test_archived_ones_are_listed_on_request(joblens, names_plane: ControlPlane) -> None:
    names_plane.workspace.archived.add(("data", "cifar"))
    asked = ("--query", "[].name", "-o", "tsv")
    assert joblens("data", "list", *asked)[1] == "titanic\n"
    assert joblens("data", "list", "--archived-only", *asked)[1] == "cifar\n"
    assert joblens("data", "list", "--include-archived", *asked)[1] == "titanic\ncifar\n"


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("environment", "show"), 2, "No environment is named."),
        (("environment", "show", "nothing"), 6, "There is no environment 'nothing'."),
        (
            ("environment", "show", "sklern"),
            6,
            "There is no environment 'sklern'.\nhint: Did you mean 'sklearn'?",
        ),
        (
            ("data", "show", "titanic:7"),
            6,
            "There is no version '7' of the data 'titanic'.\nhint: The newest",
        ),
        (("data", "show", "titanc:7"), 6, "There is no data 'titanc'.\nhint: Did you mean 'titanic'?"),
        (("data", "show", "azureml://registries/azureml/models/bert-base/versions/17"), 2, "'azureml://reg"),
        (("environment", "show", f"{OTHER}/environments/sklearn/versions/3"), 6, "Azure refused (404)"),
        (("data", "show", "titanic", "--label", "best"), 6, "Only the label 'latest' is known here"),
    ],
)
def test_what_is_not_there_is_said(joblens, words: tuple[str, ...], code: int, error: str) -> None:
    answered, out, err = joblens(*words)
    assert (answered, out) == (code, "")
    assert err.startswith(f"error: {error}")
