"""The names that the YAML files of a folder define or refer to."""

import os
from pathlib import Path

import pytest

from joblens.features import folder_names
from joblens.features.folder_names import FolderNames
from joblens.job.known_names import AllNames, Asset, KnownName

SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest/{}.schema.json\n"


def write(folder: Path, **files: str) -> FolderNames:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = FolderNames([folder])
    names.read()
    return names


def known(names: FolderNames, asset: Asset) -> dict[str, tuple[str, ...]]:
    return {one.name: one.versions for one in names.names(asset)}


def test_a_file_that_describes_an_asset_gives_its_name_and_version(tmp_path: Path) -> None:
    names = write(
        tmp_path,
        env=SCHEMA.format("environment") + "name: my-env\nversion: 1.10\nimage: a\n",
        shaped="name: by-shape\nversion: '2'\ntype: command\ncommand: a\nenvironment: azureml:my-env:1\n",
        data=SCHEMA.format("data") + 'name: rows  # all\nversion: "3"\npath: a\n',
        cluster=SCHEMA.format("amlCompute") + "name: cpu\ntype: amlcompute\n",
        other="name: ci\non: [push]\njobs: {}\n",
    )
    assert known(names, "environment") == {"my-env": ("1.1", "1")}
    assert known(names, "component") == {"by-shape": ("2",)}
    assert known(names, "data") == {"rows": ("3",)}
    assert known(names, "compute") == {"cpu": ()}


def test_a_reference_gives_a_name_and_its_versions_the_newest_first(tmp_path: Path) -> None:
    names = write(
        tmp_path,
        one="environment: azureml:e:9\ncompute: 'azureml:gpu'\nexperiment_name: \"my trial\"\n",
        two="environment: azureml:e:10  # and not azureml:f:1\n# environment: azureml:gone:1\n",
        three="inputs: {a: {type: uri_file, path: azureml:d:1}}\njobs: {x: {component: azureml:c@latest}}\n",
        four="inputs:\n  m:\n    path: azureml:net:2\n    type: mlflow_model\n",
        five="path: azureml://datastores/x/paths/y\nenvironment: azureml:/subscriptions/x\n",
    )
    assert known(names, "environment") == {"e": ("10", "9")}
    assert known(names, "compute") == {"gpu": ()}
    assert known(names, "data") == {"d": ("1",)}
    assert known(names, "component") == {"c": ()}
    assert known(names, "model") == {"net": ("2",)}
    assert known(names, "experiment") == {"my trial": ()}


def test_a_name_is_said_to_come_from_where_it_is_described(tmp_path: Path) -> None:
    job = "environment: azureml:e:1\n"
    names = write(tmp_path, a=job, envs__e=SCHEMA.format("environment") + "name: e\nversion: 2\n", z=job)
    assert names.names("environment") == (KnownName("e", ("2", "1"), "envs/e.yml"),)


def test_hidden_and_foreign_folders_are_not_read(tmp_path: Path) -> None:
    text = "compute: azureml:{}\n"
    names = write(
        tmp_path,
        a=text.format("a"),
        **{
            ".joblens__b": text.format("b"),
            "node_modules__x__c": text.format("c"),
            ".venv__d": text.format("d"),
        },
    )
    assert known(names, "compute") == {"a": ()}
    assert not names.holds(tmp_path / ".joblens" / "b.yml")
    assert not names.holds(tmp_path / "a.txt")
    assert names.holds(tmp_path / "deep" / "a.yaml")


def test_a_changed_new_or_deleted_file_is_read_again_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = write(tmp_path, a="compute: azureml:a\n", b="compute: azureml:b\n")
    read: list[str] = []
    seen = folder_names._seen
    monkeypatch.setattr(folder_names, "_seen", lambda path: (read.append(path.name), seen(path))[1])
    (tmp_path / "a.yml").write_text("compute: azureml:other\n")
    os.utime(tmp_path / "a.yml", ns=(1, 1))
    names.read()
    assert read == ["a.yml"]
    (tmp_path / "b.yml").unlink()
    names.read_file(tmp_path / "b.yml")
    assert known(names, "compute") == {"other": ()}
    (tmp_path / "c.yml").write_text("compute: azureml:c\n")
    names.read_file(tmp_path / "c.yml")
    assert known(names, "compute") == {"c": (), "other": ()}


def test_no_more_is_read_than_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_names, "_MOST_FILES", 3)
    names = write(tmp_path, **{f"deep__f{at}": f"compute: azureml:c{at}\n" for at in range(9)})
    assert len(names.names("compute")) == 3
    monkeypatch.setattr(folder_names, "_MOST_NAMES", 2)
    names.read()
    assert len(names.names("compute")) == 2


def test_what_is_no_text_or_too_large_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"compute: azureml:a\xff\n")
    (tmp_path / "b.yml").write_text("compute: azureml:b\n" + "#" * 300_000)
    (tmp_path / "c.yml").mkdir()
    assert known(write(tmp_path), "compute") == {}


def test_several_who_know_are_asked_as_one(tmp_path: Path) -> None:
    one = write(tmp_path / "x", a="environment: azureml:e:1\n")
    two = write(tmp_path / "y", a="environment: azureml:e:2\n", b="environment: azureml:f:1\n")
    both = AllNames(one, two).names("environment")
    assert [(name.name, name.versions) for name in both] == [("e", ("2", "1")), ("f", ("1",))]
