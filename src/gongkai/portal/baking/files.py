"""页面文件：路径换成文件名，整页一次写成，去掉时不留残余。"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

_SAFE: Final = re.compile(r"(?:/[A-Za-z0-9_.\-]+)*/?")
STAGED: Final = ".baking-"
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?")


def root() -> Path:
    """根目录：其下一个域名一个目录。"""
    return Path(settings.SITE_ROOT)


def file_of(domain: str, path: str) -> Path:
    """文件：页面路径对应的文件；以“/”结尾的取 index.html。错误：ValueError——路径或域名不合规矩。"""
    if not _SAFE.fullmatch(path) or "/." in path or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"不能作页面路径：{domain}{path}")
    return root() / domain / name_of(path)


def name_of(path: str) -> str:
    """文件名：页面路径对应的文件，相对于站点的目录。"""
    return path.lstrip("/") + ("index.html" if path.endswith("/") else "")


def paths_of(name: str) -> tuple[str, ...]:
    """文件名可能是哪些页面的：index.html 也可能就是这个名字的页面。"""
    return tuple({f"/{name}", f"/{name.removesuffix('index.html')}"})


def inside(folder: Path) -> Iterator[str]:
    """目录里的全部文件，相对的名字；正在写的临时文件不算，放了一天还没换名的除外（多半是断电留下的）。"""
    for base, _folders, names in os.walk(folder):
        place = os.path.relpath(base, folder)
        for name in names:
            if not name.startswith(STAGED) or _is_old(Path(base, name)):
                yield name if place == "." else f"{place}/{name}"


def _is_old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > 86_400
    except FileNotFoundError:
        return False


def stage(target: Path, body: bytes) -> Path:
    """先写在旁边：同一目录的临时文件，换名时一步到位，读者看不到半页。"""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=STAGED)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    os.chmod(name, 0o644)  # noqa: S103 公开页面，nginx 要读得到
    return Path(name)


def remove_all(domain: str, *, keep: bool) -> None:
    """整站去掉：先改名，一步就看不到了，再慢慢删；keep 为真时留一个空目录。"""
    folder = file_of(domain, "/").parent
    gone = root() / f".gone-{uuid4().hex}"
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return
    if keep:
        folder.mkdir()
    shutil.rmtree(gone, ignore_errors=True)


def remove(target: Path) -> bool:
    """去掉：返回原来有没有。"""
    try:
        target.unlink()
    except FileNotFoundError:
        return False
    return True
