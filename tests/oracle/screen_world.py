#!/usr/bin/env python3
"""A lab world for postscreen, and its player.

usage: screen_world.py world LAB --seed N --hosts K > world.json
       screen_world.py run LAB --world W.json --config B.cf --master M --out DIR [--retry 5,8]

The world is the lab's own (LAB/world.py) with few connections per client: postscreen keeps every new
client waiting. Some clients have bad manners: they speak before the greeting, do not wait for
replies, end lines with a bare newline, or send headers for commands. The player is LAB/lab.py with a client
that behaves so. Needs what the lab needs.
"""
import argparse, json, os, random, sys, time


def make_world(lab, seed, hosts):
    import world

    made = world.build(seed, hosts, hosts * 6, "mixed")
    rng = random.Random(seed)
    manners = {}
    for host in made["hosts"]:
        kinds = ["early", "pipelining", "bare", "header"]
        manner = rng.choice(kinds) if host["spam"] and rng.random() < .4 else None
        if manner:
            manners[host["addr"]] = manner
    seen, sessions = {}, []
    for session in made["sessions"]:
        seen[session["host"]] = seen.get(session["host"], 0) + 1
        if seen[session["host"]] <= 2:
            sessions.append(session)
    made["sessions"], made["manners"] = sessions, manners
    return made


def client_class(lab, manners):
    """lab.Client whose commands go out as the client's manners have it."""

    class Client(lab.Client):
        def __init__(self, source):
            self.manner = manners.get(source)
            super().__init__(source)
            if self.manner == "early":
                time.sleep(.2)
                self.sock.sendall(b"EHLO early.example\r\n")
                self.kept = self.reply()

        def reply(self):
            """postscreen greets an early talker with the reply to its EHLO."""
            kept, self.kept = getattr(self, "kept", None), None
            if kept and kept[0] == "250":
                self.kept = kept
                return "220", ""
            return kept or super().reply()

        def send(self, command):
            verb = command.split(" ")[0]
            if self.manner == "early" and verb in ("EHLO", "HELO"):
                kept, self.kept = self.kept, None
                return kept or super().reply()
            if self.manner == "header" and verb == "MAIL":
                self.sock.sendall(b"Subject: hello\r\n")
                answer = self.reply()
                if answer[0] in ("000", "521", "421"):
                    return answer
            if self.manner == "bare" and verb == "MAIL":
                self.sock.sendall(command.encode("latin-1") + b"\n")
                return self.reply()
            if self.manner == "pipelining" and verb == "MAIL":
                self.sock.sendall(b"NOOP\r\n" + command.encode("latin-1") + b"\r\n")
                answer = self.reply()
                return answer if answer[0] in ("000", "521", "421") else self.reply()
            return super().send(command)

    return Client


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(dest="verb", required=True)
    w = sub.add_parser("world")
    r = sub.add_parser("run")
    for parser in (w, r):
        parser.add_argument("lab")
    w.add_argument("--seed", type=int, default=1)
    w.add_argument("--hosts", type=int, default=40)
    r.add_argument("--world", required=True)
    r.add_argument("--config", required=True)
    r.add_argument("--master")
    r.add_argument("--out", required=True)
    r.add_argument("--workers", type=int, default=12)
    r.add_argument("--retry", type=lambda text: [float(x) for x in text.split(",")], default=[])
    r.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    a = p.parse_args()
    a.helper = []
    sys.path.insert(0, a.lab)
    if a.verb == "world":
        json.dump(make_world(a.lab, a.seed, a.hosts), sys.stdout)
    elif a.inside:
        import lab

        lab.Client = client_class(lab, json.load(open(a.world))["manners"])
        lab.inside(a)
    else:
        os.makedirs(a.out, exist_ok=True)
        os.chmod(a.out, 0o755)
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable] + sys.argv + ["--inside"])


if __name__ == "__main__":
    main()
