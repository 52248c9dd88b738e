#include "parsers/data/geoip.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/xalloc.h"

struct geoip {
    MMDB_s *files;
    size_t count;
};

struct geoip *geoip_open(const char *const *paths, size_t count, struct fault *fault)
{
    struct geoip *geoip = xcalloc(1, sizeof *geoip);
    geoip->files = xcalloc(count ? count : 1, sizeof *geoip->files);
    for (size_t i = 0; i < count; i++) {
        int status = MMDB_open(paths[i], MMDB_MODE_MMAP, &geoip->files[i]);
        if (status != MMDB_SUCCESS) {
            fault_set(fault, FAULT_INPUT, paths[i], 0, "%s; --geoip takes a MaxMind DB file",
                      MMDB_strerror(status));
            geoip_close(geoip);
            return NULL;
        }
        geoip->count++;
    }
    return geoip;
}

void geoip_close(struct geoip *geoip)
{
    if (!geoip)
        return;
    for (size_t i = 0; i < geoip->count; i++)
        MMDB_close(&geoip->files[i]);
    free(geoip->files);
    free(geoip);
}

/* A text at a path of keys; strings in the file have no NUL behind them. */
static void get_text(MMDB_entry_s *entry, const char *const *path, struct slice *text)
{
    MMDB_entry_data_s data;
    if (text->at || MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
        data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size == 0)
        return;
    *text = slice_make(data.utf8_string, data.data_size);
}

static void get_number(MMDB_entry_s *entry, const char *const *path, uint32_t *number)
{
    MMDB_entry_data_s data;
    if (*number || MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data)
        return;
    if (data.type == MMDB_DATA_TYPE_UINT32)
        *number = data.uint32;
    else if (data.type == MMDB_DATA_TYPE_UINT16)
        *number = data.uint16;
}

bool geoip_find(const struct geoip *geoip, const struct ip_address *address,
                struct geoip_place *place)
{
    static const char *const country[] = { "country", "iso_code", NULL };
    static const char *const city[] = { "city", "names", "en", NULL };
    static const char *const owner[] = { "autonomous_system_organization", NULL };
    static const char *const asn[] = { "autonomous_system_number", NULL };
    memset(place, 0, sizeof *place);
    struct sockaddr_in in4 = { .sin_family = AF_INET };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
    const struct sockaddr *socket_address;
    if (address->family == 4) {
        memcpy(&in4.sin_addr, address->bytes, 4);
        socket_address = (const struct sockaddr *)&in4;
    } else {
        memcpy(&in6.sin6_addr, address->bytes, 16);
        socket_address = (const struct sockaddr *)&in6;
    }
    for (size_t i = 0; geoip && address->family && i < geoip->count; i++) {
        int status;
        MMDB_lookup_result_s hit = MMDB_lookup_sockaddr(&geoip->files[i], socket_address, &status);
        if (status != MMDB_SUCCESS || !hit.found_entry)
            continue;
        get_text(&hit.entry, country, &place->country);
        get_text(&hit.entry, city, &place->city);
        get_text(&hit.entry, owner, &place->organisation);
        get_number(&hit.entry, asn, &place->asn);
    }
    return place->country.at || place->city.at || place->organisation.at || place->asn;
}
