"""来源登记：各应用告诉检索怎样取一件公开信息；检索不认得各应用的模型。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

from gongkai.core.models import Organisation


@dataclass(frozen=True, slots=True)
class Entry:
    """条目：一件公开信息交给检索的样子。

    key 为“应用.模型:编号”；sites、columns 为站点与栏目名称；validity 取 models.Validity 的值；
    numbers 为文号（任何写法，存时统一）；body 为正文连同附件的文字；url 为站内路径或完整网址。
    """

    key: str
    title: str
    url: str
    body: str = ""
    organisation: Organisation | None = None
    sites: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    kind: str = ""
    theme: str = ""
    validity: str = ""
    date: date | None = None
    numbers: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Source:
    """来源：load(编号) 返回条目，已撤下或不存在返回 None；keys() 列出应当查得到的全部编号。"""

    name: str
    load: Callable[[int], Entry | None]
    keys: Callable[[], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Way:
    """出路：没有找到时还可以怎么办；label 给人看（已标译），name 为网址名。"""

    label: object
    name: str


WAYS: list[Way] = []


def offer(label: object, name: str) -> None:
    """登记出路：政策咨询、依申请公开等应用在装载时各报一条，同名的只留一条。"""
    if all(way.name != name for way in WAYS):
        WAYS.append(Way(label, name))


WORDS: list[Callable[[], Iterable[str]]] = []


def offer_words(give: Callable[[], Iterable[str]]) -> None:
    """登记用户词典的词：give() 给出办事事项等名称，建新的一代索引时取用；同一个只登记一次。"""
    if give not in WORDS:
        WORDS.append(give)


SOURCES: dict[str, Source] = {}


def register(name: str, *, load: Callable[[int], Entry | None], keys: Callable[[], Iterable[int]]) -> None:
    """登记来源：name 为“应用.模型”，与键的前半相同。错误：重名抛出 ValueError。"""
    if name in SOURCES:
        raise ValueError(f"检索来源重名：{name}")
    SOURCES[name] = Source(name, load, keys)
