"""工作要点的表单。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from .models import Assignment, Evidence


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class UploadForm(forms.Form):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("单位"), empty_label=None)
    year = forms.IntegerField(label=_("年度"), min_value=2008, max_value=2060)
    file = forms.FileField(
        label=_("分工表文件"),
        help_text=_("Word（.docx）、Excel（.xlsx）、PDF、网页或以“|”分隔的文本，不超过 20 MB"),
    )

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"year": timezone.localdate().year}, **kwargs)
        self.fields["organisation"].queryset = organisations


class TaskForm(forms.Form):
    """任务页上的表单：一页有多张，字段的 HTML 编号各带前缀，免得重复。"""

    id_prefix = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.id_prefix}-%s", **kwargs)


class ReportForm(TaskForm):
    id_prefix = "report"

    period = forms.RegexField(
        r"^20\d\d-(0[1-9]|1[0-2])$",
        label=_("报告期"),
        help_text=_("年-月，如 2026-03"),
        error_messages={"invalid": _("报告期应写成 2026-03 的样子")},
    )
    percent = forms.IntegerField(label=_("进度（%）"), min_value=0, max_value=100)
    body = forms.CharField(label=_("进展"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


class EvidenceForm(TaskForm):
    id_prefix = "evidence"

    kind = forms.ChoiceField(label=_("种类"), choices=Evidence.Kind.choices)
    title = forms.CharField(label=_("名称"), max_length=200)
    url = forms.URLField(label=_("网址"), required=False, assume_scheme="https")
    file = forms.FileField(
        label=_("附件"), required=False, help_text=_("Word、Excel、PDF 或图片，不超过 20 MB")
    )
    held_on = forms.DateField(label=_("会议或培训日期"), required=False, widget=DateInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind")
        if kind == Evidence.Kind.LINK and not data.get("url") and "url" not in self.errors:
            self.add_error("url", _("请填写网址"))
        if kind == Evidence.Kind.FILE and not data.get("file") and "file" not in self.errors:
            self.add_error("file", _("请选择附件"))
        if kind in (Evidence.Kind.BRIEFING, Evidence.Kind.TRAINING) and not data.get("held_on"):
            self.add_error("held_on", _("请填写日期"))
        return data


class ExtensionForm(TaskForm):
    id_prefix = "extension"

    until = forms.DateField(label=_("延至"), widget=DateInput())
    reason = forms.CharField(label=_("理由"), max_length=300)


class OverrideForm(TaskForm):
    id_prefix = "override"

    colour = forms.ChoiceField(
        label=_("人工定灯"),
        required=False,
        choices=[
            ("", _("不定，按系统规则")),
            ("green", _("绿灯")),
            ("yellow", _("黄灯")),
            ("red", _("红灯")),
        ],
    )
    reason = forms.CharField(label=_("理由"), max_length=300, required=False)


class VerdictForm(TaskForm):
    id_prefix = "verdict"

    verdict = forms.ChoiceField(label=_("结论"), choices=[c for c in Assignment.Verdict.choices if c[0]])


class SubTaskForm(TaskForm):
    id_prefix = "subtask"

    title = forms.CharField(label=_("步骤"), max_length=200)
    due = forms.DateField(label=_("时限"), required=False, widget=DateInput())
