"""个人信息：在文字里找身份证号、手机号、银行卡号等，公开前须遮去。

来源：GB 11643—1999《公民身份号码》（校验码）；ISO/IEC 7812-1（银行卡号的 Luhn 校验）；
《个人信息保护法》第二十八条；《政府信息公开条例》第十五条。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

__all__ = ["Finding", "Kind", "find", "mask"]


class Kind(StrEnum):
    """个人信息种类。"""

    IDENTITY = "identity"
    IDENTITY_OLD = "identity_old"
    MOBILE = "mobile"
    LANDLINE = "landline"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    PASSPORT = "passport"
    PLATE = "plate"

    @property
    def label(self) -> str:
        """中文名。"""
        return _LABELS[self]


_LABELS: Final = {
    Kind.IDENTITY: "身份证号",
    Kind.IDENTITY_OLD: "身份证号（15 位）",
    Kind.MOBILE: "手机号",
    Kind.LANDLINE: "固定电话",
    Kind.BANK_CARD: "银行卡号",
    Kind.EMAIL: "电子邮箱",
    Kind.PASSPORT: "护照号",
    Kind.PLATE: "车牌号",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """发现：kind 种类，start、end 在原文的起止，text 遮过的样子（不含原号），
    certainty 把握：certain 有校验码且通过，likely 格式相符，possible 只有上下文支持。"""

    kind: Kind
    start: int
    end: int
    text: str
    certainty: str


# 单位公开的办公电话、公务车牌本来就要公开，缺省不找。
DEFAULT_KINDS: Final = frozenset(Kind) - {Kind.LANDLINE, Kind.PLATE}

_PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split()
    + "71 81 82 83".split()
)

# 全角转半角一字对一字，位置才不变；各种连接号和空白都当分隔。
_FOLD: Final = str.maketrans(
    "０１２３４５６７８９ＸｘＡＢＣＤＥＧＨＰＳ＠．—–－‐‑−　\u00a0\u2002\u2003\u2009\t",
    "0123456789XxABCDEGHPS@.------     " + " ",
)
_SEP: Final = "[ -]{0,2}"
_LEFT: Final = r"(?<![0-9A-Za-z*])(?<![0-9][.,])"
_RIGHT: Final = r"(?![0-9A-Za-z*])(?![.,][0-9])"


_AREA: Final = "0[1-9][0-9]{1,2}"
_PLATE_PLACE: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def _digits(count: int) -> str:
    return rf"(?:{_SEP}[0-9]){{{count}}}"


_SERIAL_WORDS: Final = re.compile(
    r"(?:信用代码|机构代码|索引号|文号|编号|流水号|单号|订单号|受理号|回执号|案号|批号|许可证号|证书号|备案号|登记号"
    r"|合同号|发票号|凭证号|条码|条形码|序列号|标识码|注册号|项目代码|代码|货号|税号|ISBN|ISSN|DOI|CN)[码]?[为是：:（(\s“\"]{0,4}$",
    re.IGNORECASE,
)
_ID_WORDS: Final = re.compile(r"身份证|公民身份号码|身份号码|证件号")
_CARD_WORDS: Final = re.compile(r"银行卡|卡号|账号|帐号|账户|帐户|开户")
_QUANTITY: Final = re.compile(
    r"(?:万|亿|千|百)?(?:元|美元|吨|立方|平方|公里|千瓦|人次|人(?![力民员事社名口])|件|份|户|亩|公顷|条|项|%|％)"
)


def _before(text: str, start: int, width: int = 16) -> str:
    return text[max(0, start - width) : start]


def _identity_checks(number: str) -> bool:
    """GB 11643 的校验码：权 2^(18−i) 模 11。"""
    total = sum(int(char) * pow(2, 17 - i, 11) for i, char in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def _birthday(text: str) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return 1890 <= born.year <= 2099


def _identity(number: str, text: str, start: int, end: int) -> str:
    if number[:2] not in _PROVINCES or not _birthday(number[6:14]):
        return ""
    if _identity_checks(number):
        return "certain"
    return "likely" if _ID_WORDS.search(_before(text, start, 24)) else ""


def _identity_old(number: str, text: str, start: int, end: int) -> str:
    if number[:2] not in _PROVINCES or not _birthday("19" + number[6:12]):
        return ""
    if _ID_WORDS.search(_before(text, start, 24)):
        return "likely"
    return "" if _SERIAL_WORDS.search(_before(text, start)) else "possible"


def _mobile(number: str, text: str, start: int, end: int) -> str:
    # 11 位的号段都已放开，只排除明显是数量、编号的。
    if _QUANTITY.match(text, end) or _SERIAL_WORDS.search(_before(text, start)):
        return ""
    return "likely"


def _luhn(number: str) -> bool:
    total = 0
    for i, char in enumerate(reversed(number)):
        digit = int(char) * (2 if i % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


# 62 银联 16—19 位；4 Visa、51—55 万事达、35 JCB、3 开头的运通 15 位；9558 等老工行卡。
_IIN: Final = re.compile(
    r"62\d{14,17}|4\d{15}|5[1-5]\d{14}|35\d{14}|3[47]\d{13}|9558\d{12,15}|60\d{14}|8\d{15,18}", re.ASCII
)


def _bank_card(number: str, text: str, start: int, end: int) -> str:
    if not _luhn(number) or _SERIAL_WORDS.search(_before(text, start)) or len(set(number)) < 3:
        return ""
    near = _CARD_WORDS.search(_before(text, start, 24))
    if _IIN.fullmatch(number):
        return "certain" if near or number.startswith("62") else "likely"
    return "possible" if near else ""


def _landline(number: str, text: str, start: int, end: int) -> str:
    return "" if _QUANTITY.match(text, end) or _SERIAL_WORDS.search(_before(text, start)) else "possible"


def _email(number: str, text: str, start: int, end: int) -> str:
    # 单位邮箱是公开的联系方式，只算可能。
    return "possible" if number.lower().endswith(".gov.cn") else "likely"


def _passport(number: str, text: str, start: int, end: int) -> str:
    return "likely" if re.search("护照|通行证", _before(text, start, 24)) else ""


def _plate(number: str, text: str, start: int, end: int) -> str:
    return "likely" if re.search("[0-9]", number) else ""


_Check = Callable[[str, str, int, int], str]
_RULES: Final[tuple[tuple[Kind, re.Pattern[str], _Check], ...]] = (
    (
        Kind.EMAIL,
        re.compile(
            r"(?<![\w.@])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?![\w@])",
            re.ASCII,
        ),
        _email,
    ),
    (Kind.IDENTITY, re.compile(rf"{_LEFT}[1-8]{_digits(16)}{_SEP}[0-9Xx]{_RIGHT}"), _identity),
    (Kind.BANK_CARD, re.compile(rf"{_LEFT}[0-9](?:{_SEP}[0-9]){{14,18}}{_RIGHT}"), _bank_card),
    (Kind.IDENTITY_OLD, re.compile(rf"{_LEFT}[1-8]{_digits(14)}{_RIGHT}"), _identity_old),
    (
        Kind.MOBILE,
        re.compile(
            rf"(?<![0-9A-Za-z*])(?<![0-9][.,-])(?:\+?86{_SEP})?1{_SEP}[3-9]{_digits(9)}{_RIGHT}(?!-[0-9])"
        ),
        _mobile,
    ),
    (
        Kind.LANDLINE,
        re.compile(rf"{_LEFT}(?:\({_AREA}\)|（{_AREA}）|{_AREA}[ -]?)[2-8][0-9]{{6,7}}{_RIGHT}"),
        _landline,
    ),
    (
        Kind.PASSPORT,
        re.compile(rf"{_LEFT}(?:[EeGgDdSsPpHhMm][A-Za-z]?{_SEP}[0-9]{{7,8}}|1[45][0-9]{{7}}){_RIGHT}"),
        _passport,
    ),
    (
        Kind.PLATE,
        re.compile(
            rf"[{_PLATE_PLACE}][A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
        ),
        _plate,
    ),
)
_KEEP: Final[dict[Kind, tuple[int, int]]] = {
    Kind.IDENTITY: (2, 2),
    Kind.IDENTITY_OLD: (2, 2),
    Kind.MOBILE: (3, 4),
    Kind.LANDLINE: (3, 2),
    Kind.BANK_CARD: (4, 4),
    Kind.EMAIL: (1, 0),
    Kind.PASSPORT: (1, 2),
    Kind.PLATE: (2, 1),
}


def _masked(kind: Kind, written: str) -> str:
    """遮住中间：长度不变；邮箱留首字母与域名。"""
    if kind is Kind.EMAIL:
        name, at, domain = written.replace("＠", "@").partition("@")
        return name[:1] + "*" * (len(name) - 1) + at + domain if len(name) > 1 else "*" + at + domain
    head, tail = _KEEP[kind]
    marks = [i for i, char in enumerate(written) if char.isalnum()]
    hidden = set(marks[head : len(marks) - tail])
    return "".join("*" if i in hidden else char for i, char in enumerate(written))


def _scan(text: str, kinds: frozenset[Kind]) -> Iterator[Finding]:
    folded = text.translate(_FOLD)
    taken: list[tuple[int, int]] = []
    for kind, pattern, check in _RULES:
        if kind not in kinds:
            continue
        at = 0
        while match := pattern.search(folded, at):
            start, end = match.span()
            number = (
                match.group().replace(" ", "").replace("-", "").upper()
                if kind is not Kind.EMAIL
                else match.group()
            )
            certainty = check(number, folded, start, end)
            if certainty and all(end <= a or b <= start for a, b in taken):
                taken.append((start, end))
                yield Finding(kind, start, end, _masked(kind, text[start:end]), certainty)
                at = end
            else:
                # 一串数里可能后半截才是号码：往后挪一个再找。
                at = start + 1


def find(text: str, kinds: frozenset[Kind] = DEFAULT_KINDS) -> list[Finding]:
    """找个人信息：按出现次序返回，互不重叠；任何文字都不抛异常。

    参数：text 为任意文字，数字不论全角半角，中间可夹空格、短横；kinds 要找的种类，缺省不找固定电话和车牌。
    规则：身份证号须地区码、生日成立且校验码对（校验码错而前面写着“身份证”的也报）；银行卡须过 Luhn 校验且
    发卡行号段或上文相符；前面写着信用代码、编号、文号等的不报，后面跟着元、吨等单位的不报。
    来源：GB 11643—1999；《个人信息保护法》第二十八条。
    """
    return sorted(_scan(text, kinds), key=lambda finding: finding.start)


def mask(text: str, kinds: frozenset[Kind] = DEFAULT_KINDS) -> str:
    """遮去个人信息：把找到的号码中间换成“*”，其余照旧，长度不变。"""
    for finding in find(text, kinds):
        text = text[: finding.start] + finding.text + text[finding.end :]
    return text
