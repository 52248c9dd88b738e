#include "analyzer/rebuild/client_identity.h"

#include "base/xalloc.h"

struct client client_of_connect(struct evidence *evidence, struct slice name, struct slice address)
{
    struct intern_key first = intern_ahead(&evidence->text, address);
    struct intern_key second = intern_ahead(&evidence->text, name);
    struct client client = { .address = intern_add_key(&evidence->text, &first),
                             .name_origin = ORIGIN_CONNECT,
                             .reverse_origin = ORIGIN_CONNECT };
    if (name.at) {
        client.name = client.reverse_name = intern_add_key(&evidence->text, &second);
        client.name_status = client.reverse_status = NAME_OK;
    } else {
        client.name_status = client.reverse_status = NAME_TEMPORARY | NAME_MISSING;
    }
    return client;
}

struct client client_of_proxy(struct evidence *evidence, struct slice name, struct slice address)
{
    struct client client = client_of_connect(evidence, name, address);
    client.name_origin = client.reverse_origin = ORIGIN_CLIENT;
    if (!name.at) {
        client.name_status = NAME_TEMPORARY | NAME_MISSING | NAME_FORGED;
        client.reverse_status = NAME_OK | NAME_TEMPORARY | NAME_MISSING;
    }
    return client;
}

/* True for texts of getaddrinfo's errors that smtpd_peer.c takes for passing ones (EAI_AGAIN,
 * EAI_MEMORY, EAI_SYSTEM) in glibc, musl and the BSDs. They are known by what stands before and
 * behind one of their y: most other texts have none. */
static bool reason_is_temporary(struct slice reason)
{
    static const struct {
        struct slice before, behind;
    } words[] = {
        { SLICE("emporar"), SLICE("") },    /* temporary */
        { SLICE("r"), SLICE(" again") },    /* try again */
        { SLICE("emor"), SLICE("") },       /* memory */
        { SLICE(""), SLICE("stem error") }, /* system error */
    };
    for (size_t y = 0; y < reason.len; y++) {
        y += slice_index(slice_skip(reason, y), 'y');
        struct slice before = slice_head(reason, y), behind = slice_skip(reason, y + 1);
        for (size_t i = 0; y < reason.len && i < COUNT(words); i++)
            if (slice_ends(before, words[i].before.at) && slice_starts(behind, words[i].behind.at))
                return true;
    }
    return false;
}

void client_name_warned(struct evidence *evidence, struct client *client, struct slice name,
                        struct slice reason)
{
    if (client->name || !name.at)
        return;
    client->reverse_name = intern_add(&evidence->text, name);
    client->reverse_status = NAME_OK;
    client->name_status = reason_is_temporary(reason) ? NAME_TEMPORARY : NAME_FORGED;
    client->name_origin = client->reverse_origin = ORIGIN_WARNING;
}

/* Keeps of a set what `possible` allows; a contradiction keeps what was known before. */
static void narrow(uint8_t *set, uint8_t *origin, uint8_t possible, enum evidence_origin by)
{
    uint8_t left = *set & possible;
    if (!left || left == *set)
        return;
    *set = left;
    *origin = (uint8_t)by;
}

void client_name_refused(struct client *client, struct slice restriction, unsigned code,
                         int configured, enum evidence_origin origin)
{
    bool reverse = slice_is(restriction, "reject_unknown_reverse_client_hostname");
    if (!reverse && !slice_is(restriction, "reject_unknown_client_hostname"))
        return;
    uint8_t lasting = reverse ? NAME_MISSING : NAME_MISSING | NAME_FORGED;
    uint8_t possible = lasting | NAME_TEMPORARY;
    if (code != 450)
        possible = lasting;
    else if (configured && configured != 450)
        possible = NAME_TEMPORARY;
    bool alike = !client->reverse_name; /* no reverse name: both look-ups ended alike */
    if (reverse || alike)
        narrow(&client->reverse_status, &client->reverse_origin, possible, origin);
    if (!reverse || alike)
        narrow(&client->name_status, &client->name_origin, possible, origin);
}
