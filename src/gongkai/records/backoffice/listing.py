"""稿件列表：筛选、查找、导出。"""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from gongkai.accounts.queries import duties_of
from gongkai.core.models import Organisation
from gongkai.records.kinds import Kind
from gongkai.records.models import Edition

from . import copies, editing, panels


def _units(request: Any) -> Any:
    """此人职责所及的单位。"""
    scope = Q(pk__in=[])
    for duty in duties_of(request.user):
        scope |= Q(path__startswith=duty.organisation.path)
    return Organisation.objects.visible_to(request.user).filter(scope).order_by("path")


class EditionFilter(WagtailFilterSet):
    """稿件的筛选。"""

    state = django_filters.MultipleChoiceFilter(
        label=_("状态"), choices=Edition.State.choices, widget=CheckboxSelectMultiple
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("类型"), field_name="record__kind", choices=Kind.choices, widget=CheckboxSelectMultiple
    )
    organisation = django_filters.ModelChoiceFilter(
        label=_("承办单位"), field_name="record__organisation", queryset=_units
    )
    mine = django_filters.ChoiceFilter(
        label=_("拟稿人"), method="by_author", choices=[("1", _("只看我拟的"))], empty_label=_("全部")
    )

    class Meta:
        model = Edition
        fields: list[str] = []

    def by_author(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(author=self.request.user) if value else rows


class EditionTitle(TitleColumn):
    """名称：点开即写。"""

    cell_template_name = "records/office/title_cell.html"


class EditionIndex(IndexView):
    """稿件列表：看得见的各版，最近改动的在前。"""

    page_title = _("稿件")
    add_item_label = _("新建信息")
    default_ordering = "-updated_at"
    filterset_class = EditionFilter
    search_fields = ["title", "document_number", "record__index_number"]
    paginate_by = 30
    table_classname = "listing writing-list"
    list_export = [
        "title", "record.get_kind_display", "get_state_display", "number", "record.organisation", "author",
        "record.index_number", "document_number", "updated_at",
    ]  # fmt: skip
    export_headings = {
        "title": _("名称"), "record.get_kind_display": _("类型"), "get_state_display": _("状态"),
        "number": _("版次"), "record.organisation": _("承办单位"), "author": _("拟稿人"),
        "record.index_number": _("索引号"), "document_number": _("发文字号"), "updated_at": _("最近改动"),
    }  # fmt: skip

    def get_base_queryset(self) -> Any:
        rows = Edition.objects.visible_to(self.request.user)
        return rows.select_related("record__organisation", "author").defer("body", "fields", "summary")

    @property
    def columns(self) -> list[Any]:
        return [
            EditionTitle("title", label=_("名称"), sort_key="title", url_name="editions:edit"),
            Column("kind", label=_("类型"), accessor="record.get_kind_display"),
            StatusTagColumn(
                "state",
                label=_("状态"),
                accessor="get_state_display",
                primary=lambda row: row.state in (Edition.State.DRAFT, Edition.State.RETURNED),
            ),
            Column("organisation", label=_("承办单位"), accessor="record.organisation"),
            Column("author", label=_("拟稿人")),
            DateColumn("updated_at", label=_("最近改动"), sort_key="updated_at"),
        ]

    def get_page_title(self) -> str:
        return str(self.page_title)


class EditionViewSet(ModelViewSet):
    """稿件：网址都在 /office/editions/ 下。"""

    model = Edition
    name = "editions"
    icon = "doc-full"
    menu_label = _("稿件")
    menu_order = 100
    add_to_admin_menu = True
    index_view_class = EditionIndex
    exclude_form_fields: list[str] = []
    copy_view_enabled = False
    inspect_view_enabled = False

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("new/", editing.New.as_view(), name="add"),
            path("<int:pk>/", editing.Edit.as_view(), name="edit"),
            path("<int:pk>/paste/", panels.paste, name="paste"),
            path("<int:pk>/word/", panels.word, name="word"),
            path("<int:pk>/picture/", panels.picture, name="picture"),
            path("<int:pk>/upload/", panels.upload, name="upload"),
            path("<int:pk>/find/", panels.find, name="find"),
            path("<int:pk>/preview/", copies.Preview.as_view(), name="preview"),
            path("<int:pk>/page/", copies.page, name="page"),
            path("<int:pk>/history/", copies.History.as_view(), name="history"),
            path("<int:pk>/compare/", copies.Compare.as_view(), name="compare"),
            path("<int:pk>/unlock/", copies.unlock, name="unlock"),
            path("<int:pk>/restore/", copies.restore, name="restore"),
            path("unsaved/<int:pk>/", copies.Unsaved.as_view(), name="unsaved"),
        ]

    def register_admin_url_finder(self) -> None:
        # 只供 Wagtail 的引用索引用，我们不用。
        return

    def register_reference_index(self) -> None:
        return
