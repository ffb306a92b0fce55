"""What people call the marks of a rule: how well its number is known, and whose rule it is."""

from __future__ import annotations

from typing import Final

from models.domain.timing.rules import Confidence, Scope

CONFIDENCE_TITLES: Final = {
    Confidence.READ: "已核原文",
    Confidence.SECOND_HAND: "已核二手资料",
    Confidence.DOUBTFUL: "资料可疑，引用前须复核",
    Confidence.MEMORY: "凭经验，未核",
    Confidence.UNSETTLED: "各地不一，须由本局确定",
}

SCOPE_TITLES: Final = {
    Scope.NATIONAL: "国家",
    Scope.HUNAN: "湖南省",
    Scope.SHAOYANG: "邵阳市",
    Scope.BEITA: "北塔分局",
}
