.PHONY: run test system
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
PLAN ?=
# 非空就报告测试覆盖率（慢三成）。
COVERAGE ?=
export PORT
export GONGKAI_DATA ?= $(CURDIR)/var

# 系统软件：有 root 权限（或免密的 sudo）就装，没有就说明白要装什么。$(1) 软件包，$(2) 做什么用。
define install
	if [ "$$(id -u)" = 0 ]; then as=; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as=sudo; \
	else echo "缺少$(2)，请先以 root 运行：apt-get install $(1)"; exit 1; fi; \
	{ $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $(1) >/dev/null; } \
		|| { echo "$(2)没有装上（$(1)），请检查网络和软件源后再运行"; exit 1; }
endef

$(VENV)/.done: requirements/lock.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本，请先安装"; exit 1; }
	@python3 -c 'import ensurepip' 2>/dev/null || { $(call install,python3-venv,Python 的虚拟环境); }
	@test -x $(PY) || python3 -m venv $(VENV)
	@# 锁定文件已含全部依赖；--no-deps 免得带 extras 的间接依赖（coverage[toml]）在新版发布后与锁定冲突。
	@$(PY) -m pip install --quiet --no-deps --require-hashes -r requirements/lock.txt || { echo "依赖没有装上，请检查网络（或设 PIP_INDEX_URL）后再运行"; exit 1; }
	@touch $@

run: $(VENV)/.done
	@mkdir -p $(GONGKAI_DATA)
	@$(PY) -c 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(("127.0.0.1",$(PORT)))' 2>/dev/null || { echo "端口 $(PORT) 已被占用；请关掉占用它的程序，或用 make run PORT=8001"; exit 1; }
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py demo --port $(PORT) $(if $(PLAN),--plan "$(PLAN)")
	@# 只听本机，IPv4 和 IPv6（系统有 ::1 时）各起一个；对外服务见 deploy/。
	@trap 'kill 0' EXIT; $(PY) manage.py worker & \
	serve() { DJANGO_SETTINGS_MODULE=gongkai.settings.dev PYTHONPATH=src $(VENV)/bin/granian --interface wsgi \
		--host "$$1" --port $(PORT) --workers 1 --blocking-threads 8 --log-level warning gongkai.wsgi:application; }; \
	if grep -q "^0*1 " /proc/net/if_inet6 2>/dev/null; then serve ::1 & fi; \
	serve 127.0.0.1

SYSTEM := chromium-headless-shell fonts-noto-cjk fontconfig postgresql nginx-light clamav-daemon
system:
	@{ command -v chromium-headless-shell || command -v chromium; } >/dev/null && fc-list 2>/dev/null | grep -qi cjk \
		&& ls /usr/lib/postgresql/*/bin/initdb /usr/sbin/nginx /usr/sbin/clamd >/dev/null 2>&1 \
		|| { $(call install,$(SYSTEM),测试要用的系统软件); }

test: $(VENV)/.done system
	$(VENV)/bin/ruff check src tests bench
	$(VENV)/bin/mypy
	PYTHONPATH=src $(VENV)/bin/lint-imports
	@mkdir -p $(GONGKAI_DATA)
	$(PY) manage.py makemigrations --check --dry-run
	@# 有几个核用几个进程；哪些测试归一组、谁先谁后，见 tests/conftest.py。
	$(PY) -m pytest -q -n auto --dist loadgroup --no-loadscope-reorder $(if $(COVERAGE),--cov=gongkai --cov-report=term:skip-covered)
