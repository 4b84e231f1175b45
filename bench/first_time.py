"""头一次：在一台什么都没有的 Debian 12 里，`make run` 到打开首页、`make test` 到全部通过，各用多久。

用 debootstrap 新装一个只有 python3、make、git 的系统，把本仓库现在的提交克隆进去，chroot 进去照 README 运行；
挂载在自己的命名空间里，退出时随之消失。要 root 和 debootstrap。

    python3 bench/first_time.py [--only run|test] [--mirror 软件源]
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PAGE = "http://localhost:8000/"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


def install(target: Path, mirror: str) -> None:
    """新装一个最小的系统，网络和证书照本机的。"""
    packages = "--include=ca-certificates,git,make,python3"
    command = [
        "debootstrap",
        "--variant=minbase",
        packages,
        "bookworm",
        str(target),
        *([mirror] if mirror else []),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", target / "etc" / name)
    if Path(f"/{CERTIFICATES}").exists():
        shutil.copy(f"/{CERTIFICATES}", target / CERTIFICATES)
    for name in ("proc", "sys", "dev", "dev/pts", "dev/shm"):
        subprocess.run(["mount", "--bind", f"/{name}", str(target / name)], check=True)
    home = target / "srv"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(home / "gongkai")], check=True)
    if SHARED.is_dir():
        (home / "shared").mkdir()
        subprocess.run(["mount", "-o", "bind,ro", str(SHARED), str(home / "shared")], check=True)


def inside(target: Path, *command: str) -> subprocess.Popen[bytes]:
    """在里面运行，只带必要的环境变量。"""
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_INDEX")}
    env = kept | {
        "HOME": "/root", "LANG": "C.UTF-8", "PIP_CERT": f"/{CERTIFICATES}",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    }  # fmt: skip
    whole = ["chroot", str(target), "sh", "-c", 'cd /srv/gongkai && exec "$@"', "sh", *command]
    return subprocess.Popen(whole, env=env, start_new_session=True)


def first_page(target: Path) -> float:
    """`make run` 到首页打得开的秒数。"""
    began = time.monotonic()
    server = inside(target, "make", "run")
    try:
        while server.poll() is None:
            try:
                with urllib.request.urlopen(PAGE, timeout=2) as answer:
                    if answer.status == 200:
                        return time.monotonic() - began
            except OSError:
                time.sleep(0.2)
        raise SystemExit("make run 没有起来")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def all_tests(target: Path) -> float:
    """`make test` 到全部通过的秒数。"""
    began = time.monotonic()
    if inside(target, "make", "test").wait():
        raise SystemExit("make test 没有通过")
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=["run", "test"])
    parser.add_argument("--mirror", default="", help="缺省用 debootstrap 自己的")
    options = parser.parse_args()
    if os.geteuid() or not shutil.which("debootstrap"):
        sys.exit("要以 root 运行，并装有 debootstrap（apt-get install debootstrap）")
    if "GONGKAI_UNSHARED" not in os.environ:
        # 挂载只在自己的命名空间里看得见，怎样退出都不会留下。
        os.environ["GONGKAI_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    found = {}
    for name, measure in (("make run", first_page), ("make test", all_tests)):
        if options.only and not name.endswith(options.only):
            continue
        # 每条命令各用一个新系统：先跑的装过的，不算给后跑的。
        target = Path(tempfile.mkdtemp(prefix="gongkai-first-"))
        try:
            target.chmod(0o755)  # 里面不是 root 的（apt、postgres）也要进得去
            install(target, options.mirror)
            found[name] = measure(target)
        finally:
            remove(target)
    for name, seconds in found.items():
        print(f"{name}：{seconds:.0f} 秒")


def remove(target: Path) -> None:
    """停下里面的、卸下、删除；还有没卸下的就不删，免得删到外面去。"""
    while found := living(target):
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    for place in mounts(target):
        subprocess.run(["umount", "--lazy", str(place)], check=True)
    if left := mounts(target):
        raise SystemExit(f"还挂着，没有删：{left}")
    shutil.rmtree(target)


def living(target: Path) -> list[int]:
    """还在里面运行的进程。"""
    found = []
    for each in Path("/proc").glob("[0-9]*/root"):
        with suppress(OSError):
            if os.readlink(each) == str(target):
                found.append(int(each.parent.name))
    return found


def mounts(target: Path) -> list[Path]:
    """挂在里面的各处，里层的在前。"""
    lines = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    return sorted(
        (Path(row.split()[1]) for row in lines if row.split()[1].startswith(f"{target}/")), reverse=True
    )


if __name__ == "__main__":
    main()
