"""What gives a person away in free text: found with its place; what only looks like it: left alone."""

import pytest

from models.domain.words import personal
from models.domain.words.masking import Kind, propose, warnings

MOBILE = "13800000201"
NAMES = ("市民张三", "欧阳小明", "Li Wei")


def replaced(words: str) -> list[tuple[str, str]]:
    """Return kind and words of what would be replaced."""
    hits = propose(words, names=NAMES).hits
    return [(hit.kind.value, words[hit.start : hit.end]) for hit in hits if hit.replaced]


@pytest.mark.parametrize(
    "written",
    [
        "13800000201",
        "138 0000 0201",
        "138-0000-0201",
        "138—0000—0201",
        "138.0000.0201",
        "138,0000,0201",
        "1380000 0201",
        "138 00000201",
        "1 3 8 0 0 0 0 0 2 0 1",
        "1-3-8-0-0-0-0-0-2-0-1",
        "１３８０００００２０１",
        "１３８　００００　０２０１",
        "+8613800000201",
        "+86 138 0000 0201",
        "+86-13800000201",
        "(+86)13800000201",
        "8613800000201",
        "008613800000201",
        "013800000201",
        "一三八〇〇〇〇〇二〇一",
        "幺三八零零零零零两零幺",
        "壹叁捌零零零零零贰零壹",
        "一三八0000〇二〇一",
        "138OOOO0201",
        "138\u200b0000\u200b0201",
        "①③⑧⓪⓪⓪⓪⓪②⓪①",
        "1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣0️⃣0️⃣2️⃣0️⃣1️⃣",
        "١٣٨٠٠٠٠٠٢٠١",
        "0739-5321234",
        "0739 532 1234",
        "（0739）5321234",
        "0739-5321234转8012",
        "07395321234",
        "+86 739 5321234",
        "010-62345678",
        "021 6234 5678",
    ],
)
def test_telephones_are_masked(written: str) -> None:
    """A telephone is replaced whole, however it is written, and the words around it stay."""
    masked = propose(f"请打{written}，谢谢")
    assert masked.text == "请打〔电话〕，谢谢"
    assert [hit.kind for hit in masked.hits] == [Kind.PHONE]
    assert warnings(f"请打{written}，谢谢", names=(), phones=())


@pytest.mark.parametrize(
    "words",
    [
        "打12345没人管，12369也打不通，只好打110",
        "2026-11-23 14:30到2026年11月24日",
        "2026-11-23 13:00-15:00",
        "12345-2611230007",
        "样例12345-2611230007",
        "样例WX-20261122-0031",
        "工单20261123000712345",
        "罚款138000元，共1,380,000.00元",
        "111.453300,27.241800",
        "139.917312,42.543770",
        "(111.4533, 27.2418)",
        "1、3、5、7、8、9、10、11、12楼都能闻到",
        "13时到15时，16时到18时",
        "430511-20261123-0007",
        "430511-2024-003-M",
        "91430511MA4L12345X",
        "91430511MA4L12345X001P",
        "914305117000121234",
        "排口DA001、DW001，废物代码900-039-49",
        "北环举〔2026〕17号",
        "11月27号晚上，知道27号要停产",
        "3号炉和2号线、5号排口",
        "国发12号文",
        "三栋楼房，两座砖窑，一座桥，3栋厂房",
        "周围3户人家",
        "主烟囱没什么烟，旁边矮的铁烟道一到下午就冒黄黑烟",
        "微信举报，QQ群里都在说",
        "PM2.5达到138微克，分贝65.3",
        "化验室和办公室",
        "湖南省邵阳市北塔区",
        "第一、第二、第三，一二三四五六七八九十",
        "国王 明天到",
    ],
)
def test_what_is_no_personal_value_stays(words: str) -> None:
    """Dates, order numbers, amounts, coordinates, codes and ordinary words are left alone."""
    assert propose(words, names=NAMES).text == words
    assert warnings(words, names=NAMES, phones=(MOBILE,)) == ()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("11010519491231002X", [("id_card", "11010519491231002X")]),
        ("身份证11010519491231002x。", [("id_card", "11010519491231002x")]),
        ("110105 19491231 002X", [("id_card", "110105 19491231 002X")]),
        ("110105-19491231-002X", [("id_card", "110105-19491231-002X")]),
        ("１１０１０５１９４９１２３１００２Ｘ", [("id_card", "１１０１０５１９４９１２３１００２Ｘ")]),
        ("110105194912310021", [("id_card", "110105194912310021")]),
        ("430511800101123", [("id_card", "430511800101123")]),
        ("卡号6222021234567890128", [("bank_card", "6222021234567890128")]),
        ("4111 1111 1111 1111", [("bank_card", "4111 1111 1111 1111")]),
        ("4111 1111 1111 1112", []),
        ("邮箱zhang.san_1@mail.example.com收", [("email", "zhang.san_1@mail.example.com")]),
        ("13800000201@163.com", [("email", "13800000201@163.com")]),
        ("微信号：zhang_san99", [("account", "zhang_san99")]),
        ("加我微信zhangsan-99吧", [("account", "zhangsan-99")]),
        ("VX13800000201", [("phone", "13800000201")]),
        ("QQ 123456789", [("account", "123456789")]),
        ("ＱＱ号是１２３４５６", [("account", "１２３４５６")]),
        ("抖音号abc.123", [("account", "abc.123")]),
        ("电话：5321234", [("phone", "5321234")]),
        ("座机是53212345转12", [("phone", "53212345转12")]),
        ("湘E12345乱倒", [("plate", "湘E12345")]),
        ("湘E·12345", [("plate", "湘E·12345")]),
        ("湘ED12345新能源", [("plate", "湘ED12345")]),
        ("湘Ｅ１２３４挂", [("plate", "湘Ｅ１２３４挂")]),
        ("3栋2单元501室漏水", [("address", "3栋2单元501室")]),
        ("三栋二单元五楼", [("address", "三栋二单元五楼")]),
        ("A座1203", [("address", "A座1203")]),
        ("12号楼1502", [("address", "12号楼1502")]),
        ("样例小区3栋楼上养狗", [("address", "3栋")]),
        ("2单元501", [("address", "2单元501")]),
        ("样例巷27号后墙", [("address", "27号")]),
        ("样例大道27号附3号", [("address", "27号附3号")]),
        ("3-2-501室", [("address", "3-2-501室")]),
        ("我是张三", [("name", "张三")]),
        ("张三先生来电", [("name", "张三先生")]),
        ("张 三", [("name", "张 三")]),
        ("张先生、张女士、张某某、张氏", [("name", one) for one in ("张先生", "张女士", "张某某", "张氏")]),
        ("欧阳小明和欧阳女士", [("name", "欧阳小明"), ("name", "欧阳女士")]),
        ("LI  WEI写的，Liwei，不是Liweizhen", [("name", "LI  WEI"), ("name", "Liwei")]),
        ("王先生说", []),
        ("①13800000201", [("phone", "13800000201")]),
        ("13800000201，13900000202", [("phone", "13800000201"), ("phone", "13900000202")]),
    ],
)
def test_what_is_masked(words: str, expected: list[tuple[str, str]]) -> None:
    """Each kind of personal value is found with its exact place in the words as written."""
    assert replaced(words) == expected


def test_the_check_of_an_identity_card() -> None:
    """The example of GB 11643 (11010519491231002X) checks, and no other last character does."""
    assert [last for last in "0123456789x" if personal.has_id_check("11010519491231002" + last)] == ["x"]
