"""Serves on stdin and stdout: a thread reads, so that a withdrawn request is known while it waits."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from functools import partial
from typing import BinaryIO

from pygls.io_ import StdoutWriter

from joblens.lsp.conversation import Conversation
from joblens.lsp.frames import Frames

_BLOCK = 1 << 16


def serve(conversation: Conversation) -> int:
    """Answer what comes until the editor goes; the exit code."""
    source, answers = _own_streams()
    conversation.set_writer(StdoutWriter(answers))
    try:
        asyncio.run(_until_end(conversation, source))
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        return 130
    return 0


def _own_streams() -> tuple[int, BinaryIO]:
    """Stdin and stdout for the conversation alone: nothing that is printed, nor any child, gets between."""
    source, answers = os.dup(0), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return source, answers


async def _until_end(conversation: Conversation, source: int) -> None:
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    receive = partial(_receive, conversation, ended)
    # A thread that waits for input must not keep the process: a daemon, on a descriptor without a lock.
    threading.Thread(target=_read, args=(conversation, source, loop, receive, ended), daemon=True).start()
    await ended


def _read(
    conversation: Conversation,
    source: int,
    loop: asyncio.AbstractEventLoop,
    receive: partial[None],
    ended: asyncio.Future[None],
) -> None:
    frames = Frames()
    try:
        while data := os.read(source, _BLOCK):
            for message in frames.feed(data):
                conversation.foresee(message)
                loop.call_soon_threadsafe(receive, message)
        loop.call_soon_threadsafe(_end, ended)
    except (OSError, RuntimeError):  # The pipe, or the loop, is gone.
        if not loop.is_closed():
            loop.call_soon_threadsafe(_end, ended)


def _receive(conversation: Conversation, ended: asyncio.Future[None], message: object) -> None:
    try:
        conversation.receive(message)
    except BrokenPipeError:
        _end(ended)


def _end(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
