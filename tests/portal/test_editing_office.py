"""采编后台的外壳：谁进得来、怎么登录、关掉了什么。"""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from selectolax.lexbor import LexborHTMLParser
from wagtail.images.models import Image
from wagtail.models import Collection

from gongkai.accounts.models import Duty, User
from gongkai.accounts.navigation import staff_nav
from gongkai.accounts.permissions import ENTER_OFFICE, grant
from gongkai.audit.models import Entry
from gongkai.core.models import Organisation
from gongkai.portal.images import DutyPolicy
from gongkai.workplans import demo

ROLES = ("office", "handler", "head", "secrecy", "legal", "leader", "city", "auditor", "admin")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def entries(user: User) -> list[str]:
    """工作台导航里此人看得见的入口。"""
    request = RequestFactory().get("/staff/")
    request.user = user
    return [item["url"] for section in staff_nav(request) for item in section.items]


@pytest.mark.parametrize("username", ROLES)
def test_everyone_with_a_duty_may_enter(bureau: Any, person: Any, username: str) -> None:
    page = signed_in(person(username)).get("/office/")
    assert page.status_code == 200 and "采编后台" in page.content.decode()
    assert f'"name": {json.dumps(person(username).name)}' in page.content.decode()
    assert "/office/" in entries(person(username))


def test_nobody_else_may_enter(bureau: Any, person: Any) -> None:
    idle = User.objects.create_user("idle", password=demo.PASSWORD)
    idle.groups.add(*Group.objects.all())
    client = signed_in(idle)
    page = client.get("/office/", follow=True)
    assert page.status_code == 403 and len(page.redirect_chain) == 1
    assert "/office/" not in entries(idle)
    gone = person("handler")
    client = signed_in(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    assert client.get("/office/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    assert not AnonymousUser().has_perm(ENTER_OFFICE)


def test_permissions_follow_duties_and_their_organisation(bureau: Any, person: Any) -> None:
    handler = person("handler")
    unit = handler.duties.get().organisation
    grant("tests.write", {Duty.Role.HANDLER})
    duty_here = type("Thing", (), {"organisation": unit})()
    duty_elsewhere = type("Thing", (), {"organisation": bureau})()
    assert handler.has_perm("tests.write") and handler.has_module_perms("tests")
    assert handler.has_perm("tests.write", duty_here) and not handler.has_perm("tests.write", duty_elsewhere)
    assert not person("head").has_perm("tests.write")
    handler.duties.all().delete()
    assert not person("handler").has_perm("tests.write")


@pytest.mark.parametrize(
    "path", ["/office/", "/office/login/", "/office/account/", "/office/media/images/a.png"]
)
def test_signing_in_goes_through_our_own_page(bureau: Any, path: str) -> None:
    page = Client().get(path, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/login/?next=/office/")
    assert "id_login" in page.content.decode()


@pytest.mark.parametrize(
    "following", ["https://example.invalid/", "//example.invalid/", "javascript:alert(1)"]
)
def test_the_login_never_leads_to_another_site(bureau: Any, person: Any, following: str) -> None:
    assert signed_in(person("head")).get("/office/login/", {"next": following}).url == "/office/"
    assert "example" not in Client().get("/office/login/", {"next": following}).url


def test_a_password_sent_to_the_office_signs_nobody_in(bureau: Any) -> None:
    client = Client()
    client.post("/office/login/", {"username": "office", "password": demo.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_the_second_factor_is_asked_before_the_office(bureau: Any, person: Any) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(person("office"), generate_totp_secret())
    client = Client()
    page = client.post(
        "/accounts/login/?next=/office/", {"login": "office", "password": demo.PASSWORD}, follow=True
    )
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/authenticate/")
    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "password_reset/",
        "users/",
        "users/new/",
        "groups/",
        "groups/new/",
        "pages/",
        "pages/1/",
        "collections/",
        "workflows/list/",
        "api/main/pages/",
        "failwhale/",
        "media/attachments/a.pdf",
        "media/images/",
        "nowhere/",
    ],
)
def test_what_nobody_needs_is_closed(bureau: Any, person: Any, path: str) -> None:
    boss = person("admin")
    boss.is_superuser = True
    boss.save()
    assert signed_in(boss).get(f"/office/{path}").status_code == 404


def picture(name: str = "a.png", colour: str = "red") -> SimpleUploadedFile:
    stream = BytesIO()
    PIL.Image.new("RGB", (60, 40), colour).save(stream, "PNG")
    return SimpleUploadedFile(name, stream.getvalue(), "image/png")


def upload(client: Client, file: Any) -> Any:
    return client.post(
        "/office/images/add/", {"title": "河道", "file": file, "collection": Collection.objects.get().pk}
    )


def test_a_picture_is_uploaded_and_audited(bureau: Any, person: Any) -> None:
    handler = person("handler")
    assert upload(signed_in(handler), picture()).status_code == 302
    image = Image.objects.get()
    entry = Entry.objects.get(action="image.add")
    assert (
        image.uploaded_by_user == handler
        and entry.actor == handler
        and entry.subject.endswith(f":{image.pk}")
    )
    client = signed_in(handler)
    client.post(f"/office/images/{image.pk}/", {"title": "河湖", "collection": image.collection_id})
    client.post(f"/office/images/{image.pk}/delete/")
    assert not Image.objects.exists()
    actions = list(Entry.objects.filter(action__startswith="image.").values_list("action", flat=True))
    assert actions == ["image.add", "image.change", "image.delete"]


def test_a_picture_that_lies_about_its_type_is_refused(bureau: Any, person: Any) -> None:
    client = signed_in(person("handler"))
    for content in (b"%PDF-1.4 not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        page = upload(client, SimpleUploadedFile("a.png", content, "image/png"))
        assert page.status_code == 200 and "图片没有保存" in page.content.decode()
    assert not Image.objects.exists() and not Entry.objects.filter(action="image.add").exists()


def test_pictures_stay_within_the_duties(bureau: Any, person: Any, django_user_model: Any) -> None:
    upload(signed_in(person("handler")), picture())
    image = Image.objects.get()
    rendition = image.get_rendition("max-30x30")
    other = Organisation.objects.create(name="市环保局", kind=bureau.kind, parent=bureau.parent)
    stranger = django_user_model.objects.create_user("stranger", name="外人", organisation=other)
    Duty.objects.create(user=stranger, organisation=other, role=Duty.Role.HANDLER)
    secret = Path(settings.MEDIA_ROOT) / "records" / "secret.pdf"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_bytes(b"%PDF")
    # 审核人看得到稿件里的图，但图片库不归他管；别的局什么也看不到。
    cases = {"handler": (200, True), "chief": (404, False), "secrecy": (200, False), "stranger": (404, False)}
    for username, (status, manages) in cases.items():
        client = signed_in(person(username))
        for file in (image.file.name, rendition.file.name):
            assert client.get(f"/office/media/{file}").status_code == status, username
        assert ("河道" in client.get("/office/images/", follow=True).content.decode()) == manages, username
        assert client.get("/office/media/records/secret.pdf").status_code == 404
        assert client.get("/office/media/images/../records/secret.pdf").status_code == 404
    assert Client().get(f"/office/media/{image.file.name}").status_code == 302
    reader = signed_in(stranger)
    assert reader.post(f"/office/images/{image.pk}/delete/").status_code == 302
    assert Image.objects.filter(pk=image.pk).exists()


def test_a_picture_and_its_audit_row_stand_or_fall_together(
    bureau: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    client = signed_in(person("handler"))
    client.raise_request_exception = False
    monkeypatch.setattr("gongkai.portal.images.record", broken)
    fields = {"image-chooser-upload-title": "河道", "image-chooser-upload-file": picture()}
    assert client.post("/office/images/chooser/create/", fields).status_code == 500
    assert not Image.objects.exists()
    monkeypatch.undo()
    fields["image-chooser-upload-file"] = picture()
    assert client.post("/office/images/chooser/create/", fields).status_code == 200
    assert Image.objects.count() == Entry.objects.filter(action="image.add").count() == 1


def test_the_picture_chooser_is_in_chinese(bureau: Any, person: Any) -> None:
    client = signed_in(person("handler"))
    upload(client, picture())
    html = client.get("/office/images/chooser/", {"select_format": "true"}).json()["html"]
    words = set(re.findall("[A-Za-z]{2,}", LexborHTMLParser(html).text(separator=" ")))
    assert "河道" in html and words <= {"PNG", "JPG", "JPEG", "MB"}, words
    image = Image.objects.get()
    format_page = client.get(f"/office/images/chooser/{image.pk}/select_format/").json()["html"]
    assert "替代文本" in format_page and "Alt text" not in format_page
    # 译文不定死在第一个人的语言上。
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "en"})
    assert "Alt text" in client.get(f"/office/images/chooser/{image.pk}/select_format/").json()["html"]
    assert "Search" in LexborHTMLParser(client.get("/office/images/chooser/").json()["html"]).text()


def test_a_link_starts_from_an_address(bureau: Any, person: Any) -> None:
    client = signed_in(person("handler"))
    asked = {"allow_external_link": "true", "allow_email_link": "true", "link_text": "市政府"}
    page = client.get("/office/choose-page/", asked).json()
    words = LexborHTMLParser(page["html"]).text()
    assert page["step"] == "external_link" and "电子邮箱" in words and "站内页面" not in words
    fields = {
        "external-link-chooser-url": "https://example.invalid/",
        "external-link-chooser-link_text": "市政府",
    }
    chosen = client.post("/office/choose-external-link/", fields).json()
    assert chosen["result"]["url"] == "https://example.invalid/"


def test_wagtail_uses_our_policy_everywhere() -> None:
    from wagtail.images import forms, wagtail_hooks
    from wagtail.images.views import chooser, images, multiple
    from wagtail.images.views.bulk_actions import image_bulk_action

    used = [module.permission_policy for module in (chooser, images, multiple, wagtail_hooks)]
    used += [forms.BaseImageForm.permission_policy, image_bulk_action.images_permission_policy]
    assert all(isinstance(policy, DutyPolicy) for policy in used)


def test_the_password_is_not_changed_in_the_office(bureau: Any, person: Any) -> None:
    client = signed_in(person("head"))
    page = client.get("/office/account/").content.decode()
    assert 'name="theme-theme"' in page
    for field in ("password", "avatar", "locale", "name_email", "notifications"):
        assert f'name="{field}-' not in page
    client.post(
        "/office/account/",
        {
            "theme-theme": "dark",
            "theme-contrast": "system",
            "theme-density": "default",
            "password-new_password1": "another-password-1",
            "password-new_password2": "another-password-1",
            "locale-preferred_language": "en",
        },
    )
    head = person("head")
    assert head.check_password(demo.PASSWORD) and head.wagtail_userprofile.theme == "dark"
    assert head.wagtail_userprofile.preferred_language == ""


def test_signing_out_ends_the_session(bureau: Any, person: Any) -> None:
    client = signed_in(person("head"))
    assert client.post("/office/logout/").url == "/"
    assert "_auth_user_id" not in client.session


def test_the_office_follows_the_chosen_language(bureau: Any, person: Any) -> None:
    client = signed_in(person("head"))
    assert '<html lang="zh-hans"' in client.get("/office/").content.decode()
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: "en"})
    page = client.get("/office/").content.decode()
    assert '<html lang="en"' in page and "Editing office" in page


def test_no_request_goes_outside(bureau: Any, person: Any) -> None:
    user = person("head")
    user.email = "head@example.invalid"
    user.save()
    page = signed_in(user).get("/office/").content.decode()
    for outside in ("gravatar", "releases.wagtail", "guide.wagtail", "wagtail.org"):
        assert outside not in page
