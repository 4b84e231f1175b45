"""文书模板：工作机构另订，改就是另存一版；退回标准文本也是一版。"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.core.models import Organisation
from gongkai.core.states import Refusal, Refused

from .. import states
from ..letters import templates
from ..letters.templating import TemplateError
from ..models import LetterTemplate
from ..trail import audit
from .common import refuse, require_in


def save_template(
    user: Any, agency: Organisation, code: str, *, title: str, text: str, note: str, base: str
) -> LetterTemplate:
    """另订模板：存成新的一版，此后的文书用它。

    参数：base 为打开时的版本（Template.version），别人先改过的不覆盖。
    错误：Refused——没有职责、写法错误（第几行第几字）、没有写修改说明、别人先改过。
    """
    with transaction.atomic():
        require_in(user, agency, states.OFFICE, _("修改文书模板"))
        if code not in templates.standard():
            refuse("code", _("没有这种文书"))
        Organisation.objects.select_for_update().get(pk=agency.pk)
        if templates.template_for(agency, code).version != base:
            refuse("conflict", _("您打开之后，别人已改过这个模板；请看过新的一版再改"))
        try:
            templates.check(code, text)
        except TemplateError as error:
            raise Refused([Refusal("template", str(error))]) from error
        if not title.strip() or not note.strip():
            refuse("note", _("请填写标题和修改说明"))
        row = _keep(user, agency, code, title=title.strip()[:60], text=text.strip(), note=note.strip()[:200])
        audit(user, "requests.save_template", agency, code=code, version=row.version, note=row.note)
    return row


def use_standard(user: Any, agency: Organisation, code: str, *, note: str) -> LetterTemplate:
    """退回标准文本。错误：Refused——没有职责、本来就用标准文本、没有写说明。"""
    with transaction.atomic():
        require_in(user, agency, states.OFFICE, _("修改文书模板"))
        Organisation.objects.select_for_update().get(pk=agency.pk)
        base = templates.standard()[code]
        if templates.template_for(agency, code).version == base.version:
            refuse("standard", _("现在用的就是标准文本"))
        if not note.strip():
            refuse("note", _("请填写标题和修改说明"))
        row = _keep(
            user, agency, code, title=base.title, text=base.text, note=note.strip()[:200], retired=True
        )
        audit(user, "requests.use_standard", agency, code=code, version=row.version, note=row.note)
    return row


def _keep(user: Any, agency: Organisation, code: str, **values: Any) -> LetterTemplate:
    last = LetterTemplate.objects.filter(agency=agency, code=code).order_by("-version").first()
    return LetterTemplate.objects.create(
        agency=agency, code=code, version=(last.version if last else 0) + 1, author=user, **values
    )
