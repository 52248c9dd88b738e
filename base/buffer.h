#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H
/*
 * Growing output bytes with a hard limit given at birth. Past the limit further bytes are dropped
 * and `overflow` is set: the owner decides whether that is a fault. Never NUL-terminated unless
 * asked for.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buffer {
    char *at;
    size_t len, capacity, limit;
    bool overflow;
};

/* An empty buffer that will hold at most limit bytes. */
void buffer_init(struct buffer *buffer, size_t limit);
/* Gives the bytes back. */
void buffer_release(struct buffer *buffer);
/* Forgets the contents, keeps the memory. */
void buffer_clear(struct buffer *buffer);
/* Appends len bytes. */
void buffer_add(struct buffer *buffer, const char *at, size_t len);
/* Appends a slice. */
void buffer_add_slice(struct buffer *buffer, struct slice text);
/* Appends a NUL-terminated text. */
void buffer_add_text(struct buffer *buffer, const char *text);
/* Appends one byte. */
void buffer_add_byte(struct buffer *buffer, char byte);
/* Appends a decimal number. */
void buffer_add_u64(struct buffer *buffer, uint64_t value);
/* Appends a decimal number with its sign when it is negative. */
void buffer_add_i64(struct buffer *buffer, int64_t value);
/* printf at the end. */
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The contents so far; borrowed until the next change. */
struct slice buffer_slice(const struct buffer *buffer);
/* The contents as a C string; borrowed until the next change. */
const char *buffer_text(struct buffer *buffer);

#endif
