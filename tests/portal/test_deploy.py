"""部署用的 nginx 配置与程序一致，且 nginx 认得。"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gongkai.portal.baking.serving import VARIANT_COOKIES
from gongkai.portal.management.commands.security_headers import nginx_lines

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_the_headers_are_the_same() -> None:
    assert (DEPLOY / "gongkai-headers.conf").read_text(encoding="utf-8") == nginx_lines()


def test_the_preference_cookies_are_the_same() -> None:
    names = re.search(r"\(elder[^)]*\)", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert names and set(names.group().strip("()").split("|")) == set(VARIANT_COOKIES)


def test_nginx_accepts_it_on_both_protocols(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if not nginx:
        pytest.skip("没有安装 nginx；请运行 make test，它会装好")
    server = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "listen 80 " in server and "listen [::]:80 " in server
    server = server.replace("/etc/nginx/gongkai-headers.conf", str(DEPLOY / "gongkai-headers.conf"))
    # 测试不占 80 端口。
    server = server.replace(":80 ", ":18080 ").replace("listen 80 ", "listen 18081 ")
    whole = f"pid {tmp_path}/pid; error_log stderr;\nevents {{}}\nhttp {{ access_log off;\n{server}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run(  # noqa: S603
        [nginx, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
