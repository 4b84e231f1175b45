"""一件申请上可以做的事：名称、要填的表、谁在什么时候可以、怎样做；页面照此列出，做不了的不列。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import actions, forms, gates, states
from .models import Case, Extension, Letter

S = Case.State


@dataclass(frozen=True, slots=True)
class Move:
    """一件可以做的事：run(user, case, form) 做完返回要去的文书（可空）；allowed(user, case) 此刻可不可以。"""

    name: str
    label: Any
    form: type[forms.CaseForm]
    run: Callable[[Any, Case, Any], Any]
    allowed: Callable[[Any, Case], bool]
    done: Any = _("已办理")
    # 每个阶段最要紧的一两件，展开着。
    first: bool = False

    def opens(self, case: Case) -> bool:
        """展开着：要紧的；已经分办过的，再分办不算。"""
        return self.first and not (self.name == "assign" and case.state == S.WORKING)


def _table(name: str, also: Callable[[Case], bool] = lambda case: True) -> Callable[[Any, Case], bool]:
    """状态表说可以，并且另外的条件也合。"""

    def allowed(user: Any, case: Case) -> bool:
        refusals = [r for r in states.CASE.refusals(case, user, name) if r.code != "reason"]
        return not refusals and also(case)

    return allowed


def _in(duties: frozenset[str], *stages: str, also: Callable[[Case], bool] = lambda case: True) -> Any:
    """在这些阶段，有这些职责，另外的条件也合。"""

    def allowed(user: Any, case: Case) -> bool:
        return case.state in stages and states.holds_case(user, case, duties) and also(case)

    return allowed


def _form(form: Any) -> dict[str, Any]:
    return dict(form.cleaned_data)


def _file(form: Any) -> list[Any]:
    return [form.cleaned_data["file"]] if form.cleaned_data.get("file") else []


def _register(user: Any, case: Case, form: Any) -> None:
    values = form.cleaned_data
    actions.register(user, case, summary=values["summary"], items=values["items"].splitlines())


def _assign(user: Any, case: Case, form: Any) -> None:
    values = form.cleaned_data
    lead = next((unit for unit in values["units"] if str(unit.pk) == values["lead"]), None)
    actions.assign(
        user, case, units=values["units"], lead=lead, inner_due=values["inner_due"], note=values["note"]
    )


def _correction(user: Any, case: Case, form: Any) -> Letter:
    values = form.cleaned_data
    notice = actions.ask_correction(
        user, case, defects=form.defects(), within=values["within"], late_reason=values["late_reason"]
    )
    return notice.letter


def _correct(user: Any, case: Case, form: Any) -> None:
    actions.correct(user, case, text=form.cleaned_data["text"], on=form.cleaned_data["on"], files=_file(form))


def _judge(user: Any, case: Case, form: Any) -> Letter | None:
    values = form.cleaned_data
    return actions.judge_reasons(
        user, case, reasonable=values["reasonable"] == "yes", postponed_until=values["postponed_until"]
    )


def _consult(user: Any, case: Case, form: Any) -> Letter:
    values = _form(form)
    if values["party"] != "organ":
        values["within"] = None
    return actions.consult(user, case, **values)[0].letter


def _opine(user: Any, case: Case, form: Any) -> None:
    values = form.cleaned_data
    actions.opine(
        user, values["row"], opinion=values["opinion"], text=values["text"], on=values["on"], files=_file(form)
    )


def _lapsed(case: Case) -> Any:
    return case.consultations.filter(opinion="", letter__served_on__isnull=False).first()


def _answer_extension(user: Any, case: Case, form: Any) -> Letter | None:
    values = form.cleaned_data
    row = case.extensions.get(state=Extension.State.ASKED)
    return actions.answer_extension(user, row, grant=values["grant"] == "yes", answer=values["answer"]).letter


def _own_assignment(user: Any, case: Case) -> Any:
    units = {d.organisation_id for d in states.duties_of(user) if d.role in ("handler", "head")}
    return case.assignments.filter(organisation__in=units).first()


def _remaking(case: Case) -> bool:
    return case.proceedings.exclude(remake_due=None).filter(remade_on=None).exists()


_WORK = (S.TRIAGE, S.WORKING)
_DONE = (S.DISPATCHED, S.CLOSED, S.ARCHIVED)
_ALL: Final = (
    Move("confirm", _("与申请人确认"), forms.Confirm, lambda u, c, f: actions.confirm(u, c, **_form(f)), _table("confirm"), _("已确认"), True),
    Move("register", _("登记"), forms.Register, _register, _table("register"), _("已登记"), True),
    Move("assign", _("分办"), forms.Assign, _assign, _table("assign"), _("已分办"), True),
    Move("correct", _("登记收到的补正"), forms.Received, _correct, _table("correct"), _("已登记补正，期限重新计算"), True),
    Move("give_reasons", _("登记收到的理由"), forms.Received, lambda u, c, f: actions.give_reasons(u, c, text=f.cleaned_data["text"], on=f.cleaned_data["on"]), _table("give_reasons"), _("已登记理由"), True),
    Move("pay", _("登记缴费"), forms.Pay, lambda u, c, f: actions.pay(u, c, **_form(f)), _table("pay"), _("已登记缴费，期限重新计算"), True),
    Move("answer_extension", _("批延期"), forms.AnswerExtension, _answer_extension, _in(states.OFFICE_HEAD, *Case.OPEN, also=lambda c: c.extensions.filter(state="asked").exists()), _("已批"), True),
    Move("reply", _("回复处室意见"), forms.Reply, lambda u, c, f: actions.reply(u, _own_assignment(u, c), text=f.cleaned_data["text"]), lambda u, c: c.state in (S.WORKING, S.REASONS) and _own_assignment(u, c) is not None, _("已回复"), True),
    Move("draft", _("拟答复"), forms.NoFields, lambda u, c, f: actions.draft_decision(u, c), _in(states.WORKERS, S.WORKING, also=lambda c: not gates.decision_problems(c)), _("已拟答复，请核对后送审"), True),
    Move("remake", _("开始重新答复"), forms.Remake, lambda u, c, f: actions.remake(u, f.cleaned_data["row"]), _table("remake", _remaking), _("已开新的一轮"), True),
    Move("split", _("拆分（一事一申请）"), forms.Split, lambda u, c, f: actions.split(u, c, groups=f.groups()) and None, _in(states.OFFICE, S.RECEIVED, S.TRIAGE, also=lambda c: c.items.filter(round=c.round).count() > 1), _("已拆分")),
    Move("items", _("重新列各项"), forms.Items, lambda u, c, f: actions.rewrite_items(u, c, items=f.cleaned_data["items"].splitlines()) and None, _in(states.OFFICE, *_WORK, also=lambda c: not c.items.filter(round=c.round).exclude(code="").exists()), _("已重新列")),
    Move("join", _("并案"), forms.Join, lambda u, c, f: actions.join(u, c, **_form(f)) and None, _table("join"), _("已并案")),
    Move("correction", _("告知补正"), forms.Correction, _correction, _table("wait_correction", lambda c: not hasattr(c, "correction")), _("补正告知书已签发，请发出")),
    Move("lapse_correction", _("认定逾期不补正"), forms.NoFields, lambda u, c, f: actions.lapse_correction(u, c) and None, _table("lapse_correction"), _("已认定，请作决定后答复")),
    Move("reasons", _("要求说明理由"), forms.AskReasons, lambda u, c, f: actions.ask_reasons(u, c, **_form(f)).letter, _table("wait_reasons", lambda c: not hasattr(c, "reasons")), _("告知书已签发，请发出")),
    Move("judge", _("认定理由"), forms.Judge, _judge, _in(states.OFFICE, S.REASONS, S.WORKING, also=lambda c: hasattr(c, "reasons") and c.reasons.reasonable is None), _("已认定")),
    Move("consult", _("征求意见"), forms.Consult, _consult, _in(states.WORKERS, *_WORK), _("征求意见书已签发，请发出")),
    Move("opinion", _("登记意见"), forms.Opinion, _opine, _in(states.WORKERS, *Case.OPEN, also=lambda c: c.consultations.filter(opinion__in=("", "silent"), event__isnull=False).exists()), _("已登记意见")),
    Move("lapse_opinion", _("登记意见逾期"), forms.NoFields, lambda u, c, f: actions.lapse_consultation(u, _lapsed(c)) and None, _in(states.WORKERS, *Case.OPEN, also=lambda c: _lapsed(c) is not None), _("已登记")),
    Move("assess", _("判断意见"), forms.Assess, lambda u, c, f: actions.assess(u, f.cleaned_data["row"], assessment=f.cleaned_data["assessment"], text=f.cleaned_data["text"]) and None, _in(states.WORKERS, *_WORK, also=lambda c: c.consultations.exclude(opinion="").exists()), _("已写明判断")),
    Move("tell", _("告知申请人正在征求意见"), forms.NoFields, lambda u, c, f: actions.tell_consulting(u, c), _in(states.OFFICE, *Case.OPEN, also=lambda c: bool(actions.untold(c))), _("征求意见告知书已签发，请发出"), True),
    Move("help", _("请别的单位协办"), forms.AskHelp, lambda u, c, f: actions.ask_help(u, c, **_form(f)).letter, _in(states.WORKERS, *_WORK), _("协办函已签发，请发出")),
    Move("helped", _("登记协办意见"), forms.NoteHelp, lambda u, c, f: actions.note_help(u, f.cleaned_data["row"], text=f.cleaned_data["text"], on=f.cleaned_data["on"]) and None, _in(states.WORKERS, *S.values, also=lambda c: c.assistances.filter(replied_on=None, letter__state__in=Letter.SENT).exists()), _("已登记协办意见")),
    Move("override", _("告知第三方将公开"), forms.Override, lambda u, c, f: actions.override(u, f.cleaned_data["row"], content=f.cleaned_data["content"], reason=f.cleaned_data["reason"]), _in(states.OFFICE, S.WORKING, also=lambda c: any(r.override_letter_id is None for r in gates.overridden(c))), _("告知书已签发，请发出"), True),
    Move("fee", _("收费通知"), forms.Fee, lambda u, c, f: actions.notice_fee(u, c, **_form(f)).letter, _table("wait_payment", lambda c: not hasattr(c, "fee")), _("收费通知书已签发，请发出")),
    Move("lapse_fee", _("认定逾期未缴费"), forms.NoFields, lambda u, c, f: actions.lapse_fee(u, c) and None, _table("lapse_fee"), _("已认定，请作决定后答复")),
    Move("refund", _("登记退付"), forms.Refund, lambda u, c, f: actions.refund(u, c.fee.payment, **_form(f)) and None, _in(states.OFFICE, *S.values, also=lambda c: hasattr(c, "fee") and hasattr(c.fee, "payment") and c.fee.payment.refunded_on is None), _("已登记退付")),
    Move("extend", _("申请延期"), forms.Extend, lambda u, c, f: actions.ask_extension(u, c, **_form(f)) and None, _in(states.WORKERS, *Case.RUNNING, also=lambda c: not c.extensions.exclude(state="refused").exists()), _("已提出，等工作机构负责人批准")),
    Move("file", _("添加材料"), forms.AddFile, lambda u, c, f: actions.add_file(u, c, **_form(f)) and None, _in(states.WORKERS, *S.values), _("已添加")),
    Move("withdraw", _("登记申请人撤回"), forms.Withdraw, lambda u, c, f: actions.withdraw(u, c, **_form(f)) and None, _table("withdraw"), _("已办结")),
    Move("confirm_end", _("出终止确认书"), forms.NoFields, lambda u, c, f: actions.confirm_end(u, c), _in(states.OFFICE, S.CLOSED, also=actions.ended_early), _("终止确认书已签发，请发出"), True),
    Move("correct_event", _("更正日期"), forms.CorrectEvent, lambda u, c, f: actions.correct_event(u, f.cleaned_data["row"], on=f.cleaned_data["on"], reason=f.cleaned_data["reason"]) and None, _in(states.OFFICE, *Case.OPEN), _("已更正，期限已重新计算")),
    Move("proceeding", _("登记复议、诉讼"), forms.OpenProceeding, lambda u, c, f: actions.open_proceeding(u, c, **_form(f)) and None, _in(states.OFFICE, *S.values), _("已登记")),
    Move("proceeding_result", _("登记复议、诉讼的结果"), forms.CloseProceeding, lambda u, c, f: actions.close_proceeding(u, f.cleaned_data["row"], **{k: v for k, v in _form(f).items() if k != "row"}) and None, _in(states.OFFICE, *S.values, also=lambda c: c.proceedings.filter(result="pending").exists()), _("已登记")),
    Move("archive", _("归档"), forms.NoFields, lambda u, c, f: actions.archive(u, c) and None, _table("archive"), _("已归档")),
)  # fmt: skip
MOVES: Final = {move.name: move for move in _ALL}


def available(user: Any, case: Case) -> list[Move]:
    """此人此刻在这件申请上可以做的，要紧的在前。"""
    found = [move for move in _ALL if move.allowed(user, case)]
    return sorted(found, key=lambda move: not move.opens(case))


def group_moves(user: Any, case: Case, counts: dict[str, int]) -> list[tuple[str, Any, int]]:
    """内容相同的一组可以成批做的：（动作, 名称, 件数）；counts 为组里各阶段的件数，含这一件。"""
    ready = {
        "register": bool(case.registered_at),
        "assign": case.state == S.WORKING,
        "answer": case.state in (S.SIGNED, *_DONE),
        "dispatch": case.state in (S.SIGNED, *_DONE),
    }
    found = []
    for name, job in actions.bulk.JOBS.items():
        n = counts.get(job.source, 0) - (case.state == job.source and not case.apart and not job.with_lead)
        if n > 0 and ready[name] and states.holds_case(user, case, job.duties):
            found.append((str(name), job.label, n))
    return found
