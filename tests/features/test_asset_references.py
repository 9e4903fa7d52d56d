"""Names that a workspace and a registry know: what is offered where, what it becomes, what a hover says."""

import pytest

from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.hover import hover
from joblens.features.proposal import Completion
from joblens.job.known_names import Asset, KnownName, NoNames
from joblens.text.document import Document
from tests.marked import CURSOR

_FACTS = (("image", "python:3.12"), ("description", "For trees."), ("created", "2024-05-01T10:00:00Z"))
_KNOWN: dict[Asset, tuple[KnownName, ...]] = {
    "compute": (
        KnownName(
            "cpu-cluster", source="ws", in_cloud=True, detail="D2 · 0–4 nodes", facts=(("size", "D2"),)
        ),
    ),
    "environment": (
        KnownName("sklearn", ("12", "3"), "ws", in_cloud=True, version_facts={"12": _FACTS, "3": _FACTS[:1]}),
        KnownName("curated", ("80", "79"), registry="azureml", in_cloud=True, facts=_FACTS[1:2]),
    ),
    "data": (KnownName("titanic", ("2",), "ws", in_cloud=True, detail="uri_file"),),
    "datastore": (KnownName("lake", source="ws", in_cloud=True, detail="AzureBlob"),),
}
JOB = "command: a\nenvironment: {}\ncompute: {}\ninputs:\n  a: {{type: uri_file, path: {}}}\n"


class _Names(NoNames):
    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        return _KNOWN.get(asset, ())


def job(environment: str = "azureml:e:1", compute: str = "azureml:c", path: str = "azureml:d:1") -> str:
    return JOB.format(environment, compute, path)


def offered(text: str) -> list[Completion]:
    document = Document(text.replace(CURSOR, ""))
    return [one for one in completions(Subject(document), text.index(CURSOR), _Names()) if one.kind == "name"]


def taken(text: str, one: Completion) -> str:
    """The line of the cursor once a proposal is taken."""
    plain = text.replace(CURSOR, "")
    whole = plain[: one.span.start] + one.text + plain[one.span.end :]
    return whole[whole.rfind("\n", 0, one.span.start) + 1 :].partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            job(environment="azureml:<|>"),
            [
                "environment: azureml:sklearn:12",
                "environment: azureml://registries/azureml/environments/curated/versions/80",
            ],
        ),
        (
            job(environment="azureml:sklearn:<|>"),
            [
                "environment: azureml:sklearn:12",
                "environment: azureml:sklearn:3",
                "environment: azureml:sklearn@latest",
            ],
        ),
        (
            job(environment="azureml:<|>sklearn:3"),
            [
                "environment: azureml:sklearn:12",
                "environment: azureml://registries/azureml/environments/curated/versions/80",
            ],
        ),
        (
            job(environment="azureml://reg<|>"),
            ["environment: azureml://registries/azureml/environments/curated/versions/80"],
        ),
        (
            job(environment="azureml://registries/azureml/environments/curated/versions/<|>7"),
            [
                "environment: azureml://registries/azureml/environments/curated/versions/80",
                "environment: azureml://registries/azureml/environments/curated/versions/79",
                "environment: azureml://registries/azureml/environments/curated/labels/latest",
            ],
        ),
        (job(compute="azureml:<|>"), ["compute: azureml:cpu-cluster"]),
        (job(compute="cpu<|>"), ["compute: azureml:cpu-cluster"]),
        (
            job(path="azureml:<|>"),
            [
                "  a: {type: uri_file, path: azureml:titanic:2}",
                "  a: {type: uri_file, path: azureml://datastores/lake/paths/}",
            ],
        ),
        (
            job(path="azureml://datastores/<|>"),
            ["  a: {type: uri_file, path: azureml://datastores/lake/paths/}"],
        ),
    ],
)
def test_what_is_offered_takes_the_place_of_all_that_is_written(text: str, expected: list[str]) -> None:
    assert [taken(text, one) for one in offered(text)] == expected


def test_a_proposal_is_found_by_what_is_typed_from_the_start_of_its_place() -> None:
    typed = {one.label: one.typed for one in offered(job(environment="azureml:<|>"))}
    assert typed == {"sklearn": "azureml:sklearn:12", "curated": "azureml:curated"}
    assert [one.typed for one in offered(job(compute="cpu<|>"))] == ["cpu-cluster"]


def test_a_proposal_says_what_tells_it_from_others() -> None:
    [cluster] = offered(job(compute="azureml:<|>"))
    assert cluster.detail == "compute · D2 · 0–4 nodes · ws"
    newest = offered(job(environment="azureml:sklearn:<|>"))[0]
    assert newest.label == "sklearn:12"
    assert newest.detail == "environment · 2024-05-01 · ws"
    assert newest.documentation == "For trees.\n\n- image: `python:3.12`\n- created: 2024-05-01 10:00"


def test_the_preview_is_offered_no_long_forms_and_no_labels() -> None:
    text = "type: command_job\ncommand: a\nenvironment: azureml:{}\ncompute: {{target: azureml:c}}\n"
    assert [one.text for one in offered(text.format(CURSOR))] == ["azureml:sklearn:12"]
    assert "@" not in "".join(one.text for one in offered(text.format(f"sklearn:{CURSOR}")))


def said(text: str) -> str:
    document = Document(text.replace(CURSOR, ""))
    found = hover(Subject(document), text.index(CURSOR), _Names())
    return found.markdown if found is not None else ""


def test_a_hover_on_a_reference_says_what_it_is() -> None:
    assert said(job(environment="azureml:skl<|>earn:12")) == (
        "**environment sklearn** · version 12 · ws\n\nFor trees.\n\n"
        "- image: `python:3.12`\n- created: 2024-05-01 10:00\n\nOther versions: `3`"
    )
    assert said(job(environment="azureml:skl<|>earn@latest")).startswith(
        "**environment sklearn** · version 12 (latest) · ws"
    )
    assert "- size: `D2`" in said(job(compute="azureml:cpu<|>-cluster"))
    assert "- size: `D2`" in said(job(compute="cpu<|>-cluster"))
    curated = said(job(environment="azureml://registries/azureml/environments/cur<|>ated/versions/79"))
    assert curated.startswith("**environment curated** · version 79 · registry azureml\n\nFor trees.")
    assert said(job(path="azureml://datastores/la<|>ke/paths/a.csv")).startswith("**datastore lake** · ws")


def test_a_hover_on_a_name_that_nobody_knows_is_about_its_key() -> None:
    assert said(job(compute="azureml:un<|>known")).startswith("**compute**")
