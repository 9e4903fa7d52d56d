"""What the commands of a document give to the scripts that they run, compared with what those take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from joblens.job.command.action import Made
from joblens.job.command.fill import MANY, ONE
from joblens.job.command.read import Run
from joblens.job.command.words import Word
from joblens.job.launches import Launch
from joblens.script.arguments import arguments
from joblens.script.usage import Given, Usage, usage


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One start of a script whose arguments are known."""

    launch: Launch
    run: Run
    usage: Usage


def command_lines(launches: Iterable[Launch]) -> Iterator[CommandLine]:
    """Every start of a Python script at hand that says plainly what it takes."""
    # Steps of a pipeline often do the same: it is looked at once.
    known: dict[tuple[Path | None, int], Usage | None] = {}
    for launch in launches:
        for run in launch.reading.runs:
            key = (_script(launch, run), id(run))
            if key not in known:
                known[key] = _usage(launch, run)
            found = known[key]
            if found is not None:
                yield CommandLine(launch, run, found)


def script_text(launch: Launch, run: Run) -> str | None:
    """The text of a script; None where another one may be run in its place."""
    path = _script(launch, run)
    return launch.disk.text(path) if path is not None else None


def _script(launch: Launch, run: Run) -> Path | None:
    return launch.file(run) if run.made is not Made.ANYTHING else None


def _usage(launch: Launch, run: Run) -> Usage | None:
    text = script_text(launch, run)
    taken = arguments(text) if text is not None else None
    return usage(taken, [_given(word) for word in run.arguments]) if taken is not None else None


def _given(word: Word) -> Given:
    places = [place for place in map(word.text.find, (ONE, MANY)) if place >= 0]
    return Given(word.text[: min(places, default=None)], word.known, word.splits)
