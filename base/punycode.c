#include "base/punycode.h"

#include <stdbool.h>
#include <string.h>

#include "base/escape.h"

enum { LABEL_MAX = 63, CODE_MAX = 0x10ffff };
/* RFC 3492, 5 */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 0x80 };

struct output {
    char *at;
    size_t len, size;
    bool full;
};

static void put(struct output *out, char c)
{
    if (out->len == out->size)
        out->full = true;
    else
        out->at[out->len++] = c;
}

static unsigned adapt(unsigned delta, unsigned points, bool first)
{
    unsigned k = 0;

    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static void put_number(struct output *out, unsigned delta, unsigned bias)
{
    for (unsigned k = BASE;; k += BASE) {
        unsigned t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        unsigned digit = delta < t ? delta : t + (delta - t) % (BASE - t);
        put(out, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
        if (delta < t)
            return;
        delta = (delta - t) / (BASE - t);
    }
}

/* Inserts the code points that are not ASCII, the smallest first. */
static void put_others(struct output *out, const uint32_t *codes, unsigned count, unsigned basic)
{
    unsigned done = basic, delta = 0, bias = INITIAL_BIAS;
    uint32_t n = INITIAL_N;

    while (done < count) {
        uint32_t next = CODE_MAX;
        for (unsigned i = 0; i < count; i++)
            if (codes[i] >= n && codes[i] < next)
                next = codes[i];
        delta += (next - n) * (done + 1);
        n = next;
        for (unsigned i = 0; i < count; i++) {
            delta += codes[i] < n;
            if (codes[i] != n)
                continue;
            put_number(out, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        n++;
    }
}

static bool put_label(struct output *out, struct slice label)
{
    uint32_t codes[LABEL_MAX];
    unsigned count = 0, basic = 0;

    while (label.len) {
        uint32_t code = (unsigned char)label.at[0];
        size_t len = code < INITIAL_N ? 1 : utf8_sequence(label, &code);
        if (len == 0 || count == LABEL_MAX)
            return false;
        basic += code < INITIAL_N;
        codes[count++] = code;
        label = slice_skip(label, len);
    }
    if (basic < count)
        for (const char *prefix = "xn--"; *prefix; prefix++)
            put(out, *prefix);
    for (unsigned i = 0; i < count; i++)
        if (codes[i] < INITIAL_N)
            put(out, (char)codes[i]);
    if (basic && basic < count)
        put(out, '-');
    put_others(out, codes, count, basic);
    return true;
}

struct slice punycode_domain(struct slice name, char *out, size_t size)
{
    struct output output = { .at = out, .size = size };

    for (;;) {
        size_t dot = slice_index(name, '.');
        if (!put_label(&output, slice_head(name, dot)))
            return slice_make(out, 0);
        if (dot == name.len)
            break;
        put(&output, '.');
        name = slice_skip(name, dot + 1);
    }
    return slice_make(out, output.full ? 0 : output.len);
}
