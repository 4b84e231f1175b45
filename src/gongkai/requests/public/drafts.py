"""网上填写的写入：开始、保存、加减附件、提交、清理；内容加密，提交后清空。"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.core.uploads import check_upload
from gongkai.core.visitors import keyed_digest

from .. import actions, states
from ..models import Applicant, Attempt, Case, Draft, DraftFile, FoundAlready
from ..trail import audit
from . import guard

LIFETIME: Final = timedelta(hours=24)
SHOWN: Final = timedelta(hours=1)
MOST_FILES: Final = 5
# 同一来源一小时内最多存几份附件，免得磁盘被填满。
HOURLY_FILES: Final = 60
KEY: Final = "apply"
# 填写的各栏里属于申请人的，提交时交给 Applicant。
PERSON: Final = (*Applicant.PERSONAL, "kind", "identity_type")


def current(request: HttpRequest, key: str = KEY) -> Draft | None:
    """正在填的一份：凭会话里的随机码找；过期的不算。"""
    token = request.session.get(key)
    if not token:
        return None
    rows = Draft.objects.filter(token_hash=keyed_digest(f"draft:{token}")).select_related("agency", "case")
    return rows.filter(created_at__gte=timezone.now() - LIFETIME).first()


def start(request: HttpRequest, agency: Organisation, key: str = KEY) -> Draft:
    """开始一份；key 为会话里的名称：申请和更正各是各的。"""
    token = secrets.token_urlsafe(24)
    request.session[key] = token
    return Draft.objects.create(token_hash=keyed_digest(f"draft:{token}"), agency=agency)


def values(draft: Draft) -> dict[str, Any]:
    """填了的各栏。"""
    return json.loads(draft.data) if draft.data else {}


def is_shown(draft: Draft) -> bool:
    """提交成功的页面还能不能看：一小时内，免得公用电脑上后来的人看到查询码。"""
    return bool(draft.case and draft.secret and timezone.now() - draft.case.submitted_at < SHOWN)


def keep(draft: Draft, **changes: Any) -> None:
    """保存填了的各栏。"""
    draft.data = json.dumps(values(draft) | changes, ensure_ascii=False)
    draft.save(update_fields=["data", "agency"])


def attach(draft: Draft, kind: str, files: list[Any], source: str, most: int = MOST_FILES) -> list[str]:
    """加附件：逐份查，合格的存下；返回没有存下的各份的原因。"""
    problems = []
    for file in files:
        if draft.files.filter(kind=kind).count() >= most:
            values = {"name": file.name, "most": most}
            problems.append(
                _("“%(name)s”没有存下：最多 %(most)s 份，请先删去一份，或合并成一个文件") % values
            )
            continue
        if guard.recent("file", source, 60) >= HOURLY_FILES:
            problems.append(
                _("“%(name)s”没有存下：一小时内传的附件太多，请过一会儿再传") % {"name": file.name}
            )
            continue
        try:
            check_upload(file)
        except ValidationError as error:
            problems.append(f"“{file.name}”：{error.messages[0]}")
            continue
        row = DraftFile(draft=draft, kind=kind, name=file.name[:200], size=file.size)
        row.file.save(file.name, file, save=False)
        row.save()
        guard.note("file", source)
    return problems


def detach(draft: Draft, pk: int) -> None:
    """去掉一份附件。"""
    _forget(list(draft.files.filter(pk=pk)))


def submit(draft: Draft, source: str) -> Draft:
    """提交：一份草稿只成一件申请；再提交得到同一件。错误：Refused——缺条例第二十九条的内容等。"""
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).select_related("agency").get(pk=draft.pk)
        if draft.case_id:
            return draft
        data = values(draft)
        person = {name: data.get(name, "") for name in PERSON}
        if proof := data.get("verified"):
            person |= {"verified_by": proof["by"], "verified_at": timezone.now()}
        files = list(draft.files.all())
        result = actions.receive(
            states.CITIZEN,
            agency=draft.agency,
            applicant=person,
            description=data.get("description", ""),
            channel=Case.Channel.PORTAL,
            form=data.get("form", Case.Form.ANY),
            route=data.get("route", Case.Route.PORTAL),
            idempotency_key=draft.token_hash,
            files=opened(files),
        )
        draft.case, draft.secret, draft.data = result.case, result.secret, ""
        draft.save()
        guard.note("submit", source)
        if who := guard.person_of(data):
            guard.note("person", who)
        transaction.on_commit(lambda: _forget(files))
    return draft


def opened(files: list[DraftFile]) -> list[tuple[str, Any]]:
    """（种类, 打开的文件），交给收件的动作。"""
    return [(row.kind, File(row.file.open("rb"), name=row.name)) for row in files]


def discard(draft: Draft) -> None:
    """用完了：连附件删去，事务成了才删文件。"""
    files = list(draft.files.all())
    draft.delete()
    transaction.on_commit(lambda: [row.file.delete(save=False) for row in files] and None)


def _forget(files: list[DraftFile]) -> None:
    for row in files:
        row.file.close()
        # 先占住这一行再删文件：正在换密钥的（rotation）换完才轮到，不会换出一个删了又回来的。
        with transaction.atomic():
            DraftFile.objects.filter(pk=row.pk).delete()
            row.file.delete(save=False)


def found_already(request: HttpRequest, key: str, title: str, agency: Organisation) -> None:
    """未申请已得：记一件，填了一半的连附件删去；同一次填写点两下只记一件。"""
    draft = current(request)
    with transaction.atomic():
        if draft is not None and not draft.case_id:
            agency = draft.agency
            discard(draft)
        elif request.session.get("found") == key:
            return
        row = FoundAlready.objects.create(agency=agency, key=key, title=title[:400], on=timezone.localdate())
        audit(states.CITIZEN, "requests.found_already", row, key=key)
    request.session["found"] = key


def purge() -> int:
    """清理：过期的草稿连附件删去，旧的尝试次数删去；返回删了几份草稿。"""
    before = timezone.now() - LIFETIME
    Attempt.objects.filter(at__lt=before).delete()
    rows = list(Draft.objects.filter(created_at__lt=before).prefetch_related("files"))
    for row in rows:
        _forget(list(row.files.all()))
        row.delete()
    return len(rows)
