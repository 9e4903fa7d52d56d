"""LSP's types are finished one by one, as they are needed, and are then what lsprotocol meant."""

import subprocess
import sys
import textwrap

# A process of its own: here, something else may have imported the types in the usual way.
START = """
import attrs
from joblens.lsp import server
from lsprotocol import types
from lsprotocol.converters import get_converter

classes = [one for one in types.ALL_TYPES_MAP.values() if isinstance(one, type)]
"""


def told(program: str) -> str:
    command = [sys.executable, "-c", START + textwrap.dedent(program)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_most_types_are_never_finished() -> None:
    program = """
        server.create()
        types.Position(1, 2)
        print(sum(isinstance(vars(one).get("__attrs_attrs__"), tuple) for one in classes))
    """
    assert 0 < int(told(program)) < 100


def test_each_finished_type_has_the_fields_that_it_declares() -> None:
    program = """
        for one in filter(attrs.has, classes):
            fields = {field.name: field.type for field in attrs.fields(one)}
            assert fields.keys() >= one.__annotations__.keys(), one
            assert not any(isinstance(kind, str) for kind in fields.values()), one
        print(sum(map(attrs.has, classes)))
    """
    assert int(told(program)) > 500


def test_a_type_is_made_compared_and_converted() -> None:
    program = """
        made = types.Range(types.Position(1, 2), end=types.Position(3, 4))
        assert made == types.Range(types.Position(1, 2), types.Position(3, 4))
        plain = {"start": {"line": 1, "character": 2}, "end": {"line": 3, "character": 4}}
        assert get_converter().unstructure(made) == plain
        assert get_converter().structure(plain, types.Range) == made
        print("the same")
    """
    assert told(program) == "the same"


def test_a_missing_or_a_wrong_value_is_refused_from_the_first_time_on() -> None:
    program = """
        for values in ((), ("text", True)):
            try:
                types.FormattingOptions(*values)
            except (TypeError, ValueError):
                print("refused")
    """
    assert told(program).split() == ["refused", "refused"]
