"""The request `joblens/preflight`: what submitting a file would meet, as problems in it until it changes."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.lsp import protocol, runs

if TYPE_CHECKING:
    from joblens.azure.preflight import Preflight
    from joblens.lsp.azure_settings import AzureSettings
    from joblens.lsp.server import JoblensServer
    from joblens.text.document import Document


def register(server: JoblensServer) -> None:
    """Put the handler in place."""

    @server.feature(protocol.PREFLIGHT)
    async def _preflight(params: Any) -> dict[str, Any]:
        return await preflight(server, str(getattr(params, "uri", "")))


async def preflight(server: JoblensServer, uri: str) -> dict[str, Any]:
    """The findings in a sentence and in numbers; the problems are told as those of the document."""
    file = runs.file_of(uri)
    opened = server.documents.get(uri) or server.documents.from_disk(uri)
    if opened is None:
        raise runs.refusal("The file cannot be read.", hint="Save it as UTF-8 text.")
    document = opened.document
    settings = await server.cloud.settings()
    found = await runs.answered(_found, server, asyncio.get_running_loop(), document, file.parent, settings)
    if opened.document is document:
        opened.foresee(found.problems)
        server.documents.tell_again(opened)
    counts = Counter(problem.severity.value for problem in found.problems)
    return {
        "summary": found.summary,
        **{f"{kind}s": counts[kind] for kind in ("error", "warning", "hint")},
        "uploadBytes": found.upload_bytes,
        "uploadFiles": found.upload_files,
        "ignoredFiles": found.ignored_files,
    }


def _found(
    server: JoblensServer,
    loop: asyncio.AbstractEventLoop,
    document: Document,
    folder: Path,
    settings: AzureSettings,
) -> Preflight:
    """In a thread of its own: it asks Azure."""
    from joblens.azure.preflight import preflight as look
    from joblens.azure.workspace import NoWorkspaceError

    try:
        workspace = server.cloud.chosen or settings.workspace_of(folder)
    except NoWorkspaceError:
        return look(document, None, None)
    return look(document, workspace, server.cloud.manager_of_chosen(loop))
