#include "reports/explain_text.h"
#include "analyzer/results_explain.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum { DOCUMENT_LIMIT = 1 << 26, DEFAULT_WIDTH = 80, ANSWER_WIDTH = 29, CLEAN_LIMIT = 1 << 16 };

struct page {
    struct buffer out;
    const struct results *results;
    const struct report_context *context;
    struct arena *arena; /* of the message or recipient at hand */
};

/* ---- words on a page ---- */

static void add(struct page *page, const char *text)
{
    buffer_add_text(&page->out, text);
}

static void add_foreign(struct page *page, struct slice text)
{
    escape_terminal(&page->out, text, page->context->ascii);
}

static void add_heading(struct page *page, int indent, const char *heading)
{
    buffer_format(&page->out, "\n%*s%s%s%s\n", indent, "", page->context->color ? "\033[1m" : "",
                  heading, page->context->color ? "\033[0m" : "");
}

/* Escaped text in lines of the page's width behind `indent` blanks. */
static void add_wrapped(struct page *page, struct slice text, size_t indent)
{
    struct buffer clean;
    buffer_init(&clean, CLEAN_LIMIT);
    escape_terminal(&clean, text, page->context->ascii);
    struct slice rest = buffer_slice(&clean), word;
    size_t width = page->context->width ? page->context->width : DEFAULT_WIDTH, column = 0;
    while (slice_next_word(&rest, " ", &word)) {
        if (column > indent && column + 1 + word.len > width) {
            add(page, "\n");
            column = 0;
        }
        buffer_format(&page->out, "%*s", column ? 1 : (int)indent, "");
        column += column ? 1 : indent;
        buffer_add_slice(&page->out, word);
        column += word.len;
    }
    if (column)
        add(page, "\n");
    buffer_release(&clean);
}

/* ---- the message ---- */

static void add_lines(struct page *page, size_t index)
{
    struct buffer raw;
    uint64_t count = 0;
    add_heading(page, 2, "Time line");
    buffer_init(&raw, EXPLAIN_RAW_MAX);
    if (!results_raw_lines(page->results, index, &raw))
        add(page, "    the log cannot be read again\n");
    struct slice rest = buffer_slice(&raw);
    while (rest.len) {
        size_t len = slice_index(rest, '\n');
        if (count++ < EXPLAIN_LINES_MAX) {
            add(page, "    ");
            add_foreign(page, slice_head(rest, len));
            add(page, "\n");
        }
        rest = slice_skip(rest, len + 1);
    }
    if (count > EXPLAIN_LINES_MAX)
        buffer_format(&page->out, "    ... and %" PRIu64 " more lines\n",
                      count - EXPLAIN_LINES_MAX);
    buffer_release(&raw);
}

static void add_evidence(struct page *page, size_t index)
{
    size_t count;
    const struct results_cell *cells = results_cells(page->results, index, page->arena, &count);
    add_heading(page, 2, "Evidence");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(cells[i].name, "recipient") == 0)
            continue; /* each has its own */
        buffer_format(&page->out, "    %-20s %-18s ", cells[i].name, cells[i].origin);
        if (cells[i].value.len)
            add_foreign(page, cells[i].value);
        else
            add(page, cells[i].value.at ? "(none)" : "?");
        add(page, "\n");
        if (cells[i].why.at)
            add_wrapped(page, cells[i].why, 25);
    }
}

static void add_message_head(struct page *page, const struct results_row *row)
{
    add(page, page->context->color ? "\n\033[1mMessage " : "\nMessage ");
    add_foreign(page, row->queue_id.at ? row->queue_id : slice_of("NOQUEUE"));
    add(page, page->context->color ? "\033[0m" : "");
    if (row->message_id.at) {
        add(page, "  message-id <");
        add_foreign(page, row->message_id);
        add(page, ">");
    }
    add(page, "\n");
    if (row->session) {
        buffer_format(&page->out, "  session %" PRIu64 ", ", row->session);
        add_foreign(page, row->service);
        add(page, " on ");
        add_foreign(page, row->host);
        add(page, "\n");
    }
    for (size_t i = 1; i < row->hop_count; i++) {
        add(page, i == 1 ? "  again as " : ", ");
        add_foreign(page, row->hops[i]);
    }
    add(page, row->hop_count > 1 ? "\n" : "");
    for (size_t i = 0; i < row->filter_count; i++) {
        add(page, "  filter ");
        add_foreign(page, row->filters[i].program);
        buffer_format(&page->out, ": %s", row->filters[i].verdict);
        if (!isnan(row->filters[i].score))
            buffer_format(&page->out, " (%g)", row->filters[i].score);
        add(page, "\n");
    }
}

/* ---- verdicts ---- */

static void add_decision(struct page *page, const char *side,
                         const struct results_decision *decision, bool from_log)
{
    buffer_format(&page->out, "    %-10s %s", side, decision->verdict_name);
    if (decision->code)
        buffer_format(&page->out, " %u", decision->code);
    if (decision->dsn) {
        add(page, " ");
        add_foreign(page, slice_of(decision->dsn));
    }
    if (decision->restriction) {
        add(page, " by ");
        add_foreign(page, slice_of(decision->restriction));
    }
    if (decision->argument) {
        add(page, " ");
        add_foreign(page, slice_of(decision->argument));
    }
    if (decision->list)
        buffer_format(&page->out, " in %s", decision->list);
    if (decision->stage && decision->code)
        buffer_format(&page->out, ", at %s", decision->stage);
    add(page, from_log ? ", as in the log\n" : "\n");
    for (size_t i = 0; i < decision->need_count; i++) {
        add(page, i ? ", " : "               needs ");
        add_foreign(page, decision->needs[i]);
    }
    add(page, decision->need_count ? "\n" : "");
    if (decision->text.at && !from_log)
        add_wrapped(page, decision->text, 15);
}

static void add_end(struct page *page, const struct results_row *row)
{
    buffer_format(&page->out, "    %-10s %s", "end", row->end_status ? row->end_status : "unknown");
    if (row->end_dsn.at) {
        add(page, " ");
        add_foreign(page, row->end_dsn);
    }
    if (row->end_relay.at) {
        add(page, ", relay ");
        add_foreign(page, row->end_relay);
    }
    add(page, "\n");
    if (isnan(row->ham))
        return;
    buffer_format(&page->out, "    %-10s ham %g (", "label", row->ham);
    for (size_t i = 0; i < row->label_source_count; i++) {
        add(page, i ? ", " : "");
        add_foreign(page, slice_of(row->label_sources[i]));
    }
    add(page, ")\n");
}

/* ---- steps side by side ---- */

static bool same_check(const struct results_step *a, const struct results_step *b)
{
    return a->depth == b->depth && text_equal(a->name, b->name) &&
           text_equal(a->argument, b->argument) && text_equal(a->list, b->list) &&
           text_equal(a->class_name, b->class_name);
}

static void add_reply(struct buffer *out, const struct results_reply *reply)
{
    buffer_add_text(out, reply->answer);
    if (reply->code)
        buffer_format(out, " %u", reply->code);
    if (reply->dsn)
        buffer_format(out, " %s", reply->dsn);
}

/* "*defer 450 4.7.25", "(dunno)", "-": see add_legend. */
static void add_answer(struct page *page, const struct results_step *step)
{
    struct buffer cell;
    buffer_init(&cell, 64);
    bool hidden = step && (!step->enabled || step->asked == TRI_NO);
    if (!step) {
        buffer_add_text(&cell, " -");
    } else {
        buffer_add_byte(&cell, step->decides == TRI_YES       ? '*'
                               : step->decides == TRI_UNKNOWN ? '?'
                                                              : ' ');
        buffer_add_text(&cell, !step->enabled ? "off (" : hidden ? "(" : "");
        buffer_add_text(&cell, step->enabled && step->asked == TRI_UNKNOWN ? "~" : "");
        add_reply(&cell, &step->reply);
        buffer_add_text(&cell, hidden ? ")" : "");
    }
    buffer_format(&page->out, "%-*.*s", ANSWER_WIDTH, (int)cell.len, cell.at);
    buffer_release(&cell);
}

static void add_name(struct page *page, const struct results_step *step)
{
    buffer_format(&page->out, "%*s", (int)(2 * step->depth), "");
    if (step->position)
        buffer_format(&page->out, "%u ", step->position);
    if (step->warn_only)
        add(page, "warn_if_reject ");
    add_foreign(page, slice_of(step->name));
    if (step->argument) {
        add(page, " ");
        add_foreign(page, slice_of(step->argument));
    }
    if (step->class_name) {
        add(page, " (class ");
        add_foreign(page, slice_of(step->class_name));
        add(page, ")");
    }
    add(page, "\n");
}

/* What an answer rests on, and what an unknown one may be. */
static void add_reasons(struct page *page, const struct results_step *step)
{
    struct buffer text;
    buffer_init(&text, CLEAN_LIMIT);
    buffer_add_slice(&text, step->why);
    for (size_t i = 0; i < step->possible_count; i++) {
        buffer_add_text(&text, i ? ", or " : text.len ? "; may be " : "may be ");
        add_reply(&text, &step->possible[i]);
    }
    for (size_t i = 0; i < step->need_count; i++) {
        buffer_add_text(&text, i ? ", " : "; needs ");
        buffer_add_slice(&text, step->needs[i]);
    }
    add_wrapped(page, slice_make(text.len ? text.at : "", text.len), 8);
    buffer_release(&text);
}

static bool same_reasons(const struct results_step *a, const struct results_step *b)
{
    return slice_equal(a->why, b->why) && text_equal(a->reply.answer, b->reply.answer) &&
           a->possible_count == b->possible_count;
}

struct pairing {
    const struct results_steps *baseline, *candidate;
    const char *list; /* of the pair shown last */
    bool begun;
};

/* One line of the table; one of them may be NULL. */
static void add_pair(struct page *page, struct pairing *pairing, const struct results_step *before,
                     const struct results_step *after)
{
    const struct results_step *step = after ? after : before;
    if (!step)
        bug("a line of the table for no check");
    if (!pairing->begun || !text_equal(pairing->list, step->list))
        buffer_format(&page->out, "    %s\n", step->list ? step->list : "outside the lists");
    pairing->begun = true;
    pairing->list = step->list;
    add(page, "    ");
    if (pairing->baseline->count)
        add_answer(page, before);
    if (pairing->candidate->count)
        add_answer(page, after);
    add_name(page, step);
    if (before && after && !same_reasons(before, after))
        add_reasons(page, before);
    add_reasons(page, step);
}

/* Both sets in one order: the candidate's, with what only the baseline has where it stands there. */
static void add_steps(struct page *page, const struct results_steps *baseline,
                      const struct results_steps *candidate)
{
    struct pairing pairing = { .baseline = baseline, .candidate = candidate };
    size_t before = 0;
    if (baseline->count + candidate->count == 0)
        return;
    add(page, "\n    ");
    if (baseline->count)
        buffer_format(&page->out, " %-*s", ANSWER_WIDTH - 1, "baseline");
    if (candidate->count)
        buffer_format(&page->out, " %-*s", ANSWER_WIDTH - 1, "candidate");
    add(page, "asked in this order\n");
    for (size_t after = 0; after < candidate->count; after++) {
        size_t hit = before;
        while (hit < baseline->count &&
               !same_check(&baseline->steps[hit], &candidate->steps[after]))
            hit++;
        for (; hit < baseline->count && before < hit; before++)
            add_pair(page, &pairing, &baseline->steps[before], NULL);
        add_pair(page, &pairing, hit < baseline->count ? &baseline->steps[before++] : NULL,
                 &candidate->steps[after]);
    }
    for (; before < baseline->count; before++)
        add_pair(page, &pairing, &baseline->steps[before], NULL);
    if (!baseline->complete || !candidate->complete)
        add(page, "    too much is unknown to try every way that this could go\n");
}

static void add_recipient(struct page *page, size_t index)
{
    struct results_row row = results_row_at(page->results, index, page->arena);
    struct results_steps baseline =
        results_explain(page->results, results_baseline(page->results), index, page->arena);
    struct results_steps candidate =
        results_explain(page->results, results_candidate(page->results), index, page->arena);
    char time[TIME_TEXT_MAX];
    add(page, page->context->color ? "\n  \033[1mRecipient " : "\n  Recipient ");
    if (row.recipient.at)
        add_foreign(page, row.recipient);
    else
        add(page, "not known");
    add(page, page->context->color ? "\033[0m" : "");
    buffer_format(&page->out, "  %s", row.recipient_origin);
    if (row.time_us != TIME_NONE)
        buffer_format(&page->out, "  %.*s",
                      SLICE_FMT(civil_format_rfc3339(row.time_us, row.offset_minutes, time)));
    add(page, "\n");
    add_decision(page, "log", &row.logged, false);
    add_decision(page, "baseline", &row.baseline, baseline.from_log);
    add_decision(page, "candidate", &row.candidate, candidate.from_log);
    add_end(page, &row);
    add_steps(page, &baseline, &candidate);
}

static void add_message(struct page *page, const struct results_match *match)
{
    struct arena arena;
    arena_init(&arena);
    page->arena = &arena;
    struct results_row row = results_row_at(page->results, match->rows[0], &arena);
    add_message_head(page, &row);
    add_lines(page, match->rows[0]);
    add_evidence(page, match->rows[0]);
    for (size_t i = 0; i < match->row_count && i < EXPLAIN_ROWS_MAX; i++) {
        add_recipient(page, match->rows[i]);
        arena_release(&arena);
    }
    if (match->row_count > EXPLAIN_ROWS_MAX)
        buffer_format(&page->out, "\n  ... and %zu more recipients\n",
                      match->row_count - EXPLAIN_ROWS_MAX);
    page->arena = NULL;
    arena_release(&arena);
}

static void add_legend(struct page *page)
{
    add(page,
        "\n* decides, ? may decide; (in brackets) not asked, what it would have said;\n"
        "~ asked in some of the cases that the log leaves open; - not in this set;\n"
        "off: switched off. Evidence and answers marked unknown are not in log or snapshot.\n");
}

bool explain_text_write(const struct results *results, const struct report_context *context,
                        const struct explain_subject *subject, FILE *to)
{
    struct page page = { .results = results, .context = context };
    buffer_init(&page.out, DOCUMENT_LIMIT);
    add_foreign(&page, subject->key);
    buffer_format(&page.out, ": %zu message%s", subject->all, subject->all == 1 ? "" : "s");
    if (subject->all > subject->count)
        buffer_format(&page.out, "; the first %zu follow, %zu more do not", subject->count,
                      subject->all - subject->count);
    add(&page, "\n");
    for (size_t i = 0; i < subject->count; i++)
        add_message(&page, &subject->matches[i]);
    add_legend(&page);
    bool good = !page.out.overflow && fwrite(page.out.at, 1, page.out.len, to) == page.out.len;
    buffer_release(&page.out);
    return good;
}
