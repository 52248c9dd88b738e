/*
 * Week by week: every rate of the report as a series, with the band that its past forecasts, and
 * whether it has drifted (estimate/drift.h). Weeks are calendar weeks of the log's zone.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/drift.h"
#include "analyzer/estimate/hit_count.h"
#include "analyzer/results_history_internal.h"
#include "base/civil_time.h"
#include "base/number_text.h"
#include "base/xalloc.h"

enum {
    WEEK_DAYS = 7,
    MONDAY = 3,      /* days from the first day of 1970 back to a Monday */
    WEEKS_MAX = 520, /* the last ten years: a log of mad time stamps must not fill the memory */
};
#define WEEK_US (WEEK_DAYS * DAY_US)
/* A log that begins or ends within half a day of a week's edge covers the week: nights are quiet. */
#define EDGE_US (DAY_US / 2)

/* The messages that count, sorted by week. */
struct calendar {
    const struct results *results;
    struct results_week *weeks;
    size_t week_count;
    uint32_t *messages; /* those of week w: from starts[w] to starts[w + 1] */
    uint32_t *starts;
    struct week_senders *all; /* by week */
};

/* The senders of a week, and how many messages each wrote. */
struct week_senders {
    struct cluster_rate *rates;
    size_t count;
};

/* One rate: which messages it is about, and which of them are hit. */
struct series_work {
    const struct results *results;
    enum results_series_kind kind;
    const uint8_t *effects; /* of the candidate, the worst by message */
    uint8_t *hits;          /* SERIES_REFUSED, SERIES_HITS: enum tri by message */
};

/* ---- weeks ---- */

/* The number of the week of an instant; weeks are counted from the first Monday's week of 1970. */
static int64_t week_number(int64_t time_us, int offset_minutes)
{
    int64_t day = civil_day(time_us, offset_minutes) + MONDAY;
    return day / WEEK_DAYS - (day % WEEK_DAYS < 0);
}

static bool counts(const struct results *results, uint32_t message)
{
    return results->facts[message] & FACT_COUNTS &&
           results->parts.evidence->messages[message].time_us != TIME_NONE;
}

static int compare_numbers(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* The numbers of the last weeks that have mail, sorted, each once. */
static int64_t *find_weeks(const struct results *results, size_t *count)
{
    const struct evidence *evidence = results->parts.evidence;
    int64_t *numbers = NULL, last = INT64_MIN;
    size_t used = 0, capacity = 0;
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        int64_t number =
            week_number(evidence->messages[m].time_us, results->parts.input.first_offset);
        if (!counts(results, m) || number == last)
            continue;
        GROW(numbers, used, capacity);
        numbers[used++] = last = number;
    }
    if (used)
        qsort(numbers, used, sizeof *numbers, compare_numbers);
    *count = 0;
    for (size_t i = 0; i < used; i++)
        if (*count == 0 || numbers[*count - 1] != numbers[i])
            numbers[(*count)++] = numbers[i];
    if (*count > WEEKS_MAX) {
        memmove(numbers, numbers + *count - WEEKS_MAX, WEEKS_MAX * sizeof *numbers);
        *count = WEEKS_MAX;
    }
    return numbers;
}

/* The index of a message's week; `count` when it counts for none. */
static size_t week_of(const struct results *results, uint32_t message, const int64_t *numbers,
                      size_t count)
{
    int64_t number = week_number(results->parts.evidence->messages[message].time_us,
                                 results->parts.input.first_offset);
    size_t low = 0, high = counts(results, message) ? count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && counts(results, message) && numbers[low] == number ? low : count;
}

static void describe_week(const struct results *results, int64_t number, struct results_week *week)
{
    const struct results_input *input = &results->parts.input;
    week->start_us =
        number * WEEK_US - MONDAY * DAY_US - (int64_t)input->first_offset * 60 * 1000000;
    week->whole = input->first_us != TIME_NONE && input->first_us <= week->start_us + EDGE_US &&
                  input->last_us >= week->start_us + WEEK_US - EDGE_US;
}

/* The share of a week's recipients that have a definite verdict. */
static double coverage_of(const struct calendar *calendar, size_t week)
{
    const struct results *results = calendar->results;
    uint64_t rows = 0, definite = 0;
    for (uint32_t i = calendar->starts[week]; i < calendar->starts[week + 1]; i++) {
        const struct message *message = &results->parts.evidence->messages[calendar->messages[i]];
        for (uint32_t r = 0; r < message->row_count; r++) {
            rows++;
            definite += tally_verdict(&results->candidate.view, message->first_row + r)->kind !=
                        VERDICT_UNKNOWN;
        }
    }
    return rows ? (double)definite / (double)rows : 1;
}

static void make_calendar(struct calendar *calendar, const struct results *results,
                          struct arena *arena)
{
    uint32_t messages = results->parts.evidence->message_count;
    size_t count;
    int64_t *numbers = find_weeks(results, &count);
    calendar->results = results;
    calendar->week_count = count;
    calendar->weeks = ARENA_ARRAY(arena, struct results_week, count + 1);
    calendar->messages = xcalloc(messages + (size_t)1, sizeof(uint32_t));
    calendar->starts = xcalloc(count + 2, sizeof(uint32_t));
    uint16_t *week = xcalloc(messages + (size_t)1, sizeof *week);
    for (uint32_t m = 0; m < messages; m++) {
        week[m] = (uint16_t)week_of(results, m, numbers, count);
        calendar->weeks[week[m]].messages++; /* one more: of no week */
    }
    for (size_t w = 0; w < count; w++)
        calendar->starts[w + 1] = calendar->starts[w] + (uint32_t)calendar->weeks[w].messages;
    uint32_t *next = xcalloc(count + 1, sizeof *next);
    for (uint32_t m = 0; m < messages; m++)
        if (week[m] < count)
            calendar->messages[calendar->starts[week[m]] + next[week[m]]++] = m;
    for (size_t w = 0; w < count; w++) {
        describe_week(results, numbers[w], &calendar->weeks[w]);
        calendar->weeks[w].coverage = coverage_of(calendar, w);
    }
    free(week);
    free(next);
    free(numbers);
}

/* ---- one series ---- */

/* Finds the messages that a restriction acts on, or may: some row of them. */
static void find_hits(const struct series_work *work, const uint8_t *acts)
{
    const struct results *results = work->results;
    const struct results_side *side = &results->candidate;
    const uint32_t *classes = replay_row_classes(side->view.replay);
    memset(work->hits, TRI_NO, results->parts.evidence->message_count);
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++) {
        uint8_t act = acts[classes ? classes[row] : replay_class(side->view.replay, row)];
        if (act == TRI_NO || (side->from_log && side->from_log[row] == FROM_LOG_NO_SMTPD))
            continue;
        uint8_t *hit = &work->hits[results->row_message[row]];
        *hit = *hit == TRI_YES ? TRI_YES : act;
    }
}

static void find_refused(const struct series_work *work)
{
    const struct results *results = work->results;
    for (uint32_t m = 0; m < results->parts.evidence->message_count; m++)
        work->hits[m] = results->facts[m] & FACT_REFUSED ? TRI_YES : TRI_NO;
}

/* Counts the messages of one label that the baseline let in. */
static void count_labelled(const struct series_work *work, uint32_t number, struct hit_count *count)
{
    const struct results *results = work->results;
    unsigned wanted = FACT_LET_IN | (work->kind == SERIES_HAM_LOST ? FACT_HAM : FACT_SPAM);
    if ((results->facts[number] & wanted) != wanted)
        return;
    uint32_t client = results->message_client[number];
    uint8_t effect = work->effects[number];
    hit_count_add(count, results->clusters.of_client[client],
                  effect >= EFFECT_DEFERRED  ? TRI_YES
                  : effect == EFFECT_UNKNOWN ? TRI_UNKNOWN
                                             : TRI_NO);
}

static void count_week(const struct calendar *calendar, const struct series_work *work, size_t week,
                       struct hit_count *count)
{
    const struct results *results = calendar->results;
    const uint32_t *message = calendar->messages + calendar->starts[week];
    const uint32_t *end = calendar->messages + calendar->starts[week + 1];
    if (work->kind == SERIES_HAM_LOST || work->kind == SERIES_SPAM_STOPPED) {
        hit_count_clear(count);
        for (; message < end; message++)
            count_labelled(work, *message, count);
        return;
    }
    hit_count_load(count, calendar->all[week].rates, calendar->all[week].count);
    for (; message < end; message++)
        if (work->hits[*message] != TRI_NO)
            hit_count_hit(count, results->clusters.of_client[results->message_client[*message]],
                          (enum tri)work->hits[*message]);
}

/* The senders of every week, for the rates that are about all mail. */
static void count_senders(struct calendar *calendar, struct hit_count *count)
{
    const struct results *results = calendar->results;
    calendar->all = xcalloc(calendar->week_count + 1, sizeof *calendar->all);
    for (size_t w = 0; w < calendar->week_count; w++) {
        hit_count_clear(count);
        for (uint32_t i = calendar->starts[w]; i < calendar->starts[w + 1]; i++) {
            uint32_t client = results->message_client[calendar->messages[i]];
            hit_count_add(count, results->clusters.of_client[client], TRI_NO);
        }
        calendar->all[w].rates = hit_count_rates(count, &calendar->all[w].count);
    }
}

static const char *kind_name(enum results_series_kind kind)
{
    static const char *const names[] = { "ham_lost", "spam_stopped", "refused", "hits" };
    return names[kind];
}

static struct results_series count_series(const struct calendar *calendar,
                                          const struct series_work *work, struct hit_count *count,
                                          struct arena *arena)
{
    size_t weeks = calendar->week_count;
    struct results_point *points = ARENA_ARRAY(arena, struct results_point, weeks + 1);
    struct drift_week *past = xcalloc(weeks + 1, sizeof *past);
    struct drift_point *judged = xcalloc(weeks + 1, sizeof *judged);
    for (size_t w = 0; w < weeks; w++) {
        count_week(calendar, work, w, count);
        points[w].estimate = hit_count_estimate(count);
        past[w].rates = hit_count_rates(count, &past[w].count);
        past[w].whole = calendar->weeks[w].whole;
    }
    struct drift_verdict verdict = drift_judge(past, weeks, judged);
    for (size_t w = 0; w < weeks; w++) {
        points[w].band = (struct results_range){ judged[w].band.low, judged[w].band.high };
        points[w].side = judged[w].side;
        free(past[w].rates);
    }
    free(past);
    free(judged);
    return (struct results_series){
        .kind = work->kind,
        .kind_name = kind_name(work->kind),
        .points = points,
        .alarm = drift_alarm_name(verdict.alarm),
        .alarmed = verdict.alarm == DRIFT_TWO_WEEKS || verdict.alarm == DRIFT_SENDERS,
        .alarm_week = verdict.week,
        .upwards = verdict.upwards,
    };
}

/* Restrictions that act, permits left out. */
static bool has_series(const struct results_restriction *restriction)
{
    return restriction->enabled && !restriction->permits && restriction->hits > 0;
}

static void find_acts(const struct results_side *side, size_t restriction, uint8_t *acts)
{
    uint32_t classes = replay_class_count(side->view.replay);
    for (uint32_t k = 0; k < classes; k++)
        acts[k] = (uint8_t)replay_class_acts(side->view.replay, k, (uint32_t)restriction);
}

static void make_series(struct calendar *calendar, struct arena *arena, struct results_drift *drift)
{
    const struct results *results = calendar->results;
    const struct results_side *side = &results->candidate;
    struct results_series *series =
        ARENA_ARRAY(arena, struct results_series, side->set.restriction_count + SERIES_HITS + 1);
    uint8_t *acts = xcalloc(replay_class_count(side->view.replay) + (size_t)1, 1);
    struct series_work work = { .results = results,
                                .effects = results_worst_effects(results),
                                .hits = xcalloc(results->parts.evidence->message_count + (size_t)1,
                                                1) };
    struct hit_count count;
    hit_count_init(&count, results->clusters.keys.count);
    count_senders(calendar, &count);
    for (int kind = SERIES_HAM_LOST; kind < SERIES_HITS; kind++) {
        work.kind = (enum results_series_kind)kind;
        if (kind == SERIES_REFUSED)
            find_refused(&work);
        series[drift->series_count++] = count_series(calendar, &work, &count, arena);
    }
    work.kind = SERIES_HITS;
    for (size_t i = 0; i < side->set.restriction_count; i++) {
        if (!has_series(&side->restrictions[i]))
            continue;
        find_acts(side, i, acts);
        find_hits(&work, acts);
        series[drift->series_count] = count_series(calendar, &work, &count, arena);
        series[drift->series_count++].restriction = &side->restrictions[i];
    }
    hit_count_release(&count);
    free(acts);
    free(work.hits);
    drift->series = series;
}

/* ---- in words ---- */

static void add_series_name(struct buffer *out, const struct results_series *series)
{
    static const char *const names[] = { "wanted mail lost", "spam stopped",
                                         "mail that the server refuses", "hits of " };
    buffer_add_text(out, names[series->kind]);
    if (series->kind != SERIES_HITS)
        return;
    buffer_add_text(out, series->restriction->name);
    if (series->restriction->argument)
        buffer_format(out, " %s", series->restriction->argument);
}

static void add_alarm(struct buffer *out, const struct results *results,
                      const struct results_drift *drift, const struct results_series *series)
{
    char day[TIME_TEXT_MAX];
    buffer_add_text(out, " The share of ");
    add_series_name(out, series);
    buffer_add_text(out, series->upwards ? " has risen" : " has fallen");
    buffer_add_text(out, slice_is(slice_of(series->alarm), "two_weeks")
                             ? ": two weeks in a row outside what the weeks before them forecast, "
                               "the second that of "
                             : ": the number of senders hit has moved, noticed in the week of ");
    buffer_add_slice(out, civil_format_day(drift->weeks[series->alarm_week].start_us,
                                           results->parts.input.first_offset, day));
    buffer_add_byte(out, '.');
}

static struct slice make_sentence(const struct results *results, const struct results_drift *drift,
                                  struct arena *arena)
{
    enum { SENTENCE_LIMIT = 1 << 16 };
    struct buffer out;
    size_t alarms = 0;
    buffer_init(&out, SENTENCE_LIMIT);
    if (drift->whole_weeks < DRIFT_WEEKS_MIN) {
        buffer_format(&out,
                      "The log has %zu whole calendar week%s: drift cannot be told from it. The "
                      "interval for mail to come assumes that nothing drifts.",
                      drift->whole_weeks, drift->whole_weeks == 1 ? "" : "s");
    } else {
        for (size_t i = 0; i < drift->series_count; i++) {
            const struct results_series *series = &drift->series[i];
            if (!series->alarmed)
                continue;
            add_alarm(&out, results, drift, series);
            alarms++;
        }
        if (alarms == 0)
            buffer_format(&out, "No rate has left its band over %zu whole weeks%s.",
                          drift->whole_weeks,
                          drift->whole_weeks == DRIFT_WEEKS_MIN
                              ? "; an alarm takes two weeks behind a first one, so that this log "
                                "is too short for any"
                              : "");
    }
    struct slice sentence = slice_trim(arena_copy(arena, buffer_slice(&out)));
    buffer_release(&out);
    return sentence;
}

struct results_drift results_drift(const struct results *results, struct arena *arena)
{
    struct results_drift drift = { 0 };
    struct calendar calendar = { 0 };
    make_calendar(&calendar, results, arena);
    drift.weeks = calendar.weeks;
    drift.week_count = calendar.week_count;
    for (size_t w = 0; w < drift.week_count; w++)
        drift.whole_weeks += drift.weeks[w].whole;
    make_series(&calendar, arena, &drift);
    history_changes(results, arena, &drift);
    drift.sentence = make_sentence(results, &drift, arena);
    for (size_t w = 0; w < calendar.week_count; w++)
        free(calendar.all[w].rates);
    free(calendar.all);
    free(calendar.messages);
    free(calendar.starts);
    return drift;
}
