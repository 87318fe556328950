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
SWIFT_SOURCES := Package.swift Sources Tests

.PHONY: help run build install uninstall test lint unit-test e2e-test vm-test vm-test-if-possible format bench clean

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
	swift build -c release

install:
	packaging/install-dependencies --for-install
	DESTDIR='$(DESTDIR)' packaging/install '$(PREFIX)' '.build/$(CONFIGURATION)'

uninstall:
	DESTDIR='$(DESTDIR)' packaging/uninstall '$(PREFIX)'

test: lint unit-test e2e-test vm-test-if-possible

lint:
	packaging/install-dependencies --for-tests
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

unit-test: lint
	swift build --build-tests
	swift test --skip-build --skip EndToEndTests

e2e-test: unit-test
	TRIVET_TEST_CRASH_ROUNDS=$(CRASH_ROUNDS) swift test --skip-build --filter EndToEndTests

vm-test:
	packaging/install-dependencies --for-install
	packaging/vm-test/run '$(VM_RUN)' .build/debug

# A developer's machine may have neither root's rights nor that script; where CI is set, what cannot run is a failure.
vm-test-if-possible: e2e-test
	@if [ -n "$${CI-}" ] || { [ "$$(id -u)" = 0 ] && [ -x '$(VM_RUN)' ]; }; then \
	    $(MAKE) --no-print-directory vm-test; \
	else \
	    echo 'LEFT OUT: make vm-test, which needs root and $(VM_RUN)' >&2; \
	fi

format:
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: build
	packaging/install-dependencies --for-tests
	python3 Benchmarks/bench.py

clean:
	rm -rf .build
