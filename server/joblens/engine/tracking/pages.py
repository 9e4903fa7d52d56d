"""The page about a run in MLflow, with the server there that shows it."""

from __future__ import annotations

from collections.abc import Callable

from joblens.engine.records import Record
from joblens.engine.tracking import recorder, server
from joblens.errors import UserError


def page(record: Record, note: Callable[[str], None] = lambda _: None) -> str:
    """The page's address; a server of ours that was stopped since is started, which `note` tells.

    Raises a UserError when the run is not recorded, a MissingToolError when the server cannot start.
    """
    if not record.tracking:
        raise UserError(
            f"The run '{record.name}' has no page: it is not recorded in MLflow.",
            hint="Its log says why: MLflow was not installed, or did not answer.",
        )
    known = recorder.read(record.tracking)
    if not server.is_ours(known.uri):
        return known.url
    # A machine that was started anew may have given the port away.
    return recorder.read({**record.tracking, "uri": server.ensure(note)}).url
