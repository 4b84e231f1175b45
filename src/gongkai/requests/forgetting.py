"""更正、投诉、建议期满去标识：答复满了保存年限，人和所写的内容遮去，证据删去；发出的更正答复书是公文，留着。"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from gongkai.formats import personal

from . import states
from .archive import ANONYMOUS, is_used
from .models import Applicant, Complaint, CorrectionFile, RecordCorrection, Suggestion
from .rules import rules_of
from .trail import audit

_MODELS: Final[tuple[Any, ...]] = (RecordCorrection, Complaint, Suggestion)


def forget_filed(today: date) -> int:
    """到期的逐件去标识，一件一个事务、一条审计；决定更正还没有登记怎样改的不动。返回几件。

    去过的没有查询码，不再重做。来源：《个人信息保护法》第四十七条。
    """
    done = 0
    for model in _MODELS:
        rows = model.objects.exclude(answered_on=None).exclude(secret_hash="").select_related("agency")
        if model is RecordCorrection:
            rows = rows.exclude(state="corrected", carried_out_on=None)
        for pk, agency_id, answered in list(rows.values_list("pk", "agency_id", "answered_on")):
            years = _years(agency_id)
            if (answered.year + years, answered.month, answered.day) < (today.year, today.month, today.day):
                with transaction.atomic():
                    _forget(model.objects.select_for_update(of=("self",)).get(pk=pk))
                done += 1
    return done


def _years(agency_id: int) -> int:
    from gongkai.core.models import Organisation

    return rules_of(Organisation.objects.get(pk=agency_id)).retention_years


def _forget(row: Any) -> None:
    person = row.applicant
    names = [getattr(person, name) for name in Applicant.PERSONAL] if person else []
    for field in ("text", "answer", "carried_out"):
        if value := getattr(row, field, ""):
            for name in sorted((each for each in names if len(each) >= 2), key=len, reverse=True):
                value = value.replace(name, ANONYMOUS)
            setattr(row, field, personal.mask(value, frozenset(personal.Kind)))
    row.secret_hash = ""
    row.save()
    gone: list[str] = []
    if isinstance(row, RecordCorrection):
        files = list(row.files.all())
        gone = [file.file.name for file in files if file.file]
        CorrectionFile.objects.filter(pk__in=[file.pk for file in files]).update(file="", name=ANONYMOUS)
    if person:
        for name in Applicant.PERSONAL:
            setattr(person, name, ANONYMOUS if name == "name" else "")
        person.anonymised_at = timezone.now()
        person.save()
    audit(states.SYSTEM, "requests.forget_filed", row, number=row.number, files=len(gone))
    storage = CorrectionFile._meta.get_field("file").storage
    transaction.on_commit(lambda: [storage.delete(name) for name in gone if not is_used(name)] and None)
