"""A preview file becomes today's with its text kept: comments, order, quoting, folding."""

import re
import textwrap
from pathlib import Path

import pytest
import yaml

from joblens.errors import JobFileError
from joblens.job.convert import to_today
from joblens.job.migrate import Migrated, migrate
from joblens.text.document import Document
from tests.shared_data import CORPUS, SEED

LATE = SEED.parent.parent / "late-d1-2021-08-16" / "cli"
CONVERTED = CORPUS / "preview" / "converted-ga" / "cli"
JOBS = sorted(path for root in (SEED, LATE) for path in root.glob("jobs/**/*.yml") if "env" not in path.name)
TWINS = [path for path in JOBS if path.is_relative_to(SEED) and (CONVERTED / path.relative_to(SEED)).exists()]
SCHEMA = "$schema: https://x/commandJob.schema.json\n"
SWEEP_SCHEMA = "$schema: https://x/sweepJob.schema.json\n"
HEAD = SCHEMA + "type: command_job\ncommand: run\n"
TODAY = SCHEMA + "type: command\ncommand: run\n"


def migrated(text: str, path: Path | None = None) -> Migrated:
    """The migrated file; it says what the conversion says, and none of its comments is lost."""
    document = Document(text, path)
    found = migrate(document)
    assert found is not None
    assert yaml.safe_load(found.text) == to_today(document).data
    assert not any("written anew" in note for note in found.notes), found.text
    missing = [
        text[span.start : span.end]
        for span in document.tree.comments
        if text[span.start : span.end] not in found.text
    ]
    assert missing == []
    return found


def check(before: str, after: str, *notes: str, path: Path | None = None) -> None:
    """What stands below a job's first lines, before and after the migration."""
    found = migrated(HEAD + textwrap.dedent(before), path)
    assert found.text == TODAY + textwrap.dedent(after)
    assert found.notes == notes


def check_sweep(before: str, after: str, *notes: str) -> None:
    """The same for what stands in a sweep below its `$schema` and its type."""
    found = migrated(SWEEP_SCHEMA + "type: sweep_job\n" + textwrap.dedent(before))
    assert found.text == SWEEP_SCHEMA + "type: sweep\n" + textwrap.dedent(after)
    assert found.notes == notes


@pytest.mark.usefixtures("corpus")
def test_there_are_public_preview_jobs() -> None:
    assert len(JOBS) >= 16
    assert len(TWINS) == 10


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", JOBS, ids=lambda path: str(path.relative_to(SEED.parent.parent)))
def test_a_public_job_says_what_its_conversion_says(path: Path) -> None:
    text = path.read_text("utf-8")
    found = migrated(text, path)
    assert migrate(Document(found.text, path)) is None
    assert migrated(text.replace("\n", "\r\n"), path).text == found.text.replace("\n", "\r\n")


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", TWINS, ids=lambda path: str(path.relative_to(SEED)))
def test_a_public_job_becomes_its_known_twin(path: Path) -> None:
    twin = (CONVERTED / path.relative_to(SEED)).read_text("utf-8")
    assert yaml.safe_load(migrated(path.read_text("utf-8"), path).text) == yaml.safe_load(twin)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("path", JOBS, ids=lambda path: str(path.relative_to(SEED.parent.parent)))
def test_comments_at_every_line_of_a_public_job_are_kept(path: Path) -> None:
    lines = []
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        indent = " " * (len(line) - len(line.lstrip()))
        if re.match(r" *\$?\w+:", line):
            beside = "" if '"' in line or "'" in line else f" # beside {number}."
            lines += [f"{indent}# above {number}.", line.rstrip() + beside]
        else:
            lines.append(line)
    migrated("\n".join([*lines, "# the end", ""]), path)


def test_the_code_folder_moves_beside_its_key() -> None:
    check("code: # c\n  # d\n  local_path: src # e\n", "# c\n# d\ncode: src # e\n")


def test_a_code_address_keeps_its_quotes() -> None:
    check('code: {path: "https://x/y"}\n', 'code: "https://x/y"\n')


def test_placeholders_get_todays_braces_in_folded_text() -> None:
    command = "command: >-\n  run  {inputs.a}\n    --b {inputs.a}\n\n  awk '{print}'\n"
    before = command + "inputs:\n  a: {data: azureml:d:1}\n"
    found = migrated(SCHEMA + before + "code: {local_path: s}\n")
    after = before.replace("{inputs.a}", "${{inputs.a}}").replace(
        "{data: azureml:d:1}", "{type: uri_folder, path: azureml:d:1}"
    )
    assert found.text == SCHEMA + "type: command\n" + after + "code: s\n"


@pytest.mark.parametrize(
    "command", ['"a \\"{inputs.a}\\""', "'it''s {inputs.a}'", "x\n  {inputs.a} y", "|\n  {inputs.a}\n"]
)
def test_placeholders_are_found_in_every_style(command: str) -> None:
    text = SCHEMA + f"type: command_job\ncommand: {command}\ninputs:\n  a:\n    data: azureml:d:1\n"
    assert command.replace("{inputs.a}", "${{inputs.a}}") in migrated(text).text


def test_the_compute_and_its_resources_part() -> None:
    before = """\
        # where it runs
        compute: # the cluster
          target: azureml:cpu  # big
          # how many
          instance_count: 2
          location: west
          properties:
            # p
            a: b
        tags: {a: b}
        """
    after = """\
        # where it runs
        # the cluster
        compute: azureml:cpu  # big
        resources:
          # how many
          instance_count: 2
          locations: ["west"]
          properties:
            # p
            a: b
        tags: {a: b}
        """
    check(before, after)


def test_a_compute_in_braces_parts_too() -> None:
    check(
        "compute: {target: local, instance_count: 3}  # here\n",
        "# here\ncompute: local\nresources:\n  instance_count: 3\n",
    )


def test_the_environment_loses_docker_and_file() -> None:
    before = """\
        environment:  # e
            docker:  # d
                image: python:3  # i
            conda_file: 'file:env.yml'  # c
            os_type: linux
        """
    after = """\
        environment:  # e
            # d
            image: python:3  # i
            conda_file: 'env.yml'  # c
            os_type: linux
        """
    check(before, after)


def test_a_dockerfile_becomes_a_build_context() -> None:
    check(
        "environment:\n  docker:\n    build:\n      dockerfile: file:docker/Dockerfile # f\n",
        "environment:\n  build:\n    path: docker # f\n    dockerfile_path: Dockerfile\n",
    )


def test_an_environment_in_braces_stays_in_braces() -> None:
    check(
        "environment: {docker: {image: python}, conda_file: file:e.yml}  # e\n",
        "environment: {image: python, conda_file: e.yml}  # e\n",
    )


def test_an_environment_of_another_file_is_written_in(tmp_path: Path) -> None:
    (tmp_path / "env.yml").write_text("docker: {image: python}\n")
    check(
        "environment: file:env.yml # e\n",
        "# e\nenvironment:\n  image: python\n",
        "environment: what 'env.yml' says is written into the job.",
        path=tmp_path / "job.yml",
    )


def test_names_are_in_todays_letters() -> None:
    inputs = "inputs:\n  iris-csv: # i\n    data: azureml:d:1\n  x.y: {data: azureml:d:1}\n"
    text = SCHEMA + "command: run {inputs.iris-csv} {inputs.x.y}\ncompute: {target: local}\n" + inputs
    found = migrated(text)
    assert "command: run ${{inputs.iris_csv}} ${{inputs.x_y}}\n" in found.text
    assert "  iris_csv: # i\n" in found.text
    assert found.notes[0] == (
        "inputs.iris-csv: today's names are letters, digits and '_', so it became 'iris_csv'."
    )
    kept = migrated(text.replace("x.y", "iris_csv"))
    assert "command: run ${{inputs.iris-csv}} ${{inputs.iris_csv}}\n" in kept.text


def test_an_inputs_type_is_a_guess_and_is_told() -> None:
    check(
        "inputs:\n  # raw\n  a:\n    mode: mount # m\n    data: azureml:d:1 # d\n",
        "inputs:\n  # raw\n  a:\n    type: uri_folder\n    mode: ro_mount # m\n    path: azureml:d:1 # d\n",
        "inputs.a: 'azureml:d:1' is taken for a folder; change the type if it is not.",
    )


def test_a_path_in_a_datastore_becomes_one_address() -> None:
    check(
        "inputs:\n  a:\n    data:\n      datastore: azureml:blob # b\n      path: x/y.csv # p\n",
        "inputs:\n  a:\n    type: uri_file\n    # b\n    path: azureml://datastores/blob/paths/x/y.csv # p\n",
        "inputs.a: 'x/y.csv' is taken for one file; change the type if it is not.",
        "inputs.a: the path and its datastore became 'azureml://datastores/blob/paths/x/y.csv'; "
        "see that it is right.",
        "inputs.a.data.datastore: today's dialect has no place for it; left out.",
    )


def test_processes_are_counted_for_each_instance() -> None:
    check(
        "compute: {target: local, instance_count: 2}\n"
        "distribution:\n  type: pytorch\n  process_count: 3 # n\n",
        "compute: local\nresources:\n  instance_count: 2\n"
        "distribution:\n  type: pytorch\n  process_count_per_instance: 2 # n\n",
        "distribution.process_count: 3 processes do not divide among 2 instances; 2 start on each.",
    )


def test_the_other_keys_go_to_their_places() -> None:
    check(
        "# t\ntimeout: 60 # s\n\nidentity:\n  type: amltoken # i\ninteraction_endpoints:\n  s: {type: ssh}\n",
        "limits:\n  # t\n  timeout: 60 # s\n\n"
        "identity:\n  type: aml_token # i\nservices:\n  s: {type: ssh}\n",
    )


def test_what_today_has_no_place_for_goes_with_its_comments_kept() -> None:
    check(
        "output: # o\n  datastore_id: azureml:d # x\n  path: p\n# n\nname: n\nstatus: Completed # was\n",
        "# o\n# x\n# n\nname: n\n# was\n",
        "output: left out; name an output with 'path: azureml://datastores/d/paths/p' instead.",
    )


def test_comments_of_an_input_that_says_nothing_stay() -> None:
    check(
        "inputs:\n  a: # a\n    # c\n    data:\n      tags: {x: y} # t\n    mode: mount\n",
        "inputs:\n  a: # a\n    # c\n    # t\n    mode: ro_mount\n",
        "inputs.a.data: today's dialect has no place for it; left out.",
    )


def test_a_sweep_moves_what_is_not_the_trials() -> None:
    before = """\
        # how
        algorithm: random  # a
        trial:
            command: run {inputs.a} {search_space.lr}
            # the data
            inputs:
                # one
                a:
                    data:
                        path: https://x/a.csv
                    mode: download
            environment: azureml:e:1
            compute:
                target: azureml:cpu
                instance_count: 2 # two
        search_space:
            lr: {type: uniform, min_value: 0, max_value: 1}

        # at most
        max_total_trials: 4 # t
        timeout_minutes: 2 # m
        name: n
        max_concurrent_trials: 2
        early_termination:
            policy_type: bandit # p
            slack_factor: 0.1
            exclude_finished_jobs: true # x
        """
    after = """\
        # how
        sampling_algorithm: random  # a
        trial:
            command: run ${{inputs.a}} ${{search_space.lr}}
            environment: azureml:e:1
            resources:
                instance_count: 2 # two
        # the data
        inputs:
            # one
            a:
                type: uri_file
                path: https://x/a.csv
                mode: download
        compute: azureml:cpu
        search_space:
            lr: {type: uniform, min_value: 0, max_value: 1}

        limits:
            # at most
            max_total_trials: 4 # t
            timeout: 120 # m
            max_concurrent_trials: 2
        name: n
        early_termination:
            type: bandit # p
            slack_factor: 0.1
            # x
        """
    check_sweep(
        before,
        after,
        "inputs.a: 'https://x/a.csv' is taken for one file; change the type if it is not.",
        "early_termination.exclude_finished_jobs: today's dialect has none; left out.",
    )


def test_a_number_of_trials_that_is_missing_is_put_in() -> None:
    check_sweep(
        "algorithm: grid\ntrial: {command: x, compute: {target: local}}\n",
        "sampling_algorithm: grid\nlimits:\n  max_total_trials: 1000\ntrial: {command: x}\ncompute: local\n",
        "limits.max_total_trials: today's dialect requires it; 1000 is put in.",
    )


def test_the_files_first_lines_stay_first() -> None:
    first = "# yaml-language-server: $schema=https://x/commandJob.schema.json\n"
    text = first + "# what it does\ncommand: x\ncompute:\n  target: local"
    assert migrated(text).text == (
        first + "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n"
        "type: command\n# what it does\ncommand: x\ncompute: local"
    )


def test_a_byte_order_mark_stays_first() -> None:
    found = migrate(Document("\ufeff" + "command: x\ncompute: {target: local}\n"))
    assert found is not None
    assert found.text.startswith("\ufeff$schema: ")
    assert found.text.count("\ufeff") == 1


def test_a_job_in_braces_alone_is_migrated() -> None:
    text = '{"$schema": "https://x/commandJob.schema.json", "command": "x", "compute": {"target": "local"}}\n'
    assert (
        migrated(text).text
        == '{$schema: "https://x/commandJob.schema.json", type: command, command: "x", compute: "local"}\n'
    )


def test_a_text_that_would_read_as_a_number_gets_quotes() -> None:
    check(
        "environment:\n  docker: {image: i}\n  conda_file: file:1\n",
        'environment:\n  image: i\n  conda_file: "1"\n',
    )


def test_a_job_with_anchors_says_the_same() -> None:
    text = HEAD + "x: &c {target: local, instance_count: 2}\ncompute: *c\n"
    found = migrate(Document(text))
    assert found is not None
    assert yaml.safe_load(found.text) == to_today(Document(text)).data
    assert any("written anew" in note for note in found.notes)


def test_anchors_in_parts_that_stay_are_kept() -> None:
    check(
        "compute: {target: local}\ntags: &t # t\n  a: b\nproperties: *t # p\n",
        "compute: local\ntags: &t # t\n  a: b\nproperties: *t # p\n",
    )


@pytest.mark.parametrize(
    "rest", ["x: &c {target: local} # one\ncompute: *c\n", "compute: {target: local}\n---\ncommand: b\n"]
)
def test_what_would_lose_something_is_refused(rest: str) -> None:
    with pytest.raises(JobFileError) as refused:
        migrate(Document(HEAD + rest))
    assert refused.value.hint


@pytest.mark.parametrize("newline", ["\r", "\r\n"])
def test_line_ends_stay_what_they_are(newline: str) -> None:
    before = (HEAD + "compute:\n  target: local # c\n").replace("\n", newline)
    found = migrate(Document(before))
    assert found is not None
    assert found.text == (TODAY + "compute: local # c\n").replace("\n", newline)


def test_tabs_after_a_key_stay() -> None:
    # libyaml takes them; PyYAML's own scanner, which `migrated` asks, does not.
    found = migrate(Document(HEAD + "compute:\t{target: local}\ncode:\t# c\n  local_path:\tsrc\t# t\n"))
    assert found is not None
    assert found.text == TODAY + "compute: local\n# c\ncode:\tsrc\t# t\n"


@pytest.mark.parametrize("key", ["type: [a]", "type: {a: b}", "tags: &a\n  x: *a", "timeout: 2021-99-99"])
def test_values_of_wrong_types_do_not_stop_the_migration(key: str) -> None:
    assert migrate(Document(SCHEMA + f"command: run\ncompute: {{target: local}}\n{key}\n")) is not None


@pytest.mark.parametrize(
    "text",
    [TODAY + "compute: azureml:c\n", "a: 1\n", "", "- x\n", "command: x\ncompute:\n  target: 'local\n"],
)
def test_what_is_no_preview_job_is_left_alone(text: str) -> None:
    assert migrate(Document(text)) is None
