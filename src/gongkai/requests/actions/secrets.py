"""补发查询码：核对身份以后换一个新的，旧的当即作废；谁换的、怎样核对的都有记录。"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from .. import states
from ..models import Case, Draft
from ..trail import audit
from .common import refuse, require_in
from .intake import new_secret, secret_hash


def renew_secret(actor: Any, row: Any, *, how: str) -> str:
    """补发：返回新查询码，只给这一次；拆开的几件共用一个码，一起换。

    参数：actor 为 states.CITIZEN（已凭验证码核实）或工作机构的人（已核对证件，见 renew_at_counter）；
    row 为申请或更正、投诉、建议；how 为怎样核实的，记入审计。
    """
    from ..tasks import deliver

    model = type(row)
    with transaction.atomic():
        row = model.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=row.pk)
        secret, old = new_secret(), row.secret_hash
        same = model.objects.filter(pk=row.pk)
        if model is Case and old:
            same |= model.objects.filter(agency=row.agency_id, secret_hash=old)
        numbers = [each.number for each in same.only("year", "serial")]
        same.update(secret_hash=secret_hash(secret))
        if model is Case:
            # 刚提交的页面上不再显示旧码。
            Draft.objects.filter(case__in=[row.pk]).update(secret="")
        audit(actor, "requests.renew_secret", row, numbers=numbers, how=how)
        if row.applicant and row.applicant.email:
            # 不是本人换的，本人会知道；信里没有查询码。
            body = f"{row.number} 的查询码已补发，旧的已作废。不是您本人办理的，请马上与受理机关联系。"
            deliver.enqueue(
                applicant=row.applicant.pk,
                subject=f"{row.number} 的查询码已补发",
                body=body,
                case=row.pk if model is Case else 0,
            )
    return secret


def renew_at_counter(user: Any, row: Any, *, identity_number: str, checked: str) -> str:
    """窗口补发：工作人员看过证件原件，把证件号码照证件输入，与申请时的一致才换。

    参数：identity_number 为证件上的号码（本人或代理人的）；checked 为看的是什么证件。申请时没有留号码的，
    只能凭 checked 写明怎样核对的。错误：Refused——没有职责、号码不一致（不一致的也记审计）。
    """
    with transaction.atomic():
        require_in(user, row.agency, states.OFFICE, _("补发查询码"))
        if len("".join(checked.split())) < 4:
            refuse("checked", _("请写明看了什么证件、是谁来办的"))
    person = row.applicant
    kept = [number for number in (person.identity_number, person.agent_identity) if number] if person else []
    given = "".join(identity_number.split()).upper()
    if kept and not any(constant_time_compare(given, number.upper()) for number in kept):
        with transaction.atomic():
            audit(user, "requests.renew_secret_refused", row, number=row.number)
        refuse("identity", _("证件号码与申请时填的不一致，不能补发；请核对证件，或请申请人本人来办"))
    return renew_secret(user, row, how=checked.strip()[:100])
