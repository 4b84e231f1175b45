"""预览、经过、比较、恢复；撞上别人之后逐栏挑选。"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from gongkai.core.feedback import attempt
from gongkai.core.inputs import is_number
from gongkai.core.states import Refused
from gongkai.formats.documents import compare
from gongkai.records import actions, drafts, previewing
from gongkai.records.desk import facts, safe_body
from gongkai.records.kinds import fields_of
from gongkai.records.models import DraftCopy, Edition

from .base import OfficeView, edition_of, why_closed, writes


class EditionView(OfficeView):
    """关于一版的一页。"""

    here: Any = ""
    edition: Edition

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.edition = edition_of(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return f"{self.edition.title} {self.here}"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = reverse("editions:edit", args=[self.edition.pk])
        return self.line(
            (reverse("editions:index"), _("稿件")), (edit, self.edition.title[:24]), ("", self.here)
        )


class Preview(EditionView):
    """预览：公众将看到的样子，电脑和手机两种宽度。"""

    template_name = "records/office/preview.html"

    @property
    def here(self) -> str:  # type: ignore[override]
        return _("预览")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        narrow = request.GET.get("width") == "phone"
        return self.show(edition=self.edition, narrow=narrow)


@require_safe
@xframe_options_sameorigin
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """预览的页面本身：由门户照公众页面写出；只给看得见这一版的人，不许缓存。"""
    edition = edition_of(request, pk)
    response = previewing.render(request, edition)
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "frame-ancestors 'self'; form-action 'none'; object-src 'none'"
    return response


class History(EditionView):
    """经过：各次存稿和历次版本，可以两两比较，可以恢复。"""

    template_name = "records/office/history.html"

    @property
    def here(self) -> str:  # type: ignore[override]
        return _("修改经过")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        copies = DraftCopy.objects.visible_to(request.user).filter(
            edition=self.edition, kind=DraftCopy.Kind.SAVED
        )
        editions = Edition.objects.visible_to(request.user).filter(record=self.edition.record)
        closed, _step = why_closed(request.user, self.edition)
        return self.show(
            edition=self.edition,
            copies=copies.select_related("author").defer("content")[:200],
            editions=editions.select_related("author"),
            may_restore=not closed,
        )


def _at(request: HttpRequest, edition: Edition, key: str) -> tuple[str, Edition] | None:
    """比较的一头：c12 为第 12 份底稿，e5 为第 5 号版本；返回（叫法, 内容）。"""
    if key[:1] == "c" and is_number(key[1:]):
        row = DraftCopy.objects.visible_to(request.user).filter(edition=edition, pk=key[1:]).first()
        if row is None:
            return None
        at = {"n": row.version, "who": row.author}
        return _("第 %(n)s 次存稿（%(who)s）") % at, like(edition, row.content)
    if key[:1] == "e" and is_number(key[1:]):
        found = Edition.objects.visible_to(request.user).filter(record=edition.record, pk=key[1:])
        other = found.select_related("record").first()
        if other is None:
            return None
        return _("第 %(n)s 版（%(state)s）") % {"n": other.number, "state": other.get_state_display()}, other
    return None


def like(edition: Edition, content: dict[str, Any]) -> Edition:
    """照内容拼出一版（不入库），供显示和比较。"""
    made = Edition(record=edition.record, number=edition.number, state=edition.state)
    for name, value in drafts.restored(content).items():
        setattr(made, name, value)
    return made


def field_changes(before: Edition, after: Edition) -> list[tuple[Any, Any, Any]]:
    """各栏的不同：（栏名, 前, 后）；正文另比。"""
    old, new = ({_("名称"): row.title} | dict(facts(row)) for row in (before, after))
    labels = dict.fromkeys([*old, *new])
    return [(one, old.get(one, ""), new.get(one, "")) for one in labels if old.get(one) != new.get(one)]


class Compare(EditionView):
    """比较：两份底稿或两个版本，栏目逐条、正文逐段。"""

    template_name = "records/office/compare.html"

    @property
    def here(self) -> str:  # type: ignore[override]
        return _("比较")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        before = _at(request, self.edition, request.GET.get("a", ""))
        after = _at(request, self.edition, request.GET.get("b", ""))
        if before is None or after is None:
            messages.error(request, _("请选两份来比较"))
            return redirect("editions:history", pk)
        return self.show(
            edition=self.edition,
            before=before[0],
            after=after[0],
            changed=field_changes(before[1], after[1]),
            blocks=compare(before[1].body, after[1].body),
        )


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """恢复：把以前的一份底稿存成现在的内容；现在的也留着底稿，随时可以再换回来。"""
    edition = edition_of(request, pk)
    rows = DraftCopy.objects.visible_to(request.user).filter(edition=edition)
    copy = get_object_or_404(rows, pk=request.POST.get("copy") or 0)
    try:
        actions.save_draft(request.user, edition, version=edition.version, **drafts.restored(copy.content))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("editions:history", pk)
    messages.success(request, _("已恢复到第 %(n)s 次存稿的内容") % {"n": copy.version})
    return redirect("editions:edit", pk)


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """解锁：别人锁着的，处室负责人可以解。"""
    attempt(request, lambda: drafts.unlock(request.user, edition_of(request, pk)), _("已解锁"))
    return redirect("editions:edit", pk)


class Unsaved(OfficeView):
    """没存上的：自己写的与库里现在的逐栏并排，逐栏挑，再存；关了浏览器还在。"""

    template_name = "records/office/unsaved.html"
    copy: DraftCopy

    def get_page_title(self) -> str:
        return _("核对没有存上的内容")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = reverse("editions:edit", args=[self.copy.edition_id])
        return self.line(
            (reverse("editions:index"), _("稿件")),
            (edit, self.copy.edition.title[:24]),
            ("", _("没有存上的内容")),
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = DraftCopy.objects.visible_to(request.user).filter(kind=DraftCopy.Kind.UNSAVED)
        rows = rows.select_related("edition__record__organisation", "edition__locked_by", "edition__author")
        self.copy = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition, mine = self.copy.edition, like(self.copy.edition, self.copy.content)
        reason, step = why_closed(request.user, edition)
        return self.show(
            copy=self.copy,
            edition=edition,
            differences=differences(edition, mine),
            blocks=compare(edition.body, mine.body) if edition.body != mine.body else [],
            mine_body=safe_body(mine.body),
            their_body=safe_body(edition.body),
            last=DraftCopy.objects.filter(edition=edition, kind=DraftCopy.Kind.SAVED).first(),
            reason=reason,
            next_step=step,
            is_writer=writes(request.user, edition),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition, user = self.copy.edition, request.user
        if request.POST.get("do") == "drop":
            drafts.settle_unsaved(user, self.copy)
            messages.success(request, _("已不再提示；您写的仍留着备查"))
            return redirect("editions:edit", edition.pk)
        mine = drafts.restored(self.copy.content)
        values = chosen(edition, mine, request.POST)
        version = request.POST.get("version", "")
        try:
            actions.save_draft(user, edition, version=int(version) if is_number(version) else 0, **values)
        except Refused as refused:
            # 又被别人抢先：自己的还在这一份里，重新比一遍。
            messages.error(request, str(refused))
            return redirect("editions:unsaved", pk)
        drafts.settle_unsaved(user, self.copy)
        messages.success(request, _("已按您挑的存好"))
        return redirect("editions:edit", edition.pk)


def differences(theirs: Edition, mine: Edition) -> list[dict[str, Any]]:
    """不同的栏目：键、栏名、库里现在的、自己写的；正文不在内。"""
    found: list[dict[str, Any]] = []
    ours, now = drafts.snapshot(mine), drafts.snapshot(theirs)
    for name in ours:
        if name in ("body", "fields") or ours[name] == now[name]:
            continue
        label = Edition._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        found.append(
            {"key": name, "label": label, "theirs": _words(theirs, name), "mine": _words(mine, name)}
        )
    for spec in fields_of(theirs.record.kind):
        a, b = theirs.fields.get(spec.name) or "", mine.fields.get(spec.name) or ""
        if a != b:
            names = dict(spec.choices)
            row = {"label": spec.label, "theirs": names.get(a, a), "mine": names.get(b, b)}
            found.append({"key": f"fields.{spec.name}", **row})
    return found


def _words(edition: Edition, name: str) -> Any:
    value = getattr(edition, name)
    if isinstance(value, list):
        return "、".join(map(str, value))
    shown = getattr(edition, f"get_{name}_display", None)
    return shown() if shown else value


def chosen(theirs: Edition, mine: dict[str, Any], posted: Any) -> dict[str, Any]:
    """挑好的各栏：选了“用我的”的取自己的，其余照库里现在的。"""
    values = {name: value for name, value in mine.items() if posted.get(name) == "mine" and name != "fields"}
    own = dict(theirs.fields)
    for key, value in mine.get("fields", {}).items():
        if posted.get(f"fields.{key}") == "mine":
            own[key] = value
    for key in [key for key in own if key not in mine.get("fields", {})]:
        if posted.get(f"fields.{key}") == "mine":
            own.pop(key)
    return values | {"fields": own}
