# mailwhatif: one Makefile. `make help` lists the targets.
#   make                    build/mailwhatif
#   make DEVELOPER=1 ...    warnings are errors
#   make V=1 ...            shows the commands
#   make CC=clang-14 ...    another compiler, in a folder of its own
VARIANT ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
docdir ?= $(prefix)/share/doc/mailwhatif
VERSION := $(shell sed -n 's/^\#define MAILWHATIF_VERSION "\(.*\)"/\1/p' base/version.h)
Q := $(if $(V),,@)
is_clang := $(findstring clang,$(CC))
OUT := build$(if $(is_clang),/clang)$(if $(filter release,$(VARIANT)),,/$(VARIANT))

PKGS := libpcre2-8 ncursesw libmaxminddb jansson libisal libarchive libpsl nettle libcares
ROOMS := base parsers/input parsers/lines parsers/config parsers/tables parsers/data \
         analyzer analyzer/rebuild analyzer/evidence analyzer/policy analyzer/estimate reports tui cli
# Everything but main is in the archive, so that tests can link it.
CLI_SRC := cli/main.c
LIB_SRC := $(filter-out $(CLI_SRC),$(foreach room,$(ROOMS),$(wildcard $(room)/*.c)))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c) tests/fuzz/standalone.c
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
SCREEN_SRC := $(wildcard tests/screens/*.c)
TEST_SRC := $(UNIT_SRC) $(FUZZ_SRC) $(SUPPORT_SRC) $(BENCH_SRC) $(SCREEN_SRC)
HEADERS := $(foreach room,$(ROOMS),$(wildcard $(room)/*.h))

WARN := -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla \
  -Wformat=2 -Wundef -Wnull-dereference -Wdouble-promotion -Wswitch-enum -fno-common
ifeq (,$(is_clang))
WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init \
  -Wimplicit-fallthrough=5 -Wcast-align=strict
endif
# Check's macros leave the variadic part out.
WARN_TESTS := $(if $(is_clang),-Wno-gnu-zero-variadic-macro-arguments)
ifdef DEVELOPER
WARN += -Werror
endif

OPT_release := -O3 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LD_release := -pie -Wl,-z,relro,-z,now
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LD_asan := -fsanitize=address,undefined
OPT_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined
LD_ubsan := -fsanitize=undefined
OPT_tsan := -O1 -g -fsanitize=thread
LD_tsan := -fsanitize=thread
OPT_coverage := -O0 -g --coverage
LD_coverage := --coverage
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
LD_fuzz := -fsanitize=fuzzer,address,undefined

# Readers of rare table files: without them such a table needs its text source.
have_header = $(shell printf '\043include <$(1)>\n' | $(CC) -E -x c - >/dev/null 2>&1 && echo yes)
ifneq (,$(call have_header,db.h))
TABLE_DEFS += -DHAVE_LIBDB
TABLE_LIBS += -ldb
endif
ifneq (,$(call have_header,cdb.h))
TABLE_DEFS += -DHAVE_LIBCDB
TABLE_LIBS += -lcdb
endif
ifneq (,$(call have_header,lmdb.h))
TABLE_DEFS += -DHAVE_LMDB
TABLE_LIBS += -llmdb
endif

override CPPFLAGS += -D_GNU_SOURCE $(TABLE_DEFS) -I. $(shell pkg-config --cflags $(PKGS))
USER_CFLAGS := $(CFLAGS)
override CFLAGS := $(WARN) $(OPT_$(VARIANT)) $(CFLAGS)
override LDFLAGS := $(LD_$(VARIANT)) $(LDFLAGS)
LIBS := $(shell pkg-config --libs $(PKGS)) $(TABLE_LIBS) -lresolv -lm -lpthread
CHECK_LIBS := $(shell pkg-config --libs check)

obj = $(patsubst %.c,$(OUT)/obj/%.o,$(1))

.DEFAULT_GOAL := all

## Building
all: $(OUT)/mailwhatif ## build the program

$(OUT)/mailwhatif: $(call obj,$(CLI_SRC)) $(OUT)/libmailwhatif.a
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# A room that loses a file must lose it in the archive, too: the list of members is a prerequisite.
$(OUT)/libmailwhatif.a: $(call obj,$(LIB_SRC)) $(OUT)/members
	@rm -f $@
	@echo "  AR $@"
	$(Q)ar rcs $@ $(call obj,$(LIB_SRC))

$(OUT)/members: FORCE
	@mkdir -p $(@D)
	@echo '$(LIB_SRC)' | cmp -s - $@ || echo '$(LIB_SRC)' >$@

# Other flags make other objects; -Werror does not.
FLAGS := $(CC) $(CPPFLAGS) $(filter-out -Werror,$(CFLAGS))
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

# base/banned.h turns calls of forbidden functions into errors; tests may call what they like.
$(OUT)/obj/tests/%.o: tests/%.c $(OUT)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN_TESTS) -MMD -MP -c -o $@ $<

$(OUT)/obj/%.o: %.c $(OUT)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -include base/banned.h -MMD -MP -c -o $@ $<

install: all ## install under prefix (/usr/local), below DESTDIR
	install -D -m 755 $(OUT)/mailwhatif $(DESTDIR)$(bindir)/mailwhatif
	install -D -m 644 man/mailwhatif.1 $(DESTDIR)$(mandir)/man1/mailwhatif.1
	install -d $(DESTDIR)$(docdir)
	install -m 644 README.md CHANGES.md LICENSE docs/*.md $(DESTDIR)$(docdir)
	install -d $(DESTDIR)$(docdir)/schema
	install -m 644 $(wildcard reports/schema/*.json) $(DESTDIR)$(docdir)/schema

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(bindir)/mailwhatif $(DESTDIR)$(mandir)/man1/mailwhatif.1
	rm -rf $(DESTDIR)$(docdir)

dist: ## build/mailwhatif-VERSION.tar.gz of the committed tree
	@mkdir -p build
	git archive --prefix=mailwhatif-$(VERSION)/ -o build/mailwhatif-$(VERSION).tar.gz HEAD

clean: ## remove build/
	rm -rf build

## Trying it
demo: all ## the main job on the shipped samples: what would reject_unknown_client_hostname have cost?
	@tools/demo $(OUT)/mailwhatif

## Tests
# One program per suite: tests/unit/test_NAME.c has its own main (tests/support/suite.h).
UNIT := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(UNIT_SRC))
# What tests share is an archive: a test that makes its own replay does not get the real one.
$(OUT)/libsupport.a: $(call obj,$(wildcard tests/support/*.c))
	@rm -f $@
	@ar rcs $@ $^
$(UNIT): $(OUT)/unit/%: $(OUT)/obj/tests/unit/%.o $(OUT)/libsupport.a $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIBS)

# Fuzz targets with a plain main that replays files (every compiler), or with libFuzzer (VARIANT=fuzz).
FUZZ := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz/%,$(FUZZ_SRC))
FUZZ_MAIN := $(if $(filter fuzz,$(VARIANT)),,$(OUT)/obj/tests/fuzz/standalone.o)
$(FUZZ): $(OUT)/fuzz/%: $(OUT)/obj/tests/fuzz/%.o $(FUZZ_MAIN) $(OUT)/libsupport.a $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
.PRECIOUS: $(OUT)/obj/%.o

# Small programs that put one stage beside its oracle (a name server, a public test suite).
DRIVER := $(patsubst tests/oracle/%.c,$(OUT)/oracle/%,$(wildcard tests/oracle/*_driver.c))
$(DRIVER): $(OUT)/oracle/%: $(OUT)/obj/tests/oracle/%.o $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The dashboard over made-up results, driven by tests/screens/check_tui.
$(OUT)/screens/tui_fake: $(call obj,$(SCREEN_SRC)) $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

check: all $(UNIT) $(FUZZ) $(DRIVER) $(OUT)/screens/tui_fake $(OUT)/gen_docs ## all fast tests (some minutes: real daemons take their time)
	tests/run-check $(OUT)

check-fast: all $(UNIT) ## the unit tests alone
	tests/run-check $(OUT) unit

asan ubsan tsan: ## the same tests under AddressSanitizer, UBSan, ThreadSanitizer
	$(MAKE) VARIANT=$@ check

coverage: ## the same tests, and build/coverage/report.txt
	$(MAKE) VARIANT=coverage check
	gcovr -r . --object-directory build/coverage/obj -e tests/ >build/coverage/report.txt
	@tail -n 4 build/coverage/report.txt

valgrind: all $(UNIT) ## the unit tests under valgrind
	@for test in $(UNIT); do echo "$$test"; \
	  CK_FORK=no valgrind -q --suppressions=tools/valgrind.supp --error-exitcode=9 $$test >/dev/null || exit 1; done

FUZZ_SECONDS ?= 30
fuzz: ## every fuzz target with libFuzzer for FUZZ_SECONDS (clang)
	$(MAKE) VARIANT=fuzz CC=$(if $(is_clang),$(CC),$(CLANG)) fuzz-run
fuzz-run: $(FUZZ)
	@for target in $(FUZZ); do tests/fuzz/run-fuzz $$target $(FUZZ_SECONDS) || exit 1; done
fuzz-replay: $(FUZZ) ## replay all fuzz corpora (with VARIANT=asan: under AddressSanitizer)
	tests/run-check $(OUT) fuzz

oracle: all $(DRIVER) ## the simulator against a real Postfix: all scripts, then 1,000 random sets x 3 worlds (an hour; resumes)
	tests/run-check $(OUT) oracle chains
	MAILWHATIF=$(OUT)/mailwhatif tests/oracle/run-matrix --out $(OUT)/matrix $(MATRIX)
	MAILWHATIF=$(OUT)/mailwhatif tests/oracle/run-families --worlds 1,2,3 --seeds 1-100

golden-update: all ## rewrite the expected outputs of tests/golden; review the diff
	MAILWHATIF=$(OUT)/mailwhatif tests/golden/check_golden --update

calibration: all ## do the intervals cover the truth? simulated sites through the program (20 minutes)
	MAILWHATIF=$(OUT)/mailwhatif tests/calibration/run-calibration --check

BENCH := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(BENCH_SRC))
$(BENCH): $(OUT)/bench/%: $(OUT)/obj/tests/bench/%.o $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
bench: all $(BENCH) ## speed and memory on a log of 500 MB or more, beside pflogsumm
	tests/bench/run-bench $(OUT)

## The house
tool = $(firstword $(foreach name,$(1)-14 $(1),$(shell command -v $(name))))
CLANG = $(or $(call tool,clang),clang)
CLANG_TIDY = $(or $(call tool,clang-tidy),clang-tidy)
CLANG_FORMAT = $(or $(call tool,clang-format),clang-format)
PRODUCT_SRC := $(LIB_SRC) $(CLI_SRC)
ALL_C := $(PRODUCT_SRC) $(TEST_SRC) $(HEADERS) $(wildcard tests/support/*.h)

lint: layers headers comments globals complexity exports paths format-check shell python tidy cppcheck ## every check of the house below

layers: ## includes point one way (tools/layers)
	tools/check-layers
headers: ## every header and source compiles alone, headers twice
	tools/check-headers "$(CC) $(CPPFLAGS) $(WARN)" $(HEADERS) $(PRODUCT_SRC)
comments: ## every public function has a comment above it, every header a head paragraph
	tools/check-comments $(HEADERS)
globals: $(OUT)/libmailwhatif.a $(call obj,$(CLI_SRC)) ## no mutable data outside cli/main.c
	tools/check-globals $(OUT)/obj $(PRODUCT_SRC)
complexity: ## functions up to 80 lines and complexity 15, files up to 700 lines
	tools/check-complexity $(PRODUCT_SRC) $(HEADERS)
exports: $(OUT)/libmailwhatif.a $(call obj,$(CLI_SRC)) $(UNIT) $(FUZZ) $(BENCH) $(OUT)/screens/tui_fake ## no public function that only its own file uses
	tools/check-exports $(OUT)/obj
paths: ## no absolute paths, no foreign addresses in samples, unique file names
	tools/check-paths
format: ## clang-format on all sources
	$(CLANG_FORMAT) -i $(ALL_C)
format-check: ## what `make format` would change
	$(CLANG_FORMAT) --dry-run --Werror $(ALL_C)
shell: ## shellcheck on the scripts
	tools/check-shell
python: ## the tests' Python compiles without a warning, and pyflakes is content
	tools/check-python
tidy: ## clang-tidy
	tools/check-tidy $(CLANG_TIDY) "$(CPPFLAGS) -std=c17" $(PRODUCT_SRC)
cppcheck: ## cppcheck
	cppcheck -q --std=c11 --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 \
	  --suppress=missingIncludeSystem --suppressions-list=tools/cppcheck.suppress --library=tools/cppcheck.cfg -D_GNU_SOURCE -I. $(PRODUCT_SRC)
analyze: ## gcc -fanalyzer on every product file
	@for file in $(PRODUCT_SRC); do $(CC) $(CPPFLAGS) $(WARN) -O1 -fanalyzer -c -o /dev/null $$file || exit 1; done

man: ## check the manual page
	mandoc -T lint -W warning man/mailwhatif.1
docs: $(OUT)/gen_docs ## docs/restrictions.md and docs/formats.md, written from the tables
	$(OUT)/gen_docs restrictions >docs/restrictions.md
	$(OUT)/gen_docs formats >docs/formats.md
$(OUT)/gen_docs: $(OUT)/obj/tools/gen_docs.o $(OUT)/libmailwhatif.a
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
samples: ## write samples/ anew with a real Postfix (needs root and the lab)
	tools/make-sample

compile_commands.json: Makefile ## for editors and clangd
	@tools/make-compile-commands "$(CC) $(CPPFLAGS) $(WARN)" $(PRODUCT_SRC) $(TEST_SRC) >$@

help: ## this list
	@sed -nE -e 's/^## (.*)/\n\1/p' -e 's/^([a-z_.][a-z_. -]*):.*## (.*)/\1\t\2/p' Makefile | expand -t 22

FORCE:
.PHONY: all install uninstall dist clean demo check check-fast asan ubsan tsan coverage valgrind fuzz fuzz-run \
  fuzz-replay oracle golden-update calibration bench lint layers headers comments globals complexity exports paths format \
  format-check shell python tidy cppcheck analyze man docs samples help FORCE
-include $(patsubst %.o,%.d,$(call obj,$(PRODUCT_SRC) $(TEST_SRC)))
