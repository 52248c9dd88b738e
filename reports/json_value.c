#include "reports/json_value.h"

#include <math.h>

#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum { TEXT_LIMIT = 1 << 16, UTF8_MAX = 4 };

/* jansson gives NULL for text that is not UTF-8, and then drops the key in silence: here a NULL is
 * our own mistake. */
void json_value_set(json_t *object, const char *key, json_t *value)
{
    if (!value || json_object_set_new(object, key, value) != 0)
        bug("a JSON value that cannot be set");
}

void json_value_append(json_t *array, json_t *value)
{
    if (!value || json_array_append_new(array, value) != 0)
        bug("a JSON value that cannot be added");
}

json_t *json_value_text(struct slice text)
{
    if (!text.at)
        return json_null();
    struct buffer clean;
    buffer_init(&clean, TEXT_LIMIT);
    while (text.len && clean.len + UTF8_MAX <= TEXT_LIMIT) { /* never half a character */
        uint32_t code;
        size_t len = utf8_sequence(text, &code);
        if (len)
            buffer_add(&clean, text.at, len);
        else
            buffer_add_text(&clean, "\xef\xbf\xbd");
        text = slice_skip(text, len ? len : 1);
    }
    json_t *value = json_stringn(clean.at ? clean.at : "", clean.len);
    buffer_release(&clean);
    return value;
}

json_t *json_value_word(const char *word)
{
    return json_value_text(slice_of(word));
}

json_t *json_value_whole(uint64_t number)
{
    return json_integer((json_int_t)number);
}

json_t *json_value_real(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *json_value_time(int64_t time_us, int offset_minutes)
{
    char text[TIME_TEXT_MAX];
    if (time_us == TIME_NONE)
        return json_null();
    return json_value_text(civil_format_rfc3339(time_us, offset_minutes, text));
}
