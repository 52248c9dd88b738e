/*
 * How long switching one restriction takes: runs the whole flow over a log with a set of seven
 * restrictions, then switches each off and on again and times every switch, with the answer in words
 * that the dashboard shows. After each the numbers that a screen shows are there.
 * usage: bench_toggle LOG [CONFIG_DIR [SNAPSHOT [LABELS]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyzer/pipeline.h"
#include "analyzer/results.h"
#include "base/civil_time.h"
#include "base/xalloc.h"

enum { ROUNDS = 5 };

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

int main(int argc, char **argv)
{
    static const char *const enables[] = {
        "reject_unknown_client_hostname", "reject_unknown_reverse_client_hostname",
        "reject_invalid_helo_hostname",   "reject_non_fqdn_helo_hostname",
        "reject_unknown_helo_hostname",   "reject_unknown_sender_domain",
        "reject_non_fqdn_sender",
    };
    if (argc < 2) {
        fputs("usage: bench_toggle LOG [CONFIG_DIR [SNAPSHOT [LABELS]]]\n", stderr);
        return 2;
    }
    const char *dns = argc > 3 && argv[3][0] ? argv[3] : NULL;
    const char *labels = argc > 4 ? argv[4] : NULL;
    struct pipeline_options options = {
        .logs = (const char *const *)&argv[1],
        .log_count = 1,
        .input = { .year = 2026, .since_us = TIME_NONE, .until_us = TIME_NONE },
        .config_dir = argc > 2 && argv[2][0] ? argv[2] : NULL,
        .candidate = { .enables = enables, .enable_count = COUNT(enables) },
        .dns = &dns,
        .dns_count = dns != NULL,
        .labels = &labels,
        .label_count = labels != NULL,
    };
    struct fault fault = { FAULT_NONE };
    struct results *results = pipeline_run(&options, &fault);
    if (!results) {
        fault_print(&fault, stderr);
        return 3;
    }
    size_t restrictions = results_candidate(results)->restriction_count;
    double *times = xcalloc(restrictions * 2 * ROUNDS, sizeof *times);
    size_t count = 0;
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < restrictions; i++)
            for (int twice = 0; twice < 2; twice++) {
                double begin = now_ms();
                results_toggle(results, i);
                results_answer(results, &arena);
                times[count++] = now_ms() - begin;
            }
    qsort(times, count, sizeof *times, compare);
    printf("toggle over %zu rows, %zu restrictions: median %.2f ms, 95 %% %.2f ms, worst %.2f ms\n",
           results_row_count(results), restrictions, times[count / 2], times[count * 95 / 100],
           times[count - 1]);
    arena_release(&arena);
    free(times);
    results_free(results);
    return 0;
}
