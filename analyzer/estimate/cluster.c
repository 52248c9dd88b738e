#include "analyzer/estimate/cluster.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/domain_name.h"
#include "base/ip_address.h"
#include "base/xalloc.h"

enum { CLUSTER_BITS_IPV4 = 24, CLUSTER_BITS_IPV6 = 48 };

static sym network_key(struct intern *keys, const struct ip_address *address)
{
    if (address->family == 0)
        return intern_add(keys, slice_of("unknown"));
    uint8_t bits = address->family == 4 ? CLUSTER_BITS_IPV4 : CLUSTER_BITS_IPV6;
    struct ip_prefix prefix = ip_prefix_of(address, bits);
    char text[IP_TEXT_MAX];
    struct slice network = ip_address_format(&prefix.address, text);
    struct buffer key;
    buffer_init(&key, IP_TEXT_MAX + 4);
    buffer_add_slice(&key, network);
    buffer_add_byte(&key, '/');
    buffer_add_u64(&key, bits);
    sym number = intern_add(keys, buffer_slice(&key));
    buffer_release(&key);
    return number;
}

static sym system_key(struct intern *keys, uint32_t asn)
{
    struct buffer key;
    buffer_init(&key, 16);
    buffer_add_text(&key, "AS");
    buffer_add_u64(&key, asn);
    sym number = intern_add(keys, buffer_slice(&key));
    buffer_release(&key);
    return number;
}

static sym name_key(struct clusters *clusters, const struct evidence *evidence,
                    const struct client *client)
{
    if (client->name == SYM_NONE || client->name_status != NAME_OK)
        return SYM_NONE;
    char domain[DOMAIN_MAX + 1];
    struct slice key = domain_registrable(intern_text(&evidence->text, client->name), domain);
    return slice_is_empty(key) ? SYM_NONE : intern_add(&clusters->keys, key);
}

void clusters_init(struct clusters *clusters, const struct evidence *evidence,
                   const struct geoip *geoip)
{
    uint32_t count = evidence->client_count;
    intern_init(&clusters->keys);
    clusters->client_count = count;
    clusters->of_client = xcalloc(count ? count : 1, sizeof(sym));
    clusters->network = xcalloc(count ? count : 1, sizeof(sym));
    clusters->country = xcalloc(count ? count : 1, sizeof(sym));
    clusters->asn = xcalloc(count ? count : 1, sizeof(sym));
    for (uint32_t i = 0; i < count; i++) {
        const struct client *client = &evidence->clients[i];
        struct ip_address address = { 0 };
        struct geoip_place place;
        if (client->address != SYM_NONE)
            ip_address_parse(intern_text(&evidence->text, client->address), &address);
        geoip_find(geoip, &address, &place);
        clusters->network[i] = network_key(&clusters->keys, &address);
        clusters->country[i] =
            place.country.at ? intern_add(&clusters->keys, place.country) : SYM_NONE;
        clusters->asn[i] = place.asn ? system_key(&clusters->keys, place.asn) : SYM_NONE;
        sym key = name_key(clusters, evidence, client);
        if (key == SYM_NONE)
            key = clusters->asn[i];
        clusters->of_client[i] = key != SYM_NONE ? key : clusters->network[i];
    }
}

void clusters_release(struct clusters *clusters)
{
    intern_release(&clusters->keys);
    free(clusters->of_client);
    free(clusters->network);
    free(clusters->country);
    free(clusters->asn);
    clusters->of_client = clusters->network = clusters->country = clusters->asn = NULL;
}

double cluster_effective(const uint32_t *sizes, size_t count, uint64_t *clusters)
{
    double sum = 0, squares = 0;
    uint64_t used = 0;
    for (size_t i = 0; i < count; i++) {
        sum += sizes[i];
        squares += (double)sizes[i] * sizes[i];
        used += sizes[i] != 0;
    }
    if (clusters)
        *clusters = used;
    return squares > 0 ? sum * sum / squares : 0;
}
