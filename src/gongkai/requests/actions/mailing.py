"""认领来信：成为一件新申请，附入已有的申请，或认定不是申请；每一封都要有着落。"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.states import Refused

from .. import incoming, states
from ..models import Case, Mail
from ..trail import audit
from .common import keep_file, lock, refuse, require, require_in
from .intake import Submission, receive


def _claim(user: Any, mail: Mail) -> Mail:
    require_in(user, mail.agency, states.OFFICE, _("认领来信"))
    mail = Mail.objects.select_for_update(of=("self",)).select_related("agency").get(pk=mail.pk)
    if mail.state != Mail.State.WAITING:
        refuse("state", _("这封信已经有人办过"))
    return mail


def _settle(user: Any, mail: Mail, state: str, case: Case | None = None, reason: str = "") -> None:
    mail.state, mail.case, mail.reason = state, case, reason[:300]
    mail.handled_by, mail.handled_at = user, timezone.now()
    mail.save(update_fields=["state", "case", "reason", "handled_by", "handled_at"])


def _keep_attachments(user: Any, mail: Mail, case: Case, kind: str) -> list[str]:
    """附件收进案卷；类型不收、带毒的不收，返回没收的名称，原信里仍然有。"""
    with mail.raw.open("rb") as file:
        found = incoming.parse(file.read()).attachments
    left = []
    for name, content in found:
        try:
            keep_file(case, kind, SimpleUploadedFile(name, content), user)
        except Refused:
            left.append(name)
    return left


def take_mail(user: Any, mail: Mail, **values: Any) -> tuple[Submission, list[str]]:
    """成为新申请：到达之日是邮件到达之日；返回（提交结果，没有收进案卷的附件）。values 见 receive。"""
    with transaction.atomic():
        mail = _claim(user, mail)
        arrived = timezone.localdate(mail.arrived_at)
        values |= {"agency": mail.agency, "channel": Case.Channel.EMAIL, "arrived_on": arrived}
        submission = receive(user, submitted_at=mail.arrived_at, idempotency_key=f"mail-{mail.pk}", **values)
        left = _keep_attachments(user, mail, submission.case, "submission")
        _settle(user, mail, Mail.State.TAKEN, submission.case)
        audit(user, "requests.take_mail", mail, case=submission.case.number)
    return submission, left


def attach_mail(user: Any, mail: Mail, case: Case) -> list[str]:
    """附入已有的申请：附件收进它的案卷；是补正、说明理由的，另在申请里登记。返回没收的附件。"""
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.OFFICE, _("认领来信"))
        mail = _claim(user, mail)
        if case.agency_id != mail.agency_id:
            refuse("case", _("没有这件申请"))
        left = _keep_attachments(user, mail, case, "correction")
        _settle(user, mail, Mail.State.ATTACHED, case)
        audit(user, "requests.attach_mail", mail, case=case.number)
    return left


def dismiss_mail(user: Any, mail: Mail, *, reason: str) -> Mail:
    """不是申请：写明理由，原信留着。"""
    with transaction.atomic():
        mail = _claim(user, mail)
        if not reason.strip():
            refuse("reason", _("请写明为什么不是申请"))
        _settle(user, mail, Mail.State.DISMISSED, reason=reason)
        audit(user, "requests.dismiss_mail", mail, reason=reason)
    return mail
