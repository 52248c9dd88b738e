/*
 * Week by week: every rate of the report as a series, with the band that its past forecasts, and
 * whether it has drifted (estimate/drift.h). Weeks are calendar weeks of the log's zone.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/drift.h"
#include "analyzer/estimate/hit_count.h"
#include "analyzer/results_crowds.h"
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

/* A week while it is counted: messages are in order of time. */
struct week_work {
    int64_t number;          /* counted from the first Monday's week of 1970 */
    uint32_t first, end;     /* its messages */
    uint64_t messages;       /* those that count */
    uint64_t rows, definite; /* recipients of these, and how many have a definite verdict */
    struct crowd *crowds;
    size_t crowd_count;
};

struct calendar {
    const struct results *results;
    struct week_work *weeks;
    size_t count;
};

/* One rate: which crowds it is about, and which of them are hit. */
struct series_work {
    enum results_series_kind kind;
    size_t number; /* SERIES_HITS: of the restriction, as asked of crowd_is_hit */
};

/* ---- weeks ---- */

/* The number of the week of an instant. */
static int64_t week_number(int64_t time_us, int offset_minutes)
{
    int64_t day = civil_day(time_us, offset_minutes) + MONDAY;
    return day / WEEK_DAYS - (day % WEEK_DAYS < 0);
}

/* The first message behind a week. */
static uint32_t week_end(const struct results *results, uint32_t first, int64_t number)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t low = first, high = evidence->message_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (week_number(evidence->messages[middle].time_us, results->parts.input.first_offset) <=
            number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint64_t count_messages(const struct results *results, uint32_t first, uint32_t end)
{
    uint64_t count = 0;
    for (uint32_t m = first; m < end; m++)
        count += results->facts[m] & FACT_COUNTS;
    return count;
}
static_assert(FACT_COUNTS == 1, "counted by adding it up");

/* The last weeks that have mail that counts. */
static void find_weeks(struct calendar *calendar)
{
    const struct results *results = calendar->results;
    const struct evidence *evidence = results->parts.evidence;
    size_t capacity = 0;
    for (uint32_t m = history_first_since(evidence, TIME_NONE + 1), end;
         m < evidence->message_count; m = end) {
        int64_t number =
            week_number(evidence->messages[m].time_us, results->parts.input.first_offset);
        end = week_end(results, m, number);
        uint64_t messages = count_messages(results, m, end);
        if (messages == 0)
            continue;
        GROW(calendar->weeks, calendar->count, capacity);
        calendar->weeks[calendar->count++] =
            (struct week_work){ .number = number, .first = m, .end = end, .messages = messages };
    }
    if (calendar->count > WEEKS_MAX) {
        memmove(calendar->weeks, calendar->weeks + calendar->count - WEEKS_MAX,
                WEEKS_MAX * sizeof *calendar->weeks);
        calendar->count = WEEKS_MAX;
    }
}

/* By message, the index of its week; the number of weeks when it counts for none. */
static uint16_t *find_week_of(const struct calendar *calendar)
{
    const struct results *results = calendar->results;
    uint32_t messages = results->parts.evidence->message_count;
    uint16_t *week_of = xcalloc(messages + (size_t)1, sizeof *week_of);
    for (uint32_t m = 0; m < messages; m++)
        week_of[m] = (uint16_t)calendar->count;
    for (size_t w = 0; w < calendar->count; w++)
        for (uint32_t m = calendar->weeks[w].first; m < calendar->weeks[w].end; m++)
            if (results->facts[m] & FACT_COUNTS)
                week_of[m] = (uint16_t)w;
    return week_of;
}

/* Counts the recipients of each week, and those with a definite verdict. */
static void count_rows(struct calendar *calendar)
{
    const struct results *results = calendar->results;
    const struct results_side *side = &results->candidate;
    if (side->set.verdicts[RESULT_UNKNOWN] == 0)
        return;
    const uint32_t *classes = replay_row_classes(side->view.replay);
    uint32_t class_count = replay_class_count(side->view.replay);
    uint8_t *is_known = xcalloc(class_count + (size_t)1, 1);
    for (uint32_t k = 0; k < class_count; k++)
        is_known[k] = replay_class_verdict(side->view.replay, k)->kind != VERDICT_UNKNOWN;
    uint16_t *week_of = find_week_of(calendar);
    struct {
        uint64_t rows, definite;
    } counts[WEEKS_MAX + 1] = { 0 };
    for (uint32_t row = 0; row < results->parts.evidence->row_count; row++) {
        uint16_t week = week_of[results->row_message[row]];
        bool simulated = classes && !(side->from_log && side->from_log[row]);
        counts[week].rows++;
        counts[week].definite += simulated
                                     ? is_known[classes[row]]
                                     : tally_verdict(&side->view, row)->kind != VERDICT_UNKNOWN;
    }
    for (size_t w = 0; w < calendar->count; w++) {
        calendar->weeks[w].rows = counts[w].rows;
        calendar->weeks[w].definite = counts[w].definite;
    }
    free(week_of);
    free(is_known);
}

static struct results_week describe_week(const struct results *results,
                                         const struct week_work *work)
{
    const struct results_input *input = &results->parts.input;
    int64_t start_us =
        work->number * WEEK_US - MONDAY * DAY_US - (int64_t)input->first_offset * 60 * 1000000;
    return (struct results_week){
        .start_us = start_us,
        .whole = input->first_us != TIME_NONE && input->first_us <= start_us + EDGE_US &&
                 input->last_us >= start_us + WEEK_US - EDGE_US,
        .messages = work->messages,
        .coverage = work->rows ? (double)work->definite / (double)work->rows : 1,
    };
}

static void make_calendar(struct calendar *calendar, struct arena *arena,
                          struct results_drift *drift)
{
    find_weeks(calendar);
    count_rows(calendar);
    struct results_week *weeks = ARENA_ARRAY(arena, struct results_week, calendar->count + 1);
    for (size_t w = 0; w < calendar->count; w++) {
        weeks[w] = describe_week(calendar->results, &calendar->weeks[w]);
        drift->whole_weeks += weeks[w].whole;
    }
    drift->weeks = weeks;
    drift->week_count = calendar->count;
}

/* ---- one series ---- */

/* Sorts the mail of every week into crowds, by what these restrictions do to it. */
static void find_crowds(struct calendar *calendar, const size_t *restrictions, size_t count)
{
    const struct results *results = calendar->results;
    const struct results_population *population = &results->population;
    bool labelled = population->ham.messages + population->spam.messages > 0;
    const uint8_t *effects = labelled ? results_worst_effects(results) : NULL;
    uint64_t *acts = crowd_acts(results, restrictions, count);
    for (size_t w = 0; w < calendar->count; w++) {
        struct week_work *week = &calendar->weeks[w];
        week->crowds =
            crowds_of(results, week->first, week->end, acts, effects, &week->crowd_count);
    }
    free(acts);
}

static void free_crowds(struct calendar *calendar)
{
    for (size_t w = 0; w < calendar->count; w++)
        free(calendar->weeks[w].crowds);
}

/* True when the rate is about the crowd; *hit: whether it is hit. */
static bool is_asked(const struct series_work *work, const struct crowd *crowd, enum tri *hit)
{
    unsigned label = work->kind == SERIES_HAM_LOST ? FACT_HAM : FACT_SPAM;
    switch (work->kind) {
    case SERIES_HAM_LOST:
    case SERIES_SPAM_STOPPED:
        *hit = crowd->effect >= EFFECT_DEFERRED  ? TRI_YES
               : crowd->effect == EFFECT_UNKNOWN ? TRI_UNKNOWN
                                                 : TRI_NO;
        return crowd->facts & label && crowd->facts & FACT_LET_IN;
    case SERIES_REFUSED:
        *hit = crowd->facts & FACT_REFUSED ? TRI_YES : TRI_NO;
        return true;
    case SERIES_HITS:
        *hit = crowd_is_hit(crowd, work->number);
        return true;
    }
    return false;
}

/* The senders of a week with what the series counts of them, in the order of the keys. */
static struct cluster_rate *count_week(const struct week_work *week, const struct series_work *work,
                                       size_t *count)
{
    struct cluster_rate *rates = xcalloc(week->crowd_count + 1, sizeof *rates);
    size_t used = 0;
    for (size_t i = 0; i < week->crowd_count; i++) {
        const struct crowd *crowd = &week->crowds[i];
        enum tri hit;
        if (!is_asked(work, crowd, &hit))
            continue;
        if (used == 0 || rates[used - 1].cluster != crowd->cluster)
            rates[used++].cluster = crowd->cluster;
        rates[used - 1].messages += crowd->messages;
        rates[used - 1].lost += hit == TRI_YES ? crowd->messages : 0;
        rates[used - 1].unknown += hit == TRI_UNKNOWN ? crowd->messages : 0;
    }
    *count = used;
    return rates;
}

static const char *kind_name(enum results_series_kind kind)
{
    static const char *const names[] = { "ham_lost", "spam_stopped", "refused", "hits" };
    return names[kind];
}

static struct results_series count_series(const struct calendar *calendar,
                                          const struct series_work *work,
                                          const struct results_drift *drift, struct arena *arena)
{
    size_t weeks = calendar->count;
    struct results_point *points = ARENA_ARRAY(arena, struct results_point, weeks + 1);
    struct drift_week *past = xcalloc(weeks + 1, sizeof *past);
    struct drift_point *judged = xcalloc(weeks + 1, sizeof *judged);
    for (size_t w = 0; w < weeks; w++) {
        past[w].rates = count_week(&calendar->weeks[w], work, &past[w].count);
        past[w].whole = drift->weeks[w].whole;
        points[w].estimate = hit_count_of_rates(past[w].rates, past[w].count);
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

static void make_series(struct calendar *calendar, struct arena *arena, struct results_drift *drift)
{
    const struct results_side *side = &calendar->results->candidate;
    size_t *asked = xcalloc(side->set.restriction_count + 1, sizeof *asked), count = 0;
    for (size_t i = 0; i < side->set.restriction_count; i++)
        if (has_series(&side->restrictions[i]))
            asked[count++] = i;
    struct results_series *series =
        ARENA_ARRAY(arena, struct results_series, count + SERIES_HITS + 1);
    for (size_t first = 0; first == 0 || first < count; first += CROWD_ACTS) {
        size_t some = count - first < CROWD_ACTS ? count - first : CROWD_ACTS;
        find_crowds(calendar, asked + first, some);
        for (int kind = SERIES_HAM_LOST; first == 0 && kind < SERIES_HITS; kind++) {
            struct series_work work = { .kind = (enum results_series_kind)kind };
            series[drift->series_count++] = count_series(calendar, &work, drift, arena);
        }
        for (size_t i = 0; i < some; i++) {
            struct series_work work = { SERIES_HITS, i };
            series[drift->series_count] = count_series(calendar, &work, drift, arena);
            series[drift->series_count++].restriction = &side->restrictions[asked[first + i]];
        }
        free_crowds(calendar);
    }
    free(asked);
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
    struct calendar calendar = { .results = results };
    make_calendar(&calendar, arena, &drift);
    make_series(&calendar, arena, &drift);
    history_changes(results, arena, &drift);
    drift.sentence = make_sentence(results, &drift, arena);
    free(calendar.weeks);
    return drift;
}
