"""写稿的表单：公用栏目分组，加上本类型的专有栏目；毛病显示在各栏旁边。"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.law.kinds import ARTICLE_20
from gongkai.records.gates import ALWAYS, BY_KIND, Problem
from gongkai.records.kinds import Field, Kind, Type, fields_of
from gongkai.records.models import Edition
from gongkai.records.queries import sites_for, units_written_for

# 分组与次序；提示写给没用过的人看。
GROUPS: Final = (
    ("basic", gettext_lazy("基本信息"), (
        "title", "summary", "document_number", "unified_number", "issuer", "joint_issuers", "genre",
        "keywords", "source",
    )),
    ("dates", gettext_lazy("日期"), (
        "written_on", "published_on", "effective_on", "expires_on", "formed_on",
    )),
    ("openness", gettext_lazy("分类与公开属性"), (
        "item20", "theme", "openness", "refusal_ground", "review_again_on", "language",
    )),
)  # fmt: skip
HELP: Final = {
    "summary": gettext_lazy("两三句话说清讲什么，目录里显示"),
    "document_number": gettext_lazy("如 临水规字〔2026〕1号；括号怎样写都认得"),
    "joint_issuers": gettext_lazy("有几个就写几个，用顿号隔开"),
    "keywords": gettext_lazy("用空格或顿号隔开"),
    "genre": gettext_lazy("如通知、公告、意见、办法"),
    "source": gettext_lazy("转载的写明来源；自己发的不填"),
    "published_on": gettext_lazy("不填的，发布那天自动填上"),
    "expires_on": gettext_lazy("规范性文件必填"),
    "formed_on": gettext_lazy("公开期限从这一天算起；不填按成文日期"),
    "refusal_ground": gettext_lazy("不予公开的才填，写到条、款、项"),
    "review_again_on": gettext_lazy("不予公开的才填"),
    "change_note": gettext_lazy("改了什么、为什么改，公众页面上会显示"),
}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_WIDE: Final = frozenset({"title", "summary", "joint_issuers", "change_note", "refusal_ground"})


class WordList(forms.CharField):
    """一串词：显示用顿号隔开，存成列表。"""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [word for word in re.split(r"[、,，;；\s]+", value or "") if word]

    def clean(self, value: Any) -> Any:
        return self.to_python(value)


def _own(spec: Field) -> forms.Field:
    """专有栏目的输入框。"""
    common: dict[str, Any] = {"label": spec.label, "required": False, "help_text": spec.help}
    match spec.type:
        case Type.LONG:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, **common)
        case Type.NUMBER:
            return forms.IntegerField(min_value=0, **common)
        case Type.YEAR:
            return forms.IntegerField(min_value=1900, max_value=2200, **common)
        case Type.DATE:
            return forms.DateField(
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common
            )
        case Type.CHOICE:
            return forms.ChoiceField(choices=[("", _("请选择")), *spec.choices], **common)
    return forms.CharField(max_length=300, **common)


@dataclass(slots=True)
class Line:
    """表单的一行：输入框、要不要必填、宽不宽、这一栏的毛病。"""

    bound: Any
    required: bool
    wide: bool
    problems: list[Problem]


class EditionForm(forms.ModelForm):
    """一版的内容。required 只挡得住存不下的（名称），其余缺的照存，送审时再说。"""

    version = forms.IntegerField(widget=forms.HiddenInput)
    joint_issuers = WordList(label=gettext_lazy("联合发布机构"), required=False)
    keywords = WordList(label=gettext_lazy("主题词"), required=False)
    item20 = forms.ChoiceField(label=gettext_lazy("条例第二十条类别"), required=False)

    class Meta:
        model = Edition
        fields = (
            *(name for _key, _label, names in GROUPS for name in names), "body", "change_note",
        )  # fmt: skip
        widgets = {
            "title": forms.Textarea(attrs={"rows": 1}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "body": forms.Textarea(attrs={"rows": 24, "data-writing": ""}),
            **dict.fromkeys(GROUPS[1][2], _DAY),
            "review_again_on": _DAY,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance.record.kind
        self.specs = fields_of(kind)
        self.fields["version"].initial = self.instance.version
        choices = [(str(n), f"{n}　{each.short}") for n, each in enumerate(ARTICLE_20, 1)]
        self.fields["item20"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]
        for name, text in HELP.items():
            self.fields[name].help_text = text
        self.fields["title"].widget.attrs["class"] = "writing-title"
        self.fields["openness"].required = self.fields["language"].required = False
        for spec in self.specs:
            key = f"fields.{spec.name}"
            self.fields[key] = _own(spec)
            self.initial[key] = self.instance.fields.get(spec.name, "")
        if kind == Kind.REGULATION:
            # 法规文本只能采用正式文本，不手工改；由系统填写的栏目也不开放。
            for name in ("body", "fields.text_sha256", "fields.compared_on"):
                self.fields[name].disabled = True
        # 打开旧稿时，已不在选项里的值照样显示，不悄悄改掉。
        if self.instance.item20 and self.instance.item20 not in dict(choices):
            self.fields["item20"].choices.append(  # type: ignore[attr-defined]
                (self.instance.item20, self.instance.item20)
            )

    def clean_openness(self) -> str:
        return self.cleaned_data["openness"] or Edition.Openness.ACTIVE

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or "zh-hans"

    def values(self) -> dict[str, Any]:
        """各栏的值，供 save_draft；专有栏目里本表单没有的键照旧。"""
        names = [*self.Meta.fields]
        found = {name: self.cleaned_data[name] for name in names}
        own = dict(self.instance.fields)
        for spec in self.specs:
            value = self.cleaned_data[f"fields.{spec.name}"]
            own[spec.name] = value.isoformat() if hasattr(value, "isoformat") else value
            if own[spec.name] in (None, ""):
                own.pop(spec.name)
        return found | {"fields": own}

    def _post_clean(self) -> None:
        # 不往 instance 上填：写入只经 actions.save_draft。
        return

    def groups(self, problems: dict[str, list[Problem]]) -> list[tuple[str, Any, list[Line]]]:
        """各组的行。"""
        must = {*ALWAYS, *BY_KIND.get(self.instance.record.kind, ())}

        def line(name: str, required: bool, wide: bool) -> Line:
            return Line(self[name], required, wide, problems.get(name, []))

        found = [
            (key, label, [line(name, name in must, name in _WIDE) for name in names])
            for key, label, names in GROUPS
        ]
        if self.specs:
            own = [line(f"fields.{spec.name}", spec.required, spec.type == Type.LONG) for spec in self.specs]
            found.insert(1, ("own", self.instance.record.get_kind_display(), own))
        return found


class NewForm(forms.Form):
    """新建：先定类型、单位、站点、名称。"""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=Kind.choices)
    organisation = forms.ModelChoiceField(label=gettext_lazy("承办单位"), queryset=None, empty_label=None)
    site = forms.ModelChoiceField(label=gettext_lazy("所属站点"), queryset=None, empty_label=None)
    title = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=300,
        help_text=gettext_lazy("文件的全称，不带书名号；以后可以改"),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from gongkai.core.models import Organisation

        units = units_written_for(user)
        self.fields["organisation"].queryset = Organisation.objects.filter(  # type: ignore[attr-defined]
            pk__in=[unit.pk for unit in units]
        )
        self.fields["site"].queryset = sites_for(units)  # type: ignore[attr-defined]


class RelationForm(forms.Form):
    """加一条关系。"""

    relation_target = forms.CharField(label=gettext_lazy("库里的信息"), required=False, max_length=320)
    relation_title = forms.CharField(label=gettext_lazy("库外文件名称"), required=False, max_length=200)
    relation_url = forms.URLField(
        label=gettext_lazy("网址"), required=False, max_length=300, assume_scheme="https"
    )
    relation_effective_on = forms.DateField(label=gettext_lazy("生效日期"), required=False)
