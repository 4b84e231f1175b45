"""统一信息资源库的数据：信息与版本、审查、站点与栏目、时效、清理、待办。"""

from .drafts import DraftCopy, Picture, PictureUse
from .library import (
    CleanupItem,
    CleanupRound,
    Delivery,
    LibraryRules,
    LinkCheck,
    OfficialText,
    Receipt,
    RememberedPhrase,
    SiteProbe,
    TextComparison,
    ValidityChange,
    WordRule,
    WorkItem,
)
from .records import Attachment, Edition, Record, Relation
from .reviews import PublicationFailure, Referral, Review, ReviewPoint
from .sites import Column, ColumnSorting, FriendlyLink, Placement, Site

__all__ = [
    "Attachment",
    "CleanupItem",
    "CleanupRound",
    "Column",
    "ColumnSorting",
    "Delivery",
    "DraftCopy",
    "Edition",
    "FriendlyLink",
    "LibraryRules",
    "LinkCheck",
    "OfficialText",
    "Picture",
    "PictureUse",
    "Placement",
    "PublicationFailure",
    "Receipt",
    "Record",
    "Referral",
    "Relation",
    "RememberedPhrase",
    "Review",
    "ReviewPoint",
    "Site",
    "SiteProbe",
    "TextComparison",
    "ValidityChange",
    "WordRule",
    "WorkItem",
]
