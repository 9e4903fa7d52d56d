"""Follows a job of the cluster by its log: writes what the run's processes print, and how they end."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from joblens.engine.backends.base import Note
from joblens.engine.folders import RunFolder
from joblens.engine.plan import Plan

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

_MARK = "@joblens "
_PATIENCE = 60.0
"""Seconds that a cluster may be away."""
_TURN = 1.0
_LOOK = 0.02


def told_in(run: RunFolder) -> Path:
    """Where the driver of a run writes what it tells, when it sees the run's folder."""
    return run.build_log.parent / "ray-told.txt"


class Following:
    """One job while it runs."""

    def __init__(self, plan: Plan, client: Callable[[], JobSubmissionClient], job: str, note: Note) -> None:
        self._plan, self._client, self.job, self._note = plan, client, job, note
        self.over = threading.Event()
        """The job has ended and everything that it told is here, or it is lost."""
        self.failure = ""
        """Why it ended without telling how."""
        self.hint = ""
        self.left = 0
        self.stopped = False
        """Somebody has asked for its end."""
        self.lost: dict[int, str] = {}
        """What became of processes whose exit codes nobody knows."""
        self.heard = time.monotonic()
        self._seen = 0
        self._seen_here = plan.cluster is not None and plan.cluster.sees
        self._done = False
        self._other: list[str] = []
        self._archive: IO[bytes] | None = None

    def start(self) -> None:
        """Follow it in a thread."""
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self) -> None:
        """Follow it to its end; a cluster that went away has a minute to come back."""
        gone: float | None = None
        try:
            while True:
                try:
                    if self._seen_here:
                        self._watch()
                    if self._done or (self._seen_here and self.stopped):
                        return
                    asyncio.run(self._tail())
                    info = self._client().get_job_info(self.job)
                    if info.status.is_terminal():
                        self._conclude(str(info.message or ""))
                        return
                    gone = None
                except Exception as error:  # noqa: BLE001 - whatever the client raises when the cluster is away
                    gone = gone or time.monotonic()
                    if time.monotonic() - gone > _PATIENCE or "does not exist" in str(error):
                        self.failure = f"The run was lost: the Ray cluster went away ({_line(error)})."
                        return
                time.sleep(_TURN)
        finally:
            if self._archive is not None:
                self._archive.close()
            self.over.set()

    def _watch(self) -> None:
        """Read what the driver writes into the run's folder, until it is done or the job over."""
        asked, offset, rest = time.monotonic(), 0, b""
        while not self._done:
            time.sleep(_LOOK)
            over = False
            if time.monotonic() - asked > _TURN:
                asked = time.monotonic()
                over = (
                    self._client().get_job_status(self.job).is_terminal()
                )  # before the last look at the file
            with contextlib.suppress(FileNotFoundError), told_in(self._plan.run_folder).open("rb") as told:
                told.seek(offset)
                data = told.read()
                offset += len(data)
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._read(line.decode())
            if over:
                return

    async def _tail(self) -> None:
        """Read the log from its beginning; what was read before is passed over."""
        rest = ""
        async for piece in self._client().tail_job_logs(self.job):
            rest += piece
            *lines, rest = rest.split("\n")
            for line in lines:
                self._read(line)

    def _read(self, line: str) -> None:
        self.heard = time.monotonic()
        if not line.startswith(_MARK):
            if line.strip() and line not in self._other:
                self._other.append(line)
                with (self._plan.run_folder.build_log.parent / "ray.txt").open("a", encoding="utf-8") as log:
                    log.write(f"{line}\n")
            return
        told = json.loads(line[len(_MARK) :])
        if told["n"] > self._seen:
            self._seen = told["n"]
            getattr(self, f"_on_{told['kind']}")(told)

    def _on_note(self, told: dict[str, Any]) -> None:
        self._note(told["text"])

    def _on_untracked(self, told: dict[str, Any]) -> None:
        self._note(
            f"{told['text']}: what the command logs with MLflow is not recorded. Set MLFLOW_TRACKING_URI "
            "to a server that this machine and the nodes reach."
        )

    def _on_refused(self, told: dict[str, Any]) -> None:
        self.failure, self.hint = told["text"], told["hint"]

    def _on_started(self, told: dict[str, Any]) -> None:
        """Nothing is to be done: the processes run."""

    def _on_log(self, told: dict[str, Any]) -> None:
        log = self._plan.run_folder.path / told["name"]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as opened:
            opened.write(base64.b64decode(told["data"]))

    def _on_end(self, told: dict[str, Any]) -> None:
        kept = self._plan.run_folder.exit_code(told["task"])
        if not kept.exists():
            kept.write_text(str(told["code"]), encoding="utf-8")

    def _on_lost(self, told: dict[str, Any]) -> None:
        for task in told["tasks"]:
            self.lost[task] = told["text"]

    def _on_file(self, told: dict[str, Any]) -> None:
        if self._archive is None:
            self._archive = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the job is over
        self._archive.write(base64.b64decode(told["data"]))

    def _on_files(self, told: dict[str, Any]) -> None:  # noqa: ARG002 - the archive is complete
        assert self._archive is not None
        self._archive.seek(0)
        with tarfile.open(fileobj=self._archive) as archive:
            _unpack(archive, self._plan)
        self._archive.close()
        self._archive = None

    def _on_done(self, told: dict[str, Any]) -> None:
        self.left, self._done = told["left"], self._seen_here

    def _conclude(self, message: str) -> None:
        if not self.failure:
            last = [line for line in self._other if " INFO " not in line][-3:]
            self.failure = " / ".join([*([message] if message else []), *last])


def _unpack(archive: tarfile.TarFile, plan: Plan) -> None:
    """Put outputs where the job wants them here, anything else into the run's folder."""
    targets = {f"named/{each.name}": Path(each.target) for each in plan.outputs}
    for member in archive:
        if not (member.isfile() or member.isdir()) or ".." in Path(member.name).parts:
            continue
        name = next((each for each in targets if f"{member.name}/".startswith(f"{each}/")), None)
        place = (
            targets[name] / Path(member.name).relative_to(name)
            if name
            else plan.run_folder.path / member.name
        )
        if member.isdir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        content = archive.extractfile(member)
        assert content is not None
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as made:
            while data := content.read(1 << 20):
                made.write(data)
        place.chmod(member.mode & 0o777)


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
