#!/usr/bin/env python3
"""Compares verdicts with what a postscreen answered; exits 0 when none is wrong.

usage: screen_score.py WORLD A B VERDICTS.jsonl MAX_UNKNOWN_SHARE

Rows are those that A accepted. Counted apart, since A's log cannot know: a client of bad manners whom
nothing shows up in A (B's reply then is "Protocol error" or a lost connection), and clients of whom B's
block lists did not answer in time (B's log says so).
"""
import collections, json, re, sys

world, a, b, verdicts, limit = sys.argv[1:6]


def load(path):
    return [json.loads(line) for line in open(path) if line.strip()]


SEEN = {"accept": "2", "hold": "2", "discard": "2", "redirect": "2", "reject": "5", "defer": "4"}
DSN = re.compile(r"\b[245]\.\d+\.\d+\b")
manners = json.load(open(world))["manners"]
log_a, log_b = open(a + "/maillog", errors="replace").read(), open(b + "/maillog", errors="replace").read()
shown_up = set(re.findall(r"(?:PREGREET|BARE NEWLINE|NON-SMTP COMMAND|COMMAND PIPELINING).* from \[([^]]+)\]", log_a))
slow = set()
if re.search(r"connect to private/dnsblog service|dnsblog reply timeout", log_b):
    slow = set(re.findall(r"postscreen\[\d+\]: PASS NEW \[([^]]+)\]", log_b))
truth, tool = {}, {}
for row in load(b + "/verdicts.jsonl"):
    truth.setdefault((row["mail"], row["rcpt"]), row)
for row in load(verdicts):
    if row.get("queue_id"):
        tool[(row["queue_id"], (row.get("recipient") or "").lower())] = row["candidate"]
count = collections.Counter()
for row in load(a + "/verdicts.jsonl"):
    if row["code"][0] != "2" or not row["queue_id"]:
        continue
    want, got = truth.get((row["mail"], row["rcpt"])), tool.get((row["queue_id"], row["rcpt"].lower()))
    if want is None:
        continue
    dsn = DSN.search(want["text"])
    if got is None:
        kind = "missing"
    elif got["verdict"] == "unknown":
        kind = "unknown"
    elif SEEN[got["verdict"]] != want["code"][0] or (want["code"][0] != "2" and got["code"] != want["code"]):
        kind = "wrong"
    elif want["code"][0] != "2" and dsn and got["dsn"] != dsn.group():
        kind = "wrong dsn"
    else:
        kind = "agree"
    if kind in ("wrong", "wrong dsn") and row["addr"] in manners and row["addr"] not in shown_up:
        kind = "not to be known"
    if kind == "wrong" and row["addr"] in slow:
        kind = "block list too slow"
    count[kind] += 1
    if kind in ("wrong", "wrong dsn", "missing"):
        print(f"{kind}: {row['addr']} mail {row['mail']} to {row['rcpt']}\n  postfix: {want['stage']} {want['code']} {want['text'][:120]}\n  tool:    {json.dumps(got)}")
rows = sum(count.values())
print(f"rows {rows}: " + ", ".join(f"{kind} {n}" for kind, n in sorted(count.items())))
bad = count["wrong"] + count["wrong dsn"] + count["missing"]
sys.exit(0 if rows and not bad and count["agree"] and count["unknown"] <= float(limit) * rows else 1)
