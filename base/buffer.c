#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){ .limit = limit };
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->at);
    buffer_init(buffer, buffer->limit);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
    buffer->overflow = false;
}

/* Makes room for up to `more` bytes and tells how many of them may be written. */
static size_t buffer_room(struct buffer *buffer, size_t more)
{
    if (more > buffer->limit - buffer->len) {
        more = buffer->limit - buffer->len;
        buffer->overflow = true;
    }
    if (buffer->capacity - buffer->len < more + 1) {
        size_t want = buffer->capacity ? buffer->capacity * 2 : 256;
        want = want < buffer->len + more + 1 ? buffer->len + more + 1 : want;
        buffer->at = xrealloc_array(buffer->at, want, 1);
        buffer->capacity = want;
    }
    return more;
}

void buffer_add(struct buffer *buffer, const char *at, size_t len)
{
    len = buffer_room(buffer, len);
    if (len)
        memcpy(buffer->at + buffer->len, at, len);
    buffer->len += len;
}

void buffer_add_slice(struct buffer *buffer, struct slice text)
{
    buffer_add(buffer, text.at, text.len);
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_byte(struct buffer *buffer, char byte)
{
    if (buffer_room(buffer, 1))
        buffer->at[buffer->len++] = byte;
}

void buffer_add_u64(struct buffer *buffer, uint64_t value)
{
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buffer_add(buffer, digits + n, sizeof digits - n);
}

void buffer_add_i64(struct buffer *buffer, int64_t value)
{
    if (value < 0)
        buffer_add_byte(buffer, '-');
    buffer_add_u64(buffer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0)
        bug("format error");
    char *text = xmalloc((size_t)need + 1);
    vsnprintf(text, (size_t)need + 1, format, again);
    va_end(again);
    buffer_add(buffer, text, (size_t)need);
    free(text);
}

struct slice buffer_slice(const struct buffer *buffer)
{
    return slice_make(buffer->at ? buffer->at : "", buffer->len);
}

const char *buffer_text(struct buffer *buffer)
{
    buffer_room(buffer, 0);
    buffer->at[buffer->len] = '\0';
    return buffer->at;
}
