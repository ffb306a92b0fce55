"""
The raw limit: a bare Starlette route that replays a real request's statements through the raw driver.

``python -m tests.benchmarks.raw PORT PLAN.pickle``. The plan was captured from the real application; values
that must be new in each write (ids, numbers, keys) are made anew per request, the journal row follows its head.
"""

from __future__ import annotations

import pickle
import sqlite3
import sys
from dataclasses import dataclass
from secrets import token_bytes, token_hex
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.db.engines import chain_hash


@dataclass(frozen=True, slots=True)
class Plan:
    """What to replay: by name the statements; ``fresh``: the values to replace by new ones."""

    url: str
    reads: dict[str, list[tuple[str, Any]]]
    writes: dict[str, list[tuple[str, Any]]]
    fresh: frozenset[Any]


def renewed(parameters: Any, fresh: frozenset[Any], new: dict[Any, Any]) -> Any:
    """The parameters with every value that must be new replaced, the same one by the same."""
    if isinstance(parameters, list):
        return [renewed(one, fresh, new) for one in parameters]
    return tuple(_renew(value, new) if _hashable(value) and value in fresh else value for value in parameters)


def _hashable(value: Any) -> bool:
    return isinstance(value, str | bytes | UUID)


def _renew(value: Any, new: dict[Any, Any]) -> Any:
    if value not in new:
        if isinstance(value, UUID):
            new[value] = uuid4()
        elif isinstance(value, bytes):
            new[value] = token_bytes(len(value))
        elif len(value) == 32:
            new[value] = uuid4().hex
        else:
            new[value] = f"n-{token_hex(12)}"
    return new[value]


def on_sqlite(plan: Plan) -> Starlette:
    db = sqlite3.connect(plan.url, isolation_level=None, check_same_thread=False)
    for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        db.execute(f"pragma {pragma}")
    db.create_function("chain_hash", 4, chain_hash, deterministic=True)

    async def read(request: Request) -> Response:
        for statement, parameters in plan.reads[request.path_params["name"]]:
            rows = db.execute(statement, parameters).fetchall()
        return JSONResponse({"items": [str(row) for row in rows]})

    async def write(request: Request) -> Response:
        await request.body()
        new: dict[Any, Any] = {}
        head: Any = ()
        db.execute("BEGIN IMMEDIATE")
        for statement, parameters in plan.writes[request.path_params["name"]]:
            if statement.startswith("insert into journal ("):
                db.execute(statement, (*head, parameters[-1]))
                continue
            sent = renewed(parameters, plan.fresh, new)
            if isinstance(sent, list):
                db.executemany(statement, sent)
                continue
            found = db.execute(statement, sent)
            if statement.startswith("update journal_head"):
                head = found.fetchone()
            elif found.description:
                found.fetchall()
        db.execute("COMMIT")
        return JSONResponse({"ok": True}, status_code=201)

    return Starlette(routes=[Route("/r/{name}", read), Route("/w/{name}", write, methods=["POST"])])


def on_postgresql(plan: Plan) -> Starlette:
    state: dict[str, asyncpg.Pool] = {}

    async def pool() -> asyncpg.Pool:
        if "pool" not in state:
            state["pool"] = await asyncpg.create_pool(plan.url, min_size=16, max_size=16)
        return state["pool"]

    async def read(request: Request) -> Response:
        async with (await pool()).acquire() as db:
            for statement, parameters in plan.reads[request.path_params["name"]]:
                rows = await db.fetch(statement, *parameters)
        return JSONResponse({"items": [str(tuple(row)) for row in rows]})

    async def write(request: Request) -> Response:
        await request.body()
        new: dict[Any, Any] = {}
        async with (await pool()).acquire() as db, db.transaction():
            for statement, parameters in plan.writes[request.path_params["name"]]:
                sent = renewed(parameters, plan.fresh, new)
                if isinstance(sent, list):
                    await db.executemany(statement, sent)
                else:
                    await db.fetch(statement, *sent)
        return JSONResponse({"ok": True}, status_code=201)

    return Starlette(routes=[Route("/r/{name}", read), Route("/w/{name}", write, methods=["POST"])])


def main() -> None:
    with open(sys.argv[2], "rb") as file:
        plan: Plan = pickle.load(file)
    app = on_postgresql(plan) if plan.url.startswith("postgresql") else on_sqlite(plan)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
