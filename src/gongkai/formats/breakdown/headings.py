"""表头的认法：按意义认列（任意次序、繁简皆可），并保证写出的表头读回时不生歧义。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

FIELDS: Final = ("number", "part", "task", "text", "city_units", "bureau_units")
COLUMNS: Final = ("task", "text", "city_units", "bureau_units")
LABELS: Final = {
    "number": "序号", "part": "部分", "task": "工作任务", "text": "具体要求",
    "city_units": "市里落实单位", "bureau_units": "局内负责处室",
}  # fmt: skip
_ASIDE: Final = "（附列）"
_LONGEST: Final = 20
# (栏目, 等级, 说法)：同一栏目有几列时等级小的先得，同级的左边先得。
_RULES: Final = (
    ("number", 0, r"序号|编号|项次|部分序号"),
    ("city_units", 0, r"(?:市|上级).*(?:单位|部门)|.*(?:单位|部门)\((?:市|上级).*\)"),
    ("bureau_units", 0, r"局.*(?:处室|科室|单位|部门)|.*(?:单位|部门|处室)\((?:本|局).*\)"),
    ("bureau_units", 1, r"(?:责任|负责|承办|牵头|主办|落实)?(?:处室|科室|股室)"),
    ("bureau_units", 2, r"(?:责任|负责|承办)(?:单位|部门)"),
    ("bureau_units", 3, r"(?:牵头|主办)(?:单位|部门)"),
    ("city_units", 1, r"落实单位|落实部门"),
    ("text", 0, r"具体(?:工作)?(?:要求|举措|措施|任务|内容)"),
    ("text", 1, r"(?:工作|任务)(?:要求|举措|措施|内容)|工作任务[及和与](?:工作)?要求|三级(?:任务|指标)"),
    ("text", 2, r"要求|举措|措施|内容"),
    ("text", 3, r"主要任务|主要内容"),
    ("part", 0, r"类别|板块|部分|重点任务|一级(?:任务|指标)"),
    ("task", 0, r"工作任务|二级(?:任务|指标)|任务|事项|工作事项|工作项目|项目"),
)


@cache
def _converter() -> Any:
    import opencc  # 词典较大，用到才装入。

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=4096)
def _meaning(label: str) -> tuple[str, int] | None:
    """意义：（栏目, 等级）；认不出为 None。先连括号一起认，再去掉括号里的说明认。"""
    if not label or len(label) > _LONGEST or label.endswith(_ASIDE):
        return None
    full = re.sub(r"\s", "", _converter().convert(label)).replace("（", "(").replace("）", ")")
    for plain in (full, re.sub(r"\(.*?\)", "", full)):
        for name, rank, pattern in _RULES:
            if re.fullmatch(pattern, plain):
                return name, rank
    return None


def recognise(labels: Sequence[str]) -> list[str] | None:
    """认表头：各列的栏目名，其余列为 ``+原名``；这一行不是分工表的表头时为 None。

    参数：labels 为各列的文字。须有“具体要求”一类的列和至少一列单位，缺一即不是表头。
    """
    best: dict[str, tuple[int, int]] = {}
    spare: list[tuple[str, int, int]] = []
    for at, label in enumerate(labels):
        found = _meaning(label)
        if found is None:
            continue
        name, rank = found
        if name in best and best[name] <= (rank, at):
            spare.append((name, rank, at))
            continue
        if name in best:
            spare.append((name, *best[name]))
        best[name] = (rank, at)
    if "task" not in best:
        # “类别 | 重点任务”“主要任务 | 具体举措”：落选的一列其实是任务。
        wanted = [(at, rank) for name, rank, at in spare if name == "part" or (name, rank) == ("text", 3)]
        if wanted:
            best["task"] = (wanted[0][1], wanted[0][0])
    for name in ("task", "part"):
        if "text" not in best and name in best:
            best["text"] = best.pop(name)
    if "text" not in best or not {"city_units", "bureau_units"} & set(best):
        return None
    places = {at: name for name, (_, at) in best.items()}
    return [places.get(at, f"+{label}") for at, label in enumerate(labels)]


def settle(headers: Sequence[tuple[str, str]], extras: Sequence[str]) -> tuple[list[str], list[str]]:
    """定名：给写出的各列定不生歧义的表头，返回（固定列的表头, 附加列的表头）。

    参数：headers 为（栏目, 表头）；extras 为附加列名。重名的加序次，会被误认的固定列改用通用名，
    会被误认的附加列加“（附列）”。返回值再定一次名不变。
    """
    fixed = [label for _, label in headers]
    others: list[str] = []
    for at, label in enumerate(extras, start=1):
        name, times = label or f"第{at}附加列", 2
        while name in others:
            name, times = f"{label}（{times}）", times + 1
        others.append(name)
    for _ in range(3):
        expected = [name for name, _ in headers] + [f"+{name}" for name in others]
        found = recognise(fixed + others) or [""] * len(expected)
        if found == expected:
            break
        for at, (got, want) in enumerate(zip(found, expected, strict=True)):
            if got != want and at < len(fixed):
                fixed[at] = LABELS[want]
            elif got != want and got:
                others[at - len(fixed)] += _ASIDE
    return fixed, others
