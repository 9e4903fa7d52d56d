"""What completion writes behind a key: the colon, and the start of the value that the key takes."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.schema.find import Known
from joblens.text.locate import Place
from joblens.text.nodes import Mapping


def after_key(subject: Subject, place: Place, known: Known) -> str:
    """The text after a new key at `place`; `$0` is where the cursor goes."""
    types = [rule.get("type") for rule in known.branches]
    in_braces = isinstance(place.collection, Mapping) and place.collection.indent < 0
    if all(one == "object" for one in types):
        return ": {$0}" if in_braces else ":" + _children(_margin(subject, place), known)
    if all(one == "array" for one in types):
        return ": [$0]" if in_braces else f":\n{_margin(subject, place)}  - $0"
    return ": $0"


def _children(margin: str, known: Known) -> str:
    """The lines below the key: the children it must have, where it can be nothing else."""
    required = known.branches[0].get("required", ()) if len(known.branches) == 1 else ()
    if not required:
        return f"\n{margin}  $0"
    stops = [*range(1, len(required)), 0]
    return "".join(f"\n{margin}  {child}: ${stop}" for child, stop in zip(required, stops, strict=True))


def _margin(subject: Subject, place: Place) -> str:
    """How much deeper the key stands than its line starts: behind a dash.

    The editor indents the lines of a snippet as it does the line that the cursor is in.
    """
    line, column = subject.document.position(place.span.start)
    text = subject.document.line_text(line)[:column]
    return " " * len(text.lstrip(" "))
