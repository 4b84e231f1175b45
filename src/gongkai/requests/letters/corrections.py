"""更正答复书（T27）的正文与定稿：没有所属的申请，各栏由核实人填，救济告知由成文日期得出。"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils import timezone

from gongkai.formats.documents.letters import OfficialLetter, letter_docx, letter_pdf
from gongkai.law.decisions import RemedyValues, remedy

from ..models import CorrectionReply
from ..rules import rules_of
from .placeholders import Source
from .templates import template_for

CODE = "T27"


def _values(reply: CorrectionReply) -> dict[str, Any]:
    return json.loads(reply.fields) | {"收到日期": reply.correction.received_on}


def correction_text(reply: CorrectionReply) -> tuple[str, str, str]:
    """（正文, 救济告知, 模板版本）。错误：EmptyPlaceholderError、MissingValueError、StaleLawError。"""
    agency = reply.correction.agency
    template, rules = template_for(agency, CODE), rules_of(agency)
    text = template.render(Source(None, extra=_values(reply)))
    clause = remedy(CODE, reply.signed_on or timezone.localdate(), online=bool(rules.review_url))
    values = RemedyValues(rules.review_body, rules.court, rules.review_url)
    return text, clause.render(values), f"{CODE}/{template.version}"


def _official(reply: CorrectionReply) -> OfficialLetter:
    agency = reply.correction.agency
    rules = rules_of(agency)
    text, clause, _version = correction_text(reply)
    contact = [
        f"{label}：{value}"
        for label, value in (("联系人", rules.contact), ("电话", rules.phone), ("地址", rules.address))
        if value
    ]
    return OfficialLetter(
        issuer=rules.issuer_name,
        number=reply.document_number or f"{rules.fix_code}〔〕号",
        title=template_for(agency, CODE).title,
        addressee=json.loads(reply.fields)["申请人"],
        paragraphs=tuple(text.split("\n")),
        signature=rules.issuer_name,
        on=reply.signed_on or timezone.localdate(),
        closing=tuple(line for line in (clause, "　".join(contact)) if line),
        watermark="" if reply.serial else "预览　未签发",
    )


def correction_pdf(reply: CorrectionReply) -> bytes:
    """排成 PDF（没有编号的斜印“预览”）。错误：DocumentError；其余同 correction_text。"""
    return letter_pdf(_official(reply), font_paths=tuple(getattr(settings, "FONT_PATHS", ())))


def correction_docx(reply: CorrectionReply) -> bytes:
    """排成 Word，供修改留底。错误：同 correction_pdf。"""
    return letter_docx(_official(reply))
