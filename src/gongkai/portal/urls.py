"""公众一侧的网址。"""

from django.urls import path

from .views import (
    columns,
    content,
    corrections,
    feeds,
    home,
    institutions,
    ledger,
    library,
    planning,
    preferences,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("columns/", columns.overview, name="columns"),
    path("columns/<path:path>/page_<int:number>.html", columns.bound_page, name="column_page"),
    path("columns/<path:path>/feed.xml", feeds.rss, name="rss"),
    path("columns/<path:path>/atom.xml", feeds.atom, name="atom"),
    path("columns/<path:path>/feed.json", feeds.json_feed, name="json_feed"),
    path("columns/<path:path>/", columns.column, name="column"),
    path("search/feed.xml", feeds.search_feed, {"kind": "rss"}, name="search_rss"),
    path("search/atom.xml", feeds.search_feed, {"kind": "atom"}, name="search_atom"),
    path("search/feed.json", feeds.search_feed, {"kind": "json"}, name="search_json"),
    path("content/post_<int:pk>.html", content.content, name="content"),
    path("content/post_<int:pk>.docx", content.download, {"suffix": "docx"}, name="docx"),
    path("content/post_<int:pk>.pdf", content.download, {"suffix": "pdf"}, name="pdf"),
    path("content/post_<int:pk>/file_<int:file>.<slug:suffix>", content.attachment, name="attachment"),
    path("library/", library.library, name="library"),
    path("planning/", planning.planning, name="planning"),
    path("institutions/", institutions.institutions, name="institutions"),
    path("institutions/<int:pk>/", institutions.institution, name="institution"),
    path("plans/", ledger.plans, name="plans"),
    path("plans/<int:pk>/", ledger.plan, name="plan"),
    path("about/", ledger.about, name="about"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("feedback/", corrections.report, name="feedback"),
    path("feedback/status/", corrections.status, name="report_status"),
    path("staff/error-reports/", corrections.error_reports, name="error_reports"),
    path("staff/error-reports/<int:pk>/", corrections.error_report, name="error_report"),
    path("links/<int:pk>/", home.link, name="link"),
    path("leaving/", home.leaving, name="leaving"),
    path("sitemap/", home.sitemap, name="sitemap"),
    path("sitemap.xml", feeds.sitemap_index, name="sitemap_index"),
    path("sitemap_<int:part>.xml", feeds.sitemap_part, name="sitemap_part"),
    path("knowledge/sitemap.xml", feeds.sitemap_answers, name="sitemap_answers"),
    path("robots.txt", feeds.robots, name="robots"),
]
