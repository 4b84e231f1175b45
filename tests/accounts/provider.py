"""测试用的 OpenID 提供方：另起一个进程，跑 allauth 自带的 OpenID Connect 服务端。

用法：``python provider.py 端口 数据目录 回调网址``；应用为 gongkai／gongkai-secret，账号密码见 PEOPLE。
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.urls import include, path

CLIENT, SECRET, PASSWORD = "gongkai", "gongkai-secret", "provider-2026"
# 账号 → 邮箱；后一项为提供方是否核实过这个邮箱。
PEOPLE: Final = {
    "chen": ("office@example.invalid", True),
    "stranger": ("stranger@example.invalid", True),
    "unverified": ("head@example.invalid", False),
}
urlpatterns: list[Any] = []  # 设置好之后才能装，见 main


def configure(folder: Path) -> None:
    """最小的一套设置：内存之外只有一个 SQLite 文件，签名密钥当场生成。"""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    apps = ("auth", "contenttypes", "sessions", "messages")
    middleware = ("sessions.middleware.SessionMiddleware", "auth.middleware.AuthenticationMiddleware",
                  "messages.middleware.MessageMiddleware")  # fmt: skip
    contexts = ("template.context_processors.request", "contrib.auth.context_processors.auth",
                "contrib.messages.context_processors.messages")  # fmt: skip
    settings.configure(
        SECRET_KEY="provider",
        ROOT_URLCONF="provider",
        ALLOWED_HOSTS=["127.0.0.1"],
        # 与被测系统同机不同端口，Cookie 不分端口，所以换个名字。
        SESSION_COOKIE_NAME="provider_session",
        CSRF_COOKIE_NAME="provider_csrf",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        INSTALLED_APPS=[f"django.contrib.{name}" for name in apps]
        + ["allauth", "allauth.account", "allauth.idp.oidc"],
        MIDDLEWARE=[f"django.contrib.{name}" for name in middleware]
        + ["django.middleware.csrf.CsrfViewMiddleware", "allauth.account.middleware.AccountMiddleware"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": [f"django.{name}" for name in contexts]},
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        IDP_OIDC_PRIVATE_KEY=pem.decode(),
    )
    django.setup()


def seed(callback: str) -> None:
    """建库，登记应用和账号。"""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client = Client(id=CLIENT, name="Gongkai", scopes="openid\nprofile\nemail", redirect_uris=callback)
    client.set_secret(SECRET)
    client.save()
    for username, (email, verified) in PEOPLE.items():
        user = User.objects.create_user(username, email, PASSWORD)
        EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)


def main() -> None:
    from django.core.wsgi import get_wsgi_application

    configure(Path(sys.argv[2]))
    urlpatterns.extend([path("", include("allauth.idp.urls")), path("accounts/", include("allauth.urls"))])
    seed(sys.argv[3])
    make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever()


if __name__ == "__main__":
    sys.modules["provider"] = sys.modules["__main__"]  # ROOT_URLCONF 就是本文件
    main()
