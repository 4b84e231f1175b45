"""工作人员填的各种表：一个动作一张，选项随申请而定。"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.core.models import Organisation

from .models import Case, CaseFile, Consultation, FeeNotice, Item, Proceeding
from .queries import earlier_cases

INSIDE: Final = ("division", "affiliated", "window")
# 补正事项的种类：条例第三十条只说内容不明确，其余是各地规定；列出来的都可不选。
DEFECTS: Final = {
    "content": _("申请内容不明确，无法据此查找"),
    "identity": _("缺少身份证明"),
    "contact": _("没有有效的联系方式"),
    "form": _("没有写明获取信息的形式"),
    "authorisation": _("代理人没有授权委托书"),
}


class DateInput(forms.DateInput):
    """日期：浏览器自带的日期控件。"""

    input_type = "date"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, format="%Y-%m-%d", **kwargs)


def date_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """日期栏。"""
    return forms.DateField(label=label, required=required, widget=DateInput, help_text=help_text)


def text_field(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """多行文字栏。"""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, widget=widget, help_text=help_text)


class CaseForm(forms.Form):
    """一件申请上的表：case 为申请，选项、缺省值由它定。"""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        self.setup(case)

    def setup(self, case: Case) -> None:
        """按申请填选项和缺省值。"""

    def choose(self, name: str, choices: Any) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_units(self) -> list[Organisation]:
        keys = [int(key) for key in self.cleaned_data["units"]]
        found = {unit.pk: unit for unit in Organisation.objects.filter(pk__in=keys)}
        return [found[key] for key in keys if key in found]


class NoFields(CaseForm):
    """不用填的。"""


class Reason(CaseForm):
    """只要理由的。"""

    reason = text_field(_("理由"), rows=2)


class Confirm(CaseForm):
    on = date_field(_("确认之日"))
    how = forms.CharField(
        label=_("怎样确认的"), max_length=100, help_text=_("谁、用什么方式，如“电话，何经办”")
    )

    def setup(self, case: Case) -> None:
        self.fields["on"].initial = timezone.localdate()


class Register(CaseForm):
    summary = forms.CharField(
        label=_("内容摘要"), max_length=120, help_text=_("显示在列表上，不要写姓名、电话等个人信息")
    )
    items = text_field(_("申请的各项，一行一项"), rows=4, help_text=_("以后逐项作决定；原文照存不动"))

    def setup(self, case: Case) -> None:
        self.fields["items"].initial = "\n".join(
            " ".join(i.text.split()) for i in case.items.filter(round=case.round)
        )


class Items(CaseForm):
    items = text_field(_("申请的各项，一行一项"), rows=4)

    setup = Register.setup


class Assign(CaseForm):
    units = forms.MultipleChoiceField(label=_("承办处室"), widget=forms.CheckboxSelectMultiple)
    lead = forms.ChoiceField(label=_("主办"), required=False, help_text=_("不选的，所选的第一个主办"))
    inner_due = date_field(_("内部时限"), required=False, help_text=_("不填的，按规则里的内部办理时限"))
    note = forms.CharField(label=_("要求"), required=False, max_length=300)

    def setup(self, case: Case) -> None:
        rows = Organisation.objects.filter(parent=case.agency_id, kind__in=INSIDE, is_active=True).order_by(
            "order"
        )
        choices = [(str(unit.pk), unit.name) for unit in rows]
        self.choose("units", choices)
        self.choose("lead", [("", "—"), *choices])


class Split(CaseForm):
    """拆分：每一项归到第几件。"""

    def setup(self, case: Case) -> None:
        rows = list(case.items.filter(round=case.round))
        numbers = [(str(n), str(n)) for n in range(1, len(rows) + 1)]
        for row in rows:
            self.fields[f"item{row.number}"] = forms.ChoiceField(
                label=_("“%(text)s”归第几件") % {"text": row.text[:40]},
                choices=numbers,
                initial=str(row.number),
            )

    def groups(self) -> list[list[int]]:
        found: dict[str, list[int]] = {}
        for name, value in self.cleaned_data.items():
            found.setdefault(value, []).append(int(name.removeprefix("item")))
        return [found[key] for key in sorted(found, key=int)]


class Join(CaseForm):
    into = forms.ChoiceField(label=_("并入"))
    reason = text_field(_("理由"), rows=2)

    def setup(self, case: Case) -> None:
        rows = Case.objects.filter(agency=case.agency_id, identity_key=case.identity_key, state__in=Case.OPEN)
        rows = rows.exclude(pk=case.pk).defer("description")[:20]
        self.choose("into", [(str(row.pk), f"{row.number} {row.summary}") for row in rows])

    def clean_into(self) -> Case:
        return Case.objects.get(pk=self.cleaned_data["into"])


class Correction(CaseForm):
    """补正告知：全部事项一次列清。"""

    def setup(self, case: Case) -> None:
        from .rules import rules_of

        for key, label in DEFECTS.items():
            self.fields[f"text_{key}"] = text_field(label, rows=2, required=False)
            self.fields[f"guidance_{key}"] = text_field(
                _("怎样补正"), rows=2, required=False, help_text=_("写了问题的，要写怎样补正")
            )
        days = rules_of(case.agency).correction_workdays
        self.fields["within"] = forms.IntegerField(
            label=_("补正期限（工作日）"), min_value=1, max_value=60, initial=days
        )
        self.fields["late_reason"] = forms.CharField(
            label=_("超过 7 个工作日仍告知的理由"),
            required=False,
            max_length=200,
            help_text=_("没有超过的不填"),
        )

    def defects(self) -> list[dict[str, str]]:
        values = self.cleaned_data
        return [
            {"what": key, "text": values[f"text_{key}"], "guidance": values[f"guidance_{key}"]}
            for key in DEFECTS
            if values[f"text_{key}"].strip() or values[f"guidance_{key}"].strip()
        ]


class Received(CaseForm):
    """申请人给的补正、理由。"""

    text = text_field(_("内容"))
    on = date_field(_("收到之日"))
    file = forms.FileField(label=_("附件"), required=False)

    def setup(self, case: Case) -> None:
        self.fields["on"].initial = timezone.localdate()


class AskReasons(CaseForm):
    counts = text_field(_("申请的数量、频次"), rows=2)
    within = forms.IntegerField(label=_("说明理由期限（工作日）"), min_value=1, max_value=60)

    def setup(self, case: Case) -> None:
        from .queries import hints
        from .rules import rules_of

        found = hints(case)
        self.fields["counts"].initial = f"近{found.days}日内提出{found.earlier}件"
        self.fields["within"].initial = rules_of(case.agency).reasons_workdays


class Judge(CaseForm):
    reasonable = forms.ChoiceField(
        label=_("认定"), widget=forms.RadioSelect, choices=[("yes", _("理由合理")), ("no", _("理由不合理"))]
    )
    postponed_until = date_field(
        _("延迟至"), required=False, help_text=_("合理但无法按期答复的，定一个合理的日期")
    )


class Consult(CaseForm):
    party = forms.ChoiceField(label=_("对象"), choices=Consultation.Party.choices)
    name = forms.CharField(label=_("名称"), max_length=100)
    contact = forms.CharField(label=_("联系方式"), max_length=200, required=False)
    item = forms.ChoiceField(label=_("涉及哪一项"), required=False)
    content = text_field(_("征求意见的内容"), help_text=_("只写必要的内容，不要写申请人是谁"))
    within = forms.IntegerField(
        label=_("意见期限（工作日）"),
        min_value=1,
        max_value=60,
        initial=15,
        help_text=_("第三方、共同制作机关是 15"),
    )

    def setup(self, case: Case) -> None:
        rows = case.items.filter(round=case.round)
        self.choose("item", [("", _("整件")), *[(str(r.pk), f"{r.number}. {r.text[:40]}") for r in rows]])

    def clean_item(self) -> Item | None:
        return Item.objects.filter(pk=self.cleaned_data["item"] or 0, case=self.case).first()


class Opinion(CaseForm):
    row = forms.ChoiceField(label=_("谁的意见"))
    opinion = forms.ChoiceField(
        label=_("意见"), choices=[c for c in Consultation.Opinion.choices if c[0] not in ("", "silent")]
    )
    text = text_field(_("意见的理由"), required=False)
    on = date_field(_("收到之日"))
    file = forms.FileField(label=_("意见回函"), required=False)

    def setup(self, case: Case) -> None:
        rows = case.consultations.filter(opinion__in=("", "silent"), event__isnull=False)
        self.choose("row", [(str(row.pk), row.name) for row in rows])
        self.fields["on"].initial = timezone.localdate()

    def clean_row(self) -> Consultation:
        return self.case.consultations.get(pk=self.cleaned_data["row"])


class Assess(CaseForm):
    row = forms.ChoiceField(label=_("谁的意见"))
    assessment = forms.ChoiceField(
        label=_("本机关的判断"), choices=[c for c in Consultation.Assessment.choices if c[0]]
    )
    text = text_field(_("判断的理由"))

    def setup(self, case: Case) -> None:
        rows = case.consultations.exclude(opinion="")
        self.choose("row", [(str(row.pk), f"{row.name}（{row.get_opinion_display()}）") for row in rows])

    clean_row = Opinion.clean_row


class Override(CaseForm):
    row = forms.ChoiceField(label=_("告知谁"))
    content = text_field(_("公开的内容"), rows=2)
    reason = text_field(_("公开的理由"), rows=2)

    def setup(self, case: Case) -> None:
        rows = case.consultations.filter(opinion__in=("object", "partly"), override_letter=None)
        self.choose("row", [(str(row.pk), row.name) for row in rows])

    clean_row = Opinion.clean_row


class Fee(CaseForm):
    method = forms.ChoiceField(
        label=_("计收标准"), choices=FeeNotice.Method.choices, widget=forms.RadioSelect
    )
    pages = forms.IntegerField(
        label=_("页数"), required=False, min_value=1, help_text=_("按量的填；按件的不填")
    )
    why = text_field(_("收费的理由"), rows=2)
    provider = forms.ChoiceField(
        label=_("缴款方式"), choices=[("manual", _("人工登记")), ("file", _("非税系统文件对账"))]
    )


class Pay(CaseForm):
    yuan = forms.IntegerField(label=_("金额（元）"), min_value=1)
    paid_on = date_field(_("缴清之日"))
    receipt = forms.CharField(label=_("票据号"), required=False, max_length=40)

    def setup(self, case: Case) -> None:
        if fee := getattr(case, "fee", None):
            self.fields["yuan"].initial = fee.yuan
        self.fields["paid_on"].initial = timezone.localdate()


class Extend(CaseForm):
    workdays = forms.IntegerField(label=_("延长（工作日）"), min_value=1, max_value=20, initial=20)
    reason = forms.CharField(label=_("理由"), max_length=300)


class AnswerExtension(CaseForm):
    grant = forms.ChoiceField(
        label=_("意见"), widget=forms.RadioSelect, choices=[("yes", _("同意延期")), ("no", _("不同意"))]
    )
    answer = forms.CharField(label=_("说明"), max_length=300, required=False)


class Withdraw(CaseForm):
    reason = text_field(_("理由"), rows=2)
    on = date_field(_("撤回之日"))

    setup = Confirm.setup


class AddFile(CaseForm):
    kind = forms.ChoiceField(label=_("种类"), choices=CaseFile.Kind.choices)
    item = forms.ChoiceField(label=_("属于哪一项"), required=False)
    file = forms.FileField(label=_("文件"))
    pages = forms.IntegerField(label=_("页数"), required=False, min_value=1)

    setup = Consult.setup
    clean_item = Consult.clean_item


class Reply(CaseForm):
    text = text_field(_("处室意见"))


class CorrectEvent(CaseForm):
    row = forms.ChoiceField(label=_("哪一件事"))
    on = date_field(_("正确的日期"))
    reason = forms.CharField(label=_("更正的理由"), max_length=200)

    def setup(self, case: Case) -> None:
        from .clock import in_force

        self.choose("row", [(str(row.pk), str(row)) for row in in_force(case.events.all())])

    def clean_row(self) -> Any:
        return self.case.events.get(pk=self.cleaned_data["row"])


class OpenProceeding(CaseForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Proceeding.Kind.choices)
    filed_on = date_field(_("受理或立案之日"))
    body = forms.CharField(label=_("复议机关或法院"), max_length=80)
    number = forms.CharField(label=_("案号"), max_length=60, required=False)
    answer_due = date_field(_("答辩期限"), required=False)
    counted = forms.BooleanField(label=_("计入本机关年度报告"), required=False, initial=True)


class CloseProceeding(CaseForm):
    row = forms.ChoiceField(label=_("哪一件"))
    result = forms.ChoiceField(
        label=_("结果"), choices=[c for c in Proceeding.Result.choices if c[0] != "pending"]
    )
    decided_on = date_field(_("审结之日"))
    remake_workdays = forms.IntegerField(
        label=_("重新答复期限（工作日）"), required=False, min_value=1, max_value=250
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=300)

    def setup(self, case: Case) -> None:
        rows = case.proceedings.filter(result="pending")
        self.choose("row", [(str(r.pk), f"{r.get_kind_display()} {r.filed_on}") for r in rows])

    def clean_row(self) -> Proceeding:
        return self.case.proceedings.get(pk=self.cleaned_data["row"])


class Remake(CaseForm):
    row = forms.ChoiceField(label=_("依据哪一件"))

    def setup(self, case: Case) -> None:
        rows = case.proceedings.exclude(remake_due=None).filter(remade_on=None)
        self.choose("row", [(str(r.pk), f"{r.get_kind_display()} {r.decided_on}") for r in rows])

    clean_row = CloseProceeding.clean_row


# 各项


class Search(forms.Form):
    """检索记录：四处，不够的另作一份。"""

    ROWS = 4

    on = date_field(_("检索之日"))
    result = forms.ChoiceField(
        label=_("结果"),
        choices=[("found", _("查到")), ("none", _("没有查到")), ("raw", _("只有零散信息，须加工分析"))],
    )  # noqa: E501
    people = forms.CharField(label=_("询问了谁"), required=False, max_length=200)
    clues = forms.CharField(label=_("申请人提供的线索"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        for n in range(1, self.ROWS + 1):
            for key, label in (
                ("place", _("在哪里检索")),
                ("words", _("关键词")),
                ("period", _("年代")),
                ("method", _("方式")),
            ):  # noqa: E501
                self.fields[f"{key}{n}"] = forms.CharField(
                    label=_("%(n)s. %(what)s") % {"n": n, "what": label}, required=False, max_length=200
                )

    def places(self) -> list[dict[str, str]]:
        keys = ("place", "words", "period", "method")
        return [{key: self.cleaned_data[f"{key}{n}"] for key in keys} for n in range(1, self.ROWS + 1)]


class Second(forms.Form):
    agrees = forms.ChoiceField(
        label=_("复核"),
        widget=forms.RadioSelect,
        choices=[("yes", _("同意：不是要某项记录")), ("no", _("不同意：是要某项记录，按申请处理"))],
    )
    opinion = forms.CharField(label=_("复核意见"), max_length=300)


# 文书


class Dispatch(forms.Form):
    carrier = forms.ChoiceField(label=_("送达方式"))
    on = date_field(_("交邮、签收或发出之日"))
    tracking = forms.CharField(label=_("邮件号码"), required=False, max_length=40, help_text=_("邮寄的填"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40, help_text=_("当面送达的填"))
    proof = forms.FileField(label=_("送达证明"), required=False)

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carrier"].choices = choices  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class Serve(forms.Form):
    on = date_field(_("送达之日"))
    signer = forms.CharField(label=_("签收人"), required=False, max_length=40)
    proof = forms.FileField(label=_("送达证明"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


def earlier_choices(case: Case) -> list[tuple[str, str]]:
    """同一申请人的前次申请，供重复申请选择。"""
    return [
        ("", "—"),
        *[
            (str(row.pk), f"{row.number} {row.summary}（{row.answered_on}）")
            for row in earlier_cases(case)[:30]
        ],
    ]  # noqa: E501
