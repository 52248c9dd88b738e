"""An audit list that was not filled in, and one that was, beside the truth (check_audit)."""
import json, sys
load = lambda name: json.load(open(f"{sys.argv[1]}/{name}"))
lines = lambda name: [json.loads(line) for line in open(f"{sys.argv[1]}/{name}")]
truth, before, unfilled, after = map(load, ("truth", "before", "unfilled", "after"))
listed, again = lines("list"), lines("next")
wrong = []
def expect(what, good):
    if not good:
        wrong.append(what)
e, t = after["candidate"]["ham_lost"], truth["candidate"]["ham_lost"]
expect("nothing is labelled before", before["candidate"]["ham_lost"]["of"] == 0)
expect("the remedy counts the list", before["candidate"]["assessment"]["judge"] == len(listed) == 40)
expect("one message of each sender", len({entry["organisation"] for entry in listed}) == len(listed))
expect("mail that passes is asked about, too",
       any(not entry["client_name"] for entry in listed) and any(entry["client_name"] for entry in listed))
expect("a list that is not filled in says nothing", unfilled["candidate"] == before["candidate"])
expect("judged mail is labelled", e["of"] >= 30)
expect("not all wanted mail is lost", 0 < e["count"] < e["of"])
expect("the truth lies in the interval", e["low"] <= t["rate"] <= e["high"])
expect("who was judged is not asked again",
       not {entry["queue_id"] for entry in listed} & {entry["queue_id"] for entry in again})
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
