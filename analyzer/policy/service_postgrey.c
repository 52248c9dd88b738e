#include "analyzer/policy/service_postgrey.h"

#include <stdlib.h>

#include "analyzer/policy/evaluators.h"
#include "analyzer/policy/mail_address.h"
#include "base/xalloc.h"

/* What stands between a policy's rows and its greylisting models. */
struct asking {
    struct replay *replay;
    struct program *program;
    uint8_t *reach;             /* by row class: enum tri, is any model asked about it? */
    struct greylist **memories; /* by service */
    uint32_t *key;              /* one vector of COLUMN_ROW */
    struct intern keys;
    struct arena scratch;
};

static const struct service_model *model_of(const struct program *program, uint32_t question)
{
    size_t service = program->questions[question].service;
    const struct service_model *model =
        service < program->services.count ? &program->services.items[service] : NULL;
    return model && model->kind == MODEL_POSTGREY ? model : NULL;
}

bool service_postgrey_is_used(const struct program *program)
{
    for (uint32_t q = 0; q < program->question_count; q++)
        if (model_of(program, q))
            return true;
    return false;
}

/* Is the model asked about the recipient in this slot? Other open questions make it uncertain. */
static enum tri slot_reach(const struct program *program, const struct judge_points *points,
                           uint32_t slot)
{
    bool asked = false, doubt = !points->complete;
    for (size_t i = 0; i < points->influence.count; i++) {
        const struct choice_point *point = &points->influence.points[i];
        if (point->question >= CHOICE_FIRST)
            doubt = true;
        else if (model_of(program, point->question))
            asked |= point->slot == slot;
        else
            doubt |= point->slot == slot;
    }
    return !asked && points->complete ? TRI_NO : doubt ? TRI_UNKNOWN : TRI_YES;
}

static void find_reach(struct asking *asking)
{
    struct replay *replay = asking->replay;
    struct judgement *judgements = NULL;
    uint32_t capacity = 0;

    asking->reach = xcalloc((size_t)replay->class_count + 1, 1);
    for (uint32_t u = 0; u < replay->unit_count; u++) {
        struct judge_points points = { 0 };
        struct unit unit;
        replay_unit(replay, u, &unit);
        if (unit.row_count > capacity) {
            capacity = unit.row_count;
            judgements = xrealloc_array(judgements, capacity, sizeof *judgements);
        }
        influence_init(&points.influence);
        judge_unit(&replay->evaluation, &unit, judgements, &points);
        for (uint32_t slot = 0; slot < unit.row_count; slot++)
            asking->reach[replay->unit_classes[u] + slot] =
                (uint8_t)slot_reach(asking->program, &points, slot);
        influence_release(&points.influence);
    }
    free(judgements);
}

/* The request about a row; false when the log does not say enough. */
static bool make_request(struct asking *asking, uint32_t number, struct greylist_request *request)
{
    const struct evidence *evidence = asking->replay->evidence;
    const struct row *row = &evidence->rows[number];
    const struct message *message = &evidence->messages[row->message];
    const struct client *client = &evidence->clients[message->client];

    if (!client->address || message->sender == SYM_NONE || row->recipient == SYM_NONE ||
        row->time_us == TIME_NONE)
        return false;
    if (!client->name && (client->name_status & NAME_OK))
        return false;
    *request = (struct greylist_request){
        .time_us = row->time_us,
        .client_name =
            client->name ? intern_text(&evidence->text, client->name) : slice_of("unknown"),
        .sender = mail_address_unquote(&asking->scratch,
                                       intern_text(&evidence->senders, message->sender)),
        .recipient = mail_address_unquote(&asking->scratch,
                                          intern_text(&evidence->recipients, row->recipient)),
    };
    return ip_address_parse(intern_text(&evidence->text, client->address), &request->client);
}

static uint32_t ask_model(struct asking *asking, uint32_t row, uint32_t question, enum tri reach)
{
    const struct service_model *model = model_of(asking->program, question);
    size_t service = asking->program->questions[question].service;
    struct leaf leaf = { .program = asking->program, .settings = &asking->program->settings };
    uint32_t deferred = service_greylists(&leaf, model);
    const uint32_t either[] = { deferred, OUTCOME_NUMBER_DUNNO };
    struct greylist_request request;

    if (reach == TRI_NO)
        return OUTCOME_NUMBER_DUNNO;
    if (!make_request(asking, row, &request))
        return outcome_any_of(&asking->program->outcomes, either, 2);
    if (!asking->memories[service])
        asking->memories[service] = greylist_new(&model->greylist, model->whitelist);
    struct greylist_decision decision = reach == TRI_YES
                                            ? greylist_ask(asking->memories[service], &request)
                                            : greylist_doubt(asking->memories[service], &request);
    if (decision.doubtful)
        return outcome_any_of(&asking->program->outcomes, either, 2);
    return decision.answer == GREYLIST_DEFER ? deferred : OUTCOME_NUMBER_DUNNO;
}

struct moment {
    int64_t time_us;
    uint32_t row;
};

static int compare_moments(const void *a, const void *b)
{
    const struct moment *one = a, *two = b;
    if (one->time_us != two->time_us)
        return one->time_us < two->time_us ? -1 : 1;
    return one->row < two->row ? -1 : one->row > two->row;
}

/* All rows in order of time. */
static struct moment *make_moments(const struct evidence *evidence)
{
    struct moment *moments = xcalloc((size_t)evidence->row_count + 1, sizeof *moments);
    for (uint32_t i = 0; i < evidence->row_count; i++)
        moments[i] = (struct moment){ evidence->rows[i].time_us, i };
    qsort(moments, evidence->row_count, sizeof *moments, compare_moments);
    return moments;
}

/* The row's answers with those of the models in their places; its new class. */
static uint32_t settle_row(struct asking *asking, uint32_t row)
{
    const struct columns *columns = &asking->replay->columns;
    const struct program *program = asking->program;
    uint32_t width = program->column_count[COLUMN_ROW];
    uint32_t row_class = replay_class(asking->replay, row);

    memcpy(asking->key,
           columns->vectors[COLUMN_ROW] + (size_t)columns->classes[COLUMN_ROW][row] * width,
           width * sizeof *asking->key);
    for (uint32_t q = 0; q < width; q++)
        if (model_of(program, program->columns[COLUMN_ROW][q]))
            asking->key[q] = ask_model(asking, row, program->columns[COLUMN_ROW][q],
                                       (enum tri)asking->reach[row_class]);
    return intern_add(&asking->keys,
                      slice_make((const char *)asking->key, width * sizeof *asking->key)) -
           SYM_EMPTY - 1;
}

/* The new vectors in place of the old ones. */
static void replace_vectors(struct asking *asking, uint32_t *classes)
{
    struct columns *columns = &asking->replay->columns;
    size_t width = asking->program->column_count[COLUMN_ROW];
    uint32_t count = asking->keys.count - SYM_EMPTY - 1;
    uint32_t *vectors = xcalloc(count * width + 1, sizeof *vectors);

    for (uint32_t i = 0; i < count; i++)
        memcpy(vectors + i * width, intern_text(&asking->keys, i + SYM_EMPTY + 1).at,
               width * sizeof *vectors);
    free(columns->vectors[COLUMN_ROW]);
    free(columns->classes[COLUMN_ROW]);
    columns->vectors[COLUMN_ROW] = vectors;
    columns->classes[COLUMN_ROW] = classes;
    columns->class_count[COLUMN_ROW] = count;
}

void service_postgrey_run(struct replay *replay)
{
    struct program *program = replay->policy->program;
    const struct evidence *evidence = replay->evidence;
    struct asking asking = { .replay = replay, .program = program };
    uint32_t *classes = xcalloc((size_t)evidence->row_count + 1, sizeof *classes);
    struct moment *moments = make_moments(evidence);

    intern_init(&asking.keys);
    arena_init(&asking.scratch);
    asking.key = xcalloc((size_t)program->column_count[COLUMN_ROW] + 1, sizeof *asking.key);
    asking.memories = xcalloc(program->services.count + 1, sizeof(struct greylist *));
    find_reach(&asking);
    for (uint32_t i = 0; i < evidence->row_count; i++) {
        classes[moments[i].row] = settle_row(&asking, moments[i].row);
        arena_release(&asking.scratch);
    }
    replace_vectors(&asking, classes);
    for (size_t i = 0; i < program->services.count; i++)
        greylist_free(asking.memories[i]);
    intern_release(&asking.keys);
    free(asking.memories);
    free(asking.reach);
    free(asking.key);
    free(moments);
}
