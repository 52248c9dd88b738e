#include "analyzer/evidence/greylist_model.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/intern.h"
#include "base/xalloc.h"

enum { KEY_MAX = 2048, AWL_PAUSE_S = 3600 };

/* Seconds; first == last == 0 before the first request. */
struct triplet {
    int64_t first, last;
    bool known, doubtful;
};

struct regular {
    int64_t last;
    unsigned count, doubts; /* passes; further ones that may have been */
    bool known;
};

struct greylist {
    struct greylist_options options;
    const struct postgrey_whitelist *whitelist;
    struct intern triplet_keys, client_keys;
    struct triplet *triplets; /* by key */
    struct regular *regulars; /* by client address */
    uint32_t triplet_room, regular_room;
};

struct greylist_options greylist_default_options(void)
{
    return (struct greylist_options){ .delay_s = 300,
                                      .retry_window_s = 2 * 86400,
                                      .max_age_s = 35 * 86400,
                                      .auto_whitelist = 5,
                                      .ipv4_bits = 24,
                                      .ipv6_bits = 64 };
}

struct greylist *greylist_new(const struct greylist_options *options,
                              const struct postgrey_whitelist *whitelist)
{
    struct greylist *greylist = xcalloc(1, sizeof *greylist);
    greylist->options = *options;
    greylist->whitelist = whitelist;
    intern_init(&greylist->triplet_keys);
    intern_init(&greylist->client_keys);
    return greylist;
}

void greylist_free(struct greylist *greylist)
{
    if (!greylist)
        return;
    intern_release(&greylist->triplet_keys);
    intern_release(&greylist->client_keys);
    free(greylist->triplets);
    free(greylist->regulars);
    free(greylist);
}

static bool is_word(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

/* Ten or more lower case letters and digits at the start: a BATV tag. */
static bool is_tag(struct slice text)
{
    size_t i = 0;
    while (i < text.len && i < 10 &&
           (ascii_is_digit(text.at[i]) || (text.at[i] >= 'a' && text.at[i] <= 'z')))
        i++;
    return i == 10;
}

/* prvs=TAG=USER, or (seen in the wild) prvs=USER=TAG: the user. */
static struct slice without_batv(struct slice user)
{
    if (!slice_starts(user, "prvs="))
        return user;
    struct slice rest = slice_skip(user, 5);
    size_t equals = slice_index(rest, '=');
    struct slice one = slice_head(rest, equals), two = slice_skip(rest, equals + 1);
    if (equals == rest.len || two.len == 0 || slice_index(two, '=') < two.len)
        return user;
    return is_tag(two) && !is_tag(one) ? one : two;
}

/* The sender as postgrey keys it: extension cut, whole numbers as '#' (variable return paths). */
static void add_sender_key(struct buffer *out, struct slice sender)
{
    size_t at = slice_index(sender, '@');
    if (at == sender.len) {
        buffer_add_slice(out, sender);
        return;
    }
    struct slice user = without_batv(slice_head(sender, at));
    user = slice_head(user, slice_index(user, '+'));
    for (size_t i = 0; i < user.len;) {
        size_t end = i;
        while (end < user.len && ascii_is_digit(user.at[end]))
            end++;
        bool whole = end > i && (i == 0 || !is_word(user.at[i - 1])) &&
                     (end == user.len || !is_word(user.at[end]));
        if (whole)
            buffer_add_byte(out, '#');
        else
            buffer_add(out, user.at + i, end > i ? end - i : 1);
        i = end > i ? end : i + 1;
    }
    buffer_add_slice(out, slice_skip(sender, at));
}

static sym triplet_key(struct greylist *greylist, const struct greylist_request *request)
{
    const struct greylist_options *options = &greylist->options;
    char network[IP_TEXT_MAX];
    struct buffer key;
    uint8_t whole = request->client.family == 4 ? 32 : 128;
    uint8_t bits = request->client.family == 4 ? options->ipv4_bits : options->ipv6_bits;
    struct ip_prefix prefix = ip_prefix_of(&request->client, options->by_host ? whole : bits);
    buffer_init(&key, KEY_MAX);
    buffer_add_slice(&key, ip_address_format(&prefix.address, network));
    buffer_add_byte(&key, '/');
    add_sender_key(&key, request->sender);
    buffer_add_byte(&key, '/');
    buffer_add_slice(&key, request->recipient);
    for (size_t i = 0; i < key.len; i++)
        key.at[i] = ascii_lower(key.at[i]);
    sym number = intern_add(&greylist->triplet_keys, buffer_slice(&key));
    buffer_release(&key);
    return number;
}

/* Room for element `at` of a zeroed array. */
static void *grow_to(void *items, uint32_t *room, uint32_t at, size_t size)
{
    if (at < *room)
        return items;
    uint32_t wanted = *room ? *room * 2 : 1024;
    wanted = wanted <= at ? at + 1 : wanted;
    char *grown = xrealloc_array(items, wanted, size);
    memset(grown + *room * size, 0, (wanted - *room) * size);
    *room = wanted;
    return grown;
}

static struct regular *find_regular(struct greylist *greylist, const struct ip_address *client,
                                    int64_t now)
{
    char text[IP_TEXT_MAX];
    sym number = intern_add(&greylist->client_keys, ip_address_format(client, text));
    greylist->regulars =
        grow_to(greylist->regulars, &greylist->regular_room, number, sizeof *greylist->regulars);
    struct regular *regular = &greylist->regulars[number];
    if (regular->known && now - regular->last > greylist->options.max_age_s)
        *regular = (struct regular){ 0 };
    return regular;
}

static bool is_white(struct regular *regular, unsigned wanted, int64_t now)
{
    if (!regular->known || regular->count < wanted)
        return false;
    if (now >= regular->last + AWL_PAUSE_S || regular->last > now) {
        regular->count++;
        regular->last = now;
    }
    return true;
}

/* Books the request at its triplet; tells whether the triplet had passed before. */
static bool book_triplet(struct greylist *greylist, struct triplet *triplet, int64_t now)
{
    const struct greylist_options *options = &greylist->options;
    bool passed = false;
    if (triplet->known && now - triplet->last > options->max_age_s)
        triplet->known = false;
    if (!triplet->known) {
        triplet->first = now;
        triplet->doubtful = false;
    } else {
        passed = triplet->last - triplet->first >= options->delay_s;
        if (!passed && now - triplet->first > options->retry_window_s)
            triplet->first = now;
        if (triplet->first > now)
            triplet->first = now;
    }
    triplet->last = now;
    triplet->known = true;
    return passed;
}

static void count_pass(struct regular *regular, int64_t now)
{
    if (regular->known && now < regular->last + AWL_PAUSE_S)
        return;
    regular->count++;
    regular->last = now;
    regular->known = true;
}

/* On a white list: the reason, else NULL. */
static const char *white_reason(const struct greylist *greylist,
                                const struct greylist_request *request)
{
    if (!greylist->whitelist)
        return NULL;
    if (postgrey_whitelist_has_client(greylist->whitelist, request->client_name, &request->client))
        return "client whitelist";
    return postgrey_whitelist_has_recipient(greylist->whitelist, request->recipient)
               ? "recipient whitelist"
               : NULL;
}

static struct greylist_decision decide_triplet(struct greylist *greylist,
                                               const struct triplet *triplet, bool passed_before,
                                               int64_t now)
{
    struct greylist_decision decision = { .answer = passed_before ? GREYLIST_PASS : GREYLIST_PASSED,
                                          .reason = "triplet found",
                                          .waited_s = now - triplet->first };
    int64_t missing_s = greylist->options.delay_s - decision.waited_s;
    if (missing_s > 0) {
        decision.answer = GREYLIST_DEFER;
        decision.missing_s = missing_s;
        decision.reason = decision.waited_s ? "early-retry" : "new";
    }
    decision.doubtful = triplet->doubtful || (decision.waited_s > 0 && !passed_before &&
                                              (missing_s == 0 || missing_s == 1));
    return decision;
}

static struct greylist_decision decide(struct greylist *greylist,
                                       const struct greylist_request *request, bool certain)
{
    int64_t now = request->time_us / 1000000;
    unsigned wanted = greylist->options.auto_whitelist;
    struct regular *regular = NULL;
    const char *white = white_reason(greylist, request);
    if (white)
        return (struct greylist_decision){ .answer = GREYLIST_PASS, .reason = white };
    if (wanted) {
        regular = find_regular(greylist, &request->client, now);
        if (is_white(regular, wanted, now))
            return (struct greylist_decision){ .answer = GREYLIST_PASS, .reason = "client AWL" };
    }
    sym key = triplet_key(greylist, request);
    greylist->triplets =
        grow_to(greylist->triplets, &greylist->triplet_room, key, sizeof *greylist->triplets);
    struct triplet *triplet = &greylist->triplets[key];
    bool passed_before = book_triplet(greylist, triplet, now);
    struct greylist_decision decision = decide_triplet(greylist, triplet, passed_before, now);
    decision.doubtful |= !certain || (regular && regular->count + regular->doubts >= wanted);
    triplet->doubtful |= decision.doubtful;
    if (regular && decision.doubtful)
        regular->doubts++;
    else if (regular && decision.answer == GREYLIST_PASSED)
        count_pass(regular, now);
    return decision;
}

struct greylist_decision greylist_ask(struct greylist *greylist,
                                      const struct greylist_request *request)
{
    return decide(greylist, request, true);
}

struct greylist_decision greylist_doubt(struct greylist *greylist,
                                        const struct greylist_request *request)
{
    return decide(greylist, request, false);
}
