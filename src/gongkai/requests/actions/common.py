"""各动作公用：拒绝、锁行、变阶段、查日期、查职责。"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.core.uploads import check_upload

from .. import states
from ..models import Case, CaseFile, Item, RequestRules
from ..rules import rules_of


def refuse(code: str, message: str) -> NoReturn:
    """拒绝：抛出 Refused。"""
    raise Refused([Refusal(code, str(message))])


def lock(case: Case) -> Case:
    """锁住一件申请直到事务结束，返回库里最新的。每个动作先锁申请，再动名下的行，免得死锁。"""
    return Case.objects.select_for_update(of=("self",)).select_related("agency", "applicant").get(pk=case.pk)


def require(user: Any, case: Case, duties: frozenset[str], action: str) -> None:
    """查申请上的职责。错误：Refused。"""
    if not states.holds_case(user, case, duties):
        refuse("duty", _("您没有“%(action)s”的职责") % {"action": action})


def require_in(user: Any, agency: Organisation, duties: frozenset[str], action: str) -> None:
    """查机关里的职责。错误：Refused。"""
    if not states.holds_in(user, agency, duties):
        refuse("duty", _("您没有“%(action)s”的职责") % {"action": action})


def check(case: Case, user: Any, name: str, *, reason: str = "") -> None:
    """按状态表查能不能做。错误：Refused。"""
    refusals = states.CASE.refusals(case, user, name, reason=reason)
    if refusals:
        raise Refused(refusals)


def shift(case: Case, user: Any, name: str, *, reason: str = "") -> str:
    """按状态表变阶段（不存库、不记审计，由所在的动作一并做）；返回原阶段。错误：Refused。"""
    check(case, user, name, reason=reason)
    before, case.state = case.state, states.CASE.transitions[name].target
    return before


def open_only(case: Case) -> None:
    """只能在答复之前做。错误：Refused。"""
    if not case.is_open:
        refuse("state", _("这件申请已经答复，不能再这样做"))


def day(on: date | None) -> date:
    """日期：缺省今天，不能是将来。错误：Refused。"""
    today = timezone.localdate()
    if on is not None and on > today:
        refuse("date", _("日期 %(day)s 还没有到，请核对") % {"day": on.isoformat()})
    return on or today


def ensure_rules(agency: Organisation) -> RequestRules:
    """规则行：没有就按缺省值建一行，页面和可见范围都以它为准。"""
    rules = rules_of(agency)
    if rules.pk is None:
        rules, _made = RequestRules.objects.get_or_create(agency=agency, defaults={"office": rules.office})
        agency._request_rules = rules  # type: ignore[attr-defined]
    return rules


def keep_file(
    case: Case,
    kind: str,
    file: Any,
    user: Any,
    *,
    item: Item | None = None,
    pages: int | None = None,
    drawn: bool = False,
) -> CaseFile:
    """存一份材料：按内容认类型、查毒、算校验值。错误：Refused——说明哪份文件、怎样改。

    drawn 为本系统做成并证明过只有图像的 PDF：不是上传的，大小不限（几百页的扫描件做成图远过 20 MB）。
    """
    try:
        if drawn:
            suffix, digest = ".pdf", hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
        else:
            suffix, digest = check_upload(file)
    except ValidationError as error:
        refuse("file", f"{file.name}：{error.messages[0]}")
    row = CaseFile(
        case=case,
        item=item,
        kind=kind,
        name=file.name[:200],
        suffix=suffix,
        sha256=digest,
        size=file.size,
        pages=pages,
        uploaded_by=user if getattr(user, "pk", None) else None,
    )
    row.file.save(file.name, file, save=False)
    row.save()
    return row
