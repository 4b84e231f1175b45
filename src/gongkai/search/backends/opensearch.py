"""OpenSearch 后端：喂给它的词与 tantivy 完全一样，按空格分开；两张表各一个索引，一代一套。

请求的样子以 tests/search/contract/ 里的样本为准；没有对着运行中的服务器测过（见 README）。
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import httpx

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
)

TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
BULK_BYTES: Final = 8_000_000
TABLES: tuple[Table, ...] = ("documents", "passages")


def mapping(table: Table) -> dict[str, Any]:
    """索引的设置与字段：不另分词，只按空格断开；不存原文，原文在数据库里。"""
    fields: dict[str, Any] = {
        "key": {"type": "keyword"},
        "date": {"type": "integer"},
        **{name: {"type": "keyword"} for name in FACETS},
    }
    for name, placed in WORD_FIELDS[table].items():
        fields[name] = {
            "type": "text",
            "analyzer": "whitespace",
            "index_options": "positions" if placed else "freqs",
        }
    if table == "documents":
        fields |= {"number": {"type": "keyword"}, "cites": {"type": "keyword"}}
    else:
        fields |= {
            "start": {"type": "integer", "index": False},
            "end": {"type": "integer", "index": False},
        }
    return {
        # 更新由索引器逐批刷新，不必每秒刷一次。
        "settings": {"index": {"refresh_interval": "-1"}},
        "mappings": {
            "dynamic": "strict",
            "_source": {"includes": ["key", "start", "end"]},
            "properties": fields,
        },
    }


def compile_query(query: Query) -> dict[str, Any]:
    """译成 OpenSearch 的查询。"""
    match query:
        case Term(field, value, 0.0):
            return {"constant_score": {"filter": {"term": {field: {"value": value}}}, "boost": 0.0}}
        case Term(field, value, boost):
            return {"term": {field: {"value": value, "boost": boost}}}
        case Phrase(field, words, boost) if len(words) == 1:
            return compile_query(Term(field, words[0], boost))
        case Phrase(field, words, boost):
            return {"match_phrase": {field: {"query": " ".join(words), "boost": boost}}}
        case AnyOf(parts, minimum):
            should = [compile_query(part) for part in parts]
            return {"bool": {"should": should, "minimum_should_match": minimum}}
        case Best(parts):
            return {"dis_max": {"queries": [compile_query(part) for part in parts]}}
        case AllOf(parts, bonus, excluded):
            named = (("must", parts), ("should", bonus), ("must_not", excluded))
            return {"bool": {name: [compile_query(part) for part in some] for name, some in named if some}}
        case Dates(first, last):
            limits = {"gte": first or 1} | ({"lte": last} if last else {})
            return {"constant_score": {"filter": {"range": {"date": limits}}, "boost": 0.0}}
        case Everything():
            return {"match_all": {"boost": 0.0}}
    raise TypeError(query)


def search_body(request: Request) -> dict[str, Any]:
    """一次查询的请求。"""
    body: dict[str, Any] = {
        "query": compile_query(request.query),
        "from": request.offset,
        "size": request.limit,
        "_source": ["key", "start", "end"] if request.table == "passages" else ["key"],
        "track_total_hits": request.counted,
    }
    if request.newest_first:
        body["sort"] = [{"date": "desc"}, "_score"]
    if request.counted and request.facets:
        body["aggs"] = {name: {"terms": {"field": name, "size": 60}} for name in request.facets}
    return body


class _Link:
    """到服务器的连接：出错一律成为 Unavailable，给人看的话里不带地址与口令。"""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        # 用户名与口令不留在网址里，免得随出错的信息进日志。
        parts = httpx.URL(url)
        auth = (parts.username, parts.password) if parts.username else None
        bare = parts.copy_with(username=None, password=None)
        self.client = httpx.Client(base_url=bare, auth=auth, timeout=TIMEOUT, transport=transport)

    def call(self, method: str, path: str, *, missing: bool = False, **values: Any) -> Any:
        """发一次请求；missing 为真时 404 算空。错误：Unavailable。"""
        try:
            response = self.client.request(method, path, **values)
            if missing and response.status_code == 404:
                return {}
            response.raise_for_status()
            return response.json() if response.content else {}
        except httpx.HTTPStatusError as error:
            raise Unavailable(f"检索服务拒绝了请求（{error.response.status_code}）") from error
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("检索服务暂时不通") from error


class OpenSearchReader:
    """只读的一代。"""

    def __init__(self, link: _Link, names: dict[Table, str]) -> None:
        self.link, self.names = link, names

    def search(self, request: Request) -> Result:
        answer = self.link.call("POST", f"/{self.names[request.table]}/_search", json=search_body(request))
        hits = tuple(
            Found(
                hit["_source"]["key"],
                float(hit.get("_score") or 0),
                hit["_source"].get("start", 0),
                hit["_source"].get("end", 0),
            )
            for hit in answer["hits"]["hits"]
        )
        total = answer["hits"]["total"]["value"] if request.counted else -1
        found = answer.get("aggregations", {})
        facets = {
            name: [(str(bucket["key"]), bucket["doc_count"]) for bucket in found[name]["buckets"]]
            for name in request.facets
            if name in found
        }
        return Result(hits, total, facets)

    def frequency(self, table: Table, field: str, values: Sequence[str]) -> list[int]:
        # 一次问全部：每个词一个只计数的桶。
        if not values:
            return []
        filters = {str(i): {"term": {field: value}} for i, value in enumerate(values)}
        body = {"size": 0, "aggs": {"words": {"filters": {"filters": filters}}}}
        answer = self.link.call("POST", f"/{self.names[table]}/_search", json=body)
        buckets = answer["aggregations"]["words"]["buckets"]
        return [buckets[str(i)]["doc_count"] for i in range(len(values))]

    def size(self, table: Table) -> int:
        return int(self.link.call("GET", f"/{self.names[table]}/_count")["count"])


class OpenSearchWriter:
    """写者：攒够一批用 _bulk 发出，提交时刷新，之后才查得到。"""

    def __init__(self, link: _Link, names: dict[Table, str]) -> None:
        self.link, self.names = link, names

    def apply(self, *, removed: Iterable[str], added: Iterable[Bundle]) -> None:
        added = list(added)
        keys = [*removed, *(bundle.document.key for bundle in added)]
        if keys:
            # 一件的段落有多有少，先按键全删，再加。
            for name in self.names.values():
                body = {"query": {"terms": {"key": keys}}}
                path = f"/{name}/_delete_by_query"
                self.link.call("POST", path, json=body, params={"conflicts": "proceed", "refresh": "true"})
        self.append(added)

    def append(self, added: Iterable[Bundle]) -> None:
        for content in _batches(self._lines(added)):
            headers = {"Content-Type": "application/x-ndjson"}
            answer = self.link.call("POST", "/_bulk", content=content, headers=headers)
            if answer.get("errors"):
                raise Unavailable("检索服务没有收下一部分信息；会重做")

    def _lines(self, added: Iterable[Bundle]) -> Iterator[bytes]:
        for bundle in added:
            rows: list[tuple[Table, Row]] = [("documents", bundle.document)]
            rows += [("passages", row) for row in bundle.passages]
            for table, row in rows:
                action = {"index": {"_index": self.names[table], "_id": identity(row)}}
                yield _line(action) + _line(source(row, table))

    def commit(self) -> None:
        for name in self.names.values():
            self.link.call("POST", f"/{name}/_refresh")

    def close(self) -> None:
        self.link.client.close()


def identity(row: Row) -> str:
    """行的编号：由键与段落起点得出，重做一遍是同一行，不会重复。"""
    return hashlib.sha256(f"{row.key}|{row.start}".encode()).hexdigest()[:32]


def source(row: Row, table: Table) -> dict[str, Any]:
    """一行的内容。"""
    marks = {name: list(values) for name, values in row.marks.items() if values}
    place = {"start": row.start, "end": row.end} if table == "passages" else {}
    return {"key": row.key, "date": row.date, **row.texts, **marks, **place}


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _batches(lines: Iterable[bytes]) -> Iterator[bytes]:
    batch, size = [], 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size > BULK_BYTES:
            yield b"".join(batch)
            batch, size = [], 0
    if batch:
        yield b"".join(batch)


class OpenSearch:
    """OpenSearch 后端：url 可带用户名与口令；prefix 为索引名的开头，几套系统可以共用一个集群。"""

    name = "opensearch"

    def __init__(self, url: str, prefix: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url, self.prefix, self.transport = url, prefix, transport

    def _link(self) -> _Link:
        return _Link(self.url, self.transport)

    def names(self, generation: str) -> dict[Table, str]:
        """一代的两个索引名。"""
        return {table: f"{self.prefix}-{generation}-{table}" for table in TABLES}

    def create(self, generation: str) -> None:
        self.drop(generation)
        for table, name in self.names(generation).items():
            self._link().call("PUT", f"/{name}", json=mapping(table))

    def writer(self, generation: str, *, memory: int = 0) -> OpenSearchWriter:
        return OpenSearchWriter(self._link(), self.names(generation))

    def reader(self, generation: str) -> OpenSearchReader:
        return OpenSearchReader(self._link(), self.names(generation))

    def switch(self, generation: str) -> None:
        """别名一次换到这一代，供别的系统直接查；本系统按数据库里记的一代查。"""
        link = self._link()
        actions: list[dict[str, Any]] = []
        for table, name in self.names(generation).items():
            alias = f"{self.prefix}-{table}"
            # 第一次还没有别名时回答 404；2.12 以前的版本不认 must_exist，所以先问再删。
            for old in link.call("GET", f"/_alias/{alias}", missing=True):
                actions.append({"remove": {"index": old, "alias": alias}})
            actions.append({"add": {"index": name, "alias": alias}})
        link.call("POST", "/_aliases", json={"actions": actions})

    def drop(self, generation: str) -> None:
        for name in self.names(generation).values():
            self._link().call("DELETE", f"/{name}", missing=True)

    def disk(self, generation: str) -> int:
        joined = ",".join(self.names(generation).values())
        answer = self._link().call("GET", f"/{joined}/_stats/store", missing=True)
        return int(answer.get("_all", {}).get("total", {}).get("store", {}).get("size_in_bytes", 0))
