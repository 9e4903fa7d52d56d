"""Our own messages, shared with the extension (extension/src/protocol.ts says the same in TypeScript)."""

from __future__ import annotations

from dataclasses import dataclass

RUN = "joblens/run"
"""Request {uri, dryRun, backend?}: start the file's job here, or say what would run."""
CANCEL = "joblens/cancel"
"""Request {name}: end a run of this server's."""
SUBMIT = "joblens/submit"
"""Request {uri}: send the file's job to the cluster."""
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
COMMANDS_FOR_ALL = (TELL_GUESSES, MIGRATE)
RUN_LOCALLY = "joblens.runLocally"
DRY_RUN = "joblens.dryRun"
CANCEL_RUN = "joblens.cancelRun"
SUBMIT_JOB = "joblens.submit"
CHOOSE_WORKSPACE = "joblens.chooseWorkspace"
COMMANDS = (CHECK_WORKSPACE, RUN_LOCALLY, DRY_RUN, CANCEL_RUN, SUBMIT_JOB, CHOOSE_WORKSPACE)
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

    @staticmethod
    def of(params: object) -> RunParams:
        """Read from the message's parameters."""
        return RunParams(
            uri=str(getattr(params, "uri", "")),
            dry_run=bool(getattr(params, "dryRun", False)),
            backend=getattr(params, "backend", None),
        )
