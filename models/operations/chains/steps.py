"""Cross-check of the journal with the steps it tells of: each there, by the same person, with the same content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from models.domain.states import Action
from models.domain.words.text import canonical
from models.operations.casework.stepping import journalled
from models.operations.chains.findings import Findings, Kind
from models.tables.base import AnyRow
from models.tables.cases import steps as T
from models.vault import Vault

PAGE: Final = 500
_ACTIONS: Final = {f"case.{action.value}": action for action in Action}
_OPENING: Final = frozenset({Action.REGISTER, Action.LIST})
_Key = tuple[UUID, Action, datetime]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a journal row says of a step."""

    chain: str
    seq: int
    key: _Key
    by: object
    digest: object


class Steps:
    """Collects journal rows about steps and looks the steps up a page at a time."""

    def __init__(self, db: Connection, vault: Vault, findings: Findings) -> None:
        self.db = db
        self.vault = vault
        self.findings = findings
        self.expected = int(db.execute(select(func.count()).select_from(T)).scalar_one())
        self._waiting: list[_Told] = []
        self._matched = 0

    def take(self, chain: str, seq: int, body: Mapping[str, Any]) -> None:
        """One journal row; rows about other things are passed over."""
        action = _ACTIONS.get(body["verb"])
        if action is None:
            return
        try:
            key = (UUID(body["on"][1]), action, datetime.fromisoformat(body["at"]))
        except (ValueError, TypeError, LookupError, AttributeError):
            self.findings.add(Kind.STEP, chain, seq, f"第{seq}行没有说明是哪个案件的哪一步")
            return
        self._waiting.append(_Told(chain, seq, key, body.get("by"), body.get("digest")))
        if len(self._waiting) >= PAGE:
            self._check()

    def end(self) -> None:
        """What waits, then whether there are steps the journal does not know."""
        self._check()
        unknown = self.expected - self._matched
        if unknown > 0:
            self.findings.add(Kind.STEP, "", 0, f"有{unknown}个办理步骤在审计链中没有记录：绕过系统写入")

    def _check(self) -> None:
        found: dict[_Key, AnyRow] = {}
        for row in self.db.execute(select(T).where(T.c.case_id.in_({told.key[0] for told in self._waiting}))):
            found[row.case_id, row.action, row.at] = row
        for told in self._waiting:
            self._compare(told, found.get(told.key))
        self._waiting.clear()

    def _compare(self, told: _Told, row: AnyRow | None) -> None:
        case_id, action, _ = told.key
        if row is None:
            said = f"第{told.seq}行所记的步骤（案件{case_id}，{action.value}）不在了，或其时间、动作被改"
            self.findings.add(Kind.STEP, told.chain, told.seq, said)
            return
        self._matched += 1
        same_person = told.by == (str(row.by) if row.by else None)
        # Opening a case is noted with the content of the case; the step has no inputs of its own.
        if not same_person:
            self._differs(told, "办理人")
        elif action not in _OPENING and told.digest != self.vault.digest(
            canonical(journalled(dict(row._mapping)))
        ):
            self._differs(told, "填写内容、岗位、状态或轮次")

    def _differs(self, told: _Told, what: str) -> None:
        case_id, action, _ = told.key
        said = f"案件{case_id}的步骤{action.value}的{what}与审计链第{told.seq}行不符"
        self.findings.add(Kind.STEP, told.chain, told.seq, said)
