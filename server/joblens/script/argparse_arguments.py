"""The arguments of a script that uses argparse."""

from __future__ import annotations

import ast
from dataclasses import replace

from joblens.script.accepted import Arguments, Option
from joblens.script.argparse_parsers import Parsers, UnclearError, method, parses_all
from joblens.script.source import Source, has_stars, is_false, is_true, keyword, text_of

_ALONE = frozenset(("store_true", "store_false", "store_const", "append_const", "count", "help", "version"))
_MAKERS: dict[str, type[int] | type[float] | None] = {"str": None, "int": int, "float": float}
_VARYING = ("?", "*", "+")
_HELP = Option(("-h", "--help"), 0, ends=True)


def read(source: Source) -> Arguments | None:
    """The arguments of the script; None where they are not certain."""
    try:
        return _Reading(source).arguments()
    except UnclearError:
        return None


class _Reading:
    """All parsers together: a flag that none of them knows is refused by each."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parsers = Parsers(source)

    def arguments(self) -> Arguments:
        created, parsing = self._parsers.created, self._parsers.parsing()
        certain = [call for call in parsing if self._source.is_always_run(call)]
        options = [self._option(call) for call in self._source.calls if method(call) == "add_argument"]
        helps = [] if all(_is_off(one, "add_help") for one in created) else [_HELP]
        # Of several parsers it is not known which one has what is required.
        sure = bool(certain) and len(created) == 1
        found = [one if sure else replace(one, required=False) for one in (*helps, *options)]
        return Arguments(
            options=tuple(one for one in found if one.names[0].startswith("-")),
            positionals=tuple(one for one in found if not one.names[0].startswith("-")),
            refuses=all(map(parses_all, parsing)) and bool(certain),
            abbreviates=not all(_is_off(one, "allow_abbrev") for one in created),
            values_with_dash=False,
        )

    def _option(self, call: ast.Call) -> Option:
        names = [text_of(one) for one in call.args]
        dest = text_of(keyword(call, "dest"))
        if not names and dest is not None:
            names = [dest]
        written = tuple(one for one in names if one is not None)
        if not written or len(written) < len(names) or any(isinstance(one, ast.Starred) for one in call.args):
            raise UnclearError
        action, count = keyword(call, "action"), keyword(call, "nargs")
        if not _is_plain_count(count):
            raise UnclearError
        if action is not None and (self._source.dotted(action) or "").endswith("BooleanOptionalAction"):
            written += tuple(f"--no-{one[2:]}" for one in written if one.startswith("--"))
            return Option(written, 0, self._is_required(call))
        word = text_of(action)
        if word in _ALONE:
            return Option(written, 0, self._is_required(call), ends=word in ("help", "version"))
        values = _count(count) if action is None or word in ("store", "append", "extend") else None
        stars = has_stars(call)
        if written[0].startswith("-"):
            number, choices = self._values(call) if values is not None or count is not None else (None, ())
            required = self._is_required(call)
            return Option(written, None if stars else values, required, number=number, choices=choices)
        needed = not stars and (action is None or word is not None)
        return Option(written, values, needed and text_of(count) not in ("?", "*") and self._counts(call))

    def _values(self, call: ast.Call) -> tuple[type[int] | type[float] | None, tuple[str | float, ...]]:
        """What each value is made into, and the only ones, where the script says both plainly."""
        maker = self._source.dotted(keyword(call, "type") or ast.Name("str"))
        if maker not in _MAKERS or has_stars(call) or not self._counts(call):
            return None, ()
        number, listed = _MAKERS[maker], keyword(call, "choices")
        items = listed.elts if isinstance(listed, ast.List | ast.Tuple | ast.Set) else []
        values = [one.value if isinstance(one, ast.Constant) else None for one in items]
        wanted = str if number is None else (int, float)
        choices = tuple(one for one in values if isinstance(one, wanted))
        return number, choices if len(choices) == len(items) else ()

    def _is_required(self, call: ast.Call) -> bool:
        return is_true(keyword(call, "required")) and not has_stars(call) and self._counts(call)

    def _counts(self, call: ast.Call) -> bool:
        """Whether it is a parser that gets the option, for certain."""
        parser = call.func.value if isinstance(call.func, ast.Attribute) else call
        return self._parsers.gives(parser) and self._source.is_always_run(call)


def _is_off(created: ast.Call, setting: str) -> bool:
    value = keyword(created, setting)
    return value is not None and is_false(value)


def _is_plain_count(node: ast.expr | None) -> bool:
    """Whether `nargs` is known, and does not swallow flags."""
    return _count(node) is not None or text_of(node) in _VARYING


def _count(node: ast.expr | None) -> int | None:
    """How many words `nargs` asks for; None where that varies."""
    value = node.value if isinstance(node, ast.Constant) else None
    if node is None or (isinstance(node, ast.Constant) and value is None):
        return 1
    return value if isinstance(value, int) and not isinstance(value, bool) else None
