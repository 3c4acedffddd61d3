# Stillwater: what people type. `make` alone lists the targets.
#
# The work is done by `go test` and by the stillwater command; this file builds
# the command, passes arguments on and, when something fails, says as its last
# line what the exit code means and what to do next.

# The scenario that `make demo` shows: a path below scenarios/, without .yaml.
SCENARIO ?= vulnerabilities/closing_the_worst_lowers_every_maximum
# How many times `make soak` runs the functional suite, `make adversaries` each adversary, and how often `make crash` and `make torn` kill.
N ?= 50
# How long `make differential` goes on.
FOR ?= 1m
# What `make bench` measures: a regular expression over benchmark names.
BENCH ?= .
# More arguments for go test: make test GOTEST='-run TestSettle -v'.
GOTEST ?=

# Pinned tools: staticcheck here alone, cfn-lint in triggers/deploy/template_test.go too.
STATICCHECK_VERSION := v0.7.0
CFN_LINT_VERSION := 1.51.0

BIN := $(CURDIR)/.bin
STILLWATER := $(BIN)/stillwater
STATICCHECK := $(BIN)/staticcheck-$(STATICCHECK_VERSION)
CFN_LINT := $(BIN)/cfn-lint-$(CFN_LINT_VERSION)/bin/cfn-lint

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
# The targets share one container engine and one build cache: `make -j` gains
# nothing and would mix their last lines.
.NOTPARALLEL:
.PHONY: help setup demo test snapshots image lint bench bench-long adversaries soak crash shell redeliver zoo torn differential lambda cfn-lint race clean build need-go need-docker

# --- for people -------------------------------------------------------------

help: ## List the targets
	@echo 'Stillwater: a test harness for DynamoDB Streams triggers.'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done
	@echo
	@echo 'New here? `make demo` runs one scenario, `make test` runs everything;'
	@echo 'each sets up all it needs beyond Go and Docker.'

setup: need-go need-docker image ## Check Go and Docker, fetch the modules, get the DynamoDB Local image
	@go mod download || { echo 'setup: exit 1: modules could not be fetched: see above' >&2; exit 1; }
	@echo 'setup: ready. Next: make demo'

demo: build ## Run one scenario and show what happened (SCENARIO=path); in memory where there is no Docker
	@$(STILLWATER) run --timeline $(SCENARIO); $(explain)

test: build ## Run every test; without Docker, all but the container tests
	@image=0; $(STILLWATER) image || image=$$?; \
	case $$image:$$STILLWATER_REQUIRE_CONTAINER in \
	0:*) ;; \
	4:true) echo 'test: exit 4: no container to test against, and STILLWATER_REQUIRE_CONTAINER=true forbids to skip' >&2; exit 4;; \
	4:*) ;; \
	*) echo "test: exit $$image: the image could not be had: see above" >&2; exit $$image;; \
	esac; \
	code=0; go test -shuffle=on -timeout 5m $(GOTEST) ./... || code=$$?; \
	case $$code:$$image in \
	0:0) ;; \
	0:*) echo 'skipped: all tests against the DynamoDB Local container (why: first lines above; make setup helps)';; \
	*:0) echo "test: exit $$code: tests failed, see FAIL above; did indicators change on purpose? make snapshots" >&2;; \
	*) echo "test: exit $$code: tests failed, see FAIL above; there is no container either (first lines above)" >&2;; \
	esac; \
	exit $$code

snapshots: build ## Run every scenario, then review what changed; without a terminal only list it
	@$(STILLWATER) run --review; $(explain)

image: build ## Get the DynamoDB Local image: local, else pulled, else built from Maven Central
	@$(STILLWATER) image; $(explain)

lint: need-go $(STATICCHECK) ## gofmt, go vet, staticcheck and the rules of the house (harness/lint)
	@files=$$(gofmt -l .) || exit 1; [ -z "$$files" ] || { \
		echo "$$files"; echo 'lint: exit 1: not formatted: gofmt -w .' >&2; exit 1; }
	@go vet ./... || { echo 'lint: exit 1: go vet found the lines above' >&2; exit 1; }
	@$(STATICCHECK) ./... || { \
		echo 'lint: exit 1: staticcheck found the lines above; staticcheck -explain CODE tells more' >&2; exit 1; }
	@go test -count=1 ./harness/lint || { \
		echo 'lint: exit 1: a rule of the house is broken; the reason stands beside each line' >&2; exit 1; }

bench: image ## Measure; the cost of settling is shown beside its floor (BENCH=regexp)
	@go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 30m $(GOTEST) ./... || { \
		echo 'bench: exit 1: a benchmark failed: see FAIL above' >&2; exit 1; }

bench-long: image ## Pass a million records through the consumer and print its memory (minutes)
	@STILLWATER_BENCH_LONG=1 go test -run '^$$' -bench '^BenchmarkMemory$$' -benchtime 1x -timeout 60m $(GOTEST) ./consumer || { \
		echo 'bench-long: exit 1: a benchmark failed: see FAIL above' >&2; exit 1; }

adversaries: image ## Run each adversary of the verdict N times: none may be called settled too early
	@STILLWATER_ADVERSARIES=$(N) go test -run '^TestOnDynamoDBLocal$$/^adversaries$$' -count=1 -v -timeout 60m $(GOTEST) ./harness || { \
		echo 'adversaries: exit 1: a verdict was wrong: see FAIL above' >&2; exit 1; }

soak: image ## Run the functional suite N times, shuffled and in parallel (N=50)
	@STILLWATER_SOAK=$(N) go test -run '^TestSoak$$' -count=1 -v -timeout 60m $(GOTEST) ./scenarios || { \
		echo 'soak: exit 1: a run failed or differed from the first: see FAIL above' >&2; exit 1; }

crash: image ## Kill one of two worker processes at random N times: nothing may be lost
	@STILLWATER_CRASH=$(N) go test -run '^TestWorkerProcesses$$' -count=1 -v -timeout 60m $(GOTEST) ./consumer || { \
		echo 'crash: exit 1: a record was lost, repeated too often or out of order: see FAIL above' >&2; exit 1; }

shell: image ## Run every scenario through consumer.Run: goroutines, leases in DynamoDB, the real clock
	@STILLWATER_SHELL=all go test -run '^TestLive$$' -count=1 -v -timeout 30m $(GOTEST) ./scenarios || { \
		echo 'shell: exit 1: a scenario came out otherwise than under the driver: see FAIL above' >&2; exit 1; }

redeliver: image ## Run every scenario with each batch delivered twice, then with each failing once after its writes: same snapshots
	@STILLWATER_REDELIVER=all go test -run '^TestRedeliver' -count=1 -v -timeout 30m $(GOTEST) ./scenarios || { \
		echo 'redeliver: exit 1: a scenario came out otherwise than without redelivery: see FAIL above' >&2; exit 1; }

zoo: need-go ## Run every scenario over every trigger that is wrong on purpose: each must be caught; prints who caught what
	@STILLWATER_ZOO=all go test -run '^TestZoo$$' -count=1 -v -timeout 30m $(GOTEST) ./scenarios || { \
		echo 'zoo: exit 1: a bug got away, or a correct trigger was called wrong: see FAIL above' >&2; exit 1; }

torn: need-go ## Kill the acceptance of a snapshot N times: the old file or the new one, never a torn one (N=1000)
	@STILLWATER_CRASH=$(N) go test -run '^TestKilledAcceptTearsNothing$$' -count=1 -v -timeout 30m $(GOTEST) ./harness/snapshot || { \
		echo 'torn: exit 1: a snapshot was torn: see FAIL above' >&2; exit 1; }

differential: image ## Random requests to the memory engine and to DynamoDB Local for FOR: equal answers and streams (FOR=1h)
	@STILLWATER_DIFFERENTIAL=$(FOR) go test -run '^TestDifferential$$' -count=1 -v -timeout 3h $(GOTEST) ./harness/engine/conformance || { \
		echo 'differential: exit 1: the engines disagree: see FAIL above' >&2; exit 1; }

lambda: need-go ## Build the Lambda archive of every trigger, for amd64 and arm64, into .bin/lambda
	@go run ./triggers/cmd/deploy $(BIN)/lambda || { \
		echo 'lambda: exit 1: an archive could not be built: see above' >&2; exit 1; }

cfn-lint: need-go $(CFN_LINT) ## Check the template that deploys the triggers with cfn-lint
	@STILLWATER_CFN_LINT=$(CFN_LINT) go test -run '^TestCfnLint$$' -count=1 -v $(GOTEST) ./triggers/deploy || { \
		echo 'cfn-lint: exit 1: it found the lines above' >&2; exit 1; }

race: need-go ## Run every test under the race detector (needs a C compiler)
	@go test -race -shuffle=on -timeout 10m $(GOTEST) ./... || { \
		echo 'race: exit 1: a test failed or raced: see FAIL above' >&2; exit 1; }

clean: ## Remove what make built and what runs left; images stay
	rm -rf $(BIN) .runs

# --- for the targets above --------------------------------------------------

# explain turns the exit code of the stillwater command before it into one last
# line. The codes are the command's promise: harness/cli/doc.go lists them.
define explain
	code=$$?; case $$code in \
	0) exit 0;; \
	1) text='a snapshot differs, is missing, obsolete or pending: see above; intended? make snapshots, or stillwater review';; \
	2) text='wrong usage, a mistake in a scenario file or a step that cannot be done: the message above names it; a dump of goroutines: a trigger crashed';; \
	3) text='a run did not settle: what is still open is listed above';; \
	4) text='the environment is not ready: the message above says what to do; make setup checks it';; \
	70) text='a defect of stillwater itself: please report the output above';; \
	130|143) text='stopped by a signal';; \
	*) text='no exit code of stillwater: something ended it from outside, or it could not be started';; \
	esac; echo "$@: exit $$code: $$text" >&2; exit $$code
endef

# Asked every time: go's own build knows what is up to date.
build: need-go
	@go build -o $(STILLWATER) ./harness/cmd/stillwater || { \
		echo 'build: exit 1: the stillwater command does not compile: see above' >&2; exit 1; }

$(STATICCHECK):
	@mkdir -p $(BIN)
	@echo 'lint: installing staticcheck $(STATICCHECK_VERSION): about a minute, once'
	@GOBIN=$(BIN) go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION) && mv $(BIN)/staticcheck $@ || { \
		echo 'lint: exit 4: staticcheck could not be installed: see above' >&2; exit 4; }

$(CFN_LINT):
	@echo 'cfn-lint: installing cfn-lint $(CFN_LINT_VERSION) with pip: about a minute, once'
	@dir=$(BIN)/cfn-lint-$(CFN_LINT_VERSION); rm -rf $$dir; \
	python3 -m venv $$dir && $$dir/bin/pip install --quiet --disable-pip-version-check cfn-lint==$(CFN_LINT_VERSION) || { \
		rm -rf $$dir; echo 'cfn-lint: exit 4: cfn-lint could not be installed (Debian: apt-get install python3-venv): see above' >&2; exit 4; }

need-go:
	@command -v go >/dev/null 2>&1 || { \
		echo 'exit 4: Go is missing: get 1.26 or newer from https://go.dev/doc/install' >&2; exit 4; }
	@go list -m >/dev/null || { \
		echo 'exit 4: Go does not accept this module (see above): get 1.26 or newer from https://go.dev/doc/install' >&2; exit 4; }

need-docker:
	@command -v docker >/dev/null 2>&1 || { \
		echo 'exit 4: Docker is missing: install Docker Desktop, or on Debian and Ubuntu: apt-get install docker.io' >&2; exit 4; }
	@docker version >/dev/null || { \
		echo 'exit 4: no Docker daemon answers (see above): start Docker Desktop, or on Linux: sudo systemctl start docker' >&2; exit 4; }
