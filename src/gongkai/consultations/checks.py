"""知识库的核查：有政策问答公开，公开的都有效，公众多次问到的都写了。"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongkai.core.evidence import CheckResult, Period, Status, register
from gongkai.core.models import Organisation

from .models import Entry
from .queries import public_entries

# 起草之后多久（自然日）还没有发布，算没有跟上。
SLOW: Final = timedelta(days=30)


@register("consultations.qa", _("政策问答公开且有效"))
def qa(organisation: Organisation, period: Period) -> CheckResult:
    """政策问答：本单位及下级有公开的问答，没有因过期、依据失效而公众看不到的，没有起草三十天还没发布的。"""
    units = Organisation.objects.within(organisation)
    ours = Entry.objects.filter(organisation__in=units)
    shown = public_entries().filter(organisation__in=units).count()
    hidden = ours.filter(state=Entry.State.PUBLISHED).count() - shown
    unfinished = (Entry.State.DRAFT, Entry.State.SUBMITTED, Entry.State.REVIEWED)
    slow = ours.filter(state__in=unfinished, created_at__date__lt=period.today - SLOW).count()
    measured = ngettext("%(n)s 条问答公开", "%(n)s 条问答公开", shown) % {"n": shown}
    target = gettext("有问答公开，都有效，起草的三十天内发布")
    evidence = ((gettext("政策问答"), reverse("knowledge:list")),)
    if hidden:
        why = ngettext(
            "有 %(n)s 条已发布的因过期或依据失效，公众看不到；请改版或撤下",
            "有 %(n)s 条已发布的因过期或依据失效，公众看不到；请改版或撤下",
            hidden,
        )
        return CheckResult(Status.LATE, measured, target, evidence, why % {"n": hidden})
    if slow:
        why = ngettext("有 %(n)s 条起草超过三十天还没有发布", "有 %(n)s 条起草超过三十天还没有发布", slow)
        return CheckResult(Status.LATE, measured, target, evidence, why % {"n": slow})
    if not shown:
        why = gettext("还没有公开的政策问答")
        return CheckResult(Status.NO_EVIDENCE, measured, target, (), why)
    return CheckResult(Status.MET, measured, target, evidence, gettext("公开的问答都有效"))
