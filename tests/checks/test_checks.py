"""Each mistake in a job gives exactly one problem, on exactly the text at fault."""

import pytest

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.job.kinds import schema_address
from joblens.text.document import Document
from tests.marked import spans

IRIS = """
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
code: src
command: >-
  python main.py
  --iris-csv ${{inputs.iris}}
  --learning-rate ${{inputs.rate}}
inputs:
  iris:
    type: uri_file
    path: ./data/iris.csv
  rate: 0.1
environment:
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04
  conda_file: environment.yml
compute: azureml:cpu-cluster
resources:
  instance_count: 1
"""

PREVIEW = """
command: >
  python main.py
  --iris-csv {inputs.iris}
code:
  local_path: src
inputs:
  iris:
    data:
      path: https://example.org/iris.csv
    mode: mount
environment:
  docker:
    image: docker.io/python
compute:
  target: azureml:cpu-cluster
"""

SWEEP = """
type: sweep
trial:
  code: src
  command: python main.py --lr ${{search_space.lr}} --csv ${{inputs.iris}}
  environment: azureml:sklearn:1
inputs:
  iris:
    type: uri_file
    path: iris.csv
compute: azureml:cpu-cluster
sampling_algorithm: random
search_space:
  lr:
    type: uniform
    min_value: 0.01
    max_value: 0.9
objective:
  primary_metric: loss
  goal: minimize
limits:
  max_total_trials: 20
"""


def check(text: str, code: str | None, message: str = "") -> None:
    """The text between « and » is the only problem; None for a text without problems."""
    plain, expected = spans(text)
    found = problems(Document(plain))
    shown = [(one.code, plain[one.span.start : one.span.end], one.message) for one in found]
    assert [(one.code, one.span) for one in found] == [(code, span) for span in expected], shown
    assert all(len(one.message) <= 120 for one in found), shown
    if message:
        assert found[0].message == message


@pytest.mark.parametrize("job", [IRIS, PREVIEW, SWEEP])
def test_a_job_without_mistakes_has_no_problems(job: str) -> None:
    check(job, None)


def test_an_unknown_key_is_named_with_the_one_that_was_meant() -> None:
    check(
        IRIS + "«experimen_name»: iris\n",
        "JL101",
        "Unknown key 'experimen_name'. Did you mean 'experiment_name'?",
    )


def test_an_unknown_key_in_the_preview_dialect() -> None:
    check(PREVIEW + "«limits»:\n  timeout: 3\n", "JL101")


def test_an_unknown_key_inside_an_input() -> None:
    check(IRIS.replace("    type: uri_file\n", "    type: uri_file\n    «mod»: download\n"), "JL101")


def test_a_list_of_known_keys_that_is_too_long_ends_with_how_many_there_are_besides() -> None:
    check(
        IRIS.replace("resources:\n", "resources:\n  «zz»: 1\n"),
        "JL101",
        "Unknown key 'zz' in 'resources'. Known: instance_count, instance_type, properties, locations,"
        " shm_size, and 2 more.",
    )


@pytest.mark.parametrize(
    ("key", "written", "meant"),
    [
        ("default_compute", "cpu-cluster", "azureml:cpu-cluster"),
        ("default_compute", "serverles", "serverless"),
        ("default_datastore", "workspaceblobstore", "azureml:workspaceblobstore"),
    ],
)
def test_a_setting_of_a_pipeline_that_lacks_its_prefix_gets_it(key: str, written: str, meant: str) -> None:
    job = f"type: pipeline\nsettings:\n  {key}: «{written}»\njobs:\n  a:\n    command: echo\n"
    rest = "    environment: azureml:e:1\n    compute: azureml:c\n"
    check(job + rest, "JL104", f"'{key}' cannot be '{written}'. Did you mean '{meant}'?")
    (found,) = problems(Document((job + rest).replace("«", "").replace("»", "")))
    assert found.fix is not None
    assert found.fix.text == meant


@pytest.mark.parametrize("given", ["{type: «integer», value: 3}", "\n    type: «integer»\n    default: 3"])
def test_an_input_with_a_component_s_type_is_mended_to_its_value(given: str) -> None:
    job = IRIS.replace("  rate: 0.1\n", f"  rate: {given}\n")
    message = "The type 'integer' is for inputs of components. A job gives the value alone: 'rate: VALUE'."
    check(job, "JL104", message)
    plain = spans(job)[0]
    (found,) = problems(Document(plain))
    fix = found.fix
    assert fix is not None
    assert plain[: fix.span.start] + fix.text + plain[fix.span.end :] == spans(IRIS)[0].replace("0.1", "3")


def test_an_input_with_a_component_s_type_and_more_than_a_value_has_no_fix() -> None:
    given = "\n    type: integer # a count\n    default: 3"
    (found,) = problems(Document(IRIS.replace("  rate: 0.1\n", f"  rate: {given}\n")))
    assert found.fix is None


def test_a_datastore_has_no_version() -> None:
    job = "type: pipeline\nsettings:\n  default_datastore: «my store»\njobs:\n  a:\n    command: echo\n"
    check(
        job + "    environment: azureml:e:1\n    compute: azureml:c\n",
        "JL104",
        "'default_datastore' cannot be 'my store': azureml:NAME is expected.",
    )


@pytest.mark.parametrize(
    ("written", "way_out"),
    [
        ("AzureML-sklearn-1.0@latest", ". Did you mean 'azureml:AzureML-sklearn-1.0@latest'?"),
        ("sklearn:1", ". Did you mean 'azureml:sklearn:1'?"),
        ("env.yml", ". Did you mean 'file:env.yml'?"),
        ("sklearn", ": file:PATH or azureml:NAME:VERSION is expected."),
    ],
)
def test_an_environment_that_lacks_its_prefix_gets_it(written: str, way_out: str) -> None:
    job = f"$schema: {schema_address('commandJob')}\ncommand: echo\nenvironment: «{written}»\n"
    check(job, "JL104", f"'environment' cannot be '{written}'{way_out}")


def test_a_misspelt_distribution_is_the_only_branch_spoken_of() -> None:
    check(
        IRIS + "distribution:\n  type: «pytorhc»\n",
        "JL104",
        "'type' cannot be 'pytorhc'. Did you mean 'pytorch'?",
    )


def test_a_key_of_another_branch_is_unknown_in_the_one_that_was_meant() -> None:
    check(IRIS + "distribution:\n  type: pytorch\n  «worker_count»: 2\n", "JL101")


def test_an_undeclared_input_inside_a_folded_command() -> None:
    check(
        IRIS.replace("${{inputs.iris}}", "«${{inputs.iriss}}»"),
        "JL201",
        "There is no input 'iriss'. Did you mean 'iris'?",
    )


def test_an_undeclared_input_in_the_preview_dialect() -> None:
    check(PREVIEW.replace("{inputs.iris}", "«{inputs.iriss}»"), "JL201")


def test_a_search_space_in_a_command_job() -> None:
    check(IRIS.replace("${{inputs.iris}}", "${{inputs.iris}} «${{ search_space.x }}»"), "JL204")


def test_an_undeclared_hyperparameter() -> None:
    check(SWEEP.replace("${{search_space.lr}}", "«${{search_space.lrr}}»"), "JL201")


def test_an_unclosed_placeholder() -> None:
    check(
        IRIS.replace("${{inputs.iris}}", "«${{inputs.iris»"),
        "JL202",
        "'${{inputs.iris' is not closed. Add '}}'.",
    )


def test_an_unknown_context() -> None:
    check(IRIS.replace("${{inputs.iris}}", "${{inputs.iris}} «${{input.iris}}»"), "JL203")


def test_todays_placeholder_in_a_preview_job() -> None:
    check(PREVIEW.replace("{inputs.iris}", "«${{inputs.iris}}»"), "JL205")


def test_braces_of_the_shell_are_left_alone() -> None:
    check(IRIS.replace("python main.py", "awk '{print $1}' && echo ${HOME} {a,b} && python main.py"), None)


def test_a_tab() -> None:
    check(IRIS + "tags:\n«\t»team: iris\n", "JL001")


@pytest.mark.parametrize("above", ["", "# a comment\n\n", "%YAML 1.1\n---\n", "--- # the first\n"])
def test_only_one_document_is_read(above: str) -> None:
    assert problems(Document(f"{above}{IRIS.strip()}\n...\n")) == []
    check(f"{above}{IRIS}«---»\ncommand: ls\n---\ncommand: pwd\n", "JL003")


def test_a_mark_that_is_text_begins_no_document() -> None:
    text = IRIS.replace("python main.py", "echo\n  --- ---").replace("compute:", "# ---\ncompute:")
    assert problems(Document(text)) == []


def test_a_duplicate_key() -> None:
    check(IRIS + "«code»: src\n", "JL002")


def test_an_unclosed_quote() -> None:
    plain = IRIS + 'description: "never closed\n'
    found = problems(Document(plain))
    assert [one.code for one in found] == ["JL001"]


def test_a_missing_key() -> None:
    start, end = IRIS.index("command:"), IRIS.index("inputs:\n")
    text = IRIS[:start] + IRIS[end:]
    found = problems(Document(text))
    assert [(one.code, one.message) for one in found] == [("JL102", "Required key 'command' is missing.")]


def test_a_key_without_a_value() -> None:
    check(IRIS.replace("compute: azureml:cpu-cluster", "«compute»:"), "JL102")


def test_a_number_where_text_is_wanted() -> None:
    check(IRIS + "experiment_name: «2021»\n", "JL103")


def test_text_where_a_mapping_is_wanted() -> None:
    found = problems(Document(IRIS.replace("resources:\n  instance_count: 1\n", "resources: two\n")))
    assert [one.code for one in found] == ["JL103"]


def test_a_problem_can_be_ignored_on_its_line() -> None:
    check(IRIS + "experimen_name: iris  # joblens: ignore[JL101]\n", None)
    check(IRIS + "«experimen_name»: iris  # joblens: ignore[JL104]\n", "JL101")


def test_a_file_of_another_tool_is_left_alone() -> None:
    check("name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu\n    steps: []\n", None)


def test_a_half_typed_key_does_not_make_the_rest_wrong() -> None:
    plain = IRIS.replace("compute: azureml:cpu-cluster", "comp")
    found = problems(Document(plain))
    assert [one.code for one in found] == ["JL001"]
    assert plain[found[0].span.start : found[0].span.end].strip() == "comp"


def test_a_key_that_stands_twice_is_the_only_problem_of_its_block() -> None:
    check(IRIS + "«inputs»: {}\n", "JL002")


def test_todays_placeholder_in_a_preview_job_is_one_problem_even_when_it_names_nothing() -> None:
    check(PREVIEW.replace("{inputs.iris}", "«${{inputs.iriss}}»"), "JL205")
    check(PREVIEW.replace("{inputs.iris}", "«${{inputs.iris»"), "JL205")


def test_a_tab_does_not_make_the_block_below_it_wrong() -> None:
    check(PREVIEW.replace("compute:", "«\t»compute:"), "JL001")
    check(IRIS.replace("environment:\n  image", "environment:\n«\t»  image"), "JL001")
    check(IRIS.replace("inputs:\n", "inputs:\n«\t»# a comment\n"), "JL001")


def test_a_misspelt_required_key_is_one_problem() -> None:
    check(
        IRIS.replace("command: >-", "«comand»: >-"), "JL101", "Unknown key 'comand'. Did you mean 'command'?"
    )


def test_a_misspelt_key_of_a_step_does_not_make_it_another_kind_of_step() -> None:
    step = "    command: echo\n    environment: azureml:e:1\n    compute: azureml:c\n"
    pipeline = f"type: pipeline\njobs:\n  a:\n    type: command\n{step}"
    check(pipeline, None)
    check(
        pipeline.replace("environment", "«environmnt»"),
        "JL101",
        "Unknown key 'environmnt' in 'a'. Did you mean 'environment'?",
    )


_DECLARED = [
    ("command: a ${{inputs.wholly_new}}\nenvironment: azureml:e:1\n", "inputs"),
    ("command: a ${{inputs.wholly_new}}\nenvironment: azureml:e:1\ninputs: {b: 1}\n", "inputs"),
    ("command: a ${{outputs.wholly_new}}\nenvironment: azureml:e:1\n", "outputs"),
    (
        "type: sweep\ntrial:\n  command: a ${{search_space.wholly_new}}\n  environment: azureml:e:1\n"
        "search_space:\n  b: {type: choice, values: [1]}\nsampling_algorithm: random\n"
        "objective: {goal: minimize, primary_metric: loss}\nlimits: {max_total_trials: 3}\n",
        "search_space",
    ),
    (
        "type: pipeline\njobs:\n  s:\n    compute: azureml:c\n    command: a ${{inputs.wholly_new}}\n"
        "    environment: azureml:e:1\n",
        "inputs",
    ),
    (
        "type: pipeline\njobs:\n  s:\n    compute: azureml:c\n    type: command\n    component:\n"
        "      command: a ${{outputs.wholly_new}}\n      environment: azureml:e:1\n",
        "outputs",
    ),
]


@pytest.mark.parametrize(("text", "section"), _DECLARED)
def test_an_undeclared_name_can_be_declared(text: str, section: str) -> None:
    document = Document(text)
    (found,) = [one for one in problems(document) if one.severity is Severity.ERROR]
    (declare,) = found.others
    mended = text[: declare.span.start] + declare.text + text[declare.span.end :]
    assert section in mended
    assert "wholly_new" in mended[mended.index(f"{section}:") :]
    assert [one for one in problems(Document(mended)) if one.severity is Severity.ERROR] == []


def test_a_binding_that_is_not_closed_is_one_mistake() -> None:
    check(
        """
        type: pipeline
        outputs:
          model:
            type: uri_folder
        jobs:
          train:
            component: azureml:train:1
            outputs:
              model: «${{parent.outputs.model»
        """,
        "JL202",
    )


def test_a_long_unknown_key_leaves_its_place_out_of_a_long_message() -> None:
    check(
        """
        $schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
        name: blue
        endpoint_name: e
        model: azureml:m:1
        instance_type: Standard_DS3_v2
        instance_count: 1
        request_settings:
          «max_concurrent_requests_per_instances_»: 1
        """,
        "JL101",
        "Unknown key 'max_concurrent_requests_per_instances_'."
        " Did you mean 'max_concurrent_requests_per_instance'?",
    )


def test_a_message_cuts_a_long_word_that_was_meant() -> None:
    long = "image_multiclass_classification_validation_data_of_the_second_run"
    check(
        f"""
        type: pipeline
        inputs:
          {long}:
            type: mltable
            path: data
        jobs:
          train:
            component: azureml:train:1
            inputs:
              data: «${{{{parent.inputs.{long}s}}}}»
        """,
        "JL403",
        "The pipeline has no input 'image_multiclass_classifica...'."
        " Did you mean 'image_multiclass_classification_validati...'?",
    )


def test_a_long_reference_without_a_version_is_cut_in_its_message() -> None:
    long = "azureml:a-data-asset-with-a-name-of-more-than-sixty-characters-of-text"
    check(
        f"""
        command: python train.py ${{{{inputs.data}}}}
        environment: azureml:train-env:1
        inputs:
          data:
            type: uri_file
            path: «{long}»
        """,
        "JL106",
        "'path': 'azureml:a-data-asset-with-a-name-of-m...' has no version."
        " Write ':VERSION' or '@latest' behind it.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "command: ls\nenvironment: azureml:e:1\ncode: «file:src»\n",
        "command: ls\nenvironment:\n  image: a\n  conda_file: '«file:./conda.yml»'\ncompute: azureml:c\n",
        "command: ls\nenvironment:\n  build:\n    path: «file:docker»\n",
        "type: pipeline\njobs:\n  a:\n    command: ls\n    environment: azureml:e:1\n    code: «file:src»\n"
        "    compute: azureml:c\n",
    ],
)
def test_a_path_takes_no_file_prefix(text: str) -> None:
    check(text, "JL109")


def test_what_the_command_line_may_give_is_a_hint() -> None:
    text = (
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n"
        "name: blue\nmodel: azureml:m:1\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n"
    )
    (found,) = problems(Document(text))
    assert (found.code, found.severity) == ("JL102", Severity.HINT)
    assert "--endpoint-name" in found.message
