"""防刷：按来源数次数，快了先答一道文字题，再快请改用别的渠道；没有图片验证码，读屏也能答。"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongkai.core.fields import blind_index

from ..models import Attempt

_NAMES: Final = "零一二三四五六七八九十"


def note(kind: str, source: str) -> None:
    """记一次：不是业务数据，不进审计；一天后删去。"""
    Attempt.objects.create(kind=kind, source=source)


def recent(kind: str, source: str, minutes: int) -> int:
    """近 minutes 分钟的次数。"""
    since = timezone.now() - timedelta(minutes=minutes)
    return Attempt.objects.filter(kind=kind, source=source, at__gte=since).count()


def needs_puzzle(source: str) -> bool:
    """要先答题：这一来源一小时内已提交了几件。"""
    return recent("submit", source, 60) >= settings.REQUESTS_PUZZLE_AFTER


def is_flooding(source: str, person: str = "") -> bool:
    """太快：这一来源一小时内提交的已到上限；核实过身份的（person）按人数，不按来源。

    几万人同一天要同样的信息，多半从手机来，一个出口地址后面有成千上万的人，不能按地址拦。
    """
    kind, who = ("person", person) if person else ("submit", source)
    return recent(kind, who, 60) >= settings.REQUESTS_HOURLY


def person_of(data: dict[str, Any]) -> str:
    """核实过的人：所核实的电话、邮箱的摘要；没有核实的为空。data 为填了的各栏。"""
    proof = data.get("verified")
    return blind_index("attempt.person", proof["target"]) if proof else ""


def say_number(number: int) -> str:
    """数的说法：中文写成汉字，英文写数字；0 至 99。"""
    if get_language() == "en":
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _NAMES[tens] + "十"
    return head + (_NAMES[ones] if ones or not tens else "")


def puzzle(request: HttpRequest, *, fresh: bool = False) -> str:
    """题目：答案存在会话里，一题只用一次。"""
    kept = request.session.get("puzzle")
    if kept is None or fresh:
        first, second = secrets.randbelow(20) + 11, secrets.randbelow(9) + 1
        kept = [first, second, secrets.randbelow(2)]
        request.session["puzzle"] = kept
    values = {"first": say_number(kept[0]), "second": say_number(kept[1])}
    if kept[2]:
        return _("%(first)s减去%(second)s等于多少？") % values
    return _("%(first)s加上%(second)s等于多少？") % values


def answered(request: HttpRequest, answer: str) -> bool:
    """答对了没有：数字、汉字都认；对错都换一题。"""
    kept = request.session.pop("puzzle", None)
    if kept is None:
        return False
    right = kept[0] - kept[1] if kept[2] else kept[0] + kept[1]
    given = unicodedata.normalize("NFKC", answer).strip()
    tens, ones = divmod(right, 10)
    words = ("" if tens == 0 else "十" if tens == 1 else _NAMES[tens] + "十") + (_NAMES[ones] if ones else "")
    return given in (str(right), words)


def problem(request: HttpRequest, source: str, person: str = "") -> str:
    """提交之前查：像程序填的、太快的、题没有答对的，返回原因；没有问题为空。"""
    if request.POST.get("website"):
        return _("请不要填写“网站”一栏；如果是浏览器自动填的，请清空后再提交")
    if is_flooding(source, person):
        return _("这个网络一小时内提交的申请太多，请过一小时再提交，或当面、邮寄提出；填写的内容还在")
    if needs_puzzle(source) and not answered(request, request.POST.get("answer", "")):
        return _("请先回答页面下方的问题；答案可以写数字，也可以写汉字")
    return ""
