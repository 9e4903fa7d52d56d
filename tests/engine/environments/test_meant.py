"""What a job's environment means: a file, a name in the [environments] table, or what it says itself."""

import pytest

from joblens.engine.run import dry_run, plan_of
from joblens.errors import JobFileError
from tests.engine.jobs import write

CONDA = "dependencies: [python=3.10, pip, {pip: [-r more.txt]}]"
NAMED = "command: echo\nenvironment: azureml:mine:1\ncompute: local\n"


def test_a_name_in_the_table_gets_the_packages_of_its_entry(tmp_path):
    files = {"joblens.toml": "[environments]\nmine = { conda_file = 'e/c.yml' }\n", "e/c.yml": CONDA}
    made = plan_of(write(tmp_path, NAMED, {**files, "e/more.txt": "six\n"}))
    assert (made.needs.python, made.needs.requirements) == ("=3.10", ("six",))
    assert made.notes[0] == "'azureml:mine:1' is here what [environments] says of 'mine'."


def test_an_entry_may_ask_for_this_python(tmp_path):
    made = plan_of(write(tmp_path, NAMED, {"joblens.toml": "[environments]\n'*' = { this_python = true }\n"}))
    assert made.needs.this_python
    assert len(made.notes) == 1


def test_a_name_that_the_table_lacks_says_what_to_add(tmp_path):
    file = write(tmp_path, NAMED, {"joblens.toml": "[environments]\nmine2 = { image = 'x' }\n"})
    assert "[environments] has 'mine2': is that meant?" in dry_run(file)


@pytest.mark.parametrize("image", ["image: python", "docker: {image: python}"])
def test_a_file_of_its_own_is_read_and_its_paths_are_its_own(image, tmp_path):
    files = {
        "e/env.yml": f"name: x\n{image}\nconda_file: file:c.yml\n",
        "e/c.yml": CONDA,
        "e/more.txt": "six",
    }
    made = plan_of(write(tmp_path, NAMED.replace("azureml:mine:1", "file:./e/env.yml"), files))
    assert made.needs.requirements == ("six",)


def test_a_file_that_says_no_environment_is_an_error(tmp_path):
    file = write(tmp_path, NAMED.replace("azureml:mine:1", "file:c.yml"), {"c.yml": CONDA})
    with pytest.raises(JobFileError, match="says no environment"):
        plan_of(file)
