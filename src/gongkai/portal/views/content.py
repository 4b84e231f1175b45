"""信息页：文头、正文、附件、关系、下载；撤下的说明去向。"""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.core.cache import cache as store
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_safe

from gongkai.formats.documents import DocumentError, RecordHead, to_docx, to_pdf
from gongkai.law import kinds as statutory
from gongkai.records import public
from gongkai.records.kinds import Kind, Type, fields_of
from gongkai.records.models import Attachment, Column, Edition, Record, Relation, Site
from gongkai.records.queries import columns_for

from ..metas import article_metas, column_metas, source_of
from ..prose import render as render_prose
from ..sites import absolute, columns, full_name, site_of
from ..structured import of_record

# 这些类型不列文头表，只写日期和来源。
PLAIN: Final = frozenset({Kind.NEWS, Kind.TOPIC})
# 关系由另一头看的叫法。
_REVERSED: Final = {
    Relation.Kind.BASIS: gettext_lazy("被引为依据"),
    Relation.Kind.INTERPRETS: gettext_lazy("解读材料"),
    Relation.Kind.AMENDS: gettext_lazy("被修改"),
    Relation.Kind.REPEALS: gettext_lazy("被废止"),
    Relation.Kind.LAPSES: gettext_lazy("被宣布失效"),
    Relation.Kind.REPLACES: gettext_lazy("被替代"),
    Relation.Kind.PREDECESSOR: gettext_lazy("后期规划"),
    Relation.Kind.ADJUSTS: gettext_lazy("被调整"),
    Relation.Kind.SAME_POLICY: gettext_lazy("同一政策"),
    Relation.Kind.TRANSLATION: gettext_lazy("语言版本"),
}
_ITEMS: Final = {str(n): each.short for n, each in enumerate(statutory.ARTICLE_20, 1)}


def found_record(request: HttpRequest, pk: int) -> tuple[Site, Record]:
    """信息：本站看得到的，含撤下的。错误：Http404。"""
    site = site_of(request)
    record = public.shown_record(site, pk)
    if record is None:
        raise Http404(_("没有这条信息"))
    return site, record


def _category(record: Record) -> str:
    live = record.live
    return live.theme or _ITEMS.get(live.item20, "") or str(record.get_kind_display())


def _validity(record: Record) -> str:
    # 规划只有规划期，过了叫到期，不叫失效。
    if record.kind == Kind.PLAN and record.validity == Record.Validity.LAPSED:
        return _("已到期")
    return str(record.get_validity_display()) if record.validity else ""


def head(record: Record) -> list[tuple[Any, Any, bool]]:
    """文头表（广东读者熟悉的次序）：（栏名, 值, 是否占整行）；空的写“无”以外的不列。"""
    live = record.live
    issuer = "、".join([live.issuer, *map(str, live.joint_issuers)])
    rows: list[tuple[Any, Any, bool]] = [
        (_("索引号"), record.index_number, False),
        (_("分类"), _category(record), False),
        (_("发布机构"), issuer, False),
        (_("成文日期"), live.written_on, False),
        (_("名称"), live.title, True),
        (_("文号"), live.document_number, False),
        (_("发布日期"), public.shown_date(record), False),
        (_("统一编号"), live.unified_number, False),
        (_("施行日期"), live.effective_on, False),
        (_("有效期至"), live.expires_on, False),
        (_("有效性"), _validity(record), False),
        (_("主题词"), "　".join(str(word) for word in live.keywords), True),
    ]
    always = {_("索引号"), _("发布机构"), _("成文日期"), _("文号"), _("发布日期"), _("名称"), _("分类")}
    return paired([(label, value, wide) for label, value, wide in rows if value or label in always])


def paired(rows: list[tuple[Any, Any, bool]]) -> list[tuple[Any, Any, bool]]:
    """两格一行：落单的那一格占整行，不留空格子。"""
    found, left = [], True
    for index, (label, value, wide) in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        wide = wide or (left and (following is None or following[2]))
        found.append((label, value, wide))
        left = wide or not left
    return found


def own_fields(record: Record) -> list[tuple[Any, Any, bool]]:
    """专有栏目：（栏名, 值, 是否长文字）；没有填的不列。"""
    found = []
    for spec in fields_of(record.kind):
        value = record.live.fields.get(spec.name)
        # 校验值给机器看，不列给公众。
        if value in (None, "") or spec.name == "text_sha256":
            continue
        shown = dict(spec.choices).get(value, value) if spec.type == Type.CHOICE else value
        found.append((spec.label, shown, spec.type == Type.LONG))
    return paired(found)


def _relations(record: Record) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """关系：解读与被解读的单列在前，其余在后；每条为 label、title、url、external。"""
    ours, theirs = public.relations_of(record)
    reading: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for row in ours:
        if row.target is not None:
            item = {"title": row.target.live.title, "url": row.target.get_absolute_url()}
        else:
            item = {"title": row.title, "url": row.url, "external": True}
        item |= {"label": _("解读的文件") if row.kind == Relation.Kind.INTERPRETS else row.get_kind_display()}
        (reading if row.kind == Relation.Kind.INTERPRETS else others).append(item)
    for row in theirs:
        other = row.edition.record
        item = {
            "title": row.edition.title,
            "url": other.get_absolute_url(),
            "label": _REVERSED[Relation.Kind(row.kind)],
        }
        (reading if row.kind == Relation.Kind.INTERPRETS else others).append(item)
    return reading, others


def _home_column(request: HttpRequest, record: Record, site: Site) -> Column | None:
    """所在栏目：本站在用的第一个。"""
    tree = columns(request)
    return next((tree.by_pk[pk] for pk in public.columns_of(record, site) if pk in tree.by_pk), None)


@require_safe
def content(request: HttpRequest, pk: int) -> HttpResponse:
    """信息页；撤下的返回 410，说明原因类别和替代的信息。"""
    site, record = found_record(request, pk)
    if record.live is None:
        replacement = record.replacement if record.replacement and record.replacement.live else None
        context = {"record": record, "replacement": replacement, "agency": full_name(record.agency)}
        return render(request, "portal/gone.html", context, status=410)
    context = page_context(request, site, record, _home_column(request, record, site))
    return render(request, "portal/record.html", context)


def page_context(request: HttpRequest, site: Site, record: Record, column: Column | None) -> dict[str, Any]:
    """信息页的内容：公开的和预览的同出一处；record.live 为要显示的版本。"""
    line = columns(request).lineage(column) if column else []
    reading, others = _relations(record)
    return {
        "record": record,
        "live": record.live,
        "line": line,
        "column": column,
        "plain": record.kind in PLAIN,
        "head": head(record),
        "fields": own_fields(record),
        "body": render_prose(record.live.body, host=site.domain),
        "attachments": list(record.live.attachments.all()),
        "reading": reading,
        "relations": others,
        "corrections": public.corrections_of(record),
        "source": source_of(record),
        "shown_on": public.shown_date(record),
        "canonical": absolute(record.site, record.get_absolute_url()),
        "column_metas": column_metas(site, column) if column else [],
        "article_metas": article_metas(record),
        "jsonld": of_record(record),
    }


def preview(request: HttpRequest, edition: Edition) -> HttpResponse:
    """预览：还没公开的一版，照公开以后的样子写出；栏目照规则推算。由采编后台查过权限后来调用。"""
    record = edition.record
    record.live, record.archived_at = edition, None
    record.first_published_at = record.first_published_at or timezone.now()
    # 页头、栏目用信息所属的站点，不看从哪个域名来。
    request._site = record.site  # type: ignore[attr-defined]
    tree = columns(request)
    column = next((tree.by_pk[c.pk] for c in columns_for(record) if c.pk in tree.by_pk), None)
    context = page_context(request, record.site, record, column) | {"is_preview": True}
    if edition.number > 1 and edition.change_note and edition not in context["corrections"]:
        context["corrections"].insert(0, edition)
    return render(request, "portal/record.html", context)


@require_safe
def attachment(request: HttpRequest, pk: int, file: int, suffix: str) -> HttpResponse | FileResponse:
    """附件：只发公开版的，一律按下载处理，不在本站里打开。"""
    _site, record = found_record(request, pk)
    row = Attachment.objects.filter(pk=file, edition=record.live_id, suffix=f".{suffix}").first()
    if record.live is None or row is None:
        raise Http404(_("没有这个附件"))
    name = row.name if row.name.lower().endswith(row.suffix) else row.name + row.suffix
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=name)
    # 附件是人交来的，不给它任何权限。
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


_TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_KEEP_SECONDS: Final = 24 * 3600


def _document(record: Record, suffix: str) -> bytes:
    """打印、下载用的文件：公开版不再改，做一次存一天。错误：DocumentError——缺字体、有字排不出。"""
    live = record.live
    # 时效、索引号写在文头里，不随版本变。
    key = f"document:{live.pk}:{live.updated_at.timestamp()}:{record.validity}:{record.index_number}:{suffix}"
    data = store.get(key)
    if data is None:
        rows = [(str(label), _shown(value)) for label, value, _wide in head(record) if value]
        rows += [(str(label), str(value)) for label, value, _long in own_fields(record)]
        about = RecordHead(
            title=live.title,
            number=live.document_number,
            issuer=live.issuer,
            date_text=_shown(live.written_on) if live.written_on else "",
            rows=tuple(rows),
        )
        data = (to_pdf if suffix == "pdf" else to_docx)(about, live.body, public.pictures_of(record))
        store.set(key, data, _KEEP_SECONDS)
    return data


def _shown(value: Any) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else str(value)


@require_safe
def download(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """下载：一条信息的 Word 或 PDF；PDF 在浏览器里打开，便于打印。做不出时说明，并请看网页。"""
    _site, record = found_record(request, pk)
    if record.live is None:
        raise Http404(_("没有这条信息"))
    try:
        with override(settings.LANGUAGE_CODE):
            data = _document(record, suffix)
    except DocumentError as error:
        context = {"why": str(error), "record": record}
        return render(request, "portal/no_document.html", context, status=503)
    response = HttpResponse(data, content_type=_TYPES[suffix])
    way = "inline" if suffix == "pdf" else "attachment"
    name = quote(f"{record.live.title[:80]}.{suffix}")
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{name}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
