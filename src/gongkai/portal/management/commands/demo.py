"""演示：建立组织和账号，导入示例（或自己的）分工表，发布一批虚构的公开信息。可重复运行。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gongkai.accounts.models import Duty, User
from gongkai.consultations import demo as knowledge
from gongkai.formats.breakdown import BreakdownError
from gongkai.portal import demo as published
from gongkai.records import demo as library
from gongkai.requests import demo as foi
from gongkai.workplans import actions, demo
from gongkai.workplans.models import Plan


class Command(BaseCommand):
    help = "建立演示数据并打印各角色账号"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", default="", help="自己的分工表文件")
        parser.add_argument("--port", default="8000")

    def handle(self, *args: Any, **options: Any) -> None:
        own = Path(options["plan"]).expanduser() if options["plan"] else None
        if own and not own.is_file():
            raise CommandError(f"找不到分工表文件：{own}；请检查 PLAN= 后面的路径")
        bureau = demo.seed()
        office, year = User.objects.get(username="office"), timezone.localdate().year
        if own or not Plan.objects.filter(organisation=bureau, year=year).exists():
            path = own or demo.SAMPLE
            try:
                draft = actions.draft_import(office, bureau, path=path, filename=path.name, year=year)
            except BreakdownError as error:
                raise CommandError(f"{path.name}：{error}") from error
            missing = actions.unresolved(draft)
            if missing:
                self.stdout.write(
                    f"分工表里有认不出的单位：{'、'.join(missing)}；请用 office 登录，在“导入分工表”里认定"
                )
            else:
                plan = actions.commit_import(office, draft)
                actions.issue_all(office, plan)
                self.stdout.write(
                    f"已导入“{plan.title}”，共 {plan.requirements.filter(withdrawn_at=None).count()} 项"
                )
        count = published.seed(library.seed(bureau))
        if count:
            self.stdout.write(f"已发布 {count} 条演示信息")
        if entries := knowledge.seed(bureau):
            self.stdout.write(f"已发布 {entries} 条政策问答")
        if cases := foi.seed(bureau):
            self.stdout.write(f"已收下 {cases} 件演示申请")
        base = f"http://localhost:{options['port']}"
        self.stdout.write(
            f"\n公众门户：{base}/\n工作台：  {base}/staff/\n\n账号（密码都是 {demo.PASSWORD}）："
        )
        roles = dict(Duty.Role.choices)
        for username, name, _unit, role in demo.STAFF:
            self.stdout.write(f"  {username:12}{name}　{roles[role]}")
        if folder := getattr(settings, "EMAIL_FILE_PATH", None):
            self.stdout.write(f"\n邮件不寄出，存在 {folder}。")
        self.stdout.write("按 Ctrl+C 停止。")
