/* Lines of --labels and --answers files of any bytes: a judgement that was taken is found again under
 * its own ids, and no question about an answer leaves the file's own texts. */
#include <stdlib.h>

#include "parsers/data/answers_file.h"
#include "parsers/data/labels_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_labels(const struct labels_file *labels)
{
    for (uint32_t i = 0; i < labels_file_count(labels); i++) {
        const struct given_label *label = labels_file_get(labels, i);
        uint32_t found =
            labels_file_find(labels, label->queue_id, label->message_id, label->recipient);
        if (found == GIVEN_LABEL_NONE || !(label->ham >= 0 && label->ham <= 1))
            abort();
    }
}

static void ask_answers(const struct answers_file *answers, struct slice text)
{
    struct slice found;
    const struct answer_request request = { text, text, text, text, text };
    answers_file_table(answers, text, text, &found);
    answers_file_table(answers, slice_of("mysql:t"), text, &found);
    answers_file_service(answers, &request, &found);
    answers_file_verify(answers, text, &found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct labels_file *labels = labels_file_new();
    struct answers_file *answers = answers_file_new();
    struct slice rest = slice_make((const char *)data, size), line;
    while (slice_next_word(&rest, "\n", &line)) {
        labels_file_add_line(labels, line);
        answers_file_add_line(answers, line);
    }
    check_labels(labels);
    ask_answers(answers, slice_make((const char *)data, size < 40 ? size : 40));
    answers_file_free(answers);
    labels_file_free(labels);
    return 0;
}
