"""A job file about to run: its text with what the user set, and the job in it once it has no errors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from joblens.checks import problems
from joblens.checks.problem import Problem, Severity
from joblens.engine import overrides
from joblens.errors import JobFileError
from joblens.job.model import Job, SweepJob
from joblens.job.read import read
from joblens.text.document import Document

_SHOWN = 5
"""Problems that one message shows."""


def text_of(job_file: Path, text: str | None, settings: Mapping[str, object]) -> str:
    """The file's text, or the unsaved `text` in its place, with the settings put in."""
    if text is None:
        try:
            text = job_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise JobFileError(
                f"The job file cannot be read: {job_file} ({error}).",
                hint="Give the path of a job's YAML file.",
            ) from error
    return overrides.applied(text, settings)


def job_of(job_file: Path, text: str) -> Job:
    """The job that the text says; raises what is wrong with it."""
    document = Document(text, job_file.absolute())
    errors = [problem for problem in problems(document) if problem.severity is Severity.ERROR]
    if errors:
        raise JobFileError(
            "\n".join(f"{job_file}:{_line(document, problem)}" for problem in errors[:_SHOWN]),
            hint=f"Nothing was started; 'joblens check {job_file}' shows all {len(errors)} errors.",
        )
    job, kind = read(document)
    if job is None:
        what = f"a {kind.name}" if kind else "no Azure ML job"
        raise JobFileError(
            f"{job_file} is {what}, and only command and sweep jobs run on this machine.",
            hint="Give a job with 'command:', or a sweep.",
        )
    return job


def _line(document: Document, problem: Problem) -> str:
    line, column = document.position(problem.span.start)
    return f"{line + 1}:{column + 1}: {problem.code} {problem.message}"


def asks_for_this_machine(job_file: Path, text: str) -> bool:
    """Whether the file is a job whose compute is `local`."""
    job, _ = read(Document(text, job_file.absolute()))
    if job is None:
        return False
    compute = (job.trial if isinstance(job, SweepJob) else job).compute
    return compute is not None and compute.value == "local"
