"""打包与文档：安装包里带齐模板、静态文件、译文和数据，装上就能用；每个设置都写在文档里。"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = {".html", ".txt", ".css", ".js", ".mo", ".json"}


def test_the_package_carries_every_data_file(tmp_path: Path) -> None:
    # 在副本里打包，免得源码目录里留下 build 和 egg-info。
    copy = tmp_path / "source"
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = [sys.executable, "-c", "from setuptools import setup; setup()", "-q", "build_py", "--build-lib"]
    subprocess.run([*command, str(tmp_path / "built")], cwd=copy, check=True, timeout=300)
    built = tmp_path / "built"
    packed = {path.relative_to(built).as_posix() for path in built.rglob("*")}
    files = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src").rglob("*") if p.suffix in WANTED}
    files = {name for name in files if ".egg-info/" not in name}
    assert any(name.endswith(".mo") for name in files) and any("/static/" in name for name in files)
    assert files <= packed, sorted(files - packed)[:20]


def test_every_setting_is_documented() -> None:
    read = "".join(path.read_text("utf-8") for path in (ROOT / "src/gongkai/settings").glob("*.py"))
    names = set(re.findall(r"environ(?:\.get\(|\[)\"((?:GONGKAI_|SEARCH_)\w+)", read))
    documented = (ROOT / "docs/operations.md").read_text("utf-8")
    assert len(names) > 30
    assert not {name for name in names if f"`{name}`" not in documented}
