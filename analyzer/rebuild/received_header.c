#include "analyzer/rebuild/received_header.h"

#include "base/xalloc.h"

/* True for a blank, or the "?" that Postfix logs for a line break. */
static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '?' || byte == '\r' || byte == '\n';
}

static struct slice trim_left(struct slice text)
{
    while (text.len && is_space(*text.at))
        text = slice_skip(text, 1);
    return text;
}

/* The word at the beginning of *text, which it is taken off. */
static struct slice take_word(struct slice *text)
{
    *text = trim_left(*text);
    size_t len = 0;
    while (len < text->len && text->at[len] != '(' &&
           (text->at[len] == '?' ? text->len - len < 2 || text->at[len + 1] != '?'
                                 : !is_space(text->at[len])))
        len++; /* one "?" alone is a byte that was no letter, two are a line break */
    struct slice word = slice_head(*text, len);
    *text = slice_skip(*text, len);
    return word;
}

/* The comment in parentheses at the beginning of *text, without them and taken off; "no text" when
 * there is none, or its end is cut off. */
static struct slice take_comment(struct slice *text)
{
    struct slice rest = trim_left(*text);
    int depth = 0;
    for (size_t i = 0; i < rest.len; i++) {
        depth += rest.at[i] == '(' ? 1 : rest.at[i] == ')' ? -1 : 0;
        if (depth == 0) {
            if (i == 0)
                break;
            *text = slice_skip(rest, i + 1);
            return slice_make(rest.at + 1, i - 1);
        }
    }
    return slice_of(NULL);
}

/* The address of "[192.0.2.7]", "[IPv6:2001:db8::1]", "192.0.2.7". */
static bool read_address(struct slice text, struct received_from *from)
{
    static const struct slice tag = SLICE("IPv6:");
    if (text.len > 2 && *text.at == '[' && text.at[text.len - 1] == ']')
        text = slice_make(text.at + 1, text.len - 2);
    if (text.len > tag.len && slice_equal_fold(slice_head(text, tag.len), tag))
        text = slice_skip(text, tag.len);
    from->text = text;
    return ip_address_parse(text, &from->address);
}

/* "NAME [ADDR]" of Postfix and sendmail, "[ADDR] helo=HELO" of Exim, "ADDR": the first brackets, for
 * what stands behind them may be the client's own words. */
static bool read_comment(struct slice comment, struct received_from *from)
{
    size_t open = slice_index(comment, '[');
    struct slice rest = slice_skip(comment, open);
    size_t close = slice_index(rest, ']');
    if (open < comment.len && close < rest.len)
        return read_address(slice_head(rest, close + 1), from);
    return read_address(comment, from);
}

/* "from HELO (NAME [ADDR]) ... by HOST (Postfix)": names that Postfix told apart. */
static void read_names(struct slice helo, struct slice comment, struct slice rest,
                       struct received_from *from)
{
    static const struct slice writer = SLICE(" (Postfix) "), nobody = SLICE("unknown");
    if (slice_find(rest, writer) == rest.len)
        return;
    struct slice name = slice_head(comment, slice_index(comment, ' '));
    from->helo = helo;
    if (name.len < comment.len && !slice_equal(name, nobody))
        from->name = name;
}

bool received_header_parse(struct slice header, struct received_from *from)
{
    static const struct slice key = SLICE("Received:"), begin = SLICE("from"),
                              fetchmail = SLICE(" (fetchmail-");
    *from = (struct received_from){ .text = { NULL, 0 } };
    if (header.len < key.len || !slice_equal_fold(slice_head(header, key.len), key))
        return false;
    struct slice rest = slice_skip(header, key.len);
    if (!slice_equal_fold(take_word(&rest), begin))
        return false;
    struct slice helo = take_word(&rest);
    struct slice comment = take_comment(&rest);
    if (slice_starts(comment, "HELO ")) /* qmail: "from unknown (HELO h) (192.0.2.7)" */
        return read_address(take_comment(&rest), from);
    from->fetched = slice_find(rest, fetchmail) < rest.len;
    if (!comment.at && from->fetched) /* "from pop.host [192.0.2.7] by" */
        return read_address(take_word(&rest), from);
    if (!comment.at || slice_starts(comment, "helo=")) /* Exim: "from [192.0.2.7] (helo=h)" */
        return helo.len && *helo.at == '[' && read_address(helo, from);
    if (!read_comment(comment, from))
        return false;
    read_names(helo, comment, rest, from);
    return true;
}
