#include "reports/summary_csv.h"

#include <math.h>

#include "analyzer/results_history.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/civil_time.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum { DOCUMENT_LIMIT = 1 << 26 };

/* What a line is about: a whole set, or one restriction of it, or one week of the candidate. */
struct csv_line {
    const char *set_name;
    const struct results_set *set;
    const struct results_restriction *restriction; /* NULL: the whole set */
    int64_t week_us;                               /* its Monday; TIME_NONE: all of the log */
    int zone;
};

enum csv_estimate { ESTIMATE_NONE, ESTIMATE_HAM_LOST, ESTIMATE_SPAM_STOPPED };

/* One column: its title and how its field is made. */
struct csv_column {
    const char *title;
    void (*add)(struct buffer *out, const struct csv_line *line, const struct csv_column *column);
    size_t offset;              /* in struct results_restriction, or in struct estimate */
    enum csv_estimate estimate; /* whose field it is */
};

static void add_number(struct buffer *out, double number)
{
    if (isfinite(number))
        buffer_format(out, "%.12g", number);
}

static void add_set_name(struct buffer *out, const struct csv_line *line,
                         const struct csv_column *column)
{
    (void)column;
    escape_csv(out, slice_of(line->set_name));
}

static void add_coverage(struct buffer *out, const struct csv_line *line,
                         const struct csv_column *column)
{
    (void)column;
    add_number(out, line->set->coverage);
}

static void add_week(struct buffer *out, const struct csv_line *line,
                     const struct csv_column *column)
{
    char text[TIME_TEXT_MAX];
    (void)column;
    buffer_add_slice(out, civil_format_day(line->week_us, line->zone, text));
}

/* Where a column's value lies: in the restriction, or in one of the line's estimates; NULL: the line
 * has none. */
static const void *value_of(const struct csv_line *line, const struct csv_column *column)
{
    const struct results_restriction *r = line->restriction;
    const void *owner = r;
    if (column->estimate == ESTIMATE_HAM_LOST)
        owner = r ? &r->ham_lost : &line->set->ham_lost;
    else if (column->estimate == ESTIMATE_SPAM_STOPPED)
        owner = r ? &r->spam_stopped : &line->set->spam_stopped;
    return owner ? (const char *)owner + column->offset : NULL;
}

static void add_text(struct buffer *out, const struct csv_line *line,
                     const struct csv_column *column)
{
    const char *const *text = value_of(line, column);
    if (text && *text)
        escape_csv(out, slice_of(*text));
}

static void add_count(struct buffer *out, const struct csv_line *line,
                      const struct csv_column *column)
{
    const uint64_t *count = value_of(line, column);
    if (count)
        buffer_add_u64(out, *count);
}

static void add_position(struct buffer *out, const struct csv_line *line,
                         const struct csv_column *column)
{
    const unsigned *position = value_of(line, column);
    if (position && *position)
        buffer_add_u64(out, *position);
}

static void add_bool(struct buffer *out, const struct csv_line *line,
                     const struct csv_column *column)
{
    const bool *value = value_of(line, column);
    if (value)
        buffer_add_byte(out, *value ? '1' : '0');
}

static void add_real(struct buffer *out, const struct csv_line *line,
                     const struct csv_column *column)
{
    const double *real = value_of(line, column);
    if (real)
        add_number(out, *real);
}

#define OF(field)       offsetof(struct results_restriction, field), ESTIMATE_NONE
#define E(which, field) offsetof(struct estimate, field), which
/* clang-format off */
#define ESTIMATE_COLUMNS(name, which) \
    { name "_count", add_count, E(which, count) }, \
    { name "_of", add_count, E(which, of) }, \
    { name "_rows", add_count, E(which, rows) }, \
    { name "_deferred", add_count, E(which, deferred) }, \
    { name "_rate", add_real, E(which, rate) }, \
    { name "_low", add_real, E(which, low) }, \
    { name "_high", add_real, E(which, high) }, \
    { name "_bound_low", add_real, E(which, bound_low) }, \
    { name "_bound_high", add_real, E(which, bound_high) }, \
    { name "_clusters", add_count, E(which, clusters) }, \
    { name "_of_clusters", add_count, E(which, of_clusters) }, \
    { name "_effective_n", add_real, E(which, effective_n) }, \
    { name "_reason", add_text, E(which, reason) }

/* The table: one row per column, in the order of the document. */
static const struct csv_column columns[] = {
    { "set", add_set_name, 0, ESTIMATE_NONE },
    { "restriction", add_text, OF(name) },
    { "argument", add_text, OF(argument) },
    { "list", add_text, OF(list) },
    { "class", add_text, OF(class_name) },
    { "position", add_position, OF(position) },
    { "enabled", add_bool, OF(enabled) },
    { "hits", add_count, OF(hits) },
    { "decides", add_count, OF(decides) },
    { "unique", add_count, OF(unique) },
    { "unknown", add_count, OF(unknown) },
    ESTIMATE_COLUMNS("ham_lost", ESTIMATE_HAM_LOST),
    ESTIMATE_COLUMNS("spam_stopped", ESTIMATE_SPAM_STOPPED),
    { "so_ratio", add_real, OF(so_ratio) },
    { "coverage", add_coverage, 0, ESTIMATE_NONE },
    { "confidence", add_real, E(ESTIMATE_HAM_LOST, confidence) },
    { "week", add_week, 0, ESTIMATE_NONE },
};
/* clang-format on */

static void add_line(struct buffer *out, const struct csv_line *line)
{
    for (size_t i = 0; i < COUNT(columns); i++) {
        if (i)
            buffer_add_byte(out, ',');
        columns[i].add(out, line, &columns[i]);
    }
    buffer_add_text(out, "\r\n");
}

static void add_set(struct buffer *out, const char *name, const struct results_set *set)
{
    add_line(out, &(struct csv_line){ name, set, NULL, TIME_NONE, 0 });
    for (size_t i = 0; i < set->restriction_count; i++)
        add_line(out, &(struct csv_line){ name, set, &set->restrictions[i], TIME_NONE, 0 });
}

/* The candidate's two rates of each week, in lines of the set "week". */
static void add_weeks(struct buffer *out, const struct results *results)
{
    struct arena arena;
    arena_init(&arena);
    struct results_drift drift = results_drift(results, &arena);
    for (size_t w = 0; w < drift.week_count; w++) {
        struct results_set set = {
            .coverage = drift.weeks[w].coverage,
            .ham_lost = drift.series[SERIES_HAM_LOST].points[w].estimate,
            .spam_stopped = drift.series[SERIES_SPAM_STOPPED].points[w].estimate,
        };
        add_line(out, &(struct csv_line){ "week", &set, NULL, drift.weeks[w].start_us,
                                          results_input(results)->first_offset });
    }
    arena_release(&arena);
}

bool summary_csv_write(const struct results *results, const struct report_context *context,
                       FILE *to)
{
    (void)context;
    struct buffer out;
    buffer_init(&out, DOCUMENT_LIMIT);
    for (size_t i = 0; i < COUNT(columns); i++)
        buffer_format(&out, "%s%s", i ? "," : "", columns[i].title);
    buffer_add_text(&out, "\r\n");
    add_set(&out, "baseline", results_baseline(results));
    add_set(&out, "candidate", results_candidate(results));
    add_weeks(&out, results);
    bool good = !out.overflow && fwrite(out.at, 1, out.len, to) == out.len;
    buffer_release(&out);
    return good;
}
