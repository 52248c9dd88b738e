#ifndef ANALYZER_ESTIMATE_DRIFT_H
#define ANALYZER_ESTIMATE_DRIFT_H
/*
 * Does a rate still stand where it stood? Takes a rate's counts by sender, week by week; gives each
 * week the band that the weeks before it forecast, and an alarm.
 *
 * The band is the wider of two ranges on the pooled weeks of the past (at most DRIFT_MEMORY): the
 * Clopper-Pearson interval on the effective number of senders, and the range of one week whose
 * senders are drawn anew from them (its variance in closed form). Two alarms: two weeks in a row
 * outside the band, on the same side; and a cumulative sum over senders, not messages (how many of
 * the week's senders are hit at all), for the odds doubled or halved against the first weeks. A week
 * that was out is no part of later bands, or the first alarm would hide the second.
 */
#include "analyzer/estimate/forecast.h"

enum { DRIFT_MEMORY = 12, DRIFT_WEEKS_MIN = 2, DRIFT_REFERENCE_MAX = 8 };

/* One week of a rate. */
struct drift_week {
    struct cluster_rate *rates; /* by sender, in the order of the keys */
    size_t count;
    bool whole; /* the log covers all of it: parts of weeks are neither judged nor learnt from */
};

/* What is found of a week. */
struct drift_point {
    struct interval band; /* NAN: too little is known before it */
    int side;             /* -1 below the band, 1 above it, 0 within, or not judged */
};

enum drift_alarm { DRIFT_CALM, DRIFT_TWO_WEEKS, DRIFT_SENDERS, DRIFT_UNTOLD };

struct drift_verdict {
    enum drift_alarm alarm; /* DRIFT_UNTOLD: fewer than DRIFT_WEEKS_MIN whole weeks */
    size_t week;            /* in which it was raised */
    bool upwards;
};

/* Judges the weeks in order; fills points[0 .. count). */
struct drift_verdict drift_judge(const struct drift_week *weeks, size_t count,
                                 struct drift_point *points);
/* "calm", "two_weeks", "senders", "untold"; static storage. */
const char *drift_alarm_name(enum drift_alarm alarm);

#endif
