#ifndef ANALYZER_ESTIMATE_LABEL_VOTES_H
#define ANALYZER_ESTIMATE_LABEL_VOTES_H
/*
 * What the log itself says of each message: was it wanted? Takes the evidence once (who wrote to
 * whom, who sends steadily, who was refused by block lists or tried unknown recipients), then gives
 * the words of all families for one message. Nothing here looks at the verdict of a rule under test,
 * nor at evidence that such a rule shares (label_score.h).
 */
#include "analyzer/estimate/cluster.h"
#include "analyzer/estimate/label_model.h"
#include "analyzer/evidence/evidence.h"
#include "parsers/data/address_list.h"

enum { SOURCES_MAX = 16, SOURCE_SIZE = 200 };

/* The name of one source as the documents print it: "mailscanner:clean", "history". */
struct source_name {
    char text[SOURCE_SIZE];
};

/* What is said of a message, and by whom; names sorted. */
struct label_opinion {
    struct label_votes votes;
    struct source_name names[SOURCES_MAX];
    size_t name_count;
    bool circular; /* a filter was not heard: its score may rest on the evidence under test */
};

struct label_facts; /* of a whole log */

/* What the facts are taken from; borrowed for their life. */
struct label_grounds {
    const struct evidence *evidence;
    const struct clusters *clusters;
    const uint8_t *reasons;           /* population_sort */
    const uint32_t *replies;          /* by row: what the server answered (evidence.replies) */
    unsigned tested;                  /* set of enum label_evidence */
    int offset_minutes;               /* the log's own zone: what a day is */
    const struct address_list *traps; /* recipients whom nobody writes to but spammers; or NULL */
};

/* Looks through the whole log. Free with label_facts_free. */
struct label_facts *label_facts_new(const struct label_grounds *grounds);
/* Gives all memory back; NULL is allowed. */
void label_facts_free(struct label_facts *facts);
/* False when nothing is said of the message, and it is not from the null sender: most often so, and
 * quickly seen. */
bool label_may_be_said(const struct label_facts *facts, uint32_t message);
/* True when all that is said of a message, if anything, its client and correspondence say: *voice is the
 * same for messages of which they say the same, and below twice the number of clients. */
bool label_has_voice(const struct label_facts *facts, uint32_t message, uint32_t *voice);
/* What is said of message number `message`. Mail from the null sender is a class of its own: no
 * opinion. */
void label_opinion_of(const struct label_facts *facts, uint32_t message,
                      struct label_opinion *opinion);

#endif
