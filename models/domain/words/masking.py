"""
The masked working copy (脱敏稿): what may tell who complained is replaced before others read it.

``propose`` makes the copy that the clerk corrects at triage; ``warnings`` looks at what the clerk
made of it. Both only propose: a person decides, so a plate or a house number that may be the very
thing complained of is replaced *and* pointed out. A hit carries places, never words, so that it can
be logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from models.domain.words import personal, published
from models.domain.words.personal import Folded, Rule


class Kind(StrEnum):
    """What a hit is."""

    PHONE = "phone"
    ID_CARD = "id_card"
    NAME = "name"
    ACCOUNT = "account"
    EMAIL = "email"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    ADDRESS = "address"
    NUMBER = "number"
    POSITION = "position"
    SELF = "self"
    MINOR = "minor"
    INFORMANT = "informant"


LABELS: Final[dict[Kind, str]] = {
    Kind.PHONE: "〔电话〕",
    Kind.ID_CARD: "〔身份证号〕",
    Kind.NAME: "〔姓名〕",
    Kind.ACCOUNT: "〔社交账号〕",
    Kind.EMAIL: "〔邮箱〕",
    Kind.BANK_CARD: "〔银行卡号〕",
    Kind.PLATE: "〔车牌〕",
    Kind.ADDRESS: "〔门牌〕",
    Kind.NUMBER: "〔编号〕",
    Kind.POSITION: "〔坐标〕",
}

NOTES: Final[dict[Kind, str]] = {
    Kind.PHONE: "疑似电话号码",
    Kind.ID_CARD: "疑似身份证号",
    Kind.NAME: "与举报人姓名相同或相近",
    Kind.ACCOUNT: "疑似微信号或QQ号",
    Kind.EMAIL: "疑似电子邮箱",
    Kind.BANK_CARD: "疑似银行卡号",
    Kind.PLATE: "车牌：若是被举报车辆的线索，可恢复原文",
    Kind.ADDRESS: "门牌：若是被举报对象的地址而非举报人住址，可恢复原文",
    Kind.NUMBER: "来件、工单或案件编号：持有编号的人可以追查到来件",
    Kind.POSITION: "坐标：可以定位到具体住户",
    Kind.SELF: "此处可能说明了举报人身份，请阅读后改写",
    Kind.MINOR: "此处可能写到未成年人，公开时不得使其可以被辨认",
    Kind.INFORMANT: "此处写到举报人：公开内容不应提及有谁举报",
}


PUBLIC_NOTES: Final = NOTES | {
    Kind.NAME: "疑似个人姓名：公开时一般隐去，确需公开请核对依据",
    Kind.PLATE: "车牌：公开时一般隐去",
    Kind.ADDRESS: "门牌：若是被举报单位的登记地址，可恢复原文",
}
"""What is told of a hit in a text for everybody."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in the words read: ``start``..``end`` in characters, and whether it was replaced."""

    kind: Kind
    start: int
    end: int
    replaced: bool

    @property
    def note(self) -> str:
        """Return what the clerk is told about it."""
        return NOTES[self.kind]


@dataclass(frozen=True, slots=True)
class Masked:
    """The proposed working text, and every hit in the order of the original words."""

    text: str
    hits: tuple[Hit, ...]


def propose(words: str, *, names: Sequence[str] = ()) -> Masked:
    """
    Return the working text proposed for a reporter's own words.

    Args:
        words: as sent; full-width digits, split numbers and numbers in Chinese figures are read too.
        names: of the reporter, as registered ("张三", "市民张先生").
    """
    folded = Folded.of(words)
    hits = [*_identifiers(folded), *_named(folded, names), *_circumstances(folded)]
    # Runs that could be a split number or a list of figures: shown, not replaced.
    hits += _claim(folded, Kind.PHONE, personal.LOOSE_MOBILE, replaced=False)
    hits += _claim(folded, Kind.SELF, personal.SELF, replaced=False)
    hits.sort(key=lambda hit: hit.start)
    return Masked(_written(words, hits), tuple(hits))


def warnings(working_text: str, *, names: Sequence[str], phones: Sequence[str]) -> tuple[Hit, ...]:
    """
    Return where a working text still tells who complained; empty means nothing was found.

    Args:
        working_text: what the clerk is about to save.
        names: of the reporter.
        phones: of the reporter, E.164 or as written: found however their digits are split.
    """
    folded = Folded.of(working_text)
    hits: list[Hit] = []
    for phone in phones:
        for rule in personal.digits_of(phone):
            hits += _claim(folded, Kind.PHONE, rule)
    hits += [*_identifiers(folded), *_named(folded, names)]
    hits += _claim(folded, Kind.PHONE, personal.LOOSE_MOBILE, replaced=False)
    hits.sort(key=lambda hit: hit.start)
    return tuple(replace(hit, replaced=False) for hit in hits)


def propose_public(words: str, *, names: Sequence[str] = (), numbers: Sequence[str] = ()) -> Masked:
    """
    Return the text proposed for publication: nobody's name is known here, so names are found by their context.

    Args:
        words: the working text, findings, a conclusion.
        names: of those who handled the case.
        numbers: of its complaints and work orders, as registered.
    """
    folded = Folded.of(words)
    hits = [hit for rule in published.exactly(numbers) for hit in _claim(folded, Kind.NUMBER, rule)]
    hits += [*_identifiers(folded), *_named(folded, names), *_in_public(folded), *_circumstances(folded)]
    hits += _claim(folded, Kind.PHONE, personal.LOOSE_MOBILE, replaced=False)
    hits += _claim(folded, Kind.SELF, personal.SELF, replaced=False)
    hits += _to_look_at(folded)
    hits.sort(key=lambda hit: hit.start)
    return Masked(_written(words, hits), tuple(hits))


def _to_look_at(folded: Folded) -> Iterator[Hit]:
    """What may give somebody away and may be nothing: pointed out, never replaced."""
    found = (
        (Kind.NAME, published.DEALT_WITH),
        (Kind.ADDRESS, published.BEDS),
        (Kind.MINOR, published.MINORS),
        (Kind.INFORMANT, published.INFORMANTS),
    )
    for kind, rules in found:
        for rule in rules:
            yield from _claim(folded, kind, rule, replaced=False)


def _in_public(folded: Folded) -> Iterator[Hit]:
    found = (
        (Kind.NUMBER, published.NUMBERS),
        (Kind.POSITION, published.POSITIONS),
        (Kind.NAME, published.NAMES),
        (Kind.ADDRESS, published.DOORS),
    )
    for kind, rules in found:
        for rule in rules:
            yield from _claim(folded, kind, rule)


def _identifiers(folded: Folded) -> Iterator[Hit]:
    """Yield the numbers that name a person, the surest first: what one took, no other sees."""
    yield from _claim(folded, Kind.EMAIL, personal.EMAIL)
    for rule in personal.ID_CARDS:
        yield from _claim(folded, Kind.ID_CARD, rule)
    yield from _claim(folded, Kind.BANK_CARD, personal.BANK_CARD)
    for rule in personal.PHONES:
        yield from _claim(folded, Kind.PHONE, rule)
    for rule in personal.ACCOUNTS:
        yield from _claim(folded, Kind.ACCOUNT, rule)


def _named(folded: Folded, names: Sequence[str]) -> Iterator[Hit]:
    for rule in personal.names_of(names):
        yield from _claim(folded, Kind.NAME, rule)


def _circumstances(folded: Folded) -> Iterator[Hit]:
    yield from _claim(folded, Kind.PLATE, personal.PLATE)
    for rule in personal.ADDRESSES:
        yield from _claim(folded, Kind.ADDRESS, rule)


def _claim(folded: Folded, kind: Kind, rule: Rule, *, replaced: bool = True) -> Iterator[Hit]:
    """Yield the hits of one rule and blank them, so that no later rule reads them again."""
    for start, end in rule.find(folded):
        folded.blank(start, end)
        yield Hit(kind, *folded.origin(start, end), replaced)


def _written(words: str, hits: Sequence[Hit]) -> str:
    """Return the words with each replaced hit as its label."""
    parts, at = [], 0
    for hit in hits:
        if hit.replaced:
            parts += [words[at : hit.start], LABELS[hit.kind]]
            at = hit.end
    return "".join([*parts, words[at:]])
