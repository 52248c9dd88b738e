#ifndef ANALYZER_RESULTS_H
#define ANALYZER_RESULTS_H
/*
 * The one read-only face that reports/ and tui/ see: finished numbers and rows, so that a figure
 * never differs between the dashboard, the JSON and the page. Texts in here are raw log bytes:
 * whoever shows them escapes them (base/escape.h). Slices and pointers live as long as the results,
 * or until the next results_toggle where said.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/results_input.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/slice.h"
#include "base/tri.h"

struct results;

/* E of DESIGN.md section 4: messages, not rows; never shown without its interval. */
struct estimate {
    uint64_t count, of, rows, deferred;
    uint64_t unknown;             /* messages not counted that might have to be */
    double rate, low, high;       /* NAN: not known (null in JSON), and `reason` says why */
    double confidence;            /* 0.95 */
    double bound_low, bound_high; /* worst and best case over what is unknown */
    uint64_t clusters;            /* senders of the messages counted */
    uint64_t of_clusters;         /* senders of the messages that could have been counted */
    double effective_n;           /* what these are worth: Kish's effective number of senders */
    const char *method;           /* "clopper-pearson-kish" */
    const char *reason; /* why there is no rate: "no_messages", "too_few_senders"; or NULL */
};

struct results_group {
    uint64_t messages, rows, clusters;
};
/* Every message stands in one group; excluded are those that a what-if does not ask about: own
 * networks, authenticated users, gateways, mail made here. */
struct results_population {
    struct results_group ham, spam, unlabelled, excluded;
};

/* Messages that are not asked about for one reason. */
struct results_excluded {
    const char *reason; /* "gateway" ... (analyzer/estimate/population.h) */
    uint64_t messages;
};

enum { RESULTS_VERDICTS = 7 }; /* accept reject defer discard hold redirect unknown */

/* A key of a top list with its weight. */
struct results_share {
    struct slice key;
    uint64_t messages, ham, spam;
};
enum results_dimension {
    BY_ORGANISATION,
    BY_NETWORK,
    BY_SENDER,
    BY_SENDER_DOMAIN,
    BY_RECIPIENT,
    BY_CLIENT,
    BY_COUNTRY,
    BY_ASN, /* autonomous system */
    RESULTS_DIMENSIONS
};

/* One check of a set, in the order in which Postfix asks. */
struct results_restriction {
    const char *name, *argument, *list, *class_name; /* NULL: none */
    unsigned position;
    bool enabled, warn_only, permits;
    uint64_t hits, decides, unique, unknown; /* rows */
    struct estimate ham_lost, spam_stopped;  /* of the messages it decides */
    double so_ratio;                         /* spam% / (spam% + ham%); NAN without hits */
};

struct results_set {
    uint64_t verdicts[RESULTS_VERDICTS]; /* rows, by enum results_verdict */
    double coverage;
    struct estimate ham_lost, ham_delayed, spam_stopped;
    const struct results_restriction *restrictions;
    size_t restriction_count;
};

enum results_verdict {
    RESULT_ACCEPT,
    RESULT_REJECT,
    RESULT_DEFER,
    RESULT_DISCARD,
    RESULT_HOLD,
    RESULT_REDIRECT,
    RESULT_UNKNOWN
};

struct results_changes {
    uint64_t newly_rejected, newly_deferred, newly_accepted, unchanged, unknown;
};

struct results_warning {
    const char *code;
    struct slice text;
    uint64_t count;
};

/* A verdict as shown: all texts static or living in the results. */
struct results_decision {
    enum results_verdict verdict;
    const char *verdict_name;
    unsigned code;                                                        /* 0 none */
    const char *dsn, *restriction, *argument, *list, *class_name, *stage; /* NULL: none */
    struct slice text; /* logged text; "no text" for simulated ones */
    bool lasting;      /* reject, or a defer whose cause lasts */
    const struct slice *needs;
    size_t need_count;
};

struct results_filter_verdict {
    struct slice program;
    const char *verdict;
    double score; /* NAN */
};

/* One row with everything that verdict and transaction lines print. "No text" = null. */
struct results_row {
    uint32_t row, message;
    int64_t time_us;
    int offset_minutes;
    struct slice host, queue_id, service, client_address, client_name, reverse_client_name, helo,
        sender, recipient, message_id, organisation;
    const char *source; /* how it came in: "smtp", "local", "internal", "gateway" */
    /* the client behind a gateway, by Received headers in the log; "no text": not told */
    struct slice true_client_address, true_client_name, true_helo;
    uint64_t session; /* number in order of first lines, from 1; 0: none */
    uint64_t size;    /* 0: not known */
    double ham;       /* label: probability of ham; NAN: unlabelled */
    const char *const *label_sources;
    size_t label_source_count;
    struct results_decision logged, baseline, candidate;
    const struct slice *hops;
    size_t hop_count;
    const char *end_status; /* NULL: none */
    struct slice end_relay, end_dsn;
    int64_t end_us;
    const struct results_filter_verdict *filters;
    size_t filter_count;
    const char *client_name_origin, *reverse_client_name_origin, *helo_origin, *sender_origin,
        *recipient_origin;
};

/* Both limits NAN: not known. */
struct results_range {
    double low, high;
};

/* Gives everything back, what the results were made from included; NULL is allowed. */
void results_free(struct results *results);
/* What was read. */
const struct results_input *results_input(const struct results *results);
/* Ham, spam and unlabelled mail among the rows that count. */
const struct results_population *results_population(const struct results *results);
/* Why mail is excluded, with the number of messages of each reason, zero too. */
const struct results_excluded *results_excluded(const struct results *results, size_t *count);
/* The set that the server had, or what the log shows of it. */
const struct results_set *results_baseline(const struct results *results);
/* The set that is tried; changes with results_toggle. */
const struct results_set *results_candidate(const struct results *results);
/* What the candidate changes against the baseline, in rows. */
const struct results_changes *results_changes(const struct results *results);
/* Remarks that a reader must know: assumptions, faults in tables. */
const struct results_warning *results_warnings(const struct results *results, size_t *count);
/* The answer in one or two sentences: what it would cost, how sure, who would be lost. */
struct slice results_answer(const struct results *results, struct arena *arena);
/* Switches a restriction of the candidate on or off and recomputes every number above. */
void results_toggle(struct results *results, size_t restriction);
/* Where the mail that a restriction acts on comes from (restriction SIZE_MAX: mail that the whole
 * candidate set stops and the baseline accepts), most ham first, then most messages; at most
 * `limit` shares. Lives in arena. */
struct results_share *results_top(const struct results *results, size_t restriction,
                                  enum results_dimension dimension, size_t limit,
                                  struct arena *arena, size_t *count);
/* As results_top, for a restriction of a set: results_baseline or results_candidate; *count says how
 * many shares at most before, and how many there are after. */
struct results_share *results_top_in(const struct results *results, const struct results_set *set,
                                     size_t restriction, enum results_dimension dimension,
                                     struct arena *arena, size_t *count);
/* How many rows there are, in order of time. */
size_t results_row_count(const struct results *results);
/* Row number `index` in order of time. Texts live in arena or in the results. */
struct results_row results_row_at(const struct results *results, size_t index, struct arena *arena);

/* A selection of rows: all conditions hold. */
struct results_filter {
    size_t restriction; /* it acts on the row (SIZE_MAX: any) */
    struct slice key;   /* "no text": any; else the row's key in `dimension` equals it */
    bool keyless;       /* only rows that have no key in `dimension` (a share without one) */
    enum results_dimension dimension;
    struct slice text; /* substring (ASCII case folded) of client, helo, sender, recipient, ids */
    int ham;           /* 1 ham only, 0 spam only, -1 any */
    bool stopped;      /* only rows that the candidate stops */
};
/* Indexes (for results_row_at) of the rows that pass, in order of time, at most limit. In arena. */
uint32_t *results_select(const struct results *results, const struct results_filter *filter,
                         size_t limit, struct arena *arena, size_t *count);
/* The raw log lines of a row's message and session, in order, one per line, as they stand in the
 * log. False when they cannot be read again. */
bool results_raw_lines(const struct results *results, size_t index, struct buffer *out);

#endif
