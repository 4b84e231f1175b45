"""站点、栏目、友情链接的写入：由主办单位的办公室办理；牵动公众页面的，在同一事务里发信号。"""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused

from . import sorting, states
from .kinds import NEWS_KINDS, Kind
from .models import Column, FriendlyLink, Site
from .signals import column_changed, site_changed
from .tasks import sort_column

SITE_FIELDS: Final = (
    "name", "domain", "code", "credit_code", "index_pattern", "colour", "contact", "icp", "police",
    "is_active",
)  # fmt: skip
COLUMN_FIELDS: Final = (
    "name", "slug", "parent", "kind", "type_word", "description", "keywords", "rule", "update_days",
    "not_applicable", "is_active",
)  # fmt: skip
# 固定四栏的名称、位置由国办公开办函〔2019〕61号定，不能改，也不能停用。
_FIXED: Final = ("name", "slug", "parent", "kind", "is_active")
# 索引号格式：年份、顺序号必有（顺序号每年从 1 起，缺一个就会重号），不许别的花括号写法。
_PATTERN: Final = re.compile(
    r"(?=.*\{year\})(?=.*\{serial)(?:[^{}]|\{code\}|\{year\}|\{serial(?::0?[1-9]d)?\})+"
)
_RULE_KEYS: Final = frozenset({"kinds", "organisations", "items20", "themes"})


def _refuse(code: str, message: str) -> None:
    raise Refused([Refusal(code, message)])


def _require_office(user: Any, organisation: Organisation) -> None:
    if not states.holds(user, organisation, states.OFFICE):
        _refuse("duty", _("只有“%(unit)s”的办公室协调员可以这样做") % {"unit": organisation})


# 固定四栏：网址名与按类型选取的规则。
_SECTIONS: Final = {
    Column.Section.GUIDE: ("guide", Kind.GUIDE),
    Column.Section.SYSTEM: ("systems", Kind.SYSTEM),
    Column.Section.STATUTORY: ("statutory", ""),
    Column.Section.ANNUAL: ("annual", Kind.ANNUAL_REPORT),
}


def create_site(user: Any, organisation: Organisation, *, name: str, domain: str) -> Site:
    """新建站点：连同固定四栏；第一个站点即为默认。错误：Refused——没有职责；ValidationError——域名已有。"""
    _require_office(user, organisation)
    with in_turn():
        site = Site(organisation=organisation, name=name.strip(), domain=domain.strip().lower())
        site.is_default = not Site.objects.exists()
        site.full_clean()
        site.save()
        for order, (section, (slug, kind)) in enumerate(_SECTIONS.items(), start=1):
            Column.objects.create(
                site=site,
                name=section.label,
                slug=slug,
                kind=Column.Kind.SECTION,
                section=section,
                type_word=section.label,
                rule={"kinds": [kind]} if kind else {},
                order=order,
                update_days=180,
            )
        audit(user, "records.create_site", site, name=site.name, domain=site.domain)
        site_changed.send(Site, site=site)
    return site


def save_site(user: Any, site: Site, **values: Any) -> Site:
    """存站点：values 为 SITE_FIELDS 里的栏目。错误：Refused——没有职责；ValidationError——写得不对。"""
    _require_office(user, site.organisation)
    with in_turn():
        locked = Site.objects.select_for_update().get(pk=site.pk)
        if locked.is_default and values.get("is_active") is False:
            _refuse("default", _("默认站点不能停用"))
        former = locked.domain
        changed = _assign(locked, values, SITE_FIELDS)
        if locked.index_pattern and not _PATTERN.fullmatch(locked.index_pattern):
            message = _(
                "索引号格式里只能用 {code}、{year}、{serial}，后两样缺一样就会重号，"
                "如 {code}/{year}-{serial:05d}"
            )
            raise ValidationError({"index_pattern": message})
        locked.full_clean()
        locked.save()
        audit(user, "records.save_site", locked, fields=changed)
        site_changed.send(Site, site=locked, former=former, toggled="is_active" in changed)
    return locked


def _assign(obj: Any, values: dict[str, Any], allowed: tuple[str, ...]) -> list[str]:
    unknown = set(values) - set(allowed)
    if unknown:
        raise TypeError(f"没有这些栏目：{sorted(unknown)}")
    changed = sorted(name for name, value in values.items() if getattr(obj, name) != value)
    for name, value in values.items():
        setattr(obj, name, value)
    return changed


def save_column(user: Any, site: Site, column: Column | None = None, **values: Any) -> Column:
    """存栏目：column 为空是新建。规则变了的按新规则归栏（见 sorting）；改了网址的，下级一起改。

    错误：Refused——没有职责、动固定栏目、上级成环；ValidationError——写得不对。
    """
    _require_office(user, site.organisation)
    with in_turn():
        # 锁站点：两人同时改栏目树的，先后办理。
        Site.objects.select_for_update().get(pk=site.pk)
        row = Column.objects.get(pk=column.pk, site=site) if column else Column(site=site)
        before = copy.copy(row) if column else None
        values = dict(values)
        if not values.get("slug", row.slug):
            values["slug"] = slug_of(values.get("name", row.name))
        _check_column(row, values)
        if before is None:
            siblings = Column.objects.filter(site=site, parent=values.get("parent"))
            row.order = (siblings.aggregate(last=Max("order"))["last"] or 0) + 1
        changed = _assign(row, values, COLUMN_FIELDS)
        row.full_clean(exclude=["path"], validate_constraints=False)
        _check_path(row)
        row.save()
        if before is None or {"rule", "is_active", "kind"} & set(changed):
            sorting.begin(row)
            # 少的当场办完；多的留给后台，几万条也不让人等着。
            if not sorting.step(row.pk):
                sort_column.enqueue(column=row.pk)
        audit(user, "records.save_column", row, name=row.name, fields=changed, new=before is None)
        # 只改了规则的，没进没出的各页都不变；进出的由归栏逐批通知。
        listed = before is not None and set(changed) <= {"rule"}
        for one in (before, row):
            if one is not None:
                column_changed.send(Column, column=one, listed=listed)
        if before is not None and before.path != row.path:
            for child in Column.objects.filter(site=site, path__startswith=row.path).exclude(pk=row.pk):
                column_changed.send(Column, column=child)
    return row


def _check_column(row: Column, values: dict[str, Any]) -> None:
    if row.section and any(name in values and values[name] != getattr(row, name) for name in _FIXED):
        message = _(
            "“%(name)s”是政府信息公开固定栏目，名称、网址、位置不能改，也不能停用；没有内容的写明不适用的理由"
        )
        _refuse("section", message % {"name": row.name})
    if not row.section and values.get("kind", row.kind) == Column.Kind.SECTION:
        _refuse("section", _("固定栏目只有四个，不能另建；请选普通栏目"))
    parent = values.get("parent")
    if parent is not None:
        if parent.site_id != row.site_id:
            _refuse("parent", _("上级栏目须在同一站点"))
        if row.pk and (parent.pk == row.pk or parent.path.startswith(row.path)):
            _refuse("parent", _("栏目不能放进自己或自己的下级"))
    rule = values.get("rule", row.rule)
    if set(rule) - _RULE_KEYS:
        raise TypeError(f"没有这些规则：{sorted(set(rule) - _RULE_KEYS)}")
    top = parent or row.parent
    while top is not None and top.parent is not None:
        top = top.parent
    if (row.section or (top is not None and top.section)) and NEWS_KINDS & set(rule.get("kinds", ())):
        _refuse("rule", _("政府信息公开固定栏目不收新闻动态和专题（国办公开办函〔2019〕61号）"))


def _check_path(row: Column) -> None:
    path = f"{row.parent.path}{row.slug}/" if row.parent else f"{row.slug}/"
    if Column.objects.filter(site=row.site, path=path).exclude(pk=row.pk).exists():
        raise ValidationError({"slug": _("同一级已有网址名“%(slug)s”，请换一个") % {"slug": row.slug}})


def slug_of(name: str) -> str:
    """网址名：汉字取拼音，如“规划计划”为 guihuajihua。"""
    # 拼音库较大，用到才载入。
    from pypinyin import lazy_pinyin

    return re.sub(r"-+", "-", slugify("".join(lazy_pinyin(name))))[:40].strip("-") or "column"


def move_column(user: Any, column: Column, *, up: bool) -> None:
    """调次序：在同级里上移或下移一位；固定四栏总在最前，次序不变。"""
    _require_office(user, column.site.organisation)
    with in_turn():
        Site.objects.select_for_update().get(pk=column.site_id)
        if column.section:
            _refuse("section", _("固定四栏的次序由国家规定，不能调"))
        rows = list(Column.objects.filter(site=column.site_id, parent=column.parent_id, section=""))
        at = next(n for n, row in enumerate(rows) if row.pk == column.pk)
        to = max(0, min(len(rows) - 1, at + (-1 if up else 1)))
        rows.insert(to, rows.pop(at))
        for order, row in enumerate(rows, start=1):
            row.order = order
        Column.objects.bulk_update(rows, ["order"])
        audit(user, "records.move_column", column, to=to + 1)
        column_changed.send(Column, column=column)


def add_link(user: Any, site: Site, *, name: str, url: str) -> FriendlyLink:
    """加友情链接：排在最后。错误：ValidationError——网址不对。"""
    _require_office(user, site.organisation)
    with in_turn():
        order = (site.links.aggregate(last=Max("order"))["last"] or 0) + 1
        row = FriendlyLink(site=site, name=name.strip(), url=url.strip(), order=order)
        row.full_clean()
        row.save()
        audit(user, "records.add_link", site, name=row.name, url=row.url)
        site_changed.send(Site, site=site)
    return row


def remove_link(user: Any, link: FriendlyLink) -> None:
    """去掉友情链接。"""
    _require_office(user, link.site.organisation)
    with in_turn():
        audit(user, "records.remove_link", link.site, name=link.name, url=link.url)
        link.delete()
        site_changed.send(Site, site=link.site)
