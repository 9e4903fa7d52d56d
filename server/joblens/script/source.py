"""A script, parsed once: its calls, what its names mean, and which of its parts are always run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import cached_property, lru_cache

_LONGEST = 200_000
"""Characters; a longer text is data, or was written by a tool."""
_LEAVES = (ast.Return, ast.Raise)
_EXITS = frozenset(("exit", "quit", "sys.exit", "os._exit"))
_LEAF_NODES = (ast.Name, ast.Constant, ast.operator, ast.alias)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_ALWAYS = (
    ast.Module,
    ast.Expr,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Return,
    ast.Raise,
    ast.With,
    ast.withitem,
    ast.Call,
    ast.keyword,
    ast.Attribute,
    ast.Subscript,
    ast.Starred,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.UnaryOp,
    ast.BinOp,
    ast.JoinedStr,
    ast.FormattedValue,
)
"""Nodes that reach all of their parts."""


@lru_cache(maxsize=128)
def source_of(text: str) -> Source | None:
    """The script of a text; None for an empty one, and for what this version of Python cannot parse."""
    if len(text) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Source(tree) if tree.body else None


class Source:
    """A script's tree with what is asked of it, each worked out at first need."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.nodes: list[ast.AST] = [tree]
        self.parents: dict[ast.AST, ast.AST] = {}
        """The node around each node."""
        for node in self.nodes:
            if not isinstance(node, _LEAF_NODES):
                children = [
                    one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.expr_context)
                ]
                self.parents.update(dict.fromkeys(children, node))
                self.nodes += children

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call of the script."""
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def names(self) -> dict[str, str]:
        """What each imported name means: `log` is `mlflow.log_metric`."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for one in node.names:
                    found[one.asname or one.name.partition(".")[0]] = (
                        one.name if one.asname else one.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    found[one.asname or one.name] = f"{'.' * node.level}{node.module or ''}.{one.name}"
        return found

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that are imported, with the packages around them; a relative one begins with a dot."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found.update(one.name for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                found.add("." * node.level + (node.module or ""))
        return frozenset(found)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level packages that are imported; empty for a relative import."""
        return frozenset(one.partition(".")[0] for one in self.modules)

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """The functions of the module itself; none for a name that is defined twice."""
        found: dict[str, list[ast.FunctionDef]] = {}
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.setdefault(node.name, []).append(node)  # type: ignore[arg-type]
        return {
            name: defined[0]
            for name, defined in found.items()
            if len(defined) == 1 and isinstance(defined[0], ast.FunctionDef) and defined[0] in self.tree.body
        }

    def dotted(self, node: ast.AST) -> str | None:
        """The full name of `a.b.c`, imports followed; None for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join([self.names.get(node.id, node.id), *reversed(parts)])

    def uses_of(self, name: str) -> list[ast.AST]:
        """Every place that names something by its full name."""
        last = name.rpartition(".")[2]
        aliases = {alias for alias, meant in self.names.items() if meant == name}
        return [
            node
            for node in self.nodes
            if (isinstance(node, ast.Attribute) and node.attr == last and self.dotted(node) == name)
            or (isinstance(node, ast.Name) and node.id in aliases)
        ]

    def calls_of(self, function: str) -> list[ast.Call]:
        """The calls of one of the script's functions by its name."""
        return [call for call in self.calls if isinstance(call.func, ast.Name) and call.func.id == function]

    def around(self, node: ast.AST) -> ast.FunctionDef | None:
        """The function of the module that a node stands in."""
        while (parent := self.parents.get(node)) is not None:
            if isinstance(parent, ast.FunctionDef) and self.functions.get(parent.name) is parent:
                return parent
            node = parent
        return None

    def is_always_run(self, node: ast.AST, within: frozenset[str] = frozenset()) -> bool:
        """Whether the node is reached whenever the script is started, unless an error ends it before."""
        while (parent := self.parents.get(node)) is not None:
            if isinstance(parent, ast.FunctionDef):
                return self._is_always_called(parent, node, within)
            if not self._reaches(parent, node) or self._may_leave_before(parent, node):
                return False
            node = parent
        return node is self.tree

    def _is_always_called(self, function: ast.FunctionDef, part: ast.AST, within: frozenset[str]) -> bool:
        name = function.name
        if name in within or function.decorator_list or self.functions.get(name) is not function:
            return False
        if part not in function.body or self._may_leave_before(function, part):
            return False
        return any(self.is_always_run(call, within | {name}) for call in self.calls_of(name))

    def _reaches(self, parent: ast.AST, part: ast.AST) -> bool:
        if isinstance(parent, _ALWAYS):
            return True
        if isinstance(parent, ast.If):
            return part is parent.test or (_is_main(parent.test) and part in parent.body)
        if isinstance(parent, ast.Try):
            return (part in parent.body and not parent.handlers) or part in parent.finalbody
        return isinstance(parent, ast.For) and part is parent.iter

    def _may_leave_before(self, parent: ast.AST, part: ast.AST) -> bool:
        body = getattr(parent, "body", None)
        if not isinstance(body, list) or part not in body:
            return False
        return any(self._leaves(statement) for statement in body[: body.index(part)])

    def _leaves(self, statement: ast.AST) -> bool:
        return any(
            isinstance(node, _LEAVES)
            or (isinstance(node, ast.Call) and (self.dotted(node.func) or "") in _EXITS)
            for node in _without_inner(statement)
        )


def text_of(node: ast.AST | None) -> str | None:
    """A text that is written out."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value that a call gives to a keyword."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def has_stars(call: ast.Call) -> bool:
    """Whether a call takes arguments from a list or a dictionary."""
    return any(one.arg is None for one in call.keywords) or any(
        isinstance(one, ast.Starred) for one in call.args
    )


def is_true(node: ast.AST | None) -> bool:
    """Whether a value is `True`, written out."""
    return isinstance(node, ast.Constant) and node.value is True


def is_false(node: ast.AST | None) -> bool:
    """Whether a value is `False`, written out, or not given."""
    return node is None or (isinstance(node, ast.Constant) and node.value is False)


def _without_inner(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is in it, without the bodies of functions and classes."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, _INNER):
            yield one
            waiting.extend(ast.iter_child_nodes(one))


def _is_main(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = [test.left, test.comparators[0]]
    named = any(isinstance(one, ast.Name) and one.id == "__name__" for one in sides)
    return named and any(text_of(one) == "__main__" for one in sides)
