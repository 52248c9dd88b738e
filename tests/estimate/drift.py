"""Made-up weeks and what must be noticed in them (check_drift)."""
import datetime, json, os, subprocess, sys
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from expect import expect, finish
program, work = sys.argv[1:]
MONDAY = datetime.datetime(2026, 1, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
DAY = 86400

def replay(weeks, nameless_from=99, listed_from=10**9, reload_at=None, how="--json"):
    lines, labels = [], []

    def add(second, text):
        at = (MONDAY + datetime.timedelta(seconds=second)).isoformat(timespec="microseconds")
        lines.append("%s mx postfix/%s\n" % (at, text))

    def mail(second, number, client, ham):
        queue = "4D%06d" % number
        add(second, "smtpd[%d]: connect from %s" % (number, client))
        add(second, "smtpd[%d]: %s: client=%s" % (number, queue, client))
        add(second, "qmgr[9]: %s: from=<a@example.org>, size=9, nrcpt=1 (queue active)" % queue)
        add(second, "local[8]: %s: to=<b@example.com>, relay=local, delay=0.1, "
            "delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)" % queue)
        add(second, "qmgr[9]: %s: removed" % queue)
        labels.append('{"queue_id":"%s","ham":%d}\n' % (queue, ham))

    number = 0
    events = []
    for week in range(weeks):
        for i in range(120):  # 30 senders, four times a week
            events.append((week * 7 * DAY + i * 5000 + 60, i % 30, "ham"))
        for i in range(40):
            events.append((week * 7 * DAY + i * 15000 + 90, i % 20, "spam"))
    for second, sender, kind in sorted(events):
        number += 1
        week = second // (7 * DAY)
        nameless = kind == "spam" or (sender % 2 == 0 and week >= nameless_from)
        address = "240.%d.%d.9" % (1 if kind == "ham" else 2, sender)
        client = "unknown[%s]" % address if nameless else "mx.org%d.example[%s]" % (sender, address)
        if reload_at is not None and second >= reload_at:
            add(reload_at, "master[1]: reload -- version 3.7.11, configuration /etc/postfix")
            reload_at = None
        if kind == "spam" and second >= listed_from:
            add(second, "smtpd[%d]: connect from %s" % (number, client))
            add(second, "smtpd[%d]: NOQUEUE: reject: RCPT from %s: 554 5.7.1 Service unavailable; "
                "Client host [%s] blocked using zen.example; from=<a@example.org> "
                "to=<b@example.com> proto=ESMTP helo=<x.example>" % (number, client, address))
            add(second, "smtpd[%d]: disconnect from %s" % (number, client))
        else:
            mail(second, number, client, kind == "ham")
    for name, content in (("mail.log", lines), ("labels.jsonl", labels), ("dns.jsonl", [
            '{"name":"*","type":"*","rcode":"NXDOMAIN","answers":[],"ttl":1,'
            '"time":"2026-01-01T00:00:00Z"}\n'])):
        with open(work + "/" + name, "w", encoding="utf-8") as file:
            file.writelines(content)
    done = subprocess.run(
        [program, "replay", how, "--dns", work + "/dns.jsonl", "--labels", work + "/labels.jsonl",
         "--enable", "reject_unknown_client_hostname", work + "/mail.log"],
        capture_output=True, timeout=120, check=True)
    return json.loads(done.stdout)["drift"] if how == "--json" else done.stdout.decode()

def alarms(drift):
    return {s["kind"]: (s["alarm"], s["direction"]) for s in drift["series"]}

drift = replay(8)
expect("calm: weeks", ([w["start"][:10] for w in drift["weeks"]][:2], drift["whole_weeks"]),
       (["2026-01-05", "2026-01-12"], 8))
expect("calm: alarms", set(alarms(drift).values()), {("calm", None)})
expect("calm: changes", drift["changes"], [])
ham = drift["series"][0]["weeks"]
expect("calm: ham", [(w["count"], w["of"], w["of_clusters"]) for w in ham], [(0, 120, 30)] * 8)
expect("calm: spam", [w["count"] for w in drift["series"][1]["weeks"]], [40] * 8)
expect("calm: band of the first week", ham[0]["band"], [None, None])
if not ham[7]["band"][0] == 0 < ham[7]["band"][1] < 0.13:
    expect("calm: band of the last week", ham[7]["band"], "about 0 .. 0.12")

drift = replay(8, nameless_from=5)
alarm = drift["series"][0]
expect("nameless", (alarm["kind"], alarm["direction"]), ("ham_lost", "up"))
if alarm["alarm"] not in ("two_weeks", "senders") or alarm["alarm_week"][:10] > "2026-02-16":
    expect("nameless: alarm", (alarm["alarm"], alarm["alarm_week"]), "one by 2026-02-16")
expect("nameless: side", [w["side"] for w in alarm["weeks"]], [0] * 5 + [1] * 3)
expect("nameless: spam stays", alarms(drift)["spam_stopped"], ("calm", None))
if "wanted mail lost has risen" not in drift["sentence"]:
    expect("nameless: sentence", drift["sentence"], "a rise")

at = 4 * 7 * DAY + 43200
drift = replay(8, listed_from=at, reload_at=at)
kinds = [(c["kind"], c["what"], c["differs"]) for c in drift["changes"]]
expect("listed: changes", [k[:2] for k in kinds],
       [("reload", None), ("rejects_begin", "reject_rbl_client zen.example")])
reload = drift["changes"][0]
expect("listed: before", (reload["refused_before"]["count"], reload["time"][:10]), (0, "2026-02-02"))
begin = drift["changes"][1]
# 40 of 160 a week, by 20 of 50 senders, from then on.
expect("listed: after", (begin["refused_after"]["clusters"], begin["refused_after"]["of_clusters"]),
       (20, 50))
if not 0.24 < begin["refused_after"]["rate"] < 0.26:
    expect("listed: after", begin["refused_after"]["rate"], "a quarter")
expect("listed: alarm", alarms(drift)["refused"][1], "up")
expect("listed: refused", [w["count"] for w in drift["series"][2]["weeks"]],
       [0] * 4 + [drift["series"][2]["weeks"][4]["count"]] + [40] * 3)

drift = replay(1)
expect("short", set(alarms(drift).values()), {("untold", None)})
if "drift cannot be told" not in replay(1, how="--text").replace("\n  ", " "):
    expect("short", "the text", "that drift cannot be told")
finish()
