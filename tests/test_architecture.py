"""The house style that no linter can say."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import models
from tests.measure import (
    PACKAGES,
    ROOT,
    VERSIONS,
    Source,
    cycles,
    functions,
    graph,
    length,
    project_imports,
    sources,
)

FILE_LINES: Final = 300
FOLDER_FILES: Final = 16
FUNCTION_LINES: Final = 30
TEST_FUNCTION_LINES: Final = 60  # a story is told in one piece
PROJECT_IMPORTS: Final = 12

LONG_FUNCTIONS: Final[dict[str, str]] = {}
"""Functions that may be longer, each with its reason."""

ENTRY_POINTS: Final = ("api/cli/", "api/server.py", "workers/run.py")
WIRING_IMPORTS: Final = 18  # an entry point puts everything together; that is what it is for

CLOCKS: Final = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
}
MAY_READ_A_CLOCK: Final = ("models/clock.py", *ENTRY_POINTS)
MAY_COMMIT: Final = ("models/db/", "models/migrations/env.py")

TOP_LEVEL: Final = {
    *PACKAGES,
    *("tests", "openapi", "pyproject.toml", "README.md", "uv.lock", "LICENSE", "NOTICE"),
}
LEFT_BEHIND: Final = {"data", "dist"}
"""What the README's commands make here; git does not see them."""

MARKS: Final = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "mock." + "patch")
SKIPS: Final = (r"pytest\.s" + "kip", r"mark\.s" + "kip", r"mark\.x" + "fail")


def none(offenders: Sequence[str]) -> None:
    """Nothing may be on the list; all of it is shown."""
    assert not offenders, "\n" + "\n".join(offenders)


def where(source: Source, node: ast.AST) -> str:
    return f"{source.name}:{getattr(node, 'lineno', 0)}"


# — size —


def test_files_are_short() -> None:
    """No file has more than 300 lines."""
    none([f"{one.name} {one.lines}" for one in sources(tests=True) if one.lines > FILE_LINES])


def test_folders_are_small() -> None:
    """No folder has more than 16 files of ours; then it is split by sub-domain."""
    names = (Path(one.name) for one in sources(tests=True))
    counted = Counter(name.parent.as_posix() for name in names if name.name != "__init__.py")
    none([f"{folder} {count}" for folder, count in counted.items() if count > FOLDER_FILES])


def test_functions_are_short() -> None:
    """No function has more than 30 lines besides its docstring, no test more than 60."""
    long = [
        f"{where(source, one)} {one.name} {length(one)}"
        for source in sources(tests=True)
        for one in functions(source)
        if length(one) > (TEST_FUNCTION_LINES if source.name.startswith("tests/") else FUNCTION_LINES)
        and f"{source.name}:{one.name}" not in LONG_FUNCTIONS
    ]
    none(long)


def test_files_know_few_others() -> None:
    """No file has more than 12 imports of the project's own modules, an entry point not more than 18."""
    counted = {one.name: len(project_imports(one)) for one in sources()}
    none(
        [
            f"{name} {count}"
            for name, count in counted.items()
            if count > (WIRING_IMPORTS if name.startswith(ENTRY_POINTS) else PROJECT_IMPORTS)
        ]
    )


def test_exceptions_are_needed() -> None:
    """An exception that is no longer needed is taken off its list."""
    lengths = {f"{source.name}:{one.name}": length(one) for source in sources() for one in functions(source)}
    none([name for name in LONG_FUNCTIONS if lengths.get(name, 0) <= FUNCTION_LINES])


# — imports —


def test_imports_stand_at_the_top() -> None:
    """Nothing is imported inside a function, relatively, or under TYPE_CHECKING."""
    hidden = [
        where(source, node)
        for source in sources(tests=True)
        for one in functions(source)
        for node in ast.walk(one)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    relative = [
        where(source, node)
        for source in sources(tests=True)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    flagged = [
        where(source, node)
        for source in sources(tests=True)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and node.id == "TYPE_CHECKING"
    ]
    none([*hidden, *relative, *flagged])


def test_nothing_is_re_exported() -> None:
    """Every ``__init__.py`` is empty."""
    assert [
        one.name for one in sources(tests=True) if one.name.endswith("__init__.py") and one.text.strip()
    ] == []


def test_no_circles() -> None:
    """The modules of the three packages import each other without a circle, deferred imports included."""
    assert cycles(graph()) == []


def test_the_domain_is_standard_library() -> None:
    """The domain imports itself and the standard library, nothing else."""
    foreign = [
        f"{source.name} {name}"
        for source in sources()
        if source.name.startswith("models/domain/")
        for name in imported(source)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("models.domain")
    ]
    none(foreign)


def imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def test_imports_lie_in_the_checkout() -> None:
    """What is tested is this checkout, not another installed ``models``."""
    assert Path(models.__file__ or "").resolve().parent == ROOT / "models"


# — what only edges do —


def test_only_edges_read_a_clock() -> None:
    """The time of day is read by entry points alone; everything else is told."""
    read = [
        where(source, node)
        for source in sources()
        if not source.name.startswith(MAY_READ_A_CLOCK)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]
    none(read)


def test_only_the_database_layer_commits() -> None:
    """Nothing outside ``models/db`` ends a transaction."""
    ended = [
        where(source, node)
        for source in sources()
        if not source.name.startswith(MAY_COMMIT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]
    none(ended)


def test_nothing_is_left_for_later() -> None:
    """No mark of unfinished work, no skipped test, no patched module."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, MARKS))})\b|{'|'.join(SKIPS)}")
    found = [
        f"{one.name}:{number}"
        for one in sources(tests=True)
        for number, line in enumerate(one.text.splitlines(), 1)
        if pattern.search(line)
    ]
    none(found)


def test_the_top_level_is_as_described() -> None:
    """The top level holds the prescribed names and dot-files, nothing else."""
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - LEFT_BEHIND - TOP_LEVEL == set()
    assert TOP_LEVEL - found == set()
    assert (ROOT / VERSIONS).is_dir()
