"""索引号：按站点的格式由机关代码、年份、序号组成；连同统一社会信用代码、网站标识码的校验。

来源：《政府信息公开条例》第十二条（目录含索引）；GB 32100—2015《法人和其他组织统一社会信用代码编码规则》；
GB 11714—1997《全国组织机构代码编制规则》；《政府网站发展指引》（国办发〔2017〕47号，网站标识码）。
各地索引号写法不同（“11441700007280420Y/2021-00050”“…/202501-00024”），所以格式是站点的设置。
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from string import Formatter
from typing import Final

__all__ = [
    "DEFAULT_PATTERN",
    "IndexNumber",
    "IndexNumberError",
    "IndexPattern",
    "credit_code_check",
    "is_credit_code",
    "is_organisation_code",
    "is_site_code",
    "site_code_problem",
]

DEFAULT_PATTERN: Final = "{code}/{year}-{serial:05}"


class IndexNumberError(ValueError):
    """索引号错误：格式写得不对、缺字段或号码不合格式；消息为中文，写明问题与改法。"""


@dataclass(frozen=True, slots=True)
class IndexNumber:
    """索引号：code 机关代码，year 年份，serial 序号，month 月份（格式里没有的为 None）。"""

    code: str
    year: int
    serial: int
    month: int | None = None


_FIELDS: Final = {
    "code": r"(?P<code>[0-9A-Z]{9}(?:[0-9A-Z]{9})?)",
    "year": r"(?P<year>(?:19|20)\d{2})",
    "month": r"(?P<month>0[1-9]|1[0-2])",
}
_WIDTH: Final = re.compile(r"0([1-9]\d?)")
_SAFE: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff/\-_.〔〕\[\]（）()—]*")


@dataclass(frozen=True)
class IndexPattern:
    """索引号格式：如 ``{code}/{year}-{serial:05}``；可用 {code} {year} {month} {serial:位数}。

    code 为 18 位信用代码或 9 位组织机构代码，month 固定两位，serial 不足位数补零，超过位数照写。
    错误：字段写错、重复、缺 year 或 serial、序号没有位数、夹有别的符号时抛出 IndexNumberError。
    """

    text: str = DEFAULT_PATTERN
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_regex", re.compile(_compile(self.text), re.ASCII))

    def format(self, *, year: int, serial: int, code: str = "", month: int | None = None) -> str:
        """组成索引号。

        参数：code 机关代码（小写自动转大写），year 四位年份，serial 正整数，month 1—12。
        错误：缺少格式需要的字段，或取值使结果不合格式时抛出 IndexNumberError。
        """
        if serial < 1:
            raise IndexNumberError(f"索引号的序号从 1 起，收到的是 {serial}")
        if "{month}" in self.text and month is None:
            raise IndexNumberError(f"索引号格式“{self.text}”需要月份；请给出月份")
        made = self.text.format(
            code=code.strip().upper(), year=year, serial=serial, month=f"{month:02}" if month else ""
        )
        if not self._regex.fullmatch(made):
            raise IndexNumberError(
                f"组成的索引号“{made}”不合格式“{self.text}”；请核对机关代码（18 位或 9 位）、年份和月份"
            )
        return made

    def matches(self, text: str) -> bool:
        """合格式：整个字符串符合格式时为真（不核对代码的校验位）。"""
        return self._regex.fullmatch(text) is not None

    def parse(self, text: str) -> IndexNumber:
        """拆开索引号；错误：不合格式抛出 IndexNumberError，写明格式。"""
        match = self._regex.fullmatch(text.strip())
        if match is None:
            raise IndexNumberError(f"索引号“{text}”不合本站格式“{self.text}”；请核对后重新填写")
        got = match.groupdict()
        serial = int(got["serial"])
        if serial < 1:
            raise IndexNumberError(f"索引号“{text}”的序号为零；序号从 1 起，请核对")
        month = int(got["month"]) if got.get("month") else None
        return IndexNumber(got.get("code") or "", int(got["year"]), serial, month)


def _compile(text: str) -> str:
    """格式变为正则；固定文字只收常见符号，免得生成的索引号进不了网址。"""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise IndexNumberError(f"索引号格式“{text}”的大括号没有成对；例：{DEFAULT_PATTERN}") from None
    seen: set[str] = set()
    regex = ""
    for literal, name, spec, conversion in parts:
        if not _SAFE.fullmatch(literal):
            raise IndexNumberError(f"索引号格式“{text}”里有不能用的符号；只用字母、数字、汉字和 / - _ . 等")
        regex += re.escape(literal)
        if name is None:
            continue
        if name in seen:
            raise IndexNumberError(f"索引号格式“{text}”里 {{{name}}} 写了两次；请只留一个")
        seen.add(name)
        if name == "serial" and not conversion and (width := _WIDTH.fullmatch(spec or "")):
            # 不足位数补零、超过位数照写：零开头的只能恰好是规定的位数，免得一个号有两种写法。
            digits = int(width.group(1))
            regex += rf"(?P<serial>\d{{{digits}}}|[1-9]\d{{{digits},11}})"
        elif name in _FIELDS and not spec and not conversion:
            regex += _FIELDS[name]
        else:
            raise IndexNumberError(f"索引号格式“{text}”里的 {{{name}}} 不认识；例：{DEFAULT_PATTERN}")
    if not {"year", "serial"} <= seen:
        raise IndexNumberError(f"索引号格式“{text}”缺少 {{year}} 或 {{serial:位数}}；例：{DEFAULT_PATTERN}")
    return regex


_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT: Final = re.compile(
    r"[159AN][0-9A-HJ-NPQRTUWXY]\d{6}[0-9A-HJ-NPQRTUWXY]{10}|[2-8Y][1-9]\d{6}[0-9A-HJ-NPQRTUWXY]{10}"
)
_ORGANISATION: Final = re.compile(r"[0-9A-Z]{8}[0-9X]")


def credit_code_check(head: str) -> str:
    """信用代码校验码：由前 17 位算第 18 位（GB 32100—2015，权 3^(i−1) 模 31）。

    错误：不是 17 个许可字符（没有 I、O、S、V、Z）抛出 ValueError。
    """
    if len(head) != 17 or any(char not in _ALPHABET for char in head):
        raise ValueError(f"统一社会信用代码的前 17 位有不许用的字符或长度不对：{head}")
    total = sum(_ALPHABET.index(char) * pow(3, i, 31) for i, char in enumerate(head))
    return _ALPHABET[(31 - total % 31) % 31]


def is_credit_code(text: str) -> bool:
    """统一社会信用代码：18 位、字符集与校验码都对时为真。来源：GB 32100—2015。"""
    return _CREDIT.fullmatch(text) is not None and credit_code_check(text[:17]) == text[17]


_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def is_organisation_code(text: str) -> bool:
    """组织机构代码：9 位（可在校验码前加“-”），校验码对时为真。来源：GB 11714—1997。"""
    code = text[:8] + text[9:] if len(text) == 10 and text[8] == "-" else text
    if not _ORGANISATION.fullmatch(code):
        return False
    total = sum(int(char, 36) * weight for char, weight in zip(code, _WEIGHTS, strict=False))
    left = 11 - total % 11
    return code[8] == ("X" if left == 10 else "0" if left == 11 else str(left))


_SITE: Final = re.compile(r"\d{10}|bm\d{8}", re.ASCII)


def is_site_code(text: str, division: str = "") -> bool:
    """网站标识码：地方 10 位数字（前 6 位为行政区划代码），中央部门 bm 加 8 位数字。

    参数：division 为 6 位行政区划代码，给出时前 6 位必须相同。
    来源：《政府网站发展指引》；实例 4300000077、bm55000001。
    """
    return not site_code_problem(text, division)


def site_code_problem(text: str, division: str = "") -> str:
    """网站标识码的毛病：没有毛病返回空字符串，有则写明问题与改法。"""
    if not _SITE.fullmatch(text):
        return f"网站标识码“{text}”应为 10 位数字，或 bm 加 8 位数字；请核对编办核发的标识码"
    if division and not text.startswith("bm") and text[:6] != division:
        return f"网站标识码“{text}”的前 6 位应为行政区划代码 {division}；请核对"
    return ""
