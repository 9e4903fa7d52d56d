"""What the conversion of preview jobs gives, put to azure-ai-ml itself."""

from pathlib import Path

import pytest
import yaml

from joblens.job.convert import to_today
from joblens.text.document import Document
from tests.shared_data import SEED

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:::marshmallow", "ignore:::azure"
)
JOBS = sorted((SEED / "jobs").rglob("*.yml"))
JOBS = [path for path in JOBS if path.name != "environment.yml"]


@pytest.mark.usefixtures("corpus", "azure_client")
@pytest.mark.parametrize("seed", JOBS, ids=lambda path: str(path.relative_to(SEED / "jobs")))
def test_azure_ml_loads_each_converted_job(seed: Path, tmp_path: Path) -> None:
    from azure.ai.ml import load_job

    for folder in ("src", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "environment.yml").write_text("dependencies: [python=3.11]\n")
    (tmp_path / "DOCKERFILE").write_text("FROM python\n")
    converted = to_today(Document(seed.read_text("utf-8"), tmp_path / "job.yml"))
    file = tmp_path / "converted.yml"
    file.write_text(yaml.safe_dump(converted.data))
    loaded = load_job(file)
    assert loaded.type == ("sweep" if "sweep" in seed.name else "command")
    assert loaded.experiment_name == converted.data.get("experiment_name", loaded.experiment_name)
