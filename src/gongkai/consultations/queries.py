"""知识库的读取：公众看得到的问答、要办公室处理的问答、规则。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.audit.actions import subject_of
from gongkai.audit.models import Entry as AuditEntry
from gongkai.core.models import Organisation
from gongkai.records.queries import public_records

from .models import DEAD, Basis, Entry, KnowledgeRules

State = Entry.State
LABELS: Final = {
    "consultations.create_entry": _("起草"),
    "consultations.save_entry": _("改草稿"),
    "consultations.add_basis": _("加依据"),
    "consultations.remove_basis": _("去掉依据"),
    "consultations.revise": _("改版"),
    "consultations.assign": _("移交"),
    "consultations.supersede": _("已由新版代替"),
    "consultations.hidden": _("公众暂时看不到"),
    "consultations.entry.submit": _("送审"),
    "consultations.entry.approve": _("审核通过"),
    "consultations.entry.send_back": _("退回"),
    "consultations.entry.publish": _("发布"),
    "consultations.entry.withdraw": _("撤下"),
    "consultations.entry.reopen": _("重新编写"),
}


def rules() -> KnowledgeRules:
    """规则：没有存过的给缺省值，不写库。"""
    return KnowledgeRules.objects.select_related("receiver").first() or KnowledgeRules()


def receiver() -> Organisation | None:
    """问题交给谁：规则里指定的在用单位，没有就是组织树最上面的。"""
    chosen = rules().receiver
    if chosen is not None and chosen.is_active:
        return chosen
    return Organisation.objects.filter(parent=None, is_active=True).order_by("order", "pk").first()


def _unusable() -> QuerySet[Basis]:
    """用不得的依据：所依据的已不公开、已废止或失效。"""
    usable = public_records().exclude(validity__in=DEAD).order_by().values("pk")
    return Basis.objects.filter(record__isnull=False).exclude(record__in=usable)


def _with_bases(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    bases = Prefetch("bases", Basis.objects.select_related("record__live"))
    return rows.select_related("organisation__parent").prefetch_related(bases)


def public_entries() -> QuerySet[Entry]:
    """公众看得到的：已发布、没有过期、依据都还有效；新的在前。"""
    rows = Entry.objects.filter(state=State.PUBLISHED).exclude(valid_until__lt=timezone.localdate())
    return _with_bases(rows.exclude(pk__in=_unusable().values("entry"))).order_by("-published_at", "-pk")


def stamp() -> tuple[Any, ...]:
    """印记：公众看得到的问答变没变；变了缓存就要重做。"""
    found = Entry.objects.filter(state=State.PUBLISHED).aggregate(Count("pk"), Max("changed_at"))
    return (*found.values(), timezone.localdate())


def needing_attention(user: Any) -> QuerySet[Entry]:
    """要处理的：已发布而公众看不到（过期、依据失效），或快到期的；先到期的在前。"""
    soon = timezone.localdate() + timedelta(days=rules().warn_days)
    wanted = Q(pk__in=_unusable().values("entry")) | Q(valid_until__lte=soon)
    rows = Entry.objects.visible_to(user).filter(wanted, state=State.PUBLISHED)
    return _with_bases(rows).order_by("valid_until", "pk")


def entries(user: Any, *, state: str = "", words: str = "") -> QuerySet[Entry]:
    """看得见的问答：可按状态和文字筛选。"""
    rows = Entry.objects.visible_to(user)
    if state in State.values:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(Q(question__icontains=words) | Q(answer__icontains=words))
    return _with_bases(rows).select_related("author").order_by("-changed_at", "-pk")


def shown(entry: Entry) -> bool:
    """此刻公众看不看得到。"""
    return public_entries().filter(pk=entry.pk).exists()


def history(entry: Entry) -> list[dict[str, Any]]:
    """经过：谁在何时做了什么，先后为序；没有人的是系统所做。"""
    rows = AuditEntry.objects.filter(subject=subject_of(entry), action__in=LABELS).select_related("actor")
    return [
        {
            "at": row.at,
            "who": row.actor or _("系统"),
            "what": LABELS[row.action],
            "note": row.detail.get("reason") or row.detail.get("basis") or row.detail.get("why") or "",
        }
        for row in rows.order_by("number")
    ]
