"""模板：标准文本随程序发布，各机关可以另订；每份文书记下所用的版本，旧版本都留着。"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from gongkai.core.models import Organisation

from . import templating
from .placeholders import CORRECTION, PLACEHOLDERS, Source

COMMON: Final = "T00"
# 没有内容也照写的占位：只有一项时不必写明是哪一项。
# 更正答复书能用的占位：它没有所属的申请。
FOR_CORRECTION: Final = ("机关", "申请人", "你方", "收到日期", *CORRECTION)
_MAY_BE_EMPTY: Final = frozenset({"项目标识"})


@dataclass(frozen=True, slots=True)
class Template:
    """模板：code 代码，title 标题，text 文字，version 版本（如“标准1”“自订2”）。

    item 为真的对每一项各写一段；form 为真的是表格，每行“栏名｜内容”。
    """

    code: str
    title: str
    text: str
    version: str
    item: bool = False
    form: bool = False

    def render(self, source: Source) -> str:
        """写出。错误：EmptyPlaceholderError、TemplateError。"""
        where = f"{self.title}（{self.code} {self.version}）"
        return templating.fill(self.text, PLACEHOLDERS, source.value, where, _MAY_BE_EMPTY)

    def rows(self, source: Source) -> list[tuple[str, str]]:
        """表格的各行：（栏名，内容）；可略去的没有内容时留空。错误：同 render。"""
        found = []
        for line in self.text.strip().split("\n"):
            label, _bar, text = line.partition("｜")
            where = f"{self.title}（{self.code} {self.version}）"
            found.append((label.strip(), templating.fill(text, PLACEHOLDERS, source.value, where)))
        return found

    def names(self) -> tuple[list[str], list[str]]:
        """用到的占位：（必填的，可略去的）。"""
        required, optional = templating.names_in(self.text, PLACEHOLDERS)
        may_be_empty = [name for name in required if name in _MAY_BE_EMPTY]
        return [name for name in required if name not in _MAY_BE_EMPTY], may_be_empty + optional


@lru_cache(maxsize=1)
def standard() -> dict[str, Template]:
    """标准文本：代码 → 模板。"""
    data: dict[str, Any] = tomllib.loads((Path(__file__).parent / "standard.toml").read_text("utf-8"))
    version = f"标准{data.pop('version')}"
    return {
        code: Template(
            code, row["title"], row["text"].strip(), version, row.get("item", False), row.get("form", False)
        )
        for code, row in data.items()
    }


def template_for(agency: Organisation, code: str) -> Template:
    """模板：本机关最新的自订版本；没有的用标准文本。错误：KeyError——没有这种文书。"""
    from ..models import LetterTemplate

    base = standard()[code]
    own = LetterTemplate.objects.filter(agency=agency, code=code).order_by("-version").first()
    if own is None or own.retired:
        return base
    return Template(code, own.title, own.text, f"自订{own.version}", base.item, base.form)


def check(code: str, text: str) -> None:
    """查模板：占位都认识、括号成对；表格的每行都有栏名。错误：TemplateError。"""
    base = standard()[code]
    if not text.strip():
        raise templating.TemplateError("模板没有内容")
    known = FOR_CORRECTION if code == "T27" else PLACEHOLDERS
    templating.parse(text, known)
    for number, line in enumerate(text.strip().split("\n"), 1) if base.form else ():
        if "｜" not in line:
            raise templating.TemplateError(f"第 {number} 行：表格的一行写成“栏名｜内容”，这一行没有“｜”")
    if base.item and "{依据条款}" in base.text and "{依据条款}" not in text:
        raise templating.TemplateError("答复须写明依据：请保留占位 {依据条款}")
