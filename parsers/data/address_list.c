#include "parsers/data/address_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/line_file.h"
#include "base/xalloc.h"

enum { ADDRESS_MAX = 512, LINE_SIZE = 1024 };

struct address_list {
    struct intern addresses; /* in lower case */
};

/* The text in lower case, in out; "no text" when it is too long to be an address. */
static struct slice fold(struct slice text, char out[ADDRESS_MAX])
{
    if (text.len > ADDRESS_MAX)
        return (struct slice){ NULL, 0 };
    for (size_t i = 0; i < text.len; i++)
        out[i] = ascii_lower(text.at[i]);
    return slice_make(out, text.len);
}

/* Takes a line; false when it is no address, no comment and not blank. */
static bool add_line(struct address_list *list, struct slice line)
{
    char folded[ADDRESS_MAX];
    struct slice text = slice_trim(slice_head(line, slice_index(line, '#')));
    if (text.len == 0)
        return true;
    size_t at = slice_last_index(text, '@');
    struct slice address = fold(text, folded);
    if (!address.at || at + 1 >= text.len || slice_index(text, ' ') < text.len)
        return false;
    intern_add(&list->addresses, address);
    return true;
}

struct address_list *address_list_read(const char *path, struct fault *fault)
{
    struct line_file file;
    struct slice line;
    if (!line_file_open(&file, path, "the addresses", LINE_SIZE, fault))
        return NULL;
    struct address_list *list = xcalloc(1, sizeof *list);
    intern_init(&list->addresses);
    bool good = true;
    while (good && line_file_next(&file, &line))
        if (!add_line(list, line))
            good = fault_set(fault, FAULT_INPUT, path, file.number,
                             "no mail address; write user@example.com or @example.com");
    good = line_file_close(&file, fault) && good;
    if (good)
        return list;
    address_list_free(list);
    return NULL;
}

void address_list_free(struct address_list *list)
{
    if (!list)
        return;
    intern_release(&list->addresses);
    free(list);
}

bool address_list_has(const struct address_list *list, struct slice address)
{
    char folded[ADDRESS_MAX];
    struct slice text = fold(address, folded);
    size_t at = slice_last_index(text, '@');
    if (at >= text.len)
        return false;
    return intern_find(&list->addresses, text) ||
           intern_find(&list->addresses, slice_skip(text, at));
}
