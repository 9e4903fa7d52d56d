"""The outline is JSON of LSP's own shape, with positions as the editor counts them."""

import json

from lsprotocol import types
from lsprotocol.converters import get_converter

from joblens.lsp import answers
from joblens.lsp.workspace import OpenDocument


def outline(text: str) -> list[types.DocumentSymbol]:
    opened = OpenDocument("file:///job.yml", 1, text)
    return get_converter().structure(json.loads(answers.outline(opened).text), list[types.DocumentSymbol])


def test_a_symbol_has_its_name_its_value_its_range_and_what_is_in_it() -> None:
    command, _, resources = outline(
        'command: "a \\"b\\""\nenvironment: azureml:e:1\nresources:\n  instance_count: 2\n'
    )
    assert (command.name, command.detail, command.kind) == ("command", 'a "b"', types.SymbolKind.Field)
    assert (resources.name, resources.detail, resources.kind) == ("resources", None, types.SymbolKind.Module)
    assert [one.name for one in resources.children or []] == ["instance_count"]
    assert resources.range == types.Range(types.Position(2, 0), types.Position(3, 19))
    assert resources.selection_range == types.Range(types.Position(2, 0), types.Position(2, 9))


def test_positions_are_counted_in_utf_16() -> None:
    command, _ = outline("command: 😀\nenvironment: azureml:e:1\n")
    assert command.range == types.Range(types.Position(0, 0), types.Position(0, 11))


def test_a_file_of_another_tool_has_none() -> None:
    assert outline("services:\n  web:\n    image: nginx\n") == []


def test_it_is_made_once_for_each_version() -> None:
    opened = OpenDocument("file:///job.yml", 1, "command: a\nenvironment: azureml:e:1\n")
    assert answers.outline(opened) is answers.outline(opened)
    opened.change(2, [types.TextDocumentContentChangeWholeDocument("command: a\nname: n\ncompute: local\n")])
    assert '"compute"' in answers.outline(opened).text


def test_what_the_author_names_has_a_kind_of_its_own() -> None:
    _, jobs = outline(
        "type: pipeline\njobs:\n  train:\n    type: command\n    inputs:\n      jobs: 3\n      data:\n"
        "        type: uri_file\n    outputs:\n      model:\n"
    )
    (train,) = jobs.children or []
    assert (train.name, train.detail, train.kind) == ("train", "command", types.SymbolKind.Function)
    kind, inputs, outputs = train.children or []
    assert kind.kind == types.SymbolKind.Field
    assert [(one.name, one.detail, one.kind) for one in inputs.children or []] == [
        ("jobs", "3", types.SymbolKind.Variable),
        ("data", "uri_file", types.SymbolKind.Variable),
    ]
    assert [(one.name, one.kind) for one in outputs.children or []] == [("model", types.SymbolKind.Property)]
