"""The preview's count of processes in a file of today's: it was of all instances."""

import pytest

from joblens.checks import problems
from joblens.text.document import Document

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: python main.py
environment: azureml:any:1
compute: azureml:cpu-cluster
resources:
  instance_count: {}
distribution:
  type: pytorch
  process_count: {}
"""


@pytest.mark.parametrize(
    ("instances", "total", "counted"),
    [("2", "4", 2), ("1", "4", 4), ("'2'", "8", 4), ("2", "3", None), ("many", "4", None), ("0", "4", None)],
)
def test_the_fix_counts_anew(instances: str, total: str, counted: int | None) -> None:
    document = Document(JOB.format(instances, total))
    found = next(one for one in problems(document) if one.code == "JL101")
    assert "Did you mean 'process_count_per_instance'?" in found.message
    assert document.text[found.span.start : found.span.end] == "process_count"
    if counted is None:
        assert found.fix is None
        return
    assert found.fix is not None
    place = found.fix.span
    mended = document.text[: place.start] + found.fix.text + document.text[place.end :]
    assert mended == JOB.format(instances, total).replace(
        f"process_count: {total}", f"process_count_per_instance: {counted}"
    )
    assert not problems(Document(mended))


def test_without_resources_there_is_one_instance() -> None:
    text = JOB.format(1, 4).replace("resources:\n  instance_count: 1\n", "")
    (found,) = problems(Document(text))
    assert found.fix is not None
    assert found.fix.text == "process_count_per_instance: 4"
