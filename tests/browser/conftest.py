"""浏览器测试公用：Debian 的 chromium。"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright 的同步接口自带事件循环


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """一个进程开一次；各测试自己开的窗口用完就关。"""
    from playwright.sync_api import sync_playwright

    # 无界面的那种装得快、跑得快；只有整个 chromium 的机器上就用它。
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not path:
        pytest.skip("没有安装 chromium；请运行 make test，它会装好")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-gpu-rasterization",
                "--disable-background-networking",
                # 页都看得短：脚本来不及优化就换页了，各窗口也不必各起一个进程。省一成多的处理器。
                "--js-flags=--no-opt --no-maglev --min-semi-space-size=16",
                "--process-per-site",
                "--renderer-process-limit=1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def close_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """这一例开的窗口，用完都关上。"""
    yield
    if "chromium" in request.fixturenames:
        for context in request.getfixturevalue("chromium").contexts:
            context.close()
