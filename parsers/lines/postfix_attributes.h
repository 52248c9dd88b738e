#ifndef PARSERS_LINES_POSTFIX_ATTRIBUTES_H
#define PARSERS_LINES_POSTFIX_ATTRIBUTES_H
/*
 * The tail "; from=<S> to=<R> proto=P helo=<H> sasl_method=M sasl_username=U sasl_sender=S" that
 * smtpd, cleanup and postscreen (there with commas) write behind a text which may be anything: a
 * reply of a block list, of a policy service, of a remote server. Postfix 3.5 and later quote local
 * parts that are not plain, older ones do not; HELO never holds blanks or any of <>()\";@
 * (smtpd/smtpd.c NEUTER_CHARACTERS).
 */
#include "parsers/lines/event.h"

/* Walks the tail from the end of the line. Sets the fields and returns where the text in front of
 * the ';' ends; `end` when there is no tail. Sets FIELD_TRUNCATED when the tail breaks off. */
const char *attributes_back(const char *at, const char *end, struct event *event);
/* Walks a tail whose first key begins at `at`. Returns where it ends (the end of the line, or the
 * ": " of a cleanup line), NULL when it is not one. */
const char *attributes_forward(const char *at, const char *end, struct event *event);

#endif
