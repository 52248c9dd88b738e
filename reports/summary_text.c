#include "reports/summary_text.h"
#include "analyzer/results_advice.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum { DOCUMENT_LIMIT = 1 << 26, DEFAULT_WIDTH = 80, TOP_LIMIT = 10 };

struct page {
    struct buffer out;
    const struct results *results;
    const struct report_context *context;
    struct arena arena;
};

/* ---- words on a page ---- */

static void add(struct page *page, const char *text)
{
    buffer_add_text(&page->out, text);
}

static void add_foreign(struct page *page, struct slice text)
{
    if (text.at)
        escape_terminal(&page->out, text, page->context->ascii);
    else
        add(page, "(unknown)");
}

static void add_heading(struct page *page, const char *heading)
{
    add(page, page->context->color ? "\n\033[1m" : "\n");
    add(page, heading);
    add(page, page->context->color ? "\033[0m\n" : "\n");
}

/* Escaped text in lines of the page's width, each behind `indent` blanks. */
static void add_wrapped(struct page *page, struct slice text, unsigned indent)
{
    struct buffer clean;
    buffer_init(&clean, DOCUMENT_LIMIT);
    escape_terminal(&clean, text, page->context->ascii);
    struct slice rest = buffer_slice(&clean), word;
    size_t width = page->context->width ? page->context->width : DEFAULT_WIDTH, column = 0;
    width -= 2; /* room for a per cent sign */
    while (slice_next_word(&rest, " \n", &word)) {
        bool glued = word.at[0] == '%'; /* to its number */
        if (!glued && column > indent && column + 1 + word.len > width) {
            add(page, "\n");
            column = 0;
        }
        if (column == 0) {
            buffer_format(&page->out, "%*s", (int)indent, "");
            column = indent;
        } else {
            add(page, " ");
            column++;
        }
        buffer_add_slice(&page->out, word);
        column += word.len;
    }
    add(page, "\n");
    buffer_release(&clean);
}

/* A count or rate, right-aligned in a column of `width`. */
static void add_cell(struct page *page, const struct buffer *cell, int width)
{
    buffer_format(&page->out, "%*.*s", width, (int)cell->len, cell->at ? cell->at : "");
}

static void add_count(struct page *page, uint64_t count, int width)
{
    struct buffer cell;
    buffer_init(&cell, 64);
    number_add_count(&cell, count);
    add_cell(page, &cell, width);
    buffer_release(&cell);
}

static void add_rate(struct page *page, double rate, int width)
{
    struct buffer cell;
    buffer_init(&cell, 64);
    if (isnan(rate))
        buffer_add_text(&cell, "-");
    else
        number_add_percent(&cell, rate);
    add_cell(page, &cell, width);
    buffer_release(&cell);
}

/* ---- what was read ---- */

static void add_time(struct page *page, int64_t time_us, int offset)
{
    char text[TIME_TEXT_MAX];
    buffer_add_slice(&page->out, civil_format_rfc3339(time_us, offset, text));
}

static void add_input(struct page *page)
{
    const struct results_input *input = results_input(page->results);
    add_heading(page, "What was read");
    add(page, "  ");
    if (input->first_us == TIME_NONE)
        add(page, "no time stamp");
    else {
        add_time(page, input->first_us, input->first_offset);
        add(page, " .. ");
        add_time(page, input->last_us, input->last_offset);
    }
    add(page, "\n  ");
    const struct {
        uint64_t count;
        const char *what;
    } counts[] = {
        { input->lines, " lines: " },           { input->understood, " understood, " },
        { input->foreign, " foreign, " },       { input->unknown, " unknown, " },
        { input->malformed, " malformed\n  " }, { input->sessions, " sessions, " },
        { input->messages, " messages, " },     { input->rows, " recipients; " },
        { input->open, " messages open\n" },
    };
    for (size_t i = 0; i < COUNT(counts); i++) {
        number_add_count(&page->out, counts[i].count);
        add(page, counts[i].what);
    }
}

static void add_population(struct page *page)
{
    const struct results_population *population = results_population(page->results);
    const struct {
        const char *name;
        const struct results_group *group;
    } groups[] = {
        { "wanted (ham)", &population->ham },
        { "unwanted (spam)", &population->spam },
        { "not labelled", &population->unlabelled },
        { "left out", &population->excluded },
    };
    add_heading(page, "Mail                      messages  recipients  sending organisations");
    for (size_t i = 0; i < COUNT(groups); i++) {
        buffer_format(&page->out, "  %-22s", groups[i].name);
        add_count(page, groups[i].group->messages, 10);
        add_count(page, groups[i].group->rows, 12);
        add_count(page, groups[i].group->clusters, 23);
        add(page, "\n");
    }
}

/* ---- estimates ---- */

/* One line: "  ham lost   12 of 300   4.0 %   95 %: 0.2 % .. 21 %   bounds 4.0 % .. 4.7 %  ...". A
 * rate that rests on too few senders is not printed. */
static void add_estimate(struct page *page, int indent, const char *name, const struct estimate *e)
{
    buffer_format(&page->out, "%*s%-13s", indent, "", name);
    add_count(page, e->count, 9);
    add(page, " of ");
    add_count(page, e->of, 0);
    if (e->of == 0) {
        add(page, ": nothing labelled so that came in\n");
        return;
    }
    if (e->reason) {
        add(page, ": too few senders for a rate");
    } else {
        add(page, " = ");
        add_rate(page, e->rate, 0);
        buffer_format(&page->out, ", %.0f %% interval ", 100 * e->confidence);
        add_rate(page, e->low, 0);
        add(page, " .. ");
        add_rate(page, e->high, 0);
        if (e->bound_high > e->bound_low) {
            buffer_format(&page->out, ",\n%*sundecided rows allow ", indent + 14, "");
            add_rate(page, e->bound_low, 0);
            add(page, " .. ");
            add_rate(page, e->bound_high, 0);
        }
    }
    buffer_format(&page->out, "\n%*s%" PRIu64 " of %" PRIu64 " senders, worth %.1f", indent + 14,
                  "", e->clusters, e->of_clusters, e->effective_n);
    if (e->deferred) {
        add(page, "; ");
        add_count(page, e->deferred, 0);
        add(page, " deferred until the sender gives up");
    }
    add(page, "\n");
}

static void add_sets(struct page *page)
{
    static const struct {
        const char *name;
        enum results_verdict verdict;
    } order[RESULTS_VERDICTS] = {
        { "accept", RESULT_ACCEPT },   { "reject", RESULT_REJECT },
        { "defer", RESULT_DEFER },     { "hold", RESULT_HOLD },
        { "discard", RESULT_DISCARD }, { "redirect", RESULT_REDIRECT },
        { "unknown", RESULT_UNKNOWN },
    };
    const struct results_set *baseline = results_baseline(page->results);
    const struct results_set *candidate = results_candidate(page->results);
    add_heading(page, "Recipients                baseline   candidate");
    for (size_t i = 0; i < COUNT(order); i++) {
        uint64_t before = baseline->verdicts[order[i].verdict];
        uint64_t after = candidate->verdicts[order[i].verdict];
        if (before == 0 && after == 0)
            continue;
        buffer_format(&page->out, "  %-22s", order[i].name);
        add_count(page, before, 10);
        add_count(page, after, 12);
        add(page, "\n");
    }
    buffer_format(&page->out, "  %-22s", "coverage");
    add_rate(page, baseline->coverage, 10);
    add_rate(page, candidate->coverage, 12);
    add(page, "\n");
    add_heading(page, "Candidate, messages");
    add_estimate(page, 2, "ham lost", &candidate->ham_lost);
    add_estimate(page, 2, "ham delayed", &candidate->ham_delayed);
    add_estimate(page, 2, "spam stopped", &candidate->spam_stopped);
}

/* One line: a range, and what it is. Nothing when it is not known. */
static void add_range(struct page *page, const char *name, struct results_range range,
                      const char *what)
{
    if (isnan(range.low) || isnan(range.high))
        return;
    buffer_format(&page->out, "  %-15s", name);
    add_rate(page, range.low, 8);
    add(page, " .. ");
    add_rate(page, range.high, 0);
    add(page, what);
    add(page, "\n");
}

static void add_assessment(struct page *page)
{
    const struct estimate *lost = &results_candidate(page->results)->ham_lost;
    struct results_assessment a = results_assess(page->results, &page->arena);
    if (lost->reason)
        return;
    add_heading(page, "Wanted mail lost: how far this carries");
    add_range(page, "in this log", a.census, "  over undecided rows and doubtful labels");
    add_range(page, "mail to come", a.forecast, "  95 %, for as many and as unequal senders");
    add_range(page, "a typical week", a.typical, "  95 %, senders drawn anew");
    add_range(page, "without one", a.without, "  leaving out one sender:");
    if (!isnan(a.without.low)) {
        add(page, "                 ");
        add_foreign(page, a.without_low);
        add(page, " for the least, ");
        add_foreign(page, a.without_high);
        add(page, " for the most\n");
    }
    if (a.refused.messages) {
        add(page, "  kept out already: ");
        add_count(page, a.refused.messages, 0);
        add(page, " messages, not labelled as spam; if all were wanted, up to ");
        add_rate(page, a.refused_high, 0);
        add(page, "\n");
    }
    if (a.spam_share > 0) {
        add(page, "  of what is labelled as wanted ");
        add_rate(page, a.spam_share, 0);
        add(page, " may be spam\n");
    }
}

static void add_restriction(struct page *page, const struct results_restriction *r)
{
    add(page, "\n");
    if (r->position)
        buffer_format(&page->out, " %3u ", r->position);
    else
        add(page, "     ");
    add(page, r->name);
    if (r->argument) {
        add(page, " ");
        add_foreign(page, slice_of(r->argument));
    }
    add(page, r->enabled ? "" : " (off)");
    add(page, r->warn_only ? " (warns only)" : "");
    add(page, "\n      hits ");
    add_count(page, r->hits, 0);
    add(page, ", decides ");
    add_count(page, r->decides, 0);
    add(page, ", alone ");
    add_count(page, r->unique, 0);
    add(page, ", undecided ");
    add_count(page, r->unknown, 0);
    add(page, " recipients");
    if (!isnan(r->so_ratio))
        buffer_format(&page->out, "; S/O %.3f", r->so_ratio);
    add(page, "\n");
    if (r->permits || r->decides == 0)
        return;
    add_estimate(page, 6, "ham lost", &r->ham_lost);
    add_estimate(page, 6, "spam stopped", &r->spam_stopped);
}

static void add_restrictions(struct page *page)
{
    const struct results_set *set = results_candidate(page->results);
    const char *list = NULL;
    if (set->restriction_count)
        add_heading(page, "Restrictions of the candidate, in the order in which Postfix asks");
    for (size_t i = 0; i < set->restriction_count; i++) {
        const struct results_restriction *r = &set->restrictions[i];
        const char *here = r->list ? r->list : "outside the lists";
        if (!list || strcmp(list, here) != 0) {
            add(page, "\n  ");
            add(page, here);
        }
        list = here;
        add_restriction(page, r);
    }
}

/* ---- who, and what to keep in mind ---- */

static void add_senders(struct page *page)
{
    size_t count;
    const struct results_share *shares =
        results_top(page->results, SIZE_MAX, BY_ORGANISATION, TOP_LIMIT, &page->arena, &count);
    if (count == 0)
        return;
    add_heading(page, "Who would be stopped       messages      ham     spam");
    for (size_t i = 0; i < count; i++) {
        add(page, "                         ");
        add_count(page, shares[i].messages, 10);
        add_count(page, shares[i].ham, 9);
        add_count(page, shares[i].spam, 9);
        add(page, "  ");
        add_foreign(page, shares[i].key);
        add(page, "\n");
    }
}

/* Addresses only: names of others do not belong into a table. */
static void add_rescue(struct page *page)
{
    struct results_rescue rescue = results_rescue(page->results, TOP_LIMIT, &page->arena);
    if (rescue.client_count == 0)
        return;
    add_heading(page, "An allow list that would save the most of it");
    buffer_format(&page->out, "  # cidr table; check_client_access first in %s\n", rescue.list);
    for (size_t i = 0; i < rescue.client_count; i++) {
        const struct results_allow *allow = &rescue.clients[i];
        add(page, "  # "); /* comments have lines of their own in a table */
        add_count(page, allow->messages, 0);
        add(page, " wanted messages on ");
        add_count(page, allow->days, 0);
        add(page, allow->days == 1 ? " day\n  " : " days\n  ");
        add_foreign(page, allow->address);
        add(page, " OK\n");
    }
    add(page, "  With it:\n");
    add_estimate(page, 2, "ham lost", &rescue.ham_lost);
    add_estimate(page, 2, "spam stopped", &rescue.spam_stopped);
}

static void add_remarks(struct page *page)
{
    size_t count;
    const struct results_warning *warnings = results_warnings(page->results, &count);
    if (count)
        add_heading(page, "Remarks");
    for (size_t i = 0; i < count; i++) {
        struct slice text = arena_format(&page->arena, "%s (%" PRIu64 "): %.*s", warnings[i].code,
                                         warnings[i].count, SLICE_FMT(warnings[i].text));
        add_wrapped(page, text, 2);
    }
}

bool summary_text_write(const struct results *results, const struct report_context *context,
                        FILE *to)
{
    struct page page = { .results = results, .context = context };
    buffer_init(&page.out, DOCUMENT_LIMIT);
    arena_init(&page.arena);
    add_wrapped(&page, results_answer(results, &page.arena), 0);
    add_input(&page);
    add_population(&page);
    add_sets(&page);
    add_assessment(&page);
    add_senders(&page);
    add_rescue(&page);
    add_restrictions(&page);
    add_remarks(&page);
    bool good = !page.out.overflow && fwrite(page.out.at, 1, page.out.len, to) == page.out.len;
    arena_release(&page.arena);
    buffer_release(&page.out);
    return good;
}
