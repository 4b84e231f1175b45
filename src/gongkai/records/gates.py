"""关口：送审和签发前的检查；逐栏说明缺什么、错在哪、怎样改。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.formats.documents.texts import links_of
from gongkai.law.kinds import RecordKind, interpretation

from . import links, scans
from .kinds import WITH_VALIDITY, Kind, fields_of
from .models import Edition, LinkCheck, Relation
from .rules import rules_of
from .texts import links as links_in


@dataclass(frozen=True, slots=True)
class Problem:
    """问题：field 为栏目键，label 栏目名，message 说明与改法；blocking 为真时不改不能过关。

    check、context 供记住误报（scans.remember）；不能记住的为空。
    """

    field: str
    label: str
    message: str
    blocking: bool = True
    check: str = ""
    context: str = ""


Check = Callable[[Edition], Iterator[Problem]]


def _label(name: str) -> str:
    return str(Edition._meta.get_field(name).verbose_name)


# 目录须有索引、名称、内容概述、生成日期（条例第十二条）；索引号由系统编。
ALWAYS: Final = ("title", "summary", "written_on", "issuer")
BY_KIND: Final[dict[str, tuple[str, ...]]] = {
    Kind.NORMATIVE: ("document_number", "effective_on", "expires_on"),
    Kind.POLICY: ("document_number",),
    Kind.REGULATION: ("effective_on",),
}


def required(edition: Edition) -> Iterator[Problem]:
    """必填：条例第十二条的目录要素、本类型的公用栏目和专有栏目。"""
    for name in ALWAYS + BY_KIND.get(edition.record.kind, ()):
        if not getattr(edition, name):
            yield Problem(name, _label(name), _("还没有填写"))
    for field in fields_of(edition.record.kind):
        value = edition.fields.get(field.name)
        if field.required and value in (None, ""):
            yield Problem(f"fields.{field.name}", str(field.label), _("还没有填写"))
        elif problem := field.problem(value):
            yield Problem(f"fields.{field.name}", str(field.label), problem)
    if not edition.body.strip() and not edition.attachments.exists() and not edition.fields:
        yield Problem("body", _label("body"), _("正文和附件至少要有一样"))


def openness(edition: Edition) -> Iterator[Problem]:
    """公开属性：不公开的要有依据（条例第十三条至第十六条）和重新评估日期（第十八条）；只有主动公开的才发布。"""
    if edition.openness == Edition.Openness.REFUSED:
        if not edition.refusal_ground:
            yield Problem("refusal_ground", _label("refusal_ground"), _("不予公开须写明依据的条款"))
        if not edition.review_again_on:
            yield Problem(
                "review_again_on", _label("review_again_on"), _("不予公开须定重新评估的日期（条例第十八条）")
            )


def dates(edition: Edition) -> Iterator[Problem]:
    """日期：有效期不早于施行日期，施行不早于成文。"""
    if edition.effective_on and edition.expires_on and edition.expires_on < edition.effective_on:
        yield Problem("expires_on", _label("expires_on"), _("有效期至早于施行日期"))
    if edition.record.kind in WITH_VALIDITY and edition.written_on and edition.effective_on:
        if edition.effective_on < edition.written_on:
            yield Problem("effective_on", _label("effective_on"), _("施行日期早于成文日期，请核对"), False)


def texts(edition: Edition) -> Iterator[Problem]:
    """文字：个人信息拦下（《个人信息保护法》第二十八条、条例第十五条），错词提醒；取不出文字的附件请人看。"""
    for hit in scans.hits(edition):
        yield Problem(hit.field, hit.label, hit.message, hit.blocking, hit.check, hit.context)
    for row in edition.attachments.all():
        if not row.text:
            label = _("附件“%(name)s”") % {"name": row.name}
            why = row.text_note or _("没有可以检查的文字")
            message = _("%(why)s；请人工核对有没有个人信息和错别字") % {"why": why}
            yield Problem("attachments", label, message, False)


def dead_links(edition: Edition) -> Iterator[Problem]:
    """链接：站内的当场到库里查，站外的看后台任务存下的结果。"""
    own = links.hosts()
    found = [("body", _label("body"), href) for href in links_in(edition.body)]
    found += [("relations", row.get_kind_display(), row.url) for row in edition.relations.all() if row.url]
    outside = links.external((href for *_where, href in found), own)
    known = {row.url: row for row in LinkCheck.objects.filter(url__in=outside)}
    for field, label, href in found:
        problem, blocking = links.internal_problem(href, own)
        if href[:300] in outside:
            row = known.get(href[:300])
            problem, blocking = _outside(row)
        if problem:
            message = _("链接 %(url)s：%(problem)s") % {"url": href, "problem": problem}
            yield Problem(field, label, message, blocking)


def _outside(row: LinkCheck | None) -> tuple[str, bool]:
    if row is None or row.state == LinkCheck.State.UNKNOWN:
        return _("还没有检查，后台正在检查"), False
    if row.state == LinkCheck.State.DEAD:
        return _("打不开（%(detail)s），请更换或去掉") % {"detail": row.detail}, True
    if row.state == LinkCheck.State.UNSURE:
        return _("暂时不通（%(detail)s），请核对") % {"detail": row.detail}, False
    return "", False


def pictures(edition: Edition) -> Iterator[Problem]:
    """图片：没有说明的，看不见图的人不知道画的什么（GB/T 37668—2019）。"""
    found = [link for link in links_of(edition.body) if link.is_image]
    missing = [str(n) for n, link in enumerate(found, start=1) if not link.text.strip()]
    if missing:
        message = _("第 %(these)s 张图片没有说明；在正文里双击图片，写进“替代文字”") % {
            "these": "、".join(missing)
        }
        yield Problem("body", _label("body"), message, False)


# 这些类型按文号定要不要解读；照抄国家正式文本的法规，由起草的机关解读。
_INTERPRETED: Final = frozenset({Kind.NORMATIVE, Kind.POLICY})


def missing_interpretation(edition: Edition) -> str:
    """缺解读：应当与文件同时公开解读而没有的，说明理由；不缺为空。

    有公开的、已签发可随文件同时发布的、或定时不晚于文件的解读都算有。来源：穗府办函〔2017〕313号第三条。
    """
    record = edition.record
    if record.kind not in _INTERPRETED:
        return ""
    kind = RecordKind.NORMATIVE if record.kind == Kind.NORMATIVE else RecordKind.OTHER
    rules = rules_of(record.agency)
    demand = interpretation(kind, edition.document_number, within_workdays=rules.interpretation_workdays)
    if not demand.required or not rules.interpretation_blocks:
        return ""
    S = Edition.State
    at = edition.publish_at or timezone.now()
    ready = Q(state=S.PUBLISHED) | Q(state=S.SCHEDULED, publish_at__lte=at)
    # 签发好的本单位解读随文件一起发；别的单位的要等它发出来。
    ready |= Q(state=S.SIGNED, record__agency=record.agency_id)
    if Edition.objects.filter(
        ready,
        openness=Edition.Openness.ACTIVE,
        relations__kind=Relation.Kind.INTERPRETS,
        relations__target=record,
    ).exists():
        return ""
    return _("还没有签发的解读：%(why)s") % {"why": demand.why}


def interpreted(edition: Edition) -> Iterator[Problem]:
    """解读：签发前提醒，发布时才拦（states 的发布条件），免得文件与解读互相等。"""
    if why := missing_interpretation(edition):
        yield Problem("relations", str(_("政策解读")), why, False)


CHECKS: Final[tuple[Check, ...]] = (required, openness, dates, texts, pictures, dead_links, interpreted)


def problems(edition: Edition) -> list[Problem]:
    """全部问题：按检查次序；不能过关的与仅提醒的都在内。"""
    return [problem for check in CHECKS for problem in check(edition)]


def blocking(edition: Edition) -> list[Problem]:
    """不能过关的问题。"""
    return [problem for problem in problems(edition) if problem.blocking]


def by_field(found: list[Problem]) -> dict[str, list[Problem]]:
    """按栏目归拢，供表单逐栏显示。"""
    grouped: dict[str, Any] = {}
    for problem in found:
        grouped.setdefault(problem.field, []).append(problem)
    return grouped
