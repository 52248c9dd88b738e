#include "analyzer/policy/columns.h"

#include <stdlib.h>

#include "analyzer/policy/client_name.h"
#include "analyzer/policy/mail_address.h"
#include "base/xalloc.h"

/* Lists in tables whose tables hold lists ...: after this many rounds the rest is unknown. */
enum { ROUNDS_MAX = 50 };

/* One round over one column: the questions [from, to) for every entry. */
struct round {
    uint32_t from, to;
    uint32_t *parents;  /* by class of this round: the class of the round before */
    uint32_t *outcomes; /* by class of this round: to - from outcomes */
    uint32_t count;
};

struct column_builder {
    struct columns *columns;
    enum column column;
    uint32_t entries;
    uint32_t *same;    /* by entry: the first one with the same value; NULL: all values differ */
    uint32_t *classes; /* by entry, of the last round */
    struct round rounds[ROUNDS_MAX];
    uint32_t round_count;
};

/* A session before TLS and AUTH, by whether it talked out of turn: when it began that, nobody says. */
#define BARE_SESSION(talked)                                                                       \
    {                                                                                              \
        .sasl_method = SYM_EMPTY, .sasl_username = SYM_EMPTY, .sasl_sender = SYM_EMPTY,            \
        .ccert_fingerprint = SYM_EMPTY, .ccert_subject = SYM_EMPTY, .tls = TRI_NO,                 \
        .pipelining = (talked),                                                                    \
    }
static const struct session_facts bare_sessions[] = { BARE_SESSION(TRI_NO),
                                                      BARE_SESSION(TRI_UNKNOWN) };

static struct leaf_text text_of(const struct intern *dictionary, sym number)
{
    if (number == SYM_NONE)
        return (struct leaf_text){ .state = LEAF_UNKNOWN };
    if (number == SYM_EMPTY)
        return (struct leaf_text){ .state = LEAF_ABSENT };
    return (struct leaf_text){ LEAF_KNOWN, intern_text(dictionary, number) };
}

/* Where nobody knows what is appended to it, an address without a domain is not known, either. */
static struct leaf_text address_of(const struct leaf *leaf, const struct intern *dictionary,
                                   sym number)
{
    struct leaf_text text = text_of(dictionary, number);
    if (text.state == LEAF_KNOWN)
        text.text = mail_address_unquote(leaf->scratch, text.text);
    if (text.state == LEAF_KNOWN && leaf->settings->addresses.origin_unknown &&
        !mail_address_domain(text.text).at &&
        !(dictionary == &leaf->evidence->recipients &&
          slice_equal_fold(text.text, slice_of("postmaster"))))
        text = (struct leaf_text){ .state = LEAF_UNKNOWN };
    return text;
}

static void init_leaf(const struct columns *columns, struct leaf *leaf, struct arena *scratch)
{
    *leaf = (struct leaf){
        .program = columns->program,
        .settings = &columns->program->settings,
        .dns = columns->dns,
        .evidence = columns->evidence,
        .scratch = scratch,
    };
}

static bool may_be_completed(const struct leaf *leaf)
{
    const struct address_rules *rules = &leaf->settings->addresses;
    struct slice domain = mail_address_domain(leaf->sender.text);
    size_t dot = slice_index(domain, '.');

    if (leaf->sender.state != LEAF_KNOWN || !domain.at)
        return false;
    if (rules->append_at_myorigin &&
        (slice_equal_fold(domain, rules->myorigin) ||
         (rules->origin_unknown && (slice_equal_fold(domain, rules->myhostname) ||
                                    slice_equal_fold(domain, rules->mydomain)))))
        return true;
    return rules->append_dot_mydomain && dot > 0 && dot < domain.len &&
           slice_equal_fold(slice_skip(domain, dot + 1), rules->mydomain);
}

static void fill_sender(struct leaf *leaf, sym sender, bool rewritten)
{
    leaf->sender = address_of(leaf, &leaf->evidence->senders, sender);
    leaf->sender_completed = rewritten && may_be_completed(leaf);
}

static void fill_message(struct leaf *leaf, const struct message *message)
{
    const struct evidence *evidence = leaf->evidence;

    leaf->helo = text_of(&evidence->helos, message->helo);
    fill_sender(leaf, message->sender, columns_was_rewritten(message));
    leaf->facts = message->facts ? &evidence->facts[message->facts] : NULL;
    leaf->size = evidence_detail(evidence, message)->size;
}

/* Everything but the client. */
static void fill_row(struct leaf *leaf, uint32_t row)
{
    const struct evidence *evidence = leaf->evidence;

    fill_message(leaf, &evidence->messages[evidence->rows[row].message]);
    leaf->recipient = address_of(leaf, &evidence->recipients, evidence->rows[row].recipient);
    leaf->row = row;
}

static uint32_t ask(struct leaf *leaf, uint32_t number)
{
    /* A copy: an answer may add questions, and move them. */
    struct question question = leaf->program->questions[number];
    return question.restriction->evaluate(leaf, &question);
}

/* The states that a client may have. How its name was found out is told once, not by every check. */
static size_t find_variants(struct leaf *leaf, const struct client *client, struct need_set *needs,
                            struct leaf_client variants[CLIENT_VARIANTS_MAX])
{
    struct buffer *why = leaf->why;
    struct need_set *own_needs = leaf->needs;

    leaf->why = NULL;
    leaf->needs = needs;
    size_t count = client_name_variants(leaf, client, leaf->settings->peername_lookup, variants);
    leaf->why = why;
    leaf->needs = own_needs;
    return count;
}

static bool asks_for_name(const struct need_set *needs)
{
    return need_set_has(needs, slice_of("client_name")) ||
           need_set_has(needs, slice_of("reverse_client_name"));
}

/* The answer for all states that the client may have. What tells the state and the name is needed
 * only where they make a difference. */
static uint32_t ask_for_clients(struct leaf *leaf, uint32_t number, const struct client *client)
{
    struct leaf_client variants[CLIENT_VARIANTS_MAX];
    uint32_t outcomes[CLIENT_VARIANTS_MAX];
    size_t count = find_variants(leaf, client, NULL, variants);
    bool differ = false;

    for (size_t i = 0; i < count; i++) {
        leaf->client = variants[i];
        outcomes[i] = ask(leaf, number);
        differ |= outcomes[i] != outcomes[0];
    }
    if (leaf->needs && (differ || asks_for_name(leaf->needs)))
        find_variants(leaf, client, leaf->needs, variants);
    return outcome_any_of(&leaf->program->outcomes, outcomes, count);
}

/* What a question that reads several columns answered for the same values before. */
struct row_memo {
    struct intern keys;
    uint32_t *outcomes; /* by key number */
    uint32_t count, capacity;
};

/* The numbers of everything that the question reads. */
static sym memo_key(struct row_memo *memo, const struct evidence *evidence, uint8_t reads,
                    uint32_t number, uint32_t row)
{
    const struct message *message = &evidence->messages[evidence->rows[row].message];
    const uint32_t key[] = {
        number,
        reads & READS_CLIENT ? message->client : 0,
        reads & READS_HELO ? message->helo : 0,
        reads & READS_SENDER ? columns_sender_entry(evidence, message) : 0,
        reads & READS_RECIPIENT ? evidence->rows[row].recipient : 0,
        reads & READS_FACTS ? message->facts : 0,
    };
    return intern_add(&memo->keys, slice_make((const char *)key, sizeof key));
}

static uint32_t ask_row(struct leaf *leaf, uint32_t number)
{
    const struct evidence *evidence = leaf->evidence;
    const struct message *message = &evidence->messages[evidence->rows[leaf->row].message];

    if (leaf->program->questions[number].reads & READS_CLIENT)
        return ask_for_clients(leaf, number, &evidence->clients[message->client]);
    return ask(leaf, number);
}

/* A row's answer, from the memo when the same was asked before. *filled: the leaf is the row's. */
static uint32_t ask_row_once(struct leaf *leaf, struct row_memo *memo, uint32_t number,
                             uint32_t row, bool *filled)
{
    uint8_t reads = leaf->program->questions[number].reads;
    sym key = SYM_NONE;

    if (!(reads & (READS_TIME | READS_MAIL))) {
        key = memo_key(memo, leaf->evidence, reads, number, row);
        if (key < memo->count)
            return memo->outcomes[key];
    }
    if (!*filled)
        fill_row(leaf, row);
    *filled = true;
    uint32_t outcome = ask_row(leaf, number);
    while (key != SYM_NONE && memo->count <= key) {
        GROW(memo->outcomes, memo->count, memo->capacity);
        memo->outcomes[memo->count++] = outcome;
    }
    return outcome;
}

/* Fills the leaf with an entry of a column that is no client's. */
static void fill_entry(struct leaf *leaf, enum column column, uint32_t entry)
{
    const struct evidence *evidence = leaf->evidence;

    switch (column) {
    case COLUMN_HELO:
        leaf->helo = text_of(&evidence->helos, entry);
        break;
    case COLUMN_SENDER: /* sender_entry */
        fill_sender(leaf, entry % evidence->senders.count, entry >= evidence->senders.count);
        break;
    case COLUMN_RECIPIENT:
        leaf->recipient = address_of(leaf, &evidence->recipients, entry);
        break;
    case COLUMN_FACTS:
        if (entry >= evidence->facts_count)
            leaf->facts = &bare_sessions[entry - evidence->facts_count];
        else
            leaf->facts = entry ? &evidence->facts[entry] : NULL;
        break;
    case COLUMN_MAIL:
        leaf->size = evidence->message_details[entry].size;
        break;
    case COLUMN_ROW:
    case COLUMN_CONSTANT:
    case COLUMN_CLIENT:
    case COLUMNS:
        break;
    }
}

static uint32_t entry_count(const struct evidence *evidence, enum column column)
{
    switch (column) {
    case COLUMN_HELO:
        return evidence->helos.count;
    case COLUMN_SENDER:
        return 2 * evidence->senders.count;
    case COLUMN_RECIPIENT:
        return evidence->recipients.count;
    case COLUMN_FACTS:
        return evidence->facts_count + (uint32_t)COUNT(bare_sessions);
    case COLUMN_MAIL:
        return evidence->message_count;
    case COLUMN_ROW:
        return evidence->row_count;
    case COLUMN_CONSTANT:
    case COLUMN_CLIENT:
    case COLUMNS:
        break;
    }
    return 1;
}

/* All possible states of all clients, one after the other; *first tells where a client's begin. */
static struct leaf_client *all_variants(struct columns *columns, uint32_t **first, uint32_t *total,
                                        struct arena *scratch)
{
    const struct evidence *evidence = columns->evidence;
    struct leaf_client *variants = NULL;
    uint32_t capacity = 0;
    struct leaf leaf;

    *total = 0;
    *first = xcalloc((size_t)evidence->client_count + 1, sizeof **first);
    init_leaf(columns, &leaf, scratch);
    for (uint32_t i = 0; i < evidence->client_count; i++) {
        struct leaf_client some[CLIENT_VARIANTS_MAX];
        size_t n = client_name_variants(&leaf, &evidence->clients[i],
                                        columns->program->settings.peername_lookup, some);
        (*first)[i] = *total;
        for (size_t k = 0; k < n; k++) {
            GROW(variants, *total, capacity);
            variants[(*total)++] = some[k];
        }
    }
    (*first)[evidence->client_count] = *total;
    return variants;
}

/* Classes of a round: entries with the same class before and the same new answers. */
static void fold_entry(struct column_builder *builder, struct round *round, struct intern *keys,
                       uint32_t *capacity, uint32_t entry, uint32_t *key)
{
    uint32_t width = round->to - round->from;

    key[0] = builder->classes[entry];
    sym number = intern_add(keys, slice_make((const char *)key, (width + 1) * sizeof *key));
    uint32_t folded = number - SYM_EMPTY - 1;
    if (folded == round->count) {
        GROW(round->parents, round->count, *capacity);
        round->outcomes =
            xrealloc_array(round->outcomes, (size_t)*capacity * width + 1, sizeof *key);
        round->parents[folded] = key[0];
        memcpy(round->outcomes + (size_t)folded * width, key + 1, width * sizeof *key);
        round->count++;
    }
    builder->classes[entry] = folded;
}

/* A message's column tells its size and nothing else, and sizes repeat: each is looked up in a small
 * table. One that another drove out is asked again. */
static uint32_t *find_same_sizes(const struct evidence *evidence)
{
    enum { BITS = 12 };
    struct {
        uint64_t size;
        uint32_t message; /* + 1 */
    } *seen = xcalloc((size_t)1 << BITS, sizeof *seen);
    uint32_t *same = xcalloc((size_t)evidence->message_count + 1, sizeof *same);

    for (uint32_t m = 0; m < evidence->message_count; m++) {
        uint64_t size = evidence->message_details[m].size;
        uint32_t at = (uint32_t)((size * 0x9e3779b97f4a7c15u) >> (64 - BITS));
        if (!seen[at].message || seen[at].size != size) {
            seen[at].size = size;
            seen[at].message = m + 1;
        }
        same[m] = seen[at].message - 1;
    }
    free(seen);
    return same;
}

/* Senders whose spelling cannot have been changed are the same, rewritten or not. */
static uint32_t *find_same_senders(const struct columns *columns, struct arena *scratch)
{
    uint32_t count = columns->evidence->senders.count;
    uint32_t *same = xcalloc(2 * (size_t)count + 1, sizeof *same);
    struct leaf leaf;

    for (uint32_t s = 0; s < count; s++) {
        init_leaf(columns, &leaf, scratch);
        fill_sender(&leaf, s, true);
        same[s] = s;
        same[count + s] = leaf.sender_completed ? count + s : s;
    }
    return same;
}

static void run_round(struct column_builder *builder, const struct leaf_client *clients)
{
    struct program *program = builder->columns->program;
    struct round *round = &builder->rounds[builder->round_count++];
    struct intern keys;
    struct arena scratch;
    struct leaf leaf;
    uint32_t capacity = 0;
    struct row_memo memo = { 0 };

    round->to = program->column_count[builder->column];
    uint32_t *key = xcalloc((size_t)(round->to - round->from) + 1, sizeof *key);
    intern_init(&keys);
    intern_init(&memo.keys);
    arena_init(&scratch);
    init_leaf(builder->columns, &leaf, &scratch);
    for (uint32_t entry = 0; entry < builder->entries; entry++) {
        if (builder->same && builder->same[entry] != entry) {
            builder->classes[entry] = builder->classes[builder->same[entry]];
            continue;
        }
        init_leaf(builder->columns, &leaf, &scratch);
        if (builder->column == COLUMN_CLIENT)
            leaf.client = clients[entry];
        else if (builder->column != COLUMN_ROW)
            fill_entry(&leaf, builder->column, entry);
        bool filled = false;
        for (uint32_t q = round->from; q < round->to; q++) {
            uint32_t question = program->columns[builder->column][q];
            key[1 + q - round->from] = builder->column == COLUMN_ROW
                                           ? ask_row_once(&leaf, &memo, question, entry, &filled)
                                           : ask(&leaf, question);
        }
        fold_entry(builder, round, &keys, &capacity, entry, key);
        if (scratch.total > 1 << 20) {
            arena_release(&scratch);
        }
    }
    arena_release(&scratch);
    intern_release(&keys);
    intern_release(&memo.keys);
    free(memo.outcomes);
    free(key);
}

/* Answers the questions that a column has not answered yet; false when there are none. */
static bool catch_up(struct column_builder *builder, const struct leaf_client *clients)
{
    uint32_t done = builder->round_count ? builder->rounds[builder->round_count - 1].to : 0;

    if (builder->round_count == ROUNDS_MAX ||
        builder->columns->program->column_count[builder->column] == done)
        return false;
    builder->rounds[builder->round_count].from = done;
    if (builder->column == COLUMN_MAIL && !builder->same)
        builder->same = find_same_sizes(builder->columns->evidence);
    if (builder->column == COLUMN_SENDER && !builder->same) {
        struct arena scratch;
        arena_init(&scratch);
        builder->same = find_same_senders(builder->columns, &scratch);
        arena_release(&scratch);
    }
    run_round(builder, clients);
    return true;
}

/* The rounds put together: one vector per class of the last one. */
static void finish(struct column_builder *builder)
{
    struct columns *columns = builder->columns;
    uint32_t width = columns->program->column_count[builder->column];
    uint32_t classes = builder->round_count ? builder->rounds[builder->round_count - 1].count : 1;
    uint32_t *vectors = xcalloc((size_t)classes * width + 1, sizeof *vectors);

    for (uint32_t i = 0; i < classes; i++) {
        uint32_t at = i;
        for (uint32_t q = 0; q < width; q++)
            vectors[(size_t)i * width + q] = OUTCOME_NUMBER_ANYTHING;
        for (uint32_t r = builder->round_count; r-- > 0;) {
            const struct round *round = &builder->rounds[r];
            uint32_t n = round->to - round->from;
            memcpy(vectors + (size_t)i * width + round->from, round->outcomes + (size_t)at * n,
                   n * sizeof *vectors);
            at = round->parents[at];
        }
    }
    for (uint32_t r = 0; r < builder->round_count; r++) {
        free(builder->rounds[r].parents);
        free(builder->rounds[r].outcomes);
    }
    free(builder->same);
    columns->vectors[builder->column] = vectors;
    columns->class_count[builder->column] = classes;
    columns->classes[builder->column] = builder->classes;
}

/* Clients by the set of classes that they may have. */
static void fold_clients(struct columns *columns, const uint32_t *first)
{
    uint32_t *variants = columns->classes[COLUMN_CLIENT];
    uint32_t clients = columns->evidence->client_count, capacity = 0;
    uint32_t *sets = xcalloc((size_t)clients + 1, sizeof *sets);
    struct intern keys;

    intern_init(&keys);
    for (uint32_t i = 0; i < clients; i++) {
        struct client_set set = { .count = 0 };
        for (uint32_t k = first[i]; k < first[i + 1]; k++) {
            bool known = false;
            for (uint32_t m = 0; m < set.count; m++)
                known |= set.classes[m] == variants[k];
            if (!known)
                set.classes[set.count++] = variants[k];
        }
        sym number = intern_add(&keys, slice_make((const char *)&set, sizeof set));
        sets[i] = number - SYM_EMPTY - 1;
        if (sets[i] == columns->client_set_count) {
            GROW(columns->client_sets, columns->client_set_count, capacity);
            columns->client_sets[columns->client_set_count++] = set;
        }
    }
    intern_release(&keys);
    free(variants);
    columns->classes[COLUMN_CLIENT] = sets;
}

void columns_build(struct columns *columns, struct program *program,
                   const struct evidence *evidence, const struct dns_snapshot *dns)
{
    struct column_builder *builders = xcalloc(COLUMNS, sizeof *builders);
    struct arena texts;
    uint32_t *first, variants;

    *columns = (struct columns){ .program = program, .evidence = evidence, .dns = dns };
    arena_init(&texts);
    struct leaf_client *clients = all_variants(columns, &first, &variants, &texts);
    for (unsigned c = 0; c < COLUMNS; c++) {
        uint32_t entries = c == COLUMN_CLIENT ? variants : entry_count(evidence, (enum column)c);
        builders[c] = (struct column_builder){
            .columns = columns,
            .column = (enum column)c,
            .entries = entries,
            .classes = xcalloc((size_t)entries + 1, sizeof(uint32_t)),
        };
    }
    for (bool more = true; more;) {
        more = false;
        for (unsigned c = 0; c < COLUMNS; c++)
            more |= catch_up(&builders[c], clients);
    }
    for (unsigned c = 0; c < COLUMNS; c++)
        finish(&builders[c]);
    memcpy(columns->bare_facts, columns->classes[COLUMN_FACTS] + evidence->facts_count,
           sizeof columns->bare_facts);
    fold_clients(columns, first);
    free(clients);
    free(first);
    free(builders);
    arena_release(&texts);
}

void columns_release(struct columns *columns)
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        free(columns->classes[c]);
        free(columns->vectors[c]);
    }
    free(columns->client_sets);
    *columns = (struct columns){ 0 };
}

static const struct client *client_of_row(const struct evidence *evidence, uint32_t row)
{
    return &evidence->clients[evidence->messages[evidence->rows[row].message].client];
}

uint32_t columns_answer_again(const struct columns *columns, struct column_question asked,
                              struct arena *scratch, struct need_set *needs, struct buffer *why)
{
    const struct client *client = client_of_row(columns->evidence, asked.row);
    struct leaf_client variants[CLIENT_VARIANTS_MAX];
    struct leaf leaf;

    init_leaf(columns, &leaf, scratch);
    fill_row(&leaf, asked.row);
    leaf.needs = needs;
    leaf.why = why;
    if (!(columns->program->questions[asked.question].reads & READS_CLIENT))
        return ask(&leaf, asked.question);
    if (asked.variant >= find_variants(&leaf, client, NULL, variants))
        return ask_for_clients(&leaf, asked.question, client);
    leaf.client = variants[asked.variant];
    return ask(&leaf, asked.question);
}

void columns_client_needs(const struct columns *columns, uint32_t row, struct arena *scratch,
                          struct need_set *needs)
{
    struct leaf_client variants[CLIENT_VARIANTS_MAX];
    struct leaf leaf;

    init_leaf(columns, &leaf, scratch);
    find_variants(&leaf, client_of_row(columns->evidence, row), needs, variants);
}

void columns_bare_needs(const struct columns *columns, uint32_t question, struct arena *scratch,
                        struct need_set *needs)
{
    struct leaf leaf;

    init_leaf(columns, &leaf, scratch);
    leaf.facts = &bare_sessions[1];
    leaf.needs = needs;
    ask(&leaf, question);
}
