# Trivet's two commands are `make run` and `make test`; the others are for those who work on it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# How many rounds the crash test kills the daemon: make test CRASH_ROUNDS=500
CRASH_ROUNDS ?= 50
# Where make install puts things: make install PREFIX=/usr DESTDIR=/tmp/package
PREFIX ?= /usr/local
DESTDIR ?=
# Which build it takes: release or debug.
CONFIGURATION ?= release
# The script that boots a Debian with systemd, for make vm-test; no part of this project.
VM_RUN ?= ../shared/tools/vm-run
# Each function is a section of its own, so that what nobody calls stays out and equal ones are one, and relocations are
# packed: a tenth less to read at a start and to hold in memory at rest. Only lld can do it; the toolchain has it.
RELEASE_FLAGS := -Xswiftc -use-ld=lld -Xswiftc -Xfrontend -Xswiftc -function-sections \
	-Xlinker --icf=safe -Xlinker -z -Xlinker pack-relative-relocs
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks

# The tests' Python packages, apart from the system's.
TEST_VENV := .build/test-venv

.PHONY: help run build install uninstall test lint unit-test e2e-test vm-test vm-test-if-possible test-venv format \
	bench clean
# In the order in which they stand: the test runner's own summary comes last.
.NOTPARALLEL:

help:
	@echo 'make run        install what is missing, build a release, run trivetd in the foreground on ./var'
	@echo 'make test       install what is missing, lint, build, run every test'
	@echo 'make install    after make build, as root: install under PREFIX ($(PREFIX)), below DESTDIR; make uninstall'
	@echo 'make vm-test    after a debug build, as root: test the installed daemon under a real systemd'
	@echo 'make bench      measure a release build and write Benchmarks/RESULTS.md'
	@echo 'make format     format the Swift sources'

run: build
	exec .build/release/trivetd --config packaging/run.yaml

build:
	packaging/install-dependencies
	swift build -c release $(RELEASE_FLAGS)

install:
	packaging/install-dependencies --for-install
	DESTDIR='$(DESTDIR)' packaging/install '$(PREFIX)' '.build/$(CONFIGURATION)'

uninstall:
	DESTDIR='$(DESTDIR)' packaging/uninstall '$(PREFIX)'

test: lint unit-test vm-test-if-possible e2e-test

lint:
	packaging/install-dependencies --for-tests
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

unit-test: lint
	swift build --build-tests
	swift test --skip-build --skip EndToEndTests

e2e-test: unit-test test-venv
	TRIVET_TEST_CRASH_ROUNDS=$(CRASH_ROUNDS) swift test --skip-build --filter EndToEndTests

vm-test:
	packaging/install-dependencies --for-install
	packaging/vm-test/run '$(VM_RUN)' .build/debug

# A developer's machine may have neither root's rights nor that script; where CI is set, what cannot run is a failure.
vm-test-if-possible: unit-test
	@if [ -n "$${CI-}" ] || { [ "$$(id -u)" = 0 ] && [ -x '$(VM_RUN)' ]; }; then \
	    $(MAKE) --no-print-directory vm-test; \
	else \
	    echo 'LEFT OUT: make vm-test, which needs root and $(VM_RUN)' >&2; \
	fi

test-venv: $(TEST_VENV)/installed

$(TEST_VENV)/installed: packaging/test-requirements.txt
	packaging/install-dependencies --for-tests
	python3 -m venv --clear $(TEST_VENV)
	$(TEST_VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

format:
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: build
	packaging/install-dependencies --for-tests
	python3 Benchmarks/bench.py

clean:
	rm -rf .build
