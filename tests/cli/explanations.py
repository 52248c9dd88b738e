"""One explanation beside the verdicts and the replay (check_explain)."""
import json, sys
document = json.load(open(sys.argv[1]))
verdicts = {}
for line in open(sys.argv[2]):
    row = json.loads(line)
    verdicts.setdefault((row["time"], row["queue_id"], row["recipient"]), []).append(row)
replay = json.load(open(sys.argv[3]))
where, bad, rows, decided = f"-k {sys.argv[4]} dns={sys.argv[5]}", 0, 0, 0
def wrong(*words):
    global bad
    bad += 1
    print(where, *words)
if document["found"] < len(document["messages"]) or not document["messages"]:
    wrong("found", document["found"], "shown", len(document["messages"]))
def check(side, message, recipient, row):
    global decided
    told, said = recipient[side], row[side]
    place = (message["queue_id"], recipient["recipient"], side)
    for field in ("verdict", "code", "dsn", "restriction", "argument", "list", "class", "needs"):
        if told[field] != said[field]:
            wrong(place, field, told[field], "in --verdicts", said[field])
    steps = told["steps"]
    listed = [s for s in steps if s["list"] and s["depth"] == 0]
    names = [(s["list"], s["position"], s["restriction"], s["argument"]) for s in listed]
    asked = [(r["list"], r["position"], r["name"], r["argument"])
             for r in replay[side]["restrictions"] if r["list"]]
    if names != asked:
        wrong(place, "steps", names, "restrictions", asked)
    deciders = [s for s in steps if s["decides"] is True]
    if told["verdict"] in ("reject", "defer"):
        decided += 1
        if len(deciders) != 1:
            wrong(place, "deciders", deciders)
            return
        d = deciders[0]
        if d["asked"] is not True or d["stage"] != said["stage"] or any(
                d[f] != told[f] for f in ("restriction", "argument", "list", "code", "dsn")):
            wrong(place, "decider", d, "verdict", said)
        after = steps[steps.index(d) + 1:]
        if d["answer"] in ("reject", "defer") and any(s["asked"] is not False for s in after):
            wrong(place, "something is asked after", d["restriction"])
    elif deciders:
        wrong(place, told["verdict"], "with deciders", deciders)
    elif told["verdict"] == "unknown":
        if not any(s["decides"] is None and s["asked"] is not False for s in steps):
            wrong(place, "unknown, and no step may decide")
        if not told["needs"]:
            wrong(place, "unknown without needs")
for message in document["messages"]:
    for recipient in message["recipients"]:
        rows += 1
        for row in verdicts[recipient["time"], message["queue_id"], recipient["recipient"]][:1]:
            check("baseline", message, recipient, row)
            check("candidate", message, recipient, row)
print(where, rows, "rows,", decided, "refusals")
sys.exit(bad != 0 or rows == 0)
