"""Made-up retries and what greylisting would have made of them (check_greylist)."""
import datetime, json, math, os, subprocess, sys
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from expect import expect, finish
program, data, work = sys.argv[1:]
start = datetime.datetime(2026, 2, 2, tzinfo=datetime.timezone.utc)

class Log:
    def __init__(self):
        self.lines, self.labels, self.number = [], [], 0

    def add(self, second, text):
        stamp = (start + datetime.timedelta(seconds=second)).isoformat(timespec="microseconds")
        self.lines.append((second, self.number, "%s mx postfix/%s" % (stamp, text)))
        self.number += 1

    def refused(self, second, address, sender, text="Greylisted, see http://postgrey.example/"):
        self.add(second, "smtpd[%d]: NOQUEUE: reject: RCPT from unknown[%s]: 450 4.2.0 "
                 "<b@example.com>: Recipient address rejected: %s; from=<%s> to=<b@example.com> "
                 "proto=ESMTP helo=<mx.example>" % (1000 + self.number, address, text, sender))

    def accepted(self, second, address, sender, ham=1):
        pid, queue = 1000 + self.number, "4Z%06d" % self.number
        self.add(second, "smtpd[%d]: connect from unknown[%s]" % (pid, address))
        self.add(second, "smtpd[%d]: %s: client=unknown[%s]" % (pid, queue, address))
        self.add(second, "qmgr[9]: %s: from=<%s>, size=9, nrcpt=1 (queue active)" % (queue, sender))
        self.add(second, "local[8]: %s: to=<b@example.com>, relay=local, delay=0.1, "
                 "delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)" % queue)
        self.add(second, "qmgr[9]: %s: removed" % queue)
        self.add(second, "smtpd[%d]: disconnect from unknown[%s]" % (pid, address))
        if ham is not None:
            self.labels.append('{"queue_id":"%s","ham":%d}\n' % (queue, ham))

    def lateness(self):
        with open(work + "/mail.log", "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for _, _, line in sorted(self.lines))
        with open(work + "/labels.jsonl", "w", encoding="utf-8") as file:
            file.writelines(self.labels)
        return json.loads(subprocess.run(
            [program, "replay", "--json", "--labels", work + "/labels.jsonl", work + "/mail.log"],
            check=True, capture_output=True, timeout=300).stdout)["lateness"]

def address(host):
    return "240.%d.%d.9" % (host >> 8, host & 255)

# Receiver, daemon: published median, p90, p99, shares up to 1 h and 24 h in per cent.
published = {
    ("vger-zmailer", "postgrey-1.27"): (540, 3634, 102420, 90, 98.6),
    ("lindbergh", "postgrey-1.37"): (502, 6599, 122613, 87, 97.9),
    ("gabe", "postgrey-1.36"): (473, 2040, 82500, 93, 99.0),
    ("osuosl", "SQLgrey-1.7.6"): (909, 11856, 80146, 79, 100),
}
rows = {}
with open(data, encoding="ascii") as file:
    next(file)
    for line in file:
        receiver, host, delay = line.rstrip("\n").split("\t")
        seconds, daemon = delay.split(":")
        rows.setdefault((receiver, daemon), []).append((int(host), int(seconds)))
for key, wanted in published.items():
    log = Log()
    for number, (host, seconds) in enumerate(rows[key]):
        sender = "s%d@h%d.example" % (number, host)
        first = number * 60 % (14 * 86400)
        log.refused(first, address(host), sender)
        log.accepted(first + seconds, address(host), sender)
    got = log.lateness()["greylisting"]
    delays = sorted(seconds for _, seconds in rows[key])
    back = got["came_back"]
    expect("%s: cases" % (key,), (got["cases"], got["same_address"], back["messages"]),
           (len(delays),) * 3)
    expect("%s: senders" % (key,), back["clusters"], len({host for host, _ in rows[key]}))
    for name, share, value in zip(("median", "p90", "p99"), (0.5, 0.9, 0.99), wanted):
        q = back[name]
        expect("%s: %s" % (key, name), q["seconds"], delays[math.ceil(share * len(delays)) - 1])
        if abs(q["seconds"] - value) > 0.06 * value:  # published by another rule of ranks
            expect("%s: published %s" % (key, name), q["seconds"], value)
        if not q["low"] <= q["seconds"] or (q["high"] is not None and q["high"] < q["seconds"]):
            expect("%s: interval of %s" % (key, name), q, "around it")
    for name, limit, value in (("over_hour", 3600, wanted[3]), ("over_day", 86400, wanted[4])):
        e = back[name]
        expect("%s: %s" % (key, name), e["count"], sum(d > limit for d in delays))
        if abs(100 * (1 - e["rate"]) - value) > 0.6:
            expect("%s: published %s" % (key, name), e["rate"], value)
        if not e["low"] <= e["rate"] <= e["high"] or e["low"] == e["high"]:
            expect("%s: interval of %s" % (key, name), e, "around it")

# What becomes of a case: ten senders each.
log = Log()
for i in range(10):
    log.refused(0, "240.1.%d.1" % i, "same%d@example" % i)
    log.refused(10, "240.1.%d.1" % i, "same%d@example" % i)   # a retry too early
    log.accepted(600, "240.1.%d.1" % i, "same%d@example" % i)
    log.refused(0, "240.2.%d.1" % i, "near%d@example" % i)
    log.accepted(700, "240.2.%d.99" % i, "near%d@example" % i)
    log.refused(0, "240.3.%d.1" % i, "pool%d@example" % i)
    log.accepted(4000, "240.4.%d.1" % i, "pool%d@example" % i)
    log.refused(0, "240.5.%d.1" % i, "never%d@example" % i)
    log.accepted(5 * 86400 + 1, "240.5.%d.1" % i, "never%d@example" % i)  # new mail, too late
    log.refused(86400, "240.6.%d.1" % i, "open%d@example" % i)
    log.refused(0, "240.7.%d.1" % i, "spam%d@example" % i)
    log.accepted(90000, "240.7.%d.1" % i, "spam%d@example" % i, 0)
    log.refused(0, "240.8.%d.1" % i, "other%d@example" % i, "Service is unavailable")
    log.accepted(300, "240.8.%d.1" % i, "other%d@example" % i)
    log.refused(0, "240.9.%d.1" % i, "")          # the null sender is no case
    log.refused(86400, "240.10.%d.1" % i, "late%d@example" % i)  # not followed for five days
    log.accepted(87100, "240.10.%d.1" % i, "late%d@example" % i)
got = log.lateness()
names = ("attempts", "cases", "same_address", "same_network", "other_network", "never", "open")
expect("ends", [got["greylisting"][n] for n in names], [80, 70, 30, 10, 10, 10, 10])
expect("other", [got["other"][n] for n in names], [10, 10, 10, 0, 0, 0, 0])
back = got["greylisting"]["came_back"]
expect("wanted only", (back["messages"], back["of"], back["median"]["seconds"]), (40, "wanted", 700))
expect("over an hour", (back["over_hour"]["count"], back["over_day"]["count"]), (10, 0))
expect("pools", (back["other_network"]["count"], back["other_network"]["of"]), (10, 40))
never = got["greylisting"]["never_back"]
expect("never back", (never["count"], never["of"], never["of_clusters"]), (10, 50, 50))

# Three senders worth less than three: counts, no quantiles.
log = Log()
for i in range(30):
    log.refused(i, "240.1.%d.1" % (i // 28), "s%d@example" % i)
    log.accepted(600 + i, "240.1.%d.1" % (i // 28), "s%d@example" % i)
back = log.lateness()["greylisting"]["came_back"]
expect("too few", (back["messages"], back["median"]["seconds"], back["over_hour"]["rate"],
                   back["over_hour"]["reason"]), (30, None, None, "too_few_senders"))
finish()
