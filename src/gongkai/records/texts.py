"""版本的文字：逐栏取出，供查个人信息、错词、链接和检索。"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from tempfile import NamedTemporaryFile
from typing import Any, Final

from django.utils.translation import gettext as _

from gongkai.formats.documents.texts import links_of, text_of

from .kinds import fields_of
from .models import Edition

_TEXT_FIELDS: Final = ("title", "summary", "source", "change_note", "refusal_ground")


def links(html: str) -> list[str]:
    """正文里的链接地址，按出现次序，去重；图片和页内链接不算。"""
    found = [link.href for link in links_of(html) if not link.is_image]
    return list(dict.fromkeys(href for href in found if href))


def file_text(file: Any) -> tuple[str, str]:
    """附件的文字：（文字, 取不出的原因）；附件照收，取不出文字的由人核对。"""
    # 读取各种格式的库较大，用到才载入。
    from gongkai.formats.documents import DocumentError, extract_text

    file.seek(0)
    with NamedTemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        try:
            text = extract_text(copy.name)
        except DocumentError as error:
            return "", str(error)[:200]
        finally:
            file.seek(0)
    return (text, "") if text.strip() else ("", _("附件里没有文字（图片或扫描件）"))


def parts(edition: Edition) -> Iterator[tuple[str, str, str]]:
    """逐栏：（栏目键, 栏目名, 文字）；各栏、正文、专有栏目、附件名和附件文字。"""
    for name in _TEXT_FIELDS:
        yield name, str(Edition._meta.get_field(name).verbose_name), getattr(edition, name)
    yield "body", str(_("正文")), text_of(edition.body)
    for field in fields_of(edition.record.kind):
        value = edition.fields.get(field.name) or ""
        # 选项存的是代号，给人看、供检索的是名称。
        yield f"fields.{field.name}", str(field.label), str(dict(field.choices).get(value, value))
    for row in edition.attachments.all():
        label = _("附件“%(name)s”") % {"name": row.name}
        yield "attachments", label, f"{row.name}\n{row.text}"
