#ifndef REPORTS_TEXT_WHO_H
#define REPORTS_TEXT_WHO_H
/*
 * The part of the text report on people: who would lose wanted mail, and the allow list that would
 * save the most of it, ready to paste.
 */
#include "reports/text_page.h"

/* Adds it; nothing when no wanted mail is lost or late. */
void text_who_add(struct page *page);

#endif
