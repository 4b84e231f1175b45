"""界面语言：英文目录完整、页面译全、只听本人选择。"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client, RequestFactory
from django.utils.translation import override

import gongkai
from gongkai.accounts.models import User
from gongkai.core.models import Alias, Organisation
from gongkai.formats.breakdown import read
from gongkai.search.indexer import index_now
from gongkai.workplans import actions, catalogue, demo, exports, reminders, states
from gongkai.workplans.lights import Facts, light
from gongkai.workplans.models import Assignment, Evidence, Notice, Plan, Requirement

SOURCE = Path(gongkai.__file__).parent
# 公用的一份在 locale/，各应用自己的在 <应用>/locale/。
CATALOGUES = sorted(SOURCE.glob("**/locale/en/LC_MESSAGES/django.po"))
ENGLISH = {settings.LANGUAGE_COOKIE_NAME: "en"}
CHINESE = re.compile("[\u3400-\u9fff\uff00-\uff60“”]")
# 只认汉字与全角标点；引号两种文字通用，只在模板里查。
HAN = re.compile("[\u3001-\u3002\u3008-\u301f\u3400-\u9fff\uff00-\uff60]")
PLACEHOLDER = re.compile(r"%\(\w+\)s")
_TEXT = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({_TEXT}(?:\s*,\s*{_TEXT})*)")


def _entries(catalogue: Path) -> list[dict[str, str]]:
    """读 .po：每条为 msgctxt、msgid、msgid_plural、msgstr、msgstr[0]……；flags 为标记行。"""
    found = []
    for block in re.split(r"\n\s*\n", catalogue.read_text(encoding="utf-8")):
        entry: dict[str, str] = {"flags": ""}
        field = ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry["flags"] += line if line.startswith("#,") else ""
                continue
            name, _, value = line.partition(" ") if not line.startswith('"') else (field, "", line)
            entry[name] = entry.get(name, "") + ast.literal_eval(value)
            field = name
        if "msgid" in entry:
            found.append(entry)
    return found[1:]


ENTRIES = [entry for catalogue in CATALOGUES for entry in _entries(catalogue)]


def _translations(entry: dict[str, str]) -> list[str]:
    return [value for name, value in entry.items() if name.startswith("msgstr")]


def test_every_message_is_translated() -> None:
    assert len(ENTRIES) > 500
    for entry in ENTRIES:
        assert "fuzzy" not in entry["flags"], entry
        assert all(_translations(entry)), entry
        assert not any(HAN.search(text) for text in _translations(entry)), entry
        assert len(_translations(entry)) == (2 if "msgid_plural" in entry else 1), entry


def test_placeholders_agree() -> None:
    for entry in ENTRIES:
        for text in _translations(entry):
            assert sorted(set(PLACEHOLDER.findall(text))) == sorted(set(PLACEHOLDER.findall(entry["msgid"])))


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-5])
def test_the_compiled_catalogue_is_up_to_date(catalogue: Path) -> None:
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    expected: dict[Any, str] = {}
    for entry in _entries(catalogue):
        key = entry["msgid"]
        if "msgctxt" in entry:
            key = f"{entry['msgctxt']}\x04{key}"
        if "msgid_plural" in entry:
            expected |= {(key, 0): entry["msgstr[0]"], (key, 1): entry["msgstr[1]"]}
        else:
            expected[key] = entry["msgstr"]
    compiled.pop("", None)
    assert compiled == expected, "改了 .po 要重新编译：manage.py compilemessages"


def _marked(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """源码里标了要译的文字：（语境, 文字）。"""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name.startswith("pgettext") and len(texts) == 2:
            yield texts[0], texts[1]
        elif texts and (name == "_" or name.startswith(("gettext", "ngettext"))):
            yield "", texts[0]


def test_every_marked_text_is_in_the_catalogue() -> None:
    from django.utils.translation.template import templatize

    known = {(entry.get("msgctxt", ""), entry["msgid"]) for entry in ENTRIES}
    missing = set()
    for path in SOURCE.rglob("*.py"):
        missing |= set(_marked(ast.parse(path.read_text(encoding="utf-8")))) - known
    for path in SOURCE.rglob("templates/**/*.html"):
        # 与 makemessages 同一办法：模板先化成 gettext 调用，其余抹成 X，再逐个解析。
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for name, texts in CALL.findall(code):
            missing |= set(_marked(ast.parse(f"{name}({texts})"))) - known
    assert not missing, "新的文字要译进 locale/en：manage.py makemessages -l en --no-location --no-wrap"


def test_no_template_holds_bare_chinese() -> None:
    # 发给承担单位的公文，总是中文。
    official = {"workplans/urge.html"}
    for path in SOURCE.rglob("templates/**/*.html"):
        name = path.as_posix().partition("/templates/")[2]
        if name in official:
            continue
        text = path.read_text(encoding="utf-8")
        for marked in (
            r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}",
            r"\{%\s*blocktrans.*?endblocktrans(?:late)?\s*%\}",
            r"""\{%\s*trans(?:late)?\s+(?:"[^"]*"|'[^']*').*?%\}""",
            r"""\b_\((?:"[^"]*"|'[^']*')\)""",
        ):
            text = re.sub(marked, "", text, flags=re.DOTALL)
        # 停顿、引号里的也算；全角空格只是间隔。
        found = CHINESE.search(text)
        assert not found, (name, text[max(0, found.start() - 30) : found.end() + 30])


class _Words(HTMLParser):
    """页面上给人看的文字和属性；写明 lang 为中文的元素不算，它们本来就是中文。"""

    VOID = frozenset({"input", "meta", "link", "br", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[bool] = []
        self.words: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        foreign = values.get("lang", "").startswith("zh") and tag != "html"
        hidden = foreign or tag == "style" or (bool(self.stack) and self.stack[-1])
        if not hidden:
            self.words += [v for n, v in values.items() if n not in ("href", "action")]
        if tag not in self.VOID:
            self.stack.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not self.stack or not self.stack[-1]:
            self.words.append(data.strip())


def english(client: Client, path: str) -> str:
    """取英文页面：语言标明是英文，给人看的没有一个汉字；返回文字。"""
    response = client.get(path)
    assert response.status_code in (200, 404), (path, response.status_code)
    page = _Words()
    page.feed(response.content.decode())
    assert page.lang == "en", path
    left = [word for word in page.words if HAN.search(word)]
    assert not left, (path, left)
    return " ".join(page.words)


@pytest.fixture
def plain(ledger: Plan, person: Any) -> Assignment:
    """数据全换成英文的台账：剩下的汉字都是没有译的界面文字。返回一项在办任务，各种记录都有。"""
    office, handler, head = person("office"), person("handler"), person("head")
    actions.issue_all(office, ledger)
    task = Assignment.objects.get(requirement__number="20", organisation__name="科技信息处")
    task = actions.move(handler, task, "sign")
    report = actions.write_report(handler, task, period="2026-05", body="Text", percent=50)
    actions.move_report(handler, report, "submit")
    actions.move_report(head, report, "return", reason="Text")
    actions.add_evidence(handler, task, kind="link", title="Title", url="https://example.invalid/")
    actions.add_subtask(handler, task, title="Title", due=task.due)
    actions.ask_extension(handler, task, until=task.due.replace(year=2027), reason="Text")
    actions.override_light(office, task, colour="yellow", reason="Text")
    Notice.objects.create(user=handler, assignment=task, kind="urge", text="Text", due=task.due)
    draft = actions.draft_import(
        office, ledger.organisation, path=demo.SAMPLE, filename="plan.txt", year=2026
    )
    blank = {"part": "Part", "task": "Task", "text": "Text", "city_units": "Unit", "position": "3"}
    draft.rows = [row | blank | {"bureau_units": "Unknown"} for row in draft.rows]
    draft.title = "Title"
    draft.save()
    named = Concat(Value("Unit "), Cast(F("pk"), CharField()))
    Organisation.objects.update(name=named, key=named, tags=["tag"])
    Alias.objects.update(name=named, key=named)
    User.objects.update(name=Concat(Value("Person "), Cast(F("pk"), CharField())))
    Plan.objects.update(title="Title")
    Requirement.objects.update(
        part="Part", task="Task", text="Text", city_units="Unit", bureau_units="Unit", kind="training"
    )
    Requirement.objects.filter(number="20").update(kind_confirmed_by=office)
    task.refresh_from_db()
    return task


def reader(user: User | None = None) -> Client:
    client = Client()
    client.cookies.load(ENGLISH)
    if user:
        client.force_login(User.objects.get(pk=user.pk))
    return client


def test_public_pages_in_english(plain: Assignment, person: Any) -> None:
    plan = plain.requirement.plan
    actions.release(person("office"), Plan.objects.get(pk=plan.pk), on=True)
    index_now()
    client = reader()
    for path in ("/", "/plans/", f"/plans/{plan.pk}/", "/search/", "/search/?q=Text", "/search/?q=none"):
        english(client, path)
    for path in ("/search/?q=Text&dead=1&year=2026", "/ask/", "/ask/?q=Text", "/ask/?q=None"):
        english(client, path)
    for path in ("/about/", "/feedback/", "/sitemap/", "/accounts/login/", "/accounts/signup/", "/nowhere/"):
        english(client, path)
    assert "Government Openness Platform" in english(client, "/")


def test_staff_pages_in_english(plain: Assignment, person: Any) -> None:
    requirement, plan = plain.requirement_id, plain.requirement.plan_id
    draft = plain.requirement.plan.organisation.importdraft_set.get().pk
    paths = {
        "office": [
            "search/not-found/",
            "search/synonyms/",
            "search/pins/?query=Text",
            "knowledge/",
            "knowledge/questions/",
            "knowledge/rules/",
            "board/",
            "board/?light=yellow&before=2027-01-01",
            "board/?year=2031",
            "import/",
            f"import/{draft}/",
            f"import/{draft}/rows/3/",
            "calendar/?month=2026-12",
            "calendar/?month=2031-01",
            f"plans/{plan}/",
            f"requirements/{requirement}/",
            f"tasks/{plain.pk}/",
            f"tasks/{plain.pk}/urge/",
        ],
        "handler": ["my/", "notices/", f"tasks/{plain.pk}/"],
        "head": ["my/", f"tasks/{plain.pk}/"],
        "city": ["city/", "city/?year=2031", "board/"],
        "admin": ["people/", "organisations/", f"organisations/{plain.organisation_id}/", "jobs/"],
    }
    for username, pages in paths.items():
        client = reader(person(username))
        for path in pages:
            text = english(client, f"/staff/{path}")
            assert "Workbench" in text
    board = english(reader(person("office")), "/staff/board/")
    for word in (
        "Ledger board (2026)",
        "Responsible unit",
        "To be signed for",
        "No accepted progress report and no evidence yet",
        "Urge the selected",
    ):
        assert word in board, word


def test_account_pages_in_english(plain: Assignment) -> None:
    client = reader()
    client.post("/accounts/login/", {"login": "office", "password": demo.PASSWORD})
    english(client, "/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": demo.PASSWORD})
    for path in ("2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "email/", "password/change/"):
        english(client, f"/accounts/{path}")


def test_messages_and_form_errors_in_english(plain: Assignment, person: Any) -> None:
    client, path = reader(person("head")), f"/staff/tasks/{plain.pk}/"
    client.post(f"{path}do/", {"do": "add_evidence", "kind": "link", "title": "x"})
    client.post(f"{path}do/", {"do": "issue"})
    client.post(f"{path}do/", {"do": "complete", "verdict": "done"})
    text = english(client, path)
    assert "Web address: Please enter the web address" in text
    assert "You do not hold the duty for “Issue”" in text
    assert "Done: Report complete" in text
    response = reader(person("admin")).post("/staff/people/", {"username": "?"})
    assert "Not submitted; please correct:" in response.content.decode()


def test_a_plan_with_no_requirements_in_english(plain: Assignment, person: Any) -> None:
    Evidence.objects.all().delete()
    Requirement.objects.filter(plan=plain.requirement.plan_id).update(
        withdrawn_at=plain.requirement.plan.created_at
    )
    english(reader(person("office")), f"/staff/plans/{plain.requirement.plan_id}/")
    english(reader(person("office")), "/staff/board/")


def test_only_an_explicit_choice_counts(bureau: Any) -> None:
    client = Client(headers={"accept-language": "en-GB,en"})
    page = client.get("/").content.decode()
    assert '<html lang="zh-CN">' in page and "长者模式" in page and "Elder mode" not in page
    response = client.get("/preferences/", {"language": "en", "next": "/plans/?page=1"})
    assert response.status_code == 302 and response.url == "/plans/?page=1"
    for _ in range(2):
        response = client.get("/")
        assert '<html lang="en">' in response.content.decode() and "Cookie" in response.headers["Vary"]
    client.get("/preferences/", {"language": "zh-hans"})
    assert '<html lang="zh-CN">' in client.get("/").content.decode()
    assert client.post("/preferences/").status_code == 405


@pytest.mark.parametrize("code", ["fr", "", "../en", "en-gb"])
def test_an_unknown_language_is_chinese(bureau: Any, code: str) -> None:
    client = Client()
    client.get("/preferences/", {"language": code})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: code})
    assert '<html lang="zh-CN">' in client.get("/").content.decode()


@pytest.mark.parametrize(
    "back",
    ["https://example.invalid/", "//example.invalid/", "javascript:alert(1)", "\\\\example.invalid", ""],
)
def test_a_choice_never_leads_to_another_site(bureau: Any, back: str) -> None:
    assert Client().get("/preferences/", {"language": "en", "elder": "1", "next": back}).url == "/"


def test_the_language_is_restored_after_each_request(bureau: Any) -> None:
    from django.utils.translation import get_language

    reader().get("/")
    assert get_language() == settings.LANGUAGE_CODE


def test_what_is_stored_or_issued_stays_chinese(ledger: Plan, person: Any, tmp_path: Path) -> None:
    office = person("office")
    actions.issue_all(office, ledger)
    rows = list(Assignment.objects.filter(requirement__plan=ledger))
    today = ledger.created_at.date()
    with override("en"):
        content = exports.export(ledger, rows, today, ".docx")
        reminders.urge(office, rows[:3], today)
    path = tmp_path / "ledger.docx"
    path.write_bytes(content)
    states_of = dict(read(path).rows[0].extra)["承担单位与阶段"]
    assert "（待签收）" in states_of and "signed" not in states_of
    assert all(notice.text.startswith("请抓紧办理第") for notice in Notice.objects.all())
    letter = reader(office).get(f"/staff/tasks/{rows[0].pk}/urge/").content.decode()
    assert "政务公开工作催办单" in letter and "目前待签收" in letter and "To be signed for" not in letter


def test_suggestions_do_not_depend_on_the_language() -> None:
    with override("en"):
        assert catalogue.suggest("政府网站支持互联网协议第六版") == "ipv6"
        assert catalogue.BY_CODE["ipv6"].label == "IPv6 support of websites"
    assert catalogue.BY_CODE["ipv6"].label == catalogue.BY_CODE["ipv6"].name


def test_numbers_take_their_plural() -> None:
    from datetime import date

    facts = {"due": date(2026, 6, 1), "completed": False, "evidence": 0}
    with override("en"):
        assert light(Facts(workdays_left=1, **facts), date(2026, 5, 29)).why.startswith("1 working day left")
        assert light(Facts(workdays_left=2, **facts), date(2026, 5, 28)).why.startswith("2 working days left")
        labels = {name: str(t.label) for name, t in states.ASSIGNMENT.transitions.items()}
    assert labels["sign"] == "Sign for"
    assert states.ASSIGNMENT.transitions["sign"].label == "签收"


def test_a_server_error_page_follows_the_language(bureau: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongkai.portal.views import home

    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(home, "public_plans", broken)
    client = Client(raise_request_exception=False)
    assert "系统出错" in client.get("/").content.decode()
    client.cookies.load(ENGLISH)
    page = client.get("/")
    assert page.status_code == 500 and "Something went wrong" in page.content.decode()


def test_an_unset_site_name_stays_empty(db: Any, settings: Any) -> None:
    from gongkai.portal.context import site

    settings.SITE = settings.SITE | {"name": ""}
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with override("en"):
        assert site(request)["site"]["name"] == ""
