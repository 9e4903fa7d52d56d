"""The commands of `workspace/executeCommand`, for editors that have no Joblens extension to bring them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from joblens.lsp import progress, protocol, run_messages, runs
from joblens.lsp.workspace_check import checked_files

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer


@dataclass(frozen=True, slots=True)
class Call:
    """What a command is called with."""

    arguments: Sequence[object]
    token: progress.Token | None
    """Of the work-done progress, if the editor shows one."""

    def text(self, what: str) -> str:
        """The only argument, which is a text."""
        if len(self.arguments) != 1 or not isinstance(self.arguments[0], str):
            raise JsonRpcInvalidParams(f"The argument of the command is {what}.")
        return self.arguments[0]


Command = Callable[["JoblensServer", Call], Awaitable[object]]


async def _check_workspace(server: JoblensServer, call: Call) -> object:
    told: set[str] = set()
    files, counts = 0, Counter[types.DiagnosticSeverity | None]()
    async with progress.shown(server, call.token, "Checking job files") as shown:
        async for checked in checked_files(server, shown):
            files += 1
            counts.update(one.severity for one in checked.problems)
            told.add(checked.uri)
            server.documents.tell_file(checked.uri, checked.problems)
    for uri in server.documents.told - told:  # Files that are gone, or left out by now.
        server.documents.tell_file(uri, [])
    errors = counts[types.DiagnosticSeverity.Error]
    warnings = counts[types.DiagnosticSeverity.Warning]
    found = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    said = f"Checked {_counted(files, 'YAML file')}: {found}."
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, said))
    return {"files": files, "errors": errors, "warnings": warnings}


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


async def _run_locally(server: JoblensServer, call: Call) -> object:
    return await run_messages.run(server, _saved(server, call), call.token)


async def _run_trial(server: JoblensServer, call: Call) -> object:
    """Show the values first; what runs is what was shown."""
    from joblens.lsp import sweeps

    uri, number = _saved(server, call), 0
    run, other = types.MessageActionItem("Run this trial"), types.MessageActionItem("Draw other values")
    while True:
        drawn = await sweeps.trial(uri, number)
        values = {one["name"]: one["value"] for one in drawn["values"]}
        said = "One trial with " + ", ".join(f"{name}={value}" for name, value in values.items())
        asked = types.ShowMessageRequestParams(types.MessageType.Info, said, [run, other])
        chosen = await server.window_show_message_request_async(asked)
        if chosen is None or chosen.title not in (run.title, other.title):
            return None
        if chosen.title == run.title:
            return await run_messages.run(server, uri, call.token, values)
        number += 1


async def _dry_run(server: JoblensServer, call: Call) -> object:
    text = await runs.dry_run(server, _saved(server, call))
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return {"text": text}


async def _cancel_run(server: JoblensServer, call: Call) -> object:
    await runs.cancel(server, call.text("the run's name"))
    return None


async def _submit(server: JoblensServer, call: Call) -> object:
    from joblens.lsp import submitting

    submitted = await submitting.submit(server, _saved(server, call), call.token)
    said = f"Job '{submitted['name']}' is submitted: {submitted['status']}. {submitted['studioUrl']}".strip()
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, said))
    return submitted


def _saved(server: JoblensServer, call: Call) -> str:
    """The file that a command is about; refused while the editor has another text than the disk."""
    uri = call.text("the URI of a job file")
    opened, on_disk = server.documents.get(uri), server.documents.from_disk(uri)
    if opened is not None and on_disk is not None and opened.document.text != on_disk.document.text:
        raise runs.refusal("The file has changes that are not saved.", hint="Save it, then try again.")
    return uri


async def _choose_workspace(server: JoblensServer, call: Call) -> object:
    """The one that is configured, else the one that is named: its subscription, resource group and name."""
    names = [str(one) for one in call.arguments]
    if len(names) not in (0, 3):
        raise JsonRpcInvalidParams("The arguments are a subscription, a resource group and a name, or none.")
    chosen = await server.cloud.choose(*names)
    said = f"Names of the workspace '{chosen.name}' are offered from now on."
    server.window_show_message(types.ShowMessageParams(types.MessageType.Info, said))
    return {"name": chosen.name}


async def _tell_guesses(server: JoblensServer, call: Call) -> object:
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Sequence):
        raise JsonRpcInvalidParams("The argument of the command is a list of guesses.")
    from joblens.lsp import migrating

    migrating.tell_guesses(server, [str(one) for one in call.arguments[0]])
    return None


async def _migrate(server: JoblensServer, call: Call) -> object:
    from joblens.lsp import migrating

    return await migrating.migrate(server, call.text("the URI of a file"))


async def _create_cluster(server: JoblensServer, call: Call) -> object:
    if len(call.arguments) != 2 or not all(isinstance(one, str) for one in call.arguments):
        raise JsonRpcInvalidParams("The arguments are the URI of a file and the name of a cluster.")
    from joblens.lsp import new_cluster

    uri, name = map(str, call.arguments)
    return await new_cluster.create(server, uri, name, call.token)


COMMANDS: Mapping[str, Command] = {
    protocol.TELL_GUESSES: _tell_guesses,
    protocol.MIGRATE: _migrate,
    protocol.CREATE_CLUSTER: _create_cluster,
    protocol.CHECK_WORKSPACE: _check_workspace,
    protocol.RUN_LOCALLY: _run_locally,
    protocol.RUN_TRIAL: _run_trial,
    protocol.DRY_RUN: _dry_run,
    protocol.CANCEL_RUN: _cancel_run,
    protocol.SUBMIT_JOB: _submit,
    protocol.CHOOSE_WORKSPACE: _choose_workspace,
}
