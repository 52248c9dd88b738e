#ifndef REPORTS_TEXT_HISTORY_H
#define REPORTS_TEXT_HISTORY_H
/*
 * The part of the text report on time: week by week, configuration changes, what each stage lets
 * through, and late mail.
 */
#include "reports/text_page.h"

/* Adds it. */
void text_history_add(struct page *page);

#endif
