"""关口：送审和签发前的检查；逐栏说明缺什么、错在哪、怎样改。"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from .kinds import WITH_VALIDITY, Kind, fields_of
from .models import Edition


@dataclass(frozen=True, slots=True)
class Problem:
    """问题：field 为栏目键，label 栏目名，message 说明与改法；blocking 为真时不改不能过关。"""

    field: str
    label: str
    message: str
    blocking: bool = True


Check = Callable[[Edition], Iterator[Problem]]


def _label(name: str) -> str:
    return str(Edition._meta.get_field(name).verbose_name)


# 目录须有索引、名称、内容概述、生成日期（条例第十二条）；索引号由系统编。
_ALWAYS: Final = ("title", "summary", "written_on", "issuer")
_BY_KIND: Final[dict[str, tuple[str, ...]]] = {
    Kind.NORMATIVE: ("document_number", "effective_on", "expires_on"),
    Kind.POLICY: ("document_number",),
    Kind.REGULATION: ("effective_on",),
}


def required(edition: Edition) -> Iterator[Problem]:
    """必填：条例第十二条的目录要素、本类型的公用栏目和专有栏目。"""
    for name in _ALWAYS + _BY_KIND.get(edition.record.kind, ()):
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


CHECKS: Final[tuple[Check, ...]] = (required, openness, dates)


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
