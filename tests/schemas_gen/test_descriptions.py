"""Every key of command and sweep jobs is described, by us, briefly, and nothing else is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from scripts.schemas.describe import Descriptions, describe, read_descriptions
from scripts.schemas.shapes import Json

from tests.schemas_gen.committed import SCHEMAS, names, schema

TODAY, PREVIEW = (
    read_descriptions(SCHEMAS / "descriptions"),
    read_descriptions(SCHEMAS / "descriptions" / "preview"),
)
DESCRIBED = ["commandJob", "sweepJob", "preview/commandJob", "preview/sweepJob"]


def _keys(name: str) -> Iterator[tuple[str, str, str | None]]:
    for definition, body in schema(name)["definitions"].items():
        for key, value in body.get("properties", {}).items():
            yield definition, key, value.get("description")


def _dialect(preview: bool) -> list[str]:
    return [name for name in names() if name.startswith("preview/") == preview]


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_key_of_a_job_is_described(name: str) -> None:
    assert [(definition, key) for definition, key, text in _keys(name) if not text] == []


@pytest.mark.parametrize("name", names())
def test_a_description_is_short_and_ours(name: str) -> None:
    ours = PREVIEW if name.startswith("preview/") else TODAY
    for definition, key, text in _keys(name):
        assert text == ours.text(definition, key)
        assert len(text or "") <= 600, f"{definition}.{key} has {len(text or '')} characters"


@pytest.mark.parametrize(("preview", "descriptions"), [(False, TODAY), (True, PREVIEW)])
def test_no_description_is_of_a_key_that_does_not_exist(preview: bool, descriptions: Descriptions) -> None:
    known: dict[str, set[str]] = {}
    for name in _dialect(preview):
        for definition, key, _ in _keys(name):
            known.setdefault(definition.partition(".")[0], set()).add(key)
    assert list(_unknown(descriptions, known)) == []


def _unknown(descriptions: Descriptions, known: dict[str, set[str]]) -> Iterator[str]:
    """What an entry says about keys that neither its definition nor any that is like it has."""
    for entry, keys in descriptions.entries.items():
        own = {key for key in keys if not key.startswith("_")}
        heirs = [entry, *_heirs(descriptions, entry)]
        if not any(heir in known for heir in heirs):
            yield entry
        elif entry in known:
            yield from (f"{entry}.{key}" for key in own - known[entry])
        else:
            yield from (
                f"{entry}.{key}" for key in own - set().union(*(known.get(heir, set()) for heir in heirs))
            )


def _heirs(descriptions: Descriptions, entry: str) -> Iterator[str]:
    for name, keys in descriptions.entries.items():
        if entry in keys.get("_like", []):
            yield name
            yield from _heirs(descriptions, name)


@pytest.mark.parametrize("descriptions", [TODAY, PREVIEW])
def test_entries_have_known_parts_and_take_over_from_entries_that_exist(descriptions: Descriptions) -> None:
    for name, keys in descriptions.entries.items():
        assert set(keys.get("_like", [])) <= set(descriptions.entries), name
        for key, entry in keys.items():
            if isinstance(entry, dict):
                assert "summary" in entry, f"{name}.{key}"
                assert set(entry) <= {"summary", "default", "since", "example"}, f"{name}.{key}"
                assert all(isinstance(part, str) for part in entry.values()), f"{name}.{key}"


@pytest.mark.parametrize("descriptions", [TODAY, PREVIEW])
def test_an_example_is_yaml(descriptions: Descriptions) -> None:
    for name, keys in descriptions.entries.items():
        for key, entry in keys.items():
            if isinstance(entry, dict) and "example" in entry:
                assert isinstance(yaml.safe_load(entry["example"]), dict), f"{name}.{key}"


def test_a_test_for_unknown_keys_finds_one() -> None:
    made_up = Descriptions({"CommandJob": {"comand": "x"}, "Nothing": {"a": "x"}})
    assert sorted(_unknown(made_up, {"CommandJob": {"command"}})) == ["CommandJob.comand", "Nothing"]


def test_an_entry_with_parts_becomes_markdown() -> None:
    entry = {"summary": "How many.\n", "default": "`1`", "since": "2.0", "example": "count: 2\n"}
    text = Descriptions({"Nodes": {"count": entry}}).text("Nodes.binding", "count")
    assert text == "How many.\n\nDefault: `1`\n\nSince 2.0.\n\n```yaml\ncount: 2\n```"


def test_an_entry_takes_over_what_it_does_not_say() -> None:
    descriptions = Descriptions(
        {"Job": {"name": "Its name."}, "Sweep": {"_like": ["Job"], "type": "`sweep`"}}
    )
    definitions: dict[str, Json] = {"Sweep.open": {"properties": {"name": {}, "type": {}, "other": {}}}}
    describe(definitions, descriptions)
    assert definitions["Sweep.open"]["properties"] == {
        "name": {"description": "Its name."},
        "type": {"description": "`sweep`"},
        "other": {},
    }


def test_two_files_cannot_describe_the_same(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("Job: {name: text}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="another file"):
        read_descriptions(tmp_path)
