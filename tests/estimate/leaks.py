"""Made-up logs in which a filter saw the rule under test (check_leaks)."""
import json, os, random, subprocess, sys
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from expect import expect, finish
program, work = sys.argv[1:]

draw = random.Random(1)
lines, labels, books = [], [], []
for number in range(600):
    ham = number % 3 == 0
    sender = number % 25 + (25 if ham else 0)
    one, two = (draw.random() < (0.02 if ham else 0.8) for _ in range(2))
    moved = not ham and not one and number % 7 == 0  # a user puts it into the junk folder
    books.append((ham, one, two, moved))
    client = "mx%d.org%d.example[240.0.%d.9]" % (sender, sender, sender)
    queue, pid, mid = "4L%06d" % number, 1000 + number, "m%d@example.org" % number
    user = "user%d@example.com" % (number % 30)
    for text in (
            "postfix/smtpd[%d]: connect from %s" % (pid, client),
            "postfix/smtpd[%d]: %s: client=%s" % (pid, queue, client),
            "postfix/cleanup[7]: %s: message-id=<%s>" % (queue, mid),
            "rspamd[50]: <7d1c5f>; task; rspamd_task_write_log: id: <%s>, qid: <%s>, ip: 240.0.0.9, "
            "from: <a@example.org>, (default: %s [%s/15.00] [BAYES_HAM(-3.00){99.9%%;}]), len: 3027, "
            "time: 211.5ms, dns req: 12, digest: <0123abcd>, rcpts: <%s>, mime_rcpts: <%s>"
            % (mid, queue, "T (add header):" if one else "F (no action):",
               "16.20" if one else "1.20", user, user),
            "spamd[51]: spamd: result: %s - BAYES scantime=0.2,size=100,user=u,uid=113,"
            "required_score=5.0,rhost=localhost,raddr=127.0.0.1,rport=40000,mid=<%s>,autolearn=no"
            % ("Y 12" if two else ". -1", mid),
            "postfix/qmgr[9]: %s: from=<a@example.org>, size=9, nrcpt=1 (queue active)" % queue,
            "dovecot: lmtp(%s)<1><x>: sieve: msgid=<%s>: stored mail into mailbox '%s'"
            % (user, mid, "Junk" if one else "INBOX"),
            "postfix/lmtp[8]: %s: to=<%s>, relay=mx[private/dovecot-lmtp], delay=0.1, "
            "delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <x> Saved)" % (queue, user),
            "postfix/qmgr[9]: %s: removed" % queue):
        lines.append("2026-02-%02dT10:%02d:00+00:00 mx %s\n" % (1 + number // 60, number % 60, text))
    if moved:
        lines.append("2026-02-20T10:00:00+00:00 mx dovecot: imap(%s)<1><x>: copy from INBOX: box=Junk, "
                     "uid=7, msgid=<%s>, size=3027\n" % (user, mid))
    labels.append('{"queue_id":"%s","ham":%d}\n' % (queue, ham))
with open(work + "/mail.log", "w", encoding="utf-8") as file:
    file.writelines(lines)
with open(work + "/labels.jsonl", "w", encoding="utf-8") as file:
    file.writelines(labels)

def leaks(*arguments):
    done = subprocess.run([program, "replay", "--json", *arguments, work + "/mail.log"],
                          capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)["leaks"]

def count(ham, test):
    return sum(test(one, two) for h, one, two, _ in books if h == ham)

got = leaks("--labels", work + "/labels.jsonl")
expect("stages", [(s["kind"], s["name"]) for s in got["stages"]],
       [("restrictions", None), ("filter", "rspamd"), ("filter", "spamd"), ("mailbox", None),
        ("chain", None)])
for stage, test in zip(got["stages"], (
        lambda one, two: False, lambda one, two: one, lambda one, two: two,
        lambda one, two: one, lambda one, two: one or two)):
    name = stage["kind"] + " " + str(stage["name"])
    expect(name + ": spam passed", (stage["spam_passed"]["count"], stage["spam_passed"]["of"]),
           (400 - count(False, test), 400))
    expect(name + ": ham caught", (stage["ham_caught"]["count"], stage["ham_caught"]["of"]),
           (count(True, test), 200))
    expect(name + ": given", (stage["given"], stage["circular"], stage["unlabelled"]), (600, 0, 0))
    if stage["spam_passed"]["of_clusters"] != 25 or not stage["spam_passed"]["effective_n"] > 20:
        expect(name + ": senders", stage["spam_passed"]["of_clusters"], 25)
scenario = got["scenario"]
one = [o for _, o, t, _ in books if t]
two = [t for _, o, t, _ in books if o]
expect("scenario", (scenario["first"], scenario["second"], scenario["both"], scenario["only_first"],
                    scenario["only_second"]),
       ("rspamd", "spamd", sum(one), len(two) - sum(two), len(one) - sum(one)))
missed = (1 - sum(one) / len(one)) * (1 - sum(two) / len(two))
if abs(scenario["missed_by_both"] - missed) > 1e-9 or not (
        scenario["missed_by_both_range"][0] < missed < scenario["missed_by_both_range"][1]):
    expect("scenario: missed", scenario["missed_by_both"], missed)

# Without labels of hand the filters are not judged by what they said themselves.
for stage in leaks()["stages"]:
    if stage["kind"] == "filter" and stage["spam_passed"]["of"] > sum(m for *_, m in books):
        expect(str(stage["name"]) + ", guessed", stage["spam_passed"],
               "at most what users moved by hand")
finish()
