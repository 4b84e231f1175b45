"""站点与栏目：办公室维护网站的名称、栏目树、选取规则和友情链接。"""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from gongkai.core.feedback import attempt
from gongkai.core.models import Organisation
from gongkai.core.states import Refused
from gongkai.law.kinds import ARTICLE_20
from gongkai.records import site_actions, states
from gongkai.records.kinds import NEWS_KINDS, Kind
from gongkai.records.models import Column, ColumnSorting, FriendlyLink, Site
from gongkai.records.queries import units_coordinated

from .base import OfficeView
from .forms import WordList

# 栏目类型的常用词（政府网站发展指引的栏目规范）。
TYPE_WORDS: Final = (
    "概况信息", "动态要闻", "政策文件", "政策解读", "规划计划", "人事信息", "财政信息", "统计信息",
    "应急管理", "通知公告", "数据发布", "办事服务", "互动交流", "专题专栏",
)  # fmt: skip
ITEMS20: Final = tuple((str(n), f"（{n}）{each.short}") for n, each in enumerate(ARTICLE_20, 1))


def say(error: Refused | ValidationError) -> list[str]:
    """毛病：逐条的话。"""
    if isinstance(error, ValidationError):
        return list(error.messages)
    return [refusal.message for refusal in error.refusals]


class SiteForm(forms.ModelForm):
    """站点的设置。"""

    class Meta:
        model = Site
        fields = (
            "name", "domain", "code", "credit_code", "index_pattern", "colour", "contact", "icp", "police",
        )  # fmt: skip
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "domain": gettext_lazy("不含 https://，如 water.example.gov.cn"),
            "code": gettext_lazy("10 位数字，或 bm 加 8 位数字；没有的先空着"),
            "index_pattern": gettext_lazy("{code} 信用代码、{year} 年份、{serial:05d} 五位流水号"),
        }

    def _post_clean(self) -> None:
        # 不往 instance 上填：写入只经动作，约束也在那里查。
        return


class NewSiteForm(forms.Form):
    """新建站点：主办单位、名称、域名，其余以后补。"""

    organisation = forms.ModelChoiceField(label=gettext_lazy("主办单位"), queryset=None, empty_label=None)
    name = forms.CharField(label=gettext_lazy("网站名称"), max_length=80)
    domain = forms.CharField(
        label=gettext_lazy("域名"),
        max_length=120,
        help_text=gettext_lazy("不含 https://，如 water.example.gov.cn"),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["organisation"].queryset = Organisation.objects.filter(pk__in=units_coordinated(user))


class ColumnForm(forms.ModelForm):
    """栏目：规则拆成勾选，不让人写代码。"""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("类型是"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    items20 = forms.MultipleChoiceField(
        label=gettext_lazy("条例第二十条类别是"),
        choices=ITEMS20,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    organisations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("单位是"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    themes = WordList(
        label=gettext_lazy("主题分类是"), required=False, help_text=gettext_lazy("有几个写几个，用顿号隔开")
    )

    class Meta:
        model = Column
        fields = (
            "name", "slug", "parent", "kind", "type_word", "description", "keywords", "update_days",
            "not_applicable", "is_active",
        )  # fmt: skip
        widgets = {"type_word": forms.TextInput(attrs={"list": "type-words"})}
        help_texts = {
            "slug": gettext_lazy("网址里的一段，用字母和数字；不填的用拼音"),
            "update_days": gettext_lazy("超过这么多天没有新信息，开一件待办；不填不查"),
            "not_applicable": gettext_lazy("本单位没有这方面内容的写明理由，公众页面照样说明，不留空栏目"),
            "is_active": gettext_lazy("停用的栏目公众看不到，里面的信息不受影响"),
        }

    def __init__(self, site: Site, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        own = Column.objects.filter(site=site).order_by("path")
        if self.instance.pk:
            own = own.exclude(path__startswith=self.instance.path)
        fields["parent"].queryset, fields["parent"].empty_label = own, _("（最上一级）")
        fields["slug"].required = False
        fields["kind"].choices = [row for row in Column.Kind.choices if row[0] != Column.Kind.SECTION]
        units = Organisation.objects.active().within(site.organisation).order_by("path")
        fields["organisations"].queryset = units
        rule = self.instance.rule
        for name in ("kinds", "items20", "organisations", "themes"):
            self.initial[name] = rule.get(name, [])
        if self.instance.section:
            for name in ("name", "slug", "parent", "kind", "is_active"):
                fields.pop(name)
            fields["kinds"].choices = [row for row in Kind.choices if row[0] not in NEWS_KINDS]

    def _post_clean(self) -> None:
        return

    def values(self) -> dict[str, Any]:
        """各栏的值，供 save_column；没有勾的规则不写。"""
        data = self.cleaned_data
        found = {name: data[name] for name in self.Meta.fields if name in data}
        rule = {
            "kinds": data["kinds"],
            "items20": data["items20"],
            "organisations": [unit.pk for unit in data["organisations"]],
            "themes": data["themes"],
        }
        return found | {"rule": {key: value for key, value in rule.items() if value}}


def in_words(column: Column, units: dict[int, str]) -> str:
    """规则说成话：如“类型是规划计划，自动进来”。"""
    rule = column.rule
    if not any(rule.values()):
        return _("只收手工挑选的")
    names = {
        "kinds": [str(dict(Kind.choices).get(one, one)) for one in rule.get("kinds", ())],
        "items20": [dict(ITEMS20).get(str(one), str(one)) for one in rule.get("items20", ())],
        "organisations": [units.get(one, f"#{one}") for one in rule.get("organisations", ())],
        "themes": list(map(str, rule.get("themes", ()))),
    }
    labels = {
        "kinds": _("类型是%(these)s"), "items20": _("第二十条类别是%(these)s"),
        "organisations": _("单位是%(these)s"), "themes": _("主题是%(these)s"),
    }  # fmt: skip
    either = _("或")
    parts = [labels[key] % {"these": either.join(these)} for key, these in names.items() if these]
    return _("%(rules)s的自动进来") % {"rules": _("，并且").join(parts)}


class SitesView(OfficeView):
    """站点与栏目的一页。"""

    header_icon = "site"

    def site(self, pk: int) -> Site:
        """看得见的站点。错误：Http404。"""
        return get_object_or_404(
            Site.objects.visible_to(self.request.user).select_related("organisation"), pk=pk
        )

    def crumbs(self, *items: tuple[str, Any]) -> list[dict[str, Any]]:
        return self.line((reverse("sites:index"), _("站点与栏目")), *items)


class Index(SitesView):
    """站点列表。"""

    template_name = "records/office/sites.html"
    page_title = gettext_lazy("站点与栏目")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.line(("", _("站点与栏目")))

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(NewSiteForm(request.user))

    def page(self, form: NewSiteForm) -> HttpResponse:
        rows = Site.objects.visible_to(self.request.user).select_related("organisation")
        in_use = Count("columns", filter=Q(columns__is_active=True))
        return self.show(sites=rows.annotate(columns_count=in_use), form=form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewSiteForm(request.user, request.POST)
        if form.is_valid():
            try:
                site = site_actions.create_site(request.user, **form.cleaned_data)
            except (Refused, ValidationError) as error:
                add_errors(form, error)
            else:
                messages.success(request, _("已建好站点和固定四栏；接着补齐网站设置和栏目"))
                return redirect("sites:site", site.pk)
        return self.page(form)


class SitePage(SitesView):
    """一个站点：栏目树、友情链接、设置。"""

    template_name = "records/office/site.html"
    found: Site

    def get_page_title(self) -> str:
        return self.found.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return self.crumbs(("", self.found.name))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.found = self.site(kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(SiteForm(instance=self.found))

    def page(self, form: SiteForm) -> HttpResponse:
        return self.show(
            site=self.found,
            form=form,
            columns=tree(self.found),
            links=self.found.links.all(),
            is_office=states.holds(self.request.user, self.found.organisation, states.OFFICE),
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = SiteForm(request.POST, instance=self.found)
        if form.is_valid():
            try:
                site_actions.save_site(request.user, self.found, **form.cleaned_data)
            except (Refused, ValidationError) as error:
                add_errors(form, error)
            else:
                messages.success(request, _("已存；公众页面随即更新"))
                return redirect("sites:site", pk)
        messages.error(request, _("还没有存：见各栏下面的说明"))
        return self.page(form)


def add_errors(form: forms.BaseForm, error: Refused | ValidationError) -> None:
    """把动作说的毛病放到对应的栏目；不属于哪一栏的放在最上面。"""
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, found in error.message_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        form.add_error(None, say(error))


def tree(site: Site) -> list[dict[str, Any]]:
    """栏目树：按层次排好，连同条数、最近更新、规则的说法；四次查询。"""
    shown = Q(placements__record__live__isnull=False)
    rows = Column.objects.filter(site=site).annotate(
        count=Count("placements", filter=shown),
        newest=Max("placements__record__first_published_at", filter=shown),
    )
    units = dict(Organisation.objects.within(site.organisation).values_list("pk", "name"))
    moving = {row.column_id: row for row in ColumnSorting.objects.filter(column__site=site, finished_at=None)}
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found: list[dict[str, Any]] = []

    def walk(parent: int | None, depth: int) -> None:
        fixed = list(Column.Section.values)
        ours = sorted(
            below.get(parent, []), key=lambda c: (fixed.index(c.section) if c.section else 9, c.order, c.pk)
        )
        for row in ours:
            facts = {"rule": in_words(row, units), "late": late(row), "sorting": moving.get(row.pk)}
            found.append({"column": row, "depth": depth} | facts)
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


def late(column: Any) -> bool:
    """该更新了：在用、定了间隔、没有写不适用，最近一条已超过间隔。"""
    if not column.is_active or not column.update_days or column.not_applicable or not column.newest:
        return False
    return (timezone.now() - column.newest).days > column.update_days


def unfinished(column: Column) -> ColumnSorting | None:
    """还在归栏的，办到哪里；没有为 None。"""
    return ColumnSorting.objects.filter(column=column, finished_at=None).first()


class ColumnPage(SitesView):
    """一个栏目：新建或修改。"""

    template_name = "records/office/column.html"
    found: Site
    column: Column | None = None

    def get_page_title(self) -> str:
        return self.column.name if self.column else _("新建栏目")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        site = reverse("sites:site", args=[self.found.pk])
        return self.crumbs((site, self.found.name), ("", self.get_page_title()))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.found = self.site(kwargs["pk"])
        if "column" in kwargs:
            self.column = get_object_or_404(Column, site=self.found, pk=kwargs["column"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int, column: int = 0) -> HttpResponse:
        initial = {"parent": request.GET.get("parent")} if self.column is None else {}
        form = ColumnForm(self.found, instance=self.column or Column(site=self.found), initial=initial)
        return self.page(form)

    def page(self, form: ColumnForm) -> HttpResponse:
        return self.show(
            site=self.found,
            column=self.column,
            form=form,
            plain=[form[name] for name in form.Meta.fields if name in form.fields],
            rules=[form[name] for name in ("kinds", "items20", "organisations", "themes")],
            type_words=TYPE_WORDS,
            sorting=self.column and unfinished(self.column),
            is_office=states.holds(self.request.user, self.found.organisation, states.OFFICE),
        )

    def post(self, request: HttpRequest, pk: int, column: int = 0) -> HttpResponse:
        form = ColumnForm(self.found, request.POST, instance=self.column or Column(site=self.found))
        if form.is_valid():
            try:
                saved = site_actions.save_column(request.user, self.found, self.column, **form.values())
            except (Refused, ValidationError) as error:
                add_errors(form, error)
            else:
                if unfinished(saved):
                    messages.success(request, _("已存；信息较多，后台正在照新规则归栏，进度见这一页"))
                    return redirect("sites:column", pk, saved.pk)
                count = saved.placements.count()
                messages.success(request, _("已存；栏目里现在有 %(n)s 条信息") % {"n": count})
                return redirect("sites:site", pk)
        messages.error(request, _("还没有存：见各栏下面的说明"))
        return self.page(form)


@require_POST
def move(request: HttpRequest, pk: int, column: int) -> HttpResponse:
    """调次序。"""
    site = get_object_or_404(Site.objects.visible_to(request.user), pk=pk)
    row = get_object_or_404(Column, site=site, pk=column)
    up = request.POST.get("to") == "up"
    attempt(request, lambda: site_actions.move_column(request.user, row, up=up), _("已调次序"))
    return redirect("sites:site", pk)


@require_POST
def links(request: HttpRequest, pk: int) -> HttpResponse:
    """友情链接：加一个，或去掉一个。"""
    site = get_object_or_404(Site.objects.visible_to(request.user), pk=pk)
    try:
        if request.POST.get("remove"):
            row = get_object_or_404(FriendlyLink, site=site, pk=request.POST["remove"])
            site_actions.remove_link(request.user, row)
            messages.success(request, _("已去掉链接"))
        else:
            name, url = request.POST.get("name", ""), request.POST.get("url", "")
            site_actions.add_link(request.user, site, name=name, url=url)
            messages.success(request, _("已加上链接"))
    except (Refused, ValidationError) as error:
        for text in say(error):
            messages.error(request, text)
    return redirect(reverse("sites:site", args=[pk]) + "#links")


class SitesMenuItem(MenuItem):
    """菜单：只给维护站点的角色。"""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("records.view_site")  # type: ignore[union-attr]


class SitesViewSet(ViewSet):
    """站点与栏目：网址都在 /office/sites/ 下。"""

    name = "sites"
    icon = "site"
    menu_label = gettext_lazy("站点与栏目")
    menu_order = 200
    add_to_admin_menu = True
    menu_item_class = SitesMenuItem

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", Index.as_view(), name="index"),
            path("<int:pk>/", SitePage.as_view(), name="site"),
            path("<int:pk>/columns/new/", ColumnPage.as_view(), name="new_column"),
            path("<int:pk>/columns/<int:column>/", ColumnPage.as_view(), name="column"),
            path("<int:pk>/columns/<int:column>/move/", move, name="move"),
            path("<int:pk>/links/", links, name="links"),
        ]
