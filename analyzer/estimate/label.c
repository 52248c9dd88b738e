#include "analyzer/estimate/label.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { FILTERS_MAX = 16, SOURCE_LIMIT = 200 };

struct label_source_set {
    const char *const *names;
    size_t count;
};

/*
 * SpamAssassin's 2009 mass-check called 0.04 to 0.14 % of ham spam and let 1.6 to 3.1 % of spam pass,
 * on its developers' own corpora; local filters do worse. A virus verdict is very specific for bad
 * mail. (docs/method.md)
 */
static const struct label_trust default_trust = { .ham = 0.97, .spam = 0.02, .virus = 0.001 };

/* Programs by the names that their verdicts are booked under; another program has its own name. */
/* clang-format off */
static const struct {
    const char *program, *source;
    bool virus_only; /* "clean" says nothing about spam */
} filter_names[] = {
    { "BDMAILD",       "bitdefender",  false },
    { "bdmaild",       "bitdefender",  false },
    { "MailScanner",   "mailscanner",  false },
    { "amavisd",       "amavis",       false },
    { "spamd",         "spamassassin", false },
    { "spampd",        "spamassassin", false },
    { "clamav-milter", "clamav",       true },
    { "clamd",         "clamav",       true },
    { "clamsmtpd",     "clamav",       true },
    { "savdi",         "sophos",       true },
};
/* clang-format on */

static const char *const answer_words[FILTER_ANSWERS] = {
    [FILTER_HAM] = "clean",
    [FILTER_SPAM] = "spam",
    [FILTER_VIRUS] = "virus",
};

enum label_kind label_kind_of(double ham)
{
    if (ham >= LABEL_HAM_MIN)
        return LABEL_HAM;
    return ham <= LABEL_SPAM_MAX ? LABEL_SPAM : LABEL_NONE;
}

struct source_name {
    char text[SOURCE_LIMIT];
};

/* The number of the set that holds these names (sorted by the caller), added when new. */
static uint32_t add_set(struct labels *labels, const struct source_name *names, size_t count)
{
    char key[FILTERS_MAX * (SOURCE_LIMIT + 1)];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i].text) + 1;
        memcpy(key + len, names[i].text, size);
        len += size;
    }
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

/* The worst that one program said of a message. */
struct filter_word {
    sym program;
    enum filter_answer answer;
};

/* The worst answer of each program on a message; skipped and failed scans say nothing. */
static size_t filter_words(const struct evidence *evidence, const struct message *message,
                           struct filter_word words[FILTERS_MAX])
{
    size_t count = 0;
    for (uint32_t i = message->filters; i; i = evidence->filters[i - 1].next) {
        const struct filter_verdict *verdict = &evidence->filters[i - 1];
        if (verdict->answer >= FILTER_ANSWERS || !answer_words[verdict->answer])
            continue;
        size_t at = 0;
        while (at < count && words[at].program != verdict->program)
            at++;
        if (at == FILTERS_MAX)
            continue;
        if (at == count)
            words[count++].program = verdict->program;
        if (words[at].answer < (enum filter_answer)verdict->answer)
            words[at].answer = (enum filter_answer)verdict->answer;
    }
    return count;
}

/* Gives the word's name; false when it says nothing. */
static bool name_source(const struct evidence *evidence, const struct filter_word *word,
                        struct source_name *name)
{
    struct slice program = intern_text(&evidence->text, word->program);
    struct slice source = slice_head(program, SOURCE_LIMIT - 8);
    for (size_t i = 0; i < COUNT(filter_names); i++) {
        if (!slice_is(program, filter_names[i].program))
            continue;
        if (filter_names[i].virus_only && word->answer == FILTER_HAM)
            return false;
        source = slice_of(filter_names[i].source);
    }
    snprintf(name->text, sizeof name->text, "%.*s:%s", SLICE_FMT(source),
             answer_words[word->answer]);
    return true;
}

static int compare_names(const void *left, const void *right)
{
    const struct source_name *a = left, *b = right;
    return strcmp(a->text, b->text);
}

/* The label that the content filters give a message. */
static struct label label_by_filters(struct labels *labels, const struct evidence *evidence,
                                     const struct message *message, const struct label_trust *trust)
{
    struct filter_word words[FILTERS_MAX] = { 0 };
    size_t count = filter_words(evidence, message, words);
    bool said[FILTER_ANSWERS] = { false };
    struct source_name names[FILTERS_MAX];
    size_t named = 0;
    for (size_t i = 0; i < count; i++)
        if (name_source(evidence, &words[i], &names[named])) {
            said[words[i].answer] = true;
            named++;
        }
    if (named == 0)
        return (struct label){ (double)NAN, 0 };
    qsort(names, named, sizeof names[0], compare_names);
    struct label label = { 0.5, add_set(labels, names, named) };
    if (said[FILTER_VIRUS])
        label.ham = trust->virus;
    else if (said[FILTER_SPAM] != said[FILTER_HAM])
        label.ham = said[FILTER_SPAM] ? trust->spam : trust->ham;
    return label;
}

struct labelling {
    struct labels *labels;
    const struct evidence *evidence;
    const struct labels_file *given;
    const struct label_trust *trust;
    bool *used; /* by number of given label */
};

static void label_message(struct labelling *work, uint32_t number)
{
    const struct message *message = &work->evidence->messages[number];
    struct labels *labels = work->labels;
    struct label guess = label_by_filters(labels, work->evidence, message, work->trust);
    double greatest = (double)NAN;
    for (uint32_t row = message->first_row; row < message->first_row + message->row_count; row++) {
        struct slice recipient =
            intern_text(&work->evidence->recipients, work->evidence->rows[row].recipient);
        uint32_t given = labels_file_find(work->given, slice_of(message->queue_id),
                                          slice_of(message->message_id), recipient);
        struct label label = guess;
        if (given != GIVEN_LABEL_NONE) {
            const struct given_label *judgement = labels_file_get(work->given, given);
            struct source_name source;
            snprintf(source.text, sizeof source.text, "%.*s", SLICE_FMT(judgement->source));
            work->used[given] = true;
            label = (struct label){ judgement->ham, add_set(labels, &source, 1) };
        }
        labels->of_row[row] = label;
        greatest = fmax(greatest, label.ham); /* a NAN gives way to a number */
    }
    labels->of_message[number] = greatest;
}

void labels_init(struct labels *labels, const struct evidence *evidence,
                 const struct labels_file *given, const struct label_trust *trust,
                 struct diagnostics *remarks)
{
    *labels = (struct labels){ 0 };
    arena_init(&labels->arena);
    intern_init(&labels->set_index, 8);
    GROW(labels->sets, labels->set_count, labels->set_capacity);
    labels->sets[labels->set_count++] = (struct label_source_set){ NULL, 0 };
    labels->of_row = xcalloc(evidence->row_count + (size_t)1, sizeof *labels->of_row);
    labels->of_message = xcalloc(evidence->message_count + (size_t)1, sizeof *labels->of_message);
    uint32_t given_count = labels_file_count(given);
    struct labelling work = { labels, evidence, given, trust ? trust : &default_trust,
                              xcalloc(given_count + (size_t)1, sizeof(bool)) };
    for (uint32_t i = 0; i < evidence->message_count; i++)
        label_message(&work, i);
    uint64_t unused = 0;
    for (uint32_t i = 0; i < given_count; i++)
        unused += !work.used[i];
    free(work.used);
    if (unused && remarks)
        diagnostics_add(remarks, unused, "labels_unused",
                        "given labels whose message is not in the log, or that a later line or a "
                        "queue id outranks");
}

void labels_release(struct labels *labels)
{
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
