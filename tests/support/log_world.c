#include "tests/support/log_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

uint32_t log_world_random(struct log_world *world, uint32_t below)
{
    world->random = world->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((world->random >> 33) % below);
}

/* A mail whose lines are being written. */
struct script {
    struct log_world *world;
    int second, number;
    bool instrumented;
    char id[16], next[16], from[48], client[64], mid[48];
};

enum { PROCESS_QMGR, PROCESS_CLEANUP, PROCESS_LOCAL, PROCESS_SMTP, PROCESS_OTHER, PROCESS_SMTPD };

/* Adds a line of a process, up to two seconds behind the script's line before. */
static void say(struct script *s, int process, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct script *s, int process, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct log_world *world = s->world;
    if (log_world_random(world, 4) == 0)
        s->second += (int)log_world_random(world, 3);
    GROW(world->lines, world->count, world->capacity);
    world->lines[world->count] = (struct world_line){ .text = xstrndup(text, strlen(text)),
                                                      .second = s->second,
                                                      .order = (int)world->count,
                                                      .process = process };
    world->count++;
}

static int smtpd_pid(const struct script *s)
{
    return 1000 + s->number;
}

static int smtpd(const struct script *s)
{
    return PROCESS_SMTPD + s->number;
}

static void connect_line(struct script *s)
{
    say(s, smtpd(s), "postfix/smtpd[%d]: connect from %s", smtpd_pid(s), s->client);
}

static void disconnect_line(struct script *s)
{
    say(s, smtpd(s), "postfix/smtpd[%d]: disconnect from %s", smtpd_pid(s), s->client);
}

static void smtpd_line(struct script *s, const char *id, const char *what, const char *reply,
                       int to)
{
    say(s, smtpd(s),
        "postfix/smtpd[%d]: %s: %s: RCPT from %s: %s; from=<%s> to=<u%d.%d@example.com> "
        "proto=ESMTP "
        "helo=<h%d.example.org>",
        smtpd_pid(s), id, what, s->client, reply, s->from, s->number, to, s->number);
}

/* The mail is taken with `rcpts` recipients u<number>.0 and on. */
static void take(struct script *s, int rcpts)
{
    connect_line(s);
    for (int i = 0; i < rcpts; i++) {
        if (s->instrumented)
            smtpd_line(s, i ? s->id : "NOQUEUE", "info", "lab", i);
        if (i == 0)
            say(s, smtpd(s), "postfix/smtpd[%d]: %s: client=%s", smtpd_pid(s), s->id, s->client);
    }
    say(s, PROCESS_CLEANUP, "postfix/cleanup[8]: %s: message-id=<%s>", s->id, s->mid);
}

static void activate(struct script *s, const char *id, int rcpts)
{
    say(s, PROCESS_QMGR, "postfix/qmgr[9]: %s: from=<%s>, size=999, nrcpt=%d (queue active)", id,
        s->from, rcpts);
}

static void deliver(struct script *s, const char *id, int to, const char *relay, const char *status,
                    const char *reason)
{
    say(s, PROCESS_LOCAL,
        "postfix/local[10]: %s: to=<u%d.%d@example.com>, relay=%s, delay=0.1, delays=0/0/0/0.1, "
        "dsn=2.0.0, status=%s (%s)",
        id, s->number, to, relay, status, reason);
}

static void removed(struct script *s, const char *id)
{
    say(s, PROCESS_QMGR, "postfix/qmgr[9]: %s: removed", id);
}

static void final_delivery(struct script *s, const char *id, int to)
{
    bool good = log_world_random(s->world, 3) != 0;
    deliver(s, id, to, "local", good ? "sent" : "bounced", good ? "delivered to maildir" : "full");
}

static void script_plain(struct script *s)
{
    int rcpts = 1 + (int)log_world_random(s->world, 3);
    take(s, rcpts);
    activate(s, s->id, rcpts);
    disconnect_line(s);
    for (int i = 0; i < rcpts; i++)
        final_delivery(s, s->id, i);
    removed(s, s->id);
}

static void script_deferred(struct script *s)
{
    take(s, 1);
    activate(s, s->id, 1);
    deliver(s, s->id, 0, "none", "deferred", "connect to mx: Connection refused");
    disconnect_line(s);
    s->second += 10;
    activate(s, s->id, 1);
    if (log_world_random(s->world, 2)) {
        final_delivery(s, s->id, 0);
    } else {
        deliver(s, s->id, 0, "none", "deferred", "connect to mx: Connection refused");
        say(s, PROCESS_QMGR, "postfix/qmgr[9]: %s: from=<%s>, status=expired, returned to sender",
            s->id, s->from);
    }
    removed(s, s->id);
}

static void script_refused(struct script *s)
{
    connect_line(s);
    for (int i = 0; i < 2; i++)
        smtpd_line(s, "NOQUEUE", "reject",
                   log_world_random(s->world, 2)
                       ? "450 4.7.1 <x>: Recipient address rejected: later"
                       : "554 5.7.1 <x>: Relay access denied",
                   i);
    disconnect_line(s);
}

/* One recipient refused, one taken. */
static void script_half(struct script *s)
{
    connect_line(s);
    smtpd_line(s, "NOQUEUE", "reject", "550 5.1.1 <x>: Recipient address rejected: User unknown",
               1);
    if (s->instrumented)
        smtpd_line(s, "NOQUEUE", "info", "lab", 0);
    say(s, smtpd(s), "postfix/smtpd[%d]: %s: client=%s", smtpd_pid(s), s->id, s->client);
    say(s, PROCESS_CLEANUP, "postfix/cleanup[8]: %s: message-id=<%s>", s->id, s->mid);
    activate(s, s->id, 1);
    disconnect_line(s);
    final_delivery(s, s->id, 0);
    removed(s, s->id);
}

static void script_aborted(struct script *s)
{
    take(s, 1);
    say(s, smtpd(s), "postfix/smtpd[%d]: lost connection after DATA (99 bytes) from %s",
        smtpd_pid(s), s->client);
    disconnect_line(s);
}

static void script_milter(struct script *s)
{
    take(s, 1);
    say(s, PROCESS_CLEANUP,
        "postfix/cleanup[8]: %s: milter-reject: END-OF-MESSAGE from %s: 5.7.1 no; from=<%s> "
        "to=<u%d.0@example.com> proto=ESMTP helo=<h%d.example.org>",
        s->id, s->client, s->from, s->number, s->number);
    disconnect_line(s);
}

/* Through an SMTP proxy; how tells what the log says of it: 0 XFORWARD, 1 the reply, 2 nothing. */
static void script_proxy(struct script *s, int how)
{
    char reply[64], original[64];
    int rcpts = 1 + (int)log_world_random(s->world, 2);
    snprintf(reply, sizeof reply, how < 2 ? "250 2.0.0 Ok: queued as %s" : "250 2.0.0 done",
             s->next);
    snprintf(original, sizeof original, how ? "" : ", orig_queue_id=%s", s->id);
    take(s, rcpts);
    activate(s, s->id, rcpts);
    disconnect_line(s);
    say(s, smtpd(s), "postfix/smtpd[%d]: connect from localhost[127.0.0.1]", 5000 + s->number);
    say(s, smtpd(s), "postfix/smtpd[%d]: %s: client=localhost[127.0.0.1]%s", 5000 + s->number,
        s->next, original);
    say(s, PROCESS_CLEANUP, "postfix/cleanup[8]: %s: message-id=<%s>", s->next, s->mid);
    activate(s, s->next, rcpts);
    say(s, smtpd(s), "postfix/smtpd[%d]: disconnect from localhost[127.0.0.1]", 5000 + s->number);
    for (int i = 0; i < rcpts; i++)
        deliver(s, s->id, i, "127.0.0.1[127.0.0.1]:10025", "sent", reply);
    removed(s, s->id);
    for (int i = 0; i < rcpts; i++)
        final_delivery(s, s->next, i);
    removed(s, s->next);
}

static void script_xforward(struct script *s)
{
    script_proxy(s, 0);
}

static void script_reply(struct script *s)
{
    script_proxy(s, 1);
}

static void script_opaque(struct script *s)
{
    script_proxy(s, 2);
}

static void script_forwarded(struct script *s)
{
    char reason[64];
    snprintf(reason, sizeof reason, "forwarded as %s", s->next);
    take(s, 1);
    activate(s, s->id, 1);
    disconnect_line(s);
    say(s, PROCESS_CLEANUP, "postfix/cleanup[8]: %s: message-id=<%s>", s->next, s->mid);
    activate(s, s->next, 1);
    deliver(s, s->id, 0, "local", "sent", reason);
    removed(s, s->id);
    final_delivery(s, s->next, 0);
    removed(s, s->next);
}

static void script_mailscanner(struct script *s)
{
    take(s, 1);
    say(s, PROCESS_CLEANUP,
        "postfix/cleanup[8]: %s: hold: header Received: from h (x [192.0.2.1])??by mx (Postfix) "
        "with "
        "ESMTP id %s from %s; from=<%s> to=<u%d.0@example.com> proto=ESMTP helo=<h%d.example.org>",
        s->id, s->id, s->client, s->from, s->number, s->number);
    disconnect_line(s);
    s->second += 3; /* it works in batches */
    say(s, PROCESS_OTHER, "MailScanner[99]: Requeue: %s.A9BEF to %s", s->id, s->next);
    activate(s, s->next, 1);
    final_delivery(s, s->next, 0);
    removed(s, s->next);
}

static void script_postscreen(struct script *s)
{
    int port = 10000 + s->number;
    say(s, PROCESS_OTHER,
        "postfix/postscreen[11]: CONNECT from [192.0.2.9]:%d to [198.51.100.1]:25", port);
    say(s, PROCESS_OTHER,
        "postfix/postscreen[11]: NOQUEUE: reject: RCPT from [192.0.2.9]:%d: 550 5.7.1 no; "
        "from=<%s>, "
        "to=<u%d.0@example.com>, proto=ESMTP, helo=<h%d.example.org>",
        port, s->from, s->number, s->number);
    say(s, PROCESS_OTHER, "postfix/postscreen[11]: DISCONNECT [192.0.2.9]:%d", port);
}

static int by_time(const void *a, const void *b)
{
    const struct world_line *x = a, *y = b;
    return x->second != y->second ? x->second - y->second : x->order - y->order;
}

void log_world_make(struct log_world *world, uint64_t seed, int mails, bool instrumented)
{
    static void (*const scripts[])(struct script *) = {
        script_plain,   script_deferred,  script_refused,    script_half,
        script_aborted, script_milter,    script_xforward,   script_reply,
        script_opaque,  script_forwarded, script_postscreen, script_mailscanner,
    };
    *world = (struct log_world){ .random = seed };
    for (int i = 0; i < mails; i++) {
        struct script s = { .world = world, .number = i, .instrumented = instrumented };
        s.second = (int)log_world_random(world, 40);
        snprintf(s.id, sizeof s.id, "A%05X%04XF", (unsigned)i, (unsigned)i * 7);
        snprintf(s.next, sizeof s.next, "B%05X%04XF", (unsigned)i, (unsigned)i * 7);
        snprintf(s.from, sizeof s.from, "s%d@example.org", i);
        snprintf(s.client, sizeof s.client, "h%d.example.org[198.51.100.%d]", i, i % 250);
        snprintf(s.mid, sizeof s.mid, "m%d@example.org", i);
        scripts[log_world_random(world, COUNT(scripts))](&s);
    }
    qsort(world->lines, world->count, sizeof *world->lines, by_time);
}

void log_world_shuffle(struct log_world *world, bool wild)
{
    for (uint32_t round = 0; round < world->count * 4; round++) {
        /* neighbours change places where the log allows it */
        uint32_t i = log_world_random(world, world->count - 1);
        struct world_line *a = &world->lines[i], *b = a + 1;
        if (a->second != b->second || (!wild && a->process == b->process))
            continue;
        struct world_line keep = *a;
        *a = *b;
        *b = keep;
    }
}

void log_world_print(struct log_world *world, uint32_t lost, struct buffer *out)
{
    for (uint32_t i = 0; i < world->count; i++) {
        const struct world_line *line = &world->lines[i];
        if (lost && log_world_random(world, 1000) < lost)
            continue;
        buffer_format(out, "Nov 22 10:%02d:%02d mx1 %s\n", 15 + line->second / 60,
                      line->second % 60, line->text);
    }
}

void log_world_release(struct log_world *world)
{
    for (uint32_t i = 0; i < world->count; i++)
        free(world->lines[i].text);
    free(world->lines);
    *world = (struct log_world){ .lines = NULL };
}
