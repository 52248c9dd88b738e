#include "analyzer/rebuild/filter_note.h"

#include <stdlib.h>

#include "analyzer/rebuild/gateway.h"
#include "analyzer/rebuild/id_index.h"
#include "analyzer/rebuild/rejoin.h"
#include "base/xalloc.h"

/* A verdict that waits for its message. */
struct note {
    uint64_t id; /* hash */
    int64_t time_us;
    uint32_t filter;      /* in evidence->filters; NONE: it only tells that the mail was dropped */
    uint32_t true_client; /* that the quoted headers name; 0 none */
    sym true_helo;
    uint16_t realm;
    uint8_t kind;           /* enum id_kind */
    bool drop;              /* the filter keeps the mail */
    bool drop_unless_moved; /* MailScanner: what it does not requeue is not delivered */
};

struct note_list {
    struct note *items;
    uint32_t count, capacity;
};

/* A note by the line's queue id, else by its message-id; NULL when it has neither. */
static struct note *note_add(struct rebuild *r, const struct event *event)
{
    struct slice queue_id = event_get(event, FIELD_QUEUE_ID);
    struct slice message_id = event_get(event, FIELD_MESSAGE_ID);
    if (message_id.len > 2 && message_id.at[0] == '<' && message_id.at[message_id.len - 1] == '>')
        message_id = slice_make(message_id.at + 1, message_id.len - 2);
    struct slice id = queue_id.len ? queue_id : message_id;
    if (!id.len)
        return NULL;
    if (!r->filter_notes)
        r->filter_notes = xcalloc(1, sizeof *r->filter_notes);
    struct note_list *list = r->filter_notes;
    GROW(list->items, list->count, list->capacity);
    struct note *note = &list->items[list->count++];
    *note = (struct note){ .id = id_hash(r, id),
                           .time_us = r->now_us,
                           .filter = NONE,
                           .realm = (uint16_t)r->realm,
                           .kind = queue_id.len ? ID_QUEUE : ID_MESSAGE };
    return note;
}

static enum filter_answer answer_of(struct slice word)
{
    static const struct {
        struct slice word;
        enum filter_answer answer;
    } words[] = {
        { SLICE("ham"), FILTER_HAM },     { SLICE("spam"), FILTER_SPAM },
        { SLICE("virus"), FILTER_VIRUS }, { SLICE("skip"), FILTER_SKIPPED },
        { SLICE("error"), FILTER_ERROR },
    };
    for (size_t i = 0; i < COUNT(words); i++)
        if (slice_equal(words[i].word, word))
            return words[i].answer;
    return FILTER_NONE;
}

/* Puts an answer into the store and ties the note to it. */
static void note_answer(struct rebuild *r, struct note *note, const struct event *event,
                        struct slice program, enum filter_answer answer)
{
    struct evidence *e = r->evidence;
    double score = 0, required = 0;
    struct slice text = event_get(event, FIELD_SCORE);
    text = text.at ? text : event_get(event, FIELD_SCORE_INT);
    struct slice tests = event_get(event, FIELD_TESTS);
    tests = tests.at ? tests : event_get(event, FIELD_TEST_SCORES);
    bool scored = text.at && slice_to_double(text, &score);
    bool limited = slice_to_double(event_get(event, FIELD_REQUIRED), &required);
    GROW(e->filters, e->filter_count, e->filter_capacity);
    e->filters[e->filter_count] = (struct filter_verdict){
        .program = intern_add(&e->text, program),
        .tests = intern_add(&e->text, tests),
        .answer = (uint8_t)answer,
        .has_score = scored,
        .has_required = limited,
        .score = (float)score,
        .required = (float)required,
    };
    note->filter = e->filter_count++;
}

/* True when `word` is one of the words of a list in any of the programs' forms. */
static bool list_has(struct slice list, const char *word)
{
    struct slice rest = list, item;
    while (slice_next_word(&rest, ", ;()[]\"", &item))
        if (slice_equal_fold(item, slice_of(word)))
            return true;
    return false;
}

void filter_verdict_line(struct rebuild *r, const struct event *event)
{
    enum filter_answer answer = answer_of(event_get(event, FIELD_VERDICT));
    if (answer == FILTER_NONE && event->kind == EVENT_VIRUS_VERDICT &&
        event_get(event, FIELD_VIRUS).len)
        answer = FILTER_VIRUS;
    /* without a verdict, the tests of one that stands in a line of its own */
    bool tells = answer != FILTER_NONE || event_has(event, FIELD_TESTS);
    struct note *note = tells ? note_add(r, event) : NULL;
    if (event->kind == EVENT_AMAVIS_VERDICT)
        rejoin_filter_line(r, event);
    if (!note)
        return;
    note->drop = list_has(event_get(event, FIELD_ACTION), "drop") ||
                 slice_starts(event_get(event, FIELD_ACTIONS), "Discarded");
    note->drop_unless_moved =
        answer == FILTER_VIRUS && slice_starts(event->line->program, "MailScanner");
    struct slice headers = event_get(event, FIELD_HEADERS);
    if (headers.len)
        note->true_client = gateway_quoted_headers(r, headers, &note->true_helo);
    note_answer(r, note, event, event->line->program, answer);
}

void filter_action_line(struct rebuild *r, const struct event *event)
{
    struct slice actions = event_get(event, FIELD_ACTIONS);
    struct note *note = actions.len ? note_add(r, event) : NULL;
    if (note)
        note->drop_unless_moved = !list_has(actions, "deliver");
}

/* The last part of a folder's path: "INBOX.Junk", "Mail/Spam". */
static struct slice folder_name(struct slice folder)
{
    for (size_t i = folder.len; i-- > 0;)
        if (folder.at[i] == '.' || folder.at[i] == '/')
            return slice_skip(folder, i + 1);
    return folder;
}

static bool is_junk(struct slice folder)
{
    static const struct slice folders[] = {
        SLICE("Junk"),      SLICE("Spam"), SLICE("Junk E-mail"),
        SLICE("Junk Mail"), SLICE("Bulk"), SLICE("Quarantine")
    };
    struct slice name = folder_name(folder);
    for (size_t i = 0; i < COUNT(folders); i++)
        if (slice_equal_fold(name, folders[i]))
            return true;
    return false;
}

void filter_mailbox_line(struct rebuild *r, const struct event *event)
{
    struct slice action = event_get(event, FIELD_ACTION);
    bool is_spam = is_junk(event_get(event, FIELD_FOLDER));
    bool delivered = slice_is(action, "store");
    bool by_user =
        slice_is(action, "copy") || slice_is(action, "save") || slice_is(action, "append");
    bool rescued =
        slice_is(action, "copy") && !is_spam && is_junk(event_get(event, FIELD_OLD_FOLDER));
    if (!(is_spam && (delivered || by_user)) && !rescued)
        return;
    struct note *note = note_add(r, event);
    if (note)
        note_answer(r, note, event, by_user ? slice_of(FILTER_USER) : event->line->program,
                    is_spam ? FILTER_SPAM : FILTER_HAM);
}

void filter_label_line(struct rebuild *r, const struct event *event)
{
    enum filter_answer answer = answer_of(event_get(event, FIELD_LABEL));
    struct note *note = answer == FILTER_NONE ? NULL : note_add(r, event);
    if (note)
        note_answer(r, note, event,
                    event->kind == EVENT_DELIVERY ? slice_of("content_filter") : slice_of("milter"),
                    answer);
}

/* The message that a note is about; NONE when none is known. */
static uint32_t note_message(const struct rebuild *r, const struct id_index *ids,
                             const struct note *note)
{
    uint32_t found = id_index_born_before(ids, r, note->id, note->time_us, note->realm, NONE);
    if (found == NONE) { /* a file with another idea of the time: only one can be meant */
        found = id_index_first(ids, note->id);
        if (found != NONE && ids->next[found])
            found = NONE;
    }
    return found == NONE ? NONE : rejoin_root(r, found);
}

/* Adds a verdict to its message; the same program's same answer is one. Tests without a verdict are
 * those of the program's verdict. */
static void attach(struct evidence *e, uint32_t number, uint32_t filter)
{
    uint32_t *link = &evidence_extra_of(e, &e->messages[number])->filters;
    struct filter_verdict *add = &e->filters[filter];
    bool tests_only = add->answer == FILTER_NONE;
    for (; *link; link = &e->filters[*link - 1].next) {
        struct filter_verdict *has = &e->filters[*link - 1];
        if (has->program != add->program || (has->answer != add->answer && !tests_only))
            continue;
        if (!has->has_score && add->has_score) {
            has->has_score = true;
            has->score = add->score;
            has->has_required = add->has_required;
            has->required = add->required;
        }
        has->tests = has->tests ? has->tests : add->tests;
        return;
    }
    if (!tests_only)
        *link = filter + 1;
}

/* The filter kept the mail: whoever was handed to it only, or waits for it, got nothing. */
static void drop_rows(struct rebuild *r, uint32_t number, const struct note *note)
{
    struct evidence *e = r->evidence;
    if (r->notes[number].marks & MARK_JOINED)
        return;
    for (uint32_t row = e->messages[number].first_row; row; row = r->row_next[row - 1]) {
        struct row *of = &e->rows[row - 1];
        bool waits = note->drop_unless_moved
                         ? of->end_status == END_HELD
                         : of->end_status == END_SENT || of->end_status == END_UNKNOWN;
        if (!waits)
            continue;
        of->end_status = END_DISCARDED;
        e->row_ends[row - 1].time_us = note->time_us;
        if (e->replies[of->logged].verdict == VERDICT_HOLD)
            of->logged = 0; /* on its way through the filter, no verdict */
        e->messages[number].open = false;
    }
}

/* The client behind the gateway, unless the header lines of cleanup told it. */
static void note_true_client(struct evidence *e, struct message *message, const struct note *note)
{
    struct message_extra *extra = evidence_extra_of(e, message);
    if (extra->true_client)
        return;
    extra->true_client = note->true_client;
    extra->true_helo = note->true_helo;
}

static int by_time(const void *a, const void *b)
{
    const struct note *x = a, *y = b;
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    return x->filter < y->filter ? -1 : x->filter > y->filter;
}

/* Ties the notes by one kind of id to their messages: verdicts, or tests without a verdict. */
static void tie_notes(struct rebuild *r, const struct id_index *ids, enum id_kind kind,
                      bool tests_only)
{
    const struct note_list *list = r->filter_notes;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct note *note = &list->items[i];
        bool tests =
            note->filter != NONE && r->evidence->filters[note->filter].answer == FILTER_NONE;
        uint32_t message =
            note->kind == kind && tests == tests_only ? note_message(r, ids, note) : NONE;
        if (message == NONE)
            continue;
        if (note->filter != NONE)
            attach(r->evidence, message, note->filter);
        if (note->true_client)
            note_true_client(r->evidence, &r->evidence->messages[message], note);
        if (note->drop || note->drop_unless_moved)
            drop_rows(r, message, note);
    }
}

void filter_notes_finish(struct rebuild *r)
{
    struct note_list *list = r->filter_notes;
    if (!list)
        return;
    qsort(list->items, list->count, sizeof *list->items, by_time);
    for (int kind = ID_QUEUE; kind <= ID_MESSAGE; kind++) {
        struct id_index ids;
        id_index_build(&ids, r, (enum id_kind)kind);
        tie_notes(r, &ids, (enum id_kind)kind, false);
        tie_notes(r, &ids, (enum id_kind)kind, true);
        id_index_release(&ids);
    }
}

void filter_notes_free(struct rebuild *r)
{
    if (!r->filter_notes)
        return;
    free(r->filter_notes->items);
    free(r->filter_notes);
    r->filter_notes = NULL;
}
