#ifndef PARSERS_INPUT_ENVELOPE_FORMS_H
#define PARSERS_INPUT_ENVELOPE_FORMS_H
/*
 * The forms of an envelope, one row each; private to envelope.c and its tests. A form either reads
 * the whole line, or leaves everything as it was and says no.
 */
#include "parsers/input/envelope.h"

enum form_answer { FORM_NO, FORM_YES, FORM_PART };

struct envelope_form {
    const char *name;
    enum form_answer (*parse)(struct envelope *envelope, struct slice raw, struct log_line *line);
    bool wrapped; /* also looked for behind "mail.log:" and the like */
    const char *sample;
};

/* The table; *count rows, the commonest first. */
const struct envelope_form *envelope_forms(size_t *count);
/* Tries one form after the other, the one at *first before all; FORM_NO when none fits. */
enum form_answer envelope_try_forms(struct envelope *envelope, struct slice raw,
                                    struct log_line *line);
/* Sets the fields of a line from what a container wrote; outer is the runtime's stamp, or NULL. */
void envelope_take_payload(struct envelope *envelope, struct slice text, const struct stamp *outer,
                           struct log_line *line);
/* Sets the fields of a line from a record. */
void envelope_take_record(struct envelope *envelope, const struct record *record,
                          struct log_line *line);

#endif
