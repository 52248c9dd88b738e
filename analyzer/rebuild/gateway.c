#include "analyzer/rebuild/gateway.h"

#include <stdlib.h>

#include "analyzer/rebuild/client_identity.h"
#include "analyzer/rebuild/received_header.h"
#include "base/xalloc.h"

/* How far a message's headers have been followed. */
enum trail {
    TRAIL_START,   /* the next header is this host's own */
    TRAIL_GATEWAY, /* the next is a gateway's */
    TRAIL_END,     /* the next is anybody's */
};

static bool is_named(const struct rebuild *r, const struct ip_address *address)
{
    for (size_t i = 0; i < r->options.gateway_count; i++)
        if (ip_prefix_contains(&r->options.gateways[i], address))
            return true;
    return false;
}

/* Goes on by one header; the client of the last believed one is put into *client and *helo. */
static enum trail follow(struct rebuild *r, enum trail trail, struct slice header, uint32_t *client,
                         sym *helo)
{
    struct received_from from;
    if (trail == TRAIL_END || !received_header_parse(header, &from))
        return TRAIL_END;
    if (ip_is_loopback(&from.address) || is_named(r, &from.address))
        return TRAIL_GATEWAY;
    if (trail == TRAIL_GATEWAY && !from.fetched) {
        struct client found = client_of_proxy(r->evidence, from.name, from.text);
        *client = evidence_client(r->evidence, &found);
        *helo = from.helo.len ? intern_add(&r->evidence->helos, from.helo) : 0;
    }
    return TRAIL_END;
}

void gateway_header(struct rebuild *r, struct mail *mail, struct slice header)
{
    if (!slice_starts(header, "Received:"))
        return;
    uint32_t client = 0;
    sym helo = SYM_NONE;
    struct mail_rare *rare = mail_rare(mail);
    rare->trail = (uint8_t)follow(r, (enum trail)rare->trail, header, &client, &helo);
    if (client) {
        struct message_extra *extra = evidence_extra_of(r->evidence, mail_message(r, mail));
        extra->true_client = client;
        extra->true_helo = helo;
    }
}

uint32_t gateway_quoted_headers(struct rebuild *r, struct slice list, sym *helo)
{
    enum trail trail = TRAIL_START;
    uint32_t client = 0;
    struct slice rest = list;
    while (trail != TRAIL_END && rest.len) {
        rest = slice_skip(rest, slice_index(rest, '"') + 1);
        size_t end = slice_index(rest, '"');
        struct slice header = slice_head(rest, end);
        if (slice_starts(header, "Received:"))
            trail = follow(r, trail, header, &client, helo);
        rest = slice_skip(rest, end + 1);
    }
    return client;
}

void gateway_mark(struct rebuild *r)
{
    struct evidence *e = r->evidence;
    if (!r->options.gateway_count)
        return;
    uint8_t *named = xcalloc(e->client_count + (size_t)1, 1);
    for (uint32_t i = 0; i < e->client_count; i++) {
        struct ip_address address;
        named[i] = ip_address_parse(intern_text(&e->text, e->clients[i].address), &address) &&
                   is_named(r, &address);
    }
    for (uint32_t i = 0; i < e->message_count; i++) {
        struct message *message = &e->messages[i];
        uint32_t client = message->session == SESSION_NONE ? message->client
                                                           : e->sessions[message->session].client;
        if (!named[client])
            continue;
        r->notes[i].marks |= MARK_GATEWAY;
        if (message->client != client) { /* it told by XFORWARD whose mail it was */
            evidence_extra_of(e, message)->true_client = message->client;
            message->client = client;
        }
    }
    free(named);
}
