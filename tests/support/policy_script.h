#ifndef TESTS_SUPPORT_POLICY_SCRIPT_H
#define TESTS_SUPPORT_POLICY_SCRIPT_H
/*
 * Cases for restriction sets, one per `case` line, in the manner of smtpd_check.in: a
 * configuration, a world and mails with the verdict that every recipient must get.
 *
 *     case  a name                        starts afresh
 *     conf  NAME = VALUE                  one main.cf line
 *     version X.Y                         of Postfix, before the first conf line; else 3.7
 *     fault TEXT                          the configuration is refused with this in the reason
 *     policy SERVICE=MODEL[,...]          a --policy text
 *     answer JSON                         one line of an --answers file
 *     dns   TYPE NAME ANSWER[, ANSWER]    or an rcode: NXDOMAIN, SERVFAIL, NODATA
 *     client ADDRESS [NAME|- [REVERSE|- [STATUS [REVERSE STATUS]]]]   "-": not known to the log
 *     helo  TEXT | none | ?
 *     tls | pipelining | late_pipelining yes | no | ?      sasl USER | none | ?     ccert FINGERPRINT | none | ?
 *     size  BYTES
 *     sender_origin qmgr | info           who logged the senders: qmgr after rewriting, or smtpd
 *     screening WORDS                     what postscreen logged (evidence/screening.h)
 *     at    SECONDS                       when the next connections begin; one per mail
 *     from  ADDRESS | <> | ?              the next mail
 *     to    ADDRESS | ? = VERDICT [CODE [DSN [RESTRICTION]]]
 *     to    ADDRESS = unknown [NEED, NEED...]
 *     acts  RESTRICTION yes|no|unknown    what it alone would do with the last recipient
 *
 * Statuses are Postfix's: 2 verified, 4 look-up failed for now, 5 none, 6 does not lead back.
 */
#include "base/buffer.h"
#include "base/slice.h"

/* Runs every case of a script; what is wrong is said in complaints, a line each. name stands in
 * front of them. Gives the number of verdicts that were checked. */
unsigned policy_script_run(const char *name, struct slice script, struct buffer *complaints);

#endif
