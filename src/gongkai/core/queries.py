"""名称到组织：单位名、别名与集合名称的解析。"""

from __future__ import annotations

import re

from .models import Alias, CollectiveName, Organisation
from .names import name_key


class Resolver:
    """解析器：以某单位为立足点，把表中写的单位名变成组织；一次装入，反复查。

    先找本单位下级，再找同一棵树的其他单位；集合名称按类别和标签展开到立足点（市级名称到整棵树）。
    """

    def __init__(self, at: Organisation) -> None:
        self.at = at
        root = Organisation.objects.get(pk=at.line[0])
        self.tree = list(Organisation.objects.active().within(root).order_by("path"))
        self.collectives = {row.key: row for row in CollectiveName.objects.all()}
        self.names: dict[str, Organisation] = {}
        by_id = {org.pk: org for org in self.tree}
        # 后写的覆盖先写的：别名、全树、本单位，越近越优先。
        for alias in Alias.objects.filter(organisation__in=self.tree):
            self.names[alias.key] = by_id[alias.organisation_id]
        for org in self.tree:
            if org.kind in (
                Organisation.Kind.DIVISION,
                Organisation.Kind.AFFILIATED,
                Organisation.Kind.WINDOW,
            ):
                continue
            self.names[org.key] = org
        for org in self.tree:
            if org.path.startswith(at.path):
                self.names[org.key] = org

    def _key(self, unit: str) -> str:
        """名称键：“各处（室）”这样写的，没有原样的名称就当“各处室”。"""
        key = name_key(unit)
        if key in self.names or key in self.collectives:
            return key
        return re.sub(r"(?<=[处科])\(室\)", "室", key)

    def resolve(self, unit: str) -> list[Organisation]:
        """解析：返回该名称所指的组织（集合名称可有多个）；认不出时为空列表。"""
        key = self._key(unit)
        if key in self.names:
            return [self.names[key]]
        collective = self.collectives.get(key)
        if collective is None:
            return []
        inside = collective.kind in (
            Organisation.Kind.DIVISION,
            Organisation.Kind.AFFILIATED,
            Organisation.Kind.WINDOW,
        )
        return [
            org
            for org in self.tree
            if org.kind == collective.kind
            and (not inside or org.parent_id == self.at.pk)
            and (not collective.tag or collective.tag in org.tags)
        ]

    def is_known(self, unit: str) -> bool:
        """已知：是单位名、别名或集合名称（集合可以暂时为空）。"""
        key = self._key(unit)
        return key in self.names or key in self.collectives
