#include "reports/summary_csv.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/xalloc.h"

enum { DOCUMENT_LIMIT = 1 << 26 };

/* What a line is about: a whole set, or one restriction of it. */
struct csv_line {
    const char *set_name;
    const struct results_set *set;
    const struct results_restriction *restriction; /* NULL: the whole set */
};

static void add_text(struct buffer *out, const char *text)
{
    if (text)
        escape_csv(out, slice_of(text));
}

static void add_real(struct buffer *out, double number)
{
    if (isfinite(number))
        buffer_format(out, "%.12g", number);
}

static void add_estimate(struct buffer *out, const struct estimate *e)
{
    buffer_add_u64(out, e->count);
    buffer_add_byte(out, ',');
    buffer_add_u64(out, e->of);
    buffer_add_byte(out, ',');
    buffer_add_u64(out, e->rows);
    buffer_add_byte(out, ',');
    buffer_add_u64(out, e->deferred);
    const double reals[] = { e->rate, e->low, e->high, e->bound_low, e->bound_high };
    for (size_t i = 0; i < COUNT(reals); i++) {
        buffer_add_byte(out, ',');
        add_real(out, reals[i]);
    }
    buffer_add_byte(out, ',');
    buffer_add_u64(out, e->clusters);
    buffer_add_byte(out, ',');
    buffer_add_u64(out, e->of_clusters);
    buffer_add_byte(out, ',');
    add_real(out, e->effective_n);
}

#define ESTIMATE_COLUMNS(name)                                                                     \
    name "_count," name "_of," name "_rows," name "_deferred," name "_rate," name "_low," name     \
         "_high," name "_bound_low," name "_bound_high," name "_clusters," name                    \
         "_of_clusters," name "_effective_n"

static void add_restriction(struct buffer *out, const struct results_restriction *r)
{
    add_text(out, r->name);
    buffer_add_byte(out, ',');
    add_text(out, r->argument);
    buffer_add_byte(out, ',');
    add_text(out, r->list);
    buffer_add_byte(out, ',');
    add_text(out, r->class_name);
    buffer_add_byte(out, ',');
    if (r->position)
        buffer_add_u64(out, r->position);
    buffer_add_text(out, r->enabled ? ",1," : ",0,");
    const uint64_t counts[] = { r->hits, r->decides, r->unique, r->unknown };
    for (size_t i = 0; i < COUNT(counts); i++) {
        buffer_add_u64(out, counts[i]);
        buffer_add_byte(out, ',');
    }
}

static void add_line(struct buffer *out, const struct csv_line *line)
{
    const struct results_restriction *r = line->restriction;
    add_text(out, line->set_name);
    buffer_add_byte(out, ',');
    if (r)
        add_restriction(out, r);
    else
        buffer_add_text(out, ",,,,,,,,,,");
    add_estimate(out, r ? &r->ham_lost : &line->set->ham_lost);
    buffer_add_byte(out, ',');
    add_estimate(out, r ? &r->spam_stopped : &line->set->spam_stopped);
    buffer_add_byte(out, ',');
    add_real(out, r ? r->so_ratio : (double)NAN);
    buffer_add_byte(out, ',');
    add_real(out, line->set->coverage);
    buffer_add_text(out, ",0.95\r\n");
}

static void add_set(struct buffer *out, const char *name, const struct results_set *set)
{
    add_line(out, &(struct csv_line){ name, set, NULL });
    for (size_t i = 0; i < set->restriction_count; i++)
        add_line(out, &(struct csv_line){ name, set, &set->restrictions[i] });
}

bool summary_csv_write(const struct results *results, const struct report_context *context,
                       FILE *to)
{
    (void)context;
    struct buffer out;
    buffer_init(&out, DOCUMENT_LIMIT);
    buffer_add_text(&out, "set,restriction,argument,list,class,position,enabled,hits,decides,"
                          "unique,unknown," ESTIMATE_COLUMNS("ham_lost") "," ESTIMATE_COLUMNS(
                              "spam_stopped") ",so_ratio,coverage,confidence\r\n");
    add_set(&out, "baseline", results_baseline(results));
    add_set(&out, "candidate", results_candidate(results));
    bool good = !out.overflow && fwrite(out.at, 1, out.len, to) == out.len;
    buffer_release(&out);
    return good;
}
