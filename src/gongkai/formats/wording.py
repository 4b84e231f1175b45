"""错别字与不规范表述：按词表找公文里常见的误写，给出正写、理由和位置。

词表 wording.txt 是本项目自己编的，一行一条，带使用条件（前后是什么字才算、才不算）和起用的版本；
不收人名，不判断观点。发文字号的写法另照 GB/T 9704—2012 核对。
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from gongkai.law import docnumbers

__all__ = ["VERSION", "Rule", "WordFinding", "check", "load", "memory_key", "rules"]


@dataclass(frozen=True, slots=True)
class Rule:
    """词条：wrong 误写，right 正写，note 理由，since 起用版本；前后文的条件是四个可空的正则：
    not_before、not_after 前面、后面是它就不算，only_before、only_after 前面、后面是它才算。"""

    wrong: str
    right: str
    note: str
    since: int = 1
    not_before: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    only_before: re.Pattern[str] | None = None
    only_after: re.Pattern[str] | None = None

    def applies(self, text: str, start: int, end: int) -> bool:
        """条件成立：text[start:end] 处的误写在前后文里算不算。"""
        before = text[max(0, start - _SIGHT) : start]
        after = text[end : end + _SIGHT]
        if self.not_before and self.not_before.search(before):
            return False
        if self.not_after and self.not_after.match(after):
            return False
        if self.only_before and not self.only_before.search(before):
            return False
        return not (self.only_after and not self.only_after.match(after))


@dataclass(frozen=True, slots=True)
class WordFinding:
    """发现：wrong 误写，right 建议的正写，note 理由，start、end 起止，context 前后文，
    key 记忆用的标识（词与前后文的摘要，见 ``memory_key``）。"""

    wrong: str
    right: str
    note: str
    start: int
    end: int
    context: str
    key: str


_SIGHT: Final = 24
_CONDITION: Final = re.compile(r"(前非|后非|前须|后须):(\S+)")
_NUMBER_NOTE: Final = "发文字号的年份用六角括号“〔〕”，顺序号不加“第”字、不编虚位（GB/T 9704—2012 7.2.5）"


def load(text: str) -> tuple[Rule, ...]:
    """读词表：每行“误写、正写、条件、理由”以制表符分隔，后两栏可空；“@理由 版本”一行管其后各条。

    条件写作“前非:甲|乙 后须:丙”，冒号后是正则，多个以空格隔开。以 # 开头的是注。
    错误：栏数、正则、条件写错，误写与正写相同，误写重复时抛出 ValueError，写明行号。
    """
    found: dict[str, Rule] = {}
    note, since = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            note, _, version = line[1:].rpartition(" ")
            if not note or not version.isdigit():
                raise ValueError(f"词表第 {number} 行：应写成“@理由 版本号”")
            since = int(version)
            continue
        wrong, right, guard, own = [*(cell.strip() for cell in line.split("\t")), "", "", ""][:4]
        if not wrong or not right or wrong == right or line.count("\t") > 3:
            raise ValueError(
                f"词表第 {number} 行：应为“误写、正写、条件、理由”，以制表符分隔，误写与正写不能相同"
            )
        if wrong in found:
            raise ValueError(f"词表第 {number} 行：“{wrong}”重复；请合并成一条")
        found[wrong] = Rule(wrong, right, own or note, since, **_conditions(guard, number))
    return tuple(found.values())


_NAMES: Final = {"前非": "not_before", "后非": "not_after", "前须": "only_before", "后须": "only_after"}


def _conditions(guard: str, number: int) -> dict[str, re.Pattern[str]]:
    if _CONDITION.sub("", guard).strip():
        raise ValueError(f"词表第 {number} 行：条件“{guard}”应写成“前非:甲|乙 后须:丙”")
    made: dict[str, re.Pattern[str]] = {}
    for name, pattern in _CONDITION.findall(guard):
        try:
            made[_NAMES[name]] = re.compile(f"(?:{pattern})$" if name.startswith("前") else pattern)
        except re.error:
            raise ValueError(f"词表第 {number} 行：条件“{pattern}”不是合格的正则") from None
    return made


@lru_cache(maxsize=1)
def _builtin() -> tuple[Rule, ...]:
    return load(resources.files(__package__).joinpath("wording.txt").read_text(encoding="utf-8"))


def rules(version: int | None = None) -> tuple[Rule, ...]:
    """内置词表：version 为只用到第几版，缺省最新。"""
    return tuple(rule for rule in _builtin() if version is None or rule.since <= version)


VERSION: Final = 1


def memory_key(phrase: str, text: str, start: int, end: int) -> str:
    """记忆标识：词和前后各 8 个字（去掉空白）的摘要；同样的话再出现就认得。"""
    context = (
        re.sub(r"\s", "", text[max(0, start - 8) : start]) + "|" + re.sub(r"\s", "", text[end : end + 8])
    )
    return f"{phrase}:{hashlib.sha256(context.encode()).hexdigest()[:16]}"


def _finding(text: str, start: int, end: int, right: str, note: str) -> WordFinding:
    wrong = text[start:end]
    context = text[max(0, start - 12) : end + 12].replace("\n", " ")
    return WordFinding(wrong, right, note, start, end, context, memory_key(wrong, text, start, end))


def _words(text: str, table: Iterable[Rule]) -> Iterator[WordFinding]:
    for rule in table:
        at = text.find(rule.wrong)
        while at >= 0:
            end = at + len(rule.wrong)
            if rule.applies(text, at, end):
                yield _finding(text, at, end, rule.right, rule.note)
            at = text.find(rule.wrong, end)


def _numbers(text: str) -> Iterator[WordFinding]:
    for number in docnumbers.parse(text):
        start, end = number.span
        written = text[start:end]
        bracketed = number.canonical.replace(number.code, "", 1)
        if "〔" in bracketed and not re.sub(r"\s", "", written).endswith(bracketed):
            # 机关代字照原样，只改年份括号和顺序号。
            code = re.match(r"[\u3400-\u9fff]+", written)
            yield _finding(text, start, end, (code.group() if code else "") + bracketed, _NUMBER_NOTE)


def check(
    text: str, table: Iterable[Rule] | None = None, *, remembered: Collection[str] = ()
) -> list[WordFinding]:
    """查错：按出现次序返回找到的误写，互不重叠（长的优先）。

    参数：text 纯文字；table 词表，缺省为内置的最新版；remembered 人已认定不是错的（``WordFinding.key``）。
    """
    found = [*_words(text, rules() if table is None else table), *_numbers(text)]
    found.sort(key=lambda each: (each.start, -each.end))
    kept: list[WordFinding] = []
    for each in found:
        if each.key not in remembered and (not kept or each.start >= kept[-1].end):
            kept.append(each)
    return kept
