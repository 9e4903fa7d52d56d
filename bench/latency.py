"""How long a user waits for a language server: the measures, and the rounds in which servers take turns."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from bench.client import NoAnswerError, Server
from bench.documents import Place, Text, document, lay_out
from bench.editor import Diagnostics, OpenDocument
from bench.processes import cpu_seconds, environment, memory_bytes
from bench.samples import Samples
from bench.servers import Contestant

MEASURES = {
    "open": "open to diagnostics",
    "keystroke": "keystroke to diagnostics",
    "error_shows": "mistake typed to error shown",
    "error_goes": "mistake mended to error gone",
    "complete_key": "completion of a key, text unchanged",
    "complete_enum": "completion of a value, text unchanged",
    "complete_union": "completion inside a union, text unchanged",
    "type_and_complete": "keystroke and completion at once",
    "hover": "hover, text unchanged",
    "type_and_hover": "keystroke and hover at once",
    "outline": "outline",
}

MEMORY = "memory"
"""Bytes that a server holds with the document open; a series beside those of MEASURES."""
LONG = 2000
"""Lines above which a measure is repeated less often: the slower server takes seconds for each."""

Results: TypeAlias = dict[int, dict[str, Samples]]
"""By lines of the document, then by name of the server."""


def measure(contestants: Sequence[Contestant], sizes: Sequence[int], rounds: int, repeats: int) -> Results:
    """Every server in turn, `rounds` times, each time a fresh process: what slows the machine slows all."""
    results: Results = {size: {one.name: Samples() for one in contestants} for size in sizes}
    for size in sizes:
        for number in range(rounds):
            for one in contestants:
                print(f"{size} lines, round {number + 1} of {rounds}: {one.name}", file=sys.stderr)
                _round(one, document(size), results[size][one.name], _repeats(size, repeats))
    return results


def _repeats(size: int, repeats: int) -> int:
    return repeats if size <= LONG else max(1, repeats * LONG // size)


def measure_starts(contestants: Sequence[Contestant], times: int) -> Samples:
    """From the start of the process to its `initialize` response, in turn; the first turn only warms up."""
    print(f"starts, {times} of each", file=sys.stderr)
    starts = Samples()
    for number in range(times + 1):
        for one in contestants:
            with _server(one) as (server, _):
                seconds = server.initialize()
                if number > 0:
                    starts[one.name].add(seconds)
                    starts[one.name].cpu.append(cpu_seconds(server.pid))
    return starts


def _round(contestant: Contestant, marked: Text, samples: Samples, repeats: int) -> None:
    try:
        with _server(contestant) as (server, folder):
            Session(server, folder / "pipeline.yml", marked, samples, repeats).run()
    except NoAnswerError as error:
        print(f"{contestant.name}: {error}", file=sys.stderr)


@contextmanager
def _server(contestant: Contestant) -> Iterator[tuple[Server, Path]]:
    """A fresh process of a server, and the folder that it was started in."""
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        folder = Path(name).resolve()
        lay_out(folder)
        server = Server(contestant.command, environment(), folder, contestant.settings)
        try:
            yield server, folder
        finally:
            server.stop()


class Session:
    """All measures with one server process and one document."""

    def __init__(self, server: Server, path: Path, marked: Text, samples: Samples, repeats: int) -> None:
        self._server = server
        self._path = path
        self._marked = marked
        self._samples = samples
        self._repeats = repeats

    def run(self) -> None:
        """Take every measure, in the order of a user's day."""
        self._server.initialize()
        opened = self._open()
        self._samples[MEMORY].add(memory_bytes(self._server.pid))
        self._keystroke(opened)
        self._mistake(opened)
        self._completions(opened)
        self._hover(opened)
        self._outline(opened)

    def _open(self) -> OpenDocument:
        """The text that is opened holds a mistake: an empty list sent at once is not an answer."""
        place = self._marked.mode
        text = _with_mistake(self._marked.text, place)
        self._path.write_text(text, encoding="utf-8")
        with self._cpu("open", 1):
            opened = OpenDocument(self._server, self._path, text)
            seconds = opened.seconds_to_diagnostics(opened.opened, _marks(place))
        self._samples["open"].add(seconds)
        opened.replace(place, 1, "")
        opened.settle()
        return opened

    def _keystroke(self, opened: OpenDocument) -> None:
        """A letter more, then a letter less, in the command; there is nothing to report on either."""
        place = self._marked.command_end
        with self._cpu("keystroke", 2 * self._repeats):
            for _ in range(self._repeats):
                for length, text in ((0, "x"), (1, "")):
                    told = opened.replace(place, length, text)
                    self._samples["keystroke"].add(opened.seconds_to_diagnostics(told, _is_empty))
        opened.settle()

    def _mistake(self, opened: OpenDocument) -> None:
        place = self._marked.mode
        with self._cpu("error_shows", 2 * self._repeats):
            for _ in range(self._repeats):
                told = opened.replace(place, 0, "x")
                shown = opened.seconds_to_diagnostics(told, _marks(place))
                self._samples["error_shows"].add(shown)
                told = opened.replace(place, 1, "")
                self._samples["error_goes"].add(opened.seconds_to_diagnostics(told, _is_empty))
        opened.settle()

    def _completions(self, opened: OpenDocument) -> None:
        marked = self._marked
        end = marked.step_end
        opened.replace(end, 0, "    \n")
        opened.settle()
        self._ask("complete_key", opened, Place(end.line, 4), _offers("queue_settings"))
        self._type_and_complete(opened, Place(end.line, 4))
        opened.remove_line(end.line)
        for name, place, value, expected in (
            ("complete_enum", marked.mode, "ro_mount", "eval_mount"),
            ("complete_union", marked.distribution, "pytorch", "mpi"),
        ):
            opened.replace(place, len(value), "")
            opened.settle()
            self._ask(name, opened, place, _offers(expected))
            opened.replace(place, 0, value)
        opened.settle()

    def _type_and_complete(self, opened: OpenDocument, place: Place) -> None:
        """What an editor does as a key's first letter is typed: the edit, the question right behind."""
        behind = Place(place.line, place.column + 1)
        for _ in range(self._repeats):
            opened.replace(place, 0, "q")
            seconds, answer = opened.request("textDocument/completion", behind)
            self._samples["type_and_complete"].add(seconds, _offers("queue_settings")(answer))
            opened.replace(place, 1, "")
            opened.settle()

    def _hover(self, opened: OpenDocument) -> None:
        place, right = self._marked.counted_key, _says("nodes")
        self._ask("hover", opened, place, right, "textDocument/hover")
        end = self._marked.command_end
        for _ in range(self._repeats):
            for length, text in ((0, "x"), (1, "")):
                opened.replace(end, length, text)
                seconds, answer = opened.request("textDocument/hover", place)
                self._samples["type_and_hover"].add(seconds, right(answer))
                opened.settle()

    def _outline(self, opened: OpenDocument) -> None:
        """Editors ask after each edit, once they have its diagnostics: an answer kept from before is none."""
        place = self._marked.command_end
        for number in range(self._repeats):
            opened.replace(place, number % 2, "" if number % 2 else "x")
            opened.settle()
            with self._cpu("outline", self._repeats):
                seconds, answer = opened.outline()
            self._samples["outline"].add(seconds, _names("step_0")(answer))

    def _ask(
        self,
        name: str,
        opened: OpenDocument,
        place: Place,
        right: Callable[[Any], bool],
        method: str = "textDocument/completion",
    ) -> None:
        with self._cpu(name, self._repeats):
            for _ in range(self._repeats):
                seconds, answer = opened.request(method, place)
                self._samples[name].add(seconds, right(answer))

    @contextmanager
    def _cpu(self, name: str, repeats: int) -> Iterator[None]:
        """Note the CPU time that the server spends on each repetition in the block."""
        before = cpu_seconds(self._server.pid)
        yield
        self._samples[name].cpu.append((cpu_seconds(self._server.pid) - before) / repeats)


def _with_mistake(text: str, place: Place) -> str:
    lines = text.split("\n")
    line = lines[place.line]
    lines[place.line] = line[: place.column] + "x" + line[place.column :]
    return "\n".join(lines)


def _marks(place: Place) -> Callable[[Diagnostics], bool]:
    """Whether something is reported at that place; what else is said of the same mistake does not matter."""

    def right(diagnostics: Diagnostics) -> bool:
        start = {"line": place.line, "character": place.column}
        return any(found["range"]["start"] == start for found in diagnostics)

    return right


def _is_empty(diagnostics: Diagnostics) -> bool:
    return not diagnostics


def _offers(label: str) -> Callable[[Any], bool]:
    """Whether a completion has that label."""

    def right(answer: Any) -> bool:
        items = answer.get("items", []) if isinstance(answer, dict) else answer or []
        return any(item["label"] == label for item in items)

    return right


def _says(words: str) -> Callable[[Any], bool]:
    """Whether a hover holds these words."""

    def right(answer: Any) -> bool:
        return answer is not None and words in json.dumps(answer["contents"])

    return right


def _names(key: str) -> Callable[[Any], bool]:
    """Whether an outline has that key, however deep."""

    def right(answer: Any) -> bool:
        return any(one["name"] == key or right(one.get("children")) for one in answer or ())

    return right
