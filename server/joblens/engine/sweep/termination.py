"""Early termination: which policy a sweep asks for, and what it decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from joblens.engine.sweep.distributions import number
from joblens.engine.sweep.policies.applied import Applied, Intervals, Rule
from joblens.engine.sweep.policies.bandit import Bandit
from joblens.engine.sweep.policies.median_stopping import MedianStopping
from joblens.engine.sweep.policies.truncation_selection import TruncationSelection
from joblens.errors import JobFileError

_NAMES = {
    "bandit": "bandit",
    "medianstopping": "median_stopping",
    "truncationselection": "truncation_selection",
    "truncation": "truncation_selection",  # before the preview
}
_NONE = ("", "none", "notermination")


class Policy(Protocol):
    """Ends trials that have no hope."""

    def stops(
        self, trial: int, curves: Mapping[int, Sequence[float]], finished: Collection[int]
    ) -> str | None:
        """Called when a trial has reported its primary metric once more, its last value being the newest:
        why it is to be stopped, a sentence with the numbers, or None.

        A curve that is replaced by another object, or is gone, is that of a trial which began again.
        """
        ...


def policy(settings: Mapping[str, object] | None, goal: str) -> Policy:
    """The policy of a job in either dialect; raises what is wrong with its settings."""
    settings = settings or {}
    written = str(settings.get("type") or "")
    kind = _NAMES.get(written.lower().replace("_", ""))
    if kind is None:
        if written.lower().replace("_", "") in _NONE:
            return _Never()
        raise JobFileError(
            f"There is no early termination policy '{written}'.",
            hint="Use bandit, median_stopping or truncation_selection.",
        )
    sign = 1 if goal.lower() == "maximize" else -1
    intervals = Intervals(_count(settings, "evaluation_interval"), _count(settings, "delay_evaluation"))
    return Applied(_rule(kind, settings, sign), intervals, sign)


class _Never:
    """Lets every trial run to its end."""

    def stops(
        self,
        trial: int,  # noqa: ARG002
        curves: Mapping[int, Sequence[float]],  # noqa: ARG002
        finished: Collection[int],  # noqa: ARG002
    ) -> str | None:
        """No reason."""
        return None


def _rule(kind: str, settings: Mapping[str, object], sign: int) -> Rule:
    if kind == "bandit":
        return Bandit(sign, *_slack(settings))
    if kind == "median_stopping":
        return MedianStopping(sign)
    excluded = str(settings.get("exclude_finished_jobs", "")).lower() == "true"
    return TruncationSelection(sign, _percentage(settings), exclude_finished=excluded)


def _slack(settings: Mapping[str, object]) -> tuple[float, float]:
    factor, amount = _number(settings, "slack_factor"), _number(settings, "slack_amount")
    # Azure's client sends 0 for the one that is left out, so a 0 is none.
    if (factor is None and amount is None) or (factor and amount):
        raise JobFileError(
            f"The bandit policy has {'both slack_factor and slack_amount' if factor else 'no slack'}.",
            hint="Give slack_factor (a ratio) or slack_amount (a distance).",
        )
    for key, value in (("slack_factor", factor), ("slack_amount", amount)):
        if value is not None and value < 0:
            raise JobFileError(
                f"'{key}' cannot be {value:g}: even the best trial would be ended.", hint="Make it positive."
            )
    return factor or 0.0, amount or 0.0


def _percentage(settings: Mapping[str, object]) -> float:
    percentage = _number(settings, "truncation_percentage")
    if percentage is None or not 1 <= percentage <= 99:
        said = "is missing" if percentage is None else f"cannot be {percentage:g}"
        raise JobFileError(f"'truncation_percentage' {said}.", hint="Give a whole number from 1 to 99.")
    return percentage


def _count(settings: Mapping[str, object], key: str) -> int:
    value = _number(settings, key)
    if value is None:
        return 0
    if value < 0 or value != int(value):
        raise JobFileError(
            f"'{key}' cannot be {value:g}: it counts reports of the metric.", hint="Give a whole number."
        )
    return int(value)


def _number(settings: Mapping[str, object], key: str) -> float | None:
    written = settings.get(key)
    if written is None:
        return None
    value = number(written)
    if value is None:
        raise JobFileError(f"'{key}' of the early termination policy is no number: '{written}'.")
    return value
