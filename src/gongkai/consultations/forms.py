"""知识库的表单。"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from .actions import wordings_of
from .models import Entry, KnowledgeRules


class EntryForm(forms.ModelForm[Entry]):
    """编写一条问答。"""

    version = forms.IntegerField(widget=forms.HiddenInput)
    wordings = forms.CharField(
        label=_("其他问法"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("一行一种，如：停水会提前通知吗；问得出来才答得上"),
    )

    class Meta:
        model = Entry
        fields = ("question", "wordings", "answer", "theme", "valid_until", "version")
        widgets = {
            "answer": forms.Textarea(attrs={"rows": 12}),
            "valid_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "answer": _("一行一段；“1.”起头的是有序列表，“-”起头的是列表，“#”起头的是小标题"),
            "valid_until": _("过了这一天公众就看不到；长期有效的不填"),
            "theme": _("如：供水、水价、办事指南"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["wordings"] = "\n".join(self.instance.wordings)

    def clean_wordings(self) -> list[str]:
        return wordings_of(self.cleaned_data["wordings"])

    def values(self) -> dict[str, Any]:
        """存的内容；版次另传。"""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "version"}


class BasisForm(forms.Form):
    """站外的依据。"""

    title = forms.CharField(label=_("文件名称"), max_length=200)
    url = forms.CharField(label=_("网址"), max_length=300, required=False)
    clause = forms.CharField(label=_("条款"), max_length=60, required=False)


class RulesForm(forms.ModelForm[KnowledgeRules]):
    """规则。"""

    class Meta:
        model = KnowledgeRules
        fields = ("receiver", "threshold", "similarity", "answer_similarity", "warn_days")
        help_texts = {
            "receiver": _("不选的，交给组织树最上面的单位，再由办公室移交"),
            "similarity": _("公众的问法有这么像，就并成一个问题计数"),
            "answer_similarity": _("提问和问答有这么像，才直接拿来作答；宁可高一些"),
        }

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Organisation.objects.visible_to(user).active().order_by("path")
        self.fields["receiver"].queryset = units  # type: ignore[attr-defined]
