"""The process that holds azure-ai-ml: one JSON object per line on stdin asks, lines on stdout answer.

The client library is slow to import, prints as it likes, changes the environment, and takes the experiment's
name and git facts from the working directory; so it lives here and never in the editor's server.

Asked: `{"id": 1, "method": ..., "params": {...}, "account": bool}`; several may be under way at a time.
Told: any number of `{"id": 1, "progress": {"text", "done", "total"}}`, and
`{"id": 1, "begun": name}` when a job is sent, which cannot be withdrawn then; at last one
`{"id": 1, "result": {...}}` or `{"id": 1, "error": {"message", "hint", "cause", "details"}}`.
`{"cancel": 1}` withdraws a question. Whoever signs in for one (`account`) is told
`{"id": 1, "wants": {"scope", "renew"}}` and answers `{"token": 1, "value": ...}` or with why it is `refused`.
The worker ends with its stdin, and with its parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, TextIO

from joblens.azure.question import Question, Withdrawn
from joblens.azure.refusal import Refusal, refusal
from joblens.azure.worker_methods import METHODS

_PARENT_LOOK = 1.0


def main() -> None:
    """Answer questions until stdin ends."""
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()
    with _private_stdout() as out:
        desk = _Desk(out)
        for line in sys.stdin:
            desk.take(json.loads(line))
    _end()


class _Desk:
    """Takes what comes in, and has each question answered in a thread of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._open: dict[int, Question] = {}

    def take(self, message: Mapping[str, Any]) -> None:
        if "cancel" in message or "token" in message:
            asked = self._open.get(message["cancel"] if "cancel" in message else message["token"])
            if asked is not None and "cancel" in message:
                asked.is_withdrawn.set()
            elif asked is not None:
                asked.take_token(message)
            return
        number = int(message["id"])
        asked = Question(
            message["params"],
            lambda kind, content: self._say(number, kind, content),
            brings_tokens=bool(message.get("account")),
        )
        self._open[number] = asked
        threading.Thread(target=self._work, args=(number, message["method"], asked), daemon=True).start()

    def _work(self, number: int, method: str, asked: Question) -> None:
        try:
            self._say(number, "result", METHODS[method](asked))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the asker gets a sentence
            if not isinstance(error, Withdrawn):
                traceback.print_exception(error, file=sys.stderr)
                print(
                    f"{type(error).__module__}.{type(error).__name__}: {error}", file=sys.stderr, flush=True
                )
            self._say(number, "error", asdict(_told(error)))
        finally:
            del self._open[number]

    def _say(self, number: int, kind: str, content: object) -> None:
        with self._lock:
            self._out.write(json.dumps({"id": number, kind: content}) + "\n")
            self._out.flush()


def _told(error: BaseException) -> Refusal:
    if isinstance(error, Withdrawn):
        return Refusal("Canceled: nothing was submitted.", cause="canceled")
    return refusal(error)


def _watch_parent(parent: int) -> None:
    """End when the parent is gone, though somebody else still holds the other end of stdin."""
    if os.name == "posix":
        while os.getppid() == parent:
            time.sleep(_PARENT_LOOK)
        _end()


def _end() -> None:
    os._exit(0)  # Threads of the library would keep the process, and nobody is there for their answers.


@contextlib.contextmanager
def _private_stdout() -> Iterator[TextIO]:
    """Our stdout; what anyone else prints from now on goes to stderr."""
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        yield out


if __name__ == "__main__":
    main()
