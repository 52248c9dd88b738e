#include "reports/text_page.h"

#include <inttypes.h>
#include <math.h>

#include "base/civil_time.h"
#include "base/escape.h"
#include "base/number_text.h"

enum { DEFAULT_WIDTH = 80 };

void page_add(struct page *page, const char *text)
{
    buffer_add_text(&page->out, text);
}

void page_foreign(struct page *page, struct slice text)
{
    if (text.len)
        escape_terminal(&page->out, text, page->context->ascii);
    else
        page_add(page, text.at ? "<>" : "(unknown)");
}

void page_heading(struct page *page, const char *heading)
{
    page_add(page, page->context->color ? "\n\033[1m" : "\n");
    page_add(page, heading);
    page_add(page, page->context->color ? "\033[0m\n" : "\n");
}

void page_wrapped(struct page *page, struct slice text, unsigned indent)
{
    struct buffer clean;
    buffer_init(&clean, PAGE_LIMIT);
    escape_terminal(&clean, text, page->context->ascii);
    struct slice rest = buffer_slice(&clean), word;
    size_t width = page->context->width ? page->context->width : DEFAULT_WIDTH, column = 0;
    width -= 2; /* room for a per cent sign */
    while (slice_next_word(&rest, " \n", &word)) {
        bool glued = word.at[0] == '%'; /* to its number */
        if (!glued && column > indent && column + 1 + word.len > width) {
            page_add(page, "\n");
            column = 0;
        }
        if (column == 0) {
            buffer_format(&page->out, "%*s", (int)indent, "");
            column = indent;
        } else {
            page_add(page, " ");
            column++;
        }
        buffer_add_slice(&page->out, word);
        column += word.len;
    }
    page_add(page, "\n");
    buffer_release(&clean);
}

static void add_cell(struct page *page, const struct buffer *cell, int width)
{
    buffer_format(&page->out, "%*.*s", width, (int)cell->len, cell->at ? cell->at : "");
}

void page_count(struct page *page, uint64_t count, int width)
{
    struct buffer cell;
    buffer_init(&cell, 64);
    number_add_count(&cell, count);
    add_cell(page, &cell, width);
    buffer_release(&cell);
}

void page_rate(struct page *page, double rate, int width)
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

/* Why there is no rate, in words. */
static const char *reason_text(const char *reason)
{
    return slice_is(slice_of(reason), "labels_of_passed_mail")
               ? ": no rate, what was caught is not labelled"
               : ": too few senders for a rate";
}

void page_estimate(struct page *page, int indent, const char *name, const struct estimate *e)
{
    buffer_format(&page->out, "%*s%-13s", indent, "", name);
    page_count(page, e->count, 9);
    page_add(page, " of ");
    page_count(page, e->of, 0);
    if (e->of == 0) {
        page_add(page, ": nothing labelled so that came in\n");
        return;
    }
    if (e->reason) {
        page_add(page, reason_text(e->reason));
    } else {
        page_add(page, " = ");
        page_rate(page, e->rate, 0);
        buffer_format(&page->out, ", %.0f %% interval ", 100 * e->confidence);
        page_rate(page, e->low, 0);
        page_add(page, " .. ");
        page_rate(page, e->high, 0);
        if (e->bound_high > e->bound_low) {
            buffer_format(&page->out, ",\n%*sundecided rows allow ", indent + 14, "");
            page_rate(page, e->bound_low, 0);
            page_add(page, " .. ");
            page_rate(page, e->bound_high, 0);
        }
    }
    buffer_format(&page->out, "\n%*s%" PRIu64 " of %" PRIu64 " senders, worth %.1f", indent + 14,
                  "", e->clusters, e->of_clusters, e->effective_n);
    if (e->deferred) {
        page_add(page, "; ");
        page_count(page, e->deferred, 0);
        page_add(page, " deferred till they give up");
    }
    page_add(page, "\n");
}

void page_time(struct page *page, int64_t time_us, int offset)
{
    char text[TIME_TEXT_MAX];
    buffer_add_slice(&page->out, civil_format_rfc3339(time_us, offset, text));
}

void page_day(struct page *page, int64_t time_us, int offset)
{
    char text[TIME_TEXT_MAX];
    buffer_format(&page->out, "%10s", civil_format_day(time_us, offset, text).at);
}
