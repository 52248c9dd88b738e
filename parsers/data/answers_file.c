#include "parsers/data/answers_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/intern.h"
#include "base/line_file.h"
#include "base/xalloc.h"

enum { LINE_LIMIT = 1 << 16, KEY_LIMIT = 1 << 16, SERVICE_FIELDS = 4, ANY_FIELDS = 16 };

/* Keys are texts that cannot collide: a letter, then the parts with a NUL behind each. */
struct answers_file {
    struct arena arena;
    struct intern keys;
    struct slice *values; /* by key number; "no text": the table has no such key */
    uint32_t count, capacity;
};

static const char *const service_fields[SERVICE_FIELDS] = { "client_address", "helo_name", "sender",
                                                            "recipient" };

struct answers_file *answers_file_new(void)
{
    struct answers_file *answers = xcalloc(1, sizeof *answers);
    arena_init(&answers->arena);
    intern_init(&answers->keys);
    return answers;
}

void answers_file_free(struct answers_file *answers)
{
    if (!answers)
        return;
    arena_release(&answers->arena);
    intern_release(&answers->keys);
    free(answers->values);
    free(answers);
}

static void add_part(struct buffer *key, struct slice part, bool fold)
{
    for (size_t i = 0; i < part.len; i++)
        buffer_add_byte(key, fold ? ascii_lower(part.at[i]) : part.at[i]);
    buffer_add_byte(key, '\0');
}

static void store(struct answers_file *answers, const struct buffer *key, struct slice value)
{
    sym number = intern_add(&answers->keys, buffer_slice(key));

    while (answers->count <= number) {
        GROW(answers->values, answers->count, answers->capacity);
        answers->values[answers->count++] = slice_make(NULL, 0);
    }
    answers->values[number] = value.at ? arena_copy(&answers->arena, value) : value;
}

static enum answer_found find(const struct answers_file *answers, const struct buffer *key,
                              struct slice *value)
{
    sym number = intern_find(&answers->keys, buffer_slice(key));

    if (number == SYM_NONE || number >= answers->count)
        return ANSWER_NOT_RECORDED;
    *value = answers->values[number];
    return value->at ? ANSWER_RECORDED : ANSWER_ABSENT;
}

static struct slice string_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return slice_make(NULL, 0);
    return slice_make(json_string_value(value), json_string_length(value));
}

static void table_key(struct buffer *key, struct slice table, struct slice entry)
{
    buffer_clear(key);
    buffer_add_byte(key, 't');
    add_part(key, table, false);
    add_part(key, entry, true);
}

static bool add_table(struct answers_file *answers, const json_t *object, struct buffer *key)
{
    struct slice table = string_of(object, "table"), entry = string_of(object, "key");
    const json_t *result = json_object_get(object, "result");

    if (!table.at || !entry.at || !result || (!json_is_null(result) && !json_is_string(result)))
        return false;
    table_key(key, table, entry);
    store(answers, key, string_of(object, "result"));
    return true;
}

/* mask: which of the fields the key tells. */
static void service_key(struct buffer *key, struct slice service, unsigned mask,
                        const struct slice fields[SERVICE_FIELDS])
{
    buffer_clear(key);
    buffer_add_byte(key, 's');
    add_part(key, service, false);
    buffer_add_byte(key, (char)('A' + (char)mask));
    for (unsigned i = 0; i < SERVICE_FIELDS; i++)
        if (mask & (1U << i))
            add_part(key, fields[i], true);
}

static bool add_service(struct answers_file *answers, const json_t *object, struct buffer *key)
{
    struct slice action = string_of(object, "action"), fields[SERVICE_FIELDS];
    unsigned mask = 0;

    if (!action.at)
        return false;
    for (unsigned i = 0; i < SERVICE_FIELDS; i++) {
        fields[i] = string_of(object, service_fields[i]);
        mask |= fields[i].at ? 1U << i : 0;
    }
    service_key(key, string_of(object, "service"), mask, fields);
    store(answers, key, action);
    return true;
}

static bool add_verify(struct answers_file *answers, const json_t *object, struct buffer *key)
{
    static const char *const words[] = { "deliverable", "undeliverable", "deferred", "failure" };
    struct slice status = string_of(object, "status");

    for (size_t i = 0; i < COUNT(words); i++) {
        if (!slice_is(status, words[i]))
            continue;
        buffer_clear(key);
        buffer_add_byte(key, 'v');
        add_part(key, string_of(object, "verify"), true);
        store(answers, key, status);
        return true;
    }
    return false;
}

bool answers_file_add_line(struct answers_file *answers, struct slice line)
{
    json_error_t error;
    json_t *object = json_loadb(line.at, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    struct buffer key;
    bool good = false;

    buffer_init(&key, KEY_LIMIT);
    if (string_of(object, "table").at)
        good = add_table(answers, object, &key);
    else if (string_of(object, "service").at)
        good = add_service(answers, object, &key);
    else if (string_of(object, "verify").at)
        good = add_verify(answers, object, &key);
    buffer_release(&key);
    json_decref(object);
    return good;
}

bool answers_file_read(struct answers_file *answers, const char *path, struct diagnostics *notes,
                       struct fault *fault)
{
    struct line_file file;
    struct slice line;
    uint64_t good = 0, broken = 0;

    if (!line_file_open(&file, path, "the answers", LINE_LIMIT, fault))
        return false;
    while (line_file_next(&file, &line)) {
        struct slice text = slice_trim(line);
        bool is_answer = text.len && !file.is_cut && answers_file_add_line(answers, text);
        good += is_answer;
        broken += (text.len || file.is_cut) && !is_answer;
    }
    if (!line_file_close(&file, fault))
        return false;
    if (broken && notes)
        diagnostics_add(notes, broken, "answers_line", "%s: lines that are no answer", path);
    if (broken && !good)
        return fault_set(fault, FAULT_INPUT, path, 1,
                         "no line is an answer; give JSON lines with table, key and result, with "
                         "service and action, or with verify and status");
    return true;
}

enum answer_found answers_file_table(const struct answers_file *answers, struct slice table,
                                     struct slice key, struct slice *result)
{
    enum answer_found found = ANSWER_NOT_RECORDED;
    struct buffer text;

    if (!answers)
        return found;
    buffer_init(&text, KEY_LIMIT);
    table_key(&text, table, key);
    found = find(answers, &text, result);
    if (found == ANSWER_NOT_RECORDED) {
        table_key(&text, table, slice_of("*"));
        found = find(answers, &text, result);
    }
    buffer_release(&text);
    return found;
}

static unsigned bits(unsigned mask)
{
    return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1) + (mask >> 3 & 1);
}

enum answer_found answers_file_service(const struct answers_file *answers,
                                       const struct answer_request *request, struct slice *action)
{
    const struct slice fields[SERVICE_FIELDS] = { request->client_address, request->helo_name,
                                                  request->sender, request->recipient };
    enum answer_found found = ANSWER_NOT_RECORDED;
    struct buffer key;

    if (!answers)
        return found;
    buffer_init(&key, KEY_LIMIT);
    for (unsigned told = SERVICE_FIELDS + 1; told-- > 0 && found == ANSWER_NOT_RECORDED;) {
        for (unsigned mask = ANY_FIELDS; mask-- > 0 && found == ANSWER_NOT_RECORDED;) {
            if (bits(mask) != told)
                continue;
            service_key(&key, request->service, mask, fields);
            found = find(answers, &key, action);
        }
    }
    buffer_release(&key);
    return found;
}

enum answer_found answers_file_verify(const struct answers_file *answers, struct slice address,
                                      struct slice *status)
{
    enum answer_found found = ANSWER_NOT_RECORDED;
    struct buffer key;

    if (!answers)
        return found;
    buffer_init(&key, KEY_LIMIT);
    buffer_add_byte(&key, 'v');
    add_part(&key, address, true);
    found = find(answers, &key, status);
    buffer_release(&key);
    return found;
}
