"""内嵌后端：tantivy。一代一个目录，documents、passages 各一个索引，随进程打开，不需要另外的服务。"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .base import (
    FACETS,
    WORD_FIELDS,
    AllOf,
    AnyOf,
    Best,
    Bundle,
    Dates,
    Everything,
    Found,
    Phrase,
    Query,
    Request,
    Result,
    Row,
    Table,
    Term,
    Unavailable,
    unscored,
)

REMEMBERED = 50_000  # 记住多少个词的件数；提交之后重新数
COUNTED = 1_000  # 记住多少个查找的总数与各筛选项的件数：翻页、常查的词不必再数；提交之后重新数
# 随发布更新时写者的缓冲：tantivy 每条线至少要这么多；重建另给大的（SEARCH_BUILD_MEMORY）。
LEAST = 15_000_000
TABLES: tuple[Table, ...] = ("documents", "passages")


def _schema(table: Table) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for name, placed in WORD_FIELDS[table].items():
        builder.add_text_field(
            name, tokenizer_name="whitespace", index_option="position" if placed else "freq"
        )
    builder.add_unsigned_field("date", indexed=True, fast=True)
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    if table == "documents":
        builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("cites", tokenizer_name="raw", index_option="basic")
    else:
        builder.add_unsigned_field("start", stored=True)
        builder.add_unsigned_field("end", stored=True)
    return builder.build()


def _open(path: Path) -> Any:
    import tantivy

    index = tantivy.Index.open(str(path))
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("whitespace", analyzer)
    return index


def compile_query(query: Query, schema: Any) -> Any:
    """译成 tantivy 的查询。"""
    import tantivy

    q, occur = tantivy.Query, tantivy.Occur

    def build(node: Query) -> Any:
        match node:
            case Term(field, value, boost):
                made = q.term_query(schema, field, value)
                return made if boost == 1.0 else q.boost_query(made, boost)
            case Phrase(field, words, boost):
                if len(words) == 1:
                    return build(Term(field, words[0], boost))
                return q.boost_query(q.phrase_query(schema, field, list(words)), boost)
            case AnyOf(parts, minimum):
                pairs = [(occur.Should, build(part)) for part in parts]
                return q.boolean_query(pairs, minimum) if minimum > 1 else q.boolean_query(pairs)
            case Best(parts):
                return q.disjunction_max_query([build(part) for part in parts])
            case AllOf(parts, bonus, excluded):
                pairs = [(occur.Must, build(part)) for part in parts]
                pairs += [(occur.Should, build(part)) for part in bonus]
                pairs += [(occur.MustNot, build(part)) for part in excluded]
                return q.boolean_query(pairs)
            case Dates(first, last):
                kind = tantivy.FieldType.Unsigned
                return q.const_score_query(q.range_query(schema, "date", kind, first or 1, last), 0.0)
            case Everything():
                return q.const_score_query(q.all_query(), 0.0)
        raise TypeError(node)

    return build(query)


class EmbeddedReader:
    """只读的一代：写者提交之后，下一次查询就看得到。"""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.indexes = {table: _open(folder / table) for table in TABLES}
        except (ValueError, OSError) as error:
            raise Unavailable("检索索引还没有建立或已损坏；请运行 gongkai rebuild") from error
        self.stamps: dict[str, tuple[int, int]] = {}
        self.frequencies: dict[tuple[str, str, str], int] = {}
        self.counts: dict[Any, tuple[int, dict[str, list[tuple[str, int]]]]] = {}
        self.lock = threading.Lock()

    def _searcher(self, table: Table) -> Any:
        return self._opened(table)[0]

    def _opened(self, table: Table) -> tuple[Any, tuple[int, int]]:
        """此刻的索引与它的印记。"""
        # 写者每次提交都换一个新的 meta.json；看它变没变比定时重读快，而且提交之后立即可见。
        try:
            status = (self.folder / table / "meta.json").stat()
        except OSError as error:
            raise Unavailable("检索索引正在更换，请稍后再试") from error
        stamp = (status.st_mtime_ns, status.st_ino)
        if self.stamps.get(table) != stamp:
            with self.lock:
                self.indexes[table].reload()
                self.stamps[table] = stamp
                self.frequencies.clear()
                self.counts.clear()
        return self.indexes[table].searcher(), stamp

    def search(self, request: Request) -> Result:
        import tantivy

        searcher, stamp = self._opened(request.table)
        query = compile_query(request.query, self.indexes[request.table].schema)
        order: dict[str, Any] = {}
        if request.newest_first:
            order = {"order_by_field": "date", "order": tantivy.Order.Desc}
        hits: list[Found] = []
        if request.limit:
            # 求前几名不必算全部的分；总数与各筛选项另用不计分的一遍，两遍合起来反而快。
            top = searcher.search(query, request.limit, count=False, offset=request.offset, **order).hits
            for score, address in top:
                stored = searcher.doc(address).to_dict()
                start, end = stored.get("start", [0])[0], stored.get("end", [0])[0]
                hits.append(Found(stored["key"][0], float(score or 0), start, end))
        if not request.counted:
            return Result(tuple(hits))
        total, facets = self._counted(request, searcher, stamp)
        return Result(tuple(hits), total, facets)

    def _counted(
        self, request: Request, searcher: Any, stamp: tuple[int, int]
    ) -> tuple[int, dict[str, list[tuple[str, int]]]]:
        """总数与各筛选项的件数；索引没变，同样的查找只数一次。"""
        key = (request.table, request.query, request.facets)
        known = self.counts.get(key)
        if known is not None:
            return known[0], {name: list(pairs) for name, pairs in known[1].items()}
        wanted: dict[str, Any] = {"total": {"value_count": {"field": "date"}}}
        wanted |= {name: {"terms": {"field": name, "size": 60}} for name in request.facets}
        counting = compile_query(unscored(request.query), self.indexes[request.table].schema)
        answer = searcher.aggregate(counting, wanted)
        facets = {
            name: [(bucket["key"], int(bucket["doc_count"])) for bucket in answer[name]["buckets"]]
            for name in request.facets
        }
        total = int(answer["total"]["value"])
        with self.lock:
            # 数的时候索引换了新的，就不记：记下的要和之后的结果是同一份。
            if self.stamps.get(request.table) == stamp:
                if len(self.counts) >= COUNTED:
                    self.counts.clear()
                self.counts[key] = total, facets
        return total, {name: list(pairs) for name, pairs in facets.items()}

    def frequency(self, table: Table, field: str, values: Sequence[str]) -> list[int]:
        searcher = self._searcher(table)
        if len(self.frequencies) > REMEMBERED:
            self.frequencies.clear()
        found = []
        for value in values:
            key = (table, field, value)
            count = self.frequencies.get(key)
            if count is None:
                count = self.frequencies[key] = searcher.doc_freq(field, value)
            found.append(count)
        return found

    def size(self, table: Table) -> int:
        return int(self._searcher(table).num_docs)


class EmbeddedWriter:
    """写者：tantivy 自己用文件锁保证只有一个。"""

    def __init__(self, folder: Path, memory: int) -> None:
        self.writers = {
            table: _open(folder / table).writer(heap_size=memory, num_threads=1) for table in TABLES
        }
        for writer in self.writers.values():
            # 上次若在提交当中被杀，会留下写了一半的文件；不先清掉，重做到同一步时会因文件已在而永远提交不了。
            writer.garbage_collect_files()

    def apply(self, *, removed: Iterable[str], added: Iterable[Bundle]) -> None:
        for key in removed:
            self._remove(key)
        for bundle in added:
            # 删除只作用于先前的行，删旧与加新可以逐件交错。
            self._remove(bundle.document.key)
            self._add(bundle)

    def append(self, added: Iterable[Bundle]) -> None:
        for bundle in added:
            self._add(bundle)

    def _remove(self, key: str) -> None:
        for writer in self.writers.values():
            writer.delete_documents_by_term("key", key)

    def _add(self, bundle: Bundle) -> None:
        self.writers["documents"].add_document(_document(bundle.document, "documents"))
        for row in bundle.passages:
            self.writers["passages"].add_document(_document(row, "passages"))

    def commit(self) -> None:
        # 段落在先：documents 里有了，段落必已有。
        for table in reversed(TABLES):
            self.writers[table].commit()

    def close(self) -> None:
        for writer in self.writers.values():
            writer.wait_merging_threads()
        self.writers = {}


def _document(row: Row, table: Table) -> Any:
    import tantivy

    made = tantivy.Document()
    made.add_text("key", row.key)
    for name, text in row.texts.items():
        if text:
            made.add_text(name, text)
    for name, values in row.marks.items():
        for value in values:
            made.add_text(name, value)
    made.add_unsigned("date", row.date)
    if table == "passages":
        made.add_unsigned("start", row.start)
        made.add_unsigned("end", row.end)
    return made


class Embedded:
    """tantivy 后端：folder 下一代一个目录。"""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, generation: str) -> None:
        import tantivy

        self.drop(generation)
        for table in TABLES:
            path = self.folder / generation / table
            path.mkdir(parents=True)
            tantivy.Index(_schema(table), str(path))

    def writer(self, generation: str, *, memory: int = 0) -> EmbeddedWriter:
        return EmbeddedWriter(self.folder / generation, memory or LEAST)

    def reader(self, generation: str) -> EmbeddedReader:
        return EmbeddedReader(self.folder / generation)

    def switch(self, generation: str) -> None:
        """用哪一代记在数据库里，改那一行就是切换；这里不必再做什么。"""

    def drop(self, generation: str) -> None:
        shutil.rmtree(self.folder / generation, ignore_errors=True)

    def disk(self, generation: str) -> int:
        return sum(file.stat().st_size for file in (self.folder / generation).rglob("*") if file.is_file())
