#include "parsers/input/speakers.h"

#include "base/rare.h"

enum { PLACES_TRIED = 4 };

bool speakers_know_host(struct speakers *speakers, struct slice host)
{
    if (speakers->host_len == 0 && host.len <= sizeof speakers->host) {
        memcpy(speakers->host, host.at, host.len);
        speakers->host_len = host.len;
    }
    return host.len && slice_equal(host, slice_make(speakers->host, speakers->host_len));
}

APART uint16_t speakers_look_around(struct speakers *speakers, struct slice name, uint32_t place)
{
    if (name.len > SPEAKER_NAME_MAX)
        return 0;
    uint32_t behind = UINT32_MAX << (name.len + 1);
    for (uint32_t i = 0; i < PLACES_TRIED; i++) {
        uint32_t number = 1 + (place + i + LINE_SPEAKERS - 2) % (LINE_SPEAKERS - 1);
        struct speaker *speaker = &speakers->places[number];
        if (speaker->behind == 0) {
            memcpy(speaker->name, name.at, name.len + 1);
            speaker->behind = behind;
        }
        if (speaker->behind == behind && memcmp(speaker->name, name.at, name.len + 1) == 0)
            return (uint16_t)number;
    }
    return 0;
}
