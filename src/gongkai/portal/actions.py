"""网站找错的写入：收下、转办、答复、查看联系方式；一个事务、一条审计。"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.accounts.models import Duty
from gongkai.accounts.queries import holds
from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_number
from gongkai.core.states import Refusal, Refused, StateTable, Transition
from gongkai.core.visitors import keyed_digest
from gongkai.law.workdays import Calendar
from gongkai.records.models import Site

from .models import ErrorReport

# 转办、答复的期限（工作日），从收到的次日起算。
FORWARD_WORKDAYS: Final = 1
REPLY_WORKDAYS: Final = 3
# 同一来源一小时内最多几条。
HOURLY: Final = 5
# 查询码不用易混的字符。
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH: Final = 8

Role, S = Duty.Role, ErrorReport.State
OFFICE = frozenset({Role.COORDINATOR})
ANSWERERS = frozenset({Role.COORDINATOR, Role.HANDLER, Role.HEAD})


def _holds(user: Any, report: ErrorReport, roles: frozenset[str]) -> bool:
    """职责：主办单位的协调员；转办到的单位的经办人、负责人可以答复。"""
    if holds(user, report.site.organisation, OFFICE):
        return True
    return bool(
        report.forwarded_to and roles == ANSWERERS and holds(user, report.forwarded_to, ANSWERERS - OFFICE)
    )


TABLE = StateTable(
    (
        Transition(
            "forward", gettext_lazy("转办"), frozenset({S.RECEIVED, S.FORWARDED}), S.FORWARDED, OFFICE
        ),
        Transition(
            "answer", gettext_lazy("答复"), frozenset({S.RECEIVED, S.FORWARDED}), S.ANSWERED, ANSWERERS
        ),
    ),
    holds=_holds,
)


def submit(site: Site, *, source: str, **values: Any) -> tuple[ErrorReport, str]:
    """收下：编号，算期限；返回（反映, 查询码），查询码只在此时有。错误：Refused——短时间内反复提交。"""
    now, today = timezone.now(), timezone.localdate()
    with in_turn():
        recent = ErrorReport.objects.filter(source=source, received_at__gte=now - timedelta(hours=1)).count()
        if recent >= HOURLY:
            message = _("一小时内已提交 %(count)s 条；请稍后再提交，填写的内容仍在下面") % {"count": recent}
            raise Refused([Refusal("often", message)])
        serial = next_number(site.organisation, "error_report", today.year)
        code = "".join(secrets.choice(_ALPHABET) for _n in range(_CODE_LENGTH))
        calendar = Calendar.official()
        report = ErrorReport.objects.create(
            site=site,
            number=f"ZC{site.organisation_id}-{today.year}-{serial:05d}",
            code_digest=keyed_digest(f"code:{code}"),
            source=source,
            forward_due=calendar.add(today, FORWARD_WORKDAYS),
            reply_due=calendar.add(today, REPLY_WORKDAYS),
            **values,
        )
        audit(None, "portal.error_report.submit", report, kind=report.kind)
    return report, code


def found(number: str, code: str) -> ErrorReport | None:
    """凭编号和查询码找；有一样不对就当没有，不说是哪一样。"""
    report = ErrorReport.objects.filter(number=number.strip().upper()).first()
    given = keyed_digest(f"code:{code.strip().upper()}")
    return report if report and hmac.compare_digest(report.code_digest, given) else None


def forward(user: Any, report: ErrorReport, *, to: Organisation) -> ErrorReport:
    """转办：转给主办单位之内的一个单位；可以改转。错误：Refused。"""
    if not to.path.startswith(report.site.organisation.path):
        raise Refused([Refusal("to", _("只能转给本单位的处室和所属单位"))])
    changes = {"forwarded_to": to, "forwarded_at": report.forwarded_at or timezone.now()}
    return TABLE.perform(report, user, "forward", **changes)  # type: ignore[return-value]


def answer(user: Any, report: ErrorReport, *, outcome: str, reply: str) -> ErrorReport:
    """答复：写明结果；反映人凭编号和查询码看得到。错误：Refused——没写答复或结果。"""
    if outcome not in ErrorReport.Outcome.values:
        raise Refused([Refusal("outcome", _("请选择办理结果"))])
    if not reply.strip():
        raise Refused([Refusal("reply", _("请写明答复，反映人凭编号和查询码看得到"))])
    changes = {"outcome": outcome, "reply": reply.strip(), "replied_at": timezone.now()}
    return TABLE.perform(report, user, "answer", **changes)  # type: ignore[return-value]


def reveal_contact(user: Any, report: ErrorReport) -> dict[str, str]:
    """查看联系方式：记一条审计，返回称呼和联系方式。错误：Refused。"""
    if not _holds(user, report, ANSWERERS):
        raise Refused([Refusal("duty", _("只有办理这一件的人可以看联系方式"))])
    with in_turn():
        audit(user, "portal.error_report.reveal_contact", report)
    return {"name": report.name, "contact": report.contact}
