"""检索文字：统一字形、切词、二元组、段落，以及由统一后的文字回到原文。

词与二元组在建索引和查询时用同一套办法得出，后端只按空格分开，所以换后端不影响查得到什么。
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from gongkai.core.names import simplified

DATA: Final = Path(__file__).parent / "data"
PASSAGE: Final = 300
OVERLAP: Final = 60
_RUN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+|[a-z0-9]+(?:\.[0-9]+)?")
_SENTENCE: Final = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+|[^。！？!?；;\n]+\Z")
NUMERAL: Final = "[零〇一二三四五六七八九十百千0-9０-９]"
# 条的开头：行首（或句末空白之后）的“第三条”，后面跟空白；“依照第三条规定”不是开头。
_CLAUSE: Final = re.compile(
    rf"(?:(?<=\A)|(?<=[\n。；：》）])|(?<=[。；：]\s))[ \t\u3000*#]*"
    rf"(第{NUMERAL}+条(?:之{NUMERAL}+)?)(?=[ \t\u3000*：:\n])"
)


class _Table(dict[int, str]):
    """字形表：一字的统一写法，用到才算；供 str.translate 使用。"""

    def __missing__(self, code: int) -> str:
        # 空字符没有意义，PostgreSQL 也不收。
        char = unicodedata.normalize("NFKC", chr(code)) if code else ""
        # “乾”多用于地名（乾县），逐字转换会变成“干”；查与存都不转，两边一致。
        turned = char if char == "乾" else simplified(char)
        value = turned.lower()
        self[code] = value
        return value


_TABLE: Final = _Table()


def normal(text: str) -> str:
    """统一：逐字 NFKC、繁转简、小写。"""
    return text.translate(_TABLE)


def normal_with_map(text: str) -> tuple[str, list[int]]:
    """统一并留下位置：返回（统一后的文字, 其中每一字来自原文第几字）；末尾多一项为原文长度。"""
    parts, places = [], []
    for place, char in enumerate(text):
        turned = _TABLE[ord(char)]
        parts.append(turned)
        places += [place] * len(turned)
    places.append(len(text))
    return "".join(parts), places


def _dictionary() -> Any:
    """一份新的词典，约 25 MB，用到才装。"""
    import rjieba

    # 这个包一装入自己就带着一份，从来不用；放掉，免得占两份的内存。
    for name, value in list(vars(rjieba).items()):
        if isinstance(value, rjieba.Jieba) or isinstance(getattr(value, "__self__", None), rjieba.Jieba):
            delattr(rjieba, name)
    return rjieba.Jieba()


class Segmenter:
    """切词器：rjieba 搜索引擎模式加用户词典；建索引与查询须用同一份词典。"""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba: Any = _dictionary()
        for word in words:
            self._jieba.add_word(normal(word), 100_000, "n")

    def words(self, text: str) -> list[str]:
        """词：统一后的文字切成的词，长词之外另出其中的短词；标点不算。"""
        return [
            word for word in self._jieba.cut_for_search(text, True) if word[0].isalnum() or word[-1].isalnum()
        ]

    def cut(self, text: str) -> list[str]:
        """分词：不重叠的词，连起来就是原句。"""
        return list(self._jieba.cut(text, True))

    def has_word(self, word: str) -> bool:
        """词典里有这个词。"""
        return bool(self._jieba.has_word(word))

    def names(self, text: str) -> list[str]:
        """人名：词性为人名的词，供剔除个人信息。"""
        return [word for word, tag in self._jieba.tag(text, True) if tag.startswith("nr") and len(word) > 1]


@cache
def own_words() -> tuple[str, ...]:
    """自带词典：政务公开与水务用语，一行一词，# 起首为注释。"""
    lines = (DATA / "words.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


_segmenters: dict[tuple[str, ...], Segmenter] = {}
_lock = threading.Lock()


def segmenter(words: tuple[str, ...]) -> Segmenter:
    """取切词器：同一份词典只装一次（词典占几十兆内存）；换词典时旧的放掉。"""
    with _lock:
        found = _segmenters.get(words)
        if found is None:
            _segmenters.clear()
            found = _segmenters[words] = Segmenter((*own_words(), *words))
        return found


def bigrams(text: str) -> list[str]:
    """二元组：统一后的文字里相邻两字；单字成串的原样，字母数字整串算一个。"""
    found: list[str] = []
    for run in _RUN.findall(text):
        if len(run) < 2 or run[0] < "\u3400":
            found.append(run)
        else:
            found += map("".join, zip(run, run[1:], strict=False))
    return found


@dataclass(frozen=True, slots=True)
class Passage:
    """段落：原文的起止，clause 为所在的条（没有为空）。"""

    start: int
    end: int
    clause: str = ""


def clauses(body: str) -> list[tuple[int, str]]:
    """条：各条开头的位置与名称，按次序。"""
    return [(match.start(1), match.group(1)) for match in _CLAUSE.finditer(body)]


def passages(body: str, size: int = PASSAGE, overlap: int = OVERLAP) -> list[Passage]:
    """分段：先按条分，条内每段约 size 字，在句末断开，相邻两段重叠约 overlap 字；段不跨条。"""
    marks = clauses(body)
    bounds = [place for place, _ in marks] + [len(body)]
    names = [name for _, name in marks]
    if not marks or marks[0][0] > 0:
        bounds, names = [0, *bounds], ["", *names]
    found: list[Passage] = []
    for name, start, end in zip(names, bounds, bounds[1:], strict=False):
        found += [Passage(a, b, name) for a, b in _windows(body, start, end, size, overlap)]
    return found


def _windows(body: str, start: int, end: int, size: int, overlap: int) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(body, start, end):
        a, b = match.span()
        # 没有句号的长表格也要断开。
        pieces += [(i, min(i + size, b)) for i in range(a, b, size)]
    found: list[tuple[int, int]] = []
    first = 0
    for last, (_, b) in enumerate(pieces):
        following = pieces[last + 1][1] if last + 1 < len(pieces) else None
        if following is not None and following - pieces[first][0] <= size * 1.25:
            continue
        if body[pieces[first][0] : b].strip():
            found.append((pieces[first][0], b))
        back = last
        while back > first + 1 and b - pieces[back][0] < overlap:
            back -= 1
        # 重叠从句首起；下一段至少要前进一句。
        first = (
            back
            if following is not None and back > first and b - pieces[back][0] <= overlap * 2
            else last + 1
        )
    return found


def any_segmenter() -> Segmenter:
    """任一切词器：用户词典有没有都行时，用现成的，免得为此换来换去。"""
    with _lock:
        found = next(iter(_segmenters.values()), None)
    return found or segmenter(())
