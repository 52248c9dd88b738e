#ifndef PARSERS_CONFIG_MACHINE_DEFAULTS_H
#define PARSERS_CONFIG_MACHINE_DEFAULTS_H
/*
 * The defaults that Postfix takes from the machine it runs on: its name and its networks. They are
 * those of *this* machine, so they serve `mailwhatif config`; a log from another server must not be
 * judged by them (config_rests_on_machine tells).
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

/* gethostname(2), with "." and domain behind it when it has no dot. Lives in arena. */
struct slice machine_hostname(struct arena *arena, struct slice domain);
/* What mynetworks is when nobody sets it: the interfaces' networks as "192.0.2.0/24 [::1]/128 ", by
 * the expanded values of inet_interfaces, mynetworks_style (class, subnet, host) and inet_protocols.
 * Names other than localhost in inet_interfaces are not resolved: nothing here touches the network.
 * Lives in arena. False with what in Postfix's words (512 bytes) when a value is none of these. */
bool machine_networks(struct arena *arena, struct slice interfaces, struct slice style,
                      struct slice protocols, struct slice *networks, char what[512]);

#endif
