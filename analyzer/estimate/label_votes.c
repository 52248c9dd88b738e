#include "analyzer/estimate/label_votes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/label_score.h"
#include "analyzer/estimate/population.h"
#include "analyzer/policy/verdict.h"
#include "base/civil_time.h"
#include "base/rare.h"
#include "base/xalloc.h"

/* A steady sender: so many messages that came in, on so many days, and no more complaints than one
 * in so many. A dictionary attack: so many unknown recipients, and more of them than known ones. */
enum { STEADY_MESSAGES = 20, STEADY_DAYS = 5, STEADY_COMPLAINTS = 50, DICTIONARY_MISSES = 5 };
/* So many spams, and never a word on anything else: a filter that is silent about what it passes. */
enum { SILENT_FILTER_SPAMS = 20 };

/* What one cluster or client did over the whole log. */
struct habit {
    uint32_t accepted, complaints, days;
    int64_t last_day;
};
struct misdeeds {
    uint32_t listed, unknown, accepted, trapped; /* rows */
};

/* A content filter that logs spam only; what came back from it unmentioned was clean to it. */
struct silent_filter {
    sym program;               /* SYM_NONE: there is none */
    int64_t first_us, last_us; /* of what it said: silence outside of it says nothing */
};

struct label_facts {
    const struct evidence *evidence;
    const struct clusters *clusters;
    unsigned tested;
    const struct address_list *traps;
    int offset_minutes;
    struct silent_filter silent;
    struct habit *habits;      /* by cluster key */
    struct misdeeds *misdeeds; /* by client address (evidence.text) */
    int64_t *written_us;       /* by sender: when one of ours first wrote there; TIME_NONE */
    uint8_t *client_speaks;    /* by client: what it did says something of its mail */
    uint8_t *sender_speaks;    /* by sender: one of ours wrote there, or it is the null sender */
};

/* Programs by the names that their verdicts are booked under; another program has its own name. */
/* clang-format off */
static const struct filter_row {
    const char *program, *source;
    enum label_family family;
    bool virus_only; /* "clean" says nothing about spam */
} filter_rows[] = {
    { "BDMAILD",       "bitdefender",  FAMILY_CONTENT, false },
    { "bdmaild",       "bitdefender",  FAMILY_CONTENT, false },
    { "MailScanner",   "mailscanner",  FAMILY_CONTENT, false },
    { "amavisd",       "amavis",       FAMILY_CONTENT, false },
    { "spamd",         "spamassassin", FAMILY_CONTENT, false },
    { "spampd",        "spamassassin", FAMILY_CONTENT, false },
    { "clamav-milter", "clamav",       FAMILY_CONTENT, true },
    { "clamd",         "clamav",       FAMILY_CONTENT, true },
    { "clamsmtpd",     "clamav",       FAMILY_CONTENT, true },
    { "savdi",         "sophos",       FAMILY_CONTENT, true },
    /* who sorts mail into folders on delivery repeats what a filter said; users say it themselves */
    { "dovecot",       "folder",       FAMILY_CONTENT, false },
    { FILTER_USER,     "mailbox",      FAMILY_MAILBOX, false },
};
/* clang-format on */

static const char *const answer_words[FILTER_ANSWERS] = {
    [FILTER_HAM] = "clean",
    [FILTER_SPAM] = "spam",
    [FILTER_VIRUS] = "virus",
};

/* ---- the whole log ---- */

static bool is_outbound(uint8_t reason)
{
    return reason == POPULATION_LOCAL || reason == POPULATION_AUTHENTICATED ||
           reason == POPULATION_OWN_NETWORK || reason == POPULATION_SUBMISSION;
}

/* written_us: by recipient, when one of ours first wrote there. */
static void learn_outbound(const struct evidence *evidence, const struct message *message,
                           int64_t *written_us)
{
    for (uint32_t i = 0; i < message->row_count; i++) {
        const struct row *row = &evidence->rows[message->first_row + i];
        int64_t *first = &written_us[row->recipient];
        if (message->source != MESSAGE_INTERNAL && row->time_us != TIME_NONE &&
            (*first == TIME_NONE || row->time_us < *first))
            *first = row->time_us;
    }
}

static bool is_complaint(const struct evidence *evidence, const struct message *message)
{
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next)
        if (evidence->filters[i - 1].answer == FILTER_SPAM ||
            evidence->filters[i - 1].answer == FILTER_VIRUS)
            return true;
    return false;
}

/* How a logged refusal is called: by a list of bad addresses, or for an unknown recipient. */
static RARE void learn_refusal(struct misdeeds *misdeeds, const struct evidence *evidence,
                               const struct logged_reply *reply)
{
    struct slice name = intern_text(&evidence->text, reply->restriction);
    misdeeds->listed += slice_is(name, "reject_rbl_client");
    misdeeds->unknown += slice_is(name, "reject_unlisted_recipient");
}

static bool is_trap(const struct label_facts *facts, uint32_t row)
{
    const struct evidence *evidence = facts->evidence;
    return address_list_has(facts->traps,
                            intern_text(&evidence->recipients, evidence->rows[row].recipient));
}

static void learn_inbound(struct label_facts *facts, const struct message *message,
                          const uint32_t *replies)
{
    const struct evidence *evidence = facts->evidence;
    struct habit *habit = &facts->habits[facts->clusters->of_client[message->client]];
    struct misdeeds *misdeeds = &facts->misdeeds[evidence->clients[message->client].address];
    uint32_t accepted = 0;
    for (uint32_t i = 0; i < message->row_count; i++) {
        const struct logged_reply *reply = &evidence->replies[replies[message->first_row + i]];
        if (reply->verdict == VERDICT_ACCEPT || reply->verdict == VERDICT_HOLD)
            accepted++;
        else
            learn_refusal(misdeeds, evidence, reply);
    }
    for (uint32_t i = 0; facts->traps && i < message->row_count; i++)
        misdeeds->trapped += is_trap(facts, message->first_row + i);
    misdeeds->accepted += accepted;
    if (accepted == 0 || message->time_us == TIME_NONE)
        return;
    int64_t day = civil_day(message->time_us, facts->offset_minutes);
    habit->days += habit->accepted == 0 || day != habit->last_day;
    habit->last_day = day;
    habit->accepted++;
    habit->complaints += message->extra != 0 && is_complaint(evidence, message);
}

struct filter_account {
    uint32_t spam, other;
    int64_t first_us, last_us;
};

/* The row of a program; NULL for one that has none. "dovecot-lda" and its like are dovecot. */
static const struct filter_row *find_filter(struct slice program)
{
    if (slice_starts(program, "dovecot"))
        program = slice_of("dovecot");
    for (size_t i = 0; i < COUNT(filter_rows); i++)
        if (slice_is(program, filter_rows[i].program))
            return &filter_rows[i];
    return NULL;
}

static void account_verdicts(const struct evidence *evidence, const struct message *message,
                             struct filter_account *accounts)
{
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next) {
        const struct filter_verdict *verdict = &evidence->filters[i - 1];
        struct filter_account *account = &accounts[verdict->program];
        if (verdict->answer != FILTER_SPAM && verdict->answer != FILTER_VIRUS) {
            account->other++;
            continue;
        }
        if (account->spam == 0 || message->time_us < account->first_us)
            account->first_us = message->time_us;
        if (account->spam == 0 || message->time_us > account->last_us)
            account->last_us = message->time_us;
        account->spam++;
    }
}

/* The one content filter that never says "clean"; with several nobody knows which one passed it. */
static struct silent_filter find_silent_filter(const struct evidence *evidence)
{
    struct silent_filter found = { .program = SYM_NONE };
    if (evidence->filter_count == 0)
        return found;
    struct filter_account *accounts = xcalloc(evidence->text.count, sizeof *accounts);
    unsigned filters = 0;
    for (uint32_t m = 0; m < evidence->message_count; m++)
        account_verdicts(evidence, &evidence->messages[m], accounts);
    for (sym i = 0; i < evidence->text.count; i++) {
        const struct filter_row *row = find_filter(intern_text(&evidence->text, i));
        bool is_content = !row || (row->family == FAMILY_CONTENT && !row->virus_only);
        if (!is_content || accounts[i].spam + accounts[i].other == 0)
            continue;
        filters++;
        if (accounts[i].other == 0 && accounts[i].spam >= SILENT_FILTER_SPAMS)
            found = (struct silent_filter){ i, accounts[i].first_us, accounts[i].last_us };
    }
    free(accounts);
    return filters == 1 ? found : (struct silent_filter){ .program = SYM_NONE };
}

/* ---- one message ---- */

/* Adds a source's name, "source:what" or "source". */
static void name_source(struct label_opinion *opinion, struct slice source, const char *what)
{
    enum { ROOM = SOURCE_SIZE - 16 };
    struct source_name name;
    size_t len = source.len ? strnlen(source.at, source.len < ROOM ? source.len : ROOM) : 0;
    if (len)
        memcpy(name.text, source.at, len);
    if (what) {
        size_t more = strnlen(what, sizeof name.text - len - 2);
        name.text[len++] = ':';
        memcpy(name.text + len, what, more);
        len += more;
    }
    name.text[len] = '\0';
    for (size_t i = 0; i < opinion->name_count; i++)
        if (strcmp(opinion->names[i].text, name.text) == 0)
            return;
    if (opinion->name_count < SOURCES_MAX)
        opinion->names[opinion->name_count++] = name;
}

static void say(struct label_opinion *opinion, enum label_family family, enum label_word word,
                const char *source)
{
    opinion->votes.word[family] = (uint8_t)word;
    name_source(opinion, slice_of(source), NULL);
}

/* The answer of a filter without the points that rest on evidence under test. FILTER_NONE when these
 * are not known: its word, for spam as well as for ham, would then be the rule's own. */
static enum filter_answer fair_answer(const struct label_facts *facts,
                                      const struct filter_verdict *verdict)
{
    enum filter_answer answer = (enum filter_answer)verdict->answer;
    bool by_score = answer == FILTER_SPAM || answer == FILTER_HAM;
    const struct filter_row *row =
        find_filter(intern_text(&facts->evidence->text, verdict->program));
    if (!by_score || !(facts->tested & EVIDENCE_SCORED) ||
        (row && (row->virus_only || row->family == FAMILY_MAILBOX)))
        return answer;
    if (verdict->tests == SYM_NONE)
        return FILTER_NONE;
    struct left_out left =
        label_leave_out(intern_text(&facts->evidence->text, verdict->tests), facts->tested);
    if (left.tests == 0)
        return answer;
    if (!verdict->has_score || !verdict->has_required)
        return FILTER_NONE;
    double rest = (double)verdict->score - left.points, limit = (double)verdict->required;
    /* Usual points may be off by half. */
    if (left.unpriced && fabs(rest - limit) <= fabs(left.usual) / 2)
        return FILTER_NONE;
    return rest >= limit ? FILTER_SPAM : FILTER_HAM;
}

/* The worst that one program said of a message. */
struct filter_word {
    sym program;
    enum filter_answer answer;
};

static size_t collect_words(const struct label_facts *facts, const struct message *message,
                            struct filter_word words[SOURCES_MAX], bool *circular)
{
    const struct evidence *evidence = facts->evidence;
    size_t count = 0;
    for (uint32_t i = evidence_extra(evidence, message)->filters; i;
         i = evidence->filters[i - 1].next) {
        const struct filter_verdict *verdict = &evidence->filters[i - 1];
        enum filter_answer answer = fair_answer(facts, verdict);
        *circular = *circular || (answer == FILTER_NONE && verdict->answer != FILTER_NONE);
        size_t at = 0;
        while (at < count && words[at].program != verdict->program)
            at++;
        if (answer >= FILTER_ANSWERS || !answer_words[answer] || at == SOURCES_MAX)
            continue;
        if (at == count)
            words[count++] = (struct filter_word){ verdict->program, answer };
        if (words[at].answer < answer)
            words[at].answer = answer;
    }
    return count;
}

/* A filter that only speaks of spam has passed what it did not name while it was at work. */
static void hear_silence(const struct label_facts *facts, const struct message *message,
                         bool said[FAMILY_COUNT][WORDS], struct label_opinion *opinion)
{
    const struct silent_filter *silent = &facts->silent;
    const struct message_extra *extra = evidence_extra(facts->evidence, message);
    if (!silent->program || extra->filters || !extra->hops || message->time_us < silent->first_us ||
        message->time_us > silent->last_us)
        return;
    if (facts->tested & EVIDENCE_SCORED) { /* what it passed has no tests in the log */
        opinion->circular = true;
        return;
    }
    struct slice program = intern_text(&facts->evidence->text, silent->program);
    const struct filter_row *row = find_filter(program);
    said[FAMILY_CONTENT][WORD_HAM] = true;
    name_source(opinion, row ? slice_of(row->source) : program, "passed");
}

/* Filters of one family that contradict each other leave it silent. */
static void hear_filters(const struct label_facts *facts, const struct message *message,
                         struct label_opinion *opinion)
{
    struct filter_word words[SOURCES_MAX];
    bool said[FAMILY_COUNT][WORDS] = { { false } };
    size_t count = collect_words(facts, message, words, &opinion->circular);
    for (size_t i = 0; i < count; i++) {
        struct slice program = intern_text(&facts->evidence->text, words[i].program);
        const struct filter_row *row = find_filter(program);
        if (row && row->virus_only && words[i].answer == FILTER_HAM)
            continue;
        enum label_family family = words[i].answer == FILTER_VIRUS ? FAMILY_VIRUS
                                   : row                           ? row->family
                                                                   : FAMILY_CONTENT;
        said[family][words[i].answer == FILTER_HAM ? WORD_HAM : WORD_SPAM] = true;
        name_source(opinion, row ? slice_of(row->source) : program, answer_words[words[i].answer]);
    }
    hear_silence(facts, message, said, opinion);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (said[f][WORD_HAM] != said[f][WORD_SPAM])
            opinion->votes.word[f] = said[f][WORD_HAM] ? WORD_HAM : WORD_SPAM;
}

/* What the client did to others: met block lists, tried unknown recipients, wrote to traps. */
static void hear_misdeeds(const struct label_facts *facts, const struct misdeeds *misdeeds,
                          struct label_opinion *opinion)
{
    bool dictionary =
        misdeeds->unknown >= DICTIONARY_MISSES && misdeeds->unknown > misdeeds->accepted;
    if (misdeeds->listed && !(facts->tested & EVIDENCE_LISTS))
        say(opinion, FAMILY_LISTED, WORD_SPAM, "blocklist");
    if (misdeeds->trapped)
        say(opinion, FAMILY_TRAP, WORD_SPAM, "spamtrap");
    if (dictionary && !(facts->tested & EVIDENCE_RECIPIENT))
        say(opinion, FAMILY_DIRECTORY, WORD_SPAM, "dictionary");
}

/* What the client did in the whole log. */
static void hear_client(const struct label_facts *facts, uint32_t client,
                        struct label_opinion *opinion)
{
    sym address = facts->evidence->clients[client].address;
    const struct misdeeds *misdeeds = &facts->misdeeds[address];
    const struct habit *habit = &facts->habits[facts->clusters->of_client[client]];
    bool steady = habit->accepted >= STEADY_MESSAGES && habit->days >= STEADY_DAYS &&
                  (uint64_t)habit->complaints * STEADY_COMPLAINTS <= habit->accepted;
    bool blameless = !misdeeds->listed && !misdeeds->unknown && !misdeeds->trapped;
    if (address)
        hear_misdeeds(facts, misdeeds, opinion);
    if (steady && blameless)
        say(opinion, FAMILY_HISTORY, WORD_HAM, "history");
}

/* Whether one of ours wrote to the sender before. */
static bool is_answer(const struct label_facts *facts, const struct message *message)
{
    int64_t written_us = facts->written_us[message->sender];
    return written_us != TIME_NONE && written_us < message->time_us;
}

/* ---- all of it ---- */

/* written_us: by recipient, when one of ours first wrote there. */
static void learn_correspondence(struct label_facts *facts, const int64_t *written_us)
{
    const struct evidence *evidence = facts->evidence;
    facts->written_us = xcalloc(evidence->senders.count, sizeof *facts->written_us);
    facts->sender_speaks = xcalloc(evidence->senders.count, 1);
    for (sym i = 0; i < evidence->senders.count; i++) {
        sym same = intern_find(&evidence->recipients, intern_text(&evidence->senders, i));
        facts->written_us[i] = same > SYM_EMPTY ? written_us[same] : TIME_NONE;
        facts->sender_speaks[i] = i == SYM_EMPTY || facts->written_us[i] != TIME_NONE;
    }
}

struct label_facts *label_facts_new(const struct label_grounds *grounds)
{
    const struct evidence *evidence = grounds->evidence;
    const uint8_t *reasons = grounds->reasons;
    struct label_facts *facts = xcalloc(1, sizeof *facts);
    facts->evidence = evidence;
    facts->clusters = grounds->clusters;
    facts->tested = grounds->tested;
    facts->traps = grounds->traps;
    facts->offset_minutes = grounds->offset_minutes;
    facts->habits = xcalloc(grounds->clusters->keys.count, sizeof *facts->habits);
    facts->misdeeds = xcalloc(evidence->text.count, sizeof *facts->misdeeds);
    facts->silent = find_silent_filter(evidence);
    int64_t *written_us = xcalloc(evidence->recipients.count, sizeof *written_us);
    for (uint32_t i = 0; i < evidence->recipients.count; i++)
        written_us[i] = TIME_NONE;
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        if (is_outbound(reasons[m]))
            learn_outbound(evidence, &evidence->messages[m], written_us);
        else if (reasons[m] == POPULATION_COUNTED)
            learn_inbound(facts, &evidence->messages[m], grounds->replies);
    }
    learn_correspondence(facts, written_us);
    free(written_us);
    facts->client_speaks = xcalloc(evidence->client_count + (size_t)1, 1);
    for (uint32_t i = 0; i < evidence->client_count; i++) {
        struct label_opinion opinion = { .name_count = 0 };
        hear_client(facts, i, &opinion);
        facts->client_speaks[i] = opinion.name_count != 0;
    }
    return facts;
}

void label_facts_free(struct label_facts *facts)
{
    if (!facts)
        return;
    free(facts->habits);
    free(facts->misdeeds);
    free(facts->written_us);
    free(facts->client_speaks);
    free(facts->sender_speaks);
    free(facts);
}

static int compare_names(const void *left, const void *right)
{
    const struct source_name *a = left, *b = right;
    return strcmp(a->text, b->text);
}

bool label_may_be_said(const struct label_facts *facts, uint32_t message)
{
    const struct message *of = &facts->evidence->messages[message];
    const struct message_extra *extra = evidence_extra(facts->evidence, of);
    return extra->filters || (extra->hops && facts->silent.program) ||
           facts->client_speaks[of->client] || facts->sender_speaks[of->sender];
}

bool label_has_voice(const struct label_facts *facts, uint32_t message, uint32_t *voice)
{
    const struct message *of = &facts->evidence->messages[message];
    const struct message_extra *extra = evidence_extra(facts->evidence, of);
    *voice = 2 * of->client + is_answer(facts, of);
    return of->sender != SYM_EMPTY && !extra->filters && !extra->hops;
}

void label_opinion_of(const struct label_facts *facts, uint32_t message,
                      struct label_opinion *opinion)
{
    const struct message *of = &facts->evidence->messages[message];
    memset(&opinion->votes, 0, sizeof opinion->votes);
    opinion->name_count = 0;
    opinion->circular = false;
    if (of->sender == SYM_EMPTY)
        return;
    const struct message_extra *extra = evidence_extra(facts->evidence, of);
    if (extra->filters || extra->hops)
        hear_filters(facts, of, opinion);
    hear_client(facts, of->client, opinion);
    if (is_answer(facts, of))
        say(opinion, FAMILY_CORRESPONDENCE, WORD_HAM, "correspondence");
    if (opinion->name_count > 1)
        qsort(opinion->names, opinion->name_count, sizeof opinion->names[0], compare_names);
}
