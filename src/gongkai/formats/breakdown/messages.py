"""差错的说法：写法与数值分开，界面可以译成别的语言；不依赖 Django。"""

from __future__ import annotations

from typing import Any


def gettext_noop(text: str) -> str:
    """待译：原样返回，只供 makemessages 收集。"""
    return text


class Message:
    """一句话：template 为中文写法，values 为填入的值（值也可以是 Message）；str() 得中文。"""

    __slots__ = ("template", "values")

    def __init__(self, template: str, **values: Any) -> None:
        self.template, self.values = template, values

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template


class BreakdownError(ValueError):
    """不能读的分工表：写明哪里、见到什么、应为什么、怎样改。

    code 为写法的代号，供程序判断；template 与 values 供界面翻译，str() 得中文。
    """

    code = "breakdown"

    def __init__(self, template: str, *, code: str = "", **values: Any) -> None:
        self.message = Message(template, **values)
        self.code = code or self.code
        super().__init__(str(self.message))

    @property
    def template(self) -> str:
        return self.message.template

    @property
    def values(self) -> dict[str, Any]:
        return self.message.values


class SheetChoice(BreakdownError):
    """要选：一个工作簿里有几张工作表都是分工表；sheets 为它们的名称。"""

    code = "choose_sheet"

    def __init__(self, sheets: tuple[str, ...]) -> None:
        self.sheets = sheets
        super().__init__(
            gettext_noop("这个工作簿里有几张分工表：%(sheets)s；请选定一张再读"),
            sheets="、".join(f"“{name}”" for name in sheets),
        )
