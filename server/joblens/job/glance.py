"""The files beside a job at one moment: what was asked of one is not asked again."""

from __future__ import annotations

from pathlib import Path

from joblens.job.disk import Disk, Entry


class Glance(Disk):
    """A disk that is looked at once, for as long as one version of a document is checked."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.folder)
        self._disk = disk
        self._entries: dict[Path, Entry] = {}
        self._names: dict[Path, list[str]] = {}
        self._texts: dict[Path, str | None] = {}

    def entry(self, path: Path) -> Entry:
        """What lies there."""
        if path not in self._entries:
            self._entries[path] = self._disk.entry(path)
        return self._entries[path]

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, as `Disk` has them."""
        if folder not in self._names:
            self._names[folder] = self._disk.names(folder)
        return self._names[folder]

    def text(self, path: Path) -> str | None:
        """The text of a file."""
        if path not in self._texts:
            self._texts[path] = self._disk.text(path)
        return self._texts[path]
