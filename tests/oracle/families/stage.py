"""A real Postfix in private namespaces, started anew for every configuration, with the servers it talks to.

The caller must be root and already inside `unshare -n -m`. Only the lab's name server is borrowed.
"""
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time

import client

DAEMONS = "/usr/lib/postfix/sbin"
NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
SASL_PORT, POLICY_PORT = 12345, 12346

# What every configuration starts from: delivers nowhere, offers logins and TLS, knows one relay domain.
BASE = """compatibility_level = 3.6
myhostname = mx.example.com
mydomain = example.com
mydestination =
inet_interfaces = 127.0.0.1, ::1
inet_protocols = all
mynetworks = 127.0.0.0/8
relay_domains = example.com
local_transport = discard:
virtual_transport = discard:
relay_transport = discard:
default_transport = discard:
address_verify_map =
address_verify_poll_delay = 1s
address_verify_local_transport = discard:
address_verify_virtual_transport = discard:
address_verify_relay_transport = discard:
address_verify_default_transport = discard:
address_verify_transport_maps = pcre:{ {/^bad[0-9]@/ error:5.1.1 no such user}, {/^late[0-9]@/ retry:4.2.0 try again} }
alias_maps =
alias_database =
local_recipient_maps =
relay_recipient_maps = pcre:{ {/^user[0-9]+@example\\.com$$/ ok}, {/^postmaster@example\\.com$$/ ok} }
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_reject_unlisted_recipient = no
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_junk_command_limit = 100000
smtpd_client_connection_count_limit = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:%d
smtpd_tls_security_level = may
smtpd_tls_cert_file = $CERTS/server.pem
smtpd_tls_key_file = $CERTS/server.key
smtpd_tls_CAfile = $CERTS/ca.pem
smtpd_tls_ask_ccert = yes
smtpd_tls_loglevel = 1
smtpd_tls_eecdh_grade = auto
smtpd_timeout = 60s
default_process_limit = 60
in_flow_delay = 0
maillog_file = $LAB/maillog
maillog_file_prefixes = /
maillog_file_permissions = 0644
""" % SASL_PORT
# The baseline takes everything from everybody; the log of the instrumented one holds every fact.
OPEN = """mynetworks = 0.0.0.0/0, [::]/0
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_reject_unlisted_recipient = no
smtpd_reject_unlisted_sender = no
message_size_limit = 0
"""
INSTRUMENTS = """smtpd_client_port_logging = no
smtpd_tls_loglevel = 1
unknown_client_reject_code = 550
smtpd_client_restrictions = check_client_access static:{INFO seen}, warn_if_reject reject_unknown_reverse_client_hostname, warn_if_reject reject_unknown_client_hostname
"""
MASTER = """127.0.0.1:25 inet n - n - - smtpd
[::1]:25 inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
flush unix n - n 1000? 0 flush
showq unix n - n - - showq
"""


class Login(socketserver.StreamRequestHandler):
    """Dovecot's authentication protocol, as far as smtpd speaks it: every PLAIN login is right."""

    def handle(self):
        import base64
        self.wfile.write(b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n")
        for line in self.rfile:
            fields = line.decode().rstrip("\n").split("\t")
            if fields[0] == "AUTH":
                secret = next((f[5:] for f in fields if f.startswith("resp=")), "")
                user = base64.b64decode(secret).split(b"\0")[1].decode()
                self.wfile.write(("OK\t%s\tuser=%s\n" % (fields[1], user)).encode())


class Policy(socketserver.StreamRequestHandler):
    """A policy server: what it answers is a function of the request; every answer is recorded."""

    def handle(self):
        request = {}
        for line in self.rfile:
            text = line.decode("utf-8", "surrogateescape").rstrip("\n")
            if text:
                name, _, value = text.partition("=")
                request[name] = value
                continue
            action = self.server.rule(request)
            self.server.log.append((request, action))
            self.wfile.write(("action=%s\n\n" % action).encode("utf-8", "surrogateescape"))
            request = {}


class Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


def serve(handler, port):
    server = Threaded(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def policy_rule(request):
    """By sender and recipient: what the families' policy server says."""
    sender, rcpt = request.get("sender", ""), request.get("recipient", "")
    local = rcpt.partition("@")[0].lower()
    for word, action in (("user3", "REJECT not today"), ("user4", "DEFER_IF_PERMIT greylisted"), ("user5", "OK"), ("user6", "450 4.7.1 later"), ("user7", "PREPEND X-P: 1"),
                         ("user8", "550 5.1.1 no such user"), ("user9", "reject_unknown_sender_domain")):
        if local.startswith(word):
            return action
    return "REJECT spam" if sender.endswith("bad.example") else "DUNNO"


def make_certificates(folder):
    os.makedirs(folder, exist_ok=True)
    run = lambda *words: subprocess.run(["openssl"] + list(words), check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name in ("ca", "server", "self"):
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", name + ".key", "-out", name + ".pem",
            "-days", "3650", "-subj", "/CN=%s.example" % name)
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "signed.key", "-out", "signed.csr", "-subj", "/CN=signed.example")
    run("x509", "-req", "-in", "signed.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "signed.pem", "-days", "3650")
    words = {"$CERTS": folder}
    for name in ("self", "signed"):
        text = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", name + ".pem"], cwd=folder, capture_output=True, text=True, check=True).stdout
        words["$FP_" + name.upper()] = text.strip().rpartition("=")[2]
    os.chmod(folder, 0o755)
    return words


def last_wins(text):
    """main.cf without the entries that a later one overrides: their warnings would jam postlogd's socket before it is up."""
    entries, order = {}, []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if line[0].isspace():
            entries[order[-1]] += "\n" + line
            continue
        name = line.partition("=")[0].strip()
        if name in entries:
            order.remove(name)
        order.append(name)
        entries[name] = line
    return "".join(entries[name] + "\n" for name in order)


class Stage:
    def __init__(self, work, world, lab):
        self.work, self.world = work, world
        sh = lambda *cmd: subprocess.run(cmd, check=True)
        sh("ip", "link", "set", "lo", "up")
        for net in NETWORKS:
            sh("ip", "route", "add", "local", net, "dev", "lo")
        sh("ip", "-6", "route", "add", "local", "2001:db8::/32", "dev", "lo")
        for name, value in (("ipv6/ip_nonlocal_bind", "1"), ("unix/max_dgram_qlen", "1000")):  # the latter for postlogd's socket
            with open("/proc/sys/net/" + name, "w") as knob:
                knob.write(value)
        for path, text in (("/etc/resolv.conf", "nameserver 127.0.0.53\noptions timeout:5 attempts:2\n"), ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")):
            copy = os.path.join(work, os.path.basename(path))
            with open(copy, "w") as file:
                file.write(text)
            sh("mount", "--bind", copy, path)
        sh("mount", "-t", "tmpfs", "tmpfs", "/var/spool/postfix")
        sh("mount", "-t", "tmpfs", "tmpfs", "/var/lib/postfix")
        shutil.chown("/var/lib/postfix", "postfix", "postfix")
        self.words = make_certificates(os.path.join(work, "certificates"))
        zones = os.path.join(work, "zones.json")
        with open(zones, "w") as file:
            json.dump(world["zones"], file)
        self.dns = subprocess.Popen([sys.executable, os.path.join(lab, "dnsd.py"), zones, "127.0.0.53", "53"], stdout=subprocess.PIPE)
        self.dns.stdout.readline()
        serve(Login, SASL_PORT)
        self.policy = serve(Policy, POLICY_PORT)
        self.policy.rule, self.policy.log = policy_rule, []
        self.checked, self.ends = False, None

    def close(self):
        self.dns.send_signal(signal.SIGTERM)
        self.dns.wait()

    def write(self, folder, one, main):
        """Puts a configuration into a folder; main.cf and master.cf lie in the folder itself."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        os.chmod(folder, 0o755)

        def fill(text):
            for word, value in dict(self.words, **{"$LAB": folder}).items():
                text = text.replace(word, value)
            return text

        four = "inet_protocols = ipv4\n" in main
        master = "".join(line + "\n" for line in MASTER.splitlines() if not (four and line.startswith("[::1]"))) + one.master
        for name, text in (("main.cf", last_wins(BASE + main + ("inet_interfaces = 127.0.0.1\n" if four else ""))), ("master.cf", master)):
            with open(os.path.join(folder, name), "w", encoding="latin-1") as file:
                file.write(fill(text))
        for name, (text, kind) in one.files.items():
            with open(os.path.join(folder, name), "w", encoding="latin-1") as file:
                file.write(fill(text))
            if kind:
                subprocess.run(["postalias" if kind == "alias" else "postmap", "-c", folder, "%s:%s/%s" % (kind if kind != "alias" else "hash", folder, name)], check=True, stderr=subprocess.DEVNULL)
        for name in ("dynamicmaps.cf", "postfix-files", "dynamicmaps.cf.d", "postfix-files.d"):
            if os.path.exists("/etc/postfix/" + name):
                os.symlink("/etc/postfix/" + name, os.path.join(folder, name))

    def run(self, folder, port, drain):
        """As run_once; once more when nobody answered (postlogd's socket may jam while everybody starts)."""
        rows = self.run_once(folder, port, drain)
        if all(row["code"] == "000" for row in rows.values()):
            rows = self.run_once(folder, port, drain)
        return rows

    def run_once(self, folder, port, drain):
        """Plays the world against the configuration in a folder; gives the client's rows. With drain, self.ends says what became of the mail."""
        if not self.checked:  # makes the queue directories
            subprocess.run(["postfix", "-c", folder, "check"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.checked = True
        self.policy.log.clear()
        environment = dict(os.environ, MAIL_CONFIG=folder)
        master = subprocess.Popen([os.path.join(DAEMONS, "master"), "-c", folder], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE)
        try:
            for _ in range(1200):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=10).close()
                    break
                except OSError:
                    if master.poll() is not None:
                        raise RuntimeError("master: " + master.stderr.read().decode())
                    time.sleep(.05)
            rows = client.play(self.world, port, self.words["$CERTS"])
            if drain:
                self.drain(os.path.join(folder, "maillog"))
                self.ends = self.find_ends(os.path.join(folder, "maillog"))
        finally:
            master.send_signal(signal.SIGTERM)
            master.wait()
            subprocess.run("rm -rf /var/spool/postfix/incoming/* /var/spool/postfix/active/* /var/spool/postfix/deferred/* /var/spool/postfix/hold/* /var/lib/postfix/*",
                           shell=True, check=True)
        return rows

    @staticmethod
    def drain(log):
        """Waits until nothing is on its way through the queue, and the log has been quiet for a while."""
        quiet, size = 0, -1
        for _ in range(300):
            time.sleep(.1)
            now = os.path.getsize(log) if os.path.exists(log) else 0
            waiting = any(names for queue in ("maildrop", "incoming", "active") for _, _, names in os.walk("/var/spool/postfix/" + queue))
            quiet, size = (quiet + 1, size) if now == size and not waiting else (0, now)
            if quiet >= 10:
                return

    @staticmethod
    def find_ends(log):
        """{queue id: "hold" or "redirect"} and the ids that qmgr saw: what was taken and is in neither was discarded."""
        ends = {name: "hold" for _, _, names in os.walk("/var/spool/postfix/hold") for name in names}
        seen = set(ends)
        if not os.path.exists(log):
            return ends, seen
        with open(log, encoding="utf-8", errors="replace") as file:
            for line in file:
                got = re.search(r"/(qmgr|discard)\[\d+\]: ([0-9A-Za-z]+): (from|to)=<([^>]*)>", line)
                if got and got.group(1) == "qmgr":
                    seen.add(got.group(2))
                elif got and got.group(4) == "sink@redirect.example":
                    ends[got.group(2)] = "redirect"
        return ends, seen
