#include "analyzer/evidence/resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/civil_time.h"
#include "base/xalloc.h"

/* A server that closes a connection takes all questions on it along: they are asked again. */
enum { WAIT_MS = 50, NAME_ROOM = 256, ROUNDS_MAX = 4 };

static const int wire_types[DNS_TYPES] = {
    [DNS_A] = ns_t_a,         [DNS_AAAA] = ns_t_aaaa, [DNS_PTR] = ns_t_ptr,
    [DNS_MX] = ns_t_mx,       [DNS_NS] = ns_t_ns,     [DNS_TXT] = ns_t_txt,
    [DNS_CNAME] = ns_t_cname, [DNS_SOA] = ns_t_soa,   [DNS_SPF] = 99,
};

struct resolver {
    ares_channel channel;
    const struct resolver_options *options;
    resolver_answer_fn answered;
    void *context;
    size_t in_flight;
    bool heard; /* some server sent something */
    bool stopped;
};

/* One question in flight. */
struct flight {
    struct resolver *resolver;
    const struct resolver_question *question;
    bool unheard; /* nobody took it: no server, or none that ever spoke */
};

struct resolver_options resolver_default_options(void)
{
    return (struct resolver_options){
        .in_flight = 32, .per_second = 100, .timeout_ms = 5000, .tries = 2
    };
}

static int64_t now_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* c-ares' outcome of a question as an answer. */
static struct dns_answer flight_answer(const struct flight *flight, int status,
                                       const unsigned char *packet, int len, struct arena *arena)
{
    struct dns_answer answer = { .rcode = DNS_FAILED };
    if (packet && len > 0)
        answer = resolver_parse_reply(flight->question->type, packet, (size_t)len, arena);
    else if (status == ARES_ETIMEOUT)
        answer.rcode = DNS_TIMEOUT;
    answer.time_us = now_us(CLOCK_REALTIME) / 1000000 * 1000000;
    return answer;
}

static void flight_landed(void *context, int status, int timeouts, unsigned char *packet, int len)
{
    struct flight *flight = context;
    struct resolver *resolver = flight->resolver;
    struct arena arena;
    (void)timeouts;
    resolver->in_flight--;
    if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED || resolver->stopped)
        return;
    resolver->heard = resolver->heard || packet;
    /* That a server cannot be reached says nothing about the name. */
    if (!packet && (status == ARES_ECONNREFUSED || (status == ARES_ETIMEOUT && !resolver->heard))) {
        flight->unheard = true;
        return;
    }
    arena_init(&arena);
    struct dns_answer answer = flight_answer(flight, status, packet, len, &arena);
    if (!resolver->answered(resolver->context, flight->question, &answer))
        resolver->stopped = true;
    arena_release(&arena);
}

/* Asks, or answers at once what cannot be put into a packet. */
static void take_off(struct resolver *resolver, struct flight *flight)
{
    char name[NAME_ROOM];
    const struct resolver_question *question = flight->question;
    if (wire_types[question->type] == 0 || question->name.len == 0 ||
        question->name.len >= sizeof name)
        return;
    memcpy(name, question->name.at, question->name.len);
    name[question->name.len] = '\0';
    resolver->in_flight++;
    ares_query(resolver->channel, name, ns_c_in, wire_types[question->type], flight_landed, flight);
}

/* Waits for an answer or a time-out of c-ares, at most WAIT_MS. */
static void wait_for_answers(struct resolver *resolver)
{
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    struct pollfd polls[ARES_GETSOCK_MAXNUM];
    nfds_t count = 0;
    /* Readable in the lower half of the bits, writable in the upper: c-ares' own macros shift into the
     * sign. */
    unsigned mask = (unsigned)ares_getsock(resolver->channel, sockets, ARES_GETSOCK_MAXNUM);
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        short events = (short)((mask >> i & 1 ? POLLIN : 0) |
                               (mask >> (i + ARES_GETSOCK_MAXNUM) & 1 ? POLLOUT : 0));
        if (events)
            polls[count++] = (struct pollfd){ .fd = sockets[i], .events = events };
    }
    poll(polls, count, WAIT_MS);
    for (nfds_t i = 0; i < count; i++) {
        bool readable = (polls[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
        bool writable = (polls[i].revents & POLLOUT) != 0;
        ares_process_fd(resolver->channel, readable ? polls[i].fd : ARES_SOCKET_BAD,
                        writable ? polls[i].fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/* How many questions the rate allows to have been asked by now. */
static size_t allowance(const struct resolver_options *options, int64_t begin_us)
{
    if (!options->per_second)
        return SIZE_MAX;
    int64_t elapsed = now_us(CLOCK_MONOTONIC) - begin_us;
    return (size_t)(elapsed * options->per_second / 1000000) + 1;
}

static void fly_all(struct resolver *resolver, struct flight *flights, size_t count)
{
    int64_t begin_us = now_us(CLOCK_MONOTONIC);
    size_t asked = 0;
    while ((asked < count || resolver->in_flight) && !resolver->stopped) {
        size_t allowed = allowance(resolver->options, begin_us);
        while (asked < count && asked < allowed &&
               resolver->in_flight < resolver->options->in_flight)
            take_off(resolver, &flights[asked++]);
        wait_for_answers(resolver);
    }
}

/* Those that nobody took, moved to the front; how many they are. */
static size_t keep_unheard(struct flight *flights, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (flights[i].unheard) {
            flights[kept] = flights[i];
            flights[kept++].unheard = false;
        }
    return kept;
}

static bool open_channel(struct resolver *resolver, struct fault *fault)
{
    /* Without NOCHECKRESP c-ares hides SERVFAIL and REFUSED behind a connection error. */
    struct ares_options options = { .flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_STAYOPEN |
                                             ARES_FLAG_NOSEARCH,
                                    .timeout = (int)resolver->options->timeout_ms,
                                    .tries = (int)resolver->options->tries };
    int status = ares_init_options(&resolver->channel, &options,
                                   ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status != ARES_SUCCESS)
        return fault_set(fault, FAULT_INPUT, NULL, 0, "no resolver (%s); check /etc/resolv.conf",
                         ares_strerror(status));
    const char *servers = resolver->options->servers;
    if (servers && ares_set_servers_ports_csv(resolver->channel, servers) != ARES_SUCCESS) {
        ares_destroy(resolver->channel);
        return fault_set(fault, FAULT_USAGE, "--server", 0,
                         "'%s' is no name server; write ADDRESS or ADDRESS:PORT", servers);
    }
    return true;
}

bool resolver_ask(const struct resolver_options *options, const struct resolver_question *questions,
                  size_t count, resolver_answer_fn answered, void *context, struct fault *fault)
{
    struct resolver resolver = { .options = options, .answered = answered, .context = context };
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
        return fault_set(fault, FAULT_INPUT, NULL, 0,
                         "the resolver library does not start; check its installation");
    bool good = open_channel(&resolver, fault);
    if (good) {
        struct flight *flights = xcalloc(count + 1, sizeof *flights);
        for (size_t i = 0; i < count; i++)
            flights[i] = (struct flight){ &resolver, &questions[i], false };
        size_t unheard = count;
        for (int round = 0; round < ROUNDS_MAX && unheard && (round == 0 || resolver.heard);
             round++) {
            fly_all(&resolver, flights, unheard);
            unheard = keep_unheard(flights, unheard);
        }
        if (unheard && !resolver.stopped)
            good =
                fault_set(fault, FAULT_INPUT, options->servers ? options->servers : "resolver", 0,
                          "%zu of %zu questions were not taken by any name server; what was "
                          "answered is recorded, ask again for the rest",
                          unheard, count);
        resolver.stopped = true;
        ares_destroy(resolver.channel);
        free(flights);
    }
    ares_library_cleanup();
    return good;
}
