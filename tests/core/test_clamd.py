"""查毒：起一个真的 clamd（自带一条特征，不下载病毒库），干净的收，带毒的拒，不通的拒。"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongkai.core.uploads import check_upload
from gongkai.workplans.models import Assignment, Evidence

CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
# 运行时才拼出测试串，免得本文件自己被当成病毒。
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """真的 clamd：返回（网络地址, 套接字路径）。"""
    if not CLAMD:
        pytest.skip("没有安装 clamd；请运行 make test，它会装好")
    folder: Path = tmp_path_factory.mktemp("clamd")
    port, path = free_port(), folder / "clamd.ctl"
    (folder / "own.ndb").write_text(f"Gongkai.Test:0:*:{EICAR.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"DatabaseDirectory {folder}\nTCPAddr 127.0.0.1\nTCPSocket {port}\nLocalSocket {path}\n"
        f"LogFile {folder / 'clamd.log'}\nForeground yes\nStreamMaxLength 1M\n"
    )
    process = subprocess.Popen(
        [CLAMD, "--config-file", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _attempt in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert process.poll() is None, (folder / "clamd.log").read_text()
            time.sleep(0.1)
    yield f"127.0.0.1:{port}", str(path)
    process.terminate()
    process.wait(30)


def pdf(content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("报告.pdf", b"%PDF-1.7\n" + content)


@pytest.mark.parametrize("way", [0, 1], ids=["tcp", "socket"])
def test_a_real_scanner_decides(clamd: Any, settings: Any, way: int) -> None:
    settings.CLAMD = clamd[way]
    assert check_upload(pdf(b"text" * 50_000))[0] == ".pdf"
    with pytest.raises(ValidationError, match="带有病毒（Gongkai.Test"):
        check_upload(pdf(b"text" * 50_000 + EICAR))


def test_a_file_that_was_not_scanned_is_refused(clamd: Any, settings: Any) -> None:
    settings.CLAMD = clamd[0]
    with pytest.raises(ValidationError, match="没有保存"):
        check_upload(pdf(b"0" * (3 << 20)))


@pytest.mark.parametrize("address", ["127.0.0.1:9", "/nowhere/clamd.ctl", "127.0.0.1", "127.0.0.1:x"])
def test_an_unreachable_scanner_refuses(settings: Any, address: str) -> None:
    settings.CLAMD = address
    with pytest.raises(ValidationError, match="查毒服务暂时不通"):
        check_upload(pdf())


def test_the_person_is_told_and_nothing_is_stored(
    clamd: Any, settings: Any, ledger: Any, person: Any
) -> None:
    from gongkai.workplans import actions

    settings.CLAMD = clamd[0]
    actions.issue_all(person("office"), ledger)
    task = Assignment.objects.get(requirement__number="20", organisation__name="科技信息处")
    actions.move(person("handler"), task, "sign")
    client, path = Client(), f"/staff/tasks/{task.pk}/"
    client.force_login(person("handler"))
    form = {"do": "add_evidence", "kind": "file", "title": "检测报告"}
    client.post(f"{path}do/", form | {"file": pdf(EICAR)})
    assert "带有病毒" in client.get(path).content.decode() and not Evidence.objects.exists()
    client.post(f"{path}do/", form | {"file": pdf(b"text")})
    assert Evidence.objects.count() == 1
