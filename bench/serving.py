"""发页面的速度：同一文件，裸 nginx＝1，比较 deploy/nginx.conf 和没有 nginx 的门面。

轮流各测一段，取各轮比值的中位数。要装 nginx 和 wrk。用法：python bench/serving.py [轮数]
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
SECONDS, CLIENTS = 4, 16
PORTS = {"bare": 18101, "nginx": 18102, "front": 18103}
PAGE = "/content/post_1.html"


def bare(folder: Path) -> str:
    return f"""server {{ listen 127.0.0.1:{PORTS["bare"]}; root {folder}/site/localhost; charset utf-8;
        types {{ text/html html; }} open_file_cache max=10000 inactive=60s; open_file_cache_valid 1s; }}"""


def ours(folder: Path) -> str:
    text = (HERE / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"listen \[::\]:80 [^;]*;", "", text)
    text = text.replace("listen 80 default_server", f"listen 127.0.0.1:{PORTS['nginx']}")
    text = text.replace("/var/lib/gongkai/", f"{folder}/").replace("$host", "localhost", 1)
    return text.replace("/etc/nginx/gongkai-headers.conf", str(HERE / "deploy" / "gongkai-headers.conf"))


def start(folder: Path) -> list[subprocess.Popen[bytes]]:
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; sendfile on;\n"
        f"{bare(folder)}\n{ours(folder)}\n}}\n",
        encoding="utf-8",
    )
    env = os.environ | {
        "GONGKAI_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "gongkai.settings.dev",
        "PYTHONPATH": str(HERE / "src"),
    }
    subprocess.run([sys.executable, HERE / "manage.py", "migrate", "-v0"], env=env, check=True)
    granian = Path(sys.executable).with_name("granian")
    front = [granian, "--interface", "wsgi", "--port", str(PORTS["front"]), "--workers", "2"]
    return [
        subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", conf]),
        subprocess.Popen([*front, "--log-level", "warning", "gongkai.wsgi:application"], env=env),
    ]


def measure(name: str) -> float:
    url = f"http://127.0.0.1:{PORTS[name]}{PAGE}"
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-H", "Host: localhost", url],
        capture_output=True,
        text=True,
        check=True,
    )
    if "Non-2xx" in done.stdout:
        raise SystemExit(f"{name} 没有正常回答：\n{done.stdout}")
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    assert found
    return float(found.group(1))


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        page = folder / "site" / "localhost" / PAGE.lstrip("/")
        page.parent.mkdir(parents=True)
        page.write_text("<!doctype html><title>页</title>" + "<p>公开的正文。</p>\n" * 600, encoding="utf-8")
        print(f"页面 {page.stat().st_size} 字节，{CLIENTS} 个连接，每段 {SECONDS} 秒，{rounds} 轮")
        running = start(folder)
        try:
            time.sleep(6)
            for each in PORTS:
                measure(each)  # 热身
            results: dict[str, list[float]] = {each: [] for each in PORTS}
            for _ in range(rounds):
                for each in PORTS:
                    results[each].append(measure(each))
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=20)
    for each, rates in results.items():
        ratios = [rate / base for rate, base in zip(rates, results["bare"], strict=True)]
        rate, ratio = statistics.median(rates), statistics.median(ratios)
        print(f"{each:6} 每秒 {rate:8.0f} 次，比值 {ratio:.2f}（{min(ratios):.2f}–{max(ratios):.2f}）")


if __name__ == "__main__":
    main()
