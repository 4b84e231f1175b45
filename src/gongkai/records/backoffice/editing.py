"""新建与写稿：一张表单，存一次是一个动作；撞上别人的，自己写的留住。"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gongkai.core.inputs import is_number
from gongkai.core.states import Refused
from gongkai.formats.documents import DocumentError
from gongkai.records import actions, drafts, gates, states
from gongkai.records.desk import facts, safe_body
from gongkai.records.models import Attachment, DraftCopy, Edition, Record, Relation
from gongkai.records.queries import units_written_for

from .base import OfficeView, edition_of, why_closed, writes
from .forms import EditionForm, NewForm, RelationForm


class New(OfficeView):
    """新建信息：选类型、单位、站点，写名称，然后接着写。"""

    page_title = gettext_lazy("新建信息")
    template_name = "records/office/new.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.line((reverse("editions:index"), _("稿件")), ("", _("新建信息")))

    def get(self, request: HttpRequest) -> HttpResponse:
        units = units_written_for(request.user)
        return self.show(form=NewForm(request.user, initial={"kind": request.GET.get("kind")}), units=units)

    def post(self, request: HttpRequest) -> HttpResponse:
        units = units_written_for(request.user)
        form = NewForm(request.user, request.POST)
        if form.is_valid():
            values = form.cleaned_data
            try:
                edition = actions.create_record(
                    request.user, **values, issuer=values["organisation"].agency.name
                )
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("已建好草稿，接着写；随时可以存"))
                return redirect("editions:edit", edition.pk)
        return self.show(form=form, units=units)


class Edit(OfficeView):
    """写稿：能改的给表单，不能改的说明原因和下一步。"""

    template_name = "records/office/edit.html"
    edition: Edition

    def get_page_title(self) -> str:
        return self.edition.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.line((reverse("editions:index"), _("稿件")), ("", _("写稿")))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.edition = edition_of(request, kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page()

    def page(self, form: EditionForm | None = None) -> HttpResponse:
        """显示：form 为空时按库里的内容。"""
        edition = self.edition
        reason, step = why_closed(self.request.user, edition)
        common = {
            "edition": edition,
            "record": edition.record,
            "attachments": edition.attachments.all(),
            "relations": edition.relations.select_related("target__live"),
            "reason": reason,
            "next_step": step,
            "is_writer": writes(self.request.user, edition),
            "may": {move.name for move in states.EDITION.available(edition, self.request.user)},
            "may_unlock": states.holds_edition(self.request.user, edition, states.HEAD)
            or edition.locked_by_id == self.request.user.pk,
            "unsaved": DraftCopy.objects.visible_to(self.request.user).filter(
                edition=edition, kind=DraftCopy.Kind.UNSAVED, settled_at=None
            ),
        }
        if reason:
            self.template_name = "records/office/closed.html"
            return self.show(**common, facts=facts(edition), body=safe_body(edition.body))
        form = form or EditionForm(instance=edition)
        found = gates.problems(edition)
        grouped = gates.by_field(found)
        return self.show(
            **common,
            form=form,
            groups=form.groups(grouped),
            problems=grouped,
            blocking=[row for row in found if row.blocking],
            warnings=[row for row in found if not row.blocking],
            relation_kinds=Relation.Kind.choices,
            words=words(),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not writes(request.user, self.edition):
            raise PermissionDenied
        form = EditionForm(request.POST, request.FILES, instance=self.edition)
        if not form.is_valid():
            messages.error(request, _("还没有存：有几栏写得不对，见各栏下面的说明；写的内容都在"))
            return self.page(form)
        do, _colon, which = request.POST.get("do", "save").partition(":")
        try:
            kept = self.save(form)
        except DocumentError as error:
            form.add_error("body", str(error))
            return self.page(form)
        if kept is not None:
            return redirect("editions:unsaved", kept.pk)
        return Steps(request, self.edition).run(do, which)

    def save(self, form: EditionForm) -> DraftCopy | None:
        """存：没有改动的不存；存不上的留住，返回留住的那份。错误：DocumentError——正文太大。"""
        user, edition = self.request.user, self.edition
        values, version = form.values(), form.cleaned_data["version"]
        if form.fields["body"].disabled:
            del values["body"]
        else:
            found = drafts.clean_body(user, edition.record.organisation, values["body"])
            values["body"] = found.html
            for notice in found.notices:
                messages.warning(self.request, notice)
        same = all(getattr(edition, name) == value for name, value in values.items())
        if same and version == edition.version and edition.state in Edition.EDITABLE:
            return None
        try:
            self.edition = actions.save_draft(user, edition, version=version, **values)
        except Refused as refused:
            messages.error(self.request, str(refused))
            return drafts.keep_unsaved(user, edition, version=version, values=values)
        return None


def words() -> dict[str, str]:
    """脚本里要用的文字。"""
    return {
        "language": "zh_cn" if get_language() == "zh-hans" else "en",
        "failed": _("没有办成：网络不通或页面已过期；写的内容都在，请稍后再试"),
        "insert": _("插入"),
        "picture": _("图片文件（PNG、JPG）"),
        "picture_button": _("插入图片"),
        "alt": _("图片说明（看不见图的人靠它）"),
        "alt_missing": _("请写一句图片说明，如“2026年供水量柱状图”"),
        "choose": _("请先选一张图片"),
        "choose_word": _("请先选一个 Word 文件（.docx）"),
        "reading": _("正在读……"),
        "imported": _("已导入“%s”，请核对正文，然后保存"),
        "uploading": _("正在上传 %s 个文件……"),
        "none": _("库里没有找到；可以写进“库外文件名称”"),
        "body": _("正文"),
        "p": _("正文"),
        "h2": _("一级标题"),
        "h3": _("二级标题"),
        "h4": _("三级标题"),
        "quote": _("引文"),
    }


MOST_FILES: Final = 20


class Steps:
    """存好之后接着做的一步：附件、关系、导入、锁定、送审、放弃。"""

    def __init__(self, request: HttpRequest, edition: Edition) -> None:
        self.request, self.edition, self.user = request, edition, request.user

    def run(self, do: str, which: str) -> HttpResponse:
        """做 do 这一步；附件的名称、次序和新选的文件每次都跟着存。返回接着看的页面。"""
        self._arrange(do, which)
        self._upload()
        step = getattr(self, f"do_{do}", self.do_save)
        try:
            return step(which) or redirect(reverse("editions:edit", args=[self.edition.pk]))
        except Refused as refused:
            for refusal in refused.refusals:
                messages.error(self.request, refusal.message)
        except (ValidationError, DocumentError) as error:
            text = "；".join(error.messages) if isinstance(error, ValidationError) else str(error)
            messages.error(self.request, text)
        return redirect("editions:edit", self.edition.pk)

    def back(self, part: str) -> HttpResponse:
        return redirect(reverse("editions:edit", args=[self.edition.pk]) + f"#{part}")

    def _arrange(self, do: str, which: str) -> None:
        rows = list(self.edition.attachments.all())
        if do in ("up", "down") and is_number(which):
            at = next((n for n, row in enumerate(rows) if row.pk == int(which)), 0)
            to = max(0, min(len(rows) - 1, at + (-1 if do == "up" else 1)))
            rows.insert(to, rows.pop(at))
        posted = self.request.POST
        names = {row.pk: (posted.get(f"name-{row.pk}", row.name), n) for n, row in enumerate(rows)}
        if names:
            drafts.arrange_attachments(self.user, self.edition, names)

    def _upload(self) -> None:
        files = self.request.FILES.getlist("files")
        for problem in attach_all(self.user, self.edition, files)[1]:
            messages.error(self.request, problem)

    def do_save(self, which: str) -> HttpResponse:
        messages.success(self.request, _("已存"))
        part = self.request.POST.get("part", "")
        return self.back(part) if part.isidentifier() else redirect("editions:edit", self.edition.pk)

    def do_up(self, which: str) -> HttpResponse:
        return self.back("attachments")

    do_down = do_attach = do_up

    def do_detach(self, which: str) -> HttpResponse:
        row = Attachment.objects.filter(edition=self.edition, pk=which or 0).first()
        if row:
            actions.detach(self.user, row)
            messages.success(self.request, _("已去掉附件“%(name)s”") % {"name": row.name})
        return self.back("attachments")

    def do_relate(self, which: str) -> HttpResponse:
        relate(self.user, self.edition, self.request.POST)
        messages.success(self.request, _("已加上关系"))
        return self.back("relations")

    def do_unrelate(self, which: str) -> HttpResponse:
        row = Relation.objects.filter(edition=self.edition, pk=which or 0).first()
        if row:
            actions.unrelate(self.user, row)
            messages.success(self.request, _("已去掉关系"))
        return self.back("relations")

    def do_import(self, which: str) -> HttpResponse:
        file = self.request.FILES.get("word")
        if file is None:
            raise ValidationError(_("请先选一个 Word 文件（.docx）"))
        found = drafts.import_word(self.user, self.edition.record.organisation, file.read())
        body = found.html if self.request.POST.get("replace") else self.edition.body + found.html
        self.edition = actions.save_draft(self.user, self.edition, version=self.edition.version, body=body)
        for notice in found.notices:
            messages.warning(self.request, notice)
        messages.success(self.request, _("已导入“%(name)s”，请核对正文") % {"name": file.name})
        return self.back("body")

    def do_preview(self, which: str) -> HttpResponse:
        return redirect("editions:preview", self.edition.pk)

    def do_lock(self, which: str) -> HttpResponse:
        drafts.lock(self.user, self.edition)
        messages.success(self.request, _("已锁定，您解锁之前别人不能存"))
        return redirect("editions:edit", self.edition.pk)

    def do_unlock(self, which: str) -> HttpResponse:
        drafts.unlock(self.user, self.edition)
        messages.success(self.request, _("已解锁"))
        return redirect("editions:edit", self.edition.pk)

    def do_submit(self, which: str) -> HttpResponse:
        found = gates.blocking(self.edition)
        if found:
            text = _("还不能送审：有 %(n)s 处须改正，都列在下面")
            messages.error(self.request, text % {"n": len(found)})
            return self.back("problems")
        actions.move(self.user, self.edition, "submit")
        messages.success(self.request, _("已送审，等处室负责人审核"))
        return redirect("desk:edition", self.edition.pk)

    def do_discard(self, which: str) -> HttpResponse:
        actions.move(self.user, self.edition, "discard", reason=self.request.POST.get("reason", ""))
        messages.success(self.request, _("已放弃这一版"))
        return redirect("editions:index")


def attach_all(user: Any, edition: Edition, files: list[Any]) -> tuple[list[Attachment], list[str]]:
    """加几个附件：返回加上的和没加上的说明，逐个写明文件名；一个不行不耽误别的。"""
    rows: list[Attachment] = []
    problems: list[str] = []
    if len(files) > MOST_FILES:
        return rows, [_("一次最多加 %(n)s 个附件，请分几次") % {"n": MOST_FILES}]
    for file in files:
        try:
            rows.append(actions.attach(user, edition, file, name=file.name[:200]))
        except ValidationError as error:
            why = "；".join(error.messages)
            problems.append(_("“%(name)s”没有加上：%(why)s") % {"name": file.name, "why": why})
        except Refused as refused:
            problems.append(_("“%(name)s”没有加上：%(why)s") % {"name": file.name, "why": refused})
    return rows, problems


def relate(user: Any, edition: Edition, posted: Any) -> Relation:
    """加关系：选中的库内信息（编号，或写的索引号、字号、全名），或库外文件的名称与网址。"""
    kind = posted.get("relation_kind", "")
    if kind not in Relation.Kind.values:
        raise ValidationError(_("请选是什么关系"))
    form = RelationForm(posted)
    if not form.is_valid():
        raise ValidationError(
            [f"{form[name].label}：{text}" for name, texts in form.errors.items() for text in texts]
        )
    values = form.cleaned_data
    target, typed = None, values["relation_target"].strip()
    if typed:
        target = find_record(user, typed)
        if target is None and not values["relation_title"]:
            raise ValidationError(
                _("库里没有找到“%(text)s”；请从查到的里选，或把它写进“库外文件名称”") % {"text": typed}
            )
    elif not values["relation_title"]:
        raise ValidationError(_("请选库里的信息，或写库外文件的名称"))
    extra: dict[str, Any] = {"effective_on": values["relation_effective_on"]}
    if target is None:
        extra |= {"title": values["relation_title"], "url": values["relation_url"]}
    return actions.relate(user, edition, kind=kind, target=target, **extra)


def find_record(user: Any, typed: str) -> Record | None:
    """按编号（#12）、索引号、字号、全名找一条看得见的信息；不止一条的算没找到。"""
    rows = Record.objects.filter(
        Q(pk__in=Record.objects.visible_to(user)) | Q(pk__in=Record.objects.public())
    )
    if typed.startswith("#") and is_number(typed[1:].split(" ", 1)[0]):
        return rows.filter(pk=typed[1:].split(" ", 1)[0]).first()
    named = Q(index_number=typed) | Q(editions__document_number=typed) | Q(editions__title=typed)
    found = list(rows.filter(named).distinct()[:2])
    return found[0] if len(found) == 1 else None
