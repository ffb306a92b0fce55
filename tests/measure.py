"""
The source read as data: files, functions, imports, cycles; for ``test_architecture`` and for the eye.

``uv run --frozen python -m tests.measure`` prints the longest files and functions, the median and 95th
percentile of function length, and the import cycles of the three packages.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("api", "models", "workers")
VERSIONS: Final = "models/migrations/versions"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file of ours; ``name`` is its path from the top, with slashes."""

    name: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def lines(self) -> int:
        return self.text.count("\n")


@cache
def sources(*, tests: bool = False) -> tuple[Source, ...]:
    """Every file of the three packages (and of the tests), migration versions left out."""
    folders = (*PACKAGES, "tests") if tests else PACKAGES
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    found = ((file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files)
    return tuple(
        Source(name, text, ast.parse(text, name)) for name, text in found if not name.startswith(VERSIONS)
    )


def functions(source: Source) -> Iterator[Function]:
    """Every function and method, the nested ones too."""
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring: to explain oneself is not to be long."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    explains = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if explains and isinstance(first.value.value, str):  # type: ignore[attr-defined]
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def project_imports(source: Source) -> list[ast.ImportFrom | ast.Import]:
    """The import statements that name one of our packages (or the tests)."""
    ours = (*PACKAGES, "tests")
    return [
        node
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ours)
        or (isinstance(node, ast.Import) and any(one.name.split(".")[0] in ours for one in node.names))
    ]


def graph() -> dict[str, frozenset[str]]:
    """Which of our modules imports which, deferred imports included."""
    known = {source.module for source in sources()}
    return {source.module: frozenset(_targets(source) & known) for source in sources()}


def _targets(source: Source) -> set[str]:
    found: set[str] = set()
    for node in project_imports(source):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        else:
            found |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def cycles(edges: Mapping[str, frozenset[str]]) -> list[tuple[str, ...]]:
    """One path for every import that closes a circle."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            found.append((*path[path.index(module) :], module))
        elif module not in done:
            for target in sorted(edges[module]):
                visit(target, (*path, module))
            done.add(module)

    for module in sorted(edges):
        visit(module, ())
    return found


def main() -> None:
    """Print the figures of the closing note."""
    lengths = sorted(
        (
            (length(one), f"{source.name}:{one.lineno} {one.name}")
            for source in sources()
            for one in functions(source)
        ),
        reverse=True,
    )
    only = [lines for lines, _ in lengths]
    print("longest files")
    for source in sorted(sources(), key=lambda one: one.lines, reverse=True)[:5]:
        print(f"  {source.lines:4}  {source.name}")
    print("longest functions (lines, docstring left out)")
    for lines, where in lengths[:5]:
        print(f"  {lines:4}  {where}")
    print(
        f"functions {len(only)}, median {statistics.median(only):g}, p95 {statistics.quantiles(only, n=20)[-1]:g}"
    )
    circles = cycles(graph())
    print(f"import cycles {len(circles)}")
    for circle in circles:
        print("  " + " → ".join(circle))


if __name__ == "__main__":
    main()
