"""照样答复：决定写一次，内容相同的各件照它答复；姓名、编号、日期、字号各是各的。"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from gongkai.core.states import Refusal, Refused
from gongkai.formats.documents.letters import OfficialLetter

from .. import gates, letters, states
from ..letters.placeholders import PLACEHOLDERS, Source
from ..models import Case, CaseFile, HiddenCheck, Item, Letter, LetterStep
from ..trail import audit
from .common import lock, refuse, require
from .writing import finish, number

L, S = Letter.State, Case.State
# 各件自己的事，不能照搬到别人的申请上的决定。
PERSONAL: Final = frozenset({"E2", "E4", "E5", "F1", "F2", "F3", "D3"})
# 经办人改过的正文里，这些内容换成各件自己的；排在前面的优先。
_OWN: Final = (
    "申请人", "代理人", "申请编号", "收到日期", "到达日期", "提交日期", "登记日期",
    "邮件号码", "答复期限", "发文字号",
)  # fmt: skip
_COPIED: Final = (
    "answers", "code", "facts", "reason", "materials", "withheld", "form_changed", "is_main",
    "decided_by_id", "decided_at", "second_by_id", "second_opinion", "second_agrees",
)  # fmt: skip


@dataclass(slots=True)
class Pattern:
    """样子：照 letter 这份答复；before 照模板生成的各段，after 签发的各段，own 这一件自己的各个内容。"""

    letter: Letter
    items: list[Item]
    files: list[CaseFile]
    before: list[str]
    after: list[str]
    own: dict[str, str]

    @property
    def case(self) -> Case:
        return self.letter.case


def pattern_of(case: Case) -> Pattern:
    """样子：这一件已经签发的答复。错误：Refused——没有签发、决定因人而异、征求过意见。"""
    rows = case.letters.filter(round=case.round, state__in=(L.SIGNED, *Letter.SENT)).exclude(outcome="")
    letter = rows.first()
    if letter is None:
        refuse("letter", _("请先签发其中一件的答复"))
    if set(letter.codes) & PERSONAL:
        refuse("personal", _("这种决定因人而异，不能照搬到别人的申请上"))
    if case.consultations.exists():
        refuse("consultation", _("征求过意见的须逐件办理"))
    letter.case = case
    bare = copy.copy(letter)
    bare.text = ""
    return Pattern(
        letter,
        list(case.items.filter(round=case.round).prefetch_related("searches")),
        list(case.files.filter(kind="release").select_related("hidden_check")),
        letters.text_of(bare).split("\n"),
        letter.text.split("\n"),
        _own(letter),
    )


def _own(letter: Letter) -> dict[str, str]:
    """这一件自己的各个内容：占位名称 → 内容。"""
    source = Source(letter.case, letter)
    return {name: PLACEHOLDERS[name].take(source) for name in _OWN}


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", text)


def reasons_apart(case: Case, pattern: Pattern) -> list[str]:
    """这一件为什么不能照样答复；空列表为可以。"""
    found = []
    if case.round != 1:
        found.append(_("重新答复的，须逐件办理"))
    items = list(case.items.filter(round=case.round))
    if any(item.code for item in items):
        found.append(_("已经单独作出决定，请逐件办理"))
    elif [_plain(item.text) for item in items] != [_plain(item.text) for item in pattern.items]:
        found.append(_("所列的各项与所照的一件不同，请先核对"))
    if case.consultations.exists() or case.searches.exists():
        found.append(_("已经单独征求意见或者检索过，请逐件办理"))
    if any(getattr(case, name, None) for name in ("correction", "reasons", "fee")):
        found.append(_("补正、说明理由或者收费过的，请逐件办理"))
    if case.files.filter(kind="release").exists():
        found.append(_("已经单独放入拟提供的信息，请逐件办理"))
    if case.letters.exclude(state__in=(L.VOID, *Letter.SENT)).exists():
        found.append(_("另有没有发出的文书，请先发出或者作废"))
    return found


def answer_like(user: Any, case: Case, pattern: Pattern) -> Letter:
    """照样答复一件：照录决定、检索、随附文件，各有字号，签发待发出；一个事务、一条审计。

    审查、签发以所照的一件为准。错误：Refused——写明为什么要逐件办。
    """
    with transaction.atomic():
        case = lock(case)
        require(user, case, states.LEADER, _("签发"))
        if pattern.letter.author_id == user.pk:
            refuse("own", _("这份文书由您拟稿，须由另一人办理这个环节"))
        letter = _written(user, case, pattern)
        finish(letter, user)
        _signed(user, case, letter, pattern)
        audit(
            user,
            "requests.answer_like",
            case,
            like=pattern.case.number,
            letter=letter.pk,
            number=letter.document_number,
        )
    return letter


def rehearse(user: Any, case: Case, pattern: Pattern) -> OfficialLetter:
    """试写：照样答复一件会写成的函件；什么也不留，字号是此刻的下一个。错误：Refused。"""
    with transaction.atomic():
        case = lock(case)
        letter = _written(user, case, pattern)
        number(letter, user)
        try:
            shown = letters.official(letter)
        except ValueError as error:
            raise Refused([Refusal("letter", str(error))]) from error
        transaction.set_rollback(True)
    return shown


def _written(user: Any, case: Case, pattern: Pattern) -> Letter:
    """写好：决定、检索、文件照录，答复拟好，还没有编号。错误：Refused。"""
    if case.state != S.WORKING:
        refuse("state", _("这件申请不在办理中"))
    if found := reasons_apart(case, pattern):
        raise Refused([Refusal("apart", reason) for reason in found])
    # 规则一个机关一份，不必逐件再取。
    case.agency = pattern.case.agency
    items = _copy_items(case, pattern.items)
    _copy_files(case, pattern.files, items)
    if problems := gates.decision_problems(case):
        raise Refused([Refusal("item", problem) for problem in problems])
    lead = pattern.letter
    letter = Letter(
        case=case, round=case.round, template=lead.template, codes=lead.codes, withheld=lead.withheld,
        outcome=lead.outcome, title=lead.title, author_id=lead.author_id,
    )  # fmt: skip
    letter.fields = json.dumps({"versions": gates.versions_of(gates.round_items(case)), "like": lead.pk})
    if pattern.before != pattern.after:
        letter.text = _edited(letter, pattern)
    return letter


def _edited(letter: Letter, pattern: Pattern) -> str:
    """经办人改过的正文：没有改的各段照模板写这一件的，改过的各段照录，其中的姓名、编号、日期换成这一件的。"""
    made = letters.text_of(letter).split("\n")
    if len(made) != len(pattern.before):
        refuse("text", _("照模板写出的段落与所照的一件对不上，请逐件办理"))
    own, kept = _own(letter), []
    match = SequenceMatcher(None, pattern.before, pattern.after, autojunk=False)
    for tag, start, end, first, last in match.get_opcodes():
        kept += made[start:end] if tag == "equal" else [
            _swapped(text, pattern.own, own) for text in pattern.after[first:last]
        ]  # fmt: skip
    return "\n".join(kept)


def _swapped(text: str, theirs: dict[str, str], own: dict[str, str]) -> str:
    swaps: dict[str, str] = {}
    for name, value in theirs.items():
        if len(value) < 2 or value not in text:
            continue
        if not own[name]:
            refuse("text", _("改过的正文里写有“%(name)s”，这一件没有") % {"name": name})
        swaps.setdefault(value, own[name])
    if not swaps:
        return text
    # 长的先换，一遍换完：换进来的不会再被换。
    longest = sorted(swaps, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), lambda found: swaps[found[0]], text)


def _copy_items(case: Case, items: list[Item]) -> dict[int, Item]:
    """决定和检索照录，检索是对同样的内容做的，检索人、日期不变；返回所照的项 → 这一件的项。"""
    mine = {item.number: item for item in case.items.filter(round=case.round)}
    for like in items:
        item = mine[like.number]
        for name in _COPIED:
            setattr(item, name, getattr(like, name))
        item.version += 1
        item.save()
        for search in like.searches.all():
            again = copy.copy(search)
            again.pk, again._state = None, copy.copy(search._state)
            again.case, again.item = case, item
            again.save(force_insert=True)
    return {like.pk: mine[like.number] for like in items}


def _copy_files(case: Case, files: list[CaseFile], items: dict[int, Item]) -> None:
    """拟提供的信息：各件都登记，文件只存一份；查过的隐藏信息、放行的理由一并照录。"""
    names = (
        "kind",
        "name",
        "file",
        "suffix",
        "sha256",
        "size",
        "pages",
        "redaction",
        "stripped",
        "uploaded_by_id",
    )
    for like in files:
        row = CaseFile(case=case, item=items.get(like.item_id or 0), **{n: getattr(like, n) for n in names})
        row.save()
        check = getattr(like, "hidden_check", None)
        if check is not None:
            HiddenCheck.objects.create(
                file=row, findings=check.findings, reason=check.reason, checked_by_id=check.checked_by_id
            )


def _signed(user: Any, case: Case, letter: Letter, pattern: Pattern) -> None:
    # 印在呈批单上，一律中文。
    opinion = f"照 {pattern.case.number} 的答复成批签发"
    LetterStep.objects.create(
        letter=letter, stage=L.SIGNING, verdict=LetterStep.Verdict.PASSED, opinion=opinion, reviewer=user
    )
    case.state = S.SIGNED
    case.save(update_fields=["state"])
