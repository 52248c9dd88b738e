#include "parsers/lines/shape_account.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "parsers/lines/line_slots.h"
#include "parsers/lines/queue_id.h"

void shape_account_init(struct shape_account *account)
{
    *account = (struct shape_account){ 0 };
    intern_init(&account->forms);
}

void shape_account_release(struct shape_account *account)
{
    intern_release(&account->forms);
    free(account->rows);
    free(account->row_of);
}

/* --- masks ------------------------------------------------------------------------------------- */

static bool is_word_byte(char c)
{
    return ascii_is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '@' ||
           c == '/' || c == '+' || (unsigned char)c >= 0x80;
}

/* What stands for a word that holds digits. */
static const char *word_mask(struct slice word)
{
    size_t digits = 0, dots = 0, colons = 0, letters = 0;
    for (size_t i = 0; i < word.len; i++) {
        digits += ascii_is_digit(word.at[i]);
        dots += word.at[i] == '.';
        colons += word.at[i] == ':';
        letters += ascii_is_alnum(word.at[i]) && !ascii_is_digit(word.at[i]);
    }
    if (slice_index(word, '@') < word.len)
        return "A";
    if (queue_id_is_valid(word))
        return "ID";
    if (digits == 0)
        return NULL;
    if (letters == 0)
        return dots == 3 ? "A" : "N";
    return colons > 1 || dots ? "A" : "ID";
}

struct slice shape_mask(struct slice text, char *out)
{
    size_t len = 0, at = 0;
    while (at < text.len && len + 8 < SHAPE_MASK_MAX) {
        size_t from = at;
        while (at < text.len && is_word_byte(text.at[at]))
            at++;
        struct slice word = slice_make(text.at + from, at - from);
        size_t colon = word.len && word.at[word.len - 1] == ':';
        word.len -= colon;
        const char *mask = word.len ? word_mask(word) : NULL;
        struct slice put = mask ? slice_of(mask) : word;
        if (put.len > SHAPE_MASK_MAX - 4 - len)
            put.len = SHAPE_MASK_MAX - 4 - len;
        if (put.len)
            memcpy(out + len, put.at, put.len);
        len += put.len;
        if (colon && len < SHAPE_MASK_MAX)
            out[len++] = ':';
        else if (word.len == 0 && !colon)
            out[len++] = text.at[at++];
    }
    return slice_make(out, len);
}

/* --- counting ---------------------------------------------------------------------------------- */

static struct shape_count *row_of(struct shape_account *account, struct slice key)
{
    sym form = intern_add(&account->forms, key);
    if (form >= account->mapped) {
        uint32_t mapped = form * 2 + 64;
        account->row_of = xrealloc_array(account->row_of, mapped, sizeof *account->row_of);
        memset(account->row_of + account->mapped, 0,
               (mapped - account->mapped) * sizeof *account->row_of);
        account->mapped = mapped;
    }
    if (account->row_of[form] == 0) {
        GROW(account->rows, account->count, account->capacity);
        account->rows[account->count++] = (struct shape_count){ 0 };
        account->row_of[form] = account->count;
    }
    return &account->rows[account->row_of[form] - 1];
}

/* Writes "class program NUL form" into key. */
static struct slice make_key(enum line_class line_class, struct slice program, struct slice form,
                             char *key)
{
    size_t len = 0;
    key[len++] = (char)('0' + line_class);
    if (program.len)
        memcpy(key + len, program.at, program.len);
    len += program.len;
    key[len++] = '\0';
    if (form.len)
        memcpy(key + len, form.at, form.len);
    return slice_make(key, len + form.len);
}

void shape_account_add(struct shape_account *account, enum line_class line_class,
                       const struct log_line *line, struct slice form)
{
    char bytes[SHAPE_MASK_MAX + SHAPE_PROGRAM_MAX + 2];
    struct slice program = slice_head(line->program, SHAPE_PROGRAM_MAX);
    form = slice_head(form, SHAPE_MASK_MAX);
    struct slice key = make_key(line_class, program, form, bytes);
    if (account->count >= SHAPE_ACCOUNT_MAX && !intern_find(&account->forms, key)) {
        program = (struct slice)SLICE("");
        form = (struct slice)SLICE("(other forms)");
        key = make_key(line_class, program, form, bytes);
    }
    struct shape_count *row = row_of(account, key);
    if (row->count++)
        return;
    struct intern *texts = &account->forms;
    row->line_class = line_class;
    row->program = intern_text(texts, intern_add(texts, program));
    row->shape = intern_text(texts, intern_add(texts, form));
    row->example = arena_copy(&texts->bytes, slice_head(line->raw, SHAPE_EXAMPLE_MAX));
    row->file = line->file;
    row->line = line->number;
}
