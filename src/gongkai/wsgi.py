"""WSGI 入口：前面一层门面直接发出烘焙好的页面，其余交给 Django。"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.settings.prod")
django_application = get_wsgi_application()

# 要等 Django 装好应用之后才能引入。
from django.urls import get_resolver  # noqa: E402

from gongkai.portal.baking.serving import front  # noqa: E402

# 网址表连同各视图先装好：不然第一个打开页面的人要替大家等半秒。
get_resolver().url_patterns  # noqa: B018

application = front(django_application)
