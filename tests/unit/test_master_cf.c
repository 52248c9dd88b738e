#include "base/buffer.h"
#include "parsers/config/master_cf.h"
#include "tests/support/suite.h"

static const struct {
    const char *text, *want; /* name/type command(name=value;...) */
} files[] = {
    { "", "" },
    { "smtp inet n - y - - smtpd\n", "smtp/inet smtpd() " },
    { "smtp inet n - y - - smtpd -o a=b -o c=\n", "smtp/inet smtpd(a=b;c=;) " },
    { "smtp inet n - y - - smtpd -v -D -oa=b\n", "smtp/inet smtpd(a=b;) " },
    { "smtp inet n - y - - smtpd -vo a=b\n", "smtp/inet smtpd(a=b;) " },
    { "smtp inet n - y - - smtpd\n # x\n\n  -o a=permit,reject\n",
      "smtp/inet smtpd(a=permit,reject;) " },
    { "smtp inet n - y - - smtpd -o { a = b c, d } -o {x=y}\n", "smtp/inet smtpd(a=b c, d;x=y;) " },
    { "p unix - n n - - pipe\n  flags=F user=v argv=/x -o a=b\n", "p/unix pipe() " },
    { "s inet n - n - - smtpd -- -o a=b\n", "s/inet smtpd() " },
    { "s inet n - n - - smtpd -o\n", "s/inet smtpd() " },
    { "s inet n - n - - smtpd -o nonsense -o a=b\n", "s/inet smtpd(a=b;) " },
    { "s inet n - n 60? - smtpd\nt unix-dgram n - n 1 2 postlogd\n",
      "s/inet smtpd() t/unix-dgram postlogd() " },
};

static void format_services(const struct master_cf *master, struct buffer *out)
{
    for (size_t i = 0; i < master->count; i++) {
        const struct master_service *service = &master->services[i];
        buffer_format(out, "%.*s/%.*s %.*s(", SLICE_FMT(service->name), SLICE_FMT(service->type),
                      SLICE_FMT(service->command));
        for (size_t k = 0; k < service->override_count; k++)
            buffer_format(out, "%.*s=%.*s;", SLICE_FMT(service->overrides[k].name),
                          SLICE_FMT(service->overrides[k].value));
        buffer_add_text(out, ") ");
    }
}

START_TEST(services_are_read)
{
    struct arena arena;
    struct master_cf master;
    struct fault fault = { .kind = FAULT_NONE };
    struct buffer out;
    arena_init(&arena);
    buffer_init(&out, 1000);
    ck_assert_msg(
        master_cf_parse(&arena, slice_of(files[_i].text), "master.cf", &master, NULL, &fault), "%s",
        fault.what);
    format_services(&master, &out);
    ck_assert_slice(buffer_slice(&out), files[_i].want);
    buffer_release(&out);
    arena_release(&arena);
}
END_TEST

static const struct {
    const char *text, *port_25; /* NULL: none */
    unsigned screened;          /* families that come to postscreen */
} ports[] = {
    { "smtp inet n - n - - smtpd\n", "smtp", 0 },
    { "25 inet n - n - - smtpd\n", "25", 0 },
    { "192.0.2.1:25 inet n - n - - /usr/lib/postfix/smtpd\n", "192.0.2.1:25", 0 },
    { "[::1]:smtp inet n - n - - smtpd\n", "[::1]:smtp", 0 },
    { "smtps inet n - n - - smtpd\n10025 inet n - n - - smtpd\n", NULL, 0 },
    { "smtp unix - - n - - smtp\n125 inet n - n - - smtpd\n", NULL, 0 },
    { "smtpd pass - - n - - smtpd\n", NULL, 0 }, /* nobody passes */
    { "smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n", "smtpd",
      MASTER_IPV4 | MASTER_IPV6 },
    { "x inet n - n - - smtpd\nsmtp inet n - n - - smtpd\n25 inet n - n - - smtpd\n", "smtp", 0 },
    /* of two lines for one service the last counts */
    { "127.0.0.1:25 inet n - n - - smtpd\n[::1]:25 inet n - n - - smtpd\n"
      "127.0.0.1:25 inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n",
      "smtpd", MASTER_IPV4 },
    { "[::1]:25 inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\n", "smtpd", MASTER_IPV6 },
    { "smtp inet n - n - 1 postscreen\nsmtp inet n - n - - smtpd\nsmtpd pass - - n - - smtpd\n",
      "smtp", 0 },
};

START_TEST(port_25_is_found)
{
    struct arena arena;
    struct master_cf master;
    struct fault fault = { .kind = FAULT_NONE };
    arena_init(&arena);
    ck_assert(
        master_cf_parse(&arena, slice_of(ports[_i].text), "master.cf", &master, NULL, &fault));
    const struct master_service *service = master_cf_port_25(&master);
    ck_assert_int_eq(service != NULL, ports[_i].port_25 != NULL);
    if (service)
        ck_assert_slice(service->name, ports[_i].port_25);
    unsigned families;
    bool screened = master_cf_postscreen(&master, &families) != NULL;
    ck_assert_uint_eq(families, ports[_i].screened);
    ck_assert_int_eq(screened, ports[_i].screened != 0);
    arena_release(&arena);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, services_are_read, 0, COUNT(files));
    tcase_add_loop_test(tcase, port_25_is_found, 0, COUNT(ports));
}

TEST_MAIN("master_cf", add)
