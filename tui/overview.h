#ifndef TUI_OVERVIEW_H
#define TUI_OVERVIEW_H
/*
 * The answer at the top of the screen: what the candidate would have cost and stopped, always both
 * together, with their intervals and the coverage.
 */
#include "tui/panel.h"
#include "tui/screen.h"

/* The bar with what was read: one row. */
void overview_title(const struct dashboard *dashboard, struct area area);
/* The answer in words and the table of figures; returns the rows it took. */
int overview_full(const struct dashboard *dashboard, struct area area);
/* Both figures and the coverage in one row; returns the rows it took. */
int overview_line(const struct dashboard *dashboard, struct area area);

#endif
