"""Delete each check of permissions, spans and the formula guard in turn: some test must fail.

    python -m tests.faults.mutations          all of them
    python -m tests.faults.mutations guard    those of the modules with this word in their name

Each mutant is one change in the code of one function: an ``if`` that refuses is left out, one side
of an ``and`` or ``or`` is left out, a comparison or a negation is turned round, a constant of a
module is emptied. It lives in a process of its own, which runs the tests named here until one
fails. A mutant that lives is a check that no test misses.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parents[2]

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "annotations.permissions": ("tests/annotations/test_permissions.py",),
    "annotations.operations.selections": ("tests/annotations/operations/test_selections.py",),
    "quotes.api.offsets": ("tests/api/test_offsets.py",),
    "quotes.formula_guard": ("tests/quotes/test_formula_guard.py",),
}
"""Module → the tests that are to miss its checks."""

_NOTHING_TO_SHIFT: Final = "it only saves looking at rows that stay as they are"
EQUIVALENT: Final[dict[str, str]] = {
    "quotes.api.offsets.Offsets.shift_quotes, always `quotes`": _NOTHING_TO_SHIFT,
    "quotes.api.offsets.Offsets.shift_corrections, always `corrections`": _NOTHING_TO_SHIFT,
}
"""Mutants that change nothing, by their names without the line, each with the reason why not."""


@dataclass(frozen=True)
class Mutant:
    """``apply`` changes the running code; ``name`` says where and what."""

    module: str
    name: str
    apply: Callable[[], None]


class Change(ast.NodeTransformer):
    """Makes the n-th change that is possible; ``what`` says which, once it was made."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.what = ""

    def _turn(self, node: ast.AST, what: str) -> bool:
        self.left -= 1
        if self.left == -1:
            self.what = f"line {getattr(node, 'lineno', 0)}: {what}"
        return self.left == -1

    def visit_If(self, node: ast.If) -> Any:
        refuses = isinstance(node.body[-1], ast.Raise | ast.Return)
        if refuses and self._turn(node, f"without `if {ast.unparse(node.test)}`"):
            return node.orelse or ast.Pass()
        return self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        if self._turn(node, f"always `{ast.unparse(node.body)}`"):
            return node.body
        if self._turn(node, f"always `{ast.unparse(node.orelse)}`"):
            return node.orelse
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        for place, side in enumerate(node.values):
            if self._turn(node, f"without `{ast.unparse(side)}`"):
                rest = [one for other, one in enumerate(node.values) if other != place]
                return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        return self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        is_not = isinstance(node.op, ast.Not)
        if is_not and self._turn(node, f"without `not` before `{ast.unparse(node.operand)}`"):
            return node.operand
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        sides = [node.left, *node.comparators]
        for place, operator in enumerate(node.ops):
            for other in OTHERS.get(type(operator), ()):
                if self._turn(node, f"{other.__name__} in `{ast.unparse(node)}`"):
                    ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                    return ast.Compare(sides[0], ops, sides[1:])
        return self.generic_visit(node)


OTHERS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


def functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The module's functions and its classes' methods."""
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", "") != module.__name__:
            continue
        if isinstance(thing, FunctionType):
            yield name, thing
        elif inspect.isclass(thing):
            for inner, method in vars(thing).items():
                method = getattr(method, "__func__", method)
                if isinstance(method, FunctionType) and inner in _written(module):
                    yield f"{name}.{inner}", method


def _written(module: ModuleType) -> set[str]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def mutants(module: ModuleType) -> Iterator[Mutant]:
    tree = ast.parse(inspect.getsource(module))
    written = {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for name, function in functions(module):
        inner = inspect.unwrap(function)
        first = inner.__code__.co_firstlineno
        node = next(n for line, n in sorted(written.items()) if line >= first)
        for number in range(200):
            changed = copy.deepcopy(node)
            changed.decorator_list = []
            change = Change(number)
            changed = ast.fix_missing_locations(change.visit(changed))
            if not change.what:
                break
            yield Mutant(
                module.__name__,
                f"{module.__name__}.{name}, {change.what}",
                lambda f=inner, c=changed: _put(f, c, module),
            )
    yield from _constants(module)


def _put(function: FunctionType, changed: ast.FunctionDef, module: ModuleType) -> None:
    tree = ast.Module([ast.parse("from __future__ import annotations").body[0], changed], [])
    space = dict(vars(module))
    exec(compile(ast.fix_missing_locations(tree), "<mutant>", "exec"), space)  # noqa: S102 our code
    function.__code__ = space[changed.name].__code__


def _constants(module: ModuleType) -> Iterator[Mutant]:
    """Each role of each permission, given where it is not and taken where it is."""
    table = vars(module).get("PERMISSIONS", {})
    roles = vars(module).get("Role", ())
    for permission, having in table.items():
        for role in roles:
            yield Mutant(
                module.__name__,
                f"{module.__name__}: {permission} {'without' if role in having else 'with'} {role}",
                lambda p=permission, h=having, r=role: table.update({p: h ^ {r}}),
            )


def run(tests: tuple[str, ...], log: Path, *options: str) -> int:
    """Run the tests in this process until one fails."""
    import pytest

    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        arguments = ["-x", "-q", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider"]
        return int(pytest.main([*arguments, "--reuse-db", "--tb=line", *options, *tests]))


def in_a_child(work: Callable[[], int]) -> int:
    """The exit status of the work, done by a copy of this process."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            status = work()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def missed(mutant: Mutant, tests: tuple[str, ...], log: Path, *options: str) -> bool:
    """Whether a test fails with this mutant."""
    return in_a_child(lambda: (mutant.apply(), run(tests, log, *options))[1]) == 1


def main() -> int:
    os.chdir(PROJECT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    wanted = sys.argv[1:] or [""]
    chosen = {name: tests for name, tests in TESTS.items() if any(w in name for w in wanted)}
    import django

    django.setup()
    with tempfile.TemporaryDirectory(prefix="on-record-") as place:
        cluster = _hold_database(Path(place))
        log = Path(place) / "log"
        lived, count, begun = [], 0, time.monotonic()
        for name, tests in chosen.items():
            module = importlib.import_module(name)
            if in_a_child(lambda tests=tests: run(tests, log)) != 0:
                sys.stdout.write(f"{log.read_text()}\nThe tests of {name} fail as they are.\n")
                return 1
            for mutant in mutants(module):
                count += 1
                if missed(mutant, tests, log, "-m", "not django_db"):
                    continue  # without a database, which takes most of the time
                if missed(mutant, tests, log):
                    continue
                why = EQUIVALENT.get(re.sub(r"line \d+: ", "", mutant.name))
                says = f"lives, {why}" if why else "LIVES"
                sys.stdout.write(f"{says}: {mutant.name}\n")
                sys.stdout.flush()
                if not why:
                    lived.append(mutant.name)
        cluster()
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{count} checks deleted, {len(lived)} of them unnoticed; {seconds:.0f} s\n")
    return 1 if lived else 0


def _hold_database(place: Path) -> Callable[[], object]:
    """Keep one throwaway PostgreSQL for all the children; gives what ends it."""
    from django.conf import settings

    from config.postgres.server import Cluster

    if settings.DATABASE_URL:
        return lambda: None
    directory = os.environ.setdefault("ON_RECORD_TEST_CLUSTER", str(place / "postgres"))
    cluster = Cluster(Path(directory), throwaway=True)
    cluster.ensure_running()
    return cluster.release


if __name__ == "__main__":
    sys.exit(main())
