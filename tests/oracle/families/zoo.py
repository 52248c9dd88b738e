"""The world of the families: clients, domains and mail of every odd kind that a restriction may look at.

build(seed, sessions) gives {"hosts", "sessions", "zones"}: the same for the same seed. Every address is a
documentation address. A zone holds "SERVFAIL" or a list per record type, as the lab's name server wants it.
"""
import ipaddress
import json
import random

OWN = "mx.example.com"
TYPES = ("A", "AAAA", "PTR", "MX", "TXT", "NS")
# the recipient domains of the site, by the class that the sets give them
LOCAL, ALIAS, BOX, RELAY = "local.example", "alias.example", "box.example", "relay.example"
BAD_NET, BAD_NET6 = "203.0.113.", "2001:db8:bad::"
PTR_STATES = ["ok"] * 8 + ["none", "none", "nofwd", "mismatch", "servfail", "fwdfail", "nodata", "two", "upper"]


def domains():
    """The zoo of domains: what a sender, a HELO name or a foreign recipient may stand in."""
    zones = {
        # one and several mail hosts, some in a bad network, some only IPv6
        "one.example": {"MX": ["10 mx.one.example"], "NS": ["ns1.hoster.example", "ns2.hoster.example"]},
        "mx.one.example": {"A": ["198.51.100.11"]},
        "many.example": {"MX": ["20 b.many.example", "10 a.many.example", "10 mx.bad.example"], "NS": ["ns.bad.example"]},
        "a.many.example": {"A": ["198.51.100.21", "198.51.100.22"]},
        "b.many.example": {"A": ["203.0.113.23"], "AAAA": ["2001:db8:1::23"]},
        "mx.bad.example": {"A": ["203.0.113.66"], "AAAA": ["2001:db8:bad::66"]},
        "bad.example": {"MX": ["5 mx.bad.example"], "A": ["203.0.113.67"], "NS": ["ns.bad.example", "ns1.hoster.example"]},
        "ns.bad.example": {"A": ["203.0.113.53"]},
        "hoster.example": {"NS": ["ns1.hoster.example"], "A": ["198.51.100.80"]},
        "ns1.hoster.example": {"A": ["198.51.100.53"]},
        "ns2.hoster.example": {"A": ["203.0.113.54"], "AAAA": ["2001:db8:2::53"]},
        "six.example": {"MX": ["10 mx.six.example"], "AAAA": ["2001:db8:6::80"], "NS": ["ns.six.example"]},
        "mx.six.example": {"AAAA": ["2001:db8:bad::6"]},
        "ns.six.example": {"AAAA": ["2001:db8:bad::53"]},
        # no mail host, or none that can be used
        "aonly.example": {"A": ["203.0.113.30"]},
        "aaaa.example": {"AAAA": ["2001:db8:bad::30"]},
        "nullmx.example": {"MX": ["0 ."], "A": ["198.51.100.31"], "NS": ["ns.bad.example"]},
        "halfnull.example": {"MX": ["0 .", "10 mx.bad.example"]},
        "nodata.example": {"TXT": ["v=spf1 -all"]},
        "fail.example": {"*": "SERVFAIL"},
        "mxfail.example": {"MX": "SERVFAIL", "A": ["203.0.113.32"], "NS": "SERVFAIL"},
        "afail.example": {"MX": ["10 mx.one.example"], "A": "SERVFAIL", "AAAA": "SERVFAIL"},
        "gone.example": {"MX": ["10 mx.gone.example"], "NS": ["ns.gone.example"]},
        "hostfail.example": {"MX": ["10 broken.example", "20 mx.bad.example"], "NS": ["broken.example"]},
        "broken.example": {"*": "SERVFAIL"},
        "mixed.example": {"MX": ["10 mx.gone.example", "20 mx.bad.example", "30 mx.one.example"]},
        "self.example": {"MX": ["10 self.example"], "A": ["127.0.0.1"], "NS": ["self.example"]},
        "private.example": {"MX": ["10 in.private.example"]},
        "in.private.example": {"A": ["127.0.0.2"]},
        "number.example": {"MX": ["10 203.0.113.9"]},
        "odd.example": {"MX": ["10 -odd.example"]},
        "deep.one.example": {"MX": ["10 mx.one.example"]},
        "a.b.c.bad.example": {"A": ["198.51.100.90"]},
        "xn--bcher-kva.example": {"MX": ["10 mx.one.example"]},
        # whose backup are we
        "backup.example": {"MX": ["10 mx.bad.example", "20 " + OWN]},
        "primary.example": {"MX": ["10 " + OWN, "20 mx.one.example"]},
        "backup2.example": {"MX": ["10 mx.one.example", "10 a.many.example", "30 " + OWN]},
        "backup3.example": {"MX": ["10 mx.one.example", "15 mx.gone.example", "30 alias-of-us.example"]},
        "backup4.example": {"MX": ["10 broken.example", "30 " + OWN]},
        "backup5.example": {"MX": ["10 mx.gone.example", "30 " + OWN]},
        "equal.example": {"MX": ["10 mx.one.example", "10 " + OWN]},
        "alias-of-us.example": {"A": ["127.0.0.1"]},
        "foreign.example": {"MX": ["10 mx.one.example"]},
        # the site
        "example.com": {"MX": ["10 " + OWN], "A": ["192.0.2.250"], "NS": ["ns1.hoster.example"]},
        OWN: {"A": ["127.0.0.1"], "AAAA": ["::1"]},
        LOCAL: {"MX": ["10 " + OWN]}, ALIAS: {"MX": ["10 " + OWN]}, BOX: {"MX": ["10 " + OWN]}, RELAY: {"MX": ["10 " + OWN]},
        "sub." + RELAY: {"MX": ["10 " + OWN]},
        # lists
        "rbl.example": {"A": ["192.0.2.1"]}, "dbl.example": {"A": ["192.0.2.1"]}, "wl.example": {"A": ["192.0.2.1"]},
        "bad.example.dbl.example": {"A": ["127.0.1.2"], "TXT": ["spammers"]},
        "many.example.dbl.example": {"A": ["127.0.1.4", "127.0.1.5"]},
        "fail.example.dbl.example": {"*": "SERVFAIL"},
        "quota.example": {"MX": ["10 mx.one.example"]},
    }
    return zones


FOREIGN = [name for name in domains() if name.count(".") == 1 and name not in (
    "rbl.example", "dbl.example", "wl.example", LOCAL, ALIAS, BOX, RELAY)] + ["missing.example", "x.missing.example", "deep.one.example", "a.b.c.bad.example"]


def hosts(r, zones, count):
    out = []
    for i in range(count):
        six = r.random() < .15
        address = str(ipaddress.ip_address("2001:db8:%x::%x:%x" % (r.choice([7, 0xbad]), i, r.randrange(1, 999)) if six
                                           else r.choice(["192.0.2.%d", "198.51.100.%d", "203.0.113.%d"]) % (i + 100)))
        parent = r.choice(["one.example", "bad.example", "many.example", "six.example", "fail.example", "hostfail.example", "nodata.example",
                           "missing.example", "deep.one.example", "mxfail.example", "example.com"])
        name = "mail%d.%s" % (i, parent)
        state = r.choice(PTR_STATES)
        reverse = ipaddress.ip_address(address).reverse_pointer
        kind = "AAAA" if six else "A"
        if state == "nodata":
            zones[reverse] = {"TXT": ["no pointer"]}
        elif state == "servfail":
            zones[reverse] = {"*": "SERVFAIL"}
        elif state != "none":
            zones[reverse] = {"PTR": [name if state != "upper" else "MAIL%d.%s" % (i, parent.title())]}
        if state in ("ok", "upper"):
            zones[name] = {kind: [address] + (["198.51.100.99"] if not six and r.random() < .2 else [])}
        elif state == "two":
            zones[reverse]["PTR"].append("second.one.example")
            zones[name] = {kind: [address]}
        elif state == "mismatch":
            zones[name] = {kind: ["2001:db8::9" if six else "198.51.100.9"]}
        elif state == "fwdfail":
            zones[name] = {"*": "SERVFAIL"}
        if name in zones and "*" not in zones[name] and r.random() < .3:
            zones[name]["MX"] = [r.choice(["10 mx.bad.example", "0 .", "10 mx.one.example"])]
        if r.random() < .35:
            digits = ".".join(reversed(address.split("."))) if not six else reverse[:-len(".ip6.arpa")]
            zones[digits + ".rbl.example"] = r.choice([
                {"A": ["127.0.0.2"], "TXT": ["listed, see http://rbl.example/"]}, {"A": ["127.0.0.3", "127.0.0.10"]}, {"A": ["127.0.0.4"]},
                {"*": "SERVFAIL"}, {"TXT": ["no address"]}])
            if r.random() < .4:
                zones[digits + ".wl.example"] = r.choice([{"A": ["127.0.5.2"]}, {"A": ["127.0.10.0"]}, {"*": "SERVFAIL"}])
        out.append({"address": address, "name": name, "state": state})
    return out


def helo(r, host):
    return r.choice([host["name"]] * 4 + FOREIGN[:20] + [
        "[%s]" % host["address"] if ":" not in host["address"] else "[IPv6:%s]" % host["address"], host["address"], "[203.0.113.5]", "[1.2.3]",
        "[IPv6:2001:db8:bad::5]", "pc", "my_host.one.example", "bad..example", "-x.example", OWN, "example.com", "localhost", "mx.bad.example.",
        "MX.Bad.Example", "one.example", "12345", "b@d.example", "x" * 64 + ".example", "mail.nullmx.example", "sub.bad.example"])


def local_part(r):
    n = r.randrange(1, 13)
    return r.choice(["user%d"] * 6 + ["user%d+tag", "user%d-tag", "User%d", "user%d+a-b", "USER%d+Tag"]) % n


def sender(r):
    roll = r.random()
    if roll < .08:
        return ""
    if roll < .62:
        return local_part(r) + "@" + r.choice(FOREIGN)
    if roll < .82:
        return r.choice([local_part(r), "nobody", "owner-list", "postmaster", "boss", "user1", "user2"]) + "@" + r.choice(
            [LOCAL, ALIAS, BOX, RELAY, "sub." + RELAY, "example.com", OWN])
    return r.choice(["user1", "nobody", "postmaster", "user3@[192.0.2.77]", "user3@[203.0.113.77]", "user3@[127.0.0.1]", "user4@[IPv6:2001:db8:bad::4]",
                     "joe@short", "\"jo e\"@one.example", "\"a@b\"@one.example", "user5%bad.example@" + LOCAL, "bad.example!user6", "bad.example!user6@one.example",
                     "user1@one.example.", "double-bounce@" + OWN, "user1@BAD.Example", "user1@sub.bad.example", "@one.example:user7@bad.example",
                     "user1@1234", "late1@one.example", "bad2@one.example", "spam@bad.example", "mailer-daemon@many.example", "a.b+c+d@one.example",
                     "user8@my_host.example", "-user@one.example", "xx\xfc@one.example"])


def recipient(r):
    roll = r.random()
    if roll < .75:
        who = r.choice([local_part(r)] * 6 + ["nobody%d" % r.randrange(9), "postmaster", "abuse", "root", "owner-list", "list-request", "list",
                                              "alias%d" % r.randrange(1, 5), "moved", "closed", "MAILER-DAEMON", "double-bounce", "boss"])
        return who + "@" + r.choice([LOCAL, ALIAS, BOX, RELAY, "example.com", "example.com", "example.com", "sub." + RELAY, OWN, "Example.COM", "localhost"])
    if roll < .87:
        return local_part(r) + "@" + r.choice(FOREIGN)
    return r.choice(["user1", "postmaster", "Postmaster", "nobody", "user2@[127.0.0.1]", "user2@[192.0.2.99]", "user3@[IPv6:::1]", "user3%foreign.example@example.com",
                     "user3%box.example@" + OWN, "foreign.example!user4@example.com", "foreign.example!user4", "@a.example:user5@example.com", "\"jo e\"@example.com",
                     "\"jo e\"@" + BOX, "\"user1\"@example.com", "\"user1@foreign.example\"@" + LOCAL, "user6@example.com.", "user1@short", "user1+@example.com",
                     "+user1@example.com", "double-bounce@" + OWN, "bad1@example.com", "late1@example.com", "user7@backup.example", "user7@backup2.example",
                     "user7@x.relay.example", "user7@primary.example"])


def utf8(text):
    """The bytes of a text, a character each: what the client writes as Latin-1."""
    return text.encode().decode("latin-1")


def mail(r, number, greeting):
    rcpts, seen = [], set()
    for _ in range(r.choice([1, 1, 1, 1, 2, 2, 3, 4])):
        one = recipient(r)
        if one.lower() not in seen:
            seen.add(one.lower())
            rcpts.append(one)
    who, parts, size = sender(r), [], r.choice([10, 300, 900, 1500, 5000, 40000])
    if size < 20000 and r.random() < .25:
        parts.append("SIZE=%d" % (size + r.choice([60, 80])))
    if r.random() < .1:
        parts.append("BODY=8BITMIME")
    if greeting == "EHLO" and r.random() < .06:
        who = r.choice([who, utf8("j\u00f6rg@one.example"), utf8("joe@b\u00fccher.example"), utf8("J\u00d6RG+x@bad.example")])
        rcpts.append(utf8(r.choice(["j\u00f6rg@example.com", "user1@b\u00fccher.example", "j\u00f6rg@" + BOX, "user9@example.com"])))
        parts.append("SMTPUTF8")
    return {"id": number, "sender": who, "parameters": parts, "rcpts": rcpts, "bytes": size}


def session(r, host_count, all_hosts, first):
    number = r.randrange(host_count)
    host = all_hosts[number]
    greeting = "EHLO" if r.random() < .85 else "HELO" if r.random() < .8 else None
    mails = [mail(r, first + k, greeting) for k in range(r.choice([1, 1, 1, 2, 3]))]
    login = r.choice(["user1", "user2@example.com", "boss", "User3"]) if greeting == "EHLO" and r.random() < .25 else None
    return {"host": number, "address": host["address"], "greeting": greeting, "helo": helo(r, host), "login": login,
            "tls": r.choice([None, None, "plain", "self", "signed"]) if greeting == "EHLO" and r.random() < .4 else None,
            "early": greeting is not None and r.random() < .06, "asks": r.choice(["VRFY user1@example.com", "ETRN example.com"]) if r.random() < .08 else None,
            "mails": mails}


def build(seed, session_count):
    r = random.Random("families-%s" % seed)
    zones = domains()
    all_hosts = hosts(r, zones, 40)
    sessions, number = [], 0
    for _ in range(session_count):
        sessions.append(session(r, len(all_hosts), all_hosts, number))
        number += len(sessions[-1]["mails"])
    return {"seed": seed, "hosts": all_hosts, "sessions": sessions, "zones": zones}


def snapshot(world):
    """The world's DNS as the lines of a snapshot; the last says that nothing else exists."""
    for name, records in sorted(world["zones"].items()):
        for kind in TYPES:
            got = records.get(kind, records.get("*", []))
            yield json.dumps({"name": name, "type": kind, "rcode": got if isinstance(got, str) else "NOERROR",
                              "answers": [] if isinstance(got, str) else got, "ttl": 300, "time": "2026-01-01T00:00:00+00:00"})
    yield json.dumps({"name": "*", "type": "*", "rcode": "NXDOMAIN", "answers": [], "ttl": 300, "time": "2026-01-01T00:00:00+00:00"})
