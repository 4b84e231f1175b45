"""一键清除隐藏信息：另做一份干净的拟提供，原件一个字节也不动；清除了什么、还剩什么，提供之前都看得到。"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Stripped, page_count, strip

from . import states
from .actions.common import keep_file, lock, refuse, require
from .models import CaseFile
from .redaction import before_review, content
from .trail import audit


def clean(user: Any, row: CaseFile) -> tuple[CaseFile, Stripped]:
    """清除：返回（干净的一份，清除的经过）；原来在“拟提供的信息”里的改回“查到的信息”，内容不变。

    错误：Refused——没有职责、正在审签、已经答复、本来就没有隐藏信息、打不开。
    """
    with transaction.atomic():
        case = lock(row.case)
        require(user, case, states.WORKERS, _("清除隐藏信息"))
        before_review(case)
        row = CaseFile.objects.get(pk=row.pk)
        if row.kind not in (CaseFile.Kind.RELEASE, CaseFile.Kind.SOURCE):
            refuse("kind", _("只能清除查到的、拟提供的信息"))
        try:
            done = strip(content(row))
            pages = page_count(done.content) if done.suffix == ".pdf" else row.pages
        except DocumentError as error:
            raise Refused([Refusal("file", f"{row.name}：{error}")]) from error
        if not done.removed:
            refuse("nothing", _("没有能清除的隐藏信息"))
        stem = row.name.rpartition(".")[0] or row.name
        file = SimpleUploadedFile(f"{stem}{done.suffix}", done.content)
        new = keep_file(case, CaseFile.Kind.RELEASE, file, user, item=row.item, pages=pages)
        new.made_from, new.stripped = row, [asdict(each) for each in done.removed]
        new.save(update_fields=["made_from", "stripped"])
        if row.kind == CaseFile.Kind.RELEASE:
            row.kind = CaseFile.Kind.SOURCE
            row.save(update_fields=["kind"])
        kinds = sorted({each.kind for each in done.removed})
        audit(
            user, "requests.clean_file", case, file=row.pk, made=new.pk, kinds=kinds,
            before=row.sha256, sha256=new.sha256, left=len(done.left),
        )  # fmt: skip
    return new, done
