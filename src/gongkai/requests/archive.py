"""归档：办结的一件，全部文件连目录装进归档包（BagIt，RFC 8493），可以校验；移交之后期满去标识。"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.states import Refused
from gongkai.core.vault import Sealed
from gongkai.formats import personal
from gongkai.law.clock_log import say
from gongkai.law.decisions import DECISIONS

from . import letters, states
from .actions.common import lock, refuse, require, shift
from .models import (
    Applicant,
    ArchivePackage,
    Case,
    CaseFile,
    Consultation,
    CorrectionFile,
    Delivery,
    Letter,
)
from .rules import rules_of
from .trail import audit

ANONYMOUS: Final = "（已去标识）"
# 期满连内容一起删的材料：本身就是个人信息。
_PERSONAL_FILES: Final = (
    "submission",
    "envelope",
    "identity",
    "authorisation",
    "correction",
    "opinion",
    "proof",
)
_KINDS: Final = {
    "submission": "申请原件", "envelope": "信封、邮戳", "identity": "身份证明", "authorisation": "授权委托书",
    "correction": "补正材料", "opinion": "意见回函", "source": "查到的信息", "release": "提供的信息",
    "proof": "送达证明", "other": "其他材料",
}  # fmt: skip


def _years_after(day: date, years: int) -> date:
    """几年之后的同一天；2 月 29 日没有的取 28 日。"""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def outcome_name(case: Case) -> str:
    """办理结果：报表行里各决定的名称。"""
    names = {"r2": "部分公开"}
    for decision in DECISIONS.values():
        names.setdefault(decision.row, decision.label)
    return names.get(case.outcome, "")


def pack(user: Any, case: Case) -> ArchivePackage:
    """归档：装包、存校验值、转入已归档；包里有文书定稿、材料、期限事件、审签经过、各项决定和归档目录。

    错误：Refused——没有职责、没有办结、有文件与登记的校验值不符（写明是哪一份）。
    """
    with transaction.atomic():
        case = lock(case)
        before = shift(case, user, "archive")
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / case.number
            root.mkdir()
            contents = _fill(case, root)
            contents.append(_index(case, root, contents))
            _bag(case, root)
            bundle = Path(folder) / f"{case.number}.zip"
            _zip(root, bundle)
            package = ArchivePackage(
                case=case,
                sha256=_digest(bundle),
                size=bundle.stat().st_size,
                # 上传者起的文件名常有姓名：只写在包里的目录，库里的不写。
                contents=[row | {"title": row["title"].partition("：")[0]} for row in contents],
                retain_until=_years_after(
                    case.answered_on or timezone.localdate(), rules_of(case.agency).retention_years
                ),
                made_by=user if getattr(user, "pk", None) else None,
            )
            with bundle.open("rb") as file:
                package.file.save(f"{package.sha256}.zip", File(file), save=False)
        package.save()
        case.save(update_fields=["state"])
        audit(user, "requests.archive", case, before=before, sha256=package.sha256, files=len(contents))
    # 重新取：刚存的文件句柄还连着临时目录。
    return ArchivePackage.objects.select_related("case__agency", "case__applicant").get(pk=package.pk)


def _fill(case: Case, root: Path) -> list[dict[str, Any]]:
    """各份文件写进目录：先核对登记的校验值，对不上的不归档。错误：Refused。"""
    contents = []
    number = 0
    for letter in case.letters.exclude(file="").order_by("id"):
        number += 1
        state = "（作废）" if letter.state == Letter.State.VOID else ""
        title = f"{letter.title}　{letter.document_number}{state}"
        contents.append(
            _copy(
                letter.file,
                letter.sha256,
                root,
                f"{number:03}{Path(letter.file.name).suffix or '.pdf'}",
                title,
            )
        )
    for row in case.files.order_by("id"):
        number += 1
        title = f"{_KINDS.get(row.kind, row.kind)}：{row.name}"
        contents.append(_copy(row.file, row.sha256, root, f"{number:03}{row.suffix}", title))
    data = json.dumps(_record(case), ensure_ascii=False, indent=1, default=str)
    (root / "record.json").write_text(data, encoding="utf-8")
    contents.append(_entry(root / "record.json", "办理记录（申请、期限事件、各项决定、审签、送达）"))
    return contents


def _copy(stored: Any, sha256: str, root: Path, name: str, title: str) -> dict[str, Any]:
    path = root / name
    try:
        with stored.open("rb") as source, path.open("wb") as target:
            for chunk in iter(lambda: source.read(1 << 20), b""):
                target.write(chunk)
    except Sealed as error:
        refuse("file", f"{title}：{error}")
    except OSError:
        refuse("file", _("“%(title)s”在存储里找不到，不能归档；请从备份恢复") % {"title": title})
    if _digest(path) != sha256:
        refuse("hash", _("“%(title)s”与登记的校验值不符，不能归档；请从备份恢复") % {"title": title})
    return _entry(path, title)


def _entry(path: Path, title: str) -> dict[str, Any]:
    return {"name": path.name, "title": title, "sha256": _digest(path), "size": path.stat().st_size}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record(case: Case) -> dict[str, Any]:
    """办理记录：法庭上要由机关举证的各项都在里面。"""
    return {
        "number": case.number,
        "agency": rules_of(case.agency).issuer_name,
        "applicant": {name: getattr(case.applicant, name) for name in ("kind", *Applicant.PERSONAL)},
        "channel": case.channel,
        "submitted_at": case.submitted_at,
        "arrived_on": case.arrived_on,
        "received_on": case.received_on,
        "confirmed_how": case.confirmed_how,
        "description": case.description,
        "due": case.due,
        "answered_on": case.answered_on,
        "outcome": case.outcome,
        "timeliness": case.timeliness,
        "events": list(
            case.events.order_by("id").values("kind", "on", "data", "reason", "at", "replaces_id")
        ),
        "items": [
            {
                "round": item.round, "number": item.number, "text": item.text, "code": item.code,
                "answers": item.answers, "facts": item.facts, "reason": item.reason,
                "materials": item.materials, "withheld": item.withheld, "decided_at": item.decided_at,
                "decided_by": str(item.decided_by or ""),
            }
            for item in case.items.select_related("decided_by").order_by("round", "number")
        ],
        "searches": list(case.searches.order_by("id").values("on", "places", "people", "result", "clues")),
        "consultations": [
            {
                "party": row.party, "name": row.name, "content": row.content, "opinion": row.opinion,
                "opinion_on": row.opinion_on, "opinion_text": row.opinion_text,
                "assessment": row.assessment, "assessment_text": row.assessment_text,
            }
            for row in case.consultations.order_by("id")
        ],
        "assistances": [
            {
                "name": row.name, "task": row.task, "by": row.by, "reply": row.reply,
                "replied_on": row.replied_on,
            }
            for row in case.assistances.order_by("id")
        ],
        "letters": _letters_of(case),
        "redactions": [
            {
                "made": row.sha256, "from": row.made_from.sha256, "boxes": row.redaction,
                "stripped": row.stripped,
            }
            for row in case.files.exclude(made_from=None).select_related("made_from")
            if row.made_from
        ],
    }  # fmt: skip


def _letters_of(case: Case) -> list[dict[str, Any]]:
    """文书：字号、模板、审签经过、送达。"""
    return [
        {
            "number": letter.document_number, "title": letter.title, "state": letter.state,
            "template_version": letter.template_version, "signed_on": letter.signed_on,
            "sha256": letter.sha256, "released": letter.released, "void_reason": letter.void_reason,
            "steps": [
                {
                    "stage": step.stage, "verdict": step.verdict, "opinion": step.opinion,
                    "by": str(step.reviewer), "at": step.at,
                }
                for step in letter.steps.select_related("reviewer")
            ],
            "deliveries": list(
                letter.deliveries.values("carrier", "tracking", "sent_on", "delivered_on", "state")
            ),
        }
        for letter in case.letters.order_by("id")
    ]  # fmt: skip


def _index(case: Case, root: Path, contents: list[dict[str, Any]]) -> dict[str, Any]:
    """归档目录（T30）。"""
    listing = "\n".join(f"{row['name']}　{row['title']}　{row['sha256']}" for row in contents)
    years = rules_of(case.agency).retention_years
    content = letters.form_pdf(
        case,
        "T30",
        办理结果=outcome_name(case),
        保管期限=f"个人信息保存{years}年",
        归档日期=say(timezone.localdate()),
        归档文件=listing,
    )
    (root / "index.pdf").write_bytes(content)
    return _entry(root / "index.pdf", "归档目录")


def _bag(case: Case, root: Path) -> None:
    import bagit

    info = {
        "Source-Organization": rules_of(case.agency).issuer_name,
        "External-Identifier": case.number,
        "Bagging-Date": timezone.localdate().isoformat(),
        "Internal-Sender-Description": "政府信息公开申请归档包",
    }
    bagit.make_bag(str(root), info, checksums=["sha256"])


def _zip(root: Path, bundle: Path) -> None:
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(root.parent))


def verify(package: ArchivePackage) -> list[str]:
    """校验归档包：整包的校验值、BagIt 的各份、与目录一致；返回不合格的各项，空列表为完好。"""
    import bagit

    if not package.file:
        return [] if package.anonymised_at else ["归档包不在存储里"]
    try:
        with package.file.storage.open(package.file.name) as file, tempfile.TemporaryDirectory() as folder:
            if hashlib.file_digest(file, "sha256").hexdigest() != package.sha256:
                return ["归档包与登记的校验值不符"]
            file.seek(0)
            with zipfile.ZipFile(file) as archive:
                archive.extractall(folder)  # noqa: S202 - 校验值与登记的一致，是自己装的包
            root = Path(folder) / package.case.number
            try:
                bagit.Bag(str(root)).validate()
            except bagit.BagError as error:
                return [f"BagIt 校验不通过：{error}"]
            return [
                f"“{row['title']}”与目录的校验值不符"
                for row in package.contents
                if not (root / "data" / row["name"]).exists()
                or _digest(root / "data" / row["name"]) != row["sha256"]
            ]
    except Sealed as error:
        return [str(error)]
    except (OSError, zipfile.BadZipFile):
        return ["归档包打不开"]


def hand_over(user: Any, package: ArchivePackage, *, to: str, on: date) -> ArchivePackage:
    """移交：登记移交给哪个档案机构；移交前先校验。错误：Refused。"""
    with transaction.atomic():
        case = lock(package.case)
        require(user, case, states.OFFICE, _("移交档案"))
        package = ArchivePackage.objects.select_for_update().get(pk=package.pk)
        if package.handed_on:
            refuse("once", _("已经移交过"))
        if not to.strip() or on > timezone.localdate():
            refuse("to", _("请填写移交的档案机构和日期，日期不能是将来"))
        if problems := verify(package):
            refuse("verify", _("归档包校验不通过：%(problems)s") % {"problems": "；".join(problems)})
        package.handed_to, package.handed_on = to.strip()[:80], on
        package.save(update_fields=["handed_to", "handed_on"])
        audit(user, "requests.hand_over", case, to=package.handed_to, on=on)
    return package


# 去标识


def due_for_anonymising(today: date) -> list[ArchivePackage]:
    """到期的：个人信息保存期已满、已经移交、没有没审结的救济，申请人名下的各件都到期。"""
    rows = ArchivePackage.objects.filter(retain_until__lt=today, anonymised_at=None).exclude(handed_on=None)
    rows = rows.exclude(case__proceedings__result="pending").select_related("case__applicant", "case__agency")
    return list(rows.order_by("id")[:500])


def anonymise(user: Any, package: ArchivePackage, *, today: date | None = None) -> ArchivePackage:
    """去标识：期满后在线的个人信息一概去掉，统计用的各栏（日期、结果、类型）留着；已移交的档案不受影响。

    发出的文书不能改，这里是唯一的例外：正文、各栏遮去，定稿删除，校验值留着，可与档案里的核对。
    错误：Refused——没有职责、没到期、没有移交、还有没审结的救济。来源：《个人信息保护法》第四十七条。
    """
    with transaction.atomic():
        case = lock(package.case)
        package = ArchivePackage.objects.select_for_update().get(pk=package.pk)
        if user is not states.SYSTEM:
            require(user, case, states.OFFICE, _("去标识"))
        if package.anonymised_at:
            refuse("once", _("已经去标识"))
        if package.retain_until >= (today or timezone.localdate()):
            values = {"day": package.retain_until.isoformat()}
            refuse("early", _("个人信息保存至 %(day)s，还没有到期") % values)
        if package.handed_on is None:
            refuse("handed", _("归档包还没有移交档案机构，去标识之后就没有原文了；请先移交"))
        if case.proceedings.filter(result="pending").exists():
            refuse("pending", _("还有没审结的复议、诉讼，不能去标识"))
        names = _names(case)
        gone = _clear_files(case) + [package.file.name]
        _clear_rows(case, names)
        package.anonymised_at, package.file = timezone.now(), ""
        package.save(update_fields=["anonymised_at", "file"])
        audit(user, "requests.anonymise", case, retain_until=package.retain_until, files=len(gone))
        storage = CaseFile._meta.get_field("file").storage
        transaction.on_commit(lambda: [storage.delete(name) for name in gone if name and not is_used(name)])
    return package


def is_used(name: str) -> bool:
    """同样内容的文件按校验值只存一份，别的申请还在用的不删。"""
    return (
        CaseFile.objects.filter(file=name).exists()
        or Letter.objects.filter(file=name).exists()
        or ArchivePackage.objects.filter(file=name).exists()
        or CorrectionFile.objects.filter(file=name).exists()
    )


def _names(case: Case) -> list[str]:
    applicant = case.applicant
    found = [getattr(applicant, name) for name in Applicant.PERSONAL]
    found += [row.name for row in case.consultations.all()]
    return sorted({text for text in found if len(text) >= 2}, key=len, reverse=True)


def _covered(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, ANONYMOUS)
    return personal.mask(text, frozenset(personal.Kind))


def _clear_files(case: Case) -> list[str]:
    rows = list(case.files.filter(kind__in=_PERSONAL_FILES)) + list(case.files.filter(kind="source"))
    gone = [row.file.name for row in rows]
    CaseFile.objects.filter(pk__in=[row.pk for row in rows]).update(file="", name=ANONYMOUS)
    gone += [letter.file.name for letter in case.letters.all() if letter.file]
    return gone


def _clear_rows(case: Case, names: list[str]) -> None:
    case.description = _covered(case.description, names)
    case.rating_comment, case.postal_number, case.confirmed_how = "", "", ""
    case.save(update_fields=["description", "rating_comment", "postal_number", "confirmed_how"])
    for item in case.items.all():
        item.text, item.facts, item.reason = (
            _covered(t, names) for t in (item.text, item.facts, item.reason)
        )
        item.withheld = json.loads(_covered(json.dumps(item.withheld, ensure_ascii=False), names))
        item.materials = json.loads(_covered(json.dumps(item.materials, ensure_ascii=False), names))
        item.save(update_fields=["text", "facts", "reason", "withheld", "materials"])
    for row in case.consultations.all():
        Consultation.objects.filter(pk=row.pk).update(
            name=ANONYMOUS if row.party == "third_party" else row.name,
            contact="",
            content=_covered(row.content, names),
            opinion_text=_covered(row.opinion_text, names),
            assessment_text=_covered(row.assessment_text, names),
        )
    for each in case.assistances.all():
        each.task, each.reply = _covered(each.task, names), _covered(each.reply, names)
        each.save(update_fields=["task", "reply"])
    for file in case.files.exclude(stripped=[]):
        # 清除了的隐藏信息就是不该外露的，只留种类和位置。
        file.stripped = [each | {"text": ""} for each in file.stripped]
        file.save(update_fields=["stripped"])
    for letter in case.letters.all():
        # 发出的文书由 save 和它的查询集把守，不让改；去标识经普通的查询集直接写，别处一概不许。
        models.QuerySet(Letter).filter(pk=letter.pk).update(
            text=_covered(letter.text, names), fields=_covered(letter.fields, names), file=""
        )
    Delivery.objects.filter(letter__case=case).update(signer="", tracking="")
    for name in ("correction", "reasons"):
        if (notice := getattr(case, name, None)) and notice.answer:
            notice.answer = _covered(notice.answer, names)
            notice.save(update_fields=["answer"])
    _clear_applicant(case)


def _clear_applicant(case: Case) -> None:
    """申请人：一次提交一行；拆出的几件共用一行的，等都到期才去掉。"""
    others = Case.objects.filter(applicant=case.applicant).exclude(pk=case.pk)
    if others.exclude(package__anonymised_at__isnull=False).exists():
        return
    applicant = case.applicant
    for name in Applicant.PERSONAL:
        setattr(applicant, name, ANONYMOUS if name == "name" else "")
    applicant.anonymised_at = timezone.now()
    applicant.save()
    cases = Case.objects.filter(applicant=applicant)
    cases.update(identity_key=applicant.identity_key, secret_hash="")


def anonymise_due(today: date) -> tuple[int, list[str]]:
    """每晚：到期的逐件去标识；返回（几件，没有做成的：原因）。"""
    done, failed = 0, []
    for package in due_for_anonymising(today):
        try:
            anonymise(states.SYSTEM, package, today=today)
        except Refused as refused:
            failed.append(f"{package.case.number}：{refused}")
        else:
            done += 1
    return done, failed
