"""Every key of every kind is described, by us, briefly and truly, and nothing else is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripts.schemas.describe import Descriptions, allowed_words, describe, read_descriptions
from scripts.schemas.shapes import Json

from tests.schemas_gen.committed import SCHEMAS, names, schema

TODAY, PREVIEW = (
    read_descriptions(SCHEMAS / "descriptions"),
    read_descriptions(SCHEMAS / "descriptions" / "preview"),
)
# What job authors write themselves; of other kinds a hover says in its header what is read-only.
IN_FULL = [
    "commandJob",
    "sweepJob",
    "pipelineJob",
    "parallelJob",
    "sparkJob",
    "autoMLJob",
    "commandComponent",
    "pipelineComponent",
    "parallelComponent",
    "sparkComponent",
    "importComponent",
    "flowComponent",
    "environment",
    "data",
    "model",
    "MLTable",
    "code",
    "preview/commandJob",
    "preview/sweepJob",
]
# Less than this says no more than the key's name does.
_SHORTEST = 20
_ABOUT = "_about"
# A sentence this long, written twice, belongs into a group that both take over.
_WORTH_SHARING = 45
# Its keys are those of a value that Azure sets as a whole.
_SET_AS_A_WHOLE = "CreationContext"
_PARTS = {"summary", "default", "since", "example", "words"}


def _rules(name: str) -> Iterator[tuple[str, str, Json]]:
    for definition, body in schema(name)["definitions"].items():
        for key, rule in body.get("properties", {}).items():
            yield definition, key, rule


def _keys(name: str) -> Iterator[tuple[str, str, str | None]]:
    for definition, key, rule in _rules(name):
        yield definition, key, rule.get("description")


def _dialect(preview: bool) -> list[str]:
    return [name for name in names() if name.startswith("preview/") == preview]


def _described(descriptions: Descriptions) -> Iterator[tuple[str, str, Any]]:
    """What is said of keys, without what is said of words."""
    for name, keys in descriptions.entries.items():
        for key, entry in keys.items():
            if key != "_like" and name not in _word_groups(descriptions):
                yield name, key, entry


def _word_groups(descriptions: Descriptions) -> set[str]:
    entries = (entry for keys in descriptions.entries.values() for entry in keys.values())
    groups = (entry.get("words") for entry in entries if isinstance(entry, dict))
    return {group for group in groups if isinstance(group, str)}


@pytest.mark.parametrize("name", names())
def test_every_key_is_described(name: str) -> None:
    assert [(definition, key) for definition, key, text in _keys(name) if not text] == []


@pytest.mark.parametrize("name", _dialect(preview=False))
def test_every_kind_says_what_it_is_where_its_schema_is_named(name: str) -> None:
    root = schema(name)["$ref"].rpartition("/")[2]
    definitions = schema(name)["definitions"]
    for branch in [one["$ref"].rpartition("/")[2] for one in definitions[root].get("anyOf", [])] or [root]:
        about = definitions[branch]["description"]
        assert definitions[branch]["properties"]["$schema"]["description"].startswith(about)


@pytest.mark.parametrize("name", names())
def test_a_description_is_short_and_ours(name: str) -> None:
    ours = PREVIEW if name.startswith("preview/") else TODAY
    for definition, key, rule in _rules(name):
        text = rule.get("description")
        held = rule.get("$ref") or rule.get("items", {}).get("$ref", "")
        assert text == (ours.text(definition, key) or ours.about(held.rpartition("/")[2]))
        assert len(text or "") <= 600, f"{definition}.{key} has {len(text or '')} characters"


@pytest.mark.parametrize("name", names())
def test_a_key_is_called_read_only_if_azure_sets_it(name: str) -> None:
    for definition, key, rule in _rules(name):
        if rule["description"].startswith("Read-only"):
            assert rule.get("readOnly") or definition.startswith(_SET_AS_A_WHOLE), f"{definition}.{key}"
        elif name in IN_FULL:
            assert not rule.get("readOnly"), f"{definition}.{key}"


@pytest.mark.parametrize("name", names())
def test_a_default_is_the_one_that_the_class_sets(name: str) -> None:
    for definition, key, rule in _rules(name):
        _, marked, said = rule["description"].partition("Default: `")
        if marked and "default" in rule:
            assert said.partition("`")[0].lower() == str(rule["default"]).lower(), f"{definition}.{key}"


@pytest.mark.parametrize("descriptions", [TODAY, PREVIEW])
def test_no_text_is_a_stub(descriptions: Descriptions) -> None:
    for name, key, entry in _described(descriptions):
        text = entry if isinstance(entry, str) else entry["summary"]
        bare = text.strip().rstrip(".").lower().removeprefix("the ")
        assert bare != key.replace("_", " "), f"{name}.{key}"
        assert len(text) >= _SHORTEST or text.startswith("`") or key == _ABOUT, f"{name}.{key}: {text}"
        assert text.strip().endswith((".", ")", "`")), f"{name}.{key}: {text}"


@pytest.mark.parametrize("descriptions", [TODAY])
def test_no_sentence_is_written_twice(descriptions: Descriptions) -> None:
    written: dict[str, int] = {}
    for name, key, entry in _described(descriptions):
        text = (entry if isinstance(entry, str) else entry["summary"]).strip()
        if len(text) > _WORTH_SHARING:
            # An anchor gives the same object again.
            assert written.setdefault(text, id(entry)) == id(entry), f"{name}.{key}: {text}"


@pytest.mark.parametrize("name", _dialect(preview=False))
def test_a_word_with_a_meaning_is_one_that_may_be_written(name: str) -> None:
    for definition, key, rule in _rules(name):
        assert set(rule.get("x-words", {})) <= set(allowed_words(rule)), f"{definition}.{key}"


def test_every_word_of_a_group_may_be_written_somewhere() -> None:
    used = {
        word
        for name in _dialect(preview=False)
        for _, _, rule in _rules(name)
        for word in rule.get("x-words", {})
    }
    for group in _word_groups(TODAY):
        assert set(TODAY.entries[group]) <= used, group
    for name, key, entry in _described(TODAY):
        if isinstance(entry, dict) and isinstance(entry.get("words"), dict):
            assert set(entry["words"]) <= used, f"{name}.{key}"


@pytest.mark.parametrize(("preview", "descriptions"), [(False, TODAY), (True, PREVIEW)])
def test_no_description_is_of_a_key_that_does_not_exist(preview: bool, descriptions: Descriptions) -> None:
    known: dict[str, set[str]] = {}
    for name in _dialect(preview):
        for definition, key, _ in _keys(name):
            known.setdefault(definition.partition(".")[0], set()).add(key)
    assert list(_unknown(descriptions, known)) == []


def _unknown(descriptions: Descriptions, known: dict[str, set[str]]) -> Iterator[str]:
    """What an entry says about keys that neither its definition nor any that is like it has."""
    everywhere = set().union(*known.values())
    for entry, keys in descriptions.entries.items():
        own = {key.removesuffix(".*") for key in keys if not key.startswith("_")}
        heirs = [entry, *_heirs(descriptions, entry)]
        if entry in _word_groups(descriptions):
            continue
        if "Anywhere" in heirs:
            yield from (f"{entry}.{key}" for key in own - everywhere)
            continue
        if not any(heir in known for heir in heirs):
            yield entry
        else:
            had = set().union(*(known.get(heir, set()) for heir in heirs))
            yield from (f"{entry}.{key}" for key in own - had)


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
                assert set(entry) <= _PARTS, f"{name}.{key}"
                words = entry.get("words", {})
                assert isinstance(words, dict) or words in descriptions.entries, f"{name}.{key}"
                texts = [part for part_name, part in entry.items() if part_name != "words"]
                assert all(isinstance(part, str) for part in texts), f"{name}.{key}"


@pytest.mark.parametrize("descriptions", [TODAY, PREVIEW])
def test_an_example_is_yaml(descriptions: Descriptions) -> None:
    for name, keys in descriptions.entries.items():
        for key, entry in keys.items():
            if isinstance(entry, dict) and "example" in entry:
                assert isinstance(yaml.safe_load(entry["example"]), dict | list), f"{name}.{key}"


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


def test_a_definition_says_what_it_is_at_its_schema_its_type_and_where_it_is_held() -> None:
    entries = {"Job": {"_about": "A job.", "$schema": "An address."}, "Limits": {"_about": "Its limits."}}
    limits: Json = {"$ref": "#/definitions/Limits"}
    definitions: dict[str, Json] = {
        "Job": {"properties": {"$schema": {}, "type": {}, "limits": limits, "all": {"items": dict(limits)}}},
        "Limits": {"properties": {}},
    }
    describe(definitions, Descriptions(entries))
    keys = definitions["Job"]["properties"]
    assert definitions["Job"]["description"] == "A job."
    assert keys["$schema"]["description"] == "A job.\n\nAn address."
    assert keys["type"]["description"] == "A job."
    assert (keys["limits"]["description"], keys["all"]["description"]) == ("Its limits.", "Its limits.")


def test_names_of_the_users_own_and_words_are_described_too() -> None:
    entries = {
        "Job": {"tags": "Tags.", "tags.*": "One tag.", "mode": {"summary": "How.", "words": "Modes"}},
        "Modes": {"mount": "Mounted.", "copy": "Copied."},
    }
    tags: Json = {"additionalProperties": {"type": "string"}}
    definitions: dict[str, Json] = {"Job": {"properties": {"tags": tags, "mode": {"enum": ["mount"]}}}}
    describe(definitions, Descriptions(entries))
    assert tags["additionalProperties"] == {"type": "string", "description": "One tag."}
    assert definitions["Job"]["properties"]["mode"]["x-words"] == {"mount": "Mounted."}


def test_a_map_may_be_one_of_several_branches_or_let_anything_stand() -> None:
    variables: Json = {"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "string"}]}
    describe({"Job": {"properties": {"env": variables}}}, Descriptions({"Job": {"env.*": "One."}}))
    assert variables["anyOf"][0]["additionalProperties"] == {"description": "One."}
    assert variables["anyOf"][1] == {"type": "string"}


def test_what_is_said_nowhere_else_is_said_anywhere() -> None:
    descriptions = Descriptions({"Anywhere": {"id": "An id."}, "Job": {"id": "A job's id."}})
    assert descriptions.text("Job", "id") == "A job's id."
    assert descriptions.text("Other", "id") == "An id."


def test_two_files_cannot_describe_the_same(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("Job: {name: text}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="another file"):
        read_descriptions(tmp_path)
