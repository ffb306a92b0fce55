"""
The reviewed contract as text: what stands in ``openapi/``.

``documents()`` builds every file from the code; ``huanxun openapi`` writes them, ``--check`` and a test compare.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from itertools import product
from typing import Any, Final
from uuid import UUID

from api.app import Face, build_api
from api.problems import FRAMEWORK, STATUS
from models.domain.access import GRANTS, ROLE_TITLES, Actor, Verb
from models.domain.complaint_steps import ComplaintFacts
from models.domain.errors import HuanxunError, Unmet
from models.domain.lifecycle import Facts, Start, Transition, always, mermaid
from models.domain.lifecycles import LIFECYCLES
from models.domain.rectification.facts import ItemFacts
from models.domain.rectification.words import DATED_TITLES, LOOK_BACKS
from models.domain.states import ACTION_TITLES, STATE_TITLES, TERMINAL, Kind, State

_SOMEBODY: Final = UUID(int=1)
_SOME: Final = ("……",)
_NOBODY: Final = Actor(_SOMEBODY, None, "", ())
_NEW: Final[Any] = {"state": State.NEW, "division": "43", "actor": _NOBODY}
_FROM_CODE: Final = "由代码生成，不要手改：`huanxun openapi` 重写，`huanxun openapi --check` 比对。"


def documents() -> dict[str, str]:
    """Every file of the contract, by its path from the top of the checkout."""
    return {
        "openapi/openapi.json": _openapi("staff"),
        "openapi/public.json": _openapi("public"),
        "openapi/problems.md": problems(),
        "openapi/lifecycles.md": lifecycles(),
        "openapi/grants.md": grants(),
    }


def _openapi(face: Face) -> str:
    return json.dumps(build_api(face).openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def problems() -> str:
    """The catalogue of refusals: what clients match on, and what people read."""
    ours = {(kind.code, status_of(kind), kind.title) for kind in kinds(HuanxunError)}
    theirs = {(code, status, title) for status, (code, title) in FRAMEWORK.items()}
    shown = sorted(ours | {one for one in theirs if one[0] not in {code for code, _, _ in ours}})
    rows = ((f"`{code}`", str(status), title) for code, status, title in shown)
    return _page(
        "拒绝一览",
        "`type` 为 `urn:huanxun:problem:<code>`；次序：401、404、403、422、428、412、409。",
        _table(("code", "status", "title"), rows),
    )


def kinds(root: type[HuanxunError]) -> Iterator[type[HuanxunError]]:
    """Every class of the tree below its root."""
    for kind in root.__subclasses__():
        yield kind
        yield from kinds(kind)


def status_of(kind: type[HuanxunError]) -> int:
    """The status of the nearest class in the table."""
    return next(STATUS[base] for base in kind.__mro__ if base in STATUS)


def lifecycles() -> str:
    """Every lifecycle: its diagram and its rows."""
    parts = []
    for kind, rows in LIFECYCLES.items():
        parts += [f"## {kind.value}", f"```mermaid\n{mermaid(rows)}\n```"]
        header = ("动作", "从", "到", "岗位", "条件（不满足时的提示）", "起算", "停止", "重开")
        flawed = list(_FLAWED[kind]())
        parts.append(_table(header, (_transition(row, flawed) for row in rows)))
        parts.append(_table(("期限", "名称"), _clocks(rows)))
    final = "、".join(sorted(STATE_TITLES[state] for state in TERMINAL))
    return _page("办理过程", f"终点：{final}。期限的长短是数据，见 `models/reference/rules.toml`。", *parts)


def _transition(row: Transition[Any], flawed: Iterable[Facts]) -> tuple[str, ...]:
    return (
        f"{ACTION_TITLES[row.action]} `{row.action.value}`",
        "、".join(STATE_TITLES[state] for state in State if state in row.sources),
        STATE_TITLES[row.target] if row.target else "（不变）",
        "、".join(title for role, title in ROLE_TITLES.items() if role in row.roles),
        "；".join(f"`{guard.__name__}` {' / '.join(messages(guard, flawed))}" for guard in row.guards),
        "、".join(map(_start, row.starts)),
        "、".join("全部" if rule == "*" else f"`{rule}`" for rule in row.stops),
        "、".join(f"`{rule}`" for rule in row.reopens),
    )


def _start(start: Start[Any]) -> str:
    return f"`{start.rule_id}`" + ("" if start.when is always else f"（`{start.when.__name__.strip('_')}`）")


def messages(guard: Callable[[Any], Unmet | None], flawed: Iterable[Facts]) -> list[str]:
    """What a guard can say: it is asked about facts in which nothing is as it should be."""
    found = (guard(facts) for facts in flawed)
    return list(dict.fromkeys(unmet.message for unmet in found if unmet is not None))


def _flawed_complaints() -> Iterator[ComplaintFacts]:
    for yes, told, external, answered in product((True, False), repeat=4):
        yield ComplaintFacts(
            state=State.NEW,
            division="43",
            actor=_NOBODY,
            has_reporter=yes,
            has_category=False,
            text_written=False,
            has_external_number=external,
            told=told,
            platform_replied=answered,
            doers=frozenset({_SOMEBODY}),
            unanswered_points=(1,),
            close_overdue=True,
            unqualified=("某某",),
            reached=False,
            extension_too_long=True,
        )


def _flawed_items() -> Iterator[ItemFacts]:
    somebody, anybody = frozenset({_SOMEBODY}), (None, _SOMEBODY)
    for designated, verified, looks in product(anybody, anybody, (0, LOOK_BACKS)):
        yield ItemFacts(
            **_NEW,
            families=somebody,
            own_units=somebody,
            verifier=designated,
            verified_by=verified,
            applicants=somebody,
            verifiers=somebody,
            earlier_verifiers=somebody,
            open_tasks=(1,),
            overdue=True,
            needs_outside_act=True,
            missing_materials=_SOME,
            missing_at_end=_SOME,
            unmet_standard=_SOME,
            unpaired_stations=_SOME,
            open_objections=1,
            upheld_objections=int(verified is not None),
            look_backs=looks,
            designee_related=True,
            designee_verified_before=True,
            outside_act_given=False,
            outside_act_in_time=False,
            members_foreign=True,
            checklist_open=(1,),
        )


_FLAWED: Final[dict[Kind, Callable[[], Iterable[Facts]]]] = {
    Kind.COMPLAINT: _flawed_complaints,
    Kind.RECTIFICATION: _flawed_items,
}


def _clocks(rows: Iterable[Transition[Any]]) -> Iterator[tuple[str, ...]]:
    shipped = tomllib.loads((files("models.reference") / "rules.toml").read_text("utf-8"))
    titles = {rule["rule_id"]: rule["title"] for rule in shipped["rule"]} | DATED_TITLES
    named = {start.rule_id for row in rows for start in row.starts}
    return ((f"`{rule}`", titles[rule]) for rule in sorted(named))


def grants() -> str:
    """Who may do what outside the lifecycle: roles against verbs."""
    header = ("", *(ROLE_TITLES[role] for role in GRANTS))
    rows = ((f"`{verb.value}`", *("●" if verb in held else "" for held in GRANTS.values())) for verb in Verb)
    return _page(
        "岗位与权限", "辖区由 `operations.scope` 另行限定；办理步骤见 `lifecycles.md`。", _table(header, rows)
    )


def _page(title: str, about: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", about, _FROM_CODE, *parts)) + "\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
