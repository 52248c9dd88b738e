#include "parsers/lines/event.h"

#include "base/xalloc.h"

const char *event_kind_name(enum event_kind kind)
{
#define NAME(constant, name) [EVENT_##constant] = (name),
    static const char *const names[] = { [EVENT_NONE] = "none", EVENT_KINDS(NAME) };
#undef NAME
    return (unsigned)kind < EVENT_KIND_COUNT ? names[kind] : "none";
}

const char *event_field_name(enum event_field field)
{
#define NAME(constant, name, type) [FIELD_##constant] = (name),
    static const char *const names[] = { EVENT_FIELDS(NAME) };
#undef NAME
    if ((unsigned)field >= EVENT_FIELD_COUNT)
        bug("no such field");
    return names[field];
}

enum event_field_type event_field_type(enum event_field field)
{
#define TYPE(constant, name, type) [FIELD_##constant] = FIELD_TYPE_##type,
    static const unsigned char types[] = { EVENT_FIELDS(TYPE) };
#undef TYPE
    return (unsigned)field < EVENT_FIELD_COUNT ? (enum event_field_type)types[field]
                                               : FIELD_TYPE_TEXT;
}

const char *line_class_name(enum line_class line_class)
{
    static const char *const names[] = {
        [LINE_UNDERSTOOD] = "understood",
        [LINE_FOREIGN] = "foreign",
        [LINE_UNKNOWN] = "unknown",
        [LINE_MALFORMED] = "malformed",
    };
    return (unsigned)line_class < LINE_CLASSES ? names[line_class] : "malformed";
}
