"""The rule table: what is shipped, what is chosen on a day, and what a bad file is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.access import Role
from models.domain.errors import Invalid
from models.domain.timing.clocks import Source
from models.domain.timing.rules import Confidence, Party, Rule, Scope, Subject, basis_on, choose, parse_rules
from models.domain.timing.terms import Direction, Term, Unit
from models.domain.timing.triggers import TRIGGER_TITLES, Trigger

TEXT: Final = (Path(__file__).parents[3] / "models/reference/rules.toml").read_text("utf-8")
RULES: Final = parse_rules(TEXT)
BY_ID: Final = {rule.rule_id: rule for rule in RULES}
ALL: Final = tuple(Scope)


@pytest.mark.parametrize(
    ("rule_id", "length", "scope", "confidence"),
    [
        ("RPT_ACCEPT_TELL", "15日", "national", "V"),
        ("RPT_FORWARD_INNER", "3个工作日", "national", "V"),
        ("RPT_ASSIGN_LOWER", "3个工作日", "national", "V"),
        ("RPT_CLOSE", "60日", "national", "V"),
        ("XF_TELL", "15日", "national", "V"),
        ("XF_CLOSE", "60日", "national", "V"),
        ("ARCHIVE_BY", "次年3月31日", "national", "V"),
        ("RPT_URGENT", "1小时", "beita", "M"),
        ("RPT_REPLY", "3个工作日", "beita", "M"),
        ("RPT_CALL_BACK", "5个工作日", "beita", "M"),
        ("RPT_SUPPLEMENT", "7日", "beita", "M"),
        ("RPT_REDO", "10个工作日", "beita", "M"),
        ("CASE_TRIAGE", "3个工作日", "beita", "M"),
        ("RPT_REFUSAL_REVIEW", "2个工作日", "beita", "M"),
        ("REVIEW_NOT_FIXED", "5个工作日", "beita", "M"),
        ("OBJECTION_REPLY", "10个工作日", "beita", "M"),
        ("PUBLICATION_RETRACT", "3个工作日", "beita", "M"),
        ("RECT_PLAN", "15日", "beita", "M"),
        ("RECT_PLAN_REVIEW", "5个工作日", "beita", "M"),
        ("RECT_EXTEND", "5个工作日", "beita", "M"),
        ("RECT_APPLY", "10个工作日", "beita", "M"),
        ("RECT_MATERIALS", "5个工作日", "beita", "M"),
        ("RECT_VERIFY", "10个工作日", "beita", "M"),
        ("RECT_PUBLISH", "5个工作日", "beita", "M"),
        ("RECT_PUBLICITY", "5个工作日", "beita", "M"),
        ("RECT_APPROVE", "5个工作日", "beita", "M"),
        ("RECT_WRITE_OFF", "5个工作日", "beita", "M"),
        ("LOOK_BACK_FIRST", "3个月", "beita", "M"),
        ("LOOK_BACK_SECOND", "12个月", "beita", "M"),
        ("LOOK_BACK_APART", "3个月", "beita", "M"),
        ("RECT_ARCHIVE", "20个工作日", "beita", "M"),
        ("RELAPSE_WATCH", "24个月", "beita", "M"),
        ("HOTLINE_SIGN", "1个工作日", "beita", "?"),
        ("HOTLINE_RETURN", "1个工作日", "beita", "?"),
        ("PLATFORM_REPLY", "1个工作日", "beita", "?"),
    ],
)
def test_shipped_lengths(rule_id: str, length: str, scope: str, confidence: str) -> None:
    """Each shipped rule has the length, scope and confidence that the rulebook gives it."""
    rule = BY_ID[rule_id]
    assert (rule.term.text, rule.scope, rule.confidence) == (length, scope, confidence)


def test_every_shipped_rule_is_tested_above() -> None:
    """No rule is shipped twice, and none beyond the thirty-five that are checked by name."""
    assert len(RULES) == len(BY_ID) == 35


def test_closing_may_be_extended_once_by_the_supervisor() -> None:
    """令15 art. 11: once, by at most 30 days, approved by the head, the reporter told why."""
    rule = BY_ID["RPT_CLOSE"]
    assert (rule.max_extensions, rule.extension) == (1, Term(30, Unit.ND))
    assert (rule.ext_approver_role, rule.must_notify) == (Role.SUPERVISOR, (Party.REPORTER,))
    assert (rule.subject, rule.trigger) == (Subject.CASE, Trigger.ACCEPTED)
    assert BY_ID["RPT_ACCEPT_TELL"].extension is None


def test_suspension_is_local_practice() -> None:
    """No statute suspends the closing limit: each ground is the bureau's own, unverified and changeable."""
    reasons = [reason for rule in RULES for reason in rule.suspend_reasons]
    assert {reason.title for reason in reasons} == {
        "等待检测鉴定结果",
        "等待上级裁定主办单位",
        "等待司法程序",
    }
    assert all(
        (reason.scope, reason.confidence, reason.overridable) == (Scope.BEITA, Confidence.MEMORY, True)
        for reason in reasons
    )


def test_what_the_bureau_set_itself_can_be_changed() -> None:
    """National rules cannot be overridden; local ones can, and no unverified number poses as national."""
    for rule in RULES:
        assert rule.overridable == (rule.scope is not Scope.NATIONAL)
        assert rule.scope is not Scope.NATIONAL or rule.confidence is Confidence.READ
        assert rule.scope.source is (Source.NATIONAL if rule.scope is Scope.NATIONAL else Source.LOCAL)


def test_every_rule_stands_on_a_basis_through_its_validity() -> None:
    """From its first day on every shipped rule has a legal basis, and its version names it for good."""
    for rule in RULES:
        assert basis_on(rule, rule.valid_from) is not None
        assert basis_on(rule, date(2026, 11, 23)) is not None
    assert BY_ID["RPT_CLOSE"].version == "RPT_CLOSE@national@2011-03-01"
    assert BY_ID["RPT_CLOSE"].basis[0].text == "《环保举报热线工作管理办法》第十一条"
    assert not BY_ID["CASE_TRIAGE"].basis[0].text.startswith("《")


def test_only_publicity_counts_its_first_day() -> None:
    """Practice counts the first day of a publicity; of every limit for doing something the law leaves it out."""
    assert [rule.rule_id for rule in RULES if rule.counts_start_day] == ["RECT_PUBLICITY"]


def test_every_trigger_has_its_word() -> None:
    """Every event from which a rule counts has its Chinese word for explanations."""
    assert set(TRIGGER_TITLES) == set(Trigger)


ROW: Final = """
[[rule]]
rule_id = "R"
title = "期限"
subject = "case"
trigger = "accepted"
length = 10
unit = "ND"
severity = 1
scope = "national"
confidence = "V"
overridable = false
valid_from = 2020-01-01
basis = [{ instrument = "甲法", article = "第一条", valid_from = 2020-01-01 }]
"""


def row(*changes: tuple[str, str], more: str = "") -> str:
    text = ROW
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text + more


def window(first: str, last: str | None, *, length: int = 10, scope: str = "national") -> str:
    more = "" if last is None else f"valid_to = {last}\n"
    return row(
        ("valid_from = 2020-01-01\nbasis", f"valid_from = {first}\nbasis"),
        ("length = 10", f"length = {length}"),
        ('"national"', f'"{scope}"'),
        more=more,
    )


def test_defaults_are_those_of_most_rules() -> None:
    """Unless said otherwise a rule counts forward, rolls, is neither extended nor suspended, tells nobody."""
    (rule,) = parse_rules(ROW)
    assert (rule.direction, rule.roll, rule.max_extensions) == (Direction.AFTER, True, 0)
    assert (rule.suspend_reasons, rule.must_notify, rule.valid_to) == ((), (), None)


def test_the_window_that_holds_the_day_is_chosen() -> None:
    """A changed law is a new window: each day finds the rule then in force, its last day included."""
    rules = parse_rules(window("2020-01-01", "2026-08-14", length=20) + window("2026-08-15", None, length=15))
    lengths = {
        day: [rule.length for rule in choose(rules, "R", day, ALL)]
        for day in (date(2019, 12, 31), date(2026, 8, 14), date(2026, 8, 15))
    }
    assert list(lengths.values()) == [[], [20], [15]]
    assert choose(rules, "OTHER", date(2026, 8, 15), ALL) == ()


def test_one_rule_a_scope_in_the_order_asked_for() -> None:
    """National and local rules are candidates side by side; scopes not asked for stay out."""
    rules = parse_rules(
        window("2020-01-01", None) + window("2020-01-01", None, length=5, scope="hunan")
    )  # fmt: skip
    found = choose(rules, "R", date(2026, 1, 1), ["hunan", "national", "hunan"])
    assert [(rule.scope, rule.length) for rule in found] == [(Scope.HUNAN, 5), (Scope.NATIONAL, 10)]
    assert [rule.scope for rule in choose(rules, "R", date(2026, 1, 1), ["national", "beita"])] == [
        "national"
    ]


def test_the_basis_is_that_of_the_day_of_the_act() -> None:
    """An act before the code's first day cites the old law, one after it the new; between them none."""
    basis = (
        '[{ instrument = "旧法", article = "第一条", valid_from = 2015-01-01, valid_to = 2026-08-14 },'
        ' { instrument = "法典", article = "第二条", valid_from = 2026-08-16 }]'
    )
    old = '[{ instrument = "甲法", article = "第一条", valid_from = 2020-01-01 }]'
    (rule,) = parse_rules(row((old, basis)))
    texts = {day: basis_on(rule, date(2026, 8, day)) for day in (14, 15, 16)}
    assert [one.text if one else None for one in texts.values()] == ["《旧法》第一条", None, "《法典》第二条"]


@given(edges=st.lists(st.dates(date(2000, 1, 1), date(2040, 1, 1)), min_size=4, max_size=4))
def test_overlapping_windows_are_refused(edges: list[date]) -> None:
    """Two windows of one rule in one scope are accepted exactly when they share no day."""
    (a, b), (c, d) = sorted(edges[:2]), sorted(edges[2:])
    text = window(str(a), str(b)) + window(str(c), str(d))
    if b < c or d < a:
        assert len(parse_rules(text)) == 2
        return
    with pytest.raises(Invalid) as caught:
        parse_rules(text)
    assert [flaw.code for flaw in caught.value.flaws] == ["overlap"]


def test_an_open_window_overlaps_all_that_follows() -> None:
    """A rule without last day overlaps a later one; in another scope it does not."""
    with pytest.raises(Invalid):
        parse_rules(window("2020-01-01", None) + window("2027-01-01", None))
    assert len(parse_rules(window("2020-01-01", None) + window("2027-01-01", None, scope="beita"))) == 2


BASIS: Final = 'basis = [{ instrument = "甲法", article = "第一条", valid_from = 2020-01-01 }]'
SINCE: Final = "false\nvalid_from = 2020-01-01"
MONTH_DAY: Final = ('"ND"', '"MD"')
BACK: Final = 'direction = "before"\n'
EXTENSION: Final = 'max_extensions = 1\next_length = 5\next_unit = "ND"\next_approver_role = "supervisor"\n'
REASON: Final = '{ code = "a", title = "b", scope = "beita", confidence = "M", overridable = true }'


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("", "/rule", "empty"),
        ("[[rule]", "", "toml"),
        ("rule = [1]", "/rule", "empty"),
        (row(more="ext_days = 3"), "/rule/0/ext_days", "unknown"),
        ("version = 1\n" + ROW, "/version", "unknown"),
        (row(('"ND"', '"TD"')), "/rule/0/unit", "wrong"),
        (row(('"case"', '"person"')), "/rule/0/subject", "wrong"),
        (row(('"accepted"', '"guessed"')), "/rule/0/trigger", "wrong"),
        (row(('"V"', '"sure"')), "/rule/0/confidence", "wrong"),
        (row(('"national"', '["national"]')), "/rule/0/scope", "wrong"),
        (row(("length = 10\n", "")), "/rule/0/length", "missing"),
        (row(("length = 10", "length = -1")), "/rule/0/length", "wrong"),
        (row(("length = 10", "length = 10.5")), "/rule/0/length", "wrong"),
        (row(('rule_id = "R"', 'rule_id = ""')), "/rule/0/rule_id", "wrong"),
        (row(("overridable = false", 'overridable = "no"')), "/rule/0/overridable", "wrong"),
        (row((SINCE, 'false\nvalid_from = "2020-01-01"')), "/rule/0/valid_from", "wrong"),
        (row((SINCE, f"{SINCE}T00:00:00")), "/rule/0/valid_from", "wrong"),
        (row(more="valid_to = 2019-01-01"), "/rule/0/valid_to", "order"),
        (row(('条", valid_from = 2020-01-01', '条"')), "/rule/0/basis/0/valid_from", "missing"),
        (row(('article = "第一条"', 'paragraph = "第一条"')), "/rule/0/basis/0/paragraph", "unknown"),
        (row((BASIS, "")), "/rule/0/basis", "missing"),
        (row((BASIS, "basis = 3")), "/rule/0/basis", "wrong"),
        (row(("length = 10", "length = 1301"), MONTH_DAY), "/rule/0/length", "wrong"),
        (row(("length = 10", "length = 331"), MONTH_DAY, more=BACK), "/rule/0/direction", "wrong"),
        (row(more=BACK + EXTENSION), "/rule/0/direction", "wrong"),
        (row(more=f"{BACK}suspend_reasons = [{REASON}]"), "/rule/0/direction", "wrong"),
        (row(more="max_extensions = 1"), "/rule/0/max_extensions", "extension"),
        (row(more="ext_length = 30"), "/rule/0/max_extensions", "extension"),
        (row(more=EXTENSION.replace('"ND"', '"H"')), "/rule/0/ext_unit", "wrong"),
        (row(more=EXTENSION.replace('"ND"', '"MD"')), "/rule/0/ext_unit", "wrong"),
        (row(more=EXTENSION.replace('"supervisor"', '"king"')), "/rule/0/ext_approver_role", "wrong"),
        (row(more="counts_start_day = true"), "/rule/0/counts_start_day", "wrong"),
        (row(more="counts_start_day = 1"), "/rule/0/counts_start_day", "wrong"),
        (row(more='must_notify = ["press"]'), "/rule/0/must_notify", "wrong"),
        (row(more='suspend_reasons = [{ code = "a" }]'), "/rule/0/suspend_reasons/0/title", "missing"),
    ],
)  # fmt: skip
def test_a_bad_rule_names_its_flaw(text: str, pointer: str, code: str) -> None:
    """A bad rule file is refused with the place, a stable code and a Chinese sentence."""
    with pytest.raises(Invalid) as caught:
        parse_rules(text)
    assert (pointer, code) in [(flaw.pointer, flaw.code) for flaw in caught.value.flaws]


def test_all_flaws_are_told_at_once() -> None:
    """Two bad rules and three bad cells make one refusal that names rule and cell of each."""
    text = row(("length = 10", "length = -1"), ('"V"', '"W"')) + row(('"case"', '"cake"'))
    with pytest.raises(Invalid) as caught:
        parse_rules(text)
    messages = [flaw.message for flaw in caught.value.flaws]
    assert [message[:5] for message in messages] == ["第1条规则", "第1条规则", "第2条规则"]
    assert messages[2] == "第2条规则：subject 只能是 case、complaint、publication、item 之一"


def test_a_rule_can_be_extended_in_its_own_kind() -> None:
    """An hour limit that is extended by hours is a fair rule."""
    text = row(('"ND"', '"H"'), more=EXTENSION.replace('"ND"', '"H"'))
    (rule,) = parse_rules(text)
    assert isinstance(rule, Rule)
    assert rule.extension == Term(5, Unit.H)
