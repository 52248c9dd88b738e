#ifndef PARSERS_CONFIG_MASTER_CF_H
#define PARSERS_CONFIG_MASTER_CF_H
/*
 * master.cf text: one service a logical line, with its -o overrides. Reference: master(5).
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/slice.h"

/* One -o name=value or -o { name = value }. */
struct master_override {
    struct slice name, value; /* value unexpanded */
};

struct master_service {
    struct slice name, type;                 /* "smtp", "inet" */
    struct slice command;                    /* "smtpd" */
    struct slice chroot;                     /* "y", "n", "-" */
    struct slice maxproc;                    /* "-", "1"... */
    const struct master_override *overrides; /* in order: the last of equal names wins */
    size_t override_count;
    uint64_t line;
};

struct master_cf {
    struct master_service *services;
    size_t count;
};

/* Parses text; everything lives in arena. path names the source in messages. False with fault, in
 * Postfix's words, on a line it would refuse. notes may be NULL. */
bool master_cf_parse(struct arena *arena, struct slice text, const char *path,
                     struct master_cf *master, struct diagnostics *notes, struct fault *fault);
/* The service of that name, "name" or "name/type"; ports match their names ("25", "smtp"). NULL when
 * there is none. Of several the first smtpd, else the first. */
const struct master_service *master_cf_find(const struct master_cf *master, struct slice name);
/* The first smtpd that takes mail from port 25: a pass service when postscreen is there, else an inet
 * service there. Of two lines for one service the last counts. NULL when there is none. */
const struct master_service *master_cf_port_25(const struct master_cf *master);
enum master_family { MASTER_IPV4 = 1, MASTER_IPV6 = 2 };
/* The first postscreen(8) that listens on port 25; NULL when there is none. *families: the set of
 * enum master_family whose clients come to some postscreen there. */
const struct master_service *master_cf_postscreen(const struct master_cf *master,
                                                  unsigned *families);

#endif
