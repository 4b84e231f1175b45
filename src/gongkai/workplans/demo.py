"""演示数据：一个虚构的市和市水务局，各角色一个账号。"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import transaction

from gongkai.accounts.models import Duty, User
from gongkai.core.models import Alias, CollectiveName, Organisation

SAMPLE: Final = Path(__file__).parent / "sample" / "plan.txt"
PASSWORD: Final = "linjiang-demo-2026"  # noqa: S105 只用于本机演示
K, R = Organisation.Kind, Duty.Role

DIVISIONS: Final = (
    ("办公室", K.DIVISION, (), ()),
    ("法规处", K.DIVISION, ("审批",), ("政策法规处",)),
    ("规划计划处", K.DIVISION, (), ("规计处",)),
    ("财务审计处", K.DIVISION, (), ("财审处",)),
    ("水资源与供水处", K.DIVISION, ("审批",), ()),
    ("科技信息处", K.DIVISION, (), ("科信处",)),
    ("调研处", K.DIVISION, (), ("调研宣传处",)),
    ("供水管理中心", K.AFFILIATED, (), ()),
    ("水文监测站", K.AFFILIATED, (), ()),
    ("局进驻窗口", K.WINDOW, (), ()),
)
COLLECTIVES: Final = (
    ("各处室", K.DIVISION, ""), ("各科室", K.DIVISION, ""), ("各审批处室", K.DIVISION, "审批"),
    ("局属各单位", K.AFFILIATED, ""), ("直属各单位", K.AFFILIATED, ""), ("市直各单位", K.AGENCY, ""),
    ("市政府各部门", K.AGENCY, ""), ("市各单位", K.AGENCY, ""), ("市有关单位", K.AGENCY, ""),
    ("各区政府", K.DISTRICT, ""),
)  # fmt: skip
# 账号、姓名、单位（空为局）、角色
STAFF: Final = (
    ("office", "陈协调", "", R.COORDINATOR),
    ("handler", "林经办", "科技信息处", R.HANDLER),
    ("head", "黄处长", "科技信息处", R.HEAD),
    ("fagui", "周经办", "法规处", R.HANDLER),
    ("clerk", "何经办", "办公室", R.HANDLER),
    ("chief", "罗主任", "办公室", R.HEAD),
    ("cityoffice", "刘协调", "市", R.COORDINATOR),
    ("secrecy", "吴保密", "", R.SECRECY),
    ("legal", "郑法制", "", R.LEGAL),
    ("leader", "王局长", "", R.LEADER),
    ("city", "李督办", "市", R.CITY),
    ("auditor", "赵审计", "", R.AUDITOR),
    ("admin", "孙管理", "", R.ADMINISTRATOR),
)


@transaction.atomic
def seed() -> Organisation:
    """播种：建立（已有则不动）演示的组织、集合名称、账号，返回演示的局。"""
    city, _ = Organisation.objects.get_or_create(name="临江市", kind=K.CITY, parent=None)
    for name in ("市财政局", "市政务服务数据管理局"):
        Organisation.objects.get_or_create(name=name, kind=K.AGENCY, parent=city)
    for name in ("江东区政府", "江西区政府"):
        Organisation.objects.get_or_create(name=name, kind=K.DISTRICT, parent=city)
    bureau, _ = Organisation.objects.get_or_create(name="市水务局", kind=K.AGENCY, parent=city)
    for order, (name, kind, tags, aliases) in enumerate(DIVISIONS, start=1):
        unit, _ = Organisation.objects.get_or_create(
            name=name, kind=kind, parent=bureau, defaults={"tags": list(tags), "order": order}
        )
        for alias in aliases:
            if not unit.aliases.filter(name=alias).exists():
                Alias.objects.create(organisation=unit, name=alias)
    for name, kind, tag in COLLECTIVES:
        if not CollectiveName.objects.filter(name=name).exists():
            CollectiveName.objects.create(name=name, kind=kind, tag=tag)
    for username, name, unit_name, role in STAFF:
        place = city if unit_name == "市" else bureau
        if unit_name not in ("", "市"):
            place = bureau.children.get(name=unit_name)
        user, created = User.objects.get_or_create(
            username=username,
            defaults={"name": name, "organisation": place, "email": f"{username}@example.invalid"},
        )
        if created:
            user.set_password(PASSWORD)
            user.save()
        Duty.objects.get_or_create(user=user, organisation=place, role=role)
    return bureau
