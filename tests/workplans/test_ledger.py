"""台账：导入、差异、展开、状态与角色、灯、核查、提醒、查询数。"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gongkai.accounts.models import Duty, User
from gongkai.audit.models import Entry
from gongkai.core import evidence
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.law.workdays import Calendar
from gongkai.workplans import actions, catalogue, demo, reminders
from gongkai.workplans.lights import GREEN, GREY, RED, YELLOW, Facts, light
from gongkai.workplans.models import Assignment, ImportDraft, Notice, Plan, ProgressReport, SavedFilter
from gongkai.workplans.queries import standings

State, Role = Assignment.State, Duty.Role
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "workplan-2021.txt"


def draft_of(bureau: Any, person: Any, path: Path = demo.SAMPLE) -> ImportDraft:
    return actions.draft_import(person("office"), bureau, path=path, filename=path.name, year=2026)


def task_of(number: str, unit: str) -> Assignment:
    return Assignment.objects.get(requirement__number=number, organisation__name=unit)


def test_import_makes_duties_for_every_unit(ledger: Any) -> None:
    assert ledger.requirements.count() == 31
    assert not ledger.requirements.filter(assignments=None).exists()
    roles = {a.organisation.name: a.role for a in Assignment.objects.filter(requirement__number="2")}
    assert roles["办公室"] == "lead" and roles["法规处"] == "support" and len(roles) == 7
    assert set(Assignment.objects.values_list("state", flat=True)) == {State.DRAFT}
    assert ledger.requirements.get(number="20").due == date(2026, 12, 31)
    assert ledger.file.read() == demo.SAMPLE.read_bytes()


def test_the_same_file_again_changes_nothing(ledger: Any, bureau: Any, person: Any) -> None:
    before = list(Assignment.objects.values())
    draft = draft_of(bureau, person)
    assert actions.difference(draft, ledger) == []
    assert actions.commit_import(person("office"), draft) == ledger
    assert list(Assignment.objects.values()) == before


def test_a_corrected_file_shows_row_differences(
    ledger: Any, bureau: Any, person: Any, tmp_path: Path
) -> None:
    text = demo.SAMPLE.read_text(encoding="utf-8").replace("| 规计处 |", "| 财审处 |", 1)
    text = text[: text.index("31. ")].rstrip()
    path = tmp_path / "corrected.txt"
    path.write_text(text, encoding="utf-8")
    draft = draft_of(bureau, person, path)
    rows = [(d["number"], d["field"]) for d in actions.difference(draft, ledger)]
    assert rows == [("4", "局内负责处室"), ("31", "撤下")]
    actions.commit_import(person("office"), draft)
    assert [a.organisation.name for a in Assignment.objects.filter(requirement__number="4")] == ["财务审计处"]
    assert ledger.requirements.get(number="31").withdrawn_at


def test_an_unknown_unit_is_never_made_silently(bureau: Any, person: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("具体要求|责任处室\n1. 做事|河道处牵头，总工办配合\n", encoding="utf-8")
    draft = draft_of(bureau, person, path)
    assert actions.unresolved(draft) == ["河道处", "总工办"]
    with pytest.raises(Refused, match="河道处、总工办"):
        actions.commit_import(person("office"), draft)
    actions.name_unit(person("office"), draft, name="河道处", alias_of=None)
    actions.name_unit(person("office"), draft, name="总工办", alias_of=bureau.children.get(name="办公室"))
    actions.commit_import(person("office"), draft)
    assert task_of("1", "办公室").role == "support" and task_of("1", "河道处").role == "lead"


def test_the_real_table_needs_no_new_unit(bureau: Any, person: Any) -> None:
    if not REAL.is_file():
        pytest.skip("缺少共享数据 shared/data/workplan-2021.txt，跳过真实分工表")
    draft = draft_of(bureau, person, REAL)
    assert actions.unresolved(draft) == []
    suggested = [catalogue.suggest(row["text"]) for row in draft.rows]
    right = [kind.code for kind in catalogue.KINDS]
    assert sum(a == b for a, b in zip(suggested, right, strict=True)) >= 28, suggested


def test_visibility(ledger: Any, person: Any) -> None:
    assert Assignment.objects.visible_to(person("handler")).count() == 0, "没下发的，处室看不见"
    actions.issue_all(person("office"), ledger)
    units = {a.organisation.name for a in Assignment.objects.visible_to(person("handler"))}
    assert units == {"科技信息处"}
    total = Assignment.objects.count()
    for username in ("office", "leader", "auditor", "city"):
        assert Assignment.objects.visible_to(person(username)).count() == total
    for username in ("secrecy", "legal", "admin"):
        assert (
            not Assignment.objects.visible_to(person(username)).exists()
            and not Plan.objects.visible_to(person(username)).exists()
        )
    stranger = User.objects.create(username="stranger")
    assert not Plan.objects.visible_to(stranger).exists()


@pytest.fixture
def signed(ledger: Any, person: Any) -> Assignment:
    actions.issue_all(person("office"), ledger)
    return actions.move(person("handler"), task_of("20", "科技信息处"), "sign")


def test_report_needs_three_people(signed: Assignment, person: Any) -> None:
    report = actions.write_report(person("head"), signed, period="2026-05", body="进展", percent=50)
    report = actions.move_report(person("head"), report, "submit")
    with pytest.raises(Refused, match="另一人确认"):
        actions.move_report(person("head"), report, "confirm")
    report.author = person("handler")
    report.save()
    report = actions.move_report(person("head"), report, "confirm")
    with pytest.raises(Refused, match="退回需要填写理由"):
        actions.move_report(person("office"), report, "return", reason=" ")
    actions.move_report(person("office"), report, "accept")
    signed.refresh_from_db()
    assert signed.percent == 50 and signed.last_report_on
    with pytest.raises(Refused, match="已提交，不能再改"):
        actions.write_report(person("handler"), signed, period="2026-05", body="改", percent=60)


def test_completion_needs_evidence_and_quality_returns_count(signed: Assignment, person: Any) -> None:
    with pytest.raises(Refused, match="还没有证据"):
        actions.move(person("head"), signed, "complete")
    actions.add_evidence(person("handler"), signed, kind="link", title="网页", url="https://example.invalid/")
    task = actions.move(person("head"), signed, "complete", verdict="done")
    task = actions.move(person("office"), task, "rework", reason="证据打不开")
    assert (task.state, task.returns, task.completed_on) == (State.SIGNED, 1, None)
    task = actions.move(
        person("office"), actions.move(person("head"), task, "complete"), "verify", verdict="partly"
    )
    with pytest.raises(Refused, match="不能销号"):
        actions.move(person("office"), task, "close")
    assert (task.self_report, task.verification, task.look_back) == ("done", "partly", "")


def test_an_extension_keeps_the_first_date(signed: Assignment, person: Any) -> None:
    until = signed.due + timedelta(days=30)
    with pytest.raises(Refused, match="须晚于"):
        actions.ask_extension(person("handler"), signed, until=signed.due, reason="x")
    extension = actions.ask_extension(person("handler"), signed, until=until, reason="采购流标")
    with pytest.raises(Refused, match="职责"):
        actions.answer_extension(person("head"), extension, grant=True)
    actions.answer_extension(person("office"), extension, grant=True)
    signed.refresh_from_db()
    assert (signed.due, signed.first_due) == (until, until - timedelta(days=30))


def test_a_city_requirement_links_but_its_office_cannot_verify(
    signed: Assignment, bureau: Any, person: Any
) -> None:
    office = person("cityoffice")
    draft = actions.draft_import(office, bureau.parent, path=demo.SAMPLE, filename="city.txt", year=2026)
    for name in actions.unresolved(draft):
        actions.name_unit(office, draft, name=name, alias_of=bureau)
    city_plan = actions.commit_import(office, draft)
    above = city_plan.requirements.get(number="20")
    actions.link_superior(person("office"), signed.requirement, superior=above)
    signed.requirement.refresh_from_db()
    assert signed.requirement.superior == above
    with pytest.raises(Refused, match="上级单位"):
        actions.link_superior(office, above, superior=signed.requirement)
    assert Assignment.objects.visible_to(office).filter(pk=signed.pk).exists()
    with pytest.raises(Refused, match="职责"):
        actions.override_light(office, signed, colour="green", reason="代办")


def test_duties_follow_the_tree(signed: Assignment, bureau: Any, person: Any) -> None:
    plan = signed.requirement.plan
    assert actions.follow_tree(None, plan) == 0
    Organisation.objects.create(name="河道处", kind="division", parent=bureau, tags=["审批"])
    assert actions.follow_tree(person("office"), plan) > 5
    added = Assignment.objects.filter(organisation__name="河道处")
    assert {a.state for a in added} == {State.DRAFT} and "18" in {a.requirement.number for a in added}
    assert task_of("20", "科技信息处").state == State.SIGNED, "已在办的不动"
    with pytest.raises(Refused, match="职责"):
        actions.follow_tree(person("handler"), plan)


def test_every_write_leaves_one_audit_row(signed: Assignment, person: Any) -> None:
    before = Entry.objects.count()
    actions.write_report(person("handler"), signed, period="2026-05", body="进展", percent=50)
    actions.override_light(person("office"), signed, colour="green", reason="市里已认可")
    actions.add_subtask(person("handler"), signed, title="招标", due=None)
    assert Entry.objects.count() == before + 3


TODAY = date(2026, 11, 24)


def lit_by(**values: Any) -> str:
    due = values.pop("due", date(2026, 12, 31))
    facts = {"completed": False, "evidence": 0, "workdays_left": Calendar.official().between(TODAY, due)}
    return light(Facts(due=due, **(facts | values)), TODAY).colour


def test_lights_worked() -> None:
    assert lit_by() == GREY and lit_by(last_report_on=date(2026, 11, 1)) == GREEN
    assert (
        lit_by(last_report_on=date(2026, 9, 23)) == GREEN
        and lit_by(last_report_on=date(2026, 9, 22)) == YELLOW
    )
    assert lit_by(due=date(2026, 11, 23)) == RED and lit_by(due=TODAY) == YELLOW
    assert lit_by(due=date(2026, 12, 2)) == YELLOW and lit_by(due=date(2026, 12, 3)) == GREY
    assert lit_by(completed=True) == GREY and lit_by(completed=True, evidence=1) == GREEN
    assert lit_by(completed=True, evidence=3, verification="not_done") == RED
    assert lit_by(completed=True, evidence=3, verification="partly") == YELLOW
    assert lit_by(returned_open=True, last_report_on=TODAY) == YELLOW


@given(st.booleans(), st.integers(0, 3), st.sampled_from(["", "done", "partly", "not_done"]), st.booleans())
def test_no_green_without_evidence_or_report(
    completed: bool, evidence: int, verdict: str, returned: bool
) -> None:
    colour = lit_by(completed=completed, evidence=evidence, verification=verdict, returned_open=returned)
    assert colour != GREEN or (completed and evidence)


def test_checks_never_pass_for_absent_modules(ledger: Any, bureau: Any, person: Any) -> None:
    period = evidence.Period(2026, TODAY)
    codes = [code for kind in catalogue.KINDS for code in kind.checks] + ["nowhere.nothing"]
    absent = [code for code in codes if code not in evidence.REGISTRY]
    assert len(catalogue.KINDS) == 31 and absent
    assert {evidence.run(code, bureau, period).status for code in absent} == {evidence.Status.ABSENT}
    assert evidence.run("workplans.ledger", bureau, period).status == evidence.Status.MISSING
    actions.issue_all(person("office"), ledger)
    assert evidence.run("workplans.ledger", bureau, period).status == evidence.Status.MET
    assert evidence.run("workplans.briefing", bureau, period).status == evidence.Status.NO_EVIDENCE
    minutes = actions.add_evidence(
        person("office"),
        task_of("26", "办公室"),
        kind="briefing",
        title="局长听取汇报",
        held_on=date(2026, 3, 2),
    )
    assert evidence.run("workplans.briefing", bureau, period).status == evidence.Status.MET
    minutes.delete()
    assert evidence.run("workplans.briefing", bureau, period).status == evidence.Status.NO_EVIDENCE, (
        "证据没了，结论就变"
    )


def test_progress_check_looks_at_last_month(signed: Assignment, bureau: Any, person: Any) -> None:
    period = evidence.Period(2026, date(2026, 6, 10))
    assert evidence.run("workplans.progress", bureau, period).status == evidence.Status.LATE
    ProgressReport.objects.create(
        assignment=signed,
        period="2026-05",
        body="进展",
        percent=1,
        state="accepted",
        author=person("handler"),
    )
    assert evidence.run("workplans.progress", bureau, period).status == evidence.Status.MET


@pytest.mark.django_db(transaction=True)
def test_reminders_go_out_once_on_their_workdays(signed: Assignment, person: Any) -> None:
    calendar = Calendar.official()
    for days in (-7, -3, 0, 1):
        today = calendar.add(signed.due, days) if days else signed.due
        assert reminders.remind_due(today) and reminders.remind_due(today) == 0
    assert Notice.objects.filter(user=person("handler"), assignment=signed).count() == 4
    call_command("worker", once=True)
    assert any("还有 7 个工作日" in message.subject for message in mail.outbox)
    assert reminders.remind_due(calendar.add(signed.due, -5)) == 0


def test_pages_and_their_query_counts(
    signed: Assignment, person: Any, django_assert_max_num_queries: Any
) -> None:
    client = Client()
    client.force_login(person("office"))
    plan = signed.requirement.plan_id
    for path in (
        "board/",
        "board/?light=grey&state=issued",
        f"plans/{plan}/",
        "city/",
        "calendar/?month=2026-12",
        f"requirements/{signed.requirement_id}/",
        f"tasks/{signed.pk}/",
        f"tasks/{signed.pk}/urge/",
    ):
        with django_assert_max_num_queries(30):
            response = client.get(f"/staff/{path}")
        assert response.status_code == 200, path
    assert client.get(f"/staff/plans/{plan}/ledger.xlsx").status_code == 200


def test_outsiders_get_nothing(signed: Assignment, person: Any) -> None:
    client, plan = Client(), signed.requirement.plan
    assert client.get("/staff/board/").status_code == 302
    assert client.get(f"/plans/{plan.pk}/").status_code == 404, "没公开的，公众看不到"
    client.force_login(User.objects.create(username="stranger"))
    for path in (
        f"plans/{plan.pk}/",
        f"tasks/{signed.pk}/",
        f"requirements/{signed.requirement_id}/",
        f"plans/{plan.pk}/file/",
        f"plans/{plan.pk}/ledger.docx",
    ):
        assert client.get(f"/staff/{path}").status_code == 404, path
    assert client.post(f"/staff/tasks/{signed.pk}/do/", {"do": "close"}).status_code == 404


def test_a_bad_file_stores_nothing(bureau: Any, person: Any, tmp_path: Path) -> None:
    client, path = Client(), tmp_path / "x.docx"
    path.write_bytes(b"not a table")
    client.force_login(person("office"))
    with path.open("rb") as file:
        response = client.post("/staff/import/", {"organisation": bureau.pk, "year": 2026, "file": file})
    assert response.status_code == 400 and "没有找到表头" in response.content.decode()
    assert not ImportDraft.objects.exists()


def test_an_expired_form_says_so_in_chinese(bureau: Any) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "office", "password": "x"})
    assert response.status_code == 403 and "页面停留过久" in response.content.decode()


def test_five_wrong_passwords_lock_the_account(bureau: Any) -> None:
    client = Client()
    for _ in range(5):
        response = client.post("/accounts/login/", {"login": "office", "password": "wrong"})
    assert response.status_code == 429
    response = client.post("/accounts/login/", {"login": "office", "password": demo.PASSWORD})
    assert response.status_code == 429 and "暂时锁定" in response.content.decode()


def test_standings_follow_the_formula(signed: Assignment, person: Any) -> None:
    Assignment.objects.filter(pk=signed.pk).update(override="green", override_reason="测试")
    (row,) = standings(person("city"), 2026, date(2026, 5, 1))
    assert row.total == Assignment.objects.count() and row.green == 1
    assert row.score == round(100 * (1 + 0.5 * row.yellow) / row.total, 1)


def test_the_board_lists_the_parts_in_the_order_of_the_table(ledger: Plan, person: Any) -> None:
    client = Client()
    client.force_login(person("office"))
    parts = client.get("/staff/board/").context["parts"]
    assert [part[0] for part in parts] == list("一二三四五")


def test_everybody_keeps_filters_of_their_own(ledger: Plan, person: Any) -> None:
    client, other = Client(), Client()
    client.force_login(person("office"))
    other.force_login(person("head"))
    save = {"name": "灰灯", "query": "light=grey"}
    page = client.post("/staff/board/save/", save, follow=True).content.decode()
    assert "已存为常用筛选“灰灯”" in page and 'href="?light=grey"' in page
    client.post("/staff/board/save/", save | {"query": "light=red"})
    saved = SavedFilter.objects.get()
    assert saved.query == "light=red"
    for bad in ({"remove": saved.pk}, {"remove": "²"}, {"name": " "}):
        page = other.post("/staff/board/save/", bad, follow=True).content.decode()
        assert SavedFilter.objects.exists() and "已存为" not in page
    assert "请先给这个筛选起个名称" in page
    page = client.post("/staff/board/save/", {"remove": saved.pk, "query": ""}, follow=True).content.decode()
    assert "已从常用筛选中去掉" in page and not SavedFilter.objects.exists()
    told = Entry.objects.filter(action__endswith="_filter").order_by("number")
    assert [entry.action.partition(".")[2] for entry in told] == ["save_filter"] * 2 + ["remove_filter"]


def test_the_board_filters_by_due_date_and_keeps_its_counts(signed: Assignment, person: Any) -> None:
    """到期的快选和起止；选了一种灯，别的灯仍看得见件数；看板只催办选中的或本页全部。"""
    client, today = Client(), timezone.localdate()
    client.force_login(person("office"))
    Assignment.objects.update(due=today + timedelta(days=200), state=State.ISSUED)
    pks = list(Assignment.objects.values_list("pk", flat=True)[:3])
    for pk, due in zip(pks, (today - timedelta(days=1), today, today + timedelta(days=300)), strict=True):
        Assignment.objects.filter(pk=pk).update(due=due)

    def found(query: str) -> set[int]:
        return {task.pk for task in client.get(f"/staff/board/?{query}").context["page_obj"].object_list}

    assert found("due=overdue") == {pks[0]} and found("due=soon") == {pks[1]}
    assert pks[1] in found("due=month") and pks[2] not in found("due=month")
    assert found(f"after={today + timedelta(days=250)}") == {pks[2]}
    assert found(f"before={today}") == set(pks[:2]) and len(found("before=昨天")) == 50
    context = client.get("/staff/board/?light=red").context
    counts = {colour: n for colour, _label, n in context["counts"]}
    assert context["found"] == counts[RED] == 1 and context["total"] == Assignment.objects.count()
    page = client.post("/staff/board/urge/", {"shown": pks, "query": "due=soon"}, follow=True)
    assert "没有发出催办" in page.content.decode() and not Notice.objects.exists()
    client.post("/staff/board/urge/", {"shown": [signed.pk], "do": "all"})
    assert Notice.objects.filter(assignment=signed).exists()


def test_a_timeline_names_units_periods_and_titles(signed: Assignment, person: Any) -> None:
    report = actions.write_report(person("handler"), signed, period="2026-05", body="进展", percent=50)
    actions.move_report(person("handler"), report, "submit")
    actions.add_evidence(person("handler"), signed, kind="link", title="检测结果", url="https://a.invalid/")
    client = Client()
    client.force_login(person("office"))
    page = client.get(f"/staff/requirements/{signed.requirement_id}/").content.decode()
    timeline = page[page.index('<ol class="timeline">') :]
    for text in ("提交报告", "2026-05", "检测结果"):
        assert text in timeline, text
    shared = actions.move(person("handler"), task_of("2", "科技信息处"), "sign")
    page = client.get(f"/staff/requirements/{shared.requirement_id}/").content.decode()
    assert "科技信息处" in page[page.index('<ol class="timeline">') :], "几个单位的，写明是哪个单位"
