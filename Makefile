# Linkscribe's commands. `make` alone lists them; each can be repeated, and none asks anything.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup demo ready test bench chaos check clips clean

# rustup's own folder, which a shell opened before the installation does not know.
export PATH := $(PATH):$(if $(CARGO_HOME),$(CARGO_HOME),$(HOME)/.cargo)/bin
# Most tests wait for leases, pauses and other programs: two for each core keep it busy.
TEST_THREADS ?= $(shell expr 2 '*' "$$(nproc)")
LINKSCRIBE := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)/debug/linkscribe

help: ## lists these commands
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | expand -t 10

setup: ## sets this machine up: packages, yt-dlp, speech model, build
	@scripts/setup

demo: setup ## opens the sandbox, an emulated Notion; ONCE=1 reads the sample, prints its page and ends
	@exec "$(LINKSCRIBE)" sandbox $(if $(filter-out 0,$(ONCE)),--once)

# The same inputs in every run, so that a failure tells of a change; CONTRIBUTING.md says how to look for others.
test: export PROPTEST_RNG_SEED ?= 1
test: ready ## sets up what tests need besides, checks formatting and lints, runs all tests
	@scripts/check.sh
	@cargo test --locked --workspace --doc
	@cargo test --locked --workspace --tests -- --test-threads=$(TEST_THREADS)

bench: ## prints figures: claims, polls, bills, stills and words, downloads; ten minutes
	@cargo test --locked --test it -- --ignored --nocapture --test-threads=1 are_printed

chaos: ready ## kills the service at every fault point, many times over; takes about half an hour
	@CHAOS=1 cargo test --locked --test chaos
	@CHAOS=1 cargo test --locked --test it -- --nocapture --test-threads=1 drain:: outage:: model::

# What both need besides the program itself.
ready:
	@scripts/setup packages run build test
	@scripts/setup
	@scripts/setup tests

check: ## checks formatting and lints
	@scripts/check.sh

clips: ## makes the clips in assets/ anew
	@scripts/setup packages clips run
	@scripts/make_clips.sh

clean: ## removes what was built and fetched
	@rm -rf .tools tests/sdk/node_modules tests/browser/node_modules
	@cargo clean
