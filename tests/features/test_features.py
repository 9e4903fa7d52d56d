"""What the editor asks of a document, each answered for the smallest job that shows it."""

import re
from pathlib import Path

import pytest

from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.hover import hover
from joblens.features.lenses import lenses
from joblens.features.symbols import symbols
from joblens.text.document import Document
from tests.marked import marked
from tests.shared_data import SEED


def labels(text: str) -> list[str]:
    at = marked(text)
    return [one.label for one in completions(Subject(at.document), at.offset)]


def applied(text: str, label: str) -> str:
    """The text after the completion `label` was taken."""
    at = marked(text)
    source = at.document.text
    taken = next(one for one in completions(Subject(at.document), at.offset) if one.label == label)
    return source[: taken.span.start] + taken.text.replace("$0", "") + source[taken.span.end :]


def test_an_input_of_a_step_shows_how_its_component_declares_it(tmp_path: Path) -> None:
    (tmp_path / "train.yml").write_text(
        "type: command\nname: t\ncommand: echo ${{inputs.rate}}\nenvironment: azureml:e:1\n"
        "inputs:\n  rate:\n    type: number\n    default: 0.1\n"
    )
    text = "type: pipeline\njobs:\n  a:\n    component: ./train.yml\n    inputs:\n      rate: 3\n"
    found = hover(Subject(Document(text, tmp_path / "pipeline.yml")), text.index("rate"))
    assert found is not None
    declared = "The component declares it as\n\n```yaml\nrate:\n  type: number\n  default: 0.1\n```"
    assert found.markdown.endswith(declared)


def test_keys_of_a_job_are_offered_without_those_it_has() -> None:
    found = labels("command: python train.py\nenvironment: azureml:e:1\n<|>\n")
    assert "compute" in found
    assert "command" not in found


def test_a_half_typed_key_is_replaced() -> None:
    text = applied("command: python train.py\nenvironment: azureml:e:1\ncomp<|>\n", "compute")
    assert text == "command: python train.py\nenvironment: azureml:e:1\ncompute: \n"


def test_keys_of_a_nested_mapping() -> None:
    found = labels("command: a\nenvironment: azureml:e:1\ncompute: local\nresources:\n  <|>\n")
    assert "instance_count" in found
    assert "command" not in found


def test_keys_of_the_branch_that_was_meant() -> None:
    start = "command: a\nenvironment: azureml:e:1\ncompute: local\ndistribution:\n  type: tensorflow\n  <|>\n"
    found = labels(start)
    assert "worker_count" in found
    assert "process_count_per_instance" not in found


def test_words_of_every_branch_for_its_discriminator() -> None:
    found = labels("command: a\nenvironment: azureml:e:1\ncompute: local\ndistribution:\n  type: <|>\n")
    assert {"pytorch", "tensorflow", "mpi"} <= set(found)


def test_a_value_replaces_what_is_there() -> None:
    start = "command: a\nenvironment: azureml:e:1\ncompute: local\ndistribution:\n  type: pyt<|>orhc\n"
    assert applied(start, "pytorch").endswith("  type: pytorch\n")


def test_keys_of_the_preview_dialect() -> None:
    found = labels(
        "command: a\nenvironment:\n  docker:\n    image: python\ncompute:\n  target: local\n  <|>\n"
    )
    assert "instance_count" in found


def test_schema_urls_are_offered() -> None:
    found = labels("$schema: <|>\n")
    assert any("commandJob" in url for url in found)
    assert any("sweepJob" in url for url in found)


def test_an_empty_file_is_offered_its_schema_first() -> None:
    assert labels("<|>")[0] == "$schema"


def test_a_file_of_another_tool_is_offered_nothing() -> None:
    assert labels("name: CI\non: push\n<|>\n") == []


def test_inputs_are_offered_in_a_placeholder() -> None:
    start = "command: >-\n  python a.py --x ${{in<|>\nenvironment: azureml:e:1\ninputs:\n  iris: 3\n"
    assert labels(start) == ["inputs.iris"]


def test_hyperparameters_are_offered_in_the_preview_form() -> None:
    start = (
        "type: sweep_job\nalgorithm: random\ntrial:\n  command: a {<|>\n"
        "search_space:\n  lr:\n    type: uniform\n    min_value: 0\n    max_value: 1\n"
    )
    assert labels(start) == ["search_space.lr"]


def test_a_key_shows_its_description() -> None:
    at = marked("com<|>mand: python train.py\nenvironment: azureml:e:1\ncompute: local\n")
    found = hover(Subject(at.document), at.offset)
    assert found is not None
    assert found.markdown.startswith("**command**")
    assert at.document.text[found.span.start : found.span.end] == "command"


def test_a_placeholder_shows_its_declaration() -> None:
    at = marked(
        "command: a ${{inputs.i<|>ris}}\nenvironment: azureml:e:1\n"
        "inputs:\n  iris:\n    type: uri_file\n    path: i.csv\n"
    )
    found = hover(Subject(at.document), at.offset)
    assert found is not None
    assert "path: i.csv" in found.markdown


def test_a_word_shows_what_it_means_however_it_is_spelled() -> None:
    found = shown("type: sweep\nobjective:\n  goal: Maxi<|>mize\n  primary_metric: a\n")
    assert found == "**Maximize** · goal\n\nThe highest metric is the best, as of an accuracy."


def test_a_value_without_a_meaning_of_its_own_shows_its_key() -> None:
    assert shown("type: sweep\nobjective:\n  primary_metric: a<|>\n").startswith("**primary_metric** · text")


def test_a_name_of_the_users_own_shows_what_stands_under_such_a_name() -> None:
    start = "type: command\ncommand: a\nenvironment: azureml:e:1\ninputs:\n  "
    assert shown(start + "ro<|>ws: 3\n").startswith(
        "**rows** · a number, text, a boolean or a mapping\n\nAn input"
    )


def test_a_key_that_tells_alternatives_apart_shows_each_of_them() -> None:
    found = shown("type: command\ncommand: a\nenvironment: azureml:e:1\ndistribution:\n  ty<|>pe:\n")
    lines = found.splitlines()[2:]
    assert [line.partition("`")[2].partition("`")[0] for line in lines] == [
        "pytorch",
        "tensorflow",
        "mpi",
        "ray",
    ]


def test_a_number_that_may_be_given_as_text_is_a_number_to_the_reader() -> None:
    start = "type: pipeline\nsettings:\n  "
    assert shown(start + "force_re<|>run: true\n").startswith("**force_rerun** · true or false\n")
    step = "jobs:\n  a:\n    type: command\n    command: a\n    limits:\n      "
    assert shown("type: pipeline\n" + step + "time<|>out: 5\n").startswith("**timeout** · a whole number\n")


def test_a_key_that_azure_sets_says_so() -> None:
    start = "$schema: https://azuremlschemas.azureedge.net/latest/amlCompute.schema.json\nname: a\n"
    assert shown(start + "created<|>_on: a\n").startswith("**created_on** · text, read-only\n")


def test_known_words_do_not_pass_for_all_that_may_be_written() -> None:
    start = "$schema: https://azuremlschemas.azureedge.net/latest/dataTransferCopyJob.schema.json\n"
    assert shown(start + "com<|>pute: azureml:factory\n").endswith("\n\nKnown: `local`")


def test_every_kind_says_what_it_is_at_its_schema() -> None:
    found = shown("$sch<|>ema: https://azuremlschemas.azureedge.net/latest/data.schema.json\npath: a\n")
    assert found.startswith("**$schema** · text\n\nA data asset: ")


def test_a_proposed_word_says_what_it_means_and_a_switch_is_proposed_both_ways() -> None:
    at = marked("type: sweep\nobjective:\n  goal: <|>\n")
    found = {one.label: one.documentation for one in completions(Subject(at.document), at.offset)}
    assert found["minimize"] == "The lowest metric is the best, as of a loss or an error."
    assert labels("type: pipeline\nsettings:\n  force_rerun: <|>\n") == ["true", "false"]


def shown(text: str) -> str:
    at = marked(text)
    found = hover(Subject(at.document), at.offset)
    return found.markdown if found is not None else ""


def test_a_placeholder_shows_what_its_input_is_bound_to() -> None:
    found = shown(
        "type: pipeline\ninputs:\n  rows: 300\njobs:\n  a:\n    type: command\n"
        "    command: echo ${{inputs.x<|>}}\n    inputs: {x: '${{parent.inputs.rows}}'}\n"
    )
    assert found == (
        "**Input x**\n\n```yaml\nx: '${{parent.inputs.rows}}'\n```\n\n"
        "bound to\n\n**Input rows** · integer · 300\n\n```yaml\nrows: 300\n```"
    )


def test_a_binding_shows_its_step_or_the_output_of_it() -> None:
    start = (
        "type: pipeline\njobs:\n  a:\n    outputs:\n      o: {type: mltable}\n  b:\n    inputs:\n      i: "
    )
    assert shown(start + "${{parent.jobs.<|>a.outputs.o}}\n").startswith("**Step a**")
    assert "o: {type: mltable}" in shown(start + "${{parent.jobs.a.outputs.o<|>}}\n")


def test_a_binding_that_goes_in_a_circle_ends() -> None:
    start = "type: pipeline\ninputs:\n  x: ${{parent.inputs.x}}\njobs:\n  b:\n    inputs:\n      i: "
    assert shown(start + "${{parent.inputs.x<|>}}\n").count("**Input x**") == 1


def titles(text: str) -> list[str]:
    return [re.sub(r"^\$\(\S+\) ", "", lens.title) for lens in lenses(Subject(Document(text)))]


def test_a_job_has_lenses() -> None:
    command = "command: a\nenvironment: azureml:e:1\ncompute: local\n"
    assert titles(command) == ["Run locally", "Dry run", "Submit to cluster"]


SWEEP = """\
type: sweep
trial: {command: a, environment: azureml:e:1}
compute: local
search_space:
  a: {type: choice, values: [1, 2, 3]}
  b: {type: choice, values: [1, 2]}
objective: {goal: minimize, primary_metric: loss}
"""


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("limits: {max_total_trials: 20}\n", " (20 trials)"),
        ("limits: {max_total_trials: 1}\n", " (1 trial)"),
        ("sampling_algorithm: random\n", " (1000 trials)"),
        ("sampling_algorithm: grid\nlimits: {max_total_trials: 20}\n", " (6 trials)"),
        ("sampling_algorithm: {type: grid}\nlimits: {max_total_trials: 4}\n", " (4 trials)"),
    ],
)
def test_the_lens_of_a_sweep_says_how_many_trials_it_starts(more: str, count: str) -> None:
    assert [lens.title for lens in lenses(_subject(SWEEP + more))] == [
        f"$(play) Run sweep locally{count}",
        "$(beaker) Run one trial",
        "Dry run",
        "$(cloud-upload) Submit to cluster",
    ]


def test_the_lens_of_a_sweep_leaves_out_a_number_that_is_not_certain() -> None:
    text = SWEEP.replace("choice, values: [1, 2]", "uniform, min_value: 1, max_value: 2")
    titles = [lens.title for lens in lenses(_subject(text + "sampling_algorithm: grid\n"))]
    assert titles[0] == "$(play) Run sweep locally"


def _subject(text: str) -> Subject:
    return Subject(Document(text))


def test_an_environment_has_no_lenses() -> None:
    assert titles("$schema: https://x/environment.schema.json\nname: e\nimage: python\n") == []


def test_the_outline_names_every_key() -> None:
    found = symbols(Document("command: a\nresources:\n  instance_count: 2\n").tree)
    assert [one.name for one in found] == ["command", "resources"]
    assert [one.name for one in found[1].children] == ["instance_count"]


@pytest.mark.usefixtures("corpus")
def test_the_jobs_of_2021_have_lenses() -> None:
    jobs = [SEED / "jobs" / "hello-world.yml", *sorted(SEED.glob("jobs/train/*/*/job*.yml"))]
    assert len(jobs) > 8
    for file in jobs:
        run = ["Run locally"]
        if file.name == "job-sweep.yml":
            run = ["Run sweep locally (20 trials)", "Run one trial"]
        assert titles(file.read_text(encoding="utf-8")) == [*run, "Dry run", "Submit to cluster"]
