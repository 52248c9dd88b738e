#include "parsers/config/parameter_table.h"

#include "base/xalloc.h"

/* clang-format off */
static const struct parameter rows[] = {
#define ROW(name, kind, reader, since, until, min, max, value)                                     \
    { #name, PARAMETER_##kind, PARAMETER_##reader, since, until, min, max, value },
#include "parsers/config/parameter_rows.def"
#undef ROW
};

static const struct change {
    const char *name;
    int version;
    const char *value;
} changes[] = {
#define CHANGE(name, version, value) { #name, version, value },
#include "parsers/config/parameter_changes.def"
#undef CHANGE
};
/* clang-format on */

const struct parameter *parameter_rows(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}

const struct parameter *parameter_find(struct slice name)
{
    size_t low = 0, high = COUNT(rows);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(slice_of(rows[middle].name), name);
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool parameter_is_known(const struct parameter *parameter, int version)
{
    return version >= parameter->since && (!parameter->until || version <= parameter->until);
}

const char *parameter_default(const struct parameter *parameter, int version)
{
    const char *value = NULL;
    size_t low = 0, high = COUNT(changes);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(changes[middle].name, parameter->name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < COUNT(changes) && !strcmp(changes[i].name, parameter->name); i++)
        if (!value || changes[i].version <= version)
            value = changes[i].value;
    return value ? value : parameter->value;
}
