"""The rates of the reports beside a count of their own (check_rates)."""
import csv, io, json, os, re, shutil, subprocess, sys
program, work = sys.argv[1:]
failed = 0

def fail(where, what):
    global failed
    failed += 1
    if failed <= 40:
        print("%s: %s" % (where, what))

# ---- JSON ----

COMPANIONS = ("count", "of", "rows", "low", "high", "confidence", "bounds", "clusters",
              "of_clusters", "effective_n", "method", "reason", "unknown", "deferred")
# Numbers that are no estimates: what must stand beside each of them.
BESIDE = {
    "coverage": ("verdicts",), "confidence": ("rate",), "effective_n": ("clusters",),
    "so_ratio": ("ham_lost", "spam_stopped"), "budget": ("forecast", "decision"),
    "spam_share": ("census",), "high_with_refused": ("refused_already",), "weeks": ("forecast",),
    "bounds": ("rate",), "band": ("rate",), "census": ("forecast", "spam_share"),
    "forecast": ("census", "weeks"), "typical_week": ("replicates",),
    "without_one": ("without_one_keys",), "spam_passed_bounds": ("spam_passed", "unlabelled"),
    "missed_by_both": ("first_misses", "second_misses", "assumption"),
    "missed_by_both_range": ("first_misses", "second_misses", "assumption"),
    "seconds": ("low", "high"),
}

def json_estimate(where, e):
    for key in COMPANIONS:
        if key not in e:
            fail(where, "a rate without " + key)
            return
    if e["reason"] is None:
        if not 0 <= e["low"] <= e["rate"] <= e["high"] <= 1 or e["low"] == e["high"]:
            fail(where, "rate %s, interval %s .. %s" % (e["rate"], e["low"], e["high"]))
        if abs(e["rate"] - e["count"] / e["of"]) > 1e-9 or e["effective_n"] < 3:
            fail(where, "rate %s of %s by %s senders" % (e["rate"], e["of"], e["effective_n"]))
    elif not e["rate"] is e["low"] is e["high"] is None or any(x is not None for x in e["bounds"]):
        fail(where, "a rate for which there are " + e["reason"])

def json_walk(where, value, parents):
    if isinstance(value, list):
        for item in value:
            json_walk(where, item, parents)
        return
    if not isinstance(value, dict):
        return
    if "rate" in value:
        json_estimate(where, value)
        counts["estimates"] += 1
        counts["refused"] += value.get("reason") == "too_few_senders"
    for one, other in (("spam_stopped", "ham_lost"), ("spam_passed", "ham_caught")):
        if one in value and other not in value:
            fail(where, one + " without " + other)
    for key, item in value.items():
        number = isinstance(item, float) or (isinstance(item, list) and item and
                                             all(isinstance(x, float) for x in item))
        if number and key not in ("rate", "low", "high"):
            beside = BESIDE.get(key)
            if key == "coverage" and "messages" in value:
                beside = ("messages",)
            if key == "effective_n" and "median" in value:
                beside = ("messages", "clusters", "over_hour", "over_day")
            if beside is None or any(b not in value for b in beside):
                fail(where + "/" + key, "a number that stands alone")
        if number and key in ("low", "high") and "rate" not in value and "seconds" not in value:
            fail(where + "/" + key, "an interval of nothing")
        json_walk(where + "/" + key, item, [value] + parents)

def check_json(where, document):
    json_walk(where, document, [])
    for side in "baseline", "candidate":
        if not isinstance(document[side]["coverage"], (int, float)):
            fail(where, side + " without coverage")
    a = document["candidate"]["assessment"]
    if document["candidate"]["ham_lost"]["reason"] and a["decision"] in ("within", "over"):
        fail(where, "a decision without a rate")

# ---- CSV ----

def check_csv(where, text):
    rows = list(csv.DictReader(io.StringIO(text)))
    rates = [title for title in rows[0] if title.endswith("_rate")]
    for title in rows[0]:
        if re.search("rate|share|percent", title) and not title.endswith("_rate"):
            fail(where, "a column of rates without a known form: " + title)
    for row in rows:
        for rate in rates:
            name = rate[:-len("_rate")]
            cells = {key: row.get(name + "_" + key) for key in (
                "count", "of", "low", "high", "bound_low", "bound_high", "clusters", "of_clusters",
                "effective_n", "reason")}
            if None in cells.values() or not row["coverage"]:
                fail(where, "%s without %s" % (rate, [k for k, v in cells.items() if v is None]))
            elif row[rate] and not all(cells[k] for k in cells if k != "reason"):
                fail(where, "%s without all that it rests on: %s" % (rate, cells))
            elif row[rate] and not (float(cells["effective_n"]) >= 3 and row["confidence"]):
                fail(where, "%s of %s senders" % (rate, cells["effective_n"]))
            elif not row[rate] and not cells["reason"]:
                fail(where, "no %s, and no reason" % rate)
        if row["spam_stopped_count"] and not row["ham_lost_count"]:
            fail(where, "spam stopped without ham lost: %s" % row)

# ---- text ----

P = r"(?:[<>] )?[0-9][0-9.]* %"
RANGE = P + r" \.\. " + P
SENDERS = r"[0-9,]+ of [0-9,]+ senders, worth [0-9.]+"
# What a per cent sign may be part of; taken away one after the other. What is left is a rate alone.
KNOWN = [
    # an estimate with its interval, perhaps its bounds, and its senders
    r"[0-9,]+ of [0-9,]+ = %s, 95 %% interval %s,?\n(?: +undecided rows allow %s\n)? +%s"
    % (P, RANGE, RANGE, SENDERS),
    # a week: the same in one line, and the band
    r"[0-9,]+ of [0-9,]+ = %s, 95 %%: %s; [0-9,]+/[0-9,]+ senders \([0-9.]+\)" % (P, RANGE),
    r"the weeks before it forecast %s(?:: above|: below)?\n" % RANGE,
    r"messages?, coverage %s" % P,
    r"  coverage +%s +%s" % (P, P),
    # how far the loss carries: stands under the loss and its senders
    r"\n  (?:in this log|mail to come|a typical week|without one) +%s  [^\n]*" % RANGE,
    r"were all wanted: %s" % P, r"labelled as wanted %s may be spam" % P,
    r"allows spam passed of %s" % RANGE,
    r"(?:median|90 %% below|99 %% below) +[^\n]*, 95 %% interval [^\n]*",
    r"both would miss\n  %s of the spam \(%s\), from" % (P, RANGE),
]
SENTENCE = [
    r"[0-9,]+ of [0-9,]+ (?:wanted|spam) messages \((?:%s, )?95 %% interval %s; [0-9,]+ sending "
    r"organisations?, worth [0-9.]+\)" % (P, RANGE),
    r"%s of all recipients have a definite verdict" % P,
    r"budget of %s" % P, r"of the wanted mail to come %s would be lost" % RANGE,
    r"share of the wanted mail to come would be lost: anything in %s" % RANGE,
]

def check_text(where, text):
    answer, rest = text.split("\n\n", 1)
    rest, _, remarks = rest.partition("\nRemarks\n")
    for pattern in SENTENCE:
        answer = re.sub(pattern.replace(" ", r"\s+"), "", answer)
    for pattern in KNOWN:
        rest = re.sub(pattern, "\n", rest)
    for line in (answer + "\n" + rest).splitlines():
        if "%" in line:
            fail(where, "a rate alone: " + line)
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if len(line) > 80 and not re.search(r"@|\.example|cidr:|check_|reject_", line):
            fail(where, "wider than 80: " + line)
        if re.match(" *spam stopped +[0-9]", line) and not any(
                re.match(" *ham (lost|delayed) +[0-9]", l) for l in lines[max(0, i - 4):i]):
            fail(where, "spam stopped without ham lost: " + line)
        if re.match(" *spam passed +[0-9]", line) and not any(
                re.match(" *ham caught +[0-9]", l) for l in lines[i:i + 5]):
            fail(where, "spam passed without ham caught: " + line)
    few = re.findall(r"worth ([0-2]\.[0-9])\b", text)
    if few and "too few" not in text:
        fail(where, "senders worth %s, and rates" % few)

# ---- the dashboard ----

D = r"[<>]?[0-9][0-9.]*"
SHOWN = [
    r"[0-9,]+/[0-9,]+ +%s%% \[%s\.\.%s\] +[0-9,]+/[0-9,]+ senders, worth [0-9.]+" % (D, D, D),
    # the table at the top: deferred, clusters and bounds behind it
    r"[0-9,]+/[0-9,]+ +%s%% \[%s\.\.%s\] +[0-9,]+ +[0-9,]+/[0-9,]+ +%s\.\.%s%%" % (D, D, D, D, D),
    # restrictions: of what, by how many senders in all, and the coverage stand in that table
    r"[0-9,]+ +%s%% \[%s\.\.%s\]" % (D, D, D),
    r"[Cc]overage %s%%" % D, r"95% sure", r"forecast %s\.\.%s%%" % (D, D),
    r"allows spam passed of %s\.\.%s%%" % (D, D), r"9[09]% below", r"0 to 100%",
    r"[0-9,]+ +\? \[few\] +[0-9,]+ +[0-9,]+/[0-9,]+ +\?\.\.\?%",
    r"[0-9,]+/[0-9,]+ +\? \[few\] +[0-9,]+ +[0-9,]+/[0-9,]+ +\?\.\.\?%",
]

def check_screen(where, text):
    body = text
    if "Candidate     " in text:  # the answer in words, cut to fit, stands above its table
        body = text[text.index("Candidate     "):]
    counts["screen_rates"] += len(re.findall(SHOWN[0], body)) + len(re.findall(SHOWN[1], body))
    if re.search("[Ss]pam stopped +[0-9]", body) and not re.search("[Hh]am lost +[0-9]", body):
        fail(where, "spam stopped without ham lost")
    if "overage" not in text:
        fail(where, "no coverage on the screen")
    for pattern in SHOWN:
        body = re.sub(pattern, "", body)
    for line in body.splitlines():
        if re.search("[0-9?]%", line) and not re.search(r"\bab?out|Esc|/ F4", line):
            fail(where, "a rate alone: " + line)

def check_dashboard(where, arguments):
    if not shutil.which("tmux"):
        return False
    sys.path.insert(0, "tests/screens")
    import tmux_screen
    for size in "80x24", "200x60":
        with tmux_screen.Screen([program, "tui"] + arguments, size) as s:
            s.see("Restrictions")
            check_screen("%s, %s, 1" % (where, size), s.text())
            for key in "2", "3", "5":
                s.keys(key)
                s.see({"2": "by organisation", "3": "Messages", "5": "what leaks"}[key])
                for page in range(8):
                    check_screen("%s, %s, %s" % (where, size, key), s.text())
                    if key != "5":
                        break
                    s.keys("NPage")
    return True

# ---- logs ----

def run(arguments, how):
    done = subprocess.run([program, "replay", how] + arguments, capture_output=True, timeout=120)
    if done.returncode:
        sys.exit("replay %s: %s" % (how, done.stderr.decode()))
    return done.stdout.decode()

def check_all(name, arguments, dashboard=True):
    document = json.loads(run(arguments, "--json"))
    check_json(name, document)
    check_csv(name, run(arguments, "--csv"))
    check_text(name, run(arguments, "--text"))
    return document, dashboard and check_dashboard(name, arguments)

counts = {"estimates": 0, "refused": 0, "screen_rates": 0}
samples = ["-c", "samples/postfix", "--map-root", "samples/postfix", "--dns", "samples/dns.jsonl"]
labels = ["--labels", "samples/labels.jsonl"]
logs = ["samples/mail.log.1.gz", "samples/mail.log", "samples/bd-mail.log"]
rule = ["--enable", "reject_unknown_client_hostname"]
_, drawn = check_all("samples", samples + labels + rule + ["--budget", "0.1%"] + logs)
check_all("preset", samples + labels + ["--preset", "rdns-helo"] + logs, False)
check_all("greylist", samples + labels + [
    "--enable", "check_policy_service unix:postgrey/socket"] + logs, False)
check_all("guessed", samples + rule + logs, False)
check_all("bare", rule + ["samples/mail.log"], False)

# Two senders: counts, and no rate anywhere.
with open(work + "/few.log", "w", encoding="utf-8") as log, \
        open(work + "/few.jsonl", "w", encoding="utf-8") as truth:
    for i in range(40):
        host = "192.0.2.%d" % (7 if i % 4 else 8) if i % 2 else "198.51.100.9"
        at = "2026-02-%02dT10:00:%02d+00:00 mx postfix/" % (1 + i // 2, i)
        log.write("".join(at + line + "\n" for line in (
            "smtpd[%d]: connect from unknown[%s]" % (50 + i, host),
            "smtpd[%d]: 4F%05d: client=unknown[%s]" % (50 + i, i, host),
            "qmgr[9]: 4F%05d: from=<a@example.org>, size=9, nrcpt=1 (queue active)" % i,
            "local[8]: 4F%05d: to=<b@example.com>, relay=local, delay=0.1, delays=0/0/0/0.1, "
            "dsn=2.0.0, status=sent (delivered to maildir)" % i,
            "qmgr[9]: 4F%05d: removed" % i)))
        truth.write('{"queue_id":"4F%05d","ham":%d}\n' % (i, i % 3 > 0))
document, _ = check_all("few", rule + ["--labels", work + "/few.jsonl", work + "/few.log"])
lost = document["candidate"]["ham_lost"]
if lost["rate"] is not None or lost["reason"] != "too_few_senders" or lost["of"] != 26:
    fail("few", "ham lost: %s" % lost)
if counts["estimates"] < 300 or counts["refused"] < 10 or (drawn and counts["screen_rates"] < 20):
    fail("walk", "found too little to check: %s" % counts)
if failed:
    print("%d rates or places are wrong" % failed)
elif not drawn:
    print("without tmux: the dashboard was not looked at")
sys.exit(1 if failed else 0)
