#include "reports/summary_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analyzer/results_advice.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "reports/text_history.h"
#include "reports/text_page.h"
#include "reports/text_who.h"
#include "reports/verdict_words.h"

/* ---- what was read ---- */

static void add_input(struct page *page)
{
    const struct results_input *input = results_input(page->results);
    page_heading(page, "What was read");
    page_add(page, "  ");
    if (input->first_us == TIME_NONE)
        page_add(page, "no time stamp");
    else {
        page_time(page, input->first_us, input->first_offset);
        page_add(page, " .. ");
        page_time(page, input->last_us, input->last_offset);
    }
    page_add(page, "\n  ");
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
        page_add(page, counts[i].what);
    }
}

/* Why mail is left out: "    gateway 12, local 3". */
static void add_excluded(struct page *page)
{
    size_t count;
    const struct results_excluded *excluded = results_excluded(page->results, &count);
    const char *before = "    ";
    for (size_t i = 0; i < count; i++) {
        if (!excluded[i].messages)
            continue;
        page_add(page, before);
        page_add(page, excluded[i].reason);
        page_add(page, " ");
        number_add_count(&page->out, excluded[i].messages);
        before = ", ";
    }
    page_add(page, "\n");
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
    page_heading(page, "Mail                      messages  recipients  sending organisations");
    for (size_t i = 0; i < COUNT(groups); i++) {
        buffer_format(&page->out, "  %-22s", groups[i].name);
        page_count(page, groups[i].group->messages, 10);
        page_count(page, groups[i].group->rows, 12);
        page_count(page, groups[i].group->clusters, 23);
        page_add(page, "\n");
    }
    if (population->excluded.messages)
        add_excluded(page);
}

/* ---- estimates ---- */

static void add_sets(struct page *page)
{
    const struct verdict_word *words = verdict_words();
    const struct results_set *baseline = results_baseline(page->results);
    const struct results_set *candidate = results_candidate(page->results);
    page_heading(page, "Recipients                baseline   candidate");
    for (size_t i = 0; i < RESULTS_VERDICTS; i++) {
        uint64_t before = baseline->verdicts[words[i].verdict];
        uint64_t after = candidate->verdicts[words[i].verdict];
        if (before == 0 && after == 0)
            continue;
        buffer_format(&page->out, "  %-22s", words[i].word);
        page_count(page, before, 10);
        page_count(page, after, 12);
        page_add(page, "\n");
    }
    buffer_format(&page->out, "  %-22s", "coverage");
    page_rate(page, baseline->coverage, 10);
    page_rate(page, candidate->coverage, 12);
    page_add(page, "\n");
    page_heading(page, "Candidate, messages");
    page_estimate(page, 2, "ham lost", &candidate->ham_lost);
    page_estimate(page, 2, "ham delayed", &candidate->ham_delayed);
    page_estimate(page, 2, "spam stopped", &candidate->spam_stopped);
}

/* One line: a range, and what it is. Nothing when it is not known. */
static void add_range(struct page *page, const char *name, struct results_range range,
                      const char *what)
{
    if (isnan(range.low) || isnan(range.high))
        return;
    buffer_format(&page->out, "  %-15s", name);
    page_rate(page, range.low, 8);
    page_add(page, " .. ");
    page_rate(page, range.high, 0);
    page_add(page, what);
    page_add(page, "\n");
}

/* Lines of configuration: names of tables in them may be anything. */
static void add_lines(struct page *page, struct slice lines)
{
    struct slice line;
    if (!lines.at)
        return;
    page_heading(page, "Lines for main.cf that would have logged what is missing");
    while (slice_next_word(&lines, "\n", &line)) {
        escape_terminal(&page->out, line, page->context->ascii);
        page_add(page, "\n");
    }
}

static void add_assessment(struct page *page)
{
    const struct estimate *lost = &results_candidate(page->results)->ham_lost;
    struct results_assessment a = results_assess(page->results, &page->arena);
    add_lines(page, a.main_cf);
    if (lost->reason)
        return;
    page_heading(page, "Wanted mail lost: how far this carries");
    add_range(page, "in this log", a.census, "  over undecided rows and unsure labels");
    add_range(page, "mail to come", a.forecast, "  95 %, for as many and as unequal senders");
    add_range(page, "a typical week", a.typical, "  95 %, senders drawn anew");
    if (a.without.high > 0) { /* nobody carries a loss of nothing */
        add_range(page, "without one", a.without, "  leaving out one sender:");
        page_add(page, "                 ");
        page_foreign(page, a.without_low);
        page_add(page, " for the least, ");
        page_foreign(page, a.without_high);
        page_add(page, " for the most\n");
    }
    if (a.refused.messages) {
        page_add(page, "  kept out already: ");
        page_count(page, a.refused.messages, 0);
        page_add(page, " messages not labelled as spam; were all wanted: ");
        page_rate(page, a.refused_high, 0);
        page_add(page, "\n");
    }
    if (a.unlabelled) {
        page_add(page, "  not labelled: ");
        page_count(page, a.unlabelled, 0);
        page_add(page, " messages that came in, ");
        page_count(page, a.unlabelled_lost, 0);
        page_add(page, " of them would be lost\n");
    }
    if (a.spam_share > 0) {
        page_add(page, "  of what is labelled as wanted ");
        page_rate(page, a.spam_share, 0);
        page_add(page, " may be spam\n");
    }
}

static void add_restriction(struct page *page, const struct results_restriction *r)
{
    page_add(page, "\n");
    if (r->position)
        buffer_format(&page->out, " %3u ", r->position);
    else
        page_add(page, "     ");
    page_add(page, r->name);
    if (r->argument) {
        page_add(page, " ");
        page_foreign(page, slice_of(r->argument));
    }
    page_add(page, r->enabled ? "" : " (off)");
    page_add(page, r->warn_only ? " (warns only)" : "");
    if (r->hits + r->decides + r->unknown == 0) {
        page_add(page, ": no hits\n");
        return;
    }
    page_add(page, "\n      hits ");
    page_count(page, r->hits, 0);
    page_add(page, ", decides ");
    page_count(page, r->decides, 0);
    page_add(page, ", alone ");
    page_count(page, r->unique, 0);
    page_add(page, ", undecided ");
    page_count(page, r->unknown, 0);
    page_add(page, " recipients");
    if (!isnan(r->so_ratio))
        buffer_format(&page->out, "; S/O %.3f", r->so_ratio);
    page_add(page, "\n");
    if (r->permits || r->decides == 0)
        return;
    page_estimate(page, 6, "ham lost", &r->ham_lost);
    page_estimate(page, 6, "spam stopped", &r->spam_stopped);
}

static void add_restrictions(struct page *page)
{
    const struct results_set *set = results_candidate(page->results);
    const char *list = NULL;
    if (set->restriction_count)
        page_heading(page, "Restrictions of the candidate, in the order in which Postfix asks");
    for (size_t i = 0; i < set->restriction_count; i++) {
        const struct results_restriction *r = &set->restrictions[i];
        const char *here = r->list ? r->list : "outside the lists";
        if (!list || strcmp(list, here) != 0) {
            page_add(page, "\n  ");
            page_add(page, here);
        }
        list = here;
        add_restriction(page, r);
    }
}

/* ---- what to keep in mind ---- */

static void add_remarks(struct page *page)
{
    size_t count;
    const struct results_warning *warnings = results_warnings(page->results, &count);
    if (count)
        page_heading(page, "Remarks");
    for (size_t i = 0; i < count; i++) {
        struct slice text = arena_format(&page->arena, "%s (%" PRIu64 "): %.*s", warnings[i].code,
                                         warnings[i].count, SLICE_FMT(warnings[i].text));
        page_wrapped(page, text, 2);
    }
}

bool summary_text_write(const struct results *results, const struct report_context *context,
                        FILE *to)
{
    struct page page = { .results = results, .context = context };
    buffer_init(&page.out, PAGE_LIMIT);
    arena_init(&page.arena);
    page_wrapped(&page, results_answer(results, &page.arena), 0);
    add_input(&page);
    add_population(&page);
    add_sets(&page);
    add_assessment(&page);
    text_who_add(&page);
    add_restrictions(&page);
    text_history_add(&page);
    add_remarks(&page);
    bool good = !page.out.overflow && fwrite(page.out.at, 1, page.out.len, to) == page.out.len;
    arena_release(&page.arena);
    buffer_release(&page.out);
    return good;
}
