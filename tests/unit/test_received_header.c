/* Received headers of every writer that the specification names (formats.md 7), and of those who
 * would like to be taken for another. */
#include "analyzer/rebuild/received_header.h"

#include <string.h>

#include "tests/support/suite.h"

/* What must be read; address NULL: nothing. */
static const struct {
    const char *header, *address, *name, *helo;
} cases[] = {
    /* clang-format off */
    { "Received: from mail.example.org (mx.example.org [192.0.2.7])?\?by mx.example.com (Postfix) with ESMTPS id 5AB6E1C7",
      "192.0.2.7", "mx.example.org", "mail.example.org" },
    { "Received: from mail.example.org (unknown [192.0.2.7])?\?(using TLSv1.3)?\?by mx.example.com (Postfix) with ESMTPS id 5AB6E1C7",
      "192.0.2.7", NULL, "mail.example.org" },
    { "received: from [192.0.2.99] (mx.example.org [IPv6:2001:db8::7]) by mx.example.com (Postfix) with SMTP id X",
      "2001:db8::7", "mx.example.org", "[192.0.2.99]" },
    { "Received: from mail.example.org (mx.example.org [192.0.2.7]) by mx.example.com with ESMTP",
      "192.0.2.7", NULL, NULL }, /* who knows what that writer verified */
    { "Received: from mail.example.org (mx.example.org [192.0.2.7] (may be forged))\n\tby mx (8.17/8.17)", "192.0.2.7", NULL, NULL },
    { "Received: from mail.example.org ([192.0.2.7]) by mx (8.17)", "192.0.2.7", NULL, NULL },
    { "Received: from mx.example.org ([192.0.2.7] helo=[192.0.2.99]) by mx with esmtp (Exim 4.96)", "192.0.2.7", NULL, NULL },
    { "Received: from [192.0.2.7] (helo=[192.0.2.99]) by mx with esmtp (Exim 4.96)", "192.0.2.7", NULL, NULL },
    { "Received: from unknown (HELO [192.0.2.99]) (192.0.2.7) by mx with SMTP", "192.0.2.7", NULL, NULL },
    { "Received: from a.example.org (192.0.2.7) by b.example.com (10.0.0.1) with Microsoft SMTP", "192.0.2.7", NULL, NULL },
    { "Received: from pop.example.net [192.0.2.7] by localhost with POP3 (fetchmail-6.4.37)", "192.0.2.7", NULL, NULL },
    { "Received: from pop.example.net [192.0.2.7] by localhost with POP3", NULL, NULL, NULL },
    { "Received: from we?rd (mx.example.org [192.0.2.7]) by mx (Postfix) with SMTP id X", "192.0.2.7", "mx.example.org", "we?rd" },
    { "Received: from a b (mx.example.org [192.0.2.7]) by mx (Postfix)", NULL, NULL, NULL },
    { "Received: from mail.example.org (mx.example.org [192.0.2", NULL, NULL, NULL }, /* cut */
    { "Received: from mail.example.org (mx.example.org [999.0.2.7]) by mx (Postfix) with SMTP", NULL, NULL, NULL },
    { "Received: by mx.example.com (Postfix, from userid 1000) id X; [192.0.2.7]", NULL, NULL, NULL },
    { "Received: from", NULL, NULL, NULL },
    { "X-Received: from a (b [192.0.2.7])", NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
    /* clang-format on */
};

static void check_text(struct slice got, const char *want, const char *header)
{
    ck_assert_msg(want ? slice_is(got, want) : got.at == NULL, "%s: got \"%.*s\", not \"%s\"",
                  header, (int)got.len, got.at ? got.at : "", want ? want : "(nothing)");
}

START_TEST(the_clients_address_is_found)
{
    struct received_from from;
    const char *header = cases[_i].header;
    bool found = received_header_parse(slice_of(header), &from);
    ck_assert_msg(found == (cases[_i].address != NULL), "%s", header);
    if (!found)
        return;
    check_text(from.text, cases[_i].address, header);
    check_text(from.name, cases[_i].name, header);
    check_text(from.helo, cases[_i].helo, header);
    ck_assert_int_eq(from.fetched, strstr(header, "fetchmail") != NULL);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_clients_address_is_found, 0, COUNT(cases));
}

TEST_MAIN("received_header", add_tests)
