.PHONY: run test
VENV := .venv
PY := $(VENV)/bin/python

$(VENV)/.done: requirements/lock.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本"; exit 1; }
	@python3 -c 'import ensurepip' 2>/dev/null || { echo "缺少 venv，请先运行：apt-get install python3-venv"; exit 1; }
	test -x $(PY) || python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements/lock.txt
	touch $@

test: $(VENV)/.done
	$(VENV)/bin/ruff check src tests
	$(VENV)/bin/mypy
	$(PY) -m pytest -q
