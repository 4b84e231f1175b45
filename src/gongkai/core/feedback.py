"""动作的回音：做成了或被拒绝，都在页面上说清楚。"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from .states import Refused


def attempt(request: HttpRequest, action: Callable[[], Any], done: str) -> bool:
    """执行一个动作：成功提示 done；被拒绝时列出全部原因。返回是否成功。"""
    try:
        action()
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True
