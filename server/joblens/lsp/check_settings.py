"""How bad problems are in the editor: what the files beside a document configure, and the setting that wins.

Asked for when the editor is up, and again whenever it says that a setting or such a file has changed. Editors
that do not tell of files are served, too: then every check looks whether they are as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from joblens.checks.configuration import Configuration
from joblens.checks.configuration_file import severities
from joblens.checks.settings import DEFAULT, Settings
from joblens.errors import ConfigurationError

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer

SECTION = "joblens.check.severity"
"""The setting, as package.json has it."""
_WATCHED = "**/*.{yml,yaml,py,txt,toml}"
"""What configures checks, and what a job may name: when it changes, what is said of a job may change."""


class CheckSettings:
    """What is set for each document; `tell` is given what cannot be set, once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._configuration = Configuration()
        self.severity: Mapping[str, str] = {}
        """The editor's setting."""
        self._tell = tell
        self._told: set[str] = set()
        self.files_are_watched = False
        """Whether the editor tells of changes: then only a document that is opened makes us look."""

    def of(self, path: Path | None) -> Settings:
        """The settings of a document; what cannot be read sets nothing."""
        return self._of_folder(path.parent if path is not None else None).under(self.severity)

    def refresh(self) -> bool:
        """Forget files that have changed; whether there were any."""
        changed = self._configuration.refresh()
        if changed:
            self._told.clear()
        return changed

    def take(self, severity: object) -> None:
        """Take over the editor's setting."""
        try:
            self.severity = severities(severity or {}, SECTION)
        except ConfigurationError as error:
            self.severity = {}
            self._tell_once(error)

    def _of_folder(self, folder: Path | None) -> Settings:
        if folder is None:
            return DEFAULT
        try:
            return self._configuration.of(folder)
        except ConfigurationError as error:
            self._tell_once(error)
            return DEFAULT

    def _tell_once(self, error: ConfigurationError) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self._tell(str(error))


async def follow(server: JoblensServer) -> None:
    """Ask to be told of changes, as far as the editor can, and for the setting as it is."""
    workspace = server.client_capabilities.workspace or types.WorkspaceClientCapabilities()
    wanted = []
    if workspace.did_change_configuration and workspace.did_change_configuration.dynamic_registration:
        wanted.append(_registration(types.WORKSPACE_DID_CHANGE_CONFIGURATION, {"section": "joblens"}))
    if workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration:
        watchers = [types.FileSystemWatcher(_WATCHED)]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        wanted.append(_registration(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if wanted:
        await server.client_register_capability_async(types.RegistrationParams(wanted))
        methods = {one.method for one in wanted}
        server.check_settings.files_are_watched = types.WORKSPACE_DID_CHANGE_WATCHED_FILES in methods
    await ask(server)


async def ask(server: JoblensServer, pushed: Any = None) -> None:
    """Ask for the setting; an editor that cannot be asked has `pushed` all settings that it has for us."""
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.configuration:
        items = [types.ConfigurationItem(section=SECTION)]
        (found,) = await server.workspace_configuration_async(types.ConfigurationParams(items))
    else:
        found = _part(pushed, SECTION.split("."))
    server.check_settings.take(found)
    server.documents.tell_all()


def _registration(method: str, options: object) -> types.Registration:
    return types.Registration(f"joblens-{method}", method, options)


def _part(settings: Any, names: list[str]) -> Any:
    for name in names:
        settings = settings.get(name) if isinstance(settings, Mapping) else None
    return settings
