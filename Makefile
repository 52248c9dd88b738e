# mailwhatif: one Makefile. `make help` lists the targets.
#   make                build/mailwhatif
#   make DEVELOPER=1    warnings are errors
#   make check          all fast tests
#   make asan|ubsan|tsan|coverage   the same tests in that variant
VARIANT ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
prefix ?= /usr/local
OUT := build$(if $(filter release,$(VARIANT)),,/$(VARIANT))

PKGS := libpcre2-8 ncursesw libmaxminddb jansson libisal libarchive libpsl nettle libcares
ROOMS := base parsers/input parsers/lines parsers/config parsers/tables parsers/data \
         analyzer analyzer/rebuild analyzer/evidence analyzer/policy analyzer/estimate reports tui
LIB_SRC := $(foreach room,$(ROOMS),$(wildcard $(room)/*.c))
CLI_SRC := $(wildcard cli/*.c)
TEST_SRC := $(wildcard tests/unit/test_*.c)

WARN := -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla \
  -Wformat=2 -Wundef -Wnull-dereference -Wdouble-promotion -Wswitch-enum -fno-common
ifeq (,$(findstring clang,$(CC)))
WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init \
  -Wimplicit-fallthrough=5 -Wcast-align=strict
endif
ifdef DEVELOPER
WARN += -Werror
endif

OPT_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LD_release := -pie -Wl,-z,relro,-z,now
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LD_asan := -fsanitize=address,undefined
OPT_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined
LD_ubsan := -fsanitize=undefined
OPT_tsan := -O1 -g -fsanitize=thread
LD_tsan := -fsanitize=thread
OPT_coverage := -O0 -g --coverage
LD_coverage := --coverage

override CPPFLAGS += -D_GNU_SOURCE -I. $(shell pkg-config --cflags $(PKGS))
override CFLAGS := $(WARN) $(OPT_$(VARIANT)) $(CFLAGS)
override LDFLAGS := $(LD_$(VARIANT)) $(LDFLAGS)
LIBS := $(shell pkg-config --libs $(PKGS)) -lm -lpthread
CHECK_LIBS := $(shell pkg-config --libs check)

obj = $(patsubst %.c,$(OUT)/obj/%.o,$(1))

all: $(OUT)/mailwhatif ## build the program

$(OUT)/mailwhatif: $(call obj,$(CLI_SRC)) $(OUT)/libmailwhatif.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/libmailwhatif.a: $(call obj,$(LIB_SRC))
	@rm -f $@
	ar rcs $@ $^

$(OUT)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# One program per suite: tests/unit/test_NAME.c has its own main (tests/support/suite.h).
UNIT := $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(TEST_SRC))
$(OUT)/unit/%: $(OUT)/obj/tests/unit/%.o $(OUT)/libmailwhatif.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CHECK_LIBS) $(LIBS)
.PRECIOUS: $(OUT)/obj/tests/unit/%.o

check: all $(UNIT) ## all fast tests
	tests/run-check $(OUT)

clean: ## remove build/
	rm -rf build

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

.PHONY: all check clean help
-include $(patsubst %.o,%.d,$(call obj,$(LIB_SRC) $(CLI_SRC) $(TEST_SRC)))
