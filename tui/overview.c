#include "tui/overview.h"

#include <inttypes.h>
#include <math.h>

#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/text_columns.h"

enum {
    TEXT_MAX = 16384,
    ANSWER_ROWS = 3,
    TALL = 30,        /* rows from which on there is room for what is rarely asked */
    VERY_TALL = 40,   /* and for a long answer */
    LABEL_WIDTH = 14, /* "Spam stopped" and blanks */
    COUNT_WIDTH = 10,
    BOUNDS_WIDTH = 14,
    WIDE = 110, /* columns from which on there is room for bars */
};

/* The one buffer and pen of a draw: adds words at a column and moves on. */
struct pen {
    const struct dashboard *dashboard;
    struct area area;
    int row, column;
    struct buffer text;
};

static void pen_init(struct pen *pen, const struct dashboard *dashboard, struct area area)
{
    *pen = (struct pen){ .dashboard = dashboard, .area = area, .row = area.row, .column = 1 };
    buffer_init(&pen->text, TEXT_MAX);
}

/* Draws what is in the buffer and empties it. */
static void pen_flush(struct pen *pen, unsigned style)
{
    struct slice text = buffer_slice(&pen->text);
    pen->column += screen_text(pen->dashboard->screen, pen->row, pen->area.column + pen->column,
                               pen->area.columns - pen->column, text, style);
    buffer_clear(&pen->text);
}

static void pen_word(struct pen *pen, const char *word, unsigned style)
{
    buffer_add_text(&pen->text, word);
    pen_flush(pen, style);
}

/* "2026-11-21 00:00 to 2026-11-22 16:40"; minutes are enough here, days where room is short. */
static void add_span(struct buffer *out, const struct results_input *in, bool days)
{
    size_t cut = days ? strlen(" 00:00:00") : strlen(":00");
    size_t first = out->len, day = strlen("2026-11-21");
    figures_time(out, in->first_us, in->first_offset);
    if (out->len == first)
        return;
    out->len -= cut;
    buffer_add_text(out, " to ");
    size_t last = out->len;
    figures_time(out, in->last_us, in->last_offset);
    if (out->len == last)
        return;
    out->len -= cut;
    if (memcmp(out->at + first, out->at + last, day) != 0)
        return;
    if (days) { /* one day is said once */
        out->len = last - strlen(" to ");
    } else {
        memmove(out->at + last, out->at + last + day + 1, out->len - last - day - 1);
        out->len -= day + 1;
    }
}

void overview_title(const struct dashboard *dashboard, struct area area)
{
    const struct results_input *in = results_input(dashboard->results);
    struct pen pen;
    pen_init(&pen, dashboard, area);
    screen_fill(dashboard->screen, area.row, area.column, area.columns, STYLE_TITLE);
    number_add_count(&pen.text, in->messages);
    buffer_add_text(&pen.text, " messages");
    pen.column = area.columns - 1 - (int)pen.text.len;
    int room = pen.column - 3;
    pen_flush(&pen, STYLE_TITLE);
    buffer_add_text(&pen.text, "mailwhatif  ");
    if (in->file_count) { /* without its folders */
        struct slice file = slice_of(in->files[0]);
        size_t slash = slice_last_index(file, '/');
        escape_terminal(&pen.text, slash < file.len ? slice_skip(file, slash + 1) : file,
                        dashboard->ascii);
    }
    if (in->file_count > 1)
        buffer_format(&pen.text, " and %zu more", in->file_count - 1);
    buffer_add_text(&pen.text, "  ");
    add_span(&pen.text, in, area.columns < WIDE - 10);
    screen_text(dashboard->screen, area.row, area.column + 1, room, buffer_slice(&pen.text),
                STYLE_TITLE);
    buffer_release(&pen.text);
}

static int draw_answer(const struct dashboard *dashboard, struct area area)
{
    struct slice rest = buffer_slice(&dashboard->answer), row;
    int rows = 0, width = area.columns - 2;
    int most = area.rows >= VERY_TALL ? 3 * ANSWER_ROWS
               : area.rows >= TALL    ? ANSWER_ROWS + 1
                                      : ANSWER_ROWS;
    while (rows < most - 1 && text_next_row(&rest, (size_t)width, &row))
        screen_text(dashboard->screen, area.row + rows++, area.column + 1, width, row, STYLE_PLAIN);
    if (rest.len)
        screen_text(dashboard->screen, area.row + rows++, area.column + 1, width, rest,
                    STYLE_PLAIN);
    return rows;
}

/* "4.0..4.7%": worst and best case over what is unknown. */
static void add_bounds(struct buffer *out, const struct estimate *estimate)
{
    figures_percent(out, estimate->bound_low);
    buffer_add_text(out, "..");
    figures_percent(out, estimate->bound_high);
    buffer_add_byte(out, '%');
}

/* A count, or a count of all that there are, right-aligned. */
static void add_aligned(struct buffer *out, uint64_t count, uint64_t of, int width)
{
    struct buffer part;
    buffer_init(&part, 64);
    number_add_count(&part, count);
    if (of) {
        buffer_add_byte(&part, '/');
        number_add_count(&part, of);
    }
    buffer_format(out, "%*s", width, buffer_text(&part));
    buffer_release(&part);
}

/* One figure: "Ham lost  12/300 4.0% [0.2..21]     3     12  4.0..4.7%". */
static void draw_figure(struct pen *pen, const char *name, const struct estimate *estimate,
                        const struct figures_widths *widths, unsigned style)
{
    pen->column = 1;
    buffer_format(&pen->text, "%-*s", LABEL_WIDTH, name);
    pen_flush(pen, STYLE_PLAIN);
    figures_estimate(&pen->text, estimate, widths);
    pen_flush(pen, style);
    if (estimate->of == 0) {
        pen_word(pen, "  cannot be said: no such mail is labelled", STYLE_WARNING);
        pen->row++;
        return;
    }
    add_aligned(&pen->text, estimate->deferred, 0, COUNT_WIDTH);
    add_aligned(&pen->text, estimate->clusters, estimate->of_clusters, COUNT_WIDTH);
    buffer_add_text(&pen->text, "  ");
    size_t before = pen->text.len;
    if (estimate->reason)
        buffer_add_text(&pen->text, "too few senders");
    else
        add_bounds(&pen->text, estimate);
    if (pen->area.columns >= WIDE) {
        for (size_t width = pen->text.len - before; width < BOUNDS_WIDTH; width++)
            buffer_add_byte(&pen->text, ' ');
        int room = pen->area.columns - pen->column - (int)pen->text.len - 1;
        figures_interval_bar(&pen->text, estimate, (size_t)(room < 100 ? room : 100),
                             pen->dashboard->ascii);
    }
    pen_flush(pen, STYLE_PLAIN);
    pen->row++;
}

static void draw_figure_titles(struct pen *pen, const struct figures_widths *widths,
                               double confidence)
{
    struct buffer interval;
    buffer_init(&interval, 64);
    buffer_format(&interval, "%.0f%% sure", confidence * 100);
    int gap = (int)(widths->interval > interval.len ? widths->interval - interval.len : 0);
    buffer_format(&pen->text, "%-*s%*s %*s %s%*s%*s%*s  %-*s", LABEL_WIDTH, "Candidate",
                  (int)widths->count, "messages", (int)widths->rate, "rate", buffer_text(&interval),
                  gap, "", COUNT_WIDTH, "deferred", COUNT_WIDTH, "clusters", BOUNDS_WIDTH,
                  "if unknown");
    pen_flush(pen, STYLE_HEADING);
    if (pen->area.columns >= WIDE)
        pen_word(pen, "0 to 100%, the interval thick", STYLE_DIM);
    pen->row++;
    buffer_release(&interval);
}

/* "190 newly rejected, " */
static void add_change(struct buffer *out, uint64_t count, const char *what)
{
    number_add_count(out, count);
    buffer_add_text(out, what);
}

static void draw_coverage(struct pen *pen)
{
    const struct results_set *set = results_candidate(pen->dashboard->results);
    const struct results_changes *changes = results_changes(pen->dashboard->results);
    pen->column = 1;
    buffer_add_text(&pen->text, "Coverage ");
    figures_percent(&pen->text, set->coverage);
    buffer_add_text(&pen->text, "%: newly ");
    add_change(&pen->text, changes->newly_rejected, " rejected, ");
    add_change(&pen->text, changes->newly_deferred, " deferred, ");
    add_change(&pen->text, changes->newly_accepted, " accepted; ");
    add_change(&pen->text, changes->unknown, pen->area.columns < WIDE ? " unknown" : " unknown, ");
    if (pen->area.columns >= WIDE)
        add_change(&pen->text, changes->unchanged, " unchanged (recipients)");
    pen_flush(pen, set->coverage < 0.9 ? STYLE_WARNING : STYLE_PLAIN);
    pen->row++;
}

int overview_full(const struct dashboard *dashboard, struct area area)
{
    const struct results_set *set = results_candidate(dashboard->results);
    struct figures_widths widths = { .count = strlen("messages"),
                                     .rate = strlen("rate"),
                                     .interval = strlen("95% sure") };
    figures_measure(&widths, &set->ham_lost);
    figures_measure(&widths, &set->spam_stopped);
    figures_measure(&widths, &set->ham_delayed);
    struct pen pen;
    pen_init(&pen, dashboard, area);
    pen.row += draw_answer(dashboard, area);
    if (area.rows >= TALL)
        pen.row++;
    draw_figure_titles(&pen, &widths, set->ham_lost.confidence);
    draw_figure(&pen, "Ham lost", &set->ham_lost, &widths, STYLE_HAM);
    draw_figure(&pen, "Spam stopped", &set->spam_stopped, &widths, STYLE_SPAM);
    if (area.rows >= TALL)
        draw_figure(&pen, "Ham delayed", &set->ham_delayed, &widths, STYLE_PLAIN);
    draw_coverage(&pen);
    if (area.rows >= TALL)
        pen.row++;
    buffer_release(&pen.text);
    return pen.row - area.row;
}

/* "Ham lost      157/882  18% [4.4..44]  10/54 senders, worth 19.3". */
static void draw_line_figure(struct pen *pen, const char *name, const struct estimate *estimate,
                             const struct figures_widths *widths, unsigned style)
{
    pen_word(pen, name, STYLE_PLAIN);
    figures_estimate(&pen->text, estimate, widths);
    pen_flush(pen, style);
    if (estimate->of == 0)
        return;
    buffer_format(&pen->text, "  %" PRIu64 "/%" PRIu64 " senders, worth %.1f", estimate->clusters,
                  estimate->of_clusters, estimate->effective_n);
    pen_flush(pen, STYLE_PLAIN);
}

int overview_line(const struct dashboard *dashboard, struct area area)
{
    const struct results_set *set = results_candidate(dashboard->results);
    struct figures_widths widths = { 0 };
    struct pen pen;
    figures_measure(&widths, &set->ham_lost);
    figures_measure(&widths, &set->spam_stopped);
    pen_init(&pen, dashboard, area);
    draw_line_figure(&pen, "Ham lost      ", &set->ham_lost, &widths, STYLE_HAM);
    pen.row++;
    pen.column = 1;
    draw_line_figure(&pen, "Spam stopped  ", &set->spam_stopped, &widths, STYLE_SPAM);
    pen_word(&pen, "  coverage ", STYLE_PLAIN);
    figures_percent(&pen.text, set->coverage);
    buffer_add_byte(&pen.text, '%');
    pen_flush(&pen, STYLE_PLAIN);
    buffer_release(&pen.text);
    return pen.row + 1 - area.row;
}
