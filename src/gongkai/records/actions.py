"""信息资源库的写入：查职责、一个事务、一条审计；影响公众页面的，在同一事务里发信号。"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.audit.actions import in_turn
from gongkai.audit.actions import record as audit
from gongkai.core.models import Organisation
from gongkai.core.numbering import next_number
from gongkai.core.states import Refusal, Refused
from gongkai.core.uploads import check_upload
from gongkai.law import docnumbers

from . import drafts, links, reviews, states, validity
from .content import CONTENT_FIELDS, changed_files, digest
from .gates import missing_interpretation
from .kinds import NEWS_KINDS, Kind
from .models import Attachment, Column, Edition, Placement, Record, Relation, Review, Site
from .queries import columns_for, in_section
from .signals import column_left, record_changed, record_withdrawn
from .texts import file_text

# 一页列表的条数；栏目的装订页也按它分。
PAGE_SIZE = 20


def _refuse(code: str, message: str) -> None:
    raise Refused([Refusal(code, message)])


def _require_writer(user: Any, organisation: Organisation) -> None:
    if not states.holds(user, organisation, states.WRITERS):
        _refuse("duty", _("您没有在“%(unit)s”拟稿的职责") % {"unit": organisation})


def _require_office(user: Any, agency: Organisation) -> None:
    if not states.holds(user, agency, states.OFFICE):
        _refuse("duty", _("只有“%(unit)s”的办公室协调员可以这样做") % {"unit": agency})


class Conflict(Refused):
    """冲突：打开之后别人先存了；theirs 为库里现在的版本。"""

    def __init__(self, theirs: Edition) -> None:
        self.theirs = theirs
        super().__init__(
            [Refusal("conflict", _("您打开之后，这一版已被别人改过；两边的内容都在，请核对后再存"))]
        )


def create_record(user: Any, *, organisation: Organisation, site: Site, kind: str, **values: Any) -> Edition:
    """新建信息：连同第一版草稿。错误：Refused——没有拟稿职责。返回草稿。"""
    _require_writer(user, organisation)
    with in_turn():
        record = Record.objects.create(organisation=organisation, site=site, kind=kind)
        edition = Edition(record=record, number=1, author=user)
        fill(edition, values)
        edition.save()
        drafts.note_pictures(edition)
        audit(user, "records.create", record, kind=kind, title=edition.title)
        _look_at_links(edition)
    return edition


# 法规规章文本里由系统填写的栏目。
_OFFICIAL: Final = frozenset({"text_sha256", "compared_on"})


def fill(edition: Edition, values: dict[str, Any], *, official: bool = False) -> None:
    """填各栏：字号同时写成统一写法；official 只在采用正式文本时为真。错误：TypeError、Refused。"""
    unknown = set(values) - set(CONTENT_FIELDS) - {"publish_at"}
    if unknown:
        raise TypeError(f"没有这些栏目：{sorted(unknown)}")
    if edition.record.kind == Kind.REGULATION and not official:
        # 法规规章以国家正式版本为准，文字不许手工改，只能采用正式文本（official.take）。
        if values.get("body", edition.body) != edition.body:
            _refuse("official", _("法规规章的正文不能手工改；请导入正式文本后采用"))
        if "fields" in values:
            kept = {key: edition.fields[key] for key in _OFFICIAL if key in edition.fields}
            own = {key: value for key, value in values["fields"].items() if key not in _OFFICIAL}
            values = values | {"fields": own | kept}
    for name, value in values.items():
        setattr(edition, name, value)
    numbers = docnumbers.parse(edition.document_number)
    edition.canonical_number = numbers[0].canonical if numbers else ""


def save_draft(
    user: Any, edition: Edition, *, version: int, official: bool = False, **values: Any
) -> Edition:
    """存草稿：version 为打开时的版本号；official 只由采用正式文本时使用。

    错误：Conflict——别人先存了；Refused——不在草稿、没有职责、手工改法规正文。
    """
    _require_writer(user, edition.record.organisation)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        _require_editable(user, locked)
        if locked.version != version:
            raise Conflict(locked)
        # 第一次存之前的样子也留一份，由此可以退回到起点。
        drafts.keep_copy(locked, locked.author)
        fill(locked, values, official=official)
        locked.version += 1
        locked.save()
        drafts.note_pictures(locked)
        drafts.keep_copy(locked, user)
        audit(user, "records.save_draft", locked, version=locked.version, fields=sorted(values))
        _look_at_links(locked)
    return locked


def _look_at_links(edition: Edition) -> None:
    """站外链接交后台去查：送审时就有结果可看。"""
    from .tasks import check_links

    if links.unchecked(edition):
        transaction.on_commit(lambda: check_links.enqueue(edition=edition.pk))


def _require_editable(user: Any, edition: Edition) -> None:
    if edition.state not in Edition.EDITABLE:
        state = edition.get_state_display()
        _refuse("state", _("这一版“%(state)s”，不能改；请先收回修改，或另起新版") % {"state": state})
    drafts.require_unlocked(user, edition)


def attach(user: Any, edition: Edition, file: Any, *, name: str) -> Attachment:
    """加附件：按内容认类型、查毒、算校验值、取文字。错误：ValidationError、Refused。"""
    _require_writer(user, edition.record.organisation)
    suffix, sha256 = check_upload(file)
    text, text_note = file_text(file)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        _require_editable(user, locked)
        if locked.attachments.filter(sha256=sha256).exists():
            raise ValidationError(_("这一版已有同样内容的附件“%(name)s”") % {"name": name})
        row = Attachment.objects.create(
            edition=locked, file=file, name=name, suffix=suffix, sha256=sha256, size=file.size,
            text=text, text_note=text_note, order=locked.attachments.count(),
        )  # fmt: skip
        audit(user, "records.attach", locked, name=name, sha256=sha256)
    return row


def detach(user: Any, attachment: Attachment) -> None:
    """去附件：只从这一版去掉，别的版本里的同一文件不动。"""
    _require_writer(user, attachment.edition.record.organisation)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=attachment.edition_id)
        _require_editable(user, locked)
        audit(user, "records.detach", locked, name=attachment.name, sha256=attachment.sha256)
        attachment.delete()


def relate(
    user: Any, edition: Edition, *, kind: str, target: Record | None = None, **values: Any
) -> Relation:
    """加关系：指向库内信息，或写明库外文件的名称、网址；随这一版公开才生效。"""
    _require_writer(user, edition.record.organisation)
    if target is not None and target.pk == edition.record_id:
        _refuse("self", _("不能与自己建立关系"))
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        _require_editable(user, locked)
        relation, _created = Relation.objects.get_or_create(
            edition=locked, kind=kind, target=target, title=values.pop("title", ""), defaults=values
        )
        audit(user, "records.relate", locked, kind=kind, target=target.pk if target else relation.title)
    return relation


def unrelate(user: Any, relation: Relation) -> None:
    """去关系。"""
    _require_writer(user, relation.edition.record.organisation)
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=relation.edition_id)
        _require_editable(user, locked)
        audit(user, "records.unrelate", locked, kind=relation.kind, target=relation.target_id)
        relation.delete()


def move(
    user: Any, edition: Edition, name: str, *, reason: str = "", form: dict[str, Any] | None = None
) -> Edition:
    """办理一个环节：送审、审查、签发、退回、收回、放弃；留下审查记录。发布另用 publish。

    参数：form 为保密审查表（见 reviews.points_for），保密审查通过时逐项必填。
    """
    with in_turn():
        changes: dict[str, Any] = {}
        if name.startswith("return"):
            changes = {"returned_because": reason[:300], "sealed_sha256": ""}
        elif name in ("recall", "submit"):
            changes = {"sealed_sha256": "", "returned_because": "", "locked_by": None, "locked_at": None}
        elif name == "sign":
            changes = {"sealed_sha256": digest(edition)}
        round_number = states.current_round(edition)
        moved: Any = states.EDITION.perform(edition, user, name, reason=reason, **changes)
        if name.startswith("pass_secrecy"):
            form = reviews.completed(moved.record.agency, form or {})
        if name.startswith(("pass", "return", "sign", "recall")):
            back = name.startswith(("return", "recall"))
            Review.objects.create(
                edition=moved,
                step=name,
                round=round_number,
                reviewer=user,
                verdict=Review.Verdict.RETURNED if back else Review.Verdict.PASSED,
                opinion=reason[:500],
                form=form or {},
                content_sha256=digest(moved),
            )
    return moved


def schedule(user: Any, edition: Edition, *, at: datetime) -> Edition:
    """定时发布：到 at 自动发布，各条各自一个事务。错误：Refused——时间已过、内容变了。"""
    if at <= timezone.now():
        _refuse("time", _("定时发布的时间已经过去，请改晚一些"))
    with in_turn():
        Edition.objects.filter(pk=edition.pk, state=Edition.State.SIGNED).update(publish_at=at)
        edition.refresh_from_db()
        return states.EDITION.perform(edition, user, "schedule", publish_at=at)  # type: ignore[return-value]


def publish(user: Any, edition: Edition) -> Edition:
    """发布：签发的内容原样公开，代替原公开版。错误：Refused——没有职责、内容与签发时不一致。"""
    with in_turn():
        record = Record.objects.select_for_update().get(pk=edition.record_id)
        refusals = states.EDITION.refusals(edition, user, "publish")
        if refusals:
            raise Refused(refusals)
        _refuse_changed_files(edition)
        supersede(record)
        moved: Any = states.EDITION.perform(edition, user, "publish", **_publication_values(edition))
        go_live(record, moved)
        # 解读与文件同时公开：签发好、等着发布的解读一起发（穗府办函〔2017〕313号第三条）。
        for interpretation in _waiting_interpretations(record):
            publish(user, interpretation)
    return moved


def _refuse_changed_files(edition: Edition) -> None:
    if names := changed_files(edition):
        _refuse("files", _("附件与签发时不一致或已丢失：%(names)s") % {"names": "、".join(names)})


def _waiting_interpretations(record: Record) -> list[Edition]:
    # 只带本单位的、主动公开的：别的单位的由它自己发，只存库的不发。锁住，免得同时被收回。
    found = Relation.objects.filter(
        kind=Relation.Kind.INTERPRETS,
        target=record,
        edition__state=Edition.State.SIGNED,
        edition__openness=Edition.Openness.ACTIVE,
        edition__record__agency=record.agency_id,
    )
    rows = Edition.objects.select_for_update().filter(pk__in=found.values("edition"))
    return list(rows.exclude(record=record).order_by("pk"))


def publish_scheduled(edition: Edition) -> Edition:
    """到点发布：由系统执行；锁定后再查一遍状态、时间、内容和解读，不符就抛出 Refused。"""
    with in_turn():
        locked = Edition.objects.select_for_update().get(pk=edition.pk)
        if locked.state != Edition.State.SCHEDULED or locked.publish_at > timezone.now():
            _refuse("state", _("已不在定时发布"))
        if why := missing_interpretation(locked):
            _refuse("interpretation", why)
        _publish_by_system(locked)
        for interpretation in _waiting_interpretations(locked.record):
            _publish_by_system(interpretation)
    return locked


def _publish_by_system(edition: Edition) -> None:
    record = Record.objects.select_for_update().get(pk=edition.record_id)
    if edition.sealed_sha256 != digest(edition):
        _refuse("sealed", _("内容与签发时不一致，须退回重新审查"))
    _refuse_changed_files(edition)
    supersede(record)
    for name, value in _publication_values(edition).items():
        setattr(edition, name, value)
    edition.state = Edition.State.PUBLISHED
    edition.save()
    audit(None, "records.publish_scheduled", edition, publish_at=edition.publish_at)
    go_live(record, edition)


def _publication_values(edition: Edition) -> dict[str, Any]:
    now = timezone.now()
    return {"published_at": now, "published_on": edition.published_on or timezone.localdate(now)}


def supersede(record: Record) -> None:
    """退下：现在的公开版让位；须在事务中且已锁住信息。"""
    Edition.objects.filter(record=record, state=Edition.State.PUBLISHED).update(
        state=Edition.State.SUPERSEDED
    )


def go_live(record: Record, edition: Edition) -> None:
    """使某版成为公开版：编索引号、进栏目、发信号。须在事务中且已锁住信息。"""
    record.live, edition.record = edition, record
    record.withdrawn_at, record.withdrawn_reason, record.replacement = None, "", None
    record.archived_at = None
    record.first_published_at = record.first_published_at or edition.published_at
    if not record.index_number:
        record.index_number = _index_number(record)
    record.save()
    place_by_rules(record)
    incoming = validity.decisions([record.pk]).get(record.pk, [])
    validity.settle(record, incoming, timezone.localdate(), announce=False)
    record_changed.send(Record, record=record)


def _index_number(record: Record) -> str:
    site, year = record.site, timezone.localdate().year
    if not site.credit_code or not site.index_pattern:
        return ""
    serial = next_number(site.organisation, f"index:{site.pk}", year)
    return site.index_pattern.format(code=site.credit_code, year=year, serial=serial)


def place_by_rules(record: Record) -> None:
    """进栏目：按规则补进该进的、撤出不该在的；手工挑选的不动。须在事务中。"""
    wanted = {column.pk: column for column in columns_for(record)}
    now = {row.column_id: row for row in record.placements.all()}
    for pk, row in now.items():
        if pk not in wanted and not row.by_hand:
            row.delete()
            column_left.send(Column, column=row.column, page=row.page)
    for pk, column in wanted.items():
        if pk not in now:
            _bind(record, column, by_hand=False)


def _bind(record: Record, column: Column, *, by_hand: bool) -> Placement:
    """装订：放进栏目的最后一页；满了开新页。锁栏目行，免得两人同时开页。"""
    Column.objects.select_for_update().get(pk=column.pk)
    last = (
        Placement.objects.filter(column=column).order_by("-page").values_list("page", flat=True).first() or 1
    )
    full = Placement.objects.filter(column=column, page=last).count() >= PAGE_SIZE
    return Placement.objects.create(
        record=record, column=column, by_hand=by_hand, page=last + 1 if full else last
    )


def new_edition(user: Any, record: Record) -> Edition:
    """另起新版：以公开版（撤下的以最后公开的一版）为底稿，公开版照常展示。错误：Refused——没有公开过，或已有一版在办。"""
    _require_writer(user, record.organisation)
    with in_turn():
        record = Record.objects.select_for_update().get(pk=record.pk)
        # 撤下的以最后公开过的一版为底稿，改好再审、再发。
        base = record.live or record.editions.filter(state=Edition.State.WITHDRAWN).first()
        if base is None:
            _refuse("live", _("还没有公开版，直接修改草稿即可"))
        if record.editions.filter(state__in=(*Edition.EDITABLE, *Edition.REVIEWING)).exists():
            _refuse("open", _("已有一版在起草或审查，不能再起一版"))
        if record.origin_url:
            _refuse("origin", _("这条信息由下级站点汇聚而来，请在来源站点修改"))
        edition = _copy(base, author=user, number=record.editions.count() + 1)
        audit(user, "records.new_edition", edition, base=base.pk)
    return edition


def _copy(base: Edition, *, author: Any, number: int) -> Edition:
    edition = Edition(record=base.record, number=number, author=author)
    for name in CONTENT_FIELDS:
        setattr(edition, name, getattr(base, name))
    edition.canonical_number, edition.change_note = base.canonical_number, ""
    edition.save()
    for row in base.attachments.all():
        row.pk, row.edition = None, edition
        row.save(force_insert=True)
    for relation in base.relations.all():
        relation.pk, relation.edition = None, edition
        relation.save(force_insert=True)
    drafts.note_pictures(edition)
    return edition


def undo_publication(user: Any, record: Record, *, reason: str) -> Edition | None:
    """撤销发布：公开版撤下，恢复前一公开版；没有前一版的，整条撤下。返回恢复的版本。"""
    _require_office(user, record.agency)
    if not reason.strip():
        _refuse("reason", _("撤销发布须写明理由"))
    with in_turn():
        record = Record.objects.select_for_update().get(pk=record.pk)
        live = record.live
        if live is None:
            _refuse("live", _("没有公开版，无从撤销"))
            return None
        former = record.editions.filter(state=Edition.State.SUPERSEDED, number__lt=live.number).first()
        if former is None:
            withdraw(user, record, reason=reason)
            return None
        _refuse_changed_files(former)
        Edition.objects.filter(pk=live.pk).update(state=Edition.State.WITHDRAWN)
        Edition.objects.filter(pk=former.pk).update(state=Edition.State.PUBLISHED)
        former.refresh_from_db()
        audit(user, "records.undo_publication", record, reason=reason, withdrawn=live.pk, restored=former.pk)
        go_live(record, former)
    return former


def withdraw(user: Any, record: Record, *, reason: str, replacement: Record | None = None) -> None:
    """撤下：先从公众面前消失，再记账；须有理由，可指明替代的信息。"""
    _require_office(user, record.agency)
    if not reason.strip():
        _refuse("reason", _("撤下须写明理由"))
    with in_turn():
        record = Record.objects.select_for_update().get(pk=record.pk)
        if record.live is None:
            _refuse("live", _("这条信息没有公开，不必撤下"))
        # 以前各版一并撤下：日后改好再发、又撤销发布时，不会翻出撤下的内容。
        shown = (Edition.State.PUBLISHED, Edition.State.SUPERSEDED)
        record.editions.filter(state__in=shown).update(state=Edition.State.WITHDRAWN)
        # 定了时的新版一并停下，免得撤下的到点又公开；还要发的，由办公室再定。
        stopped = record.editions.filter(state=Edition.State.SCHEDULED).update(state=Edition.State.SIGNED)
        record.live, record.withdrawn_at = None, timezone.now()
        record.withdrawn_reason, record.replacement = reason[:300], replacement
        record.save()
        values = {"replacement": replacement and replacement.pk, "unscheduled": stopped}
        audit(user, "records.withdraw", record, reason=reason, **values)
        record_withdrawn.send(Record, record=record)


def archive(user: Any, record: Record, *, reason: str) -> None:
    """归档：退出各栏目，原网址仍可查阅并标明已归档。"""
    _require_office(user, record.agency)
    if not reason.strip():
        _refuse("reason", _("归档须写明理由"))
    with in_turn():
        record = Record.objects.select_for_update().get(pk=record.pk)
        if record.live is None:
            _refuse("live", _("这条信息没有公开，不能归档"))
        record.archived_at = timezone.now()
        record.save(update_fields=["archived_at"])
        audit(user, "records.archive", record, reason=reason)
        record_changed.send(Record, record=record)


def pick(user: Any, record: Record, column: Column) -> Placement:
    """挑选：手工把公开信息放进栏目。错误：Refused——固定栏目不收新闻。"""
    _require_office(user, column.site.organisation)
    if record.kind in NEWS_KINDS and in_section(column):
        _refuse("section", _("政府信息公开固定栏目不收新闻动态和专题"))
    if record.live is None:
        _refuse("live", _("这条信息没有公开，不能放进栏目"))
    with in_turn():
        placement = record.placements.filter(column=column).first() or _bind(record, column, by_hand=True)
        if not placement.by_hand:
            # 本来是按规则进来的：挑选过的，以后规则变了也留着。
            placement.by_hand = True
            placement.save(update_fields=["by_hand"])
        audit(user, "records.pick", record, column=column.pk)
        record_changed.send(Record, record=record)
    return placement


def unpick(user: Any, placement: Placement) -> None:
    """撤出：把手工挑选的信息从栏目里去掉。"""
    _require_office(user, placement.column.site.organisation)
    with in_turn():
        record = placement.record
        audit(user, "records.unpick", record, column=placement.column_id)
        placement.delete()
        column_left.send(Column, column=placement.column, page=placement.page)
        record_changed.send(Record, record=record)
