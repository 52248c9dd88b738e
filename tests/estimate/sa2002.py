"""The answer on mail that people judged (check_sa2002)."""
import json, sys
document, text = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
e = document["candidate"]["ham_lost"]
top = [r for r in document["candidate"]["restrictions"]
       if r["name"] == "reject_unknown_client_hostname" and not r["warn_only"]][0]["top"]
wrong = []
def expect(what, got, want):
    if got != want:
        wrong.append(f"{what}: {got}, not {want}")
expect("ham lost", (e["count"], e["of"]), (1174, 3327))
expect("senders", (e["of_clusters"], round(e["effective_n"], 1)), (100, 5.7))
expect("interval", (round(e["low"], 2), round(e["high"], 2)), (0.05, 0.80))
expect("carried by", top["organisations"][0]["ham"], 1060)
expect("spam", document["population"]["spam"]["messages"], 1879)
expect("lines", document["input"]["lines_by_class"]["unknown"], 0)
words = " ".join(text.split())
expect("text", "1174 of 3327" in words and "(1060)" in words and "worth 5.7" in words, True)
answer = " ".join(text.split("\n\n")[0].split())
expect("not decidable", "Not decidable from these logs" in answer, True)
expect("no rate in the answer", "35 %" in answer, False)
expect("the one sender", "carries 1060 of the loss of 1174; without it 114 of 2267" in answer, True)
a = document["candidate"]["assessment"]
expect("assessment", (a["decision"], a["rate_decided"], round(a["without_one"][0], 3)), (None, False, 0.05))
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
