"""Sends a file's job to the cluster for the editor, which shows how far it is and can end it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.azure.progress import Progress
from joblens.errors import CloudError, JobFileError
from joblens.lsp import preflight, progress, protocol, runs, transfers

if TYPE_CHECKING:
    from joblens.azure.sign_in import Account
    from joblens.azure.workspace import Workspace
    from joblens.lsp.azure_settings import AzureSettings
    from joblens.lsp.server import JoblensServer

_NO_WORKSPACE = (
    "Choose one (Joblens: Choose Workspace), put the workspace's config.json (its page in the studio offers"
    " it for download) beside the job, or set the defaults once in a terminal: `az account set` and"
    " `az configure --defaults`."
)


def register(server: JoblensServer) -> None:
    """Put the handler in place."""

    @server.feature(protocol.SUBMIT)
    async def _submit(params: Any) -> dict[str, str]:
        return await submit(server, str(getattr(params, "uri", "")), getattr(params, "workDoneToken", None))


async def submit(server: JoblensServer, uri: str, token: progress.Token | None) -> dict[str, str]:
    """Send a file's job to the workspace that is chosen, else to the one that is configured."""
    file = runs.file_of(uri)
    settings, account = await server.cloud.settings(), server.cloud.account()
    workspace: Workspace = await runs.answered(_workspace, file, server.cloud.chosen, settings)
    async with transfers.shown(server, token, f"Submitting {file.name} to {workspace.name}") as transfer:
        transfer.tell(Progress("Looking for what would go wrong"))
        await _refuse_errors(server, uri, file)
        answer: dict[str, str] = await runs.answered(_submitted, file, workspace, account, transfer)
    return answer


async def _refuse_errors(server: JoblensServer, uri: str, file: Path) -> None:
    """Look before anything is uploaded; what is found is told as problems of the file, errors end it."""
    found = await preflight.preflight(server, uri)
    if found["errors"]:
        count = "an error" if found["errors"] == 1 else f"{found['errors']} errors"
        told = JobFileError(
            f"{file.name} has {count}, so nothing was submitted.", hint="See the list of problems."
        )
        raise runs.refused(told, show="problems")


def _workspace(file: Path, chosen: Workspace | None, settings: AzureSettings) -> Workspace:
    from joblens.azure.workspace import NoWorkspaceError

    try:
        return chosen or settings.workspace_of(file.parent)
    except NoWorkspaceError as error:
        raise CloudError(str(error), hint=_NO_WORKSPACE) from error


def _submitted(
    file: Path, workspace: Workspace, account: Account | None, transfer: transfers.Transfer
) -> dict[str, str]:
    from joblens.azure.submit import submit

    done = submit(file, workspace, progress=transfer.tell, canceled=transfer.canceled, account=account)
    return {
        "name": done.name,
        "status": done.status,
        "studioUrl": done.studio_url or "",
        "workspace": workspace.name,
    }
