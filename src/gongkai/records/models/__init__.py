"""统一信息资源库的数据：信息与版本、审查、站点与栏目、时效、清理、待办。"""

from .library import (
    CleanupItem,
    CleanupRound,
    OfficialText,
    RememberedPhrase,
    ValidityChange,
    WordRule,
    WorkItem,
)
from .records import Attachment, Edition, Record, Relation
from .reviews import PublicationFailure, Review
from .sites import Column, FriendlyLink, Placement, Site

__all__ = [
    "Attachment",
    "CleanupItem",
    "CleanupRound",
    "Column",
    "Edition",
    "FriendlyLink",
    "OfficialText",
    "Placement",
    "PublicationFailure",
    "Record",
    "Relation",
    "RememberedPhrase",
    "Review",
    "Site",
    "ValidityChange",
    "WordRule",
    "WorkItem",
]
