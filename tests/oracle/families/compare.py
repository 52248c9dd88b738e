"""The tool's verdicts against what Postfix answered, recipient by recipient."""
import collections
import json
import re

SEEN = {"accept": "2", "hold": "2", "discard": "2", "redirect": "2", "reject": "5", "defer": "4"}
# texts that only one restriction (or a few) writes
NAMED = [(re.compile(pattern), names.split()) for pattern, names in (
    (r"cannot find your hostname", "reject_unknown_client_hostname"),
    (r"cannot find your reverse hostname", "reject_unknown_reverse_client_hostname"),
    (r"Helo command rejected: Invalid name", "reject_invalid_helo_hostname reject_non_fqdn_helo_hostname reject_unknown_helo_hostname"),
    (r"Helo command rejected: need fully", "reject_non_fqdn_helo_hostname"),
    (r"Helo command rejected: Host not found", "reject_unknown_helo_hostname"),
    (r"Sender address rejected: need fully", "reject_non_fqdn_sender"),
    (r"Recipient address rejected: need fully", "reject_non_fqdn_recipient"),
    (r"Sender address rejected: (Domain .*not found|Domain .* does not accept mail)", "reject_unknown_sender_domain"),
    (r"Recipient address rejected: (Domain .*not found|Domain .* does not accept mail)", "reject_unknown_recipient_domain"),
    (r"Sender address rejected: (not owned|not logged in)",
     "reject_sender_login_mismatch reject_authenticated_sender_login_mismatch reject_unauthenticated_sender_login_mismatch reject_known_sender_login_mismatch"),
    (r"Sender address rejected: User unknown", "reject_unlisted_sender smtpd_reject_unlisted_sender"),
    (r"Recipient address rejected: User unknown", "reject_unlisted_recipient smtpd_reject_unlisted_recipient"),
    (r"Sender address rejected: (unverified|undeliverable) address", "reject_unverified_sender"),
    (r"Recipient address rejected: (unverified|undeliverable) address", "reject_unverified_recipient"),
    (r"Multi-recipient bounce", "reject_multi_recipient_bounce"),
    (r"Improper use of SMTP command pipelining", "reject_unauth_pipelining"),
    (r"Session encryption is required", "reject_plaintext_session"),
    (r"SASL login name rejected", "check_sasl_access"),
    (r"Client certificate rejected", "check_ccert_access"),
    (r"defer_if_permit requested", "defer_if_permit"),
    (r"defer_if_reject requested", "defer_if_reject"),
    (r"Relay access denied", "reject_unauth_destination defer_unauth_destination check_relay_domains permit_mx_backup"))]


def key(recipient):
    """One spelling for what the client said and what the log shows."""
    local, at, domain = recipient.rpartition("@")
    if local.startswith("@") and ":" in local:
        local = local.partition(":")[2]
    return local.replace('"', "").replace("\\", "").lower() + at + domain.lower().rstrip(".")


def load(path):
    """The tool's rows by (queue id, recipient)."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row.get("queue_id"):
                name = (row.get("recipient") or "").encode().decode("latin-1")
                found.setdefault(row["queue_id"], {})[key(name)] = row
    return found


def end_of(queue_id, ends):
    """What became of a mail that was taken: accept, hold, redirect or discard; None: nobody looked."""
    if not queue_id or ends is None:
        return None
    known, seen = ends
    return known.get(queue_id, "accept") if queue_id in seen else "discard"


def judge(row, want, end):
    if row is None:
        return "missing"
    got = row["candidate"]
    if got["verdict"] == "unknown":
        return "unknown"
    if SEEN.get(got["verdict"]) != want["code"][0]:
        return "wrong"
    if want["code"][0] == "2":
        return "agree" if end is None or got["verdict"] == end else "wrong end"
    if str(got.get("code")) != want["code"]:
        return "wrong code"
    dsn = re.match(r"[245]\.\d+\.\d+ ", want["text"])
    if dsn and got.get("dsn") != dsn.group().strip():
        return "wrong dsn"
    names = next((n for pattern, n in NAMED if pattern.search(want["text"])), None)
    if names and got.get("restriction") not in names:
        return "wrong restriction"
    return "agree"


# In which order a host's IPv4 and IPv6 addresses are looked up is a matter of the server's routes; the mark of a checked sender survives
# in the memory of an smtpd process; when a client began to talk early, before its HELO or after, only shows in a log with the first line.
NEVER_KNOWN = ("address_order", "exempt", "earlier_mail", "pipelining")


def everybody_exempt(rows, queue_id):
    """For such recipients no list runs: A's log has no line with the HELO name."""
    return all(row["rcpt"].lower() in ("postmaster", "double-bounce@mx.example.com") for row in rows.values() if row["queue_id"] == queue_id)


class Result:
    def __init__(self):
        self.count, self.examples = collections.Counter(), {}
        self.needs = collections.Counter()

    def add(self, kind, example, needs):
        self.count[kind] += 1
        for need in needs:
            self.needs[need] += 1
        if kind != "agree":
            self.examples.setdefault(kind, []).append(example)

    def bad(self, allow=None):
        """Rows that are not as they should be. allow: beginnings of allowed needs; None: all unknowns are."""
        wrong = sum(n for kind, n in self.count.items() if kind not in ("agree", "unknown"))
        if allow is not None:
            wrong += sum(1 for example in self.examples.get("unknown", ()) if not example["needs"] or not all(
                any(need.startswith(word) for word in tuple(allow) + NEVER_KNOWN) for need in example["needs"]))
        return wrong

    def line(self):
        return ", ".join("%s %d" % (kind, self.count[kind]) for kind in sorted(self.count))


# Spellings of a sender of which nothing is left when cleanup(8) has rewritten them: a log without the RCPT line has user@host.
REWRITTEN = re.compile(r"^[^@]*[!%][^@]*$|%[^@]*@|^@")


def compare(rows_a, rows_b, found, ends, plain):
    result = Result()
    for place, row in sorted(rows_a.items()):
        want = rows_b.get(place)
        if row["code"][0] != "2" or not row["queue_id"] or want is None or want["code"] == "000" or (plain and REWRITTEN.search(row["sender"])):
            continue
        mine = found.get(row["queue_id"], {})
        got = mine.get(key(row["rcpt"]))
        if got is None and len(mine) == 1 and sum(1 for other in rows_a.values() if other["queue_id"] == row["queue_id"]) == 1:
            got = next(iter(mine.values()))
        needs = got["candidate"].get("needs") or [] if got else []
        if needs and everybody_exempt(rows_a, row["queue_id"]):
            needs = ["exempt"]
        end = end_of(want["queue_id"], ends)
        kind = judge(got, want, end)
        result.add(kind, {"queue_id": row["queue_id"], "row": row, "want": want, "got": got and got["candidate"], "needs": needs, "end": end}, needs if kind == "unknown" else [])
    return result
