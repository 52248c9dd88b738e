#ifndef ANALYZER_POLICY_COLUMNS_H
#define ANALYZER_POLICY_COLUMNS_H
/*
 * The answers of all questions for all values of the evidence, folded into classes: two HELO names
 * to which every check answers the same are one class. Takes a program and the evidence; gives a
 * class per dictionary entry, and per class the vector of outcomes. Restriction lists that access
 * tables turn out to hold add questions on the way; these are answered in a further round.
 */
#include "analyzer/policy/evaluate.h"

/* The classes that one client may have, one per state of its name. */
struct client_set {
    uint32_t classes[5];
    uint32_t count;
};

struct columns {
    struct program *program;
    const struct evidence *evidence;
    const struct dns_snapshot *dns;
    uint32_t *classes[COLUMNS]; /* by entry; COLUMN_CLIENT: by client, an index into client_sets */
    uint32_t *vectors[COLUMNS]; /* by class: program->column_count[column] outcomes */
    uint32_t class_count[COLUMNS];
    struct client_set *client_sets;
    uint32_t client_set_count;
    uint32_t bare_facts[2]; /* classes of a session before TLS and AUTH: [1] if it may talk early */
};

/* Answers everything. */
void columns_build(struct columns *columns, struct program *program,
                   const struct evidence *evidence, const struct dns_snapshot *dns);
/* The class of an entry; not for clients, whose numbers are those of client_sets. */
static inline uint32_t columns_class(const struct columns *columns, enum column column,
                                     uint32_t entry)
{
    return columns->class_count[column] > 1 ? columns->classes[column][entry] : 0;
}
/* qmgr(8) and cleanup(8) log the sender with the domain that was appended to a bare one: $myorigin, or
 * $mydomain behind a host's name. (Of `host!user` and `user%host` nothing is left to be seen; those are
 * taken to be written as user@host.) */
static inline bool columns_was_rewritten(const struct message *message)
{
    return message->sender_origin == ORIGIN_QMGR || message->sender_origin == ORIGIN_CLEANUP;
}
/* In the column of senders: as the client said them, then as they were rewritten. */
static inline uint32_t columns_sender_entry(const struct evidence *evidence,
                                            const struct message *message)
{
    return message->sender + (columns_was_rewritten(message) ? evidence->senders.count : 0);
}
/* Gives all memory back. */
void columns_release(struct columns *columns);
/* One question about one row: of one of the states that its client may be in, or of them all. */
struct column_question {
    uint32_t question, row, variant;
};
enum { ALL_VARIANTS = INT32_MAX };
/* Answers one question again, with needs or explanation (either may be NULL). A variant that the
 * client does not have stands for all of them. */
uint32_t columns_answer_again(const struct columns *columns, struct column_question asked,
                              struct arena *scratch, struct need_set *needs, struct buffer *why);
/* What would tell the answer to a question before TLS and AUTH, of a session that talked early. */
void columns_bare_needs(const struct columns *columns, uint32_t question, struct arena *scratch,
                        struct need_set *needs);
/* What would tell the state of a row's client. */
void columns_client_needs(const struct columns *columns, uint32_t row, struct arena *scratch,
                          struct need_set *needs);

#endif
