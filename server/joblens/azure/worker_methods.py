"""What a worker can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from joblens.azure.question import Question
from joblens.azure.sdk import client
from joblens.azure.sending import submit
from joblens.azure.uploads import unwatched

Facts = dict[str, object]


def show(asked: Question) -> Facts:
    """How a job stands."""
    return facts(client(asked).jobs.get(asked.params["name"]))


def token(asked: Question) -> Facts:
    """A token of the account that this machine is signed in with; it goes to the asker and nowhere else."""
    from azure.identity import DefaultAzureCredential

    found = DefaultAzureCredential().get_token(asked.params["scope"])
    return {"token": found.token, "expires": found.expires_on}


def facts(job: Any) -> Facts:
    """What is told of a job."""
    return {
        "name": job.name,
        "status": job.status,
        "studio_url": getattr(job, "studio_url", None),
        "experiment": getattr(job, "experiment_name", None),
    }


def _beside(method: Callable[[Question], Facts]) -> Callable[[Question], Facts]:
    """Answer beside a submission that may be under way."""

    def answer(asked: Question) -> Facts:
        with unwatched():
            return method(asked)

    return answer


METHODS: Mapping[str, Callable[[Question], Facts]] = {
    "submit": lambda asked: facts(submit(asked)),
    "show": _beside(show),
    "token": _beside(token),
}
