/*
 * How late: mail that the server put off with a 4xx answer, and when it came back, if it did. By the
 * log for greylisting that was on; for greylisting that a candidate would add only what does not need
 * the senders' retries, which no log of mail let in at once can hold.
 */
#include <math.h>
#include <stdlib.h>

#include "analyzer/estimate/hit_count.h"
#include "analyzer/estimate/retry.h"
#include "analyzer/results_history_internal.h"
#include "base/xalloc.h"

#define HOUR_S 3600.0
#define DAY_S  (24 * HOUR_S)

/* An attempt to send from one address to another. */
struct attempt {
    int64_t time_us;
    sym sender, recipient;
    uint32_t row;
};

/* What became of a case. */
enum outcome { CAME_BACK_SAME, CAME_BACK_NETWORK, CAME_BACK_ELSEWHERE, NEVER_BACK, STILL_OPEN };

/* A delay of mail that came back. */
struct delay {
    double seconds;
    sym cluster;
};

struct lateness_work {
    const struct results *results;
    uint8_t *greylisted; /* by logged reply: its text says greylisting */
    bool greylisting;    /* the kind that is counted */
    bool wanted_only;
    struct results_delays *out;
    struct delay *delays;
    size_t delay_count, delay_capacity;
    struct hit_count never, elsewhere, hour, day;
};

/* ---- attempts ---- */

static bool says_greylisting(struct slice text)
{
    static const char *const words[] = { "greylist", "grey-list", "graylist", "gray-list" };
    for (size_t at = 0; at < text.len; at++)
        for (size_t w = 0; w < COUNT(words); w++) {
            size_t len = strlen(words[w]);
            if (at + len <= text.len &&
                slice_equal_fold(slice_make(text.at + at, len), slice_of(words[w])))
                return true;
        }
    return false;
}

static uint8_t *find_greylisted(const struct evidence *evidence)
{
    uint8_t *greylisted = xcalloc(evidence->reply_count + (size_t)1, 1);
    for (uint32_t i = 0; i < evidence->reply_count; i++)
        greylisted[i] = evidence->replies[i].text != SYM_NONE &&
                        says_greylisting(intern_text(&evidence->text, evidence->replies[i].text));
    return greylisted;
}

static enum verdict_kind logged_kind(const struct results *results, uint32_t row)
{
    const struct evidence *evidence = results->parts.evidence;
    return (enum verdict_kind)evidence->replies[evidence->rows[row].logged].verdict;
}

static int compare_attempts(const void *left, const void *right)
{
    const struct attempt *a = left, *b = right;
    if (a->sender != b->sender)
        return a->sender < b->sender ? -1 : 1;
    if (a->recipient != b->recipient)
        return a->recipient < b->recipient ? -1 : 1;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static bool has_deferrals(const struct evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->reply_count; i++)
        if (evidence->replies[i].verdict == VERDICT_DEFER)
            return true;
    return false;
}

/* One byte per sender: some mail of his was put off. */
static uint8_t *find_put_off(const struct results *results)
{
    const struct evidence *evidence = results->parts.evidence;
    uint8_t *put_off = xcalloc(evidence->senders.count, sizeof *put_off);
    for (uint32_t row = 0; row < evidence->row_count; row++)
        if (logged_kind(results, row) == VERDICT_DEFER)
            put_off[evidence->messages[evidence->rows[row].message].sender] = 1;
    return put_off;
}

/* All attempts that count, name both ends and are of a sender who was put off (the others make no
 * case), sorted by sender, recipient and time. The null sender is no end: bounces of all the world
 * share it. */
static struct attempt *find_attempts(const struct results *results, size_t *count)
{
    const struct evidence *evidence = results->parts.evidence;
    struct attempt *attempts = NULL;
    size_t capacity = 0;
    *count = 0;
    if (!has_deferrals(evidence))
        return NULL;
    uint8_t *put_off = find_put_off(results);
    for (uint32_t row = 0; row < evidence->row_count; row++) {
        uint32_t message = evidence->rows[row].message;
        sym sender = evidence->messages[message].sender, recipient = evidence->rows[row].recipient;
        if (!put_off[sender] || results->reasons[message] != POPULATION_COUNTED ||
            sender <= SYM_EMPTY || recipient <= SYM_EMPTY ||
            evidence->rows[row].time_us == TIME_NONE)
            continue;
        GROW(attempts, *count, capacity);
        attempts[(*count)++] =
            (struct attempt){ evidence->rows[row].time_us, sender, recipient, row };
    }
    free(put_off);
    if (*count)
        qsort(attempts, *count, sizeof *attempts, compare_attempts);
    return attempts;
}

/* ---- cases ---- */

static uint32_t client_of(const struct results *results, uint32_t row)
{
    return results->message_client[results->row_message[row]];
}

static bool is_put_off(const struct lateness_work *work, uint32_t row)
{
    const struct evidence *evidence = work->results->parts.evidence;
    return logged_kind(work->results, row) == VERDICT_DEFER &&
           (work->greylisted[evidence->rows[row].logged] != 0) == work->greylisting;
}

static enum outcome outcome_of(const struct results *results, uint32_t first, uint32_t back)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t from = client_of(results, first), to = client_of(results, back);
    if (evidence->clients[from].address == evidence->clients[to].address)
        return CAME_BACK_SAME;
    return results->clusters.network[from] == results->clusters.network[to] ? CAME_BACK_NETWORK
                                                                            : CAME_BACK_ELSEWHERE;
}

static void book_delay(struct lateness_work *work, enum outcome outcome, uint32_t back,
                       double seconds)
{
    const struct results *results = work->results;
    uint32_t message = results->row_message[back];
    sym cluster = results->clusters.of_client[client_of(results, back)];
    if (work->wanted_only && !(results->facts[message] & FACT_HAM))
        return;
    GROW(work->delays, work->delay_count, work->delay_capacity);
    work->delays[work->delay_count++] = (struct delay){ seconds, cluster };
    hit_count_add(&work->hour, cluster, seconds > HOUR_S ? TRI_YES : TRI_NO);
    hit_count_add(&work->day, cluster, seconds > DAY_S ? TRI_YES : TRI_NO);
    hit_count_add(&work->elsewhere, cluster, outcome == CAME_BACK_ELSEWHERE ? TRI_YES : TRI_NO);
}

/* A case that the log could not follow for the whole window says nothing about coming back, even
 * when it did: the others of its time are still open. */
static void book_case(struct lateness_work *work, const struct attempt *first, enum outcome outcome)
{
    struct results_delays *out = work->out;
    uint64_t *const counts[] = { &out->same_address, &out->same_network, &out->other_network,
                                 &out->never, &out->open };
    out->cases++;
    ++*counts[outcome];
    if (work->results->parts.input.last_us >= first->time_us + RETRY_WINDOW_US)
        hit_count_add(&work->never,
                      work->results->clusters.of_client[client_of(work->results, first->row)],
                      outcome == NEVER_BACK ? TRI_YES : TRI_NO);
}

/* One case, from its first answer on; gives the number of attempts that belong to it. */
static size_t follow_case(struct lateness_work *work, const struct attempt *attempts, size_t count)
{
    const struct results *results = work->results;
    int64_t end_us = attempts[0].time_us + RETRY_WINDOW_US;
    size_t i = 0;
    for (; i < count && attempts[i].sender == attempts[0].sender &&
           attempts[i].recipient == attempts[0].recipient && attempts[i].time_us <= end_us;
         i++) {
        if (!tally_is_accepted(logged_kind(results, attempts[i].row))) {
            work->out->attempts += is_put_off(work, attempts[i].row);
            continue;
        }
        enum outcome outcome = outcome_of(results, attempts[0].row, attempts[i].row);
        book_case(work, &attempts[0], outcome);
        book_delay(work, outcome, attempts[i].row,
                   (double)(attempts[i].time_us - attempts[0].time_us) / 1e6);
        return i + 1;
    }
    book_case(work, &attempts[0], results->parts.input.last_us < end_us ? STILL_OPEN : NEVER_BACK);
    return i;
}

/* ---- quantiles ---- */

static int compare_delays(const void *left, const void *right)
{
    const struct delay *a = left, *b = right;
    if (a->seconds != b->seconds)
        return a->seconds < b->seconds ? -1 : 1;
    return (a->cluster > b->cluster) - (a->cluster < b->cluster);
}

/* The delay below which this share of them lies; NAN for a share of (nearly) all. */
static double delay_at(const struct lateness_work *work, double share)
{
    double rank = ceil(share * (double)work->delay_count);
    if (rank < 1)
        rank = 1;
    return share >= 1 - 1e-9 ? (double)NAN : work->delays[(size_t)rank - 1].seconds;
}

/* Woodruff's interval: the delays at the limits of the share itself. */
static struct results_quantile quantile(const struct lateness_work *work, double share)
{
    const struct results_delays *out = work->out;
    if (out->over_hour.reason)
        return (struct results_quantile){ (double)NAN, (double)NAN, (double)NAN };
    struct interval limits =
        interval_clopper_pearson(share, out->effective_n, out->over_hour.confidence);
    return (struct results_quantile){ delay_at(work, share), delay_at(work, limits.low),
                                      delay_at(work, limits.high) };
}

static void finish_delays(struct lateness_work *work)
{
    struct results_delays *out = work->out;
    out->never_back = hit_count_estimate(&work->never);
    out->other_pool = hit_count_estimate(&work->elsewhere);
    out->over_hour = hit_count_estimate(&work->hour);
    out->over_day = hit_count_estimate(&work->day);
    out->delayed = out->over_hour.of;
    out->clusters = out->over_hour.of_clusters;
    out->effective_n = out->over_hour.effective_n;
    if (work->delay_count)
        qsort(work->delays, work->delay_count, sizeof *work->delays, compare_delays);
    out->median = quantile(work, 0.5);
    out->p90 = quantile(work, 0.9);
    out->p99 = quantile(work, 0.99);
}

static void count_delays(struct lateness_work *work, const struct attempt *attempts, size_t count)
{
    struct hit_count *const counts[] = { &work->never, &work->elsewhere, &work->hour, &work->day };
    for (size_t c = 0; c < COUNT(counts); c++)
        hit_count_init(counts[c], work->results->clusters.keys.count);
    for (size_t i = 0; i < count;)
        i += is_put_off(work, attempts[i].row) ? follow_case(work, &attempts[i], count - i) : 1;
    finish_delays(work);
    for (size_t c = 0; c < COUNT(counts); c++)
        hit_count_release(counts[c]);
    free(work->delays);
    work->delays = NULL;
    work->delay_count = work->delay_capacity = 0;
}

/* ---- the candidate's greylisting ---- */

static bool asks_policy(const struct results_side *side)
{
    for (size_t i = 0; i < side->set.restriction_count; i++)
        if (side->restrictions[i].enabled &&
            slice_is(slice_of(side->restrictions[i].name), "check_policy_service"))
            return true;
    return false;
}

/* Does the candidate's policy service put the message off, and nothing else stop it? */
static enum tri is_greylisted(const struct results *results, uint32_t number)
{
    const struct message *message = &results->parts.evidence->messages[number];
    const uint8_t *effects = results_effects(results);
    uint8_t worst = results_worst_effects(results)[number];
    if (worst == EFFECT_UNKNOWN)
        return TRI_UNKNOWN;
    for (uint32_t i = 0; worst == EFFECT_DELAYED && i < message->row_count; i++) {
        const struct verdict *verdict =
            tally_verdict(&results->candidate.view, message->first_row + i);
        if (effects[message->first_row + i] == EFFECT_DELAYED && verdict->restriction &&
            slice_is(slice_of(verdict->restriction), "check_policy_service"))
            return TRI_YES;
    }
    return TRI_NO;
}

/* What is known of a sending cluster, and of the senders' addresses. */
struct habits {
    sym *network;      /* of a cluster: the last one seen */
    uint8_t *several;  /* networks */
    uint8_t *late;     /* some mail of the cluster is put off */
    uint32_t *written; /* wanted messages by sender address */
};

static bool is_wanted(const struct results *results, uint32_t message)
{
    return (results->facts[message] & (FACT_COUNTS | FACT_HAM | FACT_REFUSED)) ==
           (FACT_COUNTS | FACT_HAM);
}

static void learn_habits(const struct results *results, struct habits *habits)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t messages = results->population.ham.messages ? evidence->message_count : 0;
    for (uint32_t m = 0; m < messages; m++) {
        if (!is_wanted(results, m))
            continue;
        const struct message *message = &evidence->messages[m];
        sym cluster = results->clusters.of_client[message->client];
        sym network = results->clusters.network[message->client];
        habits->several[cluster] |= habits->network[cluster] && habits->network[cluster] != network;
        habits->network[cluster] = network;
        habits->written[message->sender]++;
    }
}

static void count_candidate(const struct results *results, struct results_greylist_cost *out)
{
    const struct evidence *evidence = results->parts.evidence;
    uint32_t keys = results->clusters.keys.count;
    struct habits habits = {
        .network = xcalloc(keys, sizeof *habits.network),
        .several = xcalloc(keys, 1),
        .late = xcalloc(keys, 1),
        .written = xcalloc(evidence->senders.count, sizeof *habits.written),
    };
    struct hit_count delayed;
    uint32_t messages = results->population.ham.messages ? evidence->message_count : 0;
    hit_count_init(&delayed, keys);
    learn_habits(results, &habits);
    for (uint32_t m = 0; m < messages; m++) {
        if (!is_wanted(results, m))
            continue;
        const struct message *message = &evidence->messages[m];
        sym cluster = results->clusters.of_client[message->client];
        enum tri late = is_greylisted(results, m);
        hit_count_add(&delayed, cluster, late);
        if (late != TRI_YES)
            continue;
        out->once += habits.written[message->sender] == 1;
        out->pool_clusters += habits.several[cluster] && !habits.late[cluster];
        out->of_clusters += !habits.late[cluster];
        habits.late[cluster] = 1;
    }
    out->delayed = hit_count_estimate(&delayed);
    hit_count_release(&delayed);
    free(habits.network);
    free(habits.several);
    free(habits.late);
    free(habits.written);
}

/* ---- all of it ---- */

struct results_lateness results_lateness(const struct results *results)
{
    struct results_lateness out = { .greylisting.kind = "greylisting", .other.kind = "other" };
    size_t count;
    struct attempt *attempts = find_attempts(results, &count);
    struct lateness_work work = {
        .results = results,
        .greylisted = find_greylisted(results->parts.evidence),
        .wanted_only = results->population.ham.messages > 0,
    };
    for (int kind = 0; kind < 2; kind++) {
        work.greylisting = kind == 0;
        work.out = kind == 0 ? &out.greylisting : &out.other;
        work.out->wanted_only = work.wanted_only;
        count_delays(&work, attempts, count);
    }
    out.candidate.asked = asks_policy(&results->candidate);
    count_candidate(results, &out.candidate);
    free(work.greylisted);
    free(attempts);
    return out;
}
