"""A job file about to run: its text with what the user set, and the job in it once it has no errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from joblens.checks import check, older_format, syntax
from joblens.checks.configuration import settings_of
from joblens.checks.problem import Problem, Severity
from joblens.checks.subject import Subject
from joblens.engine import files, overrides
from joblens.errors import JobFileError
from joblens.job.detect import Kind
from joblens.job.model import Job, SweepJob
from joblens.job.read import read
from joblens.text.document import Document

_OF_ANOTHER_TIME = (
    "Nothing was started; 'joblens migrate {}' shows it in today's format, and --write writes it."
)
_SHOWN = 5
"""Problems that one message shows."""


@dataclass(frozen=True)
class Source:
    """A job file's text as it is written, and the settings that are put into it."""

    file: Path
    written: str
    settings: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The text that runs."""
        return overrides.applied(self.written, self.settings)

    @property
    def document(self) -> Document:
        """The same as a document of that file."""
        return Document(self.text, self.file.absolute())


def source(job_file: Path, text: str | None, settings: Mapping[str, object]) -> Source:
    """The file's text, or the unsaved `text` in its place, with the settings."""
    return Source(job_file, files.text_of(job_file) if text is None else text, settings)


def job_of(source: Source) -> Job:
    """The job that the source says; raises what is wrong with it."""
    refuse_settings(source)
    document = Document(source.written, source.file.absolute())
    errors = _errors(source.written, source.file)
    if source.settings:
        mended = _told(overrides.rewritten(source.written), source.file) - _told(source.text, source.file)
        errors = [error for error in errors if (error.code, error.message) not in mended]
    if errors:
        if errors[0].code == older_format.CODE:
            raise _wrong(source.file, document, errors[:1], _OF_ANOTHER_TIME.format(source.file))
        count = "the error" if len(errors) == 1 else f"all {len(errors)} errors"
        hint = f"Nothing was started; 'joblens check {source.file}' shows {count}."
        raise _wrong(source.file, document, errors, hint)
    job, kind = read(source.document)
    if job is None:
        # Nobody knows what a broken file was to be, so `check` leaves it alone; here it is named to be run.
        broken = list(syntax.problems(Subject(document))) if kind is None else []
        if broken:
            raise _wrong(source.file, document, broken, "Nothing was started.")
        raise _not_run_here(source.file, kind)
    return job


def _wrong(file: Path, document: Document, errors: Sequence[Problem], hint: str) -> JobFileError:
    said = "\n".join(f"{file}:{_line(document, problem)}" for problem in errors[:_SHOWN])
    return JobFileError(said, hint=hint)


def _not_run_here(file: Path, kind: Kind | None) -> JobFileError:
    what = f"is of the kind '{kind.name}'" if kind is not None else "is no Azure ML job"
    hint = "Give a job with 'command:', or a sweep."
    if kind is not None and kind.name == "pipelineJob":
        hint = (
            f"Send it to the cluster with 'joblens job create -f {file}', or run a job that is one command."
        )
    return JobFileError(f"{file} {what}, and only command and sweep jobs run on this machine.", hint=hint)


def refuse_settings(source: Source) -> None:
    """Raise the errors that the settings make, and the file alone does not have."""
    if not source.settings:
        return
    before = _told(overrides.rewritten(source.written), source.file)
    made = [error for error in _errors(source.text, source.file) if (error.code, error.message) not in before]
    if made:
        raise JobFileError(
            "\n".join(f"{_blamed(source, error)}: {error.code} {error.message}" for error in made[:_SHOWN]),
            hint="Nothing was started; the file itself does not have this error, correct what is set.",
        )


def _blamed(source: Source, error: Problem) -> str:
    """The settings that make the error: those that make it alone, else all."""
    alone = [
        path
        for path, value in source.settings.items()
        if (error.code, error.message) in _told(overrides.applied(source.written, {path: value}), source.file)
    ]
    return "with " + " ".join(
        f"--set {path}={overrides.shown(source.settings[path])}" for path in alone or source.settings
    )


def _errors(text: str, file: Path) -> list[Problem]:
    subject = Subject(Document(text, file.absolute()))
    errors = [one for one in check(subject, settings_of(file)) if one.severity is Severity.ERROR]
    # Of an older format it would be misread, whatever the settings say.
    return errors or list(older_format.problems(subject))


def _told(text: str, file: Path) -> set[tuple[str, str]]:
    return {(error.code, error.message) for error in _errors(text, file)}


def _line(document: Document, problem: Problem) -> str:
    line, column = document.position(problem.span.start)
    return f"{line + 1}:{column + 1}: {problem.code} {problem.message}"


def asks_for_this_machine(source: Source) -> bool:
    """Whether the file is a job whose compute is `local`."""
    job, _ = read(source.document)
    if job is None:
        return False
    compute = (job.trial if isinstance(job, SweepJob) else job).compute
    return compute is not None and compute.value == "local"
