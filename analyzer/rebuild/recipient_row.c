#include "analyzer/rebuild/recipient_row.h"

#include "base/text_hash.h"
#include "base/xalloc.h"

enum { FEW_ROWS = 64 }; /* of a mail, that are walked; more are looked up in r->recipients */

/* The next byte of a local part without its quoting. */
static bool unquoted_next(struct slice *rest, char *byte)
{
    while (rest->len && (*rest->at == '"' || *rest->at == '\\'))
        *rest = slice_skip(*rest, 1);
    if (!rest->len)
        return false;
    *byte = ascii_lower(*rest->at);
    *rest = slice_skip(*rest, 1);
    return true;
}

bool address_equal(struct slice a, struct slice b)
{
    if (a.len == b.len)
        return memcmp(a.at, b.at, a.len) == 0 || slice_equal_fold(a, b);
    if (!a.len || !b.len || (*a.at != '"' && *b.at != '"'))
        return false;
    for (;;) {
        char x = 0, y = 0;
        bool more_a = unquoted_next(&a, &x), more_b = unquoted_next(&b, &y);
        if (more_a != more_b || x != y)
            return false;
        if (!more_a)
            return true;
    }
}

static bool row_is(const struct rebuild *r, uint32_t row, struct slice recipient)
{
    const struct row *of = &r->evidence->rows[row];
    return of->recipient &&
           address_equal(intern_text(&r->evidence->recipients, of->recipient), recipient);
}

/* A recipient of a mail as a number: the same for all that address_equal() holds for the same. */
static uint64_t recipient_key(const struct rebuild *r, const struct mail *mail,
                              struct slice recipient)
{
    uint64_t key = r->seed + mail->message;
    char plain[128];
    for (size_t len = 0;;) {
        bool more = unquoted_next(&recipient, &plain[len]);
        len += more;
        if (more && len < sizeof plain)
            continue;
        key = text_hash(slice_make(plain, len), key);
        if (!more)
            return key;
        len = 0;
    }
}

/* The mail has `count` more rows at the front or the end of its chain, the first of them `row` (+ 1). */
static void rows_count(struct rebuild *r, struct mail *mail, uint32_t row, uint32_t count)
{
    mail->row_count += count;
    if (mail->row_count <= FEW_ROWS)
        return;
    if (mail->row_count - count <= FEW_ROWS) { /* none is known yet */
        row = mail->first_row;
        count = mail->row_count;
    }
    for (; count; count--, row = r->row_next[row - 1]) {
        sym recipient = r->evidence->rows[row - 1].recipient;
        if (recipient)
            hash_map_set(&r->recipients,
                         recipient_key(r, mail, intern_text(&r->evidence->recipients, recipient)),
                         row - 1);
    }
}

uint32_t row_find(const struct rebuild *r, struct mail *mail, struct slice recipient)
{
    if (!mail->first_row)
        return NONE;
    if (mail->row_count > FEW_ROWS) {
        uint32_t found = hash_map_find(&r->recipients, recipient_key(r, mail, recipient));
        if (found == HASH_MAP_NONE)
            return NONE;
        if (r->evidence->rows[found].message == mail->message && row_is(r, found, recipient)) {
            mail->hint = found + 1;
            return found;
        }
    }
    /* Deliveries come in the order of recipients: begin behind the last one asked for. */
    uint32_t begin = mail->hint ? mail->hint : mail->first_row;
    uint32_t row = begin;
    do {
        if (row_is(r, row - 1, recipient)) {
            mail->hint = row;
            return row - 1;
        }
        row = r->row_next[row - 1] ? r->row_next[row - 1] : mail->first_row;
    } while (row != begin);
    return NONE;
}

/* The recipient's number; that of none when he is not known. */
static inline sym number_of(struct evidence *e, const struct intern_key *recipient)
{
    return recipient ? intern_add_key(&e->recipients, recipient) : SYM_NONE;
}

uint32_t row_add(struct rebuild *r, struct mail *mail, const struct intern_key *recipient,
                 enum evidence_origin origin, int64_t time_us)
{
    struct evidence *e = r->evidence;
    uint32_t number = evidence_add_row(e);
    if (r->row_next_capacity < e->row_capacity) {
        r->row_next_capacity = e->row_capacity;
        r->row_next = xrealloc_array(r->row_next, r->row_next_capacity, sizeof *r->row_next);
    }
    e->rows[number] = (struct row){ .time_us = time_us,
                                    .message = mail->message,
                                    .recipient = number_of(e, recipient),
                                    .recipient_origin = (uint8_t)origin };
    r->row_next[number] = 0;
    if (mail->last_row)
        r->row_next[mail->last_row - 1] = number + 1;
    else
        mail->first_row = number + 1;
    mail->last_row = mail->hint = number + 1;
    rows_count(r, mail, number + 1, 1);
    e->books.named++;
    struct session_state *state = mail_session(r, mail);
    if (state)
        state->rows++;
    return number;
}

uint32_t row_named(struct rebuild *r, struct mail *mail, const struct intern_key *recipient,
                   enum evidence_origin origin, int64_t time_us)
{
    uint32_t number = row_find(r, mail, recipient->text);
    if (number == NONE)
        return row_add(r, mail, recipient, origin, time_us);
    struct row *row = &r->evidence->rows[number];
    if (origin_rank(origin) > origin_rank((enum evidence_origin)row->recipient_origin)) {
        row->recipient = number_of(r->evidence, recipient);
        row->recipient_origin = (uint8_t)origin;
        row->time_us = time_us;
    }
    return number;
}

bool row_set_end(struct rebuild *r, uint32_t number, enum end_status status, int64_t time_us)
{
    struct row *row = &r->evidence->rows[number];
    struct row_end *end = &r->evidence->row_ends[number];
    if (row->end_status == END_SENT && status != END_SENT)
        return false;
    /* whoever got a final answer is not tried again: lines of one second out of order */
    bool final = row->end_status != END_UNKNOWN && row->end_status != END_DEFERRED &&
                 row->end_status != END_HELD;
    if (final && status == END_DEFERRED &&
        (row->end_status == END_EXPIRED || time_us <= end->time_us))
        return false;
    row->end_status = (uint8_t)status;
    end->time_us = time_us;
    return true;
}

void row_forget_end(struct rebuild *r, uint32_t row)
{
    r->evidence->rows[row].end_status = END_UNKNOWN;
    r->evidence->row_ends[row].time_us = TIME_NONE;
}

void rows_refuse(struct rebuild *r, struct mail *mail, uint32_t reply)
{
    if (!mail->first_row)
        row_add(r, mail, NULL, ORIGIN_UNKNOWN, mail_message(r, mail)->time_us);
    for (uint32_t row = mail->first_row; row; row = r->row_next[row - 1]) {
        if (row_is_refused(r, row - 1))
            continue;
        r->evidence->rows[row - 1].logged = reply;
        row_set_end(r, row - 1, END_REJECTED, r->now_us);
    }
}

/* Row `number` of another mail names the same recipient as `into`: the client's own words count, and
 * what was answered to them. */
static void row_take_over(struct rebuild *r, uint32_t into, uint32_t number)
{
    struct row *row = &r->evidence->rows[into];
    const struct row *from = &r->evidence->rows[number];
    if (origin_rank((enum evidence_origin)from->recipient_origin) <=
        origin_rank((enum evidence_origin)row->recipient_origin))
        return;
    row->recipient = from->recipient;
    row->recipient_origin = from->recipient_origin;
    row->time_us = from->time_us;
    row->logged = row->logged ? row->logged : from->logged;
}

void rows_prepend(struct rebuild *r, struct mail *mail, struct mail *from)
{
    struct evidence *e = r->evidence;
    uint32_t first = 0, last = 0, count = 0, next;
    for (uint32_t row = from->first_row; row; row = next) {
        next = r->row_next[row - 1];
        sym recipient = e->rows[row - 1].recipient;
        uint32_t known =
            recipient ? row_find(r, mail, intern_text(&e->recipients, recipient)) : NONE;
        if (known != NONE) {
            row_take_over(r, known, row - 1);
            continue;
        }
        e->rows[row - 1].message = mail->message;
        *(last ? &r->row_next[last - 1] : &first) = row;
        last = row;
        count++;
    }
    if (last) {
        r->row_next[last - 1] = mail->first_row;
        mail->first_row = first;
        mail->last_row = mail->last_row ? mail->last_row : last;
        rows_count(r, mail, first, count);
    }
    from->first_row = from->last_row = from->hint = from->row_count = 0;
}

bool rows_contradict(const struct rebuild *r, struct mail *mail, struct mail *other)
{
    for (uint32_t row = other->first_row; row; row = r->row_next[row - 1]) {
        sym recipient = r->evidence->rows[row - 1].recipient;
        if (recipient && row_is_refused(r, row - 1) &&
            row_find(r, mail, intern_text(&r->evidence->recipients, recipient)) != NONE)
            return true;
    }
    return false;
}
