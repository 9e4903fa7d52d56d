"""The fix for a compute that the workspace does not have: the server makes it, once the user has confirmed.

Its command works in any editor: the server asks by `window/showMessageRequest`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from joblens.checks import unknown_asset
from joblens.checks.problem import Problem
from joblens.job.asset_places import asset_at
from joblens.lsp import progress, runs
from joblens.lsp.diagnostics import diagnostic
from joblens.lsp.protocol import CREATE_CLUSTER

if TYPE_CHECKING:
    from joblens.azure.computes import Computes
    from joblens.azure.workspace import Workspace
    from joblens.lsp.azure_settings import AzureSettings
    from joblens.lsp.server import JoblensServer
    from joblens.lsp.workspace import OpenDocument

_MISSING = (unknown_asset.CODE, "JL905")
"""Of the names that the workspace has told, and of a look before submission."""


def actions(opened: OpenDocument, problems: Sequence[Problem]) -> list[types.CodeAction]:
    """Fixes that make the clusters which these problems miss."""
    subject = opened.subject
    found: dict[str, types.CodeAction] = {}
    for problem in problems:
        if problem.code not in _MISSING:
            continue
        path = subject.tree.path_at(problem.span.start)
        if asset_at(subject.tree, subject.kind, path) != "compute":
            continue
        name = subject.document.text[problem.span.start : problem.span.end]
        title = f"Create the cluster '{name}' in the workspace"
        found[name] = types.CodeAction(
            title=title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(opened.positions, problem)],
            command=types.Command(title, CREATE_CLUSTER, arguments=[opened.uri, name]),
        )
    return list(found.values())


async def create(server: JoblensServer, uri: str, name: str, token: progress.Token | None) -> bool:
    """Make the cluster that the file names; answers whether it is there now."""
    from joblens.azure import clusters

    settings = await server.cloud.settings()
    workspace = server.cloud.chosen or await runs.answered(_configured, settings, runs.file_of(uri).parent)
    asked = {"name": name, **clusters.PRESETS.get(name, {})}
    if not await _confirmed(server, asked, workspace):
        return False
    async with progress.shown(server, token, f"Creating the cluster '{name}'"):
        made = await runs.answered(_made, server, asyncio.get_running_loop(), workspace, asked)
    if server.names.cloud is not None:
        server.names.cloud.renew()
    _forget(server, uri, name)
    said = f"The cluster '{name}' is made." if made else f"There is a '{name}' by now; nothing was changed."
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, said))
    return True


async def _confirmed(server: JoblensServer, asked: Mapping[str, Any], workspace: Workspace) -> bool:
    from joblens.azure import clusters

    yes = types.MessageActionItem("Create")
    said = f"Create the cluster '{asked['name']}' in '{workspace.name}': {clusters.described(asked)}?"
    question = types.ShowMessageRequestParams(types.MessageType.Info, said, [yes])
    chosen = await server.window_show_message_request_async(question)
    return chosen is not None and chosen.title == yes.title


def _configured(settings: AzureSettings, folder: Path) -> Workspace:
    return settings.workspace_of(folder)


def _made(
    server: JoblensServer, loop: asyncio.AbstractEventLoop, workspace: Workspace, asked: Mapping[str, Any]
) -> bool:
    """In a thread of its own: it takes minutes. Whether it had to be made."""
    computes = _computes(server, loop, workspace)
    if computes.has(str(asked["name"])):
        return False
    computes.create(asked)
    return True


def _computes(server: JoblensServer, loop: asyncio.AbstractEventLoop, workspace: Workspace) -> Computes:
    from joblens.azure.computes import Computes

    return Computes(server.cloud.manager_of_chosen(loop), workspace)


def _forget(server: JoblensServer, uri: str, name: str) -> None:
    """A look before submission has found what is no longer so."""
    opened = server.documents.get(uri)
    if opened is not None:
        opened.foresee(tuple(one for one in opened.foreseen if f"compute '{name}'" not in one.message))
        server.documents.tell_again(opened)
