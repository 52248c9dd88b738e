#ifndef ANALYZER_RESULTS_HISTORY_H
#define ANALYZER_RESULTS_HISTORY_H
/*
 * A further part of the views' face: the log in time. Weeks and drift, configuration changes, what
 * each stage of the filter chain lets through, and how late greylisting makes wanted mail. All of it
 * is worked out on demand from finished results, follows the candidate's switches, and lives in the
 * arena that is given. Texts are raw log bytes, as in results.h.
 */
#include "analyzer/results.h"

/* ---- week by week ---- */

/* A calendar week, Monday to Sunday in the log's zone, in which mail came that counts. */
struct results_week {
    int64_t start_us;
    bool whole; /* the log covers all of it */
    uint64_t messages;
    double coverage; /* share of the recipients with a definite verdict of the candidate */
};

/* A rate in one of the weeks. */
struct results_point {
    struct estimate estimate;
    struct results_range band; /* what the whole weeks before it forecast; NAN: too few */
    int side;                  /* 1 above the band, -1 below it, 0 within, or not judged */
};

enum results_series_kind {
    SERIES_HAM_LOST,     /* by the candidate, of the wanted mail that the baseline let in */
    SERIES_SPAM_STOPPED, /* by the candidate, of such spam */
    SERIES_REFUSED,      /* by the server, of all messages that count, labelled or not */
    SERIES_HITS,         /* a restriction of the candidate would act, of all messages that count */
};

/* A rate over all weeks. */
struct results_series {
    enum results_series_kind kind;
    const char *kind_name; /* "ham_lost", "spam_stopped", "refused", "hits" */
    const struct results_restriction *restriction; /* SERIES_HITS, else NULL */
    const struct results_point *points;            /* by week */
    const char *alarm; /* "calm", "two_weeks", "senders", "untold" (under two whole weeks) */
    bool alarmed;      /* by weeks or by senders */
    size_t alarm_week; /* in which it was raised */
    bool upwards;
};

/* Something that changed in the log, and what the server refused before and after it. */
struct results_change {
    int64_t time_us;
    const char *kind;  /* "start", "reload", "rejects_begin", "rejects_end" */
    struct slice what; /* the kind of rejects; "no text" for start and reload */
    /* Messages refused by the server, of all that count; from and to the neighbouring start or
     * reload, at most four weeks. */
    struct estimate before, after;
    bool differs; /* the two intervals have nothing in common */
};

struct results_drift {
    const struct results_week *weeks;
    size_t week_count, whole_weeks;
    const struct results_series *series; /* ham lost, spam stopped, refused, then hits */
    size_t series_count;
    const struct results_change *changes; /* in order of time */
    size_t change_count;
    uint64_t changes_left_out; /* further ones, the earliest */
    struct slice sentence;     /* what it comes to, in words */
};
/* Weeks, series and changes. Lives in arena. */
struct results_drift results_drift(const struct results *results, struct arena *arena);

/* ---- stages ---- */

/* What a stage of the chain lets through. A label that rests on the stage itself says nothing about
 * it, and is left out of its rates. */
struct results_stage {
    const char *kind;  /* "restrictions", "filter", "mailbox", "chain" (all of them) */
    struct slice name; /* the filter's program; "no text" else */
    bool silent;       /* the filter only speaks of what it catches: what passed is what reached
                            it and was not named */
    uint64_t reached, caught;    /* messages, labelled or not */
    struct estimate spam_passed; /* of the spam that reached it */
    struct estimate ham_caught;  /* of the wanted mail that reached it */
    struct results_range
        spam_passed_bounds; /* if unlabelled mail were spam or not, at its extremes */
    uint64_t given;         /* of the labelled messages counted: labelled by hand */
    uint64_t circular;      /* labelled messages left out, since this stage made the label */
    uint64_t unlabelled;    /* that reached it */
};

/* Two filters that judged the same mail: how much spam both would miss if they erred independently
 * of each other. A scenario, not an estimate: filters share their blind spots. */
struct results_recapture {
    struct slice first, second;             /* "no text": no two filters judged the same mail */
    uint64_t both, only_first, only_second; /* messages called spam or virus */
    struct estimate first_misses, second_misses; /* of what the other one caught */
    struct results_range missed; /* share of the spam that neither catches, if independent */
    double missed_middle;
};

struct results_stages {
    const struct results_stage *stages; /* in the order of the chain, the whole chain last */
    size_t count;
    struct results_recapture recapture;
};
/* The stages. Lives in arena. */
struct results_stages results_stages(const struct results *results, struct arena *arena);

/* ---- late mail ---- */

/* A quantile of delays in seconds, with its interval (order statistics on the effective number of
 * senders). NAN: not known, or beyond the largest delay seen. */
struct results_quantile {
    double value, low, high;
};

/* Mail that the server refused for the time being, by the log: attempts that were answered 4xx and
 * what became of them. A case is a sender and a recipient, from the first such answer on. */
struct results_delays {
    const char *kind;  /* "greylisting" (the answer says so), "other" (any other 4xx) */
    uint64_t attempts; /* recipients answered so */
    uint64_t cases;
    uint64_t same_address, same_network,
        other_network;          /* where they came back from, within 5 days */
    uint64_t never;             /* did not come back within 5 days */
    uint64_t open;              /* the log ends before the 5 days do */
    struct estimate never_back; /* of the cases that the log follows for all of the 5 days */
    struct estimate other_pool; /* came back from another network only, of wanted mail */
    bool wanted_only;           /* the delays are of wanted mail; false: nothing is labelled */
    struct results_quantile median, p90, p99; /* of the delays of mail that came back */
    uint64_t delayed, clusters;               /* messages and senders behind these */
    double effective_n;
    struct estimate over_hour, over_day; /* of the same */
};

/* What the policy services of the candidate put off for a while: greylisting. */
struct results_greylist_cost {
    bool asked;              /* the candidate has one */
    struct estimate delayed; /* wanted mail that it would defer at first, of all that came in */
    uint64_t pool_clusters;  /* senders of these that were seen in several networks: a retry from
                                   another one is a new first contact */
    uint64_t of_clusters;
    uint64_t once; /* of the delayed: the only wanted message of their sender in this log */
};

struct results_lateness {
    struct results_delays greylisting, other;
    struct results_greylist_cost candidate;
};
/* Delays. */
struct results_lateness results_lateness(const struct results *results);

#endif
