#include "analyzer/policy/service_model.h"
#include "tests/support/suite.h"

static const struct {
    const char *policy, *argument;
    enum service_kind kind;
} found[] = {
    { "unix:private/x=dunno", "unix:private/x", MODEL_DUNNO },
    { "unix:private/x=dunno", "{ unix:private/x, timeout=10s }", MODEL_DUNNO },
    { "unix:private/x=dunno", "unix:private/y", MODEL_NONE },
    { "inet:127.0.0.1:10023=dunno", "inet:127.0.0.1:10023", MODEL_DUNNO },
    { "unix:private/x=policyd-spf,HELO_reject=SPF_Not_Pass,TempError_Defer=True", "unix:private/x",
      MODEL_POLICYD_SPF },
    { "a=postgrey,delay=60,retry-window=6h,whitelist-clients=/dev/null,whitelist-recipients=/dev/"
      "null",
      "a", MODEL_POSTGREY },
    { "a=answers", "unix:private/policyd-spf", MODEL_POLICYD_SPF },
    { "a=answers", "unix:postgrey/socket", MODEL_POSTGREY },
    { "a=answers", "inet:localhost:10023", MODEL_POSTGREY },
    { "a=answers", "inet:localhost:12345", MODEL_NONE },
};

START_TEST(services_are_found)
{
    struct policy_inputs inputs = { .services = &found[_i].policy, .service_count = 1 };
    struct service_models models;
    struct diagnostics remarks;
    struct fault fault = { .kind = FAULT_NONE };
    diagnostics_init(&remarks);
    ck_assert_msg(service_models_init(&models, &inputs, &remarks, &fault), "%s", fault.what);
    size_t number = service_model_find(&models, slice_of(found[_i].argument));
    ck_assert_int_eq(number == SIZE_MAX ? MODEL_NONE : models.items[number].kind, found[_i].kind);
    ck_assert_uint_eq(service_model_find(&models, slice_of(found[_i].argument)), number);
    service_models_release(&models);
    diagnostics_release(&remarks);
}
END_TEST

static const char *const broken[] = {
    "",
    "x",
    "x=",
    "x=nothing",
    "x=policyd-spf,HELO_reject=Maybe",
    "x=policyd-spf,No_Mail=True",
    "x=policyd-spf,unknown=1",
    "x=policyd-spf,Void_Limit=-1",
    "x=policyd-spf,resolver=bind",
    "x=policyd-spf,skip_addresses=localhost",
    "x=policyd-spf,config=/nonexistent/file",
    "x=postgrey,delay=soon",
    "x=postgrey,ipv4cidr=33",
    "x=postgrey,whitelist-clients=/nonexistent/file",
    "x=postgrey,colour=grey",
    "x=dunno,a=b",
};

START_TEST(bad_texts_are_refused)
{
    struct policy_inputs inputs = { .services = &broken[_i], .service_count = 1 };
    struct service_models models;
    struct diagnostics remarks;
    struct fault fault = { .kind = FAULT_NONE };
    diagnostics_init(&remarks);
    ck_assert_msg(!service_models_init(&models, &inputs, &remarks, &fault), "%s", broken[_i]);
    ck_assert(fault_is_set(&fault));
    service_models_release(&models);
    diagnostics_release(&remarks);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, services_are_found, 0, COUNT(found));
    tcase_add_loop_test(tcase, bad_texts_are_refused, 0, COUNT(broken));
}

TEST_MAIN("service_model", add)
