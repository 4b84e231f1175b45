"""工作人员导航：各应用登记自己的入口，每人只看见用得到的；分几组，组里再列入口。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Duty
from .queries import duties_of

Role = Duty.Role
EVERYBODY: Final = frozenset(Role.values)
# 组的次序就是页面上的次序。
SECTIONS: Final = {
    "ledger": _("工作要点"),
    "records": _("信息发布"),
    "requests": _("依申请公开"),
    "consultations": _("政策问答"),
    "search": _("检索"),
    "admin": _("管理"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """入口：url_name 网址名，label 名称，roles 哪些角色看得见，allowed(user) 另外的条件。

    extra_roles(user) 为所在应用另给的角色，如代人办理得来的。
    """

    section: str
    url_name: str
    label: Any
    roles: frozenset[str] = EVERYBODY
    order: int = 0
    allowed: Callable[[Any], bool] | None = None
    extra_roles: Callable[[Any], set[str]] | None = None

    def shown_to(self, user: Any, roles: set[str]) -> bool:
        """看得见：有其中一个角色，且合条件。"""
        if self.extra_roles is not None:
            roles = roles | self.extra_roles(user)
        return bool(self.roles & roles) and (self.allowed is None or self.allowed(user))


@dataclass(slots=True)
class Section:
    """一组：名称、是否当前、其中的入口。"""

    label: str
    url: str
    current: bool = False
    items: list[dict[str, Any]] = field(default_factory=list)


ENTRIES: list[Entry] = []


def register(*entries: Entry) -> None:
    """登记入口。错误：ValueError——组名写错或网址重复。"""
    for entry in entries:
        if entry.section not in SECTIONS:
            raise ValueError(f"没有这个导航组：{entry.section}")
        if any(known.url_name == entry.url_name for known in ENTRIES):
            raise ValueError(f"导航入口重复：{entry.url_name}")
        ENTRIES.append(entry)


def staff_nav(request: HttpRequest) -> list[Section]:
    """导航：此人看得见的各组；当前页所在的入口和组作标记，网址最长的算当前。"""
    user = getattr(request, "user", None)
    roles = {str(duty.role) for duty in duties_of(user)}
    found: dict[str, Section] = {}
    best: tuple[int, Section, dict[str, Any]] | None = None
    for entry in sorted(ENTRIES, key=lambda e: (list(SECTIONS).index(e.section), e.order)):
        if not entry.shown_to(user, roles):
            continue
        url = reverse(entry.url_name)
        section = found.setdefault(entry.section, Section(str(SECTIONS[entry.section]), url))
        item = {"url": url, "label": entry.label, "current": False}
        section.items.append(item)
        if request.path.startswith(url) and (best is None or len(url) > best[0]):
            best = len(url), section, item
    if best:
        best[1].current = best[2]["current"] = True
    return list(found.values())
