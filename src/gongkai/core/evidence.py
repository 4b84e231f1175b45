"""核查登记：可执行的核查由拥有数据的模块登记在这里；没有登记的一律报“模块未装”，绝不算完成。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import Organisation


class Status(StrEnum):
    """核查结论：达到、逾期、缺失、无证据、不适用、模块未装。"""

    MET = "met"
    LATE = "late"
    MISSING = "missing"
    NO_EVIDENCE = "no_evidence"
    NOT_APPLICABLE = "not_applicable"
    ABSENT = "absent"


STATUS_LABELS = {
    Status.MET: _("达到"),
    Status.LATE: _("逾期"),
    Status.MISSING: _("缺失"),
    Status.NO_EVIDENCE: _("无证据"),
    Status.NOT_APPLICABLE: _("不适用"),
    Status.ABSENT: _("模块未安装"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """期间：年度与核查当日。"""

    year: int
    today: date


@dataclass(frozen=True, slots=True)
class CheckResult:
    """核查结果：status 结论，measured 实测，target 目标，evidence 证据（名称与网址），why 说明。"""

    status: Status
    measured: str
    target: str
    evidence: tuple[tuple[str, str], ...]
    why: str

    @property
    def label(self) -> str:
        return str(STATUS_LABELS[self.status])


Check = Callable[[Organisation, Period], CheckResult]
REGISTRY: dict[str, tuple[str, Check]] = {}


def register(code: str, name: str) -> Callable[[Check], Check]:
    """登记：把核查函数登记在代号下，name 用 gettext_lazy。错误：代号重复抛出 ValueError。"""

    def add(check: Check) -> Check:
        if code in REGISTRY:
            raise ValueError(f"核查代号重复：{code}")
        REGISTRY[code] = (name, check)
        return check

    return add


def run(code: str, organisation: Organisation, period: Period) -> CheckResult:
    """执行：按代号核查；未登记的报“模块未安装”。"""
    if code not in REGISTRY:
        why = gettext("核查“%(code)s”所在模块尚未安装，不能据以认定完成")
        return CheckResult(Status.ABSENT, "—", "—", (), why % {"code": code})
    return REGISTRY[code][1](organisation, period)
