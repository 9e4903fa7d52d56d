"""The workspace that the user has chosen for this window: signed in to, asked for names, told of.

Until one is chosen nothing is asked of Azure, whatever files are opened.
"""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from joblens.errors import UserError
from joblens.lsp import protocol, runs
from joblens.lsp.azure_settings import SECTION, AzureSettings
from joblens.lsp.uris import path_of

if TYPE_CHECKING:
    from joblens.azure.jobs.service import JobService
    from joblens.azure.resource_manager import ResourceManager
    from joblens.azure.sign_in import Account
    from joblens.azure.workspace import Workspace
    from joblens.azure.workspace_names import State, WorkspaceNames
    from joblens.engine.lookup import Opener
    from joblens.job.known_assets import KnownAssets
    from joblens.lsp.server import JoblensServer

_TOKEN_WITHIN = 120.0
_SETTINGS_WITHIN = 5.0
_SOON = 0.1
"""Seconds in which news of names are told together."""
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?")


class CloudNames:
    """Signs in, and keeps the names of the chosen workspace in `server.names`."""

    def __init__(self, server: JoblensServer) -> None:
        self._server = server
        self.chosen: Workspace | None = None
        self._editor_account = False
        """Whether the chosen one is asked as the editor's account."""
        self._jobs: JobService | None = None
        self._account: Account | None = None
        """The editor's."""
        self._managers: dict[bool, ResourceManager] = {}
        self._news: asyncio.Handle | None = None

    async def settings(self) -> AzureSettings:
        """As they are now, of an editor that can be asked."""
        workspace = self._server.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return AzureSettings()
        items = [types.ConfigurationItem(section=SECTION)]
        (found,) = await self._server.workspace_configuration_async(types.ConfigurationParams(items))
        return AzureSettings.of(found)

    async def choose(self, *named: str) -> Workspace:
        """Use the workspace with this subscription, group and name, or the one that is configured."""
        from joblens.azure.workspace import Workspace

        settings = await self.settings()
        root = Path(self._server.workspace.root_path or ".")
        found = Workspace(*named) if named else await runs.answered(settings.workspace_of, root)
        await self.use(found, settings)
        return found

    async def use(
        self, workspace: Workspace, settings: AzureSettings | None = None, *, editor_account: bool = False
    ) -> None:
        """Tell the names of this workspace from now on, and begin to ask for them."""
        self.drop()
        # Before anything is waited for: a job that is sent right after the choice goes there.
        self.chosen, self._editor_account = workspace, editor_account
        settings = settings or await self.settings()
        manager = self.manager(editor_account=editor_account)
        loop = asyncio.get_running_loop()
        names = await asyncio.to_thread(self._made, loop, workspace, settings, manager)
        if self.chosen is not workspace:
            names.end()  # Another was chosen meanwhile.
            return
        self._server.names.cloud = names
        self._tell(workspace, names.state)
        self._news_soon()
        names.renew()  # Whatever is known: the user wants to see whether it answers.

    def drop(self) -> None:
        """Tell no workspace's names any more."""
        self.end()
        self.chosen = self._server.names.cloud = self._jobs = None
        self._editor_account = False
        self._news_soon()

    def end(self) -> None:
        """Ask and tell nothing any more."""
        if self._server.names.cloud is not None:
            self._server.names.cloud.end()
        if self._news is not None:
            self._news.cancel()
            self._news = None

    def opener(self) -> Opener:
        """Gives a run the chosen workspace, else the one that is configured; called in the run's thread."""
        loop, chosen = asyncio.get_running_loop(), self.chosen
        editor_account = chosen is not None and self._editor_account

        def opened(folder: Path) -> KnownAssets | None:
            from joblens.azure.assets import WorkspaceAssets
            from joblens.azure.workspace import NoWorkspaceError

            try:
                workspace = chosen or self._settings_in(loop).workspace_of(folder)
            except NoWorkspaceError:
                return None
            return WorkspaceAssets(self.manager(editor_account=editor_account, loop=loop), workspace)

        return opened

    def manager_of_chosen(self, loop: asyncio.AbstractEventLoop) -> ResourceManager:
        """Who reads from the workspace in use; for other threads than the server's own."""
        editor_account = self.chosen is not None and self._editor_account
        return self.manager(editor_account=editor_account, loop=loop)

    def account(self) -> Account | None:
        """Who the chosen workspace is asked as: the editor's account, or None for this machine's."""
        return self._editor(asyncio.get_running_loop()) if self._editor_account else None

    @property
    def jobs(self) -> JobService | None:
        """What knows the jobs of the chosen workspace."""
        from joblens.azure.jobs.service import JobService

        if self._jobs is None and self.chosen is not None:
            self._jobs = JobService(self.manager(editor_account=self._editor_account), self.chosen)
        return self._jobs

    def _settings_in(self, loop: asyncio.AbstractEventLoop) -> AzureSettings:
        """The settings, asked for from another thread; an editor that does not answer says nothing."""
        try:
            return asyncio.run_coroutine_threadsafe(self.settings(), loop).result(_SETTINGS_WITHIN)
        except Exception:  # noqa: BLE001 - whatever the editor's reason is, a run needs no settings
            return AzureSettings()

    def manager(
        self, *, editor_account: bool, loop: asyncio.AbstractEventLoop | None = None
    ) -> ResourceManager:
        """Who reads from Azure, as the editor's account or as this machine's; `loop` for other threads."""
        from joblens.azure.resource_manager import ResourceManager
        from joblens.azure.sign_in import MachineAccount

        if editor_account not in self._managers:
            account = self._editor(loop or asyncio.get_running_loop()) if editor_account else MachineAccount()
            self._managers[editor_account] = ResourceManager(account)
        return self._managers[editor_account]

    def _editor(self, loop: asyncio.AbstractEventLoop) -> Account:
        from joblens.azure.sign_in import EditorAccount

        if self._account is None:
            self._account = EditorAccount(lambda scope: self._token(loop, scope))
        return self._account

    def _made(
        self,
        loop: asyncio.AbstractEventLoop,
        workspace: Workspace,
        settings: AzureSettings,
        manager: ResourceManager,
    ) -> WorkspaceNames:
        from joblens.azure.listings import Listings
        from joblens.azure.workspace_names import WorkspaceNames
        from joblens.engine import folders

        return WorkspaceNames(
            workspace,
            Listings(manager, workspace),
            folder=folders.cache() / "azure",
            registries=settings.registries,
            told=lambda state: _in(loop, self._tell, workspace, state),
            changed=lambda: _in(loop, self._news_soon),
        )

    def _tell(self, workspace: Workspace, state: State) -> None:
        content = {"name": workspace.name, "kind": state.kind, "text": state.text}
        self._server.protocol.notify(protocol.WORKSPACE_STATE, content)

    def _news_soon(self) -> None:
        if self._news is None:
            self._news = asyncio.get_running_loop().call_later(_SOON, self._tell_news)

    def _tell_news(self) -> None:
        self._news = None
        self._server.documents.names_changed()

    def _token(self, loop: asyncio.AbstractEventLoop, scope: str) -> str | None:
        """What the editor's account gives; called by the threads that ask Azure."""

        async def asked() -> Any:
            return await self._server.protocol.send_request_async(protocol.TOKEN, {"scope": scope})

        try:
            answer = asyncio.run_coroutine_threadsafe(asked(), loop).result(_TOKEN_WITHIN)
        except Exception:  # noqa: BLE001 - whatever the editor's reason is, there is no token
            return None
        return getattr(answer, "token", None) or None


def register(server: JoblensServer) -> None:
    """Put the handlers in place that the extension's choice of a workspace needs."""

    @server.feature(protocol.WORKSPACES)
    async def _workspaces(params: Any) -> dict[str, Any]:
        settings = await server.cloud.settings()
        if not getattr(params, "all", False):
            path = path_of(str(getattr(params, "uri", "") or ""))
            folder = path.parent if path is not None else Path(server.workspace.root_path or ".")
            found = await asyncio.to_thread(_configured, folder, settings)
        else:
            manager = server.cloud.manager(editor_account=bool(getattr(params, "editorAccount", False)))
            found = await _seen(manager)
        return {"workspaces": found}

    @server.feature(protocol.USE_WORKSPACE)
    async def _use(params: Any) -> dict[str, str]:
        from joblens.azure.workspace import Workspace

        wanted = protocol.UseParams.of(params)
        if not wanted.name:
            server.cloud.drop()
            return {"name": ""}
        workspace = Workspace(wanted.subscription, wanted.resource_group, wanted.name)
        await server.cloud.use(workspace, editor_account=wanted.editor_account)
        return {"name": workspace.name}


def without_tokens(record: logging.LogRecord) -> bool:
    """Take tokens out of what is logged: the whole conversation may be, where somebody looks for a fault."""
    text = record.getMessage()
    if "eyJ" in text:
        record.msg, record.args = _TOKEN.sub("***", text), ()
    return True


def _in(loop: asyncio.AbstractEventLoop, work: Any, *args: Any) -> None:
    """In the server's own thread, if it is there still."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work, *args)


def _configured(folder: Path, settings: AzureSettings) -> list[dict[str, str]]:
    from joblens.azure.workspace import NoWorkspaceError

    try:
        return [_shown(settings.workspace_of(folder))]
    except NoWorkspaceError:
        return []


async def _seen(manager: ResourceManager) -> list[dict[str, str]]:
    """The workspaces of all subscriptions, asked at once; one that may not be looked into has none."""
    from joblens.azure.errands import Errands
    from joblens.azure.listings import subscriptions

    with closing(Errands()) as errands:
        try:
            names = await asyncio.wrap_future(errands.run(lambda: subscriptions(manager)))
        except UserError as error:
            raise runs.refusal(str(error), hint=error.hint) from error
        asked = [asyncio.wrap_future(errands.run(partial(_of, manager, one))) for one in names]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    found = [one for some in answers if not isinstance(some, BaseException) for one in some]
    refused = next((one for one in answers if isinstance(one, UserError)), None)
    if refused is not None and not found:
        raise runs.refusal(str(refused), hint=refused.hint)
    return [_shown(one, names[one.subscription_id]) for one in found]


def _of(manager: ResourceManager, subscription: str) -> list[Workspace]:
    from joblens.azure.listings import workspaces

    return list(workspaces(manager, subscription))


def _shown(one: Workspace, subscription: str = "") -> dict[str, str]:
    parts = {"subscription": one.subscription_id, "resourceGroup": one.resource_group, "name": one.name}
    return parts | {"subscriptionName": subscription}
