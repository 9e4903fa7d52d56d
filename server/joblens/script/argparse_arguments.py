"""The arguments of a script that uses argparse.

A parser is followed through the names, parameters and functions of the script. Once anything else gets hold
of it, or it is told to behave otherwise, nothing is certain.
"""

from __future__ import annotations

import ast

from joblens.script.accepted import Arguments, Option
from joblens.script.source import Source, has_stars, is_false, is_true, keyword, text_of

_PARSER = "argparse.ArgumentParser"
_PLAIN_KEYWORDS = frozenset(
    ("prog", "usage", "description", "epilog", "formatter_class", "parents", "add_help", "allow_abbrev")
)
_TEXTS_FIRST = 4
"""So many arguments of a parser, given by their place, are texts that it shows."""
_ADDS = frozenset(("add_argument_group", "add_mutually_exclusive_group"))
_PARSES = frozenset(("parse_args", "parse_intermixed_args"))
_PARSES_SOME = frozenset(("parse_known_args", "parse_known_intermixed_args"))
_TELLS = frozenset(("print_help", "print_usage", "format_help", "format_usage", "error", "exit"))
_METHODS = _ADDS | _PARSES | _PARSES_SOME | _TELLS | {"add_argument", "set_defaults", "get_default"}
_PLAIN_ATTRIBUTES = frozenset(("description", "epilog", "usage", "prog", "formatter_class"))
_ALONE = frozenset(("store_true", "store_false", "store_const", "append_const", "count", "help", "version"))
_OPTIONAL_COUNT = frozenset(("?", "*"))


class _UnclearError(Exception):
    """The parser does what is not followed here."""


def read(source: Source) -> Arguments | None:
    """The arguments of the script; None where they are not certain."""
    try:
        return _Parsers(source).arguments()
    except _UnclearError:
        return None


class _Parsers:
    """The parsers of one script, all together: a flag that none of them knows is refused by each."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._created = [call for call in source.calls if self._is(call, _PARSER)]
        self._names: set[str] = set()
        self._makers: set[str] = set()

    def arguments(self) -> Arguments:
        if not self._created:
            raise _UnclearError
        self._follow()
        self._see_that_nothing_else_takes_part()
        parsing = self._parsing()
        strict = [call for call in parsing if _method(call) in _PARSES]
        certain = [call for call in parsing if self._source.is_always_run(call)]
        options = [self._option(call) for call in self._source.calls if _method(call) == "add_argument"]
        helps = [] if all(self._has_no_help(one) for one in self._created) else [_HELP]
        # Of several parsers it is not known which one has what is required.
        sure = bool(certain) and len(self._created) == 1
        found = [one if sure else _not_required(one) for one in (*helps, *options)]
        return Arguments(
            options=tuple(one for one in found if one.names[0].startswith("-")),
            positionals=tuple(one for one in found if not one.names[0].startswith("-")),
            refuses=len(strict) == len(parsing) and any(call in certain for call in strict),
            abbreviates=not all(_is_off(keyword(one, "allow_abbrev")) for one in self._created),
            values_with_dash=False,
        )

    def _follow(self) -> None:
        """Find the names of parsers and groups, until no new one turns up."""
        before = -1
        while before != len(self._names) + len(self._makers):
            before = len(self._names) + len(self._makers)
            for node in self._source.nodes:
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if self._gives(node.value):
                self._names.update(one.id for one in targets if isinstance(one, ast.Name))
        elif isinstance(node, ast.Return) and node.value is not None and self._gives(node.value):
            maker = self._source.around(node)
            if maker is None:
                raise _UnclearError
            self._makers.add(maker.name)
        elif isinstance(node, ast.Call):
            self._note_parameters(node)

    def _note_parameters(self, call: ast.Call) -> None:
        function = self._source.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None:
            return
        parameters = [*function.args.posonlyargs, *function.args.args]
        for parameter, value in zip(parameters, call.args, strict=False):
            if self._gives(value):
                self._names.add(parameter.arg)
        self._names.update(one.arg for one in call.keywords if one.arg and self._gives(one.value))

    def _gives(self, node: ast.AST) -> bool:
        """Whether an expression is a parser or a group of one."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        if not isinstance(node, ast.Call):
            return False
        if node in self._created or (isinstance(node.func, ast.Name) and node.func.id in self._makers):
            return True
        return (
            isinstance(node.func, ast.Attribute) and node.func.attr in _ADDS and self._gives(node.func.value)
        )

    def _see_that_nothing_else_takes_part(self) -> None:
        source = self._source
        for created in self._created:
            if len(created.args) > _TEXTS_FIRST or has_stars(created):
                raise _UnclearError
            if any(one.arg not in _PLAIN_KEYWORDS for one in created.keywords):
                raise _UnclearError
            parents = keyword(created, "parents")
            if parents is not None and not isinstance(parents, ast.List | ast.Tuple):
                raise _UnclearError
            if isinstance(parents, ast.List | ast.Tuple) and not all(
                self._gives(one) for one in parents.elts
            ):
                raise _UnclearError
        for node in source.nodes:
            if isinstance(node, ast.expr) and self._gives(node) and isinstance(_context(node), ast.Load):
                self._see_use(node)
            if isinstance(node, ast.ClassDef) and any(source.dotted(one) == _PARSER for one in node.bases):
                raise _UnclearError
            if source.dotted(node) == "sys.argv" and not self._is_all_arguments(source.parents.get(node)):
                raise _UnclearError

    def _see_use(self, node: ast.expr) -> None:
        """A parser may be named, returned, given to a function of the script, or asked what is known."""
        parent = self._source.parents.get(node)
        around = self._source.parents.get(parent) if parent is not None else None
        if isinstance(parent, ast.Attribute):
            called = isinstance(around, ast.Call) and around.func is parent and parent.attr in _METHODS
            if not called and not (isinstance(parent.ctx, ast.Store) and parent.attr in _PLAIN_ATTRIBUTES):
                raise _UnclearError
            return
        if isinstance(parent, ast.Call):
            known = isinstance(parent.func, ast.Name) and parent.func.id in self._source.functions
            if not known or has_stars(parent):
                raise _UnclearError
        elif isinstance(parent, ast.keyword):
            known = isinstance(around, ast.Call) and isinstance(around.func, ast.Name)
            if not known or around.func.id not in self._source.functions:  # type: ignore[union-attr]
                raise _UnclearError
        elif isinstance(parent, ast.Assign | ast.AnnAssign):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            if not all(isinstance(one, ast.Name) for one in targets):
                raise _UnclearError
        elif isinstance(parent, ast.List | ast.Tuple):
            if not (isinstance(around, ast.keyword) and around.arg == "parents"):
                raise _UnclearError
        elif not isinstance(parent, ast.Return | ast.Expr):
            raise _UnclearError

    def _parsing(self) -> list[ast.Call]:
        """The calls that read the command line."""
        found = [call for call in self._source.calls if _method(call) in _PARSES | _PARSES_SOME]
        for call in found:
            given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "args")]
            if has_stars(call) or not all(self._is_command_line(one, call) for one in given):
                raise _UnclearError
        return found

    def _is_command_line(self, node: ast.expr, call: ast.Call) -> bool:
        """Whether what is parsed is the script's own command line: `sys.argv[1:]`, `None` or left to that."""
        if _is_none(node) or self._is_all_arguments(node):
            return True
        function = self._source.around(call)
        if not isinstance(node, ast.Name) or function is None:
            return False
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        if node.id not in names or self._is_assigned(node.id, function):
            return False
        place = names.index(node.id)
        given = [
            value
            for one in self._source.calls_of(function.name)
            for value in (*one.args[place : place + 1], keyword(one, node.id))
            if value is not None
        ]
        defaults = (
            function.args.defaults[place - len(names) :][:1]
            if place >= len(names) - len(function.args.defaults)
            else []
        )
        return all(_is_none(one) or self._is_all_arguments(one) for one in (*given, *defaults))

    def _is_assigned(self, name: str, function: ast.FunctionDef) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
            for node in ast.walk(function)
        )

    def _is_all_arguments(self, node: ast.AST | None) -> bool:
        """Whether an expression is `sys.argv[1:]`, given to something at once."""
        if not isinstance(node, ast.Subscript) or self._source.dotted(node.value) != "sys.argv":
            return False
        around = self._source.parents.get(node)
        if isinstance(around, ast.keyword):
            around = self._source.parents.get(around)
        return ast.unparse(node.slice) == "1:" and isinstance(around, ast.Call)

    def _option(self, call: ast.Call) -> Option:
        names = [text_of(one) for one in call.args]
        dest = text_of(keyword(call, "dest"))
        if not names and dest is not None:
            names = [dest]
        written = tuple(one for one in names if one is not None)
        if not written or len(written) < len(names) or any(isinstance(one, ast.Starred) for one in call.args):
            raise _UnclearError
        action, count = keyword(call, "action"), keyword(call, "nargs")
        if not self._is_plain_count(count):
            raise _UnclearError
        if action is not None and (self._source.dotted(action) or "").endswith("BooleanOptionalAction"):
            written += tuple(f"--no-{one[2:]}" for one in written if one.startswith("--"))
            return Option(written, 0, self._is_required(call))
        word = text_of(action)
        if word in _ALONE:
            return Option(written, 0, self._is_required(call), ends=word in ("help", "version"))
        values = _count(count) if action is None or word in ("store", "append", "extend") else None
        stars = has_stars(call)
        if written[0].startswith("-"):
            return Option(written, None if stars else values, self._is_required(call))
        needed = not stars and (action is None or word is not None)
        return Option(
            written, values, needed and text_of(count) not in _OPTIONAL_COUNT and self._counts(call)
        )

    def _is_required(self, call: ast.Call) -> bool:
        return is_true(keyword(call, "required")) and not has_stars(call) and self._counts(call)

    def _counts(self, call: ast.Call) -> bool:
        """Whether it is a parser that gets the option, for certain."""
        parser = call.func.value if isinstance(call.func, ast.Attribute) else call
        return self._gives(parser) and self._source.is_always_run(call)

    def _is_plain_count(self, node: ast.expr | None) -> bool:
        """Whether `nargs` is known, and does not swallow flags."""
        return node is None or _count(node) is not None or text_of(node) in ("?", "*", "+")

    def _has_no_help(self, created: ast.Call) -> bool:
        return _is_off(keyword(created, "add_help"))

    def _is(self, call: ast.Call, name: str) -> bool:
        return self._source.dotted(call.func) == name


_HELP = Option(("-h", "--help"), 0, ends=True)


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _context(node: ast.expr) -> ast.expr_context:
    return getattr(node, "ctx", ast.Load())


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_off(node: ast.expr | None) -> bool:
    return node is not None and is_false(node)


def _count(node: ast.expr | None) -> int | None:
    """How many words `nargs` asks for; None where that varies."""
    if node is None or _is_none(node):
        return 1
    fixed = (
        isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool)
    )
    return node.value if fixed else None  # type: ignore[attr-defined]


def _not_required(option: Option) -> Option:
    return Option(option.names, option.values, False, option.ends)
