"""评测用的真实文字：共享数据里的法条、政策文件与问题；只读，不复制进仓库。"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_NUMERAL = "[零〇一二三四五六七八九十百千]+"
_ARTICLE = re.compile(rf"(?m)^[ \t\u3000]*(?:\*\*)?(第{_NUMERAL}条(?:之{_NUMERAL})?)(?=[ \u3000*：:]|\Z)")


@dataclass(frozen=True, slots=True)
class Item:
    """一件：法条一条一件，政策文件一份一件；gold 为评测用的名字。"""

    gold: tuple[str, ...]
    title: str
    body: str
    kind: str
    day: date | None = None
    numbers: tuple[str, ...] = ()
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """一问：golds 为各项应得，每项列出算对的各件（同一条可有几个版本）。"""

    text: str
    golds: tuple[frozenset[tuple[str, ...]], ...]
    source: str = field(default="")


def rows(name: str) -> Iterator[dict]:
    """读一份共享数据。错误：SystemExit——没有这份数据。"""
    path = DATA / name
    if not path.is_file():
        raise SystemExit(f"缺少共享数据 {path}；评测要用它，请先放好")
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def articles(*, region: str = "国家", expired: bool = False) -> Iterator[Item]:
    """法条：现行的全国性法律、法规、司法解释，逐条；同一部法的同一条文字相同的只收一次。"""
    seen: set[tuple[str, str, str]] = set()
    for law in rows("laws/laws.jsonl"):
        if law["region"] != region or (law["expired"] and not expired):
            continue
        # 民法典在数据里按编分开，问题里按法典称呼。
        name = "民法典" if law["category"] == "民法典" else law["name"]
        title = "中华人民共和国民法典" if name == "民法典" else law["title"]
        marks = list(_ARTICLE.finditer(law["text"]))
        for mark, following in zip(marks, [*marks[1:], None], strict=False):
            end = following.start() if following else len(law["text"])
            body = re.sub(r"(?m)^#+.*$", "", law["text"][mark.end() : end]).strip(" \t\n\u3000*")
            if (name, mark[1], body) not in seen:
                seen.add((name, mark[1], body))
                yield Item((name, mark[1]), f"{title} {mark[1]}", body, law["category"], _day(law["publish"]))


def policies() -> Iterator[Item]:
    """政策文件：疫情政策 300 份与国务院文件 27 份（开发用的一半）。"""
    for row in rows("ncp_policy_qa/docs.jsonl"):
        title = re.split(r"[ 。]", row["text"], maxsplit=1)[0][:60]
        yield Item((row["docid"],), title, row["text"], "政策文件")
    for row in rows("policy_raw_2019/policies.jsonl"):
        numbers = (row["number"],) if row["number"] else ()
        yield Item(
            (row["url"],), row["title"], row["text"], "政策文件", _day(row["written"]), numbers, row["office"]
        )


def everything() -> Iterator[Item]:
    """全部：逐条的法条与整份的政策文件。"""
    yield from articles()
    yield from policies()


def ncp_questions() -> list[Question]:
    """疫情政务问答：一问一份文件。"""
    return [
        Question(row["question"], (frozenset({(row["docid"],)}),), "NCP")
        for row in rows("ncp_policy_qa/questions.jsonl")
    ]


def lecoqa_questions() -> list[Question]:
    """LeCoQA：百姓的法律问题，一问一至多条法条。"""
    return [
        Question(row["question"], tuple(frozenset({(g["law"], g["article"])}) for g in row["gold"]), "LeCoQA")
        for row in rows("stard_lecoqa/lecoqa_mapped.jsonl")
    ]


def scored(found: list[list[tuple[str, ...]]], questions: list[Question]) -> dict[str, float]:
    """分数：R@10 为前十条里找到的应得项的比例，hit@10 为至少找到一项的问题的比例，MRR 取第一项的名次。"""
    totals: dict[str, float] = defaultdict(float)
    for golds, question in zip(found, questions, strict=True):
        top = golds[:10]
        totals["R@10"] += sum(bool(gold & set(top)) for gold in question.golds) / len(question.golds)
        right = frozenset().union(*question.golds)
        ranks = [rank for rank, gold in enumerate(top, 1) if gold in right]
        totals["hit@10"] += bool(ranks)
        totals["MRR"] += 1 / ranks[0] if ranks else 0.0
    return {name: round(totals[name] / len(questions), 4) for name in ("R@10", "hit@10", "MRR")}
