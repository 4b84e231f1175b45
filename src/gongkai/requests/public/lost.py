"""查询码丢了：报编号和证件号码，向申请时留的邮箱、手机要验证码，填对了换一个新的。

编号、证件号码对不对，页面上一律看不出来：对不上的也走同样的两步，只是没有验证码会到。
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gongkai.core.visitors import keyed_digest, source_of

from .. import actions, states
from ..rules import rules_of
from . import following, guard, identity
from .where import agencies, host_agency

_KEY: Final = "lost"
_SHOW: Final = "renewed"
# 同一来源、同一编号一小时内几次：发出去的验证码要花钱，也不能拿它骚扰别人。
_HOURLY: Final = 6
_EACH: Final = 3


def _same_person(row: Any, number: str) -> bool:
    person = getattr(row, "applicant", None)
    kept = person.identity_number if person else ""
    return bool(kept) and constant_time_compare("".join(number.split()).upper(), kept.upper())


def _start(request: HttpRequest) -> str:
    """第一步：要验证码。返回没有做成的原因；编号、证件对不上的不说。"""
    source, number = source_of(request), request.POST.get("number", "")
    chosen = identity.provider(request.POST.get("by", ""))
    if chosen is None:
        return _("请选择用哪一种方式核实")
    about = keyed_digest(f"lost:{''.join(number.split()).upper()}")
    if guard.recent("lost", source, 60) >= _HOURLY or guard.recent("lost", about, 60) >= _EACH:
        return _("一小时内要验证码的次数太多，请过一会儿再试；也可以带证件到窗口补发")
    guard.note("lost", source)
    guard.note("lost", about)
    given = request.POST.get("identity", "")
    rows = [each for each in following.numbered(agencies(request), number) if _same_person(each, given)]
    row = rows[0] if rows else None
    target = getattr(row.applicant, chosen.field, "") if row is not None else ""
    if row is not None and target:
        try:
            pending = identity.issue(chosen, target)
        except identity.SendError:
            return _("验证码没有发出去，服务暂时不通；请稍后再试，或换一种方式。填写的内容都还在")
        # 会话里不留联系方式，填回来时再从案卷取。
        pending = pending | {"target": "", "row": [row._meta.model_name, row.pk]}
    else:
        # 对不上的：同样的状态，谁也不知道的验证码。
        until = timezone.now() + timedelta(minutes=identity.MINUTES)
        nothing = secrets.token_hex(8)
        pending = {
            "by": chosen.code, "target": "", "digest": keyed_digest(nothing), "tries": 0,
            "until": until.isoformat(), "row": None,
        }  # fmt: skip
    request.session[_KEY] = pending
    return ""


def _finish(request: HttpRequest) -> str:
    """第二步：填验证码，换码。"""
    pending = request.session.get(_KEY)
    if not pending:
        return _("请先要验证码")
    row, chosen = (
        following.load(*pending["row"]) if pending["row"] else None,
        identity.provider(pending["by"]),
    )
    target = getattr(row.applicant, chosen.field, "") if row is not None and chosen else ""
    given = request.POST.get("code", "").strip()
    if row is None or not target or not identity.matches(pending | {"target": target}, given):
        request.session[_KEY] = pending | {"tries": pending["tries"] + 1}
        if pending["tries"] + 1 >= identity.TRIES:
            del request.session[_KEY]
            return _("验证码错了太多次，请重新要一个")
        return _("验证码不对，或者已过 10 分钟；请核对短信或邮件里的六位数字，或重新要一个")
    del request.session[_KEY]
    secret = actions.renew_secret(states.CITIZEN, row, how=pending["by"])
    request.session.cycle_key()
    until = timezone.now() + timedelta(minutes=identity.MINUTES)
    request.session[_SHOW] = {"number": row.number, "secret": secret, "until": until.isoformat()}
    return ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    """查询码丢了。"""
    problem = ""
    if request.method == "POST":
        code = request.POST.get("do") == "code"
        problem = _finish(request) if code else _start(request)
        if not problem:
            return redirect("track:renewed" if code else "track:lost")
    context = {
        "ways": identity.providers(),
        "pending": request.session.get(_KEY),
        "problem": problem,
        "number": request.POST.get("number", "")[:20],
        "rules": rules_of(host_agency(request)),
    }
    return render(request, "requests/public/lost.html", context, status=400 if problem else 200)


@never_cache
@require_safe
def renewed(request: HttpRequest) -> HttpResponse:
    """新查询码：只在十分钟内、这个浏览器里看得到。"""
    kept = request.session.get(_SHOW)
    if not kept or timezone.now().isoformat() > kept["until"]:
        request.session.pop(_SHOW, None)
        return redirect("track:lost")
    return render(request, "requests/public/file_done.html", kept | {"renewed": True})
