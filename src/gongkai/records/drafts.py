"""写稿：清洗正文、存图片、留底稿、锁定、撞车后留住没存上的内容。"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents import Imported, from_paste, links_of, read_docx, replace_images
from gongkai.formats.documents.model import Picture as Drawing

from . import states
from .content import CONTENT_FIELDS
from .models import Attachment, DraftCopy, Edition, Picture, PictureUse

_ADDRESS: Final = re.compile(r"/pictures/([0-9a-f]{64})\.[a-z]{3,4}$")


def require_unlocked(user: Any, edition: Edition) -> None:
    """锁定：别人锁着的不能存。错误：Refused。"""
    if edition.locked_by_id and edition.locked_by_id != user.pk:
        message = _("%(who)s 已锁定这一版，正在修改；请等解锁，或请处室负责人解锁")
        raise Refused([Refusal("locked", message % {"who": edition.locked_by})])


def lock(user: Any, edition: Edition) -> None:
    """锁定：自己改的时候别人不能存。错误：Refused——没有职责、已被别人锁定、不在起草。"""
    _require_writer(user, edition)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        require_unlocked(user, locked)
        if locked.state not in Edition.EDITABLE:
            raise Refused([Refusal("state", _("只有起草中的版本才用锁定"))])
        Edition.objects.filter(pk=edition.pk).update(locked_by=user, locked_at=timezone.now())
        audit(user, "records.lock", locked)


def unlock(user: Any, edition: Edition) -> None:
    """解锁：锁的人自己，或处室负责人。错误：Refused。"""
    _require_writer(user, edition)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        if locked.locked_by_id != user.pk and not states.holds_edition(user, locked, states.HEAD):
            raise Refused([Refusal("duty", _("只有锁定的人或处室负责人可以解锁"))])
        Edition.objects.filter(pk=edition.pk).update(locked_by=None, locked_at=None)
        audit(user, "records.unlock", locked, locked_by=locked.locked_by_id)


def _require_writer(user: Any, edition: Edition) -> None:
    if not states.holds(user, edition.record.organisation, states.WRITERS):
        raise Refused([Refusal("duty", _("您没有在这个单位拟稿的职责"))])


def clean_body(user: Any, organisation: Organisation, html: str) -> Imported:
    """清洗正文：粘贴、编辑器送来的 HTML 只留许可的，夹带的图片存进图片库。

    返回的 html 里图片已是本站地址。错误：DocumentError——太大；Refused——没有拟稿职责。
    """
    return _stored(user, organisation, from_paste(html))


def import_word(user: Any, organisation: Organisation, data: bytes) -> Imported:
    """导入 Word：.docx → 正文、图片、没带过来的东西。错误：DocumentError、Refused。"""
    return _stored(user, organisation, read_docx(data))


def _stored(user: Any, organisation: Organisation, found: Imported) -> Imported:
    if not found.pictures:
        return found
    rows = keep_pictures(user, organisation, found.pictures)
    addresses = {f"images/{name}": row.get_absolute_url() for name, row in rows.items()}
    return Imported(replace_images(found.html, addresses), found.pictures, found.notices)


def keep_pictures(user: Any, organisation: Organisation, drawings: Iterable[Drawing]) -> dict[str, Picture]:
    """存图片：返回图片名到库里的图片；同样内容的不再存。错误：Refused——没有拟稿职责。"""
    if not states.holds(user, organisation, states.WRITERS):
        raise Refused([Refusal("duty", _("您没有在这个单位拟稿的职责"))])
    found: dict[str, Picture] = {}
    with in_turn():
        for drawing in drawings:
            row = Picture.objects.filter(organisation=organisation, sha256=drawing.sha256).first()
            if row is None:
                row = Picture.objects.create(
                    organisation=organisation,
                    sha256=drawing.sha256,
                    file=ContentFile(drawing.data, "picture"),
                    suffix="." + drawing.name.rsplit(".", 1)[-1],
                    width=drawing.width,
                    height=drawing.height,
                    size=len(drawing.data),
                    author=user,
                )
                audit(user, "records.keep_picture", row, sha256=row.sha256)
            found[drawing.name] = row
    return found


def note_pictures(edition: Edition) -> None:
    """记用图：照正文里的地址，记下这一版用了本单位的哪些图片；别的单位的图片不算。须在事务中。"""
    found = (_ADDRESS.search(link.href) for link in links_of(edition.body) if link.is_image)
    digests = {match.group(1) for match in found if match}
    PictureUse.objects.filter(edition=edition).exclude(picture__sha256__in=digests).delete()
    if not digests:
        return
    rows = Picture.objects.filter(organisation=edition.record.organisation_id, sha256__in=digests)
    known = set(PictureUse.objects.filter(edition=edition).values_list("picture", flat=True))
    PictureUse.objects.bulk_create(
        PictureUse(edition=edition, picture=row) for row in rows if row.pk not in known
    )


def snapshot(edition: Edition) -> dict[str, Any]:
    """各栏的值，日期写成文字，可存成 JSON。"""
    return stored({name: getattr(edition, name) for name in CONTENT_FIELDS})


def stored(values: dict[str, Any]) -> dict[str, Any]:
    """写成可存的：日期写成 ISO 文字。"""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def restored(content: dict[str, Any]) -> dict[str, Any]:
    """由存下的还原成各栏的值；已经没有的栏目不要。"""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name in CONTENT_FIELDS:
            field = Edition._meta.get_field(name)
            found[name] = field.to_python(value) if isinstance(field, models.DateField) else value
    return found


def keep_copy(edition: Edition, author: Any) -> None:
    """留底稿：这一版此刻的内容。须在事务中；同一版本号只留一份。"""
    DraftCopy.objects.get_or_create(
        edition=edition,
        version=edition.version,
        kind=DraftCopy.Kind.SAVED,
        defaults={"content": snapshot(edition), "author": author},
    )


def keep_unsaved(user: Any, edition: Edition, *, version: int, values: dict[str, Any]) -> DraftCopy:
    """留住没存上的：与别人撞上时，自己写的原样存下，关了浏览器也在。"""
    _require_writer(user, edition)
    with in_turn():
        copy = DraftCopy.objects.create(
            edition=edition, kind=DraftCopy.Kind.UNSAVED, version=version, content=stored(values), author=user
        )
        audit(user, "records.keep_unsaved", edition, copy=copy.pk, version=version)
    return copy


def settle_unsaved(user: Any, copy: DraftCopy) -> None:
    """处理完没存上的：已合进草稿，或确定不要了；内容仍留着备查。"""
    with in_turn():
        DraftCopy.objects.filter(pk=copy.pk).update(settled_at=timezone.now())
        audit(user, "records.settle_unsaved", copy.edition, copy=copy.pk)


def arrange_attachments(user: Any, edition: Edition, names: dict[int, tuple[str, int]]) -> None:
    """整理附件：names 为附件号到（名称, 次序）；没有变的不动，一次记一条审计。错误：Refused。"""
    _require_writer(user, edition)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        if locked.state not in Edition.EDITABLE:
            raise Refused([Refusal("state", _("这一版不在起草，不能改附件"))])
        require_unlocked(user, locked)
        changed: list[Attachment] = []
        for row in locked.attachments.filter(pk__in=names):
            name, order = names[row.pk]
            name = name.strip()[:200] or row.name
            if (row.name, row.order) != (name, order):
                row.name, row.order = name, order
                changed.append(row)
        if changed:
            Attachment.objects.bulk_update(changed, ["name", "order"])
            audit(user, "records.arrange_attachments", locked, names=[row.name for row in changed])
