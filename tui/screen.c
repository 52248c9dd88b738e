#include "tui/screen.h"

#define NCURSES_WIDECHAR             1
#define GCC_SCANFLIKE(format, first) /* curses.h would name a function that base/banned.h bans */
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buffer.h"
#include "base/xalloc.h"
#include "tui/keys.h"
#include "tui/text_columns.h"

/* Last, for it makes macros of everyday words. */
#include <term.h>
#undef columns
#undef lines

struct screen {
    SCREEN *terminal;
    FILE *keyboard; /* opened by us; NULL: standard input */
    bool color, ascii, mouse;
    bool has_cursor; /* an input line wants it */
    int cursor_row, cursor_column;
    int click_row, click_column;
};

/* Looks: told apart without colour by bold, underline and reverse; the colours (yellow for wanted
 * mail, cyan for spam) are ones that most colour-blind people tell apart. */
static const struct {
    attr_t attributes;
    short color; /* foreground; COLOR_BLACK: the terminal's own */
} looks[STYLES] = {
    [STYLE_PLAIN] = { A_NORMAL, COLOR_BLACK },    [STYLE_TITLE] = { A_REVERSE, COLOR_BLACK },
    [STYLE_HEADING] = { A_BOLD, COLOR_BLACK },    [STYLE_STRONG] = { A_BOLD, COLOR_BLACK },
    [STYLE_DIM] = { A_DIM, COLOR_BLACK },         [STYLE_HAM] = { A_BOLD, COLOR_YELLOW },
    [STYLE_SPAM] = { A_NORMAL, COLOR_CYAN },      [STYLE_WARNING] = { A_BOLD, COLOR_MAGENTA },
    [STYLE_MATCH] = { A_UNDERLINE, COLOR_BLACK },
};

static bool wants_color(enum tui_color color)
{
    const char *no_color = getenv("NO_COLOR"); /* NOLINT(concurrency-mt-unsafe): before threads */
    if (color == TUI_COLOR_AUTO)
        return !no_color || !*no_color;
    return color == TUI_COLOR_ALWAYS;
}

static void start_colors(struct screen *screen, enum tui_color color)
{
    screen->color = wants_color(color) && has_colors() && start_color() == OK;
    if (!screen->color)
        return;
    bool own = use_default_colors() == OK;
    for (int i = 0; i < STYLES; i++)
        init_pair((short)(i + 1),
                  looks[i].color == COLOR_BLACK ? (own ? -1 : COLOR_WHITE) : looks[i].color,
                  own ? -1 : COLOR_BLACK);
}

/* The terminal that keys come from. False and fault when there is none. */
static bool find_keyboard(struct screen *screen, struct fault *fault)
{
    if (!isatty(STDOUT_FILENO))
        return fault_set(fault, FAULT_USAGE, NULL, 0,
                         "the dashboard needs a terminal; for a file or a pipe use replay");
    if (isatty(STDIN_FILENO))
        return true;
    screen->keyboard = fopen("/dev/tty", "r");
    return screen->keyboard || fault_set(fault, FAULT_USAGE, NULL, 0,
                                         "standard input is not a terminal and there is no "
                                         "other one to read keys from; use replay");
}

static bool open_terminal(struct screen *screen, struct fault *fault)
{
    if (!find_keyboard(screen, fault))
        return false;
    screen->terminal = newterm(NULL, stdout, screen->keyboard ? screen->keyboard : stdin);
    if (screen->terminal && cursor_address && *cursor_address)
        return true;
    if (screen->terminal)
        endwin();
    const char *term = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): before threads */
    return fault_set(fault, FAULT_USAGE, NULL, 0,
                     "this terminal (TERM=%s) cannot show the dashboard; set TERM, or use replay",
                     term ? term : "");
}

struct screen *screen_open(const struct tui_options *options, struct fault *fault)
{
    /* Not LC_ALL: numbers stay as they are in every document. NOLINTNEXTLINE: before threads */
    setlocale(LC_CTYPE, "");
    struct screen *screen = xcalloc(1, sizeof *screen);
    if (!open_terminal(screen, fault)) {
        if (screen->keyboard)
            fclose(screen->keyboard);
        if (screen->terminal)
            delscreen(screen->terminal);
        free(screen);
        return NULL;
    }
    const char *codeset = nl_langinfo(CODESET); /* NOLINT(concurrency-mt-unsafe) */
    screen->ascii = options->ascii || strcmp(codeset, "UTF-8") != 0;
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    start_colors(screen, options->color);
    if (options->mouse)
        screen_toggle_mouse(screen);
    return screen;
}

void screen_close(struct screen *screen)
{
    if (!screen)
        return;
    endwin();
    delscreen(screen->terminal);
    if (screen->keyboard)
        fclose(screen->keyboard);
    free(screen);
}

bool screen_is_ascii(const struct screen *screen)
{
    return screen->ascii;
}

struct area screen_area(const struct screen *screen)
{
    (void)screen; /* curses keeps the size */
    return (struct area){ 0, 0, LINES, COLS };
}

void screen_begin(struct screen *screen)
{
    screen->has_cursor = false;
    erase();
}

void screen_end(struct screen *screen)
{
    curs_set(screen->has_cursor);
    if (screen->has_cursor)
        move(screen->cursor_row, screen->cursor_column);
    refresh();
}

void screen_repaint(struct screen *screen)
{
    clearok(stdscr, TRUE);
    screen_end(screen);
}

void screen_cursor(struct screen *screen, int row, int column)
{
    screen->has_cursor = true;
    screen->cursor_row = row;
    screen->cursor_column = column;
}

static attr_t look(const struct screen *screen, unsigned style)
{
    unsigned base = style & ~(unsigned)STYLE_SELECTED;
    attr_t attributes = looks[base].attributes;
    if (screen->color)
        attributes |= (attr_t)COLOR_PAIR((int)base + 1);
    if (style & STYLE_SELECTED)
        attributes = (attributes & ~(attr_t)(A_DIM | A_COLOR)) | A_REVERSE;
    return attributes;
}

/* Adds text at the cursor character by character, so that nothing unprintable gets through. */
static void add_text(struct slice text)
{
    while (text.len) {
        size_t len;
        bool plain;
        text_character(text, &len, &plain);
        if (plain)
            addnstr(text.at, (int)len);
        else
            addch('?');
        text = slice_skip(text, len);
    }
}

int screen_text(struct screen *screen, int row, int column, int width, struct slice text,
                unsigned style)
{
    if (width <= 0 || text.len == 0 || row < 0 || row >= LINES || column < 0 || column >= COLS)
        return 0;
    width = width > COLS - column ? COLS - column : width;
    struct slice shown = text_head(text, (size_t)width);
    bool cut = shown.len < text.len;
    if (cut)
        shown = text_head(text, (size_t)width - 1);
    attrset((int)look(screen, style));
    move(row, column);
    add_text(shown);
    if (cut)
        addstr(screen->ascii ? "~" : "\u2026");
    attrset(A_NORMAL);
    return (int)text_columns(shown) + cut;
}

void screen_fill(struct screen *screen, int row, int column, int width, unsigned style)
{
    attrset((int)look(screen, style));
    if (width > 0 && row >= 0 && row < LINES && column >= 0 && column < COLS)
        mvhline(row, column, ' ' | look(screen, style), width);
    attrset(A_NORMAL);
}

void screen_mark(struct screen *screen, int row, int column, int width, unsigned style)
{
    if (width <= 0 || row < 0 || row >= LINES || column < 0 || column >= COLS)
        return;
    attr_t attributes = look(screen, style);
    mvchgat(row, column, width, attributes & ~(attr_t)A_COLOR, (short)PAIR_NUMBER((int)attributes),
            NULL);
}

/* Turns a mouse event into a key: the wheel scrolls, button 1 clicks. */
static int mouse_key(struct screen *screen)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return 0;
    if (event.bstate & BUTTON4_PRESSED)
        return KEY_CODE_UP;
    if (event.bstate & BUTTON5_PRESSED)
        return KEY_CODE_DOWN;
    if (!(event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)))
        return 0;
    screen->click_row = event.y;
    screen->click_column = event.x;
    return KEY_CODE_CLICK;
}

/* What curses calls a key, and what this room calls it. */
static int function_key(wint_t code)
{
    static const struct {
        wint_t curses;
        int code;
    } table[] = {
        { KEY_BACKSPACE, KEY_CODE_BACKSPACE },
        { KEY_ENTER, KEY_CODE_ENTER },
        { KEY_UP, KEY_CODE_UP },
        { KEY_DOWN, KEY_CODE_DOWN },
        { KEY_LEFT, KEY_CODE_LEFT },
        { KEY_RIGHT, KEY_CODE_RIGHT },
        { KEY_SR, KEY_CODE_SHIFT_UP },
        { KEY_SF, KEY_CODE_SHIFT_DOWN },
        { KEY_PPAGE, KEY_CODE_PAGE_UP },
        { KEY_NPAGE, KEY_CODE_PAGE_DOWN },
        { KEY_HOME, KEY_CODE_HOME },
        { KEY_END, KEY_CODE_END },
        { KEY_IC, KEY_CODE_INSERT },
        { KEY_F(1), KEY_CODE_F1 },
        { KEY_F(4), KEY_CODE_F4 },
        { KEY_F(10), KEY_CODE_F10 },
        { KEY_RESIZE, KEY_CODE_RESIZE },
    };
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].curses == code)
            return table[i].code;
    return 0;
}

int screen_key(struct screen *screen, int timeout_ms)
{
    enum { DELETE = 127 };
    wint_t code;
    timeout(timeout_ms);
    errno = 0;
    int got = get_wch(&code);
    if (got == KEY_CODE_YES)
        return code == KEY_MOUSE ? mouse_key(screen) : function_key(code);
    if (got != OK)
        return timeout_ms < 0 && errno != EINTR ? SCREEN_CLOSED : 0; /* the terminal is gone */
    if (code == '\b' || code == DELETE)
        return KEY_CODE_BACKSPACE;
    return code == '\n' ? KEY_CODE_ENTER : (int)code;
}

void screen_toggle_mouse(struct screen *screen)
{
    screen->mouse = !screen->mouse;
    mouseinterval(0);
    mousemask(screen->mouse ? BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED
                            : 0,
              NULL);
}

void screen_click(const struct screen *screen, int *row, int *column)
{
    *row = screen->click_row;
    *column = screen->click_column;
}
