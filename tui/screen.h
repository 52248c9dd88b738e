#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H
/*
 * The terminal: the only place that draws with curses. Opens it (locale, colours, keys), draws
 * escaped text clipped to cells, reads keys. Draws whole frames: begin, any number of texts, end;
 * curses sends only what changed. Text must have passed escape_terminal with screen_is_ascii; as a
 * second wall anything unprintable is drawn as `?`.
 */
#include <stdbool.h>

#include "base/fault.h"
#include "base/slice.h"

enum tui_color { TUI_COLOR_AUTO, TUI_COLOR_ALWAYS, TUI_COLOR_NEVER };

struct tui_loading;

/* What the command line says about the dashboard. Zeroes are the defaults. */
struct tui_options {
    enum tui_color color;        /* auto: unless NO_COLOR is set and not empty */
    bool ascii;                  /* plain ASCII even where the locale has UTF-8 */
    bool mouse;                  /* take the mouse from the start */
    struct tui_loading *loading; /* its terminal is taken over by tui_run; NULL: opens one */
};

enum { SCREEN_ROWS_MIN = 24, SCREEN_COLUMNS_MIN = 80 };

/* How a text looks; each is told from the others without colour too. */
enum style {
    STYLE_PLAIN,
    STYLE_TITLE,   /* the bar at the top */
    STYLE_HEADING, /* column titles, headings */
    STYLE_STRONG,
    STYLE_DIM,
    STYLE_HAM,  /* figures of wanted mail */
    STYLE_SPAM, /* figures of spam */
    STYLE_WARNING,
    STYLE_MATCH, /* what the filter matched */
    STYLES
};
enum { STYLE_SELECTED = 0x100 }; /* added to a style: the row under the cursor */

struct screen;

/* A rectangle of cells, counted from 0. */
struct area {
    int row, column, rows, columns;
};

/* Opens the terminal; keys come from /dev/tty when standard input is none. NULL and fault when there
 * is no terminal, or one without cursor movement. Sets LC_CTYPE from the environment. */
struct screen *screen_open(const struct tui_options *options, struct fault *fault);
/* Gives the terminal back as it was. */
void screen_close(struct screen *screen);
/* True when only ASCII may be drawn: not a UTF-8 locale, or asked for. */
bool screen_is_ascii(const struct screen *screen);
/* The whole screen as it is now. */
struct area screen_area(const struct screen *screen);
/* Starts a frame with an empty screen. */
void screen_begin(struct screen *screen);
/* Shows the frame. */
void screen_end(struct screen *screen);
/* Shows the frame from scratch, whatever the terminal shows. */
void screen_repaint(struct screen *screen);
/* Puts the blinking cursor there until the next frame (an input line). */
void screen_cursor(struct screen *screen, int row, int column);
/* Draws text from (row, column), at most width columns; longer text ends in an ellipsis. Returns the
 * columns drawn. */
int screen_text(struct screen *screen, int row, int column, int width, struct slice text,
                unsigned style);
/* Draws blanks. */
void screen_fill(struct screen *screen, int row, int column, int width, unsigned style);
/* Changes the look of cells that are drawn already. */
void screen_mark(struct screen *screen, int row, int column, int width, unsigned style);
enum { SCREEN_CLOSED = -1 };
/* Waits up to timeout_ms (negative: for ever) for a key: a code as in keys.h, 0 when none came,
 * SCREEN_CLOSED when none can come any more. */
int screen_key(struct screen *screen, int timeout_ms);
/* Switches mouse reports on or off. */
void screen_toggle_mouse(struct screen *screen);
/* Where the last click was (KEY_CODE_CLICK). */
void screen_click(const struct screen *screen, int *row, int *column);

#endif
