#ifndef PARSERS_LINES_EVENT_H
#define PARSERS_LINES_EVENT_H
/*
 * What a line says: a kind and its fields, still as slices into the line. Field names are Postfix's
 * (policy protocol, log lines); `events --jsonl` prints them as they stand here. A field that the
 * line does not have is not set (event_has), or set to "no text" (NULL) where its absence says
 * something (NOQUEUE, a reply without code, no orig_to). A line that was cut off has `truncated`,
 * and what stood behind the cut is not set. Names written as `unknown` are set to "no text".
 * Texts borrow from the line or are static; they die with the next line_parse.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "parsers/input/log_line.h"

/* How a line is booked. Every line is in exactly one class. */
enum line_class {
    LINE_UNDERSTOOD, /* a shape of ours */
    LINE_FOREIGN,    /* a known program that is not ours, or a remark of the logger */
    LINE_UNKNOWN,    /* a program of ours, a shape we do not know */
    LINE_MALFORMED,  /* no envelope */
    LINE_CLASSES
};

/* clang-format off */
/* X(constant, "name in JSON") */
#define EVENT_KINDS(X) \
    X(SMTPD_CONNECT, "smtpd_connect") \
    X(SMTPD_DISCONNECT, "smtpd_disconnect") \
    X(SMTPD_CLIENT, "smtpd_client") \
    X(SMTPD_REJECT, "smtpd_reject") \
    X(SMTPD_REJECT_WARNING, "smtpd_reject_warning") \
    X(SMTPD_ACTION, "smtpd_action") \
    X(SMTPD_MILTER, "smtpd_milter") \
    X(SMTPD_PROXY, "smtpd_proxy") \
    X(SMTPD_LOST, "smtpd_lost") \
    X(SMTPD_PIPELINING, "smtpd_pipelining") \
    X(SMTPD_BAD_COMMAND, "smtpd_bad_command") \
    X(SMTPD_BAD_ADDRESS, "smtpd_bad_address") \
    X(CLIENT_NAME_MISMATCH, "client_name_mismatch") \
    X(DNS_BAD_NAME, "dns_bad_name") \
    X(SASL_FAILED, "sasl_failed") \
    X(RATE_LIMITED, "rate_limited") \
    X(TLS_SESSION, "tls_session") \
    X(TLS_ERROR, "tls_error") \
    X(SERVICE_TROUBLE, "service_trouble") \
    X(DNSBL_ERROR, "dnsbl_error") \
    X(DNS_ERROR, "dns_error") \
    X(TABLE_ERROR, "table_error") \
    X(RESTART, "restart") \
    X(RESOURCE, "resource") \
    X(CONFIG_WARNING, "config_warning") \
    X(CLEANUP_MESSAGE_ID, "cleanup_message_id") \
    X(CLEANUP_RESENT_ID, "cleanup_resent_id") \
    X(CLEANUP_ACTION, "cleanup_action") \
    X(CLEANUP_MIME_ERROR, "cleanup_mime_error") \
    X(CLEANUP_MILTER, "cleanup_milter") \
    X(CLEANUP_CANCELED, "cleanup_canceled") \
    X(CLEANUP_TROUBLE, "cleanup_trouble") \
    X(CLOCK_NOTE, "clock_note") \
    X(QMGR_ACTIVE, "qmgr_active") \
    X(QMGR_REMOVED, "qmgr_removed") \
    X(QMGR_EXPIRED, "qmgr_expired") \
    X(QMGR_SKIPPED, "qmgr_skipped") \
    X(QMGR_TROUBLE, "qmgr_trouble") \
    X(DELIVERY, "delivery") \
    X(DELIVERY_TRY, "delivery_try") \
    X(DELIVERY_PASS, "delivery_pass") \
    X(PICKUP, "pickup") \
    X(BOUNCE_NOTIFY, "bounce_notify") \
    X(BOUNCE_FAILED, "bounce_failed") \
    X(PS_CONNECT, "ps_connect") \
    X(PS_PASS_NEW, "ps_pass_new") \
    X(PS_PASS_OLD, "ps_pass_old") \
    X(PS_ALLOW, "ps_allow") \
    X(PS_DENY, "ps_deny") \
    X(PS_VETO, "ps_veto") \
    X(PS_DISCONNECT, "ps_disconnect") \
    X(PS_PREGREET, "ps_pregreet") \
    X(PS_DNSBL_RANK, "ps_dnsbl_rank") \
    X(PS_HANGUP, "ps_hangup") \
    X(PS_VIOLATION, "ps_violation") \
    X(PS_REJECT, "ps_reject") \
    X(CACHE_CLEANUP, "cache_cleanup") \
    X(PS_STRESS, "ps_stress") \
    X(DNSBL_HIT, "dnsbl_hit") \
    X(TLSPROXY, "tlsproxy") \
    X(ANVIL_MAX, "anvil_max") \
    X(SCACHE_STATS, "scache_stats") \
    X(POSTSUPER_ACTION, "postsuper_action") \
    X(POSTSUPER_TOTAL, "postsuper_total") \
    X(MASTER_START, "master_start") \
    X(MASTER_RELOAD, "master_reload") \
    X(MASTER_EXIT, "master_exit") \
    X(MASTER_TROUBLE, "master_trouble") \
    X(POSTFIX_SCRIPT, "postfix_script") \
    X(PROCESS_DEATH, "process_death") \
    X(MS_BATCH, "ms_batch") \
    X(MS_WAITING, "ms_waiting") \
    X(MS_COUNT, "ms_count") \
    X(MS_STEP, "ms_step") \
    X(MS_SPEED, "ms_speed") \
    X(MS_REQUEUE, "ms_requeue") \
    X(SPAM_VERDICT, "spam_verdict") \
    X(MS_ACTION, "ms_action") \
    X(VIRUS_VERDICT, "virus_verdict") \
    X(MS_TROUBLE, "ms_trouble") \
    X(DEFS_UPDATE, "defs_update") \
    X(BD_LOG, "bd_log") \
    X(BD_UPDATE_STEP, "bd_update_step") \
    X(BD_TROUBLE, "bd_trouble") \
    X(AMAVIS_VERDICT, "amavis_verdict") \
    X(AMAVIS_TAG, "amavis_tag") \
    X(AMAVIS_TROUBLE, "amavis_trouble") \
    X(SPAMD_BEGIN, "spamd_begin") \
    X(GREYLIST_ANSWER, "greylist_answer") \
    X(WEIGHT_ANSWER, "weight_answer") \
    X(SPF_ANSWER, "spf_answer") \
    X(DKIM_RESULT, "dkim_result") \
    X(DMARC_RESULT, "dmarc_result") \
    X(MIMEDEFANG, "mimedefang") \
    X(MAILBOX_SAVE, "mailbox_save") \
    X(FOREIGN, "foreign") \
    X(POP_FETCH, "pop_fetch") \
    X(SRS_REWRITE, "srs_rewrite") \
    X(REPEAT, "repeat") \
    X(EHLO_DISCARD, "ehlo_discard") \
    X(DIALOGUE, "dialogue") \
    X(SMTP_HEADER_CHECK, "smtp_header_check") \
    X(DAEMON_WARNING, "daemon_warning") \
    X(DAEMON_NOTE, "daemon_note") \
    X(DAEMON_DEBUG, "daemon_debug")

/* clang-format on */
#define EVENT_KIND_ENUM(constant, name) EVENT_##constant,
enum event_kind { EVENT_NONE, EVENT_KINDS(EVENT_KIND_ENUM) EVENT_KIND_COUNT };

/* clang-format off */
/*
 * X(constant, "name in JSON", how it is printed): TEXT; NUMBER (the line's text is a number,
 * or hh:mm:ss, 5m, 2h, printed as seconds); FLAG
 * (the text is "true" or "false"); LIST (the text as it stands in the line: ", " "," or ";" between
 * the members, addresses perhaps in <>); SCORES (members "NAME 1.2", "NAME=1.2" or "NAME(1.2){..}").
 * Two fields may share a name when some lines have a number there and others a text; no line has
 * both. `file`, `line` and `host` name where the line itself stands, so what a line says of another
 * file, line or host is config_file, config_line, dns_host.
 */
#define EVENT_FIELDS(X) \
    X(CLIENT_NAME, "client_name", TEXT) \
    X(CLIENT_ADDRESS, "client_address", TEXT) \
    X(CLIENT_PORT, "client_port", NUMBER) \
    X(COMMANDS, "commands", TEXT) \
    X(EHLO, "ehlo", TEXT) \
    X(MAIL, "mail", TEXT) \
    X(RCPT, "rcpt", TEXT) \
    X(DATA, "data", TEXT) \
    X(QUIT, "quit", TEXT) \
    X(STARTTLS, "starttls", TEXT) \
    X(AUTH, "auth", TEXT) \
    X(XFORWARD, "xforward", TEXT) \
    X(HELO, "helo", TEXT) \
    X(XCLIENT, "xclient", TEXT) \
    X(BDAT, "bdat", TEXT) \
    X(RSET, "rset", TEXT) \
    X(NOOP, "noop", TEXT) \
    X(VRFY, "vrfy", TEXT) \
    X(ETRN, "etrn", TEXT) \
    X(HELP, "help", TEXT) \
    X(UNKNOWN, "unknown", TEXT) \
    X(QUEUE_ID, "queue_id", TEXT) \
    X(SASL_METHOD, "sasl_method", TEXT) \
    X(SASL_USERNAME, "sasl_username", TEXT) \
    X(SASL_SENDER, "sasl_sender", TEXT) \
    X(ORIG_QUEUE_ID, "orig_queue_id", TEXT) \
    X(ORIG_CLIENT_NAME, "orig_client_name", TEXT) \
    X(ORIG_CLIENT_ADDRESS, "orig_client_address", TEXT) \
    X(STAGE, "stage", TEXT) \
    X(CODE, "code", TEXT) \
    X(DSN, "dsn", TEXT) \
    X(TEXT, "text", TEXT) \
    X(SENDER, "sender", TEXT) \
    X(RECIPIENT, "recipient", TEXT) \
    X(PROTO, "proto", TEXT) \
    X(HELO_NAME, "helo_name", TEXT) \
    X(RESTRICTION, "restriction", TEXT) \
    X(DNSBL, "dnsbl", TEXT) \
    X(GREYLIST, "greylist", FLAG) \
    X(SPF, "spf", TEXT) \
    X(CONFIG_FAULT, "config_fault", FLAG) \
    X(ACTION, "action", TEXT) \
    X(QUEUED_AS, "queued_as", TEXT) \
    X(REASON, "reason", TEXT) \
    X(AFTER, "after", TEXT) \
    X(AFTER_SECONDS, "after", NUMBER) \
    X(BYTES, "bytes", NUMBER) \
    X(REVERSE_CLIENT_NAME, "reverse_client_name", TEXT) \
    X(NAME, "name", TEXT) \
    X(LIMIT, "limit", TEXT) \
    X(LIMIT_COUNT, "limit", NUMBER) \
    X(COUNT, "count", NUMBER) \
    X(SERVICE, "service", TEXT) \
    X(TRUST, "trust", TEXT) \
    X(TLS_PROTOCOL, "tls_protocol", TEXT) \
    X(TLS_CIPHER, "tls_cipher", TEXT) \
    X(SNI, "sni", TEXT) \
    X(WHAT, "what", TEXT) \
    X(QUERY, "query", TEXT) \
    X(HOST, "dns_host", TEXT) \
    X(TABLE, "table", TEXT) \
    X(FILE, "config_file", TEXT) \
    X(LINE, "config_line", NUMBER) \
    X(MESSAGE_ID, "message_id", TEXT) \
    X(PART, "part", TEXT) \
    X(CONTENT, "content", TEXT) \
    X(HEADERS, "headers", TEXT) \
    X(MAILSCANNER, "mailscanner", FLAG) \
    X(LABEL, "label", TEXT) \
    X(SIZE, "size", NUMBER) \
    X(NRCPT, "nrcpt", NUMBER) \
    X(STATUS, "status", TEXT) \
    X(NEXTHOP, "nexthop", TEXT) \
    X(USED, "used", NUMBER) \
    X(OF, "of", NUMBER) \
    X(TRANSPORT, "transport", TEXT) \
    X(ORIG_TO, "orig_to", TEXT) \
    X(RELAY, "relay", TEXT) \
    X(DELAY, "delay", TEXT) \
    X(DELAY_SECONDS, "delay", NUMBER) \
    X(DELAYS, "delays", TEXT) \
    X(END, "end", TEXT) \
    X(REMOTE_CODE, "remote_code", TEXT) \
    X(REMOTE_STAGE, "remote_stage", TEXT) \
    X(CONN_USE, "conn_use", NUMBER) \
    X(TLS, "tls", TEXT) \
    X(FORWARDED_AS, "forwarded_as", TEXT) \
    X(PROBE, "probe", FLAG) \
    X(REUSED, "reused", FLAG) \
    X(UID, "uid", NUMBER) \
    X(ORIG_ID, "orig_id", TEXT) \
    X(TO, "to", TEXT) \
    X(NEW_QUEUE_ID, "new_queue_id", TEXT) \
    X(SERVER_ADDRESS, "server_address", TEXT) \
    X(SERVER_PORT, "server_port", NUMBER) \
    X(RANK, "rank", NUMBER) \
    X(PHASE, "phase", TEXT) \
    X(VIOLATION, "violation", TEXT) \
    X(RETAINED, "retained", NUMBER) \
    X(DROPPED, "dropped", NUMBER) \
    X(ON, "on", FLAG) \
    X(ANSWER, "answer", TEXT) \
    X(LIST_ERROR, "list_error", FLAG) \
    X(VALUE, "value", NUMBER) \
    X(PERIOD, "period", NUMBER) \
    X(HITS, "hits", NUMBER) \
    X(MISS, "miss", NUMBER) \
    X(VERSION, "version", TEXT) \
    X(SIGNAL, "signal", NUMBER) \
    X(PROCESS, "process", TEXT) \
    X(CHILD_PID, "child_pid", NUMBER) \
    X(DOMAIN, "domain", TEXT) \
    X(MESSAGES, "messages", NUMBER) \
    X(UNSCANNED, "unscanned", FLAG) \
    X(SPAM, "spam", NUMBER) \
    X(SCANNER, "scanner", TEXT) \
    X(INFECTIONS, "infections", NUMBER) \
    X(VIRUSES, "viruses", NUMBER) \
    X(DELIVERED, "delivered", NUMBER) \
    X(SECONDS, "seconds", NUMBER) \
    X(MS_ID, "ms_id", TEXT) \
    X(SAME, "same", FLAG) \
    X(RECIPIENT_DOMAINS, "recipient_domains", LIST) \
    X(VERDICT, "verdict", TEXT) \
    X(SCORE, "score", NUMBER) \
    X(REQUIRED, "required", NUMBER) \
    X(TESTS, "tests", LIST) \
    X(TEST_SCORES, "tests", SCORES) \
    X(RBL, "rbl", LIST) \
    X(DNSBLS, "dnsbl", LIST) \
    X(ACTIONS, "actions", LIST) \
    X(VIRUS, "virus", TEXT) \
    X(OK, "ok", NUMBER) \
    X(RECIPIENTS, "recipients", LIST) \
    X(TOTAL, "total", NUMBER) \
    X(AGENT, "agent", TEXT) \
    X(LEVEL, "level", TEXT) \
    X(LOCATION, "location", TEXT) \
    X(PASSED, "passed", FLAG) \
    X(CATEGORY, "category", TEXT) \
    X(POLICY_BANK, "policy_bank", TEXT) \
    X(LOCAL, "local", FLAG) \
    X(USER, "user", TEXT) \
    X(SCORE_INT, "score_int", NUMBER) \
    X(MISSING, "missing", NUMBER) \
    X(IDENTITY, "identity", TEXT) \
    X(RESULT, "result", TEXT) \
    X(SELECTOR, "selector", TEXT) \
    X(FOLDER, "folder", TEXT) \
    X(OLD_FOLDER, "old_folder", TEXT) \
    X(TRUNCATED, "truncated", FLAG) \
    X(EXIT_CODE, "code", NUMBER)

/* clang-format on */
#define EVENT_FIELD_ENUM(constant, name, type) FIELD_##constant,
enum event_field { EVENT_FIELDS(EVENT_FIELD_ENUM) EVENT_FIELD_COUNT };
enum { EVENT_MASK_WORDS = (EVENT_FIELD_COUNT + 63) / 64 };

/* Which Postfix daemon (or family of programs) speaks; decided by the program name. */
enum service {
    SERVICE_NONE,
    SERVICE_SMTPD,
    SERVICE_POSTSCREEN,
    SERVICE_CLEANUP,
    SERVICE_QMGR,
    SERVICE_PICKUP,
    SERVICE_DELIVERY, /* smtp, lmtp, relay, local, virtual, pipe, error, retry, discard, any name */
    SERVICE_BOUNCE,
    SERVICE_DNSBLOG,
    SERVICE_POSTSUPER,
    SERVICE_MASTER,
    SERVICE_POSTFIX_OTHER,
    SERVICE_FILTER,  /* MailScanner, BitDefender, amavis, rspamd, SpamAssassin, ClamAV ... */
    SERVICE_POLICY,  /* postgrey, policyd-spf ... */
    SERVICE_MAILBOX, /* dovecot lmtp, lda, sieve */
    SERVICE_FOREIGN,
    SERVICE_COUNT
};

struct line_shape; /* parsers/lines/line_shape.h: the table row that matched */

struct event {
    const struct log_line *line; /* borrows */
    enum line_class line_class;
    enum event_kind kind;
    enum service service;
    const struct line_shape *shape; /* NULL when no row matched */
    struct slice instance; /* Postfix's syslog_name up to the first '/': "postfix", "postfix-out" */
    struct slice label;    /* the middle of "postfix/submission/smtpd": "submission"; else empty */
    uint64_t has[EVENT_MASK_WORDS];
    struct slice field[EVENT_FIELD_COUNT]; /* valid where `has` says so */
};

/* True when the line has the field (its text may still be "no text" for `unknown`). */
static inline bool event_has(const struct event *event, enum event_field field)
{
    return (event->has[field / 64] >> (field % 64)) & 1;
}

/* The field, or "no text" (NULL) when the line does not have it. */
static inline struct slice event_get(const struct event *event, enum event_field field)
{
    return event_has(event, field) ? event->field[field] : (struct slice){ NULL, 0 };
}

/* Sets a field. Borrows. */
static inline void event_set(struct event *event, enum event_field field, struct slice value)
{
    event->has[field / 64] |= (uint64_t)1 << (field % 64);
    event->field[field] = value;
}

/* Forgets all fields and the kind; `line` and the program's fields stay. */
static inline void event_clear(struct event *event)
{
    event->kind = EVENT_NONE;
    event->shape = NULL;
    for (int i = 0; i < EVENT_MASK_WORDS; i++)
        event->has[i] = 0;
}

/* The kind's name for JSON and tests; static storage. */
const char *event_kind_name(enum event_kind kind);
/* The field's name for JSON and tests; static storage. */
const char *event_field_name(enum event_field field);
enum event_field_type {
    FIELD_TYPE_TEXT,
    FIELD_TYPE_NUMBER,
    FIELD_TYPE_FLAG,
    FIELD_TYPE_LIST,
    FIELD_TYPE_SCORES
};
/* How the field is printed. */
enum event_field_type event_field_type(enum event_field field);
/* "understood", "foreign", "unknown", "malformed"; static storage. */
const char *line_class_name(enum line_class line_class);

#endif
