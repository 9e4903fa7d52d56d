"""The scripts that a command runs, in their order, each with its arguments and where it is looked for.

Only what is run for certain counts: what stands behind `||`, behind a test, or in a loop does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from posixpath import join, normpath

from joblens.job.command.action import Action, Does, Language, Made
from joblens.job.command.fill import Text, UnclearError, filled
from joblens.job.command.programs import action, may_be_script
from joblens.job.command.words import Operator, Token, Word, tokens
from joblens.job.model import Dialect


@dataclass(frozen=True, slots=True)
class Run:
    """A script that the command runs."""

    script: Word
    arguments: tuple[Word, ...]
    language: Language
    folder: str
    """Where it is looked for, from the working directory the command starts in."""
    made: Made
    """What may lie there that the code folder does not have."""
    paths: bool
    """Python may look for modules elsewhere, too."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a command."""

    runs: tuple[Run, ...] = ()
    complete: bool = False
    """Nothing else in the command runs code of the user's."""


def read(command: str, dialect: Dialect, plain_inputs: frozenset[str] = frozenset()) -> Reading:
    """What the command runs; nothing where it is not understood.

    `plain_inputs` are the inputs that become text without blanks.
    """
    return _read(command, dialect, plain_inputs)


@lru_cache(maxsize=2048)  # most commands stay the same while another is typed in
def _read(command: str, dialect: Dialect, plain_inputs: frozenset[str]) -> Reading:
    try:
        walk = _Walk(_State())
        walk.text(filled(command, dialect, plain_inputs))
    except (UnclearError, RecursionError):
        return Reading()
    return Reading(tuple(walk.state.runs), walk.state.complete)


class _State:
    """What is known where the walk has come to."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.complete = True
        self.made = Made.NOTHING
        self.paths = False
        self.folder: str | None = ""
        self.ended = False


class _Walk:
    """Follows the tokens of one shell."""

    def __init__(self, state: _State, sure: bool = True) -> None:
        self.state = state
        self._sure = sure
        self._tokens: list[Token] = []
        self._at = 0

    def text(self, text: Text) -> None:
        """Follow all commands of a text."""
        self._tokens = tokens(text)
        self._list(closing=False)

    def _list(self, closing: bool) -> None:
        sure = self._sure
        while (token := self._peek()) is not None:
            if closing and token == Operator(")"):
                break
            if token in (Operator(";"), Operator("&")):
                self._at += 1
            else:
                self._and_or()
                self._sure = sure

    def _and_or(self) -> None:
        """Commands joined by `&&` and `||`."""
        while True:
            tests = self._pipeline()
            joint = self._peek()
            if joint not in (Operator("&&"), Operator("||")):
                return
            if tests or joint == Operator("||"):
                self._sure = False
            self._past_joint()

    def _pipeline(self) -> bool:
        """Commands joined by `|`; tells whether its outcome is that of a test."""
        folder = self.state.folder
        tests = self._command()
        if self._peek() != Operator("|"):
            return tests
        while self._peek() == Operator("|"):
            self._past_joint()
            tests = self._command()
        self.state.folder = folder
        return tests

    def _command(self) -> bool:
        if self._peek() == Operator("("):
            self._subshell()
            return False
        words: list[Word] = []
        begin = self._at
        while (token := self._peek()) is not None:
            if isinstance(token, Word):
                words.append(token)
            elif token.text in "<>":
                self._redirection(token)
            elif token == Operator("("):
                raise UnclearError
            else:
                break
            self._at += 1
        if words:
            return self._do(action(words))
        if self._at == begin < len(self._tokens):
            raise UnclearError
        return False

    def _subshell(self) -> None:
        folder, ended = self.state.folder, self.state.ended
        self._at += 1
        self._list(closing=True)
        if self._peek() != Operator(")"):
            raise UnclearError
        self._at += 1
        self.state.folder, self.state.ended = folder, ended

    def _redirection(self, operator: Operator) -> None:
        self._at += 1
        target = self._peek()
        if not isinstance(target, Word):
            raise UnclearError
        if operator.text == ">" and may_be_script(target):
            self.state.made = Made.ANYTHING

    def _do(self, done: Action) -> bool:
        state = self.state
        if state.ended:
            return False
        match done.does:
            case Does.RUNS:
                self._run(done)
            case Does.READS:
                self._inner_shell(done)
            case Does.ENTERS:
                self._enter(done)
            case Does.ENDS:
                state.ended = self._sure
            case Does.OTHER:
                state.complete = False
        if done.lost:
            state.folder = None
        state.paths |= done.paths
        state.made = max(state.made, done.made)
        state.ended |= done.last and self._sure
        return done.does is Does.TESTS

    def _run(self, done: Action) -> None:
        state = self.state
        if done.word is None or state.folder is None or not self._sure:
            state.complete = False
            return
        paths = state.paths or done.paths
        state.runs.append(Run(done.word, done.arguments, done.language, state.folder, state.made, paths))

    def _inner_shell(self, done: Action) -> None:
        folder, ended = self.state.folder, self.state.ended
        if done.word is not None:
            _Walk(self.state, self._sure).text(done.word.source)
        self.state.folder, self.state.ended = folder, ended

    def _enter(self, done: Action) -> None:
        state = self.state
        target = done.word.text if done.word is not None else ""
        known = state.folder is not None and self._sure and target and not target.startswith(("/", "-"))
        state.folder = normpath(join(state.folder or "", target)) if known else None

    def _past_joint(self) -> None:
        self._at += 1
        while self._peek() == Operator(";"):
            self._at += 1

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None
