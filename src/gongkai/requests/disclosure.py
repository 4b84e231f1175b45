"""转为主动公开：依申请公开的信息，一步成为信息资源库的一份草稿（条例第四十四条），附移送表（T29）。

信息库在上一层，本应用不直接用它：由它登记起草的办法。
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.law.clock_log import say

from . import letters, states
from .actions.common import keep_file, lock, refuse, require
from .models import Case, CaseFile, Suggestion
from .redaction import content, hidden_problems
from .trail import audit


@dataclass(frozen=True, slots=True)
class Draft:
    """草稿的内容：title 标题，paragraphs 正文各段，files 附件（名称，内容），note 由来。"""

    agency: Organisation
    title: str
    paragraphs: Sequence[str]
    files: Sequence[tuple[str, bytes]]
    note: str


# 起草的办法：(user, draft) -> 信息编号；没有拟稿职责的抛出 Refused。
Drafter = Callable[[Any, Draft], int]
_drafters: list[Drafter] = []


def set_drafter(drafter: Drafter) -> None:
    """登记起草的办法。"""
    _drafters[:] = [drafter]


def convert(
    user: Any,
    case: Case,
    *,
    title: str,
    text: str,
    files: Sequence[CaseFile],
    suggestion: Suggestion | None = None,
) -> int:
    """转为主动公开：返回新草稿的信息编号；所选的须是已经提供给申请人的，申请人是谁不写进去。

    错误：Refused——没有职责、还没有答复、没有选文件也没有正文、有没处理的隐藏信息、正文里有申请人的信息。
    来源：条例第四十四条。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.WORKERS, _("转为主动公开"))
        if case.is_open:
            refuse("state", _("答复发出以后才能转为主动公开"))
        title, text = title.strip(), text.strip()
        if not title:
            refuse("title", _("请填写信息的名称"))
        if not text and not files:
            refuse("content", _("请选择要公开的文件，或填写正文"))
        if any(row.case_id != case.pk or row.kind != CaseFile.Kind.RELEASE for row in files):
            refuse("files", _("只能选已经提供给申请人的信息；没有提供过的请在信息库里另行拟稿"))
        for name in (case.applicant.name, case.applicant.phone, case.applicant.identity_number):
            if len(name) > 1 and name in title + text:
                refuse("privacy", _("标题或正文里有申请人的姓名、电话或证件号码，请去掉"))
        if problems := hidden_problems(case):
            refuse("hidden", "；".join(problems))
        if not _drafters:
            refuse("drafter", _("信息库没有装好，不能起草"))
        note = "本信息由依申请公开转为主动公开（《中华人民共和国政府信息公开条例》第四十四条）。"
        paragraphs = [line for line in text.split("\n") if line.strip()]
        draft = Draft(case.agency, title[:200], paragraphs, [(row.name, content(row)) for row in files], note)
        number = _drafters[0](user, draft)
        keep_file(case, CaseFile.Kind.OTHER, transfer_form(user, case, title, text, files), user)
        if suggestion is not None:
            suggestion.record_id = number
            suggestion.save(update_fields=["record_id"])
        audit(user, "requests.convert", case, record=number, files=[row.pk for row in files])
    return number


def transfer_form(
    user: Any, case: Case, title: str, text: str, files: Sequence[CaseFile]
) -> SimpleUploadedFile:
    """主动公开移送表（T29）。"""
    letter = case.letters.exclude(outcome="").exclude(state="void").order_by("-id").first()
    listing = [f"《{row.name.rpartition('.')[0] or row.name}》" for row in files] + (
        [text[:300]] if text else []
    )
    made = letters.form_pdf(
        case,
        "T29",
        移送名称=title,
        移送内容="；".join(listing),
        答复文号=letter.document_number if letter else "",
        移送日期=say(timezone.localdate()),
        移送人=str(user),
    )
    return SimpleUploadedFile("主动公开移送表.pdf", made, "application/pdf")
