#ifndef ANALYZER_POLICY_SCREEN_TESTS_H
#define ANALYZER_POLICY_SCREEN_TESTS_H
/*
 * postscreen(8) in front of smtpd, as part of a program: its tests are checks outside the lists, asked
 * before anything that smtpd asks. Who passes is smtpd's; who fails gets one reply for all
 * recipients. The reply of the last test that is enforced counts, a drop ends the connection at once
 * (postscreen.c, postscreen_early.c, postscreen_smtpd.c).
 */
#include "analyzer/policy/list_run.h"

/* Makes the checks of a program whose screen settings are read: tests whose action is "ignore" have
 * none. */
void screen_compile(struct program *program);
/* Asks them: STATUS_REJECT when the client does not get to smtpd, its reply is in run->rejected then. */
enum status screen_run(struct run *run);
/* Finds out which sessions are a client's first contact with postscreen, for a program that asks;
 * before its columns are built. The cache is taken to be empty when the log begins, but for clients
 * that the log shows in it; where two sessions overlap it is not known. */
void screen_meet_clients(struct program *program, const struct evidence *evidence);
/* Says in remarks (may be NULL) what the answers take for granted where the log says nothing. */
void screen_remark(const struct program *program, const struct evidence *evidence,
                   struct diagnostics *remarks);

#endif
