"""
What gives a person away in free text, as patterns: numbers, names, accounts, plates, doors.

The patterns read a *folded* copy: full-width and other digits as ASCII, lower case, invisible
characters gone, each character knowing where it came from. Numbers are read a second time with
Chinese figures (一三八…) and look-alike letters as digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

_BLANK: Final = "\x00"  # cannot be in clean text; ends every pattern
_INVISIBLE: Final = frozenset({"Cf", "Mn", "Me"})  # zero-width characters, keycap and other marks
_READ_AS: Final = ("零〇○o", "一壹幺li", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_FIGURES: Final = str.maketrans({sign: str(digit) for digit, signs in enumerate(_READ_AS) for sign in signs})


@dataclass(slots=True)
class Folded:
    """A text to search in: two readings of equal length, and the place of each character."""

    plain: str
    figures: str
    places: Sequence[int]
    length: int

    @classmethod
    def of(cls, words: str) -> Folded:
        """Return the folded copy of the words."""
        pieces, places = [], []
        for place, letter in enumerate(words):
            piece = _folded(letter, words[place + 1 : place + 2])
            pieces.append(piece)
            places += [place] * len(piece)
        plain = "".join(pieces)
        return cls(plain, plain.translate(_FIGURES), places, len(words))

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where start..end of the copy stands in the words, with marks that follow it."""
        after = self.places[end] if end < len(self.places) else self.length
        return self.places[start], max(after, self.places[end - 1] + 1)

    def blank(self, start: int, end: int) -> None:
        """Take start..end out of both readings, so that nothing is found there again."""
        gone = _BLANK * (end - start)
        self.plain = self.plain[:start] + gone + self.plain[end:]
        self.figures = self.figures[:start] + gone + self.figures[end:]


def _folded(letter: str, following: str) -> str:
    category = unicodedata.category(letter)
    if category in _INVISIBLE:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(letter))
    # ①138… is a list with a number in it, but ①③⑧… is a number.
    if category == "No" and following.isdecimal():
        return " "
    return unicodedata.normalize("NFKC", letter).casefold()


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, which of its groups is the find, a second look at it, and the readings it sees."""

    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    group: int = 0
    in_figures: bool = False

    def find(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Yield start and end in the copy; what the caller blanks meanwhile is not found again."""
        yield from self._search(folded.plain)
        if self.in_figures:
            yield from self._search(folded.figures)

    def _search(self, text: str) -> Iterator[tuple[int, int]]:
        at = 0
        while found := self.pattern.search(text, at):
            right = self.check is None or self.check(found[self.group])
            if right:
                yield found.span(self.group)
            at = found.end() if right else found.start() + 1


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isdecimal() or one == "x")


# --- identity cards and bank cards -------------------------------------------------------------

_GAP: Final = r"[\s\-‐-―−_·•・~]"
_PROVINCES: Final = frozenset(
    str(code)
    for block in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in block
) | {"71", "81", "82", "83", "91"}
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def has_id_check(number: str) -> bool:
    """Tell whether the last of 18 characters is the check of GB 11643-1999 (ISO 7064, MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number[:17], strict=True))
    return "10x98765432"[total % 11] == number[17]


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2099
    except ValueError:
        return False


def _is_id_18(text: str) -> bool:
    """Tell a card from an order number by county and birthday: a mistyped check digit still tells."""
    number = _digits(text)
    if number[:2] not in _PROVINCES or not _is_date(number[6:10], number[10:12], number[12:14]):
        return False
    # 9… is also how a credit code begins, and 430511-20261123-0007 how a document is numbered.
    return has_id_check(number) or (number[0] != "9" and "".join(text.split()) == number)


def _is_id_15(text: str) -> bool:
    number = _digits(text)
    # Without a check digit only an undivided number counts: 12345-2611230007 is a work order.
    if "".join(text.split()) != number:
        return False
    return number[:2] in _PROVINCES and _is_date("19" + number[6:8], number[8:10], number[10:12])


def _is_luhn(text: str) -> bool:
    digits = [int(one) for one in reversed(_digits(text))]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


EMAIL: Final = Rule(re.compile(r"[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,9}"))
ID_CARDS: Final = (
    Rule(
        re.compile(rf"(?<!\d)[1-9](?:{_GAP}?\d){{16}}{_GAP}?[\dx](?![\da-z])"),
        _is_id_18,
        in_figures=True,
    ),
    Rule(re.compile(rf"(?<!\d)[1-9](?:{_GAP}?\d){{14}}(?!\d)"), _is_id_15, in_figures=True),
)
BANK_CARD: Final = Rule(
    re.compile(rf"(?<!\d)[3-6]\d{{3}}(?:{_GAP}?\d{{4}}){{3}}(?:{_GAP}?\d{{1,3}})?(?!\d)"), _is_luhn
)

# --- telephones --------------------------------------------------------------------------------

# How people group the 11 digits of a mobile number. Other groupings may be figures in a row.
_GROUPINGS: Final = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (4, 4, 3), (4, 7), (3, 3, 5), (3, 5, 3), (5, 6), (6, 5)}
    | {(3, 3, 3, 2), (3, 2, 3, 3), (3, 2, 2, 2, 2), (1,) * 11}
)
_COUNTRY: Final = rf"(?:\(?(?:\+|00)?86\)?{_GAP}{{0,2}})"


def _is_grouped(text: str) -> bool:
    bare = re.sub(rf"\A{_COUNTRY}", "", text)
    return tuple(len(one) for one in re.findall(r"\d+", bare)) in _GROUPINGS


def _is_dotted(text: str) -> bool:
    """Tell 138.0000.0201 from decimal fractions and lists: three groups, one mark."""
    return re.search(r"\b1\d\d([.,、/])\d{4}\1\d{4}\Z", text) is not None


_AREA: Final = r"(?:10|2\d|[3-9]\d{2})"
_LOCAL: Final = rf"[2-8]\d{{2,3}}{_GAP}?\d{{4}}(?!\d)"
_EXTENSION: Final = rf"(?:{_GAP}{{0,2}}(?:转|分机){_GAP}?\d{{1,6}}(?!\d))?"
PHONES: Final = (
    Rule(re.compile(rf"(?<!\d){_COUNTRY}?0?1[3-9]\d{{9}}(?!\d)"), in_figures=True),
    Rule(re.compile(rf"(?<!\d){_COUNTRY}?1[3-9](?:[.,、/]?\d){{9}}(?!\d)"), _is_dotted),
    Rule(
        re.compile(rf"(?<!\d){_COUNTRY}?1{_GAP}{{0,2}}[3-9](?:{_GAP}{{0,2}}\d){{9}}(?!\d)"),
        _is_grouped,
        in_figures=True,
    ),
    Rule(
        re.compile(
            rf"(?<!\d)(?:\(?(?:\+|00)86\)?{_GAP}{{0,2}}\(?0?|\(?0){_AREA}\)?{_GAP}{{0,2}}{_LOCAL}{_EXTENSION}"
        ),
        in_figures=True,
    ),
    # Seven or eight digits are a telephone only where the words before say so.
    Rule(
        re.compile(rf"(?:电话|座机|固话|手机|联系方式|来电)(?:号码?)?[是为:\s]{{0,3}}({_LOCAL}{_EXTENSION})"),
        group=1,
    ),
)
# Any 11 digits that could be a mobile number: list marks between them too, so only ever a hint.
LOOSE_MOBILE: Final = Rule(
    re.compile(r"(?<!\d)1[\s\-‐-―−_·•・~、/()]{0,3}[3-9](?:[\s\-‐-―−_·•・~、/()]{0,3}\d){9}(?!\d)"),
    in_figures=True,
)


def digits_of(phone: str) -> Iterator[Rule]:
    """Yield rules that find this very number, whatever up to three characters stand in between."""
    digits = _digits(Folded.of(phone).plain).removeprefix("00")
    digits = digits.removeprefix("86") if len(digits) > 11 or phone.strip().startswith("+") else digits
    digits = digits.removeprefix("0")
    if len(digits) < 7:
        return
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        yield Rule(re.compile(_scattered(digits)), in_figures=True)
        return
    local = digits[2:] if digits.startswith(("10", "2")) else digits[3:]
    for number in (digits, local):
        if len(number) >= 7:
            yield Rule(re.compile(rf"(?<![1-9]){_scattered(number)}(?!\d)"), in_figures=True)


def _scattered(digits: str) -> str:
    return r"[^\d\x00]{0,3}".join(digits)


# --- names -------------------------------------------------------------------------------------

_CALLED: Final = "(?:先生|女士|小姐|太太|师傅|老师|同志|大爷|大妈|大叔|阿姨|大哥|大姐)"
_BEFORE_NAME: Final = re.compile(r"^(?:举报人|投诉人|来电人|市民|村民|居民|群众|网民|业主)[:\s]*")
_AFTER_NAME: Final = re.compile(rf"{_CALLED}$")
_TWO_SIGN_SURNAMES: Final = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|南宫|轩辕|钟离|呼延"
)
_APART: Final = r"[\s·•・.*\-_]{0,2}"
_CHINESE: Final = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]+")


def names_of(names: Sequence[str]) -> Iterator[Rule]:
    """Yield rules for the names and for a surname with a form of address, the longest name first."""
    folded = {Folded.of(name).plain.strip() for name in names}
    bare = {_AFTER_NAME.sub("", _BEFORE_NAME.sub("", one)).strip() for one in folded}
    for name in sorted(bare, key=lambda one: (-len(one), one)):
        if _CHINESE.fullmatch(name) is None:
            parts = re.findall(r"[^\W_]+", name)
            if any(part.isalpha() for part in parts):
                yield Rule(re.compile(rf"(?<![a-z]){_APART.join(parts)}(?![a-z])"))
            continue
        if len(name) > 1:
            yield Rule(re.compile(_APART.join(name) + f"{_CALLED}?"))
        surname = name[:2] if _TWO_SIGN_SURNAMES.match(name) else name[0]
        yield Rule(re.compile(rf"{surname}(?:某{{1,2}}{_CALLED}?|氏|{_CALLED})"))


# --- accounts, plates, doors, and sentences about oneself --------------------------------------

ACCOUNTS: Final = (
    Rule(
        re.compile(
            r"(?:微信|薇信|威信|vx|v信|wx|wechat)(?:号码?|id)?[是为:\s]{0,3}([a-z][-_a-z0-9]{5,19})(?![a-z0-9])"
        ),
        group=1,
    ),
    Rule(re.compile(r"(?:qq|扣扣)(?:号码?|群)?[是为:\s]{0,3}([1-9]\d{4,10})(?!\d)"), group=1),
    Rule(
        re.compile(r"(?:抖音|快手|支付宝|小红书|微博)(?:账?号|id)[是为:\s]{0,3}([-_.a-z0-9]{4,20})"), group=1
    ),
)
PLATE: Final = Rule(
    re.compile(
        rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]{_GAP}?"
        r"(?=[a-z0-9]{0,4}\d)[a-hj-np-z0-9]{4,5}[a-hj-np-z0-9挂学警港澳](?![a-z0-9])"
    )
)
_NUMBER: Final = "(?:\\d{1,4}|[一二三四五六七八九十百]{1,4})"
_FLAT: Final = (
    rf"(?:第?{_NUMBER}单元)?(?:第?{_NUMBER}[楼层])?(?:{_NUMBER}(?:室|号房|房间?|户)|\d{{3,4}}(?!\d))?"
)
# 栋 and 座 also count buildings: "三栋楼房", "两座砖窑" are not doors.
_NOT_COUNTED: Final = r"(?!楼房|厂房|仓库|别墅|宿舍|建筑|民房|大楼|高楼|楼(?![上下顶里]))"
_NOT_A_DOOR: Final = (
    r"(?!令|文|公告|线|站|排|炉|井|机|泵|车|地块|口|[晚早夜]|[上下中]午|凌晨|白天|开始|那天|[^\W\d_]?月)"
)
ADDRESSES: Final = (
    Rule(re.compile(rf"(?:[a-z]?{_NUMBER}(?:栋|幢|号楼|#楼)|[a-z][座栋幢]){_NOT_COUNTED}{_FLAT}")),
    Rule(re.compile(rf"{_NUMBER}单元{_FLAT}")),
    Rule(re.compile(r"(?<!\d)(?:\d{1,2}-){0,2}\d{3,4}(?:室|号房|房间?)(?!外|内空)")),
    Rule(
        re.compile(
            rf"(?:(?<=大道)|(?<=[路街巷弄村组湾苑坊屯寨冲园])){_NUMBER}号(?:附{_NUMBER}号)?{_NOT_A_DOOR}"
        )
    ),
)
SELF: Final = Rule(
    re.compile(
        r"我叫[㐀-鿿]{2,4}|我姓[㐀-鿿]|我的(?:名字|姓名|电话|手机)|本人|我家(?:就)?[住在]|我(?:就)?住"
        r"|我是[^,。;!?\n]{0,12}?(?:业主|住户|村民|居民|员工|职工|工人|邻居|家属|家长|老师|租户|组长|退休)"
        r"|我[在给][^,。;!?\n]{1,12}?(?:上班|打工|工作)"
        r"|我(?:的)?(?:儿子|女儿|孙子|孙女|老公|老婆|妻子|丈夫|爱人|父亲|母亲|爸|妈)"
    )
)
