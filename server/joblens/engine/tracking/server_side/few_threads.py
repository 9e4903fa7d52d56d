"""The event loop of our MLflow server, which works on few requests at once; the others wait for their turn.

MLflow would work on 40. All of them want the one lock that SQLite has for writers, which keeps no queue: a
request that was unlucky for 20 s fails. And logging a batch takes a second of 15 connections before it gives
the first one back: once such requests have them all, none goes on.
"""

import asyncio

import anyio.to_thread

THREADS = 4


def loop() -> asyncio.AbstractEventLoop:
    """A new event loop, for `uvicorn --loop`."""
    made = asyncio.new_event_loop()
    made.run_until_complete(_limit())
    return made


async def _limit() -> None:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
