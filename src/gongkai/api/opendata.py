"""开放数据：整个目录的 CSV、JSON、DCAT，公开附件的下载。"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from gongkai.records.models import Site
from gongkai.records.queries import public_records

from .schemas import summary_of

app_name = "open"
COLUMNS = (
    ("index_number", "索引号"),
    ("title", "名称"),
    ("summary", "内容概述"),
    ("kind_name", "类型"),
    ("document_number", "发文字号"),
    ("issuer", "发布机构"),
    ("written_on", "成文日期"),
    ("published_on", "发布日期"),
    ("effective_on", "施行日期"),
    ("expires_on", "有效期至"),
    ("validity_name", "时效"),
    ("theme", "主题分类"),
    ("url", "网址"),
)


class _Echo:
    """csv.writer 写到哪里就原样交回哪里。"""

    def write(self, value: str) -> str:
        return value


def _plain(value: Any) -> str:
    text = "" if value is None else str(value)
    # 表格软件会把这几个字符开头的格当公式算。
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _rows(request: HttpRequest) -> Iterator[dict[str, Any]]:
    for record in public_records().iterator(chunk_size=500):
        yield summary_of(record) | {"url": request.build_absolute_uri(record.get_absolute_url())}


def catalogue_csv(request: HttpRequest) -> StreamingHttpResponse:
    """公开目录 CSV：带字节序标记，Excel 直接打开不乱码。"""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([label for _name, label in COLUMNS])
        for row in _rows(request):
            yield writer.writerow([_plain(row[name]) for name, _label in COLUMNS])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    return response


def catalogue_json(request: HttpRequest) -> StreamingHttpResponse:
    """公开目录 JSON Lines：一行一条，可以边取边读。"""
    lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in _rows(request))
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="catalogue.jsonl"'
    return response


def dcat(request: HttpRequest) -> HttpResponse:
    """数据目录（W3C DCAT，JSON-LD）：说明有哪些数据、怎样取。"""
    sites = Site.objects.filter(is_active=True).select_related("organisation")
    base = request.build_absolute_uri("/")

    def distribution(name: str, media: str) -> dict[str, str]:
        return {
            "@type": "dcat:Distribution",
            "dcat:accessURL": f"{base}{name}",
            "dcat:mediaType": media,
        }

    return JsonResponse(
        {
            "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},
            "@type": "dcat:Catalog",
            "dct:title": "政府信息公开目录",
            "dct:language": "zh-Hans",
            "dcat:dataset": [
                {
                    "@type": "dcat:Dataset",
                    "dct:title": f"{site.name}政府信息公开目录",
                    "dct:publisher": site.organisation.name,
                    "dcat:distribution": [
                        distribution("open/catalogue.csv", "text/csv"),
                        distribution("open/catalogue.jsonl", "application/x-ndjson"),
                        distribution(f"api/v1/records?site={site.domain}", "application/json"),
                    ],
                }
                for site in sites
            ],
        },
        json_dumps_params={"ensure_ascii": False},
        content_type="application/ld+json; charset=utf-8",
    )


def attachment(request: HttpRequest, pk: int, sha256: str) -> FileResponse:
    """公开附件：只有公开版的附件可以下载，撤下的立刻不能。"""
    record = get_object_or_404(public_records(), pk=pk)
    row = record.live.attachments.filter(sha256=sha256).first() if record.live else None
    if row is None:
        raise Http404
    name = row.name if row.name.lower().endswith(row.suffix) else row.name + row.suffix
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=name)
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = f'"{row.sha256}"'
    return response


urlpatterns = [
    path("catalogue.csv", catalogue_csv, name="csv"),
    path("catalogue.jsonl", catalogue_json, name="jsonl"),
    path("catalog.jsonld", dcat, name="dcat"),
    path("attachments/<int:pk>/<slug:sha256>", attachment, name="attachment"),
]
