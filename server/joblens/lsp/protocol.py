"""Our own messages, shared with the extension (extension/src/protocol.ts says the same in TypeScript)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RUN = "joblens/run"
"""Request {uri, dryRun, backend?, trial?}: start the file's job here, or say what would run; with the values
of a `trial`, one trial of a sweep."""
TRIAL = "joblens/trial"
"""Request {uri, number}: the values that a sweep's trial of this number would have."""
SWEEP = "joblens/sweep"
"""Request {name}: how a sweep and its trials stand."""
SWEEP_PAGE = "joblens/sweepPage"
"""Request {name, nonce}: the page about a sweep's search, for a view with a policy."""
RESUME = "joblens/resume"
"""Request {name}: let a sweep go on with the trials that are missing."""
CANCEL = "joblens/cancel"
"""Request {name}: end a run of this server's."""
SUBMIT = "joblens/submit"
"""Request {uri, workDoneToken?}: send the file's job to the cluster."""
EARLIER_RUNS = "joblens/earlierRuns"
"""Request {most}: the newest runs of the opened folders as they stand, whoever began them."""
FOLLOW_RUN = "joblens/followRun"
RUN_PAGE = "joblens/runPage"
"""The page about a run in MLflow, whose server is started where it was stopped."""
"""Request {name}: tell from its beginning what happened in a run, and what happens."""
PREFLIGHT = "joblens/preflight"
"""Request {uri}: what submitting the file would meet, `{summary, errors, warnings, hints, ...}`; the problems
are told as the document's own until it changes."""
JOBS = "joblens/jobs"
"""Request {parent?, most}: the newest jobs of the workspace in use, or those of a sweep or pipeline there."""
FOLLOW_JOB = "joblens/followJob"
"""Request {name}: tell what a job in the workspace prints; answered when it is over, or withdrawn."""
CANCEL_JOB = "joblens/cancelJob"
"""Request {name}: ask the workspace to cancel a job."""
DOWNLOAD_JOB = "joblens/downloadJob"
"""Request {name, folder, workDoneToken?}: fetch what a job in the workspace has made."""
ARCHIVE_JOB = "joblens/archiveJob"
"""Request {name}: let the workspace list a job no more."""
JOB_EVENT = "joblens/jobEvent"
"""Notification as the one below, of a job in the workspace."""
RUN_EVENT = "joblens/runEvent"
"""Notification {name, kind, text?, status?, exitCode?, trackingUrl?, more?}: something happened in a run."""

WORKSPACES = "joblens/workspaces"
"""Request {uri?, all}: the workspace that is configured; with `all`, those that the account sees."""
USE_WORKSPACE = "joblens/useWorkspace"
"""Request {subscription, resourceGroup, name, editorAccount}: tell names of this workspace from now on;
of none, if it has no name."""
WORKSPACE_STATE = "joblens/workspaceState"
"""Notification {name, kind, text}: how the workspace in use answers."""
TOKEN = "joblens/token"
"""Request to the editor {scope}: a token of its account, `{token}`, or nothing; never shown or written."""

OWN_EXTENSION = "ownExtension"
"""Initialization option: the editor has Joblens's own extension, which brings the commands."""
CHECK_WORKSPACE = "joblens.checkWorkspace"
"""Command of `workspace/executeCommand`: check every file of the workspace folders."""
TELL_GUESSES = "joblens.tellGuesses"
"""Command: show what a migration guessed."""
MIGRATE = "joblens.migrate"
"""Command: have the editor change a file of a preview, named by its URI, to today's format."""
CREATE_CLUSTER = "joblens.createCluster"
"""Command: make a cluster that a file, named by its URI, names, once the user has confirmed."""
COMMANDS_FOR_ALL = (TELL_GUESSES, MIGRATE, CREATE_CLUSTER)
RUN_LOCALLY = "joblens.runLocally"
RUN_TRIAL = "joblens.runTrial"
DRY_RUN = "joblens.dryRun"
CANCEL_RUN = "joblens.cancelRun"
SUBMIT_JOB = "joblens.submit"
CHOOSE_WORKSPACE = "joblens.chooseWorkspace"
COMMANDS = (CHECK_WORKSPACE, RUN_LOCALLY, RUN_TRIAL, DRY_RUN, CANCEL_RUN, SUBMIT_JOB, CHOOSE_WORKSPACE)
"""Commands that Joblens's own extension brings itself; two of one name would clash in VS Code."""


@dataclass(frozen=True, slots=True)
class UseParams:
    """What `joblens/useWorkspace` asks for."""

    subscription: str
    resource_group: str
    name: str
    editor_account: bool = False

    @staticmethod
    def of(params: object) -> UseParams:
        """Read from the message's parameters."""
        return UseParams(
            subscription=str(getattr(params, "subscription", "")),
            resource_group=str(getattr(params, "resourceGroup", "")),
            name=str(getattr(params, "name", "")),
            editor_account=bool(getattr(params, "editorAccount", False)),
        )


@dataclass(frozen=True, slots=True)
class RunParams:
    """What `joblens/run` asks for."""

    uri: str
    dry_run: bool = False
    backend: str | None = None
    trial: Mapping[str, str] | None = None
    """Of a sweep, the values of one trial, as texts of YAML."""

    @staticmethod
    def of(params: object) -> RunParams:
        """Read from the message's parameters."""
        return RunParams(
            uri=str(getattr(params, "uri", "")),
            dry_run=bool(getattr(params, "dryRun", False)),
            backend=getattr(params, "backend", None),
            trial=_texts(getattr(params, "trial", None)),
        )


def _texts(given: object) -> dict[str, str] | None:
    """An object of the message, which was made a named tuple or is a mapping, as texts by their names."""
    if given is None:
        return None
    entries = given if isinstance(given, Mapping) else given._asdict()  # type: ignore[attr-defined]
    return {str(name): str(value) for name, value in entries.items()}
