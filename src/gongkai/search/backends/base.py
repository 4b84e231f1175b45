"""后端接口：与引擎无关的查询、行与结果。tantivy 和 OpenSearch 都实现它，喂给两者的词完全一样。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

# 两张表：documents 一件一行，供短查询、筛选与计数；passages 一段一行，供长问句与问答。
Table = Literal["documents", "passages"]
FACETS: Final = ("organisation", "site", "column", "kind", "theme", "year", "validity")
# 词与二元组各字段：空格分开的词；带位置的可以查短语。
WORD_FIELDS: Final = {
    "documents": {"title": True, "title_pairs": False, "body": True},
    "passages": {"title": False, "body": False, "body_pairs": False},
}


class Unavailable(Exception):
    """检索暂不可用：索引未建或服务不通；message 给人看。"""


@dataclass(frozen=True, slots=True)
class Term:
    """含一个词。"""

    field: str
    value: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """依次含这些词。"""

    field: str
    words: tuple[str, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """任一：得分相加；minimum 为至少满足几项。"""

    parts: tuple[Query, ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Best:
    """取最好的一项得分，如同义词。"""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """全部满足；bonus 只加分，excluded 一项都不得满足。"""

    parts: tuple[Query, ...]
    bonus: tuple[Query, ...] = ()
    excluded: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Dates:
    """日期范围：年月日八位整数，含两端；None 为不限。"""

    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Everything:
    """全部。"""


Query = Term | Phrase | AnyOf | Best | AllOf | Dates | Everything


def unscored(query: Query) -> Query:
    """只数件数时用的：去掉只加分的各项，符合的一件不多、一件不少。"""
    match query:
        case AllOf(parts, _bonus, excluded) if parts:
            return AllOf(tuple(map(unscored, parts)), (), tuple(map(unscored, excluded)))
        case AnyOf(parts, minimum):
            return AnyOf(tuple(map(unscored, parts)), minimum)
        case Best(parts):
            return AnyOf(tuple(map(unscored, parts)))
        case _:
            return query


@dataclass(frozen=True, slots=True)
class Request:
    """一次查询：facets 为要计数的筛选项；newest_first 按日期；counted 为假时不求总数（更快）。"""

    table: Table
    query: Query
    facets: tuple[str, ...] = ()
    newest_first: bool = False
    offset: int = 0
    limit: int = 10
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """一条结果：start、end 为段落在正文里的起止（documents 表为 0）。"""

    key: str
    score: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """结果：total 为总数（没求时为 −1），facets 为各筛选项的值与件数，多的在前。"""

    hits: tuple[Found, ...]
    total: int = -1
    facets: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """一行：texts 为空格分开的词，marks 为原样匹配的值，date 八位整数（无为 0）。"""

    key: str
    texts: dict[str, str]
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    date: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """一件公开信息的全部行：documents 一行，passages 若干行。"""

    document: Row
    passages: tuple[Row, ...] = ()


class Reader(Protocol):
    """只读的一代。"""

    def search(self, request: Request) -> Result: ...

    def frequency(self, table: Table, field: str, values: Sequence[str]) -> list[int]:
        """各词出现在几行里。"""
        ...

    def size(self, table: Table) -> int:
        """行数。"""
        ...


class Writer(Protocol):
    """正在写的一代；close 之前的改动以 commit 为准。"""

    def apply(self, *, removed: Iterable[str], added: Iterable[Bundle]) -> None:
        """先删（removed 与 added 的旧行），后加。"""
        ...

    def append(self, added: Iterable[Bundle]) -> None:
        """只加不删：从空的一代建起时用，免得每件都留一条删除。"""
        ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


class Backend(Protocol):
    """后端。"""

    name: str

    def create(self, generation: str) -> None:
        """新建一代；已有的先删。"""
        ...

    def writer(self, generation: str, *, memory: int = 0) -> Writer: ...

    def reader(self, generation: str) -> Reader:
        """错误：Unavailable。"""
        ...

    def switch(self, generation: str) -> None:
        """切换到这一代，一次完成。"""
        ...

    def drop(self, generation: str) -> None: ...

    def disk(self, generation: str) -> int:
        """所占字节数；不知道为 0。"""
        ...
