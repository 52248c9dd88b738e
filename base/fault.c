#include "base/fault.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/xalloc.h"

/* A remark may quote a line: only its head is kept. */
enum { TEXT_MAX = 1024 };

/* Makes text printable into out (size bytes with NUL), cut at a whole character. */
static void make_printable(const char *text, char *out, size_t size)
{
    struct buffer buffer;
    buffer_init(&buffer, size - 1);
    escape_terminal(&buffer, slice_of(text), false);
    if (buffer.len)
        memcpy(out, buffer.at, buffer.len);
    out[buffer.len] = '\0';
    buffer_release(&buffer);
}

bool fault_set(struct fault *fault, enum fault_kind kind, const char *where, uint64_t line,
               const char *format, ...)
{
    if (fault_is_set(fault))
        return false;
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fault->kind = kind;
    fault->line = line;
    make_printable(where ? where : "", fault->where, sizeof fault->where);
    make_printable(text, fault->what, sizeof fault->what);
    return false;
}

void fault_print(const struct fault *fault, FILE *to)
{
    fputs("mailwhatif: ", to);
    if (fault->where[0])
        fputs(fault->where, to);
    if (fault->where[0] && fault->line)
        fprintf(to, ":%llu", (unsigned long long)fault->line);
    fprintf(to, "%s%s\n", fault->where[0] ? ": " : "", fault->what);
}

void diagnostics_init(struct diagnostics *list)
{
    *list = (struct diagnostics){ .items = NULL };
    arena_init(&list->arena);
}

void diagnostics_release(struct diagnostics *list)
{
    free(list->items);
    arena_release(&list->arena);
    diagnostics_init(list);
}

/* The entry for (code, text), made when there is room, else the last one. */
static struct diagnostic *find_or_add(struct diagnostics *list, const char *code, const char *text)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct diagnostic *item = &list->items[i];
        if (strcmp(item->code, code) == 0 && slice_is(item->text, text))
            return item;
    }
    if (list->count == DIAGNOSTICS_MAX)
        return &list->items[DIAGNOSTICS_MAX - 1];
    if (list->count == DIAGNOSTICS_MAX - 1) {
        code = "further_remarks";
        text = "further remarks, not listed one by one";
    }
    GROW(list->items, list->count, list->capacity);
    struct diagnostic *item = &list->items[list->count++];
    *item = (struct diagnostic){ code, arena_copy(&list->arena, slice_of(text)), 0 };
    return item;
}

void diagnostics_add(struct diagnostics *list, uint64_t count, const char *code, const char *format,
                     ...)
{
    char raw[TEXT_MAX], text[TEXT_MAX];
    va_list args;
    if (!list)
        return;
    va_start(args, format);
    vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    make_printable(raw, text, sizeof text);
    find_or_add(list, code, text)->count += count;
}
