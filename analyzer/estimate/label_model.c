#include "analyzer/estimate/label_model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/number_text.h"

enum { EM_STEPS = 200, FAMILIES_MIN = 3, VOTES_MIN = 100, PRIOR_STRENGTH = 200 };
enum { HAM, SPAM, KINDS };
/* No rate is ever taken to be 0, and no log to be without spam or ham. */
#define RATE_MIN  1e-6
#define SHARE_MIN 0.02

static const struct family_row {
    const char *name;
    bool silence_counts; /* one-sided: to say nothing is an answer; else it was not asked */
    double rates[KINDS][WORDS];
} families[FAMILY_COUNT] = {
#define LABEL_FAMILY_ROW(constant, name, silence, hh, hs, sh, ss)                                  \
    [FAMILY_##constant] = { name,                                                                  \
                            silence,                                                               \
                            { { 1 - (hh) - (sh), hh, sh }, { 1 - (hs) - (ss), hs, ss } } },
    LABEL_FAMILIES(LABEL_FAMILY_ROW)
};

const char *label_family_name(enum label_family family)
{
    return families[family].name;
}

uint32_t label_pattern(const struct label_votes *votes)
{
    uint32_t number = 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        number = number * WORDS + votes->word[f];
    return number;
}

static struct label_votes pattern_votes(uint32_t number)
{
    struct label_votes votes;
    for (int f = FAMILY_COUNT - 1; f >= 0; f--) {
        votes.word[f] = (uint8_t)(number % WORDS);
        number /= WORDS;
    }
    return votes;
}

/* True when the word is an observation; a two-sided family that is silent was not asked. */
static bool is_said(int family, int word)
{
    return word != WORD_SILENT || families[family].silence_counts;
}

/* P(ham | votes). with_silence: silence of one-sided families counts, as when the rates were fitted
 * with it; the defaults are used without. */
static double posterior(const struct label_model *model, const struct label_votes *votes,
                        bool with_silence)
{
    double ham = log1p(-model->spam_share), spam = log(model->spam_share);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        int word = votes->word[f];
        if (!(with_silence ? is_said(f, word) : word != WORD_SILENT))
            continue;
        ham += log(model->rates[HAM][f][word]);
        spam += log(model->rates[SPAM][f][word]);
    }
    return 1 / (1 + exp(spam - ham));
}

/* Puts error rates in the place of the defaults. A family that is never silent is right whenever it
 * does not err; one that never says a word does not begin to. */
static void set_error(double rates[KINDS][WORDS], bool silence_counts,
                      const struct label_error *error)
{
    const double err[KINDS] = { error->wanted_as_spam, error->spam_as_wanted };
    for (int kind = 0; kind < KINDS; kind++) {
        int right = kind == HAM ? WORD_HAM : WORD_SPAM, wrong = kind == HAM ? WORD_SPAM : WORD_HAM;
        if (rates[kind][wrong] <= 0)
            continue;
        rates[kind][wrong] = fmax(err[kind], RATE_MIN);
        if (!silence_counts)
            rates[kind][right] = 1 - rates[kind][wrong];
        rates[kind][right] = fmin(rates[kind][right], 1 - rates[kind][wrong]);
        rates[kind][WORD_SILENT] = 1 - rates[kind][right] - rates[kind][wrong];
    }
}

/* The model before the log is asked. */
static void assume(struct label_model *model, const struct label_rules *rules)
{
    *model = (struct label_model){ .spam_share = 0.5 };
    for (int f = 0; f < FAMILY_COUNT; f++) {
        double rates[KINDS][WORDS];
        memcpy(rates, families[f].rates, sizeof rates);
        if (rules->errors[f].given)
            set_error(rates, families[f].silence_counts, &rules->errors[f]);
        for (int kind = 0; kind < KINDS; kind++)
            memcpy(model->rates[kind][f], rates[kind], sizeof rates[kind]);
    }
}

static bool parse_error(struct slice text, double *rate)
{
    return number_parse_rate(slice_trim(text), rate) && *rate >= 0 && *rate < 0.5;
}

bool label_error_parse(struct label_error errors[FAMILY_COUNT], const char *text)
{
    struct slice whole = slice_of(text);
    size_t equals = slice_index(whole, '=');
    struct slice rest = slice_skip(whole, equals + 1);
    size_t comma = slice_index(rest, ',');
    struct label_error error = { .given = true };
    if (!parse_error(slice_head(rest, comma), &error.wanted_as_spam) ||
        !parse_error(slice_skip(rest, comma + 1), &error.spam_as_wanted))
        return false;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        if (!slice_is(slice_head(whole, equals), families[f].name))
            continue;
        errors[f] = error;
        return true;
    }
    return false;
}

/* One step of EM: rates and share from the posteriors under the old ones. Counts of the assumed ones,
 * PRIOR_STRENGTH messages of each kind, hold the rates where the log says little. */
static double improve(struct label_model *model, const struct label_model *assumed,
                      const uint64_t counts[LABEL_PATTERNS])
{
    double sums[KINDS][FAMILY_COUNT][WORDS] = { 0 }, weight[KINDS] = { 0 };
    for (uint32_t p = 0; p < LABEL_PATTERNS; p++) {
        if (counts[p] == 0)
            continue;
        struct label_votes votes = pattern_votes(p);
        double ham = posterior(model, &votes, true), n = (double)counts[p];
        weight[HAM] += n * ham;
        weight[SPAM] += n * (1 - ham);
        for (int f = 0; f < FAMILY_COUNT; f++) {
            if (!is_said(f, votes.word[f]))
                continue;
            sums[HAM][f][votes.word[f]] += n * ham;
            sums[SPAM][f][votes.word[f]] += n * (1 - ham);
        }
    }
    double change = fabs(model->spam_share - weight[SPAM] / (weight[HAM] + weight[SPAM]));
    model->spam_share = (weight[SPAM] + 1) / (weight[HAM] + weight[SPAM] + 2);
    for (int kind = 0; kind < KINDS; kind++)
        for (int f = 0; f < FAMILY_COUNT; f++) {
            double total = PRIOR_STRENGTH;
            for (int w = 0; w < WORDS; w++)
                total += sums[kind][f][w];
            for (int w = 0; w < WORDS; w++)
                model->rates[kind][f][w] =
                    (sums[kind][f][w] + PRIOR_STRENGTH * assumed->rates[kind][f][w]) / total;
        }
    return change;
}

/* Rogan and Gladen 1978: the share of spam from the share that the filters call spam. */
static double apparent_share(const struct label_model *model, const uint64_t counts[LABEL_PATTERNS])
{
    uint64_t words[WORDS] = { 0 };
    for (uint32_t p = 0; p < LABEL_PATTERNS; p++)
        words[pattern_votes(p).word[FAMILY_CONTENT]] += counts[p];
    uint64_t said = words[WORD_HAM] + words[WORD_SPAM];
    if (said < VOTES_MIN)
        return 0.5;
    double spam = (double)words[WORD_SPAM] / (double)said;
    double caught = model->rates[SPAM][FAMILY_CONTENT][WORD_SPAM];
    double wrong = model->rates[HAM][FAMILY_CONTENT][WORD_SPAM];
    return fmin(fmax((spam - wrong) / (caught - wrong), SHARE_MIN), 1 - SHARE_MIN);
}

void label_model_fit(struct label_model *model, const struct label_rules *rules,
                     const uint64_t counts[LABEL_PATTERNS])
{
    static_assert(FAMILY_COUNT == 8, "LABEL_PATTERNS is 3 to the power of the families");
    assume(model, rules);
    model->apparent_share = apparent_share(model, counts);
    const struct label_model assumed = *model;
    for (uint32_t p = 0; p < LABEL_PATTERNS; p++) {
        struct label_votes votes = pattern_votes(p);
        for (int f = 0; f < FAMILY_COUNT; f++)
            model->spoken[f] += votes.word[f] == WORD_SILENT ? 0 : counts[p];
    }
    for (int f = 0; f < FAMILY_COUNT; f++)
        model->families += model->spoken[f] >= VOTES_MIN;
    if (model->families < FAMILIES_MIN)
        return;
    model->fitted = true;
    for (int step = 0; step < EM_STEPS; step++)
        if (improve(model, &assumed, counts) < 1e-9)
            break;
    model->apparent_share = model->spam_share;
}

double label_model_ham(const struct label_model *model, const struct label_rules *rules,
                       const struct label_votes *votes)
{
    unsigned ham = 0, spam = 0;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        ham += votes->word[f] == WORD_HAM;
        spam += votes->word[f] == WORD_SPAM;
    }
    bool agreed = (ham == 0 || spam == 0) && ham + spam >= rules->sources && ham + spam > 0;
    bool weighed = model->fitted && ham + spam >= FAMILIES_MIN;
    if (!agreed && !weighed)
        return (double)NAN;
    /* Silence is no evidence for a label: only what was said is. */
    return posterior(model, votes, false);
}
