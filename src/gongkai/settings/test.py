"""测试设置：邮件留在内存，文件和库放在数据目录下的 test；几个进程分头跑时各用各的目录。"""

import os

from .base import *  # noqa: F403

DATA_DIR = DATA_DIR / "test" / os.environ.get("PYTEST_XDIST_WORKER", "")  # noqa: F405
DATA_DIR.mkdir(parents=True, exist_ok=True)

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = True
# 用到哪个静态文件才去找：不然每个测试客户端一开始都把上百个文件数一遍。
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # 浏览器测试的服务线程与测试线程各有连接，内存库不能共享，所以用文件。
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # noqa: F405
MEDIA_ROOT = DATA_DIR / "files"
SITE_ROOT = DATA_DIR / "site"
SEARCH_REMEMBER_EVERY = 0  # 后台线程写的库不归测试的事务管
SEARCH_DIR = DATA_DIR / "index"
AUDIT_ANCHORS = ""  # 各测试的库各是各的，锚由用到的测试自己设
