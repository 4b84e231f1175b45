"""身份核实：可插拔的方式，由运维在设置里选（REQUESTS_IDENTITY），也可以一种也不用。

内置 email、sms 两种：向申请人自己填的邮箱、手机发六位数字，填回来即核实。别的方式写一个 Provider，
在设置里写它的路径。法律只要求提供身份证明，没有要求网上核实，所以缺省不用（条例第二十九条）。
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPException
from typing import Any, Final, Protocol

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.core.visitors import keyed_digest

MINUTES: Final = 10
TRIES: Final = 5


class SendError(Exception):
    """没有发出去：服务不通。"""


class Provider(Protocol):
    """核实方式：code 代码（记入案卷），label 名称，field 发到 Applicant 的哪一栏。"""

    code: str
    label: Any
    field: str

    def send(self, target: str, text: str) -> None:
        """把 text 发给 target。错误：SendError。"""


class EmailCode:
    """电子邮件验证码。"""

    code, label, field = "email", gettext_lazy("电子邮件验证码"), "email"

    def send(self, target: str, text: str) -> None:
        try:
            send_mail(_("政府信息公开申请：身份核实"), text, None, [target])
        except (OSError, SMTPException) as error:
            raise SendError from error


class SmsCode:
    """短信验证码：由设置 SMS_SENDER 所指的函数（号码, 文字）发送。"""

    code, label, field = "sms", gettext_lazy("短信验证码"), "phone"

    def send(self, target: str, text: str) -> None:
        try:
            import_string(settings.SMS_SENDER)(target, text)
        except OSError as error:
            raise SendError from error


def sms_to_file(target: str, text: str) -> None:
    """短信写进文件：一行一条 JSON，由短信网关的程序取走；文件只有本程序的用户能读。"""
    path = Path(settings.SMS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"to": target, "text": text, "at": timezone.now().isoformat()}, ensure_ascii=False)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(line + "\n")


_BUILT_IN: Final[dict[str, type[Provider]]] = {"email": EmailCode, "sms": SmsCode}


def providers() -> list[Provider]:
    """在用的核实方式，按设置的次序；没有设置为空。"""
    return [(_BUILT_IN.get(name) or import_string(name))() for name in settings.REQUESTS_IDENTITY]


def provider(code: str) -> Provider | None:
    """按代码取在用的核实方式。"""
    return next((each for each in providers() if each.code == code), None)


def issue(chosen: Provider, target: str) -> dict[str, Any]:
    """发验证码：返回要存在草稿里的待核实状态（只有摘要，没有验证码）。错误：SendError。"""
    code = f"{secrets.randbelow(1_000_000):06d}"
    text = _("您的验证码是 %(code)s，%(minutes)s 分钟内有效。不是您本人申请的，请不要理会。")
    chosen.send(target, text % {"code": code, "minutes": MINUTES})
    until = timezone.now() + timedelta(minutes=MINUTES)
    return {
        "by": chosen.code,
        "target": target,
        "digest": keyed_digest(f"identity:{target}:{code}"),
        "until": until.isoformat(),
        "tries": 0,
    }


def matches(pending: Mapping[str, Any], given: str) -> bool:
    """验证码对不对：过期的、试过 5 次的都不算；常数时间比较。"""
    if pending["tries"] >= TRIES or timezone.now().isoformat() > pending["until"]:
        return False
    return constant_time_compare(pending["digest"], keyed_digest(f"identity:{pending['target']}:{given}"))
