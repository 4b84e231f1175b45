"""内容相同的一组：照一件办，逐件一个事务，停了接着办，一组一次只办一件事，办不成的写明原因。"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from foi_samples import GIVE, PUBLIC, pdf

from gongkai.audit.models import Entry
from gongkai.core.models import Counter
from gongkai.core.states import Refused
from gongkai.requests import actions, letters, queries, states, tasks
from gongkai.requests.actions import alike, bulk
from gongkai.requests.models import Case, CaseEvent, GroupEntry, GroupRun, Letter

S = Case.State


@pytest.fixture
def crowd(receive: Any) -> Any:
    """不同的人提的 n 件相同的申请。"""

    def make(n: int, **values: Any) -> list[Case]:
        return [
            receive(
                person={
                    "name": f"申请人{chr(0x4E00 + number)}",
                    "identity_number": f"44010119900102{number:04d}",
                },
                **values,
            )
            for number in range(n)
        ]

    return make


def whole(user: Any, case: Case, name: str) -> GroupRun:
    """从头办到底。"""
    run = actions.start_group(user, case, name)
    return actions.work_off_group(run, run.step)


@pytest.fixture
def ready(working: Any, crowd: Any, answer: Any, person: Any) -> Any:
    """一组 n 件加所照的一件：都已登记、分办，所照的一件签发了。"""

    def make(n: int = 4, **values: Any) -> Case:
        case = working()
        crowd(n)
        for name in ("register", "assign"):
            whole(person("clerk"), case, name)
        answer(case, **values)
        return Case.objects.get(pk=case.pk)

    return make


def told(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_one_decision_answers_everybody_in_their_own_name(ready: Any, person: Any) -> None:
    """各有编号、期限、字号、姓名；逐件一条审计；发文字号没有缺号。"""
    case = ready(4)
    run = whole(person("leader"), case, "answer")
    assert (run.state, run.done, run.held, run.total) == ("done", 4, 0, 4)
    assert told("requests.answer_like") == 4 and told("requests.register") == 5
    run = whole(person("clerk"), case, "dispatch")
    assert (run.done, run.held) == (5, 0), "所照的一件一起发出"
    assert told("requests.dispatch") == 5
    rows = Case.objects.all()
    assert {(row.state, row.outcome, row.timeliness) for row in rows} == {("closed", "r1", "on_time")}
    found = list(Letter.objects.order_by("serial"))
    assert [letter.serial for letter in found] == [1, 2, 3, 4, 5]
    for letter in found[1:]:
        shown = letters.official(letter)
        assert shown.addressee == letter.case.applicant.name and letter.case.number in letter.text
        assert letter.steps.get().reviewer == person("leader")
    assert len({letter.sha256 for letter in found}) == 5
    assert len({row.secret_hash for row in rows}) == 5
    assert all(row.events.filter(kind=CaseEvent.Kind.DISPATCHED).count() == 1 for row in rows)


def test_each_case_is_its_own_transaction_and_a_dead_run_goes_on(
    ready: Any, person: Any, monkeypatch: Any
) -> None:
    """办到第三件库断了：前两件已成，重试从第三件接着，没有重号、缺号、漏件。"""
    case = ready(5)
    run = actions.start_group(person("leader"), case, "answer")
    real, calls = alike.finish, []

    def dying(*args: Any) -> None:
        calls.append(1)
        real(*args)
        if len(calls) == 3:
            raise DatabaseError("断了")

    monkeypatch.setattr(alike, "finish", dying)
    assert "再试" in tasks.carry_on_group.func(run=run.pk, step=1)
    run.refresh_from_db()
    assert (run.state, run.done, run.step) == ("running", 2, 1) and told("requests.answer_like") == 2
    assert Counter.objects.get(kind__startswith="letter:").last == 3, "没有办成的不占号"
    tasks.carry_on_group.func(run=run.pk, step=1, attempt=2)
    run.refresh_from_db()
    assert (run.state, run.done, run.held) == ("done", 5, 0)
    assert sorted(Letter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]
    # 同一段又被收回重做一次（做完了、还没记下就没了）：什么也不做。
    tasks.carry_on_group.func(run=run.pk, step=1)
    assert Letter.objects.count() == 6


def test_after_the_last_retry_it_stops_and_says_why(ready: Any, person: Any, monkeypatch: Any) -> None:
    case = ready(2)
    run = actions.start_group(person("leader"), case, "answer")

    def full(*args: Any) -> None:
        raise OSError("磁盘满了")

    monkeypatch.setattr(alike, "finish", full)
    with pytest.raises(OSError):
        tasks.carry_on_group.func(run=run.pk, step=1, attempt=4)
    run.refresh_from_db()
    assert run.state == "stopped" and "磁盘满了" in run.note and run.done == 0


def test_those_held_back_do_not_hide_the_rest(ready: Any, person: Any, monkeypatch: Any) -> None:
    """排在前面的发不出，后面的照发；没有办成的逐件写明原因，一次里只试一回。"""
    monkeypatch.setattr(bulk, "CHUNK", 2)
    case = ready(7)
    whole(person("leader"), case, "answer")
    rows = list(Case.objects.order_by("pk"))
    for row in rows[1:4]:
        Case.objects.filter(pk=row.pk).update(route="post")
    changed = Path(rows[4].letters.get().file.path)
    sealed = changed.read_bytes()
    changed.write_bytes(sealed + b" ")
    Path(rows[5].letters.get().file.path).unlink()
    run = whole(person("clerk"), case, "dispatch")
    assert (run.state, run.done, run.held) == ("done", 3, 5)
    held = {entry.case_id: entry.reason for entry in run.entries.filter(state="held")}
    assert set(held) == {row.pk for row in rows[1:6]}
    assert "邮寄" in held[rows[1].pk] and "不一致" in held[rows[4].pk] and "找不到" in held[rows[5].pk]
    changed.write_bytes(sealed)
    again = whole(person("clerk"), case, "dispatch")
    assert (again.total, again.done, again.held) == (5, 1, 4), "改好以后再办一次"


def test_what_is_not_alike_is_left_for_a_person(
    working: Any, crowd: Any, answer: Any, decide: Any, person: Any
) -> None:
    """单独作了决定的、各项不同的、要纸质的、重新答复的，都不照搬，写明原因。"""
    case = working()
    rows = crowd(5)
    clerk = person("clerk")
    actions.register(clerk, rows[1], summary="检漏", items=["检漏报告", "另一项"])
    for name in ("register", "assign"):
        whole(clerk, case, name)
    decide(rows[0].items.get(), PUBLIC)
    Case.objects.filter(pk=rows[3].pk).update(round=2)
    actions.consult(clerk, Case.objects.get(pk=rows[4].pk), party="organ", name="市财政局", content="意见")
    answer(case)
    run = whole(person("leader"), case, "answer")
    assert run.done == 1 and run.entries.get(state="done").case == rows[2]
    reasons = {entry.case_id: entry.reason for entry in run.entries.filter(state="held")}
    assert "已经单独作出决定" in reasons[rows[0].pk] and "各项" in reasons[rows[1].pk]
    assert "重新答复" in reasons[rows[3].pk] and "征求意见" in reasons[rows[4].pk]
    assert Case.objects.get(pk=rows[0].pk).items.get().code == "A1", "没有动过"


def test_the_form_of_delivery_is_each_ones_own(working: Any, crowd: Any, answer: Any, person: Any) -> None:
    """文件、检索、放行的理由一并照录；要纸质的不能照电子的给。"""
    case = working(form="electronic")
    crowd(2, form="electronic")
    crowd(1, form="paper", description="2025年供水管网检漏报告。")
    clerk = person("clerk")
    for name in ("register", "assign"):
        whole(clerk, case, name)
    actions.add_search(clerk, case.items.get(), places=[{"place": "档案室", "words": "检漏"}], result="found")
    kept = actions.add_file(person("handler"), case, kind="release", file=pdf("检漏报告.pdf"))
    answer(case, GIVE, materials={"form": "electronic"})
    run = whole(person("leader"), case, "answer")
    assert (run.done, run.held) == (2, 1) and "形式" in run.entries.get(state="held").reason
    for entry in run.entries.filter(state="done"):
        row = entry.case
        assert row.files.get().sha256 == kept.sha256 and row.items.get().searches.count() == 1
        assert row.letters.get().sha256


def test_an_edited_answer_keeps_the_edit_with_each_ones_own_facts(
    working: Any, crowd: Any, decide: Any, person: Any, today: Any
) -> None:
    """经办人改过的正文照录，其中的姓名、编号、日期换成各件自己的；没有改的各段照模板写。"""
    case = working()
    today(date(2026, 3, 4))
    crowd(2)
    for name in ("register", "assign"):
        whole(person("clerk"), case, name)
    decide(case.items.get(), PUBLIC, materials={"where": "https://example.invalid/"})
    letter = actions.draft_decision(person("handler"), case)
    extra = f"另告知张三：您于2026年3月2日提出的{case.number}，近期还将更新。"
    actions.edit_letter(person("handler"), letter, text=letters.text_of(letter) + "\n" + extra)
    for who, name in (
        ("handler", "submit"),
        ("secrecy", "pass_secrecy"),
        ("legal", "pass_legal"),
        ("leader", "sign"),
    ):
        actions.move_letter(person(who), Letter.objects.get(pk=letter.pk), name)
    whole(person("leader"), Case.objects.get(pk=case.pk), "answer")
    for row in Case.objects.exclude(pk=case.pk):
        text = row.letters.get().text
        last = text.rsplit("\n", 1)[-1]
        assert last == f"另告知{row.applicant.name}：您于2026年3月4日提出的{row.number}，近期还将更新。"
        assert case.number not in text and "张三" not in text


def test_a_group_takes_one_run_at_a_time(ready: Any, person: Any, client: Any) -> None:
    """点两下只有一次：第二下带到正在办的那一次；数据库的约束把守。"""
    case = ready(12)
    client.force_login(person("leader"), backend="gongkai.accounts.permissions.DutyBackend")
    url = reverse("foi:group", args=[case.pk])
    first, second = (client.post(url, {"do": "answer"}) for _n in range(2))
    run = GroupRun.objects.get(name="answer")
    assert first.url == second.url == reverse("foi:run", args=[run.pk])
    waiting = DBTaskResult.objects.filter(
        task_path__endswith="carry_on_group", args_kwargs__kwargs__run=run.pk
    )
    assert waiting.count() == 1
    with pytest.raises(Refused, match="正在成批办理"):
        actions.start_group(person("clerk"), case, "dispatch")
    actions.work_off_group(run, run.step)
    assert Letter.objects.count() == 13
    with pytest.raises(Refused, match="没有可以成批办的"):
        actions.start_group(person("leader"), case, "answer")


def test_it_stops_after_the_case_in_hand_and_goes_on(
    ready: Any, person: Any, client: Any, monkeypatch: Any
) -> None:
    case = ready(5)
    leader, clerk = person("leader"), person("clerk")
    run = actions.start_group(leader, case, "answer")
    real = alike.finish

    def finish(letter: Letter, *args: Any) -> None:
        real(letter, *args)
        if letter.serial == 3:
            # 办着第二件时有人点了“停下”：这里同一进程，所以直接改。
            GroupRun.objects.filter(pk=run.pk).update(state="stopped")

    monkeypatch.setattr(alike, "finish", finish)
    run = actions.work_off_group(run, run.step)
    assert (run.state, run.done) == ("stopped", 2)
    monkeypatch.setattr(alike, "finish", real)
    with pytest.raises(Refused, match="接着办"):
        actions.start_group(leader, case, "answer")
    client.force_login(leader, backend="gongkai.accounts.permissions.DutyBackend")
    text = client.get(reverse("foi:group", args=[case.pk])).content.decode()
    assert "停在半路，办成了 2 件" in text and "照样签发答复（" not in text
    text = client.get(reverse("foi:letter", args=[case.letters.get().pk])).content.decode()
    assert "另有 5 件" in text, "三件在办、两件待发出"
    with pytest.raises(Refused, match="职责"):
        actions.resume_group(clerk, run)
    run = actions.resume_group(leader, run)
    assert actions.work_off_group(run, step=1).done == 2, "停下以前排的那一段不再办"
    run = actions.stop_group(clerk, run)
    run = actions.resume_group(leader, run)
    run = actions.work_off_group(run, run.step)
    assert (run.state, run.done, run.step) == ("done", 5, 3)
    assert [told(f"requests.{name}_group") for name in ("start", "stop", "resume", "finish")] == [3, 1, 2, 3]
    with pytest.raises(Refused, match="已经不在办"):
        actions.stop_group(leader, run)
    with pytest.raises(Refused, match="已经办完"):
        actions.resume_group(leader, run)


def test_a_long_run_goes_step_by_step(ready: Any, person: Any) -> None:
    """一段到时候了排下一段；每段一个任务，别的任务排得进来。"""
    case = ready(3)
    run = actions.start_group(person("leader"), case, "answer")
    steps = []
    while run.running:
        run = actions.work_off_group(run, run.step, seconds=0.000001)
        steps.append(run.done)
    assert steps == [1, 2, 3, 3]
    rows = DBTaskResult.objects.filter(task_path__endswith="carry_on_group", args_kwargs__kwargs__run=run.pk)
    assert sorted(row.args_kwargs["kwargs"]["step"] for row in rows) == [1, 2, 3, 4]


def test_it_stops_when_the_pattern_or_the_duty_is_gone(ready: Any, person: Any) -> None:
    case = ready(2)
    run = actions.start_group(person("leader"), case, "answer")
    actions.void_letter(person("clerk"), case.letters.get(), reason="写错了")
    run = actions.work_off_group(run, run.step)
    assert run.state == "stopped" and "签发其中一件" in run.note and not run.entries.exists()
    run = GroupRun.objects.get(pk=run.pk)
    person("leader").duties.all().delete()
    with pytest.raises(Refused, match="职责"):
        actions.resume_group(person("leader"), run)


def test_a_run_without_a_worker_can_be_taken_up(ready: Any, person: Any) -> None:
    """排着的任务没了（后台多次中途退出）：页面说没有动静，可以接着办。"""
    case = ready(2)
    run = actions.start_group(person("leader"), case, "answer")
    assert queries.is_alive(run)
    DBTaskResult.objects.all().delete()
    with pytest.raises(Refused, match="正在办"):
        actions.resume_group(person("leader"), run)
    GroupRun.objects.filter(pk=run.pk).update(moved_at=timezone.now() - timedelta(minutes=5))
    run = actions.resume_group(person("leader"), GroupRun.objects.get(pk=run.pk))
    assert run.running and run.step == 2 and DBTaskResult.objects.count() == 1


def test_strange_failures_do_not_run_through_the_whole_group(
    ready: Any, person: Any, monkeypatch: Any
) -> None:
    case = ready(4)
    monkeypatch.setattr(bulk, "FAULTS", 3)

    def odd(*args: Any) -> None:
        raise KeyError("怪事")

    monkeypatch.setattr(alike, "finish", odd)
    run = whole(person("leader"), case, "answer")
    assert run.state == "stopped" and "连着 3 件" in run.note and run.held == 3
    assert Letter.objects.count() == 1


def test_a_member_is_taken_out_and_put_back(ready: Any, person: Any, client: Any) -> None:
    case = ready(3)
    clerk = person("clerk")
    row = Case.objects.order_by("pk").last()
    assert row is not None
    with pytest.raises(Refused, match="为什么"):
        actions.take_apart(clerk, row, reason=" ")
    with pytest.raises(Refused, match="职责"):
        actions.take_apart(person("handler"), row, reason="电话里改了要求")
    client.force_login(clerk, backend="gongkai.accounts.permissions.DutyBackend")
    client.post(reverse("foi:apart", args=[row.pk]), {"reason": "电话里改了要求"})
    assert whole(person("leader"), case, "answer").done == 2
    before = (row.number, row.due, row.group_key)
    client.post(reverse("foi:apart", args=[row.pk]), {"do": "back"})
    row.refresh_from_db()
    assert not row.apart and (row.number, row.due, row.group_key) == before
    assert whole(person("leader"), case, "answer").done == 1
    assert told("requests.take_apart") == told("requests.put_back") == 1


def test_what_counts_as_identical(receive: Any, agency: Any) -> None:
    """标点、空白、全角半角、大小写不同的算同样；附件不同的不算。"""
    first = receive(description="2025年 DMA 分区表（全市）")
    assert receive(description="２０２５年dma分区表(全市)。").group_key == first.group_key
    assert receive(description="2024年DMA分区表（全市）").group_key != first.group_key

    def with_file(name: str, content: bytes) -> str:
        file = SimpleUploadedFile(name, content, "application/pdf")
        return str(receive(description="详见附件", files=[("submission", file)]).group_key)

    one = pdf().read()
    assert with_file("甲.pdf", one) == with_file("乙.pdf", one)
    assert with_file("甲.pdf", one) != with_file("甲.pdf", one + b"\n%")


def test_pages_have_counted_queries(
    ready: Any, crowd: Any, person: Any, client: Any, django_assert_max_num_queries: Any
) -> None:
    case = ready(3)
    leader, clerk = person("leader"), person("clerk")
    crowd(60)
    run = whole(leader, case, "answer")
    client.force_login(clerk, backend="gongkai.accounts.permissions.DutyBackend")
    pages = [reverse("foi:groups"), reverse("foi:group", args=[case.pk])]
    pages += [f"{reverse('foi:group', args=[case.pk])}?show=apart&page=9", reverse("foi:run", args=[run.pk])]
    pages += [f"{reverse('foi:run', args=[run.pk])}?show={show}" for show in ("held", "left", "done")]
    pages.append(reverse("foi:run_progress", args=[run.pk]))
    for page in pages:
        with django_assert_max_num_queries(32):
            response = client.get(page)
        assert response.status_code == 200, page
    text = client.get(pages[1]).content.decode()
    assert "64 件" in text and "待登记 60" in text and "照样登记" in text
    assert "张三" not in text, "姓名遮着"
    client.force_login(leader, backend="gongkai.accounts.permissions.DutyBackend")
    assert client.get(pages[3]).status_code == 200
    client.force_login(person("admin"), backend="gongkai.accounts.permissions.DutyBackend")
    assert {client.get(page).status_code for page in pages[1:]} == {404}


def test_a_flood_can_be_folded_in_the_queue(crowd: Any, receive: Any, person: Any, client: Any) -> None:
    rows = crowd(4)
    other = receive(description="另一份资料")
    clerk = person("clerk")
    actions.take_apart(clerk, rows[3], reason="电话里改了要求")
    client.force_login(clerk, backend="gongkai.accounts.permissions.DutyBackend")
    page = client.get(reverse("foi:queue"), {"alike": "first"}).context["page_obj"]
    assert {row.pk for row in page} == {rows[0].pk, rows[3].pk, other.pk}
    assert client.get(reverse("foi:queue")).context["page_obj"].paginator.count == 5


def test_a_preview_leaves_nothing_behind(ready: Any, person: Any, client: Any) -> None:
    case = ready(2)
    other = queries.sample_of(case)
    assert other is not None
    client.force_login(person("leader"), backend="gongkai.accounts.permissions.DutyBackend")
    assert "预览" in client.get(reverse("foi:group", args=[case.pk])).content.decode()
    url = reverse("foi:group_preview", args=[case.pk])
    response = client.get(url, {"for": other.pk})
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    assert told("requests.preview_like") == 1
    assert Letter.objects.count() == 1 and Counter.objects.get(kind__startswith="letter:").last == 1
    assert other.items.get().code == ""
    assert client.get(url, {"for": case.pk}).status_code == 302
    client.force_login(person("handler"), backend="gongkai.accounts.permissions.DutyBackend")
    client.get(url, {"for": other.pk})
    assert told("requests.preview_like") == 1


def test_the_answer_waits_for_other_duties(ready: Any, person: Any) -> None:
    case = ready(2)
    for who, name in (("clerk", "answer"), ("leader", "dispatch"), ("handler", "answer")):
        with pytest.raises(Refused, match="职责"):
            actions.start_group(person(who), case, name)
    with pytest.raises(Refused, match="职责"):
        actions.answer_like(person("clerk"), queries.sample_of(case), alike.pattern_of(case))
    assert not GroupEntry.objects.filter(run__name="answer").exists()
    assert states.holds_case(person("leader"), case, states.LEADER)
