#include "analyzer/policy/limits.h"

#include <stdlib.h>

#include "analyzer/policy/policy_internal.h"
#include "base/xalloc.h"

static bool is_refused(const struct replay *replay, uint32_t row)
{
    enum verdict_kind kind = replay_verdict(replay, row)->kind;

    return kind == VERDICT_REJECT || kind == VERDICT_DEFER;
}

/* Refused recipients in a row, mail that is taken between them forgives (smtpd.c: error_count). Gives
 * the number of recipients that come after the limit. */
static uint64_t count_late(const struct replay *replay, uint64_t limit)
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
            bool refused = is_refused(replay, message->first_row + i);
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
        if (evidence->messages[m].source == MESSAGE_SMTP && evidence->messages[m].row_count > limit)
            large += evidence->messages[m].row_count - limit;
    return large;
}

void limits_remark(const struct replay *replay, struct diagnostics *remarks)
{
    const struct smtpd_settings *settings = &replay->policy->program->settings;
    uint64_t late, large = 0;

    if (!remarks)
        return;
    late = count_late(replay, settings->hard_error_limit);
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
