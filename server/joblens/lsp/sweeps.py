"""The editor's sweeps: the values of a trial before it runs, how the trials stand, the page of the search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.lsp import protocol, runs

if TYPE_CHECKING:
    from joblens.engine.sweep.view import Trial, View
    from joblens.lsp.server import JoblensServer


def register(server: JoblensServer) -> None:
    """Put the handlers of our own requests about sweeps in place."""

    @server.feature(protocol.TRIAL)
    async def _trial(params: Any) -> dict[str, Any]:
        return await trial(str(getattr(params, "uri", "")), int(getattr(params, "number", 0)))

    @server.feature(protocol.SWEEP)
    async def _sweep(params: Any) -> dict[str, object]:
        answer: dict[str, object] = await runs.answered(_standing, server, _name(params))
        return answer

    @server.feature(protocol.SWEEP_PAGE)
    async def _page(params: Any) -> dict[str, object]:
        nonce = str(getattr(params, "nonce", ""))
        answer: dict[str, object] = await runs.answered(_search, server, _name(params), nonce)
        return answer

    @server.feature(protocol.RESUME)
    async def _resume(params: Any) -> dict[str, object]:
        run = await runs.answered(_resumed, server, _name(params))
        runs.watch(server, run, runs.teller(server), live=True)
        return await runs.started(run)


async def trial(uri: str, number: int) -> dict[str, Any]:
    """The values that trial `number` of a file's sweep would have, as texts of YAML."""
    answer: dict[str, Any] = await runs.answered(_drawn, runs.file_of(uri), number)
    return answer


def _name(params: Any) -> str:
    return str(getattr(params, "name", ""))


def _drawn(file: Path, number: int) -> dict[str, object]:
    from joblens.engine.run import RunOptions
    from joblens.engine.source import job_of, source
    from joblens.engine.sweep import alone, description
    from joblens.engine.sweep.search import wanted
    from joblens.errors import JobFileError
    from joblens.job.model import SweepJob

    runs.refuse_errors(file)
    job = job_of(source(file, None, RunOptions().overrides))
    if not isinstance(job, SweepJob):
        raise JobFileError(f"{file.name} is no sweep, so it has no trials.", hint="Run it as it is.")
    search = wanted(job)
    values = alone.drawn(search, number)
    return {
        "values": [
            {
                "name": name,
                "value": _written(value),
                "distribution": description.distribution(search.space[name], search.logbase),
            }
            for name, value in values.items()
        ],
        "total": search.total,
    }


def _written(value: object) -> str:
    """A value as it is written in YAML, on one line."""
    import yaml

    return value if isinstance(value, str) and yaml.safe_load(value) == value else json.dumps(value)


def _standing(server: JoblensServer, name: str) -> dict[str, object]:
    from joblens.engine.sweep.view import view

    sweep = runs.folder(server, name)
    seen = view(sweep)
    best = seen.best
    return {
        "status": seen.record.status,
        "total": seen.search.total,
        "trials": [_told(sweep, seen, each, best=each is best) for each in seen.trials],
    }


def _told(sweep: Path, seen: View, one: Trial, *, best: bool) -> dict[str, object]:
    from joblens.engine import records
    from joblens.engine.folders import RunFolder

    record = one.record
    return {
        "name": record.name,
        "number": one.number,
        "status": record.status,
        "metric": None if one.metric is None else f"{seen.search.metric} = {records.number(one.metric)}",
        "values": records.pairs(one.values),
        "reason": record.reason,
        "best": best,
        "log": str(RunFolder(sweep.with_name(record.name)).log),
    }


def _search(server: JoblensServer, name: str, nonce: str) -> dict[str, object]:
    from joblens.engine.sweep.page import of
    from joblens.engine.sweep.view import view

    seen = view(runs.folder(server, name))
    return {"html": of(seen, nonce=nonce), "status": seen.record.status}


def _resumed(server: JoblensServer, name: str) -> Any:
    from joblens.engine.sweep.resume import resume

    return resume(runs.folder(server, name))
