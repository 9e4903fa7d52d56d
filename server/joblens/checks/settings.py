"""What the user decides: how bad a problem of a code is, whether it is shown, which files are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.checks.problem import Problem, Severity

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

OFF = "off"
LEVELS = (OFF, *(one.value for one in reversed(Severity)))
"""What a severity can be set to."""


@dataclass(frozen=True)
class Settings:
    """What one folder's configuration, or an editor, says."""

    severity: Mapping[str, str] = field(default_factory=dict)
    """One of LEVELS for each code, or for each beginning of codes: the longest that fits counts."""
    exclude: tuple[str, ...] = ()
    """Patterns of files that are not checked, as in `.gitignore`, seen from `folder`."""
    folder: Path = Path()
    file: Path | None = None
    """Where it was read; None when nothing was."""

    def is_off(self, code: str) -> bool:
        """Whether problems of a code are not shown."""
        return self._level(code) == OFF

    def applied(self, found: Iterable[Problem]) -> list[Problem]:
        """The problems as they are to be shown."""
        if not self.severity:
            return list(found)
        return [self._set(one) for one in found if not self.is_off(one.code)]

    def excludes(self, file: Path) -> bool:
        """Whether a file (an absolute path) is left out."""
        if not self.exclude or not file.is_relative_to(self.folder):
            return False
        return self._patterns.match_file(file.relative_to(self.folder).as_posix())

    def under(self, severity: Mapping[str, str]) -> Settings:
        """With severities that win over its own."""
        if not severity:
            return self
        weaker = {
            code: level for code, level in self.severity.items() if not code.startswith(tuple(severity))
        }
        return replace(self, severity={**weaker, **severity})

    def _level(self, code: str) -> str | None:
        fitting = [one for one in self.severity if code.startswith(one)]
        return self.severity[max(fitting, key=len)] if fitting else None

    def _set(self, problem: Problem) -> Problem:
        level = self._level(problem.code)
        return problem if level is None else replace(problem, severity=Severity(level))

    @cached_property
    def _patterns(self) -> GitIgnoreSpec:
        from pathspec import GitIgnoreSpec

        return GitIgnoreSpec.from_lines(self.exclude)


DEFAULT = Settings()
