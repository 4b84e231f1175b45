"""WSGI 入口：前面一层门面直接发出烘焙好的页面，其余交给 Django。"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.prod")
django_application = get_wsgi_application()

# 要等 Django 装好应用之后才能引入。
from gongkai.portal.baking.serving import front  # noqa: E402

application = front(django_application)
