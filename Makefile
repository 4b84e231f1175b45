.PHONY: run test lint collected fonts system
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
PLAN ?=
# 非空就报告测试覆盖率（慢三成）。
COVERAGE ?=
export PORT
# 编译过的源码要留着：不然每开一个进程都从头编译一遍。
unexport PYTHONDONTWRITEBYTECODE
export GONGKAI_DATA ?= $(CURDIR)/var

# 系统软件：有 root 权限（或免密的 sudo）就装，没有就说明白要装什么。$(1) 软件包，$(2) 做什么用。
# 几样可能同时要装：排着队来。
define install
	if [ "$$(id -u)" = 0 ]; then as=; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as=sudo; \
	else echo "缺少$(2)，请先以 root 运行：apt-get install $(1)"; exit 1; fi; \
	echo "正在装$(2)……"; mkdir -p $(GONGKAI_DATA); \
	flock $(GONGKAI_DATA)/apt.lock $$as sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null' \
		|| { echo "$(2)没有装上（$(1)），请检查网络和软件源后再运行"; exit 1; }
endef

$(PY):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本，请先安装"; exit 1; }
	@python3 -c 'import ensurepip' 2>/dev/null || { $(call install,python3-venv,Python 的虚拟环境); }
	@python3 -m venv $(VENV)

$(VENV)/.done: requirements/lock.txt | $(PY)
	@echo "正在装锁定的依赖（半分钟左右）……"
	@# 锁定文件已含全部依赖；--no-deps 免得带 extras 的间接依赖（coverage[toml]）在新版发布后与锁定冲突。
	@# --no-compile：用得到的只是一部分，用到时自会编译。
	@$(PY) -m pip install --no-compile --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/lock.txt || { echo "依赖没有装上，请检查网络（或设 PIP_INDEX_URL）后再运行"; exit 1; }
	@touch $@

# 文书要排成 PDF，没有中文字体排不出来；有没有，由排版的那一处自己说。
fonts: $(VENV)/.done
	@PYTHONPATH=src $(PY) -c 'import os; from gongkai.formats.documents.pdf import cjk_fonts; cjk_fonts([each for each in os.environ.get("GONGKAI_FONTS", "").split(":") if each])' \
		2>/dev/null || { $(call install,fonts-noto-cjk,排文书要用的中文字体); }

run: $(VENV)/.done fonts
	@mkdir -p $(GONGKAI_DATA)
	@$(PY) -c 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(("127.0.0.1",$(PORT)))' 2>/dev/null || { echo "端口 $(PORT) 已被占用；请关掉占用它的程序，或用 make run PORT=8001"; exit 1; }
	@echo "正在建库、备演示数据（头一次要半分钟左右）……"
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo --port $(PORT) $(if $(PLAN),--plan "$(PLAN)")
	@# 只听本机，IPv4 和 IPv6（系统有 ::1 时）各起一个；对外服务见 deploy/。
	@trap 'kill 0' EXIT; $(PY) manage.py worker & \
	serve() { DJANGO_SETTINGS_MODULE=gongkai.settings.dev PYTHONPATH=src $(VENV)/bin/granian --interface wsgi \
		--host "$$1" --port $(PORT) --workers 1 --blocking-threads 8 --log-level error gongkai.wsgi:application; }; \
	if grep -q "^0*1 " /proc/net/if_inet6 2>/dev/null; then serve ::1 & fi; \
	serve 127.0.0.1

# libatomic1 是 playwright 自带的 node 要用的。
SYSTEM := chromium-headless-shell libatomic1 fonts-noto-cjk fontconfig postgresql nginx-light clamav-daemon
# 在虚拟环境之后：那里也可能要装系统软件，缺权限时只说一次。
system: | $(PY)
	@{ command -v chromium-headless-shell || command -v chromium; } >/dev/null && fc-list 2>/dev/null | grep -qi cjk \
		&& ls /usr/lib/*/libatomic.so.1 /usr/lib/postgresql/*/bin/initdb /usr/sbin/nginx /usr/sbin/clamd >/dev/null 2>&1 \
		|| { $(call install,$(SYSTEM),测试要用的浏览器、字体、数据库和查毒程序); }

lint: $(VENV)/.done
	$(VENV)/bin/ruff check src tests bench
	$(VENV)/bin/mypy
	PYTHONPATH=src $(VENV)/bin/lint-imports
	@mkdir -p $(GONGKAI_DATA)
	$(PY) manage.py makemigrations --check --dry-run

# 先收集一遍：编译好的各进程接着用；收集不了的当场就知道。
collected: $(VENV)/.done
	$(PY) -m pytest -qq --collect-only >/dev/null

test:
	@# 互不相干的同时做：装系统软件，装依赖、收集、静态检查。
	@$(MAKE) --no-print-directory -j2 system collected lint
	@# 比核多用一个进程：等浏览器、等子进程的时候别的接着跑。哪些测试归一组、谁先谁后，见 tests/conftest.py。
	$(PY) -m pytest -q -n $$(($$(nproc) + 1)) --dist loadgroup --no-loadscope-reorder $(if $(COVERAGE),--cov=gongkai --cov-report=term:skip-covered)
