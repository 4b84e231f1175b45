#!/usr/bin/env python3
"""依申请公开的速度：1,000,000 件已办结、20,000 件在办，PostgreSQL；各页时间、查询数，重新推算，年度表。

用法：nice .venv/bin/python bench/foi.py [已办结件数 在办件数]；临时的 PostgreSQL，用完即删。
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 20
PAGES = ("", "?page=200", "?light=week", "?q=SQ-2026-900000", "board/", "all/", "statistics/")


@contextmanager
def postgresql() -> Iterator[str]:
    """临时的 PostgreSQL，只听本机；返回数据库网址。"""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
    owner = pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="gongkai-pg-"))
    if owner:
        shutil.chown(folder, owner)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    run(
        str(programs / "initdb"), "-D", data, "-U", "gongkai", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
    )
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c shared_buffers=512MB -c work_mem=32MB"
    run(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgres://gongkai@127.0.0.1:{port}/postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def copies(count: int, changes: dict[str, str]) -> None:
    """照样件抄 count 行；changes 为各列改成的 SQL，g 是 1 起的序号。"""
    from django.db import connection

    from gongkai.requests.models import Case

    columns = [field.column for field in Case._meta.concrete_fields if field.column != "id"]
    values = [changes.get(column, f"c.{column}") for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into requests_case ({', '.join(columns)}) select {', '.join(values)} "
            f"from requests_case c, generate_series(1, {count}) g "
            "where c.id = (select min(id) from requests_case)"
        )


def fill(closed: int, running: int) -> None:
    """造数：一个样件经真实的动作收下，其余照它抄；日期、阶段、结果、申请人类型按序号错开。"""
    from django.db import connection

    from gongkai.requests import actions, demo, states
    from gongkai.requests.models import Case
    from gongkai.workplans import demo as people

    bureau = people.seed()
    demo.keep_rules(bureau)
    person = {"kind": "natural", "name": "样件", "phone": "13800000000"}
    today = date.today()
    actions.receive(
        states.CITIZEN, agency=bureau, applicant=person, description="样件" * 40, channel="portal"
    )
    kinds = "'natural','natural','natural','enterprise','research','charity','legal_service','other'"
    kind = f"(array[{kinds}])[1 + g % 8]"
    row = "(array['r1','r1','r2','r3_5','r3_6','r4_1','r4_1','r5_1','r6_3'])[1 + g % 9]"
    common = {
        "applicant_kind": kind,
        "summary": "'第' || g || '件'",
        "group_key": "md5((g % 5000)::text)",
        "secret_hash": "''",
    }  # noqa: E501
    # 已办结的：近五年每天一样多，二十天左右答复。
    start = (today - timedelta(days=1825)).isoformat()
    day = f"(date '{start}' + (g % 1800) * interval '1 day')::date"
    copies(
        closed,
        common
        | {
            "year": "2020", "serial": "g", "state": "'closed'", "outcome": row, "timeliness": "'on_time'",
            "received_on": day, "arrived_on": day, "starts_on": day, "due": f"{day} + 28",
            "alarm": f"{day} + 28",
            "answered_on": f"{day} + 25", "identity_key": "md5((g % 300000)::text)",
        },
    )  # fmt: skip
    stages = "(array['received','triage','working','working','review','signed'])[1 + g % 6]"
    day = f"(date '{today.isoformat()}' - (g % 27) * interval '1 day')::date"
    copies(
        running,
        common
        | {
            "serial": "900000 + g", "state": stages, "received_on": day, "arrived_on": day, "starts_on": day,
            "identity_key": "md5((g % 15000)::text)",
        },
    )  # fmt: skip
    with connection.cursor() as cursor:
        for kind_ in ("Received", "Confirmed"):
            data = """'{"channel": "portal"}'""" if kind_ == "Received" else "'{}'"
            cursor.execute(
                'insert into requests_caseevent (case_id, kind, "on", data, reason, at) '
                f"select id, '{kind_}', received_on, {data}::jsonb, '', now() from requests_case "
                "where answered_on is null and serial > 900000"
            )
        cursor.execute("vacuum analyze")
    print(f"已造：已办结 {closed}，在办 {Case.objects.open().count()}")


def measure() -> None:
    """各页 ROUNDS 次，重新推算一次，年度表五次。"""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from gongkai.accounts.models import User
    from gongkai.core.models import Organisation
    from gongkai.requests import actions, queries, states

    for label in ("首次", "再一次"):
        started, cpu = time.perf_counter(), time.process_time()
        moved = actions.redate(states.SYSTEM, reason="量速度")
        spent, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(
            f"重新推算全部在办（{label}，{len(moved)} 件变了）：{spent:.1f} 秒，其中本进程处理器 {cpu:.1f} 秒"
        )
    bureau, year = Organisation.objects.get(name="市水务局"), date.today().year
    for name, call in (
        ("表三", lambda: queries.table3(bureau, year)),
        ("年度报告各数", lambda: queries.annual_report(bureau, year)),
    ):  # noqa: E501
        times = []
        for _n in range(5):
            started = time.perf_counter()
            call()
            times.append(time.perf_counter() - started)
        print(f"{name}：中位 {statistics.median(times):.2f} 秒，最慢 {max(times):.2f} 秒")
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="clerk"), backend="gongkai.accounts.permissions.DutyBackend")
    for page in PAGES:
        times, cpu = [], time.process_time()
        for _n in range(ROUNDS):
            started = time.perf_counter()
            response = client.get(f"/staff/requests/{page}")
            times.append(time.perf_counter() - started)
            assert response.status_code == 200, page
        cpu = (time.process_time() - cpu) / ROUNDS
        with CaptureQueriesContext(connection) as found:
            client.get(f"/staff/requests/{page}")
        times.sort()
        print(
            f"/staff/requests/{page}：p50 {statistics.median(times) * 1000:.0f} ms，"
            f"p95 {times[int(len(times) * 0.95) - 1] * 1000:.0f} ms，"
            f"本进程处理器平均 {cpu * 1000:.0f} ms，{len(found)} 次查询"
        )


def main() -> None:
    closed, running = (int(a) for a in (sys.argv[1:3] if len(sys.argv) > 2 else ("1000000", "20000")))
    with postgresql() as url, tempfile.TemporaryDirectory() as data:
        os.environ |= {
            "DATABASE_URL": url, "GONGKAI_DATA": data, "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        }  # fmt: skip
        sys.path.insert(0, str(ROOT / "src"))
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        fill(closed, running)
        measure()
        connections.close_all()


if __name__ == "__main__":
    main()
