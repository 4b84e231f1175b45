"""裁剪样式：从 govuk-frontend 的整份样式里只留模板用到的选择器。"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_CLASS: Final = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_USED: Final = re.compile(r"govuk-[\w-]+")
# 这些块里还是规则；其余 @ 规则（字体等）不要：字体用系统的，不从别处取。
_GROUPS: Final = ("@media", "@supports")


def used_classes(folder: Path) -> set[str]:
    """用到的类：各应用模板里出现的 govuk-… 类名。"""
    found: set[str] = set()
    for path in sorted(folder.rglob("templates/**/*.html")):
        found |= set(_USED.findall(path.read_text(encoding="utf-8")))
    return found


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """逐条规则：（选择器或 @ 规则头, 花括号里的内容）。"""
    start = depth = 0
    head = ""
    for found in re.finditer(r"[{};]", css):
        mark, at = found.group(), found.start()
        if mark == "{":
            if depth == 0:
                head, start = css[start:at].strip(), at + 1
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:at]
                start = at + 1
        elif depth == 0:
            start = at + 1  # @charset 一类没有内容的


def _kept(selectors: str, used: set[str]) -> str:
    """留下的选择器：其中的类都用到了，而且至少有一个类（不改元素本身的样子）。"""
    kept = []
    for selector in re.split(r",(?![^(]*\))", selectors):
        classes = set(_CLASS.findall(selector))
        if classes and classes <= used:
            kept.append(selector.strip())
    return ",".join(kept)


def purge(css: str, used: Iterable[str]) -> str:
    """裁剪：返回只含用到的规则的样式，一条一行。"""
    used, lines = set(used), []
    for head, body in _rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        if head.startswith(_GROUPS):
            inside = purge(body, used).strip()
            if inside:
                lines.append(f"{head} {{\n{inside}\n}}")
        elif not head.startswith("@") and (kept := _kept(head, used)):
            lines.append(f"{kept} {{{body}}}")
    return "".join(line + "\n" for line in lines)
