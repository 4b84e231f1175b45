"""角色 × 阶段 × 栏 × 出口：每一栏写一个记号，每个人走遍每个出口，看记号在不在；与表不符的都算错。

出口由网址表逐个生成：新加的网址不进 EXITS 就不通过。"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django_tasks_db.models import DBTaskResult
from foi_samples import GIVE, PDF

from gongkai.accounts.models import Duty
from gongkai.audit.models import Entry
from gongkai.requests import actions, archive
from gongkai.requests.models import Case
from gongkai.search.indexer import index_now

# 一栏一个记号；申请人的各栏还有遮蔽了的样子。
PERSONAL = {
    "name": "欧阳慕容",
    "identity_number": "440101198812125678",
    "phone": "13912340987",
    "email": "ouyang@mark.invalid",
    "address": "临江市暗香里一〇九号",
    "agent_name": "司徒代理",
    "agent_identity": "440101197701011111",
    "agent_phone": "13777770001",
}
OTHERS = {
    "description": "描述的记号",
    "party": "制水第九公司",
    "contact": "13666660002",
    "content": "征求的记号",
    "opinion": "意见的记号",
    "advice": "协办的记号",
    "filename": "材料的记号",
}
MARKS = PERSONAL | OTHERS
PARTY = {"name": "party", "contact": "contact", "content": "content"}


def named(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


@pytest.fixture
def case(working: Any, person: Any) -> Case:
    """一件各栏都填了记号的申请，征求过第三方意见，有一份身份材料、一份拟提供的文件。"""
    case = working(person=PERSONAL, description=OTHERS["description"] + "，2025年的检漏报告")
    handler = person("handler")
    actions.add_file(person("clerk"), case, kind="identity", file=named(f"{OTHERS['filename']}.pdf"))
    actions.add_file(handler, case, kind="release", file=named("检漏报告.pdf"))
    row, token = actions.consult(
        handler, case, party="third_party", **{key: OTHERS[mark] for key, mark in PARTY.items()}
    )
    actions.dispatch(person("clerk"), row.letter, carrier="portal")
    actions.opine(handler, row, opinion="agree", text=OTHERS["opinion"])
    actions.reply(handler, case.assignments.get(), text=OTHERS["advice"])
    case.refresh_from_db()
    case.token = token  # 第三方的链接码
    return case


WORKERS, OFFICE, REVIEWERS = {"office", "handler"}, {"office"}, {"secrecy", "legal", "leader"}
# 与这件申请不相干的：本局别的处室的人，兼市里督办和系统管理；别的局样样都是的人，兼市里的协调员。
# 不相干的职责分在两个人身上（有没有“工作机构”的身份，队列走的不是一条路），职责越多只会看得越多。
OUTSIDE = {"inside", "outside", "anonymous"}
BESIDES = {"inside": ("city", "admin"), "outside": ("cityoffice",)}
EVERYONE = (*sorted(WORKERS), *sorted(REVIEWERS), "auditor", *sorted(OUTSIDE))
WORKING, REVIEW, ARCHIVED = "working", "review", "archived"
ALL = {WORKING, REVIEW, ARCHIVED}
SEERS = "看得见的"  # 办理的人、审计员，进入审签以后还有审签的人

# 出口 → {栏: (谁, 哪些阶段)}：只有写在这里的看得见，写在这里的一定看得见；masked 是遮蔽了的姓名。
PAGE = dict.fromkeys(("masked", "description", "party", "content", "opinion", "advice"), (SEERS, ALL))
PREVIEW = {
    "name": (SEERS, {REVIEW, ARCHIVED}),
    "description": (SEERS, {REVIEW, ARCHIVED}),
    "party": (SEERS, ALL),
    "content": (SEERS, ALL),
}
SHOWN: dict[str, dict[str, tuple[Any, set[str]]]] = {
    "foi:case": PAGE,
    "foi:cases": {"masked": (SEERS, ALL)},
    "foi:export": {"masked": (SEERS, ALL)},
    "foi:group": {"masked": (SEERS, ALL)},
    "foi:queue": {"masked": (WORKERS, {WORKING, REVIEW})},
    "foi:item": {"description": (SEERS, ALL)},
    "foi:letter": {"content": (SEERS, ALL), "description": (SEERS, {REVIEW, ARCHIVED})},
    "foi:document": {
        "party": (SEERS, ALL), "content": (SEERS, ALL), "name": (SEERS, {ARCHIVED}),
        "description": (SEERS, {ARCHIVED}),
    },
    "foi:service_record": {"party": (OFFICE, ALL), "name": (OFFICE, {ARCHIVED})},
    "papers:preview": PREVIEW,
    "papers:preview_word": PREVIEW,
    "papers:form": {"name": (WORKERS, ALL), "agent_name": (WORKERS, ALL), "description": (WORKERS, ALL)},
    "papers:redact": {"filename": (WORKERS, ALL)},
    "papers:hidden": {"filename": (WORKERS, ALL)},
    "papers:case": {"description": (WORKERS, {WORKING})},
    # 包里没有处室之间的协办意见和第三方的联系方式。
    "papers:package": dict.fromkeys(sorted({*MARKS} - {"advice", "contact"}), (OFFICE, {ARCHIVED})),
    "search:cases": {"masked": (SEERS, ALL)},
    "search:queue": {"masked": (WORKERS, {WORKING, REVIEW})},
    "search:export": {"masked": (SEERS, ALL)},
}  # fmt: skip
# 只收 POST 的，只有图像的，与一件申请无关的（各有专门的测试）。
APART = {
    "foi:act", "foi:item_act", "foi:letter_act", "foi:fix_act", "foi:end_absence", "foi:assign_many",
    "foi:read_notices", "foi:apart", "papers:act", "papers:convert", "papers:upload", "papers:remove",
    "papers:clean", "papers:run", "papers:run_act", "papers:run_progress",
    "papers:page", "papers:seen_page", "papers:template",
    "foi:filed_one", "foi:fix_reply", "foi:fix_file", "foi:filed_new", "foi:mail", "foi:run",
    "foi:run_progress", "foi:renew_secret",
}  # fmt: skip
OF_CASE = {"foi:case", "foi:reveal", "foi:group", "foi:group_preview", "papers:case", "papers:package"}
OF_LETTER = {"foi:letter", "foi:document", "foi:service_record", "papers:preview", "papers:preview_word"}
OF_FILE = {"foi:file", "papers:redact", "papers:hidden", "papers:seen"}
ELSEWHERE = (
    "/",
    "/search/",
    "/api/v1/search",
    "/api/v1/suggest",
    "/api/v1/records",
    "/staff/review/",
    "/apply/similar/",
)


def text_of(response: Any) -> str:
    """一个回应里人看得到的一切：头里的文件名、正文；PDF 取文字，压缩的逐个拆开。"""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    head = " ".join(f"{key}: {value}" for key, value in response.items())
    return f"{head}\n{_plain(body)}"


def _plain(body: bytes) -> str:
    if body.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(body) as document:
            return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as bundle:
            return "\n".join(f"{name} {_plain(bundle.read(name))}" for name in bundle.namelist())
    text = html.unescape(body.decode("utf-8", "replace"))
    # 属性里的也看得到；去掉标签再看一遍，免得 Word 把一句话分成几段。
    return text + re.sub(r"<[^>]*>", "", text)


def parameters(case: Case, name: str) -> list[dict[str, Any]]:
    """一个出口在这件申请上的各个网址的参数。"""
    if name in OF_CASE:
        return [{"pk": case.pk}]
    if name in OF_LETTER:
        return [{"pk": row.pk} for row in case.letters.all()]
    if name in OF_FILE:
        return [{"pk": row.pk} for row in case.files.all()]
    if name == "foi:item":
        return [{"pk": row.pk} for row in case.items.all()]
    return [{"pk": case.pk, "code": "T01"}] if name == "papers:form" else [{}]


def exits(case: Case) -> Iterator[tuple[str, str]]:
    """各个出口和网址：工作台的由网址表生成，新加的自然在内；另有各处的查找。"""
    for namespace in ("foi", "papers"):
        _prefix, resolver = get_resolver().namespace_dict[namespace]
        for key in sorted({key for key in resolver.reverse_dict if isinstance(key, str)}):
            name = f"{namespace}:{key}"
            for kwargs in () if name in APART else parameters(case, name):
                yield name, reverse(name, kwargs=kwargs)
    for name in ("queue", "cases", "export"):
        yield f"search:{name}", f"{reverse(f'foi:{name}')}?q={PERSONAL['name']}"
    for path in ELSEWHERE:
        yield path, f"{path}?q={OTHERS['description']}"


def seen(client: Client, url: str) -> set[str]:
    """这个网址给出哪些栏；自己在网址里写的不算。"""
    response = client.get(url)
    text = " ".join(map(str, response.items())) if response.status_code == 302 else text_of(response)
    found = {key for key, mark in MARKS.items() if mark in text and mark not in url}
    return found | ({"masked"} if "欧***" in text else set())


def allowed(stage: str, name: str) -> dict[str, set[str]]:
    """按表：这个阶段、这个出口，各栏谁看得见。"""
    seers = WORKERS | {"auditor"} | (REVIEWERS if stage != WORKING else set())
    return {
        field: seers if who == SEERS else set(who)
        for field, (who, stages) in SHOWN.get(name, {}).items()
        if stage in stages
    }


@pytest.fixture
def reach(case: Case, answer: Any, person: Any) -> Callable[[str], Case]:
    """办到某个阶段。"""

    def to(stage: str) -> Case:
        if stage == REVIEW:
            answer(case, GIVE, until="submit")
        elif stage == ARCHIVED:
            actions.dispatch(person("clerk"), answer(case, GIVE), carrier="portal")
            archive.pack(person("clerk"), Case.objects.get(pk=case.pk))
        return Case.objects.get(pk=case.pk)

    return to


@pytest.fixture
def clients(person: Any, outsider: Any) -> dict[str, Client]:
    strangers = {"inside": person("fagui"), "outside": outsider}
    for name, user in strangers.items():
        for duty in Duty.objects.filter(user__username__in=BESIDES[name]):
            Duty.objects.create(user=user, organisation=duty.organisation, role=duty.role)
    found = {}
    for who in EVERYONE:
        found[who] = Client()
        if who != "anonymous":
            found[who].force_login(strangers.get(who) or person(who))
    return found


@pytest.mark.parametrize("stage", sorted(ALL))
def test_every_field_at_every_exit_for_every_role(
    reach: Callable[[str], Case], clients: dict[str, Client], stage: str
) -> None:
    case = reach(stage)
    index_now()
    shown: dict[str, dict[str, set[str]]] = {}
    for name, url in exits(case):
        if name in ELSEWHERE:
            assert not seen(clients["anonymous"], url) and not seen(clients["outside"], url), url
            continue
        for who, client in clients.items():
            before = Entry.objects.count()
            for field in seen(client, url):
                shown.setdefault(name, {}).setdefault(field, set()).add(who)
                # 看到没有遮蔽的个人信息，一定留了一条审计。
                assert field not in PERSONAL or Entry.objects.count() > before, (name, field, who)
    wanted = {name: allowed(stage, name) for name in {name for name, _url in exits(case)}}
    assert shown == {name: fields for name, fields in wanted.items() if fields}


def everything() -> str:
    """库里每张表的每一格；JSON 里转义了的也还原。"""
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            cells += [str(value) for row in cursor.fetchall() for value in row]
    text = "\n".join(cells)
    return text + re.sub(r"\\+u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def test_no_field_lies_open_in_the_database(reach: Callable[[str], Case], person: Any, clients: Any) -> None:
    """个人信息、申请和意见的内容在库里都是密文：案卷、审计、待发的信都在内。"""
    case = reach(ARCHIVED)
    clients["office"].get(f"{reverse('foi:export')}?q={PERSONAL['phone']}")
    actions.reveal(person("clerk"), case, reason="核对")
    actions.renew_secret(person("clerk"), case, how="窗口")
    assert DBTaskResult.objects.filter(task_path="gongkai.requests.tasks.deliver").exists()
    text = everything()
    assert case.number in text and "检漏报告" in text
    assert [key for key, mark in MARKS.items() if mark in text] == []


def test_the_third_party_learns_nothing_of_the_applicant(case: Case) -> None:
    assert seen(Client(), reverse("track:opinion", args=[case.token])) <= {"content", "opinion", "party"}  # type: ignore[attr-defined]


def test_nothing_personal_is_left_after_its_term(
    reach: Callable[[str], Case],
    clients: dict[str, Client],
    person: Any,
    today: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    case = reach(ARCHIVED)
    archive.hand_over(person("clerk"), case.package, to="临江市档案馆", on=date(2026, 3, 2))
    today(date(2036, 3, 3))
    with django_capture_on_commit_callbacks(execute=True):
        archive.anonymise(person("clerk"), case.package)
    case = Case.objects.get(pk=case.pk)
    for name, url in exits(case):
        left = seen(clients["office"], url) & {*PERSONAL, "masked", "filename"}
        assert not left, (name, left)
