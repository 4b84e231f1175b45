"""造数：用共享数据里真实的段落、标题拼出任意多件公开信息；同样的件数每次造出的都一样。"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

from corpus import articles, policies, rows

UNITS = "水务局 财政局 教育局 卫生健康局 住房和城乡建设局 交通运输局 民政局 人力资源和社会保障局".split()
CITIES = "临江市 江东区 江西区 江南区 江北区".split()
KINDS = "规范性文件 政策文件 政策解读 通知公告 预决算 办事指南 工作动态 建议提案 行政许可 招标采购".split()
THEMES = "供水 排水 水价 节水 防汛 财政 教育 医疗 住房 交通 社保 就业 养老 环保 应急 统计".split()
COLUMNS = "政策文件 通知公告 财政信息 工作动态 办事服务 政民互动 规划计划 重点领域".split()
VALIDITY = ["in_force"] * 6 + ["amended"] + ["expired", "repealed"] + [""] * 3


def _paragraphs() -> list[str]:
    found = [item.body for item in articles() if len(item.body) > 20]
    for item in policies():
        found += [part for part in re.split(r"(?<=[。；])", item.body) if len(part) > 20]
    for name, field in (
        ("water_appeals_fuzhou/appeals.jsonl", "reply"),
        ("citizen_messages_tipdm/messages_with_replies.jsonl", "reply"),
    ):
        found += [str(row.get(field) or "")[:400] for row in rows(name) if row.get(field)]
    return found


def documents(count: int, *, mean: int = 300, seed: int = 1) -> Iterator[dict]:
    """造 count 件：正文平均约 mean 字；值为 SearchDocument 的各栏，organisation 为 0 起的序号。"""
    chance = random.Random(seed)
    paragraphs = _paragraphs()
    subjects = [item.title.split(" ")[0] for item in articles()]
    start = date(2008, 1, 1)
    for number in range(1, count + 1):
        parts: list[str] = []
        size, wanted = 0, chance.randint(mean // 6, mean * 3 // 2)
        while size < wanted:
            part = chance.choice(paragraphs)[:wanted]
            parts.append(part)
            size += len(part)
        unit = chance.randrange(len(CITIES) * len(UNITS))
        day = start + timedelta(days=chance.randrange(6800))
        city, office = CITIES[unit // len(UNITS)], UNITS[unit % len(UNITS)]
        title = f"{city}{office}关于{chance.choice(THEMES)}{chance.choice(subjects)}的{chance.choice(KINDS)}"
        yield {
            "key": f"bench.item:{number}",
            "title": title[:400],
            "body": "\n".join(parts),
            "kind": chance.choice(KINDS),
            "theme": chance.choice(THEMES),
            "columns": chance.sample(COLUMNS, chance.randint(1, 2)),
            "sites": [city],
            "validity": chance.choice(VALIDITY),
            "date": day,
            "numbers": [f"{city[1]}{office[0]}发〔{day.year}〕{number % 900 + 1}号"],
            "url": f"/{number}/",
            "organisation": unit,
        }


def fill(count: int, *, mean: int = 300) -> None:
    """收进库里。"""
    from gongkai.core.models import Organisation
    from gongkai.search.models import SearchDocument

    units = []
    for city in CITIES:
        root = Organisation.objects.create(name=city, kind="city" if city == CITIES[0] else "district")
        units += [
            Organisation.objects.create(name=f"{city}{name}", kind="agency", parent=root) for name in UNITS
        ]
    batch: list[SearchDocument] = []
    for values in documents(count, mean=mean):
        batch.append(SearchDocument(**values | {"organisation": units[values["organisation"]]}))
        if len(batch) == 5000:
            SearchDocument.objects.bulk_create(batch, batch_size=500)
            batch = []
    SearchDocument.objects.bulk_create(batch, batch_size=500)
