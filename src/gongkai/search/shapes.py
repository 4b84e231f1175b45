"""交给程序的样子：命令行的 --json 与接口共用，字段只增不改。"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .answers import Answer
from .extracts import Piece
from .known import Known
from .models import SearchDocument
from .queries import Hit, Results


def pieces(found: Iterable[Piece]) -> list[dict[str, Any]]:
    """标红的文字：一截一项。"""
    return [{"text": piece.text, "hit": piece.hit} for piece in found]


def document_as_data(document: SearchDocument) -> dict[str, Any]:
    """条目。"""
    return {
        "key": document.key,
        "title": document.title,
        "url": document.url,
        "numbers": document.numbers,
        "organisation": str(document.organisation or ""),
        "sites": document.sites,
        "columns": document.columns,
        "kind": document.kind,
        "theme": document.theme,
        "validity": document.validity,
        "date": document.date.isoformat() if document.date else None,
    }


def hit_as_data(hit: Hit) -> dict[str, Any]:
    """一条结果。"""
    return document_as_data(hit.document) | {
        "score": round(hit.score, 4),
        "pinned": hit.pinned,
        "exact": hit.exact,
        "title_pieces": pieces(hit.title),
        "extract": pieces(hit.extract),
    }


def results_as_data(results: Results) -> dict[str, Any]:
    """一次查找的结果。"""
    return {
        "query": results.criteria.query,
        "plan": results.plan,
        "total": results.total,
        "page": results.criteria.page,
        "pages": results.pages,
        "hidden": results.hidden,
        "suggestion": results.suggestion,
        "corrected": results.corrected,
        "facets": results.facets,
        "hits": [hit_as_data(hit) for hit in results.hits],
        "milliseconds": round(results.took * 1000, 1),
    }


def known_as_data(known: Known) -> dict[str, Any]:
    """编好的答复。"""
    return {
        "key": known.key,
        "question": known.question,
        "url": known.url,
        "text": known.text,
        "organisation": known.organisation,
        "date": known.date.isoformat() if known.date else None,
        "valid_until": known.valid_until.isoformat() if known.valid_until else None,
        "sources": [
            {"name": each.name, "url": each.url, "number": each.number, "clause": each.clause}
            for each in known.sources
        ],
    }


def answer_as_data(answer: Answer) -> dict[str, Any]:
    """一次作答。"""
    return {
        "question": answer.question,
        "found": answer.found,
        "confidence": round(answer.best, 4),
        "differ": answer.differ,
        "phrased": answer.phrased,
        "known": known_as_data(answer.known) if answer.known else None,
        "quotes": [
            document_as_data(quote.document)
            | {
                "clause": quote.clause,
                "text": quote.text,
                "key_sentence": quote.key,
                "score": round(quote.score, 4),
                "place": quote.url,
            }
            for quote in answer.quotes
        ],
    }
