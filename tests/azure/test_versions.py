"""What is installed beside azure-ai-ml, and does not go with it; the pairs are ones that people have met."""

from collections.abc import Mapping

import pytest

from joblens.azure.versions import check_versions, troubles

GOOD = {"azure-ai-ml": "1.35.2", "azure-identity": "1.27.0", "marshmallow": "3.26.2", "azure-core": "1.41.0"}
ASKED = {
    "azure-ai-ml": [
        "Python>=3.9",
        "marshmallow<4.0.0,>=3.5",
        "azure-core>=1.23.0",
        'mldesigner; extra == "x"',
    ],
    "azure-identity": ["azure-core>=1.31.0"],
}


def first(installed: Mapping[str, str], asked: Mapping[str, list[str]] = ASKED) -> tuple[str, str] | None:
    found = {"Python": "3.12.1", **installed}
    return next(troubles(lambda name: found.get(name, ""), lambda name: asked.get(name, [])), None)


def test_what_goes_together_is_no_trouble() -> None:
    assert first(GOOD) is None


@pytest.mark.usefixtures("azure_client")
def test_what_is_installed_here_goes_together() -> None:
    check_versions()


@pytest.mark.parametrize(
    ("change", "said", "step"),
    [
        ({"azure-ai-ml": ""}, "Submitting needs azure-ai-ml, which is not installed here.", "azure-identity"),
        (
            {"azure-identity": ""},
            "Submitting needs azure-identity, which is not installed here.",
            "azure-ai-ml",
        ),
        (
            {"marshmallow": "4.0.0"},
            "azure-ai-ml 1.35.2 does not work with marshmallow 4.0.0: it needs <4.0.0,>=3.5.",
            '-m pip install "marshmallow<4.0.0,>=3.5"',
        ),
        (
            {"azure-core": "1.30.2"},
            "azure-identity 1.27.0 does not work with azure-core 1.30.2: it needs >=1.31.0.",
            '-m pip install "azure-core>=1.31.0"',
        ),
        (
            {"marshmallow": ""},
            "azure-ai-ml 1.35.2 needs marshmallow, which is not installed here.",
            "marshmallow",
        ),
        (
            {"Python": "3.8.10"},
            "azure-ai-ml 1.35.2 does not work with Python 3.8.10: it needs >=3.9.",
            "Choose a Python >=3.9",
        ),
    ],
)
def test_what_does_not_is_one_sentence_and_a_command(change: dict[str, str], said: str, step: str) -> None:
    found = first(GOOD | change)
    assert found is not None
    assert found[0] == said
    assert step in found[1]


@pytest.mark.parametrize(
    ("client", "other", "least"),
    [("1.26.2", "4.0.0", "1.26.3"), ("1.23.0", "3.24.0", "1.23.1"), ("1.23.0", "4.0.0", "1.26.3")],
)
def test_pairs_that_the_packages_themselves_allow_are_known(client: str, other: str, least: str) -> None:
    found = first(GOOD | {"azure-ai-ml": client, "marshmallow": other}, {"azure-ai-ml": ["marshmallow>=3.5"]})
    assert found is not None
    assert found[0].startswith(f"azure-ai-ml {client} does not work with marshmallow {other}")
    assert f"azure-ai-ml>={least}" in found[1]


def test_a_release_before_a_release_is_no_older() -> None:
    assert first(GOOD | {"marshmallow": "3.5.0rc1"}) is None
