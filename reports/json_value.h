#ifndef REPORTS_JSON_VALUE_H
#define REPORTS_JSON_VALUE_H
/*
 * jansson's values as our documents use them: what is not known is null, text of any bytes becomes
 * valid UTF-8, and a value that cannot be made is our own mistake, never a key that is missing.
 */
#include <jansson.h>
#include <stdint.h>

#include "base/slice.h"

/* Puts a value under a key; takes the value over. */
void json_value_set(json_t *object, const char *key, json_t *value);
/* Puts a value at the end of an array; takes the value over. */
void json_value_append(json_t *array, json_t *value);
/* Text of any bytes; what is not UTF-8 becomes U+FFFD; cut at 64 KB. "No text" is null. */
json_t *json_value_text(struct slice text);
/* The same of a word; NULL is null. */
json_t *json_value_word(const char *word);
/* A whole number. */
json_t *json_value_whole(uint64_t number);
/* A real number; null when it is not finite. */
json_t *json_value_real(double number);
/* RFC 3339 with its offset; null for TIME_NONE. */
json_t *json_value_time(int64_t time_us, int offset_minutes);

#endif
