"""Failures a user can act on: what could not be done, why, and the next step."""

from typing import ClassVar


class UserError(Exception):
    """What the user can fix; caught once at each edge (cli.main, lsp/server.py).

    `str(error)` says what could not be done and why; `hint` says the next step. `details` is what others said
    of it, as they said it, for whoever asks for it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", details: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.details = details


class JobFileError(UserError):
    """The job file cannot be read, or has errors, so nothing was started."""

    exit_code = 2


class ConfigurationError(UserError):
    """A configuration file cannot be read, or says what does not exist."""

    exit_code = 2


class MissingToolError(UserError):
    """Something that the request needs is not installed here."""

    exit_code = 3


class EnvironmentBuildError(UserError):
    """A job's environment could not be made."""

    exit_code = 4


class RunNotFoundError(UserError):
    """There is no run of that name here."""

    exit_code = 5


class CloudError(UserError):
    """Azure refused, or could not be reached."""

    exit_code = 6


class CanceledError(UserError):
    """The user has ended it before it was done; nothing of it is left half done."""

    exit_code = 130
