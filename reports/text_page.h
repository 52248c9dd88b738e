#ifndef REPORTS_TEXT_PAGE_H
#define REPORTS_TEXT_PAGE_H
/*
 * A page of plain text while it is written: words, wrapped sentences, numbers in columns, estimates.
 * One form of an estimate for the whole report: a rate never stands without its counts, its interval
 * and the senders behind it, and under three effective senders there is none.
 */
#include "analyzer/results.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "reports/report.h"

struct page {
    struct buffer out;
    const struct results *results;
    const struct report_context *context;
    struct arena arena;
};

enum { PAGE_LIMIT = 1 << 26 };

/* Our own words, as they are. */
void page_add(struct page *page, const char *text);
/* Text from a log, escaped; "<>" for an empty one, "(unknown)" for "no text". */
void page_foreign(struct page *page, struct slice text);
/* A heading behind an empty line. */
void page_heading(struct page *page, const char *heading);
/* Text, escaped, in lines of the page's width, each behind `indent` blanks. */
void page_wrapped(struct page *page, struct slice text, unsigned indent);
/* A count, right-aligned in a column of `width`. */
void page_count(struct page *page, uint64_t count, int width);
/* A rate as a count; "-" for NAN. */
void page_rate(struct page *page, double rate, int width);
/* RFC 3339. */
void page_time(struct page *page, int64_t time_us, int offset);
/* "2026-11-22"; ten blanks for TIME_NONE. */
void page_day(struct page *page, int64_t time_us, int offset);
/* "  ham lost   12 of 300 = 4.0 %, 95 % interval 0.2 % .. 21 %", and the senders in a second line. */
void page_estimate(struct page *page, int indent, const char *name, const struct estimate *e);

#endif
