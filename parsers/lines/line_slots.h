#ifndef PARSERS_LINES_LINE_SLOTS_H
#define PARSERS_LINES_LINE_SLOTS_H
/*
 * The slots of line patterns that are more than "text up to the next literal". Each takes what it
 * reads from at[0..end) and returns where it stopped, or NULL when the text is not of its form.
 * All are bounded by the line and believe nothing in it: texts that a client or a remote server
 * chose are walked from the side where Postfix wrote last.
 */
#include <stdbool.h>
#include <string.h>

#include "base/slice.h"
#include "parsers/lines/event.h"

/* A slot that sets several fields. */
typedef const char *(*slot_fn)(const char *at, const char *end, struct event *event);
/* A slot that gives one value. */
typedef const char *(*slot_type_fn)(const char *at, const char *end, struct slice *value);

/* Finds a slot by name; NULL when there is none. */
slot_fn slot_find(struct slice name);
/* Finds a type by name; NULL when there is none. */
slot_type_fn slot_type_find(struct slice name);

/* Finds what walks a whole pattern, or the rest of one, in one call: like its slots one by one, but
 * for the common lines without going from step to step. NULL when there is none. */
slot_fn slot_walk_find(struct slice pattern);

/* `unknown` is no name. */
static inline struct slice name_or_null(const char *at, const char *end)
{
    size_t len = (size_t)(end - at);
    if (len == 7 && memcmp(at, "unknown", 7) == 0)
        return (struct slice){ NULL, 0 };
    return (struct slice){ at, len };
}

/* {client}: N[A] or N[A]:P into client_name, client_address, client_port. */
const char *slot_client(const char *at, const char *end, struct event *event);
/* {endpoint}: [A]:P (postscreen) into client_address, client_port. */
const char *slot_endpoint(const char *at, const char *end, struct event *event);
/* {reply}: CODE DSN TEXT; attributes of an smtpd reject, with the restriction it came from. */
const char *slot_reply(const char *at, const char *end, struct event *event);
/* {plain_reply}: as {reply}, without looking for a restriction (milter, proxy, postscreen). */
const char *slot_plain_reply(const char *at, const char *end, struct event *event);
/* {proxy_reply}: as {plain_reply}, with the queue id behind "queued as". */
const char *slot_proxy_reply(const char *at, const char *end, struct event *event);
/* {note}: TEXT; attributes, where no code is expected. */
const char *slot_note(const char *at, const char *end, struct event *event);
/* {milter_reply}: [DSN ]TEXT; attributes, cleanup's form without a code. */
const char *slot_milter_reply(const char *at, const char *end, struct event *event);
/* {header_action}: CONTENT from CLIENT; attributes[: OWN TEXT], cleanup's header and body checks. */
const char *slot_header_action(const char *at, const char *end, struct event *event);
/* {header_hold}: as {header_action}; a held Received: header is MailScanner's way in. */
const char *slot_header_hold(const char *at, const char *end, struct event *event);
/* {client_tail}: ", sasl_method=M, ..., orig_client=N[A]" behind client=. */
const char *slot_client_tail(const char *at, const char *end, struct event *event);
/* {session_counts}: " ehlo=1 mail=1 rcpt=0/1 commands=2/3" behind disconnect. */
const char *slot_session_counts(const char *at, const char *end, struct event *event);
/* {queue_entry}: S>, size=N, nrcpt=K (queue active), from the right: S is the sender's text. */
const char *slot_queue_entry(const char *at, const char *end, struct event *event);
/* {delivery}: <R>, orig_to=<O>, relay=X, ... status=S (REASON) behind to=. */
const char *slot_delivery(const char *at, const char *end, struct event *event);
/* {dnsbl_answer}: the address a list answered, with its error answers marked. */
const char *slot_dnsbl_answer(const char *at, const char *end, struct event *event);
/* {anvil_client}: (SERVICE:ADDRESS) at TIME; both may hold colons. */
const char *slot_anvil_client(const char *at, const char *end, struct event *event);
/* {ms_id}: a MailScanner message id, with the queue id in it. */
const char *slot_ms_id(const char *at, const char *end, struct event *event);
/* {ms_requeue}: OLD to NEW. */
const char *slot_ms_requeue(const char *at, const char *end, struct event *event);
/* {ms_report}: the lists and the SpamAssassin report behind "is spam, ". */
const char *slot_ms_report(const char *at, const char *end, struct event *event);
/* {bd_pairs}: BitDefender's key: value, key: "quoted", key: ( list ). */
const char *slot_bd_pairs(const char *at, const char *end, struct event *event);
/* {amavis}: CATEGORY {ACTIONS}, [A]:P <S> -> <R>, Key: value, ... */
const char *slot_amavis(const char *at, const char *end, struct event *event);
/* {rspamd}: id: <M>, ..., (default: F (ACTION): [score/threshold] [SYMBOLS]), ... */
const char *slot_rspamd(const char *at, const char *end, struct event *event);
/* {postgrey}: ACTION, reason=..., client_name=..., ... */
const char *slot_postgrey(const char *at, const char *end, struct event *event);
/* {spf}: an SPF result with identity, client-ip, helo, envelope-from where they stand. */
const char *slot_spf(const char *at, const char *end, struct event *event);
/* {mailbox}: what Dovecot's delivery agent did, by the last phrase of the line. */
const char *slot_mailbox(const char *at, const char *end, struct event *event);

/* An SPF result in the spelling of RFC 7208 2.6 (static text); "no text" for any other word. */
struct slice spf_result(struct slice word);

#endif
