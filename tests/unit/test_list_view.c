#include <math.h>

#include "tests/support/suite.h"
#include "tui/list_view.h"

static const struct {
    const char *name;
    double number;
} people[] = {
    { "dora", 3 }, { "Anna", 7 }, { "carl", (double)NAN }, { "bert", 7 }, { "anna", 1 },
};

static const struct list_column columns[] = { { .title = "Name" },
                                              { .title = "Number", .right = true } };

static size_t count(void *owner)
{
    return *(size_t *)owner;
}

static unsigned cell(void *owner, size_t row, size_t column, struct buffer *out)
{
    (void)owner;
    if (column == 0)
        buffer_add_text(out, people[row].name);
    else
        buffer_format(out, "%.0f", people[row].number);
    return STYLE_PLAIN;
}

static double number(void *owner, size_t row, size_t column)
{
    (void)owner, (void)column;
    return people[row].number;
}

static const struct list_model model = { .columns = columns,
                                         .column_count = 2,
                                         .fixed = 1,
                                         .count = count,
                                         .cell = cell,
                                         .number = number };

/* The rows in the order of the list, as digits. */
static const char *order(const struct list_view *list, char text[32])
{
    for (size_t i = 0; i < list->count; i++)
        text[i] = (char)('0' + list->order[i]);
    text[list->count] = '\0';
    return text;
}

static const struct {
    const char *actions; /* s sort, S sort back, I invert */
    const char *needle, *order;
} orders[] = {
    { "", "", "01234" },  { "s", "", "14320" }, { "ss", "", "13042" }, { "sss", "", "01234" },
    { "S", "", "13042" }, { "I", "", "43210" }, { "sI", "", "02341" }, { "ssI", "", "40132" },
    { "", "ann", "14" },  { "", "ANN", "14" },  { "ss", "7", "13" },   { "", "nobody", "" },
};

START_TEST(sorted_and_filtered)
{
    size_t rows = COUNT(people);
    struct list_view list;
    char text[32];
    list_view_init(&list, &model, &rows);
    list_view_reload(&list);
    list_view_filter(&list, slice_of(orders[_i].needle));
    for (const char *at = orders[_i].actions; *at; at++)
        ck_assert(list_view_act(&list, *at == 's'   ? ACTION_SORT_NEXT
                                       : *at == 'S' ? ACTION_SORT_PREVIOUS
                                                    : ACTION_SORT_INVERT));
    ck_assert_str_eq(order(&list, text), orders[_i].order);
    list_view_release(&list);
}
END_TEST

START_TEST(cursor_stays_on_its_row)
{
    size_t rows = COUNT(people), row = 9;
    struct list_view list;
    list_view_init(&list, &model, &rows);
    list_view_reload(&list);
    list_view_act(&list, ACTION_END);
    ck_assert(list_view_selected(&list, &row) && row == 4);
    list_view_filter(&list, slice_of("anna"));
    ck_assert(list_view_selected(&list, &row) && row == 4);
    list_view_filter(&list, slice_of("carl"));
    ck_assert(list_view_selected(&list, &row) && row == 2);
    list_view_filter(&list, slice_of("nobody"));
    ck_assert(!list_view_selected(&list, &row));
    list_view_filter(&list, slice_of(""));
    ck_assert(list_view_selected(&list, &row));
    rows = 1; /* the others went */
    list_view_reload(&list);
    ck_assert(list_view_selected(&list, &row) && row == 0);
    list_view_release(&list);
}
END_TEST

static const struct {
    size_t rows;
    const enum action actions[6];
    size_t cursor;
} moves[] = {
    { 5, { ACTION_DOWN, ACTION_DOWN }, 2 },
    { 5, { ACTION_UP }, 0 },
    { 5, { ACTION_END, ACTION_DOWN }, 4 },
    { 5, { ACTION_END, ACTION_UP }, 3 },
    { 5, { ACTION_END, ACTION_HOME }, 0 },
    { 5, { ACTION_PREVIOUS_MATCH }, 4 },
    { 5, { ACTION_END, ACTION_NEXT_MATCH }, 0 },
    { 5, { ACTION_PAGE_DOWN, ACTION_PAGE_DOWN }, 2 }, /* nothing drawn yet: pages of one row */
    { 0, { ACTION_DOWN, ACTION_END, ACTION_PAGE_DOWN, ACTION_NEXT_MATCH }, 0 },
    { 1, { ACTION_PREVIOUS_MATCH, ACTION_UP, ACTION_END }, 0 },
};

START_TEST(moving)
{
    size_t rows = moves[_i].rows;
    struct list_view list;
    list_view_init(&list, &model, &rows);
    list_view_reload(&list);
    for (size_t i = 0; i < 6 && moves[_i].actions[i]; i++)
        ck_assert(list_view_act(&list, moves[_i].actions[i]));
    ck_assert_uint_eq(list.cursor, moves[_i].cursor);
    list_view_release(&list);
}
END_TEST

START_TEST(what_is_none_of_a_lists)
{
    size_t rows = COUNT(people);
    struct list_view list;
    list_view_init(&list, &model, &rows);
    list_view_reload(&list);
    ck_assert(!list_view_act(&list, ACTION_LEFT)); /* at the left edge */
    ck_assert(!list_view_act(&list, ACTION_OPEN));
    ck_assert(!list_view_act(&list, ACTION_NONE));
    ck_assert(!list_view_act(&list, ACTION_QUIT));
    ck_assert(!list_view_click(&list, 3)); /* nothing drawn yet */
    list_view_release(&list);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_loop_test(tcase, sorted_and_filtered, 0, COUNT(orders));
    tcase_add_test(tcase, cursor_stays_on_its_row);
    tcase_add_loop_test(tcase, moving, 0, COUNT(moves));
    tcase_add_test(tcase, what_is_none_of_a_lists);
}

TEST_MAIN("list_view", add)
