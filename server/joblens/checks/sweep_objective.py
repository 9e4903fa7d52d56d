"""JL311: a goal that contradicts what the metric's name says, such as maximizing a loss: a warning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job import read_today

CODE = "JL311"

_LOWER_IS_BETTER = """
loss logloss error err rmse mse mae mape smape rmsle nrmse perplexity wer cer nll crossentropy
"""
_HIGHER_IS_BETTER = "accuracy acc auc auroc precision recall f1 fscore r2 iou miou dice bleu psnr ssim"
# Words that say nothing of the direction; any other word may turn it around ("loss reduction").
_SAY_NOTHING = """
train training trn val valid validation eval evaluation test testing dev holdout best final last min max
mean avg average median total epoch step batch fold cv multi binary macro micro weighted normalized norm
root squared absolute percentage percent log cross entropy word character rate score curve roc area under
the top at k balanced categorical sparse classification regression model metric metrics
"""
_LOWER, _HIGHER = frozenset(_LOWER_IS_BETTER.split()), frozenset(_HIGHER_IS_BETTER.split())
_NEUTRAL = frozenset(_SAY_NOTHING.split())
_GOALS = ("minimize", "maximize")
_WORDS = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*")


def problems(subject: Subject) -> Iterator[Problem]:
    """The goal of every sweep whose metric is well known to be better the other way."""
    for sweep in subject.sweeps:
        metric = sweep.objective.text("primary_metric") if sweep.objective else None
        goal = read_today.word(sweep.objective, "goal")
        wanted = _goal_of(metric.value) if metric else None
        if metric is None or goal is None or wanted is None or goal.value not in _GOALS:
            continue
        if goal.value != wanted:
            better = "lower" if wanted == "minimize" else "higher"
            message = (
                f"'{shortened(metric.value)}' is better when it is {better}. Did you mean to {wanted} it?"
            )
            yield Problem(CODE, message, goal.span, Severity.WARNING, replacement(wanted, goal.span))


def _goal_of(metric: str) -> str | None:
    """The goal that a metric's name asks for; None where that is not plain."""
    words = {_known(found.lower()) for found in _WORDS.findall(metric)}
    if not words - _LOWER - _NEUTRAL and words & _LOWER:
        return "minimize"
    if not words - _HIGHER - _NEUTRAL and words & _HIGHER:
        return "maximize"
    return None


def _known(word: str) -> str:
    """The word without the number behind it, unless the number is a part of it (`f1`)."""
    return word if word in _HIGHER else word.rstrip("0123456789")
