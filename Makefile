# make demo   an invented district: data, values, report            make test    the tests
# make lint   style, types, import contracts                        make bench   figures of performance
# make docs   regenerate the reference and the pictures             make golden  accept new outputs of the example
# make bench-records   records at 10⁶, 10⁷ and 10⁸ rows, all peers; 2 GB of disk, an hour

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := plugins/profdev-kbr plugins/profdev-chegem plugins/profdev-statistics plugins/profdev-sites plugins/profdev-reports
EDITABLE := -e '.[xlsx]' $(addprefix -e ,$(PLUGINS))
TESTED := -e '.[xlsx,sql,s3]'
WITH_SPARK := -e '.[xlsx]' -e 'plugins/profdev-spark[delta]'
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test test-browser test-rules test-core test-spark lint bench bench-records docs golden clean

demo: $(VENV)/.installed
	$(BIN)/profdev demo demo

test: $(VENV)/.ready
	$(BIN)/pytest -n 2 -m "not browser and not office and not rules and not spark" tests plugins

# Pages as people meet them: in Chromium, with a keyboard, on paper, through axe; and books as LibreOffice computes them.
test-browser: $(VENV)/.ready
	$(BIN)/pytest -n 2 -m "browser or office" tests plugins

# A hundred thousand random rules in every engine, and mistakes planted to see that the comparison is not blind.
test-rules: $(VENV)/.ready
	POLARS_MAX_THREADS=1 $(BIN)/pytest -n 2 -m rules tests

# The core must not need a plugin package: a second environment which has none.
test-core: $(VENV)-core/.ready
	PROFDEV_WITHOUT_PLUGINS=1 $(VENV)-core/bin/pytest -n 2 -m "not office and not rules and not spark" tests

# Records counted by Apache Spark: a third environment, and Java. Nothing else needs either.
test-spark: $(VENV)-spark/.ready
	$(VENV)-spark/bin/pytest -m spark tests/docs plugins/profdev-spark

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/command.py
	$(BIN)/python benchmarks/intake.py
	$(BIN)/python benchmarks/rules.py
	$(BIN)/python benchmarks/documents.py
	$(BIN)/python benchmarks/dynamics.py
	$(BIN)/python benchmarks/records.py --rows 1e6

bench-records: $(VENV)/.ready
	$(BIN)/python benchmarks/records.py --rows 1e6 1e7 1e8 --criteria 19 60 --again

docs: $(VENV)/.ready
	$(BIN)/python tools/reference.py
	$(BIN)/python tools/expressions.py
	$(BIN)/python tools/pictures.py
	$(BIN)/python tools/documents.py

golden: $(VENV)/.ready
	$(BIN)/pytest -q tests/golden --accept

$(VENV)/.venv $(VENV)-core/.venv $(VENV)-spark/.venv:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check -q install --upgrade pip
	touch $@

$(VENV)/.installed: $(VENV)/.venv pyproject.toml $(addsuffix /pyproject.toml,$(PLUGINS))
	$(PIP) install $(EDITABLE)
	touch $@

$(VENV)/.ready: $(VENV)/.installed requirements-dev.txt
	$(PIP) install $(TESTED) -r requirements-dev.txt
	touch $@

$(VENV)-core/.ready: $(VENV)-core/.venv pyproject.toml requirements-dev.txt
	$(VENV)-core/bin/python -m pip --disable-pip-version-check -q install $(TESTED) -r requirements-dev.txt
	touch $@

$(VENV)-spark/.ready: $(VENV)-spark/.venv pyproject.toml plugins/profdev-spark/pyproject.toml requirements-spark.txt
	$(VENV)-spark/bin/python -m pip --disable-pip-version-check -q install $(WITH_SPARK) -r requirements-spark.txt
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-core $(VENV)-spark demo build dist
