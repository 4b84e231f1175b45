"""检索的核查：公开的信息都查得到，发布之后跟得上。"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.evidence import CheckResult, Period, Status, register
from gongkai.core.models import Organisation

from .models import Generation, Outbox, SearchDocument

# 正常不到一秒就索引好；过了这么久还没有，就是索引器没在运行。
LATE: Final = timedelta(minutes=10)


@register("search.everything", _("公开的信息都查得到"))
def everything(organisation: Organisation, period: Period) -> CheckResult:
    """一网通查：索引在用，本单位及下级有可查的信息，没有发布十分钟以上还没索引的。"""
    rows = SearchDocument.objects.filter(
        published=True, organisation__in=Organisation.objects.within(organisation)
    )
    total = rows.count()
    measured = ngettext("%(n)s 件可查", "%(n)s 件可查", total) % {"n": total}
    target = gettext("索引在用，没有积压")
    evidence = ((gettext("一网通查"), reverse("search:results") + f"?organisation={organisation.pk}"),)
    if not Generation.objects.filter(state=Generation.State.CURRENT).exists():
        why = gettext("检索索引还没有建立；请启动后台进程或运行 gongkai rebuild")
        return CheckResult(Status.MISSING, measured, target, (), why)
    late = Outbox.objects.filter(applied_at=None, created_at__lt=timezone.now() - LATE).count()
    if late:
        why = ngettext(
            "有 %(n)s 条发布或撤下已过十分钟还没有索引；请看后台进程是否在运行",
            "有 %(n)s 条发布或撤下已过十分钟还没有索引；请看后台进程是否在运行",
            late,
        )
        return CheckResult(Status.LATE, measured, target, evidence, why % {"n": late})
    if not total:
        why = gettext("本单位还没有公开的信息")
        return CheckResult(Status.NO_EVIDENCE, measured, target, evidence, why)
    return CheckResult(Status.MET, measured, target, evidence, gettext("发布、撤下都已索引"))
