#ifndef PARSERS_DATA_ANSWERS_FILE_H
#define PARSERS_DATA_ANSWERS_FILE_H
/*
 * Recorded answers of what a log and a file cannot tell (--answers): remote tables, policy servers,
 * address probes. JSON Lines, of the same mind as the DNS snapshot:
 *
 *     {"table":"mysql:/etc/postfix/users.cf","key":"b@example.com","result":"OK"}
 *     {"table":"mysql:/etc/postfix/users.cf","key":"*","result":null}
 *     {"service":"inet:127.0.0.1:10023","client_address":"192.0.2.7","sender":"a@example.org",
 *      "recipient":"b@example.com","action":"DEFER_IF_PERMIT try later"}
 *     {"verify":"b@example.com","status":"undeliverable"}
 *
 * A result of null is "no such key"; the key "*" answers for all keys not listed. Of a service's
 * line, client_address, helo_name, sender and recipient may be left out: it then answers for all; a
 * line that names more outranks one that names less. status is deliverable, undeliverable, deferred,
 * or failure (verify(8) does not answer). Of equal lines the last counts. What nobody recorded stays
 * unknown. Constant once read.
 */
#include <stdbool.h>

#include "base/fault.h"
#include "base/slice.h"

struct answers_file;

enum answer_found {
    ANSWER_NOT_RECORDED,
    ANSWER_ABSENT, /* the table has no such key */
    ANSWER_RECORDED,
};

/* What a policy server is asked about. */
struct answer_request {
    struct slice service; /* as in check_policy_service */
    struct slice client_address, helo_name, sender, recipient;
};

/* An empty set. Free with answers_file_free. */
struct answers_file *answers_file_new(void);
/* Reads a file ("-" is standard input) into the set. Lines that are no answer are counted in notes
 * (code "answers_line", may be NULL) and skipped. False with fault when the file cannot be read, or
 * no line of a non-empty file is one. */
bool answers_file_read(struct answers_file *answers, const char *path, struct diagnostics *notes,
                       struct fault *fault);
/* Takes one line; false when it is no answer. Copies. */
bool answers_file_add_line(struct answers_file *answers, struct slice line);
/* Gives all memory back; NULL is allowed. */
void answers_file_free(struct answers_file *answers);

/* What "type:name" has for a key (compared without case). *result lives in the set. answers may be
 * NULL: nothing is recorded. */
enum answer_found answers_file_table(const struct answers_file *answers, struct slice table,
                                     struct slice key, struct slice *result);
/* What a policy server answered; the same. */
enum answer_found answers_file_service(const struct answers_file *answers,
                                       const struct answer_request *request, struct slice *action);
/* What verify(8) said about an address; the same. */
enum answer_found answers_file_verify(const struct answers_file *answers, struct slice address,
                                      struct slice *status);

#endif
