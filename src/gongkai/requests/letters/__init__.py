"""文书的正文与定稿：各栏由案卷取，救济告知由代码和日期得出，照模板写成正文，排成 PDF 和 Word。"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from gongkai.formats.documents import RecordHead, to_pdf
from gongkai.formats.documents.letters import OfficialLetter, letter_docx, letter_pdf
from gongkai.law.clock_log import say
from gongkai.law.decisions import DECISIONS, RemedyValues, remedy

from ..models import Case, Item, Letter
from ..rules import rules_of
from .corrections import correction_docx, correction_pdf, correction_text
from .placeholders import Source
from .templates import COMMON, Template, standard, template_for

__all__ = [
    "TITLES",
    "Rendered",
    "addressee_of",
    "correction_docx",
    "correction_pdf",
    "correction_text",
    "date_of",
    "enclosures_of",
    "fields_of",
    "form_pdf",
    "form_rows",
    "is_online",
    "items_of",
    "official",
    "preview",
    "remedy_text",
    "render",
    "template_for",
    "templates_of",
    "text_of",
    "title_of",
    "typeset",
    "version_of",
]
# 文书代码 → 标准文本里的标题。
TITLES: Final = {code: template.title for code, template in standard().items()}


@dataclass(frozen=True, slots=True)
class Rendered:
    """定稿：content 文件内容，suffix 后缀，version 所用模板的版本。"""

    content: bytes
    suffix: str
    version: str


def fields_of(letter: Letter) -> dict[str, Any]:
    """各栏：拟稿时填的值。"""
    return json.loads(letter.fields) if letter.fields else {}


def date_of(letter: Letter) -> date:
    """文书的日期：成文日期；没有签发的按今天。"""
    return letter.signed_on or timezone.localdate()


def is_online(letter: Letter) -> bool:
    """是否经互联网送达：申请人要求网上、电子邮件获取的。"""
    return letter.case.route in (Case.Route.PORTAL, Case.Route.EMAIL)


def remedy_text(letter: Letter) -> str:
    """救济告知：由决定代码和成文日期得出，不能手写。错误：MissingValueError、StaleLawError。"""
    if letter.remedy:
        return letter.remedy
    rules = rules_of(letter.case.agency)
    codes = list(letter.codes) or [letter.template]
    withheld = [code for code in (*codes, *letter.withheld) if code.startswith("C")]
    code = codes[0]
    if len(set(codes)) > 1 and withheld:
        code = "B"
    online = bool(rules.review_url) or is_online(letter)
    clause = remedy(code, date_of(letter), online=online, withheld=withheld if code == "B" else ())
    values = RemedyValues(rules.review_body, rules.court, rules.review_url)
    return clause.render(values)


def items_of(letter: Letter) -> list[Item]:
    """答复所及的各项。"""
    return list(letter.case.items.filter(round=letter.round).select_related("earlier_case"))


def templates_of(letter: Letter) -> list[Template]:
    """所用的模板：答复是共用的开头加各项的，其余只有一个。"""
    agency = letter.case.agency
    if not letter.is_decision:
        return [template_for(agency, letter.template)]
    codes = [DECISIONS[item.code].template for item in items_of(letter) if item.code in DECISIONS]
    return [template_for(agency, code) for code in dict.fromkeys([COMMON, *codes])]


def version_of(letter: Letter) -> str:
    """所用模板的版本，如“T00/标准1 T13/自订2”。"""
    return " ".join(f"{template.code}/{template.version}" for template in templates_of(letter))


def title_of(letter: Letter) -> str:
    """标题：所用模板的标题。"""
    return template_for(letter.case.agency, letter.template).title


def text_of(letter: Letter) -> str:
    """正文：经办人改过的用改过的，否则照模板由案卷生成；不含标题、称谓、救济告知和署名。

    错误：EmptyPlaceholderError——必填的内容案卷里没有。
    """
    if letter.text:
        return letter.text
    templates = {template.code: template for template in templates_of(letter)}
    if not letter.is_decision:
        return templates[letter.template].render(Source(letter.case, letter))
    items = [item for item in items_of(letter) if item.code in DECISIONS]
    parts = [templates[COMMON].render(Source(letter.case, letter))]
    for item in items:
        source = Source(letter.case, letter, item, several=len(items) > 1)
        parts.append(templates[DECISIONS[item.code].template].render(source))
    return "\n".join(parts)


def addressee_of(letter: Letter) -> str:
    """称谓：发给第三方、其他机关的另写，其余是申请人。"""
    return str(fields_of(letter).get("addressee") or letter.case.applicant.name)


def enclosures_of(letter: Letter) -> tuple[str, ...]:
    """附件：答复随附的拟提供的信息，只写名称，不带后缀。"""
    if not letter.is_decision:
        return ()
    names = (row.name.rpartition(".")[0] or row.name for row in letter.case.files.filter(kind="release"))
    return tuple(names)


def official(letter: Letter, *, preview: bool = False) -> OfficialLetter:
    """排版用的函件：机关名称由规则定，不能手填 [fixed_issuer]；救济告知由代码得出 [generated_remedy]。

    参数：preview 为预览：没有字号，斜印“预览”。
    错误：EmptyPlaceholderError、MissingValueError、StaleLawError。
    """
    rules = rules_of(letter.case.agency)
    contact = [
        f"{label}：{value}"
        for label, value in (("联系人", rules.contact), ("电话", rules.phone), ("地址", rules.address))
        if value
    ]
    return OfficialLetter(
        issuer=rules.issuer_name,
        number=letter.document_number or (f"{rules.document_code}〔〕号" if preview else ""),
        title=letter.title,
        addressee=addressee_of(letter),
        paragraphs=tuple(text_of(letter).split("\n")),
        signature=rules.issuer_name,
        on=date_of(letter),
        enclosures=enclosures_of(letter),
        closing=tuple(line for line in (remedy_text(letter), "　".join(contact)) if line),
        watermark="预览　未签发" if preview else "",
    )


def _font_paths() -> tuple[str, ...]:
    return tuple(getattr(settings, "FONT_PATHS", ()))


def typeset(shown: OfficialLetter) -> bytes:
    """排版：PDF。错误：DocumentError——缺要素、缺字体、缺字。"""
    return letter_pdf(shown, font_paths=_font_paths())


def render(letter: Letter) -> Rendered:
    """渲染定稿：PDF。错误：DocumentError——缺要素、缺字体、缺字；其余同 official。"""
    return Rendered(typeset(official(letter)), ".pdf", version_of(letter))


def preview(letter: Letter, *, word: bool = False) -> bytes:
    """预览：草稿排出来的样子，PDF 或 Word。错误：同 render。"""
    shown = official(letter, preview=not letter.document_number)
    return letter_docx(shown) if word else letter_pdf(shown, font_paths=_font_paths())


def form_rows(case: Case, code: str, letter: Letter | None = None, **extra: str) -> list[tuple[str, str]]:
    """表格的各行（T01、T02、T26、T28、T29、T30）；extra 为另给的占位。错误：EmptyPlaceholderError。"""
    return template_for(case.agency, code).rows(Source(case, letter, extra=extra))


def form_pdf(case: Case, code: str, letter: Letter | None = None, **extra: str) -> bytes:
    """表格排成 PDF。错误：DocumentError、EmptyPlaceholderError。"""
    template = template_for(case.agency, code)
    cells = "".join(
        format_html(
            "<tr><th>{}</th><td>{}</td></tr>",
            label,
            format_html_join("", "<p>{}</p>", ((t,) for t in text.split("\n"))),
        )
        for label, text in form_rows(case, code, letter, **extra)
    )
    head = RecordHead(template.title, date_text=say(timezone.localdate()))
    return to_pdf(head, f"<table>{cells}</table>", font_paths=_font_paths())
