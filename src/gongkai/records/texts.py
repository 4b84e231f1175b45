"""版本的文字：逐栏取出，供查个人信息、错词、链接和检索。"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from selectolax.lexbor import LexborHTMLParser

from .kinds import fields_of
from .models import Edition

_TEXT_FIELDS: Final = ("title", "summary", "source", "change_note", "refusal_ground")


def plain(html: str) -> str:
    """正文的纯文字：一块一行。"""
    body = LexborHTMLParser(html).body
    return body.text(deep=True, separator="\n", strip=True) if body else ""


def links(html: str) -> list[str]:
    """正文里的链接地址，按出现次序，去重；页内链接不算。"""
    found = [node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href]")]
    return list(dict.fromkeys(href for href in found if href and not href.startswith("#")))


def parts(edition: Edition) -> Iterator[tuple[str, str, str]]:
    """逐栏：（栏目键, 栏目名, 文字）；各栏、正文、专有栏目、附件名和附件文字。"""
    for name in _TEXT_FIELDS:
        yield name, str(Edition._meta.get_field(name).verbose_name), getattr(edition, name)
    yield "body", str(_("正文")), plain(edition.body)
    for field in fields_of(edition.record.kind):
        yield f"fields.{field.name}", str(field.label), str(edition.fields.get(field.name) or "")
    for row in edition.attachments.all():
        label = _("附件“%(name)s”") % {"name": row.name}
        yield "attachments", label, f"{row.name}\n{row.text}"
