#include "analyzer/policy/smtpd_settings.h"

#include "base/xalloc.h"

static struct slice keep(struct smtpd_settings *settings, struct slice text)
{
    return arena_copy(&settings->arena, text.at ? text : slice_make("", 0));
}

/* Levels above encrypt make no sense in smtpd(8), which takes them for it. */
static bool requires_tls(struct config *config)
{
    struct slice level = slice_trim(config_value(config, "smtpd_tls_security_level"));

    if (config_bool(config, "smtpd_tls_wrappermode"))
        return false; /* every session has it */
    if (level.len == 0)
        return config_bool(config, "smtpd_enforce_tls");
    return !slice_equal_fold(level, slice_of("none")) && !slice_equal_fold(level, slice_of("may"));
}

static void read_flags(struct smtpd_settings *settings, struct config *config)
{
    const struct {
        const char *name;
        bool *value;
    } flags[] = {
        { "smtpd_delay_reject", &settings->delay_reject },
        { "smtpd_helo_required", &settings->helo_required },
        { "smtpd_tls_auth_only", &settings->tls_auth_only },
        { "smtpd_relay_before_recipient_restrictions", &settings->relay_first },
        { "soft_bounce", &settings->soft_bounce },
        { "smtpd_peername_lookup", &settings->peername_lookup },
        { "smtpd_reject_unlisted_sender", &settings->reject_unlisted_sender },
        { "smtpd_reject_unlisted_recipient", &settings->reject_unlisted_recipient },
        { "strict_rfc821_envelopes", &settings->strict_envelopes },
        { "smtpd_sasl_auth_enable", &settings->sasl_enabled },
        { "smtpd_tls_ask_ccert", &settings->asks_ccert },
        { "allow_untrusted_routing", &settings->untrusted_routing },
        { "show_user_unknown_table_name", &settings->show_table },
        { "smtputf8_enable", &settings->smtputf8 },
    };

    for (size_t i = 0; i < COUNT(flags); i++)
        *flags[i].value = config_bool(config, flags[i].name);
    settings->tls_required = requires_tls(config);
    settings->tls_auth_only |= settings->tls_required;
    settings->uses_proxy_filter = config_value(config, "smtpd_proxy_filter").len > 0;
    settings->access_parent_style = address_parent_style(config, "smtpd_access_maps");
    struct slice rest = config_value(config, "receive_override_options"), word;
    while (slice_next_word(&rest, ", \t\r\n", &word))
        if (slice_is(word, "no_unknown_recipient_checks"))
            settings->no_unknown_recipient_checks = true;
}

static void read_codes(struct smtpd_settings *settings, struct config *config)
{
    const struct {
        const char *name;
        uint16_t *value;
    } codes[] = {
        { "access_map_reject_code", &settings->access_reject_code },
        { "access_map_defer_code", &settings->access_defer_code },
        { "invalid_hostname_reject_code", &settings->invalid_hostname_code },
        { "maps_rbl_reject_code", &settings->rbl_code },
        { "unverified_sender_defer_code", &settings->unverified_sender_defer_code },
        { "unverified_recipient_defer_code", &settings->unverified_recipient_defer_code },
        { "unknown_local_recipient_reject_code", &settings->unknown_local_code },
        { "unknown_virtual_alias_reject_code", &settings->unknown_alias_code },
        { "unknown_virtual_mailbox_reject_code", &settings->unknown_mailbox_code },
        { "unknown_relay_recipient_reject_code", &settings->unknown_relay_code },
    };

    for (size_t i = 0; i < COUNT(codes); i++) {
        int64_t code = config_int(config, codes[i].name);
        *codes[i].value = (uint16_t)(code < 0 || code > 999 ? 0 : code);
    }
}

static void read_limits(struct smtpd_settings *settings, struct config *config)
{
    const struct {
        const char *name;
        uint64_t *value;
    } limits[] = {
        { "message_size_limit", &settings->message_size_limit },
        { "smtpd_recipient_limit", &settings->recipient_limit },
        { "smtpd_hard_error_limit", &settings->hard_error_limit },
    };

    for (size_t i = 0; i < COUNT(limits); i++) {
        int64_t limit = config_int(config, limits[i].name);
        *limits[i].value = limit > 0 ? (uint64_t)limit : 0;
    }
}

static void read_protocols(struct smtpd_settings *settings, struct config *config)
{
    struct slice rest = config_value(config, "inet_protocols"), word;

    while (slice_next_word(&rest, ", \t\r\n", &word)) {
        bool all = slice_equal_fold(word, slice_of("all"));
        settings->asks_v4 |= all || slice_equal_fold(word, slice_of("ipv4"));
        settings->asks_v6 |= all || slice_equal_fold(word, slice_of("ipv6"));
    }
    if (!settings->asks_v4 && !settings->asks_v6)
        settings->asks_v4 = settings->asks_v6 = true;
}

static void read_texts(struct smtpd_settings *settings, struct config *config)
{
    struct slice verify = config_value(config, "address_verify_sender");

    settings->null_access_key =
        keep(settings, config_value(config, "smtpd_null_access_lookup_key"));
    settings->maps_rbl_domains = keep(settings, config_value(config, "maps_rbl_domains"));
    /* Its $names are those of the reply, not of main.cf. */
    settings->default_rbl_reply = keep(settings, config_raw(config, "default_rbl_reply"));
    settings->policy_default_action =
        keep(settings, config_value(config, "smtpd_policy_service_default_action"));
    settings->myorigin =
        keep(settings, address_origin(config_value(config, "myorigin"), &settings->tables));
    settings->extension.delimiters = keep(settings, config_value(config, "recipient_delimiter"));
    if (settings->version < 211 && settings->extension.delimiters.len > 1)
        settings->extension.delimiters.len = 1; /* it was one character, not a set */
    settings->extension.double_bounce =
        keep(settings, config_value(config, "double_bounce_sender"));
    settings->extension.owner_request_special = config_bool(config, "owner_request_special");
    if (verify.len && slice_index(verify, '@') == verify.len)
        settings->verify_sender = arena_format(&settings->arena, "%.*s@%.*s", SLICE_FMT(verify),
                                               SLICE_FMT(settings->myorigin));
    else
        settings->verify_sender = keep(settings, verify);
}

static void read_lists(struct smtpd_settings *settings, struct config *config)
{
    const struct {
        const char *name;
        struct name_list *value;
        bool parents;
    } lists[] = {
        { "mynetworks", &settings->mynetworks, true },
        { "relay_domains", &settings->relay_domains, true },
        { "permit_mx_backup_networks", &settings->mx_backup_networks, true },
        { "mydestination", &settings->mydestination, false },
    };
    const struct {
        const char *name;
        struct table_list *value;
    } maps[] = {
        { "recipient_canonical_maps", &settings->recipient_canonical },
        { "sender_canonical_maps", &settings->sender_canonical },
        { "canonical_maps", &settings->canonical },
        { "virtual_alias_maps", &settings->virtual_alias },
        { "local_recipient_maps", &settings->local_recipients },
        { "virtual_mailbox_maps", &settings->virtual_mailbox },
        { "relay_recipient_maps", &settings->relay_recipients },
        { "smtpd_sender_login_maps", &settings->login_maps },
        { "rbl_reply_maps", &settings->rbl_reply },
        { "relay_clientcerts", &settings->relay_clientcerts },
        { "smtpd_dns_reply_filter", &settings->dns_filter },
    };

    for (size_t i = 0; i < COUNT(lists); i++)
        *lists[i].value =
            name_list_open(&settings->arena, config_value(config, lists[i].name), &settings->tables,
                           lists[i].parents && address_parent_style(config, lists[i].name));
    for (size_t i = 0; i < COUNT(maps); i++)
        *maps[i].value = table_list_open(&settings->tables, config_value(config, maps[i].name));
    settings->mynetworks_known = config_is_set(config, "mynetworks");
}

void smtpd_settings_init(struct smtpd_settings *settings, struct config *config,
                         const struct lookup_options *options, const struct answers_file *answers,
                         struct diagnostics *remarks)
{
    *settings = (struct smtpd_settings){ 0 };
    arena_init(&settings->arena);
    table_set_init(&settings->tables, &settings->arena, options, answers, remarks);
    settings->version = config_version(config);
    read_flags(settings, config);
    read_codes(settings, config);
    read_limits(settings, config);
    read_protocols(settings, config);
    read_texts(settings, config);
    read_lists(settings, config);
    address_rules_init(&settings->addresses, config, &settings->tables, &settings->arena);
}

void smtpd_settings_release(struct smtpd_settings *settings)
{
    table_set_release(&settings->tables);
    arena_release(&settings->arena);
}
