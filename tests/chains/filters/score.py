#!/usr/bin/env python3
"""Scores rebuilt rows of a chain of real programs against what stands in the mailboxes.

usage: score.py CHAIN DIR ROWS.jsonl

CHAIN: amavis or spampd. DIR: the run. A stored mail tells its recipient by its mailbox, its queue ids by its Received lines, its
folder by its directory, whether it was tagged by its header. For every recipient that the border accepted: one row, its hops, its end
(sent when it is stored, discarded when amavis kept it, else bounced), the filter's verdict; no row of an internal hop.
"""
import collections, json, os, re, sys

chain, run, rows_file = sys.argv[1:]
load = lambda name: [json.loads(line) for line in open(name) if line.strip()]
RECEIVED = re.compile(r"by mx\.example\.com \(Postfix\) with \S+ id (\w+)")
ALIASES = {"user1": ("user2", "user3")}
count, shown = collections.Counter(), 0


def account(address):
    """The account of an address, as Dovecot takes it."""
    return address.lower().split("@")[0].split("+")[0]


stored = {}  # (account, mail) to (hops, folder, tagged)
for path in [os.path.join(at, name) for at, _, names in os.walk(run + "/mail") for name in names if os.path.basename(at) in ("new", "cur")]:
    text = open(path, encoding="latin-1").read().split("\n\n", 1)[0]
    number = re.search(r"^Message-ID: <lab-(\d+)@", text, re.I | re.M)
    where = os.path.relpath(path, run + "/mail").split("/")
    if number:
        hops = list(reversed(RECEIVED.findall(re.sub(r"\n\s+", " ", text))))
        stored[where[0], int(number[1])] = hops, where[1] == ".Junk", "\nx-spam-flag: yes" in text.lower()

rows = collections.defaultdict(list)
for row in load(rows_file):
    if row["client_address"] in ("127.0.0.1", "::1"):
        count["internal hop shown as a row"] += 1
    if row["queue_id"]:
        rows[row["queue_id"], (row["recipient"] or "").lower()].append(row)
for mail in load(run + "/verdicts.jsonl"):
    if not mail["queue_id"]:
        continue
    name, last = account(mail["rcpt"]), mail["mail"] % 10
    found = [stored[a, mail["mail"]] for a in ALIASES.get(name, (name,)) if (a, mail["mail"]) in stored]
    dropped = chain == "amavis" and last in (5, 7)
    end = "sent" if found else "discarded" if dropped else "bounced"
    verdict = {"virus"} if chain == "amavis" and last == 5 else {"spam"} if last in (3, 7) else set()
    got, faults = rows.get((mail["queue_id"], mail["rcpt"].lower()), []), []
    if found and (found[0][2] or found[0][1]) != bool(verdict):
        faults.append("the filter did something else than it was told")
    if len(got) != 1:
        faults.append("no row" if not got else "several rows")
    else:
        said = {f["verdict"] for f in got[0]["filters"]} & {"spam", "virus"}
        if found and got[0]["hops"] != found[0][0]:
            faults.append("hops")
        if got[0]["hops"][0] != mail["queue_id"]:
            faults.append("first hop")
        if got[0]["end"]["status"] != end:
            faults.append("end")
        if said != verdict:
            faults.append("filter verdict")
        if got[0]["client_address"] != mail["addr"]:
            faults.append("client")
    count["agree" if not faults else "wrong"] += 1
    count[end] += 1
    for fault in faults:
        count[fault] += 1
    if faults and shown < 6:
        shown += 1
        print(f"{', '.join(faults)}: mail {mail['mail']} {mail['queue_id']} <{mail['rcpt']}>: {end} {found[:1]} {verdict}\n  rows: {json.dumps(got)[:900]}")
print(f"rows {count['agree'] + count['wrong']}: " + ", ".join(f"{k} {n}" for k, n in sorted(count.items())))
sys.exit(not count["agree"] or count["wrong"] + count["internal hop shown as a row"] != 0)
