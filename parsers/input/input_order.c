#include "parsers/input/input_order.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "parsers/input/year_clock.h"

/* What is known of a year-less file while years are sought. */
struct candidate {
    struct order_item *item;
    bool settled;
    int64_t
        place_us; /* of the first stamp in some fixed leap year: its place in the circle of a year */
};

static int64_t distance(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

static void set_times(struct order_item *item)
{
    const struct probe *probe = &item->probe;
    item->first_us = item->last_us = TIME_NONE;
    if (!probe->stamped)
        return;
    item->first_us = year_clock_at(&probe->first, item->year);
    item->last_us = year_clock_at(&probe->last, item->year + probe->new_years);
}

/* The year that puts the stamp of a line next to the clock in its queue id; a message rests in the
 * queue for days at most. 0: none does. */
static int year_by_queue_id(const struct probe *probe)
{
    if (probe->queue_id_us == TIME_NONE)
        return 0;
    int middle = civil_from_us(probe->queue_id_us, 0).year;
    for (int year = middle - 1; year <= middle + 1; year++)
        if (distance(year_clock_at(&probe->queue_id_stamp, year), probe->queue_id_us) < 8 * DAY_US)
            return year - (probe->queue_id_stamp.civil.month < probe->first.civil.month);
    return 0;
}

/* The year of the first stamp as the file alone tells it; true when that is settled. */
static bool year_of_file(struct order_item *item)
{
    const struct probe *probe = &item->probe;
    const struct stamp *known = probe->end_known ? &probe->last : &probe->first;
    int new_years = probe->end_known ? probe->new_years : 0;
    if ((item->year = year_by_queue_id(probe)) != 0) {
        item->limit_us = INT64_MAX;
        return true;
    }
    bool named = probe->named_us != TIME_NONE;
    item->limit_us = named ? probe->named_us + 2 * DAY_US : probe->written_us + DAY_US;
    int year = year_clock_latest_year(known, item->limit_us);
    item->year = year - new_years;
    int64_t near = probe->end_known ? 2 * DAY_US : 40 * DAY_US;
    return named || probe->written_us - year_clock_at(known, year) < near;
}

/* Moves a file back by whole years until it lies nearest to the settled ones. */
static void lay_beside(struct order_item *item, int64_t low_us, int64_t high_us)
{
    int64_t best = INT64_MAX;
    int lowest = civil_from_us(low_us, 0).year - 1, best_year = item->year;
    for (int year = item->year; year >= lowest; year--) {
        int64_t at = year_clock_at(&item->probe.first, year);
        int64_t away = at < low_us ? low_us - at : at > high_us ? at - high_us : 0;
        if (away < best) {
            best = away;
            best_year = year;
        }
    }
    item->year = best_year;
}

static int by_place(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->place_us != y->place_us)
        return x->place_us < y->place_us ? -1 : 1;
    return strcmp(x->item->path, y->item->path);
}

/* Nothing settles any of these files: the widest gap in the circle of the year lies before the first
 * of them. */
static void lay_side_by_side(struct candidate *files, size_t count)
{
    const int64_t circle = 366 * DAY_US;
    size_t start = 0;
    int64_t widest = -1;
    qsort(files, count, sizeof *files, by_place);
    for (size_t i = 0; i < count; i++) {
        int64_t before = i ? files[i - 1].place_us : files[count - 1].place_us - circle;
        if (files[i].place_us - before > widest) {
            widest = files[i].place_us - before;
            start = i;
        }
    }
    int year = INT32_MAX; /* of those behind the new year, which files[0] is the first of */
    for (size_t i = 0; i < count; i++) {
        int bound = files[i].item->year + (i >= start && start > 0);
        year = bound < year ? bound : year;
    }
    for (size_t i = 0; i < count; i++)
        files[i].item->year = year - (i >= start && start > 0);
}

static void find_years(struct order_item *items, size_t count)
{
    struct candidate *open = xcalloc(count ? count : 1, sizeof *open);
    size_t open_count = 0;
    int64_t low_us = INT64_MAX, high_us = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        struct order_item *item = &items[i];
        item->limit_us = INT64_MAX;
        if (!item->probe.stamped)
            continue;
        if (item->probe.yearless && !year_of_file(item)) {
            open[open_count++] =
                (struct candidate){ .item = item,
                                    .place_us = year_clock_at(&item->probe.first, 2000) };
            continue;
        }
        set_times(item);
        low_us = item->first_us < low_us ? item->first_us : low_us;
        high_us = item->last_us > high_us ? item->last_us : high_us;
    }
    if (low_us <= high_us)
        for (size_t i = 0; i < open_count; i++)
            lay_beside(open[i].item, low_us, high_us);
    else
        lay_side_by_side(open, open_count);
    free(open);
}

static int by_time(const void *a, const void *b)
{
    const struct order_item *x = a, *y = b;
    if (x->probe.stamped != y->probe.stamped)
        return x->probe.stamped ? -1 : 1;
    if (!x->probe.stamped)
        return x->given < y->given ? -1 : 1;
    if (x->first_us != y->first_us)
        return x->first_us < y->first_us ? -1 : 1;
    if (x->last_us != y->last_us)
        return x->last_us < y->last_us ? -1 : 1;
    int paths = strcmp(x->path, y->path);
    return paths ? paths : x->given < y->given ? -1 : 1;
}

static void sort(struct order_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        set_times(&items[i]);
    if (count)
        qsort(items, count, sizeof *items, by_time);
}

void input_order(struct order_item *items, size_t count, int year)
{
    find_years(items, count);
    sort(items, count);
    size_t first = 0;
    while (first < count && !(items[first].probe.stamped && items[first].probe.yearless))
        first++;
    if (!year || first == count)
        return;
    int shift = year - items[first].year;
    for (size_t i = 0; i < count; i++)
        if (items[i].probe.yearless) {
            items[i].year += shift;
            items[i].limit_us = INT64_MAX;
        }
    sort(items, count);
}
