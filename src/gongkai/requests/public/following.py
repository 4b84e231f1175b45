"""凭编号和查询码找申请：两样都对才给看，试错有限次，查询码常数时间比较。"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from gongkai.core.calendar import current_calendar
from gongkai.core.models import Organisation

from .. import actions
from ..models import (
    Applicant,
    Case,
    CaseFile,
    Complaint,
    Consultation,
    CorrectionReply,
    Letter,
    RecordCorrection,
    Suggestion,
)
from ..trail import audit
from . import drafts, guard

WRONG: Final = 10
MINUTES: Final = 15
_OPEN_FOR: Final = timedelta(minutes=30)
_KEY: Final = "tracked"
_NUMBER: Final = re.compile(r"(SQ|GZ|TS|JY)-?(\d{4})-?(\d{1,7})")
_FILED: Final[dict[str, Any]] = {"GZ": RecordCorrection, "TS": Complaint, "JY": Suggestion}


def blocked(source: str) -> bool:
    """试错太多：这一来源 15 分钟内错了 10 次。"""
    return guard.recent("track", source, MINUTES) >= WRONG


def find(agencies: list[Organisation], number: str, secret: str, source: str) -> Any:
    """找一件：申请，或更正、投诉、建议；编号、查询码哪个不对都是 None，看不出是哪个不对。"""
    row = _match(agencies, number, secret)
    if row is None:
        guard.note("track", source)
    else:
        with transaction.atomic():
            audit(None, "requests.track", row, number=row.number)
    return row


def numbered(agencies: list[Organisation], number: str) -> list[Any]:
    """这一编号的各件，不看查询码：各机关编号各自从 1 起，会有同号的。找到了也不就给看。"""
    parts = _NUMBER.fullmatch("".join(number.split()).upper())
    if not parts:
        return []
    prefix, year, serial = parts.groups()
    model = _FILED.get(prefix, Case)
    rows = model.objects.filter(year=int(year), serial=int(serial)).select_related("agency", "applicant")
    # 投诉由上一级受理，所以也找网站所属机关的上级。
    above = [key for agency in agencies for key in agency.line]
    return list(rows.filter(agency__in=[*above, *(agency.pk for agency in agencies)]))


def _match(agencies: list[Organisation], number: str, secret: str) -> Any:
    given = actions.secret_hash(secret)
    found = None
    for row in numbered(agencies, number):
        # 同号的逐一比，不提前停。
        if row.secret_hash and constant_time_compare(row.secret_hash, given):
            found = row
    return found


def enter(request: HttpRequest, row: Any) -> None:
    """记在会话里：半小时内看这一件不必再填；网址里没有编号。"""
    request.session.cycle_key()
    until = timezone.now() + _OPEN_FOR
    request.session[_KEY] = [row._meta.model_name, row.pk, until.isoformat(), row.secret_hash[:16]]


def leave(request: HttpRequest) -> None:
    """退出查看：用公用电脑的，看完即退；刚提交的、刚收下的也不再显示。"""
    for key in (_KEY, drafts.KEY, "filed"):
        request.session.pop(key, None)


def entered(request: HttpRequest) -> Any:
    """正在看的一件；没有或已过半小时为 None。"""
    kept = request.session.get(_KEY)
    if not kept or datetime.fromisoformat(kept[2]) < timezone.now():
        return None
    row = load(kept[0], kept[1])
    # 查询码补发过的，凭旧码打开的也不再给看。
    return row if row is not None and row.secret_hash[:16] == kept[3] else None


def load(model_name: str, pk: int) -> Any:
    """按会话里记的取一件；没有了为 None。"""
    model = {each._meta.model_name: each for each in (Case, *_FILED.values())}[model_name]
    return model.objects.filter(pk=pk).select_related("agency", "applicant").first()


# 阶段说成大白话：现在到哪一步，下一步是什么，要不要您做什么。
def plain_stage(case: Case) -> str:
    """阶段的大白话。"""
    S = Case.State
    return {
        S.AWAITING: _("申请到了，工作人员会与您确认收到。"),
        S.RECEIVED: _("已经收到，正在登记。"),
        S.TRIAGE: _("已经登记，正在交给承办的处室。"),
        S.CORRECTING: _("需要您补正：请看下面要补什么，补好后重新计算答复期限。"),
        S.REASONS: _("需要您说明理由：请看下面的说明。"),
        S.WORKING: _("承办处室正在查找、核对您要的信息。"),
        S.FEE: _("需要您缴费：请看下面的金额和算法，缴清后重新计算答复期限。"),
        S.REVIEW: _("答复已经拟好，正在审查、签发。"),
        S.SIGNED: _("答复已经签发，正在发给您。"),
        S.DISPATCHED: _("答复已经发出，请留意查收。"),
        S.CLOSED: _("已经办结。"),
        S.ARCHIVED: _("已经办结。"),
    }[Case.State(case.state)]


def letters(case: Case) -> list[Letter]:
    """发给申请人的文书：已经发出的，新的在前；给第三方、别的机关的不在其中。"""
    rows = case.letters.filter(addressee=Letter.Addressee.APPLICANT, state__in=Letter.SENT)
    return list(rows.order_by("-dispatched_on", "-pk"))


def released(case: Case) -> list[CaseFile]:
    """随答复提供的文件：只有发出时记下的那几份。"""
    given = {row["id"]: row["sha256"] for letter in letters(case) for row in letter.released}
    return [row for row in case.files.filter(pk__in=given) if row.sha256 == given[row.pk]]


def opened(case: Any, what: Letter | CaseFile | CorrectionReply) -> Any:
    """取一份文书或文件：打开来，由调用的人边读边发；记一条审计。错误：vault.Sealed——解不开，不记。"""
    file = what.file.open("rb")
    with transaction.atomic():
        audit(None, "requests.fetch", case, what=what._meta.model_name, id=what.pk, sha256=what.sha256)
    return file


def reply_of(row: Any) -> CorrectionReply | None:
    """更正申请已经发出的答复书；没有的、不是更正的为 None。"""
    if not isinstance(row, RecordCorrection):
        return None
    return CorrectionReply.objects.filter(correction=row, state__in=("dispatched", "served")).first()


def person_of(case: Case) -> dict[str, Any]:
    """本件的申请人：投诉、建议沿用，不必再填。"""
    names = (*Applicant.PERSONAL, "kind", "identity_type")
    return {name: getattr(case.applicant, name) for name in names}


def supervisor(agency: Organisation) -> Organisation:
    """受理投诉的机关：上一级；没有上级的由本机关受理（条例第四十七条）。"""
    return agency.parent.agency if agency.parent else agency


def limit_of(row: Consultation) -> date | None:
    """意见期限的最后一日；还没有登记送达的为 None。"""
    served = row.letter.served_on
    return current_calendar().add(served, row.within) if served else None
