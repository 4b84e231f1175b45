"""由依申请公开转来的信息：起草一份，照常送审、发布。"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from gongkai.accounts.queries import duties_of
from gongkai.core.states import Refusal, Refused
from gongkai.requests.disclosure import Draft, set_drafter

from . import actions, states
from .kinds import Kind
from .models import Site


def draft(user: Any, given: Draft) -> int:
    """起草：在此人任拟稿职责的处室里，放进本机关的网站。返回信息编号。错误：Refused。"""
    units = [
        duty.organisation
        for duty in duties_of(user)
        if duty.role in states.WRITERS and duty.organisation.agency.pk == given.agency.pk
    ]
    if not units:
        raise Refused([Refusal("duty", _("您没有拟稿的职责；请由承办处室的经办人转为主动公开"))])
    site = Site.objects.filter(organisation=given.agency).order_by("id").first()
    if site is None:
        raise Refused([Refusal("site", _("本机关还没有网站，不能起草；请先在采编后台建站"))])
    lines = [*given.paragraphs, given.note]
    edition = actions.create_record(
        user,
        organisation=units[0],
        site=site,
        kind=Kind.OTHER,
        title=given.title,
        issuer=given.agency.name,
        formed_on=timezone.localdate(),
        body=format_html_join("", "<p>{}</p>", ((line,) for line in lines)),
        change_note=given.note,
    )
    for name, content in given.files:
        actions.attach(user, edition, SimpleUploadedFile(name, content), name=name)
    return edition.record_id


set_drafter(draft)
