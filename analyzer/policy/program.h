#ifndef ANALYZER_POLICY_PROGRAM_H
#define ANALYZER_POLICY_PROGRAM_H
/*
 * The restriction lists of one smtpd, compiled: lists of items, each a check (one question to the
 * evidence), a warn_if_reject, or a class with a list of its own. A class is expanded where it
 * stands, since a bare table in it means another check in every list. Restriction lists that come
 * out of access tables are compiled when they are first met, so the program grows while it is
 * replayed: one thread at a time.
 */
#include "analyzer/policy/policy.h"
#include "analyzer/policy/restriction.h"
#include "analyzer/policy/screen_settings.h"
#include "analyzer/policy/service_model.h"
#include "analyzer/policy/smtpd_settings.h"

enum column { /* the dictionary whose values a question is answered for */
              COLUMN_CONSTANT,
              COLUMN_CLIENT,
              COLUMN_HELO,
              COLUMN_SENDER,
              COLUMN_RECIPIENT,
              COLUMN_FACTS,
              COLUMN_MAIL,
              COLUMN_ROW,
              COLUMNS,
};

enum item_kind { ITEM_CHECK, ITEM_WARN_IF_REJECT, ITEM_CLASS };

struct item {
    uint8_t kind; /* enum item_kind */
    uint8_t list; /* enum list_kind; LIST_KINDS: outside the lists */
    uint32_t question;
    uint32_t check;         /* index in policy_checks; CHECK_NONE inside an access result */
    uint32_t members;       /* ITEM_CLASS: its list */
    const char *class_name; /* the innermost class around it; NULL none */
};

struct item_list {
    uint32_t first, count;
};

/* Where a question's answers stand: its column, and its place in the column's vectors. */
struct question_place {
    uint8_t column;
    uint32_t index;
};

/* A test of postscreen(8). */
struct screen_item {
    struct item item;
    bool drops;     /* the connection ends there; else the reply is for RCPT */
    bool if_failed; /* asked only of clients that failed another test */
    bool if_clean;  /* asked only of clients that failed none */
};
enum { SCREEN_ITEMS_MAX = 10 };
struct screen {
    struct screen_settings settings;
    struct screen_item items[SCREEN_ITEMS_MAX]; /* in the order of time */
    unsigned count;                             /* 0: no postscreen in front */
    bool meets_clients;                         /* it defers the first connection of a client */
    uint8_t *contacts; /* by session: enum tri, is it that? NULL: nobody asks */
};

struct program {
    struct arena arena;
    struct outcomes outcomes;
    struct smtpd_settings settings;
    struct service_models services;
    struct question *questions;
    struct question_place *places;
    uint32_t question_count, question_capacity, place_capacity;
    uint32_t *columns[COLUMNS]; /* questions of a column */
    uint32_t column_count[COLUMNS], column_capacity[COLUMNS];
    struct intern question_keys, list_keys;
    struct item *items;
    uint32_t item_count, item_capacity;
    struct item_list *lists;
    uint32_t list_count, list_capacity;
    uint32_t *sublists; /* by list_keys */
    uint32_t sublist_count, sublist_capacity;
    struct policy_check *checks;
    uint32_t check_count, check_capacity;
    struct restriction_class {
        struct slice name, value;
    } * classes;
    uint32_t class_count, class_capacity;
    uint16_t *row_codes; /* by registry row: the reply code in force */
    bool *row_tempfail_defers;
    uint32_t stage_lists[LIST_KINDS]; /* list number + 1; 0: empty */
    uint32_t server_error;            /* outcome: 451 4.3.5 */
    /* Checks outside the lists; items that no list holds. */
    struct screen screen;
    struct item tls_required, helo_required, sender_syntax, recipient_syntax, recipient_exempt,
        authorized, unlisted_sender, unlisted_recipient, message_size;
    bool counts_recipients;             /* some check depends on how many were accepted before */
    bool asks_unlisted_sender;          /* reject_unlisted_sender stands in a list: once per MAIL */
    const struct policy_inputs *inputs; /* while compiling and replaying */
    struct answers_file *answers;       /* NULL: nothing was recorded */
};

/* Reads the parameters and compiles all lists. False with fault when Postfix would not start. */
bool program_compile(struct program *program, struct config *config,
                     const struct policy_inputs *inputs, struct diagnostics *remarks,
                     struct fault *fault);
/* Gives all memory back. */
void program_release(struct program *program);
/* A check outside the lists, by the name of its row; listed: it is among policy_checks. */
struct item program_outside_item(struct program *program, const char *name, bool listed);
/* The list that an access(5) result stands for, compiled when it is new; UINT32_MAX when there are
 * too many. subject: enum reply_class of the table. */
uint32_t program_sublist(struct program *program, struct slice text, enum list_kind list,
                         unsigned subject);
/* The value of a restriction class; false when there is none of the name. */
bool program_find_class(const struct program *program, struct slice name, struct slice *value);
/* "smtpd_client_restrictions"; NULL outside the lists. Static storage. */
const char *list_kind_name(unsigned list);

#endif
