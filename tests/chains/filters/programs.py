#!/usr/bin/env python3
"""Starts the real programs of a chain beside the lab's Postfix, and ends them with it.

usage: programs.py amavis|spampd DIR     a --helper of the lab: runs in its private namespaces until SIGTERM

amavis: content filter 127.0.0.1:10024 with SpamAssassin and a virus scanner made of grep; spampd: before-queue proxy on
127.0.0.1:10025, with opendkim as milter of the smtpd behind it. Both end at Dovecot's LMTP with a Sieve script that files tagged mail
into Junk. Mail numbers ending in 3 are spam, in 7 a lot of it (amavis drops it), in 5 a virus; the others are clean.
/dev/log of the namespace is served here and written to DIR/maillog, beside the lines of Postfix. DIR/ready appears when all answer.
"""
import os, re, shutil, signal, socket, subprocess, sys, threading, time

chain, work = sys.argv[1], os.path.abspath(sys.argv[2])
children = []
DOVECOT = """base_dir = {0}/dovecot
state_dir = {0}/dovecot
log_path = syslog
protocols = lmtp
ssl = no
mail_location = maildir:{0}/mail/%Ln
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
recipient_delimiter = +
auth_username_format = %Ln
passdb {{
  driver = passwd-file
  args = {0}/users
}}
userdb {{
  driver = passwd-file
  args = {0}/users
  override_fields = home={0}/mail/%Ln
}}
service lmtp {{
  unix_listener {0}/lmtp {{
    mode = 0666
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
  postmaster_address = postmaster@example.com
}}
plugin {{
  sieve_before = {0}/sieve/junk.sieve
}}
lda_mailbox_autocreate = yes
"""
SIEVE = """require ["fileinto"];
if header :contains "X-Spam-Flag" "YES" { fileinto "Junk"; }
"""
RULES = """header LAB_SPAM Message-ID =~ /<lab-\\d*3\\@/
score LAB_SPAM 8.0
header LAB_MUCH Message-ID =~ /<lab-\\d*7\\@/
score LAB_MUCH 20.0
header LAB_ANY Message-ID =~ /<lab-/
score LAB_ANY 0.5
add_header spam Flag _YESNOCAPS_
report_safe 0
required_score 5.0
use_bayes 0
"""
AMAVIS = """use strict;
$max_servers = 3;
$daemon_user = 'amavis'; $daemon_group = 'amavis';
$MYHOME = '{0}/amavis'; $TEMPBASE = '{0}/amavis/tmp'; $QUARANTINEDIR = '{0}/amavis/quarantine';
$db_home = '{0}/amavis/db'; $helpers_home = '{0}/amavis'; $lock_file = '{0}/amavis/lock'; $pid_file = '{0}/amavis/pid';
$enable_db = 0; $enable_zmq = 0; $nanny_details_level = 0;
$mydomain = 'example.com'; $myhostname = 'mx.example.com';
@local_domains_acl = ('.example.com');
@mynetworks = qw(127.0.0.0/8 [::1]);
$inet_socket_port = 10024; $inet_socket_bind = '127.0.0.1';
$forward_method = 'smtp:[127.0.0.1]:10026'; $notify_method = $forward_method;
$do_syslog = 1; $syslog_facility = 'mail'; $log_level = 0;
$sa_local_tests_only = 1; $sa_mail_body_size_limit = 100*1024;
$sa_tag_level_deflt = -999; $sa_tag2_level_deflt = 5.0; $sa_kill_level_deflt = 12.0; $sa_spam_subject_tag = undef;
$final_virus_destiny = D_DISCARD; $final_spam_destiny = D_DISCARD; $final_banned_destiny = D_PASS; $final_bad_header_destiny = D_PASS;
$virus_quarantine_method = 'local:virus-%m'; $spam_quarantine_method = 'local:spam-%m';
$virus_admin = undef; $spam_admin = undef;
@bypass_banned_checks_maps = (1); @bypass_header_checks_maps = (1);
@av_scanners = (['Lab-Scanner', '{1}/scanner', '{{}}', [0], [1], qr/^INFECTED ([^ ]+)$/m]);
@av_scanners_backup = ();
@decoders = (['mail', \\&do_mime_decode]);
1;
"""


def path(*names):
    return os.path.join(work, *names)


def write(name, text, mode=0o644):
    with open(path(name), "w") as f:
        f.write(text)
    os.chmod(path(name), mode)


def folder(name, owner=None):
    os.makedirs(path(name), exist_ok=True)
    if owner:
        shutil.chown(path(name), owner, owner)


def serve_log():
    """A /dev of our own with a /dev/log, whose datagrams become lines beside those of Postfix."""
    folder("dev")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path("dev")], check=True)
    subprocess.run(["cp", "-a", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", path("dev")], check=True)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(path("dev", "log"))
    os.chmod(path("dev", "log"), 0o666)
    subprocess.run(["mount", "--bind", path("dev"), "/dev"], check=True)
    out = os.open(path("maillog"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def run():
        while True:
            text = re.sub(rb"^<\d+>", b"", log.recv(65536)).rstrip(b"\n\0")
            os.write(out, text[:16] + b"mx " + text[16:] + b"\n")
    threading.Thread(target=run, daemon=True).start()


def rules():
    """SpamAssassin with the lab's few rules in place of its own."""
    folder("rules")
    folder("site")
    write("rules/10_lab.cf", RULES)
    write("site/init.pre", "loadplugin Mail::SpamAssassin::Plugin::Check\n")
    for name, at in (("rules", "/usr/share/spamassassin"), ("site", "/etc/spamassassin")):
        subprocess.run(["mount", "--bind", path(name), at], check=True)


def start(*command):
    out = open(path("programs.log"), "a")
    children.append(subprocess.Popen(command, stdout=out, stderr=out))


def wait_for(family, address):
    for _ in range(600):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as s:
                s.connect(address)
                return
        except OSError:
            time.sleep(.1)
    sys.exit(f"programs.py: nothing answers at {address}")


def dovecot():
    for name in ("dovecot", "sieve"):
        folder(name)
    folder("mail", "mail")
    write("users", "".join(f"user{i}:{{PLAIN}}x::::::\n" for i in range(1, 200)) + "postmaster:{PLAIN}x::::::\n")
    write("sieve/junk.sieve", SIEVE)
    write("dovecot.conf", DOVECOT.format(work))
    subprocess.run(["sievec", "-c", path("dovecot.conf"), path("sieve/junk.sieve")], check=True)
    start("dovecot", "-F", "-c", path("dovecot.conf"))
    wait_for(socket.AF_UNIX, path("lmtp"))


def amavis():
    for name in ("", "/tmp", "/quarantine", "/db"):
        folder("amavis" + name, "amavis")
    write("scanner", "#!/bin/sh\ngrep -qi '^Message-ID: <lab-[0-9]*5@' \"$1/../email.txt\" || exit 0\necho INFECTED Lab-Virus\nexit 1\n", 0o755)
    write("amavis.conf", AMAVIS.format(work, work))
    start("amavisd", "-c", path("amavis.conf"), "foreground")
    wait_for(socket.AF_INET, ("127.0.0.1", 10024))


def spampd():
    write("opendkim.conf", f"Syslog yes\nSyslogSuccess yes\nLogWhy yes\nMode v\nSocket inet:8891@127.0.0.1\nUserID opendkim\nUMask 007\nPidFile {work}/opendkim.pid\nBackground no\nNameservers 127.0.0.53\n")
    start("opendkim", "-f", "-x", path("opendkim.conf"))
    folder("spampd", "mail")
    subprocess.run(["mount", "--bind", path("spampd"), "/var/cache/spampd"], check=True)
    start("spampd", "--nodetach", "--host=127.0.0.1:10025", "--relayhost=127.0.0.1:10026", "--user=mail", "--group=mail",
          f"--pid={work}/spampd/pid", "--children=4", "--tagall", "--log-rules-hit", "--local-only")
    wait_for(socket.AF_INET, ("127.0.0.1", 8891))
    wait_for(socket.AF_INET, ("127.0.0.1", 10025))


def end(*_):
    for child in reversed(children):
        child.terminate()
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
    os._exit(0)


signal.signal(signal.SIGTERM, end)
serve_log()
rules()
dovecot()
amavis() if chain == "amavis" else spampd()
write("ready", "")
while True:
    signal.pause()
