"""开发与试用：本机一条命令运行（内嵌档）。"""

import os

from .base import *  # noqa: F403

SITE = {**SITE, "sponsor": "临江市水务局（演示）", "phone": "0000-12345"}  # noqa: F405
# 不必先收集静态文件，直接从各应用取。
WHITENOISE_USE_FINDERS = True
PUBLIC_ORIGIN = os.environ.get("GONGKAI_PUBLIC_ORIGIN", f"http://{{domain}}:{os.environ.get('PORT', '8000')}")
