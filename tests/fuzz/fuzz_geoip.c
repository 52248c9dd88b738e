/* MaxMind DB files of any bytes: opened or refused, and asked for addresses of both families. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/data/geoip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libmaxminddb 1.7 keeps some memory of a file whose metadata it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libmaxminddb";
}

/* Reads every byte, for the sanitizer. */
static void look_at(struct slice text)
{
    static volatile unsigned char sink;
    for (size_t i = 0; i < text.len; i++)
        sink ^= (unsigned char)text.at[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const questions[] = { "192.0.2.7", "2001:db8::1", "0.0.0.0", "::" };
    char path[] = "/tmp/fuzz_geoip.XXXXXX";
    const char *const paths[] = { path };
    struct fault fault = { .kind = FAULT_NONE };
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    struct geoip *geoip = geoip_open(paths, 1, &fault);
    if (!geoip && fault.kind == FAULT_NONE)
        abort();
    for (size_t i = 0; geoip && i < sizeof questions / sizeof questions[0]; i++) {
        struct geoip_place place;
        struct ip_address address;
        ip_address_parse(slice_of(questions[i]), &address);
        geoip_find(geoip, &address, &place);
        look_at(place.country);
        look_at(place.city);
        look_at(place.organisation);
    }
    geoip_close(geoip);
    unlink(path);
    return 0;
}
