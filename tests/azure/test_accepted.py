"""What files of the previews are migrated to, put to azure-ai-ml itself: loaded, and built into a request."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.job.detect import detect
from joblens.job.migrate import Migrated, migrate
from joblens.text.document import Document
from tests.shared_data import CORPUS, SEED

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:::marshmallow", "ignore:::azure", "ignore:::pydash"
)
PREVIEW = CORPUS / "preview"
TWINS = PREVIEW / "converted-ga" / "cli"
JOBS = sorted((SEED / "jobs").rglob("*.yml"))
JOBS = [path for path in JOBS if path.name != "environment.yml"]
LOADERS = {
    "commandJob": "load_job",
    "sweepJob": "load_job",
    "pipelineJob": "load_job",
    "commandComponent": "load_component",
    "environment": "load_environment",
    "data": "load_data",
    "model": "load_model",
    "managedOnlineDeployment": "load_online_deployment",
}

_NOT_ALONE = ("Hello-Job.yaml", "2-uai-deployment.yml")
"""One names an environment file that is not among the public ones; the other has its name elsewhere."""


def migrated(file: Path, seen_as: Path | None = None) -> Migrated:
    found = migrate(Document(file.read_text("utf-8"), seen_as or file))
    assert found is not None
    return found


def _older_files() -> list[Path]:
    """The public files of all previews that migrate to something azure-ai-ml has a loader for."""
    found = []
    for file in sorted(PREVIEW.rglob("*.y*ml")):
        document = Document(file.read_text("utf-8"), file)
        kind = detect(document.tree, document.text)
        if kind is not None and kind.name in LOADERS and migrate(document) is not None:
            found.append(file)
    return [file for file in found if file.name not in _NOT_ALONE]


OLDER = _older_files()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the ten jobs name."""
    for name in ("src", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "environment.yml").write_text("dependencies: [python=3.11]\n")
    (tmp_path / "DOCKERFILE").write_text("FROM python\n")
    return tmp_path


@pytest.mark.usefixtures("corpus")
def test_there_are_ten_jobs_and_many_other_files() -> None:
    assert len(JOBS) == 10
    assert len(OLDER) > 70


@pytest.mark.usefixtures("corpus", "azure_client")
@pytest.mark.parametrize("seed", JOBS, ids=lambda path: str(path.relative_to(SEED / "jobs")))
def test_azure_ml_builds_the_request_of_each_migrated_jobs_known_twin(seed: Path, folder: Path) -> None:
    from azure.ai.ml import load_job

    (folder / "migrated.yml").write_text(migrated(seed, folder / "job.yml").text)
    (folder / "twin.yml").write_text((TWINS / seed.relative_to(SEED)).read_text("utf-8"))
    loaded, twin = load_job(folder / "migrated.yml"), load_job(folder / "twin.yml")
    assert loaded.type == ("sweep" if "sweep" in seed.name else "command")
    assert _said(loaded) == _said(twin)
    request = _request(loaded)
    assert request == _request(twin)
    body = request["properties"]
    command = body["trial"]["command"] if loaded.type == "sweep" else body["command"]
    assert command.startswith("python ")


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("seed", JOBS, ids=lambda path: str(path.relative_to(SEED / "jobs")))
def test_each_migrated_job_keeps_its_comments_and_is_of_today(seed: Path, folder: Path) -> None:
    text = "# the first\n" + re.sub(r": *\n", ": # beside\n", seed.read_text("utf-8"))
    found = migrate(Document(text, folder / "job.yml"))
    assert found is not None
    assert _comments(found.text) == _comments(text)
    assert _comments(text).count("# beside") >= 2
    after = Document(found.text, folder / "job.yml")
    assert [one for one in problems(after) if one.severity is Severity.ERROR] == []
    assert migrate(after) is None


@pytest.mark.usefixtures("corpus", "azure_client")
@pytest.mark.parametrize("file", OLDER, ids=lambda path: str(path.relative_to(PREVIEW)))
def test_azure_ml_loads_what_public_files_of_all_previews_become(file: Path, tmp_path: Path) -> None:
    import azure.ai.ml

    document = Document(file.read_text("utf-8"), file)
    kind = detect(document.tree, document.text)
    assert kind is not None
    text = migrated(file).text
    place = tmp_path / "a" / "b" / "c" / file.name
    place.parent.mkdir(parents=True)
    place.write_text(text)
    _put_at_hand(yaml.safe_load(text), place.parent)
    loaded = getattr(azure.ai.ml, LOADERS[kind.name])(place)
    assert loaded is not None
    if kind.name == "pipelineJob":
        assert list(loaded.jobs) == list(yaml.safe_load(text)["jobs"])
    elif kind.name in ("commandJob", "sweepJob"):
        assert _request(loaded)["properties"]


def _put_at_hand(data: dict[str, Any], folder: Path) -> None:
    """What the file names: folders, conda files, models, components."""
    for part in _parts(data):
        for key in ("code", "path", "conda_file"):
            named = part.get(key)
            if isinstance(named, str) and not named.startswith(("azureml:", "https:", "wasbs:", "/")):
                _stand_in(folder / named)
        if isinstance(part.get("build"), dict):
            _stand_in(folder / part["build"]["path"] / part["build"].get("dockerfile_path", "Dockerfile"))
        component = part.get("component")
        if isinstance(component, str) and component.startswith("file:"):
            _component(component.removeprefix("file:"), part, folder)


def _parts(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, dict):
        return []
    return [data, *(part for value in data.values() for part in _parts(value))]


def _stand_in(place: Path) -> None:
    """A conda file where a file is named, else a folder."""
    if not place.suffix and place.name != "Dockerfile":
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("name: e\ndependencies: [python=3.11]\n")


def _component(path: str, step: dict[str, Any], folder: Path) -> None:
    """A component with the ports that the step fills."""
    ports = {
        side: {
            name: {"type": "string" if _is_word(value) else "uri_folder"}
            for name, value in step[side].items()
        }
        for side in ("inputs", "outputs")
        if side in step
    }
    made = {"type": "command", "name": "c", "version": "1", "command": "x", "environment": "azureml:e:1"}
    (folder / path).write_text(yaml.safe_dump(made | ports))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and "string" in value


def _said(job: Any) -> dict[str, Any]:
    """What azure-ai-ml understood of a job, without what it adds of the run."""
    data: dict[str, Any] = job._to_dict()
    return data


def _request(job: Any) -> dict[str, Any]:
    """The body of the request that azure-ai-ml would send, with what it would upload in its own words."""
    job.name = job.display_name = "the-job"  # Else it makes one up.
    whole = job._to_job() if hasattr(job, "_to_job") else job
    body = whole._to_rest_object()
    body = body if isinstance(body, dict) else body.as_dict()
    plain: dict[str, Any] = json.loads(json.dumps(body, default=_said))
    return plain


def _comments(text: str) -> list[str]:
    document = Document(text)
    return sorted(text[span.start : span.end] for span in document.tree.comments)
