#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "parsers/tables/key_fold.h"
#include "parsers/tables/lookup.h"
#include "tests/support/suite.h"

/* Contents of a file table, asked for one key. NULL: not there; "!": error; "?": unreadable. */
static const struct {
    const char *type, *text, *key, *want;
} files[] = {
    { "cidr", "192.0.2.0/24 A\n0.0.0.0/0 B\n", "192.0.2.9", "A" },
    { "cidr", "192.0.2.0/24 A\n0.0.0.0/0 B\n", "10.0.0.1", "B" },
    { "cidr", "192.0.2.0/24 A\n", "2001:db8::1", NULL },
    { "cidr", "!192.0.2.0/24 A\n", "10.0.0.1", "A" },
    { "cidr", "!192.0.2.0/24 A\n", "2001:db8::1", NULL }, /* another family never matches */
    { "cidr", "192.0.2.0/24 A\n", "192.0.2", NULL },
    { "cidr", "192.0.2.0/24 A\n", "mail.example.org", NULL },
    { "cidr", "192.0.2.1/24 A\n192.0.2.0/24 B\n", "192.0.2.9", "B" }, /* host bits: skipped */
    { "cidr", "[2001:db8::]/32 A\n", "2001:db8::1", "A" },
    { "cidr", "[2001:db8::1] A\n", "2001:DB8:0::1", "A" },
    { "cidr", "if 192.0.2.0/24\n192.0.2.1 A\nendif\n0.0.0.0/0 B\n", "192.0.2.2", "B" },
    { "cidr", "if !192.0.2.0/24\n0.0.0.0/0 A\nendif\n0.0.0.0/0 B\n", "192.0.2.2", "B" },
    { "cidr", "if 192.0.2.0/24\n0.0.0.0/0 A\n", "10.0.0.1", NULL }, /* no endif: all inside */
    { "cidr", "if ::/0\n::1 A\nendif\n192.0.2.1 B\n", "192.0.2.1", "B" },
    { "cidr", "192.0.2.1\n192.0.2.1 B\n", "192.0.2.1", "B" }, /* no result: skipped */
    { "pcre", "/^mail/ A\n", "MAIL.example.org", "A" },
    { "pcre", "/^mail/i A\n", "MAIL.example.org", NULL },
    { "pcre", "!/^mail/ A\n", "x", "A" },
    { "pcre", "/^(.)(x)?(.)/ <$1-$2-$3> $$\n", "ab", "<a--b> $" },
    { "pcre", "/^a/ $1\n/a/ B\n", "a", "B" }, /* no such group: skipped */
    { "pcre", "!/^b/ $1\n/a/ B\n", "a", "B" },
    { "pcre", "/(/ A\n/a/ B\n", "a", "B" },
    { "pcre", "if /example/\nif !/org$/\n/./ A\nendif\n/./ B\nendif\n/./ C\n", "example.org", "B" },
    { "pcre", "if /example/\nif !/org$/\n/./ A\nendif\n/./ B\nendif\n/./ C\n", "example.net", "A" },
    { "pcre", "if /example/\nif !/org$/\n/./ A\nendif\n/./ B\nendif\n/./ C\n", "x", "C" },
    { "pcre", "endif\n/a/ B\n", "a", "B" },
    { "pcre", "/a.b/ A\n", "a\nb", "A" }, /* a dot matches a newline */
    { "pcre", "/^caf.$/ A\n", "caf\xe9", "A" },
    { "pcre", "/a/\n", "a", "" },
    { "pcre", "|a/b|i A\n", "a/b", "A" },
    { "pcre", "/a\\/b/ A\n", "a/b", "A" },
    { "pcre", "/a/q A\n/a/ B\n", "a", "B" },
    { "regexp", "/^mail[[:digit:]]/ A\n", "Mail1", "A" },
    { "regexp", "/\\d/ A\n", "5", NULL }, /* the letter d */
    { "regexp", "/^(a)(b)?/ <$1$2>\n", "ac", "<a>" },
    { "regexp", "/a/!/b/ A\n", "ab", NULL },
    { "regexp", "/a/!/b/ A\n", "ac", "A" },
    { "regexp", "/(?:a)/ A\n/./ B\n", "a", "B" },
    { "regexp", "/^.$/ A\n", "\xc3\xa4", NULL }, /* bytes, not characters */
    { "texthash", "# c\nkey  value one \n  more\n", "key", "value one   more" },
    { "texthash", "Key v\n", "kEY", "v" },
    { "texthash", "\"a b\" v\n", "\"a b\"", "v" },
    { "texthash", "key\nother v\n", "key", NULL },
    { "texthash", "a 1\na 2\n", "a", "!" }, /* daemons do not open such a file */
    { "texthash", "a 1\na 2\n", "b", "!" },
    { "hash", "a 1\nA 2\n", "a", "1" },
    { "btree", "a 1\n", "A", "1" },
    { "lmdb", "a 1\n", "", NULL },
    { "cdb", "root: admin\nWebMaster: root\n", "webmaster", "root" }, /* an alias file */
    { "sdbm", "2001:db8: OK\nx y\n", "2001:db8:", "OK" },
};

static const struct lookup_options folding = { .fold = true };

static const char *ask(const struct lookup_table *table, const char *key, struct buffer *out)
{
    struct arena scratch;
    struct slice value;
    const char *answer = NULL;
    arena_init(&scratch);
    buffer_clear(out);
    switch (lookup_find(table, slice_of(key), &scratch, &value)) {
    case LOOKUP_FOUND:
        buffer_add_slice(out, value);
        answer = buffer_text(out);
        break;
    case LOOKUP_ABSENT:
        break;
    case LOOKUP_ERROR:
        answer = "!";
        break;
    case LOOKUP_CONFIG_ERROR:
        answer = "!!";
        break;
    case LOOKUP_UNREADABLE:
        answer = "?";
        break;
    }
    arena_release(&scratch);
    return answer;
}

static void check_answer(const struct lookup_table *table, const char *key, const char *want)
{
    struct buffer out;
    buffer_init(&out, 10000);
    const char *got = ask(table, key, &out);
    ck_assert_msg(got && want ? strcmp(got, want) == 0 : got == want, "key %s: got %s, want %s",
                  key, got ? got : "(none)", want ? want : "(none)");
    buffer_release(&out);
}

START_TEST(tables_in_files)
{
    char path[] = "/tmp/test_lookup.XXXXXX", name[64];
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    size_t len = strlen(files[_i].text);
    ck_assert_int_eq(write(fd, files[_i].text, len), (ssize_t)len);
    close(fd);
    snprintf(name, sizeof name, "%s:%s", files[_i].type, path);
    struct lookup_table *table = lookup_open(slice_of(name), &folding, NULL);
    check_answer(table, files[_i].key, files[_i].want);
    lookup_close(table);
    unlink(path);
}
END_TEST

static const struct {
    const char *name, *key, *want;
    bool pattern, enumerable;
} names[] = {
    { "inline:{a=1, {B = 2 3}}", "A", "1", false, true },
    { "inline:{a=1, {B c = 2 3}}", "A", "!", true, true }, /* blanks in a key need quotes */
    { "inline:{a=1, {b = 2 3}}", "b", "2 3", false, true },
    { "inline:{a=1, a=2}", "a", "2", false, true },
    { "inline:{{\"x y\" = z}}", "\"X Y\"", "z", false, true },
    { "inline:{a=1", "a", "!", true, true },
    { "inline:{}", "a", "!", true, true },
    { "inline:a=1", "a", "!", true, true },
    { "inline:{a}", "a", "!", true, true },
    { "static:OK", "anything", "OK", false, true },
    { "static:{ a b }", "x", "a b", false, true },
    { "static:{a}b", "x", "!", true, true },
    { "fail:x", "x", "!", true, true },
    { "randmap:{a, a}", "x", "a", true, true },
    { "randmap:{a, b}", "x", "?", true, false },
    { "randmap:{}", "x", "!", true, true },
    { "cidr:{{192.0.2.0/24 A}, {::/0 B}}", "192.0.2.1", "A", true, true },
    { "cidr:{{192.0.2.0/24 A} x}", "192.0.2.1", "!", true, true },
    { "pcre:{{/^(a)/ got $1}}", "ab", "got a", true, false },
    { "pcre:{{/^a/ A}}", "ab", "A", true, true },
    { "regexp:{{/^a/ A}}", "ab", "A", true, true },
    { "pipemap:{inline:{a=b}, inline:{b=c}}", "a", "c", false, true },
    { "pipemap:{inline:{a=b}, inline:{x=c}}", "a", NULL, false, true },
    { "pipemap:{pcre:{{/x/ b}}, inline:{b=c}}", "axe", "c", true, true },
    { "pipemap:{inline:{a=b}, ldap:x}", "a", "?", false, false },
    { "pipemap:{inline:{a=b}, ldap:x}", "z", NULL, false, false }, /* never comes to the second */
    { "pipemap:{}", "a", "!", true, true },
    { "pipemap:{nocolon}", "a", "!", true, true },
    { "unionmap:{static:DUNNO, static:REJECT}", "a", "DUNNO,REJECT", false, false },
    { "unionmap:{inline:{a=1}, inline:{b=2}}", "b", "2", false, false },
    { "unionmap:{inline:{a=1}, fail:x}", "a", "!", false, false },
    { "unionmap:{inline:{a=1}}", "z", NULL, false, true },
    { "proxy:inline:{a=1}", "a", "1", false, true },
    { "proxy:unix:passwd.byname", "a", "?", false, false },
    { "ldap:/etc/postfix/ldap.cf", "a", "?", false, false },
    { "mysql:x", "a", "?", false, false },
    { "tcp:127.0.0.1:10000", "a", "?", true, false },
    { "environ:PATH", "a", "?", false, false },
    { "hash:/nonexistent/map", "a", "?", false, false },
    { "pcre:/nonexistent/map", "a", "?", true, false },
    { "nosuch:x", "a", "!", true, true },
    { "", "a", "!!", true, true },
    { "nocolon", "a", "!!", true, true },
    { "hash:", "a", "!!", true, true },
    { ":x", "a", "!!", true, true },
};

START_TEST(tables_by_name)
{
    struct lookup_table *table = lookup_open(slice_of(names[_i].name), &folding, NULL);
    check_answer(table, names[_i].key, names[_i].want);
    ck_assert_int_eq(lookup_is_pattern(table), names[_i].pattern);
    ck_assert_int_eq(lookup_is_enumerable(table), names[_i].enumerable);
    lookup_close(table);
}
END_TEST

START_TEST(needs_name_the_innermost_table)
{
    struct lookup_table *table = lookup_open(
        slice_of("proxy:pipemap:{static:a, unionmap:{static:b, ldap:people}}"), &folding, NULL);
    ck_assert_slice(lookup_need(table), "map:ldap:people");
    ck_assert_slice(lookup_name(table), "pipemap:{static:a, unionmap:{static:b, ldap:people}}");
    lookup_close(table);
    table = lookup_open(slice_of("hash:/nonexistent/x"), &folding, NULL);
    ck_assert_slice(lookup_need(table), "map:hash:/nonexistent/x");
    ck_assert(lookup_trouble(table).len > 0);
    lookup_close(table);
}
END_TEST

static bool join_values(void *context, struct slice value)
{
    buffer_add_slice(context, value);
    buffer_add_byte(context, '|');
    return true;
}

START_TEST(all_results_in_order)
{
    struct buffer out;
    buffer_init(&out, 1000);
    struct lookup_table *table = lookup_open(
        slice_of("cidr:{{192.0.2.0/24 A}, {if ::/0}, {::1 B}, {endif}, {10.0.0.1 C d}}"), &folding,
        NULL);
    lookup_each_result(table, join_values, &out);
    ck_assert_slice(buffer_slice(&out), "A|B|C d|");
    lookup_close(table);
    buffer_release(&out);
}
END_TEST

START_TEST(folding_is_by_request)
{
    struct lookup_options plain = { .fold = false }, utf8 = { .fold = true, .utf8 = true };
    struct lookup_table *table = lookup_open(slice_of("inline:{Key=1}"), &plain, NULL);
    check_answer(table, "key", NULL);
    check_answer(table, "Key", "1");
    lookup_close(table);
    table = lookup_open(slice_of("inline:{\xc3\x84=1}"), &utf8, NULL);
    check_answer(table, "\xc3\xa4", "1");
    check_answer(table, "\xe4", NULL); /* no UTF-8: not found */
    lookup_close(table);
    table = lookup_open(slice_of("static:\xe4"), &utf8, NULL);
    check_answer(table, "x", "!!"); /* a value that is no UTF-8 */
    lookup_close(table);
}
END_TEST

static const struct {
    const char *key, *ascii, *unicode;
} folds[] = {
    { "AbC", "abc", "abc" },
    { "\xc3\x84", "\xc3\x84", "\xc3\xa4" },
    { "STRA\xc3\x9f"
      "E",
      "stra\xc3\x9f"
      "e",
      "strasse" },
    { "\xce\xa3\xcf\x82", "\xce\xa3\xcf\x82", "\xcf\x83\xcf\x83" },
    { "\xd0\x96", "\xd0\x96", "\xd0\xb6" },
    { "", "", "" },
};

START_TEST(keys_fold)
{
    struct arena arena;
    arena_init(&arena);
    ck_assert_slice(key_fold(&arena, slice_of(folds[_i].key), false), folds[_i].ascii);
    ck_assert_slice(key_fold(&arena, slice_of(folds[_i].key), true), folds[_i].unicode);
    arena_release(&arena);
}
END_TEST

START_TEST(old_versions_have_no_inline_rules)
{
    struct lookup_options old = { .fold = true, .version = 306 };
    struct lookup_table *table = lookup_open(slice_of("cidr:{{0.0.0.0/0 A}}"), &old, NULL);
    check_answer(table, "192.0.2.1", "!");
    lookup_close(table);
}
END_TEST

START_TEST(big_cidr_tables_answer_as_small_ones)
{
    struct buffer text, line;
    struct lookup_options options = { .fold = true };
    char key[32];
    buffer_init(&text, 1 << 20);
    buffer_init(&line, 100);
    /* overlapping nets and exceptions, more than the index takes; then the same with an IF around */
    buffer_add_text(&text, "cidr:{");
    for (unsigned i = 0; i < 200; i++)
        buffer_format(&text, "{%s%u.%u.0.0/%u v%u}, ", i % 17 ? "" : "!", i * 7 % 256,
                      i % 2 ? 0 : i % 256, i % 2 ? 8 : 16, i);
    struct slice rules = slice_skip(buffer_slice(&text), strlen("cidr:{"));
    struct buffer indexed, plain;
    buffer_init(&indexed, 1 << 20);
    buffer_init(&plain, 1 << 20);
    buffer_format(&indexed, "cidr:{%.*s}", SLICE_FMT(rules));
    buffer_format(&plain, "cidr:{{if 0.0.0.0/0}, %.*s{endif}}", SLICE_FMT(rules));
    struct lookup_table *a = lookup_open(buffer_slice(&indexed), &options, NULL);
    struct lookup_table *b = lookup_open(buffer_slice(&plain), &options, NULL);
    ck_assert_uint_eq(lookup_size(a) + 2, lookup_size(b));
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(key, sizeof key, "%u.%u.3.4", i % 256, i * 13 % 256);
        const char *want = ask(b, key, &line);
        struct buffer copy;
        buffer_init(&copy, 100);
        if (want)
            buffer_add_text(&copy, want);
        check_answer(a, key, want ? buffer_text(&copy) : NULL);
        buffer_release(&copy);
    }
    lookup_close(a);
    lookup_close(b);
    buffer_release(&text);
    buffer_release(&line);
    buffer_release(&indexed);
    buffer_release(&plain);
}
END_TEST

static void *ask_often(void *context)
{
    struct arena scratch;
    struct slice value;
    uintptr_t good = 0;
    arena_init(&scratch);
    for (unsigned i = 0; i < 2000; i++)
        good += lookup_find(context, slice_of("user+x@example.org"), &scratch, &value) ==
                    LOOKUP_FOUND &&
                slice_is(value, "x at example.org");
    arena_release(&scratch);
    return (void *)good;
}

START_TEST(threads_share_a_table)
{
    static const char *const kinds[] = { "pcre", "regexp" };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        char name[100];
        snprintf(name, sizeof name, "%s:{{/^[^+]*[+](.*)@(.*)$/ $1 at $2}}", kinds[k]);
        struct lookup_table *table = lookup_open(slice_of(name), &folding, NULL);
        pthread_t threads[4];
        for (size_t i = 0; i < COUNT(threads); i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often, table), 0);
        for (size_t i = 0; i < COUNT(threads); i++) {
            void *good;
            pthread_join(threads[i], &good);
            ck_assert_uint_eq((uintptr_t)good, 2000);
        }
        lookup_close(table);
    }
}
END_TEST

/* The compiled matcher has a small stack; what it gives up the interpreter finishes. */
START_TEST(long_keys_match)
{
    char key[3000];
    memset(key, 'a', sizeof key - 1);
    key[sizeof key - 1] = 0;
    struct lookup_table *table =
        lookup_open(slice_of("pcre:{{/^(?:(a|b)|c)*$/ yes}}"), &folding, NULL);
    check_answer(table, key, "yes");
    lookup_close(table);
}
END_TEST

START_TEST(files_are_found_in_other_places)
{
    char folder[] = "/tmp/test_lookup.XXXXXX", path[64];
    struct lookup_options options = { .fold = true };
    ck_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/access", folder);
    FILE *file = fopen(path, "w");
    ck_assert(file && fputs("a 1\n", file) >= 0 && fclose(file) == 0);
    options.map_root = slice_of(folder);
    struct lookup_table *table = lookup_open(slice_of("hash:/nonexistent/access"), &options, NULL);
    check_answer(table, "a", "1"); /* --map-root, by the last part */
    lookup_close(table);
    options.map_root = slice_make("", 0);
    options.config_directory = slice_of(folder);
    table = lookup_open(slice_of("hash:/etc/postfix/access"), &options, NULL);
    check_answer(table, "a", "1"); /* beside main.cf */
    lookup_close(table);
    options.config_directory = slice_make("", 0);
    options.queue_directory = slice_of(folder);
    table = lookup_open(slice_of("texthash:access"), &options, NULL);
    check_answer(table, "a", "1"); /* relative to the queue */
    lookup_close(table);
    unlink(path);
    rmdir(folder);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, tables_in_files, 0, COUNT(files));
    tcase_add_loop_test(tcase, tables_by_name, 0, COUNT(names));
    tcase_add_test(tcase, needs_name_the_innermost_table);
    tcase_add_test(tcase, all_results_in_order);
    tcase_add_test(tcase, folding_is_by_request);
    tcase_add_loop_test(tcase, keys_fold, 0, COUNT(folds));
    tcase_add_test(tcase, old_versions_have_no_inline_rules);
    tcase_add_test(tcase, big_cidr_tables_answer_as_small_ones);
    tcase_add_test(tcase, threads_share_a_table);
    tcase_add_test(tcase, long_keys_match);
    tcase_add_test(tcase, files_are_found_in_other_places);
}

TEST_MAIN("lookup", add)
