"""What is planted: keys and addresses of channels, somebody who objects, an item with its people and papers."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from tests.test_planted import IN_PHOTOS

SIGNING: Final = "whsec_" + b64encode(b"planted-signing-secret-0123456789").decode()
ROBOT: Final = "9d3f6f0a-planted-robot-key"
HOOK: Final = "planted-hook-path-77"
EXTRA: Final = "SECplantedextra0099887766"
MAIL_CODE: Final = "planted-mail-code-5151"
SMS_CODE: Final = "planted-sms-app-code-6161"
OBJECTOR: Final = "样例辛无咎"
OBJECTS_BY: Final = "13800000461"
OBJECTION: Final = "样例异议全文：我家在桥头第四户，夜里还在排黑水"
MY_PHONE: Final = "13800000462"
MY_MAIL: Final = "planted.box@example.cn"
SEALED: Final = [SIGNING, ROBOT, HOOK, EXTRA, MAIL_CODE, SMS_CODE]
SEALED_TOO: Final = [OBJECTOR, OBJECTS_BY, OBJECTION, MY_PHONE, MY_MAIL]

ITEM: Final = "样例问题原文：渠尾第七户门前黑臭"
PERSON: Final = "样例壬负责"
TASK_PERSON: Final = "样例癸承办"
IN_CELL: Final = "13800000463"
PAPER: Final = "样例材料标题子丑寅"
FILE_NAME: Final = "样例文件名卯辰巳.jpg"
AT_STATION: Final = "样例机位午未申"
WORK: Final = [ITEM, PERSON, TASK_PERSON, IN_CELL, PAPER, FILE_NAME, AT_STATION, *IN_PHOTOS]

PLAIN: Final = "http://127.0.0.1:9"
CHANNELS: Final[dict[str, dict[str, Any]]] = {
    "webhook": {"url": f"{PLAIN}/{HOOK}", "secret": SIGNING},
    "wecom": {"url": f"{PLAIN}/send?key={ROBOT}"},
    "dingtalk": {"url": f"{PLAIN}/robot?access_token={ROBOT}", "secret": EXTRA},
    "smtp": {
        "host": "127.0.0.1",
        "port": 9,
        "security": "plain",
        "username": "post",
        "password": MAIL_CODE,
        "sender": "tx@example.cn",
    },
    "sms": {
        "url": f"{PLAIN}/{HOOK}",
        "phone_field": "mobile",
        "text_field": "text",
        "fields": {"app": SMS_CODE},
        "headers": {"X-App": SMS_CODE},
        "ok_path": "code",
        "ok_value": "0",
    },
}
