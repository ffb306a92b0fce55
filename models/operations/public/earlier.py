"""An earlier complaint of one's own, proven by its query code or its receipt: what a new one follows."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from models.domain.errors import Flaw, Invalid, NotFound
from models.domain.words.numbering import parse_public_number
from models.domain.words.query_codes import parse
from models.operations.act import Act
from models.operations.public.finding import found
from models.operations.receipts import issuing

_CODE = "以前的编号或查询码不对；不想关联以前的举报，可以不填"
_RECEIPT = "以前的回执不完整或不是本单位签发的；不想关联以前的举报，可以不附"


def proven(act: Act, code: tuple[str, str] | None, receipt: Mapping[str, str] | None) -> UUID | None:
    """
    The complaint that number and code, or a receipt, belong to.

    Raises:
        NotFound: the code does not fit. Invalid: the receipt proves nothing.
    """
    if code is not None:
        try:
            return UUID(str(found(act, parse_public_number(code[0]), parse(code[1])).id))
        except NotFound:
            raise NotFound(_CODE) from None
    if receipt is None:
        return None
    try:
        complaint = issuing.follows(act, receipt)
    except TypeError:
        complaint = None
    if complaint is None:
        raise Invalid(flaws=[Flaw("/follows_receipt", "not_proven", _RECEIPT)])
    return complaint
