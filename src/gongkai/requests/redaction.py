"""遮盖与放行：查到的信息经遮盖成为拟提供的信息；隐藏信息没有清除的，写明理由才能提供。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents import DocumentError
from gongkai.formats.redaction import Box, Hidden, burn, hidden_data, page_count, suggest

from . import states
from .actions.common import keep_file, lock, refuse, require
from .models import Case, CaseFile, HiddenCheck, Item
from .trail import audit

# 能遮盖的：PDF 和图片；Word、Excel 先另存为 PDF。
COVERABLE = frozenset({".pdf", ".png", ".jpg"})
# 遮盖的理由：键 → 说法；随遮盖图存下，答复的清单由此来。
REASONS = {
    "privacy": "个人隐私（条例第十五条）",
    "secret": "商业秘密（条例第十五条）",
    "state": "国家秘密（条例第十四条）",
    "forbidden": "法律、行政法规禁止公开（条例第十四条）",
    "security": "危及国家安全、公共安全、经济安全、社会稳定（条例第十四条）",
    "internal": "内部事务信息（条例第十六条第一款）",
    "process": "过程性信息（条例第十六条第二款）",
    "enforcement": "行政执法案卷信息（条例第十六条第二款）",
}


def content(row: CaseFile) -> bytes:
    """文件内容。"""
    with row.file.open("rb") as file:
        return file.read()


def names_of(case: Case) -> list[str]:
    """案卷里的姓名、名称：申请人、代理人、第三方，文中出现的都提示。"""
    found = [case.applicant.name, case.applicant.agent_name]
    found += [row.name for row in case.consultations.filter(party="third_party")]
    return [name for name in dict.fromkeys(found) if name]


def suggestions(row: CaseFile) -> list[Box]:
    """提示：这份文件里疑似个人信息的位置。错误：Refused——打不开。"""
    try:
        return [replace(box, reason="privacy") for box in suggest(content(row), names_of(row.case))]
    except DocumentError as error:
        raise Refused([Refusal("file", f"{row.name}：{error}")]) from error


def boxes_from(values: Iterable[Any]) -> list[Box]:
    """遮盖框：由页面送来的值还原。错误：Refused——不是数、没有理由。"""
    found = []
    for number, value in enumerate(values, 1):
        try:
            place = {key: float(value[key]) for key in ("left", "top", "width", "height")}
            page, reason = int(value["page"]), str(value["reason"])
        except (KeyError, TypeError, ValueError):
            refuse("box", _("第 %(n)s 个遮盖框不完整，请重新画") % {"n": number})
        if reason not in REASONS:
            refuse(
                "reason", _("第 %(n)s 个遮盖框（第 %(page)s 页）没有选理由") % {"n": number, "page": page + 1}
            )
        source = "suggested" if value.get("source") == "suggested" else "hand"
        found.append(Box(page, **place, reason=reason, source=source, note=str(value.get("note") or "")[:20]))
    return found


def before_review(case: Case) -> None:
    """送审以后不能再换文件：审查看的和发出的须是同一份。错误：Refused。"""
    if case.state in (Case.State.REVIEW, Case.State.SIGNED):
        refuse("state", _("答复正在审签，不能再改拟提供的信息；确须改的请先退回"))
    if not case.is_open:
        refuse("state", _("已经答复，不能再改拟提供的信息"))


def ready_to_redact(user: Any, row: CaseFile, boxes: Sequence[Box]) -> None:
    """能不能遮盖这一份。错误：Refused——没有职责、已经答复、不是 PDF 或图片、没有遮盖框。"""
    require(user, row.case, states.WORKERS, _("遮盖"))
    before_review(row.case)
    if row.suffix not in COVERABLE:
        refuse("suffix", _("只能遮盖 PDF 和图片；Word、Excel 请先另存为 PDF 再上传"))
    if not boxes:
        refuse("boxes", _("还没有画遮盖框；不用遮盖的请直接作为拟提供的信息"))


def redact(user: Any, row: CaseFile, boxes: Sequence[Box], *, item: Item | None = None) -> CaseFile:
    """遮盖：做成一份新的“拟提供的信息”，原件照旧留在案卷里，只给承办的人看。

    新文件只有图像，逐项证明取不回来才保存；遮盖图（位置、理由）一并存下。页数多的见 redaction_runs。
    错误：Refused——没有职责、已经答复、不是 PDF 或图片、没有遮盖框、证明不通过。
    """
    ready_to_redact(user, row, boxes)
    try:
        # 在事务之外做：做图要好一会儿，不能一直锁着申请。
        made = burn(content(row), boxes)
    except DocumentError as error:
        raise Refused([Refusal("file", f"{row.name}：{error}")]) from error
    return keep_redacted(user, row, boxes, made, item=item)


def keep_redacted(
    user: Any, row: CaseFile, boxes: Sequence[Box], made: bytes, *, item: Item | None = None
) -> CaseFile:
    """存下遮盖好的一份：锁住申请，再查一遍还能不能存；没有遮盖的原件不再提供。错误：Refused。"""
    with transaction.atomic():
        case = lock(row.case)
        row = CaseFile.objects.get(pk=row.pk)
        row.case = case
        ready_to_redact(user, row, boxes)
        stem = row.name.rpartition(".")[0] or row.name
        file = SimpleUploadedFile(f"{stem}.pdf", made, "application/pdf")
        pages = page_count(made)
        part = item or row.item
        new = keep_file(case, CaseFile.Kind.RELEASE, file, user, item=part, pages=pages, drawn=True)
        new.made_from, new.redaction = row, [asdict(box) for box in boxes]
        new.save()
        if row.kind == CaseFile.Kind.RELEASE:
            # 没有遮盖的原件不再提供。
            row.kind = CaseFile.Kind.SOURCE
            row.save(update_fields=["kind"])
        audit(user, "requests.redact", case, file=row.pk, made=new.pk, boxes=len(boxes), sha256=new.sha256)
    return new


def findings(row: CaseFile) -> list[Hidden]:
    """隐藏信息：这份文件里看不见的内容。错误：DocumentError——打不开。"""
    return hidden_data(content(row))


def hidden_problems(case: Case) -> list[str]:
    """拟提供的各份里还没有处理的隐藏信息；空列表为可以提供。"""
    found = []
    # 遮盖做成的已经证明过；清除做成的还要再查。
    rows = case.files.filter(kind=CaseFile.Kind.RELEASE, redaction=[], hidden_check=None)
    for row in rows:
        try:
            hidden = findings(row)
        except DocumentError as error:
            found.append(f"{row.name}：{error}")
            continue
        if hidden:
            kinds = "、".join(dict.fromkeys(each.kind for each in hidden))
            values = {"name": row.name, "kinds": kinds}
            found.append(
                _(
                    "“%(name)s”里有隐藏信息（%(kinds)s），请到“检查隐藏信息”里一键清除，或写明可以提供的理由"
                )
                % values
            )
    return found


def allow_hidden(user: Any, row: CaseFile, *, reason: str) -> HiddenCheck:
    """放行：看过隐藏信息，写明为什么可以提供；查到的各处一并存下。错误：Refused。"""
    with transaction.atomic():
        case = lock(row.case)
        require(user, case, states.WORKERS, _("检查隐藏信息"))
        before_review(case)
        if len("".join(reason.split())) < 5:
            refuse("reason", _("请写明为什么可以提供，至少 5 个字"))
        try:
            found = findings(row)
        except DocumentError as error:
            raise Refused([Refusal("file", f"{row.name}：{error}")]) from error
        check, _made = HiddenCheck.objects.update_or_create(
            file=row,
            defaults={
                "findings": [asdict(each) for each in found],
                "reason": reason[:300],
                "checked_by": user,
            },
        )
        kinds = sorted({each.kind for each in found})
        audit(user, "requests.allow_hidden", case, file=row.pk, kinds=kinds, reason=reason)
    return check


def remove_release(user: Any, row: CaseFile) -> CaseFile:
    """撤下：不再提供这一份，改回“查到的信息”；答复之前可以做。"""
    with transaction.atomic():
        case = lock(row.case)
        require(user, case, states.WORKERS, _("遮盖"))
        before_review(case)
        row = CaseFile.objects.get(pk=row.pk)
        if row.kind != CaseFile.Kind.RELEASE:
            refuse("kind", _("这一份不在拟提供的信息里"))
        row.kind = CaseFile.Kind.SOURCE
        row.save(update_fields=["kind"])
        audit(user, "requests.remove_release", case, file=row.pk)
    return row
