"""知识库的全部写入：起草、改、审、发、撤、移交，以及待编问题的处理和规则。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.accounts.queries import duties_of
from gongkai.audit.actions import record
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.records.models import Record
from gongkai.search import actions as search
from gongkai.search import privacy
from gongkai.search import queries as search_queries

from .models import Basis, Entry, KnowledgeRules, OpenQuestion
from .states import ENTRY, OFFICE, REVIEWERS, WRITERS, holds

State = Entry.State
SOURCE = "consultations.entry"
MOST_WORDINGS = 20
MOST_BASES = 20


def may_write_for(user: Any, organisation: Organisation) -> bool:
    """能否替这个单位编写。"""
    return holds(user, Entry(organisation=organisation), WRITERS)


def is_office(user: Any) -> bool:
    """办公室：协调员、市政务公开办，可以分办、发布、改规则。"""
    return any(duty.role in OFFICE for duty in duties_of(user))


def _need(ok: bool, message: str) -> None:
    if not ok:
        raise Refused([Refusal("duty", message)])


def _lock(entry: Entry) -> Entry:
    return Entry.objects.select_for_update().select_related("organisation").get(pk=entry.pk)


def _editable(user: Any, entry: Entry) -> Entry:
    """锁住要改的草稿。错误：Refused——没有职责、不是草稿。"""
    locked = _lock(entry)
    _need(holds(user, locked, WRITERS), _("只有答复单位的经办人、负责人和办公室可以编写"))
    if locked.state != State.DRAFT:
        message = _("现在是“%(state)s”，不能改；请先退回，或撤下后重新编写")
        raise Refused([Refusal("state", message % {"state": locked.get_state_display()})])
    return locked


def wordings_of(typed: str) -> list[str]:
    """其他问法：一行一个，去空行、去重。"""
    return list(dict.fromkeys(line.strip()[:200] for line in typed.splitlines() if line.strip()))


def create_entry(
    user: Any, organisation: Organisation, *, question: str, wordings: Iterable[str] = (), author: Any = None
) -> Entry:
    """起草一条。参数：user 为 None 时由系统起草（待编问题问够了次数）。错误：Refused。"""
    _need(user is None or may_write_for(user, organisation), _("您不能替这个单位编写"))
    question = question.strip()
    if not question:
        raise Refused([Refusal("question", _("请填写问题"))])
    with transaction.atomic():
        entry = Entry.objects.create(
            organisation=organisation,
            question=question[:200],
            wordings=list(wordings)[:MOST_WORDINGS],
            author=author or user,
        )
        record(user, "consultations.create_entry", entry, question=entry.question)
    return entry


def save_entry(user: Any, entry: Entry, *, version: int, **values: Any) -> Entry:
    """存草稿。参数：version 为打开页面时的版次；values 为 question、wordings、answer、theme、valid_until。

    错误：Refused——不是草稿、没有职责、别人刚改过、内容不合格；个人信息不得写进去。
    """
    with transaction.atomic():
        locked = _editable(user, entry)
        refusals = _content_refusals(values)
        if version != locked.version:
            refusals.append(Refusal("version", _("别人刚改过这一条，请先看新的内容再改；您写的还在页面上")))
        if refusals:
            raise Refused(refusals)
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        if changed:
            locked.version += 1
            locked.author = locked.author or user
            locked.save()
            record(user, "consultations.save_entry", locked, changed=changed, version=locked.version)
    return locked


def _content_refusals(values: dict[str, Any]) -> list[Refusal]:
    found = []
    if not values["question"].strip():
        found.append(Refusal("question", _("请填写问题")))
    if len(values["wordings"]) > MOST_WORDINGS:
        message = _("其他问法最多 %(most)s 个，现在有 %(count)s 个")
        found.append(Refusal("wordings", message % {"most": MOST_WORDINGS, "count": len(values["wordings"])}))
    for text in (values["question"], *values["wordings"]):
        if re.search(r"[0-9０-９]{15,}|1[0-9]{10}", text):
            found.append(Refusal("personal", _("“%(text)s”里像有号码，请去掉个人信息") % {"text": text[:30]}))
    return found


def _clause_refusals(document: Record | None, clause: str) -> list[Refusal]:
    """条款写的条，文件里要真有；文件不分条的不查。"""
    wanted = re.match(r"第[零〇一二三四五六七八九十百千0-9]+条(?:之[一二三四五六七八九十]+)?", clause)
    if document is None or wanted is None:
        return []
    known = search_queries.clauses_of(f"records.record:{document.pk}")
    if not known or wanted[0] in known:
        return []
    message = _("这份文件里没有“%(clause)s”；请核对条款，条的数字用汉字，如“第三条”")
    return [Refusal("clause", message % {"clause": wanted[0]})]


def add_basis(
    user: Any, entry: Entry, *, record_pk: int | None = None, title: str = "", url: str = "", clause: str = ""
) -> Basis:
    """加依据：库里已公开的一件，或站外文件的名称和网址。错误：Refused。"""
    document = Record.objects.public().select_related("live").filter(pk=record_pk).first()
    clause, title = clause.strip()[:60], title.strip()[:200]
    with transaction.atomic():
        locked = _editable(user, entry)
        refusals = _clause_refusals(document, clause)
        if document is None and record_pk is not None:
            refusals.append(Refusal("record", _("这份文件没有公开或已撤下，请另选")))
        elif document is None and not title:
            refusals.append(Refusal("title", _("请填写文件名称")))
        basis = Basis(entry=locked, record=document, title=title, url=url.strip(), clause=clause)
        try:
            basis.clean_fields(exclude=["entry", "record"])
        except ValidationError:
            refusals.append(Refusal("url", _("网址不对，应以 http:// 或 https:// 起头")))
        if locked.bases.filter(record=document, title=title, clause=clause).exists():
            refusals.append(Refusal("twice", _("这一处依据已经列过")))
        if locked.bases.count() >= MOST_BASES:
            refusals.append(Refusal("many", _("依据最多 %(most)s 处") % {"most": MOST_BASES}))
        if refusals:
            raise Refused(refusals)
        basis.order = locked.bases.count()
        basis.save()
        locked.version += 1
        locked.save(update_fields=["version", "changed_at"])
        record(user, "consultations.add_basis", locked, basis=str(basis))
    return basis


def remove_basis(user: Any, basis: Basis) -> None:
    """去掉一处依据。"""
    with transaction.atomic():
        locked = _editable(user, basis.entry)
        record(user, "consultations.remove_basis", locked, basis=str(basis))
        basis.delete()
        locked.version += 1
        locked.save(update_fields=["version", "changed_at"])


def move(user: Any, entry: Entry, name: str, *, reason: str = "") -> Entry:
    """办一步：送审、审核、退回、发布、撤下、重新编写；发布与撤下同时更新检索。错误：Refused。"""
    changes: dict[str, Any] = {}
    if name == "publish":
        now = timezone.now()
        changes = {"published_at": now, "first_published_at": entry.first_published_at or now}
    with transaction.atomic():
        moved = ENTRY.perform(entry, user, name, reason=reason, **changes)
        if name == "publish" and moved.replaces_id:
            # 新版发布，旧版同时撤下，旧网址转到新的。
            old = Entry.objects.select_for_update().get(pk=moved.replaces_id)
            if old.state == State.PUBLISHED:
                old.state = State.WITHDRAWN
                old.save()
                record(user, "consultations.supersede", old, by=moved.pk)
                search.withdraw(f"{SOURCE}:{old.pk}")
        if name in ("publish", "withdraw"):
            search.put(f"{SOURCE}:{moved.pk}")
    return moved


def revise(user: Any, entry: Entry) -> Entry:
    """改版：照已发布的另起一份草稿，原来的照常公开，新的发布时代替它。错误：Refused。"""
    with transaction.atomic():
        locked = _lock(entry)
        _need(holds(user, locked, WRITERS), _("只有答复单位的经办人、负责人和办公室可以编写"))
        if locked.state != State.PUBLISHED:
            raise Refused([Refusal("state", _("只有已发布的才改版；草稿直接改，撤下的重新编写"))])
        editing = locked.replaced_by.filter(state__in=(State.DRAFT, State.SUBMITTED, State.REVIEWED)).first()
        if editing is not None:
            raise Refused([Refusal("revision", _("已有一份新版正在编写"))])
        made = Entry.objects.create(
            organisation=locked.organisation,
            question=locked.question,
            wordings=locked.wordings,
            answer=locked.answer,
            theme=locked.theme,
            valid_until=locked.valid_until,
            version=locked.version + 1,
            author=user,
            replaces=locked,
            first_published_at=locked.first_published_at,
        )
        for basis in locked.bases.all():
            basis.pk, basis.entry, basis._state.adding = None, made, True
            basis.save()
        record(user, "consultations.revise", made, replaces=locked.pk)
    return made


def assign(user: Any, entry: Entry, organisation: Organisation) -> Entry:
    """移交：草稿交给另一个单位编写。错误：Refused——不是办公室、不是草稿、单位停用。"""
    with transaction.atomic():
        locked = _lock(entry)
        _need(holds(user, locked, OFFICE), _("只有办公室可以移交"))
        refusals = []
        if locked.state != State.DRAFT:
            refusals.append(Refusal("state", _("只有草稿可以移交")))
        if not organisation.is_active:
            refusals.append(Refusal("organisation", _("这个单位已停用，请另选")))
        if refusals:
            raise Refused(refusals)
        before, locked.organisation = locked.organisation.name, organisation
        locked.save()
        OpenQuestion.objects.filter(entry=locked).update(organisation=organisation)
        record(user, "consultations.assign", locked, before=before, after=organisation.name)
    return locked


def draft_from(user: Any, question: OpenQuestion) -> Entry:
    """由待编问题起草：问法都带上。参数：user 为 None 时由系统起草。错误：Refused——已编写。"""
    with transaction.atomic():
        locked = OpenQuestion.objects.select_for_update().select_related("organisation").get(pk=question.pk)
        if locked.entry_id:
            raise Refused([Refusal("taken", _("这个问题已在编写"))])
        others = [row.text for row in locked.wordings.all() if row.text != locked.text]
        entry = create_entry(user, locked.organisation, question=locked.text, wordings=others)
        locked.entry, locked.state, locked.reason = entry, OpenQuestion.State.TAKEN, ""
        locked.save()
    return entry


def attach(user: Any, question: OpenQuestion, entry: Entry) -> Entry:
    """并入：这个问题已有问答能答，把问法加到那条草稿里。错误：Refused。"""
    with transaction.atomic():
        locked = _editable(user, entry)
        texts = [question.text, *(row.text for row in question.wordings.all())]
        known = {locked.question, *locked.wordings}
        added = [text for text in dict.fromkeys(texts) if text not in known]
        if len(locked.wordings) + len(added) > MOST_WORDINGS:
            raise Refused([Refusal("wordings", _("其他问法最多 %(most)s 个") % {"most": MOST_WORDINGS})])
        locked.wordings = [*locked.wordings, *added]
        locked.version += 1
        locked.save()
        question.entry, question.state = locked, OpenQuestion.State.TAKEN
        question.save(update_fields=["entry", "state"])
        record(user, "consultations.save_entry", locked, changed=["wordings"], question=question.pk)
    return locked


def drop(user: Any, question: OpenQuestion, *, reason: str) -> None:
    """不编写：写明理由，如与政务无关。错误：Refused。"""
    allowed = holds(user, Entry(organisation=question.organisation), WRITERS | REVIEWERS)
    _need(allowed, _("您不能处理这个问题"))
    if not reason.strip():
        raise Refused([Refusal("reason", _("请写明不编写的理由"))])
    with transaction.atomic():
        question.state, question.reason = OpenQuestion.State.DROPPED, reason.strip()[:200]
        question.save(update_fields=["state", "reason"])
        record(user, "consultations.drop", question, reason=question.reason)


def save_rules(user: Any, changed: KnowledgeRules) -> KnowledgeRules:
    """存规则。错误：Refused——不是办公室。"""
    _need(is_office(user), _("只有办公室可以改规则"))
    with transaction.atomic():
        found = KnowledgeRules.objects.select_for_update().first()
        changed.pk = found.pk if found else None
        changed.save()
        values = {name: getattr(changed, name) for name in ("threshold", "similarity", "answer_similarity")}
        record(user, "consultations.save_rules", changed, **values)
    return changed


def clean(text: str) -> str:
    """抹去个人信息之后的问题；没有剩下什么内容的为空。"""
    redacted = privacy.redacted(text.replace("\x00", "").strip()[:200])
    return redacted if len(re.sub(r"[\W＊_]", "", redacted)) >= 4 else ""
