#include "analyzer/estimate/label_model.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { EM_STEPS = 200, FAMILIES_MIN = 3, VOTES_MIN = 100, PRIOR_STRENGTH = 200 };
enum { HAM, SPAM, KINDS };

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

static void use_defaults(struct label_model *model)
{
    *model = (struct label_model){ .spam_share = 0.5 };
    for (int kind = 0; kind < KINDS; kind++)
        for (int f = 0; f < FAMILY_COUNT; f++)
            memcpy(model->rates[kind][f], families[f].rates[kind], sizeof model->rates[kind][f]);
}

/* One step of EM: rates and share from the posteriors under the old ones. Counts of the defaults,
 * PRIOR_STRENGTH messages of each kind, hold the rates where the log says little. */
static double improve(struct label_model *model, const uint64_t counts[LABEL_PATTERNS])
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
                    (sums[kind][f][w] + PRIOR_STRENGTH * families[f].rates[kind][w]) / total;
        }
    return change;
}

void label_model_fit(struct label_model *model, const uint64_t counts[LABEL_PATTERNS])
{
    static_assert(FAMILY_COUNT == 7, "LABEL_PATTERNS is 3 to the power of the families");
    use_defaults(model);
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
        if (improve(model, counts) < 1e-9)
            break;
}

double label_model_ham(const struct label_model *model, const struct label_rules *rules,
                       const struct label_votes *votes)
{
    unsigned ham = 0, spam = 0;
    for (int f = 0; f < FAMILY_COUNT; f++) {
        ham += votes->word[f] == WORD_HAM;
        spam += votes->word[f] == WORD_SPAM;
    }
    bool agreed = (ham >= 2 && spam == 0) || (spam >= 2 && ham == 0);
    bool alone = ham + spam == 1 && rules->filter_alone && votes->word[FAMILY_CONTENT];
    bool weighed = model->fitted && ham + spam >= FAMILIES_MIN;
    if (!agreed && !alone && !weighed && votes->word[FAMILY_VIRUS] != WORD_SPAM)
        return (double)NAN;
    /* Silence is no evidence for a label: only what was said is. */
    return posterior(model, votes, false);
}
