"""写稿：新建、存、送审、附件、关系、粘贴与导入、撞车、经过、锁定；外人什么都打不开。"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
import PIL.Image
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gongkai.audit.models import Entry
from gongkai.core.states import Refused
from gongkai.records import actions, drafts
from gongkai.records.models import DraftCopy, Edition, Picture, Record

pytestmark = pytest.mark.django_db
S = Edition.State


@pytest.fixture
def sign_in(person: Any) -> Any:
    def build(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return build


def url(name: str, edition: Edition) -> str:
    return reverse(f"editions:{name}", args=[edition.pk])


def filled(edition: Edition, **changes: Any) -> dict[str, Any]:
    """表单照库里的内容填好，改几栏。"""
    from gongkai.records.backoffice.forms import EditionForm

    form = EditionForm(instance=edition)
    values = {name: form[name].value() for name in form.fields}
    found = {name: form.fields[name].prepare_value(value) for name, value in values.items()}
    return {k: "" if v is None else v for k, v in found.items()} | {"do": "save"} | changes


def save(client: Client, edition: Edition, **changes: Any) -> str:
    edition.refresh_from_db()
    response = client.post(url("edit", edition), filled(edition, **changes), follow=True)
    edition.refresh_from_db()
    return response.content.decode()


def png(colour: str = "#357") -> bytes:
    stream = BytesIO()
    PIL.Image.new("RGB", (40, 30), colour).save(stream, "PNG")
    return stream.getvalue()


def word_file() -> SimpleUploadedFile:
    document = docx.Document()
    document.add_heading("总则", 1)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "指标", "数值"
    document.add_picture(BytesIO(png("#2a6")))
    stream = BytesIO()
    document.save(stream)
    return SimpleUploadedFile("规划.docx", stream.getvalue())


def test_a_new_record_from_four_answers(site: Any, sign_in: Any, person: Any) -> None:
    client, unit = sign_in("handler"), person("handler").organisation
    page = client.get(reverse("editions:add")).content.decode()
    assert "科技信息处" in page and "法规处" not in page
    answers = {"kind": "plan", "organisation": unit.pk, "site": site.pk, "title": "供水规划"}
    page = client.post(reverse("editions:add"), answers, follow=True).content.decode()
    assert "送审前还有" in page and "规划类别" in page and "批准文号" in page
    assert Record.objects.get().kind == "plan"
    assert "没有拟稿的职责" in sign_in("office").get(reverse("editions:add")).content.decode()


def test_saving_keeps_every_field_and_an_audit_row(make: Any, sign_in: Any) -> None:
    edition, client = make(kind="plan"), sign_in("handler")
    changes = {
        "keywords": "供水 规划、漏损", "fields.period_from": "2021", "fields.plan_class": "special",
        "fields.approved_on": "2021-06-01", "written_on": "2021-05-01", "item20": "3",
    }  # fmt: skip
    assert "已存" in save(client, edition, **changes)
    assert edition.keywords == ["供水", "规划", "漏损"] and edition.item20 == "3"
    assert edition.fields == {"period_from": 2021, "plan_class": "special", "approved_on": "2021-06-01"}
    assert edition.version == 2 and Entry.objects.filter(action="records.save_draft").count() == 1
    save(client, edition)
    assert edition.version == 2, "没有改动的不存"


def test_a_wrong_date_keeps_what_was_typed(draft: Edition, sign_in: Any) -> None:
    page = save(sign_in("handler"), draft, written_on="去年", summary="写了很久的概述")
    assert "还没有存" in page and "去年" in page and "写了很久的概述" in page
    assert draft.version == 1


def test_submitting_names_every_problem(make: Any, sign_in: Any) -> None:
    edition, client = make(kind="plan"), sign_in("handler")
    page = save(client, edition, do="submit")
    assert "还不能送审" in page and edition.state == S.DRAFT
    for name in ("规划类别", "领域", "批准机关"):
        assert f">{name}</a>" in page
    ready = make(title="另一条")
    assert "已送审" in save(client, ready, do="submit") and ready.state == S.HEAD


def test_what_cannot_be_edited_says_why_and_what_next(draft: Edition, sign_in: Any, carry: Any) -> None:
    actions.move(draft.author, draft, "submit")
    page = sign_in("handler").get(url("edit", draft)).content.decode()
    assert "内容不能改" in page and "收回修改" in page and "writing-form" not in page
    assert "只能查看" in sign_in("secrecy").get(url("edit", draft)).content.decode()
    actions.move(draft.author, draft, "recall", reason="补充")
    draft.refresh_from_db()
    carry(draft)
    page = sign_in("handler").get(url("edit", draft)).content.decode()
    assert "另起新版" in page and "公开过的内容不再改动" in page


def test_outsiders_and_readers_cannot_write(draft: Edition, sign_in: Any, outsider: Any) -> None:
    stranger = Client()
    stranger.force_login(outsider)
    for name in ("edit", "preview", "page", "history", "find"):
        assert stranger.get(url(name, draft)).status_code == 404, name
    for name in ("paste", "word", "picture", "upload"):
        assert stranger.post(url(name, draft)).status_code == 404, name
        assert sign_in("secrecy").post(url(name, draft)).status_code == 403, name
    assert sign_in("office").post(url("edit", draft), filled(draft, title="改")).status_code == 302
    assert Client().get(url("edit", draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.version == 1


def test_the_list_shows_what_is_visible_in_few_queries(
    make: Any, sign_in: Any, outsider: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        make(title=f"第{n}条通知")
    client = sign_in("handler")
    client.get(reverse("editions:index"))
    with django_assert_max_num_queries(14):
        page = client.get(reverse("editions:index")).content.decode()
    assert "第11条通知" in page
    found = client.get(reverse("editions:index") + "?q=第3条&state=draft&mine=1").content.decode()
    assert "第3条通知" in found and "第4条通知" not in found
    assert "第3条通知" not in client.get(reverse("editions:index") + "?state=published").content.decode()
    stranger = Client()
    stranger.force_login(outsider)
    assert "第3条通知" not in stranger.get(reverse("editions:index")).content.decode()
    export = client.get(reverse("editions:index") + "?export=xlsx")
    assert export.status_code == 200 and "spreadsheetml" in export["Content-Type"]


def test_pasting_keeps_tables_and_stores_pictures(draft: Edition, sign_in: Any) -> None:
    import base64

    picture = base64.b64encode(png()).decode()
    html = (
        "<script>alert(1)</script><table><tr><td colspan=2 onclick=x>甲</td></tr></table>"
        f"<img src='data:image/png;base64,{picture}'><img src='https://example.invalid/a.png'>"
    )
    answer = sign_in("handler").post(url("paste", draft), {"html": html}).json()
    assert 'colspan="2"' in answer["html"]
    assert "script" not in answer["html"] and "onclick" not in answer["html"]
    stored = Picture.objects.get()
    assert stored.get_absolute_url() in answer["html"] and "example.invalid" not in answer["html"]
    assert answer["notices"]


def test_a_word_file_becomes_the_body(draft: Edition, sign_in: Any) -> None:
    client = sign_in("handler")
    answer = client.post(url("word", draft), {"word": word_file()}).json()
    assert "<h2>总则</h2>" in answer["html"] and "<td>指标</td>" in answer["html"] and answer["pictures"] == 1
    bad = client.post(url("word", draft), {"word": SimpleUploadedFile("旧.doc", b"x")}).json()
    assert "旧.doc" in bad["error"] and ".docx" in bad["error"]
    page = save(client, draft, do="import", word=word_file(), replace="1")
    assert "已导入“规划.docx”" in page and "<h2>总则</h2>" in draft.body and "管网检漏工作" not in draft.body


def test_a_picture_is_public_only_while_the_record_is(
    draft: Edition, sign_in: Any, carry: Any, person: Any, outsider: Any
) -> None:
    client = sign_in("handler")
    found = client.post(url("picture", draft), {"picture": SimpleUploadedFile("a.png", png())}).json()
    address = found["url"]
    save(client, draft, body=f'<p>见图</p><p><img src="{address}" alt="河道"></p>')
    stranger = Client()
    stranger.force_login(outsider)
    assert Client().get(address).status_code == 404 and stranger.get(address).status_code == 404
    assert client.get(address)["Cache-Control"] == "private, no-store"
    assert sign_in("secrecy").get(address).status_code == 200
    carry(draft)
    public = Client().get(address)
    assert public.status_code == 200 and public["Content-Type"] == "image/png"
    assert Client().get(address, headers={"if-none-match": public["ETag"]}).status_code == 304
    actions.withdraw(person("office"), draft.record, reason="有误")
    assert Client().get(address).status_code == 404


def test_somebody_elses_picture_cannot_be_published(make: Any, person: Any, carry: Any) -> None:
    from gongkai.formats.documents.pictures import prepare

    other = person("fagui")
    row = drafts.keep_pictures(other, other.organisation, [prepare(png("#123"))])  # type: ignore[list-item]
    address = next(iter(row.values())).get_absolute_url()
    carry(make(title="借图", body=f'<p><img src="{address}" alt="借来的"></p>'))
    assert Client().get(address).status_code == 404


def test_attachments_several_at_once_named_ordered_removed(draft: Edition, sign_in: Any) -> None:
    client = sign_in("handler")
    files = [
        SimpleUploadedFile("一.pdf", b"%PDF-1.4 one"), SimpleUploadedFile("二.png", png()),
        SimpleUploadedFile("三.exe", b"MZ"),
    ]  # fmt: skip
    answer = client.post(url("upload", draft), {"files": files}).json()
    assert len(answer["rows"]) == 2 and len(answer["problems"]) == 1 and "三.exe" in answer["problems"][0]
    first, second = draft.attachments.all()
    save(client, draft, do=f"down:{first.pk}", **{f"name-{first.pk}": "附表一.pdf"})
    assert [row.name for row in draft.attachments.all()] == ["二.png", "附表一.pdf"]
    save(client, draft, do=f"detach:{second.pk}")
    assert [row.name for row in draft.attachments.all()] == ["附表一.pdf"]


def test_relations_from_the_library_and_outside(draft: Edition, make: Any, carry: Any, sign_in: Any) -> None:
    basis = carry(make(title="供水管理办法"))
    client = sign_in("handler")
    found = client.get(url("find", draft) + "?q=供水管理").json()["rows"]
    assert [row["title"] for row in found] == ["供水管理办法"]
    page = save(client, draft, do="relate", relation_kind="basis", relation_target=found[0]["value"])
    assert "已加上关系" in page and draft.relations.get().target == basis.record
    outside = {"relation_title": "国务院文件", "relation_url": "https://example.invalid/a"}
    save(client, draft, do="relate", relation_kind="basis", **outside)
    assert draft.relations.count() == 2
    page = save(client, draft, do="relate", relation_kind="basis", relation_target="没有的文件")
    assert "没有找到“没有的文件”" in page
    save(client, draft, do=f"unrelate:{draft.relations.first().pk}")  # type: ignore[union-attr]
    assert draft.relations.count() == 1


def test_two_editors_never_lose_each_others_words(draft: Edition, sign_in: Any) -> None:
    handler, head = sign_in("handler"), sign_in("head")
    stale = filled(draft)
    save(head, draft, summary="负责人写的概述", title="负责人改的名称")
    mine = {"summary": "经办人写的概述", "body": "<p>经办人写的正文</p>"}
    page = handler.post(url("edit", draft), stale | mine, follow=True).content.decode()
    assert "一个字也没丢" in page and "负责人写的概述" in page and "经办人写的概述" in page
    draft.refresh_from_db()
    assert draft.summary == "负责人写的概述"
    copy = DraftCopy.objects.get(kind="unsaved")
    # 关了浏览器，换一台再来，仍有提示；别人看不到我没存上的。
    assert "核对后再存" in sign_in("handler").get(url("edit", draft)).content.decode()
    assert head.get(reverse("editions:unsaved", args=[copy.pk])).status_code == 404
    answers = {"version": draft.version, "summary": "theirs", "body": "mine", "title": "theirs", "do": "save"}
    handler.post(reverse("editions:unsaved", args=[copy.pk]), answers)
    draft.refresh_from_db()
    assert (draft.title, draft.summary, draft.body) == (
        "负责人改的名称", "负责人写的概述", "<p>经办人写的正文</p>",
    )  # fmt: skip
    assert "核对后再存" not in handler.get(url("edit", draft)).content.decode()


def test_history_compares_and_restores(draft: Edition, sign_in: Any) -> None:
    client, before = sign_in("handler"), draft.body
    save(client, draft, body="<p>完全重写了。</p>", summary="新概述")
    first, second = DraftCopy.objects.order_by("version")
    page = client.get(url("compare", draft) + f"?a=c{first.pk}&b=c{second.pk}").content.decode()
    assert "新概述" in page and "<ins>" in page and "<del>" in page
    assert "请选两份来比较" in client.get(url("compare", draft), follow=True).content.decode()
    client.post(url("restore", draft), {"copy": first.pk})
    draft.refresh_from_db()
    assert draft.body == before and draft.version == 3
    assert DraftCopy.objects.filter(kind="saved").count() == 3
    assert "第 3 次" in client.get(url("history", draft)).content.decode()


def test_a_lock_holds_others_off_and_the_head_can_lift_it(draft: Edition, sign_in: Any, person: Any) -> None:
    from gongkai.accounts.models import Duty, User

    second = User.objects.create_user("second", organisation=draft.record.organisation, name="二号")
    Duty.objects.create(user=second, organisation=draft.record.organisation, role=Duty.Role.HANDLER)
    drafts.lock(person("handler"), draft)
    with pytest.raises(Refused, match="锁定"):
        actions.save_draft(second, draft, version=draft.version, title="抢着改")
    with pytest.raises(Refused, match="负责人可以解锁"):
        drafts.unlock(second, draft)
    client = Client()
    client.force_login(second)
    stale = filled(draft, summary="我写了半天")
    page = client.post(url("edit", draft), stale, follow=True).content.decode()
    assert "我写了半天" in page and "锁定了这一版" in page
    assert "锁定了这一版" in client.get(url("edit", draft)).content.decode()
    sign_in("head").post(url("unlock", draft))
    actions.save_draft(second, draft, version=1, title="现在可以改了")


def test_the_preview_is_not_cached_and_can_be_framed(draft: Edition, sign_in: Any) -> None:
    page = sign_in("secrecy").get(url("page", draft))
    assert draft.title in page.content.decode() and page["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in page["Cache-Control"]
    assert Client().get(url("page", draft)).status_code == 302
