"""What the workspace is known not to have is a warning; what is not certain is silence."""

import pytest

from joblens.checks import check
from joblens.checks.problem import Severity
from joblens.checks.subject import Subject
from joblens.job.known_names import Asset, KnownName, NoNames
from joblens.text.document import Document

_HAS: dict[Asset, dict[str, tuple[str, ...]]] = {
    "compute": {"cpu-cluster": (), "gpu-cluster": ()},
    "environment": {"sklearn": ("12", "3"), "pytorch-gpu": ("7",)},
    "data": {"titanic": ("2", "1")},
    "datastore": {"lake": ()},
}


class _Workspace(NoNames):
    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        return tuple(KnownName(name, vs, in_cloud=True) for name, vs in _HAS.get(asset, {}).items())

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        known = _HAS.get(asset)
        if known is None:
            return False
        return name not in known or (bool(version) and version not in known[name])


def _said(text: str) -> list[tuple[str, str, str]]:
    found = [one for one in check(Subject(Document(text), None, _Workspace())) if one.code == "JL807"]
    assert all(one.severity is Severity.WARNING for one in found)
    return [(text[slice(*one.span)], one.message, one.fix.text if one.fix else "") for one in found]


_JOB = """\
command: ls
environment: {environment}
compute: {compute}
inputs:
  a: {{type: uri_file, path: '{path}'}}
"""


def _job(environment: str = "azureml:sklearn:3", compute: str = "azureml:cpu-cluster", path: str = "") -> str:
    return _JOB.format(environment=environment, compute=compute, path=path or "azureml:titanic:1")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        (
            _job(compute="azureml:cpu-clustr"),
            (
                "cpu-clustr",
                "The workspace has no compute 'cpu-clustr'. Did you mean 'cpu-cluster'?",
                "cpu-cluster",
            ),
        ),
        (
            _job(compute="gpu-clusters"),
            (
                "gpu-clusters",
                "The workspace has no compute 'gpu-clusters'. Did you mean 'gpu-cluster'?",
                "gpu-cluster",
            ),
        ),
        (
            _job(environment="azureml:sklearn:4"),
            ("4", "The workspace has no version 4 of the environment 'sklearn'; the newest is 12.", "12"),
        ),
        (
            _job(environment="azureml:something-else@latest"),
            ("something-else", "The workspace has no environment 'something-else'.", ""),
        ),
        (
            _job(path="azureml:titanik:1"),
            ("titanik", "The workspace has no data 'titanik'. Did you mean 'titanic'?", "titanic"),
        ),
        (
            _job(path="azureml://datastores/lakes/paths/x.csv"),
            ("lakes", "The workspace has no datastore 'lakes'. Did you mean 'lake'?", "lake"),
        ),
    ],
)
def test_what_the_workspace_does_not_have_is_told_with_what_was_meant(
    job: str, said: tuple[str, str, str]
) -> None:
    assert _said(job) == [said]


@pytest.mark.parametrize(
    "job",
    [
        _job(),
        _job(compute="cpu-cluster"),
        _job(compute="local"),
        _job(compute="azureml:serverless"),
        _job(environment="azureml:AzureML-sklearn-1.0:1"),
        _job(environment="azureml:sklearn@latest"),
        _job(environment="azureml://registries/azureml/environments/other/versions/1"),
        _job(compute="azureml:/subscriptions/s/resourceGroups/g/providers/M/workspaces/w/computes/other"),
        _job(path="azureml://datastores/lake/paths/x.csv"),
        _job(path="azureml://jobs/a/outputs/artifacts/paths/x"),
        _job(path="data/titanik.csv"),
        _job() + "# compute: azureml:nosuch\n",
        "type: pipeline\njobs:\n  a:\n    component: azureml:unknown:1\n    compute: azureml:cpu-cluster\n",
    ],
)
def test_what_it_has_or_may_have_is_not(job: str) -> None:
    assert _said(job) == []


def test_a_preview_job_is_asked_too() -> None:
    head = "type: command_job\ncommand: ls\nenvironment: azureml:sklearn:3\n"
    text = head + "compute: {target: azureml:cpu-clutser}\n"
    assert [one[0] for one in _said(text)] == ["cpu-clutser"]
