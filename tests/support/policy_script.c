#include "tests/support/policy_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/policy/explain.h"
#include "base/xalloc.h"
#include "parsers/config/config.h"

enum { EXPECTATIONS_MAX = 400 };

struct expectation {
    struct slice text; /* behind the "=" */
    unsigned line;
    uint32_t row;
};
struct act_expectation {
    struct slice check;
    struct slice answer;
    unsigned line;
    uint32_t row;
};

/* One case while it is read. */
struct script_case {
    const char *script;
    struct slice name;
    unsigned line;
    struct config *config;
    struct dns_snapshot *dns;
    struct evidence evidence;
    struct client client;
    struct session_facts facts;
    int64_t time_us;
    sym helo;
    uint64_t size;
    uint8_t sender_origin;
    struct slice fault;
    const char *services[8];
    size_t service_count;
    char answers_path[64]; /* empty: no answers */
    FILE *answers;
    struct expectation expectations[EXPECTATIONS_MAX];
    size_t expected;
    struct act_expectation acts[32];
    size_t act_count;
    struct buffer *complaints;
    unsigned checked;
};

static void complain(struct script_case *c, unsigned line, const char *what, struct slice detail)
{
    buffer_format(c->complaints, "%s:%u: %.*s: %s%.*s\n", c->script, line, SLICE_FMT(c->name), what,
                  SLICE_FMT(detail));
}

static void set_config(struct script_case *c, struct slice text)
{
    struct fault fault = { 0 };
    if (!config_overlay_line(c->config, text, "script", &fault))
        complain(c, c->line, "bad conf line: ", text);
}

static void set_version(struct script_case *c, struct slice text)
{
    size_t dot = slice_index(text, '.');
    uint64_t major, minor;
    if (!slice_to_u64(slice_head(text, dot), &major) ||
        !slice_to_u64(slice_skip(text, dot + 1), &minor))
        complain(c, c->line, "bad version: ", text);
    else
        config_set_version(c->config, (int)major, (int)minor);
}

static void begin_case(struct script_case *c, struct slice name)
{
    static const char *const standard[] = {
        "compatibility_level = 3.6",
        "myhostname = mx.example.com",
        "mydomain = example.com",
        "mydestination =",
        "inet_interfaces = 127.0.0.1",
        "mynetworks = 127.0.0.0/8",
        "relay_domains = example.com",
        "local_recipient_maps =",
        "alias_maps =",
        "smtpd_reject_unlisted_recipient = no",
        "message_size_limit = 0",
        "recipient_delimiter = +",
        "smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination",
    };

    c->name = name;
    c->config = config_new_default();
    for (size_t i = 0; i < COUNT(standard); i++)
        set_config(c, slice_of(standard[i]));
    c->dns = dns_snapshot_new();
    evidence_init(&c->evidence);
    c->client = (struct client){ .name_status = NAME_OK, .reverse_status = NAME_OK };
    c->client.address = intern_add(&c->evidence.text, slice_of("192.0.2.7"));
    c->client.name = intern_add(&c->evidence.text, slice_of("mail.example.org"));
    c->client.reverse_name = c->client.name;
    c->facts = (struct session_facts){ .sasl_method = SYM_EMPTY,
                                       .sasl_username = SYM_EMPTY,
                                       .sasl_sender = SYM_EMPTY,
                                       .ccert_fingerprint = SYM_EMPTY,
                                       .ccert_subject = SYM_EMPTY,
                                       .tls = TRI_NO,
                                       .pipelining = TRI_NO };
    c->helo = intern_add(&c->evidence.helos, slice_of("mail.example.org"));
    c->size = 1000;
    c->time_us = 0;
    c->sender_origin = ORIGIN_INFO;
    c->fault = slice_make(NULL, 0);
    c->expected = c->act_count = c->service_count = 0;
    c->answers = NULL;
    c->answers_path[0] = '\0';
}

static struct slice next_word(struct slice *rest)
{
    struct slice word = { "", 0 };
    slice_next_word(rest, " \t", &word);
    return word;
}

static sym text_or_unknown(struct intern *dictionary, struct slice text, const char *none)
{
    if (slice_is(text, "?"))
        return SYM_NONE;
    return slice_is(text, none) ? SYM_EMPTY : intern_add(dictionary, text);
}

static uint8_t tri_of(struct slice text)
{
    return slice_is(text, "yes") ? TRI_YES : slice_is(text, "no") ? TRI_NO : TRI_UNKNOWN;
}

/* "5" -> the bit of status 5; "45" -> either. */
static uint8_t statuses(struct slice digits, unsigned standard)
{
    uint8_t set = 0;
    for (size_t i = 0; i < digits.len; i++)
        set |= (uint8_t)(1U << ((unsigned)(digits.at[i] - '0') & 7));
    return digits.len ? set : (uint8_t)standard;
}

static void read_client(struct script_case *c, struct slice rest)
{
    struct slice address = next_word(&rest), name = next_word(&rest), reverse = next_word(&rest);
    bool named = name.len && !slice_is(name, "-");
    bool reversed = reverse.len && !slice_is(reverse, "-");
    struct intern *text = &c->evidence.text;

    c->client = (struct client){ .address = text_or_unknown(text, address, "none") };
    if (named)
        c->client.name = intern_add(text, name);
    if (reversed || named)
        c->client.reverse_name = intern_add(text, reversed ? reverse : name);
    struct slice status = next_word(&rest), reverse_status = next_word(&rest);
    c->client.name_status = statuses(status, named ? NAME_OK : NAME_TEMPORARY | NAME_MISSING);
    c->client.reverse_status =
        statuses(reverse_status, named || reversed ? NAME_OK : NAME_TEMPORARY | NAME_MISSING);
}

static void read_dns(struct script_case *c, struct slice rest)
{
    static const struct {
        const char *word;
        enum dns_rcode rcode;
    } rcodes[] = { { "NXDOMAIN", DNS_NXDOMAIN }, { "SERVFAIL", DNS_SERVFAIL },
                   { "TIMEOUT", DNS_TIMEOUT },   { "REFUSED", DNS_REFUSED },
                   { "FORMERR", DNS_FORMERR },   { "NODATA", DNS_NOERROR } };
    struct slice type = next_word(&rest), name = next_word(&rest), answers[8], word;
    struct dns_answer answer = { .rcode = DNS_NOERROR, .answers = answers, .time_us = TIME_NONE };

    rest = slice_trim(rest);
    if (slice_is(type, "*")) {
        struct buffer line;
        buffer_init(&line, 1000);
        buffer_format(&line, "{\"name\":\"*\",\"type\":\"*\",\"rcode\":\"%.*s\",\"answers\":[]}",
                      SLICE_FMT(rest));
        dns_snapshot_add_line(c->dns, buffer_slice(&line));
        buffer_release(&line);
        return;
    }
    for (size_t i = 0; i < COUNT(rcodes); i++) {
        if (slice_is(rest, rcodes[i].word)) {
            answer.rcode = rcodes[i].rcode;
            rest = slice_make("", 0);
        }
    }
    while (answer.count < COUNT(answers) && slice_next_word(&rest, ",", &word))
        answers[answer.count++] = slice_trim(word);
    dns_snapshot_add(c->dns, dns_type_parse(type), name, &answer);
}

static void read_from(struct script_case *c, struct slice rest)
{
    struct evidence *e = &c->evidence;

    uint32_t session = evidence_add_session(e), number = evidence_add_message(e);
    e->sessions[session].time_us = c->time_us;
    e->message_details[number].size = c->size;
    e->messages[number] = (struct message){
        .session = session,
        .client = evidence_client(e, &c->client),
        .facts = evidence_facts(e, &c->facts),
        .helo = c->helo,
        .sender = text_or_unknown(&e->senders, rest, "<>"),
        .sender_origin = c->sender_origin,
        .first_row = e->row_count,
    };
}

static void read_to(struct script_case *c, struct slice rest)
{
    struct evidence *e = &c->evidence;
    size_t equals = slice_find_last(rest, slice_of(" = "));

    if (e->message_count == 0 || equals == rest.len || c->expected == EXPECTATIONS_MAX) {
        complain(c, c->line, "bad line: to ", rest);
        return;
    }
    uint32_t row = evidence_add_row(e);
    e->rows[row] = (struct row){
        .message = e->message_count - 1,
        .recipient = text_or_unknown(&e->recipients, slice_trim(slice_head(rest, equals)), ""),
        .recipient_origin = ORIGIN_INFO,
    };
    e->messages[e->message_count - 1].row_count++;
    c->expectations[c->expected++] = (struct expectation){
        .text = slice_trim(slice_skip(rest, equals + 3)), .line = c->line, .row = row
    };
}

static void read_acts(struct script_case *c, struct slice rest)
{
    struct slice name = next_word(&rest);

    if (c->act_count == COUNT(c->acts) || !c->evidence.row_count) {
        complain(c, c->line, "bad line: acts ", name);
        return;
    }
    c->acts[c->act_count++] = (struct act_expectation){
        .check = name, .answer = next_word(&rest), .line = c->line, .row = c->evidence.row_count - 1
    };
}

static void read_answer(struct script_case *c, struct slice rest)
{
    if (!c->answers) {
        snprintf(c->answers_path, sizeof c->answers_path, "/tmp/policy-script-XXXXXX");
        int fd = mkstemp(c->answers_path);
        c->answers = fd < 0 ? NULL : fdopen(fd, "w");
        if (!c->answers) {
            complain(c, c->line, "no temporary file", slice_make("", 0));
            return;
        }
    }
    fprintf(c->answers, "%.*s\n", SLICE_FMT(rest));
}

static void read_line(struct script_case *c, struct slice line)
{
    struct slice rest = line, word = next_word(&rest);
    struct intern *text = &c->evidence.text;
    uint64_t size;

    rest = slice_trim(rest);
    if (slice_is(word, "conf"))
        set_config(c, rest);
    else if (slice_is(word, "version"))
        set_version(c, rest);
    else if (slice_is(word, "fault"))
        c->fault = rest;
    else if (slice_is(word, "policy") && c->service_count < COUNT(c->services))
        c->services[c->service_count++] = arena_copy(&c->evidence.arena, rest).at;
    else if (slice_is(word, "answer"))
        read_answer(c, rest);
    else if (slice_is(word, "dns"))
        read_dns(c, rest);
    else if (slice_is(word, "client"))
        read_client(c, rest);
    else if (slice_is(word, "helo"))
        c->helo = text_or_unknown(&c->evidence.helos, rest, "none");
    else if (slice_is(word, "tls"))
        c->facts.tls = tri_of(rest);
    else if (slice_is(word, "pipelining"))
        c->facts.pipelining = tri_of(rest);
    else if (slice_is(word, "late_pipelining"))
        c->facts.late_pipelining = tri_of(rest);
    else if (slice_is(word, "sasl"))
        c->facts.sasl_username = text_or_unknown(text, rest, "none");
    else if (slice_is(word, "ccert"))
        c->facts.ccert_fingerprint = text_or_unknown(text, rest, "none");
    else if (slice_is(word, "screening"))
        c->facts.screening = rest.len ? intern_add(text, rest) : SYM_NONE;
    else if (slice_is(word, "at") && slice_to_u64(rest, &size))
        c->time_us = (int64_t)size * 1000000;
    else if (slice_is(word, "sender_origin"))
        c->sender_origin = slice_is(rest, "qmgr") ? ORIGIN_QMGR : ORIGIN_INFO;
    else if (slice_is(word, "size") && slice_to_u64(rest, &size))
        c->size = size;
    else if (slice_is(word, "from"))
        read_from(c, rest);
    else if (slice_is(word, "to"))
        read_to(c, rest);
    else if (slice_is(word, "acts"))
        read_acts(c, rest);
    else
        complain(c, c->line, "not understood: ", line);
}

/* "reject 554 5.7.1 NAME", or "unknown NEED, NEED". */
static void print_verdict(const struct replay *replay, uint32_t row, struct arena *arena,
                          struct buffer *out)
{
    const struct verdict *verdict = replay_verdict(replay, row);
    size_t count;

    buffer_add_text(out, verdict_kind_name(verdict->kind));
    if (verdict->code)
        buffer_format(out, " %u %s", verdict->code, verdict->dsn);
    if (verdict->restriction)
        buffer_format(out, " %s", verdict->restriction);
    if (verdict->class_name)
        buffer_format(out, " (%s)", verdict->class_name);
    if (verdict->cause == CAUSE_PASSING)
        buffer_add_text(out, " passing");
    struct slice *needs = replay_needs(replay, row, arena, &count);
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%s%.*s", i ? ", " : " ", SLICE_FMT(needs[i]));
}

/* The explanation of a verdict agrees with it: a refusal has one step that decides, and it is the one
 * that the verdict names; accepted mail has none, an unknown verdict one that may. */
static bool explains(const struct replay *replay, uint32_t row, struct arena *arena)
{
    const struct verdict *verdict = replay_verdict(replay, row);
    struct explanation explanation = explain_row(replay, row, arena);
    const struct explained_step *decider = NULL;
    unsigned deciders = 0, doubtful = 0;

    for (size_t i = 0; i < explanation.count; i++) {
        deciders += explanation.steps[i].decides == TRI_YES;
        doubtful += explanation.steps[i].decides == TRI_UNKNOWN;
        if (explanation.steps[i].decides == TRI_YES)
            decider = &explanation.steps[i];
    }
    if (verdict->kind == VERDICT_ACCEPT)
        return deciders + doubtful == 0;
    if (verdict->kind == VERDICT_UNKNOWN)
        return deciders + doubtful > 0;
    if (deciders == 0) /* the same restriction in several places may decide the same */
        return doubtful > 1;
    return deciders == 1 &&
           (!verdict->restriction || slice_is(slice_of(verdict->restriction), decider->name));
}

/* What stands in the script is a beginning of what came out, up to a blank. */
static void check_verdicts(struct script_case *c, const struct replay *replay)
{
    struct arena arena;
    struct buffer got;

    arena_init(&arena);
    buffer_init(&got, 10000);
    for (size_t i = 0; i < c->expected; i++) {
        const struct expectation *want = &c->expectations[i];
        buffer_clear(&got);
        print_verdict(replay, want->row, &arena, &got);
        struct slice out = buffer_slice(&got);
        c->checked++;
        if (!explains(replay, want->row, &arena))
            buffer_format(c->complaints, "%s:%u: %.*s: the explanation disagrees with '%.*s'\n",
                          c->script, want->line, SLICE_FMT(c->name), SLICE_FMT(out));
        if (slice_equal(slice_head(out, want->text.len), want->text) &&
            (out.len == want->text.len || out.at[want->text.len] == ' '))
            continue;
        buffer_format(c->complaints, "%s:%u: %.*s: want '%.*s', got '%.*s'\n", c->script,
                      want->line, SLICE_FMT(c->name), SLICE_FMT(want->text), SLICE_FMT(out));
    }
    buffer_release(&got);
    arena_release(&arena);
}

static void check_acts(struct script_case *c, const struct policy *policy,
                       const struct replay *replay)
{
    static const char *const words[] = { "no", "yes", "unknown" };
    size_t count;
    const struct policy_check *checks = policy_checks(policy, &count);

    for (size_t i = 0; i < c->act_count; i++) {
        const struct act_expectation *want = &c->acts[i];
        uint32_t number = 0;
        while (number < count && !slice_is(want->check, checks[number].name))
            number++;
        if (number == count) {
            complain(c, want->line, "no such check: ", want->check);
            continue;
        }
        enum tri acts = replay_class_acts(replay, replay_class(replay, want->row), number);
        c->checked++;
        if (!slice_is(want->answer, words[acts]))
            complain(c, want->line, "acts: ", slice_of(words[acts]));
    }
}

static void end_case(struct script_case *c)
{
    struct policy_inputs inputs = { .dns = c->dns,
                                    .answers_file = c->answers ? c->answers_path : NULL,
                                    .services = c->services,
                                    .service_count = c->service_count,
                                    .postfix_major = 3,
                                    .postfix_minor = 7 };
    struct fault fault = { 0 };
    if (c->answers)
        fclose(c->answers);
    struct policy *policy = policy_compile(c->config, &inputs, NULL, &fault);

    if (!policy) {
        c->checked++;
        if (!c->fault.at || slice_find(slice_of(fault.what), c->fault) == strlen(fault.what))
            complain(c, c->line, "refused: ", slice_of(fault.what));
    } else {
        if (c->fault.at)
            complain(c, c->line, "not refused for: ", c->fault);
        struct replay *replay = replay_new(policy, &c->evidence, NULL);
        check_verdicts(c, replay);
        check_acts(c, policy, replay);
        replay_free(replay);
        policy_free(policy);
    }
    if (c->answers)
        unlink(c->answers_path);
    evidence_release(&c->evidence);
    dns_snapshot_free(c->dns);
    config_free(c->config);
}

unsigned policy_script_run(const char *name, struct slice script, struct buffer *complaints)
{
    struct script_case *c = xcalloc(1, sizeof *c);
    bool open = false;

    c->script = name;
    c->complaints = complaints;
    while (script.len) {
        size_t end = slice_index(script, '\n');
        struct slice line = slice_trim(slice_head(script, end));
        script = slice_skip(script, end + 1);
        c->line++;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (slice_starts(line, "case ")) {
            if (open)
                end_case(c);
            open = true;
            begin_case(c, slice_trim(slice_skip(line, 5)));
        } else if (open) {
            read_line(c, line);
        }
    }
    if (open)
        end_case(c);
    unsigned checked = c->checked;
    free(c);
    return checked;
}
