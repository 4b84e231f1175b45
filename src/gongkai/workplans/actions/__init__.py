"""工作要点的全部写入：查权限、一个事务、一条审计。"""

from .common import OFFICE
from .deciding import keep, transfer, transfer_targets
from .filters import remove_filter, save_filter
from .following import follow_change, follow_tree
from .importing import (
    ROW_FIELDS,
    choose_sheet,
    commit_import,
    difference,
    discard_draft,
    draft_import,
    due_of,
    edit_draft,
    name_unit,
    unresolved,
)
from .plans import confirm_kind, issue_all, link_superior, release
from .tasks import (
    add_evidence,
    add_subtask,
    answer_extension,
    ask_extension,
    finish_subtask,
    look_back,
    move,
    move_report,
    override_light,
    write_report,
)

__all__ = [
    "OFFICE",
    "ROW_FIELDS",
    "add_evidence",
    "add_subtask",
    "answer_extension",
    "ask_extension",
    "choose_sheet",
    "commit_import",
    "confirm_kind",
    "difference",
    "discard_draft",
    "draft_import",
    "due_of",
    "edit_draft",
    "finish_subtask",
    "follow_change",
    "follow_tree",
    "issue_all",
    "keep",
    "link_superior",
    "look_back",
    "move",
    "move_report",
    "name_unit",
    "override_light",
    "release",
    "remove_filter",
    "save_filter",
    "transfer",
    "transfer_targets",
    "unresolved",
    "write_report",
]
