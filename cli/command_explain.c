/* `explain`: the messages that a key names, as text or JSON. No message: exit status 2. */
#include "analyzer/results_explain.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/report_setup.h"
#include "cli/run.h"
#include "reports/explain_json.h"

enum { MESSAGES_MAX = 50 };

static bool explain(const struct options *options, const struct results *results,
                    struct output *output, struct fault *fault)
{
    struct arena arena;
    arena_init(&arena);
    struct explain_subject subject = { .key = slice_of(options->key) };
    subject.matches =
        results_find(results, subject.key, MESSAGES_MAX, &arena, &subject.count, &subject.all);
    bool good = true;
    if (subject.count == 0) {
        good = fault_set(fault, FAULT_USAGE, "-k", 0,
                         "'%.200s' matches no message; give a queue id, a message-id, or the whole "
                         "address of a client, sender or recipient as the log has it",
                         options->key);
    } else {
        struct report_context context = report_setup(options);
        bool json = options->output == FORMAT_JSON;
        good = (json ? explain_json_write : explain_text_write)(results, &context, &subject,
                                                                output->stream);
        if (!good)
            fault_set(fault, FAULT_INPUT, "-k", 0,
                      "the explanation is too long, or cannot be written; give a narrower key");
    }
    arena_release(&arena);
    return good;
}

int command_explain(const struct options *options, struct fault *fault)
{
    struct output output;
    if (!options->key) {
        fault_set(fault, FAULT_USAGE, "--key", 0,
                  "which message? give -k KEY: a queue id, a message-id or an address");
        return (int)fault->kind;
    }
    if (!output_open(&output, options->output_file, fault))
        return (int)fault->kind;
    struct results *results = run_logs(options, fault);
    if (!results || !explain(options, results, &output, fault))
        output_discard(&output);
    else if (output_commit(&output, fault))
        run_finish(options, results, fault);
    results_free(results);
    return (int)fault->kind;
}
