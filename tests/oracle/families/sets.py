"""Configurations to judge: a main.cf with its tables, from a file or made up.

A set file is main.cf lines, then sections:
    --- file NAME [hash|btree]     a table beside main.cf, compiled when a type is given
    --- master                     lines for master.cf
    --- service NAME PORT          which smtpd is meant (--service NAME), and where it listens
    --- allow WORD...              beginnings of what the instrumented log and the DNS cannot tell here (`needs`)
    --- answers                    policy servers and address probes have recorded answers (--answers)
$LAB is the folder, $CERTS that of the certificates, $FP_SELF and $FP_SIGNED their fingerprints.
"""
import os
import re

# What A leaves out of a set: it must take all mail, or A and B have no mail in common.
JUDGING = re.compile(r"smtpd_(client|helo|sender|relay|recipient|data|end_of_data|etrn)_restrictions$|smtpd_delay_reject$|smtpd_helo_required$|strict_rfc821_envelopes$|"
                     r"smtpd_reject_unlisted_|message_size_limit$|soft_bounce$|smtpd_tls_security_level$|smtpd_tls_auth_only$|smtpd_reject_footer$|"
                     r"mynetworks|smtpd_restriction_classes$|smtpd_recipient_limit$|disable_vrfy_command$|smtpd_sasl_auth_enable$|smtpd_discard_ehlo|"
                     r"smtpd_milters$|virtual_alias_maps$|canonical_maps$|transport_maps$|relocated_maps$|.*_canonical_maps$|smtpd_upstream_proxy|default_transport$|.*_transport$")


class Set:
    def __init__(self, name, main="", files=None, master="", service=None, port=25, allow=(), answers=False):
        self.name, self.main, self.files, self.master = name, main, files or {}, master
        self.service, self.port, self.allow, self.answers = service, port, allow, answers

    def open_main(self):
        """main without everything that refuses mail or changes addresses: for the baseline."""
        out, keep = [], True
        for line in self.main.splitlines():
            if line and not line[0].isspace() and not line.startswith("#"):
                keep = not JUDGING.match(line.partition("=")[0].strip())
            if keep:
                out.append(line)
        return "\n".join(out) + "\n"


def read(path):
    one = Set(os.path.splitext(os.path.basename(path))[0])
    lines, sink = [], "main"
    texts = {"main": lines}
    with open(path, encoding="utf-8") as file:
        for line in file.read().encode().decode("latin-1").splitlines():
            words = line.split()
            if not line.startswith("--- "):
                texts[sink].append(line)
            elif words[1] == "file":
                sink = words[2]
                texts[sink] = []
                one.files[sink] = (None, words[3] if len(words) > 3 else None)
            elif words[1] == "master":
                sink = "master"
                texts[sink] = []
            elif words[1] == "service":
                one.service, one.port = words[2], int(words[3])
            elif words[1] == "allow":
                one.allow = tuple(words[2:])
            elif words[1] == "answers":
                one.answers = True
            else:
                raise ValueError("%s: %s" % (path, line))
    one.main = "\n".join(lines) + "\n"
    one.master = "\n".join(texts.get("master", [])) + "\n"
    for name, (_, kind) in list(one.files.items()):
        one.files[name] = ("\n".join(texts[name]) + "\n", kind)
    return one
