#ifndef ANALYZER_POLICY_ACCESS_SEARCH_H
#define ANALYZER_POLICY_ACCESS_SEARCH_H
/*
 * The keys under which smtpd looks things up: a name and its parents, an address and its networks, a
 * mail address and its parts. Reference: smtpd_check.c: check_domain_access and its neighbours,
 * global/mail_addr_find.c.
 */
#include "analyzer/policy/access_action.h"
#include "analyzer/policy/restriction.h"

/* One access table asked for one thing. */
struct access_search {
    struct leaf *leaf;
    const struct question *question;
    struct action_context context;
    uint32_t outcome; /* of the key that was found */
};

/* Starts a search in the question's table. */
struct access_search access_search_begin(struct leaf *leaf, const struct question *question,
                                         enum reply_class reply);
/* One key as it is; true when it was found, or nobody knows: search->outcome then tells. */
bool access_search_key(struct access_search *search, struct slice key, bool partial);
/* The name and its parent domains. */
bool access_search_domain(struct access_search *search, struct slice name);
/* The address and its networks: "1.2.3.4", "1.2.3" ... */
bool access_search_address(struct access_search *search, struct slice address);
/* The mail address (internal form, folded) and its parts. */
bool access_search_mail(struct access_search *search, struct slice address);
/* What a search may give whose key is not known: anything in the table, or nothing. */
uint32_t access_search_unknown(struct access_search *search, const char *need);

/* mail_addr_find in a list of tables: the whole address, without extension, the local part when the
 * domain is local, then "@domain". */
enum lookup_status mail_address_find(struct leaf *leaf, const struct table_list *tables,
                                     struct slice address, struct slice *result);

#endif
