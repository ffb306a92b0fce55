"""Categories and triage words: the shipped lists, and what a flawed one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.domain.catalogue import Catalogue, parse_elements, parse_words
from models.domain.errors import Invalid

REFERENCE = Path(__file__).parents[2] / "models/reference"
SHIPPED = Catalogue(
    parse_elements((REFERENCE / "categories.toml").read_text("utf-8")),
    parse_words((REFERENCE / "triage_words.toml").read_text("utf-8")),
)


@pytest.mark.parametrize(
    "name",
    [
        "大气/恶臭异味",
        "大气",
        "水/其他",
        "水/饮用水源",
        "噪声/建设施工噪声",
        "固废/危险废物",
        "辐射",
        "光污染",
        "咨询",
        "其他",
    ],
)
def test_known_categories(name: str) -> None:
    """An element, each of its kinds and its 其他 are categories."""
    SHIPPED.check([name])


@pytest.mark.parametrize("name", ["大气/", "/油烟", "油烟", "大气/油烟/炭火", "咨询/其他", "水 /其他", ""])
def test_unknown_categories(name: str) -> None:
    """Anything else is refused with its place and without an echo."""
    with pytest.raises(Invalid) as refused:
        SHIPPED.check(["大气", name])
    (flaw,) = refused.value.flaws
    assert (flaw.pointer, flaw.code) == ("/categories/1", "unknown_category")


def test_triage_words_are_found_in_any_form() -> None:
    """Full-width letters and line ends hide no word, and each is named once."""
    found = SHIPPED.urgent_words("死鱼死鱼\n油花", "ＸＸ学校")
    assert [one.word for one in found] == ["死鱼", "油花", "学校"]
    assert SHIPPED.urgent_words("白烟", "") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[[element]]\nname = "水"\n[[element]]\nname = "水"', "repeated"),
        ('[[element]]\nname = "水"\nkinds = ["甲", "甲"]', "repeated"),
        ('[[element]]\nname = "水"\nkinds = ["其他"]', "repeated"),
        ('[[element]]\nname = "水/污"', "slash"),
        ('[[element]]\nname = "水"\nkinds = "污"', "wrong"),
        ('[[element]]\nname = "水"\nkind = ["污"]', "unknown"),
        ("", "empty"),
    ],
)
def test_flawed_categories(text: str, code: str) -> None:
    """A repeated, slashed or misspelt row is named."""
    with pytest.raises(Invalid) as refused:
        parse_elements(text)
    assert code in [flaw.code for flaw in refused.value.flaws]


@pytest.mark.parametrize("text", ['[[word]]\nword = "死鱼"', '[[word]]\nword = "a"\nwhy = "b"\n' * 2])
def test_flawed_words(text: str) -> None:
    """A word without its reason or twice is named."""
    with pytest.raises(Invalid):
        parse_words(text)
