"""The driver of one run on the cluster: places its nodes, starts its processes, tells how they fare.

What it tells are lines of its own output, which the Jobs API brings to the run's machine.
"""

from __future__ import annotations

import contextlib
import json
import re
import signal
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from joblens_node import Node

_LONGEST_GRACE = 2.5
"""Seconds: those that the cluster itself gives a job that is stopped, less what the rest takes."""
_WAITS = 10.0
"""Seconds after which a gang without a place says so."""
_LISTENED = ("MASTER_PORT", "TF_CONFIG")
"""The variables that name ports."""


class _Stopped(BaseException):
    """The job is being stopped."""


def main() -> None:
    """Run what order.json says."""
    here = Path(__file__).resolve().parent
    order = json.loads((here / "order.json").read_text(encoding="utf-8"))
    signal.signal(signal.SIGTERM, _stop)
    if order["told"] and Path(order["proof"]).exists():
        _outlet.append(Path(order["told"]).open("a", encoding="utf-8"))  # noqa: SIM115 - as long as it lives
    stopped = False
    try:
        nodes: Any = _gang(order) if order["nodes"] > 1 else [_Here(order)]
        firsts = _prepare(order, nodes)
        if firsts is None:
            return
        try:
            _run(order, nodes)
        except _Stopped:
            stopped = True
            _all_left(nodes, "end", min(order["grace"], _LONGEST_GRACE))
            _tell_rest(nodes)
        left = sum(_all_left(firsts, "finish"))
        if not order["sees"]:
            _bring(order, firsts)
        _all_left(firsts, "remove")
        tell("done", left=0 if stopped else left)
    except _Stopped:
        tell("done", left=0)


def tell(kind: str, **what: object) -> None:
    """A line for the run's machine."""
    _told[0] += 1
    line = "@joblens " + json.dumps({"n": _told[0], "kind": kind, **what})
    print(line, flush=True)
    for outlet in _outlet:
        print(line, file=outlet, flush=True)


_told = [0]
_outlet: list[TextIO] = []
"""A file that the run's machine sees; the Jobs API is seconds late."""


def _stop(_number: int, _frame: types.FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stopped


class _Here:
    """The only node of a run: this process."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._node = Node(order)

    def ask(self, what: str, *given: object) -> Any:
        return getattr(self._node, what)(*given)

    def begin(self, what: str, *given: object) -> Any:
        answer = self.ask(what, *given)
        return lambda: answer


class _There:
    """A node of a gang: an actor in its bundle."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def ask(self, what: str, *given: object) -> Any:
        return self.begin(what, *given)()

    def begin(self, what: str, *given: object) -> Any:
        import ray

        asked = getattr(self._actor, what).remote(*given)
        return lambda: ray.get(asked)


def _all(nodes: Any, what: str, *given: object) -> list[Any]:
    """The answers of all nodes, who work at the same time."""
    return [answer() for answer in [node.begin(what, *given) for node in nodes]]


def _all_left(nodes: Any, what: str, *given: object) -> list[Any]:
    """The answers of those nodes that are not lost, one after the other."""
    answers = []
    for node in nodes:
        with _despite_losses():
            answers.append(node.ask(what, *given))
    return answers


@contextlib.contextmanager
def _despite_losses() -> Iterator[None]:
    """A node that was lost does not keep the others from ending well."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an actor died, however Ray says it
        print(_line(error), file=sys.stderr)


def _gang(order: dict[str, Any]) -> list[_There]:
    """As many nodes as the job has, all at once or none: a placement group."""
    import ray
    from ray.util.placement_group import placement_group
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

    ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
    bundle = {name: number for name, number in order["bundle"].items() if number}
    count = order["nodes"]
    fit = sum(_fits(node, bundle) for node in ray.nodes())
    strategy = "STRICT_SPREAD" if fit >= count else "PACK" if fit == 1 else "SPREAD"
    if strategy != "STRICT_SPREAD":
        tell("note", text=f"The cluster has {fit} nodes for the job's {count}: several share one.")
    group = placement_group([bundle] * count, strategy=strategy)
    ready = group.ready()
    if not ray.wait([ready], timeout=_WAITS)[0]:
        each = ", ".join(f"{number:g} {name}" for name, number in bundle.items())
        tell("note", text=f"The run waits until the cluster has room for {count} times {each}.")
    ray.get(ready)
    actor = ray.remote(Node)
    return [
        _There(
            actor.options(
                num_cpus=bundle.get("CPU", 0),
                num_gpus=bundle.get("GPU", 0),
                max_concurrency=2,
                scheduling_strategy=PlacementGroupSchedulingStrategy(
                    group, placement_group_bundle_index=number
                ),
            ).remote(order)
        )
        for number in range(count)
    ]


def _fits(node: dict[str, Any], bundle: dict[str, float]) -> bool:
    has = node["Resources"]
    return bool(node["Alive"]) and all(has.get(name, 0) >= number for name, number in bundle.items())


def _prepare(order: dict[str, Any], nodes: Any) -> Any:
    """Make the nodes ready; one of each machine, or None when something is refused."""
    facts = _all(nodes, "facts")
    firsts = {fact["machine"]: node for node, fact in reversed(list(zip(nodes, facts)))}
    wanted, there = order["python"], facts[0]["python"]
    if wanted and not f"{there}.".startswith(f"{wanted}."):
        if not order["drift"]:
            tell(
                "refused",
                text=f"The job's environment wants Python {wanted}; the cluster's nodes have {there}.",
                hint="Ray cannot change the Python of a job: take a cluster of that Python, ask for its "
                "Python in the conda file, or allow the difference with --allow-drift.",
            )
            return None
        tell("note", text=f"The job's environment wants Python {wanted}; it runs with the nodes' {there}.")
    if order["sees"] and not all(_all(nodes, "sees")):
        tell(
            "refused",
            text=f"A node of the cluster does not see the run's folder ({order['proof']}).",
            hint="Put the project on a disk that all nodes have at the same path, or say "
            "'shared = false' under [ray] in joblens.toml: then files are sent.",
        )
        return None
    failed = [why for why in _all(nodes, "reaches", order["tracking"]) if why] if order["tracking"] else []
    if failed:
        what = f"The nodes of the cluster do not reach MLflow at {order['tracking']} ({failed[0]})"
        tell("untracked", text=what)
        for task in order["tasks"]:
            for name in [name for name in task["variables"] if name.startswith("MLFLOW_")]:
                del task["variables"][name]
    if len(nodes) > 1:
        where = ", ".join(fact["address"] for fact in facts)
        machines = f"{len(firsts)} machine{'s' if len(firsts) > 1 else ''}"
        tell("note", text=f"The {len(nodes)} instances are at {where} ({machines}).")
    _introduce(order, nodes, facts)
    _all(list(firsts.values()), "set_up")
    return list(firsts.values())


def _introduce(order: dict[str, Any], nodes: Any, facts: list[dict[str, str]]) -> None:
    """Put the addresses, ports and interfaces of the nodes where the tasks have names for them."""
    ports: dict[int, int] = {}
    for task in order["tasks"]:
        found = nodes[task["node"]].ask("ports", len(task["ports"]))
        ports |= dict(zip(task["ports"], found))
    for task in order["tasks"]:
        variables = task["variables"]
        for name, value in variables.items():
            told = value
            for host, fact in zip(order["hosts"], facts):
                told = told.replace(host, fact["address"])
            if name in _LISTENED:
                told = re.sub(r"\d+", lambda found: str(ports.get(int(found[0]), found[0])), told)
            variables[name] = told
        interface = facts[task["node"]]["interface"]
        for name in order["interfaces"]:
            if interface:
                variables[name] = interface
            else:
                variables.pop(name, None)


def _run(order: dict[str, Any], nodes: Any) -> None:
    """Start all tasks, and tell what comes of them until all have ended."""
    missing = {task["number"]: task["node"] for task in order["tasks"]}
    begun = [
        node.begin("start", [task for task in order["tasks"] if task["node"] == number])
        for number, node in enumerate(nodes)
    ]
    for number, answer in enumerate(begun):
        with _told_when_lost(number, missing):
            answer()
    tell("started")
    while missing:
        for number, answer in [(number, node.begin("poll")) for number, node in enumerate(nodes)]:
            with _told_when_lost(number, missing):
                _tell_turn(answer(), missing)
    _tell_rest(nodes)


@contextlib.contextmanager
def _told_when_lost(number: int, missing: dict[int, int]) -> Iterator[None]:
    """Nobody waits any longer for the tasks of a node that turns out to be lost; they are told."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an actor died, however Ray says it
        lost = [task for task, node in missing.items() if node == number]
        if lost:
            tell("lost", tasks=lost, text=f"Node {number} of the run was lost: {_line(error)}")
        for task in lost:
            del missing[task]


def _tell_turn(turn: dict[str, Any], missing: dict[int, int]) -> None:
    for name, data in turn["logs"]:
        tell("log", name=name, data=data)
    for task, code in turn["ends"]:
        missing.pop(task, None)
        tell("end", task=task, code=code)


def _tell_rest(nodes: Any) -> None:
    """What was printed last; also by who outlived the command."""
    for node in nodes:
        with _despite_losses():
            while True:
                _tell_turn(node.ask("poll"), {})
                if node.ask("all_printed"):
                    break


def _bring(order: dict[str, Any], nodes: Any) -> None:
    """What the command wrote, a machine after the other, the first node's last: its files count."""
    for node in reversed(nodes):
        size = sum(_all_left([node], "pack"))
        if not size:
            continue
        if size > order["largest"]:
            tell(
                "note",
                text=f"Outputs of {size >> 20} MB are too large to be sent: they stay on the node "
                f"{node.ask('facts')['address']}, in {node.ask('keep')}. "
                "On a disk that the nodes share with this machine ([ray] shared = true) none is sent.",
            )
            continue
        offset = 0
        while offset < size:
            data = node.ask("piece", offset)
            tell("file", data=data)
            offset += len(data) * 3 // 4 - data[-2:].count("=")
        tell("files")


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    main()
