"""JL307-JL308: an early termination policy that the service refuses, once the code is uploaded."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.job.fields import Fields, literal
from joblens.job.sweeps import Policy

SLACK = "JL307"
OUT_OF_RANGE = "JL308"


def problems(subject: Subject) -> Iterator[Problem]:
    """Every setting of a policy that cannot be right."""
    for sweep in subject.sweeps:
        if sweep.policy is None:
            continue
        if sweep.policy.type.value == "bandit":
            yield from _slack(sweep.policy)
            yield from _negative_slack(sweep.policy.settings)
        elif sweep.policy.type.value == "truncation_selection":
            yield from _percentage(sweep.policy.settings)
        yield from _intervals(sweep.policy.settings)


def _slack(policy: Policy) -> Iterator[Problem]:
    settings = policy.settings
    given = [key for key in ("slack_factor", "slack_amount") if literal(settings.value(key)) is not None]
    if not given:
        message = "A 'bandit' policy needs 'slack_factor' (a ratio) or 'slack_amount' (a distance)."
        yield Problem(SLACK, message, policy.type.span)
        return
    # The client sends 0 for the one that is left out, so a 0 is none.
    numbers = [settings.number(key) for key in given]
    if len(given) == 2 and all(number is not None and number.value != 0 for number in numbers):
        key = max((key for key in map(settings.key, given) if key is not None), key=lambda one: one.span)
        message = "A 'bandit' policy takes 'slack_factor' or 'slack_amount', not both. Remove one."
        yield Problem(SLACK, message, key.span)


def _negative_slack(settings: Fields) -> Iterator[Problem]:
    for key in ("slack_factor", "slack_amount"):
        number = settings.number(key)
        if number is not None and number.value < 0:
            shown = f"{number.value:.10g}"
            message = f"'{key}' cannot be {shown}: even the best trial would be ended. Make it positive."
            yield Problem(OUT_OF_RANGE, message, number.span)


def _percentage(settings: Fields) -> Iterator[Problem]:
    percentage = settings.number("truncation_percentage")
    if percentage is not None and not 1 <= percentage.value <= 99:
        shown = f"{percentage.value:.10g}"
        message = f"'truncation_percentage' cannot be {shown}: a whole number from 1 to 99 is expected."
        yield Problem(OUT_OF_RANGE, message, percentage.span)


def _intervals(settings: Fields) -> Iterator[Problem]:
    for key in ("evaluation_interval", "delay_evaluation"):
        number = settings.number(key)
        if number is not None and number.value < 0:
            message = (
                f"'{key}' cannot be {number.value:.10g}: it counts reports of the metric, so at least 0."
            )
            yield Problem(OUT_OF_RANGE, message, number.span)
