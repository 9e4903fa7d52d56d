"""The example jobs are what azure-ai-ml loads today, and what the preview of 2021 accepted."""

import csv
import json
from collections import Counter
from collections.abc import Callable

import pytest
import yaml

from joblens.checks import problems
from joblens.text.document import Document
from tests.examples.programs import installed
from tests.shared_data import ROOT, SHARED

EXAMPLES = ROOT / "examples"
PREVIEW_SCHEMAS = SHARED / "schemas-2021-08-02"
TODAY = [
    "hello-world/job.yml",
    "iris/job.yml",
    "iris/job-sweep.yml",
    "pytorch-distributed/job.yml",
]
PREVIEW = [
    "hello-world/job-2021.yml",
    "iris/job-2021.yml",
    "iris/job-sweep-2021.yml",
    "pytorch-distributed/job-2021.yml",
]

Need = Callable[[object, str], None]


def test_every_job_is_tested() -> None:
    found = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/job*.yml")}
    assert found == {*TODAY, *PREVIEW}


@pytest.mark.parametrize("name", [*TODAY, *PREVIEW])
def test_a_job_says_its_schema_and_what_it_is_for(name: str) -> None:
    job = loaded(name)
    kind = "sweepJob" if "sweep" in name else "commandJob"
    assert job["$schema"] == f"https://azuremlschemas.azureedge.net/latest/{kind}.schema.json"
    assert job["description"]


@pytest.mark.parametrize("name", [*TODAY, *PREVIEW])
def test_joblens_has_nothing_to_say_against_a_job(name: str) -> None:
    file = EXAMPLES / name
    document = Document(file.read_text(encoding="utf-8"), file)
    assert [problem.message for problem in problems(document)] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # azure-ai-ml's own libraries warn each other.
@pytest.mark.parametrize("name", TODAY)
def test_azure_loads_todays_jobs(name: str, need: Need) -> None:
    need(installed("azure-ai-ml"), "azure-ai-ml is not installed")
    from azure.ai.ml import load_job

    job = load_job(EXAMPLES / name)
    assert job.compute == "cpu-cluster"
    assert job.description


@pytest.mark.parametrize("name", PREVIEW)
def test_the_preview_accepted_its_jobs(name: str, need: Need) -> None:
    import jsonschema

    need(PREVIEW_SCHEMAS.is_dir(), f"there are no schemas of 2021 at {PREVIEW_SCHEMAS}")
    kind = "sweepJob" if "sweep" in name else "commandJob"
    schema = json.loads((PREVIEW_SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(loaded(name))] == []


@pytest.mark.parametrize("name", PREVIEW)
def test_a_job_of_2021_stands_beside_the_same_job_of_today(name: str) -> None:
    old, new = loaded(name), loaded(name.replace("-2021", ""))
    assert old["description"] == new["description"]
    assert old["experiment_name"] == new["experiment_name"]
    assert old.get("search_space") == new.get("search_space")
    assert old.get("objective") == new.get("objective")


def test_there_are_fifty_flowers_of_each_species() -> None:
    with (EXAMPLES / "iris/data/iris.csv").open(newline="", encoding="utf-8") as lines:
        flowers = list(csv.DictReader(lines))
    assert Counter(flower["species"] for flower in flowers) == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }
    means = {
        column: round(sum(float(flower[column]) for flower in flowers) / len(flowers), 4)
        for column in ("sepal_length", "sepal_width", "petal_length", "petal_width")
    }
    # As published; the copies that differ in two flowers do not give these.
    assert means == {
        "sepal_length": 5.8433,
        "sepal_width": 3.0573,
        "petal_length": 3.758,
        "petal_width": 1.1993,
    }


def loaded(name: str) -> dict[str, object]:
    return dict(yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8")))
