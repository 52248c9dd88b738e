#include "tui/app.h"

#include "base/escape.h"
#include "base/xalloc.h"
#include "tui/keys.h"
#include "tui/loading.h"
#include "tui/overview.h"
#include "tui/panel.h"
#include "tui/text_columns.h"

enum { DEPTH_MAX = 16, TEXT_MAX = 16384, IDLE_MS = 40 };

struct app {
    struct dashboard dashboard;
    struct panel *stack[DEPTH_MAX]; /* the restrictions are always at the bottom */
    size_t depth;
    bool done;
};

static struct panel *top_panel(struct app *app)
{
    return app->stack[app->depth - 1];
}

static void panel_free(struct panel *panel)
{
    filter_bar_release(&panel->filter);
    panel->class->free(panel);
}

/* Takes the panel over. */
static void push(struct app *app, struct panel *panel)
{
    if (app->depth == DEPTH_MAX)
        panel_free(panel);
    else
        app->stack[app->depth++] = panel;
}

static void pop(struct app *app)
{
    panel_free(app->stack[--app->depth]);
}

static void pop_to_restrictions(struct app *app)
{
    while (app->depth > 1)
        pop(app);
}

static void read_answer(struct dashboard *dashboard)
{
    struct arena arena;
    arena_init(&arena);
    buffer_clear(&dashboard->answer);
    escape_terminal(&dashboard->answer, results_answer(dashboard->results, &arena),
                    dashboard->ascii);
    arena_release(&arena);
}

/* --- drawing ----------------------------------------------------------------------------------- */

static void draw_path(struct app *app, struct area area)
{
    struct screen *screen = app->dashboard.screen;
    struct panel *panel = top_panel(app);
    struct buffer path, status;
    buffer_init(&path, TEXT_MAX);
    buffer_init(&status, TEXT_MAX);
    for (size_t i = app->depth > 1 ? 1 : 0; i < app->depth; i++) {
        buffer_add_text(&path, i <= 1 ? "" : app->dashboard.ascii ? " > " : " \u203a ");
        app->stack[i]->class->title(app->stack[i], &path);
    }
    if (panel->filter.text.len) {
        buffer_add_text(&path, panel->list ? "  (filter: " : "  (find: ");
        escape_terminal(&path, buffer_slice(&panel->filter.text), app->dashboard.ascii);
        buffer_add_byte(&path, ')');
    }
    if (panel->list)
        list_view_status(panel->list, &status);
    else
        text_view_status(panel->text, &status);
    int right = (int)text_columns(buffer_slice(&status));
    screen_fill(screen, area.row, area.column, area.columns, STYLE_TITLE);
    struct slice shown = buffer_slice(&path);
    int room = area.columns - right - 4;
    size_t columns = text_columns(shown);
    if (room > 0 && columns > (size_t)room) /* the end of the path says where we are */
        shown = text_skip(shown, columns - (size_t)room);
    screen_text(screen, area.row, 1, room, shown, STYLE_TITLE);
    if (columns > text_columns(shown))
        screen_text(screen, area.row, 1, 1, slice_of(app->dashboard.ascii ? "~" : "\u2026"),
                    STYLE_TITLE);
    screen_text(screen, area.row, area.columns - right - 1, right, buffer_slice(&status),
                STYLE_TITLE);
    buffer_release(&path);
    buffer_release(&status);
}

static void draw_hints(struct app *app, struct area area)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    unsigned contexts = top_panel(app)->class->contexts;
    struct buffer text;
    int at = 1;
    buffer_init(&text, TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].hint || !(rows[i].contexts & contexts))
            continue;
        buffer_clear(&text);
        keys_names(&text, &rows[i], true);
        at += screen_text(app->dashboard.screen, area.row, at, area.columns - at,
                          buffer_slice(&text), STYLE_HEADING);
        bool leaves = rows[i].action == ACTION_BACK && app->depth == 1;
        buffer_clear(&text);
        buffer_format(&text, " %s  ", leaves ? "quit" : rows[i].hint);
        at += screen_text(app->dashboard.screen, area.row, at, area.columns - at,
                          buffer_slice(&text), STYLE_PLAIN);
    }
    buffer_release(&text);
}

/* The line in which the filter is typed, in the place of the hints. */
static void draw_filter(struct app *app, struct area area)
{
    struct panel *panel = top_panel(app);
    struct buffer text;
    buffer_init(&text, TEXT_MAX);
    buffer_add_text(&text, panel->list ? "Filter: " : "Find: ");
    escape_terminal(&text, buffer_slice(&panel->filter.text), app->dashboard.ascii);
    struct slice shown = buffer_slice(&text);
    size_t room = (size_t)area.columns - 32, columns = text_columns(shown);
    if (columns > room)
        shown = text_skip(shown, columns - room);
    int at = 1 + screen_text(app->dashboard.screen, area.row, 1, (int)room, shown, STYLE_STRONG);
    screen_text(app->dashboard.screen, area.row, area.columns - 27, 26,
                slice_of("Enter keep  Esc as before"), STYLE_DIM);
    screen_cursor(app->dashboard.screen, area.row, at);
    buffer_release(&text);
}

static void draw_detail(struct app *app, struct area area)
{
    struct panel *panel = top_panel(app);
    struct buffer text;
    if (!panel->class->detail)
        return;
    buffer_init(&text, TEXT_MAX);
    panel->class->detail(panel, &text);
    screen_text(app->dashboard.screen, area.row, 1, area.columns - 2, buffer_slice(&text),
                STYLE_DIM);
    buffer_release(&text);
}

static void draw_body(struct app *app, struct area area)
{
    struct panel *panel = top_panel(app);
    if (!panel->list) {
        text_view_draw(panel->text, app->dashboard.screen, area);
        return;
    }
    int below = panel->class->below ? panel->class->below(panel, area, false) : 0;
    struct area list = area, rest = area;
    list.rows -= below ? below + 1 : 0;
    rest.row += list.rows + 1;
    rest.rows = below;
    list_view_draw(panel->list, app->dashboard.screen, list,
                   panel->class->empty ? panel->class->empty : "");
    if (below)
        panel->class->below(panel, rest, true);
}

static void draw_too_small(struct app *app, struct area area)
{
    struct buffer text;
    buffer_init(&text, 256);
    buffer_format(&text, "This terminal has %dx%d; the dashboard needs %dx%d.", area.columns,
                  area.rows, SCREEN_COLUMNS_MIN, SCREEN_ROWS_MIN);
    struct slice rest = buffer_slice(&text), row;
    int at = 0;
    while (text_next_row(&rest, (size_t)area.columns, &row))
        screen_text(app->dashboard.screen, at++, 0, area.columns, row, STYLE_PLAIN);
    screen_text(app->dashboard.screen, at, 0, area.columns, slice_of("Enlarge it, or Q to leave."),
                STYLE_PLAIN);
    buffer_release(&text);
}

static void draw(struct app *app)
{
    struct screen *screen = app->dashboard.screen;
    struct area area = screen_area(screen), line = area;
    screen_begin(screen);
    if (area.rows < SCREEN_ROWS_MIN || area.columns < SCREEN_COLUMNS_MIN) {
        draw_too_small(app, area);
        screen_end(screen);
        return;
    }
    overview_title(&app->dashboard, line);
    line.row = 1;
    line.row += top_panel(app)->class->full_overview ? overview_full(&app->dashboard, line)
                                                     : overview_line(&app->dashboard, line);
    struct area body = { line.row + 1, 0, area.rows - line.row - 3, area.columns };
    draw_body(app, body);
    draw_path(app, line); /* it says what the body could not show */
    line.row = area.rows - 2;
    draw_detail(app, line);
    line.row = area.rows - 1;
    if (top_panel(app)->filter.editing)
        draw_filter(app, line);
    else
        draw_hints(app, line);
    screen_end(screen);
}

/* --- keys -------------------------------------------------------------------------------------- */

static void apply_filter(struct panel *panel)
{
    struct slice text = buffer_slice(&panel->filter.text);
    if (panel->text)
        text_view_search(panel->text, text);
    else if (panel->list->model->filters_itself)
        panel->class->reload(panel);
    else
        list_view_filter(panel->list, text);
}

static void go_back(struct app *app, int code)
{
    struct panel *panel = top_panel(app);
    if (code == KEY_CODE_ESCAPE &&
        filter_bar_clear(&panel->filter)) { /* Esc takes the filter away first */
        apply_filter(panel);
        return;
    }
    if (app->depth > 1)
        pop(app);
    else if (code == 'q')
        app->done = true;
}

static void show_sources(struct app *app)
{
    pop_to_restrictions(app);
    push(app, panel_sources_new(&app->dashboard, SIZE_MAX));
}

static void show_messages(struct app *app)
{
    const struct results_filter stopped = { .restriction = SIZE_MAX, .ham = -1, .stopped = true };
    pop_to_restrictions(app);
    push(app, panel_messages_new(&app->dashboard, &stopped, "Messages"));
}

static void show_remarks(struct app *app)
{
    pop_to_restrictions(app);
    push(app, panel_remarks_new(&app->dashboard));
}

static void show_history(struct app *app)
{
    pop_to_restrictions(app);
    push(app, panel_history_new(&app->dashboard));
}

static void show_help(struct app *app)
{
    push(app, panel_help_new(&app->dashboard));
}

static void start_filter(struct app *app)
{
    filter_bar_start(&top_panel(app)->filter);
}

static void toggle_mouse(struct app *app)
{
    screen_toggle_mouse(app->dashboard.screen);
}

static void redraw(struct app *app)
{
    screen_repaint(app->dashboard.screen);
}

static void leave(struct app *app)
{
    app->done = true;
}

static const struct {
    enum action action;
    void (*act)(struct app *app);
} app_actions[] = {
    { ACTION_RESTRICTIONS, pop_to_restrictions },
    { ACTION_SOURCES, show_sources },
    { ACTION_MESSAGES, show_messages },
    { ACTION_REMARKS, show_remarks },
    { ACTION_HISTORY, show_history },
    { ACTION_HELP, show_help },
    { ACTION_FILTER, start_filter },
    { ACTION_MOUSE, toggle_mouse },
    { ACTION_REDRAW, redraw },
    { ACTION_QUIT, leave },
};

static bool act_of_app(struct app *app, enum action action)
{
    for (size_t i = 0; i < COUNT(app_actions); i++)
        if (app_actions[i].action == action) {
            app_actions[i].act(app);
            return true;
        }
    return false;
}

/* The panel's own keys. A changed candidate changes the numbers of all panels. */
static bool act_of_panel(struct app *app, enum action action)
{
    struct panel *panel = top_panel(app), *next = NULL;
    enum panel_event event =
        panel->class->act ? panel->class->act(panel, action, &next) : PANEL_IGNORED;
    if (event == PANEL_OPEN)
        push(app, next);
    if (event == PANEL_CHANGED)
        read_answer(&app->dashboard);
    for (size_t i = 0; event == PANEL_CHANGED && i < app->depth; i++)
        if (app->stack[i]->class->reload)
            app->stack[i]->class->reload(app->stack[i]);
    return event != PANEL_IGNORED;
}

static bool act_of_view(struct panel *panel, enum action action)
{
    return panel->list ? list_view_act(panel->list, action) : text_view_act(panel->text, action);
}

static void click(struct app *app)
{
    int row, column;
    screen_click(app->dashboard.screen, &row, &column);
    if (top_panel(app)->list && list_view_click(top_panel(app)->list, row))
        act_of_panel(app, ACTION_OPEN);
}

static void handle(struct app *app, int code)
{
    struct panel *panel = top_panel(app);
    if (panel->filter.editing && code != KEY_CODE_RESIZE) {
        if (filter_bar_key(&panel->filter, code) == FILTER_CHANGED)
            apply_filter(panel);
        return;
    }
    enum action action = keys_action(code, panel->class->contexts);
    if (action == ACTION_CLICK) {
        click(app);
        return;
    }
    bool done = act_of_app(app, action) || act_of_panel(app, action) || act_of_view(panel, action);
    if (!done && (action == ACTION_BACK || action == ACTION_LEFT))
        go_back(app, code);
}

/* The next key, or 0 when the screen is to be drawn again. */
static int next_key(struct app *app)
{
    struct panel *panel = top_panel(app);
    if (panel->class->idle) {
        int code = screen_key(app->dashboard.screen, IDLE_MS);
        if (code || panel->class->idle(panel))
            return code;
    }
    return screen_key(app->dashboard.screen, -1);
}

int tui_run(struct results *results, const struct tui_options *options, struct fault *fault)
{
    struct app app = { .dashboard.results = results };
    app.dashboard.screen =
        options->loading ? tui_loading_take_screen(options->loading) : screen_open(options, fault);
    if (!app.dashboard.screen)
        return (int)fault->kind;
    app.dashboard.ascii = screen_is_ascii(app.dashboard.screen);
    buffer_init(&app.dashboard.answer, TEXT_MAX);
    read_answer(&app.dashboard);
    push(&app, panel_restrictions_new(&app.dashboard));
    while (!app.done) {
        draw(&app);
        int code = next_key(&app);
        if (code == SCREEN_CLOSED)
            break;
        if (code)
            handle(&app, code);
    }
    while (app.depth > 0)
        pop(&app);
    buffer_release(&app.dashboard.answer);
    screen_close(app.dashboard.screen);
    return 0;
}
