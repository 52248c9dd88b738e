/*
 * Answers SPF questions from a DNS snapshot, for tests/oracle/check_spf_suite.
 * usage: spf_driver SNAPSHOT < QUESTIONS; a question is "ADDRESS<tab>SENDER<tab>HELO", the answer
 * "RESULT<tab>EXPLANATION" (or the missing question for unknown).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/evidence/spf_eval.h"

static void answer_line(const struct dns_snapshot *dns, char *line)
{
    struct arena arena;
    struct spf_query query = { .receiver = SLICE("unknown") };
    char *sender = strchr(line, '\t');
    char *helo = sender ? strchr(sender + 1, '\t') : NULL;
    if (!helo)
        return;
    *sender++ = *helo++ = '\0';
    helo[strcspn(helo, "\n")] = '\0';
    arena_init(&arena);
    query.helo = slice_of(helo);
    query.sender = *sender ? slice_of(sender) : arena_format(&arena, "postmaster@%s", helo);
    size_t at = slice_last_index(query.sender, '@');
    query.domain = at == query.sender.len ? query.sender : slice_skip(query.sender, at + 1);
    if (ip_address_parse(slice_of(line), &query.client)) {
        struct spf_answer got = spf_check_host(dns, &query, &arena);
        printf("%s\t%.*s%.*s\n", spf_result_name(got.result), SLICE_FMT(got.explanation),
               (int)got.missing_name.len, got.missing_name.at ? got.missing_name.at : "");
    } else {
        puts("bad address\t");
    }
    arena_release(&arena);
}

int main(int argc, char **argv)
{
    struct diagnostics notes;
    struct fault fault = { .kind = FAULT_NONE };
    char line[4096];
    struct dns_snapshot *dns = dns_snapshot_new();
    diagnostics_init(&notes);
    if (argc != 2 || !dns_snapshot_read(dns, argv[1], &notes, &fault)) {
        fault_print(&fault, stderr);
        return 2;
    }
    while (fgets(line, sizeof line, stdin))
        answer_line(dns, line);
    dns_snapshot_free(dns);
    diagnostics_release(&notes);
    return 0;
}
