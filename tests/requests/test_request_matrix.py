"""角色 × 阶段 × 动作：谁在哪个阶段能做什么另写一份，逐一真做一遍再撤回，做成与否须与表一致。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from foi_samples import PUBLIC, TEXT, pdf

from gongkai.accounts.models import Duty, User
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.requests import actions, states
from gongkai.requests.models import Case, Letter
from gongkai.workplans import demo

OFFICE, UNIT, CHIEF = {"office", "clerk", "chief"}, {"handler", "head"}, {"chief"}
WORKERS = OFFICE | UNIT
CITIZEN, SYSTEM = {"citizen"}, {"system"}
EVERY = set(Case.State.values)
OPEN = {"awaiting", "received", "triage", "correcting", "reasons", "working", "fee", "review", "signed"}
RUNNING = {"received", "triage", "reasons", "working", "review", "signed"}
DECIDING = {"triage", "working", "reasons"}
DEFECTS = [{"what": "content", "text": "没写年度", "guidance": "请写年度"}]


class Undo(Exception):
    """做完撤回。"""


def does(call: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            call()
            raise Undo
    except Undo:
        return True
    except Refused as refused:
        assert refused.refusals and all(str(r.message) for r in refused.refusals)
        return False


@pytest.fixture
def everyone(agency: Any, outsider: Any) -> dict[str, Any]:
    """本市本局的演示账号，另一个局什么角色都有的人，停用的、没登录的、申请人、定时任务。"""
    found: dict[str, Any] = {row[0]: User.objects.get(username=row[0]) for row in demo.STAFF}
    stopped = User.objects.create(username="stopped", name="停用", organisation=agency, is_active=False)
    Duty.objects.create(user=stopped, organisation=agency, role=Duty.Role.COORDINATOR)
    return found | {
        "outsider": outsider,
        "stopped": stopped,
        "anonymous": AnonymousUser(),
        "citizen": states.CITIZEN,
        "system": states.SYSTEM,
    }


def _unit(case: Any) -> Any:
    return Organisation.objects.get(parent=case.agency_id, name="科技信息处")


def _plain(case: Any, person: Any) -> None:
    """不必另外准备。"""


def _corrected(case: Any, person: Any) -> None:
    notice = actions.ask_correction(person("clerk"), case, defects=DEFECTS)
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")


def _reasoned(case: Any, person: Any) -> None:
    notice = actions.ask_reasons(person("clerk"), case, counts="近90日30件")
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")


def _charged(case: Any, person: Any) -> None:
    notice = actions.notice_fee(person("clerk"), case, method="by_pages", pages=68, why="页数多")
    actions.dispatch(person("clerk"), notice.letter, carrier="portal")


def _extending(case: Any, person: Any) -> None:
    actions.ask_extension(person("handler"), case, reason="材料多")


def _decided(case: Any, person: Any) -> None:
    item = case.items.get()
    values = {"answers": PUBLIC, "facts": TEXT, "reason": TEXT, "materials": {"where": "网站"}}
    actions.decide(person("handler"), item, version=item.version, **values)


def _two_items(case: Any, person: Any) -> None:
    actions.rewrite_items(person("clerk"), case, items=["一", "二"])


def _asked(case: Any, person: Any) -> None:
    row, _token = actions.consult(person("clerk"), case, party="third_party", name="甲公司", content="合同")
    actions.dispatch(person("clerk"), row.letter, carrier="portal")


def _decide(user: Any, case: Any) -> Any:
    item = case.items.get()
    return actions.decide(user, item, version=item.version, answers=PUBLIC)


def _search(user: Any, case: Any) -> Any:
    places = [{"place": "档案室", "words": "检漏"}]
    return actions.add_search(user, case.items.get(), places=places, result="none")


def _into(user: Any, case: Any) -> Any:
    return actions.join(user, case, into=Case.objects.exclude(pk=case.pk).get(), reason="同一事")


# 动作 →（怎样准备，可从哪些阶段，谁，怎样做）。这是规矩的另一份写法，与 states.py、moves.py 各写各的。
ACTIONS: dict[str, tuple[Any, set[str], set[str], Callable[[Any, Any], Any]]] = {
    "confirm": (_plain, {"awaiting"}, OFFICE | SYSTEM, lambda u, c: actions.confirm(u, c, how="电话")),
    "register": (_plain, {"received"}, OFFICE, lambda u, c: actions.register(u, c, summary="摘要")),
    "assign": (_plain, {"triage", "working"}, OFFICE, lambda u, c: actions.assign(u, c, units=[_unit(c)])),
    "split": (_two_items, {"received", "triage"}, OFFICE, lambda u, c: actions.split(u, c, groups=[[1], [2]])),
    "rewrite_items": (_plain, OPEN, OFFICE, lambda u, c: actions.rewrite_items(u, c, items=["一"])),
    "join": (_plain, {"received", "triage", "working"}, OFFICE, _into),
    "withdraw": (_plain, OPEN, OFFICE | CITIZEN, lambda u, c: actions.withdraw(u, c, reason="不要了")),
    "ask_correction": (_plain, {"triage", "working"}, OFFICE, lambda u, c: actions.ask_correction(u, c, defects=DEFECTS)),
    "correct": (_corrected, {"correcting"}, OFFICE | CITIZEN, lambda u, c: actions.correct(u, c, text="2025年")),
    "ask_reasons": (_plain, {"triage", "working"}, OFFICE, lambda u, c: actions.ask_reasons(u, c, counts="多")),
    "give_reasons": (_reasoned, {"reasons"}, OFFICE | CITIZEN, lambda u, c: actions.give_reasons(u, c, text="写书")),
    "notice_fee": (_plain, {"working"}, OFFICE, lambda u, c: actions.notice_fee(u, c, method="by_pages", pages=68, why="多")),
    "pay": (_charged, {"fee"}, OFFICE | SYSTEM, lambda u, c: actions.pay(u, c, yuan=380)),
    "ask_extension": (_plain, RUNNING, WORKERS, lambda u, c: actions.ask_extension(u, c, reason="多")),
    "answer_extension": (_extending, EVERY, CHIEF, lambda u, c: actions.answer_extension(u, c.extensions.get(), grant=True)),
    "consult": (_plain, {"triage", "working"}, WORKERS, lambda u, c: actions.consult(u, c, party="organ", name="市财政局", content="意见")),
    "opine": (_asked, OPEN, WORKERS | CITIZEN, lambda u, c: actions.opine(u, c.consultations.get(), opinion="agree")),
    "decide": (_plain, DECIDING, WORKERS, _decide),
    "add_search": (_plain, DECIDING, WORKERS, _search),
    "draft_decision": (_decided, {"working"}, WORKERS, lambda u, c: actions.draft_decision(u, c)),
    "reply": (_plain, {"working", "reasons"}, UNIT, lambda u, c: actions.reply(u, c.assignments.get(), text="同意")),
    "add_file": (_plain, EVERY, WORKERS, lambda u, c: actions.add_file(u, c, kind="other", file=pdf())),
    "reveal": (_plain, EVERY, WORKERS, lambda u, c: actions.reveal(u, c, reason="核对")),
    "open_proceeding": (_plain, EVERY, OFFICE, lambda u, c: actions.open_proceeding(u, c, kind="review", filed_on=date(2026, 3, 2), body="市政府")),
    "archive": (_plain, {"closed"}, OFFICE, lambda u, c: actions.archive(u, c)),
}  # fmt: skip


def test_the_table_names_every_write() -> None:
    elsewhere = {
        # 收件、其他事项、规则、文书、成批：各有专门的测试。
        "receive", "file_correction", "file_complaint", "suggest", "answer_filed", "keep_rules", "rate",
        "move_letter", "edit_letter", "void_letter", "dispatch", "serve", "returned", "send_again", "second",
        "approve_harm", "assess", "override", "lapse_consultation", "lapse_opinions", "lapse_correction",
        "lapse_fee", "judge_reasons", "import_payments", "refund", "close_proceeding", "remake", "correct_event",
        "open_file", "look", "mail_failed", "assign_many", "answer_like", "start_group", "stop_group", "resume_group", "halt_group", "work_off_group", "take_apart",
        "put_back", "preview_like",
        "load_notice", "take_mail", "attach_mail", "dismiss_mail", "reconsider", "redate", "remind", "read_notices",
        "keep_service_record", "tell_consulting", "confirm_end", "ask_help", "note_help", "add_fix_file", "open_fix_file",
        "name_stand_in", "end_stand_in", "renew_secret", "renew_at_counter", "prepare_fix", "sign_fix", "return_fix", "dispatch_fix", "serve_fix", "carry_out_fix",
    }  # fmt: skip
    reads = {
        "by_token",
        "quote",
        "rank_of",
        "secret_hash",
        "twins",
        "untold",
        "ended_early",
        "colleagues",
        "may_set",
        "stand_ins_of",
        "keep_fix_file",
    }
    mine = {name for name in actions.__all__ if name.islower()} - reads
    assert set(ACTIONS) <= mine
    # 新加的动作要么进这张表，要么写明在哪里测。
    ours = {name for name in mine if getattr(actions, name).__module__.split(".")[-1] in MODULES}
    assert ours <= set(ACTIONS) | elsewhere, ours - set(ACTIONS) - elsewhere


MODULES = {
    "absence", "after", "alike", "bulk", "charging", "deciding", "fixing", "handling", "intake", "mailing", "secrets", "sending", "telling", "upkeep", "writing",
}  # fmt: skip


@pytest.fixture
def whole(agency: Any) -> User:
    """本机关样样都是的一个人：机关、工作机构、承办处室的各种职责都在身上。"""
    user = User.objects.create(username="whole", name="全能", organisation=agency)
    places = [agency, *Organisation.objects.filter(parent=agency, name__in=("办公室", "科技信息处"))]
    Duty.objects.bulk_create(
        Duty(user=user, organisation=at, role=r) for at in places for r in Duty.Role.values
    )
    return user


@pytest.mark.parametrize("name", ACTIONS)
def test_who_may_do_what_when(
    receive: Any, working: Any, everyone: Any, whole: User, person: Any, name: str
) -> None:
    """能做的阶段，各种人逐个试；不能做的阶段，试有这项职责的、样样都是的和外面的各种人：谁也不行。"""
    prepare, stages, who, call = ACTIONS[name]
    others = {"outsider", "stopped", "anonymous", "citizen", "system"}
    keenest = {key: user for key, user in everyone.items() if key in who | others} | {"whole": whole}
    # 门户提交的当场就确认了，要确认的是传真这一类。
    case = receive(person("clerk"), channel="fax") if name == "confirm" else working()
    if name == "join":
        working()
    prepare(case, person)
    for state in Case.State.values:
        Case.objects.filter(pk=case.pk).update(state=state)
        found = Case.objects.get(pk=case.pk)
        people = everyone if state in stages else keenest
        done = {key for key, user in people.items() if does(lambda user=user: call(user, found))}
        assert done == (who if state in stages else set()), (name, state)


LETTER = {
    "submit": ("draft", WORKERS, None),
    "pass_secrecy": ("secrecy", {"secrecy"}, None),
    "pass_legal": ("legal", {"legal"}, None),
    "sign": ("signing", {"leader"}, None),
    "return_secrecy": ("secrecy", {"secrecy"}, "理由"),
    "return_legal": ("legal", {"legal"}, "理由"),
    "return_sign": ("signing", {"leader"}, "理由"),
}


@pytest.mark.parametrize("name", LETTER)
def test_letters_pass_through_many_hands(working: Any, everyone: Any, person: Any, name: str) -> None:
    """文书的每个环节：谁、在哪个状态；拟稿的人不能审，退回要写理由。"""
    source, who, reason = LETTER[name]
    case = working()
    _decided(case, person)
    letter = actions.draft_decision(person("handler"), case)
    for state in Letter.State.values:
        if state in ("dispatched", "served"):
            continue
        Letter.objects.filter(pk=letter.pk).update(state=state)
        done = {
            key
            for key, user in everyone.items()
            if does(lambda user=user: actions.move_letter(user, letter, name, opinion=reason or ""))
        }
        assert done == (who if state == source else set()), (name, state)
    Letter.objects.filter(pk=letter.pk).update(state=source)
    if reason:
        user = everyone[next(iter(who))]
        assert not does(lambda: actions.move_letter(user, letter, name, opinion=" "))
    if name in ("pass_secrecy", "pass_legal", "sign"):
        user = everyone[next(iter(who))]
        Letter.objects.filter(pk=letter.pk).update(author=user)
        assert not does(lambda: actions.move_letter(user, letter, name))
