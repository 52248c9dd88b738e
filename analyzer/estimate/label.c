#include "analyzer/estimate/label.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/estimate/label_mailbox.h"
#include "analyzer/estimate/label_votes.h"
#include "analyzer/estimate/population.h"
#include "analyzer/estimate/tally.h"
#include "base/buffer.h"
#include "base/xalloc.h"

struct label_source_set {
    const char *const *names;
    size_t count;
};

/* What is said of a message, and what follows from it. */
struct guess {
    bool heard, is_opinion, circular;
    bool labelled; /* the label is made: ham and label are filled */
    struct label_votes votes;
    double ham;
    uint32_t label; /* number */
};

struct labelling {
    struct labels *labels;
    const struct label_inputs *inputs;
    struct label_facts *facts;
    struct intern numbers; /* of labels */
    uint32_t *said;        /* messages of which something may be said (label_may_be_said) */
    uint32_t said_count;
    struct guess *guesses; /* by voice */
    struct sorted_mail sorted;
    uint8_t *audited; /* set of SORTED_HAM, SORTED_SPAM by client address; NULL: no audit */
    bool *used;       /* by number of given label */
    uint64_t alone[FAMILY_COUNT][WORDS]; /* messages that one family alone speaks of */
    uint64_t bounces;
    uint64_t guessed; /* messages with a row that nobody gave a label, but that has one */
};

double label_ham_here(const struct labels *labels, uint32_t message, uint32_t first_row)
{
    double ham = label_of_message(labels, message)->ham, share = labels->model.apparent_share;
    if (label_of_row(labels, first_row)->given || labels->model.fitted)
        return ham;
    double odds = ham / (1 - ham) * (1 - share) / share; /* the guess took even odds */
    return odds / (1 + odds);
}

/* The number of the set that holds these names (sorted by the caller), added when new. */
static uint32_t add_set(struct labels *labels, const struct source_name *names, size_t count)
{
    char key[SOURCES_MAX * SOURCE_SIZE];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i].text) + 1;
        memcpy(key + len, names[i].text, size);
        len += size;
    }
    if (count == 0)
        return 0;
    /* Syms 0 and 1 are no text and the empty text: the set's number is the sym less one. */
    sym number = intern_add(&labels->set_index, slice_make(key, len));
    if (number - 1 == labels->set_count) {
        const char **copies = arena_alloc(&labels->arena, count * sizeof *copies);
        for (size_t i = 0; i < count; i++)
            copies[i] = arena_copy(&labels->arena, slice_of(names[i].text)).at;
        GROW(labels->sets, labels->set_count, labels->set_capacity);
        labels->sets[labels->set_count++] = (struct label_source_set){ copies, count };
    }
    return number - 1;
}

/* The number of a label, added when new. */
static uint32_t add_label(struct labelling *work, const struct label *label)
{
    struct labels *labels = work->labels;
    struct label key;
    memset(&key, 0, sizeof key);
    key.ham = label->ham;
    key.sources = label->sources;
    key.given = label->given;
    if (isnan(key.ham) && key.sources == 0 && !key.given)
        return 0;
    /* As above, less one. */
    sym number = intern_add(&work->numbers, slice_make((const char *)&key, sizeof key)) - 1;
    if (number == labels->distinct_count) {
        GROW(labels->distinct, labels->distinct_count, labels->distinct_capacity);
        labels->distinct[labels->distinct_count++] = *label;
    }
    return number;
}

/* The label of a row's folder; false when it lies in none, or in two that contradict each other. */
static bool sorted_label(struct labelling *work, uint32_t row, struct label *label)
{
    uint8_t sorted = work->sorted.of_row[row];
    if (sorted != SORTED_HAM && sorted != SORTED_SPAM)
        return false;
    static const struct source_name names[] = {
        [SORTED_HAM] = { "folder_ham" }, [SORTED_SPAM] = { "folder_spam" }
    };
    *label = (struct label){ sorted == SORTED_HAM, add_set(work->labels, &names[sorted], 1), true };
    return true;
}

static uint32_t find_given(const struct labelling *work, const struct message *message,
                           uint32_t row)
{
    const struct evidence *evidence = work->inputs->evidence;
    if (!work->inputs->given)
        return GIVEN_LABEL_NONE;
    struct slice recipient = intern_text(&evidence->recipients, evidence->rows[row].recipient);
    const struct message_detail *detail = evidence_detail(evidence, message);
    return labels_file_find(work->inputs->given, slice_of(detail->queue_id),
                            slice_of(detail->message_id), recipient);
}

static bool is_audit(const struct given_label *judgement)
{
    return slice_is(judgement->source, "audit") && !judgement->recipient.at;
}

/* Who judges a message of an audit list judges its sender: one message of each is asked about. */
static void spread_audit(struct labelling *work)
{
    const struct evidence *evidence = work->inputs->evidence;
    bool any = false;
    for (uint32_t i = 0; i < labels_file_count(work->inputs->given); i++)
        any = any || is_audit(labels_file_get(work->inputs->given, i));
    if (!any)
        return;
    work->audited = xcalloc(evidence->text.count, 1);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        const struct message *message = &evidence->messages[m];
        uint32_t number =
            message->row_count ? find_given(work, message, message->first_row) : GIVEN_LABEL_NONE;
        if (number == GIVEN_LABEL_NONE)
            continue;
        const struct given_label *judgement = labels_file_get(work->inputs->given, number);
        enum label_kind kind = label_kind_of(judgement->ham);
        if (is_audit(judgement) && kind != LABEL_NONE)
            work->audited[evidence->clients[message->client].address] |=
                kind == LABEL_HAM ? SORTED_HAM : SORTED_SPAM;
    }
    work->audited[SYM_NONE] = 0;
}

/* The label of a client that an audit judged, and judged one way. */
static bool audited_label(struct labelling *work, const struct message *message,
                          struct label *label)
{
    static const struct source_name name = { "audit" };
    sym address = work->inputs->evidence->clients[message->client].address;
    uint8_t audited = work->audited ? work->audited[address] : 0;
    if (audited != SORTED_HAM && audited != SORTED_SPAM)
        return false;
    *label = (struct label){ audited == SORTED_HAM, add_set(work->labels, &name, 1), true };
    return true;
}

/* The label that somebody gave for a row; false when nobody did. */
static bool given_label(struct labelling *work, const struct message *message, uint32_t row,
                        struct label *label)
{
    uint32_t number = find_given(work, message, row);
    if (number == GIVEN_LABEL_NONE)
        return sorted_label(work, row, label) || audited_label(work, message, label);
    const struct given_label *judgement = labels_file_get(work->inputs->given, number);
    struct source_name source;
    snprintf(source.text, sizeof source.text, "%.*s", SLICE_FMT(judgement->source));
    work->used[number] = true;
    *label = (struct label){ judgement->ham, add_set(work->labels, &source, 1), true };
    return true;
}

/* Mail that was refused needs no label of its own. */
static bool came_in(const struct evidence *evidence, const struct message *message,
                    const uint32_t *replies)
{
    for (uint32_t i = 0; i < message->row_count; i++) {
        uint32_t reply = replies[message->first_row + i];
        if (tally_is_accepted((enum verdict_kind)evidence->replies[reply].verdict))
            return true;
    }
    return false;
}

/* Counts why a message that counts has the guess it has, or none. */
static void book_guess(struct labelling *work, const struct message *message,
                       const struct guess *guess)
{
    int family = FAMILY_COUNT;
    unsigned said = 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (guess->votes.word[f] != WORD_SILENT) {
            said++;
            family = f;
        }
    work->guessed += isnan(guess->ham) ? 0 : 1;
    work->labels->circular += guess->circular;
    work->bounces += message->sender == SYM_EMPTY;
    if (said == 1 && isnan(guess->ham))
        work->alone[family][guess->votes.word[family]]++;
}

static void hear(struct labelling *work, uint32_t message, struct label_opinion *opinion,
                 struct guess *guess)
{
    label_opinion_of(work->facts, message, opinion);
    guess->heard = true;
    guess->is_opinion = opinion->name_count != 0; /* whoever has a vote has a name */
    guess->circular = opinion->circular;
    guess->votes = opinion->votes;
}

/* The guess for a message: that of its voice, or its own, which lives in *own. */
static struct guess *find_guess(struct labelling *work, uint32_t message, struct guess *own)
{
    uint32_t voice;
    if (label_has_voice(work->facts, message, &voice))
        return &work->guesses[voice];
    *own = (struct guess){ .heard = false };
    return own;
}

static void make_label(struct labelling *work, uint32_t message, struct guess *guess)
{
    struct label_opinion opinion;
    struct label label = { (double)NAN, 0, false };
    hear(work, message, &opinion, guess);
    if (guess->is_opinion) {
        label.ham = label_model_ham(&work->labels->model, &work->inputs->rules, &guess->votes);
        label.sources = add_set(work->labels, opinion.names, opinion.name_count);
    }
    guess->ham = label.ham;
    guess->label = add_label(work, &label);
    guess->labelled = true;
}

static void label_message(struct labelling *work, uint32_t number)
{
    const struct evidence *evidence = work->inputs->evidence;
    const struct message *message = &evidence->messages[number];
    struct labels *labels = work->labels;
    struct guess own, *guess = find_guess(work, number, &own);
    if (!guess->labelled)
        make_label(work, number, guess);
    uint32_t greatest = 0;
    bool guessed = false;
    for (uint32_t i = 0; i < message->row_count; i++) {
        uint32_t row = message->first_row + i;
        struct label label;
        bool is_given = given_label(work, message, row, &label);
        labels->of_row[row] = is_given ? add_label(work, &label) : guess->label;
        guessed |= !is_given;
        double ham = label_of_row(labels, row)->ham;
        if (i == 0 || isnan(labels->distinct[greatest].ham) || ham > labels->distinct[greatest].ham)
            greatest = labels->of_row[row];
    }
    if (guessed && work->inputs->reasons[number] == POPULATION_COUNTED &&
        came_in(evidence, message, work->inputs->replies))
        book_guess(work, message, guess);
    labels->of_message[number] = greatest;
}

/* Finds the messages of which something may be said, counts who says what over the mail that counts,
 * and fits the model to it. */
static void fit_model(struct labelling *work)
{
    const struct evidence *evidence = work->inputs->evidence;
    uint64_t *counts = xcalloc(LABEL_PATTERNS, sizeof *counts);
    work->said = xcalloc(evidence->message_count + (size_t)1, sizeof *work->said);
    work->guesses = xcalloc(2 * (size_t)evidence->client_count + 1, sizeof *work->guesses);
    for (uint32_t m = 0; m < evidence->message_count; m++) {
        if (!label_may_be_said(work->facts, m))
            continue;
        work->said[work->said_count++] = m;
        if (work->inputs->reasons[m] != POPULATION_COUNTED)
            continue;
        struct guess own, *guess = find_guess(work, m, &own);
        struct label_opinion opinion;
        if (!guess->heard)
            hear(work, m, &opinion, guess);
        if (guess->is_opinion)
            counts[label_pattern(&guess->votes)]++;
    }
    label_model_fit(&work->labels->model, &work->inputs->rules, counts);
    free(counts);
}

/* Mail of which nothing is said stays as it is: unlabelled. */
static void label_messages(struct labelling *work)
{
    bool some_given =
        labels_file_count(work->inputs->given) || work->inputs->mailbox || work->audited;
    if (some_given)
        for (uint32_t m = 0; m < work->inputs->evidence->message_count; m++)
            label_message(work, m);
    else
        for (uint32_t i = 0; i < work->said_count; i++)
            label_message(work, work->said[i]);
}

static void remark_model(const struct label_model *model, uint64_t guessed,
                         struct diagnostics *remarks)
{
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_format(&text,
                  "guessed labels come from a latent-class model of %u kinds of sources, taken as "
                  "independent given what the mail is; spam share %.3f; P(word | ham), P(word | "
                  "spam):",
                  model->families, model->spam_share);
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (int w = WORD_HAM; w <= WORD_SPAM && model->spoken[f]; w++)
            if (model->rates[0][f][w] + model->rates[1][f][w] > 1e-6)
                buffer_format(
                    &text, " %s says %s %.3g, %.3g;", label_family_name((enum label_family)f),
                    w == WORD_HAM ? "ham" : "spam", model->rates[0][f][w], model->rates[1][f][w]);
    diagnostics_add(remarks, guessed, "label_model", "%s", buffer_text(&text));
    buffer_release(&text);
}

/* What stands in the way of a label, and how to go on. */
static void remark_alone(const struct labelling *work, struct diagnostics *remarks)
{
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_add_text(&text, "messages of which one source alone speaks, which is no label:");
    const char *between = " ";
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (int w = WORD_HAM; w <= WORD_SPAM; w++)
            if (work->alone[f][w]) {
                buffer_format(&text, "%s%s calls %" PRIu64 " %s", between,
                              label_family_name((enum label_family)f), work->alone[f][w],
                              w == WORD_HAM ? "ham" : "spam");
                between = ", ";
            }
    buffer_add_text(&text, ". --label-sources 1 takes the word of one; --labels FILE and "
                           "--mailbox DIR=ham say what the mail was");
    diagnostics_add(remarks, work->labels->alone, "label_alone", "%s", buffer_text(&text));
    buffer_release(&text);
}

static void add_remarks(const struct labelling *work, struct diagnostics *remarks)
{
    uint64_t unused = 0;
    for (uint32_t i = 0; i < labels_file_count(work->inputs->given); i++)
        unused += !work->used[i];
    if (unused)
        diagnostics_add(remarks, unused, "labels_unused",
                        "given labels whose message is not in the log, or that a later line or a "
                        "queue id outranks");
    if (work->sorted.unused)
        diagnostics_add(remarks, work->sorted.unused, "mailbox_unused",
                        "mails of --mailbox whose message is not in the log, or not alone in it");
    if (work->sorted.conflicts)
        diagnostics_add(
            remarks, work->sorted.conflicts, "mailbox_conflict",
            "recipients whose mail lies in a folder of ham and in one of spam: no label");
    if (work->labels->circular)
        diagnostics_add(remarks, work->labels->circular, "label_circular",
                        "messages on which a filter's word is not counted: its score may hold "
                        "points for the very evidence under test, and the log does not show how "
                        "many. Let the filter log its tests with their points, or give labels");
    if (work->labels->alone)
        remark_alone(work, remarks);
    if (work->bounces)
        diagnostics_add(remarks, work->bounces, "bounces",
                        "messages from the null sender are neither ham nor spam to any source: "
                        "bounces of our own mail and backscatter look alike");
    if (work->labels->model.fitted && work->guessed)
        remark_model(&work->labels->model, work->guessed, remarks);
}

void labels_init(struct labels *labels, const struct label_inputs *inputs,
                 struct diagnostics *remarks)
{
    const struct evidence *evidence = inputs->evidence;
    *labels = (struct labels){ 0 };
    arena_init(&labels->arena);
    intern_init(&labels->set_index);
    GROW(labels->sets, labels->set_count, labels->set_capacity);
    labels->sets[labels->set_count++] = (struct label_source_set){ NULL, 0 };
    GROW(labels->distinct, labels->distinct_count, labels->distinct_capacity);
    labels->distinct[labels->distinct_count++] = (struct label){ (double)NAN, 0, false };
    labels->of_row = xcalloc(evidence->row_count + (size_t)1, sizeof *labels->of_row);
    labels->of_message = xcalloc(evidence->message_count + (size_t)1, sizeof *labels->of_message);
    struct labelling work = {
        .labels = labels,
        .inputs = inputs,
        .facts = label_facts_new(&(struct label_grounds){ .evidence = evidence,
                                                          .clusters = inputs->clusters,
                                                          .reasons = inputs->reasons,
                                                          .replies = inputs->replies,
                                                          .tested = inputs->evidence_tested,
                                                          .offset_minutes = inputs->offset_minutes,
                                                          .traps = inputs->traps }),
        .used = xcalloc(labels_file_count(inputs->given) + (size_t)1, sizeof(bool)),
    };
    intern_init(&work.numbers);
    sorted_mail_init(&work.sorted, evidence, inputs->mailbox);
    spread_audit(&work);
    fit_model(&work);
    label_messages(&work);
    for (int f = 0; f < FAMILY_COUNT; f++)
        labels->alone += work.alone[f][WORD_HAM] + work.alone[f][WORD_SPAM];
    if (remarks)
        add_remarks(&work, remarks);
    label_facts_free(work.facts);
    sorted_mail_release(&work.sorted);
    intern_release(&work.numbers);
    free(work.said);
    free(work.guesses);
    free(work.audited);
    free(work.used);
}

void labels_release(struct labels *labels)
{
    free(labels->distinct);
    free(labels->of_row);
    free(labels->of_message);
    free(labels->sets);
    intern_release(&labels->set_index);
    arena_release(&labels->arena);
    *labels = (struct labels){ 0 };
}

const char *const *label_sources(const struct labels *labels, uint32_t set, size_t *count)
{
    *count = labels->sets[set].count;
    return labels->sets[set].names;
}
