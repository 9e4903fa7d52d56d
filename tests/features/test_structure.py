"""What an editor shows of a file's structure: folds, growing selections, links, hints and colours."""

from itertools import pairwise
from pathlib import Path

import pytest

from joblens.checks.subject import Subject
from joblens.features.folding import Fold, folds
from joblens.features.hints import hints
from joblens.features.links import links
from joblens.features.selection import selections
from joblens.features.tokens import tokens
from joblens.text.document import Document
from tests.marked import marked, spans
from tests.shared_data import EXAMPLES


def test_entries_items_texts_and_comments_fold() -> None:
    text = "# one\n# two\n\ncommand: |\n  a\n  b\ninputs:\n  x:\n    type: uri_file\n  # own\nlist:\n"
    text += "- k: 1\n  l: 2\n"
    assert folds(Document(text)) == [
        Fold(0, 1, True),
        Fold(3, 5),
        Fold(6, 8),
        Fold(7, 8),
        Fold(10, 12),
        Fold(11, 12),
    ]


def test_brackets_fold_and_short_values_do_not() -> None:
    assert folds(Document("a: {b: 1,\n  c: 2}\nd: 3\n")) == [Fold(0, 1)]


def test_a_comment_beside_a_value_does_not_fold() -> None:
    assert folds(Document("a: 1 # one\nb: 2 # two\n")) == []


def test_a_selection_grows_from_the_word_to_the_file() -> None:
    at = marked("inputs:\n  x: 1\njobs:\n  a:\n    command: echo ${{inputs.da<|>ta}} > f\n")
    text = at.document.text
    grown = [text[slice(*span)] for span in selections(at.document, at.offset)]
    assert grown == [
        "data",
        "inputs.data",
        "${{inputs.data}}",
        "echo ${{inputs.data}} > f",
        "command: echo ${{inputs.data}} > f",
        "a:\n    command: echo ${{inputs.data}} > f",
        "jobs:\n  a:\n    command: echo ${{inputs.data}} > f",
        text.rstrip("\n"),
        text,
    ]


def test_a_selection_grows_through_quotes_and_items() -> None:
    at = marked("values:\n  - 'one t<|>wo'\n  - three\n")
    text = at.document.text
    grown = [text[slice(*span)] for span in selections(at.document, at.offset)]
    assert grown[:4] == ["two", "one two", "'one two'", "- 'one two'"]


def linked(text: str) -> dict[str, str]:
    plain, places = spans(text)
    found = links(Subject(Document(plain, Path("/project/jobs/job.yml"))))
    assert [one.span for one in found] == places
    return {plain[slice(*one.span)]: one.target.as_posix() for one in found}


def test_paths_lead_to_files_beside_the_document() -> None:
    job = """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: python a.py --path path:x
        code: «../src»
        environment:
          conda_file: "«env.yml»"
          build: {path: «docker», dockerfile_path: «Dockerfile.gpu»}
        inputs:
          a: {type: uri_file, path: «data/a.csv»}
          b: {type: uri_file, path: https://host/b.csv}
          c: {type: uri_file, path: azureml:c:1}
          d: {type: mltable, path: ./many/*.csv}
        """
    assert linked(job) == {
        "../src": "/project/src",
        "env.yml": "/project/jobs/env.yml",
        "docker": "/project/jobs/docker",
        "Dockerfile.gpu": "/project/jobs/docker/Dockerfile.gpu",
        "data/a.csv": "/project/jobs/data/a.csv",
    }


def test_components_and_files_of_the_preview_are_linked_and_names_are_not() -> None:
    steps = "a: {component: «./a.yml»}, b: {component: azureml:b:1}, c: {component: c}"
    job = f"type: pipeline\njobs: {{{steps}}}\n"
    assert linked(job) == {"./a.yml": "/project/jobs/a.yml"}
    preview = """
        command: a
        compute: {target: local}
        code: {local_path: «src»}
        environment:
          conda_file: «file:env.yml»
          docker: {image: a}
        """
    assert linked(preview) == {"src": "/project/jobs/src", "file:env.yml": "/project/jobs/env.yml"}


def test_a_file_not_yet_saved_has_no_links() -> None:
    assert links(Subject(Document("command: a\nenvironment: azureml:e:1\ncode: src\n"))) == []


SWEEP = """\
type: sweep
sampling_algorithm: grid
trial: {command: a, environment: azureml:e:1}
search_space:
  a: {type: choice, values: [1, 2, 3]}
  b:
    type: choice
    values:
    - x
    - y
"""


def hinted(text: str) -> list[tuple[str, str]]:
    document = Document(text)
    return [(document.line_text(document.line_of(one.offset)), one.text) for one in hints(Subject(document))]


def test_a_grid_shows_how_many_combinations_it_has() -> None:
    assert hinted(SWEEP) == [("sampling_algorithm: grid", "6 combinations")]
    limited = SWEEP.replace("grid", "{type: grid}") + "limits: {max_total_trials: 4}\n"
    assert hinted(limited) == [("sampling_algorithm: {type: grid}", "6 combinations, 4 of them tried")]


def test_a_grid_counts_the_choices_that_an_option_has_of_its_own() -> None:
    nested = SWEEP.replace("[1, 2, 3]", "[1, {k: 2, n: {type: choice, values: [5, 6]}}]")
    assert hinted(nested) == [("sampling_algorithm: grid", "6 combinations")]
    assert hinted(nested.replace("choice, values: [5, 6]", "randint, upper: 3")) == []


def test_a_grid_in_a_pipeline_and_in_the_preview_counts_too() -> None:
    step = "type: pipeline\njobs:\n  s:\n" + "".join(f"    {line}\n" for line in SWEEP.splitlines())
    assert hinted(step) == [("    sampling_algorithm: grid", "6 combinations")]
    preview = SWEEP.replace("type: sweep", "type: sweep_job").replace("sampling_algorithm", "algorithm")
    assert hinted(preview + "max_total_trials: 9\n") == [("algorithm: grid", "6 combinations")]


@pytest.mark.parametrize(
    "change", [("grid", "random"), ("type: choice\n", "\n"), ("choice, v", "uniform, v")]
)
def test_what_is_no_whole_grid_shows_nothing(change: tuple[str, str]) -> None:
    assert change[0] in SWEEP
    assert hinted(SWEEP.replace(*change)) == []


def coloured(text: str) -> list[tuple[str, str]]:
    return [(text[slice(*one.span)], one.kind) for one in tokens(Subject(Document(text)))]


def test_the_parts_of_a_placeholder_have_their_own_colours() -> None:
    text = "type: pipeline\njobs:\n  a:\n    inputs: {x: '${{parent.jobs.b.outputs.o}}'}\n"
    assert coloured(text) == [
        ("${{", "operator"),
        ("parent", "keyword"),
        ("jobs", "keyword"),
        ("b", "function"),
        ("outputs", "keyword"),
        ("o", "variable"),
        ("}}", "operator"),
    ]


def test_the_preview_has_its_colours_in_commands_only() -> None:
    text = "command: a {inputs.x} {print}\ncompute: {target: local}\ndescription: '{inputs.x}'\n"
    assert coloured(text) == [
        ("{", "operator"),
        ("inputs", "keyword"),
        ("x", "parameter"),
        ("}", "operator"),
    ]


@pytest.mark.usefixtures("corpus")
def test_answers_stay_inside_the_public_files_and_in_order() -> None:
    for file in sorted(EXAMPLES.rglob("*.y*ml")):
        document = Document(file.read_text(encoding="utf-8"), file)
        subject = Subject(document)
        assert all(one.first < one.last < len(document.line_starts) for one in folds(document))
        pieces = [one.span for one in tokens(subject)]
        assert all(one.end <= other.start for one, other in pairwise(pieces))
        for offset in range(0, len(document.text), 101):
            grown = selections(document, offset)
            assert grown[-1] == (0, len(document.text))
            assert all(
                outer.start <= inner.start <= inner.end <= outer.end for inner, outer in pairwise(grown)
            )


def test_the_script_and_the_flags_of_a_command_are_coloured() -> None:
    text = (
        "command: >-\n  cd a && python -u src/train.py --lr=${{inputs.y}} -v 'not -x'\n"
        "  && torchrun b.py --flag $SCRIPT\nenvironment: azureml:e:1\ninputs: {y: 2}\n"
    )
    found = [(text[slice(*one.span)], one.kind) for one in tokens(Subject(Document(text)))]
    assert [one for one in found if one[1] in ("namespace", "property")] == [
        ("src/train.py", "namespace"),
        ("--lr", "property"),
        ("-v", "property"),
        ("b.py", "namespace"),
        ("--flag", "property"),
    ]
