#include "analyzer/policy/address_filter.h"

#include "base/ip_address.h"

static bool take_number(struct slice *rest, unsigned *number)
{
    size_t n = 0;
    *number = 0;
    while (n < rest->len && n < 4 && ascii_is_digit(rest->at[n]))
        *number = *number * 10 + (unsigned)(rest->at[n++] - '0');
    *rest = slice_skip(*rest, n);
    return n > 0 && *number <= 255;
}

static bool take_byte(struct slice *rest, char byte)
{
    if (rest->len == 0 || rest->at[0] != byte)
        return false;
    *rest = slice_skip(*rest, 1);
    return true;
}

/* One of the four fields: a number, or "[a;b;c..d]". *hit: octet is in it. False: malformed. */
static bool take_field(struct slice *rest, unsigned octet, bool *hit)
{
    unsigned low, high;

    *hit = false;
    if (!take_byte(rest, '[')) {
        if (!take_number(rest, &low))
            return false;
        *hit = octet == low;
        return true;
    }
    do {
        if (!take_number(rest, &low))
            return false;
        high = low;
        if (take_byte(rest, '.') && (!take_byte(rest, '.') || !take_number(rest, &high)))
            return false;
        if (high < low)
            return false;
        *hit |= octet >= low && octet <= high;
    } while (take_byte(rest, ';'));
    return take_byte(rest, ']');
}

static bool scan_filter(struct slice filter, const uint8_t octets[4], bool *matches)
{
    struct slice rest = filter;
    bool hit;

    *matches = true;
    for (int i = 0; i < 4; i++) {
        if (i && !take_byte(&rest, '.'))
            return false;
        if (!take_field(&rest, octets[i], &hit))
            return false;
        *matches &= hit;
    }
    return rest.len == 0;
}

bool address_filter_is_valid(struct slice filter)
{
    static const uint8_t any[4] = { 127, 0, 0, 1 };
    bool matches;

    return scan_filter(filter, any, &matches);
}

bool address_filter_matches(struct slice filter, struct slice address)
{
    struct ip_address ip;
    bool matches;

    return ip_address_parse(address, &ip) && ip.family == 4 &&
           scan_filter(filter, ip.bytes, &matches) && matches;
}
