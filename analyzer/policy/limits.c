#include "analyzer/policy/limits.h"

#include <stdlib.h>

#include "analyzer/policy/policy_internal.h"
#include "base/xalloc.h"

/* By class of the replay, one byte each: its recipients are refused. */
static uint8_t *find_refused(const struct replay *replay)
{
    uint8_t *refused = xcalloc((size_t)replay->class_count + 1, 1);

    for (uint32_t k = 0; k < replay->class_count; k++)
        refused[k] =
            replay->verdicts[k].kind == VERDICT_REJECT || replay->verdicts[k].kind == VERDICT_DEFER;
    return refused;
}

/* True when some session has as many refused recipients as are allowed, in a row or not. Most logs have
 * none, and the few refused rows tell. */
static bool may_be_late(const struct replay *replay, const uint8_t *refused, uint64_t limit)
{
    const struct evidence *evidence = replay->evidence;
    const uint32_t *classes = replay->row_classes;
    uint32_t *errors = xcalloc((size_t)evidence->session_count + 1, sizeof *errors);
    uint32_t row_count = evidence->row_count;
    bool found = limit == 0;

    for (uint32_t row = 0; row < row_count && !found; row++) {
        if (!refused[classes[row]])
            continue;
        uint32_t session = evidence->messages[evidence->rows[row].message].session;
        found = session != SESSION_NONE && ++errors[session] >= limit;
    }
    free(errors);
    return found;
}

/* Refused recipients in a row, mail that is taken between them forgives (smtpd.c: error_count). Gives
 * the number of recipients that come after the limit. */
static uint64_t count_late(const struct replay *replay, const uint8_t *refused_classes,
                           uint64_t limit)
{
    const struct evidence *evidence = replay->evidence;
    uint32_t *errors = xcalloc((size_t)evidence->session_count + 1, sizeof *errors);
    uint64_t late = 0;

    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        bool taken = false;
        if (message->source != MESSAGE_SMTP || message->session == SESSION_NONE)
            continue;
        for (uint32_t i = 0; i < message->row_count; i++) {
            bool refused = refused_classes[replay->row_classes[message->first_row + i]];
            late += errors[message->session] >= limit;
            errors[message->session] += refused;
            taken |= !refused;
        }
        if (taken && errors[message->session] < limit)
            errors[message->session] = 0;
    }
    free(errors);
    return late;
}

static uint64_t count_large(const struct evidence *evidence, uint64_t limit)
{
    uint64_t large = 0;

    for (uint32_t m = 0; m < evidence->message_count; m++)
        if (evidence->messages[m].row_count > limit && evidence->messages[m].source == MESSAGE_SMTP)
            large += evidence->messages[m].row_count - limit;
    return large;
}

void limits_remark(const struct replay *replay, struct diagnostics *remarks)
{
    const struct smtpd_settings *settings = &replay->policy->program->settings;
    uint64_t late = 0, large = 0;

    if (!remarks)
        return;
    uint8_t *refused = find_refused(replay);
    if (may_be_late(replay, refused, settings->hard_error_limit))
        late = count_late(replay, refused, settings->hard_error_limit);
    free(refused);
    if (late)
        diagnostics_add(remarks, 1, "assumed_patience",
                        "%llu recipients come after smtpd_hard_error_limit = %llu refused ones of "
                        "their session: Postfix would hang up with 421 there; the verdicts go on "
                        "as if it did not",
                        (unsigned long long)late, (unsigned long long)settings->hard_error_limit);
    if (settings->recipient_limit)
        large = count_large(replay->evidence, settings->recipient_limit);
    if (large)
        diagnostics_add(remarks, 1, "assumed_room",
                        "%llu recipients stand beyond smtpd_recipient_limit = %llu of one mail: "
                        "those that come after so many accepted ones would get 452 4.5.3, "
                        "whatever the lists say",
                        (unsigned long long)large, (unsigned long long)settings->recipient_limit);
    if (!settings->smtputf8)
        diagnostics_add(remarks, 1, "assumed_ascii",
                        "smtputf8_enable = no refuses clients that say SMTPUTF8 at MAIL: they are "
                        "taken to do so only for addresses that are not ASCII");
}
