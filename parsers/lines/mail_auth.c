/* Lines of the mail authentication milters: OpenDKIM, OpenDMARC, OpenARC, dkim-filter, dkimproxy. */
#include "base/xalloc.h"
#include "parsers/lines/shape_tables.h"

#define NOTE(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_NOTE, pattern, sample, NULL, 0                                                \
    }
#define WARN(pattern, sample)                                                                      \
    {                                                                                              \
        EVENT_DAEMON_WARNING, pattern, sample, NULL, 0                                             \
    }
#define DKIM(pattern, sample, result)                                                              \
    {                                                                                              \
        EVENT_DKIM_RESULT, pattern, sample, "result=" result, 0                                    \
    }

/* clang-format off */
static const struct line_shape dkim[] = {
    DKIM("{queue_id}: DKIM-Signature field added", "4jY4Wd0VKsz39: DKIM-Signature field added", "signed"),
    DKIM("{queue_id}: DKIM-Signature field added (s={selector}, d={domain})", "4jY4Wd0VKsz39: DKIM-Signature field added (s=mail, d=example.com)", "signed"),
    DKIM("{queue_id}: DKIM-Signature header added (s={selector}, d={domain})", "4jY4Wd0VKsz39: DKIM-Signature header added (s=mail, d=example.com)", "signed"),
    DKIM("{queue_id}: \"DKIM-Signature\" header added{*}", "4jY4Wd0VKsz39: \"DKIM-Signature\" header added by mx.example.com", "signed"),
    DKIM("{queue_id}: DKIM verification successful", "4jY4Wd0VKsz39: DKIM verification successful", "pass"),
    DKIM("{queue_id}: DKIM verification successful {*}", "4jY4Wd0VKsz39: DKIM verification successful (s=sel d=example.org)", "pass"),
    DKIM("{queue_id}: s={selector} d={domain} a={*} SSL {reason}", "4jY4Wd0VKsz39: s=sel d=example.org a=rsa-sha256 SSL error:04091068:rsa routines::bad signature", "fail"),
    DKIM("{queue_id}: s={selector} d={domain} SSL", "4jY4Wd0VKsz39: s=sel d=example.org SSL", "fail"),
    DKIM("{queue_id}: s={selector} d={domain} SSL {reason}", "4jY4Wd0VKsz39: s=sel d=example.org SSL error:04091068:rsa routines::bad signature", "fail"),
    DKIM("{queue_id}: SSL {reason}", "4jY4Wd0VKsz39: SSL error:04077068:rsa routines:RSA_verify:bad signature", "fail"),
    DKIM("{queue_id}: bad signature data", "4jY4Wd0VKsz39: bad signature data", "fail"),
    DKIM("{queue_id}: no signature data", "4jY4Wd0VKsz39: no signature data", "none"),
    DKIM("{queue_id}: key retrieval failed (s={selector}, d={domain}){reason}", "4jY4Wd0VKsz39: key retrieval failed (s=sel, d=example.org): no such record", "permerror"),
    DKIM("{queue_id}: key retrieval failed{reason}", "4jY4Wd0VKsz39: key retrieval failed", "permerror"),
    DKIM("{queue_id}: [{client_address}] [{*}] not internal", "4jY4Wd0VKsz39: [192.0.2.7] [192.0.2.7] not internal", "null"),
    DKIM("{queue_id}: {client_name:word} [{client_address}] not internal", "4jY4Wd0VKsz39: mail.example.org [192.0.2.7] not internal", "null"),
    DKIM("{queue_id}: not authenticated", "4jY4Wd0VKsz39: not authenticated", "null"),
    DKIM("{queue_id}: not internal", "4jY4Wd0VKsz39: not internal", "null"),
    DKIM("{queue_id}: no signing table match for '{sender}'", "4jY4Wd0VKsz39: no signing table match for 'a@example.com'", "null"),
    DKIM("{queue_id}: no signing domain match for '{domain}'", "4jY4Wd0VKsz39: no signing domain match for 'example.com'", "null"),
    DKIM("{queue_id}: no signing subdomain match for '{domain}'", "4jY4Wd0VKsz39: no signing subdomain match for 'example.com'", "null"),
    DKIM("{queue_id}: no signing keylist match for '{sender}'", "4jY4Wd0VKsz39: no signing keylist match for 'a@example.com'", "null"),
    DKIM("{queue_id}: message has signatures from {domain}", "4jY4Wd0VKsz39: message has signatures from example.org, example.net", "null"),
    DKIM("{queue_id}: signature={*} domain={domain} selector={selector} result=\"{reason}\"", "4jY4Wd0VKsz39: signature=AbCdEf domain=example.org selector=sel result=\"no signature error\"", "null"),
    DKIM("{queue_id}: external host {client_name} attempted to send as {domain}", "4jY4Wd0VKsz39: external host mail.example.org attempted to send as example.com", "null"),
    DKIM("{queue_id}: s={selector} d={domain} a={*}", "4jY4Wd0VKsz39: s=sel d=example.org a=rsa-sha256", "null"),
    DKIM("{queue_id}: can't determine message sender; {reason}", "4jY4Wd0VKsz39: can't determine message sender; accepting", "null"),
    DKIM("{queue_id}: no MTA name match", "4jY4Wd0VKsz39: no MTA name match", "null"),
    DKIM("{queue_id}: unable to parse From: header field", "4jY4Wd0VKsz39: unable to parse From: header field", "null"),
    DKIM("{queue_id}: syntax error: {reason}", "4jY4Wd0VKsz39: syntax error: missing parameter(s) in key data", "permerror"),
    DKIM("{queue_id}: {*}header{*} added{*}", "4jY4Wd0VKsz39: Authentication-Results header added", "null"),
    WARN("{queue_id}: dkim_{reason}", "4jY4Wd0VKsz39: dkim_eom(): resource unavailable: d2i_PrivateKey_bio() failed"),
    WARN("{queue_id}: {what}() failed{reason}", "4jY4Wd0VKsz39: smfi_addheader() failed"),
    WARN("{queue_id}: can't load key from {reason}", "4jY4Wd0VKsz39: can't load key from /etc/dkimkeys/x: Permission denied"),
    WARN("{queue_id}: error loading key {reason}", "4jY4Wd0VKsz39: error loading key 'x'"),
    WARN("{queue_id}: key data is not secure{reason}", "4jY4Wd0VKsz39: key data is not secure: x can be read or written by other users"),
    NOTE("{*}: key data is not secure{text}", "default._domainkey.example.com: key data is not secure: x can be read or written by other users"),
    WARN("{queue_id}: failed to parse {reason}", "4jY4Wd0VKsz39: failed to parse authentication-results: header field"),
    NOTE("OpenDKIM Filter v{text}", "OpenDKIM Filter v2.11.0 starting (args: -f)"),
    NOTE("OpenDKIM Filter: {text}", "OpenDKIM Filter: mi_stop=1"),
    NOTE("Sendmail DKIM Filter {text}", "Sendmail DKIM Filter v2.8.2 starting (args: x)"),
    NOTE("DKIM signing {text}", "DKIM signing - signed; <m1@example.org>, d=example.com"),
    NOTE("DKIM verify - {text}", "DKIM verify - pass; from=<a@example.org>, header.i=@example.org"),
    WARN("smfi_{reason}", "smfi_opensocket() failed"),
    WARN("unable to {reason}", "unable to bind to port inet:8891@localhost: Address already in use"),
    WARN("can't {reason}", "can't load key from /etc/dkimkeys/x"),
    WARN("error {reason}", "error loading key 'x'"),
    WARN("/{*}: {reason}", "/etc/dkimkeys/x: open(): Permission denied"),
};

static const struct line_shape dmarc[] = {
    { EVENT_SPF_ANSWER, "{queue_id}: SPF({identity}): {domain:word} {spf:spf_word}", "4jY4Wd0VKsz39: SPF(mailfrom): example.org pass", NULL, 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: {domain:word} {result:dmarc_word}", "4jY4Wd0VKsz39: example.org pass", NULL, 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: {domain:word} {result:dmarc_word} {reason}", "4jY4Wd0VKsz39: example.org fail (p=none)", NULL, 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: rejected by DMARC policy for {domain}", "4jY4Wd0VKsz39: rejected by DMARC policy for example.org", "result=reject", 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: quarantined by DMARC policy for {domain}", "4jY4Wd0VKsz39: quarantined by DMARC policy for example.org", "result=quarantine", 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: ignoring Authentication-Results {text}", "4jY4Wd0VKsz39: ignoring Authentication-Results at 1 from mx.example.net", "result=null", 0 },
    { EVENT_DMARC_RESULT, "{queue_id:qid} ignoring Authentication-Results {text}", "4jY4Wd0VKsz39 ignoring Authentication-Results at 1 from mx.example.net", "result=null", 0 },
    { EVENT_DMARC_RESULT, "ignoring connection from {text}", "ignoring connection from localhost", "result=null", 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: unable to parse From header field{text}", "4jY4Wd0VKsz39: unable to parse From header field", "result=null", 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: no From header field; {text}", "4jY4Wd0VKsz39: no From header field; accepting", "result=null", 0 },
    { EVENT_DMARC_RESULT, "{queue_id}: multi-valued From field detected{text}", "4jY4Wd0VKsz39: multi-valued From field detected", "result=null", 0 },
    WARN("{queue_id}: opendmarc_{reason}", "4jY4Wd0VKsz39: opendmarc_policy_query_dmarc() returned status 7"),
    WARN("{queue_id}: {what}() failed{reason}", "4jY4Wd0VKsz39: smfi_addheader() failed"),
    NOTE("OpenDMARC Filter {text}", "OpenDMARC Filter v1.4.2 starting (args: -f)"),
    NOTE("OpenDMARC Filter: {text}", "OpenDMARC Filter: mi_stop=1"),
    NOTE("implicit authentication service: {text}", "implicit authentication service: mx.example.com"),
    NOTE("additional trusted authentication services: {text}", "additional trusted authentication services: none"),
    NOTE("started as: {text}", "started as: opendmarc"),
    NOTE("history file {text}", "history file x"),
};

static const struct line_shape arc[] = {
    { EVENT_DKIM_RESULT, "{queue_id}: chain state = {result}", "4jY4Wd0VKsz39: chain state = pass", "what=arc", 0 },
    { EVENT_DKIM_RESULT, "{queue_id}: ARC {text}", "4jY4Wd0VKsz39: ARC seal added", "what=arc", 0 },
    NOTE("OpenARC Filter{text}", "OpenARC Filter v1.0 starting"),
    WARN("{queue_id}: {what}() failed{reason}", "4jY4Wd0VKsz39: arc_eoh() failed"),
    NOTE("{queue_id}: ignoring {text}", "4jY4Wd0VKsz39: ignoring Authentication-Results at 1"),
};
/* clang-format on */

const struct shape_table dkim_shapes = { "dkim_shapes", SERVICE_FILTER, dkim, COUNT(dkim) };
const struct shape_table dmarc_shapes = { "dmarc_shapes", SERVICE_FILTER, dmarc, COUNT(dmarc) };
const struct shape_table arc_shapes = { "arc_shapes", SERVICE_FILTER, arc, COUNT(arc) };
