"""What the schema says of a place: the alternatives that are left, their words, their description."""

from joblens.schema.find import find, keys
from joblens.schema.near import nearest
from joblens.schema.store import load
from joblens.text.document import Document

COMMAND = load("commandJob")
assert COMMAND is not None


def test_a_key_has_a_description_and_types() -> None:
    known = find(COMMAND, Document("command: a\n").tree, ("command",))
    assert known is not None
    assert known.required
    assert known.types == ["text"]
    assert len(known.description) > 20


def test_a_place_that_does_not_exist_yet_is_known() -> None:
    known = find(COMMAND, Document("command: a\n").tree, ("distribution", "type"))
    assert known is not None
    assert {"pytorch", "tensorflow", "mpi"} <= set(known.words)


def test_an_unknown_place_is_none() -> None:
    assert find(COMMAND, Document("command: a\n").tree, ("nothing", "here")) is None


def test_the_keys_of_a_named_branch_alone() -> None:
    tree = Document("distribution:\n  type: mpi\n").tree
    assert set(keys(COMMAND, tree, ("distribution",))) == {"type", "process_count_per_instance"}


def test_any_name_is_known_where_the_user_chooses_names() -> None:
    known = find(COMMAND, Document("inputs:\n  iris:\n    mode: x\n").tree, ("inputs", "iris", "mode"))
    assert known is not None
    assert "ro_mount" in known.words


def test_the_word_that_was_meant() -> None:
    assert nearest("experimen_name", ["experiment_name", "environment"]) == "experiment_name"
    assert nearest("MPI", ["mpi"]) == "mpi"
    assert nearest("min", ["minimize", "maximize"]) == "minimize"
    assert nearest("zebra", ["minimize", "maximize"]) is None
