"""The rules of the conversation: what may be said when, and an answer to every request, however it is put."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from joblens.lsp.client import Client
from joblens.lsp.frames import Garbled
from joblens.lsp.written import Written

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer

_log = logging.getLogger(__name__)
_Code = types.ErrorCodes | types.LSPErrorCodes


class Conversation(LanguageServerProtocol):
    """pygls, without its own copy of each document, and stricter about what it takes and always answers."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._withdrawn: set[str | int] = set()

    def foresee(self, message: object) -> None:
        """Look at a message that waits for its turn; called by the thread that reads."""
        if isinstance(message, dict) and message.get("method") == types.CANCEL_REQUEST:
            params = message.get("params")
            named = params.get("id") if isinstance(params, dict) else None
            if isinstance(named, str | int):
                self._withdrawn.add(named)

    def receive(self, message: object) -> None:
        """Do what a message asks for."""
        if isinstance(message, Garbled):
            self._refuse(None, types.ErrorCodes.ParseError, "The message is no JSON.")
        elif not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self._refuse(None, types.ErrorCodes.InvalidRequest, "The message is no JSON-RPC 2.0.")
        elif "method" not in message:
            self._take(message)
        elif "id" in message:
            self._answer(message)
        else:
            self._hear(message)

    def _answer(self, request: dict[str, Any]) -> None:
        number, method = request["id"], request["method"]
        if not isinstance(number, str | int) or not isinstance(method, str):
            self._refuse(None, types.ErrorCodes.InvalidRequest, "A request needs an id and a method.")
        elif number in self._withdrawn:
            self._refuse(number, types.LSPErrorCodes.RequestCancelled, "The request was withdrawn.")
        elif self._shutdown:
            self._refuse(number, types.ErrorCodes.InvalidRequest, "The server is shutting down.")
        elif self._workspace is None and method != types.INITIALIZE:
            self._refuse(number, types.ErrorCodes.ServerNotInitialized, "`initialize` comes first.")
        elif self._workspace is not None and method == types.INITIALIZE:
            self._refuse(number, types.ErrorCodes.InvalidRequest, "The server is initialized.")
        elif not self._knows(method):
            self._refuse(number, types.ErrorCodes.MethodNotFound, f"There is no method {method}.")
        else:
            self._take(request)

    def _hear(self, notification: dict[str, Any]) -> None:
        method = notification["method"]
        if method == types.EXIT:
            self._handle_notification(types.EXIT, None)
        elif self._workspace is None or self._shutdown or not isinstance(method, str):
            _log.info("Ignored outside of a session: %s", method)
        elif method == types.CANCEL_REQUEST or self._knows(method):
            self._take(notification)

    def _knows(self, method: str) -> bool:
        return method in self.fm.features or method in self.fm.builtin_features

    def _take(self, message: dict[str, Any]) -> None:
        """Give pygls a message in its types; one that has others is refused."""
        try:
            if "method" in message:
                message.setdefault("params", None)
            typed = self.structure_message(message)
        except JsonRpcException as error:
            if "method" in message and "id" in message:
                text = f"The parameters of {message['method']} are not as LSP has them."
                self._refuse(message["id"], types.ErrorCodes.InvalidParams, text)
            else:
                _log.warning("Not understood: %s", error)
            return
        self.handle_message(typed)

    def _refuse(self, number: str | int | None, code: _Code, message: str) -> None:
        # pygls would leave out an id that is null; JSON-RPC wants it where the request's own is not known.
        error = {"code": code.value, "message": message}
        self._send_data({"jsonrpc": self.VERSION, "id": number, "error": error})

    def _send_response(
        self, msg_id: str | int, result: object = None, error: types.ResponseError | None = None
    ) -> None:
        if error is not None or not isinstance(result, Written):
            super()._send_response(msg_id, result, error)
            return
        assert self.writer is not None
        body = f'{{"jsonrpc":"{self.VERSION}","id":{json.dumps(msg_id)},"result":{result.text}}}'.encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _handle_cancel_notification(self, msg_id: str | int) -> None:
        self._withdrawn.discard(msg_id)
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Agree on what client and server can do."""
        self._joblens.client = Client.of(params)
        result = yield from super().lsp_initialize(params)
        self._joblens.announce(result.capabilities)
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_params: object) -> None:  # type: ignore[override]
        """Stop what is under way."""
        self._shutdown = True
        self._joblens.cloud.end()
        for future in list(self._request_futures.values()):
            future.cancel()

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take over a document."""
        self._joblens.documents.open(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Follow the editor's changes."""
        self._joblens.documents.change(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forget a document and what was said of it."""
        self._joblens.documents.close(params.text_document.uri)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> object:
        """Run a command; withdrawing the request ends it."""
        from joblens.lsp import commands

        command = commands.COMMANDS.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command}.")
        return await command(self._joblens, commands.Call(params.arguments or (), params.work_done_token))

    def structure_diagnostic(self, plain: object) -> types.Diagnostic:
        """A diagnostic from its JSON."""
        return self._converter.structure(plain, types.Diagnostic)

    @property
    def _joblens(self) -> JoblensServer:
        return cast("JoblensServer", self._server)
