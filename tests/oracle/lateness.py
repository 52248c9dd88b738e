"""Delays as announced, beside the delays of a real Postfix (check_lateness)."""
import collections, ipaddress, json, os, sys
sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "support"))
from expect import expect, finish
work = sys.argv[1]

def lines(path):
    with open(work + path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]

def network(text):
    address = ipaddress.ip_address(text)
    return ipaddress.ip_network("%s/%d" % (text, 24 if address.version == 4 else 48), strict=False)

# Greylisting: every case, from the lab's verdicts.
cases = collections.defaultdict(list)
for row in sorted(lines("/G/verdicts.jsonl"), key=lambda row: row["time"]):
    if row["sender"]:
        cases[row["sender"], row["rcpt"]].append(row)
truth, delays = collections.Counter(), []
for rows in cases.values():
    first = None
    for row in rows:
        if first is None and row["code"][0] == "4" and "reylist" in row["text"]:
            first = row
        elif first is not None and row["code"][0] == "2":
            same = first["addr"] == row["addr"]
            near = network(first["addr"]) == network(row["addr"])
            truth["same_address" if same else "same_network" if near else "other_network"] += 1
            if row["ham"]:
                delays.append(row["time"] - first["time"])
            first = None
    truth["open"] += first is not None
with open(work + "/G.json", encoding="utf-8") as file:
    got = json.load(file)["lateness"]["greylisting"]
for key in "same_address", "same_network", "other_network", "open":
    expect("greylisting, " + key, got[key], truth[key])
expect("greylisting, never", got["never"], 0)
back = got["came_back"]
expect("greylisting, wanted that came back", back["messages"], len(delays))
if truth["same_address"] < 50 or abs(back["median"]["seconds"] - sorted(delays)[len(delays) // 2]) > 2:
    expect("greylisting, median", back["median"], sorted(delays)[len(delays) // 2])

# The filter: what it caught of what it was handed, by its own account and the labels.
ham = {row["queue_id"]: row["ham"] for row in lines("/P/labels.jsonl")}
caught = collections.Counter()
for row in lines("/P/chain.jsonl"):
    caught[ham[row["first"]] > 0.5, row["verdict"] in ("spam", "virus")] += 1
with open(work + "/P.json", encoding="utf-8") as file:
    stages = {s["kind"]: s for s in json.load(file)["leaks"]["stages"]}
stage = stages["filter"]
expect("filter, spam passed", (stage["spam_passed"]["count"], stage["spam_passed"]["of"]),
       (caught[False, False], caught[False, False] + caught[False, True]))
expect("filter, ham caught", (stage["ham_caught"]["count"], stage["ham_caught"]["of"]),
       (caught[True, True], caught[True, True] + caught[True, False]))
if not caught[True, True] or not caught[False, False]:
    expect("filter", "it never erred", "some errors")
expect("restrictions", stages["restrictions"]["spam_passed"]["reason"], "labels_of_passed_mail")
finish()
