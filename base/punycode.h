#ifndef BASE_PUNYCODE_H
#define BASE_PUNYCODE_H
/*
 * Internationalised host names in the form that DNS knows (RFC 3492, RFC 5890): "bücher.example"
 * is "xn--bcher-kva.example". Case folding is the caller's matter; nothing else is mapped.
 */
#include "base/slice.h"

/* Writes name with every label of other than ASCII letters encoded; the result points into out
 * (size bytes). Empty when name is not UTF-8, or does not fit. */
struct slice punycode_domain(struct slice name, char *out, size_t size);

#endif
