"""The masked working copy, and the check of what the clerk made of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.words import personal
from models.domain.words.masking import LABELS, NOTES, Kind, propose, warnings

MOBILE = "13800000201"


def test_a_whole_complaint() -> None:
    """A complaint keeps what it is about and loses who wrote it."""
    words = (
        "我叫张三，住样例小区3栋2单元501室，每晚十点样例巷的豆腐坊（湘E12345送煤）一股酸臭。"
        "电话138 0000 0201。"
    )
    masked = propose(words, names=["张三"])
    assert masked.text == (
        "我叫〔姓名〕，住样例小区〔门牌〕，每晚十点样例巷的豆腐坊（〔车牌〕送煤）一股酸臭。电话〔电话〕。"
    )
    assert all(hit.note for hit in masked.hits)
    assert [hit.start for hit in masked.hits] == sorted(hit.start for hit in masked.hits)
    assert not warnings(masked.text, names=["张三"], phones=["13800000201"])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("我叫李四光，", "我叫李四光"),
        ("本人举报", "本人"),
        ("我家住在厂边上", "我家住"),
        ("我是对面的业主", "我是对面的业主"),
        ("我在这个厂上班三年", "我在这个厂上班"),
        ("我女儿哮喘", "我女儿"),
    ],
)
def test_sentences_about_oneself_are_pointed_out(words: str, hint: str) -> None:
    """What tells who writes is shown to the clerk and not replaced."""
    masked = propose(words)
    assert masked.text == words
    assert [(hit.kind, words[hit.start : hit.end], hit.replaced) for hit in masked.hits] == [
        (Kind.SELF, hint, False)
    ]


def test_a_doubtful_run_of_digits_is_a_hint() -> None:
    """Eleven digits in groups that nobody uses for a telephone are shown, not replaced."""
    masked = propose("13-15 16-18 9-11点")
    assert masked.text == "13-15 16-18 9-11点"
    assert [(hit.kind, hit.replaced) for hit in masked.hits] == [(Kind.PHONE, False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("联系138..0000..0201", [("phone", "138..0000..0201")]),
        ("1楼3.8 0,0,0,0,0 2/0/1", [("phone", "1楼3.8 0,0,0,0,0 2/0/1")]),
        ("1楼3.8 0,0,0,0,0 2/0/2", []),
        ("订单9138000002015", [("phone", "13800000201")]),
        ("1、3、8、0、0、0、0、0、2、0、1", [("phone", "1、3、8、0、0、0、0、0、2、0、1")]),
        ("一三八，零零零零，零二零一", [("phone", "一三八，零零零零，零二零一")]),
        ("区号0739，号码532-1234", [("phone", "739，号码532-1234")]),
        ("号码532-1234", [("phone", "532-1234")]),
        ("五三二一二三四", [("phone", "五三二一二三四")]),
        ("73953212345", []),
        ("张-三反映", [("name", "张-三")]),
        ("张*三反映", [("name", "张*三")]),
        ("张　三反映", [("name", "张　三")]),
        ("张女士反映", [("name", "张女士")]),
        ("11010519491231002X", [("id_card", "11010519491231002X")]),
        ("反映人住3栋，车牌湘E12345", []),
        ("13900000202", [("phone", "13900000202")]),
    ],
)
def test_warnings_find_what_was_left(text: str, expected: list[tuple[str, str]]) -> None:
    """The reporter's name and numbers are found in the clerk's text however they are split."""
    hits = warnings(text, names=["张三"], phones=["+8613800000201", "0739-5321234"])
    assert [(hit.kind.value, text[hit.start : hit.end]) for hit in hits] == expected
    assert not any(hit.replaced for hit in hits)


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("+8613800000201", "1 3 8 0000 0201"),
        ("86 13800000201", "13800000201"),
        ("008613800000201", "13800000201"),
        ("１３８０００００２０１", "13800000201"),
        ("+867395321234", "5321234"),
        ("010-62345678", "62345678"),
        ("+85223456789", "2345 6789"),
    ],
)
def test_a_number_is_found_whatever_form_it_was_kept_in(phone: str, text: str) -> None:
    """E.164, national, full-width and local forms of one number meet."""
    assert warnings(text, names=(), phones=[phone])


@pytest.mark.parametrize("phone", ["", "12345", "无"])
def test_a_short_code_warns_of_nothing(phone: str) -> None:
    """What is too short to name a person is not looked for."""
    assert not list(personal.digits_of(phone))
    assert not warnings("请打12345", names=(), phones=[phone])


@pytest.mark.parametrize("name", ["", "  ", "市民", "匿名先生"])
def test_empty_names_hide_nothing(name: str) -> None:
    """A form of address without a name does not blank the text."""
    assert propose("市民反映有臭味", names=[name]).text == "市民反映有臭味"


PERSONAL = (
    MOBILE,
    "0739-5321234",
    "张三",
    "张先生",
    "湘E12345",
    "3栋2单元501室",
    "11010519491231002X",
    "a@b.cn",
)
OTHER = (
    "微信abc_123",
    "QQ123456",
    "臭味",
    "本人",
    "，",
    "。",
    " ",
    "\n",
    "-",
    "1",
    "８",
    "①",
    "〇",
    "㎡",
    "\u200b",
)
PIECES = st.sampled_from(PERSONAL + OTHER)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_hits_tell_what_was_written(words: str) -> None:
    """Hits do not overlap, lie inside the words, and rebuild the masked text from the original."""
    masked = propose(words, names=["张三"])
    text, at = "", 0
    for hit in masked.hits:
        assert at <= hit.start < hit.end <= len(words)
        text += words[at : hit.start] + (LABELS[hit.kind] if hit.replaced else words[hit.start : hit.end])
        at = hit.end
    assert masked.text == text + words[at:]


@given(st.lists(PIECES, max_size=12).map("，".join))
def test_masking_a_masked_text_changes_nothing(words: str) -> None:
    """A second pass finds nothing more to replace."""
    once = propose(words, names=["张三"]).text
    assert propose(once, names=["张三"]).text == once


@given(st.text(max_size=60))
def test_any_text_is_read(words: str) -> None:
    """No text makes masking fail."""
    propose(words, names=[words[:3]])
    warnings(words, names=[words[:3]], phones=[words])


@pytest.mark.parametrize(
    "piece", ["1 ", "1", "138", "一", "a", "1-", "我是", "张", "a.b@", "(86)", "3栋", "湘e1"]
)
def test_long_texts_take_no_time(piece: str) -> None:
    """Ten thousand characters made to slow a pattern down take under two seconds."""
    began = time.perf_counter()
    propose((piece * 10_000)[:10_000], names=["张三"])
    assert time.perf_counter() - began < 2


def test_every_kind_has_its_words() -> None:
    """Each kind has a note for the clerk; each but the hints has a label."""
    assert set(NOTES) == set(Kind)
    assert set(LABELS) == set(Kind) - {Kind.SELF, Kind.MINOR, Kind.INFORMANT}
