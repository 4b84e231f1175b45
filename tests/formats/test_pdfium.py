"""几个线程同时读 PDF：另起一个进程，pdfium 被冲坏时整个进程会崩掉。"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gongkai.formats import pdfium
from gongkai.formats.documents import DocumentError, RecordHead, to_pdf

SOURCE = Path(__file__).resolve().parents[2] / "src"
THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from gongkai.formats.documents import extract_text
from gongkai.formats.redaction import hidden_data, page_image, suggest

path = Path(sys.argv[1])
data = path.read_bytes()
jobs = [lambda: extract_text(path), lambda: page_image(data, 0, dpi=40).size, lambda: len(suggest(data)),
        lambda: len(hidden_data(data))]
with ThreadPoolExecutor(8) as pool:
    answers = [{one.result() for one in [pool.submit(job) for _ in range(60)]} for job in jobs]
print([len(kinds) for kinds in answers])
"""


@pytest.fixture
def paper() -> bytes:
    return to_pdf(RecordHead(title="管网检漏报告"), f"<p>{'联系人：王小雨，电话 13800138000。' * 200}</p>")


def test_threads_that_read_at_once_get_the_same_answers(tmp_path: Path, paper: bytes) -> None:
    path = tmp_path / "one.pdf"
    path.write_bytes(paper)
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", THREADS, str(path)],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[1, 1, 1, 1]"


def test_too_many_pages_are_refused_with_the_number(paper: bytes) -> None:
    with pytest.raises(DocumentError, match=r"PDF 有 \d 页；请拆成每份 1—1 页"), pdfium.opened(paper, most=1):
        pass
