#ifndef TUI_LOADING_H
#define TUI_LOADING_H
/*
 * The screen while a log is read: how far, how fast, how long still; it can be left at any time. The
 * loader calls back every so often; the screen is drawn at most ten times a second, keys are looked
 * at each time it is.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "tui/screen.h"

struct tui_loading;

/* Opens the terminal with the progress screen. what: the name of what is read; borrowed, escaped
 * here. NULL and fault when there is no terminal (screen_open). */
struct tui_loading *tui_loading_open(const struct tui_options *options, const char *what,
                                     struct fault *fault);
/* The callback: done of all bytes were read (all 0: not known how many there are). False when the
 * user wants to leave; then, and ever after, loading should stop soon. */
bool tui_loading_progress(void *loading, uint64_t done, uint64_t all);
/* Lines read so far, for the next draw; context as above. */
void tui_loading_lines(void *context, uint64_t lines);
/* What is being done ("Reading", the first, "Judging"); borrowed. Draws at once. */
void tui_loading_phase(struct tui_loading *loading, const char *phase);
/* True when the user wants to leave. */
bool tui_loading_is_left(const struct tui_loading *loading);
/* Gives the terminal back. Not for a loading whose terminal tui_run has taken over. */
void tui_loading_close(struct tui_loading *loading);
/* Hands the terminal over and frees the loading: for tui_run. */
struct screen *tui_loading_take_screen(struct tui_loading *loading);

#endif
