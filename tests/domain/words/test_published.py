"""What is masked in a text for everybody, and what is left because it names nobody."""

import pytest

from models.domain.words.masking import LABELS, NOTES, PUBLIC_NOTES, Kind, propose_public

HANDLERS = ("赵样戊",)
NUMBERS = ("ABCDEFGHJKM", "样例12345-2611230007")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("反映人王小明称夜间冒烟", "反映人〔姓名〕称夜间冒烟"),
        ("法定代表人：李大强，", "法定代表人：〔姓名〕，"),
        ("张女士、欧阳师傅反映", "〔姓名〕、〔姓名〕反映"),
        ("赵样戊到场核查，赵某记录", "〔姓名〕到场核查，〔姓名〕记录"),
        ("电话13800000202", "电话〔电话〕"),
        ("身份证430511199001011234", "身份证〔身份证号〕"),
        ("湘E12345、湘ED12345的货车", "〔车牌〕、〔车牌〕的货车"),
        ("建设路12号，3栋2单元501室", "建设路〔门牌〕，〔门牌〕"),
        ("门牌号12号附3号；18号门面", "门牌号〔门牌〕；〔门牌〕门面"),
        ("位于111.4112,27.3123处", "位于〔坐标〕处"),
        ("东经111°24'40\"", "东经〔坐标〕"),
        ("北环举〔2026〕17号", "〔编号〕"),
        ("工单号：12345-2611239999", "工单号：〔编号〕"),
        ("ABCDE-FGHJK-M和abcdefghjkm", "〔编号〕和〔编号〕"),
        ("样例12345-2611230007", "〔编号〕"),
    ],
)
def test_what_names_somebody_is_replaced(words: str, expected: str) -> None:
    """Names by what stands beside them, doors, plates, positions and numbers are replaced, and each is a hit."""
    masked = propose_public(words, names=HANDLERS, numbers=NUMBERS)
    assert masked.text == expected
    assert sum(hit.replaced for hit in masked.hits) == expected.count("〔")
    assert [hit.start for hit in masked.hits] == sorted(hit.start for hit in masked.hits)


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("对王小明作出处理", Kind.NAME, "王小明"),
        ("给予李强党内警告", Kind.NAME, "李强"),
        ("责任人：刘某某、周大海", Kind.NAME, None),
        ("被问责人员：周大海。", Kind.NAME, "周大海"),
        ("住12床的病人", Kind.ADDRESS, "12床"),
        ("床号：7", Kind.ADDRESS, "床号：7"),
        ("附近小学生上学", Kind.MINOR, "小学生"),
        ("一名13岁的孩子", Kind.MINOR, "13岁"),
        ("举报人表示满意", Kind.INFORMANT, "举报人"),
        ("河床3处清淤，1400立方米", Kind.ADDRESS, None),
        ("运行18岁", Kind.MINOR, None),
    ],
)
def test_what_may_give_somebody_away_is_pointed_out(words: str, kind: Kind, found: str | None) -> None:
    """A name beside a penalty, beds, minors and the informant are hits that leave the words as they are."""
    masked = propose_public(words)
    assert masked.text == words
    places = [words[hit.start : hit.end] for hit in masked.hits if hit.kind is kind]
    assert places == ([found] if found else [])


@pytest.mark.parametrize(
    "words",
    [
        "负责人于当日停机整改；业主方面表示配合",
        "李某某反映，李某已整改",
        "依据国办发〔2018〕118号",
        "pH值6.52，颗粒物12.3mg/m3",
        "车间主任到场，高温期间停产",
        "该公司3号炉、2号生产线停产",
        "罚款20000元，2026年11月23日办结",
    ],
)
def test_what_names_nobody_is_left(words: str) -> None:
    """Posts without a name, masked names, official numbers, figures and dates stay."""
    assert propose_public(words, names=HANDLERS, numbers=NUMBERS).text == words


def test_every_kind_is_told() -> None:
    """Every kind of hit has its note for the public text, every kind that is replaced its label."""
    assert set(PUBLIC_NOTES) == set(NOTES) == set(Kind)
    assert set(LABELS) == set(Kind) - {Kind.SELF, Kind.MINOR, Kind.INFORMANT}
