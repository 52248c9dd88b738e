#ifndef ANALYZER_EVIDENCE_VERDICT_KIND_H
#define ANALYZER_EVIDENCE_VERDICT_KIND_H
/*
 * What smtpd did with a recipient, as the log shows it and as a policy would answer: the one scale on
 * which both are compared. Of several outcomes the first of reject .. redirect is the verdict.
 */
enum verdict_kind {
    VERDICT_ACCEPT,
    VERDICT_REJECT,
    VERDICT_DEFER,
    VERDICT_DISCARD,
    VERDICT_HOLD,
    VERDICT_REDIRECT,
    VERDICT_UNKNOWN,
    VERDICT_KINDS
};

#endif
