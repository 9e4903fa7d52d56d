"""Something near takes the place of what cannot be had: only with consent, and every difference is told."""

import pytest

from joblens.engine import tools
from joblens.engine.environments import drifting, interpreters, store
from joblens.errors import EnvironmentBuildError
from tests.engine.jobs import finished, write
from tests.engine.wheels import wheel

slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("asked", "least", "any_version"),
    [
        ("numpy==1.18.5", "numpy>=1.18.5", "numpy"),
        ("numpy==1.18.*", "numpy>=1.18", "numpy"),
        ("numpy>=1.18,<1.20", "numpy>=1.18", "numpy"),
        ("numpy~=1.18", "numpy>=1.18", "numpy"),
        ("a[x]==1 ; python_version > '3'", "a[x]>=1; python_version > '3'", "a[x]; python_version > '3'"),
        ("a==1 --hash=sha256:00", "a>=1", "a"),
        ("--no-index", "--no-index", "--no-index"),
        ("/some/where.whl", "/some/where.whl", "/some/where.whl"),
        ("git+https://host/x.git", "git+https://host/x.git", "git+https://host/x.git"),
    ],
)
def test_versions_are_relaxed_step_by_step(asked, least, any_version):
    assert drifting.at_least([asked]) == (least,)
    assert drifting.names_alone([asked]) == (any_version,)


def test_without_consent_nothing_else_is_taken(workshop):
    with pytest.raises(EnvironmentBuildError, match="there is no 'tiny==9'") as caught:
        workshop.build(workshop.needs("tiny==9"))
    assert "--allow-drift" in caught.value.hint
    assert "--backend container" in caught.value.hint


@slow
def test_with_consent_another_version_is_taken_and_told(workshop):
    built = workshop.build(workshop.needs("tiny==9", drift=True))
    assert built.drift == ("tiny is 1.0, not ==9.",)
    assert store.find(workshop.needs("tiny==9", drift=True)) == built
    assert store.find(workshop.needs("tiny==9")) is None, "who did not consent does not get it"


@slow
def test_as_little_as_can_be_is_changed(workshop):
    wheel(workshop.wheels, "newer", version="1.5")
    wheel(workshop.wheels, "other", name="other")
    built = workshop.build(workshop.needs("tiny==1.2", "other==1.0", drift=True))
    assert built.drift == ("tiny is 1.5, not ==1.2.",)


@slow
def test_a_python_that_is_missing_is_answered_by_the_nearest(workshop):
    built = workshop.build(workshop.needs("tiny", python="=3.2", drift=True))
    nearest = interpreters.nearest("=3.2")[0]
    assert built.facts["python"] == nearest.text
    assert built.drift == (f"Python is {nearest.text}, not 3.2.",)


@slow
def test_consent_changes_nothing_where_all_can_be_had(workshop):
    exact = workshop.build(workshop.needs("tiny"))
    assert workshop.build(workshop.needs("tiny", drift=True)) == exact


@slow
def test_the_run_lists_every_substitution(tmp_path, need):
    need(tools.uv_or_none(), "uv is not installed")
    wheel(tmp_path / "wheels")
    files = {"e.yml": "dependencies: [python=3.2, pip, {pip: [--no-index, --find-links wheels, tiny==2]}]"}
    job = "command: python -c 'import tiny'\nenvironment: {image: x, conda_file: e.yml}\ncompute: local\n"
    file = write(tmp_path, job, {**files, "joblens.toml": "[run]\nallow_drift = true\n"})
    run = finished(file, environment=None, backend="process")
    assert run.record.status == "Completed", run.record.reason
    assert [line.split(" is ")[0] for line in run.record.drift] == ["Python", "tiny"]
    assert set(run.record.drift) <= set(run.notes)
    assert run.record.environment
