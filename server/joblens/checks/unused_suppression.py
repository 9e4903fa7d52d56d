"""A comment that suppresses nothing: what it was written for is mended, and it would hide what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Fix, Problem, Severity
from joblens.checks.subject import Subject
from joblens.checks.suppression import UNUSED, Entry, Suppression
from joblens.schema.near import nearest
from joblens.text.nodes import Span

CODE = UNUSED


def problems(
    subject: Subject, found: list[Suppression], known: frozenset[str], apart: set[str]
) -> Iterator[Problem]:
    """A hint for each code of a comment that suppressed nothing; to be asked when all is suppressed.

    A code that is `apart` may stand: it is turned off, say, and counts again once it is turned on.
    """
    for one in found:
        idle = [
            entry for entry in one.entries if entry not in one.used and not _may_stand(entry, known, apart)
        ]
        strange = [entry for entry in idle if not any(code.startswith(entry.code) for code in known)]
        if len(idle) == len(one.entries) and not strange:
            yield _nothing(subject, one)
            continue
        for entry in idle:
            message = _unknown(entry.code, known) if entry in strange else f"No {entry.code} here; remove it."
            yield Problem(CODE, message, entry.span, Severity.HINT, _fix(subject, one, entry))


def _may_stand(entry: Entry, known: frozenset[str], apart: set[str]) -> bool:
    if not entry.code:
        return False
    covered = {code for code in known if entry.covers(code)}
    return CODE in covered or (bool(covered) and covered <= apart)


def _nothing(subject: Subject, one: Suppression) -> Problem:
    if one.lines == frozenset():
        message = "'ignore-file' counts only at the head of the file, before the first key."
    else:
        what = " or ".join(entry.code for entry in one.entries) or "problem"
        message = f"No {what} here: this comment suppresses nothing. Remove it."
    return Problem(CODE, message, one.span, Severity.HINT, _fix_whole(subject, one))


def _unknown(code: str, known: frozenset[str]) -> str:
    near = nearest(code, sorted(known))
    return f"There is no check '{code}'." + (f" Did you mean '{near}'?" if near else "")


def _fix(subject: Subject, one: Suppression, entry: Entry) -> Fix:
    """Removes one code and the comma beside it."""
    if len(one.entries) == 1:
        return _fix_whole(subject, one)
    at = one.entries.index(entry)
    if at + 1 < len(one.entries):
        span = Span(entry.span.start, one.entries[at + 1].span.start)
    else:
        span = Span(one.entries[at - 1].span.end, entry.span.end)
    return Fix(f"Remove '{entry.code}'", span, "")


def _fix_whole(subject: Subject, one: Suppression) -> Fix:
    """Removes the comment: with its line, when nothing else stands there."""
    document = subject.document
    line = document.line_of(one.span.start)
    start = document.line_starts[line]
    text = document.line_text(line)
    before, after = text[: one.span.start - start], text[one.span.end - start :]
    # A reason goes with it; what other tools are told in the same line stays.
    others = after[after.index("#") :] if "#" in after else ""
    if before.strip() or others:
        kept = before + others if others else before.rstrip()
        return Fix("Remove the comment", Span(start, start + len(text)), kept)
    last = line + 1 == len(document.line_starts)
    end = len(document.text) if last else document.line_starts[line + 1]
    return Fix("Remove the comment", Span(start, end), "")
