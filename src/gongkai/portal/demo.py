"""演示：把虚构的公开信息经真实的起草、审查、签发走一遍，门户由此有内容；可重复运行。"""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any, Final

from django.core.files.base import ContentFile
from django.utils import timezone

from gongkai.accounts.models import User
from gongkai.formats.official_texts import Entry
from gongkai.records import actions, official, reviews
from gongkai.records.kinds import NEEDS_LEGAL, Kind
from gongkai.records.models import Column, Edition, FriendlyLink, OfficialText, Record, Site

from .demo_content import ITEMS, Item

# 承办：拟稿人、处室负责人。
UNITS: Final = {"office": ("clerk", "chief"), "tech": ("handler", "head")}
LINKS: Final = (
    ("中国政府网", "https://www.gov.cn/"),
    ("水利部", "http://www.mwr.gov.cn/"),
    ("临江市自来水公司（演示）", "https://water.example.invalid/"),
)
NOT_APPLICABLE: Final = {
    "statutory/fees/": (
        "收费项目",
        "fees",
        "本局没有行政事业性收费项目；水资源费已改为水资源税，由税务机关征收。",
    ),
}


def people() -> dict[str, Any]:
    """演示账号。"""
    return {user.username: user for user in User.objects.all()}


def seed(site: Site) -> int:
    """播种：没有的才建，返回新发布的条数。"""
    _columns(site)
    who = people()
    done = dict(Edition.objects.filter(record__site=site).values_list("title", "record_id"))
    made: dict[str, Record] = {}
    count = 0
    # 规范性文件没有签发的解读不能发布，所以文件和解读先都签好。
    readings = {key: item for item in ITEMS for kind, key in item.relations if kind == "interprets"}
    for item in sorted(ITEMS, key=lambda each: -each.days):
        if item.title in done:
            made[item.key] = Record.objects.get(pk=done[item.title])
        elif item.key not in made:
            pair = [item, readings[item.key]] if item.key in readings else [item]
            signed = []
            for each in pair:
                signed.append(sign(site, each, who, made))
                made[each.key] = signed[-1].record
            # 签好的解读随文件一起发布。
            actions.publish(who["office"], signed[0])
            count += len(signed)
    if count == len(ITEMS):
        _afterwards(site, made, who)
    return count


def _columns(site: Site) -> None:
    parent = Column.objects.filter(site=site, path="statutory/").first()
    for path, (name, slug, why) in NOT_APPLICABLE.items():
        Column.objects.get_or_create(
            site=site,
            path=path,
            defaults={"name": name, "slug": slug, "parent": parent, "not_applicable": why, "order": 90},
        )
    Column.objects.get_or_create(
        site=site,
        path="drinking-water/",
        defaults={
            "name": "放心水专题",
            "slug": "drinking-water",
            "kind": Column.Kind.TOPIC,
            "type_word": "专题专栏",
            "description": "二次供水改造、水质监测和用水服务，一处看全。",
            "order": 80,
        },
    )
    for order, (name, url) in enumerate(LINKS):
        FriendlyLink.objects.get_or_create(site=site, name=name, defaults={"url": url, "order": order})


def sign(site: Site, item: Item, who: dict[str, Any], made: dict[str, Record]) -> Edition:
    """一条：起草、加附件和关系、送审、审查、签发，各由不同的人办。"""
    author, head = (who[name] for name in UNITS[item.unit])
    shown = timezone.localdate() - timedelta(days=item.days)
    written = shown - timedelta(days=3)
    fill = {"year": written.year}
    values: dict[str, Any] = {
        "title": item.title,
        "summary": item.summary,
        "issuer": "临江市水务局",
        "source": "临江市水务局",
        "written_on": written,
        "published_on": shown,
        "document_number": item.number.format(**fill),
        "item20": item.item20,
        "theme": item.theme,
        "keywords": list(item.keywords),
        "fields": item.fields,
        "body": item.body,
    }
    if item.effective is not None:
        values["effective_on"] = written + timedelta(days=item.effective)
        if item.years:
            values["expires_on"] = _years_after(values["effective_on"], item.years)
    if item.kind == Kind.REGULATION:
        edition = _regulation(site, author, who, values)
    else:
        edition = actions.create_record(
            author, organisation=author.organisation, site=site, kind=item.kind, **values
        )
    for kind, key in item.relations:
        actions.relate(author, edition, kind=kind, target=made[key])
    if item.attach:
        name, rows = item.attach
        actions.attach(author, edition, ContentFile(_workbook(rows), name="table.xlsx"), name=f"{name}.xlsx")
    return review(edition, author, head, who)


def _regulation(site: Site, author: Any, who: dict[str, Any], values: dict[str, Any]) -> Edition:
    """法规规章：正文只能取自导入的正式文本。"""
    values = dict(values)
    entry = Entry(values["title"], values["written_on"], values.pop("body"), "临江市人民政府公报")
    official.import_entries(who["office"], site.organisation, [entry], source="演示")
    text = OfficialText.objects.get(organisation=site.organisation, name=entry.name)
    return official.create(author, organisation=author.organisation, site=site, official=text, **values)


def review(edition: Edition, author: Any, head: Any, who: dict[str, Any]) -> Edition:
    """走完审查：送审、初审、保密审查（逐项填表）、合法性审查（该审的）、签发。"""
    legal = edition.record.kind in NEEDS_LEGAL
    steps = [
        (author, "submit"),
        (head, "pass_head"),
        (who["secrecy"], "pass_secrecy_to_legal" if legal else "pass_secrecy"),
        *([(who["legal"], "pass_legal")] if legal else []),
        (who["leader"], "sign"),
    ]
    form = reviews.clear_form(edition.record.agency)
    for user, name in steps:
        edition = actions.move(user, edition, name, form=form if "secrecy" in name else None)
    return edition


def _years_after(day: date, years: int) -> date:
    # 有效期算到期满前一天；2 月 29 日起算的按 2 月 28 日。
    try:
        return day.replace(year=day.year + years) - timedelta(days=1)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _workbook(rows: tuple[tuple[str, ...], ...]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _afterwards(site: Site, made: dict[str, Record], who: dict[str, Any]) -> None:
    """各种后来的情形：更正、撤下并指明替代、归档、置顶、专题。"""
    author, head = who["clerk"], who["chief"]
    fixed = actions.new_edition(author, made["notice-1"])
    actions.save_draft(
        author,
        fixed,
        version=fixed.version,
        change_note="原公告漏写渡口街，现予补正。",
    )
    fixed.refresh_from_db()
    actions.publish(who["office"], review(fixed, author, head, who))
    gone = Item(
        "wrong", made["notice-3"].kind, "关于节水型小区评选的预通知", "评选的初步安排，已由正式通知代替。",
        72, body="<p>评选工作即将开始，请各小区做好准备。</p>",
    )  # fmt: skip
    wrong = actions.publish(who["office"], sign(site, gone, who, made)).record
    actions.withdraw(who["office"], wrong, reason="已有正式通知，预通知撤下", replacement=made["notice-3"])
    actions.archive(who["office"], made["annual-2"], reason="年报只展示最近几年，旧年报归档备查")
    topic = Column.objects.get(site=site, path="drinking-water/")
    for key in ("news-5", "read", "norm", "stat"):
        made[key].refresh_from_db()
        actions.pick(who["office"], made[key], topic)
