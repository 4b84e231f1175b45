"""密钥轮换：把旧密钥加密的字段和文件、还没有加密的旧文件，一律换成用第一个密钥加密。

一行一行、一个文件一个文件地换，换过的不再换：中途停了再运行，接着换没换的。换的时候别人可以照常读写。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.db import connection, models, transaction

from .fields import EncryptedTextField, is_stale, rotate
from .parts import in_parts
from .vault import Sealed, SealedStorage, is_current

PART: Final = 500
# 换了、看了这么多处报一次进度。
STEP: Final = 1000
# 密文和怎样写回去。
Tokens = Iterator[tuple[str, Callable[[str], None]]]
Tell = Callable[[str], None] | None
_others: list[tuple[str, Callable[[], Tokens]]] = []


@dataclass
class Tally:
    """一处的数目：total 共几处，stale 要换的（旧密钥、没有加密），done 换了的，faults 换不成的各项和原因，
    missing 不在存储里的文件（没有可换的，另行报告）。"""

    name: str
    total: int
    stale: int
    faults: list[str]
    tell: Callable[[str], None] | None = None
    done: int = 0
    missing: list[str] = field(default_factory=list)

    def count(self) -> None:
        """看了一处；到了整数报一次进度。"""
        self.total += 1
        if self.tell and self.total % STEP == 0:
            self.tell(f"{self.name}：看了 {self.total} 处，要换的 {self.stale} 处")

    def renew(self, token: str, put: Callable[[str], None], fault: str, *, change: bool) -> None:
        """看一处密文：要换的，change 为真就换了交给 put 写回；没有加密它的密钥的，记下 fault。"""
        self.count()
        if not is_stale(token):
            return
        self.stale += 1
        if not change:
            return
        try:
            fresh = rotate(token)
        except InvalidToken:
            self.faults.append(fault)
            return
        put(fresh)
        self.done += 1


def register(name: str, tokens: Callable[[], Tokens]) -> None:
    """登记一处不是加密字段的密文：tokens 逐个给出密文和写回新密文的函数。"""
    _others.append((name, tokens))


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """加密字段：一个模型自己表里的。"""
    return [each for each in model._meta.local_concrete_fields if isinstance(each, EncryptedTextField)]


def files_of(model: type[models.Model]) -> list[models.FileField]:
    """加密存储的文件字段：一个模型自己表里的。"""
    return [
        each
        for each in model._meta.local_concrete_fields
        if isinstance(each, models.FileField) and isinstance(each.storage, SealedStorage)
    ]


def fields(*, change: bool, tell: Tell = None) -> Iterator[Tally]:
    """各加密字段：change 为真就换，否则只数。"""
    for model in apps.get_models():
        if (found := fields_of(model)) and model._meta.managed and not model._meta.proxy:
            yield _fields(model, found, change, tell)


def _fields(
    model: type[models.Model], found: list[models.Field[Any, Any]], change: bool, tell: Tell
) -> Tally:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    columns = [quote(str(each.column)) for each in found]
    tally = Tally(f"{model._meta.verbose_name}（{model._meta.label}）", 0, 0, [], tell)
    last: Any = None
    while True:
        # 直接取密文：经过模型取出来就解开了。各部分都是模型里的名称，不含外来的文字。
        after = f" WHERE {key} > %s" if last is not None else ""
        query = f"SELECT {key}, {', '.join(columns)} FROM {table}{after} ORDER BY {key} LIMIT {PART}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(query, [] if last is None else [last])
            rows = cursor.fetchall()
        if not rows:
            return tally
        last = rows[-1][0]
        for pk, *tokens in rows:
            for column, token in zip(columns, tokens, strict=True):
                if token:
                    put = partial(_put, table, key, column, pk, token)
                    fault = f"{model._meta.label} 第 {pk} 行的 {column}：没有加密它的密钥"
                    tally.renew(token, put, fault, change=change)


def _put(table: str, key: str, column: str, pk: Any, token: str, fresh: str) -> None:
    with connection.cursor() as cursor:
        # 旧值没有变才换：别人刚改过的，已是新密钥的了。
        cursor.execute(
            f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s",  # noqa: S608 都是模型里的名称
            [fresh, pk, token],
        )


def files(*, change: bool, tell: Tell = None) -> Iterator[Tally]:
    """各加密存储的文件：change 为真就换，否则只数。"""
    for model in apps.get_models():
        for held in files_of(model):
            yield _files(model, held, change, tell)


def _files(model: type[models.Model], held: models.FileField, change: bool, tell: Tell) -> Tally:
    storage: Any = held.storage
    tally = Tally(f"{model._meta.verbose_name}的文件（{model._meta.label}）", 0, 0, [], tell)
    rows = model._default_manager.exclude(**{held.name: ""}).only("pk", held.name)
    for row in in_parts(rows, PART):
        name = getattr(row, held.name).name
        tally.count()
        try:
            if is_current(storage.path(name)):
                continue
            tally.stale += 1
            if change:
                # 锁住这一行再换：别人正要删的，删完再说，不会换出一个删了又回来的文件。
                with transaction.atomic():
                    still = model._default_manager.select_for_update(of=("self",)).only("pk")
                    if still.filter(pk=row.pk, **{held.name: name}).first():
                        storage.reseal(name)
                        tally.done += 1
        except FileNotFoundError:
            tally.missing.append(f"{model._meta.label} 第 {row.pk} 行的文件 {name} 不在存储里")
        except (Sealed, OSError) as error:
            tally.faults.append(f"{model._meta.label} 第 {row.pk} 行：{error}")
    return tally


def others(*, change: bool, tell: Tell = None) -> Iterator[Tally]:
    """登记了的别处的密文：change 为真就换，否则只数。"""
    for name, tokens in _others:
        tally = Tally(name, 0, 0, [], tell)
        for token, put in tokens():
            tally.renew(token, put, f"{name}：有一处没有加密它的密钥", change=change)
        yield tally
