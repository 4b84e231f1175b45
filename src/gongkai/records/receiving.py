"""汇聚：收下级站点公开的信息；原样存，不改，对方撤下这边也撤下。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn, last_done
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.uploads import check_upload
from gongkai.formats.documents import clean_html

from .actions import fill, go_live, supersede
from .content import CONTENT_FIELDS
from .kinds import Kind
from .models import Attachment, Edition, Record, Relation, Site
from .signals import record_withdrawn
from .texts import file_text

_DATES = ("written_on", "published_on", "effective_on", "expires_on")


@dataclass(frozen=True, slots=True)
class Arrival:
    """收到的一条：url 来源地址，sha256 对方给的校验值，values 各栏，files 附件（名称, 内容）。"""

    url: str
    sha256: str
    kind: str
    published_at: datetime
    values: dict[str, Any]
    files: list[tuple[str, bytes]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)


def receive(author: Any, *, site: Site, organisation: Organisation, arrival: Arrival) -> Record | None:
    """收下：没有的新建，变了的另起一版，没变的、本单位撤下的不动（返回 None）。

    对方已审查公开，这里不再走审查，但正文照样清洗，附件照样查验。错误：ValidationError——附件不合规。
    """
    with in_turn():
        rows = Record.objects.select_for_update().filter(site=site, origin_url=arrival.url)
        record = rows.first()
        if record and record.live and record.origin_sha256 == arrival.sha256:
            return None
        # 本单位自己撤下的（如涉密、涉个人信息），对方再怎么改也不会又公开出来。
        ways = ("records.withdraw", "records.receive_withdrawal")
        if record and record.live is None and last_done(record, ways) == "records.withdraw":
            return None
        if record is None:
            kind = arrival.kind if arrival.kind in Kind.values else Kind.OTHER
            record = Record.objects.create(
                organisation=organisation, site=site, kind=kind, origin_url=arrival.url
            )
        record.origin_sha256 = arrival.sha256
        supersede(record)
        edition = _edition(author, record, arrival)
        audit(None, "records.receive", record, url=arrival.url, sha256=arrival.sha256, edition=edition.pk)
        go_live(record, edition)
    return record


def _edition(author: Any, record: Record, arrival: Arrival) -> Edition:
    values = {name: value for name, value in arrival.values.items() if name in CONTENT_FIELDS}
    for name in _DATES:
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    values["body"] = clean_html(values.get("body", ""))
    edition = Edition(
        record=record,
        number=record.editions.count() + 1,
        author=author,
        state=Edition.State.PUBLISHED,
        published_at=arrival.published_at,
    )
    fill(edition, values, official=True)
    edition.save()
    for order, (name, data) in enumerate(arrival.files):
        file = ContentFile(data, name=name)
        suffix, sha256 = check_upload(file)
        text, text_note = file_text(file)
        Attachment.objects.create(
            edition=edition, file=file, name=name, suffix=suffix, sha256=sha256, size=len(data), order=order,
            text=text, text_note=text_note,
        )  # fmt: skip
    for relation in arrival.relations:
        if relation["kind"] in Relation.Kind.values and relation["title"]:
            # 关系的另一头在对方站上：记名称和网址。
            Relation.objects.create(
                edition=edition,
                kind=relation["kind"],
                title=relation["title"][:200],
                url=relation["url"][:300],
            )
    return edition


def receive_withdrawal(*, site: Site, url: str) -> bool:
    """跟着撤下：对方撤了，这边立刻也撤；本来就没有的不动。返回有没有撤。"""
    with in_turn():
        record = Record.objects.select_for_update().filter(site=site, origin_url=url).first()
        if record is None or record.live is None:
            return False
        shown = (Edition.State.PUBLISHED, Edition.State.SUPERSEDED)
        record.editions.filter(state__in=shown).update(state=Edition.State.WITHDRAWN)
        record.live, record.withdrawn_at = None, timezone.now()
        record.withdrawn_reason = _("来源站点已撤下")
        record.save()
        audit(None, "records.receive_withdrawal", record, url=url)
        record_withdrawn.send(Record, record=record)
    return True
