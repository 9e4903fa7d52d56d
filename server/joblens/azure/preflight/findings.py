"""All that would go wrong with a submission, found at once and before anything is uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.azure.listings import Listings
from joblens.azure.preflight.capacity import capacity
from joblens.azure.preflight.files import files, size
from joblens.azure.preflight.names import answers
from joblens.azure.preflight.settings import LARGE_UPLOAD, large_upload
from joblens.azure.resource_manager import ResourceManager
from joblens.azure.sign_in import Account
from joblens.azure.workspace import Workspace
from joblens.checks import check, older_format
from joblens.checks.configuration import settings_of
from joblens.checks.problem import Problem, Severity
from joblens.checks.settings import DEFAULT
from joblens.checks.subject import Subject
from joblens.text.document import Document


@dataclass(frozen=True)
class Preflight:
    """What was found."""

    problems: tuple[Problem, ...]
    """In the order of the text: errors stop the submission."""
    upload_bytes: int = 0
    upload_files: int = 0
    ignored_files: int = 0
    silent: str = ""
    """Why the workspace could not be asked for everything, where that is so."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What stops the submission."""
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)

    @property
    def summary(self) -> str:
        """The whole in a sentence or two."""
        told = {each: sum(one.severity is each for one in self.problems) for each in Severity}
        counts = [f"{count} {each.value}{'s' * (count > 1)}" for each, count in told.items() if count]
        ignored = f", {self.ignored_files} ignored" if self.ignored_files else ""
        found = ", ".join(counts) if counts else "no problems"
        files = "1 file" if self.upload_files == 1 else f"{self.upload_files} files"
        said = f"Pre-flight: {found}; {files} ({size(self.upload_bytes)}) to upload{ignored}."
        return f"{said} Not all was asked: {self.silent}" if self.silent else said


def preflight(
    subject: Subject | Document,
    workspace: Workspace | None,
    account: Account | ResourceManager | None,
    *,
    large: int | None = None,
) -> Preflight:
    """What submitting this document would meet; without a workspace or an account, nobody is asked."""
    if isinstance(subject, Document):
        subject = Subject(subject)
    own = _own_errors(subject)
    path = subject.document.path
    if large is None:
        large = large_upload(path.absolute().parent) if path is not None else LARGE_UPLOAD
    told, uploads = files(subject, large)
    silent = ""
    if workspace is not None and account is not None and not subject.syntax:
        manager = account if isinstance(account, ResourceManager) else ResourceManager(account)
        said = answers(subject, Listings(manager, workspace))
        told += [*said.problems, *capacity(subject, said.computes or {})]
        silent = said.silent
    blamed = {one.span.start for one in own}
    problems = [*own, *(one for one in told if one.span.start not in blamed)]
    return Preflight(
        tuple(sorted(problems, key=lambda one: (one.span.start, one.code))),
        sum(one.size for one in uploads),
        sum(one.files for one in uploads),
        sum(one.ignored for one in uploads),
        silent,
    )


def _own_errors(subject: Subject) -> list[Problem]:
    """The errors of the file itself."""
    path = subject.document.path
    settings = settings_of(path) if path is not None else DEFAULT
    found = [one for one in check(subject, settings) if one.severity is Severity.ERROR]
    return found or list(older_format.problems(subject))
