#ifndef PARSERS_CONFIG_PARAMETER_NAMES_H
#define PARSERS_CONFIG_PARAMETER_NAMES_H
/*
 * Which parameter names a configuration makes valid, by postconf(1)'s rules: names built into the
 * version; names made from a delivery service of master.cf ("smtp_destination_recipient_limit");
 * names that main.cf sets and that a $name, smtpd_restriction_classes or an old-style database
 * ("ldap:NAME" with NAME_server_host) refers to.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/intern.h"
#include "base/slice.h"
#include "parsers/config/config.h"

enum name_class {
    NAME_UNKNOWN,
    NAME_BUILTIN,
    NAME_SERVICE,
    NAME_USER,
    NAME_LEGACY, /* known, not printed unless set */
};

struct parameter_name {
    enum name_class class;
    bool is_raw;        /* not expanded */
    struct slice value; /* default, unexpanded; "no text" for what config_raw knows better */
};

struct parameter_names {
    struct arena arena;
    struct intern texts;
    struct parameter_name *items; /* by sym */
    uint32_t count, capacity;
};

/* Collects the valid names. False with fault on a macro for which postconf dies. Release with
 * parameter_names_release, also after a fault. */
bool parameter_names_init(struct parameter_names *names, struct config *config,
                          struct fault *fault);
/* Gives all memory back. */
void parameter_names_release(struct parameter_names *names);
/* The entry of a name; its class is NAME_UNKNOWN when it is not valid. */
struct parameter_name parameter_names_find(const struct parameter_names *names, struct slice name);

/* The default of a valid name, unexpanded (myhostname, mydomain, mynetworks: of this machine); false
 * when it has none. */
bool parameter_names_default(const struct parameter_names *names, struct config *config,
                             struct slice name, struct slice *value);

#endif
