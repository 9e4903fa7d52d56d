"""A command's text as the shell splits it: words with quotes undone, and operators, each with its place.

What is known only at run time (`$NAME`, `$(...)`, `*.py`) becomes a hole in its word, and what no word of a
simple command can be (here documents, process substitution) makes the whole unclear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from joblens.job.command.fill import CLOSE, MANY, ONE, OPEN, Text, UnclearError


@dataclass(frozen=True, slots=True)
class Word:
    """One word."""

    text: str
    """As the program gets it, with `ONE` or `MANY` for what is not known."""
    start: int
    end: int
    """The place in the command of its characters, without quotes around them."""
    source: Text
    """Its characters with their places, to be read again by `bash -c`."""
    optional: bool = False
    """It is dropped where an input has no value."""
    splits: bool = False
    """It may become several words, or none."""

    @property
    def known(self) -> bool:
        """Whether all of it is known."""
        return not self.splits and ONE not in self.text and MANY not in self.text


@dataclass(frozen=True, slots=True)
class Operator:
    """What stands between words: `&&`, `||`, `;` (also for a line break), `|`, `&`, `(`, `)`, `>` or `<`."""

    text: str


Token: TypeAlias = Word | Operator

_REDIRECTION = re.compile(r"(?:\d+|&)?(>>|>\||>&|<>|<&|>|<)")
_OPERATOR = re.compile(r"&&|\|\||\|&|[|&;()\n]")
_COMMENT = re.compile(r"[^\n]*")
_NAME = re.compile(r"\w+|[@*#?$!-]")
_BRACES = re.compile(r"\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}")
_BLANKS = " \t\r"
_ENDS_WORD = frozenset(f"{_BLANKS}\n|&;()<>{OPEN}{CLOSE}")


def tokens(text: Text) -> list[Token]:
    """The words and operators of the text."""
    return _Reader(text).tokens()


class _Reader:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._characters = text.characters
        self._at = 0
        self._optional = False

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        while self._skip_blanks():
            found.append(self._operator() or self._word())
        return found

    def _skip_blanks(self) -> bool:
        """Go to the next token; false at the end."""
        while self._at < len(self._characters):
            character = self._characters[self._at]
            if character in (OPEN, CLOSE):
                self._optional = character == OPEN
            elif character == "#":
                self._match(_COMMENT)
                continue
            elif self._characters.startswith("\\\n", self._at):
                self._at += 1
            elif character not in _BLANKS:
                return True
            self._at += 1
        return False

    def _operator(self) -> Operator | None:
        redirection = self._match(_REDIRECTION)
        if redirection is not None:
            if self._peek() in ("<", "("):
                raise UnclearError
            return Operator(">" if ">" in redirection[1] else "<")
        found = self._match(_OPERATOR)
        if found is None:
            return None
        return Operator({"\n": ";", "|&": "|"}.get(found[0], found[0]))

    def _word(self) -> Word:
        return _WordReader(self).word()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._characters, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _peek(self) -> str:
        return self._characters[self._at : self._at + 1]


class _WordReader:
    """Reads one word; `_taken` has its characters with the index that each came from."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self._characters = reader._characters
        self._taken: list[tuple[str, int]] = []
        self._splits = False

    def word(self) -> Word:
        reader, begin = self._reader, self._reader._at
        while (character := reader._peek()) and character not in _ENDS_WORD:
            self._unquoted(character, first=reader._at == begin)
        whole = reader._text
        indexes = [index for _, index in self._taken]
        text = "".join(character for character, _ in self._taken)
        starts, ends = [whole.starts[i] for i in indexes], [whole.ends[i] for i in indexes]
        start, end = (starts[0], ends[-1]) if starts else (whole.starts[begin], whole.ends[reader._at - 1])
        return Word(text, start, end, Text(text, starts, ends), reader._optional, self._splits)

    def _unquoted(self, character: str, first: bool) -> None:
        reader = self._reader
        if character == "\\":
            self._escape()
        elif character == "'":
            end = self._find("'", reader._at + 1)
            self._take(reader._at + 1, end)
            reader._at = end + 1
        elif character == '"':
            self._quoted()
        elif character in "$`":
            self._expansion(quoted=False)
        elif self._is_pattern(character, first):
            self._hole(splits=True)
            reader._at += 1
        else:
            self._splits |= character == MANY
            self._take(reader._at, reader._at + 1)
            reader._at += 1

    def _is_pattern(self, character: str, first: bool) -> bool:
        at = self._reader._at
        if character == "[" and first:
            return self._characters[at + 1 : at + 2] not in ("", "[", *_BLANKS)
        braces = character == "{" and _BRACES.match(self._characters, at) is not None
        return character in "*?[" or braces or (character == "~" and first)

    def _escape(self) -> None:
        reader = self._reader
        following = self._characters[reader._at + 1 : reader._at + 2]
        if following == "":
            raise UnclearError
        if following in _BLANKS:
            # A line that was to go on, folded into one: what follows may be meant as a word of its own.
            self._hole(splits=True)
        elif following != "\n":
            self._take(reader._at + 1, reader._at + 2)
        reader._at += 2

    def _quoted(self) -> None:
        reader = self._reader
        reader._at += 1
        while (character := reader._peek()) != '"':
            if character == "":
                raise UnclearError
            if character in "$`":
                self._expansion(quoted=True)
                continue
            if character == OPEN:
                self._hole()
                reader._at = self._find(CLOSE, reader._at)
            elif character == "\\" and self._characters[reader._at + 1 : reader._at + 2] in tuple('$`"\\\n'):
                reader._at += 1
                if reader._peek() != "\n":
                    self._take(reader._at, reader._at + 1)
            else:
                self._take(reader._at, reader._at + 1)
            reader._at += 1
        reader._at += 1

    def _expansion(self, quoted: bool) -> None:
        """What the shell puts in itself: a variable, or what a command says."""
        reader = self._reader
        start = reader._at
        if self._characters.startswith("`", start):
            end = self._find("`", start + 1) + 1
        elif self._characters.startswith("$(", start):
            end = self._closing("(", ")", start + 1)
        elif self._characters.startswith("${", start):
            end = self._closing("{", "}", start + 1)
        elif not quoted and self._characters.startswith(("$'", '$"'), start):
            raise UnclearError
        else:
            name = _NAME.match(self._characters, start + 1)
            if name is None:
                self._take(start, start + 1)
                reader._at += 1
                return
            end = name.end()
        self._hole(splits=not quoted or self._characters.startswith(("$@", "${@"), start))
        reader._at = end

    def _closing(self, opening: str, closing: str, start: int) -> int:
        """The end of a bracket; unclear where it would lie inside quotes."""
        depth = 0
        for index in range(start, len(self._characters)):
            character = self._characters[index]
            depth += (character == opening) - (character == closing)
            if depth == 0:
                inner = self._characters[start:index]
                if inner.count("'") % 2 or inner.count('"') % 2:
                    break
                return index + 1
        raise UnclearError

    def _find(self, character: str, start: int) -> int:
        end = self._characters.find(character, start)
        if end < 0:
            raise UnclearError
        return end

    def _hole(self, splits: bool = False) -> None:
        self._taken.append((MANY, self._reader._at))
        self._splits |= splits

    def _take(self, start: int, end: int) -> None:
        self._taken.extend((self._characters[index], index) for index in range(start, end))
