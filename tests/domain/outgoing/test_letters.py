"""What leaves the house: one letter of one or several notices."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.domain.outgoing.letters import letter_of, trial_letter

DAY = date(2026, 11, 24)


def content(number: str, headline: str, *, sample: bool = True) -> dict[str, Any]:
    mark = "【示例数据】" if sample else ""
    return {
        "headline": mark + headline,
        "lines": [
            f"{mark}案件：{number}（大气/工业废气，陈家桥镇）",
            "期限：办结期限；依据：《环保举报热线工作管理办法》第十一条",
            "届满：2026-11-24（星期二）24:00，今日24:00届满",
            f"打开案件：/v1/cases/{number}",
        ],
        "link": f"/v1/cases/{number}",
        "number": number,
        "sample": sample,
    }


ONE = content("环督1", "办结期限今日24:00届满")
TWO = content("环督2", "受理告知期限还有3个工作日")


def test_one_notice() -> None:
    """A single notice is its own subject, and its text says case, clock, basis and date."""
    letter = letter_of([ONE], day=DAY, pressing=1, base="https://hx.example")
    assert letter.subject == "【示例数据】办结期限今日24:00届满（环督1）"
    assert letter.text.splitlines() == [
        "案件：环督1（大气/工业废气，陈家桥镇）",
        "期限：办结期限；依据：《环保举报热线工作管理办法》第十一条",
        "届满：2026-11-24（星期二）24:00，今日24:00届满",
    ]
    assert (letter.link, letter.sample, list(letter.notices)) == (
        "https://hx.example/v1/cases/环督1",
        True,
        [ONE],
    )


def test_a_digest() -> None:
    """Several notices are numbered blocks under one subject that says how many press, with the inbox as link."""
    letter = letter_of([ONE, TWO], day=DAY, pressing=1, base="https://hx.example")
    assert letter.subject == "【示例数据】2026-11-24（星期二）期限提醒，共2条，其中1条当日届满或已逾期"
    first, second = letter.text.split("\n\n")
    assert first.startswith("1. 办结期限今日24:00届满\n案件：环督1")
    assert second.startswith("2. 受理告知期限还有3个工作日\n案件：环督2")
    assert letter.link == "https://hx.example/v1/notices"


def test_the_mark_stands_once() -> None:
    """Sample data says so once, in the subject; real data says nothing of the kind."""
    letter = letter_of([ONE, TWO], day=DAY, pressing=0, base="")
    assert (letter.subject + letter.text).count("示例数据") == 1
    real = [content("1", "a", sample=False), content("2", "b", sample=False)]
    letter = letter_of(real, day=DAY, pressing=0, base="")
    assert "示例" not in letter.subject + letter.text
    assert letter.subject == "2026-11-24（星期二）期限提醒，共2条"


def test_without_an_address_no_link() -> None:
    """An instance that does not say where it can be opened sends no link, and no bare path either."""
    letter = letter_of([ONE, TWO], day=DAY, pressing=0, base="")
    assert letter.link is None
    assert "/v1/" not in letter.text


def test_a_trial() -> None:
    """The trial of a channel names no case."""
    assert trial_letter(sample=True).subject == "【示例数据】环巡提醒渠道测试"
    assert trial_letter(sample=False).notices == ()
