#!/usr/bin/env python3
"""看板与导入的速度：100 个单位 × 31 项 × 12 个月（37,200 份报告），各页的服务器时间与查询数。

用法：.venv/bin/python bench/boards.py；数据建在临时目录，用完即删。
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AGENCIES, ROWS, MONTHS, ROUNDS = 100, 31, 12, 15


def fill() -> None:
    """造数：一个市、100 个单位，各一份 31 项的台账和全年报告。"""
    from gongkai.accounts.models import Duty, User
    from gongkai.core.models import Organisation
    from gongkai.workplans.models import Assignment, Plan, ProgressReport, Requirement

    city = Organisation.objects.create(name="测试市", kind="city")
    for username, role in (("city-test", Duty.Role.CITY), ("office-test", Duty.Role.COORDINATOR)):
        user = User.objects.create(username=username, name=username, organisation=city)
        Duty.objects.create(user=user, organisation=city, role=role)
    for a in range(AGENCIES):
        agency = Organisation.objects.create(name=f"第{a}局", kind="agency", parent=city, order=a)
        office = Organisation.objects.create(name="办公室", kind="division", parent=agency)
        plan = Plan.objects.create(
            organisation=agency, year=2026, title=f"第{a}局分工表", filename="x", sha256="0"
        )
        due = [date(2026, 1 + (a + n) % 12, 28) for n in range(ROWS)]
        requirements = Requirement.objects.bulk_create(
            Requirement(
                plan=plan,
                position=n,
                number=str(n + 1),
                text="要求" * 20,
                due=due[n],
                part=f"第{n // 7}部分",
            )
            for n in range(ROWS)
        )
        tasks = Assignment.objects.bulk_create(
            Assignment(
                requirement=r,
                organisation=office,
                role="lead",
                unit="办公室",
                state="signed",
                first_due=r.due,
                due=r.due,
                last_report_on=date(2026, 11, 1) if (a + r.position) % 3 else None,
            )
            for r in requirements
        )
        ProgressReport.objects.bulk_create(
            ProgressReport(
                assignment=t,
                period=f"2026-{m:02d}",
                body="进展",
                percent=m * 8,
                state="accepted",
                author=user,
            )
            for t in tasks
            for m in range(1, MONTHS + 1)
        )


def measure() -> None:
    """量：各页轮流取，交错进行，报中位数与最慢一次。"""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from gongkai.accounts.models import User
    from gongkai.workplans.models import Plan, ProgressReport

    print(f"进展报告 {ProgressReport.objects.count()} 份")
    clients = {name: Client() for name in ("city", "office")}
    for name, client in clients.items():
        client.force_login(User.objects.get(username=f"{name}-test"))
    plan = Plan.objects.order_by("pk")[50].pk
    pages = [
        ("city", "/staff/city/"),
        ("city", "/staff/board/"),
        ("city", "/staff/board/?light=red&page=3"),
        ("city", "/staff/board/?part=第1部分"),
        ("city", f"/staff/plans/{plan}/"),
        ("city", "/staff/calendar/?month=2026-12"),
        ("office", "/staff/board/"),
    ]
    # 与正式运行一样，接第一个请求之前网址表和视图已经装好。
    import gongkai.wsgi  # noqa: F401

    times: dict[str, list[float]] = {}
    # 机器上还有别的程序在跑时，墙上时间会偏大；处理器时间不受影响，一并报出。
    worked: dict[str, list[float]] = {}
    queries: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, path in pages:
            start, busy = time.perf_counter(), time.process_time()
            response = clients[name].get(path)
            worked.setdefault(f"{name} {path}", []).append((time.process_time() - busy) * 1000)
            times.setdefault(f"{name} {path}", []).append((time.perf_counter() - start) * 1000)
            if response.status_code != 200:
                sys.exit(f"{path} 返回 {response.status_code}")
    for name, path in pages:
        with CaptureQueriesContext(connection) as captured:
            clients[name].get(path)
        queries[f"{name} {path}"] = len(captured)
    for key, values in times.items():
        print(
            f"{key:42} 中位 {statistics.median(values):6.1f} ms",
            f"最慢 {max(values):6.1f} ms  处理器中位 {statistics.median(worked[key]):6.1f} ms",
            f"查询 {queries[key]}",
        )
    measure_import()


def sample_pdf(folder: Path) -> Path:
    """示例分工表排成 PDF：有线框，自然跨页，表头每页重复。"""
    import typst

    from gongkai.formats.breakdown import read
    from gongkai.workplans import demo

    cells = ["序号", "部分", "工作任务", "具体要求", "市里落实单位", "局内负责处室"]
    header = ", ".join(f"[{name}]" for name in cells)
    rows = ",\n".join(
        ", ".join(f"[{text}]" for text in (r.number, r.part, r.task, r.text, r.city_units, r.bureau_units))
        for r in read(demo.SAMPLE).rows
    )
    source = f"""#set page(flipped: true)
#set text(font: "Noto Sans CJK SC", size: 10pt)
#table(columns: (1.2cm, 3cm, 3cm, 1fr, 4cm, 4cm), table.header({header}),\n{rows})"""
    path = folder / "plan.pdf"
    path.write_bytes(typst.compile(source.encode()))
    return path


def measure_import() -> None:
    """量：文本与 PDF 各导入几次（读入并确认），报中位数与最慢一次。"""
    from gongkai.accounts.models import User
    from gongkai.workplans import actions, demo

    bureau = demo.seed()
    office = User.objects.get(duties__organisation=bureau, duties__role="coordinator")
    sources = {"文本": demo.SAMPLE, "PDF": sample_pdf(Path(os.environ["GONGKAI_DATA"]))}
    for start_year, (kind, path) in zip((2030, 2040), sources.items(), strict=True):
        spent, busy = [], []
        for year in range(start_year, start_year + 5):
            start, cpu = time.perf_counter(), time.process_time()
            draft = actions.draft_import(office, bureau, path=path, filename=path.name, year=year)
            plan = actions.commit_import(office, draft)
            spent.append((time.perf_counter() - start) * 1000)
            busy.append((time.process_time() - cpu) * 1000)
            if plan.requirements.count() != 31:
                sys.exit(f"{kind} 导入了 {plan.requirements.count()} 项，应为 31 项")
        print(
            f"导入 31 项（{kind}）：中位 {statistics.median(spent):.0f} ms  最慢 {max(spent):.0f} ms",
            f"处理器中位 {statistics.median(busy):.0f} ms",
        )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GONGKAI_DATA"] = folder
        os.environ["GONGKAI_HOSTS"] = "testserver"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.dev")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        fill()
        measure()
