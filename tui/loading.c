#include "tui/loading.h"

#include <stdlib.h>
#include <time.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/number_text.h"
#include "base/xalloc.h"
#include "tui/figures.h"
#include "tui/keys.h"

enum { FRAME_MS = 100, SETTLE_MS = 2000, TEXT_MAX = 8192, BAR_WIDTH = 60 };

struct tui_loading {
    struct screen *screen;
    const char *what, *phase;
    uint64_t done, all, lines;
    int64_t started_ms, drawn_ms;
    bool left;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static double share_done(const struct tui_loading *loading)
{
    double share = loading->all ? (double)loading->done / (double)loading->all : 0;
    return share > 1 ? 1 : share;
}

/* "42%  210.0 MiB of 500.0 MiB  3,812,000 lines". */
static void add_amounts(struct buffer *out, const struct tui_loading *loading)
{
    if (loading->all)
        buffer_format(out, "%3u%%  ", (unsigned)(share_done(loading) * 100));
    figures_bytes(out, loading->done);
    if (loading->all) {
        buffer_add_text(out, " of ");
        figures_bytes(out, loading->all);
    }
    if (loading->lines) {
        buffer_add_text(out, "  ");
        number_add_count(out, loading->lines);
        buffer_add_text(out, " lines");
    }
}

/* "120.0 MiB a second, 3 s left", once it can be told. */
static void add_speed(struct buffer *out, const struct tui_loading *loading)
{
    int64_t ms = now_ms() - loading->started_ms;
    if (ms < SETTLE_MS || loading->done == 0)
        return;
    double speed = (double)loading->done / (double)ms * 1000;
    figures_bytes(out, (uint64_t)speed);
    buffer_add_text(out, " a second");
    if (loading->all > loading->done) {
        double left = (double)(loading->all - loading->done) / speed;
        buffer_format(out, ", %.0f s left", left + 1);
    }
}

static void draw_bar(const struct tui_loading *loading, int row)
{
    struct buffer bar;
    buffer_init(&bar, TEXT_MAX);
    bool ascii = screen_is_ascii(loading->screen);
    size_t full = (size_t)(share_done(loading) * BAR_WIDTH);
    for (size_t i = 0; i < BAR_WIDTH; i++)
        buffer_add_text(&bar, i < full ? (ascii ? "#" : "\u2588") : (ascii ? "." : "\u2591"));
    screen_text(loading->screen, row, 2, BAR_WIDTH, buffer_slice(&bar), STYLE_PLAIN);
    buffer_release(&bar);
}

static void draw(struct tui_loading *loading)
{
    struct area area = screen_area(loading->screen);
    struct buffer text;
    int row = area.rows / 3, width = area.columns - 4;
    buffer_init(&text, TEXT_MAX);
    screen_begin(loading->screen);
    buffer_format(&text, "%s ", loading->phase);
    escape_terminal(&text, slice_of(strcmp(loading->what, "-") ? loading->what : "standard input"),
                    screen_is_ascii(loading->screen));
    screen_text(loading->screen, row, 2, width, buffer_slice(&text), STYLE_STRONG);
    if (loading->all)
        draw_bar(loading, row + 2);
    buffer_clear(&text);
    add_amounts(&text, loading);
    screen_text(loading->screen, row + 4, 2, width, buffer_slice(&text), STYLE_PLAIN);
    buffer_clear(&text);
    add_speed(&text, loading);
    screen_text(loading->screen, row + 5, 2, width, buffer_slice(&text), STYLE_PLAIN);
    screen_text(loading->screen, row + 7, 2, width, slice_of("q leaves"), STYLE_DIM);
    screen_end(loading->screen);
    buffer_release(&text);
    loading->drawn_ms = now_ms();
}

/* Looks at all keys that are waiting. */
static void look_at_keys(struct tui_loading *loading)
{
    for (int code = screen_key(loading->screen, 0); code; code = screen_key(loading->screen, 0))
        if (code == 'q' || code == 'Q' || code == KEY_CODE_ESCAPE || code == KEY_CODE_F10)
            loading->left = true;
}

struct tui_loading *tui_loading_open(const struct tui_options *options, const char *what,
                                     struct fault *fault)
{
    struct screen *screen = screen_open(options, fault);
    if (!screen)
        return NULL;
    struct tui_loading *loading = xcalloc(1, sizeof *loading);
    loading->screen = screen;
    loading->what = what;
    loading->phase = "Reading";
    loading->started_ms = now_ms();
    draw(loading);
    return loading;
}

bool tui_loading_progress(void *context, uint64_t done, uint64_t all)
{
    struct tui_loading *loading = context;
    loading->done = done;
    loading->all = all;
    bool read = all > 0 && done >= all;
    if (read) /* what follows does not call back */
        loading->phase = "Judging";
    if (read || now_ms() - loading->drawn_ms >= FRAME_MS) {
        look_at_keys(loading);
        draw(loading);
    }
    return !loading->left;
}

void tui_loading_lines(void *context, uint64_t lines)
{
    struct tui_loading *loading = context;
    loading->lines = lines;
}

void tui_loading_phase(struct tui_loading *loading, const char *phase)
{
    loading->phase = phase;
    look_at_keys(loading);
    draw(loading);
}

bool tui_loading_is_left(const struct tui_loading *loading)
{
    return loading->left;
}

void tui_loading_close(struct tui_loading *loading)
{
    if (loading)
        screen_close(tui_loading_take_screen(loading));
}

struct screen *tui_loading_take_screen(struct tui_loading *loading)
{
    struct screen *screen = loading->screen;
    free(loading);
    return screen;
}
