"""The language server: its parts, put together; each handler stands with its like."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import FeatureRequestError
from pygls.lsp.server import LanguageServer

from joblens import __version__
from joblens.lsp import (
    check_settings,
    cloud,
    earlier_runs,
    jobs,
    language,
    names,
    preflight,
    problems,
    protocol,
    runs,
    stdio,
    submitting,
    sweeps,
    watch,
)
from joblens.lsp.client import Client
from joblens.lsp.conversation import Conversation
from joblens.lsp.documents import Documents

_log = logging.getLogger(__name__)


class JoblensServer(LanguageServer):
    """The server, the editor it talks to, and the documents that are open there."""

    protocol: Conversation

    def __init__(self) -> None:
        super().__init__("joblens", __version__, protocol_cls=Conversation)
        self.client = Client()
        self.check_settings = check_settings.CheckSettings(self._log)
        self.documents = Documents(self)
        self.names = names.Names()
        self.cloud = cloud.CloudNames(self)
        self.runs: dict[str, Path] = {}
        """The folders of the runs that this server has started, or told of."""
        self.checking = asyncio.Lock()
        """Held by the check of the workspace that is under way: one at a time is enough work."""

    def announce(self, capabilities: types.ServerCapabilities) -> None:
        """Say what there is beyond what the handlers tell: commands; problems, for an editor that asks."""
        own = self.client.own_extension
        commands = protocol.COMMANDS_FOR_ALL if own else protocol.COMMANDS_FOR_ALL + protocol.COMMANDS
        capabilities.execute_command_provider = types.ExecuteCommandOptions(commands)
        if not self.client.pulls:
            capabilities.diagnostic_provider = None

    def _log(self, what: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, what))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log what is nobody's request: an editor would show it as if the user had done something wrong."""
        if source is not FeatureRequestError:
            _log.error("%s", error, exc_info=error)


def create() -> JoblensServer:
    """A server with every handler in place."""
    server = JoblensServer()

    @server.feature(types.INITIALIZED)
    async def _initialized(_params: types.InitializedParams) -> None:
        # What was imported lives as long as the server: the collector need not look at it again.
        gc.freeze()
        gc.enable()
        names.start(server)
        await check_settings.follow(server)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        await check_settings.ask(server, params.settings)

    language.register(server)
    problems.register(server)
    watch.register(server)
    names.register(server)
    runs.register(server)
    earlier_runs.register(server)
    preflight.register(server)
    cloud.register(server)
    sweeps.register(server)
    submitting.register(server)
    jobs.register(server)
    return server


def main() -> int:
    """Serve on stdin and stdout until the editor goes; the exit code."""
    logging.basicConfig(level=os.environ.get("JOBLENS_LOG", "WARNING").upper(), stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.addFilter(cloud.without_tokens)
    return stdio.serve(create().protocol)
