#include "analyzer/rebuild/books.h"

#include <inttypes.h>

#include "base/xalloc.h"

/* Counts the messages; true when each has rows and they stand where it says. */
static bool messages_fill(struct evidence *evidence)
{
    struct books *books = &evidence->books;
    uint32_t next = 0;
    for (uint32_t i = 0; i < evidence->message_count; i++) {
        const struct message *message = &evidence->messages[i];
        books->messages_open += message->open;
        books->internal_messages += message->source == MESSAGE_INTERNAL;
        books->local_messages += message->source == MESSAGE_LOCAL;
        books->gateway_messages += message->source == MESSAGE_GATEWAY;
        if (message->first_row != next || !message->row_count)
            return false;
        for (uint32_t end = next + message->row_count; next < end; next++) {
            if (evidence->rows[next].message != i)
                return false;
            books->ends[evidence->rows[next].end_status]++;
        }
    }
    return next == evidence->row_count;
}

bool books_fill(struct evidence *evidence)
{
    struct books *books = &evidence->books;
    books->sessions = evidence->session_count;
    books->messages = evidence->message_count;
    books->rows = evidence->row_count;
    for (uint32_t i = 0; i < evidence->session_count; i++)
        books->sessions_open += !evidence->sessions[i].complete;
    return messages_fill(evidence);
}

bool books_balance(const struct evidence *evidence, struct fault *fault)
{
    const struct books *b = &evidence->books;
    uint64_t ends = 0;
    for (int i = 0; i < END_STATUS_COUNT; i++)
        ends += b->ends[i];
    const struct {
        const char *what;
        uint64_t in, out;
    } sums[] = {
        { "recipients and their ends", b->rows, ends },
        { "queue ids and transactions", b->born,
          b->messages + b->hops + b->aborted + b->probes + b->merged },
        { "recipients named", b->named, b->rows + b->hop_rows + b->bcc_rows + b->merged_rows },
    };
    for (size_t i = 0; i < COUNT(sums); i++)
        if (sums[i].in != sums[i].out)
            return fault_set(fault, FAULT_INPUT, NULL, 0,
                             "books: %s do not balance: %" PRIu64 " in, %" PRIu64 " out",
                             sums[i].what, sums[i].in, sums[i].out);
    return true;
}

void books_print(const struct books *b, FILE *to)
{
    fprintf(to, "books: sessions %" PRIu64 ", not whole %" PRIu64 "\n", b->sessions,
            b->sessions_open);
    fprintf(to,
            "books: transactions and queue ids %" PRIu64 " = messages %" PRIu64
            " + further hops %" PRIu64 " + never sent %" PRIu64 " + probes %" PRIu64
            " + merged %" PRIu64 "\n",
            b->born, b->messages, b->hops, b->aborted, b->probes, b->merged);
    fprintf(to,
            "books: messages of this machine's users %" PRIu64 ", of Postfix itself %" PRIu64
            ", of own gateways %" PRIu64 ", open %" PRIu64 "\n",
            b->local_messages, b->internal_messages, b->gateway_messages, b->messages_open);
    fprintf(to,
            "books: recipients named %" PRIu64 " = rows %" PRIu64 " + of further hops %" PRIu64
            " + bcc %" PRIu64 " + merged %" PRIu64 "\n",
            b->named, b->rows, b->hop_rows, b->bcc_rows, b->merged_rows);
    fprintf(to, "books: ends of rows %" PRIu64 " =", b->rows);
    for (int i = 0; i < END_STATUS_COUNT; i++)
        fprintf(to, "%s %s %" PRIu64, i ? " +" : "", end_status_name((enum end_status)i),
                b->ends[i]);
    fprintf(to,
            "\nbooks: recipients that no line names, by the sessions' counters, at most: accepted "
            "%" PRIu64 ", refused %" PRIu64,
            b->unnamed_accepted, b->unnamed_refused);
    fprintf(to, "\nbooks: deliveries of mail whose birth was not seen %" PRIu64 "\n",
            b->unjoined_deliveries);
}
