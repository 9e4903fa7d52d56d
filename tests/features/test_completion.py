"""Completion inside placeholders, of whole files, of hyperparameters, and in half-typed states."""

import re
from pathlib import Path

import pytest

from joblens.checks import check
from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.proposal import Completion
from joblens.text.document import Document
from tests.marked import marked


def offered(text: str) -> dict[str, Completion]:
    at = marked(text)
    return {one.label: one for one in completions(Subject(at.document), at.offset)}


def taken(text: str, label: str) -> str:
    """The text after a proposal was taken, its stops filled with their numbers or defaults."""
    source = marked(text).document.text
    one = offered(text)[label]
    if "$0" not in one.text:
        return source[: one.span.start] + one.text + source[one.span.end :]
    line = source[: one.span.start].rpartition("\n")[2]
    margin = line[: len(line) - len(line.lstrip())]
    return source[: one.span.start] + filled(one.text, margin) + source[one.span.end :]


def filled(snippet: str, margin: str = "") -> str:
    snippet = snippet.removesuffix("\n$0")
    plain = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", re.sub(r"(?<!\\)\$(\d)", r"\1", snippet))
    return plain.replace("\\$", "$").replace("\n", f"\n{margin}")


PIPELINE = """\
type: pipeline
inputs:
  rows: 3
  raw: {{type: uri_file, path: raw.csv}}
outputs:
  final: {{type: uri_folder}}
jobs:
  prep:
    type: command
    command: prepare {command}
    environment: azureml:e:1
    inputs:
      raw: {binding}
    outputs:
      clean: {{type: mltable}}
  score:
    component: ./score.yml
    outputs:
      scores: {output}
  report:
    component: ./report.yml
"""


def pipeline(command: str = "", binding: str = "1", output: str = "") -> str:
    return PIPELINE.format(command=command, binding=binding, output=output)


def test_a_step_is_bound_to_the_pipeline_and_to_other_steps() -> None:
    found = offered(pipeline(binding="${{<|>"))
    assert {label: one.detail for label, one in found.items()} == {
        "parent.inputs.rows": "integer · 3",
        "parent.inputs.raw": "uri_file · raw.csv",
        "parent.jobs.score.outputs.scores": "",
        "parent.jobs.report.outputs.": "an output of component ./report.yml",
    }


def test_an_output_of_a_step_is_bound_to_an_output_of_the_pipeline() -> None:
    assert list(offered(pipeline(output="${{<|>}}"))) == ["parent.outputs.final"]


def test_the_command_of_a_step_has_its_own_names() -> None:
    found = offered(pipeline(command="${{inp<|>"))
    assert {label: one.detail for label, one in found.items()} == {
        "inputs.raw": "integer · 1",
        "outputs.clean": "mltable",
    }


@pytest.mark.parametrize(
    "typed",
    [
        "${{<|>",
        "${{<|>}}",
        "${{ <|> }}",
        "${{parent.<|>",
        "${{parent.in<|>}}",
        "${{par<|>ent.inputs.raw}}",
        "$<|>",
        "${<|>",
        "${<|>}",
        "'${{<|>'",
        '"${{parent.<|>}}"',
        ">-\n        ${{par<|>",
    ],
)
def test_a_binding_is_completed_in_every_half_typed_state(typed: str) -> None:
    text = pipeline(binding=typed)
    label = "${{parent.inputs.rows}}" if typed.startswith(("$<", "${<")) else "parent.inputs.rows"
    done = taken(text, label)
    assert re.findall(r"\$\{\{parent.*?\}+", re.sub(r"\s", "", done)) == ["${{parent.inputs.rows}}"]
    assert not Document(done).problems


@pytest.mark.parametrize(
    "typed", ['"${{parent.<|>', "'${{<|>", "{path: ${{<|>", "{path: '${{<|>", "\n        path: ${{par<|>"]
)
def test_a_binding_is_offered_where_quotes_and_braces_are_still_open(typed: str) -> None:
    assert "parent.inputs.rows" in offered(pipeline(binding=typed))


def test_the_brace_of_a_mapping_does_not_close_a_placeholder() -> None:
    text = "type: pipeline\ninputs: {rows: 3}\njobs:\n  a: {type: command, inputs: {x: ${{<|>}}\n"
    assert "parent.inputs.rows" in offered(text)
    text = "type: pipeline\ninputs: {rows: 3}\njobs:\n  a:\n    inputs: {x: '${{<|>'}\n"
    assert "{x: '${{parent.inputs.rows}}'}" in taken(text, "parent.inputs.rows")


def test_hyperparameters_show_their_range() -> None:
    found = offered(
        "type: sweep\ntrial: {command: 'a ${{<|>', environment: azureml:e:1}\nsearch_space:\n"
        "  lr: {type: uniform, min_value: 0.001, max_value: 0.1}\n  n: {type: choice, values: [1, 2]}\n"
    )
    assert found["search_space.lr"].detail == "uniform · 0.001 to 0.1"
    assert found["search_space.n"].detail == "choice · [1, 2]"


def test_a_dollar_that_starts_a_key_is_no_placeholder() -> None:
    assert "$schema" in offered("command: a\nenvironment: azureml:e:1\ncompute: azureml:c\n$<|>\n")


def test_nothing_is_offered_in_a_comment() -> None:
    assert offered("command: a\nenvironment: azureml:e:1\ninputs: {x: 1}\n# ${{<|>\n") == {}


def test_braces_of_yaml_are_no_placeholder_of_the_preview() -> None:
    found = offered("command: a\nenvironment:\n  docker: {image: a}\ncompute: {<|>}\n")
    assert "target" in found


def test_a_value_after_a_colon_gets_its_blank() -> None:
    start = "type: sweep\nsearch_space: {}\nsampling_algorithm:"
    assert taken(start + "<|>\n", "random").endswith("\nsampling_algorithm: random\n")
    assert taken(start + " <|>\n", "random").endswith("\nsampling_algorithm: random\n")
    assert taken(start + "ra<|>\n", "random").endswith("\nsampling_algorithm: random\n")
    url = next(label for label in offered("$schema:<|>\n") if "commandJob" in label)
    assert taken("$schema:<|>\n", url) == f"$schema: {url}\n"


SPACE = "type: sweep\nsearch_space:\n  lr:\n    type: <|>\n"


@pytest.mark.parametrize(
    ("word", "below"),
    [
        ("choice", "    values: [0]\n"),
        ("randint", "    upper: 0\n"),
        ("loguniform", "    min_value: 1\n    max_value: 0\n"),
        ("quniform", "    min_value: 1\n    max_value: 2\n    q: 0\n"),
        ("qnormal", "    mu: 1\n    sigma: 2\n    q: 0\n"),
    ],
)
def test_a_distribution_brings_the_keys_that_it_needs(word: str, below: str) -> None:
    assert taken(SPACE, word) == SPACE.replace("<|>", word) + below
    assert taken(SPACE.replace(" <|>", "<|>"), word) == SPACE.replace("<|>", word) + below


def test_a_distribution_brings_only_the_keys_that_are_missing() -> None:
    assert taken(SPACE + "    min_value: 3\n", "uniform").endswith(
        "    type: uniform\n    max_value: 0\n    min_value: 3\n"
    )
    whole = SPACE + "    values: [1]\n"
    assert taken(whole, "choice") == whole.replace("<|>", "choice")


def test_a_distribution_in_braces_brings_its_keys_in_braces() -> None:
    text = "type: sweep\nsearch_space:\n  lr: {type: <|>}\n"
    assert taken(text, "uniform").endswith("  lr: {type: uniform, min_value: 1, max_value: 0}\n")


def test_every_distribution_of_the_schema_brings_its_keys() -> None:
    found = offered(SPACE)
    assert len(found) == 10
    assert all("\n" in one.text for one in found.values())


def test_other_types_bring_no_keys() -> None:
    text = "command: a\nenvironment: azureml:e:1\ncompute: local\ninputs:\n  type:\n    type: <|>\n"
    assert all("\n" not in one.text for one in offered(text).values())


FILES = (
    "command job",
    "sweep job",
    "pipeline job",
    "command component",
    "environment",
    "data asset",
    "model",
    "online endpoint",
    "online deployment",
    "schedule",
    "compute cluster",
)


def test_an_empty_file_is_offered_whole_files_after_its_schema() -> None:
    assert tuple(offered("<|>")) == ("$schema", *FILES)
    assert tuple(offered("# my job\nc<|>\n")) == ("$schema", *FILES)


@pytest.mark.parametrize("label", FILES)
def test_a_whole_file_has_no_problem(label: str) -> None:
    done = taken("pi<|>\n", label)
    assert "$schema: https://" in done
    assert "$1" not in done
    assert check(Subject(Document(done))) == []


def test_a_file_that_says_something_is_offered_no_whole_file() -> None:
    assert offered("<|>\nsteps: []\n") == {}
    assert tuple(offered("<|>\nsteps\n")) == ("$schema",)


def test_completion_answers_at_every_place_of_a_file_being_typed() -> None:
    text = pipeline(
        command="${{inputs.raw}}", binding="${{parent.inputs.raw}}", output="${{parent.outputs.final}}"
    )
    for end in range(len(text)):
        for one in completions(Subject(Document(text[:end])), end):
            assert 0 <= one.span.start <= one.span.end <= end


JOB = "command: a\nenvironment: azureml:e:1\ncompute: azureml:c\n"


def test_a_key_brings_the_children_that_it_must_have() -> None:
    text = "type: sweep\nsearch_space: {}\nobj<|>\n"
    assert taken(text, "objective").endswith("\nobjective:\n  goal: 1\n  primary_metric: 0\n")


def test_a_key_in_braces_brings_braces_and_brackets() -> None:
    assert taken(JOB + "resources: {<|>}\n", "properties").endswith("resources: {properties: {0}}\n")
    space = "type: sweep\nsearch_space:\n  a: {<|>}\n"
    assert taken(space, "values").endswith("  a: {values: [0]}\n")


def test_a_key_behind_a_dash_has_its_value_below_itself() -> None:
    text = "$schema: https://x/computeInstance.schema.json\nname: c\ncustom_applications:\n"
    assert taken(text + "- en<|>\n", "endpoints").endswith("\n- endpoints:\n    - 0\n")
    below = "- name: a\n  en<|>\n"
    assert taken(text + below, "endpoints").endswith("\n- name: a\n  endpoints:\n    - 0\n")


def test_after_a_key_with_words_the_editor_may_go_on() -> None:
    at = marked("command: a\nenvironment: azureml:e:1\n<|>\n")
    going_on = {one.label: one.goes_on for one in completions(Subject(at.document), at.offset)}
    assert going_on["type"]
    assert not going_on["display_name"]


def test_after_a_key_that_takes_a_path_the_editor_may_go_on(tmp_path: Path) -> None:
    text = "type: command\ncommand: a\nenvironment: azureml:e:1\n"
    document = Document(text, tmp_path / "job.yml")
    going_on = {one.label: one.goes_on for one in completions(Subject(document), len(text))}
    assert going_on["code"]
    at_no_place = {one.label: one.goes_on for one in completions(Subject(Document(text)), len(text))}
    assert not at_no_place["code"]


def test_a_half_typed_key_above_its_children_is_completed_alone() -> None:
    job = "type: command\ncommand: x\nenviron<|>\n  image: python\n"
    assert taken(job, "environment") == "type: command\ncommand: x\nenvironment:0\n  image: python\n"
    assert "image" not in offered(job)


def test_the_value_of_a_key_with_children_is_not_a_key_of_theirs() -> None:
    assert "image" not in offered("type: command\ncommand: x\nenvironment: <|>\n  image: python\n")
