"""测试公用：演示的局与账号。"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from copy import copy
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from migrated import migrated

# 机器忙的时候一例会慢下来：性质测试不限时，只看对不对。
hypothesis_settings.register_profile("gongkai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("gongkai")
FIRST = ("test_postgresql", "test_killed", "test_killed_group", "test_processes")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """几个进程分头跑时，一个文件的测试归一个进程；要清库的另成一组，排在后面：清库后迁移种下的数据就没有了。
    最长的、要等子进程的先跑，末尾才不会有一个进程独自拖着；接着跑用不着库的，那时可能还在迁移。"""
    for item in items:
        marker = item.get_closest_marker("django_db")
        clears = bool(marker and marker.kwargs.get("transaction"))
        clears |= bool({"live_server", "transactional_db"} & set(item.fixturenames))
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem}{'-clears' if clears else ''}"))
    yield
    items.sort(
        key=lambda item: (item.path.stem not in FIRST, item.path.parent.name not in ("law", "formats"))
    )


def pytest_collection_finish() -> None:
    """收集完的一直在：垃圾回收不必回回清点，也不必那么勤。"""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session", name="migrated")
def _migrated() -> Path:
    """迁移好的空库（SQLite 文件）。"""
    return migrated()


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """SQLite 的测试库从迁移好的抄来，不再从头迁移；PostgreSQL 照常。"""
    database = django_settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return bool(request.config.getvalue("reuse_db"))
    name = database["TEST"]["NAME"]
    for rest in ("-wal", "-shm"):  # 上次被杀时留下的，不能接在新抄的库后面
        Path(f"{name}{rest}").unlink(missing_ok=True)
    shutil.copyfile(request.getfixturevalue("migrated"), name)
    return True


@pytest.fixture(scope="session")
def sown() -> list[Any]:
    """头一次播种得到的各行：以后照抄，不必一行一行地再问有没有。"""
    return []


@pytest.fixture
def bureau(db: Any, settings: Any, tmp_path: Any, sown: list[Any]) -> Any:
    """演示的市水务局，含组织树和各角色账号；上传的文件放在临时目录。"""
    from django.core.management.color import no_style
    from django.db import connection
    from wagtail.models import Collection

    from gongkai.accounts.models import Duty, User
    from gongkai.core.models import Alias, CollectiveName, Organisation
    from gongkai.workplans import demo

    settings.MEDIA_ROOT = tmp_path / "files"
    # 清过库的，迁移时种下的也没有了：Wagtail 的最上一级集合（没有它存不了图片）、通用的保密审查项。
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    import_module("gongkai.records.migrations.0003_review_points").create(apps, None)
    models = (Organisation, Alias, CollectiveName, User, Duty)
    if User.objects.filter(username=demo.STAFF[-1][0]).exists():  # 外层事务里已经播过
        return Organisation.objects.get(name="市水务局")
    if Organisation.objects.exists():
        return demo.seed()
    if not sown:
        bureau = demo.seed()
        sown += [list(model.objects.order_by("pk")) for model in models]
        return bureau
    for model, rows in zip(models, sown, strict=True):
        model.objects.bulk_create([copy(row) for row in rows])
    with connection.cursor() as cursor:  # 带着主键插入的，PostgreSQL 的序列不知道
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    return Organisation.objects.get(name="市水务局")


@pytest.fixture
def person(bureau: Any) -> Callable[[str], Any]:
    """按账号名取用户。"""
    from gongkai.accounts.models import User

    return lambda username: User.objects.get(username=username)


@pytest.fixture
def ledger(bureau: Any, person: Callable[[str], Any]) -> Any:
    """已导入示例分工表的 2026 年台账。"""
    from gongkai.workplans import actions, demo

    office = person("office")
    draft = actions.draft_import(office, bureau, path=demo.SAMPLE, filename="plan.txt", year=2026)
    return actions.commit_import(office, draft)


CONTENT = {
    "title": "关于开展管网检漏的通知",
    "summary": "部署全市供水管网检漏工作。",
    "issuer": "临江市水务局",
    "written_on": date(2026, 1, 5),
    "body": "<p>各供水单位：现就管网检漏工作通知如下。</p>",
}


@pytest.fixture
def site(bureau: Any) -> Any:
    """演示的局的网站和栏目。"""
    from gongkai.records import demo

    return demo.seed(bureau)


@pytest.fixture
def make(site: Any, person: Callable[[str], Any]) -> Callable[..., Any]:
    """起草：科信处经办人的一份草稿，缺省是内容齐全的通知。"""

    from gongkai.records import actions

    def build(*, kind: str = "notice", **values: Any) -> Any:
        handler = person("handler")
        return actions.create_record(
            handler, organisation=handler.organisation, site=site, kind=kind, **(CONTENT | values)
        )

    return build


@pytest.fixture
def draft(make: Callable[..., Any]) -> Any:
    """一份没送审的通知。"""
    return make()


@pytest.fixture
def interpret(make: Callable[..., Any]) -> Callable[[Any], Any]:
    """解读稿：解读某一版所属信息的一份草稿。"""
    from gongkai.records import actions

    def build(edition: Any) -> Any:
        draft = make(
            kind="interpretation",
            title=f"{edition.title}解读",
            fields={"form": "文字", "interpreter": "科技信息处"},
        )
        actions.relate(draft.author, draft, kind="interprets", target=edition.record)
        return draft

    return build


@pytest.fixture
def carry(person: Callable[[str], Any], interpret: Callable[[Any], Any]) -> Callable[..., Any]:
    """送到底：依次经各人之手，直到 until（缺省发布）；应当有解读的，连解读一起办到签发。"""
    steps = (
        ("handler", "submit"), ("head", "pass_head"), ("secrecy", "pass_secrecy"),
        ("secrecy", "pass_secrecy_to_legal"), ("legal", "pass_legal"), ("leader", "sign"),
    )  # fmt: skip

    def run(edition: Any, until: str = "publish") -> Any:
        from gongkai.records import actions, reviews
        from gongkai.records.gates import missing_interpretation
        from gongkai.records.kinds import NEEDS_LEGAL

        legal = edition.record.kind in NEEDS_LEGAL
        for username, name in steps:
            if name in ("pass_secrecy_to_legal", "pass_legal") and not legal:
                continue
            if name == "pass_secrecy" and legal:
                continue
            form = reviews.clear_form(edition.record.agency) if username == "secrecy" else None
            edition = actions.move(person(username), edition, name, form=form)
            if name == until:
                return edition
        if missing_interpretation(edition):
            run(interpret(edition), until="sign")
        return actions.publish(person("office"), edition)

    return run


@pytest.fixture
def outsider(bureau: Any) -> Any:
    """另一个局的全能人：在自己局里什么角色都有，在别的局里什么都不是。"""
    from gongkai.accounts.models import Duty, User
    from gongkai.core.models import Organisation

    other = Organisation.objects.get(name="市财政局")
    user = User.objects.create_user("outsider", password="x", organisation=other, name="外人")
    for role in Duty.Role.values:
        Duty.objects.create(user=user, organisation=other, role=role)
    return user
