"""Contacts 提醒方式: by which channels a person is reached, and in which order."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.problems import refuses
from api.schemas.reminders.channels import ContactsIn, ContactsOut
from api.work import May, Work
from models.domain.access import Verb
from models.domain.errors import Forbidden, NotFound, SessionEnded, Unauthenticated
from models.operations.channels import contacts

mine = APIRouter(prefix="/v1/me/contacts", tags=["本人"])
of_accounts = APIRouter(prefix="/v1/accounts/{account_id}/contacts", tags=["账号"])

Own = Annotated[Work, Depends(May(Verb.OWN))]
Keeping = Annotated[Work, Depends(May(Verb.ACCOUNT_KEEP))]
_ANY = (Unauthenticated, SessionEnded, Forbidden)


@mine.get("", summary="我的提醒方式", responses=refuses(*_ANY), operation_id="list_my_contacts")
async def list_my_contacts(work: Own) -> ContactsOut:
    """提醒从哪里发给我，按先后；地址部分隐去。另附可以选的渠道。"""
    return ContactsOut.of(await work.read(contacts.mine))


@mine.put("", summary="设置我的提醒方式", responses=refuses(*_ANY), operation_id="set_my_contacts")
async def set_my_contacts(body: ContactsIn, work: Own) -> ContactsOut:
    """整个换成这一份，先后即顺序；收件箱里总是收到，不用设置。"""
    await work.do(contacts.set_mine, body.wanted())
    return ContactsOut.of(await work.read(contacts.mine))


@of_accounts.get(
    "", summary="某人的提醒方式", responses=refuses(*_ANY, NotFound), operation_id="list_contacts"
)
async def list_contacts(account_id: UUID, work: Keeping) -> ContactsOut:
    """管理员查看一个人的提醒方式；地址部分隐去。"""
    return ContactsOut.of(await work.read(contacts.of, account_id))


@of_accounts.put("", summary="代设提醒方式", responses=refuses(*_ANY, NotFound), operation_id="set_contacts")
async def set_contacts(account_id: UUID, body: ContactsIn, work: Keeping) -> ContactsOut:
    """本人不会设置时由管理员代设；整个换成这一份。"""
    await work.do(contacts.set_of, account_id, body.wanted())
    return ContactsOut.of(await work.read(contacts.of, account_id))
