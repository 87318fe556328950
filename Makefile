# Trivet's two commands are `make run` and `make test`; the others are for those who work on it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# How many rounds the crash test kills the daemon: make test CRASH_ROUNDS=500
CRASH_ROUNDS ?= 50
SWIFT_SOURCES := Package.swift Sources Tests

# The tests' Python packages, apart from the system's.
TEST_VENV := .build/test-venv

.PHONY: help run build test lint unit-test e2e-test test-venv format bench clean

help:
	@echo 'make run     install what is missing, build a release, run trivetd in the foreground on ./var'
	@echo 'make test    install what is missing, lint, build, run every test'
	@echo 'make bench   measure a release build and write Benchmarks/RESULTS.md'
	@echo 'make format  format the Swift sources'

run: build
	exec .build/release/trivetd --config packaging/run.yaml

build:
	packaging/install-dependencies
	swift build -c release

test: lint unit-test e2e-test

lint:
	packaging/install-dependencies --for-tests
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

unit-test: lint
	swift build --build-tests
	swift test --skip-build --skip EndToEndTests

e2e-test: unit-test test-venv
	TRIVET_TEST_CRASH_ROUNDS=$(CRASH_ROUNDS) swift test --skip-build --filter EndToEndTests

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
