"""开发与试用：本机一条命令运行（内嵌档）。"""

import os

from .base import *  # noqa: F403

SITE = {**SITE, "sponsor": "临江市水务局（演示）", "phone": "0000-12345"}  # noqa: F405
# 不必先收集静态文件，直接从各应用取。
WHITENOISE_USE_FINDERS = True
# 没有配发信服务器：邮件存成文件，不寄出，也不占终端。
if not os.environ.get("GONGKAI_EMAIL_HOST"):
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", DATA_DIR / "mail"  # noqa: F405
STATIC_ROOT = None
PUBLIC_ORIGIN = os.environ.get("GONGKAI_PUBLIC_ORIGIN", f"http://{{domain}}:{os.environ.get('PORT', '8000')}")
