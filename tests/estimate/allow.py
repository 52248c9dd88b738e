"""Allow lists pasted back into the set (check_allow)."""
import json, os, re, shutil, subprocess, sys
program, out = sys.argv[1:]
postmap = shutil.which("postmap") or (os.path.exists("/usr/sbin/postmap") and "/usr/sbin/postmap")
failed = 0

def fail(what):
    global failed
    failed = 1
    print(what)

def replay(arguments, how="--json"):
    run = subprocess.run([program, "replay", how] + arguments, capture_output=True, timeout=120)
    if run.returncode:
        sys.exit("replay: exit %d: %s" % (run.returncode, run.stderr.decode()))
    return json.loads(run.stdout) if how == "--json" else run.stdout.decode()

def same(name, promised, got):
    if promised != got:
        fail("%s: promised %s, got %s" % (name, promised, got))

def keeps(name, arguments, check, table, promised, place):
    """The table as a candidate gives what was promised."""
    spot = "%s %s@%s:1" % (check, table, place)
    got = replay(arguments + ["--enable", spot])["candidate"]
    for key in "ham_lost", "spam_stopped":
        same("%s: %s" % (name, key), promised[key], got[key])

def answers(table, keys, action, kind):
    """Postfix reads the table alike."""
    for key in keys if postmap else []:
        run = subprocess.run([postmap, "-q", key, "%s:%s" % (kind, table)], capture_output=True)
        if run.stdout.decode().strip() != action or run.stderr:
            fail("postmap -q %s: %r %r" % (key, run.stdout, run.stderr))

def try_all(name, arguments, clients=True, senders=False):
    document = replay(arguments)
    allow = document["candidate"]["assessment"]["allow"]
    before = document["candidate"]["ham_lost"]["count"]
    text = replay(arguments, "--text")
    for kind, wanted, part, entries, key in (
            ("cidr", clients, allow, allow["clients"], "address"),
            ("texthash", senders, allow["senders"], allow["senders"]["domains"], "domain")):
        if not wanted:
            continue
        block = text[text.index("  # %s table: " % kind):]
        block = block[:block.index("  With these lines:")]
        table = os.path.join(out, "%s.%s" % (name, kind))
        with open(table, "w", encoding="utf-8") as file:
            file.write(re.sub("(?m)^  ", "", block))
        lines = [line.split() for line in block.splitlines() if not line.startswith("  #")]
        same(name + ": lines", [[entry[key], allow["action"]] for entry in entries], lines)
        check = "check_client_access" if kind == "cidr" else "check_sender_access"
        keeps(name, arguments, check, "%s:%s" % (kind, table), part, allow["list"])
        answers(table, [entry[key] for entry in entries], allow["action"], kind)
        if not part["ham_lost"]["count"] < before:
            fail("%s: %s saves nothing" % (name, kind))
    return document

samples = ["-c", "samples/postfix", "--map-root", "samples/postfix", "--dns", "samples/dns.jsonl",
           "--labels", "samples/labels.jsonl", "samples/mail.log.1.gz", "samples/mail.log",
           "samples/bd-mail.log"]
try_all("client", ["--enable", "reject_unknown_client_hostname"] + samples)
# In a list that guards against relaying the lines must not open the relay.
document = try_all("recipient", [
    "--enable", "reject_unknown_client_hostname@smtpd_recipient_restrictions:1"] + samples)
same("action", "permit_auth_destination", document["candidate"]["assessment"]["allow"]["action"])

# A pool: one sender domain, many networks without a name; a subdomain that only its line lets in;
# and keys that must never become configuration.
names = ["news@pool.example", "a@sub.pool.example", "b@deep.pool.example", "x@evil\\nexample.com", "x@ok OK.example",
         "x@#.example", "x@.example", "x@-a.example", "x@[192.0.2.1]", "x@1.2.3.4"]
labels = []
with open(os.path.join(out, "pool.log"), "w", encoding="utf-8") as log:
    number = 0
    for sender in names + ["a@fine.example"] * 9:
        for network in (2,) if sender == "b@deep.pool.example" else (2, 7, 11):
            number += 1
            client = "unknown[198.51.%d.9]" % network
            if sender == "a@fine.example":
                client = "mx%d.fine.example[203.0.113.%d]" % (network, network)
            stamp = "Feb %2d 10:%02d:00 mx postfix/" % (1 + number // 12, number % 60)
            pid, queue = 100 + number, "4A%05d" % number
            log.write("%ssmtpd[%d]: connect from %s\n" % (stamp, pid, client))
            log.write("%ssmtpd[%d]: %s: client=%s\n" % (stamp, pid, queue, client))
            log.write("%sqmgr[9]: %s: from=<%s>, size=276, nrcpt=1 (queue active)\n"
                      % (stamp, queue, sender))
            log.write("%slocal[10]: %s: to=<b@example.com>, relay=local, delay=0.1, "
                      "delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to maildir)\n"
                      % (stamp, queue))
            log.write("%sqmgr[9]: %s: removed\n" % (stamp, queue))
            labels.append('{"queue_id":"%s","ham":1}\n' % queue)
with open(os.path.join(out, "labels.jsonl"), "w", encoding="utf-8") as file:
    file.writelines(labels)
with open(os.path.join(out, "dns.jsonl"), "w", encoding="utf-8") as file:
    file.write('{"name":"*","type":"*","rcode":"NXDOMAIN","answers":[],"ttl":0,'
               '"time":"2026-02-01T00:00:00Z"}\n')
pool = ["--year", "2026", "--dns", os.path.join(out, "dns.jsonl"), "--labels", os.path.join(out, "labels.jsonl"),
        "--enable", "reject_unknown_client_hostname", os.path.join(out, "pool.log")]
document = try_all("pool", pool, senders=True)
domains = document["candidate"]["assessment"]["allow"]["senders"]["domains"]
same("domains", ["pool.example", "sub.pool.example"], sorted(e["domain"] for e in domains))
if "FORGEABLE" not in replay(pool, "--text"):
    fail("a sender line without a word on forging")
if not postmap:
    print("without postmap")
sys.exit(failed)
