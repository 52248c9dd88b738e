#include "reports/text_who.h"

#include "analyzer/results_advice.h"
#include "base/number_text.h"
#include "base/xalloc.h"

/* The tables, in the order of the page. */
static const struct {
    enum results_dimension dimension;
    const char *plural;
    size_t limit;
    bool needs_key; /* left out when nothing is known of it (no --geoip) */
} tables[] = {
    { BY_ORGANISATION, "sending organisations", 10, false },
    { BY_SENDER_DOMAIN, "sender domains", 5, false },
    { BY_RECIPIENT, "recipients", 5, false },
    { BY_ASN, "autonomous systems", 5, true },
    { BY_COUNTRY, "countries", 5, true },
};

static void add_loser(struct page *page, const struct results_loser *loser, int offset)
{
    page_count(page, loser->lost, 10);
    page_count(page, loser->delayed, 7);
    page_count(page, loser->came, 9);
    page_count(page, loser->days, 6);
    page_add(page, "  ");
    page_day(page, loser->last_us, offset);
    page_count(page, loser->spam, 9);
    page_add(page, "  ");
    page_foreign(page, loser->key);
    page_add(page, "\n");
}

static void add_losers(struct page *page, size_t table)
{
    size_t count, all;
    const struct results_loser *losers = results_losers(
        page->results, tables[table].dimension, tables[table].limit, &page->arena, &count, &all);
    if (count == 0 || (tables[table].needs_key && count == 1 && !losers[0].key.at))
        return;
    if (table == 0)
        page_heading(page, "Who would lose wanted mail, and how steadily they write\n"
                           "      lost   late   of all  days  last seen  and spam");
    buffer_format(&page->out, "  %s", tables[table].plural);
    if (count < all) {
        page_add(page, ", the first ");
        page_count(page, count, 0);
        page_add(page, " of ");
        page_count(page, all, 0);
    }
    page_add(page, "\n");
    for (size_t i = 0; i < count; i++)
        add_loser(page, &losers[i], results_input(page->results)->first_offset);
}

/* Comments have lines of their own in a table, one for each run of entries of one organisation;
 * names of others do not belong into it. */
static void add_entries(struct page *page, const struct results_allow_list *list,
                        const char *action)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct results_allow *allow = &list->entries[i];
        page_add(page, "  # ");
        page_count(page, allow->messages, 0);
        page_add(page, allow->messages == 1 ? " wanted message on " : " wanted messages on ");
        page_count(page, allow->days, 0);
        page_add(page, allow->days == 1 ? " day, last " : " days, last ");
        page_day(page, allow->last_us, results_input(page->results)->first_offset);
        if (allow->spam) {
            page_add(page, "; spam: ");
            page_count(page, allow->spam, 0);
        }
        page_add(page, "\n  ");
        page_foreign(page, allow->key);
        buffer_format(&page->out, " %s\n", action);
    }
    if (list->count < list->of) {
        page_add(page, "  # and ");
        page_count(page, list->of - list->count, 0);
        page_add(page, " more that would lose less\n");
    }
    page_add(page, "  With these lines:\n");
    page_estimate(page, 2, "ham lost", &list->ham_lost);
    page_estimate(page, 2, "spam stopped", &list->spam_stopped);
}

static void add_rescue(struct page *page)
{
    struct results_rescue rescue = results_rescue(page->results, &page->arena);
    if (rescue.clients.count) {
        page_heading(page, "An allow list that would save the most of it");
        buffer_format(&page->out,
                      "  # cidr table: check_client_access cidr:FILE, first in\n  # %s\n",
                      rescue.list);
        add_entries(page, &rescue.clients, rescue.action);
    }
    if (rescue.senders.count) {
        page_heading(page, "By sender, for those that write from several networks");
        buffer_format(&page->out,
                      "  # FORGEABLE: whoever writes such a sender address passes; prefer clients."
                      "\n  # texthash table: check_sender_access texthash:FILE, first in\n  # %s\n",
                      rescue.list);
        add_entries(page, &rescue.senders, rescue.action);
    }
}

void text_who_add(struct page *page)
{
    for (size_t i = 0; i < COUNT(tables); i++)
        add_losers(page, i);
    add_rescue(page);
}
