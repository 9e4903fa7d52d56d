"""The committed schemas keep to the shape that schemas/README.md promises their readers."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator
from scripts.schemas.roots import ROOTS

from tests.schemas_gen.committed import names, schema

_OBJECTS = "properties required additionalProperties propertyNames"
_VALUES = "$ref type items anyOf enum const pattern not minimum maximum"
_NOTES = "format default readOnly description"
_OWN = "x-casing x-cast x-words x-discriminator x-arm-type x-file-ref x-experimental"
_KEYWORDS = {*_OBJECTS.split(), *_VALUES.split(), *_NOTES.split(), *_OWN.split()}
_BESIDE_REF = {"$ref", *_NOTES.split(), "x-experimental", "x-words"}


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(node, dict):
        return
    yield node
    for keyword in ("properties", "definitions"):
        for child in node.get(keyword, {}).values():
            yield from _nodes(child)
    for keyword in ("additionalProperties", "propertyNames", "items", "not"):
        yield from _nodes(node.get(keyword))
    for child in node.get("anyOf", []):
        yield from _nodes(child)


def _inner(name: str) -> Iterator[dict[str, Any]]:
    for definition in schema(name)["definitions"].values():
        yield from _nodes(definition)


def test_every_kind_has_a_file() -> None:
    assert len(ROOTS) == 53
    assert set(names()) == {*ROOTS, "preview/commandJob", "preview/sweepJob"}


@pytest.mark.parametrize("name", names())
def test_a_schema_is_correct_draft_07(name: str) -> None:
    Draft7Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", names())
def test_only_the_promised_keywords_occur(name: str) -> None:
    for node in _inner(name):
        assert set(node) <= _KEYWORDS
        if "$ref" in node:
            assert set(node) <= _BESIDE_REF


@pytest.mark.parametrize("name", names())
def test_every_definition_is_referred_to_and_every_reference_leads_to_one(name: str) -> None:
    referred = {node["$ref"] for node in _nodes(schema(name)) if "$ref" in node}
    assert referred == {f"#/definitions/{definition}" for definition in schema(name)["definitions"]}


@pytest.mark.parametrize("name", names())
def test_a_discriminator_leads_to_branches_that_allow_its_values(name: str) -> None:
    for node in _inner(name):
        if "x-discriminator" not in node:
            continue
        field, chosen = node["x-discriminator"]["field"], node["x-discriminator"]["map"]
        branches = {branch["$ref"] for branch in node["anyOf"] if "$ref" in branch}
        otherwise = set(node["x-discriminator"].get("otherwise", []))
        assert len(chosen) > 1
        assert {one for group in chosen.values() for one in group} | otherwise == branches
        for value, group in chosen.items():
            for reference in group:
                assert _allows(name, reference, field, value), f"{reference}: {field}: {value}"


def _allows(name: str, reference: str, field: str, value: str) -> bool:
    definition = schema(name)["definitions"][reference.removeprefix("#/definitions/")]
    if "anyOf" in definition:
        return any(_allows(name, one["$ref"], field, value) for one in definition["anyOf"] if "$ref" in one)
    key = definition["properties"][field]
    return bool(Draft7Validator(key).is_valid(value))


@pytest.mark.parametrize(
    ("name", "definition", "key", "value", "branch"),
    [
        ("commandJob", "CommandJob", "distribution", "mpi", "MPIDistribution"),
        ("commandJob", "CommandJob", "inputs", "mltable", "MLTableInput"),
        ("commandJob", "CommandJob", "services", "ssh", "SshJobService"),
        ("commandJob", "CommandJob", "identity", "managed_identity", "ManagedIdentity"),
        ("sweepJob", "SweepJob", "search_space", "loguniform", "Uniform"),
        ("sweepJob", "SweepJob", "early_termination", "bandit", "BanditPolicy"),
        ("sweepJob", "SweepJob", "sampling_algorithm", "grid", "GridSamplingAlgorithm"),
        ("pipelineJob", "PipelineJob", "jobs", "automl", "automl-by-task"),
        ("pipelineJob", "PipelineJob", "jobs", "data_transfer", "by-task"),
        ("preview/sweepJob", "SweepJob", "early_termination", "bandit", "BanditPolicy"),
    ],
)
def test_a_value_chooses_one_branch(name: str, definition: str, key: str, value: str, branch: str) -> None:
    node = schema(name)["definitions"][definition]["properties"][key]
    union = node.get("additionalProperties", node)
    assert union["x-discriminator"]["map"][value] == [f"#/definitions/{branch}"]


def test_an_input_without_a_type_may_be_data_or_a_literal() -> None:
    inputs = schema("commandJob")["definitions"]["CommandJob"]["properties"]["inputs"]["additionalProperties"]
    assert "#/definitions/DataInput" in inputs["x-discriminator"]["otherwise"]
    assert "#/definitions/InputLiteralValue" in inputs["x-discriminator"]["otherwise"]


def test_a_step_without_a_type_is_a_command() -> None:
    jobs = schema("pipelineJob")["definitions"]["PipelineJob"]["properties"]["jobs"]["additionalProperties"]
    assert jobs["x-discriminator"]["otherwise"] == jobs["x-discriminator"]["map"]["command"]
