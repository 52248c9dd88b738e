#include "parsers/lines/scan_bytes.h"

#include "tests/support/suite.h"

enum { LONGEST = 70, TEXTS = 200000 };

/* What byte_find_brackets is to give, byte by byte. */
static const char *brackets_slowly(const char *at, const char *end, const char **close)
{
    const char *open = at;
    while (open < end && *open != '[') {
        if (*open == ' ')
            return NULL;
        open++;
    }
    for (*close = open; *close < end; ++*close)
        if (**close == ']')
            return open;
    return NULL;
}

/* Texts of all lengths, each in memory of its own size, so that a read outside is seen. */
START_TEST(brackets)
{
    static const char bytes[] = "aaaaaaaaaaaaaaaaaa.[] ";
    uint32_t state = 1, found = 0;
    for (int i = 0; i < TEXTS; i++) {
        size_t len = (size_t)i % (LONGEST + 1);
        char *text = xmalloc(len);
        for (size_t k = 0; k < len; k++) {
            state = state * 1664525 + 1013904223;
            text[k] = bytes[(state >> 16) % (sizeof bytes - 1)];
        }
        const char *close = NULL, *close_want = NULL;
        const char *open = byte_find_brackets(text, text + len, &close);
        const char *want = brackets_slowly(text, text + len, &close_want);
        ck_assert_msg(open == want && (!want || close == close_want), "'%.*s'", (int)len, text);
        found += want != NULL;
        free(text);
    }
    ck_assert_uint_gt(found, TEXTS / 10);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, brackets);
}

TEST_MAIN("scan_bytes", add)
