"""Configurations made up from all families at random: the same for the same seed.

build(seed, family) gives a Set; family is "all" or a name of FAMILIES.
"""
import random

import sets

CLIENT_KEYS = ["unknown", "bad.example", "one.example", "mail1.many.example", "192.0.2", "198.51.100.104", "203.0.113", "2001:db8:bad:", "deep.one.example", "example",
               "mail7.one.example", "six.example", "nodata.example"]
HELO_KEYS = ["localhost", "example.com", "pc", "one.example", "bad.example", "[203.0.113.5]", "many.example", "my_host.one.example", "12345", "nullmx.example"]
SENDER_KEYS = ["<>", "bad.example", "one.example", "user1@", "user2@one.example", "user3@many.example", "nobody@", "example.com", "local.example", "user4+tag@", "postmaster@",
               "user5@bad.example", "box.example", "aonly.example", "jo e@one.example", "mx.example.com"]
RCPT_KEYS = ["user1@", "user2@example.com", "example.com", "box.example", "local.example", "foreign.example", "postmaster@", "user3+tag@", "relay.example", "user4@", "user5@",
             "nobody1@", "abuse@", "boss@", "list@"]
HOSTS = ["mx.bad.example", "mx.one.example", "ns.bad.example", "ns1.hoster.example", "bad.example", "hoster.example", "gone.example", "203.0.113", "198.51.100.21", "127.0.0.1",
         "2001:db8:bad:"]
NETS = ["203.0.113.0/24", "203.0.113.64/26", "198.51.100.0/25", "127.0.0.0/8", "2001:db8:bad::/48", "192.0.2.0/24", "0.0.0.0/8", "2001:db8::/32", "198.51.100.96/27"]
PLAIN = ["OK", "DUNNO", "REJECT", "REJECT no thanks", "REJECT 5.1.8 no", "DEFER", "DEFER 4.1.2 later", "DEFER_IF_PERMIT", "DEFER_IF_PERMIT 4.1.1 soft", "DEFER_IF_REJECT hm", "WARN w", "INFO i",
         "550 5.7.1 go", "450 later", "554 5.1.1 gone", "451 4.1.7 odd", "5500", "permit", "reject", "defer", "strict", "soft", "reject_unknown_client_hostname",
         "reject_unknown_sender_domain, reject_non_fqdn_sender", "PREPEND X-A: b", "FILTER discard:x", "RELAY", "permit_mynetworks, reject_unauth_destination",
         "reject_unverified_sender", "defer_if_permit", "reject_plaintext_session", "permit_sasl_authenticated"]
ENDS = ["HOLD", "HOLD text", "DISCARD", "REDIRECT sink@redirect.example", "BCC copy@one.example"]


def pattern(key):
    return key.replace(".", "\\.").replace("+", "\\+").replace("<", "\\<").replace("[", "\\[")


class Maker:
    def __init__(self, r, ends):
        self.r, self.files, self.actions = r, {}, PLAIN + (ENDS if ends else [])

    def action(self, ok=True):
        while True:
            got = self.r.choice(self.actions)
            if ok or got not in ("OK", "5500", "permit", "RELAY", "permit_sasl_authenticated", "permit_mynetworks, reject_unauth_destination", "soft"):
                return got

    def keyed(self, keys, ok=True, most=4):
        return [(key, self.action(ok)) for key in self.r.sample(keys, self.r.randrange(1, most + 1))]

    def table(self, keys, ok=True, networks=False):
        """type:name of a table with some of the keys."""
        r = self.r
        kind = r.choice(["inline"] * 4 + ["hash", "texthash", "btree", "pcre", "regexp", "pcre-file", "pipemap", "unionmap", "static"] + ["cidr"] * (4 if networks else 0))
        rows = self.keyed(keys, ok)
        if kind == "cidr":
            rules = ["{%s%s %s}" % (r.choice(["", "", "", "!"]), net, self.action(ok)) for net in r.sample(NETS, r.randrange(1, 4))]
            return "cidr:{%s}" % ", ".join(rules)
        if kind in ("hash", "texthash", "btree", "pcre-file"):
            name = "t%d" % len(self.files)
            if kind == "pcre-file":
                lines = ["/^%s/ %s" % (pattern(key), action) for key, action in rows]
                if r.random() < .4:
                    lines = ["if /%s/" % r.choice(["example", "^user", "bad", "@"])] + lines + ["endif", "/[0-9]%s/ %s" % (r.choice(["1", "2", "@", ""]), self.action(ok))]
                self.files[name] = ("\n".join(lines) + "\n", None)
                return "pcre:$LAB/" + name
            self.files[name] = ("".join("%s  %s\n" % ('"%s"' % key if " " in key else key, action) for key, action in rows), kind if kind != "texthash" else None)
            return "%s:$LAB/%s" % (kind, name)
        if kind in ("pcre", "regexp"):
            return "%s:{ %s }" % (kind, ", ".join("{%s/%s%s/ %s}" % (r.choice(["", "", "", "!"]), r.choice(["", "^"]), pattern(key), action) for key, action in rows))
        if kind == "static":
            return "static:{%s}" % self.action(ok)
        inline = "inline:{ %s }" % ", ".join("{%s = %s}" % row for row in rows)
        if kind == "pipemap":
            return "pipemap:{ inline:{ %s }, inline:{ {a = %s}, {b = %s} } }" % (", ".join("{%s = %s}" % (key, r.choice("abc")) for key, _ in rows), self.action(ok), self.action(ok))
        if kind == "unionmap":
            return "unionmap:{ %s }" % inline
        return inline

    def access(self):
        what, keys = self.r.choice([("client", CLIENT_KEYS), ("helo", HELO_KEYS), ("sender", SENDER_KEYS), ("recipient", RCPT_KEYS)])
        return "check_%s_access %s" % (what, self.table(keys, networks=what == "client"))

    def reverse(self):
        return "check_reverse_client_hostname_access " + self.table(CLIENT_KEYS, ok=self.r.random() < .1)

    def hosts(self):
        what = self.r.choice(["client", "reverse_client_hostname", "helo", "sender", "sender", "recipient"])
        return "check_%s_%s_access %s" % (what, self.r.choice(["mx", "mx", "ns", "a"]), self.table(HOSTS, ok=self.r.random() < .05, networks=True))

    def dns(self):
        return self.r.choice(["reject_unknown_client_hostname", "reject_unknown_reverse_client_hostname", "reject_unknown_helo_hostname", "reject_unknown_sender_domain",
                              "reject_unknown_recipient_domain", "reject_rbl_client rbl.example", "reject_rbl_client rbl.example=127.0.0.[2..3]", "reject_rhsbl_sender dbl.example",
                              "reject_rhsbl_helo dbl.example=127.0.1.2", "reject_rhsbl_client dbl.example", "reject_rhsbl_reverse_client dbl.example",
                              "reject_rhsbl_recipient dbl.example", "permit_dnswl_client wl.example", "permit_dnswl_client wl.example=127.0.5.[1..3]"])

    def syntax(self):
        return self.r.choice(["reject_invalid_helo_hostname", "reject_non_fqdn_helo_hostname", "reject_non_fqdn_sender", "reject_non_fqdn_recipient", "permit_naked_ip_address"])

    def login(self):
        return self.r.choice(["reject_sender_login_mismatch", "reject_known_sender_login_mismatch", "reject_authenticated_sender_login_mismatch",
                              "reject_unauthenticated_sender_login_mismatch", "permit_sasl_authenticated", "permit_sasl_authenticated", "reject_plaintext_session",
                              "check_sasl_access inline:{ {user1 = %s}, {boss = %s} }" % (self.action(), self.action())])

    def listed(self):
        return self.r.choice(["reject_unlisted_sender", "reject_unlisted_recipient", "permit_auth_destination", "permit_mx_backup", "reject_unauth_destination",
                              "defer_unauth_destination", "check_relay_domains", "permit_inet_interfaces", "permit_mynetworks"])

    def state(self):
        return self.r.choice(["defer_if_permit", "defer_if_reject", "reject_multi_recipient_bounce", "reject_unauth_pipelining", "strict", "soft", "sleep 0", "warn_if_reject strict",
                              "reject_multi_recipient_bounce"])

    def probe(self):
        return self.r.choice(["reject_unverified_sender", "reject_unverified_recipient", "check_policy_service inet:127.0.0.1:12346"])


FAMILIES = ["access", "reverse", "hosts", "dns", "syntax", "login", "listed", "state", "probe"]
WEIGHTS = [6, 1, 3, 4, 2, 3, 3, 2, 1]


def one_restriction(maker, family):
    if family not in FAMILIES or maker.r.random() < .2:
        family = maker.r.choices(FAMILIES, WEIGHTS)[0]
    return ("warn_if_reject " if maker.r.random() < .08 else "") + getattr(maker, family)()


def lists(maker, family):
    r, out = maker.r, {}
    for name, likely, most in (("client", .5, 3), ("helo", .4, 3), ("sender", .6, 4), ("recipient", .9, 6), ("relay", .4, 3), ("data", .2, 2), ("end_of_data", .12, 1)):
        if r.random() > likely:
            continue
        got = [one_restriction(maker, family) for _ in range(r.randrange(1, most + 1))]
        if r.random() < .07:
            got.append(r.choice(["permit", "reject", "defer"]))
        if name == "relay":
            got.append(r.choice(["reject_unauth_destination", "defer_unauth_destination", "reject_unauth_destination"]))
        out["smtpd_%s_restrictions" % name] = got
    return out


USERS = ["user1", "user2", "user3", "postmaster", "boss", "list", "jo e", "user4+tag"]


def recipients(r, domain, catch_all):
    rows = ["{%s@%s = x}" % (user, domain) for user in r.sample(USERS, r.randrange(2, 6))]
    return "inline:{ %s }" % ", ".join(rows + (["{@%s = x}" % domain] if r.random() < catch_all else []))


def classes(r):
    """Who receives mail here, in which class."""
    lines, free = [], ["example.com", "local.example", "alias.example", "box.example", "relay.example"]
    r.shuffle(free)
    local, alias, box = free[0], free[1], free[2]
    relays = free[3:]
    lines.append("mydestination = %s" % r.choice([local, "$myhostname, " + local, "pcre:{ {/^%s$$/ x} }, localhost" % local.replace(".", "\\."), "$myhostname localhost " + local]))
    lines.append("local_recipient_maps = %s" % r.choice(["", "inline:{ {user1 = x}, {user2 = x}, {boss@%s = x} }" % local, "$alias_maps inline:{ {user3 = x} }"]))
    lines.append("alias_maps = inline:{ {postmaster = root}, {list = user1}, {owner-list = boss}, {alias1 = user1} }")
    lines.append("virtual_alias_domains = %s" % r.choice([alias, "inline:{ {%s = x} }" % alias, ""]))
    lines.append("virtual_alias_maps = inline:{ {user1@%s = user1@%s}, {user2@%s = boss@one.example}%s }" % (alias, box, alias, r.choice(["", ", {@%s = user1@%s}" % (alias, box), ", {user9 = user1}"])))
    lines.append("virtual_mailbox_domains = %s" % box)
    lines.append("virtual_mailbox_maps = %s" % r.choice(["", recipients(r, box, .3), "pcre:{ {/^user[0-5]@%s$$/ x} }" % box.replace(".", "\\.")]))
    lines.append("relay_domains = %s" % ", ".join(relays))
    lines.append("relay_recipient_maps = %s" % r.choice(["", recipients(r, relays[0], .3)]))
    if r.random() < .3:
        lines.append("parent_domain_matches_subdomains = %s" % r.choice(["", "relay_domains", "smtpd_access_maps, mynetworks"]))
    if r.random() < .2:
        lines.append("canonical_maps = inline:{ {nobody1@%s = user1@%s}, {user7@ = user1@%s} }" % (local, box, box))
    if r.random() < .2:
        lines.append("transport_maps = inline:{ {closed@%s = error:5.2.1 closed}, {user8@%s = retry:later}, {foreign.example = error:off}, {%s = discard:} }" % (local, relays[0], box))
    if r.random() < .15:
        lines.append("relocated_maps = inline:{ {moved@%s = elsewhere}, {@foreign.example = gone} }" % local)
    return lines


SWITCHES = [("smtpd_helo_required", .3, ["yes"]), ("smtpd_delay_reject", .2, ["no"]), ("soft_bounce", .08, ["yes"]), ("smtpd_reject_unlisted_recipient", .7, ["yes"]),
            ("smtpd_reject_unlisted_sender", .25, ["yes"]), ("strict_rfc821_envelopes", .15, ["yes"]), ("smtpd_relay_before_recipient_restrictions", .25, ["no"]),
            ("recipient_delimiter", .4, ["+-", "-", "", "-+"]), ("owner_request_special", .1, ["no"]), ("access_map_reject_code", .15, ["550", "450", "521"]),
            ("access_map_defer_code", .1, ["451"]), ("unknown_client_reject_code", .25, ["550"]), ("unknown_address_reject_code", .2, ["550"]),
            ("unknown_hostname_reject_code", .2, ["550", "504"]), ("non_fqdn_reject_code", .15, ["450", "550"]), ("invalid_hostname_reject_code", .1, ["450"]),
            ("maps_rbl_reject_code", .15, ["550", "451"]), ("relay_domains_reject_code", .15, ["550", "450"]), ("reject_code", .1, ["550"]), ("defer_code", .1, ["451"]),
            ("unverified_sender_reject_code", .2, ["550"]), ("unverified_recipient_reject_code", .2, ["550"]), ("unverified_sender_defer_code", .1, ["250"]),
            ("unknown_address_tempfail_action", .15, ["defer"]), ("unknown_helo_hostname_tempfail_action", .15, ["defer"]), ("unverified_recipient_tempfail_action", .15, ["defer"]),
            ("reject_tempfail_action", .1, ["defer"]), ("smtpd_null_access_lookup_key", .1, ["bounce@null.example"]), ("message_size_limit", .15, ["30000"]),
            ("show_user_unknown_table_name", .1, ["no"]), ("allow_percent_hack", .1, ["no"]), ("swap_bangpath", .1, ["no"]), ("allow_untrusted_routing", .1, ["yes"]),
            ("smtpd_sasl_auth_enable", .1, ["no"]), ("smtpd_peername_lookup", .05, ["no"]), ("inet_protocols", .08, ["ipv4"]), ("smtpd_reject_footer", .1, ["call us"]),
            ("permit_mx_backup_networks", .3, ["198.51.100.0/24", "!198.51.100.21, 198.51.100.0/24, 203.0.113.66"]),
            ("mynetworks", .4, ["192.0.2.96/27", "[2001:db8:7::]/48, 198.51.100.0/25", "!192.0.2.100/30, 192.0.2.0/24, bad.example"]),
            ("unknown_local_recipient_reject_code", .1, ["450"]), ("unknown_virtual_mailbox_reject_code", .1, ["450"]), ("multi_recipient_bounce_reject_code", .1, ["450"]),
            ("smtpd_dns_reply_filter", .06, ["pcre:{ {/ MX 10 mx\\.bad/ IGNORE}, {/rbl\\.example\\. .*127\\.0\\.0\\.2/ IGNORE} }"]),
            ("smtpd_restriction_classes", 1, ["strict, soft"])]


def build(seed, family="all"):
    r = random.Random("made-up-%s-%s" % (family, seed))
    maker = Maker(r, ends=r.random() < .35)
    lines = classes(r) if r.random() < .75 else []
    for name, likely, values in SWITCHES:
        if r.random() < likely:
            lines.append("%s = %s" % (name, r.choice(values)))
    lines.append("strict = %s" % ", ".join([maker.dns(), maker.syntax(), maker.access()][:r.randrange(1, 4)]))
    lines.append("soft = %s" % ", ".join([maker.access(), r.choice(["permit", "warn_if_reject reject", "defer_if_permit", "reject_unknown_client_hostname"])]))
    lines.append("smtpd_sender_login_maps = %s" % r.choice(["inline:{ {user1@one.example = user1}, {@bad.example = boss}, {user2@ = user2@example.com}, {user3 = user3} }",
                                                            "pcre:{ {/^(user[0-9]+)@/ $$1} }", ""]))
    for name, got in lists(maker, family).items():
        lines.append("%s =%s" % (name, "".join("\n    " + item for item in got) if r.random() < .5 else " " + ", ".join(got)))
    return sets.Set("made-%s-%d" % (family, seed), "\n".join(lines) + "\n", maker.files, allow=("ccert", "policy:", "verify:", "size"), answers=True)
