"""回执：收到申请的凭据，一页 PDF；没有查询码，也没有证件号码和联系方式。"""

from __future__ import annotations

from django.utils.html import format_html, format_html_join

from gongkai.formats.documents.model import RecordHead
from gongkai.formats.documents.pdf import to_pdf
from gongkai.law.clock_log import say

from .. import clock
from ..models import Case
from ..rules import rules_of


def receipt(case: Case) -> bytes:
    """回执 PDF：编号、收到之日、答复期限及其由来、所要的信息。

    错误：DocumentError——没有装中文字体，或有字排不出来；绝不悄悄丢字。公文一律中文，不随界面语言。
    """
    rules, deadline = rules_of(case.agency), clock.deadline_of(case)
    flag = "（暂定：该年放假安排尚未公布）" if deadline.provisional else ""
    contact = "　".join(each for each in (rules.phone, rules.address) if each)
    # format_html 逐项转义：申请人写的内容不会成为标记。
    body = format_html(
        "<p>{}收到{}提出的政府信息公开申请，编号{}。申请公开：</p><blockquote><p>{}</p></blockquote>"
        "<p>本机关将于{}前答复{}。期限的由来：</p><ol>{}</ol><p>{}</p>",
        say(case.received_on),
        case.applicant.masked_name,
        case.number,
        case.description,
        say(deadline.due),
        flag,
        format_html_join("", "<li>{}（{}）</li>", ((step.text, step.article) for step in deadline.steps)),
        f"联系：{contact}" if contact else "凭编号和查询码在本机关网站查办理进度。",
    )
    head = RecordHead(title="政府信息公开申请回执", issuer=rules.issuer_name, date_text=say(case.received_on))
    return to_pdf(head, body)
