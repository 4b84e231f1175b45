"""回执（T03）：收到申请的凭据，一页 PDF；没有查询码，也没有证件号码和联系方式。"""

from __future__ import annotations

from django.utils.html import format_html, format_html_join

from gongkai.formats.documents.model import RecordHead
from gongkai.formats.documents.pdf import to_pdf
from gongkai.law.clock_log import say

from .. import clock
from ..letters.placeholders import Source
from ..letters.templates import template_for
from ..models import Case
from ..rules import rules_of


def receipt(case: Case) -> bytes:
    """回执 PDF：照本机关的模板写，后面逐步列出期限的由来。

    错误：DocumentError——没有装中文字体，或有字排不出来；EmptyPlaceholderError——模板要的内容案卷里没有。
    公文一律中文，不随界面语言。
    """
    rules, deadline, template = (
        rules_of(case.agency),
        clock.deadline_of(case),
        template_for(case.agency, "T03"),
    )
    contact = "　".join(each for each in (rules.phone, rules.address) if each)
    lines = template.render(Source(case)).split("\n")
    # format_html 逐项转义：申请人写的内容不会成为标记。
    body = format_html(
        "<p>{}：</p>{}<p>期限的由来：</p><ol>{}</ol><p>{}</p>",
        case.applicant.masked_name,
        format_html_join("", "<p>{}</p>", ((line,) for line in lines)),
        format_html_join("", "<li>{}（{}）</li>", ((step.text, step.article) for step in deadline.steps)),
        f"联系：{contact}" if contact else "",
    )
    head = RecordHead(title=template.title, issuer=rules.issuer_name, date_text=say(case.received_on))
    return to_pdf(head, body)
