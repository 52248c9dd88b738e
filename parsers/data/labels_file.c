#include "parsers/data/labels_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "base/line_file.h"
#include "base/xalloc.h"

enum { LINE_LIMIT = 1 << 16, FIELD_LIMIT = 4096, COLUMNS_MAX = 32 };

/* What a column or a JSON key means to us. */
enum label_field {
    LABEL_QUEUE_ID,
    LABEL_MESSAGE_ID,
    LABEL_RECIPIENT,
    LABEL_SOURCE,
    LABEL_HAM,
    LABEL_FIELDS
};
static const char *const field_names[LABEL_FIELDS] = { "queue_id", "message_id", "recipient",
                                                       "source", "ham" };

struct label_entry {
    struct given_label label;
    uint32_t next_by_queue, next_by_message; /* index + 1 of an earlier entry of the same id */
};

struct labels_file {
    struct arena arena;
    struct intern queue_ids, message_ids;
    uint32_t *by_queue, *by_message; /* by sym: index + 1 of the last entry */
    uint32_t by_queue_capacity, by_message_capacity;
    struct label_entry *entries;
    uint32_t count, capacity;
    bool head_seen, is_csv;
    int columns[COLUMNS_MAX]; /* enum label_field, -1 for a column we ignore */
    size_t column_count;
};

struct labels_file *labels_file_new(void)
{
    struct labels_file *labels = xcalloc(1, sizeof *labels);
    arena_init(&labels->arena);
    intern_init(&labels->queue_ids);
    intern_init(&labels->message_ids);
    return labels;
}

void labels_file_free(struct labels_file *labels)
{
    if (!labels)
        return;
    arena_release(&labels->arena);
    intern_release(&labels->queue_ids);
    intern_release(&labels->message_ids);
    free(labels->by_queue);
    free(labels->by_message);
    free(labels->entries);
    free(labels);
}

/* Puts entry number `entry` at the head of its id's chain; gives the former head. */
static uint32_t chain(sym id, uint32_t entry, uint32_t **heads, uint32_t *capacity)
{
    while (id >= *capacity) {
        uint32_t more = *capacity ? *capacity * 2 : 1024;
        *heads = xrealloc_array(*heads, more, sizeof **heads);
        memset(*heads + *capacity, 0, (more - *capacity) * sizeof **heads);
        *capacity = more;
    }
    uint32_t former = (*heads)[id];
    (*heads)[id] = entry + 1;
    return former;
}

static struct slice without_brackets(struct slice id)
{
    if (id.len >= 2 && id.at[0] == '<' && id.at[id.len - 1] == '>')
        return slice_make(id.at + 1, id.len - 2);
    return id;
}

/* Checks and books a judgement. Texts are borrowed and copied here. */
static bool add(struct labels_file *labels, const struct slice text[LABEL_FIELDS], double ham)
{
    struct slice queue_id = text[LABEL_QUEUE_ID];
    struct slice message_id = without_brackets(text[LABEL_MESSAGE_ID]);
    if (!(ham >= 0 && ham <= 1) || (slice_is_empty(queue_id) && slice_is_empty(message_id)))
        return false;
    struct label_entry entry = { .label.ham = ham };
    if (labels->count == GIVEN_LABEL_NONE - 1)
        return false;
    if (!slice_is_empty(queue_id)) {
        sym id = intern_add(&labels->queue_ids, queue_id);
        entry.label.queue_id = intern_text(&labels->queue_ids, id);
        entry.next_by_queue =
            chain(id, labels->count, &labels->by_queue, &labels->by_queue_capacity);
    }
    if (!slice_is_empty(message_id)) {
        sym id = intern_add(&labels->message_ids, message_id);
        entry.label.message_id = intern_text(&labels->message_ids, id);
        entry.next_by_message =
            chain(id, labels->count, &labels->by_message, &labels->by_message_capacity);
    }
    if (!slice_is_empty(text[LABEL_RECIPIENT]))
        entry.label.recipient = arena_copy(&labels->arena, text[LABEL_RECIPIENT]);
    entry.label.source = slice_is_empty(text[LABEL_SOURCE])
                             ? slice_of("labels")
                             : arena_copy(&labels->arena, text[LABEL_SOURCE]);
    GROW(labels->entries, labels->count, labels->capacity);
    labels->entries[labels->count++] = entry;
    return true;
}

static bool add_json(struct labels_file *labels, struct slice line)
{
    json_error_t error;
    json_t *object = json_loadb(line.at, line.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    struct slice text[LABEL_FIELDS] = { 0 };
    bool good = json_is_object(object);
    for (int i = 0; good && i < LABEL_HAM; i++) {
        const json_t *value = json_object_get(object, field_names[i]);
        if (json_is_string(value))
            text[i] = slice_make(json_string_value(value), json_string_length(value));
        else if (value && !json_is_null(value))
            good = false;
    }
    const json_t *ham = json_object_get(object, field_names[LABEL_HAM]);
    if (good && json_is_null(ham)) { /* an audit list: not judged yet */
        json_decref(object);
        return true;
    }
    double value = json_is_true(ham) ? 1 : json_is_false(ham) ? 0 : json_number_value(ham);
    good = good && (json_is_number(ham) || json_is_boolean(ham)) && add(labels, text, value);
    json_decref(object);
    return good;
}

/* Cuts the next CSV field off *rest (RFC 4180; a record is one line). Quoted text is unquoted into
 * out. False on a broken quote or a field that is too long. *more: another field follows. */
static bool csv_field(struct slice *rest, char out[FIELD_LIMIT], struct slice *field, bool *more)
{
    if (rest->len == 0 || rest->at[0] != '"') {
        size_t len = slice_index(*rest, ',');
        *field = slice_trim(slice_head(*rest, len));
        *more = len < rest->len;
        *rest = slice_skip(*rest, len + 1);
        return true;
    }
    size_t len = 0, i = 1;
    bool closed = false;
    while (i < rest->len && !closed) {
        char byte = rest->at[i++];
        bool doubled = byte == '"' && i < rest->len && rest->at[i] == '"';
        closed = byte == '"' && !doubled;
        i += doubled;
        if (!closed && len == FIELD_LIMIT)
            return false;
        if (!closed)
            out[len++] = byte;
    }
    if (!closed || (i < rest->len && rest->at[i] != ','))
        return false;
    *field = slice_make(out, len);
    *more = i < rest->len;
    *rest = slice_skip(*rest, i + 1);
    return true;
}

/* The head of a CSV file: which column is what. */
static bool add_head(struct labels_file *labels, struct slice line)
{
    char unquoted[FIELD_LIMIT];
    bool more = true, has_id = false, has_ham = false;
    labels->column_count = 0;
    while (more && labels->column_count < COLUMNS_MAX) {
        struct slice name;
        if (!csv_field(&line, unquoted, &name, &more))
            return false;
        int column = -1;
        for (int i = 0; i < LABEL_FIELDS; i++)
            if (slice_equal_fold(name, slice_of(field_names[i])))
                column = i;
        has_id = has_id || column == LABEL_QUEUE_ID || column == LABEL_MESSAGE_ID;
        has_ham = has_ham || column == LABEL_HAM;
        labels->columns[labels->column_count++] = column;
    }
    return has_id && has_ham;
}

static bool add_csv(struct labels_file *labels, struct slice line)
{
    char unquoted[LABEL_FIELDS + 1][FIELD_LIMIT];
    struct slice text[LABEL_FIELDS] = { 0 };
    bool more = true;
    for (size_t i = 0; more && i < labels->column_count; i++) {
        int column = labels->columns[i];
        struct slice field;
        if (!csv_field(&line, unquoted[column < 0 ? LABEL_FIELDS : column], &field, &more))
            return false;
        if (column >= 0)
            text[column] = field;
    }
    double ham;
    return slice_to_double(slice_trim(text[LABEL_HAM]), &ham) && add(labels, text, ham);
}

bool labels_file_add_line(struct labels_file *labels, struct slice line)
{
    if (!labels->head_seen && slice_starts(line, "\xef\xbb\xbf"))
        line = slice_skip(line, 3); /* a spreadsheet's byte order mark */
    line = slice_trim(line);
    if (!labels->head_seen) {
        labels->head_seen = true;
        labels->is_csv = !slice_starts(line, "{");
        if (labels->is_csv)
            return add_head(labels, line);
    }
    return labels->is_csv ? add_csv(labels, line) : add_json(labels, line);
}

bool labels_file_read(struct labels_file *labels, const char *path, struct diagnostics *notes,
                      struct fault *fault)
{
    struct line_file file;
    struct slice line;
    uint64_t broken = 0;
    uint32_t before = labels->count;
    if (!line_file_open(&file, path, "the labels", LINE_LIMIT, fault))
        return false;
    labels->head_seen = false;
    while (line_file_next(&file, &line)) {
        bool is_blank = slice_is_empty(slice_trim(line));
        if (!file.is_cut && (is_blank || labels_file_add_line(labels, line)))
            continue;
        broken++;
        if (notes)
            diagnostics_add(notes, 1, "labels_line", "%s: lines that are no label", path);
    }
    if (!line_file_close(&file, fault))
        return false;
    if (broken && labels->count == before)
        return fault_set(fault, FAULT_INPUT, path, 1,
                         "no line is a label; give JSON lines or CSV with a head line, with "
                         "queue_id or message_id, and ham between 0 and 1");
    return true;
}

/* The last judgement in a chain for exactly this recipient (or for all), 0 or index + 1. */
static uint32_t search(const struct labels_file *labels, uint32_t head, bool by_queue,
                       struct slice recipient)
{
    uint32_t i = head;
    while (i) {
        const struct label_entry *entry = &labels->entries[i - 1];
        if (entry->label.recipient.at
                ? recipient.at && slice_equal_fold(entry->label.recipient, recipient)
                : !recipient.at)
            break;
        i = by_queue ? entry->next_by_queue : entry->next_by_message;
    }
    return i;
}

uint32_t labels_file_find(const struct labels_file *labels, struct slice queue_id,
                          struct slice message_id, struct slice recipient)
{
    if (!labels)
        return GIVEN_LABEL_NONE;
    sym queue = slice_is_empty(queue_id) ? SYM_NONE : intern_find(&labels->queue_ids, queue_id);
    sym mail =
        slice_is_empty(message_id) ? SYM_NONE : intern_find(&labels->message_ids, message_id);
    uint32_t by_queue = queue ? labels->by_queue[queue] : 0;
    uint32_t by_mail = mail ? labels->by_message[mail] : 0;
    struct slice any = { NULL, 0 };
    uint32_t found = recipient.at ? search(labels, by_queue, true, recipient) : 0;
    if (!found && recipient.at)
        found = search(labels, by_mail, false, recipient);
    if (!found)
        found = search(labels, by_queue, true, any);
    if (!found)
        found = search(labels, by_mail, false, any);
    return found ? found - 1 : GIVEN_LABEL_NONE;
}

const struct given_label *labels_file_get(const struct labels_file *labels, uint32_t number)
{
    return &labels->entries[number].label;
}

uint32_t labels_file_count(const struct labels_file *labels)
{
    return labels ? labels->count : 0;
}
