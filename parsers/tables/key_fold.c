#include "parsers/tables/key_fold.h"

#include <locale.h>
#include <wctype.h>

#include "base/buffer.h"
#include "base/escape.h"

static bool key_is_ascii(struct slice key)
{
    for (size_t i = 0; i < key.len; i++)
        if ((unsigned char)key.at[i] > 0x7f)
            return false;
    return true;
}

bool key_is_utf8(struct slice key)
{
    while (key.len) {
        uint32_t code;
        size_t len = (unsigned char)key.at[0] <= 0x7f ? 1 : utf8_sequence(key, &code);
        if (len == 0)
            return false;
        key = slice_skip(key, len);
    }
    return true;
}

static void add_code(struct buffer *out, uint32_t code)
{
    if (code < 0x80) {
        buffer_add_byte(out, (char)code);
    } else if (code < 0x800) {
        buffer_add_byte(out, (char)(0xc0 | code >> 6));
        buffer_add_byte(out, (char)(0x80 | (code & 63)));
    } else if (code < 0x10000) {
        buffer_add_byte(out, (char)(0xe0 | code >> 12));
        buffer_add_byte(out, (char)(0x80 | (code >> 6 & 63)));
        buffer_add_byte(out, (char)(0x80 | (code & 63)));
    } else {
        buffer_add_byte(out, (char)(0xf0 | code >> 18));
        buffer_add_byte(out, (char)(0x80 | (code >> 12 & 63)));
        buffer_add_byte(out, (char)(0x80 | (code >> 6 & 63)));
        buffer_add_byte(out, (char)(0x80 | (code & 63)));
    }
}

/* Folding differs from lower case in few letters (Unicode CaseFolding.txt, status C, F). */
static void add_folded(struct buffer *out, uint32_t code, locale_t unicode)
{
    switch (code) {
    case 0xdf:   /* sharp s */
    case 0x1e9e: /* capital sharp s */
        buffer_add_text(out, "ss");
        return;
    case 0xb5: /* micro sign */
        add_code(out, 0x3bc);
        return;
    case 0x130: /* capital i with dot */
        buffer_add_text(out, "i\xcc\x87");
        return;
    case 0x17f: /* long s */
        buffer_add_byte(out, 's');
        return;
    case 0x3c2: /* final sigma */
        add_code(out, 0x3c3);
        return;
    default:
        add_code(out, unicode ? (uint32_t)towlower_l((wint_t)code, unicode) : code);
    }
}

static struct slice fold_unicode(struct arena *arena, struct slice key)
{
    locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    struct buffer out;
    buffer_init(&out, key.len * 3 + 8);
    while (key.len) {
        uint32_t code = (unsigned char)key.at[0];
        size_t len = code <= 0x7f ? 1 : utf8_sequence(key, &code);
        if (len <= 1)
            buffer_add_byte(&out, ascii_lower(key.at[0]));
        else
            add_folded(&out, code, unicode);
        key = slice_skip(key, len ? len : 1);
    }
    struct slice folded = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    if (unicode)
        freelocale(unicode);
    return folded;
}

struct slice key_fold(struct arena *arena, struct slice key, bool utf8)
{
    size_t first = 0;
    if (utf8 && !key_is_ascii(key))
        return fold_unicode(arena, key);
    while (first < key.len && ascii_lower(key.at[first]) == key.at[first])
        first++;
    if (first == key.len)
        return key;
    char *folded = arena_alloc(arena, key.len + 1);
    for (size_t i = 0; i < key.len; i++)
        folded[i] = ascii_lower(key.at[i]);
    return slice_make(folded, key.len);
}
