"""Bayesian sampling: Optuna's tree-structured Parzen estimator, asked and told, in memory."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from joblens.engine.sweep import space as spaces
from joblens.engine.sweep.distributions import multiple
from joblens.engine.sweep.space import Point, Settings

if TYPE_CHECKING:
    from joblens.engine.sweep.search import Search


class Bayesian:
    """A study of one sweep.

    The values of a trial depend on the seed, its number and what was told before, so that a sweep that was
    interrupted goes on as if it had not been. Trials that run count as bad ones, which keeps their neighbours
    from being tried at the same time.
    """

    learns = True

    def __init__(self, search: Search) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna: Any = optuna
        self._search = search
        self._dimensions = spaces.dimensions(search.space)
        self._distributions = {name: self._distribution(each) for name, each in self._dimensions.items()}
        self._nested = len(self._dimensions) > len(search.space)
        self._estimator = self._estimator_type()
        self._study = optuna.create_study(direction=search.goal)
        self._trials: dict[int, int] = {}
        """Of each trial of the sweep that is known, its number in the study."""
        self._points: dict[int, Point] = {}

    def ask(self, number: int) -> Point:
        """Values that look good after all that was told."""
        if number not in self._points:
            self._study.sampler = self._sampler(number)
            trial = self._study.ask()
            self._points[number] = spaces.point(self._search.space, self._draw(trial))
            self._trials[number] = trial.number
        return self._points[number]

    def tell(self, number: int, point: Point, value: float | None, ended: bool) -> None:
        """Keep what became of a trial; one that was not asked for here is from before an interruption."""
        if number not in self._trials and not self._add(number, point):
            return
        if not ended:
            return
        state = self._optuna.trial.TrialState
        good = value is not None and not math.isnan(value)
        self._study.tell(
            self._trials[number],
            value if good else None,
            state=state.COMPLETE if good else state.FAIL,
            skip_if_finished=True,
        )

    def _sampler(self, number: int) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what Optuna calls experimental for years
            return self._estimator(
                seed=_mixed(self._search.seed, number),
                multivariate=True,
                group=self._nested,
                constant_liar=True,
            )

    def _estimator_type(self) -> Any:
        """The estimator; where all trials have the same hyperparameters, it need not look what each has."""
        estimator = self._optuna.samplers.TPESampler
        if self._nested:
            return estimator
        space = {name: each for name, each in self._distributions.items() if not each.single()}
        return type("Estimator", (estimator,), {"infer_relative_search_space": lambda *_: space})

    def _draw(self, trial: Any) -> spaces.Draw:
        def draw(name: str, settings: Settings) -> Any:
            known = self._distributions[name]
            if spaces.kind(settings) == "choice":
                return trial.suggest_categorical(name, known.choices)
            if spaces.kind(settings) == "quniform":
                return multiple(trial.suggest_int(name, known.low, known.high), settings["q"])
            return trial.suggest_float(name, known.low, known.high)

        return draw

    def _add(self, number: int, point: Point) -> bool:
        """Add a trial as one that runs; not if its values are of another space."""
        drawn = spaces.drawn(self._search.space, point)
        if drawn is None:
            return False
        try:
            trial = self._optuna.trial.create_trial(
                state=self._optuna.trial.TrialState.RUNNING,
                params={name: _index(self._dimensions[name], value) for name, value in drawn.items()},
                distributions={name: self._distributions[name] for name in drawn},
            )
        except ValueError:  # outside of what can be drawn
            return False
        self._study.add_trial(trial)
        self._trials[number] = len(self._study.get_trials(deepcopy=False)) - 1
        self._points[number] = point
        return True

    def _distribution(self, settings: Settings) -> Any:
        kinds = self._optuna.distributions
        kind = spaces.kind(settings)
        if kind == "choice":
            return kinds.CategoricalDistribution(range(len(settings["values"])))
        low, high = float(settings["min_value"]), float(settings["max_value"])
        if kind == "quniform":  # by how many times q: so no rest is left, and none is rounded away
            q = float(settings["q"])
            first, last = math.floor(low / q + 0.5), math.ceil(high / q - 0.5)
            return kinds.IntDistribution(first, max(first, last))
        return kinds.FloatDistribution(low, high)


def _index(settings: Mapping[str, Any], value: Any) -> Any:
    """What a trial got, as the study knows it."""
    return round(value / float(settings["q"])) if spaces.kind(settings) == "quniform" else value


def _mixed(seed: int, number: int) -> int:
    """A seed for one trial: after an interruption none may draw again what an earlier one drew."""
    from hashlib import blake2b

    return int.from_bytes(blake2b(f"{seed}/{number}".encode(), digest_size=4).digest(), "big")
