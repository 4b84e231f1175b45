"""加密的密钥：``manage.py keys status`` 看还有多少没有换到现在的密钥，``manage.py keys rotate`` 换。"""

from __future__ import annotations

import os
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gongkai.audit.actions import record
from gongkai.audit.models import Head
from gongkai.core import rotation


class Command(BaseCommand):
    help = "密钥轮换：字段和文件都换成用 GONGKAI_FIELD_KEYS 的第一个加密；旧的没有加密的文件一并加密"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["status", "rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        change = options["verb"] == "rotate"
        stale, done, faults, missing = 0, 0, [], []
        for tally in chain(
            *(
                look(change=change, tell=self.stdout.write)
                for look in (rotation.fields, rotation.files, rotation.others)
            )
        ):
            if tally.total:
                said = f"换了 {tally.done} 处" if change else f"要换 {tally.stale} 处"
                self.stdout.write(f"{tally.name}：共 {tally.total} 处，{said}")
            stale, done = stale + tally.stale, done + tally.done
            faults += tally.faults
            missing += tally.missing
        for fault in missing + faults:
            self.stderr.write(fault)
        if missing:
            self.stderr.write(f"不在存储里的文件有 {len(missing)} 个，请从备份取回，再运行一次")
        if done:
            with transaction.atomic():
                record(None, "keys.rotate", Head.objects.get(), changed=done, faults=len(faults))
        if faults:
            raise CommandError(f"有 {len(faults)} 处换不成，原样未动；旧密钥还不能去掉")
        if change:
            self.stdout.write(f"换了的共 {done} 处；都用现在的密钥了，旧密钥可以去掉")
        else:
            ready = "旧密钥可以去掉" if not stale else "运行 manage.py keys rotate 换完之前，旧密钥不能去掉"
            self.stdout.write(f"要换的共 {stale} 处；{ready}")
        if (change or not stale) and len(settings.FIELD_KEYS) > 1 and "GONGKAI_INDEX_KEY" not in os.environ:
            self.stdout.write("去掉旧密钥之前先把 GONGKAI_INDEX_KEY 设成最后一个字段密钥，否则按人查不到旧的")
        if not stale and not settings.SEALED_ONLY:
            self.stdout.write("文件都已加密：可以设 GONGKAI_SEALED_ONLY=1，没有加密的一律不认")
