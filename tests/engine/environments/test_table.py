"""The [environments] table: which entry stands for a reference, and what is wrong with an entry."""

from pathlib import Path

import pytest

from joblens.engine.environments import table
from joblens.engine.settings import RunSettings, settings_of
from joblens.errors import ConfigurationError

SKLEARN = "azureml://registries/azureml/environments/sklearn-1.5/labels/latest"


def settings(folder: Path, text: str) -> RunSettings:
    (folder / "joblens.toml").write_text(text, encoding="utf-8")
    (folder / "conda.yml").write_text("dependencies: [python=3.10]\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("six\n", encoding="utf-8")
    (folder / "docker").mkdir(exist_ok=True)
    return settings_of(folder)


def image_for(reference: str, folder: Path, *keys: str) -> str | None:
    """The image of the entry that counts, each key's being its own name."""
    lines = "\n".join(f"'{key}' = {{ image = '{key}' }}" for key in keys)
    found = table.stand_in(reference, settings(folder, f"[environments]\n{lines}\n"))
    if found is None or found.environment is None or found.environment.image is None:
        return None
    return found.environment.image.value


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        (SKLEARN, "sklearn-1.5"),
        (SKLEARN, "sklearn-1.5@latest"),
        (SKLEARN, SKLEARN),
        (SKLEARN, "sklearn-*"),
        (SKLEARN, "azureml://registries/azureml/*"),
        ("azureml:AzureML-sklearn-1.5@latest", "AzureML-sklearn-1.5"),
        ("azureml:my-env:3", "my-env:3"),
        ("azureml:my-env:3", "azureml:my-env:3"),
        ("azureml:my-env:3", "my-env:*"),
        ("azureml:AzureML-PyTorch-1.5-CPU/versions/1", "AzureML-PyTorch-1.5-CPU:1"),
        (
            "azureml:/subscriptions/s/resourceGroups/r/workspaces/w/environments/Minimal/versions/1",
            "Minimal:1",
        ),
        ("azureml://registries/mine/environments/torch", "torch"),
    ],
)
def test_a_reference_finds_its_entry(reference, key, tmp_path):
    assert image_for(reference, tmp_path, key) == key


@pytest.mark.parametrize("key", ["other", "my-env:4", "my-env@latest", "my", "MY-ENV:*"])
def test_an_entry_for_something_else_is_none(key, tmp_path):
    assert image_for("azureml:my-env:3", tmp_path, key) is None


def test_the_most_exact_entry_counts(tmp_path):
    keys = ["*", "my-*", "my-env", "my-env:3"]
    for count in range(len(keys), 0, -1):
        assert image_for("azureml:my-env:3", tmp_path, *keys[:count]) == keys[count - 1]


def entry(folder: Path, line: str) -> table.StandIn:
    found = table.stand_in("azureml:x:1", settings(folder, f"[environments]\nx = {line}\n"))
    assert found is not None
    return found


def test_paths_are_relative_to_the_configuration(tmp_path):
    made = entry(tmp_path, "{ image = 'i', conda_file = 'conda.yml' }").environment
    assert made.image.value == "i"
    assert made.conda_file.value == str(tmp_path / "conda.yml")
    build = entry(tmp_path, "{ build = 'docker', dockerfile = 'Other' }").environment
    assert (build.build_context.value, build.dockerfile.value) == (str(tmp_path / "docker"), "Other")
    assert entry(tmp_path, "{ build = { path = 'docker' } }").environment.dockerfile.value == "Dockerfile"


def test_requirements_are_a_conda_specification_too(tmp_path):
    made = entry(
        tmp_path, "{ requirements = ['pandas', '-r requirements.txt'], python = '3.10' }"
    ).environment
    assert made.conda.value == {"dependencies": ["python=3.10", "pip", {"pip": ["pandas", "six"]}]}
    assert entry(tmp_path, "{ requirements = 'requirements.txt' }").environment.conda.value == {
        "dependencies": ["pip", {"pip": ["six"]}]
    }


def test_this_python_is_no_environment(tmp_path):
    assert entry(tmp_path, "{ this_python = true }").this_python


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{ conda-file = 'conda.yml' }", "there is no key 'conda-file'. Did you mean 'conda_file'?"),
        ("{ conda_file = 'nowhere.yml' }", "and there is no such file"),
        ("{ conda_file = 'conda.yml', requirements = [] }", "exclude each other"),
        ("{ image = 3 }", "'image' is a text in quotes"),
        ("{ requirements = ['a'], python = 3.10 }", "'python' is a version in quotes"),
        ("{ requirements = [1] }", "'requirements' is a file, or a list"),
        ("{ dockerfile = 'Dockerfile', image = 'x' }", "'dockerfile' needs 'build'"),
        ("{ build = { dockerfile_path = 'D' } }", "'path' is missing under 'build'"),
        ("{ this_python = false }", "'this_python = true' stands alone"),
        ("{}", "is missing"),
        ("'conda.yml'", "'environments.x' is a table"),
    ],
)
def test_a_mistake_in_an_entry_is_said_in_words(line, message, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        entry(tmp_path, line)
    assert message in str(caught.value)
    assert "joblens.toml" in str(caught.value)


def test_every_entry_is_looked_at(tmp_path):
    found = settings(tmp_path, "[environments]\nx = { image = 'i' }\ny = { imag = 'i' }\n")
    with pytest.raises(ConfigurationError, match="Did you mean 'image'"):
        table.validated(found)


def test_a_name_that_is_not_there_says_how_to_add_it(tmp_path):
    found = settings(tmp_path, "[environments]\nsklearn-1-5 = { image = 'i' }\n")
    assert (
        table.hint("azureml:sklearn-1.5@latest", found) == "[environments] has 'sklearn-1-5': is that meant?"
    )
    assert '"torch"' in table.hint("azureml:torch:1", found)
