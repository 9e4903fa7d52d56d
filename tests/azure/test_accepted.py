"""What preview jobs are migrated to, put to azure-ai-ml itself."""

from pathlib import Path
from typing import Any

import pytest

from joblens.job.migrate import migrate
from joblens.text.document import Document
from tests.shared_data import CORPUS, SEED

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:::marshmallow", "ignore:::azure"
)
TWINS = CORPUS / "preview" / "converted-ga" / "cli"
JOBS = sorted((SEED / "jobs").rglob("*.yml"))
JOBS = [path for path in JOBS if path.name != "environment.yml"]


@pytest.mark.usefixtures("corpus", "azure_client")
@pytest.mark.parametrize("seed", JOBS, ids=lambda path: str(path.relative_to(SEED / "jobs")))
def test_azure_ml_loads_each_migrated_job_as_its_known_twin(seed: Path, tmp_path: Path) -> None:
    from azure.ai.ml import load_job

    for folder in ("src", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "environment.yml").write_text("dependencies: [python=3.11]\n")
    (tmp_path / "DOCKERFILE").write_text("FROM python\n")
    found = migrate(Document(seed.read_text("utf-8"), tmp_path / "job.yml"))
    assert found is not None
    (tmp_path / "migrated.yml").write_text(found.text)
    (tmp_path / "twin.yml").write_text((TWINS / seed.relative_to(SEED)).read_text("utf-8"))
    loaded, twin = load_job(tmp_path / "migrated.yml"), load_job(tmp_path / "twin.yml")
    assert loaded.type == ("sweep" if "sweep" in seed.name else "command")
    assert _said(loaded) == _said(twin)


def _said(job: Any) -> dict[str, Any]:
    """What azure-ai-ml understood of a job, without what it adds of the run."""
    data: dict[str, Any] = job._to_dict()
    return data
