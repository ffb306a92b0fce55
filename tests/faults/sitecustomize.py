"""
Faults from outside: a process that finds this on its path can be killed between two exact lines.

The product has no hook for it. ``HUANXUN_FAULT_FILE`` names a file; when it holds the name of a point and the
process comes by that point, the file is removed and the process ends by SIGKILL. Points: ``after_commit`` (API:
stored, not yet answered), ``after_claim``, ``before_send``, ``after_send`` (worker).
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def die_at(point: str) -> None:
    """End here, if this point was asked for."""
    file = os.environ.get("HUANXUN_FAULT_FILE")
    if not file:
        return
    try:
        with open(file, encoding="ascii") as opened:
            asked = opened.read().strip()
    except OSError:
        return
    if asked == point:
        os.unlink(file)
        os.kill(os.getpid(), signal.SIGKILL)


def _patch_loops(module: Any) -> None:
    attempt_all = module.SqlitePort._attempt_all
    committed = module._committed

    def sqlite(self: Any, connection: Any, batch: Any) -> Any:
        outcomes = attempt_all(self, connection, batch)
        if any(one.error is None for one in outcomes):
            die_at("after_commit")
        return outcomes

    def postgresql(connection: Any, job: Any) -> Any:
        answer = committed(connection, job)
        die_at("after_commit")
        return answer

    module.SqlitePort._attempt_all = sqlite
    module._committed = postgresql


def _patch_delivery(module: Any) -> None:
    deliver_one, send = module._deliver_one, module._send

    def one(*arguments: Any) -> Any:
        die_at("after_claim")
        return deliver_one(*arguments)

    def out(*arguments: Any) -> Any:
        die_at("before_send")
        ended = send(*arguments)
        die_at("after_send")
        return ended

    module._deliver_one = one
    module._send = out


PATCHES: dict[str, Callable[[ModuleType], None]] = {
    "models.db.loops": _patch_loops,
    "workers.delivery": _patch_delivery,
}


class _Loader(importlib.abc.Loader):
    """Loads as usual, then patches."""

    def __init__(self, loader: Any, patch: Callable[[ModuleType], None]) -> None:
        self._loader, self._patch = loader, patch

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._patch(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Stands before the usual finders for the two modules that are patched."""

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        patch = PATCHES.get(name)
        if patch is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _Loader(spec.loader, patch)
        return spec


if os.environ.get("HUANXUN_FAULT_FILE"):
    sys.meta_path.insert(0, _Finder())
