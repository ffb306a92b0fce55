"""
What gives a person away in a text meant for everybody, beyond what a reporter's own words are searched for.

Nobody's name is known here, so names are found by what stands beside them: a post before, a form of address
behind. Numbers of complaints and positions on a map lead back to a reporter just as well. All of it is read
in the folded copy of ``personal``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from models.domain.words.personal import Folded, Rule

_SURNAME: Final = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|"
    "[王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧肖冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范"
    "江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤温"
    "申阮莫易向欧庞颜柳粟禹])"
)
_POSTS: Final = (
    "举报人|投诉人|反映人|来电人|当事人|法定代表人|法人代表|法人|负责人|经营者|业主|房东|户主|老板|厂长|经理"
    "|联系人|承办人|经办人|执法人员|姓名|村民|居民|市民"
)
_CALLED: Final = (
    "(?:先生|女士|小姐|太太|师傅|老师|同志|大爷|大妈|大叔|阿姨|大哥|大姐|老板|厂长|经理|书记|主任|组长)"
)
# A name ends where the sentence goes on: otherwise 负责人于当日 would be a name.
_ENDS: Final = r"(?=[\s,。;:!?、()（）《》\"'“”]|\Z|[的称说表已将向对与和及等])"

NAMES: Final = (
    Rule(
        re.compile(
            rf"(?:{_POSTS})(?:姓名)?[是为叫:\s(]{{0,2}}((?!方面|常[年常]|高温){_SURNAME}[㐀-鿿]{{1,2}}){_ENDS}"
        ),
        group=1,
    ),
    Rule(re.compile(rf"{_SURNAME}(?!某)[㐀-鿿]{{0,2}}?{_CALLED}")),
)
"""Names by their neighbours; 李某 and 李某某 are masked already and stay."""

NUMBERS: Final = (
    Rule(re.compile(r"[^\W\d_]{1,6}举[〔\[(【]\d{4}[〕\])】]\d{1,9}号")),
    Rule(
        re.compile(
            r"(?:工单|来件|举报|受理|信访|转办单?|交办单?|查询)(?:编号|号码?|码)[是为:\s]{0,3}([a-z0-9][a-z0-9\-]{4,})"
        ),
        group=1,
    ),
)
"""Numbers of cases and complaints: who holds one can ask for more."""

POSITIONS: Final = (
    Rule(re.compile(r"(?<![\d.])\d{1,3}\.\d{4,}(?![\d.])(?:\s{0,2}[,、/]\s{0,2}\d{1,3}\.\d{4,}(?![\d.]))?")),
    Rule(re.compile(r"\d{1,3}°\d{1,2}['′](?:\d{1,2}(?:\.\d+)?[\"″])?")),
)
"""Degrees to four places are ten metres: one house."""

_NUMBER: Final = "(?:\\d{1,4}|[一二三四五六七八九十百]{1,4})"
DOORS: Final = (
    Rule(re.compile(rf"门牌号?[是为:\s]{{0,2}}({_NUMBER}号?(?:附{_NUMBER}号)?)"), group=1),
    Rule(
        re.compile(
            rf"(?<![\d令]){_NUMBER}号(?:附{_NUMBER}号)?(?=住宅|住户|宅院|院子|民房|门面|商铺|铺面|门店)"
        )
    ),
)
"""Doors that no street stands before."""

_DEALT_WITH: Final = (
    "(?:处理|处分|处罚|问责|警告|记过|降级|撤职|开除|约谈|诫勉|批评教育|通报批评|罚款|拘留|训诫|立案|追责)"
)
DEALT_WITH: Final = (
    Rule(
        re.compile(
            rf"(?:对|将|给予|责成|经查[,:]?)({_SURNAME}(?!某)[㐀-鿿]{{1,2}}?)(?:同志)?"
            rf"(?:等\w{{0,3}}人?)?(?:进行|作出|予以|给予|依法|严肃|党内|行政|政务|停职){{0,3}}{_DEALT_WITH}"
        ),
        group=1,
    ),
    Rule(
        re.compile(
            rf"(?:被处理|受处分|被问责|责任)人(?:员)?[是为:\s]{{0,2}}({_SURNAME}(?!某)[㐀-鿿]{{1,2}}?){_ENDS}"
        ),
        group=1,
    ),
)
"""A name beside what was done to the person: not replaced, because 对周边 reads like one."""

BEDS: Final = (
    Rule(re.compile(r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4})号?床(?!铺|垫|身|面|底|单|位数)")),
    Rule(re.compile(r"(?:床号|病房|房间号?|房号|宿舍)[是为:\s]{0,2}\d{1,4}")),
)
MINORS: Final = (
    Rule(re.compile(r"未成年|(?:小|中|初中|高中)学生|幼儿园?(?:学生|孩子)|(?:男|女)(?:童|孩)|儿童|婴幼?儿")),
    Rule(re.compile(r"(?<!\d)(?:1[0-7]|[1-9])(?:周)?岁")),
)
INFORMANTS: Final = (Rule(re.compile(r"举报人|投诉人|信访人|反映人|来电人|来信人|来访人|检举人|控告人")),)
"""Who speaks of the informant in a text for everybody says that there is one: a person looks."""


def exactly(numbers: Sequence[str]) -> Iterator[Rule]:
    """Rules for these very numbers, with or without what people put between their parts; the longest first."""
    folded = {"".join(re.findall(r"\w", Folded.of(number).plain)) for number in numbers}
    for one in sorted(folded, key=lambda one: (-len(one), one)):
        if len(one) >= 5:
            letters = r"[\s\-‐-―_]{0,2}".join(map(re.escape, one))
            yield Rule(re.compile(rf"(?<![a-z0-9]){letters}(?![a-z0-9])"))
