"""发文字号：从文字里找出“国办发〔2017〕47号”一类字号，并写成统一的样子。

来源：《党政机关公文格式》（GB/T 9704—2012）7.2.5：发文字号由发文机关代字、年份、发文顺序号组成，
年份用六角括号“〔〕”括入，顺序号不加“第”字、不编虚位。命令（令）、公告依惯例作“国务院令第711号”，
顺序号也写成中文数字（“主席令第六号”）。有的市另编统一编号，如惠州“HFGS—2017—9”。
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["DocumentNumber", "parse", "typed"]


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """字号：code 机关代字（简体），year 年份（令号可无），serial 顺序号，canonical 统一写法，span 起止。"""

    code: str
    year: int | None
    serial: int
    canonical: str
    span: tuple[int, int]


_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2099
_LONGEST_CODE: Final = 20
# 往前多看几个字，好让“根据”之类的词落在窗内再剪掉。
_WINDOW: Final = 40

_D: Final = "[0-9０-９]"
_GAP: Final = r"[ \t\u00a0\u2002\u2003\u2009\u3000]{0,4}"
_SERIAL: Final = rf"({_D}{{1,6}}){_GAP}[号號]"
_HAN: Final = "〇○零一二三四五六七八九十百千"
_ORDER_SERIAL: Final = rf"({_D}{{1,6}}|[{_HAN}]{{1,9}}){_GAP}[号號]"
_OPEN: Final = r"[〔［\[(（【{｛﹝〖]"
_CLOSE: Final = r"[〕］\])）】}｝﹞〗]"
_TAIL: Final = re.compile(
    rf"{_OPEN}{_GAP}({_D}{{4}}){_GAP}年?{_GAP}{_CLOSE}{_GAP}(?:第{_GAP})?{_SERIAL}"
    rf"|(?:(?<!{_D})({_D}{{4}}){_GAP}年{_GAP})?[（(]?第{_GAP}{_ORDER_SERIAL}(?:{_GAP}(令|公告|通告))?"
    # 统一编号：字母代号、年份、顺序号以一字线相连；用短横的多半是标准号、产品号，不收。
    rf"|(?<![A-Za-z0-9—–－])([A-Z]{{2,8}})[—–－]{{1,2}}({_D}{{4}})[—–－]{{1,2}}({_D}{{1,5}})(?![A-Za-z0-9—–－])"
)
_CODE_CHAR: Final = re.compile(r"[\u3400-\u9fff]")
_BLANKS: Final = " \t\u00a0\u2002\u2003\u2009\u3000"

# 代字前面的话。机构名称里本来就有的“和”（共和国、发展和改革委员会……）不是连词，不能剪。
_LEADING: Final = re.compile(
    r"根据|依据|按照|依照|参照|遵照|对照|关于|印发|转发|下发|发布|公布|执行|废止|修订|修改|文件|文号"
    r"|通知|办法|规定|条例|[号与及见的以在是]|(?<!无)为"
    r"|(?<![共呼平泰永])和(?!改革|计划|信息|城乡|规划|自然资源|旅游|社会|体育|草原|技术|平|田|硕|静)"
)
_JOINED: Final = re.compile(r"^号?[和与及]")
_AFTER_A_NAME: Final = "号號》”』」’\"'）)〉"
_ORDER_ENDING: Final = ("令", "公告", "通告")
# “国务院第711号令”一类倒装的，前面须是机关；“会议第3号公告”不是。
_ORGAN: Final = re.compile(r"(?<![本我该其])(?:国务院|主席|政府|[部委局署厅府院行省市区县办]|委员会|办公室)$")


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    """繁转简：词典只在第一次用到时载入。"""
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


@lru_cache(maxsize=4096)
def _simple(char: str) -> str:
    """一字的简体；逐字转换才能保证长度不变，位置才对得上。"""
    # 代字里的“乾”是地名（乾县、乾安），不是“干”的繁体。
    if char == "乾":
        return char
    turned = _converter()(char)
    return turned if len(turned) == 1 else char


def _code(text: str, floor: int, end: int) -> tuple[str, int] | None:
    """代字：从 ``end`` 往回取连续汉字，剪去引导词；返回（简体代字，起点），取不出返回 None。"""
    start = end
    while start > floor and end - start < _WINDOW and _CODE_CHAR.match(text[start - 1]):
        start -= 1
    run = "".join(map(_simple, text[start:end]))
    cut = 0
    # 紧跟在前一个字号或书名号之后的“和”必是连词；别处开头的“和”是代字（如“和政办发”）。
    if start > 0 and text[start - 1] in _AFTER_A_NAME and (joined := _JOINED.match(run)):
        cut = joined.end()
    for word in _LEADING.finditer(run):
        if word.start() or word.group() != "和":
            cut = max(cut, word.end())
    code = run[cut:]
    return (code, start + cut) if 0 < len(code) <= _LONGEST_CODE else None


_DIGITS: Final = dict(zip("〇一二三四五六七八九零○两", (*range(10), 0, 0, 2), strict=True))
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}


def _number(text: str) -> int:
    """数：阿拉伯数字（全角半角）或汉字，“四十七”“二〇一七”都可以。"""
    if text.isdecimal():
        return int(text)
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) if char in _DIGITS else str(int(char)) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        else:
            digit = _DIGITS[char] if char in _DIGITS else int(char)
    return total + digit


def _year(text: str | None) -> int | None:
    return int(text) if text else None


def _code_before(text: str, floor: int, at: int, blanks: str) -> tuple[str, int] | None:
    """``at`` 之前隔着空白的代字；blanks 为算作空白的字。"""
    end = at
    while end > floor and at - end < 4 and text[end - 1] in blanks:
        end -= 1
    return _code(text, floor, end)


def _ordinary(text: str, floor: int, match: re.Match[str]) -> DocumentNumber | None:
    """“国办发〔2017〕47号”。"""
    named = _code_before(text, floor, match.start(), _BLANKS)
    if named is None:
        return None
    code, start = named
    year, serial = int(match.group(1)), int(match.group(2))
    return DocumentNumber(code, year, serial, f"{code}〔{year}〕{serial}号", (start, match.end()))


def _order(text: str, floor: int, match: re.Match[str]) -> DocumentNumber | None:
    """“国务院令第711号”“财政部公告2020年第3号”，以及倒装的“国务院第711号令”。"""
    year, serial, inverted = _year(match.group(3)), _number(match.group(4)), match.group(5)
    # 令号常另起一行写在机关之下。
    named = _code_before(text, floor, match.start(), _BLANKS + "\r\n")
    if named is None:
        return None
    code, start = named
    end = match.end()
    if not code.endswith(_ORDER_ENDING):
        if not inverted or not _ORGAN.search(code):
            return None
        code += inverted
    elif inverted:
        end = match.start(5)
    canonical = f"{code}{year}年第{serial}号" if year else f"{code}第{serial}号"
    return DocumentNumber(code, year, serial, canonical, (start, end))


def _unified(match: re.Match[str]) -> DocumentNumber:
    """“HFGS—2017—9”。"""
    code, year, serial = match.group(6), int(match.group(7)), int(match.group(8))
    return DocumentNumber(code, year, serial, f"{code}—{year}—{serial}", match.span())


def parse(text: str) -> list[DocumentNumber]:
    """找字号：按出现次序返回文中的发文字号，互不重叠；任何文字都不抛异常。

    参数：text 为任意文字；括号不论形状（书名号除外），数字不论全角半角，繁简皆可，可夹空格。
    返回：DocumentNumber 列表；code 与 canonical 一律简体，原字形用 span 取。
    规则：年份限 1949—2099；顺序号去掉前导零，零号不算；代字 1—20 个汉字，超过的多半是漏了标点的句子，
    认不准，不收。没有括号年份的只收以“令”“公告”“通告”收尾的（“国务院令第711号”“主席令第六号”），
    倒装的（“国务院第711号令”）前面须是机关。统一编号（“HFGS—2017—9”）的代号是大写字母。
    来源：GB/T 9704—2012 7.2.5。
    """
    found: list[DocumentNumber] = []
    floor = 0
    for match in _TAIL.finditer(text):
        if match.start() < floor:
            continue
        if match.group(1):
            number = _ordinary(text, floor, match)
        elif match.group(4):
            number = _order(text, floor, match)
        else:
            number = _unified(match)
        if number is None or number.serial < 1:
            continue
        if number.year is not None and not _FIRST_YEAR <= number.year <= _LAST_YEAR:
            continue
        floor = number.span[1]
        found.append(number)
    return found


_C: Final = "[0-9０-９〇○零一二三四五六七八九十百千]"
_MARK: Final = (
    r"[ \t\u00a0\u2002\u2003\u2009\u3000〔［\[(（【{｛﹝〖〕］\])）】}｝﹞〗年第字"
    r"\-\u2014\uff0d_./,\uff0c、:\uff1a·]*"
)
# 键入时年份、序号之间什么都可能有，也可能什么都没有；“号”“文”可省。
_TYPED: Final = re.compile(rf"(?<!{_C}){_MARK}({_C}{{4}}){_MARK}({_C}{{1,6}})(?!{_C})[ \u3000]*[号號]?")
_TYPED_ORDER: Final = re.compile(
    rf"(?:令|公告|通告){_MARK}(?:({_D}{{4}})[ \u3000]*年{_MARK})?({_C}{{1,6}})[ \u3000]*[号號]?"
)
# 没有“号”字又没有括号时，代字须以这些字收尾，免得把“水价2021 12”也当成字号。
_CODE_ENDING: Final = re.compile(r"[发發函办辦字规規文电電预預建复復令通知综綜公企财財法]$")

_ASKING: Final = re.compile(
    r"请问|請問|查询|查詢|查找|查一下|搜索|检索|檢索|想找|想看|想问|想問|帮我找|幫我找|找一下|看一下"
)


def typed(text: str) -> list[DocumentNumber]:
    """认键入的字号：查找框里的写法比公文随便，括号、“号”字可缺，可用汉字数字，可写“2017年第47号”。

    参数：text 为查找的文字，不是公文正文（用在正文上会误认）。返回：先按 parse 找；找不到再按键入的样子找，
    canonical 同 parse。来源：GB/T 9704—2012 7.2.5 的规范写法，其余为常见写法。
    """
    # 问句的开头不是代字；换成同样长的空格，位置不变。
    text = _ASKING.sub(lambda match: " " * len(match[0]), text)
    exact = parse(text)
    if exact:
        return exact
    found: list[DocumentNumber] = []
    for match in _TYPED.finditer(text):
        named = _code(text, 0, match.start())
        year, serial = _number(match[1]), _number(match[2])
        if named is None or not _FIRST_YEAR <= year <= _LAST_YEAR or serial < 1:
            continue
        code, start = named
        marked = match[0][-1] in "号號" or any(char in match[0] for char in "〔［[(（【{｛﹝〖")
        if code.endswith(_ORDER_ENDING) or not (marked or _CODE_ENDING.search(code)):
            continue
        found.append(DocumentNumber(code, year, serial, f"{code}〔{year}〕{serial}号", (start, match.end())))
    for match in () if found else _TYPED_ORDER.finditer(text):
        ending = 1 if match[0][0] == "令" else 2
        named = _code(text, 0, match.start() + ending)
        serial = _number(match[2])
        if named is None or len(named[0]) <= ending or serial < 1:
            continue
        code, start = named
        issued = _number(match[1]) if match[1] else None
        canonical = f"{code}{issued}年第{serial}号" if issued else f"{code}第{serial}号"
        found.append(DocumentNumber(code, issued, serial, canonical, (start, match.end())))
    return found
