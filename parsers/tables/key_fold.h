#ifndef PARSERS_TABLES_KEY_FOLD_H
#define PARSERS_TABLES_KEY_FOLD_H
/*
 * Case folding of look-up keys: ASCII alone, or with smtputf8_enable all of Unicode's simple
 * foldings, near enough to what Postfix gets from ICU.
 */
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

/* True when key is valid UTF-8. */
bool key_is_utf8(struct slice key);
/* The folded key; key itself when nothing changes, else in arena. */
struct slice key_fold(struct arena *arena, struct slice key, bool utf8);

#endif
