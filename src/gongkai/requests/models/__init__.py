"""依申请公开的数据：申请与事件、申请人、各项内容、补正征询收费延期、文书与送达、救济与其他。"""

from .after import Complaint, CorrectionFile, CorrectionReply, Proceeding, RecordCorrection, Suggestion
from .cases import Assignment, Case, CaseEvent, CaseFile, CaseNotice, Item, Reconsideration
from .cover import StandIn
from .groups import GroupEntry, GroupRun
from .letters import Delivery, Letter, LetterStep
from .mail import Mail
from .papers import ArchivePackage, BurntPage, HiddenCheck, LetterTemplate, RedactionRun
from .people import Applicant
from .public import Attempt, Draft, DraftFile, FoundAlready
from .rules import RequestRules
from .steps import (
    Assistance,
    Consultation,
    CorrectionNotice,
    Extension,
    FeeNotice,
    Payment,
    ReasonsNotice,
    SearchRecord,
)

__all__ = [
    "Applicant",
    "ArchivePackage",
    "Assignment",
    "Assistance",
    "Attempt",
    "BurntPage",
    "Case",
    "CaseEvent",
    "CaseFile",
    "CaseNotice",
    "Complaint",
    "Consultation",
    "CorrectionFile",
    "CorrectionNotice",
    "CorrectionReply",
    "Delivery",
    "Draft",
    "DraftFile",
    "Extension",
    "FeeNotice",
    "FoundAlready",
    "GroupEntry",
    "GroupRun",
    "HiddenCheck",
    "Item",
    "Letter",
    "LetterStep",
    "Mail",
    "LetterTemplate",
    "Payment",
    "Proceeding",
    "ReasonsNotice",
    "Reconsideration",
    "RecordCorrection",
    "RedactionRun",
    "RequestRules",
    "SearchRecord",
    "StandIn",
    "Suggestion",
]
